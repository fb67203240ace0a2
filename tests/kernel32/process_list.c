/* SPDX-License-Identifier: MIT */
/* process_list.c: processes, modules and memory counters (psapi.h, tlhelp32.h). */
#include "../test.h"
#include <tlhelp32.h>
#define PSAPI_VERSION 2
#include <psapi.h>

static void test_psapi(void)
{
    DWORD ids[1024], needed, length, code;
    HMODULE modules[100];
    PROCESS_MEMORY_COUNTERS_EX counters;
    PERFORMANCE_INFORMATION performance;
    char path[MAX_PATH], own[MAX_PATH], *base;
    WCHAR wide[MAX_PATH];
    MODULEINFO info;
    bool found = false;
    DWORD i;

    ok(EnumProcesses(ids, sizeof(ids), &needed), "error %lu", GetLastError());
    for (i = 0; i < needed / sizeof(DWORD); i++)
        found |= ids[i] == GetCurrentProcessId();
    ok(found, "this process is in the list");

    ok(EnumProcessModules(GetCurrentProcess(), modules, sizeof(modules), &needed), "error %lu", GetLastError());
    ok(needed >= 3 * sizeof(HMODULE), "%lu bytes", needed);
    ok(modules[0] == GetModuleHandleA(NULL), "the program comes first");
    ok(EnumProcessModulesEx(GetCurrentProcess(), modules, 0, &needed, LIST_MODULES_ALL), "error %lu", GetLastError());

    GetModuleFileNameA(NULL, own, sizeof(own));
    base = strrchr(own, '\\') + 1;
    length = GetModuleFileNameExA(GetCurrentProcess(), NULL, path, sizeof(path));
    ok_int(length, strlen(own));
    ok_str(path, own);
    length = GetModuleBaseNameA(GetCurrentProcess(), NULL, path, sizeof(path));
    ok_int(length, strlen(base));
    ok_str(path, base);
    ok(GetModuleBaseNameW(GetCurrentProcess(), GetModuleHandleA("kernel32.dll"), wide, MAX_PATH) == 12, "error %lu",
       GetLastError());
    ok(!_wcsicmp(wide, L"kernel32.dll"), "%ls", wide);
    ok_err(GetModuleBaseNameA(GetCurrentProcess(), (HMODULE)0x1234000, path, sizeof(path)), ERROR_INVALID_HANDLE);
    ok(GetModuleInformation(GetCurrentProcess(), GetModuleHandleA(NULL), &info, sizeof(info)), "error %lu",
       GetLastError());
    ok(info.lpBaseOfDll == GetModuleHandleA(NULL) && info.SizeOfImage > 0x1000, "%p", info.lpBaseOfDll);

    length = GetProcessImageFileNameA(GetCurrentProcess(), path, sizeof(path));
    ok(length && !strncmp(path, "\\Device\\", 8), "error %lu, %s", GetLastError(), path);
    length = sizeof(path);
    ok(QueryFullProcessImageNameA(GetCurrentProcess(), 0, path, &length), "error %lu", GetLastError());
    ok_str(path, own);
    ok_int(length, strlen(own));
    length = 4;
    ok_err(QueryFullProcessImageNameA(GetCurrentProcess(), 0, path, &length), ERROR_INSUFFICIENT_BUFFER);

    memset(&counters, 0, sizeof(counters));
    ok(GetProcessMemoryInfo(GetCurrentProcess(), (PROCESS_MEMORY_COUNTERS *)&counters, sizeof(counters)), "error %lu",
       GetLastError());
    ok_int(counters.cb, sizeof(counters));
    ok(counters.WorkingSetSize > 0x10000 && counters.PeakWorkingSetSize >= counters.WorkingSetSize, "%zu of %zu",
       counters.WorkingSetSize, counters.PeakWorkingSetSize);
    ok_err(GetProcessMemoryInfo(GetCurrentProcess(), (PROCESS_MEMORY_COUNTERS *)&counters, 8),
           ERROR_INSUFFICIENT_BUFFER);
    ok(GetPerformanceInfo(&performance, sizeof(performance)), "error %lu", GetLastError());
    ok(performance.PageSize == 4096 && performance.PhysicalTotal && performance.ProcessCount, "totals");
    ok(GetMappedFileNameA(GetCurrentProcess(), GetModuleHandleA(NULL), path, sizeof(path)), "error %lu",
       GetLastError());
    ok(strstr(path, base) != NULL, "%s", path);

    /* Another process, by a handle and by its number. */
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION child;
    char line[MAX_PATH + 20];
    HANDLE process;

    snprintf(line, sizeof(line), "\"%s\" wait", own);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child), "error %lu", GetLastError());
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, child.dwProcessId);
    ok(process != NULL, "error %lu", GetLastError());
    length = sizeof(path);
    ok(QueryFullProcessImageNameA(process, 0, path, &length), "error %lu", GetLastError());
    ok(!_stricmp(path, own), "%s", path);
    CloseHandle(process);
    TerminateProcess(child.hProcess, 3);
    ok_int(WaitForSingleObject(child.hProcess, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(child.hProcess, &code) && code == 3, "code %lu", code);
    CloseHandle(child.hProcess);
    CloseHandle(child.hThread);
}

static void test_toolhelp(void)
{
    PROCESSENTRY32W process = { .dwSize = sizeof(process) };
    PROCESSENTRY32 narrow = { .dwSize = sizeof(narrow) };
    THREADENTRY32 thread = { .dwSize = sizeof(thread) };
    MODULEENTRY32W module = { .dwSize = sizeof(module) };
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS | TH32CS_SNAPTHREAD | TH32CS_SNAPMODULE, 0);
    int own = 0, threads = 0, modules = 0, count = 0, narrow_count = 0;
    WCHAR path[MAX_PATH], *base;
    BOOL more;

    ok(snapshot != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    GetModuleFileNameW(NULL, path, MAX_PATH);
    base = wcsrchr(path, '\\') + 1;
    for (more = Process32FirstW(snapshot, &process); more; more = Process32NextW(snapshot, &process)) {
        count++;
        if (process.th32ProcessID != GetCurrentProcessId())
            continue;
        own++;
        ok(!_wcsicmp(process.szExeFile, base), "%ls", process.szExeFile);
        ok(process.cntThreads >= 1, "%lu threads", process.cntThreads);
    }
    ok_int(GetLastError(), ERROR_NO_MORE_FILES);
    ok_int(own, 1);
    for (more = Process32First(snapshot, &narrow); more; more = Process32Next(snapshot, &narrow))
        narrow_count++;
    ok_int(narrow_count, count);
    for (more = Thread32First(snapshot, &thread); more; more = Thread32Next(snapshot, &thread))
        threads += thread.th32OwnerProcessID == GetCurrentProcessId() && thread.th32ThreadID == GetCurrentThreadId();
    ok_int(threads, 1);
    for (more = Module32FirstW(snapshot, &module); more; more = Module32NextW(snapshot, &module)) {
        if (!modules++)
            ok(module.hModule == GetModuleHandleA(NULL) && !_wcsicmp(module.szExePath, path), "%ls", module.szExePath);
    }
    ok(modules >= 3, "%d modules", modules);
    process.dwSize = 10;
    ok_err(Process32FirstW(snapshot, &process), ERROR_BAD_LENGTH);
    ok(CloseHandle(snapshot), "error %lu", GetLastError());
}

TESTS
{
    if (test_argc > 1) {
        Sleep(20000);
        ExitProcess(0);
    }
    test_psapi();
    test_toolhelp();
}
