/* SPDX-License-Identifier: MIT */
/* hash.h: the hash functions: MD4 and MD5 (RFC 1320, 1321), SHA-1 and SHA-2 (FIPS 180-4). */
#ifndef TRANSOM_BCRYPT_HASH_H
#define TRANSOM_BCRYPT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_MAX_DIGEST 64
#define HASH_MAX_BLOCK  128

struct hash_state {
    union {
        uint32_t w32[8];
        uint64_t w64[8];
    };
    uint64_t length;
    uint8_t block[HASH_MAX_BLOCK];
};

struct hash_function {
    unsigned digest, block;
    void (*init)(struct hash_state *state);
    void (*blocks)(struct hash_state *state, const uint8_t *data, size_t count);
    int word; /* bytes of a word of the digest */
    int little_endian;
};

extern const struct hash_function hash_md4, hash_md5, hash_sha1, hash_sha256, hash_sha384, hash_sha512;

void hash_init(const struct hash_function *hash, struct hash_state *state);
void hash_update(const struct hash_function *hash, struct hash_state *state, const void *data, size_t size);
void hash_final(const struct hash_function *hash, struct hash_state *state, uint8_t *digest);

/* HMAC (RFC 2104). The key is needed at the start only. */
struct hmac_state {
    struct hash_state inner, outer;
};
void hmac_init(const struct hash_function *hash, struct hmac_state *state, const void *key, size_t size);
void hmac_final(const struct hash_function *hash, struct hmac_state *state, uint8_t *digest);

/* PBKDF2 (RFC 8018) with HMAC. */
void pbkdf2(const struct hash_function *hash, const void *password, size_t password_size, const void *salt,
            size_t salt_size, uint64_t iterations, uint8_t *key, size_t key_size);

#endif
