/* SPDX-License-Identifier: MIT */
/* symfile.c: what the readers of symbol files share: memory, arrays, numbers. */
#include "symfile.h"

struct arena_block {
    struct arena_block *next;
    size_t used, size;
};

#define BLOCK_SIZE 65536

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
    void *p;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + 7) & ~(size_t)7;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;
        if (!(block = dbg_alloc(sizeof(*block) + room)))
            return NULL;
        block->size = room;
        if (room == size && arena->blocks) { /* one that is full at once does not hide the one in use */
            block->next = arena->blocks->next;
            arena->blocks->next = block;
        } else {
            block->next = arena->blocks;
            arena->blocks = block;
        }
    }
    p = (char *)(block + 1) + block->used;
    block->used += size;
    return p;
}

const char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);

    if (!copy)
        return "";
    memcpy(copy, text, length);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        dbg_free(arena->blocks);
        arena->blocks = next;
    }
}

void *array_add(void *array, size_t *count, size_t *room, size_t size)
{
    void *list;

    memcpy(&list, array, sizeof(list));
    if (*count == *room) {
        size_t grown_room = *room ? 2 * *room : 16;
        void *grown = grown_room <= SIZE_MAX / 2 / size ? dbg_alloc(grown_room * size) : NULL;
        if (!grown)
            return NULL;
        if (list)
            memcpy(grown, list, *count * size);
        dbg_free(list);
        list = grown;
        memcpy(array, &list, sizeof(list));
        *room = grown_room;
    }
    return (char *)list + (*count)++ * size;
}

struct symbol *symbol_add(struct symbol_list *list, uint32_t rva, const char *name, uint8_t tag, uint8_t rank)
{
    struct symbol *symbol = ARRAY_ADD(list->list, list->count, list->room);

    if (!symbol)
        return NULL;
    symbol->rva = rva;
    symbol->name = name;
    symbol->tag = tag;
    symbol->rank = rank;
    return symbol;
}

const char *get_string(struct bytes *b)
{
    const uint8_t *at = b->at, *zero = b->at < b->end ? memchr(at, 0, bytes_left(b)) : NULL;

    if (!zero) {
        b->bad = true;
        b->at = b->end;
        return "";
    }
    b->at = zero + 1;
    return (const char *)at;
}

uint64_t get_uleb(struct bytes *b)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = get_u8(b);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) && !b->bad);
    return value;
}

int64_t get_sleb(struct bytes *b)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = get_u8(b);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) && !b->bad);
    if (shift < 64 && (byte & 0x40))
        value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

uint32_t cv_register_of_dwarf(uint32_t number, bool is64)
{
    /* rax rdx rcx rbx rsi rdi rbp rsp; CodeView counts rax rbx rcx rdx rsi rdi rbp rsp */
    static const uint8_t order64[8] = { 0, 3, 2, 1, 4, 5, 6, 7 };

    if (!is64)
        return number < 8 ? 17 + number : 0; /* CV_REG_EAX and on, in the same order */
    if (number < 8)
        return CV_AMD64_RAX + order64[number];
    if (number < 16)
        return CV_AMD64_R8 + number - 8;
    if (number >= 17 && number < 25)
        return CV_AMD64_XMM0 + number - 17;
    return 0;
}
