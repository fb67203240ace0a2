/* SPDX-License-Identifier: MIT */
/* timeapi.c: the multimedia clock and its timer events, which one thread serves in the order they are due. */
#include "nt.h"
#include "ntdll.h"
#include <mmsystem.h>
#include <string.h>

#define PERIOD_MIN 1
#define PERIOD_MAX 1000000

struct timer {
    struct timer *next; /* by due time */
    ULONGLONG due;      /* in performance counts */
    MMRESULT id;
    UINT delay, flags;
    LPTIMECALLBACK callback;
    DWORD_PTR user;
};

static RTL_SRWLOCK lock;
static RTL_CONDITION_VARIABLE call_ended;
static struct timer *timers, *running; /* the one whose callback runs is not in the list */
static BOOL running_killed;
static HANDLE wake; /* made with the thread */
static DWORD timer_thread;
static MMRESULT last_id;

static ULONGLONG counter(void)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    return now.QuadPart;
}

static ULONGLONG frequency(void)
{
    LARGE_INTEGER value;

    QueryPerformanceFrequency(&value);
    return value.QuadPart;
}

DWORD WINAPI timeGetTime(void)
{
    ULONGLONG now = counter(), per_second = frequency();

    return (DWORD)(now / per_second * 1000 + now % per_second * 1000 / per_second);
}

MMRESULT WINAPI timeGetSystemTime(LPMMTIME time, UINT size)
{
    if (!time || size < sizeof(*time))
        return TIMERR_STRUCT;
    time->wType = TIME_MS;
    time->u.ms = timeGetTime();
    return TIMERR_NOERROR;
}

MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS caps, UINT size)
{
    if (!caps || size < sizeof(*caps))
        return MMSYSERR_INVALPARAM;
    caps->wPeriodMin = PERIOD_MIN;
    caps->wPeriodMax = PERIOD_MAX;
    return TIMERR_NOERROR;
}

/* The resolution is always the finest. */
/*
 * The finest period that anybody has begun is the system's resolution. Coarser ones than a tick change nothing, and are not
 * counted.
 */
#define PERIODS 16
static LONG periods[PERIODS];
static RTL_SRWLOCK periods_lock;

static MMRESULT change_period(UINT period, LONG change)
{
    ULONG actual;
    UINT before = 1, after = 1;

    if (period < PERIOD_MIN || period > PERIOD_MAX)
        return TIMERR_NOCANDO;
    if (period >= PERIODS)
        return TIMERR_NOERROR;
    RtlAcquireSRWLockExclusive(&periods_lock);
    while (before < PERIODS && !periods[before])
        before++;
    if (periods[period] + change >= 0)
        periods[period] += change;
    while (after < PERIODS && !periods[after])
        after++;
    if (after != before)
        NtSetTimerResolution(after < PERIODS ? after * 10000 : 0, after < PERIODS, &actual);
    RtlReleaseSRWLockExclusive(&periods_lock);
    return TIMERR_NOERROR;
}

MMRESULT WINAPI timeBeginPeriod(UINT period)
{
    return change_period(period, 1);
}

MMRESULT WINAPI timeEndPeriod(UINT period)
{
    return change_period(period, -1);
}

static void insert(struct timer *timer)
{
    struct timer **link = &timers;

    while (*link && (*link)->due <= timer->due)
        link = &(*link)->next;
    timer->next = *link;
    *link = timer;
}

static void fire(const struct timer *timer)
{
    if (timer->flags & TIME_CALLBACK_EVENT_PULSE)
        PulseEvent((HANDLE)timer->callback);
    else if (timer->flags & TIME_CALLBACK_EVENT_SET)
        SetEvent((HANDLE)timer->callback);
    else
        timer->callback(timer->id, 0, timer->user, 0, 0);
}

static DWORD WINAPI serve(void *unused)
{
    ULONGLONG per_second = frequency();

    (void)unused;
    RtlAcquireSRWLockExclusive(&lock);
    for (;;) {
        struct timer *timer = timers;
        ULONGLONG now = counter();

        if (!timer || timer->due > now) {
            LARGE_INTEGER timeout; /* relative, in 100 ns */
            timeout.QuadPart = timer ? -(LONGLONG)((timer->due - now) * 10000000.0 / per_second) - 1 : 0;
            RtlReleaseSRWLockExclusive(&lock);
            NtWaitForSingleObject(wake, FALSE, timer ? &timeout : NULL);
            RtlAcquireSRWLockExclusive(&lock);
            continue;
        }
        timers = timer->next;
        running = timer;
        running_killed = FALSE;
        RtlReleaseSRWLockExclusive(&lock);
        fire(timer);
        RtlAcquireSRWLockExclusive(&lock);
        running = NULL;
        RtlWakeAllConditionVariable(&call_ended);
        if (running_killed || !(timer->flags & TIME_PERIODIC)) {
            HeapFree(GetProcessHeap(), 0, timer);
        } else {
            timer->due += timer->delay * per_second / 1000;
            insert(timer);
        }
    }
    return 0;
}

/* The thread starts with the first event. Called with the lock held. */
static BOOL start(void)
{
    HANDLE thread;

    if (timer_thread)
        return TRUE;
    if (!wake && !(wake = CreateEventW(NULL, FALSE, FALSE, NULL)))
        return FALSE;
    if (!(thread = CreateThread(NULL, 0, serve, NULL, 0, &timer_thread))) {
        timer_thread = 0;
        return FALSE;
    }
    SetThreadPriority(thread, THREAD_PRIORITY_TIME_CRITICAL);
    CloseHandle(thread);
    return TRUE;
}

MMRESULT WINAPI timeSetEvent(UINT delay, UINT resolution, LPTIMECALLBACK callback, DWORD_PTR user, UINT flags)
{
    struct timer *timer;
    MMRESULT id = 0;

    (void)resolution;
    if (delay < PERIOD_MIN || delay > PERIOD_MAX)
        return 0;
    if (!(timer = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*timer))))
        return 0;
    timer->delay = delay;
    timer->flags = flags;
    timer->callback = callback;
    timer->user = user;
    timer->due = counter() + delay * frequency() / 1000;
    RtlAcquireSRWLockExclusive(&lock);
    if (start()) {
        if (!++last_id)
            ++last_id;
        id = timer->id = last_id;
        insert(timer);
        if (timers == timer)
            SetEvent(wake);
        timer = NULL;
    }
    RtlReleaseSRWLockExclusive(&lock);
    HeapFree(GetProcessHeap(), 0, timer);
    return id;
}

MMRESULT WINAPI timeKillEvent(UINT id)
{
    MMRESULT result = MMSYSERR_INVALPARAM;
    struct timer **link, *timer;

    RtlAcquireSRWLockExclusive(&lock);
    for (link = &timers; *link && (*link)->id != id; link = &(*link)->next)
        ;
    if ((timer = *link)) {
        *link = timer->next;
        HeapFree(GetProcessHeap(), 0, timer);
        result = TIMERR_NOERROR;
    } else if (running && running->id == id) {
        BOOL wait = (running->flags & TIME_KILL_SYNCHRONOUS) && GetCurrentThreadId() != timer_thread;
        if (!running_killed && (running->flags & TIME_PERIODIC))
            result = TIMERR_NOERROR;
        running_killed = TRUE;
        while (wait && running && running->id == id)
            RtlSleepConditionVariableSRW(&call_ended, &lock, NULL, 0);
    }
    RtlReleaseSRWLockExclusive(&lock);
    return result;
}
