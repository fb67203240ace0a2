/* SPDX-License-Identifier: MIT */
/* rtlregistry_query.c: RtlQueryRegistryValues: many values by one table, as wdm.h documents it. */
#include "rtlregistry.h"
#include "nt_registry.h"

struct query {
    HANDLE top, current; /* NULL: an optional key that does not exist */
    PVOID context, environment;
};

static bool is_string(ULONG type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/* --- one value --- */

/* What RTL_QUERY_REGISTRY_DIRECT asks for: into the caller's UNICODE_STRING, ULONG or buffer. */
static NTSTATUS store(PVOID where, ULONG type, const void *data, ULONG length)
{
    UNICODE_STRING *string = where;
    LONG *buffer = where;

    if (is_string(type)) {
        if (length > 0xffff)
            return STATUS_BUFFER_TOO_SMALL;
        if (!string->Buffer) {
            if (!(string->Buffer = heap_alloc(length)))
                return STATUS_NO_MEMORY;
            string->MaximumLength = (USHORT)length;
        } else if (length > string->MaximumLength) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        memcpy(string->Buffer, data, length);
        string->Length = (USHORT)(length < sizeof(WCHAR) ? 0 : length - sizeof(WCHAR));
        return STATUS_SUCCESS;
    }
    if (length <= sizeof(ULONG)) {
        memcpy(where, data, length);
        return STATUS_SUCCESS;
    }
    if (*buffer < 0) {
        if (length > (ULONG) - *buffer)
            return STATUS_BUFFER_TOO_SMALL;
        memcpy(buffer, data, length);
        return STATUS_SUCCESS;
    }
    if ((ULONG)*buffer < 2 * sizeof(ULONG) || length > (ULONG)*buffer - 2 * sizeof(ULONG))
        return STATUS_BUFFER_TOO_SMALL;
    buffer[0] = (LONG)length;
    buffer[1] = (LONG)type;
    memcpy(buffer + 2, data, length);
    return STATUS_SUCCESS;
}

static NTSTATUS deliver_one(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry, PWSTR name, ULONG type,
                            PVOID data, ULONG length)
{
    NTSTATUS status;

    if (entry->Flags & RTL_QUERY_REGISTRY_DIRECT)
        return store(entry->EntryContext, type, data, length);
    status = entry->QueryRoutine(name, type, data, length, query->context, entry->EntryContext);
    return status == STATUS_BUFFER_TOO_SMALL ? STATUS_SUCCESS : status;
}

static NTSTATUS deliver_expanded(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry, PWSTR name,
                                 PVOID data, ULONG length)
{
    UNICODE_STRING source = { 0, (USHORT)length, data }, expanded = { 0 };
    ULONG needed = 0;
    NTSTATUS status;

    if (length > 0xfffe)
        return STATUS_BUFFER_OVERFLOW;
    while (source.Length < length && source.Buffer[source.Length / sizeof(WCHAR)])
        source.Length += sizeof(WCHAR);
    status = RtlExpandEnvironmentStrings_U(query->environment, &source, &expanded, &needed);
    if (status != STATUS_BUFFER_TOO_SMALL)
        return status;
    if (needed > 0xfffe)
        return STATUS_BUFFER_OVERFLOW;
    if (!(expanded.Buffer = heap_alloc(needed)))
        return STATUS_NO_MEMORY;
    expanded.MaximumLength = (USHORT)needed;
    status = RtlExpandEnvironmentStrings_U(query->environment, &source, &expanded, &needed);
    if (!status)
        status = deliver_one(query, entry, name, REG_SZ, expanded.Buffer, needed);
    heap_free(expanded.Buffer);
    return status;
}

static NTSTATUS deliver(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry, PWSTR name, ULONG type,
                        PVOID data, ULONG length)
{
    WCHAR *text = data, *end = text + length / sizeof(WCHAR);
    NTSTATUS status = STATUS_SUCCESS;

    if (entry->Flags & RTL_QUERY_REGISTRY_NOEXPAND)
        return deliver_one(query, entry, name, type, data, length);
    if (type == REG_EXPAND_SZ)
        return deliver_expanded(query, entry, name, data, length);
    if (type != REG_MULTI_SZ)
        return deliver_one(query, entry, name, type, data, length);
    /* One string after the other, up to the empty one. */
    while (!status && text < end && *text) {
        WCHAR *start = text;

        while (text < end && *text)
            text++;
        if (text < end)
            text++;
        status = deliver_one(query, entry, name, REG_SZ, start, (ULONG)((char *)text - (char *)start));
    }
    return status;
}

/* --- values of the key --- */

/* Calls NtQueryValueKey or, if there is no name, NtEnumerateValueKey with a buffer that is big enough; heap_free. */
static NTSTATUS read_value(HANDLE key, const WCHAR *name, ULONG index, KEY_VALUE_FULL_INFORMATION **result)
{
    ULONG size = 256, needed = 0;
    UNICODE_STRING string;
    NTSTATUS status;

    if (name && (status = RtlInitUnicodeStringEx(&string, name)))
        return status;
    for (;; size = needed + sizeof(WCHAR)) {
        KEY_VALUE_FULL_INFORMATION *info = heap_alloc(size + sizeof(WCHAR));

        if (!info)
            return STATUS_NO_MEMORY;
        status = name ? NtQueryValueKey(key, &string, KeyValueFullInformation, info, size, &needed)
                      : NtEnumerateValueKey(key, index, KeyValueFullInformation, info, size, &needed);
        if (!status) {
            *result = info;
            return STATUS_SUCCESS;
        }
        heap_free(info);
        if (status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL)
            return status;
    }
}

static NTSTATUS deliver_default(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    ULONG type = entry->DefaultType & 0xff, length = entry->DefaultLength;
    const WCHAR *text = entry->DefaultData;

    if (entry->Flags & RTL_QUERY_REGISTRY_REQUIRED)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (type == REG_NONE)
        return STATUS_SUCCESS;
    if (!length && text && is_string(type)) {
        if (type == REG_MULTI_SZ)
            while (*text)
                text += wcslen(text) + 1;
        else
            text += wcslen(text);
        length = (ULONG)((const char *)(text + 1) - (const char *)entry->DefaultData);
    }
    return deliver(query, entry, entry->Name, type, entry->DefaultData, length);
}

static void delete_value(HANDLE key, const WCHAR *name)
{
    UNICODE_STRING string;

    RtlInitUnicodeString(&string, name);
    NtDeleteValueKey(key, &string);
}

static NTSTATUS query_named(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    KEY_VALUE_FULL_INFORMATION *info;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    char *data;

    if (query->current)
        status = read_value(query->current, entry->Name, 0, &info);
    if (status)
        return status == STATUS_OBJECT_NAME_NOT_FOUND ? deliver_default(query, entry) : status;
    data = (char *)info + info->DataOffset;
    if (entry->Flags & RTL_QUERY_REGISTRY_DIRECT && entry->Flags & RTL_QUERY_REGISTRY_TYPECHECK &&
        info->Type != entry->DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else
        status = deliver(query, entry, entry->Name, info->Type, data, info->DataLength);
    heap_free(info);
    if (!status && entry->Flags & RTL_QUERY_REGISTRY_DELETE)
        delete_value(query->current, entry->Name);
    return status;
}

static NTSTATUS query_all(const struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    ULONG index = 0;
    bool any = false;
    NTSTATUS status;

    for (;;) {
        KEY_VALUE_FULL_INFORMATION *info;
        WCHAR *name;

        status = query->current ? read_value(query->current, NULL, index, &info) : STATUS_NO_MORE_ENTRIES;
        if (status == STATUS_NO_MORE_ENTRIES)
            break;
        if (status)
            return status;
        any = true;
        if (!(name = heap_alloc(info->NameLength + sizeof(WCHAR)))) {
            heap_free(info);
            return STATUS_NO_MEMORY;
        }
        memcpy(name, info->Name, info->NameLength);
        name[info->NameLength / sizeof(WCHAR)] = 0;
        status = deliver(query, entry, name, info->Type, (char *)info + info->DataOffset, info->DataLength);
        if (!status && entry->Flags & RTL_QUERY_REGISTRY_DELETE)
            delete_value(query->current, name); /* and the next one has its number */
        else
            index++;
        heap_free(name);
        heap_free(info);
        if (status)
            return status;
    }
    return !any && entry->Flags & RTL_QUERY_REGISTRY_REQUIRED ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_SUCCESS;
}

/* --- the table --- */

static void leave_subkey(struct query *query)
{
    if (query->current && query->current != query->top)
        NtClose(query->current);
    query->current = query->top;
}

static NTSTATUS enter_subkey(struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    HANDLE key = NULL;
    NTSTATUS status;

    if (!entry->Name)
        return STATUS_INVALID_PARAMETER;
    if ((status = RtlInitUnicodeStringEx(&name, entry->Name)))
        return status;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, query->top, NULL);
    status = query->top ? NtOpenKey(&key, MAXIMUM_ALLOWED, &attributes) : STATUS_OBJECT_NAME_NOT_FOUND;
    query->current = status ? NULL : key;
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && !(entry->Flags & RTL_QUERY_REGISTRY_REQUIRED))
        return STATUS_SUCCESS;
    if (!status && entry->QueryRoutine)
        status = query_all(query, entry);
    return status;
}

static NTSTATUS process(struct query *query, const RTL_QUERY_REGISTRY_TABLE *entry)
{
    bool direct = entry->Flags & RTL_QUERY_REGISTRY_DIRECT;

    if (direct && (!entry->Name || entry->Flags & RTL_QUERY_REGISTRY_SUBKEY || entry->QueryRoutine))
        return STATUS_INVALID_PARAMETER;
    if (entry->Flags & (RTL_QUERY_REGISTRY_TOPKEY | RTL_QUERY_REGISTRY_SUBKEY))
        leave_subkey(query);
    if (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY)
        return enter_subkey(query, entry);
    if (!direct && !entry->QueryRoutine)
        return entry->Flags & RTL_QUERY_REGISTRY_TOPKEY ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (entry->Flags & RTL_QUERY_REGISTRY_NOVALUE)
        return deliver_one(query, entry, entry->Name, REG_NONE, NULL, 0);
    return entry->Name ? query_named(query, entry) : query_all(query, entry);
}

NTSTATUS NTAPI RtlQueryRegistryValues(ULONG relative_to, PCWSTR path, RTL_QUERY_REGISTRY_TABLE *table, PVOID context,
                                      PVOID environment)
{
    struct query query = { .context = context, .environment = environment };
    NTSTATUS status = rtl_registry_key(relative_to, path, MAXIMUM_ALLOWED, FALSE, &query.top);

    if (status) {
        query.top = NULL;
        if (status != STATUS_OBJECT_NAME_NOT_FOUND || !(relative_to & RTL_REGISTRY_OPTIONAL))
            return status;
        status = STATUS_SUCCESS;
    }
    query.current = query.top;
    for (; !status && (table->QueryRoutine || table->Name); table++)
        status = process(&query, table);
    leave_subkey(&query);
    if (query.top)
        rtl_registry_close(relative_to, query.top);
    return status;
}

NTSTATUS NTAPI RtlQueryRegistryValuesEx(ULONG relative_to, PCWSTR path, RTL_QUERY_REGISTRY_TABLE *table, PVOID context,
                                        PVOID environment)
{
    return RtlQueryRegistryValues(relative_to, path, table, context, environment);
}

/* The value of the first key, or else of the second. */
NTSTATUS NTAPI RtlQueryRegistryValueWithFallback(HANDLE primary, HANDLE fallback, UNICODE_STRING *name, ULONG length,
                                                 ULONG *type, PVOID data, ULONG *result_length)
{
    ULONG size = (ULONG)offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data) + length, needed = 0;
    KEY_VALUE_PARTIAL_INFORMATION *info = heap_alloc(size);
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    if (!info)
        return STATUS_NO_MEMORY;
    if (primary)
        status = NtQueryValueKey(primary, name, KeyValuePartialInformation, info, size, &needed);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && fallback)
        status = NtQueryValueKey(fallback, name, KeyValuePartialInformation, info, size, &needed);
    if (!status || status == STATUS_BUFFER_OVERFLOW) {
        *result_length = info->DataLength;
        if (type)
            *type = info->Type;
        if (!status)
            memcpy(data, info->Data, info->DataLength);
    }
    heap_free(info);
    return status;
}
