/* SPDX-License-Identifier: MIT */
/* heapapi.c: heaps: sizes, flags, limits, walking and validating, information; what happens to who damages one. */
#include <setjmp.h>
#include "../test.h"

#ifndef HEAP_CREATE_ALIGN_16
#define HEAP_CREATE_ALIGN_16 0x00010000
#endif

static jmp_buf raised;
static DWORD expected_code;

static LONG CALLBACK catch_expected(EXCEPTION_POINTERS *info)
{
    if (!expected_code || info->ExceptionRecord->ExceptionCode != expected_code)
        return EXCEPTION_CONTINUE_SEARCH;
    expected_code = 0;
    longjmp(raised, 1);
}

/* Whether `code` raises this exception. */
#define RAISES(exception, code)                                                                                        \
    ({                                                                                                                 \
        volatile bool did = false;                                                                                     \
        expected_code = (DWORD)(exception);                                                                            \
        if (!setjmp(raised))                                                                                           \
            (void)(code);                                                                                              \
        else                                                                                                           \
            did = true;                                                                                                \
        expected_code = 0;                                                                                             \
        did;                                                                                                           \
    })

static const SIZE_T sizes[] = { 0,     1,     7,     8,      15,     16,      17,      24,      100,    255,
                                256,   257,   1000,  1016,   1024,   4000,    4096,    16000,   16375,  16376,
                                16377, 16384, 65536, 100000, 500000, 1048400, 1048576, 1100000, 5000000 };

static bool filled(const unsigned char *data, unsigned char value, SIZE_T size)
{
    for (SIZE_T i = 0; i < size; i++)
        if (data[i] != value)
            return false;
    return true;
}

static void test_sizes(HANDLE heap)
{
    unsigned char *blocks[ARRAYSIZE(sizes)];

    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        blocks[i] = HeapAlloc(heap, HEAP_ZERO_MEMORY, sizes[i]);
        if (!ok(blocks[i] != NULL, "%zu bytes", (size_t)sizes[i]))
            return;
        ok(!((ULONG_PTR)blocks[i] & (2 * sizeof(void *) - 1)), "alignment of %zu bytes", (size_t)sizes[i]);
        ok(HeapSize(heap, 0, blocks[i]) == sizes[i], "size %zu of %zu", (size_t)HeapSize(heap, 0, blocks[i]),
           (size_t)sizes[i]);
        ok(filled(blocks[i], 0, sizes[i]), "zeros of %zu bytes", (size_t)sizes[i]);
        memset(blocks[i], (int)i + 1, sizes[i]);
        ok(HeapValidate(heap, 0, blocks[i]), "%zu bytes are valid", (size_t)sizes[i]);
    }
    ok(HeapValidate(heap, 0, NULL), "valid");
    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        SIZE_T new = sizes[(i + 7) % ARRAYSIZE(sizes)], old = sizes[i];

        ok(filled(blocks[i], (unsigned char)(i + 1), old), "contents of %zu bytes", (size_t)old);
        blocks[i] = HeapReAlloc(heap, HEAP_ZERO_MEMORY, blocks[i], new);
        if (!ok(blocks[i] != NULL, "%zu to %zu", (size_t)old, (size_t) new))
            return;
        ok(HeapSize(heap, 0, blocks[i]) == new, "%zu to %zu", (size_t)old, (size_t) new);
        ok(filled(blocks[i], (unsigned char)(i + 1), old < new ? old : new), "contents: %zu to %zu", (size_t)old,
           (size_t) new);
        ok(old >= new || filled(blocks[i] + old, 0, new - old), "zeros: %zu to %zu", (size_t)old, (size_t) new);
    }
    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++)
        ok(HeapFree(heap, 0, blocks[i]), "free");
    ok(HeapFree(heap, 0, NULL), "freeing nothing");
    ok(HeapValidate(heap, 0, NULL), "valid");
    ok(!HeapAlloc(heap, 0, (SIZE_T)-1), "too much");
    ok(!HeapAlloc(heap, 0, (SIZE_T)-64), "too much");
}

static void test_realloc(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    char *block = HeapAlloc(heap, 0, 100), *other;

    strcpy(block, "text");
    other = HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 20);
    ok(other == block && HeapSize(heap, 0, block) == 20, "shorter in place");
    other = HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 100);
    ok(other == block && HeapSize(heap, 0, block) == 100, "longer in place");
    /* What cannot be done leaves the block as it is. */
    ok(!HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 64 << 20), "no room in place");
    ok(HeapSize(heap, 0, block) == 100 && !strcmp(block, "text"), "unchanged");
    ok(!HeapReAlloc(heap, 0, NULL, 10), "of nothing");
    block = HeapReAlloc(heap, 0, block, 8 << 20);
    ok(block && !strcmp(block, "text") && HeapSize(heap, 0, block) == 8 << 20, "larger");
    block = HeapReAlloc(heap, 0, block, 10);
    ok(block && !strcmp(block, "text") && HeapSize(heap, 0, block) == 10, "smaller");
    ok(RAISES(STATUS_NO_MEMORY, HeapReAlloc(heap, HEAP_GENERATE_EXCEPTIONS, block, (SIZE_T)-100)), "exception");
    ok(HeapSize(heap, 0, block) == 10, "unchanged");
    HeapDestroy(heap);
}

static void test_limited(void)
{
    HANDLE heap = HeapCreate(0, 0, 0x10000);
    void *blocks[200];
    int count = 0, again = 0;

    ok(heap != NULL, "error %lu", GetLastError());
    ok_err(HeapAlloc(heap, 0, 0x20000), ERROR_NOT_ENOUGH_MEMORY);
    while (count < 200 && (blocks[count] = HeapAlloc(heap, 0, 1000)))
        count++;
    ok(count > 30 && count < 66, "%d blocks of 1,000 bytes", count);
    ok_err(HeapAlloc(heap, 0, 1000), ERROR_NOT_ENOUGH_MEMORY);
    ok(RAISES(STATUS_NO_MEMORY, HeapAlloc(heap, HEAP_GENERATE_EXCEPTIONS, 0x8000)), "exception");
    for (int i = 0; i < count; i++)
        HeapFree(heap, 0, blocks[i]);
    while (again < 200 && (blocks[again] = HeapAlloc(heap, 0, 1000)))
        again++;
    ok(again >= count - 2, "%d, then %d", count, again);
    ok(HeapDestroy(heap), "error %lu", GetLastError());

    /* "If the heap is a non-growable heap, dwBytes must be less than 0x7FFF8" (HeapAlloc), for 32 bits. */
    heap = HeapCreate(HEAP_GENERATE_EXCEPTIONS, 0, 16 << 20);
    ok(HeapAlloc(heap, 0, 0x70000) != NULL, "just below");
    ok(RAISES(STATUS_NO_MEMORY, HeapAlloc(heap, 0, 4 << 20)), "larger blocks only in growable heaps");
    HeapDestroy(heap);

    heap = HeapCreate(HEAP_NO_SERIALIZE | HEAP_CREATE_ALIGN_16, 0, 0);
    test_sizes(heap);
    HeapDestroy(heap);
    heap = HeapCreate(HEAP_CREATE_ENABLE_EXECUTE, 0x10000, 0);
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 }; /* mov eax,42; ret */
    void *function = HeapAlloc(heap, 0, sizeof(code));
    memcpy(function, code, sizeof(code));
    ok_int(((int (*)(void))function)(), 42);
    HeapDestroy(heap);
    ok_err(HeapDestroy(GetProcessHeap()), ERROR_INVALID_HANDLE);
}

static void test_walk(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    static const SIZE_T walked[] = { 1, 33, 200, 5000, 20000, 300000, 400000, 450000, 500000, 3000000 };
    void *blocks[ARRAYSIZE(walked)];
    int found[ARRAYSIZE(walked)] = { 0 }, regions = 0, uncommitted = 0, others = 0, first = -1;
    PROCESS_HEAP_ENTRY entry = { 0 };
    SIZE_T total = 0;

    for (unsigned i = 0; i < ARRAYSIZE(walked); i++)
        blocks[i] = HeapAlloc(heap, 0, walked[i]);
    HeapFree(heap, 0, HeapAlloc(heap, 0, 5000));
    ok(HeapLock(heap), "error %lu", GetLastError());
    while (HeapWalk(heap, &entry)) {
        if (first < 0)
            first = entry.wFlags;
        if (entry.wFlags & PROCESS_HEAP_REGION) {
            ok(!test_is_transom() || entry.iRegionIndex == regions, "region %d, not %d", entry.iRegionIndex, regions);
            regions++;
            ok(entry.Region.lpFirstBlock >= entry.lpData && entry.Region.lpLastBlock > entry.Region.lpFirstBlock &&
                   entry.Region.dwCommittedSize,
               "region %p: %p to %p", entry.lpData, entry.Region.lpFirstBlock, entry.Region.lpLastBlock);
        } else if (entry.wFlags & PROCESS_HEAP_UNCOMMITTED_RANGE) {
            uncommitted++;
        } else if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) {
            unsigned i = 0;

            while (i < ARRAYSIZE(walked) && entry.lpData != blocks[i])
                i++;
            if (i == ARRAYSIZE(walked)) {
                others++;
                continue;
            }
            found[i]++;
            total += entry.cbData;
            ok(entry.cbData == walked[i], "%lu, not %zu", entry.cbData, (size_t)walked[i]);
        }
    }
    ok_int(GetLastError(), ERROR_NO_MORE_ITEMS);
    ok(HeapUnlock(heap), "error %lu", GetLastError());
    ok_int(first, PROCESS_HEAP_REGION);
    ok(regions >= 1, "%d regions", regions);
    ok(uncommitted >= 1, "%d uncommitted ranges", uncommitted);
    for (unsigned i = 0; i < ARRAYSIZE(walked); i++)
        ok(found[i] == 1, "%zu bytes: found %d times", (size_t)walked[i], found[i]);
    if (test_is_transom())
        ok_int(others, 0);

    HEAP_SUMMARY summary = { .cb = sizeof(summary) };
    BOOL(WINAPI * heap_summary)
    (HANDLE, DWORD, HEAP_SUMMARY *) = (void *)GetProcAddress(GetModuleHandleA("kernelbase.dll"), "HeapSummary");
    bool wine = GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL; /* ends the program there */
    if (heap_summary && !wine && ok(heap_summary(heap, 0, &summary), "error %lu", GetLastError()))
        ok(summary.cbAllocated >= total && summary.cbCommitted >= summary.cbAllocated &&
               summary.cbReserved >= summary.cbCommitted,
           "%zu of %zu of %zu", (size_t)summary.cbAllocated, (size_t)summary.cbCommitted, (size_t)summary.cbReserved);

    /* Moveable blocks of the process heap show their handle. */
    HGLOBAL handle = GlobalAlloc(GMEM_MOVEABLE | GMEM_DDESHARE, 777);
    void *data = GlobalLock(handle);
    bool seen = false;
    memset(&entry, 0, sizeof(entry));
    HeapLock(GetProcessHeap());
    while (HeapWalk(GetProcessHeap(), &entry)) {
        if (!(entry.wFlags & PROCESS_HEAP_ENTRY_MOVEABLE) || entry.Block.hMem != handle)
            continue;
        seen = true;
        ok(entry.wFlags & PROCESS_HEAP_ENTRY_BUSY && entry.wFlags & PROCESS_HEAP_ENTRY_DDESHARE, "flags %#x",
           entry.wFlags);
        ok(entry.lpData <= data && (char *)entry.lpData + entry.cbData >= (char *)data + 777, "where it is");
    }
    HeapUnlock(GetProcessHeap());
    ok(seen, "the moveable block");
    GlobalUnlock(handle);
    GlobalFree(handle);

    for (unsigned i = 0; i < ARRAYSIZE(walked); i++)
        HeapFree(heap, 0, blocks[i]);
    HeapCompact(heap, 0);
    ok(HeapValidate(heap, 0, NULL), "valid");
    HeapDestroy(heap);
}

static void test_validate(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), other = HeapCreate(0, 0, 0);
    char *block = HeapAlloc(heap, 0, 100), *big = HeapAlloc(heap, 0, 100000), *huge = HeapAlloc(heap, 0, 2000000),
         local;

    ok(HeapValidate(heap, 0, block) && HeapValidate(heap, 0, big) && HeapValidate(heap, 0, huge), "valid");
    ok(!HeapValidate(heap, 0, block + 16), "inside a block");
    ok(!HeapValidate(heap, 0, big + 4096), "inside a big block");
    ok(!HeapValidate(heap, 0, huge + 0x10000), "inside a huge block");
    ok(!HeapValidate(other, 0, block), "another heap's");
    ok(!HeapValidate(heap, 0, &local), "on the stack");
    ok(!HeapValidate(heap, 0, (void *)0x10), "nothing there");
    HeapFree(heap, 0, block);
    ok(!HeapValidate(heap, 0, block), "freed");
    HeapFree(heap, 0, big);
    ok(!HeapValidate(heap, 0, big), "freed");
    HeapFree(heap, 0, huge);
    ok(!HeapValidate(heap, 0, huge), "freed");
    if (test_is_transom()) { /* an overrun: which blocks are neighbours is the allocator's affair */
        unsigned char *victim = HeapAlloc(heap, 0, 40), saved[32];

        memcpy(saved, victim + 40, 32);
        memset(victim + 40, 0x55, 32);
        ok(!HeapValidate(heap, 0, NULL), "overrun");
        memcpy(victim + 40, saved, 32);
        ok(HeapValidate(heap, 0, NULL), "mended");
    }
    HeapDestroy(heap);
    HeapDestroy(other);
}

static void test_information(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), limited = HeapCreate(0, 0, 0x20000);
    ULONG value = 99;
    SIZE_T needed = 0;
    struct {
        DWORD version, flags;
    } optimize = { 1, 0 };

    /* 2: the low-fragmentation heap (HeapQueryInformation). */
    ok(HeapQueryInformation(heap, HeapCompatibilityInformation, &value, sizeof(value), &needed), "error %lu",
       GetLastError());
    ok_int(needed, sizeof(ULONG));
    ok(value == 2 || value == 0, "%lu", value);
    ok_err(HeapQueryInformation(heap, HeapCompatibilityInformation, &value, 2, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok_int(needed, sizeof(ULONG));
    ok_err(HeapQueryInformation(NULL, HeapCompatibilityInformation, &value, sizeof(value), &needed),
           ERROR_INVALID_PARAMETER);
    value = 2;
    ok_err(HeapSetInformation(NULL, HeapCompatibilityInformation, &value, sizeof(value)), ERROR_INVALID_PARAMETER);
    ok(HeapSetInformation(heap, HeapCompatibilityInformation, &value, sizeof(value)), "error %lu", GetLastError());
    ok(HeapQueryInformation(limited, HeapCompatibilityInformation, &value, sizeof(value), NULL) && value == 0, "%lu",
       value);
    ok(HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0), "error %lu", GetLastError());
    ok(HeapSetInformation(NULL, 3 /* HeapOptimizeResources */, &optimize, sizeof(optimize)), "error %lu",
       GetLastError());
    optimize.version = 7;
    ok_err(HeapSetInformation(NULL, 3, &optimize, sizeof(optimize)), ERROR_INVALID_PARAMETER);
    ok(GetProcessHeaps(0, NULL) >= 3, "%lu heaps", GetProcessHeaps(0, NULL));

    HANDLE heaps[100];
    DWORD count = GetProcessHeaps(100, heaps), seen = 0;
    for (DWORD i = 0; i < count && i < 100; i++)
        seen += heaps[i] == heap || heaps[i] == limited || heaps[i] == GetProcessHeap();
    ok_int(seen, 3);
    HeapDestroy(heap);
    HeapDestroy(limited);
    for (int i = 0; i < 100; i++)
        heaps[i] = HeapCreate(0, 0, 0);
    for (int i = 0; i < 100; i++)
        ok(heaps[i] && HeapAlloc(heaps[i], 0, 10) && HeapDestroy(heaps[i]), "heap %d", i);
    ok_int(GetProcessHeaps(0, NULL), count - 2);
}

/* --- threads --- */

static HANDLE shared_heap;
static LONG stop, progress;
static void *volatile slots[256];

static DWORD CALLBACK churn(void *argument)
{
    unsigned state = (unsigned)(ULONG_PTR)argument * 7919 + 1;
    LONG bad = 0;

    for (int i = 0; i < 40000 && !stop; i++) {
        state = state * 1664525 + 1013904223;
        unsigned r = state >> 8;
        SIZE_T size = r % 100 < 97 ? 8 + r % 700 : 1000 + r % 40000;
        unsigned char *block = HeapAlloc(shared_heap, 0, size), *old;

        block[0] = (unsigned char)size;
        block[size - 1] = (unsigned char)size;
        /* Blocks change hands: what one thread allocates another frees. */
        old = InterlockedExchangePointer((void *volatile *)&slots[r % 256], block);
        if (old) {
            SIZE_T had = HeapSize(shared_heap, 0, old);

            if (old[0] != (unsigned char)had || old[had - 1] != (unsigned char)had)
                bad++;
            HeapFree(shared_heap, 0, old);
        }
        InterlockedIncrement(&progress);
    }
    return (DWORD)bad;
}

static DWORD CALLBACK come_and_go(void *argument)
{
    (void)argument;
    for (int i = 0; i < 100; i++)
        HeapFree(shared_heap, 0, HeapAlloc(shared_heap, 0, 64));
    return 0;
}

static void test_threads(void)
{
    HANDLE threads[4], visitor;
    DWORD code;

    shared_heap = HeapCreate(0, 0, 0);
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, churn, (void *)(ULONG_PTR)i, 0, NULL);
    for (int i = 0; i < 20; i++) {
        LONG before;

        visitor = CreateThread(NULL, 0, come_and_go, NULL, 0, NULL);
        if (HeapLock(shared_heap)) {
            before = progress;
            Sleep(1);
            /* One increment may have been outstanding in each thread. */
            ok(progress - before <= 4, "%ld operations in a locked heap", progress - before);
            ok(HeapValidate(shared_heap, 0, NULL), "valid");
            HeapFree(shared_heap, 0, HeapAlloc(shared_heap, 0, 100)); /* the owner may go on */
            HeapUnlock(shared_heap);
        }
        WaitForSingleObject(visitor, 20000);
        CloseHandle(visitor);
        HeapCompact(shared_heap, 0);
    }
    for (int i = 0; i < 4; i++) {
        ok_int(WaitForSingleObject(threads[i], 30000), WAIT_OBJECT_0);
        GetExitCodeThread(threads[i], &code);
        ok_int(code, 0);
        CloseHandle(threads[i]);
    }
    ok(HeapValidate(shared_heap, 0, NULL), "valid");
    HeapDestroy(shared_heap);
}

/* --- damage: in a child each, which ends with STATUS_HEAP_CORRUPTION --- */

static LONG CALLBACK note_corruption(EXCEPTION_POINTERS *info)
{
    if (info->ExceptionRecord->ExceptionCode == 0xc0000374)
        ExitProcess(info->ExceptionRecord->ExceptionFlags & EXCEPTION_NONCONTINUABLE ? 77 : 78);
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG WINAPI not_called(EXCEPTION_POINTERS *info)
{
    (void)info;
    ExitProcess(79);
}

static const char *const damages[] = { "twice", "twice-big", "twice-huge", "interior", "misaligned", "other-heap",
                                       "realloc-freed", "vectored", "filter",
                                       /* what Windows need not notice, as it lays out memory differently: */
                                       "overrun", "overrun-free", "link", "overrun-big" };
enum { DAMAGES_EVERYWHERE = 9 };

static void damage(const char *how)
{
    HANDLE heap = HeapCreate(0, 0, 0), other = HeapCreate(0, 0, 0);
    char *blocks[64];

    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    for (int i = 0; i < 64; i++)
        memset(blocks[i] = HeapAlloc(heap, 0, 40), 1, 40);
    if (!strcmp(how, "twice") || !strcmp(how, "vectored") || !strcmp(how, "filter")) {
        if (how[0] == 'v')
            AddVectoredExceptionHandler(TRUE, note_corruption);
        if (how[0] == 'f')
            SetUnhandledExceptionFilter(not_called);
        HeapFree(heap, 0, blocks[3]);
        HeapFree(heap, 0, blocks[3]);
    } else if (!strcmp(how, "twice-big")) {
        char *big = HeapAlloc(heap, 0, 100000);
        HeapFree(heap, 0, big);
        HeapFree(heap, 0, big);
    } else if (!strcmp(how, "twice-huge")) {
        char *big = HeapAlloc(heap, 0, 10000000);
        HeapFree(heap, 0, big);
        HeapFree(heap, 0, big);
    } else if (!strcmp(how, "interior")) {
        HeapFree(heap, 0, blocks[5] + 16);
    } else if (!strcmp(how, "misaligned")) {
        HeapFree(heap, 0, blocks[5] + 1);
    } else if (!strcmp(how, "other-heap")) {
        HeapFree(other, 0, blocks[5]);
    } else if (!strcmp(how, "realloc-freed")) {
        HeapFree(heap, 0, blocks[3]);
        HeapReAlloc(heap, 0, blocks[3], 4000);
    } else if (!strcmp(how, "overrun")) {
        memset(blocks[10], 'A', 60);
        for (int i = 0; i < 64; i++)
            HeapFree(heap, 0, blocks[i]);
    } else if (!strcmp(how, "overrun-free")) { /* the neighbour is free; it is noticed when it is given away */
        HeapFree(heap, 0, blocks[11]);
        memset(blocks[10], 'A', 60);
        for (int i = 0; i < 64; i++)
            HeapAlloc(heap, 0, 40);
    } else if (!strcmp(how, "link")) {
        HeapFree(heap, 0, blocks[20]);
        *(void **)blocks[20] = blocks[30];
        for (int i = 0; i < 64; i++)
            HeapAlloc(heap, 0, 40);
    } else if (!strcmp(how, "overrun-big")) {
        char *a = HeapAlloc(heap, 0, 60000), *b = HeapAlloc(heap, 0, 60000);
        memset(a < b ? a : b, 'A', 70000);
        HeapFree(heap, 0, a);
        HeapFree(heap, 0, b);
        HeapAlloc(heap, 0, 60000);
    }
    ExitProcess(1); /* not noticed */
}

static DWORD run_child(const char *how)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE null = CreateFileA("NUL", GENERIC_WRITE, FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);
    STARTUPINFOA startup = {
        .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = null, .hStdError = null
    };
    PROCESS_INFORMATION process;
    char line[MAX_PATH + 40];
    DWORD code = 0;

    snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], how);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process), "error %lu",
            GetLastError()))
        return 0;
    ok_int(WaitForSingleObject(process.hProcess, 30000), WAIT_OBJECT_0);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(null);
    return code;
}

static void test_damage(void)
{
    for (unsigned i = 0; i < ARRAYSIZE(damages); i++) {
        DWORD code, expected = strcmp(damages[i], "vectored") ? 0xc0000374 : 77;

        if (i >= DAMAGES_EVERYWHERE && !test_is_transom())
            break;
        code = run_child(damages[i]);
        /* The memory of a huge block is gone: there is nothing left to find damaged. */
        if (!strcmp(damages[i], "twice-huge") && code == STATUS_ACCESS_VIOLATION)
            code = expected;
        ok(code == expected, "%s: exit code %#lx", damages[i], code);
    }
}

TESTS
{
    if (test_argc > 1) {
        damage(test_argv[1]);
        return;
    }
    AddVectoredExceptionHandler(TRUE, catch_expected);
    HANDLE heap = HeapCreate(0, 0, 0);
    test_sizes(heap);
    HeapDestroy(heap);
    test_sizes(GetProcessHeap());
    test_realloc();
    test_limited();
    test_walk();
    test_validate();
    test_information();
    test_threads();
    test_damage();
}
