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

uint32_t job_lock;
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

const struct object_type job_type = {
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

struct job_member *job_find_member(const struct job *job, ULONG id)
{
    for (struct job_member *member = members; member; member = member->next_member)
        if (member->process->id == id && (!job || member->job == job))
            return member;
    return NULL;
}

/* Notifies the job's port; the lock is held, which orders the messages. */
void job_notify(struct job *job, ULONG message, ULONG id)
{
    if (job->port)
        completion_post(job->port, job->key, id, STATUS_SUCCESS, message);
}

void job_apply_limits(const struct job *job, struct process_object *process)
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
    if (job_find_member(job, process->id)) {
        status = STATUS_ACCESS_DENIED;
    } else if (__atomic_load_n(&process->ended, __ATOMIC_ACQUIRE)) {
        status = STATUS_PROCESS_IS_TERMINATING;
    } else if (basic->LimitFlags & JOB_OBJECT_LIMIT_ACTIVE_PROCESS && job->active >= basic->ActiveProcessLimit) {
        job_notify(job, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT, process->id);
        status = STATUS_QUOTA_EXCEEDED;
    } else {
        object_ref(&job->header);
        object_ref(&process->header);
        *member = (struct job_member){ job, process, job->members, members };
        job->members = member;
        members = member;
        job->total++;
        job->active++;
        job_apply_limits(job, process);
        struct child_start *start = process_child_start(process);
        if (start)
            __atomic_store_n(&start->in_job, 1, __ATOMIC_RELEASE);
        job_notify(job, JOB_OBJECT_MSG_NEW_PROCESS, process->id);
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
        bool member = job_find_member((struct job *)job, ((struct process_object *)process)->id);
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

static bool id_add(struct job_ids *list, pid_t id)
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

static void add_children(struct job_ids *list, pid_t parent, const struct kin *all, size_t count)
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
void job_collect(struct job *job, struct job_ids *list, struct process_object ***others, size_t *other_count,
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
    struct job_ids list = { 0 };
    struct process_object **others;
    size_t count;
    bool self;
    job_collect(job, &list, &others, &count, &self);
    for (size_t i = 0; i < count; i++) {
        process_terminate_other(others[i], status);
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
            job_notify(member->job, JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT, 0);
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
        job_notify(job,
                   (ULONG)exit_status >> 30 == 3 ? JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS : JOB_OBJECT_MSG_EXIT_PROCESS,
                   process->id);
        if (!job->active)
            job_notify(job, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO, 0);
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
        struct job_ids list = { 0 };
        struct process_object **others;
        size_t count;
        bool self;
        if (!(job->limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE) ||
            !job->header.handle_count)
            continue;
        job_collect(job, &list, &others, &count, &self);
        for (size_t i = 0; i < list.count; i++)
            if (list.ids[i] != (pid_t)process_id)
                kill(list.ids[i], SIGKILL);
    }
}
