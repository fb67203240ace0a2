/* SPDX-License-Identifier: MIT */
/*
 * file_share.c: what all open handles of a file must agree on: sharing modes, deletion, mapped sections. One record
 * a file that is open in this process, found by device and inode number. Other processes see sharing modes by file_claim.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "path.h"

static pthread_mutex_t share_lock = PTHREAD_MUTEX_INITIALIZER;
static struct inode **buckets;
static size_t bucket_count, inode_count;

static size_t hash_of(uint64_t dev, uint64_t ino)
{
    return (ino * 0x9e3779b97f4a7c15ull ^ dev) >> 7 & (bucket_count - 1);
}

static bool grow(void)
{
    size_t old_count = bucket_count;
    struct inode **old = buckets, **made = calloc(old_count ? old_count * 2 : 64, sizeof *made);

    if (!made)
        return old_count != 0;
    buckets = made;
    bucket_count = old_count ? old_count * 2 : 64;
    for (size_t i = 0; i < old_count; i++) {
        struct inode *next;
        for (struct inode *node = old[i]; node; node = next) {
            struct inode **to = &buckets[hash_of(node->dev, node->ino)];
            next = node->hash_next;
            node->hash_next = *to;
            *to = node;
        }
    }
    free(old);
    return true;
}

static struct inode **find(uint64_t dev, uint64_t ino)
{
    struct inode **node = &buckets[hash_of(dev, ino)];

    while (*node && ((*node)->ino != ino || (*node)->dev != dev))
        node = &(*node)->hash_next;
    return node;
}

#define READ_ACCESS  (FILE_READ_DATA | FILE_EXECUTE)
#define WRITE_ACCESS (FILE_WRITE_DATA | FILE_APPEND_DATA)

/* Opens for attributes only take no part in sharing. */
bool share_takes_part(const struct file_object *file)
{
    return file->access & (READ_ACCESS | WRITE_ACCESS | DELETE);
}

/* IoCheckShareAccess: every opener must permit what the others do. */
static NTSTATUS check(const struct inode *node, const struct file_object *file)
{
    bool read = file->access & READ_ACCESS, write = file->access & WRITE_ACCESS, delete = file->access & DELETE;

    if ((read && node->share_read < node->opens) || (write && node->share_write < node->opens) ||
        (delete &&node->share_delete < node->opens) || (node->readers && !(file->share & FILE_SHARE_READ)) ||
        (node->writers && !(file->share & FILE_SHARE_WRITE)) || (node->deleters && !(file->share & FILE_SHARE_DELETE)))
        return STATUS_SHARING_VIOLATION;
    if (node->image_sections && write)
        return STATUS_SHARING_VIOLATION;
    return STATUS_SUCCESS;
}

static void count(struct inode *node, const struct file_object *file, int by)
{
    if (!share_takes_part(file))
        return;
    node->opens += by;
    node->readers += file->access & READ_ACCESS ? by : 0;
    node->writers += file->access & WRITE_ACCESS ? by : 0;
    node->deleters += file->access & DELETE ? by : 0;
    node->share_read += file->share & FILE_SHARE_READ ? by : 0;
    node->share_write += file->share & FILE_SHARE_WRITE ? by : 0;
    node->share_delete += file->share & FILE_SHARE_DELETE ? by : 0;
}

static void release(struct inode *node)
{
    if (--node->refs)
        return;
    *find(node->dev, node->ino) = node->hash_next;
    inode_count--;
    lock_forget(node);
    free(node);
}

static NTSTATUS enter(struct file_object *file, const struct stat *st, bool checked)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct inode **place, *node;

    pthread_mutex_lock(&share_lock);
    if (inode_count >= bucket_count && !grow()) {
        status = STATUS_NO_MEMORY;
        goto done;
    }
    place = find(st->st_dev, st->st_ino);
    node = *place;
    if (node) {
        if (checked && node->delete_pending)
            status = STATUS_DELETE_PENDING;
        else if (checked && share_takes_part(file))
            status = check(node, file);
        if (status)
            goto done;
    } else {
        node = calloc(1, sizeof *node);
        if (!node) {
            status = STATUS_NO_MEMORY;
            goto done;
        }
        node->dev = st->st_dev;
        node->ino = st->st_ino;
        node->files.Flink = node->files.Blink = &node->files;
        *place = node;
        inode_count++;
    }
    count(node, file, 1);
    node->refs++;
    file->inode = node;
    file->inode_entry.Flink = &node->files;
    file->inode_entry.Blink = node->files.Blink;
    node->files.Blink->Flink = &file->inode_entry;
    node->files.Blink = &file->inode_entry;
done:
    pthread_mutex_unlock(&share_lock);
    return status;
}

NTSTATUS share_enter(struct file_object *file, const struct stat *st)
{
    return enter(file, st, true);
}

void share_drop(struct file_object *file, ACCESS_MASK access)
{
    pthread_mutex_lock(&share_lock);
    count(file->inode, file, -1);
    file->access &= ~access;
    count(file->inode, file, 1);
    pthread_mutex_unlock(&share_lock);
}

bool share_others(const struct file_object *file)
{
    pthread_mutex_lock(&share_lock);
    bool others = file->inode->files.Flink->Flink != &file->inode->files;
    pthread_mutex_unlock(&share_lock);
    return others;
}

bool share_pending_at(uint64_t dev, uint64_t ino)
{
    struct inode *node;

    pthread_mutex_lock(&share_lock);
    bool pending = bucket_count && (node = *find(dev, ino)) && node->delete_pending;
    pthread_mutex_unlock(&share_lock);
    return pending;
}

NTSTATUS share_adopt(struct file_object *file, ULONG share)
{
    struct stat st;

    if (file->ops != &disk_ops || fstat(file->fd, &st))
        return STATUS_SUCCESS;
    file->share = share;
    return enter(file, &st, false);
}

bool share_leave(struct file_object *file, bool *last)
{
    struct inode *node = file->inode;
    bool pending;

    pthread_mutex_lock(&share_lock);
    file->left = true;
    count(node, file, -1);
    if (file->delete_on_close)
        node->delete_pending = true;
    pending = node->delete_pending;
    file->inode_entry.Flink->Blink = file->inode_entry.Blink;
    file->inode_entry.Blink->Flink = file->inode_entry.Flink;
    file->inode_entry.Flink = file->inode_entry.Blink = &file->inode_entry;
    if (file->sections[0] || file->sections[1]) /* its descriptor stays open */
        claim_leave(file);
    *last = node->files.Flink == &node->files;
    if (pending && !*last && !file->delete_posix) /* other processes are told by who stays */
        claim_pending(container_of(node->files.Flink, struct file_object, inode_entry), true);
    pthread_mutex_unlock(&share_lock);
    return pending;
}

struct file_object *share_next_leaving(void)
{
    static size_t bucket;
    struct file_object *found = NULL;

    pthread_mutex_lock(&share_lock);
    for (; bucket < bucket_count && !found; bucket += !found) {
        for (struct inode *node = buckets[bucket]; node && !found; node = node->hash_next) {
            for (LIST_ENTRY *entry = node->files.Flink; entry != &node->files && !found; entry = entry->Flink) {
                struct file_object *file = container_of(entry, struct file_object, inode_entry);
                if (node->delete_pending || file->delete_on_close ||
                    ((file->share & FILE_SHARE_DELETE) && share_takes_part(file)))
                    found = file;
            }
        }
    }
    if (found)
        object_ref(&found->obj);
    pthread_mutex_unlock(&share_lock);
    return found;
}

bool share_open_below(const char *directory)
{
    size_t length = strlen(directory);
    bool found = false;

    pthread_mutex_lock(&share_lock);
    for (size_t i = 0; i < bucket_count && !found; i++) {
        for (struct inode *node = buckets[i]; node && !found; node = node->hash_next) {
            for (LIST_ENTRY *entry = node->files.Flink; entry != &node->files && !found; entry = entry->Flink) {
                const char *name = container_of(entry, struct file_object, inode_entry)->unix_path;
                found = name && !strncmp(name, directory, length) && name[length] == '/';
            }
        }
    }
    pthread_mutex_unlock(&share_lock);
    return found;
}

void share_shortened(const struct file_object *file)
{
    if (file->inode)
        __atomic_store_n(&file->inode->size_seen, 0, __ATOMIC_RELAXED);
}

bool share_is_open(uint64_t dev, uint64_t ino)
{
    pthread_mutex_lock(&share_lock);
    bool open = bucket_count && *find(dev, ino);
    pthread_mutex_unlock(&share_lock);
    return open;
}

void share_hold(struct inode *node)
{
    pthread_mutex_lock(&share_lock);
    node->refs++;
    pthread_mutex_unlock(&share_lock);
}

void share_release(struct inode *node)
{
    pthread_mutex_lock(&share_lock);
    release(node);
    pthread_mutex_unlock(&share_lock);
}

NTSTATUS share_move(struct file_object *file, const struct stat *st)
{
    pthread_mutex_lock(&share_lock);
    count(file->inode, file, -1);
    file->inode_entry.Flink->Blink = file->inode_entry.Blink;
    file->inode_entry.Blink->Flink = file->inode_entry.Flink;
    release(file->inode);
    file->inode = NULL;
    pthread_mutex_unlock(&share_lock);
    return enter(file, st, false);
}

void share_forget(struct file_object *file)
{
    if (!file->inode)
        return;
    pthread_mutex_lock(&share_lock);
    release(file->inode);
    pthread_mutex_unlock(&share_lock);
    file->inode = NULL;
}

NTSTATUS share_set_delete(struct file_object *file, bool pending)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct inode *node = file->inode;

    if (!node)
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&share_lock);
    if (pending && (node->image_sections || node->data_sections))
        status = STATUS_CANNOT_DELETE;
    else
        node->delete_pending = pending;
    for (LIST_ENTRY *entry = node->files.Flink; !pending && entry != &node->files; entry = entry->Flink)
        claim_pending(container_of(entry, struct file_object, inode_entry), false);
    pthread_mutex_unlock(&share_lock);
    return status;
}

bool share_delete_pending(struct file_object *file)
{
    return file->inode && file->inode->delete_pending;
}

bool share_mapped(const struct file_object *file)
{
    return file->inode && (file->inode->image_sections || file->inode->data_sections);
}

NTSTATUS share_check_replace(uint64_t dev, uint64_t ino, bool posix)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct inode *node;

    pthread_mutex_lock(&share_lock);
    if (bucket_count && (node = *find(dev, ino))) {
        /* Any open handle stands in the way of replacing a file, unless POSIX semantics are asked for and all share
         * deletion. */
        if (node->image_sections || (posix ? node->share_delete < node->opens : node->files.Flink != &node->files))
            status = STATUS_ACCESS_DENIED;
    }
    pthread_mutex_unlock(&share_lock);
    return status;
}

char *share_path_of(uint64_t ino)
{
    char *path = NULL;

    pthread_mutex_lock(&share_lock);
    for (size_t i = 0; i < bucket_count && !path; i++) {
        for (struct inode *node = buckets[i]; node && !path; node = node->hash_next) {
            if (node->ino == ino && node->files.Flink != &node->files) {
                struct file_object *file = container_of(node->files.Flink, struct file_object, inode_entry);
                path = file->unix_path && !file->is_stream ? file_present_name(file) : NULL;
            }
        }
    }
    pthread_mutex_unlock(&share_lock);
    return path;
}

static void count_section(struct file_object *file, bool image, int by)
{
    if (!file->inode)
        return;
    pthread_mutex_lock(&share_lock);
    *(image ? &file->inode->image_sections : &file->inode->data_sections) += by;
    file->sections[image] += by;
    if (file->sections[image] == (by > 0))
        claim_section(file, image, by > 0);
    pthread_mutex_unlock(&share_lock);
}

void file_section_opened(struct file_object *file, bool image)
{
    count_section(file, image, 1);
}

void file_section_closed(struct file_object *file, bool image)
{
    count_section(file, image, -1);
}
