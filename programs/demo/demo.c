/* SPDX-License-Identifier: MIT */
/* demo: a Windows program that shows, in a second, that the system below it works. Made by `./bootstrap run`. */
#define __USE_MINGW_ANSI_STDIO 1
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static int failures;

static void show(const char *what, bool good, const char *format, ...)
{
    va_list args;

    printf("%-12s", what);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    puts(good ? "" : "  <-- wrong");
    failures += !good;
    fflush(stdout);
}

static void show_system(void)
{
    LONG(WINAPI * get_version)
    (OSVERSIONINFOW *) = (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlGetVersion");
    OSVERSIONINFOW version = { .dwOSVersionInfoSize = sizeof(version) };
    SYSTEM_INFO system;
    MEMORYSTATUSEX memory = { .dwLength = sizeof(memory) };

    get_version(&version);
    show("Windows", version.dwMajorVersion >= 6, "%lu.%lu, build %lu", version.dwMajorVersion, version.dwMinorVersion,
         version.dwBuildNumber);
    GetSystemInfo(&system);
    show("processors", system.dwNumberOfProcessors > 0, "%lu, pages of %lu bytes", system.dwNumberOfProcessors,
         system.dwPageSize);
    GlobalMemoryStatusEx(&memory);
    show("memory", memory.ullTotalPhys > 0, "%llu MiB", memory.ullTotalPhys >> 20);
}

static void show_virtual_memory(void)
{
    char *p = VirtualAlloc(NULL, 16 << 20, MEM_RESERVE, PAGE_NOACCESS);
    MEMORY_BASIC_INFORMATION info = { 0 };

    VirtualAlloc(p + 0x10000, 0x2000, MEM_COMMIT, PAGE_READWRITE);
    strcpy(p + 0x10000, "committed");
    VirtualQuery(p + 0x11000, &info, sizeof(info));
    show("pages", info.State == MEM_COMMIT && info.AllocationBase == p && info.RegionSize == 0x1000,
         "reserved at %p, %zu bytes committed behind the first page", (void *)p, info.RegionSize);
    VirtualFree(p, 0, MEM_RELEASE);
}

static void show_files(void)
{
    static const WCHAR text[] = L"Gr\x00fc\x00df\x0065 \x4e16\x754c"; /* Grüße 世界 */
    WCHAR folder[MAX_PATH], path[MAX_PATH + 40];
    char utf8[64], back[64] = "";
    DWORD written = 0, got = 0;
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof(utf8), NULL, NULL) - 1;

    GetTempPathW(MAX_PATH, folder);
    _snwprintf(path, ARRAYSIZE(path), L"%lstransom-demo-%u-\x00fc.txt", folder, (unsigned)GetCurrentProcessId());
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    WriteFile(file, utf8, (DWORD)length, &written, NULL);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ReadFile(file, back, sizeof(back) - 1, &got, NULL);
    show("files", file != INVALID_HANDLE_VALUE && got == written && !strcmp(utf8, back), "%lu bytes written, read: %s",
         written, back);
    CloseHandle(file);
    show("gone", GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES, "the file, with its handle");
}

static volatile LONG sum;
static DWORD WINAPI worker(void *event)
{
    WaitForSingleObject(event, INFINITE);
    for (int i = 0; i < 10000; i++)
        InterlockedIncrement(&sum);
    return GetCurrentThreadId();
}

static void show_threads(void)
{
    HANDLE threads[8], event = CreateEventW(NULL, TRUE, FALSE, NULL);
    LARGE_INTEGER before, after, frequency;

    for (int i = 0; i < 8; i++)
        threads[i] = CreateThread(NULL, 0, worker, event, 0, NULL);
    QueryPerformanceCounter(&before);
    SetEvent(event);
    DWORD result = WaitForMultipleObjects(8, threads, TRUE, 10000);
    QueryPerformanceCounter(&after);
    QueryPerformanceFrequency(&frequency);
    show("threads", result == WAIT_OBJECT_0 && sum == 80000, "8 threads counted to %ld in %lld us", sum,
         (after.QuadPart - before.QuadPart) * 1000000 / frequency.QuadPart);
    for (int i = 0; i < 8; i++)
        CloseHandle(threads[i]);
    CloseHandle(event);
}

static DWORD caught;
extern const char demo_after_fault[];

static LONG CALLBACK handler(EXCEPTION_POINTERS *pointers)
{
    caught = pointers->ExceptionRecord->ExceptionCode;
    if (caught != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    pointers->ContextRecord->Rip = (ULONG_PTR)demo_after_fault;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void show_exceptions(void)
{
    void *registration = AddVectoredExceptionHandler(1, handler);

    __asm__ volatile("movl $1,(%0)\n\t.globl demo_after_fault\ndemo_after_fault:" : : "r"((ULONG_PTR)16) : "memory");
    show("exceptions", caught == EXCEPTION_ACCESS_VIOLATION, "a bad pointer, caught as %#lx", caught);
    RemoveVectoredExceptionHandler(registration);
}

static void show_environment(void)
{
    char value[512] = "";
    WCHAR directory[MAX_PATH];
    char utf8[MAX_PATH * 3];

    SetEnvironmentVariableA("TRANSOM_DEMO", "yes");
    ExpandEnvironmentStringsA("%SystemRoot% %TRANSOM_DEMO%", value, sizeof(value));
    show("environment", strstr(value, "yes") != NULL, "%s", value);
    GetCurrentDirectoryW(MAX_PATH, directory);
    WideCharToMultiByte(CP_UTF8, 0, directory, -1, utf8, sizeof(utf8), NULL, NULL);
    show("folder", utf8[1] == ':', "%s", utf8);
}

int main(void)
{
    UINT codepage = GetConsoleOutputCP();

    SetConsoleOutputCP(CP_UTF8);
    show_system();
    show_virtual_memory();
    show_files();
    show_threads();
    show_exceptions();
    show_environment();
    if (codepage)
        SetConsoleOutputCP(codepage);
    puts(failures ? "\nSomething is wrong." : "\nEverything works.");
    return failures != 0;
}
