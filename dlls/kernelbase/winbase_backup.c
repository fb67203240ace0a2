/* SPDX-License-Identifier: MIT */
/*
 * winbase_backup.c: BackupRead, BackupSeek and BackupWrite: a file with all that belongs to it as one sequence of bytes, in
 * which each part is a WIN32_STREAM_ID, a name and data.
 */
#include "kernelbase_private.h"

#define HEAD_SIZE  offsetof(WIN32_STREAM_ID, cStreamName)
#define NAME_MOST  (2 * 32768)
#define SMALL_MOST (1u << 20) /* of what is not written piece by piece: descriptors, attributes, reparse data */

struct part {
    struct part *next;
    WIN32_STREAM_ID id; /* cStreamName is not used */
    BYTE *data;         /* of what is not read from the file, or NULL */
    WCHAR name[];
};

struct backup {
    BOOL writes;
    struct part *parts, **last; /* reading: what is to come, the first being the one that is read */
    WIN32_STREAM_ID head;       /* writing: the part that is written */
    WCHAR *name;
    BYTE *collected;
    ULONGLONG head_done, data_done; /* bytes of the head and the name, and of the data */
    HANDLE stream;                  /* an alternate stream that is open */
};

static void close_stream(struct backup *backup)
{
    if (backup->stream)
        NtClose(backup->stream);
    backup->stream = NULL;
}

static void next_part(struct backup *backup)
{
    struct part *part = backup->parts;

    close_stream(backup);
    backup->head_done = backup->data_done = 0;
    if (part) {
        backup->parts = part->next;
        kb_free(part->data);
        kb_free(part);
    }
    kb_free(backup->name);
    kb_free(backup->collected);
    backup->name = NULL;
    backup->collected = NULL;
}

static BOOL end_backup(void **context)
{
    struct backup *backup = *context;

    if (backup) {
        do
            next_part(backup);
        while (backup->parts);
        kb_free(backup);
    }
    *context = NULL;
    return TRUE;
}

static struct backup *get_backup(void **context, BOOL writes)
{
    struct backup *backup = *context;

    if (!backup && (backup = kb_alloc_zeroed(sizeof(*backup)))) {
        backup->writes = writes;
        backup->last = &backup->parts;
        *context = backup;
    }
    return backup;
}

/* A stream of the file that the handle is for, by `:NAME:$DATA`. */
static NTSTATUS open_stream(HANDLE file, WCHAR *name, DWORD bytes, BOOL writes, HANDLE *stream)
{
    UNICODE_STRING text = { (USHORT)bytes, (USHORT)bytes, name };
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;

    InitializeObjectAttributes(&attr, &text, OBJ_CASE_INSENSITIVE, file, NULL);
    return NtCreateFile(stream, (writes ? GENERIC_WRITE : GENERIC_READ) | SYNCHRONIZE, &attr, &iosb, NULL, 0,
                        FILE_SHARE_READ | (writes ? 0 : FILE_SHARE_WRITE), writes ? FILE_OVERWRITE_IF : FILE_OPEN,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT, NULL, 0);
}

/* --- reading --- */

static NTSTATUS add_part(struct backup *backup, DWORD id, LONGLONG size, BYTE *data, const WCHAR *name,
                         DWORD name_bytes)
{
    struct part *part = kb_alloc_zeroed(sizeof(*part) + name_bytes);

    if (!part) {
        kb_free(data);
        return STATUS_NO_MEMORY;
    }
    part->id.dwStreamId = id;
    part->id.dwStreamAttributes = id == BACKUP_SECURITY_DATA ? STREAM_CONTAINS_SECURITY : STREAM_NORMAL_ATTRIBUTE;
    part->id.Size.QuadPart = size;
    part->id.dwStreamNameSize = name_bytes;
    part->data = data;
    memcpy(part->name, name, name_bytes);
    *backup->last = part;
    backup->last = &part->next;
    return STATUS_SUCCESS;
}

static NTSTATUS add_streams(struct backup *backup, HANDLE file)
{
    ULONG size = 4096, offset = 0;
    BYTE *buffer = NULL;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    do {
        kb_free(buffer);
        if (!(buffer = kb_alloc(size *= 2)))
            return STATUS_NO_MEMORY;
        status = NtQueryInformationFile(file, &iosb, buffer, size, FileStreamInformation);
    } while (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL);
    while (!status && iosb.Information) {
        const FILE_STREAM_INFORMATION *info = (FILE_STREAM_INFORMATION *)(buffer + offset);
        BOOL unnamed = info->StreamNameLength >= 4 && info->StreamName[1] == ':';

        status = add_part(backup, unnamed ? BACKUP_DATA : BACKUP_ALTERNATE_DATA, info->StreamSize.QuadPart, NULL,
                          info->StreamName, unnamed ? 0 : info->StreamNameLength);
        if (!info->NextEntryOffset)
            break;
        offset += info->NextEntryOffset;
    }
    kb_free(buffer);
    return status;
}

static NTSTATUS add_security(struct backup *backup, HANDLE file)
{
    const SECURITY_INFORMATION what =
        OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    ULONG size = 0;
    BYTE *data;
    NTSTATUS status = NtQuerySecurityObject(file, what, NULL, 0, &size);

    if (status != STATUS_BUFFER_TOO_SMALL)
        return status;
    if (!(data = kb_alloc(size)))
        return STATUS_NO_MEMORY;
    status = NtQuerySecurityObject(file, what, data, size, &size);
    if (!status)
        return add_part(backup, BACKUP_SECURITY_DATA, size, data, NULL, 0);
    kb_free(data);
    return status;
}

static NTSTATUS add_attributes(struct backup *backup, HANDLE file)
{
    FILE_EA_INFORMATION ea = { 0 };
    ULONG size;
    IO_STATUS_BLOCK iosb;
    BYTE *data;

    if (NtQueryInformationFile(file, &iosb, &ea, sizeof(ea), FileEaInformation) || !ea.EaSize)
        return STATUS_SUCCESS;
    size = 65536;
    if (!(data = kb_alloc(size)))
        return STATUS_NO_MEMORY;
    if (!NtQueryEaFile(file, &iosb, data, size, FALSE, NULL, 0, NULL, TRUE))
        return add_part(backup, BACKUP_EA_DATA, iosb.Information, data, NULL, 0);
    kb_free(data); /* the handle does not let: what can be read is backed up */
    return STATUS_SUCCESS;
}

static NTSTATUS add_reparse(struct backup *backup, HANDLE file)
{
    BYTE *data = kb_alloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    IO_STATUS_BLOCK iosb;

    if (!data)
        return STATUS_NO_MEMORY;
    if (!NtFsControlFile(file, NULL, NULL, NULL, &iosb, FSCTL_GET_REPARSE_POINT, NULL, 0, data,
                         MAXIMUM_REPARSE_DATA_BUFFER_SIZE))
        return add_part(backup, BACKUP_REPARSE_DATA, iosb.Information, data, NULL, 0);
    kb_free(data); /* most files are none */
    return STATUS_SUCCESS;
}

static NTSTATUS begin_reading(struct backup *backup, HANDLE file, BOOL security)
{
    NTSTATUS status = security ? add_security(backup, file) : STATUS_SUCCESS;

    if (!status)
        status = add_attributes(backup, file);
    if (!status)
        status = add_reparse(backup, file);
    return status ? status : add_streams(backup, file);
}

/* Of the part's data, from where reading has come to. */
static NTSTATUS read_data(struct backup *backup, HANDLE file, BYTE *buffer, DWORD size, DWORD *done)
{
    struct part *part = backup->parts;
    LARGE_INTEGER at = { .QuadPart = (LONGLONG)backup->data_done };
    IO_STATUS_BLOCK iosb = { 0 };
    NTSTATUS status = STATUS_SUCCESS;

    if (part->data) {
        memcpy(buffer, part->data + backup->data_done, size);
        *done = size;
        return STATUS_SUCCESS;
    }
    if (part->id.dwStreamId == BACKUP_ALTERNATE_DATA && !backup->stream)
        status = open_stream(file, part->name, part->id.dwStreamNameSize, FALSE, &backup->stream);
    if (!status)
        status = NtReadFile(backup->stream ? backup->stream : file, NULL, NULL, NULL, &iosb, buffer, size, &at, NULL);
    *done = (DWORD)iosb.Information;
    if (status == STATUS_END_OF_FILE) { /* it has become shorter: what was promised is filled up */
        memset(buffer, 0, size);
        *done = size;
        status = STATUS_SUCCESS;
    }
    return status;
}

BOOL WINAPI BackupRead(HANDLE file, BYTE *buffer, DWORD size, DWORD *read, BOOL abort, BOOL security, void **context)
{
    BOOL begins = !*context;
    struct backup *backup;
    NTSTATUS status = STATUS_SUCCESS;

    if (abort)
        return end_backup(context);
    *read = 0;
    if (!(backup = get_backup(context, FALSE)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (backup->writes)
        return fail(ERROR_INVALID_PARAMETER);
    if (begins && (status = begin_reading(backup, file, security))) {
        end_backup(context);
        return set_ntstatus(status);
    }
    while (size && backup->parts && !status) {
        struct part *part = backup->parts;
        ULONGLONG head = HEAD_SIZE + part->id.dwStreamNameSize;
        DWORD n;

        if (backup->head_done < head) {
            BOOL name = backup->head_done >= HEAD_SIZE;
            const BYTE *from = name ? (BYTE *)part->name - HEAD_SIZE : (BYTE *)&part->id;
            n = (DWORD)min(size, (name ? head : HEAD_SIZE) - backup->head_done);
            memcpy(buffer, from + backup->head_done, n);
            backup->head_done += n;
        } else {
            n = (DWORD)min(size, (ULONGLONG)part->id.Size.QuadPart - backup->data_done);
            status = n ? read_data(backup, file, buffer, n, &n) : STATUS_SUCCESS;
            backup->data_done += n;
        }
        buffer += n;
        size -= n;
        *read += n;
        if (!status && backup->head_done == head && backup->data_done >= (ULONGLONG)part->id.Size.QuadPart)
            next_part(backup);
    }
    return set_ntstatus(status);
}

/* --- writing --- */

static BOOL is_collected(DWORD id)
{
    return id == BACKUP_SECURITY_DATA || id == BACKUP_EA_DATA || id == BACKUP_REPARSE_DATA;
}

/* The head and the name are there. */
static NTSTATUS begin_part(struct backup *backup, HANDLE file)
{
    switch (backup->head.dwStreamId) {
    case BACKUP_DATA:
    case BACKUP_PROPERTY_DATA:
    case BACKUP_OBJECT_ID: /* there are none: it is left out */
        return STATUS_SUCCESS;
    case BACKUP_ALTERNATE_DATA:
        if (!backup->name || backup->name[0] != ':')
            return STATUS_OBJECT_NAME_INVALID;
        return open_stream(file, backup->name, backup->head.dwStreamNameSize, TRUE, &backup->stream);
    case BACKUP_SECURITY_DATA:
    case BACKUP_EA_DATA:
    case BACKUP_REPARSE_DATA:
        if (backup->head.Size.QuadPart > SMALL_MOST)
            return STATUS_INVALID_PARAMETER;
        backup->collected = kb_alloc_zeroed((SIZE_T)backup->head.Size.QuadPart + 1);
        return backup->collected ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

static NTSTATUS end_part(struct backup *backup, HANDLE file, BOOL security)
{
    ULONG size = backup->head.Size.LowPart;
    IO_STATUS_BLOCK iosb;

    switch (backup->head.dwStreamId) {
    case BACKUP_SECURITY_DATA:
        if (!security)
            return STATUS_SUCCESS;
        if (!RtlValidRelativeSecurityDescriptor(backup->collected, size, 0))
            return STATUS_INVALID_SECURITY_DESCR;
        return NtSetSecurityObject(file,
                                   OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                   backup->collected);
    case BACKUP_EA_DATA:
        return NtSetEaFile(file, &iosb, backup->collected, size);
    case BACKUP_REPARSE_DATA:
        return NtFsControlFile(file, NULL, NULL, NULL, &iosb, FSCTL_SET_REPARSE_POINT, backup->collected, size, NULL,
                               0);
    default:
        return STATUS_SUCCESS;
    }
}

static NTSTATUS write_data(struct backup *backup, HANDLE file, const BYTE *buffer, DWORD size)
{
    LARGE_INTEGER at = { .QuadPart = (LONGLONG)backup->data_done };
    IO_STATUS_BLOCK iosb;

    if (is_collected(backup->head.dwStreamId)) {
        memcpy(backup->collected + backup->data_done, buffer, size);
        return STATUS_SUCCESS;
    }
    if (backup->head.dwStreamId != BACKUP_DATA && !backup->stream)
        return STATUS_SUCCESS;
    return NtWriteFile(backup->stream ? backup->stream : file, NULL, NULL, NULL, &iosb, (void *)buffer, size, &at,
                       NULL);
}

/* How many bytes of the head or the name were taken. */
static NTSTATUS write_head(struct backup *backup, HANDLE file, const BYTE *buffer, DWORD size, DWORD *taken)
{
    ULONGLONG at = backup->head_done;
    ULONGLONG end = at < HEAD_SIZE ? HEAD_SIZE : HEAD_SIZE + backup->head.dwStreamNameSize;

    *taken = (DWORD)min(size, end - at);
    if (at < HEAD_SIZE)
        memcpy((BYTE *)&backup->head + at, buffer, *taken);
    else
        memcpy((BYTE *)backup->name + (at - HEAD_SIZE), buffer, *taken);
    backup->head_done += *taken;
    if (backup->head_done < end)
        return STATUS_SUCCESS;
    if (end == HEAD_SIZE && backup->head.dwStreamNameSize) {
        if (backup->head.dwStreamNameSize >= NAME_MOST)
            return STATUS_INVALID_PARAMETER;
        backup->name = kb_alloc_zeroed(backup->head.dwStreamNameSize + sizeof(WCHAR));
        return backup->name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    return backup->head.Size.QuadPart < 0 ? STATUS_INVALID_PARAMETER : begin_part(backup, file);
}

BOOL WINAPI BackupWrite(HANDLE file, BYTE *buffer, DWORD size, DWORD *written, BOOL abort, BOOL security,
                        void **context)
{
    struct backup *backup;
    NTSTATUS status = STATUS_SUCCESS;

    if (abort)
        return end_backup(context);
    *written = 0;
    if (!(backup = get_backup(context, TRUE)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!backup->writes)
        return fail(ERROR_INVALID_PARAMETER);
    while (size && !status) {
        DWORD n;

        if (backup->head_done < HEAD_SIZE || backup->head_done < HEAD_SIZE + backup->head.dwStreamNameSize) {
            status = write_head(backup, file, buffer, size, &n);
        } else {
            n = (DWORD)min(size, (ULONGLONG)backup->head.Size.QuadPart - backup->data_done);
            if ((status = write_data(backup, file, buffer, n)))
                break;
            backup->data_done += n;
        }
        buffer += n;
        size -= n;
        *written += n;
        if (!status && backup->head_done >= HEAD_SIZE &&
            backup->head_done == HEAD_SIZE + backup->head.dwStreamNameSize &&
            backup->data_done == (ULONGLONG)backup->head.Size.QuadPart) {
            status = end_part(backup, file, security);
            next_part(backup);
        }
    }
    return set_ntstatus(status);
}

/* --- both --- */

/* "If an application attempts to seek past the end of a substream, the function fails, ... and the file position is placed at
 * the start of the next stream header." */
BOOL WINAPI BackupSeek(HANDLE file, DWORD low, DWORD high, DWORD *low_done, DWORD *high_done, void **context)
{
    ULONGLONG wanted = (ULONGLONG)high << 32 | low, left;
    struct backup *backup = *context;
    const WIN32_STREAM_ID *head;

    (void)file;
    *low_done = *high_done = 0;
    if (!backup)
        return fail(ERROR_INVALID_PARAMETER);
    head = backup->writes ? &backup->head : backup->parts ? &backup->parts->id : NULL;
    if (!head || backup->head_done < HEAD_SIZE + (ULONGLONG)head->dwStreamNameSize)
        return wanted ? fail(ERROR_SEEK) : TRUE;
    left = (ULONGLONG)head->Size.QuadPart - backup->data_done;
    *low_done = (DWORD)min(wanted, left);
    *high_done = (DWORD)(min(wanted, left) >> 32);
    backup->data_done += min(wanted, left);
    if (wanted >= left)
        next_part(backup);
    return wanted <= left ? TRUE : fail(ERROR_SEEK);
}
