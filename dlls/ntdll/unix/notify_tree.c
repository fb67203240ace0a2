/* SPDX-License-Identifier: MIT */
/*
 * notify_tree.c: the directories of a tree whose changes are told: one inotify watch each. New ones join as they appear; what
 * was made in one before it was watched is found by listing it once, and what inotify tells again of that is left out.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "notify.h"

struct told {
    struct notify_watch *dir;
    const char *name;
    char text[];
};

static int compare_watches(const void *a, const void *b)
{
    int left = ((const struct notify_watch *)a)->id, right = ((const struct notify_watch *)b)->id;
    return (left > right) - (left < right);
}

static int compare_told(const void *a, const void *b)
{
    const struct told *left = a, *right = b;
    if (left->dir != right->dir)
        return left->dir < right->dir ? -1 : 1;
    return strcmp(left->name, right->name);
}

struct notify_watch *notify_watch_of(struct notify *notify, int id)
{
    struct notify_watch wanted = { .id = id }, **found = tfind(&wanted, &notify->watches, compare_watches);
    return found ? *found : NULL;
}

struct notify_watch *notify_child(struct notify_watch *dir, const char *name)
{
    struct notify_watch *child = dir->children;
    while (child && strcmp(child->name, name))
        child = child->next;
    return child;
}

char *notify_path(const struct notify_watch *watch)
{
    size_t len = 0;
    char *path, *at;

    for (const struct notify_watch *w = watch; w->parent; w = w->parent)
        len += strlen(w->name) + 1;
    path = malloc(len + 1);
    if (!path)
        return NULL;
    at = path + len;
    *at = 0;
    for (const struct notify_watch *w = watch; w->parent; w = w->parent) {
        size_t n = strlen(w->name);
        *--at = '/';
        memcpy(at -= n, w->name, n);
    }
    return path;
}

static void attach(struct notify_watch *watch, struct notify_watch *parent)
{
    watch->parent = parent;
    if (!parent)
        return;
    if ((watch->next = parent->children))
        parent->children->place = &watch->next;
    watch->place = &parent->children;
    parent->children = watch;
}

static void detach(struct notify_watch *watch)
{
    if (watch->place && (*watch->place = watch->next))
        watch->next->place = watch->place;
    watch->place = NULL;
}

/* Watches one directory; one that was moved within the tree keeps its number and gets another name. NULL: it cannot be. */
static struct notify_watch *watch_one(struct notify *notify, const char *path, uint32_t flags,
                                      struct notify_watch *parent, const char *name, bool *known)
{
    int id = inotify_add_watch(notify->fd, path, notify->mask | flags);
    struct notify_watch *watch = id < 0 ? NULL : notify_watch_of(notify, id);
    char *copy = id < 0 ? NULL : strdup(name);

    *known = watch;
    if (!copy) {
        notify->overflow |= errno != ENOENT && errno != ENOTDIR && errno != EACCES; /* its changes cannot be told */
        return NULL;
    }
    if (watch) {
        if (watch == notify->root) {
            free(copy);
            return NULL;
        }
        free(watch->name);
        watch->name = copy;
        detach(watch);
        attach(watch, parent);
        return watch;
    }
    watch = calloc(1, sizeof *watch);
    if (!watch || (watch->id = id, !tsearch(watch, &notify->watches, compare_watches))) {
        free(watch);
        free(copy);
        notify->overflow = true;
        return NULL;
    }
    watch->name = copy;
    attach(watch, parent);
    return watch;
}

static void remember(struct notify *notify, struct notify_watch *dir, const char *name)
{
    struct told *told = malloc(sizeof *told + strlen(name) + 1), **found;

    if (!told)
        return;
    told->dir = dir;
    told->name = strcpy(told->text, name);
    found = tsearch(told, &notify->told, compare_told);
    if (!found || *found != told)
        free(told);
}

bool notify_was_told(struct notify *notify, struct notify_watch *dir, const char *name)
{
    struct told wanted = { .dir = dir, .name = name }, **found, *told;

    if (!notify->told || !(found = tfind(&wanted, &notify->told, compare_told)))
        return false;
    told = *found;
    tdelete(told, &notify->told, compare_told);
    free(told);
    return true;
}

void notify_told_all(struct notify *notify)
{
    tdestroy(notify->told, free);
    notify->told = NULL;
}

typedef void (*found_function)(struct file_object *file, struct notify_watch *dir, const char *name);

/* Goes through a directory that is watched already; `found` is told its names, if they are news. */
static void look_below(struct file_object *file, struct notify *notify, int root_fd, struct notify_watch *dir,
                       found_function found)
{
    char *relative = notify_path(dir), *full;
    struct dirent *entry;
    bool known;
    DIR *list;
    int fd;

    if (!relative)
        return;
    fd = openat(root_fd, *relative ? relative : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    free(relative);
    list = fd >= 0 ? fdopendir(fd) : NULL;
    if (!list && fd >= 0)
        close(fd);
    while (list && (entry = readdir(list))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (found) {
            remember(notify, dir, entry->d_name);
            found(file, dir, entry->d_name);
        }
        if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
            continue;
        if (asprintf(&full, "/proc/self/fd/%d/%s", fd, entry->d_name) < 0)
            break;
        struct notify_watch *child = watch_one(notify, full, IN_DONT_FOLLOW, dir, entry->d_name, &known);
        free(full);
        if (child && !known)
            look_below(file, notify, root_fd, child, found);
    }
    if (list)
        closedir(list);
}

void notify_appeared(struct file_object *file, struct notify_watch *parent, const char *name, found_function found)
{
    struct notify *notify = file->notify;
    char *path = notify_path(parent), *full = NULL;
    struct notify_watch *watch = NULL;
    bool known;

    if (path && asprintf(&full, "/proc/self/fd/%d/%s%s", file->fd, path, name) > 0)
        watch = watch_one(notify, full, IN_DONT_FOLLOW, parent, name, &known);
    free(full);
    free(path);
    if (watch && !known)
        look_below(file, notify, file->fd, watch, found);
}

void notify_disappeared(struct notify *notify, struct notify_watch *watch, bool gone)
{
    while (watch->children)
        notify_disappeared(notify, watch->children, false);
    if (!gone)
        inotify_rm_watch(notify->fd, watch->id);
    detach(watch);
    tdelete(watch, &notify->watches, compare_watches);
    if (notify->root == watch)
        notify->root = NULL;
    if (notify->moved_from == watch)
        notify->moved_from = NULL;
    free(watch->name);
    free(watch);
}

NTSTATUS notify_watch_all(struct notify *notify, int root_fd)
{
    struct fd_path self;
    bool known;

    notify->root = watch_one(notify, fd_path(root_fd, &self), 0, NULL, "", &known);
    if (!notify->root)
        return status_from_errno(errno);
    notify->overflow = false;
    if (notify->tree)
        look_below(NULL, notify, root_fd, notify->root, NULL);
    /* Not all of it can be watched (fs.inotify.max_user_watches): better no answer than a part of it. */
    return notify->overflow ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

void notify_watch_above(struct notify *notify, int root_fd)
{
    char path[PATH_MAX], *slash;
    struct fd_path self;
    ssize_t n = readlink(fd_path(root_fd, &self), path, sizeof path - 1);

    if (notify->above >= 0)
        inotify_rm_watch(notify->fd, notify->above);
    notify->above = -1;
    if (n <= 1)
        return;
    path[n] = 0;
    slash = strrchr(path, '/');
    slash[slash == path] = 0;
    /* Without it only the root's end goes unnoticed. */
    notify->above = inotify_add_watch(notify->fd, path, IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR | IN_MASK_CREATE);
}

static void free_watch(void *watch)
{
    free(((struct notify_watch *)watch)->name);
    free(watch);
}

void notify_unwatch_all(struct notify *notify)
{
    tdestroy(notify->watches, free_watch);
    notify_told_all(notify);
}
