/* SPDX-License-Identifier: MIT */
/*
 * control.c: SIGINT, SIGQUIT, SIGTERM and SIGHUP as console control events. Windows raises an event in a thread of its own,
 * whatever the others are doing. A program that has no handler is ended by the signal itself, at once; for one that has,
 * a native thread waits, since a signal handler can make no thread. It exists from the first handler on only, so that
 * the start of programs that have none does not pay for it.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include "child.h"
#include "file.h"
#include "process.h"
#include "unix_call.h"

#define CTRL_C_EVENT     0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2

#define CONSOLE_IGNORE_CTRL_C 1 /* ConsoleFlags: SetConsoleCtrlHandler(NULL, TRUE) */

#define CLOSE_SECONDS 5 /* "HandlerRoutine": what a process has left after CTRL_CLOSE_EVENT */

static const int controls[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

static bool thread_waits;
static uint32_t raised; /* signals that have come, bits by number */
static sem_t wake;

/* The end that a program without a handler meets. */
void signal_default(int sig)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t set;
    process_before_exit();
    sigaction(sig, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, sig);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    syscall(SYS_tgkill, getpid(), gettid(), sig);
    _exit(128 + sig);
}

static void raise_event(int sig)
{
    void *routine = process_control_routine();
    ULONG event = sig == SIGINT ? CTRL_C_EVENT : sig == SIGQUIT ? CTRL_BREAK_EVENT : CTRL_CLOSE_EVENT;
    if (!routine || thread_create_native(routine, (void *)(ULONG_PTR)event))
        signal_default(sig);
    console_interrupted();
}

static void *control_thread(void *unused)
{
    int closing = 0;
    struct timespec deadline;
    (void)unused;
    pthread_setname_np(pthread_self(), "transom/control");
    for (;;) {
        int failed = closing ? sem_timedwait(&wake, &deadline) : sem_wait(&wake);
        if (failed && errno == ETIMEDOUT)
            signal_default(closing);
        uint32_t signals = failed ? 0 : __atomic_exchange_n(&raised, 0, __ATOMIC_ACQ_REL);
        for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
            int sig = controls[i];
            if (!(signals & 1u << sig))
                continue;
            raise_event(sig);
            if (!closing && (sig == SIGTERM || sig == SIGHUP)) {
                closing = sig;
                clock_gettime(CLOCK_REALTIME, &deadline);
                deadline.tv_sec += CLOSE_SECONDS;
            }
        }
    }
    return NULL;
}

static void handle_control(int sig, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    (void)context;
    child_signal_pass_on(sig, info);
    if (sig == SIGINT && process_peb && process_peb->ProcessParameters &&
        process_peb->ProcessParameters->ConsoleFlags & CONSOLE_IGNORE_CTRL_C)
        return;
    if (!__atomic_load_n(&thread_waits, __ATOMIC_ACQUIRE))
        signal_default(sig);
    process_last_control_signal =
        sig; /* before the event: a program may end because its child has been ended by the same */
    __atomic_fetch_or(&raised, 1u << sig, __ATOMIC_ACQ_REL);
    sem_post(&wake);
    errno = saved_errno;
}

/* The program has a handler now. */
NTSTATUS control_start(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_attr_t attributes;
    pthread_t thread;
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&lock);
    if (!thread_waits) {
        sem_init(&wake, 0, 0);
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 0x10000);
        if (pthread_create(&thread, &attributes, control_thread, NULL))
            status = STATUS_NO_MEMORY;
        else
            __atomic_store_n(&thread_waits, true, __ATOMIC_RELEASE);
        pthread_attr_destroy(&attributes);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

void control_init(void)
{
    struct sigaction action = { .sa_sigaction = handle_control, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
    for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
        struct sigaction old;
        if (sigaction(controls[i], &action, &old) == 0 && old.sa_handler == SIG_IGN)
            sigaction(controls[i], &old, NULL); /* nohup and background jobs stay as the caller wants them */
    }
}
