/* SPDX-License-Identifier: MIT */
/* ipmib.c: the tables of IPv4 that are older than IPv6: interfaces, addresses, routes; best interfaces. */
#include "iphlpapi_private.h"
#include <stdio.h>
#include <stdlib.h>

static void fill_row(MIB_IFROW *row, const struct unix_net_interface *nic)
{
    memset(row, 0, sizeof(*row));
    interface_alias(nic, row->wszName, ARRAY_SIZE(row->wszName));
    row->dwIndex = nic->index;
    row->dwType = interface_type(nic);
    row->dwMtu = nic->mtu;
    row->dwSpeed = nic->speed > 0xffffffff ? 0xffffffff : (DWORD)nic->speed;
    row->dwPhysAddrLen = nic->hardware_length < MAXLEN_PHYSADDR ? nic->hardware_length : MAXLEN_PHYSADDR;
    memcpy(row->bPhysAddr, nic->hardware, row->dwPhysAddrLen);
    row->dwAdminStatus = (nic->flags & LINUX_IFF_UP) != 0;
    row->dwOperStatus =
        interface_status(nic) == IfOperStatusUp ? IF_OPER_STATUS_OPERATIONAL : IF_OPER_STATUS_NON_OPERATIONAL;
    row->dwInOctets = (DWORD)nic->rx_bytes;
    row->dwInUcastPkts = (DWORD)nic->rx_packets;
    row->dwInNUcastPkts = (DWORD)nic->multicast;
    row->dwInDiscards = (DWORD)nic->rx_dropped;
    row->dwInErrors = (DWORD)nic->rx_errors;
    row->dwOutOctets = (DWORD)nic->tx_bytes;
    row->dwOutUcastPkts = (DWORD)nic->tx_packets;
    row->dwOutDiscards = (DWORD)nic->tx_dropped;
    row->dwOutErrors = (DWORD)nic->tx_errors;
    row->dwDescrLen = _snprintf((char *)row->bDescr, sizeof(row->bDescr), "%s", nic->name);
}

DWORD WINAPI GetNumberOfInterfaces(PDWORD count)
{
    DWORD error;
    struct unix_net_interface *list;
    ULONG n;

    if (!count)
        return ERROR_INVALID_PARAMETER;
    if (!(list = net_query(UNIX_NET_INTERFACES, sizeof(*list), &n, NULL, &error)))
        return error;
    *count = n;
    net_free(list);
    return NO_ERROR;
}

DWORD WINAPI GetIfEntry(PMIB_IFROW row)
{
    const struct unix_net_interface *nic;
    struct unix_net_interface *list;
    DWORD error;
    ULONG count;

    if (!row)
        return ERROR_INVALID_PARAMETER;
    if (!(list = net_query(UNIX_NET_INTERFACES, sizeof(*list), &count, NULL, &error)))
        return error;
    nic = find_interface(list, count, row->dwIndex);
    if (nic)
        fill_row(row, nic);
    net_free(list);
    return nic ? NO_ERROR : ERROR_INVALID_DATA;
}

/* Rows of a table in the caller's block: ERROR_INSUFFICIENT_BUFFER with the size it takes. */
static DWORD room_for(void *table, ULONG *size, SIZE_T need)
{
    BOOL enough = table && *size >= need;

    *size = need;
    return enough ? NO_ERROR : ERROR_INSUFFICIENT_BUFFER;
}

static int by_index(const void *a, const void *b)
{
    ULONG x = ((const MIB_IFROW *)a)->dwIndex, y = ((const MIB_IFROW *)b)->dwIndex;

    return x < y ? -1 : x > y;
}

DWORD WINAPI GetIfTable(PMIB_IFTABLE table, PULONG size, WINBOOL order)
{
    struct unix_net_interface *list;
    DWORD error;
    ULONG count;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    if (!(list = net_query(UNIX_NET_INTERFACES, sizeof(*list), &count, NULL, &error)))
        return error;
    if (!(error = room_for(table, size, offsetof(MIB_IFTABLE, table[count])))) {
        table->dwNumEntries = count;
        for (ULONG i = 0; i < count; i++)
            fill_row(&table->table[i], &list[i]);
        if (order)
            qsort(table->table, count, sizeof(table->table[0]), by_index);
    }
    net_free(list);
    return error;
}

static ULONG ipv4(const struct unix_net_address *address)
{
    ULONG value;

    memcpy(&value, address->bytes, 4);
    return value;
}

static ULONG mask_of(ULONG length)
{
    return length ? __builtin_bswap32(0xffffffffu << (32 - length)) : 0;
}

static int by_address(const void *a, const void *b)
{
    ULONG x = __builtin_bswap32(((const MIB_IPADDRROW *)a)->dwAddr),
          y = __builtin_bswap32(((const MIB_IPADDRROW *)b)->dwAddr);

    return x < y ? -1 : x > y;
}

DWORD WINAPI GetIpAddrTable(PMIB_IPADDRTABLE table, PULONG size, WINBOOL order)
{
    struct unix_net_interface_address *list;
    DWORD error;
    ULONG count, n = 0, i;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    if (!(list = net_query(UNIX_NET_ADDRESSES, sizeof(*list), &count, NULL, &error)))
        return error;
    for (i = 0; i < count; i++)
        n += list[i].address.family == UNIX_NET_IPV4;
    if (!(error = room_for(table, size, offsetof(MIB_IPADDRTABLE, table[n])))) {
        table->dwNumEntries = 0;
        for (i = 0; i < count; i++) {
            MIB_IPADDRROW *row;
            if (list[i].address.family != UNIX_NET_IPV4)
                continue;
            row = &table->table[table->dwNumEntries++];
            memset(row, 0, sizeof(*row));
            row->dwAddr = ipv4(&list[i].address);
            row->dwIndex = list[i].index;
            row->dwMask = mask_of(list[i].prefix_length);
            row->dwBCastAddr = 1;
            row->dwReasmSize = 65535;
            row->wType = MIB_IPADDR_PRIMARY | (list[i].permanent ? 0 : MIB_IPADDR_DYNAMIC);
        }
        if (order)
            qsort(table->table, n, sizeof(table->table[0]), by_address);
    }
    net_free(list);
    return error;
}

static void fill_route(MIB_IPFORWARDROW *row, const struct unix_net_route *route)
{
    memset(row, 0, sizeof(*row));
    row->dwForwardDest = ipv4(&route->destination);
    row->dwForwardMask = mask_of(route->prefix_length);
    row->dwForwardNextHop = ipv4(&route->gateway);
    row->dwForwardIfIndex = route->index;
    row->dwForwardType = route->has_gateway ? MIB_IPROUTE_TYPE_INDIRECT : MIB_IPROUTE_TYPE_DIRECT;
    row->dwForwardProto = route->protocol == 2 /* RTPROT_KERNEL */ ? MIB_IPPROTO_LOCAL : MIB_IPPROTO_NETMGMT;
    row->dwForwardMetric1 = route->metric ? route->metric : 25;
    row->dwForwardMetric2 = row->dwForwardMetric3 = row->dwForwardMetric4 = row->dwForwardMetric5 = (DWORD)-1;
}

DWORD WINAPI GetIpForwardTable(PMIB_IPFORWARDTABLE table, PULONG size, WINBOOL order)
{
    struct unix_net_route *list;
    DWORD error;
    ULONG count, n = 0, i;

    (void)order; /* the kernel's order is by destination */
    if (!size)
        return ERROR_INVALID_PARAMETER;
    if (!(list = net_query(UNIX_NET_ROUTES, sizeof(*list), &count, NULL, &error)))
        return error;
    for (i = 0; i < count; i++)
        n += list[i].destination.family == UNIX_NET_IPV4;
    if (!(error = room_for(table, size, offsetof(MIB_IPFORWARDTABLE, table[n])))) {
        table->dwNumEntries = 0;
        for (i = 0; i < count; i++)
            if (list[i].destination.family == UNIX_NET_IPV4)
                fill_route(&table->table[table->dwNumEntries++], &list[i]);
    }
    net_free(list);
    return error;
}

static BOOL in_prefix(const uint8_t *address, const uint8_t *prefix, ULONG length)
{
    if (memcmp(address, prefix, length / 8))
        return FALSE;
    return !(length % 8) || !((address[length / 8] ^ prefix[length / 8]) >> (8 - length % 8));
}

/* The route of the longest prefix, then of the lowest metric; the loop-back network is on the loop-back interface. */
static DWORD best_route(const struct unix_net_address *to, struct unix_net_route *best)
{
    struct unix_net_route *routes;
    DWORD error;
    ULONG count, i;
    BOOL found = FALSE;

    memset(best, 0, sizeof(*best));
    if (to->family == UNIX_NET_IPV4 && to->bytes[0] == 127) {
        struct unix_net_interface *list = net_query(UNIX_NET_INTERFACES, sizeof(*list), &count, NULL, &error);
        for (i = 0; list && i < count; i++) {
            if (list[i].type == LINUX_ARPHRD_LOOPBACK) {
                best->index = list[i].index;
                best->prefix_length = 8;
                best->protocol = 2;
                best->destination = *to;
                memset(best->destination.bytes + 1, 0, 3);
                best->gateway.family = UNIX_NET_IPV4;
                found = TRUE;
            }
        }
        net_free(list);
        return found ? NO_ERROR : ERROR_NETWORK_UNREACHABLE;
    }
    if (!(routes = net_query(UNIX_NET_ROUTES, sizeof(*routes), &count, NULL, &error)))
        return error;
    for (i = 0; i < count; i++) {
        if (routes[i].destination.family != to->family ||
            !in_prefix(to->bytes, routes[i].destination.bytes, routes[i].prefix_length))
            continue;
        if (!found || routes[i].prefix_length > best->prefix_length ||
            (routes[i].prefix_length == best->prefix_length && routes[i].metric < best->metric))
            *best = routes[i];
        found = TRUE;
    }
    net_free(routes);
    return found ? NO_ERROR : ERROR_NETWORK_UNREACHABLE;
}

static BOOL from_sockaddr(const SOCKADDR *src, struct unix_net_address *dst)
{
    memset(dst, 0, sizeof(*dst));
    if (src->sa_family == AF_INET) {
        dst->family = UNIX_NET_IPV4;
        memcpy(dst->bytes, &((const SOCKADDR_IN *)src)->sin_addr, 4);
        return TRUE;
    }
    if (src->sa_family == AF_INET6) {
        dst->family = UNIX_NET_IPV6;
        memcpy(dst->bytes, &((const SOCKADDR_IN6 *)src)->sin6_addr, 16);
        return TRUE;
    }
    return FALSE;
}

DWORD WINAPI GetBestInterfaceEx(struct sockaddr *to, PDWORD index)
{
    struct unix_net_address address;
    struct unix_net_route route;
    DWORD error;

    if (!to || !index || !from_sockaddr(to, &address))
        return ERROR_INVALID_PARAMETER;
    if (!(error = best_route(&address, &route)))
        *index = route.index;
    return error;
}

DWORD WINAPI GetBestInterface(IPAddr to, PDWORD index)
{
    SOCKADDR_IN in = { .sin_family = AF_INET, .sin_addr.s_addr = to };

    return GetBestInterfaceEx((struct sockaddr *)&in, index);
}

DWORD WINAPI GetBestRoute(DWORD to, DWORD from, PMIB_IPFORWARDROW row)
{
    struct unix_net_address address = { .family = UNIX_NET_IPV4 };
    struct unix_net_route route;
    DWORD error;

    (void)from;
    if (!row)
        return ERROR_INVALID_PARAMETER;
    memcpy(address.bytes, &to, 4);
    if (!(error = best_route(&address, &route)))
        fill_route(row, &route);
    return error;
}

/* The route to an address, and the address of the interface that would be used as the source. */
NETIO_STATUS WINAPI GetBestRoute2(NET_LUID *luid, NET_IFINDEX index, const SOCKADDR_INET *from, const SOCKADDR_INET *to,
                                  ULONG options, PMIB_IPFORWARD_ROW2 row, SOCKADDR_INET *source)
{
    struct unix_net_interface_address *addresses;
    struct unix_net_address address;
    struct unix_net_route route;
    ULONG count;
    DWORD error;

    (void)luid, (void)index, (void)from, (void)options;
    if (!to || !row || !source || !from_sockaddr((const SOCKADDR *)to, &address))
        return ERROR_INVALID_PARAMETER;
    if ((error = best_route(&address, &route)))
        return error;
    memset(row, 0, sizeof(*row));
    ConvertInterfaceIndexToLuid(route.index, &row->InterfaceLuid);
    row->InterfaceIndex = route.index;
    address_to_sockaddr(&route.destination, &row->DestinationPrefix.Prefix);
    row->DestinationPrefix.PrefixLength = route.prefix_length;
    address_to_sockaddr(&route.gateway, &row->NextHop);
    row->Metric = route.metric;
    row->ValidLifetime = row->PreferredLifetime = 0xffffffff;
    row->Protocol = route.protocol == 2 ? MIB_IPPROTO_LOCAL : MIB_IPPROTO_NETMGMT;
    row->Origin = NlroManual;
    memset(source, 0, sizeof(*source));
    source->si_family = to->si_family;
    if ((addresses = net_query(UNIX_NET_ADDRESSES, sizeof(*addresses), &count, NULL, &error))) {
        for (ULONG i = 0; i < count; i++) {
            if (addresses[i].index == route.index && addresses[i].address.family == address.family) {
                address_to_sockaddr(&addresses[i].address, source);
                break;
            }
        }
        net_free(addresses);
    }
    return NO_ERROR;
}
