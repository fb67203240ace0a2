/* SPDX-License-Identifier: MIT */
/* conio.h: lines, and the printf and scanf of the console. */
#include "conio_private.h"

/* Narrow text in the console's code page. */
static bool write_narrow(const char *text, size_t count)
{
    wchar_t stack[512], *wide = stack;
    UINT cp = GetConsoleOutputCP();
    bool ok = true;

    if (!count)
        return true;
    int n = MultiByteToWideChar(cp, 0, text, (int)count, NULL, 0);
    if (n > (int)CRT_COUNTOF(stack))
        wide = malloc((size_t)n * sizeof(wchar_t));
    ok = wide && n > 0 && MultiByteToWideChar(cp, 0, text, (int)count, wide, n) == n &&
         crt_console_write(wide, (size_t)n);
    if (wide != stack)
        free(wide);
    return ok;
}

int __cdecl _cputs(const char *text)
{
    CRT_VALIDATE(text, EINVAL, -1);
    crt_lock(LOCK_CONIO);
    bool ok = write_narrow(text, strlen(text));
    crt_unlock(LOCK_CONIO);
    return ok ? 0 : -1;
}

int __cdecl _cputws(const wchar_t *text)
{
    CRT_VALIDATE(text, EINVAL, -1);
    crt_lock(LOCK_CONIO);
    bool ok = crt_console_write(text, wcslen(text));
    crt_unlock(LOCK_CONIO);
    return ok ? 0 : -1;
}

/* A line with the console's editing; at most room - 1 characters. */
static bool read_line(wchar_t *buf, size_t room, size_t *length)
{
    HANDLE handle = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, 0, NULL);
    DWORD mode, n = 0;
    bool ok = false;

    if (handle == INVALID_HANDLE_VALUE)
        return false;
    if (GetConsoleMode(handle, &mode)) {
        SetConsoleMode(handle, ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_PROCESSED_INPUT);
        ok = ReadConsoleW(handle, buf, (DWORD)(room - 1), &n, NULL);
        SetConsoleMode(handle, mode);
    }
    CloseHandle(handle);
    while (n && (buf[n - 1] == '\n' || buf[n - 1] == '\r'))
        n--;
    buf[n] = 0;
    *length = n;
    return ok;
}

errno_t __cdecl _cgetws_s(wchar_t *buf, size_t size, size_t *length)
{
    size_t unused;

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    if (!length)
        length = &unused;
    crt_lock(LOCK_CONIO);
    bool ok = read_line(buf, size, length);
    crt_unlock(LOCK_CONIO);
    if (!ok) {
        crt_map_error(GetLastError());
        return errno;
    }
    return 0;
}

errno_t __cdecl _cgets_s(char *buf, size_t size, size_t *length)
{
    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    if (length)
        *length = 0;
    wchar_t *wide = malloc(size * sizeof(wchar_t));
    if (!wide)
        return errno = ENOMEM;
    errno_t error = _cgetws_s(wide, size, NULL);
    if (!error) {
        int n = WideCharToMultiByte(GetConsoleCP(), 0, wide, -1, buf, (int)size, NULL, NULL);
        if (!n)
            buf[size - 1] = 0;
        if (length)
            *length = strlen(buf);
    }
    free(wide);
    return error;
}

/* buf[0] is the size, buf[1] becomes the length, and the text begins at buf[2]. */
char *__cdecl _cgets(char *buf)
{
    size_t length;

    CRT_VALIDATE(buf && buf[0] > 0, EINVAL, NULL);
    if (_cgets_s(buf + 2, (size_t)buf[0], &length))
        return NULL;
    buf[1] = (char)length;
    return buf + 2;
}

wchar_t *__cdecl _cgetws(wchar_t *buf)
{
    size_t length;

    CRT_VALIDATE(buf && buf[0] > 0, EINVAL, NULL);
    if (_cgetws_s(buf + 2, buf[0], &length))
        return NULL;
    buf[1] = (wchar_t)length;
    return buf + 2;
}

/* ---- printf ---- */

/* The text is gathered, so that one call is one write. */
struct gathered {
    char *text;
    size_t size;
};

static bool gather(struct sink *sink, const void *chars, size_t bytes, size_t used)
{
    struct gathered *g = sink->target;

    if (used + bytes > g->size) {
        size_t size = (used + bytes) * 2 + 256;
        char *grown = realloc(g->text, size);
        if (!grown)
            return false;
        g->text = grown;
        g->size = size;
    }
    memcpy(g->text + used, chars, bytes);
    return true;
}

static bool gather_narrow(struct sink *sink, const void *chars, size_t n)
{
    size_t used = sink->total;
    sink->total += n;
    return gather(sink, chars, n, used);
}

static bool gather_wide(struct sink *sink, const void *chars, size_t n)
{
    size_t used = sink->total * sizeof(wchar_t);
    sink->total += n;
    return gather(sink, chars, n * sizeof(wchar_t), used);
}

static int vcprintf(unsigned __int64 options, const char *format, _locale_t locale, va_list args)
{
    struct gathered g = { NULL, 0 };
    struct sink sink = { gather_narrow, &g, 0, 0 };

    CRT_VALIDATE(format, EINVAL, -1);
    int r = crt_format(&sink, options, format, locale, args);
    crt_lock(LOCK_CONIO);
    if (r > 0 && !write_narrow(g.text, (size_t)r))
        r = -1;
    crt_unlock(LOCK_CONIO);
    free(g.text);
    return r;
}

static int vcwprintf(unsigned __int64 options, const wchar_t *format, _locale_t locale, va_list args)
{
    struct gathered g = { NULL, 0 };
    struct sink sink = { gather_wide, &g, 0, 0 };

    CRT_VALIDATE(format, EINVAL, -1);
    int r = crt_wformat(&sink, options, format, locale, args);
    crt_lock(LOCK_CONIO);
    if (r > 0 && !crt_console_write((wchar_t *)g.text, (size_t)r))
        r = -1;
    crt_unlock(LOCK_CONIO);
    free(g.text);
    return r;
}

/* ---- scanf ---- */

static int get_narrow(struct source *source)
{
    (void)source;
    int c = _getche_nolock();
    return c == '\r' ? '\n' : c;
}

static void unget_narrow(struct source *source, int c)
{
    (void)source;
    _ungetch_nolock(c);
}

static int get_wide(struct source *source)
{
    (void)source;
    wint_t c = _getwche_nolock();
    return c == WEOF ? -1 : c == '\r' ? '\n' : c;
}

static void unget_wide(struct source *source, int c)
{
    (void)source;
    _ungetwch_nolock((wint_t)c);
}

static int vcscanf(unsigned __int64 options, const char *format, _locale_t locale, va_list args)
{
    struct source source = { .get = get_narrow, .unget = unget_narrow };

    CRT_VALIDATE(format, EINVAL, EOF);
    crt_lock(LOCK_CONIO);
    int r = crt_scan(&source, options, format, locale, args);
    crt_unlock(LOCK_CONIO);
    return r;
}

static int vcwscanf(unsigned __int64 options, const wchar_t *format, _locale_t locale, va_list args)
{
    struct source source = { .get = get_wide, .unget = unget_wide };

    CRT_VALIDATE(format, EINVAL, EOF);
    crt_lock(LOCK_CONIO);
    int r = crt_wscan(&source, options, format, locale, args);
    crt_unlock(LOCK_CONIO);
    return r;
}

#ifdef CRT_UCRT

#define COMMON(NAME, BACK, CH, OPTIONS)                                                                                \
    int __cdecl NAME(unsigned __int64 options, const CH *format, _locale_t locale, va_list args)                       \
    {                                                                                                                  \
        return BACK(options | OPTIONS, format, locale, args);                                                          \
    }

COMMON(__conio_common_vcprintf, vcprintf, char, 0)
COMMON(__conio_common_vcprintf_s, vcprintf, char, PF_SECURE)
COMMON(__conio_common_vcprintf_p, vcprintf, char, PF_POSITIONAL)
COMMON(__conio_common_vcwprintf, vcwprintf, wchar_t, 0)
COMMON(__conio_common_vcwprintf_s, vcwprintf, wchar_t, PF_SECURE)
COMMON(__conio_common_vcwprintf_p, vcwprintf, wchar_t, PF_POSITIONAL)
COMMON(__conio_common_vcscanf, vcscanf, char, 0)
COMMON(__conio_common_vcwscanf, vcwscanf, wchar_t, 0)

#else

#define PRINT_NAMES(CH, BACK, OPTIONS, F, FL, V, VL)                                                                   \
    int __cdecl VL(const CH *format, _locale_t locale, va_list args)                                                   \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPTIONS, format, locale, args);                                                       \
    }                                                                                                                  \
    int __cdecl V(const CH *format, va_list args)                                                                      \
    {                                                                                                                  \
        return BACK(PF_DEFAULT | OPTIONS, format, NULL, args);                                                         \
    }                                                                                                                  \
    int __cdecl F(const CH *format, ...)                                                                               \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, format);                                                                                        \
        int r = BACK(PF_DEFAULT | OPTIONS, format, NULL, args);                                                        \
        va_end(args);                                                                                                  \
        return r;                                                                                                      \
    }                                                                                                                  \
    int __cdecl FL(const CH *format, _locale_t locale, ...)                                                            \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, locale);                                                                                        \
        int r = BACK(PF_DEFAULT | OPTIONS, format, locale, args);                                                      \
        va_end(args);                                                                                                  \
        return r;                                                                                                      \
    }

PRINT_NAMES(char, vcprintf, 0, _cprintf, _cprintf_l, _vcprintf, _vcprintf_l)
PRINT_NAMES(char, vcprintf, PF_SECURE, _cprintf_s, _cprintf_s_l, _vcprintf_s, _vcprintf_s_l)
PRINT_NAMES(char, vcprintf, PF_POSITIONAL, _cprintf_p, _cprintf_p_l, _vcprintf_p, _vcprintf_p_l)
PRINT_NAMES(wchar_t, vcwprintf, 0, _cwprintf, _cwprintf_l, _vcwprintf, _vcwprintf_l)
PRINT_NAMES(wchar_t, vcwprintf, PF_SECURE, _cwprintf_s, _cwprintf_s_l, _vcwprintf_s, _vcwprintf_s_l)
PRINT_NAMES(wchar_t, vcwprintf, PF_POSITIONAL, _cwprintf_p, _cwprintf_p_l, _vcwprintf_p, _vcwprintf_p_l)

#define SCAN_NAMES(CH, BACK, OPTIONS, F, FL)                                                                           \
    int __cdecl F(const CH *format, ...)                                                                               \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, format);                                                                                        \
        int r = BACK(SC_LEGACY_WIDE | SC_LEGACY_MSVCRT | OPTIONS, format, NULL, args);                                 \
        va_end(args);                                                                                                  \
        return r;                                                                                                      \
    }                                                                                                                  \
    int __cdecl FL(const CH *format, _locale_t locale, ...)                                                            \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, locale);                                                                                        \
        int r = BACK(SC_LEGACY_WIDE | SC_LEGACY_MSVCRT | OPTIONS, format, locale, args);                               \
        va_end(args);                                                                                                  \
        return r;                                                                                                      \
    }

SCAN_NAMES(char, vcscanf, 0, _cscanf, _cscanf_l)
SCAN_NAMES(char, vcscanf, SC_SECURE, _cscanf_s, _cscanf_s_l)
SCAN_NAMES(wchar_t, vcwscanf, 0, _cwscanf, _cwscanf_l)
SCAN_NAMES(wchar_t, vcwscanf, SC_SECURE, _cwscanf_s, _cwscanf_s_l)

#endif
