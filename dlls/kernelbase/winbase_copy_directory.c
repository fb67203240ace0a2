/* SPDX-License-Identifier: MIT */
/*
 * winbase_copy_directory.c: a new directory that is like another: CreateDirectoryEx, and CopyFile2 with COPY_FILE_DIRECTORY.
 * Attributes, extended attributes, streams and what a mounted folder leads to are taken over; what is in it is not.
 */
#include "winbase_copy.h"

#define SHARE_ALL       (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define DIRECTORY_FLAGS (FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT)
#define KEPT_ATTRIBUTES                                                                                                \
    (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |                \
     FILE_ATTRIBUTE_NOT_CONTENT_INDEXED)

/* What a directory has besides its entries, from one to another. */
static NTSTATUS copy_properties(struct copy *copy, BOOL streams)
{
    FILE_BASIC_INFORMATION basic = { .FileAttributes = copy->basic.FileAttributes & KEPT_ATTRIBUTES };
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = copy_extended_attributes(copy->file, copy->file_copy);

    if (!status && streams)
        status = copy_other_streams(copy, FALSE);
    if (!status && basic.FileAttributes) /* at the end: read-only */
        status = NtSetInformationFile(copy->file_copy, &iosb, &basic, sizeof(basic), FileBasicInformation);
    return status;
}

static NTSTATUS query_basic(struct copy *copy)
{
    IO_STATUS_BLOCK iosb;

    return NtQueryInformationFile(copy->file, &iosb, &copy->basic, sizeof(copy->basic), FileBasicInformation);
}

NTSTATUS copy_directory(struct copy *copy)
{
    BOOL link = copy->flags & (COPY_FILE_COPY_SYMLINK | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT), made;
    ULONG_PTR how = 0;
    NTSTATUS status;

    copy->phase = COPYFILE2_PHASE_PREPARE_SOURCE;
    copy->stream = 1;
    status = copy_open(copy->existing, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | FILE_READ_EA, SHARE_ALL, 0,
                       FILE_OPEN, DIRECTORY_FLAGS | (link ? FILE_OPEN_REPARSE_POINT : 0), &copy->file, NULL);
    if (status)
        return status;
    if (!(status = query_basic(copy))) {
        copy->total = copy_streams_size(copy->file);
        copy->phase = COPYFILE2_PHASE_PREPARE_DEST;
        status = copy_open(
            copy->new, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | DELETE,
            SHARE_ALL, FILE_ATTRIBUTE_NORMAL, copy->flags & COPY_FILE_FAIL_IF_EXISTS ? FILE_CREATE : FILE_OPEN_IF,
            DIRECTORY_FLAGS, &copy->file_copy, &how);
    }
    if (status) {
        NtClose(copy->file);
        return status;
    }
    made = how == FILE_CREATED;
    copy->source = copy->file;
    copy->destination = copy->file_copy;
    link = link && copy->basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT;
    if (!(status = copy_tell(copy, COPYFILE2_CALLBACK_STREAM_STARTED)))
        status = link ? copy_reparse_point(copy->file, copy->file_copy)
                      : copy_properties(copy, !(copy->flags & COPY_FILE_SKIP_ALTERNATE_STREAMS));
    if (!status)
        status = copy_tell(copy, COPYFILE2_CALLBACK_STREAM_FINISHED);
    else if (status != STATUS_REQUEST_ABORTED)
        copy_tell_error(copy, status);
    if (status && made && !copy->keep)
        delete_by_handle(copy->file_copy);
    NtClose(copy->file_copy);
    NtClose(copy->file);
    return status;
}

/* --- CreateDirectoryEx --- */

/* The template itself if it is a mounted folder, which the new directory is then too; of other links what they lead to. */
static NTSTATUS open_template(struct copy *copy, BOOL *mounted)
{
    FILE_ATTRIBUTE_TAG_INFORMATION tag;
    IO_STATUS_BLOCK iosb;
    ACCESS_MASK access = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | FILE_READ_EA;
    NTSTATUS status = copy_open(copy->existing, access, SHARE_ALL, 0, FILE_OPEN,
                                DIRECTORY_FLAGS | FILE_OPEN_REPARSE_POINT, &copy->file, NULL);

    *mounted = FALSE;
    if (status)
        return status;
    status = NtQueryInformationFile(copy->file, &iosb, &tag, sizeof(tag), FileAttributeTagInformation);
    *mounted =
        !status && tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT && tag.ReparseTag == IO_REPARSE_TAG_MOUNT_POINT;
    if (!status && !*mounted && tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
        NtClose(copy->file);
        status = copy_open(copy->existing, access, SHARE_ALL, 0, FILE_OPEN, DIRECTORY_FLAGS, &copy->file, NULL);
        if (status)
            return status;
    }
    if (!status && !(status = query_basic(copy)))
        return STATUS_SUCCESS;
    NtClose(copy->file);
    return status;
}

BOOL WINAPI CreateDirectoryExW(const WCHAR *template, const WCHAR *name, SECURITY_ATTRIBUTES *security)
{
    struct copy copy = { .existing = template, .new = name };
    NTSTATUS status;
    BOOL mounted;

    if (!set_ntstatus(open_template(&copy, &mounted)))
        return FALSE;
    if (!CreateDirectoryW(name, security)) {
        NtClose(copy.file);
        return FALSE;
    }
    status = copy_open(name, FILE_LIST_DIRECTORY | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | DELETE, SHARE_ALL, 0,
                       FILE_OPEN, DIRECTORY_FLAGS, &copy.file_copy, NULL);
    if (!status) {
        status = copy_properties(&copy, TRUE);
        if (!status && mounted)
            status = copy_reparse_point(copy.file, copy.file_copy);
        if (status)
            delete_by_handle(copy.file_copy);
        NtClose(copy.file_copy);
    }
    copy_free_buffer(&copy);
    NtClose(copy.file);
    return set_ntstatus(status);
}

BOOL WINAPI CreateDirectoryExA(const char *template, const char *name, SECURITY_ATTRIBUTES *security)
{
    struct wide_arg wide_template, wide_name;
    BOOL result;

    if (!wide_file_arg(&wide_template, template))
        return FALSE;
    if (!wide_file_arg(&wide_name, name)) {
        wide_arg_free(&wide_template);
        return FALSE;
    }
    result = CreateDirectoryExW(wide_template.str, wide_name.str, security);
    wide_arg_free(&wide_template);
    wide_arg_free(&wide_name);
    return result;
}
