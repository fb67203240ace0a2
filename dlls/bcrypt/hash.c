/* SPDX-License-Identifier: MIT */
/* hash.c: what all hash functions share: blocks, padding, HMAC, PBKDF2. */
#include <string.h>
#include "hash.h"

void hash_init(const struct hash_function *hash, struct hash_state *state)
{
    state->length = 0;
    hash->init(state);
}

void hash_update(const struct hash_function *hash, struct hash_state *state, const void *data, size_t size)
{
    const uint8_t *at = data;
    size_t used = state->length % hash->block;

    state->length += size;
    if (used) {
        size_t room = hash->block - used;
        if (size < room) {
            memcpy(state->block + used, at, size);
            return;
        }
        memcpy(state->block + used, at, room);
        hash->blocks(state, state->block, 1);
        at += room;
        size -= room;
    }
    if (size >= hash->block) {
        hash->blocks(state, at, size / hash->block);
        at += size - size % hash->block;
        size %= hash->block;
    }
    if (size)
        memcpy(state->block, at, size);
}

void hash_final(const struct hash_function *hash, struct hash_state *state, uint8_t *digest)
{
    size_t used = state->length % hash->block, length_size = hash->block / 8;
    uint64_t bits = state->length * 8;

    state->block[used++] = 0x80;
    if (used > hash->block - length_size) {
        memset(state->block + used, 0, hash->block - used);
        hash->blocks(state, state->block, 1);
        used = 0;
    }
    memset(state->block + used, 0, hash->block - used);
    for (int i = 0; i < 8; i++)
        state->block[hash->little_endian ? hash->block - 8 + i : hash->block - 1 - i] = bits >> (8 * i);
    hash->blocks(state, state->block, 1);
    for (unsigned i = 0; i < hash->digest; i++) {
        unsigned word = i / hash->word, byte = i % hash->word;
        unsigned shift = 8 * (hash->little_endian ? byte : hash->word - 1 - byte);
        digest[i] = hash->word == 8 ? state->w64[word] >> shift : state->w32[word] >> shift;
    }
}

void hmac_init(const struct hash_function *hash, struct hmac_state *state, const void *key, size_t size)
{
    uint8_t block[HASH_MAX_BLOCK] = { 0 };

    if (size > hash->block) {
        hash_init(hash, &state->inner);
        hash_update(hash, &state->inner, key, size);
        hash_final(hash, &state->inner, block);
    } else if (size) {
        memcpy(block, key, size);
    }
    for (unsigned i = 0; i < hash->block; i++)
        block[i] ^= 0x36;
    hash_init(hash, &state->inner);
    hash_update(hash, &state->inner, block, hash->block);
    for (unsigned i = 0; i < hash->block; i++)
        block[i] ^= 0x36 ^ 0x5c;
    hash_init(hash, &state->outer);
    hash_update(hash, &state->outer, block, hash->block);
}

void hmac_final(const struct hash_function *hash, struct hmac_state *state, uint8_t *digest)
{
    uint8_t inner[HASH_MAX_DIGEST];

    hash_final(hash, &state->inner, inner);
    hash_update(hash, &state->outer, inner, hash->digest);
    hash_final(hash, &state->outer, digest);
}

void pbkdf2(const struct hash_function *hash, const void *password, size_t password_size, const void *salt,
            size_t salt_size, uint64_t iterations, uint8_t *key, size_t key_size)
{
    struct hmac_state keyed, state;

    hmac_init(hash, &keyed, password, password_size);
    for (uint32_t index = 1; key_size; index++) {
        uint8_t number[4] = { index >> 24, index >> 16, index >> 8, index };
        uint8_t u[HASH_MAX_DIGEST], t[HASH_MAX_DIGEST];
        size_t n = key_size < hash->digest ? key_size : hash->digest;

        state = keyed;
        hash_update(hash, &state.inner, salt, salt_size);
        hash_update(hash, &state.inner, number, 4);
        hmac_final(hash, &state, u);
        memcpy(t, u, hash->digest);
        for (uint64_t i = 1; i < iterations; i++) {
            state = keyed;
            hash_update(hash, &state.inner, u, hash->digest);
            hmac_final(hash, &state, u);
            for (unsigned k = 0; k < hash->digest; k++)
                t[k] ^= u[k];
        }
        memcpy(key, t, n);
        key += n;
        key_size -= n;
    }
}
