/* SPDX-License-Identifier: MIT */
/* winsock2_afd.c: how the socket functions reach the native half: files of \Device\Afd and their controls (afd.h). */
#include "ws2_32_private.h"

int afd_error(NTSTATUS status)
{
    static const struct {
        NTSTATUS status;
        int error;
    } errors[] = {
        { STATUS_PENDING, WSA_IO_PENDING },
        { STATUS_TIMEOUT, WSAETIMEDOUT },
        { STATUS_BUFFER_OVERFLOW, WSAEMSGSIZE },
        { STATUS_DEVICE_NOT_READY, WSAEWOULDBLOCK },
        { STATUS_INVALID_HANDLE, WSAENOTSOCK },
        { STATUS_OBJECT_TYPE_MISMATCH, WSAENOTSOCK },
        { STATUS_INVALID_DEVICE_REQUEST, WSAENOTSOCK },
        { STATUS_INVALID_PARAMETER, WSAEINVAL },
        { STATUS_ACCESS_VIOLATION, WSAEFAULT },
        { STATUS_ACCESS_DENIED, WSAEACCES },
        { STATUS_CONNECTION_RESET, WSAECONNRESET },
        { STATUS_CONNECTION_REFUSED, WSAECONNREFUSED },
        { STATUS_CONNECTION_ABORTED, WSAECONNABORTED },
        { STATUS_INVALID_CONNECTION, WSAENOTCONN },
        { STATUS_CONNECTION_ACTIVE, WSAEISCONN },
        { STATUS_PIPE_DISCONNECTED, WSAESHUTDOWN },
        { STATUS_IO_TIMEOUT, WSAETIMEDOUT },
        { STATUS_NETWORK_UNREACHABLE, WSAENETUNREACH },
        { STATUS_HOST_UNREACHABLE, WSAEHOSTUNREACH },
        { STATUS_ADDRESS_ALREADY_EXISTS, WSAEADDRINUSE },
        { STATUS_INVALID_ADDRESS_COMPONENT, WSAEADDRNOTAVAIL },
        { STATUS_INVALID_BUFFER_SIZE, WSAEMSGSIZE },
        { STATUS_INSUFFICIENT_RESOURCES, WSAENOBUFS },
        { STATUS_NO_MEMORY, WSAENOBUFS },
        { STATUS_TOO_MANY_OPENED_FILES, WSAEMFILE },
        { STATUS_NOT_SUPPORTED, WSAEOPNOTSUPP },
        { STATUS_CANCELLED, WSA_OPERATION_ABORTED },
        { STATUS_OBJECT_NAME_INVALID, WSAEINVAL },
        { STATUS_OBJECT_PATH_NOT_FOUND, WSAENETUNREACH },
    };

    if (!status)
        return 0;
    for (unsigned i = 0; i < ARRAY_SIZE(errors); i++)
        if (errors[i].status == status)
            return errors[i].error;
    return (int)RtlNtStatusToDosError(status);
}

int afd_control(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size, DWORD *returned)
{
    IO_STATUS_BLOCK iosb = { .Information = 0 };
    NTSTATUS status;

    if (!winsock_started())
        return SOCKET_ERROR;
    /* On an overlapped handle too the controls that come here are never left pending. */
    status = NtDeviceIoControlFile((HANDLE)s, NULL, NULL, NULL, &iosb, code, (void *)in, in_size, out, out_size);
    if (returned)
        *returned = (DWORD)iosb.Information;
    return status ? ws_fail(afd_error(status)) : 0;
}

/* The completion routine is the APC's context, the WSAOVERLAPPED begins with the status block. */
static void NTAPI call_completion(void *context, IO_STATUS_BLOCK *iosb, ULONG reserved)
{
    LPWSAOVERLAPPED_COMPLETION_ROUTINE completion = (LPWSAOVERLAPPED_COMPLETION_ROUTINE)context;

    (void)reserved;
    completion((DWORD)afd_error(iosb->Status), (DWORD)iosb->Information, (LPWSAOVERLAPPED)iosb, 0);
}

int afd_request(SOCKET s, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size, DWORD *returned,
                LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion)
{
    IO_STATUS_BLOCK *iosb = (IO_STATUS_BLOCK *)overlapped;
    ULONG_PTR event;
    NTSTATUS status;

    if (!overlapped)
        return afd_control(s, code, in, in_size, out, out_size, returned);
    if (!winsock_started())
        return SOCKET_ERROR;
    event = completion ? 0 : (ULONG_PTR)overlapped->hEvent;
    iosb->Status = STATUS_PENDING;
    /* An event with its lowest bit set keeps the request from its completion port (GetQueuedCompletionStatus' page). */
    status = NtDeviceIoControlFile((HANDLE)s, (HANDLE)(event & ~(ULONG_PTR)1), completion ? call_completion : NULL,
                                   completion  ? (void *)completion
                                   : event & 1 ? NULL
                                               : overlapped,
                                   iosb, code, (void *)in, in_size, out, out_size);
    /* A warning (the datagram was larger) is no failure: it is told as the end of a request, by packet, event or routine. */
    if (status == STATUS_PENDING || (ULONG)status >> 30 == 2)
        return ws_fail(WSA_IO_PENDING);
    if (returned)
        *returned = (DWORD)iosb->Information;
    if (status)
        return ws_fail(afd_error(status));
    return 0;
}

SOCKET afd_open(int family, int type, int protocol, DWORD flags)
{
    static const UNICODE_STRING name = { 22, 24, (WCHAR *)L"\\Device\\Afd" };
    OBJECT_ATTRIBUTES attr = { sizeof(attr),
                               NULL,
                               (UNICODE_STRING *)&name,
                               OBJ_CASE_INSENSITIVE | (flags & WSA_FLAG_NO_HANDLE_INHERIT ? 0 : OBJ_INHERIT),
                               NULL,
                               NULL };
    struct afd_create create = { (uint32_t)family, (uint32_t)type, (uint32_t)protocol };
    IO_STATUS_BLOCK iosb;
    HANDLE handle;
    NTSTATUS status;

    status = NtCreateFile(&handle, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attr, &iosb, NULL, 0,
                          FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN_IF,
                          flags & WSA_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    if (status) {
        WSASetLastError(afd_error(status));
        return INVALID_SOCKET;
    }
    if (family && afd_control((SOCKET)handle, AFD_CREATE, &create, sizeof(create), NULL, 0, NULL)) {
        int error = WSAGetLastError();
        NtClose(handle);
        WSASetLastError(error);
        return INVALID_SOCKET;
    }
    return (SOCKET)handle;
}

const void *afd_address(const struct sockaddr *addr, int *length, struct afd_unix_address *buffer)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)addr;
    WCHAR path[UNIX_PATH_MAX + 1];
    UNICODE_STRING nt;
    int count;

    if (!addr || *length < (int)sizeof(addr->sa_family) || addr->sa_family != AF_UNIX)
        return addr;
    buffer->family = AF_UNIX;
    for (count = 0; count < UNIX_PATH_MAX && count < *length - 2 && un->sun_path[count];)
        count++;
    *length = sizeof(buffer->family);
    count = count ? MultiByteToWideChar(CP_UTF8, 0, un->sun_path, count, path, UNIX_PATH_MAX) : 0;
    path[count] = 0;
    if (!count || !RtlDosPathNameToNtPathName_U(path, &nt, NULL, NULL))
        return buffer;
    if (nt.Length <= sizeof(buffer->path)) {
        memcpy(buffer->path, nt.Buffer, nt.Length);
        *length += nt.Length;
    }
    RtlFreeUnicodeString(&nt);
    return buffer;
}
