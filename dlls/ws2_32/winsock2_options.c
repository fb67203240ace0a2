/* SPDX-License-Identifier: MIT */
/* winsock2_options.c: getsockopt, setsockopt, ioctlsocket, WSAIoctl. */
#include "ws2_32_private.h"

#define OPTION_MAX 256

int WSAAPI getsockopt(SOCKET s, int level, int option, char *value, int *length)
{
    struct afd_option in = { level, option };
    DWORD size;

    if (!winsock_started())
        return SOCKET_ERROR;
    if (!value || !length || *length < 0)
        return ws_fail(WSAEFAULT);
    if (level == SOL_SOCKET && (option == SO_PROTOCOL_INFOW || option == SO_PROTOCOL_INFOA)) {
        WSAPROTOCOL_INFOW info;
        int need = option == SO_PROTOCOL_INFOW ? (int)sizeof(info) : (int)sizeof(WSAPROTOCOL_INFOA);
        if (*length < need)
            return ws_fail(WSAEFAULT);
        if (afd_protocol_info(s, &info))
            return SOCKET_ERROR;
        if (option == SO_PROTOCOL_INFOW)
            memcpy(value, &info, sizeof(info));
        else
            protocol_info_narrow(&info, (WSAPROTOCOL_INFOA *)value);
        *length = need;
        return 0;
    }
    if (afd_control(s, AFD_GET_OPTION, &in, sizeof(in), value, (ULONG)*length, &size))
        return SOCKET_ERROR;
    if (level == SOL_SOCKET && option == SO_ERROR && size == sizeof(int))
        *(int *)value = afd_error(*(NTSTATUS *)value);
    *length = (int)size;
    return 0;
}

int WSAAPI setsockopt(SOCKET s, int level, int option, const char *value, int length)
{
    struct {
        struct afd_option head;
        char value[OPTION_MAX];
    } in = { .head = { level, option } };

    if (!winsock_started())
        return SOCKET_ERROR;
    if ((!value && length) || length < 0 || length > OPTION_MAX)
        return ws_fail(WSAEFAULT);
    memcpy(in.value, value, (size_t)length);
    return afd_control(s, AFD_SET_OPTION, &in, (ULONG)(sizeof(in.head) + length), NULL, 0, NULL);
}

int WSAAPI ioctlsocket(SOCKET s, long command, u_long *argument)
{
    DWORD size;

    if (!argument && winsock_started())
        return ws_fail(WSAEFAULT);
    return WSAIoctl(s, (DWORD)command, argument, sizeof(*argument), argument, sizeof(*argument), &size, NULL, NULL);
}

/* What ws2_32 answers itself; FALSE: the native half's. */
static BOOL own_ioctl(SOCKET s, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *returned,
                      int *error)
{
    struct afd_create made;
    void *function;

    switch (code) {
    case SIO_GET_EXTENSION_FUNCTION_POINTER:
        *error = in_size < sizeof(GUID) || out_size < sizeof(function) || !in || !out ? WSAEFAULT
                 : !afd_extension(in, &function)                                      ? WSAEINVAL
                                                                                      : 0;
        if (!*error)
            memcpy(out, &function, *returned = sizeof(function));
        break;
    case SIO_BASE_HANDLE: /* there are no layers */
    case SIO_BSP_HANDLE:
    case SIO_BSP_HANDLE_SELECT:
    case SIO_BSP_HANDLE_POLL:
        *error = out_size < sizeof(s) || !out ? WSAEFAULT : 0;
        if (!*error)
            memcpy(out, &s, *returned = sizeof(s));
        break;
    default:
        return FALSE;
    }
    if (!*error && afd_control(s, AFD_INFO, NULL, 0, &made, sizeof(made), NULL))
        *error = WSAGetLastError();
    return TRUE;
}

/* Nothing here takes time: an overlapped one completes as one that is done at once does. */
int WSAAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD returned,
                    LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    struct {
        struct afd_control head;
        char input[64];
    } request = { .head = { code, 0 } };
    int error;

    if (!winsock_started())
        return SOCKET_ERROR;
    if ((!overlapped && !returned) || (!in && in_size))
        return ws_fail(WSAEFAULT);
    if (returned)
        *returned = 0;
    if (own_ioctl(s, code, in, in_size, out, out_size, returned ? returned : &(DWORD){ 0 }, &error))
        return error ? ws_fail(error) : 0;
    if (in_size > sizeof(request.input))
        in_size = sizeof(request.input);
    memcpy(request.input, in, in_size);
    return afd_request(s, AFD_CONTROL, &request, (ULONG)(sizeof(request.head) + in_size), out, out_size, returned,
                       overlapped, completion);
}
