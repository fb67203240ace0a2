/* SPDX-License-Identifier: MIT */
/* ws2_32_private.h: what the files of ws2_32 share. */
#ifndef TRANSOM_WS2_32_PRIVATE_H
#define TRANSOM_WS2_32_PRIVATE_H

#define WIN32_NO_STATUS
#include <winsock2.h>
#include <ws2tcpip.h>
#include <ws2spi.h>
#include <mswsock.h>
#include <afunix.h>
#include <mstcpip.h> /* RtlIpv4AddressToString and the like */
#undef WIN32_NO_STATUS
#include "nt.h"
#include "ntdll.h"
#include "unix_call.h"
#include "unix_net.h"
#include "afd.h"
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Of ip2string.h, which mingw-w64 has in part only. */
NTSTATUS NTAPI RtlIpv6StringToAddressA(PCSTR text, PSTR *end, IN6_ADDR *addr);
NTSTATUS NTAPI RtlIpv6StringToAddressW(PCWSTR text, PWSTR *end, IN6_ADDR *addr);

/* Whether WSAStartup succeeded; else sets WSANOTINITIALISED. */
BOOL winsock_started(void);

/* What the old functions return pointers to: a thread's own, freed with it. */
struct thread_data {
    char address[16]; /* inet_ntoa's text */
    struct hostent *host;
    struct servent *service;
    struct protoent protocol;
};
struct thread_data *thread_data(void); /* NULL, with the error set, if there is no memory */

/* An unix_net_error as the name functions report it; 0 is success. */
int name_error(uint32_t error);

/* Asks the native half for the addresses of a host name. *list is to be freed with HeapFree. Returns 0 or an error. */
int resolve_host(const char *name, int family, struct unix_net_address **list, ULONG *count, char canonical[256]);

/* Numbers of services by name or alias, and the other way round; from the well-known ones, then Linux' database. */
struct service {
    const char *name, *protocol;
    USHORT port;
    char own_name[64], own_protocol[16]; /* what name and protocol may point to */
};
BOOL find_service_name(const char *name, const char *protocol, struct service *found);
BOOL find_service_port(USHORT port, const char *protocol, struct service *found);

/* Wide to UTF-8 or the ANSI code page, and back, in heap memory. NULL: no memory. */
char *narrow_text(UINT code_page, const WCHAR *text);
WCHAR *wide_text(UINT code_page, const char *text);

/* winsock2_afd.c: the Winsock error of an NTSTATUS; 0 = success. */
int afd_error(NTSTATUS status);
/* A control of a socket that is over when the call returns. *returned may be NULL. Sets the error, returns SOCKET_ERROR. */
int afd_control(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size, DWORD *returned);
/*
 * One that may be overlapped. With WSAOVERLAPPED the request is told of by its event, port or completion routine, and
 * `input` begins with AFD_OVERLAPPED (the caller's part). STATUS_PENDING becomes WSA_IO_PENDING.
 */
int afd_request(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size, DWORD *returned,
                LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion);
/* A socket as the native half makes them; INVALID_SOCKET with the error set. */
SOCKET afd_open(int family, int type, int protocol, DWORD flags);
/* The address as the native half takes it: itself, or for a Unix socket another one in `buffer`. */
struct afd_unix_address {
    USHORT family;
    WCHAR path[300];
};
const void *afd_address(const struct sockaddr *addr, int *length, struct afd_unix_address *buffer);
/* mswsock.c: a function of mswsock.h by its GUID, as WSAIoctl hands it out. */
BOOL afd_extension(const GUID *id, void **function);
/* winsock2_async.c: the socket's events are not told to a window any more; a socket that was accepted has its listener's. */
void async_cancel(SOCKET s);
void async_inherit(SOCKET listener, SOCKET accepted);
/* winsock2_protocol.c: what SO_PROTOCOL_INFO says. */
int afd_protocol_info(SOCKET s, WSAPROTOCOL_INFOW *info);
void protocol_info_narrow(const WSAPROTOCOL_INFOW *info, WSAPROTOCOL_INFOA *narrow);

static inline int ws_fail(int error)
{
    WSASetLastError(error);
    return SOCKET_ERROR;
}

static inline void *ws_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void ws_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

#endif
