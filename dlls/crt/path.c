/* SPDX-License-Identifier: MIT */
/* Taking paths apart and putting them together; full paths; searching the folders of an environment variable. */
#include "crt_private.h"

/* A trail byte of a double-byte character may look like a backslash. */
static const char *next_char(const char *p)
{
    const struct mbcinfo *mbc = crt_mbc(NULL);
    return p + (mbc->is_mbcs && (mbc->type[(unsigned char)*p + 1] & 4 /* _M1 */) && p[1] ? 2 : 1);
}

#define CH         char
#define NAME(n, w) n
#define NEXT(p)    next_char(p)
#include "path_impl.h"

#define CH         wchar_t
#define NAME(n, w) w
#define NEXT(p)    ((p) + 1)
#include "path_impl.h"

/* buf == NULL: as long as it needs, malloc'ed. */
wchar_t *__cdecl _wfullpath(wchar_t *buf, const wchar_t *path, size_t size)
{
    if (!path || !*path)
        return _wgetcwd(buf, (int)(size > INT_MAX ? INT_MAX : size));
    if (buf) {
        CRT_VALIDATE(size, EINVAL, NULL);
        DWORD n = GetFullPathNameW(path, size > MAXDWORD ? MAXDWORD : (DWORD)size, buf, NULL);
        if (n >= size) {
            errno = ERANGE;
            return NULL;
        }
        if (!n) {
            crt_map_error(GetLastError());
            return NULL;
        }
        return buf;
    }
    DWORD n = GetFullPathNameW(path, 0, NULL, NULL);
    if (!n) {
        crt_map_error(GetLastError());
        return NULL;
    }
    buf = malloc((n > size ? n : size) * sizeof(wchar_t));
    if (!buf) {
        errno = ENOMEM;
        return NULL;
    }
    if (!GetFullPathNameW(path, n, buf, NULL)) {
        crt_map_error(GetLastError());
        free(buf);
        return NULL;
    }
    return buf;
}

char *__cdecl _fullpath(char *buf, const char *path, size_t size)
{
    if (!path || !*path)
        return _getcwd(buf, (int)(size > INT_MAX ? INT_MAX : size));
    CRT_VALIDATE(!buf || size, EINVAL, NULL);
    wchar_t *wide = crt_widen_path(path), *full = wide ? _wfullpath(NULL, wide, 0) : NULL;
    char *narrow = full ? crt_narrow_path(full) : NULL;
    free(wide);
    free(full);
    if (!narrow || !buf)
        return narrow;
    size_t n = strlen(narrow) + 1;
    if (n > size) {
        errno = ERANGE;
        buf = NULL;
    } else {
        memcpy(buf, narrow, n);
    }
    free(narrow);
    return buf;
}

/* ---- _searchenv ---- */

/* The next folder of "a;b;..."; quotes protect semicolons and are removed. NULL at the end. */
const wchar_t *crt_next_folder(const wchar_t *list, wchar_t *folder, size_t size)
{
    size_t n = 0;
    bool quoted = false;

    while (*list == ';')
        list++;
    if (!*list)
        return NULL;
    for (; *list && (quoted || *list != ';'); list++) {
        if (*list == '"')
            quoted = !quoted;
        else if (n + 1 < size)
            folder[n++] = *list;
        else
            n = size; /* too long: not a folder */
    }
    folder[n < size ? n : 0] = 0;
    return list;
}

errno_t __cdecl _wsearchenv_s(const wchar_t *file, const wchar_t *variable, wchar_t *path, size_t size)
{
    wchar_t candidate[_MAX_PATH + 2];
    int saved = errno;

    CRT_VALIDATE(path && size, EINVAL, EINVAL);
    if (!file) {
        *path = 0;
        CRT_VALIDATE(0, EINVAL, EINVAL);
    }
    *path = 0;
    if (!*file) {
        errno = ENOENT;
        return ENOENT;
    }
    if (!_waccess(file, 0)) {
        errno = saved;
        if (!_wfullpath(path, file, size)) {
            *path = 0;
            return errno;
        }
        return 0;
    }
    const wchar_t *list = variable ? _wgetenv(variable) : NULL;
    while (list && (list = crt_next_folder(list, candidate, _MAX_PATH)) != NULL) {
        size_t n = wcslen(candidate), len = wcslen(file);
        if (!n || n + 1 + len >= CRT_COUNTOF(candidate))
            continue;
        if (candidate[n - 1] != '/' && candidate[n - 1] != '\\' && candidate[n - 1] != ':')
            candidate[n++] = '\\';
        wcscpy(candidate + n, file);
        if (_waccess(candidate, 0))
            continue;
        errno = saved;
        if (n + len >= size)
            CRT_VALIDATE(0, ERANGE, ERANGE);
        wcscpy(path, candidate);
        return 0;
    }
    errno = ENOENT;
    return ENOENT;
}

errno_t __cdecl _searchenv_s(const char *file, const char *variable, char *path, size_t size)
{
    wchar_t found[_MAX_PATH];

    CRT_VALIDATE(path && size, EINVAL, EINVAL);
    *path = 0;
    CRT_VALIDATE(file, EINVAL, EINVAL);
    wchar_t *wide_file = crt_widen_path(file), *wide_variable = variable ? crt_widen_path(variable) : NULL;
    errno_t error = wide_file ? _wsearchenv_s(wide_file, wide_variable, found, CRT_COUNTOF(found)) : errno;
    free(wide_file);
    free(wide_variable);
    if (error)
        return error;
    char *narrow = crt_narrow_path(found);
    if (!narrow)
        return errno;
    if (strlen(narrow) >= size)
        errno = error = ERANGE;
    else
        strcpy(path, narrow);
    free(narrow);
    return error;
}

void __cdecl _wsearchenv(const wchar_t *file, const wchar_t *variable, wchar_t *path)
{
    _wsearchenv_s(file, variable, path, _MAX_PATH);
}

void __cdecl _searchenv(const char *file, const char *variable, char *path)
{
    _searchenv_s(file, variable, path, _MAX_PATH);
}
