/* SPDX-License-Identifier: MIT */
/*
 * wait.c: waiting. How a thread blocks and is woken, and the system calls that wait for objects.
 *
 * A thread sleeps on one futex, its record's wait_state, whatever it waits for. See include/segment.h for the states and
 * cell.c for who changes them.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "cell.h"

#define EPOCH_1601_SECONDS 11644473600ll

/* --- deadlines --- */

void wait_deadline_init(struct wait_deadline *deadline, const LARGE_INTEGER *timeout)
{
    if (!timeout || timeout->QuadPart == INT64_MIN) {
        deadline->infinite = true;
        return;
    }
    deadline->infinite = false;
    int64_t ticks = timeout->QuadPart;
    if (ticks > 0) {
        deadline->realtime = true;
        deadline->seconds = ticks / 10000000 - EPOCH_1601_SECONDS;
        deadline->nanoseconds = ticks % 10000000 * 100;
        return;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    deadline->realtime = false;
    deadline->seconds = now.tv_sec + -ticks / 10000000;
    deadline->nanoseconds = now.tv_nsec + -ticks % 10000000 * 100;
    if (deadline->nanoseconds >= 1000000000) {
        deadline->nanoseconds -= 1000000000;
        deadline->seconds++;
    }
}

bool wait_deadline_passed(const struct wait_deadline *deadline)
{
    if (deadline->infinite)
        return false;
    struct timespec now;
    clock_gettime(deadline->realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->seconds || (now.tv_sec == deadline->seconds && now.tv_nsec >= deadline->nanoseconds);
}

/* Sleeps while *word is `value`. False when the deadline has passed. The word may be shared with other processes. */
bool futex_sleep(uint32_t *word, uint32_t value, const struct wait_deadline *deadline)
{
    int op = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG;
    struct timespec at, *at_pointer = NULL;
    if (!deadline->infinite) {
        if (deadline->seconds < 0)
            return false;
        at = (struct timespec){ deadline->seconds, deadline->nanoseconds };
        at_pointer = &at;
        if (deadline->realtime)
            op |= FUTEX_CLOCK_REALTIME;
    }
    return syscall(SYS_futex, word, op, value, at_pointer, NULL, FUTEX_BITSET_MATCH_ANY) == 0 || errno != ETIMEDOUT;
}

void wait_wake(struct segment_thread *record)
{
    syscall(SYS_futex, &record->wait_state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* --- blocking --- */

void wait_arm(struct thread_wait *wait, bool alertable, uint32_t armed)
{
    struct segment_thread *record = wait->record;
    record->alertable = alertable;
    /* A full barrier: whoever interrupts sets `pending` and then looks at the state; we set the state, then look. */
    __atomic_exchange_n(&record->wait_state, armed, __ATOMIC_SEQ_CST);
}

/*
 * Spinning before blocking. Where the answer comes within some microseconds, spinning for it saves two system calls and
 * the wake-up of an idle processor; where it does not, the time is lost, and taken from whoever would give the answer if
 * there are more threads than processors. So each thread learns: it spins in every wait as long as that mostly pays, for
 * about twice as long as it usually took; when it does not, it tries again once in a while, at ever greater distances.
 */
#define SPIN_MAX          300u /* pauses, of 10 to 50 ns: about as long as a wake-up takes */
#define SPIN_CREDIT       8
#define SPIN_INTERVAL     8
#define SPIN_INTERVAL_MAX 512

static bool spinning_possible(void)
{
    static int processors;
    int count = __atomic_load_n(&processors, __ATOMIC_RELAXED);
    if (unlikely(!count)) {
        cpu_set_t set;
        count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 2;
        __atomic_store_n(&processors, count, __ATOMIC_RELAXED);
    }
    return count > 1;
}

static inline bool is_armed(uint32_t state)
{
    return state >= WAIT_STATE_ANY && state <= WAIT_STATE_COMMITTING_SLEEP;
}

/* Leaves an armed state for `to`; false if the wait ended otherwise meanwhile (the state tells how). */
static bool disarm(struct segment_thread *record, uint32_t to, bool *sleeping)
{
    uint32_t state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    while (is_armed(state)) {
        if (state == WAIT_STATE_COMMITTING || state == WAIT_STATE_COMMITTING_SLEEP) {
            sched_yield();
            state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
        } else if (__atomic_compare_exchange_n(&record->wait_state, &state, to, false, __ATOMIC_ACQ_REL,
                                               __ATOMIC_ACQUIRE)) {
            if (sleeping)
                *sleeping = state == WAIT_STATE_ANY_SLEEP || state == WAIT_STATE_ALL_SLEEP;
            return true;
        }
    }
    return false;
}

bool wait_claim(struct segment_thread *record, uint32_t position, bool *sleeping)
{
    uint32_t state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    while (state == WAIT_STATE_ANY || state == WAIT_STATE_ANY_SLEEP) {
        if (__atomic_compare_exchange_n(&record->wait_state, &state, WAIT_STATE_SATISFIED + position, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            *sleeping = state == WAIT_STATE_ANY_SLEEP;
            return true;
        }
    }
    return false;
}

static uint32_t pending_bits(const struct thread_wait *wait, bool alertable)
{
    uint32_t bits = __atomic_load_n(&wait->record->pending, __ATOMIC_SEQ_CST);
    return alertable ? bits : bits & SEGMENT_PENDING_SUSPEND;
}

static uint32_t spin_limit(struct wait_spin *spin)
{
    if (spin->credit)
        return spin->typical * 2u + 30 < SPIN_MAX ? spin->typical * 2u + 30 : SPIN_MAX;
    if (spin->left) {
        spin->left--;
        return 0;
    }
    return spinning_possible() ? SPIN_MAX : 0;
}

static void spin_paid(struct wait_spin *spin, uint32_t took)
{
    spin->typical = (uint16_t)(spin->credit ? (spin->typical * 7u + took) / 8 : took);
    if (spin->credit < SPIN_CREDIT)
        spin->credit++;
    spin->interval = 0;
}

static void spin_failed(struct wait_spin *spin)
{
    if (spin->credit > 2) {
        spin->credit -= 2;
        return;
    }
    spin->credit = 0;
    spin->interval = spin->interval ? spin->interval * 2 : SPIN_INTERVAL;
    if (spin->interval > SPIN_INTERVAL_MAX)
        spin->interval = SPIN_INTERVAL_MAX;
    spin->left = spin->interval;
}

enum wake_reason wait_block(struct thread_wait *wait, const struct wait_deadline *deadline, uint32_t *position)
{
    struct segment_thread *record = wait->record;
    bool alertable = record->alertable;
    uint32_t state;

    if (unlikely(pending_bits(wait, alertable)))
        goto interrupted;

    uint32_t limit = spin_limit(&wait->spin);
    for (uint32_t i = 0; i < limit; i++) {
        state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
        if (!is_armed(state)) {
            spin_paid(&wait->spin, i);
            goto ended;
        }
        cpu_relax();
    }
    if (limit)
        spin_failed(&wait->spin);

    for (;;) {
        state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
        if (state == WAIT_STATE_ANY || state == WAIT_STATE_ALL) {
            uint32_t sleep = state + 1; /* ANY_SLEEP, ALL_SLEEP */
            if (!__atomic_compare_exchange_n(&record->wait_state, &state, sleep, false, __ATOMIC_ACQ_REL,
                                             __ATOMIC_ACQUIRE))
                continue;
            state = sleep;
        }
        if (!is_armed(state))
            goto ended;
        if (state == WAIT_STATE_COMMITTING || state == WAIT_STATE_COMMITTING_SLEEP) {
            sched_yield();
            continue;
        }
        if (!futex_sleep(&record->wait_state, state, deadline))
            break;
    }
    if (disarm(record, WAIT_STATE_IDLE, NULL))
        return WAKE_TIMEOUT;
    state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
ended:
    __atomic_store_n(&record->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELAXED);
    if (state >= WAIT_STATE_SATISFIED) {
        *position = state - WAIT_STATE_SATISFIED;
        return WAKE_SATISFIED;
    }
    return WAKE_INTERRUPTED;

interrupted:
    if (disarm(record, WAIT_STATE_IDLE, NULL))
        return WAKE_INTERRUPTED;
    state = __atomic_load_n(&record->wait_state, __ATOMIC_ACQUIRE);
    goto ended;
}

static void interrupt(struct segment_thread *record, uint32_t bit)
{
    if (bit != SEGMENT_PENDING_SUSPEND && !__atomic_load_n(&record->alertable, __ATOMIC_SEQ_CST))
        return;
    bool sleeping = false;
    if (disarm(record, WAIT_STATE_INTERRUPTED, &sleeping) && sleeping)
        wait_wake(record);
}

/* The bit in `pending` is set already. */
void wait_interrupt_for_apc(struct thread_wait *wait)
{
    interrupt(wait->record, SEGMENT_PENDING_APC);
}

void wait_interrupt_for_alert(struct thread_wait *wait)
{
    __atomic_fetch_or(&wait->record->pending, SEGMENT_PENDING_ALERT, __ATOMIC_SEQ_CST);
    interrupt(wait->record, SEGMENT_PENDING_ALERT);
}

void thread_interrupt_wait(struct thread *thread)
{
    struct segment_thread *record = thread->wait.record;
    if (!record)
        return;
    __atomic_fetch_or(&record->pending, SEGMENT_PENDING_SUSPEND, __ATOMIC_SEQ_CST);
    interrupt(record, SEGMENT_PENDING_SUSPEND);
    /* A wait for an alert by thread id sleeps elsewhere. */
    syscall(SYS_futex, &record->alert_state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

NTSTATUS wait_interrupted(struct thread_wait *wait, bool alertable)
{
    struct segment_thread *record = wait->record;
    if (__atomic_load_n(&record->pending, __ATOMIC_ACQUIRE) & SEGMENT_PENDING_SUSPEND) {
        __atomic_fetch_and(&record->pending, ~SEGMENT_PENDING_SUSPEND, __ATOMIC_SEQ_CST);
        thread_check_suspend();
    }
    if (!alertable)
        return STATUS_PENDING;
    if (thread_run_apc(STATUS_USER_APC))
        return STATUS_USER_APC;
    if (__atomic_fetch_and(&record->pending, ~SEGMENT_PENDING_ALERT, __ATOMIC_SEQ_CST) & SEGMENT_PENDING_ALERT)
        return STATUS_ALERTED;
    return STATUS_PENDING;
}

/* --- waiting for cells --- */

struct wait_target {
    uint32_t cell;
    uint16_t generation;
    uint8_t kind;
    uint8_t position; /* of the handle, as the program gave it */
};

/* Queues the wait on every target, or acquires the first that is signalled. Returns how many blocks were queued. */
static uint32_t enqueue_any(struct thread_wait *wait, const struct wait_target *targets, uint32_t count)
{
    struct segment_thread *record = wait->record;
    for (uint32_t i = 0; i < count; i++) {
        struct segment_cell *cell = segment_cell(targets[i].cell);
        uint64_t word = cell_lock(cell);
        if (cell_signalled(cell, word, wait->index)) {
            bool sleeping, abandoned = false;
            if (wait_claim(record, i, &sleeping)) {
                bool fresh = cell->kind == CELL_MUTANT && !CELL_VALUE(word);
                word = cell_consume(cell, word, wait->index, &abandoned);
                cell->abandoned = abandoned;
                /* An owned mutant that was entered again must not be linked a second time: see finish_any. */
                record->blocks[i].result = fresh;
            }
            cell_unlock(cell, word);
            return i;
        }
        record->blocks[i].result = true;
        word = cell_queue_append(cell, word, targets[i].cell, wait->index * SEGMENT_WAIT_OBJECTS + i);
        cell_unlock(cell, word);
    }
    return count;
}

/* Takes the first `count` blocks off their queues, except those that whoever satisfied the wait took off. */
static void dequeue(struct thread_wait *wait, const struct wait_target *targets, uint32_t count)
{
    struct segment_thread *record = wait->record;
    for (uint32_t i = 0; i < count; i++) {
        if (!__atomic_load_n(&record->blocks[i].cell, __ATOMIC_ACQUIRE))
            continue;
        struct segment_cell *cell = segment_cell(targets[i].cell);
        uint64_t word = cell_lock(cell);
        if (record->blocks[i].cell)
            word = cell_queue_remove(cell, word, wait->index * SEGMENT_WAIT_OBJECTS + i);
        cell_unlock(cell, word);
    }
}

/* The wait was satisfied through targets[position]. */
static NTSTATUS finish_any(struct thread_wait *wait, const struct wait_target *target, uint32_t position)
{
    NTSTATUS base = STATUS_WAIT_0;
    if (target->kind == CELL_MUTANT) {
        struct segment_cell *cell = segment_cell(target->cell);
        cell_unlock(cell, cell_lock(cell)); /* whoever handed it over may still be about to unlock it */
        if (cell->abandoned) {
            cell->abandoned = 0;
            base = STATUS_ABANDONED_WAIT_0;
        }
        if (wait->record->blocks[position].result)
            cell_link_owned(target->cell);
    }
    return base + target->position;
}

static NTSTATUS wait_any(struct thread_wait *wait, const struct wait_target *targets, uint32_t count, bool alertable,
                         const LARGE_INTEGER *timeout)
{
    for (uint32_t i = 0; i < count; i++) {
        NTSTATUS status = cell_try_acquire(targets[i].cell, targets[i].generation, targets[i].kind);
        if (status != STATUS_TIMEOUT)
            return status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0 ? status + targets[i].position : status;
    }
    if (timeout && !timeout->QuadPart && !pending_bits(wait, alertable))
        return STATUS_TIMEOUT;

    struct wait_deadline deadline;
    wait_deadline_init(&deadline, timeout);
    NTSTATUS status;
    completion_thread_blocks(wait);
    for (;;) {
        uint32_t position = 0;
        wait_arm(wait, alertable, WAIT_STATE_ANY);
        uint32_t queued = enqueue_any(wait, targets, count);
        enum wake_reason reason = wait_block(wait, &deadline, &position);
        dequeue(wait, targets, queued);
        if (reason == WAKE_SATISFIED) {
            status = finish_any(wait, &targets[position], position);
            break;
        }
        status = STATUS_TIMEOUT;
        if (reason == WAKE_TIMEOUT)
            break;
        status = wait_interrupted(wait, alertable);
        if (status != STATUS_PENDING)
            break;
    }
    completion_thread_resumes(wait);
    return status;
}

/* Acquires all targets, whose cells are in ascending order, if all are signalled; else queues on all, if `queue`. */
static bool acquire_all(struct thread_wait *wait, const struct wait_target *targets, uint32_t count, bool queue,
                        bool *abandoned)
{
    uint64_t words[SEGMENT_WAIT_OBJECTS];
    bool all = true;
    for (uint32_t i = 0; i < count; i++) {
        struct segment_cell *cell = segment_cell(targets[i].cell);
        words[i] = cell_lock(cell);
        all = all && cell_signalled(cell, words[i], wait->index);
        if (cell->kind == CELL_MUTANT)
            wait->record->blocks[i].result = !CELL_VALUE(words[i]) || CELL_VALUE(words[i]) != wait->index;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct segment_cell *cell = segment_cell(targets[i].cell);
        if (all)
            words[i] = cell_consume(cell, words[i], wait->index, abandoned);
        else if (queue)
            words[i] = cell_queue_append(cell, words[i], targets[i].cell, wait->index * SEGMENT_WAIT_OBJECTS + i);
        cell_unlock(cell, words[i]);
    }
    return all;
}

static NTSTATUS finish_all(struct thread_wait *wait, const struct wait_target *targets, uint32_t count, bool abandoned)
{
    for (uint32_t i = 0; i < count; i++)
        if (targets[i].kind == CELL_MUTANT && wait->record->blocks[i].result)
            cell_link_owned(targets[i].cell);
    return abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

static NTSTATUS wait_all(struct thread_wait *wait, const struct wait_target *targets, uint32_t count, bool alertable,
                         const LARGE_INTEGER *timeout)
{
    bool abandoned = false;
    if (acquire_all(wait, targets, count, false, &abandoned))
        return finish_all(wait, targets, count, abandoned);
    if (timeout && !timeout->QuadPart && !pending_bits(wait, alertable))
        return STATUS_TIMEOUT;

    struct wait_deadline deadline;
    wait_deadline_init(&deadline, timeout);
    NTSTATUS status;
    completion_thread_blocks(wait);
    for (;;) {
        uint32_t position;
        wait->record->count = count;
        wait_arm(wait, alertable, WAIT_STATE_ALL);
        abandoned = false;
        if (acquire_all(wait, targets, count, true, &abandoned)) {
            __atomic_store_n(&wait->record->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELAXED);
            status = finish_all(wait, targets, count, abandoned);
            break;
        }
        enum wake_reason reason = wait_block(wait, &deadline, &position);
        dequeue(wait, targets, count);
        if (reason == WAKE_SATISFIED) {
            status = finish_all(wait, targets, count, wait->record->abandoned);
            break;
        }
        status = STATUS_TIMEOUT;
        if (reason == WAKE_TIMEOUT)
            break;
        status = wait_interrupted(wait, alertable);
        if (status != STATUS_PENDING)
            break;
    }
    completion_thread_resumes(wait);
    return status;
}

/* --- objects and handles --- */

static NTSTATUS target_of(struct object *obj, struct wait_target *target)
{
    if (!obj->cell)
        return STATUS_OBJECT_TYPE_MISMATCH;
    *target = (struct wait_target){ .cell = obj->cell,
                                    .generation = CELL_ANY_GENERATION,
                                    .kind = segment_cell(obj->cell)->kind };
    return STATUS_SUCCESS;
}

NTSTATUS object_wait(struct object *obj, bool alertable, const LARGE_INTEGER *timeout)
{
    struct wait_target target;
    NTSTATUS status = target_of(obj, &target);
    return status ? status : wait_any(wait_self(), &target, 1, alertable, timeout);
}

/* Waits while holding a reference that the thread's end would drop. */
static NTSTATUS wait_held(struct object *obj, bool alertable, const LARGE_INTEGER *timeout)
{
    struct thread_wait *wait = wait_self();
    wait->held = &obj;
    wait->held_count = 1;
    NTSTATUS status = object_wait(obj, alertable, timeout);
    wait->held_count = 0;
    object_unref(obj);
    return status;
}

NTSTATUS NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, LARGE_INTEGER *Timeout)
{
    struct handle_snapshot snapshot;
    if (likely(handle_snapshot(Handle, &snapshot)) && likely(snapshot.access & SYNCHRONIZE) && likely(snapshot.cell)) {
        NTSTATUS status = cell_try_acquire(snapshot.cell, snapshot.generation, snapshot.kind);
        if (status != STATUS_TIMEOUT && status != STATUS_INVALID_HANDLE)
            return status;
    }
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;
    struct object *obj;
    NTSTATUS status = handle_lookup(Handle, NULL, SYNCHRONIZE, &obj);
    if (status)
        return status;
    return wait_held(obj, Alertable, Timeout ? &timeout : NULL);
}

NTSTATUS NtWaitForMultipleObjects(ULONG Count, HANDLE *Handles, ULONG WaitType, BOOLEAN Alertable,
                                  LARGE_INTEGER *Timeout)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    struct object *objects[MAXIMUM_WAIT_OBJECTS];
    struct wait_target targets[MAXIMUM_WAIT_OBJECTS];
    if (!Count || Count > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    if (WaitType != WaitAll && WaitType != WaitAny)
        return STATUS_INVALID_PARAMETER_3;
    if (!user_copy_in(handles, Handles, Count * sizeof(*handles)))
        return STATUS_ACCESS_VIOLATION;
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;

    NTSTATUS status = STATUS_SUCCESS;
    uint32_t found = 0;
    while (found < Count && !status) {
        status = handle_lookup(handles[found], NULL, SYNCHRONIZE, &objects[found]);
        if (!status) {
            status = target_of(objects[found], &targets[found]);
            targets[found].position = (uint8_t)found;
            found++;
        }
    }
    if (!status && WaitType == WaitAll) {
        /* In the order of their cells: the order in which they are locked. An object may occur once only. */
        for (uint32_t i = 1; i < Count; i++) {
            struct wait_target target = targets[i];
            uint32_t j = i;
            for (; j && targets[j - 1].cell > target.cell; j--)
                targets[j] = targets[j - 1];
            if (j && targets[j - 1].cell == target.cell)
                status = STATUS_INVALID_PARAMETER_MIX;
            targets[j] = target;
        }
    }
    if (!status) {
        struct thread_wait *wait = wait_self();
        wait->held = objects;
        wait->held_count = found;
        status = WaitType == WaitAll && Count > 1
                     ? wait_all(wait, targets, Count, Alertable, Timeout ? &timeout : NULL)
                     : wait_any(wait, targets, Count, Alertable, Timeout ? &timeout : NULL);
        wait->held_count = 0;
    }
    for (uint32_t i = 0; i < found; i++)
        object_unref(objects[i]);
    return status;
}

NTSTATUS NtSignalAndWaitForSingleObject(HANDLE SignalHandle, HANDLE WaitHandle, BOOLEAN Alertable,
                                        LARGE_INTEGER *Timeout)
{
    LARGE_INTEGER timeout;
    if (Timeout)
        timeout = *Timeout;
    struct object *signal, *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(SignalHandle, NULL, 0, &signal, &granted);
    if (status)
        return status;
    status = handle_lookup(WaitHandle, NULL, SYNCHRONIZE, &obj);
    if (status) {
        object_unref(signal);
        return status;
    }
    if (!obj->cell)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (signal->type == &event_type)
        status =
            granted & EVENT_MODIFY_STATE ? cell_set(signal->cell, CELL_ANY_GENERATION, NULL) : STATUS_ACCESS_DENIED;
    else if (signal->type == &semaphore_type)
        status = granted & SEMAPHORE_MODIFY_STATE ? cell_semaphore_release(signal->cell, CELL_ANY_GENERATION, 1, NULL)
                                                  : STATUS_ACCESS_DENIED;
    else if (signal->type == &mutant_type)
        status = cell_mutant_release(signal->cell, CELL_ANY_GENERATION, NULL);
    else
        status = STATUS_OBJECT_TYPE_MISMATCH;
    object_unref(signal);
    if (status) {
        object_unref(obj);
        return status;
    }
    return wait_held(obj, Alertable, Timeout ? &timeout : NULL);
}

NTSTATUS NtDelayExecution(BOOLEAN Alertable, LARGE_INTEGER *DelayInterval)
{
    LARGE_INTEGER interval = *DelayInterval;
    struct thread_wait *wait = wait_self();
    if (!interval.QuadPart && !pending_bits(wait, Alertable)) {
        sched_yield();
        return STATUS_SUCCESS;
    }
    NTSTATUS status = wait_any(wait, NULL, 0, Alertable, &interval);
    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

NTSTATUS NtYieldExecution(void)
{
    return sched_yield() == 0 ? STATUS_SUCCESS : STATUS_NO_YIELD_PERFORMED;
}
