/* SPDX-License-Identifier: MIT */
/*
 * process_object.c: other processes as objects: those that this one has created or opened by id, and those it was given by
 * number. The first are watched from here, by their pidfd; the end of the others is told by the server in their cell.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "child.h"
#include "client.h"
#include "job.h"
#include "object_private.h"
#include "query.h"
#include "remote.h"
#include "security.h"
#include "shared.h"

static void process_destroy(struct object *obj)
{
    struct process_object *process = container_of(obj, struct process_object, header);
    if (process->pidfd >= 0)
        close(process->pidfd);
    if (process->start)
        munmap(process->start, sizeof(*process->start));
    if (process->start_fd >= 0)
        close(process->start_fd);
    if (process->main_thread)
        object_unref(&process->main_thread->header);
    free(process);
}

static NTSTATUS process_adopt(struct shared_form *form, struct object **obj)
{
    struct process_form data;
    struct process_object *process = calloc(1, sizeof(*process));
    if (!process)
        return STATUS_NO_MEMORY;
    if (form->size != sizeof(data)) {
        free(process);
        return STATUS_INVALID_PARAMETER;
    }
    memcpy(&data, form->data, sizeof(data));
    process_init(process, data.id, unix_fd_reserve((int)syscall(SYS_pidfd_open, (pid_t)data.id, 0)));
    process->header.cell = form->cell;
    *obj = &process->header;
    return STATUS_SUCCESS;
}

const struct object_type process_type = {
    .name = "Process",
    .index = OBJECT_TYPE_PROCESS,
    .valid_access = PROCESS_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | 0x0410, STANDARD_RIGHTS_WRITE | 0x0bea,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | 0x1001, PROCESS_ALL_ACCESS },
    .destroy = process_destroy,
    .adopt = process_adopt,
};

static uint64_t now_100ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec + 11644473600ull) * 10000000 + (uint64_t)now.tv_nsec / 100;
}

void process_init(struct process_object *process, ULONG id, int pidfd)
{
    object_init(&process->header, &process_type);
    process->id = id;
    process->pidfd = pidfd;
    process->start_fd = -1;
    process->exit_status = STATUS_PENDING;
    process->priority_class = 0x20; /* NORMAL_PRIORITY_CLASS */
    process->create_time = now_100ns();
}

struct process_object *process_alloc(ULONG id, int pidfd)
{
    struct process_object *process = calloc(1, sizeof(*process));
    if (!process)
        return NULL;
    process_init(process, id, pidfd);
    if (object_cell_alloc(&process->header, CELL_NOTIFICATION, 0, 0)) {
        object_unref(&process->header);
        return NULL;
    }
    return process;
}

/* --- the watcher: a native thread that learns of processes' ends --- */

static pthread_mutex_t watcher_lock = PTHREAD_MUTEX_INITIALIZER;
static int watcher_epoll = -1;

/*
 * Those that are watched, by id, under the lock. Watching holds a reference until the process ends, so that who opens a process
 * again and again is given the same object: it would be as many, with a descriptor each, until then.
 */
static struct process_object *watched[256];

static bool has_ended(const struct process_object *process)
{
    struct pollfd ended = { process->pidfd, POLLIN, 0 };
    return __atomic_load_n(&process->ended, __ATOMIC_ACQUIRE) || poll(&ended, 1, 0) != 0;
}

static struct process_object *find_watched(ULONG pid)
{
    pthread_mutex_lock(&watcher_lock);
    struct process_object *process = watched[pid % 256];
    while (process && (process->id != pid || has_ended(process)))
        process = process->watched_next;
    if (process)
        object_ref(&process->header);
    pthread_mutex_unlock(&watcher_lock);
    return process;
}

static void watched_add(struct process_object *process)
{
    pthread_mutex_lock(&watcher_lock);
    process->watched_next = watched[process->id % 256];
    watched[process->id % 256] = process;
    pthread_mutex_unlock(&watcher_lock);
}

static void watched_remove(struct process_object *process)
{
    pthread_mutex_lock(&watcher_lock);
    struct process_object **at = &watched[process->id % 256];
    while (*at != process)
        at = &(*at)->watched_next;
    *at = process->watched_next;
    pthread_mutex_unlock(&watcher_lock);
}

/*
 * The server is done with a child that has ended: its mutexes are abandoned, its names gone, before anybody sees the end. True if
 * another process ended it, and how, which only the server knows.
 */
static bool ask_what_became(const struct process_object *process, NTSTATUS *status)
{
    struct protocol_child_status_in in = { process->id };
    struct protocol_child_status_out out;
    struct client_request request = CLIENT_REQUEST(child_status, .in = &in, .out = &out, );
    if (!client_joined() || client_request(&request))
        return false;
    *status = (NTSTATUS)out.status;
    return true;
}

struct child_start *process_child_start(struct process_object *process)
{
    struct child_start *start = __atomic_load_n(&process->start, __ATOMIC_ACQUIRE), *none = NULL;
    if (start || process->start_fd < 0)
        return start;
    start = mmap(NULL, sizeof(*start), PROT_READ | PROT_WRITE, MAP_SHARED, process->start_fd, 0);
    if (start == MAP_FAILED)
        return NULL;
    if (__atomic_compare_exchange_n(&process->start, &none, start, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return start;
    munmap(start, sizeof(*start)); /* another thread was faster */
    return none;
}

/* The exit status of a child that has ended and is not yet reaped, as far as we know it; *joined: whether the server knew it. */
static NTSTATUS child_status(struct process_object *process, bool *joined, bool *killed)
{
    siginfo_t info = { 0 };
    struct child_end end;
    *joined = *killed = false;
    if (process->start_fd >= 0 &&
        pread(process->start_fd, &end, sizeof(end), offsetof(struct child_start, end)) == sizeof(end)) {
        process->in_job |= end.in_job != 0;
        *joined = end.joined;
        if (end.reported) {
            process->user_time = end.user_time;
            process->kernel_time = end.kernel_time;
            __atomic_store_n(&process->times_known, true, __ATOMIC_RELEASE);
            return end.status;
        }
    }
    waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED | WNOWAIT);
    if (process->kill_requested)
        return process->kill_status;
    *killed = info.si_status == SIGKILL;
    if (info.si_code == CLD_EXITED)
        return info.si_status;
    int sig = info.si_status; /* control events end a Windows program by the signals that stand for them (control.c) */
    if (process->start_fd >= 0 && (sig == SIGINT || sig == SIGQUIT || sig == SIGTERM || sig == SIGHUP))
        return STATUS_CONTROL_C_EXIT;
    if (sig == SIGINT) /* of a native program, too: it is what shells and build tools look for */
        return STATUS_CONTROL_C_EXIT;
    return 128 + sig;
}

static void process_has_ended(struct process_object *process)
{
    struct process_numbers numbers;
    siginfo_t info = { 0 };
    NTSTATUS status = process->kill_status, told;
    bool joined = false, killed = false;
    if (process->is_child)
        status = child_status(process, &joined, &killed);
    child_signal_remove(process->slot);
    process->slot = NULL;
    process->exit_status = status;
    if (process->is_child)
        job_child_ended(process, status);
    if ((joined || killed) && ask_what_became(process, &told) && killed)
        process->exit_status = status = told;
    process->exit_time = now_100ns();
    __atomic_store_n(&process->ended, true, __ATOMIC_RELEASE);
    if (process->main_thread) {
        process->main_thread->exit_status = status;
        object_signal(&process->main_thread->header);
        object_unref(&process->main_thread->header); /* which holds us */
        process->main_thread = NULL;
    }
    object_signal(&process->header);
    /* Those who wait need not wait for this. What is known of it goes when it is reaped. (Reading /proc costs about as much as
     * starting a thread: who came to its end by itself has told its times.) */
    if (!process->times_known && process_numbers(process->id, &numbers)) {
        process->user_time = numbers.user_time;
        process->kernel_time = numbers.kernel_time;
        __atomic_store_n(&process->times_known, true, __ATOMIC_RELEASE);
    }
    if (process->is_child)
        waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED);
}

static void *watch(void *unused)
{
    sigset_t all;
    (void)unused;
    pthread_setname_np(pthread_self(), "transom/child");
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (;;) {
        struct epoll_event events[16];
        int n = epoll_wait(watcher_epoll, events, 16, -1);
        for (int i = 0; i < n; i++) {
            struct process_object *process = events[i].data.ptr;
            process_has_ended(process);
            watched_remove(process);
            object_unref(&process->header);
        }
    }
    return NULL;
}

bool process_watch(struct process_object *process)
{
    pthread_mutex_lock(&watcher_lock);
    if (watcher_epoll < 0) {
        pthread_attr_t attr;
        pthread_t id;
        watcher_epoll = unix_fd_reserve(epoll_create1(EPOLL_CLOEXEC));
        pthread_attr_init(&attr);
        pthread_attr_setstacksize(&attr, 64 << 10);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        if (watcher_epoll >= 0 && pthread_create(&id, &attr, watch, NULL)) {
            close(watcher_epoll);
            watcher_epoll = -1;
        }
        pthread_attr_destroy(&attr);
    }
    pthread_mutex_unlock(&watcher_lock);
    struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = process };
    object_ref(&process->header);
    watched_add(process);
    if (watcher_epoll >= 0 && !epoll_ctl(watcher_epoll, EPOLL_CTL_ADD, process->pidfd, &event))
        return true;
    watched_remove(process);
    object_unref(&process->header);
    return false;
}

/* --- by number --- */

/* Whether a process is one of ours that can be asked to join: it catches the signal, or will once it has started. */
static bool can_be_asked(pid_t pid)
{
    char path[64], line[256];
    unsigned long long mask = 0, masks = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "SigBlk: %llx", &mask) == 1 || sscanf(line, "SigCgt: %llx", &mask) == 1)
            masks |= mask;
    fclose(file);
    return masks >> (JOIN_SIGNAL - 1) & 1;
}

/* A native process or one of another prefix is not for us to touch. One that has ended, by now, is nobody's. */
static NTSTATUS cannot_be_asked(const struct process_object *process)
{
    struct pollfd ended = { process->pidfd, POLLIN, 0 };
    return process->pidfd >= 0 && poll(&ended, 1, 0) == 1 ? STATUS_PROCESS_IS_TERMINATING : STATUS_ACCESS_DENIED;
}

static NTSTATUS ask_to_join(struct process_object *process, uint32_t *number)
{
    struct protocol_process_await_in in = { process->id };
    struct protocol_process_await_out out;
    struct client_request request = CLIENT_REQUEST(process_await, .in = &in, .out = &out, );
    if (process->pidfd < 0 || !can_be_asked((pid_t)process->id) ||
        syscall(SYS_pidfd_send_signal, process->pidfd, JOIN_SIGNAL, NULL, 0))
        return cannot_be_asked(process);
    request.fd = process->pidfd;
    NTSTATUS status = client_request(&request);
    *number = out.object;
    return status == STATUS_INVALID_CID ? cannot_be_asked(process) : status;
}

/* `ask`: whether it shall join if it has not. */
static NTSTATUS number_of(struct process_object *process, bool ask, uint32_t *number)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct protocol_process_open_in in = { process->id };
    struct protocol_process_open_out out;
    struct client_request request = CLIENT_REQUEST(process_open, .in = &in, .out = &out, );
    NTSTATUS status;
    pthread_mutex_lock(&lock);
    *number = process->header.shared_number;
    if (*number && !process->not_joined) {
        status = STATUS_SUCCESS;
    } else if (*number) { /* which it keeps */
        status = ask ? ask_to_join(process, number) : STATUS_INVALID_CID;
        process->not_joined = status;
        if (!status)
            shared_give_back(*number, 1);
    } else {
        status = client_request(&request);
        *number = out.object;
        bool wrong = !status && out.joined != (process->ended ? PROTOCOL_PROCESS_ENDED : 1);
        if (wrong)
            shared_give_back(*number, 1);
        if (status == STATUS_INVALID_CID || wrong)
            status = process->ended ? STATUS_PROCESS_IS_TERMINATING
                     : ask          ? ask_to_join(process, number)
                                    : STATUS_INVALID_CID;
        if (!status)
            status = shared_attach(&process->header, *number);
        if (!status && process->header.security) /* that it was created with */
            shared_set_security(&process->header);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS process_number(struct process_object *process, uint32_t *number)
{
    if (process != process_current)
        return number_of(process, true, number);
    NTSTATUS status = client_join(true);
    *number = client_process_number;
    return status;
}

NTSTATUS process_call(struct process_object *process, uint32_t call, void *in, const struct message_part *part, int fd,
                      void *out, void **bytes, uint32_t *size, int *answer_fd)
{
    uint32_t number;
    NTSTATUS status = process_number(process, &number);
    return status ? status : client_call(number, call, in, part, fd, out, bytes, size, answer_fd);
}

/* What is known of a process's end: its own watcher's, or the server's. */
bool process_update(struct process_object *process)
{
    if (process == process_current || __atomic_load_n(&process->ended, __ATOMIC_ACQUIRE))
        return process->ended;
    if (!process->header.shared_number || !(process->header.cell & CELL_COMMON))
        return false;
    struct protocol_process_status_in in = { process->header.shared_number };
    struct protocol_process_status_out out;
    struct client_request request = CLIENT_REQUEST(process_status, .in = &in, .out = &out, );
    if (client_request(&request) || !out.ended)
        return false;
    process->exit_status = (NTSTATUS)out.status;
    process->exit_time = now_100ns();
    __atomic_store_n(&process->ended, true, __ATOMIC_RELEASE);
    return true;
}

PEB *process_remote_peb(struct process_object *process)
{
    PROCESS_BASIC_INFORMATION basic;
    ULONG needed;
    uint64_t peb = 0;
    /* Read, not mapped: every creation asks, and few children are looked at again. */
    if (process->start_fd >= 0 &&
        pread(process->start_fd, &peb, sizeof(peb), offsetof(struct child_start, peb)) == sizeof(peb))
        process->peb = (PEB *)peb;
    else if (!process->peb && !process->ended && !process->is_child &&
             !remote_process_query(process, ProcessBasicInformation, &basic, sizeof(basic), &needed))
        process->peb = basic.PebBaseAddress;
    return process->peb;
}

NTSTATUS process_terminate_other(struct process_object *process, NTSTATUS exit_status)
{
    if (process_update(process))
        return STATUS_PROCESS_IS_TERMINATING;
    uint32_t number = process->header.shared_number;
    struct child_start *start = process_child_start(process);
    bool debugged = start && __atomic_load_n(&start->debugged, __ATOMIC_ACQUIRE);
    /* So that its creator learns the status; of one of our own, whoever else knows it. */
    bool told = !process->is_child || debugged ? number || !process_number(process, &number)
                                               : client_joined() && !number_of(process, false, &number);
    if (told) {
        struct protocol_process_terminate_in in = { number, (uint32_t)exit_status };
        struct client_request request = CLIENT_REQUEST(process_terminate, .in = &in);
        NTSTATUS status = client_request(&request);
        if (status != STATUS_PORT_DISCONNECTED || process->pidfd < 0)
            return status;
        /* The server is gone, and what is left is to kill it, if the server has not. */
    }
    process->kill_status = exit_status;
    process->kill_requested = true;
    if (!syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0))
        return STATUS_SUCCESS;
    if (errno == EPERM)
        return STATUS_ACCESS_DENIED;
    return told ? STATUS_SUCCESS : STATUS_PROCESS_IS_TERMINATING;
}

/* --- handles --- */

NTSTATUS process_open(ULONG pid, struct process_object **result)
{
    if ((*result = find_watched(pid)))
        return STATUS_SUCCESS;
    int pidfd = pid && pid <= INT32_MAX ? unix_fd_reserve((int)syscall(SYS_pidfd_open, (pid_t)pid, 0)) : -1;
    struct pollfd ended = { pidfd, POLLIN, 0 };
    if (pidfd >= 0 && poll(&ended, 1, 0) > 0) { /* it has, and only its parent has not asked yet */
        close(pidfd);
        pidfd = -1;
    }
    if (pidfd < 0)
        return STATUS_INVALID_CID;
    struct process_object *process = process_alloc(pid, pidfd);
    if (!process) {
        close(pidfd);
        return STATUS_NO_MEMORY;
    }
    process_watch(process);
    *result = process;
    return STATUS_SUCCESS;
}

static bool is_ended(HANDLE handle, struct object *obj, ACCESS_MASK access, ULONG attributes, void *context)
{
    struct process_object **found = context, *process = container_of(obj, struct process_object, header);
    (void)handle;
    (void)access;
    (void)attributes;
    if (obj->type != &process_type || process->id != (*found)->id ||
        !__atomic_load_n(&process->ended, __ATOMIC_ACQUIRE))
        return true;
    *found = container_of(object_ref(obj), struct process_object, header);
    return false;
}

/* An id is its process's as long as there is a handle of it: one of our own, of a process that need not have joined. */
static struct object *find_ended(ULONG pid)
{
    struct process_object sought = { .id = pid }, *found = &sought;
    handle_enumerate(is_ended, &found);
    return found == &sought ? NULL : &found->header;
}

static bool lives(ULONG pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
    struct pollfd ended = { pidfd, POLLIN, 0 };
    bool result = pidfd >= 0 && !poll(&ended, 1, 0);
    if (pidfd >= 0)
        close(pidfd);
    return result;
}

/* One that has joined is opened by its number: then its exit status will be known. */
static NTSTATUS open_by_number(ULONG pid, struct object **obj)
{
    struct protocol_process_open_in in = { pid };
    struct protocol_process_open_out out;
    struct client_request request = CLIENT_REQUEST(process_open, .in = &in, .out = &out, );
    NTSTATUS status = client_join(false);
    if (!status)
        status = client_request(&request);
    if (!status && out.joined == PROTOCOL_PROCESS_ENDED && lives(pid)) {
        shared_give_back(out.object, 1); /* Linux has given its id to another one, which has not joined */
        return STATUS_INVALID_CID;
    }
    if (!status) {
        status = shared_import(out.object, obj);
        if (!status && *obj != &process_current->header)
            container_of(*obj, struct process_object, header)->not_joined = !out.joined;
        shared_give_back(out.object, 1);
    }
    return status;
}

NTSTATUS process_open_joined(ULONG id, struct process_object **process)
{
    struct object *obj;
    NTSTATUS status = open_by_number(id, &obj);
    if (!status)
        *process = container_of(obj, struct process_object, header);
    return status;
}

NTSTATUS NtOpenProcess(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, CLIENT_ID *id)
{
    if (!id)
        return STATUS_INVALID_PARAMETER_MIX;
    ULONG pid = (ULONG)(ULONG_PTR)id->UniqueProcess;
    if (id->UniqueThread && (ULONG)(ULONG_PTR)id->UniqueThread != pid)
        return STATUS_INVALID_CID;
    struct object *obj;
    NTSTATUS status = STATUS_SUCCESS;
    if (pid == process_id) {
        obj = object_ref(&process_current->header);
    } else if (open_by_number(pid, &obj)) {
        struct process_object *process;
        status = process_open(pid, &process);
        obj = status ? find_ended(pid) : &process->header;
        if (obj)
            status = STATUS_SUCCESS;
    }
    if (status)
        return status;
    ACCESS_MASK granted;
    status = security_grant(obj, access, &granted);
    if (!status)
        status = handle_create(obj, access_map(&process_type, granted), attributes->Attributes, handle);
    object_unref(obj);
    return status;
}

NTSTATUS NtGetNextProcess(HANDLE after, ACCESS_MASK access, ULONG attributes, ULONG flags, HANDLE *next)
{
    ULONG id = 0;
    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (after) {
        struct object *obj;
        NTSTATUS status = handle_lookup(after, &process_type, 0, &obj);
        if (status)
            return status;
        id = container_of(obj, struct process_object, header)->id;
        object_unref(obj);
    }
    while ((id = process_next_id(id))) { /* one may end just now */
        OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .Attributes = attributes };
        CLIENT_ID client = { (HANDLE)(ULONG_PTR)id, NULL };
        NTSTATUS status = NtOpenProcess(next, access, &attr, &client);
        if (status != STATUS_INVALID_CID && status != STATUS_ACCESS_DENIED)
            return status;
    }
    return STATUS_NO_MORE_ENTRIES;
}
