/* SPDX-License-Identifier: MIT */
/*
 * unix_account.h: UNIX_MODULE_ACCOUNTS: the users and groups that the system knows (through NSS), for LookupAccountSid, the
 * local security authority and the LAN Manager functions. Structures have the same layout for 32- and 64-bit callers;
 * pointers are numbers of 64 bits. Texts are UTF-8.
 */
#ifndef TRANSOM_UNIX_ACCOUNT_H
#define TRANSOM_UNIX_ACCOUNT_H

#include <stdint.h>

/* Users are below the machine's domain (whose identifier is the user's own without its last number), groups are
 * S-1-22-2-gid, as Samba has them. */
#define UNIX_ACCOUNT_USER_RID 1000 /* of uid 0 */
#define UNIX_GROUP_AUTHORITY  22   /* S-1-22 */
#define UNIX_GROUP_GROUPS     2    /* S-1-22-2; S-1-22-1-uid are users */

enum unix_account_function {
    UNIX_ACCOUNT_GET,  /* struct unix_account: one by name or number */
    UNIX_ACCOUNT_LIST, /* struct unix_account_list */
};

enum unix_account_kind { UNIX_ACCOUNT_USER, UNIX_ACCOUNT_GROUP };

struct unix_account {
    uint32_t kind;    /* in */
    uint32_t by_name; /* in */
    uint32_t id;      /* in or out: uid or gid */
    uint32_t found;   /* out */
    uint32_t group;   /* out: a user's primary group */
    uint32_t self;    /* out: the user is who runs this process */
    char name[256];   /* in or out */
    char comment[256];
    char home[1024];
    char shell[256];
};

enum unix_account_what {
    UNIX_ACCOUNT_ALL_USERS,
    UNIX_ACCOUNT_ALL_GROUPS,
    UNIX_ACCOUNT_GROUPS_OF,  /* of the user with number `id` */
    UNIX_ACCOUNT_MEMBERS_OF, /* users that are in the group with number `id`, by it being their primary one too */
};

struct unix_account_entry {
    uint32_t id;
    char name[252];
};

struct unix_account_list {
    uint32_t what;     /* in */
    uint32_t id;       /* in */
    uint64_t entries;  /* in: struct unix_account_entry * */
    uint32_t capacity; /* in */
    uint32_t count;    /* out: how many there are, of which at most `capacity` were stored */
};

#endif
