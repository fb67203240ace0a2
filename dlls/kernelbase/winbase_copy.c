/* SPDX-License-Identifier: MIT */
/* winbase_copy.c: CopyFile, CopyFileEx, CopyFile2: one engine that reports to either kind of callback. */
#include "kernelbase_private.h"
#include <winioctl.h>
#include "fsctl_copy.h"

#define COPY_CHUNK 0x100000 /* what is read and written at once, and reported as progress */
#ifndef COPY_FILE_ENABLE_SPARSE_COPY
#define COPY_FILE_ENABLE_SPARSE_COPY 0x20000000
#endif
#ifndef COPY_FILE_SKIP_ALTERNATE_STREAMS
#define COPY_FILE_SKIP_ALTERNATE_STREAMS      0x00008000
#define COPY_FILE_OPEN_AND_COPY_REPARSE_POINT 0x00200000
#define COPY_FILE_DISABLE_PRE_ALLOCATION      0x04000000
#define COPY_FILE_ENABLE_LOW_FREE_SPACE_MODE  0x08000000
#endif
/* What says how to copy, not what: holes are always kept, data is moved by the kernel where it can. */
#define COPY_HINTS                                                                                                     \
    (COPY_FILE_RESTARTABLE | COPY_FILE_ALLOW_DECRYPTED_DESTINATION | COPY_FILE_REQUEST_SECURITY_PRIVILEGES |           \
     COPY_FILE_NO_OFFLOAD | COPY_FILE_IGNORE_EDP_BLOCK | COPY_FILE_IGNORE_SOURCE_ENCRYPTION |                          \
     COPY_FILE_DONT_REQUEST_DEST_WRITE_DAC | COPY_FILE_REQUEST_COMPRESSED_TRAFFIC | COPY_FILE_DISABLE_PRE_ALLOCATION | \
     COPY_FILE_ENABLE_LOW_FREE_SPACE_MODE | COPY_FILE_ENABLE_SPARSE_COPY)
#define COPY_FLAGS                                                                                                     \
    (COPY_FILE_FAIL_IF_EXISTS | COPY_FILE_OPEN_SOURCE_FOR_WRITE | COPY_FILE_COPY_SYMLINK | COPY_FILE_NO_BUFFERING |    \
     COPY_FILE_OPEN_AND_COPY_REPARSE_POINT | COPY_FILE_SKIP_ALTERNATE_STREAMS | COPY_HINTS)

/* One copy. `report` says whether to go on (PROGRESS_*); NULL if nobody wants to know. */
struct copy {
    HANDLE source, destination;
    FILE_BASIC_INFORMATION basic;
    LONGLONG size, done;
    const BOOL *cancel;
    BOOL quiet;
    char *buffer; /* COPY_CHUNK bytes; NULL as long as the kernel copies */
    BOOL by_hand; /* it cannot */
    NTSTATUS error;
    DWORD (*report)(struct copy *copy, COPYFILE2_MESSAGE_TYPE event);
    void *routine, *context;
};

/* --- the two kinds of callback --- */

static DWORD report_progress(struct copy *copy, COPYFILE2_MESSAGE_TYPE event)
{
    LARGE_INTEGER size = { .QuadPart = copy->size }, done = { .QuadPart = copy->done };
    LPPROGRESS_ROUTINE routine = (LPPROGRESS_ROUTINE)copy->routine;

    if (event != COPYFILE2_CALLBACK_STREAM_STARTED && event != COPYFILE2_CALLBACK_CHUNK_FINISHED)
        return PROGRESS_CONTINUE;
    return routine(size, done, size, done, 1,
                   event == COPYFILE2_CALLBACK_STREAM_STARTED ? CALLBACK_STREAM_SWITCH : CALLBACK_CHUNK_FINISHED,
                   copy->source, copy->destination, copy->context);
}

static DWORD report_message(struct copy *copy, COPYFILE2_MESSAGE_TYPE event)
{
    ULARGE_INTEGER size = { .QuadPart = copy->size }, done = { .QuadPart = copy->done };
    PCOPYFILE2_PROGRESS_ROUTINE routine = (PCOPYFILE2_PROGRESS_ROUTINE)copy->routine;
    COPYFILE2_MESSAGE message = { .Type = event };

    switch (event) {
    case COPYFILE2_CALLBACK_STREAM_STARTED:
        message.Info.StreamStarted.dwStreamNumber = 1;
        message.Info.StreamStarted.hSourceFile = copy->source;
        message.Info.StreamStarted.hDestinationFile = copy->destination;
        message.Info.StreamStarted.uliStreamSize = size;
        message.Info.StreamStarted.uliTotalFileSize = size;
        break;
    case COPYFILE2_CALLBACK_STREAM_FINISHED:
        message.Info.StreamFinished.dwStreamNumber = 1;
        message.Info.StreamFinished.hSourceFile = copy->source;
        message.Info.StreamFinished.hDestinationFile = copy->destination;
        message.Info.StreamFinished.uliStreamSize = size;
        message.Info.StreamFinished.uliStreamBytesTransferred = done;
        message.Info.StreamFinished.uliTotalFileSize = size;
        message.Info.StreamFinished.uliTotalBytesTransferred = done;
        break;
    case COPYFILE2_CALLBACK_CHUNK_STARTED:
        message.Info.ChunkStarted.dwStreamNumber = 1;
        message.Info.ChunkStarted.hSourceFile = copy->source;
        message.Info.ChunkStarted.hDestinationFile = copy->destination;
        message.Info.ChunkStarted.uliChunkNumber.QuadPart = copy->done / COPY_CHUNK + 1;
        message.Info.ChunkStarted.uliChunkSize.QuadPart = COPY_CHUNK;
        message.Info.ChunkStarted.uliStreamSize = size;
        message.Info.ChunkStarted.uliTotalFileSize = size;
        break;
    case COPYFILE2_CALLBACK_ERROR:
        message.Info.Error.CopyPhase = COPYFILE2_PHASE_WRITE_DESTINATION;
        message.Info.Error.dwStreamNumber = 1;
        message.Info.Error.hrFailure = HRESULT_FROM_WIN32(RtlNtStatusToDosError(copy->error));
        message.Info.Error.uliChunkNumber.QuadPart = copy->done / COPY_CHUNK + 1;
        message.Info.Error.uliStreamSize = size;
        message.Info.Error.uliStreamBytesTransferred = done;
        message.Info.Error.uliTotalFileSize = size;
        message.Info.Error.uliTotalBytesTransferred = done;
        break;
    case COPYFILE2_CALLBACK_CHUNK_FINISHED:
        message.Info.ChunkFinished.dwStreamNumber = 1;
        message.Info.ChunkFinished.hSourceFile = copy->source;
        message.Info.ChunkFinished.hDestinationFile = copy->destination;
        message.Info.ChunkFinished.uliChunkNumber.QuadPart = (copy->done + COPY_CHUNK - 1) / COPY_CHUNK;
        message.Info.ChunkFinished.uliChunkSize.QuadPart = COPY_CHUNK;
        message.Info.ChunkFinished.uliStreamSize = size;
        message.Info.ChunkFinished.uliStreamBytesTransferred = done;
        message.Info.ChunkFinished.uliTotalFileSize = size;
        message.Info.ChunkFinished.uliTotalBytesTransferred = done;
        break;
    default:
        return PROGRESS_CONTINUE;
    }
    switch (routine(&message, copy->context)) {
    case COPYFILE2_PROGRESS_CANCEL:
        return PROGRESS_CANCEL;
    case COPYFILE2_PROGRESS_STOP:
    case COPYFILE2_PROGRESS_PAUSE: /* there is nothing that could be resumed: COPYFILE2_RESUME is not offered */
        return PROGRESS_STOP;
    case COPYFILE2_PROGRESS_QUIET:
        return PROGRESS_QUIET;
    default:
        return PROGRESS_CONTINUE;
    }
}

/* STATUS_SUCCESS: go on; STATUS_REQUEST_ABORTED, with *keep telling whether the destination stays. */
static NTSTATUS tell(struct copy *copy, COPYFILE2_MESSAGE_TYPE event, BOOL *keep)
{
    *keep = FALSE;
    if (copy->cancel && *(const volatile BOOL *)copy->cancel)
        return STATUS_REQUEST_ABORTED;
    if (!copy->report || copy->quiet)
        return STATUS_SUCCESS;
    switch (copy->report(copy, event)) {
    case PROGRESS_CONTINUE:
        return STATUS_SUCCESS;
    case PROGRESS_QUIET:
        copy->quiet = TRUE;
        return STATUS_SUCCESS;
    case PROGRESS_STOP:
        *keep = TRUE;
        return STATUS_REQUEST_ABORTED;
    default:
        return STATUS_REQUEST_ABORTED;
    }
}

/* --- copying --- */

static NTSTATUS open_file(const WCHAR *name, ACCESS_MASK access, ULONG share, ULONG attributes, ULONG disposition,
                          ULONG options, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    if (!name || !*name || (status = dos_to_nt_path(name, &nt)))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtCreateFile(handle, access | SYNCHRONIZE, &attr, &iosb, NULL, attributes, share, disposition,
                          options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    RtlFreeUnicodeString(&nt);
    return status;
}

/* One chunk by the kernel; *done is less than the length at the end of the source. */
static NTSTATUS copy_in_kernel(struct copy *copy, LONGLONG offset, LONGLONG length, LONGLONG *done)
{
    struct fsctl_copy_range range = { copy->source, offset, offset, length };
    IO_STATUS_BLOCK iosb;

    return NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, FSCTL_TRANSOM_COPY_RANGE, &range, sizeof(range),
                           done, sizeof(*done));
}

static NTSTATUS copy_by_hand(struct copy *copy, LONGLONG offset, LONGLONG length, LONGLONG *done)
{
    LARGE_INTEGER at = { .QuadPart = offset };
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    *done = 0;
    if (!copy->buffer && !(copy->buffer = kb_alloc(COPY_CHUNK)))
        return STATUS_NO_MEMORY;
    status = NtReadFile(copy->source, NULL, NULL, NULL, &iosb, copy->buffer, (ULONG)length, &at, NULL);
    if (status == STATUS_END_OF_FILE || (!status && !iosb.Information))
        return STATUS_SUCCESS;
    if (!status)
        status = NtWriteFile(copy->destination, NULL, NULL, NULL, &iosb, copy->buffer, iosb.Information, &at, NULL);
    if (!status)
        *done = iosb.Information;
    return status;
}

/* From the same place to the same place, until `to` or the end of the file. */
static NTSTATUS copy_range(struct copy *copy, LONGLONG from, LONGLONG to, BOOL *keep)
{
    NTSTATUS status = STATUS_SUCCESS;

    while (from < to && !status) {
        LONGLONG length = min((LONGLONG)COPY_CHUNK, to - from), done = 0;

        if ((status = tell(copy, COPYFILE2_CALLBACK_CHUNK_STARTED, keep)))
            return status;
        if (!copy->by_hand) {
            status = copy_in_kernel(copy, from, length, &done);
            /* Other devices, what the kernel does not copy: if it is an error, it comes again. Files of /proc have no size. */
            copy->by_hand = status || (!done && !copy->size);
            status = STATUS_SUCCESS;
        }
        if (copy->by_hand)
            status = copy_by_hand(copy, from, length, &done);
        if (status || !done)
            return status; /* it has become shorter */
        from += done;
        copy->done = from;
        status = tell(copy, COPYFILE2_CALLBACK_CHUNK_FINISHED, keep);
        if (done < length && from >= copy->size)
            return status; /* that was the end; a file that grows meanwhile is read on */
    }
    return status;
}

/* The whole file as one reflink, which takes no time and no room; FALSE: the file system has no such thing. */
static BOOL copy_by_reference(struct copy *copy)
{
    struct fsctl_copy_range range = { copy->source, 0, 0, copy->size };
    IO_STATUS_BLOCK iosb;

    return copy->size && !NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, 0x00098344, &range, sizeof(range),
                                          NULL, 0); /* FSCTL_DUPLICATE_EXTENTS_TO_FILE */
}

/* A file with holes: only what is allocated is copied. STATUS_INVALID_DEVICE_REQUEST if that cannot be known. */
static NTSTATUS copy_sparse(struct copy *copy, BOOL *keep)
{
    FILE_END_OF_FILE_INFORMATION end = { .EndOfFile.QuadPart = copy->size };
    FILE_ALLOCATED_RANGE_BUFFER wanted = { 0 }, ranges[64];
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    BOOL more;

    do {
        SIZE_T count, i;

        wanted.Length.QuadPart = copy->size - wanted.FileOffset.QuadPart;
        status = NtFsControlFile(copy->source, NULL, NULL, NULL, &iosb, FSCTL_QUERY_ALLOCATED_RANGES, &wanted,
                                 sizeof(wanted), ranges, sizeof(ranges));
        more = status == STATUS_BUFFER_OVERFLOW;
        if (status && !more)
            return wanted.FileOffset.QuadPart ? status : STATUS_INVALID_DEVICE_REQUEST;
        count = iosb.Information / sizeof(ranges[0]);
        if (!wanted.FileOffset.QuadPart) {
            if (copy->basic.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE)
                NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, FSCTL_SET_SPARSE, NULL, 0, NULL, 0);
            status = NtSetInformationFile(copy->destination, &iosb, &end, sizeof(end), FileEndOfFileInformation);
        } else
            status = STATUS_SUCCESS;
        for (i = 0; i < count && !status; i++) {
            wanted.FileOffset.QuadPart = ranges[i].FileOffset.QuadPart + ranges[i].Length.QuadPart;
            status = copy_range(copy, ranges[i].FileOffset.QuadPart, wanted.FileOffset.QuadPart, keep);
        }
        more = more && count;
    } while (more && !status);
    if (!status && copy->done < copy->size) {
        copy->done = copy->size; /* it ends in a hole */
        status = tell(copy, COPYFILE2_CALLBACK_CHUNK_FINISHED, keep);
    }
    return status;
}

static NTSTATUS copy_data(struct copy *copy, BOOL holes, BOOL *keep)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

    if (copy_by_reference(copy)) {
        copy->done = copy->size;
        return tell(copy, COPYFILE2_CALLBACK_CHUNK_FINISHED, keep);
    }
    if (holes)
        status = copy_sparse(copy, keep);
    if (status ==
        STATUS_INVALID_DEVICE_REQUEST) /* from beginning to end, whatever size the file had when it was opened */
        status = copy_range(copy, 0, MAXLONGLONG, keep);
    kb_free(copy->buffer);
    copy->buffer = NULL;
    return status;
}

/* One stream, `:name:$DATA`, of the file that is copied. */
static NTSTATUS copy_stream(const WCHAR *existing, const WCHAR *new, const FILE_STREAM_INFORMATION *info,
                            BOOL only_missing, const BOOL *cancel)
{
    struct copy copy = { .cancel = cancel, .size = info->StreamSize.QuadPart };
    SIZE_T names = max(wcslen(existing), wcslen(new)), length = info->StreamNameLength / sizeof(WCHAR);
    WCHAR *name = kb_alloc((names + length + 1) * sizeof(WCHAR));
    ULONG options = FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY;
    BOOL keep = FALSE;
    NTSTATUS status;

    if (!name)
        return STATUS_NO_MEMORY;
    _snwprintf(name, names + length + 1, L"%ls%.*ls", existing, (int)length, info->StreamName);
    status = open_file(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       FILE_ATTRIBUTE_NORMAL, FILE_OPEN, options, &copy.source);
    if (!status) {
        _snwprintf(name, names + length + 1, L"%ls%.*ls", new, (int)length, info->StreamName);
        status = open_file(name, GENERIC_WRITE, 0, FILE_ATTRIBUTE_NORMAL,
                           only_missing ? FILE_CREATE : FILE_OVERWRITE_IF, options, &copy.destination);
        if (!status) {
            status = copy_data(&copy, FALSE, &keep);
            NtClose(copy.destination);
        }
        NtClose(copy.source);
    }
    kb_free(name);
    return status;
}

NTSTATUS copy_streams(HANDLE source, const WCHAR *existing, const WCHAR *new, BOOL only_missing, const BOOL *cancel)
{
    FILE_STREAM_INFORMATION *info;
    NTSTATUS status = STATUS_BUFFER_OVERFLOW;
    IO_STATUS_BLOCK iosb;
    char small[256], *buffer = small;
    ULONG size;

    for (size = sizeof(small); status == STATUS_BUFFER_OVERFLOW && buffer; size *= 4) {
        if (size > sizeof(small)) {
            if (buffer != small)
                kb_free(buffer);
            if (!(buffer = kb_alloc(size)))
                return STATUS_NO_MEMORY;
        }
        iosb.Information = 0;
        status = NtQueryInformationFile(source, &iosb, buffer, size, FileStreamInformation);
    }
    info = (FILE_STREAM_INFORMATION *)buffer;
    while (!status && iosb.Information) {
        if (info->StreamName[1] != ':') { /* not ::$DATA */
            status = copy_stream(existing, new, info, only_missing, cancel);
            if (status == STATUS_OBJECT_NAME_INVALID || (only_missing && status == STATUS_OBJECT_NAME_COLLISION))
                status = STATUS_SUCCESS;
        }
        if (!info->NextEntryOffset)
            break;
        info = (FILE_STREAM_INFORMATION *)((char *)info + info->NextEntryOffset);
    }
    if (buffer != small)
        kb_free(buffer);
    return status;
}

/* Extended attributes: "CopyFile preserves extended attributes" (CopyFileEx's page). */
static NTSTATUS copy_attributes(const struct copy *copy)
{
    FILE_EA_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryInformationFile(copy->source, &iosb, &info, sizeof(info), FileEaInformation);
    void *list;

    if (status || !info.EaSize)
        return STATUS_SUCCESS;
    /* The size is that of the list in OS/2's form; each entry is aligned here, and has an offset. */
    ULONG size = min(info.EaSize * 2 + 64, 0x20000u);
    if (!(list = kb_alloc(size)))
        return STATUS_NO_MEMORY;
    status = NtQueryEaFile(copy->source, &iosb, list, size, FALSE, NULL, 0, NULL, TRUE);
    if (!status)
        status = NtSetEaFile(copy->destination, &iosb, list, iosb.Information);
    kb_free(list);
    /* A file system that has none keeps the data at least. */
    return status == STATUS_NO_EAS_ON_FILE || status == STATUS_EAS_NOT_SUPPORTED ? STATUS_SUCCESS : status;
}

/* What is not data: a link itself is copied as a link. */
static NTSTATUS copy_link(struct copy *copy)
{
    REPARSE_DATA_BUFFER *data = kb_alloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    if (!data)
        return STATUS_NO_MEMORY;
    status = NtFsControlFile(copy->source, NULL, NULL, NULL, &iosb, FSCTL_GET_REPARSE_POINT, NULL, 0, data,
                             MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    if (!status)
        status = NtFsControlFile(copy->destination, NULL, NULL, NULL, &iosb, FSCTL_SET_REPARSE_POINT, data,
                                 iosb.Information, NULL, 0);
    kb_free(data);
    return status;
}

static NTSTATUS open_destination(const WCHAR *name, const struct copy *copy, DWORD flags, HANDLE *handle)
{
    ULONG attributes =
        copy->basic.FileAttributes & ~(FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_SPARSE_FILE |
                                       FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_COMPRESSED | FILE_ATTRIBUTE_ENCRYPTED);
    ULONG options = FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY;

    /*
     * What is read-only becomes that in the end: its streams are written first. Nothing is shared: a file that is copied to itself
     * must not be emptied, but fail.
     */
    return open_file(name, GENERIC_WRITE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | DELETE, 0,
                     attributes, flags & COPY_FILE_FAIL_IF_EXISTS ? FILE_CREATE : FILE_OVERWRITE_IF, options, handle);
}

static NTSTATUS copy_file(struct copy *copy, const WCHAR *existing, const WCHAR *new, DWORD flags)
{
    FILE_STANDARD_INFORMATION standard;
    ULONG options = FILE_NON_DIRECTORY_FILE | FILE_SEQUENTIAL_ONLY;
    BOOL keep = FALSE, link = FALSE;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    if (flags & (COPY_FILE_COPY_SYMLINK | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT))
        options |= FILE_OPEN_REPARSE_POINT;
    if (flags & COPY_FILE_NO_BUFFERING)
        options |= FILE_WRITE_THROUGH;
    status = open_file(existing, GENERIC_READ | (flags & COPY_FILE_OPEN_SOURCE_FOR_WRITE ? GENERIC_WRITE : 0),
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_ATTRIBUTE_NORMAL, FILE_OPEN,
                       options, &copy->source);
    if (status)
        return status == STATUS_FILE_IS_A_DIRECTORY ? STATUS_ACCESS_DENIED : status;
    status = NtQueryInformationFile(copy->source, &iosb, &copy->basic, sizeof(copy->basic), FileBasicInformation);
    if (!status)
        status = NtQueryInformationFile(copy->source, &iosb, &standard, sizeof(standard), FileStandardInformation);
    if (status) {
        NtClose(copy->source);
        return status;
    }
    copy->size = standard.EndOfFile.QuadPart;
    link = flags & (COPY_FILE_COPY_SYMLINK | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT) &&
           copy->basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT;
    status = open_destination(new, copy, flags, &copy->destination);
    if (status) {
        NtClose(copy->source);
        return status == STATUS_FILE_IS_A_DIRECTORY ? STATUS_ACCESS_DENIED : status;
    }
    if (link)
        status = copy_link(copy);
    else if (!(status = tell(copy, COPYFILE2_CALLBACK_STREAM_STARTED, &keep)) &&
             !(status = copy_data(copy, standard.AllocationSize.QuadPart < copy->size, &keep)))
        status = tell(copy, COPYFILE2_CALLBACK_STREAM_FINISHED, &keep);
    if (!status && !link)
        status = copy_attributes(copy);
    if (!status && !link && !(flags & COPY_FILE_SKIP_ALTERNATE_STREAMS))
        status = copy_streams(copy->source, existing, new, FALSE, copy->cancel);
    if (status && status != STATUS_REQUEST_ABORTED) {
        BOOL ignored;
        copy->error = status;
        tell(copy, COPYFILE2_CALLBACK_ERROR, &ignored);
    }
    if (!status && !link) {
        /* The copy keeps the time of the last write; it was created now. */
        FILE_BASIC_INFORMATION basic = { .LastWriteTime = copy->basic.LastWriteTime };

        if (copy->basic.FileAttributes & FILE_ATTRIBUTE_READONLY)
            basic.FileAttributes = copy->basic.FileAttributes;
        NtSetInformationFile(copy->destination, &iosb, &basic, sizeof(basic), FileBasicInformation);
    } else if (status && !keep)
        delete_by_handle(copy->destination);
    NtClose(copy->destination);
    NtClose(copy->source);
    return status;
}

/* --- the functions --- */

static BOOL copy_result(NTSTATUS status)
{
    /* RtlNtStatusToDosError says ERROR_ALREADY_EXISTS, which is documented for directories. */
    return status == STATUS_OBJECT_NAME_COLLISION ? fail(ERROR_FILE_EXISTS) : set_ntstatus(status);
}

BOOL WINAPI CopyFileExW(const WCHAR *existing, const WCHAR *new, LPPROGRESS_ROUTINE progress, void *context,
                        BOOL *cancel, DWORD flags)
{
    struct copy copy = { .cancel = cancel, .routine = (void *)progress, .context = context };

    if (flags & ~(DWORD)COPY_FLAGS)
        return fail(ERROR_INVALID_PARAMETER);
    if (progress)
        copy.report = report_progress;
    return copy_result(copy_file(&copy, existing, new, flags));
}

BOOL WINAPI CopyFileExA(const char *existing, const char *new, LPPROGRESS_ROUTINE progress, void *context, BOOL *cancel,
                        DWORD flags)
{
    struct wide_arg wide_existing, wide_new;
    BOOL result;

    if (!wide_file_arg(&wide_existing, existing))
        return FALSE;
    if (!wide_file_arg(&wide_new, new)) {
        wide_arg_free(&wide_existing);
        return FALSE;
    }
    result = CopyFileExW(wide_existing.str, wide_new.str, progress, context, cancel, flags);
    wide_arg_free(&wide_existing);
    wide_arg_free(&wide_new);
    return result;
}

BOOL WINAPI CopyFileW(const WCHAR *existing, const WCHAR *new, BOOL fail_if_exists)
{
    return CopyFileExW(existing, new, NULL, NULL, NULL, fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

BOOL WINAPI CopyFileA(const char *existing, const char *new, BOOL fail_if_exists)
{
    return CopyFileExA(existing, new, NULL, NULL, NULL, fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

HRESULT WINAPI CopyFile2(const WCHAR *existing, const WCHAR *new, COPYFILE2_EXTENDED_PARAMETERS *parameters)
{
    struct copy copy = { 0 };
    DWORD flags = 0;

    if (parameters) {
        if (parameters->dwSize < sizeof(*parameters) || parameters->dwCopyFlags & ~(DWORD)COPY_FLAGS)
            return E_INVALIDARG;
        flags = parameters->dwCopyFlags;
        copy.cancel = parameters->pfCancel;
        copy.routine = (void *)parameters->pProgressRoutine;
        copy.context = parameters->pvCallbackContext;
        if (copy.routine)
            copy.report = report_message;
    }
    return copy_result(copy_file(&copy, existing, new, flags)) ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}
