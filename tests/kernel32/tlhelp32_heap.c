/* SPDX-License-Identifier: MIT */
/* tlhelp32_heap.c: the heaps of a snapshot, and the blocks of a heap. */
#include "../test.h"
#include <tlhelp32.h>

static bool listed(HANDLE snapshot, DWORD process, HANDLE heap, DWORD flags)
{
    HEAPLIST32 list = { .dwSize = sizeof(list) };
    bool found = false;

    for (BOOL more = Heap32ListFirst(snapshot, &list); more; more = Heap32ListNext(snapshot, &list)) {
        ok_int(list.th32ProcessID, process);
        if (list.th32HeapID == (ULONG_PTR)heap)
            found = ok_int(list.dwFlags, flags);
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    return found;
}

static bool has_block(DWORD process, HANDLE heap, void *block, SIZE_T size)
{
    HEAPENTRY32 entry = { .dwSize = sizeof(entry) };
    bool found = false;

    for (BOOL more = Heap32First(&entry, process, (ULONG_PTR)heap); more; more = Heap32Next(&entry)) {
        if (entry.dwAddress != (ULONG_PTR)block || entry.dwFlags == LF32_FREE)
            continue;
        found = true;
        ok(entry.dwBlockSize >= size, "%zu bytes", (size_t)entry.dwBlockSize);
        ok_int(entry.dwFlags, LF32_FIXED);
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    return found;
}

/* --- another process --- */

static const SIZE_T sizes[] = { 1, 50, 3000, 16000, 100000, 3000000, 40000000 };

struct told {
    HANDLE heap, default_heap;
    void *blocks[ARRAYSIZE(sizes)], *freed;
    HGLOBAL moveable;
    void *data;
};

/* Tells what it has, and waits until it is told to end. */
static void child(void)
{
    struct told told = { .heap = HeapCreate(0, 0, 0), .default_heap = GetProcessHeap() };
    DWORD done;
    char end;

    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++)
        told.blocks[i] = HeapAlloc(told.heap, 0, sizes[i]);
    told.freed = HeapAlloc(told.heap, 0, 50);
    HeapFree(told.heap, 0, told.freed);
    told.moveable = GlobalAlloc(GMEM_MOVEABLE, 77);
    told.data = GlobalLock(told.moveable);
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), &told, sizeof(told), &done, NULL);
    ReadFile(GetStdHandle(STD_INPUT_HANDLE), &end, 1, &done, NULL);
    ExitProcess(0);
}

static bool has_handle(DWORD process, HANDLE heap, HGLOBAL handle, void *data)
{
    HEAPENTRY32 entry = { .dwSize = sizeof(entry) };

    for (BOOL more = Heap32First(&entry, process, (ULONG_PTR)heap); more; more = Heap32Next(&entry))
        if (entry.dwFlags == LF32_MOVEABLE && entry.hHandle == handle && entry.dwAddress == (ULONG_PTR)data)
            return ok(entry.dwBlockSize >= 77, "%zu bytes", (size_t)entry.dwBlockSize);
    return false;
}

static void look_at(DWORD id, const struct told *told)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPHEAPLIST, id);
    HEAPENTRY32 entry = { .dwSize = sizeof(entry) };

    if (!ok(snapshot != INVALID_HANDLE_VALUE, "error %lu", GetLastError()))
        return;
    ok(listed(snapshot, id, told->heap, 0), "the other process's heap is not listed");
    ok(listed(snapshot, id, told->default_heap, HF32_DEFAULT), "the other process's default heap is not listed");
    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++)
        ok(has_block(id, told->heap, told->blocks[i], sizes[i]), "block %u is not listed", i);
    ok(!has_block(id, told->heap, told->freed, 50), "a freed block is listed");
    ok(has_handle(id, told->default_heap, told->moveable, told->data), "a moveable block is not listed");
    ok_err(Heap32First(&entry, id, (ULONG_PTR)told->data), ERROR_INVALID_PARAMETER);
    CloseHandle(snapshot);
}

static void test_other(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    STARTUPINFOA startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    PROCESS_INFORMATION process;
    struct told told;
    char line[MAX_PATH + 10];
    HANDLE from, to;
    DWORD got;

    CreatePipe(&from, &startup.hStdOutput, &inherit, 0);
    CreatePipe(&startup.hStdInput, &to, &inherit, 0);
    SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
    SetHandleInformation(to, HANDLE_FLAG_INHERIT, 0);
    snprintf(line, sizeof(line), "\"%s\" child", test_argv[0]);
    if (!ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process), "error %lu",
            GetLastError()))
        return;
    CloseHandle(startup.hStdOutput);
    CloseHandle(startup.hStdInput);
    if (ok(ReadFile(from, &told, sizeof(told), &got, NULL) && got == sizeof(told), "error %lu", GetLastError()))
        look_at(process.dwProcessId, &told);
    CloseHandle(to);
    ok_int(WaitForSingleObject(process.hProcess, 30000), WAIT_OBJECT_0);
    CloseHandle(from);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
}

static void test_own(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), snapshot;
    void *small = HeapAlloc(heap, 0, 100), *large = HeapAlloc(heap, 0, 100000);
    HEAPENTRY32 entry = { .dwSize = sizeof(entry) };
    PROCESSENTRY32W process = { .dwSize = sizeof(process) };
    HEAPLIST32 list = { .dwSize = sizeof(list) - 1 };

    snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPALL, 0);
    ok(snapshot != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(Process32FirstW(snapshot, &process), "error %lu", GetLastError());
    ok(listed(snapshot, GetCurrentProcessId(), GetProcessHeap(), HF32_DEFAULT), "the process heap is not listed");
    ok(listed(snapshot, GetCurrentProcessId(), heap, 0), "the heap is not listed");
    ok_err(Heap32ListFirst(snapshot, &list), ERROR_BAD_LENGTH);
    CloseHandle(snapshot);

    ok(has_block(GetCurrentProcessId(), heap, small, 100), "a block is not listed");
    ok(has_block(GetCurrentProcessId(), heap, large, 100000), "a large block is not listed");
    HeapFree(heap, 0, small);
    ok(!has_block(GetCurrentProcessId(), heap, small, 100), "a freed block is listed");
    entry.dwSize = 4;
    ok(!Heap32First(&entry, GetCurrentProcessId(), (ULONG_PTR)heap), "a short structure is filled");
    entry.dwSize = sizeof(entry);
    ok(!Heap32First(&entry, GetCurrentProcessId(), (ULONG_PTR)&entry), "a heap that is none");
    HeapDestroy(heap);
}

TESTS
{
    if (test_argc > 1)
        child();
    test_own();
    test_other();
}
