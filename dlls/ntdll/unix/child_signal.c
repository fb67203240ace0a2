/* SPDX-License-Identifier: MIT */
/*
 * child_signal.c: signals go on to the children that share this process's console. A terminal sends Ctrl-C to all of them, but
 * `kill`, `docker stop` and the like know the first process only, where Windows closes a console for all that are attached to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "child.h"
#include "process.h"

#define PASSED_ON 0x74726e73 /* the value that comes with a signal from a parent */
#define MAX_DEPTH 12         /* of native programs below each other */

/* Signal handlers read the identifiers, so blocks of slots are only ever added, and a free slot is 0. */
struct child_slot {
    pid_t pid;
    struct child_slot *next_free;
};
struct block {
    struct child_slot slots[64];
    struct block *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *blocks;
static struct child_slot *free_slots;
static uint32_t launching; /* threads that are making children */
static int closing;        /* the signal by which this process is about to end */

static void add_block(void)
{
    struct block *block = calloc(1, sizeof(*block));
    if (!block)
        return;
    for (size_t i = 0; i < sizeof(block->slots) / sizeof(*block->slots); i++) {
        block->slots[i].next_free = free_slots;
        free_slots = &block->slots[i];
    }
    block->next = blocks;
    __atomic_store_n(&blocks, block, __ATOMIC_RELEASE);
}

/* /proc/ID/NAME, put together by hand, as signal handlers may not call printf. */
struct proc_name {
    char text[64];
};

static const char *proc_name(struct proc_name *name, pid_t id, const char *what)
{
    char digits[12], *digit = digits + sizeof(digits);
    size_t length = strlen(what);
    *--digit = 0;
    for (pid_t rest = id; rest; rest /= 10)
        *--digit = (char)('0' + rest % 10);
    size_t count = (size_t)(digits + sizeof(digits) - digit) - 1;
    memcpy(name->text, "/proc/", 6);
    memcpy(name->text + 6, digit, count);
    memcpy(name->text + 6 + count, what, length + 1);
    return name->text;
}

static bool is_ours(pid_t id)
{
    struct proc_name name;
    char own[1024], other[1024];
    ssize_t n = readlink("/proc/self/exe", own, sizeof(own));
    return id > 0 && n > 0 && readlink(proc_name(&name, id, "/exe"), other, sizeof(other)) == n &&
           !memcmp(own, other, (size_t)n);
}

/* The children of a process (of its first thread), as a text; its length. */
static size_t read_children(pid_t pid, char *text, size_t room)
{
    struct proc_name name, thread;
    proc_name(&thread, pid, "/children");
    memcpy(name.text, "/task/", 6);
    memcpy(name.text + 6, thread.text + 6, sizeof(name.text) - 6); /* behind "/proc/" */
    int fd = open(proc_name(&thread, pid, name.text), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, room);
    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

/*
 * A native program passes nothing on, so what it has started gets the signal from here: a shell's commands, say. Not what has a
 * session of its own, nor what is below one of ours, which does that itself. The program first: it is to start no other.
 */
static void pass_on(pid_t pid, int sig, unsigned depth)
{
    char children[512];
    size_t length = depth && !is_ours(pid) ? read_children(pid, children, sizeof(children)) : 0;
    sigqueue(pid, sig, (union sigval){ .sival_int = PASSED_ON });
    pid_t child = 0;
    for (size_t i = 0; i < length; i++) {
        if (children[i] != ' ') {
            child = child * 10 + children[i] - '0';
            continue;
        }
        if (child && getsid(child) == getsid(0))
            pass_on(child, sig, depth - 1);
        child = 0;
    }
}

/*
 * While a child is being made, a handler has to wait for its slot: not in the thread that makes it, where the signals are
 * blocked, but another may get one.
 */
void child_signal_begin(sigset_t *old)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, old);
    __atomic_add_fetch(&launching, 1, __ATOMIC_SEQ_CST);
}

void child_signal_end(const sigset_t *old)
{
    __atomic_sub_fetch(&launching, 1, __ATOMIC_SEQ_CST);
    pthread_sigmask(SIG_SETMASK, old, NULL);
}

struct child_slot *child_signal_add(pid_t pid)
{
    pthread_mutex_lock(&lock);
    if (!free_slots)
        add_block();
    struct child_slot *slot = free_slots;
    if (slot) {
        free_slots = slot->next_free;
        __atomic_store_n(&slot->pid, pid, __ATOMIC_SEQ_CST);
    }
    pthread_mutex_unlock(&lock);
    int sig = __atomic_load_n(&closing, __ATOMIC_SEQ_CST);
    if (sig) /* it has come too late for the handler to see it */
        pass_on(pid, sig, MAX_DEPTH);
    return slot;
}

/* Before the child is reaped: its identifier is its own until then. */
void child_signal_remove(struct child_slot *slot)
{
    if (!slot)
        return;
    pthread_mutex_lock(&lock);
    __atomic_store_n(&slot->pid, 0, __ATOMIC_SEQ_CST);
    slot->next_free = free_slots;
    free_slots = slot;
    pthread_mutex_unlock(&lock);
}

/* Only what a signal handler may do. */
void child_signal_pass_on(int sig, const siginfo_t *info)
{
    /* From another of ours it is for this process alone (GenerateConsoleCtrlEvent chooses whom it concerns). */
    bool passed = info->si_code == SI_QUEUE && info->si_value.sival_int == PASSED_ON;
    int saved_errno = errno;
    if (!passed && (info->si_code != SI_USER || is_ours(info->si_pid)))
        return;
    if (sig == SIGTERM || sig == SIGHUP)
        __atomic_store_n(&closing, sig, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 10000 && __atomic_load_n(&launching, __ATOMIC_SEQ_CST); i++)
        usleep(100);
    for (struct block *block = __atomic_load_n(&blocks, __ATOMIC_ACQUIRE); block; block = block->next) {
        for (size_t i = 0; i < sizeof(block->slots) / sizeof(*block->slots); i++) {
            pid_t pid = __atomic_load_n(&block->slots[i].pid, __ATOMIC_SEQ_CST);
            if (pid)
                pass_on(pid, sig, MAX_DEPTH);
        }
    }
    errno = saved_errno;
}
