/* SPDX-License-Identifier: MIT */
/* rpcdce_uuid.c: UUIDs: making, comparing, as text. */
#include "nt.h"
#include "ntdll.h"
#include <rpc.h>
#include <rpcdce.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size);

static const UUID nil;

/* Version 4: random, but for the version and the variant. */
RPC_STATUS RPC_ENTRY UuidCreate(UUID *uuid)
{
    ProcessPrng((BYTE *)uuid, sizeof(*uuid));
    uuid->Data3 = (uuid->Data3 & 0x0fff) | 0x4000;
    uuid->Data4[0] = (uuid->Data4[0] & 0x3f) | 0x80;
    return RPC_S_OK;
}

/*
 * Version 1: the time in 100 ns since 15 October 1582, a clock sequence and a node. The node is random with the multicast bit
 * set, as RFC 4122 (4.5) allows where there is no network address to disclose: "unique on this computer only".
 */
RPC_STATUS RPC_ENTRY UuidCreateSequential(UUID *uuid)
{
    static RTL_SRWLOCK lock;
    static ULONGLONG last;
    static BYTE node[8]; /* the clock sequence and the node */
    FILETIME now;
    ULONGLONG time;

    GetSystemTimeAsFileTime(&now);
    time = ((ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime) + 0x00146bf33e42c000ull;
    RtlAcquireSRWLockExclusive(&lock);
    if (!last) {
        ProcessPrng(node, sizeof(node));
        node[0] = (node[0] & 0x3f) | 0x80;
        node[2] |= 1;
    }
    last = time = time > last ? time : last + 1;
    RtlReleaseSRWLockExclusive(&lock);
    uuid->Data1 = (ULONG)time;
    uuid->Data2 = (USHORT)(time >> 32);
    uuid->Data3 = (USHORT)(time >> 48 & 0x0fff) | 0x1000;
    memcpy(uuid->Data4, node, sizeof(node));
    return RPC_S_UUID_LOCAL_ONLY;
}

RPC_STATUS RPC_ENTRY UuidCreateNil(UUID *uuid)
{
    *uuid = nil;
    return RPC_S_OK;
}

static RPC_STATUS allocate(SIZE_T size, void **text)
{
    *text = HeapAlloc(GetProcessHeap(), 0, size);
    return *text ? RPC_S_OK : RPC_S_OUT_OF_MEMORY;
}

/* "00112233-4455-6677-8899-aabbccddeeff" */
static void format(const UUID *uuid, char text[37])
{
    _snprintf(text, 37, "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", uuid->Data1, uuid->Data2, uuid->Data3,
              uuid->Data4[0], uuid->Data4[1], uuid->Data4[2], uuid->Data4[3], uuid->Data4[4], uuid->Data4[5],
              uuid->Data4[6], uuid->Data4[7]);
}

RPC_STATUS RPC_ENTRY UuidToStringA(UUID *uuid, RPC_CSTR *text)
{
    RPC_STATUS status = allocate(37, (void **)text);

    if (!status)
        format(uuid ? uuid : &nil, (char *)*text);
    return status;
}

RPC_STATUS RPC_ENTRY UuidToStringW(UUID *uuid, RPC_WSTR *text)
{
    RPC_STATUS status = allocate(37 * sizeof(WCHAR), (void **)text);
    char narrow[37];

    if (status)
        return status;
    format(uuid ? uuid : &nil, narrow);
    for (int i = 0; i < 37; i++)
        (*text)[i] = narrow[i];
    return RPC_S_OK;
}

static BOOL parse(const WCHAR *text, UUID *uuid)
{
    static const char places[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    BYTE nibbles[32];
    int n = 0, i;

    for (i = 0; places[i]; i++) {
        WCHAR c = text[i];
        if (places[i] == '-') {
            if (c != '-')
                return FALSE;
        } else if (c >= '0' && c <= '9') {
            nibbles[n++] = c - '0';
        } else if ((c | 32) >= 'a' && (c | 32) <= 'f' && c < 128) {
            nibbles[n++] = (c | 32) - 'a' + 10;
        } else {
            return FALSE;
        }
    }
    if (text[i])
        return FALSE;
    memset(uuid, 0, sizeof(*uuid));
    for (i = 0; i < 8; i++)
        uuid->Data1 = uuid->Data1 << 4 | nibbles[i];
    for (; i < 12; i++)
        uuid->Data2 = uuid->Data2 << 4 | nibbles[i];
    for (; i < 16; i++)
        uuid->Data3 = uuid->Data3 << 4 | nibbles[i];
    for (; i < 32; i++)
        uuid->Data4[(i - 16) / 2] = uuid->Data4[(i - 16) / 2] << 4 | nibbles[i];
    return TRUE;
}

RPC_STATUS RPC_ENTRY UuidFromStringW(RPC_WSTR text, UUID *uuid)
{
    if (!text)
        return UuidCreateNil(uuid);
    return parse(text, uuid) ? RPC_S_OK : RPC_S_INVALID_STRING_UUID;
}

RPC_STATUS RPC_ENTRY UuidFromStringA(RPC_CSTR text, UUID *uuid)
{
    WCHAR wide[38];
    int i;

    if (!text)
        return UuidCreateNil(uuid);
    for (i = 0; i < 37 && text[i]; i++)
        wide[i] = text[i];
    wide[i] = 0;
    return parse(wide, uuid) ? RPC_S_OK : RPC_S_INVALID_STRING_UUID;
}

RPC_STATUS RPC_ENTRY RpcStringFreeA(RPC_CSTR *text)
{
    HeapFree(GetProcessHeap(), 0, *text);
    *text = NULL;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcStringFreeW(RPC_WSTR *text)
{
    return RpcStringFreeA((RPC_CSTR *)text);
}

int RPC_ENTRY UuidEqual(UUID *a, UUID *b, RPC_STATUS *status)
{
    *status = RPC_S_OK;
    return !memcmp(a ? a : &nil, b ? b : &nil, sizeof(UUID));
}

int RPC_ENTRY UuidIsNil(UUID *uuid, RPC_STATUS *status)
{
    return UuidEqual(uuid, NULL, status);
}

/* The order of DCE: field by field. */
int RPC_ENTRY UuidCompare(UUID *a, UUID *b, RPC_STATUS *status)
{
    const UUID *x = a ? a : &nil, *y = b ? b : &nil;
    int order;

    *status = RPC_S_OK;
    if (x->Data1 != y->Data1)
        return x->Data1 < y->Data1 ? -1 : 1;
    if (x->Data2 != y->Data2)
        return x->Data2 < y->Data2 ? -1 : 1;
    if (x->Data3 != y->Data3)
        return x->Data3 < y->Data3 ? -1 : 1;
    order = memcmp(x->Data4, y->Data4, 8);
    return order < 0 ? -1 : order > 0;
}

/* The CRC-16 (CCITT) of its bytes. */
unsigned short RPC_ENTRY UuidHash(UUID *uuid, RPC_STATUS *status)
{
    const BYTE *bytes = (const BYTE *)(uuid ? uuid : &nil);
    USHORT crc = 0;

    *status = RPC_S_OK;
    for (SIZE_T i = 0; i < sizeof(UUID); i++) {
        crc ^= bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
    }
    return crc;
}

/* I_RpcMapWin32Status and the like need a run-time library of RPC; the memory functions do not. */
void *RPC_ENTRY I_RpcAllocate(unsigned int size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

void RPC_ENTRY I_RpcFree(void *p)
{
    HeapFree(GetProcessHeap(), 0, p);
}
