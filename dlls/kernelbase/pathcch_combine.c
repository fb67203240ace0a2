/* SPDX-License-Identifier: MIT */
/* pathcch_combine.c: PathCchCanonicalize, PathCchCombine, PathCchAppend, PathAlloc*. */
#include "pathcch_private.h"

#define KNOWN_FLAGS                                                                                                    \
    (PATHCCH_ALLOW_LONG_PATHS | PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS | PATHCCH_FORCE_DISABLE_LONG_NAME_PROCESS |     \
     PATHCCH_DO_NOT_NORMALIZE_SEGMENTS | PATHCCH_ENSURE_IS_EXTENDED_LENGTH_PATH | PATHCCH_ENSURE_TRAILING_SLASH)

/* What `..` can never remove: a drive's root, the backslashes of a UNC name (not its server and share), `\\` alone. */
static size_t fixed_part(const WCHAR *path)
{
    size_t prefix, root = pathcch_root(path);
    BOOL unc;

    prefix = pathcch_prefix(path, &unc);
    if (unc)
        return prefix;
    if (PathIsUNCEx(path, NULL))
        return 2;
    /* `C:name` is a name whose first segment has a drive. */
    return root && path[root - 1] == ':' && path[root] ? 0 : root;
}

/* Writes the canonical form of `in`, which has the same length at most, but for a root's backslash. */
static size_t resolve(const WCHAR *in, WCHAR *out, BOOL normalise)
{
    size_t root = fixed_part(in), n = root;

    memcpy(out, in, root * sizeof(WCHAR));
    in += root;
    if (root && out[root - 1] == ':')
        out[n++] = '\\';
    root = n;
    while (*in) {
        size_t length = 0;
        BOOL skip = FALSE; /* the backslash behind the segment */

        while (in[length] && in[length] != '\\')
            length++;
        if (length == 1 && in[0] == '.') {
            skip = TRUE;
        } else if (length == 2 && in[0] == '.' && in[1] == '.') {
            BOOL any = n > root;

            if (any && out[n - 1] == '\\')
                n--;
            while (n > root && out[n - 1] != '\\')
                n--;
            /* `a\..\b` is `\b`: what is left of a relative name that went all the way up is the root. */
            skip = n || !any;
        } else {
            size_t kept = length;

            while (normalise && !in[length] && kept > 1 && in[kept - 1] == '.')
                kept--; /* dots at the end are no part of a name, as in Win32 names */
            memcpy(out + n, in, kept * sizeof(WCHAR));
            n += kept;
        }
        in += length;
        if (*in == '\\') {
            in++;
            if (!skip)
                out[n++] = '\\';
        } else if (skip && n > root && out[n - 1] == '\\')
            n--; /* the last segment was `.` or `..` */
    }
    if (!n)
        out[n++] = '\\';
    out[n] = 0;
    return n;
}

HRESULT WINAPI PathAllocCanonicalize(const WCHAR *path, ULONG flags, WCHAR **result)
{
    size_t length, prefix, n, extra;
    WCHAR *text;
    BOOL unc, extended;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!path ||
        ((flags & PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS) && (flags & PATHCCH_FORCE_DISABLE_LONG_NAME_PROCESS)) ||
        (flags & (PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS | PATHCCH_FORCE_DISABLE_LONG_NAME_PROCESS) &&
         !(flags & PATHCCH_ALLOW_LONG_PATHS)) ||
        flags & ~(ULONG)KNOWN_FLAGS)
        return E_INVALIDARG;
    if (flags & PATHCCH_ENSURE_IS_EXTENDED_LENGTH_PATH)
        flags |= PATHCCH_ALLOW_LONG_PATHS;
    length = wcslen(path);
    if (length >= PATHCCH_MAX_CCH || (length >= MAX_PATH + 4 && !(flags & PATHCCH_ALLOW_LONG_PATHS)))
        return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    if (!(text = LocalAlloc(LMEM_FIXED, (length + 16) * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    n = resolve(path, text, !(flags & PATHCCH_DO_NOT_NORMALIZE_SEGMENTS));
    if (flags & PATHCCH_ENSURE_TRAILING_SLASH && text[n - 1] != '\\') {
        text[n++] = '\\';
        text[n] = 0;
    }
    /* The prefix is there if it must be, and not if it need not. */
    prefix = pathcch_prefix(text, &unc);
    extended = flags & PATHCCH_ENSURE_IS_EXTENDED_LENGTH_PATH ||
               (flags & PATHCCH_ALLOW_LONG_PATHS && n - (prefix ? (unc ? prefix - 2 : prefix) : 0) >= MAX_PATH &&
                !(flags & PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS));
    if (prefix && !extended) {
        PathCchStripPrefix(text, n + 1);
        n = wcslen(text);
    } else if (!prefix && extended) {
        if (text[0] == '\\' && text[1] == '\\' && text[2] != '?') {
            extra = 6;
            memmove(text + 8, text + 2, (n - 2 + 1) * sizeof(WCHAR));
            memcpy(text, L"\\\\?\\UNC\\", 8 * sizeof(WCHAR));
            n += extra;
        } else if (text[0] && text[1] == ':') {
            memmove(text + 4, text, (n + 1) * sizeof(WCHAR));
            memcpy(text, L"\\\\?\\", 4 * sizeof(WCHAR));
            n += 4;
        }
    }
    if (n >= MAX_PATH && !(flags & PATHCCH_ALLOW_LONG_PATHS)) {
        LocalFree(text);
        return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    }
    *result = text;
    return S_OK;
}

/* Into a buffer; a result that does not fit is none. */
static HRESULT deliver(HRESULT status, WCHAR *text, WCHAR *out, size_t size)
{
    size_t length;

    if (status) {
        *out = 0;
        return status;
    }
    length = wcslen(text);
    if (length < size)
        memcpy(out, text, (length + 1) * sizeof(WCHAR));
    else {
        *out = 0;
        status = size < MAX_PATH ? STRSAFE_E_INSUFFICIENT_BUFFER : HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    }
    LocalFree(text);
    return status;
}

HRESULT WINAPI PathCchCanonicalizeEx(WCHAR *out, size_t size, const WCHAR *path, ULONG flags)
{
    WCHAR *text;
    HRESULT status;

    if (!out || !size || !path)
        return E_INVALIDARG;
    status = PathAllocCanonicalize(path, flags, &text);
    return deliver(status, text, out, size);
}

HRESULT WINAPI PathCchCanonicalize(WCHAR *out, size_t size, const WCHAR *path)
{
    return PathCchCanonicalizeEx(out, size, path, 0);
}

HRESULT WINAPI PathAllocCombine(const WCHAR *dir, const WCHAR *more, ULONG flags, WCHAR **result)
{
    size_t dir_length, more_length, n;
    WCHAR *joined;
    HRESULT status;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!dir && !more)
        return E_INVALIDARG;
    if (!dir || !more || !*dir || !*more)
        return PathAllocCanonicalize(!dir || (!*dir && more) ? more : dir, flags, result);
    /* A full name stands for itself, one from the root is put below the directory's root. */
    if (more[0] == '\\' ? more[1] == '\\' : pathcch_root(more) != 0)
        return PathAllocCanonicalize(more, flags, result);
    dir_length = wcslen(dir);
    more_length = wcslen(more);
    if (!(joined = LocalAlloc(LMEM_FIXED, (dir_length + more_length + 2) * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    n = dir_length;
    if (*more == '\\') {
        if (pathcch_root(dir))
            n = pathcch_root(dir);
        more++;
        more_length--;
    }
    memcpy(joined, dir, n * sizeof(WCHAR));
    if (!n || joined[n - 1] != '\\')
        joined[n++] = '\\';
    memcpy(joined + n, more, (more_length + 1) * sizeof(WCHAR));
    status = PathAllocCanonicalize(joined, flags, result);
    LocalFree(joined);
    return status;
}

HRESULT WINAPI PathCchCombineEx(WCHAR *out, size_t size, const WCHAR *dir, const WCHAR *more, ULONG flags)
{
    WCHAR *text;
    HRESULT status;

    if (!out || !size || size > PATHCCH_MAX_CCH)
        return E_INVALIDARG;
    status = PathAllocCombine(dir, more, flags, &text);
    return deliver(status, text, out, size);
}

HRESULT WINAPI PathCchCombine(WCHAR *out, size_t size, const WCHAR *dir, const WCHAR *more)
{
    return PathCchCombineEx(out, size, dir, more, 0);
}

HRESULT WINAPI PathCchAppendEx(WCHAR *path, size_t size, const WCHAR *more, ULONG flags)
{
    WCHAR *text = NULL;
    HRESULT status;
    size_t length;

    if (!path || !size || size > PATHCCH_MAX_CCH)
        return E_INVALIDARG;
    /* Unlike PathCchCombine, it takes a leading backslash for none. */
    if (more && more[0] == '\\' && more[1] != '\\')
        more++;
    status = PathAllocCombine(path, more, flags, &text);
    if (status)
        return status;
    length = wcslen(text);
    if (length < size)
        memcpy(path, text, (length + 1) * sizeof(WCHAR));
    LocalFree(text);
    return length < size ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

HRESULT WINAPI PathCchAppend(WCHAR *path, size_t size, const WCHAR *more)
{
    return PathCchAppendEx(path, size, more, 0);
}
