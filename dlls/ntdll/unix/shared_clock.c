/* SPDX-License-Identifier: MIT */
/*
 * shared_clock.c: keeps the clocks in KUSER_SHARED_DATA current, at the rate of Windows' clock interrupt: 64 Hz unless
 * NtSetTimerResolution asks for more. On Windows one interrupt does that for all; here each process has a page of its own and a tiny
 * thread that writes it, so it must not tick where nobody can look: a thousand idle programs would wake up 64,000 times a second.
 *
 * Whoever returns from a call to Windows code while the clock does not know of it says so (dispatch.S, shared_clock_touch()).
 * If for a whole tick nobody has, and the process has used no processor time, all its threads are blocked, and the clock sleeps until the
 * first of them returns, which then brings the times up to date before it goes on. That leaves a thread that was in Windows code all the
 * time and got no processor: a timer of the process's processor time wakes the clock when it does.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "process.h"
#include "shared_data.h"

#define CLOCK_SIGNAL   (SIGRTMAX - 2) /* the first tick; and to the clock thread: look again */
#define IDLE_TIME      100000         /* ns: what processor time in a tick is nothing */
#define NOTICED_TIME   1000000        /* ns of processor time that wake the clock */
#define KERNEL_SIGSETS 8              /* bytes */

enum {
    CLOCK_AWAKE,  /* it ticks, and somebody has returned to Windows code since the last tick */
    CLOCK_QUIET,  /* it ticks, and nobody has */
    CLOCK_ASLEEP, /* it does not tick */
    CLOCK_WAKING, /* it does not tick, and somebody brings the times up to date */
};

volatile uint32_t shared_clock_state;

static volatile uint32_t tick_interval = 156250; /* 100 ns */
static int clock_process, clock_thread;
static int idle_timer = -1;

ULONG shared_clock_interval(void)
{
    return tick_interval;
}

/* For the clock thread, which has no errno of its own. */
static long raw_call(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}

static void nudge(void)
{
    int thread = __atomic_load_n(&clock_thread, __ATOMIC_ACQUIRE);
    if (thread)
        raw_call(SYS_tgkill, clock_process, thread, CLOCK_SIGNAL, 0);
}

static bool change_state(uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(&shared_clock_state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* From asleep to awake, whoever is the first to do it. False if another one was. */
static bool bring_up_to_date(void)
{
    if (!change_state(CLOCK_ASLEEP, CLOCK_WAKING))
        return false;
    shared_data_update_times();
    __atomic_store_n(&shared_clock_state, CLOCK_AWAKE, __ATOMIC_SEQ_CST);
    return true;
}

void shared_clock_wake(void)
{
    uint32_t state;
    while ((state = __atomic_load_n(&shared_clock_state, __ATOMIC_SEQ_CST)) != CLOCK_AWAKE) {
        if (state == CLOCK_QUIET)
            change_state(CLOCK_QUIET, CLOCK_AWAKE);
        else if (state == CLOCK_WAKING)
            raw_call(SYS_sched_yield, 0, 0, 0, 0);
        else if (bring_up_to_date())
            nudge();
    }
}

/* --- the thread --- */

/*
 * It was made by a bare clone: no thread-local storage of its own, so it must not touch errno, locks or anything else of
 * libc's but the vDSO clocks.
 */
static void sleep_for(const struct timespec *time)
{
    const uint64_t set = 1ull << (CLOCK_SIGNAL - 1);
    raw_call(SYS_rt_sigtimedwait, (long)&set, 0, (long)time, KERNEL_SIGSETS);
}

static int64_t processor_time(clockid_t clock)
{
    struct timespec ts = { 0 };
    raw_call(SYS_clock_gettime, clock, (long)&ts, 0, 0);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int64_t time_of_others(void)
{
    int64_t all = processor_time(CLOCK_PROCESS_CPUTIME_ID);
    return all - processor_time(CLOCK_THREAD_CPUTIME_ID);
}

static void set_idle_timer(long ns)
{
    const struct itimerspec time = { .it_value.tv_nsec = ns };
    raw_call(SYS_timer_settime, idle_timer, 0, (long)&time, 0);
}

static void sleep_until_needed(void)
{
    if (__atomic_load_n(&idle_timer, __ATOMIC_ACQUIRE) < 0 || !change_state(CLOCK_QUIET, CLOCK_ASLEEP))
        return;
    set_idle_timer(NOTICED_TIME);
    if (__atomic_load_n(&shared_clock_state, __ATOMIC_SEQ_CST) == CLOCK_ASLEEP)
        sleep_for(NULL);
    set_idle_timer(0);
    shared_clock_wake();
}

static int tick(void *unused)
{
    int64_t before = 0;
    (void)unused;
    for (;;) {
        shared_data_update_times();
        const struct timespec interval = { 0, (long)tick_interval * 100 };
        sleep_for(&interval);
        if (__atomic_exchange_n(&shared_clock_state, CLOCK_QUIET, __ATOMIC_SEQ_CST) == CLOCK_AWAKE)
            continue;
        int64_t now = time_of_others();
        if (now - before < IDLE_TIME)
            sleep_until_needed();
        before = now;
    }
    return 0;
}

/* Without this timer (a sandbox may not have it) the clock does not sleep. */
static void make_idle_timer(int thread)
{
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = CLOCK_SIGNAL };
    int timer;
    event._sigev_un._tid = thread;
    if (!syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &timer))
        __atomic_store_n(&idle_timer, timer, __ATOMIC_RELEASE);
}

static void start_thread(void)
{
    static char stack[4096] __attribute__((aligned(16)));
    static bool started;
    char name[16] = "";
    sigset_t all, old;
    if (__atomic_exchange_n(&started, true, __ATOMIC_ACQ_REL))
        return;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_NAME, "transom/clock"); /* inherited: it is none of the program's threads */
    clock_process = getpid();
    int thread =
        clone(tick, stack + sizeof(stack),
              CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID,
              NULL, &clock_thread);
    prctl(PR_SET_NAME, name);
    if (thread > 0)
        make_idle_timer(thread);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

static void handle_first_tick(int sig)
{
    int saved_errno = errno;
    (void)sig;
    start_thread();
    errno = saved_errno;
}

/*
 * Making a thread, and ending it with the process, costs more than all that many programs do (they end before the clock has
 * ticked once): a timer is set that starts it at the first tick.
 */
void shared_clock_start(void)
{
    struct sigaction action = { .sa_handler = handle_first_tick, .sa_flags = SA_ONSTACK | SA_RESTART };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = CLOCK_SIGNAL };
    const struct itimerspec first = { .it_value.tv_nsec = 15625000 };
    sigset_t signal;
    timer_t timer;
    sigfillset(&action.sa_mask);
    sigaction(CLOCK_SIGNAL, &action, NULL);
    sigemptyset(&signal);
    sigaddset(&signal, CLOCK_SIGNAL);
    sigprocmask(SIG_UNBLOCK, &signal, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &first, NULL))
        start_thread();
}

void shared_clock_set_interval(ULONG interval)
{
    tick_interval = interval;
    start_thread();
    nudge();
}
