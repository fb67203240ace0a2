/* SPDX-License-Identifier: MIT */
/* registry_value.c: the system calls on values. */
#include <stdlib.h>
#include <string.h>
#include "registry.h"

struct layout {
    ULONG name, data; /* offsets in the answer; 0 = not in it */
    ULONG fixed;
};

static NTSTATUS make_layout(ULONG class, ULONG name_size, struct layout *layout)
{
    switch (class) {
    case KeyValueBasicInformation:
        *layout = (struct layout){ 12, 0, 12 };
        return STATUS_SUCCESS;
    case KeyValueFullInformation:
        *layout = (struct layout){ 20, ROUND_UP(20 + name_size, 4u), 20 };
        return STATUS_SUCCESS;
    case KeyValueFullInformationAlign64:
        *layout = (struct layout){ 20, ROUND_UP(20 + name_size, 8u), 20 };
        return STATUS_SUCCESS;
    case KeyValuePartialInformation:
        *layout = (struct layout){ 0, 12, 12 };
        return STATUS_SUCCESS;
    case KeyValuePartialInformationAlign64:
        *layout = (struct layout){ 0, 8, 8 };
        return STATUS_SUCCESS;
    }
    return STATUS_INVALID_PARAMETER;
}

static bool put(char *buffer, ULONG length, ULONG offset, const void *data, size_t size)
{
    if (offset >= length || !size)
        return true;
    return user_copy_out(buffer + offset, data, size < length - offset ? size : length - offset);
}

static NTSTATUS answer(const struct key_value *value, ULONG class, char *buffer, ULONG length, ULONG *needed)
{
    ULONG name_size = (ULONG)(value->name.length * sizeof(WCHAR));
    struct layout layout;
    NTSTATUS status = make_layout(class, name_size, &layout);
    if (status)
        return status;
    *needed = layout.data ? layout.data + value->size : layout.name + name_size;
    if (length < layout.fixed)
        return STATUS_BUFFER_TOO_SMALL;
    ULONG fixed[5] = { 0, value->type }; /* the title index, then the type, in all but the last */
    if (class == KeyValueBasicInformation) {
        fixed[2] = name_size;
    } else if (class == KeyValuePartialInformation) {
        fixed[2] = value->size;
    } else if (class == KeyValuePartialInformationAlign64) {
        fixed[0] = value->type;
        fixed[1] = value->size;
    } else {
        fixed[2] = layout.data;
        fixed[3] = value->size;
        fixed[4] = name_size;
    }
    if (!put(buffer, length, 0, fixed, layout.fixed) ||
        (layout.name && !put(buffer, length, layout.name, value->name.text, name_size)) ||
        (layout.data && !put(buffer, length, layout.data, value->data, value->size)))
        return STATUS_ACCESS_VIOLATION;
    return length < *needed ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* Names are short: usually no allocation. */
struct value_name {
    struct name name;
    WCHAR buffer[128], *memory;
};

static NTSTATUS value_name_in(struct value_name *in, const UNICODE_STRING *user)
{
    UNICODE_STRING string;
    if (!user_copy_in(&string, user, sizeof(string)))
        return STATUS_ACCESS_VIOLATION;
    in->memory = NULL;
    in->name = (struct name){ in->buffer, string.Length / sizeof(WCHAR) };
    if (in->name.length > REG_MAX_VALUE_NAME)
        return STATUS_INVALID_PARAMETER;
    if (in->name.length > sizeof(in->buffer) / sizeof(WCHAR)) {
        in->name.text = in->memory = malloc(string.Length);
        if (!in->memory)
            return STATUS_NO_MEMORY;
    }
    if (in->name.length && !user_copy_in((WCHAR *)in->name.text, string.Buffer, in->name.length * sizeof(WCHAR))) {
        free(in->memory);
        return STATUS_ACCESS_VIOLATION;
    }
    return STATUS_SUCCESS;
}

/* In a merged view the user's value hides the machine's. */
static struct key_value *find_value(const struct key_object *object, struct name name)
{
    struct key_value *value = key_value(object->key, name);
    return value || !object->machine ? value : key_value(object->machine, name);
}

NTSTATUS NtQueryValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName, ULONG KeyValueInformationClass,
                         PVOID KeyValueInformation, ULONG Length, ULONG *ResultLength)
{
    struct key_object *object;
    struct value_name name;
    ULONG needed = 0;
    NTSTATUS status = value_name_in(&name, ValueName);
    if (status)
        return status;
    status = key_object_lookup(KeyHandle, KEY_QUERY_VALUE, &object);
    if (!status) {
        native_lock(&registry_lock);
        const struct key_value *value = object->key->deleted ? NULL : find_value(object, name.name);
        if (value)
            status = answer(value, KeyValueInformationClass, KeyValueInformation, Length, &needed);
        else
            status = object->key->deleted ? STATUS_KEY_DELETED : STATUS_OBJECT_NAME_NOT_FOUND;
        native_unlock(&registry_lock);
        object_unref(&object->header);
    }
    free(name.memory);
    *ResultLength = needed;
    return status;
}

/* The user's values, then those of the machine's that the user has not. */
static const struct key_value *merged_value_at(const struct key_object *object, ULONG index)
{
    const struct key_value *value = key_value_at(object->key, index);
    if (value || !object->machine)
        return value;
    index -= tree_size(object->key->values);
    for (ULONG i = 0; (value = key_value_at(object->machine, i)); i++)
        if (!key_value(object->key, value->name) && !index--)
            return value;
    return NULL;
}

NTSTATUS NtEnumerateValueKey(HANDLE KeyHandle, ULONG Index, ULONG KeyValueInformationClass, PVOID KeyValueInformation,
                             ULONG Length, ULONG *ResultLength)
{
    struct key_object *object;
    ULONG needed = 0;
    NTSTATUS status = key_object_lookup(KeyHandle, KEY_QUERY_VALUE, &object);
    if (status)
        return status;
    native_lock(&registry_lock);
    const struct key_value *value = object->key->deleted ? NULL : merged_value_at(object, Index);
    if (value)
        status = answer(value, KeyValueInformationClass, KeyValueInformation, Length, &needed);
    else
        status = object->key->deleted ? STATUS_KEY_DELETED : STATUS_NO_MORE_ENTRIES;
    native_unlock(&registry_lock);
    object_unref(&object->header);
    *ResultLength = needed;
    return status;
}

/* All or nothing: RequiredBufferLength says how much is needed, each entry where its data are. */
NTSTATUS NtQueryMultipleValueKey(HANDLE KeyHandle, PVOID ValueEntries, ULONG EntryCount, PVOID ValueBuffer,
                                 ULONG *BufferLength, ULONG *RequiredBufferLength)
{
    KEY_VALUE_ENTRY *user = ValueEntries;
    struct key_object *object;
    ULONG at = 0, length = *BufferLength;
    bool overflow = false;
    NTSTATUS status = key_object_lookup(KeyHandle, KEY_QUERY_VALUE, &object);
    if (status)
        return status;
    for (ULONG i = 0; i < EntryCount && !status; i++) {
        struct value_name name;
        KEY_VALUE_ENTRY entry;
        if (!user_copy_in(&entry, &user[i], sizeof(entry)))
            status = STATUS_ACCESS_VIOLATION;
        else
            status = value_name_in(&name, entry.ValueName);
        if (status)
            break;
        native_lock(&registry_lock);
        const struct key_value *value = object->key->deleted ? NULL : find_value(object, name.name);
        if (!value) {
            status = object->key->deleted ? STATUS_KEY_DELETED : STATUS_OBJECT_NAME_NOT_FOUND;
        } else {
            at = ROUND_UP(at, 4u);
            entry.DataLength = value->size;
            entry.DataOffset = at;
            entry.Type = value->type;
            if (at + value->size > length)
                overflow = true;
            else if (!put(ValueBuffer, length, at, value->data, value->size))
                status = STATUS_ACCESS_VIOLATION;
            at += value->size;
        }
        native_unlock(&registry_lock);
        free(name.memory);
        if (!status && !user_copy_out(&user[i], &entry, sizeof(entry)))
            status = STATUS_ACCESS_VIOLATION;
    }
    object_unref(&object->header);
    if (status)
        return status;
    *BufferLength = at < length ? at : length;
    if (RequiredBufferLength)
        *RequiredBufferLength = at;
    return overflow ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTATUS NtSetValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName, ULONG TitleIndex, ULONG Type, PVOID Data,
                       ULONG DataSize)
{
    struct key_object *object;
    struct key_notification *changes = NULL;
    struct value_name name;
    (void)TitleIndex;
    NTSTATUS status = value_name_in(&name, ValueName);
    if (status)
        return status;
    void *copy = malloc(DataSize ? DataSize : 1);
    if (!copy)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (DataSize && !user_copy_in(copy, Data, DataSize))
        status = STATUS_ACCESS_VIOLATION;
    if (!status)
        status = key_object_lookup(KeyHandle, KEY_SET_VALUE, &object);
    if (!status) {
        native_lock(&registry_lock);
        if (object->key->deleted)
            status = STATUS_KEY_DELETED;
        else if (object->key->flags & REGISTRY_LINK && Type != REG_LINK)
            status = STATUS_ACCESS_DENIED; /* a link has its target and nothing else */
        else if (!key_set_value(object->key, name.name, Type, copy, DataSize))
            status = STATUS_INSUFFICIENT_RESOURCES;
        if (!status) {
            copy = NULL; /* the value's now */
            key_changed(object->key, REG_NOTIFY_CHANGE_LAST_SET, &changes);
        }
        native_unlock(&registry_lock);
        key_notify(changes);
        object_unref(&object->header);
    }
    free(copy);
    free(name.memory);
    return status;
}

NTSTATUS NtDeleteValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName)
{
    struct key_object *object;
    struct key_notification *changes = NULL;
    struct value_name name;
    NTSTATUS status = value_name_in(&name, ValueName);
    if (status)
        return status;
    status = key_object_lookup(KeyHandle, KEY_SET_VALUE, &object);
    if (!status) {
        native_lock(&registry_lock);
        struct key *key = object->key;
        struct key_value *value = key->deleted ? NULL : key_value(key, name.name);
        if (!value && !key->deleted && object->machine && (value = key_value(object->machine, name.name)))
            key = object->machine;
        if (value) {
            key_remove_value(key, value);
            key_changed(key, REG_NOTIFY_CHANGE_LAST_SET, &changes);
        } else {
            status = key->deleted ? STATUS_KEY_DELETED : STATUS_OBJECT_NAME_NOT_FOUND;
        }
        native_unlock(&registry_lock);
        key_notify(changes);
        object_unref(&object->header);
    }
    free(name.memory);
    return status;
}
