/* SPDX-License-Identifier: MIT */
/* file_create.c: NtCreateFile and its relatives: what they are asked for, and which kind of file that is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "mount.h"
#include "object_private.h"
#include "path.h"
#include "security.h"

#ifndef FILE_SESSION_AWARE
#define FILE_SESSION_AWARE 0x00040000
#endif
/* What NtCreateFile takes as FileAttributes */
#define ATTRIBUTES_VALID 0x005affb7u
#define WANT_READ        (FILE_READ_DATA | FILE_EXECUTE)
#define WANT_WRITE       (FILE_WRITE_DATA | FILE_APPEND_DATA)

/* An open file once more, by its descriptor: ReOpenFile's empty relative name. */
static NTSTATUS open_same(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options,
                          struct file_object **file, ULONG_PTR *information)
{
    struct file_object *root = path->root;
    struct fd_path self;
    NTSTATUS status;

    if (disposition != FILE_OPEN && disposition != FILE_OPEN_IF)
        return STATUS_OBJECT_NAME_COLLISION;
    if (root->fd >= 0 && !root->is_symlink) {
        if (!path_replace(path, 0, path->len, fd_path(root->fd, &self)))
            return STATUS_NO_MEMORY;
        options &= ~FILE_OPEN_REPARSE_POINT;
    }
    path->kind = PATH_FILE;
    status = file_open_path(path, access, 0, share, FILE_OPEN, options, NULL, file, information);
    if (!status && root->unix_path) {
        char *name = strdup(root->unix_path);
        if (name) {
            free((*file)->unix_path);
            (*file)->unix_path = name;
        }
    }
    return status;
}

static NTSTATUS open_device(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                            struct file_object **file)
{
    NTSTATUS status;
    int fd;

    access = access_map(&file_type, access);
    switch (path->kind) {
    case PATH_NULL:
    case PATH_RANDOM:
        fd = open(path->kind == PATH_NULL ? "/dev/null" : "/dev/urandom", O_RDWR | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
            return status_from_errno(errno);
        fd = fd < 3 ? unix_fd_reserve(fd) : fd;
        *file =
            file_alloc(FILE_KIND_CHAR, path->kind == PATH_NULL ? &null_ops : &random_ops, fd, access, share, options);
        if (!*file)
            close(fd);
        return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    case PATH_MOUNTMGR:
        *file = file_alloc(FILE_KIND_OTHER, &mountmgr_ops, -1, access, share, options);
        return *file ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    case PATH_AFD:
        return socket_open(access, share, options, file);
    case PATH_CONSOLE:
    case PATH_CONIN:
    case PATH_CONOUT:
        status = console_open_device(
            access, path->kind == PATH_CONIN || (path->kind == PATH_CONSOLE && !(access & WANT_WRITE)), false, file);
        if (!status)
            (*file)->options = options;
        return status;
    default:
        return pipe_open(path, access, share, options, file);
    }
}

/* What goes with FILE_DIRECTORY_FILE: NtCreateFile's list, and what is of no concern for files only. */
#define DIRECTORY_OPTIONS                                                                                              \
    (FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT | FILE_WRITE_THROUGH |             \
     FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_BY_FILE_ID | FILE_DELETE_ON_CLOSE | FILE_OPEN_REPARSE_POINT |             \
     FILE_OPEN_FOR_FREE_SPACE_QUERY | FILE_COMPLETE_IF_OPLOCKED | FILE_NO_COMPRESSION | FILE_NO_EA_KNOWLEDGE |         \
     FILE_OPEN_REMOTE_INSTANCE | FILE_OPEN_REQUIRING_OPLOCK | FILE_DISALLOW_EXCLUSIVE | FILE_SESSION_AWARE |           \
     FILE_OPEN_NO_RECALL)

/* The access is as given: the I/O manager looks at it before generic rights are replaced. */
static NTSTATUS check_options(ACCESS_MASK access, ULONG attributes, ULONG share, ULONG disposition, ULONG options)
{
    ULONG synchronous = options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);

    if (disposition > FILE_OVERWRITE_IF || (share & ~FILE_SHARE_VALID_FLAGS) || (options & 0xff000000) ||
        (attributes & ~ATTRIBUTES_VALID))
        return STATUS_INVALID_PARAMETER;
    if (synchronous == (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT) ||
        (synchronous && !(access & SYNCHRONIZE)))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DIRECTORY_FILE) &&
        ((options & ~DIRECTORY_OPTIONS) ||
         (disposition != FILE_CREATE && disposition != FILE_OPEN && disposition != FILE_OPEN_IF)))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_DELETE_ON_CLOSE) && !(access & DELETE))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_NO_INTERMEDIATE_BUFFERING) && (access & FILE_APPEND_DATA))
        return STATUS_INVALID_PARAMETER;
    if ((options & FILE_COMPLETE_IF_OPLOCKED) && (options & FILE_RESERVE_OPFILTER))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* FILE_OPEN_BY_FILE_ID: `name` holds the number, or an object id; the file it is relative to is any on the volume. */
static NTSTATUS path_by_id(const OBJECT_ATTRIBUTES *user, struct nt_path *path)
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    struct object *volume = NULL;
    uint64_t id[2] = { 0, 0 };
    char *found;

    memset(path, 0, offsetof(struct nt_path, buffer));
    path->name = path->buffer;
    path->cap = sizeof path->buffer;
    path->dirfd = AT_FDCWD;
    path->buffer[0] = 0;
    if (!user_copy_in(&attr, user, sizeof attr) || !user_copy_in(&name, attr.ObjectName, sizeof name))
        return STATUS_ACCESS_VIOLATION;
    if (name.Length != 8 && name.Length != 16)
        return STATUS_INVALID_PARAMETER;
    if (!user_copy_in(id, name.Buffer, name.Length))
        return STATUS_ACCESS_VIOLATION;
    if (attr.RootDirectory && handle_lookup(attr.RootDirectory, &file_type, 0, &volume))
        return STATUS_INVALID_HANDLE;
    /* A number of 128 bits is one of 64 here; what has more is an object id. */
    found = id[1] ? file_path_by_object_id((struct file_object *)volume, id)
                  : file_path_by_id((struct file_object *)volume, id[0]);
    if (volume)
        object_unref(volume);
    if (!found) /* as NTFS says of a number that no file has */
        return id[1] ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_INVALID_PARAMETER;
    if (!path_replace(path, 0, 0, found)) {
        free(found);
        return STATUS_NO_MEMORY;
    }
    free(found);
    return STATUS_SUCCESS;
}

/* The extended attributes that a new file is to have, checked; malloc'ed. */
static NTSTATUS copy_ea(const void *user, ULONG length, IO_STATUS_BLOCK *iosb, void **ea)
{
    ULONG bad = 0;
    NTSTATUS status;

    *ea = malloc(length);
    if (!*ea)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = user_copy_in(*ea, user, length) ? ea_check(*ea, length, &bad) : STATUS_ACCESS_VIOLATION;
    if (!status)
        return STATUS_SUCCESS;
    free(*ea);
    iosb->Information = bad;
    return status;
}

/* What NtCreateFile gives a new file, in place of what it inherits. */
static NTSTATUS assign_security(struct file_object *file, const void *user)
{
    void *given, *above;
    NTSTATUS status;

    if (!user)
        return STATUS_SUCCESS;
    status = security_descriptor_in(user, &given);
    if (status)
        return status;
    above = security_of_parent(AT_FDCWD, file->unix_path);
    status = security_file_assign(file, given, above);
    free(above);
    return status;
}

static void forget_new(struct file_object **file)
{
    file_remove_name(*file);
    file_close(&(*file)->obj, NULL);
    object_unref(&(*file)->obj);
    *file = NULL;
}

NTSTATUS NtCreateFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                      IO_STATUS_BLOCK *IoStatusBlock, LARGE_INTEGER *AllocationSize, ULONG FileAttributes,
                      ULONG ShareAccess, ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength)
{
    struct nt_path path;
    struct file_object *file = NULL;
    ULONG_PTR information = FILE_OPENED;
    LARGE_INTEGER allocation = { .QuadPart = AllocationSize ? AllocationSize->QuadPart : 0 };
    ULONG attributes = ObjectAttributes->Attributes;
    ACCESS_MASK granted;
    NTSTATUS status;
    HANDLE handle;
    void *ea = NULL;

    status = check_options(DesiredAccess, FileAttributes, ShareAccess, CreateDisposition, CreateOptions);
    if (!status && EaLength && (CreateOptions & FILE_NO_EA_KNOWLEDGE))
        status = STATUS_ACCESS_DENIED;
    if (!status && EaLength)
        status = copy_ea(EaBuffer, EaLength, IoStatusBlock, &ea);
    if (status)
        return status;
    status = CreateOptions & FILE_OPEN_BY_FILE_ID ? path_by_id(ObjectAttributes, &path)
                                                  : path_parse(ObjectAttributes, &path);
    if (!status) {
        if (path.is_port)
            status = serial_open(&path, DesiredAccess, ShareAccess, CreateOptions, &file);
        else if (path.kind == PATH_FILE || path.kind == PATH_VOLUME)
            status = file_open_path(&path, DesiredAccess, FileAttributes, ShareAccess, CreateDisposition, CreateOptions,
                                    &allocation, &file, &information);
        else if (path.kind == PATH_SAME)
            status =
                open_same(&path, DesiredAccess, ShareAccess, CreateDisposition, CreateOptions, &file, &information);
        else
            status = open_device(&path, DesiredAccess, ShareAccess, CreateOptions, &file);
        /* The null device says nothing about what became of a file: OPEN_ALWAYS is not ERROR_ALREADY_EXISTS for NUL. */
        if (path.kind == PATH_NULL)
            information = 0;
    }
    if (!status && information == FILE_CREATED && file->ops == &disk_ops &&
        (status = assign_security(file, ObjectAttributes->SecurityDescriptor)))
        forget_new(&file);
    /* They are for a file that is new, or as good as. */
    if (!status && ea && information != FILE_OPENED && file->ops == &disk_ops && (status = ea_apply(file, ea))) {
        if (information == FILE_CREATED) {
            forget_new(&file);
        } else {
            file_close(&file->obj, NULL);
            object_unref(&file->obj);
        }
    }
    free(ea);
    if (!status) {
        granted = file->access;
        status = handle_create(&file->obj, granted, attributes, &handle);
        if (status)
            file_close(&file->obj, NULL);
        object_unref(&file->obj);
    }
    path_free(&path);
    if (status) {
        IoStatusBlock->Information = status == STATUS_OBJECT_NAME_COLLISION ? FILE_EXISTS : 0;
        IoStatusBlock->Status = status;
        return status;
    }
    *FileHandle = handle;
    IoStatusBlock->Status = STATUS_SUCCESS;
    IoStatusBlock->Information = information;
    return STATUS_SUCCESS;
}

NTSTATUS NtOpenFile(HANDLE *FileHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                    IO_STATUS_BLOCK *IoStatusBlock, ULONG ShareAccess, ULONG OpenOptions)
{
    return NtCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0, ShareAccess, FILE_OPEN,
                        OpenOptions, NULL, 0);
}

NTSTATUS NtDeleteFile(OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct nt_path path;
    struct file_object *file;
    ULONG_PTR information;
    NTSTATUS status = path_parse(ObjectAttributes, &path);

    if (!status && path.kind != PATH_FILE)
        status = STATUS_INVALID_PARAMETER;
    if (!status)
        status = file_open_path(&path, DELETE, 0, FILE_SHARE_VALID_FLAGS, FILE_OPEN,
                                FILE_DELETE_ON_CLOSE | FILE_OPEN_REPARSE_POINT, NULL, &file, &information);
    path_free(&path);
    if (status)
        return status;
    file_close(&file->obj, NULL);
    object_unref(&file->obj);
    return STATUS_SUCCESS;
}

NTSTATUS file_open_unix(const char *name, ACCESS_MASK access, bool installed, struct file_object **file)
{
    struct nt_path path = { .kind = PATH_FILE, .dirfd = AT_FDCWD, .joined = installed };
    ULONG_PTR information;
    NTSTATUS status;

    path.name = path.buffer;
    path.cap = sizeof path.buffer;
    if (!path_replace(&path, 0, 0, name))
        return STATUS_NO_MEMORY;
    path.fixed = path.len;
    status = file_open_path(&path, access, 0, FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_OPEN,
                            FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, file, &information);
    path_free(&path);
    return status;
}
