/* SPDX-License-Identifier: MIT */
/* security_object.c: the security descriptors of objects: reading and changing them, and opening what they protect. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "file.h"
#include "object_private.h"
#include "security.h"
#include "shared.h"

static uint32_t security_lock; /* one for all objects' descriptors, as it is rare */

/* Where an object's descriptor is: all handles of a registry key share one. */
static void **security_of(struct object *obj)
{
    return obj->type->security ? obj->type->security(obj) : &obj->security;
}

static GENERIC_MAPPING mapping_of(const struct object_type *type)
{
    return (GENERIC_MAPPING){ type->generic_mapping[0], type->generic_mapping[1], type->generic_mapping[2],
                              type->generic_mapping[3] };
}

/* A copy of what an object has, without generic rights: malloc'ed. The lock is held. */
static void *current(struct object *obj)
{
    size_t size = 0;
    void *stored = security_file_load(obj, &size);
    if (stored && sd_valid(stored, size))
        return stored;
    free(stored);
    const void *from = *security_of(obj);
    struct sd_parts parts = sd_parts_of(from ? from : security_default());
    void *copy = sd_parts_copy(&parts);
    if (copy && !from) {
        GENERIC_MAPPING mapping = mapping_of(obj->type);
        parts = sd_parts_of(copy);
        if (parts.dacl)
            acl_map_generic((ACL *)parts.dacl, &mapping);
    }
    return copy;
}

/* --- opening --- */

NTSTATUS security_grant_by(const void *descriptor, const struct object_type *type, ACCESS_MASK desired,
                           ACCESS_MASK *granted)
{
    struct token *token = token_effective();
    GENERIC_MAPPING mapping = mapping_of(type);
    struct access_node node = { .parent = -1 };
    struct access_check check = { .token = token,
                                  .sd = sd_parts_of(descriptor),
                                  .mapping = &mapping,
                                  .desired = generic_map(desired, &mapping),
                                  .nodes = &node,
                                  .count = 1 };
    /* "The server cannot impersonate the client" that only let itself be identified. */
    if (token->type == TokenImpersonation && token->level < SecurityImpersonation)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    *granted = 0;
    if (!check.desired)
        return STATUS_SUCCESS;
    /* Whoever may debug may open any process and thread. */
    if ((type == &process_type || type == &thread_type) && token_privileged(token, SE_DEBUG)) {
        *granted = check.desired & MAXIMUM_ALLOWED ? mapping.GenericAll : check.desired;
        return STATUS_SUCCESS;
    }
    access_check(&check);
    *granted = node.granted;
    return node.status;
}

NTSTATUS security_grant(struct object *obj, ACCESS_MASK desired, ACCESS_MASK *granted)
{
    /* Nobody asked for a token yet, so it is the ordinary one, which the default list allows everything. */
    if (likely(!token_process_known() && !*security_of(obj) && !(desired & ACCESS_SYSTEM_SECURITY))) {
        *granted = access_map(obj->type, desired);
        GENERIC_MAPPING mapping = mapping_of(obj->type);
        ACCESS_MASK wanted = generic_map(desired & ~MAXIMUM_ALLOWED, &mapping);
        return wanted & ~*granted ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
    }
    native_lock(&security_lock);
    const void *from = *security_of(obj);
    struct sd_parts parts = sd_parts_of(from ? from : security_default());
    void *copy = sd_parts_copy(&parts);
    native_unlock(&security_lock);
    if (!copy)
        return STATUS_NO_MEMORY;
    NTSTATUS status = security_grant_by(copy, obj->type, desired, granted);
    free(copy);
    return status;
}

NTSTATUS security_duplicate(struct object *obj, ACCESS_MASK source, ACCESS_MASK desired, ACCESS_MASK *granted)
{
    ACCESS_MASK wanted = access_map(obj->type, desired);
    if (!(desired & MAXIMUM_ALLOWED) && !(wanted & ~source)) {
        *granted = wanted;
        return STATUS_SUCCESS;
    }
    /* "A file handle created with GENERIC_READ cannot be duplicated so that it has both" (DuplicateHandle). */
    if (obj->type == &file_type) {
        *granted = source;
        return desired & MAXIMUM_ALLOWED ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
    }
    return security_grant(obj, desired, granted);
}

size_t security_size(struct object *obj)
{
    native_lock(&security_lock);
    void *copy = current(obj);
    native_unlock(&security_lock);
    struct sd_parts parts = sd_parts_of(copy);
    size_t size = copy ? sd_parts_size(&parts) : 0;
    free(copy);
    return size;
}

void *security_given(struct object *obj, size_t *size)
{
    native_lock(&security_lock);
    const void *stored = *security_of(obj);
    struct sd_parts parts = sd_parts_of(stored);
    void *copy = stored ? sd_parts_copy(&parts) : NULL;
    *size = copy ? sd_parts_size(&parts) : 0;
    native_unlock(&security_lock);
    return copy;
}

void security_adopt(struct object *obj, const void *descriptor, size_t size)
{
    void *copy = sd_valid(descriptor, size) ? malloc(size) : NULL;
    if (!copy)
        return;
    memcpy(copy, descriptor, size);
    native_lock(&security_lock);
    void **place = security_of(obj), *old = *place;
    *place = copy;
    native_unlock(&security_lock);
    free(old);
}

/* --- reading --- */

static ACCESS_MASK access_to_read(SECURITY_INFORMATION info)
{
    ACCESS_MASK access = 0;
    if (info & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                LABEL_SECURITY_INFORMATION | ATTRIBUTE_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION))
        access |= READ_CONTROL;
    if (info & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    if (info & BACKUP_SECURITY_INFORMATION)
        access |= READ_CONTROL | ACCESS_SYSTEM_SECURITY;
    return access;
}

static bool is_label(const ACE_HEADER *ace)
{
    return ace->AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

/* A SACL with the labels only, or with all but the labels; NULL if that is none. malloc'ed. */
static ACL *filter_sacl(const ACL *sacl, bool labels)
{
    ACL *kept = sacl ? malloc(sacl->AclSize) : NULL;
    if (!kept)
        return NULL;
    *kept = (ACL){ sacl->AclRevision, 0, sizeof(ACL), 0, 0 };
    const char *at = (const char *)(sacl + 1);
    for (unsigned i = 0; i < sacl->AceCount; i++) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        if (is_label(ace) == labels) {
            memcpy((char *)kept + kept->AclSize, ace, ace->AceSize);
            kept->AclSize = (WORD)(kept->AclSize + ace->AceSize);
            kept->AceCount++;
        }
        at += ace->AceSize;
    }
    if (!kept->AceCount) {
        free(kept);
        return NULL;
    }
    return kept;
}

NTSTATUS NtQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation, PVOID SecurityDescriptor,
                               ULONG Length, ULONG *LengthNeeded)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(Handle, NULL, access_to_read(SecurityInformation), &obj);
    if (status)
        return status;
    if (SecurityInformation & BACKUP_SECURITY_INFORMATION)
        SecurityInformation |= OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                               SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    shared_refresh_security(obj);
    native_lock(&security_lock);
    void *stored = current(obj);
    native_unlock(&security_lock);
    object_unref(obj);
    if (!stored)
        return STATUS_NO_MEMORY;
    struct sd_parts parts = sd_parts_of(stored);
    ACL *filtered = NULL;
    if (!(SecurityInformation & OWNER_SECURITY_INFORMATION))
        parts.owner = NULL, parts.owner_size = 0;
    if (!(SecurityInformation & GROUP_SECURITY_INFORMATION))
        parts.group = NULL, parts.group_size = 0;
    if (!(SecurityInformation & DACL_SECURITY_INFORMATION)) {
        parts.dacl = NULL, parts.dacl_size = 0;
        parts.control &= (WORD) ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED |
                                  SE_DACL_AUTO_INHERIT_REQ);
    }
    SECURITY_INFORMATION system = SecurityInformation & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION);
    if (system == SACL_SECURITY_INFORMATION || system == LABEL_SECURITY_INFORMATION) {
        filtered = filter_sacl(parts.sacl, system == LABEL_SECURITY_INFORMATION);
        parts.sacl = filtered, parts.sacl_size = filtered ? filtered->AclSize : 0;
    } else if (!system) {
        parts.sacl = NULL, parts.sacl_size = 0;
    }
    if (!parts.sacl)
        parts.control &= (WORD) ~(SE_SACL_PRESENT | SE_SACL_DEFAULTED | SE_SACL_PROTECTED | SE_SACL_AUTO_INHERITED |
                                  SE_SACL_AUTO_INHERIT_REQ);
    size_t size = sd_parts_size(&parts);
    *LengthNeeded = (ULONG)size;
    if (size > Length) {
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        char *copy = sd_parts_copy(&parts);
        if (!copy)
            status = STATUS_NO_MEMORY;
        else if (!user_copy_out(SecurityDescriptor, copy, size))
            status = STATUS_ACCESS_VIOLATION;
        free(copy);
    }
    free(filtered);
    free(stored);
    return status;
}

/* --- changing --- */

static ACCESS_MASK access_to_write(SECURITY_INFORMATION info)
{
    ACCESS_MASK access = 0;
    if (info & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION))
        access |= WRITE_OWNER;
    if (info & (DACL_SECURITY_INFORMATION | ATTRIBUTE_SECURITY_INFORMATION))
        access |= WRITE_DAC;
    if (info & (SACL_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION))
        access |= ACCESS_SYSTEM_SECURITY;
    if (info & BACKUP_SECURITY_INFORMATION)
        access |= WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY;
    return access;
}

/* The control bits of one list: "auto-inherited" is kept if it was asked for, or is what the list comes with. */
static WORD list_control(WORD old, WORD given, WORD present, WORD defaulted, WORD request, WORD inherited,
                         WORD protected)
{
    WORD mine = present | defaulted | request | inherited | protected;
    WORD control = given & (present | defaulted | inherited | protected);
    if (given & request)
        control |= inherited;
    return (WORD)((old & ~mine) | control);
}

static NTSTATUS check_owner(const SID *owner)
{
    if (!owner)
        return STATUS_INVALID_OWNER;
    struct token *token = token_effective();
    bool may_restore = token_privileged(token, SE_RESTORE);
    token_lock(token);
    NTSTATUS status = may_restore || token_may_own(token, owner) ? STATUS_SUCCESS : STATUS_INVALID_OWNER;
    token_unlock(token);
    return status;
}

static NTSTATUS check_label(const ACL *sacl)
{
    struct token *token = token_effective();
    uint32_t level;
    ACCESS_MASK policy;
    if (!sacl || !acl_label(sacl, &level, &policy) || level <= token->integrity || token_privileged(token, SE_RELABEL))
        return STATUS_SUCCESS;
    return STATUS_PRIVILEGE_NOT_HELD;
}

/* The labels of one SACL and all else of another, as one list; NULL if that is nothing. malloc'ed. */
static NTSTATUS merge_sacl(const ACL *labels, const ACL *others, ACL **result)
{
    ACL *a = filter_sacl(labels, true), *b = filter_sacl(others, false);
    *result = a ? a : b;
    if (a && b) {
        size_t size = (size_t)a->AclSize + b->AclSize - sizeof(ACL);
        ACL *merged = size <= 0xffff ? malloc(size) : NULL;
        if (merged) {
            memcpy(merged, a, a->AclSize);
            memcpy((char *)merged + a->AclSize, b + 1, b->AclSize - sizeof(ACL));
            merged->AclSize = (WORD)size;
            merged->AceCount = (WORD)(a->AceCount + b->AceCount);
            if (b->AclRevision > merged->AclRevision)
                merged->AclRevision = b->AclRevision;
        }
        free(a);
        free(b);
        *result = merged;
        return merged ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    return STATUS_SUCCESS;
}

/* Replaces in `parts` what `info` names by what `given` has. */
static NTSTATUS replace(struct sd_parts *parts, const struct sd_parts *given, SECURITY_INFORMATION info, ACL **sacl)
{
    NTSTATUS status;
    if (info & OWNER_SECURITY_INFORMATION) {
        if ((status = check_owner(given->owner)))
            return status;
        parts->owner = given->owner, parts->owner_size = given->owner_size;
    }
    if (info & GROUP_SECURITY_INFORMATION) {
        if (!given->group)
            return STATUS_INVALID_PRIMARY_GROUP;
        parts->group = given->group, parts->group_size = given->group_size;
    }
    if (info & DACL_SECURITY_INFORMATION) {
        parts->dacl = given->dacl, parts->dacl_size = given->dacl_size;
        parts->control = list_control(parts->control, given->control, SE_DACL_PRESENT, SE_DACL_DEFAULTED,
                                      SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERITED, SE_DACL_PROTECTED);
    }
    if (info & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) {
        bool set_label = info & LABEL_SECURITY_INFORMATION, set_rest = info & SACL_SECURITY_INFORMATION;
        if (set_label && (status = check_label(given->sacl)))
            return status;
        if ((status = merge_sacl(set_label ? given->sacl : parts->sacl, set_rest ? given->sacl : parts->sacl, sacl)))
            return status;
        parts->control = list_control(parts->control, given->control, SE_SACL_PRESENT, SE_SACL_DEFAULTED,
                                      SE_SACL_AUTO_INHERIT_REQ, SE_SACL_AUTO_INHERITED, SE_SACL_PROTECTED);
        parts->sacl = *sacl, parts->sacl_size = *sacl ? (*sacl)->AclSize : 0;
        if (*sacl)
            parts->control |= SE_SACL_PRESENT;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation, PVOID SecurityDescriptor)
{
    void *given, *merged = NULL;
    NTSTATUS status = security_descriptor_in(SecurityDescriptor, &given);
    if (status)
        return status;
    struct object *obj;
    status = handle_lookup(Handle, NULL, access_to_write(SecurityInformation), &obj);
    if (status) {
        free(given);
        return status;
    }
    if (SecurityInformation & BACKUP_SECURITY_INFORMATION)
        SecurityInformation |= OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                               SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    struct sd_parts given_parts = sd_parts_of(given);
    GENERIC_MAPPING mapping = mapping_of(obj->type);
    ACL *sacl = NULL;
    if (given_parts.dacl)
        acl_map_generic((ACL *)given_parts.dacl, &mapping);
    native_lock(&security_lock);
    void *stored = current(obj);
    struct sd_parts parts = sd_parts_of(stored);
    status = stored ? replace(&parts, &given_parts, SecurityInformation, &sacl) : STATUS_NO_MEMORY;
    if (!status && !(merged = sd_parts_copy(&parts)))
        status = STATUS_NO_MEMORY;
    if (!status)
        status = security_file_store(obj, merged, sd_parts_size(&parts));
    bool publish = false;
    if (!status) {
        void *old = *security_of(obj);
        *security_of(obj) = merged;
        merged = old;
        publish = obj->shared_number || obj->type == &process_type; /* which others find by its id */
    }
    native_unlock(&security_lock);
    if (publish)
        shared_set_security(obj);
    free(merged);
    free(sacl);
    free(stored);
    free(given);
    object_unref(obj);
    return status;
}
