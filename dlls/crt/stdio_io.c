/* SPDX-License-Identifier: MIT */
/* Reading and writing bytes of streams: characters, lines, blocks. */
#include "crt_private.h"

#define LOCKED(type, file, expression)                                                                                 \
    do {                                                                                                               \
        crt_lock_stream(crt_stream(file));                                                                             \
        type locked_result = (expression);                                                                             \
        crt_unlock_stream(crt_stream(file));                                                                           \
        return locked_result;                                                                                          \
    } while (0)

int __cdecl _fgetc_nolock(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    return crt_getc(crt_stream(file));
}

int __cdecl _getc_nolock(FILE *file)
{
    return _fgetc_nolock(file);
}

int __cdecl fgetc(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    LOCKED(int, file, crt_getc(crt_stream(file)));
}

int __cdecl getc(FILE *file)
{
    return fgetc(file);
}

int __cdecl getchar(void)
{
    return fgetc(crt_std_stream(0));
}

int __cdecl _fgetchar(void)
{
    return fgetc(crt_std_stream(0));
}

int __cdecl _fputc_nolock(int c, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    return crt_putc(c, crt_stream(file));
}

int __cdecl _putc_nolock(int c, FILE *file)
{
    return _fputc_nolock(c, file);
}

int __cdecl fputc(int c, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    LOCKED(int, file, crt_putc(c, crt_stream(file)));
}

int __cdecl putc(int c, FILE *file)
{
    return fputc(c, file);
}

int __cdecl putchar(int c)
{
    return fputc(c, crt_std_stream(1));
}

int __cdecl _fputchar(int c)
{
    return fputc(c, crt_std_stream(1));
}

int crt_ungetc(int c, struct stream *s)
{
    if (c == EOF || (!(s->flag & SF_READ) && (!(s->flag & SF_UPDATE) || (s->flag & SF_WRITE))))
        return EOF;
    if (!s->base)
        crt_stream_getbuf(s);
    if (s->ptr == s->base) {
        if (s->cnt)
            return EOF;
        s->ptr++;
    }
    if (s->flag & SF_STRING) {
        if (*--s->ptr != (char)c) {
            s->ptr++;
            return EOF;
        }
    } else {
        *--s->ptr = (char)c;
    }
    s->cnt++;
    s->flag = (s->flag & ~SF_EOF) | SF_READ;
    return (unsigned char)c;
}

int __cdecl _ungetc_nolock(int c, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    return crt_ungetc(c, crt_stream(file));
}

int __cdecl ungetc(int c, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    LOCKED(int, file, crt_ungetc(c, crt_stream(file)));
}

/* size counts the terminator; SIZE_MAX: no limit. Returns false when nothing was read. */
static bool read_line(char *buf, size_t size, struct stream *s, bool keep_newline, bool *full)
{
    char *p = buf;

    for (*full = true; size > 1;) {
        if (s->cnt > 0) {
            size_t n = (size_t)s->cnt < size - 1 ? (size_t)s->cnt : size - 1;
            char *newline = memchr(s->ptr, '\n', n);
            if (newline)
                n = (size_t)(newline - s->ptr) + 1;
            memcpy(p, s->ptr, n);
            s->ptr += n;
            s->cnt -= (int)n;
            p += n;
            size -= n;
            if (newline) {
                if (!keep_newline)
                    p--;
                *full = false;
                *p = 0;
                return true;
            }
            continue;
        }
        int c = crt_getc(s);
        if (c == EOF) {
            *full = false;
            if (p == buf)
                return false;
            break;
        }
        if (c == '\n') {
            *full = false;
            if (keep_newline)
                *p++ = '\n';
            *p = 0;
            return true;
        }
        *p++ = (char)c;
        size--;
    }
    *p = 0;
    return true;
}

char *__cdecl fgets(char *buf, int size, FILE *file)
{
    bool full;

    CRT_VALIDATE(buf || !size, EINVAL, NULL);
    CRT_VALIDATE(size >= 0, EINVAL, NULL);
    CRT_VALIDATE(file, EINVAL, NULL);
    if (!size)
        return NULL;
    LOCKED(char *, file, read_line(buf, (size_t)size, crt_stream(file), true, &full) ? buf : NULL);
}

char *__cdecl gets(char *buf)
{
    FILE *file = crt_std_stream(0);
    bool full;

    CRT_VALIDATE(buf, EINVAL, NULL);
    LOCKED(char *, file, read_line(buf, SIZE_MAX, crt_stream(file), false, &full) ? buf : NULL);
}

char *__cdecl gets_s(char *buf, size_t size)
{
    FILE *file = crt_std_stream(0);
    bool full, any;

    CRT_VALIDATE(buf && size, EINVAL, NULL);
    crt_lock_stream(crt_stream(file));
    any = read_line(buf, size, crt_stream(file), false, &full);
    if (any && full) { /* the line fits exactly if its end comes now */
        int c = crt_getc(crt_stream(file));
        full = c != '\n' && c != EOF;
        while (full && c != '\n' && c != EOF)
            c = crt_getc(crt_stream(file));
    }
    crt_unlock_stream(crt_stream(file));
    if (any && full) {
        *buf = 0;
        CRT_VALIDATE(0, ERANGE, NULL);
    }
    return any ? buf : NULL;
}

int __cdecl fputs(const char *s, FILE *file)
{
    CRT_VALIDATE(s && file, EINVAL, EOF);
    struct stream *f = crt_stream(file);
    size_t len = strlen(s);
    crt_lock_stream(f);
    bool temp = crt_stream_tempbuf(f);
    int r = crt_fwrite(s, 1, len, f) == len ? 0 : EOF;
    crt_stream_endtempbuf(f, temp);
    crt_unlock_stream(f);
    return r;
}

int __cdecl puts(const char *s)
{
    struct stream *f = crt_stream(crt_std_stream(1));

    CRT_VALIDATE(s, EINVAL, EOF);
    size_t len = strlen(s);
    crt_lock_stream(f);
    bool temp = crt_stream_tempbuf(f);
    int r = crt_fwrite(s, 1, len, f) == len && crt_putc('\n', f) != EOF ? 0 : EOF;
    crt_stream_endtempbuf(f, temp);
    crt_unlock_stream(f);
    return r;
}

size_t __cdecl _fwrite_nolock(const void *buf, size_t size, size_t count, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, 0);
    struct stream *s = crt_stream(file);
    bool temp = size && count && crt_stream_tempbuf(s);
    size_t r = crt_fwrite(buf, size, count, s);
    crt_stream_endtempbuf(s, temp);
    return r;
}

size_t __cdecl fwrite(const void *buf, size_t size, size_t count, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, 0);
    LOCKED(size_t, file, _fwrite_nolock(buf, size, count, file));
}

size_t __cdecl _fread_nolock(void *buf, size_t size, size_t count, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, 0);
    return crt_fread(buf, SIZE_MAX, size, count, crt_stream(file));
}

size_t __cdecl fread(void *buf, size_t size, size_t count, FILE *file)
{
    if (!size || !count)
        return 0;
    CRT_VALIDATE(file, EINVAL, 0);
    LOCKED(size_t, file, crt_fread(buf, SIZE_MAX, size, count, crt_stream(file)));
}

size_t __cdecl _fread_nolock_s(void *buf, size_t bufsize, size_t size, size_t count, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, 0);
    return crt_fread(buf, bufsize, size, count, crt_stream(file));
}

size_t __cdecl fread_s(void *buf, size_t bufsize, size_t size, size_t count, FILE *file)
{
    if (!size || !count)
        return 0;
    CRT_VALIDATE(file, EINVAL, 0);
    LOCKED(size_t, file, crt_fread(buf, bufsize, size, count, crt_stream(file)));
}

int __cdecl _getw(FILE *file)
{
    int value;
    CRT_VALIDATE(file, EINVAL, EOF);
    return fread(&value, sizeof(value), 1, file) == 1 ? value : EOF;
}

int __cdecl _putw(int value, FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    return fwrite(&value, sizeof(value), 1, file) == 1 ? value : EOF;
}

int __cdecl feof(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, 0);
    return crt_stream(file)->flag & SF_EOF;
}

int __cdecl ferror(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, 0);
    return crt_stream(file)->flag & SF_ERROR;
}

int __cdecl _fileno(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, -1);
    return crt_stream(file)->file;
}

errno_t __cdecl clearerr_s(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EINVAL);
    struct stream *s = crt_stream(file);
    crt_lock_stream(s);
    s->flag &= ~(SF_EOF | SF_ERROR);
    if (s->file >= 0 && crt_fd_valid(s->file))
        crt_fd(s->file)->osfile &= (unsigned char)~FEOFLAG;
    crt_unlock_stream(s);
    return 0;
}

void __cdecl clearerr(FILE *file)
{
    clearerr_s(file);
}
