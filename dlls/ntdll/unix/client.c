/* SPDX-License-Identifier: MIT */
/*
 * client.c: the connection to the prefix's server: finding it, starting it, joining, and requests.
 *
 * A process joins when it first concerns others: a name, a handle for another process. Several threads may ask at once: each
 * request has a number, and whoever of the waiting threads is free to reads what arrives and hands out the answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "child.h"
#include "client.h"
#include "cell.h"
#include "debug.h"
#include "thread.h"

#define SPIN_NS 30000 /* how long an answer is looked for before the thread sleeps: less than a sleep costs */
#define WAKE_NS 15000 /* and how long while the server does not run: it may be about to wake, on another processor */

uint32_t client_process_number;

static enum { NOT_JOINED, JOINED, LOST } state;
static int connection = -1;

/* --- where the server is --- */

static bool usable_folder(const char *path, bool make)
{
    struct stat st;
    if (make && mkdir(path, 0700) && errno != EEXIST)
        return false;
    return !lstat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077);
}

char *client_folder(bool make)
{
    char path[PATH_MAX];
    struct stat st;
    const char *base = getenv("XDG_RUNTIME_DIR");
    char usual[40];
    if (make && prefix_create())
        return NULL;
    if (stat(options.prefix_dir, &st))
        return NULL;
    /* Programs that are started without that variable (by cron, or sudo) shall meet those that have it. */
    if (!base || base[0] != '/') {
        snprintf(usual, sizeof(usual), "/run/user/%u", (unsigned)geteuid());
        base = usable_folder(usual, false) ? usual : NULL;
    }
    /* Of a prefix whatever it is called, so by its identity; in memory rather than in the prefix, which may be on a network. */
    if (base) {
        snprintf(path, sizeof(path), "%s/transom", base);
        if (usable_folder(path, make)) {
            snprintf(path, sizeof(path), "%s/transom/%llx-%llx", base, (unsigned long long)st.st_dev,
                     (unsigned long long)st.st_ino);
            if (usable_folder(path, make))
                return strdup(path);
        }
    }
    snprintf(path, sizeof(path), "%s/.server", options.prefix_dir);
    return usable_folder(path, make) ? strdup(path) : NULL;
}

/* The socket's name by a short path, as sun_path has room for 107 characters only: through the folder's descriptor. */
static bool socket_address(const char *folder, struct sockaddr_un *address, int *folder_fd)
{
    *folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/socket", *folder_fd);
    return *folder_fd >= 0;
}

static int try_connect(const char *folder)
{
    struct sockaddr_un address;
    int folder_fd;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    bool found = socket_address(folder, &address, &folder_fd);
    while (found && connect(fd, (struct sockaddr *)&address, sizeof(address)))
        found = errno == EINTR;
    if (!found) {
        close(fd);
        fd = -1;
    }
    if (folder_fd >= 0)
        close(folder_fd);
    return fd;
}

/*
 * The server's end of a socket tells who sent a message. Set before anything can be sent there: what was sent earlier than the
 * server sets it would be of nobody (since Linux 6.16 a connection takes it from the listening socket when it is made).
 */
static void pass_credentials(int fd)
{
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
}

static int listening_socket(const char *folder)
{
    struct sockaddr_un address;
    int folder_fd, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        pass_credentials(fd);
    if (fd >= 0 && socket_address(folder, &address, &folder_fd)) {
        unlink(address.sun_path); /* of a server that was killed: nobody answered there */
        if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4096)) {
            close(fd);
            fd = -1;
        }
        close(folder_fd);
    }
    return fd;
}

/* Beside `transom` in a build tree, in lib/transom when installed. */
static char *server_path(void)
{
    static const char *const places[] = { "%s/../transomserver" };
    char *path;
    if (asprintf(&path, places[0], options.system_dir) < 0)
        return NULL;
    return path;
}

static bool run_server(const char *folder, int listening)
{
    const char *linger = getenv("TRANSOM_SERVER_LINGER");
    char *path = server_path();
    char *argv[] = { "transomserver", (char *)folder, (char *)(linger && *linger ? linger : "1000"), NULL };
    char *envp[] = { NULL };
    sigset_t all, old;
    int status = 0;
    if (!path)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pid_t pid = vfork();
    if (!pid) {
        if (listening == 3)
            fcntl(3, F_SETFD, 0);
        else
            dup2(listening, 3);
        execve(path, argv, envp);
        _exit(127);
    }
    /* It forks at once: this waits for that only. */
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    free(path);
    return pid > 0 && status == 0;
}

/*
 * A connection to the server, which is started if there is none. The lock lets one starter at a time decide that, and keeps
 * an ending server from leaving in between; a lock file that was removed meanwhile is none.
 */
static int connect_or_start(const char *folder)
{
    char path[PATH_MAX];
    struct stat st, named;
    int fd = try_connect(folder), lock;
    if (fd >= 0)
        return fd;
    snprintf(path, sizeof(path), "%s/lock", folder);
    for (;;) {
        lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (lock < 0 && errno == ENOENT && usable_folder(folder, true))
            continue;
        if (lock < 0)
            return -1;
        while (flock(lock, LOCK_EX) && errno == EINTR)
            ;
        if (!fstat(lock, &st) && !stat(path, &named) && st.st_ino == named.st_ino && st.st_dev == named.st_dev)
            break;
        close(lock);
        if (!usable_folder(folder, true))
            return -1;
    }
    fd = try_connect(folder);
    if (fd < 0) {
        int listening = listening_socket(folder);
        if (listening >= 0 && run_server(folder, listening))
            fd = try_connect(folder);
        if (listening >= 0)
            close(listening);
    }
    close(lock);
    return fd;
}

/* --- messages --- */

struct waiter {
    struct waiter *next;
    struct client_request *request;
    uint32_t serial;
    NTSTATUS status;
    bool done;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct waiter *waiters;
static bool reading;
static uint32_t last_serial;
static uint64_t answer_buffer[MESSAGE_MAX_SIZE / sizeof(uint64_t)]; /* the reader's */

static void send_parts(int fd, struct message_header *header, void *in, size_t in_size,
                       const struct message_part *parts, int passed, bool *ok)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov[2 + MESSAGE_PARTS] = { { header, sizeof(*header) }, { in, in_size } };
    struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
    for (int i = 0; parts && i < MESSAGE_PARTS; i++)
        if (parts[i].size)
            iov[message.msg_iovlen++] = (struct iovec){ (void *)parts[i].data, parts[i].size };
    if (passed >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(&control.header), &passed, sizeof(passed));
    }
    ssize_t n;
    while ((n = sendmsg(fd, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    *ok = n >= 0;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint32_t own_processor(void)
{
    return (uint32_t)sched_getcpu() + 1;
}

/*
 * Whether looking for an answer makes sense: not on the server's own processor, which it gets only when we sleep. (Both would
 * spin in turn, each as long as it may, and a request take ten times as long.)
 */
static bool worth_spinning(uint64_t start)
{
    const char *common = __atomic_load_n(&segment_common_base, __ATOMIC_ACQUIRE);
    if (!common)
        return now_ns() - start < SPIN_NS;
    uint32_t server = __atomic_load_n((const uint32_t *)(common + SEGMENT_SERVER_RUNS), __ATOMIC_RELAXED);
    return server != own_processor() && now_ns() - start < (server ? SPIN_NS : WAKE_NS);
}

/* One message; its size, or 0 when the connection has ended. */
static size_t receive(int fd, void *buffer, size_t size, int *passed)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { buffer, size };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    uint64_t start = now_ns();
    int flags = MSG_CMSG_CLOEXEC | MSG_DONTWAIT;
    ssize_t n;
    for (;;) {
        n = recvmsg(fd, &message, flags);
        if (n >= 0)
            break;
        if (errno == EAGAIN) {
            if (!worth_spinning(start))
                flags = MSG_CMSG_CLOEXEC;
        } else if (errno != EINTR) {
            return 0;
        }
        message.msg_controllen = sizeof(control);
    }
    *passed = -1;
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        memcpy(passed, CMSG_DATA(c), sizeof(*passed));
        *passed = unix_fd_reserve(*passed);
    }
    return (size_t)n;
}

/* Gives an answer to whom it belongs. The lock is held. */
static void deliver(const void *buffer, size_t size, int passed)
{
    const struct message_header *header = buffer;
    struct waiter **link = &waiters;
    while (*link && (*link)->serial != header->serial)
        link = &(*link)->next;
    struct waiter *waiter = *link;
    if (!waiter) {
        if (passed >= 0)
            close(passed);
        return;
    }
    *link = waiter->next;
    struct client_request *request = waiter->request;
    const struct message_shape *shape = &request_shapes[request->code];
    size -= sizeof(*header);
    waiter->status = (NTSTATUS)header->status;
    if (size < shape->out_size)
        size = shape->out_size; /* an answer without one: cannot be, from our server */
    else if (request->out)
        memcpy(request->out, header + 1, shape->out_size);
    size -= shape->out_size;
    if (size && (request->bytes = malloc(size))) {
        memcpy(request->bytes, (const char *)(header + 1) + shape->out_size, size);
        request->bytes_size = (uint32_t)size;
    } else if (size) {
        waiter->status = STATUS_NO_MEMORY;
    }
    request->answer_fd = passed;
    waiter->done = true;
}

/* Nobody will be answered any more. The lock is held. */
static void lose(void)
{
    __atomic_store_n(&state, LOST, __ATOMIC_RELEASE);
    for (struct waiter *waiter = waiters; waiter; waiter = waiter->next) {
        waiter->status = STATUS_PORT_DISCONNECTED;
        waiter->done = true;
    }
    waiters = NULL;
}

void client_lost(void)
{
    LIST_ENTRY *entry;
    pthread_mutex_lock(&lock);
    lose();
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    __atomic_store_n(&wait_server_lost, true, __ATOMIC_SEQ_CST);
    debug_lost();
    pthread_mutex_lock(&thread_list_lock);
    for (entry = thread_list.Flink; entry != &thread_list; entry = entry->Flink)
        thread_interrupt_wait(container_of(entry, struct thread, entry));
    pthread_mutex_unlock(&thread_list_lock);
}

static NTSTATUS ask(struct client_request *request)
{
    const struct message_shape *shape = &request_shapes[request->code];
    struct waiter waiter = { .request = request };
    struct message_header header = { .code = request->code, .status = own_processor() };
    bool ok;
    request->bytes = NULL;
    request->bytes_size = 0;
    request->answer_fd = -1;
    size_t total = shape->in_size + sizeof(header);
    for (unsigned i = 0; i < shape->part_count; i++) {
        total += request->parts[i].size;
        memcpy((char *)request->in + shape->part_size[i], &request->parts[i].size, sizeof(uint32_t));
    }
    if (total > MESSAGE_MAX_SIZE)
        return STATUS_INVALID_BUFFER_SIZE;
    pthread_mutex_lock(&lock);
    if (state == LOST) {
        pthread_mutex_unlock(&lock);
        return STATUS_PORT_DISCONNECTED;
    }
    waiter.serial = header.serial = ++last_serial;
    waiter.next = waiters;
    waiters = &waiter;
    pthread_mutex_unlock(&lock);
    /* Without the lock: the server takes no more requests while we have not read its answers, and whoever reads wants it. */
    send_parts(connection, &header, request->in, shape->in_size, request->parts, request->fd, &ok);
    pthread_mutex_lock(&lock);
    if (!ok)
        lose();
    while (!waiter.done) {
        if (reading) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        int passed;
        reading = true;
        pthread_mutex_unlock(&lock);
        size_t size = receive(connection, answer_buffer, sizeof(answer_buffer), &passed);
        pthread_mutex_lock(&lock);
        reading = false;
        if (size >= sizeof(struct message_header))
            deliver(answer_buffer, size, passed);
        else
            lose();
        if (waiters || state == LOST || !waiter.done)
            pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return waiter.status;
}

NTSTATUS client_request(struct client_request *request)
{
    NTSTATUS status = client_join(true);
    return status ? status : ask(request);
}

void client_message(uint32_t code, void *in)
{
    struct message_header header = { .code = code };
    bool ok;
    if (!client_joined())
        return;
    /* Datagrams are whole, so nobody else's gets mixed up with it. */
    send_parts(connection, &header, in, request_shapes[code].in_size, NULL, -1, &ok);
}

bool client_tell(uint32_t code, void *in)
{
    struct message_header header = { .code = code };
    bool ok;
    send_parts(connection, &header, in, request_shapes[code].in_size, NULL, -1, &ok);
    return ok;
}

void client_last_words(uint32_t code, void *in)
{
    struct message_header header = { .code = code };
    const struct timeval patience = { 1, 0 };
    char answer[256], *folder = client_folder(false);
    int fd = folder ? try_connect(folder) : -1;
    bool ok;
    free(folder);
    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    send_parts(fd, &header, in, request_shapes[code].in_size, NULL, -1, &ok);
    while (ok && recv(fd, answer, sizeof(answer), 0) < 0 && errno == EINTR)
        ;
    close(fd);
}

NTSTATUS client_call(uint32_t process, uint32_t call, void *in, const struct message_part *part, int fd, void *out,
                     void **bytes, uint32_t *size, int *answer_fd)
{
    const struct message_shape *shape = &call_shapes[call];
    struct protocol_agent_call_in request_in = { .object = process, .call = call };
    struct protocol_agent_call_out request_out;
    size_t length = shape->in_size + (part ? part->size : 0);
    char *body = malloc(length + 1);
    if (!body)
        return STATUS_NO_MEMORY;
    if (part)
        memcpy((char *)in + shape->part_size[0], &part->size, sizeof(part->size));
    if (shape->in_size)
        memcpy(body, in, shape->in_size);
    if (part && part->size)
        memcpy(body + shape->in_size, part->data, part->size);
    struct client_request request = CLIENT_REQUEST(agent_call, .in = &request_in, .out = &request_out);
    request.parts[0] = (struct message_part){ body, (uint32_t)length };
    request.fd = fd;
    NTSTATUS status = client_request(&request);
    free(body);
    if (request.bytes_size >= shape->out_size) {
        if (shape->out_size)
            memcpy(out, request.bytes, shape->out_size);
        if (bytes) { /* what follows the structure */
            *size = request.bytes_size - shape->out_size;
            memmove(request.bytes, (char *)request.bytes + shape->out_size, *size);
            *bytes = request.bytes;
            request.bytes = NULL;
        }
    } else if (NT_SUCCESS(status)) {
        status = STATUS_INVALID_NETWORK_RESPONSE; /* its agent is not ours */
    }
    free(request.bytes);
    if (answer_fd)
        *answer_fd = request.answer_fd;
    else if (request.answer_fd >= 0)
        close(request.answer_fd);
    return status;
}

/* --- joining --- */

static pthread_mutex_t join_lock = PTHREAD_MUTEX_INITIALIZER;

bool client_joined(void)
{
    return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == JOINED;
}

static NTSTATUS hello(void)
{
    struct stat namespace;
    struct protocol_hello_in in = {
        .version = PROTOCOL_VERSION,
        .parent = (uint32_t)getppid(),
        .pid_namespace = stat("/proc/self/ns/pid", &namespace) ? 0 : namespace.st_ino,
    };
    struct protocol_hello_out out;
    struct client_request request = CLIENT_REQUEST(hello, .in = &in, .out = &out);
    const char *image = options.program ? options.program : "";
    struct child_start *start = child_own_start();
    int agent[2];
    if (start)
        __atomic_store_n(&start->end.joined, 1, __ATOMIC_RELEASE);
    request.parts[0] = (struct message_part){ image, (uint32_t)strlen(image) };
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, agent))
        return status_from_errno(errno);
    agent[0] = unix_fd_reserve(agent[0]);
    request.fd = agent[1];
    NTSTATUS status = ask(&request);
    close(agent[1]);
    if (!status)
        status = segment_common_attach(request.answer_fd);
    if (!status)
        status = agent_start(agent[0]);
    else
        close(agent[0]);
    if (request.answer_fd >= 0)
        close(request.answer_fd);
    free(request.bytes);
    client_process_number = out.process;
    if (!status && out.debugged)
        debug_started(out.debugged);
    return status;
}

static NTSTATUS join(bool start)
{
    NTSTATUS status = STATUS_PORT_DISCONNECTED;
    /* A server that decides to end just now closes the connection unheard; then there is a new one to start. */
    for (int attempt = 0; attempt < 8; attempt++) {
        if (connection < 0) {
            char *folder = client_folder(start);
            if (!folder)
                return start ? STATUS_ACCESS_DENIED : STATUS_OBJECT_NAME_NOT_FOUND;
            int fd = start ? connect_or_start(folder) : try_connect(folder);
            free(folder);
            if (fd < 0)
                return start ? STATUS_INSUFFICIENT_RESOURCES : STATUS_OBJECT_NAME_NOT_FOUND;
            connection = unix_fd_reserve(fd);
        }
        status = hello();
        if (!status) {
            __atomic_store_n(&state, JOINED, __ATOMIC_RELEASE);
            return status;
        }
        close(connection);
        connection = -1;
        state = NOT_JOINED;
        if (status != STATUS_PORT_DISCONNECTED)
            break;
    }
    if (status == STATUS_REVISION_MISMATCH)
        transom_fatal("the prefix %s is in use by programs of another version of Transom", options.prefix_dir);
    if (status == STATUS_NOT_SUPPORTED)
        transom_fatal("the prefix %s is in use in another container (PID namespace): give this one a prefix of its own",
                      options.prefix_dir);
    return status;
}

NTSTATUS client_visit(void)
{
    char *folder = state == NOT_JOINED ? client_folder(false) : NULL;
    int fd = folder ? try_connect(folder) : -1;
    free(folder);
    if (state == NOT_JOINED && fd >= 0) {
        connection = unix_fd_reserve(fd);
        state = JOINED;
    }
    return state == JOINED ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS client_join(bool start)
{
    if (client_joined())
        return STATUS_SUCCESS;
    pthread_mutex_lock(&join_lock);
    NTSTATUS status = STATUS_SUCCESS;
    if (state == LOST)
        status = STATUS_PORT_DISCONNECTED;
    else if (state == NOT_JOINED)
        status = join(start);
    pthread_mutex_unlock(&join_lock);
    return status;
}

void client_use_socket(int fd)
{
    connection = unix_fd_reserve(fd);
}

NTSTATUS client_adopt(const uint32_t *numbers, size_t count, uint32_t debug, bool debug_children, int *fd)
{
    struct protocol_adopt_in in = { .debug = debug, .debug_children = debug_children };
    struct client_request request = CLIENT_REQUEST(adopt, .in = &in);
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return status_from_errno(errno);
    pass_credentials(pair[1]);
    request.parts[0] = (struct message_part){ numbers, (uint32_t)(count * sizeof(*numbers)) };
    request.fd = pair[1];
    NTSTATUS status = client_request(&request);
    close(pair[1]);
    *fd = pair[0];
    if (status)
        close(pair[0]);
    else
        *fd = unix_fd_reserve(pair[0]);
    return status;
}

void client_exiting(NTSTATUS status)
{
    client_message(PROTOCOL_exiting, &(struct protocol_exiting_in){ (uint32_t)status });
}

static bool server_may_help;

NTSTATUS client_thread_record(uint32_t *record)
{
    struct protocol_thread_record_in in = { (uint32_t)gettid() };
    struct protocol_thread_record_out out;
    struct client_request request = CLIENT_REQUEST(thread_record, .in = &in, .out = &out);
    NTSTATUS status = client_request(&request);
    if (!status)
        *record = out.record;
    if (!status && !__atomic_exchange_n(&server_may_help, true, __ATOMIC_RELAXED)) /* where Yama wants to be told */
        prctl(PR_SET_PTRACER, common_thread(SEGMENT_SERVER_RECORD)->native_pid, 0, 0, 0);
    return status;
}

void cell_lock_held(uint32_t ref)
{
    client_message(PROTOCOL_lock_held, &(struct protocol_lock_held_in){ ref });
}

void client_thread_record_free(uint32_t record)
{
    client_message(PROTOCOL_thread_record_free, &(struct protocol_thread_record_free_in){ record });
}
