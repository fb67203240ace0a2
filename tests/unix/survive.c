/* SPDX-License-Identifier: MIT */
/*
 * survive SEED: a Windows program that shares all sorts of things until the server is gone (server_kill.sh kills it), and then
 * shows that it goes on: whatever waited ends with an error, what is shared fails and does not hang, what is not shared works,
 * and nothing spins. Says "gone ERROR", or "kept" if nobody killed the server; anything else is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define MOST_MS 3000 /* without a kill it ends by itself */

static unsigned random_state;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % n;
}

static int wrong(const char *what, DWORD error)
{
    printf("%s: %lu\n", what, error);
    fflush(stdout);
    return 1;
}

/* --- what is shared --- */

static HANDLE never; /* an event that nobody sets */

static BOOL use_event(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, "survive event");
    BOOL done = event && SetEvent(event) && WaitForSingleObject(event, random_below(3)) != WAIT_FAILED;
    CloseHandle(event);
    return done;
}

static BOOL use_mutex(void)
{
    HANDLE mutex = CreateMutexA(NULL, FALSE, "survive mutex");
    DWORD result = mutex ? WaitForSingleObject(mutex, 20) : WAIT_FAILED;
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED)
        ReleaseMutex(mutex);
    CloseHandle(mutex);
    return result != WAIT_FAILED;
}

static BOOL use_section(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, "survive section");
    char *view = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (view)
        view[random_below(65536)]++;
    UnmapViewOfFile(view);
    CloseHandle(section);
    return view != NULL;
}

static BOOL use_all(void)
{
    HANDLE both[2] = { CreateEventA(NULL, TRUE, TRUE, "survive first"),
                       CreateSemaphoreA(NULL, 1, 100, "survive second") };
    BOOL done = both[0] && both[1] && WaitForMultipleObjects(2, both, TRUE, 2) != WAIT_FAILED;
    ReleaseSemaphore(both[1], 1, NULL);
    CloseHandle(both[0]);
    CloseHandle(both[1]);
    return done;
}

static BOOL use_pipe(void)
{
    char name[64], byte = 0;
    DWORD size;
    sprintf(name, "\\\\.\\pipe\\survive %lu", GetCurrentProcessId());
    HANDLE server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, 0, 2, 100, 100, 0, NULL);
    HANDLE client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    BOOL done = WriteFile(client, "x", 1, &size, NULL) && ReadFile(server, &byte, 1, &size, NULL);
    CloseHandle(client);
    CloseHandle(server);
    return done && byte == 'x';
}

/* A child that inherits, is given a handle, and is asked for one. */
static BOOL use_child(void)
{
    char self[MAX_PATH], line[MAX_PATH + 20];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE event = CreateEventA(&inherit, TRUE, FALSE, NULL), there, back = NULL;
    BOOL done = FALSE;
    GetModuleFileNameA(NULL, self, sizeof(self));
    sprintf(line, "\"%s\" child", self);
    if (event && CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info)) {
        done = DuplicateHandle(GetCurrentProcess(), event, info.hProcess, &there, 0, FALSE, DUPLICATE_SAME_ACCESS) &&
               DuplicateHandle(info.hProcess, there, GetCurrentProcess(), &back, 0, FALSE, DUPLICATE_SAME_ACCESS);
        /* With or without a server: what was started can be ended and waited for. */
        if (!TerminateProcess(info.hProcess, 5))
            exit(wrong("TerminateProcess", GetLastError()));
        if (WaitForSingleObject(info.hProcess, 20000) == WAIT_TIMEOUT)
            exit(wrong("the child does not end", 0));
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
    }
    CloseHandle(back);
    CloseHandle(event);
    return done;
}

static BOOL use_job(void)
{
    HANDLE job = CreateJobObjectA(NULL, "survive job");
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info;
    BOOL done = job && QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &info, sizeof(info), NULL);
    CloseHandle(job);
    return done;
}

static BOOL use_timer(void)
{
    HANDLE timer = CreateWaitableTimerA(NULL, FALSE, "survive timer");
    LARGE_INTEGER due = { .QuadPart = -10000 };
    BOOL done =
        timer && SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE) && WaitForSingleObject(timer, 30) != WAIT_FAILED;
    CloseHandle(timer);
    return done;
}

static BOOL (*const shared[])(void) = { use_event, use_mutex, use_section, use_all,
                                        use_pipe,  use_child, use_job,     use_timer };

/* --- what is not --- */

static DWORD WINAPI set_it(void *event)
{
    return !SetEvent(event);
}

static int use_own(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), thread = CreateThread(NULL, 0, set_it, event, 0, NULL);
    char folder[MAX_PATH], path[MAX_PATH];
    DWORD size;
    if (!thread || WaitForSingleObject(event, 20000) || WaitForSingleObject(thread, 20000))
        return wrong("a thread and an event of its own", GetLastError());
    CloseHandle(thread);
    CloseHandle(event);
    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "srv", 0, path);
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE || !WriteFile(file, "data", 4, &size, NULL))
        return wrong("a file", GetLastError());
    CloseHandle(file);
    return 0;
}

/* The processor's time that all threads use while this one sleeps: something would be spinning. */
static int spins(void)
{
    FILETIME times[4];
    ULONGLONG used[2];
    for (int i = 0; i < 2; i++) {
        GetProcessTimes(GetCurrentProcess(), &times[0], &times[1], &times[2], &times[3]);
        used[i] = (((ULONGLONG)times[2].dwHighDateTime << 32) | times[2].dwLowDateTime) +
                  (((ULONGLONG)times[3].dwHighDateTime << 32) | times[3].dwLowDateTime);
        if (!i)
            Sleep(100);
    }
    return used[1] - used[0] > 600000 ? wrong("used while asleep, in 100 ns", (DWORD)(used[1] - used[0])) : 0;
}

static DWORD WINAPI wait_for_never(void *own)
{
    HANDLE both[2] = { never, own };
    DWORD result = WaitForMultipleObjects(2, both, FALSE, INFINITE);
    return result == WAIT_FAILED ? GetLastError() : 1000 + result;
}

static int after(HANDLE waiter, HANDLE own, DWORD error)
{
    DWORD waited = 0;
    if (WaitForSingleObject(waiter, 20000))
        return wrong("a wait goes on", 0);
    GetExitCodeThread(waiter, &waited);
    if (waited != error)
        return wrong("a wait's end", waited);
    if (WaitForSingleObject(never, 0) != WAIT_FAILED && WaitForSingleObject(never, 100) != WAIT_FAILED)
        return wrong("a wait for what is shared", 0);
    for (unsigned i = 0; i < sizeof(shared) / sizeof(*shared); i++)
        shared[i](); /* fail or not, but come back */
    if (use_own() || spins())
        return 1;
    CloseHandle(own);
    printf("gone %lu\n", error);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "child")) {
        Sleep(60000);
        return 0;
    }
    random_state = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    never = CreateEventA(NULL, TRUE, FALSE, "survive never");
    if (!never) { /* killed while we joined */
        printf("gone %lu\n", GetLastError());
        return use_own() || spins();
    }
    HANDLE own = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE waiter = CreateThread(NULL, 0, wait_for_never, own, 0, NULL);
    for (DWORD start = GetTickCount(); GetTickCount() - start < MOST_MS;) {
        shared[random_below(sizeof(shared) / sizeof(*shared))]();
        HANDLE again = OpenEventA(SYNCHRONIZE, FALSE, "survive never");
        if (!again)
            return after(waiter, own, GetLastError());
        CloseHandle(again);
    }
    puts("kept");
    return 0;
}
