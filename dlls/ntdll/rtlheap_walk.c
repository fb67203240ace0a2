/* SPDX-License-Identifier: MIT */
/*
 * rtlheap_walk.c: going through the blocks of a heap: RtlWalkHeap, and the same for a heap of another process (Heap32First).
 * Nothing of a heap is read but by peek(), so that both are one; another process's heap is read while it changes, and so every
 * number that comes from there is checked before it is used.
 */
#include "rtlheap.h"

/* RTL_HEAP_WALK_ENTRY.Flags */
#define WALK_BUSY        0x0001
#define WALK_SEGMENT     0x0002
#define WALK_VALUE       0x0010
#define WALK_UNCOMMITTED 0x0100
#define WALK_INTERNAL    0x8000 /* never seen outside of this file */

#define SEGMENTS_MAX 0x100000 /* more than fit into the address space: the list is in disorder */

/* The heap that is walked, and what has been read of it. */
struct walk {
    HANDLE process; /* NULL: this one */
    struct heap *at;
    struct heap heap; /* but for its bins */
    struct segment *segment_at;
    struct segment segment;
};

static bool peek(const struct walk *walk, const void *at, void *buffer, SIZE_T size)
{
    if (walk->process)
        return NT_SUCCESS(NtReadVirtualMemory(walk->process, (PVOID)at, buffer, size, NULL));
    memcpy(buffer, at, size);
    return true;
}

/* Reads a segment; false if it is none. */
static bool enter_segment(struct walk *walk, struct segment *at)
{
    walk->segment_at = at;
    return peek(walk, at, &walk->segment, sizeof(walk->segment)) && walk->segment.heap == walk->at &&
           walk->segment.first < walk->segment.pages;
}

/* The segment that an address is in: 1, 0 if there is none, -1 if the list cannot be read. */
static int find_segment(struct walk *walk, const char *address)
{
    const LIST_ENTRY *e = walk->heap.segments.Flink;

    for (ULONG i = 0; e != &walk->at->segments; i++, e = walk->segment.link.Flink) {
        if (i == SEGMENTS_MAX || !enter_segment(walk, CONTAINING_RECORD(e, struct segment, link)))
            return -1;
        if ((SIZE_T)(address - (char *)walk->segment.base) < (SIZE_T)walk->segment.pages * NT_PAGE_SIZE)
            return 1;
    }
    return 0;
}

/* An entry of the present segment's map. */
static bool peek_page(const struct walk *walk, ULONG index, struct page *page)
{
    return index >= walk->segment.first && index < walk->segment.pages &&
           peek(walk, walk->segment.map + index, page, sizeof(*page));
}
/* Of a run's first page: how many it has must be possible. */
static bool peek_first_page(const struct walk *walk, ULONG index, struct page *page)
{
    return peek_page(walk, index, page) && page->count && page->count <= walk->segment.pages - index;
}

static char *page_address(const struct walk *walk, ULONG index)
{
    return (char *)walk->segment.base + (SIZE_T)index * NT_PAGE_SIZE;
}

static bool peek_run(const struct walk *walk, const char *at, struct run *run)
{
    return peek(walk, at, run, sizeof(*run)) && run->heap == walk->at &&
           run->seal == run_seal(&walk->heap, (const struct run *)at, run->pages, run->kind) &&
           (run->kind != RUN_SLAB || (run->class < HEAP_CLASSES && run->carved <= run->capacity));
}

/* --- what is told --- */

static NTSTATUS report_segment(struct walk *walk, RTL_HEAP_WALK_ENTRY *entry)
{
    SIZE_T size = (SIZE_T)walk->segment.pages * NT_PAGE_SIZE, uncommitted = 0;
    struct page page;

    for (ULONG i = walk->segment.first; i < walk->segment.pages; i += page.count) {
        if (!peek_first_page(walk, i, &page))
            return STATUS_INVALID_PARAMETER;
        if (!page.used && page.uncommitted)
            uncommitted += (SIZE_T)page.count * NT_PAGE_SIZE;
    }
    entry->DataAddress = walk->segment.base;
    entry->DataSize = (SIZE_T)walk->segment.first * NT_PAGE_SIZE;
    entry->OverheadBytes = 0;
    entry->Flags = WALK_SEGMENT;
    entry->Segment.CommittedSize = (ULONG)(size - uncommitted);
    entry->Segment.UnCommittedSize = (ULONG)uncommitted;
    entry->Segment.FirstEntry = page_address(walk, walk->segment.first);
    entry->Segment.LastEntry = page_address(walk, walk->segment.pages);
    return STATUS_SUCCESS;
}

static NTSTATUS report_value(struct walk *walk, const struct run *run, char *block, RTL_HEAP_WALK_ENTRY *entry)
{
    SIZE_T at = run->kind == RUN_SLAB ? heap_user_value_small(run->class) : heap_user_value_big(&walk->heap, run->size);

    entry->Flags |= WALK_VALUE;
    return peek(walk, block + at, &entry->Block.Settable, sizeof(entry->Block.Settable)) ? STATUS_SUCCESS
                                                                                         : STATUS_INVALID_PARAMETER;
}

static NTSTATUS report_block(struct walk *walk, const struct run *run, char *block, RTL_HEAP_WALK_ENTRY *entry)
{
    ULONG state, flags, unused;
    ULONGLONG header;

    if (!peek(walk, block_header(block), &header, sizeof(header)))
        return STATUS_INVALID_PARAMETER;
    state = header_state(header) & STATE_KIND;
    flags = (ULONG)(header >> HEADER_FLAGS_SHIFT) & 0xff;
    unused = (ULONG)(header >> HEADER_UNUSED_SHIFT) & 0xffff;
    entry->DataAddress = block;
    entry->OverheadBytes = 8;
    entry->Flags = 0;
    memset(&entry->Block, 0, sizeof(entry->Block));
    if (run->kind != RUN_SLAB) {
        entry->DataSize = run->size;
        entry->OverheadBytes = RUN_FIRST;
    } else {
        entry->DataSize = class_stride(run->class) - 8;
        if (state != STATE_SMALL_BUSY)
            return STATUS_SUCCESS;
        entry->DataSize -= unused;
    }
    entry->Flags = (USHORT)(WALK_BUSY | (flags & FLAG_USER_FLAGS) << 4 | (flags & FLAG_INTERNAL ? WALK_INTERNAL : 0));
    return flags & FLAG_USER_VALUE ? report_value(walk, run, block, entry) : STATUS_SUCCESS;
}

static NTSTATUS report_free(const struct walk *walk, ULONG index, const struct page *page, RTL_HEAP_WALK_ENTRY *entry)
{
    entry->DataAddress = page_address(walk, index);
    entry->DataSize = (SIZE_T)page->count * NT_PAGE_SIZE;
    entry->OverheadBytes = 0;
    entry->Flags = page->uncommitted ? WALK_UNCOMMITTED : 0;
    memset(&entry->Block, 0, sizeof(entry->Block));
    return STATUS_SUCCESS;
}

/* --- walking --- */

/*
 * The order: each segment, then the blocks of its runs; at last the blocks that are regions of their own. The entry's
 * address alone says where the walk is: a segment's base, a free run's first page, or a block.
 */

static NTSTATUS walk_regions(struct walk *walk, const LIST_ENTRY *e, RTL_HEAP_WALK_ENTRY *entry)
{
    struct run run;
    char *at = (char *)CONTAINING_RECORD(e, struct run, regions);

    if (e == &walk->at->regions)
        return STATUS_NO_MORE_ENTRIES;
    return peek_run(walk, at, &run) && run.kind == RUN_REGION ? report_block(walk, &run, at + RUN_FIRST, entry)
                                                              : STATUS_INVALID_PARAMETER;
}

/* The first entry at or behind a page of the segment. */
static NTSTATUS walk_pages(struct walk *walk, ULONG index, RTL_HEAP_WALK_ENTRY *entry)
{
    struct page page;
    struct run run;

    for (; index < walk->segment.pages; index += page.count) {
        if (!peek_first_page(walk, index, &page))
            return STATUS_INVALID_PARAMETER;
        if (!page.used)
            return report_free(walk, index, &page, entry);
        if (!peek_run(walk, page_address(walk, index), &run))
            return STATUS_INVALID_PARAMETER;
        if (run.kind != RUN_SLAB || run.carved)
            return report_block(walk, &run, page_address(walk, index) + RUN_FIRST, entry);
    }
    if (walk->segment.link.Flink == &walk->at->segments)
        return walk_regions(walk, walk->heap.regions.Flink, entry);
    if (!enter_segment(walk, CONTAINING_RECORD(walk->segment.link.Flink, struct segment, link)))
        return STATUS_INVALID_PARAMETER;
    entry->SegmentIndex++;
    return report_segment(walk, entry);
}

/* Behind the block at this place of a run. */
static NTSTATUS walk_behind_block(struct walk *walk, const struct run *run, ULONG index, SIZE_T offset,
                                  RTL_HEAP_WALK_ENTRY *entry)
{
    if (run->kind == RUN_SLAB) {
        SIZE_T stride = class_stride(run->class), next = offset + stride;

        if (offset < RUN_FIRST || (offset - RUN_FIRST) % stride)
            return STATUS_INVALID_PARAMETER;
        if (next < RUN_FIRST + run->carved * stride)
            return report_block(walk, run, page_address(walk, index) + next, entry);
    } else if (offset != RUN_FIRST) {
        return STATUS_INVALID_PARAMETER;
    }
    return run->pages ? walk_pages(walk, index + run->pages, entry) : STATUS_INVALID_PARAMETER;
}

/* Behind an address of the present segment; a free run may have grown or gone since it was told. */
static NTSTATUS walk_behind(struct walk *walk, const char *at, RTL_HEAP_WALK_ENTRY *entry)
{
    SIZE_T offset = (SIZE_T)(at - (char *)walk->segment.base);
    ULONG index = (ULONG)(offset / NT_PAGE_SIZE);
    struct page page;
    struct run run;

    if (!peek_page(walk, index, &page))
        return STATUS_INVALID_PARAMETER;
    if (!page.used)
        return offset % NT_PAGE_SIZE || !peek_first_page(walk, index, &page)
                   ? STATUS_INVALID_PARAMETER
                   : walk_pages(walk, index + page.count, entry);
    if (page.used == PAGE_SLAB) {
        if (page.back > index - walk->segment.first)
            return STATUS_INVALID_PARAMETER;
        index -= page.back;
    }
    if (!peek_run(walk, page_address(walk, index), &run))
        return STATUS_INVALID_PARAMETER;
    return walk_behind_block(walk, &run, index, (SIZE_T)(at - page_address(walk, index)), entry);
}

/* Who walks a heap without a lock may come back with an entry that is none any more: STATUS_INVALID_PARAMETER. */
static NTSTATUS step(struct walk *walk, RTL_HEAP_WALK_ENTRY *entry)
{
    const char *at = entry->DataAddress;
    struct run run;

    if (!peek(walk, walk->at, &walk->heap, offsetof(struct heap, bins)) || walk->heap.signature != HEAP_SIGNATURE)
        return STATUS_INVALID_PARAMETER;
    if (!at) {
        entry->SegmentIndex = 0;
        return enter_segment(walk, &walk->at->first) ? report_segment(walk, entry) : STATUS_INVALID_PARAMETER;
    }
    switch (find_segment(walk, at)) {
    case 0:
        if (walk->process ? !peek_run(walk, at - RUN_FIRST, &run) || run.kind != RUN_REGION
                          : !heap_valid_address(walk->at, at))
            return STATUS_INVALID_PARAMETER;
        if (!peek(walk, at - RUN_FIRST, &run, sizeof(run)))
            return STATUS_INVALID_PARAMETER;
        return walk_regions(walk, run.regions.Flink, entry);
    case 1:
        return at == walk->segment.base ? walk_pages(walk, walk->segment.first, entry) : walk_behind(walk, at, entry);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NTAPI RtlWalkHeap(PVOID handle, RTL_HEAP_WALK_ENTRY *entry)
{
    struct walk walk;
    NTSTATUS status;

    walk.process = NULL;
    walk.at = handle;
    if (!handle || !entry || walk.at->signature != HEAP_SIGNATURE)
        return STATUS_INVALID_PARAMETER;
    RtlLockHeap(handle);
    RtlAcquireSRWLockExclusive(&walk.at->lock);
    do
        status = step(&walk, entry);
    while (!status && entry->Flags & WALK_INTERNAL);
    RtlReleaseSRWLockExclusive(&walk.at->lock);
    RtlUnlockHeap(handle);
    return status;
}

NTSTATUS NTAPI TransomWalkHeapOf(HANDLE process, PVOID handle, RTL_HEAP_WALK_ENTRY *entry);
/* RtlWalkHeap for another process, which goes on meanwhile: a step from what has gone is STATUS_INVALID_PARAMETER. */
NTSTATUS NTAPI TransomWalkHeapOf(HANDLE process, PVOID handle, RTL_HEAP_WALK_ENTRY *entry)
{
    struct walk walk;
    NTSTATUS status;

    walk.process = process;
    walk.at = handle;
    do
        status = step(&walk, entry);
    while (!status && entry->Flags & WALK_INTERNAL);
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
