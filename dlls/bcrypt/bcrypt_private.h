/* SPDX-License-Identifier: MIT */
/* bcrypt_private.h: the objects behind bcrypt's handles. */
#ifndef TRANSOM_BCRYPT_PRIVATE_H
#define TRANSOM_BCRYPT_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include <bcrypt.h>
#include <string.h>
#include <wchar.h>
#include "aes.h"
#include "hash.h"

#ifndef STATUS_AUTH_TAG_MISMATCH
#define STATUS_AUTH_TAG_MISMATCH ((NTSTATUS)0xc000a002)
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum kind { KIND_HASH, KIND_RNG, KIND_AES, KIND_RC4, KIND_KDF };
enum chaining { CHAIN_NA, CHAIN_CBC, CHAIN_ECB, CHAIN_CFB, CHAIN_GCM, CHAIN_CCM };

struct algorithm {
    const WCHAR *name;
    enum kind kind;
    ULONG class_; /* BCRYPT_*_INTERFACE */
    const struct hash_function *hash;
    ULONG_PTR pseudo_handle, hmac_pseudo_handle;
};

extern const struct algorithm algorithms[];
extern const UINT algorithm_count;

#define MAGIC_PROVIDER 0x50524f56
#define MAGIC_HASH     0x48415348
#define MAGIC_KEY      0x4b455920

struct provider {
    ULONG magic;
    const struct algorithm *algorithm;
    BOOL hmac, reusable;
    enum chaining chaining;
    ULONG cfb_block;
};

/* What hash and key objects begin with: they may lie in a buffer of the program's. */
struct object_head {
    ULONG magic;
    BOOL allocated;
};

struct hash_object {
    struct object_head head;
    const struct algorithm *algorithm;
    BOOL hmac, reusable;
    struct hmac_state state;   /* inner alone if not keyed */
    struct hmac_state initial; /* as after creation */
};

struct key_object {
    struct object_head head;
    const struct algorithm *algorithm;
    enum chaining chaining;
    ULONG cfb_block, size;
    UCHAR secret[256];
    struct aes_key aes;
    struct {
        UCHAR s[256], i, j;
    } rc4;
    UCHAR iv[16]; /* BCRYPT_INITIALIZATION_VECTOR, for BCryptEncrypt without one */
};

/* A provider's parts, from a handle of BCryptOpenAlgorithmProvider or a pseudo-handle. FALSE: no such handle. */
BOOL get_provider(BCRYPT_ALG_HANDLE handle, struct provider *provider);

static inline void *bc_alloc(SIZE_T size)
{
    return RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, size);
}

static inline void bc_free(void *ptr)
{
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, ptr);
}

/* Objects of any kind, in the program's buffer or (without one) allocated. A new one is zero but for its head. */
NTSTATUS create_object(ULONG magic, SIZE_T object_size, UCHAR *buffer, ULONG size, void **result);
NTSTATUS duplicate_object(struct object_head *object, ULONG magic, SIZE_T object_size, UCHAR *buffer, ULONG size,
                          ULONG flags, void **result);
NTSTATUS destroy_object(struct object_head *object, ULONG magic, SIZE_T object_size);

/* The result of a BCryptGetProperty: copies and says how much. */
NTSTATUS return_property(const void *data, ULONG size, UCHAR *buffer, ULONG buffer_size, ULONG *result);
NTSTATUS get_key_property(struct key_object *key, LPCWSTR name, UCHAR *buffer, ULONG size, ULONG *result);
NTSTATUS set_key_property(struct key_object *key, LPCWSTR name, UCHAR *value, ULONG size);
NTSTATUS parse_chaining(const WCHAR *name, enum chaining *chaining);
const WCHAR *chaining_name(enum chaining chaining);

BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size);

#endif
