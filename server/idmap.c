/* SPDX-License-Identifier: MIT */
/* idmap.c: a map from numbers to numbers: open addressing, linear probing, removal by shifting back. */
#include "server.h"

static uint32_t slot_of(const struct idmap *map, uint32_t key)
{
    return key * 0x9e3779b1u & (map->capacity - 1);
}

uint32_t *idmap_find(const struct idmap *map, uint32_t key)
{
    if (!map->count)
        return NULL;
    for (uint32_t i = slot_of(map, key); map->slots[i].key; i = (i + 1) & (map->capacity - 1))
        if (map->slots[i].key == key)
            return &map->slots[i].value;
    return NULL;
}

static bool grow(struct idmap *map)
{
    struct idmap larger = { .capacity = map->capacity ? map->capacity * 2 : 16 };
    larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
    if (!larger.slots)
        return false;
    for (uint32_t i = 0; i < map->capacity; i++)
        if (map->slots[i].key) {
            uint32_t at = slot_of(&larger, map->slots[i].key);
            while (larger.slots[at].key)
                at = (at + 1) & (larger.capacity - 1);
            larger.slots[at] = map->slots[i];
        }
    larger.count = map->count;
    free(map->slots);
    *map = larger;
    return true;
}

uint32_t *idmap_insert(struct idmap *map, uint32_t key)
{
    uint32_t *value = idmap_find(map, key);
    if (value)
        return value;
    if (map->count >= map->capacity / 2 && !grow(map))
        return NULL;
    uint32_t i = slot_of(map, key);
    while (map->slots[i].key)
        i = (i + 1) & (map->capacity - 1);
    map->slots[i] = (struct idmap_slot){ key, 0 };
    map->count++;
    return &map->slots[i].value;
}

void idmap_remove(struct idmap *map, uint32_t key)
{
    uint32_t *value = idmap_find(map, key), mask = map->capacity - 1;
    if (!value)
        return;
    uint32_t hole = (uint32_t)(container(value, struct idmap_slot, value) - map->slots);
    for (uint32_t i = (hole + 1) & mask; map->slots[i].key; i = (i + 1) & mask)
        if (((i - slot_of(map, map->slots[i].key)) & mask) >= ((i - hole) & mask)) {
            map->slots[hole] = map->slots[i];
            hole = i;
        }
    map->slots[hole] = (struct idmap_slot){ 0, 0 };
    map->count--;
}

void idmap_free(struct idmap *map)
{
    free(map->slots);
    *map = (struct idmap){ 0 };
}
