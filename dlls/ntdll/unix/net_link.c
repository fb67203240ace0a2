/* SPDX-License-Identifier: MIT */
/* net_link.c: interfaces, their addresses and the routes, from the kernel by rtnetlink. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fcntl.h>
#include "unix_net.h"
#include "net.h"

#define FOR_EACH_ATTRIBUTE(rta, first, length)                                                                         \
    for (struct rtattr *rta = (first); RTA_OK(rta, length); rta = RTA_NEXT(rta, length))

static void copy_address(struct unix_net_address *dst, int family, const struct rtattr *rta)
{
    size_t size = family == AF_INET ? 4 : 16;

    if (RTA_PAYLOAD(rta) < size)
        return;
    dst->family = family == AF_INET ? UNIX_NET_IPV4 : UNIX_NET_IPV6;
    memcpy(dst->bytes, RTA_DATA(rta), size);
}

static void read_file(const char *interface, const char *what, char *text, size_t size)
{
    char path[128];
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "/sys/class/net/%s/%s", interface, what);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, size - 1);
        close(fd);
    }
    text[n > 0 ? n : 0] = 0;
}

static void add_interface(struct net_list *list, struct nlmsghdr *header)
{
    struct ifinfomsg *info = NLMSG_DATA(header);
    int length = IFLA_PAYLOAD(header);
    struct unix_net_interface entry = { .index = (uint32_t)info->ifi_index,
                                        .type = info->ifi_type,
                                        .flags = info->ifi_flags };
    char text[64], path[128];

    entry.up = (info->ifi_flags & IFF_RUNNING) != 0;
    FOR_EACH_ATTRIBUTE(rta, IFLA_RTA(info), length)
    {
        size_t size = RTA_PAYLOAD(rta);
        switch (rta->rta_type) {
        case IFLA_IFNAME:
            snprintf(entry.name, sizeof(entry.name), "%.*s", (int)size, (char *)RTA_DATA(rta));
            break;
        case IFLA_ADDRESS:
            entry.hardware_length = size < sizeof(entry.hardware) ? (uint32_t)size : (uint32_t)sizeof(entry.hardware);
            memcpy(entry.hardware, RTA_DATA(rta), entry.hardware_length);
            break;
        case IFLA_MTU:
            memcpy(&entry.mtu, RTA_DATA(rta), sizeof(entry.mtu));
            break;
        case IFLA_OPERSTATE:
            if (*(uint8_t *)RTA_DATA(rta) == 2 /* IF_OPER_DOWN */)
                entry.up = 0;
            break;
        case IFLA_STATS64: {
            struct rtnl_link_stats64 stats = { 0 };
            memcpy(&stats, RTA_DATA(rta), size < sizeof(stats) ? size : sizeof(stats));
            entry.rx_bytes = stats.rx_bytes;
            entry.tx_bytes = stats.tx_bytes;
            entry.rx_packets = stats.rx_packets;
            entry.tx_packets = stats.tx_packets;
            entry.rx_errors = stats.rx_errors;
            entry.tx_errors = stats.tx_errors;
            entry.rx_dropped = stats.rx_dropped;
            entry.tx_dropped = stats.tx_dropped;
            entry.multicast = stats.multicast;
            break;
        }
        }
    }
    read_file(entry.name, "speed", text, sizeof(text));
    if (atoi(text) > 0)
        entry.speed = (uint64_t)atoi(text) * 1000000;
    snprintf(path, sizeof(path), "/sys/class/net/%s/wireless", entry.name);
    entry.wireless = access(path, F_OK) == 0;
    net_list_add(list, &entry);
}

static void add_address(struct net_list *list, struct nlmsghdr *header)
{
    struct ifaddrmsg *info = NLMSG_DATA(header);
    int length = IFA_PAYLOAD(header);
    uint32_t flags = info->ifa_flags;
    struct unix_net_interface_address entry = {
        .index = info->ifa_index,
        .prefix_length = info->ifa_prefixlen,
        .valid_lifetime = 0xffffffff,
        .preferred_lifetime = 0xffffffff,
    };

    if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
        return;
    FOR_EACH_ATTRIBUTE(rta, IFA_RTA(info), length)
    {
        switch (rta->rta_type) {
        case IFA_ADDRESS: /* the peer's on a point-to-point link, where IFA_LOCAL is the own one */
            if (!entry.address.family)
                copy_address(&entry.address, info->ifa_family, rta);
            break;
        case IFA_LOCAL:
            copy_address(&entry.address, info->ifa_family, rta);
            break;
        case IFA_BROADCAST:
            copy_address(&entry.broadcast, info->ifa_family, rta);
            break;
        case IFA_FLAGS:
            memcpy(&flags, RTA_DATA(rta), sizeof(flags));
            break;
        case IFA_CACHEINFO: {
            struct ifa_cacheinfo cache;
            memcpy(&cache, RTA_DATA(rta), sizeof(cache));
            entry.valid_lifetime = cache.ifa_valid;
            entry.preferred_lifetime = cache.ifa_prefered;
            break;
        }
        }
    }
    if (entry.address.family == UNIX_NET_IPV6 && entry.address.bytes[0] == 0xfe &&
        (entry.address.bytes[1] & 0xc0) == 0x80)
        entry.address.scope = info->ifa_index;
    entry.tentative = (flags & IFA_F_TENTATIVE) != 0;
    entry.temporary = info->ifa_family == AF_INET6 && (flags & IFA_F_TEMPORARY);
    entry.permanent = (flags & IFA_F_PERMANENT) != 0;
    if (entry.address.family)
        net_list_add(list, &entry);
}

static void add_route(struct net_list *list, struct nlmsghdr *header)
{
    struct rtmsg *info = NLMSG_DATA(header);
    int length = RTM_PAYLOAD(header);
    struct unix_net_route entry = { .prefix_length = info->rtm_dst_len, .protocol = info->rtm_protocol };

    if ((info->rtm_family != AF_INET && info->rtm_family != AF_INET6) || info->rtm_table != RT_TABLE_MAIN ||
        info->rtm_type != RTN_UNICAST)
        return;
    entry.destination.family = entry.gateway.family = info->rtm_family == AF_INET ? UNIX_NET_IPV4 : UNIX_NET_IPV6;
    FOR_EACH_ATTRIBUTE(rta, RTM_RTA(info), length)
    {
        switch (rta->rta_type) {
        case RTA_DST:
            copy_address(&entry.destination, info->rtm_family, rta);
            break;
        case RTA_GATEWAY:
            copy_address(&entry.gateway, info->rtm_family, rta);
            entry.has_gateway = 1;
            break;
        case RTA_OIF:
            memcpy(&entry.index, RTA_DATA(rta), sizeof(entry.index));
            break;
        case RTA_PRIORITY:
            memcpy(&entry.metric, RTA_DATA(rta), sizeof(entry.metric));
            break;
        }
    }
    net_list_add(list, &entry);
}

NTSTATUS net_collect(ULONG function, struct net_list *list)
{
    static const uint16_t requests[] = {
        [UNIX_NET_INTERFACES] = RTM_GETLINK, [UNIX_NET_ADDRESSES] = RTM_GETADDR, [UNIX_NET_ROUTES] = RTM_GETROUTE
    };
    struct {
        struct nlmsghdr header;
        struct rtgenmsg body;
    } request = {
        .header = { .nlmsg_len = sizeof(request),
                    .nlmsg_type = requests[function],
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .rtgen_family = AF_UNSPEC },
    };
    size_t size = 32 << 10; /* the kernel's largest dump message */
    char *buffer = malloc(size);
    NTSTATUS status = STATUS_SUCCESS;
    bool more = true;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (!buffer || fd < 0 || send(fd, &request, sizeof(request), 0) < 0) {
        status = buffer ? status_from_errno(errno) : STATUS_NO_MEMORY;
        goto done;
    }
    while (more) {
        ssize_t n = recv(fd, buffer, size, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            status = n ? status_from_errno(errno) : STATUS_UNSUCCESSFUL;
            break;
        }
        for (struct nlmsghdr *header = (void *)buffer; NLMSG_OK(header, n); header = NLMSG_NEXT(header, n)) {
            if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
                more = false;
                break;
            }
            if (header->nlmsg_type == RTM_NEWLINK)
                add_interface(list, header);
            else if (header->nlmsg_type == RTM_NEWADDR)
                add_address(list, header);
            else if (header->nlmsg_type == RTM_NEWROUTE)
                add_route(list, header);
        }
    }
done:
    if (fd >= 0)
        close(fd);
    free(buffer);
    return status;
}
