/* SPDX-License-Identifier: MIT */
/* job_info.c: NtQueryInformationJobObject and NtSetInformationJobObject. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "client.h"
#include "job.h"
#include "object_private.h"
#include "query.h"
#include "shared.h"

/* `job` NULL: the immediate one of this process. False: only this process has the job, which has no members. */
static bool number_of(const struct job *job, uint32_t *number)
{
    *number = job ? job->header.shared_number : 0;
    return !job || *number;
}

static NTSTATUS get_form(struct job *job, bool violation, struct job_form *form)
{
    struct protocol_job_query_in in = { .violation = violation };
    struct client_request request = CLIENT_REQUEST(job_query, .in = &in);
    memset(form, 0, sizeof(*form));
    if (!number_of(job, &in.object)) {
        native_lock(&job->lock);
        form->settings = job->settings;
        native_unlock(&job->lock);
        const JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION *notify = &form->settings.notify;
        form->violation = (JOBOBJECT_LIMIT_VIOLATION_INFORMATION){
            .LimitFlags = notify->LimitFlags,
            .IoReadBytesLimit = notify->IoReadBytesLimit,
            .IoWriteBytesLimit = notify->IoWriteBytesLimit,
            .PerJobUserTimeLimit = notify->PerJobUserTimeLimit,
            .JobMemoryLimit = notify->JobMemoryLimit,
        };
        return STATUS_SUCCESS;
    }
    NTSTATUS status = client_request(&request);
    if (!status && request.bytes_size != sizeof(*form))
        status = STATUS_INVALID_NETWORK_RESPONSE;
    if (!status)
        memcpy(form, request.bytes, sizeof(*form));
    free(request.bytes);
    return status;
}

bool job_gives_priority(const struct process_object *process)
{
    struct job_form form;
    if (process != process_current)
        return process->priority_given;
    return job_self() && !get_form(NULL, false, &form) && form.priority_class;
}

/* As many as fit; STATUS_BUFFER_OVERFLOW says that there are more. */
static NTSTATUS query_ids(struct job *job, void *info, ULONG length, ULONG *needed)
{
    JOBOBJECT_BASIC_PROCESS_ID_LIST *out = info;
    struct protocol_job_processes_in in = { 0 };
    struct client_request request = CLIENT_REQUEST(job_processes, .in = &in);
    size_t head = offsetof(JOBOBJECT_BASIC_PROCESS_ID_LIST, ProcessIdList), room;
    if (length < sizeof(*out)) {
        *needed = sizeof(*out);
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NTSTATUS status = number_of(job, &in.object) ? client_request(&request) : STATUS_SUCCESS;
    const uint32_t *ids = request.bytes;
    size_t count = request.bytes_size / sizeof(*ids);
    if (!status) {
        room = (length - head) / sizeof(ULONG_PTR);
        out->NumberOfAssignedProcesses = (DWORD)count;
        out->NumberOfProcessIdsInList = (DWORD)(count < room ? count : room);
        for (size_t i = 0; i < out->NumberOfProcessIdsInList; i++)
            out->ProcessIdList[i] = ids[i];
        *needed = (ULONG)(head + out->NumberOfProcessIdsInList * sizeof(ULONG_PTR));
        status = count <= room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
    }
    free(request.bytes);
    return status;
}

static NTSTATUS query(struct job *job, ULONG class, void *info, ULONG length, ULONG *needed)
{
    struct job_form form;
    NTSTATUS status;
    switch (class) {
    case JobObjectBasicProcessIdList:
        return query_ids(job, info, length, needed);
    case JobObjectBasicAccountingInformation:
    case JobObjectBasicAndIoAccountingInformation:
    case JobObjectBasicLimitInformation:
    case JobObjectExtendedLimitInformation:
    case JobObjectBasicUIRestrictions:
    case JobObjectEndOfJobTimeInformation:
    case JobObjectGroupInformation:
    case JobObjectGroupInformationEx:
    case JobObjectNotificationLimitInformation:
    case JobObjectCpuRateControlInformation:
        status = get_form(job, false, &form);
        if (status)
            return status;
        break;
    case JobObjectLimitViolationInformation:
        if (length != sizeof(form.violation)) /* before the answer counts as given */
            return reply_exact(info, length, needed, NULL, sizeof(form.violation));
        status = get_form(job, true, &form);
        if (status)
            return status;
        break;
    case JobObjectNetRateControlInformation:
    case JobObjectNotificationLimitInformation2:
    case JobObjectLimitViolationInformation2:
        return STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &form.settings.limits.BasicLimitInformation;
    const USHORT group = 0;
    GROUP_AFFINITY affinity = { 0 };
    switch (class) {
    case JobObjectBasicAccountingInformation:
        return reply_exact(info, length, needed, &form.account.BasicInfo, sizeof(form.account.BasicInfo));
    case JobObjectBasicAndIoAccountingInformation:
        return reply_exact(info, length, needed, &form.account, sizeof(form.account));
    case JobObjectBasicLimitInformation:
        form.settings.limits.BasicLimitInformation.LimitFlags &= JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS;
        return reply_exact(info, length, needed, basic, sizeof(*basic));
    case JobObjectExtendedLimitInformation:
        return reply_exact(info, length, needed, &form.settings.limits, sizeof(form.settings.limits));
    case JobObjectBasicUIRestrictions:
        return reply_exact(info, length, needed, &form.settings.ui_restrictions, sizeof(DWORD));
    case JobObjectEndOfJobTimeInformation:
        return reply_exact(info, length, needed, &form.settings.end_of_time_action, sizeof(DWORD));
    case JobObjectGroupInformation:
        return reply_at_least(info, length, needed, &group, sizeof(group));
    case JobObjectNotificationLimitInformation:
        return reply_exact(info, length, needed, &form.settings.notify, sizeof(form.settings.notify));
    case JobObjectLimitViolationInformation:
        return reply_exact(info, length, needed, &form.violation, sizeof(form.violation));
    case JobObjectCpuRateControlInformation:
        return reply_exact(info, length, needed, &form.settings.cpu, sizeof(form.settings.cpu));
    default: /* there is one group of processors */
        affinity.Mask = basic->LimitFlags & JOB_OBJECT_LIMIT_AFFINITY ? basic->Affinity : process_affinity();
        return reply_at_least(info, length, needed, &affinity, sizeof(affinity));
    }
}

NTSTATUS NtQueryInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass, PVOID JobInformation,
                                     ULONG JobInformationLength, ULONG *ReturnLength)
{
    struct object *obj = NULL;
    ULONG needed = 0;
    NTSTATUS status = STATUS_SUCCESS;
    if (JobHandle)
        status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_QUERY, &obj);
    else if (!job_self())
        status = STATUS_ACCESS_DENIED;
    if (status)
        return status;
    status = query((struct job *)obj, JobInformationClass, JobInformation, JobInformationLength, &needed);
    if (obj)
        object_unref(obj);
    if (ReturnLength)
        *ReturnLength = needed;
    return status;
}

/* --- setting --- */

static NTSTATUS set_part(struct job *job, uint32_t what, void *part, const void *value, uint32_t size)
{
    native_lock(&job->lock);
    bool sharing = job->sharing;
    if (!sharing)
        memcpy(part, value, size);
    native_unlock(&job->lock);
    if (!sharing)
        return STATUS_SUCCESS;
    struct protocol_job_set_in in = { .what = what };
    struct client_request request = CLIENT_REQUEST(job_set, .in = &in);
    request.parts[0] = (struct message_part){ value, size };
    NTSTATUS status = shared_export(&job->header, &in.object);
    return status ? status : client_request(&request);
}

static bool priority_class_valid(DWORD class)
{
    return class == 0x20 || class == 0x40 || class == 0x80 || class == 0x100 || class == 0x4000 || class == 0x8000;
}

/* What JOBOBJECT_BASIC_LIMIT_INFORMATION says of each flag. */
static NTSTATUS check_limits(const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic, DWORD valid)
{
    DWORD flags = basic->LimitFlags, both = JOB_OBJECT_LIMIT_JOB_TIME | JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME;
    if (flags & ~valid || (flags & both) == both)
        return STATUS_INVALID_PARAMETER;
    if (flags & JOB_OBJECT_LIMIT_WORKINGSET &&
        (!basic->MinimumWorkingSetSize || basic->MinimumWorkingSetSize > basic->MaximumWorkingSetSize))
        return STATUS_INVALID_PARAMETER;
    if (flags & JOB_OBJECT_LIMIT_AFFINITY && (!basic->Affinity || basic->Affinity & ~process_affinity()))
        return STATUS_INVALID_PARAMETER;
    if (flags & JOB_OBJECT_LIMIT_PRIORITY_CLASS && !priority_class_valid(basic->PriorityClass))
        return STATUS_INVALID_PARAMETER;
    if (flags & JOB_OBJECT_LIMIT_SCHEDULING_CLASS && basic->SchedulingClass > 9)
        return STATUS_INVALID_PARAMETER;
    if (flags & JOB_OBJECT_LIMIT_PROCESS_TIME && basic->PerProcessUserTimeLimit.QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    if (flags & JOB_OBJECT_LIMIT_JOB_TIME && basic->PerJobUserTimeLimit.QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* What is not set again stays: the extended limits, or the time of the job. */
static NTSTATUS keep_limits(struct job *job, JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits, bool extended)
{
    struct job_form form;
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *before = &form.settings.limits.BasicLimitInformation;
    JOBOBJECT_BASIC_LIMIT_INFORMATION basic = limits->BasicLimitInformation;
    NTSTATUS status = get_form(job, false, &form);
    if (status)
        return status;
    if (!extended)
        *limits = form.settings.limits;
    if (!extended)
        basic.LimitFlags |= before->LimitFlags & ~(DWORD)JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS;
    if (!job->sharing && basic.LimitFlags & JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME) { /* else the server does that */
        basic.LimitFlags &= ~(DWORD)JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME;
        basic.LimitFlags |= before->LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME;
        basic.PerJobUserTimeLimit = before->PerJobUserTimeLimit;
    }
    limits->BasicLimitInformation = basic;
    return STATUS_SUCCESS;
}

static NTSTATUS set_limits(struct job *job, const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits, bool extended)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION all = *limits;
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits->BasicLimitInformation;
    NTSTATUS status =
        check_limits(basic, extended ? JOB_OBJECT_EXTENDED_LIMIT_VALID_FLAGS : JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS);
    if (!status && (!extended || basic->LimitFlags & JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME))
        status = keep_limits(job, &all, extended);
    if (status)
        return status;
    memset(&all.IoInfo, 0, sizeof(all.IoInfo));
    all.PeakProcessMemoryUsed = all.PeakJobMemoryUsed = 0;
    return set_part(job, PROTOCOL_JOB_SET_LIMITS, &job->settings.limits, &all, sizeof(all));
}

static NTSTATUS set_notify(struct job *job, const JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION *notify)
{
    if (notify->LimitFlags & ~(DWORD)JOB_OBJECT_NOTIFICATION_LIMIT_VALID_FLAGS ||
        (notify->LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME && notify->PerJobUserTimeLimit.QuadPart < 0))
        return STATUS_INVALID_PARAMETER;
    if (notify->LimitFlags & JOB_OBJECT_LIMIT_RATE_CONTROL)
        return STATUS_NOT_SUPPORTED; /* as is the control itself */
    return set_part(job, PROTOCOL_JOB_SET_NOTIFY, &job->settings.notify, notify, sizeof(*notify));
}

static NTSTATUS set_port(struct job *job, const JOBOBJECT_ASSOCIATE_COMPLETION_PORT *info)
{
    struct object *port = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    if (info->CompletionPort)
        status = handle_lookup(info->CompletionPort, &completion_type, IO_COMPLETION_MODIFY_STATE, &port);
    if (status)
        return status;
    status = job_set_port(job, port, (uint64_t)info->CompletionKey);
    if (port)
        object_unref(port);
    return status;
}

static NTSTATUS set_number(struct job *job, ULONG class, DWORD value)
{
    if (class == JobObjectBasicUIRestrictions)
        return value & ~JOB_OBJECT_UILIMIT_ALL
                   ? STATUS_INVALID_PARAMETER
                   : set_part(job, PROTOCOL_JOB_SET_UI, &job->settings.ui_restrictions, &value, sizeof(value));
    return value > JOB_OBJECT_POST_AT_END_OF_JOB
               ? STATUS_INVALID_PARAMETER
               : set_part(job, PROTOCOL_JOB_SET_END, &job->settings.end_of_time_action, &value, sizeof(value));
}

/* Whether a control group can be made is known to the server only, also as long as the job is this process's. */
static NTSTATUS set_cpu_rate(struct job *job, const struct job_cpu_rate *rate)
{
    uint32_t number;
    NTSTATUS status = shared_export(&job->header, &number);
    return status ? status : set_part(job, PROTOCOL_JOB_SET_CPU, &job->settings.cpu, rate, sizeof(*rate));
}

/* The same as the affinity among the basic limits. */
static NTSTATUS set_affinity(struct job *job, const GROUP_AFFINITY *affinity)
{
    struct job_form form;
    JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &form.settings.limits.BasicLimitInformation;
    if (affinity->Group || affinity->Reserved[0] || affinity->Reserved[1] || affinity->Reserved[2])
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = get_form(job, false, &form);
    if (status)
        return status;
    basic->LimitFlags |= JOB_OBJECT_LIMIT_AFFINITY;
    basic->Affinity = affinity->Mask;
    if (basic->LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME) { /* which is not set anew */
        basic->LimitFlags &= ~(DWORD)JOB_OBJECT_LIMIT_JOB_TIME;
        basic->LimitFlags |= JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME;
    }
    return set_limits(job, &form.settings.limits, true);
}

static NTSTATUS set(struct job *job, ULONG class, const void *info, ULONG length)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { 0 };
    JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION notify;
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT port;
    bool extended = class == JobObjectExtendedLimitInformation;
    struct job_cpu_rate rate;
    GROUP_AFFINITY affinity;
    DWORD value;
    USHORT group;
    switch (class) {
    case JobObjectBasicLimitInformation:
    case JobObjectExtendedLimitInformation:
        if (length != (extended ? sizeof(limits) : sizeof(limits.BasicLimitInformation)))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&limits, info, length);
        return set_limits(job, &limits, extended);
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
        return set_number(job, class, value);
    case JobObjectGroupInformation: /* group 0 is the only one there is */
        if (!length || length % sizeof(group))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&group, info, sizeof(group));
        return group || length > sizeof(group) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    case JobObjectNotificationLimitInformation:
        if (length != sizeof(notify))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&notify, info, sizeof(notify));
        return set_notify(job, &notify);
    case JobObjectGroupInformationEx:
        if (!length || length % sizeof(affinity))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&affinity, info, sizeof(affinity));
        return length > sizeof(affinity) ? STATUS_INVALID_PARAMETER : set_affinity(job, &affinity);
    case JobObjectCpuRateControlInformation:
        if (length != sizeof(rate))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&rate, info, sizeof(rate));
        return set_cpu_rate(job, &rate);
    case JobObjectJobSetInformation:
    case JobObjectNetRateControlInformation:
    case JobObjectNotificationLimitInformation2:
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
