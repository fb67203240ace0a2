/* SPDX-License-Identifier: MIT */
/* trigger.c: sc's commands for triggers. They are kept and told; nothing here starts a service by one. */
#include "sc.h"

/* The events that Windows has a name for (SERVICE_TRIGGER's page), and how triggerinfo calls what they do. */
static const struct event {
    DWORD type;
    const WCHAR *subtype, *shown, *start, *stop;
} events[] = {
    { SERVICE_TRIGGER_TYPE_IP_ADDRESS_AVAILABILITY, L"{4f27f2de-14e2-430b-a549-7cd48cbc8245}", L"FIRST IP ADDRESS",
      L"networkon", NULL },
    { SERVICE_TRIGGER_TYPE_IP_ADDRESS_AVAILABILITY, L"{cc4ba62a-162e-4648-847a-b6bdf993e335}", L"ZERO IP ADDRESSES",
      NULL, L"networkoff" },
    { SERVICE_TRIGGER_TYPE_DOMAIN_JOIN, L"{1ce20aba-9851-4421-9430-1ddeb766e809}", L"DOMAIN JOINED", L"domainjoin",
      NULL },
    { SERVICE_TRIGGER_TYPE_DOMAIN_JOIN, L"{ddaf516e-58c2-4866-9574-c3b615d42ea1}", L"NOT DOMAIN JOINED", NULL,
      L"domainleave" },
    { SERVICE_TRIGGER_TYPE_FIREWALL_PORT_EVENT, L"{b7569e07-8421-4ee0-ad10-86915afdad09}", L"PORT OPEN", L"portopen",
      NULL },
    { SERVICE_TRIGGER_TYPE_FIREWALL_PORT_EVENT, L"{a144ed38-8e12-4de4-9d96-e64740b1a524}", L"PORT CLOSE", NULL,
      L"portclose" },
    { SERVICE_TRIGGER_TYPE_GROUP_POLICY, L"{659fcae6-5bdb-4da9-b1ff-ca2a178d46e0}", L"MACHINE POLICY PRESENT",
      L"machinepolicy", NULL },
    { SERVICE_TRIGGER_TYPE_GROUP_POLICY, L"{54fb46c8-f089-464c-b1fd-59d1b62c3b50}", L"USER POLICY PRESENT",
      L"userpolicy", NULL },
    { SERVICE_TRIGGER_TYPE_NETWORK_ENDPOINT, L"{bc90d167-9470-4139-a9ba-be0bbbf5b74d}", L"RPC INTERFACE EVENT",
      L"rpcinterface", NULL },
    { SERVICE_TRIGGER_TYPE_NETWORK_ENDPOINT, L"{1f81d131-3fac-4537-9e0c-7e7b0c2f4b55}", L"NAMED PIPE EVENT",
      L"namedpipe", NULL },
};

/* --- qtriggerinfo --- */

static const WCHAR *type_name(DWORD type)
{
    switch (type) {
    case SERVICE_TRIGGER_TYPE_DEVICE_INTERFACE_ARRIVAL:
        return L"DEVICE INTERFACE ARRIVAL";
    case SERVICE_TRIGGER_TYPE_IP_ADDRESS_AVAILABILITY:
    case SERVICE_TRIGGER_TYPE_NETWORK_ENDPOINT:
        return L"NETWORK EVENT";
    case SERVICE_TRIGGER_TYPE_DOMAIN_JOIN:
        return L"DOMAIN JOINED STATUS";
    case SERVICE_TRIGGER_TYPE_FIREWALL_PORT_EVENT:
        return L"FIREWALL PORT EVENT";
    case SERVICE_TRIGGER_TYPE_GROUP_POLICY:
        return L"GROUP POLICY";
    case SERVICE_TRIGGER_TYPE_CUSTOM_SYSTEM_STATE_CHANGE:
        return L"CUSTOM SYSTEM STATE CHANGE EVENT";
    case SERVICE_TRIGGER_TYPE_CUSTOM:
        return L"CUSTOM";
    }
    return L"UNKNOWN";
}

static void guid_text(const GUID *id, WCHAR *text, size_t size)
{
    _snwprintf(text, size, L"{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", id->Data1, id->Data2, id->Data3,
               id->Data4[0], id->Data4[1], id->Data4[2], id->Data4[3], id->Data4[4], id->Data4[5], id->Data4[6],
               id->Data4[7]);
}

static const WCHAR *subtype_name(DWORD type, const WCHAR *id)
{
    for (size_t i = 0; i < ARRAYSIZE(events); i++)
        if (events[i].type == type && !_wcsicmp(events[i].subtype, id))
            return events[i].shown;
    switch (type) {
    case SERVICE_TRIGGER_TYPE_DEVICE_INTERFACE_ARRIVAL:
        return L"INTERFACE CLASS GUID";
    case SERVICE_TRIGGER_TYPE_CUSTOM:
        return L"ETW PROVIDER UUID";
    }
    return type_name(type);
}

/* The strings of a multi-string, or bytes. */
static void print_data(const SERVICE_TRIGGER *trigger, const SERVICE_TRIGGER_SPECIFIC_DATA_ITEM *item)
{
    const WCHAR *label = trigger->dwTriggerType == SERVICE_TRIGGER_TYPE_DEVICE_INTERFACE_ARRIVAL
                             ? L"HARDWARE_ID/COMPATIBLE_ID"
                             : L"DATA";
    size_t length = item->cbData / sizeof(WCHAR);
    const WCHAR *text = (const WCHAR *)item->pData;

    if (item->dwDataType == SERVICE_TRIGGER_DATA_TYPE_STRING) {
        for (size_t at = 0, one; at + 1 < length; at += one + 1) {
            one = wcsnlen(text + at, length - at);
            say(L"            %-26ls : %.*ls\r\n", label, (int)one, text + at);
        }
        return;
    }
    say(L"            %-26ls : ", label);
    for (DWORD i = 0; i < item->cbData; i++)
        say(L"%02X", item->pData[i]);
    say(L"\r\n");
}

static void print_trigger(const SERVICE_TRIGGER *trigger)
{
    WCHAR id[40] = L"{}";

    if (trigger->pTriggerSubtype)
        guid_text(trigger->pTriggerSubtype, id, ARRAYSIZE(id));
    say(L"        %ls SERVICE\r\n", trigger->dwAction == SERVICE_TRIGGER_ACTION_SERVICE_STOP ? L"STOP" : L"START");
    say(L"          %-28ls : %.36ls [%ls]\r\n", type_name(trigger->dwTriggerType), id + 1,
        subtype_name(trigger->dwTriggerType, id));
    for (DWORD i = 0; i < trigger->cDataItems; i++)
        print_data(trigger, &trigger->pDataItems[i]);
}

int command_qtriggerinfo(int argc, WCHAR **argv)
{
    SC_HANDLE service = open_service(argv[1], SERVICE_QUERY_CONFIG, L"");
    SERVICE_TRIGGER_INFO *info;

    (void)argc;
    if (!service)
        return (int)GetLastError();
    info = query_level(service, SERVICE_CONFIG_TRIGGER_INFO);
    CloseServiceHandle(service);
    if (!info)
        return failed(L"QueryServiceConfig2");
    succeeded(L"QueryServiceConfig2");
    if (info->cTriggers)
        say(L"\r\nSERVICE_NAME: %ls\r\n\r\n", argv[1]);
    else
        say(L"\r\nThe service %ls has not registered for any start or stop triggers.\r\n", argv[1]);
    for (DWORD i = 0; i < info->cTriggers; i++)
        print_trigger(&info->pTriggers[i]);
    free(info);
    return 0;
}

/* --- triggerinfo --- */

static bool parse_guid(const WCHAR *text, GUID *id)
{
    unsigned data[8], first, second, third;
    int end = 0;

    if (*text == '{')
        text++;
    if (swscanf(text, L"%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x%n", &first, &second, &third, &data[0], &data[1], &data[2],
                &data[3], &data[4], &data[5], &data[6], &data[7], &end) != 11 ||
        end != 36)
        return false;
    *id = (GUID){ first, (USHORT)second, (USHORT)third, { 0 } };
    for (int i = 0; i < 8; i++)
        id->Data4[i] = (BYTE)data[i];
    return true;
}

static bool add_item(SERVICE_TRIGGER *trigger, DWORD type, void *data, DWORD size)
{
    size_t count = trigger->cDataItems + 1;
    void *more = realloc(trigger->pDataItems, count * sizeof(*trigger->pDataItems));

    if (!more || !data)
        return false;
    trigger->pDataItems = more;
    trigger->pDataItems[trigger->cDataItems++] = (SERVICE_TRIGGER_SPECIFIC_DATA_ITEM){ type, size, data };
    return true;
}

/* As a multi-string, what stands between `separator`s each a string. */
static bool add_string(SERVICE_TRIGGER *trigger, const WCHAR *text, WCHAR separator)
{
    size_t length = wcslen(text);
    WCHAR *list = calloc(length + 2, sizeof(WCHAR));

    for (size_t i = 0; list && i < length; i++)
        list[i] = text[i] == separator ? 0 : text[i];
    return add_item(trigger, SERVICE_TRIGGER_DATA_TYPE_STRING, list, (DWORD)((length + 2) * sizeof(WCHAR)));
}

static bool add_bytes(SERVICE_TRIGGER *trigger, const WCHAR *text)
{
    size_t digits = wcslen(text);
    BYTE *bytes = calloc(1, digits / 2 + 1);

    if (!bytes || digits % 2 || wcsspn(text, L"0123456789abcdefABCDEF") != digits)
        return false;
    for (size_t i = 0; i < digits / 2; i++) {
        WCHAR pair[3] = { text[2 * i], text[2 * i + 1], 0 };
        bytes[i] = (BYTE)wcstoul(pair, NULL, 16);
    }
    return add_item(trigger, SERVICE_TRIGGER_DATA_TYPE_BINARY, bytes, (DWORD)(digits / 2));
}

/* The next part of "a/b/c"; NULL: there is none. */
static WCHAR *next_part(WCHAR **text)
{
    WCHAR *part = *text, *end = part ? wcschr(part, L'/') : NULL;

    *text = end ? end + 1 : NULL;
    if (end)
        *end = 0;
    return part;
}

/* "device/UUID/ids...", "custom/UUID/bytes...", "strcustom/UUID/texts...", "portopen/number;protocol;...", "networkon" */
static bool parse_event(const WCHAR *kind, WCHAR *rest, SERVICE_TRIGGER *trigger)
{
    bool stop = trigger->dwAction == SERVICE_TRIGGER_ACTION_SERVICE_STOP, device = !_wcsicmp(kind, L"device");
    bool text = device || !_wcsicmp(kind, L"strcustom");
    WCHAR *part;

    for (size_t i = 0; i < ARRAYSIZE(events); i++) {
        const WCHAR *name = stop ? events[i].stop : events[i].start;
        if (!name || _wcsicmp(name, kind))
            continue;
        trigger->dwTriggerType = events[i].type;
        parse_guid(events[i].subtype, trigger->pTriggerSubtype);
        while ((part = next_part(&rest)))
            if (!add_string(trigger, part, L';'))
                return false;
        return events[i].type < SERVICE_TRIGGER_TYPE_GROUP_POLICY || trigger->cDataItems ||
               events[i].type == SERVICE_TRIGGER_TYPE_GROUP_POLICY;
    }
    if ((!text && _wcsicmp(kind, L"custom")) || (device && stop))
        return false;
    trigger->dwTriggerType = device ? SERVICE_TRIGGER_TYPE_DEVICE_INTERFACE_ARRIVAL : SERVICE_TRIGGER_TYPE_CUSTOM;
    if (!(part = next_part(&rest)) || !parse_guid(part, trigger->pTriggerSubtype))
        return false;
    while ((part = next_part(&rest)))
        if (!(text ? add_string(trigger, part, 0) : add_bytes(trigger, part)))
            return false;
    return true;
}

static bool parse_trigger(WCHAR *text, SERVICE_TRIGGER *trigger)
{
    WCHAR *action = next_part(&text), *kind = next_part(&text);

    if (!kind || !(trigger->pTriggerSubtype = calloc(1, sizeof(GUID))))
        return false;
    if (!_wcsicmp(action, L"start"))
        trigger->dwAction = SERVICE_TRIGGER_ACTION_SERVICE_START;
    else if (!_wcsicmp(action, L"stop"))
        trigger->dwAction = SERVICE_TRIGGER_ACTION_SERVICE_STOP;
    else
        return false;
    return parse_event(kind, text, trigger);
}

/* "sc triggerinfo NAME delete" takes all of them away. */
int command_triggerinfo(int argc, WCHAR **argv)
{
    SERVICE_TRIGGER_INFO info = { 0 };

    if (!(info.pTriggers = calloc((size_t)argc, sizeof(*info.pTriggers))))
        return ERROR_NOT_ENOUGH_MEMORY;
    if (_wcsicmp(argv[2], L"delete") || argc != 3)
        for (int i = 2; i < argc; i++)
            if (!parse_trigger(argv[i], &info.pTriggers[info.cTriggers++]))
                return invalid_usage(L"Invalid Option");
    return change_level(argv[1], SERVICE_CONFIG_TRIGGER_INFO, &info, 0);
}
