/* SPDX-License-Identifier: MIT */
/*
 * cert_store.c: certificate stores in memory. The system store ROOT holds the certificates that Linux trusts, read when it is
 * first opened; the other system stores are empty.
 */
#include "crypt32_private.h"

struct store {
    LONG refs;
    struct certificate *first, *last;
    DWORD flags;
};

RTL_SRWLOCK store_lock;
static struct store no_store = { .refs = 1 };
static struct store *root_store;

struct store *store_none(void)
{
    return &no_store;
}

HCERTSTORE store_handle(struct store *store)
{
    return store;
}

void store_add_ref(struct store *store)
{
    InterlockedIncrement(&store->refs);
}

static void lock(void)
{
    RtlAcquireSRWLockExclusive(&store_lock);
}

static void unlock(void)
{
    RtlReleaseSRWLockExclusive(&store_lock);
}

void store_release(struct store *store)
{
    struct certificate *cert;

    if (InterlockedDecrement(&store->refs))
        return;
    while ((cert = store->first)) {
        store->first = cert->next;
        cert->store = NULL;
        CertFreeCertificateContext(&cert->context);
    }
    crypt_free(store);
}

static struct store *new_store(DWORD flags)
{
    struct store *store = crypt_alloc(sizeof(*store));

    if (!store) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    store->refs = 1;
    store->flags = flags;
    return store;
}

/* Takes over the reference. Called with the lock held, or before anyone else knows the store. */
static void append(struct store *store, struct certificate *cert)
{
    cert->store = store;
    cert->context.hCertStore = store;
    cert->in_store = TRUE;
    cert->next = NULL;
    cert->prev = store->last;
    if (store->last)
        store->last->next = cert;
    else
        store->first = cert;
    store->last = cert;
}

/* The certificates of a file with "-----BEGIN CERTIFICATE-----" parts. */
static void add_pem(struct store *store, const char *text)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    const char *p, *q;

    for (p = strstr(text, begin); p && (q = strstr(p, end)); p = strstr(q, begin)) {
        DWORD size = q - p; /* more than enough */
        BYTE *der = crypt_alloc(size);
        struct certificate *cert;

        p += sizeof(begin) - 1;
        if (der && CryptStringToBinaryA(p, q - p, CRYPT_STRING_BASE64, der, &size, NULL, NULL) &&
            (cert = certificate_create(der, size)))
            append(store, cert);
        crypt_free(der);
    }
}

static BOOL add_pem_file(struct store *store, const WCHAR *name)
{
    HANDLE file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    LARGE_INTEGER size;
    char *text = NULL;
    DWORD read = 0;

    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    if (GetFileSizeEx(file, &size) && size.QuadPart < (64 << 20) && (text = crypt_alloc(size.QuadPart + 1)) &&
        ReadFile(file, text, size.LowPart, &read, NULL)) {
        text[read] = 0;
        add_pem(store, text);
    }
    crypt_free(text);
    CloseHandle(file);
    return read != 0;
}

/* The same for all who open it in this process; changes last as long as the process. */
static struct store *open_root(void)
{
    static const WCHAR *const bundles[] = {
        L"Z:\\etc\\ssl\\certs\\ca-certificates.crt",                  /* Debian, Arch, Gentoo */
        L"Z:\\etc\\pki\\ca-trust\\extracted\\pem\\tls-ca-bundle.pem", /* Fedora */
        L"Z:\\etc\\pki\\tls\\certs\\ca-bundle.crt",
        L"Z:\\etc\\ssl\\ca-bundle.pem", /* SUSE */
        L"Z:\\etc\\ssl\\cert.pem",      /* Alpine */
    };

    lock();
    if (!root_store && (root_store = new_store(0)))
        for (SIZE_T i = 0; i < ARRAY_SIZE(bundles) && !add_pem_file(root_store, bundles[i]); i++)
            ;
    if (root_store)
        store_add_ref(root_store);
    unlock();
    return root_store;
}

static HCERTSTORE open_system(const WCHAR *name, DWORD flags)
{
    const WCHAR *backslash;
    DWORD location;

    if (!name) {
        SetLastError(E_INVALIDARG);
        return NULL;
    }
    if ((backslash = wcsrchr(name, '\\'))) /* of another user or computer */
        name = backslash + 1;
    /* The user's store shows the computer's, too; the stores of policies and enterprises have nothing. */
    location = flags & CERT_SYSTEM_STORE_LOCATION_MASK;
    if (!_wcsicmp(name, L"ROOT") &&
        (location == CERT_SYSTEM_STORE_CURRENT_USER || location == CERT_SYSTEM_STORE_LOCAL_MACHINE))
        return open_root();
    return new_store(flags);
}

HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY provider, LPCWSTR name)
{
    (void)provider;
    return open_system(name, CERT_SYSTEM_STORE_CURRENT_USER);
}

HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY provider, LPCSTR name)
{
    WCHAR wide[256];

    (void)provider;
    if (!name || !MultiByteToWideChar(CP_ACP, 0, name, -1, wide, ARRAY_SIZE(wide))) {
        SetLastError(E_INVALIDARG);
        return NULL;
    }
    return open_system(wide, CERT_SYSTEM_STORE_CURRENT_USER);
}

HCERTSTORE WINAPI CertOpenStore(LPCSTR kind, DWORD encoding, HCRYPTPROV_LEGACY provider, DWORD flags, const void *data)
{
    (void)encoding, (void)provider;
    if (!IS_INTRESOURCE(kind)) {
        if (!_stricmp(kind, sz_CERT_STORE_PROV_MEMORY))
            kind = CERT_STORE_PROV_MEMORY;
        else if (!_stricmp(kind, sz_CERT_STORE_PROV_SYSTEM_W))
            kind = CERT_STORE_PROV_SYSTEM_W;
        else
            kind = (LPCSTR)(ULONG_PTR)0xffff;
    }
    switch ((ULONG_PTR)kind) {
    case (ULONG_PTR)CERT_STORE_PROV_MEMORY:
        if (flags & CERT_STORE_DELETE_FLAG) {
            SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
            return NULL;
        }
        return new_store(flags);
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_A:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_A:
        return CertOpenSystemStoreA(0, data);
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_W:
    case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_W:
        return open_system(data, flags);
    default:
        SetLastError(ERROR_FILE_NOT_FOUND); /* as for a provider that is not installed: documented */
        return NULL;
    }
}

HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE handle)
{
    if (handle)
        store_add_ref(handle);
    return handle;
}

WINBOOL WINAPI CertCloseStore(HCERTSTORE handle, DWORD flags)
{
    struct store *store = handle;
    BOOL pending = FALSE;

    if (!store)
        return TRUE;
    if (flags & CERT_CLOSE_STORE_CHECK_FLAG)
        pending = store->refs > 1 && store != root_store;
    store_release(store);
    return pending ? crypt_fail(CRYPT_E_PENDING_CLOSE) : TRUE;
}

WINBOOL WINAPI CertControlStore(HCERTSTORE store, DWORD flags, DWORD type, void const *data)
{
    (void)store, (void)flags, (void)data;
    switch (type) {
    case CERT_STORE_CTRL_RESYNC: /* nothing changes behind its back */
    case CERT_STORE_CTRL_COMMIT:
    case CERT_STORE_CTRL_AUTO_RESYNC:
        return TRUE;
    default:
        return crypt_fail(ERROR_CALL_NOT_IMPLEMENTED);
    }
}

static BOOL same_certificate(const struct certificate *a, const struct certificate *b)
{
    return a->context.cbCertEncoded == b->context.cbCertEncoded &&
           !memcmp(a->context.pbCertEncoded, b->context.pbCertEncoded, a->context.cbCertEncoded);
}

static void unlink_certificate(struct certificate *cert)
{
    struct store *store = cert->store;

    if (cert->prev)
        cert->prev->next = cert->next;
    else
        store->first = cert->next;
    if (cert->next)
        cert->next->prev = cert->prev;
    else
        store->last = cert->prev;
    cert->in_store = FALSE;
}

/* A reference for the program. Called with the lock held. */
static PCCERT_CONTEXT hand_out(struct certificate *cert)
{
    InterlockedIncrement(&cert->refs);
    store_add_ref(cert->store);
    return &cert->context;
}

/* Adds a certificate of its own (whose reference is taken over) as the disposition says. */
static BOOL add(struct store *store, struct certificate *cert, DWORD disposition, PCCERT_CONTEXT *result)
{
    struct certificate *old;
    BOOL good = TRUE;
    DWORD error = 0;

    lock();
    for (old = store->first; old && !same_certificate(old, cert); old = old->next)
        ;
    if (old) {
        switch (disposition) {
        case CERT_STORE_ADD_ALWAYS:
            old = NULL;
            break;
        case CERT_STORE_ADD_NEW:
        case CERT_STORE_ADD_NEWER:
        case CERT_STORE_ADD_NEWER_INHERIT_PROPERTIES:
            good = FALSE;
            error = CRYPT_E_EXISTS;
            break;
        case CERT_STORE_ADD_REPLACE_EXISTING:
        case CERT_STORE_ADD_REPLACE_EXISTING_INHERIT_PROPERTIES:
        case CERT_STORE_ADD_USE_EXISTING:
            certificate_copy_properties(old, cert);
            break;
        default:
            good = FALSE;
            error = E_INVALIDARG;
        }
    }
    if (good) {
        if (!old)
            append(store, cert);
        if (result)
            *result = hand_out(old ? old : cert);
    }
    unlock();
    if (!good || old) { /* not needed */
        cert->store = NULL;
        CertFreeCertificateContext(&cert->context);
    }
    return good ? TRUE : crypt_fail(error);
}

WINBOOL WINAPI CertAddEncodedCertificateToStore(HCERTSTORE handle, DWORD encoding, const BYTE *encoded, DWORD size,
                                                DWORD disposition, PCCERT_CONTEXT *result)
{
    struct certificate *cert;

    if (result)
        *result = NULL;
    if (!(encoding & X509_ASN_ENCODING) || !handle)
        return crypt_fail(E_INVALIDARG);
    return (cert = certificate_create(encoded, size)) && add(handle, cert, disposition, result);
}

WINBOOL WINAPI CertAddCertificateContextToStore(HCERTSTORE handle, PCCERT_CONTEXT context, DWORD disposition,
                                                PCCERT_CONTEXT *result)
{
    struct certificate *copy;

    if (result)
        *result = NULL;
    if (!handle) {
        if (result)
            *result = CertDuplicateCertificateContext(context);
        return TRUE;
    }
    if (!(copy = certificate_create(context->pbCertEncoded, context->cbCertEncoded)))
        return FALSE;
    certificate_copy_properties(copy, certificate_of(context));
    return add(handle, copy, disposition, result);
}

WINBOOL WINAPI CertDeleteCertificateFromStore(PCCERT_CONTEXT context)
{
    struct certificate *cert = certificate_of(context);
    BOOL was_in;

    lock();
    if ((was_in = cert->in_store))
        unlink_certificate(cert);
    unlock();
    if (was_in)
        InterlockedDecrement(&cert->refs); /* the store's; the caller's is still there */
    return CertFreeCertificateContext(context);
}

/* The certificate after `previous`, which is given back, that `match` accepts. */
static PCCERT_CONTEXT next_match(struct store *store, PCCERT_CONTEXT previous,
                                 BOOL (*match)(const struct certificate *, const void *), const void *data)
{
    struct certificate *cert;
    PCCERT_CONTEXT result = NULL;

    if (!store) {
        SetLastError(E_INVALIDARG);
        return NULL;
    }
    lock();
    cert = !previous ? store->first : certificate_of(previous)->in_store ? certificate_of(previous)->next : NULL;
    while (cert && match && !match(cert, data))
        cert = cert->next;
    if (cert)
        result = hand_out(cert);
    unlock();
    CertFreeCertificateContext(previous);
    if (!result)
        SetLastError(CRYPT_E_NOT_FOUND);
    return result;
}

PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE handle, PCCERT_CONTEXT previous)
{
    return next_match(handle, previous, NULL, NULL);
}

static BOOL same_blob(const CRYPT_DATA_BLOB *a, const CRYPT_DATA_BLOB *b)
{
    return a->cbData == b->cbData && !memcmp(a->pbData, b->pbData, a->cbData);
}

static BOOL match_property(const struct certificate *cert, DWORD id, const CRYPT_DATA_BLOB *blob)
{
    BYTE digest[64];
    DWORD size = sizeof(digest);

    return CertGetCertificateContextProperty(&cert->context, id, digest, &size) && size == blob->cbData &&
           !memcmp(digest, blob->pbData, size);
}

static BOOL match_subject(const struct certificate *cert, const void *data)
{
    return same_blob(&cert->info.Subject, data);
}

static BOOL match_issuer(const struct certificate *cert, const void *data)
{
    return same_blob(&cert->info.Issuer, data);
}

static BOOL match_issuer_and_serial(const struct certificate *cert, const void *data)
{
    const CERT_INFO *info = data;

    return same_blob(&cert->info.Issuer, &info->Issuer) &&
           CertCompareIntegerBlob((CRYPT_INTEGER_BLOB *)&cert->info.SerialNumber,
                                  (CRYPT_INTEGER_BLOB *)&info->SerialNumber);
}

static BOOL match_issuer_of(const struct certificate *cert, const void *data)
{
    return same_blob(&cert->info.Subject, &((const CERT_CONTEXT *)data)->pCertInfo->Issuer);
}

static BOOL match_existing(const struct certificate *cert, const void *data)
{
    return same_certificate(cert, certificate_of(data));
}

/* Part of a name, upper or lower case. */
static BOOL match_text(const CERT_NAME_BLOB *name, const WCHAR *part)
{
    DWORD size = CertNameToStrW(X509_ASN_ENCODING, (CERT_NAME_BLOB *)name, CERT_SIMPLE_NAME_STR, NULL, 0);
    WCHAR *text = crypt_alloc(size * sizeof(WCHAR));
    BOOL found = FALSE;

    if (text) {
        CertNameToStrW(X509_ASN_ENCODING, (CERT_NAME_BLOB *)name, CERT_SIMPLE_NAME_STR, text, size);
        found = FindNLSStringEx(LOCALE_NAME_INVARIANT, FIND_FROMSTART | NORM_IGNORECASE, text, -1, part, -1, NULL, NULL,
                                NULL, 0) >= 0;
        crypt_free(text);
    }
    return found;
}

static BOOL match_subject_text(const struct certificate *cert, const void *data)
{
    return match_text(&cert->info.Subject, data);
}

static BOOL match_issuer_text(const struct certificate *cert, const void *data)
{
    return match_text(&cert->info.Issuer, data);
}

/* Computing a digest does not take the lock that the walk holds: properties are looked at without it here. */
static PCCERT_CONTEXT find_digest(struct store *store, PCCERT_CONTEXT previous, DWORD id, const CRYPT_DATA_BLOB *blob)
{
    while ((previous = CertEnumCertificatesInStore(store, previous)))
        if (match_property(certificate_of(previous), id, blob))
            return previous;
    return NULL;
}

PCCERT_CONTEXT WINAPI CertFindCertificateInStore(HCERTSTORE handle, DWORD encoding, DWORD flags, DWORD type,
                                                 const void *data, PCCERT_CONTEXT previous)
{
    WCHAR wide[512];

    (void)encoding, (void)flags;
    switch (type) {
    case CERT_FIND_ANY:
        return next_match(handle, previous, NULL, NULL);
    case CERT_FIND_SUBJECT_NAME:
        return next_match(handle, previous, match_subject, data);
    case CERT_FIND_ISSUER_NAME:
        return next_match(handle, previous, match_issuer, data);
    case CERT_FIND_SUBJECT_CERT:
        return next_match(handle, previous, match_issuer_and_serial, data);
    case CERT_FIND_ISSUER_OF:
        return next_match(handle, previous, match_issuer_of, data);
    case CERT_FIND_EXISTING:
        return next_match(handle, previous, match_existing, data);
    case CERT_FIND_SUBJECT_STR_W:
        return next_match(handle, previous, match_subject_text, data);
    case CERT_FIND_ISSUER_STR_W:
        return next_match(handle, previous, match_issuer_text, data);
    case CERT_FIND_SUBJECT_STR_A:
    case CERT_FIND_ISSUER_STR_A:
        if (!MultiByteToWideChar(CP_ACP, 0, data, -1, wide, ARRAY_SIZE(wide)))
            break;
        return next_match(handle, previous, type == CERT_FIND_SUBJECT_STR_A ? match_subject_text : match_issuer_text,
                          wide);
    case CERT_FIND_SHA1_HASH:
        return find_digest(handle, previous, CERT_SHA1_HASH_PROP_ID, data);
    case CERT_FIND_MD5_HASH:
        return find_digest(handle, previous, CERT_MD5_HASH_PROP_ID, data);
    case CERT_FIND_KEY_IDENTIFIER:
        return find_digest(handle, previous, CERT_KEY_IDENTIFIER_PROP_ID, data);
    }
    CertFreeCertificateContext(previous);
    SetLastError(E_INVALIDARG);
    return NULL;
}

PCCERT_CONTEXT WINAPI CertGetSubjectCertificateFromStore(HCERTSTORE handle, DWORD encoding, PCERT_INFO info)
{
    (void)encoding;
    return next_match(handle, NULL, match_issuer_and_serial, info);
}

/* There are no revocation and trust lists. */
PCCRL_CONTEXT WINAPI CertEnumCRLsInStore(HCERTSTORE handle, PCCRL_CONTEXT previous)
{
    (void)handle, (void)previous;
    SetLastError(CRYPT_E_NOT_FOUND);
    return NULL;
}

PCCTL_CONTEXT WINAPI CertEnumCTLsInStore(HCERTSTORE handle, PCCTL_CONTEXT previous)
{
    (void)handle, (void)previous;
    SetLastError(CRYPT_E_NOT_FOUND);
    return NULL;
}
