/* SPDX-License-Identifier: MIT */
/*
 * heap: malloc and free in the mixes that programs have, in one and in four threads; and how much memory stays resident when
 * all is freed (KiB instead of nanoseconds).
 */
#include "bench.h"

#ifdef _WIN32
#include <psapi.h>

static double resident(void)
{
    PROCESS_MEMORY_COUNTERS counters;
    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters));
    return (double)counters.WorkingSetSize / 1024;
}
#else
#include <unistd.h>

static double resident(void)
{
    long size, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
        exit(1);
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1024;
}
#endif

enum { SLOTS = 2048 };

static size_t small_size(unsigned r)
{
    return 8 + (r & 0x1f8 & (r >> 9));
}
/* Mostly small, some of thousands of bytes, a few of tens of thousands. */
static size_t mixed_size(unsigned r)
{
    unsigned kind = r & 63, rest = r >> 6;

    return kind < 48   ? 8 + rest % 248
           : kind < 60 ? 256 + rest % 3840
           : kind < 63 ? 4096 + rest % 28672
                       : 32768 + rest % 98304;
}

static void replace(size_t (*size)(unsigned), int index, int times)
{
    void **slots = calloc(SLOTS, sizeof(*slots));
    unsigned state = 12345u + (unsigned)index * 77777u;

    for (int i = 0; i < times; i++) {
        unsigned slot = next_random(&state) % SLOTS;
        size_t bytes = size(next_random(&state));
        char *block;

        free(slots[slot]);
        slots[slot] = block = malloc(bytes);
        block[0] = block[bytes - 1] = 1;
    }
    for (int i = 0; i < SLOTS; i++)
        free(slots[i]);
    free(slots);
}

static void pair(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        char *volatile block = malloc(64);
        *block = 1;
        free(block);
    }
}
static void small(int index, int times)
{
    replace(small_size, index, times);
}
static void mixed(int index, int times)
{
    replace(mixed_size, index, times);
}
static void large(int index, int times)
{
    unsigned state = 99u + (unsigned)index;

    for (int i = 0; i < times; i++) {
        size_t bytes = 100000 + next_random(&state) % 400000;
        char *volatile block = malloc(bytes);
        for (size_t at = 0; at < bytes; at += 4096)
            block[at] = 1;
        free(block);
    }
}
static void megabytes(int index, int times)
{
    unsigned state = 9u + (unsigned)index;

    for (int i = 0; i < times; i++) {
        size_t bytes = (1u << 20) + next_random(&state) % (4u << 20);
        char *volatile block = malloc(bytes);
        for (size_t at = 0; at < bytes; at += 4096)
            block[at] = 1;
        free(block);
    }
}
static void zeroed(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        char *volatile block = calloc(1, 200);
        free(block);
    }
}
/* A tree: many small blocks, then all freed in order. */
static void fill(int index, int times)
{
    void **first = NULL;

    (void)index;
    for (int i = 0; i < times; i++) {
        void **block = malloc(48);
        *block = first;
        first = block;
    }
    while (first) {
        void **next = *first;
        free(first);
        first = next;
    }
}
/* A text that grows a little at a time. */
static void grow(int index, int times)
{
    char *text = NULL;
    size_t size = 0;

    (void)index;
    for (int i = 0; i < times; i++) {
        size = size > 200000 ? 16 : size + 40;
        text = realloc(text, size);
        text[size - 1] = 1;
    }
    free(text);
}

/* A file that is read into one block, as much at a time as comes. */
static void append(int index, int times)
{
    char *data = NULL;
    size_t size = 0;

    (void)index;
    for (int i = 0; i < times; i++) {
        size = size > (20u << 20) ? 65536 : size + 65536;
        data = realloc(data, size);
        for (size_t at = size - 65536; at < size; at += 4096)
            data[at] = 1;
    }
    free(data);
}

/* Every other thread allocates and gives to its neighbour, who frees. */
static _Atomic(void *) passed[MAX_THREADS / 2][512];

static void pass(int index, int times)
{
    _Atomic(void *) *ring = passed[index / 2];
    unsigned state = (unsigned)index;

    for (int i = 0; i < times; i++) {
        _Atomic(void *) *place = &ring[i % 512];
        void *block;

        if (index & 1) {
            while (!(block = atomic_load_explicit(place, memory_order_acquire)))
                give_way();
            atomic_store_explicit(place, NULL, memory_order_release);
            free(block);
        } else {
            char *made = malloc(small_size(next_random(&state)));
            *made = 1;
            while (atomic_load_explicit(place, memory_order_acquire))
                give_way();
            atomic_store_explicit(place, made, memory_order_release);
        }
    }
}

static void given_back(void)
{
    enum { BLOCKS = 400000 };
    void **blocks = malloc(BLOCKS * sizeof(*blocks));
    unsigned state = 5;
    double before = resident(), full, after;

    for (int i = 0; i < BLOCKS; i++)
        memset(blocks[i] = malloc(16 + next_random(&state) % 400), 1, 16);
    full = resident();
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    after = resident();
    printf("resident-full\t%.0f\nresident-after-free\t%.0f\n", full - before, after - before > 1 ? after - before : 1);
    free(blocks);
}

int main(void)
{
    given_back();
    for (int threads = 1; threads <= 4; threads *= 4) {
        bench("malloc-pair", threads, pair, 400000);
        bench("malloc-small", threads, small, 300000);
        bench("malloc-mixed", threads, mixed, 200000);
        bench("malloc-large", threads, large, 1000);
        bench("malloc-megabytes", threads, megabytes, 100);
        bench("calloc-200", threads, zeroed, 300000);
        bench("malloc-fill", threads, fill, 200000);
        bench("realloc-grow", threads, grow, 50000);
        bench("realloc-append", threads, append, 1000);
    }
    bench("malloc-pass", 2, pass, 200000);
    bench("malloc-pass", 4, pass, 100000);
    return 0;
}
