/* SPDX-License-Identifier: MIT */
/*
 * wait_cells.c: waiting for cells. How a thread blocks and is woken. See docs/waits.md.
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

static bool sleep_on(uint32_t *word, uint32_t value, const struct wait_deadline *deadline, int flags)
{
    int op = FUTEX_WAIT_BITSET | flags;
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

bool futex_sleep(uint32_t *word, uint32_t value, const struct wait_deadline *deadline)
{
    return sleep_on(word, value, deadline, FUTEX_PRIVATE_FLAG);
}

/* --- blocking --- */

void wait_arm(struct thread_wait *wait, bool alertable, uint32_t armed)
{
    struct segment_thread *record = wait->record;
    wait->claim = record;
    record->alertable = alertable;
    /* A full barrier: whoever interrupts sets `pending` and then looks at the state; we set the state, then look. */
    __atomic_exchange_n(&record->wait_state, armed, __ATOMIC_SEQ_CST);
}

/* The same for a wait that involves common cells. */
static void arm_common(struct thread_wait *wait, bool alertable, uint32_t armed)
{
    struct segment_thread *record = wait->record;
    wait->claim = common_thread(record->delegate);
    record->alertable = alertable;
    __atomic_store_n(&wait->claim->wait_state, armed, __ATOMIC_SEQ_CST);
    __atomic_exchange_n(&record->wait_state, WAIT_STATE_DELEGATED, __ATOMIC_SEQ_CST);
}

/*
 * The wait is over, also for those who look at a common record: until then what was satisfied can be seen there, should we
 * die before we have put a mutant that we were given on our list.
 */
static void wait_over(struct thread_wait *wait)
{
    __atomic_store_n(&wait->record->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELEASE);
    if (unlikely(wait->claim != wait->record)) {
        __atomic_store_n(&wait->claim->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELEASE);
        wait->claim = wait->record;
    }
}

/*
 * Spinning before blocking. Where the answer comes within some microseconds, spinning for it saves two system calls and
 * the wake-up of an idle processor; where it does not, the time is lost, and taken from whoever would give the answer if
 * there are more threads than processors. So each thread learns: it spins in every wait as long as that mostly pays, for
 * about twice as long as it usually took; when it does not, it tries again once in a while, at ever greater distances.
 *
 * Two threads that answer each other on two processors must both begin to spin to see that it pays: one that spins briefly
 * for another that has to be woken first gives up too early. So every fourth trial is as long as a slow wake-up, and
 * who finds that the one whom it satisfies was spinning, tries too.
 */
#define SPIN_MAX          300u /* pauses, of 10 to 50 ns: about as long as a wake-up takes where a processor is awake */
#define SPIN_LONG         2500u /* and where it has to be woken */
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

uint32_t wait_pending_bits(const struct thread_wait *wait, bool alertable)
{
    uint32_t bits = __atomic_load_n(&wait->record->pending, __ATOMIC_SEQ_CST);
    return alertable ? bits : bits & SEGMENT_PENDING_SUSPEND;
}

uint32_t wait_spin_limit(struct wait_spin *spin, bool hint)
{
    if (spin->credit)
        return spin->typical * 2u + 30 < SPIN_MAX ? spin->typical * 2u + 30 : SPIN_MAX;
    if (!spin->interval) { /* a new thread: few ever wait so often that it matters */
        spin->interval = SPIN_INTERVAL;
        spin->left = SPIN_INTERVAL;
    }
    if (!hint && spin->left) {
        spin->left--;
        return 0;
    }
    if (!spinning_possible())
        return 0;
    return !hint && (++spin->probes & 3) == 0 ? SPIN_LONG : SPIN_MAX;
}

void wait_spin_paid(struct wait_spin *spin, uint32_t took)
{
    if (took > SPIN_MAX)
        took = SPIN_MAX;
    spin->typical = (uint16_t)(spin->credit ? (spin->typical * 7u + took) / 8 : took);
    if (spin->credit < SPIN_CREDIT)
        spin->credit++;
    spin->interval = SPIN_INTERVAL;
}

void wait_spin_failed(struct wait_spin *spin)
{
    if (spin->credit > 2) {
        spin->credit -= 2;
        return;
    }
    spin->credit = 0;
    spin->left = spin->interval;
    if (spin->interval < SPIN_INTERVAL_MAX)
        spin->interval *= 2;
}

__thread struct wait_help *wait_help;

static uint32_t *help_word(const struct wait_help *help)
{
    return unlikely(help) ? __atomic_load_n(&help->changed, __ATOMIC_ACQUIRE) : NULL;
}

static bool help_due(const struct wait_help *help)
{
    uint32_t *changed = help_word(help);
    return unlikely(changed) && __atomic_load_n(changed, __ATOMIC_SEQ_CST) != help->seen;
}

/* Sleeps on the wait's state and the other word; as sleep_on(). */
static bool sleep_on_both(uint32_t *word, uint32_t value, uint32_t *changed, uint32_t seen,
                          const struct wait_deadline *deadline)
{
    struct futex_waitv words[2] = {
        { .val = value, .uaddr = (uintptr_t)word, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG },
        { .val = seen, .uaddr = (uintptr_t)changed, .flags = FUTEX_32 },
    };
    struct timespec at = { deadline->seconds, deadline->nanoseconds };
    if (!deadline->infinite && deadline->seconds < 0)
        return false;
    return syscall(SYS_futex_waitv, words, 2, 0, deadline->infinite ? NULL : &at,
                   !deadline->infinite && deadline->realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC) >= 0 ||
           errno != ETIMEDOUT;
}

/* What ended the wait, from its state; common ones stay SATISFIED until wait_over(). */
static enum wake_reason ended(struct thread_wait *wait, uint32_t state, uint32_t *position)
{
    if (likely(wait->claim == wait->record))
        __atomic_store_n(&wait->record->wait_state, WAIT_STATE_IDLE, __ATOMIC_RELAXED);
    if (state < WAIT_STATE_SATISFIED)
        return WAKE_INTERRUPTED;
    *position = (state - WAIT_STATE_SATISFIED) % SEGMENT_WAIT_OBJECTS;
    return WAKE_SATISFIED;
}

enum wake_reason wait_block(struct thread_wait *wait, const struct wait_deadline *deadline, uint32_t *position)
{
    struct segment_thread *claim = wait->claim;
    bool shared = claim != wait->record;
    struct wait_help *help = wait_help;
    uint32_t state;

    if (unlikely(wait_pending_bits(wait, wait->record->alertable)) ||
        (unlikely(shared) && __atomic_load_n(&wait_server_lost, __ATOMIC_SEQ_CST))) {
        if (wait_disarm(claim, WAIT_STATE_IDLE, NULL))
            return WAKE_INTERRUPTED;
        return ended(wait, __atomic_load_n(&claim->wait_state, __ATOMIC_ACQUIRE), position);
    }

    state = __atomic_load_n(&claim->wait_state, __ATOMIC_ACQUIRE);
    bool hint = cell_partner_spins;
    cell_partner_spins = false;
    uint32_t limit = wait_is_armed(state) ? wait_spin_limit(&wait->spin, hint) : 0;
    for (uint32_t i = 0; i < limit; i++) {
        state = __atomic_load_n(&claim->wait_state, __ATOMIC_ACQUIRE);
        if (!wait_is_armed(state)) {
            wait_spin_paid(&wait->spin, i);
            return ended(wait, state, position);
        }
        if (help_due(help)) {
            wait_spin_paid(&wait->spin, i);
            limit = 0;
            break;
        }
        cpu_relax();
    }
    if (limit)
        wait_spin_failed(&wait->spin);

    for (;;) {
        if (help_due(help)) {
            uint32_t asleep = WAIT_STATE_ANY_SLEEP; /* not any more: what it signals need not wake it */
            __atomic_compare_exchange_n(&claim->wait_state, &asleep, WAIT_STATE_ANY, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED);
            help->advance(help);
        }
        state = __atomic_load_n(&claim->wait_state, __ATOMIC_ACQUIRE);
        if (state == WAIT_STATE_ANY || state == WAIT_STATE_ALL) {
            uint32_t sleep = state + 1; /* ANY_SLEEP, ALL_SLEEP */
            if (!__atomic_compare_exchange_n(&claim->wait_state, &state, sleep, false, __ATOMIC_ACQ_REL,
                                             __ATOMIC_ACQUIRE))
                continue;
            state = sleep;
        }
        if (!wait_is_armed(state))
            return ended(wait, state, position);
        if (state == WAIT_STATE_COMMITTING || state == WAIT_STATE_COMMITTING_SLEEP) {
            sched_yield();
            continue;
        }
        uint32_t *changed = help_word(help);
        bool in_time = unlikely(changed)
                           ? sleep_on_both(&claim->wait_state, state, changed, help->seen, deadline)
                           : sleep_on(&claim->wait_state, state, deadline, shared ? 0 : FUTEX_PRIVATE_FLAG);
        if (!in_time)
            break;
    }
    if (wait_disarm(claim, WAIT_STATE_IDLE, NULL))
        return WAKE_TIMEOUT;
    return ended(wait, __atomic_load_n(&claim->wait_state, __ATOMIC_ACQUIRE), position);
}

/*
 * The server has died: nobody clears up after deaths any more, nor signals timers and processes. Waits for shared objects end
 * with STATUS_PORT_DISCONNECTED; those under way when thread_interrupt_wait makes them start anew.
 */
bool wait_server_lost;

static void interrupt(struct segment_thread *record, uint32_t bit)
{
    if (bit != SEGMENT_PENDING_SUSPEND && !__atomic_load_n(&record->alertable, __ATOMIC_SEQ_CST))
        return;
    bool sleeping = false;
    if (unlikely(__atomic_load_n(&record->wait_state, __ATOMIC_SEQ_CST) == WAIT_STATE_DELEGATED)) {
        struct segment_thread *common = common_thread(__atomic_load_n(&record->delegate, __ATOMIC_RELAXED));
        if (wait_disarm(common, WAIT_STATE_INTERRUPTED, &sleeping) && sleeping)
            wait_wake_common(common);
    } else if (wait_disarm(record, WAIT_STATE_INTERRUPTED, &sleeping) && sleeping) {
        wait_wake(record);
    }
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
    if (thread_run_apc(STATUS_USER_APC) ||
        __atomic_load_n(&record->pending, __ATOMIC_ACQUIRE) & SEGMENT_PENDING_SPECIAL)
        return STATUS_USER_APC;
    if (__atomic_fetch_and(&record->pending, ~SEGMENT_PENDING_ALERT, __ATOMIC_SEQ_CST) & SEGMENT_PENDING_ALERT)
        return STATUS_ALERTED;
    return STATUS_PENDING;
}

/* --- waiting for cells --- */

/*
 * Before each attempt: where cells have moved, the targets follow; if one is common the thread needs a common record, which
 * *common tells. Wait-all wants ascending references, as that is the order of locking.
 */
static NTSTATUS prepare(struct wait_target *targets, uint32_t count, bool all, bool *common)
{
    *common = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct segment_cell *cell = segment_cell(targets[i].cell);
        if (unlikely(__atomic_load_n(&cell->word, __ATOMIC_ACQUIRE) & SEGMENT_CELL_MOVED) &&
            !(targets[i].cell & CELL_COMMON)) {
            targets[i].cell = cell->forward;
            targets[i].generation = (uint16_t)cell->forward_generation;
        }
        *common = *common || targets[i].cell & CELL_COMMON;
    }
    if (all) {
        for (uint32_t i = 1; i < count; i++) {
            struct wait_target target = targets[i];
            uint32_t j = i;
            for (; j && targets[j - 1].cell > target.cell; j--)
                targets[j] = targets[j - 1];
            if (j && targets[j - 1].cell == target.cell)
                return STATUS_INVALID_PARAMETER_MIX; /* an object may occur once only */
            targets[j] = target;
        }
    }
    if (likely(!*common))
        return STATUS_SUCCESS;
    return __atomic_load_n(&wait_server_lost, __ATOMIC_SEQ_CST) ? STATUS_PORT_DISCONNECTED : cell_common_record();
}

/* The thread's record in the segment of a cell, and the block there for the target at `position`. */
static inline uint32_t record_for(const struct thread_wait *wait, uint32_t ref)
{
    return unlikely(ref & CELL_COMMON) ? wait->record->delegate : wait->index;
}

static inline uint32_t block_for(const struct thread_wait *wait, uint32_t ref, uint32_t position)
{
    return record_for(wait, ref) * SEGMENT_WAIT_OBJECTS + position;
}

/* Takes a signalled cell, which is locked, for the calling thread; a mutant goes on its list. Returns the word. */
static uint64_t take(struct thread_wait *wait, uint32_t ref, uint64_t word, bool *abandoned)
{
    struct segment_cell *cell = segment_cell(ref);
    uint32_t self = record_for(wait, ref);
    word = cell_consume(cell, word, self, abandoned);
    if (cell->kind == CELL_MUTANT && !cell->linked)
        cell_link_owned(ref, self);
    return word;
}

/*
 * Queues the wait on every target, or takes the first that is signalled (and claims the wait for it). Returns how many
 * blocks were queued. A cell that has moved meanwhile ends the attempt.
 */
static uint32_t enqueue_any(struct thread_wait *wait, const struct wait_target *targets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ref = targets[i].cell, number = block_for(wait, ref, i);
        struct segment_cell *cell = segment_cell(ref);
        block_in(segment_of(ref), number)->target = ref;
        uint64_t word = cell_lock(ref);
        if (unlikely(word & SEGMENT_CELL_MOVED)) {
            cell_unlock(ref, word);
            wait_disarm(wait->claim, WAIT_STATE_INTERRUPTED, NULL);
            return i;
        }
        if (cell_signalled(cell, word, record_for(wait, ref))) {
            bool sleeping, abandoned = false;
            if (wait_claim(wait->claim, i, &sleeping)) {
                word = take(wait, ref, word, &abandoned);
                cell->abandoned = abandoned; /* for finish_any */
            }
            cell_unlock(ref, word);
            return i;
        }
        cell_unlock(ref, cell_queue_append(ref, word, number));
    }
    return count;
}

/* Takes the first `count` blocks off their queues, except those that whoever satisfied the wait took off. */
static void dequeue(struct thread_wait *wait, const struct wait_target *targets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ref = targets[i].cell, number = block_for(wait, ref, i);
        const struct segment_block *block = block_in(segment_of(ref), number);
        if (!__atomic_load_n(&block->cell, __ATOMIC_ACQUIRE))
            continue;
        uint64_t word = cell_lock(ref);
        if (block->cell)
            word = cell_queue_remove(ref, word, number);
        cell_unlock(ref, word);
    }
}

/*
 * The wait was satisfied through a target. A mutant is ours only if its word says so: whoever handed it over may have died
 * before it could write that, and then the wait starts anew: STATUS_RETRY.
 */
static NTSTATUS finish_any(struct thread_wait *wait, const struct wait_target *target)
{
    if (target->kind != CELL_MUTANT)
        return STATUS_WAIT_0 + target->position;
    uint32_t ref = target->cell;
    uint64_t word;
    NTSTATUS status = cell_lock_live(&ref, CELL_ANY_GENERATION, &word);
    struct segment_cell *cell = segment_cell(ref);
    uint32_t self = record_for(wait, ref);
    if (unlikely(CELL_VALUE(word) != self)) {
        status = STATUS_RETRY;
    } else {
        status = (cell->abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0) + target->position;
        cell->abandoned = 0;
        if (!cell->linked)
            cell_link_owned(ref, self);
    }
    cell_unlock(ref, word);
    return status;
}

NTSTATUS wait_any(struct thread_wait *wait, struct wait_target *targets, uint32_t count, bool alertable,
                  const LARGE_INTEGER *timeout)
{
    bool common;
    struct wait_help *help = wait_help;
    wait_help = NULL;
    NTSTATUS status = prepare(targets, count, false, &common);
    if (unlikely(status))
        return status;
    for (uint32_t i = 0; i < count; i++) {
        status = cell_try_acquire(targets[i].cell, targets[i].generation, targets[i].kind);
        if (status != STATUS_TIMEOUT)
            return status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0 ? status + targets[i].position : status;
    }
    if (timeout && !timeout->QuadPart && !wait_pending_bits(wait, alertable))
        return STATUS_TIMEOUT;

    struct wait_deadline deadline;
    wait_deadline_init(&deadline, timeout);
    completion_thread_blocks(wait);
    do {
        uint32_t position = 0;
        if (unlikely(common))
            arm_common(wait, alertable, WAIT_STATE_ANY);
        else
            wait_arm(wait, alertable, WAIT_STATE_ANY);
        uint32_t queued = enqueue_any(wait, targets, count);
        if (unlikely(help) && !common && queued) {
            wait_help = help;
            help->begin(help);
        }
        enum wake_reason reason = wait_block(wait, &deadline, &position);
        if (unlikely(wait_help)) {
            wait_help = NULL;
            help->end(help);
        }
        dequeue(wait, targets, queued);
        status = STATUS_RETRY;
        if (reason == WAKE_SATISFIED)
            status = position < count ? finish_any(wait, &targets[position]) : STATUS_RETRY;
        wait_over(wait);
        if (reason == WAKE_TIMEOUT)
            status = STATUS_TIMEOUT;
        else if (reason == WAKE_INTERRUPTED)
            status = wait_interrupted(wait, alertable);
        if (status == STATUS_PENDING || status == STATUS_RETRY) {
            NTSTATUS failure = prepare(targets, count, false, &common);
            status = failure ? failure : STATUS_RETRY;
        }
    } while (status == STATUS_RETRY);
    completion_thread_resumes(wait);
    return status;
}

enum attempt { ATTEMPT_ACQUIRED, ATTEMPT_QUEUED, ATTEMPT_MOVED };

/*
 * Acquires all targets, whose cells are in ascending order, if all are signalled; else queues on all, if `queue`. All are
 * locked at once, which is what makes it atomic. Should the thread die in here its record tells which cells it had locked
 * (its targets), and whether it had begun to take them.
 */
static enum attempt acquire_all(struct thread_wait *wait, const struct wait_target *targets, uint32_t count, bool queue,
                                bool common, bool *abandoned)
{
    uint64_t words[SEGMENT_WAIT_OBJECTS];
    struct segment_thread *record = common ? common_thread(wait->record->delegate) : wait->record;
    bool all = true, moved = false;
    record->count = count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ref = targets[i].cell;
        block_in(segment_of(ref), block_for(wait, ref, i))->target = ref;
        if (unlikely(common) && !(ref & CELL_COMMON))
            record->blocks[i].target = 0;
    }
    if (unlikely(common))
        __atomic_store_n(&record->locking, SEGMENT_LOCKING_TARGETS, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ref = targets[i].cell;
        words[i] = cell_lock_unnoted(ref);
        all = all && cell_signalled(segment_cell(ref), words[i], record_for(wait, ref));
        moved = moved || words[i] & SEGMENT_CELL_MOVED;
    }
    if (unlikely(common) && all && !moved)
        __atomic_store_n(&record->commit, 1, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ref = targets[i].cell;
        if (unlikely(moved))
            ;
        else if (all)
            words[i] = take(wait, ref, words[i], abandoned);
        else if (queue)
            words[i] = cell_queue_append(ref, words[i], block_for(wait, ref, i));
        cell_unlock_unnoted(ref, words[i]);
    }
    if (unlikely(common)) {
        __atomic_store_n(&record->locking, 0, __ATOMIC_RELEASE);
        __atomic_store_n(&record->commit, 0, __ATOMIC_RELEASE);
    }
    return moved ? ATTEMPT_MOVED : all ? ATTEMPT_ACQUIRED : ATTEMPT_QUEUED;
}

/* A signaller has acquired everything for us: what is left is our list of mutants. Only in the process's own segment. */
static NTSTATUS finish_all(struct thread_wait *wait, const struct wait_target *targets, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (targets[i].kind != CELL_MUTANT)
            continue;
        uint32_t ref = targets[i].cell;
        uint64_t word;
        cell_lock_live(&ref, CELL_ANY_GENERATION, &word);
        if (!segment_cell(ref)->linked && CELL_VALUE(word) == record_for(wait, ref))
            cell_link_owned(ref, record_for(wait, ref));
        cell_unlock(ref, word);
    }
    return wait->record->abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

NTSTATUS wait_all(struct thread_wait *wait, struct wait_target *targets, uint32_t count, bool alertable,
                  const LARGE_INTEGER *timeout)
{
    bool abandoned = false, common;
    NTSTATUS status = prepare(targets, count, true, &common);
    if (unlikely(status))
        return status;
    if (acquire_all(wait, targets, count, false, common, &abandoned) == ATTEMPT_ACQUIRED)
        return abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
    if (timeout && !timeout->QuadPart && !wait_pending_bits(wait, alertable))
        return STATUS_TIMEOUT;

    struct wait_deadline deadline;
    wait_deadline_init(&deadline, timeout);
    completion_thread_blocks(wait);
    do {
        uint32_t position;
        bool interrupted = false;
        if (unlikely(common))
            arm_common(wait, alertable, WAIT_STATE_ALL);
        else
            wait_arm(wait, alertable, WAIT_STATE_ALL);
        abandoned = false;
        enum attempt attempt = acquire_all(wait, targets, count, true, common, &abandoned);
        if (attempt == ATTEMPT_QUEUED) {
            enum wake_reason reason = wait_block(wait, &deadline, &position);
            dequeue(wait, targets, count);
            status = STATUS_TIMEOUT;
            /* With common cells nobody else can acquire for us: to be woken means to try again. */
            if (reason == WAKE_SATISFIED)
                status = common ? STATUS_RETRY : finish_all(wait, targets, count);
            else if (reason == WAKE_INTERRUPTED)
                interrupted = true;
        } else {
            wait_disarm(wait->claim, WAIT_STATE_IDLE, NULL); /* not while a signaller looks at it */
            status = attempt == ATTEMPT_MOVED ? STATUS_RETRY : abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
        }
        wait_over(wait);
        if (interrupted)
            status = wait_interrupted(wait, alertable);
        if (status == STATUS_PENDING || status == STATUS_RETRY) {
            NTSTATUS failure = prepare(targets, count, true, &common);
            status = failure ? failure : STATUS_RETRY;
        }
    } while (status == STATUS_RETRY);
    completion_thread_resumes(wait);
    return status;
}
