/* SPDX-License-Identifier: MIT */
/*
 * file.h: File objects. file_open.c opens them, file_io.c reads and writes, file_info*.c and file_set.c query and set,
 * file_share.c holds what all handles of one file must agree on, directory.c enumerates; pipes, the console and character devices are kinds of file
 * with operations of their own (struct file_ops).
 */
#ifndef TRANSOM_FILE_H
#define TRANSOM_FILE_H

#include <limits.h>
#include <sys/stat.h>
#include "unix.h"

struct file_object;
struct io;
struct inode;
struct standard_dir;
struct directory_scan;
struct nt_path;

enum file_kind {
    FILE_KIND_FILE, /* regular files, and the block devices that Z: shows */
    FILE_KIND_DIRECTORY,
    FILE_KIND_PIPE,      /* either end of a pipe, inherited ones and sockets too */
    FILE_KIND_PIPE_ROOT, /* `\Device\NamedPipe\` */
    FILE_KIND_CONSOLE,
    FILE_KIND_SOCKET,
    FILE_KIND_CHAR, /* NUL, other character devices */
    FILE_KIND_OTHER,
};

/* What a kind of file does in its own way; NULL: STATUS_INVALID_DEVICE_REQUEST. Those with an io may return
 * STATUS_PENDING after they have made sure that io_complete() will be called. */
struct file_ops {
    ULONG device_type; /* FILE_DEVICE_* */
    NTSTATUS (*read)(struct io *io);
    NTSTATUS (*write)(struct io *io);
    NTSTATUS (*ioctl)(struct io *io);
    NTSTATUS (*fsctl)(struct io *io);
    NTSTATUS (*flush)(struct file_object *file);
    NTSTATUS (*query)(struct file_object *file, ULONG info_class, void *buffer, ULONG length, ULONG_PTR *information);
    NTSTATUS (*set)(struct file_object *file, ULONG info_class, const void *buffer, ULONG length);
    void (*close)(struct file_object *file);   /* the last handle is closed */
    void (*destroy)(struct file_object *file); /* the last reference is gone; frees file->data */
};

struct file_object {
    struct object obj;
    const struct file_ops *ops;
    enum file_kind kind;
    int fd;           /* -1: a standard folder that is not on disk */
    bool fd_is_path;  /* opened with O_PATH: attributes only */
    bool fd_borrowed; /* 0, 1, 2 of the process: not ours to close */
    bool os_position; /* inherited: the position is the descriptor's, shared with other processes */
    bool append_only; /* FILE_APPEND_DATA without FILE_WRITE_DATA */
    bool is_symlink;  /* a symbolic link itself (FILE_OPEN_REPARSE_POINT) */
    bool is_volume;
    bool is_stream; /* an alternate stream: unix_path is its file's */
    bool delete_on_close;
    bool delete_posix; /* its name goes when this file object is closed, whoever else has it open */
    bool left;         /* takes part in sharing no longer */
    bool plain; /* when it was opened: a file that is not read-only, or a directory; no extended attributes of ours */
    bool alone; /* when it was opened, no other process had it open */
    bool installation; /* the file is in the installation: read-only */
    ACCESS_MASK access;
    ULONG share, options;
    bool keeps_access, keeps_write; /* file_set_times(): what is done through this handle does not change these */
    int64_t kept_access, kept_write;
    ULONG ea_index;         /* where the next NtQueryEaFile begins */
    ULONG completion_flags; /* FILE_SKIP_* */
    ULONG_PTR completion_key;
    struct object *completion; /* its port, or NULL */
    pthread_mutex_t lock;      /* position; serialises synchronous I/O */
    int64_t position;
    struct inode *inode; /* sharing state; NULL for what is not a file system object */
    LIST_ENTRY inode_entry;
    LIST_ENTRY byte_locks; /* file_lock.c: that it holds; zeros: never had any */
    unsigned sections[2];  /* that are made of it: of data, of an image */
    char *unix_path;       /* as opened; malloc'ed */
    char *long_name;       /* of one beyond PATH_MAX: its name, as unix_path is relative to own_dir (path_long.c) */
    int own_dir;
    const struct standard_dir *standard;
    struct directory_scan *scan;        /* directory.c */
    struct notify *notify;              /* notify.c */
    struct io *pending, **pending_last; /* io.c: asynchronous requests under way */
    /* file_io.c, file_async.c: enum file_direct; FILE_*, what is known of its file system; writes that go the long way */
    uint8_t direct, ask_not, write_pause;
    void *data; /* of the kind */
};

#define FILE_SECTOR 512 /* what unbuffered transfers are multiples of: volume.c tells programs */
enum file_direct { FILE_DIRECT_UNKNOWN, FILE_DIRECT, FILE_DIRECT_REFUSED }; /* O_DIRECT, of an unbuffered file */
#define FILE_ASK_NOT_READS   0x1                                            /* RWF_NOWAIT is not known */
#define FILE_ASK_NOT_WRITES  0x2
#define FILE_WRITES_TO_CACHE 0x4 /* but writing takes no longer than copying */

extern const struct object_type file_type;
extern const struct file_ops disk_ops, char_ops, null_ops, random_ops, console_ops, pipe_ops, pipe_root_ops,
    mailslot_ops, socket_ops;

/* --- for others --- */

/* Handles for descriptors 0, 1 and 2; NULL for one that is closed. One fstat each. */
NTSTATUS file_create_std_handles(HANDLE out[3]);
/* Opens a file by its Unix path; the object has one reference. One of the installation has no sharing modes. */
NTSTATUS file_open_unix(const char *path, ACCESS_MASK access, bool installed, struct file_object **file);
/* The descriptor of a file that was opened with all of `need`; stays the file's. `file` may be any object. */
NTSTATUS file_get_fd(struct object *file, ACCESS_MASK need, int *fd);
/* file_shared.c: a descriptor from another process as a file object of the kind it is; takes it. NULL: memory is out. `form`:
 * whether it is for appending only; what a console's handle is. */
struct file_object *file_wrap(int fd, ACCESS_MASK access, ULONG options, uint32_t form);
uint32_t file_form(const struct file_object *file, uint32_t *options);
/* What another process needs to have the same file: data, malloc'ed, and a descriptor of its own. And its making there,
 * which takes the descriptor. */
NTSTATUS file_export(struct file_object *file, void **data, uint32_t *size, int *fd);
NTSTATUS file_import(const void *data, size_t size, int *fd, struct object **obj);
bool file_is_same(struct file_object *a, struct file_object *b);
/* `\Device\HarddiskVolume3\dir\file`; malloc'ed, zero-terminated. */
NTSTATUS file_get_nt_name(struct file_object *file, WCHAR **name);
/* Its Unix path with all links followed, as the kernel knows it; malloc'ed. */
char *file_final_path(const struct file_object *file);
/* The name below the volume's root: as it was opened or, normalized, as it is now. malloc'ed. */
WCHAR *file_volume_name(const struct file_object *file, bool normalized, size_t *len, WCHAR *drive);
/* Its Unix path as opened (owned by the file). */
const char *file_get_unix_path(struct object *file);
/* A mapped image or data section keeps a file from being deleted or truncated (section.c). */
void file_section_opened(struct file_object *file, bool image);
void file_section_closed(struct file_object *file, bool image);

/* --- file.c --- */

struct file_object *file_alloc(enum file_kind kind, const struct file_ops *ops, int fd, ACCESS_MASK access, ULONG share,
                               ULONG options);
void file_close(struct object *obj,
                HANDLE handle); /* a handle is closed; what is to be done before the last one goes */
/* file_open.c */
NTSTATUS file_open_path(struct nt_path *path, ACCESS_MASK access, ULONG attributes, ULONG share, ULONG disposition,
                        ULONG options, const LARGE_INTEGER *allocation, struct file_object **file,
                        ULONG_PTR *information);
NTSTATUS file_make_real(struct file_object *file);
/* file_name.c: for NtQueryObject */
NTSTATUS file_query_name(struct object *obj, WCHAR **name);
/* file_rename.c: FileRenameInformation, and with `link` FileLinkInformation. `flags` are FILE_RENAME_* */
NTSTATUS file_rename(struct file_object *file, const FILE_RENAME_INFORMATION *info, ULONG length, ULONG flags,
                     bool link);
/* The path of an open file as it is now, as others may have renamed it; malloc'ed or NULL. */
char *file_present_name(const struct file_object *file);
/* A path that reaches the open file whatever became of its name: /proc/self/fd/N. */
struct fd_path {
    char text[32];
};
const char *fd_path(int fd, struct fd_path *path);
static inline bool file_is_synchronous(const struct file_object *file)
{
    return file->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT);
}

/* file_id.c: a path of the file with this number, on the file system of another file (or NULL); malloc'ed, or NULL. */
char *file_path_by_id(const struct file_object *volume, uint64_t id);
/* file_objectid.c: the same of a file with this object id (16 bytes). And the file that `name` reaches is going. */
char *file_path_by_object_id(const struct file_object *volume, const void *id);
void objectid_forget(const char *name);

/* --- file_share.c --- */

struct inode {
    struct inode *hash_next;
    unsigned refs; /* file_objects, also those without handles */
    uint64_t dev, ino;
    LIST_ENTRY files;                    /* every file_object of it that has handles */
    unsigned opens;                      /* those that take part in sharing */
    unsigned readers, writers, deleters; /* opened for */
    unsigned share_read, share_write, share_delete;
    unsigned image_sections, data_sections;
    bool delete_pending;
    int64_t size_seen;        /* file_io.c: it had this size at least, and was not made shorter here since */
    struct file_locks *locks; /* byte ranges; NULL: never had any. `lock_count`: held now */
    unsigned lock_count;
};
/* Both run under the share lock: checks and enters the file; STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING. */
NTSTATUS share_enter(struct file_object *file, const struct stat *st);
/* A file that was opened by another process, which checked. */
NTSTATUS share_adopt(struct file_object *file, ULONG share);
/* Leaves; *last: no handle of the file is left in this process. True if it is to be deleted when that is so everywhere. */
bool share_leave(struct file_object *file, bool *last);
/* Does it take part in sharing? Opens for attributes only do not. */
bool share_takes_part(const struct file_object *file);
/* A file that has not left, may have to be deleted, and was not given before, referenced; NULL for none: at the process's end. */
struct file_object *share_next_leaving(void);
/* Takes back access that was only needed to open. */
void share_drop(struct file_object *file, ACCESS_MASK access);
bool share_others(const struct file_object *file); /* does this process have it open by another file object? */
bool share_pending_at(uint64_t dev, uint64_t ino);
bool share_open_below(const char *directory);         /* a file with a name that begins with this one's */
void share_shortened(const struct file_object *file); /* what is known of the file's size may not be so any more */
bool share_is_open(uint64_t dev, uint64_t ino);
void share_hold(struct inode *node); /* the record stays until share_release() */
void share_release(struct inode *node);
/* Its handle is now of another file, with this identity. */
NTSTATUS share_move(struct file_object *file, const struct stat *st);
void share_forget(struct file_object *file); /* when the object goes */
NTSTATUS share_set_delete(struct file_object *file, bool pending);
bool share_delete_pending(struct file_object *file);
bool share_mapped(const struct file_object *file); /* a section is made of it in this process */
/* May another file be renamed over / linked over the one with this identity? */
NTSTATUS share_check_replace(uint64_t dev, uint64_t ino, bool posix);
/* The Unix path under which a file with this number is open here (FILE_OPEN_BY_FILE_ID); malloc'ed or NULL. */
char *share_path_of(uint64_t ino);

/* --- file_delete.c --- */

/* FileDispositionInformation(Ex): `flags` are FILE_DISPOSITION_* */
NTSTATUS file_set_disposition(struct file_object *file, ULONG flags);
/* FILE_DELETE_ON_CLOSE */
void delete_on_close(struct file_object *file, bool set);
/* A file with the mark of extended attributes is being opened (and takes no part in anything yet): STATUS_DELETE_PENDING, or
 * STATUS_OBJECT_NAME_NOT_FOUND if it was one that a killed process left, which is gone now. */
NTSTATUS delete_check_mark(const struct file_object *file, const struct stat *st);
/* The same by name, without opening it for anything; `full` is this name from the root. file_open.c: of a path, or of what is above. */
NTSTATUS delete_check_name(int dirfd, const char *name, char *full);
NTSTATUS file_check_pending(const struct nt_path *path, const char *name);
/* The last handle is closed: leaves (share_leave()), and removes the file if it is to be. */
int delete_leave(struct file_object *file); /* 0, or the errno of what could not be removed */
bool directory_is_empty(const struct file_object *file);
/* A standard folder in which something always is, whatever the prefix has there. */
bool directory_is_joined(const struct standard_dir *dir);
int file_folder_takes_changes(const struct file_object *file); /* errno: its name cannot be removed */
int file_remove_name(struct file_object *file);
void delete_renamed(const struct file_object *file);
/* The process ends with its handles open. And one begins: removes what killed ones have left. */
void delete_before_exit(void);
void delete_sweep(void);

/* --- file_claim.c: what other processes have to know --- */

#define CLAIM_OFFSET (INT64_MAX - 10) /* from here on, bytes of files are locked to tell other processes */
/* Claims what a file was opened for, after share_enter(); STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING if others deny it. */
NTSTATUS claim_enter(struct file_object *file);
void claim_drop(struct file_object *file, ACCESS_MASK access); /* after share_drop() */
/* The handles are closed but the description lives on, by a section. */
void claim_leave(struct file_object *file);
/* Says to others that the file is mapped, or is so no longer; whether it is by another description than this file's. */
void claim_section(struct file_object *file, bool image, bool mapped);
bool claim_mapped(const struct file_object *file);
/* Says that the file is to be deleted when the last handle is closed; or that it will be when this handle is. */
void claim_pending(struct file_object *file, bool pending);
void claim_on_close(struct file_object *file, bool on_close);
bool claim_others_delete_on_close(const struct file_object *file);
/* Has any other description of the file one of these uses? claim_give_up(): this one uses the file no longer; true if nobody does. */
bool claim_others_use(const struct file_object *file);
bool claim_give_up(struct file_object *file);
/* Has another process a file open below this directory? */
bool claim_open_below(const char *directory);
/* May another file be renamed over this name, as far as other processes are concerned? */
NTSTATUS claim_check_replace(int dirfd, const char *name, bool posix);

/* --- file_lock.c: byte-range locks --- */

NTSTATUS lock_request(struct io *io, uint64_t start, uint64_t length, ULONG key, bool exclusive, bool immediately);
NTSTATUS lock_remove(struct file_object *file, uint64_t start, uint64_t length, ULONG key);
/* May `file` read or write here? lock_may_matter(): it may be that it may not. */
bool lock_may_matter(const struct file_object *file);
NTSTATUS lock_check(struct file_object *file, bool write, ULONG key, uint64_t offset, uint64_t length);
void lock_release_all(struct file_object *file);
/* file_lock_filter.c: this process has begun (1) or ceased (-1) to have locks of a file; might any process have some? */
void lock_filter_count(uint64_t dev, uint64_t ino, int by);
bool lock_filter_may_have(uint64_t dev, uint64_t ino, bool own); /* `own`: this process has */
void lock_forget(struct inode *node);                            /* the record goes */

/* --- file_attr.c: times and attributes of a file --- */

struct file_stat {
    int64_t creation, access, write, change; /* 100 ns since 1601 */
    int64_t size, allocation;
    uint64_t dev, ino;
    ULONG attributes, tag, links;
    mode_t mode;   /* of the link's target, unless it is the link's own */
    bool extended; /* it may have extended attributes */
};
/* By descriptor, or by name (dirfd, name); `own`: of a symbolic link itself. 0 or errno. */
int file_stat_fd(const struct file_object *file, struct file_stat *st);
int file_stat_at(int dirfd, const char *name, bool own, struct file_stat *st);
int file_stat_shown(int dirfd, const char *name, bool links_as_targets, struct file_stat *st);
bool file_shows_links_as_targets(const char *dir, size_t len);
void file_stat_virtual(const struct standard_dir *dir, const char *name, struct file_stat *st);
int file_set_attributes(const struct file_object *file, ULONG attributes);
/* Those that FILE_BASIC_INFORMATION gives, by its rules. And before the last handle is closed: puts kept ones back. */
int file_set_times(struct file_object *file, const FILE_BASIC_INFORMATION *info);
void file_restore_times(const struct file_object *file);
#define ATTRIBUTES_STORED                                                                                              \
    (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED |     \
     FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE)

/* Marks a file, named so that links are followed to it, as one with extended attributes; 0 or errno. */
int file_mark_extended(const char *name, const struct file_stat *st);
bool file_is_extended(const char *name, const struct stat *st); /* may it have any? */
/* The file is gone: so are its streams and what is kept of it elsewhere. */
void file_forget_extended(const struct file_object *file, const struct stat *st);
int file_set_sparse(const struct file_object *file, bool sparse);
int file_set_tag(const struct file_object *file, ULONG tag); /* of a reparse point; 0: it is none any more */

int64_t time_from_unix(int64_t seconds, long nanoseconds);
struct timespec time_to_unix(int64_t time);

/* --- file_xattr.c: Linux's extended attributes, kept in the prefix where the file system has none --- */

/* Of what a path leads to. As getxattr(2); 0 or errno. */
ssize_t xattr_get(const char *name, const char *attr, void *value, size_t size);
int xattr_set(const char *name, const char *attr, const void *value, size_t size);
int xattr_remove(const char *name, const char *attr);
/* Are they in the prefix for this device, where (dirfd, name) is? */
bool xattr_elsewhere(uint64_t dev, int dirfd, const char *name);
void xattr_forget(const char *name, uint64_t dev); /* the file is gone */

/* --- file_links.c: hard links --- */

/* FileHardLinkInformation, FileHardLinkFullIdInformation. */
NTSTATUS links_query(struct file_object *file, bool full_id, void *buffer, ULONG length, ULONG_PTR *used);
char *links_folder_of(uint64_t ino); /* the path of a folder that links_query() told the number of; malloc'ed or NULL */
void links_note(struct file_object *file, const char *path); /* it has been given this name too */

/* --- file_ea.c: extended attributes --- */

/* What FileEaInformation says. */
ULONG ea_size(const struct file_object *file, const struct file_stat *st);
ULONG ea_size_at(const char *name);
/* Is it a list of FILE_FULL_EA_INFORMATION? *bad: the offset of the entry that is not right. And puts such a list in force. */
NTSTATUS ea_check(const void *list, ULONG length, ULONG *bad);
NTSTATUS ea_apply(const struct file_object *file, const void *list);
void ea_remove_all(const struct file_object *file);
bool ea_needed(int fd); /* has it one with FILE_NEED_EA, without which it is not to be understood? */

/* --- file_users.c --- */

/* FileProcessIdsUsingFileInformation. */
NTSTATUS file_users(const struct file_object *file, void *buffer, ULONG length, ULONG_PTR *used);

/* --- file_stream.c: alternate streams --- */

/* file_open_path() for a path with a stream. */
NTSTATUS stream_open(struct nt_path *path, ACCESS_MASK access, ULONG attributes, ULONG share, ULONG disposition,
                     ULONG options, const LARGE_INTEGER *allocation, struct file_object **file, ULONG_PTR *information);
/* The attributes and times of the file, the size of the stream. */
NTSTATUS stream_stat(struct nt_path *path, struct file_stat *st);
/* file_stream_rename.c: FileRenameInformation with a name that begins with `:`. */
NTSTATUS stream_rename(struct file_object *file, const FILE_RENAME_INFORMATION *info, bool replace);
/* The folder of the streams of a file that is open; made if it may be. And a stream there, as a path; free it with path_free(). */
NTSTATUS stream_folder(const struct file_object *base, bool make, char folder[PATH_MAX]);
NTSTATUS stream_path(const char *folder, const char *stream, struct nt_path *path);
/* FileStreamInformation. */
NTSTATUS stream_list(const struct file_object *file, const struct file_stat *st, void *buffer, ULONG length,
                     ULONG_PTR *used);
/* Of an open file whose last name is gone, or that is overwritten. */
void stream_remove_all(const struct file_object *file, const struct stat *st);

/* --- io.c: requests --- */

struct io {
    struct file_object *file;
    ACCESS_MASK granted;
    struct object *event; /* referenced, or NULL */
    struct object *port;  /* IO_TO_PORT: where it is told when it was pending; referenced, or NULL */
    PIO_APC_ROUTINE apc;
    void *apc_context;
    struct object *thread; /* who asked; referenced once the request is pending */
    IO_STATUS_BLOCK *iosb; /* the program's */
    void *buffer;          /* the program's: data; for controls the output */
    ULONG length;
    const void *input; /* controls: the program's */
    ULONG input_length;
    ULONG code;
    int64_t offset;
    ULONG_PTR information; /* of an operation that is done */
    bool write;            /* which of the file's two directions it belongs to */
    /* Once it is pending: */
    int fd;
    short events;                     /* what it waits for; 0: for somebody to call io_complete() */
    NTSTATUS (*retry)(struct io *io); /* STATUS_PENDING: not yet; must not block */
    void (*release)(struct io *io);   /* the request is over, however: frees `data` */
    void *data;
    bool edge;              /* its descriptor is only its own, and looked at when something changes */
    bool watch;             /* of io_watch(): no request */
    NTSTATUS closed_status; /* how it ends when the last handle is closed, if not as cancelled */
    bool outlives;          /* goes on when the file's last handle is closed */
    struct {                /* pipe.c's: how far a transfer is */
        NTSTATUS (*try)(struct io *io);
        uint64_t turn, target;
        ULONG_PTR done;
        bool written, waited, counted, attended, sends, sent;
    } pipe;
    /* Set: the thread that asked can wait for it itself, on a futex, instead of the I/O thread for the descriptor. */
    const struct io_attendance *attendance;
    struct io_help *helper; /* that thread does; under the I/O lock */
    uint32_t done;          /* futex, for a synchronous caller */
    NTSTATUS status;
    struct io *next, *file_next, **file_place; /* of the same descriptor; of the same file */
    struct io *thread_next, **thread_place;    /* asynchronous: of the same thread */
};

struct io_attendance {
    uint32_t *(*begin)(struct io *io); /* the futex that changes when it can go on */
    void (*end)(struct io *io);        /* it is not over: the descriptor tells again */
    void (*drop)(void *data);          /* io->data has stayed from begin() until here, whatever became of the request */
};
/* Looks the handles up. After success every path must end in io_finish(). */
NTSTATUS io_begin(struct io *io, HANDLE file, ACCESS_MASK need, HANDLE event, PIO_APC_ROUTINE apc, void *apc_context,
                  IO_STATUS_BLOCK *iosb);
/* The request is over: returns what the system call returns. With STATUS_PENDING an asynchronous one goes on by itself. */
NTSTATUS io_finish(struct io *io, NTSTATUS status);
/*
 * For what may have to wait for a descriptor. A synchronous file's operation is tried until it is done, with poll() where
 * it says STATUS_PENDING. An asynchronous one is tried once, after those of the same direction that already wait; then
 * it waits in the I/O thread.
 */
NTSTATUS io_start(struct io *io, int fd, short events, NTSTATUS (*retry)(struct io *io));
/* Tries once more what waits for a descriptor: something happened that the kernel does not tell. */
void io_advance(int fd);
/* No request: `notice` is called, under the I/O lock, whenever something changes, and returns STATUS_PENDING. */
NTSTATUS io_watch(struct io *watch, int fd, short events, NTSTATUS (*notice)(struct io *watch));
void io_unwatch(struct io *watch);
/* Makes it pending until io_complete() is called with what this returns (NULL: no memory); return STATUS_PENDING then. */
struct io *io_make_pending(struct io *io);
void io_complete(struct io *pending, NTSTATUS status, ULONG_PTR information);
/* Ends the file's pending requests with STATUS_CANCELLED: all, the one with this status block, those of one thread. */
unsigned io_cancel(struct file_object *file, IO_STATUS_BLOCK *only, struct object *thread);
/* The same when a thread ends, but for what a completion port tells (ExitThread). */
struct thread_object;
void io_cancel_thread(struct thread_object *thread);
/* The file's last handle is being closed. */
void io_cancel_closed(struct file_object *file);
/* A detached native thread without signals. */
bool io_start_thread(void *(*run)(void *));
/* Copies to and from the program's memory on any thread of ours. */
bool io_copy_out(void *user, const void *src, size_t size);
bool io_copy_in(void *dst, const void *user, size_t size);
/*
 * Around where a synchronous request sleeps, so that CancelSynchronousIo finds it. io_sync_interrupted(), after a signal,
 * parks or ends the thread if that is wanted; true: the request is cancelled.
 */
void io_sync_begin(void);
void io_sync_end(void);
bool io_sync_interrupted(void);

/* --- file_io.c --- */

bool file_leave_direct(struct file_object *file);
/* A write of which `done` bytes were done: takes them back where they made the file larger than `old_size` (-1: unknown). */
NTSTATUS file_write_failed(const struct io *io, size_t done, int64_t old_size, int err);

/* --- file_async.c --- */

struct iovec;
/* Reads or writes a file through an asynchronous handle; `vec` (malloc'ed, taken; else NULL) instead of buffer and length. */
NTSTATUS async_transfer(struct io *io, struct iovec *vec, unsigned count);
void async_before_exit(void);

/* --- console.c --- */
struct file_object *console_open(int fd, ACCESS_MASK access, bool input);
/* CONIN$, CONOUT$, or a new screen buffer. STATUS_INVALID_HANDLE: the process has no console. */
NTSTATUS console_open_device(ACCESS_MASK access, bool input, bool new_screen, struct file_object **file);
/* What a console handle is, for another process, and one of that. */
#define FILE_OPTION_CONSOLE 0x04000000 /* in file->options of a console's that travels */
#define CONSOLE_FORM_INPUT  0x80000000u
uint32_t console_form(const struct file_object *file);
struct file_object *console_wrap(int fd, ACCESS_MASK access, uint32_t form);
/* The terminal (a descriptor of its own) that a process with this ConsoleHandle is started on, or -1. *asked: what it shows, and
 * where its cursor is, is for the terminal to say. */
int console_pseudo_terminal(HANDLE console, bool *asked);
/* The process has been started there. */
void console_pseudo_started(HANDLE console, pid_t client);
/* The console of a child, before it has any handles: what the parent's ConsoleHandle said, the segment of one without a
 * terminal (or -1), and whether its terminal is a pseudo-console. */
void console_start_child(int64_t console, int segment, bool pseudo);
bool console_attached(void);
bool console_is_detached(void); /* it has none, and its session's terminal is none of its business */
int console_segment_fd(void);   /* of a console without a terminal, for a child; -1: it is none */
void console_for_native(void);  /* a native program is about to be started: the terminal as it expects it */
void console_child_started(void);
void console_interrupted(void); /* Ctrl-C or Ctrl-Break: who reads text returns */
void console_restore(void);     /* the terminal as it was; called by process_exit */

/* --- pipe.c --- */
NTSTATUS pipe_open(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file);
/* The next pipe's name, of all processes of the prefix; *position begins with 0. */
bool pipe_next_name(uint64_t *position, WCHAR *name, size_t capacity, size_t *length, ULONG *count, ULONG *maximum);

/* --- mailslot.c --- */
NTSTATUS mailslot_open(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file);
struct file_object *pipe_wrap_fd(int fd, ACCESS_MASK access, mode_t mode);

/* --- socket.c --- */
NTSTATUS socket_open(ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file);
struct file_object *socket_wrap_fd(int fd, ACCESS_MASK access, ULONG options);
#define FILE_OPTION_SOCKET 0x01000000 /* in file->options: beyond what NtCreateFile takes; travels with the file */
#define FILE_OPTION_PIPE   0x08000000 /* only on the way: the descriptor is a parcel of pipe_pack() */

/* --- serial.c --- */

/* Opens what a path's port leads to; and wraps one from another process. */
NTSTATUS serial_open(const struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG options,
                     struct file_object **file);
struct file_object *serial_wrap(int fd, ACCESS_MASK access, ULONG options);
#define FILE_OPTION_SERIAL 0x02000000 /* in file->options: travels with the file */

/* --- directory.c --- */
void directory_scan_free(struct directory_scan *scan);
/* --- notify.c --- */
void notify_free(struct notify *notify);
/* --- reparse.c, reparse_tag.c --- */
/* Is what is open a reparse point that nobody acts on? (A symbolic link itself is not asked about.) */
bool reparse_tag_blocks(int fd, const struct stat *st);
NTSTATUS reparse_fsctl(struct io *io);
/* --- fsctl.c, ioctl_disk.c --- */
NTSTATUS disk_fsctl(struct io *io);
NTSTATUS disk_ioctl(struct io *io);

#endif
