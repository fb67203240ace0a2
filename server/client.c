/* SPDX-License-Identifier: MIT */
/*
 * client.c: connections: receiving, answering, passing calls on to processes' agents, and what is left when one ends.
 *
 * A process is given up when the kernel says that it is dead (pidfd), not when its connection breaks: until then it may still
 * change what it shares.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "server.h"

struct client *clients;
uint32_t client_count;

static uint64_t receive_buffer[MESSAGE_MAX_SIZE / sizeof(uint64_t)];

/* --- sending --- */

/* 0, or -1 with errno; EAGAIN if the socket is full. */
static int send_message(int socket, const struct message_header *header, const void *body, size_t body_size,
                        const void *data, size_t size, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec parts[3] = { { (void *)header, sizeof(*header) },
                              { (void *)body, body_size },
                              { (void *)data, size } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -1 : 0;
}

static void disconnect(struct client *client)
{
    source_remove(&client->request);
    if (!client->process)
        client_gone(client);
}

/* Keeps an answer until there is room. A process that lets too many wait does not read them at all. */
static bool keep_answer(struct client *client, const struct message_header *header, const void *out, uint32_t out_size,
                        const void *data, uint32_t size, int fd)
{
    uint32_t total = (uint32_t)sizeof(*header) + out_size + size;
    struct unsent *unsent = client->unsent_size < CLIENT_MAX_UNSENT ? malloc(sizeof(*unsent) + total) : NULL;
    if (!unsent)
        return false;
    memcpy(unsent->bytes, header, sizeof(*header));
    if (out_size)
        memcpy(unsent->bytes + sizeof(*header), out, out_size);
    if (size)
        memcpy(unsent->bytes + sizeof(*header) + out_size, data, size);
    unsent->size = total;
    unsent->fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    STAILQ_INSERT_TAIL(&client->unsent, unsent, next);
    client->unsent_size += total;
    source_events(&client->request, EPOLLOUT);
    return true;
}

static void drop_unsent(struct client *client)
{
    struct unsent *unsent = STAILQ_FIRST(&client->unsent);
    STAILQ_REMOVE_HEAD(&client->unsent, next);
    client->unsent_size -= unsent->size;
    if (unsent->fd >= 0)
        close(unsent->fd);
    free(unsent);
}

static void send_unsent(struct client *client)
{
    struct unsent *unsent;
    while ((unsent = STAILQ_FIRST(&client->unsent))) {
        if (send_message(client->request.fd, (void *)unsent->bytes, unsent->bytes + sizeof(struct message_header),
                         unsent->size - sizeof(struct message_header), NULL, 0, unsent->fd)) {
            if (errno != EAGAIN)
                disconnect(client);
            return;
        }
        drop_unsent(client);
    }
    source_events(&client->request, EPOLLIN);
}

void client_answer(struct client *client, uint32_t code, uint32_t serial, uint32_t status, const void *out,
                   uint32_t out_size, const void *data, uint32_t size, int fd)
{
    struct message_header header = { .code = code, .serial = serial, .status = status };
    if (client->request.fd < 0)
        return;
    if (STAILQ_EMPTY(&client->unsent)) {
        if (!send_message(client->request.fd, &header, out, out_size, data, size, fd))
            return;
        if (errno != EAGAIN) {
            disconnect(client);
            return;
        }
    }
    if (!keep_answer(client, &header, out, out_size, data, size, fd))
        disconnect(client);
}

/* --- calls to agents --- */

static void pending_leave_asker(struct pending *pending)
{
    patience_end(pending);
    if (!pending->asker)
        return;
    TAILQ_REMOVE(&pending->asker->asking, pending, of_asker);
    pending->asker->asking_count--;
    pending->asker = NULL;
}

static void pending_free(struct pending *pending)
{
    pending_leave_asker(pending);
    if (pending->asked->queue == pending)
        pending->asked->queue = TAILQ_NEXT(pending, of_asked);
    TAILQ_REMOVE(&pending->asked->pending, pending, of_asked);
    if (pending->fd >= 0)
        close(pending->fd);
    free(pending->data);
    free(pending);
}

static void pending_answer(struct pending *pending, uint32_t status, const void *body, uint32_t size, int fd)
{
    struct protocol_agent_call_out out = { .data_size = size };
    if (pending->asker)
        client_answer(pending->asker, PROTOCOL_agent_call, pending->asker_serial, status, &out, sizeof(out), body, size,
                      fd);
}

void pending_give_up(struct pending *pending)
{
    struct pending copy = *pending;
    pending->given_up = true;
    pending_leave_asker(pending);
    if (pending->data) /* not even sent */
        pending_free(pending);
    pending_answer(&copy, (uint32_t)STATUS_IO_TIMEOUT, NULL, 0, -1);
}

/* It has gone, or makes no sense: nobody gets an answer from it any more. */
static void agent_lost(struct client *client, NTSTATUS status)
{
    struct pending *pending;
    source_remove(&client->agent);
    while ((pending = TAILQ_FIRST(&client->pending))) {
        struct pending copy = *pending;
        pending_free(pending); /* first: the answer may be the end of its asker */
        pending_answer(&copy, (uint32_t)status, NULL, 0, -1);
    }
}

/* Sends what waits for room in the agent's socket. */
static void flush_queue(struct client *client)
{
    struct pending *first;
    if (client->agent.fd < 0)
        return;
    while ((first = client->queue)) {
        struct message_header header = { first->call, first->serial, 0, (uint32_t)first->since };
        if (send_message(client->agent.fd, &header, first->data, first->size, NULL, 0, first->fd)) {
            if (errno == EAGAIN)
                source_events(&client->agent, EPOLLIN | EPOLLOUT);
            else
                agent_lost(client, STATUS_PROCESS_IS_TERMINATING);
            return;
        }
        free(first->data);
        first->data = NULL;
        if (first->fd >= 0)
            close(first->fd);
        first->fd = -1;
        client->queue = TAILQ_NEXT(first, of_asked);
    }
    source_events(&client->agent, EPOLLIN);
}

NTSTATUS client_ask(struct client *asked, struct client *asker, uint32_t asker_serial, uint32_t call,
                    const struct message_part *data, int fd)
{
    static uint32_t serial;
    if (asked->agent.fd < 0)
        return STATUS_NOT_SUPPORTED;
    struct pending *pending = !asker || asker->asking_count < CLIENT_MAX_ASKING ? calloc(1, sizeof(*pending)) : NULL;
    if (!pending || !(pending->data = malloc(data->size + 1))) {
        free(pending);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    memcpy(pending->data, data->data, data->size);
    pending->size = data->size;
    pending->asked = asked;
    pending->asker = asker;
    pending->asker_serial = asker_serial;
    pending->call = call;
    pending->serial = ++serial;
    pending->fd = fd;
    patience_begin(pending);
    if (asker) {
        TAILQ_INSERT_TAIL(&asker->asking, pending, of_asker);
        asker->asking_count++;
    }
    TAILQ_INSERT_TAIL(&asked->pending, pending, of_asked);
    if (!asked->queue) {
        asked->queue = pending;
        flush_queue(asked);
    }
    return STATUS_SUCCESS;
}

/* One message into receive_buffer; its size, 0 at the end, -1 if there is none. *fd is what came along, or -1. */
static ssize_t receive(int socket, int *fd, pid_t *pid)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec part = { receive_buffer, sizeof(receive_buffer) };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    *fd = -1;
    *pid = 0;
    ssize_t size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_RIGHTS) { /* one is what we take; there may be room for others */
            for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
                int passed;
                memcpy(&passed, CMSG_DATA(c) + i * sizeof(int), sizeof(passed));
                if (*fd < 0)
                    *fd = passed;
                else
                    close(passed);
            }
        } else if (c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(c), sizeof(credentials));
            *pid = credentials.pid;
        }
    }
    if (!size || message.msg_flags & MSG_TRUNC) { /* nothing, or longer than any message: it makes no sense */
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        return size ? 1 : 0;
    }
    return size;
}

static void agent_ready(struct source *source, uint32_t events)
{
    struct client *client = container(source, struct client, agent);
    pid_t pid;
    int fd;
    if (events & EPOLLOUT)
        flush_queue(client);
    if (source->fd < 0)
        return;
    ssize_t size = receive(source->fd, &fd, &pid);
    if (size < 0)
        return;
    const struct message_header *header = (const void *)receive_buffer;
    struct pending *pending = NULL;
    if (size >= (ssize_t)sizeof(*header))
        TAILQ_FOREACH(pending, &client->pending, of_asked)
    if (pending->serial == header->serial)
        break;
    if (!pending || pending->data) {
        /* An agent that answers what it was not asked, or has gone. */
        agent_lost(client, STATUS_PROCESS_IS_TERMINATING);
    } else {
        struct pending copy = *pending;
        pending_free(pending);
        pending_answer(&copy, header->status, header + 1, (uint32_t)((size_t)size - sizeof(*header)), fd);
    }
    if (fd >= 0)
        close(fd);
}

/* --- requests --- */

static void serve(struct client *client, ssize_t size, int fd, pid_t pid)
{
    static uint64_t out[32];
    const struct message_header *header = (const void *)receive_buffer;
    struct message message = { .context = client, .fd = fd, .reply_fd = -1 };
    /* Another version's first message is of another shape, perhaps, but begins with its version. */
    uint32_t version = PROTOCOL_VERSION;
    if (size >= (ssize_t)(sizeof(*header) + sizeof(version)) && header->code == PROTOCOL_hello)
        memcpy(&version, header + 1, sizeof(version));
    if (version != PROTOCOL_VERSION) {
        if (fd >= 0)
            close(fd);
        client_answer(client, header->code, header->serial, (uint32_t)STATUS_REVISION_MISMATCH, NULL, 0, NULL, 0, -1);
        return;
    }
    if (size < (ssize_t)sizeof(*header) || header->code == PROTOCOL_NONE || header->code >= PROTOCOL_COUNT ||
        !message_decode(&request_shapes[header->code], header + 1, (size_t)size - sizeof(*header), &message)) {
        if (fd >= 0)
            close(fd);
        disconnect(client);
        return;
    }
    const struct message_shape *shape = message.shape;
    message.code = header->code;
    message.serial = header->serial;
    client->pid = pid;
    if (!shape->in_fd && fd >= 0) {
        close(fd);
        message.fd = -1;
    }
    request_count++;
    asker_processor = header->status;
    memset(out, 0, shape->out_size);
    bool outsider = header->code == PROTOCOL_hello || header->code == PROTOCOL_info || header->code == PROTOCOL_kill ||
                    header->code == PROTOCOL_wait || header->code == PROTOCOL_job_ended;
    NTSTATUS status = STATUS_ACCESS_DENIED;
    if (client->process || outsider)
        status = (NTSTATUS)serve_handlers[header->code](&message, header + 1, out);
    if (message.fd >= 0)
        close(message.fd);
    if (shape->has_answer && !message.later) {
        if (shape->out_bytes)
            memcpy((char *)out + shape->reply_size_at, &message.reply_size, sizeof(message.reply_size));
        client_answer(client, message.code, message.serial, (uint32_t)status, out, shape->out_size, message.reply,
                      message.reply_size, message.reply_fd);
    }
    if (message.reply_fd_owned && message.reply_fd >= 0)
        close(message.reply_fd);
    free(message.reply);
}

static void request_ready(struct source *source, uint32_t events)
{
    struct client *client = container(source, struct client, request);
    if (events & EPOLLOUT)
        send_unsent(client);
    /* A few at a time: the others want their turn. */
    for (int i = 0; i < 16 && source->fd >= 0 && STAILQ_EMPTY(&client->unsent); i++) {
        pid_t pid;
        int fd;
        ssize_t size = receive(source->fd, &fd, &pid);
        if (size < 0)
            return;
        if (!size) {
            disconnect(client);
            return;
        }
        serve(client, size, fd, pid);
    }
}

/* --- life --- */

struct client *client_new(int fd)
{
    struct client *client = calloc(1, sizeof(*client));
    int one = 1;
    if (!client)
        return NULL;
    client->agent.fd = -1;
    client->agent.ready = agent_ready;
    client->request.ready = request_ready;
    TAILQ_INIT(&client->pending);
    TAILQ_INIT(&client->asking);
    STAILQ_INIT(&client->unsent);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) ||
        !source_add(&client->request, fd, EPOLLIN)) {
        free(client);
        return NULL;
    }
    client->next = clients;
    if (clients)
        clients->prev = client;
    clients = client;
    if (!client_count++)
        server_idle(false);
    return client;
}

/* A thread of a process that is dead has ended, whatever it has told. */
static void end_thread(struct client *client, struct object *object)
{
    struct thread_form form;
    if (object->kind != OBJECT_KIND_THREAD || object->data_size != sizeof(form) || !client->process)
        return;
    memcpy(&form, object->data, sizeof(form));
    if (form.process != client->process->id)
        return;
    if (!form.ended) {
        form.ended = 1;
        form.status = client->process->status;
        memcpy(object->data, &form, sizeof(form));
    }
    if (object->cell)
        server_cell_signal(object->cell);
}

/* When nobody is left but those who wait for that. */
static void answer_waiting(void)
{
    for (struct client *client = clients; client; client = client->next)
        if (!client->waiting)
            return;
    for (struct client *client = clients, *next; client; client = next) {
        next = client->next;
        client->waiting = false;
        client_answer(client, PROTOCOL_wait, client->waiting_serial, STATUS_SUCCESS, NULL, 0, NULL, 0, -1);
    }
}

void client_gone(struct client *client)
{
    struct pending *pending, *next;
    if (client->gone)
        return;
    client->gone = true;
    source_remove(&client->request);
    while (!STAILQ_EMPTY(&client->unsent))
        drop_unsent(client);
    for (uint32_t i = 0; i < client->records.capacity; i++)
        if (client->records.slots[i].key)
            recover_mark(client->records.slots[i].key);
    for (uint32_t i = 0; i < client->records.capacity; i++)
        if (client->records.slots[i].key)
            recover_thread_record(client->records.slots[i].key);
    process_forget_client(client);
    pipes_forget_client(client);
    mailslots_forget_client(client);
    keyed_forget_client(client);
    ports_forget_client(client);
    job_forget_client(client);
    debug_forget_client(client);
    for (uint32_t i = 0; i < client->held.capacity; i++)
        if (client->held.slots[i].key) {
            struct object *object = object_find(client->held.slots[i].key);
            end_thread(client, object);
            object_unhold(client, object);
        }
    for (pending = TAILQ_FIRST(&client->asking); pending; pending = next) {
        next = TAILQ_NEXT(pending, of_asker);
        pending_leave_asker(pending);
        if (pending->data) /* not even sent */
            pending_free(pending);
    }
    agent_lost(client, STATUS_PROCESS_IS_TERMINATING);
    if (client->process)
        process_detach(client->process);
    idmap_free(&client->records);
    idmap_free(&client->children);
    idmap_free(&client->instances);
    idmap_free(&client->held);
    idmap_free(&client->closed_ports);
    if (client->next)
        client->next->prev = client->prev;
    *(client->prev ? &client->prev->next : &clients) = client->next;
    client_count--;
    answer_waiting();
    if (!client_count)
        server_idle(true);
    free_later(client);
}

uint32_t serve_hello(struct message *message, const struct protocol_hello_in *in, struct protocol_hello_out *out)
{
    struct client *client = message->context;
    if (client->process)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    struct stat st; /* in another PID namespace, its processes and ours cannot name one another */
    if (client->pid <= 0 || stat("/proc/self/ns/pid", &st) || st.st_ino != in->pid_namespace)
        return (uint32_t)STATUS_NOT_SUPPORTED;
    int pidfd = (int)syscall(SYS_pidfd_open, client->pid, 0);
    if (pidfd < 0)
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    char byte; /* it must not have died before that: another may have its id by now, whom we would watch, and kill */
    if (!recv(client->request.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT)) {
        close(pidfd);
        return (uint32_t)STATUS_PROCESS_IS_TERMINATING;
    }
    struct process *process = process_by_id((uint32_t)client->pid);
    if (process && (process->ended || process->client || !process_lives(process)))
        process = NULL;
    if (process) { /* known as a job's member */
        close(pidfd);
        process->header.refs++;
        job_process_joins(process);
    } else if (!(process = process_new(client->pid, pidfd))) {
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    if (message->fd >= 0) {
        fcntl(message->fd, F_SETFL, O_NONBLOCK);
        if (source_add(&client->agent, message->fd, EPOLLIN))
            message->fd = -1;
        else
            client->agent.fd = -1;
    }
    if (!process_list_add(process)) {
        object_release(&process->header);
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    process->image = strndup(message->parts[0].data, message->parts[0].size);
    process->parent = in->parent;
    process->client = client;
    client->process = process;
    client_hold(client, &process->header);
    out->debugged = debug_hello(client);
    process_joined(process);
    out->process = process->header.number;
    out->cell = process->header.cell;
    common_header();
    message->reply_fd = common_fd;
    return STATUS_SUCCESS;
}

uint32_t serve_adopt(struct message *message, const struct protocol_adopt_in *in, struct protocol_adopt_out *out)
{
    (void)out;
    struct client *client = message->context, *child;
    if (message->fd < 0 || message->parts[0].size % sizeof(uint32_t))
        return (uint32_t)STATUS_INVALID_PARAMETER;
    if (!(child = client_new(message->fd)))
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    message->fd = -1;
    NTSTATUS status = (NTSTATUS)debug_adopt(message, in, child);
    if (status) {
        client_gone(child);
        return (uint32_t)status;
    }
    for (uint32_t i = 0; i < message->parts[0].size / sizeof(uint32_t); i++) {
        uint32_t number;
        memcpy(&number, (const char *)message->parts[0].data + i * sizeof(number), sizeof(number));
        struct object *object = number && idmap_find(&client->held, number) ? object_find(number) : NULL;
        if (object)
            client_hold(child, object);
    }
    return STATUS_SUCCESS;
}

uint32_t serve_thread_record(struct message *message, const struct protocol_thread_record_in *in,
                             struct protocol_thread_record_out *out)
{
    struct client *client = message->context;
    uint32_t record =
        client->records.count < CLIENT_MAX_RECORDS ? server_thread_alloc(client->process->id, in->thread_id) : 0;
    if (!record || !idmap_insert(&client->records, record)) {
        if (record)
            server_thread_free(record);
        return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
    }
    out->record = record;
    return STATUS_SUCCESS;
}

uint32_t serve_thread_record_free(struct message *message, const struct protocol_thread_record_free_in *in,
                                  struct protocol_thread_record_free_out *out)
{
    (void)out;
    struct client *client = message->context;
    if (in->record && idmap_find(&client->records, in->record)) {
        idmap_remove(&client->records, in->record);
        recover_thread_record(in->record); /* normally nothing is left to do */
    }
    return STATUS_SUCCESS;
}

uint32_t serve_agent_call(struct message *message, const struct protocol_agent_call_in *in,
                          struct protocol_agent_call_out *out)
{
    (void)out;
    struct client *client = message->context;
    struct object *object = in->object && idmap_find(&client->held, in->object) ? object_find(in->object) : NULL;
    if (!object || object->kind != OBJECT_KIND_PROCESS || in->call == PROTOCOL_CALL_NONE ||
        in->call >= PROTOCOL_CALL_COUNT)
        return (uint32_t)STATUS_INVALID_PARAMETER;
    struct process *process = (struct process *)object;
    if (process->ended)
        return (uint32_t)STATUS_PROCESS_IS_TERMINATING;
    if (!process->client)
        return (uint32_t)STATUS_NOT_SUPPORTED;
    NTSTATUS status = client_ask(process->client, client, message->serial, in->call, &message->parts[0], message->fd);
    if (status)
        return (uint32_t)status;
    message->fd = -1;
    message->later = true;
    return STATUS_SUCCESS;
}

uint32_t serve_call_wanted(struct message *message, const struct protocol_call_wanted_in *in,
                           struct protocol_call_wanted_out *out)
{
    struct client *client = message->context;
    struct pending *pending;
    (void)out;
    TAILQ_FOREACH(pending, &client->pending, of_asked)
    if (pending->serial == in->serial)
        return pending->given_up ? (uint32_t)STATUS_CANCELLED : STATUS_SUCCESS;
    return (uint32_t)STATUS_CANCELLED;
}

uint32_t serve_info(struct message *message, const struct protocol_info_in *in, struct protocol_info_out *out)
{
    (void)message;
    (void)in;
    *out = (struct protocol_info_out){
        .clients = client_count,
        .objects = object_count,
        .names = name_count,
        .cells = cell_count,
        .records = record_count,
        .process_id = (uint32_t)getpid(),
        .requests = request_count,
        .started = start_time,
    };
    return STATUS_SUCCESS;
}

uint32_t serve_kill(struct message *message, const struct protocol_kill_in *in, struct protocol_kill_out *out)
{
    (void)in;
    (void)out;
    server_hurry();
    for (struct client *client = clients; client; client = client->next)
        if (client->process && client != message->context) {
            client->process->status = 0xc000013a; /* STATUS_CONTROL_C_EXIT: ended from outside */
            client->process->has_status = true;
            syscall(SYS_pidfd_send_signal, client->process->pidfd, 9, NULL, 0);
        }
    return STATUS_SUCCESS;
}

uint32_t serve_wait(struct message *message, const struct protocol_wait_in *in, struct protocol_wait_out *out)
{
    struct client *client = message->context;
    (void)in;
    (void)out;
    client->waiting = true;
    client->waiting_serial = message->serial;
    message->later = true;
    answer_waiting();
    return STATUS_SUCCESS;
}
