/* SPDX-License-Identifier: MIT */
/*
 * message.h: messages between processes and the server as they travel, and the checked way to take them apart.
 *
 * A message is one datagram of a SOCK_SEQPACKET socket: a header, the structure of its kind (protocol.h), then its parts
 * one behind the other. At most one descriptor travels along. Nothing of it is trusted: message_decode checks the sizes,
 * handlers check the values.
 */
#ifndef TRANSOM_MESSAGE_H
#define TRANSOM_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "protocol.h"

#define MESSAGE_MAX_SIZE  0x18000u /* of a whole message */
#define MESSAGE_MAX_BYTES 0x10000u /* of parts that are cut up: memory that is read or written */
#define MESSAGE_PARTS     3

/* Asks a process to join the server (client.c): caught by all of ours, blocked until they catch it. */
#define JOIN_SIGNAL (SIGRTMAX - 1)

struct message_header {
    uint32_t code;   /* enum protocol_request or protocol_call */
    uint32_t serial; /* chosen by who asks, returned in the answer */
    uint32_t status; /* answers: an NTSTATUS; requests: 1 + the processor on which the answer is waited for, or 0 */
    uint32_t since;  /* of calls: when it was asked, in ms of the monotonic clock */
};

/* An agent that comes to a call so long after it was asked makes sure that somebody still wants it (call_wanted). */
#define CALL_OLD_MS 3000u

/* What a message of one kind must look like; made by mkprotocol. */
struct message_shape {
    const char *name;
    uint16_t in_size, out_size;
    uint16_t part_size[MESSAGE_PARTS + 1]; /* where the structure says how long each part is */
    uint16_t reply_size_at;                /* where the answer's structure says how long its bytes are */
    uint8_t part_count;
    bool in_fd, out_bytes, out_fd, has_answer;
};
extern const struct message_shape request_shapes[], call_shapes[];

struct message_part {
    const void *data;
    uint32_t size;
};

/* A message that was received, and what shall be answered. */
struct message {
    void *context; /* the server's struct client */
    const struct message_shape *shape;
    uint32_t code, serial;
    struct message_part parts[MESSAGE_PARTS];
    int fd; /* that came along, or -1; a handler that keeps it sets -1 */
    /* The answer: */
    void *reply; /* bytes, malloc'ed, or NULL */
    uint32_t reply_size;
    int reply_fd;        /* or -1 */
    bool reply_fd_owned; /* to be closed when sent */
    bool later;          /* the answer will be given later */
};

typedef uint32_t message_handler(struct message *, const void *in, void *out);
extern message_handler *const serve_handlers[], *const agent_handlers[];

/* Splits `size` bytes behind a header into the structure and its parts; false if they contradict each other. */
static inline bool message_decode(const struct message_shape *shape, const void *body, size_t size,
                                  struct message *message)
{
    if (size < shape->in_size)
        return false;
    const char *at = (const char *)body + shape->in_size;
    size_t left = size - shape->in_size;
    message->shape = shape;
    for (unsigned i = 0; i < MESSAGE_PARTS; i++) {
        uint32_t length = 0;
        if (i < shape->part_count)
            __builtin_memcpy(&length, (const char *)body + shape->part_size[i], sizeof(length));
        if (length > left)
            return false;
        message->parts[i] = (struct message_part){ at, length };
        at += length;
        left -= length;
    }
    return !left;
}

/* The kinds of objects that the server knows. */
enum object_kind {
    OBJECT_KIND_NONE,
    OBJECT_KIND_DIRECTORY,
    OBJECT_KIND_SYMBOLIC_LINK,
    OBJECT_KIND_EVENT,
    OBJECT_KIND_MUTANT,
    OBJECT_KIND_SEMAPHORE,
    OBJECT_KIND_TIMER,
    OBJECT_KIND_SECTION,
    OBJECT_KIND_COMPLETION_PORT,
    OBJECT_KIND_KEYED_EVENT,
    OBJECT_KIND_JOB,
    OBJECT_KIND_PROCESS,
    OBJECT_KIND_THREAD,
    OBJECT_KIND_WINDOW_STATION,
    OBJECT_KIND_DESKTOP,
    OBJECT_KIND_TOKEN,
    OBJECT_KIND_DEBUG,
    OBJECT_KIND_COUNT
};

/* object_set */
#define PROTOCOL_SET_PERMANENT 1u /* value: 0 or 1 */
#define PROTOCOL_SET_SECURITY  2u /* data: the descriptor */
#define PROTOCOL_SET_UNNAMED   4u /* of a directory: it is not found any more */
#define PROTOCOL_SET_DATA      3u /* data: what open, create and reference answer */

/* port_thread */
#define PROTOCOL_PROCESS_ENDED 2u

/* What the call handle_list answers of each handle. */
struct protocol_handle_entry {
    uint64_t object; /* an address that is the same for the same object */
    uint32_t handle, access, handle_count, pointer_count;
    uint16_t type, attributes; /* OBJ_* */
    uint32_t reserved;
};

#define PROTOCOL_PORT_LEAVES  1u /* it has ended, or has to do with another port */
#define PROTOCOL_PORT_BLOCKS  2u
#define PROTOCOL_PORT_RESUMES 3u

/* job_reserve */
#define PROTOCOL_JOB_BREAKAWAY 1u
#define PROTOCOL_JOB_NATIVE    2u /* it will be a native program */

/* job_set */
#define PROTOCOL_JOB_SET_LIMITS 1u /* JOBOBJECT_EXTENDED_LIMIT_INFORMATION */
#define PROTOCOL_JOB_SET_UI     2u /* u32 */
#define PROTOCOL_JOB_SET_END    3u /* u32 */
#define PROTOCOL_JOB_SET_NOTIFY 4u /* JOBOBJECT_NOTIFICATION_LIMIT_INFORMATION */
#define PROTOCOL_JOB_SET_CPU    5u /* struct job_cpu_rate */

/* What of a process counts in its job; times are of 100 ns. */
struct job_usage {
    uint64_t user_time, kernel_time, peak_memory;
    uint64_t io[6]; /* read, write and other operations, then bytes */
    uint32_t page_faults, reserved;
};

/* debug_event's kinds */
#define PROTOCOL_DEBUG_EVENT_PLAIN   0u
#define PROTOCOL_DEBUG_EVENT_PRESENT 1u /* tells of what there was before the debugger: nobody waits for its answer */
#define PROTOCOL_DEBUG_EVENT_EXITING 2u /* the process ends */
/* adopt's `debug`, hello's `debugged` */
#define PROTOCOL_DEBUG_AS_PARENT UINT32_MAX
#define PROTOCOL_DEBUGGED        1u
#define PROTOCOL_DEBUG_CHILDREN  2u
#define DEBUG_EVENT_MAX_DATA     256u

/* The data of processes and threads. */
struct process_form {
    uint32_t id;
};
struct thread_form {
    uint32_t process, id; /* of the system, as everywhere */
    uint32_t ended, status;
    uint64_t start_address, create_time, exit_time;
};

/* thread_control */
enum protocol_thread_control {
    PROTOCOL_THREAD_SUSPEND = 1,
    PROTOCOL_THREAD_RESUME,
    PROTOCOL_THREAD_TERMINATE,
    PROTOCOL_THREAD_GET_CONTEXT,
    PROTOCOL_THREAD_SET_CONTEXT,
    PROTOCOL_THREAD_QUEUE_APC,
    PROTOCOL_THREAD_ALERT,
    PROTOCOL_THREAD_QUERY,
    PROTOCOL_THREAD_SET,
    PROTOCOL_THREAD_SHARE, /* value: its number */
};

#endif
