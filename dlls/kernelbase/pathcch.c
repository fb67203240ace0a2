/* SPDX-License-Identifier: MIT */
/* pathcch.c: the path functions of pathcch.h, with buffer sizes and long names. Putting together: pathcch_combine.c. */
#include "pathcch_private.h"

static BOOL is_letter(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t pathcch_prefix(const WCHAR *path, BOOL *unc)
{
    *unc = FALSE;
    if (wcsncmp(path, L"\\\\?\\", 4))
        return 0;
    if (!_wcsnicmp(path + 4, L"UNC\\", 4)) {
        *unc = TRUE;
        return 8;
    }
    return is_letter(path[4]) && path[5] == ':' ? 4 : 0;
}

/* `{8-4-4-4-12}` */
static BOOL is_guid(const WCHAR *str)
{
    static const WCHAR pattern[] = L"{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == 'x' ? !(str[i] && wcschr(L"0123456789abcdefABCDEF", str[i])) : str[i] != pattern[i])
            return FALSE;
    return TRUE;
}

SIZE_T pathcch_root(const WCHAR *path)
{
    BOOL unc;
    size_t n = pathcch_prefix(path, &unc);

    if (unc || (!n && path[0] == '\\' && path[1] == '\\' && path[2] != '?')) {
        int parts;

        if (!n)
            n = 2;
        for (parts = 0; parts < 2 && path[n]; parts++) {
            while (path[n] && path[n] != '\\')
                n++;
            if (path[n])
                n++;
        }
        return n;
    }
    if (!n && !_wcsnicmp(path, L"\\\\?\\Volume", 10) && is_guid(path + 10)) {
        n = 10 + 38;
        return path[n] == '\\' ? n + 1 : n;
    }
    if (is_letter(path[n]) && path[n + 1] == ':')
        return path[n + 2] == '\\' ? n + 3 : n + 2;
    return !n && path[0] == '\\' && path[1] != '\\' ? 1 : 0;
}

/* The string's length, if it ends within the buffer. */
static BOOL length_of(const WCHAR *path, size_t size, size_t *length)
{
    if (!path || !size || size > PATHCCH_MAX_CCH)
        return FALSE;
    for (*length = 0; *length < size; ++*length)
        if (!path[*length])
            return TRUE;
    return FALSE;
}

/* --- backslashes --- */

HRESULT WINAPI PathCchAddBackslashEx(WCHAR *path, size_t size, WCHAR **end, size_t *remaining)
{
    size_t length;
    HRESULT result = S_OK;

    if (end)
        *end = NULL;
    if (remaining)
        *remaining = 0;
    if (!length_of(path, size, &length))
        return E_INVALIDARG;
    if (!length || path[length - 1] == '\\')
        result = S_FALSE;
    else if (length + 2 > size)
        return STRSAFE_E_INSUFFICIENT_BUFFER;
    else {
        path[length++] = '\\';
        path[length] = 0;
    }
    if (end)
        *end = path + length;
    if (remaining)
        *remaining = size - length;
    return result;
}

HRESULT WINAPI PathCchAddBackslash(WCHAR *path, size_t size)
{
    return PathCchAddBackslashEx(path, size, NULL, NULL);
}

HRESULT WINAPI PathCchRemoveBackslashEx(WCHAR *path, size_t size, WCHAR **end, size_t *remaining)
{
    size_t length;
    HRESULT result = S_FALSE;

    if (end)
        *end = NULL;
    if (remaining)
        *remaining = 0;
    if (!length_of(path, size, &length))
        return E_INVALIDARG;
    if (length && path[length - 1] == '\\' && !PathCchIsRoot(path)) {
        path[--length] = 0;
        result = S_OK;
    }
    /* Of a root, the backslash that stays is pointed to. */
    if (result == S_FALSE && length && path[length - 1] == '\\')
        length--;
    if (end)
        *end = path + length;
    if (remaining)
        *remaining = size - length;
    return result;
}

HRESULT WINAPI PathCchRemoveBackslash(WCHAR *path, size_t size)
{
    return PathCchRemoveBackslashEx(path, size, NULL, NULL);
}

/* --- roots --- */

HRESULT WINAPI PathCchSkipRoot(const WCHAR *path, const WCHAR **end)
{
    size_t root;

    if (!path || !*path || !end)
        return E_INVALIDARG;
    root = pathcch_root(path);
    *end = root ? path + root : NULL;
    return root ? S_OK : E_INVALIDARG;
}

BOOL WINAPI PathCchIsRoot(const WCHAR *path)
{
    size_t root;

    if (!path || !*path)
        return FALSE;
    root = pathcch_root(path);
    if (!root || path[root])
        return FALSE;
    /* `C:` and `\\server\` are none; `\\server\share\` is one without its last backslash only. */
    if (path[root - 1] == ':')
        return FALSE;
    if (PathIsUNCEx(path, NULL) && path[root - 1] == '\\' && root > 2) {
        BOOL unc;
        size_t n = pathcch_prefix(path, &unc);

        return root == (unc ? n : 2); /* nothing but the prefix */
    }
    return TRUE;
}

HRESULT WINAPI PathCchStripToRoot(WCHAR *path, size_t size)
{
    size_t length, root;

    if (!length_of(path, size, &length))
        return E_INVALIDARG;
    if (!(root = pathcch_root(path)))
        return E_INVALIDARG;
    if (PathIsUNCEx(path, NULL) && root > 2 && path[root - 1] == '\\')
        root--;
    if (!path[root])
        return S_FALSE;
    path[root] = 0;
    return S_OK;
}

HRESULT WINAPI PathCchRemoveFileSpec(WCHAR *path, size_t size)
{
    size_t length, root, cut;

    if (!length_of(path, size, &length))
        return E_INVALIDARG;
    root = pathcch_root(path);
    for (cut = length; cut > root && path[cut - 1] != '\\';)
        cut--;
    if (cut > root)
        cut--;
    else if (PathIsUNCEx(path, NULL) && cut > 2 && path[cut - 1] == '\\')
        cut--; /* the share is left without its backslash */
    if (cut >= length)
        return S_FALSE;
    path[cut] = 0;
    return S_OK;
}

HRESULT WINAPI PathCchStripPrefix(WCHAR *path, size_t size)
{
    size_t length, prefix;
    BOOL unc;

    if (!length_of(path, size, &length))
        return E_INVALIDARG;
    if (!(prefix = pathcch_prefix(path, &unc)))
        return S_FALSE;
    if (unc) {
        memmove(path + 2, path + prefix, (length - prefix + 1) * sizeof(WCHAR)); /* `\\` stays */
    } else
        memmove(path, path + prefix, (length - prefix + 1) * sizeof(WCHAR));
    return S_OK;
}

BOOL WINAPI PathIsUNCEx(const WCHAR *path, const WCHAR **server)
{
    const WCHAR *result = NULL;

    if (path && path[0] == '\\' && path[1] == '\\') {
        if (path[2] != '?')
            result = path + 2;
        else if (!_wcsnicmp(path, L"\\\\?\\UNC\\", 8))
            result = path + 8;
    }
    if (server)
        *server = result;
    return result != NULL;
}

/* --- extensions --- */

HRESULT WINAPI PathCchFindExtension(const WCHAR *path, size_t size, const WCHAR **extension)
{
    const WCHAR *dot = NULL;
    size_t length, i;

    if (!extension)
        return E_INVALIDARG;
    *extension = NULL;
    if (!length_of(path, size, &length))
        return E_INVALIDARG;
    for (i = 0; i < length; i++) {
        if (path[i] == '.')
            dot = path + i;
        else if (path[i] == '\\' || path[i] == ' ')
            dot = NULL;
    }
    *extension = dot ? dot : path + length;
    return S_OK;
}

/* With or without its dot; neither blanks nor backslashes, nor another dot. */
static BOOL valid_extension(const WCHAR *extension, const WCHAR **body)
{
    if (!extension)
        return FALSE;
    *body = extension + (*extension == '.');
    return !wcspbrk(*body, L". \\");
}

static HRESULT put_extension(WCHAR *at, size_t room, const WCHAR *body)
{
    size_t length = wcslen(body);

    if (!length) { /* "" and "." both mean none */
        *at = 0;
        return S_OK;
    }
    if (length + 2 > room)
        return STRSAFE_E_INSUFFICIENT_BUFFER;
    *at = '.';
    memcpy(at + 1, body, (length + 1) * sizeof(WCHAR));
    return S_OK;
}

HRESULT WINAPI PathCchAddExtension(WCHAR *path, size_t size, const WCHAR *extension)
{
    const WCHAR *end, *body;
    HRESULT result;

    if (!valid_extension(extension, &body))
        return E_INVALIDARG;
    if ((result = PathCchFindExtension(path, size, &end)))
        return result;
    return *end ? S_FALSE : put_extension((WCHAR *)end, size - (end - path), body);
}

HRESULT WINAPI PathCchRemoveExtension(WCHAR *path, size_t size)
{
    const WCHAR *end;
    HRESULT result = PathCchFindExtension(path, size, &end);

    if (result)
        return result;
    if (!*end)
        return S_FALSE;
    *(WCHAR *)end = 0;
    return S_OK;
}

HRESULT WINAPI PathCchRenameExtension(WCHAR *path, size_t size, const WCHAR *extension)
{
    const WCHAR *end, *body;
    HRESULT result;

    if (!valid_extension(extension, &body))
        return E_INVALIDARG;
    if ((result = PathCchFindExtension(path, size, &end)))
        return result;
    return put_extension((WCHAR *)end, size - (end - path), body);
}
