/* SPDX-License-Identifier: MIT */
/* bcrypt_key.c: symmetric keys: AES and RC4. */
#include "bcrypt_private.h"

static void rc4_init(struct key_object *key)
{
    UCHAR j = 0;

    for (int i = 0; i < 256; i++)
        key->rc4.s[i] = i;
    for (int i = 0; i < 256; i++) {
        UCHAR t = key->rc4.s[i];
        j += t + key->secret[i % key->size];
        key->rc4.s[i] = key->rc4.s[j];
        key->rc4.s[j] = t;
    }
    key->rc4.i = key->rc4.j = 0;
}

static void rc4(struct key_object *key, const UCHAR *in, UCHAR *out, ULONG size)
{
    UCHAR *s = key->rc4.s, i = key->rc4.i, j = key->rc4.j;

    for (; size; size--) {
        UCHAR t = s[++i];
        j += t;
        s[i] = s[j];
        s[j] = t;
        *out++ = *in++ ^ s[(UCHAR)(s[i] + t)];
    }
    key->rc4.i = i;
    key->rc4.j = j;
}

NTSTATUS WINAPI BCryptGenerateSymmetricKey(BCRYPT_ALG_HANDLE handle, BCRYPT_KEY_HANDLE *result, PUCHAR buffer,
                                           ULONG size, PUCHAR secret, ULONG secret_size, ULONG flags)
{
    struct key_object *key;
    struct provider provider;
    NTSTATUS status;
    void *created;

    if (!result || !secret || flags)
        return STATUS_INVALID_PARAMETER;
    if (!get_provider(handle, &provider))
        return STATUS_INVALID_HANDLE;
    if (provider.algorithm->kind != KIND_AES && provider.algorithm->kind != KIND_RC4)
        return STATUS_NOT_SUPPORTED;
    if (provider.algorithm->kind == KIND_AES) {
        /* A longer secret is cut to the next size, as documented for cbSecret. */
        if (secret_size < 16)
            return STATUS_INVALID_PARAMETER;
        secret_size = secret_size >= 32 ? 32 : secret_size >= 24 ? 24 : 16;
    } else if (!secret_size || secret_size > 64) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((status = create_object(MAGIC_KEY, sizeof(*key), buffer, size, &created)))
        return status;
    key = created;
    key->algorithm = provider.algorithm;
    key->chaining = provider.chaining;
    key->cfb_block = provider.cfb_block;
    key->size = secret_size;
    memcpy(key->secret, secret, secret_size);
    if (provider.algorithm->kind == KIND_AES)
        aes_set_key(&key->aes, secret, secret_size);
    else
        rc4_init(key);
    *result = key;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptImportKey(BCRYPT_ALG_HANDLE handle, BCRYPT_KEY_HANDLE import, LPCWSTR type,
                                BCRYPT_KEY_HANDLE *result, PUCHAR buffer, ULONG size, PUCHAR input, ULONG input_size,
                                ULONG flags)
{
    const BCRYPT_KEY_DATA_BLOB_HEADER *header = (const void *)input;

    if (!type || !input || !result)
        return STATUS_INVALID_PARAMETER;
    if (import || wcscmp(type, BCRYPT_KEY_DATA_BLOB))
        return STATUS_NOT_SUPPORTED;
    if (input_size < sizeof(*header))
        return STATUS_BUFFER_TOO_SMALL;
    if (header->dwMagic != BCRYPT_KEY_DATA_BLOB_MAGIC || header->dwVersion != BCRYPT_KEY_DATA_BLOB_VERSION1 ||
        header->cbKeyData > input_size - sizeof(*header))
        return STATUS_INVALID_PARAMETER;
    return BCryptGenerateSymmetricKey(handle, result, buffer, size, input + sizeof(*header), header->cbKeyData, flags);
}

NTSTATUS WINAPI BCryptExportKey(BCRYPT_KEY_HANDLE handle, BCRYPT_KEY_HANDLE export, LPCWSTR type, PUCHAR output,
                                ULONG size, ULONG *result, ULONG flags)
{
    BCRYPT_KEY_DATA_BLOB_HEADER header = { BCRYPT_KEY_DATA_BLOB_MAGIC, BCRYPT_KEY_DATA_BLOB_VERSION1, 0 };
    struct key_object *key = handle;

    if (!key || key->head.magic != MAGIC_KEY)
        return STATUS_INVALID_HANDLE;
    if (!type || !result || flags)
        return STATUS_INVALID_PARAMETER;
    if (export || wcscmp(type, BCRYPT_KEY_DATA_BLOB))
        return STATUS_NOT_SUPPORTED;
    *result = sizeof(header) + key->size;
    if (!output)
        return STATUS_SUCCESS;
    if (size < *result)
        return STATUS_BUFFER_TOO_SMALL;
    header.cbKeyData = key->size;
    memcpy(output, &header, sizeof(header));
    memcpy(output + sizeof(header), key->secret, key->size);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDuplicateKey(BCRYPT_KEY_HANDLE handle, BCRYPT_KEY_HANDLE *result, PUCHAR buffer, ULONG size,
                                   ULONG flags)
{
    return duplicate_object(handle, MAGIC_KEY, sizeof(struct key_object), buffer, size, flags, result);
}

NTSTATUS WINAPI BCryptDestroyKey(BCRYPT_KEY_HANDLE handle)
{
    return destroy_object(handle, MAGIC_KEY, sizeof(struct key_object));
}

NTSTATUS get_key_property(struct key_object *key, LPCWSTR name, UCHAR *buffer, ULONG size, ULONG *result)
{
    ULONG value;

    if (!wcscmp(name, BCRYPT_KEY_LENGTH) || !wcscmp(name, BCRYPT_KEY_STRENGTH)) {
        value = key->size * 8;
        return return_property(&value, sizeof(value), buffer, size, result);
    }
    if (!wcscmp(name, BCRYPT_BLOCK_LENGTH)) {
        value = key->algorithm->kind == KIND_AES ? 16 : 1;
        return return_property(&value, sizeof(value), buffer, size, result);
    }
    if (!wcscmp(name, BCRYPT_OBJECT_LENGTH)) {
        value = sizeof(*key);
        return return_property(&value, sizeof(value), buffer, size, result);
    }
    if (!wcscmp(name, BCRYPT_CHAINING_MODE)) {
        const WCHAR *mode = chaining_name(key->chaining);
        return return_property(mode, (wcslen(mode) + 1) * sizeof(WCHAR), buffer, size, result);
    }
    if (!wcscmp(name, BCRYPT_ALGORITHM_NAME))
        return return_property(key->algorithm->name, (wcslen(key->algorithm->name) + 1) * sizeof(WCHAR), buffer, size,
                               result);
    if (!wcscmp(name, BCRYPT_AUTH_TAG_LENGTH) && (key->chaining == CHAIN_GCM || key->chaining == CHAIN_CCM)) {
        BCRYPT_AUTH_TAG_LENGTHS_STRUCT gcm = { 12, 16, 1 }, ccm = { 4, 16, 2 };
        return return_property(key->chaining == CHAIN_GCM ? &gcm : &ccm, sizeof(gcm), buffer, size, result);
    }
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS set_key_property(struct key_object *key, LPCWSTR name, UCHAR *value, ULONG size)
{
    if (key->algorithm->kind != KIND_AES)
        return STATUS_NOT_SUPPORTED;
    if (!wcscmp(name, BCRYPT_CHAINING_MODE))
        return parse_chaining((WCHAR *)value, &key->chaining);
    if (!wcscmp(name, BCRYPT_INITIALIZATION_VECTOR)) {
        if (size != 16)
            return STATUS_INVALID_PARAMETER;
        memcpy(key->iv, value, 16);
        return STATUS_SUCCESS;
    }
    if (!wcscmp(name, BCRYPT_MESSAGE_BLOCK_LENGTH) && size >= sizeof(ULONG)) {
        if (*(ULONG *)value != 1 && *(ULONG *)value != 16)
            return STATUS_INVALID_PARAMETER;
        key->cfb_block = *(ULONG *)value;
        return STATUS_SUCCESS;
    }
    return STATUS_NOT_SUPPORTED;
}

/* --- encryption --- */

static void xor16(UCHAR *dst, const UCHAR *a, const UCHAR *b)
{
    for (int i = 0; i < 16; i++)
        dst[i] = a[i] ^ b[i];
}

static void cfb(struct key_object *key, BOOL encrypt, UCHAR *iv, const UCHAR *in, UCHAR *out, ULONG size)
{
    ULONG step = key->cfb_block;

    for (; size; size -= step, in += step, out += step) {
        UCHAR stream[16], cipher[16];
        aes_encrypt(&key->aes, iv, stream);
        for (ULONG i = 0; i < step; i++) {
            UCHAR c = in[i] ^ stream[i];
            cipher[i] = encrypt ? c : in[i];
            out[i] = c;
        }
        memmove(iv, iv + step, 16 - step);
        memcpy(iv + 16 - step, cipher, step);
    }
}

static void blocks(struct key_object *key, BOOL encrypt, UCHAR *iv, const UCHAR *in, UCHAR *out, ULONG size)
{
    for (; size; size -= 16, in += 16, out += 16) {
        UCHAR block[16];
        if (key->chaining == CHAIN_ECB) {
            (encrypt ? aes_encrypt : aes_decrypt)(&key->aes, in, out);
        } else if (encrypt) {
            xor16(block, in, iv);
            aes_encrypt(&key->aes, block, out);
            memcpy(iv, out, 16);
        } else {
            memcpy(block, in, 16);
            aes_decrypt(&key->aes, in, out);
            xor16(out, out, iv);
            memcpy(iv, block, 16);
        }
    }
}

static NTSTATUS authenticated(struct key_object *key, BOOL encrypt, BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO *info,
                              const UCHAR *in, UCHAR *out, ULONG size)
{
    UCHAR tag[16], diff = 0;

    if (!info || info->cbSize != sizeof(*info) || info->dwInfoVersion != BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO_VERSION)
        return STATUS_INVALID_PARAMETER;
    if (!info->pbNonce || !info->pbTag || info->cbTag > 16)
        return STATUS_INVALID_PARAMETER;
    if (info->dwFlags & BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG)
        return STATUS_NOT_SUPPORTED;
    if (key->chaining == CHAIN_GCM) {
        if (info->cbNonce != 12 || info->cbTag < 12)
            return STATUS_INVALID_PARAMETER;
        aes_gcm(&key->aes, encrypt, info->pbNonce, info->cbNonce, info->pbAuthData, info->cbAuthData, in, out, size,
                tag);
    } else {
        if (info->cbNonce < 7 || info->cbNonce > 13 || info->cbTag < 4 || (info->cbTag & 1))
            return STATUS_INVALID_PARAMETER;
        aes_ccm(&key->aes, encrypt, info->pbNonce, info->cbNonce, info->pbAuthData, info->cbAuthData, in, out, size,
                tag, info->cbTag);
    }
    if (encrypt) {
        memcpy(info->pbTag, tag, info->cbTag);
        return STATUS_SUCCESS;
    }
    for (ULONG i = 0; i < info->cbTag; i++)
        diff |= tag[i] ^ info->pbTag[i];
    if (!diff)
        return STATUS_SUCCESS;
    RtlSecureZeroMemory(out, size);
    return STATUS_AUTH_TAG_MISMATCH;
}

static NTSTATUS check(struct key_object *key, PUCHAR in, ULONG size, PUCHAR iv, ULONG iv_size, ULONG *result,
                      ULONG flags)
{
    if (!key || key->head.magic != MAGIC_KEY)
        return STATUS_INVALID_HANDLE;
    if (!result || (!in && size) || (flags & ~BCRYPT_BLOCK_PADDING))
        return STATUS_INVALID_PARAMETER;
    if (iv && key->algorithm->kind == KIND_AES && (key->chaining == CHAIN_CBC || key->chaining == CHAIN_CFB) &&
        iv_size != 16)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptEncrypt(BCRYPT_KEY_HANDLE handle, PUCHAR in, ULONG size, VOID *padding, PUCHAR iv, ULONG iv_size,
                              PUCHAR out, ULONG out_size, ULONG *result, ULONG flags)
{
    struct key_object *key = handle;
    NTSTATUS status = check(key, in, size, iv, iv_size, result, flags);
    UCHAR *chain, last[16];
    ULONG whole;

    if (status)
        return status;
    *result = size;
    if (key->algorithm->kind == KIND_AES && (flags & BCRYPT_BLOCK_PADDING)) {
        if (key->chaining != CHAIN_CBC && key->chaining != CHAIN_ECB)
            return STATUS_NOT_SUPPORTED;
        *result = (size & ~15u) + 16;
    }
    if (!out)
        return STATUS_SUCCESS;
    if (out_size < *result)
        return STATUS_BUFFER_TOO_SMALL;
    if (key->algorithm->kind == KIND_RC4) {
        rc4(key, in, out, size);
        return STATUS_SUCCESS;
    }
    chain = iv ? iv : key->iv;
    switch (key->chaining) {
    case CHAIN_GCM:
    case CHAIN_CCM:
        return authenticated(key, TRUE, padding, in, out, size);
    case CHAIN_CFB:
        if (size % key->cfb_block)
            return STATUS_INVALID_BUFFER_SIZE;
        cfb(key, TRUE, chain, in, out, size);
        return STATUS_SUCCESS;
    default:
        whole = size & ~15u;
        if (whole != size && !(flags & BCRYPT_BLOCK_PADDING))
            return STATUS_INVALID_BUFFER_SIZE;
        memset(last, 16 - (size - whole), sizeof(last));
        if (size > whole)
            memcpy(last, in + whole, size - whole);
        blocks(key, TRUE, chain, in, out, whole);
        if (flags & BCRYPT_BLOCK_PADDING)
            blocks(key, TRUE, chain, last, out + whole, 16);
        return STATUS_SUCCESS;
    }
}

NTSTATUS WINAPI BCryptDecrypt(BCRYPT_KEY_HANDLE handle, PUCHAR in, ULONG size, VOID *padding, PUCHAR iv, ULONG iv_size,
                              PUCHAR out, ULONG out_size, ULONG *result, ULONG flags)
{
    struct key_object *key = handle;
    NTSTATUS status = check(key, in, size, iv, iv_size, result, flags);
    UCHAR *chain, last[16];
    ULONG whole;

    if (status)
        return status;
    *result = size;
    if (key->algorithm->kind == KIND_RC4) {
        if (!out)
            return STATUS_SUCCESS;
        if (out_size < size)
            return STATUS_BUFFER_TOO_SMALL;
        rc4(key, in, out, size);
        return STATUS_SUCCESS;
    }
    chain = iv ? iv : key->iv;
    if (key->chaining == CHAIN_GCM || key->chaining == CHAIN_CCM || key->chaining == CHAIN_CFB) {
        if (flags & BCRYPT_BLOCK_PADDING)
            return STATUS_NOT_SUPPORTED;
        if (!out)
            return STATUS_SUCCESS;
        if (out_size < size)
            return STATUS_BUFFER_TOO_SMALL;
        if (key->chaining != CHAIN_CFB)
            return authenticated(key, FALSE, padding, in, out, size);
        if (size % key->cfb_block)
            return STATUS_INVALID_BUFFER_SIZE;
        cfb(key, FALSE, chain, in, out, size);
        return STATUS_SUCCESS;
    }
    if (size % 16 || ((flags & BCRYPT_BLOCK_PADDING) && !size))
        return STATUS_INVALID_BUFFER_SIZE;
    if (!out)
        return STATUS_SUCCESS;
    if (!(flags & BCRYPT_BLOCK_PADDING)) {
        if (out_size < size)
            return STATUS_BUFFER_TOO_SMALL;
        blocks(key, FALSE, chain, in, out, size);
        return STATUS_SUCCESS;
    }
    whole = size - 16;
    if (out_size < whole)
        return STATUS_BUFFER_TOO_SMALL;
    {
        UCHAR final_block[16];
        memcpy(final_block, in + whole, 16); /* the output may overwrite the input */
        blocks(key, FALSE, chain, in, out, whole);
        blocks(key, FALSE, chain, final_block, last, 16);
    }
    if (!last[15] || last[15] > 16)
        return STATUS_DATA_ERROR;
    for (int i = 16 - last[15]; i < 16; i++) {
        if (last[i] != last[15])
            return STATUS_DATA_ERROR;
    }
    *result = whole + 16 - last[15];
    if (out_size < *result)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(out + whole, last, 16 - last[15]);
    return STATUS_SUCCESS;
}
