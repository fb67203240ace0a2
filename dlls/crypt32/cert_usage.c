/* SPDX-License-Identifier: MIT */
/* cert_usage.c: extensions, key usage, validity, and comparing parts of certificates. */
#include "crypt32_private.h"

PCERT_EXTENSION WINAPI CertFindExtension(LPCSTR oid, DWORD count, CERT_EXTENSION extensions[])
{
    for (DWORD i = 0; i < count; i++)
        if (!strcmp(extensions[i].pszObjId, oid))
            return &extensions[i];
    return NULL;
}

PCRYPT_ATTRIBUTE WINAPI CertFindAttribute(LPCSTR oid, DWORD count, CRYPT_ATTRIBUTE list[])
{
    for (DWORD i = 0; i < count; i++)
        if (!strcmp(list[i].pszObjId, oid))
            return &list[i];
    return NULL;
}

LONG WINAPI CertVerifyTimeValidity(LPFILETIME time, PCERT_INFO info)
{
    FILETIME now;

    if (!time) {
        GetSystemTimeAsFileTime(&now);
        time = &now;
    }
    if (CompareFileTime(time, &info->NotBefore) < 0)
        return -1;
    return CompareFileTime(time, &info->NotAfter) > 0 ? 1 : 0;
}

WINBOOL WINAPI CertVerifyValidityNesting(PCERT_INFO subject, PCERT_INFO issuer)
{
    return CompareFileTime(&subject->NotBefore, &issuer->NotBefore) >= 0 &&
           CompareFileTime(&subject->NotAfter, &issuer->NotAfter) <= 0;
}

WINBOOL WINAPI CertCompareCertificateName(DWORD encoding, PCERT_NAME_BLOB a, PCERT_NAME_BLOB b)
{
    (void)encoding;
    return a->cbData == b->cbData && !memcmp(a->pbData, b->pbData, a->cbData);
}

/* Leading zero bytes (the last ones, as integers are little-endian) do not count; nor do leading 0xff of negative ones. */
static DWORD significant(const CRYPT_INTEGER_BLOB *blob)
{
    DWORD size = blob->cbData;

    while (size > 1 && ((!blob->pbData[size - 1] && !(blob->pbData[size - 2] & 0x80)) ||
                        (blob->pbData[size - 1] == 0xff && (blob->pbData[size - 2] & 0x80))))
        size--;
    return size;
}

WINBOOL WINAPI CertCompareIntegerBlob(PCRYPT_INTEGER_BLOB a, PCRYPT_INTEGER_BLOB b)
{
    DWORD size = significant(a);

    return size == significant(b) && !memcmp(a->pbData, b->pbData, size);
}

WINBOOL WINAPI CertCompareCertificate(DWORD encoding, PCERT_INFO a, PCERT_INFO b)
{
    return CertCompareCertificateName(encoding, &a->Issuer, &b->Issuer) &&
           CertCompareIntegerBlob(&a->SerialNumber, &b->SerialNumber);
}

WINBOOL WINAPI CertComparePublicKeyInfo(DWORD encoding, PCERT_PUBLIC_KEY_INFO a, PCERT_PUBLIC_KEY_INFO b)
{
    (void)encoding;
    return !strcmp(a->Algorithm.pszObjId, b->Algorithm.pszObjId) && a->PublicKey.cbData == b->PublicKey.cbData &&
           a->PublicKey.cUnusedBits == b->PublicKey.cUnusedBits &&
           !memcmp(a->PublicKey.pbData, b->PublicKey.pbData, a->PublicKey.cbData);
}

/* The bits of the key usage extension, the first byte's highest bit first. */
WINBOOL WINAPI CertGetIntendedKeyUsage(DWORD encoding, PCERT_INFO info, BYTE *usage, DWORD size)
{
    PCERT_EXTENSION extension = CertFindExtension(szOID_KEY_USAGE, info->cExtension, info->rgExtension);
    struct der_item bits;

    (void)encoding;
    memset(usage, 0, size);
    if (!extension)
        return crypt_fail(0);
    struct der der = { extension->Value.pbData, extension->Value.pbData + extension->Value.cbData };
    if (!der_expect(&der, DER_BIT_STRING, &bits) || bits.contents.end - bits.contents.p < 1)
        return crypt_fail(CRYPT_E_ASN1_CORRUPT);
    for (DWORD i = 0; i < size && bits.contents.p + 1 + i < bits.contents.end; i++)
        usage[i] = bits.contents.p[1 + i];
    return TRUE;
}

/* The purposes of the extension and of the property; one block: the structure, the pointers, the texts. */
WINBOOL WINAPI CertGetEnhancedKeyUsage(PCCERT_CONTEXT cert, DWORD flags, PCERT_ENHKEY_USAGE usage, DWORD *size)
{
    PCERT_EXTENSION extension =
        CertFindExtension(szOID_ENHANCED_KEY_USAGE, cert->pCertInfo->cExtension, cert->pCertInfo->rgExtension);
    BYTE property[512];
    DWORD property_size = sizeof(property), need = sizeof(*usage), count = 0, room;
    struct der sources[2], list;
    struct der_item sequence, item;
    int source_count = 0, i;
    char *text;

    if (!size)
        return crypt_fail(ERROR_INVALID_PARAMETER);
    if (extension && !(flags & CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG))
        sources[source_count++] =
            (struct der){ extension->Value.pbData, extension->Value.pbData + extension->Value.cbData };
    if (!(flags & CERT_FIND_EXT_ONLY_ENHKEY_USAGE_FLAG) &&
        CertGetCertificateContextProperty(cert, CERT_ENHKEY_USAGE_PROP_ID, property, &property_size))
        sources[source_count++] = (struct der){ property, property + property_size };
    for (i = 0; i < source_count; i++) {
        struct der der = sources[i];
        if (!der_expect(&der, DER_SEQUENCE, &sequence))
            return crypt_fail(CRYPT_E_ASN1_CORRUPT);
        for (list = sequence.contents; der_expect(&list, DER_OID, &item); count++)
            need += sizeof(char *) + der_oid_text(&item.contents, NULL, 0);
    }
    room = *size;
    *size = need;
    if (usage && room < need)
        return crypt_fail(ERROR_MORE_DATA);
    if (usage) {
        usage->cUsageIdentifier = count;
        usage->rgpszUsageIdentifier = count ? (char **)(usage + 1) : NULL;
        text = (char *)(usage + 1) + count * sizeof(char *);
        count = 0;
        for (i = 0; i < source_count; i++) {
            struct der der = sources[i];
            der_expect(&der, DER_SEQUENCE, &sequence);
            for (list = sequence.contents; der_expect(&list, DER_OID, &item);) {
                DWORD length = der_oid_text(&item.contents, NULL, 0);
                der_oid_text(&item.contents, text, length);
                usage->rgpszUsageIdentifier[count++] = text;
                text += length;
            }
        }
    }
    /* No restriction at all is told by an error code beside success: documented. */
    SetLastError(source_count ? 0 : CRYPT_E_NOT_FOUND);
    return TRUE;
}

DWORD WINAPI CertGetPublicKeyLength(DWORD encoding, PCERT_PUBLIC_KEY_INFO key)
{
    struct der der = { key->PublicKey.pbData, key->PublicKey.pbData + key->PublicKey.cbData };
    struct der_item sequence, modulus;
    DWORD bits;

    (void)encoding;
    if (strcmp(key->Algorithm.pszObjId, szOID_RSA_RSA))
        return crypt_fail(CRYPT_E_UNKNOWN_ALGO);
    if (!der_expect(&der, DER_SEQUENCE, &sequence) || !der_expect(&sequence.contents, DER_INTEGER, &modulus))
        return crypt_fail(CRYPT_E_ASN1_CORRUPT);
    while (modulus.contents.p < modulus.contents.end && !*modulus.contents.p)
        modulus.contents.p++;
    bits = (modulus.contents.end - modulus.contents.p) * 8;
    return bits;
}

/* CertFreeCRLContext and the like, of which there are none but NULL. */
WINBOOL WINAPI CertFreeCRLContext(PCCRL_CONTEXT context)
{
    (void)context;
    return TRUE;
}

WINBOOL WINAPI CertFreeCTLContext(PCCTL_CONTEXT context)
{
    (void)context;
    return TRUE;
}
