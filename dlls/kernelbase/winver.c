/* SPDX-License-Identifier: MIT */
/* winver.c: version resources (version.dll forwards here). */
#include "nls.h"
#include <winver.h>

/*
 * A node of a version resource: three words, a key, a value and children, each aligned to 4 bytes (see
 * "VS_VERSIONINFO structure").
 */
struct node {
    WORD length;
    WORD value_length; /* in characters if the value is text */
    WORD type;         /* 1: text */
    WCHAR key[];
};

#define ALIGN4(n) (((n) + 3) & ~(SIZE_T)3)

/*
 * What GetFileVersionInfo fills: the resource, a mark, and room for the strings that VerQueryValueA converts: the
 * conversion of a string lies as far behind the mark as the string lies behind the start.
 */
#define MARK 0x58324546 /* "FE2X" */

static SIZE_T buffer_size(SIZE_T resource)
{
    return ALIGN4(resource) * 2 + sizeof(DWORD);
}

static HMODULE open_file(LPCWSTR file, DWORD flags)
{
    HMODULE module = LoadLibraryExW(file, NULL, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);

    (void)flags;
    if (!module && GetLastError() == ERROR_BAD_EXE_FORMAT)
        SetLastError(ERROR_RESOURCE_DATA_NOT_FOUND);
    return module;
}

static const void *find_version(HMODULE module, DWORD *size)
{
    HRSRC info = FindResourceW(module, MAKEINTRESOURCEW(VS_VERSION_INFO), (LPCWSTR)RT_VERSION);

    if (!info)
        return NULL;
    *size = SizeofResource(module, info);
    return LoadResource(module, info);
}

DWORD WINAPI GetFileVersionInfoSizeExW(DWORD flags, LPCWSTR file, LPDWORD handle)
{
    HMODULE module;
    DWORD size = 0;

    if (handle)
        *handle = 0;
    if (!file)
        return fail(ERROR_INVALID_PARAMETER);
    if (!*file)
        return fail(ERROR_BAD_PATHNAME);
    if (!(module = open_file(file, flags)))
        return 0;
    if (find_version(module, &size))
        size = buffer_size(size);
    FreeLibrary(module);
    return size;
}

DWORD WINAPI GetFileVersionInfoSizeW(LPCWSTR file, LPDWORD handle)
{
    return GetFileVersionInfoSizeExW(FILE_VER_GET_LOCALISED, file, handle);
}

BOOL WINAPI GetFileVersionInfoExW(DWORD flags, LPCWSTR file, DWORD handle, DWORD len, LPVOID data)
{
    const struct node *resource;
    HMODULE module;
    DWORD size;

    (void)handle;
    if (!data || !file)
        return fail(ERROR_INVALID_DATA);
    if (!(module = open_file(file, flags)))
        return FALSE;
    if (!(resource = find_version(module, &size))) {
        FreeLibrary(module);
        return FALSE;
    }
    memcpy(data, resource, len < size ? len : size);
    if (len < size && len >= sizeof(WORD))
        *(WORD *)data = len;
    if (len >= ALIGN4(size) + sizeof(DWORD))
        *(DWORD *)((BYTE *)data + ALIGN4(size)) = MARK;
    FreeLibrary(module);
    return TRUE;
}

BOOL WINAPI GetFileVersionInfoW(LPCWSTR file, DWORD handle, DWORD len, LPVOID data)
{
    return GetFileVersionInfoExW(FILE_VER_GET_LOCALISED, file, handle, len, data);
}

DWORD WINAPI GetFileVersionInfoSizeExA(DWORD flags, LPCSTR file, LPDWORD handle)
{
    struct wide_arg wide;
    DWORD size;

    if (!wide_file_arg(&wide, file))
        return 0;
    size = GetFileVersionInfoSizeExW(flags, wide.str, handle);
    wide_arg_free(&wide);
    return size;
}

DWORD WINAPI GetFileVersionInfoSizeA(LPCSTR file, LPDWORD handle)
{
    return GetFileVersionInfoSizeExA(FILE_VER_GET_LOCALISED, file, handle);
}

BOOL WINAPI GetFileVersionInfoExA(DWORD flags, LPCSTR file, DWORD handle, DWORD len, LPVOID data)
{
    struct wide_arg wide;
    BOOL ok;

    if (!wide_file_arg(&wide, file))
        return FALSE;
    ok = GetFileVersionInfoExW(flags, wide.str, handle, len, data);
    wide_arg_free(&wide);
    return ok;
}

BOOL WINAPI GetFileVersionInfoA(LPCSTR file, DWORD handle, DWORD len, LPVOID data)
{
    return GetFileVersionInfoExA(FILE_VER_GET_LOCALISED, file, handle, len, data);
}

/* --- queries --- */

static const BYTE *value_of(const struct node *node)
{
    return (const BYTE *)node + ALIGN4(offsetof(struct node, key) + (wcslen(node->key) + 1) * sizeof(WCHAR));
}

static SIZE_T value_bytes(const struct node *node)
{
    return node->type ? node->value_length * sizeof(WCHAR) : node->value_length;
}

static const struct node *first_child(const struct node *node)
{
    return (const struct node *)(value_of(node) + ALIGN4(value_bytes(node)));
}

static const struct node *find_child(const struct node *parent, const WCHAR *key, SIZE_T len)
{
    const BYTE *end = (const BYTE *)parent + parent->length;
    const struct node *child = first_child(parent);

    while ((const BYTE *)child + sizeof(*child) <= end && child->length > sizeof(*child)) {
        if (wcslen(child->key) == len && CompareStringOrdinal(child->key, len, key, len, TRUE) == CSTR_EQUAL)
            return child;
        child = (const struct node *)((const BYTE *)child + ALIGN4(child->length));
    }
    return NULL;
}

static const struct node *query(const void *block, const WCHAR *path)
{
    const struct node *node = block;

    while (node && *path) {
        SIZE_T len = 0;

        if (*path == '\\') {
            path++;
            continue;
        }
        while (path[len] && path[len] != '\\')
            len++;
        node = find_child(node, path, len);
        path += len;
    }
    return node;
}

BOOL WINAPI VerQueryValueW(LPCVOID block, LPCWSTR path, LPVOID *value, PUINT len)
{
    const struct node *node;

    if (!block)
        return FALSE;
    if (!path || !*path)
        path = L"\\";
    if (!(node = query(block, path))) {
        if (len)
            *len = 0;
        return fail(ERROR_RESOURCE_TYPE_NOT_FOUND);
    }
    *value = (void *)value_of(node);
    if (len)
        *len = node->value_length;
    /* A text value of no length: an empty string, wherever that lies. */
    if (node->type && !node->value_length)
        *value = (void *)(node->key + wcslen(node->key));
    return TRUE;
}

BOOL WINAPI VerQueryValueA(LPCVOID block, LPCSTR path, LPVOID *value, PUINT len)
{
    const struct node *root = block, *node;
    const WCHAR *text;
    WCHAR *wide;
    SIZE_T chars, offset, mark;
    char *converted;

    if (!block)
        return FALSE;
    if (!(wide = wide_dup_ansi(path && *path ? path : "\\")))
        return FALSE;
    node = query(block, wide);
    kb_free(wide);
    if (!node) {
        if (len)
            *len = 0;
        return fail(ERROR_RESOURCE_TYPE_NOT_FOUND);
    }
    mark = ALIGN4(root->length);
    if (!node->type || *(const DWORD *)((const BYTE *)block + mark) != MARK) {
        *value = (void *)value_of(node);
        if (len)
            *len = node->value_length;
        return TRUE;
    }
    text = node->value_length ? (const WCHAR *)value_of(node) : node->key + wcslen(node->key);
    chars = node->value_length ? node->value_length : 1;
    offset = (const BYTE *)text - (const BYTE *)block;
    converted = (char *)block + mark + sizeof(DWORD) + offset;
    chars = WideCharToMultiByte(CP_ACP, 0, text, chars, converted, chars * sizeof(WCHAR), NULL, NULL);
    *value = converted;
    if (len)
        *len = chars;
    return TRUE;
}

DWORD WINAPI VerLanguageNameW(DWORD language, LPWSTR buffer, DWORD size)
{
    const WCHAR *name = L"Language Neutral";
    WCHAR text[128];
    SIZE_T len;

    if (language && GetLocaleInfoW(language, LOCALE_SLOCALIZEDDISPLAYNAME, text, ARRAY_SIZE(text)))
        name = text;
    len = wcslen(name);
    if (buffer && size) {
        SIZE_T n = len < size - 1 ? len : size - 1;
        memcpy(buffer, name, n * sizeof(WCHAR));
        buffer[n] = 0;
    }
    return len;
}

DWORD WINAPI VerLanguageNameA(DWORD language, LPSTR buffer, DWORD size)
{
    WCHAR wide[128];
    char text[256];
    SIZE_T len;

    VerLanguageNameW(language, wide, ARRAY_SIZE(wide));
    WideCharToMultiByte(CP_ACP, 0, wide, -1, text, sizeof(text), NULL, NULL);
    len = strlen(text);
    if (buffer && size) {
        SIZE_T n = len < size - 1 ? len : size - 1;
        memcpy(buffer, text, n);
        buffer[n] = 0;
    }
    return len;
}
