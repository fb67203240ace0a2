/* SPDX-License-Identifier: MIT */
/*
 * locks.c: ntdll's parking lot, critical sections, SRW locks, condition variables, waits on addresses, one-time initialisation and
 * barriers as a native program under ThreadSanitizer. What they protect is plain data: a lock that does not order its users' accesses
 * is reported, as is a race in the locks' own data. The system calls below them are a mutex and a condition variable a
 * thread, with the promise of the real ones and no more: an alert is kept until the next wait takes it, waits may end early.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

/* clang-format off: in this order */
#include "rtlpark.c"
#include "rtlsrw.c"
#include "rtlcritsec.c"
#include "rtlwait.c"
/* clang-format on */

enum { THREADS = 4, ROUNDS = 40000 };

struct shim_peb shim_peb = { .NumberOfProcessors = 2 };
__thread struct shim_teb shim_teb;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool alerted;
} gates[THREADS + 1];

NTSTATUS NtAlertThreadByThreadId(HANDLE thread)
{
    ULONG_PTR i = (ULONG_PTR)thread;

    pthread_mutex_lock(&gates[i].mutex);
    gates[i].alerted = true;
    pthread_cond_signal(&gates[i].condition);
    pthread_mutex_unlock(&gates[i].mutex);
    return STATUS_SUCCESS;
}

NTSTATUS NtWaitForAlertByThreadId(PVOID address, LARGE_INTEGER *timeout)
{
    ULONG_PTR i = (ULONG_PTR)shim_teb.ClientId.UniqueThread;
    struct timespec end;
    NTSTATUS status = STATUS_ALERTED;

    (void)address;
    clock_gettime(CLOCK_REALTIME, &end);
    if (timeout) {
        ULONGLONG left = (ULONGLONG)-timeout->QuadPart * 100 + (ULONGLONG)end.tv_nsec;

        end.tv_sec += (time_t)(left / 1000000000);
        end.tv_nsec = (long)(left % 1000000000);
    }
    pthread_mutex_lock(&gates[i].mutex);
    while (!gates[i].alerted && status != STATUS_TIMEOUT) {
        if (!timeout)
            pthread_cond_wait(&gates[i].condition, &gates[i].mutex);
        else if (pthread_cond_timedwait(&gates[i].condition, &gates[i].mutex, &end))
            status = STATUS_TIMEOUT;
    }
    if (gates[i].alerted)
        status = STATUS_ALERTED;
    gates[i].alerted = false;
    pthread_mutex_unlock(&gates[i].mutex);
    return status;
}

NTSTATUS NtYieldExecution(void)
{
    sched_yield();
    return STATUS_SUCCESS;
}

BOOLEAN RtlDllShutdownInProgress(void)
{
    return FALSE;
}

NTSTATUS NtTerminateProcess(HANDLE process, NTSTATUS status)
{
    (void)process, (void)status;
    abort();
}

ULONGLONG rtl_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ULONGLONG)t.tv_sec * 10000000 + (ULONGLONG)t.tv_nsec / 100;
}

void RtlRaiseStatus(NTSTATUS status)
{
    fprintf(stderr, "status %#x raised\n", (unsigned)status);
    abort();
}

/* --- what is done with them --- */

static RTL_CRITICAL_SECTION section;
static RTL_SRWLOCK srw;
static RTL_CONDITION_VARIABLE condition;
static RTL_RUN_ONCE once;
static RTL_BARRIER barrier;
static long plain, written[2], tokens, seen_once, phases[THREADS];
static volatile LONG turn;
static int bad;

static void use_section(int index)
{
    (void)index;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 8 == 0 && !RtlTryEnterCriticalSection(&section))
            continue;
        if (i % 8)
            RtlEnterCriticalSection(&section);
        plain++;
        RtlLeaveCriticalSection(&section);
    }
}

static void use_srw(int index)
{
    for (int i = 0; i < ROUNDS; i++) {
        switch ((i * 7 + index) % 8) {
        case 0:
            RtlAcquireSRWLockExclusive(&srw);
            written[0]++;
            written[1]++;
            if (i % 3) {
                RtlReleaseSRWLockExclusive(&srw);
            } else {
                RtlConvertSRWLockExclusiveToShared(&srw);
                bad += written[0] != written[1];
                RtlReleaseSRWLockShared(&srw);
            }
            break;
        case 1:
            if (!RtlTryAcquireSRWLockExclusive(&srw))
                break;
            written[0]++;
            written[1]++;
            RtlReleaseSRWLockExclusive(&srw);
            break;
        case 2:
            RtlAcquireSRWLockShared(&srw);
            if (RtlTryConvertSRWLockSharedToExclusiveOrRelease(&srw)) {
                written[0]++;
                written[1]++;
                RtlReleaseSRWLockExclusive(&srw);
            }
            break;
        default:
            RtlAcquireSRWLockShared(&srw);
            if (written[0] != written[1])
                abort();
            RtlReleaseSRWLockShared(&srw);
        }
    }
}

static void use_condition(int index)
{
    LARGE_INTEGER soon = { .QuadPart = -1000 };

    for (int i = 0; i < ROUNDS / 2; i++) {
        RtlAcquireSRWLockExclusive(&srw);
        if (index & 1) {
            tokens++;
            RtlReleaseSRWLockExclusive(&srw);
            if (i % 5)
                RtlWakeConditionVariable(&condition);
            else
                RtlWakeAllConditionVariable(&condition);
        } else {
            while (!tokens)
                RtlSleepConditionVariableSRW(&condition, &srw, i % 3 ? NULL : &soon, 0);
            tokens--;
            RtlReleaseSRWLockExclusive(&srw);
        }
    }
    RtlWakeAllConditionVariable(&condition);
}

static void use_address(int index)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        LONG seen;

        while ((seen = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) % THREADS != index)
            RtlWaitOnAddress(&turn, &seen, sizeof(seen), NULL);
        plain++; /* passed from hand to hand */
        __atomic_store_n(&turn, seen + 1, __ATOMIC_RELEASE);
        RtlWakeAddressAll((const void *)&turn);
    }
}

static DWORD initialise(RTL_RUN_ONCE *o, PVOID parameter, PVOID *context)
{
    (void)o, (void)parameter, (void)context;
    seen_once++;
    return TRUE;
}

static void use_once_and_barrier(int index)
{
    for (int i = 0; i < ROUNDS / 8; i++) {
        RtlRunOnceExecuteOnce(&once, initialise, NULL, NULL);
        if (seen_once != 1)
            abort();
        phases[index] = i;
        RtlBarrier(&barrier, i % 3 == 1 ? SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY : 0);
        for (int j = 0; j < THREADS; j++)
            if (phases[j] != i)
                abort();
        RtlBarrier(&barrier, 0);
    }
}

static void (*const uses[])(int) = { use_section, use_srw, use_condition, use_address, use_once_and_barrier };
static void (*current)(int);

static void *run(void *argument)
{
    shim_teb.ClientId.UniqueThread = (HANDLE)((ULONG_PTR)argument + 1);
    current((int)(ULONG_PTR)argument);
    return NULL;
}

int main(void)
{
    for (int i = 0; i <= THREADS; i++) {
        pthread_mutex_init(&gates[i].mutex, NULL);
        pthread_cond_init(&gates[i].condition, NULL);
    }
    RtlInitializeCriticalSection(&section);
    RtlInitBarrier(&barrier, THREADS, -1u);
    for (unsigned u = 0; u < sizeof(uses) / sizeof(*uses); u++) {
        pthread_t threads[THREADS];

        current = uses[u];
        for (ULONG_PTR i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, run, (void *)i);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    RtlDeleteCriticalSection(&section);
    if (bad || tokens || written[0] != written[1] || srw.Ptr || turn != THREADS * (ROUNDS / 4))
        abort();
    puts("done");
    return 0;
}
