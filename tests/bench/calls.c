/* SPDX-License-Identifier: MIT */
/*
 * calls: what single operations cost, built for Linux and for Windows from one source: each has the form that is usual on its
 * system. Prints `name<tab>nanoseconds`, the least of several rounds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#include <winternl.h>

NTSTATUS NTAPI NtTestAlert(void);

static HANDLE file, events[2];
static char *area;

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static void set_up(void)
{
    DWORD written;
    file = CreateFileA("bench.tmp", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    area = VirtualAlloc(NULL, 1 << 20, MEM_RESERVE, PAGE_NOACCESS);
    for (int i = 0; i < 64; i++)
        WriteFile(file, area ? "0123456789abcdef" : "", 16, &written, NULL);
    SetFilePointer(file, 1 << 20, NULL, FILE_BEGIN);
    SetEndOfFile(file);
    for (int i = 0; i < 2; i++)
        events[i] = CreateEventA(NULL, FALSE, FALSE, NULL);
}

static void null_call(void)
{
    NtTestAlert();
}

static void clock_read(void)
{
    LARGE_INTEGER count;
    QueryPerformanceCounter(&count);
}

static void reserve_release(void)
{
    VirtualFree(VirtualAlloc(NULL, 1 << 20, MEM_RESERVE, PAGE_NOACCESS), 0, MEM_RELEASE);
}

static void commit_decommit(void)
{
    VirtualAlloc(area, 0x10000, MEM_COMMIT, PAGE_READWRITE);
    VirtualFree(area, 0x10000, MEM_DECOMMIT);
}

static void commit_touch_decommit(void)
{
    VirtualAlloc(area, 0x10000, MEM_COMMIT, PAGE_READWRITE);
    for (int i = 0; i < 0x10000; i += 0x1000)
        ((volatile char *)area)[i] = 1;
    VirtualFree(area, 0x10000, MEM_DECOMMIT);
}

static void heap(void)
{
    free(malloc(64));
}

static void read_4k(void)
{
    static char buffer[4096];
    OVERLAPPED at = { .Offset = 8192 };
    DWORD got;
    ReadFile(file, buffer, sizeof(buffer), &got, &at);
}

static void open_close(void)
{
    CloseHandle(CreateFileA("bench.tmp", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, 0, NULL));
}

static void look_up_missing(void)
{
    GetFileAttributesA("no-such-file.tmp");
}

static void signal_wait(void)
{
    SetEvent(events[0]);
    WaitForSingleObject(events[0], INFINITE);
}

static DWORD WINAPI nothing(void *unused)
{
    (void)unused;
    return 0;
}

static void thread(void)
{
    HANDLE thread = CreateThread(NULL, 0, nothing, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

#else
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int file, event;
static char *area;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void set_up(void)
{
    file = open("bench.tmp", O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (ftruncate(file, 1 << 20) || pwrite(file, "0123456789abcdef", 16, 8192) != 16)
        exit(1);
    area = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    event = eventfd(0, 0);
}

static void null_call(void)
{
    syscall(SYS_getppid);
}

static void clock_read(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
}

static void reserve_release(void)
{
    munmap(mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), 1 << 20);
}

static void commit_decommit(void)
{
    mprotect(area, 0x10000, PROT_READ | PROT_WRITE);
    madvise(area, 0x10000, MADV_DONTNEED);
    mprotect(area, 0x10000, PROT_NONE);
}

static void commit_touch_decommit(void)
{
    mprotect(area, 0x10000, PROT_READ | PROT_WRITE);
    for (int i = 0; i < 0x10000; i += 0x1000)
        ((volatile char *)area)[i] = 1;
    madvise(area, 0x10000, MADV_DONTNEED);
    mprotect(area, 0x10000, PROT_NONE);
}

static void heap(void)
{
    void *volatile p = malloc(64);
    free(p);
}

static void read_4k(void)
{
    static char buffer[4096];
    if (pread(file, buffer, sizeof(buffer), 8192) < 0)
        exit(1);
}

static void open_close(void)
{
    close(open("bench.tmp", O_RDONLY));
}

static void look_up_missing(void)
{
    struct stat st;
    stat("no-such-file.tmp", &st);
}

static void signal_wait(void)
{
    uint64_t value = 1;
    if (write(event, &value, 8) != 8 || read(event, &value, 8) != 8)
        exit(1);
}

static void *nothing(void *unused)
{
    return unused;
}

static void thread(void)
{
    pthread_t id;
    pthread_create(&id, NULL, nothing, NULL);
    pthread_join(id, NULL);
}
#endif

static const struct {
    const char *name;
    void (*run)(void);
    int times;
} benches[] = {
    { "null-call", null_call, 100000 },
    { "clock", clock_read, 100000 },
    { "reserve-release-1M", reserve_release, 2000 },
    { "commit-decommit-64K", commit_decommit, 2000 },
    { "commit-touch-64K", commit_touch_decommit, 500 },
    { "malloc-free-64", heap, 100000 },
    { "read-4K", read_4k, 20000 },
    { "open-close", open_close, 2000 },
    { "look-up-missing", look_up_missing, 5000 },
    { "event-set-wait", signal_wait, 20000 },
    { "thread-start-join", thread, 100 },
};

int main(void)
{
    set_up();
    for (size_t i = 0; i < sizeof(benches) / sizeof(*benches); i++) {
        double least = 1e18;
        for (int round = 0; round < 5; round++) {
            double start = now();
            for (int n = 0; n < benches[i].times; n++)
                benches[i].run();
            double each = (now() - start) / benches[i].times;
            least = each < least ? each : least;
        }
        printf("%s\t%.1f\n", benches[i].name, least);
        fflush(stdout);
    }
    return 0;
}
