/* SPDX-License-Identifier: MIT */
/* rtlheap_validate.c: whether a heap, or a block, is as it should be: RtlValidateHeap. */
#include "rtlheap.h"

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
