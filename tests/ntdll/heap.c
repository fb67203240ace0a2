/* SPDX-License-Identifier: MIT */
/* heap.c: ntdll's own heap functions: user values and flags, walking, checked heaps and what they notice, NtGlobalFlag. */
#define WIN32_NO_STATUS
#include "../test.h"
#include <winternl.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>

#define HEAP_SETTABLE_USER_VALUE   0x0100
#define HEAP_SETTABLE_USER_FLAG1   0x0200
#define HEAP_SETTABLE_USER_FLAG2   0x0400
#define HEAP_SETTABLE_USER_FLAG3   0x0800
#define HEAP_VALIDATE_PARAMETERS   0x40000000
#define HEAP_VALIDATE_ALL          0x20000000
#define FLG_HEAP_ENABLE_TAIL_CHECK 0x10
#define FLG_HEAP_ENABLE_FREE_CHECK 0x20

PVOID NTAPI RtlReAllocateHeap(PVOID heap, ULONG flags, PVOID block, SIZE_T size);
PVOID NTAPI RtlGetCurrentPeb(void);
SIZE_T NTAPI RtlSizeHeap(PVOID heap, ULONG flags, PVOID block);
BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, PVOID block);
BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID heap, ULONG flags, PVOID block, PVOID *value, ULONG *user_flags);
BOOLEAN NTAPI RtlSetUserValueHeap(PVOID heap, ULONG flags, PVOID block, PVOID value);
BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID heap, ULONG flags, PVOID block, ULONG reset, ULONG set);
ULONG NTAPI RtlMultipleAllocateHeap(PVOID heap, ULONG flags, SIZE_T size, ULONG count, PVOID *array);
ULONG NTAPI RtlMultipleFreeHeap(PVOID heap, ULONG flags, ULONG count, PVOID *array);

static void test_user_values(ULONG flags)
{
    static const SIZE_T sizes[] = { 1, 100, 16000, 16370, 100000, 3000000 };
    PVOID heap = RtlCreateHeap(HEAP_GROWABLE | flags, NULL, 0, 0, NULL, NULL);

    ok(heap != NULL, "flags %#lx", flags);
    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        char *block = RtlAllocateHeap(heap, HEAP_SETTABLE_USER_VALUE | HEAP_SETTABLE_USER_FLAG2, sizes[i]);
        PVOID value = &value;
        ULONG user = 0;

        ok(block && RtlSizeHeap(heap, 0, block) == sizes[i], "%zu bytes", (size_t)sizes[i]);
        ok(RtlGetUserInfoHeap(heap, 0, block, &value, &user) && !value && user == HEAP_SETTABLE_USER_FLAG2, "%p, %#lx",
           value, user);
        ok(RtlSetUserValueHeap(heap, 0, block, (PVOID)0x1234), "value");
        memset(block, 'x', sizes[i]);
        ok(RtlSetUserFlagsHeap(heap, 0, block, HEAP_SETTABLE_USER_FLAG2, HEAP_SETTABLE_USER_FLAG3), "flags");
        ok(RtlGetUserInfoHeap(heap, 0, block, &value, &user) && value == (PVOID)0x1234 &&
               user == HEAP_SETTABLE_USER_FLAG3,
           "%p, %#lx", value, user);
        /* Both go with the block. */
        block = RtlReAllocateHeap(heap, 0, block, sizes[i] * 3 + 50);
        ok(block && RtlSizeHeap(heap, 0, block) == sizes[i] * 3 + 50, "%zu bytes", (size_t)sizes[i] * 3 + 50);
        ok(RtlGetUserInfoHeap(heap, 0, block, &value, &user) && value == (PVOID)0x1234 &&
               user == HEAP_SETTABLE_USER_FLAG3,
           "%p, %#lx", value, user);
        ok(block[0] == 'x' && block[sizes[i] - 1] == 'x', "contents");
        ok(RtlValidateHeap(heap, 0, block) && RtlValidateHeap(heap, 0, NULL), "valid");
        block = RtlReAllocateHeap(heap, 0, block, 5);
        ok(RtlGetUserInfoHeap(heap, 0, block, &value, &user) && value == (PVOID)0x1234, "%p", value);
        HeapFree(heap, 0, block);
    }
    void *plain = RtlAllocateHeap(heap, 0, 10);
    ok(!RtlSetUserValueHeap(heap, 0, plain, plain), "made without a value");

    PVOID many[50];
    ok_int(RtlMultipleAllocateHeap(heap, HEAP_ZERO_MEMORY, 40, 50, many), 50);
    ok_int(RtlMultipleFreeHeap(heap, 0, 50, many), 50);
    ok(!RtlDestroyHeap(heap), "destroyed");
}

/* What the debug heap's memory looks like is documented for the debugging of programs (0xBAADF00D, 0xABABABAB, 0xFEEEFEEE). */
static void test_fill(void)
{
    PVOID heap =
        RtlCreateHeap(HEAP_GROWABLE | HEAP_TAIL_CHECKING_ENABLED | HEAP_FREE_CHECKING_ENABLED, NULL, 0, 0, NULL, NULL);
    unsigned char *block = RtlAllocateHeap(heap, 0, 50), *zero;

    ok(*(DWORD *)block == 0xbaadf00d, "new: %#lx", *(DWORD *)block);
    for (int i = 0; i < 8; i++)
        ok(block[50 + i] == 0xab, "tail: %#x", block[50 + i]);
    zero = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, 50);
    ok(!zero[0] && !zero[49] && zero[50] == 0xab, "zeros");
    block = RtlReAllocateHeap(heap, 0, block, 52);
    ok(block[51] != 0 && block[52] == 0xab && RtlSizeHeap(heap, 0, block) == 52, "another tail");
    block[52] = 0;
    ok(!RtlValidateHeap(heap, 0, NULL) && !RtlValidateHeap(heap, 0, block), "an overrun of one byte");
    block[52] = 0xab;
    ok(RtlValidateHeap(heap, 0, NULL), "mended");
    HeapFree(heap, 0, block);
    HeapFree(heap, 0, zero);
    /* Many of them, moving about: the checks hold. */
    void *blocks[100] = { 0 };
    unsigned state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 1664525 + 1013904223;
        void **slot = &blocks[(state >> 8) % 100];
        SIZE_T size = (state >> 16) % (i % 50 ? 500 : 40000);

        if (*slot && state >> 31) {
            HeapFree(heap, 0, *slot);
            *slot = NULL;
        } else if (*slot) {
            *slot = RtlReAllocateHeap(heap, 0, *slot, size);
            memset(*slot, 0x77, size);
        } else {
            *slot = RtlAllocateHeap(heap, 0, size);
            memset(*slot, 0x77, size);
        }
    }
    ok(RtlValidateHeap(heap, 0, NULL), "valid");
    RtlDestroyHeap(heap);
}

/* --- damage, in a child each --- */

static void damage(const char *how)
{
    ULONG flags = HEAP_GROWABLE;
    unsigned char *blocks[10];
    PVOID heap;

    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    if (!strcmp(how, "global-flag")) {
        /* As gflags.exe, or a debugger, has it set; NtGlobalFlag is at 0xbc of the PEB (0x68 with 32 bits). */
        *(ULONG *)((char *)RtlGetCurrentPeb() + (sizeof(void *) == 8 ? 0xbc : 0x68)) |= FLG_HEAP_ENABLE_TAIL_CHECK;
    } else if (!strcmp(how, "tail") || !strcmp(how, "tail-realloc")) {
        flags |= HEAP_TAIL_CHECKING_ENABLED;
    } else if (!strcmp(how, "after-free")) {
        flags |= HEAP_FREE_CHECKING_ENABLED;
    } else if (!strcmp(how, "parameters")) {
        flags |= HEAP_VALIDATE_PARAMETERS;
    } else if (!strcmp(how, "all")) {
        flags |= HEAP_VALIDATE_ALL | HEAP_TAIL_CHECKING_ENABLED;
    }
    heap = RtlCreateHeap(flags, NULL, 0, 0, NULL, NULL);
    for (int i = 0; i < 10; i++)
        blocks[i] = RtlAllocateHeap(heap, 0, 50);
    if (!strcmp(how, "after-free")) {
        HeapFree(heap, 0, blocks[4]);
        blocks[4][20] = 1;
        for (int i = 0; i < 200; i++)
            RtlAllocateHeap(heap, 0, 50);
    } else if (!strcmp(how, "parameters")) {
        HeapFree(heap, 0, blocks[4] + 32);
    } else {
        blocks[4][50] = 0; /* one byte too many */
        if (!strcmp(how, "all"))
            RtlAllocateHeap(heap, 0, 50);
        else if (!strcmp(how, "tail-realloc"))
            RtlReAllocateHeap(heap, 0, blocks[4], 1000);
        else
            HeapFree(heap, 0, blocks[4]);
    }
    ExitProcess(1);
}

static void test_damage(void)
{
    static const char *const kinds[] = { "tail", "tail-realloc", "after-free", "parameters", "all", "global-flag" };

    if (!test_is_transom()) {
        skip("Windows stops in a debugger first, or only logs");
        return;
    }
    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++) {
        SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
        HANDLE null = CreateFileA("NUL", GENERIC_WRITE, FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);
        STARTUPINFOA startup = {
            .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = null, .hStdError = null
        };
        PROCESS_INFORMATION process;
        char line[MAX_PATH + 40];
        DWORD code = 0;

        snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], kinds[i]);
        if (!ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process), "error %lu",
                GetLastError()))
            return;
        ok_int(WaitForSingleObject(process.hProcess, 30000), WAIT_OBJECT_0);
        GetExitCodeProcess(process.hProcess, &code);
        ok(code == 0xc0000374, "%s: exit code %#lx", kinds[i], code);
        CloseHandle(process.hProcess);
        CloseHandle(process.hThread);
        CloseHandle(null);
    }
}

/* --- heaps in memory of the program's: RtlCreateHeap with HeapBase --- */

/* Fills a heap, looks whether all is within [base, base + size), and frees and validates. Returns how much fitted. */
static SIZE_T use_given(PVOID heap, char *base, SIZE_T size)
{
    char *first = NULL;
    SIZE_T total = 0;

    for (unsigned i = 0; i < 100000; i++) {
        SIZE_T bytes = 16 + i * 37 % 3000;
        char *block = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, bytes);

        if (!block)
            break;
        ok(block > base && block + bytes <= base + size, "%p is outside of %p and %zu bytes", block, base, size);
        for (SIZE_T k = 0; k < bytes; k++) {
            if (!ok(!block[k], "not zero"))
                break;
        }
        memset(block, 'z', bytes);
        *(char **)block = first;
        first = block;
        total += bytes;
    }
    ok(RtlValidateHeap(heap, 0, NULL), "damaged");
    while (first) {
        char *next = *(char **)first;

        ok(RtlFreeHeap(heap, 0, first), "free");
        first = next;
    }
    ok(RtlValidateHeap(heap, 0, NULL), "damaged");
    return total;
}

static PVOID asked_for, committed_up_to;
static unsigned commits;
static NTSTATUS NTAPI commit_routine(PVOID base, PVOID *address, SIZE_T *size)
{
    PVOID done;

    asked_for = base;
    ok(*address >= committed_up_to, "%p is there already", *address);
    if (!(done = VirtualAlloc(*address, *size, MEM_COMMIT, PAGE_READWRITE)))
        return STATUS_NO_MEMORY;
    commits++;
    return STATUS_SUCCESS;
}

static void test_given(void)
{
    static char __attribute__((aligned(4096))) buffer[300000 / 4096 * 4096];
    RTL_HEAP_PARAMETERS parameters = { .Length = sizeof(parameters) };
    char *memory = VirtualAlloc(NULL, 0x100000, MEM_RESERVE, PAGE_READWRITE);
    SIZE_T fitted;
    PVOID heap;

    /* Committed memory that was used before. */
    memset(buffer, 'b', sizeof(buffer));
    heap = RtlCreateHeap(0, buffer, sizeof(buffer), sizeof(buffer), NULL, NULL);
    ok_ptr(heap, buffer);
    for (int i = 0; heap && i < 3; i++) {
        fitted = use_given(heap, buffer, sizeof(buffer));
        ok(fitted > sizeof(buffer) / 3, "only %zu bytes fit", fitted);
    }
    ok(RtlDestroyHeap(heap) == NULL, "destroy");
    buffer[0] = buffer[sizeof(buffer) - 1] = 1; /* is there still */

    /* Reserved memory, committed as it is needed. */
    VirtualAlloc(memory, 0x1000, MEM_COMMIT, PAGE_READWRITE);
    heap = RtlCreateHeap(0, memory, 0x100000, 0x1000, NULL, NULL);
    ok_ptr(heap, memory);
    if (heap) {
        fitted = use_given(heap, memory, 0x100000);
        ok(fitted > 0x80000, "only %zu bytes fit", fitted);
        RtlDestroyHeap(heap);
    }
    ok(VirtualFree(memory, 0x100000, MEM_DECOMMIT), "error %lu", GetLastError());

    /* Committed by a routine: sizes are those in the parameters. */
    VirtualAlloc(memory, 0x4000, MEM_COMMIT, PAGE_READWRITE);
    committed_up_to = memory + 0x4000;
    parameters.CommitRoutine = commit_routine;
    parameters.InitialCommit = 0x4000;
    parameters.InitialReserve = 0x80000;
    ok_ptr(RtlCreateHeap(HEAP_GROWABLE, memory, 0, 0, NULL, &parameters), NULL);
    ok_ptr(RtlCreateHeap(0, NULL, 0x80000, 0, NULL, &parameters), NULL);
    heap = RtlCreateHeap(0, memory, 0, 0, NULL, &parameters);
    ok_ptr(heap, memory);
    if (heap) {
        fitted = use_given(heap, memory, 0x80000);
        ok(fitted > 0x40000 && commits > 0 && asked_for == memory, "%zu bytes, %u commits", fitted, commits);
        RtlDestroyHeap(heap);
    }
    VirtualFree(memory, 0, MEM_RELEASE);

    /* The largest block. */
    memset(&parameters, 0, sizeof(parameters));
    parameters.Length = sizeof(parameters);
    parameters.MaximumAllocationSize = 5000;
    heap = RtlCreateHeap(HEAP_GROWABLE, NULL, 0, 0, NULL, &parameters);
    ok(heap && RtlAllocateHeap(heap, 0, 4000), "4000 bytes");
    ok(heap && !RtlAllocateHeap(heap, 0, 100000) && !RtlAllocateHeap(heap, 0, 5001), "5001 bytes");
    RtlDestroyHeap(heap);
}

TESTS
{
    if (test_argc > 1) {
        damage(test_argv[1]);
        return;
    }
    test_user_values(0);
    test_user_values(HEAP_TAIL_CHECKING_ENABLED | HEAP_FREE_CHECKING_ENABLED | HEAP_VALIDATE_PARAMETERS);
    test_user_values(HEAP_NO_SERIALIZE);
    test_fill();
    test_given();
    test_damage();
}
