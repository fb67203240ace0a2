/* SPDX-License-Identifier: MIT */
/*
 * directory.c: names. The fixed directories (include/objecttree.h) are only their numbers here; processes have walked that
 * far by themselves.
 */
#include "server.h"

static struct directory *fixed[OBJECT_TREE_NUMBERS];

static void directory_destroy(struct object *object)
{
    name_table_free(&((struct directory *)object)->names);
}

bool is_directory(const struct object *object)
{
    return object->kind == OBJECT_KIND_DIRECTORY || object->kind == OBJECT_KIND_WINDOW_STATION;
}

struct object *directory_new(enum object_kind kind)
{
    struct object *object = object_new(sizeof(struct directory), kind);
    if (object)
        object->destroy = directory_destroy;
    return object;
}

void directory_init(void)
{
#define DIRECTORY(number, text) { number, OBJECT_KIND_DIRECTORY, text },
#define STATION(number, text)   { number, OBJECT_KIND_WINDOW_STATION, text },
#define DESKTOP(number, text)   { number, OBJECT_KIND_DESKTOP, text },
#define LINK(path, target)
    static const struct {
        uint32_t number;
        enum object_kind kind;
        const char *path;
    } tree[] = { OBJECT_TREE };
#undef DIRECTORY
#undef STATION
#undef DESKTOP
#undef LINK
    for (uint32_t number = 1; number < OBJECT_TREE_NUMBERS; number++) {
        enum object_kind kind = OBJECT_KIND_DIRECTORY;
        const char *path = NULL;
        for (size_t i = 0; i < sizeof(tree) / sizeof(*tree); i++)
            if (tree[i].number == number) {
                kind = tree[i].kind;
                path = tree[i].path;
            }
        struct directory *directory = (struct directory *)directory_new(kind);
        if (!directory || directory->header.number != number)
            abort(); /* the table was empty */
        directory->path = path;
        fixed[number] = directory;
    }
}

NTSTATUS directory_walk(uint32_t number, const struct message_part *part, uint32_t attributes, struct lookup *lookup)
{
    struct object *object = object_find(number);
    const uint16_t *name = part->data;
    uint32_t length = part->size / 2;
    if (!object || !is_directory(object))
        return STATUS_INVALID_HANDLE;
    if (part->size & 1 || !length || part->size > OBJECT_MAX_NAME)
        return STATUS_OBJECT_NAME_INVALID;
    struct directory *directory = (struct directory *)object;
    if ((uintptr_t)name & 1)
        return STATUS_DATATYPE_MISALIGNMENT;
    for (;;) {
        uint32_t n = 0;
        while (n < length && name[n] != '\\')
            n++;
        if (!n)
            return STATUS_OBJECT_NAME_INVALID;
        bool last = n == length;
        struct name_entry *entry = name_find(&directory->names, name, n, attributes & OBJ_CASE_INSENSITIVE);
        object = entry ? container(entry, struct object_name, entry)->object : NULL;
        if (object && object->kind == OBJECT_KIND_SYMBOLIC_LINK && !(last && attributes & OBJ_OPENLINK)) {
            uint32_t rest = last ? 0 : (length - n) * 2; /* with its backslash */
            if (object->data_size + rest > OBJECT_MAX_NAME)
                return STATUS_OBJECT_NAME_INVALID;
            if (!(lookup->reparse = malloc(object->data_size + rest + 1)))
                return STATUS_NO_MEMORY;
            if (object->data_size)
                memcpy(lookup->reparse, object->data, object->data_size);
            memcpy((char *)lookup->reparse + object->data_size, name + n, rest);
            lookup->reparse_size = object->data_size + rest;
            return STATUS_REPARSE;
        }
        if (last) {
            lookup->parent = directory;
            lookup->object = object;
            lookup->last = name;
            lookup->last_length = n;
            return STATUS_SUCCESS;
        }
        if (!object)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (!is_directory(object))
            return STATUS_OBJECT_TYPE_MISMATCH;
        directory = (struct directory *)object;
        name += n + 1;
        length -= n + 1;
    }
}

NTSTATUS directory_insert(struct directory *directory, const uint16_t *name, uint32_t length, struct object *object)
{
    struct object_name *entry = malloc(sizeof(*entry) + length * sizeof(*name));
    if (!entry)
        return STATUS_NO_MEMORY;
    entry->object = object;
    entry->parent = directory;
    entry->entry.length = length;
    memcpy(entry->entry.text, name, length * sizeof(*name));
    if (!name_add(&directory->names, &entry->entry)) {
        free(entry);
        return STATUS_NO_MEMORY;
    }
    directory->header.refs++;
    object->name = entry;
    name_count++;
    return STATUS_SUCCESS;
}

struct object *directory_remove_name(struct object *object)
{
    struct object_name *name = object->name;
    name_remove(&name->parent->names, &name->entry);
    struct object *parent = &name->parent->header;
    object->name = NULL;
    name_count--;
    free(name);
    return parent;
}

uint32_t serve_directory_entry(struct message *message, const struct protocol_directory_entry_in *in,
                               struct protocol_directory_entry_out *out)
{
    struct object *object = object_find(in->directory);
    if (!object || !is_directory(object))
        return STATUS_INVALID_HANDLE;
    struct name_entry *entry = name_next(&((struct directory *)object)->names, in->position);
    if (!entry)
        return STATUS_NO_MORE_ENTRIES;
    if (!(message->reply = malloc(entry->length * 2)))
        return STATUS_NO_MEMORY;
    memcpy(message->reply, entry->text, entry->length * 2);
    message->reply_size = entry->length * 2;
    out->position = name_cursor(entry);
    out->type = container(entry, struct object_name, entry)->object->kind;
    return STATUS_SUCCESS;
}
