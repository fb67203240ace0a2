/* SPDX-License-Identifier: MIT */
/*
 * Streams: the table of them, their locks and their buffers. msvcrt's FILE is known to programs (getc and putc were
 * macros), ucrt's is known to a few; both layouts are in crt_private.h. cnt counts what can be read from, or put into,
 * the buffer without a call.
 */
#include "crt_private.h"

#ifdef CRT_UCRT
#define STATIC_STREAMS 3
#define MAX_STREAMS    8192
#define CRT_IOB_NAME
struct stream crt_iob[STATIC_STREAMS] CRT_IOB_NAME;
#else
#define STATIC_STREAMS 20
#define MAX_STREAMS    2048
#define CRT_IOB_NAME   __asm__("_iob") /* an exported variable */
struct stream crt_iob[STATIC_STREAMS] CRT_IOB_NAME;
static CRITICAL_SECTION iob_locks[STATIC_STREAMS];
struct stream_with_lock {
    struct stream stream;
    CRITICAL_SECTION lock;
};
#endif

static struct stream **streams;
static int stream_count, stream_capacity;
static int max_streams = 512;

static CRITICAL_SECTION *lock_of(struct stream *s)
{
#ifdef CRT_UCRT
    return &s->lock;
#else
    if (s >= crt_iob && s < crt_iob + STATIC_STREAMS)
        return &iob_locks[s - crt_iob];
    return &((struct stream_with_lock *)s)->lock;
#endif
}

void crt_lock_stream(struct stream *s)
{
    EnterCriticalSection(lock_of(s));
}

void crt_unlock_stream(struct stream *s)
{
    LeaveCriticalSection(lock_of(s));
}

void __cdecl _lock_file(FILE *file)
{
    crt_lock_stream(crt_stream(file));
}

void __cdecl _unlock_file(FILE *file)
{
    crt_unlock_stream(crt_stream(file));
}

FILE *crt_std_stream(int n)
{
    return (FILE *)&crt_iob[n];
}

FILE *__cdecl __acrt_iob_func(unsigned n)
{
    return (FILE *)&crt_iob[n];
}

#undef __iob_func
FILE *__cdecl __iob_func(void)
{
    return (FILE *)crt_iob;
}

static bool add_stream(struct stream *s)
{
    if (stream_count == stream_capacity) {
        int capacity = stream_capacity ? stream_capacity * 2 : 64;
        struct stream **grown = realloc(streams, (size_t)capacity * sizeof(*streams));
        if (!grown)
            return false;
        streams = grown;
        stream_capacity = capacity;
    }
    InitializeCriticalSectionAndSpinCount(lock_of(s), 4000);
    streams[stream_count++] = s;
    return true;
}

bool crt_stdio_init(void)
{
    for (int i = 0; i < STATIC_STREAMS; i++) {
        if (!add_stream(&crt_iob[i]))
            return false;
        crt_iob[i].file = -1;
    }
    for (int i = 0; i < 3; i++) {
        crt_iob[i].flag = SF_INUSE | (i ? SF_WRITE : SF_READ) | (i == 2 ? SF_NBF : 0);
        crt_iob[i].file = crt_fd(i)->osfhnd == -2 || crt_fd(i)->osfhnd == -1 ? -2 : i;
        if (i == 2) {
            crt_iob[i].base = crt_iob[i].ptr = (char *)&crt_iob[i].charbuf;
            crt_iob[i].bufsiz = 2;
        }
    }
    return true;
}

/* A free stream: locked, all zero but SF_INUSE. */
struct stream *crt_stream_alloc(void)
{
    struct stream *s = NULL;

    crt_lock(LOCK_IOB_SCAN);
    for (int i = 0; i < stream_count; i++)
        if (!streams[i]->flag) {
            s = streams[i];
            break;
        }
    if (!s && stream_count < max_streams) {
#ifdef CRT_UCRT
        s = calloc(1, sizeof(struct stream));
#else
        s = calloc(1, sizeof(struct stream_with_lock));
#endif
        if (s && !add_stream(s)) {
            free(s);
            s = NULL;
        }
    }
    if (s) {
        s->flag = SF_INUSE;
        s->ptr = s->base = NULL;
        s->cnt = s->charbuf = s->bufsiz = 0;
        s->tmpfname = NULL;
        s->file = -1;
    } else {
        errno = EMFILE;
    }
    crt_unlock(LOCK_IOB_SCAN);
    if (s)
        crt_lock_stream(s);
    return s;
}

void crt_stream_release(struct stream *s)
{
    s->ptr = s->base = NULL;
    s->cnt = s->charbuf = s->bufsiz = 0;
    s->tmpfname = NULL;
    s->file = -1;
    s->flag = 0; /* last: now it can be found free */
}

int __cdecl _getmaxstdio(void)
{
    return max_streams;
}

int __cdecl _setmaxstdio(int count)
{
    CRT_VALIDATE(count >= STATIC_STREAMS && count <= MAX_STREAMS, EINVAL, -1);
    crt_lock(LOCK_IOB_SCAN);
    max_streams = count > stream_count ? count : stream_count;
    crt_unlock(LOCK_IOB_SCAN);
    return count;
}

/* ---- buffers ---- */

void crt_stream_getbuf(struct stream *s)
{
    s->base = malloc(CRT_BUFSIZE);
    if (s->base) {
        s->flag |= SF_MYBUF;
        s->bufsiz = CRT_BUFSIZE;
    } else {
        s->flag |= SF_NBF;
        s->base = (char *)&s->charbuf;
        s->bufsiz = 2;
    }
    s->ptr = s->base;
    s->cnt = 0;
}

static bool console_output(struct stream *s)
{
    return (s == &crt_iob[1] || s == &crt_iob[2]) && s->file >= 0 && _isatty(s->file);
}

/*
 * Unbuffered output (stderr; stdout on a console) gets a buffer for the time of one call, so that a printf is one write.
 * The caller holds the stream's lock from here to crt_stream_endtempbuf().
 */
bool crt_stream_tempbuf(struct stream *s)
{
    if (s != &crt_iob[1] && s != &crt_iob[2])
        return false;
    if (s->flag & (SF_MYBUF | SF_USERBUF | SF_SETVBUF))
        return false;
    if (!(s->flag & SF_NBF) && !console_output(s))
        return false;
    if (s->flag & SF_ANYBUF & ~SF_NBF)
        return false;
    char *buffer = malloc(CRT_BUFSIZE);
    if (!buffer)
        return false;
    s->base = s->ptr = buffer;
    s->bufsiz = s->cnt = CRT_BUFSIZE;
    s->flag = (s->flag & ~SF_NBF) | SF_MYBUF | SF_STBUF | SF_WRITE;
    return true;
}

void crt_stream_endtempbuf(struct stream *s, bool on)
{
    if (!on || !(s->flag & SF_STBUF))
        return;
    crt_stream_flush(s);
    free(s->base);
    s->flag &= ~(SF_STBUF | SF_MYBUF);
    s->base = s->ptr = (char *)&s->charbuf;
    s->cnt = 0;
    s->bufsiz = 2;
    s->flag |= SF_NBF;
}

int crt_stream_fill(struct stream *s)
{
    CRT_VALIDATE(s, EINVAL, EOF);
    if (!s->flag || (s->flag & SF_STRING)) {
        s->cnt = 0;
        return EOF;
    }
    if (s->flag & SF_WRITE) {
        s->flag |= SF_ERROR;
        s->cnt = 0;
        errno = EBADF;
        return EOF;
    }
    s->flag |= SF_READ;
    if (!(s->flag & SF_ANYBUF))
        crt_stream_getbuf(s);
    s->ptr = s->base;
    int n = _read(s->file, s->base, (unsigned)s->bufsiz);
    if (n <= 0) {
        s->flag |= n ? SF_ERROR : SF_EOF;
        s->cnt = 0;
        return EOF;
    }
    s->cnt = n - 1;
    return (unsigned char)*s->ptr++;
}

/* Makes the stream one that is being written, with a buffer if it is to have one. */
static bool prepare_write(struct stream *s)
{
    if (s->flag & SF_STRING) {
        errno = ERANGE;
        s->flag |= SF_ERROR;
        return false;
    }
    if (!(s->flag & (SF_WRITE | SF_UPDATE))) {
        errno = EBADF;
        s->flag |= SF_ERROR;
        return false;
    }
    if (s->flag & SF_READ) {
        s->cnt = 0;
        if (!(s->flag & SF_EOF)) { /* writing may follow reading only after positioning, or at the end */
            s->flag |= SF_ERROR;
            return false;
        }
        s->ptr = s->base;
        s->flag &= ~SF_READ;
    }
    s->flag = (s->flag | SF_WRITE) & ~SF_EOF;
    if (s->cnt < 0)
        s->cnt = 0;
    if (!(s->flag & SF_ANYBUF) && !console_output(s))
        crt_stream_getbuf(s);
    return true;
}

int crt_stream_overflow(int c, struct stream *s)
{
    CRT_VALIDATE(s, EINVAL, EOF);
    if (!prepare_write(s))
        return EOF;
    char byte = (char)c;
    int size = 1, written;
    if (s->flag & (SF_MYBUF | SF_USERBUF)) {
        size = (int)(s->ptr - s->base);
        written = size > 0 ? _write(s->file, s->base, (unsigned)size) : 0;
        s->ptr = s->base + 1;
        s->cnt = s->bufsiz - 1;
        *s->base = byte;
    } else {
        s->cnt = 0;
        written = _write(s->file, &byte, 1);
    }
    if (written != size) {
        s->flag |= SF_ERROR;
        return EOF;
    }
    return (unsigned char)byte;
}

int crt_stream_flush(struct stream *s)
{
    int r = 0;

    if ((s->flag & (SF_READ | SF_WRITE)) == SF_WRITE && (s->flag & (SF_MYBUF | SF_USERBUF))) {
        int size = (int)(s->ptr - s->base);
        if (size > 0) {
            int written = _write(s->file, s->base, (unsigned)size);
            if (written == size) {
                if (s->flag & SF_UPDATE)
                    s->flag &= ~SF_WRITE;
            } else {
                s->flag |= SF_ERROR;
                r = EOF;
            }
        }
    }
    s->ptr = s->base;
    s->cnt = s->flag & SF_STBUF ? s->bufsiz : 0;
    if (s->flag & SF_STBUF)
        s->flag |= SF_WRITE;
    return r;
}

size_t crt_fwrite(const void *buf, size_t size, size_t count, struct stream *s)
{
    const char *p = buf;
    size_t total, left;

    if (!size || !count)
        return 0;
    CRT_VALIDATE(buf, EINVAL, 0);
    CRT_VALIDATE(count <= SIZE_MAX / size, EINVAL, 0);
    if (s->cnt <= 0 && !prepare_write(s))
        return 0;
    left = total = size * count;
    while (left) {
        bool buffered = s->flag & (SF_MYBUF | SF_USERBUF | SF_STRING);
        if (s->cnt > 0 && buffered) {
            size_t n = left < (size_t)s->cnt ? left : (size_t)s->cnt;
            memcpy(s->ptr, p, n);
            s->ptr += n;
            s->cnt -= (int)n;
            p += n;
            left -= n;
        } else if (!buffered || left >= (size_t)s->bufsiz) {
            if (!prepare_write(s))
                break;
            if (buffered && s->ptr > s->base && crt_stream_flush(s))
                break;
            s->flag |= SF_WRITE;
            size_t n = buffered ? left - left % (size_t)s->bufsiz : left;
            if (n > INT_MAX / 2)
                n = INT_MAX / 2 & ~0xffff;
            int written = _write(s->file, p, (unsigned)n);
            if (written > 0) {
                p += written;
                left -= (size_t)written;
            }
            s->cnt = 0;
            if (written != (int)n) {
                s->flag |= SF_ERROR;
                break;
            }
        } else {
            if (crt_stream_overflow(*p, s) == EOF)
                break;
            p++;
            left--;
        }
    }
    return (total - left) / size;
}

size_t crt_fread(void *buf, size_t bufsize, size_t size, size_t count, struct stream *s)
{
    char *p = buf;
    size_t total, left, room = bufsize;

    if (!size || !count)
        return 0;
    CRT_VALIDATE(buf, EINVAL, 0);
    CRT_VALIDATE(count <= SIZE_MAX / size, EINVAL, 0);
    left = total = size * count;
    while (left) {
        size_t n;
        bool buffered = s->flag & (SF_MYBUF | SF_USERBUF | SF_NBF | SF_STRING);
        if (buffered && s->cnt > 0) {
            n = left < (size_t)s->cnt ? left : (size_t)s->cnt;
            if (n > room)
                goto too_small;
            memcpy(p, s->ptr, n);
            s->ptr += n;
            s->cnt -= (int)n;
        } else if (s->flag & SF_STRING) {
            break;
        } else if (left >= (size_t)(s->bufsiz ? s->bufsiz : CRT_BUFSIZE) && !(s->flag & (SF_WRITE | SF_NBF)) &&
                   !(s->flag & SF_EOF)) {
            size_t unit = s->bufsiz ? (size_t)s->bufsiz : CRT_BUFSIZE;
            n = left - left % unit;
            if (n > INT_MAX)
                n = INT_MAX & ~0xffff;
            if (n > room)
                goto too_small;
            s->flag |= SF_READ;
            s->ptr = s->base;
            s->cnt = 0;
            int got = _read(s->file, p, (unsigned)n);
            if (got <= 0) {
                s->flag |= got ? SF_ERROR : SF_EOF;
                break;
            }
            n = (size_t)got;
        } else {
            int c = crt_stream_fill(s);
            if (c == EOF)
                break;
            if (!room)
                goto too_small;
            *p = (char)c;
            n = 1;
        }
        p += n;
        left -= n;
        room -= n;
    }
    return (total - left) / size;
too_small:
    memset(buf, 0, bufsize);
    CRT_VALIDATE(0, ERANGE, 0);
    return 0;
}

/* ---- all streams ---- */

static int flush_all(bool writes_only, bool force)
{
    int count = 0, errors = 0;

    if (!force)
        crt_lock(LOCK_IOB_SCAN);
    for (int i = 0; i < stream_count; i++) {
        struct stream *s = streams[i];
        if (!s->flag)
            continue;
        /* At the end of the process a lock may belong to a thread that is gone. */
        if (force) {
            if (!TryEnterCriticalSection(lock_of(s)))
                continue;
        } else {
            crt_lock_stream(s);
        }
        if (s->flag && (!writes_only || (s->flag & SF_WRITE))) {
            count++;
            if (crt_stream_flush(s))
                errors = EOF;
        }
        crt_unlock_stream(s);
    }
    if (!force)
        crt_unlock(LOCK_IOB_SCAN);
    return writes_only ? errors : count;
}

void crt_stdio_flush_at_exit(void)
{
    flush_all(true, true);
}

int __cdecl _flushall(void)
{
    return flush_all(false, false);
}

int __cdecl _fflush_nolock(FILE *file)
{
    if (!file)
        return flush_all(true, false);
    struct stream *s = crt_stream(file);
    if (crt_stream_flush(s))
        return EOF;
    if ((s->flag & SF_COMMIT) && _commit(s->file))
        return EOF;
    return 0;
}

int __cdecl fflush(FILE *file)
{
    if (!file)
        return flush_all(true, false);
    crt_lock_stream(crt_stream(file));
    int r = _fflush_nolock(file);
    crt_unlock_stream(crt_stream(file));
    return r;
}

int __cdecl _fcloseall(void)
{
    int closed = 0;

    for (int i = 3; i < stream_count; i++)
        if (streams[i]->flag && fclose((FILE *)streams[i]) == 0)
            closed++;
    return closed;
}

/* Closes the streams of tmpfile(). */
int __cdecl _rmtmp(void)
{
    int closed = 0;

    crt_lock(LOCK_IOB_SCAN);
    for (int i = 0; i < stream_count; i++) {
        struct stream *s = streams[i];
        crt_lock_stream(s);
        if (s->flag && s->tmpfname && !crt_fclose_nolock(s))
            closed++;
        crt_unlock_stream(s);
    }
    crt_unlock(LOCK_IOB_SCAN);
    return closed;
}

static void free_buffer(struct stream *s)
{
    if (s->flag & SF_MYBUF)
        free(s->base);
    s->flag &= ~(SF_MYBUF | SF_USERBUF | SF_NBF | SF_SETVBUF);
    s->base = s->ptr = NULL;
    s->cnt = 0;
    s->bufsiz = 0;
}

int crt_fclose_nolock(struct stream *s)
{
    int r = EOF;

    if (s->flag & SF_STRING) {
        crt_stream_release(s);
        return EOF;
    }
    if (s->flag) {
        r = crt_stream_flush(s);
        free_buffer(s);
        if (s->file >= 0 && _close(s->file) < 0)
            r = EOF;
        free(s->tmpfname); /* the file itself goes with its descriptor */
        s->tmpfname = NULL;
    }
    crt_stream_release(s);
    return r;
}

int __cdecl _fclose_nolock(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    return crt_fclose_nolock(crt_stream(file));
}

int __cdecl fclose(FILE *file)
{
    CRT_VALIDATE(file, EINVAL, EOF);
    struct stream *s = crt_stream(file);
    crt_lock_stream(s);
    int r = crt_fclose_nolock(s);
    crt_unlock_stream(s);
    return r;
}

int __cdecl setvbuf(FILE *file, char *buffer, int mode, size_t size)
{
    CRT_VALIDATE(file, EINVAL, -1);
    CRT_VALIDATE(mode == _IONBF || mode == _IOFBF || mode == _IOLBF, EINVAL, -1);
    CRT_VALIDATE(mode == _IONBF || (size >= 2 && size <= INT_MAX), EINVAL, -1);
    struct stream *s = crt_stream(file);
    int r = 0;
    crt_lock_stream(s);
    crt_stream_flush(s);
    free_buffer(s);
    if (mode == _IONBF) {
        s->flag |= SF_NBF;
        s->base = (char *)&s->charbuf;
        s->bufsiz = 2;
    } else if (!buffer) {
        size &= ~(size_t)1; /* line buffering is full buffering, as documented */
        s->base = malloc(size);
        if (s->base) {
            s->flag |= SF_MYBUF | SF_SETVBUF;
            s->bufsiz = (int)size;
        } else {
            r = -1;
        }
    } else {
        s->base = buffer;
        s->bufsiz = (int)(size & ~(size_t)1);
        s->flag |= SF_USERBUF | SF_SETVBUF;
    }
    s->ptr = s->base;
    s->cnt = 0;
    crt_unlock_stream(s);
    return r;
}

void __cdecl setbuf(FILE *file, char *buffer)
{
    setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, 512);
}

errno_t __cdecl _get_stream_buffer_pointers(FILE *file, char ***base, char ***ptr, int **cnt)
{
    CRT_VALIDATE(file, EINVAL, EINVAL);
    struct stream *s = crt_stream(file);
    if (base)
        *base = &s->base;
    if (ptr)
        *ptr = &s->ptr;
    if (cnt)
        *cnt = &s->cnt;
    return 0;
}
