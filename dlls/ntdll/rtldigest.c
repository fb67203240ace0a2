/* SPDX-License-Identifier: MIT */
/* rtldigest.c: MD4 (RFC 1320), MD5 (RFC 1321) and SHA-1 (FIPS 180-4), as ntdll exports them, with their contexts. */
#include "rtl_private.h"

static ULONG rotate(ULONG x, unsigned n)
{
    return x << n | x >> (32 - n);
}

/* What the three have in common: blocks of 64 bytes, the last with the length in bits. */
static void update(UCHAR block[64], ULONGLONG *length, const UCHAR *data, ULONG size, void *context,
                   void (*transform)(void *, const UCHAR *))
{
    ULONG used = (ULONG)(*length & 63);

    *length += size;
    while (size) {
        ULONG n = 64 - used < size ? 64 - used : size;

        memcpy(block + used, data, n);
        data += n;
        size -= n;
        used += n;
        if (used == 64) {
            transform(context, block);
            used = 0;
        }
    }
}

static void pad(UCHAR block[64], ULONGLONG *length, bool big_endian, void *context,
                void (*transform)(void *, const UCHAR *))
{
    static const UCHAR padding[64] = { 0x80 };
    ULONGLONG bits = *length * 8;
    ULONG used = (ULONG)(*length & 63);
    UCHAR tail[8];

    for (int i = 0; i < 8; i++)
        tail[i] = (UCHAR)(bits >> (big_endian ? 56 - 8 * i : 8 * i));
    update(block, length, padding, used < 56 ? 56 - used : 120 - used, context, transform);
    update(block, length, tail, 8, context, transform);
}

/* --- MD4 and MD5; advapi32's contexts: the bits' count, the state, the block, the result --- */

typedef struct {
    ULONGLONG length; /* in bytes; in bits on Windows, which only the functions look at */
    ULONG state[4];
    UCHAR block[64];
    UCHAR digest[16];
} MD4_CTX;

typedef struct {
    ULONGLONG length;
    ULONG state[4];
    UCHAR block[64];
    UCHAR digest[16];
} MD5_CTX;

static void md4_transform(void *context, const UCHAR *data)
{
    static const UCHAR order[3][16] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
                                        { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
                                        { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 } };
    static const UCHAR shift[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
    static const ULONG add[3] = { 0, 0x5a827999, 0x6ed9eba1 };
    ULONG *state = ((MD4_CTX *)context)->state, a = state[0], b = state[1], c = state[2], d = state[3], x[16];

    memcpy(x, data, sizeof(x));
    for (int i = 0; i < 48; i++) {
        int round = i / 16;
        ULONG f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
        ULONG t = rotate(a + f + x[order[round][i & 15]] + add[round], shift[round][i & 3]);

        a = d;
        d = c;
        c = b;
        b = t;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

static void md5_transform(void *context, const UCHAR *data)
{
    /* floor(2^32 * abs(sin(i + 1))) */
    static const ULONG add[64] = { 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
                                   0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193,
                                   0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
                                   0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed,
                                   0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122,
                                   0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa,
                                   0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244,
                                   0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
                                   0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
                                   0xeb86d391 };
    static const UCHAR shift[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
    static const UCHAR step[4][2] = { { 1, 0 }, { 5, 1 }, { 3, 5 }, { 7, 0 } };
    ULONG *state = ((MD5_CTX *)context)->state, a = state[0], b = state[1], c = state[2], d = state[3], x[16];

    memcpy(x, data, sizeof(x));
    for (int i = 0; i < 64; i++) {
        int round = i / 16;
        ULONG f = round == 0   ? (b & c) | (~b & d)
                  : round == 1 ? (d & b) | (~d & c)
                  : round == 2 ? b ^ c ^ d
                               : c ^ (b | ~d);
        ULONG t = b + rotate(a + f + x[(i * step[round][0] + step[round][1]) & 15] + add[i], shift[round][i & 3]);

        a = d;
        d = c;
        c = b;
        b = t;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

static const ULONG md_start[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };

VOID NTAPI MD4Init(MD4_CTX *context);
VOID NTAPI MD4Init(MD4_CTX *context)
{
    context->length = 0;
    memcpy(context->state, md_start, sizeof(md_start));
}

VOID NTAPI MD4Update(MD4_CTX *context, const UCHAR *data, ULONG size);
VOID NTAPI MD4Update(MD4_CTX *context, const UCHAR *data, ULONG size)
{
    update(context->block, &context->length, data, size, context, md4_transform);
}

VOID NTAPI MD4Final(MD4_CTX *context);
VOID NTAPI MD4Final(MD4_CTX *context)
{
    pad(context->block, &context->length, false, context, md4_transform);
    memcpy(context->digest, context->state, sizeof(context->digest));
}

VOID NTAPI MD5Init(MD5_CTX *context);
VOID NTAPI MD5Init(MD5_CTX *context)
{
    context->length = 0;
    memcpy(context->state, md_start, sizeof(md_start));
}

VOID NTAPI MD5Update(MD5_CTX *context, const UCHAR *data, ULONG size);
VOID NTAPI MD5Update(MD5_CTX *context, const UCHAR *data, ULONG size)
{
    update(context->block, &context->length, data, size, context, md5_transform);
}

VOID NTAPI MD5Final(MD5_CTX *context);
VOID NTAPI MD5Final(MD5_CTX *context)
{
    pad(context->block, &context->length, false, context, md5_transform);
    memcpy(context->digest, context->state, sizeof(context->digest));
}

/* --- SHA-1 --- */

typedef struct {
    ULONG unknown[6];
    ULONG state[5];
    ULONGLONG length;
    UCHAR block[64];
} A_SHA_CTX;

static void sha_transform(void *context, const UCHAR *data)
{
    ULONG *state = ((A_SHA_CTX *)context)->state, a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    ULONG w[80];

    for (int i = 0; i < 16; i++)
        w[i] = (ULONG)data[4 * i] << 24 | (ULONG)data[4 * i + 1] << 16 | (ULONG)data[4 * i + 2] << 8 | data[4 * i + 3];
    for (int i = 16; i < 80; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        ULONG f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                  : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                  : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                           : (b ^ c ^ d) + 0xca62c1d6;
        ULONG t = rotate(a, 5) + f + e + w[i];

        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = t;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

VOID NTAPI A_SHAInit(A_SHA_CTX *context);
VOID NTAPI A_SHAInit(A_SHA_CTX *context)
{
    static const ULONG start[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };

    context->length = 0;
    memcpy(context->state, start, sizeof(start));
}

VOID NTAPI A_SHAUpdate(A_SHA_CTX *context, const UCHAR *data, ULONG size);
VOID NTAPI A_SHAUpdate(A_SHA_CTX *context, const UCHAR *data, ULONG size)
{
    update(context->block, &context->length, data, size, context, sha_transform);
}

/* The context is ready for the next message afterwards. */
VOID NTAPI A_SHAFinal(A_SHA_CTX *context, UCHAR *digest);
VOID NTAPI A_SHAFinal(A_SHA_CTX *context, UCHAR *digest)
{
    pad(context->block, &context->length, true, context, sha_transform);
    for (int i = 0; i < 20; i++)
        digest[i] = (UCHAR)(context->state[i / 4] >> (24 - 8 * (i & 3)));
    A_SHAInit(context);
}

/* --- SIDs of names: the base and the hash of the name in upper case --- */

NTSTATUS NTAPI RtlCreateVirtualAccountSid(const UNICODE_STRING *name, ULONG base, PSID sid, ULONG *size)
{
    static SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };
    UNICODE_STRING upper;
    A_SHA_CTX context;
    UCHAR digest[20];
    NTSTATUS status;

    if (*size < RtlLengthRequiredSid(6)) {
        *size = RtlLengthRequiredSid(6);
        return STATUS_BUFFER_TOO_SMALL;
    }
    if ((status = RtlUpcaseUnicodeString(&upper, name, TRUE)))
        return status;
    A_SHAInit(&context);
    A_SHAUpdate(&context, (const UCHAR *)upper.Buffer, upper.Length);
    A_SHAFinal(&context, digest);
    RtlFreeUnicodeString(&upper);
    *size = RtlLengthRequiredSid(6);
    RtlInitializeSid(sid, &nt_authority, 6);
    *RtlSubAuthoritySid(sid, 0) = base;
    memcpy(RtlSubAuthoritySid(sid, 1), digest, sizeof(digest));
    return STATUS_SUCCESS;
}

/* S-1-5-80-... */
NTSTATUS NTAPI RtlCreateServiceSid(const UNICODE_STRING *name, PSID sid, ULONG *size)
{
    return RtlCreateVirtualAccountSid(name, SECURITY_SERVICE_ID_BASE_RID, sid, size);
}
