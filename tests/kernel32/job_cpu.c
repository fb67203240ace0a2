/* SPDX-License-Identifier: MIT */
/* job_cpu.c: the rate of processor time of a job (docs: JOBOBJECT_CPU_RATE_CONTROL_INFORMATION). */
#include "../test_child.h"

#define ENABLE   1
#define WEIGHT   2
#define HARD_CAP 4
#define MIN_MAX  16

static bool set(HANDLE job, DWORD flags, DWORD value)
{
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION info = { .ControlFlags = flags, .CpuRate = value };

    return SetInformationJobObject(job, JobObjectCpuRateControlInformation, &info, sizeof(info));
}

/* What the job's members use within a second, of 100 ns each. */
static LONGLONG used_in_a_second(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION before, after;
    LARGE_INTEGER frequency, from, to;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&from);
    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &before, sizeof(before), NULL);
    Sleep(1000);
    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &after, sizeof(after), NULL);
    QueryPerformanceCounter(&to); /* it may have been more than a second */
    return (after.TotalUserTime.QuadPart + after.TotalKernelTime.QuadPart - before.TotalUserTime.QuadPart -
            before.TotalKernelTime.QuadPart) *
           frequency.QuadPart / (to.QuadPart - from.QuadPart);
}

static void test_parameters(HANDLE job)
{
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION info = { 77, { 77 } };
    DWORD size = 0;

    ok(QueryInformationJobObject(job, JobObjectCpuRateControlInformation, &info, sizeof(info), &size), "error %lu",
       GetLastError());
    ok_int(size, sizeof(info));
    ok_int(info.ControlFlags, 0);
    ok_err(QueryInformationJobObject(job, JobObjectCpuRateControlInformation, &info, sizeof(info) - 1, NULL),
           ERROR_BAD_LENGTH);
    ok_err(SetInformationJobObject(job, JobObjectCpuRateControlInformation, &info, sizeof(info) + 4), ERROR_BAD_LENGTH);
    ok_err(set(job, HARD_CAP, 2000), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | HARD_CAP, 0), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | HARD_CAP, 10001), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | WEIGHT, 0), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | WEIGHT, 10), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | WEIGHT | MIN_MAX, 5), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | HARD_CAP | MIN_MAX, 5000), ERROR_INVALID_PARAMETER);
    ok_err(set(job, ENABLE | MIN_MAX, 5000 | 2000 << 16), ERROR_INVALID_PARAMETER); /* at least more than at most */
    ok_err(set(job, 0x100, 5000), ERROR_INVALID_PARAMETER);
    ok(set(job, 0, 0), "error %lu", GetLastError());
}

/* A tenth of a processor; in another job within it, half of that. */
static void test_cap(HANDLE job)
{
    HANDLE inner = CreateJobObjectA(NULL, NULL);
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION info;
    PROCESS_INFORMATION process, grandparent;
    SYSTEM_INFO system;
    LONGLONG used;

    GetSystemInfo(&system);
    process = start("burn", CREATE_SUSPENDED);
    ok(AssignProcessToJobObject(job, process.hProcess), "error %lu", GetLastError());
    ResumeThread(process.hThread);
    used = used_in_a_second(job);
    ok(used < 3000000, "%lld of 10000000", used);
    ok(QueryInformationJobObject(job, JobObjectCpuRateControlInformation, &info, sizeof(info), NULL), "error %lu",
       GetLastError());
    ok_int(info.ControlFlags, ENABLE | HARD_CAP);
    ok_int(info.CpuRate, 1000 / system.dwNumberOfProcessors);

    /* A job that comes between, and what a member starts. */
    ok(set(job, ENABLE | HARD_CAP, 10000), "error %lu", GetLastError());
    ok(AssignProcessToJobObject(inner, process.hProcess), "error %lu", GetLastError());
    grandparent = start("spawn burn", CREATE_SUSPENDED);
    ok(AssignProcessToJobObject(job, grandparent.hProcess), "error %lu", GetLastError());
    ok(AssignProcessToJobObject(inner, grandparent.hProcess), "error %lu", GetLastError());
    ok(set(inner, ENABLE | HARD_CAP, 5000 / system.dwNumberOfProcessors), "error %lu", GetLastError());
    ok(set(job, ENABLE | MIN_MAX, 100 | 3000 << 16), "error %lu", GetLastError());
    ResumeThread(grandparent.hThread);
    used = used_in_a_second(job);
    ok(used < 4000000, "%lld of 10000000", used);
    ok(set(inner, ENABLE | WEIGHT, 9), "error %lu", GetLastError());
    ok(set(inner, ENABLE, 5000), "error %lu", GetLastError());
    ok(set(inner, 0, 0) && set(job, 0, 0), "error %lu", GetLastError());
    ok(TerminateJobObject(job, 0), "error %lu", GetLastError());
    WaitForSingleObject(process.hProcess, 10000);
    WaitForSingleObject(grandparent.hProcess, 10000);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(grandparent.hProcess);
    CloseHandle(grandparent.hThread);
    CloseHandle(inner);
}

TESTS
{
    HANDLE job;
    SYSTEM_INFO system;

    if (test_argc > 1) {
        if (!strcmp(test_argv[1], "spawn"))
            start(test_argv[2], 0);
        for (ULONGLONG end = GetTickCount64() + 15000; GetTickCount64() < end;)
            ;
        ExitProcess(0);
    }
    job = CreateJobObjectA(NULL, NULL);
    test_parameters(job);
    GetSystemInfo(&system);
    if (set(job, ENABLE | HARD_CAP, 1000 / system.dwNumberOfProcessors)) {
        test_cap(job);
    } else { /* Transom where no control group can be made */
        ok_int(GetLastError(), ERROR_NOT_SUPPORTED);
        skip("no rate of processor time");
    }
    CloseHandle(job);
}
