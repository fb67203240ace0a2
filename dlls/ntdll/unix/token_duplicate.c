/* SPDX-License-Identifier: MIT */
/* token_duplicate.c: tokens made of others: NtDuplicateToken, NtFilterToken; and whether two are alike. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

/* SECURITY_QUALITY_OF_SERVICE */
struct quality {
    ULONG length;
    ULONG level;
    UCHAR tracking, effective_only;
};

/* Gives a new token (consumed) its descriptor and a handle. */
static NTSTATUS publish(struct token *token, ACCESS_MASK access, ULONG attributes, void *descriptor, HANDLE *result)
{
    HANDLE handle = NULL;
    NTSTATUS status = security_assign(&token_type, descriptor, NULL, 0, &token->header.security);
    if (!status)
        status = security_check_new(access);
    if (!status)
        status = handle_create(&token->header, access, attributes, &handle);
    object_unref(&token->header);
    if (!status)
        *result = handle;
    return status;
}

/* What is not in force is not in the copy either. */
static void drop_ineffective(struct token *token)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (token->privileges[i].Attributes & SE_PRIVILEGE_ENABLED)
            token->privileges[kept++] = token->privileges[i];
    token->privilege_count = kept;
    kept = 0;
    for (uint32_t i = 0; i < token->group_count; i++)
        if (token->groups[i].attributes &
            (SE_GROUP_ENABLED | SE_GROUP_USE_FOR_DENY_ONLY | SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED))
            token->groups[kept++] = token->groups[i];
    token->group_count = kept;
}

NTSTATUS NtDuplicateToken(HANDLE ExistingTokenHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                          BOOLEAN EffectiveOnly, ULONG TokenType, HANDLE *NewTokenHandle)
{
    if (TokenType != TokenPrimary && TokenType != TokenImpersonation)
        return STATUS_INVALID_PARAMETER;
    OBJECT_ATTRIBUTES attributes = { 0 };
    struct quality quality = { 0 };
    void *descriptor = NULL;
    if (ObjectAttributes && !user_copy_in(&attributes, ObjectAttributes, sizeof(attributes)))
        return STATUS_ACCESS_VIOLATION;
    bool have_quality = attributes.SecurityQualityOfService != NULL;
    if (have_quality && !user_copy_in(&quality, attributes.SecurityQualityOfService, sizeof(quality)))
        return STATUS_ACCESS_VIOLATION;
    if (quality.level > SecurityDelegation)
        return STATUS_BAD_IMPERSONATION_LEVEL;
    struct object *obj;
    ACCESS_MASK granted;
    NTSTATUS status = handle_lookup_access(ExistingTokenHandle, &token_type, TOKEN_DUPLICATE, &obj, &granted);
    if (status)
        return status;
    struct token *from = (struct token *)obj;
    if (from->type == TokenImpersonation && TokenType == TokenImpersonation && have_quality &&
        quality.level > (ULONG)from->level)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    else if (from->type == TokenImpersonation && TokenType == TokenPrimary && from->level < SecurityImpersonation)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    else if (attributes.SecurityDescriptor)
        status = security_descriptor_in(attributes.SecurityDescriptor, &descriptor);
    struct token *token = status ? NULL : token_copy(from);
    object_unref(obj);
    if (!token) {
        free(descriptor);
        return status ? status : STATUS_NO_MEMORY;
    }
    token->type = TokenType;
    token->level = TokenType == TokenPrimary ? SecurityAnonymous : (enum impersonation_level)quality.level;
    if (EffectiveOnly)
        drop_ineffective(token);
    return publish(token, DesiredAccess ? DesiredAccess : granted, attributes.Attributes, descriptor, NewTokenHandle);
}

/* --- restricted tokens --- */

#define DISABLE_MAX_PRIVILEGE 0x1
#define SANDBOX_INERT         0x2
#define LUA_TOKEN             0x4
#define WRITE_RESTRICTED      0x8

#define MAX_ENTRIES 0x10000

/* TOKEN_GROUPS of the program: a count, then pairs of SID and attributes. */
NTSTATUS token_groups_in(const void *user, struct token_group **groups, uint32_t *count)
{
    *groups = NULL;
    *count = 0;
    if (!user)
        return STATUS_SUCCESS;
    uint32_t n;
    if (!user_copy_in(&n, user, sizeof(n)))
        return STATUS_ACCESS_VIOLATION;
    if (n > MAX_ENTRIES)
        return STATUS_INVALID_PARAMETER;
    struct token_group *list = calloc(n + 1, sizeof(*list));
    if (!list)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        SID_AND_ATTRIBUTES entry;
        if (!user_copy_in(&entry, (const char *)user + 8 + i * sizeof(entry), sizeof(entry)) ||
            !sid_in(&list[i].sid, entry.Sid)) {
            free(list);
            return STATUS_ACCESS_VIOLATION;
        }
        list[i].attributes = entry.Attributes;
    }
    *groups = list;
    *count = n;
    return STATUS_SUCCESS;
}

static NTSTATUS read_privileges(const void *user, LUID_AND_ATTRIBUTES **privileges, uint32_t *count)
{
    *privileges = NULL;
    *count = 0;
    if (!user)
        return STATUS_SUCCESS;
    uint32_t n;
    if (!user_copy_in(&n, user, sizeof(n)))
        return STATUS_ACCESS_VIOLATION;
    if (n > MAX_ENTRIES)
        return STATUS_INVALID_PARAMETER;
    LUID_AND_ATTRIBUTES *list = malloc(n * sizeof(*list) + 1);
    if (!list)
        return STATUS_NO_MEMORY;
    if (!user_copy_in(list, (const char *)user + 4, n * sizeof(*list))) {
        free(list);
        return STATUS_ACCESS_VIOLATION;
    }
    *privileges = list;
    *count = n;
    return STATUS_SUCCESS;
}

static void deny_only(struct token_group *group)
{
    if (group->attributes & SE_GROUP_INTEGRITY)
        return;
    group->attributes &= ~(DWORD)(SE_GROUP_ENABLED | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_OWNER);
    group->attributes |= SE_GROUP_USE_FOR_DENY_ONLY;
    group->default_attributes = group->attributes;
}

static void disable_sid(struct token *token, const SID *sid)
{
    if (sid_equal(sid, &token->user.sid))
        token->user_attributes |= SE_GROUP_USE_FOR_DENY_ONLY;
    for (uint32_t i = 0; i < token->group_count; i++)
        if (sid_equal(sid, &token->groups[i].sid.sid))
            deny_only(&token->groups[i]);
}

static void keep_privileges(struct token *token, bool (*keep)(DWORD number, const void *context), const void *context)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (keep(token->privileges[i].Luid.LowPart, context))
            token->privileges[kept++] = token->privileges[i];
    token->privilege_count = kept;
}

static bool is_change_notify(DWORD number, const void *context)
{
    (void)context;
    return number == SE_CHANGE_NOTIFY;
}

/* What a standard user has: shutting down, traversing, undocking, the working set, the time zone. */
static bool is_everybodys(DWORD number, const void *context)
{
    (void)context;
    return number == 19 || number == SE_CHANGE_NOTIFY || number == 25 || number == 33 || number == 34;
}

struct deletions {
    const LUID_AND_ATTRIBUTES *list;
    uint32_t count;
};
static bool is_not_deleted(DWORD number, const void *context)
{
    const struct deletions *deletions = context;
    for (uint32_t i = 0; i < deletions->count; i++)
        if (deletions->list[i].Luid.LowPart == number && !deletions->list[i].Luid.HighPart)
            return false;
    return true;
}

void token_set_integrity(struct token *token, uint32_t level)
{
    token->integrity = level;
    for (uint32_t i = 0; i < token->group_count; i++)
        if (token->groups[i].attributes & SE_GROUP_INTEGRITY)
            sid_make(&token->groups[i].sid, 16, 1, level);
}

/* As a standard user: the groups of administrators count for denying only, and neither own nor elevate. */
static void make_standard_user(struct token *token)
{
    for (uint32_t i = 0; i < token->group_count; i++) {
        const SID *sid = &token->groups[i].sid.sid;
        const DWORD *sub = (const DWORD *)((const char *)sid + 8);
        if (sid->IdentifierAuthority[5] == 5 && sid->SubAuthorityCount == 2 && sub[0] == 32 &&
            (sub[1] == 544 || sub[1] == 547 || (sub[1] >= 548 && sub[1] <= 552) || sub[1] == 556))
            deny_only(&token->groups[i]);
    }
    keep_privileges(token, is_everybodys, NULL);
    if (token->integrity > SECURITY_MANDATORY_MEDIUM_RID)
        token_set_integrity(token, SECURITY_MANDATORY_MEDIUM_RID);
    token->owner = token->user;
    token->elevated = false;
}

/* "If the token is already restricted, the new list is the intersection of both." */
static NTSTATUS restrict_to(struct token *token, struct token_group *groups, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (groups[i].attributes)
            return STATUS_INVALID_PARAMETER; /* "must be zero" */
        groups[i].attributes = groups[i].default_attributes =
            SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;
    }
    if (token->flags & TOKEN_FLAG_RESTRICTED) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < token->restricted_count; i++) {
            bool in_both = false;
            for (uint32_t n = 0; n < count && !in_both; n++)
                in_both = sid_equal(&groups[n].sid.sid, &token->restricted_sids[i].sid.sid);
            if (in_both)
                token->restricted_sids[kept++] = token->restricted_sids[i];
        }
        token->restricted_count = kept;
        return STATUS_SUCCESS;
    }
    struct token_group *copy = realloc(token->restricted_sids, count * sizeof(*copy));
    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(copy, groups, count * sizeof(*copy));
    token->restricted_sids = copy;
    token->restricted_count = count;
    token->flags |= TOKEN_FLAG_RESTRICTED;
    return STATUS_SUCCESS;
}

NTSTATUS NtFilterToken(HANDLE ExistingTokenHandle, ULONG Flags, PVOID SidsToDisable, PVOID PrivilegesToDelete,
                       PVOID RestrictedSids, HANDLE *NewTokenHandle)
{
    struct token_group *disable = NULL, *restricting = NULL;
    LUID_AND_ATTRIBUTES *delete = NULL;
    uint32_t disable_count, delete_count = 0, restricting_count = 0;
    struct object *obj = NULL;
    struct token *token = NULL;
    ACCESS_MASK granted = 0;
    if (Flags & ~(DISABLE_MAX_PRIVILEGE | SANDBOX_INERT | LUA_TOKEN | WRITE_RESTRICTED))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = token_groups_in(SidsToDisable, &disable, &disable_count);
    if (!status)
        status = read_privileges(PrivilegesToDelete, &delete, &delete_count);
    if (!status)
        status = token_groups_in(RestrictedSids, &restricting, &restricting_count);
    if (!status)
        status = handle_lookup_access(ExistingTokenHandle, &token_type, TOKEN_DUPLICATE, &obj, &granted);
    if (!status && !(token = token_copy((struct token *)obj)))
        status = STATUS_NO_MEMORY;
    if (!status) {
        struct deletions deletions = { delete, delete_count };
        for (uint32_t i = 0; i < disable_count; i++)
            disable_sid(token, &disable[i].sid.sid);
        keep_privileges(token, is_not_deleted, &deletions);
        if (Flags & DISABLE_MAX_PRIVILEGE)
            keep_privileges(token, is_change_notify, NULL);
        if (Flags & LUA_TOKEN)
            make_standard_user(token);
        token->flags |= TOKEN_FLAG_FILTERED | (Flags & SANDBOX_INERT ? TOKEN_FLAG_SANDBOX_INERT : 0);
        if (restricting_count) {
            if (Flags & WRITE_RESTRICTED && !(token->flags & TOKEN_FLAG_RESTRICTED))
                token->flags |= TOKEN_FLAG_WRITE_RESTRICTED;
            else if (!(Flags & WRITE_RESTRICTED))
                token->flags &= ~(uint32_t)TOKEN_FLAG_WRITE_RESTRICTED;
            status = restrict_to(token, restricting, restricting_count);
        }
        if (status)
            object_unref(&token->header);
        else
            status = publish(token, granted, 0, NULL, NewTokenHandle);
    }
    if (obj)
        object_unref(obj);
    free(disable);
    free(delete);
    free(restricting);
    return status;
}

NTSTATUS NtFilterTokenEx(HANDLE ExistingTokenHandle, ULONG Flags, PVOID SidsToDisable, PVOID PrivilegesToDelete,
                         PVOID RestrictedSids, ULONG DisableUserClaimsCount, PVOID UserClaimsToDisable,
                         ULONG DisableDeviceClaimsCount, PVOID DeviceClaimsToDisable, PVOID DeviceGroupsToDisable,
                         PVOID RestrictedUserAttributes, PVOID RestrictedDeviceAttributes, PVOID RestrictedDeviceGroups,
                         HANDLE *NewTokenHandle)
{
    (void)UserClaimsToDisable, (void)DeviceClaimsToDisable, (void)DeviceGroupsToDisable;
    if (DisableUserClaimsCount || DisableDeviceClaimsCount || RestrictedUserAttributes || RestrictedDeviceAttributes ||
        RestrictedDeviceGroups)
        return STATUS_NOT_SUPPORTED; /* tokens have no claims here */
    return NtFilterToken(ExistingTokenHandle, Flags, SidsToDisable, PrivilegesToDelete, RestrictedSids, NewTokenHandle);
}

/* --- comparison --- */

static const struct token_group *find(const struct token_group *groups, uint32_t count, const SID *sid)
{
    for (uint32_t i = 0; i < count; i++)
        if (sid_equal(&groups[i].sid.sid, sid))
            return &groups[i];
    return NULL;
}

/* In force for the same purposes, in any order. */
static bool same_groups(const struct token_group *a, uint32_t a_count, const struct token_group *b, uint32_t b_count)
{
    const DWORD relevant = SE_GROUP_ENABLED | SE_GROUP_USE_FOR_DENY_ONLY;
    if (a_count != b_count)
        return false;
    for (uint32_t i = 0; i < a_count; i++) {
        const struct token_group *other = find(b, b_count, &a[i].sid.sid);
        if (!other || (other->attributes ^ a[i].attributes) & relevant)
            return false;
    }
    return true;
}

static bool same_privileges(const struct token *a, const struct token *b)
{
    if (a->privilege_count != b->privilege_count)
        return false;
    for (uint32_t i = 0; i < a->privilege_count; i++) {
        uint32_t n = 0;
        while (n < b->privilege_count && b->privileges[n].Luid.LowPart != a->privileges[i].Luid.LowPart)
            n++;
        if (n == b->privilege_count ||
            (a->privileges[i].Attributes ^ b->privileges[n].Attributes) & SE_PRIVILEGE_ENABLED)
            return false;
    }
    return true;
}

NTSTATUS NtCompareTokens(HANDLE FirstTokenHandle, HANDLE SecondTokenHandle, BOOLEAN *Equal)
{
    struct object *a, *b;
    NTSTATUS status = handle_lookup(FirstTokenHandle, &token_type, TOKEN_QUERY, &a);
    if (status)
        return status;
    if ((status = handle_lookup(SecondTokenHandle, &token_type, TOKEN_QUERY, &b))) {
        object_unref(a);
        return status;
    }
    bool equal = a == b;
    if (!equal) {
        /* A copy, so that only one lock is held at a time. */
        struct token *first = token_copy((struct token *)a), *second = (struct token *)b;
        if (!first) {
            status = STATUS_NO_MEMORY;
        } else {
            token_lock(second);
            equal = sid_equal(&first->user.sid, &second->user.sid) &&
                    first->user_attributes == second->user_attributes &&
                    same_groups(first->groups, first->group_count, second->groups, second->group_count) &&
                    same_groups(first->restricted_sids, first->restricted_count, second->restricted_sids,
                                second->restricted_count) &&
                    same_privileges(first, second);
            token_unlock(second);
            object_unref(&first->header);
        }
    }
    if (!status)
        *Equal = equal;
    object_unref(a);
    object_unref(b);
    return status;
}
