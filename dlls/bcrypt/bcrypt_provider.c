/* SPDX-License-Identifier: MIT */
/* bcrypt_provider.c: algorithms, providers and properties. Asymmetric algorithms are not there yet: STATUS_NOT_FOUND. */
#include "bcrypt_private.h"

const struct algorithm algorithms[] = {
    { BCRYPT_AES_ALGORITHM, KIND_AES, BCRYPT_CIPHER_INTERFACE, NULL, 0, 0 },
    { BCRYPT_RC4_ALGORITHM, KIND_RC4, BCRYPT_CIPHER_INTERFACE, NULL, 0x71, 0 },
    { BCRYPT_MD4_ALGORITHM, KIND_HASH, BCRYPT_HASH_INTERFACE, &hash_md4, 0x11, 0x131 },
    { BCRYPT_MD5_ALGORITHM, KIND_HASH, BCRYPT_HASH_INTERFACE, &hash_md5, 0x21, 0x91 },
    { BCRYPT_SHA1_ALGORITHM, KIND_HASH, BCRYPT_HASH_INTERFACE, &hash_sha1, 0x31, 0xa1 },
    { BCRYPT_SHA256_ALGORITHM, KIND_HASH, BCRYPT_HASH_INTERFACE, &hash_sha256, 0x41, 0xb1 },
    { BCRYPT_SHA384_ALGORITHM, KIND_HASH, BCRYPT_HASH_INTERFACE, &hash_sha384, 0x51, 0xc1 },
    { BCRYPT_SHA512_ALGORITHM, KIND_HASH, BCRYPT_HASH_INTERFACE, &hash_sha512, 0x61, 0xd1 },
    { BCRYPT_RNG_ALGORITHM, KIND_RNG, BCRYPT_RNG_INTERFACE, NULL, 0x81, 0 },
    { BCRYPT_PBKDF2_ALGORITHM, KIND_KDF, BCRYPT_KEY_DERIVATION_INTERFACE, NULL, 0x331, 0 },
};
const UINT algorithm_count = ARRAY_SIZE(algorithms);

/* Pseudo-handles (bcrypt.h: BCRYPT_*_ALG_HANDLE): odd small numbers. */
static BOOL get_pseudo(ULONG_PTR handle, struct provider *provider)
{
    static const struct {
        ULONG_PTR handle;
        enum chaining chaining;
    } aes[] = {
        { 0x1a1, CHAIN_CBC }, { 0x1b1, CHAIN_ECB }, { 0x1c1, CHAIN_CFB }, { 0x1d1, CHAIN_CCM }, { 0x1e1, CHAIN_GCM }
    };

    memset(provider, 0, sizeof(*provider));
    provider->magic = MAGIC_PROVIDER;
    for (UINT i = 0; i < ARRAY_SIZE(aes); i++) {
        if (aes[i].handle == handle) {
            provider->algorithm = &algorithms[0];
            provider->chaining = aes[i].chaining;
            provider->cfb_block = 1;
            return TRUE;
        }
    }
    for (UINT i = 0; i < algorithm_count; i++) {
        if (algorithms[i].pseudo_handle == handle || algorithms[i].hmac_pseudo_handle == handle) {
            provider->algorithm = &algorithms[i];
            provider->hmac = algorithms[i].hmac_pseudo_handle == handle;
            return TRUE;
        }
    }
    return FALSE;
}

BOOL get_provider(BCRYPT_ALG_HANDLE handle, struct provider *provider)
{
    const struct provider *object = handle;

    if ((ULONG_PTR)handle < 0x1000 && ((ULONG_PTR)handle & 1))
        return get_pseudo((ULONG_PTR)handle, provider);
    if (!object || object->magic != MAGIC_PROVIDER)
        return FALSE;
    *provider = *object;
    return TRUE;
}

NTSTATUS WINAPI BCryptOpenAlgorithmProvider(BCRYPT_ALG_HANDLE *handle, LPCWSTR id, LPCWSTR implementation, ULONG flags)
{
    const struct algorithm *algorithm = NULL;
    struct provider *provider;

    if (!handle || !id)
        return STATUS_INVALID_PARAMETER;
    if (flags & ~(BCRYPT_ALG_HANDLE_HMAC_FLAG | BCRYPT_HASH_REUSABLE_FLAG | BCRYPT_PROV_DISPATCH))
        return STATUS_INVALID_PARAMETER;
    for (UINT i = 0; i < algorithm_count && !algorithm; i++) {
        if (!wcscmp(algorithms[i].name, id))
            algorithm = &algorithms[i];
    }
    if (!algorithm || (implementation && wcscmp(implementation, MS_PRIMITIVE_PROVIDER)))
        return STATUS_NOT_FOUND;
    if ((flags & (BCRYPT_ALG_HANDLE_HMAC_FLAG | BCRYPT_HASH_REUSABLE_FLAG)) && algorithm->kind != KIND_HASH)
        return STATUS_INVALID_PARAMETER;
    if (!(provider = bc_alloc(sizeof(*provider))))
        return STATUS_NO_MEMORY;
    provider->magic = MAGIC_PROVIDER;
    provider->algorithm = algorithm;
    provider->hmac = (flags & BCRYPT_ALG_HANDLE_HMAC_FLAG) != 0;
    provider->reusable = (flags & BCRYPT_HASH_REUSABLE_FLAG) != 0;
    provider->chaining = algorithm->kind == KIND_AES ? CHAIN_CBC : CHAIN_NA;
    provider->cfb_block = 1;
    *handle = provider;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptCloseAlgorithmProvider(BCRYPT_ALG_HANDLE handle, ULONG flags)
{
    struct provider *provider = handle;

    (void)flags;
    if ((ULONG_PTR)handle < 0x1000 || provider->magic != MAGIC_PROVIDER)
        return STATUS_INVALID_HANDLE;
    provider->magic = 0;
    bc_free(provider);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptEnumAlgorithms(ULONG operations, ULONG *count, BCRYPT_ALGORITHM_IDENTIFIER **list, ULONG flags)
{
    /* BCRYPT_CIPHER_OPERATION is bit 0, hash 1, ... RNG 5, key derivation 6; the interfaces have the numbers 1, 2, ... */
    BCRYPT_ALGORITHM_IDENTIFIER *ids;
    ULONG n = 0;

    if (!operations || !count || !list || flags)
        return STATUS_INVALID_PARAMETER;
    if (!(ids = bc_alloc(sizeof(*ids) * algorithm_count)))
        return STATUS_NO_MEMORY;
    for (UINT i = 0; i < algorithm_count; i++) {
        if (operations & (1u << (algorithms[i].class_ - 1))) {
            ids[n].pszName = (LPWSTR)algorithms[i].name;
            ids[n++].dwClass = algorithms[i].class_;
        }
    }
    *count = n;
    *list = ids;
    return STATUS_SUCCESS;
}

VOID WINAPI BCryptFreeBuffer(PVOID buffer)
{
    if (buffer)
        bc_free(buffer);
}

NTSTATUS WINAPI BCryptGetFipsAlgorithmMode(BOOLEAN *enabled)
{
    if (!enabled)
        return STATUS_INVALID_PARAMETER;
    *enabled = FALSE;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptGenRandom(BCRYPT_ALG_HANDLE handle, PUCHAR buffer, ULONG size, ULONG flags)
{
    struct provider provider;

    if (flags & BCRYPT_USE_SYSTEM_PREFERRED_RNG) {
        if (handle)
            return STATUS_INVALID_PARAMETER;
    } else if (!get_provider(handle, &provider) || provider.algorithm->kind != KIND_RNG) {
        return STATUS_INVALID_HANDLE;
    }
    if (!buffer && size)
        return STATUS_INVALID_PARAMETER;
    ProcessPrng(buffer, size);
    return STATUS_SUCCESS;
}

/* --- properties --- */

NTSTATUS return_property(const void *data, ULONG size, UCHAR *buffer, ULONG buffer_size, ULONG *result)
{
    *result = size;
    if (!buffer)
        return STATUS_SUCCESS;
    if (buffer_size < size)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(buffer, data, size);
    return STATUS_SUCCESS;
}

static NTSTATUS return_string(const WCHAR *str, UCHAR *buffer, ULONG size, ULONG *result)
{
    return return_property(str, (wcslen(str) + 1) * sizeof(WCHAR), buffer, size, result);
}

static NTSTATUS return_number(ULONG value, UCHAR *buffer, ULONG size, ULONG *result)
{
    return return_property(&value, sizeof(value), buffer, size, result);
}

static const WCHAR *const chaining_names[] = {
    BCRYPT_CHAIN_MODE_NA,  BCRYPT_CHAIN_MODE_CBC, BCRYPT_CHAIN_MODE_ECB,
    BCRYPT_CHAIN_MODE_CFB, BCRYPT_CHAIN_MODE_GCM, BCRYPT_CHAIN_MODE_CCM,
};

const WCHAR *chaining_name(enum chaining chaining)
{
    return chaining_names[chaining];
}

NTSTATUS parse_chaining(const WCHAR *name, enum chaining *chaining)
{
    for (UINT i = CHAIN_CBC; i < ARRAY_SIZE(chaining_names); i++) {
        if (!wcscmp(name, chaining_names[i])) {
            *chaining = i;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS get_hash_property(const struct algorithm *algorithm, LPCWSTR name, UCHAR *buffer, ULONG size,
                                  ULONG *result)
{
    if (!wcscmp(name, BCRYPT_HASH_LENGTH))
        return return_number(algorithm->hash->digest, buffer, size, result);
    if (!wcscmp(name, BCRYPT_HASH_BLOCK_LENGTH))
        return return_number(algorithm->hash->block, buffer, size, result);
    if (!wcscmp(name, BCRYPT_OBJECT_LENGTH))
        return return_number(sizeof(struct hash_object), buffer, size, result);
    if (!wcscmp(name, BCRYPT_ALGORITHM_NAME))
        return return_string(algorithm->name, buffer, size, result);
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS get_cipher_property(const struct provider *provider, LPCWSTR name, UCHAR *buffer, ULONG size,
                                    ULONG *result)
{
    BOOL aes = provider->algorithm->kind == KIND_AES;

    if (!wcscmp(name, BCRYPT_OBJECT_LENGTH))
        return return_number(sizeof(struct key_object), buffer, size, result);
    if (!wcscmp(name, BCRYPT_BLOCK_LENGTH))
        return return_number(aes ? 16 : 1, buffer, size, result);
    if (!wcscmp(name, BCRYPT_ALGORITHM_NAME))
        return return_string(provider->algorithm->name, buffer, size, result);
    if (!wcscmp(name, BCRYPT_CHAINING_MODE))
        return return_string(chaining_name(provider->chaining), buffer, size, result);
    if (!wcscmp(name, BCRYPT_KEY_LENGTHS)) {
        BCRYPT_KEY_LENGTHS_STRUCT lengths = { aes ? 128 : 8, aes ? 256 : 512, aes ? 64 : 8 };
        return return_property(&lengths, sizeof(lengths), buffer, size, result);
    }
    if (!wcscmp(name, BCRYPT_AUTH_TAG_LENGTH) && (provider->chaining == CHAIN_GCM || provider->chaining == CHAIN_CCM)) {
        BCRYPT_AUTH_TAG_LENGTHS_STRUCT gcm = { 12, 16, 1 }, ccm = { 4, 16, 2 };
        return return_property(provider->chaining == CHAIN_GCM ? &gcm : &ccm, sizeof(gcm), buffer, size, result);
    }
    if (!wcscmp(name, BCRYPT_MESSAGE_BLOCK_LENGTH))
        return return_number(provider->chaining == CHAIN_CFB ? provider->cfb_block : 16, buffer, size, result);
    return STATUS_NOT_SUPPORTED;
}

NTSTATUS WINAPI BCryptGetProperty(BCRYPT_HANDLE handle, LPCWSTR name, PUCHAR buffer, ULONG size, ULONG *result,
                                  ULONG flags)
{
    struct provider provider;

    if (!name || !result || flags)
        return STATUS_INVALID_PARAMETER;
    if (!handle)
        return STATUS_INVALID_HANDLE;
    if ((ULONG_PTR)handle >= 0x1000) {
        if (((struct object_head *)handle)->magic == MAGIC_HASH)
            return get_hash_property(((struct hash_object *)handle)->algorithm, name, buffer, size, result);
        if (((struct object_head *)handle)->magic == MAGIC_KEY)
            return get_key_property(handle, name, buffer, size, result);
    }
    if (!get_provider(handle, &provider))
        return STATUS_INVALID_HANDLE;
    switch (provider.algorithm->kind) {
    case KIND_HASH:
        return get_hash_property(provider.algorithm, name, buffer, size, result);
    case KIND_AES:
    case KIND_RC4:
        return get_cipher_property(&provider, name, buffer, size, result);
    default:
        if (!wcscmp(name, BCRYPT_ALGORITHM_NAME))
            return return_string(provider.algorithm->name, buffer, size, result);
        if (!wcscmp(name, BCRYPT_OBJECT_LENGTH))
            return return_number(sizeof(struct key_object), buffer, size, result);
        return STATUS_NOT_SUPPORTED;
    }
}

NTSTATUS WINAPI BCryptSetProperty(BCRYPT_HANDLE handle, LPCWSTR name, PUCHAR value, ULONG size, ULONG flags)
{
    struct provider *provider = handle;

    if (!name || (!value && size) || flags)
        return STATUS_INVALID_PARAMETER;
    if ((ULONG_PTR)handle < 0x1000)
        return handle ? STATUS_ACCESS_DENIED : STATUS_INVALID_HANDLE; /* pseudo-handles cannot be changed */
    if (((struct object_head *)handle)->magic == MAGIC_KEY)
        return set_key_property(handle, name, value, size);
    if (provider->magic != MAGIC_PROVIDER)
        return ((struct object_head *)handle)->magic == MAGIC_HASH ? STATUS_NOT_SUPPORTED : STATUS_INVALID_HANDLE;
    if (provider->algorithm->kind != KIND_AES)
        return STATUS_NOT_SUPPORTED;
    if (!wcscmp(name, BCRYPT_CHAINING_MODE))
        return parse_chaining((WCHAR *)value, &provider->chaining);
    if (!wcscmp(name, BCRYPT_MESSAGE_BLOCK_LENGTH) && size >= sizeof(ULONG)) {
        if (*(ULONG *)value != 1 && *(ULONG *)value != 16)
            return STATUS_INVALID_PARAMETER;
        provider->cfb_block = *(ULONG *)value;
        return STATUS_SUCCESS;
    }
    return STATUS_NOT_SUPPORTED;
}
