/* SPDX-License-Identifier: MIT */
/* Decorated names: what UnDecorateSymbolName makes of them, whole and by its flags. */
#include "../test.h"
#include <dbghelp.h>

static void check(const char *name, DWORD flags, const char *expected)
{
    char text[1024] = "";
    DWORD length = UnDecorateSymbolName(name, text, sizeof(text), flags);

    ok(!strcmp(text, expected), "%s, %#lx: \"%s\", not \"%s\"", name, flags, text, expected);
    ok_int(length, strlen(expected));
}

TESTS
{
    static const struct {
        const char *name, *whole, *plain;
    } names[] = {
        { "?bar@Foo@@QEAAHHPEBD@Z", "public: int __cdecl Foo::bar(int,char const * __ptr64) __ptr64", "Foo::bar" },
        { "?x@@3HB", "int const x", "x" },
        { "?f@@YAXXZ", "void __cdecl f(void)", "f" },
        { "??0Foo@@QEAA@XZ", "public: __cdecl Foo::Foo(void) __ptr64", "Foo::Foo" },
        { "??1Foo@@UEAA@XZ", "public: virtual __cdecl Foo::~Foo(void) __ptr64", "Foo::~Foo" },
        { "??_7Foo@@6B@", "const Foo::`vftable'", "Foo::`vftable'" },
        { "??_GFoo@@UEAAPEAXI@Z",
          "public: virtual void * __ptr64 __cdecl Foo::`scalar deleting destructor'(unsigned int) __ptr64",
          "Foo::`scalar deleting destructor'" },
        { "?get@?$vector@HV?$allocator@H@std@@@std@@QEBAAEBH_K@Z",
          "public: int const & __ptr64 __cdecl std::vector<int,class std::allocator<int> >::get(unsigned __int64)const "
          "__ptr64",
          "std::vector<int,class std::allocator<int> >::get" },
        { "?call@@YAHP6AHH@ZH@Z", "int __cdecl call(int (__cdecl*)(int),int)", "call" },
        { "??4Foo@@QEAAAEAV0@AEBV0@@Z",
          "public: class Foo & __ptr64 __cdecl Foo::operator=(class Foo const & __ptr64) __ptr64", "Foo::operator=" },
        { "?v@@YAXHZZ", "void __cdecl v(int,...)", "v" },
        { "?s@Foo@@2HA", "public: static int Foo::s", "Foo::s" },
        { "??$max@H@@YAAEBHAEBH0@Z", "int const & __ptr64 __cdecl max<int>(int const & __ptr64,int const & __ptr64)",
          "max<int>" },
        { "?m@Foo@@AAEXXZ", "private: void __thiscall Foo::m(void)", "Foo::m" },
        { "??0exception@std@@QEAA@AEBQEBD@Z",
          "public: __cdecl std::exception::exception(char const * __ptr64 const & __ptr64) __ptr64",
          "std::exception::exception" },
        { "?Addresses@StackTrace@@QBEPBQBXPAI@Z",
          "public: void const * const * __thiscall StackTrace::Addresses(unsigned int *)const ",
          "StackTrace::Addresses" },
        { "?file@OS@@2QBDB", "public: static char const * const OS::file", "OS::file" },
        { "?p@@YAXQEAD@Z", "void __cdecl p(char * const __ptr64)", "p" },
        { "??_9Base@@$B7AA", "[thunk]: __cdecl Base::`vcall'{8,{flat}}' }'", "Base::`vcall'" },
        { "?h@@YGXE@Z", "void __stdcall h(unsigned char)", "h" },
    };
    /* What is no decorated name, or a damaged one, stays what it is. */
    static const char *const others[] = { "main", "_main@8", "??",         "?",     "?x",
                                          "?x@@", "?f@@YA",  "?f@@YAX9@Z", "??$f@", "@fast@4" };
    const char *method = "?bar@Foo@@UEBAHHPEBD@Z";
    char text[64], deep[2000];
    WCHAR wide[64];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        check(names[i].name, UNDNAME_COMPLETE, names[i].whole);
        check(names[i].name, UNDNAME_NAME_ONLY, names[i].plain);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(others[i], "?x@@"))
            check(others[i], UNDNAME_COMPLETE, others[i]);
    check(method, UNDNAME_NO_ACCESS_SPECIFIERS, "virtual int __cdecl Foo::bar(int,char const * __ptr64)const __ptr64");
    check(method, UNDNAME_NO_MEMBER_TYPE, "public: int __cdecl Foo::bar(int,char const * __ptr64)const __ptr64");
    check(method, UNDNAME_NO_FUNCTION_RETURNS,
          "public: virtual __cdecl Foo::bar(int,char const * __ptr64)const __ptr64");
    check(method, UNDNAME_NO_MS_KEYWORDS, "public: virtual int Foo::bar(int,char const *)const ");
    check(method, UNDNAME_NO_ARGUMENTS | UNDNAME_NO_MS_KEYWORDS | UNDNAME_NO_ACCESS_SPECIFIERS | UNDNAME_NO_MEMBER_TYPE,
          "int Foo::bar");
    check("?f@@YAXXZ", UNDNAME_NO_LEADING_UNDERSCORES, "void cdecl f(void)");

    /* the buffer's end */
    ok_int(UnDecorateSymbolName("?f@@YAXXZ", text, 5, UNDNAME_COMPLETE), 4);
    ok_str(text, "void");
    ok_int(UnDecorateSymbolNameW(L"?f@@YAXXZ", wide, 64, UNDNAME_NAME_ONLY), 1);
    ok_wstr(wide, L"f");
    /* pointers to pointers without end; templates that double at each step */
    memset(deep, 0, sizeof(deep));
    strcpy(deep, "?x@@3");
    for (int i = 0; i < 600; i++)
        strcat(deep, "PEA");
    ok(UnDecorateSymbolName(deep, text, sizeof(text), 0) == 63, "a deep name");
    strcpy(deep, "?f@@YAXV?$a@HH@@");
    for (int i = 0; i < 100; i++)
        strcat(deep, "V?$a@V01@V01@@@");
    ok(UnDecorateSymbolName(deep, text, sizeof(text), 0) == 63, "a wide name");
}
