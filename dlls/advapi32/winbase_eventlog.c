/* SPDX-License-Identifier: MIT */
/*
 * winbase_eventlog.c: the event log (winbase.h). No service keeps one, which callers see as on a system whose event-log service
 * is stopped: nothing opens, so every handle is invalid.
 */
#include "advapi32_private.h"

static HANDLE cannot_open(const void *name)
{
    SetLastError(name ? RPC_S_SERVER_UNAVAILABLE : ERROR_INVALID_PARAMETER);
    return NULL;
}

HANDLE WINAPI OpenEventLogW(LPCWSTR server, LPCWSTR source)
{
    (void)server;
    return cannot_open(source);
}

HANDLE WINAPI OpenEventLogA(LPCSTR server, LPCSTR source)
{
    (void)server;
    return cannot_open(source);
}

HANDLE WINAPI OpenBackupEventLogW(LPCWSTR server, LPCWSTR file)
{
    (void)server;
    return cannot_open(file);
}

HANDLE WINAPI OpenBackupEventLogA(LPCSTR server, LPCSTR file)
{
    (void)server;
    return cannot_open(file);
}

BOOL WINAPI CloseEventLog(HANDLE log)
{
    (void)log;
    return fail(ERROR_INVALID_HANDLE);
}

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

BOOL WINAPI ReadEventLogW(HANDLE log, DWORD flags, DWORD offset, LPVOID buffer, DWORD size, DWORD *read, DWORD *needed)
{
    (void)log, (void)flags, (void)offset, (void)buffer, (void)size, (void)read, (void)needed;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ReadEventLogA(HANDLE log, DWORD flags, DWORD offset, LPVOID buffer, DWORD size, DWORD *read, DWORD *needed)
{
    (void)log, (void)flags, (void)offset, (void)buffer, (void)size, (void)read, (void)needed;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI GetNumberOfEventLogRecords(HANDLE log, PDWORD count)
{
    (void)log, (void)count;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI GetOldestEventLogRecord(HANDLE log, PDWORD oldest)
{
    (void)log, (void)oldest;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI GetEventLogInformation(HANDLE log, DWORD level, LPVOID buffer, DWORD size, LPDWORD needed)
{
    (void)log, (void)level, (void)buffer, (void)size, (void)needed;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI NotifyChangeEventLog(HANDLE log, HANDLE event)
{
    (void)log, (void)event;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ClearEventLogW(HANDLE log, LPCWSTR file)
{
    (void)log, (void)file;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI ClearEventLogA(HANDLE log, LPCSTR file)
{
    (void)log, (void)file;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI BackupEventLogW(HANDLE log, LPCWSTR file)
{
    (void)log, (void)file;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI BackupEventLogA(HANDLE log, LPCSTR file)
{
    (void)log, (void)file;
    return fail(ERROR_INVALID_HANDLE);
}
