/* SPDX-License-Identifier: MIT */
/*
 * section_reserve.c: sections that are reserved first (SEC_RESERVE). Their pages belong to the section: committed in one view,
 * they are committed in all, those mapped later too ("Creating a File Mapping Object" and VirtualAlloc's page in
 * Microsoft's documentation). .NET's just-in-time compiler writes code through a second view of such a section.
 *
 * In all processes: behind the section's own pages the memfd has a bit for each of them, and a number that says that there are
 * new ones. Who commits sets bits and counts; the others compare the number whenever they look at such a view: to map, ask,
 * commit, or because of a fault at what is reserved as far as they know. Nobody waits for anybody, and bits only come.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "section.h"

struct committed {
    uint64_t changes;
    uint64_t bits[];
};

struct section_reserve {
    LIST_HEAD(, view) views;
    struct view extent; /* base 0, in no tree: which offsets are committed, as far as this process knows */
    struct committed *shared;
    uint64_t seen; /* of shared->changes */
};

#define BITS 64

static uint64_t page_count(uint64_t size)
{
    return size >> PAGE_SHIFT;
}

static uint64_t shared_size(uint64_t size)
{
    return ROUND_UP(sizeof(struct committed) + ROUND_UP(page_count(size), BITS) / 8, NT_PAGE_SIZE);
}

uint64_t section_reserve_file_size(uint64_t size)
{
    return size + shared_size(size);
}

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Commits what of the section's [from, to) is in the view and still reserved there, as the view was mapped. */
static NTSTATUS catch_up(struct view *view, uint64_t from, uint64_t to)
{
    NTSTATUS status = STATUS_SUCCESS;
    uint64_t at = view->base + max64(from, view->offset) - view->offset;
    uint64_t end = view->base + min64(to, view->offset + view->size) - view->offset;

    if (from >= view->offset + view->size || to <= view->offset)
        return STATUS_SUCCESS;
    while (at < end && !status) {
        const struct range *r = range_find(view, at);
        uint64_t stop = min64(r->end, end);
        if (r->state == MEM_RESERVE)
            status = view_commit(view, at, stop, view->protect);
        at = stop;
    }
    return status;
}

/* The memory behind the section; NULL if another process could take it away from under us. */
static struct committed *map_shared(const struct section *section)
{
    struct stat st;
    int seals = fcntl(section->fd, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(section->fd, &st) ||
        (uint64_t)st.st_size < section_reserve_file_size(section->size))
        return NULL;
    void *p =
        mmap(NULL, shared_size(section->size), PROT_READ | PROT_WRITE, MAP_SHARED, section->fd, (off_t)section->size);
    return p == MAP_FAILED ? NULL : p;
}

static bool is_set(const struct committed *shared, uint64_t page)
{
    return __atomic_load_n(&shared->bits[page / BITS], __ATOMIC_RELAXED) >> page % BITS & 1;
}

/* The offset in front of which all bits from `from` on are as that one. */
static uint64_t end_of_run(const struct committed *shared, uint64_t from, uint64_t count, bool set)
{
    uint64_t page = from;
    while (page < count && is_set(shared, page) == set) {
        uint64_t word = __atomic_load_n(&shared->bits[page / BITS], __ATOMIC_RELAXED);
        page += page % BITS == 0 && word == (set ? UINT64_MAX : 0) ? BITS : 1;
    }
    return min64(page, count);
}

/* [from, to) is committed: in all views, but for the one that knows. */
static NTSTATUS spread(struct section_reserve *reserve, uint64_t from, uint64_t to, const struct view *knows)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct view *view;
    const struct range *known = range_find(&reserve->extent, from);
    if (known->state == MEM_COMMIT && known->end >= to)
        return STATUS_SUCCESS;
    if (!view_set_range(&reserve->extent, from, min64(to, reserve->extent.size), MEM_COMMIT, 0))
        return STATUS_NO_MEMORY;
    LIST_FOREACH(view, &reserve->views, of_section)
    if (view != knows && !status)
        status = catch_up(view, from, to);
    return status;
}

void section_reserve_update(struct section_reserve *reserve)
{
    uint64_t changes = reserve->shared ? __atomic_load_n(&reserve->shared->changes, __ATOMIC_ACQUIRE) : 0;
    uint64_t count = page_count(reserve->extent.size);
    if (changes == reserve->seen)
        return;
    for (uint64_t page = end_of_run(reserve->shared, 0, count, false); page < count;) {
        uint64_t end = end_of_run(reserve->shared, page, count, true);
        if (spread(reserve, page << PAGE_SHIFT, end << PAGE_SHIFT, NULL))
            return; /* no memory: the next look tries again */
        page = end_of_run(reserve->shared, end, count, false);
    }
    reserve->seen = changes;
}

static void publish(struct section_reserve *reserve, uint64_t from, uint64_t to)
{
    struct committed *shared = reserve->shared;
    if (!shared)
        return;
    for (uint64_t page = from >> PAGE_SHIFT; page < to >> PAGE_SHIFT; page++)
        __atomic_or_fetch(&shared->bits[page / BITS], 1ull << page % BITS, __ATOMIC_RELAXED);
    __atomic_add_fetch(&shared->changes, 1, __ATOMIC_RELEASE);
}

static struct section_reserve *reserve_new(const struct section *section)
{
    struct section_reserve *reserve = calloc(1, sizeof(*reserve));
    if (!reserve)
        return NULL;
    reserve->extent.size = section->size;
    if (!view_ranges_init(&reserve->extent, MEM_RESERVE, 0)) {
        free(reserve);
        return NULL;
    }
    LIST_INIT(&reserve->views);
    reserve->shared = map_shared(section);
    return reserve;
}

NTSTATUS section_reserve_mapped(struct section *section, struct view *view)
{
    struct section_reserve *reserve = section->reserve;
    NTSTATUS status = STATUS_SUCCESS;

    if (!reserve && !(reserve = section->reserve = reserve_new(section)))
        return STATUS_NO_MEMORY;
    section_reserve_update(reserve);
    LIST_INSERT_HEAD(&reserve->views, view, of_section);
    for (struct range *r = range_find(&reserve->extent, view->offset);
         r && r->start < view->offset + view->size && !status; r = range_next(r))
        if (r->state == MEM_COMMIT)
            status = catch_up(view, r->start, r->end);
    return status;
}

NTSTATUS section_reserve_committed(struct view *view, uint64_t start, uint64_t end)
{
    struct section_reserve *reserve = view->section ? view->section->reserve : NULL;
    uint64_t from = start - view->base + view->offset, to = from + (end - start);

    if (!reserve)
        return STATUS_SUCCESS;
    /* Pages committed again change the protection of this view alone. */
    const struct range *known = range_find(&reserve->extent, from);
    if (known->state == MEM_COMMIT && known->end >= to)
        return STATUS_SUCCESS;
    NTSTATUS status = spread(reserve, from, to, view);
    if (!status)
        publish(reserve, from, min64(to, reserve->extent.size));
    return status;
}

void section_reserve_unmapped(struct view *view)
{
    if (view->section && view->section->reserve)
        LIST_REMOVE(view, of_section);
}

void section_reserve_free(struct section *section)
{
    if (!section->reserve)
        return;
    view_ranges_free(&section->reserve->extent);
    if (section->reserve->shared)
        munmap(section->reserve->shared, shared_size(section->size));
    free(section->reserve);
}
