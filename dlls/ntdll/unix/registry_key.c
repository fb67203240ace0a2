/* SPDX-License-Identifier: MIT */
/* registry_key.c: the keys and values of the tree, and how they come out of the image. The lock is held everywhere. */
#include <stdlib.h>
#include <string.h>
#include "query.h"
#include "registry.h"

uint32_t registry_lock;
struct key *registry_root;

extern const unsigned char registry_image_data[];
#define IMAGE ((const struct registry_image *)registry_image_data)

static const struct registry_image_key *image_key(uint32_t index)
{
    return (const struct registry_image_key *)(registry_image_data + IMAGE->keys) + index;
}

static struct name image_name(uint32_t offset, uint16_t length)
{
    return (struct name){ (const WCHAR *)(registry_image_data + offset), length };
}

/* --- names: compared without case, character by character --- */

static int compare(struct name a, struct name b)
{
    size_t n = a.length < b.length ? a.length : b.length;
    for (size_t i = 0; i < n; i++) {
        if (a.text[i] == b.text[i])
            continue;
        int order = (int)unicode_upcase(a.text[i]) - (int)unicode_upcase(b.text[i]);
        if (order)
            return order;
    }
    return a.length < b.length ? -1 : a.length > b.length;
}

int key_name_compare(const void *wanted, const struct tree_node *node)
{
    return compare(*(const struct name *)wanted, KEY_OF(node)->name);
}

int value_name_compare(const void *wanted, const struct tree_node *node)
{
    return compare(*(const struct name *)wanted, VALUE_OF(node)->name);
}

static int value_sequence_compare(const void *wanted, const struct tree_node *node)
{
    uint64_t a = *(const uint64_t *)wanted, b = VALUE_IN_ORDER(node)->sequence;
    return a < b ? -1 : a > b;
}

/* --- keys --- */

static struct key *key_new(struct key *parent, struct name name, uint32_t from)
{
    bool own = from == NO_IMAGE || image_key(from)->name_length != name.length ||
               name.text != image_name(image_key(from)->name, 0).text;
    struct key *key = calloc(1, sizeof(*key) + (own ? name.length * sizeof(WCHAR) : 0));
    if (!key)
        return NULL;
    key->refs = 1;
    key->image = from;
    if (own) {
        memcpy(key->own_name, name.text, name.length * sizeof(WCHAR));
        name.text = key->own_name;
    }
    key->name = name;
    if (parent) {
        key->parent = key_ref(parent);
        key->depth = parent->depth + 1;
    }
    if (from == NO_IMAGE) {
        key->time = system_now();
        key->has_children = key->has_values = true;
    } else {
        key->time = IMAGE->time;
        key->flags = image_key(from)->flags;
    }
    return key;
}

struct key *key_ref(struct key *key)
{
    key->refs++;
    return key;
}

static void free_value(struct key_value *value)
{
    if (value->own_data)
        free((void *)value->data);
    free(value);
}

static void free_tree(struct key *key)
{
    struct tree_node *node;
    while ((node = key->values)) {
        struct key_value *value = VALUE_OF(node);
        tree_remove(&key->values, &value->name, value_name_compare);
        free_value(value);
    }
    free((void *)key->class.text);
    free(key->later_name);
    free(key->security);
    free(key);
}

void key_unref(struct key *key)
{
    while (key && !--key->refs) {
        struct key *parent = key->parent;
        free_tree(key); /* it has no children: they would hold references */
        key = parent;
    }
}

static void note_max(ULONG *max, size_t value)
{
    if (value > *max)
        *max = (ULONG)value;
}

static struct key *link_child(struct key *parent, struct key *child)
{
    if (child) {
        tree_insert(&parent->children, &child->by_name, &child->name, key_name_compare);
        note_max(&parent->max_name, child->name.length * sizeof(WCHAR));
    }
    return child;
}

struct key *key_add(struct key *parent, struct name name, uint8_t flags)
{
    struct key *key = key_new(parent, name, NO_IMAGE);
    if (key)
        key->flags = flags;
    return link_child(parent, key);
}

struct key *key_add_image(struct key *parent, struct name name, uint32_t from)
{
    return link_child(parent, key_new(parent, name, from));
}

static struct name image_child_name(uint32_t index)
{
    return image_name(image_key(index)->name, image_key(index)->name_length);
}

bool key_load_children(struct key *key)
{
    if (key == registry_services)
        registry_services_refresh();
    if (key->has_children)
        return true;
    const struct registry_image_key *from = image_key(key->image);
    for (uint32_t i = 0; i < from->child_count; i++) {
        struct name name = image_child_name(from->first_child + i);
        if (!tree_find(key->children, &name, key_name_compare) && !key_add_image(key, name, from->first_child + i))
            return false;
    }
    key->has_children = true;
    if (from->fill && key_load_values(key))
        registry_fill(key, from->fill);
    return true;
}

/* A child of the image's by halving: enough for a walk that passes through. */
static struct key *load_child(struct key *key, struct name name)
{
    const struct registry_image_key *from = image_key(key->image);
    uint32_t low = 0, high = from->child_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        struct name found = image_child_name(from->first_child + middle);
        int order = compare(name, found);
        if (!order)
            return key_add_image(key, found, from->first_child + middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

struct key *key_child(struct key *key, struct name name)
{
    if (key == registry_services)
        registry_services_refresh();
    else if (!key->has_children && image_key(key->image)->fill)
        key_load_children(key);
    struct tree_node *node = tree_find(key->children, &name, key_name_compare);
    if (node)
        return KEY_OF(node);
    return key->has_children ? NULL : load_child(key, name);
}

struct key *key_child_at(struct key *key, uint32_t index)
{
    struct tree_node *node = key_load_children(key) ? tree_at(key->children, index) : NULL;
    return node ? KEY_OF(node) : NULL;
}

void key_unlink(struct key *key)
{
    struct key *parent = key->parent;
    tree_remove(&parent->children, &key->name, key_name_compare);
    if (key->name.length * sizeof(WCHAR) == parent->max_name)
        parent->max_dirty = true;
    key->deleted = true;
    parent->time = system_now();
    key_unref(key);
}

bool key_rename(struct key *key, struct name name)
{
    WCHAR *text = malloc(name.length * sizeof(WCHAR));
    struct key *parent = key->parent;
    if (!text)
        return false;
    memcpy(text, name.text, name.length * sizeof(WCHAR));
    tree_remove(&parent->children, &key->name, key_name_compare);
    parent->max_dirty = true;
    free(key->later_name);
    key->later_name = text;
    key->name = (struct name){ text, name.length };
    link_child(parent, key);
    parent->time = key->time = system_now();
    return true;
}

size_t key_path(const struct key *key, WCHAR *out)
{
    size_t length = 0;
    for (const struct key *k = key; k; k = k->parent)
        length += 1 + k->name.length;
    if (out) {
        WCHAR *at = out + length;
        for (const struct key *k = key; k; k = k->parent) {
            at -= k->name.length;
            memcpy(at, k->name.text, k->name.length * sizeof(WCHAR));
            *--at = '\\';
        }
    }
    return length;
}

void key_update_max(struct key *key)
{
    if (!key->max_dirty)
        return;
    key->max_name = key->max_value_name = key->max_value_data = 0;
    for (uint32_t i = 0; i < tree_size(key->children); i++)
        note_max(&key->max_name, KEY_OF(tree_at(key->children, i))->name.length * sizeof(WCHAR));
    for (uint32_t i = 0; i < tree_size(key->values); i++) {
        const struct key_value *value = VALUE_OF(tree_at(key->values, i));
        note_max(&key->max_value_name, value->name.length * sizeof(WCHAR));
        note_max(&key->max_value_data, value->size);
    }
    key->max_dirty = false;
}

/* --- values --- */

static struct key_value *add_value(struct key *key, struct name name, bool image_text)
{
    struct key_value *value = calloc(1, sizeof(*value) + (image_text ? 0 : name.length * sizeof(WCHAR)));
    if (!value)
        return NULL;
    if (!image_text) {
        memcpy(value->own_name, name.text, name.length * sizeof(WCHAR));
        name.text = value->own_name;
    }
    value->name = name;
    value->sequence = key->next_sequence++;
    tree_insert(&key->values, &value->by_name, &value->name, value_name_compare);
    tree_insert(&key->sequence, &value->by_sequence, &value->sequence, value_sequence_compare);
    note_max(&key->max_value_name, name.length * sizeof(WCHAR));
    return value;
}

bool key_load_values(struct key *key)
{
    if (key->has_values)
        return true;
    const struct registry_image_key *from = image_key(key->image);
    const struct registry_image_value *values =
        (const struct registry_image_value *)(registry_image_data + IMAGE->values) + from->first_value;
    key->has_values = true;
    for (uint32_t i = 0; i < from->value_count; i++) {
        struct key_value *value = add_value(key, image_name(values[i].name, values[i].name_length), true);
        if (!value)
            return false;
        value->type = values[i].type;
        value->data = registry_image_data + values[i].data;
        value->size = values[i].size;
        if (values[i].flags & REGISTRY_TEMPLATE) {
            void *text = registry_expand(value->data, &value->size);
            if (!text)
                return false;
            value->data = text;
            value->own_data = true;
        }
        note_max(&key->max_value_data, value->size);
    }
    return from->fill ? key_load_children(key) : true;
}

struct key_value *key_value(struct key *key, struct name name)
{
    struct tree_node *node = key_load_values(key) ? tree_find(key->values, &name, value_name_compare) : NULL;
    return node ? VALUE_OF(node) : NULL;
}

struct key_value *key_value_at(struct key *key, uint32_t index)
{
    struct tree_node *node = key_load_values(key) ? tree_at(key->sequence, index) : NULL;
    return node ? VALUE_IN_ORDER(node) : NULL;
}

bool key_set_value(struct key *key, struct name name, ULONG type, void *data, ULONG size)
{
    struct key_value *value = key_value(key, name);
    if (!value && !(value = add_value(key, name, false)))
        return false;
    if (value->size == key->max_value_data)
        key->max_dirty = true;
    if (value->own_data)
        free((void *)value->data);
    value->own_data = true;
    value->data = data;
    value->size = size;
    value->type = type;
    note_max(&key->max_value_data, size);
    key->time = system_now();
    return true;
}

void key_remove_value(struct key *key, struct key_value *value)
{
    if (value->size == key->max_value_data || value->name.length * sizeof(WCHAR) == key->max_value_name)
        key->max_dirty = true;
    tree_remove(&key->values, &value->name, value_name_compare);
    tree_remove(&key->sequence, &value->sequence, value_sequence_compare);
    free_value(value);
    key->time = system_now();
}

/* --- the start --- */

bool registry_init(void)
{
    if (!registry_root)
        registry_root = key_new(NULL, image_child_name(REGISTRY_IMAGE_ROOT), REGISTRY_IMAGE_ROOT);
    return registry_root != NULL;
}
