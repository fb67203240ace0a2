/* SPDX-License-Identifier: MIT */
/* bcrypt.c: hash and key objects: in the program's memory or allocated, duplicated, destroyed. */
#include "../test.h"
#include <bcrypt.h>

static const UCHAR abc_sha1[20] = { 0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
                                    0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d };
/* FIPS 197, appendix C.1 */
static const UCHAR aes_plain[16] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
static const UCHAR aes_cipher[16] = { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                      0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };

static UCHAR *object_buffer(BCRYPT_ALG_HANDLE algorithm, ULONG *size)
{
    ULONG got;

    *size = 0;
    ok(!BCryptGetProperty(algorithm, BCRYPT_OBJECT_LENGTH, (UCHAR *)size, sizeof(*size), &got, 0), "object length");
    return calloc(1, *size);
}

static void test_hash(void)
{
    BCRYPT_HASH_HANDLE hash, copy, third;
    BCRYPT_ALG_HANDLE algorithm;
    UCHAR digest[20], *buffer;
    NTSTATUS status;
    ULONG size;

    ok(!BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA1_ALGORITHM, NULL, 0), "provider");
    buffer = object_buffer(algorithm, &size);
    ok(!BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, 0), "create");
    ok(!BCryptHashData(hash, (UCHAR *)"ab", 2, 0), "data");

    status = BCryptDuplicateHash(hash, &copy, buffer, 1, 0);
    ok_hex(status, 0xc0000023); /* STATUS_BUFFER_TOO_SMALL */
    ok(!BCryptDuplicateHash(hash, &copy, buffer, size, 0), "duplicate into a buffer");
    ok(!BCryptDuplicateHash(copy, &third, NULL, 0, 0), "duplicate, allocated");
    ok(!BCryptHashData(hash, (UCHAR *)"x", 1, 0), "data of the first alone");
    ok(!BCryptDestroyHash(hash), "destroy");

    ok(!BCryptHashData(copy, (UCHAR *)"c", 1, 0) && !BCryptFinishHash(copy, digest, sizeof(digest), 0), "finish");
    ok_mem(digest, abc_sha1, sizeof(digest));
    ok(!BCryptDestroyHash(copy), "destroy the copy");
    ok(!BCryptHashData(third, (UCHAR *)"c", 1, 0) && !BCryptFinishHash(third, digest, sizeof(digest), 0), "finish");
    ok_mem(digest, abc_sha1, sizeof(digest));
    ok(!BCryptDestroyHash(third), "destroy the copy's copy");

    ok_hex(BCryptDestroyHash(NULL), 0xc0000008); /* STATUS_INVALID_HANDLE */
    free(buffer);
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

static void test_key(void)
{
    BCRYPT_KEY_HANDLE key, copy;
    BCRYPT_ALG_HANDLE algorithm;
    UCHAR secret[16], out[16], *buffer;
    ULONG size, got;
    NTSTATUS status;

    for (int i = 0; i < 16; i++)
        secret[i] = (UCHAR)i;
    ok(!BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_AES_ALGORITHM, NULL, 0), "provider");
    ok(!BCryptSetProperty(algorithm, BCRYPT_CHAINING_MODE, (UCHAR *)BCRYPT_CHAIN_MODE_ECB,
                          sizeof(BCRYPT_CHAIN_MODE_ECB), 0),
       "ECB");
    buffer = object_buffer(algorithm, &size);
    status = BCryptGenerateSymmetricKey(algorithm, &key, buffer, 1, secret, sizeof(secret), 0);
    ok_hex(status, 0xc0000023); /* STATUS_BUFFER_TOO_SMALL */
    ok(!BCryptGenerateSymmetricKey(algorithm, &key, buffer, size, secret, sizeof(secret), 0), "key in a buffer");
    ok(!BCryptDuplicateKey(key, &copy, NULL, 0, 0), "duplicate, allocated");
    ok(!BCryptDestroyKey(key), "destroy");
    ok(!BCryptEncrypt(copy, (UCHAR *)aes_plain, 16, NULL, NULL, 0, out, 16, &got, 0) && got == 16, "encrypt");
    ok_mem(out, aes_cipher, 16);
    ok(!BCryptDestroyKey(copy), "destroy the copy");
    ok_hex(BCryptDestroyKey(NULL), 0xc0000008); /* STATUS_INVALID_HANDLE */
    free(buffer);
    BCryptCloseAlgorithmProvider(algorithm, 0);
}

TESTS
{
    test_hash();
    test_key();
}
