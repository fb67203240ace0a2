/* SPDX-License-Identifier: MIT */
/* file_name.c: What open files are called: by the kernel, by Windows programs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

/* Drive C:'s directory as the kernel names it, where the prefix's own name leads through links; NULL if it is not there. */
static const char *real_drive_c(void)
{
    static char *real;
    char *found, *none = NULL;

    if ((found = __atomic_load_n(&real, __ATOMIC_ACQUIRE)) || !(found = realpath(path_drive_c(), NULL)))
        return found;
    if (__atomic_compare_exchange_n(&real, &none, found, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return found;
    free(found);
    return none;
}

char *file_final_path(const struct file_object *file)
{
    char target[PATH_MAX], *moved;
    struct fd_path self;
    const char *drive_c;
    struct stat st;
    ssize_t n;
    size_t len;

    /* What is deleted has no other name than it had (but see file_volume_name); the installation's files have the names they are shown under. */
    if (file->long_name)
        return strdup(file->long_name);
    if (file->fd < 0 || file->installation || file->is_stream || fstat(file->fd, &st) || !st.st_nlink)
        return strdup(file->unix_path);
    n = readlink(fd_path(file->fd, &self), target, sizeof target - 1);
    if (n <= 0 || target[0] != '/')
        return strdup(file->unix_path);
    target[n] = 0;
    if ((moved = drive_path_of(file->unix_path, target)))
        return moved;
    drive_c = strcmp(target, file->unix_path) ? real_drive_c() : NULL;
    len = drive_c ? strlen(drive_c) : 0;
    if (len && !strncmp(target, drive_c, len) && (!target[len] || target[len] == '/'))
        return asprintf(&moved, "%s%s", path_drive_c(), target + len) < 0 ? NULL : moved;
    return strdup(target);
}

/* Whether nothing but handles leads to the file any more. */
static bool is_removed(const struct file_object *file, uint64_t *number)
{
    struct stat st;
    if (file->fd < 0 || file->is_stream || fstat(file->fd, &st) || st.st_nlink)
        return false;
    *number = st.st_ino;
    return true;
}

WCHAR *file_volume_name(const struct file_object *file, bool normalized, size_t *len, WCHAR *drive)
{
    char *final = normalized ? file_final_path(file) : NULL;
    WCHAR *name = normalized && !final ? NULL : path_volume_name(final ? final : file->unix_path, len, drive), *removed;
    char text[64];
    uint64_t number;

    free(final);
    if (!name || !normalized || !is_removed(file, &number))
        return name;
    /* Where NTFS keeps what is deleted and still open; libuv knows it by that. */
    *len = (size_t)snprintf(text, sizeof text, "\\$Extend\\$Deleted\\%016" PRIX64, number);
    if ((removed = realloc(name, (*len + 1) * sizeof(WCHAR))))
        for (size_t i = 0; i <= *len; i++)
            removed[i] = (unsigned char)text[i];
    else
        free(name);
    return removed;
}

NTSTATUS file_get_nt_name(struct file_object *file, WCHAR **name)
{
    static const WCHAR device[] = u"\\Device\\HarddiskVolume";
    size_t len, n = sizeof device / sizeof device[0] - 1;
    WCHAR drive, *path;

    if (!file->unix_path)
        return STATUS_OBJECT_NAME_INVALID;
    path = file_volume_name(file, true, &len, &drive);
    if (!path)
        return STATUS_NO_MEMORY;
    *name = malloc((n + 2 + len + 1) * sizeof(WCHAR));
    if (*name) {
        unsigned number = drive - 'A' + 1;
        memcpy(*name, device, n * sizeof(WCHAR));
        if (number >= 10)
            (*name)[n++] = '0' + number / 10;
        (*name)[n++] = '0' + number % 10;
        if (file->is_volume)
            len = 0;
        memcpy(*name + n, path, len * sizeof(WCHAR));
        (*name)[n + len] = 0;
    }
    free(path);
    return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

NTSTATUS file_query_name(struct object *obj, WCHAR **name)
{
    struct file_object *file = (struct file_object *)obj;
    const char *text = NULL;
    size_t n;

    if (file->unix_path)
        return file_get_nt_name(file, name);
    switch (file->kind) {
    case FILE_KIND_CONSOLE:
        text = "\\Device\\ConDrv";
        break;
    case FILE_KIND_CHAR:
        text = "\\Device\\Null";
        break;
    case FILE_KIND_SOCKET:
        text = "\\Device\\Afd";
        break;
    default:
        text = "\\Device\\NamedPipe";
    }
    n = strlen(text);
    *name = malloc((n + 1) * sizeof(WCHAR));
    if (!*name)
        return STATUS_NO_MEMORY;
    (*name)[utf8_to_utf16(text, n, *name, n)] = 0;
    return STATUS_SUCCESS;
}

const char *file_get_unix_path(struct object *file)
{
    return file->type == &file_type ? ((struct file_object *)file)->unix_path : NULL;
}
