/* SPDX-License-Identifier: MIT */
/*
 * agent.c: what other processes ask of this one (the calls of include/protocol.tbl): handles in and out, memory, threads.
 *
 * It runs on a native thread of its own, so it answers while all Windows threads are suspended. It has no TEB and no Windows
 * stack; the functions of system calls it uses need neither.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "client.h"
#include "debug.h"
#include "file.h"
#include "handle_list.h"
#include "object_private.h"
#include "pipe.h"
#include "process.h"
#include "shared.h"
#include "shared_data.h"
#include "thread.h"
#include "xstate.h"

static int socket_fd = -1;

/* --- handles --- */

uint32_t agent_handle_get(struct message *message, const struct protocol_handle_get_in *in,
                          struct protocol_handle_get_out *out)
{
    struct object *obj;
    ACCESS_MASK access;
    ULONG attributes = 0;
    HANDLE handle = (HANDLE)in->handle;
    if ((LONG_PTR)handle < 0 && handle != NT_CURRENT_PROCESS && handle != (HANDLE)(LONG_PTR)-4)
        return (uint32_t)STATUS_INVALID_HANDLE; /* the other pseudo-handles mean a thread's, and this is none */
    if (in->options & DUPLICATE_CLOSE_SOURCE)
        return (LONG_PTR)handle > 0 ? (uint32_t)handle_close(handle) : STATUS_SUCCESS;
    NTSTATUS status = handle_lookup_access(handle, NULL, 0, &obj, &access);
    if (status)
        return (uint32_t)status;
    if ((LONG_PTR)handle > 0)
        handle_get_attributes(handle, &attributes);
    out->access = access;
    out->attributes = attributes;
    if (obj->type == &file_type)
        status = file_export(container_of(obj, struct file_object, obj), &message->reply, &message->reply_size,
                             &message->reply_fd);
    else
        status = shared_export(obj, &out->object);
    message->reply_fd_owned = true;
    object_unref(obj);
    return (uint32_t)status;
}

uint32_t agent_handle_put(struct message *message, const struct protocol_handle_put_in *in,
                          struct protocol_handle_put_out *out)
{
    struct object *obj;
    HANDLE handle;
    NTSTATUS status;
    if (in->object)
        status = shared_import(in->object, &obj);
    else
        status = file_import(message->parts[0].data, message->parts[0].size, &message->fd, &obj);
    if (!status) {
        status = handle_create(obj, in->access, in->attributes, &handle);
        object_unref(obj);
    }
    if (!status)
        out->handle = (uint64_t)handle;
    return (uint32_t)status;
}

uint32_t agent_handle_count(struct message *message, const struct protocol_handle_count_in *in,
                            struct protocol_handle_count_out *out)
{
    struct object *obj = shared_find(in->object);
    (void)message;
    if (!obj)
        return STATUS_SUCCESS;
    out->count = __atomic_load_n(&obj->handle_count, __ATOMIC_RELAXED);
    object_unref(obj);
    return STATUS_SUCCESS;
}

uint32_t agent_pipe_connected(struct message *message, const struct protocol_pipe_connected_in *in,
                              struct protocol_pipe_connected_out *out)
{
    (void)out;
    if (message->fd >= 0)
        pipe_connected(in->instance, &message->fd);
    return STATUS_SUCCESS;
}

uint32_t agent_handle_list(struct message *message, const struct protocol_handle_list_in *in,
                           struct protocol_handle_list_out *out)
{
    struct protocol_handle_entry *entries = malloc(MESSAGE_MAX_BYTES);
    bool more;
    if (!(message->reply = entries))
        return (uint32_t)STATUS_NO_MEMORY;
    message->reply_size = (uint32_t)(handle_list_part(in->after, entries, MESSAGE_MAX_BYTES / sizeof(*entries), &more) *
                                     sizeof(*entries));
    out->more = more;
    return STATUS_SUCCESS;
}

/* --- memory --- */

uint32_t agent_memory_read(struct message *message, const struct protocol_memory_read_in *in,
                           struct protocol_memory_read_out *out)
{
    (void)out;
    if (in->size > MESSAGE_MAX_BYTES)
        return (uint32_t)STATUS_INVALID_BUFFER_SIZE;
    if (!(message->reply = malloc(in->size + 1)))
        return (uint32_t)STATUS_NO_MEMORY;
    SIZE_T done = 0;
    shared_clock_touch(); /* it may be the clocks that are read */
    NTSTATUS status = NtReadVirtualMemory(NT_CURRENT_PROCESS, (void *)in->address, message->reply, in->size, &done);
    message->reply_size = (uint32_t)done;
    return (uint32_t)status;
}

uint32_t agent_memory_write(struct message *message, const struct protocol_memory_write_in *in,
                            struct protocol_memory_write_out *out)
{
    SIZE_T done = 0;
    NTSTATUS status = NtWriteVirtualMemory(NT_CURRENT_PROCESS, (void *)in->address, (void *)message->parts[0].data,
                                           message->parts[0].size, &done);
    out->written = (uint32_t)done;
    return (uint32_t)status;
}

uint32_t agent_memory_allocate(struct message *message, const struct protocol_memory_allocate_in *in,
                               struct protocol_memory_allocate_out *out)
{
    void *base = (void *)in->base;
    SIZE_T size = in->size;
    (void)message;
    NTSTATUS status = NtAllocateVirtualMemory(NT_CURRENT_PROCESS, &base, in->zero_bits, &size, in->type, in->protect);
    out->base = (uint64_t)base;
    out->size = size;
    return (uint32_t)status;
}

uint32_t agent_memory_free(struct message *message, const struct protocol_memory_free_in *in,
                           struct protocol_memory_free_out *out)
{
    void *base = (void *)in->base;
    SIZE_T size = in->size;
    (void)message;
    NTSTATUS status = NtFreeVirtualMemory(NT_CURRENT_PROCESS, &base, &size, in->type);
    out->base = (uint64_t)base;
    out->size = size;
    return (uint32_t)status;
}

uint32_t agent_memory_protect(struct message *message, const struct protocol_memory_protect_in *in,
                              struct protocol_memory_protect_out *out)
{
    void *base = (void *)in->base;
    SIZE_T size = in->size;
    ULONG old = 0;
    (void)message;
    NTSTATUS status = NtProtectVirtualMemory(NT_CURRENT_PROCESS, &base, &size, in->protect, &old);
    out->base = (uint64_t)base;
    out->size = size;
    out->old = old;
    return (uint32_t)status;
}

uint32_t agent_memory_query(struct message *message, const struct protocol_memory_query_in *in,
                            struct protocol_memory_query_out *out)
{
    SIZE_T size = 0;
    (void)out;
    if (in->size > MESSAGE_MAX_BYTES)
        return (uint32_t)STATUS_INVALID_BUFFER_SIZE;
    if (!(message->reply = calloc(1, in->size + 1)))
        return (uint32_t)STATUS_NO_MEMORY;
    NTSTATUS status =
        NtQueryVirtualMemory(NT_CURRENT_PROCESS, (void *)in->address, in->what, message->reply, in->size, &size);
    message->reply_size = size < in->size ? (uint32_t)size : in->size;
    return (uint32_t)status;
}

uint32_t agent_section_map(struct message *message, const struct protocol_section_map_in *in,
                           struct protocol_section_map_out *out)
{
    struct object *obj;
    HANDLE handle;
    void *base = (void *)in->base;
    LARGE_INTEGER offset = { .QuadPart = (LONGLONG)in->offset };
    SIZE_T size = in->size;
    (void)message;
    NTSTATUS status = shared_import(in->section, &obj);
    if (status)
        return (uint32_t)status;
    status = handle_create(obj, in->access, 0, &handle);
    object_unref(obj);
    if (status)
        return (uint32_t)status;
    status = NtMapViewOfSection(handle, NT_CURRENT_PROCESS, &base, in->zero_bits, 0, &offset, &size, ViewUnmap,
                                in->type, in->protect);
    handle_close(handle);
    out->base = (uint64_t)base;
    out->offset = (uint64_t)offset.QuadPart;
    out->size = size;
    return (uint32_t)status;
}

uint32_t agent_section_unmap(struct message *message, const struct protocol_section_unmap_in *in,
                             struct protocol_section_unmap_out *out)
{
    (void)message;
    (void)out;
    return (uint32_t)NtUnmapViewOfSectionEx(NT_CURRENT_PROCESS, (void *)in->base, in->flags);
}

/* --- threads and the process --- */

static void *end_process(void *status)
{
    process_exit((NTSTATUS)(intptr_t)status);
}

uint32_t agent_process_exit(struct message *message, const struct protocol_process_exit_in *in,
                            struct protocol_process_exit_out *out)
{
    pthread_t id;
    (void)message;
    (void)out;
    /* The end is for the debugger to continue, which wants answers from this thread until then. */
    if (debug_active && !pthread_create(&id, NULL, end_process, (void *)(intptr_t)(NTSTATUS)in->status))
        return STATUS_SUCCESS;
    process_exit((NTSTATUS)in->status);
}

uint32_t agent_process_suspend(struct message *message, const struct protocol_process_suspend_in *in,
                               struct protocol_process_suspend_out *out)
{
    (void)message;
    (void)out;
    return (uint32_t)(in->resume ? NtResumeProcess(NT_CURRENT_PROCESS) : NtSuspendProcess(NT_CURRENT_PROCESS));
}

uint32_t agent_thread_create(struct message *message, const struct protocol_thread_create_in *in,
                             struct protocol_thread_create_out *out)
{
    HANDLE handle;
    struct object *obj;
    (void)message;
    NTSTATUS status = NtCreateThreadEx(&handle, THREAD_ALL_ACCESS, NULL, NT_CURRENT_PROCESS, (void *)in->start,
                                       (void *)in->argument, in->flags, 0, in->stack_size, in->stack_reserve, NULL);
    if (status)
        return (uint32_t)status;
    if (!handle_lookup(handle, &thread_type, 0, &obj)) {
        struct thread_object *thread = container_of(obj, struct thread_object, header);
        out->thread = thread->id;
        out->teb = thread->thread ? (uint64_t)thread->thread->teb : 0;
        object_unref(obj);
    }
    handle_close(handle);
    return STATUS_SUCCESS;
}

uint32_t agent_thread_control(struct message *message, const struct protocol_thread_control_in *in,
                              struct protocol_thread_control_out *out)
{
    struct thread_object *thread = thread_find(in->thread);
    HANDLE handle;
    if (!thread)
        return (uint32_t)STATUS_INVALID_CID;
    NTSTATUS status = handle_create(&thread->header, THREAD_ALL_ACCESS, 0, &handle);
    object_unref(&thread->header);
    if (status)
        return (uint32_t)status;
    const struct message_part *data = &message->parts[0];
    ULONG value = 0;
    switch (in->what) {
    case PROTOCOL_THREAD_SHARE: {
        uint32_t number = 0;
        struct object *obj;
        if (!(status = handle_lookup(handle, &thread_type, 0, &obj))) {
            status = shared_export(obj, &number);
            object_unref(obj);
        }
        out->value = number;
        break;
    }
    case PROTOCOL_THREAD_SUSPEND:
        status = NtSuspendThread(handle, &value);
        out->value = value;
        break;
    case PROTOCOL_THREAD_RESUME:
        status = NtResumeThread(handle, &value);
        out->value = value;
        break;
    case PROTOCOL_THREAD_TERMINATE:
        status = NtTerminateThread(handle, (NTSTATUS)in->argument);
        break;
    case PROTOCOL_THREAD_ALERT:
        status = NtAlertThread(handle);
        break;
    case PROTOCOL_THREAD_QUEUE_APC:
        status = NtQueueApcThread(handle, (PNTAPCFUNC)in->argument, in->argument2, in->argument3, in->argument4);
        break;
    case PROTOCOL_THREAD_GET_CONTEXT:
    case PROTOCOL_THREAD_SET_CONTEXT: {
        struct remote_context *context = aligned_alloc(64, sizeof(*context));
        if (!context || data->size > sizeof(*context)) {
            status = context ? STATUS_INVALID_PARAMETER : STATUS_NO_MEMORY;
            free(context);
            break;
        }
        memcpy(context, data->data, data->size);
        status = remote_context_serve(handle, in->what, context, data->size);
        message->reply = context;
        message->reply_size = in->what == PROTOCOL_THREAD_GET_CONTEXT ? data->size : 0;
        break;
    }
    case PROTOCOL_THREAD_QUERY: {
        ULONG size = (ULONG)in->argument2;
        if (size > MESSAGE_MAX_BYTES || !(message->reply = calloc(1, size + 1))) {
            status = STATUS_NO_MEMORY;
            break;
        }
        status = NtQueryInformationThread(handle, (ULONG)in->argument, message->reply, size, &value);
        message->reply_size = size;
        out->value = value;
        break;
    }
    case PROTOCOL_THREAD_SET:
        status = NtSetInformationThread(handle, (ULONG)in->argument, (void *)data->data, data->size);
        break;
    default:
        status = STATUS_INVALID_PARAMETER;
    }
    handle_close(handle);
    return (uint32_t)status;
}

uint32_t agent_process_query(struct message *message, const struct protocol_process_query_in *in,
                             struct protocol_process_query_out *out)
{
    ULONG size = 0;
    if (in->size > MESSAGE_MAX_BYTES || !(message->reply = calloc(1, in->size + 1)))
        return (uint32_t)STATUS_NO_MEMORY;
    NTSTATUS status = NtQueryInformationProcess(NT_CURRENT_PROCESS, in->what, message->reply, in->size, &size);
    message->reply_size = size < in->size ? size : in->size;
    out->needed = size;
    return (uint32_t)status;
}

uint32_t agent_process_set(struct message *message, const struct protocol_process_set_in *in,
                           struct protocol_process_set_out *out)
{
    (void)out;
    return (uint32_t)NtSetInformationProcess(NT_CURRENT_PROCESS, in->what, (void *)message->parts[0].data,
                                             message->parts[0].size);
}

/* --- the thread --- */

static bool receive(void *buffer, size_t capacity, size_t *size, int *fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { buffer, capacity };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t n;
    while ((n = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    *fd = -1;
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        memcpy(fd, CMSG_DATA(c), sizeof(*fd));
        *fd = unix_fd_reserve(*fd);
    }
    *size = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static void answer(const struct message_header *question, NTSTATUS status, const void *out, size_t out_size,
                   const struct message *message)
{
    struct message_header header = { question->code, question->serial, (uint32_t)status, 0 };
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec parts[] = { { &header, sizeof(header) },
                             { (void *)out, out_size },
                             { message->reply, message->reply ? message->reply_size : 0 } };
    struct msghdr reply = { .msg_iov = parts, .msg_iovlen = 3 };
    if (message->reply_fd >= 0) {
        reply.msg_control = &control;
        reply.msg_controllen = sizeof(control);
        control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), &message->reply_fd, sizeof(int));
    }
    while (sendmsg(socket_fd, &reply, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

/* Whether somebody waits for the call's answer: this process may have been stopped since it was asked. */
static bool still_wanted(const struct message_header *call)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint32_t ms = (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
    if (ms - call->since < CALL_OLD_MS)
        return true;
    struct protocol_call_wanted_in in = { call->serial };
    struct client_request request = CLIENT_REQUEST(call_wanted, .in = &in);
    return client_request(&request) != STATUS_CANCELLED;
}

static void *run(void *unused)
{
    static uint64_t buffer[MESSAGE_MAX_SIZE / sizeof(uint64_t)];
    static uint64_t out[16];
    size_t size;
    int fd;
    (void)unused;
    pthread_setname_np(pthread_self(), "transom/agent");
    thread_wait_started(); /* asked to join early: there is nothing to look at yet */
    while (receive(buffer, sizeof(buffer), &size, &fd)) {
        const struct message_header *header = (const void *)buffer;
        struct message message = { .fd = fd, .reply_fd = -1 };
        NTSTATUS status = STATUS_INVALID_PARAMETER;
        size_t out_size = 0;
        if (size >= sizeof(*header) && header->code && header->code < PROTOCOL_CALL_COUNT) {
            const struct message_shape *shape = &call_shapes[header->code];
            memset(out, 0, sizeof(out));
            out_size = shape->out_size;
            if (!still_wanted(header))
                status = STATUS_CANCELLED;
            else if (message_decode(shape, header + 1, size - sizeof(*header), &message))
                status = (NTSTATUS)agent_handlers[header->code](&message, header + 1, out);
            if (shape->out_bytes)
                memcpy((char *)out + shape->reply_size_at, &message.reply_size, sizeof(message.reply_size));
        }
        answer(header, status, out, out_size, &message);
        free(message.reply);
        if (message.fd >= 0)
            close(message.fd);
        if (message.reply_fd_owned && message.reply_fd >= 0)
            close(message.reply_fd);
    }
    client_lost();
    return NULL;
}

NTSTATUS agent_start(int fd)
{
    pthread_attr_t attr;
    pthread_t id;
    sigset_t set, old;
    socket_fd = fd;
    /* Faults in the program's memory are caught as everywhere; all else is for Windows threads. */
    sigfillset(&set);
    sigdelset(&set, SIGSEGV);
    sigdelset(&set, SIGBUS);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 128 << 10);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &set, &old);
    int error = pthread_create(&id, &attr, run, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return error ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}
