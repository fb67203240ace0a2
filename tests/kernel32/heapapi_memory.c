/* SPDX-License-Identifier: MIT */
/*
 * heapapi_memory.c: heaps and memory: what is freed is given back, what is needed again soon is not fetched anew each time,
 * cleared memory is clear however it came to be free, blocks grow to any size.
 */
#include "../test.h"
#include <psapi.h>

static PROCESS_MEMORY_COUNTERS memory(void)
{
    PROCESS_MEMORY_COUNTERS counters = { .cb = sizeof(counters) };

    K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters));
    return counters;
}

static void test_given_back(void)
{
    enum { BLOCKS = 150000 };
    void **blocks = VirtualAlloc(NULL, BLOCKS * sizeof(*blocks), MEM_COMMIT, PAGE_READWRITE);
    HANDLE heap = GetProcessHeap();
    SIZE_T before, full, after;
    unsigned random = 5;

    memset(blocks, 1, BLOCKS * sizeof(*blocks));
    before = memory().WorkingSetSize;
    for (int i = 0; i < BLOCKS; i++) {
        random = random * 1664525u + 1013904223u;
        blocks[i] = HeapAlloc(heap, HEAP_ZERO_MEMORY, 16 + (random >> 8) % 400);
    }
    full = memory().WorkingSetSize;
    for (int i = 0; i < BLOCKS; i++)
        HeapFree(heap, 0, blocks[i]);
    after = memory().WorkingSetSize;
    ok(full > before + 30000000, "only %zu KB more", (full - before) / 1024);
    if (test_is_transom()) /* nothing says how soon Windows gives memory back */
        ok(after < before + 2000000, "%zu KB of %zu stay", (after - before) / 1024, (full - before) / 1024);
    VirtualFree(blocks, 0, MEM_RELEASE);
}

/* A program that frees and allocates the same over and over has its pages after a few times. */
static void test_swinging(void)
{
    static const SIZE_T sizes[] = { 50, 3000, 100000, 2000000, 9000000 };
    HANDLE heap = HeapCreate(0, 0, 0);

    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        unsigned count = (unsigned)(sizes[i] > 9000000 ? 1 : 9000000 / sizes[i]);
        char **blocks = calloc(count, sizeof(*blocks));
        DWORD faults = 0;

        for (int round = 0; round < 8; round++) {
            if (round == 4)
                faults = memory().PageFaultCount;
            for (unsigned k = 0; k < count; k++) {
                blocks[k] = HeapAlloc(heap, 0, sizes[i]);
                for (SIZE_T at = 0; at < sizes[i]; at += 4096)
                    blocks[k][at] = 1;
            }
            for (unsigned k = 0; k < count; k++)
                HeapFree(heap, 0, blocks[k]);
        }
        faults = memory().PageFaultCount - faults;
        if (test_is_transom())
            ok(faults < 2000, "%zu bytes: %lu page faults in four rounds", sizes[i], faults);
        free(blocks);
    }
    ok(HeapValidate(heap, 0, NULL), "damaged");
    HeapDestroy(heap);
}

static bool all_zero(const char *block, SIZE_T size)
{
    for (SIZE_T i = 0; i < size; i++) {
        if (block[i])
            return false;
    }
    return true;
}

static void test_cleared(void)
{
    static const SIZE_T sizes[] = { 40, 5000, 20000, 70000, 300000, 1500000, 5000000 };
    HANDLE heap = HeapCreate(0, 0, 0);

    for (int round = 0; round < 4; round++) {
        for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
            char *a = HeapAlloc(heap, HEAP_ZERO_MEMORY, sizes[i]), *b = HeapAlloc(heap, HEAP_ZERO_MEMORY, sizes[i]);

            ok(all_zero(a, sizes[i]) && all_zero(b, sizes[i]), "%zu bytes are not zero", sizes[i]);
            memset(a, 'a', sizes[i]);
            memset(b, 'b', sizes[i]);
            HeapFree(heap, 0, a);
            b = HeapReAlloc(heap, HEAP_ZERO_MEMORY, b, sizes[i] * 2);
            ok(b && b[sizes[i] - 1] == 'b' && all_zero(b + sizes[i], sizes[i]), "%zu bytes more are not zero",
               sizes[i]);
            memset(b, 'c', sizes[i] * 2);
            HeapFree(heap, 0, b);
            if (round & 1)
                HeapCompact(heap, 0);
        }
    }
    HeapDestroy(heap);
}

static void test_growing(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    unsigned *numbers = HeapAlloc(heap, 0, 4);
    SIZE_T count = 1;

    *numbers = 0;
    while (count < 12000000) {
        SIZE_T more = count + count / 7 + 1;

        numbers = HeapReAlloc(heap, 0, numbers, more * 4);
        if (!ok(numbers != NULL, "no memory"))
            return;
        for (SIZE_T i = count; i < more; i += 1000)
            numbers[i] = (unsigned)i;
        ok(HeapSize(heap, 0, numbers) == more * 4, "%zu instead of %zu bytes", HeapSize(heap, 0, numbers), more * 4);
        ok(numbers[count] == count && !numbers[0], "not what was written");
        count = more;
    }
    ok(HeapValidate(heap, 0, numbers), "damaged");
    numbers = HeapReAlloc(heap, 0, numbers, 100);
    ok(numbers && HeapSize(heap, 0, numbers) == 100 && numbers[2] == 2, "not what was written");
    ok(HeapValidate(heap, 0, NULL), "damaged");
    HeapDestroy(heap);
}

TESTS
{
    test_given_back();
    test_swinging();
    test_cleared();
    test_growing();
}
