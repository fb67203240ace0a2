/* SPDX-License-Identifier: MIT */
/* Base64 and hexadecimal texts, and the certificates of the system store ROOT. */
#include "../test.h"
#include <wincrypt.h>

static void test_base64(void)
{
    BYTE data[64];
    char text[256];
    DWORD size, skipped, flags;

    size = sizeof(data);
    ok(CryptStringToBinaryA("SGVsbG8=", 0, CRYPT_STRING_BASE64, data, &size, &skipped, &flags), "error %lx",
       GetLastError());
    ok_int(size, 5);
    ok_mem(data, "Hello", 5);
    ok_int(skipped, 0);
    ok_int(flags, CRYPT_STRING_BASE64);

    size = 0;
    ok(CryptStringToBinaryA("SGVs\r\nbG8=", 0, CRYPT_STRING_BASE64_ANY, NULL, &size, NULL, NULL), "size only");
    ok_int(size, 5);
    size = 2;
    ok_err(CryptStringToBinaryA("SGVsbG8=", 0, CRYPT_STRING_BASE64, data, &size, NULL, NULL), ERROR_MORE_DATA);
    size = sizeof(data);
    ok_err(CryptStringToBinaryA("SG!sbG8=", 0, CRYPT_STRING_BASE64, data, &size, NULL, NULL), ERROR_INVALID_DATA);

    size = sizeof(data);
    ok(CryptStringToBinaryA("x\n-----BEGIN ANY-----\nSGVsbG8=\n-----END ANY-----\n", 0, CRYPT_STRING_BASE64HEADER, data,
                            &size, &skipped, &flags),
       "with headers");
    ok_int(size, 5);
    ok_int(skipped, 2);

    size = sizeof(text);
    ok(CryptBinaryToStringA((const BYTE *)"Hello", 5, CRYPT_STRING_BASE64, text, &size), "to text");
    ok_str(text, "SGVsbG8=\r\n");
    ok_int(size, 10);
    size = sizeof(text);
    ok(CryptBinaryToStringA((const BYTE *)"Hello", 5, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF, text, &size),
       "one line");
    ok_str(text, "SGVsbG8=");
    ok(CryptBinaryToStringA((const BYTE *)"Hello", 5, CRYPT_STRING_BASE64, NULL, &size), "size");
    ok_int(size, 11); /* with the zero */
}

static void test_hex(void)
{
    BYTE data[8];
    char text[64];
    DWORD size = sizeof(data);

    ok(CryptStringToBinaryA("01 ab\nCD", 0, CRYPT_STRING_HEX, data, &size, NULL, NULL), "hex");
    ok_int(size, 3);
    ok_mem(data, "\x01\xab\xcd", 3);
    size = sizeof(text);
    ok(CryptBinaryToStringA((const BYTE *)"\x01\xab\xcd", 3, CRYPT_STRING_HEXRAW | CRYPT_STRING_NOCRLF, text, &size),
       "raw");
    ok_str(text, "01abcd");
}

static void test_stores(void)
{
    HCERTSTORE root = CertOpenSystemStoreW(0, L"ROOT"), memory;
    PCCERT_CONTEXT cert = NULL, copy, found;
    DWORD count = 0, size;
    BYTE hash[20];
    CRYPT_HASH_BLOB blob = { sizeof(hash), hash };

    ok(root != NULL, "error %lx", GetLastError());
    while ((cert = CertEnumCertificatesInStore(root, cert))) {
        char name[256] = "";
        count++;
        if (count > 3)
            continue;
        ok_int(cert->dwCertEncodingType, X509_ASN_ENCODING);
        ok(cert->hCertStore == root, "another store");
        ok(CertGetNameStringA(cert, CERT_NAME_SIMPLE_DISPLAY_TYPE, 0, NULL, name, sizeof(name)) > 1 && name[0],
           "no name");
        ok(CertCompareCertificateName(X509_ASN_ENCODING, &cert->pCertInfo->Issuer, &cert->pCertInfo->Subject),
           "%s is not self-signed", name);
    }
    ok_hex(GetLastError(), CRYPT_E_NOT_FOUND);
    if (!count) {
        skip("no trusted certificates here");
        CertCloseStore(root, 0);
        return;
    }
    cert = CertEnumCertificatesInStore(root, NULL);
    size = sizeof(hash);
    ok(CertGetCertificateContextProperty(cert, CERT_SHA1_HASH_PROP_ID, hash, &size), "error %lx", GetLastError());
    ok_int(size, 20);
    found = CertFindCertificateInStore(root, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, &blob, NULL);
    ok(found && found->cbCertEncoded == cert->cbCertEncoded, "not found by hash");
    CertFreeCertificateContext(found);

    memory = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    ok(memory != NULL, "error %lx", GetLastError());
    ok(CertAddCertificateContextToStore(memory, cert, CERT_STORE_ADD_NEW, &copy), "error %lx", GetLastError());
    ok(copy != cert && copy->hCertStore == memory, "a copy of its own");
    ok_err(CertAddCertificateContextToStore(memory, cert, CERT_STORE_ADD_NEW, NULL), CRYPT_E_EXISTS);
    CertFreeCertificateContext(cert);
    ok_err(CertCloseStore(memory, CERT_CLOSE_STORE_CHECK_FLAG), CRYPT_E_PENDING_CLOSE);
    ok(CertDeleteCertificateFromStore(copy), "error %lx", GetLastError());
    ok(CertCloseStore(root, 0), "error %lx", GetLastError());
    ok_err(CertCreateCertificateContext(X509_ASN_ENCODING, (const BYTE *)"\x30\x03\x02\x01\x01", 5) != NULL,
           GetLastError());
}

TESTS
{
    test_base64();
    test_hex();
    test_stores();
}
