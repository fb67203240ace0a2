/* SPDX-License-Identifier: MIT */
/*
 * server.c: a fuzz target on transomserver: its decoder, all its handlers, its loop but the listening socket. An input is a list of
 * actions of up to eight processes: requests whose fields are mostly sensible, requests that are garbage, answers of agents to
 * what they were asked and to what not, garbage in the common segment, deaths. Processes and their pidfds are made up.
 *
 * At the end all processes die, and nothing may be left: objects, names, cells, records, descriptors.
 */
#include <dirent.h>
#include <sys/eventfd.h>
#define main server_main
#include "../../server/main.c"
#undef main
#include <sys/mman.h>
#include <sys/syscall.h>
#include "cells.h"

#define PROCESSES 8

static struct fake {
    int request, agent; /* our ends; -1 */
    uint32_t pid;
    int pidfd; /* readable: dead */
} fakes[PROCESSES];
static uint32_t next_pid = 1000;
static struct fake *speaking; /* whose message is being received: the kernel would say so */

/* --- what the kernel says (linked with --wrap) --- */

long __wrap_syscall(long number, long a, long b, long c, long d);
long __wrap_syscall(long number, long a, long b, long c, long d)
{
    (void)b, (void)c, (void)d;
    if (number == SYS_pidfd_send_signal) {
        eventfd_write((int)a, 1);
        return 0;
    }
    for (int i = 0; i < PROCESSES; i++)
        if (number == SYS_pidfd_open && fakes[i].pid == (uint32_t)a)
            return fcntl(fakes[i].pidfd, F_DUPFD_CLOEXEC, 0);
    errno = ESRCH;
    return -1;
}

ssize_t __real_recvmsg(int, struct msghdr *, int);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t n = __real_recvmsg(fd, message, flags);
    for (struct cmsghdr *c = n >= 0 ? CMSG_FIRSTHDR(message) : NULL; c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS && speaking)
            ((struct ucred *)CMSG_DATA(c))->pid = (pid_t)speaking->pid;
    return n;
}

/* --- the input --- */

static const uint8_t *input;
static size_t left;

static uint32_t byte(void)
{
    return left ? (left--, *input++) : 0;
}

static uint32_t word(void)
{
    uint32_t value = byte();
    value |= byte() << 8;
    value |= byte() << 16;
    return value | byte() << 24;
}

/* Numbers that have been heard: objects, records, instances. */
static uint32_t heard[256];
static unsigned heard_count;

static void hear(uint32_t number)
{
    if (number)
        heard[heard_count++ % 256] = number;
}

static uint32_t number(void)
{
    uint32_t kind = byte();
    if (kind < 96)
        return kind % 24; /* small: directories, types, flags */
    if (kind < 224 && heard_count)
        return heard[(kind - 96 + byte()) % (heard_count < 256 ? heard_count : 256)];
    return kind < 240 ? 1u << (kind & 31) : word();
}

/* --- actions --- */

static void drain(struct fake *fake)
{
    static uint64_t buffer[MESSAGE_MAX_SIZE / 8 + 64];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    while (fake->request >= 0) {
        struct iovec part = { buffer, sizeof(buffer) };
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
        };
        ssize_t n = __real_recvmsg(fake->request, &message, MSG_DONTWAIT);
        if (n <= 0)
            return;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        if (c && c->cmsg_type == SCM_RIGHTS)
            close(*(int *)CMSG_DATA(c));
        struct message_header *header = (void *)buffer;
        if (n < (ssize_t)sizeof(*header) || n > MESSAGE_MAX_SIZE || header->code >= PROTOCOL_COUNT)
            abort();
        if (!header->status || header->status == 0x40000000) /* STATUS_OBJECT_NAME_EXISTS */
            hear(((uint32_t *)(header + 1))[0]);
    }
}

static void serve_all(void)
{
    for (int i = 0; i < 64 && serve_once(0) > 0; i++)
        for (int k = 0; k < PROCESSES; k++)
            drain(&fakes[k]);
}

static void transmit(struct fake *from, int socket, const void *data, size_t size, const int *fds, size_t count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control = { 0 };
    struct iovec part = { (void *)data, size };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header = (struct cmsghdr){ CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    }
    speaking = from;
    sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    serve_all();
    speaking = NULL;
}

static int some_fd(void)
{
    int pair[2];
    switch (byte() % 4) {
    case 0:
        return eventfd(0, EFD_CLOEXEC);
    case 1:
        return open("/dev/null", O_RDWR | O_CLOEXEC);
    case 2:
        return memfd_create("fuzz", MFD_CLOEXEC);
    default:
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
            return -1;
        close(pair[1]);
        return pair[0];
    }
}

static void with_fds(struct fake *from, int socket, const void *data, size_t size, unsigned count)
{
    int fds[4];
    for (unsigned i = 0; i < count; i++)
        fds[i] = some_fd();
    transmit(from, socket, data, size, fds, count);
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
}

static void connect_one(struct fake *fake)
{
    int pair[2], agent[2];
    struct stat st;
    if (fake->request >= 0)
        return;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, agent))
        abort();
    fake->pid = next_pid++;
    fake->pidfd = eventfd(0, EFD_CLOEXEC);
    fake->request = pair[0];
    fake->agent = agent[0];
    if (!client_new(pair[1]))
        abort();
    stat("/proc/self/ns/pid", &st);
    struct {
        struct message_header header;
        struct protocol_hello_in in;
    } hello = { { .code = PROTOCOL_hello },
                { .version = PROTOCOL_VERSION, .parent = next_pid - 2, .pid_namespace = st.st_ino } };
    transmit(fake, fake->request, &hello, sizeof(struct message_header) + request_shapes[PROTOCOL_hello].in_size,
             &agent[1], 1);
    close(agent[1]);
}

static void kill_one(struct fake *fake)
{
    if (fake->request < 0)
        return;
    eventfd_write(fake->pidfd, 1);
    if (byte() & 1) /* who closes first is not sure */
        serve_all();
    close(fake->request);
    close(fake->agent);
    fake->request = fake->agent = -1;
    serve_all();
    close(fake->pidfd);
}

static void request(struct fake *fake)
{
    static uint8_t buffer[MESSAGE_MAX_SIZE + 4096];
    struct message_header *header = (void *)buffer;
    uint32_t code = byte() % PROTOCOL_COUNT, flags = byte();
    const struct message_shape *shape = &request_shapes[code];
    *header = (struct message_header){ .code = code, .serial = word() };
    uint8_t *body = (uint8_t *)(header + 1), *end = body + shape->in_size;
    for (size_t i = 0; i + 4 <= shape->in_size; i += 4) {
        uint32_t value = number();
        memcpy(body + i, &value, 4);
    }
    for (unsigned i = 0; i < shape->part_count; i++) {
        uint32_t size = flags & 2 ? word() % 0x9000 : byte() % 24 * 2, before = size;
        for (; size; size--, end++)
            *end = flags & 4 ? (uint8_t)number() : (uint8_t)(size & 1 ? 0 : "ab\\c"[byte() % 4]);
        memcpy(body + shape->part_size[i], &before, 4);
    }
    with_fds(fake, fake->request, buffer, (size_t)(end - buffer), (flags & 8 || shape->in_fd) ? flags >> 6 : 0);
}

static void agent_answer(struct fake *fake)
{
    static uint64_t buffer[MESSAGE_MAX_SIZE / 8 + 64];
    if (fake->agent < 0)
        return;
    ssize_t n = recv(fake->agent, buffer, sizeof(buffer), MSG_DONTWAIT);
    struct message_header *header = (void *)buffer;
    uint32_t flags = byte();
    if (n < (ssize_t)sizeof(*header) || flags & 1)
        *header = (struct message_header){ .code = number(), .serial = number() };
    header->status = flags & 2 ? number() : 0;
    with_fds(fake, fake->agent, buffer, flags & 4 ? word() % sizeof(buffer) : flags >> 3, flags >> 6);
}

static void garbage(struct fake *fake, bool to_agent)
{
    static uint8_t buffer[512];
    uint32_t size = byte() * 2, flags = byte();
    for (uint32_t i = 0; i < size; i++)
        buffer[i] = (uint8_t)byte();
    with_fds(fake, to_agent ? fake->agent : fake->request, buffer, size, flags & 3);
}

/* All of it may be written to by everybody. */
static void spoil(void)
{
    uint32_t at = word() % (SEGMENT_HEADER_SIZE + SEGMENT_SLAB_SIZE - 64), n = byte() % 32, what = byte() % 4;
    if (what == 1)
        at = (uint32_t)segment_cell_offset(byte() % 16) + byte() % 64;
    else if (what == 2)
        at = (uint32_t)segment_thread_offset(byte() % 16) + byte();
    for (uint32_t i = 0; i < n; i++)
        segment_common_base[at + i] = (char)byte();
}

/* --- one input --- */

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void begin(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    linger_timer = (struct source){ timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), linger_passed };
    if (!common_init())
        abort();
    objects_init();
    for (int i = 0; i < PROCESSES; i++)
        fakes[i].request = fakes[i].agent = -1;
}

/* Objects that were made permanent stay; what happened to the common segment must not matter to the next input. */
static void sweep(void)
{
    for (uint32_t index = OBJECT_TREE_NUMBERS; index < 1u << 16; index++) {
        struct object *object = object_at(index);
        if (object && object->permanent) {
            object->permanent = false;
            object_release(object);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned descriptors, objects, names;
    if (!epoll_fd) {
        begin();
        descriptors = count_descriptors();
        objects = object_count;
        names = name_count;
    }
    bool spoiled = false;
    input = data;
    left = size;
    connect_one(&fakes[0]);
    for (int i = 0; left && i < 400; i++) {
        uint32_t action = byte();
        struct fake *fake = &fakes[action >> 5];
        switch (action & 31) {
        case 0:
        case 1:
            connect_one(fake);
            break;
        case 2:
            kill_one(fake);
            break;
        case 3:
        case 4:
        case 5:
            agent_answer(fake);
            break;
        case 6:
            spoil();
            spoiled = true;
            break;
        case 7:
            garbage(fake, byte() & 1);
            break;
        default:
            if (fake->request >= 0)
                request(fake);
            else
                connect_one(fake);
        }
    }
    left = 0;
    for (int i = 0; i < PROCESSES; i++)
        kill_one(&fakes[i]);
    serve_all();
    sweep();
    if (client_count) /* connections that were adopted: nobody has the other end */
        serve_all();
    /* What is locked or queued by garbage waits for those to go; a common segment as new lets it. */
    if (spoiled)
        memset(segment_common_base + SEGMENT_HEADER_SIZE, 0, SEGMENT_SLAB_SIZE);
    server_limbo_look();
    for (int i = 0; i < 20 && record_count; i++)
        serve_once(30);
    unsigned now = count_descriptors(), own = 3; /* the clocks' and the retry timer's */
    if (object_count != objects || name_count != names || client_count || cell_count || record_count ||
        now > descriptors + own) {
        fprintf(stderr, "left: %u objects, %u names, %u clients, %u cells, %u records, %d descriptors\n",
                object_count - objects, name_count - names, client_count, cell_count, record_count,
                (int)(now - descriptors));
        if (now > descriptors + own)
            system("ls -l /proc/$PPID/fd >&2");
        abort();
    }
    return 0;
}

#ifdef STANDALONE
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];
    if (argc == 1) /* a minute's worth of random ones */
        for (unsigned seed = 1; seed <= 20000; seed++) {
            srandom(seed);
            for (size_t i = 0; i < 2048; i++)
                data[i] = (uint8_t)random();
            LLVMFuzzerTestOneInput(data, 2048);
        }
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        size_t size = file ? fread(data, 1, sizeof(data), file) : 0;
        if (file)
            fclose(file);
        LLVMFuzzerTestOneInput(data, size);
    }
    return 0;
}
#endif
