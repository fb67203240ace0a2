/* SPDX-License-Identifier: MIT */
/* Sockets on loopback: connections, datagrams, non-blocking and overlapped requests, waiting, options, duplicates. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include "../test.h"

#ifndef SIO_BASE_HANDLE
#define SIO_BASE_HANDLE 0x48000022
#endif

static SOCKET listener(struct sockaddr_in *addr)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int size = sizeof(*addr);

    ok(s != INVALID_SOCKET, "error %d", WSAGetLastError());
    memset(addr, 0, sizeof(*addr));
    addr->sin_family = AF_INET;
    addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ok_int(bind(s, (struct sockaddr *)addr, sizeof(*addr)), 0);
    ok_int(getsockname(s, (struct sockaddr *)addr, &size), 0);
    ok_int(size, sizeof(*addr));
    ok(addr->sin_port != 0, "no port");
    ok_int(listen(s, 5), 0);
    return s;
}

static void pair(SOCKET s[2])
{
    struct sockaddr_in addr;
    SOCKET l = listener(&addr);
    int size = sizeof(addr);

    s[0] = socket(AF_INET, SOCK_STREAM, 0);
    ok_int(connect(s[0], (struct sockaddr *)&addr, sizeof(addr)), 0);
    s[1] = accept(l, (struct sockaddr *)&addr, &size);
    ok(s[1] != INVALID_SOCKET, "error %d", WSAGetLastError());
    ok_int(size, sizeof(addr));
    ok_int(closesocket(l), 0);
}

/*
 * accept's page: "it has the same properties as socket s, including the asynchronous events registered with the ... WSAEventSelect
 * functions". mio's event loop counts on its connections not to block.
 */
static void test_inherited(void)
{
    struct sockaddr_in addr;
    SOCKET l = listener(&addr), client, accepted;
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS events;
    u_long yes = 1;
    char byte;

    ok_int(ioctlsocket(l, FIONBIO, &yes), 0);
    client = socket(AF_INET, SOCK_STREAM, 0);
    ok_int(connect(client, (struct sockaddr *)&addr, sizeof(addr)), 0);
    accepted = accept(l, NULL, NULL);
    ok(accepted != INVALID_SOCKET, "error %d", WSAGetLastError());
    ok_int(recv(accepted, &byte, 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEWOULDBLOCK);
    closesocket(accepted);
    closesocket(client);

    ok_int(WSAEventSelect(l, event, FD_ACCEPT | FD_READ), 0);
    client = socket(AF_INET, SOCK_STREAM, 0);
    ok_int(connect(client, (struct sockaddr *)&addr, sizeof(addr)), 0);
    ok_int((int)WSAWaitForMultipleEvents(1, &event, TRUE, 5000, FALSE), WSA_WAIT_EVENT_0);
    accepted = accept(l, NULL, NULL);
    ok(accepted != INVALID_SOCKET, "error %d", WSAGetLastError());
    WSAResetEvent(event);
    ok_int(send(client, "x", 1, 0), 1);
    ok_int((int)WSAWaitForMultipleEvents(1, &event, TRUE, 5000, FALSE), WSA_WAIT_EVENT_0);
    ok_int(WSAEnumNetworkEvents(accepted, event, &events), 0);
    ok_int(events.lNetworkEvents, FD_READ);
    closesocket(accepted);
    closesocket(client);
    closesocket(l);
    WSACloseEvent(event);
}

static void test_errors(void)
{
    struct sockaddr_in addr = { .sin_family = AF_INET };
    int size = sizeof(addr);
    SOCKET s;
    char byte;

    ok_int(socket(99, SOCK_STREAM, 0) == INVALID_SOCKET, 1);
    ok_int(WSAGetLastError(), WSAEAFNOSUPPORT);
    ok_int(socket(AF_INET, 77, 0) == INVALID_SOCKET, 1);
    ok_int(WSAGetLastError(), WSAESOCKTNOSUPPORT);
    ok_int(closesocket(0x1234564), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTSOCK);
    /* A file's handle: run times try closesocket first on what may be either. */
    HANDLE file = CreateFileA(test_argv[0], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ok_int(closesocket((SOCKET)file), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTSOCK);
    ok(CloseHandle(file), "error %lu", GetLastError());
    s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    ok_int(getsockname(s, (struct sockaddr *)&addr, &size), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEINVAL);
    ok_int(getpeername(s, (struct sockaddr *)&addr, &size), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTCONN);
    ok_int(listen(s, 1), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEINVAL);
    ok_int(recv(s, &byte, 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTCONN);
    ok_int(send(s, "x", 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTCONN);
    ok_int(closesocket(s), 0);
    ok_int(closesocket(s), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOTSOCK);
}

static void test_stream(void)
{
    char buffer[64];
    SOCKET s[2];

    pair(s);
    ok_int(send(s[0], "hello", 5, 0), 5);
    ok_int(recv(s[1], buffer, 2, MSG_PEEK), 2);
    ok_int(recv(s[1], buffer, sizeof(buffer), 0), 5);
    ok_mem(buffer, "hello", 5);
    ok_int(shutdown(s[0], SD_SEND), 0);
    ok_int(recv(s[1], buffer, sizeof(buffer), 0), 0);
    ok_int(send(s[0], "x", 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAESHUTDOWN);
    ok_int(send(s[1], "back", 4, 0), 4);
    ok_int(recv(s[0], buffer, sizeof(buffer), 0), 4);
    closesocket(s[0]);
    closesocket(s[1]);
}

static void test_nonblocking(void)
{
    struct timeval second = { 5, 0 };
    struct sockaddr_in addr;
    SOCKET l = listener(&addr), c, a, s[2];
    u_long on = 1, ready;
    fd_set set, except;
    char byte;
    int error, size = sizeof(error);

    ok_int(ioctlsocket(l, FIONBIO, &on), 0);
    ok_int(accept(l, NULL, NULL) == INVALID_SOCKET, 1);
    ok_int(WSAGetLastError(), WSAEWOULDBLOCK);
    c = socket(AF_INET, SOCK_STREAM, 0);
    ok_int(ioctlsocket(c, FIONBIO, &on), 0);
    ok_int(connect(c, (struct sockaddr *)&addr, sizeof(addr)), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEWOULDBLOCK);
    FD_ZERO(&set);
    FD_SET(c, &set);
    ok_int(select(0, NULL, &set, NULL, &second), 1);
    ok_int(FD_ISSET(c, &set), 1);
    FD_ZERO(&set);
    FD_SET(l, &set);
    ok_int(select(0, &set, NULL, NULL, &second), 1);
    a = accept(l, NULL, NULL);
    ok(a != INVALID_SOCKET, "error %d", WSAGetLastError());
    ok_int(recv(c, &byte, 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEWOULDBLOCK);
    ok_int(send(a, "abc", 3, 0), 3);
    WSAPOLLFD fd = { c, POLLRDNORM, 0 };
    ok_int(WSAPoll(&fd, 1, 5000), 1);
    ok_hex(fd.revents, POLLRDNORM);
    ok_int(ioctlsocket(c, FIONREAD, &ready), 0);
    ok_int(ready, 3);
    closesocket(a);
    closesocket(c);
    /* a connection that is refused */
    closesocket(l);
    c = socket(AF_INET, SOCK_STREAM, 0);
    ioctlsocket(c, FIONBIO, &on);
    connect(c, (struct sockaddr *)&addr, sizeof(addr));
    FD_ZERO(&set);
    FD_SET(c, &set);
    FD_ZERO(&except);
    FD_SET(c, &except);
    ok_int(select(0, NULL, &set, &except, &second), 1);
    ok_int(FD_ISSET(c, &except), 1);
    ok_int(getsockopt(c, SOL_SOCKET, SO_ERROR, (char *)&error, &size), 0);
    ok_int(error, WSAECONNREFUSED);
    closesocket(c);
    /* time limits of blocking calls, and of select */
    pair(s);
    DWORD limit = 50;
    ok_int(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, (char *)&limit, sizeof(limit)), 0);
    ok_int(recv(s[0], &byte, 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAETIMEDOUT);
    struct timeval brief = { 0, 20000 };
    FD_ZERO(&set);
    FD_SET(s[0], &set);
    ok_int(select(0, &set, NULL, NULL, &brief), 0);
    ok_int(set.fd_count, 0);
    ok_int(select(0, NULL, NULL, NULL, &brief), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEINVAL);
    closesocket(s[0]);
    closesocket(s[1]);
}

static void test_datagrams(void)
{
    struct sockaddr_in addr = { .sin_family = AF_INET }, from;
    SOCKET a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    int size = sizeof(addr);
    char buffer[16];

    ok_int(recv(a, buffer, 1, 0), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEINVAL);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ok_int(bind(a, (struct sockaddr *)&addr, sizeof(addr)), 0);
    ok_int(getsockname(a, (struct sockaddr *)&addr, &size), 0);
    ok_int(sendto(b, "0123456789", 10, 0, (struct sockaddr *)&addr, sizeof(addr)), 10);
    size = sizeof(from);
    ok_int(recvfrom(a, buffer, 4, 0, (struct sockaddr *)&from, &size), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEMSGSIZE);
    ok_mem(buffer, "0123", 4);
    ok_int(size, sizeof(from));
    ok_int(sendto(a, "re", 2, 0, (struct sockaddr *)&from, sizeof(from)), 2);
    ok_int(recv(b, buffer, sizeof(buffer), 0), 2);
    /* Overlapped it is the request that ends so, with what there was room for; a port is told (Go's net package waits for it). */
    HANDLE port = CreateIoCompletionPort((HANDLE)a, NULL, 5, 0);
    WSABUF small = { 4, buffer };
    OVERLAPPED request = { 0 }, *done = NULL;
    DWORD flags = 0, got = 0;
    ULONG_PTR key = 0;
    ok_int(sendto(b, "abcdefghij", 10, 0, (struct sockaddr *)&addr, sizeof(addr)), 10);
    ok_int(WSARecvFrom(a, &small, 1, NULL, &flags, NULL, NULL, &request, NULL), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSA_IO_PENDING);
    ok(!GetQueuedCompletionStatus(port, &got, &key, &done, 5000) && GetLastError() == ERROR_MORE_DATA, "error %lu",
       GetLastError());
    ok(done == &request && key == 5 && got == 4, "%lu bytes", got);
    ok(!WSAGetOverlappedResult(a, &request, &got, FALSE, &flags) && WSAGetLastError() == WSAEMSGSIZE, "error %d",
       WSAGetLastError());
    ok_mem(buffer, "abcd", 4);
    CloseHandle(port);
    closesocket(a);
    closesocket(b);
}

static DWORD routine_bytes;
static void CALLBACK routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    (void)overlapped, (void)flags;
    ok_int(error, 0);
    routine_bytes = bytes;
}

static void test_overlapped(void)
{
    WSAOVERLAPPED o = { 0 }, *done;
    char buffer[32];
    WSABUF buf = { sizeof(buffer), buffer };
    DWORD n, flags = 0;
    ULONG_PTR key;
    HANDLE port;
    SOCKET s[2];

    pair(s);
    o.hEvent = WSACreateEvent();
    ok_int(WSARecv(s[0], &buf, 1, &n, &flags, &o, NULL), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSA_IO_PENDING);
    ok_int(WSAGetOverlappedResult(s[0], &o, &n, FALSE, &flags), FALSE);
    ok_int(WSAGetLastError(), WSA_IO_INCOMPLETE);
    ok_int(send(s[1], "event", 5, 0), 5);
    ok_int(WSAGetOverlappedResult(s[0], &o, &n, TRUE, &flags), TRUE);
    ok_int(n, 5);
    /* cancelled */
    WSAResetEvent(o.hEvent);
    ok_int(WSARecv(s[0], &buf, 1, NULL, &flags, &o, NULL), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSA_IO_PENDING);
    ok_int(CancelIoEx((HANDLE)s[0], &o), TRUE);
    ok_int(WSAGetOverlappedResult(s[0], &o, &n, TRUE, &flags), FALSE);
    ok_int(WSAGetLastError(), WSA_OPERATION_ABORTED);
    WSACloseEvent(o.hEvent);
    /* completion routine */
    memset(&o, 0, sizeof(o));
    flags = 0;
    ok_int(WSARecv(s[0], &buf, 1, NULL, &flags, &o, routine), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSA_IO_PENDING);
    send(s[1], "apc", 3, 0);
    ok_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    ok_int(routine_bytes, 3);
    /* completion port; ReadFile */
    port = CreateIoCompletionPort((HANDLE)s[1], NULL, 77, 0);
    ok(port != NULL, "error %lu", GetLastError());
    memset(&o, 0, sizeof(o));
    ok_int(ReadFile((HANDLE)s[1], buffer, sizeof(buffer), NULL, &o), FALSE);
    ok_int(GetLastError(), ERROR_IO_PENDING);
    send(s[0], "port", 4, 0);
    ok_int(GetQueuedCompletionStatus(port, &n, &key, &done, 5000), TRUE);
    ok_int(n, 4);
    ok_int(key, 77);
    ok(done == &o, "other request");
    /* the peer's end */
    memset(&o, 0, sizeof(o));
    flags = 0;
    ok_int(WSARecv(s[1], &buf, 1, NULL, &flags, &o, NULL), SOCKET_ERROR);
    closesocket(s[0]);
    ok_int(GetQueuedCompletionStatus(port, &n, &key, &done, 5000), TRUE);
    ok_int(n, 0);
    closesocket(s[1]);
    CloseHandle(port);
}

static void test_extensions(void)
{
    static GUID accept_id = WSAID_ACCEPTEX, connect_id = WSAID_CONNECTEX, addresses_id = WSAID_GETACCEPTEXSOCKADDRS;
    LPFN_ACCEPTEX accept_ex;
    LPFN_CONNECTEX connect_ex;
    LPFN_GETACCEPTEXSOCKADDRS addresses;
    struct sockaddr_in addr, any = { .sin_family = AF_INET }, *local, *remote;
    SOCKET l = listener(&addr), a = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), base;
    WSAOVERLAPPED ao = { 0 }, co = { 0 };
    int local_size, remote_size, seconds, size = sizeof(seconds);
    char out[256];
    DWORD n, flags;

    ok_int(WSAIoctl(l, SIO_GET_EXTENSION_FUNCTION_POINTER, &accept_id, sizeof(accept_id), &accept_ex, sizeof(accept_ex),
                    &n, NULL, NULL),
           0);
    ok_int(WSAIoctl(l, SIO_GET_EXTENSION_FUNCTION_POINTER, &connect_id, sizeof(connect_id), &connect_ex,
                    sizeof(connect_ex), &n, NULL, NULL),
           0);
    ok_int(WSAIoctl(l, SIO_GET_EXTENSION_FUNCTION_POINTER, &addresses_id, sizeof(addresses_id), &addresses,
                    sizeof(addresses), &n, NULL, NULL),
           0);
    ok_int(WSAIoctl(l, SIO_BASE_HANDLE, NULL, 0, &base, sizeof(base), &n, NULL, NULL), 0);
    ok(base == l, "another handle");
    ao.hEvent = WSACreateEvent();
    co.hEvent = WSACreateEvent();
    ok_int(accept_ex(l, a, out, 8, sizeof(addr) + 16, sizeof(addr) + 16, &n, &ao), FALSE);
    ok_int(WSAGetLastError(), WSA_IO_PENDING);
    ok_int(connect_ex(c, (struct sockaddr *)&addr, sizeof(addr), NULL, 0, &n, &co), FALSE);
    ok_int(WSAGetLastError(), WSAEINVAL); /* not bound */
    ok_int(bind(c, (struct sockaddr *)&any, sizeof(any)), 0);
    ok(connect_ex(c, (struct sockaddr *)&addr, sizeof(addr), "first", 5, &n, &co) ||
           WSAGetLastError() == WSA_IO_PENDING,
       "error %d", WSAGetLastError());
    ok_int(WSAGetOverlappedResult(c, &co, &n, TRUE, &flags), TRUE);
    ok_int(n, 5);
    ok_int(setsockopt(c, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0), 0);
    ok_int(WSAGetOverlappedResult(l, &ao, &n, TRUE, &flags), TRUE);
    ok_int(n, 5);
    ok_mem(out, "first", 5);
    ok_int(setsockopt(a, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&l, sizeof(l)), 0);
    addresses(out, 8, sizeof(addr) + 16, sizeof(addr) + 16, (struct sockaddr **)&local, &local_size,
              (struct sockaddr **)&remote, &remote_size);
    ok_int(local_size, sizeof(addr));
    ok_int(local->sin_port, addr.sin_port);
    ok_int(remote->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    ok_int(getsockopt(a, SOL_SOCKET, SO_CONNECT_TIME, (char *)&seconds, &size), 0);
    ok(seconds >= 0 && seconds < 60, "%d seconds", seconds);
    closesocket(a);
    closesocket(c);
    closesocket(l);
    WSACloseEvent(ao.hEvent);
    WSACloseEvent(co.hEvent);
}

static void test_events(void)
{
    struct sockaddr_in addr;
    SOCKET l = listener(&addr), c = socket(AF_INET, SOCK_STREAM, 0), a;
    WSAEVENT le = WSACreateEvent(), ce = WSACreateEvent();
    WSANETWORKEVENTS events;
    char buffer[16];

    ok_int(WSAEventSelect(l, le, FD_ACCEPT), 0);
    ok_int(WSAEventSelect(c, ce, FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE), 0);
    ok_int(connect(c, (struct sockaddr *)&addr, sizeof(addr)), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAEWOULDBLOCK);
    ok_int(WSAWaitForMultipleEvents(1, &le, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
    ok_int(WSAEnumNetworkEvents(l, le, &events), 0);
    ok_hex(events.lNetworkEvents, FD_ACCEPT);
    a = accept(l, NULL, NULL);
    ok_int(WSAWaitForMultipleEvents(1, &ce, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
    Sleep(20);
    ok_int(WSAEnumNetworkEvents(c, ce, &events), 0);
    ok_hex(events.lNetworkEvents, FD_CONNECT | FD_WRITE);
    ok_int(events.iErrorCode[FD_CONNECT_BIT], 0);
    ok_int(WSAWaitForMultipleEvents(1, &ce, FALSE, 0, FALSE), WSA_WAIT_TIMEOUT);
    send(a, "data", 4, 0);
    ok_int(WSAWaitForMultipleEvents(1, &ce, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
    ok_int(WSAEnumNetworkEvents(c, ce, &events), 0);
    ok_hex(events.lNetworkEvents, FD_READ);
    ok_int(recv(c, buffer, 2, 0), 2);
    ok_int(WSAWaitForMultipleEvents(1, &ce, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0); /* there is more */
    ok_int(recv(c, buffer, 16, 0), 2);
    WSAEnumNetworkEvents(c, ce, &events);
    closesocket(a);
    ok_int(WSAWaitForMultipleEvents(1, &ce, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
    ok_int(WSAEnumNetworkEvents(c, ce, &events), 0);
    ok_hex(events.lNetworkEvents, FD_CLOSE);
    closesocket(c);
    closesocket(l);
    WSACloseEvent(le);
    WSACloseEvent(ce);
}

/* "When WSAAsyncSelect is called, if there is currently a connection established" (its page): FD_CONNECT that nobody has heard of. */
static void test_select_again(void)
{
    struct sockaddr_in addr;
    SOCKET l = listener(&addr), c = socket(AF_INET, SOCK_STREAM, 0), a;
    WSAEVENT event = WSACreateEvent(), again = WSACreateEvent();
    WSANETWORKEVENTS events;

    ok_int(WSAEventSelect(c, event, FD_CONNECT), 0);
    ok_int(connect(c, (struct sockaddr *)&addr, sizeof(addr)), SOCKET_ERROR);
    ok_int(WSAWaitForMultipleEvents(1, &event, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
    ok_int(WSAEventSelect(c, again, FD_CONNECT), 0);
    ok_int(WSAWaitForMultipleEvents(1, &again, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
    ok_int(WSAEnumNetworkEvents(c, again, &events), 0);
    ok_hex(events.lNetworkEvents, FD_CONNECT);
    ok_int(events.iErrorCode[FD_CONNECT_BIT], 0);
    ok_int(WSAEventSelect(c, again, FD_CONNECT | FD_READ), 0);
    ok_int(WSAWaitForMultipleEvents(1, &again, FALSE, 20, FALSE), WSA_WAIT_TIMEOUT); /* re-enabled by nothing */
    a = accept(l, NULL, NULL);
    closesocket(a);
    closesocket(c);
    closesocket(l);

    /* the same of a connection that failed: the listener is gone */
    c = socket(AF_INET, SOCK_STREAM, 0);
    ResetEvent(event);
    ResetEvent(again);
    ok_int(WSAEventSelect(c, event, FD_CONNECT), 0);
    if (connect(c, (struct sockaddr *)&addr, sizeof(addr)) && WSAGetLastError() == WSAEWOULDBLOCK) {
        ok_int(WSAWaitForMultipleEvents(1, &event, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
        ok_int(WSAEventSelect(c, again, FD_CONNECT), 0);
        ok_int(WSAWaitForMultipleEvents(1, &again, FALSE, 5000, FALSE), WSA_WAIT_EVENT_0);
        ok_int(WSAEnumNetworkEvents(c, again, &events), 0);
        ok_hex(events.lNetworkEvents, FD_CONNECT);
        ok_int(events.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
    }
    closesocket(c);
    WSACloseEvent(event);
    WSACloseEvent(again);
}

static void test_options(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    WSAPROTOCOL_INFOW info;
    struct linger linger = { 1, 5 };
    int value, size = sizeof(value);
    BOOL on = TRUE;

    ok_int(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &size), 0);
    ok_int(value, SOCK_STREAM);
    ok_int(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on)), 0);
    value = 0;
    ok_int(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, &size), 0);
    ok_int(value, 1);
    ok_int(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof(linger)), 0);
    memset(&linger, 0, sizeof(linger));
    size = sizeof(linger);
    ok_int(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, &size), 0);
    ok_int(linger.l_linger, 5);
    size = sizeof(info);
    ok_int(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &size), 0);
    ok_int(info.iProtocol, IPPROTO_TCP);
    size = sizeof(value);
    ok_int(getsockopt(s, SOL_SOCKET, 0x7777, (char *)&value, &size), SOCKET_ERROR);
    ok_int(WSAGetLastError(), WSAENOPROTOOPT);
    closesocket(s);
}

static DWORD WINAPI close_later(void *s)
{
    Sleep(50);
    closesocket((SOCKET)s);
    return 0;
}

static void test_close(void)
{
    struct sockaddr_in addr;
    SOCKET l = listener(&addr);
    HANDLE thread = CreateThread(NULL, 0, close_later, (void *)l, 0, NULL);

    ok(accept(l, NULL, NULL) == INVALID_SOCKET, "accepted"); /* ends when the socket is closed */
    ok(WSAGetLastError() == WSAEINTR || WSAGetLastError() == WSAENOTSOCK, "error %d", WSAGetLastError());
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static void test_duplicate(void)
{
    char command[MAX_PATH + 32], buffer[16];
    STARTUPINFOA start = { .cb = sizeof(start) };
    PROCESS_INFORMATION process;
    WSAPROTOCOL_INFOW info;
    SOCKET s[2], copy;
    HANDLE in, out;
    DWORD n;

    pair(s);
    ok_int(WSADuplicateSocketW(s[0], GetCurrentProcessId(), &info), 0);
    copy = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
    ok(copy != INVALID_SOCKET, "error %d", WSAGetLastError());
    ok_int(send(copy, "copy", 4, 0), 4);
    ok_int(recv(s[1], buffer, sizeof(buffer), 0), 4);
    closesocket(copy);
    /* another process: the information comes through its standard input */
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    ok(CreatePipe(&in, &out, &inherit, 0), "error %lu", GetLastError());
    SetHandleInformation(out, HANDLE_FLAG_INHERIT, 0);
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = in;
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    snprintf(command, sizeof(command), "\"%s\" child %llu", test_argv[0], (unsigned long long)s[0]);
    ok(CreateProcessA(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &start, &process), "error %lu",
       GetLastError());
    ok_int(WSADuplicateSocketW(s[0], process.dwProcessId, &info), 0);
    ok(WriteFile(out, &info, sizeof(info), &n, NULL), "error %lu", GetLastError());
    ResumeThread(process.hThread);
    ok_int(recv(s[1], buffer, 5, MSG_WAITALL), 5);
    ok_mem(buffer, "child", 5);
    ok_int(recv(s[1], buffer, 9, MSG_WAITALL), 9);
    ok_mem(buffer, "inherited", 9);
    WaitForSingleObject(process.hProcess, INFINITE);
    CloseHandle(process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(in);
    CloseHandle(out);
    closesocket(s[0]);
    closesocket(s[1]);
}

static void child(void)
{
    WSAPROTOCOL_INFOW info;
    SOCKET s;
    DWORD n;

    ok(ReadFile(GetStdHandle(STD_INPUT_HANDLE), &info, sizeof(info), &n, NULL), "error %lu", GetLastError());
    s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, 0);
    ok_int(send(s, "child", 5, 0), 5);
    closesocket(s);
    s = (SOCKET)strtoull(test_argv[2], NULL, 10); /* sockets are inherited */
    ok_int(send(s, "inherited", 9, 0), 9);
    closesocket(s);
}

/* What Linux calls otherwise, lays out otherwise or takes for a destination. */
static void test_datagram_oddities(void)
{
    struct ip_mreq_source member = { .imr_multiaddr.s_addr = htonl(0xe8000001),
                                     .imr_sourceaddr.s_addr = htonl(0x0a010203),
                                     .imr_interface.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(9) };
    struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
    DWORD on = 1;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0), s6 = socket(AF_INET6, SOCK_DGRAM, 0);

    ok_int(setsockopt(s, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, (char *)&member, sizeof(member)), 0);
    ok_int(setsockopt(s, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, (char *)&member, sizeof(member)), 0);
    /* "filled with zeros (...) WSAEADDRNOTAVAIL" (connect's page) */
    ok(connect(s, (struct sockaddr *)&any, sizeof(any)) && WSAGetLastError() == WSAEADDRNOTAVAIL, "error %d",
       WSAGetLastError());
    closesocket(s);
    if (s6 == INVALID_SOCKET) {
        skip("no IPv6");
        return;
    }
    ok_int(setsockopt(s6, IPPROTO_IPV6, IPV6_HOPLIMIT, (char *)&on, sizeof(on)), 0);
    ok(connect(s6, (struct sockaddr *)&any6, sizeof(any6)) && WSAGetLastError() == WSAEADDRNOTAVAIL, "error %d",
       WSAGetLastError());
    closesocket(s6);
}

TESTS
{
    WSADATA data;

    ok_int(WSAStartup(MAKEWORD(2, 2), &data), 0);
    if (test_argc > 1) {
        child();
        return;
    }
    test_errors();
    test_inherited();
    test_stream();
    test_nonblocking();
    test_datagrams();
    test_overlapped();
    test_extensions();
    test_events();
    test_select_again();
    test_options();
    test_close();
    test_duplicate();
    test_datagram_oddities();
    ok_int(WSACleanup(), 0);
}
