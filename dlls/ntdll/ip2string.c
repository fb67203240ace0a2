/* SPDX-License-Identifier: MIT */
/*
 * ip2string.c: IPv4 and IPv6 addresses as text and back. Each parser is written once, over a cursor that reads narrow or wide
 * characters; each formatter makes ASCII, which the wide function widens.
 */
#include "nt.h"
#include "ntdll.h"
#include <inaddr.h>
#include <in6addr.h>
#include <string.h>

#define IPV4_TEXT 16 /* with the zero: what the plain functions' buffers hold (documented) */
#define IPV6_TEXT 46
#define IPV4_EX   22 /* 255.255.255.255:65535 */
#define IPV6_EX   65 /* [address%4294967295]:65535 */

struct cursor {
    const char *narrow; /* one of the two */
    const WCHAR *wide;
};

static WCHAR peek(const struct cursor *c)
{
    return c->narrow ? (unsigned char)*c->narrow : *c->wide;
}

static void step(struct cursor *c)
{
    if (c->narrow)
        c->narrow++;
    else
        c->wide++;
}

static int digit(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

static BOOL same_place(const struct cursor *a, const struct cursor *b)
{
    return a->narrow == b->narrow && a->wide == b->wide;
}

/* A number in C notation (0x.., 0.., decimal), or decimal only. FALSE if there is none or it exceeds `limit`. */
static BOOL number(struct cursor *c, BOOL decimal, ULONG limit, ULONG *value)
{
    unsigned base = 10;
    ULONGLONG n = 0;
    struct cursor start = *c, digits = *c;

    if (!decimal && peek(c) == '0') {
        base = 8;
        step(c);
        if (peek(c) == 'x' || peek(c) == 'X') {
            base = 16;
            step(c);
            digits = *c;
        }
    }
    for (; digit(peek(c)) < (int)base; step(c))
        if ((n = n * base + digit(peek(c))) > limit)
            return FALSE;
    *value = n;
    return !same_place(c, base == 8 ? &start : &digits);
}

/* On failure, too, the cursor says where parsing ended. */
static BOOL parse_ipv4(struct cursor *c, BOOL strict, IN_ADDR *addr)
{
    ULONG parts[4], value = 0;
    int i, n = 0;

    for (;;) {
        if (!number(c, strict, strict ? 255 : 0xffffffff, &parts[n++]))
            return FALSE;
        if (peek(c) != '.' || n == 4)
            break;
        step(c);
    }
    if (strict && n != 4)
        return FALSE;
    for (i = 0; i < n - 1; i++) {
        if (parts[i] > 255)
            return FALSE;
        value |= parts[i] << (24 - 8 * i);
    }
    if (n > 1 && parts[n - 1] >> (8 * (5 - n)))
        return FALSE;
    addr->S_un.S_addr = __builtin_bswap32(value | parts[n - 1]);
    return TRUE;
}

static BOOL parse_ipv6(struct cursor *c, IN6_ADDR *addr)
{
    USHORT words[8];
    int n = 0, gap = -1, i;

    memset(words, 0, sizeof(words));
    if (peek(c) == ':') {
        step(c);
        if (peek(c) != ':')
            return FALSE;
        step(c);
        gap = 0;
    }
    while (n < 8 && digit(peek(c)) < 16) {
        struct cursor start = *c;
        ULONG value = 0;

        for (i = 0; digit(peek(c)) < 16; i++, step(c)) {
            if (i == 4)
                return FALSE;
            value = value << 4 | digit(peek(c));
        }
        if (peek(c) == '.' && n <= 6) {
            IN_ADDR v4;
            *c = start;
            if (!parse_ipv4(c, TRUE, &v4))
                return FALSE;
            words[n++] = v4.S_un.S_un_b.s_b1 << 8 | v4.S_un.S_un_b.s_b2;
            words[n++] = v4.S_un.S_un_b.s_b3 << 8 | v4.S_un.S_un_b.s_b4;
            break;
        }
        words[n++] = value;
        if (peek(c) != ':' || n == 8)
            break;
        step(c);
        if (peek(c) == ':') {
            if (gap >= 0)
                return FALSE;
            gap = n;
            step(c);
        } else if (digit(peek(c)) >= 16) {
            return FALSE;
        }
    }
    if (gap < 0 ? n != 8 : n > 7)
        return FALSE;
    if (gap >= 0) {
        memmove(words + 8 - (n - gap), words + gap, (n - gap) * sizeof(USHORT));
        memset(words + gap, 0, (8 - n) * sizeof(USHORT));
    }
    for (i = 0; i < 8; i++)
        addr->u.Word[i] = __builtin_bswap16(words[i]);
    return TRUE;
}

/* A port in C notation, which must end the text. */
static BOOL parse_port(struct cursor *c, USHORT *port)
{
    ULONG value;

    if (!number(c, FALSE, 0xffff, &value) || peek(c))
        return FALSE;
    *port = __builtin_bswap16(value);
    return TRUE;
}

static BOOL parse_ipv4_ex(struct cursor *c, BOOL strict, IN_ADDR *addr, USHORT *port)
{
    *port = 0;
    if (!parse_ipv4(c, strict, addr))
        return FALSE;
    if (!peek(c))
        return TRUE;
    if (peek(c) != ':')
        return FALSE;
    step(c);
    return parse_port(c, port);
}

static BOOL parse_ipv6_ex(struct cursor *c, IN6_ADDR *addr, ULONG *scope, USHORT *port)
{
    BOOL bracket = peek(c) == '[';

    *scope = *port = 0;
    if (bracket)
        step(c);
    if (!parse_ipv6(c, addr))
        return FALSE;
    if (peek(c) == '%') {
        step(c);
        if (!number(c, TRUE, 0xffffffff, scope))
            return FALSE;
    }
    if (!bracket)
        return !peek(c);
    if (peek(c) != ']')
        return FALSE;
    step(c);
    if (!peek(c))
        return TRUE;
    if (peek(c) != ':')
        return FALSE;
    step(c);
    return parse_port(c, port);
}

static char *put_number(char *p, ULONG value, unsigned base)
{
    char digits[12];
    int n = 0;

    do
        digits[n++] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (n)
        *p++ = digits[--n];
    *p = 0;
    return p;
}

static char *put_ipv4(char *p, const UCHAR *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i)
            *p++ = '.';
        p = put_number(p, bytes[i], 10);
    }
    return p;
}

/* Addresses that carry an IPv4 address show it dotted: mapped, compatible, translated (RFC 2765) and ISATAP (RFC 5214). */
static BOOL embeds_ipv4(const USHORT words[8])
{
    static const USHORT zeros[4];

    if ((words[4] & 0xfdff) == 0 && words[5] == 0x5efe)
        return TRUE;
    if (memcmp(words, zeros, sizeof(zeros)))
        return FALSE;
    if (words[4] == 0xffff && !words[5])
        return TRUE;
    return !words[4] && (words[5] == 0xffff || !words[5]) && words[6];
}

static char *put_ipv6(char *p, const IN6_ADDR *addr)
{
    USHORT words[8];
    int best = -1, best_len = 1, i, run, count = 8;

    for (i = 0; i < 8; i++)
        words[i] = __builtin_bswap16(addr->u.Word[i]);
    if (embeds_ipv4(words))
        count = 6;
    for (i = 0; i < count; i += run + 1) {
        for (run = 0; i + run < count && !words[i + run]; run++)
            ;
        if (run > best_len) {
            best = i;
            best_len = run;
        }
    }
    for (i = 0; i < count; i++) {
        if (i == best) {
            *p++ = ':';
            *p++ = ':';
            i += best_len - 1;
            continue;
        }
        if (i && (best < 0 || i != best + best_len))
            *p++ = ':';
        p = put_number(p, words[i], 16);
    }
    if (count == 6) {
        if (best < 0 || best + best_len != 6)
            *p++ = ':';
        p = put_ipv4(p, addr->u.Byte + 12);
    }
    *p = 0;
    return p;
}

static char *put_ipv4_ex(char *p, const IN_ADDR *addr, USHORT port)
{
    p = put_ipv4(p, (const UCHAR *)addr);
    if (port) {
        *p++ = ':';
        p = put_number(p, __builtin_bswap16(port), 10);
    }
    return p;
}

static char *put_ipv6_ex(char *p, const IN6_ADDR *addr, ULONG scope, USHORT port)
{
    if (port)
        *p++ = '[';
    p = put_ipv6(p, addr);
    if (scope) {
        *p++ = '%';
        p = put_number(p, scope, 10);
    }
    if (port) {
        *p++ = ']';
        *p++ = ':';
        p = put_number(p, __builtin_bswap16(port), 10);
    }
    return p;
}

static WCHAR *widen(WCHAR *dst, const char *src)
{
    while ((*dst = (unsigned char)*src++))
        dst++;
    return dst;
}

/* *size counts characters with the zero, before (room) and after (needed). */
static NTSTATUS give_a(const char *text, char *dst, ULONG *size)
{
    ULONG room, need = strlen(text) + 1;

    if (!size)
        return STATUS_INVALID_PARAMETER;
    room = *size;
    *size = need;
    if (!dst || room < need)
        return STATUS_INVALID_PARAMETER;
    memcpy(dst, text, need);
    return STATUS_SUCCESS;
}

static NTSTATUS give_w(const char *text, WCHAR *dst, ULONG *size)
{
    ULONG room, need = strlen(text) + 1;

    if (!size)
        return STATUS_INVALID_PARAMETER;
    room = *size;
    *size = need;
    if (!dst || room < need)
        return STATUS_INVALID_PARAMETER;
    widen(dst, text);
    return STATUS_SUCCESS;
}

static NTSTATUS parsed(BOOL good)
{
    return good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

PSTR NTAPI RtlIpv4AddressToStringA(const IN_ADDR *addr, PSTR text)
{
    return put_ipv4(text, (const UCHAR *)addr);
}

PWSTR NTAPI RtlIpv4AddressToStringW(const IN_ADDR *addr, PWSTR text)
{
    char narrow[IPV4_TEXT];

    put_ipv4(narrow, (const UCHAR *)addr);
    return widen(text, narrow);
}

PSTR NTAPI RtlIpv6AddressToStringA(const IN6_ADDR *addr, PSTR text)
{
    return put_ipv6(text, addr);
}

PWSTR NTAPI RtlIpv6AddressToStringW(const IN6_ADDR *addr, PWSTR text)
{
    char narrow[IPV6_TEXT];

    put_ipv6(narrow, addr);
    return widen(text, narrow);
}

NTSTATUS NTAPI RtlIpv4AddressToStringExA(const IN_ADDR *addr, USHORT port, PSTR text, PULONG size)
{
    char narrow[IPV4_EX];

    if (!addr)
        return STATUS_INVALID_PARAMETER;
    put_ipv4_ex(narrow, addr, port);
    return give_a(narrow, text, size);
}

NTSTATUS NTAPI RtlIpv4AddressToStringExW(const IN_ADDR *addr, USHORT port, PWSTR text, PULONG size)
{
    char narrow[IPV4_EX];

    if (!addr)
        return STATUS_INVALID_PARAMETER;
    put_ipv4_ex(narrow, addr, port);
    return give_w(narrow, text, size);
}

NTSTATUS NTAPI RtlIpv6AddressToStringExA(const IN6_ADDR *addr, ULONG scope, USHORT port, PSTR text, PULONG size)
{
    char narrow[IPV6_EX];

    if (!addr)
        return STATUS_INVALID_PARAMETER;
    put_ipv6_ex(narrow, addr, scope, port);
    return give_a(narrow, text, size);
}

NTSTATUS NTAPI RtlIpv6AddressToStringExW(const IN6_ADDR *addr, ULONG scope, USHORT port, PWSTR text, PULONG size)
{
    char narrow[IPV6_EX];

    if (!addr)
        return STATUS_INVALID_PARAMETER;
    put_ipv6_ex(narrow, addr, scope, port);
    return give_w(narrow, text, size);
}

NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR text, BOOLEAN strict, PCSTR *end, IN_ADDR *addr)
{
    struct cursor c = { .narrow = text };
    BOOL good = parse_ipv4(&c, strict, addr);

    *end = c.narrow;
    return parsed(good);
}

NTSTATUS NTAPI RtlIpv4StringToAddressW(PCWSTR text, BOOLEAN strict, LPCWSTR *end, IN_ADDR *addr)
{
    struct cursor c = { .wide = text };
    BOOL good = parse_ipv4(&c, strict, addr);

    *end = c.wide;
    return parsed(good);
}

NTSTATUS NTAPI RtlIpv6StringToAddressA(PCSTR text, PCSTR *end, IN6_ADDR *addr)
{
    struct cursor c = { .narrow = text };
    BOOL good = parse_ipv6(&c, addr);

    *end = c.narrow;
    return parsed(good);
}

NTSTATUS NTAPI RtlIpv6StringToAddressW(PCWSTR text, PCWSTR *end, IN6_ADDR *addr)
{
    struct cursor c = { .wide = text };
    BOOL good = parse_ipv6(&c, addr);

    *end = c.wide;
    return parsed(good);
}

NTSTATUS NTAPI RtlIpv4StringToAddressExA(PCSTR text, BOOLEAN strict, IN_ADDR *addr, PUSHORT port)
{
    struct cursor c = { .narrow = text };

    return parsed(text && addr && port && parse_ipv4_ex(&c, strict, addr, port));
}

NTSTATUS NTAPI RtlIpv4StringToAddressExW(PCWSTR text, BOOLEAN strict, IN_ADDR *addr, PUSHORT port)
{
    struct cursor c = { .wide = text };

    return parsed(text && addr && port && parse_ipv4_ex(&c, strict, addr, port));
}

NTSTATUS NTAPI RtlIpv6StringToAddressExA(PCSTR text, IN6_ADDR *addr, PULONG scope, PUSHORT port)
{
    struct cursor c = { .narrow = text };

    return parsed(text && addr && scope && port && parse_ipv6_ex(&c, addr, scope, port));
}

NTSTATUS NTAPI RtlIpv6StringToAddressExW(PCWSTR text, IN6_ADDR *addr, PULONG scope, PUSHORT port)
{
    struct cursor c = { .wide = text };

    return parsed(text && addr && scope && port && parse_ipv6_ex(&c, addr, scope, port));
}
