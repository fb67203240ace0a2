/* SPDX-License-Identifier: MIT */
/*
 * job.c: job objects. A job's members are processes that this process knows: itself, its children, and others it has opened.
 * What a member starts belongs to the job too; that is found by walking the process tree when the job is ended or listed.
 * So a process whose parent has ended is missed, and a member knows that it is in a job, but not in which.
 *
 * Limits are applied to each member with Linux's means: memory as RLIMIT_DATA, which counts what is committed and writable;
 * processor time as RLIMIT_CPU, in seconds. The limits of a whole job are upper limits of each member only.
 */
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "cell.h"
#include "child.h"
#include "job.h"
#include "object_private.h"
#include "query.h"

struct job_member {
    struct job *job;                /* referenced: a job lives as long as it has members */
    struct process_object *process; /* referenced */
    struct job_member *next_in_job;
    struct job_member *next_member; /* of all jobs */
};

struct job {
    struct object header;
    struct job *next; /* all jobs of this process */
    struct job_member *members;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    DWORD ui_restrictions, end_of_time_action;
    DWORD total, active, terminated, page_faults;
    uint64_t user_time, kernel_time; /* of members that have ended */
    struct object *port;
    ULONG_PTR key;
};

static uint32_t job_lock; /* of everything here */
static struct job *jobs;
static struct job_member *members;

static void job_destroy(struct object *obj)
{
    struct job *job = (struct job *)obj;
    native_lock(&job_lock);
    struct job **link = &jobs;
    while (*link && *link != job)
        link = &(*link)->next;
    if (*link)
        *link = job->next;
    native_unlock(&job_lock);
    if (job->port)
        object_unref(job->port);
    free(job);
}

static void end_all(struct job *job, NTSTATUS status);

static void job_close(struct object *obj, HANDLE handle)
{
    struct job *job = (struct job *)obj;
    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) == 1 &&
        job->limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)
        end_all(job, STATUS_SUCCESS);
}

static const struct object_type job_type = {
    .name = "Job",
    .valid_access = JOB_OBJECT_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | JOB_OBJECT_QUERY,
                         STANDARD_RIGHTS_WRITE | JOB_OBJECT_ASSIGN_PROCESS | JOB_OBJECT_SET_ATTRIBUTES |
                             JOB_OBJECT_TERMINATE,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, JOB_OBJECT_ALL_ACCESS },
    .destroy = job_destroy,
    .close = job_close,
};

NTSTATUS NtCreateJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return STATUS_NO_MEMORY;
    object_init(&job->header, &job_type);
    native_lock(&job_lock);
    job->next = jobs;
    jobs = job;
    native_unlock(&job_lock);
    NTSTATUS status = object_cell_alloc(&job->header, CELL_NOTIFICATION, 0, 0);
    if (status) {
        object_unref(&job->header);
        return status;
    }
    return object_create_handle(&job->header, DesiredAccess, ObjectAttributes, JobHandle);
}

NTSTATUS NtOpenJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&job_type, DesiredAccess, ObjectAttributes, JobHandle);
}

/* --- members --- */

static struct job_member *find_member(const struct job *job, ULONG id)
{
    for (struct job_member *member = members; member; member = member->next_member)
        if (member->process->id == id && (!job || member->job == job))
            return member;
    return NULL;
}

/* Notifies the job's port; the lock is held, which orders the messages. */
static void notify(struct job *job, ULONG message, ULONG id)
{
    if (job->port)
        completion_post(job->port, job->key, id, STATUS_SUCCESS, message);
}

static void apply_limits(const struct job *job, struct process_object *process)
{
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->limits.BasicLimitInformation;
    DWORD flags = basic->LimitFlags;
    pid_t pid = (pid_t)process->id;
    rlim_t memory = RLIM_INFINITY;
    if (flags & JOB_OBJECT_LIMIT_PROCESS_MEMORY)
        memory = job->limits.ProcessMemoryLimit;
    if (flags & JOB_OBJECT_LIMIT_JOB_MEMORY && job->limits.JobMemoryLimit < memory)
        memory = job->limits.JobMemoryLimit;
    if (memory != RLIM_INFINITY) {
        struct rlimit limit;
        if (!prlimit(pid, RLIMIT_DATA, NULL, &limit)) {
            limit.rlim_cur = memory < limit.rlim_max ? memory : limit.rlim_max;
            prlimit(pid, RLIMIT_DATA, &limit, NULL);
        }
    }
    uint64_t time = UINT64_MAX;
    if (flags & JOB_OBJECT_LIMIT_PROCESS_TIME)
        time = (uint64_t)basic->PerProcessUserTimeLimit.QuadPart;
    if (flags & JOB_OBJECT_LIMIT_JOB_TIME && (uint64_t)basic->PerJobUserTimeLimit.QuadPart < time)
        time = (uint64_t)basic->PerJobUserTimeLimit.QuadPart;
    if (time != UINT64_MAX) {
        struct rlimit limit;
        rlim_t seconds = (time + 9999999) / 10000000;
        if (!prlimit(pid, RLIMIT_CPU, NULL, &limit)) {
            limit.rlim_cur = seconds < limit.rlim_max ? seconds : limit.rlim_max;
            prlimit(pid, RLIMIT_CPU, &limit, NULL);
        }
    }
    if (flags & JOB_OBJECT_LIMIT_AFFINITY) {
        cpu_set_t set;
        CPU_ZERO(&set);
        for (unsigned i = 0; i < 64; i++)
            if (basic->Affinity >> i & 1)
                CPU_SET(i, &set);
        sched_setaffinity(pid, sizeof(set), &set);
    }
    if (flags & JOB_OBJECT_LIMIT_PRIORITY_CLASS)
        process->priority_class = basic->PriorityClass;
}

static NTSTATUS add_member(struct job *job, struct process_object *process)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct job_member *member = malloc(sizeof(*member));
    if (!member)
        return STATUS_NO_MEMORY;
    native_lock(&job_lock);
    const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &job->limits.BasicLimitInformation;
    if (find_member(job, process->id)) {
        status = STATUS_ACCESS_DENIED;
    } else if (__atomic_load_n(&process->ended, __ATOMIC_ACQUIRE)) {
        status = STATUS_PROCESS_IS_TERMINATING;
    } else if (basic->LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS && job->active >= basic->ActiveProcessLimit) {
        notify(job, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT, process->id);
        status = STATUS_QUOTA_EXCEEDED;
    } else {
        object_ref(&job->header);
        object_ref(&process->header);
        *member = (struct job_member){ job, process, job->members, members };
        job->members = member;
        members = member;
        job->total++;
        job->active++;
        apply_limits(job, process);
        if (process->start)
            __atomic_store_n(&process->start->in_job, 1, __ATOMIC_RELEASE);
        notify(job, JOB_OBJECT_MSG_NEW_PROCESS, process->id);
        member = NULL;
    }
    native_unlock(&job_lock);
    free(member);
    return status;
}

NTSTATUS NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle)
{
    struct object *job, *process;
    NTSTATUS status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_ASSIGN_PROCESS, &job);
    if (status)
        return status;
    status = handle_lookup(ProcessHandle, &process_type, PROCESS_SET_QUOTA | PROCESS_TERMINATE, &process);
    if (!status) {
        status = add_member((struct job *)job, (struct process_object *)process);
        object_unref(process);
    }
    object_unref(job);
    return status;
}

NTSTATUS NtIsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle)
{
    struct object *process, *job = NULL;
    NTSTATUS status = handle_lookup(ProcessHandle, &process_type, PROCESS_QUERY_LIMITED_INFORMATION, &process);
    if (status)
        return status;
    if (JobHandle)
        status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_QUERY, &job);
    if (!status) {
        native_lock(&job_lock);
        bool member = find_member((struct job *)job, ((struct process_object *)process)->id);
        native_unlock(&job_lock);
        if (!job && process == &process_current->header)
            member |= child_in_job();
        status = member ? STATUS_PROCESS_IN_JOB : STATUS_PROCESS_NOT_IN_JOB;
        if (job)
            object_unref(job);
    }
    object_unref(process);
    return status;
}

/* --- the process tree --- */

struct id_list {
    pid_t *ids;
    size_t count, room;
};

static bool id_add(struct id_list *list, pid_t id)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        pid_t *bigger = realloc(list->ids, room * sizeof(*bigger));
        if (!bigger)
            return false;
        list->ids = bigger;
        list->room = room;
    }
    list->ids[list->count++] = id;
    return true;
}

struct kin {
    pid_t parent, child;
};

static int by_parent(const void *a, const void *b)
{
    pid_t x = ((const struct kin *)a)->parent, y = ((const struct kin *)b)->parent;
    return (x > y) - (x < y);
}

/* All processes with their parents, sorted by these; malloc'ed. */
static struct kin *all_processes(size_t *count)
{
    struct kin *list = NULL;
    size_t n = 0, room = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        char path[32 + sizeof(entry->d_name)], text[512], state, *end;
        int parent;
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        if (!read_small_file(path, text, sizeof(text)) || !(end = strrchr(text, ')')) ||
            sscanf(end + 1, " %c %d", &state, &parent) != 2)
            continue;
        if (n == room) {
            room = room ? room * 2 : 256;
            struct kin *bigger = realloc(list, room * sizeof(*bigger));
            if (!bigger)
                break;
            list = bigger;
        }
        list[n++] = (struct kin){ parent, atoi(entry->d_name) };
    }
    if (proc)
        closedir(proc);
    if (n)
        qsort(list, n, sizeof(*list), by_parent);
    *count = n;
    return list;
}

static void add_children(struct id_list *list, pid_t parent, const struct kin *all, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all[middle].parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && all[low].parent == parent; low++)
        id_add(list, all[low].child);
}

/* The members and what they have started, each parent before its children. `others` gets the members' objects but this
 * process's own, referenced. */
static void collect(struct job *job, struct id_list *list, struct process_object ***others, size_t *other_count,
                    bool *self)
{
    *others = NULL;
    *other_count = 0;
    *self = false;
    native_lock(&job_lock);
    *others = malloc((job->active + 1) * sizeof(**others));
    for (struct job_member *member = job->members; member; member = member->next_in_job) {
        id_add(list, (pid_t)member->process->id);
        if (member->process == process_current)
            *self = true;
        else if (*others)
            (*others)[(*other_count)++] = (struct process_object *)object_ref(&member->process->header);
    }
    native_unlock(&job_lock);
    size_t direct = list->count, all_count;
    struct kin *all = direct ? all_processes(&all_count) : NULL;
    for (size_t i = 0; all && i < list->count; i++) {
        size_t before = list->count;
        add_children(list, list->ids[i], all, all_count);
        /* Children that are members themselves are there already. */
        for (size_t n = before; n < list->count; n++)
            for (size_t m = 0; m < direct; m++)
                if (list->ids[m] == list->ids[n]) {
                    list->ids[n--] = list->ids[--list->count];
                    break;
                }
    }
    free(all);
}

/* Ends all members; this process, if it is one, at last. */
static void end_all(struct job *job, NTSTATUS status)
{
    struct id_list list = { 0 };
    struct process_object **others;
    size_t count;
    bool self;
    collect(job, &list, &others, &count, &self);
    for (size_t i = 0; i < count; i++) {
        process_terminate_child(others[i], status);
        object_unref(&others[i]->header);
    }
    for (size_t i = 0; i < list.count; i++)
        if (list.ids[i] != (pid_t)process_id)
            kill(list.ids[i], SIGKILL);
    free(others);
    free(list.ids);
    if (self)
        process_exit(status);
}

NTSTATUS NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_TERMINATE, &obj);
    if (status)
        return status;
    end_all((struct job *)obj, ExitStatus);
    object_unref(obj);
    return STATUS_SUCCESS;
}

/* --- what processes tell --- */

NTSTATUS job_may_create(ULONG process_flags)
{
    NTSTATUS status = STATUS_SUCCESS;
    native_lock(&job_lock);
    for (struct job_member *member = members; member && !status; member = member->next_member) {
        const JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &member->job->limits.BasicLimitInformation;
        if (member->process != process_current || basic->LimitFlags & JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK)
            continue;
        if (process_flags & PROCESS_CREATE_FLAGS_BREAKAWAY) {
            if (!(basic->LimitFlags & JOB_OBJECT_LIMIT_BREAKAWAY_OK))
                status = STATUS_ACCESS_DENIED;
        } else if (basic->LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS &&
                   member->job->active >= basic->ActiveProcessLimit) {
            notify(member->job, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT, 0);
            status = STATUS_QUOTA_EXCEEDED;
        }
    }
    native_unlock(&job_lock);
    return status;
}

/* Whether a child that is made with these flags goes into the job of this member. The lock is held. */
static bool passes_on(const struct job_member *member, ULONG process_flags)
{
    DWORD flags = member->job->limits.BasicLimitInformation.LimitFlags;
    return member->process == process_current && !(flags & JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK) &&
           !(flags & JOB_OBJECT_LIMIT_BREAKAWAY_OK && process_flags & PROCESS_CREATE_FLAGS_BREAKAWAY);
}

bool job_child_inherits(ULONG process_flags)
{
    bool inherits = child_in_job(); /* its creator's job, of which this process knows no more */
    native_lock(&job_lock);
    for (struct job_member *member = members; member && !inherits; member = member->next_member)
        inherits = passes_on(member, process_flags);
    native_unlock(&job_lock);
    return inherits;
}

NTSTATUS job_child_created(struct process_object *child, ULONG process_flags, const HANDLE *handles, size_t count)
{
    struct job **inherited = NULL;
    size_t inherited_count = 0;
    NTSTATUS status = STATUS_SUCCESS;
    native_lock(&job_lock);
    for (struct job_member *member = members; member; member = member->next_member) {
        if (!passes_on(member, process_flags))
            continue;
        struct job **bigger = realloc(inherited, (inherited_count + 1) * sizeof(*bigger));
        if (!bigger) {
            status = STATUS_NO_MEMORY;
            break;
        }
        inherited = bigger;
        inherited[inherited_count++] = (struct job *)object_ref(&member->job->header);
    }
    native_unlock(&job_lock);
    for (size_t i = 0; i < inherited_count; i++) {
        if (!status)
            status = add_member(inherited[i], child);
        object_unref(&inherited[i]->header);
    }
    free(inherited);
    for (size_t i = 0; i < count && !status; i++) {
        struct object *job;
        status = handle_lookup(handles[i], &job_type, JOB_OBJECT_ASSIGN_PROCESS, &job);
        if (!status) {
            status = add_member((struct job *)job, child);
            object_unref(job);
        }
    }
    return status;
}

void job_process_ended(struct process_object *process, NTSTATUS exit_status)
{
    struct job_member *left = NULL;
    struct process_numbers numbers = { 0 };
    bool known = false;
    native_lock(&job_lock);
    for (struct job_member **link = &members; *link;) {
        struct job_member *member = *link;
        struct job *job = member->job;
        if (member->process != process) {
            link = &member->next_member;
            continue;
        }
        if (!known)
            known = process_numbers(process->id, &numbers);
        *link = member->next_member;
        struct job_member **in_job = &job->members;
        while (*in_job != member)
            in_job = &(*in_job)->next_in_job;
        *in_job = member->next_in_job;
        job->active--;
        job->user_time += numbers.user_time;
        job->kernel_time += numbers.kernel_time;
        job->page_faults += numbers.page_faults;
        notify(job, (ULONG)exit_status >> 30 == 3 ? JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS : JOB_OBJECT_MSG_EXIT_PROCESS,
               process->id);
        if (!job->active)
            notify(job, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO, 0);
        member->next_member = left;
        left = member;
    }
    native_unlock(&job_lock);
    while (left) { /* unlocked: the last reference takes the lock */
        struct job_member *next = left->next_member;
        object_unref(&left->job->header);
        object_unref(&left->process->header);
        free(left);
        left = next;
    }
}

void job_before_exit(void)
{
    for (struct job *job = jobs; job; job = job->next) { /* no other thread runs, or it may fail as well */
        struct id_list list = { 0 };
        struct process_object **others;
        size_t count;
        bool self;
        if (!(job->limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) ||
            !job->header.handle_count)
            continue;
        collect(job, &list, &others, &count, &self);
        for (size_t i = 0; i < list.count; i++)
            if (list.ids[i] != (pid_t)process_id)
                kill(list.ids[i], SIGKILL);
    }
}

/* --- queries and settings --- */

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
    struct id_list list = { 0 };
    struct process_object **others;
    size_t count;
    bool self;
    if (length < sizeof(*out)) {
        *needed = sizeof(*out);
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    collect(job, &list, &others, &count, &self);
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
        struct job_member *member = find_member(NULL, process_id);
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
        apply_limits(job, member->process);
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
        notify(job, JOB_OBJECT_MSG_NEW_PROCESS, member->process->id);
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
