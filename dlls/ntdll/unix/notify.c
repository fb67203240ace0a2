/* SPDX-License-Identifier: MIT */
/*
 * notify.c: NtNotifyChangeDirectoryFile by inotify. A directory handle has an inotify descriptor of its own from its first
 * request on, so that nothing that happens between two requests is lost; the I/O thread completes requests when it becomes
 * readable. A watched tree has one watch a directory; new directories join as they appear.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

struct watch {
    int id;
    size_t parent; /* index of the parent directory's watch; the root is its own */
    char *name;    /* component; "" for the root */
};

struct notify {
    int fd;
    bool tree;
    ULONG filter;
    uint32_t mask;
    struct watch *watches;
    size_t count, capacity;
    /* events that were read and not delivered yet: FILE_NOTIFY_INFORMATION records in order */
    char *records;
    size_t used, size, last;
    bool overflow; /* more happened than can be told: the program must look itself */
    uint32_t move_cookie;
};

void notify_free(struct notify *notify)
{
    close(notify->fd);
    for (size_t i = 0; i < notify->count; i++)
        free(notify->watches[i].name);
    free(notify->watches);
    free(notify->records);
    free(notify);
}

static uint32_t mask_of(ULONG filter, bool tree)
{
    uint32_t mask = 0;

    if (filter & (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_CREATION) || tree)
        mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
    if (filter & (FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE))
        mask |= IN_MODIFY | IN_CLOSE_WRITE;
    if (filter & FILE_NOTIFY_CHANGE_LAST_ACCESS)
        mask |= IN_ACCESS;
    if (filter & (FILE_NOTIFY_CHANGE_ATTRIBUTES | FILE_NOTIFY_CHANGE_SECURITY | FILE_NOTIFY_CHANGE_EA |
                  FILE_NOTIFY_CHANGE_LAST_WRITE))
        mask |= IN_ATTRIB;
    return mask | IN_ONLYDIR | IN_EXCL_UNLINK;
}

/* The path of a watch's directory relative to the root; "" or ending in "/". malloc'ed. */
static char *path_of(const struct notify *notify, size_t index)
{
    size_t len = 0;
    char *path, *at;

    for (size_t i = index; i; i = notify->watches[i].parent)
        len += strlen(notify->watches[i].name) + 1;
    path = malloc(len + 1);
    if (!path)
        return NULL;
    at = path + len;
    *at = 0;
    for (size_t i = index; i; i = notify->watches[i].parent) {
        size_t n = strlen(notify->watches[i].name);
        *--at = '/';
        memcpy(at -= n, notify->watches[i].name, n);
    }
    return path;
}

static bool add_watch(struct notify *notify, const char *name, size_t parent, int id)
{
    for (size_t i = 0; i < notify->count; i++) {
        if (notify->watches[i].id == id && i) { /* the kernel gives a directory that was moved its old number */
            char *copy = strdup(name);
            if (!copy)
                return false;
            free(notify->watches[i].name);
            notify->watches[i].name = copy;
            notify->watches[i].parent = parent;
            return true;
        }
    }
    if (notify->count == notify->capacity) {
        size_t capacity = notify->capacity ? notify->capacity * 2 : 8;
        void *grown = realloc(notify->watches, capacity * sizeof *notify->watches);
        if (!grown)
            return false;
        notify->watches = grown;
        notify->capacity = capacity;
    }
    char *copy = strdup(name);
    if (!copy)
        return false;
    notify->watches[notify->count++] = (struct watch){ id, parent, copy };
    return true;
}

/* Watches a directory and, for trees, those below it. `dir_fd` is the root's. */
static void watch_below(struct notify *notify, int root_fd, size_t index)
{
    char *relative = path_of(notify, index), *full;
    DIR *dir;
    int fd;

    if (!relative)
        return;
    fd = openat(root_fd, *relative ? relative : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    free(relative);
    dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (asprintf(&full, "/proc/self/fd/%d/%s", fd, entry->d_name) < 0)
            break;
        int id = inotify_add_watch(notify->fd, full, notify->mask | IN_DONT_FOLLOW);
        free(full);
        if (id >= 0 && add_watch(notify, entry->d_name, index, id))
            watch_below(notify, root_fd, notify->count - 1);
    }
    closedir(dir);
}

static NTSTATUS start(struct file_object *file, ULONG filter, bool tree)
{
    struct notify *notify = calloc(1, sizeof *notify);
    struct fd_path self;
    int id;

    if (!notify)
        return STATUS_NO_MEMORY;
    notify->filter = filter;
    notify->tree = tree;
    notify->mask = mask_of(filter, tree);
    notify->fd = unix_fd_reserve(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (notify->fd < 0) {
        free(notify);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    id = inotify_add_watch(notify->fd, fd_path(file->fd, &self), notify->mask);
    if (id < 0 || !add_watch(notify, "", 0, id)) {
        NTSTATUS status = id < 0 ? status_from_errno(errno) : STATUS_NO_MEMORY;
        notify_free(notify);
        return status;
    }
    if (tree)
        watch_below(notify, file->fd, 0);
    file->notify = notify;
    return STATUS_SUCCESS;
}

static struct watch *watch_of(struct notify *notify, int id)
{
    /* newest first: a number may have been given again */
    for (size_t i = notify->count; i; i--) {
        if (notify->watches[i - 1].id == id)
            return &notify->watches[i - 1];
    }
    return NULL;
}

static void add_record(struct notify *notify, ULONG action, const char *dir, const char *name)
{
    size_t len = strlen(dir) + strlen(name), n = 0, at = ROUND_UP(notify->used, (size_t)4), size;
    FILE_NOTIFY_INFORMATION *record;

    size = offsetof(FILE_NOTIFY_INFORMATION, FileName) + (len + 1) * sizeof(WCHAR);
    if (at + size > notify->size) {
        size_t grown_size = (at + size) * 2;
        char *grown = grown_size > 1 << 20 ? NULL : realloc(notify->records, grown_size);
        if (!grown) {
            notify->overflow = true;
            return;
        }
        notify->records = grown;
        notify->size = grown_size;
    }
    record = (FILE_NOTIFY_INFORMATION *)(notify->records + at);
    record->NextEntryOffset = 0;
    record->Action = action;
    for (const char *part = dir; *part;) {
        const char *slash = strchr(part, '/');
        n += path_component_to_windows(part, slash - part, record->FileName + n, len + 1 - n);
        record->FileName[n++] = '\\';
        part = slash + 1;
    }
    n += path_component_to_windows(name, strlen(name), record->FileName + n, len + 1 - n);
    record->FileNameLength = n * sizeof(WCHAR);
    if (notify->used) {
        FILE_NOTIFY_INFORMATION *last = (FILE_NOTIFY_INFORMATION *)(notify->records + notify->last);
        /* the same change of the same file again says nothing new */
        if (action == FILE_ACTION_MODIFIED && last->Action == action &&
            last->FileNameLength == record->FileNameLength &&
            !memcmp(last->FileName, record->FileName, last->FileNameLength))
            return;
        last->NextEntryOffset = at - notify->last;
    }
    notify->last = at;
    notify->used = at + offsetof(FILE_NOTIFY_INFORMATION, FileName) + n * sizeof(WCHAR);
}

static void add_event(struct file_object *file, struct notify *notify, const struct inotify_event *event)
{
    bool dir = event->mask & IN_ISDIR;
    ULONG names = dir ? FILE_NOTIFY_CHANGE_DIR_NAME : FILE_NOTIFY_CHANGE_FILE_NAME;
    struct watch *watch;
    char *path;

    if (event->mask & IN_Q_OVERFLOW) {
        notify->overflow = true;
        return;
    }
    watch = watch_of(notify, event->wd);
    if (!watch || !event->len)
        return;
    size_t index = watch - notify->watches;
    path = path_of(notify, index);
    if (!path)
        return;
    if (event->mask & IN_CREATE) {
        if (notify->filter & names)
            add_record(notify, FILE_ACTION_ADDED, path, event->name);
    } else if (event->mask & IN_DELETE) {
        if (notify->filter & names)
            add_record(notify, FILE_ACTION_REMOVED, path, event->name);
    } else if (event->mask & IN_MOVED_FROM) {
        notify->move_cookie = event->cookie;
        if (notify->filter & names)
            add_record(notify, FILE_ACTION_RENAMED_OLD_NAME, path, event->name);
    } else if (event->mask & IN_MOVED_TO) {
        bool inside = event->cookie == notify->move_cookie;
        if (notify->filter & names)
            add_record(notify, inside ? FILE_ACTION_RENAMED_NEW_NAME : FILE_ACTION_ADDED, path, event->name);
    } else if (event->mask & (IN_MODIFY | IN_CLOSE_WRITE)) {
        if (event->mask & IN_MODIFY)
            add_record(notify, FILE_ACTION_MODIFIED, path, event->name);
    } else if (event->mask & (IN_ATTRIB | IN_ACCESS)) {
        add_record(notify, FILE_ACTION_MODIFIED, path, event->name);
    }
    if (notify->tree && dir && (event->mask & (IN_CREATE | IN_MOVED_TO))) {
        char *full;
        if (asprintf(&full, "/proc/self/fd/%d/%s%s", file->fd, path, event->name) > 0) {
            int id = inotify_add_watch(notify->fd, full, notify->mask | IN_DONT_FOLLOW);
            free(full);
            if (id >= 0 && add_watch(notify, event->name, index, id))
                watch_below(notify, file->fd, notify->count - 1);
        }
    }
    free(path);
}

/* Of a rename whose other half is not in the tree only an addition or a removal is seen. */
static void settle_moves(struct notify *notify)
{
    size_t at = 0;

    while (notify->used) {
        FILE_NOTIFY_INFORMATION *record = (FILE_NOTIFY_INFORMATION *)(notify->records + at);
        FILE_NOTIFY_INFORMATION *next =
            record->NextEntryOffset ? (FILE_NOTIFY_INFORMATION *)(notify->records + at + record->NextEntryOffset)
                                    : NULL;
        if (record->Action == FILE_ACTION_RENAMED_OLD_NAME && (!next || next->Action != FILE_ACTION_RENAMED_NEW_NAME))
            record->Action = FILE_ACTION_REMOVED;
        if (!next)
            break;
        at += record->NextEntryOffset;
    }
}

static NTSTATUS retry_notify(struct io *io)
{
    struct file_object *file = io->file;
    struct notify *notify = file->notify;
    char buffer[16384] __attribute__((aligned(8)));
    ssize_t n;
    NTSTATUS status = STATUS_SUCCESS;

    if (!notify->used) {
        while ((n = read(notify->fd, buffer, sizeof buffer)) > 0) {
            for (ssize_t at = 0; at < n;) {
                const struct inotify_event *event = (struct inotify_event *)(buffer + at);
                add_event(file, notify, event);
                at += sizeof *event + event->len;
            }
        }
        settle_moves(notify);
    }
    if (notify->overflow || notify->used > io->length) {
        if (!notify->used && !notify->overflow)
            return STATUS_PENDING;
        io->information = 0;
        status = STATUS_NOTIFY_ENUM_DIR;
    } else if (!notify->used) {
        return STATUS_PENDING;
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

    if (DirectoryNotifyInformationClass != 1) /* DirectoryNotifyInformation */
        return DirectoryNotifyInformationClass == 2 ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
    if (!CompletionFilter || (CompletionFilter & ~0xfffu))
        return STATUS_INVALID_PARAMETER;
    status = io_begin(&io, FileHandle, FILE_LIST_DIRECTORY, Event, ApcRoutine, ApcContext, IoStatusBlock);
    if (status)
        return status;
    io.buffer = Buffer;
    io.length = Length;
    if (io.file->ops != &disk_ops || io.file->kind != FILE_KIND_DIRECTORY)
        return io_finish(&io, STATUS_INVALID_PARAMETER);
    pthread_mutex_lock(&io.file->lock);
    status = file_make_real(io.file);
    if (!status && !io.file->notify) /* the filter of the first request stays */
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
                                         CompletionFilter, WatchTree, 1);
}
