/* SPDX-License-Identifier: MIT */
/*
 * virtual.c: bookkeeping of the address space, and private memory (NtAllocateVirtualMemory and its like).
 *
 * Views (allocations and mappings) are in a tree by address; each has a tree of ranges with one state and protection.
 * Reserved memory is a PROT_NONE mapping without swap reservation, committing is mprotect, so that reservations of hundreds
 * of gigabytes cost one system call, and neighbouring pages committed one by one merge into one kernel mapping. If the
 * kernel's map count runs out all the same, the whole view is made accessible (VIEW_COARSE): NT's bookkeeping stays exact, only an
 * access to uncommitted memory no longer faults.
 *
 * Addresses are handed out by a pointer that only moves up through a region the kernel itself never uses, with freed
 * blocks reused by exact size: the search does not depend on how many views there are. Only requests with limits walk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "section.h"
#include "job.h"
#include "virtual.h"
#include "thread.h"
#include "remote.h"

#define ARENA_LOW     0x10000000000ull
#define ARENA_HIGH    0x500000000000ull
#define TOP_DOWN_HIGH 0x6e0000000000ull
#define TOP_DOWN_LOW  0x600000000000ull

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

pthread_mutex_t virtual_lock = PTHREAD_MUTEX_INITIALIZER;

RB_HEAD(view_tree, view);
static struct view_tree views = RB_INITIALIZER(&views);
static uint64_t arena_next = ARENA_LOW, top_down_next = TOP_DOWN_HIGH;

static int view_compare(const struct view *a, const struct view *b)
{
    return a->base < b->base ? -1 : a->base > b->base;
}
static int range_compare(const struct range *a, const struct range *b)
{
    return a->start < b->start ? -1 : a->start > b->start;
}
RB_GENERATE_INTERNAL(view_tree, view, entry, view_compare, __attribute__((unused)) static)
RB_GENERATE_INTERNAL(range_tree, range, entry, range_compare, __attribute__((unused)) static)

struct range *range_next(struct range *r)
{
    return range_tree_RB_NEXT(r);
}

/* Freed blocks by size, to be handed out again. A bucket holds the newest one of its size class. */
#define REUSE_BUCKETS 256
static struct {
    uint64_t base, size;
} reuse[REUSE_BUCKETS];

static unsigned reuse_bucket(uint64_t size)
{
    return (unsigned)((size >> 16) * 0x9e3779b97f4a7c15ull >> 56);
}

/* The view that contains the address. */
static struct view *find(uint64_t address)
{
    struct view *v = RB_ROOT(&views), *best = NULL;
    while (v) {
        if (v->base <= address) {
            best = v;
            v = RB_RIGHT(v, entry);
        } else {
            v = RB_LEFT(v, entry);
        }
    }
    return best && address - best->base < best->size ? best : NULL;
}

struct view *view_find(uint64_t address)
{
    struct view *view = find(address);
    if (view && view->section && view->section->reserve)
        section_reserve_update(view->section->reserve);
    return view;
}

/* The first view that ends above the address. */
struct view *view_at_or_after(uint64_t address)
{
    struct view *v = view_find(address);
    if (v)
        return v;
    struct view key = { .base = address };
    return RB_NFIND(view_tree, &views, &key);
}

struct range *range_find(struct view *view, uint64_t address)
{
    struct range *r = RB_ROOT(&view->ranges), *best = NULL;
    while (r) {
        if (r->start <= address) {
            best = r;
            r = RB_RIGHT(r, entry);
        } else {
            r = RB_LEFT(r, entry);
        }
    }
    return best;
}

static struct range *range_insert(struct view *view, uint64_t start, uint64_t end, ULONG state, ULONG protect)
{
    struct range *r = malloc(sizeof(*r));
    if (!r)
        return NULL;
    r->start = start;
    r->end = end;
    r->state = state;
    r->protect = protect;
    RB_INSERT(range_tree, &view->ranges, r);
    return r;
}

/* Gives [start, end) a state and protection: splits what it cuts, drops what it covers, joins equal neighbours. */
bool view_set_range(struct view *view, uint64_t start, uint64_t end, ULONG state, ULONG protect)
{
    struct range *r = range_find(view, start);
    if (r->start <= start && r->end >= end && r->state == state && r->protect == protect)
        return true;
    if (r->start < start) {
        if (r->end > end) { /* cut out of the middle: the tail becomes a range of its own */
            uint64_t tail = r->end;
            r->end = end;
            if (!range_insert(view, end, tail, r->state, r->protect)) {
                r->end = tail;
                return false;
            }
        }
        uint64_t cut = r->end;
        r->end = start;
        struct range *n = range_insert(view, start, cut, state, protect);
        if (!n) {
            r->end = cut;
            return false;
        }
        r = n;
    }
    /* r now starts at start */
    while (r->end < end) {
        struct range *next = RB_NEXT(range_tree, &view->ranges, r);
        if (next->end <= end) {
            r->end = next->end;
            RB_REMOVE(range_tree, &view->ranges, next);
            free(next);
        } else {
            next->start = end; /* keeps its place in the order */
            r->end = end;
        }
    }
    if (r->end > end) {
        uint64_t tail = r->end;
        r->end = end;
        if (!range_insert(view, end, tail, r->state, r->protect)) {
            r->end = tail;
            return false;
        }
    }
    r->state = state;
    r->protect = protect;
    struct range *next = RB_NEXT(range_tree, &view->ranges, r);
    if (next && next->state == state && next->protect == protect) {
        r->end = next->end;
        RB_REMOVE(range_tree, &view->ranges, next);
        free(next);
    }
    struct range *prev = RB_PREV(range_tree, &view->ranges, r);
    if (prev && prev->state == state && prev->protect == protect) {
        prev->end = r->end;
        RB_REMOVE(range_tree, &view->ranges, r);
        free(r);
    }
    return true;
}

bool view_ranges_init(struct view *view, ULONG state, ULONG protect)
{
    RB_INIT(&view->ranges);
    return range_insert(view, view->base, view->base + view->size, state, protect);
}

void view_ranges_free(struct view *view)
{
    struct range *r, *next;
    for (r = RB_MIN(range_tree, &view->ranges); r; r = next) {
        next = RB_NEXT(range_tree, &view->ranges, r);
        RB_REMOVE(range_tree, &view->ranges, r);
        free(r);
    }
}

struct view *view_create(uint64_t base, uint64_t size, ULONG type, ULONG protect, ULONG state)
{
    struct view *view = calloc(1, sizeof(*view));
    if (!view)
        return NULL;
    view->base = base;
    view->size = size;
    view->type = type;
    view->protect = protect;
    if (!view_ranges_init(view, state, state == MEM_COMMIT ? protect : 0)) {
        free(view);
        return NULL;
    }
    RB_INSERT(view_tree, &views, view);
    return view;
}

void view_delete(struct view *view)
{
    view_ranges_free(view);
    section_reserve_unmapped(view);
    RB_REMOVE(view_tree, &views, view);
    if (view->watch)
        munmap(view->watch, view->size >> PAGE_SHIFT);
    free(view);
}

static const struct backing nothing = { .prot = PROT_NONE, .flags = MAP_ANONYMOUS | MAP_NORESERVE, .fd = -1 };

static bool reserve_at(uint64_t base, uint64_t size, const struct backing *with)
{
    if (base < NT_USER_SPACE_START || base >= NT_USER_SPACE_LIMIT || size > NT_USER_SPACE_LIMIT - base)
        return false;
    void *p = mmap((void *)base, size, with->prot, MAP_PRIVATE | MAP_FIXED_NOREPLACE | with->flags, with->fd, 0);
    if (p == (void *)base)
        return true;
    if (p != MAP_FAILED)
        munmap(p, size); /* a kernel before 4.17 takes the address as a hint */
    return false;
}

/* With limits: walks the gaps between views, lowest or highest first. What else lies there (not ours) is stepped over. */
static NTSTATUS reserve_between(uint64_t *base, uint64_t size, const struct placement *p, const struct backing *with)
{
    uint64_t align = p->alignment ? p->alignment : ALLOCATION_GRANULARITY;
    uint64_t low = ROUND_UP(p->low > NT_USER_SPACE_START ? p->low : NT_USER_SPACE_START, align);
    uint64_t high = p->high ? p->high : NT_USER_SPACE_LIMIT;
    const uint64_t step = size > (1 << 20) ? ROUND_UP(size, align) : ROUND_UP(1 << 20, align);
    if (size > high || low > high - size)
        return STATUS_NO_MEMORY;
    if (p->top_down) {
        uint64_t at = ROUND_DOWN(high - size, align);
        while (at >= low) {
            struct view *v = view_at_or_after(at);
            if (!v || v->base >= at + size) {
                if (reserve_at(at, size, with)) {
                    *base = at;
                    return STATUS_SUCCESS;
                }
                if (at < step)
                    break;
                at -= step;
            } else {
                if (v->base < size)
                    break;
                at = ROUND_DOWN(v->base - size, align);
            }
        }
        return STATUS_NO_MEMORY;
    }
    for (uint64_t at = low; at <= high - size;) {
        struct view *v = view_at_or_after(at);
        if (!v || v->base >= at + size) {
            if (reserve_at(at, size, with)) {
                *base = at;
                return STATUS_SUCCESS;
            }
            at += step;
        } else {
            at = ROUND_UP(v->base + v->size, align);
        }
    }
    return STATUS_NO_MEMORY;
}

NTSTATUS address_reserve(uint64_t *base, uint64_t size, const struct placement *placement)
{
    return address_map(base, size, placement, &nothing);
}

NTSTATUS address_map(uint64_t *base, uint64_t size, const struct placement *placement, const struct backing *with)
{
    if (*base) {
        uint64_t at = *base;
        if (at >= NT_USER_SPACE_LIMIT || size > NT_USER_SPACE_LIMIT - at)
            return STATUS_INVALID_PARAMETER;
        struct view *v = view_at_or_after(at);
        if (v && v->base < at + size)
            return STATUS_CONFLICTING_ADDRESSES;
        return reserve_at(at, size, with) ? STATUS_SUCCESS : STATUS_CONFLICTING_ADDRESSES;
    }
    if (size > NT_USER_SPACE_LIMIT - NT_USER_SPACE_START)
        return STATUS_NO_MEMORY;
    if (placement && (placement->low || placement->high || placement->alignment > ALLOCATION_GRANULARITY))
        return reserve_between(base, size, placement, with);

    uint64_t step = ROUND_UP(size, ALLOCATION_GRANULARITY);
    if (placement && placement->top_down) {
        while (top_down_next - TOP_DOWN_LOW > step) {
            top_down_next -= step;
            if (reserve_at(top_down_next, size, with)) {
                *base = top_down_next;
                return STATUS_SUCCESS;
            }
        }
        return reserve_between(base, size, &(struct placement){ .top_down = true }, with);
    }
    unsigned bucket = reuse_bucket(step);
    if (reuse[bucket].size == step) {
        reuse[bucket].size = 0;
        if (reserve_at(reuse[bucket].base, size, with)) {
            *base = reuse[bucket].base;
            return STATUS_SUCCESS;
        }
    }
    while (ARENA_HIGH - arena_next > step) {
        uint64_t at = arena_next;
        arena_next += step;
        if (reserve_at(at, size, with)) {
            *base = at;
            return STATUS_SUCCESS;
        }
        if (errno == ENOMEM)
            return STATUS_NO_MEMORY;
    }
    return reserve_between(base, size, &(struct placement){ 0 }, with);
}

void address_release(uint64_t base, uint64_t size)
{
    munmap((void *)base, size);
    if (base < ARENA_LOW || base >= ARENA_HIGH)
        return;
    uint64_t step = ROUND_UP(size, ALLOCATION_GRANULARITY);
    if (base + step == arena_next) { /* the newest block: simply step back */
        arena_next = base;
        return;
    }
    unsigned bucket = reuse_bucket(step);
    reuse[bucket].base = base;
    reuse[bucket].size = step;
}

int unix_protection(ULONG protect)
{
    if (protect & (PAGE_GUARD | PAGE_NOACCESS))
        return PROT_NONE;
    switch (protect & 0xff) {
    case PAGE_READONLY:
        return PROT_READ;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
        return PROT_READ | PROT_WRITE;
    case PAGE_EXECUTE: /* x86 pages cannot be executable without being readable */
    case PAGE_EXECUTE_READ:
        return PROT_READ | PROT_EXEC;
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        return PROT_READ | PROT_WRITE | PROT_EXEC;
    default:
        return PROT_NONE;
    }
}

bool protection_valid(ULONG protect)
{
    ULONG access = protect & 0xff;
    if (!access || (access & (access - 1)))
        return false;
    if (protect & ~(0xffu | PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE | PAGE_TARGETS_INVALID))
        return false;
    if ((protect & PAGE_NOCACHE) && (protect & PAGE_WRITECOMBINE))
        return false;
    return access != PAGE_NOACCESS || !(protect & (PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE));
}

/* Makes the whole view accessible: one kernel mapping. Code in it must stay executable. */
static bool make_coarse(struct view *view, int prot)
{
    ULONG flags = VIEW_COARSE | (prot & PROT_EXEC ? VIEW_COARSE_CODE : 0);
    for (struct range *r = RB_MIN(range_tree, &view->ranges); r; r = RB_NEXT(range_tree, &view->ranges, r))
        if (r->state == MEM_COMMIT && unix_protection(r->protect) & PROT_EXEC)
            flags |= VIEW_COARSE_CODE;
    if (mprotect((void *)view->base, view->size, PROT_READ | PROT_WRITE | (flags & VIEW_COARSE_CODE ? PROT_EXEC : 0)))
        return false;
    view->flags |= flags;
    return true;
}

/* mprotect, with the way out described at the top when the kernel's map count is exhausted. */
NTSTATUS view_protect_pages(struct view *view, uint64_t start, uint64_t end, int prot)
{
    if (view->flags & VIEW_COARSE) {
        if (prot & PROT_EXEC && !(view->flags & VIEW_COARSE_CODE) && !make_coarse(view, prot))
            return STATUS_COMMITMENT_LIMIT;
        return STATUS_SUCCESS;
    }
    if (!mprotect((void *)start, end - start, prot))
        return STATUS_SUCCESS;
    if (errno == EACCES)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (errno != ENOMEM)
        return STATUS_NO_MEMORY;
    return view->type == MEM_PRIVATE && make_coarse(view, prot) ? STATUS_SUCCESS : STATUS_COMMITMENT_LIMIT;
}

/* The kernel protection of committed memory in a view: pages that are watched start read-only. */
int view_protection(const struct view *view, ULONG protect)
{
    int prot = unix_protection(protect);
    return view->flags & VIEW_WRITE_WATCH ? prot & ~PROT_WRITE : prot;
}

NTSTATUS view_commit(struct view *view, uint64_t start, uint64_t end, ULONG protect)
{
    const struct range *range = range_find(view, start);
    NTSTATUS status;

    if (range && range->end >= end && range->state == MEM_COMMIT && range->protect == protect &&
        !(view->flags & VIEW_WRITE_WATCH))
        return STATUS_SUCCESS; /* as it is already */
    status = view_protect_pages(view, start, end, view_protection(view, protect));
    if (status)
        return status;
    if (view->flags & VIEW_WRITE_WATCH) { /* pages already written stay writable */
        for (uint64_t page = start; page < end; page += NT_PAGE_SIZE)
            if (view->watch[(page - view->base) >> PAGE_SHIFT])
                mprotect((void *)page, NT_PAGE_SIZE, unix_protection(protect));
    }
    return view_set_range(view, start, end, MEM_COMMIT, protect) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS reserve_memory(uint64_t *base, uint64_t *size, const struct placement *placement, ULONG type,
                               ULONG protect)
{
    uint64_t start = *base ? ROUND_DOWN(*base, ALLOCATION_GRANULARITY) : 0;
    uint64_t length = ROUND_UP(*base - start + *size, NT_PAGE_SIZE);
    struct view *view;
    if (!length || length < *size)
        return STATUS_INVALID_PARAMETER;

    if (type & MEM_REPLACE_PLACEHOLDER) {
        view = view_find(start);
        if (!*base || !view || !(view->flags & VIEW_PLACEHOLDER) || view->base != start || view->size != length)
            return STATUS_CONFLICTING_ADDRESSES;
        view->flags &= ~VIEW_PLACEHOLDER;
        view->protect = protect;
    } else {
        /* Committed at once, it is mapped as it is to be. */
        bool whole = (type & (MEM_COMMIT | MEM_WRITE_WATCH | MEM_RESERVE_PLACEHOLDER)) == MEM_COMMIT;
        const struct backing committed = { unix_protection(protect), nothing.flags, -1 };
        NTSTATUS status = whole ? address_map(&start, length, placement, &committed) : STATUS_NO_MEMORY;
        if (status == STATUS_NO_MEMORY) { /* in two steps, which cope with a full table of mappings */
            whole = false;
            status = address_reserve(&start, length, placement);
        }
        if (status)
            return status;
        if (whole)
            type &= ~(ULONG)MEM_COMMIT;
        view = view_create(start, length, MEM_PRIVATE, protect, whole ? MEM_COMMIT : MEM_RESERVE);
        if (!view) {
            address_release(start, length);
            return STATUS_NO_MEMORY;
        }
        if (type & MEM_RESERVE_PLACEHOLDER)
            view->flags |= VIEW_PLACEHOLDER;
    }
    if (type & MEM_WRITE_WATCH) {
        void *watch = mmap(NULL, length >> PAGE_SHIFT, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (watch == MAP_FAILED) {
            view_delete(view);
            address_release(start, length);
            return STATUS_NO_MEMORY;
        }
        view->watch = watch;
        view->flags |= VIEW_WRITE_WATCH;
    }
    if (type & MEM_COMMIT) {
        NTSTATUS status = view_commit(view, start, start + length, protect);
        if (status) {
            view_delete(view);
            address_release(start, length);
            return status;
        }
    }
    *base = start;
    *size = length;
    return STATUS_SUCCESS;
}

static NTSTATUS commit_memory(uint64_t *base, uint64_t *size, ULONG protect)
{
    uint64_t start = ROUND_DOWN(*base, NT_PAGE_SIZE), end = ROUND_UP(*base + *size, NT_PAGE_SIZE);
    struct view *view = view_find(start);
    if (!view || end > view->base + view->size || end <= start)
        return STATUS_CONFLICTING_ADDRESSES;
    if (view->flags & (VIEW_PLACEHOLDER | VIEW_SYSTEM) || view->type == MEM_IMAGE)
        return STATUS_CONFLICTING_ADDRESSES;
    NTSTATUS status = view->flags & VIEW_GROWS ? section_view_grow(view, end) : STATUS_SUCCESS;
    if (!status)
        status = view_commit(view, start, end, protect);
    if (!status)
        status = section_reserve_committed(view, start, end);
    if (status)
        return status;
    *base = start;
    *size = end - start;
    return STATUS_SUCCESS;
}

/* MEM_RESET: the contents may be dropped. MEM_RESET_UNDO: wanted again; fails if they were (we cannot know: not lost). */
static NTSTATUS reset_memory(uint64_t *base, uint64_t *size, bool undo)
{
    uint64_t start = ROUND_DOWN(*base, NT_PAGE_SIZE), end = ROUND_UP(*base + *size, NT_PAGE_SIZE);
    struct view *view = view_find(start);
    if (!view || end > view->base + view->size || end <= start)
        return STATUS_CONFLICTING_ADDRESSES;
    for (struct range *r = range_find(view, start); r && r->start < end; r = RB_NEXT(range_tree, &view->ranges, r))
        if (r->state != MEM_COMMIT)
            return STATUS_CONFLICTING_ADDRESSES;
    if (!undo && view->type == MEM_PRIVATE && madvise((void *)start, end - start, MADV_FREE) && errno != EINVAL)
        return STATUS_NO_MEMORY;
    *base = start;
    *size = end - start;
    return STATUS_SUCCESS;
}

static NTSTATUS allocate(HANDLE process, PVOID *user_base, SIZE_T *user_size, const struct placement *placement,
                         ULONG type, ULONG protect)
{
    const ULONG allowed = MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN | MEM_WRITE_WATCH | MEM_RESET | MEM_RESET_UNDO |
                          MEM_REPLACE_PLACEHOLDER | MEM_RESERVE_PLACEHOLDER;
    uint64_t base = (uint64_t)*user_base, size = *user_size;
    NTSTATUS status;

    if (!process_is_current(process))
        return STATUS_NOT_SUPPORTED;
    if (type & MEM_LARGE_PAGES)
        return STATUS_PRIVILEGE_NOT_HELD; /* needs SeLockMemoryPrivilege, which no user of ours has */
    if (type & ~allowed || !(type & (MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO)))
        return STATUS_INVALID_PARAMETER_5;
    if ((type & (MEM_RESET | MEM_RESET_UNDO) && type & (type - 1)) || (type & MEM_WRITE_WATCH && !(type & MEM_RESERVE)))
        return STATUS_INVALID_PARAMETER_5;
    if (type & MEM_RESERVE_PLACEHOLDER && (!(type & MEM_RESERVE) || type & MEM_COMMIT || protect != PAGE_NOACCESS))
        return STATUS_INVALID_PARAMETER;
    if (!size)
        return STATUS_INVALID_PARAMETER_4;
    if (base >= NT_USER_SPACE_LIMIT)
        return STATUS_INVALID_PARAMETER_2;
    if (size > NT_USER_SPACE_LIMIT || (base && size > NT_USER_SPACE_LIMIT - base))
        return STATUS_INVALID_PARAMETER_4;
    if (!protection_valid(protect) || (protect & 0xff) == PAGE_WRITECOPY || (protect & 0xff) == PAGE_EXECUTE_WRITECOPY)
        return STATUS_INVALID_PAGE_PROTECTION;

    pthread_mutex_lock(&virtual_lock);
    if (type & (MEM_RESET | MEM_RESET_UNDO))
        status = reset_memory(&base, &size, type & MEM_RESET_UNDO);
    else if (type & MEM_RESERVE || !base)
        status = reserve_memory(&base, &size, placement, type, protect);
    else
        status = commit_memory(&base, &size, protect);
    pthread_mutex_unlock(&virtual_lock);
    if (status)
        return status;
    *user_base = (PVOID)base;
    *user_size = size;
    return STATUS_SUCCESS;
}

/* ZeroBits: up to 21, how many high bits of the low 32 must be zero; above 31, a mask of the bits that may be set. */
NTSTATUS placement_from(ULONG_PTR zero_bits, const MEM_EXTENDED_PARAMETER *params, ULONG count,
                        struct placement *placement)
{
    memset(placement, 0, sizeof(*placement));
    if (zero_bits > 21 && zero_bits < 32)
        return STATUS_INVALID_PARAMETER_3;
    if (zero_bits >= 32)
        placement->high = 1ull << (64 - __builtin_clzll(zero_bits));
    else if (zero_bits)
        placement->high = 1ull << (32 - zero_bits);
    for (ULONG i = 0; i < count; i++) {
        MEM_EXTENDED_PARAMETER param;
        if (!user_copy_in(&param, params + i, sizeof(param)))
            return STATUS_ACCESS_VIOLATION;
        if ((param.Type & 0xff) == MemExtendedParameterNumaNode)
            continue; /* a preference */
        if ((param.Type & 0xff) != MemExtendedParameterAddressRequirements)
            return STATUS_INVALID_PARAMETER;
        MEM_ADDRESS_REQUIREMENTS req;
        if (!user_copy_in(&req, param.Pointer, sizeof(req)))
            return STATUS_ACCESS_VIOLATION;
        uint64_t low = (uint64_t)req.LowestStartingAddress, high = (uint64_t)req.HighestEndingAddress;
        if (req.Alignment && (req.Alignment & (req.Alignment - 1) || req.Alignment < ALLOCATION_GRANULARITY))
            return STATUS_INVALID_PARAMETER;
        if (low & (ALLOCATION_GRANULARITY - 1) || (high && (high + 1) & (NT_PAGE_SIZE - 1)) || (high && high <= low))
            return STATUS_INVALID_PARAMETER;
        placement->low = low;
        placement->high = high ? high + 1 : 0;
        placement->alignment = req.Alignment;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtAllocateVirtualMemory(HANDLE process, PVOID *base, ULONG_PTR zero_bits, SIZE_T *size, ULONG type,
                                 ULONG protect)
{
    struct placement placement;
    NTSTATUS status = placement_from(zero_bits, NULL, 0, &placement);
    if (status)
        return status;
    if (type & (MEM_REPLACE_PLACEHOLDER | MEM_RESERVE_PLACEHOLDER))
        return STATUS_INVALID_PARAMETER_5; /* only VirtualAlloc2 has them */
    if (!process_is_current(process))
        return remote_allocate(process, base, zero_bits, size, type, protect);
    placement.top_down = type & MEM_TOP_DOWN;
    status = allocate(process, base, size, &placement, type, protect);
    return job_lends_after(status, *size) ? allocate(process, base, size, &placement, type, protect) : status;
}

NTSTATUS NtAllocateVirtualMemoryEx(HANDLE process, PVOID *base, SIZE_T *size, ULONG type, ULONG protect, PVOID params,
                                   ULONG count)
{
    struct placement placement;
    NTSTATUS status = placement_from(0, params, count, &placement);
    if (status)
        return status;
    if (*base && (placement.low || placement.high || placement.alignment))
        return STATUS_INVALID_PARAMETER;
    if (!count && !process_is_current(process))
        return remote_allocate(process, base, 0, size, type, protect);
    placement.top_down = type & MEM_TOP_DOWN;
    status = allocate(process, base, size, &placement, type, protect);
    return job_lends_after(status, *size) ? allocate(process, base, size, &placement, type, protect) : status;
}

/* Splits a view at an address: needed for placeholders (bookkeeping only). */
static struct view *view_split(struct view *view, uint64_t at)
{
    struct view *tail = view_create(at, view->base + view->size - at, view->type, view->protect, MEM_RESERVE);
    if (!tail)
        return NULL;
    if (!view_set_range(view, at, view->base + view->size, MEM_RESERVE, 0)) {
        view_delete(tail);
        return NULL;
    }
    struct range *last = range_find(view, at);
    if (last->start == at) {
        RB_REMOVE(range_tree, &view->ranges, last);
        free(last);
    } else {
        last->end = at;
    }
    tail->flags = view->flags;
    view->size = at - view->base;
    return tail;
}

/* MEM_COALESCE_PLACEHOLDERS: joins adjacent placeholders that together are exactly [start, end). */
static NTSTATUS coalesce(uint64_t start, uint64_t end)
{
    struct view *first = view_find(start), *v;
    if (!first || first->base != start || !(first->flags & VIEW_PLACEHOLDER) || first->size == end - start)
        return STATUS_CONFLICTING_ADDRESSES;
    for (uint64_t at = start; at < end; at += v->size) {
        v = view_find(at);
        if (!v || v->base != at || !(v->flags & VIEW_PLACEHOLDER) || at + v->size > end)
            return STATUS_CONFLICTING_ADDRESSES;
    }
    while (first->size < end - start) {
        v = view_find(start + first->size);
        uint64_t size = v->size;
        view_delete(v);
        RB_MAX(range_tree, &first->ranges)->end += size;
        first->size += size;
    }
    return STATUS_SUCCESS;
}

/* Makes [start, end) inaccessible and its memory free again. */
static bool discard_pages(uint64_t start, uint64_t end)
{
    return mmap((void *)start, end - start, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
                0) != MAP_FAILED;
}

static NTSTATUS decommit(struct view *view, uint64_t start, uint64_t end)
{
    if (view->flags & VIEW_COARSE)
        madvise((void *)start, end - start, MADV_DONTNEED);
    else if (!discard_pages(start, end))
        return STATUS_NO_MEMORY;
    if (view->watch)
        memset(view->watch + ((start - view->base) >> PAGE_SHIFT), 0, (end - start) >> PAGE_SHIFT);
    return view_set_range(view, start, end, MEM_RESERVE, 0) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS release_part(struct view *view, uint64_t start, uint64_t end, bool preserve)
{
    /* Only placeholders, and private memory that goes back to being one, may be released in part. */
    if (preserve) {
        if (!discard_pages(start, end) || !view_set_range(view, start, end, MEM_RESERVE, 0))
            return STATUS_NO_MEMORY;
        if (start == view->base && end == view->base + view->size) {
            if (view->flags & VIEW_PLACEHOLDER)
                return STATUS_CONFLICTING_ADDRESSES;
            view->flags |= VIEW_PLACEHOLDER;
            view->protect = PAGE_NOACCESS;
            return STATUS_SUCCESS;
        }
    }
    if (end < view->base + view->size && !view_split(view, end))
        return STATUS_NO_MEMORY;
    if (start > view->base && !(view = view_split(view, start)))
        return STATUS_NO_MEMORY;
    if (preserve) {
        view->flags |= VIEW_PLACEHOLDER;
        return STATUS_SUCCESS;
    }
    view_delete(view);
    address_release(start, end - start);
    return STATUS_SUCCESS;
}

NTSTATUS NtFreeVirtualMemory(HANDLE process, PVOID *user_base, SIZE_T *user_size, ULONG type)
{
    uint64_t base = (uint64_t)*user_base, size = *user_size;
    ULONG operation = type & (MEM_DECOMMIT | MEM_RELEASE);
    ULONG modifier = type & ~(MEM_DECOMMIT | MEM_RELEASE);
    NTSTATUS status;

    if (!process_is_current(process))
        return remote_free(process, user_base, user_size, type);
    if ((operation != MEM_DECOMMIT && operation != MEM_RELEASE) ||
        (modifier && (operation == MEM_DECOMMIT ||
                      (modifier != MEM_COALESCE_PLACEHOLDERS && modifier != MEM_PRESERVE_PLACEHOLDER))))
        return STATUS_INVALID_PARAMETER_4;
    if (size > NT_USER_SPACE_LIMIT || base > NT_USER_SPACE_LIMIT - size)
        return STATUS_INVALID_PARAMETER_3;
    uint64_t start = ROUND_DOWN(base, NT_PAGE_SIZE), end = ROUND_UP(base + size, NT_PAGE_SIZE);

    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(start);
    if (!view || view->flags & VIEW_SYSTEM) {
        status = STATUS_MEMORY_NOT_ALLOCATED;
    } else if (view->type != MEM_PRIVATE) {
        status = STATUS_UNABLE_TO_DELETE_SECTION;
    } else if (modifier == MEM_COALESCE_PLACEHOLDERS) {
        status = coalesce(start, end);
    } else if (operation == MEM_RELEASE) {
        if (!size && base != view->base) {
            status = STATUS_FREE_VM_NOT_AT_BASE;
        } else if (end > view->base + view->size) {
            status = STATUS_UNABLE_TO_FREE_VM;
        } else {
            if (!size)
                end = view->base + view->size;
            if (start == view->base && end == view->base + view->size && !modifier) {
                uint64_t length = view->size;
                view_delete(view);
                address_release(start, length);
                status = STATUS_SUCCESS;
            } else {
                status = release_part(view, start, end, modifier == MEM_PRESERVE_PLACEHOLDER);
            }
        }
    } else {
        if (!size && base == view->base)
            end = view->base + view->size;
        if (!size && base != view->base)
            status = STATUS_FREE_VM_NOT_AT_BASE;
        else if (end > view->base + view->size || view->flags & VIEW_PLACEHOLDER)
            status = STATUS_UNABLE_TO_FREE_VM;
        else
            status = decommit(view, start, end);
    }
    pthread_mutex_unlock(&virtual_lock);
    if (status)
        return status;
    *user_base = (PVOID)start;
    *user_size = end - start;
    return STATUS_SUCCESS;
}

NTSTATUS NtProtectVirtualMemory(HANDLE process, PVOID *user_base, SIZE_T *user_size, ULONG protect, ULONG *old)
{
    uint64_t base = (uint64_t)*user_base, size = *user_size;
    if (!process_is_current(process))
        return remote_protect(process, user_base, user_size, protect, old);
    if (!size || base >= NT_USER_SPACE_LIMIT || size > NT_USER_SPACE_LIMIT - base)
        return STATUS_INVALID_PARAMETER_3;
    if (!protection_valid(protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    uint64_t start = ROUND_DOWN(base, NT_PAGE_SIZE), end = ROUND_UP(base + size, NT_PAGE_SIZE);
    NTSTATUS status = STATUS_SUCCESS;
    ULONG previous = 0;

    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(start);
    if (!view || end > view->base + view->size || view->flags & VIEW_SYSTEM) {
        status = view ? STATUS_CONFLICTING_ADDRESSES : STATUS_INVALID_ADDRESS;
    } else {
        struct range *r = range_find(view, start);
        previous = r->protect;
        for (; r && r->start < end; r = RB_NEXT(range_tree, &view->ranges, r))
            if (r->state != MEM_COMMIT)
                status = STATUS_NOT_COMMITTED;
    }
    if (!status) {
        /* Writing to a file's private view or an image makes a private copy of the page; Windows calls that writecopy. */
        ULONG access = protect & 0xff, flags = protect & ~0xffu;
        if (view->type != MEM_PRIVATE && !(view->flags & VIEW_SHARED)) {
            if (access == PAGE_READWRITE)
                protect = PAGE_WRITECOPY | flags;
            else if (access == PAGE_EXECUTE_READWRITE)
                protect = PAGE_EXECUTE_WRITECOPY | flags;
        } else if (view->type == MEM_PRIVATE && (access == PAGE_WRITECOPY || access == PAGE_EXECUTE_WRITECOPY)) {
            status = STATUS_INVALID_PAGE_PROTECTION;
        }
        if (!status && !(range_find(view, start)->protect == protect && range_find(view, start)->end >= end))
            status = view->watch ? view_commit(view, start, end, protect)
                                 : view_protect_pages(view, start, end, unix_protection(protect));
        if (!status && !view_set_range(view, start, end, MEM_COMMIT, protect))
            status = STATUS_NO_MEMORY;
    }
    pthread_mutex_unlock(&virtual_lock);
    if (status)
        return status;
    *user_base = (PVOID)start;
    *user_size = end - start;
    *old = previous;
    return STATUS_SUCCESS;
}

NTSTATUS virtual_map_system(uint64_t base, uint64_t size, ULONG protect)
{
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_create(base, size, MEM_PRIVATE, protect, MEM_COMMIT);
    if (view)
        view->flags |= VIEW_SYSTEM;
    pthread_mutex_unlock(&virtual_lock);
    return view ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
