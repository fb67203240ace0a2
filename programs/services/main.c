/* SPDX-License-Identifier: MIT */
/*
 * services: the service control manager. The first program of the prefix that opens the manager starts it (dlls/advapi32/winsvc.c), with an
 * event that it sets when it can be reached. It ends when no handle to it is open, no service runs and nothing is due.
 */
#include "manager.h"
#include <stdio.h>

static DWORD linger_time = 500; /* milliseconds without anything to do */

HANDLE manager_port;
DWORD manager_timeout = 30000;

static LIST_ENTRY timers = { &timers, &timers }; /* sorted: few at any time */
static struct timer quit_timer;
static LIST_ENTRY connections = { &connections, &connections };
static DWORD connection_count; /* with a client */
static bool quitting;

/* --- timers --- */

void timer_init(struct timer *timer, void (*expired)(struct timer *))
{
    list_init(&timer->link);
    timer->when = 0;
    timer->expired = expired;
}

void timer_cancel(struct timer *timer)
{
    timer->when = 0;
    list_remove(&timer->link);
}

void timer_set(struct timer *timer, DWORD milliseconds)
{
    LIST_ENTRY *at;

    list_remove(&timer->link);
    timer->when = GetTickCount64() + milliseconds;
    at = timers.Blink;
    while (at != &timers && LIST_OWNER(at, struct timer, link)->when > timer->when)
        at = at->Blink;
    list_add(at->Flink, &timer->link);
}

static DWORD run_timers(void)
{
    while (!list_empty(&timers)) {
        struct timer *first = LIST_OWNER(timers.Flink, struct timer, link);
        ULONGLONG now = GetTickCount64();
        if (first->when > now)
            return first->when - now < INFINITE ? (DWORD)(first->when - now) : INFINITE - 1;
        timer_cancel(first);
        first->expired(first);
    }
    return INFINITE;
}

/* --- connections --- */

static bool add_instance(bool first)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    DWORD error;

    if (!connection)
        return false;
    connection->pipe = CreateNamedPipeW(
        SERVICES_PIPE, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0,
        NULL);
    if (connection->pipe == INVALID_HANDLE_VALUE) {
        free(connection);
        return false;
    }
    list_init(&connection->wait_link);
    list_add(&connections, &connection->link);
    connection->read.connection = connection->write.connection = connection;
    connection->read.kind = IO_CONNECT;
    connection->write.kind = IO_WRITE;
    CreateIoCompletionPort(connection->pipe, manager_port, 1, 0);
    connection->read.pending = true;
    if (ConnectNamedPipe(connection->pipe, &connection->read.overlapped))
        return true;
    error = GetLastError();
    if (error == ERROR_PIPE_CONNECTED) /* which queues nothing */
        PostQueuedCompletionStatus(manager_port, 0, 1, &connection->read.overlapped);
    else if (error != ERROR_IO_PENDING)
        connection->read.pending = false;
    return true;
}

static void free_if_done(struct connection *connection)
{
    if (!connection->closed || connection->read.pending || connection->write.pending)
        return;
    list_remove(&connection->link);
    packet_free(&connection->in);
    packet_free(&connection->out);
    packet_free(&connection->next);
    free(connection);
}

void connection_close(struct connection *connection)
{
    if (connection->closed)
        return;
    connection->closed = true;
    list_remove(&connection->wait_link);
    if (connection->read.kind != IO_CONNECT)
        connection_count--;
    connection_closed(connection);
    CloseHandle(connection->pipe); /* which ends what is pending */
    manager_touch();
}

static void begin_read(struct connection *connection)
{
    struct packet *in = &connection->in;

    in->at = 0;
    if (!packet_reserve(in, 1024)) {
        connection_close(connection);
        return;
    }
    memset(&connection->read.overlapped, 0, sizeof(OVERLAPPED));
    connection->read.pending = true;
    if (!ReadFile(connection->pipe, in->data + in->size, in->capacity - in->size, NULL, &connection->read.overlapped)) {
        DWORD error = GetLastError();
        if (error != ERROR_IO_PENDING && error != ERROR_MORE_DATA) {
            connection->read.pending = false;
            connection_close(connection);
        }
    }
}

static void begin_write(struct connection *connection)
{
    memset(&connection->write.overlapped, 0, sizeof(OVERLAPPED));
    connection->write.pending = true;
    if (!WriteFile(connection->pipe, connection->out.data, connection->out.size, NULL, &connection->write.overlapped) &&
        GetLastError() != ERROR_IO_PENDING) {
        connection->write.pending = false;
        connection_close(connection);
    }
}

/* Takes the packet's contents over. */
void connection_send(struct connection *connection, struct packet *packet)
{
    if (connection->closed || packet->bad) {
        packet_free(packet);
        connection_close(connection);
        return;
    }
    if (connection->write.pending) {
        packet_free(&connection->next); /* one request, one answer: there is none */
        connection->next = *packet;
    } else {
        packet_free(&connection->out);
        connection->out = *packet;
        begin_write(connection);
    }
    *packet = (struct packet){ 0 };
}

void connection_error(struct connection *connection, DWORD error)
{
    struct packet packet = { 0 };

    packet_put(&packet, error);
    connection_send(connection, &packet);
}

static void read_done(struct connection *connection, DWORD bytes, DWORD error)
{
    connection->in.size += bytes;
    if (error == ERROR_MORE_DATA) { /* the rest of the message */
        begin_read(connection);
        return;
    }
    if (error) {
        connection_close(connection);
        return;
    }
    connection_request(connection);
    if (connection->closed)
        return;
    connection->in.size = 0;
    begin_read(connection);
}

static void completed(struct io *io, DWORD bytes, DWORD error)
{
    struct connection *connection = io->connection;

    io->pending = false;
    if (connection->closed) {
        free_if_done(connection);
        return;
    }
    switch (io->kind) {
    case IO_CONNECT:
        add_instance(false);
        io->kind = IO_READ;
        connection_count++;
        manager_touch();
        if (error || !GetNamedPipeClientProcessId(connection->pipe, &connection->client))
            connection_close(connection);
        else
            begin_read(connection);
        break;
    case IO_READ:
        read_done(connection, bytes, error);
        break;
    case IO_WRITE:
        if (error) {
            connection_close(connection);
        } else if (connection->next.size) {
            packet_free(&connection->out);
            connection->out = connection->next;
            connection->next = (struct packet){ 0 };
            begin_write(connection);
        }
        break;
    }
    free_if_done(connection);
}

/* --- the manager's own life --- */

void manager_touch(void)
{
    timer_set(&quit_timer, linger_time);
}

/* A timer other than that of the end is something that is due: a restart. */
static void quit(struct timer *timer)
{
    (void)timer;
    if (connection_count || processes_run() || !list_empty(&timers)) {
        if (!connection_count && !processes_run())
            manager_touch(); /* for when that is over */
        return;
    }
    quitting = true;
}

void manager_quit(void)
{
    quitting = true;
}

/* SIGTERM, a Ctrl-C from whoever finds the process: services are told of the shutdown. */
static BOOL WINAPI console_event(DWORD event)
{
    (void)event;
    PostQueuedCompletionStatus(manager_port, 0, 3, NULL);
    Sleep(INFINITE); /* the process ends when this returns */
    return TRUE;
}

int main(int argc, char **argv)
{
    HANDLE ready = argc > 1 ? (HANDLE)(ULONG_PTR)strtoull(argv[1], NULL, 16) : NULL;
    const char *linger = getenv("TRANSOM_SERVICES_LINGER");

    if (linger)
        linger_time = strtoul(linger, NULL, 10);

    manager_port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (!manager_port || !add_instance(true)) /* another one was first */
        return 0;
    for (int i = 0; i < 3; i++)
        add_instance(false);
    if (ready) {
        SetEvent(ready);
        CloseHandle(ready);
    }
    SetConsoleCtrlHandler(console_event, TRUE);
    timer_init(&quit_timer, quit);
    manager_touch();
    security_init();
    builtin_add();
    database_load();
    start_automatic();
    while (!quitting) {
        DWORD bytes = 0, wait = run_timers();
        OVERLAPPED *overlapped = NULL;
        ULONG_PTR key = 0;
        if (quitting)
            break;
        BOOL ok = GetQueuedCompletionStatus(manager_port, &bytes, &key, &overlapped, wait);
        DWORD error = ok ? 0 : GetLastError();
        if (key == 1 && overlapped)
            completed(LIST_OWNER(overlapped, struct io, overlapped), bytes, error);
        else if (key == 2)
            process_ended((struct process *)overlapped);
        else if (key == 3)
            control_shutdown();
        quitting |= control_shutting_down() && !processes_run();
    }
    return 0; /* whoever connects now is disconnected and starts the next one */
}
