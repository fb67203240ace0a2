/* SPDX-License-Identifier: MIT */
/*
 * winsvc_config.c: QueryServiceConfig and QueryServiceConfig2, ChangeServiceConfig2: between the structures and the service's values. Each
 * level is written once, with texts of either kind.
 */
#include "winsvc_private.h"

/* Texts that follow a structure: each is converted behind the last; `at` may be NULL to count only. */
char *put_ansi(char **at, SIZE_T *total, const WCHAR *text, BOOL list)
{
    SIZE_T length = list ? list_length(text) : wcslen(text) + 1;
    int bytes = WideCharToMultiByte(CP_ACP, 0, text, (int)length, NULL, 0, NULL, NULL);
    char *start = *at;

    *total += bytes;
    if (start) {
        WideCharToMultiByte(CP_ACP, 0, text, (int)length, start, bytes, NULL, NULL);
        *at += bytes;
    }
    return start;
}

SIZE_T list_length(const WCHAR *list)
{
    const WCHAR *at = list;

    while (*at)
        at += wcslen(at) + 1;
    return at - list + 1;
}

WCHAR *wide_list_dup(const char *list, BOOL *failed)
{
    const char *end = list;
    WCHAR *wide;
    int length, bytes;

    if (!list)
        return NULL;
    while (*end)
        end += strlen(end) + 1;
    bytes = (int)(end - list) + 1;
    length = MultiByteToWideChar(CP_ACP, 0, list, bytes, NULL, 0);
    if ((wide = heap_alloc((length + 1) * sizeof(WCHAR)))) {
        MultiByteToWideChar(CP_ACP, 0, list, bytes, wide, length);
        wide[length] = 0;
    } else {
        *failed = TRUE;
    }
    return wide;
}

/* --- reading values --- */

struct field {
    DWORD type, size;
    const void *data;
};

/* Stay in the answer. */
static BOOL read_values(SC_HANDLE value, const WCHAR *const *names, int count, struct field *fields,
                        struct packet *answer)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 };

    if (!service)
        return FALSE;
    packet_put(&request, SERVICES_VALUES);
    packet_put(&request, count);
    for (int i = 0; i < count; i++)
        packet_put_text(&request, names[i]);
    if (!service_call(service, &request, answer)) {
        packet_free(answer);
        return FALSE;
    }
    for (int i = 0; i < count; i++) {
        fields[i].type = packet_get(answer);
        fields[i].data = packet_get_bytes(answer, &fields[i].size);
    }
    if (!answer->bad)
        return TRUE;
    packet_free(answer);
    return fail(RPC_S_CALL_FAILED);
}

static DWORD number(const struct field *field, DWORD fallback)
{
    return field->type == REG_DWORD ? *(const DWORD *)field->data : fallback;
}

/* As a text or list: with both zeros, as the manager ends them. */
static const WCHAR *text(const struct field *field)
{
    return field->type == REG_NONE || field->size < 2 ? L"\0" : field->data;
}

static const WCHAR *text_or_null(const struct field *field)
{
    return field->type == REG_NONE || field->size < 2 ? NULL : field->data;
}

/* --- writing a structure and the texts behind it: once to count, once to fill --- */

struct writer {
    BYTE *start;
    SIZE_T used; /* what has been laid out */
    BOOL wide;
};

static void *write_struct(struct writer *writer, SIZE_T size)
{
    BYTE *at = writer->start ? writer->start + writer->used : NULL;

    writer->used += (size + 7) & ~(SIZE_T)7;
    return at;
}

/* A pointer in the program's buffer; of the A functions, to a converted text. */
static WCHAR *write_text(struct writer *writer, const WCHAR *value, BOOL list)
{
    SIZE_T size;
    BYTE *at = writer->start ? writer->start + writer->used : NULL;

    if (!value)
        return NULL;
    if (!writer->wide) {
        char *to = (char *)at;
        return (WCHAR *)put_ansi(&to, &writer->used, value, list);
    }
    size = (list ? list_length(value) : wcslen(value) + 1) * sizeof(WCHAR);
    writer->used += size;
    return at ? memcpy(at, value, size) : NULL;
}

typedef void write_level(struct writer *writer, const struct field *fields);

static BOOL write_twice(write_level *write, const struct field *fields, BYTE *buffer, DWORD size, DWORD *needed,
                        BOOL wide)
{
    struct writer counting = { .wide = wide }, writer = { .start = buffer, .wide = wide };

    write(&counting, fields);
    *needed = (DWORD)counting.used;
    if (size < counting.used)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!buffer)
        return fail(ERROR_INVALID_ADDRESS);
    write(&writer, fields);
    return TRUE;
}

/* --- QueryServiceConfig --- */

static const WCHAR *const config_names[] = {
    L"Type",          L"Start",      L"ErrorControl", L"ImagePath", L"Group", L"Tag", L"DependOnService",
    L"DependOnGroup", L"ObjectName", L"DisplayName",  L"_name"
};
enum { TYPE, START, ERROR_CONTROL, PATH, GROUP, TAG, SERVICES, GROUPS, ACCOUNT, DISPLAY, NAME, CONFIG_FIELDS };

static void write_config(struct writer *writer, const struct field *fields)
{
    QUERY_SERVICE_CONFIGW *config = write_struct(writer, sizeof(*config)), filled = {
        .dwServiceType = number(&fields[TYPE], 0),
        .dwStartType = number(&fields[START], SERVICE_DEMAND_START),
        .dwErrorControl = number(&fields[ERROR_CONTROL], SERVICE_ERROR_NORMAL),
        .dwTagId = number(&fields[TAG], 0),
    };

    filled.lpBinaryPathName = write_text(writer, text(&fields[PATH]), FALSE);
    filled.lpLoadOrderGroup = write_text(writer, text(&fields[GROUP]), FALSE);
    filled.lpDependencies = write_text(writer, text(&fields[SERVICES]), TRUE);
    filled.lpServiceStartName = write_text(writer, text(&fields[ACCOUNT]), FALSE);
    filled.lpDisplayName =
        write_text(writer, *text(&fields[DISPLAY]) ? text(&fields[DISPLAY]) : text(&fields[NAME]), FALSE);
    if (config)
        *config = filled;
}

/* Services, then groups with their mark. */
static WCHAR *join_dependencies(const WCHAR *services, const WCHAR *groups)
{
    WCHAR *joined = heap_alloc((list_length(services) + 2 * list_length(groups) + 2) * sizeof(WCHAR)), *at = joined;

    if (!joined)
        return NULL;
    for (; *services; services += wcslen(services) + 1) {
        wcscpy(at, services);
        at += wcslen(at) + 1;
    }
    for (; *groups; groups += wcslen(groups) + 1) {
        *at = SC_GROUP_IDENTIFIERW;
        wcscpy(at + 1, groups);
        at += wcslen(at) + 1;
    }
    at[0] = at[1] = 0;
    return joined;
}

static BOOL query_config(SC_HANDLE service, void *config, DWORD size, DWORD *needed, BOOL wide)
{
    struct packet answer = { 0 };
    struct field fields[CONFIG_FIELDS];
    WCHAR *dependencies;
    BOOL ok = FALSE;

    if (!read_values(service, config_names, NAME, fields, &answer))
        return FALSE;
    if (!needed) {
        packet_free(&answer);
        return fail(ERROR_INVALID_ADDRESS);
    }
    fields[NAME] = (struct field){ REG_SZ, 2, ((struct service_handle *)service)->name };
    dependencies = join_dependencies(text(&fields[SERVICES]), text(&fields[GROUPS]));
    if (dependencies) {
        fields[SERVICES] = (struct field){ REG_MULTI_SZ, 4, dependencies };
        ok = write_twice(write_config, fields, config, size, needed, wide);
    }
    heap_free(dependencies);
    packet_free(&answer);
    return ok;
}

BOOL WINAPI QueryServiceConfigW(SC_HANDLE service, LPQUERY_SERVICE_CONFIGW config, DWORD size, LPDWORD needed)
{
    return query_config(service, config, size, needed, TRUE);
}

BOOL WINAPI QueryServiceConfigA(SC_HANDLE service, LPQUERY_SERVICE_CONFIGA config, DWORD size, LPDWORD needed)
{
    return query_config(service, config, size, needed, FALSE);
}

/* --- QueryServiceConfig2: one function for each level --- */

static void write_description(struct writer *writer, const struct field *fields)
{
    SERVICE_DESCRIPTIONW *info = write_struct(writer, sizeof(*info));
    WCHAR *description = write_text(writer, text_or_null(&fields[0]), FALSE);

    if (info)
        info->lpDescription = description;
}

/* FailureActions as in the registry: reset period, two unused, count, offset of the actions. */
enum { FAILURE_HEADER = 5 };

static void write_failure(struct writer *writer, const struct field *fields)
{
    const DWORD *data = fields[0].data;
    BOOL has = fields[0].type == REG_BINARY && fields[0].size >= FAILURE_HEADER * sizeof(DWORD);
    DWORD count = has ? min(data[3], (fields[0].size / (DWORD)sizeof(DWORD) - FAILURE_HEADER) / 2) : 0;
    SERVICE_FAILURE_ACTIONSW *info = write_struct(writer, sizeof(*info));
    SC_ACTION *actions = write_struct(writer, count * sizeof(*actions));
    WCHAR *message = write_text(writer, text_or_null(&fields[1]), FALSE);
    WCHAR *command;

    if (writer->wide)
        writer->used = (writer->used + 1) & ~(SIZE_T)1;
    command = write_text(writer, text_or_null(&fields[2]), FALSE);
    if (!info)
        return;
    *info = (SERVICE_FAILURE_ACTIONSW){ has ? data[0] : 0, message, command, count, count ? actions : NULL };
    if (count)
        memcpy(actions, data + FAILURE_HEADER, count * sizeof(*actions));
}

static void write_number(struct writer *writer, const struct field *fields)
{
    DWORD *info = write_struct(writer, sizeof(*info));

    writer->used -= 4; /* no more than the structure */
    if (info)
        *info = number(&fields[0], 0);
}

/* "If this value is not specified, the default is 10 seconds" since Windows 10 1703; 180 before. */
static void write_preshutdown(struct writer *writer, const struct field *fields)
{
    DWORD *info = write_struct(writer, sizeof(*info));

    writer->used -= 4;
    if (info)
        *info = number(&fields[0], 10000);
}

static void write_privileges(struct writer *writer, const struct field *fields)
{
    SERVICE_REQUIRED_PRIVILEGES_INFOW *info = write_struct(writer, sizeof(*info));
    WCHAR *list = write_text(writer, text_or_null(&fields[0]), TRUE);

    if (info)
        info->pmszRequiredPrivileges = list;
}

static void write_node(struct writer *writer, const struct field *fields)
{
    SERVICE_PREFERRED_NODE_INFO *info = write_struct(writer, sizeof(*info));

    writer->used -= 4;
    if (info)
        *info = (SERVICE_PREFERRED_NODE_INFO){ (USHORT)number(&fields[0], 0), FALSE };
}

/* TriggerInfo is ours: for each trigger type, action, sub-type, count, and for each item type, size, data (padded to 4). */
static void write_triggers(struct writer *writer, const struct field *fields)
{
    struct packet data = { .data = (BYTE *)fields[0].data, .size = fields[0].type == REG_BINARY ? fields[0].size : 0 };
    SERVICE_TRIGGER_INFO *info = write_struct(writer, sizeof(*info));
    DWORD count = data.size ? packet_get(&data) : 0;
    SERVICE_TRIGGER *triggers = write_struct(writer, count * sizeof(*triggers));

    if (info)
        *info = (SERVICE_TRIGGER_INFO){ count, count ? triggers : NULL, NULL };
    for (DWORD i = 0; i < count && !data.bad; i++) {
        DWORD type = packet_get(&data), action = packet_get(&data), size;
        const void *subtype = packet_get_bytes(&data, &size);
        GUID *id = write_struct(writer, sizeof(*id));
        DWORD items = packet_get(&data);
        SERVICE_TRIGGER_SPECIFIC_DATA_ITEM *list = write_struct(writer, items * sizeof(*list));
        if (info && subtype)
            memcpy(id, subtype, sizeof(*id));
        if (info)
            triggers[i] = (SERVICE_TRIGGER){ type, action, id, items, items ? list : NULL };
        for (DWORD j = 0; j < items && !data.bad; j++) {
            DWORD item_type = packet_get(&data), item_size;
            const void *item = packet_get_bytes(&data, &item_size);
            BYTE *copy = write_struct(writer, item_size);
            if (!info || !item)
                continue;
            memcpy(copy, item, item_size);
            list[j] = (SERVICE_TRIGGER_SPECIFIC_DATA_ITEM){ item_type, item_size, copy };
        }
    }
}

static const struct level {
    write_level *write;
    const WCHAR *names[3];
} levels[] = {
    [SERVICE_CONFIG_DESCRIPTION] = { write_description, { L"Description" } },
    [SERVICE_CONFIG_FAILURE_ACTIONS] = { write_failure, { L"FailureActions", L"RebootMessage", L"FailureCommand" } },
    [SERVICE_CONFIG_DELAYED_AUTO_START_INFO] = { write_number, { L"DelayedAutostart" } },
    [SERVICE_CONFIG_FAILURE_ACTIONS_FLAG] = { write_number, { L"FailureActionsOnNonCrashFailures" } },
    [SERVICE_CONFIG_SERVICE_SID_INFO] = { write_number, { L"ServiceSidType" } },
    [SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO] = { write_privileges, { L"RequiredPrivileges" } },
    [SERVICE_CONFIG_PRESHUTDOWN_INFO] = { write_preshutdown, { L"PreshutdownTimeout" } },
    [SERVICE_CONFIG_TRIGGER_INFO] = { write_triggers, { L"TriggerInfo" } },
    [SERVICE_CONFIG_PREFERRED_NODE] = { write_node, { L"PreferredNode" } },
    [SERVICE_CONFIG_LAUNCH_PROTECTED] = { write_number, { L"LaunchProtected" } },
};

static BOOL query_config2(SC_HANDLE service, DWORD level, BYTE *buffer, DWORD size, DWORD *needed, BOOL wide)
{
    struct packet answer = { 0 };
    struct field fields[3];
    int count = 0;
    BOOL ok;

    if (!service_check(service, TRUE))
        return FALSE;
    if (level >= ARRAY_SIZE(levels) || !levels[level].write)
        return fail(ERROR_INVALID_LEVEL);
    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    while (count < 3 && levels[level].names[count])
        count++;
    if (!read_values(service, levels[level].names, count, fields, &answer))
        return FALSE;
    ok = write_twice(levels[level].write, fields, buffer, size, needed, wide);
    packet_free(&answer);
    return ok;
}

BOOL WINAPI QueryServiceConfig2W(SC_HANDLE service, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    return query_config2(service, level, buffer, size, needed, TRUE);
}

BOOL WINAPI QueryServiceConfig2A(SC_HANDLE service, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    return query_config2(service, level, buffer, size, needed, FALSE);
}

/* --- ChangeServiceConfig2 --- */

static void put_value(struct packet *packet, const WCHAR *name, DWORD type, const void *data, SIZE_T size)
{
    packet_put_text(packet, name);
    packet_put(packet, type);
    packet_put_bytes(packet, data, (DWORD)size);
}

/* NULL leaves it as it is, "" removes it. */
static DWORD put_optional(struct packet *packet, const WCHAR *name, const WCHAR *value)
{
    if (!value)
        return 0;
    put_value(packet, name, *value ? REG_SZ : SERVICES_REMOVE, value, (wcslen(value) + 1) * sizeof(WCHAR));
    return 1;
}

static DWORD put_failure(struct packet *packet, const SERVICE_FAILURE_ACTIONSW *info)
{
    DWORD header[FAILURE_HEADER] = { info->dwResetPeriod, 0, 0, info->cActions, FAILURE_HEADER * sizeof(DWORD) };
    DWORD count = put_optional(packet, L"RebootMessage", info->lpRebootMsg);
    BYTE *data;

    count += put_optional(packet, L"FailureCommand", info->lpCommand);
    /* "If this value is NULL, the cActions and dwResetPeriod members are ignored." "If cActions is 0 ..., [they] are deleted." */
    if (!info->lpsaActions)
        return count;
    if (!info->cActions) {
        put_value(packet, L"FailureActions", SERVICES_REMOVE, NULL, 0);
        return count + 1;
    }
    if (info->cActions > 1000 || !(data = heap_alloc(sizeof(header) + info->cActions * sizeof(SC_ACTION)))) {
        packet->bad = TRUE;
        return count;
    }
    memcpy(data, header, sizeof(header));
    memcpy(data + sizeof(header), info->lpsaActions, info->cActions * sizeof(SC_ACTION));
    put_value(packet, L"FailureActions", REG_BINARY, data, sizeof(header) + info->cActions * sizeof(SC_ACTION));
    heap_free(data);
    return count + 1;
}

static void put_triggers(struct packet *packet, const SERVICE_TRIGGER_INFO *info)
{
    struct packet data = { 0 };

    packet_put(&data, info->cTriggers);
    for (DWORD i = 0; i < info->cTriggers; i++) {
        const SERVICE_TRIGGER *trigger = &info->pTriggers[i];
        packet_put(&data, trigger->dwTriggerType);
        packet_put(&data, trigger->dwAction);
        packet_put_bytes(&data, trigger->pTriggerSubtype, sizeof(GUID));
        packet_put(&data, trigger->cDataItems);
        for (DWORD j = 0; j < trigger->cDataItems; j++) {
            packet_put(&data, trigger->pDataItems[j].dwDataType);
            packet_put_bytes(&data, trigger->pDataItems[j].pData, trigger->pDataItems[j].cbData);
        }
    }
    packet->bad |= data.bad;
    put_value(packet, L"TriggerInfo", info->cTriggers ? REG_BINARY : SERVICES_REMOVE, data.data, data.size);
    packet_free(&data);
}

/* The values of a level; how many. */
static DWORD put_level(struct packet *packet, DWORD level, void *info)
{
    const WCHAR *name = levels[level].names[0];
    WCHAR *list;

    switch (level) {
    case SERVICE_CONFIG_DESCRIPTION:
        return put_optional(packet, name, ((SERVICE_DESCRIPTIONW *)info)->lpDescription);
    case SERVICE_CONFIG_FAILURE_ACTIONS:
        return put_failure(packet, info);
    case SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO:
        list = ((SERVICE_REQUIRED_PRIVILEGES_INFOW *)info)->pmszRequiredPrivileges;
        if (!list)
            return 0;
        put_value(packet, name, *list ? REG_MULTI_SZ : SERVICES_REMOVE, list, list_length(list) * sizeof(WCHAR));
        return 1;
    case SERVICE_CONFIG_TRIGGER_INFO:
        put_triggers(packet, info);
        return 1;
    case SERVICE_CONFIG_PREFERRED_NODE: {
        SERVICE_PREFERRED_NODE_INFO *node = info;
        DWORD value = node->usPreferredNode;
        put_value(packet, name, node->fDelete ? SERVICES_REMOVE : REG_DWORD, &value, sizeof(value));
        return 1;
    }
    default: {
        DWORD value = *(DWORD *)info;
        if (level == SERVICE_CONFIG_DELAYED_AUTO_START_INFO || level == SERVICE_CONFIG_FAILURE_ACTIONS_FLAG)
            value = !!value;
        put_value(packet, name, REG_DWORD, &value, sizeof(value));
        return 1;
    }
    }
}

BOOL WINAPI ChangeServiceConfig2W(SC_HANDLE value, DWORD level, LPVOID info)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 }, answer = { 0 };
    DWORD count;
    BOOL ok;

    if (!service)
        return FALSE;
    if (level >= ARRAY_SIZE(levels) || !levels[level].write)
        return fail(ERROR_INVALID_LEVEL);
    if (!info) /* "If this value is NULL, the information remains unchanged." */
        return TRUE;
    packet_put(&request, SERVICES_CHANGE);
    packet_put(&request, FALSE);
    packet_put(&request, 0);
    count = put_level(&request, level, info);
    if (!request.bad)
        memcpy(request.data + 8, &count, sizeof(count));
    ok = service_call(service, &request, &answer);
    packet_free(&answer);
    return ok;
}

BOOL WINAPI ChangeServiceConfig2A(SC_HANDLE service, DWORD level, LPVOID info)
{
    BOOL ok, failed = FALSE;

    if (info && level == SERVICE_CONFIG_DESCRIPTION) {
        SERVICE_DESCRIPTIONW wide = { wide_dup(((SERVICE_DESCRIPTIONA *)info)->lpDescription) };
        ok = ChangeServiceConfig2W(service, level, &wide);
        heap_free(wide.lpDescription);
        return ok;
    }
    if (info && level == SERVICE_CONFIG_FAILURE_ACTIONS) {
        SERVICE_FAILURE_ACTIONSA *ansi = info;
        SERVICE_FAILURE_ACTIONSW wide = { ansi->dwResetPeriod, wide_dup(ansi->lpRebootMsg), wide_dup(ansi->lpCommand),
                                          ansi->cActions, ansi->lpsaActions };
        ok = ChangeServiceConfig2W(service, level, &wide);
        heap_free(wide.lpRebootMsg);
        heap_free(wide.lpCommand);
        return ok;
    }
    if (info && level == SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO) {
        SERVICE_REQUIRED_PRIVILEGES_INFOW wide = { wide_list_dup(
            ((SERVICE_REQUIRED_PRIVILEGES_INFOA *)info)->pmszRequiredPrivileges, &failed) };
        ok = !failed && ChangeServiceConfig2W(service, level, &wide);
        heap_free(wide.pmszRequiredPrivileges);
        return ok;
    }
    return ChangeServiceConfig2W(service, level, info);
}
