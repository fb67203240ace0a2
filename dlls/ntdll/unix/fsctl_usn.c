/* SPDX-License-Identifier: MIT */
/*
 * fsctl_usn.c: the change journal, which no volume here has: as on Windows where it is switched off. What the file system would
 * write into it about one file can be asked for all the same (FSCTL_READ_FILE_USN_DATA).
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "file_control.h"
#include "path.h"

ULONG file_attributes_or_normal(ULONG attributes);

static NTSTATUS no_journal(struct control *control)
{
    (void)control;
    return STATUS_JOURNAL_NOT_ACTIVE;
}

struct usn_v2 {
    ULONG length;
    USHORT major, minor;
    uint64_t file, parent;
    int64_t usn, time;
    ULONG reason, source, security, attributes;
    USHORT name_length, name_offset;
    WCHAR name[];
};
NT_STATIC_ASSERT(offsetof(struct usn_v2, name) == 60);

struct usn_v3 {
    ULONG length;
    USHORT major, minor;
    uint64_t file[2], parent[2];
    int64_t usn, time;
    ULONG reason, source, security, attributes;
    USHORT name_length, name_offset;
    WCHAR name[];
};
NT_STATIC_ASSERT(offsetof(struct usn_v3, name) == 76);

/* The number of the folder that a file's name is in; 0 for what has none. */
static uint64_t parent_number(const char *path)
{
    char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    struct stat st = { 0 };

    if (slash) {
        slash[slash == folder] = 0;
        if (stat(folder, &st))
            st.st_ino = 0;
    }
    free(folder);
    return st.st_ino;
}

static NTSTATUS give_record(struct control *control, const struct file_stat *st, const char *path, bool v3)
{
    union {
        struct usn_v2 v2;
        struct usn_v3 v3;
        char room[sizeof(struct usn_v3) + (NAME_MAX + 8) * sizeof(WCHAR)];
    } record = { .room = { 0 } };
    WCHAR text[NAME_MAX + 1];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t fixed = v3 ? offsetof(struct usn_v3, name) : offsetof(struct usn_v2, name);
    USHORT length = path_component_to_windows(name, strlen(name), text, NAME_MAX) * sizeof(WCHAR);
    ULONG size = (fixed + length + 7) & ~7u;

    if (v3) {
        record.v3 = (struct usn_v3){ .length = size,
                                     .major = 3,
                                     .file = { st->ino },
                                     .parent = { parent_number(path) },
                                     .attributes = file_attributes_or_normal(st->attributes),
                                     .name_length = length,
                                     .name_offset = fixed };
    } else {
        record.v2 = (struct usn_v2){ .length = size,
                                     .major = 2,
                                     .file = st->ino,
                                     .parent = parent_number(path),
                                     .attributes = file_attributes_or_normal(st->attributes),
                                     .name_length = length,
                                     .name_offset = fixed };
    }
    memcpy(record.room + fixed, text, length);
    if (control->out_size < size)
        return STATUS_BUFFER_TOO_SMALL;
    return control_give(control, &record, size);
}

/* READ_FILE_USN_DATA, which may be left out: the versions that the caller knows, of which the latest is given. */
static NTSTATUS read_file_data(struct control *control)
{
    USHORT versions[2] = { 2, 2 };
    struct file_stat st;
    NTSTATUS status;
    char *path;

    if (control->in_size >= sizeof versions)
        memcpy(versions, control->in, sizeof versions);
    if (versions[0] > versions[1] || versions[0] > 3 || versions[1] < 2)
        return STATUS_INVALID_PARAMETER;
    if (control->io->file->fd < 0)
        return STATUS_INVALID_DEVICE_REQUEST;
    if ((status = status_from_errno(file_stat_fd(control->io->file, &st))))
        return status;
    if (!(path = file_final_path(control->io->file)))
        return STATUS_NO_MEMORY;
    status = give_record(control, &st, path, versions[1] >= 3);
    free(path);
    return status;
}

/* MARK_HANDLE_INFO: what is changed by this handle is said to come from another source, in records that nobody keeps. */
static NTSTATUS mark_handle(struct control *control)
{
    struct {
        ULONG source, pad;
        uint64_t volume;
        ULONG info, pad2;
    } input;

    memcpy(&input, control->in, sizeof input);
    return input.info || input.source & ~0xfu ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x000900b3, CONTROL_VOLUME, 0, 0, no_journal },  /* FSCTL_ENUM_USN_DATA */
    { 0x000900bb, CONTROL_VOLUME, 0, 0, no_journal },  /* FSCTL_READ_USN_JOURNAL */
    { 0x000900eb, CONTROL_ANY, 0, 0, read_file_data }, /* FSCTL_READ_FILE_USN_DATA */
    { 0x000900ef, CONTROL_ANY, 0, 0, no_journal },     /* FSCTL_WRITE_USN_CLOSE_RECORD */
    { 0x000900f4, CONTROL_VOLUME, 0, 0, no_journal },  /* FSCTL_QUERY_USN_JOURNAL */
    { 0x000900f8, CONTROL_VOLUME, 0, 0, no_journal },  /* FSCTL_DELETE_USN_JOURNAL */
    { 0x000900fc, CONTROL_ANY, 24, 0, mark_handle },   /* FSCTL_MARK_HANDLE */
    { 0x000903ab, CONTROL_VOLUME, 0, 0, no_journal },  /* FSCTL_READ_UNPRIVILEGED_USN_JOURNAL */
};

const struct control_table fsctl_usn_codes = { codes, sizeof codes / sizeof *codes };
