/* SPDX-License-Identifier: MIT */
/*
 * pipe.h: what the files of pipes share: pipe.c (requests), pipe_ring.c (connected named pipes' data), pipe_raw.c (Unix pipes
 * and sockets), pipe_named.c (names, instances), pipe_connect.c (connecting), pipe_share.c (other processes), pipe_bridge.c
 * (native programs), pipe_info.c.
 */
#ifndef TRANSOM_PIPE_H
#define TRANSOM_PIPE_H

#include "file.h"
#include "pipe_ring.h"

#define PIPE_BUF_SIZE 4096 /* PIPE_BUF of limits.h, which is about Unix pipes */

/* What instances and their clients in this process have in common. */
struct pipe {
    struct pipe *hash_next;
    unsigned refs; /* instances, clients */
    WCHAR *name;   /* upper case compares; NULL: no name */
    size_t name_len;
    ULONG type, configuration, maximum, count, inbound_quota, outbound_quota;
    int64_t timeout;
    void *security; /* self-relative, malloc'ed, or NULL: the default one */
    LIST_ENTRY instances;
};

/* One end; file->data. A connected one has a link; a raw one is the descriptor file->fd. */
struct pipe_end {
    bool raw;
    bool socket; /* raw: a socket, not a Unix pipe */
    bool server;
    ULONG state;                      /* FILE_PIPE_*_STATE; pipe_lock */
    ULONG read_mode, completion_mode; /* of raw ones, and of those without a link */
    struct pipe_link *link;           /* pipe_lock */
    struct pipe *pipe;                /* of a server's end: what it is an instance of; of a client's: referenced */
    LIST_ENTRY entry;                 /* server's: in pipe->instances */
    struct file_object *file;
    struct io *listening;              /* a pending FSCTL_PIPE_LISTEN */
    struct object *client_token;       /* server's: of the client, once it was asked for */
    bool broadcast;                    /* a mailslot's: of all computers */
    uint32_t number;                   /* server's: of the instance, at transomserver; 0: others do not know it */
    struct pipe_attribute *attributes; /* FSCTL_PIPE_SET_PIPE_ATTRIBUTE */
};

extern pthread_mutex_t pipe_lock;

/* --- pipe.c --- */
/* The end's link, referenced; or the status that says why there is none. */
NTSTATUS pipe_get_link(struct pipe_end *end, struct pipe_link **link);
/* Takes the link off an end that is no longer connected (pipe_lock is held); the caller unrefs what is returned. */
struct pipe_link *pipe_take_link(struct pipe_end *end);
/* Connects: pipe_lock is held. */
void pipe_set_link(struct pipe_end *end, struct pipe_link *link);
ULONG pipe_current_state(struct pipe_end *end);

/* --- pipe_raw.c --- */
NTSTATUS pipe_raw_read(struct io *io);
NTSTATUS pipe_raw_write(struct io *io);
uint32_t pipe_raw_available(struct file_object *file);
bool pipe_raw_broken(struct file_object *file);
NTSTATUS pipe_raw_flush(struct file_object *file); /* until what was written has been read */
NTSTATUS pipe_raw_peek(struct file_object *file, char *buffer, size_t length, struct pipe_look *look);

/* --- pipe_named.c --- */
struct file_object *pipe_make_end(struct pipe *pipe, bool server, ACCESS_MASK access, ULONG share, ULONG options);
void pipe_unref(struct pipe *pipe); /* pipe_lock is held */
struct pipe *pipe_find(const WCHAR *name, size_t length);
struct file_object *pipe_free_instance(struct pipe *pipe);
/* A pipe that other processes' instances belong to; takes the name. */
struct pipe *pipe_make_remote(const struct pipe_kind *kind, WCHAR *name, size_t length);
/* Makes the server's end an instance of its pipe here (and at transomserver), if it is none yet. */
NTSTATUS pipe_make_instance(struct nt_path *path, ACCESS_MASK access, ULONG share, ULONG disposition, ULONG options,
                            struct pipe *wanted, struct file_object **file, bool *created);
/* An end that came from another process, and serves another client now: it is an instance here. */
NTSTATUS pipe_become_instance(struct pipe_end *end);
struct pipe_end *pipe_by_number(uint32_t number);
void pipe_close(struct file_object *file);
void pipe_destroy(struct file_object *file);
void pipe_tell_change(void); /* an instance became free, a name appeared */
NTSTATUS pipe_wait_change(struct io *io);

/* --- pipe_connect.c --- */
NTSTATUS pipe_listen(struct io *io);
NTSTATUS pipe_disconnect(struct file_object *file);
void pipe_connected(uint32_t number, int *fd);

/* --- pipe_info.c --- */
NTSTATUS pipe_query(struct file_object *file, ULONG info_class, void *buffer, ULONG length, ULONG_PTR *information);
NTSTATUS pipe_set(struct file_object *file, ULONG info_class, const void *buffer, ULONG length);
NTSTATUS pipe_query_name(struct pipe_end *end, void *buffer, ULONG length, ULONG_PTR *information);
NTSTATUS pipe_stat(const WCHAR *name, size_t length);
NTSTATUS pipe_get_attribute(struct io *io);
NTSTATUS pipe_set_attribute(struct io *io);
NTSTATUS pipe_impersonate(struct file_object *file);
void pipe_free_attributes(struct pipe_end *end);

/* --- pipe_share.c --- */
/*
 * An end for another process: a parcel with its two descriptors (or -1: an instance that nobody has connected to), and data with
 * `head` bytes left free before it. Each parcel counts as an end that is open.
 */
NTSTATUS pipe_export(struct file_object *file, size_t head, void **data, uint32_t *size, int *parcel);
NTSTATUS pipe_import(const void *data, size_t size, int *parcel, struct file_object **file);
/* The same in one descriptor, for a child's handles. */
int pipe_pack(struct file_object *file);
struct file_object *pipe_unpack(int fd, ACCESS_MASK access, ULONG options);
bool pipe_is_linked(struct file_object *file);
bool pipe_needs_parcel(struct file_object *file); /* it is no descriptor that a child could just have */
/* Where this program's messages go, if standard error is a named pipe. */
void pipe_is_standard_error(struct file_object *file);

#endif
