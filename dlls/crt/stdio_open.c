/* SPDX-License-Identifier: MIT */
/* Opening streams: fopen and its relatives, modes, temporary files, freopen. */
#include "crt_private.h"

/* Skips blanks; the tail ", ccs=ENCODING" of a mode. */
static bool parse_ccs(const wchar_t *p, int *oflag)
{
    static const struct {
        wchar_t name[9];
        int flag;
    } encodings[] = { { L"UTF-8", _O_U8TEXT }, { L"UTF-16LE", _O_U16TEXT }, { L"UNICODE", _O_WTEXT } };

    while (*p == ' ')
        p++;
    if (_wcsnicmp(p, L"ccs", 3))
        return false;
    p += 3;
    while (*p == ' ')
        p++;
    if (*p++ != '=')
        return false;
    while (*p == ' ')
        p++;
    for (unsigned i = 0; i < CRT_COUNTOF(encodings); i++) {
        size_t len = wcslen(encodings[i].name);
        if (!_wcsnicmp(p, encodings[i].name, len)) {
            *oflag |= encodings[i].flag;
            for (p += len; *p == ' '; p++)
                ;
            return !*p;
        }
    }
    return false;
}

bool crt_parse_mode(const wchar_t *mode, int *oflag, int *sflag)
{
    bool binary_seen = false, commit_seen = false, scan_seen = false, ok = true;

    while (*mode == ' ')
        mode++;
    *sflag = _commode ? SF_COMMIT : 0;
    switch (*mode) {
    case 'r':
        *oflag = _O_RDONLY;
        *sflag |= SF_READ;
        break;
    case 'w':
        *oflag = _O_WRONLY | _O_CREAT | _O_TRUNC;
        *sflag |= SF_WRITE;
        break;
    case 'a':
        *oflag = _O_WRONLY | _O_CREAT | _O_APPEND;
        *sflag |= SF_WRITE;
        break;
    default:
        return false;
    }
    while (ok && *++mode) {
        switch (*mode) {
        case '+':
            ok = !(*oflag & _O_RDWR);
            *oflag = (*oflag | _O_RDWR) & ~(_O_RDONLY | _O_WRONLY);
            *sflag = (*sflag | SF_UPDATE) & ~(SF_READ | SF_WRITE);
            break;
        case 'b':
        case 't':
            ok = !binary_seen;
            binary_seen = true;
            *oflag |= *mode == 'b' ? _O_BINARY : _O_TEXT;
            break;
        case 'c':
        case 'n':
            ok = !commit_seen;
            commit_seen = true;
            *sflag = *mode == 'c' ? *sflag | SF_COMMIT : *sflag & ~SF_COMMIT;
            break;
        case 'S':
        case 'R':
            ok = !scan_seen;
            scan_seen = true;
            *oflag |= *mode == 'S' ? _O_SEQUENTIAL : _O_RANDOM;
            break;
        case 'T':
            *oflag |= _O_SHORT_LIVED;
            break;
        case 'D':
            *oflag |= _O_TEMPORARY;
            break;
        case 'N':
            *oflag |= _O_NOINHERIT;
            break;
        case 'x':
            ok = CRT_IS_UCRT && (*oflag & _O_TRUNC);
            *oflag |= _O_EXCL;
            break;
        case ' ':
            break;
        case ',':
            return parse_ccs(mode + 1, oflag);
        default:
            ok = false;
        }
    }
    return ok;
}

/* Opens into a stream that is locked and free; releases it on failure. */
static struct stream *open_into(struct stream *s, const wchar_t *path, const wchar_t *mode, int shflag)
{
    int oflag, sflag, fd;

    if (!crt_parse_mode(mode, &oflag, &sflag)) {
        crt_stream_release(s);
        CRT_VALIDATE(0, EINVAL, NULL);
    }
    if (crt_wopen(&fd, path, oflag, shflag, _S_IREAD | _S_IWRITE, false)) {
        crt_stream_release(s);
        return NULL;
    }
    s->flag = sflag | SF_INUSE;
    s->file = fd;
    return s;
}

FILE *__cdecl _wfsopen(const wchar_t *path, const wchar_t *mode, int shflag)
{
    CRT_VALIDATE(path && mode && *mode, EINVAL, NULL);
    if (!*path) {
        errno = EINVAL;
        return NULL;
    }
    struct stream *s = crt_stream_alloc();
    if (!s)
        return NULL;
    struct stream *opened = open_into(s, path, mode, shflag);
    crt_unlock_stream(s);
    return (FILE *)opened;
}

/* Modes are ASCII; anything else is invalid and stays so. */
static bool widen_mode(const char *mode, wchar_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (unsigned char)mode[i];
        if (!mode[i])
            return true;
    }
    return false;
}

FILE *__cdecl _fsopen(const char *path, const char *mode, int shflag)
{
    wchar_t wmode[64];

    CRT_VALIDATE(path && mode && *mode, EINVAL, NULL);
    CRT_VALIDATE(widen_mode(mode, wmode, CRT_COUNTOF(wmode)), EINVAL, NULL);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return NULL;
    FILE *file = _wfsopen(wide, wmode, shflag);
    free(wide);
    return file;
}

FILE *__cdecl fopen(const char *path, const char *mode)
{
    return _fsopen(path, mode, _SH_DENYNO);
}

FILE *__cdecl _wfopen(const wchar_t *path, const wchar_t *mode)
{
    return _wfsopen(path, mode, _SH_DENYNO);
}

errno_t __cdecl fopen_s(FILE **file, const char *path, const char *mode)
{
    CRT_VALIDATE(file, EINVAL, EINVAL);
    *file = NULL;
    CRT_VALIDATE(path && mode, EINVAL, EINVAL);
    *file = _fsopen(path, mode, _SH_SECURE);
    return *file ? 0 : errno;
}

errno_t __cdecl _wfopen_s(FILE **file, const wchar_t *path, const wchar_t *mode)
{
    CRT_VALIDATE(file, EINVAL, EINVAL);
    *file = NULL;
    CRT_VALIDATE(path && mode, EINVAL, EINVAL);
    *file = _wfsopen(path, mode, _SH_SECURE);
    return *file ? 0 : errno;
}

FILE *__cdecl _wfdopen(int fd, const wchar_t *mode)
{
    int oflag, sflag;

    CRT_VALIDATE(mode, EINVAL, NULL);
    if (!crt_fd_valid(fd)) {
        errno = EBADF;
        crt_invalid_parameter();
        return NULL;
    }
    CRT_VALIDATE(crt_parse_mode(mode, &oflag, &sflag), EINVAL, NULL);
    struct stream *s = crt_stream_alloc();
    if (!s)
        return NULL;
    if (oflag & _O_BINARY)
        crt_fd(fd)->osfile &= (unsigned char)~FTEXT;
    else if (oflag & _O_TEXT)
        crt_fd(fd)->osfile |= FTEXT;
    s->flag = sflag | SF_INUSE;
    s->file = fd;
    crt_unlock_stream(s);
    return (FILE *)s;
}

FILE *__cdecl _fdopen(int fd, const char *mode)
{
    wchar_t wmode[64];

    CRT_VALIDATE(mode && widen_mode(mode, wmode, CRT_COUNTOF(wmode)), EINVAL, NULL);
    return _wfdopen(fd, wmode);
}

static FILE *reopen(const wchar_t *path, const wchar_t *mode, FILE *file, int shflag)
{
    struct stream *s = crt_stream(file);

    crt_lock_stream(s);
    int fd = s->file;
    if (s->flag)
        crt_fclose_nolock(s);
    s->ptr = s->base = NULL;
    s->cnt = s->bufsiz = 0;
    s->flag = SF_INUSE;
    /* The descriptor just closed is the lowest free one or is taken again, so that stdout stays descriptor 1. */
    struct stream *r = open_into(s, path, mode, shflag);
    if (r && fd >= 0 && fd <= 2 && r->file != fd && !_dup2(r->file, fd)) {
        _close(r->file);
        r->file = fd;
    }
    crt_unlock_stream(s);
    return (FILE *)r;
}

FILE *__cdecl _wfreopen(const wchar_t *path, const wchar_t *mode, FILE *file)
{
    CRT_VALIDATE(path && mode && file, EINVAL, NULL);
    return reopen(path, mode, file, _SH_DENYNO);
}

FILE *__cdecl freopen(const char *path, const char *mode, FILE *file)
{
    wchar_t wmode[64];

    CRT_VALIDATE(path && mode && file, EINVAL, NULL);
    CRT_VALIDATE(widen_mode(mode, wmode, CRT_COUNTOF(wmode)), EINVAL, NULL);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return NULL;
    FILE *r = reopen(wide, wmode, file, _SH_DENYNO);
    free(wide);
    return r;
}

errno_t __cdecl _wfreopen_s(FILE **out, const wchar_t *path, const wchar_t *mode, FILE *file)
{
    CRT_VALIDATE(out, EINVAL, EINVAL);
    *out = NULL;
    CRT_VALIDATE(path && mode && file, EINVAL, EINVAL);
    *out = reopen(path, mode, file, _SH_SECURE);
    return *out ? 0 : errno;
}

errno_t __cdecl freopen_s(FILE **out, const char *path, const char *mode, FILE *file)
{
    wchar_t wmode[64];

    CRT_VALIDATE(out, EINVAL, EINVAL);
    *out = NULL;
    CRT_VALIDATE(path && mode && file, EINVAL, EINVAL);
    CRT_VALIDATE(widen_mode(mode, wmode, CRT_COUNTOF(wmode)), EINVAL, EINVAL);
    wchar_t *wide = crt_widen_path(path);
    if (!wide)
        return errno;
    *out = reopen(wide, wmode, file, _SH_SECURE);
    free(wide);
    return *out ? 0 : errno;
}
