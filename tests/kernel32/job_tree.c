/* SPDX-License-Identifier: MIT */
/* job_tree.c: jobs of several processes: who belongs to them, names, nesting, limits, messages, ends. */
#include "../test.h"

static PROCESS_INFORMATION start(const char *what, DWORD flags)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    char line[MAX_PATH + 100];

    snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], what);
    SetLastError(0);
    CreateProcessA(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, &info);
    return info;
}

static HANDLE start_in(HANDLE job, const char *what)
{
    PROCESS_INFORMATION info = start(what, CREATE_SUSPENDED);

    ok(info.hProcess != NULL, "error %lu", GetLastError());
    ok(AssignProcessToJobObject(job, info.hProcess), "error %lu", GetLastError());
    ResumeThread(info.hThread);
    CloseHandle(info.hThread);
    return info.hProcess;
}

static DWORD wait_code(HANDLE process)
{
    DWORD code = 0;

    ok_int(WaitForSingleObject(process, 10000), WAIT_OBJECT_0);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    return code;
}

static HANDLE inheritable(HANDLE handle)
{
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

static HANDLE port_of(HANDLE job)
{
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT associate = { (void *)0x77,
                                                      CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0) };

    ok(SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &associate, sizeof(associate)),
       "error %lu", GetLastError());
    return associate.CompletionPort;
}

/* The next message that is `wanted`, others of these kinds being passed over; its process. */
static DWORD message_of(HANDLE port, DWORD wanted)
{
    DWORD message;
    ULONG_PTR key;
    OVERLAPPED *overlapped;

    while (GetQueuedCompletionStatus(port, &message, &key, &overlapped, 5000))
        if (message == wanted)
            return key == 0x77 ? (DWORD)(ULONG_PTR)overlapped : ~0u;
    ok(0, "no message %lu", wanted);
    return ~0u;
}

static void limit(HANDLE job, DWORD flags, DWORD active)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };

    limits.BasicLimitInformation.LimitFlags = flags;
    limits.BasicLimitInformation.ActiveProcessLimit = active;
    ok(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
}

static JOBOBJECT_BASIC_ACCOUNTING_INFORMATION account(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info = { 0 };

    ok(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &info, sizeof(info), NULL), "error %lu",
       GetLastError());
    return info;
}

/* What a member starts is a member, and stays one when its creator has ended. */
static void test_orphans(void)
{
    BYTE buffer[256];
    JOBOBJECT_BASIC_PROCESS_ID_LIST *list = (void *)buffer;
    HANDLE job = CreateJobObjectA(NULL, NULL), process, port = port_of(job);
    BOOL in_job = FALSE;

    ok_int(wait_code(start_in(job, "spawn wait")), 0);
    ok(QueryInformationJobObject(job, JobObjectBasicProcessIdList, list, sizeof(buffer), NULL), "error %lu",
       GetLastError());
    ok_int(list->NumberOfAssignedProcesses, 1);
    ok_int(list->NumberOfProcessIdsInList, 1);
    process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)list->ProcessIdList[0]);
    ok(process != NULL, "error %lu", GetLastError());
    ok(IsProcessInJob(process, job, &in_job) && in_job, "it is a member");
    message_of(port, JOB_OBJECT_MSG_NEW_PROCESS);
    ok_int(message_of(port, JOB_OBJECT_MSG_NEW_PROCESS), GetProcessId(process));
    message_of(port, JOB_OBJECT_MSG_EXIT_PROCESS);
    ok_int(account(job).TotalProcesses, 2);
    ok_int(account(job).ActiveProcesses, 1);
    ok(TerminateJobObject(job, 55), "error %lu", GetLastError());
    ok_int(wait_code(process), 55);
    message_of(port, JOB_OBJECT_MSG_EXIT_PROCESS);
    ok_int(message_of(port, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO), 0);
    ok_int(account(job).ActiveProcesses, 0);

    /* A process that ends badly is told apart. */
    wait_code(start_in(job, "bad"));
    message_of(port, JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS);
    CloseHandle(port);
    CloseHandle(job);
}

static void test_names(void)
{
    HANDLE job = CreateJobObjectA(NULL, "Local\\transom job"), again, dup;
    PROCESS_INFORMATION info;
    char line[40];
    DWORD code;

    ok(job && GetLastError() == 0, "error %lu", GetLastError());
    again = CreateJobObjectA(NULL, "Local\\transom job");
    ok(again && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu", GetLastError());
    CloseHandle(again);
    ok_int(wait_code(start("open", 0).hProcess), 0); /* which assigns itself */
    ok_int(account(job).TotalProcesses, 1);

    /* By inheritance, and by duplication into another process. */
    snprintf(line, sizeof(line), "use %u", (unsigned)(ULONG_PTR)inheritable(job));
    ok_int(wait_code(start(line, 0).hProcess), 0);
    ok_int(account(job).TotalProcesses, 2);
    info = start("wait", 0);
    ok(DuplicateHandle(GetCurrentProcess(), job, info.hProcess, &dup, 0, FALSE, DUPLICATE_SAME_ACCESS), "error %lu",
       GetLastError());
    limit(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0);
    ok(AssignProcessToJobObject(job, info.hProcess), "error %lu", GetLastError());
    CloseHandle(job);
    again = OpenJobObjectA(JOB_OBJECT_ALL_ACCESS, FALSE, "Local\\transom job");
    ok(again != NULL, "the other one keeps it: error %lu", GetLastError());
    CloseHandle(again);
    ok_int(WaitForSingleObject(info.hProcess, 50), WAIT_TIMEOUT);
    TerminateProcess(info.hProcess, 3);
    ok_int(WaitForSingleObject(info.hProcess, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(info.hProcess, &code) && code == 3, "code %lu", code);
    ok_err(OpenJobObjectA(JOB_OBJECT_ALL_ACCESS, FALSE, "Local\\transom job") != NULL, ERROR_FILE_NOT_FOUND);
}

static void test_nesting(void)
{
    HANDLE outer = CreateJobObjectA(NULL, NULL), inner = CreateJobObjectA(NULL, NULL);
    HANDLE other = CreateJobObjectA(NULL, NULL), first, second, port = port_of(outer);
    JOBOBJECT_BASIC_UI_RESTRICTIONS ui = { JOB_OBJECT_UILIMIT_HANDLES };
    BOOL in_job;

    first = start_in(outer, "wait");
    second = start_in(other, "wait");
    ok(AssignProcessToJobObject(inner, first), "error %lu", GetLastError());
    ok(IsProcessInJob(first, inner, &in_job) && in_job, "in the inner one");
    ok(IsProcessInJob(first, outer, &in_job) && in_job, "and in the outer one");
    ok(IsProcessInJob(first, other, &in_job) && !in_job, "not in another");
    ok_int(account(outer).ActiveProcesses, 1);
    ok_int(account(inner).ActiveProcesses, 1);
    /* "a child job will always have a subset of processes in its parent job" (Nested Jobs) */
    ok_err(AssignProcessToJobObject(other, first), ERROR_ACCESS_DENIED);
    ok_err(SetInformationJobObject(inner, JobObjectBasicUIRestrictions, &ui, sizeof(ui)), ERROR_ACCESS_DENIED);
    ok(AssignProcessToJobObject(outer, second) || GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    message_of(port, JOB_OBJECT_MSG_NEW_PROCESS);
    ok(TerminateJobObject(inner, 9), "error %lu", GetLastError());
    message_of(port, JOB_OBJECT_MSG_EXIT_PROCESS); /* of a job below */
    ok_int(wait_code(first), 9);
    ok_int(account(outer).ActiveProcesses, 0);
    TerminateJobObject(other, 0);
    wait_code(second);
    CloseHandle(inner);
    CloseHandle(other);
    CloseHandle(outer);
    CloseHandle(port);
}

/* The last handle goes with its owner, whatever becomes of that one. */
static void test_kill_on_close(void)
{
    HANDLE ready = CreateEventA(NULL, TRUE, FALSE, "Local\\transom job ready"), process;
    PROCESS_INFORMATION owner = start("owner", 0);
    HANDLE map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "Local\\transom job id");
    DWORD *id = MapViewOfFile(map, FILE_MAP_WRITE, 0, 0, 0);

    ok_int(WaitForSingleObject(ready, 10000), WAIT_OBJECT_0);
    process = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_INFORMATION, FALSE, *id);
    ok(process != NULL, "error %lu", GetLastError());
    ok_int(WaitForSingleObject(process, 20), WAIT_TIMEOUT);
    TerminateProcess(owner.hProcess, 1);
    ok_int(WaitForSingleObject(process, 5000), WAIT_OBJECT_0);
    CloseHandle(process);
    CloseHandle(owner.hProcess);
    UnmapViewOfFile(id);
    CloseHandle(map);
    CloseHandle(ready);
}

static void test_breakaway(void)
{
    HANDLE job = CreateJobObjectA(NULL, NULL);

    ok_int(wait_code(start_in(job, "break")), ERROR_ACCESS_DENIED);
    limit(job, JOB_OBJECT_LIMIT_BREAKAWAY_OK, 0);
    ok_int(wait_code(start_in(job, "break")), 0);
    limit(job, JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, 0);
    ok_int(wait_code(start_in(job, "spawn out")), 0);
    limit(job, 0, 0);
    ok_int(wait_code(start_in(job, "spawn in")), 0);
    CloseHandle(job);
}

/* PROC_THREAD_ATTRIBUTE_JOB_LIST: in both from its first instruction on, which nests them. */
static void test_job_list(void)
{
    HANDLE jobs[2] = { CreateJobObjectA(NULL, NULL), CreateJobObjectA(NULL, NULL) };
    STARTUPINFOEXA startup = { .StartupInfo = { .cb = sizeof(startup) } };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 100];
    BYTE list[256];
    SIZE_T size = sizeof(list);
    BOOL in_job = FALSE;

    startup.lpAttributeList = (void *)list;
    ok(InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size), "error %lu", GetLastError());
    ok(UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs, sizeof(jobs), NULL,
                                 NULL),
       "error %lu", GetLastError());
    snprintf(line, sizeof(line), "\"%s\" in", test_argv[0]);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &startup.StartupInfo,
                      &info),
       "error %lu", GetLastError());
    CloseHandle(info.hThread);
    ok(IsProcessInJob(info.hProcess, jobs[0], &in_job) && in_job, "in the first");
    ok(IsProcessInJob(info.hProcess, jobs[1], &in_job) && in_job, "in the second");
    ok_int(wait_code(info.hProcess), 0);
    ok_int(account(jobs[0]).TotalProcesses, 1);
    limit(jobs[1], JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 0);
    SetLastError(0);
    ok_err(CreateProcessA(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &startup.StartupInfo,
                          &info),
           ERROR_NOT_ENOUGH_QUOTA);
    CloseHandle(jobs[0]);
    CloseHandle(jobs[1]);
}

static void test_process_limit(void)
{
    HANDLE job = CreateJobObjectA(NULL, NULL), port = port_of(job);

    limit(job, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 1);
    ok_int(wait_code(start_in(job, "more")), ERROR_NOT_ENOUGH_QUOTA);
    message_of(port, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT);
    ok_int(account(job).TotalProcesses, 1);
    limit(job, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 2);
    ok_int(wait_code(start_in(job, "more")), 0);
    CloseHandle(port);
    CloseHandle(job);
}

static void test_time(void)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits = { .LimitFlags = JOB_OBJECT_LIMIT_PROCESS_TIME };
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION info;
    JOBOBJECT_END_OF_JOB_TIME_INFORMATION end = { JOB_OBJECT_POST_AT_END_OF_JOB };
    HANDLE job = CreateJobObjectA(NULL, NULL), port = port_of(job), process;

    limits.PerProcessUserTimeLimit.QuadPart = 1000000;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok_int(wait_code(start_in(job, "burn")), ERROR_NOT_ENOUGH_QUOTA);
    message_of(port, JOB_OBJECT_MSG_END_OF_PROCESS_TIME);
    ok(QueryInformationJobObject(job, JobObjectBasicAndIoAccountingInformation, &info, sizeof(info), NULL), "error %lu",
       GetLastError());
    ok(info.BasicInfo.TotalUserTime.QuadPart >= 900000, "%lld", info.BasicInfo.TotalUserTime.QuadPart);
    ok_int(info.BasicInfo.TotalTerminatedProcesses, 1);
    ok(info.BasicInfo.TotalPageFaultCount > 0, "%lu", info.BasicInfo.TotalPageFaultCount);

    /* The job's own: the time used so far does not count, and it goes on if that was asked for. */
    ok(SetInformationJobObject(job, JobObjectEndOfJobTimeInformation, &end, sizeof(end)), "error %lu", GetLastError());
    limits.LimitFlags = JOB_OBJECT_LIMIT_JOB_TIME;
    limits.PerJobUserTimeLimit.QuadPart = 1000000;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok(account(job).ThisPeriodTotalUserTime.QuadPart == 0, "a new period");
    process = start_in(job, "burn");
    message_of(port, JOB_OBJECT_MSG_END_OF_JOB_TIME);
    ok_int(WaitForSingleObject(process, 20), WAIT_TIMEOUT);
    ok_int(WaitForSingleObject(job, 0), WAIT_TIMEOUT);
    end.EndOfJobTimeAction = JOB_OBJECT_TERMINATE_AT_END_OF_JOB;
    ok(SetInformationJobObject(job, JobObjectEndOfJobTimeInformation, &end, sizeof(end)), "error %lu", GetLastError());
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok_int(wait_code(process), ERROR_NOT_ENOUGH_QUOTA);
    ok_int(WaitForSingleObject(job, 5000), WAIT_OBJECT_0);
    CloseHandle(port);
    CloseHandle(job);
}

static void test_memory(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    HANDLE job = CreateJobObjectA(NULL, NULL), port = port_of(job);

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    limits.ProcessMemoryLimit = 256 << 20;
    ok(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok_int(wait_code(start_in(job, "memory")), ERROR_COMMITMENT_LIMIT);
    message_of(port, JOB_OBJECT_MSG_PROCESS_MEMORY_LIMIT);
    ok(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits), NULL), "error %lu",
       GetLastError());
    ok(limits.PeakProcessMemoryUsed > 0, "a peak");
    CloseHandle(port);
    CloseHandle(job);
}

static void test_priority(void)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits = { .LimitFlags = JOB_OBJECT_LIMIT_PRIORITY_CLASS };
    HANDLE job = CreateJobObjectA(NULL, NULL);

    limits.PriorityClass = IDLE_PRIORITY_CLASS;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok_int(wait_code(start_in(job, "spawn priority")), 0);
    limits.PriorityClass = 3;
    ok_err(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)),
           ERROR_INVALID_PARAMETER);
    CloseHandle(job);
}

/* --- what the children do --- */

static int child(int argc, char **argv)
{
    BOOL in_job = FALSE;
    PROCESS_INFORMATION info;
    DWORD error;

    if (!strcmp(argv[1], "wait")) {
        Sleep(20000);
    } else if (!strcmp(argv[1], "bad")) {
        ExitProcess(STATUS_ACCESS_VIOLATION);
    } else if (!strcmp(argv[1], "in")) {
        JOBOBJECT_BASIC_LIMIT_INFORMATION limits;
        return !IsProcessInJob(GetCurrentProcess(), NULL, &in_job) || !in_job ||
               !QueryInformationJobObject(NULL, JobObjectBasicLimitInformation, &limits, sizeof(limits), NULL);
    } else if (!strcmp(argv[1], "out")) {
        return !IsProcessInJob(GetCurrentProcess(), NULL, &in_job) || in_job;
    } else if (!strcmp(argv[1], "priority")) {
        return GetPriorityClass(GetCurrentProcess()) != IDLE_PRIORITY_CLASS;
    } else if (!strcmp(argv[1], "spawn") && argc > 2) {
        info = start(argv[2], 0);
        return strcmp(argv[2], "wait") ? (int)wait_code(info.hProcess) : !info.hProcess;
    } else if (!strcmp(argv[1], "open") || !strcmp(argv[1], "use")) {
        HANDLE job = argc > 2 ? (HANDLE)(ULONG_PTR)atoi(argv[2])
                              : OpenJobObjectA(JOB_OBJECT_ALL_ACCESS, FALSE, "Local\\transom job");
        return !AssignProcessToJobObject(job, GetCurrentProcess()) ||
               !IsProcessInJob(GetCurrentProcess(), job, &in_job) || !in_job;
    } else if (!strcmp(argv[1], "owner")) {
        HANDLE job = CreateJobObjectA(NULL, NULL), map, ready;
        limit(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0);
        map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "Local\\transom job id");
        *(DWORD *)MapViewOfFile(map, FILE_MAP_WRITE, 0, 0, 0) = GetProcessId(start_in(job, "wait"));
        ready = CreateEventA(NULL, TRUE, FALSE, "Local\\transom job ready");
        SetEvent(ready);
        Sleep(20000);
    } else if (!strcmp(argv[1], "break") || !strcmp(argv[1], "more")) {
        info = start(argv[1][0] == 'b' ? "out" : "in", argv[1][0] == 'b' ? CREATE_BREAKAWAY_FROM_JOB : 0);
        error = GetLastError();
        return info.hProcess ? (int)wait_code(info.hProcess) : (int)error;
    } else if (!strcmp(argv[1], "burn")) {
        ULONGLONG end = GetTickCount64() + 15000;
        while (GetTickCount64() < end)
            ;
    } else if (!strcmp(argv[1], "memory")) {
        for (int i = 0; i < 64; i++)
            if (!VirtualAlloc(NULL, 16 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE))
                return (int)GetLastError();
    }
    return 0;
}

TESTS
{
    if (test_argc > 1)
        ExitProcess((UINT)child(test_argc, test_argv));
    test_orphans();
    test_names();
    test_nesting();
    test_kill_on_close();
    test_breakaway();
    test_job_list();
    test_process_limit();
    test_time();
    test_memory();
    test_priority();
}
