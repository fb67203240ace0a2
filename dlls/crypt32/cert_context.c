/* SPDX-License-Identifier: MIT */
/* cert_context.c: certificate contexts: parsing X.509, counting references, properties. */
#include "crypt32_private.h"
#include <bcrypt.h>
#include <stdio.h>

struct chunk {
    struct chunk *next;
    max_align_t data[];
};

struct property {
    struct property *next;
    DWORD id, size;
    BYTE *data;
};

static void *chunk_alloc(struct certificate *cert, SIZE_T size)
{
    struct chunk *chunk = crypt_alloc(sizeof(*chunk) + size);

    if (!chunk)
        return NULL;
    chunk->next = cert->chunks;
    cert->chunks = chunk;
    return chunk->data;
}

static void blob_of(CRYPT_DATA_BLOB *blob, const BYTE *data, SIZE_T size)
{
    blob->pbData = (BYTE *)data;
    blob->cbData = size;
}

static char *oid_of(struct certificate *cert, const struct der *contents)
{
    DWORD size = der_oid_text(contents, NULL, 0);
    char *text = size ? chunk_alloc(cert, size) : NULL;

    if (text)
        der_oid_text(contents, text, size);
    return text;
}

static BOOL parse_algorithm(struct certificate *cert, struct der *der, CRYPT_ALGORITHM_IDENTIFIER *algorithm)
{
    struct der_item sequence, item;

    if (!der_expect(der, DER_SEQUENCE, &sequence) || !der_expect(&sequence.contents, DER_OID, &item))
        return FALSE;
    blob_of(&algorithm->Parameters, sequence.contents.p, sequence.contents.end - sequence.contents.p);
    return (algorithm->pszObjId = oid_of(cert, &item.contents)) != NULL;
}

static BOOL parse_bits(const struct der *contents, CRYPT_BIT_BLOB *blob)
{
    if (contents->p == contents->end || *contents->p > 7)
        return FALSE;
    blob->cUnusedBits = *contents->p;
    blob->pbData = (BYTE *)contents->p + 1;
    blob->cbData = contents->end - contents->p - 1;
    return TRUE;
}

static BOOL parse_extensions(struct certificate *cert, struct der list)
{
    struct der_item sequence, item;
    struct der counter = list;
    CERT_EXTENSION *extension;
    DWORD count = 0;

    while (der_next(&counter, &item))
        count++;
    if (!(extension = chunk_alloc(cert, count * sizeof(*extension))))
        return FALSE;
    cert->info.rgExtension = extension;
    cert->info.cExtension = count;
    for (; count--; extension++) {
        if (!der_expect(&list, DER_SEQUENCE, &sequence) || !der_expect(&sequence.contents, DER_OID, &item) ||
            !(extension->pszObjId = oid_of(cert, &item.contents)))
            return FALSE;
        if (der_expect(&sequence.contents, DER_BOOLEAN, &item))
            extension->fCritical = item.contents.p < item.contents.end && *item.contents.p;
        if (!der_expect(&sequence.contents, DER_OCTET_STRING, &item))
            return FALSE;
        blob_of(&extension->Value, item.contents.p, item.contents.end - item.contents.p);
    }
    return TRUE;
}

static BOOL parse_certificate(struct certificate *cert)
{
    struct der der = { cert->context.pbCertEncoded, cert->context.pbCertEncoded + cert->context.cbCertEncoded }, fields;
    CERT_INFO *info = &cert->info;
    struct der_item outer, item, part;
    BYTE *serial;
    DWORD size, i;

    if (!der_expect(&der, DER_SEQUENCE, &outer) || !der_expect(&outer.contents, DER_SEQUENCE, &item))
        return FALSE;
    fields = item.contents;
    info->dwVersion = CERT_V1;
    if (der_expect(&fields, DER_CONTEXT, &item)) {
        if (!der_expect(&item.contents, DER_INTEGER, &part) || part.contents.end - part.contents.p != 1)
            return FALSE;
        info->dwVersion = *part.contents.p;
    }
    /* Integers are little-endian in these structures. */
    if (!der_expect(&fields, DER_INTEGER, &item))
        return FALSE;
    size = item.contents.end - item.contents.p;
    if (!(serial = chunk_alloc(cert, size)))
        return FALSE;
    for (i = 0; i < size; i++)
        serial[i] = item.contents.end[-1 - (int)i];
    blob_of(&info->SerialNumber, serial, size);
    if (!parse_algorithm(cert, &fields, &info->SignatureAlgorithm))
        return FALSE;
    if (!der_expect(&fields, DER_SEQUENCE, &item))
        return FALSE;
    blob_of(&info->Issuer, item.whole, item.whole_size);
    if (!der_expect(&fields, DER_SEQUENCE, &item) || !der_next(&item.contents, &part) ||
        !der_time(&part, &info->NotBefore) || !der_next(&item.contents, &part) || !der_time(&part, &info->NotAfter))
        return FALSE;
    if (!der_expect(&fields, DER_SEQUENCE, &item))
        return FALSE;
    blob_of(&info->Subject, item.whole, item.whole_size);
    if (!der_expect(&fields, DER_SEQUENCE, &item) ||
        !parse_algorithm(cert, &item.contents, &info->SubjectPublicKeyInfo.Algorithm) ||
        !der_expect(&item.contents, DER_BIT_STRING, &part) ||
        !parse_bits(&part.contents, &info->SubjectPublicKeyInfo.PublicKey))
        return FALSE;
    while (der_next(&fields, &item)) {
        if (item.tag == 0x81 && !parse_bits(&item.contents, &info->IssuerUniqueId))
            return FALSE;
        if (item.tag == 0x82 && !parse_bits(&item.contents, &info->SubjectUniqueId))
            return FALSE;
        if (item.tag == DER_CONTEXT + 3 &&
            (!der_expect(&item.contents, DER_SEQUENCE, &part) || !parse_extensions(cert, part.contents)))
            return FALSE;
    }
    return TRUE;
}

static void free_certificate(struct certificate *cert)
{
    while (cert->properties) {
        struct property *next = cert->properties->next;
        crypt_free(cert->properties->data);
        crypt_free(cert->properties);
        cert->properties = next;
    }
    while (cert->chunks) {
        struct chunk *next = cert->chunks->next;
        crypt_free(cert->chunks);
        cert->chunks = next;
    }
    crypt_free(cert);
}

struct certificate *certificate_create(const BYTE *encoded, DWORD size)
{
    struct der der = { encoded, encoded + size };
    struct der_item whole;
    struct certificate *cert;
    BYTE *copy;

    if (!der_expect(&der, DER_SEQUENCE, &whole)) {
        SetLastError(CRYPT_E_ASN1_BADTAG);
        return NULL;
    }
    if (!(cert = crypt_alloc(sizeof(*cert))) || !(copy = chunk_alloc(cert, whole.whole_size))) {
        crypt_free(cert);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    memcpy(copy, encoded, whole.whole_size); /* what follows the certificate is not part of it */
    cert->refs = 1;
    cert->context.dwCertEncodingType = X509_ASN_ENCODING;
    cert->context.pbCertEncoded = copy;
    cert->context.cbCertEncoded = whole.whole_size;
    cert->context.pCertInfo = &cert->info;
    if (!parse_certificate(cert)) {
        free_certificate(cert);
        SetLastError(CRYPT_E_ASN1_CORRUPT);
        return NULL;
    }
    return cert;
}

PCCERT_CONTEXT WINAPI CertCreateCertificateContext(DWORD encoding, const BYTE *encoded, DWORD size)
{
    struct certificate *cert;

    if (!(encoding & X509_ASN_ENCODING) || !encoded) {
        SetLastError(E_INVALIDARG);
        return NULL;
    }
    if (!(cert = certificate_create(encoded, size)))
        return NULL;
    cert->store = store_none();
    store_add_ref(cert->store);
    cert->context.hCertStore = store_handle(cert->store);
    return &cert->context;
}

PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT context)
{
    if (context) {
        InterlockedIncrement(&certificate_of(context)->refs);
        if (certificate_of(context)->store)
            store_add_ref(certificate_of(context)->store);
    }
    return context;
}

/* A store holds a reference to what is in it, and a certificate one to its store while a program holds it. */
WINBOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT context)
{
    struct certificate *cert = context ? certificate_of(context) : NULL;
    struct store *store;

    if (!cert)
        return TRUE;
    store = cert->store;
    if (!InterlockedDecrement(&cert->refs))
        free_certificate(cert);
    if (store)
        store_release(store);
    return TRUE;
}

static struct property *find_property(const struct certificate *cert, DWORD id)
{
    struct property *property = cert->properties;

    while (property && property->id != id)
        property = property->next;
    return property;
}

static BOOL store_property(struct certificate *cert, DWORD id, const void *data, DWORD size)
{
    struct property *property = find_property(cert, id);
    BYTE *copy = crypt_alloc(size ? size : 1);

    if (!copy)
        return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(copy, data, size);
    if (!property) {
        if (!(property = crypt_alloc(sizeof(*property)))) {
            crypt_free(copy);
            return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
        }
        property->id = id;
        property->next = cert->properties;
        cert->properties = property;
    }
    crypt_free(property->data);
    property->data = copy;
    property->size = size;
    return TRUE;
}

BOOL certificate_copy_properties(struct certificate *dst, const struct certificate *src)
{
    for (const struct property *property = src->properties; property; property = property->next)
        if (!store_property(dst, property->id, property->data, property->size))
            return FALSE;
    return TRUE;
}

static BOOL hash(const WCHAR *algorithm, const void *data, DWORD size, BYTE *digest, DWORD digest_size)
{
    BCRYPT_ALG_HANDLE provider;
    NTSTATUS status = BCryptOpenAlgorithmProvider(&provider, algorithm, NULL, 0);
    BCRYPT_HASH_HANDLE handle;

    if (status)
        return FALSE;
    if (!(status = BCryptCreateHash(provider, &handle, NULL, 0, NULL, 0, 0))) {
        if (!(status = BCryptHashData(handle, (BYTE *)data, size, 0)))
            status = BCryptFinishHash(handle, digest, digest_size, 0);
        BCryptDestroyHash(handle);
    }
    BCryptCloseAlgorithmProvider(provider, 0);
    return !status;
}

/* The subject public key info within the certificate: what some key identifiers are hashes of. */
static BOOL key_identifier(const struct certificate *cert, BYTE digest[20])
{
    const CRYPT_BIT_BLOB *key = &cert->info.SubjectPublicKeyInfo.PublicKey;

    for (DWORD i = 0; i < cert->info.cExtension; i++) {
        const CERT_EXTENSION *extension = &cert->info.rgExtension[i];
        struct der der = { extension->Value.pbData, extension->Value.pbData + extension->Value.cbData };
        struct der_item item;
        if (!strcmp(extension->pszObjId, szOID_SUBJECT_KEY_IDENTIFIER) && der_expect(&der, DER_OCTET_STRING, &item) &&
            item.contents.end - item.contents.p == 20) {
            memcpy(digest, item.contents.p, 20);
            return TRUE;
        }
    }
    return hash(L"SHA1", key->pbData, key->cbData, digest, 20);
}

WINBOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id, void *data, DWORD *size)
{
    struct certificate *cert = certificate_of(context);
    const struct property *property;
    BYTE digest[64];
    BOOL good;

    AcquireSRWLockShared((PSRWLOCK)&store_lock);
    if ((property = find_property(cert, id))) {
        good = crypt_give(property->data, property->size, data, size);
        ReleaseSRWLockShared((PSRWLOCK)&store_lock);
        return good;
    }
    ReleaseSRWLockShared((PSRWLOCK)&store_lock);
    switch (id) {
    case CERT_SHA1_HASH_PROP_ID:
        if (!hash(L"SHA1", context->pbCertEncoded, context->cbCertEncoded, digest, 20))
            return crypt_fail(CRYPT_E_NOT_FOUND);
        return crypt_give(digest, 20, data, size);
    case CERT_MD5_HASH_PROP_ID:
        if (!hash(L"MD5", context->pbCertEncoded, context->cbCertEncoded, digest, 16))
            return crypt_fail(CRYPT_E_NOT_FOUND);
        return crypt_give(digest, 16, data, size);
    case 107: /* CERT_SHA256_HASH_PROP_ID */
        if (!hash(L"SHA256", context->pbCertEncoded, context->cbCertEncoded, digest, 32))
            return crypt_fail(CRYPT_E_NOT_FOUND);
        return crypt_give(digest, 32, data, size);
    case CERT_KEY_IDENTIFIER_PROP_ID:
        if (!key_identifier(cert, digest))
            return crypt_fail(CRYPT_E_NOT_FOUND);
        return crypt_give(digest, 20, data, size);
    case CERT_ACCESS_STATE_PROP_ID: {
        DWORD state = 0;
        return crypt_give(&state, sizeof(state), data, size);
    }
    default:
        return crypt_fail(CRYPT_E_NOT_FOUND);
    }
}

/* Properties are blobs, but for the few that are structures with pointers, which are not supported. */
WINBOOL WINAPI CertSetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id, DWORD flags, const void *data)
{
    struct certificate *cert = certificate_of(context);
    const CRYPT_DATA_BLOB *blob = data;
    struct property **link;
    BOOL good = TRUE;

    (void)flags;
    if (id == CERT_KEY_PROV_INFO_PROP_ID || id == CERT_KEY_CONTEXT_PROP_ID || id == CERT_KEY_PROV_HANDLE_PROP_ID)
        return crypt_fail(ERROR_CALL_NOT_IMPLEMENTED);
    AcquireSRWLockExclusive((PSRWLOCK)&store_lock);
    if (blob) {
        good = store_property(cert, id, blob->pbData, blob->cbData);
    } else {
        for (link = &cert->properties; *link && (*link)->id != id; link = &(*link)->next)
            ;
        if (*link) {
            struct property *gone = *link;
            *link = gone->next;
            crypt_free(gone->data);
            crypt_free(gone);
        }
    }
    ReleaseSRWLockExclusive((PSRWLOCK)&store_lock);
    return good;
}

DWORD WINAPI CertEnumCertificateContextProperties(PCCERT_CONTEXT context, DWORD id)
{
    const struct property *property = certificate_of(context)->properties;

    if (id) {
        if (!(property = find_property(certificate_of(context), id)))
            return 0;
        property = property->next;
    }
    return property ? property->id : 0;
}
