/* SPDX-License-Identifier: MIT */
/*
 * manager.h: the service control manager. One thread, one completion port: connections, ends of processes and timers all arrive
 * there, so nothing here is locked. What has to wait (a start, a control, a notification) leaves its connection on a list and is answered
 * when it has happened.
 */
#ifndef TRANSOM_MANAGER_H
#define TRANSOM_MANAGER_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include "services.h"
#include <sddl.h>
#include <stdbool.h>
#include <stdlib.h>

/* --- lists, timers --- */

static inline void list_init(LIST_ENTRY *head)
{
    head->Flink = head->Blink = head;
}

static inline bool list_empty(const LIST_ENTRY *head)
{
    return head->Flink == head;
}

static inline void list_add(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}

/* May be called for what is on no list, if it has been initialised. */
static inline void list_remove(LIST_ENTRY *entry)
{
    entry->Flink->Blink = entry->Blink;
    entry->Blink->Flink = entry->Flink;
    list_init(entry);
}

#define LIST_OWNER(entry, type, field) ((type *)((char *)(entry)-offsetof(type, field)))

struct timer {
    LIST_ENTRY link;
    ULONGLONG when; /* GetTickCount64; 0: not set */
    void (*expired)(struct timer *timer);
};

void timer_init(struct timer *timer, void (*expired)(struct timer *));
void timer_set(struct timer *timer, DWORD milliseconds);
void timer_cancel(struct timer *timer);

/* --- services --- */

struct value {
    WCHAR *name; /* as Windows has it in the service's key */
    DWORD type, size;
    BYTE *data; /* texts end with a 0, lists with two */
};

enum start_state {
    NOT_STARTING,
    DEPENDENCIES, /* waits for those to run */
    LAUNCHED,     /* its process shall connect, and begin its thread */
};

struct connection;
struct process;

struct service {
    WCHAR *name;
    struct value *values;
    size_t value_count;
    SERVICE_STATUS status;
    struct process *process;
    LIST_ENTRY process_link;
    DWORD handles;
    DWORD sequence; /* counts changes of the state */
    bool builtin;   /* Windows' own: not written to the file unless it was changed */
    bool changed;
    bool deleted;
    bool preshutdown; /* was told of the shutdown before the others are */
    /* starting */
    enum start_state start_state;
    DWORD start_reason;
    struct packet arguments;   /* count and texts, as the request has them */
    LIST_ENTRY start_waiters;  /* connections */
    LIST_ENTRY depending;      /* services that wait for this one */
    LIST_ENTRY depending_link; /* on that list of the one that this waits for */
    bool listed;               /* by service_dependents */
    struct service **tried;    /* dependencies that this start has started */
    size_t tried_count;
    struct timer start_timer; /* nothing heard for too long while starting */
    /* failures */
    DWORD failures;
    ULONGLONG last_failure;
    struct timer failure_timer;
    SC_ACTION failure_action;
    LIST_ENTRY watchers;  /* connections: notifications */
    LIST_ENTRY reporters; /* connections: status handles */
};

struct service *service_find(const WCHAR *name);
struct service *service_find_display(const WCHAR *display);
/* By number, in the order of names; NULL behind the last. */
struct service *service_at(size_t index);
struct service *service_add(const WCHAR *name); /* NULL: no memory */
void service_remove(struct service *service);
/* To be called when a handle is closed, a service has stopped, or it was marked for deletion. */
void service_release(struct service *service);

const struct value *service_value(const struct service *service, const WCHAR *name);
DWORD service_number(const struct service *service, const WCHAR *name, DWORD fallback);
const WCHAR *service_text(const struct service *service, const WCHAR *name); /* "" if it has none */
bool service_set(struct service *service, const WCHAR *name, DWORD type, const void *data, DWORD size);
bool service_set_number(struct service *service, const WCHAR *name, DWORD value);
const WCHAR *service_display(const struct service *service);
bool service_is_driver(const struct service *service);

void database_load(void);
void database_save(void);
void builtin_add(void);

/* --- configuration (config.c) --- */

DWORD config_create(struct packet *request, bool want_tag, const WCHAR *name, struct service **service, DWORD *tag);
DWORD config_change(struct service *service, struct packet *request, bool want_tag, DWORD *tag);

/* --- processes (process.c) --- */

struct request {
    LIST_ENTRY link;
    struct service *service;
    DWORD control; /* 0: start */
    struct connection *requester;
    struct packet packet;
};

struct process {
    LIST_ENTRY link;
    HANDLE handle, wait;
    DWORD id;
    WCHAR *command;
    struct connection *control; /* NULL until it has connected */
    LIST_ENTRY services;
    LIST_ENTRY requests; /* the first one has been sent if `busy` */
    bool busy;
    bool leaving; /* was told to exit */
    struct timer timer;
};

DWORD process_launch(struct service *service);
struct process *process_find(DWORD id);
void process_connected(struct process *process, struct connection *connection);
void process_disconnected(struct process *process);
void process_answered(struct process *process, struct packet *answer);
void process_ended(struct process *process);
/* Sends it a request when it has answered those before. The answer goes to the requester, if there is one. */
bool process_request(struct process *process, struct service *service, DWORD control, struct packet *packet,
                     struct connection *requester);
void process_service_stopped(struct service *service);
bool processes_run(void);

/* --- starting, stopping, failing --- */

DWORD start_service(struct service *service, struct packet *arguments, DWORD reason, struct connection *waiter);
void start_finished(struct service *service, DWORD error); /* its process has answered, or it failed before */
void start_automatic(void);
DWORD control_service(struct service *service, DWORD control, struct connection *requester);
void control_shutdown(void);
bool control_shutting_down(void);
void control_stopped(void);
/* A status that the service reported or that it has got otherwise (crash: its process ended without one). */
void status_changed(struct service *service, const SERVICE_STATUS *status, bool crash);
void failure_happened(struct service *service);
void failure_act(struct service *service);
bool depends_on(const struct service *service, const struct service *other);
/* All that depend on it, directly or not, in an order in which they can be stopped. Malloc'ed; NULL: no memory. */
struct service **service_dependents(const struct service *service, size_t *count);
bool service_in_group(const struct service *service, const WCHAR *group);

/* --- security --- */

PSECURITY_DESCRIPTOR security_of(struct service *service, DWORD *size); /* NULL: the manager's */
DWORD security_open(struct connection *connection, struct service *service, DWORD wanted, DWORD *granted);
DWORD security_set(struct service *service, SECURITY_INFORMATION information, const void *descriptor, DWORD size);
void security_init(void);

/* --- connections (connection.c) and what is answered there (requests.c) --- */

enum connection_kind {
    CONNECTION_NEW,
    CONNECTION_MANAGER,
    CONNECTION_SERVICE,
    CONNECTION_PROCESS,
    CONNECTION_STATUS,
    CONNECTION_NOTIFY,
    CONNECTION_CLOSED,
};

struct io {
    OVERLAPPED overlapped;
    struct connection *connection;
    enum { IO_CONNECT, IO_READ, IO_WRITE } kind;
    bool pending;
};

struct connection {
    LIST_ENTRY link;
    HANDLE pipe;
    struct io read, write;
    struct packet in, out, next; /* next: what is written after `out` */
    bool closed, writing;
    enum connection_kind kind;
    DWORD client; /* process id */
    struct service *service;
    struct process *process;
    DWORD access;
    LIST_ENTRY wait_link; /* on the list of what will answer it */
    DWORD mask;           /* CONNECTION_NOTIFY */
};

void connection_send(struct connection *connection, struct packet *packet);
void connection_error(struct connection *connection, DWORD error);
void connection_close(struct connection *connection);
void connection_request(struct connection *connection); /* what is in `in` */
void connection_closed(struct connection *connection);
void manager_touch(void);
void manager_quit(void); /* something happened: the time to end begins anew */

void notify_state(struct service *service);
void notify_manager(struct service *service, DWORD what);
bool notify_register(struct connection *connection, struct packet *request);

void lock_release(struct connection *connection);
struct connection *lock_owner(void);

void fill_status(const struct service *service, SERVICE_STATUS_PROCESS *status);

extern HANDLE manager_port;
/* How long a service process may take to connect or to answer: the documented default of ServicesPipeTimeout. */
extern DWORD manager_timeout;

#endif
