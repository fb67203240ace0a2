/* SPDX-License-Identifier: MIT */
/*
 * station.c: window stations and desktops: names that processes share, secured, inherited and duplicated as all objects are. A
 * station is a directory of desktops. Every session has WinSta0, which is the one that can be seen, with Default; they are of
 * the tree that is there from the start (include/objecttree.h), so that who needs nothing else asks nobody.
 */
#include <stdlib.h>
#include <string.h>
#include "client.h"
#include "namespace.h"
#include "objecttree.h"
#include "security.h"
#include "shared.h"
#include "unix_station.h"

/* The heap of a desktop that nobody chose one for, in KB: that of an interactive station, and of others. There is none. */
#define HEAP_VISIBLE 20480
#define HEAP_HIDDEN  768

static const WCHAR visible_station[] = u"\\Sessions\\1\\Windows\\WindowStations\\WinSta0";

static void station_destroy(struct object *obj)
{
    name_table_free(&((struct directory *)obj)->names);
    free(obj);
}

static NTSTATUS station_adopt(struct shared_form *form, struct object **obj)
{
    struct directory *station = directory_new(&window_station_type);
    (void)form;
    *obj = &station->header;
    return station ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* "Window Station Security and Access Rights" has the mappings, of an interactive one. */
const struct object_type window_station_type = {
    .name = "WindowStation",
    .index = OBJECT_TYPE_WINDOW_STATION,
    .valid_access = STANDARD_RIGHTS_REQUIRED | WINSTA_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | WINSTA_ENUMDESKTOPS | WINSTA_ENUMERATE | WINSTA_READATTRIBUTES |
                             WINSTA_READSCREEN,
                         STANDARD_RIGHTS_WRITE | WINSTA_ACCESSCLIPBOARD | WINSTA_CREATEDESKTOP | WINSTA_WRITEATTRIBUTES,
                         STANDARD_RIGHTS_EXECUTE | WINSTA_ACCESSGLOBALATOMS | WINSTA_EXITWINDOWS,
                         STANDARD_RIGHTS_REQUIRED | WINSTA_ALL_ACCESS },
    .destroy = station_destroy,
    .adopt = station_adopt,
};

static void desktop_destroy(struct object *obj)
{
    free(obj);
}

static NTSTATUS desktop_share(struct object *obj, struct shared_form *form)
{
    struct desktop_settings *copy = malloc(sizeof(*copy));
    if (!copy)
        return STATUS_NO_MEMORY;
    *copy = ((struct desktop *)obj)->settings;
    form->data = copy;
    form->size = sizeof(*copy);
    return STATUS_SUCCESS;
}

static NTSTATUS desktop_adopt(struct shared_form *form, struct object **obj)
{
    struct desktop *desktop = desktop_new();
    if (!desktop)
        return STATUS_NO_MEMORY;
    if (form->size == sizeof(desktop->settings))
        memcpy(&desktop->settings, form->data, form->size);
    *obj = &desktop->header;
    return STATUS_SUCCESS;
}

/* "Desktop Security and Access Rights" */
const struct object_type desktop_type = {
    .name = "Desktop",
    .index = OBJECT_TYPE_DESKTOP,
    .valid_access = STANDARD_RIGHTS_REQUIRED | DESKTOP_ALL,
    .generic_mapping = { STANDARD_RIGHTS_READ | DESKTOP_ENUMERATE | DESKTOP_READOBJECTS,
                         STANDARD_RIGHTS_WRITE | DESKTOP_CREATEMENU | DESKTOP_CREATEWINDOW | DESKTOP_HOOKCONTROL |
                             DESKTOP_JOURNALPLAYBACK | DESKTOP_JOURNALRECORD | DESKTOP_WRITEOBJECTS,
                         STANDARD_RIGHTS_EXECUTE | DESKTOP_SWITCHDESKTOP, STANDARD_RIGHTS_REQUIRED | DESKTOP_ALL },
    .destroy = desktop_destroy,
    .share = desktop_share,
    .adopt = desktop_adopt,
};

struct desktop *desktop_new(void)
{
    struct desktop *desktop = calloc(1, sizeof(*desktop));
    if (desktop)
        object_init(&desktop->header, &desktop_type);
    return desktop;
}

/* The length of what is before the last component. */
static size_t parent_length(const WCHAR *path, size_t length)
{
    while (length && path[--length] != '\\')
        ;
    return length;
}

NTSTATUS desktop_name(struct object *obj, WCHAR **name, size_t *length)
{
    *name = object_full_name(obj, length);
    if (!*name)
        return STATUS_SUCCESS;
    size_t parent = parent_length(*name, *length);
    *length -= parent;
    memmove(*name, *name + parent, (*length + 1) * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/* --- calls --- */

static NTSTATUS attributes_of(const struct unix_station_open *open, UNICODE_STRING *name, OBJECT_ATTRIBUTES *attr)
{
    if (open->name_length > UINT16_MAX / sizeof(WCHAR))
        return STATUS_OBJECT_NAME_INVALID;
    USHORT bytes = (USHORT)(open->name_length * sizeof(WCHAR));
    *name = (UNICODE_STRING){ bytes, bytes, (WCHAR *)(uintptr_t)open->name };
    *attr = (OBJECT_ATTRIBUTES){ .Length = sizeof(*attr),
                                 .RootDirectory = (HANDLE)(uintptr_t)open->root,
                                 .ObjectName = name,
                                 .Attributes = open->attributes,
                                 .SecurityDescriptor = (void *)(uintptr_t)open->security };
    return STATUS_SUCCESS;
}

static bool station_is_visible(const WCHAR *path, size_t length)
{
    size_t wanted = sizeof(visible_station) / sizeof(WCHAR) - 1;
    return length == wanted && !memcmp(path, visible_station, wanted * sizeof(WCHAR));
}

/* Whether the desktop's station can be seen, and whether it is `station` (or NULL). */
static NTSTATUS look_at_station(struct object *desktop, struct object *station, bool *visible, bool *same)
{
    size_t length, other_length = 0;
    WCHAR *path = object_full_name(desktop, &length), *other = NULL;
    if (!path)
        return STATUS_INVALID_HANDLE;
    length = parent_length(path, length);
    *visible = station_is_visible(path, length);
    if (station)
        other = object_full_name(station, &other_length);
    *same = other && length == other_length && !memcmp(path, other, length * sizeof(WCHAR));
    free(other);
    free(path);
    return STATUS_SUCCESS;
}

/* "hWinsta must have been created by or for the calling process with WINSTA_CREATEDESKTOP access" (CreateDesktop). */
static NTSTATUS create_desktop(const struct unix_station_open *open, OBJECT_ATTRIBUTES *attr, HANDLE *handle)
{
    struct object *station;
    NTSTATUS status = handle_lookup(attr->RootDirectory, &window_station_type, WINSTA_CREATEDESKTOP, &station);
    if (status)
        return status;
    size_t length;
    WCHAR *path = object_full_name(station, &length);
    bool visible = path && station_is_visible(path, length);
    free(path);
    object_unref(station);
    struct desktop *desktop = desktop_new();
    if (!desktop)
        return STATUS_NO_MEMORY;
    desktop->settings.flags = open->flags;
    desktop->settings.heap = open->heap ? open->heap : visible ? HEAP_VISIBLE : HEAP_HIDDEN;
    return object_create_handle(&desktop->header, open->access, attr, handle);
}

/* The number of the desktop that receives input; switched to `number` first, if that is one. */
static NTSTATUS input_desktop(uint32_t number, uint32_t *input)
{
    struct protocol_desktop_input_in in = { number };
    struct protocol_desktop_input_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(desktop_input, .in = &in, .out = &out, );
    *input = OBJECT_TREE_DESKTOP;
    if (!number && client_join(false)) /* nobody is there who could have switched */
        return STATUS_SUCCESS;
    NTSTATUS status = client_request(&request);
    if (!status)
        *input = out.object;
    return status;
}

static NTSTATUS open_input(const struct unix_station_open *open, HANDLE *handle)
{
    struct object *obj = NULL;
    ACCESS_MASK granted;
    uint32_t number;
    NTSTATUS status = input_desktop(0, &number);
    if (!status && number == OBJECT_TREE_DESKTOP)
        obj = object_ref(object_fixed(number));
    else if (!status)
        status = shared_import(number, &obj);
    if (status)
        return status;
    if (!(status = security_grant(obj, open->access, &granted)))
        status = handle_create(obj, granted, open->attributes, handle);
    object_unref(obj);
    return status;
}

static NTSTATUS call_open(ULONG function, struct unix_station_open *arguments)
{
    struct unix_station_open open;
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    HANDLE handle = NULL;
    struct directory *station;
    if (!user_copy_in(&open, arguments, sizeof(open)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = attributes_of(&open, &name, &attr);
    if (status)
        return status;
    switch (function) {
    case UNIX_STATION_CREATE:
        if (!(station = directory_new(&window_station_type)))
            return STATUS_NO_MEMORY;
        status = object_create_handle(&station->header, open.access, &attr, &handle);
        break;
    case UNIX_STATION_OPEN:
        status = object_open_handle(&window_station_type, open.access, &attr, &handle);
        break;
    case UNIX_DESKTOP_CREATE:
        status = create_desktop(&open, &attr, &handle);
        break;
    case UNIX_DESKTOP_OPEN:
        status = object_open_handle(&desktop_type, open.access, &attr, &handle);
        break;
    default:
        status = open_input(&open, &handle);
    }
    open.handle = (uint64_t)(uintptr_t)handle;
    if (NT_SUCCESS(status) && !user_copy_out(arguments, &open, sizeof(open))) {
        handle_close(handle);
        return STATUS_ACCESS_VIOLATION;
    }
    return status;
}

/* "The SwitchDesktop function fails if the desktop belongs to an invisible window station", with "Incorrect function". */
static NTSTATUS switch_to(HANDLE handle)
{
    struct object *obj;
    bool visible, same;
    uint32_t number, input;
    NTSTATUS status = handle_lookup(handle, &desktop_type, DESKTOP_SWITCHDESKTOP, &obj);
    if (status)
        return status;
    status = look_at_station(obj, NULL, &visible, &same);
    if (!status && !visible)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (!status && !(status = shared_export(obj, &number)))
        status = input_desktop(number, &input);
    object_unref(obj);
    return status;
}

static NTSTATUS query(struct unix_desktop *arguments)
{
    struct unix_desktop query;
    struct object *obj, *station = NULL;
    bool visible = false, same = false;
    uint32_t input = 0;
    if (!user_copy_in(&query, arguments, sizeof(query)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = handle_lookup((HANDLE)(uintptr_t)query.handle, &desktop_type, 0, &obj);
    if (status)
        return status;
    if (query.station)
        status = handle_lookup((HANDLE)(uintptr_t)query.station, &window_station_type, 0, &station);
    if (!status)
        status = look_at_station(obj, station, &visible, &same);
    if (!status)
        status = input_desktop(0, &input);
    struct desktop *desktop = (struct desktop *)obj;
    query.flags = __atomic_load_n(&desktop->settings.flags, __ATOMIC_RELAXED);
    query.heap = desktop->number ? HEAP_VISIBLE : desktop->settings.heap;
    query.input = input == (desktop->number ? desktop->number : obj->shared_number);
    query.visible = visible;
    query.of_station = same;
    if (station)
        object_unref(station);
    object_unref(obj);
    if (!status && !user_copy_out(arguments, &query, sizeof(query)))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

static NTSTATUS set_flags(const struct unix_desktop *arguments)
{
    struct unix_desktop set;
    struct object *obj;
    if (!user_copy_in(&set, arguments, sizeof(set)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = handle_lookup((HANDLE)(uintptr_t)set.handle, &desktop_type, 0, &obj);
    if (status)
        return status;
    struct desktop *desktop = (struct desktop *)obj;
    __atomic_store_n(&desktop->settings.flags, set.flags, __ATOMIC_RELAXED);
    if (obj->shared_number)
        shared_set_data(obj, &desktop->settings, sizeof(desktop->settings));
    object_unref(obj);
    return STATUS_SUCCESS;
}

NTSTATUS unix_call_stations(ULONG function, PVOID arguments)
{
    uint64_t handle;
    switch (function) {
    case UNIX_STATION_CREATE:
    case UNIX_STATION_OPEN:
    case UNIX_DESKTOP_CREATE:
    case UNIX_DESKTOP_OPEN:
    case UNIX_DESKTOP_OPEN_INPUT:
        return call_open(function, arguments);
    case UNIX_DESKTOP_SWITCH:
        return user_copy_in(&handle, arguments, sizeof(handle)) ? switch_to((HANDLE)(uintptr_t)handle)
                                                                : STATUS_ACCESS_VIOLATION;
    case UNIX_DESKTOP_QUERY:
        return query(arguments);
    case UNIX_DESKTOP_SET_FLAGS:
        return set_flags(arguments);
    default:
        return STATUS_PROCEDURE_NOT_FOUND;
    }
}
