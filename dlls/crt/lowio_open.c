/* SPDX-License-Identifier: MIT */
/* Opening files by descriptor: _open, _sopen_s, _creat, _pipe and what they share. */
#include "crt_private.h"

int crt_umask;

static DWORD access_of(int oflag)
{
    switch (oflag & (_O_RDONLY | _O_WRONLY | _O_RDWR)) {
    case _O_RDONLY:
        return GENERIC_READ;
    case _O_WRONLY:
        /* Appending Unicode text looks at the byte order mark first. */
        if ((oflag & _O_APPEND) && (oflag & (_O_WTEXT | _O_U16TEXT | _O_U8TEXT)))
            return GENERIC_READ | GENERIC_WRITE;
        return GENERIC_WRITE;
    case _O_RDWR:
        return GENERIC_READ | GENERIC_WRITE;
    }
    return 0;
}

static bool share_of(int shflag, DWORD access, DWORD *share)
{
    switch (shflag) {
    case _SH_DENYRW:
        *share = 0;
        return true;
    case _SH_DENYWR:
        *share = FILE_SHARE_READ;
        return true;
    case _SH_DENYRD:
        *share = FILE_SHARE_WRITE;
        return true;
    case _SH_DENYNO:
        *share = FILE_SHARE_READ | FILE_SHARE_WRITE;
        return true;
    case _SH_SECURE:
        *share = access == GENERIC_READ ? FILE_SHARE_READ : 0;
        return true;
    }
    return false;
}

static DWORD disposition_of(int oflag)
{
    switch (oflag & (_O_CREAT | _O_EXCL | _O_TRUNC)) {
    case _O_CREAT:
        return OPEN_ALWAYS;
    case _O_CREAT | _O_TRUNC:
        return CREATE_ALWAYS;
    case _O_CREAT | _O_EXCL:
    case _O_CREAT | _O_EXCL | _O_TRUNC:
        return CREATE_NEW;
    case _O_TRUNC:
    case _O_TRUNC | _O_EXCL:
        return TRUNCATE_EXISTING;
    default:
        return OPEN_EXISTING;
    }
}

static bool text_mode(int oflag)
{
    if (oflag & _O_BINARY)
        return false;
    if (oflag & (_O_TEXT | _O_WTEXT | _O_U16TEXT | _O_U8TEXT))
        return true;
    return _fmode != _O_BINARY;
}

/* Reads the byte order mark, or writes one into a new file, of a descriptor opened for Unicode text. */
static errno_t start_unicode(int fd, int oflag, DWORD access)
{
    struct ioinfo *io = crt_fd(fd);
    HANDLE handle = (HANDLE)io->osfhnd;
    unsigned char bom[3];
    DWORD n;

    io->unicode = 1;
    io->textmode = oflag & _O_U8TEXT ? TEXTMODE_UTF8 : oflag & _O_U16TEXT ? TEXTMODE_UTF16 : TEXTMODE_ANSI;
    if (io->osfile & (FDEV | FPIPE)) {
        if (io->textmode == TEXTMODE_ANSI)
            io->textmode = TEXTMODE_UTF16;
        return 0;
    }
    LARGE_INTEGER size;
    if (!GetFileSizeEx(handle, &size))
        size.QuadPart = 0;
    if (!size.QuadPart) {
        if (!(access & GENERIC_WRITE)) {
            if (io->textmode == TEXTMODE_ANSI)
                io->unicode = 0;
            return 0;
        }
        if (io->textmode == TEXTMODE_ANSI)
            io->textmode = TEXTMODE_UTF16;
        bool utf8 = io->textmode == TEXTMODE_UTF8;
        if (!WriteFile(handle, utf8 ? "\xef\xbb\xbf" : "\xff\xfe", utf8 ? 3 : 2, &n, NULL))
            return crt_errno_from_os(GetLastError());
        return 0;
    }
    if (!(access & GENERIC_READ)) {
        if (io->textmode == TEXTMODE_ANSI)
            io->unicode = 0;
        return 0;
    }
    if (!ReadFile(handle, bom, 3, &n, NULL))
        n = 0;
    LARGE_INTEGER start = { .QuadPart = 0 };
    if (n == 3 && bom[0] == 0xef && bom[1] == 0xbb && bom[2] == 0xbf) {
        io->textmode = TEXTMODE_UTF8;
        start.QuadPart = 3;
    } else if (n >= 2 && bom[0] == 0xff && bom[1] == 0xfe) {
        io->textmode = TEXTMODE_UTF16;
        start.QuadPart = 2;
    } else if (n >= 2 && bom[0] == 0xfe && bom[1] == 0xff) {
        return EINVAL; /* big endian is not supported */
    } else if (io->textmode == TEXTMODE_ANSI) {
        io->unicode = 0;
    }
    SetFilePointerEx(handle, start, NULL, FILE_BEGIN);
    return 0;
}

/* A ^Z that ends a text file goes away when the file is to be written: what is appended would be behind it. */
static void remove_ctrl_z(HANDLE handle)
{
    LARGE_INTEGER pos, zero = { .QuadPart = 0 }, back = { .QuadPart = -1 };
    char last;
    DWORD n;

    if (SetFilePointerEx(handle, back, &pos, FILE_END) && ReadFile(handle, &last, 1, &n, NULL) && n == 1 &&
        last == 26 && SetFilePointerEx(handle, back, &pos, FILE_END))
        SetEndOfFile(handle);
    SetFilePointerEx(handle, zero, NULL, FILE_BEGIN);
}

errno_t crt_wopen(int *out, const wchar_t *path, int oflag, int shflag, int pmode, bool secure)
{
    DWORD access = access_of(oflag), share, attributes = FILE_ATTRIBUTE_NORMAL, flags = 0;

    *out = -1;
    CRT_VALIDATE(path, EINVAL, EINVAL);
    CRT_VALIDATE(access, EINVAL, EINVAL);
    CRT_VALIDATE(share_of(shflag, access, &share), EINVAL, EINVAL);
    CRT_VALIDATE(!secure || !(oflag & _O_CREAT) || !(pmode & ~(_S_IREAD | _S_IWRITE)), EINVAL, EINVAL);
    if ((oflag & _O_CREAT) && !((pmode & ~crt_umask) & _S_IWRITE))
        attributes = FILE_ATTRIBUTE_READONLY;
    if (oflag & _O_TEMPORARY) {
        flags |= FILE_FLAG_DELETE_ON_CLOSE;
        access |= DELETE;
        share |= FILE_SHARE_DELETE;
    }
    if (oflag & _O_SHORT_LIVED)
        attributes |= FILE_ATTRIBUTE_TEMPORARY;
    if (oflag & 0x2000 /* _O_OBTAIN_DIR */)
        flags |= FILE_FLAG_BACKUP_SEMANTICS;
    if (oflag & _O_SEQUENTIAL)
        flags |= FILE_FLAG_SEQUENTIAL_SCAN;
    else if (oflag & _O_RANDOM)
        flags |= FILE_FLAG_RANDOM_ACCESS;

    int fd = crt_fd_alloc();
    if (fd < 0)
        return EMFILE;
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, !(oflag & _O_NOINHERIT) };
    HANDLE handle = CreateFileW(path, access, share, &sa, disposition_of(oflag), attributes | flags, NULL);
    if (handle == INVALID_HANDLE_VALUE && access == (GENERIC_READ | GENERIC_WRITE) && (oflag & _O_WRONLY)) {
        access = GENERIC_WRITE; /* the file may be appended to but not be read */
        handle = CreateFileW(path, access, share, &sa, disposition_of(oflag), attributes | flags, NULL);
    }
    DWORD type = handle == INVALID_HANDLE_VALUE ? FILE_TYPE_UNKNOWN : GetFileType(handle);
    if (type == FILE_TYPE_UNKNOWN) {
        DWORD error = GetLastError();
        crt_fd_free(fd);
        crt_fd_unlock(fd);
        if (handle != INVALID_HANDLE_VALUE) {
            CloseHandle(handle);
            if (!error)
                error = ERROR_ACCESS_DENIED;
        }
        crt_map_error(error);
        return errno;
    }
    unsigned char osfile = FOPEN;
    if (type == FILE_TYPE_CHAR)
        osfile |= FDEV;
    else if (type == FILE_TYPE_PIPE)
        osfile |= FPIPE;
    if (oflag & _O_NOINHERIT)
        osfile |= FNOINHERIT;
    bool text = text_mode(oflag);
    if (text)
        osfile |= FTEXT;
    crt_fd_set_handle(fd, handle);
    crt_fd(fd)->osfile = osfile;
    if (!(osfile & (FDEV | FPIPE)) && text && (oflag & (_O_RDWR)))
        remove_ctrl_z(handle);
    errno_t error = 0;
    if (text && (oflag & (_O_WTEXT | _O_U16TEXT | _O_U8TEXT)))
        error = start_unicode(fd, oflag, access);
    if (error) {
        crt_close_nolock(fd);
        crt_fd_unlock(fd);
        errno = error;
        return error;
    }
    if (!(osfile & (FDEV | FPIPE)) && (oflag & _O_APPEND))
        crt_fd(fd)->osfile |= FAPPEND;
    crt_fd_unlock(fd);
    *out = fd;
    return 0;
}

static errno_t open_narrow(int *fd, const char *path, int oflag, int shflag, int pmode, bool secure)
{
    *fd = -1;
    CRT_VALIDATE(path, EINVAL, EINVAL);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return errno;
    errno_t error = crt_wopen(fd, wide, oflag, shflag, pmode, secure);
    free(wide);
    return error;
}

errno_t __cdecl _wsopen_s(int *fd, const wchar_t *path, int oflag, int shflag, int pmode)
{
    CRT_VALIDATE(fd, EINVAL, EINVAL);
    return crt_wopen(fd, path, oflag, shflag, pmode, true);
}

errno_t __cdecl _sopen_s(int *fd, const char *path, int oflag, int shflag, int pmode)
{
    CRT_VALIDATE(fd, EINVAL, EINVAL);
    return open_narrow(fd, path, oflag, shflag, pmode, true);
}

errno_t __cdecl _wsopen_dispatch(const wchar_t *path, int oflag, int shflag, int pmode, int *fd, int secure)
{
    CRT_VALIDATE(fd, EINVAL, EINVAL);
    return crt_wopen(fd, path, oflag, shflag, pmode, secure);
}

errno_t __cdecl _sopen_dispatch(const char *path, int oflag, int shflag, int pmode, int *fd, int secure)
{
    CRT_VALIDATE(fd, EINVAL, EINVAL);
    return open_narrow(fd, path, oflag, shflag, pmode, secure);
}

/* The permission argument is there only if the file may be created. */
#define PMODE(last)                                                                                                    \
    int pmode = 0;                                                                                                     \
    if (oflag & _O_CREAT) {                                                                                            \
        va_list args;                                                                                                  \
        va_start(args, last);                                                                                          \
        pmode = va_arg(args, int);                                                                                     \
        va_end(args);                                                                                                  \
    }

int __cdecl _wsopen(const wchar_t *path, int oflag, int shflag, ...)
{
    PMODE(shflag)
    int fd;
    crt_wopen(&fd, path, oflag, shflag, pmode, false);
    return fd;
}

int __cdecl _sopen(const char *path, int oflag, int shflag, ...)
{
    PMODE(shflag)
    int fd;
    open_narrow(&fd, path, oflag, shflag, pmode, false);
    return fd;
}

int __cdecl _wopen(const wchar_t *path, int oflag, ...)
{
    PMODE(oflag)
    int fd;
    crt_wopen(&fd, path, oflag, _SH_DENYNO, pmode, false);
    return fd;
}

int __cdecl _open(const char *path, int oflag, ...)
{
    PMODE(oflag)
    int fd;
    open_narrow(&fd, path, oflag, _SH_DENYNO, pmode, false);
    return fd;
}

int __cdecl _creat(const char *path, int pmode)
{
    int fd;
    open_narrow(&fd, path, _O_CREAT | _O_TRUNC | _O_RDWR, _SH_DENYNO, pmode, false);
    return fd;
}

int __cdecl _wcreat(const wchar_t *path, int pmode)
{
    int fd;
    crt_wopen(&fd, path, _O_CREAT | _O_TRUNC | _O_RDWR, _SH_DENYNO, pmode, false);
    return fd;
}

int __cdecl _umask(int mask)
{
    int old = crt_umask;
    crt_umask = mask & (_S_IREAD | _S_IWRITE);
    return old;
}

errno_t __cdecl _umask_s(int mask, int *old)
{
    CRT_VALIDATE(old, EINVAL, EINVAL);
    *old = crt_umask;
    CRT_VALIDATE(!(mask & ~(_S_IREAD | _S_IWRITE)), EINVAL, EINVAL);
    crt_umask = mask;
    return 0;
}

int __cdecl _pipe(int *fds, unsigned size, int textmode)
{
    CRT_VALIDATE(fds, EINVAL, -1);
    fds[0] = fds[1] = -1;
    CRT_VALIDATE(!(textmode & ~(_O_NOINHERIT | _O_BINARY | _O_TEXT)), EINVAL, -1);
    CRT_VALIDATE((textmode & (_O_BINARY | _O_TEXT)) != (_O_BINARY | _O_TEXT), EINVAL, -1);
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, !(textmode & _O_NOINHERIT) };
    HANDLE ends[2];
    if (!CreatePipe(&ends[0], &ends[1], &sa, size)) {
        crt_map_error(GetLastError());
        return -1;
    }
    unsigned char osfile = FOPEN | FPIPE;
    if (textmode & _O_NOINHERIT)
        osfile |= FNOINHERIT;
    if ((textmode & _O_TEXT) || (!(textmode & _O_BINARY) && _fmode != _O_BINARY))
        osfile |= FTEXT;
    for (int i = 0; i < 2; i++) {
        fds[i] = crt_fd_alloc();
        if (fds[i] < 0) {
            if (i)
                _close(fds[0]);
            else
                CloseHandle(ends[0]);
            CloseHandle(ends[1]);
            fds[0] = fds[1] = -1;
            return -1;
        }
        crt_fd(fds[i])->osfile = osfile;
        crt_fd_set_handle(fds[i], ends[i]);
        crt_fd_unlock(fds[i]);
    }
    return 0;
}
