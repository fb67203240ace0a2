/* SPDX-License-Identifier: MIT */
/* net_query.c: asking the native half, and Linux' notions in Windows' terms. */
#include "iphlpapi_private.h"

void *net_query(enum unix_net_function function, ULONG entry_size, ULONG *count, char text[256], DWORD *error)
{
    struct unix_net_list args = { .size = entry_size, .count = 16 };
    void *entries = NULL;
    NTSTATUS status;

    do { /* again if there are more than there is room for */
        net_free(entries);
        args.capacity = args.count + 8;
        if (!(entries = net_alloc(args.capacity * (SIZE_T)entry_size))) {
            *error = ERROR_NOT_ENOUGH_MEMORY;
            return NULL;
        }
        args.entries = (ULONG_PTR)entries;
        status = NtTransomUnixCall(UNIX_MODULE_NET, function, &args);
    } while (NT_SUCCESS(status) && args.count > args.capacity);
    if (!NT_SUCCESS(status)) {
        net_free(entries);
        *error = RtlNtStatusToDosError(status);
        return NULL;
    }
    if (text)
        memcpy(text, args.text, sizeof(args.text));
    *count = args.count;
    *error = NO_ERROR;
    return entries;
}

IFTYPE interface_type(const struct unix_net_interface *nic)
{
    switch (nic->type) {
    case LINUX_ARPHRD_LOOPBACK:
        return IF_TYPE_SOFTWARE_LOOPBACK;
    case LINUX_ARPHRD_PPP:
        return IF_TYPE_PPP;
    case LINUX_ARPHRD_ETHER:
        return nic->wireless ? IF_TYPE_IEEE80211 : IF_TYPE_ETHERNET_CSMACD;
    case LINUX_ARPHRD_TUNNEL:
    case 769: /* ARPHRD_TUNNEL6 */
    case 776: /* ARPHRD_SIT */
    case 778: /* ARPHRD_IPGRE */
        return IF_TYPE_TUNNEL;
    default:
        return IF_TYPE_OTHER;
    }
}

IF_OPER_STATUS interface_status(const struct unix_net_interface *nic)
{
    return (nic->flags & LINUX_IFF_UP) && nic->up ? IfOperStatusUp : IfOperStatusDown;
}

/* Of its type and its index: stable as long as the interface exists. */
ULONG64 interface_luid(const struct unix_net_interface *nic)
{
    NET_LUID luid = { 0 };

    luid.Info.NetLuidIndex = nic->index;
    luid.Info.IfType = interface_type(nic);
    return luid.Value;
}

/* The same for the same interface each time: made of its name and hardware address. */
void interface_guid(const struct unix_net_interface *nic, GUID *guid)
{
    ULONGLONG hash = 0xcbf29ce484222325ull; /* FNV-1a */

    for (const char *p = nic->name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3ull;
    memcpy(guid, &hash, 8);
    memset(guid->Data4, 0, 8);
    memcpy(guid->Data4 + 2, nic->hardware, nic->hardware_length < 6 ? nic->hardware_length : 6);
    guid->Data3 = (guid->Data3 & 0x0fff) | 0x5000;
    guid->Data4[0] = 0x80;
    guid->Data4[1] = nic->index;
}

void interface_alias(const struct unix_net_interface *nic, WCHAR *text, ULONG size)
{
    if (!MultiByteToWideChar(CP_UTF8, 0, nic->name, -1, text, size))
        *text = 0;
}

const struct unix_net_interface *find_interface(const struct unix_net_interface *list, ULONG count, ULONG index)
{
    for (ULONG i = 0; i < count; i++)
        if (list[i].index == index)
            return &list[i];
    return NULL;
}

ULONG address_to_sockaddr(const struct unix_net_address *address, SOCKADDR_INET *dst)
{
    memset(dst, 0, sizeof(*dst));
    if (address->family == UNIX_NET_IPV6) {
        dst->Ipv6.sin6_family = AF_INET6;
        dst->Ipv6.sin6_scope_id = address->scope;
        memcpy(&dst->Ipv6.sin6_addr, address->bytes, 16);
        return sizeof(dst->Ipv6);
    }
    dst->Ipv4.sin_family = AF_INET;
    memcpy(&dst->Ipv4.sin_addr, address->bytes, 4);
    return sizeof(dst->Ipv4);
}
