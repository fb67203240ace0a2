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

/* clang-format off */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define NO_LOG(name, ...) BOOL WINAPI name(__VA_ARGS__) { return fail(ERROR_INVALID_HANDLE); }
NO_LOG(CloseEventLog, HANDLE log)
NO_LOG(DeregisterEventSource, HANDLE source)
NO_LOG(ReportEventW, HANDLE source, WORD type, WORD category, DWORD id, PSID user, WORD count, DWORD size,
       LPCWSTR *strings, LPVOID data)
NO_LOG(ReportEventA, HANDLE source, WORD type, WORD category, DWORD id, PSID user, WORD count, DWORD size,
       LPCSTR *strings, LPVOID data)
NO_LOG(ReadEventLogW, HANDLE log, DWORD flags, DWORD offset, LPVOID buffer, DWORD size, DWORD *read, DWORD *needed)
NO_LOG(ReadEventLogA, HANDLE log, DWORD flags, DWORD offset, LPVOID buffer, DWORD size, DWORD *read, DWORD *needed)
NO_LOG(GetNumberOfEventLogRecords, HANDLE log, PDWORD count)
NO_LOG(GetOldestEventLogRecord, HANDLE log, PDWORD oldest)
NO_LOG(GetEventLogInformation, HANDLE log, DWORD level, LPVOID buffer, DWORD size, LPDWORD needed)
NO_LOG(NotifyChangeEventLog, HANDLE log, HANDLE event)
NO_LOG(ClearEventLogW, HANDLE log, LPCWSTR file)
NO_LOG(ClearEventLogA, HANDLE log, LPCSTR file)
NO_LOG(BackupEventLogW, HANDLE log, LPCWSTR file)
NO_LOG(BackupEventLogA, HANDLE log, LPCSTR file)
/* clang-format on */
