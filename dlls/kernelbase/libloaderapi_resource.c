/* SPDX-License-Identifier: MIT */
/* libloaderapi_resource.c: resources of modules: finding, loading, enumerating. UpdateResource: winbase_resource.c. */
#include "nls.h"

/* A module handle's low bits: loaded as a data file (1: laid out as in the file) or as an image resource (2). */
#define MODULE_BASE(module)  ((BYTE *)((ULONG_PTR)(module) & ~(ULONG_PTR)3))
#define IS_DATA_FILE(module) (((ULONG_PTR)(module)&3) == 1)

static const IMAGE_NT_HEADERS *image_headers(const BYTE *base)
{
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)base;
    const IMAGE_NT_HEADERS *nt;

    if (dos->e_magic != IMAGE_DOS_SIGNATURE)
        return NULL;
    nt = (const IMAGE_NT_HEADERS *)(base + dos->e_lfanew);
    return nt->Signature == IMAGE_NT_SIGNATURE ? nt : NULL;
}

static void *at_rva(HMODULE module, DWORD rva)
{
    const BYTE *base = MODULE_BASE(module);
    const IMAGE_NT_HEADERS *nt;
    const IMAGE_SECTION_HEADER *section;

    if (!IS_DATA_FILE(module))
        return (void *)(base + rva);
    nt = image_headers(base);
    section = IMAGE_FIRST_SECTION(nt);
    for (UINT i = 0; i < nt->FileHeader.NumberOfSections; i++) {
        DWORD size = section[i].Misc.VirtualSize > section[i].SizeOfRawData ? section[i].Misc.VirtualSize
                                                                            : section[i].SizeOfRawData;
        if (rva >= section[i].VirtualAddress && rva - section[i].VirtualAddress < size)
            return (void *)(base + section[i].PointerToRawData + (rva - section[i].VirtualAddress));
    }
    return NULL;
}

static HMODULE real_module(HMODULE module)
{
    return module ? module : (HMODULE)nt_peb()->ImageBaseAddress;
}

/* The root directory; everything in it is relative to it. */
static const BYTE *resource_root(HMODULE module)
{
    const IMAGE_NT_HEADERS *nt = image_headers(MODULE_BASE(module));
    const IMAGE_DATA_DIRECTORY *dir;

    if (!nt)
        return fail_null(ERROR_BAD_EXE_FORMAT);
    if (nt->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC)
        dir = &((const IMAGE_NT_HEADERS64 *)nt)->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_RESOURCE];
    else
        dir = &((const IMAGE_NT_HEADERS32 *)nt)->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_RESOURCE];
    if (!dir->VirtualAddress || !dir->Size)
        return fail_null(ERROR_RESOURCE_DATA_NOT_FOUND);
    return at_rva(module, dir->VirtualAddress);
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries_of(const IMAGE_RESOURCE_DIRECTORY *dir)
{
    return (const IMAGE_RESOURCE_DIRECTORY_ENTRY *)(dir + 1);
}

/* A resource's name or number, as the functions take them: MAKEINTRESOURCE, "#123" or a name. */
struct resource_id {
    const WCHAR *name; /* NULL: a number */
    SIZE_T len;
    UINT number;
};

static struct resource_id parse_id(const WCHAR *id)
{
    struct resource_id result = { NULL, 0, 0 };

    if (IS_INTRESOURCE(id)) {
        result.number = (UINT)(ULONG_PTR)id;
    } else if (*id == '#') {
        for (id++; *id >= '0' && *id <= '9'; id++)
            result.number = result.number * 10 + (*id - '0');
    } else {
        result.name = id;
        result.len = wcslen(id);
    }
    return result;
}

/* Names in a directory are in upper case and ascending; numbers come after them, ascending. */
static int compare_name(const struct resource_id *id, const IMAGE_RESOURCE_DIR_STRING_U *str)
{
    SIZE_T common = id->len < str->Length ? id->len : str->Length;

    for (SIZE_T i = 0; i < common; i++) {
        int order = nls_upper(id->name[i]) - nls_upper(str->NameString[i]);
        if (order)
            return order;
    }
    return (int)id->len - (int)str->Length;
}

static const IMAGE_RESOURCE_DIRECTORY_ENTRY *find_entry(const BYTE *root, const IMAGE_RESOURCE_DIRECTORY *dir,
                                                        const struct resource_id *id)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = entries_of(dir);
    UINT low = id->name ? 0 : dir->NumberOfNamedEntries;
    UINT high = id->name ? dir->NumberOfNamedEntries : low + dir->NumberOfIdEntries;

    while (low < high) {
        UINT middle = (low + high) / 2;
        int order = id->name ? compare_name(id, (const void *)(root + entries[middle].NameOffset))
                             : (int)id->number - (int)entries[middle].Id;
        if (!order)
            return &entries[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const IMAGE_RESOURCE_DIRECTORY *subdirectory(const BYTE *root, const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry)
{
    return entry->DataIsDirectory ? (const void *)(root + entry->OffsetToDirectory) : NULL;
}

static const IMAGE_RESOURCE_DIRECTORY *find_languages(HMODULE module, LPCWSTR type, LPCWSTR name, const BYTE **root)
{
    struct resource_id type_id = parse_id(type), name_id = parse_id(name);
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry;
    const IMAGE_RESOURCE_DIRECTORY *dir;

    if (!(*root = resource_root(module)))
        return NULL;
    entry = find_entry(*root, (const IMAGE_RESOURCE_DIRECTORY *)*root, &type_id);
    if (!entry || !(dir = subdirectory(*root, entry)))
        return fail_null(ERROR_RESOURCE_TYPE_NOT_FOUND);
    entry = find_entry(*root, dir, &name_id);
    if (!entry || !(dir = subdirectory(*root, entry)))
        return fail_null(ERROR_RESOURCE_NAME_NOT_FOUND);
    return dir;
}

HRSRC WINAPI FindResourceExW(HMODULE module, LPCWSTR type, LPCWSTR name, WORD language)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry = NULL;
    const IMAGE_RESOURCE_DIRECTORY *dir;
    struct resource_id languages[6];
    const BYTE *root;
    UINT count = 0;

    module = real_module(module);
    if (!(dir = find_languages(module, type, name, &root)))
        return NULL;
    languages[count++].number = language;
    languages[count++].number = PRIMARYLANGID(language);
    languages[count++].number = 0;
    if (PRIMARYLANGID(language) == LANG_NEUTRAL) {
        languages[count++].number = GetUserDefaultLangID();
        languages[count++].number = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
        languages[count++].number = LANG_ENGLISH;
    }
    for (UINT i = 0; i < count && !entry; i++) {
        languages[i].name = NULL;
        entry = find_entry(root, dir, &languages[i]);
    }
    /* Neutral means: any. */
    if (!entry && PRIMARYLANGID(language) == LANG_NEUTRAL && dir->NumberOfNamedEntries + dir->NumberOfIdEntries)
        entry = entries_of(dir);
    if (!entry || entry->DataIsDirectory)
        return fail_null(ERROR_RESOURCE_LANG_NOT_FOUND);
    return (HRSRC)(root + entry->OffsetToData);
}

HRSRC WINAPI FindResourceW(HMODULE module, LPCWSTR name, LPCWSTR type)
{
    return FindResourceExW(module, type, name, MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL));
}

/* An A function's name argument; MAKEINTRESOURCE passes. */
static BOOL wide_id(struct wide_arg *arg, LPCSTR id)
{
    if (!IS_INTRESOURCE(id))
        return wide_arg(arg, id);
    arg->str = (WCHAR *)id;
    return TRUE;
}

static void wide_id_free(struct wide_arg *arg)
{
    if (!IS_INTRESOURCE(arg->str))
        wide_arg_free(arg);
}

HRSRC WINAPI FindResourceExA(HMODULE module, LPCSTR type, LPCSTR name, WORD language)
{
    struct wide_arg wide_type, wide_name;
    HRSRC result = NULL;

    if (!wide_id(&wide_type, type))
        return NULL;
    if (wide_id(&wide_name, name)) {
        result = FindResourceExW(module, wide_type.str, wide_name.str, language);
        wide_id_free(&wide_name);
    }
    wide_id_free(&wide_type);
    return result;
}

HRSRC WINAPI FindResourceA(HMODULE module, LPCSTR name, LPCSTR type)
{
    return FindResourceExA(module, type, name, MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL));
}

HGLOBAL WINAPI LoadResource(HMODULE module, HRSRC info)
{
    if (!info)
        return NULL;
    return at_rva(real_module(module), ((const IMAGE_RESOURCE_DATA_ENTRY *)info)->OffsetToData);
}

LPVOID WINAPI LockResource(HGLOBAL data)
{
    return data;
}

DWORD WINAPI SizeofResource(HMODULE module, HRSRC info)
{
    (void)module;
    return info ? ((const IMAGE_RESOURCE_DATA_ENTRY *)info)->Size : 0;
}

BOOL WINAPI FreeResource(HGLOBAL data)
{
    (void)data;
    return FALSE; /* documented: FALSE for success; nothing is to be freed */
}

/* --- enumeration --- */

/* An entry's id for a callback: a number, or a zero-terminated copy in *buffer (a heap block). */
static BOOL entry_id(const BYTE *root, const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry, WCHAR **id, WCHAR **buffer)
{
    const IMAGE_RESOURCE_DIR_STRING_U *str;

    *buffer = NULL;
    if (!entry->NameIsString) {
        *id = MAKEINTRESOURCEW(entry->Id);
        return TRUE;
    }
    str = (const void *)(root + entry->NameOffset);
    if (!(*buffer = kb_alloc((str->Length + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(*buffer, str->NameString, str->Length * sizeof(WCHAR));
    (*buffer)[str->Length] = 0;
    *id = *buffer;
    return TRUE;
}

/* Calls back for each entry of a directory; the A functions get their strings converted. */
struct enumeration {
    enum { ENUM_TYPES, ENUM_NAMES, ENUM_LANGUAGES } what; /* a name may be number 0: NULL tells nothing */
    HMODULE module;
    FARPROC proc;
    LPARAM param;
    BOOL ansi;
    const WCHAR *type, *name; /* what has been selected so far */
    const char *type_a, *name_a;
};

static BOOL enumerate(const struct enumeration *e, const BYTE *root, const IMAGE_RESOURCE_DIRECTORY *dir)
{
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = entries_of(dir);
    UINT count = dir->NumberOfNamedEntries + dir->NumberOfIdEntries;
    BOOL more = TRUE;

    for (UINT i = 0; i < count && more; i++) {
        WCHAR *id, *buffer;
        char *ansi = NULL;
        const void *arg;

        if (!entry_id(root, &entries[i], &id, &buffer))
            return FALSE;
        arg = id;
        if (e->ansi && buffer && !(arg = ansi = ansi_dup(id))) {
            kb_free(buffer);
            return FALSE;
        }
        if (e->what == ENUM_LANGUAGES)
            more = ((ENUMRESLANGPROCW)(void *)e->proc)(e->module, e->ansi ? (const void *)e->type_a : e->type,
                                                       e->ansi ? (const void *)e->name_a : e->name, entries[i].Id,
                                                       e->param);
        else if (e->what == ENUM_NAMES)
            more = ((ENUMRESNAMEPROCW)(void *)e->proc)(e->module, e->ansi ? (const void *)e->type_a : e->type,
                                                       (LPWSTR)arg, e->param);
        else
            more = ((ENUMRESTYPEPROCW)(void *)e->proc)(e->module, (LPWSTR)arg, e->param);
        kb_free(ansi);
        kb_free(buffer);
    }
    if (!more)
        SetLastError(ERROR_RESOURCE_ENUM_USER_STOP);
    return more;
}

static BOOL enum_types(HMODULE module, FARPROC proc, LPARAM param, BOOL ansi)
{
    struct enumeration e = { .module = module, .proc = proc, .param = param, .ansi = ansi };
    const BYTE *root = resource_root(real_module(module));

    return root && enumerate(&e, root, (const IMAGE_RESOURCE_DIRECTORY *)root);
}

static BOOL enum_names(HMODULE module, LPCWSTR type, const void *type_a, FARPROC proc, LPARAM param, BOOL ansi)
{
    struct enumeration e = { ENUM_NAMES, module, proc, param, ansi, type, NULL, type_a, NULL };
    const BYTE *root = resource_root(real_module(module));
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry;
    const IMAGE_RESOURCE_DIRECTORY *dir;
    struct resource_id id;

    if (!root)
        return FALSE;
    id = parse_id(type);
    entry = find_entry(root, (const IMAGE_RESOURCE_DIRECTORY *)root, &id);
    if (!entry || !(dir = subdirectory(root, entry)))
        return fail(ERROR_RESOURCE_TYPE_NOT_FOUND);
    return enumerate(&e, root, dir);
}

static BOOL enum_languages(HMODULE module, LPCWSTR type, LPCWSTR name, const void *type_a, const void *name_a,
                           FARPROC proc, LPARAM param, BOOL ansi)
{
    struct enumeration e = { ENUM_LANGUAGES, module, proc, param, ansi, type, name, type_a, name_a };
    const IMAGE_RESOURCE_DIRECTORY *dir;
    const BYTE *root;

    return (dir = find_languages(real_module(module), type, name, &root)) && enumerate(&e, root, dir);
}

BOOL WINAPI EnumResourceTypesExW(HMODULE module, ENUMRESTYPEPROCW proc, LONG_PTR param, DWORD flags, LANGID language)
{
    (void)language;
    if (flags & ~(RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_VALIDATE))
        return fail(ERROR_INVALID_PARAMETER);
    return enum_types(module, (FARPROC)(void *)proc, param, FALSE);
}

BOOL WINAPI EnumResourceTypesExA(HMODULE module, ENUMRESTYPEPROCA proc, LONG_PTR param, DWORD flags, LANGID language)
{
    (void)language;
    if (flags & ~(RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_VALIDATE))
        return fail(ERROR_INVALID_PARAMETER);
    return enum_types(module, (FARPROC)(void *)proc, param, TRUE);
}

BOOL WINAPI EnumResourceTypesW(HMODULE module, ENUMRESTYPEPROCW proc, LONG_PTR param)
{
    return EnumResourceTypesExW(module, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceTypesA(HMODULE module, ENUMRESTYPEPROCA proc, LONG_PTR param)
{
    return EnumResourceTypesExA(module, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceNamesExW(HMODULE module, LPCWSTR type, ENUMRESNAMEPROCW proc, LONG_PTR param, DWORD flags,
                                 LANGID language)
{
    (void)language;
    if (flags & ~(RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_VALIDATE))
        return fail(ERROR_INVALID_PARAMETER);
    return enum_names(module, type, NULL, (FARPROC)(void *)proc, param, FALSE);
}

BOOL WINAPI EnumResourceNamesExA(HMODULE module, LPCSTR type, ENUMRESNAMEPROCA proc, LONG_PTR param, DWORD flags,
                                 LANGID language)
{
    struct wide_arg wide;
    BOOL ok;

    (void)language;
    if (flags & ~(RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_VALIDATE))
        return fail(ERROR_INVALID_PARAMETER);
    if (!wide_id(&wide, type))
        return FALSE;
    ok = enum_names(module, wide.str, type, (FARPROC)(void *)proc, param, TRUE);
    wide_id_free(&wide);
    return ok;
}

BOOL WINAPI EnumResourceNamesW(HMODULE module, LPCWSTR type, ENUMRESNAMEPROCW proc, LONG_PTR param)
{
    return EnumResourceNamesExW(module, type, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceNamesA(HMODULE module, LPCSTR type, ENUMRESNAMEPROCA proc, LONG_PTR param)
{
    return EnumResourceNamesExA(module, type, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceLanguagesExW(HMODULE module, LPCWSTR type, LPCWSTR name, ENUMRESLANGPROCW proc, LONG_PTR param,
                                     DWORD flags, LANGID language)
{
    (void)language;
    if (flags & ~(RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_VALIDATE))
        return fail(ERROR_INVALID_PARAMETER);
    return enum_languages(module, type, name, NULL, NULL, (FARPROC)(void *)proc, param, FALSE);
}

BOOL WINAPI EnumResourceLanguagesExA(HMODULE module, LPCSTR type, LPCSTR name, ENUMRESLANGPROCA proc, LONG_PTR param,
                                     DWORD flags, LANGID language)
{
    struct wide_arg wide_type, wide_name;
    BOOL ok = FALSE;

    (void)language;
    if (flags & ~(RESOURCE_ENUM_LN | RESOURCE_ENUM_MUI | RESOURCE_ENUM_VALIDATE))
        return fail(ERROR_INVALID_PARAMETER);
    if (!wide_id(&wide_type, type))
        return FALSE;
    if (wide_id(&wide_name, name)) {
        ok = enum_languages(module, wide_type.str, wide_name.str, type, name, (FARPROC)(void *)proc, param, TRUE);
        wide_id_free(&wide_name);
    }
    wide_id_free(&wide_type);
    return ok;
}

BOOL WINAPI EnumResourceLanguagesW(HMODULE module, LPCWSTR type, LPCWSTR name, ENUMRESLANGPROCW proc, LONG_PTR param)
{
    return EnumResourceLanguagesExW(module, type, name, proc, param, 0, 0);
}

BOOL WINAPI EnumResourceLanguagesA(HMODULE module, LPCSTR type, LPCSTR name, ENUMRESLANGPROCA proc, LONG_PTR param)
{
    return EnumResourceLanguagesExA(module, type, name, proc, param, 0, 0);
}

/* --- strings: bundles of 16, each a length and that many characters --- */

static const WCHAR *find_string(HINSTANCE module, UINT id, WORD language)
{
    HRSRC info = FindResourceExW(module, (LPCWSTR)RT_STRING, MAKEINTRESOURCEW((id >> 4 & 0xfff) + 1), language);
    const WCHAR *at = info ? LoadResource(module, info) : NULL;

    if (!at)
        return NULL;
    for (UINT i = 0; i < (id & 15); i++)
        at += *at + 1;
    return at;
}

int WINAPI LoadStringBaseExW(HINSTANCE module, UINT id, LPWSTR buffer, int size, WORD language)
{
    const WCHAR *str;
    int len;

    if (!buffer || size < 0)
        return fail(ERROR_INVALID_PARAMETER);
    str = find_string(module, id, language);
    if (!str || !*str) {
        if (size)
            *buffer = 0;
        return str ? fail(ERROR_RESOURCE_NAME_NOT_FOUND) : 0;
    }
    if (!size) {
        *(const WCHAR **)buffer = str + 1; /* documented: a pointer to the resource itself */
        return *str;
    }
    len = *str < size - 1 ? *str : size - 1;
    memcpy(buffer, str + 1, len * sizeof(WCHAR));
    buffer[len] = 0;
    return len;
}

int WINAPI LoadStringW(HINSTANCE module, UINT id, LPWSTR buffer, int size)
{
    return LoadStringBaseExW(module, id, buffer, size, 0);
}

int WINAPI LoadStringA(HINSTANCE module, UINT id, LPSTR buffer, int size)
{
    const WCHAR *str;
    int len = 0;

    if (!buffer || size <= 0)
        return size ? fail(ERROR_INVALID_PARAMETER) : -1;
    str = find_string(module, id, 0);
    for (UINT i = 0; str && i < *str; i++) {
        char bytes[2];
        int n = WideCharToMultiByte(CP_ACP, 0, str + 1 + i, 1, bytes, 2, NULL, NULL);
        if (len + n >= size)
            break;
        memcpy(buffer + len, bytes, n);
        len += n;
    }
    buffer[len] = 0;
    if (str && !*str)
        SetLastError(ERROR_RESOURCE_NAME_NOT_FOUND);
    return len;
}
