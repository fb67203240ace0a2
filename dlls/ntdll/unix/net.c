/* SPDX-License-Identifier: MIT */
/*
 * net.c: UNIX_MODULE_NET: what Linux knows about host names, services, interfaces and routes (include/unix_net.h). Names go
 * through the C library, so that /etc/hosts, nsswitch.conf and resolv.conf mean here what they mean to every other program.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#undef DELETE /* resolv.h drags in the old names of nameser_compat.h; here it is an access right */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "unix.h"
#include "unix_net.h"
#include "net.h"

static uint32_t error_of(int eai)
{
    switch (eai) {
    case 0:
        return UNIX_NET_OK;
    case EAI_NONAME:
        return UNIX_NET_NOT_FOUND;
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return UNIX_NET_NO_DATA;
    case EAI_AGAIN:
        return UNIX_NET_AGAIN;
    default:
        return UNIX_NET_FAILED;
    }
}

static void address_from_sockaddr(struct unix_net_address *dst, const struct sockaddr *src)
{
    memset(dst, 0, sizeof(*dst));
    if (src->sa_family == AF_INET) {
        dst->family = UNIX_NET_IPV4;
        memcpy(dst->bytes, &((const struct sockaddr_in *)src)->sin_addr, 4);
    } else if (src->sa_family == AF_INET6) {
        dst->family = UNIX_NET_IPV6;
        dst->scope = ((const struct sockaddr_in6 *)src)->sin6_scope_id;
        memcpy(dst->bytes, &((const struct sockaddr_in6 *)src)->sin6_addr, 16);
    }
}

static socklen_t address_to_sockaddr(const struct unix_net_address *src, struct sockaddr_storage *dst)
{
    memset(dst, 0, sizeof(*dst));
    if (src->family == UNIX_NET_IPV4) {
        struct sockaddr_in *in = (struct sockaddr_in *)dst;
        in->sin_family = AF_INET;
        memcpy(&in->sin_addr, src->bytes, 4);
        return sizeof(*in);
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)dst;
    in6->sin6_family = AF_INET6;
    in6->sin6_scope_id = src->scope;
    memcpy(&in6->sin6_addr, src->bytes, 16);
    return sizeof(*in6);
}

/* Copies a zero-terminated text in; false if it is not readable or does not fit. */
static bool text_in(char *dst, size_t size, uint64_t user)
{
    for (size_t i = 0; i < size; i++) {
        if (!user_copy_in(dst + i, (const char *)(uintptr_t)user + i, 1))
            return false;
        if (!dst[i])
            return true;
    }
    return false;
}

static NTSTATUS net_resolve(void *arguments)
{
    struct unix_net_resolve args;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME }, *list = NULL;
    char name[256];
    NTSTATUS status = STATUS_SUCCESS;

    if (!user_copy_in(&args, arguments, sizeof(args)) || !text_in(name, sizeof(name), args.name))
        return STATUS_ACCESS_VIOLATION;
    hints.ai_family = args.family == UNIX_NET_IPV4 ? AF_INET : args.family == UNIX_NET_IPV6 ? AF_INET6 : AF_UNSPEC;
    args.count = 0;
    args.canonical[0] = 0;
    args.error = error_of(getaddrinfo(name, NULL, &hints, &list));
    if (args.error == UNIX_NET_OK && list && list->ai_canonname)
        snprintf(args.canonical, sizeof(args.canonical), "%s", list->ai_canonname);
    if (args.error == UNIX_NET_OK) {
        struct unix_net_address *out = (void *)(uintptr_t)args.addresses, address;
        for (struct addrinfo *ai = list; ai; ai = ai->ai_next) {
            address_from_sockaddr(&address, ai->ai_addr);
            if (!address.family)
                continue;
            if (args.count < args.capacity && !user_copy_out(out + args.count, &address, sizeof(address)))
                status = STATUS_ACCESS_VIOLATION;
            args.count++;
        }
        freeaddrinfo(list);
    }
    if (NT_SUCCESS(status) && !user_copy_out(arguments, &args, sizeof(args)))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

static NTSTATUS net_reverse(void *arguments)
{
    struct unix_net_reverse args;
    struct sockaddr_storage addr;
    socklen_t len;

    if (!user_copy_in(&args, arguments, sizeof(args)))
        return STATUS_ACCESS_VIOLATION;
    len = address_to_sockaddr(&args.address, &addr);
    args.error =
        error_of(getnameinfo((struct sockaddr *)&addr, len, args.name, sizeof(args.name), NULL, 0, NI_NAMEREQD));
    return user_copy_out(arguments, &args, sizeof(args)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS net_service(void *arguments)
{
    struct unix_net_service args;
    struct servent entry, *found = NULL;
    char buffer[2048];
    const char *protocol;

    if (!user_copy_in(&args, arguments, sizeof(args)))
        return STATUS_ACCESS_VIOLATION;
    args.name[sizeof(args.name) - 1] = args.protocol[sizeof(args.protocol) - 1] = 0;
    protocol = args.protocol[0] ? args.protocol : NULL;
    if (args.by_port)
        getservbyport_r(htons((uint16_t)args.port), protocol, &entry, buffer, sizeof(buffer), &found);
    else
        getservbyname_r(args.name, protocol, &entry, buffer, sizeof(buffer), &found);
    args.error = found ? UNIX_NET_OK : UNIX_NET_NOT_FOUND;
    if (found) {
        args.port = ntohs((uint16_t)found->s_port);
        snprintf(args.name, sizeof(args.name), "%s", found->s_name);
        snprintf(args.protocol, sizeof(args.protocol), "%s", found->s_proto);
    }
    return user_copy_out(arguments, &args, sizeof(args)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static void collect_dns_servers(struct net_list *list, char text[256])
{
    struct __res_state state;

    memset(&state, 0, sizeof(state));
    if (res_ninit(&state))
        return;
    for (int i = 0; i < state.nscount; i++) {
        struct unix_net_address address;
        const struct sockaddr *server = (const struct sockaddr *)&state.nsaddr_list[i];
        /* IPv6 servers are kept beside the list; their entry in it has no family. */
        if (state._u._ext.nsaddrs[i])
            server = (const struct sockaddr *)state._u._ext.nsaddrs[i];
        address_from_sockaddr(&address, server);
        if (address.family)
            net_list_add(list, &address);
    }
    if (state.dnsrch[0])
        snprintf(text, 256, "%s", state.dnsrch[0]);
    res_nclose(&state);
}

void net_list_add(struct net_list *list, const void *entry)
{
    if (list->failed)
        return;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        void *entries = realloc(list->entries, capacity * list->size);
        if (!entries) {
            list->failed = true;
            return;
        }
        list->entries = entries;
        list->capacity = capacity;
    }
    memcpy(list->entries + list->count++ * list->size, entry, list->size);
}

/* Hands a list out: as many entries as fit, and how many there are. */
static NTSTATUS net_list(ULONG function, void *arguments)
{
    struct unix_net_list args;
    struct net_list list = { 0 };
    NTSTATUS status = STATUS_SUCCESS;

    if (!user_copy_in(&args, arguments, sizeof(args)))
        return STATUS_ACCESS_VIOLATION;
    args.text[0] = 0;
    list.size = function == UNIX_NET_INTERFACES  ? sizeof(struct unix_net_interface)
                : function == UNIX_NET_ADDRESSES ? sizeof(struct unix_net_interface_address)
                : function == UNIX_NET_ROUTES    ? sizeof(struct unix_net_route)
                                                 : sizeof(struct unix_net_address);
    if (args.size != list.size)
        return STATUS_REVISION_MISMATCH;
    if (function == UNIX_NET_DNS_SERVERS)
        collect_dns_servers(&list, args.text);
    else
        status = net_collect(function, &list);
    if (list.failed)
        status = STATUS_NO_MEMORY;
    args.count = (uint32_t)list.count;
    if (NT_SUCCESS(status)) {
        size_t n = list.count < args.capacity ? list.count : args.capacity;
        if ((n && !user_copy_out((void *)(uintptr_t)args.entries, list.entries, n * list.size)) ||
            !user_copy_out(arguments, &args, sizeof(args)))
            status = STATUS_ACCESS_VIOLATION;
    }
    free(list.entries);
    return status;
}

NTSTATUS unix_call_net(ULONG function, PVOID arguments)
{
    switch (function) {
    case UNIX_NET_RESOLVE:
        return net_resolve(arguments);
    case UNIX_NET_REVERSE:
        return net_reverse(arguments);
    case UNIX_NET_SERVICE:
        return net_service(arguments);
    case UNIX_NET_INTERFACES:
    case UNIX_NET_ADDRESSES:
    case UNIX_NET_ROUTES:
    case UNIX_NET_DNS_SERVERS:
        return net_list(function, arguments);
    default:
        return STATUS_PROCEDURE_NOT_FOUND;
    }
}
