/* SPDX-License-Identifier: MIT */
/* mswsock.c: the extensions as plain exports: each is asked of ws2_32 by its GUID, as programs that call WSAIoctl do. */
#define WIN32_NO_STATUS
#include <winsock2.h>
#include <mswsock.h>
#undef WIN32_NO_STATUS
#include "nt.h"
#include "ntdll.h"

static void *extension(SOCKET s, const GUID *id)
{
    void *function = NULL;
    DWORD size;

    return WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, (void *)id, sizeof(*id), &function, sizeof(function), &size,
                    NULL, NULL)
               ? NULL
               : function;
}

BOOL PASCAL AcceptEx(SOCKET listener, SOCKET s, PVOID output, DWORD data, DWORD local, DWORD remote, LPDWORD received,
                     LPOVERLAPPED overlapped)
{
    static const GUID id = WSAID_ACCEPTEX;
    LPFN_ACCEPTEX function = (LPFN_ACCEPTEX)extension(listener, &id);

    return function && function(listener, s, output, data, local, remote, received, overlapped);
}

/* Has no socket to ask: the layout is AcceptEx' own (each address behind its length). */
void PASCAL GetAcceptExSockaddrs(PVOID output, DWORD data, DWORD local, DWORD remote, struct sockaddr **own,
                                 LPINT own_length, struct sockaddr **peer, LPINT peer_length)
{
    char *at = (char *)output + data;

    (void)remote;
    *own_length = *(INT *)(void *)at;
    *own = (struct sockaddr *)(void *)(at + sizeof(INT));
    at += local;
    *peer_length = *(INT *)(void *)at;
    *peer = (struct sockaddr *)(void *)(at + sizeof(INT));
}

BOOL PASCAL TransmitFile(SOCKET s, HANDLE file, DWORD length, DWORD per_send, LPOVERLAPPED overlapped,
                         LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
    static const GUID id = WSAID_TRANSMITFILE;
    LPFN_TRANSMITFILE function = (LPFN_TRANSMITFILE)extension(s, &id);

    return function && function(s, file, length, per_send, overlapped, buffers, flags);
}

int PASCAL WSARecvEx(SOCKET s, char *buffer, int length, int *flags)
{
    WSABUF one = { (ULONG)length, buffer };
    DWORD received, given = flags ? (DWORD)*flags : 0;
    int result = WSARecv(s, &one, 1, &received, &given, NULL, NULL);

    /* Its page: the beginning of a message that is longer is no error, but told in the flags. */
    if (result && WSAGetLastError() == WSAEMSGSIZE) {
        given = MSG_PARTIAL;
        received = (DWORD)length;
        result = 0;
    }
    if (flags)
        *flags = (int)given;
    return result ? SOCKET_ERROR : (int)received;
}
