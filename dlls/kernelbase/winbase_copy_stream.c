/* SPDX-License-Identifier: MIT */
/* winbase_copy_stream.c: alternate streams, which go with a file: CopyFile, ReplaceFile, CreateDirectoryEx. */
#include "winbase_copy.h"

/* The file's streams, kb_free; NULL with *error STATUS_SUCCESS: a volume without any. */
static FILE_STREAM_INFORMATION *list_streams(HANDLE file, NTSTATUS *error)
{
    void *buffer = NULL;
    IO_STATUS_BLOCK iosb;

    for (ULONG size = 512;; size *= 4) {
        kb_free(buffer);
        if (!(buffer = kb_alloc(size))) {
            *error = STATUS_NO_MEMORY;
            return NULL;
        }
        iosb.Information = 0;
        *error = NtQueryInformationFile(file, &iosb, buffer, size, FileStreamInformation);
        if (*error != STATUS_BUFFER_OVERFLOW)
            break;
    }
    if (!*error && iosb.Information)
        return buffer;
    kb_free(buffer);
    return NULL;
}

static const FILE_STREAM_INFORMATION *next_stream(const FILE_STREAM_INFORMATION *info)
{
    return info->NextEntryOffset ? (const void *)((const char *)info + info->NextEntryOffset) : NULL;
}

static BOOL is_alternate(const FILE_STREAM_INFORMATION *info)
{
    return info->StreamNameLength > 2 * sizeof(WCHAR) && info->StreamName[1] != ':'; /* not ::$DATA */
}

LONGLONG copy_streams_size(HANDLE file)
{
    NTSTATUS status;
    FILE_STREAM_INFORMATION *list = list_streams(file, &status);
    LONGLONG size = 0;

    for (const FILE_STREAM_INFORMATION *info = list; info; info = next_stream(info))
        size += is_alternate(info) ? info->StreamSize.QuadPart : 0;
    kb_free(list);
    return size;
}

static NTSTATUS open_stream(const WCHAR *file, const FILE_STREAM_INFORMATION *info, ACCESS_MASK access, ULONG share,
                            ULONG disposition, const struct copy *copy, HANDLE *handle)
{
    SIZE_T length = wcslen(file), count = info->StreamNameLength / sizeof(WCHAR);
    WCHAR *name = kb_alloc((length + count + 1) * sizeof(WCHAR));
    ULONG options = FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY;
    NTSTATUS status;

    if (!name)
        return STATUS_NO_MEMORY;
    memcpy(name, file, length * sizeof(WCHAR));
    memcpy(name + length, info->StreamName, count * sizeof(WCHAR));
    name[length + count] = 0;
    status = copy_open(name, access, share, FILE_ATTRIBUTE_NORMAL, disposition,
                       copy->unbuffered ? options | FILE_NO_INTERMEDIATE_BUFFERING : options, handle, NULL);
    kb_free(name);
    return status;
}

static NTSTATUS copy_stream(struct copy *copy, const FILE_STREAM_INFORMATION *info, BOOL only_missing)
{
    NTSTATUS status;

    copy->size = info->StreamSize.QuadPart;
    copy->done = 0;
    copy->stream++;
    copy->phase = COPYFILE2_PHASE_PREPARE_SOURCE;
    status = open_stream(copy->existing, info, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                         FILE_OPEN, copy, &copy->source);
    if (status)
        return status;
    copy->phase = COPYFILE2_PHASE_PREPARE_DEST;
    status = open_stream(copy->new, info, GENERIC_WRITE, 0, only_missing ? FILE_CREATE : FILE_OVERWRITE_IF, copy,
                         &copy->destination);
    if (!status) {
        if (!(status = copy_tell(copy, COPYFILE2_CALLBACK_STREAM_STARTED)) && !(status = copy_data(copy, FALSE)))
            status = copy_tell(copy, COPYFILE2_CALLBACK_STREAM_FINISHED);
        NtClose(copy->destination);
    }
    NtClose(copy->source);
    copy->total_done += copy->done;
    copy->done = 0;
    return status;
}

NTSTATUS copy_other_streams(struct copy *copy, BOOL only_missing)
{
    HANDLE source = copy->source, destination = copy->destination;
    NTSTATUS status;
    FILE_STREAM_INFORMATION *list = list_streams(copy->file, &status);

    if (status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_INFO_CLASS)
        status = STATUS_SUCCESS; /* no file that has streams */
    for (const FILE_STREAM_INFORMATION *info = list; info && !status; info = next_stream(info)) {
        if (!is_alternate(info))
            continue;
        status = copy_stream(copy, info, only_missing);
        if (status == STATUS_OBJECT_NAME_INVALID || (only_missing && status == STATUS_OBJECT_NAME_COLLISION))
            status = STATUS_SUCCESS;
    }
    kb_free(list);
    copy->source = source;
    copy->destination = destination;
    return status;
}

NTSTATUS copy_streams(HANDLE source, const WCHAR *existing, const WCHAR *new, BOOL only_missing, const BOOL *cancel)
{
    struct copy copy = { .file = source, .existing = existing, .new = new, .cancel = cancel };
    NTSTATUS status = copy_other_streams(&copy, only_missing);

    copy_free_buffer(&copy);
    return status;
}
