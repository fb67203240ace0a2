/* SPDX-License-Identifier: MIT */
/*
 * IOCTL_AFD_RECEIVE and IOCTL_AFD_RECEIVE_DATAGRAM as libuv issues them for its datagram sockets, which it does as
 * WSARecvFrom cannot be used with FILE_SKIP_COMPLETION_PORT_ON_SUCCESS there (libuv's src/win/winsock.c).
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdint.h>
#include <winternl.h>
#include "../test.h"

#define IOCTL_AFD_RECEIVE          0x00012017
#define IOCTL_AFD_RECEIVE_DATAGRAM 0x0001201b
#define OVERLAPPED_FLAG            2
#define NORMAL                     0x20
#define PEEK                       0x80

#ifndef STATUS_BUFFER_OVERFLOW
#define STATUS_BUFFER_OVERFLOW ((NTSTATUS)0x80000005)
#endif
#ifndef STATUS_PENDING
#define STATUS_PENDING ((NTSTATUS)0x103)
#endif

struct receive {
    WSABUF *buffers;
    ULONG count, afd_flags, tdi_flags;
    struct sockaddr *address;
    int *address_length;
};

static HANDLE port;

static NTSTATUS receive(SOCKET s, ULONG code, struct receive *info, OVERLAPPED *overlapped)
{
    ULONG size = code == IOCTL_AFD_RECEIVE ? FIELD_OFFSET(struct receive, address) : sizeof(*info);
    memset(overlapped, 0, sizeof(*overlapped));
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    return NtDeviceIoControlFile((HANDLE)s, NULL, NULL, overlapped, (IO_STATUS_BLOCK *)overlapped, code, info, size,
                                 NULL, 0);
}

static OVERLAPPED *next(DWORD *bytes)
{
    OVERLAPPED *overlapped = NULL;
    ULONG_PTR key;
    GetQueuedCompletionStatus(port, bytes, &key, &overlapped, 5000);
    return overlapped;
}

TESTS
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from;
    int size = sizeof(name), from_size = sizeof(from);
    char first[4], second[20];
    WSABUF two[2] = { { sizeof(first), first }, { sizeof(second), second } }, none = { 0, first };
    struct receive info = { two, 2, OVERLAPPED_FLAG, NORMAL, (struct sockaddr *)&from, &from_size };
    struct receive peek = { &none, 1, OVERLAPPED_FLAG, NORMAL | PEEK, NULL, NULL };
    OVERLAPPED overlapped;
    WSADATA data;
    DWORD bytes = 0;

    ok_int(WSAStartup(MAKEWORD(2, 2), &data), 0);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0);
    ok_int(bind(s, (struct sockaddr *)&name, sizeof(name)), 0);
    getsockname(s, (struct sockaddr *)&name, &size);
    ok(CreateIoCompletionPort((HANDLE)s, port, 1, 0) == port, "error %lu", GetLastError());

    /* Nothing there yet: a peek with no room tells when there is. */
    ok_int(receive(s, IOCTL_AFD_RECEIVE, &peek, &overlapped), STATUS_PENDING);
    sendto(other, "datagram", 8, 0, (struct sockaddr *)&name, sizeof(name));
    ok(next(&bytes) == &overlapped, "no packet");
    ok_int((NTSTATUS)overlapped.Internal, STATUS_BUFFER_OVERFLOW);
    ok_int(bytes, 0);
    /* It is still there, and goes into both buffers. */
    ok_int(receive(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, &overlapped), 0);
    ok(next(&bytes) == &overlapped, "no packet");
    ok_int(bytes, 8);
    ok(!memcmp(first, "data", 4) && !memcmp(second, "gram", 4), "other bytes");
    ok_int(from_size, sizeof(from));
    ok_int(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    /* With the flag libuv sets, what is done at once has no packet. */
    ok(SetFileCompletionNotificationModes((HANDLE)s, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS), "error %lu",
       GetLastError());
    sendto(other, "datagram", 8, 0, (struct sockaddr *)&name, sizeof(name));
    ok_int(receive(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, &overlapped), 0);
    ok_int(overlapped.InternalHigh, 8);
    ULONG_PTR key;
    OVERLAPPED *packet;
    ok(!GetQueuedCompletionStatus(port, &bytes, &key, &packet, 0) && !packet, "a packet");

    /* Neither normal nor urgent data; a structure that is too short; room that cannot be. */
    info.tdi_flags = 0;
    ok_hex((ULONG)receive(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, &overlapped), STATUS_INVALID_PARAMETER);
    info.tdi_flags = NORMAL;
    ok_hex((ULONG)NtDeviceIoControlFile((HANDLE)s, NULL, NULL, NULL, (IO_STATUS_BLOCK *)&overlapped,
                                        IOCTL_AFD_RECEIVE_DATAGRAM, &info, 8, NULL, 0),
           STATUS_INVALID_PARAMETER);
    info.buffers = (WSABUF *)16;
    ok_hex((ULONG)receive(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, &overlapped), STATUS_ACCESS_VIOLATION);
    closesocket(s);
    closesocket(other);
    CloseHandle(port);
    WSACleanup();
}
