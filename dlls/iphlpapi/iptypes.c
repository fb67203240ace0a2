/* SPDX-License-Identifier: MIT */
/* iptypes.c: GetAdaptersAddresses, GetAdaptersInfo, GetNetworkParams: structures and texts in one block of the caller's. */
#include "iphlpapi_private.h"
#include <stdio.h>

/* Writes into the caller's block as far as there is room, and counts what it would take. */
struct block {
    char *start;
    SIZE_T room, used;
};

/* NULL beyond the room; the caller goes on counting with a scratch structure. */
static void *take(struct block *block, SIZE_T size)
{
    SIZE_T at = (block->used + 7) & ~(SIZE_T)7;

    block->used = at + size;
    if (!block->start || block->used > block->room)
        return NULL;
    return memset(block->start + at, 0, size);
}

static void *take_copy(struct block *block, const void *data, SIZE_T size)
{
    void *p = take(block, size);

    return p ? memcpy(p, data, size) : NULL;
}

static WCHAR *take_text(struct block *block, const WCHAR *text)
{
    return take_copy(block, text, (wcslen(text) + 1) * sizeof(WCHAR));
}

struct everything {
    struct unix_net_interface *interfaces;
    struct unix_net_interface_address *addresses;
    struct unix_net_route *routes;
    struct unix_net_address *servers;
    ULONG interface_count, address_count, route_count, server_count;
    char suffix[256];
};

static void forget(struct everything *all)
{
    net_free(all->interfaces);
    net_free(all->addresses);
    net_free(all->routes);
    net_free(all->servers);
}

static DWORD collect(struct everything *all)
{
    DWORD error = NO_ERROR;

    memset(all, 0, sizeof(*all));
    all->interfaces = net_query(UNIX_NET_INTERFACES, sizeof(*all->interfaces), &all->interface_count, NULL, &error);
    if (!error)
        all->addresses = net_query(UNIX_NET_ADDRESSES, sizeof(*all->addresses), &all->address_count, NULL, &error);
    if (!error)
        all->routes = net_query(UNIX_NET_ROUTES, sizeof(*all->routes), &all->route_count, NULL, &error);
    if (!error)
        all->servers = net_query(UNIX_NET_DNS_SERVERS, sizeof(*all->servers), &all->server_count, all->suffix, &error);
    if (error)
        forget(all);
    return error;
}

static BOOL link_local(const struct unix_net_address *address)
{
    return address->family == UNIX_NET_IPV6 ? address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80
                                            : address->bytes[0] == 169 && address->bytes[1] == 254;
}

static void set_sockaddr(struct block *block, SOCKET_ADDRESS *dst, const struct unix_net_address *address)
{
    SOCKADDR_INET inet;

    dst->iSockaddrLength = address_to_sockaddr(address, &inet);
    dst->lpSockaddr = take_copy(block, &inet, dst->iSockaddrLength);
}

static void add_unicast(struct block *block, IP_ADAPTER_UNICAST_ADDRESS ***link,
                        const struct unix_net_interface_address *from)
{
    IP_ADAPTER_UNICAST_ADDRESS scratch = { 0 }, *entry = take(block, sizeof(*entry));
    BOOL stored = entry != NULL;

    if (!entry)
        entry = &scratch;
    entry->Length = sizeof(*entry);
    set_sockaddr(block, &entry->Address, &from->address);
    entry->PrefixOrigin = IpPrefixOriginManual;
    entry->SuffixOrigin = IpSuffixOriginManual;
    if (from->address.family == UNIX_NET_IPV6 && !from->permanent) {
        entry->PrefixOrigin = IpPrefixOriginRouterAdvertisement;
        entry->SuffixOrigin = from->temporary ? IpSuffixOriginRandom : IpSuffixOriginLinkLayerAddress;
    } else if (link_local(&from->address)) {
        entry->PrefixOrigin = IpPrefixOriginWellKnown;
        entry->SuffixOrigin = IpSuffixOriginLinkLayerAddress;
    } else if (!from->permanent) {
        entry->PrefixOrigin = IpPrefixOriginDhcp;
        entry->SuffixOrigin = IpSuffixOriginDhcp;
    }
    entry->DadState = from->tentative            ? IpDadStateTentative
                      : from->preferred_lifetime ? IpDadStatePreferred
                                                 : IpDadStateDeprecated;
    entry->ValidLifetime = from->valid_lifetime;
    entry->PreferredLifetime = from->preferred_lifetime;
    entry->LeaseLifetime = from->valid_lifetime;
    entry->OnLinkPrefixLength = from->prefix_length;
    if (stored) {
        **link = entry;
        *link = &entry->Next;
    }
}

static void add_prefix(struct block *block, IP_ADAPTER_PREFIX ***link, const struct unix_net_interface_address *from)
{
    IP_ADAPTER_PREFIX scratch = { 0 }, *entry = take(block, sizeof(*entry));
    struct unix_net_address network = from->address;
    BOOL stored = entry != NULL;
    ULONG bytes = network.family == UNIX_NET_IPV6 ? 16 : 4;

    for (ULONG bit = from->prefix_length; bit < bytes * 8; bit++)
        network.bytes[bit / 8] &= ~(0x80 >> bit % 8);
    if (!entry)
        entry = &scratch;
    entry->Length = sizeof(*entry);
    entry->PrefixLength = from->prefix_length;
    set_sockaddr(block, &entry->Address, &network);
    if (stored) {
        **link = entry;
        *link = &entry->Next;
    }
}

/* DNS servers and gateways: a header of the same shape, and an address. */
static void add_plain(struct block *block, IP_ADAPTER_DNS_SERVER_ADDRESS ***link,
                      const struct unix_net_address *address)
{
    IP_ADAPTER_DNS_SERVER_ADDRESS scratch = { 0 }, *entry = take(block, sizeof(*entry));
    BOOL stored = entry != NULL;

    if (!entry)
        entry = &scratch;
    entry->Length = sizeof(*entry);
    set_sockaddr(block, &entry->Address, address);
    if (stored) {
        **link = entry;
        *link = &entry->Next;
    }
}
NT_STATIC_ASSERT(sizeof(IP_ADAPTER_DNS_SERVER_ADDRESS) == sizeof(IP_ADAPTER_GATEWAY_ADDRESS));
NT_STATIC_ASSERT(offsetof(IP_ADAPTER_DNS_SERVER_ADDRESS, Address) == offsetof(IP_ADAPTER_GATEWAY_ADDRESS, Address));

static BOOL wanted(ULONG family, uint32_t have)
{
    return family == AF_UNSPEC || family == have;
}

static const WCHAR *description_of(IFTYPE type)
{
    switch (type) {
    case IF_TYPE_SOFTWARE_LOOPBACK:
        return L"Software Loopback Interface 1";
    case IF_TYPE_IEEE80211:
        return L"Wireless Network Adapter";
    case IF_TYPE_ETHERNET_CSMACD:
        return L"Ethernet Adapter";
    case IF_TYPE_TUNNEL:
        return L"Tunnel Adapter";
    default:
        return L"Network Adapter";
    }
}

static void fill_adapter(struct block *block, IP_ADAPTER_ADDRESSES *adapter, const struct everything *all,
                         const struct unix_net_interface *nic, ULONG family, ULONG flags)
{
    IP_ADAPTER_UNICAST_ADDRESS **unicast = &adapter->FirstUnicastAddress;
    IP_ADAPTER_PREFIX **prefix = &adapter->FirstPrefix;
    IP_ADAPTER_DNS_SERVER_ADDRESS **server = &adapter->FirstDnsServerAddress;
    IP_ADAPTER_GATEWAY_ADDRESS **gateway = &adapter->FirstGatewayAddress;
    BOOL loopback = nic->type == LINUX_ARPHRD_LOOPBACK, four = FALSE, six = FALSE;
    WCHAR text[256];
    char name[40];
    GUID guid;
    ULONG i;

    adapter->Length = sizeof(*adapter);
    adapter->IfType = interface_type(nic);
    adapter->OperStatus = interface_status(nic);
    adapter->Mtu = loopback ? 0xffffffff : nic->mtu;
    adapter->Luid.Value = interface_luid(nic);
    interface_guid(nic, &guid);
    adapter->NetworkGuid = guid;
    _snprintf(name, sizeof(name), "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", guid.Data1, guid.Data2,
              guid.Data3, guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4], guid.Data4[5],
              guid.Data4[6], guid.Data4[7]);
    adapter->AdapterName = take_copy(block, name, strlen(name) + 1);
    if (!(flags & GAA_FLAG_SKIP_FRIENDLY_NAME)) {
        interface_alias(nic, text, ARRAY_SIZE(text));
        adapter->FriendlyName = take_text(block, text);
    }
    adapter->Description = take_text(block, description_of(adapter->IfType));
    text[0] = 0;
    if (!loopback)
        MultiByteToWideChar(CP_UTF8, 0, all->suffix, -1, text, ARRAY_SIZE(text));
    adapter->DnsSuffix = take_text(block, text);
    if (!loopback) {
        adapter->PhysicalAddressLength = nic->hardware_length < sizeof(adapter->PhysicalAddress)
                                             ? nic->hardware_length
                                             : sizeof(adapter->PhysicalAddress);
        memcpy(adapter->PhysicalAddress, nic->hardware, adapter->PhysicalAddressLength);
    }
    adapter->TransmitLinkSpeed = adapter->ReceiveLinkSpeed = nic->speed ? nic->speed
                                                             : loopback ? 1073741824
                                                                        : (ULONG64)-1;
    adapter->ConnectionType = NET_IF_CONNECTION_DEDICATED;
    for (i = 0; i < 16; i++)
        adapter->ZoneIndices[i] = i == ScopeLevelGlobal ? 0 : nic->index;
    for (i = 0; i < all->address_count; i++) {
        const struct unix_net_interface_address *address = &all->addresses[i];
        if (address->index != nic->index)
            continue;
        four |= address->address.family == UNIX_NET_IPV4;
        six |= address->address.family == UNIX_NET_IPV6;
        if (!wanted(family, address->address.family))
            continue;
        if (!(flags & GAA_FLAG_SKIP_UNICAST))
            add_unicast(block, &unicast, address);
        if (flags & GAA_FLAG_INCLUDE_PREFIX)
            add_prefix(block, &prefix, address);
    }
    if (four || !six)
        adapter->IfIndex = nic->index;
    if (six)
        adapter->Ipv6IfIndex = nic->index;
    adapter->Flags = (four ? IP_ADAPTER_IPV4_ENABLED : 0) | (six ? IP_ADAPTER_IPV6_ENABLED : 0) |
                     (nic->flags & LINUX_IFF_MULTICAST ? 0 : IP_ADAPTER_NO_MULTICAST);
    adapter->Ipv4Metric = adapter->Ipv6Metric = loopback ? 75 : 25;
    if (!(flags & GAA_FLAG_SKIP_DNS_SERVER) && !loopback && adapter->OperStatus == IfOperStatusUp)
        for (i = 0; i < all->server_count; i++)
            if (wanted(family, all->servers[i].family))
                add_plain(block, &server, &all->servers[i]);
    if (flags & GAA_FLAG_INCLUDE_GATEWAYS)
        for (i = 0; i < all->route_count; i++)
            if (all->routes[i].index == nic->index && all->routes[i].has_gateway && !all->routes[i].prefix_length &&
                wanted(family, all->routes[i].gateway.family))
                add_plain(block, (IP_ADAPTER_DNS_SERVER_ADDRESS ***)&gateway, &all->routes[i].gateway);
}

ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved, PIP_ADAPTER_ADDRESSES adapters,
                                  PULONG size)
{
    struct everything all;
    struct block block;
    IP_ADAPTER_ADDRESSES *last = NULL;
    DWORD error;

    (void)reserved;
    if (!size || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    if ((error = collect(&all)))
        return error;
    block = (struct block){ (char *)adapters, adapters ? *size : 0, 0 };
    for (ULONG i = 0; i < all.interface_count; i++) {
        const struct unix_net_interface *nic = &all.interfaces[i];
        IP_ADAPTER_ADDRESSES scratch = { 0 }, *adapter;
        BOOL has = family == AF_UNSPEC;
        for (ULONG k = 0; k < all.address_count && !has; k++)
            has = all.addresses[k].index == nic->index && all.addresses[k].address.family == family;
        if (!has)
            continue;
        adapter = take(&block, sizeof(*adapter));
        if (adapter) {
            if (last)
                last->Next = adapter;
            last = adapter;
        }
        fill_adapter(&block, adapter ? adapter : &scratch, &all, nic, family, flags);
    }
    forget(&all);
    if (!block.used)
        return ERROR_NO_DATA;
    error = !adapters || block.used > *size ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = block.used;
    return error;
}

/* "255.255.240.0" of 20. */
static void mask_text(ULONG prefix_length, char text[16])
{
    ULONG mask = prefix_length ? 0xffffffffu << (32 - prefix_length) : 0;

    _snprintf(text, 16, "%lu.%lu.%lu.%lu", mask >> 24, mask >> 16 & 255, mask >> 8 & 255, mask & 255);
}

static void ipv4_text(const struct unix_net_address *address, char text[16])
{
    _snprintf(text, 16, "%u.%u.%u.%u", address->bytes[0], address->bytes[1], address->bytes[2], address->bytes[3]);
}

/* One entry each in a list whose first is part of the structure. */
static void add_string(struct block *block, IP_ADDR_STRING *first, IP_ADDR_STRING **last, const char *address,
                       const char *mask)
{
    IP_ADDR_STRING scratch, *entry = first;

    if (*last) {
        if (!(entry = take(block, sizeof(*entry))))
            entry = &scratch;
        else
            (*last)->Next = entry;
    }
    strcpy(entry->IpAddress.String, address);
    strcpy(entry->IpMask.String, mask);
    entry->Next = NULL;
    if (entry != &scratch)
        *last = entry;
}

/* Adapters with IPv4, except the loop-back. */
DWORD WINAPI GetAdaptersInfo(PIP_ADAPTER_INFO adapters, PULONG size)
{
    struct everything all;
    struct block block;
    IP_ADAPTER_INFO *last = NULL;
    DWORD error;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    if ((error = collect(&all)))
        return error;
    block = (struct block){ (char *)adapters, adapters ? *size : 0, 0 };
    for (ULONG i = 0; i < all.interface_count; i++) {
        const struct unix_net_interface *nic = &all.interfaces[i];
        IP_ADAPTER_INFO scratch = { 0 }, *adapter;
        IP_ADDR_STRING *last_address = NULL, *last_gateway = NULL;
        WCHAR description[64];
        GUID guid;
        char text[16], mask[16];
        if (nic->type == LINUX_ARPHRD_LOOPBACK)
            continue;
        if ((adapter = take(&block, sizeof(*adapter)))) {
            if (last)
                last->Next = adapter;
            last = adapter;
        } else {
            adapter = &scratch;
        }
        interface_guid(nic, &guid);
        _snprintf(adapter->AdapterName, sizeof(adapter->AdapterName),
                  "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", guid.Data1, guid.Data2, guid.Data3,
                  guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4], guid.Data4[5],
                  guid.Data4[6], guid.Data4[7]);
        wcscpy(description, description_of(interface_type(nic)));
        for (ULONG k = 0; (adapter->Description[k] = (char)description[k]); k++)
            ;
        adapter->AddressLength = nic->hardware_length < 8 ? nic->hardware_length : 8;
        memcpy(adapter->Address, nic->hardware, adapter->AddressLength);
        adapter->Index = nic->index;
        adapter->ComboIndex = nic->index;
        adapter->Type = nic->type == LINUX_ARPHRD_ETHER ? MIB_IF_TYPE_ETHERNET : interface_type(nic);
        for (ULONG k = 0; k < all.address_count; k++) {
            const struct unix_net_interface_address *address = &all.addresses[k];
            if (address->index != nic->index || address->address.family != UNIX_NET_IPV4)
                continue;
            ipv4_text(&address->address, text);
            mask_text(address->prefix_length, mask);
            add_string(&block, &adapter->IpAddressList, &last_address, text, mask);
            adapter->DhcpEnabled |= !address->permanent;
        }
        if (!last_address)
            add_string(&block, &adapter->IpAddressList, &last_address, "0.0.0.0", "0.0.0.0");
        for (ULONG k = 0; k < all.route_count; k++) {
            const struct unix_net_route *route = &all.routes[k];
            if (route->index != nic->index || !route->has_gateway || route->prefix_length ||
                route->gateway.family != UNIX_NET_IPV4)
                continue;
            ipv4_text(&route->gateway, text);
            add_string(&block, &adapter->GatewayList, &last_gateway, text, "255.255.255.255");
        }
        if (!last_gateway)
            add_string(&block, &adapter->GatewayList, &last_gateway, "0.0.0.0", "0.0.0.0");
    }
    forget(&all);
    if (!block.used)
        return ERROR_NO_DATA;
    error = !adapters || block.used > *size ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = block.used;
    return error;
}

/* The name servers, which the system has for all interfaces together. True: there is one. */
static BOOL add_servers(struct block *block, const struct everything *all, IP_ADDR_STRING *list)
{
    IP_ADDR_STRING *last = NULL;
    char text[16];

    for (ULONG i = 0; i < all->server_count; i++) {
        if (all->servers[i].family != UNIX_NET_IPV4)
            continue;
        ipv4_text(&all->servers[i], text);
        add_string(block, list, &last, text, "");
    }
    return last != NULL;
}

DWORD WINAPI GetPerAdapterInfo(ULONG index, PIP_PER_ADAPTER_INFO info, PULONG size)
{
    struct everything all;
    struct block block;
    IP_PER_ADAPTER_INFO scratch, *adapter;
    DWORD error;
    BOOL known = FALSE;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    if ((error = collect(&all)))
        return error;
    for (ULONG i = 0; i < all.interface_count; i++)
        known |= all.interfaces[i].index == index;
    block = (struct block){ (char *)info, info ? *size : 0, 0 };
    if (!(adapter = take(&block, sizeof(*adapter))))
        adapter = memset(&scratch, 0, sizeof(scratch));
    if (add_servers(&block, &all, &adapter->DnsServerList) && adapter != &scratch)
        adapter->CurrentDnsServer = &adapter->DnsServerList;
    forget(&all);
    if (!known)
        return ERROR_INVALID_PARAMETER;
    error = !info || block.used > *size ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = block.used;
    return error;
}

DWORD WINAPI GetNetworkParams(PFIXED_INFO info, PULONG size)
{
    struct everything all;
    struct block block;
    FIXED_INFO scratch, *fixed;
    WCHAR name[128];
    DWORD error, length = ARRAY_SIZE(name);

    if (!size)
        return ERROR_INVALID_PARAMETER;
    if ((error = collect(&all)))
        return error;
    block = (struct block){ (char *)info, info ? *size : 0, 0 };
    if (!(fixed = take(&block, sizeof(*fixed))))
        fixed = memset(&scratch, 0, sizeof(scratch));
    if (GetComputerNameExW(ComputerNameDnsHostname, name, &length))
        WideCharToMultiByte(CP_ACP, 0, name, -1, fixed->HostName, sizeof(fixed->HostName), NULL, NULL);
    lstrcpynA(fixed->DomainName, all.suffix, sizeof(fixed->DomainName));
    if (add_servers(&block, &all, &fixed->DnsServerList) && fixed != &scratch)
        fixed->CurrentDnsServer = &fixed->DnsServerList;
    fixed->NodeType = HYBRID_NODETYPE;
    forget(&all);
    error = !info || block.used > *size ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = block.used;
    return error;
}
