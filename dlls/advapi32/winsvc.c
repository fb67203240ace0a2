/* SPDX-License-Identifier: MIT */
/* winsvc.c: a program that is no service learns here that it is none. Services themselves are not there yet. */
#include "advapi32_private.h"
#include <winsvc.h>

/* Documented: ERROR_FAILED_SERVICE_CONTROLLER_CONNECT if the program runs as a console application. */
BOOL WINAPI StartServiceCtrlDispatcherW(const SERVICE_TABLE_ENTRYW *table)
{
    if (!table)
        return fail(ERROR_INVALID_DATA);
    return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
}

BOOL WINAPI StartServiceCtrlDispatcherA(const SERVICE_TABLE_ENTRYA *table)
{
    if (!table)
        return fail(ERROR_INVALID_DATA);
    return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
}

/* --- event log (winbase.h): no service keeps one, which callers see as on a system whose event-log service is stopped --- */

BOOL WINAPI DeregisterEventSource(HANDLE source)
{
    (void)source;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ReportEventW(HANDLE source, WORD type, WORD category, DWORD id, PSID user, WORD count, DWORD size,
                         LPCWSTR *strings, LPVOID data)
{
    (void)source, (void)type, (void)category, (void)id, (void)user, (void)count, (void)size, (void)strings, (void)data;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ReportEventA(HANDLE source, WORD type, WORD category, DWORD id, PSID user, WORD count, DWORD size,
                         LPCSTR *strings, LPVOID data)
{
    (void)source, (void)type, (void)category, (void)id, (void)user, (void)count, (void)size, (void)strings, (void)data;
    return fail(ERROR_INVALID_HANDLE);
}
