/* SPDX-License-Identifier: MIT */
/*
 * winsock2_socket.c: the socket functions, as they are on a system without a transport provider: no socket can be made
 * (WSAEAFNOSUPPORT), hence no handle is one (WSAENOTSOCK). Sockets over \Device\Afd will replace this file.
 */
#include "ws2_32_private.h"

#pragma GCC diagnostic ignored "-Wunused-parameter" /* all of them, until there are sockets */

static int not_a_socket(void)
{
    return winsock_started() ? ws_fail(WSAENOTSOCK) : SOCKET_ERROR;
}

static SOCKET no_new_socket(int error)
{
    if (winsock_started())
        WSASetLastError(error);
    return INVALID_SOCKET;
}

SOCKET WSAAPI socket(int family, int type, int protocol)
{
    return no_new_socket(WSAEAFNOSUPPORT);
}

SOCKET WSAAPI WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags)
{
    return no_new_socket(WSAEAFNOSUPPORT);
}

SOCKET WSAAPI WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info, GROUP group, DWORD flags)
{
    return no_new_socket(WSAEAFNOSUPPORT);
}

SOCKET WSAAPI accept(SOCKET s, struct sockaddr *addr, int *length)
{
    return no_new_socket(WSAENOTSOCK);
}

SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr *addr, LPINT length, LPCONDITIONPROC condition, DWORD_PTR data)
{
    return no_new_socket(WSAENOTSOCK);
}

SOCKET WSAAPI WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int length, LPWSABUF caller, LPWSABUF callee,
                          LPQOS qos, LPQOS group_qos, DWORD flags)
{
    return no_new_socket(WSAENOTSOCK);
}

int WSAAPI closesocket(SOCKET s)
{
    return not_a_socket();
}

int WSAAPI bind(SOCKET s, const struct sockaddr *addr, int length)
{
    return not_a_socket();
}

int WSAAPI connect(SOCKET s, const struct sockaddr *addr, int length)
{
    return not_a_socket();
}

int WSAAPI WSAConnect(SOCKET s, const struct sockaddr *addr, int length, LPWSABUF caller, LPWSABUF callee, LPQOS qos,
                      LPQOS group_qos)
{
    return not_a_socket();
}

int WSAAPI listen(SOCKET s, int backlog)
{
    return not_a_socket();
}

int WSAAPI shutdown(SOCKET s, int how)
{
    return not_a_socket();
}

int WSAAPI getpeername(SOCKET s, struct sockaddr *addr, int *length)
{
    return not_a_socket();
}

int WSAAPI getsockname(SOCKET s, struct sockaddr *addr, int *length)
{
    return not_a_socket();
}

int WSAAPI getsockopt(SOCKET s, int level, int option, char *value, int *length)
{
    return not_a_socket();
}

int WSAAPI setsockopt(SOCKET s, int level, int option, const char *value, int length)
{
    return not_a_socket();
}

int WSAAPI ioctlsocket(SOCKET s, long command, u_long *argument)
{
    return not_a_socket();
}

int WSAAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD returned,
                    LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return not_a_socket();
}

int WSAAPI recv(SOCKET s, char *buffer, int length, int flags)
{
    return not_a_socket();
}

int WSAAPI recvfrom(SOCKET s, char *buffer, int length, int flags, struct sockaddr *from, int *from_length)
{
    return not_a_socket();
}

int WSAAPI send(SOCKET s, const char *buffer, int length, int flags)
{
    return not_a_socket();
}

int WSAAPI sendto(SOCKET s, const char *buffer, int length, int flags, const struct sockaddr *to, int to_length)
{
    return not_a_socket();
}

int WSAAPI WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return not_a_socket();
}

int WSAAPI WSARecvDisconnect(SOCKET s, LPWSABUF data)
{
    return not_a_socket();
}

int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags, struct sockaddr *from,
                       LPINT from_length, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return not_a_socket();
}

int WSAAPI WSASend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return not_a_socket();
}

int WSAAPI WSASendDisconnect(SOCKET s, LPWSABUF data)
{
    return not_a_socket();
}

int WSAAPI WSASendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags, const struct sockaddr *to,
                     int to_length, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return not_a_socket();
}

int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD sent, LPWSAOVERLAPPED overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return not_a_socket();
}

int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT event, long events)
{
    return not_a_socket();
}

int WSAAPI WSAAsyncSelect(SOCKET s, HWND window, u_int message, long events)
{
    return not_a_socket();
}

int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events)
{
    return not_a_socket();
}

int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOA info)
{
    return not_a_socket();
}

int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info)
{
    return not_a_socket();
}

WINBOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD transferred, WINBOOL wait,
                                      LPDWORD flags)
{
    not_a_socket();
    return FALSE;
}

/* Sets that are all empty cannot be waited on: select is documented to refuse them, so it is no way to sleep. */
int WSAAPI select(int count, fd_set *read, fd_set *write, fd_set *except, const PTIMEVAL timeout)
{
    if (!winsock_started())
        return SOCKET_ERROR;
    if ((read && read->fd_count) || (write && write->fd_count) || (except && except->fd_count))
        return ws_fail(WSAENOTSOCK);
    return ws_fail(WSAEINVAL);
}

int WSAAPI __WSAFDIsSet(SOCKET s, fd_set *set)
{
    for (u_int i = 0; i < set->fd_count; i++)
        if (set->fd_array[i] == s)
            return TRUE;
    return FALSE;
}

int WSAAPI WSAPoll(LPWSAPOLLFD fds, ULONG count, INT timeout)
{
    ULONG i;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (!count || !fds)
        return ws_fail(count ? WSAEFAULT : WSAEINVAL);
    for (i = 0; i < count; i++)
        fds[i].revents = fds[i].fd == INVALID_SOCKET ? 0 : POLLNVAL;
    for (i = 0; i < count; i++)
        if (fds[i].fd != INVALID_SOCKET)
            return ws_fail(WSAENOTSOCK);
    return ws_fail(WSAEINVAL);
}

/* The protocols that sockets can be made of: none. */
int WSAAPI WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size)
{
    if (!winsock_started())
        return SOCKET_ERROR;
    if (!size)
        return ws_fail(WSAENOBUFS);
    *size = 0;
    return 0;
}

int WSAAPI WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA buffer, LPDWORD size)
{
    return WSAEnumProtocolsW(protocols, NULL, size);
}

int WSAAPI WSCEnumProtocols(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size, LPINT error)
{
    *error = size ? 0 : WSAENOBUFS;
    if (!size)
        return SOCKET_ERROR;
    *size = 0;
    return 0;
}
