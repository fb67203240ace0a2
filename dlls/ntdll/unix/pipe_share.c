/* SPDX-License-Identifier: MIT */
/*
 * pipe_share.c: ends of pipes that other processes get: duplicated and inherited handles. An end that is connected travels as a
 * parcel: one end of a socket pair in which its two descriptors wait, so that it is one descriptor wherever one is
 * expected. What both processes must agree on, the read mode among it, is in the shared memory.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "path.h"
#include "pipe.h"

/* What is said about an end, besides what the shared memory knows. */
struct pipe_form {
    uint32_t access, share, options, read_mode, completion_mode, server;
    uint32_t type, configuration, maximum, inbound_quota, outbound_quota;
    int64_t timeout;
    WCHAR name[];
};

static struct pipe_form *make_form(struct file_object *file, size_t head, void **data, size_t *size)
{
    struct pipe_end *end = file->data;
    struct pipe *pipe = end->pipe;
    struct pipe_form *form;

    *size = head + sizeof *form + pipe->name_len * sizeof(WCHAR);
    if (!(*data = calloc(1, *size)))
        return NULL;
    form = (struct pipe_form *)((char *)*data + head);
    *form = (struct pipe_form){ .access = file->access,
                                .share = file->share,
                                .options = file->options,
                                .read_mode = end->read_mode,
                                .completion_mode = end->completion_mode,
                                .server = end->server,
                                .type = pipe->type,
                                .configuration = pipe->configuration,
                                .maximum = pipe->maximum,
                                .inbound_quota = pipe->inbound_quota,
                                .outbound_quota = pipe->outbound_quota,
                                .timeout = pipe->timeout };
    if (pipe->name)
        memcpy(form->name, pipe->name, pipe->name_len * sizeof(WCHAR));
    return form;
}

/* --- connected ends --- */

bool pipe_is_linked(struct file_object *file)
{
    struct pipe_end *end = file->data;
    return file->kind == FILE_KIND_PIPE && __atomic_load_n(&end->link, __ATOMIC_ACQUIRE);
}

bool pipe_needs_parcel(struct file_object *file)
{
    struct pipe_end *end = file->data;
    return file->kind == FILE_KIND_PIPE && !end->raw && end->pipe;
}

int pipe_pack(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct pipe_link *link = NULL;
    int sockets[2], parcel = -1;
    size_t size;
    void *data;

    if (pipe_get_link(end, &link) && !end->server)
        return -1;
    if (make_form(file, 0, &data, &size)) {
        if (!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) {
            int fds[2] = { link ? link->socket : -1, link ? link->memory_fd : -1 };
            if (link ? pipe_send_descriptor(sockets[0], data, size, fds, 2)
                     : send(sockets[0], data, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size) {
                parcel = unix_fd_reserve(sockets[1]);
                if (link)
                    __atomic_fetch_add(&link->shared->opens[link->side], 1, __ATOMIC_SEQ_CST);
            } else {
                close(sockets[1]);
            }
            close(sockets[0]);
        }
        free(data);
    }
    if (link)
        pipe_link_unref(link);
    return parcel;
}

static struct file_object *make_linked(const struct pipe_form *form, size_t size, struct pipe_link *link,
                                       ACCESS_MASK access, ULONG options)
{
    size_t length = (size - sizeof *form) / sizeof(WCHAR);
    struct pipe_kind kind = { form->type, form->configuration, form->maximum, form->inbound_quota,
                              form->outbound_quota };
    WCHAR *name = length ? malloc(length * sizeof(WCHAR)) : NULL;
    struct file_object *file = NULL;

    if (length && !name)
        return NULL;
    if (name)
        memcpy(name, form->name, length * sizeof(WCHAR));
    pthread_mutex_lock(&pipe_lock);
    struct pipe *pipe = pipe_make_remote(&kind, name, length);
    if (pipe) {
        pipe->count = pipe->refs = 1;
        pipe->timeout = form->timeout;
        file = pipe_make_end(pipe, form->server, access, form->share, options);
        pipe_unref(pipe);
    } else {
        free(name);
    }
    if (file && !link) { /* an instance that nobody has connected to: one of this process's as soon as it listens */
        struct pipe_end *end = file->data;
        end->read_mode = form->read_mode;
        end->completion_mode = form->completion_mode;
        end->state = FILE_PIPE_DISCONNECTED_STATE;
    } else if (file) { /* as it is, whichever process has set that */
        struct pipe_end *end = file->data;
        if (link->shared->mailslot)
            file->ops = &mailslot_ops;
        end->read_mode = link->shared->read_mode[link->side];
        end->completion_mode = link->shared->completion_mode[link->side];
        pipe_set_link(end, link);
    }
    pthread_mutex_unlock(&pipe_lock);
    return file;
}

struct file_object *pipe_unpack(int fd, ACCESS_MASK access, ULONG options)
{
    struct file_object *file = NULL;
    struct pipe_form *form;
    int fds[2];
    ssize_t size = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

    if (size < (ssize_t)sizeof *form || !(form = malloc((size_t)size)))
        return NULL;
    if (pipe_receive_descriptor(fd, form, (size_t)size, fds, 2)) {
        int socket = unix_fd_reserve(fds[0]), memory = unix_fd_reserve(fds[1]);
        struct pipe_link *link = socket >= 0 && memory >= 0
                                     ? pipe_link_attach(memory, socket, form->server ? PIPE_SERVER : PIPE_CLIENT)
                                     : NULL;
        if (link) {
            file = make_linked(form, (size_t)size, link, access, options & 0xffffff);
            if (!file)
                pipe_link_unref(link);
        } else {
            if (socket >= 0)
                close(socket);
            if (memory >= 0)
                close(memory);
        }
    } else if (form->server) { /* without descriptors, received all the same */
        file = make_linked(form, (size_t)size, NULL, access, options & 0xffffff);
    }
    free(form);
    return file;
}

/* --- standard error --- */

static struct pipe_link *error_link; /* what descriptor 2 would be if it were one */

static bool plain_copy(void *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return true;
}

void pipe_is_standard_error(struct file_object *file)
{
    struct pipe_end *end = file->data;
    if (file->kind == FILE_KIND_PIPE && end->link)
        error_link = pipe_link_ref(end->link);
}

/* For who is about to end: a reader that does not read is not waited for for ever. */
void unix_error_text(const char *text, size_t size)
{
    const struct timespec second = { 1, 0 };
    struct pipe_transfer transfer = { .copy = plain_copy, .buffer = (char *)text, .length = size };
    NTSTATUS status = STATUS_PENDING;

    if (!error_link) {
        while (size) {
            ssize_t n = write(2, text, size);
            if (n < 0)
                return;
            text += n;
            size -= (size_t)n;
        }
        return;
    }
    struct pipe_ring *out = pipe_ring_out(error_link);
    for (int tries = 0; tries < 3 && status == STATUS_PENDING; tries++) {
        uint32_t seen = __atomic_load_n(&out->read.changes.count, __ATOMIC_SEQ_CST);
        status = pipe_ring_write(error_link, &transfer);
        if (status == STATUS_PENDING && transfer.written)
            return; /* it lies there */
        if (status == STATUS_PENDING)
            pipe_ring_sleep_for(&out->read.changes, &out->write.sleepers, seen, &second);
    }
    if (status) { /* nobody reads, nobody is there: no more of it */
        pipe_ring_abandon(error_link, &transfer);
        error_link = NULL;
    }
}

void unix_error_line(const char *format, ...)
{
    char line[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    if (n < 0)
        return;
    size_t size = (size_t)n < sizeof(line) - 2 ? (size_t)n : sizeof(line) - 2;
    line[size++] = '\n';
    unix_error_text(line, size);
}

/* --- instances without a client --- */

/*
 * The other process gets an instance of its own of the same pipe, which is as good as this one: nobody is connected. For
 * who moves a handle (DUPLICATE_CLOSE_SOURCE) that is all there is; who keeps it has two instances, either of which a client
 * may find.
 */
NTSTATUS pipe_export(struct file_object *file, size_t head, void **data, uint32_t *size, int *parcel)
{
    struct pipe_end *end = file->data;
    NTSTATUS status = STATUS_SUCCESS;
    size_t used = 0;

    *parcel = -1;
    *data = NULL;
    if (pipe_is_linked(file)) {
        *parcel = pipe_pack(file);
        if (*parcel < 0)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    pthread_mutex_lock(&pipe_lock);
    if (*parcel < 0 && (!end->server || !end->pipe || !end->number || end->state != FILE_PIPE_LISTENING_STATE))
        status = STATUS_NOT_SUPPORTED;
    else if (!make_form(file, head, data, &used))
        status = STATUS_NO_MEMORY;
    pthread_mutex_unlock(&pipe_lock);
    *size = (uint32_t)used;
    if (status && *parcel >= 0)
        close(*parcel);
    return status;
}

NTSTATUS pipe_import(const void *data, size_t size, int *parcel, struct file_object **file)
{
    const struct pipe_form *form = data;
    struct nt_path path = { .kind = PATH_PIPE };
    bool created = false;
    NTSTATUS status;

    if (size < sizeof *form)
        return STATUS_INVALID_PARAMETER;
    *file = NULL;
    if (*parcel >= 0) {
        *file = pipe_unpack(*parcel, form->access, form->options);
        return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    struct pipe wanted = { .type = form->type,
                           .configuration = form->configuration,
                           .maximum = form->maximum,
                           .inbound_quota = form->inbound_quota,
                           .outbound_quota = form->outbound_quota,
                           .timeout = form->timeout };
    path.text_len = (size - sizeof *form) / sizeof(WCHAR);
    if (!(path.text = calloc(path.text_len + 1, sizeof(WCHAR))))
        return STATUS_NO_MEMORY;
    memcpy(path.text, form->name, path.text_len * sizeof(WCHAR));
    status = pipe_make_instance(&path, form->access, form->share, FILE_OPEN_IF, form->options, &wanted, file, &created);
    free(path.text);
    free(wanted.security);
    if (status)
        return status;
    struct pipe_end *end = (*file)->data;
    end->read_mode = form->read_mode;
    end->completion_mode = form->completion_mode;
    pipe_tell_change();
    return STATUS_SUCCESS;
}
