/* SPDX-License-Identifier: MIT */
/*
 * winevt_config.c: how channels are configured, what a publisher says of itself beyond its messages, sessions. All channels are classic logs, and
 * all publishers classic sources: they have no manifest, so they define nothing but the channel that they write to.
 */
#include "wevtapi_private.h"

/* The SDDL that Windows gives the Application log. */
#define DEFAULT_ACCESS                                                                                                 \
    L"O:BAG:SYD:(A;;0x2;;;S-1-15-2-1)(A;;0x2;;;S-1-15-3-1024-3153509613-960666767-3724611135-2725662640-12138253-"     \
    L"543910227-1950414635-4190290187)(A;;0xf0007;;;SY)(A;;0x7;;;BA)(A;;0x7;;;SO)(A;;0x3;;;IU)(A;;0x3;;;SU)"           \
    L"(A;;0x3;;;S-1-5-3)(A;;0x3;;;S-1-5-33)(A;;0x1;;;S-1-5-32-573)"
#define PUBLISHER_LIST 19 /* EvtChannelPublisherList: mingw-w64's header has a gap there */

/* --- sessions: with this computer only --- */

BOOL session_is_local(EVT_HANDLE session)
{
    return !session || evt_check(session, SESSION);
}

static BOOL is_this_computer(const WCHAR *server)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(name);

    return !server || !*server || !wcscmp(server, L".") || !_wcsicmp(server, L"localhost") ||
           (GetComputerNameW(name, &size) && !_wcsicmp(server, name));
}

EVT_HANDLE WINAPI EvtOpenSession(EVT_LOGIN_CLASS class, PVOID login, DWORD timeout, DWORD flags)
{
    const EVT_RPC_LOGIN *who = login;
    DWORD error = 0;

    if (class != EvtRpcLogin || !who || timeout || flags || who->Flags > EvtRpcLoginAuthNTLM)
        error = ERROR_INVALID_PARAMETER;
    else if (!is_this_computer(who->Server))
        error = RPC_S_SERVER_UNAVAILABLE;
    else if (who->User && *who->User)
        error = ERROR_LOGON_FAILURE; /* nobody else can be logged on */
    if (error) {
        SetLastError(error);
        return NULL;
    }
    return (EVT_HANDLE)evt_new(SESSION);
}

/* --- values --- */

static BOOL give_value(EVT_VARIANT *value, const WCHAR *text, DWORD size, EVT_VARIANT *buffer, DWORD *used)
{
    struct output output = { .buffer = (BYTE *)buffer, .size = buffer ? size : 0, .used = sizeof(EVT_VARIANT) };

    output_string(&output, value, text);
    return output_variant(&output, value, used);
}

static DWORD registry_number(const WCHAR *channel, const WCHAR *name, DWORD otherwise)
{
    DWORD value, size = sizeof(value);
    WCHAR key[640];

    _snwprintf(key, ARRAY_SIZE(key) - 1, EVENTLOG_KEY L"\\%s", channel);
    key[ARRAY_SIZE(key) - 1] = 0;
    return RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD, NULL, &value, &size) ? otherwise : value;
}

static WCHAR *registry_text(const WCHAR *channel, const WCHAR *name)
{
    WCHAR key[640], *text;
    DWORD size = 0;

    _snwprintf(key, ARRAY_SIZE(key) - 1, EVENTLOG_KEY L"\\%s", channel);
    key[ARRAY_SIZE(key) - 1] = 0;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, NULL, NULL,
                     &size) ||
        !(text = allocate(size + sizeof(WCHAR))))
        return NULL;
    if (!RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, NULL, text,
                      &size))
        return text;
    release(text);
    return NULL;
}

/* --- the configuration of a channel: MaxSize and access are a copy until they are saved --- */

EVT_HANDLE WINAPI EvtOpenChannelConfig(EVT_HANDLE session, LPCWSTR channel, DWORD flags)
{
    struct evt *evt;

    if (!session_is_local(session))
        return NULL;
    if (!channel || flags || wcslen(channel) > 255) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!channel_exists(channel)) {
        SetLastError(ERROR_EVT_CHANNEL_NOT_FOUND);
        return NULL;
    }
    if (!(evt = evt_new(CONFIG)))
        return NULL;
    wcscpy(evt->channel, channel);
    evt->max_size = registry_number(channel, L"MaxSize", 0x1400000);
    evt->access = registry_text(channel, L"CustomSD");
    return (EVT_HANDLE)evt;
}

static BOOL give_file(const struct evt *evt, DWORD size, EVT_VARIANT *buffer, DWORD *used)
{
    EVT_VARIANT value = { .Type = EvtVarTypeNull };
    WCHAR folder[MAX_PATH], path[2 * MAX_PATH];

    store_folder(folder);
    _snwprintf(path, ARRAY_SIZE(path) - 1, L"%s\\%s.evt", folder, evt->channel);
    path[ARRAY_SIZE(path) - 1] = 0;
    return give_value(&value, path, size, buffer, used);
}

static BOOL give_publishers(const struct evt *evt, DWORD size, EVT_VARIANT *buffer, DWORD *used)
{
    struct output output = { .buffer = (BYTE *)buffer, .size = buffer ? size : 0, .used = sizeof(EVT_VARIANT) };
    EVT_VARIANT value = { .Type = EvtVarTypeString | EVT_VARIANT_TYPE_ARRAY };
    struct evt *sources = evt_new(PUBLISHERS);
    const WCHAR **texts;
    BOOL ok;

    if (!sources)
        return FALSE;
    names_of_sources(sources, evt->channel);
    value.Count = sources->name_count;
    texts = output_put(&output, NULL, sources->name_count * sizeof(*texts));
    for (DWORD i = 0; i < sources->name_count; i++) {
        EVT_VARIANT text = { 0 };
        output_string(&output, &text, sources->names[i]);
        if (texts)
            texts[i] = text.StringVal;
    }
    value.StringArr = (LPWSTR *)texts;
    ok = output_variant(&output, &value, used);
    EvtClose((EVT_HANDLE)sources);
    return ok;
}

BOOL WINAPI EvtGetChannelConfigProperty(EVT_HANDLE handle, EVT_CHANNEL_CONFIG_PROPERTY_ID id, DWORD flags, DWORD size,
                                        PEVT_VARIANT buffer, PDWORD used)
{
    struct evt *evt = evt_check(handle, CONFIG);
    EVT_VARIANT value = { .Type = EvtVarTypeUInt32 };
    const WCHAR *text = NULL;

    if (!evt)
        return FALSE;
    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    switch ((int)id) {
    case EvtChannelConfigEnabled:
    case EvtChannelConfigClassicEventlog:
        value = (EVT_VARIANT){ .Type = EvtVarTypeBoolean, .BooleanVal = TRUE };
        break;
    case EvtChannelConfigIsolation:
        value.UInt32Val = !_wcsicmp(evt->channel, L"System")     ? EvtChannelIsolationTypeSystem
                          : !_wcsicmp(evt->channel, L"Security") ? EvtChannelIsolationTypeCustom
                                                                 : EvtChannelIsolationTypeApplication;
        break;
    case EvtChannelConfigType:
        value.UInt32Val = EvtChannelTypeAdmin;
        break;
    case EvtChannelConfigOwningPublisher:
        text = L"";
        break;
    case EvtChannelConfigAccess:
        text = evt->access ? evt->access : DEFAULT_ACCESS;
        break;
    case EvtChannelLoggingConfigRetention:
    case EvtChannelLoggingConfigAutoBackup:
        value = (EVT_VARIANT){ .Type = EvtVarTypeBoolean, .BooleanVal = FALSE }; /* the oldest make room */
        break;
    case EvtChannelLoggingConfigMaxSize:
        value = (EVT_VARIANT){ .Type = EvtVarTypeUInt64, .UInt64Val = evt->max_size };
        break;
    case EvtChannelLoggingConfigLogFilePath:
        return give_file(evt, size, buffer, used);
    case PUBLISHER_LIST:
        return give_publishers(evt, size, buffer, used);
    case EvtChannelPublishingConfigFileMax:
        value.UInt32Val = 1;
        break;
    case EvtChannelPublishingConfigLevel: /* of what is published by ETW: not of classic logs */
    case EvtChannelPublishingConfigKeywords:
    case EvtChannelPublishingConfigControlGuid:
    case EvtChannelPublishingConfigBufferSize:
    case EvtChannelPublishingConfigMinBuffers:
    case EvtChannelPublishingConfigMaxBuffers:
    case EvtChannelPublishingConfigLatency:
    case EvtChannelPublishingConfigClockType:
    case EvtChannelPublishingConfigSidType:
        value.Type = EvtVarTypeNull;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    return give_value(&value, text, size, buffer, used);
}

static BOOL set_access(struct evt *evt, const WCHAR *text)
{
    SECURITY_DESCRIPTOR *security;
    WCHAR *copy;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, (void **)&security, NULL))
        return FALSE;
    LocalFree(security);
    if (!(copy = allocate((wcslen(text) + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    release(evt->access);
    evt->access = wcscpy(copy, text);
    return TRUE;
}

static BOOL is_type(const EVT_VARIANT *value, DWORD type)
{
    return value->Type == type ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI EvtSetChannelConfigProperty(EVT_HANDLE handle, EVT_CHANNEL_CONFIG_PROPERTY_ID id, DWORD flags,
                                        PEVT_VARIANT value)
{
    struct evt *evt = evt_check(handle, CONFIG);

    if (!evt)
        return FALSE;
    if (flags || !value)
        return fail(ERROR_INVALID_PARAMETER);
    switch ((int)id) {
    case EvtChannelLoggingConfigMaxSize:
        if (!is_type(value, EvtVarTypeUInt64))
            return FALSE;
        if (value->UInt64Val < 0x10000 || value->UInt64Val > 0x40000000)
            return fail(ERROR_INVALID_PARAMETER);
        evt->max_size = (DWORD)value->UInt64Val & ~0xffffu;
        return TRUE;
    case EvtChannelConfigAccess:
        return is_type(value, EvtVarTypeString) && set_access(evt, value->StringVal);
    case EvtChannelConfigEnabled: /* what a classic log is, it stays */
        return is_type(value, EvtVarTypeBoolean) && (value->BooleanVal || fail(ERROR_NOT_SUPPORTED));
    case EvtChannelLoggingConfigRetention:
    case EvtChannelLoggingConfigAutoBackup:
        return is_type(value, EvtVarTypeBoolean) && (!value->BooleanVal || fail(ERROR_NOT_SUPPORTED));
    case EvtChannelConfigIsolation:
    case EvtChannelLoggingConfigLogFilePath:
    case EvtChannelPublishingConfigLevel:
    case EvtChannelPublishingConfigKeywords:
    case EvtChannelPublishingConfigFileMax:
        return fail(ERROR_NOT_SUPPORTED);
    default: /* "You cannot set this property" */
        return fail(ERROR_INVALID_PARAMETER);
    }
}

/* The size is that of the log's file when it is made or cleared. */
BOOL WINAPI EvtSaveChannelConfig(EVT_HANDLE handle, DWORD flags)
{
    struct evt *evt = evt_check(handle, CONFIG);
    WCHAR path[640];
    DWORD error;
    HKEY key;

    if (!evt)
        return FALSE;
    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    _snwprintf(path, ARRAY_SIZE(path) - 1, EVENTLOG_KEY L"\\%s", evt->channel);
    path[ARRAY_SIZE(path) - 1] = 0;
    if ((error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL)))
        return fail(error);
    error = RegSetValueExW(key, L"MaxSize", 0, REG_DWORD, (BYTE *)&evt->max_size, sizeof(DWORD));
    if (!error && evt->access)
        error = RegSetValueExW(key, L"CustomSD", 0, REG_SZ, (BYTE *)evt->access,
                               (DWORD)(wcslen(evt->access) + 1) * sizeof(WCHAR));
    RegCloseKey(key);
    return error ? fail(error) : TRUE;
}

/* --- publishers --- */

/* A list that a publisher has: the channels are one, the others empty. */
static BOOL give_array(const struct evt *publisher, EVT_PUBLISHER_METADATA_PROPERTY_ID id, DWORD size,
                       EVT_VARIANT *buffer, DWORD *used)
{
    EVT_VARIANT value = { .Type = EvtVarTypeEvtHandle };
    struct evt *array;

    if (used)
        *used = sizeof(value);
    if (!buffer || size < sizeof(value))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!(array = evt_new(ARRAY)))
        return FALSE;
    array->number = id;
    if (id == EvtPublisherMetadataChannelReferences)
        store_log_of_source(publisher->names[0], array->channel);
    value.EvtHandleVal = (EVT_HANDLE)array;
    *buffer = value;
    return TRUE;
}

static DWORD array_count(const struct evt *array)
{
    return array->number == EvtPublisherMetadataChannelReferences;
}

BOOL publisher_property(const struct evt *publisher, EVT_PUBLISHER_METADATA_PROPERTY_ID id, DWORD size,
                        EVT_VARIANT *buffer, DWORD *used)
{
    EVT_VARIANT value = { .Type = EvtVarTypeNull };
    const WCHAR *name = id == EvtPublisherMetadataParameterFilePath ? L"ParameterMessageFile" : L"EventMessageFile";
    WCHAR path[1024];
    BOOL found;

    switch (id) {
    case EvtPublisherMetadataMessageFilePath:
    case EvtPublisherMetadataParameterFilePath:
    case EvtPublisherMetadataResourceFilePath:
        found = source_value(publisher->names[0], name, path, ARRAY_SIZE(path));
        return give_value(&value, found ? path : NULL, size, buffer, used);
    case EvtPublisherMetadataPublisherGuid:
    case EvtPublisherMetadataHelpLink:
        return give_value(&value, NULL, size, buffer, used);
    case EvtPublisherMetadataPublisherMessageID: /* "If the provider does not specify a message, the value is -1" */
        value = (EVT_VARIANT){ .Type = EvtVarTypeUInt32, .UInt32Val = ~0u };
        return give_value(&value, NULL, size, buffer, used);
    case EvtPublisherMetadataChannelReferences:
    case EvtPublisherMetadataLevels:
    case EvtPublisherMetadataTasks:
    case EvtPublisherMetadataOpcodes:
    case EvtPublisherMetadataKeywords:
        return give_array(publisher, id, size, buffer, used);
    default: /* of an element of a list */
        return fail(ERROR_INVALID_PARAMETER);
    }
}

BOOL WINAPI EvtGetObjectArraySize(EVT_OBJECT_ARRAY_PROPERTY_HANDLE handle, PDWORD size)
{
    struct evt *array = evt_check(handle, ARRAY);

    if (!array)
        return FALSE;
    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    *size = array_count(array);
    return TRUE;
}

BOOL WINAPI EvtGetObjectArrayProperty(EVT_OBJECT_ARRAY_PROPERTY_HANDLE handle, DWORD id, DWORD index, DWORD flags,
                                      DWORD size, PEVT_VARIANT buffer, PDWORD used)
{
    struct evt *array = evt_check(handle, ARRAY);
    EVT_VARIANT value = { .Type = EvtVarTypeUInt32 };
    const WCHAR *text = NULL;

    if (!array)
        return FALSE;
    if (flags || index >= array_count(array))
        return fail(ERROR_INVALID_PARAMETER);
    switch (id) {
    case EvtPublisherMetadataChannelReferencePath:
        text = array->channel;
        break;
    case EvtPublisherMetadataChannelReferenceIndex:
    case EvtPublisherMetadataChannelReferenceID:
        break;
    case EvtPublisherMetadataChannelReferenceFlags:
        value.UInt32Val = EvtChannelReferenceImported;
        break;
    case EvtPublisherMetadataChannelReferenceMessageID:
        value.UInt32Val = ~0u;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    return give_value(&value, text, size, buffer, used);
}

/* --- events that a publisher defines: none, without a manifest --- */

EVT_HANDLE WINAPI EvtOpenEventMetadataEnum(EVT_HANDLE handle, DWORD flags)
{
    if (!evt_check(handle, PUBLISHER))
        return NULL;
    if (flags) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return (EVT_HANDLE)evt_new(EVENTS);
}

EVT_HANDLE WINAPI EvtNextEventMetadata(EVT_HANDLE handle, DWORD flags)
{
    if (evt_check(handle, EVENTS))
        SetLastError(flags ? ERROR_INVALID_PARAMETER : ERROR_NO_MORE_ITEMS);
    return NULL;
}

/* Handles of what EvtNextEventMetadata gives: there are none. */
BOOL WINAPI EvtGetEventMetadataProperty(EVT_HANDLE handle, EVT_EVENT_METADATA_PROPERTY_ID id, DWORD flags, DWORD size,
                                        PEVT_VARIANT buffer, PDWORD used)
{
    (void)handle, (void)id, (void)flags, (void)size, (void)buffer, (void)used;
    return fail(ERROR_INVALID_HANDLE);
}

/* --- queries: which channels they are over, and whether each could be opened --- */

BOOL WINAPI EvtGetQueryInfo(EVT_HANDLE handle, EVT_QUERY_PROPERTY_ID id, DWORD size, PEVT_VARIANT buffer, PDWORD used)
{
    struct output output = { .buffer = (BYTE *)buffer, .size = buffer ? size : 0, .used = sizeof(EVT_VARIANT) };
    struct evt *query = evt_check(handle, QUERY);
    EVT_VARIANT value = { 0 };

    if (!query)
        return FALSE;
    value.Count = query->source_count;
    if (id == EvtQueryStatuses) {
        value.Type = EvtVarTypeUInt32 | EVT_VARIANT_TYPE_ARRAY;
        value.UInt32Arr = output_put(&output, NULL, query->source_count * sizeof(UINT32));
        return output_variant(&output, &value, used);
    }
    if (id != EvtQueryNames)
        return fail(ERROR_INVALID_PARAMETER);
    value.Type = EvtVarTypeString | EVT_VARIANT_TYPE_ARRAY;
    const WCHAR **names = output_put(&output, NULL, query->source_count * sizeof(*names));
    for (DWORD i = 0; i < query->source_count; i++) {
        EVT_VARIANT text = { 0 };
        output_string(&output, &text, query->sources[i].channel);
        if (names)
            names[i] = text.StringVal;
    }
    value.StringArr = (LPWSTR *)names;
    return output_variant(&output, &value, used);
}
