/* SPDX-License-Identifier: MIT */
/* locks: critical sections, SRW locks, condition variables and their like, next to what pthread has; alone and in four threads. */
#include "bench.h"

static volatile long counter, shared_data[2];
static int has_barriers = 1;

#ifdef _WIN32
#include <winternl.h>

static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static SYNCHRONIZATION_BARRIER barrier;
static SLIST_HEADER list;
static SLIST_ENTRY items[64] __attribute__((aligned(16)));
static HANDLE keyed;
static volatile LONG turn;
static int condition_turn;

NTSTATUS NTAPI NtCreateKeyedEvent(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, ULONG flags);
NTSTATUS NTAPI NtWaitForKeyedEvent(HANDLE handle, PVOID key, BOOLEAN alertable, LARGE_INTEGER *timeout);
NTSTATUS NTAPI NtReleaseKeyedEvent(HANDLE handle, PVOID key, BOOLEAN alertable, LARGE_INTEGER *timeout);

static void set_up(void)
{
    InitializeCriticalSection(&section);
    has_barriers = !GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version"); /* not before Wine 9 */
    if (has_barriers)
        InitializeSynchronizationBarrier(&barrier, 4, -1);
    InitializeSListHead(&list);
    for (int i = 0; i < 64; i++)
        InterlockedPushEntrySList(&list, &items[i]);
    NtCreateKeyedEvent(&keyed, GENERIC_READ | GENERIC_WRITE, NULL, 0);
}

static void lock(void)
{
    EnterCriticalSection(&section);
}
static void unlock(void)
{
    LeaveCriticalSection(&section);
}
static void lock_exclusive(void)
{
    AcquireSRWLockExclusive(&srw);
}
static void unlock_exclusive(void)
{
    ReleaseSRWLockExclusive(&srw);
}
static void lock_shared(void)
{
    AcquireSRWLockShared(&srw);
}
static void unlock_shared(void)
{
    ReleaseSRWLockShared(&srw);
}
static BOOL CALLBACK once_routine(INIT_ONCE *o, void *parameter, void **context)
{
    (void)o, (void)parameter, (void)context;
    counter++;
    return TRUE;
}
static void run_once(void)
{
    InitOnceExecuteOnce(&once, once_routine, NULL, NULL);
}
static void wake_nobody(void)
{
    WakeConditionVariable(&condition);
}
static void wait_turn(LONG mine)
{
    LONG seen;
    while ((seen = turn) != mine)
        WaitOnAddress(&turn, &seen, sizeof(seen), INFINITE);
}
static void give_turn(LONG to)
{
    turn = to;
    WakeByAddressSingle((void *)&turn);
}
static void condition_wait(int mine)
{
    AcquireSRWLockExclusive(&srw);
    while (condition_turn != mine)
        SleepConditionVariableSRW(&condition, &srw, INFINITE, 0);
}
static void condition_give(int to)
{
    condition_turn = to;
    ReleaseSRWLockExclusive(&srw);
    WakeAllConditionVariable(&condition);
}
static void meet(void)
{
    EnterSynchronizationBarrier(&barrier, 0);
}
static void pop_push(void)
{
    SLIST_ENTRY *entry = InterlockedPopEntrySList(&list);
    if (entry)
        InterlockedPushEntrySList(&list, entry);
}
static void keyed_meet(int index)
{
    if (index)
        NtReleaseKeyedEvent(keyed, (void *)&turn, FALSE, NULL);
    else
        NtWaitForKeyedEvent(keyed, (void *)&turn, FALSE, NULL);
}

#else
#include <linux/futex.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t section, srw_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t srw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_barrier_t barrier;
static sem_t keyed[2];
static _Atomic int turn;
static int condition_turn;

/* A stack of the usual kind: the head is a pointer and a count, exchanged together. */
struct item {
    struct item *next;
} __attribute__((aligned(16)));
static struct item items[64];
static union {
    struct {
        struct item *first;
        uint64_t count;
    };
    unsigned __int128 both;
} list;

static void set_up(void)
{
    pthread_mutexattr_t attr; /* a critical section is recursive */
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&section, &attr);
    pthread_barrier_init(&barrier, NULL, 4);
    sem_init(&keyed[0], 0, 0);
    sem_init(&keyed[1], 0, 0);
    for (int i = 0; i < 64; i++) {
        items[i].next = list.first;
        list.first = &items[i];
    }
}

static void lock(void)
{
    pthread_mutex_lock(&section);
}
static void unlock(void)
{
    pthread_mutex_unlock(&section);
}
static void lock_exclusive(void)
{
    pthread_rwlock_wrlock(&srw);
}
static void unlock_exclusive(void)
{
    pthread_rwlock_unlock(&srw);
}
static void lock_shared(void)
{
    pthread_rwlock_rdlock(&srw);
}
static void unlock_shared(void)
{
    pthread_rwlock_unlock(&srw);
}
static void once_routine(void)
{
    counter++;
}
static void run_once(void)
{
    pthread_once(&once, once_routine);
}
static void wake_nobody(void)
{
    pthread_cond_signal(&condition);
}
static void wait_turn(int mine)
{
    int seen;
    while ((seen = atomic_load(&turn)) != mine)
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, seen, NULL);
}
static void give_turn(int to)
{
    atomic_store(&turn, to);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1);
}
static void condition_wait(int mine)
{
    pthread_mutex_lock(&srw_mutex);
    while (condition_turn != mine)
        pthread_cond_wait(&condition, &srw_mutex);
}
static void condition_give(int to)
{
    condition_turn = to;
    pthread_mutex_unlock(&srw_mutex);
    pthread_cond_broadcast(&condition);
}
static void meet(void)
{
    pthread_barrier_wait(&barrier);
}
static void pop_push(void)
{
    __typeof__(list) old = { .both = 0 }, new;
    old.first = list.first, old.count = list.count;
    struct item *entry;
    for (;;) {
        if (!(entry = old.first))
            return;
        new.first = ((volatile struct item *)entry)->next, new.count = old.count + 1;
        unsigned __int128 seen = __sync_val_compare_and_swap(&list.both, old.both, new.both);
        if (seen == old.both)
            break;
        old.both = seen;
    }
    old = new;
    for (;;) {
        entry->next = old.first;
        new.first = entry, new.count = old.count + 1;
        unsigned __int128 seen = __sync_val_compare_and_swap(&list.both, old.both, new.both);
        if (seen == old.both)
            return;
        old.both = seen;
    }
}
/* Two semaphores are the nearest thing. */
static void keyed_meet(int index)
{
    sem_post(&keyed[index]);
    sem_wait(&keyed[!index]);
}
#endif

static void work(void)
{
    counter++;
    shared_data[0] += counter;
}
static void rest(void)
{
    for (volatile int i = 0; i < 20; i++)
        ;
}

static void mutual(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        lock();
        work();
        unlock();
    }
}
static void recursive(int index, int times)
{
    (void)index;
    lock();
    mutual(index, times);
    unlock();
}
/* With something else to do between: how locks are used where it goes well. */
static void mutual_seldom(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        lock();
        work();
        unlock();
        rest();
    }
}
static void exclusive(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++) {
        lock_exclusive();
        work();
        unlock_exclusive();
    }
}
static void shared(int index, int times)
{
    long sum = 0;
    (void)index;
    for (int i = 0; i < times; i++) {
        lock_shared();
        sum += shared_data[0];
        unlock_shared();
    }
    shared_data[1] = sum;
}
static void read_mostly(int index, int times)
{
    long sum = 0;
    for (int i = 0; i < times; i++) {
        if ((i + index) % 16) {
            lock_shared();
            sum += shared_data[0];
            unlock_shared();
        } else {
            lock_exclusive();
            work();
            unlock_exclusive();
        }
    }
    shared_data[1] = sum;
}
static void init_once(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        run_once();
}
static void wake_idle(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        wake_nobody();
}
static void address_ping_pong(int index, int times)
{
    for (int i = 0; i < times; i++) {
        wait_turn(index);
        give_turn(!index);
    }
}
static void condition_ping_pong(int index, int times)
{
    for (int i = 0; i < times; i++) {
        condition_wait(index);
        condition_give(!index);
    }
}
static void barriers(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        meet();
}
static void keyed_ping_pong(int index, int times)
{
    for (int i = 0; i < times; i++)
        keyed_meet(index);
}
static void stack(int index, int times)
{
    (void)index;
    for (int i = 0; i < times; i++)
        pop_push();
}

int main(void)
{
    set_up();
    for (int threads = 1; threads <= 4; threads *= 4) {
        int times = threads == 1 ? 1000000 : 500000;
        bench("mutex", threads, mutual, times);
        bench("mutex-and-rest", threads, mutual_seldom, times / 4);
        bench("rw-exclusive", threads, exclusive, times);
        bench("rw-shared", threads, shared, times);
        bench("rw-mostly-shared", threads, read_mostly, times);
        bench("once", threads, init_once, times);
        bench("slist-pop-push", threads, stack, times / 2);
    }
    bench("mutex-recursive", 1, recursive, 1000000);
    bench("condition-wake-nobody", 1, wake_idle, 1000000);
    bench("address-ping-pong", 2, address_ping_pong, 20000);
    bench("condition-ping-pong", 2, condition_ping_pong, 20000);
    bench("keyed-ping-pong", 2, keyed_ping_pong, 20000);
    if (has_barriers)
        bench("barrier", 4, barriers, 4000);
    return 0;
}
