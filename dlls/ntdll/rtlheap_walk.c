/* SPDX-License-Identifier: MIT */
/* rtlheap_walk.c: looking through heaps: RtlValidateHeap, RtlWalkHeap. */
#include "rtlheap.h"

/* RTL_HEAP_WALK_ENTRY.Flags */
#define WALK_BUSY        0x0001
#define WALK_SEGMENT     0x0002
#define WALK_VALUE       0x0010
#define WALK_UNCOMMITTED 0x0100
#define WALK_INTERNAL    0x8000 /* never seen outside of this file */

static char *page_address(const struct segment *segment, const struct page *page)
{
    return (char *)segment->base + (SIZE_T)(page - segment->map) * NT_PAGE_SIZE;
}
static struct page *page_of(const struct segment *segment, const void *address)
{
    return segment->map + ((const char *)address - (const char *)segment->base) / NT_PAGE_SIZE;
}
static bool is_block(const void *block, ULONG kind)
{
    return (header_state(*block_header(block)) & STATE_KIND) == kind;
}

/* --- validating; heap->lock is held, and RtlLockHeap keeps other threads out --- */

static bool valid_block(struct heap *heap, const void *block)
{
    if (!block_intact(heap, block) || (!is_block(block, STATE_SMALL_BUSY) && !is_block(block, STATE_BIG)))
        return false;
    if (heap->flags & HEAP_TAIL_CHECKING_ENABLED && !(*block_header(block) >> HEADER_FLAGS_SHIFT & FLAG_INTERNAL)) {
        const UCHAR *tail = (const UCHAR *)block + heap_block_size(block, *block_header(block));

        for (ULONG i = 0; i < TAIL_SIZE; i++) {
            if (tail[i] != 0xab)
                return false;
        }
    }
    return true;
}

static bool valid_slab(struct heap *heap, const struct run *run)
{
    ULONG stride = class_stride(run->class);

    if (run->class >= HEAP_CLASSES || run->carved > run->capacity ||
        RUN_FIRST - 8 + (SIZE_T)run->capacity * stride > (SIZE_T)run->pages * NT_PAGE_SIZE)
        return false;
    for (ULONG i = 0; i < run->carved; i++) {
        const char *block = (const char *)run + RUN_FIRST + (SIZE_T)i * stride;
        ULONG state = header_state(*block_header(block));

        if (state == (ULONG)(STATE_SMALL_FREE | run->class)) {
            if (!block_intact(heap, block) || link_raw(heap, block) & LINK_WRONG)
                return false;
        } else if (state != (ULONG)(STATE_SMALL_BUSY | run->class) || !valid_block(heap, block)) {
            return false;
        }
    }
    return true;
}

static bool valid_segment(struct heap *heap, const struct segment *segment)
{
    const struct page *page = segment->map + segment->first, *end = segment->map + segment->pages;

    while (page < end) {
        const struct run *run = (const void *)page_address(segment, page);

        if (!page->count || page->count > (ULONG)(end - page) || page[page->count - 1].count != page->count)
            return false;
        if (page->used) {
            if (!run_intact(heap, run) || run->pages != page->count)
                return false;
            if (run->kind == RUN_SLAB ? !valid_slab(heap, run)
                                      : run->kind != RUN_BIG || !valid_block(heap, (const char *)run + RUN_FIRST))
                return false;
        }
        page += page->count;
    }
    return true;
}

/* A block that is a region of its own. Nothing of an address that may be any is read before it is known to be readable. */
static bool valid_region(struct heap *heap, const void *block)
{
    const struct run *run = (const struct run *)((const char *)block - RUN_FIRST);
    MEMORY_BASIC_INFORMATION info;

    if ((ULONG_PTR)run & (ALLOCATION_GRANULARITY - 1) ||
        NtQueryVirtualMemory(NT_CURRENT_PROCESS, (PVOID)run, MemoryBasicInformation, &info, sizeof(info), NULL))
        return false;
    return info.State == MEM_COMMIT && info.AllocationBase == (PVOID)run && info.Protect == heap->protect &&
           info.RegionSize > RUN_FIRST && run_intact(heap, run) && run->kind == RUN_REGION && valid_block(heap, block);
}

/*
 * The page map says which pages are the first or last of a run in use, and which are inside a slab and how far from its
 * start: so there is no search.
 */
bool heap_valid_address(struct heap *heap, const void *block)
{
    const struct segment *segment = pages_segment_of(heap, block);
    const struct page *page;
    const struct run *run;
    SIZE_T offset;

    if ((ULONG_PTR)block & 15)
        return false;
    if (!segment)
        return valid_region(heap, block);
    page = page_of(segment, block);
    if (page < segment->map + segment->first || !page->used)
        return false;
    run = (const void *)page_address(segment, page->used == PAGE_SLAB ? page - page->back : page);
    offset = (SIZE_T)((const char *)block - (const char *)run);
    if (offset < RUN_FIRST || !run_intact(heap, run))
        return false;
    if (run->kind == RUN_SLAB ? (offset - RUN_FIRST) % class_stride(run->class) ||
                                    (offset - RUN_FIRST) / class_stride(run->class) >= run->carved
                              : run->kind != RUN_BIG || offset != RUN_FIRST)
        return false;
    return valid_block(heap, block);
}

BOOLEAN NTAPI RtlValidateHeap(PVOID handle, ULONG flags, PVOID block)
{
    struct heap *heap = handle;
    bool valid = true;

    (void)flags;
    if (!heap || heap->signature != HEAP_SIGNATURE)
        return FALSE;
    if (block) {
        RtlAcquireSRWLockShared(&heap->lock);
        valid = heap_valid_address(heap, block);
        RtlReleaseSRWLockShared(&heap->lock);
        return valid;
    }
    RtlLockHeap(heap);
    RtlAcquireSRWLockExclusive(&heap->lock);
    for (LIST_ENTRY *e = heap->segments.Flink; valid && e != &heap->segments; e = e->Flink)
        valid = valid_segment(heap, CONTAINING_RECORD(e, struct segment, link));
    for (LIST_ENTRY *e = heap->regions.Flink; valid && e != &heap->regions; e = e->Flink) {
        const struct run *run = CONTAINING_RECORD(e, struct run, regions);

        valid = run_intact(heap, run) && valid_block(heap, (const char *)run + RUN_FIRST);
    }
    RtlReleaseSRWLockExclusive(&heap->lock);
    RtlUnlockHeap(heap);
    return valid;
}

BOOLEAN NTAPI RtlValidateProcessHeaps(void)
{
    PVOID few[64], *heaps = few;
    ULONG count = RtlGetProcessHeaps(ARRAY_SIZE(few), few), room = ARRAY_SIZE(few);
    bool valid = true;

    while (count > room) {
        if (heaps != few)
            heap_free(heaps);
        room = count;
        if (!(heaps = heap_alloc(room * sizeof(*heaps))))
            return FALSE;
        count = RtlGetProcessHeaps(room, heaps);
    }
    for (ULONG i = 0; valid && i < count; i++)
        valid = RtlValidateHeap(heaps[i], 0, NULL);
    if (heaps != few)
        heap_free(heaps);
    return valid;
}

/* --- walking --- */

/*
 * The order: each segment, then the blocks of its runs; at last the blocks that are regions of their own. The entry's
 * address alone says where the walk is: a segment's base, a free run's first page, or a block.
 */

static NTSTATUS report_segment(const struct segment *segment, RTL_HEAP_WALK_ENTRY *entry)
{
    SIZE_T size = (SIZE_T)segment->pages * NT_PAGE_SIZE, uncommitted = 0;

    for (const struct page *page = segment->map + segment->first; page < segment->map + segment->pages;
         page += page->count) {
        if (!page->used && page->uncommitted)
            uncommitted += (SIZE_T)page->count * NT_PAGE_SIZE;
    }
    entry->DataAddress = segment->base;
    entry->DataSize = (SIZE_T)segment->first * NT_PAGE_SIZE;
    entry->OverheadBytes = 0;
    entry->Flags = WALK_SEGMENT;
    entry->Segment.CommittedSize = (ULONG)(size - uncommitted);
    entry->Segment.UnCommittedSize = (ULONG)uncommitted;
    entry->Segment.FirstEntry = (char *)segment->base + (SIZE_T)segment->first * NT_PAGE_SIZE;
    entry->Segment.LastEntry = (char *)segment->base + size;
    return STATUS_SUCCESS;
}

static NTSTATUS report_block(const struct heap *heap, const struct run *run, char *block, RTL_HEAP_WALK_ENTRY *entry)
{
    ULONGLONG header = *block_header(block);

    entry->DataAddress = block;
    entry->OverheadBytes = 8;
    entry->Flags = 0;
    memset(&entry->Block, 0, sizeof(entry->Block));
    if (run->kind != RUN_SLAB) {
        entry->DataSize = run->size;
        entry->OverheadBytes = RUN_FIRST;
        entry->Flags = WALK_BUSY;
    } else if (is_block(block, STATE_SMALL_BUSY)) {
        entry->DataSize = class_stride(run->class) - 8 - (SIZE_T)((header >> HEADER_UNUSED_SHIFT) & 0xffff);
        entry->Flags = WALK_BUSY;
    } else {
        entry->DataSize = class_stride(run->class) - 8;
    }
    if (entry->Flags & WALK_BUSY) {
        entry->Flags |= (USHORT)((header >> HEADER_FLAGS_SHIFT & FLAG_USER_FLAGS) << 4);
        if (header >> HEADER_FLAGS_SHIFT & FLAG_INTERNAL)
            entry->Flags |= WALK_INTERNAL;
        if (header >> HEADER_FLAGS_SHIFT & FLAG_USER_VALUE) {
            entry->Flags |= WALK_VALUE;
            entry->Block.Settable = (SIZE_T)*heap_user_value(heap, block, header);
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS report_free(const struct segment *segment, const struct page *page, RTL_HEAP_WALK_ENTRY *entry)
{
    entry->DataAddress = page_address(segment, page);
    entry->DataSize = (SIZE_T)page->count * NT_PAGE_SIZE;
    entry->OverheadBytes = 0;
    entry->Flags = page->uncommitted ? WALK_UNCOMMITTED : 0;
    memset(&entry->Block, 0, sizeof(entry->Block));
    return STATUS_SUCCESS;
}

static NTSTATUS walk_regions(struct heap *heap, LIST_ENTRY *e, RTL_HEAP_WALK_ENTRY *entry)
{
    struct run *run = CONTAINING_RECORD(e, struct run, regions);

    return e == &heap->regions ? STATUS_NO_MORE_ENTRIES : report_block(heap, run, (char *)run + RUN_FIRST, entry);
}

/* The first entry at or behind `page`. */
static NTSTATUS walk_pages(struct heap *heap, struct segment *segment, struct page *page, RTL_HEAP_WALK_ENTRY *entry)
{
    for (; page < segment->map + segment->pages; page += page->count) {
        struct run *run = (void *)page_address(segment, page);

        if (!page->used)
            return report_free(segment, page, entry);
        if (run->kind != RUN_SLAB || run->carved)
            return report_block(heap, run, (char *)run + RUN_FIRST, entry);
    }
    if (segment->link.Flink != &heap->segments) {
        entry->SegmentIndex++;
        return report_segment(CONTAINING_RECORD(segment->link.Flink, struct segment, link), entry);
    }
    return walk_regions(heap, heap->regions.Flink, entry);
}

/* The run that an address of a segment lies in, by the page map; NULL if there is none (any more). */
static struct run *run_at(struct heap *heap, struct segment *segment, const char *at)
{
    const struct page *page = page_of(segment, at);
    struct run *run;

    if (page < segment->map + segment->first || !page->used)
        return NULL;
    run = (void *)page_address(segment, page->used == PAGE_SLAB ? page - page->back : page);
    return run_intact(heap, run) ? run : NULL;
}

/* Behind a free run of pages, which may have grown or gone since it was told. */
static NTSTATUS walk_behind_free(struct heap *heap, struct segment *segment, char *at, RTL_HEAP_WALK_ENTRY *entry)
{
    struct page *page = page_of(segment, at), *end = segment->map + segment->pages;

    if (page < segment->map + segment->first || page->used || !page->count || page->count > (ULONG)(end - page) ||
        page[page->count - 1].count != page->count)
        return STATUS_INVALID_PARAMETER;
    return walk_pages(heap, segment, page + page->count, entry);
}

/* Who walks a heap without a lock may come back with an entry that is none any more: STATUS_INVALID_PARAMETER. */
static NTSTATUS walk(struct heap *heap, RTL_HEAP_WALK_ENTRY *entry)
{
    char *at = entry->DataAddress;
    struct segment *segment;
    struct run *run;
    SIZE_T offset;

    if (!at) {
        entry->SegmentIndex = 0;
        return report_segment(&heap->first, entry);
    }
    segment = pages_segment_of(heap, at);
    if (!segment) {
        if (!valid_region(heap, at))
            return STATUS_INVALID_PARAMETER;
        return walk_regions(heap, ((struct run *)(at - RUN_FIRST))->regions.Flink, entry);
    }
    if (at == segment->base)
        return walk_pages(heap, segment, segment->map + segment->first, entry);
    run = run_at(heap, segment, at);
    if (!run)
        return (ULONG_PTR)at & (NT_PAGE_SIZE - 1) ? STATUS_INVALID_PARAMETER
                                                  : walk_behind_free(heap, segment, at, entry);
    offset = (SIZE_T)(at - (char *)run);
    if (run->kind == RUN_SLAB) {
        SIZE_T stride = class_stride(run->class), next = offset + stride;

        if (offset < RUN_FIRST || (offset - RUN_FIRST) % stride)
            return STATUS_INVALID_PARAMETER;
        if (next < RUN_FIRST + run->carved * stride)
            return report_block(heap, run, (char *)run + next, entry);
    } else if (offset != RUN_FIRST) {
        return STATUS_INVALID_PARAMETER;
    }
    return walk_pages(heap, segment, page_of(segment, run) + run->pages, entry);
}

NTSTATUS NTAPI RtlWalkHeap(PVOID handle, RTL_HEAP_WALK_ENTRY *entry)
{
    struct heap *heap = handle;
    NTSTATUS status;

    if (!heap || !entry || heap->signature != HEAP_SIGNATURE)
        return STATUS_INVALID_PARAMETER;
    RtlLockHeap(heap);
    RtlAcquireSRWLockExclusive(&heap->lock);
    do
        status = walk(heap, entry);
    while (!status && entry->Flags & WALK_INTERNAL);
    RtlReleaseSRWLockExclusive(&heap->lock);
    RtlUnlockHeap(heap);
    return status;
}

NTSTATUS NTAPI RtlZeroHeap(PVOID handle, ULONG flags)
{
    RTL_HEAP_WALK_ENTRY entry = { 0 };
    NTSTATUS status;

    (void)flags;
    RtlLockHeap(handle);
    /* Free blocks hold the link to the next in their first eight bytes. */
    while (!(status = RtlWalkHeap(handle, &entry))) {
        if (!entry.Flags && entry.DataSize > sizeof(void *))
            memset((char *)entry.DataAddress + sizeof(void *), 0, entry.DataSize - sizeof(void *));
    }
    RtlUnlockHeap(handle);
    return status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : status;
}
