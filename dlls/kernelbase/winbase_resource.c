/* SPDX-License-Identifier: MIT */
/* winbase_resource.c: BeginUpdateResource, UpdateResource, EndUpdateResource: changing the resources of an image file. */
#include "resource_update.h"

#define UPDATE_MAGIC 0x64707572u /* "rupd" */

struct update {
    DWORD magic;
    struct resource_image image;
    struct resource_node root;
};

/* --- the tree --- */

static int compare_keys(const struct resource_key *a, const struct resource_key *b)
{
    USHORT i;

    if (!a->name != !b->name)
        return a->name ? -1 : 1;
    if (!a->name)
        return (int)a->number - (int)b->number;
    for (i = 0; i < a->length && i < b->length; i++)
        if (a->name[i] != b->name[i])
            return (int)a->name[i] - (int)b->name[i];
    return (int)a->length - (int)b->length;
}

struct resource_node *resource_find(struct resource_node *parent, const struct resource_key *key, UINT *place)
{
    UINT low = 0, high = parent->count;

    while (low < high) {
        UINT middle = (low + high) / 2;
        int order = compare_keys(key, &parent->children[middle].key);

        if (!order) {
            *place = middle;
            return &parent->children[middle];
        }
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    *place = low;
    return NULL;
}

struct resource_node *resource_child(struct resource_node *parent, struct resource_key *key)
{
    struct resource_node *node, *grown;
    UINT place;

    if ((node = resource_find(parent, key, &place))) {
        kb_free(key->name);
        return node;
    }
    if (parent->count == parent->capacity) {
        UINT capacity = parent->capacity ? parent->capacity * 2 : 4;

        if (!(grown = kb_alloc(capacity * sizeof(*grown)))) {
            kb_free(key->name);
            return NULL;
        }
        memcpy(grown, parent->children, parent->count * sizeof(*grown));
        kb_free(parent->children);
        parent->children = grown;
        parent->capacity = capacity;
    }
    node = &parent->children[place];
    memmove(node + 1, node, (parent->count - place) * sizeof(*node));
    parent->count++;
    memset(node, 0, sizeof(*node));
    node->key = *key;
    return node;
}

void resource_free(struct resource_node *node)
{
    UINT i;

    for (i = 0; i < node->count; i++)
        resource_free(&node->children[i]);
    kb_free(node->children);
    kb_free(node->key.name);
    kb_free(node->data);
}

static void remove_child(struct resource_node *parent, UINT place)
{
    resource_free(&parent->children[place]);
    parent->count--;
    memmove(&parent->children[place], &parent->children[place + 1],
            (parent->count - place) * sizeof(*parent->children));
}

/* --- keys as programs give them: MAKEINTRESOURCE, "#123" or a name --- */

static BOOL make_key(const WCHAR *id, struct resource_key *key)
{
    UNICODE_STRING text, upper = { 0 };
    ULONG number = 0;

    memset(key, 0, sizeof(*key));
    if (IS_INTRESOURCE(id)) {
        key->number = (USHORT)(ULONG_PTR)id;
        return TRUE;
    }
    if (*id == '#') {
        RtlInitUnicodeString(&text, id + 1);
        if (RtlUnicodeStringToInteger(&text, 10, &number) || number > 0xffff)
            return fail(ERROR_INVALID_PARAMETER);
        key->number = number;
        return TRUE;
    }
    if (RtlInitUnicodeStringEx(&text, id) || !text.Length)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(key->name = kb_alloc(text.Length)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    upper.Buffer = key->name;
    upper.MaximumLength = text.Length;
    RtlUpcaseUnicodeString(&upper, &text, FALSE);
    key->length = text.Length / sizeof(WCHAR);
    return TRUE;
}

static struct update *get_update(HANDLE handle)
{
    struct update *update = handle;

    return update && update->magic == UPDATE_MAGIC ? update : fail_null(ERROR_INVALID_HANDLE);
}

/* --- the functions --- */

HANDLE WINAPI BeginUpdateResourceW(const WCHAR *file, BOOL delete_existing)
{
    struct update *update = kb_alloc_zeroed(sizeof(*update));
    DWORD error;

    if (!update)
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    if (!resource_image_open(&update->image, file)) {
        kb_free(update);
        return NULL;
    }
    update->magic = UPDATE_MAGIC;
    if (delete_existing || resource_image_read(&update->image, &update->root))
        return update;
    error = GetLastError();
    EndUpdateResourceW(update, TRUE);
    return fail_null(error);
}

HANDLE WINAPI BeginUpdateResourceA(const char *file, BOOL delete_existing)
{
    struct wide_arg wide;
    HANDLE update;

    if (!wide_file_arg(&wide, file))
        return NULL;
    update = BeginUpdateResourceW(wide.str, delete_existing);
    wide_arg_free(&wide);
    return update;
}

static BOOL delete_resource(struct resource_node *root, struct resource_key keys[RESOURCE_LEVELS])
{
    static const DWORD errors[RESOURCE_LEVELS] = { ERROR_RESOURCE_TYPE_NOT_FOUND, ERROR_RESOURCE_NAME_NOT_FOUND,
                                                   ERROR_RESOURCE_LANG_NOT_FOUND };
    struct resource_node *path[RESOURCE_LEVELS + 1] = { root };
    UINT places[RESOURCE_LEVELS], i;

    for (i = 0; i < RESOURCE_LEVELS; i++)
        if (!(path[i + 1] = resource_find(path[i], &keys[i], &places[i])))
            return fail(errors[i]);
    /* Directories that become empty go too. */
    for (i = RESOURCE_LEVELS; i--;) {
        remove_child(path[i], places[i]);
        if (path[i]->count)
            break;
    }
    return TRUE;
}

static BOOL set_resource(struct resource_node *root, struct resource_key keys[RESOURCE_LEVELS], const void *data,
                         DWORD size)
{
    struct resource_node *node = root;
    BYTE *copy = kb_alloc(max(size, 1));
    UINT i;

    if (!copy)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(copy, data, size);
    for (i = 0; i < RESOURCE_LEVELS && node; i++) {
        node = resource_child(node, &keys[i]);
        keys[i].name = NULL; /* the tree's now */
    }
    if (!node) {
        kb_free(copy);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    kb_free(node->data);
    node->data = copy;
    node->size = size;
    node->code_page = 0;
    return TRUE;
}

BOOL WINAPI UpdateResourceW(HANDLE handle, const WCHAR *type, const WCHAR *name, WORD language, void *data, DWORD size)
{
    struct resource_key keys[RESOURCE_LEVELS] = { 0 };
    struct update *update = get_update(handle);
    BOOL result = FALSE;

    if (!update)
        return FALSE;
    if (!data && size)
        return fail(ERROR_INVALID_PARAMETER);
    keys[2].number = language;
    if (make_key(type, &keys[0]) && make_key(name, &keys[1]))
        result = data ? set_resource(&update->root, keys, data, size) : delete_resource(&update->root, keys);
    kb_free(keys[0].name);
    kb_free(keys[1].name);
    return result;
}

BOOL WINAPI UpdateResourceA(HANDLE handle, const char *type, const char *name, WORD language, void *data, DWORD size)
{
    struct wide_arg wide_type = { 0 }, wide_name = { 0 };
    BOOL result = FALSE;

    if ((IS_INTRESOURCE(type) || wide_arg(&wide_type, type)) && (IS_INTRESOURCE(name) || wide_arg(&wide_name, name)))
        result = UpdateResourceW(handle, IS_INTRESOURCE(type) ? (const WCHAR *)type : wide_type.str,
                                 IS_INTRESOURCE(name) ? (const WCHAR *)name : wide_name.str, language, data, size);
    wide_arg_free(&wide_type);
    wide_arg_free(&wide_name);
    return result;
}

BOOL WINAPI EndUpdateResourceW(HANDLE handle, BOOL discard)
{
    struct update *update = get_update(handle);
    DWORD error = ERROR_SUCCESS;

    if (!update)
        return FALSE;
    if (!discard && !resource_image_write(&update->image, &update->root))
        error = GetLastError();
    update->magic = 0;
    resource_image_close(&update->image);
    resource_free(&update->root);
    kb_free(update);
    return !error || fail(error);
}

BOOL WINAPI EndUpdateResourceA(HANDLE handle, BOOL discard)
{
    return EndUpdateResourceW(handle, discard);
}
