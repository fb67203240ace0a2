/* SPDX-License-Identifier: MIT */
/* aes.h: AES (FIPS 197) and its modes: CBC, ECB, CFB (SP 800-38A), GCM (SP 800-38D), CCM (SP 800-38C). */
#ifndef TRANSOM_BCRYPT_AES_H
#define TRANSOM_BCRYPT_AES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aes_key {
    uint32_t encrypt[60];
    uint32_t decrypt[60];
    int rounds;
};

void aes_set_key(struct aes_key *key, const uint8_t *bytes, unsigned size); /* 16, 24 or 32 bytes */
void aes_encrypt(const struct aes_key *key, const uint8_t in[16], uint8_t out[16]);
void aes_decrypt(const struct aes_key *key, const uint8_t in[16], uint8_t out[16]);

void aes_gcm(const struct aes_key *key, bool encrypt, const uint8_t *nonce, size_t nonce_size, const uint8_t *aad,
             size_t aad_size, const uint8_t *in, uint8_t *out, size_t size, uint8_t tag[16]);
void aes_ccm(const struct aes_key *key, bool encrypt, const uint8_t *nonce, size_t nonce_size, const uint8_t *aad,
             size_t aad_size, const uint8_t *in, uint8_t *out, size_t size, uint8_t *tag, size_t tag_size);

#endif
