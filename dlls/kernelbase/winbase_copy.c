/* SPDX-License-Identifier: MIT */
/* winbase_copy.c: CopyFile, CopyFileEx, CopyFile2: one engine that reports to either kind of callback (winbase_copy.h). */
#include "winbase_copy.h"

/* What says how to copy, not what: holes are always kept, data is moved by the kernel where it can. */
#define COPY_HINTS                                                                                                     \
    (COPY_FILE_ALLOW_DECRYPTED_DESTINATION | COPY_FILE_NO_OFFLOAD | COPY_FILE_IGNORE_EDP_BLOCK |                       \
     COPY_FILE_IGNORE_SOURCE_ENCRYPTION | COPY_FILE_DONT_REQUEST_DEST_WRITE_DAC |                                      \
     COPY_FILE_REQUEST_COMPRESSED_TRAFFIC | COPY_FILE_DISABLE_PRE_ALLOCATION | COPY_FILE_ENABLE_LOW_FREE_SPACE_MODE |  \
     COPY_FILE_ENABLE_SPARSE_COPY)
#define COPY_FLAGS                                                                                                     \
    (COPY_FILE_FAIL_IF_EXISTS | COPY_FILE_RESTARTABLE | COPY_FILE_OPEN_SOURCE_FOR_WRITE | COPY_FILE_DIRECTORY |        \
     COPY_FILE_COPY_SYMLINK | COPY_FILE_NO_BUFFERING | COPY_FILE_REQUEST_SECURITY_PRIVILEGES |                         \
     COPY_FILE_RESUME_FROM_PAUSE | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT | COPY_FILE_SKIP_ALTERNATE_STREAMS |          \
     COPY_HINTS)
#define COPY_LINKS (COPY_FILE_COPY_SYMLINK | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT)

NTSTATUS copy_open(const WCHAR *name, ACCESS_MASK access, ULONG share, ULONG attributes, ULONG disposition,
                   ULONG options, HANDLE *handle, ULONG_PTR *how)
{
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    if (!name || !*name)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if ((status = dos_to_nt_path(name, &nt)))
        return nt_name_error(name, status);
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtCreateFile(handle, access | SYNCHRONIZE, &attr, &iosb, NULL, attributes, share, disposition,
                          options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    RtlFreeUnicodeString(&nt);
    if (!status && how)
        *how = iosb.Information;
    return status;
}

/* --- what goes along --- */

/* A list of extended attributes without what an unfinished copy has noted down in its source; its length. */
static ULONG drop_restart(char *list, ULONG length)
{
    FILE_FULL_EA_INFORMATION *last = NULL;

    for (ULONG at = 0, next; at < length; at = next) {
        FILE_FULL_EA_INFORMATION *ea = (FILE_FULL_EA_INFORMATION *)(list + at);

        next = ea->NextEntryOffset ? at + ea->NextEntryOffset : length;
        if (!copy_is_restart(ea)) {
            last = ea;
        } else if (next < length) {
            memmove(ea, list + next, length - next);
            length -= next - at;
            next = at;
        } else if (last) {
            last->NextEntryOffset = 0;
            return at;
        } else {
            return 0;
        }
    }
    return length;
}

/* "CopyFile preserves extended attributes" (CopyFileEx's page). */
NTSTATUS copy_extended_attributes(HANDLE from, HANDLE to)
{
    FILE_EA_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryInformationFile(from, &iosb, &info, sizeof(info), FileEaInformation);
    char *list;

    if (status || !info.EaSize)
        return STATUS_SUCCESS;
    /* The size is that of the list in OS/2's form; each entry is aligned here, and has an offset. */
    ULONG size = min(info.EaSize * 2 + 64, 0x20000u);
    if (!(list = kb_alloc(size)))
        return STATUS_NO_MEMORY;
    status = NtQueryEaFile(from, &iosb, list, size, FALSE, NULL, 0, NULL, TRUE);
    if (!status && (size = drop_restart(list, (ULONG)iosb.Information)))
        status = NtSetEaFile(to, &iosb, list, size);
    kb_free(list);
    /* A file system that has none keeps the data at least. */
    return status == STATUS_NO_EAS_ON_FILE || status == STATUS_EAS_NOT_SUPPORTED ? STATUS_SUCCESS : status;
}

NTSTATUS copy_reparse_point(HANDLE from, HANDLE to)
{
    REPARSE_DATA_BUFFER *data = kb_alloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    if (!data)
        return STATUS_NO_MEMORY;
    status = NtFsControlFile(from, NULL, NULL, NULL, &iosb, FSCTL_GET_REPARSE_POINT, NULL, 0, data,
                             MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    if (!status)
        status = NtFsControlFile(to, NULL, NULL, NULL, &iosb, FSCTL_SET_REPARSE_POINT, data, iosb.Information, NULL, 0);
    kb_free(data);
    return status;
}

/* --- opening --- */

/*
 * COPY_FILE_REQUEST_SECURITY_PRIVILEGES: "if these requests are denied the access request will be reduced to the highest
 * privilege level for which access is granted".
 */
static NTSTATUS open_with(const struct copy *copy, const WCHAR *name, ACCESS_MASK access, const ACCESS_MASK *more,
                          ULONG share, ULONG attributes, ULONG disposition, ULONG options, HANDLE *handle,
                          ULONG_PTR *how)
{
    NTSTATUS status;

    if (!(copy->flags & COPY_FILE_REQUEST_SECURITY_PRIVILEGES))
        return copy_open(name, access, share, attributes, disposition, options, handle, how);
    do {
        status = copy_open(name, access | *more, share, attributes, disposition, options, handle, how);
    } while ((status == STATUS_ACCESS_DENIED || status == STATUS_PRIVILEGE_NOT_HELD) && *more++);
    return status;
}

static ULONG data_options(const struct copy *copy)
{
    return FILE_NON_DIRECTORY_FILE | (copy->unbuffered ? FILE_NO_INTERMEDIATE_BUFFERING : FILE_SEQUENTIAL_ONLY);
}

static NTSTATUS open_source(struct copy *copy)
{
    static const ACCESS_MASK more[] = { ACCESS_SYSTEM_SECURITY, 0 };
    FILE_STANDARD_INFORMATION standard;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    copy->phase = COPYFILE2_PHASE_PREPARE_SOURCE;
    status = open_with(
        copy, copy->existing, GENERIC_READ | (copy->flags & COPY_FILE_OPEN_SOURCE_FOR_WRITE ? GENERIC_WRITE : 0), more,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_ATTRIBUTE_NORMAL, FILE_OPEN,
        data_options(copy) | (copy->flags & COPY_LINKS ? FILE_OPEN_REPARSE_POINT : 0), &copy->file, NULL);
    if (status)
        return status == STATUS_FILE_IS_A_DIRECTORY ? STATUS_ACCESS_DENIED : status;
    status = NtQueryInformationFile(copy->file, &iosb, &copy->basic, sizeof(copy->basic), FileBasicInformation);
    if (!status)
        status = NtQueryInformationFile(copy->file, &iosb, &standard, sizeof(standard), FileStandardInformation);
    if (status) {
        NtClose(copy->file);
        return status;
    }
    copy->size = copy->total = standard.EndOfFile.QuadPart;
    return STATUS_SUCCESS;
}

/*
 * What is read-only becomes that in the end: its streams are written first. Nothing is shared: a file that is copied to itself
 * must not be emptied, but fail.
 */
static NTSTATUS open_destination(struct copy *copy, ULONG disposition, BOOL link, ULONG_PTR *how)
{
    static const ACCESS_MASK more[] = { ACCESS_SYSTEM_SECURITY | WRITE_DAC | WRITE_OWNER, WRITE_DAC | WRITE_OWNER,
                                        WRITE_DAC, 0 };
    ULONG attributes =
        copy->basic.FileAttributes & ~(FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_SPARSE_FILE |
                                       FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_COMPRESSED | FILE_ATTRIBUTE_ENCRYPTED);
    NTSTATUS status = open_with(
        copy, copy->new,
        GENERIC_WRITE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_READ_EA | FILE_WRITE_EA | DELETE, more, 0,
        attributes, disposition, data_options(copy) | (link ? FILE_OPEN_REPARSE_POINT : 0), &copy->file_copy, how);

    return status == STATUS_FILE_IS_A_DIRECTORY ? STATUS_ACCESS_DENIED : status;
}

/*
 * A copy that may be gone on with is looked at first. "If COPY_FILE_RESUME_FROM_PAUSE is also specified then a failure" of
 * COPY_FILE_FAIL_IF_EXISTS "is only triggered if the destination file does not have a valid restart header".
 */
static NTSTATUS prepare_destination(struct copy *copy, BOOL link)
{
    ULONG fresh = copy->flags & COPY_FILE_FAIL_IF_EXISTS ? FILE_CREATE : FILE_OVERWRITE_IF;
    ULONG_PTR how;
    NTSTATUS status;

    copy->phase = COPYFILE2_PHASE_PREPARE_DEST;
    if (link || !(copy->flags & COPY_FILE_RESUME_FROM_PAUSE))
        return open_destination(copy, fresh, link, &how);
    if ((status = open_destination(copy, FILE_OPEN_IF, FALSE, &how)) || how == FILE_CREATED)
        return status;
    if (copy_find_restart(copy, &copy->done))
        return STATUS_SUCCESS;
    NtClose(copy->file_copy);
    return open_destination(copy, fresh, FALSE, &how);
}

/* --- copying --- */

static NTSTATUS copy_contents(struct copy *copy)
{
    FILE_STANDARD_INFORMATION standard;
    BOOL others = !(copy->flags & COPY_FILE_SKIP_ALTERNATE_STREAMS), resumed = copy->done > 0;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtQueryInformationFile(copy->file, &iosb, &standard, sizeof(standard), FileStandardInformation);

    if (status)
        return status;
    if (others && copy->report)
        copy->total += copy_streams_size(copy->file);
    if ((status = copy_tell(copy, COPYFILE2_CALLBACK_STREAM_STARTED)) ||
        (status = copy_data(copy, standard.AllocationSize.QuadPart < copy->size)) ||
        (status = copy_tell(copy, COPYFILE2_CALLBACK_STREAM_FINISHED)))
        return status;
    copy->total_done = copy->done;
    if ((status = copy_extended_attributes(copy->file, copy->file_copy)))
        return status;
    if (others && (status = copy_other_streams(copy, FALSE)))
        return status;
    if (copy->recording || resumed)
        copy_remove_restart(copy);
    return STATUS_SUCCESS;
}

/* The copy keeps the time of the last write, where it can be set; it was created now. Only with its attributes it is a copy. */
static NTSTATUS finish(struct copy *copy)
{
    FILE_BASIC_INFORMATION time = { .LastWriteTime = copy->basic.LastWriteTime },
                           attributes = { .FileAttributes = copy->basic.FileAttributes };
    IO_STATUS_BLOCK iosb;

    NtSetInformationFile(copy->file_copy, &iosb, &time, sizeof(time), FileBasicInformation);
    if (!(attributes.FileAttributes & FILE_ATTRIBUTE_READONLY))
        return STATUS_SUCCESS;
    return NtSetInformationFile(copy->file_copy, &iosb, &attributes, sizeof(attributes), FileBasicInformation);
}

/* What was not finished goes, unless it is to stay: a restartable copy that failed "can be restarted at a later time". */
static void give_up(struct copy *copy, NTSTATUS error)
{
    if (error != STATUS_REQUEST_ABORTED) {
        copy_tell_error(copy, error);
        copy->keep = copy->recording;
    }
    if (!copy->keep)
        delete_by_handle(copy->file_copy);
    else if (copy->recording || copy->paused)
        copy_write_restart(copy);
}

static NTSTATUS copy_file(struct copy *copy)
{
    NTSTATUS status;
    BOOL link;

    copy->stream = 1;
    copy->recording = (copy->flags & COPY_FILE_RESTARTABLE) != 0;
    copy->unbuffered = (copy->flags & COPY_FILE_NO_BUFFERING) != 0;
    if (copy->flags & COPY_FILE_DIRECTORY)
        return copy_directory(copy);
    if ((status = open_source(copy)))
        return status;
    link = copy->flags & COPY_LINKS && copy->basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT;
    if ((status = prepare_destination(copy, link))) {
        NtClose(copy->file);
        return status;
    }
    copy->source = copy->file;
    copy->destination = copy->file_copy;
    status = link ? copy_reparse_point(copy->file, copy->file_copy) : copy_contents(copy);
    if (!status && !link)
        status = finish(copy);
    if (status)
        give_up(copy, status);
    NtClose(copy->file_copy);
    NtClose(copy->file);
    return status;
}

/* --- the functions --- */

static BOOL copy_run(struct copy *copy)
{
    NTSTATUS status = copy_file(copy);

    copy_free_buffer(copy);
    if (status == STATUS_REQUEST_ABORTED && copy->paused)
        return fail(ERROR_REQUEST_PAUSED);
    /* RtlNtStatusToDosError says ERROR_ALREADY_EXISTS, which is documented for directories. */
    return status == STATUS_OBJECT_NAME_COLLISION ? fail(ERROR_FILE_EXISTS) : set_ntstatus(status);
}

BOOL WINAPI CopyFileExW(const WCHAR *existing, const WCHAR *new, LPPROGRESS_ROUTINE progress, void *context,
                        BOOL *cancel, DWORD flags)
{
    struct copy copy = { .existing = existing, .new = new, .cancel = cancel, .context = context };

    if (flags & ~(DWORD)COPY_FLAGS)
        return fail(ERROR_INVALID_PARAMETER);
    /* "The failed copy can be restarted at a later time by specifying the same values" */
    copy.flags = flags & COPY_FILE_RESTARTABLE ? flags | COPY_FILE_RESUME_FROM_PAUSE : flags;
    copy.routine = (void *)progress;
    if (progress)
        copy.report = copy_report_progress;
    return copy_run(&copy);
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
    struct copy copy = { .existing = existing, .new = new };

    if (parameters) {
        if (parameters->dwSize != sizeof(*parameters) || parameters->dwCopyFlags & ~(DWORD)COPY_FLAGS)
            return E_INVALIDARG;
        copy.flags = parameters->dwCopyFlags;
        copy.cancel = parameters->pfCancel;
        copy.routine = (void *)parameters->pProgressRoutine;
        copy.context = parameters->pvCallbackContext;
        if (copy.routine)
            copy.report = copy_report_message;
    }
    return copy_run(&copy) ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}
