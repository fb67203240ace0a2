/* SPDX-License-Identifier: MIT */
/*
 * hostile SOCKET WHAT [SECONDS]: a client of the server that means harm:
 *
 *   garbage   datagrams of noise, with and without descriptors, on many connections
 *   agent     joins, and answers what its agent is asked with lies: other numbers, other lengths, wrong serials
 *   segment   joins, and writes noise all over the common segment, or tries to cut it off
 *   flood     joins, and makes objects, records, posts, calls and connections until it is refused each
 *
 * Says "ready" when it has begun. Exit code 1: the server let it do what it should not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "message.h"
#include "segment.h"

static const char *socket_path;
static int agent_fd = -1, common_fd = -1;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int connect_server(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        return -1;
    }
    return fd;
}

static ssize_t transmit(int socket, const void *data, size_t size, const int *fds, unsigned count, int flags)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(8 * sizeof(int))];
    } control = { 0 };
    struct iovec part = { (void *)data, size };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header = (struct cmsghdr){ CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL | flags);
}

/* The answer's size; its status and first number. */
static ssize_t receive(int socket, uint32_t *status, uint32_t *first, int *fd)
{
    static uint32_t buffer[MESSAGE_MAX_SIZE / 4];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { buffer, sizeof(buffer) };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t n = recvmsg(socket, &message, 0);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS) {
        int passed;
        memcpy(&passed, CMSG_DATA(c), sizeof(passed));
        if (fd)
            *fd = passed;
        else
            close(passed);
    }
    *status = n >= 16 ? buffer[2] : 0xc0000037; /* STATUS_PORT_DISCONNECTED */
    *first = n >= 20 ? buffer[4] : 0;
    return n;
}

static struct {
    struct message_header header;
    uint8_t body[MESSAGE_MAX_SIZE];
} question;

static uint32_t request(int socket, uint32_t code, const void *in, size_t in_size, size_t more, int fd, uint32_t *first,
                        int *answer_fd)
{
    uint32_t status, ignored;
    question.header = (struct message_header){ .code = code, .serial = 1 };
    memcpy(question.body, in, in_size);
    memset(question.body + in_size, 'x', more);
    if (transmit(socket, &question, sizeof(question.header) + in_size + more, &fd, fd >= 0, 0) < 0)
        return 0xc0000037;
    receive(socket, &status, first ? first : &ignored, answer_fd);
    return status;
}

static int join(void)
{
    struct stat st;
    int fd = connect_server(), pair[2];
    stat("/proc/self/ns/pid", &st);
    struct protocol_hello_in in = { .version = PROTOCOL_VERSION, .pid_namespace = st.st_ino };
    if (fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
        request(fd, PROTOCOL_hello, &in, sizeof(in), 0, pair[1], NULL, &common_fd)) {
        fprintf(stderr, "hostile: cannot join\n");
        exit(2);
    }
    close(pair[1]);
    agent_fd = pair[0];
    return fd;
}

static void noise(void *buffer, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i += 4) {
        uint32_t value = random() % 3 ? (uint32_t)random() % 32 : (uint32_t)random() * 2;
        memcpy((char *)buffer + i, &value, 4);
    }
}

static void be_garbage(double end)
{
    static uint8_t buffer[MESSAGE_MAX_SIZE + 1024];
    int fds[8];
    for (int i = 0; i < 8; i++)
        fds[i] = open("/dev/null", O_RDONLY);
    while (now() < end) {
        int fd = random() % 2 ? connect_server() : join();
        if (fd < 0)
            continue;
        for (int i = (int)(random() % 64); i; i--) {
            size_t size = (size_t)random() % (random() % 16 ? 128 : sizeof(buffer));
            noise(buffer, size);
            if (size >= 4)
                *(uint32_t *)buffer %= PROTOCOL_COUNT + 2;
            /* All but the one that would end everybody. */
            if (*(uint32_t *)buffer != PROTOCOL_kill &&
                transmit(fd, buffer, size, fds, (unsigned)random() % 9, MSG_DONTWAIT) < 0 && errno != EAGAIN)
                break;
        }
        if (agent_fd >= 0) {
            noise(buffer, 64);
            transmit(agent_fd, buffer, 64, fds, 8, MSG_DONTWAIT);
            close(agent_fd);
            close(common_fd);
            agent_fd = common_fd = -1;
        }
        close(fd);
    }
}

static void be_agent(double end)
{
    static uint64_t buffer[MESSAGE_MAX_SIZE / 8];
    struct message_header *header = (void *)buffer;
    while (now() < end) {
        struct pollfd poll_fd = { agent_fd, POLLIN, 0 };
        if (poll(&poll_fd, 1, 100) <= 0)
            continue;
        if (recv(agent_fd, buffer, sizeof(buffer), 0) <= 0)
            return; /* thrown out */
        uint32_t serial = header->serial;
        noise(buffer + 2, 4096);
        header->serial = random() % 64 ? serial : serial + 1;
        header->status = random() % 4 ? 0 : (uint32_t)random();
        transmit(agent_fd, buffer, random() % 8 ? (size_t)random() % 256 + 16 : sizeof(buffer), &common_fd,
                 random() & 1, 0);
    }
}

static int be_segment(double end)
{
    struct stat st;
    if (!ftruncate(common_fd, 0) || !fcntl(common_fd, F_ADD_SEALS, F_SEAL_GROW)) {
        fprintf(stderr, "hostile: the common segment can be cut off or sealed\n");
        return 1;
    }
    fstat(common_fd, &st);
    char *base = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, common_fd, 0);
    while (now() < end) {
        size_t at = (size_t)random() % ((size_t)st.st_size - 256) & ~3ul;
        if (random() % 2) /* where there is something */
            at = (random() & 1 ? segment_cell_offset((uint32_t)random() % 64)
                               : segment_thread_offset((uint32_t)random() % 28));
        noise(base + at, (size_t)random() % 64);
        if (random() % 64 == 0)
            usleep(1000);
    }
    return 0;
}

/* How often the request can be made; 0 if for ever. */
static long until_refused(int fd, const char *what, uint32_t code, void *in, size_t in_size, size_t more, int passed,
                          long limit)
{
    for (long n = 1; n <= limit; n++) {
        uint32_t status = request(fd, code, in, in_size, more, passed, NULL, NULL);
        if (status) {
            printf("%s: %ld, then %#x\n", what, n - 1, status);
            return n;
        }
    }
    fprintf(stderr, "hostile: %s: never refused\n", what);
    return 0;
}

static int be_flood(int fd)
{
    int bad = 0, null = open("/dev/null", O_RDONLY), pair[2];
    struct protocol_object_create_in big = { .type = OBJECT_KIND_SECTION, .data_size = 90000 };
    struct protocol_object_create_in with_fd = { .type = OBJECT_KIND_SECTION };
    struct protocol_object_create_in port = { .type = OBJECT_KIND_COMPLETION_PORT,
                                              .cell_kind = CELL_SEMAPHORE,
                                              .limit = 0x7fffffff };
    struct protocol_thread_record_in record = { 1 };
    struct protocol_port_post_in post = { 0 };
    uint32_t number;
    bad |= !until_refused(fd, "threads", PROTOCOL_thread_record, &record, sizeof(record), 0, -1, 70000);
    request(fd, PROTOCOL_object_create, &port, sizeof(port), 0, -1, &number, NULL);
    bad |= !until_refused(fd, "objects with descriptors", PROTOCOL_object_create, &with_fd, sizeof(with_fd), 0, null,
                          2000000);
    bad |= !until_refused(fd, "large objects", PROTOCOL_object_create, &big, sizeof(big), 90000, -1, 100000);
    post.object = number;
    bad |= !until_refused(fd, "packets", PROTOCOL_port_post, &post, sizeof(post), 0, -1, 20000000);
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    close(pair[0]);
    for (int i = 0; i < 1000; i++) {
        struct protocol_adopt_in adopt = { 0 };
        request(fd, PROTOCOL_adopt, &adopt, sizeof(adopt), 0, pair[1], NULL, NULL);
    }
    return bad;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    socket_path = argv[1];
    const char *what = argv[2];
    double end = now() + (argc > 3 ? atof(argv[3]) : 5);
    srandom((unsigned)getpid());
    int fd = strcmp(what, "garbage") ? join() : -1;
    printf("ready %d\n", getpid());
    fflush(stdout);
    if (!strcmp(what, "garbage"))
        be_garbage(end);
    else if (!strcmp(what, "agent"))
        be_agent(end);
    else if (!strcmp(what, "segment"))
        return be_segment(end);
    else if (!strcmp(what, "flood"))
        return be_flood(fd);
    return 0;
}
