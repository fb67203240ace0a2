/* SPDX-License-Identifier: MIT */
/*
 * crt_printf.h: the formatter behind ntdll's printf functions, included once for bytes and once for wide characters
 * (crt_printf.c, crt_wprintf.c). ntdll's formatter knows no floating point, on Windows neither.
 *
 * Before including: CHAR_T, FORMAT (name of the function), WIDE (0 or 1).
 */

struct CONCAT(FORMAT, _out) {
    CHAR_T *dst; /* may be NULL: count only */
    SIZE_T room; /* characters; what does not fit is counted only */
    SIZE_T count;
};

static inline void CONCAT(FORMAT, _put)(struct CONCAT(FORMAT, _out) * out, CHAR_T c)
{
    if (out->count < out->room && out->dst)
        out->dst[out->count] = c;
    out->count++;
}

static void CONCAT(FORMAT, _pad)(struct CONCAT(FORMAT, _out) * out, CHAR_T c, INT n)
{
    while (n-- > 0)
        CONCAT(FORMAT, _put)(out, c);
}

/* Returns the number of characters of the whole result, or -1 for an invalid format. */
static INT FORMAT(CHAR_T *dst, SIZE_T room, const CHAR_T *format, va_list args)
{
    struct CONCAT(FORMAT, _out) out = { dst, room, 0 };

    for (; *format; format++) {
        bool left = false, zero = false, alternate = false, upper = false, negative = false, is_signed = false;
        CHAR_T sign = 0;
        INT width = 0, precision = -1, size = 4, text_size = 0;
        ULONGLONG value;
        ULONG base = 10;

        if (*format != '%') {
            CONCAT(FORMAT, _put)(&out, *format);
            continue;
        }
        for (format++;; format++) {
            if (*format == '-')
                left = true;
            else if (*format == '0')
                zero = true;
            else if (*format == '#')
                alternate = true;
            else if (*format == '+')
                sign = '+';
            else if (*format == ' ')
                sign = sign ? sign : ' ';
            else
                break;
        }
        if (*format == '*') {
            width = va_arg(args, INT);
            if (width < 0) {
                left = true;
                width = -width;
            }
            format++;
        } else {
            for (; *format >= '0' && *format <= '9'; format++)
                width = width * 10 + (*format - '0');
        }
        if (*format == '.') {
            format++;
            precision = 0;
            if (*format == '*') {
                precision = va_arg(args, INT);
                format++;
            } else {
                for (; *format >= '0' && *format <= '9'; format++)
                    precision = precision * 10 + (*format - '0');
            }
        }
        for (;; format++) {
            if (*format == 'h') {
                size = size == 2 ? 1 : 2;
                text_size = 1;
            } else if (*format == 'l') {
                size = size == 4 && format[1] == 'l' ? 8 : size == 8 ? 8 : 4;
                text_size = 2;
            } else if (*format == 'w') {
                text_size = 2;
            } else if (*format == 'I' && format[1] == '6' && format[2] == '4') {
                size = 8;
                format += 2;
            } else if (*format == 'I' && format[1] == '3' && format[2] == '2') {
                size = 4;
                format += 2;
            } else if (*format == 'I' || *format == 'z' || *format == 't') {
                size = sizeof(SIZE_T);
            } else if (*format == 'j' || *format == 'L' || *format == 'q') {
                size = 8;
            } else {
                break;
            }
        }

        switch (*format) {
        case 0:
            format--;
            continue;
        case 'd':
        case 'i':
            is_signed = true;
            break;
        case 'u':
            break;
        case 'o':
            base = 8;
            break;
        case 'X':
            upper = true;
            base = 16;
            break;
        case 'x':
            base = 16;
            break;
        case 'p':
            upper = true;
            base = 16;
            size = sizeof(PVOID);
            precision = 2 * sizeof(PVOID);
            break;
        case 'c':
        case 'C': {
            /* %C is a character of the other kind than the format's; h and l say which for both. */
            bool wide = text_size ? text_size == 2 : (*format == 'c') == WIDE;
            INT c = va_arg(args, INT);
            CHAR_T out_char = WIDE == wide ? (CHAR_T)c : convert_char(c, wide);

            if (!left)
                CONCAT(FORMAT, _pad)(&out, zero ? '0' : ' ', width - 1);
            CONCAT(FORMAT, _put)(&out, out_char);
            if (left)
                CONCAT(FORMAT, _pad)(&out, ' ', width - 1);
            continue;
        }
        case 'Z': { /* a counted string: ANSI_STRING, or UNICODE_STRING with w or l */
            const STRING *str = va_arg(args, const STRING *);
            bool wide = text_size == 2;
            INT n = str && str->Buffer ? str->Length / (wide ? 2 : 1) : 0;

            if (precision >= 0 && precision < n)
                n = precision;
            if (!left)
                CONCAT(FORMAT, _pad)(&out, ' ', width - n);
            for (INT i = 0; i < n; i++) {
                INT c = wide ? ((const WCHAR *)(const void *)str->Buffer)[i] : (UCHAR)str->Buffer[i];

                CONCAT(FORMAT, _put)(&out, WIDE == wide ? (CHAR_T)c : convert_char(c, wide));
            }
            if (left)
                CONCAT(FORMAT, _pad)(&out, ' ', width - n);
            continue;
        }
        case 's':
        case 'S': {
            bool wide = text_size ? text_size == 2 : (*format == 's') == WIDE;
            const void *str = va_arg(args, const void *);
            INT n;

            if (!str)
                str = wide ? (const void *)L"(null)" : (const void *)"(null)";
            n = (INT)(wide ? wcsnlen(str, precision >= 0 ? (SIZE_T)precision : 0x7fffffff)
                           : strnlen(str, precision >= 0 ? (SIZE_T)precision : 0x7fffffff));
            if (!left)
                CONCAT(FORMAT, _pad)(&out, zero ? '0' : ' ', width - n);
            for (INT i = 0; i < n; i++) {
                INT c = wide ? ((const WCHAR *)str)[i] : ((const UCHAR *)str)[i];

                CONCAT(FORMAT, _put)(&out, WIDE == wide ? (CHAR_T)c : convert_char(c, wide));
            }
            if (left)
                CONCAT(FORMAT, _pad)(&out, ' ', width - n);
            continue;
        }
        case 'n':
            return -1; /* disabled, as in Microsoft's C run time by default */
        default:
            CONCAT(FORMAT, _put)(&out, *format); /* "%%", and anything unknown */
            continue;
        }

        if (size == 8)
            value = va_arg(args, ULONGLONG);
        else if (is_signed)
            value = (ULONGLONG)(LONGLONG)va_arg(args, INT);
        else
            value = va_arg(args, UINT);
        if (size == 2)
            value = is_signed ? (ULONGLONG)(LONGLONG)(SHORT)value : (USHORT)value;
        if (size == 1)
            value = is_signed ? (ULONGLONG)(LONGLONG)(signed char)value : (UCHAR)value;
        if (is_signed && (LONGLONG)value < 0) {
            negative = true;
            value = 0 - value;
        }
        if (!is_signed)
            sign = 0;
        if (negative)
            sign = '-';

        CHAR_T digits[24], *p = digits + 24;
        INT prefix = alternate && base == 16 && value && *format != 'p' ? 2 : 0, count, zeros;

        for (ULONGLONG rest = value; rest; rest /= base)
            *--p = (CHAR_T)((upper ? "0123456789ABCDEF" : "0123456789abcdef")[rest % base]);
        count = (INT)(digits + 24 - p);
        zeros = precision >= 0 ? precision - count : count ? 0 : 1;
        if (zeros < 0)
            zeros = 0;
        if (alternate && base == 8 && !zeros)
            zeros = 1;
        width -= count + zeros + prefix + (sign ? 1 : 0);
        if (!left && zero && precision < 0 && width > 0) {
            zeros += width;
            width = 0;
        }
        if (!left)
            CONCAT(FORMAT, _pad)(&out, ' ', width);
        if (sign)
            CONCAT(FORMAT, _put)(&out, sign);
        if (prefix) {
            CONCAT(FORMAT, _put)(&out, '0');
            CONCAT(FORMAT, _put)(&out, *format);
        }
        CONCAT(FORMAT, _pad)(&out, '0', zeros);
        for (INT i = 0; i < count; i++)
            CONCAT(FORMAT, _put)(&out, p[i]);
        if (left)
            CONCAT(FORMAT, _pad)(&out, ' ', width);
    }
    return (INT)out.count;
}
