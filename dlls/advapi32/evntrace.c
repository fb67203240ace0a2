/* SPDX-License-Identifier: MIT */
/*
 * evntrace.c: event tracing sessions (evntrace.h). Starting and controlling them is for administrators and members of
 * Performance Log Users, which the user is not; there are none.
 */
#include "advapi32_private.h"
#include <wmistr.h>
#include <evntrace.h>

ULONG WINAPI StartTraceW(PTRACEHANDLE session, LPCWSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return !session || !name || !properties ? ERROR_INVALID_PARAMETER : ERROR_ACCESS_DENIED;
}

ULONG WINAPI StartTraceA(PTRACEHANDLE session, LPCSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return !session || !name || !properties ? ERROR_INVALID_PARAMETER : ERROR_ACCESS_DENIED;
}

/* "ERROR_WMI_INSTANCE_NOT_FOUND: The given session is not running." */
static ULONG control(TRACEHANDLE session, const void *name, const EVENT_TRACE_PROPERTIES *properties)
{
    return !properties || (!session && !name) ? ERROR_INVALID_PARAMETER : ERROR_WMI_INSTANCE_NOT_FOUND;
}

ULONG WINAPI ControlTraceW(TRACEHANDLE session, LPCWSTR name, PEVENT_TRACE_PROPERTIES properties, ULONG code)
{
    return code > EVENT_TRACE_CONTROL_FLUSH ? ERROR_INVALID_PARAMETER : control(session, name, properties);
}

ULONG WINAPI ControlTraceA(TRACEHANDLE session, LPCSTR name, PEVENT_TRACE_PROPERTIES properties, ULONG code)
{
    return code > EVENT_TRACE_CONTROL_FLUSH ? ERROR_INVALID_PARAMETER : control(session, name, properties);
}

ULONG WINAPI StopTraceW(TRACEHANDLE session, LPCWSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI StopTraceA(TRACEHANDLE session, LPCSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI QueryTraceW(TRACEHANDLE session, LPCWSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI QueryTraceA(TRACEHANDLE session, LPCSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI UpdateTraceW(TRACEHANDLE session, LPCWSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI UpdateTraceA(TRACEHANDLE session, LPCSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI FlushTraceW(TRACEHANDLE session, LPCWSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI FlushTraceA(TRACEHANDLE session, LPCSTR name, PEVENT_TRACE_PROPERTIES properties)
{
    return control(session, name, properties);
}

ULONG WINAPI QueryAllTracesW(PEVENT_TRACE_PROPERTIES *properties, ULONG size, PULONG count)
{
    if (!properties || !count || !size || size > 64)
        return ERROR_INVALID_PARAMETER;
    *count = 0;
    return ERROR_SUCCESS;
}

ULONG WINAPI QueryAllTracesA(PEVENT_TRACE_PROPERTIES *properties, ULONG size, PULONG count)
{
    return QueryAllTracesW(properties, size, count);
}

ULONG WINAPI EnableTrace(ULONG enable, ULONG flags, ULONG level, LPCGUID provider, TRACEHANDLE session)
{
    (void)enable, (void)flags, (void)level;
    return !provider || !session ? ERROR_INVALID_PARAMETER : ERROR_WMI_INSTANCE_NOT_FOUND;
}

ULONG WINAPI EnableTraceEx2(TRACEHANDLE session, LPCGUID provider, ULONG code, UCHAR level, ULONGLONG any,
                            ULONGLONG all, ULONG timeout, PENABLE_TRACE_PARAMETERS parameters)
{
    (void)code, (void)level, (void)any, (void)all, (void)timeout, (void)parameters;
    return !provider || !session ? ERROR_INVALID_PARAMETER : ERROR_WMI_INSTANCE_NOT_FOUND;
}

ULONG WINAPI ProcessTrace(PTRACEHANDLE handles, ULONG count, LPFILETIME start, LPFILETIME end)
{
    (void)start, (void)end;
    return !handles || !count ? ERROR_INVALID_PARAMETER : ERROR_INVALID_HANDLE;
}

ULONG WINAPI CloseTrace(TRACEHANDLE handle)
{
    (void)handle;
    return ERROR_INVALID_HANDLE;
}
