/* SPDX-License-Identifier: MIT */
/* winsock2_address.c: addresses as text: inet_*, InetNtop, InetPton, WSAAddressToString, WSAStringToAddress. */
#include "ws2_32_private.h"

/* BSD's notation: one to four parts, each decimal, octal or hexadecimal; a blank ends it. */
unsigned long WSAAPI inet_addr(const char *text)
{
    IN_ADDR addr;
    char *end;

    if (!text)
        return INADDR_NONE;
    if (!*text || !strcmp(text, " "))
        return text[0] ? INADDR_ANY : INADDR_NONE;
    if (RtlIpv4StringToAddressA(text, FALSE, &end, &addr) || (*end && *end != ' '))
        return INADDR_NONE;
    return addr.s_addr;
}

char *WSAAPI inet_ntoa(struct in_addr addr)
{
    struct thread_data *data = winsock_started() ? thread_data() : NULL;

    if (!data)
        return NULL;
    RtlIpv4AddressToStringA(&addr, data->address);
    return data->address;
}

/* inet_ntop and inet_pton in both character types. */
#define ADDRESS_FUNCTIONS(to_text, to_address, PSTR_, PCSTR_, suffix)                                                  \
    PCSTR_ WSAAPI to_text(INT family, const VOID *addr, PSTR_ text, size_t size)                                       \
    {                                                                                                                  \
        ULONG room = size > 0xffff ? 0xffff : size;                                                                    \
        NTSTATUS status;                                                                                               \
                                                                                                                       \
        if (family == AF_INET)                                                                                         \
            status = RtlIpv4AddressToStringEx##suffix(addr, 0, text, &room);                                           \
        else if (family == AF_INET6)                                                                                   \
            status = RtlIpv6AddressToStringEx##suffix(addr, 0, 0, text, &room);                                        \
        else {                                                                                                         \
            WSASetLastError(WSAEAFNOSUPPORT);                                                                          \
            return NULL;                                                                                               \
        }                                                                                                              \
        if (NT_SUCCESS(status))                                                                                        \
            return text;                                                                                               \
        WSASetLastError(ERROR_INVALID_PARAMETER);                                                                      \
        return NULL;                                                                                                   \
    }                                                                                                                  \
                                                                                                                       \
    INT WSAAPI to_address(INT family, PCSTR_ text, PVOID addr)                                                         \
    {                                                                                                                  \
        PSTR_ end;                                                                                                     \
                                                                                                                       \
        if (family != AF_INET && family != AF_INET6)                                                                   \
            return ws_fail(WSAEAFNOSUPPORT);                                                                           \
        if (!text || !addr)                                                                                            \
            return ws_fail(WSAEFAULT);                                                                                 \
        if (family == AF_INET)                                                                                         \
            return NT_SUCCESS(RtlIpv4StringToAddress##suffix(text, TRUE, &end, addr)) && !*end;                        \
        return NT_SUCCESS(RtlIpv6StringToAddress##suffix(text, &end, addr)) && !*end;                                  \
    }

ADDRESS_FUNCTIONS(inet_ntop, inet_pton, PSTR, PCSTR, A)
ADDRESS_FUNCTIONS(InetNtopW, InetPtonW, PWSTR, PCWSTR, W)

/* The text of a socket address, ASCII; 0 or the error. */
static int address_text(const SOCKADDR *addr, DWORD length, char text[INET6_ADDRSTRLEN])
{
    ULONG size = INET6_ADDRSTRLEN;

    if (!addr)
        return WSAEFAULT;
    if (addr->sa_family == AF_INET) {
        const SOCKADDR_IN *in = (const SOCKADDR_IN *)addr;
        if (length < sizeof(*in))
            return WSAEFAULT;
        RtlIpv4AddressToStringExA(&in->sin_addr, in->sin_port, text, &size);
        return 0;
    }
    if (addr->sa_family == AF_INET6) {
        const SOCKADDR_IN6 *in6 = (const SOCKADDR_IN6 *)addr;
        if (length < sizeof(*in6))
            return WSAEFAULT;
        RtlIpv6AddressToStringExA(&in6->sin6_addr, in6->sin6_scope_id, in6->sin6_port, text, &size);
        return 0;
    }
    return WSAEINVAL;
}

INT WSAAPI WSAAddressToStringA(LPSOCKADDR addr, DWORD length, LPWSAPROTOCOL_INFOA protocol, LPSTR text, LPDWORD size)
{
    char ascii[INET6_ADDRSTRLEN];
    DWORD need;
    int error;

    (void)protocol; /* which provider is asked: both families have one */
    if (!winsock_started())
        return SOCKET_ERROR;
    if (!size)
        return ws_fail(WSAEFAULT);
    if ((error = address_text(addr, length, ascii)))
        return ws_fail(error);
    need = strlen(ascii) + 1;
    if (!text || *size < need) {
        *size = need;
        return ws_fail(WSAEFAULT);
    }
    memcpy(text, ascii, need);
    *size = need;
    return 0;
}

INT WSAAPI WSAAddressToStringW(LPSOCKADDR addr, DWORD length, LPWSAPROTOCOL_INFOW protocol, LPWSTR text, LPDWORD size)
{
    char ascii[INET6_ADDRSTRLEN];
    DWORD need, i;
    int error;

    (void)protocol;
    if (!winsock_started())
        return SOCKET_ERROR;
    if (!size)
        return ws_fail(WSAEFAULT);
    if ((error = address_text(addr, length, ascii)))
        return ws_fail(error);
    need = strlen(ascii) + 1;
    if (!text || *size < need) {
        *size = need;
        return ws_fail(WSAEFAULT);
    }
    for (i = 0; i < need; i++)
        text[i] = ascii[i];
    *size = need;
    return 0;
}

INT WSAAPI WSAStringToAddressW(LPWSTR text, INT family, LPWSAPROTOCOL_INFOW protocol, LPSOCKADDR addr, LPINT length)
{
    (void)protocol;
    if (!winsock_started())
        return SOCKET_ERROR;
    if (!text || !length)
        return ws_fail(WSAEFAULT);
    if (family == AF_INET) {
        SOCKADDR_IN in = { .sin_family = AF_INET };
        if (!addr || *length < (INT)sizeof(in)) {
            *length = sizeof(in);
            return ws_fail(WSAEFAULT);
        }
        if (RtlIpv4StringToAddressExW(text, FALSE, &in.sin_addr, &in.sin_port))
            return ws_fail(WSAEINVAL);
        memcpy(addr, &in, sizeof(in));
        *length = sizeof(in);
        return 0;
    }
    if (family == AF_INET6) {
        SOCKADDR_IN6 in6 = { .sin6_family = AF_INET6 };
        if (!addr || *length < (INT)sizeof(in6)) {
            *length = sizeof(in6);
            return ws_fail(WSAEFAULT);
        }
        if (RtlIpv6StringToAddressExW(text, &in6.sin6_addr, &in6.sin6_scope_id, &in6.sin6_port))
            return ws_fail(WSAEINVAL);
        memcpy(addr, &in6, sizeof(in6));
        *length = sizeof(in6);
        return 0;
    }
    return ws_fail(WSAEINVAL);
}

INT WSAAPI WSAStringToAddressA(LPSTR text, INT family, LPWSAPROTOCOL_INFOA protocol, LPSOCKADDR addr, LPINT length)
{
    WCHAR *wide;
    INT result;

    (void)protocol;
    if (!winsock_started())
        return SOCKET_ERROR;
    if (!text || !length)
        return ws_fail(WSAEFAULT);
    if (!(wide = wide_text(CP_ACP, text)))
        return ws_fail(WSAENOBUFS);
    result = WSAStringToAddressW(wide, family, NULL, addr, length);
    ws_free(wide);
    return result;
}
