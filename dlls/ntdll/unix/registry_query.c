/* SPDX-License-Identifier: MIT */
/*
 * registry_query.c: what there is to know about keys. The rules for short buffers are those of ZwQueryKey's page: less than
 * the fixed part gives STATUS_BUFFER_TOO_SMALL, less than all of it STATUS_BUFFER_OVERFLOW and as much as fits.
 */
#include <stdlib.h>
#include <string.h>
#include "registry.h"

/* An answer in pieces: the fixed part, then texts at offsets that are known. */
struct answer {
    char *buffer; /* the program's */
    ULONG length, needed, fixed;
    bool fault;
};

static void put(struct answer *answer, ULONG offset, const void *data, size_t size)
{
    if (offset + size > answer->needed)
        answer->needed = (ULONG)(offset + size);
    if (offset >= answer->length || !size)
        return;
    if (size > answer->length - offset)
        size = answer->length - offset;
    if (!user_copy_out(answer->buffer + offset, data, size))
        answer->fault = true;
}

static void put_fixed(struct answer *answer, const void *data, ULONG size)
{
    answer->fixed = size;
    if (answer->length >= size)
        put(answer, 0, data, size);
    else
        answer->needed = size;
}

static NTSTATUS answer_status(const struct answer *answer)
{
    if (answer->fault)
        return STATUS_ACCESS_VIOLATION;
    if (answer->length < answer->fixed)
        return STATUS_BUFFER_TOO_SMALL;
    return answer->length < answer->needed ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* --- counts, of a merged view too; the lock is held --- */

struct counts {
    ULONG subkeys, values, max_name, max_class, max_value_name, max_value_data;
};

static void add_counts(struct key *key, struct counts *counts)
{
    key_load_children(key);
    key_load_values(key);
    key_update_max(key);
    counts->subkeys += tree_size(key->children);
    counts->values += tree_size(key->values);
    if (key->max_name > counts->max_name)
        counts->max_name = key->max_name;
    if (key->max_class > counts->max_class)
        counts->max_class = key->max_class;
    if (key->max_value_name > counts->max_value_name)
        counts->max_value_name = key->max_value_name;
    if (key->max_value_data > counts->max_value_data)
        counts->max_value_data = key->max_value_data;
}

static struct counts count_key(const struct key_pair *pair)
{
    struct counts counts = { 0 };
    add_counts(pair->key, &counts);
    if (!pair->machine)
        return counts;
    add_counts(pair->machine, &counts);
    for (uint32_t i = 0; i < tree_size(pair->key->children); i++)
        counts.subkeys -= key_child(pair->machine, KEY_OF(tree_at(pair->key->children, i))->name) != NULL;
    for (uint32_t i = 0; i < tree_size(pair->key->values); i++)
        counts.values -= key_value(pair->machine, VALUE_OF(tree_at(pair->key->values, i))->name) != NULL;
    return counts;
}

/*
 * The subkey at a position of the union of two sorted lists: the user's is gone through, the machine's, which has thousands,
 * is counted.
 */
static struct key_pair subkey_at(const struct key_pair *pair, ULONG index)
{
    if (!pair->machine)
        return (struct key_pair){ key_child_at(pair->key, index), NULL };
    key_load_children(pair->key);
    key_load_children(pair->machine);
    uint32_t both = 0;
    for (uint32_t i = 0;; i++) {
        struct tree_node *node = tree_at(pair->key->children, i);
        /* Before the user's i-th come i of the user's, and the machine's that sort before it, some of which are the same. */
        uint32_t before = node ? tree_rank(pair->machine->children, &KEY_OF(node)->name, key_name_compare)
                               : tree_size(pair->machine->children);
        if (index < i + before - both || !node)
            return (struct key_pair){ key_child_at(pair->machine, index - i + both), NULL };
        struct key *same = key_child(pair->machine, KEY_OF(node)->name);
        if (index == i + before - both)
            return (struct key_pair){ KEY_OF(node), same };
        both += same != NULL;
    }
}

/* --- information classes --- */

static NTSTATUS query(const struct key_pair *pair, const struct key_object *object, ULONG class, struct answer *answer)
{
    struct key *key = pair->key;
    ULONG name_size = (ULONG)(key->name.length * sizeof(WCHAR)),
          class_size = (ULONG)(key->class.length * sizeof(WCHAR));
    LARGE_INTEGER time = { .QuadPart = (LONGLONG)key->time };
    struct counts counts;

    switch (class) {
    case KeyBasicInformation: {
        KEY_BASIC_INFORMATION info = { .LastWriteTime = time, .NameLength = name_size };
        put_fixed(answer, &info, offsetof(KEY_BASIC_INFORMATION, Name));
        put(answer, offsetof(KEY_BASIC_INFORMATION, Name), key->name.text, name_size);
        break;
    }
    case KeyNodeInformation: {
        ULONG class_at = ROUND_UP((ULONG)offsetof(KEY_NODE_INFORMATION, Name) + name_size, 4u);
        KEY_NODE_INFORMATION info = { .LastWriteTime = time,
                                      .ClassOffset = class_size ? class_at : (ULONG)-1,
                                      .ClassLength = class_size,
                                      .NameLength = name_size };
        put_fixed(answer, &info, offsetof(KEY_NODE_INFORMATION, Name));
        put(answer, offsetof(KEY_NODE_INFORMATION, Name), key->name.text, name_size);
        if (class_size)
            put(answer, class_at, key->class.text, class_size);
        break;
    }
    case KeyFullInformation: {
        counts = count_key(pair);
        KEY_FULL_INFORMATION info = { .LastWriteTime = time,
                                      .ClassOffset = class_size ? offsetof(KEY_FULL_INFORMATION, Class) : (ULONG)-1,
                                      .ClassLength = class_size,
                                      .SubKeys = counts.subkeys,
                                      .MaxNameLen = counts.max_name,
                                      .MaxClassLen = counts.max_class,
                                      .Values = counts.values,
                                      .MaxValueNameLen = counts.max_value_name,
                                      .MaxValueDataLen = counts.max_value_data };
        put_fixed(answer, &info, offsetof(KEY_FULL_INFORMATION, Class));
        put(answer, offsetof(KEY_FULL_INFORMATION, Class), key->class.text, class_size);
        break;
    }
    case KeyNameInformation: {
        size_t length = key_path(key, NULL);
        WCHAR *path = malloc(length * sizeof(WCHAR));
        if (!path)
            return STATUS_NO_MEMORY;
        key_path(key, path);
        ULONG size = (ULONG)(length * sizeof(WCHAR));
        put_fixed(answer, &size, sizeof(size));
        put(answer, offsetof(KEY_NAME_INFORMATION, Name), path, size);
        free(path);
        break;
    }
    case KeyCachedInformation: {
        counts = count_key(pair);
        KEY_CACHED_INFORMATION info = { .LastWriteTime = time,
                                        .SubKeys = counts.subkeys,
                                        .MaxNameLen = counts.max_name,
                                        .Values = counts.values,
                                        .MaxValueNameLen = counts.max_value_name,
                                        .MaxValueDataLen = counts.max_value_data,
                                        .NameLength = name_size };
        put_fixed(answer, &info, sizeof(info));
        break;
    }
    case KeyFlagsInformation: {
        KEY_FLAGS_INFORMATION info = { .Wow64Flags = key->wow64_flags,
                                       .KeyFlags = (key->flags & REGISTRY_VOLATILE ? KEY_FLAG_VOLATILE : 0) |
                                                   (key->flags & REGISTRY_LINK ? KEY_FLAG_LINK : 0),
                                       .ControlFlags = key->user_flags };
        put_fixed(answer, &info, sizeof(info));
        break;
    }
    case KeyVirtualizationInformation: {
        ULONG none = 0; /* neither a candidate for virtualisation nor virtualised */
        put_fixed(answer, &none, sizeof(none));
        break;
    }
    case KeyHandleTagsInformation: {
        KEY_HANDLE_TAGS_INFORMATION info = { object->handle_tags };
        put_fixed(answer, &info, sizeof(info));
        break;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
    return answer_status(answer);
}

NTSTATUS NtQueryKey(HANDLE KeyHandle, ULONG KeyInformationClass, PVOID KeyInformation, ULONG Length,
                    ULONG *ResultLength)
{
    struct answer answer = { .buffer = KeyInformation, .length = Length };
    struct key_object *object;
    /* KeyNameInformation wants any access at all, the others KEY_QUERY_VALUE. */
    ACCESS_MASK access = KeyInformationClass == KeyNameInformation || KeyInformationClass == KeyHandleTagsInformation
                             ? 0
                             : KEY_QUERY_VALUE;
    NTSTATUS status = key_object_lookup(KeyHandle, access, &object);
    if (status)
        return status;
    native_lock(&registry_lock);
    struct key_pair pair = { object->key, object->machine };
    status = object->key->deleted ? STATUS_KEY_DELETED : query(&pair, object, KeyInformationClass, &answer);
    native_unlock(&registry_lock);
    object_unref(&object->header);
    *ResultLength = answer.needed;
    return status;
}

NTSTATUS NtEnumerateKey(HANDLE KeyHandle, ULONG Index, ULONG KeyInformationClass, PVOID KeyInformation, ULONG Length,
                        ULONG *ResultLength)
{
    struct answer answer = { .buffer = KeyInformation, .length = Length };
    struct key_object *object;
    NTSTATUS status = key_object_lookup(KeyHandle, KEY_ENUMERATE_SUB_KEYS, &object);
    if (status)
        return status;
    native_lock(&registry_lock);
    if (object->key->deleted) {
        status = STATUS_KEY_DELETED;
    } else if (KeyInformationClass > KeyFullInformation && KeyInformationClass != KeyCachedInformation) {
        status = STATUS_INVALID_PARAMETER;
    } else {
        struct key_pair pair = { object->key, object->machine };
        struct key_pair child = subkey_at(&pair, Index);
        status = child.key ? query(&child, object, KeyInformationClass, &answer) : STATUS_NO_MORE_ENTRIES;
    }
    native_unlock(&registry_lock);
    object_unref(&object->header);
    *ResultLength = answer.needed;
    return status;
}

NTSTATUS NtSetInformationKey(HANDLE KeyHandle, ULONG KeySetInformationClass, PVOID KeySetInformation,
                             ULONG KeySetInformationLength)
{
    uint64_t data = 0;
    size_t size = KeySetInformationClass == KeyWriteTimeInformation ? sizeof(LARGE_INTEGER) : sizeof(ULONG);
    if (KeySetInformationClass > KeySetHandleTagsInformation || KeySetInformationClass == KeySetDebugInformation ||
        KeySetInformationClass == KeySetVirtualizationInformation)
        return STATUS_INVALID_PARAMETER;
    if (KeySetInformationLength < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&data, KeySetInformation, size);
    struct key_object *object;
    NTSTATUS status = key_object_lookup(
        KeyHandle, KeySetInformationClass == KeySetHandleTagsInformation ? 0 : KEY_SET_VALUE, &object);
    if (status)
        return status;
    native_lock(&registry_lock);
    if (object->key->deleted)
        status = STATUS_KEY_DELETED;
    else if (KeySetInformationClass == KeyWriteTimeInformation)
        object->key->time = data;
    else if (KeySetInformationClass == KeyWow64FlagsInformation)
        object->key->wow64_flags = (uint32_t)data;
    else if (KeySetInformationClass == KeyControlFlagsInformation)
        object->key->user_flags = (uint32_t)data;
    else
        object->handle_tags = (ULONG)data;
    native_unlock(&registry_lock);
    object_unref(&object->header);
    return status;
}
