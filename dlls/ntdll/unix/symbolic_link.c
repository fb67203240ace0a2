/* SPDX-License-Identifier: MIT */
/* symbolic_link.c: symbolic links of the object namespace. */
#include <stdlib.h>
#include <string.h>
#include "namespace.h"
#include "security.h"
#include "shared.h"

static void link_destroy(struct object *obj)
{
    free(obj);
}

static NTSTATUS link_share(struct object *obj, struct shared_form *form)
{
    const struct symbolic_link *link = (struct symbolic_link *)obj;
    form->size = (uint32_t)(link->length * sizeof(WCHAR));
    if (!(form->data = malloc(form->size)))
        return STATUS_NO_MEMORY;
    memcpy(form->data, link->target, form->size);
    return STATUS_SUCCESS;
}

static NTSTATUS link_adopt(struct shared_form *form, struct object **obj)
{
    struct symbolic_link *link = link_new(form->data, form->size / sizeof(WCHAR));
    *obj = &link->header;
    return link ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

const struct object_type symbolic_link_type = {
    .name = "SymbolicLink",
    .index = OBJECT_TYPE_SYMBOLIC_LINK,
    .valid_access = SYMBOLIC_LINK_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
                         STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS },
    .destroy = link_destroy,
    .share = link_share,
    .adopt = link_adopt,
};

struct symbolic_link *link_new(const WCHAR *target, size_t length)
{
    struct symbolic_link *link = malloc(sizeof(*link) + (length + 1) * sizeof(WCHAR));
    if (link) {
        object_init(&link->header, &symbolic_link_type);
        link->length = length;
        memcpy(link->target, target, length * sizeof(WCHAR));
        link->target[length] = 0;
    }
    return link;
}

NTSTATUS NtCreateSymbolicLinkObject(HANDLE *LinkHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                                    UNICODE_STRING *LinkTarget)
{
    WCHAR *target;
    size_t length;
    NTSTATUS status = user_string_in(LinkTarget, &target, &length);
    if (status)
        return status;
    if (!length) {
        free(target);
        return STATUS_INVALID_PARAMETER;
    }
    struct symbolic_link *link = link_new(target, length);
    free(target);
    if (!link)
        return STATUS_NO_MEMORY;
    return object_create_handle(&link->header, DesiredAccess, ObjectAttributes, LinkHandle);
}

NTSTATUS NtOpenSymbolicLinkObject(HANDLE *LinkHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct object_attr attr;
    struct object *obj;
    HANDLE value;
    NTSTATUS status = object_attr_in(ObjectAttributes, &attr);
    if (status)
        return status;
    attr.attributes |= OBJ_OPENLINK;
    status = object_open(&attr, &symbolic_link_type, &obj);
    if (!status) {
        ACCESS_MASK granted;
        status = security_grant(obj, DesiredAccess, &granted);
        if (!status)
            status = handle_create(obj, granted, attr.attributes, &value);
        object_unref(obj);
        if (!status)
            *LinkHandle = value;
    }
    object_attr_free(&attr);
    return status;
}

NTSTATUS NtQuerySymbolicLinkObject(HANDLE LinkHandle, UNICODE_STRING *LinkTarget, ULONG *ReturnedLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(LinkHandle, &symbolic_link_type, SYMBOLIC_LINK_QUERY, &obj);
    if (status)
        return status;
    const struct symbolic_link *link = (struct symbolic_link *)obj;
    size_t bytes = link->length * sizeof(WCHAR);
    UNICODE_STRING out = *LinkTarget;
    /* With ReturnedLength the terminating zero is wanted too. */
    size_t wanted = ReturnedLength ? bytes + sizeof(WCHAR) : bytes;
    if (out.MaximumLength < wanted) {
        status = STATUS_BUFFER_TOO_SMALL;
    } else if (!user_copy_out(out.Buffer, link->target, wanted)) {
        status = STATUS_ACCESS_VIOLATION;
    } else {
        LinkTarget->Length = (USHORT)bytes;
    }
    if (ReturnedLength)
        *ReturnedLength = (ULONG)wanted;
    object_unref(obj);
    return status;
}
