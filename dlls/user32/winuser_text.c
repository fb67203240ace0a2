/* SPDX-License-Identifier: MIT */
/* winuser_text.c: wsprintf, and text in the OEM code page. */
#include <stdarg.h>
#include "user32_private.h"

WCHAR *user_wide(const char *text)
{
    int size = text ? MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0) : 0;
    WCHAR *wide = size ? user_alloc(size * sizeof(WCHAR)) : NULL;

    if (wide)
        MultiByteToWideChar(CP_ACP, 0, text, -1, wide, size);
    return wide;
}

char *user_narrow(const WCHAR *text)
{
    int size = text ? WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL) : 0;
    char *narrow = size ? user_alloc(size) : NULL;

    if (narrow)
        WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, size, NULL, NULL);
    return narrow;
}

#define WSPRINTF_LIMIT 1024 /* characters with the zero; documented */

/* One conversion of wsprintf: [-][#][0][width][.precision][h|l|I|I32|I64|w]type. */
struct conversion {
    BOOL left, prefix, zero, wide, narrow, big;
    int width, precision;
    WCHAR type;
};

static const WCHAR *parse_conversion(const WCHAR *p, struct conversion *c)
{
    memset(c, 0, sizeof(*c));
    c->precision = -1;
    for (;; p++) {
        if (*p == '-')
            c->left = TRUE;
        else if (*p == '#')
            c->prefix = TRUE;
        else if (*p == '0')
            c->zero = TRUE;
        else
            break;
    }
    while (*p >= '0' && *p <= '9')
        c->width = c->width * 10 + *p++ - '0';
    if (*p == '.') {
        p++;
        for (c->precision = 0; *p >= '0' && *p <= '9'; p++)
            c->precision = c->precision * 10 + *p - '0';
    }
    if (*p == 'l' || *p == 'w') {
        c->wide = TRUE;
        p++;
    } else if (*p == 'h') {
        c->narrow = TRUE;
        p++;
    } else if (*p == 'I') {
        p++;
        if (p[0] == '6' && p[1] == '4') {
            c->big = TRUE;
            p += 2;
        } else if (p[0] == '3' && p[1] == '2') {
            p += 2;
        } else {
            c->big = sizeof(void *) == 8;
        }
    }
    c->type = *p;
    return *p ? p + 1 : p;
}

/* The result, wide or narrow, up to its limit. */
struct output {
    WCHAR *wide;
    char *narrow;
    int count;
};

static void put(struct output *out, WCHAR c)
{
    if (out->count == WSPRINTF_LIMIT - 1)
        return;
    if (out->wide)
        out->wide[out->count++] = c;
    else
        out->narrow[out->count++] = c;
}

static void pad(struct output *out, WCHAR c, int count)
{
    while (count-- > 0 && out->count < WSPRINTF_LIMIT - 1)
        put(out, c);
}

/* A text in either width: to the other width through the ANSI code page. */
static void put_text(struct output *out, const struct conversion *c, const void *text, BOOL wide)
{
    int length = 0, i;
    void *converted = NULL;

    if (!text) {
        text = wide ? (const void *)L"(null)" : "(null)";
    }
    if (wide != (out->wide != NULL)) {
        converted = wide ? (void *)user_narrow(text) : (void *)user_wide(text);
        if (!converted)
            return;
        text = converted;
        wide = !wide;
    }
    while ((c->precision < 0 || length < c->precision) &&
           (wide ? ((const WCHAR *)text)[length] : ((const char *)text)[length]))
        length++;
    if (!c->left)
        pad(out, ' ', c->width - length);
    for (i = 0; i < length; i++)
        put(out, wide ? ((const WCHAR *)text)[i] : (unsigned char)((const char *)text)[i]);
    if (c->left)
        pad(out, ' ', c->width - length);
    user_free(converted);
}

static void put_number(struct output *out, struct conversion *c, ULONGLONG value, BOOL negative)
{
    const char *digits = c->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = c->type == 'x' || c->type == 'X' || c->type == 'p' ? 16 : 10;
    WCHAR text[32];
    int count = 0, zeros, sign = negative ? 1 : c->prefix && base == 16 ? 2 : 0;

    do
        text[count++] = digits[value % base];
    while (value /= base);
    zeros = c->precision > count ? c->precision - count : 0;
    if (c->zero && !c->left && c->precision < 0 && c->width > count + sign)
        zeros = c->width - count - sign;
    if (!c->left)
        pad(out, ' ', c->width - sign - zeros - count);
    if (negative)
        put(out, '-');
    if (sign == 2) {
        put(out, '0');
        put(out, c->type == 'X' ? 'X' : 'x');
    }
    pad(out, '0', zeros);
    for (int i = count; i--;)
        put(out, text[i]);
    if (c->left)
        pad(out, ' ', c->width - sign - zeros - count);
}

static void format_one(struct output *out, struct conversion *c, va_list *args)
{
    WCHAR one[2] = { 0 };
    char one_narrow[2] = { 0 };
    BOOL wide = out->wide != NULL;
    LONGLONG value;

    switch (c->type) {
    case 'c':
    case 'C':
        wide = c->wide ? TRUE : c->narrow ? FALSE : (c->type == 'c') == wide;
        one[0] = va_arg(*args, int);
        one_narrow[0] = (char)one[0];
        c->precision = 1; /* a zero is put out, too */
        if (!one[0])
            put(out, 0);
        else
            put_text(out, c, wide ? (void *)one : (void *)one_narrow, wide);
        break;
    case 's':
    case 'S':
        wide = c->wide ? TRUE : c->narrow ? FALSE : (c->type == 's') == wide;
        put_text(out, c, va_arg(*args, const void *), wide);
        break;
    case 'd':
    case 'i':
        value = c->big ? va_arg(*args, LONGLONG) : va_arg(*args, int);
        put_number(out, c, value < 0 ? 0 - (ULONGLONG)value : (ULONGLONG)value, value < 0);
        break;
    case 'u':
    case 'x':
    case 'X':
        put_number(out, c, c->big ? va_arg(*args, ULONGLONG) : va_arg(*args, unsigned), FALSE);
        break;
    case 'p':
        c->precision = 2 * sizeof(void *);
        c->type = 'X';
        put_number(out, c, (ULONG_PTR)va_arg(*args, void *), FALSE);
        break;
    default: /* an unknown type stands for itself */
        if (c->type)
            put(out, c->type);
    }
}

int WINAPI wvsprintfW(LPWSTR text, LPCWSTR format, va_list arglist)
{
    struct output out = { .wide = text };
    struct conversion c;
    va_list args;

    va_copy(args, arglist);
    while (*format) {
        if (*format != '%') {
            put(&out, *format++);
        } else if (format[1] == '%') {
            put(&out, '%');
            format += 2;
        } else {
            format = parse_conversion(format + 1, &c);
            format_one(&out, &c, &args);
        }
    }
    va_end(args);
    text[out.count] = 0;
    return out.count;
}

int WINAPI wvsprintfA(LPSTR text, LPCSTR format, va_list arglist)
{
    struct output out = { .narrow = text };
    struct conversion c;
    WCHAR head[32];
    va_list args;

    va_copy(args, arglist);
    while (*format) {
        if (*format != '%') {
            put(&out, (unsigned char)*format++);
        } else if (format[1] == '%') {
            put(&out, '%');
            format += 2;
        } else {
            SIZE_T i;
            for (i = 0; i < ARRAY_SIZE(head) - 1 && format[1 + i]; i++)
                head[i] = (unsigned char)format[1 + i];
            head[i] = 0;
            format += 1 + (parse_conversion(head, &c) - head);
            format_one(&out, &c, &args);
        }
    }
    va_end(args);
    text[out.count] = 0;
    return out.count;
}

int WINAPIV wsprintfW(LPWSTR text, LPCWSTR format, ...)
{
    va_list args;
    int count;

    va_start(args, format);
    count = wvsprintfW(text, format, args);
    va_end(args);
    return count;
}

int WINAPIV wsprintfA(LPSTR text, LPCSTR format, ...)
{
    va_list args;
    int count;

    va_start(args, format);
    count = wvsprintfA(text, format, args);
    va_end(args);
    return count;
}

WINBOOL WINAPI CharToOemBuffW(LPCWSTR src, LPSTR dst, DWORD count)
{
    WideCharToMultiByte(CP_OEMCP, 0, src, count, dst, count, NULL, NULL);
    return TRUE;
}

WINBOOL WINAPI CharToOemW(LPCWSTR src, LPSTR dst)
{
    return src && dst && CharToOemBuffW(src, dst, wcslen(src) + 1);
}

WINBOOL WINAPI OemToCharBuffW(LPCSTR src, LPWSTR dst, DWORD count)
{
    MultiByteToWideChar(CP_OEMCP, MB_PRECOMPOSED | MB_USEGLYPHCHARS, src, count, dst, count);
    return TRUE;
}

WINBOOL WINAPI OemToCharW(LPCSTR src, LPWSTR dst)
{
    return src && dst && OemToCharBuffW(src, dst, strlen(src) + 1);
}

/* From one code page to the other by way of UTF-16; source and destination may be the same. */
static BOOL recode(UINT from, UINT to, const char *src, char *dst, DWORD count)
{
    WCHAR *wide = user_alloc(count * sizeof(WCHAR) + 2);
    int length;

    if (!wide)
        return FALSE;
    length =
        MultiByteToWideChar(from, from == CP_OEMCP ? MB_PRECOMPOSED | MB_USEGLYPHCHARS : 0, src, count, wide, count);
    WideCharToMultiByte(to, 0, wide, length, dst, count, NULL, NULL);
    user_free(wide);
    return TRUE;
}

WINBOOL WINAPI CharToOemBuffA(LPCSTR src, LPSTR dst, DWORD count)
{
    return recode(CP_ACP, CP_OEMCP, src, dst, count);
}

WINBOOL WINAPI CharToOemA(LPCSTR src, LPSTR dst)
{
    return src && dst && recode(CP_ACP, CP_OEMCP, src, dst, strlen(src) + 1);
}

WINBOOL WINAPI OemToCharBuffA(LPCSTR src, LPSTR dst, DWORD count)
{
    return recode(CP_OEMCP, CP_ACP, src, dst, count);
}

WINBOOL WINAPI OemToCharA(LPCSTR src, LPSTR dst)
{
    return src && dst && recode(CP_OEMCP, CP_ACP, src, dst, strlen(src) + 1);
}
