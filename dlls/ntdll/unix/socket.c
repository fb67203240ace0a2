/* SPDX-License-Identifier: MIT */
/*
 * socket.c: sockets: files opened as `\Device\Afd` (include/afd.h). Making, naming, listening, connecting, accepting and
 * closing them. The descriptor never blocks; calls that shall wait do so with poll().
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "path.h"
#include "socket.h"
#include "thread.h"

NTSTATUS socket_status(int err)
{
    switch (err) {
    case ECONNRESET:
        return STATUS_CONNECTION_RESET;
    case ECONNREFUSED:
        return STATUS_CONNECTION_REFUSED;
    case ECONNABORTED:
        return STATUS_CONNECTION_ABORTED;
    case ETIMEDOUT:
        return STATUS_IO_TIMEOUT;
    case ENETUNREACH:
    case ENETDOWN:
        return STATUS_NETWORK_UNREACHABLE;
    case EHOSTUNREACH:
    case EHOSTDOWN:
        return STATUS_HOST_UNREACHABLE;
    case EADDRINUSE:
        return STATUS_ADDRESS_ALREADY_EXISTS;
    case EADDRNOTAVAIL:
        return STATUS_INVALID_ADDRESS_COMPONENT;
    case ENOTCONN:
        return STATUS_INVALID_CONNECTION;
    case EISCONN:
        return STATUS_CONNECTION_ACTIVE;
    case EMSGSIZE:
        return STATUS_INVALID_BUFFER_SIZE;
    case ENOBUFS:
    case ENOMEM:
        return STATUS_INSUFFICIENT_RESOURCES;
    case EPIPE:
        return STATUS_PIPE_DISCONNECTED;
    case EAFNOSUPPORT:
        return STATUS_WINSOCK(10047);
    case EPROTONOSUPPORT:
        return STATUS_WINSOCK(10043);
    case ESOCKTNOSUPPORT:
        return STATUS_WINSOCK(10044);
    case EPROTOTYPE:
        return STATUS_WINSOCK(10041);
    case ENOPROTOOPT:
        return STATUS_WINSOCK(10042);
    case EALREADY:
        return STATUS_WINSOCK(10037);
    case EDESTADDRREQ:
        return STATUS_INVALID_CONNECTION;
    case ENOENT:
        return STATUS_CONNECTION_REFUSED; /* connecting to a Unix socket that is not there */
    default:
        return status_from_errno(err);
    }
}

/* --- addresses --- */

static NTSTATUS unix_address_in(const WCHAR *text, size_t len, struct sockaddr_un *addr, socklen_t *size)
{
    struct nt_path path;
    struct stat st;
    NTSTATUS status;

    addr->sun_family = AF_UNIX;
    *size = offsetof(struct sockaddr_un, sun_path);
    if (!len)
        return STATUS_SUCCESS;
    status = path_parse_text(NULL, text, len, &path);
    if (!status && path.kind != PATH_FILE)
        status = STATUS_OBJECT_NAME_INVALID;
    if (!status && lstat(path.name, &st)) {
        status = path_resolve(&path);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND)
            status = STATUS_SUCCESS;
    }
    if (!status && path.len >= sizeof addr->sun_path)
        status = STATUS_INVALID_PARAMETER;
    if (!status) {
        memcpy(addr->sun_path, path.name, path.len);
        addr->sun_path[path.len] = 0;
        *size += path.len + 1;
    }
    path_free(&path);
    return status;
}

/* A Unix socket's is the family and an NT path in UTF-16, which ws2_32 made of the program's path. */
NTSTATUS socket_address_in(const void *user, uint32_t length, struct sockaddr_storage *addr, socklen_t *size)
{
    union {
        struct sockaddr any;
        struct sockaddr_in6 in6;
        WCHAR text[1 + 300];
    } in;

    memset(addr, 0, sizeof *addr);
    memset(&in, 0, sizeof in);
    if (length < 2 || length > sizeof in)
        return STATUS_ACCESS_VIOLATION;
    if (!user_copy_in(&in, user, length))
        return STATUS_ACCESS_VIOLATION;
    switch (in.text[0]) {
    case AF_UNSPEC:
        *size = sizeof addr->ss_family;
        return STATUS_SUCCESS;
    case AF_INET:
        if (length < sizeof(struct sockaddr_in))
            return STATUS_ACCESS_VIOLATION;
        memcpy(addr, &in, sizeof(struct sockaddr_in));
        *size = sizeof(struct sockaddr_in);
        return STATUS_SUCCESS;
    case WIN_AF_INET6:
        if (length < sizeof in.in6)
            return STATUS_ACCESS_VIOLATION;
        in.in6.sin6_family = AF_INET6;
        memcpy(addr, &in.in6, sizeof in.in6);
        *size = sizeof in.in6;
        return STATUS_SUCCESS;
    case AF_UNIX:
        return unix_address_in(in.text + 1, length / sizeof(WCHAR) - 1, (struct sockaddr_un *)addr, size);
    default:
        return STATUS_WINSOCK(10047);
    }
}

uint32_t socket_address_out(const struct sockaddr_storage *addr, socklen_t size, void *out)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };

    switch (addr->ss_family) {
    case AF_INET:
        memcpy(out, addr, sizeof(struct sockaddr_in));
        return sizeof(struct sockaddr_in);
    case AF_INET6:
        memcpy(out, addr, sizeof(struct sockaddr_in6));
        *(uint16_t *)out = WIN_AF_INET6;
        return sizeof(struct sockaddr_in6);
    case AF_UNIX: {
        const struct sockaddr_un *from = (const struct sockaddr_un *)addr;
        WCHAR *dos = size > offsetof(struct sockaddr_un, sun_path) && from->sun_path[0] == '/'
                         ? unix_path_to_dos(from->sun_path)
                         : NULL;
        size_t len = 0;
        while (dos && dos[len])
            len++;
        if (len)
            utf16_to_utf8(dos, len, un.sun_path, sizeof un.sun_path - 1);
        free(dos);
        memcpy(out, &un, sizeof un);
        return sizeof un;
    }
    default:
        return 0;
    }
}

/* --- waiting in a call --- */

/* Until `events` happen, the deadline (milliseconds of CLOCK_MONOTONIC; 0 = none) passes or the socket is closed. */
static NTSTATUS wait_in_call(struct io *io, int fd, short events, int64_t deadline)
{
    struct socket *s = socket_of(io->file);
    struct pollfd fds[2] = { { .fd = fd, .events = events } };
    struct timespec now;
    NTSTATUS status = STATUS_SUCCESS;
    int n, left = -1;

    pthread_mutex_lock(&s->lock);
    if (s->wake_fd < 0)
        s->wake_fd = unix_fd_reserve(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    fds[1] = (struct pollfd){ .fd = s->wake_fd, .events = POLLIN };
    pthread_mutex_unlock(&s->lock);
    if (deadline) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t ms = deadline - (now.tv_sec * 1000ll + now.tv_nsec / 1000000);
        left = ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int)ms;
    }
    n = poll(fds, 2, left);
    if (n < 0 && errno == EINTR)
        thread_check_suspend();
    else if (n == 0)
        status = STATUS_IO_TIMEOUT;
    if (n > 0 && fds[1].revents)
        status = STATUS_WINSOCK(10004);
    return status;
}

NTSTATUS socket_run(struct io *io, short events, bool overlapped, uint32_t timeout, NTSTATUS (*retry)(struct io *io))
{
    int64_t deadline = 0;
    NTSTATUS status;

    if (overlapped)
        return io_start(io, io->file->fd, events, retry);
    io->fd = io->file->fd;
    while ((status = retry(io)) == STATUS_PENDING) {
        if (io->file->options & FILE_OPTION_NONBLOCKING)
            return STATUS_DEVICE_NOT_READY;
        if (timeout && !deadline) {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            deadline = now.tv_sec * 1000ll + now.tv_nsec / 1000000 + timeout;
        }
        status = wait_in_call(io, io->fd, events, deadline);
        if (status)
            return status;
    }
    return status;
}

/* --- making --- */

static int linux_family(uint32_t family)
{
    return family == WIN_AF_INET6 ? AF_INET6 : family == AF_INET || family == AF_UNIX ? (int)family : -1;
}

static int make_descriptor(const struct afd_create *made)
{
    int family = linux_family(made->family), fd, one = 1;

    if (family < 0) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    fd = unix_fd_reserve(socket(family, (int)made->type | SOCK_CLOEXEC | SOCK_NONBLOCK, (int)made->protocol));
    if (fd >= 0 && family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one); /* Windows' default */
    return fd;
}

static NTSTATUS create(struct io *io)
{
    struct socket *s = socket_of(io->file);
    struct afd_create in;
    int fd;

    if (io->input_length < sizeof in || !user_copy_in(&in, io->input, sizeof in) || io->file->fd >= 0)
        return STATUS_INVALID_PARAMETER;
    fd = make_descriptor(&in);
    if (fd < 0)
        return errno == EPERM ? STATUS_ACCESS_DENIED : socket_status(errno);
    s->made = in;
    s->report_port_unreachable = true;
    io->file->options |= FILE_OPTION_SOCKET;
    io->file->fd = fd;
    return STATUS_SUCCESS;
}

static struct socket *socket_alloc(void)
{
    struct socket *s = calloc(1, sizeof *s);

    if (s) {
        pthread_mutex_init(&s->lock, NULL);
        s->wake_fd = -1;
    }
    return s;
}

NTSTATUS socket_open(ACCESS_MASK access, ULONG share, ULONG options, struct file_object **file)
{
    struct socket *s = socket_alloc();

    *file = s ? file_alloc(FILE_KIND_SOCKET, &socket_ops, -1, access, share, options) : NULL;
    if (!*file) {
        free(s);
        return STATUS_NO_MEMORY;
    }
    (*file)->data = s;
    return STATUS_SUCCESS;
}

/* One that came from another process: its state is what the kernel says. */
struct file_object *socket_wrap_fd(int fd, ACCESS_MASK access, ULONG options)
{
    struct sockaddr_storage addr;
    struct file_object *file;
    struct socket *s;
    socklen_t size = sizeof addr;
    int value;

    if (socket_open(access, FILE_SHARE_VALID_FLAGS, options, &file))
        return NULL;
    s = socket_of(file);
    file->fd = fd;
    s->report_port_unreachable = true;
#define OPTION(name) (size = sizeof value, getsockopt(fd, SOL_SOCKET, name, &value, &size) ? 0 : value)
    s->made.family = OPTION(SO_DOMAIN);
    if (s->made.family == AF_INET6)
        s->made.family = WIN_AF_INET6;
    s->made.type = OPTION(SO_TYPE);
    s->made.protocol = OPTION(SO_PROTOCOL);
    s->listening = OPTION(SO_ACCEPTCONN);
#undef OPTION
    size = sizeof addr;
    s->connected = !getpeername(fd, (struct sockaddr *)&addr, &size);
    size = sizeof addr;
    s->bound = !getsockname(fd, (struct sockaddr *)&addr, &size) &&
               (s->connected || s->listening || addr.ss_family == AF_UNIX || ((struct sockaddr_in *)&addr)->sin_port);
    return file;
}

/* --- names, listening --- */

static void apply_reuse(struct file_object *file)
{
    struct socket *s = socket_of(file);
    int one = 1;

    /*
     * A Windows server binds to a port whose old connections are in TIME_WAIT without further ado; that is what Linux
     * calls SO_REUSEADDR. Windows' SO_REUSEADDR, which lets several sockets have one port, is Linux' SO_REUSEPORT for
     * streams; datagram sockets get both.
     */
    if (s->made.family == AF_UNIX)
        return;
    if (s->made.type == SOCK_STREAM || s->reuse)
        setsockopt(file->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (s->reuse)
        setsockopt(file->fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
}

static NTSTATUS socket_bind(struct io *io)
{
    struct socket *s = socket_of(io->file);
    struct sockaddr_storage addr;
    socklen_t size;
    NTSTATUS status = socket_address_in(io->input, io->input_length, &addr, &size);

    if (status)
        return status;
    if (s->bound)
        return STATUS_INVALID_PARAMETER;
    if (addr.ss_family != linux_family(s->made.family))
        return STATUS_ACCESS_VIOLATION;
    apply_reuse(io->file);
    if (bind(io->file->fd, (struct sockaddr *)&addr, size))
        return errno == EACCES                                 ? STATUS_ACCESS_DENIED
               : errno == EADDRINUSE || errno == EADDRNOTAVAIL ? socket_status(errno)
               : errno == ENOENT || errno == ENOTDIR           ? STATUS_NETWORK_UNREACHABLE
                                                               : socket_status(errno);
    s->bound = true;
    return STATUS_SUCCESS;
}

static NTSTATUS socket_listen(struct io *io)
{
    struct socket *s = socket_of(io->file);
    uint32_t backlog;

    if (io->input_length < sizeof backlog || !user_copy_in(&backlog, io->input, sizeof backlog) || !s->bound)
        return STATUS_INVALID_PARAMETER;
    if (s->connected)
        return STATUS_CONNECTION_ACTIVE;
    if (s->made.type != SOCK_STREAM)
        return STATUS_NOT_SUPPORTED;
    if ((int32_t)backlog < 0) /* SOMAXCONN_HINT(n) is -n */
        backlog = backlog == (uint32_t)INT32_MIN ? 4096 : -backlog;
    if (backlog > 4096)
        backlog = 4096;
    if (listen(io->file->fd, (int)backlog))
        return socket_status(errno);
    s->listening = true;
    socket_events_enable(io->file, WIN_FD_ACCEPT);
    return STATUS_SUCCESS;
}

static NTSTATUS get_name(struct io *io)
{
    struct socket *s = socket_of(io->file);
    struct sockaddr_storage addr;
    socklen_t size = sizeof addr;
    uint32_t peer, length;
    char out[128];

    if (io->input_length < sizeof peer || !user_copy_in(&peer, io->input, sizeof peer))
        return STATUS_INVALID_PARAMETER;
    if (peer ? getpeername(io->file->fd, (struct sockaddr *)&addr, &size)
             : getsockname(io->file->fd, (struct sockaddr *)&addr, &size))
        return socket_status(errno);
    if (!peer && !s->bound && !s->connected && !s->connecting)
        return STATUS_INVALID_PARAMETER; /* getsockname's page: not bound yet is WSAEINVAL */
    length = socket_address_out(&addr, size, out);
    if (length > io->length)
        return STATUS_ACCESS_VIOLATION;
    io->information = length;
    return io_copy_out(io->buffer, out, length) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* --- connecting --- */

void socket_connected(struct socket *s)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    s->connect_time = now.tv_sec ? now.tv_sec : 1;
    s->connected = s->bound = true;
    s->connecting = false;
}

struct connect_request {
    struct afd_connect in;
    struct sockaddr_storage addr;
    socklen_t size;
    bool started, connected;
};

static void free_request(struct io *io)
{
    free(io->data);
}

static NTSTATUS retry_connect(struct io *io)
{
    struct connect_request *request = io->data;
    struct socket *s = socket_of(io->file);
    struct pollfd ready = { .fd = io->file->fd, .events = POLLOUT };
    int err = 0;
    socklen_t size = sizeof err;
    ssize_t n;

    if (!request->started) {
        request->started = true;
        s->connect_error = 0;
        s->connect_told = false;
        if (!connect(io->file->fd, (struct sockaddr *)&request->addr, request->size)) {
            request->connected = true;
        } else if (errno == EINPROGRESS || errno == EAGAIN) {
            s->connecting = s->bound = true;
            return STATUS_PENDING;
        } else {
            s->connect_told = true;
            return socket_status(s->connect_error = errno);
        }
    }
    if (!request->connected) {
        if (poll(&ready, 1, 0) <= 0)
            return STATUS_PENDING;
        if (getsockopt(io->file->fd, SOL_SOCKET, SO_ERROR, &err, &size))
            err = errno;
        if (err) {
            s->connecting = false;
            s->connect_told = true;
            return socket_status(s->connect_error = err);
        }
        request->connected = true;
    }
    if (!s->connected)
        socket_connected(s);
    while (io->information < request->in.data_length) {
        n = send(io->file->fd, (char *)(uintptr_t)request->in.data + io->information,
                 request->in.data_length - io->information, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN ? STATUS_PENDING : socket_status(errno);
        io->information += n;
    }
    return STATUS_SUCCESS;
}

static bool is_any(const struct sockaddr_storage *addr)
{
    if (addr->ss_family == AF_INET)
        return ((const struct sockaddr_in *)addr)->sin_addr.s_addr == INADDR_ANY;
    return addr->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)addr)->sin6_addr);
}

static NTSTATUS socket_connect(struct io *io)
{
    struct socket *s = socket_of(io->file);
    struct connect_request *request = calloc(1, sizeof *request);
    NTSTATUS status;
    bool overlapped;

    if (!request)
        return STATUS_NO_MEMORY;
    io->data = request;
    io->release = free_request;
    io->write = true;
    if (io->input_length < sizeof request->in || !user_copy_in(&request->in, io->input, sizeof request->in))
        return STATUS_INVALID_PARAMETER;
    status = socket_address_in((void *)(uintptr_t)request->in.address, request->in.address_length, &request->addr,
                               &request->size);
    if (status)
        return status;
    overlapped = request->in.mode & AFD_OVERLAPPED;
    if (s->listening)
        return STATUS_INVALID_PARAMETER;
    if (s->connected && s->made.type == SOCK_STREAM)
        return STATUS_CONNECTION_ACTIVE;
    if (overlapped && !s->bound) /* ConnectEx wants a bound one */
        return STATUS_INVALID_PARAMETER;
    if (request->addr.ss_family != AF_UNSPEC && request->addr.ss_family != linux_family(s->made.family))
        return STATUS_WINSOCK(10047);
    if (request->addr.ss_family == AF_UNSPEC)
        s->connected = false;
    else if (is_any(&request->addr))
        return STATUS_INVALID_ADDRESS_COMPONENT; /* connect's page: INADDR_ANY is no destination */
    if (s->connecting) {
        struct pollfd ready = { .fd = io->file->fd, .events = POLLOUT };
        if (poll(&ready, 1, 0) <= 0)
            return STATUS_WINSOCK(10037);
        request->started = true;
    }
    status = socket_run(io, POLLOUT, overlapped, 0, retry_connect);
    if (status == STATUS_DEVICE_NOT_READY || !status)
        socket_events_enable(io->file, WIN_FD_CONNECT | WIN_FD_WRITE | WIN_FD_READ | WIN_FD_CLOSE);
    return status;
}

/* --- accepting --- */

struct accept_request {
    struct afd_accept in;
    struct file_object *target;
    bool accepted;
};

static void free_accept(struct io *io)
{
    struct accept_request *request = io->data;

    if (request->target)
        object_unref(&request->target->obj);
    free(request);
}

/*
 * The accepted descriptor takes the place of the other socket's. What accept() makes "has the same properties as socket s" (its
 * page): it does not block if the other does not; AcceptEx is given a socket that keeps its own.
 */
static NTSTATUS take_connection(struct file_object *listener, struct file_object *target, int fd)
{
    struct socket *s = socket_of(target);
    const struct socket *from = socket_of(listener);
    int old;

    pthread_mutex_lock(&s->lock);
    old = target->fd;
    if (old < 0) {
        target->fd = unix_fd_reserve(fd);
        target->options |= FILE_OPTION_SOCKET | (listener->options & FILE_OPTION_NONBLOCKING);
        s->report_port_unreachable = true;
        s->made = from->made;
        s->receive_timeout = from->receive_timeout;
        s->send_timeout = from->send_timeout;
    } else {
        dup3(fd, old, O_CLOEXEC);
        close(fd);
    }
    socket_connected(s);
    s->connect_told = true;
    pthread_mutex_unlock(&s->lock);
    return old < 0 ? socket_events_inherit(listener, target) : STATUS_SUCCESS;
}

static bool put_address(const struct accept_request *request, bool peer)
{
    uint32_t room = peer ? request->in.remote_length : request->in.local_length, at = request->in.data_length;
    struct sockaddr_storage addr;
    socklen_t size = sizeof addr;
    struct {
        int32_t length;
        char bytes[128];
    } out = { 0 };
    int fd = request->target->fd;

    if (!room)
        return true;
    if (!(peer ? getpeername(fd, (struct sockaddr *)&addr, &size) : getsockname(fd, (struct sockaddr *)&addr, &size)))
        out.length = (int32_t)socket_address_out(&addr, size, out.bytes);
    if (peer)
        at += request->in.local_length;
    size = (socklen_t)out.length + 4u;
    return io_copy_out((char *)(uintptr_t)request->in.output + at, &out, size < room ? size : room);
}

static NTSTATUS retry_accept(struct io *io)
{
    struct accept_request *request = io->data;
    NTSTATUS status;
    ssize_t n;
    int fd;

    if (!request->accepted) {
        fd = accept4(io->file->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR))
            return STATUS_PENDING;
        if (fd < 0)
            return socket_status(errno);
        status = take_connection(io->file, request->target, fd);
        request->accepted = true;
        if (status)
            return status;
        if (request->in.output && (!put_address(request, false) || !put_address(request, true)))
            return STATUS_ACCESS_VIOLATION;
        if (request->in.data_length)
            io->fd = request->target->fd; /* AcceptEx goes on waiting for the first data, there */
    }
    if (!request->in.output || !request->in.data_length)
        return STATUS_SUCCESS;
    n = recv(io->fd, (void *)(uintptr_t)request->in.output, request->in.data_length, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN ? STATUS_PENDING : socket_status(errno);
    io->information = n;
    return STATUS_SUCCESS;
}

static NTSTATUS socket_accept(struct io *io)
{
    struct accept_request *request = calloc(1, sizeof *request);
    struct socket *s = socket_of(io->file);
    struct object *obj;
    NTSTATUS status;

    if (!request)
        return STATUS_NO_MEMORY;
    io->data = request;
    io->release = free_accept;
    if (io->input_length < sizeof request->in || !user_copy_in(&request->in, io->input, sizeof request->in) ||
        !s->listening)
        return STATUS_INVALID_PARAMETER;
    status = handle_lookup((HANDLE)(uintptr_t)request->in.socket, &file_type, 0, &obj);
    if (status)
        return status;
    request->target = (struct file_object *)obj;
    if (request->target->ops != &socket_ops || request->target == io->file)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (socket_of(request->target)->bound || socket_of(request->target)->connected)
        return STATUS_INVALID_PARAMETER;
    status = socket_run(io, POLLIN, request->in.mode & AFD_OVERLAPPED, 0, retry_accept);
    socket_events_enable(io->file, WIN_FD_ACCEPT);
    return status;
}

/* --- ending --- */

static NTSTATUS socket_shutdown(struct io *io)
{
    struct socket *s = socket_of(io->file);
    uint32_t how;

    if (io->input_length < sizeof how || !user_copy_in(&how, io->input, sizeof how) || how > 2)
        return STATUS_INVALID_PARAMETER;
    if (!s->connected)
        return STATUS_INVALID_CONNECTION;
    s->shut_send |= how != 0;
    s->shut_receive |= how != 1;
    if (shutdown(io->file->fd, (int)how) && errno != ENOTCONN)
        return socket_status(errno);
    return STATUS_SUCCESS;
}

/* DisconnectEx: with TF_REUSE_SOCKET the handle is a new socket afterwards. */
static NTSTATUS socket_disconnect(struct io *io)
{
    struct socket *s = socket_of(io->file);
    uint32_t flags;
    int fd;

    if (io->input_length < sizeof flags || !user_copy_in(&flags, io->input, sizeof flags) || (flags & ~2u))
        return STATUS_INVALID_PARAMETER;
    if (!s->connected)
        return STATUS_INVALID_CONNECTION;
    shutdown(io->file->fd, SHUT_RDWR);
    s->shut_send = true;
    if (!(flags & 2))
        return STATUS_SUCCESS;
    fd = make_descriptor(&s->made);
    if (fd < 0)
        return socket_status(errno);
    dup3(fd, io->file->fd, O_CLOEXEC);
    close(fd);
    s->bound = s->connected = s->connecting = s->shut_send = s->shut_receive = s->reset = false;
    s->connect_time = 0;
    return STATUS_SUCCESS;
}

static void socket_close(struct file_object *file)
{
    struct socket *s = socket_of(file);

    pthread_mutex_lock(&s->lock);
    s->closed = true;
    if (s->wake_fd >= 0)
        eventfd_write(s->wake_fd, 1);
    pthread_mutex_unlock(&s->lock);
    socket_events_stop(file);
    socket_poll_closed(file);
}

static void socket_destroy(struct file_object *file)
{
    struct socket *s = socket_of(file);

    if (!s)
        return;
    socket_events_stop(file);
    if (s->wake_fd >= 0)
        close(s->wake_fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static NTSTATUS socket_info(struct io *io)
{
    io->information = sizeof(struct afd_create);
    if (io->length < sizeof(struct afd_create))
        return STATUS_BUFFER_TOO_SMALL;
    return io_copy_out(io->buffer, &socket_of(io->file)->made, sizeof(struct afd_create)) ? STATUS_SUCCESS
                                                                                          : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS socket_ioctl(struct io *io)
{
    switch (io->code) { /* what any file of the device does */
    case IOCTL_AFD_POLL:
        return socket_poll(io);
    case AFD_SELECT:
        return socket_select(io);
    case AFD_CREATE:
        return create(io);
    }
    if (io->file->fd < 0)
        return STATUS_INVALID_HANDLE;
    switch (io->code) {
    case AFD_BIND:
        return socket_bind(io);
    case AFD_LISTEN:
        return socket_listen(io);
    case AFD_CONNECT:
        return socket_connect(io);
    case AFD_ACCEPT:
        return socket_accept(io);
    case AFD_SEND:
        return socket_send(io);
    case AFD_RECEIVE:
        return socket_receive(io);
    case IOCTL_AFD_RECEIVE:
        return socket_receive_afd(io, false);
    case IOCTL_AFD_RECEIVE_DATAGRAM:
        return socket_receive_afd(io, true);
    case AFD_SHUTDOWN:
        return socket_shutdown(io);
    case AFD_DISCONNECT:
        return socket_disconnect(io);
    case AFD_GET_NAME:
        return get_name(io);
    case AFD_GET_OPTION:
        return socket_get_option(io);
    case AFD_SET_OPTION:
        return socket_set_option(io);
    case AFD_CONTROL:
        return socket_control(io);
    case AFD_EVENTS:
        return socket_events(io);
    case AFD_ENUM_EVENTS:
        return socket_enum_events(io);
    case AFD_TRANSMIT:
        return socket_transmit(io);
    case AFD_INFO:
        return socket_info(io);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

const struct file_ops socket_ops = {
    .device_type = FILE_DEVICE_NAMED_PIPE, /* what GetFileType makes FILE_TYPE_PIPE of, as for sockets on Windows */
    .read = socket_read_file,
    .write = socket_write_file,
    .ioctl = socket_ioctl,
    .close = socket_close,
    .destroy = socket_destroy,
};
