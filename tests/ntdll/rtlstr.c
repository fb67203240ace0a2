/* SPDX-License-Identifier: MIT */
/*
 * rtlstr.c: conversions of strings and numbers, and what is told when they do not fit. Where the pages of the functions do
 * not say it, the expectations are what Windows was observed to do.
 */
#include "../test.h"
#include "ntdll_functions.h"

typedef struct {
    USHORT Length, MaximumLength;
    char *Buffer;
} ansi;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlUnicodeToUTF8N, char *, ULONG, ULONG *, const WCHAR *, ULONG)                                           \
    X(LONG, RtlUTF8ToUnicodeN, WCHAR *, ULONG, ULONG *, const char *, ULONG)                                           \
    X(LONG, RtlUnicodeStringToInteger, nt_string *, ULONG, ULONG *)                                                    \
    X(LONG, RtlIntegerToUnicodeString, ULONG, ULONG, nt_string *)                                                      \
    X(LONG, RtlAnsiStringToUnicodeString, nt_string *, ansi *, BOOLEAN)                                                \
    X(LONG, RtlUnicodeStringToAnsiString, ansi *, nt_string *, BOOLEAN)                                                \
    X(LONG, RtlUpcaseUnicodeToOemN, char *, ULONG, ULONG *, const WCHAR *, ULONG)                                      \
    X(LONG, RtlFindCharInUnicodeString, ULONG, nt_string *, nt_string *, USHORT *)                                     \
    X(LONG, RtlHashUnicodeString, nt_string *, BOOLEAN, ULONG, ULONG *)                                                \
    X(LONG, RtlExpandEnvironmentStrings_U, void *, nt_string *, nt_string *, ULONG *)                                  \
    X(ULONG, RtlUniform, ULONG *)                                                                                      \
    X(ULONG, RtlNtStatusToDosError, LONG)
DECLARE_FUNCTIONS

enum { SOME_NOT_MAPPED = 0x107, OVERFLOW_ = 0x80000005, TOO_SMALL = 0xc0000023, INVALID = 0xc000000d };

/* The pages of RtlUnicodeToUTF8N and RtlUTF8ToUnicodeN */
static void test_utf8(void)
{
    char out[16];
    WCHAR wide[16];
    ULONG size = 99;

    ok_hex(RtlUnicodeToUTF8N(out, 16, &size, L"a\xe9\x20ac\xd83d\xde00", 10), 0);
    ok_int(size, 10);
    ok_mem(out, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10);
    ok_hex(RtlUnicodeToUTF8N(NULL, 0, &size, L"\x20ac", 2), 0);
    ok_int(size, 3);
    /* A surrogate alone becomes U+FFFD; what does not fit whole is not begun. */
    ok_hex(RtlUnicodeToUTF8N(out, 16, &size, L"\xd83dz", 4), SOME_NOT_MAPPED);
    ok_mem(out, "\xef\xbf\xbdz", 4);
    ok_hex(RtlUnicodeToUTF8N(out, 3, &size, L"a\x20ac", 4), TOO_SMALL);
    ok_int(size, 1);
    ok_hex(RtlUTF8ToUnicodeN(wide, sizeof(wide), &size, "a\xc3\xa9\xf0\x9f\x98\x80", 7), 0);
    ok_int(size, 8);
    ok(!memcmp(wide, L"a\xe9\xd83d\xde00", 8), "text");
    ok_hex(RtlUTF8ToUnicodeN(wide, sizeof(wide), &size, "\xff", 1), SOME_NOT_MAPPED);
    ok_hex(wide[0], 0xfffd);
    ok_hex(RtlUTF8ToUnicodeN(wide, 2, &size, "ab", 2), TOO_SMALL);
    ok_int(size, 2);
}

static void test_numbers(void)
{
    static const struct {
        const WCHAR *text;
        ULONG base, value;
        LONG status;
    } numbers[] = {
        { L"123", 0, 123, 0 },    { L"0x1F", 0, 31, 0 }, { L"0o17", 0, 15, 0 },       { L"0b101", 0, 5, 0 },
        { L"  -5", 10, -5u, 0 },  { L"12x", 10, 12, 0 }, { L"", 10, 0, 0 },           { L"ff", 16, 255, 0 },
        { L"1", 5, 77, INVALID }, { L"0x10", 16, 0, 0 }, { L"4294967297", 10, 1, 0 },
    };
    WCHAR room[20];

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        nt_string text = nt_string_of(numbers[i].text);
        ULONG value = 77;
        LONG status = RtlUnicodeStringToInteger(&text, numbers[i].base, &value);

        ok(status == numbers[i].status && value == numbers[i].value, "%ls: %lx, %lu", numbers[i].text, status, value);
    }
    for (USHORT size = 0; size < 14; size++) {
        nt_string text = { 77, size, room };

        ok_hex(RtlIntegerToUnicodeString(12345, 10, &text), size > 10 ? 0 : OVERFLOW_);
        ok_int(text.Length, 10);
    }
    ok_hex(RtlIntegerToUnicodeString(1, 7, &(nt_string){ 0, 20, room }), INVALID);
}

/* The length tells what it takes. */
static void test_sizes(void)
{
    ansi source = { 4, 5, "abcd" }, narrow;
    nt_string wide, text = nt_string_of(L"abcd");
    WCHAR wide_room[8];
    char room[8];

    for (USHORT size = 0; size < 12; size += 2) {
        wide = (nt_string){ 77, size, wide_room };
        ok_hex(RtlAnsiStringToUnicodeString(&wide, &source, FALSE), size >= 10 ? 0 : OVERFLOW_);
        ok_int(wide.Length, 8);
    }
    narrow = (ansi){ 77, 0, room };
    ok_hex(RtlUnicodeStringToAnsiString(&narrow, &text, FALSE), OVERFLOW_);
    ok_int(narrow.Length, 4);
    narrow = (ansi){ 77, 3, room };
    ok_hex(RtlUnicodeStringToAnsiString(&narrow, &text, FALSE), OVERFLOW_);
    ok_int(narrow.Length, 2);
    ok_str(room, "ab");
    narrow.MaximumLength = 5;
    ok_hex(RtlUnicodeStringToAnsiString(&narrow, &text, FALSE), 0);
    ok_str(room, "abcd");
}

static void test_others(void)
{
    nt_string text = nt_string_of(L"some Wild and regular sentence"), characters = nt_string_of(L"rdW"), name;
    nt_string source = nt_string_of(L"a%RtlStr%b%NoSuch%%"), expanded;
    WCHAR room[40];
    USHORT position = 0;
    ULONG hash[2], size = 0, seed = 1;
    char oem[8];

    ok_hex(RtlFindCharInUnicodeString(0, &text, &characters, &position), 0);
    ok_int(position, 12);
    ok_hex(RtlFindCharInUnicodeString(1, &text, &characters, &position), 0);
    ok_int(position, 40);
    ok_hex(RtlFindCharInUnicodeString(2, &text, &characters, &position), 0);
    ok_int(position, 2);

    name = nt_string_of(L"hello");
    ok_hex(RtlHashUnicodeString(&name, TRUE, 0, &hash[0]), 0);
    name = nt_string_of(L"HELLO");
    ok_hex(RtlHashUnicodeString(&name, TRUE, 1, &hash[1]), 0);
    ok_hex(hash[0], hash[1]);
    ok_hex(RtlHashUnicodeString(&name, TRUE, 2, &hash[1]), INVALID);

    ok_hex(RtlUpcaseUnicodeToOemN(oem, 8, &size, L"h\xe9llo\x4e00", 12), 0);
    ok_int(size, 6);
    ok_mem(oem, "H\x90LLO?", 6);

    SetEnvironmentVariableA("RtlStr", "value");
    expanded = (nt_string){ 0, sizeof(room), room };
    ok_hex(RtlExpandEnvironmentStrings_U(NULL, &source, &expanded, &size), 0);
    ok_wstr(room, L"avalueb%NoSuch%%");
    ok_int(size, 34);
    expanded.MaximumLength = 10;
    ok_hex(RtlExpandEnvironmentStrings_U(NULL, &source, &expanded, &size), TOO_SMALL);
    ok_int(size, 34);

    ok_int(RtlUniform(&seed), 2147483569);
    ok_int(RtlUniform(&seed), 1441);
    ok_int(RtlUniform(&seed), 2147456209);
}

/* "System Error Codes", and knowledge base article 113996 */
static void test_errors(void)
{
    static const struct {
        ULONG status, error;
    } errors[] = {
        { 0, 0 },
        { 0x102, ERROR_TIMEOUT },
        { 0x103, ERROR_IO_PENDING },
        { 0xc0010002, ERROR_FILE_NOT_FOUND },
        { 0x80090308, ERROR_INVALID_PARAMETER },
        { 0x80000005, ERROR_MORE_DATA },
        { 0x80000006, ERROR_NO_MORE_FILES },
        { 0xc0000005, ERROR_NOACCESS },
        { 0xc0000008, ERROR_INVALID_HANDLE },
        { 0xc000000d, ERROR_INVALID_PARAMETER },
        { 0xc0000022, ERROR_ACCESS_DENIED },
        { 0xc0000034, ERROR_FILE_NOT_FOUND },
        { 0xc0000035, ERROR_ALREADY_EXISTS },
        { 0xc000003a, ERROR_PATH_NOT_FOUND },
        { 0xc0000043, ERROR_SHARING_VIOLATION },
        { 0xc00000bb, ERROR_NOT_SUPPORTED },
        { 0xc000014b, ERROR_BROKEN_PIPE },
        { 0xc0000235, ERROR_INVALID_HANDLE },
        { 0xc0000206, ERROR_INVALID_USER_BUFFER },
        { 0xc0070005, ERROR_ACCESS_DENIED }, /* of FACILITY_NTWIN32: the error itself */
        { 0xd0000022, ERROR_ACCESS_DENIED }, /* HRESULT_FROM_NT */
        { 0xe0000001, 0xe0000001 },          /* a customer's */
        { 0xc0abcdef, ERROR_MR_MID_NOT_FOUND },
    };

    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        ok(RtlNtStatusToDosError((LONG)errors[i].status) == errors[i].error, "%lx: %lu, not %lu", errors[i].status,
           RtlNtStatusToDosError((LONG)errors[i].status), errors[i].error);
}

TESTS
{
    if (!get_functions())
        return;
    test_utf8();
    test_numbers();
    test_sizes();
    test_others();
    test_errors();
}
