/* SPDX-License-Identifier: MIT */
/* shared.h: objects that several processes have, each by a struct object of its own (shared.c). */
#ifndef TRANSOM_SHARED_H
#define TRANSOM_SHARED_H

#include "object.h"

#ifndef CELL_COMMON
#define CELL_COMMON 0x80000000u
#endif

/* What another process needs to make its struct object, besides the cell. */
struct shared_form {
    void *data; /* as the type's own code wants it; at most 64 KB */
    uint32_t size;
    int fd;        /* or -1 */
    uint32_t cell; /* adopting only: CELL_COMMON | index, or 0 */
};

/* The object's number at the server, which knows it from now on. */
NTSTATUS shared_export(struct object *obj, uint32_t *number);
/* The object of that number, which this process may or may not have yet; referenced. */
NTSTATUS shared_import(uint32_t number, struct object **obj);

/* An object that is this process's own view of one that the server counts as ours: it is found by number from now on. */
NTSTATUS shared_attach(struct object *obj, uint32_t number);
/* Gives back `count` of what the server counts as ours. */
void shared_give_back(uint32_t number, uint32_t count);

/*
 * Names in a shared directory: what object_insert and object_open do once the walk has come to one. STATUS_REPARSE:
 * *path (malloc'ed) is where a link leads.
 */
struct shared_name {
    uint32_t directory;
    const WCHAR *name;
    size_t length;
    ULONG attributes;
    WCHAR *path;
    size_t path_length;
};
/* Whether objects of a type can be shared at all. */
bool shared_can(const struct object_type *type);
NTSTATUS shared_insert(struct object *obj, struct shared_name *name, struct object **existing);
NTSTATUS shared_open(struct shared_name *name, const struct object_type *type, struct object **obj);

/* The object of that number if this process has it, referenced, or NULL. */
struct object *shared_find(uint32_t number);
/* How many handles the other processes have. */
uint32_t shared_handles_elsewhere(struct object *obj);

/* The object has no reference any more. */
void shared_drop(struct object *obj);
/* Its absolute name; malloc'ed, or NULL. */
WCHAR *shared_full_name(struct object *obj, size_t *length);
NTSTATUS shared_set_permanent(struct object *obj, bool permanent);
/* A directory's name goes, while the directory lasts. */
NTSTATUS shared_remove_name(struct object *obj);
/* Its descriptor has changed; it may have been changed by another process. */
void shared_set_security(struct object *obj);
void shared_refresh_security(struct object *obj);
/* What the server answers about it, besides the cell; false: it does not. */
void shared_set_data(struct object *obj, const void *data, size_t size);
bool shared_get_data(uint32_t number, void *data, size_t size);
const struct object_type *shared_type(unsigned kind);
/* The next name in a shared directory; *name is malloc'ed. */
NTSTATUS shared_directory_next(uint32_t directory, uint64_t *position, WCHAR **name, size_t *length,
                               const struct object_type **type);

#endif
