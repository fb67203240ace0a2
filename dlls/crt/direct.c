/* SPDX-License-Identifier: MIT */
/* Names in the file system: directories, drives, deleting, renaming, permissions (direct.h and part of io.h). */
#include "crt_private.h"
#include <direct.h>

static int result(BOOL ok)
{
    if (ok)
        return 0;
    crt_map_error(GetLastError());
    return -1;
}

/* A narrow function is the wide one on the widened name. */
#define NARROW1(name, wide_name)                                                                                       \
    int __cdecl name(const char *path)                                                                                 \
    {                                                                                                                  \
        CRT_VALIDATE(path, EINVAL, -1);                                                                                \
        wchar_t *wide = crt_widen_path(path);                                                                          \
        if (!wide)                                                                                                     \
            return -1;                                                                                                 \
        int r = wide_name(wide);                                                                                       \
        free(wide);                                                                                                    \
        return r;                                                                                                      \
    }

int __cdecl _wunlink(const wchar_t *path)
{
    return result(DeleteFileW(path));
}

int __cdecl _wremove(const wchar_t *path)
{
    return result(DeleteFileW(path));
}

int __cdecl _wmkdir(const wchar_t *path)
{
    return result(CreateDirectoryW(path, NULL));
}

int __cdecl _wrmdir(const wchar_t *path)
{
    return result(RemoveDirectoryW(path));
}

/* The current directory of a drive is the environment variable "=X:". */
static void remember_drive(void)
{
    wchar_t stack[MAX_PATH + 1], *dir = stack, name[4] = L"=?:";
    DWORD n = GetCurrentDirectoryW(CRT_COUNTOF(stack), dir);

    if (n >= CRT_COUNTOF(stack)) {
        dir = malloc((n + 1) * sizeof(wchar_t));
        if (!dir)
            return;
        n = GetCurrentDirectoryW(n + 1, dir);
    }
    if (n && !((dir[0] == '\\' || dir[0] == '/') && dir[0] == dir[1])) {
        name[1] = dir[0] >= 'a' && dir[0] <= 'z' ? (wchar_t)(dir[0] - 32) : dir[0];
        SetEnvironmentVariableW(name, dir);
    }
    if (dir != stack)
        free(dir);
}

int __cdecl _wchdir(const wchar_t *path)
{
    CRT_VALIDATE(path, EINVAL, -1);
    if (result(SetCurrentDirectoryW(path)))
        return -1;
    remember_drive();
    return 0;
}

NARROW1(_unlink, _wunlink)
NARROW1(remove, _wremove)
NARROW1(_mkdir, _wmkdir)
NARROW1(_rmdir, _wrmdir)
NARROW1(_chdir, _wchdir)

int __cdecl _wrename(const wchar_t *from, const wchar_t *to)
{
    CRT_VALIDATE(from && to, EINVAL, -1);
    return result(MoveFileExW(from, to, MOVEFILE_COPY_ALLOWED));
}

int __cdecl rename(const char *from, const char *to)
{
    CRT_VALIDATE(from && to, EINVAL, -1);
    wchar_t *wfrom = crt_widen_path(from), *wto = crt_widen_path(to);
    int r = wfrom && wto ? _wrename(wfrom, wto) : -1;
    free(wfrom);
    free(wto);
    return r;
}

errno_t __cdecl _waccess_s(const wchar_t *path, int mode)
{
    CRT_VALIDATE(path && !(mode & ~6), EINVAL, EINVAL);
    DWORD attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        crt_map_error(GetLastError());
        return errno;
    }
    if (!(attributes & FILE_ATTRIBUTE_DIRECTORY) && (attributes & FILE_ATTRIBUTE_READONLY) && (mode & 2)) {
        crt_thread()->doserr = ERROR_ACCESS_DENIED;
        errno = EACCES;
        return EACCES;
    }
    return 0;
}

int __cdecl _waccess(const wchar_t *path, int mode)
{
    return _waccess_s(path, mode) ? -1 : 0;
}

errno_t __cdecl _access_s(const char *path, int mode)
{
    CRT_VALIDATE(path, EINVAL, EINVAL);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return errno;
    errno_t r = _waccess_s(wide, mode);
    free(wide);
    return r;
}

int __cdecl _access(const char *path, int mode)
{
    return _access_s(path, mode) ? -1 : 0;
}

int __cdecl _wchmod(const wchar_t *path, int mode)
{
    CRT_VALIDATE(path, EINVAL, -1);
    DWORD attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return result(FALSE);
    if (mode & _S_IWRITE)
        attributes &= ~(DWORD)FILE_ATTRIBUTE_READONLY;
    else
        attributes |= FILE_ATTRIBUTE_READONLY;
    return result(SetFileAttributesW(path, attributes));
}

int __cdecl _chmod(const char *path, int mode)
{
    CRT_VALIDATE(path, EINVAL, -1);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return -1;
    int r = _wchmod(wide, mode);
    free(wide);
    return r;
}

/* ---- current directory ---- */

/* NULL: allocate at least size characters. */
wchar_t *__cdecl _wgetdcwd(int drive, wchar_t *buf, int size)
{
    wchar_t name[4] = L"?:.", *file;
    DWORD need;

    CRT_VALIDATE(size >= 0, EINVAL, NULL);
    CRT_VALIDATE(!buf || size > 0, EINVAL, NULL);
    if (buf)
        *buf = 0;
    if (drive) {
        name[0] = (wchar_t)('A' + drive - 1);
        wchar_t root[4] = L"?:\\";
        root[0] = name[0];
        if (drive < 0 || drive > 26 || GetDriveTypeW(root) <= DRIVE_NO_ROOT_DIR) {
            crt_thread()->doserr = ERROR_INVALID_DRIVE;
            errno = EACCES;
            crt_invalid_parameter();
            return NULL;
        }
    }
    const wchar_t *what = drive ? name : L".";
    need = GetFullPathNameW(what, 0, NULL, NULL);
    if (!need) {
        crt_map_error(GetLastError());
        return NULL;
    }
    if (!buf) {
        if ((int)need > size)
            size = (int)need;
        buf = malloc((size_t)size * sizeof(wchar_t));
        if (!buf) {
            errno = ENOMEM;
            return NULL;
        }
        if (!GetFullPathNameW(what, (DWORD)size, buf, &file)) {
            crt_map_error(GetLastError());
            free(buf);
            return NULL;
        }
        return buf;
    }
    if (need > (DWORD)size) {
        errno = ERANGE;
        return NULL;
    }
    if (!GetFullPathNameW(what, (DWORD)size, buf, &file)) {
        crt_map_error(GetLastError());
        return NULL;
    }
    return buf;
}

wchar_t *__cdecl _wgetcwd(wchar_t *buf, int size)
{
    return _wgetdcwd(0, buf, size);
}

char *__cdecl _getdcwd(int drive, char *buf, int size)
{
    CRT_VALIDATE(size >= 0, EINVAL, NULL);
    CRT_VALIDATE(!buf || size > 0, EINVAL, NULL);
    wchar_t *wide = _wgetdcwd(drive, NULL, 0);
    if (!wide)
        return NULL;
    char *narrow = crt_narrow_path(wide);
    free(wide);
    if (!narrow)
        return NULL;
    size_t need = strlen(narrow) + 1;
    if (!buf) {
        if (need < (size_t)size) {
            char *grown = realloc(narrow, (size_t)size);
            if (grown)
                narrow = grown;
        }
        return narrow;
    }
    if (need > (size_t)size) {
        errno = ERANGE;
        buf = NULL;
    } else {
        memcpy(buf, narrow, need);
    }
    free(narrow);
    return buf;
}

char *__cdecl _getcwd(char *buf, int size)
{
    return _getdcwd(0, buf, size);
}

/* ---- drives ---- */

int __cdecl _chdrive(int drive)
{
    wchar_t name[3] = L"?:";

    if (drive < 1 || drive > 31) {
        errno = EACCES;
        crt_thread()->doserr = ERROR_INVALID_DRIVE;
        crt_invalid_parameter();
        return -1;
    }
    name[0] = (wchar_t)('A' + drive - 1);
    return result(SetCurrentDirectoryW(name));
}

int __cdecl _getdrive(void)
{
    wchar_t *dir = _wgetcwd(NULL, 0);
    int drive = 0;

    if (dir && dir[1] == ':')
        drive = (dir[0] & ~0x20) - 'A' + 1;
    free(dir);
    return drive;
}

unsigned long __cdecl _getdrives(void)
{
    return GetLogicalDrives();
}

unsigned __cdecl _getdiskfree(unsigned drive, struct _diskfree_t *info)
{
    wchar_t root[4] = L"?:\\";
    DWORD sectors, bytes, available, total;

    CRT_VALIDATE(info && drive <= 26, EINVAL, ERROR_INVALID_PARAMETER);
    root[0] = (wchar_t)('A' + drive - 1);
    if (!GetDiskFreeSpaceW(drive ? root : NULL, &sectors, &bytes, &available, &total)) {
        crt_map_error(GetLastError());
        return GetLastError();
    }
    info->total_clusters = total;
    info->avail_clusters = available;
    info->sectors_per_cluster = sectors;
    info->bytes_per_sector = bytes;
    return 0;
}
