/* SPDX-License-Identifier: MIT */
/*
 * The printf engine for one character type. stdio_format.c includes this twice, with CH (the type), WIDE (0 or 1), and
 * NAME(narrow, wide). Number formatting is narrow in both; it is widened when written.
 */

struct NAME(spec, wspec) {
    unsigned flags;
    int width, precision;                    /* -1: none */
    int width_arg, precision_arg, value_arg; /* positional: 1-based; 0: the next; -1: not from an argument */
    int size;
    CH type;
};

static const CH *NAME(parse_int, wparse_int)(const CH *p, int *value)
{
    __int64 v = 0;
    while (*p >= '0' && *p <= '9') {
        v = v * 10 + (*p++ - '0');
        if (v > INT_MAX)
            v = INT_MAX;
    }
    *value = (int)v;
    return p;
}

/* "*" or "*N$" or digits */
static const CH *NAME(parse_field, wparse_field)(const CH *p, int *value, int *arg, bool positional)
{
    *arg = -1;
    if (*p != '*')
        return NAME(parse_int, wparse_int)(p, value);
    *arg = 0;
    p++;
    if (positional) {
        const CH *q = NAME(parse_int, wparse_int)(p, arg);
        if (q == p || *q != '$')
            return NULL;
        p = q + 1;
    }
    return p;
}

/* Parses behind the '%'. NULL: malformed. */
static const CH *NAME(parse_spec, wparse_spec)(const CH *p, struct NAME(spec, wspec) * s, bool positional)
{
    s->flags = 0;
    s->width = s->precision = s->width_arg = s->precision_arg = -1;
    s->value_arg = 0;
    s->size = SIZE_NONE;
    if (positional) {
        const CH *q = NAME(parse_int, wparse_int)(p, &s->value_arg);
        if (q == p || *q != '$') {
            if (*p != '%')
                return NULL;
        } else {
            p = q + 1;
        }
    }
    for (;; p++) {
        if (*p == '-')
            s->flags |= FL_LEFT;
        else if (*p == '+')
            s->flags |= FL_PLUS;
        else if (*p == ' ')
            s->flags |= FL_SPACE;
        else if (*p == '#')
            s->flags |= FL_ALT;
        else if (*p == '0')
            s->flags |= FL_ZERO;
        else
            break;
    }
    if (*p == '*' || (*p >= '0' && *p <= '9'))
        p = NAME(parse_field, wparse_field)(p, &s->width, &s->width_arg, positional);
    if (p && *p == '.') {
        s->precision = 0;
        p = NAME(parse_field, wparse_field)(p + 1, &s->precision, &s->precision_arg, positional);
    }
    if (!p)
        return NULL;
    for (;; p++) {
        switch (*p) {
        case 'h':
            s->size = s->size == SIZE_H ? SIZE_HH : SIZE_H;
            continue;
        case 'l':
            s->size = s->size == SIZE_L ? SIZE_LL : SIZE_L;
            continue;
        case 'L':
            s->size = SIZE_LD;
            continue;
        case 'w':
            s->size = SIZE_W;
            continue;
        case 'j':
            s->size = SIZE_LL;
            continue;
        case 'z':
        case 't':
            s->size = SIZE_PTR;
            continue;
        case 'T':
            s->size = SIZE_T_;
            continue;
        case 'F':
            if (CRT_IS_UCRT)
                break;
            continue; /* msvcrt: a far pointer */
        case 'N':
            continue;
        case 'I':
            if (p[1] == '6' && p[2] == '4') {
                s->size = SIZE_LL;
                p += 2;
            } else if (p[1] == '3' && p[2] == '2') {
                s->size = SIZE_I32;
                p += 2;
            } else {
                s->size = SIZE_PTR;
            }
            continue;
        }
        break;
    }
    s->type = *p;
    return *p ? p + 1 : p;
}

static bool NAME(put, wput)(struct sink *sink, const CH *s, size_t n)
{
    return !n || sink->write(sink, s, n);
}

static bool NAME(pad, wpad)(struct sink *sink, CH c, __int64 n)
{
    CH chunk[64];

    if (n <= 0)
        return true;
    for (size_t i = 0; i < CRT_COUNTOF(chunk) && (__int64)i < n; i++)
        chunk[i] = c;
    for (; n > 0; n -= (__int64)CRT_COUNTOF(chunk))
        if (!NAME(put, wput)(sink, chunk, n < (__int64)CRT_COUNTOF(chunk) ? (size_t)n : CRT_COUNTOF(chunk)))
            return false;
    return true;
}

/* ASCII into the sink */
static bool NAME(put_ascii, wput_ascii)(struct sink *sink, const char *s, size_t n)
{
#if WIDE
    wchar_t chunk[128];
    while (n) {
        size_t part = n < CRT_COUNTOF(chunk) ? n : CRT_COUNTOF(chunk);
        for (size_t i = 0; i < part; i++)
            chunk[i] = (unsigned char)s[i];
        if (!sink->write(sink, chunk, part))
            return false;
        s += part;
        n -= part;
    }
    return true;
#else
    return !n || sink->write(sink, s, n);
#endif
}

/* A number: sign or prefix, zeros, digits, in its field. */
static bool NAME(put_number, wput_number)(struct sink *sink, const struct NAME(spec, wspec) * s, const char *prefix,
                                          size_t prefix_len, size_t zeros, const char *body, size_t len)
{
    __int64 fill = (__int64)s->width - (__int64)(prefix_len + zeros + len);

    if (!(s->flags & (FL_LEFT | FL_ZERO)) && !NAME(pad, wpad)(sink, ' ', fill))
        return false;
    if (!NAME(put_ascii, wput_ascii)(sink, prefix, prefix_len))
        return false;
    if ((s->flags & FL_ZERO) && !(s->flags & FL_LEFT) && !NAME(pad, wpad)(sink, '0', fill))
        return false;
    if (!NAME(pad, wpad)(sink, '0', (__int64)zeros) || !NAME(put_ascii, wput_ascii)(sink, body, len))
        return false;
    return !(s->flags & FL_LEFT) || NAME(pad, wpad)(sink, ' ', fill);
}

static bool NAME(put_integer, wput_integer)(struct sink *sink, struct NAME(spec, wspec) * s, __int64 value)
{
    bool is_signed = s->type == 'd' || s->type == 'i';
    unsigned __int64 v;
    char digits[24], prefix[2];
    size_t n = sizeof(digits), prefix_len = 0;

    switch (s->size) {
    case SIZE_HH:
        v = is_signed ? (unsigned __int64)(signed char)value : (unsigned char)value;
        break;
    case SIZE_H:
        v = is_signed ? (unsigned __int64)(short)value : (unsigned short)value;
        break;
    case SIZE_LL:
        v = (unsigned __int64)value;
        break;
    case SIZE_PTR:
    case SIZE_T_:
        v = is_signed ? (unsigned __int64)(intptr_t)value : (uintptr_t)value;
        break;
    default:
        v = is_signed ? (unsigned __int64)(int)value : (unsigned)value;
    }
    if (s->type == 'p')
        v = (uintptr_t)value;
    if (is_signed) {
        if ((__int64)v < 0) {
            prefix[prefix_len++] = '-';
            v = 0 - v;
        } else if (s->flags & FL_PLUS) {
            prefix[prefix_len++] = '+';
        } else if (s->flags & FL_SPACE) {
            prefix[prefix_len++] = ' ';
        }
    }
    bool zero = !v;
    if (s->type == 'o') {
        for (; v; v >>= 3)
            digits[--n] = (char)('0' + (v & 7));
    } else if (s->type == 'x' || s->type == 'X' || s->type == 'p') {
        const char *alphabet = s->type == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
        for (; v; v >>= 4)
            digits[--n] = alphabet[v & 15];
        if ((s->flags & FL_ALT) && (!zero || s->type == 'p')) {
            prefix[prefix_len++] = '0';
            prefix[prefix_len++] = s->type == 'x' ? 'x' : 'X';
        }
    } else {
        for (; v; v /= 10)
            digits[--n] = (char)('0' + v % 10);
    }
    int precision = s->precision;
    if (s->type == 'p')
        precision = 2 * sizeof(void *);
    else if (precision >= 0)
        s->flags &= ~(unsigned)FL_ZERO;
    else
        precision = 1;
    size_t len = sizeof(digits) - n, zeros = len < (size_t)precision ? (size_t)precision - len : 0;
    if (s->type == 'o' && (s->flags & FL_ALT) && !zeros && (!len || digits[n] != '0'))
        zeros = 1;
    return NAME(put_number, wput_number)(sink, s, prefix, prefix_len, zeros, digits + n, len);
}

static bool NAME(put_double, wput_double)(struct sink *sink, struct NAME(spec, wspec) * s, double value,
                                          unsigned __int64 options, const struct locinfo *loc)
{
    char stack[512], *heap = NULL;
    int precision = s->precision;

    /* 309 digits before the point, the precision behind it, and the exponent */
    __int64 need = 360 + (__int64)(precision > 0 ? precision : 0);
    if (need > (__int64)sizeof(stack)) {
        heap = malloc((size_t)need);
        if (!heap) {
            precision = 100; /* as Microsoft's: less precision rather than nothing */
        }
    }
    char *body = heap ? heap : stack, prefix[4];
    size_t prefix_len = 0;
    bool negative, special;
    size_t len = crt_format_double(body, value, (char)s->type, precision, s->flags, options, loc, &negative, &special);
    if (negative)
        prefix[prefix_len++] = '-';
    else if (s->flags & FL_PLUS)
        prefix[prefix_len++] = '+';
    else if (s->flags & FL_SPACE)
        prefix[prefix_len++] = ' ';
    if (special && CRT_IS_UCRT)
        s->flags &= ~(unsigned)FL_ZERO;
    char *digits = body;
    if ((s->type == 'a' || s->type == 'A') && !special) { /* zeros go between 0x and the digits */
        prefix[prefix_len++] = '0';
        prefix[prefix_len++] = s->type == 'a' ? 'x' : 'X';
    }
    bool ok = NAME(put_number, wput_number)(sink, s, prefix, prefix_len, 0, digits, len);
    free(heap);
    return ok;
}

/* Text of the engine's own character type */
static bool NAME(put_text, wput_text)(struct sink *sink, const struct NAME(spec, wspec) * s, const CH *text, size_t len)
{
    __int64 fill = (__int64)s->width - (__int64)len;
    CH padding = (s->flags & FL_ZERO) && !(s->flags & FL_LEFT) ? '0' : ' ';

    if (!(s->flags & FL_LEFT) && !NAME(pad, wpad)(sink, padding, fill))
        return false;
    if (!NAME(put, wput)(sink, text, len))
        return false;
    return !(s->flags & FL_LEFT) || NAME(pad, wpad)(sink, ' ', fill);
}

/* Text of the other character type is converted in a buffer of its own; false with EILSEQ if it cannot be. */
static bool NAME(put_other_text, wput_other_text)(struct sink *sink, const struct NAME(spec, wspec) * s,
                                                  const OTHER *text, size_t max, const struct locinfo *loc)
{
    bool ok = false;
#if WIDE
    /* precision counts wide characters */
    size_t n = 0;
    wchar_t *wide = malloc((strnlen(text, max == SIZE_MAX ? max : max * 4) + 1) * sizeof(wchar_t));
    if (!wide)
        return false;
    while (n < max && *text) {
        int used = crt_mbtowc(&wide[n], text, loc->codepage && text[1] ? strnlen(text, 4) : 1, loc);
        if (used <= 0) {
            errno = EILSEQ;
            goto done;
        }
        text += used;
        n++;
    }
    ok = wput_text(sink, s, wide, n);
done:
    free(wide);
#else
    /* precision counts bytes, and a character is written whole or not at all */
    size_t n = 0, len = wcsnlen(text, max), capacity = len * 4 + 8;
    char *narrow = malloc(capacity);
    if (!narrow)
        return false;
    for (size_t i = 0; i < len;) {
        char bytes[8];
        int used;
        size_t units = 1;
        if (loc->codepage == CP_UTF8 && i + 1 < len && (text[i] & 0xfc00) == 0xd800 &&
            (text[i + 1] & 0xfc00) == 0xdc00) {
            used = WideCharToMultiByte(CP_UTF8, 0, text + i, 2, bytes, sizeof(bytes), NULL, NULL);
            units = 2;
        } else {
            used = crt_wctomb(bytes, text[i], loc);
        }
        if (used < 0) {
            errno = EILSEQ;
            goto done;
        }
        if (n + (size_t)used > max)
            break;
        memcpy(narrow + n, bytes, (size_t)used);
        n += (size_t)used;
        i += units;
    }
    ok = put_text(sink, s, narrow, n);
done:
    free(narrow);
#endif
    return ok;
}

/* Is the text of %c, %C, %s, %S wide? */
static bool NAME(text_is_wide, wtext_is_wide)(const struct NAME(spec, wspec) * s, unsigned __int64 options)
{
    if (s->size == SIZE_H || s->size == SIZE_HH)
        return false;
    if (s->size == SIZE_L || s->size == SIZE_W || s->size == SIZE_LL)
        return true;
    bool upper = s->type == 'C' || s->type == 'S';
    if (s->size == SIZE_T_)
        return WIDE;
    if (WIDE && (options & PF_LEGACY_WIDE))
        return !upper;
    return upper;
}

static int NAME(arg_kind, warg_kind)(const struct NAME(spec, wspec) * s)
{
    switch (s->type) {
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return ARG_DOUBLE;
    case 's':
    case 'S':
    case 'Z':
    case 'p':
    case 'n':
        return ARG_POINTER;
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        if (s->size == SIZE_LL)
            return ARG_INT64;
        if (s->size == SIZE_PTR || s->size == SIZE_T_)
            return ARG_POINTER;
        return ARG_INT;
    case 'c':
    case 'C':
        return ARG_INT;
    default:
        return ARG_NONE;
    }
}

static bool NAME(put_value, wput_value)(struct sink *sink, struct NAME(spec, wspec) * s, union argument value,
                                        unsigned __int64 options, const struct locinfo *loc)
{
    switch (s->type) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
    case 'p':
        return NAME(put_integer, wput_integer)(sink, s, value.i);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        return NAME(put_double, wput_double)(sink, s, value.d, options, loc);
    case 'c':
    case 'C': {
        bool wide = NAME(text_is_wide, wtext_is_wide)(s, options);
        if (wide == WIDE) {
            CH c = (CH)value.i;
            return NAME(put_text, wput_text)(sink, s, &c, 1);
        }
#if WIDE
        char bytes[2] = { (char)value.i, 0 };
        wchar_t c;
        int n = crt_mbtowc(&c, bytes, 1, loc);
        return wput_text(sink, s, &c, n < 0 ? 0 : 1);
#else
        char bytes[8];
        int n = crt_wctomb(bytes, (wchar_t)value.i, loc);
        return put_text(sink, s, bytes, n < 0 ? 0 : (size_t)n);
#endif
    }
    case 's':
    case 'S': {
        bool wide = NAME(text_is_wide, wtext_is_wide)(s, options);
        size_t max = s->precision < 0 ? SIZE_MAX : (size_t)s->precision;
        if (wide == WIDE) {
            static const CH null_text[] = { '(', 'n', 'u', 'l', 'l', ')', 0 };
            const CH *text = value.p ? value.p : null_text;
            return NAME(put_text, wput_text)(sink, s, text, NAME(strnlen, wcsnlen)(text, max));
        }
        static const OTHER null_other[] = { '(', 'n', 'u', 'l', 'l', ')', 0 };
        return NAME(put_other_text, wput_other_text)(sink, s, value.p ? value.p : null_other, max, loc);
    }
    case 'Z': { /* an ANSI_STRING, or a UNICODE_STRING with l or w */
        const UNICODE_STRING *string = value.p;
        static const CH null_text[] = { '(', 'n', 'u', 'l', 'l', ')' };
        if (!string || !string->Buffer)
            return NAME(put_text, wput_text)(sink, s, null_text, 6);
        bool wide = s->size == SIZE_L || s->size == SIZE_W || (WIDE && s->size == SIZE_NONE && !CRT_IS_UCRT);
        if (wide == WIDE)
            return NAME(put_text, wput_text)(sink, s, (const CH *)(const void *)string->Buffer,
                                             string->Length / sizeof(CH));
        return NAME(put_other_text, wput_other_text)(sink, s, (const OTHER *)(const void *)string->Buffer,
                                                     string->Length / sizeof(OTHER), loc);
    }
    }
    return true;
}

/* First pass of the positional functions: what type each argument has, in order. */
static bool NAME(collect, wcollect)(const CH *format, unsigned char kinds[POSITIONS_MAX + 1], int *count)
{
    struct NAME(spec, wspec) s;

    *count = 0;
    memset(kinds, ARG_NONE, POSITIONS_MAX + 1);
    for (const CH *p = format; *p;) {
        if (*p++ != '%')
            continue;
        if (*p == '%') {
            p++;
            continue;
        }
        p = NAME(parse_spec, wparse_spec)(p, &s, true);
        if (!p)
            return false;
        int args[3] = { s.width_arg, s.precision_arg, s.value_arg };
        for (int i = 0; i < 3; i++) {
            if (args[i] < 0)
                continue;
            if (args[i] < 1 || args[i] > POSITIONS_MAX)
                return false;
            int kind = i < 2 ? ARG_INT : NAME(arg_kind, warg_kind)(&s);
            if (kinds[args[i]] != ARG_NONE && kinds[args[i]] != kind)
                return false;
            kinds[args[i]] = (unsigned char)kind;
            if (args[i] > *count)
                *count = args[i];
        }
    }
    for (int i = 1; i <= *count; i++)
        if (kinds[i] == ARG_NONE)
            return false; /* a gap: nobody knows how large it is */
    return true;
}

static int NAME(fail, wfail)(void)
{
    CRT_VALIDATE(0, EINVAL, -1);
    return -1;
}

int NAME(crt_format, crt_wformat)(struct sink *sink, unsigned __int64 options, const CH *format, _locale_t locale,
                                  va_list args)
{
    const struct locinfo *loc = crt_loc(locale);
    union argument values[POSITIONS_MAX + 1];
    unsigned char kinds[POSITIONS_MAX + 1];
    struct NAME(spec, wspec) s;
    bool positional = false;
    va_list ap;

    CRT_VALIDATE(format, EINVAL, -1);
    va_copy(ap, args);
    if (options & PF_POSITIONAL) {
        /* "%1$..." somewhere: then all are positional */
        const CH *p = format;
        while (*p && !(p[0] == '%' && p[1] != '%'))
            p += *p == '%' ? 2 : 1;
        if (*p) {
            int n;
            const CH *q = NAME(parse_int, wparse_int)(p + 1, &n);
            positional = q > p + 1 && *q == '$';
        }
        if (positional) {
            int count;
            if (!NAME(collect, wcollect)(format, kinds, &count))
                return NAME(fail, wfail)();
            for (int i = 1; i <= count; i++)
                values[i] = next_argument(&ap, kinds[i]);
        }
    }
    for (const CH *p = format; *p;) {
        const CH *start = p;
        while (*p && *p != '%')
            p++;
        if (!NAME(put, wput)(sink, start, (size_t)(p - start)))
            return -1;
        if (!*p)
            break;
        p++;
        if (*p == '%') {
            if (!NAME(put, wput)(sink, p, 1))
                return -1;
            p++;
            continue;
        }
        const CH *spec_start = p;
        p = NAME(parse_spec, wparse_spec)(p, &s, positional);
        if (!p)
            return NAME(fail, wfail)();
        if (s.width_arg >= 0) {
            s.width = (int)(positional ? values[s.width_arg].i : next_argument(&ap, ARG_INT).i);
            if (s.width < 0) {
                s.flags |= FL_LEFT;
                s.width = -s.width;
            }
        }
        if (s.precision_arg >= 0) {
            s.precision = (int)(positional ? values[s.precision_arg].i : next_argument(&ap, ARG_INT).i);
            if (s.precision < 0)
                s.precision = -1;
        }
        int kind = NAME(arg_kind, warg_kind)(&s);
        if (kind == ARG_NONE) {
            if (CRT_IS_UCRT && (!s.type || s.type != '%') && !s.type)
                return NAME(fail, wfail)(); /* the format ends within a specification */
            if (!s.type)
                break;
            /* Not a conversion: its characters are written, the % is not. */
            if (CRT_IS_UCRT && (options & PF_SECURE))
                return NAME(fail, wfail)();
            if (!NAME(put, wput)(sink, p - 1, 1))
                return -1;
            (void)spec_start;
            continue;
        }
        union argument value = positional ? values[s.value_arg] : next_argument(&ap, kind);
        if (s.type == 'n') {
            if (!printf_count_output)
                return NAME(fail, wfail)();
            store_count(value.p, s.size, sink->total);
            continue;
        }
        if (!NAME(put_value, wput_value)(sink, &s, value, options, loc))
            return -1;
    }
    va_end(ap);
    return sink->total > INT_MAX ? (errno = EOVERFLOW, -1) : (int)sink->total;
}

#undef CH
#undef OTHER
#undef WIDE
#undef NAME
