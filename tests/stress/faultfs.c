/* SPDX-License-Identifier: MIT */
/*
 * faultfs.c BACKING MOUNTPOINT: a file system (FUSE, without its library) that shows the folder BACKING at MOUNTPOINT, with the
 * faults that the names of folders ask for (fault_rules.h): those that a library for LD_PRELOAD cannot make, since no call
 * of the program's is theirs (io_uring, pages of views), and those that take their time. It runs until it is unmounted or
 * killed, which is how a file system vanishes. Reads that fail with another error than EIO go past the page cache, which
 * knows that one only.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <search.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include "fault_rules.h"

#define WRITE_MOST (128 << 10)
#define THREADS    8

struct node {
    dev_t dev;
    ino_t ino;
    int fd; /* O_PATH */
    uint64_t lookups;
};

static int fuse;
static struct node root;
static void *nodes;
static pthread_mutex_t nodes_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- answers --- */

static void answer(const struct fuse_in_header *in, int error, const void *data, size_t size)
{
    struct fuse_out_header out = { .len = sizeof(out) + size, .error = -error, .unique = in->unique };
    struct iovec parts[] = { { &out, sizeof(out) }, { (void *)data, size } };

    if (writev(fuse, parts, size ? 2 : 1) < 0 && errno != ENOENT) /* it was interrupted */
        perror("faultfs: answer");
}

static void answer_error(const struct fuse_in_header *in, int error)
{
    answer(in, error, NULL, 0);
}

/* --- files --- */

static int compare_nodes(const void *a, const void *b)
{
    const struct node *left = a, *right = b;
    if (left->dev != right->dev)
        return left->dev < right->dev ? -1 : 1;
    return left->ino < right->ino ? -1 : left->ino > right->ino;
}

static struct node *node_of(uint64_t id)
{
    return id == FUSE_ROOT_ID ? &root : (struct node *)id;
}

static const char *path_of(uint64_t id, char text[40])
{
    snprintf(text, 40, "/proc/self/fd/%d", node_of(id)->fd);
    return text;
}

/* Until somebody releases what is in the folder that says @HELD. */
static int hold(char *path)
{
    char *end = strstr(path, "@HELD");

    strcpy(end + strlen("@HELD"), "/release");
    while (access(path, F_OK))
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    return 0;
}

static int fault_fd(int fd, const char *name, const char *call)
{
    char link[40], path[PATH_MAX + NAME_MAX];
    ssize_t n;
    int fault;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, PATH_MAX);
    if (n <= 0)
        return 0;
    /* the folder itself, of which a rule is the name, is spared */
    if (name && *name == '@')
        path[n] = 0;
    else
        snprintf(path + n, sizeof(path) - n, "/%s", name ? name : "");
    if (!name) {
        path[n] = 0;
        char *last = strrchr(path, '/');
        if (last && last[1] == '@' && strcmp(call, "list"))
            *last = 0;
    }
    fault = fault_of(path, call);
    return fault == HELD ? hold(path) : fault;
}

static int fault(uint64_t id, const char *name, const char *call)
{
    return fault_fd(node_of(id)->fd, name, call);
}

static struct fuse_attr attributes(const struct stat *st)
{
    return (struct fuse_attr){ .ino = st->st_ino,
                               .size = st->st_size,
                               .blocks = st->st_blocks,
                               .atime = st->st_atim.tv_sec,
                               .atimensec = st->st_atim.tv_nsec,
                               .mtime = st->st_mtim.tv_sec,
                               .mtimensec = st->st_mtim.tv_nsec,
                               .ctime = st->st_ctim.tv_sec,
                               .ctimensec = st->st_ctim.tv_nsec,
                               .mode = st->st_mode,
                               .nlink = st->st_nlink,
                               .uid = st->st_uid,
                               .gid = st->st_gid,
                               .rdev = st->st_rdev,
                               .blksize = st->st_blksize };
}

/* A name's node, one more reference to it. */
static int look_up(uint64_t parent, const char *name, struct fuse_entry_out *entry)
{
    struct node *node = calloc(1, sizeof(*node)), **found;
    struct stat st;
    int error = 0;

    node->fd = openat(node_of(parent)->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (node->fd < 0 || fstat(node->fd, &st)) {
        error = errno;
        free(node);
        return error;
    }
    node->dev = st.st_dev;
    node->ino = st.st_ino;
    pthread_mutex_lock(&nodes_lock);
    found = tsearch(node, &nodes, compare_nodes);
    (*found)->lookups++;
    *entry = (struct fuse_entry_out){ .nodeid = (uint64_t)*found, .attr = attributes(&st) };
    if (*found != node) {
        close(node->fd);
        free(node);
    }
    pthread_mutex_unlock(&nodes_lock);
    return 0;
}

static void forget(uint64_t id, uint64_t count)
{
    struct node *node = node_of(id);

    if (node == &root)
        return;
    pthread_mutex_lock(&nodes_lock);
    if (!(node->lookups -= count)) {
        tdelete(node, &nodes, compare_nodes);
        close(node->fd);
        free(node);
    }
    pthread_mutex_unlock(&nodes_lock);
}

static void answer_entry(const struct fuse_in_header *in, const char *name, int error)
{
    struct fuse_entry_out entry;

    error = error ? error : look_up(in->nodeid, name, &entry);
    answer(in, error, &entry, error ? 0 : sizeof(entry));
}

static void answer_attributes(const struct fuse_in_header *in, int error)
{
    struct fuse_attr_out out = { 0 };
    struct stat st;

    if (!error && fstat(node_of(in->nodeid)->fd, &st))
        error = errno;
    if (!error)
        out.attr = attributes(&st);
    answer(in, error, &out, error ? 0 : sizeof(out));
}

static int failed(int result)
{
    return result < 0 ? errno : 0;
}

static void set_attributes(const struct fuse_in_header *in, const struct fuse_setattr_in *set)
{
    char path[40];
    int error = 0;

    path_of(in->nodeid, path);
    if (set->valid & FATTR_MODE && !(error = fault(in->nodeid, NULL, "mode")))
        error = failed(chmod(path, set->mode));
    if (!error && set->valid & (FATTR_UID | FATTR_GID))
        error = failed(
            chown(path, set->valid & FATTR_UID ? set->uid : (uid_t)-1, set->valid & FATTR_GID ? set->gid : (gid_t)-1));
    if (!error && set->valid & FATTR_SIZE && !(error = fault(in->nodeid, NULL, "truncate")))
        error = failed(truncate(path, set->size));
    if (!error && set->valid & (FATTR_ATIME | FATTR_MTIME) && !(error = fault(in->nodeid, NULL, "time"))) {
        struct timespec times[2] = { { set->atime, set->atimensec }, { set->mtime, set->mtimensec } };
        if (!(set->valid & FATTR_ATIME) || set->valid & FATTR_ATIME_NOW)
            times[0].tv_nsec = set->valid & FATTR_ATIME ? UTIME_NOW : UTIME_OMIT;
        if (!(set->valid & FATTR_MTIME) || set->valid & FATTR_MTIME_NOW)
            times[1].tv_nsec = set->valid & FATTR_MTIME ? UTIME_NOW : UTIME_OMIT;
        error = failed(utimensat(AT_FDCWD, path, times, 0));
    }
    answer_attributes(in, error);
}

static void answer_open(const struct fuse_in_header *in, int flags, const char *call)
{
    struct fuse_open_out out = { 0 };
    char path[40];
    int error = call ? fault(in->nodeid, NULL, call) : 0, fd = -1, read_fault;

    if (!error)
        error = failed(fd = open(path_of(in->nodeid, path),
                                 (flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW | O_DIRECT | O_APPEND)) | O_CLOEXEC));
    out.fh = fd;
    /* no rule is asked here that would count */
    if (!error && !(flags & O_DIRECTORY)) {
        char link[PATH_MAX] = "";
        read_fault = readlink(path, link, sizeof(link) - 1) > 0 && strstr(link, "/@read") && !strstr(link, "@EIO") &&
                     !strstr(link, "@HELD");
        out.open_flags = read_fault ? FOPEN_DIRECT_IO : 0;
    }
    answer(in, error, &out, error ? 0 : sizeof(out));
}

static void create(const struct fuse_in_header *in, const struct fuse_create_in *create)
{
    const char *name = (const char *)(create + 1);
    struct {
        struct fuse_entry_out entry;
        struct fuse_open_out open;
    } out = { 0 };
    int error = fault(in->nodeid, name, "create"), fd = -1;

    if (!error)
        error = fault(in->nodeid, name, "open");
    if (!error)
        error = failed(fd = openat(node_of(in->nodeid)->fd, name,
                                   (create->flags & ~(O_DIRECT | O_APPEND)) | O_CREAT | O_CLOEXEC, create->mode));
    if (!error)
        error = look_up(in->nodeid, name, &out.entry);
    out.open.fh = fd;
    answer(in, error, &out, error ? 0 : sizeof(out));
}

static void answer_read(const struct fuse_in_header *in, const struct fuse_read_in *read_in)
{
    static __thread char buffer[WRITE_MOST * 2];
    int error = fault(in->nodeid, NULL, "read");
    size_t size = read_in->size < sizeof(buffer) ? read_in->size : sizeof(buffer);
    ssize_t n = 0;

    if (error == SHORT) {
        size -= size / 2;
        error = 0;
    }
    if (!error)
        error = failed(n = pread(read_in->fh, buffer, size, read_in->offset));
    answer(in, error, buffer, error ? 0 : n);
}

static void answer_write(const struct fuse_in_header *in, const struct fuse_write_in *write_in)
{
    struct fuse_write_out out = { 0 };
    int error = fault(in->nodeid, NULL, "write");
    size_t size = write_in->size;
    ssize_t n = 0;

    if (error == SHORT) {
        size -= size / 2;
        error = 0;
    }
    if (!error)
        error = failed(n = pwrite(write_in->fh, write_in + 1, size, write_in->offset));
    out.size = n;
    answer(in, error, &out, error ? 0 : sizeof(out));
}

static void answer_list(const struct fuse_in_header *in, const struct fuse_read_in *read_in)
{
    char buffer[4096], out[8192];
    size_t used = 0;
    int error = fault(in->nodeid, NULL, "list");
    long n = 0;

    if (!error && (lseek(read_in->fh, read_in->offset, SEEK_SET) < 0 ||
                   (n = syscall(SYS_getdents64, read_in->fh, buffer,
                                read_in->size / 2 < sizeof(buffer) ? read_in->size / 2 : sizeof(buffer))) < 0))
        error = errno;
    for (long at = 0; at < n;) {
        const struct dirent64 *entry = (void *)(buffer + at);
        struct fuse_dirent *to = (void *)(out + used);
        *to = (struct fuse_dirent){
            .ino = entry->d_ino, .off = entry->d_off, .namelen = strlen(entry->d_name), .type = entry->d_type
        };
        memcpy(to->name, entry->d_name, to->namelen);
        used += FUSE_DIRENT_SIZE(to);
        at += entry->d_reclen;
    }
    answer(in, error, out, error ? 0 : used);
}

static void answer_statfs(const struct fuse_in_header *in)
{
    struct fuse_statfs_out out = { 0 };
    struct statvfs fs;
    int error = failed(fstatvfs(node_of(in->nodeid)->fd, &fs));

    if (!error)
        out.st = (struct fuse_kstatfs){ .blocks = fs.f_blocks,
                                        .bfree = fs.f_bfree,
                                        .bavail = fs.f_bavail,
                                        .files = fs.f_files,
                                        .ffree = fs.f_ffree,
                                        .bsize = fs.f_bsize,
                                        .namelen = fs.f_namemax,
                                        .frsize = fs.f_frsize };
    answer(in, error, &out, error ? 0 : sizeof(out));
}

/* --- extended attributes --- */

static void answer_xattr(const struct fuse_in_header *in, const char *name, uint32_t size)
{
    char path[40], value[65536];
    int error = fault(in->nodeid, NULL, "xattr");
    ssize_t n = 0;

    if (!error && size > sizeof(value))
        size = sizeof(value);
    if (!error)
        error = failed(n = name ? getxattr(path_of(in->nodeid, path), name, value, size)
                                : listxattr(path_of(in->nodeid, path), value, size));
    if (error || size) {
        answer(in, error, value, error ? 0 : n);
    } else {
        struct fuse_getxattr_out out = { .size = n };
        answer(in, 0, &out, sizeof(out));
    }
}

static int set_xattr(const struct fuse_in_header *in, const struct fuse_setxattr_in *set)
{
    /* without FUSE_SETXATTR_EXT the last two members are not there */
    const char *name = (const char *)set + FUSE_COMPAT_SETXATTR_IN_SIZE, *value = name + strlen(name) + 1;
    char path[40];
    int error = fault(in->nodeid, NULL, "xattr");

    error = error ? error : fault(in->nodeid, NULL, "setxattr");
    return error ? error : failed(setxattr(path_of(in->nodeid, path), name, value, set->size, set->flags));
}

static int remove_xattr(const struct fuse_in_header *in, const char *name)
{
    char path[40];
    int error = fault(in->nodeid, NULL, "xattr");

    return error ? error : failed(removexattr(path_of(in->nodeid, path), name));
}

/* --- names --- */

static int rename_names(const struct fuse_in_header *in, uint64_t new_dir, unsigned flags, const char *old)
{
    const char *new = old + strlen(old) + 1;
    int error = fault(in->nodeid, old, "rename");

    error = error ? error : fault(new_dir, new, "rename");
    return error ? error : failed(renameat2(node_of(in->nodeid)->fd, old, node_of(new_dir)->fd, new, flags));
}

static int unlink_name(const struct fuse_in_header *in, const char *name, int flags)
{
    int error = fault(in->nodeid, name, "unlink");
    return error ? error : failed(unlinkat(node_of(in->nodeid)->fd, name, flags));
}

static int link_name(const struct fuse_in_header *in, const struct fuse_link_in *link, const char *name)
{
    char path[40];
    int error = fault(in->nodeid, name, "link");

    return error ? error
                 : failed(linkat(AT_FDCWD, path_of(link->oldnodeid, path), node_of(in->nodeid)->fd, name,
                                 AT_SYMLINK_FOLLOW));
}

static int make_node(const struct fuse_in_header *in, mode_t mode, dev_t device, const char *name)
{
    int error = fault(in->nodeid, name, S_ISDIR(mode) ? "mkdir" : "create"), dir = node_of(in->nodeid)->fd;

    if (error)
        return error;
    return failed(S_ISDIR(mode) ? mkdirat(dir, name, mode & 07777) : mknodat(dir, name, mode, device));
}

static void read_link(const struct fuse_in_header *in)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(node_of(in->nodeid)->fd, "", target, sizeof(target));

    answer(in, failed(n), target, n < 0 ? 0 : n);
}

/* --- requests --- */

static int sync_file(const struct fuse_in_header *in, const struct fuse_fsync_in *sync)
{
    int error = fault(in->nodeid, NULL, "sync");
    return error ? error : failed(fsync(sync->fh));
}

static int allocate(const struct fuse_in_header *in, const struct fuse_fallocate_in *range)
{
    int error = fault(in->nodeid, NULL, "allocate");
    return error ? error : failed(fallocate(range->fh, range->mode, range->offset, range->length));
}

static int release(const struct fuse_in_header *in, uint64_t handle)
{
    (void)in;
    return failed(close(handle));
}

static void start(const struct fuse_in_header *in, const struct fuse_init_in *init)
{
    struct fuse_init_out out = { .major = FUSE_KERNEL_VERSION,
                                 .minor = 31,
                                 .max_readahead = init->max_readahead,
                                 .flags = init->flags & (FUSE_BIG_WRITES | FUSE_MAX_PAGES | FUSE_ASYNC_READ),
                                 .max_background = 2 * THREADS,
                                 .congestion_threshold = 2 * THREADS,
                                 .max_write = WRITE_MOST,
                                 .time_gran = 1,
                                 .max_pages = WRITE_MOST / 4096 };
    answer(in, 0, &out, sizeof(out));
}

static void forget_many(const struct fuse_batch_forget_in *batch)
{
    const struct fuse_forget_one *one = (const void *)(batch + 1);
    for (uint32_t i = 0; i < batch->count; i++)
        forget(one[i].nodeid, one[i].nlookup);
}

static void serve(const struct fuse_in_header *in, void *arg)
{
    union {
        struct fuse_forget_in forget;
        struct fuse_open_in open;
        struct fuse_rename_in rename;
        struct fuse_rename2_in rename2;
        struct fuse_mkdir_in mkdir;
        struct fuse_mknod_in mknod;
        struct fuse_release_in release;
        struct fuse_getxattr_in getxattr;
    } *a = arg;

    switch (in->opcode) {
    case FUSE_INIT:
        return start(in, arg);
    case FUSE_FORGET:
        return forget(in->nodeid, a->forget.nlookup);
    case FUSE_BATCH_FORGET:
        return forget_many(arg);
    case FUSE_INTERRUPT:
        return;
    case FUSE_LOOKUP:
        return answer_entry(in, arg, fault(in->nodeid, arg, "stat"));
    case FUSE_GETATTR:
        return answer_attributes(in, fault(in->nodeid, NULL, "stat"));
    case FUSE_SETATTR:
        return set_attributes(in, arg);
    case FUSE_READLINK:
        return read_link(in);
    case FUSE_SYMLINK:
        return answer_entry(in, arg, failed(symlinkat((char *)arg + strlen(arg) + 1, node_of(in->nodeid)->fd, arg)));
    case FUSE_MKNOD:
        return answer_entry(in, (char *)(&a->mknod + 1),
                            make_node(in, a->mknod.mode, a->mknod.rdev, (char *)(&a->mknod + 1)));
    case FUSE_MKDIR:
        return answer_entry(in, (char *)(&a->mkdir + 1),
                            make_node(in, a->mkdir.mode | S_IFDIR, 0, (char *)(&a->mkdir + 1)));
    case FUSE_LINK: {
        const char *name = (char *)arg + sizeof(struct fuse_link_in);
        return answer_entry(in, name, link_name(in, arg, name));
    }
    case FUSE_UNLINK:
        return answer_error(in, unlink_name(in, arg, 0));
    case FUSE_RMDIR:
        return answer_error(in, unlink_name(in, arg, AT_REMOVEDIR));
    case FUSE_RENAME:
        return answer_error(in, rename_names(in, a->rename.newdir, 0, (char *)(&a->rename + 1)));
    case FUSE_RENAME2:
        return answer_error(in, rename_names(in, a->rename2.newdir, a->rename2.flags, (char *)(&a->rename2 + 1)));
    case FUSE_OPEN:
        return answer_open(in, a->open.flags, "open");
    case FUSE_OPENDIR:
        return answer_open(in, a->open.flags | O_DIRECTORY, NULL);
    case FUSE_CREATE:
        return create(in, arg);
    case FUSE_READ:
        return answer_read(in, arg);
    case FUSE_WRITE:
        return answer_write(in, arg);
    case FUSE_READDIR:
        return answer_list(in, arg);
    case FUSE_STATFS:
        return answer_statfs(in);
    case FUSE_FLUSH:
        return answer_error(in, 0);
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        return answer_error(in, release(in, a->release.fh));
    case FUSE_FSYNC:
    case FUSE_FSYNCDIR:
        return answer_error(in, sync_file(in, arg));
    case FUSE_FALLOCATE:
        return answer_error(in, allocate(in, arg));
    case FUSE_GETXATTR:
        return answer_xattr(in, (char *)(&a->getxattr + 1), a->getxattr.size);
    case FUSE_LISTXATTR:
        return answer_xattr(in, NULL, a->getxattr.size);
    case FUSE_SETXATTR:
        return answer_error(in, set_xattr(in, arg));
    case FUSE_REMOVEXATTR:
        return answer_error(in, remove_xattr(in, arg));
    default:
        return answer_error(in, ENOSYS);
    }
}

static void *worker(void *arg)
{
    size_t size = WRITE_MOST + 8192;
    char *request = malloc(size);
    ssize_t n;

    while ((n = read(fuse, request, size)) >= 0 || errno == EINTR || errno == ENOENT || errno == EAGAIN)
        if (n > 0)
            serve((void *)request, request + sizeof(struct fuse_in_header));
    free(request);
    return arg;
}

int main(int argc, char **argv)
{
    char options[100];
    pthread_t threads[THREADS];
    struct stat st;

    if (argc != 3)
        return 2;
    root.fd = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (root.fd < 0 || fuse < 0 || fstat(root.fd, &st))
        return 77;
    umask(0);
    snprintf(options, sizeof(options), "fd=%d,rootmode=%o,user_id=%d,group_id=%d", fuse, st.st_mode & S_IFMT, getuid(),
             getgid());
    if (mount("faultfs", argv[2], "fuse.faultfs", MS_NOSUID | MS_NODEV, options))
        return 77;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, worker, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
