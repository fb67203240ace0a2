/* SPDX-License-Identifier: MIT */
/*
 * pipe_named.c: named pipes' names and instances. A pipe has a name and instances; an instance is a server's file object.
 * transomserver knows the names of all and which instances are free; a process knows its own. Data is none of this file's
 * business (pipe_ring.c), nor is connecting (pipe_connect.c).
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include "client.h"
#include "object_private.h"
#include "path.h"
#include "pipe.h"
#include "security.h"
#include "thread.h"

static struct pipe **names; /* by hash; as many as there are pipes, about */
static size_t name_slots, name_count;
static uint32_t changes;          /* futex: an instance became free, a name appeared */
static struct pipe_end **numbers; /* instances of this process by their number at transomserver */
static uint32_t number_count;

/* --- names: all under pipe_lock --- */

static size_t hash_name(const WCHAR *name, size_t length)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    return (hash ^ hash >> 16) & (name_slots - 1);
}

struct pipe *pipe_find(const WCHAR *name, size_t length)
{
    struct pipe *pipe = name_slots ? names[hash_name(name, length)] : NULL;

    while (pipe && !path_name_equal(pipe->name, pipe->name_len, name, length))
        pipe = pipe->hash_next;
    return pipe;
}

static bool link_name(struct pipe *pipe)
{
    if (name_count >= name_slots) {
        size_t old_slots = name_slots, slots = old_slots ? old_slots * 2 : 16;
        struct pipe **old = names, **larger = calloc(slots, sizeof *larger);
        if (!larger)
            return false;
        names = larger;
        name_slots = slots;
        for (size_t i = 0; i < old_slots; i++) {
            for (struct pipe *next, *moved = old[i]; moved; moved = next) {
                struct pipe **slot = &names[hash_name(moved->name, moved->name_len)];
                next = moved->hash_next;
                moved->hash_next = *slot;
                *slot = moved;
            }
        }
        free(old);
    }
    struct pipe **slot = &names[hash_name(pipe->name, pipe->name_len)];
    pipe->hash_next = *slot;
    *slot = pipe;
    name_count++;
    return true;
}

/* A name goes with its last instance, the pipe with the last end. */
static void unlink_name(struct pipe *pipe)
{
    struct pipe **place = &names[hash_name(pipe->name, pipe->name_len)];

    while (*place && *place != pipe)
        place = &(*place)->hash_next;
    if (!*place)
        return;
    *place = pipe->hash_next;
    name_count--;
}

void pipe_unref(struct pipe *pipe)
{
    if (--pipe->refs)
        return;
    free(pipe->name);
    free(pipe->security);
    free(pipe);
}

void pipe_tell_change(void)
{
    __atomic_fetch_add(&changes, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &changes, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* --- ends --- */

struct file_object *pipe_make_end(struct pipe *pipe, bool server, ACCESS_MASK access, ULONG share, ULONG options)
{
    struct pipe_end *end = calloc(1, sizeof *end);
    struct file_object *file = end ? file_alloc(FILE_KIND_PIPE, &pipe_ops, -1, access, share, options) : NULL;

    if (!file) {
        free(end);
        return NULL;
    }
    end->server = server;
    end->pipe = pipe;
    end->file = file;
    end->entry.Flink = end->entry.Blink = &end->entry;
    pipe->refs++;
    file->data = end;
    return file;
}

struct file_object *pipe_free_instance(struct pipe *pipe)
{
    for (LIST_ENTRY *entry = pipe->instances.Flink; entry != &pipe->instances; entry = entry->Flink) {
        struct pipe_end *end = container_of(entry, struct pipe_end, entry);
        if (end->state == FILE_PIPE_LISTENING_STATE)
            return end->file;
    }
    return NULL;
}

struct pipe *pipe_make_remote(const struct pipe_kind *kind, WCHAR *name, size_t length)
{
    struct pipe *pipe = calloc(1, sizeof *pipe);

    if (!pipe)
        return NULL;
    *pipe = (struct pipe){ .name = name,
                           .name_len = length,
                           .type = kind->type,
                           .configuration = kind->configuration,
                           .maximum = kind->maximum,
                           .inbound_quota = kind->inbound,
                           .outbound_quota = kind->outbound };
    pipe->instances.Flink = pipe->instances.Blink = &pipe->instances;
    return pipe;
}

/* --- what transomserver knows by number --- */

static void close_number(uint32_t number)
{
    if (number)
        client_message(PROTOCOL_pipe_close, &(struct protocol_pipe_close_in){ number });
}

struct pipe_end *pipe_by_number(uint32_t number)
{
    return number < number_count ? numbers[number] : NULL;
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
    struct sd_parts parts = { 0 };
    *number = 0;
    request.parts[0] = (struct message_part){ path->text, (uint32_t)(path->text_len * sizeof(WCHAR)) };
    if (wanted->security) {
        parts = sd_parts_of(wanted->security);
        request.parts[1] = (struct message_part){ wanted->security, (uint32_t)sd_parts_size(&parts) };
    }
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
    if (!out.created) { /* another instance needs the right to it; all have the first one's descriptor */
        ACCESS_MASK granted;
        free(wanted->security);
        wanted->security = NULL;
        if (request.bytes_size && sd_valid(request.bytes, request.bytes_size)) {
            wanted->security = request.bytes;
            request.bytes = NULL;
            status = security_grant_by(wanted->security, &file_type, FILE_CREATE_PIPE_INSTANCE, &granted);
        }
    }
    free(request.bytes);
    if (status)
        close_number(*number);
    return status;
}

NTSTATUS pipe_become_instance(struct pipe_end *end)
{
    struct pipe *pipe = end->pipe, wanted = *pipe;
    struct nt_path path = { .text = pipe->name, .text_len = pipe->name_len };
    uint32_t number;
    bool created;

    if (end->number || !pipe->name || end->entry.Flink != &end->entry)
        return STATUS_SUCCESS;
    wanted.security = NULL;
    NTSTATUS status = register_instance(&path, FILE_OPEN_IF, &wanted, &number, &created);
    free(wanted.security);
    if (status)
        return status;
    pthread_mutex_lock(&pipe_lock);
    struct pipe *known = pipe_find(pipe->name, pipe->name_len);
    if (known) { /* beside instances that this process has */
        known->refs++;
        pipe_unref(pipe);
        end->pipe = pipe = known;
    } else if (!link_name(pipe)) {
        status = STATUS_NO_MEMORY;
    } else {
        pipe->count = 0;
    }
    if (!status) {
        end->number = number;
        if (!remember_number(end))
            status = STATUS_NO_MEMORY;
    }
    if (!status) {
        end->entry.Flink = &pipe->instances;
        end->entry.Blink = pipe->instances.Blink;
        pipe->instances.Blink->Flink = &end->entry;
        pipe->instances.Blink = &end->entry;
        pipe->count++;
    }
    pthread_mutex_unlock(&pipe_lock);
    if (status)
        close_number(number);
    return status;
}

/* The first instance makes the pipe, the others join it. Under the lock. */
static NTSTATUS create_instance(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options,
                                struct pipe *wanted, uint32_t number, struct file_object **file, bool *created)
{
    struct pipe *pipe = path->text_len ? pipe_find(path->text, path->text_len) : NULL;
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
        wanted->security = NULL;
        pipe->instances.Flink = pipe->instances.Blink = &pipe->instances;
        pipe->refs = 1;
        if (path->text_len) {
            pipe->name = path->text;
            pipe->name_len = path->text_len;
            path->text = NULL;
            if (!link_name(pipe)) {
                pipe_unref(pipe);
                return STATUS_NO_MEMORY;
            }
        }
    }
    *file = pipe_make_end(pipe, true, access, share, options);
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
        if (pipe->security) {
            struct sd_parts parts = sd_parts_of(pipe->security);
            (*file)->obj.security = sd_parts_copy(&parts);
        }
    }
    if (*created) {
        if (!*file && pipe->name)
            unlink_name(pipe);
        pipe_unref(pipe);
    }
    return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS pipe_make_instance(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options,
                            struct pipe *wanted, struct file_object **file, bool *created)
{
    uint32_t number = 0;
    bool first = false;
    NTSTATUS status = path->text_len ? register_instance(path, disposition, wanted, &number, &first) : STATUS_SUCCESS;

    if (status)
        return status;
    pthread_mutex_lock(&pipe_lock);
    status = create_instance(path, access, share, disposition, options, wanted, number, file, created);
    pthread_mutex_unlock(&pipe_lock);
    if (status) {
        close_number(number);
    } else if (number) {
        *created = first;
        client_message(PROTOCOL_pipe_listen, &(struct protocol_pipe_listen_in){ number });
    }
    return status;
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
    bool created = false;
    void *given = NULL;
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
    if (ObjectAttributes->SecurityDescriptor)
        status = security_descriptor_in(ObjectAttributes->SecurityDescriptor, &given);
    else
        status = STATUS_SUCCESS;
    if (!status)
        status = security_assign(&file_type, given, NULL, 0, &wanted.security);
    if (status)
        return status;
    status = path_parse(ObjectAttributes, &path);
    if (status) {
        free(wanted.security);
        return status;
    }
    if (path.kind != PATH_PIPE && path.kind != PATH_PIPE_ROOT)
        status = STATUS_OBJECT_NAME_INVALID;
    else
        status = pipe_make_instance(&path, access_map(&file_type, DesiredAccess), ShareAccess, CreateDisposition,
                                    CreateOptions, &wanted, &file, &created);
    path_free(&path);
    free(wanted.security);
    if (status)
        return status;
    struct pipe_end *end = file->data;
    pthread_mutex_lock(&pipe_lock);
    end->read_mode = ReadMode;
    end->completion_mode = CompletionMode;
    if (end->link) { /* somebody was quick */
        end->link->shared->read_mode[end->link->side] = ReadMode;
        end->link->shared->completion_mode[end->link->side] = CompletionMode;
    }
    pthread_mutex_unlock(&pipe_lock);
    pipe_tell_change();
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

/* --- the end of an end --- */

/* The last handle of an end is closed: the other end reads what there is, then the end of the pipe. */
void pipe_close(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct pipe *pipe = end->pipe;
    struct pipe_link *link = NULL;
    uint32_t number;
    int fd = -1;

    if (!pipe && end->raw)
        return;
    pthread_mutex_lock(&pipe_lock);
    number = end->number;
    end->number = 0;
    if (number)
        numbers[number] = NULL;
    if (end->server && pipe && end->entry.Flink != &end->entry) {
        end->entry.Blink->Flink = end->entry.Flink;
        end->entry.Flink->Blink = end->entry.Blink;
        end->entry.Flink = end->entry.Blink = &end->entry;
        pipe->count--;
        if (!pipe->count && pipe->name)
            unlink_name(pipe);
    }
    if (end->link) {
        link = pipe_take_link(end);
    } else if (!file->fd_borrowed) {
        fd = file->fd;
        file->fd = -1;
    }
    end->state = FILE_PIPE_DISCONNECTED_STATE;
    pthread_mutex_unlock(&pipe_lock);
    close_number(number);
    if (link) {
        pipe_link_close(link);
        io_advance(link->socket); /* what was begun just now */
        pipe_link_unref(link);
    }
    if (fd >= 0)
        close(fd);
}

void pipe_destroy(struct file_object *file)
{
    struct pipe_end *end = file->data;

    if (!end)
        return;
    pipe_close(file);
    if (end->pipe) {
        pthread_mutex_lock(&pipe_lock);
        pipe_unref(end->pipe);
        pthread_mutex_unlock(&pipe_lock);
    }
    if (end->client_token)
        object_unref(end->client_token);
    pipe_free_attributes(end);
    free(end);
}

/* --- `\Device\NamedPipe\` --- */

bool pipe_next_name(uint64_t *position, WCHAR *name, size_t capacity, size_t *length, ULONG *count, ULONG *maximum)
{
    struct protocol_pipe_next_in in = { .position = *position };
    struct protocol_pipe_next_out out;
    struct client_request request = CLIENT_REQUEST(pipe_next, .in = &in, .out = &out, );

    if (client_join(false) || client_request(&request)) /* without a server there are none */
        return false;
    *position = out.position;
    *count = out.count;
    *maximum = out.maximum;
    *length = request.bytes_size / sizeof(WCHAR) < capacity ? request.bytes_size / sizeof(WCHAR) : capacity;
    memcpy(name, request.bytes, *length * sizeof(WCHAR));
    free(request.bytes);
    return true;
}

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

/* WaitNamedPipe, for a pipe that this process has instances of: until one is free. */
static NTSTATUS wait_own(const FILE_PIPE_WAIT_FOR_BUFFER *head, const WCHAR *name)
{
    struct timespec deadline, now;
    bool timed = false;

    clock_gettime(CLOCK_MONOTONIC, &deadline);
    for (;;) {
        uint32_t seen = __atomic_load_n(&changes, __ATOMIC_ACQUIRE);
        struct timespec left, *wait = NULL;
        pthread_mutex_lock(&pipe_lock);
        struct pipe *pipe = pipe_find(name, head->NameLength / sizeof(WCHAR));
        bool is_free = pipe && pipe_free_instance(pipe);
        int64_t timeout = head->TimeoutSpecified ? head->Timeout.QuadPart : pipe ? pipe->timeout : 0;
        pthread_mutex_unlock(&pipe_lock);
        if (!pipe) /* another process's, if anybody's */
            return wait_remote(head, name);
        if (is_free)
            return STATUS_SUCCESS;
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
        if (syscall(SYS_futex, &changes, FUTEX_WAIT_PRIVATE, seen, wait, NULL, 0) && errno == EINTR &&
            io_sync_interrupted())
            return STATUS_CANCELLED;
    }
}

static NTSTATUS root_wait(struct io *io)
{
    FILE_PIPE_WAIT_FOR_BUFFER head;
    size_t fixed = offsetof(FILE_PIPE_WAIT_FOR_BUFFER, Name);

    if (io->input_length < fixed)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(&head, io->input, fixed))
        return STATUS_ACCESS_VIOLATION;
    if (head.NameLength > 0xfffe || head.NameLength > io->input_length - fixed || head.NameLength % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    WCHAR *name = malloc(head.NameLength + 1);
    NTSTATUS status = STATUS_NO_MEMORY;
    if (name && !user_copy_in(name, (const char *)io->input + fixed, head.NameLength)) {
        status = STATUS_ACCESS_VIOLATION;
    } else if (name) {
        /* Who has instances here may have others elsewhere: the server knows all. */
        status = client_joined() ? wait_remote(&head, name) : STATUS_PORT_DISCONNECTED;
        if (status == STATUS_PORT_DISCONNECTED) {
            io_sync_begin();
            status = wait_own(&head, name);
            io_sync_end();
        }
    }
    free(name);
    return status;
}

static NTSTATUS root_fsctl(struct io *io)
{
    return io->code == FSCTL_PIPE_WAIT ? root_wait(io) : STATUS_INVALID_DEVICE_REQUEST;
}

const struct file_ops pipe_root_ops = { .device_type = FILE_DEVICE_NAMED_PIPE, .fsctl = root_fsctl };
