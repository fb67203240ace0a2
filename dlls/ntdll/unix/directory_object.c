/* SPDX-License-Identifier: MIT */
/* directory_object.c: directories of objects: making, opening and listing them. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "namespace.h"
#include "shared.h"

static void directory_destroy(struct object *obj)
{
    name_table_free(&((struct directory *)obj)->names);
    free(obj);
}

static NTSTATUS directory_adopt(struct shared_form *form, struct object **obj)
{
    struct directory *dir = directory_new(&directory_type);
    (void)form;
    *obj = &dir->header;
    return dir ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

const struct object_type directory_type = {
    .name = "Directory",
    .index = OBJECT_TYPE_DIRECTORY,
    .valid_access = DIRECTORY_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                         STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
                         STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE, DIRECTORY_ALL_ACCESS },
    .destroy = directory_destroy,
    .adopt = directory_adopt,
};

struct directory *directory_new(const struct object_type *type)
{
    struct directory *dir = calloc(1, sizeof(*dir));
    if (dir)
        object_init(&dir->header, type);
    return dir;
}

NTSTATUS NtCreateDirectoryObject(HANDLE *DirectoryHandle, ACCESS_MASK DesiredAccess,
                                 OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct directory *dir = directory_new(&directory_type);
    if (!dir)
        return STATUS_NO_MEMORY;
    return object_create_handle(&dir->header, DesiredAccess, ObjectAttributes, DirectoryHandle);
}

NTSTATUS NtDeletePrivateNamespace(HANDLE NamespaceHandle)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(NamespaceHandle, &directory_type, DELETE, &obj);
    if (status)
        return status;
    status = obj->shared_number ? shared_remove_name(obj) : STATUS_INVALID_PARAMETER;
    object_unref(obj);
    return status;
}

NTSTATUS NtOpenDirectoryObject(HANDLE *DirectoryHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&directory_type, DesiredAccess, ObjectAttributes, DirectoryHandle);
}

/* One entry of a directory, wherever it is kept. */
struct listed {
    WCHAR *name; /* malloc'ed */
    size_t length;
    const struct object_type *type;
};

/* Where an enumeration is: first the entries of the fixed tree and of this process, then the server's. */
struct scan {
    bool remote;
    uint64_t cursor;
};

static NTSTATUS scan_next(struct directory *dir, struct scan *scan, struct listed *out)
{
    NTSTATUS status = STATUS_SUCCESS;
    if (!scan->remote) {
        namespace_lock_tree();
        struct name_entry *entry = name_next(&dir->names, scan->cursor);
        if (entry) {
            out->length = entry->length;
            out->type = container_of(entry, struct object_name, entry)->object->type;
            if ((out->name = malloc(entry->length * sizeof(WCHAR) + 1)))
                memcpy(out->name, entry->text, entry->length * sizeof(WCHAR));
            scan->cursor = name_cursor(entry);
        }
        native_unlock(&namespace_lock);
        if (entry)
            return out->name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        *scan = (struct scan){ .remote = true };
    }
    if (!directory_number(dir))
        return STATUS_NO_MORE_ENTRIES;
    do { /* what this version of us knows no type for is not listed */
        status = shared_directory_next(directory_number(dir), &scan->cursor, &out->name, &out->length, &out->type);
        if (!status && !out->type)
            free(out->name);
    } while (!status && !out->type);
    return status;
}

static size_t listed_size(const struct listed *entry)
{
    return sizeof(OBJECT_DIRECTORY_INFORMATION) + (entry->length + 1 + strlen(entry->type->name) + 1) * 2;
}

/* The next entries from number `first` on, as many as fit into `size`; the number of the directory's last answer is where
 * the next one usually goes on. *more: there is one that did not fit, or was not wanted; *needed: its size. */
static NTSTATUS scan_entries(struct directory *dir, ULONG first, bool single, size_t size, struct listed **entries,
                             size_t *count, size_t *next_size)
{
    struct scan scan = { 0 };
    size_t total = sizeof(OBJECT_DIRECTORY_INFORMATION), capacity = 0;
    struct listed entry;
    NTSTATUS status = STATUS_SUCCESS;
    ULONG skip = first;
    namespace_lock_tree();
    if (dir->scan_index == first) {
        scan = (struct scan){ dir->scan_remote, dir->scan_cursor };
        skip = 0;
    }
    native_unlock(&namespace_lock);
    for (; skip && !status; skip--)
        if (!(status = scan_next(dir, &scan, &entry)))
            free(entry.name);
    *count = *next_size = 0;
    struct scan before = scan;
    while (!status && !(status = scan_next(dir, &scan, &entry))) {
        if (total + listed_size(&entry) > size || (single && *count)) {
            *next_size = total + listed_size(&entry);
            free(entry.name);
            break;
        }
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            struct listed *larger = realloc(*entries, capacity * sizeof(**entries));
            if (!larger) {
                free(entry.name);
                return STATUS_NO_MEMORY;
            }
            *entries = larger;
        }
        (*entries)[(*count)++] = entry;
        total += listed_size(&entry);
        before = scan;
    }
    namespace_lock_tree();
    dir->scan_index = first + (ULONG)*count;
    dir->scan_remote = before.remote;
    dir->scan_cursor = before.cursor;
    native_unlock(&namespace_lock);
    return status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : status;
}

/* The answer: an array of entries ended by an empty one, then the texts, with pointers as in the program's buffer. */
static char *put_entries(const struct listed *entries, size_t count, char *user, size_t *size)
{
    size_t at = (count + 1) * sizeof(OBJECT_DIRECTORY_INFORMATION), total = sizeof(OBJECT_DIRECTORY_INFORMATION);
    for (size_t i = 0; i < count; i++)
        total += listed_size(&entries[i]);
    char *out = calloc(1, total);
    if (!out)
        return NULL;
    OBJECT_DIRECTORY_INFORMATION *info = (OBJECT_DIRECTORY_INFORMATION *)out;
    for (size_t i = 0; i < count; i++) {
        size_t bytes = entries[i].length * 2;
        memcpy(out + at, entries[i].name, bytes);
        info[i].Name = (UNICODE_STRING){ (USHORT)bytes, (USHORT)(bytes + 2), (WCHAR *)(user + at) };
        at += bytes + 2;
        bytes = namespace_widen(entries[i].type->name, (WCHAR *)(out + at)) * 2;
        info[i].TypeName = (UNICODE_STRING){ (USHORT)bytes, (USHORT)(bytes + 2), (WCHAR *)(user + at) };
        at += bytes + 2;
    }
    *size = total;
    return out;
}

NTSTATUS NtQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length, BOOLEAN ReturnSingleEntry,
                                BOOLEAN RestartScan, ULONG *Context, ULONG *ReturnLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(DirectoryHandle, NULL, 0, &obj);
    if (status)
        return status;
    /* Desktops are listed in the same way. On Windows user32 has a system call of its own for that (WINSTA_ENUMDESKTOPS). */
    const struct object_type *type = is_directory(obj) ? obj->type : &directory_type;
    object_unref(obj);
    if ((status = handle_lookup(DirectoryHandle, type, DIRECTORY_QUERY, &obj)))
        return status;
    ULONG first = RestartScan ? 0 : *Context;
    struct listed *entries = NULL;
    size_t count = 0, next_size, size = 0;
    status = scan_entries((struct directory *)obj, first, ReturnSingleEntry, Length, &entries, &count, &next_size);
    if (!status && !count) {
        size = next_size;
        status = next_size ? STATUS_BUFFER_TOO_SMALL : STATUS_NO_MORE_ENTRIES;
    } else if (!status) {
        char *out = put_entries(entries, count, Buffer, &size);
        if (!out)
            status = STATUS_NO_MEMORY;
        else if (!user_copy_out(Buffer, out, size))
            status = STATUS_ACCESS_VIOLATION;
        else
            status = !ReturnSingleEntry && next_size ? STATUS_MORE_ENTRIES : STATUS_SUCCESS;
        free(out);
    }
    for (size_t i = 0; i < count; i++)
        free(entries[i].name);
    free(entries);
    object_unref(obj);
    if (NT_SUCCESS(status))
        *Context = first + (ULONG)count;
    if (ReturnLength)
        *ReturnLength = (ULONG)size;
    return status;
}
