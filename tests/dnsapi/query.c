/* SPDX-License-Identifier: MIT */
/* DnsQuery of the local host, and comparing names. */
#include <winsock2.h>
#include "../test.h"
#include <windns.h>

TESTS
{
    PDNS_RECORD list = NULL;
    DNS_STATUS status = DnsQuery_W(L"localhost", DNS_TYPE_A, DNS_QUERY_STANDARD, NULL, &list, NULL);

    ok_int(status, 0);
    ok(list && list->wType == DNS_TYPE_A && list->Data.A.IpAddress == 0x0100007f, "not 127.0.0.1");
    if (list)
        ok_wstr((WCHAR *)list->pName, L"localhost");
    DnsFree(list, DnsFreeRecordList);
    ok_int(DnsQuery_A(NULL, DNS_TYPE_A, 0, NULL, &list, NULL), ERROR_INVALID_PARAMETER);
    ok(DnsNameCompare_W((WCHAR *)L"Example.COM.", (WCHAR *)L"example.com"), "the same");
    ok(!DnsNameCompare_A((char *)"example.com", (char *)"example.org"), "not the same");
}
