/* SPDX-License-Identifier: MIT */
/*
 * pipe_connect.c: instances and clients come together and part: opening a pipe's name, ConnectNamedPipe, DisconnectNamedPipe.
 *
 * A pipe without a name that goes one way (CreatePipe) becomes a Unix pipe, as native children expect of their standard
 * handles. All others become a connection (pipe_ring.c), made here if this process has both ends and else by transomserver.
 */
#include <errno.h>
#include <stdlib.h>
#include "client.h"
#include "path.h"
#include "pipe.h"
#include "security.h"
#include "thread.h"

/* --- listening --- */

/* Those who wait in ConnectNamedPipe; pipe_lock is held. */
static struct io *take_listeners(struct pipe_end *end)
{
    struct io *first = end->listening;
    end->listening = NULL;
    return first;
}

static void complete_listeners(struct io *io, NTSTATUS status)
{
    while (io) {
        struct io *next = io->next;
        io_complete(io, status, 0);
        io = next;
    }
}

/* A pending listen is being cancelled: under the I/O lock. */
static NTSTATUS cancel_listen(struct io *io)
{
    struct pipe_end *end = io->file->data;
    NTSTATUS status = STATUS_PENDING;

    pthread_mutex_lock(&pipe_lock);
    for (struct io **place = &end->listening; *place; place = &(*place)->next) {
        if (*place == io) {
            *place = io->next;
            status = STATUS_CANCELLED;
            break;
        }
    }
    pthread_mutex_unlock(&pipe_lock);
    return status;
}

/* What a server's end that is no longer connected needs to be one that a client can find. */
static void listen_again(struct pipe_end *end)
{
    if (end->number)
        client_message(PROTOCOL_pipe_listen, &(struct protocol_pipe_listen_in){ end->number });
    pipe_tell_change();
}

NTSTATUS pipe_listen(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct io *pending;
    bool now;

    if (!end->server || end->raw)
        return STATUS_ILLEGAL_FUNCTION;
    ULONG seen = pipe_current_state(end);
    NTSTATUS status = end->link ? STATUS_SUCCESS : pipe_become_instance(end);
    if (status)
        return status;
    pthread_mutex_lock(&pipe_lock);
    status = end->state != FILE_PIPE_CONNECTED_STATE ? STATUS_SUCCESS
             : seen == FILE_PIPE_CLOSING_STATE       ? STATUS_PIPE_CLOSING
                                                     : STATUS_PIPE_CONNECTED;
    bool again = !status && end->state == FILE_PIPE_DISCONNECTED_STATE;
    if (!status)
        end->state = FILE_PIPE_LISTENING_STATE;
    pthread_mutex_unlock(&pipe_lock);
    if (status)
        return status;
    if (again)
        listen_again(end);
    /* "Returns a nonzero value the first time it is called for an instance that is disconnected" (ConnectNamedPipe). */
    if (end->completion_mode == FILE_PIPE_COMPLETE_OPERATION)
        return again ? STATUS_SUCCESS : STATUS_PIPE_LISTENING;
    io->retry = cancel_listen;
    pending = io_make_pending(io);
    if (!pending)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&pipe_lock);
    now = end->state != FILE_PIPE_LISTENING_STATE;
    if (!now) {
        pending->next = end->listening;
        end->listening = pending;
    }
    pthread_mutex_unlock(&pipe_lock);
    if (now)
        io_complete(pending, STATUS_SUCCESS, 0);
    return STATUS_PENDING;
}

/* What the client has not read is lost, as documented. */
NTSTATUS pipe_disconnect(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct pipe_link *link = NULL;

    if (!end->server || end->raw)
        return STATUS_ILLEGAL_FUNCTION;
    pthread_mutex_lock(&pipe_lock);
    if (end->state == FILE_PIPE_DISCONNECTED_STATE) {
        pthread_mutex_unlock(&pipe_lock);
        return STATUS_PIPE_DISCONNECTED;
    }
    struct io *listeners = take_listeners(end);
    struct object *token = end->client_token;
    end->client_token = NULL;
    end->state = FILE_PIPE_DISCONNECTED_STATE;
    if (end->link)
        link = pipe_take_link(end);
    pthread_mutex_unlock(&pipe_lock);
    if (token)
        object_unref(token);
    complete_listeners(listeners, STATUS_PIPE_DISCONNECTED);
    if (link) {
        pipe_link_disconnect(link);
        io_advance(link->socket); /* what waits here fails now */
        pipe_link_close(link);
        pipe_link_unref(link);
    }
    return STATUS_SUCCESS;
}

/* --- both ends are in this process --- */

static NTSTATUS join_raw(struct file_object *server, struct file_object *client)
{
    struct pipe_end *server_end = server->data, *client_end = client->data;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC))
        return status_from_errno(errno);
    /* Not less than Linux gives; if that much is not allowed (fs.pipe-max-size), what is. */
    for (ULONG size = server_end->pipe->inbound_quota; size > 65536 && fcntl(fds[1], F_SETPIPE_SZ, size) < 0; size /= 2)
        ;
    server->fd = fds[0] < 3 ? unix_fd_reserve(fds[0]) : fds[0];
    client->fd = fds[1] < 3 ? unix_fd_reserve(fds[1]) : fds[1];
    server_end->raw = client_end->raw = true;
    return STATUS_SUCCESS;
}

static NTSTATUS join_linked(struct pipe_end *server, struct pipe_end *client)
{
    struct pipe *pipe = server->pipe;
    struct pipe_kind kind = { pipe->type, pipe->configuration, pipe->maximum, pipe->inbound_quota,
                              pipe->outbound_quota };
    struct pipe_link *links[2] = { NULL, NULL };
    int sockets[2] = { -1, -1 };
    int memory[2] = { unix_fd_reserve(pipe_shared_make(&kind, process_id, process_id)), -1 };

    if (memory[0] >= 0)
        memory[1] = fcntl(memory[0], F_DUPFD_CLOEXEC, 256);
    if (memory[1] >= 0 && !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) {
        for (int i = 0; i < 2; i++) {
            sockets[i] = unix_fd_reserve(sockets[i]);
            links[i] = pipe_link_attach(memory[i], sockets[i], i ? PIPE_SERVER : PIPE_CLIENT);
        }
    }
    if (links[0] && links[1]) {
        pipe_set_link(client, links[0]);
        pipe_set_link(server, links[1]);
        return STATUS_SUCCESS;
    }
    for (int i = 0; i < 2; i++) {
        if (links[i]) {
            pipe_link_unref(links[i]);
            continue;
        }
        if (memory[i] >= 0)
            close(memory[i]);
        if (sockets[i] >= 0)
            close(sockets[i]);
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* Joins a listening instance and a new client. Under the lock. */
static NTSTATUS join(struct file_object *server, struct file_object *client)
{
    struct pipe_end *server_end = server->data, *client_end = client->data;
    struct pipe *pipe = server_end->pipe;
    bool one_way = !pipe->name && pipe->type == FILE_PIPE_BYTE_STREAM_TYPE && !(server->access & FILE_WRITE_DATA) &&
                   !(client->access & FILE_READ_DATA);
    NTSTATUS status = one_way ? join_raw(server, client) : join_linked(server_end, client_end);

    if (!status)
        server_end->state = client_end->state = FILE_PIPE_CONNECTED_STATE;
    return status;
}

/* Whether the instance is still ours to give to a client of this process. */
static bool take_number(uint32_t number)
{
    struct protocol_pipe_take_in in = { number };
    struct client_request request = CLIENT_REQUEST(pipe_take, .in = &in);
    NTSTATUS status = number ? client_request(&request) : STATUS_SUCCESS;
    return status != STATUS_PIPE_NOT_AVAILABLE; /* if the server has gone, nobody else can come */
}

/* What the pipe's direction and descriptor allow a client. */
static NTSTATUS check_access(const struct pipe *pipe, ACCESS_MASK access)
{
    ACCESS_MASK granted;

    if ((pipe->configuration == FILE_PIPE_INBOUND && (access & FILE_READ_DATA)) ||
        (pipe->configuration == FILE_PIPE_OUTBOUND && (access & FILE_WRITE_DATA)))
        return STATUS_ACCESS_DENIED;
    return pipe->security ? security_grant_by(pipe->security, &file_type, access, &granted) : STATUS_SUCCESS;
}

/* --- clients and instances in different processes --- */

static struct pipe_link *link_of_socket(int socket, unsigned side)
{
    int memory;
    char byte;

    if (!pipe_receive_descriptor(socket, &byte, 1, &memory, 1))
        return NULL;
    memory = unix_fd_reserve(memory);
    struct pipe_link *link = memory >= 0 ? pipe_link_attach(memory, socket, side) : NULL;
    if (!link && memory >= 0)
        close(memory);
    return link;
}

/* A client that came from another process has one end of the socket pair, this instance the other. */
void pipe_connected(uint32_t number, int *fd)
{
    struct io *listeners = NULL;
    struct pipe_link *link = link_of_socket(*fd, PIPE_SERVER);

    if (!link)
        return;
    *fd = -1;
    pthread_mutex_lock(&pipe_lock);
    struct pipe_end *end = pipe_by_number(number);
    if (end && end->state == FILE_PIPE_LISTENING_STATE) {
        pipe_set_link(end, link);
        link = NULL;
        listeners = take_listeners(end);
    }
    pthread_mutex_unlock(&pipe_lock);
    if (link)
        pipe_link_unref(link);
    complete_listeners(listeners, STATUS_SUCCESS);
}

/* SECURITY_SQOS_PRESENT: the client limits what the server may do in its name. */
static void set_level(struct pipe_end *client, const struct nt_path *path)
{
    if (client->link && path->own_level)
        client->link->shared->client_level = path->level;
}

static NTSTATUS ask_for_instance(struct nt_path *path, ACCESS_MASK access, struct client_request *request,
                                 struct protocol_pipe_connect_out *out)
{
    struct protocol_pipe_connect_in in = { .access = access & (FILE_READ_DATA | FILE_WRITE_DATA) };
    NTSTATUS status;

    for (;;) {
        *request = (struct client_request)CLIENT_REQUEST(pipe_connect, .in = &in, .out = out, );
        request->parts[0] = (struct message_part){ path->text, (uint32_t)(path->text_len * sizeof(WCHAR)) };
        status = client_request(request);
        if (status || !out->security)
            break;
        /* It has a descriptor that this process has to look at first. */
        ACCESS_MASK granted;
        status = sd_valid(request->bytes, request->bytes_size)
                     ? security_grant_by(request->bytes, &file_type, access, &granted)
                     : STATUS_ACCESS_DENIED;
        free(request->bytes);
        request->bytes = NULL;
        if (status)
            break;
        in.checked = out->security;
    }
    free(request->bytes);
    return status;
}

/* Opens a pipe that another process has the instances of. */
static NTSTATUS open_remote(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                            struct file_object **file)
{
    struct protocol_pipe_connect_out out;
    struct client_request request;
    NTSTATUS status = client_join(false); /* without a server no other process has any */

    *file = NULL;
    if (!status)
        status = ask_for_instance(path, access, &request, &out);
    if (status)
        return status;
    struct pipe_link *link = request.answer_fd >= 0 ? link_of_socket(request.answer_fd, PIPE_CLIENT) : NULL;
    if (!link) {
        if (request.answer_fd >= 0)
            close(request.answer_fd);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    struct pipe_shared *shared = link->shared;
    struct pipe_kind kind = { shared->type, shared->configuration, shared->maximum, shared->rings[PIPE_CLIENT].quota,
                              shared->rings[PIPE_SERVER].quota };
    pthread_mutex_lock(&pipe_lock);
    struct pipe *pipe = pipe_make_remote(&kind, path->text, path->text_len);
    if (pipe) {
        pipe->count = out.count;
        path->text = NULL;
        pipe->refs = 1;
        *file = pipe_make_end(pipe, false, access, share, options);
        pipe_unref(pipe);
    }
    if (*file) {
        pipe_set_link((*file)->data, link);
        set_level((*file)->data, path);
    }
    pthread_mutex_unlock(&pipe_lock);
    if (*file)
        return STATUS_SUCCESS;
    pipe_link_unref(link);
    return STATUS_NO_MEMORY;
}

/* A client opens a name, or (no name) the other end of path->root. */
static NTSTATUS open_client(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                            struct file_object **file)
{
    struct file_object *server;
    struct io *listeners = NULL;
    struct pipe *pipe;
    NTSTATUS status;

    pthread_mutex_lock(&pipe_lock);
    if (path->text_len) {
        pipe = pipe_find(path->text, path->text_len);
        server = pipe ? pipe_free_instance(pipe) : NULL;
        status = !pipe ? STATUS_OBJECT_NAME_NOT_FOUND : !server ? STATUS_PIPE_NOT_AVAILABLE : STATUS_SUCCESS;
        if (!status)
            status = check_access(pipe, access);
        if (!status && !take_number(((struct pipe_end *)server->data)->number))
            status = STATUS_PIPE_NOT_AVAILABLE;
    } else {
        server = path->root;
        struct pipe_end *end = server ? server->data : NULL;
        pipe = end && end->server ? end->pipe : NULL;
        status = !pipe                                     ? STATUS_INVALID_PARAMETER
                 : end->state != FILE_PIPE_LISTENING_STATE ? STATUS_PIPE_NOT_AVAILABLE
                                                           : check_access(pipe, access);
    }
    if (!status) {
        *file = pipe_make_end(pipe, false, access, share, options);
        status = *file ? join(server, *file) : STATUS_NO_MEMORY;
        if (!status) {
            set_level((*file)->data, path);
            listeners = take_listeners(server->data);
        }
    }
    pthread_mutex_unlock(&pipe_lock);
    if (status && *file) {
        object_unref(&(*file)->obj);
        *file = NULL;
    }
    if ((status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_PIPE_NOT_AVAILABLE) && path->text_len) {
        NTSTATUS elsewhere = open_remote(path, access, share, options, file);
        if (elsewhere != STATUS_OBJECT_NAME_NOT_FOUND && elsewhere != STATUS_PORT_DISCONNECTED)
            status = elsewhere; /* else what is true of this process: a pipe of its own may be busy */
    }
    complete_listeners(listeners, STATUS_SUCCESS);
    return status;
}

NTSTATUS pipe_open(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file)
{
    *file = NULL;
    if (path->kind == PATH_PIPE_ROOT) {
        *file = file_alloc(FILE_KIND_PIPE_ROOT, &pipe_root_ops, -1, access, share, options);
        return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (path->kind == PATH_MAILSLOT)
        return mailslot_open(path, access, share, options, file);
    if (path->kind == PATH_PIPE)
        return open_client(path, access, share, options, file);
    return STATUS_OBJECT_NAME_NOT_FOUND;
}
