/* SPDX-License-Identifier: MIT */
/* Positions of streams. What ftell says of a text stream counts the CRs that reading dropped. */
#include "crt_private.h"

static __int64 newlines(const char *p, const char *end)
{
    __int64 n = 0;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        n++;
        p++;
    }
    return n;
}

/* Bytes of the file that a piece of a Unicode text stream's buffer (UTF-16) stands for. */
static __int64 wide_bytes(const struct ioinfo *io, const char *from, const char *to, bool crlf)
{
    const wchar_t *p = (const wchar_t *)from, *end = p + (to - from) / 2;
    __int64 n = 0;

    for (; p < end; p++) {
        bool utf8 = io->textmode == TEXTMODE_UTF8;
        int unit = !utf8 ? 2 : *p < 0x80 ? 1 : *p < 0x800 ? 2 : (*p & 0xf800) == 0xd800 ? 2 : 3;
        n += unit;
        if (*p == '\n' && crlf)
            n += utf8 ? 1 : 2;
    }
    return n;
}

static __int64 stream_tell(struct stream *s)
{
    if (s->file < 0) {
        errno = EBADF;
        return -1;
    }
    if (s->cnt < 0)
        s->cnt = 0;
    __int64 pos = _lseeki64(s->file, 0, SEEK_CUR);
    if (pos < 0)
        return -1;
    struct ioinfo *io = crt_fd(s->file);
    if (!(s->flag & (SF_MYBUF | SF_USERBUF)))
        return pos - s->cnt;
    bool text = io->osfile & FTEXT;
    bool wide = text && io->textmode != TEXTMODE_ANSI;
    if (s->flag & SF_WRITE) {
        if (io->osfile & FAPPEND) { /* what is buffered goes to the end, wherever the descriptor is */
            __int64 end = _lseeki64(s->file, 0, SEEK_END);
            if (end >= 0)
                pos = end;
        }
        if (wide)
            return pos + wide_bytes(io, s->base, s->ptr, true);
        return pos + (s->ptr - s->base) + (text ? newlines(s->base, s->ptr) : 0);
    }
    if (!(s->flag & SF_READ))
        return pos;
    if (!text)
        return pos - s->cnt;
    /* Nothing was dropped from what is in the buffer if it has as many bytes as were read from the file. */
    bool crlf = io->last_raw != s->ptr + s->cnt - s->base;
    if (wide) {
        if (io->textmode == TEXTMODE_UTF8)
            crlf = true;
        return pos - wide_bytes(io, s->ptr, s->ptr + s->cnt, crlf) - io->utf8_pending_count;
    }
    if (!s->cnt)
        return pos;
    return pos - s->cnt - (crlf ? newlines(s->ptr, s->ptr + s->cnt) : 0) - io->lookahead_count;
}

/* A seek to somewhere within what is buffered for reading needs no system call but the question where we are. */
static bool seek_in_buffer(struct stream *s, __int64 offset, int whence)
{
    if ((s->flag & (SF_READ | SF_WRITE | SF_UPDATE)) != SF_READ || !(s->flag & SF_MYBUF) || s->cnt < 0)
        return false;
    if (whence == SEEK_END || (crt_fd(s->file)->osfile & (FTEXT | FDEV | FPIPE)) || s->cnt == 0)
        return false;
    if (whence == SEEK_SET) {
        __int64 pos = _lseeki64(s->file, 0, SEEK_CUR);
        if (pos < 0)
            return false;
        offset -= pos - s->cnt;
    }
    if (offset < s->base - s->ptr || offset > s->cnt)
        return false;
    s->ptr += offset;
    s->cnt -= (int)offset;
    s->flag &= ~SF_EOF;
    return true;
}

static int stream_seek(struct stream *s, __int64 offset, int whence)
{
    if (s->file < 0) {
        errno = EBADF;
        return -1;
    }
    if (seek_in_buffer(s, offset, whence))
        return 0;
    s->flag &= ~SF_EOF;
    if (whence == SEEK_CUR) {
        __int64 pos = stream_tell(s);
        if (pos < 0)
            return -1;
        offset += pos;
        whence = SEEK_SET;
    }
    crt_stream_flush(s);
    if (s->flag & SF_UPDATE)
        s->flag &= ~(SF_READ | SF_WRITE);
    return _lseeki64(s->file, offset, whence) < 0 ? -1 : 0;
}

int __cdecl _fseeki64_nolock(FILE *file, __int64 offset, int whence)
{
    CRT_VALIDATE(file, EINVAL, -1);
    CRT_VALIDATE(whence >= SEEK_SET && whence <= SEEK_END, EINVAL, -1);
    return stream_seek(crt_stream(file), offset, whence);
}

int __cdecl _fseeki64(FILE *file, __int64 offset, int whence)
{
    CRT_VALIDATE(file, EINVAL, -1);
    CRT_VALIDATE(whence >= SEEK_SET && whence <= SEEK_END, EINVAL, -1);
    crt_lock_stream(crt_stream(file));
    int r = stream_seek(crt_stream(file), offset, whence);
    crt_unlock_stream(crt_stream(file));
    return r;
}

int __cdecl _fseek_nolock(FILE *file, long offset, int whence)
{
    return _fseeki64_nolock(file, offset, whence);
}

int __cdecl fseek(FILE *file, long offset, int whence)
{
    return _fseeki64(file, offset, whence);
}

__int64 __cdecl _ftelli64_nolock(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, -1);
    return stream_tell(crt_stream(file));
}

__int64 __cdecl _ftelli64(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, -1);
    crt_lock_stream(crt_stream(file));
    __int64 r = stream_tell(crt_stream(file));
    crt_unlock_stream(crt_stream(file));
    return r;
}

static long narrow_position(__int64 pos)
{
    if (pos > LONG_MAX) {
        errno = EINVAL;
        return -1;
    }
    return (long)pos;
}

long __cdecl _ftell_nolock(FILE *file)
{
    return narrow_position(_ftelli64_nolock(file));
}

long __cdecl ftell(FILE *file)
{
    return narrow_position(_ftelli64(file));
}

int __cdecl fgetpos(FILE *file, fpos_t *pos)
{
    CRT_VALIDATE(file && pos, EINVAL, -1);
    *pos = _ftelli64(file);
    return *pos == -1 ? -1 : 0;
}

int __cdecl fsetpos(FILE *file, const fpos_t *pos)
{
    CRT_VALIDATE(file && pos, EINVAL, -1);
    return _fseeki64(file, *pos, SEEK_SET);
}

void __cdecl rewind(FILE *file)
{
    CRT_VALIDATE(file, EINVAL);
    struct stream *s = crt_stream(file);
    crt_lock_stream(s);
    crt_stream_flush(s);
    s->flag &= ~(SF_ERROR | SF_EOF);
    if (s->file >= 0 && crt_fd_valid(s->file))
        crt_fd(s->file)->osfile &= (unsigned char)~FEOFLAG;
    if (s->flag & SF_UPDATE)
        s->flag &= ~(SF_READ | SF_WRITE);
    _lseeki64(s->file, 0, SEEK_SET);
    crt_unlock_stream(s);
}
