/* SPDX-License-Identifier: MIT */
/* Temporary files and their names: tmpfile, tmpnam, _tempnam, _mktemp. */
#include "crt_private.h"

#define NAME_ROOM (_MAX_PATH + 12)

/* ---- tmpnam ---- */

/* Names are TMP\sPID.N in base 32, as programs see them on Windows; the number only grows within a process. */
static LONG tmpnam_counter, tmpfile_counter;

static bool temp_folder(wchar_t *out, size_t size)
{
#ifdef CRT_UCRT
    DWORD n = GetTempPathW((DWORD)size, out);
    return n && n < size;
#else
    (void)size;
    wcscpy(out, L"\\"); /* msvcrt.dll's P_tmpdir is the root of the drive */
    return true;
#endif
}

static bool next_name(wchar_t *out, size_t size, wchar_t letter, LONG *counter)
{
    wchar_t folder[_MAX_PATH], number[12];
    size_t n;

    if (!temp_folder(folder, CRT_COUNTOF(folder)))
        return false;
    for (;;) {
        LONG value = InterlockedIncrement(counter);
        if (value <= 0)
            return false; /* TMP_MAX and more have been used */
        n = wcslen(folder);
        if (n + 32 > size)
            return false;
        wcscpy(out, folder);
        out[n++] = letter;
        _ultow(GetCurrentProcessId(), number, 32);
        wcscpy(out + n, number);
        wcscat(out, L".");
        _ultow((unsigned long)value - 1, number, 32);
        wcscat(out, number);
        if (GetFileAttributesW(out) == INVALID_FILE_ATTRIBUTES)
            return true;
    }
}

errno_t __cdecl _wtmpnam_s(wchar_t *buf, size_t size)
{
    wchar_t name[NAME_ROOM];

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    if (!next_name(name, CRT_COUNTOF(name), 's', &tmpnam_counter))
        return errno = EINVAL;
    CRT_VALIDATE(wcslen(name) < size, ERANGE, ERANGE);
    wcscpy(buf, name);
    return 0;
}

errno_t __cdecl tmpnam_s(char *buf, size_t size)
{
    wchar_t wide[NAME_ROOM];

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    errno_t error = _wtmpnam_s(wide, CRT_COUNTOF(wide));
    if (error)
        return error;
    char *narrow = crt_narrow_path(wide);
    if (!narrow)
        return errno;
    bool fits = strlen(narrow) < size;
    if (fits)
        strcpy(buf, narrow);
    free(narrow);
    CRT_VALIDATE(fits, ERANGE, ERANGE);
    return 0;
}

char *__cdecl tmpnam(char *buf)
{
    struct thread_data *td = crt_thread();

    if (!buf) {
        if (!td->tmpnam_buffer)
            td->tmpnam_buffer = malloc(NAME_ROOM * 3);
        buf = td->tmpnam_buffer;
    }
    return buf && !tmpnam_s(buf, _MAX_PATH) ? buf : NULL;
}

wchar_t *__cdecl _wtmpnam(wchar_t *buf)
{
    struct thread_data *td = crt_thread();

    if (!buf) {
        if (!td->wtmpnam_buffer)
            td->wtmpnam_buffer = malloc(NAME_ROOM * sizeof(wchar_t));
        buf = td->wtmpnam_buffer;
    }
    return buf && !_wtmpnam_s(buf, _MAX_PATH) ? buf : NULL;
}

/* ---- tmpfile ---- */

static errno_t open_temporary(FILE **out, int shflag)
{
    wchar_t name[NAME_ROOM];
    int fd = -1;
    errno_t error = EINVAL;

    *out = NULL;
    do {
        if (!next_name(name, CRT_COUNTOF(name), 't', &tmpfile_counter))
            return errno = EINVAL;
        error = crt_wopen(&fd, name, _O_CREAT | _O_EXCL | _O_RDWR | _O_BINARY | _O_TEMPORARY, shflag,
                          _S_IREAD | _S_IWRITE, false);
    } while (error == EEXIST);
    if (error)
        return error;
    struct stream *s = crt_stream_alloc();
    if (!s) {
        _close(fd);
        return errno;
    }
    s->flag = SF_INUSE | SF_UPDATE;
    s->file = fd;
    s->tmpfname = crt_narrow_path(name); /* tells _rmtmp */
    crt_unlock_stream(s);
    *out = (FILE *)s;
    return 0;
}

FILE *__cdecl tmpfile(void)
{
    FILE *file;

    return open_temporary(&file, _SH_DENYNO) ? NULL : file;
}

errno_t __cdecl tmpfile_s(FILE **file)
{
    CRT_VALIDATE(file, EINVAL, EINVAL);
    return open_temporary(file, _SH_SECURE);
}

/* ---- _tempnam ---- */

static bool is_folder(const wchar_t *path)
{
    DWORD attributes = path && *path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* In TMP if it is a folder, else in dir, else in the standard folder, else here: as documented. */
wchar_t *__cdecl _wtempnam(const wchar_t *dir, const wchar_t *prefix)
{
    static LONG counter;
    wchar_t standard[_MAX_PATH], number[12];
    const wchar_t *folder = _wgetenv(L"TMP");

    if (!is_folder(folder))
        folder = dir;
    if (!is_folder(folder) && temp_folder(standard, CRT_COUNTOF(standard)))
        folder = standard;
    if (!is_folder(folder))
        folder = L".";
    if (!prefix)
        prefix = L"";
    size_t size = wcslen(folder) + wcslen(prefix) + 14;
    wchar_t *name = malloc(size * sizeof(wchar_t));
    if (!name)
        return NULL;
    size_t n = wcslen(folder);
    do {
        wcscpy(name, folder);
        if (n && folder[n - 1] != '\\' && folder[n - 1] != '/')
            wcscat(name, L"\\");
        wcscat(name, prefix);
        _ultow(GetCurrentProcessId() + (unsigned long)InterlockedIncrement(&counter), number, 10);
        wcscat(name, number);
    } while (GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES);
    return name;
}

char *__cdecl _tempnam(const char *dir, const char *prefix)
{
    wchar_t *wdir = dir ? crt_widen_path(dir) : NULL, *wprefix = prefix ? crt_widen_path(prefix) : NULL;
    wchar_t *wide = _wtempnam(wdir, wprefix);
    char *narrow = wide ? crt_narrow_path(wide) : NULL;

    free(wdir);
    free(wprefix);
    free(wide);
    return narrow;
}

/* ---- _mktemp ---- */

/* "baseXXXXXX" becomes "baseaNNNNN", NNNNN the process, the letter the first that is free. */
#define MKTEMP(CH, NAME, LENGTH, EXISTS)                                                                               \
    errno_t __cdecl NAME##_s(CH *template, size_t size)                                                                \
    {                                                                                                                  \
        CRT_VALIDATE(template &&size, EINVAL, EINVAL);                                                                 \
        size_t length = LENGTH(template, size);                                                                        \
        bool valid = length < size && length >= 6;                                                                     \
        for (int i = 1; valid && i <= 6; i++)                                                                          \
            valid = template[length - (size_t)i] == 'X';                                                               \
        if (!valid) {                                                                                                  \
            *template = 0;                                                                                             \
            CRT_VALIDATE(0, EINVAL, EINVAL);                                                                           \
        }                                                                                                              \
        unsigned long number = GetCurrentThreadId();                                                                   \
        for (size_t i = 1; i <= 5; i++, number /= 10)                                                                  \
            template[length - i] = (CH)('0' + number % 10);                                                            \
        int saved = errno;                                                                                             \
        for (CH letter = 'a'; letter <= 'z'; letter++) {                                                               \
            template[length - 6] = letter;                                                                             \
            if (EXISTS(template, 0)) {                                                                                 \
                errno = saved;                                                                                         \
                return 0;                                                                                              \
            }                                                                                                          \
        }                                                                                                              \
        *template = 0;                                                                                                 \
        errno = EEXIST;                                                                                                \
        return EEXIST;                                                                                                 \
    }                                                                                                                  \
    CH *__cdecl NAME(CH *template)                                                                                     \
    {                                                                                                                  \
        return template && !NAME##_s(template, LENGTH(template, SIZE_MAX / 4) + 1) ? template : NULL;                  \
    }

MKTEMP(char, _mktemp, strnlen, _access)
MKTEMP(wchar_t, _wmktemp, wcsnlen, _waccess)
