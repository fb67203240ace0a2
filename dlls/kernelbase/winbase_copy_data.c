/* SPDX-License-Identifier: MIT */
/*
 * winbase_copy_data.c: the data of one stream: as a reflink of the whole, chunk by chunk in the kernel, or by reading and writing;
 * of files with holes what is allocated.
 */
#include "winbase_copy.h"
#include "fsctl_copy.h"

#define UNBUFFERED                4096              /* what unbuffered transfers are multiples of */
#define RECORD_EVERY              (16 * COPY_CHUNK) /* a restartable copy is flushed, and said to be so far */
#define DUPLICATE_EXTENTS_TO_FILE 0x98344           /* FSCTL_DUPLICATE_EXTENTS_TO_FILE */

/* One chunk by the kernel; *done is less than the length at the end of the source. */
static NTSTATUS copy_in_kernel(struct copy *copy, LONGLONG offset, LONGLONG length, LONGLONG *done)
{
    struct fsctl_copy_range range = { copy->source, offset, offset, length };
    IO_STATUS_BLOCK iosb;

    return NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, FSCTL_TRANSOM_COPY_RANGE, &range, sizeof(range),
                           done, sizeof(*done));
}

static BOOL make_buffer(struct copy *copy)
{
    SIZE_T size = COPY_CHUNK;
    void *buffer = NULL;

    if (!copy->buffer && !NtAllocateVirtualMemory(GetCurrentProcess(), &buffer, 0, &size, MEM_COMMIT, PAGE_READWRITE))
        copy->buffer = buffer;
    return copy->buffer != NULL;
}

void copy_free_buffer(struct copy *copy)
{
    void *buffer = copy->buffer;
    SIZE_T size = 0;

    if (buffer)
        NtFreeVirtualMemory(GetCurrentProcess(), &buffer, &size, MEM_RELEASE);
    copy->buffer = NULL;
}

static ULONG round_up(ULONG length)
{
    return (length + UNBUFFERED - 1) & ~(ULONG)(UNBUFFERED - 1);
}

/* The end of an unbuffered copy is written as a whole sector, and then cut off. */
static NTSTATUS write_unbuffered(struct copy *copy, LARGE_INTEGER at, ULONG length)
{
    FILE_END_OF_FILE_INFORMATION end = { .EndOfFile.QuadPart = at.QuadPart + length };
    ULONG whole = round_up(length);
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    memset(copy->buffer + length, 0, whole - length);
    status = NtWriteFile(copy->destination, NULL, NULL, NULL, &iosb, copy->buffer, whole, &at, NULL);
    if (!status && whole != length)
        status = NtSetInformationFile(copy->destination, &iosb, &end, sizeof(end), FileEndOfFileInformation);
    return status;
}

static NTSTATUS copy_by_hand(struct copy *copy, LONGLONG offset, ULONG length, LONGLONG *done)
{
    LARGE_INTEGER at = { .QuadPart = offset };
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    ULONG read;

    *done = 0;
    if (!make_buffer(copy))
        return STATUS_NO_MEMORY;
    copy->phase = COPYFILE2_PHASE_READ_SOURCE;
    status = NtReadFile(copy->source, NULL, NULL, NULL, &iosb, copy->buffer,
                        copy->unbuffered ? round_up(length) : length, &at, NULL);
    if (status == STATUS_END_OF_FILE || (!status && !iosb.Information))
        return STATUS_SUCCESS;
    if (status)
        return status;
    read = min((ULONG)iosb.Information, length);
    copy->phase = COPYFILE2_PHASE_WRITE_DESTINATION;
    if (copy->unbuffered)
        status = write_unbuffered(copy, at, read);
    else
        status = NtWriteFile(copy->destination, NULL, NULL, NULL, &iosb, copy->buffer, read, &at, NULL);
    if (!status)
        *done = read;
    return status;
}

static NTSTATUS copy_chunk(struct copy *copy, LONGLONG from, LONGLONG length, LONGLONG *done)
{
    NTSTATUS status = STATUS_SUCCESS;

    copy->phase = COPYFILE2_PHASE_WRITE_DESTINATION;
    if (!copy->by_hand) {
        status = copy_in_kernel(copy, from, length, done);
        /* Other devices, what the kernel does not copy: if it is an error, it comes again. Files of /proc have no size. */
        copy->by_hand = status || (!*done && !copy->size);
    }
    return copy->by_hand ? copy_by_hand(copy, from, (ULONG)length, done) : status;
}

/* From the same place to the same place, until `to` or the end of the file. */
static NTSTATUS copy_range(struct copy *copy, LONGLONG from, LONGLONG to)
{
    NTSTATUS status = STATUS_SUCCESS;

    while (from < to && !status) {
        LONGLONG length = min((LONGLONG)COPY_CHUNK, to - from), done = 0;

        /* A file that grows meanwhile is read on. */
        copy->chunk = from < copy->size ? min(length, copy->size - from) : length;
        copy->chunk_number = from / COPY_CHUNK;
        if (from < copy->size && (status = copy_tell(copy, COPYFILE2_CALLBACK_CHUNK_STARTED)))
            return status;
        if ((status = copy_chunk(copy, from, length, &done)) || !done)
            return status; /* it has become shorter */
        from += done;
        copy->chunk = done;
        copy->done = from;
        if (copy->recording && (from / RECORD_EVERY != (from - done) / RECORD_EVERY))
            copy_write_restart(copy);
        status = copy_tell(copy, COPYFILE2_CALLBACK_CHUNK_FINISHED);
        if (done < length && from >= copy->size)
            return status; /* that was the end */
    }
    return status;
}

/* The whole file as one reflink, which takes no time and no room; FALSE: the file system has no such thing. */
static BOOL copy_by_reference(struct copy *copy)
{
    struct fsctl_copy_range range = { copy->source, 0, 0, copy->size };
    IO_STATUS_BLOCK iosb;

    return copy->size && !NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, DUPLICATE_EXTENTS_TO_FILE, &range,
                                          sizeof(range), NULL, 0);
}

static NTSTATUS begin_sparse(struct copy *copy)
{
    FILE_END_OF_FILE_INFORMATION end = { .EndOfFile.QuadPart = copy->size };
    IO_STATUS_BLOCK iosb;

    if (copy->basic.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE)
        NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, FSCTL_SET_SPARSE, NULL, 0, NULL, 0);
    copy->phase = COPYFILE2_PHASE_PREPARE_DEST;
    return NtSetInformationFile(copy->destination, &iosb, &end, sizeof(end), FileEndOfFileInformation);
}

/* A file with holes: only what is allocated is copied. STATUS_INVALID_DEVICE_REQUEST if that cannot be known. */
static NTSTATUS copy_sparse(struct copy *copy)
{
    FILE_ALLOCATED_RANGE_BUFFER wanted = { .FileOffset.QuadPart = copy->done }, ranges[64];
    NTSTATUS status = STATUS_SUCCESS;
    BOOL more = TRUE, begun = FALSE;
    IO_STATUS_BLOCK iosb;

    while (more && !status) {
        SIZE_T count, i;

        wanted.Length.QuadPart = copy->size - wanted.FileOffset.QuadPart;
        status = NtFsControlFile(copy->source, NULL, NULL, NULL, &iosb, FSCTL_QUERY_ALLOCATED_RANGES, &wanted,
                                 sizeof(wanted), ranges, sizeof(ranges));
        more = status == STATUS_BUFFER_OVERFLOW;
        if (status && !more)
            return begun ? status : STATUS_INVALID_DEVICE_REQUEST;
        count = iosb.Information / sizeof(ranges[0]);
        status = begun ? STATUS_SUCCESS : begin_sparse(copy);
        begun = TRUE;
        for (i = 0; i < count && !status; i++) {
            wanted.FileOffset.QuadPart = ranges[i].FileOffset.QuadPart + ranges[i].Length.QuadPart;
            status = copy_range(copy, ranges[i].FileOffset.QuadPart, wanted.FileOffset.QuadPart);
        }
        more = more && count;
    }
    if (!status && copy->done < copy->size) {
        copy->chunk = copy->size - copy->done;
        copy->chunk_number = (copy->size - 1) / COPY_CHUNK;
        copy->done = copy->size; /* it ends in a hole */
        status = copy_tell(copy, COPYFILE2_CALLBACK_CHUNK_FINISHED);
    }
    return status;
}

NTSTATUS copy_data(struct copy *copy, BOOL holes)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    copy->by_hand = copy->unbuffered;
    copy->chunk_number = 0;
    if (!copy->done && copy_by_reference(copy)) {
        copy->chunk = copy->done = copy->size;
        return copy_tell(copy, COPYFILE2_CALLBACK_CHUNK_FINISHED);
    }
    if (holes)
        status = copy_sparse(copy);
    if (status == STATUS_INVALID_DEVICE_REQUEST) /* to the end, whatever size the file had when it was opened */
        status = copy_range(copy, copy->done, MAXLONGLONG);
    return status;
}
