/* SPDX-License-Identifier: MIT */
/*
 * file_users.c: which processes have a file open (FileProcessIdsUsingFileInformation), among the Windows programs of this machine: as
 * native programs find that out, by looking at their descriptors.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "file.h"
#include "process.h"

static bool has_open(ULONG id, const struct stat *st)
{
    char folder[64];
    struct dirent *entry;
    struct stat other;
    bool found = false;
    DIR *dir;

    snprintf(folder, sizeof folder, "/proc/%u/fd", id);
    if (!(dir = opendir(folder)))
        return false;
    while (!found && (entry = readdir(dir)))
        found = entry->d_name[0] != '.' && !fstatat(dirfd(dir), entry->d_name, &other, 0) &&
                other.st_ino == st->st_ino && other.st_dev == st->st_dev;
    closedir(dir);
    return found;
}

NTSTATUS file_users(const struct file_object *file, void *buffer, ULONG length, ULONG_PTR *used)
{
    FILE_PROCESS_IDS_USING_FILE_INFORMATION *info = buffer;
    size_t room = (length - offsetof(FILE_PROCESS_IDS_USING_FILE_INFORMATION, ProcessIdList)) / sizeof(ULONG_PTR);
    ULONG count = 0;
    struct stat st;

    if (file->fd < 0 || fstat(file->fd, &st))
        return STATUS_INVALID_PARAMETER;
    for (ULONG id = 0; (id = process_next_id(id));) {
        if (!has_open(id, &st))
            continue;
        if (count < room)
            info->ProcessIdList[count] = id;
        count++;
    }
    /* What does not fit is counted, so that the caller knows how much to bring. */
    info->NumberOfProcessIdsInList = count;
    *used = offsetof(FILE_PROCESS_IDS_USING_FILE_INFORMATION, ProcessIdList) +
            (count < room ? count : room) * sizeof(ULONG_PTR);
    return count > room ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
}
