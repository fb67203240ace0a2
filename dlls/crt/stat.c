/* SPDX-License-Identifier: MIT */
/* sys/stat.h, sys/utime.h: all widths of time and size are made from the widest. */
#include "crt_private.h"

#define EPOCH 116444736000000000ll /* 1970 in FILETIME units */

__int64 crt_time_from_filetime(const FILETIME *ft)
{
    ULARGE_INTEGER v = { { ft->dwLowDateTime, ft->dwHighDateTime } };
    return v.QuadPart ? ((__int64)v.QuadPart - EPOCH) / 10000000 : 0;
}

static FILETIME filetime_from_time(__int64 t)
{
    ULARGE_INTEGER v = { .QuadPart = (ULONGLONG)(t * 10000000 + EPOCH) };
    return (FILETIME){ v.LowPart, v.HighPart };
}

static bool executable(const wchar_t *path)
{
    const wchar_t *dot = path ? wcsrchr(path, '.') : NULL;
    return dot &&
           (!_wcsicmp(dot, L".exe") || !_wcsicmp(dot, L".cmd") || !_wcsicmp(dot, L".bat") || !_wcsicmp(dot, L".com"));
}

static unsigned short mode_of(DWORD attributes, const wchar_t *path)
{
    unsigned mode = attributes & FILE_ATTRIBUTE_DIRECTORY ? _S_IFDIR | _S_IEXEC : _S_IFREG;

    mode |= attributes & FILE_ATTRIBUTE_READONLY ? _S_IREAD : _S_IREAD | _S_IWRITE;
    if (executable(path))
        mode |= _S_IEXEC;
    mode |= (mode & 0700) >> 3;
    mode |= (mode & 0700) >> 6;
    return (unsigned short)mode;
}

static bool stat_handle(HANDLE handle, const wchar_t *path, int fd, struct _stat64 *st)
{
    memset(st, 0, sizeof(*st));
    DWORD type = GetFileType(handle) & ~(DWORD)FILE_TYPE_REMOTE;
    if (type != FILE_TYPE_DISK) {
        if (type != FILE_TYPE_CHAR && type != FILE_TYPE_PIPE) {
            errno = EBADF;
            return false;
        }
        st->st_mode = type == FILE_TYPE_PIPE ? _S_IFIFO : _S_IFCHR;
        st->st_nlink = 1;
        st->st_rdev = st->st_dev = (_dev_t)(fd < 0 ? 0 : fd);
        DWORD available;
        if (type == FILE_TYPE_PIPE && PeekNamedPipe(handle, NULL, 0, NULL, &available, NULL))
            st->st_size = available;
        return true;
    }
    BY_HANDLE_FILE_INFORMATION info;
    if (!GetFileInformationByHandle(handle, &info)) {
        crt_map_error(GetLastError());
        return false;
    }
    st->st_mode = mode_of(info.dwFileAttributes, path);
    st->st_nlink = 1;
    st->st_size = (__int64)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    st->st_mtime = crt_time_from_filetime(&info.ftLastWriteTime);
    st->st_atime = info.ftLastAccessTime.dwLowDateTime || info.ftLastAccessTime.dwHighDateTime
                       ? crt_time_from_filetime(&info.ftLastAccessTime)
                       : st->st_mtime;
    st->st_ctime = info.ftCreationTime.dwLowDateTime || info.ftCreationTime.dwHighDateTime
                       ? crt_time_from_filetime(&info.ftCreationTime)
                       : st->st_mtime;
    return true;
}

int __cdecl _wstat64(const wchar_t *path, struct _stat64 *st)
{
    wchar_t full[4];

    CRT_VALIDATE(st, EINVAL, -1);
    memset(st, 0, sizeof(*st));
    CRT_VALIDATE(path, EINVAL, -1);
    if (wcspbrk(path, L"?*") && wcsncmp(path, L"\\\\?\\", 4)) {
        errno = ENOENT;
        crt_thread()->doserr = ERROR_FILE_NOT_FOUND;
        return -1;
    }
#ifdef CRT_MSVCRT
    /* msvcrt.dll looks for a directory entry: a trailing separator finds none, but for a root. */
    size_t len = wcslen(path);
    if (len > 1 && (path[len - 1] == '\\' || path[len - 1] == '/') && path[len - 2] != ':') {
        errno = ENOENT;
        return -1;
    }
#endif
    HANDLE handle = CreateFileW(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        WIN32_FILE_ATTRIBUTE_DATA data;
        if (error == ERROR_SHARING_VIOLATION && GetFileAttributesExW(path, GetFileExInfoStandard, &data)) {
            st->st_mode = mode_of(data.dwFileAttributes, path);
            st->st_nlink = 1;
            st->st_size = (__int64)data.nFileSizeHigh << 32 | data.nFileSizeLow;
            st->st_mtime = crt_time_from_filetime(&data.ftLastWriteTime);
            st->st_atime = crt_time_from_filetime(&data.ftLastAccessTime);
            st->st_ctime = crt_time_from_filetime(&data.ftCreationTime);
        } else {
            crt_map_error(error);
            return -1;
        }
    } else {
        bool ok = stat_handle(handle, path, -1, st);
        CloseHandle(handle);
        if (!ok)
            return -1;
    }
    /* st_dev is the drive, counted from A. */
    if (path[0] && path[1] == ':')
        st->st_dev = (_dev_t)((path[0] | 0x20) - 'a');
    else if (GetFullPathNameW(L".", 0, NULL, NULL) && GetFullPathNameW(L"\\", CRT_COUNTOF(full), full, NULL) &&
             full[1] == ':')
        st->st_dev = (_dev_t)((full[0] | 0x20) - 'a');
    st->st_rdev = st->st_dev;
    return 0;
}

int __cdecl _stat64(const char *path, struct _stat64 *st)
{
    CRT_VALIDATE(path, EINVAL, -1);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return -1;
    int r = _wstat64(wide, st);
    free(wide);
    return r;
}

int __cdecl _fstat64(int fd, struct _stat64 *st)
{
    CRT_VALIDATE(st, EINVAL, -1);
    memset(st, 0, sizeof(*st));
    if (!crt_fd_lock_valid(fd))
        return -1;
    bool ok = stat_handle((HANDLE)crt_fd(fd)->osfhnd, NULL, fd, st);
    crt_fd_unlock(fd);
    return ok ? 0 : -1;
}

/* Copies to a narrower structure; what does not fit is an error. */
#define NARROWER(NAME, TYPE, TIME, SIZE)                                                                               \
    static int NAME(int r, const struct _stat64 *from, struct TYPE *to)                                                \
    {                                                                                                                  \
        CRT_VALIDATE(to, EINVAL, -1);                                                                                  \
        if (r)                                                                                                         \
            return r;                                                                                                  \
        if (sizeof(SIZE) < 8 && from->st_size != (SIZE)from->st_size) {                                                \
            errno = EOVERFLOW;                                                                                         \
            return -1;                                                                                                 \
        }                                                                                                              \
        memset(to, 0, sizeof(*to));                                                                                    \
        to->st_dev = from->st_dev;                                                                                     \
        to->st_ino = from->st_ino;                                                                                     \
        to->st_mode = from->st_mode;                                                                                   \
        to->st_nlink = from->st_nlink;                                                                                 \
        to->st_uid = from->st_uid;                                                                                     \
        to->st_gid = from->st_gid;                                                                                     \
        to->st_rdev = from->st_rdev;                                                                                   \
        to->st_size = (SIZE)from->st_size;                                                                             \
        to->st_atime = (TIME)from->st_atime;                                                                           \
        to->st_mtime = (TIME)from->st_mtime;                                                                           \
        to->st_ctime = (TIME)from->st_ctime;                                                                           \
        return 0;                                                                                                      \
    }

NARROWER(to_64i32, _stat64i32, __time64_t, _off_t)
NARROWER(to_32, _stat32, __time32_t, _off_t)
NARROWER(to_32i64, _stat32i64, __time32_t, __int64)

#define VARIANT(suffix, convert)                                                                                       \
    int __cdecl _stat##suffix(const char *path, struct _stat##suffix *st)                                              \
    {                                                                                                                  \
        struct _stat64 wide;                                                                                           \
        return convert(_stat64(path, &wide), &wide, st);                                                               \
    }                                                                                                                  \
    int __cdecl _wstat##suffix(const wchar_t *path, struct _stat##suffix *st)                                          \
    {                                                                                                                  \
        struct _stat64 wide;                                                                                           \
        return convert(_wstat64(path, &wide), &wide, st);                                                              \
    }                                                                                                                  \
    int __cdecl _fstat##suffix(int fd, struct _stat##suffix *st)                                                       \
    {                                                                                                                  \
        struct _stat64 wide;                                                                                           \
        return convert(_fstat64(fd, &wide), &wide, st);                                                                \
    }

VARIANT(64i32, to_64i32)
VARIANT(32, to_32)
VARIANT(32i64, to_32i64)

/* ---- changing times ---- */

static int set_times(HANDLE handle, const struct __utimbuf64 *times)
{
    FILETIME access, write;

    if (times) {
        access = filetime_from_time(times->actime);
        write = filetime_from_time(times->modtime);
    } else {
        GetSystemTimeAsFileTime(&access);
        write = access;
    }
    if (SetFileTime(handle, NULL, &access, &write))
        return 0;
    crt_map_error(GetLastError());
    errno = EINVAL;
    return -1;
}

int __cdecl _futime64(int fd, struct __utimbuf64 *times)
{
    if (!crt_fd_lock_valid(fd))
        return -1;
    int r = set_times((HANDLE)crt_fd(fd)->osfhnd, times);
    crt_fd_unlock(fd);
    return r;
}

int __cdecl _wutime64(const wchar_t *path, struct __utimbuf64 *times)
{
    CRT_VALIDATE(path, EINVAL, -1);
    HANDLE handle = CreateFileW(path, FILE_WRITE_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        crt_map_error(GetLastError());
        return -1;
    }
    int r = set_times(handle, times);
    CloseHandle(handle);
    return r;
}

int __cdecl _utime64(const char *path, struct __utimbuf64 *times)
{
    CRT_VALIDATE(path, EINVAL, -1);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return -1;
    int r = _wutime64(wide, times);
    free(wide);
    return r;
}

#define UTIME32(NAME, WIDE, ARG)                                                                                       \
    int __cdecl NAME(ARG target, struct __utimbuf32 *times)                                                            \
    {                                                                                                                  \
        if (!times)                                                                                                    \
            return WIDE(target, NULL);                                                                                 \
        struct __utimbuf64 wide = { times->actime, times->modtime };                                                   \
        return WIDE(target, &wide);                                                                                    \
    }

UTIME32(_futime32, _futime64, int)
UTIME32(_wutime32, _wutime64, const wchar_t *)
UTIME32(_utime32, _utime64, const char *)
