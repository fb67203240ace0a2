/* SPDX-License-Identifier: MIT */
/* namespace.h: what the files about names share (namespace.c, directory_object.c, symbolic_link.c). */
#ifndef TRANSOM_NAMESPACE_H
#define TRANSOM_NAMESPACE_H

#include "nametable.h"
#include "object_private.h"

struct object_name {
    struct object *object;
    struct directory *parent; /* referenced */
    bool linked;
    struct name_entry entry;
};

struct directory {
    struct object header;
    struct name_table names;
    uint32_t number; /* what the server calls it; 0 = it is this process's */
    /* Where the last enumeration stopped: the next one goes on there if it asks for that place. */
    ULONG scan_index;
    bool scan_remote;
    uint64_t scan_cursor;
};

/* Desktops have the names; what is told of them. */
struct desktop {
    struct object header;
    uint32_t number; /* of the fixed one, or 0 */
    struct desktop_settings {
        uint32_t flags, heap; /* DF_*; KB */
    } settings;
};

struct symbolic_link {
    struct object header;
    size_t length;
    WCHAR target[];
};

/* Over the whole tree; namespace_lock_tree makes the tree at first. */
extern uint32_t namespace_lock;
void namespace_lock_tree(void);

/* A directory or a window station. */
struct directory *directory_new(const struct object_type *type);
static inline bool is_directory(const struct object *obj)
{
    return obj->type == &directory_type || obj->type == &window_station_type;
}
struct desktop *desktop_new(void);
/* What the server calls a directory that is shared, or 0. */
static inline uint32_t directory_number(const struct directory *dir)
{
    return dir->header.shared_number ? dir->header.shared_number : dir->number;
}

/* With room for `length` characters, copied from `target`. */
struct symbolic_link *link_new(const WCHAR *target, size_t length);
/* ASCII to UTF-16, without a zero; the number of characters. */
size_t namespace_widen(const char *text, WCHAR *out);

#endif
