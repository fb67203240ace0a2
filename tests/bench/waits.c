/* SPDX-License-Identifier: MIT */
/*
 * waits: what signalling, waiting, completion ports and clocks cost, built for Linux and for Windows from one source: each has
 * the form that is usual on its system. Prints `name<tab>nanoseconds`, the least of several rounds.
 *
 * ping-pong: two threads hand each other the turn, nanoseconds for one hand-over. The native one is a bare futex without
 * any spinning; `ping-pong-work` has each side compute for some microseconds between its turns.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS 20000
static volatile unsigned sink;

static void compute(int loops)
{
    for (int i = 0; i < loops; i++)
        sink += (unsigned)i;
}

static int work; /* loops between turns */

#ifdef _WIN32
#include <windows.h>

static HANDLE event, mutex, semaphore, port, many[64], turns[2], process;

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static void set_up(void)
{
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    mutex = CreateMutexA(NULL, FALSE, NULL);
    semaphore = CreateSemaphoreA(NULL, 0, 1, NULL);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    for (int i = 0; i < 64; i++)
        many[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
    for (int i = 0; i < 2; i++)
        turns[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
}

static void set_only(void)
{
    SetEvent(event);
}

static void set_wait(void)
{
    SetEvent(event);
    WaitForSingleObject(event, INFINITE);
}

static void mutex_pair(void)
{
    WaitForSingleObject(mutex, INFINITE);
    ReleaseMutex(mutex);
}

static void semaphore_pair(void)
{
    ReleaseSemaphore(semaphore, 1, NULL);
    WaitForSingleObject(semaphore, INFINITE);
}

static void create_close(void)
{
    CloseHandle(CreateEventA(NULL, FALSE, FALSE, NULL));
}

static void wait_64(void)
{
    SetEvent(many[63]);
    WaitForMultipleObjects(64, many, FALSE, INFINITE);
}

static void wait_64_all(void)
{
    for (int i = 0; i < 64; i++)
        SetEvent(many[i]);
    WaitForMultipleObjects(64, many, TRUE, INFINITE);
}

static void post_get(void)
{
    DWORD size;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    PostQueuedCompletionStatus(port, 1, 2, NULL);
    GetQueuedCompletionStatus(port, &size, &key, &overlapped, INFINITE);
}

static DWORD WINAPI other_side(void *unused)
{
    (void)unused;
    for (int i = 0; i < TURNS; i++) {
        WaitForSingleObject(turns[0], INFINITE);
        compute(work);
        SetEvent(turns[1]);
    }
    return 0;
}

static void ping_pong(void)
{
    HANDLE thread = CreateThread(NULL, 0, other_side, NULL, 0, NULL);
    for (int i = 0; i < TURNS; i++) {
        SetEvent(turns[0]);
        compute(work);
        WaitForSingleObject(turns[1], INFINITE);
    }
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static DWORD WINAPI other_side_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < TURNS; i++) {
        WaitForSingleObject(turns[0], INFINITE);
        SetEvent(many[i % 64]);
    }
    return 0;
}

static void ping_pong_64(void)
{
    HANDLE thread = CreateThread(NULL, 0, other_side_many, NULL, 0, NULL);
    for (int i = 0; i < TURNS; i++) {
        SetEvent(turns[0]);
        WaitForMultipleObjects(64, many, FALSE, INFINITE);
    }
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static HANDLE named[2];

/* Both processes open what either has made first. */
static void open_named(void)
{
    named[0] = CreateEventA(NULL, FALSE, FALSE, "transom-bench-0");
    named[1] = CreateEventA(NULL, FALSE, FALSE, "transom-bench-1");
}

static void other_process(void)
{
    open_named();
    for (int i = 0; i < TURNS; i++) {
        WaitForSingleObject(named[0], INFINITE);
        SetEvent(named[1]);
    }
}

static void start_other(void)
{
    char command[MAX_PATH + 32];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    open_named();
    command[0] = '"';
    GetModuleFileNameA(NULL, command + 1, MAX_PATH);
    strcat(command, "\" other");
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info))
        exit(1);
    CloseHandle(info.hThread);
    process = info.hProcess;
    SetEvent(named[0]); /* the first turn waits until the other is there */
    WaitForSingleObject(named[1], INFINITE);
}

static void ping_pong_process(void)
{
    for (int i = 1; i < TURNS; i++) {
        SetEvent(named[0]);
        WaitForSingleObject(named[1], INFINITE);
    }
}

static void end_other(void)
{
    WaitForSingleObject(process, INFINITE);
    CloseHandle(process);
    CloseHandle(named[0]);
    CloseHandle(named[1]);
}

static void named_set_wait(void)
{
    if (!named[0])
        open_named();
    SetEvent(named[0]);
    WaitForSingleObject(named[0], INFINITE);
}

static void named_open(void)
{
    CloseHandle(OpenEventA(EVENT_ALL_ACCESS, FALSE, "transom-bench-0"));
}

static void clock_monotonic(void)
{
    LARGE_INTEGER count;
    QueryPerformanceCounter(&count);
}

static void clock_precise(void)
{
    FILETIME time;
    GetSystemTimePreciseAsFileTime(&time);
}

static void clock_ticks(void)
{
    sink = (unsigned)GetTickCount64();
}

static void clock_coarse(void)
{
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
}

#else
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int event, many[64], port[2];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;
static uint32_t turns[2];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void set_up(void)
{
    event = eventfd(0, EFD_NONBLOCK);
    sem_init(&semaphore, 0, 0);
    for (int i = 0; i < 64; i++)
        many[i] = eventfd(0, 0);
    if (pipe(port))
        exit(1);
}

static void post(int fd)
{
    uint64_t value = 1;
    if (write(fd, &value, 8) != 8)
        exit(1);
}

static void take(int fd)
{
    uint64_t value;
    if (read(fd, &value, 8) != 8)
        exit(1);
}

static void set_only(void)
{
    post(event);
}

static void set_wait(void)
{
    post(event);
    take(event);
}

static void mutex_pair(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

static void semaphore_pair(void)
{
    sem_post(&semaphore);
    sem_wait(&semaphore);
}

static void create_close(void)
{
    close(eventfd(0, 0));
}

static void wait_64(void)
{
    struct pollfd fds[64];
    post(many[63]);
    for (int i = 0; i < 64; i++)
        fds[i] = (struct pollfd){ many[i], POLLIN, 0 };
    poll(fds, 64, -1);
    take(many[63]);
}

static void wait_64_all(void)
{
    for (int i = 0; i < 64; i++)
        post(many[i]);
    for (int i = 0; i < 64; i++)
        take(many[i]);
}

static void post_get(void)
{
    post(port[1]);
    take(port[0]);
}

static void turn_give(uint32_t *turn)
{
    __atomic_store_n(turn, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void turn_take(uint32_t *turn)
{
    while (!__atomic_exchange_n(turn, 0, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, turn, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void *other_side(void *unused)
{
    for (int i = 0; i < TURNS; i++) {
        turn_take(&turns[0]);
        compute(work);
        turn_give(&turns[1]);
    }
    return unused;
}

static void ping_pong(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, other_side, NULL);
    for (int i = 0; i < TURNS; i++) {
        turn_give(&turns[0]);
        compute(work);
        turn_take(&turns[1]);
    }
    pthread_join(thread, NULL);
}

static void ping_pong_64(void)
{
    ping_pong();
}

static uint32_t *shared_turns;
static pid_t process;

static void shared_give(uint32_t *turn)
{
    __atomic_store_n(turn, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void shared_take(uint32_t *turn)
{
    while (!__atomic_exchange_n(turn, 0, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, turn, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void other_process(void)
{
    for (int i = 0; i < TURNS; i++) {
        shared_take(&shared_turns[0]);
        shared_give(&shared_turns[1]);
    }
}

static void start_other(void)
{
    if (!shared_turns)
        shared_turns = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    process = fork();
    if (!process) {
        other_process();
        _exit(0);
    }
    shared_give(&shared_turns[0]);
    shared_take(&shared_turns[1]);
}

static void ping_pong_process(void)
{
    for (int i = 1; i < TURNS; i++) {
        shared_give(&shared_turns[0]);
        shared_take(&shared_turns[1]);
    }
}

static void end_other(void)
{
    waitpid(process, NULL, 0);
}

static void named_set_wait(void)
{
    set_wait();
}

static void named_open(void)
{
    close(open("/dev/null", O_RDONLY));
}

static void clock_monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
}

static void clock_precise(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
}

static void clock_ticks(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    sink = (unsigned)t.tv_nsec;
}

static void clock_coarse(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
}
#endif

static void ping_pong_work(void)
{
    work = 4000;
    ping_pong();
    work = 0;
}

static const struct {
    const char *name;
    void (*run)(void);
    int times, rounds;
    double parts; /* what one run counts for */
    void (*before)(void), (*after)(void);
} benches[] = {
    { "event-set", set_only, 20000, 9, 1 },
    { "event-set-wait", set_wait, 20000, 9, 1 },
    { "mutex-wait-release", mutex_pair, 20000, 9, 1 },
    { "semaphore-release-wait", semaphore_pair, 20000, 9, 1 },
    { "create-close", create_close, 10000, 9, 1 },
    { "wait-64-last", wait_64, 5000, 9, 1 },
    { "wait-64-all", wait_64_all, 500, 9, 1 },
    { "post-get", post_get, 20000, 9, 1 },
    { "ping-pong", ping_pong, 1, 5, 2 * TURNS },
    { "ping-pong-work", ping_pong_work, 1, 3, 2 * TURNS },
    { "ping-pong-64", ping_pong_64, 1, 3, 2 * TURNS },
    { "ping-pong-process", ping_pong_process, 1, 5, 2 * (TURNS - 1), start_other, end_other },
    { "named-set-wait", named_set_wait, 20000, 9, 1 },
    { "named-open-close", named_open, 500, 5, 1 },
    { "clock-counter", clock_monotonic, 100000, 9, 1 },
    { "clock-precise", clock_precise, 100000, 9, 1 },
    { "clock-ticks", clock_ticks, 100000, 9, 1 },
    { "clock-coarse", clock_coarse, 100000, 9, 1 },
};

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "other")) {
        other_process();
        return 0;
    }
    set_up();
    for (size_t i = 0; i < sizeof(benches) / sizeof(*benches); i++) {
        double least = 1e18, begin = now();
        if (argc > 1 && strcmp(argv[1], benches[i].name))
            continue;
        /* What is a thousand times slower gets fewer rounds, and not a thousand times the time. */
        for (int round = 0; round < benches[i].rounds && (!round || now() - begin < 1e9); round++) {
            if (benches[i].before)
                benches[i].before();
            double start = now();
            for (int n = 0; n < benches[i].times; n++)
                benches[i].run();
            double each = (now() - start) / benches[i].times / benches[i].parts;
            if (benches[i].after)
                benches[i].after();
            least = each < least ? each : least;
        }
        printf("%s\t%.1f\n", benches[i].name, least);
        fflush(stdout);
    }
    return 0;
}
