/* SPDX-License-Identifier: MIT */
/*
 * Virtual memory: reserve, commit, decommit, release, protections, guard pages, VirtualQuery, write watch, placeholders,
 * sections. The sources are Microsoft's pages of memoryapi.h and "Memory Protection Constants".
 */
#include "../test.h"
#include <stdint.h>

static SYSTEM_INFO si;
#define PAGE 0x1000u

static MEMORY_BASIC_INFORMATION query(const void *address)
{
    MEMORY_BASIC_INFORMATION info;
    memset(&info, 0xcc, sizeof(info));
    ok(VirtualQuery(address, &info, sizeof(info)) == sizeof(info), "VirtualQuery: %lu", GetLastError());
    return info;
}

#define ok_region(address, base, allocation, size, state, protection, allocation_protection)                           \
    do {                                                                                                               \
        MEMORY_BASIC_INFORMATION i_ = query(address);                                                                  \
        ok(i_.BaseAddress == (void *)(base), "base %p, not %p", i_.BaseAddress, (void *)(base));                       \
        ok(i_.AllocationBase == (void *)(allocation), "allocation base %p", i_.AllocationBase);                        \
        ok(i_.RegionSize == (size), "size %zx, not %zx", i_.RegionSize, (SIZE_T)(size));                               \
        ok_hex(i_.State, state);                                                                                       \
        ok_hex(i_.Protect, protection);                                                                                \
        ok_hex(i_.AllocationProtect, allocation_protection);                                                           \
    } while (0)

static void test_reserve_commit(void)
{
    char *p = VirtualAlloc(NULL, 0x30000, MEM_RESERVE, PAGE_READWRITE);
    ok(p && !((uintptr_t)p & 0xffff), "reserve: %p", p);
    ok_region(p, p, p, 0x30000, MEM_RESERVE, 0, PAGE_READWRITE);
    ok_hex(query(p).Type, MEM_PRIVATE);

    char *c = VirtualAlloc(p + 0x10001, 1, MEM_COMMIT, PAGE_READWRITE);
    ok(c == p + 0x10000, "commit rounds down to the page: %p", c);
    ok_region(p, p, p, 0x10000, MEM_RESERVE, 0, PAGE_READWRITE);
    ok_region(c + 5, c, p, PAGE, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE);
    ok_region(c + PAGE, c + PAGE, p, 0x1f000, MEM_RESERVE, 0, PAGE_READWRITE);
    c[0] = 1;
    ok(c[1] == 0, "fresh pages are zero");

    /* Across a page boundary both pages are committed. */
    c = VirtualAlloc(p + 0x12fff, 2, MEM_COMMIT, PAGE_READONLY);
    ok(c == p + 0x12000, "%p", c);
    ok_region(c, c, p, 2 * PAGE, MEM_COMMIT, PAGE_READONLY, PAGE_READWRITE);

    /* Committing again keeps the contents and changes the protection. */
    ok(VirtualAlloc(p + 0x10000, PAGE, MEM_COMMIT, PAGE_READONLY) == p + 0x10000, "again");
    ok(p[0x10000] == 1, "contents kept");
    ok_hex(query(p + 0x10000).Protect, PAGE_READONLY);

    ok(VirtualFree(p + 0x10000, PAGE, MEM_DECOMMIT), "decommit: %lu", GetLastError());
    ok_region(p + 0x10000, p + 0x10000, p, 2 * PAGE, MEM_RESERVE, 0, PAGE_READWRITE); /* from the address on */
    ok(VirtualAlloc(p + 0x10000, PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL, "commit");
    ok(p[0x10000] == 0, "zero after decommit");
    ok(VirtualFree(p, 0, MEM_DECOMMIT), "size 0 decommits the whole region");
    ok_region(p, p, p, 0x30000, MEM_RESERVE, 0, PAGE_READWRITE);

    ok_err(VirtualFree(p, 0x1000, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_err(VirtualFree(p + 0x10000, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    ok_err(VirtualFree(p, 0, MEM_RELEASE | MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_err(VirtualFree(p, 0, 0), ERROR_INVALID_PARAMETER);
    ok(VirtualFree(p, 0, MEM_RELEASE), "release: %lu", GetLastError());
    ok_hex(query(p).State, MEM_FREE);
    ok_hex(query(p).Protect, PAGE_NOACCESS);
    ok_err(VirtualFree(p, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
}

static void test_errors(void)
{
    ok_err(VirtualAlloc(NULL, 0, MEM_RESERVE, PAGE_READWRITE) != NULL, ERROR_INVALID_PARAMETER);
    ok_err(VirtualAlloc(NULL, PAGE, 0, PAGE_READWRITE) != NULL, ERROR_INVALID_PARAMETER);
    ok_err(VirtualAlloc(NULL, PAGE, MEM_RESERVE, 0) != NULL, ERROR_INVALID_PARAMETER);
    ok_err(VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READWRITE | PAGE_EXECUTE) != NULL, ERROR_INVALID_PARAMETER);
    ok_err(VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_WRITECOPY) != NULL, ERROR_INVALID_PARAMETER);
    /* An address that is not reserved cannot be committed (VirtualAlloc, "ERROR_INVALID_ADDRESS"). */
    char *p = VirtualAlloc(NULL, 0x20000, MEM_RESERVE, PAGE_NOACCESS);
    VirtualFree(p, 0, MEM_RELEASE);
    ok_err(VirtualAlloc(p, PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL, ERROR_INVALID_ADDRESS);
    /* A reserved range cannot be reserved again. */
    p = VirtualAlloc(NULL, 0x20000, MEM_RESERVE, PAGE_NOACCESS);
    ok_err(VirtualAlloc(p + 0x10000, PAGE, MEM_RESERVE, PAGE_READWRITE) != NULL, ERROR_INVALID_ADDRESS);
    VirtualFree(p, 0, MEM_RELEASE);
    /* Reserving rounds the address down to 64 KB, and the end up to a page. */
    char *q = VirtualAlloc(p + 0x1234, PAGE, MEM_RESERVE, PAGE_READWRITE);
    ok(q == p, "%p for %p", q, p + 0x1234);
    ok(query(q).RegionSize == 3 * PAGE, "%zx", query(q).RegionSize);
    VirtualFree(q, 0, MEM_RELEASE);
    ok(VirtualAlloc(NULL, (SIZE_T)1 << 47, MEM_RESERVE, PAGE_READWRITE) == NULL, "more than there is");
}

static void test_protect(void)
{
    DWORD old;
    char *p = VirtualAlloc(NULL, 4 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ok(VirtualProtect(p + PAGE, PAGE, PAGE_READONLY, &old), "%lu", GetLastError());
    ok_hex(old, PAGE_READWRITE);
    ok_region(p, p, p, PAGE, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE);
    ok_region(p + PAGE, p + PAGE, p, PAGE, MEM_COMMIT, PAGE_READONLY, PAGE_READWRITE);
    ok_region(p + 2 * PAGE, p + 2 * PAGE, p, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE);
    /* The old protection is that of the first page. */
    ok(VirtualProtect(p + PAGE, 2 * PAGE, PAGE_NOACCESS, &old), "%lu", GetLastError());
    ok_hex(old, PAGE_READONLY);
    ok(!IsBadReadPtr(p, 1), "readable");
    ok_err(VirtualProtect(p, PAGE, 0x12345, &old), ERROR_INVALID_PARAMETER);
    ok_err(VirtualProtect(p, PAGE, PAGE_READWRITE, NULL), ERROR_NOACCESS);
    VirtualFree(p, 2 * PAGE, MEM_DECOMMIT);
    ok_err(VirtualProtect(p, PAGE, PAGE_READWRITE, &old), ERROR_INVALID_ADDRESS);
    VirtualFree(p, 0, MEM_RELEASE);

    p = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 }; /* mov $42,%eax; ret */
    memcpy(p, code, sizeof(code));
    ok(VirtualProtect(p, PAGE, PAGE_EXECUTE_READ, &old), "%lu", GetLastError());
    ok_int(((int (*)(void))p)(), 42);
    VirtualFree(p, 0, MEM_RELEASE);
}

static volatile DWORD seen_code;
static volatile ULONG_PTR seen_information[2];
static void *volatile guard_page;

static LONG CALLBACK on_fault(EXCEPTION_POINTERS *pointers)
{
    EXCEPTION_RECORD *record = pointers->ExceptionRecord;
    DWORD old;

    if (record->ExceptionCode != STATUS_GUARD_PAGE_VIOLATION && record->ExceptionCode != STATUS_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    seen_code = record->ExceptionCode;
    seen_information[0] = record->ExceptionInformation[0];
    seen_information[1] = record->ExceptionInformation[1];
    if (record->ExceptionCode == STATUS_ACCESS_VIOLATION)
        VirtualProtect((void *)record->ExceptionInformation[1], 1, PAGE_READWRITE, &old);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void test_faults(void)
{
    void *handler = AddVectoredExceptionHandler(1, on_fault);
    volatile char *p = VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);

    p[PAGE + 3] = 1;
    ok_hex(seen_code, STATUS_ACCESS_VIOLATION);
    ok_int(seen_information[0], 1);
    ok(seen_information[1] == (ULONG_PTR)(p + PAGE + 3), "address %p", (void *)seen_information[1]);
    ok(p[PAGE + 3] == 1, "the store was repeated");

    DWORD old;
    VirtualProtect((void *)p, PAGE, PAGE_READWRITE | PAGE_GUARD, &old);
    ok_hex(query((void *)p).Protect, PAGE_READWRITE | PAGE_GUARD);
    seen_code = 0;
    p[7] = 2;
    ok_hex(seen_code, STATUS_GUARD_PAGE_VIOLATION);
    ok_int(seen_information[0], 1);
    ok(seen_information[1] == (ULONG_PTR)(p + 7), "address");
    ok_hex(query((void *)p).Protect, PAGE_READWRITE); /* one shot */
    seen_code = 0;
    p[8] = 2;
    ok_hex(seen_code, 0);

    /* A system call that meets a guard page fails, and the guard is gone afterwards. */
    VirtualProtect((void *)p, PAGE, PAGE_READWRITE | PAGE_GUARD, &old);
    DWORD written;
    HANDLE nul = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(nul != INVALID_HANDLE_VALUE, "NUL: %lu", GetLastError());
    CloseHandle(nul);
    (void)written;

    VirtualProtect((void *)p, PAGE, PAGE_NOACCESS, &old);
    seen_code = 0;
    (void)p[0];
    ok_hex(seen_code, STATUS_ACCESS_VIOLATION);
    ok_int(seen_information[0], 0);
    RemoveVectoredExceptionHandler(handler);
    VirtualFree((void *)p, 0, MEM_RELEASE);
}

static int __attribute__((noinline)) use_stack(int depth)
{
    volatile char space[4096];
    space[0] = (char)depth;
    return depth ? use_stack(depth - 1) + space[0] : 0;
}

static DWORD WINAPI deep_thread(void *argument)
{
    (void)argument;
    use_stack(100);
    return 7;
}

static void test_stack(void)
{
    DWORD code = 0;
    HANDLE thread = CreateThread(NULL, 0x1000, deep_thread, NULL, 0, NULL);
    ok_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    GetExitCodeThread(thread, &code);
    ok_int(code, 7);
    CloseHandle(thread);

    /* Below the committed part lies the guard page, below that reserved memory. */
    MEMORY_BASIC_INFORMATION here = query(&code);
    ok_hex(here.State, MEM_COMMIT);
    MEMORY_BASIC_INFORMATION below = query((char *)here.BaseAddress - 1);
    while (below.State == MEM_COMMIT && below.Protect == PAGE_READWRITE)
        below = query((char *)below.BaseAddress - 1);
    ok_hex(below.Protect, PAGE_READWRITE | PAGE_GUARD);
    ok(below.AllocationBase == here.AllocationBase, "one allocation");
    ok(query((char *)here.AllocationBase).State == MEM_RESERVE, "bottom is reserved");
}

/* Of processor time: on a busy machine, the time on the clock says little. */
static ULONGLONG used_ms(void)
{
    FILETIME created, ended;
    ULARGE_INTEGER kernel, user;

    GetThreadTimes(GetCurrentThread(), &created, &ended, (FILETIME *)&kernel, (FILETIME *)&user);
    return (kernel.QuadPart + user.QuadPart) / 10000;
}

static void test_large(void)
{
    ULONGLONG start = used_ms();
    char *p = VirtualAlloc(NULL, (SIZE_T)512 << 30, MEM_RESERVE, PAGE_READWRITE);
    ok(p != NULL, "512 GB: %lu", GetLastError());
    if (!p)
        return;
    ok_region(p, p, p, (SIZE_T)512 << 30, MEM_RESERVE, 0, PAGE_READWRITE);
    /* Every other page: more regions than Linux allows mappings by default (65530). */
    int failed = 0;
    for (SIZE_T i = 0; i < 100000; i++) {
        char *c = VirtualAlloc(p + i * 2 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
        if (c)
            c[5] = (char)i;
        else
            failed++;
    }
    ok_int(failed, 0);
    for (SIZE_T i = 0; i < 100000; i += 1000) {
        ok(p[i * 2 * PAGE + 5] == (char)i, "page %zu", i);
        ok_region(p + i * 2 * PAGE + PAGE, p + i * 2 * PAGE + PAGE, p, i == 99999 ? 0 : PAGE, MEM_RESERVE, 0,
                  PAGE_READWRITE);
    }
    ok(VirtualFree(p, 0, MEM_RELEASE), "release: %lu", GetLastError());
    ok(used_ms() - start < 5000, "took %llu ms", used_ms() - start);
}

static void test_top_down(void)
{
    char *low = VirtualAlloc(NULL, PAGE, MEM_RESERVE, PAGE_NOACCESS);
    char *high = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_TOP_DOWN, PAGE_NOACCESS);
    ok(high > low, "%p above %p", high, low);
    VirtualFree(low, 0, MEM_RELEASE);
    VirtualFree(high, 0, MEM_RELEASE);
}

static void test_reset(void)
{
    char *p = VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    p[0] = 5;
    ok(VirtualAlloc(p, PAGE, MEM_RESET, PAGE_NOACCESS) == p, "reset: %lu", GetLastError());
    ok_hex(query(p).Protect, PAGE_READWRITE); /* the protection argument is not used */
    ok(p[0] == 5 || p[0] == 0, "contents or zeros");
    VirtualFree(p, 0, MEM_RELEASE);
}

static void test_write_watch(void)
{
    void *pages[16];
    ULONG_PTR count = 16;
    DWORD granularity;
    char *p = VirtualAlloc(NULL, 16 * PAGE, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    ok(p != NULL, "write watch: %lu", GetLastError());
    if (!p)
        return;
    ok_int(GetWriteWatch(0, p, 16 * PAGE, pages, &count, &granularity), 0);
    ok_int(count, 0);
    ok_int(granularity, PAGE);
    p[3 * PAGE] = 1;
    p[9 * PAGE + 50] = 1;
    count = 16;
    ok_int(GetWriteWatch(WRITE_WATCH_FLAG_RESET, p, 16 * PAGE, pages, &count, &granularity), 0);
    ok_int(count, 2);
    ok(pages[0] == p + 3 * PAGE && pages[1] == p + 9 * PAGE, "%p %p", pages[0], pages[1]);
    count = 16;
    GetWriteWatch(0, p, 16 * PAGE, pages, &count, &granularity);
    ok_int(count, 0);
    p[3 * PAGE] = 2;
    count = 16;
    GetWriteWatch(0, p, 16 * PAGE, pages, &count, &granularity);
    ok_int(count, 1);
    ok_int(ResetWriteWatch(p, 16 * PAGE), 0);
    count = 16;
    GetWriteWatch(0, p, 16 * PAGE, pages, &count, &granularity);
    ok_int(count, 0);
    VirtualFree(p, 0, MEM_RELEASE);
}

#define PLACEHOLDER(name) (void *)GetProcAddress(GetModuleHandleA("kernelbase.dll"), name)

static void test_placeholders(void)
{
    PVOID(WINAPI * alloc2)
    (HANDLE, PVOID, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG) = PLACEHOLDER("VirtualAlloc2");
    PVOID(WINAPI * map3)
    (HANDLE, HANDLE, PVOID, ULONG64, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG) =
        PLACEHOLDER("MapViewOfFile3");
    if (!alloc2 || !map3) {
        skip("no placeholders");
        return;
    }
    char *p = alloc2(NULL, NULL, 0x40000, MEM_RESERVE | 0x40000 /* MEM_RESERVE_PLACEHOLDER */, PAGE_NOACCESS, NULL, 0);
    ok(p != NULL, "placeholder: %lu", GetLastError());
    if (!p)
        return;
    ok(VirtualFree(p, 0x20000, MEM_RELEASE | 2 /* MEM_PRESERVE_PLACEHOLDER */), "split: %lu", GetLastError());
    ok_region(p, p, p, 0x20000, MEM_RESERVE, 0, PAGE_NOACCESS);
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x20000, NULL);
    /* The classic use: a ring buffer mapped twice in a row. */
    char *a = map3(section, NULL, p, 0, 0x20000, 0x4000 /* MEM_REPLACE_PLACEHOLDER */, PAGE_READWRITE, NULL, 0);
    char *b = map3(section, NULL, p + 0x20000, 0, 0x20000, 0x4000, PAGE_READWRITE, NULL, 0);
    ok(a == p && b == p + 0x20000, "%p %p: %lu", a, b, GetLastError());
    if (a && b) {
        a[77] = 9;
        ok_int(b[77], 9);
        UnmapViewOfFile(a);
        UnmapViewOfFile(b);
    }
    CloseHandle(section);
}

static void test_sections(void)
{
    char path[MAX_PATH], name[MAX_PATH];
    HANDLE map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x12345, NULL);
    ok(map != NULL, "pagefile section: %lu", GetLastError());
    char *a = MapViewOfFile(map, FILE_MAP_WRITE, 0, 0, 0), *b = MapViewOfFile(map, FILE_MAP_READ, 0, 0x10000, 0);
    ok(a && b, "%p %p", a, b);
    a[0x10010] = 4;
    ok_int(b[0x10], 4);
    ok_region(a, a, a, 0x13000, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE);
    ok_hex(query(a).Type, MEM_MAPPED);
    ok_region(b, b, b, 0x3000, MEM_COMMIT, PAGE_READONLY, PAGE_READONLY);
    ok_err(MapViewOfFile(map, FILE_MAP_READ, 0, 0x1000, 0) != NULL, ERROR_MAPPED_ALIGNMENT);
    char *cow = MapViewOfFile(map, FILE_MAP_COPY, 0, 0, 0);
    ok(cow != NULL, "copy on write: %lu", GetLastError());
    cow[0x10010] = 8;
    ok_int(a[0x10010], 4);
    UnmapViewOfFile(cow);
    ok_err(UnmapViewOfFile((char *)&map), ERROR_INVALID_ADDRESS);
    ok(UnmapViewOfFile(a + 0x5000), "any address of the view will do: %lu", GetLastError());
    UnmapViewOfFile(b);
    CloseHandle(map);

    GetTempPathA(sizeof(path), path);
    GetTempFileNameA(path, "map", 0, name);
    HANDLE file =
        CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
    ok_err(CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL) != NULL, ERROR_FILE_INVALID); /* empty */
    map = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 5000, NULL); /* extends the file */
    ok(map != NULL, "%lu", GetLastError());
    ok_int(GetFileSize(file, NULL), 5000);
    a = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    memcpy(a + 4990, "end", 3);
    ok(FlushViewOfFile(a, 0), "flush: %lu", GetLastError());
    DWORD got;
    char text[4] = "";
    SetFilePointer(file, 4990, NULL, FILE_BEGIN);
    ok(ReadFile(file, text, 3, &got, NULL) && got == 3 && !strcmp(text, "end"), "read back '%s'", text);
    /* A file cannot be cut below a mapped section (SetEndOfFile's page). */
    SetFilePointer(file, 100, NULL, FILE_BEGIN);
    ok_err(SetEndOfFile(file), ERROR_USER_MAPPED_FILE);
    UnmapViewOfFile(a);
    CloseHandle(map);
    CloseHandle(file);

    map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, 0x100000, NULL);
    a = MapViewOfFile(map, FILE_MAP_WRITE, 0, 0, 0);
    ok_hex(query(a).State, MEM_RESERVE);
    ok(VirtualAlloc(a + 0x4000, PAGE, MEM_COMMIT, PAGE_READWRITE) == a + 0x4000, "commit in a view: %lu",
       GetLastError());
    a[0x4000] = 1;
    ok_err(VirtualFree(a + 0x4000, PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    /* Pages belong to the section: committed in one view, they are in the others, which keep their own protection. */
    char *before = MapViewOfFile(map, FILE_MAP_READ, 0, 0, 0);
    ok_region(before + 0x4000, before + 0x4000, before, PAGE, MEM_COMMIT, PAGE_READONLY, PAGE_READONLY);
    ok(before[0x4000] == 1, "the same page");
    ok(VirtualAlloc(a + 0x10000, 3 * PAGE, MEM_COMMIT, PAGE_READONLY) == a + 0x10000, "commit: %lu", GetLastError());
    char *after = MapViewOfFile(map, FILE_MAP_WRITE, 0, 0x10000, 0x10000);
    ok_region(after, after, after, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE);
    ok_region(after + 3 * PAGE, after + 3 * PAGE, after, 13 * PAGE, MEM_RESERVE, 0, PAGE_READWRITE);
    ok_region(before + 0x10000, before + 0x10000, before, 3 * PAGE, MEM_COMMIT, PAGE_READONLY, PAGE_READONLY);
    after[PAGE] = 2;
    ok(before[0x10000 + PAGE] == 2 && a[0x10000 + PAGE] == 2, "the same page");
    UnmapViewOfFile(after);
    UnmapViewOfFile(before);
    ok(VirtualAlloc(a + 0x14000, PAGE, MEM_COMMIT, PAGE_READWRITE) == a + 0x14000, "commit: %lu", GetLastError());
    UnmapViewOfFile(a);
    a = MapViewOfFile(map, FILE_MAP_READ, 0, 0, 0);
    ok_region(a + 0x14000, a + 0x14000, a, PAGE, MEM_COMMIT, PAGE_READONLY, PAGE_READONLY);
    UnmapViewOfFile(a);
    CloseHandle(map);
    ok_err(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0, NULL) != NULL, ERROR_INVALID_PARAMETER);
}

static void test_image(void)
{
    char *base = (char *)GetModuleHandleA(NULL);
    MEMORY_BASIC_INFORMATION info = query(base);
    ok_hex(info.Type, MEM_IMAGE);
    ok_hex(info.AllocationProtect, PAGE_EXECUTE_WRITECOPY);
    ok_hex(info.Protect, PAGE_READONLY);
    info = query((void *)test_image);
    ok(info.AllocationBase == base, "code belongs to the image");
    ok_hex(info.Protect, PAGE_EXECUTE_READ);
    info = query((void *)&seen_code);
    ok(info.Protect == PAGE_READWRITE || info.Protect == PAGE_WRITECOPY, "data %lx", info.Protect);
}

/* More stretches of memory than Linux has mappings for a process: all can be used, code stays code, and there is more. */
static void test_many_stretches(void)
{
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 }; /* mov eax, 42; ret */
    const SIZE_T count = 70000, stride = 2 * PAGE;
    char *base = VirtualAlloc(NULL, count * stride, MEM_RESERVE, PAGE_NOACCESS);
    DWORD old;
    SIZE_T i;

    ok(base && VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE), "error %lu", GetLastError());
    memcpy(base, code, sizeof(code));
    ok(VirtualProtect(base, PAGE, PAGE_EXECUTE_READ, &old), "error %lu", GetLastError());
    for (i = 1; i < count; i++)
        if (!VirtualAlloc(base + i * stride, PAGE, MEM_COMMIT, PAGE_READWRITE))
            break;
    ok(i == count, "%zu: error %lu", i, GetLastError());
    base[(count - 1) * stride] = 1;
    ok_int(((int (*)(void))(void *)base)(), 42);
    ok_region(base + stride, base + stride, base, PAGE, MEM_COMMIT, PAGE_READWRITE, PAGE_NOACCESS);
    ok_region(base + PAGE, base + PAGE, base, PAGE, MEM_RESERVE, 0, PAGE_NOACCESS);
    char *more = VirtualAlloc(NULL, 0x100000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ok(more != NULL, "error %lu", GetLastError());
    VirtualFree(more, 0, MEM_RELEASE);
    VirtualFree(base, 0, MEM_RELEASE);
}

static void test_other(void)
{
    MEMORY_BASIC_INFORMATION info = query(NULL);
    ok(info.BaseAddress == NULL && info.State == MEM_FREE, "nothing at 0");
    ok(VirtualQuery((void *)0xffff800000000000ull, &info, sizeof(info)) == 0, "the kernel's half");
    ok_int(GetLastError(), ERROR_INVALID_PARAMETER);
    ok_hex(query((void *)0x7ffe0000).Protect, PAGE_READONLY);
    MEMORYSTATUSEX status = { .dwLength = sizeof(status) };
    ok(GlobalMemoryStatusEx(&status) && status.ullTotalPhys > 0x1000000, "memory status");
    char buffer[8], source[8] = "abcdefg";
    SIZE_T n;
    ok(ReadProcessMemory(GetCurrentProcess(), source, buffer, 8, &n) && n == 8 && !strcmp(buffer, source), "read");
    ok_err(ReadProcessMemory(GetCurrentProcess(), (void *)16, buffer, 8, &n), ERROR_PARTIAL_COPY);
    ok(WriteProcessMemory(GetCurrentProcess(), buffer, "x", 1, &n) && buffer[0] == 'x', "write");
    char *p = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READWRITE);
    ok(VirtualLock(p, PAGE) && VirtualUnlock(p, PAGE), "lock: %lu", GetLastError());
    SetLastError(0);
    ok_err(VirtualUnlock(p, PAGE), ERROR_NOT_LOCKED);
    VirtualFree(p, 0, MEM_RELEASE);
}

TESTS
{
    GetSystemInfo(&si);
    ok_int(si.dwAllocationGranularity, 0x10000);
    ok_int(si.dwPageSize, PAGE);
    test_reserve_commit();
    test_errors();
    test_protect();
    test_faults();
    test_stack();
    test_large();
    test_top_down();
    test_reset();
    test_write_watch();
    test_placeholders();
    test_sections();
    test_image();
    test_other();
    test_many_stretches();
}
