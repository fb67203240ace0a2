/* SPDX-License-Identifier: MIT */
/* child_attributes.c: the attribute list and the CreateInfo of NtCreateUserProcess. */
#include <stdlib.h>
#include "child_private.h"
#include "security.h"

/* Those that nt_process.h does not name; they ask for less than a process has here. */
#define PS_ATTRIBUTE_PROTECTION_LEVEL         0x00060011
#define PS_ATTRIBUTE_CHILD_PROCESS_POLICY     0x00020014
#define PS_ATTRIBUTE_ALL_APPLICATION_PACKAGES 0x00020015
#define PS_ATTRIBUTE_WIN32K_FILTER            0x00020016
#define PS_ATTRIBUTE_DESKTOP_APP_POLICY       0x00020019
#define PS_ATTRIBUTE_MITIGATION_AUDIT_OPTIONS 0x0002001b

#define PS_CREATE_SUCCESS 6 /* PS_CREATE_INFO.State */

#define MOST_HANDLES (1u << 20) /* bytes of a list */

static NTSTATUS read_handles(const PS_ATTRIBUTE *attribute, HANDLE **list, size_t *count)
{
    if (*list || !attribute->Size || attribute->Size % sizeof(HANDLE) || attribute->Size > MOST_HANDLES)
        return STATUS_INVALID_PARAMETER;
    if (!(*list = malloc(attribute->Size)))
        return STATUS_NO_MEMORY;
    *count = attribute->Size / sizeof(HANDLE);
    return user_copy_in(*list, attribute->ValuePtr, attribute->Size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS read_number(const PS_ATTRIBUTE *attribute, void *value, size_t size)
{
    if (attribute->Size != size)
        return STATUS_INVALID_PARAMETER;
    return user_copy_in(value, attribute->ValuePtr, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS read_token(const PS_ATTRIBUTE *attribute, struct object **token)
{
    if (*token)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status =
        handle_lookup(attribute->ValuePtr, &token_type, TOKEN_ASSIGN_PRIMARY | TOKEN_QUERY | TOKEN_DUPLICATE, token);
    if (status)
        return status;
    return ((struct token *)*token)->type == TokenPrimary ? STATUS_SUCCESS : STATUS_BAD_TOKEN_TYPE;
}

static NTSTATUS read_parent(const PS_ATTRIBUTE *attribute, struct spawn *spawn)
{
    struct object *obj;
    if (spawn->parent || attribute->Size != sizeof(HANDLE))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = handle_lookup(attribute->ValuePtr, &process_type, PROCESS_CREATE_PROCESS, &obj);
    if (status)
        return status;
    struct process_object *parent = container_of(obj, struct process_object, header);
    if (parent == process_current) {
        object_unref(obj);
        return STATUS_SUCCESS;
    }
    spawn->parent = parent;
    return process_update(parent) ? STATUS_PROCESS_IS_TERMINATING : STATUS_SUCCESS;
}

static NTSTATUS read_priority(const PS_ATTRIBUTE *attribute, struct spawn *spawn)
{
    UCHAR class;
    NTSTATUS status = read_number(attribute, &class, sizeof(class));
    return status ? status : process_priority_from_nt(class, &spawn->priority_class);
}

static NTSTATUS read_attribute(const PS_ATTRIBUTE *attribute, struct spawn *spawn, UNICODE_STRING *image)
{
    ULONG std[2];
    NTSTATUS status;
    switch (attribute->Attribute) {
    case PS_ATTRIBUTE_IMAGE_NAME:
        if (!attribute->Size || attribute->Size > 0xfffe || attribute->Size % sizeof(WCHAR))
            return STATUS_INVALID_PARAMETER;
        image->Length = image->MaximumLength = (USHORT)attribute->Size;
        image->Buffer = attribute->ValuePtr;
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_HANDLE_LIST:
        return read_handles(attribute, &spawn->list, &spawn->list_count);
    case PS_ATTRIBUTE_JOB_LIST:
        return read_handles(attribute, &spawn->jobs, &spawn->job_count);
    case PS_ATTRIBUTE_TOKEN:
        return read_token(attribute, &spawn->token);
    case PS_ATTRIBUTE_DEBUG_OBJECT:
        spawn->debug = attribute->ValuePtr;
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_PARENT_PROCESS:
        return read_parent(attribute, spawn);
    case PS_ATTRIBUTE_PRIORITY_CLASS:
        return read_priority(attribute, spawn);
    case PS_ATTRIBUTE_ERROR_MODE:
        return read_number(attribute, &spawn->error_mode, sizeof(spawn->error_mode));
    case PS_ATTRIBUTE_STD_HANDLE_INFO:
        if ((status = read_number(attribute, std, sizeof(std))))
            return status;
        spawn->std_state = std[0] & PS_STD_HANDLE_STATE;
        spawn->std_subsystem = std[1];
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_CLIENT_ID:
    case PS_ATTRIBUTE_IMAGE_INFO:
        return STATUS_SUCCESS; /* out: below */
    case PS_ATTRIBUTE_GROUP_AFFINITY:
    case PS_ATTRIBUTE_PREFERRED_NODE:
    case PS_ATTRIBUTE_IDEAL_PROCESSOR:
    case PS_ATTRIBUTE_MITIGATION_OPTIONS:
    case PS_ATTRIBUTE_MITIGATION_AUDIT_OPTIONS:
    case PS_ATTRIBUTE_PROTECTION_LEVEL:
    case PS_ATTRIBUTE_CHILD_PROCESS_POLICY:
    case PS_ATTRIBUTE_ALL_APPLICATION_PACKAGES:
    case PS_ATTRIBUTE_WIN32K_FILTER:
    case PS_ATTRIBUTE_DESKTOP_APP_POLICY:
        return STATUS_SUCCESS;
    case PS_ATTRIBUTE_TEB_ADDRESS:
    case PS_ATTRIBUTE_MEMORY_RESERVE:
        return STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/* How many entries the list has, or an error. */
static NTSTATUS count_attributes(PVOID user_list, size_t *count)
{
    SIZE_T total;
    *count = 0;
    if (!user_list)
        return STATUS_SUCCESS;
    if (!user_copy_in(&total, user_list, sizeof(total)))
        return STATUS_ACCESS_VIOLATION;
    if (total < sizeof(total) || (total - sizeof(total)) % sizeof(PS_ATTRIBUTE))
        return STATUS_INVALID_PARAMETER;
    *count = (total - sizeof(total)) / sizeof(PS_ATTRIBUTE);
    return *count <= 64 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER; /* each may come once */
}

NTSTATUS spawn_read_attributes(struct spawn *spawn, PVOID user_list, UNICODE_STRING *image)
{
    size_t count;
    NTSTATUS status = count_attributes(user_list, &count);
    spawn->priority_class = process_child_priority();
    spawn->error_mode = 1; /* errors are reported: what SetErrorMode(0) sets */
    for (size_t i = 0; i < count && !status; i++) {
        PS_ATTRIBUTE attribute;
        if (!user_copy_in(&attribute, ((PS_ATTRIBUTE_LIST *)user_list)->Attributes + i, sizeof(attribute)))
            return STATUS_ACCESS_VIOLATION;
        status = read_attribute(&attribute, spawn, image);
    }
    return status;
}

static void write_value(const PS_ATTRIBUTE *attribute, const void *value, SIZE_T size)
{
    if (attribute->Size < size)
        return;
    user_copy_out(attribute->ValuePtr, value, size);
    if (attribute->ReturnLength)
        user_copy_out(attribute->ReturnLength, &size, sizeof(size));
}

void spawn_write_attributes(PVOID user_list, const CLIENT_ID *id, const SECTION_IMAGE_INFORMATION *info)
{
    size_t count;
    if (count_attributes(user_list, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        PS_ATTRIBUTE attribute;
        if (!user_copy_in(&attribute, ((PS_ATTRIBUTE_LIST *)user_list)->Attributes + i, sizeof(attribute)))
            return;
        if (attribute.Attribute == PS_ATTRIBUTE_CLIENT_ID)
            write_value(&attribute, id, sizeof(*id));
        else if (attribute.Attribute == PS_ATTRIBUTE_IMAGE_INFO)
            write_value(&attribute, info, sizeof(*info));
    }
}

NTSTATUS spawn_check_create_info(PVOID user_info)
{
    SIZE_T size;
    if (!user_info)
        return STATUS_SUCCESS;
    if (!user_copy_in(&size, user_info, sizeof(size)))
        return STATUS_ACCESS_VIOLATION;
    return size == sizeof(PS_CREATE_INFO) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

/* No handles of the file and the section are given: PS_CREATE_INFO.InitState asks for them with a flag (WriteOutputOnExit). */
void spawn_write_create_info(PVOID user_info, struct process_object *process)
{
    PS_CREATE_INFO info = { .Size = sizeof(info), .State = PS_CREATE_SUCCESS };
    if (!user_info)
        return;
    info.SuccessState.PebAddressNative = (ULONGLONG)(ULONG_PTR)process_remote_peb(process);
    user_copy_out(user_info, &info, sizeof(info));
}
