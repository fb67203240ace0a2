/* SPDX-License-Identifier: MIT */
/*
 * rtlidn.c: internationalised domain names (RFC 3490): RtlIdnToAscii, RtlIdnToUnicode, RtlIdnToNameprepUnicode. Labels are prepared as
 * RFC 3491 says (case folded, compatibility normalisation, what is ignorable left out) and written in Punycode (RFC 3492).
 */
#include "rtlnormalize.h"

#define MAXIMUM_LABEL 63
#define MAXIMUM_NAME  255
#define KNOWN_FLAGS   (IDN_ALLOW_UNASSIGNED | IDN_USE_STD3_ASCII_RULES)

/* The text while it is being made; `failed` without memory. */
struct text {
    WCHAR *buffer;
    SIZE_T length, capacity;
    BOOL failed;
};

static void put(struct text *text, const WCHAR *str, SIZE_T length)
{
    if (text->failed)
        return;
    if (text->length + length > text->capacity) {
        SIZE_T capacity = (text->length + length) * 2 + 64;
        WCHAR *grown = heap_alloc(capacity * sizeof(WCHAR));

        if (!grown) {
            text->failed = TRUE;
            return;
        }
        if (text->buffer)
            memcpy(grown, text->buffer, text->length * sizeof(WCHAR));
        heap_free(text->buffer);
        text->buffer = grown;
        text->capacity = capacity;
    }
    memcpy(text->buffer + text->length, str, length * sizeof(WCHAR));
    text->length += length;
}

static BOOL is_separator(WCHAR c)
{
    return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

/* --- nameprep --- */

/* RFC 3454, table B.1. */
static BOOL is_ignorable(WCHAR c)
{
    return c == 0xad || c == 0x34f || c == 0x1806 || (c >= 0x180b && c <= 0x180d) || (c >= 0x200b && c <= 0x200d) ||
           c == 0x2060 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

/* Tables C.1.2, C.2.2 and C.3 to C.9 within the basic plane: spaces, controls, private use, what has no place in names. */
static BOOL is_prohibited(WCHAR c)
{
    static const struct {
        WCHAR first, last;
    } ranges[] = {
        { 0x80, 0xa0 },     { 0x340, 0x341 },   { 0x6dd, 0x6dd },   { 0x70f, 0x70f },   { 0x1680, 0x1680 },
        { 0x180e, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x2063 }, { 0x206a, 0x206f },
        { 0x2ff0, 0x2ffb }, { 0x3000, 0x3000 }, { 0xe000, 0xf8ff }, { 0xfdd0, 0xfdef }, { 0xfff9, 0xffff },
    };
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(ranges) && c >= ranges[i].first; i++)
        if (c <= ranges[i].last)
            return TRUE;
    return FALSE;
}

/* Characters that case folding makes more than one of; compatibility normalisation does the others. */
static void fold(struct text *text, WCHAR c)
{
    WCHAR lower;

    if (c == 0xdf || c == 0x1e9e) {
        put(text, L"ss", 2);
    } else if (c == 0x3c2) { /* final sigma */
        put(text, L"\x3c3", 1);
    } else {
        lower = nls_lower(c);
        put(text, &lower, 1);
    }
}

/* The prepared form of one label, which has a character beyond ASCII; heap_free. */
static NTSTATUS prepare(const WCHAR *label, SIZE_T length, WCHAR **prepared, SIZE_T *result)
{
    struct text folded = { 0 }, again = { 0 };
    WCHAR *normal;
    SIZE_T n, i;

    for (i = 0; i < length; i++)
        if (!is_ignorable(label[i]))
            fold(&folded, label[i]);
    if (folded.failed)
        goto no_memory;
    if (!(normal = TransomNormalize(folded.buffer, folded.length, TRUE, TRUE, &n)))
        goto no_memory;
    heap_free(folded.buffer);
    folded.buffer = NULL;
    /* Normalisation may have made capitals of compatibility characters. */
    for (i = 0; i < n; i++)
        fold(&again, normal[i]);
    heap_free(normal);
    if (again.failed)
        goto no_memory;
    normal = TransomNormalize(again.buffer, again.length, TRUE, TRUE, result);
    if (!normal)
        goto no_memory;
    heap_free(again.buffer);
    for (i = 0; i < *result; i++)
        if (is_prohibited(normal[i])) {
            heap_free(normal);
            return STATUS_INVALID_IDN_NORMALIZATION;
        }
    *prepared = normal;
    return STATUS_SUCCESS;
no_memory:
    heap_free(folded.buffer);
    heap_free(again.buffer);
    return STATUS_NO_MEMORY;
}

/* --- Punycode (RFC 3492) --- */

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };

static UINT adapt(UINT delta, UINT points, BOOL first)
{
    UINT k = 0;

    delta = first ? delta / DAMP : delta / 2;
    delta += delta / points;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static UINT threshold(UINT k, UINT bias)
{
    return k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

static WCHAR digit(UINT value)
{
    return value < 26 ? 'a' + value : '0' + value - 26;
}

/* The code points of UTF-16; 0 if a surrogate stands alone. */
static SIZE_T code_points(const WCHAR *str, SIZE_T length, UINT *out)
{
    SIZE_T n = 0, i;

    for (i = 0; i < length; i++) {
        UINT c = str[i];

        if (IS_LOW_SURROGATE(c) || (IS_HIGH_SURROGATE(c) && (i + 1 == length || !IS_LOW_SURROGATE(str[i + 1]))))
            return 0;
        if (IS_HIGH_SURROGATE(c))
            c = 0x10000 + ((c & 0x3ff) << 10 | (str[++i] & 0x3ff));
        out[n++] = c;
    }
    return n;
}

static NTSTATUS encode(const WCHAR *label, SIZE_T length, struct text *text)
{
    UINT points[4 * MAXIMUM_LABEL], n = INITIAL_N, delta = 0, bias = INITIAL_BIAS, handled = 0, basic;
    SIZE_T count, i;

    if (length > ARRAY_SIZE(points) || !(count = code_points(label, length, points)))
        return STATUS_INVALID_IDN_NORMALIZATION;
    for (i = 0; i < count; i++)
        if (points[i] < 0x80) {
            WCHAR c = points[i];

            put(text, &c, 1);
            handled++;
        }
    basic = handled;
    if (basic)
        put(text, L"-", 1);
    while (handled < count) {
        UINT next = 0x7fffffff;

        for (i = 0; i < count; i++)
            if (points[i] >= n)
                next = min(next, points[i]);
        delta += (next - n) * (handled + 1);
        n = next;
        for (i = 0; i < count; i++) {
            if (points[i] < n)
                delta++;
            if (points[i] == n) {
                UINT q = delta, k;
                WCHAR c;

                for (k = BASE;; k += BASE) {
                    UINT t = threshold(k, bias);

                    if (q < t)
                        break;
                    c = digit(t + (q - t) % (BASE - t));
                    put(text, &c, 1);
                    q = (q - t) / (BASE - t);
                }
                c = digit(q);
                put(text, &c, 1);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled++;
            }
        }
        delta++;
        n++;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS decode(const WCHAR *label, SIZE_T length, struct text *text)
{
    UINT points[MAXIMUM_LABEL + 1], n = INITIAL_N, at = 0, bias = INITIAL_BIAS;
    SIZE_T count = 0, i, in = 0, basic = 0;

    for (i = 0; i < length; i++)
        if (label[i] == '-')
            basic = i;
    for (i = 0; i < basic; i++)
        points[count++] = nls_lower(label[i]);
    for (in = basic ? basic + 1 : 0; in < length;) {
        UINT old = at, weight = 1, k;

        for (k = BASE;; k += BASE) {
            UINT value, step, t;
            WCHAR c;

            if (in >= length)
                return STATUS_INVALID_IDN_NORMALIZATION;
            c = label[in++] | 0x20;
            if (c >= 'a' && c <= 'z')
                value = c - 'a';
            else if (label[in - 1] >= '0' && label[in - 1] <= '9')
                value = label[in - 1] - '0' + 26;
            else
                return STATUS_INVALID_IDN_NORMALIZATION;
            if (__builtin_mul_overflow(value, weight, &step) || __builtin_add_overflow(at, step, &at))
                return STATUS_INVALID_IDN_NORMALIZATION;
            t = threshold(k, bias);
            if (value < t)
                break;
            if (__builtin_mul_overflow(weight, BASE - t, &weight))
                return STATUS_INVALID_IDN_NORMALIZATION;
        }
        bias = adapt(at - old, count + 1, !old);
        n += at / (count + 1);
        at %= count + 1;
        if (n > 0x10ffff || (n >= 0xd800 && n < 0xe000) || count == MAXIMUM_LABEL)
            return STATUS_INVALID_IDN_NORMALIZATION;
        memmove(points + at + 1, points + at, (count - at) * sizeof(*points));
        points[at++] = n;
        count++;
    }
    for (i = 0; i < count; i++) {
        WCHAR pair[2] = { points[i], 0 };

        if (points[i] >= 0x10000) {
            pair[0] = 0xd800 + ((points[i] - 0x10000) >> 10);
            pair[1] = 0xdc00 + (points[i] & 0x3ff);
        }
        put(text, pair, pair[1] ? 2 : 1);
    }
    return STATUS_SUCCESS;
}

/* --- names --- */

static BOOL is_ascii(const WCHAR *str, SIZE_T length)
{
    while (length--)
        if (str[length] >= 0x80)
            return FALSE;
    return TRUE;
}

static BOOL has_ace_prefix(const WCHAR *label, SIZE_T length)
{
    return length >= 4 && (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n' && label[2] == '-' && label[3] == '-';
}

/* STD3: letters, digits and hyphens, which are not at an end. */
static BOOL follows_std3(const WCHAR *label, SIZE_T length)
{
    SIZE_T i;

    if (length && (label[0] == '-' || label[length - 1] == '-'))
        return FALSE;
    for (i = 0; i < length; i++) {
        WCHAR c = label[i] | 0x20;

        if (label[i] < 0x80 && !(c >= 'a' && c <= 'z') && !(label[i] >= '0' && label[i] <= '9') && label[i] != '-')
            return FALSE;
    }
    return TRUE;
}

enum target { TO_ASCII, TO_NAMEPREP, TO_UNICODE };

static NTSTATUS convert_label(const WCHAR *label, SIZE_T length, ULONG flags, enum target target, struct text *text)
{
    SIZE_T start = text->length, prepared_length = length, i;
    NTSTATUS status = STATUS_SUCCESS;
    WCHAR *prepared = NULL;

    if (is_ascii(label, length)) {
        for (i = 0; i < length; i++)
            if (label[i] < 0x20 || label[i] == 0x7f)
                return STATUS_INVALID_IDN_NORMALIZATION;
        if (flags & IDN_USE_STD3_ASCII_RULES && !follows_std3(label, length))
            return STATUS_INVALID_IDN_NORMALIZATION;
        if (target == TO_UNICODE && has_ace_prefix(label, length))
            status = decode(label + 4, length - 4, text);
        else
            put(text, label, length);
    } else {
        if ((status = prepare(label, length, &prepared, &prepared_length)))
            return status;
        if ((flags & IDN_USE_STD3_ASCII_RULES && !follows_std3(prepared, prepared_length)) || !prepared_length ||
            has_ace_prefix(prepared, prepared_length)) {
            status = STATUS_INVALID_IDN_NORMALIZATION;
        } else if (target == TO_ASCII && !is_ascii(prepared, prepared_length)) {
            put(text, L"xn--", 4);
            status = encode(prepared, prepared_length, text);
        } else {
            put(text, prepared, prepared_length);
        }
        heap_free(prepared);
    }
    if (!status && target == TO_ASCII && text->length - start > MAXIMUM_LABEL)
        return STATUS_INVALID_IDN_NORMALIZATION;
    return status;
}

static NTSTATUS convert_name(const WCHAR *name, SIZE_T length, ULONG flags, enum target target, struct text *text)
{
    SIZE_T at = 0;

    while (at <= length) {
        SIZE_T end = at;
        NTSTATUS status;

        while (end < length && !is_separator(name[end]))
            end++;
        /* An empty label is the root's, at the end. */
        if (end == at && end < length)
            return STATUS_INVALID_IDN_NORMALIZATION;
        if ((status = convert_label(name + at, end - at, flags, target, text)))
            return status;
        if (end < length)
            put(text, L".", 1);
        at = end + 1;
    }
    return target == TO_ASCII && text->length > MAXIMUM_NAME ? STATUS_INVALID_IDN_NORMALIZATION : STATUS_SUCCESS;
}

/* A length of -1 is that of a terminated string. With *out_size 0, only the length of the result is told. */
static NTSTATUS convert(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size, enum target target)
{
    struct text text = { 0 };
    SIZE_T length;
    BOOL zero = FALSE;
    NTSTATUS status;

    if (!name || !size || size < -1 || *out_size < 0 || (!out && *out_size) || flags & ~(ULONG)KNOWN_FLAGS)
        return STATUS_INVALID_PARAMETER;
    length = size == -1 ? wcslen(name) : (SIZE_T)size;
    if (size == -1 || !name[length - 1]) {
        zero = TRUE;
        if (size != -1)
            length--;
    }
    if (!length)
        return STATUS_INVALID_IDN_NORMALIZATION;
    status = convert_name(name, length, flags, target, &text);
    if (!status && zero)
        put(&text, L"", 1);
    if (!status && text.failed)
        status = STATUS_NO_MEMORY;
    if (!status) {
        SIZE_T room = (SIZE_T)*out_size;

        *out_size = (LONG)text.length;
        if (room && text.length > room)
            status = STATUS_BUFFER_TOO_SMALL;
        else if (room)
            memcpy(out, text.buffer, text.length * sizeof(WCHAR));
    }
    heap_free(text.buffer);
    return status;
}

NTSTATUS NTAPI RtlIdnToAscii(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size)
{
    return convert(flags, name, size, out, out_size, TO_ASCII);
}

NTSTATUS NTAPI RtlIdnToNameprepUnicode(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size)
{
    return convert(flags, name, size, out, out_size, TO_NAMEPREP);
}

NTSTATUS NTAPI RtlIdnToUnicode(ULONG flags, const WCHAR *name, LONG size, WCHAR *out, LONG *out_size)
{
    return convert(flags, name, size, out, out_size, TO_UNICODE);
}
