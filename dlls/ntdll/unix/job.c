/* SPDX-License-Identifier: MIT */
/*
 * job.c: job objects. Who is in which is the server's (server/job.c); a job is known there from the moment that it gets a member or
 * concerns another process, and until then is only its settings. A process knows by itself whether it is in a job, so that
 * one that is not starts others without asking anybody.
 */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cell.h"
#include "child.h"
#include "client.h"
#include "job.h"
#include "object_private.h"
#include "shared.h"

#define MARK_NAME "TRANSOM_JOB="

static bool entered; /* after the start; atomic */

bool job_self(void)
{
    return __atomic_load_n(&entered, __ATOMIC_ACQUIRE) || child_in_job();
}

static void self_entered(ULONG priority_class)
{
    struct child_start *start = child_own_start();
    if (start) /* whoever created us sees it there */
        __atomic_store_n(&start->end.in_job, 1, __ATOMIC_RELEASE);
    __atomic_store_n(&entered, true, __ATOMIC_RELEASE);
    if (priority_class)
        process_put_priority(process_current, priority_class);
}

/* --- messages to ports --- */

/* Ports that only this process has are posted to from here, when the server says so (agent_job_message). */
struct port_entry {
    uint32_t job;
    struct object *port;
    uint64_t key;
};

static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;
static void *ports; /* tree */

static int by_job(const void *a, const void *b)
{
    uint32_t x = ((const struct port_entry *)a)->job, y = ((const struct port_entry *)b)->job;
    return (x > y) - (x < y);
}

/* Takes the reference of the port; with NULL what is there goes. */
static NTSTATUS ports_set(uint32_t job, struct object *port, uint64_t key)
{
    struct port_entry *entry = malloc(sizeof(*entry)), *old = NULL;
    if (!entry) {
        if (port)
            object_unref(port);
        return STATUS_NO_MEMORY;
    }
    *entry = (struct port_entry){ job, port, key };
    pthread_mutex_lock(&ports_lock);
    struct port_entry **found = tfind(entry, &ports, by_job);
    if (found) {
        old = *found;
        tdelete(old, &ports, by_job);
    }
    if (port && tsearch(entry, &ports, by_job))
        entry = NULL;
    pthread_mutex_unlock(&ports_lock);
    if (old)
        object_unref(old->port);
    free(old);
    if (entry && port)
        object_unref(port);
    NTSTATUS status = entry && port ? STATUS_NO_MEMORY : STATUS_SUCCESS;
    free(entry);
    return status;
}

uint32_t agent_job_message(struct message *message, const struct protocol_job_message_in *in,
                           struct protocol_job_message_out *out)
{
    struct port_entry key = { .job = in->job }, copy = { 0 };
    (void)message;
    (void)out;
    if (!in->message) {
        ports_set(in->job, NULL, 0);
        return STATUS_SUCCESS;
    }
    pthread_mutex_lock(&ports_lock);
    struct port_entry **found = tfind(&key, &ports, by_job);
    if (found) {
        copy = **found;
        object_ref(copy.port);
    }
    pthread_mutex_unlock(&ports_lock);
    if (!copy.port)
        return (uint32_t)STATUS_NOT_FOUND;
    NTSTATUS status = completion_post(copy.port, copy.key, in->id, STATUS_SUCCESS, in->message);
    object_unref(copy.port);
    return (uint32_t)status;
}

/* A port that processes share gets its messages from the server. The job has its number. */
static NTSTATUS send_port(uint32_t number, struct object *port, uint64_t key)
{
    struct protocol_job_port_in in = { .object = number, .key = key };
    struct client_request request = CLIENT_REQUEST(job_port, .in = &in);
    in.port = port ? port->shared_number : 0;
    in.local = port && !in.port;
    if (in.local) { /* before the first message comes */
        NTSTATUS status = ports_set(number, object_ref(port), key);
        if (status)
            return status;
    }
    NTSTATUS status = client_request(&request);
    if (status || !in.local)
        ports_set(number, NULL, 0);
    return status;
}

NTSTATUS job_set_port(struct job *job, struct object *port, uint64_t key)
{
    native_lock(&job->lock);
    if (!job->sharing) {
        struct object *old = job->port;
        job->port = port ? object_ref(port) : NULL;
        job->key = key;
        native_unlock(&job->lock);
        if (old)
            object_unref(old);
        return STATUS_SUCCESS;
    }
    native_unlock(&job->lock);
    uint32_t number;
    NTSTATUS status = shared_export(&job->header, &number);
    return status ? status : send_port(number, port, key);
}

/* --- the object --- */

static void job_destroy(struct object *obj)
{
    struct job *job = (struct job *)obj;
    if (job->port)
        object_unref(job->port);
    free(job);
}

static NTSTATUS job_share(struct object *obj, struct shared_form *form)
{
    struct job *job = (struct job *)obj;
    struct job_settings *copy = malloc(sizeof(*copy));
    if (!copy)
        return STATUS_NO_MEMORY;
    native_lock(&job->lock);
    job->sharing = true; /* what is set from now on waits until it can be told to the server */
    *copy = job->settings;
    native_unlock(&job->lock);
    form->data = copy;
    form->size = sizeof(*copy);
    return STATUS_SUCCESS;
}

static void job_shared(struct object *obj, uint32_t cell)
{
    (void)cell;
    struct job *job = (struct job *)obj;
    if (!job->port)
        return;
    send_port(obj->shared_number, job->port, job->key);
    object_unref(job->port);
    job->port = NULL;
}

static NTSTATUS job_adopt(struct shared_form *form, struct object **obj)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return STATUS_NO_MEMORY;
    object_init(&job->header, &job_type);
    job->header.cell = form->cell;
    job->sharing = true;
    *obj = &job->header;
    return STATUS_SUCCESS;
}

const struct object_type job_type = {
    .name = "Job",
    .index = OBJECT_TYPE_JOB,
    .valid_access = JOB_OBJECT_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | JOB_OBJECT_QUERY,
                         STANDARD_RIGHTS_WRITE | JOB_OBJECT_ASSIGN_PROCESS | JOB_OBJECT_SET_ATTRIBUTES |
                             JOB_OBJECT_TERMINATE,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, JOB_OBJECT_ALL_ACCESS },
    .destroy = job_destroy,
    .share = job_share,
    .shared = job_shared,
    .adopt = job_adopt,
};

NTSTATUS NtCreateJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return STATUS_NO_MEMORY;
    object_init(&job->header, &job_type);
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

static NTSTATUS assign(struct object *job, struct process_object *process)
{
    struct protocol_job_assign_in in = { .id = process->id };
    struct protocol_job_assign_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(job_assign, .in = &in, .out = &out, );
    struct child_start *start;
    uint32_t number = 0;
    if (process_update(process))
        return STATUS_PROCESS_IS_TERMINATING;
    NTSTATUS status = shared_export(job, &in.object);
    if (status)
        return status;
    /* One that we did not start must be told, so that it tells the server what it starts. A native one cannot be. */
    if (process != process_current && !process->is_child && process_number(process, &number))
        number = 0;
    request.fd = process->pidfd;
    start = process_child_start(process);
    in.flags = start && start->native ? PROTOCOL_JOB_NATIVE : 0;
    status = client_request(&request);
    if (start && request.bytes_size && request.bytes_size <= sizeof(start->job_mark))
        memcpy(start->job_mark, request.bytes, request.bytes_size);
    free(request.bytes);
    if (status)
        return status;
    process->in_job = true;
    process->job = in.object; /* for who asks when it has ended */
    process->priority_given = out.priority_class != 0;
    if (out.priority_class)
        process->priority_class = out.priority_class;
    if (process == process_current) {
        self_entered(out.priority_class);
    } else if (start) {
        if (out.priority_class)
            start->priority_class = out.priority_class;
        __atomic_store_n(&start->end.in_job, 1, __ATOMIC_RELEASE);
    } else if (number) {
        struct protocol_job_entered_in told = { out.priority_class };
        struct protocol_job_entered_out heard;
        client_call(number, PROTOCOL_CALL_job_entered, &told, NULL, -1, &heard, NULL, NULL, NULL);
    }
    return STATUS_SUCCESS;
}

uint32_t agent_job_entered(struct message *message, const struct protocol_job_entered_in *in,
                           struct protocol_job_entered_out *out)
{
    (void)message;
    (void)out;
    self_entered(in->priority_class);
    return STATUS_SUCCESS;
}

NTSTATUS NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle)
{
    struct object *job, *process;
    NTSTATUS status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_ASSIGN_PROCESS, &job);
    if (status)
        return status;
    status = handle_lookup(ProcessHandle, &process_type, PROCESS_SET_QUOTA | PROCESS_TERMINATE, &process);
    if (!status) {
        status = assign(job, (struct process_object *)process);
        object_unref(process);
    }
    object_unref(job);
    return status;
}

/* `job`: NULL for any. */
static NTSTATUS is_member(struct process_object *process, struct object *job)
{
    struct protocol_job_member_in in = { job ? job->shared_number : 0, process->id, process->job };
    struct client_request request = CLIENT_REQUEST(job_member, .in = &in);
    if (job && !in.object)
        return STATUS_PROCESS_NOT_IN_JOB; /* nobody is in it */
    if (process == process_current && !job)
        return job_self() ? STATUS_PROCESS_IN_JOB : STATUS_PROCESS_NOT_IN_JOB;
    if (!job && (process->in_job || process->job))
        return STATUS_PROCESS_IN_JOB;
    if (client_join(false))
        return STATUS_PROCESS_NOT_IN_JOB; /* without a server there are no jobs */
    return client_request(&request);
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
        status = is_member((struct process_object *)process, job);
        if (job)
            object_unref(job);
    }
    object_unref(process);
    return status;
}

NTSTATUS NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus)
{
    struct object *job;
    NTSTATUS status = handle_lookup(JobHandle, &job_type, JOB_OBJECT_TERMINATE, &job);
    if (status)
        return status;
    struct protocol_job_terminate_in in = { job->shared_number, (uint32_t)ExitStatus };
    struct protocol_job_terminate_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(job_terminate, .in = &in, .out = &out, );
    if (in.object)
        status = client_request(&request);
    object_unref(job);
    if (!status && out.caller_too)
        process_exit(ExitStatus);
    return status;
}

/* --- starting a process --- */

NTSTATUS job_child_begin(struct job_start *start, ULONG process_flags, const struct job_child *child)
{
    size_t count = child->count;
    struct protocol_job_reserve_in in = { .parent = child->parent };
    struct protocol_job_reserve_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(job_reserve, .in = &in, .out = &out, );
    *start = (struct job_start){ .was_limited = job_self() };
    if (!start->was_limited && !count && (!child->parent || client_join(false)))
        return STATUS_SUCCESS;
    if (!count && client_join(false)) /* the server that knew of the job has died */
        return STATUS_SUCCESS;
    uint32_t *numbers = malloc((count + 1) * sizeof(*numbers));
    NTSTATUS status = numbers ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    for (size_t i = 0; i < count && !status; i++) {
        struct object *job;
        status = handle_lookup(child->jobs[i], &job_type, JOB_OBJECT_ASSIGN_PROCESS, &job);
        if (status)
            break;
        status = shared_export(job, &numbers[i]);
        object_unref(job); /* the handle holds it; if that is closed meanwhile the server says so */
    }
    in.flags = (process_flags & PROCESS_CREATE_FLAGS_BREAKAWAY ? PROTOCOL_JOB_BREAKAWAY : 0) |
               (child->native ? PROTOCOL_JOB_NATIVE : 0);
    request.parts[0] = (struct message_part){ numbers, (uint32_t)(count * sizeof(*numbers)) };
    if (!status)
        status = client_request(&request);
    free(numbers);
    start->ticket = out.ticket;
    start->job = out.job;
    start->priority_class = out.priority_class;
    start->mark = request.bytes;
    return status;
}

/* Also when its creator has been killed meanwhile: then nobody would be there who has it in the job. */
bool job_child_enter(const struct job_start *start)
{
    struct rlimit limit;
    if (start->was_limited && !getrlimit(RLIMIT_DATA, &limit)) {
        limit.rlim_cur = limit.rlim_max; /* the server sets what its own job says */
        setrlimit(RLIMIT_DATA, &limit);
    }
    struct protocol_job_enter_in in = { start->ticket };
    return !start->ticket || client_tell(PROTOCOL_job_enter, &in);
}

void job_child_created(struct process_object *child, struct job_start *start)
{
    child->job = start->job;
    child->in_job = start->ticket != 0;
    start->ticket = 0;
}

void job_child_done(struct job_start *start)
{
    if (start->ticket)
        client_message(PROTOCOL_job_release, &(struct protocol_job_release_in){ start->ticket });
    free(start->mark);
}

char **job_mark_environment(const char *mark, char **environment)
{
    size_t count = 0, size = sizeof(MARK_NAME) + (mark ? strlen(mark) : 0);
    if (!mark)
        return environment;
    while (environment[count])
        count++;
    char **copy = malloc((count + 2) * sizeof(*copy) + size);
    if (!copy)
        return NULL;
    memcpy(copy, environment, count * sizeof(*copy));
    copy[count] = (char *)&copy[count + 2];
    copy[count + 1] = NULL;
    snprintf(copy[count], size, "%s%s", MARK_NAME, mark);
    return copy;
}

/* The server reads what it has used while /proc knows that. */
void job_child_ended(struct process_object *child, NTSTATUS status)
{
    struct protocol_job_ended_in in = { .id = child->id, .status = (uint32_t)status };
    struct client_request request = CLIENT_REQUEST(job_ended, .in = &in);
    struct rusage usage;
    if (!child->in_job)
        return;
    /* The system call also tells what only the parent may know; the C library's function does not. */
    if (!syscall(SYS_waitid, P_PIDFD, child->pidfd, NULL, WEXITED | WNOWAIT, &usage))
        in.peak_memory = (uint64_t)usage.ru_maxrss * 1024;
    if (client_joined())
        client_request(&request);
}

/* --- this process --- */

/* A native program that is in a job has started us: its environment says in which. */
void job_process_starts(void)
{
    const struct child_start *start = child_own_start();
    const char *mark = getenv("TRANSOM_JOB");
    char *copy = mark ? strdup(mark) : NULL;
    if (!copy)
        return;
    unsetenv("TRANSOM_JOB");
    struct protocol_job_follow_in in = { 0 };
    struct client_request request = CLIENT_REQUEST(job_follow, .in = &in);
    request.parts[0] = (struct message_part){ copy, (uint32_t)strlen(copy) };
    if (!start && !client_join(false) && !client_request(&request))
        self_entered(0);
    free(copy);
}

void job_before_exit(NTSTATUS status)
{
    if (job_self() && !child_creator_lives())
        client_last_words(PROTOCOL_job_ended,
                          &(struct protocol_job_ended_in){ .id = process_id, .status = (uint32_t)status });
}

bool job_lends(size_t size)
{
    struct protocol_job_memory_in in = { size };
    struct client_request request = CLIENT_REQUEST(job_memory, .in = &in);
    return job_self() && !client_join(false) && !client_request(&request);
}
