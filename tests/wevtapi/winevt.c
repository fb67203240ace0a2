/* SPDX-License-Identifier: MIT */
/* winevt.c: queries, rendering, bookmarks, subscriptions, logs, over events that the test reports to a log of its own. */
#include "../test.h"
#include <winevt.h>

#define LOG L"TransomEvt"

static HANDLE source;

static void report(WORD type, DWORD id, const WCHAR *text)
{
    ok(ReportEventW(source, type, 1, id, NULL, 1, 2, &text, (void *)"\xab\xcd"), "error %lu", GetLastError());
}

static DWORD event_id(EVT_HANDLE event)
{
    static const WCHAR *path[] = { L"Event/System/EventID" };
    EVT_HANDLE context = EvtCreateRenderContext(1, path, EvtRenderContextValues);
    EVT_VARIANT variant = { 0 };
    DWORD used, count;
    ok(EvtRender(context, event, EvtRenderEventValues, sizeof(variant), &variant, &used, &count), "error %lu",
       GetLastError());
    ok_int(count, 1);
    ok_int(variant.Type, EvtVarTypeUInt16);
    EvtClose(context);
    return variant.UInt16Val;
}

/* The identifiers of what a query gives, in a row. */
static const char *query(const WCHAR *xpath, DWORD flags)
{
    static char ids[256];
    EVT_HANDLE results = EvtQuery(NULL, LOG, xpath, EvtQueryChannelPath | flags), events[2];
    DWORD count;
    ids[0] = 0;
    if (!results) {
        snprintf(ids, sizeof(ids), "error %lu", GetLastError());
        return ids;
    }
    while (EvtNext(results, 2, events, INFINITE, 0, &count))
        for (DWORD i = 0; i < count; i++) {
            snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%lu ", event_id(events[i]));
            EvtClose(events[i]);
        }
    ok_int(GetLastError(), ERROR_NO_MORE_ITEMS);
    EvtClose(results);
    return ids;
}

static void test_query(void)
{
    ok_str(query(NULL, 0), "1 2 3 4 ");
    ok_str(query(L"*", EvtQueryReverseDirection), "4 3 2 1 ");
    ok_str(query(L"*[System[EventID=2]]", 0), "2 ");
    ok_str(query(L"*[System[(EventID=2 or EventID=4)]]", 0), "2 4 ");
    ok_str(query(L"Event/System[Level=2]", 0), "1 3 ");
    ok_str(query(L"*[System[(Level=2 or Level=3) and EventID > 1]]", 0), "2 3 ");
    ok_str(query(L"*[System/EventID>=3]", 0), "3 4 ");
    ok_str(query(L"*[System[Provider[@Name='TransomEvtSource']]]", 0), "1 2 3 4 ");
    ok_str(query(L"*[System[Provider[@Name='Other']]]", 0), "");
    ok_str(query(L"*[EventData[Data='two']]", 0), "2 ");
    ok_str(query(L"*[EventData/Data='two' or EventData/Data=\"4\"]", 0), "2 ");
    ok_str(query(L"*[System[TimeCreated[timediff(@SystemTime) <= 3600000]]]", 0), "1 2 3 4 ");
    ok_str(query(L"*[System[TimeCreated[@SystemTime < '2001-01-01T00:00:00.000Z']]]", 0), "");
    ok_str(query(L"*[System[band(Keywords, 36028797018963968)]]", 0), "1 2 3 4 ");
    ok_str(query(L"*[System[EventRecordID=3]]", 0), "3 ");
    ok_str(query(L"<QueryList><Query Id=\"0\" Path=\"TransomEvt\"><Select Path=\"TransomEvt\">*</Select>"
                 L"<Suppress Path=\"TransomEvt\">*[System[EventID &lt;= 2]]</Suppress></Query></QueryList>",
                 0),
           "3 4 ");
    ok_str(query(L"*[System[", 0), "error 15001"); /* ERROR_EVT_INVALID_QUERY */
    ok_err(EvtQuery(NULL, L"No such channel", L"*", EvtQueryChannelPath), ERROR_EVT_CHANNEL_NOT_FOUND);
    ok_err(EvtQuery(NULL, LOG, L"*", 0), ERROR_INVALID_PARAMETER);
}

static void test_render(void)
{
    EVT_HANDLE results = EvtQuery(NULL, LOG, L"*[System[EventID=2]]", EvtQueryChannelPath), event;
    EVT_HANDLE system = EvtCreateRenderContext(0, NULL, EvtRenderContextSystem);
    EVT_HANDLE user = EvtCreateRenderContext(0, NULL, EvtRenderContextUser);
    union {
        EVT_VARIANT variants[32];
        WCHAR text[4096];
    } buffer;
    DWORD used, count;

    ok(EvtNext(results, 1, &event, INFINITE, 0, &count), "error %lu", GetLastError());
    ok_err(EvtRender(NULL, event, EvtRenderEventXml, 0, NULL, &used, &count), ERROR_INSUFFICIENT_BUFFER);
    ok(EvtRender(NULL, event, EvtRenderEventXml, sizeof(buffer), &buffer, &used, &count), "error %lu", GetLastError());
    ok_int(used, (wcslen(buffer.text) + 1) * 2);
    ok(!wcsncmp(buffer.text,
                L"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name=", 92),
       "%ls", buffer.text);
    ok(wcsstr(buffer.text, L"<EventRecordID>2</EventRecordID>") != NULL, "%ls", buffer.text);
    ok(wcsstr(buffer.text, L"<Channel>TransomEvt</Channel>") != NULL, "%ls", buffer.text);
    ok(wcsstr(buffer.text, L"<EventData><Data>two</Data><Binary>ABCD</Binary></EventData></Event>") != NULL, "%ls",
       buffer.text);
    ok(EvtRender(system, event, EvtRenderEventValues, sizeof(buffer), &buffer, &used, &count), "error %lu",
       GetLastError());
    ok_int(count, EvtSystemPropertyIdEND);
    ok_wstr(buffer.variants[EvtSystemProviderName].StringVal, L"TransomEvtSource");
    ok_int(buffer.variants[EvtSystemLevel].ByteVal, 3);
    ok_int(buffer.variants[EvtSystemEventRecordId].UInt64Val, 2);
    ok_wstr(buffer.variants[EvtSystemChannel].StringVal, LOG);
    ok(EvtRender(user, event, EvtRenderEventValues, sizeof(buffer), &buffer, &used, &count), "error %lu",
       GetLastError());
    ok_int(count, 2);
    ok_wstr(buffer.variants[0].StringVal, L"two");
    ok_int(buffer.variants[1].Count, 2);

    EVT_HANDLE bookmark = EvtCreateBookmark(NULL), again;
    ok(EvtUpdateBookmark(bookmark, event), "error %lu", GetLastError());
    ok(EvtRender(NULL, bookmark, EvtRenderBookmark, sizeof(buffer), &buffer, &used, &count), "error %lu",
       GetLastError());
    ok(wcsstr(buffer.text, L"<Bookmark Channel='TransomEvt' RecordId='2' IsCurrent='true'/>") != NULL, "%ls",
       buffer.text);
    again = EvtCreateBookmark(buffer.text);
    EvtClose(event);
    EvtClose(results);
    results = EvtQuery(NULL, LOG, L"*", EvtQueryChannelPath);
    ok(EvtSeek(results, 1, again, 0, EvtSeekRelativeToBookmark), "error %lu", GetLastError());
    ok(EvtNext(results, 1, &event, INFINITE, 0, &count), "error %lu", GetLastError());
    ok_int(event_id(event), 3);
    EvtClose(event);
    ok(EvtSeek(results, 0, NULL, 0, EvtSeekRelativeToLast), "error %lu", GetLastError());
    ok(EvtNext(results, 1, &event, INFINITE, 0, &count), "error %lu", GetLastError());
    ok_int(event_id(event), 4);
    ok_err(EvtFormatMessage(NULL, event, 0, 0, NULL, EvtFormatMessageEvent, 0, NULL, &used),
           ERROR_EVT_MESSAGE_NOT_FOUND);
    EvtClose(event);
    EvtClose(results);
    EvtClose(system);
    EvtClose(user);
    EvtClose(bookmark);
    EvtClose(again);
    ok_err(EvtClose(NULL), ERROR_INVALID_HANDLE);
}

static HANDLE delivered;
static DWORD delivered_id;

static DWORD WINAPI callback(EVT_SUBSCRIBE_NOTIFY_ACTION action, PVOID context, EVT_HANDLE event)
{
    if (action == EvtSubscribeActionDeliver && context == &delivered) {
        delivered_id = event_id(event);
        SetEvent(delivered);
    }
    return 0;
}

static void test_subscribe(void)
{
    HANDLE signal = CreateEventW(NULL, FALSE, FALSE, NULL);
    EVT_HANDLE pull, push, event;
    DWORD count;

    delivered = CreateEventW(NULL, FALSE, FALSE, NULL);
    ok_err(EvtSubscribe(NULL, NULL, LOG, L"*", NULL, NULL, NULL, EvtSubscribeToFutureEvents), ERROR_INVALID_PARAMETER);
    pull = EvtSubscribe(NULL, signal, LOG, L"*", NULL, NULL, NULL, EvtSubscribeToFutureEvents);
    push =
        EvtSubscribe(NULL, NULL, LOG, L"*[System[EventID=6]]", NULL, &delivered, callback, EvtSubscribeToFutureEvents);
    ok(pull && push, "error %lu", GetLastError());
    ok_err(EvtNext(pull, 1, &event, 0, 0, &count), ERROR_NO_MORE_ITEMS);
    report(EVENTLOG_INFORMATION_TYPE, 5, L"five");
    ok_int(WaitForSingleObject(signal, 10000), WAIT_OBJECT_0);
    ok(EvtNext(pull, 1, &event, 0, 0, &count), "error %lu", GetLastError());
    ok_int(event_id(event), 5);
    EvtClose(event);
    report(EVENTLOG_INFORMATION_TYPE, 6, L"six");
    ok_int(WaitForSingleObject(delivered, 10000), WAIT_OBJECT_0);
    ok_int(delivered_id, 6);
    ok(EvtClose(pull), "error %lu", GetLastError());
    ok(EvtClose(push), "error %lu", GetLastError());
}

static void test_log(void)
{
    EVT_HANDLE log = EvtOpenLog(NULL, LOG, EvtOpenChannelPath), channels = EvtOpenChannelEnum(NULL, 0);
    EVT_VARIANT value;
    WCHAR name[256];
    DWORD used;
    bool found = false;

    ok(EvtGetLogInfo(log, EvtLogNumberOfLogRecords, sizeof(value), &value, &used), "error %lu", GetLastError());
    ok_int(value.UInt64Val, 6);
    EvtClose(log);
    while (EvtNextChannelPath(channels, 256, name, &used))
        found |= !wcscmp(name, LOG);
    ok(found, "channel");
    EvtClose(channels);
    DeleteFileW(L"export.evt");
    ok(EvtExportLog(NULL, LOG, L"*", L"export.evt", EvtExportLogChannelPath), "error %lu", GetLastError());
    EVT_HANDLE results = EvtQuery(NULL, L"export.evt", L"*[System[EventID=4]]", EvtQueryFilePath), event;
    ok(EvtNext(results, 1, &event, INFINITE, 0, &used), "error %lu", GetLastError());
    ok_int(event_id(event), 4);
    EvtClose(event);
    EvtClose(results);
    DeleteFileW(L"export.evt");
    ok(EvtExportLog(NULL, LOG, L"*[System[EventID >= 2 and EventID <= 3]]", L"export.evt", EvtExportLogChannelPath),
       "error %lu", GetLastError());
    ok_err(EvtExportLog(NULL, LOG, L"*[System[EventID = 3]]", L"export.evt", EvtExportLogChannelPath),
           ERROR_ALREADY_EXISTS);
    results = EvtQuery(NULL, L"export.evt", L"*", EvtQueryFilePath);
    for (int i = 2; i <= 3 && ok(EvtNext(results, 1, &event, INFINITE, 0, &used), "error %lu", GetLastError()); i++) {
        ok_int(event_id(event), i);
        EvtClose(event);
    }
    ok_err(EvtNext(results, 1, &event, INFINITE, 0, &used), ERROR_NO_MORE_ITEMS);
    EvtClose(results);
    DeleteFileW(L"export.evt");
    ok_err(EvtExportLog(NULL, LOG, L"*[System[", L"export.evt", EvtExportLogChannelPath), ERROR_EVT_INVALID_QUERY);
    ok_err(EvtExportLog(NULL, LOG, L"*", L"export.evt", 0), ERROR_INVALID_PARAMETER);
    ok(GetFileAttributesW(L"export.evt") == INVALID_FILE_ATTRIBUTES, "a file");
    ok(EvtClearLog(NULL, LOG, NULL, 0), "error %lu", GetLastError());
    ok_str(query(L"*", 0), "");
}

static EVT_VARIANT *config_value(EVT_HANDLE config, int id)
{
    static EVT_VARIANT room[64];
    DWORD used = 0;

    memset(room, 0xaa, sizeof(room));
    ok_err(EvtGetChannelConfigProperty(config, id, 0, 0, NULL, &used), ERROR_INSUFFICIENT_BUFFER);
    ok(used <= sizeof(room), "%lu bytes", used);
    ok_err(EvtGetChannelConfigProperty(config, id, 0, used - 1, room, &used), ERROR_INSUFFICIENT_BUFFER);
    ok(EvtGetChannelConfigProperty(config, id, 0, used, room, &used), "%d: error %lu", id, GetLastError());
    return room;
}

static void test_config(void)
{
    EVT_HANDLE config = EvtOpenChannelConfig(NULL, LOG, 0);
    EVT_VARIANT *value, set = { .Type = EvtVarTypeUInt64, .UInt64Val = 0x200000 };
    DWORD used;

    ok_err(EvtOpenChannelConfig(NULL, L"No such channel", 0), ERROR_EVT_CHANNEL_NOT_FOUND);
    ok_err(EvtOpenChannelConfig(NULL, LOG, 1), ERROR_INVALID_PARAMETER);
    if (!ok(config != NULL, "error %lu", GetLastError()))
        return;
    value = config_value(config, EvtChannelConfigEnabled);
    ok_int(value->Type, EvtVarTypeBoolean);
    ok_int(value->BooleanVal, TRUE);
    ok_int(config_value(config, EvtChannelConfigClassicEventlog)->BooleanVal, TRUE);
    ok_int(config_value(config, EvtChannelConfigType)->UInt32Val, EvtChannelTypeAdmin);
    ok_int(config_value(config, EvtChannelConfigIsolation)->Type, EvtVarTypeUInt32);
    ok_int(config_value(config, EvtChannelPublishingConfigLevel)->Type, EvtVarTypeNull);
    value = config_value(config, EvtChannelConfigAccess);
    ok(value->Type == EvtVarTypeString && wcsstr(value->StringVal, L"D:(A;"), "no access");
    value = config_value(config, EvtChannelLoggingConfigLogFilePath);
    ok(value->Type == EvtVarTypeString && wcsstr(value->StringVal, LOG), "another file");
    value = config_value(config, 19); /* EvtChannelPublisherList */
    ok_int(value->Type, EvtVarTypeString | EVT_VARIANT_TYPE_ARRAY);
    ok_int(value->Count, 1);
    ok_wstr(value->StringArr[0], L"TransomEvtSource");
    ok_err(EvtGetChannelConfigProperty(config, 99, 0, 0, NULL, &used), ERROR_INVALID_PARAMETER);

    /* "changes an in-memory copy" */
    ok(EvtSetChannelConfigProperty(config, EvtChannelLoggingConfigMaxSize, 0, &set), "error %lu", GetLastError());
    ok_int(config_value(config, EvtChannelLoggingConfigMaxSize)->UInt64Val, 0x200000);
    EVT_HANDLE other = EvtOpenChannelConfig(NULL, LOG, 0);
    ok(config_value(other, EvtChannelLoggingConfigMaxSize)->UInt64Val != 0x200000, "saved");
    EvtClose(other);
    ok(EvtSaveChannelConfig(config, 0), "error %lu", GetLastError());
    other = EvtOpenChannelConfig(NULL, LOG, 0);
    ok_int(config_value(other, EvtChannelLoggingConfigMaxSize)->UInt64Val, 0x200000);
    EvtClose(other);
    ok_err(EvtSetChannelConfigProperty(config, EvtChannelConfigType, 0, &set), ERROR_INVALID_PARAMETER);
    ok_err(EvtSetChannelConfigProperty(config, EvtChannelLoggingConfigRetention, 0, &set), ERROR_INVALID_PARAMETER);
    set = (EVT_VARIANT){ .Type = EvtVarTypeString, .StringVal = L"nonsense" };
    ok(!EvtSetChannelConfigProperty(config, EvtChannelConfigAccess, 0, &set), "nonsense");
    ok(EvtClose(config), "error %lu", GetLastError());
}

static void test_publisher(void)
{
    EVT_HANDLE publisher = EvtOpenPublisherMetadata(NULL, L"TransomEvtSource", NULL, 0, 0), events;
    EVT_VARIANT value = { 0 }, room[64];
    DWORD used, count = 99;

    ok_err(EvtOpenPublisherMetadata(NULL, L"No such source", NULL, 0, 0), ERROR_EVT_PUBLISHER_METADATA_NOT_FOUND);
    ok(EvtGetPublisherMetadataProperty(publisher, EvtPublisherMetadataPublisherMessageID, 0, sizeof(value), &value,
                                       &used),
       "error %lu", GetLastError());
    ok_int(value.UInt32Val, ~0u);
    ok(EvtGetPublisherMetadataProperty(publisher, EvtPublisherMetadataChannelReferences, 0, sizeof(value), &value,
                                       &used),
       "error %lu", GetLastError());
    ok_int(value.Type, EvtVarTypeEvtHandle);
    ok(EvtGetObjectArraySize(value.EvtHandleVal, &count), "error %lu", GetLastError());
    ok_int(count, 1);
    ok(EvtGetObjectArrayProperty(value.EvtHandleVal, EvtPublisherMetadataChannelReferencePath, 0, 0, sizeof(room), room,
                                 &used),
       "error %lu", GetLastError());
    ok_wstr(room->StringVal, LOG);
    ok_err(EvtGetObjectArrayProperty(value.EvtHandleVal, EvtPublisherMetadataChannelReferencePath, 1, 0, sizeof(room),
                                     room, &used),
           ERROR_INVALID_PARAMETER);
    EvtClose(value.EvtHandleVal);
    ok(EvtGetPublisherMetadataProperty(publisher, EvtPublisherMetadataTasks, 0, sizeof(value), &value, &used),
       "error %lu", GetLastError());
    ok(EvtGetObjectArraySize(value.EvtHandleVal, &count), "error %lu", GetLastError());
    ok_int(count, 0);
    EvtClose(value.EvtHandleVal);
    events = EvtOpenEventMetadataEnum(publisher, 0);
    ok(events != NULL, "error %lu", GetLastError());
    ok_err(EvtNextEventMetadata(events, 0), ERROR_NO_MORE_ITEMS);
    EvtClose(events);
    EvtClose(publisher);
}

static void test_session(void)
{
    EVT_RPC_LOGIN login = { .Server = (WCHAR *)L"localhost" };
    EVT_HANDLE session = EvtOpenSession(EvtRpcLogin, &login, 0, 0), results;
    EVT_VARIANT room[64];
    DWORD used;

    ok(session != NULL, "error %lu", GetLastError());
    results = EvtQuery(session, LOG, L"*", EvtQueryChannelPath);
    ok(results != NULL, "error %lu", GetLastError());
    ok(EvtGetQueryInfo(results, EvtQueryNames, sizeof(room), room, &used), "error %lu", GetLastError());
    ok_int(room->Count, 1);
    ok_wstr(room->StringArr[0], LOG);
    ok(EvtGetQueryInfo(results, EvtQueryStatuses, sizeof(room), room, &used), "error %lu", GetLastError());
    ok_int(room->UInt32Arr[0], 0);
    ok_err(EvtQuery(results, LOG, L"*", EvtQueryChannelPath), ERROR_INVALID_HANDLE);
    EvtClose(results);
    EvtClose(session);
    login.Server = (WCHAR *)L"elsewhere.invalid";
    ok_err(EvtOpenSession(EvtRpcLogin, &login, 0, 0), RPC_S_SERVER_UNAVAILABLE);
}

TESTS
{
    HKEY key;

    if (!test_is_transom()) {
        skip("Windows keeps its logs in another format, and names are cached there");
        return;
    }
    RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\" LOG L"\\TransomEvtSource", 0,
                    NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    RegCloseKey(key);
    source = RegisterEventSourceW(NULL, L"TransomEvtSource");
    EvtClearLog(NULL, LOG, NULL, 0);
    report(EVENTLOG_ERROR_TYPE, 1, L"one");
    report(EVENTLOG_WARNING_TYPE, 2, L"two");
    report(EVENTLOG_ERROR_TYPE, 3, L"three <&>");
    report(EVENTLOG_INFORMATION_TYPE, 4, L"four");
    test_query();
    test_render();
    test_subscribe();
    test_config();
    test_publisher();
    test_session();
    test_log();
    DeregisterEventSource(source);
}
