/* SPDX-License-Identifier: MIT */
/* winsock2_data.c: sending and receiving, and the results of overlapped requests. */
#include "ws2_32_private.h"

#ifdef _WIN64
_Static_assert(sizeof(WSABUF) == sizeof(struct afd_buffer), "WSABUF is passed as it is");
#endif

/* Fills the buffer list in; *list is to be freed if it is not `few`. */
static BOOL set_buffers(struct afd_transfer *in, const WSABUF *buffers, DWORD count, struct afd_buffer few[8],
                        struct afd_buffer **list)
{
    *list = few;
    in->buffer_count = count;
#ifdef _WIN64
    in->buffers = (uintptr_t)buffers;
#else
    if (count > 8 && !(*list = ws_alloc(count * sizeof(**list))))
        return FALSE;
    for (DWORD i = 0; i < count; i++)
        (*list)[i] = (struct afd_buffer){ buffers[i].len, 0, (uintptr_t)buffers[i].buf };
    in->buffers = (uintptr_t)*list;
#endif
    return TRUE;
}

static int transfer(SOCKET s, ULONG code, struct afd_transfer *in, const WSABUF *buffers, DWORD count, LPDWORD done,
                    LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct afd_buffer few[8], *list;
    int result;

    if (!winsock_started())
        return SOCKET_ERROR;
    if ((!buffers && count) || (!overlapped && !done))
        return ws_fail(WSAEFAULT);
    if (!set_buffers(in, buffers, count, few, &list))
        return ws_fail(WSAENOBUFS);
    in->mode = overlapped ? AFD_OVERLAPPED : 0;
    result = afd_request(s, code, in, sizeof(*in), NULL, 0, done, overlapped, completion);
    if (list != few)
        ws_free(list);
    return result;
}

int WSAAPI WSASendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags, const struct sockaddr *to,
                     int to_length, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct afd_unix_address un;
    int length = to ? to_length : 0;
    const void *address = afd_address(to, &length, &un);
    struct afd_transfer in = { .flags = flags, .address = (uintptr_t)address, .address_length = (uint32_t)length };

    return transfer(s, AFD_SEND, &in, buffers, count, sent, overlapped, completion);
}

int WSAAPI WSASend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct afd_transfer in = { .flags = flags };

    return transfer(s, AFD_SEND, &in, buffers, count, sent, overlapped, completion);
}

int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD sent, LPWSAOVERLAPPED overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    if (!message)
        return winsock_started() ? ws_fail(WSAEFAULT) : SOCKET_ERROR;
    if (message->Control.len)
        return winsock_started() ? ws_fail(WSAEOPNOTSUPP) : SOCKET_ERROR;
    return WSASendTo(s, message->lpBuffers, message->dwBufferCount, sent, flags | message->dwFlags, message->name,
                     message->namelen, overlapped, completion);
}

int WSAAPI send(SOCKET s, const char *buffer, int length, int flags)
{
    WSABUF one = { (ULONG)length, (char *)buffer };
    DWORD sent;

    return WSASend(s, &one, 1, &sent, (DWORD)flags, NULL, NULL) ? SOCKET_ERROR : (int)sent;
}

int WSAAPI sendto(SOCKET s, const char *buffer, int length, int flags, const struct sockaddr *to, int to_length)
{
    WSABUF one = { (ULONG)length, (char *)buffer };
    DWORD sent;

    return WSASendTo(s, &one, 1, &sent, (DWORD)flags, to, to_length, NULL, NULL) ? SOCKET_ERROR : (int)sent;
}

int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags, struct sockaddr *from,
                       LPINT from_length, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct afd_transfer in = { .address = (uintptr_t)from, .length_out = from ? (uintptr_t)from_length : 0 };

    if (!flags)
        return winsock_started() ? ws_fail(WSAEFAULT) : SOCKET_ERROR;
    in.flags = *flags;
    /* Of an overlapped request the flags belong to the caller again once it is pending (WSARecv's page). */
    in.flags_out = overlapped ? 0 : (uintptr_t)flags;
    return transfer(s, AFD_RECEIVE, &in, buffers, count, received, overlapped, completion);
}

int WSAAPI WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags, LPWSAOVERLAPPED overlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    return WSARecvFrom(s, buffers, count, received, flags, NULL, NULL, overlapped, completion);
}

int WSAAPI recvfrom(SOCKET s, char *buffer, int length, int flags, struct sockaddr *from, int *from_length)
{
    WSABUF one = { (ULONG)length, buffer };
    DWORD received, given = (DWORD)flags;

    return WSARecvFrom(s, &one, 1, &received, &given, from, from_length, NULL, NULL) ? SOCKET_ERROR : (int)received;
}

int WSAAPI recv(SOCKET s, char *buffer, int length, int flags)
{
    return recvfrom(s, buffer, length, flags, NULL, NULL);
}

/* No transport here sends data with the end of a connection. */
int WSAAPI WSARecvDisconnect(SOCKET s, LPWSABUF data)
{
    return data && data->len ? ws_fail(WSAENOPROTOOPT) : shutdown(s, SD_RECEIVE);
}

int WSAAPI WSASendDisconnect(SOCKET s, LPWSABUF data)
{
    return data && data->len ? ws_fail(WSAENOPROTOOPT) : shutdown(s, SD_SEND);
}

WINBOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD transferred, WINBOOL wait,
                                      LPDWORD flags)
{
    volatile NTSTATUS *status;

    if (!winsock_started())
        return FALSE;
    if (!overlapped || !transferred || !flags) {
        WSASetLastError(WSAEFAULT);
        return FALSE;
    }
    status = (volatile NTSTATUS *)&overlapped->Internal;
    if (*status == STATUS_PENDING) {
        if (!wait) {
            WSASetLastError(WSA_IO_INCOMPLETE);
            return FALSE;
        }
        NtWaitForSingleObject(overlapped->hEvent ? overlapped->hEvent : (HANDLE)s, FALSE, NULL);
    }
    *transferred = (DWORD)overlapped->InternalHigh;
    *flags = *status == STATUS_BUFFER_OVERFLOW ? MSG_PARTIAL : 0;
    if (!*status)
        return TRUE;
    WSASetLastError(afd_error(*status));
    return FALSE;
}
