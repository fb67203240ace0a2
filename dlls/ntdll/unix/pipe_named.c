/* SPDX-License-Identifier: MIT */
/*
 * pipe_named.c: named pipes. A pipe has a name and instances; an instance is a server's file object. When a client opens the
 * name, a free instance and the client become the two ends of a socket pair: a stream for byte pipes, SOCK_SEQPACKET for
 * message pipes. A pipe without a name that goes one way (CreatePipe) is a Unix pipe, as native children expect of their
 * standard handles.
 *
 * transomserver knows the names and which instances are free; it joins a client in one process and an instance in another.
 * Within a process, where nearly all pipes stay, only the instance is taken there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "client.h"
#include "pipe.h"
#include "path.h"
#include "thread.h"

struct pipe {
    struct pipe *hash_next;
    unsigned refs; /* instances, clients */
    WCHAR *name;   /* upper case compares; NULL: no name */
    size_t name_len;
    ULONG type, configuration, maximum, count, inbound_quota, outbound_quota;
    int64_t timeout;
    LIST_ENTRY instances;
};

static pthread_mutex_t pipe_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pipe *names[64];
static uint32_t changes;          /* futex: an instance became free, a name appeared */
static struct pipe_end **numbers; /* instances of this process by their number at transomserver */
static uint32_t number_count;

static unsigned hash_name(const WCHAR *name, size_t len)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    return (hash ^ hash >> 16) & 63;
}

static struct pipe *find(const WCHAR *name, size_t len)
{
    struct pipe *pipe = names[hash_name(name, len)];

    while (pipe && !path_name_equal(pipe->name, pipe->name_len, name, len))
        pipe = pipe->hash_next;
    return pipe;
}

/* A name goes with its last instance, the pipe with the last end. Under the lock. */
static void unlink_name(struct pipe *pipe)
{
    struct pipe **place = &names[hash_name(pipe->name, pipe->name_len)];

    while (*place && *place != pipe)
        place = &(*place)->hash_next;
    if (*place)
        *place = pipe->hash_next;
}

static void close_number(uint32_t number)
{
    if (number)
        client_message(PROTOCOL_pipe_close, &(struct protocol_pipe_close_in){ number });
}

static void unref(struct pipe *pipe)
{
    if (--pipe->refs)
        return;
    free(pipe->name);
    free(pipe);
}

static void tell_change(void)
{
    __atomic_fetch_add(&changes, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &changes, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

static struct file_object *make_end(struct pipe *pipe, bool server, ACCESS_MASK access, ULONG share, ULONG options)
{
    struct pipe_end *end = calloc(1, sizeof *end);
    struct file_object *file = end ? file_alloc(FILE_KIND_PIPE, &pipe_ops, -1, access, share, options) : NULL;

    if (!file) {
        free(end);
        return NULL;
    }
    end->server = server;
    end->message = pipe->type == FILE_PIPE_MESSAGE_TYPE;
    end->pipe = pipe;
    end->file = file;
    end->entry.Flink = end->entry.Blink = &end->entry;
    pipe->refs++;
    file->data = end;
    return file;
}

/* Whether the instance is still ours to give to a client of this process. */
static bool take_number(uint32_t number)
{
    struct protocol_pipe_take_in in = { number };
    struct client_request request = CLIENT_REQUEST(pipe_take, .in = &in);
    NTSTATUS status = number ? client_request(&request) : STATUS_SUCCESS;
    return status != STATUS_PIPE_NOT_AVAILABLE; /* if the server has gone, nobody else can come */
}

/* Joins a listening instance and a new client. Under the lock. */
static NTSTATUS join(struct file_object *server, struct file_object *client)
{
    struct pipe_end *server_end = server->data, *client_end = client->data;
    struct pipe *pipe = server_end->pipe;
    bool one_way = !pipe->name && pipe->type == FILE_PIPE_BYTE_STREAM_TYPE && !(server->access & FILE_WRITE_DATA) &&
                   !(client->access & FILE_READ_DATA);
    int fds[2];

    if (one_way ? pipe2(fds, O_CLOEXEC)
                : socketpair(AF_UNIX, (server_end->message ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0, fds))
        return status_from_errno(errno);
    if (one_way && pipe->inbound_quota > 65536)
        fcntl(fds[1], F_SETPIPE_SZ, pipe->inbound_quota);
    server->fd = fds[0] < 3 ? unix_fd_reserve(fds[0]) : fds[0];
    client->fd = fds[1] < 3 ? unix_fd_reserve(fds[1]) : fds[1];
    server_end->socket = client_end->socket = !one_way;
    server_end->state = client_end->state = FILE_PIPE_CONNECTED_STATE;
    return STATUS_SUCCESS;
}

static struct file_object *free_instance(struct pipe *pipe)
{
    for (LIST_ENTRY *entry = pipe->instances.Flink; entry != &pipe->instances; entry = entry->Flink) {
        struct pipe_end *end = container_of(entry, struct pipe_end, entry);
        if (end->state == FILE_PIPE_LISTENING_STATE)
            return end->file;
    }
    return NULL;
}

/* --- clients and instances in different processes --- */

/* A client that came from another process has one end of the socket pair, this instance the other. */
void pipe_connected(uint32_t number, ULONG process, int *fd)
{
    struct io *listening = NULL;
    pthread_mutex_lock(&pipe_lock);
    struct pipe_end *end = number < number_count ? numbers[number] : NULL;
    if (end && end->state == FILE_PIPE_LISTENING_STATE) {
        end->file->fd = unix_fd_reserve(*fd);
        *fd = -1;
        end->socket = true;
        end->other_process = process;
        end->state = FILE_PIPE_CONNECTED_STATE;
        listening = end->listening;
        end->listening = NULL;
    }
    pthread_mutex_unlock(&pipe_lock);
    if (listening)
        io_complete(listening, STATUS_SUCCESS, 0);
}

/* Under the lock. */
static bool remember_number(struct pipe_end *end)
{
    if (end->number >= number_count) {
        uint32_t count = number_count ? number_count * 2 : 64;
        while (count <= end->number)
            count *= 2;
        struct pipe_end **larger = realloc(numbers, count * sizeof *numbers);
        if (!larger)
            return false;
        memset(larger + number_count, 0, (count - number_count) * sizeof *numbers);
        numbers = larger;
        number_count = count;
    }
    numbers[end->number] = end;
    return true;
}

/* Opens a pipe that another process has the instances of. */
static NTSTATUS open_remote(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                            struct file_object **file)
{
    struct protocol_pipe_connect_in in = { .access = access & (FILE_READ_DATA | FILE_WRITE_DATA) };
    struct protocol_pipe_connect_out out;
    struct client_request request = CLIENT_REQUEST(pipe_connect, .in = &in, .out = &out, );
    request.parts[0] = (struct message_part){ path->text, (uint32_t)(path->text_len * sizeof(WCHAR)) };
    NTSTATUS status = client_join(false); /* without a server no other process has any */
    if (!status)
        status = client_request(&request);
    if (status)
        return status;
    struct pipe *pipe = calloc(1, sizeof *pipe);
    *file = NULL;
    if (pipe) {
        pipe->type = out.type;
        pipe->configuration = out.configuration;
        pipe->maximum = out.maximum;
        pipe->count = out.count;
        pipe->inbound_quota = out.inbound;
        pipe->outbound_quota = out.outbound;
        pipe->instances.Flink = pipe->instances.Blink = &pipe->instances;
        pipe->name = path->text;
        pipe->name_len = path->text_len;
        path->text = NULL;
        pthread_mutex_lock(&pipe_lock);
        *file = make_end(pipe, false, access, share, options);
        if (!*file) {
            free(pipe->name);
            free(pipe);
        }
        pthread_mutex_unlock(&pipe_lock);
    }
    if (!*file) {
        close(request.answer_fd);
        return STATUS_NO_MEMORY;
    }
    struct pipe_end *end = (*file)->data;
    (*file)->fd = request.answer_fd;
    end->socket = true;
    end->other_process = out.process;
    end->state = FILE_PIPE_CONNECTED_STATE;
    return STATUS_SUCCESS;
}

/* Makes an instance known to others; its number is 0 if there is no server to be had. */
static NTSTATUS register_instance(const struct nt_path *path, ULONG disposition, struct pipe *wanted, uint32_t *number,
                                  bool *created)
{
    struct protocol_pipe_create_in in = { .disposition = disposition,
                                          .type = wanted->type,
                                          .configuration = wanted->configuration,
                                          .maximum = wanted->maximum,
                                          .inbound = wanted->inbound_quota,
                                          .outbound = wanted->outbound_quota,
                                          .timeout = wanted->timeout == INT64_MIN ? UINT64_MAX
                                                     : wanted->timeout < 0        ? (uint64_t)-wanted->timeout
                                                                                  : 0 };
    struct protocol_pipe_create_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(pipe_create, .in = &in, .out = &out, );
    *number = 0;
    request.parts[0] = (struct message_part){ path->text, (uint32_t)(path->text_len * sizeof(WCHAR)) };
    if (client_join(true))
        return STATUS_SUCCESS; /* a prefix that cannot be written to: names for this process alone */
    NTSTATUS status = client_request(&request);
    if (status)
        return status;
    *number = out.instance;
    *created = out.created;
    wanted->maximum = out.maximum;
    wanted->inbound_quota = out.inbound;
    wanted->outbound_quota = out.outbound;
    wanted->timeout = out.timeout == UINT64_MAX ? INT64_MIN : -(int64_t)out.timeout;
    return STATUS_SUCCESS;
}

/* A client opens a name, or (no name) the other end of path->root. */
static NTSTATUS open_client(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                            struct file_object **file)
{
    struct file_object *server;
    struct io *listening = NULL;
    struct pipe *pipe;
    NTSTATUS status;

    pthread_mutex_lock(&pipe_lock);
    if (path->text_len) {
        pipe = find(path->text, path->text_len);
        server = pipe ? free_instance(pipe) : NULL;
        status = !pipe ? STATUS_OBJECT_NAME_NOT_FOUND : !server ? STATUS_PIPE_NOT_AVAILABLE : STATUS_SUCCESS;
        if (!status && !take_number(((struct pipe_end *)server->data)->number))
            status = STATUS_PIPE_NOT_AVAILABLE;
    } else {
        server = path->root;
        struct pipe_end *end = server ? server->data : NULL;
        pipe = end && end->server ? end->pipe : NULL;
        status = !pipe                                     ? STATUS_INVALID_PARAMETER
                 : end->state != FILE_PIPE_LISTENING_STATE ? STATUS_PIPE_NOT_AVAILABLE
                                                           : STATUS_SUCCESS;
    }
    if (!status && ((pipe->configuration == FILE_PIPE_INBOUND && (access & FILE_READ_DATA)) ||
                    (pipe->configuration == FILE_PIPE_OUTBOUND && (access & FILE_WRITE_DATA))))
        status = STATUS_ACCESS_DENIED;
    if (!status) {
        *file = make_end(pipe, false, access, share, options);
        status = *file ? join(server, *file) : STATUS_NO_MEMORY;
        if (!status) {
            struct pipe_end *end = server->data;
            listening = end->listening;
            end->listening = NULL;
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
    if (listening)
        io_complete(listening, STATUS_SUCCESS, 0);
    return status;
}

NTSTATUS pipe_open(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file)
{
    *file = NULL;
    if (path->kind == PATH_PIPE_ROOT) {
        *file = file_alloc(FILE_KIND_PIPE_ROOT, &pipe_root_ops, -1, access, share, options);
        return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (path->kind == PATH_PIPE)
        return open_client(path, access, share, options, file);
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

/* The first instance makes the pipe, the others join it. */
static NTSTATUS create_instance(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options,
                                const struct pipe *wanted, uint32_t number, struct file_object **file, bool *created)
{
    struct pipe *pipe = path->text_len ? find(path->text, path->text_len) : NULL;
    struct pipe_end *end;

    *created = !pipe;
    if (pipe && !number) { /* else transomserver has checked that */
        if (disposition == FILE_CREATE)
            return STATUS_ACCESS_DENIED;
        if (pipe->count >= pipe->maximum)
            return STATUS_INSTANCE_NOT_AVAILABLE;
        if (pipe->type != wanted->type || pipe->configuration != wanted->configuration)
            return STATUS_ACCESS_DENIED;
    } else if (!pipe) {
        if (disposition == FILE_OPEN && !number)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        pipe = malloc(sizeof *pipe);
        if (!pipe)
            return STATUS_NO_MEMORY;
        *pipe = *wanted;
        pipe->instances.Flink = pipe->instances.Blink = &pipe->instances;
        pipe->refs = 1;
        if (path->text_len) {
            struct pipe **bucket = &names[hash_name(path->text, path->text_len)];
            pipe->name = path->text;
            pipe->name_len = path->text_len;
            path->text = NULL;
            pipe->hash_next = *bucket;
            *bucket = pipe;
        }
    }
    *file = make_end(pipe, true, access, share, options);
    if (*file) {
        end = (*file)->data;
        end->state = FILE_PIPE_LISTENING_STATE;
        end->entry.Flink = &pipe->instances;
        end->entry.Blink = pipe->instances.Blink;
        pipe->instances.Blink->Flink = &end->entry;
        pipe->instances.Blink = &end->entry;
        pipe->count++;
        end->number = number;
        if (number && !remember_number(end))
            end->number = 0;
    }
    if (*created) {
        if (!*file && pipe->name)
            unlink_name(pipe);
        unref(pipe);
    }
    return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS NtCreateNamedPipeFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                               IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess, ULONG CreateDisposition,
                               ULONG CreateOptions, ULONG NamedPipeType, ULONG ReadMode, ULONG CompletionMode,
                               ULONG MaximumInstances, ULONG InboundQuota, ULONG OutboundQuota,
                               LARGE_INTEGER *DefaultTimeout)
{
    struct pipe wanted = { .type = NamedPipeType & FILE_PIPE_MESSAGE_TYPE,
                           .maximum = MaximumInstances,
                           .inbound_quota = InboundQuota,
                           .outbound_quota = OutboundQuota,
                           .timeout = DefaultTimeout ? DefaultTimeout->QuadPart : -500000 };
    ULONG attributes = ObjectAttributes->Attributes;
    struct file_object *file = NULL;
    struct nt_path path;
    bool created = false, first = false;
    uint32_t number = 0;
    NTSTATUS status;
    HANDLE handle;

    if (NamedPipeType > 3 || ReadMode > 1 || CompletionMode > 1 || !MaximumInstances ||
        (ReadMode == FILE_PIPE_MESSAGE_MODE && !wanted.type) || CreateDisposition > FILE_OPEN_IF ||
        CreateDisposition == FILE_SUPERSEDE || !(ShareAccess & (FILE_SHARE_READ | FILE_SHARE_WRITE)) ||
        (ShareAccess & ~(ULONG)(FILE_SHARE_READ | FILE_SHARE_WRITE)))
        return STATUS_INVALID_PARAMETER;
    wanted.configuration = ShareAccess == FILE_SHARE_READ    ? FILE_PIPE_OUTBOUND
                           : ShareAccess == FILE_SHARE_WRITE ? FILE_PIPE_INBOUND
                                                             : FILE_PIPE_FULL_DUPLEX;
    status = path_parse(ObjectAttributes, &path);
    if (!status && path.kind != PATH_PIPE && path.kind != PATH_PIPE_ROOT)
        status = STATUS_OBJECT_NAME_INVALID;
    if (!status && path.text_len)
        status = register_instance(&path, CreateDisposition, &wanted, &number, &first);
    if (!status) {
        pthread_mutex_lock(&pipe_lock);
        status = create_instance(&path, access_map(&file_type, DesiredAccess), ShareAccess, CreateDisposition,
                                 CreateOptions, &wanted, number, &file, &created);
        pthread_mutex_unlock(&pipe_lock);
        if (status)
            close_number(number);
    }
    path_free(&path);
    if (status)
        return status;
    if (number) {
        created = first;
        client_message(PROTOCOL_pipe_listen, &(struct protocol_pipe_listen_in){ number });
    }
    struct pipe_end *end = file->data;
    end->read_mode = ReadMode;
    end->completion_mode = CompletionMode;
    tell_change();
    status = handle_create(&file->obj, file->access, attributes, &handle);
    if (status)
        pipe_close(file);
    object_unref(&file->obj);
    if (status)
        return status;
    *FileHandle = handle;
    IoStatusBlock->Status = STATUS_SUCCESS;
    IoStatusBlock->Information = created ? FILE_CREATED : FILE_OPENED;
    return STATUS_SUCCESS;
}

/* --- instances that go to another process before a client has come (file_shared.c) --- */

struct pipe_form {
    uint32_t access, share, options, read_mode, completion_mode;
    uint32_t type, configuration, maximum, inbound_quota, outbound_quota;
    int64_t timeout;
    WCHAR name[];
};

/*
 * The other process gets an instance of its own of the same pipe, which is as good as this one: nobody is connected. For
 * who moves a handle (DUPLICATE_CLOSE_SOURCE) that is all there is; who keeps it has two instances, either of which a client
 * may find.
 */
NTSTATUS pipe_export(struct file_object *file, size_t head, void **data, uint32_t *size)
{
    struct pipe_end *end = file->data;
    NTSTATUS status = STATUS_SUCCESS;
    struct pipe_form *form;

    pthread_mutex_lock(&pipe_lock);
    struct pipe *pipe = end->pipe;
    *data = NULL;
    if (!end->server || !pipe || !pipe->name || !end->number || end->state != FILE_PIPE_LISTENING_STATE)
        status = STATUS_NOT_SUPPORTED;
    else if (!(*data = calloc(1, *size = head + sizeof *form + pipe->name_len * sizeof(WCHAR))))
        status = STATUS_NO_MEMORY;
    if (!status) {
        form = (struct pipe_form *)((char *)*data + head);
        *form = (struct pipe_form){ .access = file->access,
                                    .share = file->share,
                                    .options = file->options,
                                    .read_mode = end->read_mode,
                                    .completion_mode = end->completion_mode,
                                    .type = pipe->type,
                                    .configuration = pipe->configuration,
                                    .maximum = pipe->maximum,
                                    .inbound_quota = pipe->inbound_quota,
                                    .outbound_quota = pipe->outbound_quota,
                                    .timeout = pipe->timeout };
        memcpy(form->name, pipe->name, pipe->name_len * sizeof(WCHAR));
    }
    pthread_mutex_unlock(&pipe_lock);
    return status;
}

NTSTATUS pipe_import(const void *data, size_t size, struct file_object **file)
{
    const struct pipe_form *form = data;
    struct nt_path path = { .kind = PATH_PIPE };
    bool created = false, first;
    uint32_t number = 0;
    NTSTATUS status;

    if (size <= sizeof *form)
        return STATUS_INVALID_PARAMETER;
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
    *file = NULL;
    status = register_instance(&path, FILE_OPEN_IF, &wanted, &number, &first);
    if (!status) {
        pthread_mutex_lock(&pipe_lock);
        status = create_instance(&path, form->access, form->share, FILE_OPEN_IF, form->options, &wanted, number, file,
                                 &created);
        pthread_mutex_unlock(&pipe_lock);
        if (status)
            close_number(number);
    }
    free(path.text);
    if (status)
        return status;
    struct pipe_end *end = (*file)->data;
    end->read_mode = form->read_mode;
    end->completion_mode = form->completion_mode;
    if (number)
        client_message(PROTOCOL_pipe_listen, &(struct protocol_pipe_listen_in){ number });
    tell_change();
    return STATUS_SUCCESS;
}

/* A pending listen is being cancelled: under the I/O lock. */
static NTSTATUS cancel_listen(struct io *io)
{
    struct pipe_end *end = io->file->data;
    NTSTATUS status = STATUS_PENDING;

    pthread_mutex_lock(&pipe_lock);
    if (end->listening && end->listening->iosb == io->iosb) {
        end->listening = NULL;
        status = STATUS_CANCELLED;
    }
    pthread_mutex_unlock(&pipe_lock);
    return status;
}

NTSTATUS pipe_listen(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct io *pending;
    NTSTATUS status;
    bool now;

    if (!end->server)
        return STATUS_ILLEGAL_FUNCTION;
    pthread_mutex_lock(&pipe_lock);
    status = end->state == FILE_PIPE_CONNECTED_STATE ? STATUS_PIPE_CONNECTED : STATUS_SUCCESS;
    if (end->listening)
        status = STATUS_INVALID_PIPE_STATE;
    bool again = !status && end->state == FILE_PIPE_DISCONNECTED_STATE;
    if (!status)
        end->state = FILE_PIPE_LISTENING_STATE;
    pthread_mutex_unlock(&pipe_lock);
    if (status)
        return status;
    if (again && end->number)
        client_message(PROTOCOL_pipe_listen, &(struct protocol_pipe_listen_in){ end->number });
    tell_change();
    if (end->completion_mode == FILE_PIPE_COMPLETE_OPERATION)
        return STATUS_PIPE_LISTENING;
    io->retry = cancel_listen;
    pending = io_make_pending(io);
    if (!pending)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&pipe_lock);
    now = end->state == FILE_PIPE_CONNECTED_STATE;
    if (!now)
        end->listening = pending;
    pthread_mutex_unlock(&pipe_lock);
    if (now)
        io_complete(pending, STATUS_SUCCESS, 0);
    return STATUS_PENDING;
}

/* The client's data that was not read is lost, as documented. */
NTSTATUS pipe_disconnect(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct io *listening;
    int fd;

    if (!end->server)
        return STATUS_ILLEGAL_FUNCTION;
    io_cancel(file, NULL, NULL);
    pthread_mutex_lock(&pipe_lock);
    fd = file->fd;
    listening = end->listening;
    end->listening = NULL;
    file->fd = -1;
    end->state = FILE_PIPE_DISCONNECTED_STATE;
    end->other_process = 0;
    free(end->rest);
    end->rest = NULL;
    pthread_mutex_unlock(&pipe_lock);
    if (fd >= 0)
        close(fd);
    if (listening)
        io_complete(listening, STATUS_PIPE_DISCONNECTED, 0);
    return STATUS_SUCCESS;
}

/* The last handle of an end is closed: the other end reads end of file. */
void pipe_close(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct pipe *pipe = end->pipe;
    uint32_t number;
    int fd = -1;

    if (!pipe)
        return;
    pthread_mutex_lock(&pipe_lock);
    number = end->number;
    end->number = 0;
    if (number)
        numbers[number] = NULL;
    if (end->server && end->entry.Flink != &end->entry) {
        end->entry.Blink->Flink = end->entry.Flink;
        end->entry.Flink->Blink = end->entry.Blink;
        end->entry.Flink = end->entry.Blink = &end->entry;
        pipe->count--;
        if (!pipe->count && pipe->name)
            unlink_name(pipe);
    }
    if (!file->fd_borrowed) {
        fd = file->fd;
        file->fd = -1;
    }
    end->state = FILE_PIPE_DISCONNECTED_STATE;
    pthread_mutex_unlock(&pipe_lock);
    close_number(number);
    if (fd >= 0)
        close(fd);
}

void pipe_destroy(struct file_object *file)
{
    struct pipe_end *end = file->data;

    if (!end)
        return;
    if (end->pipe) {
        pipe_close(file);
        pthread_mutex_lock(&pipe_lock);
        unref(end->pipe);
        pthread_mutex_unlock(&pipe_lock);
    }
    free(end->rest);
    free(end);
}

void pipe_fill_local(struct pipe_end *end, FILE_PIPE_LOCAL_INFORMATION *info)
{
    struct pipe *pipe = end->pipe;

    info->NamedPipeEnd = end->server ? FILE_PIPE_SERVER_END : FILE_PIPE_CLIENT_END;
    if (!pipe) { /* inherited */
        info->NamedPipeConfiguration = FILE_PIPE_FULL_DUPLEX;
        info->MaximumInstances = info->CurrentInstances = 1;
        info->InboundQuota = info->OutboundQuota = 65536;
        return;
    }
    info->NamedPipeType = pipe->type;
    info->NamedPipeConfiguration = pipe->configuration;
    info->MaximumInstances = pipe->maximum;
    info->CurrentInstances = pipe->count;
    info->InboundQuota = pipe->inbound_quota;
    info->OutboundQuota = pipe->outbound_quota;
}

NTSTATUS pipe_query_name(struct pipe_end *end, void *buffer, ULONG length, ULONG_PTR *information)
{
    FILE_NAME_INFORMATION *info = buffer;
    size_t room = length - offsetof(FILE_NAME_INFORMATION, FileName);
    size_t bytes = end->pipe && end->pipe->name ? (end->pipe->name_len + 1) * sizeof(WCHAR) : 0;
    WCHAR text[512];

    info->FileNameLength = bytes;
    if (bytes > sizeof text)
        bytes = sizeof text;
    if (bytes) {
        text[0] = '\\';
        memcpy(text + 1, end->pipe->name, bytes - sizeof(WCHAR));
    }
    *information = offsetof(FILE_NAME_INFORMATION, FileName) + (bytes < room ? bytes : room & ~1ul);
    memcpy(info->FileName, text, bytes < room ? bytes : room & ~1ul);
    return info->FileNameLength > room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* GetNamedPipeClientProcessId and its like. */
NTSTATUS pipe_get_attribute(struct io *io)
{
    char name[32] = "";
    struct pipe_end *end = io->file->data;
    ULONG id = process_id;
    size_t n = io->input_length < sizeof name ? io->input_length : sizeof name - 1;

    if (!user_copy_in(name, io->input, n))
        return STATUS_ACCESS_VIOLATION;
    if (!strcmp(name, "ClientProcessId") || !strcmp(name, "ServerProcessId")) {
        if (io->length < sizeof id)
            return STATUS_BUFFER_TOO_SMALL;
        if (end->other_process && (name[0] == 'C') == end->server)
            id = end->other_process;
        io->information = sizeof id;
        return io_copy_out(io->buffer, &id, sizeof id) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    }
    if (!strcmp(name, "ClientSessionId") || !strcmp(name, "ServerSessionId")) {
        id = process_peb->SessionId;
        io->information = sizeof id;
        return io_copy_out(io->buffer, &id, sizeof id) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    }
    return STATUS_NOT_FOUND;
}

/* --- `\Device\NamedPipe\` --- */

static NTSTATUS wait_remote(const FILE_PIPE_WAIT_FOR_BUFFER *head, const WCHAR *name)
{
    int64_t timeout = head->Timeout.QuadPart;
    struct protocol_pipe_wait_in in = { .use_default = !head->TimeoutSpecified,
                                        .timeout = timeout == INT64_MIN ? UINT64_MAX
                                                   : timeout < 0        ? (uint64_t)-timeout
                                                                        : 0 };
    struct client_request request = CLIENT_REQUEST(pipe_wait, .in = &in);
    request.parts[0] = (struct message_part){ name, head->NameLength };
    NTSTATUS status = client_join(false);
    return status ? status : client_request(&request);
}

/* WaitNamedPipe: until the name has a free instance. */
static NTSTATUS root_wait(struct io *io)
{
    FILE_PIPE_WAIT_FOR_BUFFER head;
    size_t fixed = offsetof(FILE_PIPE_WAIT_FOR_BUFFER, Name);
    struct timespec deadline, now;
    WCHAR name[256];
    NTSTATUS status;
    bool timed = false;

    if (io->input_length < fixed)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(&head, io->input, fixed))
        return STATUS_ACCESS_VIOLATION;
    if (head.NameLength > sizeof name || head.NameLength > io->input_length - fixed)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(name, (const char *)io->input + fixed, head.NameLength))
        return STATUS_ACCESS_VIOLATION;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    for (;;) {
        uint32_t seen = __atomic_load_n(&changes, __ATOMIC_ACQUIRE);
        struct timespec left, *wait = NULL;
        pthread_mutex_lock(&pipe_lock);
        struct pipe *pipe = find(name, head.NameLength / sizeof(WCHAR));
        status = !pipe ? STATUS_OBJECT_NAME_NOT_FOUND : free_instance(pipe) ? STATUS_SUCCESS : STATUS_PENDING;
        if (!pipe) { /* another process's, if anybody's */
            pthread_mutex_unlock(&pipe_lock);
            return wait_remote(&head, name);
        }
        int64_t timeout = head.TimeoutSpecified ? head.Timeout.QuadPart : pipe ? pipe->timeout : 0;
        pthread_mutex_unlock(&pipe_lock);
        if (status != STATUS_PENDING)
            return status;
        if (timeout != INT64_MIN) {
            if (!timed) {
                int64_t units = timeout < 0 ? -timeout : 0;
                deadline.tv_sec += units / 10000000;
                deadline.tv_nsec += units % 10000000 * 100;
                timed = true;
            }
            clock_gettime(CLOCK_MONOTONIC, &now);
            int64_t ns = (deadline.tv_sec - now.tv_sec) * 1000000000ll + deadline.tv_nsec - now.tv_nsec;
            if (ns <= 0)
                return STATUS_IO_TIMEOUT;
            left = (struct timespec){ ns / 1000000000, ns % 1000000000 };
            wait = &left;
        }
        if (syscall(SYS_futex, &changes, FUTEX_WAIT_PRIVATE, seen, wait, NULL, 0) && errno == EINTR)
            thread_check_suspend();
    }
}

static NTSTATUS root_fsctl(struct io *io)
{
    return io->code == FSCTL_PIPE_WAIT ? root_wait(io) : STATUS_INVALID_DEVICE_REQUEST;
}

const struct file_ops pipe_root_ops = { .device_type = FILE_DEVICE_NAMED_PIPE, .fsctl = root_fsctl };

/* Mailslots work only between processes of one machine or network that share names: with the server. */
NTSTATUS NtCreateMailslotFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                              IO_STATUS_BLOCK *IoStatusBlock, ULONG CreateOptions, ULONG MailslotQuota,
                              ULONG MaximumMessageSize, LARGE_INTEGER *ReadTimeout)
{
    (void)FileHandle, (void)DesiredAccess, (void)ObjectAttributes, (void)IoStatusBlock, (void)CreateOptions;
    (void)MailslotQuota, (void)MaximumMessageSize, (void)ReadTimeout;
    return STATUS_NOT_IMPLEMENTED;
}
