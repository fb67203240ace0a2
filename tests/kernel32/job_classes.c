/* SPDX-License-Identifier: MIT */
/* job_classes.c: each class of QueryInformationJobObject and SetInformationJobObject, its sizes and errors; rights; many members. */
#include "../test_child.h"

static void test_sizes(HANDLE job)
{
    static const struct {
        JOBOBJECTINFOCLASS class;
        DWORD size;
        bool query, set, exact;
    } classes[] = {
        { JobObjectBasicAccountingInformation, sizeof(JOBOBJECT_BASIC_ACCOUNTING_INFORMATION), true, false, true },
        { JobObjectBasicLimitInformation, sizeof(JOBOBJECT_BASIC_LIMIT_INFORMATION), true, true, true },
        { JobObjectBasicUIRestrictions, sizeof(JOBOBJECT_BASIC_UI_RESTRICTIONS), true, true, true },
        { JobObjectEndOfJobTimeInformation, sizeof(JOBOBJECT_END_OF_JOB_TIME_INFORMATION), false, true, true },
        { JobObjectAssociateCompletionPortInformation, sizeof(JOBOBJECT_ASSOCIATE_COMPLETION_PORT), false, true, true },
        { JobObjectBasicAndIoAccountingInformation, sizeof(JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION), true, false,
          true },
        { JobObjectExtendedLimitInformation, sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION), true, true, true },
        { JobObjectGroupInformation, sizeof(USHORT), true, true, false },
        { JobObjectGroupInformationEx, sizeof(GROUP_AFFINITY), true, false, false },
        { JobObjectNotificationLimitInformation, 48, true, true, true },
        { JobObjectLimitViolationInformation, 80, true, false, true },
        { JobObjectCpuRateControlInformation, sizeof(JOBOBJECT_CPU_RATE_CONTROL_INFORMATION), true, true, true },
    };
    BYTE buffer[256];
    DWORD size;

    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        JOBOBJECTINFOCLASS class = classes[i].class;

        memset(buffer, 0, sizeof(buffer));
        if (classes[i].query) {
            size = 0;
            ok(QueryInformationJobObject(job, class, buffer, classes[i].size, &size), "%d: error %lu", class,
               GetLastError());
            ok(size == classes[i].size, "%d: %lu", class, size);
            ok_err(QueryInformationJobObject(job, class, buffer, classes[i].size - 1, NULL), ERROR_BAD_LENGTH);
            if (classes[i].exact)
                ok_err(QueryInformationJobObject(job, class, buffer, classes[i].size + 1, NULL), ERROR_BAD_LENGTH);
        }
        memset(buffer, 0, sizeof(buffer));
        if (classes[i].set) {
            ok(SetInformationJobObject(job, class, buffer, classes[i].size), "%d: error %lu", class, GetLastError());
            ok_err(SetInformationJobObject(job, class, buffer, classes[i].size - 1), ERROR_BAD_LENGTH);
            ok_err(SetInformationJobObject(job, class, buffer, classes[i].size + 1), ERROR_BAD_LENGTH);
        }
    }
    ok_err(QueryInformationJobObject(job, 0, buffer, 8, NULL), ERROR_INVALID_PARAMETER);
    ok_err(QueryInformationJobObject(job, 500, buffer, 8, NULL), ERROR_INVALID_PARAMETER);
    ok_err(SetInformationJobObject(job, 500, buffer, 8), ERROR_INVALID_PARAMETER);
    ok_err(SetInformationJobObject(job, JobObjectBasicProcessIdList, buffer, 16), ERROR_INVALID_PARAMETER);
    ok_err(QueryInformationJobObject((HANDLE)(ULONG_PTR)0x7fc, JobObjectBasicLimitInformation, buffer,
                                     sizeof(JOBOBJECT_BASIC_LIMIT_INFORMATION), NULL),
           ERROR_INVALID_HANDLE);
    ok_err(SetInformationJobObject(NULL, JobObjectBasicLimitInformation, buffer,
                                   sizeof(JOBOBJECT_BASIC_LIMIT_INFORMATION)),
           ERROR_INVALID_HANDLE);
}

/* "As long as this flag is set, you can establish a per-job time limit once, then alter other limits in subsequent calls." */
static void test_preserve(HANDLE job)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits = { .LimitFlags = JOB_OBJECT_LIMIT_JOB_TIME };

    limits.PerJobUserTimeLimit.QuadPart = 123456789;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    limits.LimitFlags = JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME | JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    limits.PerJobUserTimeLimit.QuadPart = 0;
    limits.ActiveProcessLimit = 1000;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    memset(&limits, 0, sizeof(limits));
    ok(QueryInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits), NULL), "error %lu",
       GetLastError());
    ok_hex(limits.LimitFlags, JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_ACTIVE_PROCESS);
    ok_int(limits.PerJobUserTimeLimit.QuadPart, 123456789);
    limits.LimitFlags = JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME | JOB_OBJECT_LIMIT_JOB_TIME;
    ok_err(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)),
           ERROR_INVALID_PARAMETER);
    limits.LimitFlags = 0;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
}

static void test_affinity(HANDLE job)
{
    GROUP_AFFINITY affinity = { .Mask = 1 }, got[2];
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits;
    USHORT groups[2] = { 0, 0 };

    ok(SetInformationJobObject(job, JobObjectGroupInformationEx, &affinity, sizeof(affinity)), "error %lu",
       GetLastError());
    ok(QueryInformationJobObject(job, JobObjectGroupInformationEx, got, sizeof(got), NULL), "error %lu",
       GetLastError());
    ok_hex(got[0].Mask, 1);
    ok(QueryInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits), NULL), "error %lu",
       GetLastError());
    ok_hex(limits.LimitFlags, JOB_OBJECT_LIMIT_AFFINITY);
    ok_hex(limits.Affinity, 1);
    affinity.Group = 30;
    ok_err(SetInformationJobObject(job, JobObjectGroupInformationEx, &affinity, sizeof(affinity)),
           ERROR_INVALID_PARAMETER);
    affinity.Group = 0;
    affinity.Mask = 0;
    ok_err(SetInformationJobObject(job, JobObjectGroupInformationEx, &affinity, sizeof(affinity)),
           ERROR_INVALID_PARAMETER);
    groups[0] = 30;
    ok_err(SetInformationJobObject(job, JobObjectGroupInformation, groups, sizeof(*groups)), ERROR_INVALID_PARAMETER);
    limits.LimitFlags = 0;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
}

/* The list says how many there are, however many fit. */
static void test_id_list(HANDLE job, const PROCESS_INFORMATION *members, DWORD count)
{
    union {
        JOBOBJECT_BASIC_PROCESS_ID_LIST list;
        BYTE room[sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + 100 * sizeof(ULONG_PTR)];
    } ids;
    DWORD head = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList), size, found = 0;

    ok_err(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, head, &size), ERROR_BAD_LENGTH);
    memset(&ids, 0xee, sizeof(ids));
    ok_err(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, head + 2 * sizeof(ULONG_PTR), &size),
           ERROR_MORE_DATA);
    ok_int(ids.list.NumberOfAssignedProcesses, count);
    ok_int(ids.list.NumberOfProcessIdsInList, 2);
    ok(ids.list.ProcessIdList[2] == (ULONG_PTR)0xeeeeeeeeeeeeeeee, "written beyond the buffer");
    ok(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, sizeof(ids), &size), "error %lu",
       GetLastError());
    ok_int(ids.list.NumberOfProcessIdsInList, count);
    ok_int(size, head + count * sizeof(ULONG_PTR));
    for (DWORD i = 0; i < count; i++)
        for (DWORD j = 0; j < count; j++)
            found += ids.list.ProcessIdList[i] == members[j].dwProcessId;
    ok_int(found, count);
}

static void test_many(void)
{
    enum { COUNT = 24 };
    HANDLE job = CreateJobObjectA(NULL, NULL);
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION account;
    PROCESS_INFORMATION members[COUNT];
    BOOL in_job;

    for (int i = 0; i < COUNT; i++) {
        members[i] = start("wait", CREATE_SUSPENDED);
        ok(AssignProcessToJobObject(job, members[i].hProcess), "error %lu", GetLastError());
        if (i % 2) /* half of them run, half do not yet */
            ResumeThread(members[i].hThread);
    }
    ok(AssignProcessToJobObject(job, members[0].hProcess), "again: error %lu", GetLastError());
    test_id_list(job, members, COUNT);
    ok(TerminateJobObject(job, 0xc0000123), "error %lu", GetLastError());
    for (int i = 0; i < COUNT; i++) {
        HANDLE process = members[i].hProcess;

        ok_int(WaitForSingleObject(process, 20000), WAIT_OBJECT_0);
        ok(IsProcessInJob(process, job, &in_job) && in_job, "it was in the job");
        ok_hex(wait_code(members[i]), 0xc0000123);
    }
    ok(QueryInformationJobObject(job, JobObjectBasicAndIoAccountingInformation, &account, sizeof(account), NULL),
       "error %lu", GetLastError());
    ok_int(account.BasicInfo.TotalProcesses, COUNT);
    ok_int(account.BasicInfo.ActiveProcesses, 0);
    ok_int(account.BasicInfo.TotalTerminatedProcesses, 0); /* "because of a limit violation" */
    ok(TerminateJobObject(job, 1), "with nobody in it: error %lu", GetLastError());
    members[0] = start("exit", 0); /* it can be used again */
    ok(AssignProcessToJobObject(job, members[0].hProcess) || GetLastError() == ERROR_ACCESS_DENIED, "error %lu",
       GetLastError());
    ok_int(wait_code(members[0]), 0);
    members[0] = start("exit", 0);
    WaitForSingleObject(members[0].hProcess, 10000);
    ok_err(AssignProcessToJobObject(job, members[0].hProcess), ERROR_ACCESS_DENIED); /* it has ended */
    wait_code(members[0]);
    CloseHandle(job);
}

/* JOB_OBJECT_ASSIGN_PROCESS, _QUERY, _SET_ATTRIBUTES, _TERMINATE: each function wants its own. */
static void test_rights(void)
{
    HANDLE job = CreateJobObjectA(NULL, "Local\\transom job rights"), event, less;
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits = { 0 };
    BOOL in_job;

    ok(CreateJobObjectA(NULL, "Local\\transom job rights") && GetLastError() == ERROR_ALREADY_EXISTS, "error %lu",
       GetLastError());
    less = OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, "Local\\transom job rights");
    ok(QueryInformationJobObject(less, JobObjectBasicLimitInformation, &limits, sizeof(limits), NULL), "error %lu",
       GetLastError());
    ok(IsProcessInJob(GetCurrentProcess(), less, &in_job) && !in_job, "error %lu", GetLastError());
    ok_err(SetInformationJobObject(less, JobObjectBasicLimitInformation, &limits, sizeof(limits)), ERROR_ACCESS_DENIED);
    ok_err(TerminateJobObject(less, 1), ERROR_ACCESS_DENIED);
    ok_err(AssignProcessToJobObject(less, GetCurrentProcess()), ERROR_ACCESS_DENIED);
    CloseHandle(less);
    less = OpenJobObjectA(JOB_OBJECT_TERMINATE, FALSE, "Local\\transom job rights");
    ok_err(QueryInformationJobObject(less, JobObjectBasicLimitInformation, &limits, sizeof(limits), NULL),
           ERROR_ACCESS_DENIED);
    ok_err(IsProcessInJob(GetCurrentProcess(), less, &in_job), ERROR_ACCESS_DENIED);
    ok(TerminateJobObject(less, 1), "error %lu", GetLastError());
    CloseHandle(less);
    ok_err(OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, "Local\\transom no such job"), ERROR_FILE_NOT_FOUND);
    ok_err(OpenJobObjectA(JOB_OBJECT_QUERY, FALSE, NULL), ERROR_INVALID_PARAMETER);
    ok_err(AssignProcessToJobObject(NULL, GetCurrentProcess()), ERROR_INVALID_HANDLE);
    ok_err(AssignProcessToJobObject(job, NULL), ERROR_INVALID_HANDLE);
    ok_err(AssignProcessToJobObject(GetCurrentProcess(), job), ERROR_INVALID_HANDLE);
    ok_err(TerminateJobObject(NULL, 1), ERROR_INVALID_HANDLE);
    event = CreateEventA(NULL, TRUE, FALSE, "Local\\transom job rights event");
    ok_err(CreateJobObjectA(NULL, "Local\\transom job rights event"),
           ERROR_INVALID_HANDLE); /* a name of another type */
    ok_err(TerminateJobObject(event, 1), ERROR_INVALID_HANDLE);
    ok_int(WaitForSingleObject(job, 0), WAIT_TIMEOUT);
    CloseHandle(event);
    CloseHandle(job);
}

/* "the function calls succeed but are silently ignored" (docs: Job Objects) */
static void test_priority(void)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION limits = { .LimitFlags = JOB_OBJECT_LIMIT_PRIORITY_CLASS };
    HANDLE job = CreateJobObjectA(NULL, NULL);
    PROCESS_INFORMATION process;

    limits.PriorityClass = BELOW_NORMAL_PRIORITY_CLASS;
    ok(SetInformationJobObject(job, JobObjectBasicLimitInformation, &limits, sizeof(limits)), "error %lu",
       GetLastError());
    process = start("raise", CREATE_SUSPENDED);
    ok(AssignProcessToJobObject(job, process.hProcess), "error %lu", GetLastError());
    ResumeThread(process.hThread);
    ok_int(wait_code(process), 0);
    process = start("wait", CREATE_SUSPENDED);
    ok(AssignProcessToJobObject(job, process.hProcess), "error %lu", GetLastError());
    ok(SetPriorityClass(process.hProcess, HIGH_PRIORITY_CLASS), "error %lu", GetLastError());
    ok_hex(GetPriorityClass(process.hProcess), BELOW_NORMAL_PRIORITY_CLASS);
    TerminateProcess(process.hProcess, 0);
    wait_code(process);
    CloseHandle(job);
}

TESTS
{
    HANDLE job;
    JOBOBJECT_BASIC_UI_RESTRICTIONS ui = { 0x100 };

    if (test_argc > 1) {
        if (!strcmp(test_argv[1], "wait"))
            Sleep(30000);
        if (!strcmp(test_argv[1], "raise"))
            ExitProcess(!SetPriorityClass(GetCurrentProcess(), HIGH_PRIORITY_CLASS) ||
                        GetPriorityClass(GetCurrentProcess()) != BELOW_NORMAL_PRIORITY_CLASS);
        ExitProcess(0);
    }
    job = CreateJobObjectA(NULL, NULL);
    test_sizes(job);
    test_preserve(job);
    test_affinity(job);
    ok_err(SetInformationJobObject(job, JobObjectBasicUIRestrictions, &ui, sizeof(ui)), ERROR_INVALID_PARAMETER);
    CloseHandle(job);
    job = CreateJobObjectA(NULL, "Local\\transom job classes"); /* one that the server knows */
    test_sizes(job);
    test_preserve(job);
    test_affinity(job);
    ok_err(SetInformationJobObject(job, JobObjectBasicUIRestrictions, &ui, sizeof(ui)), ERROR_INVALID_PARAMETER);
    CloseHandle(job);
    test_many();
    test_rights();
    test_priority();
}
