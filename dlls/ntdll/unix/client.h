/* SPDX-License-Identifier: MIT */
/*
 * client.h: this process as a client of the prefix's server (client.c), what it shares by number (shared.c), and what
 * others ask of it (agent.c). include/protocol.tbl lists the messages.
 */
#ifndef TRANSOM_CLIENT_H
#define TRANSOM_CLIENT_H

#include "unix.h"
#include "message.h"

/*
 * Joins the server, unless that has been done. With `start` false only if one runs already; STATUS_OBJECT_NAME_NOT_FOUND
 * says that none does, and so that nothing is shared. STATUS_PORT_DISCONNECTED: it has been lost.
 */
NTSTATUS client_join(bool start);
bool client_joined(void);

/* A connection to a server that runs, for requests about the prefix as a whole: this is none of its processes. */
NTSTATUS client_visit(void);

/* One request: `in` and `out` are the message's structures (protocol.h); the lengths of the parts are put into `in`. */
struct client_request {
    uint32_t code; /* enum protocol_request */
    void *in;
    struct message_part parts[MESSAGE_PARTS];
    int fd;      /* to send along, or -1; stays the caller's */
    void *out;   /* filled when the status is a success or an informational one */
    void *bytes; /* the answer's bytes, malloc'ed, or NULL */
    uint32_t bytes_size;
    int answer_fd; /* or -1; the caller's now */
};
#define CLIENT_REQUEST(name, ...)                                                                                      \
    {                                                                                                                  \
        .code = PROTOCOL_##name, .fd = -1, .answer_fd = -1, ##__VA_ARGS__                                              \
    }
NTSTATUS client_request(struct client_request *request);
/* A message without an answer; lost if there is no server. */
void client_message(uint32_t code, void *in);
/* The same between fork and exec; false if it could not be sent. */
bool client_tell(uint32_t code, void *in);
/* A request over a connection of its own, when this process may not have joined and nothing may be waited for long. */
void client_last_words(uint32_t code, void *in);

/* Asks another process's agent: the structures and the answer's bytes are those of the call. */
NTSTATUS client_call(uint32_t process, uint32_t call, void *in, const struct message_part *part, int fd, void *out,
                     void **bytes, uint32_t *size, int *answer_fd);

/* The end of a socket pair whose other end the server has (request adopt): the child's connection. */
void client_use_socket(int fd);
/*
 * Prepares a connection for a child that shall hold these objects, and be debugged by this debug object (0: not;
 * PROTOCOL_DEBUG_AS_PARENT): *fd is its end.
 */
NTSTATUS client_adopt(const uint32_t *numbers, size_t count, uint32_t debug, bool debug_children, int *fd);
/* The process ends with this status. */
void client_exiting(NTSTATUS status);
/* The server has died: requests and waits for shared objects, those under way too, end with STATUS_PORT_DISCONNECTED. */
void client_lost(void);
extern uint32_t client_process_number; /* of the process's own object; 0 before it has joined */

/* segment.c: maps the common segment. */
NTSTATUS segment_common_attach(int fd);
/* A wait record in the common segment for the calling thread (wait.c), and its return. */
NTSTATUS client_thread_record(uint32_t *record);
void client_thread_record_free(uint32_t record);

/* The folder of the server's socket; malloc'ed. NULL: it cannot be. Makes it with `make`. */
char *client_folder(bool make);

/* agent.c: serves calls on this descriptor, on a thread of its own. */
NTSTATUS agent_start(int fd);

#endif
