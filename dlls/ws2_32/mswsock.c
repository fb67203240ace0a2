/* SPDX-License-Identifier: MIT */
/* mswsock.c: Microsoft's extensions, which SIO_GET_EXTENSION_FUNCTION_POINTER hands out. */
#include "ws2_32_private.h"

static BOOL PASCAL accept_ex(SOCKET listener, SOCKET s, PVOID output, DWORD data, DWORD local, DWORD remote,
                             LPDWORD received, LPOVERLAPPED overlapped)
{
    struct afd_accept in = { AFD_OVERLAPPED, data, local, remote, s, (uintptr_t)output };

    if (!overlapped || !output || local < sizeof(SOCKADDR_IN) + 16 || remote < sizeof(SOCKADDR_IN) + 16) {
        WSASetLastError(overlapped ? WSAEFAULT : ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    return !afd_request(listener, AFD_ACCEPT, &in, sizeof(in), NULL, 0, received, overlapped, NULL);
}

static void PASCAL accept_ex_addresses(PVOID output, DWORD data, DWORD local, DWORD remote, struct sockaddr **own,
                                       LPINT own_length, struct sockaddr **peer, LPINT peer_length)
{
    char *at = (char *)output + data;

    (void)remote;
    *own_length = ((struct afd_accept_address *)at)->length;
    *own = (struct sockaddr *)(at + sizeof(struct afd_accept_address));
    at += local;
    *peer_length = ((struct afd_accept_address *)at)->length;
    *peer = (struct sockaddr *)(at + sizeof(struct afd_accept_address));
}

static BOOL PASCAL connect_ex(SOCKET s, const struct sockaddr *addr, int length, PVOID data, DWORD size, LPDWORD sent,
                              LPOVERLAPPED overlapped)
{
    struct afd_unix_address un;
    const void *address = afd_address(addr, &length, &un);
    struct afd_connect in = {
        AFD_OVERLAPPED, (uint32_t)length, (uintptr_t)address, (uintptr_t)data, data ? size : 0, 0
    };

    if (!overlapped || !addr) {
        WSASetLastError(overlapped ? WSAEFAULT : ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    return !afd_request(s, AFD_CONNECT, &in, sizeof(in), NULL, 0, sent, overlapped, NULL);
}

static BOOL PASCAL disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved)
{
    if (reserved) {
        WSASetLastError(WSAEINVAL);
        return FALSE;
    }
    return !afd_request(s, AFD_DISCONNECT, &flags, sizeof(flags), NULL, 0, NULL, overlapped, NULL);
}

static BOOL PASCAL transmit_file(SOCKET s, HANDLE file, DWORD length, DWORD per_send, LPOVERLAPPED overlapped,
                                 LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
    struct afd_transmit in = {
        .mode = overlapped ? AFD_OVERLAPPED : 0, .flags = flags, .file = (uintptr_t)file, .offset = -1, .length = length
    };

    (void)per_send; /* the kernel knows better */
    if (flags &
        ~(DWORD)(TF_DISCONNECT | TF_WRITE_BEHIND | TF_USE_DEFAULT_WORKER | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC)) {
        WSASetLastError(WSAEOPNOTSUPP);
        return FALSE;
    }
    if (overlapped && (overlapped->Offset || overlapped->OffsetHigh))
        in.offset = (int64_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset);
    if (buffers) {
        in.head = (uintptr_t)buffers->Head;
        in.head_length = buffers->Head ? buffers->HeadLength : 0;
        in.tail = (uintptr_t)buffers->Tail;
        in.tail_length = buffers->Tail ? buffers->TailLength : 0;
    }
    return !afd_request(s, AFD_TRANSMIT, &in, sizeof(in), NULL, 0, NULL, overlapped, NULL);
}

static INT PASCAL receive_message(SOCKET s, LPWSAMSG message, LPDWORD received, LPWSAOVERLAPPED overlapped,
                                  LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct afd_transfer in;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (!message || (!overlapped && !received))
        return ws_fail(WSAEFAULT);
#ifdef _WIN64
    in = (struct afd_transfer){
        .mode = overlapped ? AFD_OVERLAPPED : 0,
        .flags = message->dwFlags,
        .buffers = (uintptr_t)message->lpBuffers,
        .buffer_count = message->dwBufferCount,
        .address = (uintptr_t)message->name,
        .length_out = message->name ? (uintptr_t)&message->namelen : 0,
        .flags_out = (uintptr_t)&message->dwFlags,
        .control = (uintptr_t)message->Control.buf,
        .control_out = (uintptr_t)&message->Control.len,
        .control_length = message->Control.len,
    };
    return afd_request(s, AFD_RECEIVE, &in, sizeof(in), NULL, 0, received, overlapped, completion);
#else
    (void)s, (void)in, (void)completion;
    return ws_fail(WSAEOPNOTSUPP);
#endif
}

BOOL afd_extension(const GUID *id, void **function)
{
    static const struct {
        GUID id;
        void *function;
    } extensions[] = {
        { WSAID_ACCEPTEX, accept_ex },         { WSAID_GETACCEPTEXSOCKADDRS, accept_ex_addresses },
        { WSAID_CONNECTEX, connect_ex },       { WSAID_DISCONNECTEX, disconnect_ex },
        { WSAID_TRANSMITFILE, transmit_file }, { WSAID_WSARECVMSG, receive_message },
        { WSAID_WSASENDMSG, WSASendMsg },      { WSAID_WSAPOLL, WSAPoll },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(extensions); i++)
        if (!memcmp(&extensions[i].id, id, sizeof(*id))) {
            *function = extensions[i].function;
            return TRUE;
        }
    return FALSE;
}
