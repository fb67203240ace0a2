/* SPDX-License-Identifier: MIT */
/*
 * file_links.c: the names of a file that has several (hard links). No Linux file system tells them, so they are written down
 * when a link is made here, in the file itself:
 *   user.transom.links       absolute Unix paths, a zero after each
 * What is listed is what is still true of them, the name by which the file is open, and its other names in the same folders.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

#define LINKS_NAME "user.transom.links"
#define LINKS_MAX  65535

struct names {
    char **paths;
    size_t count, capacity, wanted; /* wanted: how many the file has */
    uint64_t dev, ino;
};

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->paths[i]);
    free(names->paths);
}

/* Adds a path if it is one of the file's names and not there yet. False: memory is out. */
static bool add_name(struct names *names, const char *path)
{
    struct stat st;

    if (names->count >= names->wanted || lstat(path, &st) || st.st_dev != names->dev || st.st_ino != names->ino)
        return true;
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->paths[i], path))
            return true;
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? 2 * names->capacity : 8;
        char **paths = realloc(names->paths, capacity * sizeof *paths);
        if (!paths)
            return false;
        names->paths = paths;
        names->capacity = capacity;
    }
    names->paths[names->count] = strdup(path);
    return names->paths[names->count] && ++names->count;
}

static bool add_recorded(struct names *names, const char *self)
{
    char *list = malloc(LINKS_MAX + 1);
    ssize_t n = list ? xattr_get(self, LINKS_NAME, list, LINKS_MAX) : -1;
    bool ok = list;

    if (n > 0) {
        list[n] = 0;
        for (char *at = list; ok && at < list + n; at += strlen(at) + 1)
            ok = add_name(names, at);
    }
    free(list);
    return ok;
}

/* Looks through the folder of a name for the others. */
static bool add_siblings(struct names *names, const char *path)
{
    const char *slash = strrchr(path, '/');
    char full[PATH_MAX];
    size_t len = slash ? (size_t)(slash - path) + 1 : 0;
    struct dirent *entry;
    bool ok = true;
    DIR *dir;

    if (!len || len >= sizeof full)
        return true;
    memcpy(full, path, len);
    full[len] = 0;
    dir = opendir(full);
    while (dir && ok && names->count < names->wanted && (entry = readdir(dir))) {
        size_t n = strlen(entry->d_name);
        if (entry->d_ino != names->ino || len + n >= sizeof full)
            continue;
        memcpy(full + len, entry->d_name, n + 1);
        ok = add_name(names, full);
    }
    if (dir)
        closedir(dir);
    return ok;
}

static NTSTATUS collect(struct file_object *file, struct names *names)
{
    struct fd_path self;
    struct stat st;
    char *own = NULL;
    bool ok = true;

    memset(names, 0, sizeof *names);
    if (file->fd < 0) { /* a standard folder that is not on disk has the one name */
        names->paths = malloc(sizeof *names->paths);
        if (names->paths && (names->paths[0] = strdup(file->unix_path)))
            names->count = 1;
        return names->count ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (fstat(file->fd, &st))
        return status_from_errno(errno);
    names->dev = st.st_dev;
    names->ino = st.st_ino;
    names->wanted = S_ISDIR(st.st_mode) ? 1 : st.st_nlink;
    if (file->unix_path)
        ok = add_name(names, file->unix_path);
    if (ok && names->count < names->wanted && (own = file_final_path(file)))
        ok = add_name(names, own);
    free(own);
    if (ok && names->count < names->wanted && !file->is_symlink)
        ok = add_recorded(names, fd_path(file->fd, &self));
    for (size_t i = 0; ok && i < names->count && names->count < names->wanted; i++)
        ok = add_siblings(names, names->paths[i]);
    return ok ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* --- folders by number: what is told as the parent of a link can be opened by its id --- */

struct folder {
    uint64_t ino;
    char *path;
};

static pthread_mutex_t folders_lock = PTHREAD_MUTEX_INITIALIZER;
static void *folders; /* tsearch(3)'s */

static int compare_folders(const void *a, const void *b)
{
    uint64_t x = ((const struct folder *)a)->ino, y = ((const struct folder *)b)->ino;

    return x < y ? -1 : x > y;
}

/* Takes `path`. */
static void note_folder(uint64_t ino, char *path)
{
    struct folder *folder = malloc(sizeof *folder), **found;

    if (!folder) {
        free(path);
        return;
    }
    *folder = (struct folder){ ino, path };
    pthread_mutex_lock(&folders_lock);
    found = tsearch(folder, &folders, compare_folders);
    if (found && *found != folder) { /* what it is called now */
        char *old = (*found)->path;
        (*found)->path = path;
        folder->path = old;
    }
    if (!found || *found != folder) {
        free(folder->path);
        free(folder);
    }
    pthread_mutex_unlock(&folders_lock);
}

char *links_folder_of(uint64_t ino)
{
    struct folder key = { .ino = ino }, **found;
    struct stat st;
    char *path = NULL;

    pthread_mutex_lock(&folders_lock);
    found = tfind(&key, &folders, compare_folders);
    if (found && !stat((*found)->path, &st) && st.st_ino == ino)
        path = strdup((*found)->path);
    pthread_mutex_unlock(&folders_lock);
    return path;
}

/* --- queries --- */

/* One entry of either class at `at`; its size. Nothing is written beyond `room`: what does not fit is only counted. */
static size_t put_entry(const char *path, bool full_id, char *at, size_t room)
{
    size_t fixed = full_id ? offsetof(FILE_LINK_ENTRY_FULL_ID_INFORMATION, FileName)
                           : offsetof(FILE_LINK_ENTRY_INFORMATION, FileName);
    const char *slash = strrchr(path, '/');
    struct file_stat parent = { 0 };
    WCHAR name[NAME_MAX + 1];
    size_t n, size;
    char *dir;

    n = path_component_to_windows(slash + 1, strlen(slash + 1), name, NAME_MAX);
    size = fixed + n * sizeof(WCHAR);
    if (size > room)
        return size;
    dir = strndup(path, slash == path ? 1 : slash - path);
    if (dir && !file_stat_at(AT_FDCWD, dir, false, &parent))
        note_folder(parent.ino, dir);
    else
        free(dir);
    memset(at, 0, fixed);
    if (full_id) {
        FILE_LINK_ENTRY_FULL_ID_INFORMATION *entry = (void *)at;
        memcpy(&entry->ParentFileId, &parent.ino, sizeof parent.ino);
        entry->FileNameLength = n;
    } else {
        FILE_LINK_ENTRY_INFORMATION *entry = (void *)at;
        entry->ParentFileId = parent.ino;
        entry->FileNameLength = n; /* in characters: ns-ntifs-_file_link_entry_information */
    }
    memcpy(at + fixed, name, n * sizeof(WCHAR));
    return size;
}

NTSTATUS links_query(struct file_object *file, bool full_id, void *buffer, ULONG length, ULONG_PTR *used)
{
    size_t first = full_id ? offsetof(FILE_LINKS_FULL_ID_INFORMATION, Entry) : offsetof(FILE_LINKS_INFORMATION, Entry);
    FILE_LINKS_INFORMATION *info = buffer; /* both begin alike */
    struct names names;
    size_t at = first, end = first, previous = 0;
    NTSTATUS status = collect(file, &names);

    if (!status) {
        info->BytesNeeded = 0;
        info->EntriesReturned = 0;
        *used = first;
    }
    for (size_t i = 0; !status && i < names.count; i++) {
        size_t room = at < length ? length - at : 0;
        size_t size = put_entry(names.paths[i], full_id, (char *)buffer + at, room);
        end = at + size;
        if (size <= room && info->EntriesReturned == i) {
            if (previous)
                *(ULONG *)((char *)buffer + previous) = at - previous; /* NextEntryOffset */
            info->EntriesReturned++;
            *used = end;
            previous = at;
        }
        at = ROUND_UP(end, (size_t)8);
    }
    if (!status) {
        info->BytesNeeded = end;
        if (info->EntriesReturned < names.count)
            status = STATUS_BUFFER_OVERFLOW;
    }
    free_names(&names);
    return status;
}

static bool same_folder(const char *a, const char *b)
{
    const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');

    return slash_a && slash_b && slash_a - a == slash_b - b && !memcmp(a, b, slash_a - a);
}

void links_note(struct file_object *file, const char *path)
{
    struct fd_path self;
    struct names names;
    struct file_stat st;
    size_t n = 0;
    char *list;

    if (file->fd < 0 || file->is_symlink || same_folder(file->unix_path, path) || file_stat_fd(file, &st) ||
        (st.attributes & FILE_ATTRIBUTE_DIRECTORY))
        return;
    memset(&names, 0, sizeof names);
    names.dev = st.dev;
    names.ino = st.ino;
    names.wanted = st.links;
    list = malloc(LINKS_MAX);
    if (list && add_name(&names, path) && add_name(&names, file->unix_path) &&
        add_recorded(&names, fd_path(file->fd, &self))) {
        for (size_t i = 0; i < names.count; i++) {
            size_t size = strlen(names.paths[i]) + 1;
            if (n + size > LINKS_MAX)
                break;
            memcpy(list + n, names.paths[i], size);
            n += size;
        }
        /* The newest come first; what the file system has no room for is found only in the same folders. */
        int err;
        while (n && ((err = xattr_set(self.text, LINKS_NAME, list, n)) == ENOSPC || err == E2BIG || err == ERANGE))
            for (n--; n && list[n - 1];)
                n--;
        if (n && !err)
            file_mark_extended(self.text, &st);
    }
    free(list);
    free_names(&names);
}
