/* SPDX-License-Identifier: MIT */
/* cert_name.c: X.500 names as text: CertNameToStr, CertGetNameString. */
#include "crypt32_private.h"

/* The short names of attributes, in X.500's notation. */
static const struct {
    const char *oid;
    const WCHAR *name;
} attributes[] = {
    { szOID_COMMON_NAME, L"CN" },
    { szOID_COUNTRY_NAME, L"C" },
    { szOID_LOCALITY_NAME, L"L" },
    { szOID_STATE_OR_PROVINCE_NAME, L"S" },
    { szOID_STREET_ADDRESS, L"STREET" },
    { szOID_ORGANIZATION_NAME, L"O" },
    { szOID_ORGANIZATIONAL_UNIT_NAME, L"OU" },
    { szOID_TITLE, L"T" },
    { szOID_GIVEN_NAME, L"G" },
    { szOID_INITIALS, L"I" },
    { szOID_SUR_NAME, L"SN" },
    { szOID_DOMAIN_COMPONENT, L"DC" },
    { szOID_RSA_emailAddr, L"E" },
    { szOID_DEVICE_SERIAL_NUMBER, L"SERIALNUMBER" },
    { szOID_POSTAL_CODE, L"PostalCode" },
    { szOID_DESCRIPTION, L"Description" },
};

DWORD name_value_text(const struct der_item *value, WCHAR *text, DWORD size)
{
    const BYTE *p = value->contents.p;
    DWORD bytes = value->contents.end - p, count = 0, i;

    switch (value->tag) {
    case DER_UTF8:
        return bytes ? MultiByteToWideChar(CP_UTF8, 0, (const char *)p, bytes, text, text ? size : 0) : 0;
    case DER_BMP:
        for (i = 0; i + 1 < bytes; i += 2, count++)
            if (text && count < size)
                text[count] = p[i] << 8 | p[i + 1];
        return count;
    case DER_UNIVERSAL:
        for (i = 0; i + 3 < bytes; i += 4) {
            ULONG c = (ULONG)p[i] << 24 | p[i + 1] << 16 | p[i + 2] << 8 | p[i + 3];
            if (c >= 0x10000) {
                if (text && count + 1 < size) {
                    text[count] = 0xd7c0 + (c >> 10);
                    text[count + 1] = 0xdc00 + (c & 0x3ff);
                }
                count += 2;
            } else {
                if (text && count < size)
                    text[count] = c;
                count++;
            }
        }
        return count;
    default: /* PrintableString, IA5String, TeletexString (as Latin-1) and the like */
        for (i = 0; i < bytes; i++)
            if (text && i < size)
                text[i] = p[i];
        return bytes;
    }
}

/* What is written, as far as it fits, and what it would need. */
struct output {
    WCHAR *text;
    DWORD room, used;
};

static void put(struct output *out, const WCHAR *text, DWORD length)
{
    for (DWORD i = 0; i < length; i++, out->used++)
        if (out->text && out->used + 1 < out->room)
            out->text[out->used] = text[i];
}

static BOOL needs_quotes(const WCHAR *text, DWORD length)
{
    if (!length || text[0] == ' ' || text[length - 1] == ' ')
        return TRUE;
    for (DWORD i = 0; i < length; i++)
        if (wcschr(L",+=\"\n<>#;", text[i]))
            return TRUE;
    return FALSE;
}

static void put_attribute(struct output *out, DWORD format, const char *oid, const WCHAR *value, DWORD length)
{
    BOOL quote = !(format & CERT_NAME_STR_NO_QUOTING_FLAG) && needs_quotes(value, length);
    SIZE_T i;

    if ((format & 0xff) != CERT_SIMPLE_NAME_STR) {
        for (i = 0; i < ARRAY_SIZE(attributes) && strcmp(attributes[i].oid, oid); i++)
            ;
        if ((format & 0xff) == CERT_X500_NAME_STR && i < ARRAY_SIZE(attributes)) {
            put(out, attributes[i].name, wcslen(attributes[i].name));
        } else {
            if ((format & 0xff) == CERT_X500_NAME_STR)
                put(out, L"OID.", 4);
            for (; *oid; oid++)
                put(out, &(WCHAR){ *oid }, 1);
        }
        put(out, L"=", 1);
    }
    if (quote)
        put(out, L"\"", 1);
    for (i = 0; i < length; i++) {
        if (quote && value[i] == '"')
            put(out, L"\"", 1);
        put(out, value + i, 1);
    }
    if (quote)
        put(out, L"\"", 1);
}

/* Calls back for each attribute of a name, in order or in reverse. Reverse is done by position, as names are short. */
static BOOL walk_name(const CERT_NAME_BLOB *name, DWORD index, struct der *set)
{
    struct der der = { name->pbData, name->pbData + name->cbData };
    struct der_item sequence, item;

    if (!der_expect(&der, DER_SEQUENCE, &sequence))
        return FALSE;
    do {
        if (!der_expect(&sequence.contents, DER_SET, &item))
            return FALSE;
    } while (index--);
    *set = item.contents;
    return TRUE;
}

static DWORD name_text(const CERT_NAME_BLOB *name, DWORD format, WCHAR *text, DWORD room)
{
    struct output out = { text, room, 0 };
    const WCHAR *separator = format & CERT_NAME_STR_SEMICOLON_FLAG ? L"; "
                             : format & CERT_NAME_STR_CRLF_FLAG    ? L"\r\n"
                                                                   : L", ";
    const WCHAR *plus = format & CERT_NAME_STR_NO_PLUS_FLAG ? L" " : L" + ";
    DWORD count = 0, i;
    struct der set;

    while (walk_name(name, count, &set))
        count++;
    for (i = 0; i < count; i++) {
        struct der_item pair, oid, value;
        BOOL first = TRUE;
        char oid_text[128];

        walk_name(name, format & CERT_NAME_STR_REVERSE_FLAG ? count - 1 - i : i, &set);
        if (i)
            put(&out, separator, wcslen(separator));
        while (der_expect(&set, DER_SEQUENCE, &pair)) {
            DWORD length;
            WCHAR *wide;
            if (!der_expect(&pair.contents, DER_OID, &oid) || !der_next(&pair.contents, &value) ||
                !der_oid_text(&oid.contents, oid_text, sizeof(oid_text)))
                break;
            if (!first)
                put(&out, plus, wcslen(plus));
            first = FALSE;
            length = name_value_text(&value, NULL, 0);
            if (!(wide = crypt_alloc((length + 1) * sizeof(WCHAR))))
                break;
            name_value_text(&value, wide, length);
            put_attribute(&out, format, oid_text, wide, length);
            crypt_free(wide);
        }
    }
    if (text && room)
        text[out.used < room ? out.used : room - 1] = 0;
    return text && room && out.used >= room ? room : out.used + 1;
}

DWORD WINAPI CertNameToStrW(DWORD encoding, PCERT_NAME_BLOB name, DWORD format, LPWSTR text, DWORD size)
{
    (void)encoding;
    return name_text(name, format, size ? text : NULL, size);
}

static DWORD give_narrow(const WCHAR *wide, char *text, DWORD size)
{
    DWORD need = WideCharToMultiByte(CP_ACP, 0, wide, -1, NULL, 0, NULL, NULL);

    if (!text || !size)
        return need;
    if (size < need) { /* cut */
        char *whole = crypt_alloc(need);
        if (whole) {
            WideCharToMultiByte(CP_ACP, 0, wide, -1, whole, need, NULL, NULL);
            memcpy(text, whole, size - 1);
            crypt_free(whole);
        }
        text[size - 1] = 0;
        return size;
    }
    return WideCharToMultiByte(CP_ACP, 0, wide, -1, text, size, NULL, NULL);
}

DWORD WINAPI CertNameToStrA(DWORD encoding, PCERT_NAME_BLOB name, DWORD format, LPSTR text, DWORD size)
{
    DWORD count = CertNameToStrW(encoding, name, format, NULL, 0), result;
    WCHAR *wide = crypt_alloc(count * sizeof(WCHAR));

    if (!wide)
        return 0;
    CertNameToStrW(encoding, name, format, wide, count);
    result = give_narrow(wide, text, size);
    crypt_free(wide);
    return result;
}

/* The value of the last attribute of this kind in a name: characters, 0 if there is none. */
static DWORD find_attribute(const CERT_NAME_BLOB *name, const char *wanted, WCHAR *text, DWORD size)
{
    struct der set;
    DWORD count = 0;

    while (walk_name(name, count, &set))
        count++;
    while (count--) {
        struct der_item pair, oid, value;
        char oid_text[128];
        walk_name(name, count, &set);
        while (der_expect(&set, DER_SEQUENCE, &pair))
            if (der_expect(&pair.contents, DER_OID, &oid) && der_next(&pair.contents, &value) &&
                der_oid_text(&oid.contents, oid_text, sizeof(oid_text)) && !strcmp(oid_text, wanted))
                return name_value_text(&value, text, size);
    }
    return 0;
}

/* An entry of the subject's (or issuer's) alternative name: e-mail 1, DNS 2, URL 6. */
static DWORD find_alternative(const CERT_INFO *info, BOOL issuer, BYTE choice, WCHAR *text, DWORD size)
{
    const char *oids[] = { issuer ? szOID_ISSUER_ALT_NAME2 : szOID_SUBJECT_ALT_NAME2,
                           issuer ? szOID_ISSUER_ALT_NAME : szOID_SUBJECT_ALT_NAME };

    for (SIZE_T i = 0; i < ARRAY_SIZE(oids); i++) {
        PCERT_EXTENSION extension = CertFindExtension(oids[i], info->cExtension, info->rgExtension);
        struct der_item sequence, item;
        if (!extension)
            continue;
        struct der der = { extension->Value.pbData, extension->Value.pbData + extension->Value.cbData };
        if (!der_expect(&der, DER_SEQUENCE, &sequence))
            continue;
        while (der_next(&sequence.contents, &item))
            if (item.tag == (0x80 | choice))
                return name_value_text(&item, text, size);
    }
    return 0;
}

static DWORD name_string(const CERT_INFO *info, DWORD type, DWORD flags, const void *parameter, WCHAR *text, DWORD size)
{
    BOOL issuer = (flags & CERT_NAME_ISSUER_FLAG) != 0;
    const CERT_NAME_BLOB *name = issuer ? &info->Issuer : &info->Subject;
    static const char *const simple[] = { szOID_COMMON_NAME, szOID_ORGANIZATIONAL_UNIT_NAME, szOID_ORGANIZATION_NAME,
                                          szOID_RSA_emailAddr };
    DWORD count = 0, format, i;

    switch (type) {
    case CERT_NAME_EMAIL_TYPE:
        if (!(count = find_alternative(info, issuer, 1, text, size)))
            count = find_attribute(name, szOID_RSA_emailAddr, text, size);
        return count;
    case CERT_NAME_DNS_TYPE:
        if (!(count = find_alternative(info, issuer, 2, text, size)))
            count = find_attribute(name, szOID_COMMON_NAME, text, size);
        return count;
    case CERT_NAME_URL_TYPE:
        return find_alternative(info, issuer, 6, text, size);
    case CERT_NAME_RDN_TYPE:
        format = parameter ? *(const DWORD *)parameter : CERT_SIMPLE_NAME_STR;
        count = name_text(name, format, text, text ? size : 0);
        return count ? count - 1 : 0;
    case CERT_NAME_ATTR_TYPE:
        return parameter ? find_attribute(name, parameter, text, size) : 0;
    case CERT_NAME_SIMPLE_DISPLAY_TYPE:
    case CERT_NAME_FRIENDLY_DISPLAY_TYPE:
        for (i = 0; i < ARRAY_SIZE(simple); i++)
            if ((count = find_attribute(name, simple[i], text, size)))
                return count;
        if (!(count = find_alternative(info, issuer, 1, text, size)) &&
            !(count = find_alternative(info, issuer, 2, text, size))) {
            count = name_text(name, CERT_SIMPLE_NAME_STR, text, text ? size : 0);
            count -= count != 0;
        }
        return count;
    default:
        return 0;
    }
}

/* Characters with the zero; an empty text if there is no such name. */
DWORD WINAPI CertGetNameStringW(PCCERT_CONTEXT cert, DWORD type, DWORD flags, void *parameter, LPWSTR text, DWORD size)
{
    DWORD count = name_string(cert->pCertInfo, type, flags, parameter, NULL, 0);
    WCHAR *whole;

    if (!text || !size)
        return count + 1;
    if (!(whole = crypt_alloc((count + 1) * sizeof(WCHAR)))) {
        *text = 0;
        return 1;
    }
    if (count)
        name_string(cert->pCertInfo, type, flags, parameter, whole, count + 1);
    if (count + 1 > size)
        count = size - 1;
    memcpy(text, whole, count * sizeof(WCHAR));
    text[count] = 0;
    crypt_free(whole);
    return count + 1;
}

DWORD WINAPI CertGetNameStringA(PCCERT_CONTEXT cert, DWORD type, DWORD flags, void *parameter, LPSTR text, DWORD size)
{
    DWORD count = CertGetNameStringW(cert, type, flags, parameter, NULL, 0), result;
    WCHAR *wide = crypt_alloc(count * sizeof(WCHAR));

    if (!wide)
        return 0;
    CertGetNameStringW(cert, type, flags, parameter, wide, count);
    result = give_narrow(wide, text, size);
    crypt_free(wide);
    return result;
}
