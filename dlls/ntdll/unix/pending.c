/* SPDX-License-Identifier: MIT */
/* pending.c: system calls whose implementation is being written. They fail honestly; each leaves this list with its file. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "unix.h"

__attribute__((weak)) NTSTATUS NtCreateJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess,
                                                 OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtOpenJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess,
                                               OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtIsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass,
                                                           PVOID JobInformation, ULONG JobInformationLength,
                                                           ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass,
                                                         PVOID JobInformation, ULONG JobInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}
