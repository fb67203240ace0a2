/* SPDX-License-Identifier: MIT */
/* jobapi.c: job objects (jobapi.h, jobapi2.h, winbase.h). */
#include "kernelbase_private.h"

HANDLE WINAPI CreateJobObjectW(SECURITY_ATTRIBUTES *security, const WCHAR *name)
{
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status = object_name_arg(&arg, name, security, OBJ_OPENIF, &attr);

    if (!status)
        status = NtCreateJobObject(&handle, JOB_OBJECT_ALL_ACCESS, attr);
    if (!NT_SUCCESS(status)) {
        set_ntstatus(status);
        return NULL;
    }
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : 0);
    return handle;
}

HANDLE WINAPI CreateJobObjectA(SECURITY_ATTRIBUTES *security, const char *name)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, name))
        return NULL;
    handle = CreateJobObjectW(security, wide.str);
    wide_arg_free(&wide);
    return handle;
}

HANDLE WINAPI OpenJobObjectW(DWORD access, BOOL inherit, const WCHAR *name)
{
    SECURITY_ATTRIBUTES security = { sizeof(security), NULL, inherit };
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!name)
        return fail_null(ERROR_INVALID_PARAMETER);
    status = object_name_arg(&arg, name, &security, 0, &attr);
    if (!status)
        status = NtOpenJobObject(&handle, access, attr);
    return set_ntstatus(status) ? handle : NULL;
}

HANDLE WINAPI OpenJobObjectA(DWORD access, BOOL inherit, const char *name)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, name))
        return NULL;
    handle = OpenJobObjectW(access, inherit, wide.str);
    wide_arg_free(&wide);
    return handle;
}

BOOL WINAPI AssignProcessToJobObject(HANDLE job, HANDLE process)
{
    return set_ntstatus(NtAssignProcessToJobObject(job, process));
}

BOOL WINAPI TerminateJobObject(HANDLE job, UINT code)
{
    return set_ntstatus(NtTerminateJobObject(job, code));
}

BOOL WINAPI IsProcessInJob(HANDLE process, HANDLE job, BOOL *result)
{
    NTSTATUS status = NtIsProcessInJob(process, job);

    if (NT_SUCCESS(status))
        *result = status == STATUS_PROCESS_IN_JOB;
    return set_ntstatus(status);
}

/* A list of process identifiers that is too long for the buffer is a failure here, with what fits filled in. */
BOOL WINAPI QueryInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class, void *info, DWORD size, DWORD *returned)
{
    NTSTATUS status = NtQueryInformationJobObject(job, class, info, size, returned);

    return status == STATUS_BUFFER_OVERFLOW ? fail(ERROR_MORE_DATA) : set_ntstatus(status);
}

BOOL WINAPI SetInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class, void *info, DWORD size)
{
    return set_ntstatus(NtSetInformationJobObject(job, class, info, size));
}

/* --- what no Windows since has either --- */

/* Nested jobs have taken their place; no documentation says what else would have to be kept to. */
BOOL WINAPI CreateJobSet(ULONG count, JOB_SET_ARRAY *set, ULONG flags)
{
    (void)count;
    (void)set;
    (void)flags;
    return fail(ERROR_NOT_SUPPORTED);
}

struct io_rate_control;

/* "Starting with Windows 10, version 1607, this function is no longer supported." (jobapi2.h) */
DWORD WINAPI SetIoRateControlInformationJobObject(HANDLE job, struct io_rate_control *info)
{
    (void)job;
    (void)info;
    return (DWORD)fail(ERROR_NOT_SUPPORTED);
}

DWORD WINAPI QueryIoRateControlInformationJobObject(HANDLE job, const WCHAR *volume, struct io_rate_control **info,
                                                    ULONG *count)
{
    (void)job;
    (void)volume;
    if (info)
        *info = NULL;
    if (count)
        *count = 0;
    return (DWORD)fail(ERROR_NOT_SUPPORTED);
}

void WINAPI FreeMemoryJobObject(void *buffer)
{
    kb_free(buffer);
}
