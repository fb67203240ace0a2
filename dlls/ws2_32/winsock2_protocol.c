/* SPDX-License-Identifier: MIT */
/* winsock2_protocol.c: the protocols there are, and sockets for other processes. */
#include "ws2_32_private.h"

static const struct protocol {
    int family, type, protocol, address_size;
    DWORD flags;
    const WCHAR *name;
    GUID provider;
    DWORD entry;
} protocols[] = {
#define STREAM_FLAGS                                                                                                   \
    (XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA | XP1_IFS_HANDLES)
#define DATAGRAM_FLAGS                                                                                                 \
    (XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES)
#define PROVIDER4                                                                                                      \
    {                                                                                                                  \
        0xe70f1aa0, 0xab8b, 0x11cf,                                                                                    \
        {                                                                                                              \
            0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92                                                             \
        }                                                                                                              \
    }
#define PROVIDER6                                                                                                      \
    {                                                                                                                  \
        0xf9eab0c0, 0x26d4, 0x11d0,                                                                                    \
        {                                                                                                              \
            0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4                                                             \
        }                                                                                                              \
    }
#define PROVIDER_UNIX                                                                                                  \
    {                                                                                                                  \
        0xa00943d9, 0x9c2e, 0x4633,                                                                                    \
        {                                                                                                              \
            0x9b, 0x59, 0x00, 0x57, 0xa3, 0x16, 0x09, 0x94                                                             \
        }                                                                                                              \
    }
    { AF_INET, SOCK_STREAM, IPPROTO_TCP, sizeof(SOCKADDR_IN), STREAM_FLAGS, L"MSAFD Tcpip [TCP/IP]", PROVIDER4, 1001 },
    { AF_INET, SOCK_DGRAM, IPPROTO_UDP, sizeof(SOCKADDR_IN), DATAGRAM_FLAGS, L"MSAFD Tcpip [UDP/IP]", PROVIDER4, 1002 },
    { AF_INET6, SOCK_STREAM, IPPROTO_TCP, sizeof(SOCKADDR_IN6), STREAM_FLAGS, L"MSAFD Tcpip [TCP/IPv6]", PROVIDER6,
      1004 },
    { AF_INET6, SOCK_DGRAM, IPPROTO_UDP, sizeof(SOCKADDR_IN6), DATAGRAM_FLAGS, L"MSAFD Tcpip [UDP/IPv6]", PROVIDER6,
      1005 },
    { AF_UNIX, SOCK_STREAM, 0, sizeof(SOCKADDR_UN), STREAM_FLAGS & ~(DWORD)XP1_EXPEDITED_DATA, L"AF_UNIX",
      PROVIDER_UNIX, 1007 },
};

static void fill_info(const struct protocol *p, WSAPROTOCOL_INFOW *info)
{
    memset(info, 0, sizeof(*info));
    info->dwServiceFlags1 = p->flags;
    info->dwProviderFlags = PFL_MATCHES_PROTOCOL_ZERO;
    info->ProviderId = p->provider;
    info->dwCatalogEntryId = p->entry;
    info->ProtocolChain.ChainLen = BASE_PROTOCOL;
    info->iVersion = 2;
    info->iAddressFamily = p->family;
    info->iMaxSockAddr = p->address_size;
    info->iMinSockAddr = p->address_size;
    info->iSocketType = p->type;
    info->iProtocol = p->protocol;
    info->iNetworkByteOrder = BIGENDIAN;
    info->iSecurityScheme = SECURITY_PROTOCOL_NONE;
    info->dwMessageSize = p->type == SOCK_DGRAM ? 65507 : 0;
    wcscpy(info->szProtocol, p->name);
}

void protocol_info_narrow(const WSAPROTOCOL_INFOW *info, WSAPROTOCOL_INFOA *narrow)
{
    memcpy(narrow, info, offsetof(WSAPROTOCOL_INFOW, szProtocol));
    memset(narrow->szProtocol, 0, sizeof(narrow->szProtocol));
    for (unsigned i = 0; info->szProtocol[i]; i++)
        narrow->szProtocol[i] = (char)info->szProtocol[i]; /* ASCII */
}

int afd_protocol_info(SOCKET s, WSAPROTOCOL_INFOW *info)
{
    struct afd_create made;

    if (afd_control(s, AFD_INFO, NULL, 0, &made, sizeof(made), NULL))
        return SOCKET_ERROR;
    for (unsigned i = 0; i < ARRAY_SIZE(protocols); i++)
        if (protocols[i].family == (int)made.family && protocols[i].type == (int)made.type) {
            fill_info(&protocols[i], info);
            return 0;
        }
    memset(info, 0, sizeof(*info)); /* a raw socket */
    info->iVersion = 2;
    info->iAddressFamily = (int)made.family;
    info->iSocketType = (int)made.type;
    info->iProtocol = (int)made.protocol;
    return 0;
}

static BOOL is_wanted(const int *wanted, int protocol)
{
    if (!wanted)
        return TRUE;
    for (; *wanted; wanted++)
        if (*wanted == protocol)
            return TRUE;
    return FALSE;
}

static int enum_protocols(const int *wanted, char *buffer, DWORD *size, BOOL wide)
{
    DWORD each = wide ? sizeof(WSAPROTOCOL_INFOW) : sizeof(WSAPROTOCOL_INFOA), need = 0;
    WSAPROTOCOL_INFOW info;
    int count = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(protocols); i++)
        need += is_wanted(wanted, protocols[i].protocol) ? each : 0;
    if (!size || *size < need || (need && !buffer)) {
        if (size)
            *size = need;
        return SOCKET_ERROR;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(protocols); i++) {
        if (!is_wanted(wanted, protocols[i].protocol))
            continue;
        fill_info(&protocols[i], &info);
        if (wide)
            memcpy(buffer + count++ * each, &info, each);
        else
            protocol_info_narrow(&info, (WSAPROTOCOL_INFOA *)(void *)(buffer + count++ * each));
    }
    return count;
}

int WSAAPI WSAEnumProtocolsW(LPINT wanted, LPWSAPROTOCOL_INFOW buffer, LPDWORD size)
{
    int count;

    if (!winsock_started())
        return SOCKET_ERROR;
    count = enum_protocols(wanted, (char *)buffer, size, TRUE);
    return count < 0 ? ws_fail(WSAENOBUFS) : count;
}

int WSAAPI WSAEnumProtocolsA(LPINT wanted, LPWSAPROTOCOL_INFOA buffer, LPDWORD size)
{
    int count;

    if (!winsock_started())
        return SOCKET_ERROR;
    count = enum_protocols(wanted, (char *)buffer, size, FALSE);
    return count < 0 ? ws_fail(WSAENOBUFS) : count;
}

int WSAAPI WSCEnumProtocols(LPINT wanted, LPWSAPROTOCOL_INFOW buffer, LPDWORD size, LPINT error)
{
    int count = enum_protocols(wanted, (char *)buffer, size, TRUE);

    *error = count < 0 ? WSAENOBUFS : 0;
    return count;
}

/* The other process's handle waits in the information until WSASocket there asks for it. */
int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD process_id, LPWSAPROTOCOL_INFOW info)
{
    HANDLE process, copy;
    BOOL good;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (!info)
        return ws_fail(WSAEFAULT);
    if (afd_protocol_info(s, info))
        return SOCKET_ERROR;
    process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process_id);
    if (!process)
        return ws_fail(WSAEINVAL);
    good = DuplicateHandle(GetCurrentProcess(), (HANDLE)s, process, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS);
    CloseHandle(process);
    if (!good)
        return ws_fail(WSAENOBUFS);
    info->dwProviderReserved = (DWORD)(ULONG_PTR)copy;
    return 0;
}

int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD process_id, LPWSAPROTOCOL_INFOA info)
{
    WSAPROTOCOL_INFOW wide;

    if (!info)
        return winsock_started() ? ws_fail(WSAEFAULT) : SOCKET_ERROR;
    if (WSADuplicateSocketW(s, process_id, &wide))
        return SOCKET_ERROR;
    protocol_info_narrow(&wide, info);
    return 0;
}
