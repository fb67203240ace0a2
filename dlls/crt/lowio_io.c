/* SPDX-License-Identifier: MIT */
/* io.h: positions, sizes, modes and locks of open descriptors. */
#include "crt_private.h"
#include <sys/locking.h>

__int64 crt_lseek_nolock(int fd, __int64 pos, int whence)
{
    struct ioinfo *io = crt_fd(fd);
    LARGE_INTEGER move = { .QuadPart = pos }, result;

    if (io->osfhnd == -1 || io->osfhnd == -2) {
        errno = EBADF;
        return -1;
    }
    if (!SetFilePointerEx((HANDLE)io->osfhnd, move, &result, (DWORD)whence)) {
        crt_map_error(GetLastError());
        return -1;
    }
    io->osfile &= (unsigned char)~FEOFLAG;
    io->utf8_pending_count = 0;
    return result.QuadPart;
}

__int64 __cdecl _lseeki64(int fd, __int64 pos, int whence)
{
    CRT_VALIDATE(whence >= SEEK_SET && whence <= SEEK_END, EINVAL, -1);
    if (!crt_fd_lock_valid(fd))
        return -1;
    __int64 r = crt_lseek_nolock(fd, pos, whence);
    crt_fd_unlock(fd);
    return r;
}

long __cdecl _lseek(int fd, long pos, int whence)
{
    __int64 r = _lseeki64(fd, pos, whence);
    if (r > LONG_MAX) {
        errno = EINVAL;
        return -1;
    }
    return (long)r;
}

__int64 __cdecl _telli64(int fd)
{
    return _lseeki64(fd, 0, SEEK_CUR);
}

long __cdecl _tell(int fd)
{
    return _lseek(fd, 0, SEEK_CUR);
}

__int64 __cdecl _filelengthi64(int fd)
{
    LARGE_INTEGER size;

    if (!crt_fd_lock_valid(fd))
        return -1;
    BOOL ok = GetFileSizeEx((HANDLE)crt_fd(fd)->osfhnd, &size);
    if (!ok)
        crt_map_error(GetLastError());
    crt_fd_unlock(fd);
    return ok ? size.QuadPart : -1;
}

long __cdecl _filelength(int fd)
{
    __int64 size = _filelengthi64(fd);
    if (size > LONG_MAX) {
        errno = EINVAL;
        return -1;
    }
    return (long)size;
}

int __cdecl _eof(int fd)
{
    if (!crt_fd_lock_valid(fd))
        return -1;
    __int64 here = crt_lseek_nolock(fd, 0, SEEK_CUR), end;
    int r = -1;
    if (here >= 0 && (end = crt_lseek_nolock(fd, 0, SEEK_END)) >= 0) {
        r = here == end;
        if (!r)
            crt_lseek_nolock(fd, here, SEEK_SET);
    }
    crt_fd_unlock(fd);
    return r;
}

errno_t __cdecl _chsize_s(int fd, __int64 size)
{
    if (!crt_fd_lock_valid(fd))
        return EBADF;
    HANDLE handle = (HANDLE)crt_fd(fd)->osfhnd;
    LARGE_INTEGER here, target = { .QuadPart = size }, zero = { .QuadPart = 0 };
    errno_t r = 0;
    if (size < 0) {
        errno = r = EINVAL;
    } else if (!SetFilePointerEx(handle, zero, &here, FILE_CURRENT) ||
               !SetFilePointerEx(handle, target, NULL, FILE_BEGIN) || !SetEndOfFile(handle)) {
        crt_map_error(GetLastError());
        r = errno;
    } else {
        SetFilePointerEx(handle, here, NULL, FILE_BEGIN);
        crt_fd(fd)->osfile &= (unsigned char)~FEOFLAG;
    }
    crt_fd_unlock(fd);
    return r;
}

int __cdecl _chsize(int fd, long size)
{
    return _chsize_s(fd, size) ? -1 : 0;
}

int __cdecl _commit(int fd)
{
    if (!crt_fd_lock_valid(fd))
        return -1;
    int r = 0;
    if (!FlushFileBuffers((HANDLE)crt_fd(fd)->osfhnd)) {
        crt_thread()->doserr = GetLastError();
        errno = EBADF;
        r = -1;
    }
    crt_fd_unlock(fd);
    return r;
}

int __cdecl _isatty(int fd)
{
    if (fd == -2)
        return 0;
    if (!crt_fd_valid(fd)) {
        errno = EBADF;
        crt_thread()->doserr = 0;
        crt_invalid_parameter();
        return 0;
    }
    return crt_fd(fd)->osfile & FDEV;
}

static int current_mode(const struct ioinfo *io)
{
    if (!(io->osfile & FTEXT))
        return _O_BINARY;
    return io->textmode == TEXTMODE_ANSI ? _O_TEXT : io->textmode == TEXTMODE_UTF8 ? _O_U8TEXT : _O_U16TEXT;
}

int __cdecl _setmode(int fd, int mode)
{
    CRT_VALIDATE(mode == _O_TEXT || mode == _O_BINARY || mode == _O_WTEXT || mode == _O_U8TEXT || mode == _O_U16TEXT,
                 EINVAL, -1);
    if (!crt_fd_lock_valid(fd))
        return -1;
    struct ioinfo *io = crt_fd(fd);
    int old = current_mode(io);
    if (CRT_IS_UCRT && old != _O_BINARY && io->textmode == TEXTMODE_UTF16)
        old = _O_WTEXT;
    if (mode == _O_BINARY) {
        io->osfile &= (unsigned char)~FTEXT;
    } else {
        io->osfile |= FTEXT;
        io->textmode = mode == _O_TEXT ? TEXTMODE_ANSI : mode == _O_U8TEXT ? TEXTMODE_UTF8 : TEXTMODE_UTF16;
    }
    io->unicode = mode == _O_WTEXT || mode == _O_U8TEXT || mode == _O_U16TEXT;
    crt_fd_unlock(fd);
    return old;
}

int crt_default_fmode_set(int mode)
{
    CRT_VALIDATE(mode == _O_TEXT || mode == _O_BINARY || mode == _O_WTEXT, EINVAL, EINVAL);
    _fmode = mode;
    return 0;
}

errno_t __cdecl _set_fmode(int mode)
{
    return crt_default_fmode_set(mode);
}

errno_t __cdecl _get_fmode(int *mode)
{
    CRT_VALIDATE(mode, EINVAL, EINVAL);
    *mode = _fmode;
    return 0;
}

/* _LK_LOCK and _LK_RLCK try ten times, a second apart, as documented. */
int __cdecl _locking(int fd, int mode, long count)
{
    CRT_VALIDATE(count >= 0 && mode >= _LK_UNLCK && mode <= _LK_NBRLCK, EINVAL, -1);
    if (!crt_fd_lock_valid(fd))
        return -1;
    __int64 pos = crt_lseek_nolock(fd, 0, SEEK_CUR);
    HANDLE handle = (HANDLE)crt_fd(fd)->osfhnd;
    int tries = mode == _LK_LOCK || mode == _LK_RLCK ? 10 : 1;
    BOOL ok = FALSE;
    DWORD error = 0;
    while (pos >= 0) {
        if (mode == _LK_UNLCK)
            ok = UnlockFile(handle, (DWORD)pos, (DWORD)(pos >> 32), (DWORD)count, 0);
        else
            ok = LockFile(handle, (DWORD)pos, (DWORD)(pos >> 32), (DWORD)count, 0);
        error = ok ? 0 : GetLastError();
        if (ok || --tries <= 0)
            break;
        Sleep(1000);
    }
    crt_fd_unlock(fd);
    if (ok)
        return 0;
    if (pos >= 0) {
        crt_map_error(error);
        errno = mode == _LK_LOCK || mode == _LK_RLCK ? EDEADLK : EACCES;
    }
    return -1;
}
