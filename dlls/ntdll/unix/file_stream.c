/* SPDX-License-Identifier: MIT */
/*
 * file_stream.c: alternate data streams, `file:name`. Linux has none, so each is a file of its own, <prefix>/streams/ID/:name,
 * and all that files can do streams can. The file that they belong to says which ID, in an extended attribute:
 *   user.transom.streams     ID, and the file's inode number: what a native program copied has no streams
 * The mode bit that marks extended attributes (file_attr.c) is set, so that a file without streams costs nothing. They go
 * with the file when it is deleted or overwritten here; what a native program deleted leaves them behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define STREAMS_NAME "user.transom.streams"
#define ID_DIGITS    32

static bool folder_of_id(const char *id, char folder[PATH_MAX])
{
    return snprintf(folder, PATH_MAX, "%s/streams/%s", options.prefix_dir, id) < PATH_MAX;
}

/* The folder of a file's streams; false if it has none. `name` reaches the file itself. */
static bool find_folder(const char *name, uint64_t ino, char folder[PATH_MAX])
{
    char text[64];
    ssize_t n = xattr_get(name, STREAMS_NAME, text, sizeof text - 1);

    if (n <= ID_DIGITS || text[ID_DIGITS] != ' ')
        return false;
    text[n] = text[ID_DIGITS] = 0;
    return strspn(text, "0123456789abcdef") == ID_DIGITS && strtoull(text + ID_DIGITS + 1, NULL, 10) == ino &&
           folder_of_id(text, folder);
}

static NTSTATUS make_folder(const char *name, const struct file_stat *st, char folder[PATH_MAX])
{
    unsigned char random[ID_DIGITS / 2];
    char text[64];
    int err;

    if (prefix_create() || getrandom(random, sizeof random, 0) != sizeof random)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!folder_of_id("", folder))
        return STATUS_NAME_TOO_LONG;
    mkdir(folder, 0777);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    if (!folder_of_id(text, folder))
        return STATUS_NAME_TOO_LONG;
    if (mkdir(folder, 0777))
        return status_from_errno(errno);
    snprintf(text + ID_DIGITS, sizeof text - ID_DIGITS, " %llu", (unsigned long long)st->ino);
    if ((err = xattr_set(name, STREAMS_NAME, text, strlen(text))) || (err = file_mark_extended(name, st))) {
        rmdir(folder);
        /* what file systems without streams answer */
        return err == ENOTSUP ? STATUS_OBJECT_NAME_INVALID : status_from_errno(err);
    }
    return STATUS_SUCCESS;
}

NTSTATUS stream_folder(const struct file_object *base, bool make, char folder[PATH_MAX])
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct fd_path self;
    struct file_stat st;
    NTSTATUS status = STATUS_SUCCESS;
    int err;

    if (base->fd < 0 || base->is_symlink)
        return STATUS_OBJECT_NAME_INVALID;
    if ((err = file_stat_fd(base, &st)))
        return status_from_errno(err);
    pthread_mutex_lock(&lock);
    if (!find_folder(fd_path(base->fd, &self), st.ino, folder))
        status = make ? make_folder(self.text, &st, folder) : STATUS_OBJECT_NAME_NOT_FOUND;
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS stream_path(const char *folder, const char *stream, struct nt_path *path)
{
    char *name;
    NTSTATUS status;

    memset(path, 0, offsetof(struct nt_path, buffer));
    path->kind = PATH_FILE;
    path->dirfd = AT_FDCWD;
    path->name = path->buffer;
    path->cap = sizeof path->buffer;
    path->buffer[0] = 0;
    if (asprintf(&name, "%s/:%s", folder, stream) < 0)
        return STATUS_NO_MEMORY;
    status = path_replace(path, 0, 0, name) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    path->fixed = strlen(folder);
    free(name);
    return status;
}

static void close_file(struct file_object *file)
{
    if (file->obj.type->close)
        file->obj.type->close(&file->obj, NULL);
    object_unref(&file->obj);
}

/* Opens the file that a path's stream belongs to, or makes it if the disposition says so. */
static NTSTATUS open_base(struct nt_path *path, ULONG attributes, ULONG disposition, ULONG options,
                          struct file_object **base)
{
    bool makes = disposition != FILE_OPEN && disposition != FILE_OVERWRITE;
    char *stream = path->stream;
    ULONG_PTR information;
    NTSTATUS status;

    path->stream = NULL;
    status =
        file_open_path(path, FILE_READ_ATTRIBUTES, attributes, FILE_SHARE_VALID_FLAGS, makes ? FILE_OPEN_IF : FILE_OPEN,
                       options & FILE_OPEN_FOR_BACKUP_INTENT, NULL, base, &information);
    path->stream = stream;
    return status;
}

NTSTATUS stream_open(struct nt_path *path, ACCESS_MASK access, ULONG attributes, ULONG share, ULONG disposition,
                     ULONG options, const LARGE_INTEGER *allocation, struct file_object **file, ULONG_PTR *information)
{
    const ACCESS_MASK writes = FILE_WRITE_DATA | FILE_APPEND_DATA | GENERIC_WRITE | GENERIC_ALL;
    struct file_object *base;
    struct file_stat st;
    struct nt_path inner;
    char folder[PATH_MAX];
    NTSTATUS status;

    if (options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    status = open_base(path, attributes, disposition, options, &base);
    if (status)
        return status;
    if ((access & writes) && !file_stat_fd(base, &st) && (st.attributes & FILE_ATTRIBUTE_READONLY) &&
        !(st.attributes & FILE_ATTRIBUTE_DIRECTORY))
        status = STATUS_ACCESS_DENIED;
    else
        status = stream_folder(base, disposition != FILE_OPEN && disposition != FILE_OVERWRITE, folder);
    if (!status && !(status = stream_path(folder, path->stream, &inner))) {
        status = file_open_path(&inner, access, 0, share, disposition, options, allocation, file, information);
        path_free(&inner);
    }
    if (!status) {
        /* It is shown as what it is opened as; deleting it goes by the name that the kernel knows. */
        char *name = strdup(base->unix_path);
        if (name) {
            free((*file)->unix_path);
            (*file)->unix_path = name;
        }
        (*file)->is_stream = true;
    }
    close_file(base);
    return status;
}

NTSTATUS stream_stat(struct nt_path *path, struct file_stat *st)
{
    struct file_object *base;
    struct nt_path inner;
    struct file_stat own;
    char folder[PATH_MAX];
    NTSTATUS status = open_base(path, 0, FILE_OPEN, FILE_OPEN_FOR_BACKUP_INTENT, &base);
    int err = 0;

    if (status)
        return status;
    status = stream_folder(base, false, folder);
    if (!status)
        err = file_stat_fd(base, st);
    if (!status && !err && !(status = stream_path(folder, path->stream, &inner))) {
        err = file_stat_at(AT_FDCWD, inner.name, false, &own);
        if (err == ENOENT && !(status = path_resolve_other(&inner)))
            err = file_stat_at(AT_FDCWD, inner.name, false, &own);
        path_free(&inner);
    }
    close_file(base);
    if (status || err)
        return status ? status : status_from_errno(err);
    st->size = own.size;
    st->allocation = own.allocation;
    st->attributes &= ~FILE_ATTRIBUTE_DIRECTORY;
    return STATUS_SUCCESS;
}

/* Appends one entry; *last is the offset of the one before, and *used the size so far. */
static NTSTATUS add_entry(void *buffer, ULONG length, size_t *last, ULONG_PTR *used, const char *name,
                          const struct file_stat *st)
{
    static const WCHAR type[] = u":$DATA";
    WCHAR text[300];
    size_t at = (*used + 7) & ~7ul, bytes, n = 0;
    FILE_STREAM_INFORMATION *info = (void *)((char *)buffer + at);

    text[n++] = ':';
    n += utf8_to_utf16(name, strlen(name), text + n, 256);
    memcpy(text + n, type, sizeof type);
    bytes = n * sizeof(WCHAR) + sizeof type - sizeof(WCHAR);
    if (at + offsetof(FILE_STREAM_INFORMATION, StreamName) + bytes > length)
        return STATUS_BUFFER_OVERFLOW;
    if (*used)
        ((FILE_STREAM_INFORMATION *)((char *)buffer + *last))->NextEntryOffset = at - *last;
    info->NextEntryOffset = 0;
    info->StreamNameLength = bytes;
    info->StreamSize.QuadPart = st->size;
    info->StreamAllocationSize.QuadPart = st->allocation;
    memcpy(info->StreamName, text, bytes);
    *last = at;
    *used = at + offsetof(FILE_STREAM_INFORMATION, StreamName) + bytes;
    return STATUS_SUCCESS;
}

NTSTATUS stream_list(const struct file_object *file, const struct file_stat *st, void *buffer, ULONG length,
                     ULONG_PTR *used)
{
    NTSTATUS status = STATUS_SUCCESS;
    char folder[PATH_MAX];
    struct fd_path self;
    struct dirent *entry;
    size_t last = 0;
    DIR *dir;

    *used = 0;
    if (!(st->attributes & FILE_ATTRIBUTE_DIRECTORY))
        status = add_entry(buffer, length, &last, used, "", st);
    if (status || file->fd < 0 || !st->extended || !find_folder(fd_path(file->fd, &self), st->ino, folder) ||
        !(dir = opendir(folder)))
        return status;
    while (!status && (entry = readdir(dir))) {
        struct file_stat own;
        if (entry->d_name[0] == ':' && !file_stat_at(dirfd(dir), entry->d_name, true, &own))
            status = add_entry(buffer, length, &last, used, entry->d_name + 1, &own);
    }
    closedir(dir);
    return status;
}

void stream_remove_all(const struct file_object *file, const struct stat *st)
{
    char folder[PATH_MAX];
    struct fd_path self;
    struct dirent *entry;
    DIR *dir;

    if (!file_is_extended(fd_path(file->fd, &self), st) || !find_folder(self.text, st->st_ino, folder) ||
        !(dir = opendir(folder)))
        return;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] == ':')
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(folder);
    xattr_remove(self.text, STREAMS_NAME);
}
