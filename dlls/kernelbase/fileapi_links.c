/* SPDX-License-Identifier: MIT */
/* fileapi_links.c: the names of a file that has several (hard links): FindFirstFileName. */
#include "kernelbase_private.h"

/* What FindFirstFileName's handle points to. */
struct find_name {
    DWORD magic;
    SRWLOCK lock;
    HANDLE file;
    ULONG left, offset;
    FILE_LINKS_INFORMATION *links;
};

void find_name_free(void *handle)
{
    struct find_name *find = handle;

    if (find->file)
        NtClose(find->file);
    kb_free(find->links);
    find->magic = 0;
    kb_free(find);
}

/* All links of the file, in a buffer as large as it takes. */
static NTSTATUS read_links(struct find_name *find)
{
    ULONG size = sizeof(FILE_LINKS_INFORMATION) + 512;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    for (;;) {
        if (!(find->links = kb_alloc_zeroed(size)))
            return STATUS_NO_MEMORY;
        status = NtQueryInformationFile(find->file, &iosb, find->links, size, FileHardLinkInformation);
        if (status != STATUS_BUFFER_OVERFLOW)
            break;
        size = max(find->links->BytesNeeded, 2 * size); /* more may be made meanwhile */
        kb_free(find->links);
    }
    find->left = status ? 0 : find->links->EntriesReturned;
    find->offset = offsetof(FILE_LINKS_INFORMATION, Entry);
    return status;
}

/* `\dir\name` of the next link, with its zero: its folder is opened by its id. ERROR_MORE_DATA leaves it the next. */
static BOOL next_link(struct find_name *find, DWORD *size, WCHAR *name)
{
    const FILE_LINK_ENTRY_INFORMATION *entry = (const void *)((BYTE *)find->links + find->offset);
    FILE_ID_DESCRIPTOR id = { .dwSize = sizeof(id), .Type = FileIdType };
    DWORD length, folder_length;
    HANDLE folder;

    if (!find->left)
        return fail(ERROR_HANDLE_EOF);
    id.FileId.QuadPart = entry->ParentFileId;
    folder = OpenFileById(find->file, &id, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                          NULL, FILE_FLAG_BACKUP_SEMANTICS);
    if (folder == INVALID_HANDLE_VALUE)
        return FALSE;
    folder_length = GetFinalPathNameByHandleW(folder, NULL, 0, VOLUME_NAME_NONE); /* with its zero */
    length = folder_length + 1 + entry->FileNameLength;
    if (!folder_length || length > *size) {
        NtClose(folder);
        if (!folder_length)
            return FALSE;
        *size = length;
        return fail(ERROR_MORE_DATA);
    }
    folder_length = GetFinalPathNameByHandleW(folder, name, *size, VOLUME_NAME_NONE);
    NtClose(folder);
    if (folder_length && name[folder_length - 1] == '\\') /* the root */
        folder_length--;
    name[folder_length++] = '\\';
    memcpy(name + folder_length, entry->FileName, entry->FileNameLength * sizeof(WCHAR));
    name[folder_length + entry->FileNameLength] = 0;
    *size = folder_length + entry->FileNameLength + 1;
    find->left--;
    find->offset += entry->NextEntryOffset;
    return TRUE;
}

/* Linux does not tell a file's names: dlls/ntdll/unix/file_links.c says which are found. */
HANDLE WINAPI FindFirstFileNameW(const WCHAR *file, DWORD flags, DWORD *size, WCHAR *name)
{
    struct find_name *find;
    NTSTATUS status;

    if (flags || !size) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!(find = kb_alloc_zeroed(sizeof(*find)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    find->magic = FIND_NAME_MAGIC;
    find->file = CreateFileW(file, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                             OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (find->file == INVALID_HANDLE_VALUE) {
        find->file = NULL;
        goto failed;
    }
    if ((status = read_links(find))) {
        set_ntstatus(status);
        goto failed;
    }
    if (next_link(find, size, name))
        return find;
failed:
    find_name_free(find);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextFileNameW(HANDLE handle, DWORD *size, WCHAR *name)
{
    struct find_name *find = handle;
    BOOL found;

    if (!find || find == INVALID_HANDLE_VALUE || find->magic != FIND_NAME_MAGIC)
        return fail(ERROR_INVALID_HANDLE);
    RtlAcquireSRWLockExclusive(&find->lock);
    found = next_link(find, size, name);
    RtlReleaseSRWLockExclusive(&find->lock);
    return found;
}
