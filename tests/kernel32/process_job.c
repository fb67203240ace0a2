/* SPDX-License-Identifier: MIT */
/* process_job.c: job objects. */
#include "../test.h"

static HANDLE start_child(const char *what, DWORD flags)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 50];

    snprintf(line, sizeof(line), "\"%s\" %s", test_argv[0], what);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &info))
        return NULL;
    CloseHandle(info.hThread);
    return info.hProcess;
}

static bool next_message(HANDLE port, DWORD *message, DWORD *id)
{
    ULONG_PTR key;
    OVERLAPPED *overlapped;

    if (!GetQueuedCompletionStatus(port, message, &key, &overlapped, 5000))
        return false;
    *id = (DWORD)(ULONG_PTR)overlapped;
    return key == 0x1234;
}

static void test_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION account;
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT associate;
    BYTE buffer[sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + 20 * sizeof(ULONG_PTR)];
    JOBOBJECT_BASIC_PROCESS_ID_LIST *list = (void *)buffer;
    HANDLE job, port, first, second, process;
    DWORD message, id, code, size;
    BOOL in_job;

    job = CreateJobObjectA(NULL, NULL);
    ok(job != NULL, "error %lu", GetLastError());
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    associate.CompletionKey = (void *)0x1234;
    associate.CompletionPort = port;
    ok(SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &associate, sizeof(associate)),
       "error %lu", GetLastError());

    first = start_child("wait", 0);
    second = start_child("exit", CREATE_SUSPENDED);
    ok(first && second, "error %lu", GetLastError());
    ok(IsProcessInJob(first, job, &in_job) && !in_job, "not yet");
    ok(AssignProcessToJobObject(job, first), "error %lu", GetLastError());
    ok(IsProcessInJob(first, job, &in_job) && in_job, "in the job");
    ok(IsProcessInJob(first, NULL, &in_job) && in_job, "in a job");
    ok(next_message(port, &message, &id), "a message");
    ok_int(message, JOB_OBJECT_MSG_NEW_PROCESS);
    ok_int(id, GetProcessId(first));

    ok(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &account, sizeof(account), NULL),
       "error %lu", GetLastError());
    ok_int(account.TotalProcesses, 1);
    ok_int(account.ActiveProcesses, 1);
    ok(QueryInformationJobObject(job, JobObjectBasicProcessIdList, list, sizeof(buffer), &size), "error %lu",
       GetLastError());
    ok_int(list->NumberOfAssignedProcesses, 1);
    ok_int(list->ProcessIdList[0], GetProcessId(first));
    ok_err(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &account, 4, NULL), ERROR_BAD_LENGTH);

    /* No more than one process. */
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    limits.BasicLimitInformation.ActiveProcessLimit = 1;
    ok(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok_err(AssignProcessToJobObject(job, second), ERROR_NOT_ENOUGH_QUOTA);
    TerminateProcess(second, 1);
    CloseHandle(second);
    ok(next_message(port, &message, &id), "a message");
    ok_int(message, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT);

    ok(TerminateJobObject(job, 77), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(first, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(first, &code), "error %lu", GetLastError());
    ok_int(code, 77);
    CloseHandle(first);
    ok(next_message(port, &message, &id), "a message");
    ok_int(message, JOB_OBJECT_MSG_EXIT_PROCESS);
    ok(next_message(port, &message, &id), "a message");
    ok_int(message, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);

    /* What a member starts goes with it, and all go with the job's last handle. */
    memset(&limits, 0, sizeof(limits));
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    ok(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    memset(&limits, 0, sizeof(limits));
    ok(QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits), &size), "error %lu",
       GetLastError());
    ok_hex(limits.BasicLimitInformation.LimitFlags, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE);
    process = start_child("wait", CREATE_SUSPENDED);
    ok(AssignProcessToJobObject(job, process), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(process, 20), WAIT_TIMEOUT);
    CloseHandle(job);
    ok_int(WaitForSingleObject(process, 5000), WAIT_OBJECT_0);
    CloseHandle(process);
    CloseHandle(port);
}

static void test_own_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    HANDLE job = CreateJobObjectA(NULL, NULL), child;
    DWORD code = 0;
    BOOL in_job;

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    ok(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    ok(AssignProcessToJobObject(job, GetCurrentProcess()), "error %lu", GetLastError());
    ok(IsProcessInJob(GetCurrentProcess(), job, &in_job) && in_job, "in the job");
    child = start_child("exit", 0);
    ok(IsProcessInJob(child, job, &in_job) && in_job, "so is its child");
    ok_int(WaitForSingleObject(child, 5000), WAIT_OBJECT_0);
    CloseHandle(child);
    child = start_child("in", 0);
    ok_int(WaitForSingleObject(child, 5000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(child, &code) && code == 21, "the child knows: %lu", code);
    CloseHandle(child);
    child = start_child("exit", CREATE_BREAKAWAY_FROM_JOB);
    ok(IsProcessInJob(child, job, &in_job) && !in_job, "unless it breaks away");
    ok_int(WaitForSingleObject(child, 5000), WAIT_OBJECT_0);
    CloseHandle(child);
    CloseHandle(job);
}

TESTS
{
    if (test_argc > 1) {
        BOOL in_job = FALSE;

        if (!strcmp(test_argv[1], "in"))
            ExitProcess(IsProcessInJob(GetCurrentProcess(), NULL, &in_job) ? 20 + in_job : 1);
        if (!strcmp(test_argv[1], "wait"))
            Sleep(20000);
        ExitProcess(0);
    }
    test_job();
    test_own_job();
}
