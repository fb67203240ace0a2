/* SPDX-License-Identifier: MIT */
/*
 * pool: what work items, timers and waits of the thread pool cost. The native side is a plain pool: a queue, a mutex, a condition
 * variable and as many threads as processors.
 */
#include "bench.h"

static atomic_int done;

static void wait_done(int count)
{
    while (atomic_load(&done) < count)
        give_way();
    atomic_store(&done, 0);
}

#ifdef _WIN32
static void CALLBACK work_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)instance, (void)context, (void)work;
    atomic_fetch_add(&done, 1);
}
static void CALLBACK simple_callback(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance, (void)context;
    atomic_fetch_add(&done, 1);
}
static DWORD WINAPI item_callback(void *context)
{
    (void)context;
    atomic_fetch_add(&done, 1);
    return 0;
}
static void CALLBACK event_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK work)
{
    (void)instance, (void)work;
    SetEvent(context);
}
static void CALLBACK wait_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT wait, TP_WAIT_RESULT result)
{
    (void)instance, (void)wait, (void)result;
    SetEvent(context);
}
static void CALLBACK timer_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER timer)
{
    (void)instance, (void)context, (void)timer;
}

static void submit(int index, int times)
{
    PTP_WORK work = CreateThreadpoolWork(work_callback, NULL, NULL);
    (void)index;
    for (int i = 0; i < times; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CloseThreadpoolWork(work);
    atomic_store(&done, 0);
}
static void simple(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        TrySubmitThreadpoolCallback(simple_callback, NULL, NULL);
    wait_done(times);
}
static void queue_item(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        QueueUserWorkItem(item_callback, NULL, WT_EXECUTEDEFAULT);
    wait_done(times);
}
/* One at a time, and waited for: the way there and back. */
static void round_trip(int index, int times)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    PTP_WORK work = CreateThreadpoolWork(event_callback, event, NULL);
    (void)index;
    for (int i = 0; i < times; i++) {
        SubmitThreadpoolWork(work);
        WaitForSingleObject(event, INFINITE);
    }
    CloseThreadpoolWork(work);
    CloseHandle(event);
}
static void wait_round_trip(int index, int times)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), answer = CreateEventA(NULL, FALSE, FALSE, NULL);
    PTP_WAIT wait = CreateThreadpoolWait(wait_callback, answer, NULL);
    (void)index;
    for (int i = 0; i < times; i++) {
        SetThreadpoolWait(wait, event, NULL);
        SetEvent(event);
        WaitForSingleObject(answer, INFINITE);
    }
    CloseThreadpoolWait(wait);
    CloseHandle(event);
    CloseHandle(answer);
}
static void timers(int index, int times)
{
    PTP_TIMER timer = CreateThreadpoolTimer(timer_callback, NULL, NULL);
    LARGE_INTEGER due = { .QuadPart = -100000000 };
    FILETIME time;
    (void)index;
    memcpy(&time, &due, sizeof(time));
    for (int i = 0; i < times; i++) {
        SetThreadpoolTimer(timer, &time, 0, 0);
        SetThreadpoolTimer(timer, NULL, 0, 0);
    }
    CloseThreadpoolTimer(timer);
}

#else
#include <semaphore.h>
#include <sys/timerfd.h>
#include <unistd.h>

static struct item {
    struct item *next;
    void (*run)(void);
} * first, **last = &first;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t answer;

static void *worker(void *unused)
{
    pthread_mutex_lock(&mutex);
    for (;;) {
        struct item *item = first;
        if (!item) {
            pthread_cond_wait(&condition, &mutex);
            continue;
        }
        if (!(first = item->next))
            last = &first;
        pthread_mutex_unlock(&mutex);
        item->run();
        free(item);
        pthread_mutex_lock(&mutex);
    }
    return unused;
}
static void post(void (*run)(void))
{
    static int started;
    struct item *item = malloc(sizeof(*item));
    item->next = NULL;
    item->run = run;
    pthread_mutex_lock(&mutex);
    for (; started < 2; started++)
        thread_start(worker, NULL);
    *last = item;
    last = &item->next;
    pthread_mutex_unlock(&mutex);
    pthread_cond_signal(&condition);
}
static void count(void)
{
    atomic_fetch_add(&done, 1);
}
static void reply(void)
{
    sem_post(&answer);
}
static void simple(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        post(count);
    wait_done(times);
}
#define submit          simple
#define queue_item      simple
static void round_trip(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        post(reply);
        sem_wait(&answer);
    }
}
#define wait_round_trip round_trip
static void timers(int index, int times)
{
    struct itimerspec due = { .it_value = { 10, 0 } }, never = { .it_value = { 0, 0 } };
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    (void)index;
    for (int i = 0; i < times; i++) {
        timerfd_settime(fd, 0, &due, NULL);
        timerfd_settime(fd, 0, &never, NULL);
    }
    close(fd);
}
#endif

int main(void)
{
    bench("pool-submit-work", 1, submit, 50000);
    bench("pool-simple", 1, simple, 50000);
    bench("pool-queue-item", 1, queue_item, 50000);
    bench("pool-round-trip", 1, round_trip, 5000);
    bench("pool-wait-round-trip", 1, wait_round_trip, 3000);
    bench("pool-timer-set-clear", 1, timers, 20000);
    return 0;
}
