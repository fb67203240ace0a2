/* SPDX-License-Identifier: MIT */
/*
 * Lines, types, variables and inline functions of debug information: that of this program, or of the image whose path is given
 * (tests/unix/dbghelp.sh gives some with PDBs and with other versions of DWARF). Where dbghelp does not read the kind that
 * there is, the test is skipped.
 */
#include "../test.h"
#include <dbghelp.h>
#include "sample.h"

/* which mingw-w64 does not declare */
DWORD WINAPI SymAddrIncludeInlineTrace(HANDLE, DWORD64);
BOOL WINAPI SymQueryInlineTrace(HANDLE, DWORD64, DWORD, DWORD64, DWORD64, DWORD *, DWORD *);
BOOL WINAPI SymFromInlineContext(HANDLE, DWORD64, ULONG, DWORD64 *, SYMBOL_INFO *);
BOOL WINAPI SymGetLineFromInlineContext(HANDLE, DWORD64, ULONG, DWORD64, DWORD *, IMAGEHLP_LINE64 *);

static HANDLE process;
static DWORD64 base;
static char module[64];

static SYMBOL_INFO *symbol(void)
{
    static SYMBOL_INFO_PACKAGE package;

    memset(&package, 0, sizeof(package));
    package.si.SizeOfStruct = sizeof(SYMBOL_INFO);
    package.si.MaxNameLen = MAX_SYM_NAME;
    return &package.si;
}

static DWORD64 address_of(const char *name)
{
    SYMBOL_INFO *info = symbol();
    char text[128];

    sprintf(text, "%s!%s", module, name);
    if (!ok(SymFromName(process, text, info), "%s: error %lu", text, GetLastError()))
        return 0;
    ok_str(info->Name, name);
    ok(info->ModBase == base, "another module");
    return info->Address;
}

static ULONG get(ULONG id, IMAGEHLP_SYMBOL_TYPE_INFO what)
{
    ULONG64 value = 0;

    ok(SymGetTypeInfo(process, base, id, what, &value), "%u of %#lx: error %lu", what, id, GetLastError());
    return (ULONG)value;
}

static const char *name_of(ULONG id)
{
    static char text[256];
    WCHAR *name = NULL;

    if (!SymGetTypeInfo(process, base, id, TI_GET_SYMNAME, &name))
        return "";
    WideCharToMultiByte(CP_UTF8, 0, name, -1, text, sizeof(text), NULL, NULL);
    LocalFree(name);
    return text;
}

static TI_FINDCHILDREN_PARAMS *children(ULONG id)
{
    ULONG count = get(id, TI_GET_CHILDRENCOUNT);
    TI_FINDCHILDREN_PARAMS *list = calloc(1, sizeof(*list) + count * sizeof(ULONG));

    list->Count = count;
    ok(SymGetTypeInfo(process, base, id, TI_FINDCHILDREN, list), "error %lu", GetLastError());
    return list;
}

static ULONG child(ULONG id, const char *name)
{
    TI_FINDCHILDREN_PARAMS *list = children(id);
    ULONG found = 0;

    for (ULONG i = 0; i < list->Count && !found; i++)
        if (!strcmp(name_of(list->ChildId[i]), name))
            found = list->ChildId[i];
    free(list);
    ok(found, "no member %s", name);
    return found;
}

/* Behind typedefs */
static ULONG real_type(ULONG id)
{
    while (id && get(id, TI_GET_SYMTAG) == 17)
        id = get(id, TI_GET_TYPEID);
    return id;
}

static void test_types(void)
{
    SYMBOL_INFO *info = symbol();
    ULONG id, type, member;
    struct {
        VARIANT value;
    } constant;

    if (!ok(SymGetTypeFromName(process, base, "sample_point", info), "error %lu", GetLastError()))
        return;
    id = info->TypeIndex;
    ok_int(get(id, TI_GET_SYMTAG), 11);
    ok_int(get(id, TI_GET_UDTKIND), 0);
    ok_int(get(id, TI_GET_LENGTH), sizeof(sample_point_t));
    ok_str(name_of(id), "sample_point");

    member = child(id, "y");
    ok_int(get(member, TI_GET_SYMTAG), 7);
    ok_int(get(member, TI_GET_DATAKIND), 7);
    ok_int(get(member, TI_GET_OFFSET), 4);
    type = get(member, TI_GET_TYPEID);
    ok_int(get(type, TI_GET_SYMTAG), 16);
    ok_int(get(type, TI_GET_BASETYPE), 6);
    ok_int(get(type, TI_GET_LENGTH), 4);

    member = child(id, "rest");
    ok_int(get(member, TI_GET_BITPOSITION), 3);
    ok_int(get(member, TI_GET_LENGTH), 5);
    ok_int(get(member, TI_GET_OFFSET), 8);

    type = get(child(id, "next"), TI_GET_TYPEID);
    ok_int(get(type, TI_GET_SYMTAG), 14);
    ok_int(get(type, TI_GET_LENGTH), sizeof(void *));
    ok_str(name_of(get(type, TI_GET_TYPEID)), "sample_point");

    type = get(child(id, "name"), TI_GET_TYPEID);
    ok_int(get(type, TI_GET_SYMTAG), 15);
    ok_int(get(type, TI_GET_COUNT), 16);
    ok_int(get(get(type, TI_GET_TYPEID), TI_GET_BASETYPE), 2);

    type = get(child(id, "grid"), TI_GET_TYPEID); /* an array of arrays */
    ok_int(get(type, TI_GET_LENGTH), 12);
    ok_int(get(type, TI_GET_COUNT), 2);
    type = get(type, TI_GET_TYPEID);
    ok_int(get(type, TI_GET_SYMTAG), 15);
    ok_int(get(type, TI_GET_COUNT), 3);
    ok_int(get(get(type, TI_GET_TYPEID), TI_GET_LENGTH), 2);

    info = symbol();
    if (ok(SymGetTypeFromName(process, base, "sample_color", info), "error %lu", GetLastError())) {
        id = info->TypeIndex;
        ok_int(get(id, TI_GET_SYMTAG), 12);
        ok_int(get(id, TI_GET_LENGTH), 4);
        member = child(id, "SAMPLE_GREEN");
        ok_int(get(member, TI_GET_DATAKIND), 9);
        ok(SymGetTypeInfo(process, base, member, TI_GET_VALUE, &constant.value) && constant.value.lVal % 0x10000 == 5,
           "another value");
    }
    info = symbol();
    if (ok(SymGetTypeFromName(process, base, "sample_either", info), "error %lu", GetLastError())) {
        ok_int(get(info->TypeIndex, TI_GET_UDTKIND), 2);
        ok_int(get(get(child(info->TypeIndex, "real"), TI_GET_TYPEID), TI_GET_BASETYPE), 8);
    }
    ok_err(SymGetTypeFromName(process, base, "sample_nothing", symbol()), ERROR_NOT_FOUND);
}

static void test_function(DWORD64 address)
{
    SYMBOL_INFO *info = symbol();
    DWORD64 displacement;
    ULONG type, index;
    TI_FINDCHILDREN_PARAMS *list;

    ok(SymFromAddr(process, address + 3, &displacement, info), "error %lu", GetLastError());
    ok_str(info->Name, "sample_add");
    ok_int(info->NameLen, 10);
    ok_int(displacement, 3);
    ok_int(info->Tag, 5);
    ok(info->Size > 10 && info->Size < 400, "%lu bytes", info->Size);
    ok(info->Address == address, "another address");
    index = info->info;
    type = info->TypeIndex;
    ok_int(get(type, TI_GET_SYMTAG), 13);
    ok_int(get(type, TI_GET_COUNT), 3);
    ok_int(get(get(type, TI_GET_TYPEID), TI_GET_BASETYPE), 6);
    list = children(type);
    ok_int(list->Count, 3);
    ok_int(get(list->ChildId[0], TI_GET_SYMTAG), 20);
    ok_int(get(get(list->ChildId[0], TI_GET_TYPEID), TI_GET_BASETYPE), 6);
    ok_int(get(get(list->ChildId[2], TI_GET_TYPEID), TI_GET_SYMTAG), 14);
    ok_str(name_of(real_type(get(get(list->ChildId[2], TI_GET_TYPEID), TI_GET_TYPEID))), "sample_point");
    free(list);
    info = symbol();
    ok(SymFromIndex(process, base, index, info), "error %lu", GetLastError());
    ok_str(info->Name, "sample_add");
    /* a variable's address and type */
    info = symbol();
    ok(SymFromAddr(process, address_of("sample_origin"), NULL, info), "error %lu", GetLastError());
    ok_int(info->Tag, 7);
    ok_int(info->Size, sizeof(sample_point_t));
    ok_str(name_of(real_type(info->TypeIndex)), "sample_point");
    ok_int(get(real_type(info->TypeIndex), TI_GET_SYMTAG), 11);
}

static void test_lines(DWORD64 address)
{
    IMAGEHLP_LINE64 line = { .SizeOfStruct = sizeof(line) }, next;
    IMAGEHLP_LINEW64 wide = { .SizeOfStruct = sizeof(wide) };
    DWORD displacement, number;
    LONG distance;
    char file[MAX_PATH];

    if (!ok(SymGetLineFromAddr64(process, address, &displacement, &line), "error %lu", GetLastError()))
        return;
    ok(strlen(line.FileName) > 8 && !strcmp(line.FileName + strlen(line.FileName) - 8, "sample.h"), "file %s",
       line.FileName);
    ok(line.LineNumber - SAMPLE_ADD_LINE < 2, "line %lu", line.LineNumber); /* the one of the name, or of the brace */
    number = line.LineNumber;
    ok_int(displacement, 0);
    ok(line.Address == address, "another address");
    ok(SymGetLineFromAddr64(process, address + 1, &displacement, &line), "error %lu", GetLastError());
    ok_int(displacement, address + 1 - line.Address);
    strcpy(file, line.FileName);
    ok(SymGetLineFromAddrW64(process, address, &displacement, &wide), "error %lu", GetLastError());
    ok_int(wide.LineNumber, number);
    ok(!wcscmp(wide.FileName + wcslen(wide.FileName) - 8, L"sample.h"), "another file");
    next = line;
    ok(SymGetLineNext64(process, &next), "error %lu", GetLastError());
    ok(next.LineNumber != line.LineNumber && next.Address > address, "line %lu", next.LineNumber);
    ok(SymGetLinePrev64(process, &next) && next.Address <= line.Address, "the line before is another");
    memset(&next, 0, sizeof(next));
    next.SizeOfStruct = sizeof(next);
    ok(SymGetLineFromName64(process, module, "sample.h", number, &distance, &next), "error %lu", GetLastError());
    ok_int(distance, 0);
    ok(next.Address == address, "another address");
    ok(SymGetLineFromName64(process, module, file, number, &distance, &next), "error %lu", GetLastError());
    ok_err(SymGetLineFromName64(process, module, "no such.c", 1, &distance, &next), ERROR_NOT_FOUND);
    ok(!SymGetLineFromAddr64(process, base, &displacement, &line), "a line of the headers");
}

static int line_count, file_count, sample_count;

static WINBOOL CALLBACK see_line(SRCCODEINFO *info, void *context)
{
    (void)context;
    ok(info->ModBase == base, "another module");
    line_count += info->LineNumber >= SAMPLE_ADD_LINE && info->LineNumber < SAMPLE_END_LINE;
    return TRUE;
}

static WINBOOL CALLBACK see_file(SOURCEFILE *info, void *context)
{
    (void)context;
    file_count += strstr(info->FileName, "sample.h") != NULL;
    return TRUE;
}

static WINBOOL CALLBACK see_symbol(SYMBOL_INFO *info, ULONG size, void *context)
{
    (void)size;
    ok(!strncmp(info->Name, "sample_", 7), "%s", info->Name);
    sample_count++;
    return context == NULL;
}

static char locals[512];
static int registers;

static WINBOOL CALLBACK see_local(SYMBOL_INFO *info, ULONG size, void *context)
{
    (void)size, (void)context;
    sprintf(locals + strlen(locals), "%s%c ", info->Name, info->Flags & SYMFLAG_PARAMETER ? 'p' : 'l');
    ok(info->Flags & SYMFLAG_LOCAL, "%s: flags %#lx", info->Name, info->Flags);
    registers += (info->Flags & (SYMFLAG_REGREL | SYMFLAG_REGISTER | SYMFLAG_FRAMEREL)) != 0;
    return TRUE;
}

static void test_enumerations(DWORD64 address)
{
    IMAGEHLP_STACK_FRAME frame = { .InstructionOffset = address };
    SYMBOL_INFO *info = symbol();

    ok(SymEnumLines(process, base, NULL, NULL, see_line, NULL), "error %lu", GetLastError());
    ok(line_count >= 4, "%d lines", line_count);
    ok(SymEnumSourceFiles(process, base, "*sample*", see_file, NULL), "error %lu", GetLastError());
    ok(file_count >= 1, "%d files", file_count);
    ok(SymEnumSymbols(process, base, "sample_*", see_symbol, NULL), "error %lu", GetLastError());
    ok(sample_count >= 5, "%d symbols", sample_count);
    sample_count = 0;
    ok(SymEnumSymbols(process, base, "sample_*", see_symbol, locals), "error %lu", GetLastError());
    ok_int(sample_count, 1); /* FALSE ends it */
    ok(SymFromAddr(process, address, NULL, info), "error %lu", GetLastError());
    frame.InstructionOffset += info->Size / 2; /* behind where the variables get their places */
    ok(SymSetContext(process, &frame, NULL), "error %lu", GetLastError());
    ok(!SymSetContext(process, &frame, NULL) && !GetLastError(), "the same again");
    ok(SymEnumSymbols(process, 0, NULL, see_local, NULL), "error %lu", GetLastError());
    ok(strstr(locals, "ap ") && strstr(locals, "bp ") && strstr(locals, "pp ") && strstr(locals, "suml "), "locals: %s",
       locals);
    ok(registers >= 1, "%d of them are somewhere", registers);
    ok(SymFromName(process, "sum", symbol()), "a local is not found by name");
}

static void test_inline(DWORD64 address)
{
    DWORD64 at, displacement;
    DWORD context, index, count = 0;
    IMAGEHLP_LINE64 line = { .SizeOfStruct = sizeof(line) };
    SYMBOL_INFO *info;

    for (at = address; at < address + 400 && !count; at++)
        count = SymAddrIncludeInlineTrace(process, at);
    at--;
    if (!ok(count == 1, "%lu inline functions", count))
        return;
    ok(SymQueryInlineTrace(process, at, INLINE_FRAME_CONTEXT_INIT, 0, at, &context, &index), "error %lu",
       GetLastError());
    info = symbol();
    ok(SymFromInlineContext(process, at, context, &displacement, info), "error %lu", GetLastError());
    ok_str(info->Name, "sample_twice");
    ok(SymGetLineFromInlineContext(process, at, context, 0, NULL, &line), "error %lu", GetLastError());
    ok(line.LineNumber >= SAMPLE_TWICE_LINE && line.LineNumber < SAMPLE_ADD_LINE - 1, "line %lu", line.LineNumber);
    context--; /* the function around */
    info = symbol();
    ok(SymFromInlineContext(process, at, context, &displacement, info), "error %lu", GetLastError());
    ok_str(info->Name, "sample_add");
    ok(SymGetLineFromInlineContext(process, at, context, 0, NULL, &line), "error %lu", GetLastError());
    ok(line.LineNumber > SAMPLE_ADD_LINE && line.LineNumber < SAMPLE_END_LINE, "line %lu", line.LineNumber);
}

TESTS
{
    IMAGEHLP_MODULE64 info = { .SizeOfStruct = sizeof(info) };
    DWORD64 address;

    SymSetOptions(SYMOPT_UNDNAME | SYMOPT_LOAD_LINES);
    if (test_argc > 1) { /* an image that no process has */
        process = (HANDLE)(ULONG_PTR)0x12345;
        ok(SymInitialize(process, NULL, FALSE), "error %lu", GetLastError());
        base = SymLoadModuleEx(process, NULL, test_argv[1], NULL, 0x400000, 0, NULL, 0);
        if (!ok(base == 0x400000, "%s: error %lu", test_argv[1], GetLastError()))
            return;
        ok(!SymLoadModuleEx(process, NULL, test_argv[1], NULL, 0x400000, 0, NULL, 0) && !GetLastError(), "twice");
    } else {
        ok(sample_main() != 0, "nothing");
        process = GetCurrentProcess();
        ok(SymInitialize(process, NULL, TRUE), "error %lu", GetLastError());
        base = (ULONG_PTR)GetModuleHandleW(NULL);
    }
    ok(SymGetModuleInfo64(process, base, &info), "error %lu", GetLastError());
    strcpy(module, info.ModuleName);
    if (!info.LineNumbers) {
        skip("this debug information is not read here");
        return;
    }
    if ((address = address_of("sample_add"))) {
        if (test_argc == 1)
            ok(address == (ULONG_PTR)sample_add, "another address");
        test_function(address);
        test_lines(address);
        test_types();
        test_enumerations(address);
        test_inline(address);
    }
    ok(SymUnloadModule64(process, base), "error %lu", GetLastError());
    ok(SymCleanup(process), "error %lu", GetLastError());
}
