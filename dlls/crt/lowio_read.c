/* SPDX-License-Identifier: MIT */
/*
 * _read: text mode drops the CR of CR-LF, and stops at ^Z. A CR at the end of what was read needs the next byte: on files
 * it is read and put back by seeking, on pipes and devices it waits in the descriptor (pipech). In Unicode text modes the
 * caller gets UTF-16.
 */
#include "crt_private.h"

#define CTRL_Z       26
#define NO_LOOKAHEAD 10 /* what an empty pipech holds, as in Microsoft's table */

/* One ReadFile; -1 with errno set, 0 at the end. */
static int read_raw(struct ioinfo *io, void *buf, unsigned count)
{
    DWORD n;

    if (ReadFile((HANDLE)io->osfhnd, buf, count, &n, NULL)) {
        io->last_raw += (int)n;
        return (int)n;
    }
    DWORD error = GetLastError();
    if (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF)
        return 0;
    crt_map_error(error);
    if (error == ERROR_ACCESS_DENIED) { /* the handle is not open for reading */
        errno = EBADF;
        crt_thread()->doserr = error;
    }
    return -1;
}

static void seek_back(struct ioinfo *io, int bytes)
{
    LARGE_INTEGER move = { .QuadPart = -bytes };
    io->last_raw -= bytes;
    SetFilePointerEx((HANDLE)io->osfhnd, move, NULL, FILE_CURRENT);
}

/* Translates in place; returns the count of bytes left. */
static int translate(struct ioinfo *io, char *buf, int count)
{
    char *out = buf;

    for (int i = 0; i < count;) {
        char c = buf[i];
        if (c == CTRL_Z) {
            /* On a device ^Z ends one reading, on files and pipes all. */
            if (io->osfile & FDEV)
                *out++ = c;
            else
                io->osfile |= FEOFLAG;
            break;
        }
        if (c != '\r') {
            *out++ = c;
            i++;
            continue;
        }
        if (i + 1 < count) {
            if (buf[i + 1] == '\n') {
                *out++ = '\n';
                i += 2;
            } else {
                *out++ = '\r';
                i++;
            }
            continue;
        }
        i++;
        char next;
        int n = read_raw(io, &next, 1);
        if (n <= 0) {
            *out++ = '\r';
        } else if (io->osfile & (FDEV | FPIPE)) {
            if (next == '\n') {
                *out++ = '\n';
            } else {
                *out++ = '\r';
                io->pipech = next;
                io->lookahead_count = 1;
            }
        } else if (next == '\n' && out == buf) {
            *out++ = '\n'; /* something must be returned, so the LF is taken */
        } else {
            seek_back(io, 1);
            if (next != '\n')
                *out++ = '\r';
        }
    }
    return (int)(out - buf);
}

static int translate_wide(struct ioinfo *io, wchar_t *buf, int count)
{
    wchar_t *out = buf;

    for (int i = 0; i < count;) {
        wchar_t c = buf[i];
        if (c == CTRL_Z) {
            io->osfile |= FEOFLAG;
            break;
        }
        if (c != '\r') {
            *out++ = c;
            i++;
            continue;
        }
        if (i + 1 < count) {
            if (buf[i + 1] == '\n') {
                *out++ = '\n';
                i += 2;
            } else {
                *out++ = '\r';
                i++;
            }
            continue;
        }
        i++;
        wchar_t next;
        int n;
        if (io->textmode == TEXTMODE_UTF8) { /* the rest of the buffer is behind wide_pending: see read_utf8 */
            *out++ = '\r';
            break;
        }
        n = read_raw(io, &next, 2);
        if (n < 2) {
            *out++ = '\r';
        } else if (next == '\n') {
            *out++ = '\n';
        } else {
            *out++ = '\r';
            if (io->osfile & (FDEV | FPIPE)) {
                io->wide_pending = next;
                io->lookahead_count = 2;
            } else {
                seek_back(io, 2);
            }
        }
    }
    return (int)(out - buf);
}

static bool console_handle(struct ioinfo *io)
{
    DWORD mode;
    return (io->osfile & FDEV) && GetConsoleMode((HANDLE)io->osfhnd, &mode);
}

static int read_utf16(struct ioinfo *io, wchar_t *buf, unsigned count)
{
    int have = 0, n;

    if (io->lookahead_count) {
        *buf = io->wide_pending;
        io->lookahead_count = 0;
        have = 1;
    }
    if (console_handle(io)) {
        DWORD chars;
        if (!ReadConsoleW((HANDLE)io->osfhnd, buf + have, count / 2 - (unsigned)have, &chars, NULL)) {
            crt_map_error(GetLastError());
            return -1;
        }
        n = (int)chars * 2;
    } else {
        n = read_raw(io, buf + have, (count & ~1u) - (unsigned)have * 2);
        if (n < 0)
            return -1;
        if ((n & 1) && !(io->osfile & (FDEV | FPIPE))) {
            seek_back(io, 1);
            n--;
        } else if (n & 1) { /* half a character from a pipe: wait for the other half */
            if (read_raw(io, (char *)(buf + have) + n, 1) == 1)
                n++;
            else
                n--;
        }
    }
    return translate_wide(io, buf, have + n / 2) * 2;
}

/* UTF-8 yields at most as many UTF-16 units as bytes, so half the caller's bytes are read. */
static int read_utf8(struct ioinfo *io, wchar_t *buf, unsigned count)
{
    unsigned units = count / 2, want = units;
    char *bytes = malloc(want + 8);
    unsigned have = 0;
    int r = -1;

    if (!bytes) {
        errno = ENOMEM;
        return -1;
    }
    while (io->utf8_pending_count && have < 4) {
        bytes[have] = io->utf8_pending[have];
        have++;
        if (have == io->utf8_pending_count)
            break;
    }
    io->utf8_pending_count = 0;
    if (have >= want)
        want = have + 1;
    int n = read_raw(io, bytes + have, want - have);
    if (n < 0)
        goto done;
    have += (unsigned)n;
    /* Complete a CR at the end, so that CR-LF is seen together. */
    if (have && bytes[have - 1] == '\r' && read_raw(io, bytes + have, 1) == 1)
        have++;
    /* An incomplete character at the end waits for the next call. */
    unsigned whole = have, back = 0;
    while (n > 0 && back < 3 && back < have) {
        unsigned char c = (unsigned char)bytes[have - 1 - back];
        back++;
        if (c >= 0xc0) {
            unsigned need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
            if (need > back)
                whole = have - back;
            break;
        }
        if (c < 0x80)
            break;
    }
    if (whole < have) {
        io->utf8_pending_count = (unsigned char)(have - whole);
        memcpy(io->utf8_pending, bytes + whole, have - whole);
    }
    if (!whole) {
        r = io->utf8_pending_count ? read_utf8(io, buf, count) : 0;
        goto done;
    }
    int wide = MultiByteToWideChar(CP_UTF8, 0, bytes, (int)whole, buf, (int)units);
    if (!wide) {
        crt_map_error(GetLastError());
        goto done;
    }
    r = translate_wide(io, buf, wide) * 2;
done:
    free(bytes);
    return r;
}

int crt_read_nolock(int fd, void *buf, unsigned count)
{
    struct ioinfo *io = crt_fd(fd);

    if (!count || (io->osfile & FEOFLAG))
        return 0;
    CRT_VALIDATE(buf, EINVAL, -1);
    io->last_raw = 0;
    if (io->osfhnd == -2) {
        errno = EBADF;
        return -1;
    }
    if ((io->osfile & FTEXT) && io->textmode != TEXTMODE_ANSI) {
        CRT_VALIDATE(!(count & 1), EINVAL, -1);
        return io->textmode == TEXTMODE_UTF16 ? read_utf16(io, buf, count) : read_utf8(io, buf, count);
    }
    char *p = buf;
    int have = 0;
    if (io->lookahead_count) {
        *p = io->pipech;
        io->pipech = NO_LOOKAHEAD;
        io->lookahead_count = 0;
        have = 1;
    }
    int n = (unsigned)have < count ? read_raw(io, p + have, count - (unsigned)have) : 0;
    if (n < 0)
        return -1;
    n += have;
    if (!(io->osfile & FTEXT) || !n)
        return n;
    if (p[0] == '\n')
        io->osfile |= FCRLF;
    else
        io->osfile &= (unsigned char)~FCRLF;
    if (!memchr(p, '\r', (size_t)n) && !memchr(p, CTRL_Z, (size_t)n))
        return n;
    return translate(io, p, n);
}

int __cdecl _read(int fd, void *buf, unsigned count)
{
    CRT_VALIDATE(count <= INT_MAX, EINVAL, -1);
    if (!crt_fd_lock_valid(fd))
        return -1;
    int r = crt_read_nolock(fd, buf, count);
    crt_fd_unlock(fd);
    return r;
}
