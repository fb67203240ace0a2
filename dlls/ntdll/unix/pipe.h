/* SPDX-License-Identifier: MIT */
/* pipe.h: what pipe.c (transfers) and pipe_named.c (names, instances, connecting) share. */
#ifndef TRANSOM_PIPE_H
#define TRANSOM_PIPE_H

#include "file.h"

#define PIPE_BUF_SIZE 4096 /* PIPE_BUF of limits.h, which is about Unix pipes */

struct pipe;

/* One end; file->data. The descriptor is file->fd, -1 while not connected. */
struct pipe_end {
    bool socket;  /* the descriptor is a socket, not a Unix pipe */
    bool message; /* messages: a SOCK_SEQPACKET socket */
    bool server;
    ULONG state; /* FILE_PIPE_*_STATE */
    ULONG read_mode, completion_mode;
    char *rest; /* of a message that was read in part; malloc'ed */
    size_t rest_length, rest_at;
    struct pipe *pipe; /* of a server's end: what it is an instance of; of a client's: referenced */
    LIST_ENTRY entry;  /* server's: in pipe->instances */
    struct file_object *file;
    struct io *listening; /* a pending FSCTL_PIPE_LISTEN */
    uint32_t number;      /* server's: of the instance, at transomserver; 0: others do not know it */
    ULONG other_process;  /* at the other end; 0: this one */
};

NTSTATUS pipe_listen(struct io *io);
NTSTATUS pipe_disconnect(struct file_object *file);
NTSTATUS pipe_get_attribute(struct io *io);
NTSTATUS pipe_query_name(struct pipe_end *end, void *buffer, ULONG length, ULONG_PTR *information);
void pipe_fill_local(struct pipe_end *end, FILE_PIPE_LOCAL_INFORMATION *info);
void pipe_connected(uint32_t number, ULONG process, int *fd);
/* An instance without a client, for another process: `head` bytes are left free before it. */
NTSTATUS pipe_export(struct file_object *file, size_t head, void **data, uint32_t *size);
NTSTATUS pipe_import(const void *data, size_t size, struct file_object **file);
void pipe_close(struct file_object *file);
void pipe_destroy(struct file_object *file);

#endif
