/* SPDX-License-Identifier: MIT */
/* netioapi.c: interfaces by index, name and LUID; their rows and tables; the addresses of all. */
#include "iphlpapi_private.h"
#include <stdio.h>

/* Calls `use` with the interface that `match` accepts; ERROR_FILE_NOT_FOUND or what `missing` says if there is none. */
static DWORD with_interface(BOOL (*match)(const struct unix_net_interface *, const void *), const void *key,
                            DWORD missing, struct unix_net_interface *found)
{
    DWORD error;
    ULONG count, i;
    struct unix_net_interface *list = net_query(UNIX_NET_INTERFACES, sizeof(*list), &count, NULL, &error);

    if (!list)
        return error;
    for (i = 0; i < count && !match(&list[i], key); i++)
        ;
    if (i < count)
        *found = list[i];
    net_free(list);
    return i < count ? NO_ERROR : missing;
}

static BOOL has_index(const struct unix_net_interface *nic, const void *key)
{
    return nic->index == *(const NET_IFINDEX *)key;
}

static BOOL has_luid(const struct unix_net_interface *nic, const void *key)
{
    return interface_luid(nic) == ((const NET_LUID *)key)->Value;
}

static BOOL has_guid(const struct unix_net_interface *nic, const void *key)
{
    GUID guid;

    interface_guid(nic, &guid);
    return !memcmp(&guid, key, sizeof(guid));
}

static BOOL has_alias(const struct unix_net_interface *nic, const void *key)
{
    WCHAR alias[IF_MAX_STRING_SIZE + 1];

    interface_alias(nic, alias, ARRAY_SIZE(alias));
    return !_wcsicmp(alias, key);
}

NETIO_STATUS WINAPI ConvertInterfaceIndexToLuid(NET_IFINDEX index, PNET_LUID luid)
{
    struct unix_net_interface found;
    DWORD error;

    if (!luid)
        return ERROR_INVALID_PARAMETER;
    luid->Value = 0;
    if (!(error = with_interface(has_index, &index, ERROR_FILE_NOT_FOUND, &found)))
        luid->Value = interface_luid(&found);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToIndex(const NET_LUID *luid, PNET_IFINDEX index)
{
    struct unix_net_interface found;
    DWORD error;

    if (!luid || !index)
        return ERROR_INVALID_PARAMETER;
    *index = 0;
    if (!(error = with_interface(has_luid, luid, ERROR_INVALID_PARAMETER, &found)))
        *index = found.index;
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToGuid(const NET_LUID *luid, GUID *guid)
{
    struct unix_net_interface found;
    DWORD error;

    if (!luid || !guid)
        return ERROR_INVALID_PARAMETER;
    if (!(error = with_interface(has_luid, luid, ERROR_INVALID_PARAMETER, &found)))
        interface_guid(&found, guid);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceGuidToLuid(const GUID *guid, PNET_LUID luid)
{
    struct unix_net_interface found;
    DWORD error;

    if (!luid || !guid)
        return ERROR_INVALID_PARAMETER;
    if (!(error = with_interface(has_guid, guid, ERROR_INVALID_PARAMETER, &found)))
        luid->Value = interface_luid(&found);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToAlias(const NET_LUID *luid, PWSTR alias, SIZE_T size)
{
    struct unix_net_interface found;
    WCHAR text[IF_MAX_STRING_SIZE + 1];
    DWORD error;

    if (!luid || !alias)
        return ERROR_INVALID_PARAMETER;
    if ((error = with_interface(has_luid, luid, ERROR_INVALID_PARAMETER, &found)))
        return error;
    interface_alias(&found, text, ARRAY_SIZE(text));
    if (wcslen(text) >= size)
        return ERROR_NOT_ENOUGH_MEMORY;
    wcscpy(alias, text);
    return NO_ERROR;
}

NETIO_STATUS WINAPI ConvertInterfaceAliasToLuid(const WCHAR *alias, PNET_LUID luid)
{
    struct unix_net_interface found;
    DWORD error;

    if (!luid || !alias)
        return ERROR_INVALID_PARAMETER;
    if (!(error = with_interface(has_alias, alias, ERROR_INVALID_PARAMETER, &found)))
        luid->Value = interface_luid(&found);
    return error;
}

/* Names that stand for the LUID: a word for the type and a number, "ethernet_2". */
static const struct {
    IFTYPE type;
    const WCHAR *name;
} type_names[] = {
    { IF_TYPE_OTHER, L"other" },
    { IF_TYPE_ETHERNET_CSMACD, L"ethernet" },
    { IF_TYPE_PPP, L"ppp" },
    { IF_TYPE_SOFTWARE_LOOPBACK, L"loopback" },
    { IF_TYPE_IEEE80211, L"wireless" },
    { IF_TYPE_TUNNEL, L"tunnel" },
};

NETIO_STATUS WINAPI ConvertInterfaceLuidToNameW(const NET_LUID *luid, PWSTR name, SIZE_T size)
{
    WCHAR text[64];
    SIZE_T i;

    if (!luid || !name)
        return ERROR_INVALID_PARAMETER;
    for (i = 0; i < ARRAY_SIZE(type_names) && type_names[i].type != luid->Info.IfType; i++)
        ;
    if (i < ARRAY_SIZE(type_names))
        _snwprintf(text, ARRAY_SIZE(text), L"%ls_%lu", type_names[i].name, (ULONG)luid->Info.NetLuidIndex);
    else
        _snwprintf(text, ARRAY_SIZE(text), L"iftype%lu_%lu", (ULONG)luid->Info.IfType, (ULONG)luid->Info.NetLuidIndex);
    if (wcslen(text) >= size)
        return ERROR_NOT_ENOUGH_MEMORY;
    wcscpy(name, text);
    return NO_ERROR;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToNameA(const NET_LUID *luid, PSTR name, SIZE_T size)
{
    WCHAR wide[64];
    DWORD error = name ? ConvertInterfaceLuidToNameW(luid, wide, ARRAY_SIZE(wide)) : ERROR_INVALID_PARAMETER;

    if (!error && !WideCharToMultiByte(CP_ACP, 0, wide, -1, name, size, NULL, NULL))
        error = ERROR_NOT_ENOUGH_MEMORY;
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceNameToLuidW(const WCHAR *name, PNET_LUID luid)
{
    const WCHAR *p;
    ULONG index = 0, type = 0;
    SIZE_T i, length;

    if (!luid)
        return ERROR_INVALID_PARAMETER;
    luid->Value = 0;
    if (!name || !(p = wcsrchr(name, '_')) || !p[1])
        return ERROR_INVALID_NAME;
    length = p - name;
    for (p++; *p >= '0' && *p <= '9'; p++)
        index = index * 10 + *p - '0';
    if (*p)
        return ERROR_INVALID_NAME;
    for (i = 0; i < ARRAY_SIZE(type_names); i++)
        if (wcslen(type_names[i].name) == length && !_wcsnicmp(type_names[i].name, name, length))
            type = type_names[i].type;
    if (!type && length > 6 && !_wcsnicmp(name, L"iftype", 6))
        for (p = name + 6; *p >= '0' && *p <= '9'; p++)
            type = type * 10 + *p - '0';
    if (!type)
        return ERROR_INVALID_NAME;
    luid->Info.IfType = type;
    luid->Info.NetLuidIndex = index;
    return NO_ERROR;
}

NETIO_STATUS WINAPI ConvertInterfaceNameToLuidA(const CHAR *name, PNET_LUID luid)
{
    WCHAR wide[IF_MAX_STRING_SIZE + 1];

    if (!name || !MultiByteToWideChar(CP_ACP, 0, name, -1, wide, ARRAY_SIZE(wide)))
        return ERROR_INVALID_NAME;
    return ConvertInterfaceNameToLuidW(wide, luid);
}

NET_IFINDEX WINAPI if_nametoindex(PCSTR name)
{
    NET_LUID luid;
    NET_IFINDEX index;

    if (ConvertInterfaceNameToLuidA(name, &luid) || ConvertInterfaceLuidToIndex(&luid, &index))
        return 0;
    return index;
}

PCHAR WINAPI if_indextoname(NET_IFINDEX index, PCHAR name)
{
    NET_LUID luid;

    if (ConvertInterfaceIndexToLuid(index, &luid) || ConvertInterfaceLuidToNameA(&luid, name, IF_NAMESIZE))
        return NULL;
    return name;
}

NETIO_STATUS WINAPI ConvertLengthToIpv4Mask(ULONG length, PULONG mask)
{
    if (!mask || length > 32) {
        if (mask)
            *mask = INADDR_NONE;
        return ERROR_INVALID_PARAMETER;
    }
    *mask = length ? __builtin_bswap32(0xffffffffu << (32 - length)) : 0;
    return NO_ERROR;
}

NETIO_STATUS WINAPI ConvertIpv4MaskToLength(ULONG mask, PUINT8 length)
{
    ULONG host = __builtin_bswap32(mask);

    if (host & (~host >> 1)) /* a one bit after a zero bit */
        return ERROR_INVALID_PARAMETER;
    for (*length = 0; host & 0x80000000; host <<= 1)
        ++*length;
    return NO_ERROR;
}

static void fill_row2(MIB_IF_ROW2 *row, const struct unix_net_interface *nic)
{
    memset(row, 0, sizeof(*row));
    row->InterfaceLuid.Value = interface_luid(nic);
    row->InterfaceIndex = nic->index;
    interface_guid(nic, &row->InterfaceGuid);
    interface_alias(nic, row->Alias, ARRAY_SIZE(row->Alias));
    wcscpy(row->Description, row->Alias);
    row->PhysicalAddressLength = nic->hardware_length;
    memcpy(row->PhysicalAddress, nic->hardware, nic->hardware_length);
    memcpy(row->PermanentPhysicalAddress, nic->hardware, nic->hardware_length);
    row->Mtu = nic->mtu;
    row->Type = interface_type(nic);
    row->TunnelType = TUNNEL_TYPE_NONE;
    row->MediaType = row->Type == IF_TYPE_SOFTWARE_LOOPBACK ? NdisMediumLoopback : NdisMedium802_3;
    row->PhysicalMediumType = row->Type == IF_TYPE_IEEE80211 ? NdisPhysicalMediumNative802_11 : NdisPhysicalMedium802_3;
    row->AccessType = row->Type == IF_TYPE_SOFTWARE_LOOPBACK ? NET_IF_ACCESS_LOOPBACK
                      : nic->flags & LINUX_IFF_POINTOPOINT   ? NET_IF_ACCESS_POINT_TO_POINT
                                                             : NET_IF_ACCESS_BROADCAST;
    row->DirectionType = NET_IF_DIRECTION_SENDRECEIVE;
    row->InterfaceAndOperStatusFlags.HardwareInterface = row->Type != IF_TYPE_SOFTWARE_LOOPBACK;
    row->OperStatus = interface_status(nic);
    row->AdminStatus = nic->flags & LINUX_IFF_UP ? NET_IF_ADMIN_STATUS_UP : NET_IF_ADMIN_STATUS_DOWN;
    row->MediaConnectState = nic->up ? MediaConnectStateConnected : MediaConnectStateDisconnected;
    row->ConnectionType = NET_IF_CONNECTION_DEDICATED;
    row->TransmitLinkSpeed = row->ReceiveLinkSpeed = nic->speed ? nic->speed : (ULONG64)-1;
    row->InOctets = nic->rx_bytes;
    row->InUcastPkts = nic->rx_packets;
    row->InNUcastPkts = nic->multicast;
    row->InDiscards = nic->rx_dropped;
    row->InErrors = nic->rx_errors;
    row->OutOctets = nic->tx_bytes;
    row->OutUcastPkts = nic->tx_packets;
    row->OutDiscards = nic->tx_dropped;
    row->OutErrors = nic->tx_errors;
}

NETIO_STATUS WINAPI GetIfEntry2(PMIB_IF_ROW2 row)
{
    struct unix_net_interface found;
    DWORD error;

    if (!row || (!row->InterfaceLuid.Value && !row->InterfaceIndex))
        return ERROR_INVALID_PARAMETER;
    if (row->InterfaceLuid.Value)
        error = with_interface(has_luid, &row->InterfaceLuid, ERROR_FILE_NOT_FOUND, &found);
    else
        error = with_interface(has_index, &row->InterfaceIndex, ERROR_FILE_NOT_FOUND, &found);
    if (!error)
        fill_row2(row, &found);
    return error;
}

NETIO_STATUS WINAPI GetIfTable2(PMIB_IF_TABLE2 *table)
{
    DWORD error;
    ULONG count;
    struct unix_net_interface *list;

    if (!table)
        return ERROR_INVALID_PARAMETER;
    *table = NULL;
    if (!(list = net_query(UNIX_NET_INTERFACES, sizeof(*list), &count, NULL, &error)))
        return error;
    if ((*table = net_alloc(offsetof(MIB_IF_TABLE2, Table[count ? count : 1])))) {
        (*table)->NumEntries = count;
        for (ULONG i = 0; i < count; i++)
            fill_row2(&(*table)->Table[i], &list[i]);
    }
    net_free(list);
    return *table ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

NETIO_STATUS WINAPI GetIfTable2Ex(MIB_IF_TABLE_LEVEL level, PMIB_IF_TABLE2 *table)
{
    return level <= MibIfTableRaw ? GetIfTable2(table) : ERROR_INVALID_PARAMETER;
}

VOID WINAPI FreeMibTable(PVOID table)
{
    net_free(table);
}

NETIO_STATUS WINAPI GetUnicastIpAddressTable(ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *table)
{
    struct unix_net_interface_address *list = NULL;
    struct unix_net_interface *interfaces;
    ULONG count = 0, interface_count = 0;
    DWORD error;

    if (!table || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    *table = NULL;
    interfaces = net_query(UNIX_NET_INTERFACES, sizeof(*interfaces), &interface_count, NULL, &error);
    if (interfaces)
        list = net_query(UNIX_NET_ADDRESSES, sizeof(*list), &count, NULL, &error);
    if (list && !(*table = net_alloc(offsetof(MIB_UNICASTIPADDRESS_TABLE, Table[count ? count : 1]))))
        error = ERROR_NOT_ENOUGH_MEMORY;
    for (ULONG i = 0; *table && i < count; i++) {
        MIB_UNICASTIPADDRESS_ROW *row;
        const struct unix_net_interface *nic = find_interface(interfaces, interface_count, list[i].index);
        if (family != AF_UNSPEC && list[i].address.family != family)
            continue;
        row = &(*table)->Table[(*table)->NumEntries++];
        address_to_sockaddr(&list[i].address, &row->Address);
        row->InterfaceIndex = list[i].index;
        if (nic)
            row->InterfaceLuid.Value = interface_luid(nic);
        row->PrefixOrigin = list[i].permanent ? IpPrefixOriginManual : IpPrefixOriginDhcp;
        row->SuffixOrigin = list[i].permanent ? IpSuffixOriginManual : IpSuffixOriginDhcp;
        row->ValidLifetime = list[i].valid_lifetime;
        row->PreferredLifetime = list[i].preferred_lifetime;
        row->OnLinkPrefixLength = list[i].prefix_length;
        row->DadState = list[i].tentative ? IpDadStateTentative : IpDadStatePreferred;
        row->ScopeId.Value = list[i].address.scope;
    }
    net_free(interfaces);
    net_free(list);
    return *table ? NO_ERROR : error;
}

/* Linux shows no anycast addresses of its own: an empty table. */
NETIO_STATUS WINAPI GetAnycastIpAddressTable(ADDRESS_FAMILY family, PMIB_ANYCASTIPADDRESS_TABLE *table)
{
    if (!table || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    *table = net_alloc(sizeof(**table));
    return *table ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}
