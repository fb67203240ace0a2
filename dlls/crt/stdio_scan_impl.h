/* SPDX-License-Identifier: MIT */
/*
 * The scanf engine for one character type: CH, NAME(narrow, wide), IS_SPACE(c, loc). Characters come from a source one
 * at a time and at most one goes back, as the standard has it: of "1e+x" a %f consumes "1e+" and fails.
 */

struct NAME(scanner, wscanner) {
    struct source *source;
    const struct locinfo *loc;
    _locale_t locale;
    unsigned __int64 options;
    int pending; /* a character looked at and not consumed; NOT_READ else */
    int width;   /* characters the conversion may still have */
    __int64 consumed;
    va_list args;
};

#define SCANNER struct NAME(scanner, wscanner)

static int NAME(look, wlook)(SCANNER *s)
{
    if (s->pending == NOT_READ)
        s->pending = s->source->get(s->source);
    return s->pending;
}

static void NAME(take, wtake)(SCANNER *s)
{
    s->pending = NOT_READ;
    s->consumed++;
}

/* The same within the width of a conversion; -1 at its end. */
static int NAME(peek, wpeek)(void *ctx)
{
    SCANNER *s = ctx;
    return s->width > 0 ? NAME(look, wlook)(s) : -1;
}

static void NAME(advance, wadvance)(void *ctx)
{
    SCANNER *s = ctx;
    NAME(take, wtake)(s);
    s->width--;
}

static void NAME(skip_blanks, wskip_blanks)(SCANNER *s)
{
    for (int c; (c = NAME(look, wlook)(s)) >= 0 && IS_SPACE(c, s->loc);)
        NAME(take, wtake)(s);
}

/* ---- sets ---- */

/* Whether c is in the set [begin, end): ranges "a-z", a '-' at either end is itself. */
static bool NAME(in_set, win_set)(const CH *begin, const CH *end, int c)
{
    for (const CH *p = begin; p < end; p++) {
        if (p + 2 < end && p[1] == '-') {
            int low = (UCH)p[0], high = (UCH)p[2];
            if (low > high) {
                int t = low;
                low = high;
                high = t;
            }
            if (c >= low && c <= high)
                return true;
            p += 2;
        } else if ((UCH)*p == c) {
            return true;
        }
    }
    return false;
}

/* ---- strings: %c %s %[ ---- */

struct NAME(output, woutput) {
    char *narrow;
    wchar_t *wide;
    size_t room; /* units left, SIZE_MAX: not told */
    char lead[8];
    int leads;
};

/* One character of the input, converted when source and destination differ. Error: ENOMEM (no room) or EILSEQ. */
static errno_t NAME(put, wput)(SCANNER *s, struct NAME(output, woutput) * out, int c, bool terminate)
{
    size_t reserve = terminate ? 1 : 0;
#if SOURCE_WIDE
    if (out->narrow) {
        char bytes[8];
        int n = crt_wctomb(bytes, (wchar_t)c, s->loc);
        if (n < 0)
            return EILSEQ;
        if (out->room < (size_t)n + reserve)
            return ENOMEM;
        memcpy(out->narrow, bytes, (size_t)n);
        out->narrow += n;
        if (out->room != SIZE_MAX)
            out->room -= (size_t)n;
        return 0;
    }
#else
    if (out->wide) {
        wchar_t wide;
        out->lead[out->leads++] = (char)c;
        int used = crt_mbtowc(&wide, out->lead, (size_t)out->leads, s->loc);
        if (used == -2 && out->leads < 4)
            return 0;
        out->leads = 0;
        if (used < 0)
            return EILSEQ;
        c = wide;
    }
#endif
    (void)s;
    if (out->room < 1 + reserve)
        return ENOMEM;
    if (out->wide)
        *out->wide++ = (wchar_t)c;
    else
        *out->narrow++ = (char)c;
    if (out->room != SIZE_MAX)
        out->room--;
    return 0;
}

/* Result: 1 assigned (or suppressed), 0 does not match, -1 end of input. */
static int NAME(scan_text, wscan_text)(SCANNER *s, CH type, bool suppress, bool wide, bool limited, const CH *set,
                                       const CH *set_end, bool inverted)
{
    struct NAME(output, woutput) out = { .room = SIZE_MAX };
    void *target = NULL;
    size_t size = SIZE_MAX;
    bool any = false, terminate = type != 'c';
    errno_t error = 0;

    if (!suppress) {
        target = va_arg(s->args, void *);
        if (s->options & SC_SECURE) {
            size = va_arg(s->args, unsigned);
            if (!size) {
                errno = ENOMEM;
                return 0;
            }
            out.room = size;
        }
        if (wide)
            out.wide = target;
        else
            out.narrow = target;
    }
    if (type == 's')
        NAME(skip_blanks, wskip_blanks)(s);
    if (type == 'c' && !limited)
        s->width = 1;
    if (NAME(look, wlook)(s) < 0)
        return -1;
    for (int c; (c = NAME(peek, wpeek)(s)) >= 0;) {
        if (type == 's' && IS_SPACE(c, s->loc))
            break;
        if (type == '[' && NAME(in_set, win_set)(set, set_end, c) == inverted)
            break;
        if (!suppress && (error = NAME(put, wput)(s, &out, c, terminate)) != 0)
            break;
        any = true;
        NAME(advance, wadvance)(s);
    }
    if (error) {
        /* Nothing half-written is left where the program gave a size. */
        if (s->options & SC_SECURE) {
            if (wide)
                *(wchar_t *)target = 0;
            else
                *(char *)target = 0;
        }
        errno = error;
        return 0;
    }
    if (!any)
        return 0;
    if (type == 'c' && limited && s->width > 0)
        return NAME(look, wlook)(s) < 0 ? -1 : 0; /* fewer characters than asked for */
    if (!suppress && terminate) {
        if (wide)
            *out.wide = 0;
        else
            *out.narrow = 0;
    }
    return 1;
}

/* ---- numbers ---- */

static void NAME(store, wstore)(SCANNER *s, int size, unsigned __int64 value)
{
    void *target = va_arg(s->args, void *);

    memcpy(target, &value, (size_t)size); /* little endian: the low bytes first */
}

static int NAME(scan_integer, wscan_integer)(SCANNER *s, int base, bool is_signed, bool suppress, int size)
{
    unsigned __int64 value = 0;
    bool negative = false, any = false, overflow = false;

    NAME(skip_blanks, wskip_blanks)(s);
    int c = NAME(peek, wpeek)(s);
    if (c < 0)
        return -1;
    if (c == '+' || c == '-') {
        negative = c == '-';
        NAME(advance, wadvance)(s);
    }
    if (NAME(peek, wpeek)(s) == '0' && (base == 0 || base == 16)) {
        NAME(advance, wadvance)(s);
        any = true;
        c = NAME(peek, wpeek)(s);
        if (c == 'x' || c == 'X') {
            NAME(advance, wadvance)(s);
            any = !CRT_IS_UCRT; /* msvcrt takes "0x" for 0 */
            base = 16;
        } else if (!base) {
            base = 8;
        }
    }
    if (!base)
        base = 10;
    for (; (c = NAME(peek, wpeek)(s)) >= 0; NAME(advance, wadvance)(s)) {
        int digit = c >= '0' && c <= '9'                                ? c - '0'
                    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' && c < 128 ? (c | 0x20) - 'a' + 10
                                                                        : 99;
        unsigned __int64 next;
        if (digit >= base)
            break;
        any = true;
        if (__builtin_mul_overflow(value, (unsigned __int64)base, &next) ||
            __builtin_add_overflow(next, (unsigned __int64)digit, &next)) {
            overflow = true;
            next = value * (unsigned)base + (unsigned)digit;
        }
        value = next;
    }
    if (!any)
        return 0;
    if (CRT_IS_UCRT) { /* saturates, at the limits of 64 bits whatever the size */
        if (is_signed && (overflow || value > (unsigned __int64)_I64_MAX + negative))
            value = negative ? (unsigned __int64)_I64_MIN : _I64_MAX, negative = false;
        else if (overflow)
            value = _UI64_MAX, negative = false;
    }
    if (!suppress)
        NAME(store, wstore)(s, size, negative ? 0 - value : value);
    return 1;
}

static void NAME(number_end, wnumber_end)(void *ctx)
{
    ((SCANNER *)ctx)->source->mark = ((SCANNER *)ctx)->consumed;
}

static int NAME(scan_float, wscan_float)(SCANNER *s, bool suppress, int size)
{
    struct fp_number n;
    int range;

    NAME(skip_blanks, wskip_blanks)(s);
    if (NAME(peek, wpeek)(s) < 0)
        return -1;
    struct fp_scan scan = { NAME(peek, wpeek), NAME(advance, wadvance), s,
                            NAME((unsigned char)*s->loc->lconv.decimal_point, *s->loc->lconv._W_decimal_point) };
    if (!crt_fp_scan(&scan, &n, NAME(number_end, wnumber_end)) || s->source->mark != s->consumed)
        return 0;
    if (suppress)
        return 1;
    if (size == 4) {
        float value = crt_fp_float(&n, &range);
        memcpy(va_arg(s->args, void *), &value, sizeof(value));
    } else {
        double value = crt_fp_double(&n, &range);
        memcpy(va_arg(s->args, void *), &value, sizeof(value));
    }
    return 1;
}

/* ---- formats ---- */

struct NAME(spec, wspec) {
    bool suppress, limited;
    int width;
    int size;       /* of an integer, in bytes */
    bool is_double; /* l or L before e f g a */
    int character;  /* 0 as the format says, 1 narrow (h), 2 wide (l, w) */
    CH type;
    const CH *set, *set_end;
    bool inverted;
};

/* Behind the '%'; NULL if the format is not valid. */
static const CH *NAME(parse_spec, wparse_spec)(const CH *f, struct NAME(spec, wspec) * spec)
{
    *spec = (struct NAME(spec, wspec)){ .width = INT_MAX, .size = 4 };
    if (*f == '*') {
        spec->suppress = true;
        f++;
    }
    if (*f >= '0' && *f <= '9') {
        unsigned __int64 width = 0;
        for (; *f >= '0' && *f <= '9'; f++)
            if (width < INT_MAX)
                width = width * 10 + (unsigned)(*f - '0');
        if (!width)
            return NULL;
        spec->limited = true;
        spec->width = width > INT_MAX ? INT_MAX : (int)width;
    }
    for (bool more = true; more;) {
        switch (*f) {
        case 'h':
            f++;
            spec->size = 2;
            spec->character = 1;
            if (*f == 'h' && CRT_IS_UCRT) {
                f++;
                spec->size = 1;
            }
            more = false;
            break;
        case 'l':
            f++;
            spec->is_double = true;
            spec->character = 2;
            if (*f == 'l') {
                f++;
                spec->size = 8;
            }
            more = false;
            break;
        case 'L':
            f++;
            spec->is_double = true;
            spec->size = 8;
            more = false;
            break;
        case 'w':
            f++;
            spec->character = 2;
            more = false;
            break;
        case 'I':
            f++;
            if (f[0] == '6' && f[1] == '4') {
                f += 2;
                spec->size = 8;
            } else if (f[0] == '3' && f[1] == '2') {
                f += 2;
            } else {
                spec->size = (int)sizeof(size_t);
            }
            more = false;
            break;
        case 'j':
            if (CRT_IS_UCRT)
                f++, spec->size = 8;
            more = false;
            break;
        case 'z':
        case 't':
            if (CRT_IS_UCRT)
                f++, spec->size = (int)sizeof(size_t);
            more = false;
            break;
        case 'F': /* far and near pointers of old: ignored before a pointer or a string */
        case 'N':
            if (CRT_IS_UCRT || !f[1] || !(f[1] == 's' || f[1] == 'p' || f[1] == 'd' || f[1] == 'c'))
                more = false;
            else
                f++;
            break;
        default:
            more = false;
        }
    }
    spec->type = *f++;
    if (spec->type == '[') {
        spec->inverted = *f == '^';
        f += spec->inverted;
        spec->set = f;
        if (*f == ']') /* as the first it belongs to the set */
            f++;
        while (*f && *f != ']')
            f++;
        if (!*f)
            return NULL;
        spec->set_end = f++;
    }
    return spec->type ? f : NULL;
}

static int NAME(scan_spec, wscan_spec)(SCANNER *s, const struct NAME(spec, wspec) * spec)
{
    bool wide;

    s->width = spec->width;
    switch (spec->type) {
    case 'd':
        return NAME(scan_integer, wscan_integer)(s, 10, true, spec->suppress, spec->size);
    case 'u':
        return NAME(scan_integer, wscan_integer)(s, 10, false, spec->suppress, spec->size);
    case 'i':
        return NAME(scan_integer, wscan_integer)(s, 0, true, spec->suppress, spec->size);
    case 'o':
        return NAME(scan_integer, wscan_integer)(s, 8, false, spec->suppress, spec->size);
    case 'x':
    case 'X':
        return NAME(scan_integer, wscan_integer)(s, 16, false, spec->suppress, spec->size);
    case 'p':
        return NAME(scan_integer, wscan_integer)(s, 16, false, spec->suppress, (int)sizeof(void *));
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return NAME(scan_float, wscan_float)(s, spec->suppress, spec->is_double ? 8 : 4);
    case 'a':
    case 'A':
        return CRT_IS_UCRT ? NAME(scan_float, wscan_float)(s, spec->suppress, spec->is_double ? 8 : 4) : 0;
    case 'n':
        if (!spec->suppress)
            NAME(store, wstore)(s, spec->size, (unsigned __int64)s->consumed);
        return 2;
    case 'c':
    case 's':
    case '[':
        /* In wide functions %s is wide unless the caller asked for the standard's meaning. */
        wide = spec->character ? spec->character == 2 : SOURCE_WIDE && (s->options & SC_LEGACY_WIDE);
        return NAME(scan_text, wscan_text)(s, spec->type, spec->suppress, wide, spec->limited, spec->set, spec->set_end,
                                           spec->inverted);
    case 'C':
    case 'S':
        /* the other kind than the lower-case letter's */
        wide = spec->character ? spec->character == 2 : !(SOURCE_WIDE && (s->options & SC_LEGACY_WIDE));
        return NAME(scan_text, wscan_text)(s, spec->type | 0x20, spec->suppress, wide, spec->limited, NULL, NULL,
                                           false);
    default:
        return 0;
    }
}

int NAME(crt_scan, crt_wscan)(struct source *source, unsigned __int64 options, const CH *format, _locale_t locale,
                              va_list args)
{
    SCANNER s = { .source = source, .loc = crt_loc(locale), .locale = locale, .options = options, .pending = NOT_READ };
    int assigned = 0, r = 1;
    bool matched = false;

    va_copy(s.args, args);
    while (*format && r > 0) {
        if (IS_SPACE((UCH)*format, s.loc)) {
            NAME(skip_blanks, wskip_blanks)(&s);
            while (IS_SPACE((UCH)*format, s.loc))
                format++;
            continue;
        }
        if (*format != '%' || format[1] == '%') {
            int c;
            if (*format == '%') {
                format++;
                if (CRT_IS_UCRT)
                    NAME(skip_blanks, wskip_blanks)(&s);
            }
            c = NAME(look, wlook)(&s);
            if (c != (UCH)*format) {
                r = c < 0 ? -1 : 0;
                break;
            }
            NAME(take, wtake)(&s);
            format++;
            continue;
        }
        struct NAME(spec, wspec) spec;
        format = NAME(parse_spec, wparse_spec)(format + 1, &spec);
        if (!format) {
            errno = EINVAL;
            r = 0;
            break;
        }
        r = NAME(scan_spec, wscan_spec)(&s, &spec);
        if (r == 1) {
            matched = true;
            assigned += !spec.suppress;
        }
    }
    /* A failure at the very end of the input counts as its end, although some of it was read. */
    bool ended = r <= 0 && !matched && NAME(look, wlook)(&s) < 0;
    if (s.pending != NOT_READ && s.pending >= 0)
        source->unget(source, s.pending);
    va_end(s.args);
    return ended ? EOF : assigned;
}

#undef SCANNER
#undef CH
#undef UCH
#undef NAME
#undef IS_SPACE
#undef SOURCE_WIDE
