/* SPDX-License-Identifier: MIT */
/* IOCTL_AFD_POLL as event loops (libuv, wepoll, mio) issue it: through a completion port, on a handle of \Device\Afd. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdint.h>
#include <winternl.h>
#include "../test.h"

#define IOCTL_AFD_POLL   0x00012024
#define POLL_RECEIVE     0x001
#define POLL_SEND        0x004
#define POLL_LOCAL_CLOSE 0x020
#define POLL_ACCEPT      0x080

struct poll_info {
    LARGE_INTEGER timeout;
    ULONG count, exclusive;
    struct {
        HANDLE handle;
        ULONG events;
        NTSTATUS status;
    } handles[1];
};

static HANDLE afd, port;
static BOOL exclusive;

static NTSTATUS start(struct poll_info *info, IO_STATUS_BLOCK *iosb, SOCKET s, ULONG events, LONGLONG timeout)
{
    info->timeout.QuadPart = timeout;
    info->count = 1;
    info->exclusive = exclusive;
    info->handles[0].handle = (HANDLE)s;
    info->handles[0].events = events;
    info->handles[0].status = 0;
    return NtDeviceIoControlFile(afd, NULL, NULL, iosb, iosb, IOCTL_AFD_POLL, info, sizeof(*info), info, sizeof(*info));
}

static void expect(struct poll_info *info, IO_STATUS_BLOCK *iosb, ULONG events)
{
    OVERLAPPED *done = NULL;
    ULONG_PTR key;
    DWORD n;

    ok(GetQueuedCompletionStatus(port, &n, &key, &done, 5000), "error %lu", GetLastError());
    ok((void *)done == (void *)iosb, "other request");
    ok_int(info->count, events ? 1 : 0);
    if (events)
        ok_hex(info->handles[0].events, events);
}

TESTS
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .ObjectName = &name };
    struct sockaddr_in addr = { .sin_family = AF_INET };
    int size = sizeof(addr);
    struct poll_info info;
    IO_STATUS_BLOCK iosb;
    OVERLAPPED *done;
    ULONG_PTR key;
    WSADATA data;
    SOCKET l, c, a;
    DWORD n;

    ok_int(WSAStartup(MAKEWORD(2, 2), &data), 0);
    RtlInitUnicodeString(&name, L"\\Device\\Afd\\Transom");
    ok_hex(NtCreateFile(&afd, SYNCHRONIZE, &attr, &iosb, NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0,
                        NULL, 0),
           0);
    port = CreateIoCompletionPort(afd, NULL, 1, 0);
    l = socket(AF_INET, SOCK_STREAM, 0);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(l, (struct sockaddr *)&addr, sizeof(addr));
    getsockname(l, (struct sockaddr *)&addr, &size);
    listen(l, 5);
    ok_hex(start(&info, &iosb, l, POLL_ACCEPT, INT64_MAX), STATUS_PENDING);
    c = socket(AF_INET, SOCK_STREAM, 0);
    ok_int(connect(c, (struct sockaddr *)&addr, sizeof(addr)), 0);
    expect(&info, &iosb, POLL_ACCEPT);
    a = accept(l, NULL, NULL);
    ok_hex(start(&info, &iosb, c, POLL_SEND | POLL_RECEIVE, INT64_MAX), 0); /* ready at once; told by the port too */
    expect(&info, &iosb, POLL_SEND);
    ok_hex(start(&info, &iosb, c, POLL_RECEIVE | POLL_LOCAL_CLOSE, INT64_MAX), STATUS_PENDING);
    ok(!GetQueuedCompletionStatus(port, &n, &key, &done, 30), "done early");
    send(a, "x", 1, 0);
    expect(&info, &iosb, POLL_RECEIVE);
    recv(c, (char *)&n, 1, 0);
    ok_hex(start(&info, &iosb, c, POLL_RECEIVE, -300000), STATUS_PENDING); /* 30 ms */
    expect(&info, &iosb, 0);
    ok_hex(start(&info, &iosb, c, POLL_RECEIVE, INT64_MAX), STATUS_PENDING);
    ok(CancelIoEx(afd, (OVERLAPPED *)&iosb), "error %lu", GetLastError());
    done = NULL;
    ok(!GetQueuedCompletionStatus(port, &n, &key, &done, 5000) && GetLastError() == ERROR_OPERATION_ABORTED,
       "error %lu", GetLastError());
    /* An exclusive one ends those before it that were exclusive too, as libuv's uv_poll_stop wants. */
    struct poll_info another;
    IO_STATUS_BLOCK other_iosb;
    exclusive = TRUE;
    ok_hex(start(&info, &iosb, c, POLL_RECEIVE, INT64_MAX), STATUS_PENDING);
    ok_hex(start(&another, &other_iosb, c, POLL_RECEIVE | POLL_LOCAL_CLOSE, INT64_MAX), STATUS_PENDING);
    exclusive = FALSE;
    done = NULL;
    ok(!GetQueuedCompletionStatus(port, &n, &key, &done, 5000) && GetLastError() == ERROR_OPERATION_ABORTED,
       "error %lu", GetLastError());
    ok((void *)done == (void *)&iosb, "other request");
    ok_hex(start(&info, &iosb, c, POLL_RECEIVE | POLL_LOCAL_CLOSE, INT64_MAX), STATUS_PENDING);
    ok(!GetQueuedCompletionStatus(port, &n, &key, &done, 30), "done early");
    ok(CancelIoEx(afd, (OVERLAPPED *)&other_iosb), "error %lu", GetLastError());
    ok(!GetQueuedCompletionStatus(port, &n, &key, &done, 5000) && (void *)done == (void *)&other_iosb, "other request");
    closesocket(c);
    expect(&info, &iosb, POLL_LOCAL_CLOSE);
    closesocket(a);
    closesocket(l);
    CloseHandle(afd);
    CloseHandle(port);
}
