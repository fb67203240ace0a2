/* SPDX-License-Identifier: MIT */
/*
 * server.h: what the files of the server share. One thread, one epoll loop; nothing in it blocks, nothing it reads from a
 * message or from shared memory is trusted.
 */
#ifndef TRANSOM_SERVER_H
#define TRANSOM_SERVER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include "nt.h"
#include "message.h"
#include "nametable.h"
#include "objecttree.h"
#include <sys/queue.h>
#include "common.h"

struct client;
struct debug;
struct debug_event;
struct object;
struct job;

/* --- main.c --- */

void source_events(struct source *source, uint32_t events);
void source_remove(struct source *source); /* and closes it */
/* What is freed only after the present round of events, which may still name it. */
void free_later(void *memory);
void server_idle(bool idle); /* nobody is connected: the end is near */
void server_hurry(void);     /* the end comes with the last client's */
extern uint64_t request_count, start_time;
extern uint32_t asker_processor; /* as the last request says: 1 + where its answer is waited for, or 0 */

#define container(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* --- idmap.c: numbers to numbers --- */
struct idmap {
    struct idmap_slot {
        uint32_t key, value; /* key 0: empty */
    } * slots;
    uint32_t capacity, count;
};
/* The value of a key, to read or change; NULL if it is not there. Valid until the next insertion or removal. */
uint32_t *idmap_find(const struct idmap *map, uint32_t key);
/* The same, putting 0 there first; NULL when memory is out. Keys are not 0. */
uint32_t *idmap_insert(struct idmap *map, uint32_t key);
void idmap_remove(struct idmap *map, uint32_t key);
void idmap_free(struct idmap *map);

/* --- object.c: objects, by number --- */

struct object {
    uint32_t number;
    enum object_kind kind;
    uint32_t refs; /* those of clients, of the name if permanent, of names below a directory, of the server's own */
    uint32_t cell;
    bool permanent;
    int fd; /* what is sent along with its data, or -1 */
    uint32_t data_size, security_size;
    uint32_t version; /* of the data, where that is a state which changes: state.c */
    void *data, *security;
    struct object_name *name;
    uint32_t charged; /* the number of the process that pays for it: the one that made it; 0 if none does */
    uint32_t charge;  /* bytes */
    uint32_t holders; /* clients that hold it */
    void (*unheld)(struct object *); /* the last of these is gone (may be NULL) */
    void (*destroy)(struct object *);
};

struct object_name {
    struct object *object;
    struct directory *parent;
    struct name_entry entry;
};

struct directory {
    struct object header;
    struct name_table names;
    const char *path; /* of one of the fixed tree, else NULL */
};

/* Makes an object of `size` bytes, beginning with struct object, zeroed, with one reference. NULL: memory is out. */
struct object *object_new(size_t size, enum object_kind kind);
struct object *object_find(uint32_t number);
struct object *object_at(uint32_t index); /* for looking at all of them: whatever has this index now, or NULL */
void object_release(struct object *object);
void objects_init(void);
extern uint32_t object_count, name_count;
/* Counts memory for an object; false, and nothing is, if its maker or all of them have too much. */
bool object_charge(struct object *object, uint32_t bytes);
void object_uncharge(struct object *object, uint32_t bytes);
/* The client's own count of an object, kept until it gives it back or ends. */
NTSTATUS client_hold(struct client *client, struct object *object);
void object_unhold(struct client *client, struct object *object); /* it holds it no more */
void client_release(struct client *client, uint32_t number, uint32_t count);

/* --- directory.c --- */
struct lookup {
    struct directory *parent;
    struct object *object; /* what is there, or NULL */
    const uint16_t *last;
    uint32_t last_length;
    void *reparse; /* a link leads elsewhere: STATUS_REPARSE and the path to go on with, malloc'ed */
    uint32_t reparse_size;
};
NTSTATUS directory_walk(uint32_t directory, const struct message_part *name, uint32_t attributes,
                        struct lookup *lookup);
NTSTATUS directory_insert(struct directory *directory, const uint16_t *name, uint32_t length, struct object *object);
/* Its directory, a reference to which is the caller's now. */
struct object *directory_remove_name(struct object *object);
struct object *directory_new(enum object_kind kind);
void directory_init(void);
/* Whether names may be below it: directories and window stations. */
bool is_directory(const struct object *object);
/* station.c: stations hold desktops and nothing else, desktops are in nothing else. */
bool station_allows(const struct lookup *lookup, enum object_kind kind);

/* --- timer.c, port.c, job.c, keyed.c --- */
struct object *timer_new(void);
struct object *port_new(const struct message_part *form);
void ports_forget_client(struct client *client);
NTSTATUS port_add(struct object *port, const struct protocol_port_remove_out *packet);
/* A client that holds a port has a handle of it; the port has one client with handles less. */
void port_has_handles(struct client *client, struct object *port);
void port_lost_handles(struct object *port);
struct object *job_new(const struct message_part *settings);
struct object *keyed_new(void);
void keyed_forget_client(struct client *client);

/* --- state.c --- */
bool state_new(struct object *object);

/* --- process.c --- */
struct process {
    struct object header;
    uint32_t id; /* Unix pid */
    uint32_t parent;
    int pidfd;
    struct client *client; /* NULL: has ended or did not join */
    bool ended, has_status;
    uint32_t status;
    char *image;
    struct source watch;
    struct source kill_timer; /* set while it has been told to end */
    bool ending;              /* somebody else ends it */
    bool dead;                /* as the kernel says, and only how is not known yet */
    struct job *job;          /* the immediate one, which is kept after the end; referenced */
    bool in_job, usage_known, leased;
    uint64_t lease;        /* if leased: what it may have for the memory limits of its jobs (job_memory.c) */
    uint64_t start_lease;  /* what it began with, until it first asks for more */
    uint64_t memory_limit; /* what the kernel has been told; 0: nothing yet */
    TAILQ_ENTRY(process) of_job;
    struct job_usage usage; /* if known: what it has used, as it ended */
    /* debug.c's: */
    struct debug *debug; /* NULL: it is not debugged */
    bool debug_children; /* its children will be debugged too */
    bool debug_ready;    /* among those with an event to be taken */
    bool debug_exit_told;
    uint32_t debug_present; /* events of what there was before the debugger */
    TAILQ_HEAD(, debug_event) debug_events;
    TAILQ_ENTRY(process) of_debug, of_ready;
};
struct process *process_new(pid_t pid, int pidfd);
struct process *process_by_id(uint32_t id);
bool process_list_add(struct process *process); /* one that joins; process_detach takes it off */
void process_ended(struct process *process);
bool process_lives(struct process *process); /* asks the kernel, and notes what it says */
/* It will end with this status, by itself if it can; 0 or an error. */
NTSTATUS process_terminate(struct process *process, uint32_t status);
/* One that has not joined is of no interest any more. */
void process_forget(struct process *process);
void process_detach(struct process *process);
void process_joined(struct process *process);      /* answers those who wait for it */
void process_forget_client(struct client *client); /* which waits no longer */
/* Ends it at once; its creator will learn that status. */
NTSTATUS process_kill(struct process *process, uint32_t status);
/* If it has been told to end, it does not have for ever any more. */
void process_hurry(struct process *process);

/* --- debug.c --- */
struct object *debug_new(void);
struct protocol_adopt_in;
uint32_t debug_adopt(struct message *message, const struct protocol_adopt_in *in, struct client *child);
uint32_t debug_hello(struct client *client); /* the answer's `debugged` */
void debug_forget_client(struct client *client);
void debug_process_ended(struct process *process);

/* --- job.c: what processes do, for their jobs --- */
extern uint32_t members_not_joined; /* for which the server stays though they are no clients */
void job_process_joins(struct process *process);
void job_process_ended(struct process *process);
void job_forget_client(struct client *client);

/* --- pipe.c --- */
void pipes_forget_client(struct client *client);

/* --- mailslot.c --- */
void mailslots_forget_client(struct client *client);

/* --- client.c --- */

/* A call passed on to an agent, until it answers. */
struct pending {
    TAILQ_ENTRY(pending) of_asked, of_asker;
    TAILQ_ENTRY(pending) of_waiting; /* patience.c's */
    uint64_t since, look_at;         /* ms */
    bool is_waiting, given_up;
    struct client *asked, *asker; /* asker NULL: has gone or been answered, or it is the server itself */
    uint32_t serial, call, asker_serial;
    void *data; /* NULL when it has been sent */
    uint32_t size;
    int fd;
};

/* An answer that its client's socket has no room for yet. */
struct unsent {
    STAILQ_ENTRY(unsent) next;
    uint32_t size;
    int fd;
    char bytes[];
};

struct client {
    struct client *next, *prev;
    struct source request, agent;
    struct process *process;    /* NULL before hello */
    pid_t pid;                  /* from the kernel, at hello */
    struct idmap held;          /* object numbers, and how often */
    struct idmap closed_ports;  /* numbers of ports of which it has no handle, though it holds them */
    struct idmap records;       /* thread records */
    struct waiting *pipe_waits; /* pipe.c's */
    uint32_t pipe_wait_count;
    struct idmap instances;     /* of named pipes */
    struct mailslot *mailslots; /* that it has made */
    struct idmap children;      /* process ids and how others ended them */
    struct idmap tickets;       /* job.c's: numbers of jobs */
    void *keyed_waits;          /* keyed.c's: a tree */
    uint32_t keyed_count;
    void *port_threads; /* port.c's: a tree */
    uint32_t port_thread_count;
    TAILQ_HEAD(, pending) pending; /* what its agent has been asked; in this order it answers */
    struct pending *queue;         /* the first of them that has not been sent yet */
    TAILQ_HEAD(, pending) asking;  /* what its own threads wait for */
    uint32_t asking_count, await_count;
    STAILQ_HEAD(, unsent) unsent; /* while there are any, no more requests are taken */
    uint32_t unsent_size;
    uint32_t descriptors; /* of objects that it has made */
    uint64_t charge;      /* memory that it has made us use */
    struct debug *debug;  /* of a child that has not said hello yet: its debugger's */
    TAILQ_ENTRY(client) of_debug;
    bool debug_children, debug_doomed; /* doomed: its debugger has ended, and so must it */
    uint32_t waiting_serial;
    bool waiting; /* in the request wait */
    bool gone;
};
extern struct client *clients;
extern uint32_t client_count;

struct client *client_new(int fd);
void client_gone(struct client *client); /* the process is dead, or never began */
void client_answer(struct client *client, uint32_t code, uint32_t serial, uint32_t status, const void *out,
                   uint32_t out_size, const void *data, uint32_t size, int fd);
/* Asks an agent for somebody, or (asker NULL) for the server, which does not hear the answer. Takes the descriptor. */
NTSTATUS client_ask(struct client *asked, struct client *asker, uint32_t serial, uint32_t call,
                    const struct message_part *data, int fd);

/* Tells who asked that it was in vain; whoever answers later says it to nobody. */
void pending_give_up(struct pending *pending);

/* --- patience.c: from when a call is under way until it is answered --- */
bool thread_is_stopped(uint32_t pid, uint32_t tid);
void patience_begin(struct pending *pending);
void patience_end(struct pending *pending);

/* What one process may make the server keep; all processes together get four times the memory. */
#define CLIENT_MAX_HELD    0x200000u      /* objects that it holds */
#define CLIENT_MAX_RECORDS 0x8000u        /* threads that wait for shared objects: half of all there can be */
#define CLIENT_MAX_MEMORY  (256ull << 20) /* of its objects: names, data, packets */
#define CLIENT_MAX_ASKING  4096u          /* calls to agents that it waits for */
#define CLIENT_MAX_PIPES   0x10000u       /* instances of named pipes */
#define CLIENT_MAX_WAITS   4096u          /* for instances to be free */
#define CLIENT_MAX_AWAITED 256u           /* processes that it waits for to join */
#define CLIENT_MAX_UNSENT  (16u << 20)    /* answers that it does not read */
extern uint32_t client_max_descriptors;   /* of its objects: a quarter of what the system gives us */

/* What an object's data and descriptor may have together: they travel in one message. */
#define OBJECT_MAX_DATA (MESSAGE_MAX_SIZE - 256)
#define OBJECT_MAX_NAME 0xfffeu /* bytes: a UNICODE_STRING's */

#endif
