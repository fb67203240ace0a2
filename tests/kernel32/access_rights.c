/* SPDX-License-Identifier: MIT */
/*
 * access_rights.c: a handle that lacks just the right that a function's documentation asks for is denied, whatever the type, named or
 * not; and what is set in another process is seen there.
 */
#include "../test.h"

#define DENIED(expr)                                                                                                   \
    do {                                                                                                               \
        SetLastError(0);                                                                                               \
        BOOL done_ = !!(expr);                                                                                         \
        ok(!done_ && GetLastError() == ERROR_ACCESS_DENIED, #expr ": %d, error %lu", done_, GetLastError());           \
    } while (0)
#define WAIT_DENIED(expr) DENIED((expr) != WAIT_FAILED)

static HANDLE kept[64];
static unsigned kept_count;

/* A handle to the same object that may do all but this. */
static HANDLE without(HANDLE handle, DWORD all, DWORD missing)
{
    HANDLE less = NULL;
    ok(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &less, all & ~missing, FALSE, 0), "error %lu",
       GetLastError());
    return kept[kept_count++ % ARRAYSIZE(kept)] = less;
}

static void close_kept(void)
{
    while (kept_count)
        CloseHandle(kept[--kept_count]);
}

static void test_waitable(bool named)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, named ? "transom rights event" : NULL), less, both[2];
    HANDLE mutex = CreateMutexA(NULL, FALSE, named ? "transom rights mutex" : NULL);
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, 9, named ? "transom rights semaphore" : NULL);
    HANDLE timer = CreateWaitableTimerA(NULL, FALSE, named ? "transom rights timer" : NULL);
    LARGE_INTEGER due = { .QuadPart = -10000 };

    less = without(event, EVENT_ALL_ACCESS, EVENT_MODIFY_STATE);
    DENIED(SetEvent(less));
    DENIED(ResetEvent(less));
    WAIT_DENIED(SignalObjectAndWait(less, event, 0, FALSE));
    less = without(event, EVENT_ALL_ACCESS, SYNCHRONIZE);
    WAIT_DENIED(WaitForSingleObject(less, 0));
    WAIT_DENIED(SignalObjectAndWait(event, less, 0, FALSE));
    both[0] = mutex;
    both[1] = less;
    WAIT_DENIED(WaitForMultipleObjects(2, both, FALSE, 0));
    WAIT_DENIED(WaitForMultipleObjects(2, both, TRUE, 0));
    WAIT_DENIED(WaitForSingleObject(without(mutex, MUTEX_ALL_ACCESS, SYNCHRONIZE), 0));
    WAIT_DENIED(WaitForSingleObject(without(semaphore, SEMAPHORE_ALL_ACCESS, SYNCHRONIZE), 0));
    DENIED(ReleaseSemaphore(without(semaphore, SEMAPHORE_ALL_ACCESS, SEMAPHORE_MODIFY_STATE), 1, NULL));
    WAIT_DENIED(WaitForSingleObject(without(timer, TIMER_ALL_ACCESS, SYNCHRONIZE), 0));
    less = without(timer, TIMER_ALL_ACCESS, TIMER_MODIFY_STATE);
    DENIED(SetWaitableTimer(less, &due, 0, NULL, NULL, FALSE));
    DENIED(CancelWaitableTimer(less));
    close_kept();
    CloseHandle(event);
    CloseHandle(mutex);
    CloseHandle(semaphore);
    CloseHandle(timer);
}

static void test_sections_and_jobs(bool named, HANDLE process)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096,
                                        named ? "transom rights section" : NULL);
    HANDLE job = CreateJobObjectA(NULL, named ? "transom rights job" : NULL);
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits = { 0 };
    DWORD all = STANDARD_RIGHTS_REQUIRED | FILE_MAP_ALL_ACCESS;
    BOOL in;

    DENIED(MapViewOfFile(without(section, all, SECTION_MAP_READ | SECTION_MAP_WRITE), FILE_MAP_READ, 0, 0, 0));
    DENIED(MapViewOfFile(without(section, all, SECTION_MAP_WRITE), FILE_MAP_WRITE, 0, 0, 0));
    all = JOB_OBJECT_ALL_ACCESS;
    DENIED(QueryInformationJobObject(without(job, all, JOB_OBJECT_QUERY), JobObjectBasicLimitInformation, &limits,
                                     sizeof(limits), NULL));
    DENIED(IsProcessInJob(process, kept[kept_count - 1], &in));
    DENIED(SetInformationJobObject(without(job, all, JOB_OBJECT_SET_ATTRIBUTES), JobObjectBasicLimitInformation,
                                   &limits, sizeof(limits)));
    DENIED(TerminateJobObject(without(job, all, JOB_OBJECT_TERMINATE), 1));
    DENIED(AssignProcessToJobObject(without(job, all, JOB_OBJECT_ASSIGN_PROCESS), process));
    DENIED(AssignProcessToJobObject(job, without(process, PROCESS_ALL_ACCESS, PROCESS_SET_QUOTA)));
    DENIED(AssignProcessToJobObject(job, without(process, PROCESS_ALL_ACCESS, PROCESS_TERMINATE)));
    close_kept();
    CloseHandle(section);
    CloseHandle(job);
}

static DWORD WINAPI nothing(void *unused)
{
    return unused != NULL;
}

static void CALLBACK no_apc(ULONG_PTR unused)
{
    (void)unused;
}

static void test_process(HANDLE process)
{
    void *memory = VirtualAllocEx(process, NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    const DWORD all = PROCESS_ALL_ACCESS;
    HANDLE less, out;
    FILETIME times[4];
    DWORD value = 0;
    SIZE_T done;

    ok(memory != NULL, "error %lu", GetLastError());
    DENIED(TerminateProcess(without(process, all, PROCESS_TERMINATE), 1));
    DENIED(ReadProcessMemory(without(process, all, PROCESS_VM_READ), memory, &value, 4, &done));
    DENIED(WriteProcessMemory(without(process, all, PROCESS_VM_WRITE), memory, &value, 4, &done));
    less = without(process, all, PROCESS_VM_OPERATION);
    DENIED(WriteProcessMemory(less, memory, &value, 4, &done));
    DENIED(VirtualAllocEx(less, NULL, 4096, MEM_COMMIT, PAGE_READWRITE));
    DENIED(VirtualFreeEx(less, memory, 0, MEM_RELEASE));
    DENIED(VirtualProtectEx(less, memory, 4096, PAGE_READONLY, &value));
    less = without(process, all, PROCESS_QUERY_INFORMATION | PROCESS_QUERY_LIMITED_INFORMATION);
    DENIED(GetExitCodeProcess(less, &value));
    DENIED(GetProcessTimes(less, times, times + 1, times + 2, times + 3));
    DENIED(GetPriorityClass(less));
    DENIED(GetProcessId(less));
    DENIED(GetProcessHandleCount(less, &value));
    DENIED(OpenProcessToken(less, TOKEN_QUERY, &out));
    less = without(process, all, PROCESS_SET_INFORMATION);
    DENIED(SetPriorityClass(less, IDLE_PRIORITY_CLASS));
    DENIED(SetProcessAffinityMask(less, 1));
    DENIED(SetProcessPriorityBoost(less, TRUE));
    DENIED(SetProcessWorkingSetSize(without(process, all, PROCESS_SET_QUOTA), 1 << 20, 2 << 20));
    less = without(process, all, PROCESS_DUP_HANDLE);
    DENIED(DuplicateHandle(GetCurrentProcess(), process, less, &out, 0, FALSE, DUPLICATE_SAME_ACCESS));
    DENIED(DuplicateHandle(less, (HANDLE)4, GetCurrentProcess(), &out, 0, FALSE, DUPLICATE_SAME_ACCESS));
    DENIED(CreateRemoteThread(without(process, all, PROCESS_CREATE_THREAD), NULL, 0, nothing, NULL, 0, NULL));
    WAIT_DENIED(WaitForSingleObject(without(process, all, SYNCHRONIZE), 0));
    close_kept();
}

static void test_thread(HANDLE thread)
{
    const DWORD all = THREAD_ALL_ACCESS;
    CONTEXT context = { .ContextFlags = CONTEXT_FULL };
    FILETIME times[4];
    HANDLE less;
    DWORD value;

    DENIED(TerminateThread(without(thread, all, THREAD_TERMINATE), 0));
    DENIED(SuspendThread(without(thread, all, THREAD_SUSPEND_RESUME)) != (DWORD)-1);
    DENIED(GetThreadContext(without(thread, all, THREAD_GET_CONTEXT), &context));
    less = without(thread, all, THREAD_SET_CONTEXT);
    DENIED(SetThreadContext(less, &context));
    DENIED(QueueUserAPC(no_apc, less, 0));
    less = without(thread, all, THREAD_SET_INFORMATION | THREAD_SET_LIMITED_INFORMATION);
    DENIED(SetThreadPriority(less, 1));
    DENIED(SetThreadAffinityMask(less, 1));
    less = without(thread, all, THREAD_QUERY_INFORMATION | THREAD_QUERY_LIMITED_INFORMATION);
    DENIED(GetExitCodeThread(less, &value));
    DENIED(GetThreadPriority(less) != THREAD_PRIORITY_ERROR_RETURN);
    DENIED(GetThreadTimes(less, times, times + 1, times + 2, times + 3));
    DENIED(GetThreadId(less));
    WAIT_DENIED(WaitForSingleObject(without(thread, all, SYNCHRONIZE), 0));
    close_kept();
}

static void test_port(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    const DWORD all = STANDARD_RIGHTS_ALL | 3;
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    DENIED(PostQueuedCompletionStatus(without(port, all, 2 /* IO_COMPLETION_MODIFY_STATE */), 0, 0, NULL));
    DENIED(GetQueuedCompletionStatus(kept[kept_count - 1], &bytes, &key, &overlapped, 0));
    close_kept();
    CloseHandle(port);
}

/* What the child does: its class and working set are what others have made them. */
static void child(void)
{
    HANDLE go = OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom rights go");
    SIZE_T least, most;
    BOOL disabled;

    WaitForSingleObject(go, INFINITE);
    if (GetPriorityClass(GetCurrentProcess()) != BELOW_NORMAL_PRIORITY_CLASS)
        ExitProcess(1);
    if (!GetProcessPriorityBoost(GetCurrentProcess(), &disabled) || !disabled)
        ExitProcess(2);
    if (!GetProcessWorkingSetSize(GetCurrentProcess(), &least, &most) || least != 1 << 20 || most != 2 << 20)
        ExitProcess(3);
    SetPriorityClass(GetCurrentProcess(), HIGH_PRIORITY_CLASS);
    SetEvent(OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom rights done"));
    Sleep(INFINITE);
}

TESTS
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    char line[MAX_PATH + 20];
    PROCESS_INFORMATION info;
    HANDLE go, done, both[2];

    if (test_argc > 1)
        child();
    go = CreateEventA(NULL, FALSE, FALSE, "transom rights go");
    done = CreateEventA(NULL, FALSE, FALSE, "transom rights done");
    snprintf(line, sizeof(line), "\"%s\" child", test_argv[0]);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info)) {
        ok(false, "error %lu", GetLastError());
        return;
    }
    for (int named = 0; named < 2; named++) {
        test_waitable(named);
        test_sections_and_jobs(named, info.hProcess);
    }
    test_process(info.hProcess);
    test_thread(info.hThread);
    test_port();

    ok(SetPriorityClass(info.hProcess, BELOW_NORMAL_PRIORITY_CLASS), "error %lu", GetLastError());
    ok(SetProcessPriorityBoost(info.hProcess, TRUE), "error %lu", GetLastError());
    ok(SetProcessWorkingSetSize(info.hProcess, 1 << 20, 2 << 20), "error %lu", GetLastError());
    SetEvent(go);
    both[0] = done;
    both[1] = info.hProcess;
    if (WaitForMultipleObjects(2, both, FALSE, 20000) != WAIT_OBJECT_0) {
        DWORD code = 0;
        GetExitCodeProcess(info.hProcess, &code);
        ok(false, "the child has not seen it: %lu", code);
    }
    ok_int(GetPriorityClass(info.hProcess), HIGH_PRIORITY_CLASS);
    TerminateProcess(info.hProcess, 0);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    CloseHandle(go);
    CloseHandle(done);
}
