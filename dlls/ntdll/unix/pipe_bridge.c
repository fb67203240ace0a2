/* SPDX-License-Identifier: MIT */
/*
 * pipe_bridge.c: named pipes as standard handles of native programs. Those read and write descriptors, and a connection of
 * ours is shared memory: a process of its own (`transom --bridge`), which lives as long as either side does, carries
 * bytes between the pipe and a Unix pipe. The native program sees a stream; what it writes at once is one message.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "pipe.h"
#include "pipe_bridge.h"

enum { BRIDGE_PARCEL = 3, BRIDGE_IN, BRIDGE_OUT };

extern char **environ;

bool pipe_bridge_start(int parcel, int *in, int *out)
{
    char *argv[] = { "transom", "--bridge", in && out ? "both" : in ? "in" : "out", NULL };
    posix_spawn_file_actions_t actions;
    int ours[2] = { -1, -1 }, pair[2], status;
    bool made = true;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, parcel, BRIDGE_PARCEL);
    for (int i = 0; i < 2 && made; i++) {
        int *theirs = i ? out : in;
        if (!theirs)
            continue;
        if (!(made = !pipe2(pair, O_CLOEXEC)))
            break;
        *theirs = unix_fd_reserve(pair[i]);
        ours[i] = unix_fd_reserve(pair[!i]);
        fcntl(ours[i], F_SETFL, O_NONBLOCK);
        if (!i) /* the less is read ahead the better: what the program leaves is for others */
            fcntl(ours[i], F_SETPIPE_SZ, 4096);
        posix_spawn_file_actions_adddup2(&actions, ours[i], i ? BRIDGE_OUT : BRIDGE_IN);
    }
    /* It puts itself into the background at once, so there is nobody to wait for later. */
    made = made && !posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ);
    if (made)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < 2; i++) {
        if (ours[i] >= 0)
            close(ours[i]);
        if (ours[i] >= 0 && !made)
            close(i ? *out : *in);
    }
    return made;
}

/* --- the process --- */

/* One direction: bytes that have come and not gone yet. */
struct stream {
    char buffer[65536];
    size_t size, done;
    struct pipe_transfer transfer;
    short wants; /* of the native descriptor */
    bool over;
};

static bool copy(void *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return true;
}

/* From the pipe to the program, as far as that goes now. */
static void carry_in(struct pipe_link *link, struct stream *in)
{
    in->wants = 0;
    while (!in->over) {
        if (in->done == in->size) {
            struct pipe_transfer transfer = { .copy = copy, .buffer = in->buffer, .length = sizeof(in->buffer) };
            NTSTATUS status = pipe_ring_read(link, &transfer, false);
            if (status == STATUS_PENDING)
                return;
            in->over = status != STATUS_SUCCESS;
            in->size = transfer.done;
            in->done = 0;
            continue;
        }
        ssize_t n = write(BRIDGE_IN, in->buffer + in->done, in->size - in->done);
        if (n >= 0) {
            in->done += (size_t)n;
        } else if (errno == EAGAIN) {
            in->wants = POLLOUT;
            return;
        } else if (errno != EINTR) {
            in->over = true;
        }
    }
}

static void carry_out(struct pipe_link *link, struct stream *out)
{
    out->wants = 0;
    while (!out->over) {
        if (!out->size) {
            ssize_t n = read(BRIDGE_OUT, out->buffer, sizeof(out->buffer));
            if (n < 0 && errno == EAGAIN) {
                out->wants = POLLIN;
                return;
            }
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0) {
                out->over = true;
                return;
            }
            out->size = (size_t)n;
            out->transfer = (struct pipe_transfer){ .copy = copy, .buffer = out->buffer, .length = out->size };
        }
        NTSTATUS status = pipe_ring_write(link, &out->transfer);
        if (status == STATUS_PENDING)
            return;
        out->size = 0;
        out->over = status != STATUS_SUCCESS;
    }
}

/* Until the other end does something, or the program, or either is gone. */
static void wait_for_both(struct pipe_link *link, struct stream *in, struct stream *out)
{
    struct pollfd ready[] = { { .fd = link->socket, .events = POLLIN | POLLRDHUP },
                              { .fd = in->over ? -1 : BRIDGE_IN, .events = in->wants },
                              { .fd = out->over || !out->wants ? -1 : BRIDGE_OUT, .events = out->wants } };
    if (poll(ready, 3, -1) < 0)
        return;
    if (ready[0].revents & POLLIN)
        pipe_link_drain(link);
    if (ready[1].revents & POLLERR) /* nobody reads it any more */
        in->over = true;
    if (!pipe_link_alive(link) && out->wants) /* nobody will read what the program may yet write */
        out->over = true;
}

int pipe_bridge_main(const char *direction)
{
    static struct stream in, out;
    struct file_object *file;
    bool closed = false;

    if (fork()) /* whoever started it goes on */
        return 0;
    for (int i = 0; i < 3; i++)
        close(i);
    setsid();
    signal(SIGPIPE, SIG_IGN);
    process_id = (ULONG)getpid();
    object_init_process();
    file = pipe_unpack(BRIDGE_PARCEL, FILE_READ_DATA | FILE_WRITE_DATA, 0);
    if (!file)
        return 1;
    close(BRIDGE_PARCEL);
    struct pipe_end *end = file->data;
    struct pipe_link *link = end->link;
    if (!link) /* nobody is at its other end */
        return 1;
    in.over = !strcmp(direction, "out");
    out.over = !strcmp(direction, "in");
    /* It never sleeps but in poll(). */
    if (!in.over)
        __atomic_fetch_add(&pipe_ring_in(link)->read.waiting, 1, __ATOMIC_SEQ_CST);
    if (!out.over)
        __atomic_fetch_add(&pipe_ring_out(link)->write.waiting, 1, __ATOMIC_SEQ_CST);
    while (!in.over || !out.over) {
        carry_in(link, &in);
        carry_out(link, &out);
        if (in.over && !closed)
            closed = !close(BRIDGE_IN);
        if (!in.over || !out.over)
            wait_for_both(link, &in, &out);
    }
    pipe_link_close(link);
    return 0;
}
