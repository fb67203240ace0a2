/* SPDX-License-Identifier: MIT */
/* ldrunload.c: RtlGetUnloadEventTrace and RtlGetUnloadEventTraceEx tell what has been unloaded. */
#include "../test.h"
#include "ntdll_functions.h"

typedef struct {
    void *base;
    SIZE_T size;
    ULONG sequence, time, checksum;
    WCHAR name[32];
} event;

#define FUNCTIONS(X)                                                                                                   \
    X(event *, RtlGetUnloadEventTrace, void)                                                                           \
    X(void, RtlGetUnloadEventTraceEx, ULONG **, ULONG **, void **)
DECLARE_FUNCTIONS

/* Entries are of the size that the function tells: newer versions append to them. */
static const event *find(const WCHAR *name)
{
    ULONG *size, *count;
    void *trace;
    const event *last = NULL;

    RtlGetUnloadEventTraceEx(&size, &count, &trace);
    if (*size < sizeof(event) - sizeof(ULONG)) {
        ok(false, "elements of %lu bytes", *size);
        return NULL;
    }
    const char *array = *(const char **)trace;

    for (ULONG i = 0; array && i < *count; i++) {
        const event *e = (const event *)(array + i * *size);

        if (!_wcsicmp(e->name, name) && (!last || e->sequence > last->sequence))
            last = e;
    }
    return last;
}

TESTS
{
    if (!get_functions())
        return;

    HMODULE module = LoadLibraryW(L"version.dll");

    ok(module != NULL, "error %lu", GetLastError());
    if (!module)
        return;
    const IMAGE_DOS_HEADER *dos = (const void *)module;
    const IMAGE_NT_HEADERS *nt = (const void *)((const char *)module + dos->e_lfanew);
    ULONG size = nt->OptionalHeader.SizeOfImage, time = nt->FileHeader.TimeDateStamp;
    ULONG checksum = nt->OptionalHeader.CheckSum;

    FreeLibrary(module);
    if (GetModuleHandleW(L"version.dll")) {
        skip("version.dll stays loaded");
        return;
    }
    const event *e = find(L"version.dll");

    ok(e != NULL, "not in the trace");
    if (!e)
        return;
    ok(e->base == module, "at %p, expected %p", e->base, (void *)module);
    ok_hex(e->size, size);
    ok_hex(e->time, time);
    ok_hex(e->checksum, checksum);
    ULONG first = e->sequence;

    FreeLibrary(LoadLibraryW(L"version.dll"));
    e = find(L"version.dll");
    ok(e && e->sequence > first, "sequence %lu, before %lu", e ? e->sequence : 0, first);
    ok(RtlGetUnloadEventTrace() != NULL, "no array");
}
