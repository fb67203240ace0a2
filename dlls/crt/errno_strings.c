/* SPDX-License-Identifier: MIT */
/* Texts of error numbers: strerror, perror, _sys_errlist, and assert, which prints one of its own. */
#include "crt_private.h"

static const char *const names[] = {
    [0] = "No error",
    [EPERM] = "Operation not permitted",
    [ENOENT] = "No such file or directory",
    [ESRCH] = "No such process",
    [EINTR] = "Interrupted function call",
    [EIO] = "Input/output error",
    [ENXIO] = "No such device or address",
    [E2BIG] = "Arg list too long",
    [ENOEXEC] = "Exec format error",
    [EBADF] = "Bad file descriptor",
    [ECHILD] = "No child processes",
    [EAGAIN] = "Resource temporarily unavailable",
    [ENOMEM] = "Not enough space",
    [EACCES] = "Permission denied",
    [EFAULT] = "Bad address",
    [EBUSY] = "Resource device",
    [EEXIST] = "File exists",
    [EXDEV] = "Improper link",
    [ENODEV] = "No such device",
    [ENOTDIR] = "Not a directory",
    [EISDIR] = "Is a directory",
    [EINVAL] = "Invalid argument",
    [ENFILE] = "Too many open files in system",
    [EMFILE] = "Too many open files",
    [ENOTTY] = "Inappropriate I/O control operation",
    [EFBIG] = "File too large",
    [ENOSPC] = "No space left on device",
    [ESPIPE] = "Invalid seek",
    [EROFS] = "Read-only file system",
    [EMLINK] = "Too many links",
    [EPIPE] = "Broken pipe",
    [EDOM] = "Domain error",
    [ERANGE] = "Result too large",
    [EDEADLK] = "Resource deadlock avoided",
    [ENAMETOOLONG] = "Filename too long",
    [ENOLCK] = "No locks available",
    [ENOSYS] = "Function not implemented",
    [ENOTEMPTY] = "Directory not empty",
    [EILSEQ] = "Illegal byte sequence",
};

#define NERR 43 /* _sys_nerr: the entries of _sys_errlist but the last, which stands for all others */
static const char unknown[] = "Unknown error";

/* POSIX supplement of the universal runtime, from 100 on. */
static const char *const posix_names[] = {
    "address in use",
    "address not available",
    "address family not supported",
    "connection already in progress",
    "bad message",
    "operation canceled",
    "connection aborted",
    "connection refused",
    "connection reset",
    "destination address required",
    "host unreachable",
    "identifier removed",
    "operation in progress",
    "already connected",
    "too many symbolic link levels",
    "message size",
    "network down",
    "network reset",
    "network unreachable",
    "no buffer space",
    "no message available",
    "no link",
    "no message",
    "no protocol option",
    "no stream resources",
    "not a stream",
    "not connected",
    "state not recoverable",
    "not a socket",
    "not supported",
    "operation not supported",
    "other",
    "value too large",
    "owner dead",
    "protocol error",
    "protocol not supported",
    "wrong protocol type",
    "stream timeout",
    "timed out",
    "text file busy",
    "operation would block",
};

static const char *text_of(int error)
{
    if (CRT_IS_UCRT && error >= 100 && error < 100 + (int)CRT_COUNTOF(posix_names))
        return posix_names[error - 100];
    if ((unsigned)error < CRT_COUNTOF(names) && names[error])
        return names[error];
    return unknown;
}

#ifdef CRT_UCRT
static const char *errlist[NERR + 1];

char **__cdecl __sys_errlist(void)
{
    for (int i = 0; i <= NERR; i++)
        errlist[i] = text_of(i);
    return (char **)errlist;
}

int *__cdecl __sys_nerr(void)
{
    static int count = NERR;
    return &count;
}
#else
#define U "Unknown error"
int _sys_nerr = NERR;
const char *crt_sys_errlist[NERR + 1] __asm__("_sys_errlist") = {
    "No error",
    "Operation not permitted",
    "No such file or directory",
    "No such process",
    "Interrupted function call",
    "Input/output error",
    "No such device or address",
    "Arg list too long",
    "Exec format error",
    "Bad file descriptor",
    "No child processes",
    "Resource temporarily unavailable",
    "Not enough space",
    "Permission denied",
    "Bad address",
    U,
    "Resource device",
    "File exists",
    "Improper link",
    "No such device",
    "Not a directory",
    "Is a directory",
    "Invalid argument",
    "Too many open files in system",
    "Too many open files",
    "Inappropriate I/O control operation",
    U,
    "File too large",
    "No space left on device",
    "Invalid seek",
    "Read-only file system",
    "Too many links",
    "Broken pipe",
    "Domain error",
    "Result too large",
    U,
    "Resource deadlock avoided",
    U,
    "Filename too long",
    "No locks available",
    "Function not implemented",
    "Directory not empty",
    "Illegal byte sequence",
    U,
};
#undef U
#endif

#define ERROR_BUFFER 134 /* as much as the longest message that programs may have been promised */

/* Copies as much as fits; a message is cut, never refused. */
#define COPY(CH, NAME)                                                                                                 \
    static void NAME(CH *buf, size_t size, const char *text)                                                           \
    {                                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; text[i] && i + 1 < size; i++)                                                                           \
            buf[i] = (CH)(unsigned char)text[i];                                                                       \
        buf[i] = 0;                                                                                                    \
    }

COPY(char, copy_narrow)
COPY(wchar_t, copy_wide)

char *__cdecl strerror(int error)
{
    struct thread_data *td = crt_thread();

    if (!td->strerror_buffer && !(td->strerror_buffer = malloc(ERROR_BUFFER)))
        return (char *)"Visual C++ CRT: Not enough memory to complete call to strerror.";
    copy_narrow(td->strerror_buffer, ERROR_BUFFER, text_of(error));
    return td->strerror_buffer;
}

wchar_t *__cdecl _wcserror(int error)
{
    struct thread_data *td = crt_thread();

    if (!td->wcserror_buffer && !(td->wcserror_buffer = malloc(ERROR_BUFFER * sizeof(wchar_t))))
        return (wchar_t *)L"Visual C++ CRT: Not enough memory to complete call to strerror.";
    copy_wide(td->wcserror_buffer, ERROR_BUFFER, text_of(error));
    return td->wcserror_buffer;
}

errno_t __cdecl strerror_s(char *buf, size_t size, int error)
{
    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    copy_narrow(buf, size, text_of(error));
    return 0;
}

errno_t __cdecl _wcserror_s(wchar_t *buf, size_t size, int error)
{
    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    copy_wide(buf, size, text_of(error));
    return 0;
}

/* "MESSAGE: text of errno\n"; without a message only the text and the newline. */
errno_t __cdecl _strerror_s(char *buf, size_t size, const char *message)
{
    int error = errno;

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    if (message && *message) {
        size_t len = strlen(message);
        if (len + 2 >= size) {
            copy_narrow(buf, size, message);
            return ERANGE;
        }
        strcpy(buf, message);
        strcpy(buf + len, ": ");
    }
    size_t used = strlen(buf);
    copy_narrow(buf + used, size - used, text_of(error));
    used = strlen(buf);
    if (used + 1 < size)
        strcpy(buf + used, "\n");
    return 0;
}

errno_t __cdecl __wcserror_s(wchar_t *buf, size_t size, const wchar_t *message)
{
    int error = errno;

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    if (message && *message) {
        size_t len = wcslen(message);
        if (len + 2 >= size)
            return ERANGE;
        wcscpy(buf, message);
        wcscpy(buf + len, L": ");
    }
    size_t used = wcslen(buf);
    copy_wide(buf + used, size - used, text_of(error));
    used = wcslen(buf);
    if (used + 1 < size)
        wcscpy(buf + used, L"\n");
    return 0;
}

char *__cdecl _strerror(const char *message)
{
    strerror(0); /* makes the buffer */
    char *buf = crt_thread()->strerror_buffer;
    return buf && !_strerror_s(buf, ERROR_BUFFER, message) ? buf : NULL;
}

wchar_t *__cdecl __wcserror(const wchar_t *message)
{
    _wcserror(0);
    wchar_t *buf = crt_thread()->wcserror_buffer;
    return buf && !__wcserror_s(buf, ERROR_BUFFER, message) ? buf : NULL;
}

/* perror writes to descriptor 2 directly, in one piece. */
void __cdecl perror(const char *message)
{
    const char *text = text_of(errno);
    size_t n = message ? strlen(message) : 0, size = n + strlen(text) + 4;
    char *line = malloc(size);

    if (!line)
        return;
    *line = 0;
    if (n) {
        strcpy(line, message);
        strcat(line, ": ");
    }
    strcat(line, text);
    strcat(line, "\n");
    _write(2, line, (unsigned)strlen(line));
    free(line);
}

void __cdecl _wperror(const wchar_t *message)
{
    char *narrow = message ? crt_narrow_path(message) : NULL;

    perror(narrow);
    free(narrow);
}

/* ---- assert ---- */

static void report(const wchar_t *text)
{
    char *narrow = crt_narrow_path(text);

    if (narrow)
        _write(2, narrow, (unsigned)strlen(narrow));
    free(narrow);
}

/*
 * A failed assertion is told on standard error by console programs, in a message box by others. Where nobody can see a
 * box (and in msvcrt as in the universal runtime when a program asked for it with _set_error_mode) it is standard error.
 */
DECLSPEC_NORETURN void __cdecl _wassert(const wchar_t *expression, const wchar_t *file, unsigned line)
{
    wchar_t number[12];
    size_t size = wcslen(expression ? expression : L"") + wcslen(file ? file : L"") + 80;
    wchar_t *text = malloc(size * sizeof(wchar_t));

    fflush(crt_std_stream(1));
    if (text) {
        _ultow(line, number, 10);
        wcscpy(text, L"Assertion failed: ");
        wcscat(text, expression ? expression : L"");
        wcscat(text, L", file ");
        wcscat(text, file ? file : L"");
        wcscat(text, L", line ");
        wcscat(text, number);
        wcscat(text, L"\n");
        report(text);
    }
    abort();
}

DECLSPEC_NORETURN void __cdecl _assert(const char *expression, const char *file, unsigned line)
{
    wchar_t *wexpression = crt_widen_path(expression ? expression : ""), *wfile = crt_widen_path(file ? file : "");

    _wassert(wexpression, wfile, line);
}
