/* SPDX-License-Identifier: MIT */
/* security_check.c: the system calls that check access for a server's clients, and those that write audit records. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

typedef struct _PRIVILEGE_SET {
    DWORD PrivilegeCount;
    DWORD Control;
    LUID_AND_ATTRIBUTES Privilege[1];
} PRIVILEGE_SET;

/* OBJECT_TYPE_LIST (winnt.h) */
struct object_type_entry {
    WORD level;
    WORD reserved;
    const GUID *type;
};
#define ACCESS_MAX_LEVEL 4
#define MAX_TYPES        65536 /* no list of rights is longer: it would not fit into a descriptor */

/* Reads the program's list to a tree: the object itself first, each part below the last one of the level above. */
static NTSTATUS read_types(const void *user, ULONG count, struct access_node **result)
{
    struct access_node *nodes;
    int path[ACCESS_MAX_LEVEL + 1];

    if (!count) {
        *result = calloc(1, sizeof(**result));
        if (*result)
            (*result)->parent = -1;
        return *result ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (!user || count > MAX_TYPES)
        return STATUS_INVALID_PARAMETER;
    if (!(nodes = calloc(count, sizeof(*nodes))))
        return STATUS_NO_MEMORY;
    for (ULONG i = 0; i < count; i++) {
        struct object_type_entry entry;
        if (!user_copy_in(&entry, (const char *)user + i * sizeof(entry), sizeof(entry)) ||
            !user_copy_in(&nodes[i].type, entry.type, sizeof(GUID))) {
            free(nodes);
            return STATUS_ACCESS_VIOLATION;
        }
        if (entry.level > ACCESS_MAX_LEVEL || (i == 0) != (entry.level == 0) ||
            (i && entry.level > nodes[i - 1].level + 1)) {
            free(nodes);
            return STATUS_INVALID_PARAMETER;
        }
        nodes[i].level = entry.level;
        nodes[i].parent = i ? path[entry.level - 1] : -1;
        path[entry.level] = (int)i;
    }
    *result = nodes;
    return STATUS_SUCCESS;
}

/* What the eight calls have in common. */
struct request {
    const void *descriptor, *self;
    ACCESS_MASK desired;
    const void *types;
    ULONG type_count;
    const void *mapping;
    ACCESS_MASK *granted;
    NTSTATUS *answers;
    bool list; /* an answer for each part */
};

static NTSTATUS answer(const struct request *request, struct token *token, struct access_check *check)
{
    GENERIC_MAPPING mapping;
    struct sid self;
    void *descriptor = NULL;
    NTSTATUS status;

    if (request->desired & (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL))
        return STATUS_GENERIC_NOT_MAPPED;
    if (!user_copy_in(&mapping, request->mapping, sizeof(mapping)))
        return STATUS_ACCESS_VIOLATION;
    if (request->self && !sid_in(&self, request->self))
        return STATUS_INVALID_SID;
    if ((status = security_descriptor_in(request->descriptor, &descriptor)))
        return status;
    *check = (struct access_check){ .token = token,
                                    .sd = sd_parts_of(descriptor),
                                    .mapping = &mapping,
                                    .desired = request->desired,
                                    .self = request->self ? &self.sid : NULL,
                                    .count = request->type_count ? request->type_count : 1 };
    if (!check->sd.owner || !check->sd.group)
        status = STATUS_INVALID_SECURITY_DESCR;
    if (!status)
        status = read_types(request->types, request->type_count, &check->nodes);
    if (!status)
        access_check(check);
    for (ULONG i = 0; !status && i < (request->list ? check->count : 1); i++)
        if (!user_copy_out(&request->granted[i], &check->nodes[i].granted, sizeof(ACCESS_MASK)) ||
            !user_copy_out(&request->answers[i], &check->nodes[i].status, sizeof(NTSTATUS)))
            status = STATUS_ACCESS_VIOLATION;
    free(check->nodes);
    free(descriptor);
    return status;
}

static NTSTATUS put_privileges(const struct access_check *check, void *set, ULONG *length)
{
    struct {
        DWORD count, control;
        LUID_AND_ATTRIBUTES privileges[2];
    } used = { 0 };
    if (check->used_security)
        used.privileges[used.count++] = (LUID_AND_ATTRIBUTES){ { SE_SECURITY, 0 }, SE_PRIVILEGE_USED_FOR_ACCESS };
    if (check->used_take_ownership)
        used.privileges[used.count++] = (LUID_AND_ATTRIBUTES){ { SE_TAKE_OWNERSHIP, 0 }, SE_PRIVILEGE_USED_FOR_ACCESS };
    ULONG size = (ULONG)(8 + (used.count ? used.count : 1) * sizeof(LUID_AND_ATTRIBUTES));
    if (*length < size) {
        *length = size;
        return STATUS_BUFFER_TOO_SMALL;
    }
    return user_copy_out(set, &used, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS check_client(const struct request *request, HANDLE client, void *set, ULONG *set_length)
{
    struct object *obj;
    struct access_check check = { 0 };

    if (*set_length < sizeof(PRIVILEGE_SET)) {
        *set_length = sizeof(PRIVILEGE_SET);
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (!user_write_ok(set, sizeof(PRIVILEGE_SET)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = handle_lookup(client, &token_type, TOKEN_QUERY, &obj);
    if (status)
        return status;
    struct token *token = (struct token *)obj;
    if (token->type != TokenImpersonation)
        status = STATUS_NO_IMPERSONATION_TOKEN;
    else if (token->level < SecurityIdentification)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    else
        status = answer(request, token, &check);
    if (!status)
        status = put_privileges(&check, set, set_length);
    object_unref(obj);
    return status;
}

NTSTATUS NtAccessCheck(PVOID SecurityDescriptor, HANDLE ClientToken, ACCESS_MASK DesiredAccess, PVOID GenericMapping,
                       PVOID PrivilegeSet, ULONG *PrivilegeSetLength, ACCESS_MASK *GrantedAccess,
                       NTSTATUS *AccessStatus)
{
    struct request request = { .descriptor = SecurityDescriptor,
                               .desired = DesiredAccess,
                               .mapping = GenericMapping,
                               .granted = GrantedAccess,
                               .answers = AccessStatus };
    return check_client(&request, ClientToken, PrivilegeSet, PrivilegeSetLength);
}

NTSTATUS NtAccessCheckByType(PVOID SecurityDescriptor, PVOID PrincipalSelfSid, HANDLE ClientToken,
                             ACCESS_MASK DesiredAccess, PVOID ObjectTypeList, ULONG ObjectTypeListLength,
                             PVOID GenericMapping, PVOID PrivilegeSet, ULONG *PrivilegeSetLength,
                             ACCESS_MASK *GrantedAccess, NTSTATUS *AccessStatus)
{
    struct request request = { SecurityDescriptor, PrincipalSelfSid,     DesiredAccess,
                               ObjectTypeList,     ObjectTypeListLength, GenericMapping,
                               GrantedAccess,      AccessStatus,         false };
    return check_client(&request, ClientToken, PrivilegeSet, PrivilegeSetLength);
}

NTSTATUS NtAccessCheckByTypeResultList(PVOID SecurityDescriptor, PVOID PrincipalSelfSid, HANDLE ClientToken,
                                       ACCESS_MASK DesiredAccess, PVOID ObjectTypeList, ULONG ObjectTypeListLength,
                                       PVOID GenericMapping, PVOID PrivilegeSet, ULONG *PrivilegeSetLength,
                                       PVOID GrantedAccess, PVOID AccessStatus)
{
    struct request request = { SecurityDescriptor, PrincipalSelfSid,     DesiredAccess,
                               ObjectTypeList,     ObjectTypeListLength, GenericMapping,
                               GrantedAccess,      AccessStatus,         true };
    if (!ObjectTypeListLength)
        return STATUS_INVALID_PARAMETER;
    return check_client(&request, ClientToken, PrivilegeSet, PrivilegeSetLength);
}

/* --- with audit records: for who has SeAuditPrivilege; there is no security log, so the records go nowhere --- */

static NTSTATUS audit_allowed(void)
{
    return token_privileged((struct token *)token_process(), SE_AUDIT) ? STATUS_SUCCESS : STATUS_PRIVILEGE_NOT_HELD;
}

static NTSTATUS check_audited(const struct request *request, HANDLE client, BOOLEAN *close)
{
    struct access_check check = { 0 };
    struct object *obj = NULL;
    NTSTATUS status = audit_allowed();
    if (status)
        return status;
    if (client) {
        if ((status = handle_lookup(client, &token_type, TOKEN_QUERY, &obj)))
            return status;
    } else if (!(obj = token_pseudo_object((HANDLE)(LONG_PTR)-5))) {
        return STATUS_NO_IMPERSONATION_TOKEN;
    } else {
        object_ref(obj);
    }
    struct token *token = (struct token *)obj;
    if (token->type != TokenImpersonation)
        status = STATUS_NO_IMPERSONATION_TOKEN;
    else if (token->level < SecurityIdentification)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    else
        status = answer(request, token, &check);
    object_unref(obj);
    if (!status)
        *close = 0;
    return status;
}

NTSTATUS NtAccessCheckAndAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId, UNICODE_STRING *ObjectTypeName,
                                    UNICODE_STRING *ObjectName, PVOID SecurityDescriptor, ACCESS_MASK DesiredAccess,
                                    PVOID GenericMapping, BOOLEAN ObjectCreation, ACCESS_MASK *GrantedAccess,
                                    NTSTATUS *AccessStatus, BOOLEAN *GenerateOnClose)
{
    struct request request = { .descriptor = SecurityDescriptor,
                               .desired = DesiredAccess,
                               .mapping = GenericMapping,
                               .granted = GrantedAccess,
                               .answers = AccessStatus };
    (void)SubsystemName, (void)HandleId, (void)ObjectTypeName, (void)ObjectName, (void)ObjectCreation;
    return check_audited(&request, NULL, GenerateOnClose);
}

NTSTATUS NtAccessCheckByTypeAndAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId, UNICODE_STRING *ObjectTypeName,
                                          UNICODE_STRING *ObjectName, PVOID SecurityDescriptor, PVOID PrincipalSelfSid,
                                          ACCESS_MASK DesiredAccess, ULONG AuditType, ULONG Flags, PVOID ObjectTypeList,
                                          ULONG ObjectTypeListLength, PVOID GenericMapping, BOOLEAN ObjectCreation,
                                          ACCESS_MASK *GrantedAccess, NTSTATUS *AccessStatus, BOOLEAN *GenerateOnClose)
{
    struct request request = { SecurityDescriptor, PrincipalSelfSid,     DesiredAccess,
                               ObjectTypeList,     ObjectTypeListLength, GenericMapping,
                               GrantedAccess,      AccessStatus,         false };
    (void)SubsystemName, (void)HandleId, (void)ObjectTypeName, (void)ObjectName, (void)ObjectCreation;
    if (AuditType > 1 || Flags & ~1u)
        return STATUS_INVALID_PARAMETER;
    return check_audited(&request, NULL, GenerateOnClose);
}

NTSTATUS NtAccessCheckByTypeResultListAndAuditAlarmByHandle(
    UNICODE_STRING *SubsystemName, PVOID HandleId, HANDLE ClientToken, UNICODE_STRING *ObjectTypeName,
    UNICODE_STRING *ObjectName, PVOID SecurityDescriptor, PVOID PrincipalSelfSid, ACCESS_MASK DesiredAccess,
    ULONG AuditType, ULONG Flags, PVOID ObjectTypeList, ULONG ObjectTypeListLength, PVOID GenericMapping,
    BOOLEAN ObjectCreation, PVOID GrantedAccess, PVOID AccessStatus, BOOLEAN *GenerateOnClose)
{
    struct request request = { SecurityDescriptor, PrincipalSelfSid,     DesiredAccess,
                               ObjectTypeList,     ObjectTypeListLength, GenericMapping,
                               GrantedAccess,      AccessStatus,         true };
    (void)SubsystemName, (void)HandleId, (void)ObjectTypeName, (void)ObjectName, (void)ObjectCreation;
    if (AuditType > 1 || Flags & ~1u || !ObjectTypeListLength)
        return STATUS_INVALID_PARAMETER;
    return check_audited(&request, ClientToken, GenerateOnClose);
}

NTSTATUS NtAccessCheckByTypeResultListAndAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId,
                                                    UNICODE_STRING *ObjectTypeName, UNICODE_STRING *ObjectName,
                                                    PVOID SecurityDescriptor, PVOID PrincipalSelfSid,
                                                    ACCESS_MASK DesiredAccess, ULONG AuditType, ULONG Flags,
                                                    PVOID ObjectTypeList, ULONG ObjectTypeListLength,
                                                    PVOID GenericMapping, BOOLEAN ObjectCreation, PVOID GrantedAccess,
                                                    PVOID AccessStatus, BOOLEAN *GenerateOnClose)
{
    return NtAccessCheckByTypeResultListAndAuditAlarmByHandle(
        SubsystemName, HandleId, NULL, ObjectTypeName, ObjectName, SecurityDescriptor, PrincipalSelfSid, DesiredAccess,
        AuditType, Flags, ObjectTypeList, ObjectTypeListLength, GenericMapping, ObjectCreation, GrantedAccess,
        AccessStatus, GenerateOnClose);
}

NTSTATUS NtOpenObjectAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId, UNICODE_STRING *ObjectTypeName,
                                UNICODE_STRING *ObjectName, PVOID SecurityDescriptor, HANDLE ClientToken,
                                ACCESS_MASK DesiredAccess, ACCESS_MASK GrantedAccess, PVOID Privileges,
                                BOOLEAN ObjectCreation, BOOLEAN AccessGranted, BOOLEAN *GenerateOnClose)
{
    NTSTATUS status = audit_allowed();
    (void)SubsystemName, (void)HandleId, (void)ObjectTypeName, (void)ObjectName, (void)SecurityDescriptor;
    (void)ClientToken, (void)DesiredAccess, (void)GrantedAccess, (void)Privileges, (void)ObjectCreation;
    (void)AccessGranted;
    if (!status)
        *GenerateOnClose = 0;
    return status;
}

NTSTATUS NtCloseObjectAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId, BOOLEAN GenerateOnClose)
{
    (void)SubsystemName, (void)HandleId;
    return GenerateOnClose ? audit_allowed() : STATUS_SUCCESS;
}

NTSTATUS NtDeleteObjectAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId, BOOLEAN GenerateOnClose)
{
    (void)SubsystemName, (void)HandleId;
    return GenerateOnClose ? audit_allowed() : STATUS_SUCCESS;
}

NTSTATUS NtPrivilegeObjectAuditAlarm(UNICODE_STRING *SubsystemName, PVOID HandleId, HANDLE ClientToken,
                                     ACCESS_MASK DesiredAccess, PVOID Privileges, BOOLEAN AccessGranted)
{
    (void)SubsystemName, (void)HandleId, (void)ClientToken, (void)DesiredAccess, (void)Privileges, (void)AccessGranted;
    return audit_allowed();
}

NTSTATUS NtPrivilegedServiceAuditAlarm(UNICODE_STRING *SubsystemName, UNICODE_STRING *ServiceName, HANDLE ClientToken,
                                       PVOID Privileges, BOOLEAN AccessGranted)
{
    (void)SubsystemName, (void)ServiceName, (void)ClientToken, (void)Privileges, (void)AccessGranted;
    return audit_allowed();
}
