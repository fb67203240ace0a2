/* SPDX-License-Identifier: MIT */
/* _write: text mode makes CR-LF of LF; in Unicode text modes the caller gives UTF-16. */
#include "crt_private.h"

#define CHUNK 4096

/* One WriteFile of everything; returns the count written or -1. */
static int write_raw(struct ioinfo *io, const void *buf, unsigned count)
{
    DWORD n;

    if (WriteFile((HANDLE)io->osfhnd, buf, count, &n, NULL))
        return (int)n;
    DWORD error = GetLastError();
    crt_map_error(error);
    if (error == ERROR_ACCESS_DENIED)
        errno = EBADF;
    if (error == ERROR_NO_DATA) /* the reader of the pipe is gone */
        errno = CRT_IS_UCRT ? EINVAL : EPIPE;
    return -1;
}

static int write_text(struct ioinfo *io, const char *buf, unsigned count)
{
    char chunk[CHUNK + 1];
    const char *p = buf, *end = buf + count;

    while (p < end) {
        const char *start = p;
        char *out = chunk;
        while (p < end && out < chunk + CHUNK) {
            if (*p == '\n')
                *out++ = '\r';
            *out++ = *p++;
        }
        int size = (int)(out - chunk), n = write_raw(io, chunk, (unsigned)size);
        if (n < 0)
            return start == buf ? -1 : (int)(start - buf);
        if (n < size) { /* partly written: count the caller's bytes in it */
            p = start;
            for (int i = 0; i < n; i++)
                if (!(chunk[i] == '\r' && chunk[i + 1] == '\n'))
                    p++;
            return (int)(p - buf);
        }
    }
    return (int)count;
}

static bool console_handle(struct ioinfo *io)
{
    DWORD mode;
    return (io->osfile & FDEV) && GetConsoleMode((HANDLE)io->osfhnd, &mode);
}

static int write_wide(struct ioinfo *io, const wchar_t *buf, unsigned count)
{
    wchar_t chunk[CHUNK + 2];
    char bytes[3 * (CHUNK + 2)];
    const wchar_t *p = buf, *end = buf + count / 2;
    bool console = console_handle(io);

    while (p < end) {
        const wchar_t *start = p;
        wchar_t *out = chunk;
        while (p < end && out < chunk + CHUNK) {
            if (*p == '\n')
                *out++ = '\r';
            *out++ = *p++;
        }
        /* Surrogates stay together. */
        if (p < end && p > start && IS_HIGH_SURROGATE(p[-1]) && out - chunk > 1) {
            p--;
            out--;
        }
        int units = (int)(out - chunk), done;
        DWORD written;
        if (console) {
            done = WriteConsoleW((HANDLE)io->osfhnd, chunk, (DWORD)units, &written, NULL) ? 1 : -1;
            if (done < 0)
                crt_map_error(GetLastError());
        } else if (io->textmode == TEXTMODE_UTF8) {
            int n = WideCharToMultiByte(CP_UTF8, 0, chunk, units, bytes, sizeof(bytes), NULL, NULL);
            done = write_raw(io, bytes, (unsigned)n);
        } else {
            done = write_raw(io, chunk, (unsigned)units * 2);
        }
        if (done < 0)
            return start == buf ? -1 : (int)((start - buf) * 2);
    }
    return (int)count;
}

int crt_write_nolock(int fd, const void *buf, unsigned count)
{
    struct ioinfo *io = crt_fd(fd);
    int n;

    if (!count)
        return 0;
    CRT_VALIDATE(buf, EINVAL, -1);
    if (io->osfhnd == -2) {
        errno = EBADF;
        return -1;
    }
    bool wide = (io->osfile & FTEXT) && io->textmode != TEXTMODE_ANSI;
    CRT_VALIDATE(!wide || !(count & 1), EINVAL, -1);
    if (io->osfile & FAPPEND) {
        LARGE_INTEGER zero = { .QuadPart = 0 };
        SetFilePointerEx((HANDLE)io->osfhnd, zero, NULL, FILE_END);
    }
    if (wide)
        n = write_wide(io, buf, count);
    else if (io->osfile & FTEXT)
        n = write_text(io, buf, count);
    else
        n = write_raw(io, buf, count);
    if (n)
        return n;
    if ((io->osfile & FDEV) && *(const char *)buf == 26)
        return 0;
    errno = ENOSPC;
    crt_thread()->doserr = 0;
    return -1;
}

int __cdecl _write(int fd, const void *buf, unsigned count)
{
    if (!crt_fd_lock_valid(fd))
        return -1;
    int r = crt_write_nolock(fd, buf, count);
    crt_fd_unlock(fd);
    return r;
}
