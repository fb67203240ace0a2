/* SPDX-License-Identifier: MIT */
/* rtlheap_pages.c: where heaps get memory from: segments, cut into runs of pages, and regions for single large blocks. */
#include "rtlheap.h"

#define FIRST_SEGMENT  (1024 * 1024)
#define NEXT_SEGMENT   (4 * 1024 * 1024)
#define MAX_SEGMENT    (64 * 1024 * 1024)
#define DECOMMIT_PAGES 4 /* runs of less stay committed */
#define KEEP_MAXIMUM                                                                                                   \
    16384                /* so much of the free memory does at most, where what was given back was soon needed again */
#define SOON        2000 /* ms */
#define TRIM_STEP   64   /* by at least so many pages must free ones grow before it is worth giving some back */
#define SHRINK_STEP 16   /* so many pages fewer, and threads' caches are looked through too */

#define ROUND(x, n) (((SIZE_T)(x) + (n)-1) & ~((SIZE_T)(n)-1))

static PVOID map_memory(PVOID base, SIZE_T size, ULONG type, ULONG protect)
{
    if (!NT_SUCCESS(NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, 0, &size, type, protect)))
        return NULL;
    return base;
}

static void unmap_memory(PVOID base, SIZE_T size, ULONG type)
{
    NtFreeVirtualMemory(NT_CURRENT_PROCESS, &base, &size, type);
}

/* --- lists of free runs --- */

static ULONG list_of(ULONG pages)
{
    return pages <= FREE_EXACT ? pages - 1 : FREE_EXACT - 5 + (31 - (ULONG)__builtin_clz(pages));
}

static void list_insert(struct heap *heap, struct page *page)
{
    ULONG list = list_of(page->count), set = page->uncommitted ? 1 : 0;
    struct page **head = &heap->free[set][list];

    page->prev = NULL;
    page->next = *head;
    if (*head)
        (*head)->prev = page;
    *head = page;
    heap->free_lists[set] |= 1ull << list;
}

static void list_delete(struct heap *heap, struct page *page)
{
    ULONG list = list_of(page->count), set = page->uncommitted ? 1 : 0;

    if (page->next)
        page->next->prev = page->prev;
    if (page->prev)
        page->prev->next = page->next;
    else if (!(heap->free[set][list] = page->next))
        heap->free_lists[set] &= ~(1ull << list);
}

static struct page *list_find(struct heap *heap, ULONG set, ULONG pages)
{
    ULONG list = list_of(pages);
    ULONGLONG candidates;

    if (pages > FREE_EXACT) {
        /* Those of its own doubling may be too short; a few are tried, then the next list fits surely. */
        struct page *page = heap->free[set][list];

        for (ULONG tries = 0; page && tries < 8; page = page->next, tries++) {
            if (page->count >= pages)
                return page;
        }
        list++;
    }
    candidates = heap->free_lists[set] >> list << list;
    return candidates ? heap->free[set][__builtin_ctzll(candidates)] : NULL;
}

/* --- runs --- */

static void *page_address(const struct segment *segment, const struct page *page)
{
    return (char *)segment->base + (SIZE_T)(page - segment->map) * NT_PAGE_SIZE;
}

/* Notes in the map that [page, page + count) is one run. */
static void mark(struct page *page, ULONG count, bool used, bool uncommitted)
{
    page->count = page[count - 1].count = count;
    page->used = page[count - 1].used = used;
    page->uncommitted = page[count - 1].uncommitted = uncommitted;
}

static void add_free(struct heap *heap, struct segment *segment, struct page *page, ULONG count, bool uncommitted)
{
    page->segment = segment;
    mark(page, count, false, uncommitted);
    list_insert(heap, page);
    if (!uncommitted) {
        heap->free_committed += count;
        segment->free_committed += count;
    }
}

static void remove_free(struct heap *heap, struct page *page)
{
    list_delete(heap, page);
    if (!page->uncommitted) {
        heap->free_committed -= page->count;
        page->segment->free_committed -= page->count;
    }
}

/* Adds a free run, joined with free neighbours that are committed, or not, like it. */
static struct page *add_free_joined(struct heap *heap, struct segment *segment, struct page *page, ULONG count,
                                    bool uncommitted)
{
    struct page *end = segment->map + segment->pages, *after = page + count;

    if (after < end && !after->used && after->uncommitted == uncommitted) {
        remove_free(heap, after);
        count += after->count;
    }
    if (page > segment->map + segment->first && !page[-1].used && page[-1].uncommitted == uncommitted) {
        struct page *before = page - page[-1].count;

        remove_free(heap, before);
        count += before->count;
        page = before;
    }
    add_free(heap, segment, page, count, uncommitted);
    return page;
}

static void segment_init(struct heap *heap, struct segment *segment, PVOID base, SIZE_T reserved, SIZE_T committed,
                         SIZE_T header)
{
    segment->heap = heap;
    segment->base = base;
    segment->pages = (ULONG)(reserved / NT_PAGE_SIZE);
    segment->map = (struct page *)((char *)base + header);
    segment->first = (ULONG)(ROUND(header + segment->pages * sizeof(struct page), NT_PAGE_SIZE) / NT_PAGE_SIZE);
    segment->free = segment->pages - segment->first;

    ULONG now = (ULONG)(committed / NT_PAGE_SIZE);

    if (now > segment->first)
        add_free(heap, segment, segment->map + segment->first, now - segment->first, false);
    else
        now = segment->first;
    if (now < segment->pages)
        add_free(heap, segment, segment->map + now, segment->pages - now, true);
    list_add_tail(&heap->segments, &segment->link);
}

/* The map of a segment must be committed with its header. */
static SIZE_T segment_minimum(SIZE_T header, SIZE_T reserved)
{
    return ROUND(header + reserved / NT_PAGE_SIZE * sizeof(struct page), NT_PAGE_SIZE);
}

static struct segment *segment_add(struct heap *heap, ULONG pages)
{
    SIZE_T size = NEXT_SEGMENT, commit, header = ROUND(sizeof(struct segment), 16);
    struct segment *segment;
    PVOID base;

    /* Not so large that much is kept by little that stays in use; not so small that large heaps have very many. */
    while ((size < MAX_SEGMENT && size / NT_PAGE_SIZE < heap->used / 16) ||
           size - segment_minimum(header, size) < (SIZE_T)pages * NT_PAGE_SIZE)
        size *= 2;
    while (!(base = map_memory(NULL, size, MEM_RESERVE, heap->protect))) {
        /* Little address space left: take what suffices. */
        if (size <= FIRST_SEGMENT || (size / 2) - segment_minimum(header, size / 2) < (SIZE_T)pages * NT_PAGE_SIZE)
            return NULL;
        size /= 2;
    }
    commit = segment_minimum(header, size) + 64 * NT_PAGE_SIZE;
    if (!map_memory(base, commit, MEM_COMMIT, heap->protect)) {
        unmap_memory(base, 0, MEM_RELEASE);
        return NULL;
    }
    segment = base;
    segment_init(heap, segment, base, size, commit, header);
    return segment;
}

static void segment_release(struct heap *heap, struct segment *segment)
{
    for (struct page *page = segment->map + segment->first; page < segment->map + segment->pages; page += page->count)
        remove_free(heap, page);
    list_remove(&segment->link);
    unmap_memory(segment->base, 0, MEM_RELEASE);
}

/* --- giving memory back --- */

/*
 * A heap that shrinks gives its memory back at once, but for little. If that is needed again soon, the heap is one that
 * swings, and from now on keeps as much as was given back too early, until the swinging has ended.
 */
static void regret(struct heap *heap, SIZE_T pages)
{
    ULONG now = (ULONG)RtlGetTickCount();

    if (now - heap->decommitted_at > SOON) {
        heap->decommitted = 0;
        return;
    }
    if (pages > heap->decommitted)
        pages = heap->decommitted;
    heap->decommitted -= pages;
    heap->regretted_at = now;
    heap->keep = heap->keep + pages < KEEP_MAXIMUM ? heap->keep + pages : KEEP_MAXIMUM;
    if (heap->trim_at < heap->keep)
        heap->trim_at = heap->keep;
}

/* A free run, or so much of it (at its end) as is more than is to be kept. */
static void decommit(struct heap *heap, struct page *page, SIZE_T excess)
{
    struct segment *segment = page->segment;
    ULONG count = page->count, stays = 0;

    if (excess < count && excess >= DECOMMIT_PAGES)
        stays = count - (ULONG)excess;
    remove_free(heap, page);
    if (stays)
        add_free(heap, segment, page, stays, false);
    page += stays;
    count -= stays;
    unmap_memory(page_address(segment, page), (SIZE_T)count * NT_PAGE_SIZE, MEM_DECOMMIT);
    heap->decommitted += count;
    add_free_joined(heap, segment, page, count, true);
}

/* Releases the segments that are wholly free, if nothing of theirs is to be kept. */
static void release_segments(struct heap *heap, SIZE_T keep)
{
    for (LIST_ENTRY *e = heap->segments.Flink, *next; e != &heap->segments; e = next) {
        struct segment *segment = CONTAINING_RECORD(e, struct segment, link);

        next = e->Flink;
        if (segment == &heap->first || segment->free != segment->pages - segment->first ||
            (segment->free_committed && heap->free_committed <= keep))
            continue;
        heap->decommitted += segment->free_committed;
        segment_release(heap, segment);
    }
}

void pages_trim(struct heap *heap, SIZE_T keep)
{
    ULONG now = (ULONG)RtlGetTickCount();
    SIZE_T more = heap->used / 8;

    if (heap->given)
        return;
    /* The swinging has ended, or what is given back is so much that keeping a little of it would make no difference. */
    if (keep && (now - heap->regretted_at > SOON || heap->decommitted > 8 * heap->keep))
        keep = heap->keep = HEAP_KEEP_MINIMUM;
    heap->decommitted_at = now;
    release_segments(heap, keep);
    for (ULONG list = FREE_LISTS; list-- > list_of(DECOMMIT_PAGES);) {
        while (heap->free_committed > keep && heap->free[0][list])
            decommit(heap, heap->free[0][list], heap->free_committed - keep);
    }
    /* The next time when that is worth the while. */
    more = more < TRIM_STEP ? TRIM_STEP : more > 2048 ? 2048 : more;
    heap->trim_at = (heap->free_committed > heap->keep ? heap->free_committed : heap->keep) + more;
}

SIZE_T pages_largest_free(const struct heap *heap)
{
    ULONGLONG lists = heap->free_lists[0];
    SIZE_T largest = 0;

    if (!lists)
        return 0;
    for (const struct page *page = heap->free[0][63 - __builtin_clzll(lists)]; page; page = page->next) {
        if (page->count > largest)
            largest = page->count;
    }
    return largest * NT_PAGE_SIZE;
}

/* --- taking and giving back runs --- */

/* The largest committed free run, or nearly so, if with uncommitted memory behind it it is large enough. */
static struct page *find_extensible(struct heap *heap, ULONG pages)
{
    ULONGLONG lists = heap->free_lists[0];
    struct page *page, *after;

    if (!lists)
        return NULL;
    page = heap->free[0][63 - __builtin_clzll(lists)];
    after = page + page->count;
    if (after >= page->segment->map + page->segment->pages || after->used || page->count + after->count < pages)
        return NULL;
    return page;
}

/* A free run that has, or can be made to have, so many pages. */
static struct page *find_free(struct heap *heap, ULONG pages)
{
    struct page *page = list_find(heap, 0, pages);

    if (!page && pages > FREE_EXACT)
        page = find_extensible(heap, pages);
    return page ? page : list_find(heap, 1, pages);
}

/*
 * Commits `need` pages of a free run, and more, so that growing does not cost a system call for every run: the larger the
 * heap, the more. Returns how many, or 0.
 */
static ULONG commit_ahead(struct heap *heap, struct page *page, ULONG need)
{
    SIZE_T ahead = 16 + heap->used / 8;
    ULONG count = need + (ULONG)(ahead < 256 ? ahead : 256);

    if (count > page->count)
        count = page->count;
    if (!heap_commit(heap, page_address(page->segment, page), (SIZE_T)count * NT_PAGE_SIZE))
        return 0;
    if (heap->decommitted)
        regret(heap, count);
    return count;
}

struct run *pages_alloc(struct heap *heap, ULONG pages)
{
    struct page *page = find_free(heap, pages), *cold;
    ULONG warm, total, committed = 0;
    struct segment *segment;
    struct run *run;

    if (!page && (heap->fixed || !segment_add(heap, pages) || !(page = find_free(heap, pages))))
        return NULL;
    segment = page->segment;
    warm = page->uncommitted ? 0 : page->count;
    cold = page + warm;
    total = page->count;
    if (warm < pages) {
        if (!(committed = commit_ahead(heap, cold, pages - warm)))
            return NULL;
        if (warm)
            remove_free(heap, page);
        total = warm + cold->count;
        remove_free(heap, cold);
    } else {
        remove_free(heap, page);
    }
    mark(page, pages, true, false);
    committed += warm;
    if (committed > pages)
        add_free(heap, segment, page + pages, committed - pages, false);
    if (total > committed)
        add_free(heap, segment, page + committed, total - committed, true);
    if (cold < page + committed && heap->trim_at < heap->free_committed + TRIM_STEP)
        heap->trim_at = heap->free_committed + TRIM_STEP;
    segment->free -= pages;
    heap->used += pages;
    if (heap->level < heap->used)
        heap->level = heap->used;
    run = page_address(segment, page);
    run->heap = heap;
    run->segment = segment;
    run->pages = pages;
    run->fresh = !warm && !heap->given;
    return run;
}

static void free_range(struct heap *heap, struct segment *segment, struct page *page, ULONG pages)
{
    segment->free += pages;
    heap->used -= pages;
    add_free_joined(heap, segment, page, pages, false);
    if (heap->free_committed > heap->trim_at)
        pages_trim(heap, heap->keep);
    if (heap->level - heap->used > heap->keep + heap->used / 32 + SHRINK_STEP)
        heap->shrunk = TRUE;
}

static struct page *page_of_run(const struct run *run)
{
    return run->segment->map + ((char *)run - (char *)run->segment->base) / NT_PAGE_SIZE;
}

void pages_mark_slab(struct run *run)
{
    struct page *page = page_of_run(run);

    for (ULONG i = 0; i < run->pages; i++) {
        page[i].used = PAGE_SLAB;
        page[i].back = i;
    }
}

void pages_free(struct heap *heap, struct run *run, ULONG pages)
{
    struct page *page = page_of_run(run);

    if (page->used == PAGE_SLAB) {
        for (ULONG i = 0; i < pages; i++)
            page[i].used = PAGE_FREE;
    }
    page->used = page[pages - 1].used = PAGE_FREE;
    free_range(heap, run->segment, page, pages);
}

bool pages_resize(struct heap *heap, struct run *run, ULONG pages)
{
    struct segment *segment = run->segment;
    struct page *page = page_of_run(run);
    struct page *end = segment->map + segment->pages;
    ULONG old = run->pages;

    if (pages == old)
        return true;
    if (pages < old) {
        page[old - 1].used = PAGE_FREE;
        mark(page, pages, true, false);
        run->pages = pages;
        run_set_kind(heap, run, run->kind);
        free_range(heap, segment, page + pages, old - pages);
        return true;
    }

    struct page *after = page + old;
    ULONG more = pages - old, count, committed;
    bool uncommitted;

    if (after >= end || after->used || after->count < more)
        return false;
    count = after->count;
    uncommitted = after->uncommitted;
    committed = uncommitted ? more : count;
    if (uncommitted && !heap_commit(heap, page_address(segment, after), (SIZE_T)committed * NT_PAGE_SIZE))
        return false;
    remove_free(heap, after);
    page[old - 1].used = PAGE_FREE;
    mark(page, pages, true, false);
    if (count > more)
        add_free(heap, segment, after + more, count - more, uncommitted);
    run->pages = pages;
    run_set_kind(heap, run, run->kind);
    segment->free -= more;
    heap->used += more;
    return true;
}

struct segment *pages_segment_of(struct heap *heap, const void *address)
{
    for (LIST_ENTRY *e = heap->segments.Flink; e != &heap->segments; e = e->Flink) {
        struct segment *segment = CONTAINING_RECORD(e, struct segment, link);

        if ((SIZE_T)((const char *)address - (char *)segment->base) < (SIZE_T)segment->pages * NT_PAGE_SIZE)
            return segment;
    }
    return NULL;
}

/* --- regions --- */

/*
 * What all memory together cannot hold. Linux would promise it, and end the program when it is used; Windows counts what is
 * promised. Only where so much is asked for that it is worth a question.
 */
static bool beyond_commit_limit(SIZE_T size)
{
    SYSTEM_PERFORMANCE_INFORMATION system;

    return size >= (SIZE_T)1 << 30 &&
           !NtQuerySystemInformation(SystemPerformanceInformation, &system, sizeof(system), NULL) &&
           size / NT_PAGE_SIZE > system.CommitLimit;
}

struct run *region_alloc(struct heap *heap, SIZE_T size, SIZE_T headroom)
{
    SIZE_T commit = ROUND(size + RUN_FIRST, NT_PAGE_SIZE), reserve = ROUND(commit + headroom, ALLOCATION_GRANULARITY);
    struct run *run;

    if (beyond_commit_limit(commit))
        return NULL;
    if (headroom && !(run = map_memory(NULL, reserve, MEM_RESERVE, heap->protect)))
        headroom = 0; /* not so much address space */
    if (!headroom) {
        run = map_memory(NULL, commit, MEM_RESERVE | MEM_COMMIT, heap->protect);
        reserve = commit;
    } else if (!map_memory(run, commit, MEM_COMMIT, heap->protect)) {
        unmap_memory(run, 0, MEM_RELEASE);
        run = NULL;
    }
    if (!run)
        return NULL;
    run->heap = heap;
    run->pages = 0;
    run_set_kind(heap, run, RUN_REGION);
    run->size = size;
    run->committed = commit;
    run->reserved = reserve;
    RtlAcquireSRWLockExclusive(&heap->lock);
    list_add_tail(&heap->regions, &run->regions);
    RtlReleaseSRWLockExclusive(&heap->lock);
    return run;
}

bool region_resize(struct heap *heap, struct run *run, SIZE_T size)
{
    SIZE_T commit = ROUND(size + RUN_FIRST, NT_PAGE_SIZE);

    if (commit > run->reserved)
        return false;
    if (commit > run->committed) {
        if (!map_memory((char *)run + run->committed, commit - run->committed, MEM_COMMIT, heap->protect))
            return false;
    } else if (commit < run->committed) {
        unmap_memory((char *)run + commit, run->committed - commit, MEM_DECOMMIT);
    }
    run->committed = commit;
    run->size = size;
    return true;
}

void region_free(struct heap *heap, struct run *run)
{
    RtlAcquireSRWLockExclusive(&heap->lock);
    list_remove(&run->regions);
    RtlReleaseSRWLockExclusive(&heap->lock);
    unmap_memory(run, 0, MEM_RELEASE);
}

/* --- heaps --- */

SIZE_T heap_least(SIZE_T reserve)
{
    return segment_minimum(ROUND(sizeof(struct heap), 16), reserve) + 4 * NT_PAGE_SIZE;
}

struct heap *heap_map(ULONG flags, SIZE_T reserve, SIZE_T commit)
{
    ULONG protect = flags & HEAP_CREATE_ENABLE_EXECUTE ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    SIZE_T header = ROUND(sizeof(struct heap), 16);
    bool growable = flags & HEAP_GROWABLE;
    struct heap *heap;

    commit = ROUND(commit, NT_PAGE_SIZE);
    if (growable) {
        SIZE_T size = FIRST_SEGMENT;

        /*
         * All of it at once, for one system call: pages that are never touched cost nothing. But the map has them as not
         * committed, as there is no memory behind them.
         */
        while (size - segment_minimum(header, size) < commit && size < MAX_SEGMENT)
            size *= 2;
        reserve = size;
        commit = 0;
        heap = map_memory(NULL, size, MEM_RESERVE | MEM_COMMIT, protect);
    } else {
        reserve = ROUND(reserve < commit ? commit : reserve, ALLOCATION_GRANULARITY);
        commit += heap_least(reserve);
        if (reserve < commit)
            commit = reserve;
        heap = map_memory(NULL, reserve, MEM_RESERVE, protect);
        if (heap && !map_memory(heap, commit, MEM_COMMIT, protect)) {
            unmap_memory(heap, 0, MEM_RELEASE);
            heap = NULL;
        }
    }
    return heap ? heap_init(heap, flags, reserve, commit) : NULL;
}

struct heap *heap_init(struct heap *heap, ULONG flags, SIZE_T reserve, SIZE_T commit)
{
    heap->signature = HEAP_SIGNATURE;
    heap->flags = flags;
    heap->protect = flags & HEAP_CREATE_ENABLE_EXECUTE ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    heap->fixed = !(flags & HEAP_GROWABLE);
    heap->keep = HEAP_KEEP_MINIMUM;
    heap->trim_at = HEAP_KEEP_MINIMUM + TRIM_STEP;
    /* Any number unknown to the program will do against accidents, and this one no program can guess. */
    heap->secret = (__builtin_ia32_rdtsc() ^ (ULONGLONG)(ULONG_PTR)heap << 20) * 0xbf58476d1ce4e5b9ull;
    heap->secret ^= heap->secret >> 29;
    heap->secret |= 0x8001000000000001ull; /* zeros, and a plain pointer, are never a link */
    if (flags & (HEAP_CHECKED | HEAP_ZERO_MEMORY))
        heap->special = SPECIAL_CHECKED;
    list_init(&heap->segments);
    list_init(&heap->regions);
    list_init(&heap->caches);
    segment_init(heap, &heap->first, heap, reserve, commit, ROUND(sizeof(struct heap), 16));
    return heap;
}

void heap_unmap(struct heap *heap)
{
    while (!list_empty(&heap->regions)) {
        struct run *run = CONTAINING_RECORD(heap->regions.Flink, struct run, regions);

        list_remove(&run->regions);
        unmap_memory(run, 0, MEM_RELEASE);
    }
    for (LIST_ENTRY *e = heap->segments.Blink, *previous; e != &heap->segments; e = previous) {
        struct segment *segment = CONTAINING_RECORD(e, struct segment, link);

        previous = e->Blink;
        if (segment != &heap->first)
            unmap_memory(segment->base, 0, MEM_RELEASE);
    }
    heap->signature = 0;
    if (!heap->given)
        unmap_memory(heap, 0, MEM_RELEASE);
}
