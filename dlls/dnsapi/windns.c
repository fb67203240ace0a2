/* SPDX-License-Identifier: MIT */
/*
 * windns.c: DnsQuery for addresses (A, AAAA), asked of Linux' resolver, which knows neither time to live nor the sections of an
 * answer. Other types of records are refused as by a server that does not implement them.
 */
#define WIN32_NO_STATUS
#include <winsock2.h>
#undef WIN32_NO_STATUS
#include "nt.h"
#include "ntdll.h"
#include <windns.h>
#include <string.h>
#include <wchar.h>
#include "unix_call.h"
#include "unix_net.h"

#define TIME_TO_LIVE 60 /* seconds; what a resolver without knowledge may assume */

static void *dns_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static void dns_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

static DNS_STATUS status_of(uint32_t error)
{
    switch (error) {
    case UNIX_NET_OK:
        return ERROR_SUCCESS;
    case UNIX_NET_NOT_FOUND:
        return DNS_ERROR_RCODE_NAME_ERROR;
    case UNIX_NET_NO_DATA:
        return DNS_INFO_NO_RECORDS;
    case UNIX_NET_AGAIN:
        return ERROR_TIMEOUT;
    default:
        return DNS_ERROR_RCODE_SERVER_FAILURE;
    }
}

/* One record with its name in one block: freed by DnsRecordListFree. `name` is in the caller's character set. */
static DNS_RECORDW *make_record(const void *name, SIZE_T name_size, DWORD charset,
                                const struct unix_net_address *address)
{
    DNS_RECORDW *record = dns_alloc(sizeof(*record) + name_size);

    if (!record)
        return NULL;
    record->pName = memcpy(record + 1, name, name_size);
    record->dwTtl = TIME_TO_LIVE;
    record->Flags.S.Section = DNSREC_ANSWER;
    record->Flags.S.CharSet = charset;
    if (address->family == UNIX_NET_IPV4) {
        record->wType = DNS_TYPE_A;
        record->wDataLength = sizeof(DNS_A_DATA);
        memcpy(&record->Data.A.IpAddress, address->bytes, 4);
    } else {
        record->wType = DNS_TYPE_AAAA;
        record->wDataLength = sizeof(DNS_AAAA_DATA);
        memcpy(&record->Data.AAAA.Ip6Address, address->bytes, 16);
    }
    return record;
}

static DNS_STATUS query(const char *utf8, WORD type, const void *name, SIZE_T name_size, DWORD charset,
                        DNS_RECORDW **list)
{
    struct unix_net_resolve args = { .name = (ULONG_PTR)utf8 };
    struct unix_net_address *addresses = NULL;
    DNS_RECORDW **link = list;
    DNS_STATUS status;
    ULONG capacity = 32;

    if (list)
        *list = NULL;
    switch (type) {
    case DNS_TYPE_A:
        args.family = UNIX_NET_IPV4;
        break;
    case DNS_TYPE_AAAA:
        args.family = UNIX_NET_IPV6;
        break;
    default:
        return DNS_ERROR_RCODE_NOT_IMPLEMENTED;
    }
    if (!*utf8 || strlen(utf8) > 255)
        return DNS_ERROR_INVALID_NAME_CHAR;
    do {
        dns_free(addresses);
        if (!(addresses = dns_alloc(capacity * sizeof(*addresses))))
            return ERROR_NOT_ENOUGH_MEMORY;
        args.addresses = (ULONG_PTR)addresses;
        args.capacity = capacity;
        if (NtTransomUnixCall(UNIX_MODULE_NET, UNIX_NET_RESOLVE, &args))
            args.error = UNIX_NET_FAILED;
        capacity = args.count;
    } while (args.error == UNIX_NET_OK && args.count > args.capacity);
    status = status_of(args.error);
    for (ULONG i = 0; !status && list && i < args.count; i++) {
        if (!(*link = make_record(name, name_size, charset, &addresses[i]))) {
            DnsRecordListFree((DNS_RECORDA *)*list, DnsFreeRecordList);
            *list = NULL;
            status = ERROR_NOT_ENOUGH_MEMORY;
        } else {
            link = (DNS_RECORDW **)&(*link)->pNext;
        }
    }
    dns_free(addresses);
    return status;
}

DNS_STATUS WINAPI DnsQuery_W(PCWSTR name, WORD type, DWORD options, PIP4_ARRAY extra, PDNS_RECORD *list,
                             PVOID *reserved)
{
    char utf8[1024];

    (void)options, (void)extra, (void)reserved;
    if (!name)
        return ERROR_INVALID_PARAMETER;
    if (!WideCharToMultiByte(CP_UTF8, 0, name, -1, utf8, sizeof(utf8), NULL, NULL))
        return DNS_ERROR_INVALID_NAME_CHAR;
    return query(utf8, type, name, (wcslen(name) + 1) * sizeof(WCHAR), DnsCharSetUnicode, (DNS_RECORDW **)list);
}

DNS_STATUS WINAPI DnsQuery_UTF8(PCSTR name, WORD type, DWORD options, PIP4_ARRAY extra, PDNS_RECORD *list,
                                PVOID *reserved)
{
    (void)options, (void)extra, (void)reserved;
    if (!name)
        return ERROR_INVALID_PARAMETER;
    return query(name, type, name, strlen(name) + 1, DnsCharSetUtf8, (DNS_RECORDW **)list);
}

DNS_STATUS WINAPI DnsQuery_A(PCSTR name, WORD type, DWORD options, PIP4_ARRAY extra, PDNS_RECORD *list, PVOID *reserved)
{
    WCHAR wide[1024];
    char utf8[1024];

    (void)options, (void)extra, (void)reserved;
    if (!name)
        return ERROR_INVALID_PARAMETER;
    if (!MultiByteToWideChar(CP_ACP, 0, name, -1, wide, 1024) ||
        !WideCharToMultiByte(CP_UTF8, 0, wide, -1, utf8, sizeof(utf8), NULL, NULL))
        return DNS_ERROR_INVALID_NAME_CHAR;
    return query(utf8, type, name, strlen(name) + 1, DnsCharSetAnsi, (DNS_RECORDW **)list);
}

VOID WINAPI DnsFree(PVOID data, DNS_FREE_TYPE type)
{
    DNS_RECORDW *record = data;

    if (type != DnsFreeRecordList) {
        dns_free(data);
        return;
    }
    while (record) {
        DNS_RECORDW *next = (DNS_RECORDW *)record->pNext;
        dns_free(record);
        record = next;
    }
}

#undef DnsRecordListFree
VOID WINAPI DnsRecordListFree(PDNS_RECORD list, DNS_FREE_TYPE type)
{
    (void)type;
    DnsFree(list, DnsFreeRecordList);
}

/* Without regard to case and to a dot at the end. */
WINBOOL WINAPI DnsNameCompare_W(LPWSTR a, LPWSTR b)
{
    SIZE_T x, y;

    if (!a || !b)
        return FALSE;
    x = wcslen(a);
    y = wcslen(b);
    if (x && a[x - 1] == '.')
        x--;
    if (y && b[y - 1] == '.')
        y--;
    return x == y && !_wcsnicmp(a, b, x);
}

WINBOOL WINAPI DnsNameCompare_A(LPSTR a, LPSTR b)
{
    SIZE_T x, y;

    if (!a || !b)
        return FALSE;
    x = strlen(a);
    y = strlen(b);
    if (x && a[x - 1] == '.')
        x--;
    if (y && b[y - 1] == '.')
        y--;
    return x == y && !_strnicmp(a, b, x);
}
