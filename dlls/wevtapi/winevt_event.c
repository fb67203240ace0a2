/* SPDX-License-Identifier: MIT */
/* winevt_event.c: a record of a log as the tree of elements that "Event Schema" describes for classic events, and as XML. */
#include "wevtapi_private.h"

void text_add(struct text *text, const WCHAR *more)
{
    SIZE_T length = wcslen(more);

    if (text->length + length + 1 > text->capacity) {
        SIZE_T capacity = max(2 * text->capacity, text->length + length + 256);
        WCHAR *chars = text->chars ? HeapReAlloc(GetProcessHeap(), 0, text->chars, capacity * sizeof(WCHAR))
                                   : allocate(capacity * sizeof(WCHAR));
        if (!chars) {
            text->failed = TRUE;
            return;
        }
        text->chars = chars;
        text->capacity = capacity;
    }
    memcpy(text->chars + text->length, more, (length + 1) * sizeof(WCHAR));
    text->length += length;
}

void text_add_escaped(struct text *text, const WCHAR *more)
{
    for (; *more; more++) {
        WCHAR one[2] = { *more, 0 };
        text_add(text, *more == '<'    ? L"&lt;"
                       : *more == '>'  ? L"&gt;"
                       : *more == '&'  ? L"&amp;"
                       : *more == '\'' ? L"&apos;"
                       : *more == '"'  ? L"&quot;"
                                       : one);
    }
}

/* --- the tree --- */

static WCHAR *duplicate(const WCHAR *text)
{
    WCHAR *copy = allocate((wcslen(text) + 1) * sizeof(WCHAR));

    return copy ? wcscpy(copy, text) : NULL;
}

static struct node *add_node(struct node *parent, const WCHAR *name, const WCHAR *text)
{
    struct node *node = allocate(sizeof(*node));

    if (!node)
        return NULL;
    node->name = name;
    node->text = text ? duplicate(text) : NULL;
    if (parent) {
        if (parent->last)
            parent->last->next = node;
        else
            parent->first = node;
        parent->last = node;
    }
    return node;
}

static void add_attribute(struct node *node, const WCHAR *name, const WCHAR *value)
{
    if (!node)
        return;
    node->attributes[node->attribute_count].name = name;
    node->attributes[node->attribute_count].value = duplicate(value);
    if (node->attributes[node->attribute_count].value)
        node->attribute_count++;
}

static void free_node(struct node *node)
{
    while (node) {
        struct node *next = node->next;
        free_node(node->first);
        for (int i = 0; i < node->attribute_count; i++)
            release(node->attributes[i].value);
        release(node->text);
        release(node);
        node = next;
    }
}

static void add_number(struct node *parent, const WCHAR *name, DWORD value)
{
    WCHAR text[16];

    _snwprintf(text, ARRAY_SIZE(text), L"%u", value);
    add_node(parent, name, text);
}

/* EVENTLOG_ERROR_TYPE and so on as levels, audits as keywords. */
static DWORD level_of(WORD type)
{
    switch (type) {
    case EVENTLOG_ERROR_TYPE:
        return 2;
    case EVENTLOG_WARNING_TYPE:
        return 3;
    case EVENTLOG_AUDIT_SUCCESS:
    case EVENTLOG_AUDIT_FAILURE:
        return 0;
    default:
        return 4;
    }
}

static const WCHAR *keywords_of(WORD type)
{
    return type == EVENTLOG_AUDIT_SUCCESS   ? L"0xa0000000000000"
           : type == EVENTLOG_AUDIT_FAILURE ? L"0x90000000000000"
                                            : L"0x80000000000000";
}

static void add_system(struct node *event, const EVENTLOGRECORD *record, const WCHAR *channel)
{
    struct node *system = add_node(event, L"System", NULL), *node;
    const WCHAR *source = (const WCHAR *)(record + 1), *computer = source + wcslen(source) + 1;
    ULARGE_INTEGER time = { .QuadPart = record->TimeGenerated * 10000000ull + 116444736000000000ull };
    FILETIME file_time = { time.LowPart, time.HighPart };
    WCHAR text[64], *sid;
    SYSTEMTIME date;

    if (!system)
        return;
    add_attribute(add_node(system, L"Provider", NULL), L"Name", source);
    _snwprintf(text, ARRAY_SIZE(text), L"%u", record->EventID & 0xffff);
    node = add_node(system, L"EventID", text);
    _snwprintf(text, ARRAY_SIZE(text), L"%u", record->EventID >> 16);
    add_attribute(node, L"Qualifiers", text);
    add_number(system, L"Level", level_of(record->EventType));
    add_number(system, L"Task", record->EventCategory);
    add_node(system, L"Keywords", keywords_of(record->EventType));
    FileTimeToSystemTime(&file_time, &date);
    _snwprintf(text, ARRAY_SIZE(text), L"%04u-%02u-%02uT%02u:%02u:%02u.000000000Z", date.wYear, date.wMonth, date.wDay,
               date.wHour, date.wMinute, date.wSecond);
    add_attribute(add_node(system, L"TimeCreated", NULL), L"SystemTime", text);
    add_number(system, L"EventRecordID", record->RecordNumber);
    add_node(system, L"Channel", channel);
    add_node(system, L"Computer", (const BYTE *)computer < (const BYTE *)record + record->Length ? computer : L"");
    node = add_node(system, L"Security", NULL);
    if (record->UserSidLength >= 8 && IsValidSid((BYTE *)record + record->UserSidOffset) &&
        ConvertSidToStringSidW((BYTE *)record + record->UserSidOffset, &sid)) {
        add_attribute(node, L"UserID", sid);
        LocalFree(sid);
    }
}

static void add_data(struct node *event, const EVENTLOGRECORD *record)
{
    struct node *data = add_node(event, L"EventData", NULL);
    const WCHAR *text = (const WCHAR *)((const BYTE *)record + record->StringOffset);
    const WCHAR *end = (const WCHAR *)((const BYTE *)record + record->Length);
    WCHAR *digits;

    for (WORD i = 0; data && i < record->NumStrings && text < end; i++, text += wcslen(text) + 1)
        add_node(data, L"Data", text);
    if (!data || !record->DataLength || !(digits = allocate((2 * record->DataLength + 1) * sizeof(WCHAR))))
        return;
    for (DWORD i = 0; i < record->DataLength; i++)
        _snwprintf(digits + 2 * i, 3, L"%02X", ((const BYTE *)record)[record->DataOffset + i]);
    add_node(data, L"Binary", digits);
    release(digits);
}

struct event *event_make(EVENTLOGRECORD *record, const WCHAR *channel)
{
    struct event *event = allocate(sizeof(*event));

    if (!event || !(event->root = add_node(NULL, L"Event", NULL))) {
        release(event);
        release(record);
        return NULL;
    }
    event->record = record;
    lstrcpynW(event->channel, channel, ARRAY_SIZE(event->channel));
    add_attribute(event->root, L"xmlns", L"http://schemas.microsoft.com/win/2004/08/events/event");
    add_system(event->root, record, channel);
    add_data(event->root, record);
    return event;
}

void event_free(struct event *event)
{
    if (!event)
        return;
    free_node(event->root);
    release(event->record);
    release(event);
}

void event_xml(const struct node *node, struct text *text)
{
    text_add(text, L"<");
    text_add(text, node->name);
    for (int i = 0; i < node->attribute_count; i++) {
        text_add(text, L" ");
        text_add(text, node->attributes[i].name);
        text_add(text, L"='");
        text_add_escaped(text, node->attributes[i].value);
        text_add(text, L"'");
    }
    if (!node->text && !node->first) {
        text_add(text, L"/>");
        return;
    }
    text_add(text, L">");
    if (node->text)
        text_add_escaped(text, node->text);
    for (const struct node *child = node->first; child; child = child->next)
        event_xml(child, text);
    text_add(text, L"</");
    text_add(text, node->name);
    text_add(text, L">");
}
