/* SPDX-License-Identifier: MIT */
/*
 * etw.c: event tracing for providers. No trace session exists, so every provider is disabled: registering works, nothing
 * that is written has a reader, which is success (EventWrite: "returns ERROR_SUCCESS if ... no session enabled it").
 */
#include "ntdll_private.h"
#include <evntprov.h>
#include <wmistr.h>
#include <evntrace.h>

/* A registration's handle: its index, which nobody looks at again but to refuse zero. */
static LONG registrations;

ULONG NTAPI EtwEventRegister(const GUID *provider, PENABLECALLBACK callback, PVOID context, REGHANDLE *handle)
{
    (void)callback, (void)context;
    if (!provider || !handle)
        return ERROR_INVALID_PARAMETER;
    *handle = (REGHANDLE)InterlockedIncrement(&registrations);
    return ERROR_SUCCESS;
}

ULONG NTAPI EtwEventUnregister(REGHANDLE handle)
{
    return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

BOOLEAN NTAPI EtwEventEnabled(REGHANDLE handle, const EVENT_DESCRIPTOR *event)
{
    (void)handle, (void)event;
    return FALSE;
}

BOOLEAN NTAPI EtwEventProviderEnabled(REGHANDLE handle, UCHAR level, ULONGLONG keyword)
{
    (void)handle, (void)level, (void)keyword;
    return FALSE;
}

ULONG NTAPI EtwEventSetInformation(REGHANDLE handle, ULONG cls, PVOID info, ULONG size)
{
    (void)cls, (void)info, (void)size;
    return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWrite(REGHANDLE handle, const EVENT_DESCRIPTOR *event, ULONG count, EVENT_DATA_DESCRIPTOR *data)
{
    (void)event, (void)count, (void)data;
    return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventWriteTransfer(REGHANDLE handle, const EVENT_DESCRIPTOR *event, const GUID *activity,
                                  const GUID *related, ULONG count, EVENT_DATA_DESCRIPTOR *data)
{
    (void)activity, (void)related;
    return EtwEventWrite(handle, event, count, data);
}

ULONG NTAPI EtwEventWriteEx(REGHANDLE handle, const EVENT_DESCRIPTOR *event, ULONG64 filter, ULONG flags,
                            const GUID *activity, const GUID *related, ULONG count, EVENT_DATA_DESCRIPTOR *data)
{
    (void)filter, (void)flags, (void)activity, (void)related;
    return EtwEventWrite(handle, event, count, data);
}

ULONG NTAPI EtwEventWriteFull(REGHANDLE handle, const EVENT_DESCRIPTOR *event, USHORT property, const GUID *activity,
                              const GUID *related, ULONG count, EVENT_DATA_DESCRIPTOR *data)
{
    (void)property, (void)activity, (void)related;
    return EtwEventWrite(handle, event, count, data);
}

ULONG NTAPI EtwEventWriteString(REGHANDLE handle, UCHAR level, ULONGLONG keyword, LPCWSTR text)
{
    (void)level, (void)keyword, (void)text;
    return handle ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwEventActivityIdControl(ULONG code, GUID *activity)
{
    static LONG next;
    GUID *current = &nt_teb()->ActivityId, fresh = { 0 }, old = *current;

    if (!activity)
        return ERROR_INVALID_PARAMETER;
    fresh.Data1 = InterlockedIncrement(&next);
    fresh.Data2 = (USHORT)(ULONG_PTR)nt_teb()->ClientId.UniqueProcess;
    fresh.Data4[0] = 0x80;
    switch (code) {
    case EVENT_ACTIVITY_CTRL_GET_ID:
        *activity = *current;
        return ERROR_SUCCESS;
    case EVENT_ACTIVITY_CTRL_SET_ID:
        *current = *activity;
        return ERROR_SUCCESS;
    case EVENT_ACTIVITY_CTRL_CREATE_ID:
        *activity = fresh;
        return ERROR_SUCCESS;
    case EVENT_ACTIVITY_CTRL_GET_SET_ID:
        *current = *activity;
        *activity = old;
        return ERROR_SUCCESS;
    case EVENT_ACTIVITY_CTRL_CREATE_SET_ID:
        *activity = old;
        *current = fresh;
        return ERROR_SUCCESS;
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

ULONG NTAPI EtwRegisterTraceGuidsW(PVOID request, PVOID context, const GUID *control, ULONG count, PVOID guids,
                                   LPCWSTR path, LPCWSTR resource, ULONG64 *handle)
{
    (void)request, (void)context, (void)count, (void)guids, (void)path, (void)resource;
    if (!control || !handle)
        return ERROR_INVALID_PARAMETER;
    *handle = (ULONG64)InterlockedIncrement(&registrations);
    return ERROR_SUCCESS;
}

ULONG NTAPI EtwRegisterTraceGuidsA(PVOID request, PVOID context, const GUID *control, ULONG count, PVOID guids,
                                   LPCSTR path, LPCSTR resource, ULONG64 *handle)
{
    (void)path, (void)resource;
    return EtwRegisterTraceGuidsW(request, context, control, count, guids, NULL, NULL, handle);
}

/* TraceEvent: there is no session that a handle could be of. */
ULONG NTAPI EtwLogTraceEvent(ULONG64 session, const EVENT_TRACE_HEADER *event);
ULONG NTAPI EtwLogTraceEvent(ULONG64 session, const EVENT_TRACE_HEADER *event)
{
    if (!session || !event)
        return ERROR_INVALID_PARAMETER;
    if (!(event->Flags & WNODE_FLAG_TRACED_GUID))
        return ERROR_INVALID_FLAG_NUMBER;
    return ERROR_INVALID_HANDLE;
}

ULONG NTAPI EtwUnregisterTraceGuids(ULONG64 handle)
{
    return handle ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}
