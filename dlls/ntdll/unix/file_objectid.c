/* SPDX-License-Identifier: MIT */
/*
 * file_objectid.c: object ids: 16 bytes that a file is found by wherever it is moved to on its volume (FSCTL_CREATE_OR_GET_OBJECT_ID
 * and its like; FILE_OPEN_BY_FILE_ID). The file has it in user.transom.objectid; where it is, is
 *   <prefix>/objectids/ID    a symbolic link, `DEVICE INODE /path` when it was last seen
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "file_control.h"

#define OBJECT_ID_NAME "user.transom.objectid"
#define OBJECT_ID_SIZE 64 /* FILE_OBJECTID_BUFFER: the id, and three birth ids or 48 bytes of the program's */
#define KEY_SIZE       16

static bool place_of(const UCHAR *key, char place[PATH_MAX])
{
    int n = snprintf(place, PATH_MAX, "%s/objectids/", options.prefix_dir);

    if (n + 2 * KEY_SIZE >= PATH_MAX)
        return false;
    for (unsigned i = 0; i < KEY_SIZE; i++)
        n += sprintf(place + n, "%02x", key[i]);
    return true;
}

struct found {
    unsigned long long dev, ino;
    char path[PATH_MAX]; /* as it was */
};

static bool look_up(const UCHAR *key, struct found *found)
{
    char place[PATH_MAX], text[PATH_MAX];
    ssize_t n = place_of(key, place) ? readlink(place, text, sizeof text - 1) : -1;
    int path = 0;

    if (n < 0)
        return false;
    text[n] = 0;
    if (sscanf(text, "%llu %llu %n", &found->dev, &found->ino, &path) != 2 || text[path] != '/')
        return false;
    strcpy(found->path, text + path);
    return true;
}

/* Writes down where the file with this id is: one step, as others may be reading. */
static NTSTATUS note(const UCHAR *key, const char *path, const struct stat *st)
{
    char place[PATH_MAX], passing[PATH_MAX + 32], *text, *slash;
    NTSTATUS status = STATUS_SUCCESS;

    if (prefix_create() || !place_of(key, place))
        return STATUS_INSUFFICIENT_RESOURCES;
    slash = strrchr(place, '/');
    *slash = 0;
    mkdir(place, 0777);
    *slash = '/';
    if (asprintf(&text, "%llu %llu %s", (unsigned long long)st->st_dev, (unsigned long long)st->st_ino, path) < 0)
        return STATUS_NO_MEMORY;
    snprintf(passing, sizeof passing, "%s.%d", place, getpid());
    unlink(passing);
    if (symlink(text, passing) || rename(passing, place))
        status = status_from_errno(errno);
    free(text);
    return status;
}

static bool has_id(const char *path, const UCHAR *key)
{
    UCHAR id[OBJECT_ID_SIZE];

    return xattr_get(path, OBJECT_ID_NAME, id, sizeof id) == sizeof id && !memcmp(id, key, KEY_SIZE);
}

char *file_path_by_object_id(const struct file_object *volume, const void *id)
{
    struct found found;
    struct stat st;
    char *path;

    if (!look_up(id, &found) ||
        (volume && volume->fd >= 0 && !fstat(volume->fd, &st) && st.st_dev != found.dev)) /* of another volume */
        return NULL;
    path = !stat(found.path, &st) && st.st_ino == found.ino && st.st_dev == found.dev
               ? strdup(found.path)
               : file_path_by_id(volume, found.ino);
    if (path && !stat(path, &st) && st.st_ino == found.ino && st.st_dev == found.dev && has_id(path, id)) {
        if (strcmp(path, found.path))
            note(id, path, &st);
        return path;
    }
    free(path);
    return NULL;
}

static void forget(const UCHAR *key)
{
    char place[PATH_MAX];

    if (place_of(key, place))
        unlink(place);
}

void objectid_forget(const char *name)
{
    UCHAR id[OBJECT_ID_SIZE];

    if (xattr_get(name, OBJECT_ID_NAME, id, sizeof id) == sizeof id)
        forget(id);
}

static NTSTATUS read_object_id(struct control *control, UCHAR id[OBJECT_ID_SIZE])
{
    struct fd_path self;

    if (control->io->file->fd < 0 || control->io->file->is_symlink)
        return STATUS_OBJECTID_NOT_FOUND;
    return xattr_get(fd_path(control->io->file->fd, &self), OBJECT_ID_NAME, id, OBJECT_ID_SIZE) == OBJECT_ID_SIZE
               ? STATUS_SUCCESS
               : STATUS_OBJECTID_NOT_FOUND;
}

static NTSTATUS write_object_id(struct control *control, const UCHAR id[OBJECT_ID_SIZE])
{
    struct file_object *file = control->io->file;
    struct file_stat shown;
    struct fd_path self;
    struct stat st;
    NTSTATUS status;
    char *path;
    int err;

    if (file->fd < 0 || file->is_symlink || file->is_stream)
        return STATUS_INVALID_DEVICE_REQUEST;
    if ((err = file_stat_fd(file, &shown)) || fstat(file->fd, &st))
        return status_from_errno(err ? err : errno);
    path = file_final_path(file);
    status = path ? note(id, path, &st) : STATUS_NO_MEMORY;
    free(path);
    if (status)
        return status;
    if ((err = xattr_set(fd_path(file->fd, &self), OBJECT_ID_NAME, id, OBJECT_ID_SIZE)) ||
        (err = file_mark_extended(self.text, &shown)))
        forget(id);
    return status_from_errno(err);
}

static NTSTATUS get_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];
    NTSTATUS status = read_object_id(control, id);

    return status ? status : control_give(control, id, sizeof id);
}

static NTSTATUS create_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE] = { 0 };
    uint64_t dev = 0;
    struct stat st;
    NTSTATUS status = read_object_id(control, id);

    if (status) {
        if (getrandom(id, 16, 0) != 16)
            return STATUS_UNSUCCESSFUL;
        id[7] = (id[7] & 0x0f) | 0x40; /* a GUID's version and variant */
        id[8] = (id[8] & 0x3f) | 0x80;
        if (!fstat(control->io->file->fd, &st))
            dev = st.st_dev;
        memcpy(id + 16, "transom\0", 8); /* BirthVolumeId: FileFsObjectIdInformation's */
        memcpy(id + 24, &dev, sizeof dev);
        memcpy(id + 32, id, 16); /* BirthObjectId */
        if ((status = write_object_id(control, id)))
            return status;
    }
    return control_give(control, id, sizeof id);
}

static NTSTATUS set_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];
    char *other;

    if (control->in_size != OBJECT_ID_SIZE)
        return STATUS_INVALID_PARAMETER;
    if (!read_object_id(control, id))
        return STATUS_OBJECT_NAME_COLLISION;
    if ((other = file_path_by_object_id(control->io->file, control->in))) {
        free(other);
        return STATUS_DUPLICATE_NAME; /* [MS-FSA] 2.1.5.10.35 */
    }
    return write_object_id(control, control->in);
}

static NTSTATUS set_object_id_extended(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];
    NTSTATUS status = read_object_id(control, id);

    if (status)
        return status;
    memcpy(id + 16, control->in, 48);
    return write_object_id(control, id);
}

static NTSTATUS delete_object_id(struct control *control)
{
    UCHAR id[OBJECT_ID_SIZE];
    struct fd_path self;
    int err;

    if (read_object_id(control, id))
        return STATUS_SUCCESS;
    err = xattr_remove(fd_path(control->io->file->fd, &self), OBJECT_ID_NAME);
    if (!err)
        forget(id);
    return err == ENODATA ? STATUS_SUCCESS : status_from_errno(err);
}

static const struct control_code codes[] = {
    /* sorted by code */
    { 0x00090098, CONTROL_ANY, 64, 0, set_object_id },          /* FSCTL_SET_OBJECT_ID */
    { 0x0009009c, CONTROL_ANY, 0, 64, get_object_id },          /* FSCTL_GET_OBJECT_ID */
    { 0x000900a0, CONTROL_ANY, 0, 0, delete_object_id },        /* FSCTL_DELETE_OBJECT_ID */
    { 0x000900bc, CONTROL_ANY, 48, 0, set_object_id_extended }, /* FSCTL_SET_OBJECT_ID_EXTENDED */
    { 0x000900c0, CONTROL_ANY, 0, 64, create_object_id },       /* FSCTL_CREATE_OR_GET_OBJECT_ID */
};

const struct control_table objectid_codes = { codes, sizeof codes / sizeof *codes };
