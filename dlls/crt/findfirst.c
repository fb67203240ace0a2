/* SPDX-License-Identifier: MIT */
/* _findfirst and _findnext: eight structures, by character type, width of time and width of size. */
#include "crt_private.h"

__int64 crt_time_from_filetime(const FILETIME *ft);

static intptr_t first(const wchar_t *pattern, WIN32_FIND_DATAW *data)
{
    HANDLE find = FindFirstFileExW(pattern, FindExInfoStandard, data, FindExSearchNameMatch, NULL, 0);

    if (find != INVALID_HANDLE_VALUE)
        return (intptr_t)find;
    DWORD error = GetLastError();
    crt_map_error(error);
    errno = error == ERROR_NO_MORE_FILES || error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? ENOENT
            : error == ERROR_NOT_ENOUGH_MEMORY                                                             ? ENOMEM
                                                                                                           : EINVAL;
    return -1;
}

static int next(intptr_t find, WIN32_FIND_DATAW *data)
{
    if (FindNextFileW((HANDLE)find, data))
        return 0;
    DWORD error = GetLastError();
    crt_map_error(error);
    errno = error == ERROR_NO_MORE_FILES || error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? ENOENT
            : error == ERROR_NOT_ENOUGH_MEMORY                                                             ? ENOMEM
                                                                                                           : EINVAL;
    return -1;
}

int __cdecl _findclose(intptr_t find)
{
    if (FindClose((HANDLE)find))
        return 0;
    errno = EINVAL;
    return -1;
}

static __int64 time_of(const FILETIME *ft)
{
    return ft->dwLowDateTime || ft->dwHighDateTime ? crt_time_from_filetime(ft) : -1;
}

static bool copy_name(char *out, const wchar_t *name)
{
    if (WideCharToMultiByte(crt_path_codepage(), 0, name, -1, out, 260, NULL, NULL))
        return true;
    errno = crt_errno_from_os(GetLastError());
    return false;
}

static bool copy_wname(wchar_t *out, const wchar_t *name)
{
    wcsncpy(out, name, 259);
    out[259] = 0;
    return true;
}

#define FILL(out, data, TIME, SIZE, COPY)                                                                              \
    ((out)->attrib = (data).dwFileAttributes == FILE_ATTRIBUTE_NORMAL ? 0 : (data).dwFileAttributes,                   \
     (out)->time_create = (TIME)time_of(&(data).ftCreationTime),                                                       \
     (out)->time_access = (TIME)time_of(&(data).ftLastAccessTime),                                                     \
     (out)->time_write = (TIME)time_of(&(data).ftLastWriteTime),                                                       \
     (out)->size = (SIZE)((unsigned __int64)(data).nFileSizeHigh << 32 | (data).nFileSizeLow),                         \
     COPY((out)->name, (data).cFileName))

#define PAIR(first_name, next_name, wfirst_name, wnext_name, STRUCT, WSTRUCT, TIME, SIZE)                              \
    intptr_t __cdecl wfirst_name(const wchar_t *pattern, struct WSTRUCT *out)                                          \
    {                                                                                                                  \
        WIN32_FIND_DATAW data;                                                                                         \
        CRT_VALIDATE(pattern &&out, EINVAL, -1);                                                                       \
        intptr_t find = first(pattern, &data);                                                                         \
        if (find != -1)                                                                                                \
            FILL(out, data, TIME, SIZE, copy_wname);                                                                   \
        return find;                                                                                                   \
    }                                                                                                                  \
    int __cdecl wnext_name(intptr_t find, struct WSTRUCT *out)                                                         \
    {                                                                                                                  \
        WIN32_FIND_DATAW data;                                                                                         \
        CRT_VALIDATE(find != -1 && out, EINVAL, -1);                                                                   \
        if (next(find, &data))                                                                                         \
            return -1;                                                                                                 \
        return FILL(out, data, TIME, SIZE, copy_wname) ? 0 : -1;                                                       \
    }                                                                                                                  \
    intptr_t __cdecl first_name(const char *pattern, struct STRUCT *out)                                               \
    {                                                                                                                  \
        WIN32_FIND_DATAW data;                                                                                         \
        CRT_VALIDATE(pattern &&out, EINVAL, -1);                                                                       \
        wchar_t *wide = crt_widen_path(pattern);                                                                       \
        if (!wide)                                                                                                     \
            return -1;                                                                                                 \
        intptr_t find = first(wide, &data);                                                                            \
        free(wide);                                                                                                    \
        if (find != -1 && !FILL(out, data, TIME, SIZE, copy_name)) {                                                   \
            _findclose(find);                                                                                          \
            find = -1;                                                                                                 \
        }                                                                                                              \
        return find;                                                                                                   \
    }                                                                                                                  \
    int __cdecl next_name(intptr_t find, struct STRUCT *out)                                                           \
    {                                                                                                                  \
        WIN32_FIND_DATAW data;                                                                                         \
        CRT_VALIDATE(find != -1 && out, EINVAL, -1);                                                                   \
        if (next(find, &data))                                                                                         \
            return -1;                                                                                                 \
        return FILL(out, data, TIME, SIZE, copy_name) ? 0 : -1;                                                        \
    }

PAIR(_findfirst64, _findnext64, _wfindfirst64, _wfindnext64, __finddata64_t, _wfinddata64_t, __time64_t, __int64)
PAIR(_findfirst64i32, _findnext64i32, _wfindfirst64i32, _wfindnext64i32, _finddata64i32_t, _wfinddata64i32_t,
     __time64_t, _fsize_t)
PAIR(_findfirst32, _findnext32, _wfindfirst32, _wfindnext32, _finddata32_t, _wfinddata32_t, __time32_t, _fsize_t)
PAIR(_findfirst32i64, _findnext32i64, _wfindfirst32i64, _wfindnext32i64, _finddata32i64_t, _wfinddata32i64_t,
     __time32_t, __int64)
