/* SPDX-License-Identifier: MIT */
/*
 * child_symbols.c: where the functions of the C library are. To look up the hundred that a program's start needs takes the dynamic
 * linker a twentieth of that start. A child needs those that its creator needed, of the same library, which only lies elsewhere.
 * So the creator tells the place in the library of each function it has called itself, and the child writes them into
 * its table (.got.plt) before the linker would.
 *
 * Whatever is in doubt is left to the linker: functions that are not libc's (preloaded ones), another build of libc or of this
 * program, a table that cannot be written since all was bound at the start (-z now).
 */
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include "child_symbols.h"

#define BUILD_ID_MAX 32

struct build_id {
    uint32_t size;
    uint8_t bytes[BUILD_ID_MAX];
};

/* What is told: `count` places follow, 0 for one that the linker is left to find. */
struct symbols {
    struct build_id program, libc;
    uint32_t count;
    uint32_t places[];
};

struct slots {
    const ElfW(Rela) * relocations;
    size_t count;
    uint64_t libc, libc_size;
    struct build_id program_id, libc_id;
};

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static void read_note(const char *note, size_t size, struct build_id *id)
{
    const ElfW(Nhdr) *header = (const void *)note;
    while (size >= sizeof(*header)) {
        size_t name = (header->n_namesz + 3u) & ~(size_t)3,
               total = sizeof(*header) + name + ((header->n_descsz + 3u) & ~(size_t)3);
        if (total > size)
            return;
        if (header->n_type == NT_GNU_BUILD_ID && header->n_descsz <= BUILD_ID_MAX) {
            id->size = header->n_descsz;
            memcpy(id->bytes, (const char *)(header + 1) + name, id->size);
            return;
        }
        size -= total;
        header = (const void *)((const char *)header + total);
    }
}

/* Of a mapped ELF file: its build id, and its size in memory. */
static uint64_t read_file(const ElfW(Ehdr) * file, uint64_t base, struct build_id *id)
{
    const ElfW(Phdr) *segment = (const void *)((const char *)file + file->e_phoff);
    uint64_t size = 0;
    for (unsigned i = 0; i < file->e_phnum; i++, segment++) {
        if (segment->p_type == PT_LOAD && segment->p_vaddr + segment->p_memsz > size)
            size = segment->p_vaddr + segment->p_memsz;
        if (segment->p_type == PT_NOTE && !id->size)
            read_note((const char *)(base + segment->p_vaddr), segment->p_memsz, id);
    }
    return size;
}

static bool is_libc(const char *path)
{
    const char *name = strrchr(path, '/');
    return name && !strcmp(name, "/libc.so.6");
}

/* False: nothing can be told or taken over. */
static bool find_slots(struct slots *slots)
{
    const struct r_debug *debug = NULL;
    size_t size = 0;
    memset(slots, 0, sizeof(*slots));
    for (const ElfW(Dyn) *d = _DYNAMIC; d->d_tag != DT_NULL; d++) {
        if ((d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_BIND_NOW)) ||
            (d->d_tag == DT_FLAGS_1 && (d->d_un.d_val & DF_1_NOW)) ||
            (d->d_tag == DT_PLTREL && d->d_un.d_val != DT_RELA))
            return false;
        if (d->d_tag == DT_JMPREL)
            slots->relocations = (const void *)d->d_un.d_ptr;
        else if (d->d_tag == DT_PLTRELSZ)
            size = d->d_un.d_val;
        else if (d->d_tag == DT_DEBUG)
            debug = (const void *)d->d_un.d_ptr;
    }
    /* The program itself comes first; it has a fixed address (build-aux/link.mk). */
    if (!slots->relocations || !debug || !debug->r_map || debug->r_map->l_addr)
        return false;
    slots->count = size / sizeof(*slots->relocations);
    for (const struct link_map *map = debug->r_map->l_next; map && !slots->libc; map = map->l_next)
        if (is_libc(map->l_name))
            slots->libc = map->l_addr;
    if (!slots->libc)
        return false;
    slots->libc_size = read_file((const void *)slots->libc, slots->libc, &slots->libc_id);
    read_file(&__ehdr_start, 0, &slots->program_id);
    return slots->libc_id.size && slots->program_id.size && slots->libc_size <= UINT32_MAX;
}

static uint64_t *slot_of(const struct slots *slots, size_t i)
{
    return ELF64_R_TYPE(slots->relocations[i].r_info) == R_X86_64_JUMP_SLOT ? (uint64_t *)slots->relocations[i].r_offset
                                                                            : NULL;
}

void *child_symbols_tell(size_t *size)
{
    struct slots slots;
    struct symbols *symbols =
        find_slots(&slots) ? malloc(sizeof(*symbols) + slots.count * sizeof(symbols->places[0])) : NULL;
    if (!symbols)
        return NULL;
    symbols->program = slots.program_id;
    symbols->libc = slots.libc_id;
    symbols->count = (uint32_t)slots.count;
    for (size_t i = 0; i < slots.count; i++) {
        uint64_t *slot = slot_of(&slots, i);
        uint64_t place = slot ? __atomic_load_n(slot, __ATOMIC_RELAXED) - slots.libc : 0;
        symbols->places[i] = place < slots.libc_size ? (uint32_t)place : 0;
    }
    *size = sizeof(*symbols) + slots.count * sizeof(symbols->places[0]);
    return symbols;
}

static bool same_id(const struct build_id *a, const struct build_id *b)
{
    return a->size == b->size && a->size <= BUILD_ID_MAX && !memcmp(a->bytes, b->bytes, a->size);
}

void child_symbols_take(const void *told, size_t size)
{
    const struct symbols *symbols = told;
    struct slots slots;
    if (size < sizeof(*symbols) || !find_slots(&slots) || symbols->count != slots.count ||
        size != sizeof(*symbols) + slots.count * sizeof(symbols->places[0]) ||
        !same_id(&symbols->program, &slots.program_id) || !same_id(&symbols->libc, &slots.libc_id))
        return;
    for (size_t i = 0; i < slots.count; i++) {
        uint64_t *slot = symbols->places[i] < slots.libc_size ? slot_of(&slots, i) : NULL;
        if (slot && symbols->places[i])
            *slot = slots.libc + symbols->places[i];
    }
}
