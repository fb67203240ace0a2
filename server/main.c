/* SPDX-License-Identifier: MIT */
/*
 * main.c: `transomserver FOLDER LINGER`: the loop, and the end.
 *
 * Whoever needs the server starts it (dlls/ntdll/unix/client.c), with the listening socket as descriptor 3: a client can
 * connect before the server has run its first instruction. FOLDER holds the socket and the lock that starters and an ending
 * server take; LINGER is for how many milliseconds the server waits for another client after the last one has gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "cells.h"
#include "server.h"

#define LISTEN_FD 3

/* How long the loop goes on asking after a request before it sleeps: a process that makes requests in a row need not wake the
 * server each time, which costs several times this. */
#define SPIN_NS 40000

uint64_t request_count, start_time;
uint32_t asker_processor;

static int epoll_fd;
static const char *folder;
static long linger;
static struct source listener, linger_timer;
static int spare_fd; /* given up for a moment to be able to refuse a client when there are no more descriptors */

static void **later;
static size_t later_count, later_capacity;

bool source_add(struct source *source, int fd, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = source };
    source->fd = fd;
    return !epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

void source_events(struct source *source, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = source };
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, source->fd, &event);
}

void source_remove(struct source *source)
{
    if (source->fd < 0)
        return;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
    close(source->fd);
    source->fd = -1;
}

void free_later(void *memory)
{
    if (later_count == later_capacity) {
        size_t capacity = later_capacity ? later_capacity * 2 : 64;
        void **larger = realloc(later, capacity * sizeof(*later));
        if (!larger)
            return; /* lost; better than used after it is freed */
        later = larger;
        later_capacity = capacity;
    }
    later[later_count++] = memory;
}

static void accept_clients(struct source *source, uint32_t events)
{
    (void)events;
    for (;;) {
        int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE) && spare_fd >= 0) {
            close(spare_fd);
            if ((fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
                close(fd);
            spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
            continue;
        }
        if (fd < 0)
            return;
        struct ucred peer;
        socklen_t size = sizeof(peer);
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.uid != getuid() || !client_new(fd))
            close(fd);
    }
}

void server_idle(bool idle)
{
    struct itimerspec when = { { 0, 0 }, { 0, 0 } };
    if (idle) {
        when.it_value.tv_sec = linger / 1000;
        when.it_value.tv_nsec = linger % 1000 * 1000000 + 1; /* 0 would never fire */
    }
    timerfd_settime(linger_timer.fd, 0, &when, NULL);
}

void server_hurry(void)
{
    linger = 0;
}

/* Nobody may connect between the last look and the end: starters hold the lock while they decide that there is no server. */
static void linger_passed(struct source *source, uint32_t events)
{
    char path[PATH_MAX];
    uint64_t ticks;
    (void)events;
    if (read(source->fd, &ticks, sizeof(ticks)) < 0 || client_count || members_not_joined)
        return; /* the last of these starts the timer anew */
    snprintf(path, sizeof(path), "%s/lock", folder);
    int lock = open(path, O_RDWR | O_CLOEXEC);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB)) {
        close(lock);
        server_idle(true);
        return;
    }
    accept_clients(&listener, 0);
    if (client_count) {
        close(lock);
        return;
    }
    snprintf(path, sizeof(path), "%s/socket", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/lock", folder);
    unlink(path);
    rmdir(folder);
    exit(0);
}

static void detach(void)
{
    pid_t pid = fork();
    if (pid)
        _exit(pid < 0); /* the starter waits for this one only */
    setsid();
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close_range(LISTEN_FD + 1, UINT_MAX, 0);
    if (chdir("/"))
        _exit(1);
    /* Whatever the starter had done to its signals: this is a process of its own. */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
#ifndef __SANITIZE_ADDRESS__
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
#endif
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    struct rlimit limit;
    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        client_max_descriptors = limit.rlim_cur > UINT32_MAX ? UINT32_MAX / 4 : (uint32_t)limit.rlim_cur / 4;
    }
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* For those who wait for answers: on the processor that we run on they had better sleep (client.c). */
static void tell_processor(uint32_t processor)
{
    uint32_t *told = (uint32_t *)(segment_common_base + SEGMENT_SERVER_RUNS);
    if (__atomic_load_n(told, __ATOMIC_RELAXED) != processor)
        __atomic_store_n(told, processor, __ATOMIC_RELAXED);
}

static uint32_t own_processor(void)
{
    return (uint32_t)sched_getcpu() + 1;
}

/* What there is to do now, or after `timeout` ms; the number of events, or -1. */
static int serve_once(int timeout)
{
    struct epoll_event events[64];
    int n = epoll_wait(epoll_fd, events, 64, timeout);
    tell_processor(own_processor());
    for (int i = 0; i < n; i++) {
        struct source *source = events[i].data.ptr;
        if (source->fd >= 0) /* not removed by one before it */
            source->ready(source, events[i].events);
    }
    while (later_count)
        free(later[--later_count]);
    return n;
}

static void loop(void)
{
    uint64_t spin_until = 0;
    for (;;) {
        uint64_t requests = request_count;
        bool spin = spin_until && now_ns() < spin_until;
        if (!spin)
            tell_processor(0);
        if (serve_once(spin ? 0 : -1) < 0 && errno != EINTR)
            exit(1);
        if (request_count == requests)
            spin_until = spin ? spin_until : 0;
        else if (asker_processor == own_processor())
            spin_until = 0; /* who asked gets the processor only when we sleep */
        else
            spin_until = now_ns() + SPIN_NS;
    }
}

int main(int argc, char **argv)
{
    struct timespec now;
    if (argc != 3) {
        fprintf(stderr,
                "transomserver is started by transom when programs share something; there is no need to run it.\n");
        return 2;
    }
    folder = argv[1];
    linger = strtol(argv[2], NULL, 10);
    if (linger < 0 || linger > 86400000)
        linger = 0;
    detach();
    clock_gettime(CLOCK_REALTIME, &now);
    start_time = (uint64_t)now.tv_sec;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    listener.ready = accept_clients;
    linger_timer.ready = linger_passed;
    if (epoll_fd < 0 || !common_init())
        return 1;
    objects_init();
    int one = 1; /* what is accepted has it from the start */
    setsockopt(LISTEN_FD, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
    spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    fcntl(LISTEN_FD, F_SETFL, O_NONBLOCK);
    fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC);
    if (!source_add(&listener, LISTEN_FD, EPOLLIN) ||
        !source_add(&linger_timer, timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), EPOLLIN))
        return 1;
    server_idle(true); /* the starter may have died */
    loop();
}
