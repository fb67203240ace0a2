/* SPDX-License-Identifier: MIT */
/* winbase_eventlog.c: the event log (winbase.h): sources, reporting, reading. dlls/eventlog keeps the logs. */
#include "../eventlog/eventlog_store.h"
#include "advapi32_private.h"

#define HANDLE_MAGIC 0x474c5645u

struct log_handle {
    DWORD magic;
    struct event_log *log;
    DWORD next;                  /* what is read next; 0: not read yet */
    DWORD generation;            /* of the log as it was read */
    HANDLE changes, wait, event; /* NotifyChangeEventLog */
    DWORD seen;
    struct event_log *watched;
    WCHAR source[256];
};

static struct log_handle *check(HANDLE value)
{
    struct log_handle *handle = value;

    if (handle && !((ULONG_PTR)handle & 7) && handle != INVALID_HANDLE_VALUE && handle->magic == HANDLE_MAGIC)
        return handle;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

static HANDLE make_handle(struct event_log *log, const WCHAR *source)
{
    struct log_handle *handle = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*handle));

    if (!handle) {
        store_close(log);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    handle->magic = HANDLE_MAGIC;
    handle->log = log;
    handle->generation = log->generation;
    lstrcpynW(handle->source, source, ARRAY_SIZE(handle->source));
    return handle;
}

static BOOL is_this_machine(const WCHAR *server)
{
    WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(own);

    if (!server || !*server)
        return TRUE;
    if (server[0] == '\\' && server[1] == '\\')
        server += 2;
    return !_wcsicmp(server, L"localhost") || !wcscmp(server, L".") ||
           (GetComputerNameW(own, &size) && !_wcsicmp(server, own));
}

static HANDLE open_log(const WCHAR *server, const WCHAR *name, BOOL report)
{
    struct event_log *log;
    WCHAR log_name[256];
    DWORD error;

    if (!name || !*name || wcslen(name) > 255) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!is_this_machine(server)) {
        SetLastError(RPC_S_SERVER_UNAVAILABLE);
        return NULL;
    }
    store_log_of_source(name, log_name);
    /* "An application cannot write to the Security log": RegisterEventSource */
    error = report && !_wcsicmp(log_name, L"Security") ? ERROR_ACCESS_DENIED : store_open(log_name, report, &log);
    if (!error)
        return make_handle(log, name);
    SetLastError(error);
    return NULL;
}

HANDLE WINAPI RegisterEventSourceW(LPCWSTR server, LPCWSTR source)
{
    return open_log(server, source, TRUE);
}

/* "If a custom log cannot be found, the event logging service opens the Application log." */
HANDLE WINAPI OpenEventLogW(LPCWSTR server, LPCWSTR source)
{
    return open_log(server, source, FALSE);
}

HANDLE WINAPI OpenBackupEventLogW(LPCWSTR server, LPCWSTR file)
{
    struct event_log *log;
    DWORD error;

    if (!file || !*file)
        error = ERROR_INVALID_PARAMETER;
    else
        error = is_this_machine(server) ? store_open_file(file, &log) : RPC_S_SERVER_UNAVAILABLE;
    if (!error)
        return make_handle(log, L"");
    SetLastError(error);
    return NULL;
}

static HANDLE open_ansi(HANDLE(WINAPI *open)(LPCWSTR, LPCWSTR), LPCSTR server, LPCSTR name)
{
    WCHAR *wide_server = wide_dup(server), *wide_name = wide_dup(name);
    HANDLE handle = open(wide_server, wide_name);

    heap_free(wide_server);
    heap_free(wide_name);
    return handle;
}

HANDLE WINAPI RegisterEventSourceA(LPCSTR server, LPCSTR source)
{
    return open_ansi(RegisterEventSourceW, server, source);
}

HANDLE WINAPI OpenEventLogA(LPCSTR server, LPCSTR source)
{
    return open_ansi(OpenEventLogW, server, source);
}

HANDLE WINAPI OpenBackupEventLogA(LPCSTR server, LPCSTR file)
{
    return open_ansi(OpenBackupEventLogW, server, file);
}

static void stop_watching(struct log_handle *handle)
{
    if (!handle->wait)
        return;
    UnregisterWaitEx(handle->wait, INVALID_HANDLE_VALUE);
    FindCloseChangeNotification(handle->changes);
    store_close(handle->watched);
    handle->wait = NULL;
}

BOOL WINAPI CloseEventLog(HANDLE value)
{
    struct log_handle *handle = check(value);

    if (!handle)
        return FALSE;
    stop_watching(handle);
    handle->magic = 0;
    store_close(handle->log);
    heap_free(handle);
    return TRUE;
}

BOOL WINAPI DeregisterEventSource(HANDLE source)
{
    return CloseEventLog(source);
}

/* --- reporting --- */

#define MAX_STRING 31839 /* "Each string is limited to 31,839 characters." */
#define MAX_DATA   61440 /* RPC_S_INVALID_BOUND: more than that */

static DWORD unix_time(void)
{
    ULARGE_INTEGER now;
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    now.LowPart = time.dwLowDateTime;
    now.HighPart = time.dwHighDateTime;
    return (DWORD)((now.QuadPart - 116444736000000000ull) / 10000000);
}

static DWORD put(BYTE *record, DWORD at, const void *data, SIZE_T size)
{
    memcpy(record + at, data, size);
    return at + (DWORD)size;
}

static EVENTLOGRECORD *build_record(const struct log_handle *handle, WORD type, WORD category, DWORD id, PSID user,
                                    WORD count, DWORD data_size, const WCHAR *const *strings, const void *data)
{
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1] = L"";
    DWORD computer_length = ARRAY_SIZE(computer), sid_size = user ? GetLengthSid(user) : 0, at = sizeof(EVENTLOGRECORD);
    SIZE_T total = sizeof(EVENTLOGRECORD) + (wcslen(handle->source) + 1) * sizeof(WCHAR) + sizeof(computer) + sid_size +
                   data_size + 16;
    EVENTLOGRECORD *record;
    BYTE *bytes;

    for (WORD i = 0; i < count; i++)
        total += (wcslen(strings[i]) + 1) * sizeof(WCHAR);
    if (!(record = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, total)))
        return NULL;
    bytes = (BYTE *)record;
    GetComputerNameW(computer, &computer_length);
    at = put(bytes, at, handle->source, (wcslen(handle->source) + 1) * sizeof(WCHAR));
    at = put(bytes, at, computer, (wcslen(computer) + 1) * sizeof(WCHAR));
    at = (at + 3) & ~3u;
    record->UserSidOffset = at;
    record->UserSidLength = sid_size;
    at = put(bytes, at, user, sid_size);
    record->StringOffset = at;
    for (WORD i = 0; i < count; i++)
        at = put(bytes, at, strings[i], (wcslen(strings[i]) + 1) * sizeof(WCHAR));
    record->DataOffset = at;
    record->DataLength = data_size;
    at = put(bytes, at, data, data_size);
    at = (at + 3) & ~3u;
    record->Length = at + 4;
    memcpy(bytes + at, &record->Length, 4);
    record->Reserved = ELF_SIGNATURE;
    record->TimeGenerated = record->TimeWritten = unix_time();
    record->EventID = id;
    record->EventType = type;
    record->EventCategory = category;
    record->NumStrings = count;
    return record;
}

BOOL WINAPI ReportEventW(HANDLE source, WORD type, WORD category, DWORD id, PSID user, WORD count, DWORD size,
                         LPCWSTR *strings, LPVOID data)
{
    struct log_handle *handle = check(source);
    EVENTLOGRECORD *record;
    DWORD error;

    if (!handle)
        return FALSE;
    if ((count && !strings) || (size && !data) || (user && !IsValidSid(user)))
        return fail(ERROR_INVALID_PARAMETER);
    for (WORD i = 0; i < count; i++)
        if (!strings[i] || wcslen(strings[i]) > MAX_STRING)
            return fail(strings[i] ? RPC_S_INVALID_BOUND : ERROR_INVALID_PARAMETER);
    if (size > MAX_DATA)
        return fail(RPC_S_INVALID_BOUND);
    if (!(record = build_record(handle, type, category, id, user, count, size, strings, data)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    error = store_append(handle->log, record);
    heap_free(record);
    return error ? fail(error) : TRUE;
}

BOOL WINAPI ReportEventA(HANDLE source, WORD type, WORD category, DWORD id, PSID user, WORD count, DWORD size,
                         LPCSTR *strings, LPVOID data)
{
    WCHAR **wide = NULL;
    BOOL ok = TRUE;

    if (count && !strings)
        return fail(ERROR_INVALID_PARAMETER);
    if (count && !(wide = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, count * sizeof(*wide))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (WORD i = 0; i < count && ok; i++)
        ok = !strings[i] || (wide[i] = wide_dup(strings[i]));
    ok = ok && ReportEventW(source, type, category, id, user, count, size, (const WCHAR **)wide, data);
    for (WORD i = 0; i < count; i++)
        heap_free(wide[i]);
    heap_free(wide);
    return ok;
}

/* --- reading --- */

/* The same record with its texts in the code page. */
static EVENTLOGRECORD *to_ansi(EVENTLOGRECORD *record)
{
    BYTE *from = (BYTE *)record, *bytes = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, record->Length * 2);
    EVENTLOGRECORD *ansi = (EVENTLOGRECORD *)bytes;
    const WCHAR *text = (const WCHAR *)(from + sizeof(*record)), *end = (const WCHAR *)(from + record->Length);
    DWORD at = sizeof(*record);

    if (!bytes)
        return NULL;
    *ansi = *record;
    for (int i = 0; i < 2 && text < end; i++, text += wcslen(text) + 1)
        at += WideCharToMultiByte(CP_ACP, 0, text, -1, (char *)bytes + at, (int)wcslen(text) * 4 + 4, NULL, NULL);
    ansi->UserSidOffset = at = (at + 3) & ~3u;
    at = put(bytes, at, from + record->UserSidOffset, record->UserSidLength);
    ansi->StringOffset = at;
    text = (const WCHAR *)(from + record->StringOffset);
    for (WORD i = 0; i < record->NumStrings && text < end; i++, text += wcslen(text) + 1)
        at += WideCharToMultiByte(CP_ACP, 0, text, -1, (char *)bytes + at, (int)wcslen(text) * 4 + 4, NULL, NULL);
    ansi->DataOffset = at;
    at = put(bytes, at, from + record->DataOffset, record->DataLength);
    at = (at + 3) & ~3u;
    ansi->Length = at + 4;
    memcpy(bytes + at, &ansi->Length, 4);
    return ansi;
}

static BOOL one_of(DWORD flags, DWORD a, DWORD b)
{
    return !(flags & a) != !(flags & b);
}

static BOOL read_records(HANDLE value, DWORD flags, DWORD offset, BYTE *buffer, DWORD size, DWORD *read, DWORD *needed,
                         BOOL wide)
{
    struct log_handle *handle = check(value);
    BOOL forwards = flags & EVENTLOG_FORWARDS_READ;
    EVENTLOGRECORD *record, *ansi;
    DWORD error, number;

    if (!handle)
        return FALSE;
    if (!read || !needed || !buffer || !one_of(flags, EVENTLOG_SEQUENTIAL_READ, EVENTLOG_SEEK_READ) ||
        !one_of(flags, EVENTLOG_FORWARDS_READ, EVENTLOG_BACKWARDS_READ))
        return fail(ERROR_INVALID_PARAMETER);
    *read = *needed = 0;
    if ((error = store_refresh(handle->log)))
        return fail(error);
    if (handle->generation != handle->log->generation) { /* "The event log file has changed between read operations." */
        handle->generation = handle->log->generation;
        handle->next = 0;
        return fail(ERROR_EVENTLOG_FILE_CHANGED);
    }
    const struct elf_header *header = &handle->log->header;
    number = handle->next;
    if (flags & EVENTLOG_SEEK_READ) {
        number = offset;
        if (number < header->OldestRecordNumber || number >= header->CurrentRecordNumber)
            return fail(ERROR_INVALID_PARAMETER);
    } else if (!number) {
        number = forwards ? header->OldestRecordNumber : header->CurrentRecordNumber - 1;
    } else if (forwards && number < header->OldestRecordNumber) {
        number = header->OldestRecordNumber; /* those were overwritten */
    }
    for (;;) {
        if ((error = store_read(handle->log, number, &record)))
            break;
        if (!wide) {
            ansi = to_ansi(record);
            heap_free(record);
            if (!(record = ansi))
                return fail(ERROR_NOT_ENOUGH_MEMORY);
        }
        DWORD length = record->Length;
        if (length <= size - *read)
            memcpy(buffer + *read, record, length);
        heap_free(record);
        if (length > size - *read) {
            if (*read)
                return TRUE;
            *needed = length;
            return fail(ERROR_INSUFFICIENT_BUFFER);
        }
        *read += length;
        number += forwards ? 1 : -1;
        handle->next = number ? number : ~0u; /* behind the first, backwards: nothing more */
    }
    return *read ? TRUE : fail(error);
}

BOOL WINAPI ReadEventLogW(HANDLE log, DWORD flags, DWORD offset, LPVOID buffer, DWORD size, DWORD *read, DWORD *needed)
{
    return read_records(log, flags, offset, buffer, size, read, needed, TRUE);
}

BOOL WINAPI ReadEventLogA(HANDLE log, DWORD flags, DWORD offset, LPVOID buffer, DWORD size, DWORD *read, DWORD *needed)
{
    return read_records(log, flags, offset, buffer, size, read, needed, FALSE);
}

static struct event_log *current(HANDLE value)
{
    struct log_handle *handle = check(value);
    DWORD error = handle ? store_refresh(handle->log) : 0;

    if (error)
        SetLastError(error);
    return handle && !error ? handle->log : NULL;
}

BOOL WINAPI GetNumberOfEventLogRecords(HANDLE value, PDWORD count)
{
    struct event_log *log = current(value);

    if (!log)
        return FALSE;
    if (!count)
        return fail(ERROR_INVALID_PARAMETER);
    *count = log->header.CurrentRecordNumber - log->header.OldestRecordNumber;
    return TRUE;
}

BOOL WINAPI GetOldestEventLogRecord(HANDLE value, PDWORD oldest)
{
    struct event_log *log = current(value);

    if (!log)
        return FALSE;
    if (!oldest)
        return fail(ERROR_INVALID_PARAMETER);
    *oldest = log->header.CurrentRecordNumber == log->header.OldestRecordNumber ? 0 : log->header.OldestRecordNumber;
    return TRUE;
}

/* Never full: the oldest events make room. */
BOOL WINAPI GetEventLogInformation(HANDLE value, DWORD level, LPVOID buffer, DWORD size, LPDWORD needed)
{
    if (!check(value))
        return FALSE;
    if (level != EVENTLOG_FULL_INFO)
        return fail(ERROR_INVALID_LEVEL);
    if (!needed || !buffer)
        return fail(ERROR_INVALID_PARAMETER);
    *needed = sizeof(EVENTLOG_FULL_INFORMATION);
    if (size < sizeof(EVENTLOG_FULL_INFORMATION))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    ((EVENTLOG_FULL_INFORMATION *)buffer)->dwFull = FALSE;
    return TRUE;
}

BOOL WINAPI BackupEventLogW(HANDLE value, LPCWSTR file)
{
    struct event_log *log = current(value);
    DWORD error;

    if (!log)
        return FALSE;
    if (!file || !*file)
        return fail(ERROR_INVALID_PARAMETER);
    error = store_backup(log, file);
    return error ? fail(error) : TRUE;
}

BOOL WINAPI ClearEventLogW(HANDLE value, LPCWSTR file)
{
    struct log_handle *handle = check(value);
    struct event_log *log = handle ? current(value) : NULL;
    DWORD error;

    if (!log)
        return FALSE;
    error = store_clear(log, file && *file ? file : NULL);
    return error ? fail(error) : TRUE;
}

BOOL WINAPI BackupEventLogA(HANDLE log, LPCSTR file)
{
    WCHAR *wide = wide_dup(file);
    BOOL ok = BackupEventLogW(log, wide);

    heap_free(wide);
    return ok;
}

BOOL WINAPI ClearEventLogA(HANDLE log, LPCSTR file)
{
    WCHAR *wide = wide_dup(file);
    BOOL ok = ClearEventLogW(log, wide);

    heap_free(wide);
    return ok;
}

/* --- notification --- */

/* Something in the folder has changed; only a new event of this log is told. */
static void CALLBACK folder_changed(void *parameter, BOOLEAN timeout)
{
    struct log_handle *handle = parameter;

    (void)timeout;
    FindNextChangeNotification(handle->changes);
    if (store_refresh(handle->watched))
        return;
    if (handle->watched->header.CurrentRecordNumber != handle->seen)
        SetEvent(handle->event);
    handle->seen = handle->watched->header.CurrentRecordNumber;
}

BOOL WINAPI NotifyChangeEventLog(HANDLE value, HANDLE event)
{
    struct log_handle *handle = check(value);
    WCHAR folder[MAX_PATH], *end;
    DWORD error;

    if (!handle)
        return FALSE;
    if (!event || handle->log->read_only) /* "works only with local logs", not with backups */
        return fail(ERROR_INVALID_HANDLE);
    stop_watching(handle);
    wcscpy(folder, handle->log->path);
    end = wcsrchr(folder, '\\');
    *end = 0;
    end[wcslen(end + 1) - 3] = 0; /* .evt */
    if ((error = store_open(end + 1, TRUE, &handle->watched)))
        return fail(error);
    handle->event = event;
    handle->seen = handle->watched->header.CurrentRecordNumber;
    handle->changes =
        FindFirstChangeNotificationW(folder, FALSE, FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE);
    if (handle->changes == INVALID_HANDLE_VALUE) {
        error = GetLastError();
        store_close(handle->watched);
        return fail(error);
    }
    if (!RegisterWaitForSingleObject(&handle->wait, handle->changes, folder_changed, handle, INFINITE,
                                     WT_EXECUTEDEFAULT)) {
        error = GetLastError();
        FindCloseChangeNotification(handle->changes);
        store_close(handle->watched);
        handle->wait = NULL;
        return fail(error);
    }
    return TRUE;
}
