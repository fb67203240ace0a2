/* SPDX-License-Identifier: MIT */
/*
 * libloaderapi_resource.c: resources of modules: finding, loading, enumerating. UpdateResource: winbase_resource.c. ntdll looks
 * them up, and refuses directories that lead nowhere; where the entries are read here, it is by copying.
 */
#include "nls.h"

static HMODULE real_module(HMODULE module)
{
    return module ? module : (HMODULE)nt_peb()->ImageBaseAddress;
}

/* A resource's name or number, as the functions take them, MAKEINTRESOURCE, "#123" or a name, as ntdll takes it. */
struct resource_id {
    ULONG_PTR value;
    WCHAR *buffer; /* of a name: in upper case, as in the directory */
};

static BOOL parse_id(struct resource_id *id, const WCHAR *text)
{
    SIZE_T len;

    id->buffer = NULL;
    id->value = (ULONG_PTR)text;
    if (IS_INTRESOURCE(text))
        return TRUE;
    if (*text == '#') {
        USHORT number = 0;

        for (text++; *text >= '0' && *text <= '9'; text++)
            number = (USHORT)(number * 10 + (*text - '0'));
        id->value = number;
        return TRUE;
    }
    len = wcslen(text);
    if (!(id->buffer = kb_alloc((len + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (SIZE_T i = 0; i <= len; i++)
        id->buffer[i] = nls_upper(text[i]);
    id->value = (ULONG_PTR)id->buffer;
    return TRUE;
}

/* The data entry of a resource, or, with fewer levels, the directory of its names or languages. */
static const void *find(HMODULE module, LPCWSTR type, LPCWSTR name, WORD language, ULONG level, BOOL directory)
{
    struct resource_id type_id = { 0 }, name_id = { 0 };
    LDR_RESOURCE_INFO info;
    void *found = NULL;

    if ((level < 1 || parse_id(&type_id, type)) && (level < 2 || parse_id(&name_id, name))) {
        NTSTATUS status;

        info.Type = type_id.value;
        info.Name = name_id.value;
        info.Language = language;
        if (directory)
            status = LdrFindResourceDirectory_U(real_module(module), level ? &info : NULL, level,
                                                (IMAGE_RESOURCE_DIRECTORY **)&found);
        else
            status = LdrFindResource_U(real_module(module), &info, level, (IMAGE_RESOURCE_DATA_ENTRY **)&found);
        if (!set_ntstatus(status))
            found = NULL;
    }
    kb_free(type_id.buffer);
    kb_free(name_id.buffer);
    return found;
}

HRSRC WINAPI FindResourceExW(HMODULE module, LPCWSTR type, LPCWSTR name, WORD language)
{
    return (HRSRC)find(module, type, name, language, 3, FALSE);
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

static void *load(HMODULE module, HRSRC info, DWORD *size)
{
    void *data;

    if (!info)
        return NULL;
    return set_ntstatus(LdrAccessResource(real_module(module), (IMAGE_RESOURCE_DATA_ENTRY *)info, &data, size)) ? data
                                                                                                                : NULL;
}

HGLOBAL WINAPI LoadResource(HMODULE module, HRSRC info)
{
    return load(module, info, NULL);
}

LPVOID WINAPI LockResource(HGLOBAL data)
{
    return data;
}

DWORD WINAPI SizeofResource(HMODULE module, HRSRC info)
{
    DWORD size = 0;

    load(module, info, &size);
    return size;
}

BOOL WINAPI FreeResource(HGLOBAL data)
{
    (void)data;
    return FALSE; /* documented: FALSE for success; nothing is to be freed */
}

/* --- enumeration --- */

static BOOL copy_from(void *to, const void *from, SIZE_T size)
{
    return NtReadVirtualMemory(NT_CURRENT_PROCESS, (void *)from, to, size, NULL) ? fail(ERROR_BAD_EXE_FORMAT) : TRUE;
}

/* An entry's id for a callback: a number, or a zero-terminated copy in *buffer (a heap block). */
static BOOL entry_id(const BYTE *root, const IMAGE_RESOURCE_DIRECTORY_ENTRY *entry, WCHAR **id, WCHAR **buffer)
{
    const IMAGE_RESOURCE_DIR_STRING_U *str;
    WORD length;

    *buffer = NULL;
    if (!entry->NameIsString) {
        *id = MAKEINTRESOURCEW(entry->Id);
        return TRUE;
    }
    str = (const void *)(root + entry->NameOffset);
    if (!copy_from(&length, &str->Length, sizeof(length)))
        return FALSE;
    if (!(*buffer = kb_alloc((length + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!copy_from(*buffer, str->NameString, length * sizeof(WCHAR))) {
        kb_free(*buffer);
        return FALSE;
    }
    (*buffer)[length] = 0;
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

static BOOL enumerate(const struct enumeration *e, const IMAGE_RESOURCE_DIRECTORY *dir)
{
    const BYTE *root = find(e->module, NULL, NULL, 0, 0, TRUE);
    const IMAGE_RESOURCE_DIRECTORY_ENTRY *entries = (const IMAGE_RESOURCE_DIRECTORY_ENTRY *)(dir + 1);
    IMAGE_RESOURCE_DIRECTORY header;
    BOOL more = TRUE;

    if (!root || !dir || !copy_from(&header, dir, sizeof(header)))
        return FALSE;
    for (UINT i = 0; i < (UINT)header.NumberOfNamedEntries + header.NumberOfIdEntries && more; i++) {
        IMAGE_RESOURCE_DIRECTORY_ENTRY entry;
        WCHAR *id, *buffer;
        char *ansi = NULL;
        const void *arg;

        if (!copy_from(&entry, &entries[i], sizeof(entry)) || !entry_id(root, &entry, &id, &buffer))
            return FALSE;
        arg = id;
        if (e->ansi && buffer && !(arg = ansi = ansi_dup(id))) {
            kb_free(buffer);
            return FALSE;
        }
        if (e->what == ENUM_LANGUAGES)
            more = ((ENUMRESLANGPROCW)(void *)e->proc)(e->module, e->ansi ? (const void *)e->type_a : e->type,
                                                       e->ansi ? (const void *)e->name_a : e->name, entry.Id, e->param);
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

    return enumerate(&e, find(module, NULL, NULL, 0, 0, TRUE));
}

static BOOL enum_names(HMODULE module, LPCWSTR type, const void *type_a, FARPROC proc, LPARAM param, BOOL ansi)
{
    struct enumeration e = { ENUM_NAMES, module, proc, param, ansi, type, NULL, type_a, NULL };

    return enumerate(&e, find(module, type, NULL, 0, 1, TRUE));
}

static BOOL enum_languages(HMODULE module, LPCWSTR type, LPCWSTR name, const void *type_a, const void *name_a,
                           FARPROC proc, LPARAM param, BOOL ansi)
{
    struct enumeration e = { ENUM_LANGUAGES, module, proc, param, ansi, type, name, type_a, name_a };

    return enumerate(&e, find(module, type, name, 0, 2, TRUE));
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
    DWORD size;
    const WCHAR *at = load(module, info, &size), *end;

    if (!at)
        return NULL;
    end = at + size / sizeof(*at);
    for (UINT i = 0; at < end && *at < end - at; i++, at += *at + 1)
        if (i == (id & 15))
            return at;
    return fail_null(ERROR_RESOURCE_NAME_NOT_FOUND);
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
