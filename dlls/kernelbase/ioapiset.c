/* SPDX-License-Identifier: MIT */
/* ioapiset.c: overlapped requests, completion ports, device control. */
#include "kernelbase_private.h"
#include <winioctl.h>

/* --- overlapped requests --- */

BOOL WINAPI GetOverlappedResultEx(HANDLE file, OVERLAPPED *overlapped, DWORD *transferred, DWORD milliseconds,
                                  BOOL alertable)
{
    NTSTATUS status = __atomic_load_n((LONG volatile *)&overlapped->Internal, __ATOMIC_ACQUIRE);
    HANDLE event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);

    if (status == STATUS_PENDING) {
        if (!milliseconds)
            return fail(ERROR_IO_INCOMPLETE);
        switch (WaitForSingleObjectEx(event ? event : file, milliseconds, alertable)) {
        case WAIT_OBJECT_0:
            break;
        case WAIT_TIMEOUT:
            return fail(WAIT_TIMEOUT);
        case WAIT_IO_COMPLETION:
            return fail(WAIT_IO_COMPLETION);
        default:
            return FALSE;
        }
        status = __atomic_load_n((LONG volatile *)&overlapped->Internal, __ATOMIC_ACQUIRE);
        /* The event was signalled by something else. */
        if (status == STATUS_PENDING)
            return fail(ERROR_IO_INCOMPLETE);
    }
    *transferred = overlapped->InternalHigh;
    return set_ntstatus(status);
}

BOOL WINAPI GetOverlappedResult(HANDLE file, OVERLAPPED *overlapped, DWORD *transferred, BOOL wait)
{
    return GetOverlappedResultEx(file, overlapped, transferred, wait ? INFINITE : 0, FALSE);
}

BOOL WINAPI CancelIo(HANDLE file)
{
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtCancelIoFile(file, &iosb));
}

BOOL WINAPI CancelIoEx(HANDLE file, OVERLAPPED *overlapped)
{
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtCancelIoFileEx(file, overlapped, &iosb));
}

BOOL WINAPI CancelSynchronousIo(HANDLE thread)
{
    IO_STATUS_BLOCK iosb;

    return set_ntstatus(NtCancelSynchronousIoFile(thread, NULL, &iosb));
}

/* --- completion ports --- */

HANDLE WINAPI CreateIoCompletionPort(HANDLE file, HANDLE existing, ULONG_PTR key, DWORD threads)
{
    FILE_COMPLETION_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    HANDLE port = existing;
    NTSTATUS status;

    if (file == INVALID_HANDLE_VALUE && existing)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!port && !set_ntstatus(NtCreateIoCompletion(&port, IO_COMPLETION_ALL_ACCESS, NULL, threads)))
        return NULL;
    if (file == INVALID_HANDLE_VALUE)
        return port;
    info.Port = port;
    info.Key = (void *)key;
    status = NtSetInformationFile(file, &iosb, &info, sizeof(info), FileCompletionInformation);
    if (set_ntstatus(status))
        return port;
    if (!existing)
        NtClose(port);
    return NULL;
}

BOOL WINAPI PostQueuedCompletionStatus(HANDLE port, DWORD transferred, ULONG_PTR key, OVERLAPPED *overlapped)
{
    return set_ntstatus(NtSetIoCompletion(port, (void *)key, overlapped, STATUS_SUCCESS, transferred));
}

BOOL WINAPI GetQueuedCompletionStatus(HANDLE port, DWORD *transferred, ULONG_PTR *key, OVERLAPPED **overlapped,
                                      DWORD milliseconds)
{
    LARGE_INTEGER time;
    IO_STATUS_BLOCK iosb;
    void *key_context, *apc_context;
    NTSTATUS status;

    *overlapped = NULL;
    status = NtRemoveIoCompletion(port, &key_context, &apc_context, &iosb, relative_timeout(&time, milliseconds));
    if (status == STATUS_TIMEOUT)
        return fail(WAIT_TIMEOUT);
    if (status == STATUS_ABANDONED)
        return fail(ERROR_ABANDONED_WAIT_0);
    if (!set_ntstatus(status))
        return FALSE;
    /* A packet of a failed request: FALSE, with everything filled in. */
    *key = (ULONG_PTR)key_context;
    *transferred = iosb.Information;
    *overlapped = apc_context;
    return set_ntstatus(iosb.Status);
}

NT_STATIC_ASSERT(sizeof(OVERLAPPED_ENTRY) == sizeof(FILE_IO_COMPLETION_INFORMATION));

BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE port, OVERLAPPED_ENTRY *entries, ULONG count, ULONG *removed,
                                        DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status;

    if (!count)
        return fail(ERROR_INVALID_PARAMETER);
    /* The entry's members are the same three words, Internal being the status. */
    status = NtRemoveIoCompletionEx(port, entries, count, removed, relative_timeout(&time, milliseconds), !!alertable);
    switch (status) {
    case STATUS_SUCCESS:
        return TRUE;
    case STATUS_TIMEOUT:
        return fail(WAIT_TIMEOUT);
    case STATUS_USER_APC:
        return fail(WAIT_IO_COMPLETION);
    case STATUS_ABANDONED:
        return fail(ERROR_ABANDONED_WAIT_0);
    }
    return set_ntstatus(status);
}

BOOL WINAPI SetFileCompletionNotificationModes(HANDLE file, UCHAR flags)
{
    FILE_IO_COMPLETION_NOTIFICATION_INFORMATION info = { flags };
    IO_STATUS_BLOCK iosb;

    if (flags & ~(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE))
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(
        NtSetInformationFile(file, &iosb, &info, sizeof(info), FileIoCompletionNotificationInformation));
}

BOOL WINAPI BindIoCompletionCallback(HANDLE file, LPOVERLAPPED_COMPLETION_ROUTINE function, ULONG flags)
{
    return set_ntstatus(RtlSetIoCompletionCallback(file, (void *)function, flags));
}

/* --- device control --- */

BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size,
                            DWORD *returned, OVERLAPPED *overlapped)
{
    BOOL fs = DEVICE_TYPE_FROM_CTL_CODE(code) == FILE_DEVICE_FILE_SYSTEM;
    IO_STATUS_BLOCK own, *iosb = overlapped ? (IO_STATUS_BLOCK *)overlapped : &own;
    HANDLE event = NULL;
    void *context = NULL;
    NTSTATUS status;

    if (overlapped) {
        overlapped->Internal = STATUS_PENDING;
        overlapped->InternalHigh = 0;
        event = overlapped->hEvent;
        context = (ULONG_PTR)event & 1 ? NULL : overlapped;
    }
    own.Information = 0;
    device = std_handle_value(device);
    if (fs)
        status = NtFsControlFile(device, event, NULL, context, iosb, code, in, in_size, out, out_size);
    else
        status = NtDeviceIoControlFile(device, event, NULL, context, iosb, code, in, in_size, out, out_size);
    if (status == STATUS_PENDING) {
        if (overlapped)
            return fail(ERROR_IO_PENDING);
        NtWaitForSingleObject(device, FALSE, NULL);
        status = own.Status;
    }
    if (returned)
        *returned = NT_ERROR(status) ? 0 : iosb->Information;
    return set_ntstatus(status);
}
