/* SPDX-License-Identifier: MIT */
/* winsock2_socket.c: making, naming, connecting, accepting and closing sockets. */
#include "ws2_32_private.h"

/* A type or protocol that is not given follows from the other; combinations that do not exist are errors of their own. */
static int check_kind(int family, int *type, int *protocol)
{
    if (family == AF_UNSPEC) /* what a protocol is enough for: IPv4 */
        return *protocol || *type ? 0 : WSAEINVAL;
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
        return WSAEAFNOSUPPORT;
    if (family == AF_UNIX)
        return *type != SOCK_STREAM ? WSAESOCKTNOSUPPORT : *protocol ? WSAEPROTONOSUPPORT : 0;
    if (!*type)
        *type = *protocol == IPPROTO_TCP ? SOCK_STREAM : *protocol == IPPROTO_UDP ? SOCK_DGRAM : 0;
    if (!*type)
        return *protocol ? WSAEPROTONOSUPPORT : WSAESOCKTNOSUPPORT;
    if (*type < SOCK_STREAM || *type > SOCK_SEQPACKET)
        return WSAESOCKTNOSUPPORT;
    if (!*protocol)
        *protocol = *type == SOCK_STREAM ? IPPROTO_TCP : *type == SOCK_DGRAM ? IPPROTO_UDP : 0;
    if (*type == SOCK_STREAM && *protocol != IPPROTO_TCP)
        return *protocol == IPPROTO_UDP ? WSAEPROTOTYPE : WSAEPROTONOSUPPORT;
    if (*type == SOCK_DGRAM && *protocol != IPPROTO_UDP)
        return *protocol == IPPROTO_TCP ? WSAEPROTOTYPE : WSAEPROTONOSUPPORT;
    return *type == SOCK_RDM || *type == SOCK_SEQPACKET ? WSAESOCKTNOSUPPORT : 0;
}

static SOCKET make_socket(int family, int type, int protocol, DWORD flags)
{
    int error;

    if (!winsock_started())
        return INVALID_SOCKET;
    error = check_kind(family, &type, &protocol);
    if (error) {
        WSASetLastError(error);
        return INVALID_SOCKET;
    }
    if (family == AF_UNSPEC) {
        family = AF_INET;
        error = check_kind(family, &type, &protocol);
    }
    if (error) {
        WSASetLastError(error);
        return INVALID_SOCKET;
    }
    return afd_open(family, type, protocol, flags);
}

SOCKET WSAAPI socket(int family, int type, int protocol)
{
    return make_socket(family, type, protocol, WSA_FLAG_OVERLAPPED);
}

/* FROM_PROTOCOL_INFO: what WSADuplicateSocket made; its handle waits in dwProviderReserved. */
SOCKET WSAAPI WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags)
{
    (void)group;
    if (!winsock_started())
        return INVALID_SOCKET;
    if (info) {
        if (info->dwProviderReserved)
            return (SOCKET)info->dwProviderReserved;
        if (family == FROM_PROTOCOL_INFO)
            family = info->iAddressFamily;
        if (type == FROM_PROTOCOL_INFO)
            type = info->iSocketType;
        if (protocol == FROM_PROTOCOL_INFO)
            protocol = info->iProtocol;
    }
    return make_socket(family, type, protocol, flags);
}

SOCKET WSAAPI WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info, GROUP group, DWORD flags)
{
    return WSASocketW(family, type, protocol, (LPWSAPROTOCOL_INFOW)info, group, flags); /* all but the name is alike */
}

int WSAAPI closesocket(SOCKET s)
{
    struct afd_create made;

    if (afd_control(s, AFD_INFO, NULL, 0, &made, sizeof(made), NULL))
        return SOCKET_ERROR;
    async_cancel(s);
    return NtClose((HANDLE)s) ? ws_fail(WSAENOTSOCK) : 0;
}

int WSAAPI bind(SOCKET s, const struct sockaddr *addr, int length)
{
    struct afd_unix_address un;
    const void *in = afd_address(addr, &length, &un);

    if (!addr && winsock_started())
        return ws_fail(WSAEFAULT);
    return afd_control(s, AFD_BIND, in, (ULONG)length, NULL, 0, NULL);
}

int WSAAPI connect(SOCKET s, const struct sockaddr *addr, int length)
{
    struct afd_unix_address un;
    const void *in = afd_address(addr, &length, &un);
    struct afd_connect connect = { .address_length = (uint32_t)length, .address = (uintptr_t)in };

    return afd_control(s, AFD_CONNECT, &connect, sizeof(connect), NULL, 0, NULL);
}

int WSAAPI WSAConnect(SOCKET s, const struct sockaddr *addr, int length, LPWSABUF caller, LPWSABUF callee, LPQOS qos,
                      LPQOS group_qos)
{
    (void)qos, (void)group_qos; /* quality of service has no provider */
    if (caller || callee)       /* TCP has no connect data */
        return winsock_started() ? ws_fail(WSAEOPNOTSUPP) : SOCKET_ERROR;
    return connect(s, addr, length);
}

int WSAAPI listen(SOCKET s, int backlog)
{
    return afd_control(s, AFD_LISTEN, &backlog, sizeof(backlog), NULL, 0, NULL);
}

int WSAAPI shutdown(SOCKET s, int how)
{
    return afd_control(s, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0, NULL);
}

static int get_name(SOCKET s, uint32_t peer, struct sockaddr *addr, int *length)
{
    char out[128];
    DWORD size;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (afd_control(s, AFD_GET_NAME, &peer, sizeof(peer), out, sizeof(out), &size))
        return SOCKET_ERROR;
    if (!addr || !length || *length < (int)size)
        return ws_fail(WSAEFAULT);
    memcpy(addr, out, size);
    *length = (int)size;
    return 0;
}

int WSAAPI getpeername(SOCKET s, struct sockaddr *addr, int *length)
{
    return get_name(s, 1, addr, length);
}

int WSAAPI getsockname(SOCKET s, struct sockaddr *addr, int *length)
{
    return get_name(s, 0, addr, length);
}

SOCKET WSAAPI accept(SOCKET s, struct sockaddr *addr, int *length)
{
    struct afd_create made;
    struct afd_accept in = { 0 };
    SOCKET accepted;
    int error;

    if (afd_control(s, AFD_INFO, NULL, 0, &made, sizeof(made), NULL))
        return INVALID_SOCKET;
    if (made.type != SOCK_STREAM) {
        WSASetLastError(WSAEOPNOTSUPP);
        return INVALID_SOCKET;
    }
    accepted = afd_open(0, 0, 0, WSA_FLAG_OVERLAPPED);
    if (accepted == INVALID_SOCKET)
        return accepted;
    in.socket = accepted;
    if (!afd_control(s, AFD_ACCEPT, &in, sizeof(in), NULL, 0, NULL)) {
        async_inherit(s, accepted);
        if (!addr || !length || !getpeername(accepted, addr, length))
            return accepted;
        if (WSAGetLastError() != WSAEFAULT) /* the peer has gone already */
            return accepted;
    }
    error = WSAGetLastError();
    NtClose((HANDLE)accepted);
    WSASetLastError(error);
    return INVALID_SOCKET;
}

/* The condition function is asked about a connection that exists already: rejecting closes it. */
SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr *addr, LPINT length, LPCONDITIONPROC condition, DWORD_PTR data)
{
    SOCKADDR_STORAGE peer, own;
    int peer_size = sizeof(peer), own_size = sizeof(own), answer;
    WSABUF caller, callee;
    GROUP group = 0;
    SOCKET accepted = accept(s, condition ? (struct sockaddr *)&peer : addr, condition ? &peer_size : length);

    if (!condition || accepted == INVALID_SOCKET)
        return accepted;
    if (getsockname(accepted, (struct sockaddr *)&own, &own_size))
        own_size = 0;
    caller = (WSABUF){ (ULONG)peer_size, (char *)&peer };
    callee = (WSABUF){ (ULONG)own_size, (char *)&own };
    answer = condition(&caller, NULL, NULL, NULL, &callee, NULL, &group, data);
    if (answer == CF_ACCEPT && addr && length) {
        if (*length < peer_size)
            answer = -1;
        else
            memcpy(addr, &peer, *length = peer_size);
    }
    if (answer == CF_ACCEPT)
        return accepted;
    closesocket(accepted);
    WSASetLastError(answer == CF_REJECT ? WSAECONNREFUSED : answer == CF_DEFER ? WSATRY_AGAIN : WSAEFAULT);
    return INVALID_SOCKET;
}

SOCKET WSAAPI WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int length, LPWSABUF caller, LPWSABUF callee,
                          LPQOS qos, LPQOS group_qos, DWORD flags)
{
    struct afd_create made;

    (void)caller, (void)callee, (void)qos, (void)group_qos, (void)flags;
    if (afd_control(s, AFD_INFO, NULL, 0, &made, sizeof(made), NULL))
        return INVALID_SOCKET;
    if (!name || made.type != SOCK_DGRAM) {
        WSASetLastError(name ? WSAEOPNOTSUPP : WSAEFAULT);
        return INVALID_SOCKET;
    }
    if (made.family == AF_INET && length >= (int)sizeof(SOCKADDR_IN)) {
        struct ip_mreq request = { ((const SOCKADDR_IN *)name)->sin_addr, { { { 0 } } } };
        return setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&request, sizeof(request)) ? INVALID_SOCKET : s;
    }
    if (made.family == AF_INET6 && length >= (int)sizeof(SOCKADDR_IN6)) {
        struct ipv6_mreq request = { ((const SOCKADDR_IN6 *)name)->sin6_addr,
                                     ((const SOCKADDR_IN6 *)name)->sin6_scope_id };
        return setsockopt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request, sizeof(request)) ? INVALID_SOCKET : s;
    }
    WSASetLastError(WSAEFAULT);
    return INVALID_SOCKET;
}
