/* SPDX-License-Identifier: MIT */
/* crypt_string.c: CryptStringToBinary and CryptBinaryToString: base64 with and without headers, hexadecimal, binary. */
#include "crypt32_private.h"

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(WCHAR c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int hex_value(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static BOOL is_space(WCHAR c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Each decoder returns FALSE if the text is not of its kind; `out` may be NULL, *size is what it takes. */
static BOOL decode_base64(const WCHAR *text, DWORD length, BYTE *out, DWORD room, DWORD *size)
{
    ULONG bits = 0;
    int have = 0, padding = 0;
    DWORD used = 0;

    for (DWORD i = 0; i < length; i++) {
        int value;
        if (is_space(text[i]) || !text[i])
            continue;
        if (text[i] == '=') {
            padding++;
            continue;
        }
        if (padding || (value = base64_value(text[i])) < 0)
            return FALSE;
        bits = bits << 6 | value;
        if (++have == 4) {
            for (int k = 2; k >= 0; k--, used++)
                if (out && used < room)
                    out[used] = bits >> (8 * k);
            have = 0;
            bits = 0;
        }
    }
    if (have == 1 || padding > 2 || (padding && have && have + padding != 4))
        return FALSE;
    if (have) {
        bits <<= 6 * (4 - have);
        for (int k = 0; k < have - 1; k++, used++)
            if (out && used < room)
                out[used] = bits >> (16 - 8 * k);
    }
    *size = used;
    return TRUE;
}

/* Between the lines "-----BEGIN x-----" and "-----END x-----". */
static BOOL decode_headers(const WCHAR *text, DWORD length, BYTE *out, DWORD room, DWORD *size, DWORD *skipped)
{
    DWORD i, begin, end;

    for (i = 0; i + 11 <= length && wcsncmp(text + i, L"-----BEGIN ", 11); i++)
        ;
    if (i + 11 > length)
        return FALSE;
    *skipped = i;
    for (begin = i + 11; begin + 5 <= length && wcsncmp(text + begin, L"-----", 5); begin++)
        ;
    begin += 5;
    for (end = begin; end + 9 <= length && wcsncmp(text + end, L"-----END ", 9); end++)
        ;
    if (end + 9 > length)
        return FALSE;
    return decode_base64(text + begin, end - begin, out, room, size);
}

static BOOL decode_hex(const WCHAR *text, DWORD length, BOOL raw, BYTE *out, DWORD room, DWORD *size)
{
    DWORD used = 0;

    for (DWORD i = 0; i < length;) {
        int high, low;
        if (!text[i] || (!raw && (is_space(text[i]) || text[i] == '-' || text[i] == ','))) {
            i++;
            continue;
        }
        if (i + 1 >= length || (high = hex_value(text[i])) < 0 || (low = hex_value(text[i + 1])) < 0)
            return FALSE;
        if (out && used < room)
            out[used] = high << 4 | low;
        used++;
        i += 2;
    }
    *size = used;
    return TRUE;
}

static BOOL decode(const WCHAR *text, DWORD length, DWORD kind, BYTE *out, DWORD room, DWORD *size, DWORD *skipped,
                   DWORD *used)
{
    *skipped = 0;
    *used = kind;
    switch (kind) {
    case CRYPT_STRING_BASE64:
        return decode_base64(text, length, out, room, size);
    case CRYPT_STRING_BASE64HEADER:
    case CRYPT_STRING_BASE64REQUESTHEADER:
    case CRYPT_STRING_BASE64X509CRLHEADER:
        return decode_headers(text, length, out, room, size, skipped);
    case CRYPT_STRING_HEX:
        return decode_hex(text, length, FALSE, out, room, size);
    case CRYPT_STRING_HEXRAW:
        return decode_hex(text, length, TRUE, out, room, size);
    case CRYPT_STRING_BASE64_ANY:
        return decode(text, length, CRYPT_STRING_BASE64HEADER, out, room, size, skipped, used) ||
               decode(text, length, CRYPT_STRING_BASE64, out, room, size, skipped, used);
    case CRYPT_STRING_HEX_ANY:
        return decode(text, length, CRYPT_STRING_HEX, out, room, size, skipped, used);
    default:
        return FALSE;
    }
}

WINBOOL WINAPI CryptStringToBinaryW(LPCWSTR text, DWORD length, DWORD flags, BYTE *out, DWORD *size, DWORD *skipped,
                                    DWORD *used)
{
    DWORD kind = flags & 0xfff, room, need, skip, which;

    if (!text || !size)
        return crypt_fail(ERROR_INVALID_PARAMETER);
    if (!length)
        length = wcslen(text);
    room = *size;
    if (kind == CRYPT_STRING_BINARY || kind > CRYPT_STRING_HEXRAW || kind == CRYPT_STRING_HEXASCII ||
        kind == CRYPT_STRING_HEXADDR || kind == CRYPT_STRING_HEXASCIIADDR)
        return crypt_fail(ERROR_INVALID_DATA);
    if (kind == CRYPT_STRING_ANY)
        kind = CRYPT_STRING_BASE64_ANY;
    if (!decode(text, length, kind, out, room, &need, &skip, &which))
        return crypt_fail(ERROR_INVALID_DATA);
    *size = need;
    if (skipped)
        *skipped = skip;
    if (used)
        *used = which;
    return out && room < need ? crypt_fail(ERROR_MORE_DATA) : TRUE;
}

WINBOOL WINAPI CryptStringToBinaryA(LPCSTR text, DWORD length, DWORD flags, BYTE *out, DWORD *size, DWORD *skipped,
                                    DWORD *used)
{
    WCHAR *wide;
    BOOL good;

    if (!text || !size)
        return crypt_fail(ERROR_INVALID_PARAMETER);
    if (!length)
        length = strlen(text);
    if ((flags & 0xfff) == CRYPT_STRING_BINARY) {
        if (skipped)
            *skipped = 0;
        if (used)
            *used = CRYPT_STRING_BINARY;
        return crypt_give(text, length, out, size);
    }
    if (!(wide = crypt_alloc((length + 1) * sizeof(WCHAR))))
        return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
    for (DWORD i = 0; i < length; i++) /* all these notations are ASCII */
        wide[i] = (unsigned char)text[i];
    good =
        length ? CryptStringToBinaryW(wide, length, flags, out, size, skipped, used) : crypt_fail(ERROR_INVALID_DATA);
    crypt_free(wide);
    return good;
}

/* What is written, as far as it fits, and what it would need. */
struct output {
    WCHAR *text;
    DWORD room, used;
};

static void put(struct output *out, WCHAR c)
{
    if (out->text && out->used < out->room)
        out->text[out->used] = c;
    out->used++;
}

static void put_text(struct output *out, const char *text)
{
    while (*text)
        put(out, *text++);
}

static void put_newline(struct output *out, DWORD flags)
{
    if (flags & CRYPT_STRING_NOCRLF)
        return;
    if (!(flags & CRYPT_STRING_NOCR))
        put(out, '\r');
    put(out, '\n');
}

static void encode_base64(struct output *out, const BYTE *data, DWORD size, DWORD flags)
{
    DWORD column = 0;

    for (DWORD i = 0; i < size; i += 3) {
        ULONG bits = data[i] << 16 | (i + 1 < size ? data[i + 1] << 8 : 0) | (i + 2 < size ? data[i + 2] : 0);
        if (column == 64) {
            put_newline(out, flags);
            column = 0;
        }
        put(out, base64_digits[bits >> 18]);
        put(out, base64_digits[bits >> 12 & 63]);
        put(out, i + 1 < size ? base64_digits[bits >> 6 & 63] : '=');
        put(out, i + 2 < size ? base64_digits[bits & 63] : '=');
        column += 4;
    }
    if (size)
        put_newline(out, flags);
}

/* Sixteen bytes a line; two spaces in the middle. HEXRAW is one line of digits. */
static void encode_hex(struct output *out, const BYTE *data, DWORD size, BOOL raw, DWORD flags)
{
    for (DWORD i = 0; i < size; i++) {
        if (!raw && i) {
            if (i % 16 == 0)
                put_newline(out, flags);
            if (i % 16 || (flags & CRYPT_STRING_NOCRLF))
                put(out, ' ');
            if (i % 16 == 8)
                put(out, ' ');
        }
        put(out, "0123456789abcdef"[data[i] >> 4]);
        put(out, "0123456789abcdef"[data[i] & 15]);
    }
    put_newline(out, flags);
}

static BOOL encode(struct output *out, const BYTE *data, DWORD size, DWORD flags)
{
    const char *header = NULL, *footer = NULL;

    switch (flags & 0xfff) {
    case CRYPT_STRING_BASE64HEADER:
        header = "-----BEGIN CERTIFICATE-----";
        footer = "-----END CERTIFICATE-----";
        break;
    case CRYPT_STRING_BASE64REQUESTHEADER:
        header = "-----BEGIN NEW CERTIFICATE REQUEST-----";
        footer = "-----END NEW CERTIFICATE REQUEST-----";
        break;
    case CRYPT_STRING_BASE64X509CRLHEADER:
        header = "-----BEGIN X509 CRL-----";
        footer = "-----END X509 CRL-----";
        break;
    case CRYPT_STRING_BASE64:
        break;
    case CRYPT_STRING_HEX:
    case CRYPT_STRING_HEXRAW:
        encode_hex(out, data, size, (flags & 0xfff) == CRYPT_STRING_HEXRAW, flags);
        put(out, 0);
        return TRUE;
    default:
        return FALSE;
    }
    if (header) {
        put_text(out, header);
        put_newline(out, flags);
    }
    encode_base64(out, data, size, flags);
    if (footer) {
        put_text(out, footer);
        put_newline(out, flags);
    }
    put(out, 0);
    return TRUE;
}

/* *size: before, the room; after, characters written without the zero, or needed with it. */
WINBOOL WINAPI CryptBinaryToStringW(const BYTE *data, DWORD size, DWORD flags, LPWSTR text, DWORD *count)
{
    struct output out = { .text = text };

    if (!data || !size || !count)
        return crypt_fail(ERROR_INVALID_PARAMETER);
    out.room = *count;
    if (!encode(&out, data, size, flags))
        return crypt_fail((flags & 0xfff) == CRYPT_STRING_BINARY ? ERROR_INVALID_DATA : ERROR_CALL_NOT_IMPLEMENTED);
    if (!text) {
        *count = out.used;
        return TRUE;
    }
    if (out.used > out.room) {
        *count = out.used;
        return crypt_fail(ERROR_MORE_DATA);
    }
    *count = out.used - 1;
    return TRUE;
}

WINBOOL WINAPI CryptBinaryToStringA(const BYTE *data, DWORD size, DWORD flags, LPSTR text, DWORD *count)
{
    struct output out = { 0 };
    DWORD i;

    if (!data || !size || !count)
        return crypt_fail(ERROR_INVALID_PARAMETER);
    if ((flags & 0xfff) == CRYPT_STRING_BINARY)
        return crypt_give(data, size, text, count);
    if (!encode(&out, data, size, flags))
        return crypt_fail(ERROR_CALL_NOT_IMPLEMENTED);
    if (!text) {
        *count = out.used;
        return TRUE;
    }
    if (*count < out.used) {
        *count = out.used;
        return crypt_fail(ERROR_MORE_DATA);
    }
    out.room = out.used;
    out.used = 0;
    if (!(out.text = crypt_alloc(out.room * sizeof(WCHAR))))
        return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
    encode(&out, data, size, flags);
    for (i = 0; i < out.used; i++)
        text[i] = (char)out.text[i];
    crypt_free(out.text);
    *count = i - 1;
    return TRUE;
}

LPVOID WINAPI CryptMemAlloc(ULONG size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

LPVOID WINAPI CryptMemRealloc(LPVOID memory, ULONG size)
{
    return memory ? HeapReAlloc(GetProcessHeap(), 0, memory, size) : CryptMemAlloc(size);
}

VOID WINAPI CryptMemFree(LPVOID memory)
{
    crypt_free(memory);
}
