/* SPDX-License-Identifier: MIT */
/*
 * nametable.h: names of objects in a directory: found by upper-cased name, enumerated in an order that does not change while
 * others are added or removed (nametable.c). Used by the processes' namespaces and by the server's.
 */
#ifndef TRANSOM_NAMETABLE_H
#define TRANSOM_NAMETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One name; the caller's to allocate, within a structure of its own of which it is the last member. */
struct name_entry {
    struct name_entry *next;
    uint32_t hash, serial; /* the order of enumeration */
    uint32_t length;       /* characters */
    uint16_t text[];
};

struct name_table {
    struct name_entry **buckets; /* by the hash's high bits, each sorted by hash and serial */
    uint32_t bits;               /* 0: no buckets yet */
    uint32_t count, serial;
};

/* The entry of that name, or NULL. `ignore_case` as OBJ_CASE_INSENSITIVE; else the spelling must be the same. */
struct name_entry *name_find(const struct name_table *table, const uint16_t *name, size_t length, bool ignore_case);
/* Adds an entry whose length and text are set. False when memory is out. */
bool name_add(struct name_table *table, struct name_entry *entry);
void name_remove(struct name_table *table, struct name_entry *entry);
/* The entry after the cursor that name_cursor gives for an entry; 0 begins. NULL at the end. */
struct name_entry *name_next(const struct name_table *table, uint64_t cursor);
static inline uint64_t name_cursor(const struct name_entry *entry)
{
    return (uint64_t)entry->hash << 32 | entry->serial;
}
void name_table_free(struct name_table *table);

#endif
