/* SPDX-License-Identifier: MIT */
/*
 * rpc_transport.c: streams of bytes between a client and a server: named pipes for ncalrpc and ncacn_np, sockets for ncacn_ip_tcp
 * (ws2_32 is loaded when a program asks for that).
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include "rpcrt4_private.h"

#define PIPE_QUOTA  65536
#define MIN_BUFFER  2048
#define PIPE_PREFIX L"\\\\.\\pipe\\"

static const struct winsock {
    int(WSAAPI *startup)(WORD, WSADATA *);
    SOCKET(WSAAPI *socket)(int, int, int);
    int(WSAAPI *connect)(SOCKET, const struct sockaddr *, int);
    int(WSAAPI *bind)(SOCKET, const struct sockaddr *, int);
    int(WSAAPI *listen)(SOCKET, int);
    SOCKET(WSAAPI *accept)(SOCKET, struct sockaddr *, int *);
    int(WSAAPI *recv)(SOCKET, char *, int, int);
    int(WSAAPI *send)(SOCKET, const char *, int, int);
    int(WSAAPI *close)(SOCKET);
    int(WSAAPI *setsockopt)(SOCKET, int, int, const char *, int);
    int(WSAAPI *getsockname)(SOCKET, struct sockaddr *, int *);
    int(WSAAPI *ioctl)(SOCKET, long, u_long *);
    INT(WSAAPI *getaddrinfo)(PCWSTR, PCWSTR, const ADDRINFOW *, ADDRINFOW **);
    void(WSAAPI *freeaddrinfo)(ADDRINFOW *);
} * sockets;

static BOOL CALLBACK load_sockets(INIT_ONCE *once, void *parameter, void **context)
{
    static struct winsock functions;
    static const char *const names[] = { "WSAStartup",  "socket",      "connect",      "bind",         "listen",
                                         "accept",      "recv",        "send",         "closesocket",  "setsockopt",
                                         "getsockname", "ioctlsocket", "GetAddrInfoW", "FreeAddrInfoW" };
    HMODULE module = LoadLibraryW(L"ws2_32.dll");
    WSADATA data;

    (void)once;
    (void)parameter;
    (void)context;
    if (!module)
        return TRUE;
    for (size_t i = 0; i < ARRAYSIZE(names); i++) {
        FARPROC function = GetProcAddress(module, names[i]);
        if (!function)
            return TRUE;
        memcpy((char *)&functions + i * sizeof(function), &function, sizeof(function));
    }
    if (!functions.startup(MAKEWORD(2, 2), &data))
        sockets = &functions;
    return TRUE;
}

static bool have_sockets(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

    InitOnceExecuteOnce(&once, load_sockets, NULL, NULL);
    return sockets;
}

/* "\\.\pipe\..." of an endpoint. That of ncacn_np is `\pipe\name`; ncalrpc's have a name of their own. */
WCHAR *stream_pipe_name(enum protseq protseq, const WCHAR *endpoint)
{
    const WCHAR *prefix = protseq == PROTSEQ_LRPC ? L"RPC Control." : L"";
    size_t size;
    WCHAR *name;

    if (protseq == PROTSEQ_NP && !_wcsnicmp(endpoint, L"\\pipe\\", 6))
        endpoint += 6;
    size = wcslen(PIPE_PREFIX) + wcslen(prefix) + wcslen(endpoint) + 1;
    name = rpc_alloc(size * sizeof(WCHAR));
    if (name) {
        wcscpy(name, PIPE_PREFIX);
        wcscat(name, prefix);
        wcscat(name, endpoint);
    }
    return name;
}

/* --- client --- */

static RPC_STATUS connect_pipe(struct rpc_stream *stream, const WCHAR *endpoint, ULONG timeout)
{
    WCHAR *name = stream_pipe_name(stream->protseq, endpoint);
    RPC_STATUS status = RPC_S_OK;

    if (!name)
        return RPC_S_OUT_OF_MEMORY;
    for (;;) {
        DWORD error;

        stream->pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                   SECURITY_SQOS_PRESENT | SECURITY_IMPERSONATION, NULL);
        if (stream->pipe != INVALID_HANDLE_VALUE)
            break;
        error = GetLastError();
        if (error == ERROR_PIPE_BUSY && WaitNamedPipeW(name, timeout))
            continue;
        if (error == ERROR_ACCESS_DENIED)
            status = RPC_S_ACCESS_DENIED;
        else if (error == ERROR_PIPE_BUSY)
            status = RPC_S_SERVER_TOO_BUSY;
        else
            status = RPC_S_SERVER_UNAVAILABLE;
        break;
    }
    rpc_free(name);
    return status;
}

static RPC_STATUS connect_tcp(struct rpc_stream *stream, const WCHAR *address, const WCHAR *endpoint)
{
    ADDRINFOW hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list, *info;
    RPC_STATUS status = RPC_S_SERVER_UNAVAILABLE;
    BOOL on = TRUE;

    if (!have_sockets())
        return RPC_S_PROTSEQ_NOT_SUPPORTED;
    if (sockets->getaddrinfo(address && *address ? address : L"127.0.0.1", endpoint, &hints, &list))
        return RPC_S_SERVER_UNAVAILABLE;
    for (info = list; info && status; info = info->ai_next) {
        stream->socket = sockets->socket(info->ai_family, SOCK_STREAM, IPPROTO_TCP);
        if (stream->socket == INVALID_SOCKET)
            continue;
        if (!sockets->connect(stream->socket, info->ai_addr, (int)info->ai_addrlen)) {
            sockets->setsockopt(stream->socket, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
            status = RPC_S_OK;
            break;
        }
        sockets->close(stream->socket);
        stream->socket = 0;
    }
    sockets->freeaddrinfo(list);
    return status;
}

RPC_STATUS stream_connect(struct rpc_stream *stream, enum protseq protseq, const WCHAR *address, const WCHAR *endpoint,
                          ULONG timeout)
{
    memset(stream, 0, sizeof(*stream));
    stream->protseq = protseq;
    return protseq == PROTSEQ_TCP ? connect_tcp(stream, address, endpoint) : connect_pipe(stream, endpoint, timeout);
}

void stream_close(struct rpc_stream *stream)
{
    if (stream->protseq == PROTSEQ_TCP && stream->socket)
        sockets->close(stream->socket);
    else if (stream->pipe)
        CloseHandle(stream->pipe);
    stream->socket = 0;
    stream->pipe = NULL;
    rpc_free(stream->buffer);
    stream->buffer = NULL;
}

/* --- both sides --- */

bool stream_write(struct rpc_stream *stream, const void *data, ULONG size)
{
    while (size) {
        DWORD written;

        if (stream->protseq == PROTSEQ_TCP) {
            int sent = sockets->send(stream->socket, data, (int)size, 0);
            if (sent <= 0)
                return false;
            written = (DWORD)sent;
        } else if (!WriteFile(stream->pipe, data, size, &written, NULL)) {
            return false;
        }
        data = (const BYTE *)data + written;
        size -= written;
    }
    return true;
}

static DWORD read_more(struct rpc_stream *stream)
{
    DWORD got;

    if (stream->protseq == PROTSEQ_TCP) {
        int received = sockets->recv(stream->socket, (char *)stream->buffer + stream->end,
                                     (int)(stream->capacity - stream->end), 0);
        if (received <= 0)
            return ERROR_HANDLE_EOF;
        got = (DWORD)received;
    } else if (!ReadFile(stream->pipe, stream->buffer + stream->end, stream->capacity - stream->end, &got, NULL)) {
        DWORD error = GetLastError();
        return error == ERROR_OPERATION_ABORTED ? error : ERROR_HANDLE_EOF;
    } else if (!got) {
        return ERROR_HANDLE_EOF;
    }
    stream->end += got;
    return 0;
}

/* At least `size` bytes from `start` on. */
static DWORD fill(struct rpc_stream *stream, ULONG size)
{
    if (stream->start && stream->start + size > stream->capacity) {
        memmove(stream->buffer, stream->buffer + stream->start, stream->end - stream->start);
        stream->end -= stream->start;
        stream->start = 0;
    }
    if (size > stream->capacity) {
        ULONG capacity = max(size, MIN_BUFFER);
        BYTE *buffer = rpc_alloc(capacity);

        if (!buffer)
            return ERROR_OUTOFMEMORY;
        if (stream->buffer)
            memcpy(buffer, stream->buffer, stream->end);
        rpc_free(stream->buffer);
        stream->buffer = buffer;
        stream->capacity = capacity;
    }
    while (stream->end - stream->start < size) {
        DWORD error = read_more(stream);
        if (error)
            return error;
    }
    return 0;
}

DWORD stream_read_pdu(struct rpc_stream *stream, BYTE **data, ULONG *size)
{
    USHORT length;
    DWORD error;
    BYTE *p;

    if (stream->start == stream->end)
        stream->start = stream->end = 0;
    error = fill(stream, sizeof(struct pdu_header));
    if (error)
        return error;
    p = stream->buffer + stream->start;
    if (!pdu_check_header(p, sizeof(struct pdu_header), 0xffff))
        return ERROR_INVALID_DATA;
    length = p[4] & 0x10 ? (USHORT)(p[8] | p[9] << 8) : (USHORT)(p[9] | p[8] << 8);
    error = fill(stream, length);
    if (error)
        return error;
    *data = stream->buffer + stream->start;
    *size = length;
    pdu_swap_header(*data);
    stream->start += length;
    return 0;
}

bool stream_has_data(struct rpc_stream *stream, bool *gone)
{
    DWORD available = 0;

    *gone = false;
    if (stream->end > stream->start)
        return true;
    if (stream->protseq == PROTSEQ_TCP) {
        u_long count = 0;
        *gone = sockets->ioctl(stream->socket, FIONREAD, &count);
        return count;
    }
    if (!PeekNamedPipe(stream->pipe, NULL, 0, NULL, &available, NULL))
        *gone = true;
    return available;
}

/* --- server --- */

static HANDLE new_instance(struct rpc_listener *listener, bool first)
{
    WCHAR *name = stream_pipe_name(listener->protseq, listener->endpoint);
    SECURITY_ATTRIBUTES security = { sizeof(security), listener->security, FALSE };
    HANDLE pipe;

    if (!name) {
        SetLastError(ERROR_OUTOFMEMORY);
        return INVALID_HANDLE_VALUE;
    }
    pipe = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
                            PIPE_TYPE_BYTE | (listener->protseq == PROTSEQ_LRPC ? PIPE_REJECT_REMOTE_CLIENTS : 0),
                            PIPE_UNLIMITED_INSTANCES, PIPE_QUOTA, PIPE_QUOTA, 0, listener->security ? &security : NULL);
    rpc_free(name);
    return pipe;
}

static RPC_STATUS listen_tcp(struct rpc_listener *listener)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    int size = sizeof(address);
    ULONG port = 0;
    SOCKET s;

    if (!have_sockets())
        return RPC_S_PROTSEQ_NOT_SUPPORTED;
    for (const WCHAR *p = listener->endpoint; p && *p; p++) {
        if (*p < '0' || *p > '9' || (port = port * 10 + *p - '0') > 65535)
            return RPC_S_INVALID_ENDPOINT_FORMAT;
    }
    s = sockets->socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (s == INVALID_SOCKET)
        return RPC_S_OUT_OF_RESOURCES;
    address.sin_port = (USHORT)(port << 8 | port >> 8);
    if (sockets->bind(s, (struct sockaddr *)&address, sizeof(address)) ||
        sockets->listen(s, listener->backlog ? (int)listener->backlog : SOMAXCONN) ||
        sockets->getsockname(s, (struct sockaddr *)&address, &size)) {
        sockets->close(s);
        return port ? RPC_S_DUPLICATE_ENDPOINT : RPC_S_CANT_CREATE_ENDPOINT;
    }
    if (!port) {
        WCHAR text[8];

        _snwprintf(text, ARRAYSIZE(text), L"%u", (USHORT)(address.sin_port << 8 | address.sin_port >> 8));
        rpc_free(listener->endpoint);
        listener->endpoint = rpc_strdup(text);
    }
    listener->socket = s;
    return RPC_S_OK;
}

RPC_STATUS listener_open(struct rpc_listener *listener)
{
    if (listener->protseq == PROTSEQ_TCP)
        return listen_tcp(listener);
    listener->next = new_instance(listener, true);
    if (listener->next != INVALID_HANDLE_VALUE)
        return RPC_S_OK;
    switch (GetLastError()) {
    case ERROR_ACCESS_DENIED: /* FILE_FLAG_FIRST_PIPE_INSTANCE: somebody has the name */
        return RPC_S_DUPLICATE_ENDPOINT;
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
        return RPC_S_INVALID_ENDPOINT_FORMAT;
    }
    return RPC_S_CANT_CREATE_ENDPOINT;
}

/* Waits for a client. False: no more will come. */
bool listener_accept(struct rpc_listener *listener, struct rpc_stream *stream)
{
    HANDLE pipe = listener->next;

    memset(stream, 0, sizeof(*stream));
    stream->protseq = listener->protseq;
    if (listener->protseq == PROTSEQ_TCP) {
        BOOL on = TRUE;

        stream->socket = sockets->accept(listener->socket, NULL, NULL);
        if (stream->socket == INVALID_SOCKET)
            return false;
        sockets->setsockopt(stream->socket, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
        return true;
    }
    while (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) {
        if (GetLastError() != ERROR_NO_DATA) /* a client that is gone already */
            return false;
        DisconnectNamedPipe(pipe);
    }
    stream->pipe = pipe;
    listener->next = new_instance(listener, false);
    return true;
}

void listener_close(struct rpc_listener *listener)
{
    if (listener->socket)
        sockets->close(listener->socket);
    if (listener->next && listener->next != INVALID_HANDLE_VALUE)
        CloseHandle(listener->next);
    listener->socket = 0;
    listener->next = NULL;
}
