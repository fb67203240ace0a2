/* SPDX-License-Identifier: MIT */
/*
 * wincrypt.c: CryptoAPI's base providers: random numbers and hashes, by bcrypt.dll, which is loaded when a hash is made.
 * Keys are not there yet.
 */
#include "advapi32_private.h"
#include <wincrypt.h>
#include <bcrypt.h>

#define MAGIC_PROVIDER 0x43505256
#define MAGIC_HASH     0x43484153

struct provider {
    ULONG magic;
    LONG refs;
    DWORD type, flags;
    WCHAR *container, *name;
};

struct hash {
    ULONG magic;
    ALG_ID id;
    BCRYPT_ALG_HANDLE algorithm;
    BCRYPT_HASH_HANDLE hash;
    DWORD size;
    BOOL finished;
    BYTE value[64];
};

/* "Cryptographic Provider Names", "Cryptographic Provider Types". */
static const struct {
    DWORD type;
    const WCHAR *name, *type_name;
} providers[] = {
    { PROV_RSA_FULL, MS_STRONG_PROV_W, L"RSA Full (Signature and Key Exchange)" },
    { PROV_RSA_FULL, MS_DEF_PROV_W, NULL },
    { PROV_RSA_FULL, MS_ENHANCED_PROV_W, NULL },
    { PROV_DSS, MS_DEF_DSS_PROV_W, L"DSS Signature" },
    { PROV_RSA_SCHANNEL, MS_DEF_RSA_SCHANNEL_PROV_W, L"RSA SChannel" },
    { PROV_DSS_DH, MS_DEF_DSS_DH_PROV_W, L"DSS Signature with Diffie-Hellman Key Exchange" },
    { PROV_RSA_AES, MS_ENH_RSA_AES_PROV_W, L"RSA Full and AES" },
};

static struct provider *get_provider(HCRYPTPROV handle)
{
    struct provider *provider = (struct provider *)handle;

    if (!provider || provider->magic != MAGIC_PROVIDER) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return provider;
}

static const WCHAR *find_provider(const WCHAR *name, DWORD type)
{
    BOOL known_type = FALSE;

    for (UINT i = 0; i < ARRAY_SIZE(providers); i++) {
        if (providers[i].type == type) {
            known_type = TRUE;
            if (!name || CompareStringOrdinal(providers[i].name, -1, name, -1, TRUE) == CSTR_EQUAL)
                return providers[i].name;
        }
    }
    SetLastError(!name && !known_type ? NTE_PROV_TYPE_NOT_DEF : name ? NTE_KEYSET_NOT_DEF : NTE_PROV_TYPE_NO_MATCH);
    return NULL;
}

BOOL WINAPI CryptAcquireContextW(HCRYPTPROV *result, LPCWSTR container, LPCWSTR name, DWORD type, DWORD flags)
{
    const DWORD known =
        CRYPT_VERIFYCONTEXT | CRYPT_NEWKEYSET | CRYPT_DELETEKEYSET | CRYPT_MACHINE_KEYSET | CRYPT_SILENT | 0x80 | 0x100;
    struct provider *provider;

    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    *result = 0;
    if (!type || type > 999)
        return fail(NTE_BAD_PROV_TYPE);
    if (flags & ~known || ((flags & CRYPT_VERIFYCONTEXT) && container && *container && !(flags & CRYPT_MACHINE_KEYSET)))
        return fail(NTE_BAD_FLAGS);
    if (!(name = find_provider(name && *name ? name : NULL, type)))
        return FALSE;
    /* Key containers are kept nowhere yet: none exists, one that is made lasts as long as its handle. */
    if (!(flags & (CRYPT_VERIFYCONTEXT | CRYPT_NEWKEYSET)))
        return fail(NTE_BAD_KEYSET);
    if (!(provider = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*provider))))
        return fail(NTE_NO_MEMORY);
    provider->magic = MAGIC_PROVIDER;
    provider->refs = 1;
    provider->type = type;
    provider->flags = flags;
    provider->name = (WCHAR *)name;
    if (container && (provider->container = heap_alloc((wcslen(container) + 1) * sizeof(WCHAR))))
        wcscpy(provider->container, container);
    *result = (HCRYPTPROV)provider;
    return TRUE;
}

BOOL WINAPI CryptAcquireContextA(HCRYPTPROV *result, LPCSTR container, LPCSTR name, DWORD type, DWORD flags)
{
    WCHAR *wide_container = wide_dup(container), *wide_name = wide_dup(name);
    BOOL ok = FALSE;

    if ((!container || wide_container) && (!name || wide_name))
        ok = CryptAcquireContextW(result, wide_container, wide_name, type, flags);
    heap_free(wide_container);
    heap_free(wide_name);
    return ok;
}

BOOL WINAPI CryptContextAddRef(HCRYPTPROV handle, DWORD *reserved, DWORD flags)
{
    struct provider *provider = get_provider(handle);

    if (!provider || reserved || flags)
        return fail(ERROR_INVALID_PARAMETER);
    InterlockedIncrement(&provider->refs);
    return TRUE;
}

BOOL WINAPI CryptReleaseContext(HCRYPTPROV handle, DWORD flags)
{
    struct provider *provider = get_provider(handle);

    if (!provider)
        return FALSE;
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (!InterlockedDecrement(&provider->refs)) {
        provider->magic = 0;
        heap_free(provider->container);
        heap_free(provider);
    }
    return TRUE;
}

BOOL WINAPI CryptGenRandom(HCRYPTPROV handle, DWORD size, BYTE *buffer)
{
    if (!get_provider(handle))
        return FALSE;
    if (!buffer && size)
        return fail(ERROR_INVALID_PARAMETER);
    return ProcessPrng(buffer, size);
}

static BOOL return_data(const void *data, DWORD size, BYTE *buffer, DWORD *buffer_size)
{
    DWORD have = *buffer_size;

    *buffer_size = size;
    if (!buffer)
        return TRUE;
    if (have < size)
        return fail(ERROR_MORE_DATA);
    memcpy(buffer, data, size);
    return TRUE;
}

BOOL WINAPI CryptGetProvParam(HCRYPTPROV handle, DWORD param, BYTE *data, DWORD *size, DWORD flags)
{
    struct provider *provider = get_provider(handle);
    char text[256];
    DWORD value;

    (void)flags;
    if (!provider || !size)
        return fail(ERROR_INVALID_PARAMETER);
    switch (param) {
    case PP_NAME:
        WideCharToMultiByte(CP_ACP, 0, provider->name, -1, text, sizeof(text), NULL, NULL);
        return return_data(text, strlen(text) + 1, data, size);
    case PP_CONTAINER:
    case PP_UNIQUE_CONTAINER:
        text[0] = 0;
        if (provider->container)
            WideCharToMultiByte(CP_ACP, 0, provider->container, -1, text, sizeof(text), NULL, NULL);
        return return_data(text, strlen(text) + 1, data, size);
    case PP_PROVTYPE:
        return return_data(&provider->type, sizeof(DWORD), data, size);
    case PP_IMPTYPE:
        value = CRYPT_IMPL_SOFTWARE;
        return return_data(&value, sizeof(value), data, size);
    case PP_VERSION:
        value = 0x200;
        return return_data(&value, sizeof(value), data, size);
    case PP_ENUMCONTAINERS:
        return fail(ERROR_NO_MORE_ITEMS);
    default:
        return fail(NTE_BAD_TYPE);
    }
}

BOOL WINAPI CryptEnumProvidersW(DWORD index, DWORD *reserved, DWORD flags, DWORD *type, LPWSTR name, DWORD *size)
{
    DWORD bytes;

    if (reserved || !type || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (index >= ARRAY_SIZE(providers))
        return fail(ERROR_NO_MORE_ITEMS);
    *type = providers[index].type;
    bytes = (wcslen(providers[index].name) + 1) * sizeof(WCHAR);
    return return_data(providers[index].name, bytes, (BYTE *)name, size);
}

BOOL WINAPI CryptEnumProvidersA(DWORD index, DWORD *reserved, DWORD flags, DWORD *type, LPSTR name, DWORD *size)
{
    char text[256];

    if (reserved || !type || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (index >= ARRAY_SIZE(providers))
        return fail(ERROR_NO_MORE_ITEMS);
    *type = providers[index].type;
    WideCharToMultiByte(CP_ACP, 0, providers[index].name, -1, text, sizeof(text), NULL, NULL);
    return return_data(text, strlen(text) + 1, (BYTE *)name, size);
}

BOOL WINAPI CryptGetDefaultProviderW(DWORD type, DWORD *reserved, DWORD flags, LPWSTR name, DWORD *size)
{
    const WCHAR *found;

    if (reserved || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(CRYPT_MACHINE_DEFAULT | CRYPT_USER_DEFAULT))
        return fail(NTE_BAD_FLAGS);
    if (!(found = find_provider(NULL, type)))
        return FALSE;
    return return_data(found, (wcslen(found) + 1) * sizeof(WCHAR), (BYTE *)name, size);
}

/* --- hashes --- */

static struct bcrypt {
    NTSTATUS(WINAPI *open)(BCRYPT_ALG_HANDLE *, LPCWSTR, LPCWSTR, ULONG);
    NTSTATUS(WINAPI *close)(BCRYPT_ALG_HANDLE, ULONG);
    NTSTATUS(WINAPI *create)(BCRYPT_ALG_HANDLE, BCRYPT_HASH_HANDLE *, PUCHAR, ULONG, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *duplicate)(BCRYPT_HASH_HANDLE, BCRYPT_HASH_HANDLE *, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *data)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *finish)(BCRYPT_HASH_HANDLE, PUCHAR, ULONG, ULONG);
    NTSTATUS(WINAPI *destroy)(BCRYPT_HASH_HANDLE);
} bcrypt;

static BOOL load_bcrypt(void)
{
    static LONG loaded;
    HMODULE module;

    if (loaded)
        return TRUE;
    if (!(module = LoadLibraryExW(L"bcrypt.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32)))
        return FALSE;
    bcrypt.open = (void *)GetProcAddress(module, "BCryptOpenAlgorithmProvider");
    bcrypt.close = (void *)GetProcAddress(module, "BCryptCloseAlgorithmProvider");
    bcrypt.create = (void *)GetProcAddress(module, "BCryptCreateHash");
    bcrypt.duplicate = (void *)GetProcAddress(module, "BCryptDuplicateHash");
    bcrypt.data = (void *)GetProcAddress(module, "BCryptHashData");
    bcrypt.finish = (void *)GetProcAddress(module, "BCryptFinishHash");
    bcrypt.destroy = (void *)GetProcAddress(module, "BCryptDestroyHash");
    InterlockedExchange(&loaded, 1);
    return TRUE;
}

static const struct {
    ALG_ID id;
    const WCHAR *name;
    DWORD size;
} hash_algorithms[] = {
    { CALG_MD4, BCRYPT_MD4_ALGORITHM, 16 },        { CALG_MD5, BCRYPT_MD5_ALGORITHM, 16 },
    { CALG_SHA1, BCRYPT_SHA1_ALGORITHM, 20 },      { CALG_SHA_256, BCRYPT_SHA256_ALGORITHM, 32 },
    { CALG_SHA_384, BCRYPT_SHA384_ALGORITHM, 48 }, { CALG_SHA_512, BCRYPT_SHA512_ALGORITHM, 64 },
};

static struct hash *get_hash(HCRYPTHASH handle)
{
    struct hash *hash = (struct hash *)handle;

    if (!hash || hash->magic != MAGIC_HASH) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    return hash;
}

BOOL WINAPI CryptCreateHash(HCRYPTPROV handle, ALG_ID id, HCRYPTKEY key, DWORD flags, HCRYPTHASH *result)
{
    struct hash *hash;
    UINT i;

    if (!get_provider(handle) || !result)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~0x1u)
        return fail(NTE_BAD_FLAGS);
    for (i = 0; i < ARRAY_SIZE(hash_algorithms) && hash_algorithms[i].id != id; i++)
        ;
    if (i == ARRAY_SIZE(hash_algorithms))
        return fail(NTE_BAD_ALGID);
    if (key)
        return fail(NTE_BAD_KEY);
    if (!load_bcrypt())
        return FALSE;
    if (!(hash = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*hash))))
        return fail(NTE_NO_MEMORY);
    hash->magic = MAGIC_HASH;
    hash->id = id;
    hash->size = hash_algorithms[i].size;
    if (bcrypt.open(&hash->algorithm, hash_algorithms[i].name, NULL, 0) ||
        bcrypt.create(hash->algorithm, &hash->hash, NULL, 0, NULL, 0, 0)) {
        heap_free(hash);
        return fail(NTE_FAIL);
    }
    *result = (HCRYPTHASH)hash;
    return TRUE;
}

BOOL WINAPI CryptHashData(HCRYPTHASH handle, const BYTE *data, DWORD size, DWORD flags)
{
    struct hash *hash = get_hash(handle);

    if (!hash)
        return FALSE;
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (hash->finished)
        return fail(NTE_BAD_HASH_STATE);
    if (!data && size)
        return fail(ERROR_INVALID_PARAMETER);
    return bcrypt.data(hash->hash, (BYTE *)data, size, 0) ? fail(NTE_FAIL) : TRUE;
}

BOOL WINAPI CryptGetHashParam(HCRYPTHASH handle, DWORD param, BYTE *data, DWORD *size, DWORD flags)
{
    struct hash *hash = get_hash(handle);

    if (!hash)
        return FALSE;
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    switch (param) {
    case HP_ALGID:
        return return_data(&hash->id, sizeof(hash->id), data, size);
    case HP_HASHSIZE:
        return return_data(&hash->size, sizeof(hash->size), data, size);
    case HP_HASHVAL:
        if (data && *size >= hash->size && !hash->finished) {
            if (bcrypt.finish(hash->hash, hash->value, hash->size, 0))
                return fail(NTE_FAIL);
            hash->finished = TRUE;
        }
        return return_data(hash->value, hash->size, data, size);
    default:
        return fail(NTE_BAD_TYPE);
    }
}

BOOL WINAPI CryptSetHashParam(HCRYPTHASH handle, DWORD param, const BYTE *data, DWORD flags)
{
    struct hash *hash = get_hash(handle);

    if (!hash)
        return FALSE;
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (param != HP_HASHVAL || !data)
        return fail(NTE_BAD_TYPE);
    memcpy(hash->value, data, hash->size);
    hash->finished = TRUE;
    return TRUE;
}

BOOL WINAPI CryptDuplicateHash(HCRYPTHASH handle, DWORD *reserved, DWORD flags, HCRYPTHASH *result)
{
    struct hash *hash = get_hash(handle), *copy;

    if (!hash)
        return FALSE;
    if (reserved || flags || !result)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(copy = HeapAlloc(GetProcessHeap(), 0, sizeof(*copy))))
        return fail(NTE_NO_MEMORY);
    *copy = *hash;
    /* A finished hash's state is not needed, but its object is destroyed like any other. */
    if (bcrypt.open(&copy->algorithm, hash_algorithms[0].name, NULL, 0) ||
        bcrypt.duplicate(hash->hash, &copy->hash, NULL, 0, 0)) {
        heap_free(copy);
        return fail(NTE_FAIL);
    }
    *result = (HCRYPTHASH)copy;
    return TRUE;
}

BOOL WINAPI CryptDestroyHash(HCRYPTHASH handle)
{
    struct hash *hash = get_hash(handle);

    if (!hash)
        return FALSE;
    bcrypt.destroy(hash->hash);
    bcrypt.close(hash->algorithm, 0);
    hash->magic = 0;
    heap_free(hash);
    return TRUE;
}

/* No container holds a key. */
BOOL WINAPI CryptGetUserKey(HCRYPTPROV handle, DWORD spec, HCRYPTKEY *key)
{
    (void)spec;
    if (!get_provider(handle) || !key)
        return fail(ERROR_INVALID_PARAMETER);
    return fail(NTE_NO_KEY);
}
