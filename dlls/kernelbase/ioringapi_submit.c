/* SPDX-License-Identifier: MIT */
/* ioringapi_submit.c: what a ring's entries do, and how their ends are collected: ioring.h. */
#include "ioring.h"
#include "io_ring.h"

#define COLLECT_AT_ONCE 64

void ring_push(struct ring *ring, UINT_PTR user_data, NTSTATUS status, ULONG_PTR information)
{
    UINT32 at = (ring->done_first + ring->done_count) & (ring->info.CompletionQueueSize - 1);

    ring->done[at] =
        (IORING_CQE){ .UserData = user_data,
                      .ResultCode = NT_SUCCESS(status) ? S_OK : HRESULT_FROM_WIN32(RtlNtStatusToDosError(status)),
                      .Information = information };
    ring->finished++;
    /* "signaled when a completion is added to an empty completion queue" */
    if (!ring->done_count++ && ring->event)
        NtSetEvent(ring->event, NULL);
}

/* --- requests --- */

static struct ring_request **chain_of(struct ring *ring, UINT_PTR user_data)
{
    return &ring->chains[(user_data * 0x9e3779b1u >> 7) & (ring->info.CompletionQueueSize - 1)];
}

static struct ring_request *begin_request(struct ring *ring, HANDLE file, UINT_PTR user_data)
{
    struct ring_request *request = ring->free, **chain = chain_of(ring, user_data);

    ring->free = request->next;
    request->file = file;
    request->user_data = user_data;
    request->iosb.Information = 0;
    request->iosb.Status = STATUS_PENDING;
    request->place = chain;
    if ((request->next = *chain))
        request->next->place = &request->next;
    *chain = request;
    ring->under_way++;
    return request;
}

static void end_request(struct ring *ring, struct ring_request *request, NTSTATUS status, ULONG_PTR information)
{
    if ((*request->place = request->next))
        request->next->place = request->place;
    request->next = ring->free;
    ring->free = request;
    ring->under_way--;
    ring_push(ring, request->user_data, status, information);
}

static NTSTATUS find_file(const struct ring *ring, const IORING_HANDLE_REF *ref, HANDLE *file)
{
    if (ref->Kind == IORING_REF_RAW)
        *file = ref->Handle.Handle;
    else if (ref->Kind == IORING_REF_REGISTERED && ref->Handle.Index < ring->file_count)
        *file = ring->files[ref->Handle.Index];
    else
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS find_buffer(const struct ring *ring, const struct ring_entry *entry, void **buffer)
{
    UINT32 index = entry->buffer.Buffer.IndexAndOffset.BufferIndex, offset = entry->buffer.Buffer.IndexAndOffset.Offset;

    if (entry->buffer.Kind == IORING_REF_RAW) {
        *buffer = entry->buffer.Buffer.Address;
        return STATUS_SUCCESS;
    }
    if (entry->buffer.Kind != IORING_REF_REGISTERED || index >= ring->buffer_count ||
        offset > ring->buffers[index].Length || entry->length > ring->buffers[index].Length - offset)
        return STATUS_INVALID_PARAMETER;
    *buffer = (char *)ring->buffers[index].Address + offset;
    return STATUS_SUCCESS;
}

/* A handle that waits has waited when the call returns; one that was refused has no packet. */
static void transfer(struct ring *ring, const struct ring_entry *entry)
{
    LARGE_INTEGER offset = { .QuadPart = (LONGLONG)entry->offset };
    struct ring_request *request;
    void *buffer = NULL;
    HANDLE file;
    NTSTATUS status = find_file(ring, &entry->file, &file);

    if (!status)
        status = find_buffer(ring, entry, &buffer);
    if (status) {
        ring_push(ring, entry->user_data, status, 0);
        return;
    }
    request = begin_request(ring, file, entry->user_data);
    if (entry->op == IORING_OP_READ)
        status =
            NtReadFile(file, ring->port, IO_TO_PORT, request, &request->iosb, buffer, entry->length, &offset, NULL);
    else
        status =
            NtWriteFile(file, ring->port, IO_TO_PORT, request, &request->iosb, buffer, entry->length, &offset, NULL);
    if (status == STATUS_PENDING)
        return;
    if (NT_SUCCESS(status) && entry->op == RING_OP_WRITE && entry->flags) { /* FILE_WRITE_FLAGS_WRITE_THROUGH */
        IO_STATUS_BLOCK iosb;
        NTSTATUS flushed = NtFlushBuffersFile(file, &iosb);
        status = flushed ? flushed : status;
    }
    end_request(ring, request, status, NT_SUCCESS(status) ? request->iosb.Information : 0);
}

/* FILE_FLUSH_MODE: default, data, little metadata, no sync */
static void flush(struct ring *ring, const struct ring_entry *entry)
{
    static const ULONG flags[] = { 0, 1, 4, 2 }; /* FLUSH_FLAGS_* */
    IO_STATUS_BLOCK iosb;
    HANDLE file;
    NTSTATUS status = find_file(ring, &entry->file, &file);

    if (!status)
        status = NtFlushBuffersFileEx(file, flags[entry->flags], NULL, 0, &iosb);
    ring_push(ring, entry->user_data, status, 0);
}

/* --- registering: what was before is given up --- */

void ring_forget_files(struct ring *ring)
{
    while (ring->file_count)
        NtClose(ring->files[--ring->file_count]);
    kb_free(ring->files);
    ring->files = NULL;
}

/* Duplicates, as the program may close its own. */
static NTSTATUS register_files(struct ring *ring, const struct ring_entry *entry)
{
    const HANDLE *handles = entry->array;
    NTSTATUS status = STATUS_SUCCESS;

    ring_forget_files(ring);
    if (!entry->length)
        return STATUS_SUCCESS;
    if (!(ring->files = kb_alloc(entry->length * sizeof(HANDLE))))
        return STATUS_NO_MEMORY;
    while (!status && ring->file_count < entry->length) {
        status = NtDuplicateObject(GetCurrentProcess(), handles[ring->file_count], GetCurrentProcess(),
                                   &ring->files[ring->file_count], 0, 0, DUPLICATE_SAME_ACCESS);
        ring->file_count += !status;
    }
    if (status)
        ring_forget_files(ring);
    return status;
}

static NTSTATUS register_buffers(struct ring *ring, const struct ring_entry *entry)
{
    kb_free(ring->buffers);
    ring->buffer_count = 0;
    if (!(ring->buffers = kb_alloc((entry->length + 1) * sizeof(*ring->buffers))))
        return STATUS_NO_MEMORY;
    memcpy(ring->buffers, entry->array, entry->length * sizeof(*ring->buffers));
    ring->buffer_count = entry->length;
    return STATUS_SUCCESS;
}

/* --- cancelling --- */

static NTSTATUS cancel(struct ring *ring, const struct ring_entry *entry)
{
    struct ring_request *request = *chain_of(ring, entry->cancel);
    IO_STATUS_BLOCK iosb;
    HANDLE file;
    NTSTATUS status = find_file(ring, &entry->file, &file);

    if (status)
        return status;
    while (request && (request->user_data != entry->cancel || request->file != file))
        request = request->next;
    return request ? NtCancelIoFileEx(file, &request->iosb, &iosb) : STATUS_NOT_FOUND;
}

void ring_cancel_all(struct ring *ring)
{
    IO_STATUS_BLOCK iosb;

    for (UINT32 i = 0; i < ring->info.CompletionQueueSize; i++)
        for (struct ring_request *request = ring->chains[i]; request; request = request->next)
            NtCancelIoFileEx(request->file, &request->iosb, &iosb);
}

void ring_start(struct ring *ring, const struct ring_entry *entry)
{
    switch (entry->op) {
    case IORING_OP_READ:
    case RING_OP_WRITE:
        transfer(ring, entry);
        return;
    case RING_OP_FLUSH:
        flush(ring, entry);
        return;
    case IORING_OP_REGISTER_FILES:
        ring_push(ring, entry->user_data, register_files(ring, entry), 0);
        return;
    case IORING_OP_REGISTER_BUFFERS:
        ring_push(ring, entry->user_data, register_buffers(ring, entry), 0);
        return;
    default:
        ring_push(ring, entry->user_data, cancel(ring, entry), 0);
    }
}

/* --- collecting --- */

BOOL ring_collect(struct ring *ring, const LARGE_INTEGER *timeout)
{
    FILE_IO_COMPLETION_INFORMATION packets[COLLECT_AT_ONCE];
    LARGE_INTEGER until = *timeout;
    ULONG count = 0;
    NTSTATUS status;

    RtlReleaseSRWLockExclusive(&ring->lock);
    status = NtRemoveIoCompletionEx(ring->port, packets, COLLECT_AT_ONCE, &count, &until, FALSE);
    RtlAcquireSRWLockExclusive(&ring->lock);
    if (status)
        return FALSE;
    for (ULONG i = 0; i < count; i++) {
        struct ring_request *request = packets[i].ApcContext;

        if (request) /* NULL: the ring is closed */
            end_request(ring, request, packets[i].IoStatusBlock.Status, packets[i].IoStatusBlock.Information);
    }
    return count != 0;
}
