/* SPDX-License-Identifier: MIT */
/*
 * timer.c: timers that processes share: their cells are signalled from here, whoever set them and whether he still lives.
 * A binary heap for each clock, and one timerfd each, set to the earliest.
 */
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "server.h"

#define EPOCH_DIFFERENCE 116444736000000000ull /* 1601 to 1970, 100 ns */

struct timer {
    struct object header;
    struct clock *clock; /* NULL: not set */
    uint32_t position;
    uint64_t due; /* 100 ns */
    uint32_t period;
};

static struct clock {
    struct source source;
    clockid_t id;
    struct timer **heap;
    uint32_t count, capacity;
} clocks[2] = { { .source = { .fd = -1 }, .id = CLOCK_MONOTONIC }, { .source = { .fd = -1 }, .id = CLOCK_REALTIME } };

static uint64_t now(const struct clock *clock)
{
    struct timespec t;
    clock_gettime(clock->id, &t);
    return (uint64_t)t.tv_sec * 10000000 + (uint64_t)t.tv_nsec / 100 + (clock == &clocks[1] ? EPOCH_DIFFERENCE : 0);
}

static void place(struct clock *clock, uint32_t at, struct timer *timer)
{
    clock->heap[at] = timer;
    timer->position = at;
}

static void sift(struct clock *clock, uint32_t at, struct timer *timer)
{
    while (at && clock->heap[(at - 1) / 2]->due > timer->due) {
        place(clock, at, clock->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child + 1 < clock->count && clock->heap[child + 1]->due < clock->heap[child]->due)
            child++;
        if (child >= clock->count || clock->heap[child]->due >= timer->due)
            break;
        place(clock, at, clock->heap[child]);
        at = child;
    }
    place(clock, at, timer);
}

static void arm(struct clock *clock)
{
    struct itimerspec when = { { 0, 0 }, { 0, 0 } };
    if (clock->count) {
        uint64_t due = clock->heap[0]->due, epoch = clock == &clocks[1] ? EPOCH_DIFFERENCE : 0;
        due = due > epoch ? due - epoch : 0;
        when.it_value.tv_sec = (time_t)(due / 10000000);
        when.it_value.tv_nsec = (long)(due % 10000000 * 100);
        if (!due)
            when.it_value.tv_nsec = 1;
    }
    timerfd_settime(clock->source.fd, TFD_TIMER_ABSTIME | (clock->id == CLOCK_REALTIME ? TFD_TIMER_CANCEL_ON_SET : 0),
                    &when, NULL);
}

static void stop(struct timer *timer)
{
    struct clock *clock = timer->clock;
    if (!clock)
        return;
    timer->clock = NULL;
    struct timer *last = clock->heap[--clock->count];
    if (last != timer)
        sift(clock, timer->position, last);
}

static void fire(struct source *source, uint32_t events)
{
    struct clock *clock = container(source, struct clock, source);
    uint64_t ticks, time;
    (void)events;
    if (read(source->fd, &ticks, sizeof(ticks)) < 0) {
        /* ECANCELED: the wall clock was set; the heap is as good as before. */
    }
    time = now(clock);
    while (clock->count && clock->heap[0]->due <= time) {
        struct timer *timer = clock->heap[0];
        server_cell_signal(timer->header.cell);
        if (timer->period) { /* one signal however many periods have passed */
            uint64_t period = timer->period * 10000ull;
            timer->due += ((time - timer->due) / period + 1) * period;
            sift(clock, 0, timer);
        } else {
            stop(timer);
        }
    }
    arm(clock);
}

static void timer_destroy(struct object *object)
{
    struct timer *timer = (struct timer *)object;
    struct clock *clock = timer->clock;
    if (clock) {
        stop(timer);
        arm(clock);
    }
}

struct object *timer_new(void)
{
    struct object *object = object_new(sizeof(struct timer), OBJECT_KIND_TIMER);
    if (object)
        object->destroy = timer_destroy;
    return object;
}

uint32_t serve_timer_set(struct message *message, const struct protocol_timer_set_in *in,
                         struct protocol_timer_set_out *out)
{
    struct client *client = message->context;
    struct object *object = in->object && idmap_find(&client->held, in->object) ? object_find(in->object) : NULL;
    (void)out;
    if (!object || object->kind != OBJECT_KIND_TIMER)
        return (uint32_t)STATUS_INVALID_HANDLE;
    struct timer *timer = (struct timer *)object;
    struct clock *clock = timer->clock;
    if (clock) {
        stop(timer);
        arm(clock);
    }
    if (!in->due)
        return STATUS_SUCCESS;
    clock = &clocks[in->absolute != 0];
    if (clock->source.fd < 0) {
        clock->source.ready = fire;
        int fd = timerfd_create(clock->id, TFD_CLOEXEC | TFD_NONBLOCK);
        if (fd < 0 || !source_add(&clock->source, fd, EPOLLIN)) {
            source_remove(&clock->source);
            return (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    if (clock->count == clock->capacity) {
        uint32_t capacity = clock->capacity ? clock->capacity * 2 : 16;
        struct timer **larger = realloc(clock->heap, capacity * sizeof(*larger));
        if (!larger)
            return (uint32_t)STATUS_NO_MEMORY;
        clock->heap = larger;
        clock->capacity = capacity;
    }
    timer->clock = clock;
    timer->due = in->due;
    timer->period = in->period;
    clock->count++;
    sift(clock, clock->count - 1, timer);
    arm(clock);
    return STATUS_SUCCESS;
}
