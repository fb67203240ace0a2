/* SPDX-License-Identifier: MIT */
/* aes.c: AES by tables that are made from the S-box at first use, and the authenticated modes. */
#include <string.h>
#include "aes.h"

static uint8_t sbox[256], inverse[256];
static uint32_t enc_table[256], dec_table[256]; /* the other three columns are rotations */
static bool tables_made;

static inline uint32_t ror(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint8_t times2(uint8_t x)
{
    return x << 1 ^ (x & 0x80 ? 0x1b : 0);
}

/* Made the same by whoever comes first: a race writes the same bytes. */
static void make_tables(void)
{
    uint8_t p = 1, q = 1;

    if (tables_made)
        return;
    do {
        p ^= times2(p); /* times 3 */
        q ^= q << 1;    /* divided by 3 */
        q ^= q << 2;
        q ^= q << 4;
        if (q & 0x80)
            q ^= 0x09;
        uint8_t x = q ^ (uint8_t)(q << 1 | q >> 7) ^ (uint8_t)(q << 2 | q >> 6) ^ (uint8_t)(q << 3 | q >> 5) ^
                    (uint8_t)(q << 4 | q >> 4);
        sbox[p] = x ^ 0x63;
    } while (p != 1);
    sbox[0] = 0x63;
    for (int i = 0; i < 256; i++)
        inverse[sbox[i]] = i;
    for (int i = 0; i < 256; i++) {
        uint8_t s = sbox[i], s2 = times2(s), v = inverse[i];
        uint8_t v2 = times2(v), v4 = times2(v2), v8 = times2(v4);
        enc_table[i] = (uint32_t)s2 << 24 | s << 16 | s << 8 | (s2 ^ s);
        dec_table[i] = (uint32_t)(v8 ^ v4 ^ v2) << 24 | (v8 ^ v) << 16 | (v8 ^ v4 ^ v) << 8 | (v8 ^ v2 ^ v);
    }
    __atomic_store_n(&tables_made, true, __ATOMIC_RELEASE);
}

static uint32_t get32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return __builtin_bswap32(v);
}

static void put32(uint8_t *p, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(p, &v, 4);
}

static uint32_t sub_word(uint32_t x)
{
    return (uint32_t)sbox[x >> 24] << 24 | sbox[x >> 16 & 255] << 16 | sbox[x >> 8 & 255] << 8 | sbox[x & 255];
}

void aes_set_key(struct aes_key *key, const uint8_t *bytes, unsigned size)
{
    unsigned n = size / 4, total;
    uint8_t rcon = 1;

    make_tables();
    key->rounds = n + 6;
    total = 4 * (key->rounds + 1);
    for (unsigned i = 0; i < n; i++)
        key->encrypt[i] = get32(bytes + 4 * i);
    for (unsigned i = n; i < total; i++) {
        uint32_t t = key->encrypt[i - 1];
        if (i % n == 0) {
            t = sub_word(t << 8 | t >> 24) ^ (uint32_t)rcon << 24;
            rcon = times2(rcon);
        } else if (n > 6 && i % n == 4) {
            t = sub_word(t);
        }
        key->encrypt[i] = key->encrypt[i - n] ^ t;
    }
    for (unsigned i = 0; i < total; i++) {
        uint32_t w = key->encrypt[(key->rounds - i / 4) * 4 + i % 4];
        if (i >= 4 && i < total - 4)
            w = dec_table[sbox[w >> 24]] ^ ror(dec_table[sbox[w >> 16 & 255]], 8) ^
                ror(dec_table[sbox[w >> 8 & 255]], 16) ^ ror(dec_table[sbox[w & 255]], 24);
        key->decrypt[i] = w;
    }
}

void aes_encrypt(const struct aes_key *key, const uint8_t in[16], uint8_t out[16])
{
    const uint32_t *k = key->encrypt;
    uint32_t s[4], t[4];

    for (int i = 0; i < 4; i++)
        s[i] = get32(in + 4 * i) ^ k[i];
    for (int round = 1; round < key->rounds; round++) {
        k += 4;
        for (int i = 0; i < 4; i++)
            t[i] = enc_table[s[i] >> 24] ^ ror(enc_table[s[(i + 1) & 3] >> 16 & 255], 8) ^
                   ror(enc_table[s[(i + 2) & 3] >> 8 & 255], 16) ^ ror(enc_table[s[(i + 3) & 3] & 255], 24) ^ k[i];
        memcpy(s, t, sizeof s);
    }
    k += 4;
    for (int i = 0; i < 4; i++)
        put32(out + 4 * i, ((uint32_t)sbox[s[i] >> 24] << 24 | sbox[s[(i + 1) & 3] >> 16 & 255] << 16 |
                            sbox[s[(i + 2) & 3] >> 8 & 255] << 8 | sbox[s[(i + 3) & 3] & 255]) ^
                               k[i]);
}

void aes_decrypt(const struct aes_key *key, const uint8_t in[16], uint8_t out[16])
{
    const uint32_t *k = key->decrypt;
    uint32_t s[4], t[4];

    for (int i = 0; i < 4; i++)
        s[i] = get32(in + 4 * i) ^ k[i];
    for (int round = 1; round < key->rounds; round++) {
        k += 4;
        for (int i = 0; i < 4; i++)
            t[i] = dec_table[s[i] >> 24] ^ ror(dec_table[s[(i + 3) & 3] >> 16 & 255], 8) ^
                   ror(dec_table[s[(i + 2) & 3] >> 8 & 255], 16) ^ ror(dec_table[s[(i + 1) & 3] & 255], 24) ^ k[i];
        memcpy(s, t, sizeof s);
    }
    k += 4;
    for (int i = 0; i < 4; i++)
        put32(out + 4 * i, ((uint32_t)inverse[s[i] >> 24] << 24 | inverse[s[(i + 3) & 3] >> 16 & 255] << 16 |
                            inverse[s[(i + 2) & 3] >> 8 & 255] << 8 | inverse[s[(i + 1) & 3] & 255]) ^
                               k[i]);
}

/* --- GCM --- */

struct ghash {
    uint64_t table_high[16], table_low[16]; /* multiples of H by four bits */
    uint8_t y[16];
};

static uint64_t get64(const uint8_t *p)
{
    return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static void ghash_init(struct ghash *g, const uint8_t h[16])
{
    uint64_t high = get64(h), low = get64(h + 8);

    memset(g, 0, sizeof *g);
    g->table_high[8] = high;
    g->table_low[8] = low;
    for (int i = 4; i > 0; i >>= 1) {
        uint64_t carry = low & 1 ? 0xe100000000000000 : 0;
        low = high << 63 | low >> 1;
        high = high >> 1 ^ carry;
        g->table_high[i] = high;
        g->table_low[i] = low;
    }
    for (int i = 2; i <= 8; i *= 2) {
        for (int j = 1; j < i; j++) {
            g->table_high[i + j] = g->table_high[i] ^ g->table_high[j];
            g->table_low[i + j] = g->table_low[i] ^ g->table_low[j];
        }
    }
}

static void ghash_multiply(struct ghash *g)
{
    static const uint16_t reduce[16] = { 0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0,
                                         0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0 };
    uint64_t high = 0, low = 0;

    for (int i = 31; i >= 0; i--) {
        unsigned nibble = i & 1 ? g->y[i / 2] & 15 : g->y[i / 2] >> 4;
        if (i != 31) {
            unsigned rest = low & 15;
            low = high << 60 | low >> 4;
            high = high >> 4 ^ (uint64_t)reduce[rest] << 48;
        }
        high ^= g->table_high[nibble];
        low ^= g->table_low[nibble];
    }
    put32(g->y, high >> 32);
    put32(g->y + 4, high);
    put32(g->y + 8, low >> 32);
    put32(g->y + 12, low);
}

static void ghash_update(struct ghash *g, const uint8_t *data, size_t size)
{
    while (size) {
        size_t n = size < 16 ? size : 16;
        for (size_t i = 0; i < n; i++)
            g->y[i] ^= data[i];
        ghash_multiply(g);
        data += n;
        size -= n;
    }
}

static void ghash_lengths(struct ghash *g, uint64_t a, uint64_t b)
{
    uint8_t block[16];

    put32(block, a * 8 >> 32);
    put32(block + 4, a * 8);
    put32(block + 8, b * 8 >> 32);
    put32(block + 12, b * 8);
    ghash_update(g, block, 16);
}

void aes_gcm(const struct aes_key *key, bool encrypt, const uint8_t *nonce, size_t nonce_size, const uint8_t *aad,
             size_t aad_size, const uint8_t *in, uint8_t *out, size_t size, uint8_t tag[16])
{
    uint8_t h[16] = { 0 }, counter[16] = { 0 }, first[16], stream[16];
    size_t total = size;
    struct ghash g;

    aes_encrypt(key, h, h);
    ghash_init(&g, h);
    if (nonce_size == 12) {
        memcpy(counter, nonce, 12);
        counter[15] = 1;
    } else {
        ghash_update(&g, nonce, nonce_size);
        ghash_lengths(&g, 0, nonce_size);
        memcpy(counter, g.y, 16);
        memset(g.y, 0, 16);
    }
    aes_encrypt(key, counter, first);
    ghash_update(&g, aad, aad_size);
    while (size) {
        size_t n = size < 16 ? size : 16;
        put32(counter + 12, get32(counter + 12) + 1);
        aes_encrypt(key, counter, stream);
        if (!encrypt)
            ghash_update(&g, in, n);
        for (size_t i = 0; i < n; i++)
            out[i] = in[i] ^ stream[i];
        if (encrypt)
            ghash_update(&g, out, n);
        in += n;
        out += n;
        size -= n;
    }
    ghash_lengths(&g, aad_size, total);
    for (int i = 0; i < 16; i++)
        tag[i] = g.y[i] ^ first[i];
}

/* --- CCM --- */

static void cbc_mac(const struct aes_key *key, uint8_t mac[16], const uint8_t *data, size_t size, size_t *used)
{
    for (size_t i = 0; i < size; i++) {
        mac[(*used)++] ^= data[i];
        if (*used == 16) {
            aes_encrypt(key, mac, mac);
            *used = 0;
        }
    }
}

void aes_ccm(const struct aes_key *key, bool encrypt, const uint8_t *nonce, size_t nonce_size, const uint8_t *aad,
             size_t aad_size, const uint8_t *in, uint8_t *out, size_t size, uint8_t *tag, size_t tag_size)
{
    size_t q = 15 - nonce_size, used = 0;
    uint8_t mac[16], counter[16] = { 0 }, first[16], stream[16];

    mac[0] = (aad_size ? 0x40 : 0) | (tag_size - 2) / 2 << 3 | (q - 1);
    memcpy(mac + 1, nonce, nonce_size);
    for (size_t i = 0; i < q; i++)
        mac[15 - i] = i < sizeof(size) ? size >> (8 * i) : 0;
    aes_encrypt(key, mac, mac);
    if (aad_size) {
        uint8_t length[6] = { aad_size >> 8, aad_size };
        size_t n = 2;
        if (aad_size >= 0xff00) {
            length[0] = 0xff;
            length[1] = 0xfe;
            put32(length + 2, aad_size);
            n = 6;
        }
        cbc_mac(key, mac, length, n, &used);
        cbc_mac(key, mac, aad, aad_size, &used);
        if (used)
            aes_encrypt(key, mac, mac);
        used = 0;
    }
    counter[0] = q - 1;
    memcpy(counter + 1, nonce, nonce_size);
    aes_encrypt(key, counter, first);
    while (size) {
        size_t n = size < 16 ? size : 16;
        for (int i = 15; i > (int)(15 - q) && !++counter[i]; i--)
            ;
        aes_encrypt(key, counter, stream);
        if (encrypt)
            cbc_mac(key, mac, in, n, &used);
        for (size_t i = 0; i < n; i++)
            out[i] = in[i] ^ stream[i];
        if (!encrypt)
            cbc_mac(key, mac, out, n, &used);
        in += n;
        out += n;
        size -= n;
    }
    if (used)
        aes_encrypt(key, mac, mac);
    for (size_t i = 0; i < tag_size; i++)
        tag[i] = mac[i] ^ first[i];
}
