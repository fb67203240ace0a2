/* SPDX-License-Identifier: MIT */
/*
 * winbase_copy_restart.c: copies that can be gone on with (COPY_FILE_RESTARTABLE, COPYFILE2_PROGRESS_PAUSE). How far one got is
 * an extended attribute of the copy, with what the source was then: its number, size and time of the last write. It is written
 * after the data before it are on disk.
 */
#include "winbase_copy.h"

#define RESTART_NAME  "TRANSOM.COPY"
#define RESTART_MAGIC 0x31595043 /* "CPY1" */

struct restart {
    ULONG magic, pad;
    LONGLONG number, size, last_write, done;
};

struct restart_entry {
    FILE_FULL_EA_INFORMATION ea;
    char text[sizeof(RESTART_NAME) + sizeof(struct restart) + 4];
};

BOOL copy_is_restart(const FILE_FULL_EA_INFORMATION *attribute)
{
    return attribute->EaNameLength == sizeof(RESTART_NAME) - 1 &&
           !memcmp(attribute->EaName, RESTART_NAME, sizeof(RESTART_NAME));
}

/* What the source is now. */
static BOOL describe(const struct copy *copy, struct restart *restart)
{
    FILE_INTERNAL_INFORMATION internal;
    IO_STATUS_BLOCK iosb;

    if (NtQueryInformationFile(copy->file, &iosb, &internal, sizeof(internal), FileInternalInformation))
        return FALSE;
    *restart = (struct restart){
        RESTART_MAGIC, 0, internal.IndexNumber.QuadPart, copy->size, copy->basic.LastWriteTime.QuadPart, copy->done
    };
    return TRUE;
}

static NTSTATUS set(struct copy *copy, const struct restart *restart)
{
    struct restart_entry entry = { .ea = { .EaNameLength = sizeof(RESTART_NAME) - 1,
                                           .EaValueLength = restart ? sizeof(*restart) : 0 } };
    IO_STATUS_BLOCK iosb;

    memcpy(entry.ea.EaName, RESTART_NAME, sizeof(RESTART_NAME));
    if (restart)
        memcpy(entry.ea.EaName + sizeof(RESTART_NAME), restart, sizeof(*restart));
    return NtSetEaFile(copy->file_copy, &iosb, &entry,
                       offsetof(FILE_FULL_EA_INFORMATION, EaName) + sizeof(RESTART_NAME) + entry.ea.EaValueLength);
}

BOOL copy_find_restart(const struct copy *copy, LONGLONG *done)
{
    struct {
        FILE_GET_EA_INFORMATION get;
        char text[sizeof(RESTART_NAME)];
    } wanted = { .get.EaNameLength = sizeof(RESTART_NAME) - 1 };
    struct restart_entry entry;
    struct restart now, then;
    FILE_STANDARD_INFORMATION standard;
    IO_STATUS_BLOCK iosb;

    memcpy(wanted.get.EaName, RESTART_NAME, sizeof(RESTART_NAME));
    if (NtQueryEaFile(copy->file_copy, &iosb, &entry, sizeof(entry), TRUE, &wanted,
                      offsetof(FILE_GET_EA_INFORMATION, EaName) + sizeof(RESTART_NAME), NULL, TRUE) ||
        entry.ea.EaValueLength != sizeof(then) || !describe(copy, &now) ||
        NtQueryInformationFile(copy->file_copy, &iosb, &standard, sizeof(standard), FileStandardInformation))
        return FALSE;
    memcpy(&then, entry.ea.EaName + entry.ea.EaNameLength + 1, sizeof(then));
    if (then.magic != RESTART_MAGIC || then.number != now.number || then.size != now.size ||
        then.last_write != now.last_write || then.done < 0 || then.done > now.size ||
        then.done > standard.EndOfFile.QuadPart)
        return FALSE;
    *done = then.done;
    return TRUE;
}

void copy_write_restart(struct copy *copy)
{
    struct restart restart;
    IO_STATUS_BLOCK iosb;

    if (copy->stream > 1) /* the other streams are copied again */
        return;
    if (describe(copy, &restart) && !NtFlushBuffersFile(copy->file_copy, &iosb))
        set(copy, &restart);
}

void copy_remove_restart(struct copy *copy)
{
    set(copy, NULL);
}
