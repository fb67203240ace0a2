/* SPDX-License-Identifier: MIT */
/*
 * shared_memory.c: a reserved section (SEC_RESERVE) in two processes: what one commits is committed in the other too.
 *
 * Documentation: CreateFileMapping ("... the pages are committed later by VirtualAlloc ... all processes"), VirtualAlloc.
 */
#include "../test.h"

#define SIZE 0x400000
#define PAGE 0x1000

static char self[MAX_PATH];
static HANDLE here, there; /* auto-reset events: our turn, the other's */

static MEMORY_BASIC_INFORMATION query(const void *address)
{
    MEMORY_BASIC_INFORMATION info = { 0 };
    VirtualQuery(address, &info, sizeof(info));
    return info;
}

static void turn(void)
{
    SetEvent(there);
    if (WaitForSingleObject(here, 20000) != WAIT_OBJECT_0)
        ExitProcess(50);
}

static DWORD WINAPI touch(void *address)
{
    return *(volatile unsigned char *)address;
}

/* Several threads meet the new pages at once. */
static bool touched_by_threads(unsigned char *address, unsigned char value)
{
    HANDLE threads[4];
    bool ok = true;
    for (unsigned i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, touch, address + i % 2 * PAGE, 0, NULL);
    for (unsigned i = 0; i < 4; i++) {
        DWORD code = 0;
        WaitForSingleObject(threads[i], 10000);
        GetExitCodeThread(threads[i], &code);
        ok &= code == value;
        CloseHandle(threads[i]);
    }
    return ok;
}

static int child(HANDLE section)
{
    unsigned char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    unsigned char *other = MapViewOfFile(section, FILE_MAP_READ, 0, 0x10000, 0x20000);
    if (!view || !other)
        return 1;
    if (query(view).State != MEM_COMMIT || query(view).RegionSize != PAGE || view[0] != 1)
        return 2;
    if (query(view + PAGE).State != MEM_RESERVE)
        return 3;
    turn();
    /* committed there just now: met by an access, then asked about */
    if (view[0x10000] != 7 || other[PAGE] != 7)
        return 4;
    MEMORY_BASIC_INFORMATION info = query(other);
    if (info.State != MEM_COMMIT || info.RegionSize != 2 * PAGE || info.Protect != PAGE_READONLY)
        return 5;
    view[0x10000] = 8;
    turn();
    if (!touched_by_threads(view + 0x40000, 9))
        return 6;
    if (VirtualAlloc(view + 0x100000, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE) != view + 0x100000)
        return 7;
    memset(view + 0x100000, 5, 3 * PAGE);
    turn();
    /* by the system, into memory that it has not met yet */
    DWORD done;
    HANDLE read, write;
    CreatePipe(&read, &write, NULL, 0);
    WriteFile(write, "x", 1, &done, NULL);
    if (!ReadFile(read, view + 0x200000, 1, &done, NULL) || view[0x200000] != 'x')
        return 8;
    SetEvent(there);
    return 0;
}

TESTS
{
    if (test_argc > 3) {
        here = (HANDLE)(ULONG_PTR)strtoull(test_argv[2], NULL, 16);
        there = (HANDLE)(ULONG_PTR)strtoull(test_argv[3], NULL, 16);
        ExitProcess(child((HANDLE)(ULONG_PTR)strtoull(test_argv[1], NULL, 16)));
    }
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 100];
    DWORD code = ~0u;
    GetModuleFileNameA(NULL, self, sizeof(self));
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE | SEC_RESERVE, 0, SIZE, NULL);
    here = CreateEventA(&inherit, FALSE, FALSE, NULL);
    there = CreateEventA(&inherit, FALSE, FALSE, NULL);
    unsigned char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    ok(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READWRITE) == view, "commit: %lu", GetLastError());
    view[0] = 1;
    sprintf(line, "\"%s\" %p %p %p", self, section, there, here);
    ok(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info), "CreateProcess: %lu",
       GetLastError());
    HANDLE ends[2] = { here, info.hProcess };
    ok_int(WaitForMultipleObjects(2, ends, FALSE, 20000), 0);
    VirtualAlloc(view + 0x10000, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    memset(view + 0x10000, 7, 2 * PAGE);
    SetEvent(there);
    ok_int(WaitForMultipleObjects(2, ends, FALSE, 20000), 0);
    ok_int(view[0x10000], 8);
    VirtualAlloc(view + 0x40000, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    memset(view + 0x40000, 9, 2 * PAGE);
    SetEvent(there);
    ok_int(WaitForMultipleObjects(2, ends, FALSE, 20000), 0);
    ok_int(query(view + 0x100000).State, MEM_COMMIT);
    ok_int(query(view + 0x100000).RegionSize, 3 * PAGE);
    ok_int(view[0x100000 + 2 * PAGE], 5);
    VirtualAlloc(view + 0x200000, PAGE, MEM_COMMIT, PAGE_READWRITE);
    SetEvent(there);
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    ok_int(code, 0);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
}
