/* SPDX-License-Identifier: MIT */
/* child.c: other processes: creating them, and handles to them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "process.h"
#include "virtual.h"

NTSTATUS process_terminate_child(struct process_object *process, NTSTATUS status)
{
    (void)status;
    if (process->pidfd < 0 || syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0))
        return STATUS_PROCESS_IS_TERMINATING;
    return STATUS_SUCCESS;
}

int process_run_child(int fd)
{
    (void)fd;
    return 127;
}

NTSTATUS NtCreateUserProcess(HANDLE *process, HANDLE *thread, ACCESS_MASK process_access, ACCESS_MASK thread_access,
                             OBJECT_ATTRIBUTES *process_attributes, OBJECT_ATTRIBUTES *thread_attributes,
                             ULONG process_flags, ULONG thread_flags, RTL_USER_PROCESS_PARAMETERS *params,
                             PVOID create_info, PVOID attribute_list)
{
    (void)process, (void)thread, (void)process_access, (void)thread_access, (void)process_attributes;
    (void)thread_attributes, (void)process_flags, (void)thread_flags, (void)params, (void)create_info;
    (void)attribute_list;
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtOpenProcess(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, CLIENT_ID *id)
{
    if (!id)
        return STATUS_INVALID_PARAMETER_MIX;
    if (id->UniqueThread || (ULONG)(ULONG_PTR)id->UniqueProcess != process_id)
        return STATUS_INVALID_CID;
    return handle_create(&process_current->header, access_map(&process_type, access), attributes->Attributes, handle);
}

NTSTATUS NtGetNextProcess(HANDLE after, ACCESS_MASK access, ULONG attributes, ULONG flags, HANDLE *next)
{
    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (after)
        return STATUS_NO_MORE_ENTRIES;
    return handle_create(&process_current->header, access_map(&process_type, access), attributes, next);
}
