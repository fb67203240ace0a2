/* SPDX-License-Identifier: MIT */
/* winbase_heap.c: GlobalAlloc, LocalAlloc and their neighbours. */
#include "../test.h"

static void test_fixed(void)
{
    HGLOBAL handle = GlobalAlloc(GPTR, 100), other;
    char *data = (char *)handle;

    ok(handle && !data[0] && !data[99], "zeros");
    ok_int(GlobalSize(handle), 100);
    ok_int(GlobalFlags(handle), 0);
    ok(GlobalLock(handle) == handle, "its own address");
    ok(GlobalUnlock(handle), "fixed memory is never locked");
    ok_err(LocalUnlock(handle), ERROR_NOT_LOCKED);
    ok(GlobalHandle(data) == handle, "its own handle");
    strcpy(data, "text");
    /* Without GMEM_MOVEABLE it must stay where it is. */
    ok_err(GlobalReAlloc(handle, 1 << 20, 0), ERROR_NOT_ENOUGH_MEMORY);
    handle = GlobalReAlloc(handle, 1 << 20, GMEM_MOVEABLE | GMEM_ZEROINIT);
    data = (char *)handle;
    ok(handle && !strcmp(data, "text") && !data[1000] && GlobalSize(handle) == 1 << 20, "larger");
    /* GMEM_MODIFY makes it moveable. */
    other = GlobalReAlloc(handle, 0, GMEM_MODIFY | GMEM_MOVEABLE);
    ok(other && other != handle, "a handle");
    data = GlobalLock(other);
    ok(data && !strcmp(data, "text") && GlobalSize(other) == 1 << 20, "the same contents");
    ok_int(GlobalFlags(other), 1);
    GlobalUnlock(other);
    ok(!GlobalFree(other), "error %lu", GetLastError());
    ok(!GlobalFree(NULL), "nothing");
}

static void test_moveable(void)
{
    HGLOBAL handle = GlobalAlloc(GMEM_MOVEABLE | GMEM_DDESHARE | GMEM_ZEROINIT, 64);
    char *data;

    ok_int(GlobalFlags(handle), GMEM_DDESHARE);
    ok_int(GlobalSize(handle), 64);
    data = GlobalLock(handle);
    ok(data && (void *)data != (void *)handle && !((ULONG_PTR)data & 7), "%p", data);
    ok(GlobalLock(handle) == data, "the same");
    ok_int(GlobalFlags(handle) & GMEM_LOCKCOUNT, 2);
    ok(GlobalHandle(data) == handle, "the handle of the data");
    memset(data, 'x', 64);
    ok(GlobalUnlock(handle), "still locked");
    ok_err(GlobalUnlock(handle), NO_ERROR);
    ok_err(GlobalUnlock(handle), ERROR_NOT_LOCKED);
    ok(GlobalReAlloc(handle, 100000, GMEM_MOVEABLE | GMEM_ZEROINIT) == handle, "the same handle");
    data = GlobalLock(handle);
    ok(data[63] == 'x' && !data[64] && !data[99999], "contents");
    ok_err(GlobalReAlloc(handle, 64 << 20, 0), ERROR_NOT_ENOUGH_MEMORY); /* locked */
    GlobalUnlock(handle);
    /* The lock count stays at 255. */
    for (int i = 0; i < 300; i++)
        GlobalLock(handle);
    ok_int(GlobalFlags(handle) & GMEM_LOCKCOUNT, 255);
    ok(!GlobalFree(handle), "locked or not");
    ok(GlobalFree(handle) == handle, "freed already");
    ok_int(GetLastError(), ERROR_INVALID_HANDLE);
    ok_int(GlobalFlags(handle), GMEM_INVALID_HANDLE);
    ok_err(GlobalSize(handle), ERROR_INVALID_HANDLE);
    ok_err(GlobalLock(handle), ERROR_INVALID_HANDLE);
    ok_err(GlobalUnlock(handle), ERROR_INVALID_HANDLE);
    ok_err(GlobalReAlloc(handle, 10, GMEM_MOVEABLE), ERROR_INVALID_HANDLE);
    ok_err(GlobalHandle(NULL), ERROR_INVALID_PARAMETER);
}

static void test_discarded(void)
{
    HGLOBAL handle = GlobalAlloc(GMEM_MOVEABLE | GMEM_DISCARDABLE, 10);

    ok_int(GlobalFlags(handle), GMEM_DISCARDABLE);
    ok_int(LocalFlags(handle), LMEM_DISCARDABLE);
    GlobalLock(handle);
    ok(!GlobalDiscard(handle), "locked");
    GlobalUnlock(handle);
    ok_err(GlobalReAlloc(handle, 0, 0), ERROR_INVALID_PARAMETER);
    ok(GlobalDiscard(handle) == handle, "error %lu", GetLastError());
    ok_int(GlobalFlags(handle), GMEM_DISCARDED | GMEM_DISCARDABLE);
    ok_int(GlobalSize(handle), 0);
    ok_err(GlobalLock(handle), ERROR_DISCARDED);
    ok(GlobalReAlloc(handle, 20, GMEM_MOVEABLE) == handle && GlobalSize(handle) == 20, "again");
    ok_int(GlobalFlags(handle), GMEM_DISCARDABLE);
    ok(GlobalReAlloc(handle, 0, GMEM_MODIFY | GMEM_DISCARDABLE) == handle && GlobalSize(handle) == 20, "flags only");
    GlobalFree(handle);

    handle = LocalAlloc(LMEM_MOVEABLE, 0);
    ok_int(LocalFlags(handle), LMEM_DISCARDED);
    ok_int(LocalSize(handle), 0);
    LocalFree(handle);
}

static void test_local(void)
{
    HLOCAL handle = LocalAlloc(LHND, 10);
    char *data = LocalLock(handle);

    ok(data && !data[9], "zeros");
    ok(LocalHandle(data) == handle, "handle");
    ok_int(LocalFlags(handle), 1);
    ok_err(LocalUnlock(handle), NO_ERROR);
    handle = LocalReAlloc(handle, 1000, LMEM_MOVEABLE | LMEM_ZEROINIT);
    ok_int(LocalSize(handle), 1000);
    ok(!LocalFree(handle), "error %lu", GetLastError());
    ok(LocalFree(handle) == handle, "freed already");
    ok_int(LocalFlags(NULL), LMEM_INVALID_HANDLE);
    ok(!LocalAlloc(LMEM_FIXED, (SIZE_T)-100) && !LocalAlloc(LMEM_MOVEABLE, (SIZE_T)-100), "too much");
}

/* "The number of moveable objects is limited to 65,536 per process" (GlobalAlloc). */
static void test_many(void)
{
    enum { MANY = 60000 };
    HGLOBAL *handles = malloc(MANY * sizeof(*handles));
    int made = 0, right = 0;

    while (made < MANY && (handles[made] = GlobalAlloc(GMEM_MOVEABLE, 8)))
        *(int *)GlobalLock(handles[made]) = made, made++;
    ok_int(made, MANY);
    for (int i = 0; i < made; i++) {
        right += *(int *)GlobalLock(handles[i]) == i && !GlobalFree(handles[i]);
    }
    ok_int(right, made);
    free(handles);
}

TESTS
{
    test_fixed();
    test_moveable();
    test_discarded();
    test_local();
    test_many();
}
