/* SPDX-License-Identifier: MIT */
/* Adapters, their addresses and conversions between the names of interfaces. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include "../test.h"

static IP_ADAPTER_ADDRESSES *adapters(ULONG family, ULONG flags)
{
    ULONG size = 0;
    IP_ADAPTER_ADDRESSES *list = NULL;
    ULONG error = GetAdaptersAddresses(family, flags, NULL, NULL, &size);

    while (error == ERROR_BUFFER_OVERFLOW) {
        list = realloc(list, size);
        error = GetAdaptersAddresses(family, flags, NULL, list, &size);
    }
    ok_int(error, 0);
    return error ? NULL : list;
}

static void test_addresses(void)
{
    IP_ADAPTER_ADDRESSES *list = adapters(AF_UNSPEC, GAA_FLAG_INCLUDE_PREFIX | GAA_FLAG_INCLUDE_GATEWAYS), *one;
    int loopbacks = 0, found = 0;

    for (one = list; one; one = one->Next) {
        IP_ADAPTER_UNICAST_ADDRESS *address;
        ok(one->Length >= sizeof(*one) && one->AdapterName && one->FriendlyName && one->Description, "texts");
        loopbacks += one->IfType == IF_TYPE_SOFTWARE_LOOPBACK;
        for (address = one->FirstUnicastAddress; address; address = address->Next) {
            SOCKADDR_IN *in = (SOCKADDR_IN *)address->Address.lpSockaddr;
            ok(in->sin_family == AF_INET || in->sin_family == AF_INET6, "family %d", in->sin_family);
            if (in->sin_family == AF_INET && in->sin_addr.s_addr == htonl(0x7f000001)) {
                found++;
                ok_int(one->IfType, IF_TYPE_SOFTWARE_LOOPBACK);
                ok_int(address->OnLinkPrefixLength, 8);
            }
        }
    }
    ok_int(loopbacks, 1);
    ok_int(found, 1);
    free(list);
    list = adapters(AF_INET, 0);
    for (one = list; one; one = one->Next)
        for (IP_ADAPTER_UNICAST_ADDRESS *a = one->FirstUnicastAddress; a; a = a->Next)
            ok_int(a->Address.lpSockaddr->sa_family, AF_INET);
    free(list);
    ok_int(GetAdaptersAddresses(77, 0, NULL, NULL, &(ULONG){ 0 }), ERROR_INVALID_PARAMETER);
}

static void test_conversion(void)
{
    IP_ADAPTER_ADDRESSES *list = adapters(AF_UNSPEC, 0);
    NET_LUID luid, again;
    NET_IFINDEX index, number = list->IfIndex ? list->IfIndex : list->Ipv6IfIndex;
    WCHAR name[IF_MAX_STRING_SIZE + 1];
    char narrow[IF_MAX_STRING_SIZE + 1];

    ok_int(ConvertInterfaceIndexToLuid(number, &luid), 0);
    ok(luid.Value == list->Luid.Value, "another LUID");
    ok_int(ConvertInterfaceLuidToIndex(&luid, &index), 0);
    ok_int(index, number);
    ok_int(ConvertInterfaceLuidToNameW(&luid, name, IF_MAX_STRING_SIZE + 1), 0);
    ok_int(ConvertInterfaceNameToLuidW(name, &again), 0);
    ok(again.Value == luid.Value, "another LUID by name");
    ok(if_indextoname(number, narrow) != NULL, "name");
    ok_int(if_nametoindex(narrow), number);
    ok_int(if_nametoindex("no such interface"), 0);
    ok_int(ConvertInterfaceIndexToLuid(0x7fffffff, &luid), ERROR_FILE_NOT_FOUND);
    free(list);
}

static void test_tables(void)
{
    ULONG size = 0, i, found = 0;
    MIB_IPADDRTABLE *table;
    MIB_IF_TABLE2 *interfaces;
    DWORD index = 0;

    ok_int(GetIpAddrTable(NULL, &size, TRUE), ERROR_INSUFFICIENT_BUFFER);
    table = malloc(size);
    ok_int(GetIpAddrTable(table, &size, TRUE), 0);
    for (i = 0; i < table->dwNumEntries; i++) {
        if (table->table[i].dwAddr != htonl(0x7f000001))
            continue;
        found++;
        ok_hex(table->table[i].dwMask, htonl(0xff000000));
        ok_int(GetBestInterface(htonl(0x7f000001), &index), 0);
        ok_int(index, table->table[i].dwIndex);
    }
    ok_int(found, 1);
    free(table);
    ok_int(GetIfTable2(&interfaces), 0);
    ok(interfaces->NumEntries > 0, "no interfaces");
    FreeMibTable(interfaces);
    ok_int(GetNumberOfInterfaces(&index), 0);
    ok(index > 0, "none");
}

static void test_params(void)
{
    ULONG size = 0;
    FIXED_INFO *info;

    ok_int(GetNetworkParams(NULL, &size), ERROR_BUFFER_OVERFLOW);
    info = malloc(size);
    ok_int(GetNetworkParams(info, &size), 0);
    ok(info->HostName[0], "no name");

    /* Each adapter's name servers are the system's. */
    IP_ADAPTER_INFO *adapters = NULL;
    ULONG room = 0;
    if (GetAdaptersInfo(NULL, &room) == ERROR_BUFFER_OVERFLOW) {
        adapters = malloc(room);
        ok_int(GetAdaptersInfo(adapters, &room), 0);
        for (IP_ADAPTER_INFO *one = adapters; one; one = one->Next) {
            IP_PER_ADAPTER_INFO *per;
            room = 0;
            ok_int(GetPerAdapterInfo(one->Index, NULL, &room), ERROR_BUFFER_OVERFLOW);
            ok(room >= sizeof(*per), "%lu", room);
            per = malloc(room);
            ok_int(GetPerAdapterInfo(one->Index, per, &room), 0);
            ok(!!per->DnsServerList.IpAddress.String[0] == !!info->DnsServerList.IpAddress.String[0], "'%s', '%s'",
               per->DnsServerList.IpAddress.String, info->DnsServerList.IpAddress.String);
            free(per);
        }
        free(adapters);
    } else {
        skip("no adapter");
    }
    room = sizeof(*info);
    ok_int(GetPerAdapterInfo(0x7ffffff0, (IP_PER_ADAPTER_INFO *)info, &room), ERROR_INVALID_PARAMETER);
    free(info);
}

TESTS
{
    test_addresses();
    test_conversion();
    test_tables();
    test_params();
}
