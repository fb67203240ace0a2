/* SPDX-License-Identifier: MIT */
/* winevt.c: handles, queries and subscriptions (winevt.h). */
#include "wevtapi_private.h"

#define HANDLE_MAGIC 0x54564545u

struct evt *evt_new(enum kind kind)
{
    struct evt *evt = allocate(sizeof(*evt));

    if (!evt) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    evt->magic = HANDLE_MAGIC;
    evt->kind = kind;
    return evt;
}

struct evt *evt_check(EVT_HANDLE handle, enum kind kind)
{
    struct evt *evt = (struct evt *)handle;

    if (evt && !((ULONG_PTR)evt & 7) && evt->magic == HANDLE_MAGIC && (!kind || evt->kind == kind))
        return evt;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

BOOL WINAPI EvtClose(EVT_HANDLE handle)
{
    struct evt *evt = evt_check(handle, 0);

    if (!evt)
        return FALSE;
    evt->magic = 0;
    if (evt->kind == QUERY) {
        query_free(evt);
        return TRUE;
    }
    event_free(evt->event);
    if (evt->log)
        store_close(evt->log);
    for (DWORD i = 0; i < evt->path_count; i++)
        release(evt->paths[i]);
    for (DWORD i = 0; i < evt->name_count; i++)
        release(evt->names[i]);
    release(evt->paths);
    release(evt->names);
    release(evt->access);
    release(evt);
    return TRUE;
}

/* Nothing here blocks: there is nothing to cancel. */
BOOL WINAPI EvtCancel(EVT_HANDLE handle)
{
    return evt_check(handle, 0) != NULL;
}

DWORD WINAPI EvtGetExtendedStatus(DWORD size, LPWSTR buffer, PDWORD used)
{
    (void)size, (void)buffer, (void)used;
    return ERROR_NOT_FOUND; /* as when the last error has no more to it */
}

/* --- queries --- */

void query_free(struct evt *query)
{
    subscription_stop(query);
    for (DWORD i = 0; i < query->selection_count; i++)
        release(query->selections[i].xpath);
    for (DWORD i = 0; i < query->source_count; i++) {
        event_free(query->sources[i].head);
        if (query->sources[i].log)
            store_close(query->sources[i].log);
    }
    release(query->selections);
    release(query->sources);
    release(query);
}

static BOOL add_selection(struct evt *query, const WCHAR *channel, SIZE_T channel_length, const WCHAR *xpath,
                          SIZE_T length, BOOL suppress)
{
    SIZE_T size = (query->selection_count + 1) * sizeof(*query->selections);
    struct selection *list =
        query->selections ? HeapReAlloc(GetProcessHeap(), 0, query->selections, size) : allocate(size);

    if (!list)
        return FALSE;
    query->selections = list;
    list += query->selection_count;
    memset(list, 0, sizeof(*list));
    memcpy(list->channel, channel, min(channel_length, 255) * sizeof(WCHAR));
    list->suppress = suppress;
    if (!(list->xpath = allocate((length + 1) * sizeof(WCHAR))))
        return FALSE;
    memcpy(list->xpath, xpath, length * sizeof(WCHAR));
    query->selection_count++;
    return TRUE;
}

/* The value of an attribute of the tag at `tag`; its length. */
static const WCHAR *tag_attribute(const WCHAR *tag, const WCHAR *name, SIZE_T *length)
{
    const WCHAR *end = wcschr(tag, '>'), *at = tag, *close;

    while ((at = wcsstr(at, name)) && end && at < end) {
        const WCHAR *value = at + wcslen(name);
        while (*value == ' ' || *value == '=')
            value++;
        if ((*value == '"' || *value == '\'') && (close = wcschr(value + 1, *value))) {
            *length = close - value - 1;
            return value + 1;
        }
        at = value;
    }
    return NULL;
}

/* <QueryList><Query Path="..."><Select Path="...">...</Select><Suppress>...</Suppress></Query></QueryList> */
static DWORD parse_list(struct evt *query, const WCHAR *xml)
{
    const WCHAR *at = xml, *path = NULL;
    SIZE_T path_length = 0;

    while ((at = wcschr(at, '<'))) {
        BOOL select = !wcsncmp(at, L"<Select", 7), suppress = !wcsncmp(at, L"<Suppress", 9);
        const WCHAR *end = wcschr(at, '>'), *close, *own;
        SIZE_T length;
        if (!end)
            return ERROR_EVT_INVALID_QUERY;
        if (!wcsncmp(at, L"<Query ", 7))
            path = tag_attribute(at, L"Path", &path_length);
        if (select || suppress) {
            own = tag_attribute(at, L"Path", &length);
            if (!own) {
                own = path;
                length = path_length;
            }
            close = wcsstr(end, select ? L"</Select>" : L"</Suppress>");
            if (!own || !close)
                return ERROR_EVT_INVALID_QUERY;
            if (!add_selection(query, own, length, end + 1, close - end - 1, suppress))
                return ERROR_NOT_ENOUGH_MEMORY;
            end = close;
        }
        at = end;
    }
    return query->selection_count ? ERROR_SUCCESS : ERROR_EVT_INVALID_QUERY;
}

BOOL channel_exists(const WCHAR *channel)
{
    WCHAR path[640], folder[MAX_PATH];
    HKEY key;

    _snwprintf(path, ARRAY_SIZE(path) - 1, EVENTLOG_KEY L"\\%s", channel);
    path[ARRAY_SIZE(path) - 1] = 0;
    if (!RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &key)) {
        RegCloseKey(key);
        return TRUE;
    }
    store_folder(folder);
    _snwprintf(path, ARRAY_SIZE(path) - 1, L"%s\\%s.evt", folder, channel);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static DWORD open_sources(struct evt *query, BOOL files)
{
    if (!(query->sources = allocate(query->selection_count * sizeof(*query->sources))))
        return ERROR_NOT_ENOUGH_MEMORY;
    for (DWORD i = 0; i < query->selection_count; i++) {
        struct source *source = &query->sources[query->source_count];
        DWORD j = 0, error;
        while (j < query->source_count && _wcsicmp(query->sources[j].channel, query->selections[i].channel))
            j++;
        if (j < query->source_count)
            continue;
        wcscpy(source->channel, query->selections[i].channel);
        if (!files && !channel_exists(source->channel))
            return ERROR_EVT_CHANNEL_NOT_FOUND;
        error =
            files ? store_open_file(source->channel, &source->log) : store_open(source->channel, FALSE, &source->log);
        if (error)
            return error;
        source->next =
            query->reverse ? source->log->header.CurrentRecordNumber - 1 : source->log->header.OldestRecordNumber;
        query->source_count++;
    }
    return ERROR_SUCCESS;
}

static DWORD prepare(struct evt *query, const WCHAR *path, const WCHAR *text, BOOL files)
{
    DWORD error = ERROR_SUCCESS;

    if (!text || !*text)
        text = L"*";
    while (*text == ' ' || *text == '\r' || *text == '\n' || *text == '\t')
        text++;
    if (*text == '<')
        error = parse_list(query, text);
    else if (!path)
        error = ERROR_INVALID_PARAMETER;
    else if (!add_selection(query, path, wcslen(path), text, wcslen(text), FALSE))
        error = ERROR_NOT_ENOUGH_MEMORY;
    for (DWORD i = 0; i < query->selection_count && !error; i++)
        if (!xpath_match(query->selections[i].xpath, NULL))
            error = ERROR_EVT_INVALID_QUERY;
    return error ? error : open_sources(query, files);
}

EVT_HANDLE WINAPI EvtQuery(EVT_HANDLE session, LPCWSTR path, LPCWSTR text, DWORD flags)
{
    struct evt *query;
    DWORD error;

    if (!session_is_local(session))
        return NULL;
    if (!(flags & EvtQueryChannelPath) == !(flags & EvtQueryFilePath)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!(query = evt_new(QUERY)))
        return NULL;
    query->reverse = flags & EvtQueryReverseDirection;
    error = prepare(query, path, text, flags & EvtQueryFilePath);
    if (!error)
        return (EVT_HANDLE)query;
    query_free(query);
    SetLastError(error);
    return NULL;
}

/* --- events --- */

static BOOL selected(const struct evt *query, const struct source *source, const struct event *event)
{
    BOOL found = FALSE;

    for (DWORD i = 0; i < query->selection_count; i++) {
        const struct selection *selection = &query->selections[i];
        if (_wcsicmp(selection->channel, source->channel) || (found && !selection->suppress))
            continue;
        if (!xpath_match(selection->xpath, event->root))
            continue;
        if (selection->suppress)
            return FALSE;
        found = TRUE;
    }
    return found;
}

/* The next event of a channel that the query selects stays as its head. */
static void fill_head(struct evt *query, struct source *source)
{
    EVENTLOGRECORD *record;

    if (source->head || store_refresh(source->log))
        return;
    if (!query->reverse && source->next < source->log->header.OldestRecordNumber)
        source->next = source->log->header.OldestRecordNumber;
    while (!source->head && source->next && !store_read(source->log, source->next, &record)) {
        struct event *event = event_make(record, source->log->read_only ? L"" : source->channel);
        source->next += query->reverse ? -1 : 1;
        if (event && selected(query, source, event))
            source->head = event;
        else
            event_free(event);
    }
}

/* Of several channels, by time. */
static struct event *next_event(struct evt *query)
{
    struct source *best = NULL;
    struct event *event;

    for (DWORD i = 0; i < query->source_count; i++) {
        struct source *source = &query->sources[i];
        fill_head(query, source);
        if (!source->head)
            continue;
        DWORD time = source->head->record->TimeGenerated;
        if (!best ||
            (query->reverse ? time > best->head->record->TimeGenerated : time < best->head->record->TimeGenerated))
            best = source;
    }
    if (!best)
        return NULL;
    event = best->head;
    best->head = NULL;
    query->position++;
    return event;
}

static EVT_HANDLE event_handle(struct event *event)
{
    struct evt *evt = evt_new(EVENT);

    if (evt)
        evt->event = event;
    else
        event_free(event);
    return (EVT_HANDLE)evt;
}

BOOL WINAPI EvtNext(EVT_HANDLE handle, DWORD size, EVT_HANDLE *events, DWORD timeout, DWORD flags, PDWORD returned)
{
    struct evt *query = evt_check(handle, QUERY);
    struct event *event;

    (void)timeout; /* what is there is there at once */
    if (!query)
        return FALSE;
    if (!size || !events || !returned || flags)
        return fail(ERROR_INVALID_PARAMETER);
    *returned = 0;
    AcquireSRWLockExclusive(&query->lock);
    while (*returned < size && (event = next_event(query)) && (events[*returned] = event_handle(event)))
        ++*returned;
    ReleaseSRWLockExclusive(&query->lock);
    return *returned ? TRUE : fail(ERROR_NO_MORE_ITEMS);
}

static void rewind_query(struct evt *query)
{
    for (DWORD i = 0; i < query->source_count; i++) {
        struct source *source = &query->sources[i];
        event_free(source->head);
        source->head = NULL;
        store_refresh(source->log);
        source->next =
            query->reverse ? source->log->header.CurrentRecordNumber - 1 : source->log->header.OldestRecordNumber;
    }
    query->position = 0;
}

static BOOL step_to(struct evt *query, LONGLONG position)
{
    struct event *event;

    if (position < query->position)
        rewind_query(query);
    while (query->position < position && (event = next_event(query)))
        event_free(event);
    return query->position == position && position >= 0;
}

/* Up to and including the bookmark's event. */
static BOOL step_to_bookmark(struct evt *query, const struct evt *bookmark)
{
    struct event *event;
    BOOL found = FALSE;

    rewind_query(query);
    while (!found && (event = next_event(query))) {
        found = event->record->RecordNumber == bookmark->number && !_wcsicmp(event->channel, bookmark->channel);
        event_free(event);
    }
    return found;
}

static LONGLONG count_events(struct evt *query)
{
    struct event *event;

    while ((event = next_event(query)))
        event_free(event);
    return query->position;
}

BOOL WINAPI EvtSeek(EVT_HANDLE handle, LONGLONG offset, EVT_HANDLE bookmark, DWORD timeout, DWORD flags)
{
    struct evt *query = evt_check(handle, QUERY), *mark = NULL;
    BOOL ok = TRUE;

    if (!query)
        return FALSE;
    if (timeout ||
        ((flags & EvtSeekOriginMask) == EvtSeekRelativeToBookmark && !(mark = evt_check(bookmark, BOOKMARK))))
        return fail(ERROR_INVALID_PARAMETER);
    AcquireSRWLockExclusive(&query->lock);
    switch (flags & EvtSeekOriginMask) {
    case EvtSeekRelativeToFirst:
        ok = step_to(query, offset);
        break;
    case EvtSeekRelativeToLast:
        ok = step_to(query, count_events(query) - 1 + offset);
        break;
    case EvtSeekRelativeToCurrent:
        ok = step_to(query, query->position + offset);
        break;
    case EvtSeekRelativeToBookmark:
        ok = step_to_bookmark(query, mark) && step_to(query, query->position - 1 + offset);
        break;
    default:
        SetLastError(ERROR_INVALID_PARAMETER);
        ReleaseSRWLockExclusive(&query->lock);
        return FALSE;
    }
    ReleaseSRWLockExclusive(&query->lock);
    return ok || !(flags & EvtSeekStrict) ? TRUE : fail(ERROR_NOT_FOUND);
}

/* --- subscriptions: a query forwards, looked at whenever the folder of the logs changes --- */

static void deliver(struct evt *query)
{
    struct event *event;

    if (!query->callback) {
        BOOL any = FALSE;
        AcquireSRWLockExclusive(&query->lock);
        for (DWORD i = 0; i < query->source_count; i++) {
            fill_head(query, &query->sources[i]);
            any |= query->sources[i].head != NULL;
        }
        ReleaseSRWLockExclusive(&query->lock);
        if (any)
            SetEvent(query->signal);
        return;
    }
    for (;;) {
        AcquireSRWLockExclusive(&query->lock);
        event = next_event(query);
        ReleaseSRWLockExclusive(&query->lock);
        if (!event)
            return;
        EVT_HANDLE handle = event_handle(event);
        if (!handle)
            return;
        query->callback(EvtSubscribeActionDeliver, query->callback_context, handle);
        EvtClose(handle);
    }
}

static void CALLBACK folder_changed(void *parameter, BOOLEAN timeout)
{
    struct evt *query = parameter;

    (void)timeout;
    FindNextChangeNotification(query->changes);
    deliver(query);
}

void subscription_stop(struct evt *query)
{
    if (!query->wait)
        return;
    UnregisterWaitEx(query->wait, INVALID_HANDLE_VALUE);
    FindCloseChangeNotification(query->changes);
    query->wait = NULL;
}

/* The folder must be there to be watched; a log's file makes it. */
static BOOL watch(struct evt *query)
{
    WCHAR folder[MAX_PATH];
    struct event_log *log;

    if (!store_open(query->sources[0].channel, TRUE, &log))
        store_close(log);
    store_folder(folder);
    query->changes =
        FindFirstChangeNotificationW(folder, FALSE, FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE);
    if (query->changes == INVALID_HANDLE_VALUE)
        return FALSE;
    if (RegisterWaitForSingleObject(&query->wait, query->changes, folder_changed, query, INFINITE,
                                    WT_EXECUTELONGFUNCTION))
        return TRUE;
    FindCloseChangeNotification(query->changes);
    query->wait = NULL;
    return FALSE;
}

EVT_HANDLE WINAPI EvtSubscribe(EVT_HANDLE session, HANDLE signal, LPCWSTR channel, LPCWSTR text, EVT_HANDLE bookmark,
                               PVOID context, EVT_SUBSCRIBE_CALLBACK callback, DWORD flags)
{
    DWORD origin = flags & EvtSubscribeOriginMask, error;
    struct evt *query, *mark = NULL;

    /* "SignalEvent must be NULL if the Callback parameter is not NULL", and one of them is there */
    if (!session_is_local(session))
        return NULL;
    if (!signal == !callback || !origin || (origin == EvtSubscribeStartAfterBookmark) != (bookmark != NULL) ||
        (bookmark && !(mark = evt_check(bookmark, BOOKMARK)))) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!(query = evt_new(QUERY)))
        return NULL;
    query->signal = signal;
    query->callback = callback;
    query->callback_context = context;
    error = prepare(query, channel, text, FALSE);
    if (!error && origin == EvtSubscribeToFutureEvents)
        for (DWORD i = 0; i < query->source_count; i++)
            query->sources[i].next = query->sources[i].log->header.CurrentRecordNumber;
    if (!error && mark && !step_to_bookmark(query, mark)) {
        error = flags & EvtSubscribeStrict ? ERROR_EVT_QUERY_RESULT_STALE : 0;
        rewind_query(query);
    }
    if (!error && !watch(query))
        error = GetLastError();
    if (error) {
        query_free(query);
        SetLastError(error);
        return NULL;
    }
    deliver(query); /* what was there before; later ones come by the watch */
    return (EVT_HANDLE)query;
}
