/* SPDX-License-Identifier: MIT */
/* crypt32_private.h: what the files of crypt32 share. */
#ifndef TRANSOM_CRYPT32_PRIVATE_H
#define TRANSOM_CRYPT32_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include <wincrypt.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* --- der.c: reading DER --- */

struct der {
    const BYTE *p, *end;
};

struct der_item {
    BYTE tag;
    const BYTE *whole; /* tag, length and contents */
    DWORD whole_size;
    struct der contents;
};

enum {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8 = 0x0c,
    DER_PRINTABLE = 0x13,
    DER_T61 = 0x14,
    DER_IA5 = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_UNIVERSAL = 0x1c,
    DER_BMP = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0xa0, /* + number, constructed */
};

/* The next item; FALSE at the end or if it is not well-formed. */
BOOL der_next(struct der *der, struct der_item *item);
/* The next item, which must have this tag. */
BOOL der_expect(struct der *der, BYTE tag, struct der_item *item);
/* An object identifier as "1.2.840": the characters with the zero, or 0. `text` may be NULL. */
DWORD der_oid_text(const struct der *contents, char *text, DWORD size);
BOOL der_time(const struct der_item *item, FILETIME *time);

/* --- cert_context.c --- */

struct store;
struct property;

struct certificate {
    CERT_CONTEXT context; /* what programs see; pCertInfo is below */
    CERT_INFO info;
    LONG refs;
    struct certificate *prev, *next; /* in its store */
    struct store *store;             /* NULL once it is taken out */
    BOOL in_store;
    struct property *properties;
    struct chunk *chunks; /* memory that `info` points to */
};

static inline struct certificate *certificate_of(PCCERT_CONTEXT context)
{
    return CONTAINING_RECORD(context, struct certificate, context);
}

/* A certificate of its own, in no store; NULL with the last error set. */
struct certificate *certificate_create(const BYTE *encoded, DWORD size);
BOOL certificate_copy_properties(struct certificate *dst, const struct certificate *src);

/* --- cert_store.c --- */
void store_add_ref(struct store *store);
void store_release(struct store *store);
HCERTSTORE store_handle(struct store *store);
/* The store that holds certificates without one of their own. */
struct store *store_none(void);
extern RTL_SRWLOCK store_lock; /* of all lists and properties */

/* --- cert_name.c --- */
/* A character string of X.500 as UTF-16: characters without a zero. `text` may be NULL. */
DWORD name_value_text(const struct der_item *value, WCHAR *text, DWORD size);

static inline BOOL crypt_fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static inline void *crypt_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void crypt_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

/* Data in the usual manner: the size alone if there is no buffer. */
static inline BOOL crypt_give(const void *data, DWORD size, void *buffer, DWORD *room)
{
    DWORD have = *room;

    *room = size;
    if (!buffer)
        return TRUE;
    if (have < size)
        return crypt_fail(ERROR_MORE_DATA);
    memcpy(buffer, data, size);
    return TRUE;
}

#endif
