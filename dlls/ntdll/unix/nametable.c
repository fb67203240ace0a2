/* SPDX-License-Identifier: MIT */
/* nametable.c: the hash table of the names in a directory of objects (include/nametable.h). */
#include <stdlib.h>
#include "nametable.h"
#include "unix.h"

static uint32_t hash_name(const uint16_t *name, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    /* The high bits choose the bucket, and they depend least on the last characters: fold. */
    return (hash ^ hash >> 15) * 0x9e3779b1u;
}

static struct name_entry **bucket_of(const struct name_table *table, uint32_t hash)
{
    return &table->buckets[hash >> (32 - table->bits)];
}

/* Where an entry of this hash and serial is, or would be put. */
static struct name_entry **place(const struct name_table *table, uint32_t hash, uint32_t serial)
{
    struct name_entry **link = bucket_of(table, hash);
    while (*link && ((*link)->hash < hash || ((*link)->hash == hash && (*link)->serial < serial)))
        link = &(*link)->next;
    return link;
}

static bool same_name(const struct name_entry *entry, const uint16_t *name, size_t length, bool ignore_case)
{
    if (entry->length != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (entry->text[i] != name[i] && (!ignore_case || unicode_upcase(entry->text[i]) != unicode_upcase(name[i])))
            return false;
    return true;
}

struct name_entry *name_find(const struct name_table *table, const uint16_t *name, size_t length, bool ignore_case)
{
    if (!table->bits)
        return NULL;
    uint32_t hash = hash_name(name, length);
    struct name_entry *entry = *place(table, hash, 0);
    while (entry && entry->hash == hash && !same_name(entry, name, length, ignore_case))
        entry = entry->next;
    return entry && entry->hash == hash ? entry : NULL;
}

/* Twice as many buckets. Each old one is sorted, so it falls into two sorted halves. */
static bool grow(struct name_table *table)
{
    uint32_t old_count = table->bits ? 1u << table->bits : 0, bits = table->bits ? table->bits + 1 : 3;
    struct name_entry **buckets = calloc((size_t)1 << bits, sizeof(*buckets));
    if (!buckets)
        return table->bits != 0; /* longer chains will do */
    for (uint32_t i = 0; i < old_count; i++) {
        struct name_entry *entry = table->buckets[i], **tails[2] = { &buckets[2 * i], &buckets[2 * i + 1] };
        for (; entry; entry = entry->next) {
            struct name_entry ***tail = &tails[entry->hash >> (32 - bits) & 1];
            **tail = entry;
            *tail = &entry->next;
        }
        *tails[0] = *tails[1] = NULL;
    }
    free(table->buckets);
    table->buckets = buckets;
    table->bits = bits;
    return true;
}

bool name_add(struct name_table *table, struct name_entry *entry)
{
    if ((!table->bits || table->count >= 1u << table->bits) && table->bits < 24 && !grow(table))
        return false;
    entry->hash = hash_name(entry->text, entry->length);
    entry->serial = ++table->serial;
    struct name_entry **link = place(table, entry->hash, entry->serial);
    entry->next = *link;
    *link = entry;
    table->count++;
    return true;
}

void name_remove(struct name_table *table, struct name_entry *entry)
{
    struct name_entry **link = bucket_of(table, entry->hash);
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    table->count--;
}

struct name_entry *name_next(const struct name_table *table, uint64_t cursor)
{
    if (!table->bits)
        return NULL;
    uint32_t hash = (uint32_t)(cursor >> 32), serial = (uint32_t)cursor;
    struct name_entry *entry = *place(table, hash, serial);
    if (entry && name_cursor(entry) == cursor)
        entry = entry->next;
    for (uint32_t i = (hash >> (32 - table->bits)) + 1; !entry && i < 1u << table->bits; i++)
        entry = table->buckets[i];
    return entry;
}

void name_table_free(struct name_table *table)
{
    free(table->buckets);
    *table = (struct name_table){ 0 };
}
