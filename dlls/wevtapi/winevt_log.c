/* SPDX-License-Identifier: MIT */
/* winevt_log.c: logs as such: properties, clearing, exporting; which channels and publishers there are; messages. */
#include "wevtapi_private.h"

/* --- logs --- */

EVT_HANDLE WINAPI EvtOpenLog(EVT_HANDLE session, LPCWSTR path, DWORD flags)
{
    struct event_log *log;
    struct evt *evt;
    DWORD error;

    if (!session_is_local(session))
        return NULL;
    if (!path || (flags != EvtOpenChannelPath && flags != EvtOpenFilePath)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    error = flags == EvtOpenFilePath ? store_open_file(path, &log) : store_open(path, FALSE, &log);
    if (error) {
        SetLastError(error);
        return NULL;
    }
    if (!(evt = evt_new(LOG))) {
        store_close(log);
        return NULL;
    }
    evt->log = log;
    return (EVT_HANDLE)evt;
}

BOOL WINAPI EvtGetLogInfo(EVT_HANDLE handle, EVT_LOG_PROPERTY_ID id, DWORD size, PEVT_VARIANT buffer, PDWORD used)
{
    struct evt *evt = evt_check(handle, LOG);
    BY_HANDLE_FILE_INFORMATION file = { 0 };
    EVT_VARIANT value = { .Type = EvtVarTypeUInt64 };
    const struct elf_header *header;
    DWORD error;

    if (!evt)
        return FALSE;
    if ((error = store_refresh(evt->log)))
        return fail(error);
    header = &evt->log->header;
    if (evt->log->file != INVALID_HANDLE_VALUE)
        GetFileInformationByHandle(evt->log->file, &file);
    const FILETIME *time = id == EvtLogCreationTime     ? &file.ftCreationTime
                           : id == EvtLogLastAccessTime ? &file.ftLastAccessTime
                                                        : &file.ftLastWriteTime;
    switch (id) {
    case EvtLogCreationTime:
    case EvtLogLastAccessTime:
    case EvtLogLastWriteTime:
        value.Type = EvtVarTypeFileTime;
        value.FileTimeVal = ((ULONGLONG)time->dwHighDateTime << 32) | time->dwLowDateTime;
        break;
    case EvtLogFileSize:
        value.UInt64Val = ((ULONGLONG)file.nFileSizeHigh << 32) | file.nFileSizeLow;
        break;
    case EvtLogAttributes:
        value.Type = EvtVarTypeUInt32;
        value.UInt32Val = file.dwFileAttributes;
        break;
    case EvtLogNumberOfLogRecords:
        value.UInt64Val = header->CurrentRecordNumber - header->OldestRecordNumber;
        break;
    case EvtLogOldestRecordNumber:
        value.UInt64Val = header->OldestRecordNumber;
        break;
    case EvtLogFull:
        value.Type = EvtVarTypeBoolean;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    if (used)
        *used = sizeof(value);
    if (size < sizeof(value) || !buffer)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    *buffer = value;
    return TRUE;
}

BOOL WINAPI EvtClearLog(EVT_HANDLE session, LPCWSTR channel, LPCWSTR target, DWORD flags)
{
    struct event_log *log;
    DWORD error;

    if (!session_is_local(session))
        return FALSE;
    if (!channel || flags)
        return fail(ERROR_INVALID_PARAMETER);
    if ((error = store_open(channel, FALSE, &log)))
        return fail(error);
    error = store_clear(log, target);
    store_close(log);
    return error ? fail(error) : TRUE;
}

static DWORD export_selected(EVT_HANDLE results, struct event_log *copy)
{
    EVT_HANDLE event;
    DWORD count, error = 0;

    while (!error && EvtNext(results, 1, &event, INFINITE, 0, &count)) {
        error = store_append(copy, evt_check(event, EVENT)->event->record);
        EvtClose(event);
    }
    return error;
}

/* Numbered anew: a file's records follow each other. */
static DWORD export_query(const WCHAR *path, const WCHAR *query, const WCHAR *target, DWORD flags)
{
    EVT_HANDLE results = EvtQuery(NULL, path, query, flags & (EvtQueryChannelPath | EvtQueryFilePath));
    struct event_log *copy;
    DWORD error;

    if (!results)
        return GetLastError();
    if (!(error = store_create_file(target, &copy))) {
        error = export_selected(results, copy);
        store_close(copy);
        if (error)
            DeleteFileW(target);
    }
    EvtClose(results);
    return error;
}

/* All of a log, or what a query selects of it. */
BOOL WINAPI EvtExportLog(EVT_HANDLE session, LPCWSTR path, LPCWSTR query, LPCWSTR target, DWORD flags)
{
    BOOL all = !query || !*query || !wcscmp(query, L"*"), file = flags & EvtExportLogFilePath;
    struct event_log *log;
    DWORD error;

    if (!session_is_local(session))
        return FALSE;
    if (!target || (all && !path) || !(flags & EvtExportLogChannelPath) == !file)
        return fail(ERROR_INVALID_PARAMETER);
    if (!all) {
        error = export_query(path, query, target, flags);
    } else if (!(error = file ? store_open_file(path, &log) : store_open(path, FALSE, &log))) {
        error = store_backup(log, target);
        store_close(log);
    }
    return error ? fail(error) : TRUE;
}

/* --- names --- */

static BOOL add_name(struct evt *evt, const WCHAR *name)
{
    SIZE_T size = (evt->name_count + 1) * sizeof(*evt->names);
    WCHAR **list, *copy = allocate((wcslen(name) + 1) * sizeof(WCHAR));

    for (DWORD i = 0; i < evt->name_count; i++) {
        if (!_wcsicmp(evt->names[i], name)) {
            release(copy);
            return TRUE;
        }
    }
    list = evt->names ? HeapReAlloc(GetProcessHeap(), 0, evt->names, size) : allocate(size);
    if (list)
        evt->names = list;
    if (!list || !copy) {
        release(copy);
        return FALSE;
    }
    list[evt->name_count++] = wcscpy(copy, name);
    return TRUE;
}

void names_of_sources(struct evt *evt, const WCHAR *channel)
{
    WCHAR path[640], source[256];
    HKEY log;

    _snwprintf(path, ARRAY_SIZE(path) - 1, EVENTLOG_KEY L"\\%s", channel);
    path[ARRAY_SIZE(path) - 1] = 0;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &log))
        return;
    for (DWORD i = 0, size = 256; !RegEnumKeyExW(log, i, source, &size, NULL, NULL, NULL, NULL); i++, size = 256)
        add_name(evt, source);
    RegCloseKey(log);
}

/* The keys below the event log's, or with `sources` those below these. */
static void add_keys(struct evt *evt, BOOL sources)
{
    WCHAR name[256];
    HKEY logs;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, EVENTLOG_KEY, 0, KEY_READ, &logs))
        return;
    for (DWORD i = 0, length = 256; !RegEnumKeyExW(logs, i, name, &length, NULL, NULL, NULL, NULL); i++, length = 256) {
        if (sources)
            names_of_sources(evt, name);
        else
            add_name(evt, name);
    }
    RegCloseKey(logs);
}

/* Logs that other processes registered have files. */
static void add_files(struct evt *evt)
{
    WCHAR mask[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE find;

    store_folder(mask);
    wcscat(mask, L"\\*.evt");
    if ((find = FindFirstFileW(mask, &found)) == INVALID_HANDLE_VALUE)
        return;
    do {
        found.cFileName[wcslen(found.cFileName) - 4] = 0;
        add_name(evt, found.cFileName);
    } while (FindNextFileW(find, &found));
    FindClose(find);
}

EVT_HANDLE WINAPI EvtOpenChannelEnum(EVT_HANDLE session, DWORD flags)
{
    struct evt *evt;

    if (!session_is_local(session))
        return NULL;
    if (flags) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if ((evt = evt_new(CHANNELS))) {
        add_keys(evt, FALSE);
        add_files(evt);
    }
    return (EVT_HANDLE)evt;
}

EVT_HANDLE WINAPI EvtOpenPublisherEnum(EVT_HANDLE session, DWORD flags)
{
    struct evt *evt;

    if (!session_is_local(session))
        return NULL;
    if (flags) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if ((evt = evt_new(PUBLISHERS)))
        add_keys(evt, TRUE);
    return (EVT_HANDLE)evt;
}

static BOOL next_name(struct evt *evt, DWORD size, WCHAR *buffer, DWORD *used)
{
    const WCHAR *name;

    if (!evt)
        return FALSE;
    if (evt->name_next == evt->name_count)
        return fail(ERROR_NO_MORE_ITEMS);
    name = evt->names[evt->name_next];
    if (used)
        *used = (DWORD)wcslen(name) + 1;
    if (!buffer || size <= wcslen(name))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    wcscpy(buffer, name);
    evt->name_next++;
    return TRUE;
}

BOOL WINAPI EvtNextChannelPath(EVT_HANDLE handle, DWORD size, LPWSTR buffer, PDWORD used)
{
    return next_name(evt_check(handle, CHANNELS), size, buffer, used);
}

BOOL WINAPI EvtNextPublisherId(EVT_HANDLE handle, DWORD size, LPWSTR buffer, PDWORD used)
{
    return next_name(evt_check(handle, PUBLISHERS), size, buffer, used);
}

/* --- publishers and their messages --- */

/* A value of the source's key. */
BOOL source_value(const WCHAR *source, const WCHAR *name, WCHAR *buffer, DWORD chars)
{
    WCHAR log[256], path[1024];
    DWORD size = chars * sizeof(WCHAR);

    store_log_of_source(source, log);
    _snwprintf(path, ARRAY_SIZE(path) - 1, EVENTLOG_KEY L"\\%s\\%s", log, source);
    path[ARRAY_SIZE(path) - 1] = 0;
    return !RegGetValueW(HKEY_LOCAL_MACHINE, path, name, RRF_RT_REG_SZ, NULL, buffer, &size);
}

static BOOL source_exists(const WCHAR *source)
{
    WCHAR log[256], path[1024];
    HKEY key;

    store_log_of_source(source, log);
    _snwprintf(path, ARRAY_SIZE(path) - 1, EVENTLOG_KEY L"\\%s\\%s", log, source);
    path[ARRAY_SIZE(path) - 1] = 0;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &key))
        return FALSE;
    RegCloseKey(key);
    return TRUE;
}

EVT_HANDLE WINAPI EvtOpenPublisherMetadata(EVT_HANDLE session, LPCWSTR publisher, LPCWSTR file, LCID locale,
                                           DWORD flags)
{
    struct evt *evt;

    (void)locale;
    if (!session_is_local(session))
        return NULL;
    if (!publisher || file || flags || wcslen(publisher) > 255) {
        SetLastError(file ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!source_exists(publisher)) {
        SetLastError(ERROR_EVT_PUBLISHER_METADATA_NOT_FOUND);
        return NULL;
    }
    if ((evt = evt_new(PUBLISHER)))
        add_name(evt, publisher);
    return (EVT_HANDLE)evt;
}

BOOL WINAPI EvtGetPublisherMetadataProperty(EVT_HANDLE handle, EVT_PUBLISHER_METADATA_PROPERTY_ID id, DWORD flags,
                                            DWORD size, PEVT_VARIANT buffer, PDWORD used)
{
    struct evt *evt = evt_check(handle, PUBLISHER);

    if (!evt)
        return FALSE;
    return flags ? fail(ERROR_INVALID_PARAMETER) : publisher_property(evt, id, size, buffer, used);
}

/* The message of an event's number, of the files that its source names, with the event's texts put in. */
static WCHAR *event_message(const EVENTLOGRECORD *record)
{
    const WCHAR *text = (const WCHAR *)((const BYTE *)record + record->StringOffset);
    const WCHAR *end = (const WCHAR *)((const BYTE *)record + record->Length);
    DWORD_PTR arguments[100] = { 0 };
    WCHAR files[1024], *result = NULL, *next;

    for (int i = 0; i < 100; i++)
        arguments[i] = (DWORD_PTR)L"";
    for (WORD i = 0; i < record->NumStrings && i < 99 && text < end; i++, text += wcslen(text) + 1)
        arguments[i] = (DWORD_PTR)text;
    if (!source_value((const WCHAR *)(record + 1), L"EventMessageFile", files, ARRAY_SIZE(files)))
        return NULL;
    for (WCHAR *file = files; file && !result; file = next) {
        HMODULE module;
        if ((next = wcschr(file, ';')))
            *next++ = 0;
        if (!(module = LoadLibraryExW(file, NULL, LOAD_LIBRARY_AS_DATAFILE)))
            continue;
        FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                       module, record->EventID, 0, (WCHAR *)&result, 0, (va_list *)arguments);
        FreeLibrary(module);
    }
    return result;
}

static BOOL give_text(const WCHAR *text, DWORD size, WCHAR *buffer, DWORD *used)
{
    if (used)
        *used = (DWORD)wcslen(text) + 1;
    if (!buffer || size <= wcslen(text))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    wcscpy(buffer, text);
    return TRUE;
}

static BOOL give_xml(const struct event *event, DWORD size, WCHAR *buffer, DWORD *used)
{
    struct text text = { 0 };
    BOOL ok;

    event_xml(event->root, &text);
    ok = text.failed ? fail(ERROR_NOT_ENOUGH_MEMORY) : give_text(text.chars, size, buffer, used);
    release(text.chars);
    return ok;
}

BOOL WINAPI EvtFormatMessage(EVT_HANDLE publisher, EVT_HANDLE handle, DWORD id, DWORD count, PEVT_VARIANT values,
                             DWORD flags, DWORD size, LPWSTR buffer, PDWORD used)
{
    struct evt *evt;
    WCHAR *message;
    BOOL ok;

    (void)id, (void)count, (void)values;
    if (publisher && !evt_check(publisher, PUBLISHER))
        return FALSE;
    if (flags < EvtFormatMessageEvent || flags > EvtFormatMessageXml)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags == EvtFormatMessageId) /* numbers are those of a publisher's manifest: there is none */
        return fail(ERROR_EVT_MESSAGE_NOT_FOUND);
    if (!(evt = evt_check(handle, EVENT)))
        return FALSE;
    switch (flags) {
    case EvtFormatMessageEvent:
        if (!(message = event_message(evt->event->record)))
            return fail(ERROR_EVT_MESSAGE_NOT_FOUND);
        ok = give_text(message, size, buffer, used);
        LocalFree(message);
        return ok;
    case EvtFormatMessageLevel:
        return give_text(evt->event->record->EventType == EVENTLOG_ERROR_TYPE     ? L"Error"
                         : evt->event->record->EventType == EVENTLOG_WARNING_TYPE ? L"Warning"
                                                                                  : L"Information",
                         size, buffer, used);
    case EvtFormatMessageChannel:
        return give_text(evt->event->channel, size, buffer, used);
    case EvtFormatMessageProvider:
        return give_text((const WCHAR *)(evt->event->record + 1), size, buffer, used);
    case EvtFormatMessageXml:
        return give_xml(evt->event, size, buffer, used);
    default:
        return fail(ERROR_EVT_MESSAGE_NOT_FOUND);
    }
}
