/* SPDX-License-Identifier: MIT */
/* bcrypt_hash.c: hash objects, HMAC, key derivation from passwords. */
#include "bcrypt_private.h"

static void start(struct hash_object *object)
{
    object->state = object->initial;
}

static void init_state(const struct hash_function *hash, BOOL hmac, struct hmac_state *state, const UCHAR *secret,
                       ULONG size)
{
    if (hmac)
        hmac_init(hash, state, secret, size);
    else
        hash_init(hash, &state->inner);
}

static void final(const struct hash_function *hash, BOOL hmac, struct hmac_state *state, UCHAR *digest)
{
    if (hmac)
        hmac_final(hash, state, digest);
    else
        hash_final(hash, &state->inner, digest);
}

NTSTATUS WINAPI BCryptCreateHash(BCRYPT_ALG_HANDLE handle, BCRYPT_HASH_HANDLE *result, PUCHAR buffer, ULONG size,
                                 PUCHAR secret, ULONG secret_size, ULONG flags)
{
    struct hash_object *object;
    struct provider provider;
    NTSTATUS status;
    void *created;

    if (!result || (flags & ~BCRYPT_HASH_REUSABLE_FLAG))
        return STATUS_INVALID_PARAMETER;
    if (!get_provider(handle, &provider))
        return STATUS_INVALID_HANDLE;
    if (provider.algorithm->kind != KIND_HASH)
        return STATUS_NOT_SUPPORTED;
    if (!provider.hmac && secret_size)
        return STATUS_INVALID_PARAMETER;
    if ((status = create_object(MAGIC_HASH, sizeof(*object), buffer, size, &created)))
        return status;
    object = created;
    object->algorithm = provider.algorithm;
    object->hmac = provider.hmac;
    object->reusable = provider.reusable || (flags & BCRYPT_HASH_REUSABLE_FLAG);
    init_state(object->algorithm->hash, object->hmac, &object->initial, secret, secret_size);
    start(object);
    *result = object;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptHashData(BCRYPT_HASH_HANDLE handle, PUCHAR data, ULONG size, ULONG flags)
{
    struct hash_object *object = handle;

    if (!object || object->head.magic != MAGIC_HASH)
        return STATUS_INVALID_HANDLE;
    if (flags || (!data && size))
        return STATUS_INVALID_PARAMETER;
    if (size)
        hash_update(object->algorithm->hash, &object->state.inner, data, size);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptFinishHash(BCRYPT_HASH_HANDLE handle, PUCHAR digest, ULONG size, ULONG flags)
{
    struct hash_object *object = handle;

    if (!object || object->head.magic != MAGIC_HASH)
        return STATUS_INVALID_HANDLE;
    if (flags || !digest || size != object->algorithm->hash->digest)
        return STATUS_INVALID_PARAMETER;
    final(object->algorithm->hash, object->hmac, &object->state, digest);
    if (object->reusable)
        start(object);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDuplicateHash(BCRYPT_HASH_HANDLE handle, BCRYPT_HASH_HANDLE *result, PUCHAR buffer, ULONG size,
                                    ULONG flags)
{
    return duplicate_object(handle, MAGIC_HASH, sizeof(struct hash_object), buffer, size, flags, result);
}

NTSTATUS WINAPI BCryptDestroyHash(BCRYPT_HASH_HANDLE handle)
{
    return destroy_object(handle, MAGIC_HASH, sizeof(struct hash_object));
}

NTSTATUS WINAPI BCryptHash(BCRYPT_ALG_HANDLE handle, PUCHAR secret, ULONG secret_size, PUCHAR data, ULONG size,
                           PUCHAR digest, ULONG digest_size)
{
    struct provider provider;
    struct hmac_state state;

    if (!get_provider(handle, &provider))
        return STATUS_INVALID_HANDLE;
    if (provider.algorithm->kind != KIND_HASH)
        return STATUS_NOT_SUPPORTED;
    if (!digest || digest_size != provider.algorithm->hash->digest || (!data && size) ||
        (!provider.hmac && secret_size))
        return STATUS_INVALID_PARAMETER;
    init_state(provider.algorithm->hash, provider.hmac, &state, secret, secret_size);
    if (size)
        hash_update(provider.algorithm->hash, &state.inner, data, size);
    final(provider.algorithm->hash, provider.hmac, &state, digest);
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI BCryptDeriveKeyPBKDF2(BCRYPT_ALG_HANDLE handle, PUCHAR password, ULONG password_size, PUCHAR salt,
                                      ULONG salt_size, ULONGLONG iterations, PUCHAR key, ULONG size, ULONG flags)
{
    struct provider provider;

    if (!get_provider(handle, &provider))
        return STATUS_INVALID_HANDLE;
    if (provider.algorithm->kind != KIND_HASH || !provider.hmac || !iterations || !key || !size || flags ||
        (!password && password_size) || (!salt && salt_size))
        return STATUS_INVALID_PARAMETER;
    pbkdf2(provider.algorithm->hash, password, password_size, salt, salt_size, iterations, key, size);
    return STATUS_SUCCESS;
}
