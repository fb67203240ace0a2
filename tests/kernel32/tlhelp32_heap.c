/* SPDX-License-Identifier: MIT */
/* tlhelp32_heap.c: the heaps of a snapshot, and the blocks of a heap. */
#include "../test.h"
#include <tlhelp32.h>

static bool listed(HANDLE snapshot, HANDLE heap, DWORD flags)
{
    HEAPLIST32 list = { .dwSize = sizeof(list) };
    bool found = false;

    for (BOOL more = Heap32ListFirst(snapshot, &list); more; more = Heap32ListNext(snapshot, &list)) {
        ok_int(list.th32ProcessID, GetCurrentProcessId());
        if (list.th32HeapID == (ULONG_PTR)heap)
            found = ok_int(list.dwFlags, flags);
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    return found;
}

static bool has_block(HANDLE heap, void *block, SIZE_T size)
{
    HEAPENTRY32 entry = { .dwSize = sizeof(entry) };
    bool found = false;

    for (BOOL more = Heap32First(&entry, GetCurrentProcessId(), (ULONG_PTR)heap); more; more = Heap32Next(&entry)) {
        if (entry.dwAddress != (ULONG_PTR)block || entry.dwFlags == LF32_FREE)
            continue;
        found = true;
        ok(entry.dwBlockSize >= size, "%zu bytes", (size_t)entry.dwBlockSize);
        ok_int(entry.dwFlags, LF32_FIXED);
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    return found;
}

TESTS
{
    HANDLE heap = HeapCreate(0, 0, 0), snapshot;
    void *small = HeapAlloc(heap, 0, 100), *large = HeapAlloc(heap, 0, 100000);
    HEAPENTRY32 entry = { .dwSize = sizeof(entry) };
    PROCESSENTRY32W process = { .dwSize = sizeof(process) };
    HEAPLIST32 list = { .dwSize = sizeof(list) - 1 };

    snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPALL, 0);
    ok(snapshot != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(Process32FirstW(snapshot, &process), "error %lu", GetLastError());
    ok(listed(snapshot, GetProcessHeap(), HF32_DEFAULT), "the process heap is not listed");
    ok(listed(snapshot, heap, 0), "the heap is not listed");
    ok_err(Heap32ListFirst(snapshot, &list), ERROR_BAD_LENGTH);
    CloseHandle(snapshot);

    ok(has_block(heap, small, 100), "a block is not listed");
    ok(has_block(heap, large, 100000), "a large block is not listed");
    HeapFree(heap, 0, small);
    ok(!has_block(heap, small, 100), "a freed block is listed");
    entry.dwSize = 4;
    ok(!Heap32First(&entry, GetCurrentProcessId(), (ULONG_PTR)heap), "a short structure is filled");
    entry.dwSize = sizeof(entry);
    ok(!Heap32First(&entry, GetCurrentProcessId(), (ULONG_PTR)&entry), "a heap that is none");
    HeapDestroy(heap);
}
