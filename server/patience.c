/* SPDX-License-Identifier: MIT */
/*
 * patience.c: calls to processes that do not answer, as they are stopped (Ctrl-Z, a debugger, a container that is frozen). Who asks
 * must not wait for as long as that lasts, and the call must not be done once he has been told that it was not: an agent
 * that comes to an old call asks first (call_wanted).
 */
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "server.h"

#define LOOK_MS CALL_OLD_MS /* how often we look whether it is stopped */
#define GIVE_UP 60000u      /* ms, for one that runs and does not answer */

static TAILQ_HEAD(, pending) waiting = TAILQ_HEAD_INITIALIZER(waiting); /* by look_at */
static struct source timer = { .fd = -1 };

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool thread_is_stopped(uint32_t pid, uint32_t tid)
{
    char path[64], text[512], *name_end;
    snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", pid, tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    if (size <= 0)
        return false;
    text[size] = 0;
    name_end = strrchr(text, ')');
    return name_end && name_end[1] == ' ' && (name_end[2] == 'T' || name_end[2] == 't');
}

static void arm(void)
{
    struct pending *first = TAILQ_FIRST(&waiting);
    struct itimerspec when = { 0 };
    if (first)
        when.it_value = (struct timespec){ (time_t)(first->look_at / 1000), (long)(first->look_at % 1000) * 1000000 };
    timerfd_settime(timer.fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void timer_ready(struct source *source, uint32_t events)
{
    uint64_t ticks, now = now_ms();
    struct pending *first;
    (void)events;
    if (read(source->fd, &ticks, sizeof(ticks)) < 0)
        return;
    while ((first = TAILQ_FIRST(&waiting)) && first->look_at <= now) {
        if (now - first->since >= GIVE_UP ||
            (first->asked->process && thread_is_stopped(first->asked->process->id, first->asked->process->id))) {
            pending_give_up(first);
            continue;
        }
        TAILQ_REMOVE(&waiting, first, of_waiting);
        first->look_at = now + LOOK_MS;
        TAILQ_INSERT_TAIL(&waiting, first, of_waiting);
    }
    arm();
}

void patience_begin(struct pending *pending)
{
    pending->since = now_ms();
    pending->look_at = pending->since + LOOK_MS;
    if (!pending->asker)
        return;
    if (timer.fd < 0) {
        int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        timer.ready = timer_ready;
        if (fd < 0 || !source_add(&timer, fd, EPOLLIN)) {
            if (fd >= 0)
                close(fd);
            timer.fd = -1;
            return;
        }
    }
    bool idle = TAILQ_EMPTY(&waiting);
    TAILQ_INSERT_TAIL(&waiting, pending, of_waiting);
    pending->is_waiting = true;
    if (idle)
        arm();
}

void patience_end(struct pending *pending)
{
    if (!pending->is_waiting)
        return;
    TAILQ_REMOVE(&waiting, pending, of_waiting);
    pending->is_waiting = false;
    /* The timer is left as it is: it looks at most once for nothing, which costs less than to set it for every call. */
}
