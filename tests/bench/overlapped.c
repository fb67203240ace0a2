/* SPDX-License-Identifier: MIT */
/*
 * overlapped.c: reads at random places of a file with many requests under way: overlapped ones through a completion port, natively
 * io_uring. Prints `name<tab>nanoseconds` for each request, the least of some rounds. cached-*: what is in memory; direct-*: past
 * the cache (FILE_FLAG_NO_BUFFERING, O_DIRECT); the number is the queue's depth.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE (64u << 20)
#define BLOCK     4096
#define MOST      32

static uint32_t state = 1;
static uint64_t next_offset(void)
{
    state = state * 1664525u + 1013904223u;
    return (uint64_t)(state >> 8) % (FILE_SIZE / BLOCK) * BLOCK;
}

#ifdef _WIN32
#include <windows.h>

static HANDLE file, port;
static char *buffers;
static OVERLAPPED requests[MOST];

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}
static void make(void)
{
    static char block[1 << 16];
    HANDLE h = CreateFileA("overlapped.big", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD n;
    for (unsigned at = 0; at < FILE_SIZE; at += sizeof block)
        WriteFile(h, block, sizeof block, &n, NULL);
    FlushFileBuffers(h);
    CloseHandle(h);
    buffers = VirtualAlloc(NULL, MOST * BLOCK, MEM_COMMIT, PAGE_READWRITE);
}
static void begin(int direct)
{
    file = CreateFileA("overlapped.big", GENERIC_READ, 7, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED | (direct ? FILE_FLAG_NO_BUFFERING : 0), NULL);
    port = CreateIoCompletionPort(file, NULL, 0, 0);
}
static void submit(unsigned slot)
{
    uint64_t offset = next_offset();
    memset(&requests[slot], 0, sizeof requests[slot]);
    requests[slot].Offset = (DWORD)offset;
    requests[slot].OffsetHigh = (DWORD)(offset >> 32);
    if (!ReadFile(file, buffers + slot * BLOCK, BLOCK, NULL, &requests[slot]) && GetLastError() != ERROR_IO_PENDING)
        exit(1);
}
static unsigned reap(unsigned *slots)
{
    OVERLAPPED_ENTRY entries[MOST];
    ULONG count = 0;
    if (!GetQueuedCompletionStatusEx(port, entries, MOST, &count, INFINITE, FALSE))
        exit(1);
    for (ULONG i = 0; i < count; i++)
        slots[i] = (unsigned)(entries[i].lpOverlapped - requests);
    return count;
}
static void end(void)
{
    CloseHandle(file);
    CloseHandle(port);
}
static void clean_up(void)
{
    DeleteFileA("overlapped.big");
}

#else
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int file, ring;
static char *buffers;
static struct io_uring_params params;
static char *rings;
static struct io_uring_sqe *sqes;
static unsigned filled;
#define FIELD(which, name) (*(unsigned *)(rings + params.which.name))

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static void make(void)
{
    static char block[1 << 16];
    int fd = open("overlapped.big", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    for (unsigned at = 0; at < FILE_SIZE; at += sizeof block)
        if (write(fd, block, sizeof block) != sizeof block)
            exit(1);
    fsync(fd);
    close(fd);
    buffers = mmap(NULL, MOST * BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    ring = syscall(SYS_io_uring_setup, MOST, &params);
    if (ring < 0)
        exit(0);
    size_t size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe) + 4096;
    rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    sqes = mmap(NULL, params.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    for (unsigned i = 0; i < params.sq_entries; i++)
        ((unsigned *)(rings + params.sq_off.array))[i] = i;
}
static void begin(int direct)
{
    file = open("overlapped.big", O_RDONLY | (direct ? O_DIRECT : 0));
}
static void submit(unsigned slot)
{
    struct io_uring_sqe *entry = &sqes[(FIELD(sq_off, tail) + filled++) & FIELD(sq_off, ring_mask)];
    memset(entry, 0, sizeof *entry);
    entry->opcode = IORING_OP_READ;
    entry->fd = file;
    entry->off = next_offset();
    entry->addr = (uint64_t)(buffers + slot * BLOCK);
    entry->len = BLOCK;
    entry->user_data = slot;
}
static unsigned reap(unsigned *slots)
{
    unsigned count = 0, head = FIELD(cq_off, head), send = filled;
    __atomic_store_n(&FIELD(sq_off, tail), FIELD(sq_off, tail) + filled, __ATOMIC_RELEASE);
    filled = 0;
    syscall(SYS_io_uring_enter, ring, send, 1, IORING_ENTER_GETEVENTS, NULL, 0);
    while (head != __atomic_load_n(&FIELD(cq_off, tail), __ATOMIC_ACQUIRE)) {
        struct io_uring_cqe *cqe =
            (struct io_uring_cqe *)(rings + params.cq_off.cqes) + (head & FIELD(cq_off, ring_mask));
        if (cqe->res != BLOCK)
            exit(1);
        slots[count++] = cqe->user_data;
        head++;
    }
    __atomic_store_n(&FIELD(cq_off, head), head, __ATOMIC_RELEASE);
    return count;
}
static void end(void)
{
    close(file);
}
static void clean_up(void)
{
    unlink("overlapped.big");
}
#endif

static double run(unsigned depth, unsigned total)
{
    unsigned slots[MOST], sent = 0, done = 0;
    double start = now();

    while (sent < depth)
        submit(sent++);
    while (done < total) {
        unsigned count = reap(slots);
        done += count;
        for (unsigned i = 0; i < count && sent < total; i++, sent++)
            submit(slots[i]);
    }
    return (now() - start) / total;
}

int main(void)
{
    static const struct {
        const char *name;
        int direct;
        unsigned depth, total;
    } benches[] = { { "cached-1", 0, 1, 20000 },
                    { "cached-32", 0, 32, 20000 },
                    { "direct-1", 1, 1, 500 },
                    { "direct-8", 1, 8, 2000 },
                    { "direct-32", 1, 32, 4000 } };

    make();
    for (size_t i = 0; i < sizeof(benches) / sizeof(*benches); i++) {
        double least = 1e18;
        begin(benches[i].direct);
        for (int round = 0; round < 5; round++) {
            double each = run(benches[i].depth, benches[i].total);
            least = each < least ? each : least;
        }
        end();
        printf("%s\t%.1f\n", benches[i].name, least);
        fflush(stdout);
    }
    clean_up();
    return 0;
}
