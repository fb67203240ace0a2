/* SPDX-License-Identifier: MIT */
/*
 * notify.c: NtNotifyChangeDirectoryFile(Ex) by inotify. A directory handle has an inotify descriptor of its own from its first
 * request on, so that nothing that happens between two requests is lost; the I/O thread completes requests when it becomes
 * readable. The filter, and whether the tree is watched, are the first request's (ReadDirectoryChangesW's page).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "notify.h"
#include "path.h"

#define RECORDS_MOST (1 << 20) /* of what is kept for a program that does not ask */

void notify_free(struct notify *notify)
{
    close(notify->fd);
    notify_unwatch_all(notify);
    free(notify->moved_name);
    free(notify->records);
    free(notify);
}

static uint32_t mask_of(ULONG filter, bool tree)
{
    uint32_t mask = 0;

    if (filter & (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_CREATION) || tree)
        mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
    if (filter & (FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE))
        mask |= IN_MODIFY;
    if (filter & FILE_NOTIFY_CHANGE_LAST_ACCESS)
        mask |= IN_ACCESS;
    if (filter & (FILE_NOTIFY_CHANGE_ATTRIBUTES | FILE_NOTIFY_CHANGE_SECURITY | FILE_NOTIFY_CHANGE_EA |
                  FILE_NOTIFY_CHANGE_CREATION | FILE_NOTIFY_CHANGE_LAST_WRITE))
        mask |= IN_ATTRIB;
    return mask | IN_ONLYDIR | IN_EXCL_UNLINK;
}

static NTSTATUS start(struct file_object *file, ULONG filter, bool tree)
{
    struct notify *notify = calloc(1, sizeof *notify);
    NTSTATUS status;

    if (!notify)
        return STATUS_NO_MEMORY;
    notify->filter = filter;
    notify->tree = tree;
    notify->mask = mask_of(filter, tree);
    notify->above = -1;
    notify->fd = unix_fd_reserve(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (notify->fd < 0) {
        free(notify);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = notify_watch_all(notify, file->fd);
    if (status) {
        notify_free(notify);
        return status;
    }
    notify_watch_above(notify, file->fd);
    file->notify = notify;
    return STATUS_SUCCESS;
}

/* --- records --- */

/* Room for a record behind the others; NULL: there is no more, and all that is known is that much has changed. */
static void *new_record(struct notify *notify, size_t size, size_t *at)
{
    *at = ROUND_UP(notify->used, (size_t)(notify->extended ? 8 : 4));
    if (*at + size > notify->size) {
        size_t grown_size = (*at + size) * 2;
        char *grown = grown_size > RECORDS_MOST ? NULL : realloc(notify->records, grown_size);
        if (!grown) {
            notify->overflow = true;
            return NULL;
        }
        notify->records = grown;
        notify->size = grown_size;
    }
    return memset(notify->records + *at, 0, size);
}

static void fill_extended(struct file_object *file, FILE_NOTIFY_EXTENDED_INFORMATION *record, const char *dir,
                          const char *name)
{
    char path[PATH_MAX];
    struct file_stat st;

    if (!file_stat_at(file->fd, *dir ? dir : ".", false, &st))
        record->ParentFileId.QuadPart = st.ino;
    /* What is gone has nothing but its name. */
    if ((size_t)snprintf(path, sizeof path, "%s%s", dir, name) >= sizeof path ||
        file_stat_at(file->fd, path, true, &st))
        return;
    record->CreationTime.QuadPart = st.creation;
    record->LastModificationTime.QuadPart = st.write;
    record->LastChangeTime.QuadPart = st.change;
    record->LastAccessTime.QuadPart = st.access;
    record->AllocatedLength.QuadPart = st.allocation;
    record->FileSize.QuadPart = st.size;
    record->FileAttributes = st.attributes;
    record->ReparsePointTag = st.tag;
    record->FileId.QuadPart = st.ino;
}

/* `dir` ends in "/" or is empty. */
static void add_record(struct file_object *file, ULONG action, const char *dir, const char *name)
{
    struct notify *notify = file->notify;
    size_t fixed = notify->extended ? offsetof(FILE_NOTIFY_EXTENDED_INFORMATION, FileName)
                                    : offsetof(FILE_NOTIFY_INFORMATION, FileName),
           room = strlen(dir) + strlen(name) + 1, n = 0, at;
    FILE_NOTIFY_INFORMATION *record = new_record(notify, fixed + room * sizeof(WCHAR), &at);
    WCHAR *text = (WCHAR *)((char *)record + fixed);

    if (!record)
        return;
    record->Action = action;
    for (const char *part = dir; *part;) {
        const char *slash = strchr(part, '/');
        n += path_component_to_windows(part, slash - part, text + n, room - n);
        text[n++] = '\\';
        part = slash + 1;
    }
    n += path_component_to_windows(name, strlen(name), text + n, room - n);
    if (notify->extended) {
        FILE_NOTIFY_EXTENDED_INFORMATION *extended = (FILE_NOTIFY_EXTENDED_INFORMATION *)record;
        extended->FileNameLength = n * sizeof(WCHAR);
        fill_extended(file, extended, dir, name);
    } else {
        record->FileNameLength = n * sizeof(WCHAR);
    }
    if (notify->used) {
        FILE_NOTIFY_INFORMATION *last = (FILE_NOTIFY_INFORMATION *)(notify->records + notify->last);
        size_t size = fixed + n * sizeof(WCHAR);
        /* the same change of the same file again says nothing new */
        if (action == FILE_ACTION_MODIFIED && last->Action == action && notify->used == notify->last + size &&
            !memcmp((char *)last + fixed, text, n * sizeof(WCHAR))) {
            if (notify->extended) /* but how it is now */
                memcpy((char *)last + 8, (char *)record + 8, fixed - 8);
            return;
        }
        last->NextEntryOffset = at - notify->last;
    }
    notify->last = at;
    notify->used = at + fixed + n * sizeof(WCHAR);
}

static ULONG name_filter(bool dir)
{
    return dir ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME;
}

static void name_changed(struct file_object *file, struct notify_watch *watch, bool dir, ULONG action, const char *name)
{
    char *path;

    if (!(file->notify->filter & name_filter(dir)) || !(path = notify_path(watch)))
        return;
    add_record(file, action, path, name);
    free(path);
}

/* A name in a directory that is new itself. */
static void found_name(struct file_object *file, struct notify_watch *dir, const char *name)
{
    char *path = notify_path(dir), *full;
    struct file_stat st;

    if (path && asprintf(&full, "%s%s", path, name) > 0) {
        if (!file_stat_at(file->fd, full, true, &st))
            name_changed(file, dir, st.attributes & FILE_ATTRIBUTE_DIRECTORY, FILE_ACTION_ADDED, name);
        free(full);
    }
    free(path);
}

/* --- events --- */

/* Nothing has come of the move: the name has left the tree. */
static void moved_out(struct file_object *file)
{
    struct notify *notify = file->notify;
    struct notify_watch *child;

    if (!notify->moved_name)
        return;
    if (notify->moved_from) {
        name_changed(file, notify->moved_from, notify->moved_dir, FILE_ACTION_REMOVED, notify->moved_name);
        if (notify->moved_dir && (child = notify_child(notify->moved_from, notify->moved_name)))
            notify_disappeared(notify, child, false);
    }
    free(notify->moved_name);
    notify->moved_name = NULL;
    notify->moved_from = NULL;
}

static void moved_in(struct file_object *file, struct notify_watch *watch, const struct inotify_event *event)
{
    struct notify *notify = file->notify;
    bool dir = event->mask & IN_ISDIR;

    if (notify->moved_name && notify->moved_cookie == event->cookie && notify->moved_from) {
        name_changed(file, notify->moved_from, dir, FILE_ACTION_RENAMED_OLD_NAME, notify->moved_name);
        name_changed(file, watch, dir, FILE_ACTION_RENAMED_NEW_NAME, event->name);
        free(notify->moved_name);
        notify->moved_name = NULL;
    } else {
        moved_out(file);
        name_changed(file, watch, dir, FILE_ACTION_ADDED, event->name);
    }
}

/* Of the names beside the root's one thing matters: whether the root is among those that have gone. */
static void event_above(struct file_object *file, uint32_t mask)
{
    struct stat st;

    if (mask & IN_IGNORED)
        file->notify->above = -1;
    else if ((mask & IN_DELETE) && (mask & IN_ISDIR) && !fstat(file->fd, &st) && !st.st_nlink)
        file->notify->removed = true;
    else if ((mask & IN_MOVED_FROM) && (mask & IN_ISDIR))
        notify_watch_above(file->notify, file->fd);
}

static void add_event(struct file_object *file, const struct inotify_event *event)
{
    struct notify *notify = file->notify;
    struct notify_watch *watch;
    bool dir = event->mask & IN_ISDIR;
    char *path;

    if (event->mask & IN_Q_OVERFLOW) {
        notify->overflow = true;
        return;
    }
    if (event->wd == notify->above) {
        event_above(file, event->mask);
        return;
    }
    if (!(watch = notify_watch_of(notify, event->wd)))
        return;
    if (event->mask & IN_IGNORED) {
        if (watch != notify->root)
            notify_disappeared(notify, watch, true);
        return;
    }
    if (!event->len)
        return;
    if (!(event->mask & IN_MOVED_TO))
        moved_out(file);
    if (event->mask & IN_CREATE) {
        if (notify_was_told(notify, watch, event->name))
            return;
        name_changed(file, watch, dir, FILE_ACTION_ADDED, event->name);
    } else if (event->mask & IN_DELETE) {
        notify_was_told(notify, watch, event->name);
        name_changed(file, watch, dir, FILE_ACTION_REMOVED, event->name);
    } else if (event->mask & IN_MOVED_FROM) {
        notify->moved_from = watch;
        notify->moved_name = strdup(event->name);
        notify->moved_cookie = event->cookie;
        notify->moved_dir = dir;
    } else if (event->mask & IN_MOVED_TO) {
        moved_in(file, watch, event);
    } else if ((path = notify_path(watch))) {
        add_record(file, FILE_ACTION_MODIFIED, path, event->name);
        free(path);
    }
    if (notify->tree && dir && (event->mask & (IN_CREATE | IN_MOVED_TO)))
        notify_appeared(file, watch, event->name, event->mask & IN_CREATE ? found_name : NULL);
}

/*
 * The kernel tells both halves of a move while it has the directories locked. However long whoever moves is held up in between: when a
 * call that wants the lock of the first one comes back, the second half has been told, if there is one. Removing a name that is too
 * long to be any is such a call; unlike listing it makes no events.
 */
static void await_second_half(struct file_object *file)
{
    char *path = notify_path(file->notify->moved_from), *name;

    if (path && asprintf(&name, "%s%0*d", path, NAME_MAX + 1, 0) > 0) {
        unlinkat(file->fd, name, 0);
        free(name);
    }
    free(path);
}

/* All events that the kernel has. */
static void read_events(struct file_object *file)
{
    struct notify *notify = file->notify;
    char buffer[16384] __attribute__((aligned(8)));
    struct pollfd more = { .fd = notify->fd, .events = POLLIN };
    ssize_t n;

    do {
        while ((n = read(notify->fd, buffer, sizeof buffer)) > 0) {
            for (ssize_t at = 0; at < n;) {
                const struct inotify_event *event = (struct inotify_event *)(buffer + at);
                add_event(file, event);
                at += sizeof *event + event->len;
            }
        }
        if (notify->moved_name && notify->moved_from)
            await_second_half(file);
    } while (notify->moved_name && poll(&more, 1, 1) > 0);
    moved_out(file);
    notify_told_all(notify);
}

static NTSTATUS retry_notify(struct io *io)
{
    struct file_object *file = io->file;
    struct notify *notify = file->notify;
    NTSTATUS status = STATUS_SUCCESS;

    if (!notify->used && !notify->overflow) {
        notify->extended = io->code == DirectoryNotifyExtendedInformation;
        read_events(file);
    }
    if (notify->overflow || notify->used > io->length ||
        (notify->used && notify->extended != (io->code == DirectoryNotifyExtendedInformation))) {
        io->information = 0;
        status = STATUS_NOTIFY_ENUM_DIR;
    } else if (!notify->used) {
        return notify->removed ? STATUS_DELETE_PENDING : STATUS_PENDING;
    } else {
        io->information = notify->used;
        if (!io_copy_out(io->buffer, notify->records, notify->used))
            status = STATUS_ACCESS_VIOLATION;
    }
    notify->used = notify->last = 0;
    notify->overflow = false;
    return status;
}

NTSTATUS NtNotifyChangeDirectoryFileEx(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                       IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length,
                                       ULONG CompletionFilter, BOOLEAN WatchTree, ULONG DirectoryNotifyInformationClass)
{
    struct io io;
    NTSTATUS status;

    if (DirectoryNotifyInformationClass != DirectoryNotifyInformation &&
        DirectoryNotifyInformationClass != DirectoryNotifyExtendedInformation)
        return STATUS_INVALID_PARAMETER;
    if (!CompletionFilter || (CompletionFilter & ~0xfffu))
        return STATUS_INVALID_PARAMETER;
    if (Length && (ULONG_PTR)Buffer % sizeof(ULONG))
        return STATUS_DATATYPE_MISALIGNMENT;
    if (!user_write_ok(Buffer, Length))
        return STATUS_ACCESS_VIOLATION;
    status = io_begin(&io, FileHandle, FILE_LIST_DIRECTORY, Event, ApcRoutine, ApcContext, IoStatusBlock);
    if (status)
        return status;
    io.buffer = Buffer;
    io.length = Length;
    io.code = DirectoryNotifyInformationClass;
    io.closed_status = STATUS_NOTIFY_CLEANUP;
    if (io.file->ops != &disk_ops || io.file->kind != FILE_KIND_DIRECTORY)
        return io_finish(&io, STATUS_INVALID_PARAMETER);
    pthread_mutex_lock(&io.file->lock);
    status = file_make_real(io.file);
    if (!status && !io.file->notify)
        status = start(io.file, CompletionFilter, WatchTree);
    pthread_mutex_unlock(&io.file->lock);
    if (!status)
        status = io_start(&io, io.file->notify->fd, POLLIN, retry_notify);
    return io_finish(&io, status);
}

NTSTATUS NtNotifyChangeDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                     IO_STATUS_BLOCK *IoStatusBlock, PVOID Buffer, ULONG Length, ULONG CompletionFilter,
                                     BOOLEAN WatchTree)
{
    return NtNotifyChangeDirectoryFileEx(FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
                                         CompletionFilter, WatchTree, DirectoryNotifyInformation);
}
