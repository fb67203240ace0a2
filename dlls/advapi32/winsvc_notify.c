/* SPDX-License-Identifier: MIT */
/*
 * winsvc_notify.c: NotifyServiceStatusChange and WaitServiceState. A notification is a connection that the manager answers when it happens;
 * its completion routine runs in the thread that asked, in an alertable wait, which is how the callback is documented to come.
 */
#include "winsvc_private.h"

struct notification {
    OVERLAPPED overlapped;
    struct service_handle *handle; /* NULL: it was closed */
    HANDLE pipe;
    SERVICE_NOTIFYW *buffer;
    BOOL wide;
    BYTE data[1024];
};

static DWORD transfer(HANDLE pipe, BOOL write, void *data, DWORD size, DWORD *bytes)
{
    OVERLAPPED overlapped = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
    DWORD error = 0;
    BOOL ok;

    if (!overlapped.hEvent)
        return GetLastError();
    ok = write ? WriteFile(pipe, data, size, NULL, &overlapped) : ReadFile(pipe, data, size, NULL, &overlapped);
    if ((!ok && GetLastError() != ERROR_IO_PENDING) || !GetOverlappedResult(pipe, &overlapped, bytes, TRUE))
        error = GetLastError();
    CloseHandle(overlapped.hEvent);
    return error;
}

/* The manager has taken the request; what happens then is the next message. */
static DWORD ask(struct service_handle *handle, DWORD mask, DWORD seen, HANDLE *pipe)
{
    struct packet request = { 0 };
    DWORD answer = 0, bytes = 0, error;

    if (!(*pipe = services_connect(FALSE, FILE_FLAG_OVERLAPPED)))
        return GetLastError();
    packet_put(&request, SERVICES_NOTIFY);
    packet_put(&request, !handle->service);
    packet_put_text(&request, handle->service ? handle->name : NULL);
    packet_put(&request, mask);
    packet_put(&request, seen);
    error = request.bad ? ERROR_NOT_ENOUGH_MEMORY : transfer(*pipe, TRUE, request.data, request.size, &bytes);
    if (!error)
        error = transfer(*pipe, FALSE, &answer, sizeof(answer), &bytes);
    packet_free(&request);
    if (!error && bytes == sizeof(answer))
        error = answer;
    if (error)
        CloseHandle(*pipe);
    return error;
}

/* Names of services that were created begin with a slash; the caller frees the list with LocalFree. */
static void *service_names(const WCHAR *name, BOOL created, BOOL wide)
{
    SIZE_T length = wcslen(name) + 3;
    WCHAR *list = LocalAlloc(LMEM_ZEROINIT, length * 4);

    if (!list)
        return NULL;
    if (created)
        list[0] = '/';
    wcscpy(list + created, name);
    if (!wide) {
        char *ansi = ansi_dup(list);
        memset(list, 0, length * 4);
        if (ansi)
            strcpy((char *)list, ansi);
        heap_free(ansi);
    }
    return list;
}

static void CALLBACK happened(DWORD error, DWORD bytes, OVERLAPPED *overlapped)
{
    struct notification *notification = (struct notification *)overlapped;
    struct packet packet = { .data = notification->data, .size = bytes };
    struct service_handle *handle = notification->handle;
    SERVICE_NOTIFYW *buffer = notification->buffer;
    SERVICE_STATUS_PROCESS status;
    const WCHAR *name;
    DWORD what;

    if (!handle) {
        heap_free(notification);
        return;
    }
    handle->notification = NULL;
    if (!error)
        error = packet_get(&packet);
    what = packet_get(&packet);
    packet_get_struct(&packet, &status, sizeof(status));
    handle->seen = packet_get(&packet);
    name = packet_get_text(&packet);
    buffer->dwNotificationStatus = packet.bad && !error ? RPC_S_CALL_FAILED : error;
    if (!buffer->dwNotificationStatus) {
        buffer->ServiceStatus = status;
        if (buffer->dwVersion >= SERVICE_NOTIFY_STATUS_CHANGE_2) {
            BOOL list = what & (SERVICE_NOTIFY_CREATED | SERVICE_NOTIFY_DELETED);
            buffer->dwNotificationTriggered = what;
            buffer->pszServiceNames =
                list && name ? service_names(name, what == SERVICE_NOTIFY_CREATED, notification->wide) : NULL;
        }
    }
    CloseHandle(notification->pipe);
    heap_free(notification);
    buffer->pfnNotifyCallback(buffer);
}

#define MANAGER_MASK (SERVICE_NOTIFY_CREATED | SERVICE_NOTIFY_DELETED)
#define SERVICE_MASK 0x27f

static DWORD notify(SC_HANDLE value, DWORD mask, SERVICE_NOTIFYW *buffer, BOOL wide)
{
    struct service_handle *handle = service_check_any(value);
    struct notification *notification;
    DWORD error;

    if (!handle)
        return ERROR_INVALID_HANDLE;
    if (!buffer || !buffer->pfnNotifyCallback || !mask ||
        mask & ~(DWORD)(handle->service ? SERVICE_MASK : MANAGER_MASK))
        return ERROR_INVALID_PARAMETER;
    if (buffer->dwVersion != SERVICE_NOTIFY_STATUS_CHANGE_1 && buffer->dwVersion != SERVICE_NOTIFY_STATUS_CHANGE_2)
        return ERROR_INVALID_LEVEL;
    if (handle->notification)
        return ERROR_ALREADY_REGISTERED;
    if (!(notification = heap_alloc(sizeof(*notification))))
        return ERROR_NOT_ENOUGH_MEMORY;
    memset(&notification->overlapped, 0, sizeof(OVERLAPPED));
    notification->handle = handle;
    notification->buffer = buffer;
    notification->wide = wide;
    error = ask(handle, mask, handle->seen, &notification->pipe);
    if (!error && !ReadFileEx(notification->pipe, notification->data, sizeof(notification->data),
                              &notification->overlapped, happened)) {
        error = GetLastError();
        CloseHandle(notification->pipe);
    }
    if (error)
        heap_free(notification);
    else
        handle->notification = notification;
    return error;
}

DWORD WINAPI NotifyServiceStatusChangeW(SC_HANDLE handle, DWORD mask, PSERVICE_NOTIFYW buffer)
{
    return notify(handle, mask, buffer, TRUE);
}

DWORD WINAPI NotifyServiceStatusChangeA(SC_HANDLE handle, DWORD mask, PSERVICE_NOTIFYA buffer)
{
    return notify(handle, mask, (SERVICE_NOTIFYW *)buffer, FALSE);
}

/* "To cancel outstanding notifications, close the service handle": the completion routine frees what is left. */
void notification_cancel(struct service_handle *handle)
{
    if (!handle->notification)
        return;
    handle->notification->handle = NULL;
    CloseHandle(handle->notification->pipe);
}

/* Until the service is in one of the states (SERVICE_NOTIFY_*), the time is over, or the event is set. */
DWORD WINAPI WaitServiceState(SC_HANDLE value, DWORD mask, DWORD timeout, HANDLE cancel)
{
    struct service_handle *handle = service_check(value, TRUE);
    OVERLAPPED overlapped = { 0 };
    HANDLE waits[2] = { NULL, cancel }, pipe;
    BYTE data[1024];
    DWORD error, bytes;

    if (!handle)
        return ERROR_INVALID_HANDLE;
    if (!mask || mask & ~(DWORD)SERVICE_MASK)
        return ERROR_INVALID_PARAMETER;
    if ((error = ask(handle, mask, 0, &pipe)))
        return error;
    if (!(overlapped.hEvent = waits[0] = CreateEventW(NULL, TRUE, FALSE, NULL))) {
        CloseHandle(pipe);
        return GetLastError();
    }
    if (!ReadFile(pipe, data, sizeof(data), NULL, &overlapped) && GetLastError() != ERROR_IO_PENDING) {
        error = GetLastError();
    } else {
        DWORD which = WaitForMultipleObjects(cancel ? 2 : 1, waits, FALSE, timeout);
        if (which != WAIT_OBJECT_0) {
            CancelIoEx(pipe, &overlapped);
            error = which == WAIT_TIMEOUT        ? ERROR_TIMEOUT
                    : which == WAIT_OBJECT_0 + 1 ? ERROR_CANCELLED
                                                 : GetLastError();
        }
        if (!GetOverlappedResult(pipe, &overlapped, &bytes, TRUE) && !error)
            error = GetLastError();
    }
    CloseHandle(overlapped.hEvent);
    CloseHandle(pipe);
    return error;
}
