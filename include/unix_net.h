/* SPDX-License-Identifier: MIT */
/*
 * unix_net.h: UNIX_MODULE_NET: names and interfaces of the network, which ws2_32, iphlpapi and dnsapi ask the native half for.
 * Structures have the same layout for 32- and 64-bit callers; pointers are numbers of 64 bits. Texts are UTF-8.
 */
#ifndef TRANSOM_UNIX_NET_H
#define TRANSOM_UNIX_NET_H

#include <stdint.h>

enum unix_net_function {
    UNIX_NET_RESOLVE,    /* struct unix_net_resolve: addresses of a host name */
    UNIX_NET_REVERSE,    /* struct unix_net_reverse: name of an address */
    UNIX_NET_SERVICE,    /* struct unix_net_service: /etc/services */
    UNIX_NET_INTERFACES, /* struct unix_net_list of unix_net_interface */
    UNIX_NET_ADDRESSES,  /* struct unix_net_list of unix_net_interface_address */
    UNIX_NET_ROUTES,     /* struct unix_net_list of unix_net_route */
    UNIX_NET_DNS_SERVERS /* struct unix_net_list of unix_net_address; `text` gets the search domain */
};

/* How a look-up ended. */
enum unix_net_error {
    UNIX_NET_OK,
    UNIX_NET_NOT_FOUND, /* no such name */
    UNIX_NET_NO_DATA,   /* the name exists, but not with such an address */
    UNIX_NET_AGAIN,
    UNIX_NET_FAILED,
};

#define UNIX_NET_IPV4 2 /* the families as Windows numbers them */
#define UNIX_NET_IPV6 23

struct unix_net_address {
    uint32_t family;   /* UNIX_NET_IPV4 (the first four bytes count) or UNIX_NET_IPV6 */
    uint32_t scope;    /* interface of a link-local IPv6 address */
    uint8_t bytes[16]; /* network order */
};

struct unix_net_resolve {
    uint64_t name;       /* in: const char *, zero-terminated, at most 255 bytes */
    uint32_t family;     /* in: 0 both */
    uint32_t capacity;   /* in: of `addresses` */
    uint64_t addresses;  /* struct unix_net_address * */
    uint32_t count;      /* out: how many there are, of which at most `capacity` were stored */
    uint32_t error;      /* out: enum unix_net_error */
    char canonical[256]; /* out: the name's canonical form; may be empty */
};

struct unix_net_reverse {
    struct unix_net_address address; /* in */
    uint32_t error;                  /* out */
    char name[256];                  /* out */
};

struct unix_net_service {
    uint32_t by_port;  /* in */
    uint32_t port;     /* in or out, host order */
    char name[64];     /* in (alias or name) or out */
    char protocol[16]; /* in (may be empty) and out */
    uint32_t error;
};

struct unix_net_list {
    uint64_t entries;
    uint32_t size;     /* in: of one entry, as the caller knows it */
    uint32_t capacity; /* in: entries */
    uint32_t count;    /* out: how many there are */
    char text[256];
};

struct unix_net_interface {
    uint32_t index;
    uint32_t type;  /* Linux' ARPHRD_* */
    uint32_t flags; /* Linux' IFF_* */
    uint32_t mtu;
    uint64_t speed; /* bits a second; 0 unknown */
    uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_errors, tx_errors, rx_dropped, tx_dropped, multicast;
    uint32_t hardware_length;
    uint8_t hardware[20];
    uint32_t wireless;
    uint32_t up; /* operational state */
    char name[32];
};

struct unix_net_interface_address {
    uint32_t index; /* of the interface */
    uint32_t prefix_length;
    uint32_t tentative, temporary, permanent;
    uint32_t valid_lifetime, preferred_lifetime; /* seconds, 0xffffffff for ever */
    struct unix_net_address address, broadcast;
};

struct unix_net_route {
    uint32_t index; /* of the interface */
    uint32_t prefix_length;
    uint32_t metric;
    uint32_t protocol; /* Linux' RTPROT_* */
    struct unix_net_address destination, gateway;
    uint32_t has_gateway;
    uint32_t padding;
};

#endif
