/* SPDX-License-Identifier: MIT */
/* strtod, atof and their families; _ecvt, _fcvt and _gcvt. long double is double in these runtimes. */
#include "stdio_printf.h"

struct text {
    const char *next, *end;
};

static int peek(void *ctx)
{
    return (unsigned char)*((struct text *)ctx)->next;
}

static void advance(void *ctx)
{
    ((struct text *)ctx)->next++;
}

static void mark(void *ctx)
{
    struct text *t = ctx;
    t->end = t->next;
}

struct wtext {
    const wchar_t *next, *end;
};

static int wpeek(void *ctx)
{
    return *((struct wtext *)ctx)->next;
}

static void wadvance(void *ctx)
{
    ((struct wtext *)ctx)->next++;
}

static void wmark(void *ctx)
{
    struct wtext *t = ctx;
    t->end = t->next;
}

static const char *parse(const char *s, struct fp_number *n, _locale_t locale)
{
    const struct locinfo *loc = crt_loc(locale);
    struct text t = { s, s };

    while (loc->pctype[(unsigned char)*t.next] & _SPACE)
        t.next++;
    struct fp_scan scan = { peek, advance, &t, (unsigned char)*loc->lconv.decimal_point };
    return crt_fp_scan(&scan, n, mark) ? t.end : NULL;
}

static const wchar_t *wparse(const wchar_t *s, struct fp_number *n, _locale_t locale)
{
    const struct locinfo *loc = crt_loc(locale);
    struct wtext t = { s, s };

    while (iswctype(*t.next, _SPACE))
        t.next++;
    struct fp_scan scan = { wpeek, wadvance, &t, *loc->lconv._W_decimal_point };
    return crt_fp_scan(&scan, n, wmark) ? t.end : NULL;
}

/* msvcrt.dll's HUGE_VAL is infinity, too: that is what strtod returns for numbers too big. */
#define STRTO(CH, PARSE, NAME, TYPE, CONVERT)                                                                          \
    TYPE __cdecl NAME##_l(const CH *s, CH **end, _locale_t locale)                                                     \
    {                                                                                                                  \
        struct fp_number n;                                                                                            \
        int range;                                                                                                     \
        if (end)                                                                                                       \
            *end = (CH *)s;                                                                                            \
        CRT_VALIDATE(s, EINVAL, 0);                                                                                    \
        const CH *stop = PARSE(s, &n, locale);                                                                         \
        if (!stop)                                                                                                     \
            return 0;                                                                                                  \
        if (end)                                                                                                       \
            *end = (CH *)stop;                                                                                         \
        TYPE value = CONVERT(&n, &range);                                                                              \
        if (range)                                                                                                     \
            errno = ERANGE;                                                                                            \
        return value;                                                                                                  \
    }

STRTO(char, parse, _strtod, double, crt_fp_double)
STRTO(char, parse, _strtof, float, crt_fp_float)
STRTO(wchar_t, wparse, _wcstod, double, crt_fp_double)
STRTO(wchar_t, wparse, _wcstof, float, crt_fp_float)

/* long double has another register in mingw-w64's eyes than Microsoft's: hence the names, which the export lists map. */
double __cdecl _strtold_l_double(const char *s, char **end, _locale_t locale) __asm__("_strtold_l");
double __cdecl _strtold_l_double(const char *s, char **end, _locale_t locale)
{
    return _strtod_l(s, end, locale);
}

double __cdecl _wcstold_l_double(const wchar_t *s, wchar_t **end, _locale_t locale) __asm__("_wcstold_l");
double __cdecl _wcstold_l_double(const wchar_t *s, wchar_t **end, _locale_t locale)
{
    return _wcstod_l(s, end, locale);
}

double __cdecl strtold_double(const char *s, char **end) __asm__("strtold");
double __cdecl strtold_double(const char *s, char **end)
{
    return _strtod_l(s, end, NULL);
}

double __cdecl wcstold_double(const wchar_t *s, wchar_t **end) __asm__("wcstold");
double __cdecl wcstold_double(const wchar_t *s, wchar_t **end)
{
    return _wcstod_l(s, end, NULL);
}

double __cdecl strtod(const char *s, char **end)
{
    return _strtod_l(s, end, NULL);
}

float __cdecl strtof(const char *s, char **end)
{
    return _strtof_l(s, end, NULL);
}

double __cdecl wcstod(const wchar_t *s, wchar_t **end)
{
    return _wcstod_l(s, end, NULL);
}

float __cdecl wcstof(const wchar_t *s, wchar_t **end)
{
    return _wcstof_l(s, end, NULL);
}

double __cdecl _atof_l(const char *s, _locale_t locale)
{
    return _strtod_l(s, NULL, locale);
}

double __cdecl atof(const char *s)
{
    return _strtod_l(s, NULL, NULL);
}

double __cdecl _wtof_l(const wchar_t *s, _locale_t locale)
{
    return _wcstod_l(s, NULL, locale);
}

double __cdecl _wtof(const wchar_t *s)
{
    return _wcstod_l(s, NULL, NULL);
}

#define _OVERFLOW_CODE  3
#define _UNDERFLOW_CODE 4

static int range_code(int range)
{
    return range > 0 ? _OVERFLOW_CODE : range < 0 ? _UNDERFLOW_CODE : 0;
}

int __cdecl _atodbl_l(_CRT_DOUBLE *value, char *s, _locale_t locale)
{
    struct fp_number n;
    int range = 0;

    CRT_VALIDATE(value && s, EINVAL, EINVAL);
    value->x = parse(s, &n, locale) ? crt_fp_double(&n, &range) : 0;
    return range_code(range);
}

int __cdecl _atodbl(_CRT_DOUBLE *value, char *s)
{
    return _atodbl_l(value, s, NULL);
}

int __cdecl _atoflt_l(_CRT_FLOAT *value, char *s, _locale_t locale)
{
    struct fp_number n;
    int range = 0;

    CRT_VALIDATE(value && s, EINVAL, EINVAL);
    value->f = parse(s, &n, locale) ? crt_fp_float(&n, &range) : 0;
    return range_code(range);
}

int __cdecl _atoflt(_CRT_FLOAT *value, char *s)
{
    return _atoflt_l(value, s, NULL);
}

/* ---- to digits ---- */

/* The digits of value, zero-filled to count, and where the point is; special values as printf names them. */
static errno_t digits(double value, bool fixed, int ndigits, char *buf, size_t size, int *point, int *negative)
{
    struct fp_decimal d;

    crt_fp_decimal(value, fixed, ndigits < 0 && !fixed ? 0 : ndigits, FP_ROUND_HALF_AWAY, &d);
    *negative = d.negative;
    *point = d.point;
    if (d.kind != FP_FINITE) {
        static const char *const names[] = { "", "1#INF", "1#QNAN", "1#SNAN", "1#IND" };
        *point = 1;
        const char *name = names[d.kind];
        size_t len = strlen(name);
        if (len >= size)
            return ERANGE;
        memcpy(buf, name, len + 1);
        return 0;
    }
    int count = fixed ? d.point + ndigits : ndigits;
    if (fixed && !d.count)
        count = ndigits; /* zero: as many zeros as asked for */
    if (count < d.count)
        count = d.count;
    if (count < 0)
        count = 0;
    if ((size_t)count >= size)
        return ERANGE;
    memcpy(buf, d.digits, (size_t)d.count);
    memset(buf + d.count, '0', (size_t)(count - d.count));
    buf[count] = 0;
    return 0;
}

static errno_t cvt_s(char *buf, size_t size, double value, bool fixed, int ndigits, int *point, int *negative)
{
    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    CRT_VALIDATE(point && negative, EINVAL, EINVAL);
    errno_t error = digits(value, fixed, ndigits, buf, size, point, negative);
    if (error) {
        *buf = 0;
        CRT_VALIDATE(0, error, error);
    }
    return 0;
}

errno_t __cdecl _ecvt_s(char *buf, size_t size, double value, int ndigits, int *point, int *negative)
{
    return cvt_s(buf, size, value, false, ndigits, point, negative);
}

errno_t __cdecl _fcvt_s(char *buf, size_t size, double value, int ndigits, int *point, int *negative)
{
    return cvt_s(buf, size, value, true, ndigits, point, negative);
}

#define CVT_BUFFER (_CVTBUFSIZE + 10)

static char *cvt_buffer(void)
{
    struct thread_data *td = crt_thread();

    if (!td->cvt_buffer)
        td->cvt_buffer = malloc(CVT_BUFFER);
    return td->cvt_buffer;
}

static char *cvt(double value, bool fixed, int ndigits, int *point, int *negative)
{
    char *buf = cvt_buffer();

    CRT_VALIDATE(point && negative, EINVAL, NULL);
    if (ndigits > _CVTBUFSIZE - 310)
        ndigits = _CVTBUFSIZE - 310;
    return buf && !digits(value, fixed, ndigits, buf, CVT_BUFFER, point, negative) ? buf : NULL;
}

char *__cdecl _ecvt(double value, int ndigits, int *point, int *negative)
{
    return cvt(value, false, ndigits, point, negative);
}

char *__cdecl _fcvt(double value, int ndigits, int *point, int *negative)
{
    return cvt(value, true, ndigits, point, negative);
}

static int print(char *buf, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = crt_vsprintf(PF_DEFAULT, buf, size, format, NULL, args);
    va_end(args);
    return n;
}

/* %g without removing the point: "100." is what Microsoft's shows for _gcvt(100, 10). */
errno_t __cdecl _gcvt_s(char *buf, size_t size, double value, int ndigits)
{
    char text[_CVTBUFSIZE + 32], format[8] = "%#.*g";
    const char *point;

    CRT_VALIDATE(buf && size, EINVAL, EINVAL);
    *buf = 0;
    CRT_VALIDATE((size_t)ndigits < size, ERANGE, ERANGE);
    struct fp_decimal d;
    crt_fp_decimal(value, false, ndigits > 0 ? ndigits : 1, FP_ROUND_HALF_AWAY, &d);
    if (d.kind != FP_FINITE || ndigits > _CVTBUFSIZE - 10)
        strcpy(format, "%.*g");
    int n = print(text, sizeof(text), format, ndigits, value);
    CRT_VALIDATE(n >= 0, EINVAL, EINVAL);
    /* Zeros between point and exponent are not shown. */
    point = d.kind == FP_FINITE ? strpbrk(text, ".,") : NULL;
    if (point) {
        char *e = strchr(text, 'e'), *last = e ? e : text + n, *end = last;
        while (end[-1] == '0')
            end--;
        memmove(end, last, strlen(last) + 1);
    }
    if (strlen(text) >= size)
        CRT_VALIDATE(0, ERANGE, ERANGE);
    strcpy(buf, text);
    return 0;
}

char *__cdecl _gcvt(double value, int ndigits, char *buf)
{
    return _gcvt_s(buf, SIZE_MAX, value, ndigits) ? NULL : buf;
}
