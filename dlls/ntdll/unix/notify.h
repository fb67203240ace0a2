/* SPDX-License-Identifier: MIT */
/* notify.h: what a directory handle knows of changes: notify.c makes records of them, notify_tree.c watches directories. */
#ifndef TRANSOM_NOTIFY_H
#define TRANSOM_NOTIFY_H

#include "file.h"

#define DirectoryNotifyInformation         1
#define DirectoryNotifyExtendedInformation 2

typedef struct _FILE_NOTIFY_EXTENDED_INFORMATION {
    ULONG NextEntryOffset;
    ULONG Action;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastModificationTime;
    LARGE_INTEGER LastChangeTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER AllocatedLength;
    LARGE_INTEGER FileSize;
    ULONG FileAttributes;
    union {
        ULONG ReparsePointTag;
        ULONG EaSize;
    };
    LARGE_INTEGER FileId;
    LARGE_INTEGER ParentFileId;
    ULONG FileNameLength;
    WCHAR FileName[1];
} FILE_NOTIFY_EXTENDED_INFORMATION;

/* One directory that is watched. They are found by the kernel's number, and know their children. */
struct notify_watch {
    int id;
    char *name; /* component; "" for the root */
    struct notify_watch *parent, *children, *next, **place;
};

struct notify {
    int fd;
    bool tree;
    bool extended; /* records are FILE_NOTIFY_EXTENDED_INFORMATION */
    ULONG filter;
    uint32_t mask;
    struct notify_watch *root;
    int above;     /* watch of the directory that has the root's name, or -1 */
    bool removed;  /* the root itself has gone */
    void *watches; /* tsearch: by number */
    void *told;    /* tsearch: names that were found in new directories and whose events may still come */
    /* events that were read and not delivered yet: records in order */
    char *records;
    size_t used, size, last;
    bool overflow; /* more happened than can be told: the program must look itself */
    /* a name that was moved away, until it is seen whether it comes back in the tree */
    struct notify_watch *moved_from;
    char *moved_name;
    uint32_t moved_cookie;
    bool moved_dir;
};

/* Begins to watch the directory and, for trees, all below it. */
NTSTATUS notify_watch_all(struct notify *notify, int root_fd);
/* Watches the directory above, too: a directory that is open does not tell of its own end. Again, when it has moved. */
void notify_watch_above(struct notify *notify, int root_fd);
void notify_unwatch_all(struct notify *notify);
struct notify_watch *notify_watch_of(struct notify *notify, int id);
struct notify_watch *notify_child(struct notify_watch *dir, const char *name);
/* The path of a watch's directory relative to the root; "" or ending in "/". malloc'ed. */
char *notify_path(const struct notify_watch *watch);
/* A directory has appeared: it and what is in it is watched; `found` is called for each name in it. */
void notify_appeared(struct file_object *file, struct notify_watch *parent, const char *name,
                     void (*found)(struct file_object *file, struct notify_watch *dir, const char *name));
/* It has gone, with what is below. `gone`: the kernel has dropped the watch itself. */
void notify_disappeared(struct notify *notify, struct notify_watch *watch, bool gone);
/* The name was told when its directory appeared; an event that says so again is none. */
bool notify_was_told(struct notify *notify, struct notify_watch *dir, const char *name);
void notify_told_all(struct notify *notify);

#endif
