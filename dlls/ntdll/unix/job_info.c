/* SPDX-License-Identifier: MIT */
/* job_info.c: NtQueryInformationJobObject and NtSetInformationJobObject. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "job.h"
#include "object_private.h"
#include "query.h"

static JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting(const struct job *job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION out = { 0 };
    uint64_t user = job->user_time, kernel = job->kernel_time;
    out.TotalPageFaultCount = job->page_faults;
    for (const struct job_member *member = job->members; member; member = member->next_in_job) {
        struct process_numbers numbers;
        if (!process_numbers(member->process->id, &numbers))
            continue;
        user += numbers.user_time;
        kernel += numbers.kernel_time;
        out.TotalPageFaultCount += numbers.page_faults;
    }
    out.TotalUserTime.QuadPart = out.ThisPeriodTotalUserTime.QuadPart = (LONGLONG)user;
    out.TotalKernelTime.QuadPart = out.ThisPeriodTotalKernelTime.QuadPart = (LONGLONG)kernel;
    out.TotalProcesses = job->total;
    out.ActiveProcesses = job->active;
    out.TotalTerminatedProcesses = job->terminated;
    return out;
}

static NTSTATUS query_ids(struct job *job, void *info, ULONG length, ULONG *needed)
{
    JOBOBJECT_BASIC_PROCESS_ID_LIST *out = info;
    size_t head = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList), room;
    struct job_ids list = { 0 };
    struct process_object **others;
    size_t count;
    bool self;
    if (length < sizeof(*out)) {
        *needed = sizeof(*out);
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    job_collect(job, &list, &others, &count, &self);
    for (size_t i = 0; i < count; i++)
        object_unref(&others[i]->header);
    free(others);
    room = (length - head) / sizeof(ULONG_PTR);
    out->NumberOfAssignedProcesses = (DWORD)list.count;
    out->NumberOfProcessIdsInList = (DWORD)(list.count < room ? list.count : room);
    for (size_t i = 0; i < out->NumberOfProcessIdsInList; i++)
        out->ProcessIdList[i] = (ULONG_PTR)list.ids[i];
    *needed = (ULONG)(head + out->NumberOfProcessIdsInList * sizeof(ULONG_PTR));
    free(list.ids);
    return list.count <= room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}

static NTSTATUS query(struct job *job, ULONG class, void *info, ULONG length, ULONG *needed)
{
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION account = { 0 };
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    USHORT group = 0;
    switch (class) {
    case JobObjectBasicAccountingInformation:
    case JobObjectBasicAndIoAccountingInformation:
        native_lock(&job_lock);
        account.BasicInfo = accounting(job);
        native_unlock(&job_lock);
        return reply_exact(info, length, needed, &account,
                           class == JobObjectBasicAccountingInformation ? sizeof(account.BasicInfo) : sizeof(account));
    case JobObjectBasicLimitInformation:
    case JobObjectExtendedLimitInformation:
        native_lock(&job_lock);
        limits = job->limits;
        native_unlock(&job_lock);
        if (class == JobObjectBasicLimitInformation)
            limits.BasicLimitInformation.LimitFlags &= JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS;
        return reply_exact(info, length, needed, &limits,
                           class == JobObjectBasicLimitInformation ? sizeof(limits.BasicLimitInformation)
                                                                   : sizeof(limits));
    case JobObjectBasicProcessIdList:
        return query_ids(job, info, length, needed);
    case JobObjectBasicUIRestrictions:
        return reply_exact(info, length, needed, &job->ui_restrictions, sizeof(DWORD));
    case JobObjectEndOfJobTimeInformation:
        return reply_exact(info, length, needed, &job->end_of_time_action, sizeof(DWORD));
    case JobObjectGroupInformation:
        return reply_at_least(info, length, needed, &group, sizeof(group));
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtQueryInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass, PVOID JobInformation,
                                     ULONG JobInformationLength, ULONG *ReturnLength)
{
    struct object *obj = NULL;
    ULONG needed = 0;
    NTSTATUS status;
    if (JobHandle) {
        status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_QUERY, &obj);
        if (status)
            return status;
    } else { /* the caller's innermost one */
        native_lock(&job_lock);
        struct job_member *member = job_find_member(NULL, process_id);
        if (member)
            obj = object_ref(&member->job->header);
        native_unlock(&job_lock);
        if (!obj)
            return STATUS_ACCESS_DENIED;
    }
    status = query((struct job *)obj, JobInformationClass, JobInformation, JobInformationLength, &needed);
    object_unref(obj);
    if (ReturnLength)
        *ReturnLength = needed;
    return status;
}

static NTSTATUS set_limits(struct job *job, const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits, bool extended)
{
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits->BasicLimitInformation;
    DWORD valid = extended ? JOB_OBJECT_EXTENDED_LIMIT_VALID_FLAGS : JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS;
    if (basic->LimitFlags & ~valid)
        return STATUS_INVALID_PARAMETER;
    if ((basic->LimitFlags & (JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME)) ==
        (JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME))
        return STATUS_INVALID_PARAMETER;
    if (basic->LimitFlags & JOB_OBJECT_LIMIT_WORKINGSET &&
        (!basic->MinimumWorkingSetSize || basic->MinimumWorkingSetSize > basic->MaximumWorkingSetSize))
        return STATUS_INVALID_PARAMETER;
    if (basic->LimitFlags & JOB_OBJECT_LIMIT_AFFINITY && (!basic->Affinity || basic->Affinity & ~process_affinity()))
        return STATUS_INVALID_PARAMETER;
    native_lock(&job_lock);
    if (extended) {
        job->limits = *limits;
        memset(&job->limits.IoInfo, 0, sizeof(job->limits.IoInfo));
        job->limits.PeakProcessMemoryUsed = job->limits.PeakJobMemoryUsed = 0;
    } else { /* the extended ones stay */
        DWORD keep = job->limits.BasicLimitInformation.LimitFlags & ~(DWORD)JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS;
        job->limits.BasicLimitInformation = *basic;
        job->limits.BasicLimitInformation.LimitFlags |= keep;
    }
    for (struct job_member *member = job->members; member; member = member->next_in_job)
        job_apply_limits(job, member->process);
    native_unlock(&job_lock);
    return STATUS_SUCCESS;
}

static NTSTATUS set_port(struct job *job, const JOBOBJECT_ASSOCIATE_COMPLETION_PORT *info)
{
    struct object *port = NULL, *old;
    if (info->CompletionPort) {
        NTSTATUS status = handle_lookup(info->CompletionPort, &completion_type, IO_COMPLETION_MODIFY_STATE, &port);
        if (status)
            return status;
    }
    native_lock(&job_lock);
    old = job->port;
    job->port = port;
    job->key = (ULONG_PTR)info->CompletionKey;
    /* The members that are there already are announced. */
    for (struct job_member *member = job->members; member; member = member->next_in_job)
        job_notify(job, JOB_OBJECT_MSG_NEW_PROCESS, member->process->id);
    native_unlock(&job_lock);
    if (old)
        object_unref(old);
    return STATUS_SUCCESS;
}

static NTSTATUS set(struct job *job, ULONG class, const void *info, ULONG length)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT port;
    DWORD value;
    switch (class) {
    case JobObjectBasicLimitInformation:
    case JobObjectExtendedLimitInformation:
        if (length !=
            (class == JobObjectExtendedLimitInformation ? sizeof(limits) : sizeof(limits.BasicLimitInformation)))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&limits, info, length);
        return set_limits(job, &limits, class == JobObjectExtendedLimitInformation);
    case JobObjectAssociateCompletionPortInformation:
        if (length != sizeof(port))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&port, info, sizeof(port));
        return set_port(job, &port);
    case JobObjectBasicUIRestrictions:
    case JobObjectEndOfJobTimeInformation:
        if (length != sizeof(value))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&value, info, sizeof(value));
        if (value > (class == JobObjectBasicUIRestrictions ? 0xffu : 1u))
            return STATUS_INVALID_PARAMETER;
        *(class == JobObjectBasicUIRestrictions ? &job->ui_restrictions : &job->end_of_time_action) = value;
        return STATUS_SUCCESS;
    case JobObjectJobSetInformation:
        return STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass, PVOID JobInformation,
                                   ULONG JobInformationLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_SET_ATTRIBUTES, &obj);
    if (status)
        return status;
    status = set((struct job *)obj, JobInformationClass, JobInformation, JobInformationLength);
    object_unref(obj);
    return status;
}
