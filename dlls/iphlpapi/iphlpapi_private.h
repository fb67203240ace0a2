/* SPDX-License-Identifier: MIT */
/* iphlpapi_private.h: what the files of iphlpapi share. */
#ifndef TRANSOM_IPHLPAPI_PRIVATE_H
#define TRANSOM_IPHLPAPI_PRIVATE_H

#define WIN32_NO_STATUS
#include <winsock2.h>
#include <ws2ipdef.h>
#include <ws2tcpip.h>
#undef WIN32_NO_STATUS
#include "nt.h"
#include "ntdll.h"
#include <iphlpapi.h>
#include <netioapi.h>
#include <string.h>
#include <wchar.h>
#include "unix_call.h"
#include "unix_net.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Linux' numbers (include/uapi/linux/if.h, if_arp.h). */
#define LINUX_IFF_UP          0x1
#define LINUX_IFF_BROADCAST   0x2
#define LINUX_IFF_POINTOPOINT 0x10
#define LINUX_IFF_RUNNING     0x40
#define LINUX_IFF_MULTICAST   0x1000
#define LINUX_ARPHRD_ETHER    1
#define LINUX_ARPHRD_PPP      512
#define LINUX_ARPHRD_TUNNEL   768
#define LINUX_ARPHRD_LOOPBACK 772

/* Everything of one kind (enum unix_net_function); to be freed with net_free. NULL with *error set if there is no memory. */
void *net_query(enum unix_net_function function, ULONG entry_size, ULONG *count, char text[256], DWORD *error);

static inline void *net_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void net_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

/* What Linux says of an interface, as Windows puts it. */
IFTYPE interface_type(const struct unix_net_interface *nic);
IF_OPER_STATUS interface_status(const struct unix_net_interface *nic);
ULONG64 interface_luid(const struct unix_net_interface *nic);
void interface_guid(const struct unix_net_interface *nic, GUID *guid);
/* "Ethernet", "Loopback Pseudo-Interface 1", ...: Linux' name stands for itself. */
void interface_alias(const struct unix_net_interface *nic, WCHAR *text, ULONG size);

const struct unix_net_interface *find_interface(const struct unix_net_interface *list, ULONG count, ULONG index);

/* Writes a sockaddr of the address's family; returns its size. */
ULONG address_to_sockaddr(const struct unix_net_address *address, SOCKADDR_INET *dst);

#endif
