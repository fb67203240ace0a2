/* SPDX-License-Identifier: MIT */
/* Stacks of other threads and of another process; modules and symbols of that; callbacks, files, masks. */
#include "../test.h"
#include <dbghelp.h>
#include <psapi.h>

static DWORD64 outer_start;
static HANDLE ready;
static volatile int sink;

static __attribute__((noinline)) void inner(void)
{
    SetEvent(ready);
    Sleep(INFINITE);
    sink++;
}

static __attribute__((noinline)) int outer(int depth)
{
    volatile char room[3000];

    room[depth] = 1;
    if (depth)
        outer(depth - 1);
    else
        inner();
    return room[depth] + ++sink;
}

static DWORD WINAPI sleeper(void *depth)
{
    return outer((int)(ULONG_PTR)depth);
}

static BOOL CALLBACK read_counted(HANDLE process, DWORD64 address, void *buffer, DWORD size, DWORD *done)
{
    SIZE_T got = 0;
    BOOL good = ReadProcessMemory(process, (void *)(ULONG_PTR)address, buffer, size, &got);

    *done = got;
    return good;
}

static DWORD WINAPI sleeper(void *depth);

/* How many frames are in outer(). */
static int walk(HANDLE process, HANDLE thread, PREAD_PROCESS_MEMORY_ROUTINE64 read, const char *what)
{
    static CONTEXT context;
    STACKFRAME64 frame = { 0 };
    int count = 0, found = 0;
    DWORD64 last = 0, last_return = 0;

    memset(&context, 0, sizeof(context));
    context.ContextFlags = CONTEXT_FULL;
    if (!ok(GetThreadContext(thread, &context), "%s: error %lu", what, GetLastError()))
        return 0;
    frame.AddrPC.Offset = context.Rip;
    frame.AddrStack.Offset = context.Rsp;
    frame.AddrFrame.Offset = context.Rbp;
    frame.AddrPC.Mode = frame.AddrStack.Mode = frame.AddrFrame.Mode = AddrModeFlat;
    while (count < 200 && StackWalk64(IMAGE_FILE_MACHINE_AMD64, process, thread, &frame, &context, read,
                                      SymFunctionTableAccess64, SymGetModuleBase64, NULL)) {
        if (count)
            ok(frame.AddrPC.Offset == last_return, "%s: frame %d is not where the last one returns to", what, count);
        ok(frame.AddrStack.Offset > last, "%s: frame %d does not go up", what, count);
        last = frame.AddrStack.Offset;
        last_return = frame.AddrReturn.Offset;
        found += frame.AddrPC.Offset - outer_start < (ULONG_PTR)sleeper - outer_start; /* which comes next */
        count++;
    }
    ok(count < 200, "%s: no end", what);
    ok(count > found + 3, "%s: %d frames", what, count); /* what is called, the thread's function, what calls that */
    return found;
}

static void test_threads(void)
{
    DWORD id;
    HANDLE thread = CreateThread(NULL, 0, sleeper, (void *)5, 0, &id);

    WaitForSingleObject(ready, 10000);
    Sleep(20);
    SuspendThread(thread);
    ok_int(walk(GetCurrentProcess(), thread, NULL, "a thread"), 6);
    ok_int(walk(GetCurrentProcess(), thread, read_counted, "a thread, by a routine"), 6);
    TerminateThread(thread, 0);
    CloseHandle(thread);
}

static int module_count;

static WINBOOL CALLBACK see_module(PCSTR name, DWORD64 base, void *context)
{
    (void)base;
    module_count++;
    *(int *)context += !_stricmp(name, "ntdll");
    return TRUE;
}

static void test_process(void)
{
    STARTUPINFOA start = { .cb = sizeof(start) };
    PROCESS_INFORMATION child;
    char command[MAX_PATH + 32];
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE event = CreateEventW(&inherit, FALSE, FALSE, NULL);
    SYMBOL_INFO_PACKAGE symbol = { .si = { .SizeOfStruct = sizeof(SYMBOL_INFO), .MaxNameLen = MAX_SYM_NAME } };
    IMAGEHLP_MODULE64 info = { .SizeOfStruct = sizeof(info) };
    int has_ntdll = 0;
    HMODULE modules[64];
    MODULEINFO range;
    char name[64] = "";
    DWORD needed = 0;
    DWORD64 nt;

    sprintf(command, "\"%s\" %llu", test_argv[0], (unsigned long long)(ULONG_PTR)event);
    if (!ok(CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child), "error %lu",
            GetLastError()))
        return;
    ok_int(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    Sleep(20);
    ok(EnumProcessModules(child.hProcess, modules, sizeof(modules), &needed), "error %lu", GetLastError());
    ok(needed / sizeof(HMODULE) > 3 && modules[0] == GetModuleHandleW(NULL), "%lu bytes of modules", needed);
    ok(GetModuleBaseNameA(child.hProcess, modules[1], name, sizeof(name)) && !_stricmp(name, "ntdll.dll"), "%s", name);
    ok(GetModuleInformation(child.hProcess, modules[1], &range, sizeof(range)) && range.SizeOfImage > 0x10000,
       "error %lu", GetLastError());
    ok(SymInitialize(child.hProcess, NULL, TRUE), "error %lu", GetLastError());
    ok(SymEnumerateModules64(child.hProcess, see_module, &has_ntdll), "error %lu", GetLastError());
    ok(module_count > 3 && has_ntdll == 1, "%d modules", module_count);
    ok(SymFromName(child.hProcess, "ntdll!NtClose", &symbol.si), "error %lu", GetLastError());
    nt = (ULONG_PTR)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtClose");
    ok(symbol.si.Address == nt, "another address"); /* ntdll is at the same address everywhere */
    ok(SymGetModuleInfo64(child.hProcess, nt, &info) && !_stricmp(info.ModuleName, "ntdll"), "error %lu",
       GetLastError());
    SuspendThread(child.hThread);
    ok_int(walk(child.hProcess, child.hThread, NULL, "another process"), 4);
    ok(SymCleanup(child.hProcess), "error %lu", GetLastError());
    TerminateProcess(child.hProcess, 0);
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
}

static void test_masks(void)
{
    ok(SymMatchString("foobar", "foo*", TRUE), "*");
    ok(SymMatchString("foobar", "f?ob?r", TRUE), "?");
    ok(!SymMatchString("foobar", "FOO*", TRUE) && SymMatchString("foobar", "FOO*", FALSE), "case");
    ok(SymMatchString("fooobar", "fo#bar", TRUE) && SymMatchString("fbar", "fo#bar", TRUE), "#");
    ok(SymMatchString("fooobar", "fo+bar", TRUE) && !SymMatchString("fbar", "fo+bar", TRUE), "+");
    ok(SymMatchString("fabc", "f[a-c]*", TRUE) && !SymMatchString("fdbc", "f[a-c]*", TRUE), "[]");
    ok(SymMatchString("a*b", "a\\*b", TRUE) && !SymMatchString("axb", "a\\*b", TRUE), "\\");
    ok(!SymMatchString("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*a*a*a*a*c", TRUE),
       "many stars");
    ok(SymMatchStringW(L"foobar", L"*bar", TRUE), "wide");
}

static WINBOOL CALLBACK see_symbol(SYMBOL_INFO *info, ULONG size, void *count)
{
    (void)size;
    ok(!strncmp(info->Name, "NtCre", 5) || !strncmp(info->Name, "ZwCre", 5), "%s", info->Name);
    ++*(int *)count;
    return TRUE;
}

static void test_own_symbols(void)
{
    HANDLE self = GetCurrentProcess();
    DWORD64 base = (ULONG_PTR)GetModuleHandleW(L"ntdll.dll"), displacement;
    SYMBOL_INFO_PACKAGE symbol = { .si = { .SizeOfStruct = sizeof(SYMBOL_INFO), .MaxNameLen = MAX_SYM_NAME } }, next;
    int count = 0;

    ok(SymEnumSymbols(self, base, "NtCre*", see_symbol, &count) && count > 10, "%d symbols", count);
    count = 0;
    ok(SymEnumSymbols(self, 0, "ntdl?!NtCre*", see_symbol, &count) && count > 10, "%d symbols", count);
    ok(SymFromName(self, "ntdll!NtClose", &symbol.si), "error %lu", GetLastError());
    next = symbol;
    ok(SymNext(self, &next.si) && next.si.Address > symbol.si.Address, "error %lu", GetLastError());
    ok(SymPrev(self, &next.si) && next.si.Address == symbol.si.Address, "another one before");
    next.si.MaxNameLen = 4; /* what does not fit is cut */
    ok(SymFromAddr(self, symbol.si.Address, &displacement, &next.si), "error %lu", GetLastError());
    ok_int(strlen(next.si.Name), 3);
    ok(next.si.NameLen >= 7, "%lu characters", next.si.NameLen);
    /* a program's own */
    ok(SymAddSymbol(self, base, "mine", base + 64, 16, 0), "error %lu", GetLastError());
    ok(!SymAddSymbol(self, base, "mine", base + 64, 16, 0), "twice");
    ok(SymFromAddr(self, base + 70, &displacement, &symbol.si), "error %lu", GetLastError());
    ok_str(symbol.si.Name, "mine");
    ok_int(displacement, 6);
    ok(SymFromName(self, "mine", &symbol.si) && symbol.si.Address == base + 64, "another address");
    ok(SymDeleteSymbol(self, base, "mine", 0, 0), "error %lu", GetLastError());
    ok(!SymFromName(self, "mine", &symbol.si), "it is still there");
    /* virtual modules */
    ok(SymLoadModuleEx(self, NULL, "made up", NULL, 0x123450000, 0x10000, NULL, SLMFLAG_VIRTUAL) == 0x123450000,
       "error %lu", GetLastError());
    ok(SymGetModuleBase64(self, 0x12345ffff) == 0x123450000 && !SymGetModuleBase64(self, 0x123460000), "bounds");
    ok(SymAddSymbol(self, 0x123450000, "there", 0x123450010, 0, 0), "error %lu", GetLastError());
    ok(SymFromAddr(self, 0x123450018, &displacement, &symbol.si) && displacement == 8, "error %lu", GetLastError());
    ok(SymUnloadModule64(self, 0x123450000), "error %lu", GetLastError());
    ok(!SymUnloadModule64(self, 0x123450000), "twice");
    ok(!SymLoadModuleEx(self, NULL, "no such file.exe", NULL, 0, 0, NULL, 0) && GetLastError(), "no file");
}

static int deferred, memory_reads;

static WINBOOL CALLBACK registered(HANDLE process, ULONG action, ULONG64 data, ULONG64 context)
{
    (void)process;
    ok(context == 77, "another context");
    if (action == CBA_DEFERRED_SYMBOL_LOAD_START) {
        ok(((IMAGEHLP_DEFERRED_SYMBOL_LOAD64 *)(ULONG_PTR)data)->BaseOfImage != 0, "no base");
        deferred++;
    }
    memory_reads += action == CBA_READ_MEMORY;
    return FALSE;
}

static WINBOOL CALLBACK tree_file(LPCSTR path, void *count)
{
    ok(strstr(path, "needle") != NULL, "%s", path);
    ++*(int *)count;
    return FALSE;
}

static void test_files(void)
{
    char folder[MAX_PATH], path[MAX_PATH], found[MAX_PATH] = "";
    HANDLE file;
    DWORD done;
    int count = 0;

    GetTempPathA(MAX_PATH, folder);
    sprintf(folder + strlen(folder), "dbghelp%lu\\", GetCurrentProcessId());
    sprintf(path, "%sone\\two\\needle.txt", folder);
    ok(MakeSureDirectoryPathExists(path), "error %lu", GetLastError());
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "x", 1, &done, NULL);
    CloseHandle(file);
    ok(SearchTreeForFile(folder, "needle.txt", found), "error %lu", GetLastError());
    ok(!_stricmp(found, path), "%s", found);
    ok(!EnumDirTree(NULL, folder, "needle.*", found, tree_file, &count) && count == 1, "%d files", count);
    ok_err(SearchTreeForFile(folder, "nothing.txt", found), ERROR_FILE_NOT_FOUND);
    path[strlen(path) - 11] = 0; /* its folder */
    ok(SymFindFileInPath(GetCurrentProcess(), path, "needle.txt", NULL, 0, 0, 0, found, NULL, NULL), "error %lu",
       GetLastError());
    strcat(path, "\\needle.txt");
    ok(!_stricmp(found, path), "%s", found);
    file = FindExecutableImage(path, NULL, found);
    ok(file != NULL, "error %lu", GetLastError());
    CloseHandle(file);
    DeleteFileA(path);
    strcpy(strstr(path, "\\needle"), "");
    RemoveDirectoryA(path);
    strcpy(strstr(path, "\\two"), "");
    RemoveDirectoryA(path);
    RemoveDirectoryA(folder);
}

TESTS
{
    HANDLE self = GetCurrentProcess();

    if (test_argc > 1) { /* the child */
        ready = (HANDLE)(ULONG_PTR)strtoull(test_argv[1], NULL, 10);
        outer(3);
    }
    outer_start = (ULONG_PTR)outer;
    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    SymSetOptions(SYMOPT_UNDNAME | SYMOPT_DEFERRED_LOADS);
    ok(SymInitialize(self, NULL, TRUE), "error %lu", GetLastError());
    ok(SymRegisterCallback64(self, registered, 77), "error %lu", GetLastError());
    test_masks();
    test_threads();
    test_process();
    test_own_symbols();
    ok(deferred > 0, "no deferred loads");
    test_files();
    ok(memory_reads > 0, "memory is read past the callback");
    ok(SymCleanup(self), "error %lu", GetLastError());
}
