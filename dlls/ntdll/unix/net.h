/* SPDX-License-Identifier: MIT */
/* net.h: what net.c and net_link.c share. */
#ifndef TRANSOM_NET_H
#define TRANSOM_NET_H

#include "unix.h"

/* Entries of equal size, growing. */
struct net_list {
    char *entries;
    size_t size, count, capacity;
    bool failed; /* no memory */
};

void net_list_add(struct net_list *list, const void *entry);

/* net_link.c: interfaces, addresses or routes (enum unix_net_function) from the kernel. */
NTSTATUS net_collect(ULONG function, struct net_list *list);

#endif
