/* SPDX-License-Identifier: MIT */
/* pipe_info.c: what is known about an end: information classes, attributes of connections, whose client it is. */
#include <stdlib.h>
#include "client.h"
#include "pipe.h"
#include "process.h"
#include "security.h"
#include "thread.h"

struct pipe_attribute {
    struct pipe_attribute *next;
    uint32_t size;
    char name[64];
    char value[];
};

/* --- information classes --- */

/* Of all processes; of this one, if nobody else can have any. */
static ULONG instances_of(const struct pipe *pipe)
{
    struct protocol_pipe_count_in in = { 0 };
    struct protocol_pipe_count_out out;
    struct client_request request = CLIENT_REQUEST(pipe_count, .in = &in, .out = &out, );

    request.parts[0] = (struct message_part){ pipe->name, (uint32_t)(pipe->name_len * sizeof(WCHAR)) };
    return pipe->name && client_joined() && !client_request(&request) ? out.count : pipe->count;
}

/* What a name alone tells: a program that looks whether there is a pipe takes no instance from those who wait for one. */
NTSTATUS pipe_stat(const WCHAR *name, size_t length)
{
    struct protocol_pipe_count_in in = { 0 };
    struct protocol_pipe_count_out out;
    struct client_request request = CLIENT_REQUEST(pipe_count, .in = &in, .out = &out, );

    pthread_mutex_lock(&pipe_lock);
    bool own = pipe_find(name, length);
    pthread_mutex_unlock(&pipe_lock);
    if (own)
        return STATUS_SUCCESS;
    request.parts[0] = (struct message_part){ name, (uint32_t)(length * sizeof(WCHAR)) };
    return client_join(false) || client_request(&request) ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_SUCCESS;
}

static void fill_local(struct pipe_end *end, FILE_PIPE_LOCAL_INFORMATION *info)
{
    struct pipe *pipe = end->pipe;
    struct pipe_link *link;

    memset(info, 0, sizeof *info);
    info->NamedPipeState = pipe_current_state(end);
    info->NamedPipeEnd = end->server ? FILE_PIPE_SERVER_END : FILE_PIPE_CLIENT_END;
    info->NamedPipeConfiguration = FILE_PIPE_FULL_DUPLEX;
    info->MaximumInstances = info->CurrentInstances = 1;
    info->InboundQuota = info->OutboundQuota = 65536;
    if (pipe) {
        info->NamedPipeType = pipe->type;
        info->NamedPipeConfiguration = pipe->configuration;
        info->MaximumInstances = pipe->maximum;
        info->CurrentInstances = instances_of(pipe);
        info->InboundQuota = pipe->inbound_quota;
        info->OutboundQuota = pipe->outbound_quota;
    }
    info->WriteQuotaAvailable = end->server ? info->OutboundQuota : info->InboundQuota;
    if (end->raw) {
        info->ReadDataAvailable = end->file->access & FILE_READ_DATA ? pipe_raw_available(end->file) : 0;
    } else if (!pipe_get_link(end, &link)) {
        uint32_t unread = pipe_ring_unread(pipe_ring_out(link)), quota = pipe_ring_out(link)->quota;
        info->ReadDataAvailable = pipe_ring_unread(pipe_ring_in(link));
        info->WriteQuotaAvailable = unread < quota ? quota - unread : 0;
        pipe_link_unref(link);
    }
}

NTSTATUS pipe_query_name(struct pipe_end *end, void *buffer, ULONG length, ULONG_PTR *information)
{
    FILE_NAME_INFORMATION *info = buffer;
    size_t room = (length - offsetof(FILE_NAME_INFORMATION, FileName)) & ~1ul;
    size_t bytes = end->pipe && end->pipe->name ? (end->pipe->name_len + 1) * sizeof(WCHAR) : 0;
    size_t n = bytes < room ? bytes : room;

    info->FileNameLength = (ULONG)bytes;
    if (n) {
        info->FileName[0] = '\\';
        memcpy(info->FileName + 1, end->pipe->name, n - sizeof(WCHAR));
    }
    *information = offsetof(FILE_NAME_INFORMATION, FileName) + n;
    return bytes > room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static void modes_of(struct pipe_end *end, FILE_PIPE_INFORMATION *info)
{
    struct pipe_link *link;

    info->ReadMode = end->read_mode;
    info->CompletionMode = end->completion_mode;
    if (end->raw || pipe_get_link(end, &link))
        return;
    info->ReadMode = link->shared->read_mode[link->side];
    info->CompletionMode = link->shared->completion_mode[link->side];
    pipe_link_unref(link);
}

NTSTATUS pipe_query(struct file_object *file, ULONG info_class, void *buffer, ULONG length, ULONG_PTR *information)
{
    struct pipe_end *end = file->data;
    FILE_STANDARD_INFORMATION *standard = buffer;
    FILE_PIPE_LOCAL_INFORMATION local;

    switch (info_class) {
    case FilePipeInformation:
        modes_of(end, buffer);
        *information = sizeof(FILE_PIPE_INFORMATION);
        return STATUS_SUCCESS;
    case FilePipeLocalInformation:
        fill_local(end, buffer);
        *information = sizeof(FILE_PIPE_LOCAL_INFORMATION);
        return STATUS_SUCCESS;
    case FileStandardInformation:
        fill_local(end, &local);
        memset(standard, 0, sizeof *standard);
        standard->EndOfFile.QuadPart = local.ReadDataAvailable;
        standard->AllocationSize.QuadPart = (LONGLONG)local.InboundQuota + local.OutboundQuota;
        standard->NumberOfLinks = 1;
        standard->DeletePending = TRUE; /* as pipes say on Windows */
        *information = sizeof *standard;
        return STATUS_SUCCESS;
    case FileNameInformation:
        return pipe_query_name(end, buffer, length, information);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS pipe_set(struct file_object *file, ULONG info_class, const void *buffer, ULONG length)
{
    struct pipe_end *end = file->data;
    const FILE_PIPE_INFORMATION *info = buffer;

    (void)length;
    if (info_class != FilePipeInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (info->ReadMode > FILE_PIPE_MESSAGE_MODE || info->CompletionMode > FILE_PIPE_COMPLETE_OPERATION)
        return STATUS_INVALID_PARAMETER;
    if (info->ReadMode == FILE_PIPE_MESSAGE_MODE && (!end->pipe || end->pipe->type != FILE_PIPE_MESSAGE_TYPE))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&pipe_lock);
    end->read_mode = info->ReadMode;
    end->completion_mode = info->CompletionMode;
    if (end->link) {
        end->link->shared->read_mode[end->link->side] = info->ReadMode;
        end->link->shared->completion_mode[end->link->side] = info->CompletionMode;
    }
    pthread_mutex_unlock(&pipe_lock);
    return STATUS_SUCCESS;
}

/* --- attributes --- */

static NTSTATUS answer(struct io *io, const void *data, ULONG size)
{
    if (io->length < size)
        return STATUS_BUFFER_TOO_SMALL;
    io->information = size;
    return io_copy_out(io->buffer, data, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS attribute_name(struct io *io, char name[64], size_t *used)
{
    size_t n = io->input_length < 64 ? io->input_length : 64;

    if (!user_copy_in(name, io->input, n))
        return STATUS_ACCESS_VIOLATION;
    *used = strnlen(name, n) + 1;
    return *used > n ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static ULONG process_at(struct pipe_end *end, bool server)
{
    struct pipe_link *link;
    ULONG id = process_id;

    if (!end->raw && !pipe_get_link(end, &link)) {
        id = link->shared->process[server ? PIPE_SERVER : PIPE_CLIENT];
        pipe_link_unref(link);
    }
    return id;
}

/* GetNamedPipeClientProcessId and its like; what was set by FSCTL_PIPE_SET_PIPE_ATTRIBUTE. */
NTSTATUS pipe_get_attribute(struct io *io)
{
    struct pipe_end *end = io->file->data;
    char name[64];
    size_t used;
    ULONG id;
    NTSTATUS status = attribute_name(io, name, &used);

    if (status)
        return status;
    if (!strcmp(name, "ClientProcessId") || !strcmp(name, "ServerProcessId")) {
        id = process_at(end, name[0] == 'S');
        return answer(io, &id, sizeof id);
    }
    if (!strcmp(name, "ClientSessionId") || !strcmp(name, "ServerSessionId")) {
        id = process_peb->SessionId;
        return answer(io, &id, sizeof id);
    }
    pthread_mutex_lock(&pipe_lock);
    struct pipe_attribute *found = end->attributes;
    while (found && strcmp(found->name, name))
        found = found->next;
    char *copy = found ? malloc(found->size + 1) : NULL;
    ULONG size = copy ? found->size : 0;
    if (copy)
        memcpy(copy, found->value, size);
    pthread_mutex_unlock(&pipe_lock);
    status = copy ? answer(io, copy, size) : STATUS_NOT_FOUND;
    free(copy);
    return status;
}

/* A name, zero-terminated, and its value. */
NTSTATUS pipe_set_attribute(struct io *io)
{
    struct pipe_end *end = io->file->data;
    struct pipe_attribute *made, **place;
    char name[64];
    size_t used;
    NTSTATUS status = attribute_name(io, name, &used);

    if (status)
        return status;
    if (!end->server)
        return STATUS_ACCESS_DENIED;
    if (io->input_length > 65536)
        return STATUS_INVALID_PARAMETER;
    made = malloc(sizeof *made + io->input_length - used);
    if (!made)
        return STATUS_NO_MEMORY;
    made->size = (uint32_t)(io->input_length - used);
    memcpy(made->name, name, used);
    if (!user_copy_in(made->value, (const char *)io->input + used, made->size)) {
        free(made);
        return STATUS_ACCESS_VIOLATION;
    }
    pthread_mutex_lock(&pipe_lock);
    for (place = &end->attributes; *place && strcmp((*place)->name, name);)
        place = &(*place)->next;
    struct pipe_attribute *old = *place;
    made->next = old ? old->next : NULL;
    *place = made;
    pthread_mutex_unlock(&pipe_lock);
    free(old);
    return STATUS_SUCCESS;
}

void pipe_free_attributes(struct pipe_end *end)
{
    while (end->attributes) {
        struct pipe_attribute *next = end->attributes->next;
        free(end->attributes);
        end->attributes = next;
    }
}

/* --- impersonation --- */

/* The client's token: its process's, unless that is this one, whose threads' tokens are as good. */
static NTSTATUS client_token(ULONG id, struct object **token)
{
    HANDLE process, handle;
    CLIENT_ID client = { (HANDLE)(ULONG_PTR)id, NULL };
    OBJECT_ATTRIBUTES attr = { .Length = sizeof attr };
    NTSTATUS status;

    if (id == process_id) {
        *token = object_ref(token_process());
        return STATUS_SUCCESS;
    }
    status = NtOpenProcess(&process, PROCESS_QUERY_INFORMATION, &attr, &client);
    if (status)
        return status;
    status = NtOpenProcessToken(process, TOKEN_DUPLICATE | TOKEN_QUERY, &handle);
    handle_close(process);
    if (status)
        return status;
    status = handle_lookup(handle, &token_type, TOKEN_DUPLICATE, token);
    handle_close(handle);
    return status;
}

static enum impersonation_level client_level(struct pipe_end *end)
{
    enum impersonation_level level = SecurityImpersonation;
    struct pipe_link *link;

    if (pipe_get_link(end, &link))
        return level;
    if (link->shared->client_level < (uint32_t)level)
        level = (enum impersonation_level)link->shared->client_level;
    pipe_link_unref(link);
    return level;
}

/* ImpersonateNamedPipeClient: for the server of a pipe that a client has connected to. */
NTSTATUS pipe_impersonate(struct file_object *file)
{
    struct pipe_end *end = file->data;
    struct object *from;

    if (!end->server || end->raw)
        return STATUS_ILLEGAL_FUNCTION;
    ULONG state = pipe_current_state(end);
    if (state == FILE_PIPE_LISTENING_STATE)
        return STATUS_PIPE_LISTENING;
    if (state == FILE_PIPE_DISCONNECTED_STATE)
        return STATUS_PIPE_DISCONNECTED;
    pthread_mutex_lock(&pipe_lock);
    from = end->client_token ? object_ref(end->client_token) : NULL;
    pthread_mutex_unlock(&pipe_lock);
    NTSTATUS status = from ? STATUS_SUCCESS : client_token(process_at(end, false), &from);
    if (status)
        return STATUS_CANNOT_IMPERSONATE; /* a client that has ended and was never asked */
    pthread_mutex_lock(&pipe_lock);
    if (!end->client_token && end->state == FILE_PIPE_CONNECTED_STATE)
        end->client_token = object_ref(from);
    pthread_mutex_unlock(&pipe_lock);
    struct token *token = token_copy((struct token *)from);
    object_unref(from);
    if (!token)
        return STATUS_NO_MEMORY;
    token->type = TokenImpersonation;
    token->level = client_level(end);
    status = token_set_thread(thread_current(), &token->header);
    object_unref(&token->header);
    return status;
}
