/* SPDX-License-Identifier: MIT */
/*
 * heapapi_damage.c: damage to blocks of every kind of size, each in a child: none of it goes unnoticed. Which call notices it is
 * left to the heap; that a freed block is told from one in use at once is not.
 */
#include "../test.h"

static const SIZE_T sizes[] = { 0,    1,     24,    40,    100,   250,    600,     1000,    2040,
                                4000, 10000, 16000, 16384, 50000, 200000, 3000000, 40000000 };

static const char *const kinds[] = {
    "twice",         /* freed twice at once */
    "twice-later",   /* freed twice, with others given and taken between */
    "thread",        /* freed by two threads, one after the other */
    "other-heap",    /* freed in another heap */
    "interior",      /* freed by an address inside */
    "realloc-freed", /* changed after it was freed */
    "before",        /* written to before its first byte, then freed */
    "beyond",        /* written over up to and into the next block, then that one is freed */
};

static DWORD CALLBACK free_it(void *argument)
{
    void **both = argument;

    HeapFree(both[0], 0, both[1]);
    return 0;
}

static bool ascending(char **blocks, int i, SIZE_T limit)
{
    return blocks[i + 1] > blocks[i] && (SIZE_T)(blocks[i + 1] - blocks[i]) < limit;
}

static void damage(const char *kind, SIZE_T size)
{
    HANDLE heap = HeapCreate(0, 0, 0), other = HeapCreate(0, 0, 0), thread;
    char *blocks[12], *block;
    void *both[2];

    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    for (int i = 0; i < 12; i++)
        if (!(blocks[i] = HeapAlloc(heap, HEAP_ZERO_MEMORY, size)))
            ExitProcess(2);
    block = both[1] = blocks[4];
    both[0] = heap;
    if (!strcmp(kind, "twice")) {
        HeapFree(heap, 0, block);
        HeapFree(heap, 0, block);
    } else if (!strcmp(kind, "twice-later")) {
        HeapFree(heap, 0, block);
        for (int i = 6; i < 10; i++)
            HeapFree(heap, 0, blocks[i]);
        HeapFree(heap, 0, block);
    } else if (!strcmp(kind, "thread")) {
        thread = CreateThread(NULL, 0, free_it, both, 0, NULL);
        WaitForSingleObject(thread, INFINITE);
        HeapFree(heap, 0, block);
    } else if (!strcmp(kind, "other-heap")) {
        HeapFree(other, 0, block);
    } else if (!strcmp(kind, "interior")) {
        HeapFree(heap, 0, block + 16);
    } else if (!strcmp(kind, "realloc-freed")) {
        HeapFree(heap, 0, block);
        HeapReAlloc(heap, 0, block, size + 10);
    } else if (!strcmp(kind, "before")) {
        block[-3] ^= 0x55;
        HeapFree(heap, 0, block);
    } else {
        for (int i = 0; i < 11; i++)
            if (ascending(blocks, i, 2 * size + 70000)) {
                memset(blocks[i] + size, 'A', (SIZE_T)(blocks[i + 1] - blocks[i]) - size);
                HeapFree(heap, 0, blocks[i + 1]);
            }
    }
    ExitProcess(1); /* not noticed */
}

static void test_damage(const char *kind, SIZE_T size)
{
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    PROCESS_INFORMATION process;
    char line[MAX_PATH + 40];
    DWORD code = 0;
    bool gone = size > 1000000; /* its memory is given back when it is freed, and nothing lies beside it */

    startup.hStdOutput = startup.hStdError =
        CreateFileA("NUL", GENERIC_WRITE, FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);
    snprintf(line, sizeof(line), "\"%s\" %s %llu", test_argv[0], kind, (unsigned long long)size);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process), "error %lu",
            GetLastError()))
        return;
    ok_int(WaitForSingleObject(process.hProcess, 30000), WAIT_OBJECT_0);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(startup.hStdOutput);
    ok(code == 0xc0000374 || (gone && code == STATUS_ACCESS_VIOLATION), "%s, %llu bytes: exit code %#lx", kind,
       (unsigned long long)size, code);
}

TESTS
{
    if (test_argc > 2)
        damage(test_argv[1], (SIZE_T)_strtoui64(test_argv[2], NULL, 10));
    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++)
        for (unsigned j = 0; j < ARRAYSIZE(sizes); j++) {
            /* Windows need not notice what is written over before it is looked at, and may have another block there. */
            if ((i >= 5 || sizes[j] < 24) && !test_is_transom())
                continue;
            if (!strcmp(kinds[i], "beyond") && sizes[j] > 10000000)
                continue; /* regions of their own have nothing beside them */
            test_damage(kinds[i], sizes[j]);
        }
}
