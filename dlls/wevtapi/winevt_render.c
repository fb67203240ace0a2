/* SPDX-License-Identifier: MIT */
/* winevt_render.c: EvtRender, render contexts, bookmarks, event information. */
#include "wevtapi_private.h"

EVT_HANDLE WINAPI EvtCreateRenderContext(DWORD count, LPCWSTR *paths, DWORD flags)
{
    struct evt *context;

    if (flags > EvtRenderContextUser || (flags == EvtRenderContextValues) != (count != 0) || (count && !paths)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!(context = evt_new(RENDER)))
        return NULL;
    context->flags = flags;
    context->paths = allocate((count + 1) * sizeof(*context->paths));
    for (DWORD i = 0; context->paths && i < count; i++) {
        WCHAR *copy = paths[i] ? allocate((wcslen(paths[i]) + 1) * sizeof(WCHAR)) : NULL;
        if (!copy || !xpath_match(paths[i], NULL)) {
            release(copy);
            EvtClose((EVT_HANDLE)context);
            SetLastError(ERROR_EVT_INVALID_QUERY);
            return NULL;
        }
        context->paths[context->path_count++] = wcscpy(copy, paths[i]);
    }
    return (EVT_HANDLE)context;
}

/* --- variants, and what they point to behind them --- */

void *output_put(struct output *output, const void *data, DWORD size)
{
    DWORD at = (output->used + 7) & ~7u;

    output->used = at + size;
    if (output->used > output->size)
        return NULL;
    return data ? memcpy(output->buffer + at, data, size) : memset(output->buffer + at, 0, size);
}

void output_string(struct output *output, EVT_VARIANT *variant, const WCHAR *text)
{
    if (!text)
        return;
    variant->Type = EvtVarTypeString;
    variant->StringVal = output_put(output, text, (DWORD)(wcslen(text) + 1) * sizeof(WCHAR));
}

BOOL output_variant(const struct output *output, const EVT_VARIANT *variant, DWORD *used)
{
    if (used)
        *used = output->used;
    if (output->used > output->size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    *(EVT_VARIANT *)output->buffer = *variant;
    return TRUE;
}

static void put_system(struct output *output, EVT_VARIANT *all, const struct event *event)
{
    const EVENTLOGRECORD *record = event->record;
    ULONGLONG keywords = 0x80000000000000ull;

    output_string(output, &all[EvtSystemProviderName], xpath_value(L"Event/System/Provider/@Name", event->root));
    all[EvtSystemEventID] = (EVT_VARIANT){ .UInt16Val = (UINT16)record->EventID, .Type = EvtVarTypeUInt16 };
    all[EvtSystemQualifiers] = (EVT_VARIANT){ .UInt16Val = (UINT16)(record->EventID >> 16), .Type = EvtVarTypeUInt16 };
    all[EvtSystemLevel].Type = EvtVarTypeByte;
    all[EvtSystemLevel].ByteVal = record->EventType == EVENTLOG_ERROR_TYPE      ? 2
                                  : record->EventType == EVENTLOG_WARNING_TYPE  ? 3
                                  : record->EventType >= EVENTLOG_AUDIT_SUCCESS ? 0
                                                                                : 4;
    all[EvtSystemTask] = (EVT_VARIANT){ .UInt16Val = record->EventCategory, .Type = EvtVarTypeUInt16 };
    if (record->EventType == EVENTLOG_AUDIT_SUCCESS)
        keywords = 0xa0000000000000ull;
    else if (record->EventType == EVENTLOG_AUDIT_FAILURE)
        keywords = 0x90000000000000ull;
    all[EvtSystemKeywords] = (EVT_VARIANT){ .UInt64Val = keywords, .Type = EvtVarTypeHexInt64 };
    all[EvtSystemTimeCreated].Type = EvtVarTypeFileTime;
    all[EvtSystemTimeCreated].FileTimeVal = record->TimeGenerated * 10000000ull + 116444736000000000ull;
    all[EvtSystemEventRecordId] = (EVT_VARIANT){ .UInt64Val = record->RecordNumber, .Type = EvtVarTypeUInt64 };
    output_string(output, &all[EvtSystemChannel], event->channel);
    output_string(output, &all[EvtSystemComputer], xpath_value(L"Event/System/Computer", event->root));
    if (record->UserSidLength) {
        all[EvtSystemUserID].Type = EvtVarTypeSid;
        all[EvtSystemUserID].SidVal =
            output_put(output, (const BYTE *)record + record->UserSidOffset, record->UserSidLength);
    }
}

static DWORD count_user(const EVENTLOGRECORD *record)
{
    return record->NumStrings + (record->DataLength != 0);
}

static void put_user(struct output *output, EVT_VARIANT *all, const EVENTLOGRECORD *record)
{
    const WCHAR *text = (const WCHAR *)((const BYTE *)record + record->StringOffset);
    const WCHAR *end = (const WCHAR *)((const BYTE *)record + record->Length);

    for (WORD i = 0; i < record->NumStrings && text < end; i++, text += wcslen(text) + 1)
        output_string(output, &all[i], text);
    if (record->DataLength) {
        EVT_VARIANT *binary = &all[record->NumStrings];
        binary->Type = EvtVarTypeBinary;
        binary->Count = record->DataLength;
        binary->BinaryVal = output_put(output, (const BYTE *)record + record->DataOffset, record->DataLength);
    }
}

/* Values by path have the types of the schema; what is no number by it is a text. */
static void put_path(struct output *output, EVT_VARIANT *variant, const struct event *event, const WCHAR *path)
{
    static const struct {
        const WCHAR *path;
        EVT_SYSTEM_PROPERTY_ID id;
    } typed[] = {
        { L"Event/System/EventID", EvtSystemEventID },
        { L"Event/System/EventID/@Qualifiers", EvtSystemQualifiers },
        { L"Event/System/Level", EvtSystemLevel },
        { L"Event/System/Task", EvtSystemTask },
        { L"Event/System/Keywords", EvtSystemKeywords },
        { L"Event/System/TimeCreated/@SystemTime", EvtSystemTimeCreated },
        { L"Event/System/EventRecordID", EvtSystemEventRecordId },
        { L"Event/System/Security/@UserID", EvtSystemUserID },
    };
    EVT_VARIANT all[EvtSystemPropertyIdEND] = { 0 };

    for (SIZE_T i = 0; i < ARRAY_SIZE(typed); i++) {
        if (wcscmp(typed[i].path, path))
            continue;
        if (typed[i].id == EvtSystemUserID) {
            put_system(output, all, event);
        } else {
            struct output nothing = { 0 };
            put_system(&nothing, all, event);
        }
        *variant = all[typed[i].id];
        return;
    }
    output_string(output, variant, xpath_value(path, event->root));
}

static BOOL render_values(const struct evt *context, const struct event *event, struct output *output, DWORD *count)
{
    EVT_VARIANT *all;

    *count = context->flags == EvtRenderContextSystem ? EvtSystemPropertyIdEND
             : context->flags == EvtRenderContextUser ? count_user(event->record)
                                                      : context->path_count;
    /* Laid out in memory of our own first: the buffer may be too small for the variants already. */
    if (!(all = allocate((*count + 1) * sizeof(*all))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    output->used = *count * sizeof(*all);
    if (context->flags == EvtRenderContextSystem)
        put_system(output, all, event);
    else if (context->flags == EvtRenderContextUser)
        put_user(output, all, event->record);
    for (DWORD i = 0; i < context->path_count; i++)
        put_path(output, &all[i], event, context->paths[i]);
    if (output->used <= output->size)
        memcpy(output->buffer, all, *count * sizeof(*all));
    release(all);
    return TRUE;
}

static BOOL render_text(struct text *text, struct output *output)
{
    if (text->failed) {
        release(text->chars);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    output_put(output, text->chars, (DWORD)(text->length + 1) * sizeof(WCHAR));
    release(text->chars);
    return TRUE;
}

static BOOL render_bookmark(const struct evt *bookmark, struct output *output)
{
    struct text text = { 0 };
    WCHAR number[64];

    text_add(&text, L"<BookmarkList>\r\n");
    if (bookmark->number) {
        _snwprintf(number, ARRAY_SIZE(number), L"' RecordId='%u' IsCurrent='true'/>\r\n", bookmark->number);
        text_add(&text, L"  <Bookmark Channel='");
        text_add_escaped(&text, bookmark->channel);
        text_add(&text, number);
    }
    text_add(&text, L"</BookmarkList>");
    return render_text(&text, output);
}

BOOL WINAPI EvtRender(EVT_HANDLE context, EVT_HANDLE fragment, DWORD flags, DWORD size, PVOID buffer, PDWORD used,
                      PDWORD count)
{
    struct evt *evt = evt_check(fragment, flags == EvtRenderBookmark ? BOOKMARK : EVENT), *how = NULL;
    struct output output = { .buffer = buffer, .size = buffer ? size : 0 };
    struct text text = { 0 };
    DWORD properties = 0;
    BOOL ok;

    if (!evt || (flags == EvtRenderEventValues && !(how = evt_check(context, RENDER))))
        return FALSE;
    if (flags == EvtRenderEventValues) {
        ok = render_values(how, evt->event, &output, &properties);
    } else if (flags == EvtRenderEventXml) {
        event_xml(evt->event->root, &text);
        ok = render_text(&text, &output);
    } else if (flags == EvtRenderBookmark) {
        ok = render_bookmark(evt, &output);
    } else {
        return fail(ERROR_INVALID_PARAMETER);
    }
    if (!ok)
        return FALSE;
    if (used)
        *used = output.used;
    if (count)
        *count = properties;
    return output.used <= output.size ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

/* --- bookmarks --- */

EVT_HANDLE WINAPI EvtCreateBookmark(LPCWSTR xml)
{
    struct evt *bookmark = evt_new(BOOKMARK);
    const WCHAR *channel, *number;

    if (!bookmark || !xml)
        return (EVT_HANDLE)bookmark;
    channel = wcsstr(xml, L"Channel='");
    number = wcsstr(xml, L"RecordId='");
    if (!wcsstr(xml, L"<BookmarkList") || (channel && !number)) {
        EvtClose((EVT_HANDLE)bookmark);
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (channel) {
        channel += 9;
        for (int i = 0; i < 255 && channel[i] && channel[i] != '\''; i++)
            bookmark->channel[i] = channel[i];
        for (number += 10; *number >= '0' && *number <= '9'; number++)
            bookmark->number = bookmark->number * 10 + (*number - '0');
    }
    return (EVT_HANDLE)bookmark;
}

BOOL WINAPI EvtUpdateBookmark(EVT_HANDLE handle, EVT_HANDLE event_handle)
{
    struct evt *bookmark = evt_check(handle, BOOKMARK), *event = bookmark ? evt_check(event_handle, EVENT) : NULL;

    if (!event)
        return FALSE;
    wcscpy(bookmark->channel, event->event->channel);
    bookmark->number = event->event->record->RecordNumber;
    return TRUE;
}

BOOL WINAPI EvtGetEventInfo(EVT_HANDLE handle, EVT_EVENT_PROPERTY_ID id, DWORD size, PEVT_VARIANT buffer, PDWORD used)
{
    struct evt *event = evt_check(handle, EVENT);
    struct output output = { .buffer = (BYTE *)buffer, .size = buffer ? size : 0, .used = sizeof(EVT_VARIANT) };
    EVT_VARIANT variant = { .Type = EvtVarTypeNull };

    if (!event)
        return FALSE;
    if (id != EvtEventQueryIDs && id != EvtEventPath)
        return fail(ERROR_INVALID_PARAMETER);
    if (id == EvtEventPath)
        output_string(&output, &variant, event->event->channel);
    return output_variant(&output, &variant, used);
}
