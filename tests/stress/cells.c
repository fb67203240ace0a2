/* SPDX-License-Identifier: MIT */
/*
 * cells [MODE] [SECONDS]: the wait protocol under stress, natively: cell.c, cell_lock.c, wait_cells.c, cell_share.c and the
 * server's cells.c and recover.c as they are, with what they need of a process and a server put up here.
 *
 *   threads   one process, private and common cells mixed; nothing is lost: counts are checked (for ThreadSanitizer too)
 *   kill      processes that work on shared cells are killed at any instruction; what they leave is cleared up; the others
 *             must go on, mutants must exclude each other, and at the end all must be as new
 *   join      one attaches the common segment again and again while the server greets others
 *
 * Prints one line and exits with 1 if a claim failed.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cell.h"
#include "common.h"

/* --- what surrounds the code under test --- */

__thread struct thread *current_thread;
void completion_thread_blocks(struct thread_wait *wait)
{
    (void)wait;
}
void completion_thread_resumes(struct thread_wait *wait)
{
    (void)wait;
}
void completion_packet_moved(uint32_t record)
{
    (void)record;
}
bool thread_run_apc(NTSTATUS status)
{
    (void)status;
    return false;
}
void thread_check_suspend(void) {}
int unix_fd_reserve(int fd)
{
    return fd;
}
void transom_fatal(const char *format, ...)
{
    fprintf(stderr, "%s\n", format);
    abort();
}
static struct source *retry_source;
bool source_add(struct source *source, int fd, uint32_t events)
{
    (void)events;
    source->fd = fd;
    retry_source = source;
    return true;
}

#define FAIL(...)                                                                                                      \
    do {                                                                                                               \
        fprintf(stderr, __VA_ARGS__);                                                                                  \
        fputc('\n', stderr);                                                                                           \
        __atomic_store_n(&shared->failed, 1, __ATOMIC_SEQ_CST);                                                        \
    } while (0)

#define PROCESSES  4
#define THREADS    2
#define EVENTS     3 /* auto-reset */
#define MUTANTS    3
#define SEMAPHORES 2
#define CELLS      (EVENTS + MUTANTS + SEMAPHORES)

static struct shared {
    uint32_t failed, stop;
    uint32_t cells[CELLS]; /* references */
    uint32_t holder[MUTANTS];
    uint64_t released, acquired;
    struct seat {
        uint32_t record, taken;
        uint64_t rounds;
        char what[16];
    } seats[PROCESSES][THREADS];
} * shared;
static int my_process;
static uint64_t kills, rounds_total;

NTSTATUS client_thread_record(uint32_t *index)
{
    for (int i = 0; i < (my_process < 0 ? PROCESSES : 1) * THREADS; i++) {
        struct seat *seat = &shared->seats[my_process < 0 ? i / THREADS : my_process][i % THREADS];
        if (!__atomic_exchange_n(&seat->taken, 1, __ATOMIC_SEQ_CST)) {
            *index = seat->record;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void attach(struct thread_wait *wait, uint32_t tid)
{
    memset(wait, 0, sizeof(*wait));
    wait->index = cell_self_own = segment_thread_alloc();
    wait->record = wait->claim = segment_thread(wait->index);
    wait->record->tid = tid;
}

static struct wait_target target_of(uint32_t ref, int position)
{
    return (struct wait_target){ ref, CELL_ANY_GENERATION, segment_cell(ref)->kind, (uint8_t)position };
}

static enum segment_cell_kind kind_of(int i)
{
    return i < EVENTS ? CELL_SYNCHRONIZATION : i < EVENTS + MUTANTS ? CELL_MUTANT : CELL_SEMAPHORE;
}

/* --- both modes: a thread that does this and that --- */

static void got_mutant(int i, uint32_t self, bool abandoned)
{
    uint32_t before = __atomic_exchange_n(&shared->holder[i], self, __ATOMIC_SEQ_CST);
    if (before && !abandoned)
        FAIL("mutant %d: %x came while %x was inside", i, self, before);
}

static void give_mutant(int i, uint32_t self)
{
    uint32_t before = __atomic_exchange_n(&shared->holder[i], 0, __ATOMIC_SEQ_CST);
    if (before != self)
        FAIL("mutant %d: %x leaves, but %x was inside", i, self, before);
    NTSTATUS status = cell_mutant_release(shared->cells[EVENTS + i], CELL_ANY_GENERATION, NULL);
    if (status)
        FAIL("mutant %d: release says %x", i, (unsigned)status);
}

static void step(struct thread_wait *wait, uint32_t *seed, uint32_t self, const uint32_t *private)
{
    LARGE_INTEGER soon = { .QuadPart = -(int64_t)(random_next(seed) % 20000) };
    struct wait_target targets[8];
    uint32_t what = random_next(seed) % 16, i = random_next(seed) % CELLS;
    NTSTATUS status;
    switch (what) {
    case 0:
    case 1:
    case 2:
        cell_set(shared->cells[i % EVENTS], CELL_ANY_GENERATION, NULL);
        break;
    case 3:
        cell_pulse(shared->cells[i % EVENTS], CELL_ANY_GENERATION, NULL);
        break;
    case 4:
        cell_reset(shared->cells[i % EVENTS], CELL_ANY_GENERATION, NULL);
        break;
    case 5:
    case 6:
        cell_semaphore_release(shared->cells[EVENTS + MUTANTS + i % SEMAPHORES], CELL_ANY_GENERATION, 1 + (LONG)(i % 3),
                               NULL);
        break;
    case 7:
        cell_set(private[0], CELL_ANY_GENERATION, NULL);
        break;
    case 8:
    case 9: /* any of: an event, a semaphore, one of our own */
        targets[0] = target_of(shared->cells[i % EVENTS], 0);
        targets[1] = target_of(shared->cells[EVENTS + MUTANTS + i % SEMAPHORES], 1);
        targets[2] = target_of(private[0], 2);
        wait_any(wait, targets, what == 8 ? 2 : 3, false, &soon);
        break;
    case 10:
    case 11: /* all of: an event, a mutant, perhaps one of our own */
        i %= MUTANTS;
        targets[0] = target_of(shared->cells[i % EVENTS], 0);
        targets[1] = target_of(shared->cells[EVENTS + i], 1);
        targets[2] = target_of(private[1], 2);
        status = wait_all(wait, targets, what == 10 ? 2 : 3, false, &soon);
        if (status == STATUS_WAIT_0 || status == STATUS_ABANDONED_WAIT_0) {
            got_mutant((int)i, self, status == STATUS_ABANDONED_WAIT_0);
            give_mutant((int)i, self);
        }
        break;
    default: /* a mutant, for as long as it takes: it must come */
        i %= MUTANTS;
        targets[0] = target_of(shared->cells[EVENTS + i], 0);
        status = wait_any(wait, targets, 1, false, NULL);
        if (status != STATUS_WAIT_0 && status != STATUS_ABANDONED_WAIT_0)
            FAIL("wait for a mutant: %x", (unsigned)status);
        got_mutant((int)i, self, status == STATUS_ABANDONED_WAIT_0);
        if (what == 15) { /* twice */
            wait_any(wait, targets, 1, false, NULL);
            cell_mutant_release(shared->cells[EVENTS + i], CELL_ANY_GENERATION, NULL);
        }
        give_mutant((int)i, self);
    }
}

struct start {
    int process, thread;
};

static void *work(void *argument)
{
    struct start start = *(struct start *)argument;
    struct seat *seat = &shared->seats[start.process][start.thread];
    struct thread_wait wait;
    uint32_t seed = (uint32_t)(now_ms() * 7919 + (uint64_t)start.process * 131 + (uint64_t)start.thread * 17);
    uint32_t self = (uint32_t)getpid() * 4 + (uint32_t)start.thread + 1;
    uint32_t private[2];
    seed ^= (uint32_t)getpid() << 8;
    attach(&wait, self);
    private[0] = cell_new(CELL_SYNCHRONIZATION, 0, 1);
    private[1] = cell_new(CELL_NOTIFICATION, 1, 1);
    if (cell_common_record())
        FAIL("no record");
    while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
        step(&wait, &seed, self, private);
        __atomic_fetch_add(&seat->rounds, 1, __ATOMIC_RELAXED);
    }
    cell_thread_detach(wait.record);
    return NULL;
}

static void start_threads(int process, pthread_t *threads, struct start *starts)
{
    for (int i = 0; i < THREADS; i++) {
        starts[i] = (struct start){ process, i };
        pthread_create(&threads[i], NULL, work, &starts[i]);
    }
}

static pid_t start_process(int process)
{
    for (int i = 0; i < THREADS; i++)
        shared->seats[process][i].taken = 0;
    pid_t pid = fork();
    if (pid)
        return pid;
    pthread_t threads[THREADS];
    struct start starts[THREADS];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    my_process = process;
    cell_self_common = cell_self_own = 0;
    cell_patience = UINT32_MAX;
    segment_common_cells = SEGMENT_MAX_CELLS;
    segment_common_threads = SEGMENT_MAX_THREADS;
    segment_create();
    for (int i = 0; i < THREADS; i++)
        common_thread(shared->seats[process][i].record)->native_pid = (uint32_t)getpid();
    start_threads(process, threads, starts);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

static void give_records(int process)
{
    for (int i = 0; i < THREADS; i++)
        shared->seats[process][i].record = server_thread_alloc(0, 1);
}

static void clear_up(int process)
{
    for (int i = 0; i < THREADS; i++)
        recover_mark(shared->seats[process][i].record);
    for (int i = 0; i < THREADS; i++)
        recover_thread_record(shared->seats[process][i].record);
}

/* --- kill --- */

static void check_as_new(void)
{
    for (int i = 0; i < CELLS; i++) {
        const struct segment_cell *cell = segment_cell(shared->cells[i]);
        uint64_t word = cell->word;
        if (word & (SEGMENT_CELL_LOCKED | SEGMENT_CELL_QUEUED | SEGMENT_CELL_MOVED))
            FAIL("cell %d: word %llx", i, (unsigned long long)word);
        if (cell->queue_head || cell->waiters)
            FAIL("cell %d: queue %x, %u waiters", i, cell->queue_head, cell->waiters);
        if (cell->kind == CELL_MUTANT && (CELL_VALUE(word) || cell->linked))
            FAIL("cell %d: owned by %u", i, CELL_VALUE(word));
    }
    if (record_count)
        FAIL("%u records left", record_count);
}

static void retry_now(void)
{
    if (retry_source)
        retry_source->ready(retry_source, 0);
}

/* The server clears up after a thread that died with the lock of its list of mutants, which it must not wait for. */
static void run_list_lock(void)
{
    uint32_t record = server_thread_alloc(0, 1), mutant = server_cell_alloc(CELL_MUTANT, record, 0);
    uint32_t ref = mutant | CELL_COMMON;
    cell_link_owned(ref, record);
    common_thread(record)->owned_lock = 1;
    alarm(10); /* the end, if it hangs */
    recover_mark(record);
    recover_thread_record(record);
    alarm(0);
    const struct segment_cell *cell = segment_cell(ref);
    if (CELL_VALUE(cell->word) || cell->linked || !cell->abandoned || record_count)
        FAIL("its mutant: word %llx, linked %u, abandoned %u", (unsigned long long)cell->word, cell->linked,
             cell->abandoned);
    server_cell_free(mutant);
}

static void run_kill(uint64_t end)
{
    run_list_lock();
    pid_t pids[PROCESSES];
    uint32_t seed = (uint32_t)now_ms();
    while (now_ms() < end && !shared->failed) {
        for (int p = 0; p < PROCESSES; p++) {
            give_records(p);
            pids[p] = start_process(p);
        }
        for (int n = 0; n < 200 && now_ms() < end && !shared->failed; n++) {
            int victim = (int)(random_next(&seed) % PROCESSES);
            usleep(random_next(&seed) % 3000);
            kill(pids[victim], SIGKILL);
            waitpid(pids[victim], NULL, 0);
            kills++;
            clear_up(victim);
            retry_now();
            give_records(victim);
            pids[victim] = start_process(victim);
            if (n % 50 == 49) { /* nobody may be stuck: everyone who was there all the time has done something */
                uint64_t before[PROCESSES][THREADS], start = now_ms();
                for (int p = 0; p < PROCESSES; p++)
                    for (int t = 0; t < THREADS; t++)
                        before[p][t] = __atomic_load_n(&shared->seats[p][t].rounds, __ATOMIC_RELAXED);
                for (bool moved = false; !moved;) {
                    moved = true;
                    for (int p = 0; p < PROCESSES; p++)
                        for (int t = 0; t < THREADS; t++)
                            if (__atomic_load_n(&shared->seats[p][t].rounds, __ATOMIC_RELAXED) == before[p][t]) {
                                moved = false;
                                if (now_ms() > start + 10000) {
                                    FAIL("process %d thread %d is stuck: record %u state %x", p, t,
                                         shared->seats[p][t].record,
                                         common_thread(shared->seats[p][t].record)->wait_state);
                                    if (getenv("CELLS_PAUSE"))
                                        pause();
                                    moved = true;
                                }
                            }
                    usleep(1000);
                    retry_now();
                }
            }
        }
        for (int p = 0; p < PROCESSES; p++)
            kill(pids[p], SIGKILL);
        for (int p = 0; p < PROCESSES; p++)
            waitpid(pids[p], NULL, 0);
        kills += PROCESSES;
        for (int p = 0; p < PROCESSES; p++)
            for (int i = 0; i < THREADS; i++)
                recover_mark(shared->seats[p][i].record);
        for (int p = 0; p < PROCESSES; p++)
            clear_up(p);
        retry_now();
        check_as_new();
        memset(shared->holder, 0, sizeof(shared->holder));
    }
    for (int p = 0; p < PROCESSES; p++)
        for (int t = 0; t < THREADS; t++)
            rounds_total += shared->seats[p][t].rounds;
}

/* --- threads --- */

#define WORKERS (PROCESSES * THREADS)
static uint32_t tokens, tokens_private, moving;
static struct object moving_object;

/* Semaphores count: what was released has been acquired or is still there. Half by single waits, half by wait-all. */
static void *count(void *argument)
{
    int number = (int)(intptr_t)argument;
    struct thread_wait wait;
    uint32_t seed = (uint32_t)number * 7919 + (uint32_t)now_ms();
    attach(&wait, 100 + (uint32_t)number);
    while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
        struct wait_target targets[3];
        LARGE_INTEGER soon = { .QuadPart = -(int64_t)(random_next(&seed) % 5000) };
        uint32_t object_cell = __atomic_load_n(&moving_object.cell, __ATOMIC_ACQUIRE);
        __atomic_fetch_add(&rounds_total, 1, __ATOMIC_RELAXED);
        if (number & 1) {
            uint32_t which = random_next(&seed) % 3;
            NTSTATUS status = cell_semaphore_release(which == 0   ? tokens
                                                     : which == 1 ? tokens_private
                                                                  : object_cell,
                                                     CELL_ANY_GENERATION, 1, NULL);
            if (!status)
                __atomic_fetch_add(&shared->released, 1, __ATOMIC_RELAXED);
            else
                sched_yield();
            continue;
        }
        targets[0] = target_of(tokens, 0);
        targets[1] = target_of(tokens_private, 1);
        targets[2] = target_of(object_cell, 2);
        if (number & 2) {
            NTSTATUS status = wait_all(&wait, targets, 3, false, &soon);
            if (status == STATUS_WAIT_0)
                __atomic_fetch_add(&shared->acquired, 3, __ATOMIC_RELAXED);
        } else {
            NTSTATUS status = wait_any(&wait, targets, 3, false, &soon);
            if (status >= STATUS_WAIT_0 && status < STATUS_WAIT_0 + 3)
                __atomic_fetch_add(&shared->acquired, 1, __ATOMIC_RELAXED);
        }
    }
    cell_thread_detach(wait.record);
    return NULL;
}

static void run_threads(uint64_t end)
{
    pthread_t threads[WORKERS];
    struct start starts[WORKERS];
    cell_patience = UINT32_MAX; /* nobody dies here */
    segment_create();
    my_process = -1;
    while (now_ms() < end && !shared->failed) {
        shared->stop = 0;
        shared->released = shared->acquired = 0;
        for (int p = 0; p < PROCESSES; p++) {
            give_records(p);
            for (int t = 0; t < THREADS; t++)
                shared->seats[p][t].taken = 0;
        }
        cell_self_common = SEGMENT_SERVER_RECORD;
        tokens = server_cell_alloc(CELL_SEMAPHORE, 0, 1000) | CELL_COMMON;
        moving = server_cell_alloc(CELL_SEMAPHORE, 0, 1000);
        tokens_private = cell_new(CELL_SEMAPHORE, 0, 1000);
        memset(&moving_object, 0, sizeof(moving_object));
        moving_object.cell = cell_new(CELL_SEMAPHORE, 0, 1000);
        for (int i = 0; i < WORKERS; i++)
            pthread_create(&threads[i], NULL, count, (void *)(intptr_t)i);
        usleep(20000);
        cell_self_own = 0;
        if (cell_share(&moving_object, moving))
            FAIL("cell_share");
        usleep(30000);
        __atomic_store_n(&shared->stop, 1, __ATOMIC_SEQ_CST);
        for (int i = 0; i < WORKERS; i++)
            pthread_join(threads[i], NULL);
        uint64_t left = (uint64_t)cell_value(tokens) + (uint64_t)cell_value(tokens_private) +
                        (uint64_t)cell_value(moving_object.cell);
        if (shared->released != shared->acquired + left)
            FAIL("%llu released, %llu acquired, %llu left", (unsigned long long)shared->released,
                 (unsigned long long)shared->acquired, (unsigned long long)left);
        server_cell_free(tokens & ~CELL_COMMON);
        server_cell_free(moving_object.cell & ~CELL_COMMON);
        cell_release(moving_object.moved_from);
        cell_release(tokens_private);
        for (int p = 0; p < PROCESSES; p++)
            for (int t = 0; t < THREADS; t++)
                server_thread_free(shared->seats[p][t].record);

        /* The same work that processes do. */
        shared->stop = 0;
        for (int p = 0; p < PROCESSES; p++) {
            give_records(p);
            for (int t = 0; t < THREADS; t++)
                shared->seats[p][t].taken = 0;
        }
        for (int t = 0; t < WORKERS; t++) {
            starts[t] = (struct start){ t / THREADS, t % THREADS };
            pthread_create(&threads[t], NULL, work, &starts[t]);
        }
        usleep(50000);
        __atomic_store_n(&shared->stop, 1, __ATOMIC_SEQ_CST);
        for (int t = 0; t < WORKERS; t++)
            pthread_join(threads[t], NULL);
        for (int p = 0; p < PROCESSES; p++)
            for (int t = 0; t < THREADS; t++)
                server_thread_free(shared->seats[p][t].record);
        check_as_new();
        for (int p = 0; p < PROCESSES; p++)
            for (int t = 0; t < THREADS; t++) {
                rounds_total += shared->seats[p][t].rounds;
                shared->seats[p][t].rounds = 0;
            }
    }
}

/* --- joining --- */

/* The server writes the header for everyone that joins: whoever is reading it just then must not find half of it. */
static void run_join(uint64_t end)
{
    pid_t child = fork();
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            common_header();
    }
    for (; now_ms() < end; rounds_total++) {
        if (segment_common_attach(common_fd)) {
            FAIL("join %llu: the segment is another version's", (unsigned long long)rounds_total);
            break;
        }
        munmap(segment_common_base, SEGMENT_MAX_SIZE);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "kill";
    uint64_t seconds = argc > 2 ? strtoull(argv[2], NULL, 10) : 5, start = now_ms();
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || !common_init())
        return 2;
    for (int i = 0; i < CELLS; i++)
        shared->cells[i] = server_cell_alloc(kind_of(i), 0, 10) | CELL_COMMON;
    if (!strcmp(mode, "threads"))
        run_threads(start + seconds * 1000);
    else if (!strcmp(mode, "kill"))
        run_kill(start + seconds * 1000);
    else if (!strcmp(mode, "join"))
        run_join(start + seconds * 1000);
    printf("%s: %llu rounds, %llu processes killed, %.1f s: %s\n", mode, (unsigned long long)rounds_total,
           (unsigned long long)kills, (double)(now_ms() - start) / 1000, shared->failed ? "FAILED" : "ok");
    return shared->failed ? 1 : 0;
}
