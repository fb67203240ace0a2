/* SPDX-License-Identifier: MIT */
/* hash_functions.c: the compression functions of MD4, MD5, SHA-1, SHA-256 and SHA-512, after their specifications. */
#include <string.h>
#include "hash.h"

static inline uint32_t rol(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static inline uint32_t ror(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static inline uint64_t ror64(uint64_t x, unsigned n)
{
    return x >> n | x << (64 - n);
}

static inline uint32_t le32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

static inline uint32_t be32(const uint8_t *p)
{
    return __builtin_bswap32(le32(p));
}

static inline uint64_t be64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return __builtin_bswap64(v);
}

/* --- MD4, MD5 --- */

static void md_init(struct hash_state *s)
{
    s->w32[0] = 0x67452301;
    s->w32[1] = 0xefcdab89;
    s->w32[2] = 0x98badcfe;
    s->w32[3] = 0x10325476;
}

static void md4_blocks(struct hash_state *s, const uint8_t *data, size_t count)
{
    static const uint8_t order[3][16] = {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
        { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
        { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
    };
    static const uint8_t shifts[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };

    for (; count; count--, data += 64) {
        uint32_t a = s->w32[0], b = s->w32[1], c = s->w32[2], d = s->w32[3];
        for (int i = 0; i < 48; i++) {
            int round = i / 16;
            uint32_t f = round == 0   ? ((b & c) | (~b & d))
                         : round == 1 ? ((b & c) | (b & d) | (c & d)) + 0x5a827999
                                      : (b ^ c ^ d) + 0x6ed9eba1;
            uint32_t t = rol(a + f + le32(data + order[round][i % 16] * 4), shifts[round][i % 4]);
            a = d, d = c, c = b, b = t;
        }
        s->w32[0] += a, s->w32[1] += b, s->w32[2] += c, s->w32[3] += d;
    }
}

static void md5_blocks(struct hash_state *s, const uint8_t *data, size_t count)
{
    /* floor(2^32 * |sin(i + 1)|) */
    static const uint32_t k[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    };
    static const uint8_t shifts[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

    for (; count; count--, data += 64) {
        uint32_t a = s->w32[0], b = s->w32[1], c = s->w32[2], d = s->w32[3];
        for (int i = 0; i < 64; i++) {
            uint32_t f;
            int g;
            switch (i / 16) {
            case 0:
                f = (b & c) | (~b & d), g = i;
                break;
            case 1:
                f = (d & b) | (~d & c), g = (5 * i + 1) % 16;
                break;
            case 2:
                f = b ^ c ^ d, g = (3 * i + 5) % 16;
                break;
            default:
                f = c ^ (b | ~d), g = 7 * i % 16;
            }
            f = rol(a + f + k[i] + le32(data + g * 4), shifts[i / 16][i % 4]);
            a = d, d = c, c = b, b += f;
        }
        s->w32[0] += a, s->w32[1] += b, s->w32[2] += c, s->w32[3] += d;
    }
}

/* --- SHA-1 --- */

static void sha1_init(struct hash_state *s)
{
    md_init(s);
    s->w32[4] = 0xc3d2e1f0;
}

static void sha1_blocks(struct hash_state *s, const uint8_t *data, size_t count)
{
    for (; count; count--, data += 64) {
        uint32_t w[80], a = s->w32[0], b = s->w32[1], c = s->w32[2], d = s->w32[3], e = s->w32[4];
        for (int i = 0; i < 16; i++)
            w[i] = be32(data + i * 4);
        for (int i = 16; i < 80; i++)
            w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                         : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                         : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                  : (b ^ c ^ d) + 0xca62c1d6;
            uint32_t t = rol(a, 5) + f + e + w[i];
            e = d, d = c, c = rol(b, 30), b = a, a = t;
        }
        s->w32[0] += a, s->w32[1] += b, s->w32[2] += c, s->w32[3] += d, s->w32[4] += e;
    }
}

/* --- SHA-2 --- */

/* The first 64 bits of the fractions of the cube roots of the first 80 primes; SHA-256 uses the upper halves of 64. */
static const uint64_t sha_k[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static const uint64_t sha512_start[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static void sha256_init(struct hash_state *s)
{
    for (int i = 0; i < 8; i++)
        s->w32[i] = sha512_start[i] >> 32;
}

static void sha256_blocks(struct hash_state *s, const uint8_t *data, size_t count)
{
    for (; count; count--, data += 64) {
        uint32_t w[64], v[8];
        for (int i = 0; i < 16; i++)
            w[i] = be32(data + i * 4);
        for (int i = 16; i < 64; i++) {
            uint32_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) + w[i - 7] + (ror(y, 17) ^ ror(y, 19) ^ y >> 10);
        }
        memcpy(v, s->w32, sizeof v);
        for (int i = 0; i < 64; i++) {
            uint32_t t1 = v[7] + (ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) +
                          (uint32_t)(sha_k[i] >> 32) + w[i];
            uint32_t t2 =
                (ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + t1;
            v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = t1 + t2;
        }
        for (int i = 0; i < 8; i++)
            s->w32[i] += v[i];
    }
}

static void sha384_init(struct hash_state *s)
{
    static const uint64_t start[8] = {
        0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
        0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
    };
    memcpy(s->w64, start, sizeof start);
}

static void sha512_init(struct hash_state *s)
{
    memcpy(s->w64, sha512_start, sizeof sha512_start);
}

static void sha512_blocks(struct hash_state *s, const uint8_t *data, size_t count)
{
    for (; count; count--, data += 128) {
        uint64_t w[80], v[8];
        for (int i = 0; i < 16; i++)
            w[i] = be64(data + i * 8);
        for (int i = 16; i < 80; i++) {
            uint64_t x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + (ror64(x, 1) ^ ror64(x, 8) ^ x >> 7) + w[i - 7] + (ror64(y, 19) ^ ror64(y, 61) ^ y >> 6);
        }
        memcpy(v, s->w64, sizeof v);
        for (int i = 0; i < 80; i++) {
            uint64_t t1 = v[7] + (ror64(v[4], 14) ^ ror64(v[4], 18) ^ ror64(v[4], 41)) +
                          ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha_k[i] + w[i];
            uint64_t t2 =
                (ror64(v[0], 28) ^ ror64(v[0], 34) ^ ror64(v[0], 39)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + t1;
            v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = t1 + t2;
        }
        for (int i = 0; i < 8; i++)
            s->w64[i] += v[i];
    }
}

const struct hash_function hash_md4 = { 16, 64, md_init, md4_blocks, 4, 1 };
const struct hash_function hash_md5 = { 16, 64, md_init, md5_blocks, 4, 1 };
const struct hash_function hash_sha1 = { 20, 64, sha1_init, sha1_blocks, 4, 0 };
const struct hash_function hash_sha256 = { 32, 64, sha256_init, sha256_blocks, 4, 0 };
const struct hash_function hash_sha384 = { 48, 128, sha384_init, sha512_blocks, 8, 0 };
const struct hash_function hash_sha512 = { 64, 128, sha512_init, sha512_blocks, 8, 0 };
