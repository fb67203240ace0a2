/* SPDX-License-Identifier: MIT */
/* token_adjust.c: privileges and groups of a token switched on and off; which privileges are there. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

/* --- privileges --- */

static LUID_AND_ATTRIBUTES *find_privilege(struct token *token, LUID luid)
{
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (token->privileges[i].Luid.LowPart == luid.LowPart && token->privileges[i].Luid.HighPart == luid.HighPart)
            return &token->privileges[i];
    return NULL;
}

/* How many privileges change, which with `change` they do; what they were goes to `previous`. */
static uint32_t adjust(struct token *token, bool disable_all, const LUID_AND_ATTRIBUTES *wanted, uint32_t count,
                       LUID_AND_ATTRIBUTES *previous, uint32_t *found, bool change)
{
    uint32_t changed = 0, kept = 0;
    *found = 0;
    for (uint32_t i = 0; i < token->privilege_count; i++) {
        LUID_AND_ATTRIBUTES privilege = token->privileges[i];
        DWORD attributes = disable_all ? privilege.Attributes & ~(DWORD)SE_PRIVILEGE_ENABLED : privilege.Attributes;
        for (uint32_t w = 0; w < count; w++) {
            if (wanted[w].Luid.LowPart != privilege.Luid.LowPart || wanted[w].Luid.HighPart != privilege.Luid.HighPart)
                continue;
            ++*found;
            attributes = (attributes & ~(DWORD)SE_PRIVILEGE_ENABLED) |
                         (wanted[w].Attributes & (SE_PRIVILEGE_ENABLED | SE_PRIVILEGE_REMOVED));
        }
        if (attributes != privilege.Attributes)
            previous[changed++] = privilege;
        if (!change)
            continue;
        privilege.Attributes = attributes;
        if (!(attributes & SE_PRIVILEGE_REMOVED))
            token->privileges[kept++] = privilege;
    }
    if (change) {
        token->privilege_count = kept;
        token->modified_id = luid_allocate();
    }
    return changed;
}

NTSTATUS NtAdjustPrivilegesToken(HANDLE TokenHandle, BOOLEAN DisableAllPrivileges, PVOID NewState, ULONG BufferLength,
                                 PVOID PreviousState, ULONG *ReturnLength)
{
    /* TOKEN_PRIVILEGES: a count, then LUIDs with attributes, without padding */
    LUID_AND_ATTRIBUTES *wanted = NULL, *previous = NULL;
    uint32_t count = 0;
    if (!DisableAllPrivileges) {
        if (!NewState)
            return STATUS_INVALID_PARAMETER;
        if (!user_copy_in(&count, NewState, sizeof(count)))
            return STATUS_ACCESS_VIOLATION;
        if (count > 0x10000)
            return STATUS_INVALID_PARAMETER;
        if (!(wanted = malloc(count * sizeof(*wanted) + 1)))
            return STATUS_NO_MEMORY;
        if (!user_copy_in(wanted, (char *)NewState + 4, count * sizeof(*wanted))) {
            free(wanted);
            return STATUS_ACCESS_VIOLATION;
        }
    }
    struct object *obj;
    NTSTATUS status =
        handle_lookup(TokenHandle, &token_type, TOKEN_ADJUST_PRIVILEGES | (PreviousState ? TOKEN_QUERY : 0), &obj);
    if (status) {
        free(wanted);
        return status;
    }
    struct token *token = (struct token *)obj;
    uint32_t changed = 0;
    token_change_begin(token);
    do {
        uint32_t found = 0;
        free(previous);
        previous = malloc((token->privilege_count + 1) * sizeof(*previous));
        /* Counted first, as nothing may change if the previous state does not fit. */
        changed = previous ? adjust(token, DisableAllPrivileges, wanted, count, previous, &found, false) : 0;
        if (!previous)
            status = STATUS_NO_MEMORY;
        else if (PreviousState && 4 + changed * sizeof(*previous) > BufferLength)
            status = STATUS_BUFFER_TOO_SMALL;
        else
            status = found < count ? STATUS_NOT_ALL_ASSIGNED : STATUS_SUCCESS;
        if (NT_SUCCESS(status) && changed)
            adjust(token, DisableAllPrivileges, wanted, count, previous, &found, true);
    } while (token_change_again(token, NT_SUCCESS(status) && changed, &status));
    object_unref(obj);
    if (NT_SUCCESS(status) && PreviousState &&
        (!user_copy_out(PreviousState, &changed, sizeof(changed)) ||
         !user_copy_out((char *)PreviousState + 4, previous, changed * sizeof(*previous))))
        status = STATUS_ACCESS_VIOLATION;
    if (ReturnLength && PreviousState)
        *ReturnLength = (ULONG)(4 + changed * sizeof(*previous));
    free(previous);
    free(wanted);
    return status;
}

/* --- groups --- */

/* What a group shall be: its entry in the list, or its default. Also whether it may be so. */
static NTSTATUS wanted_attributes(const struct token_group *group, const struct token_group *wanted, uint32_t count,
                                  bool reset, uint32_t *found, DWORD *attributes)
{
    *attributes = group->attributes;
    if (reset) {
        *attributes = (group->attributes & ~(DWORD)SE_GROUP_ENABLED) |
                      (group->default_attributes & SE_GROUP_ENABLED_BY_DEFAULT ? SE_GROUP_ENABLED : 0);
        if (group->attributes & (SE_GROUP_MANDATORY | SE_GROUP_USE_FOR_DENY_ONLY))
            *attributes = group->attributes;
        return STATUS_SUCCESS;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!sid_equal(&group->sid.sid, &wanted[i].sid.sid))
            continue;
        ++*found;
        DWORD enable = wanted[i].attributes & SE_GROUP_ENABLED;
        if (!enable && group->attributes & SE_GROUP_MANDATORY)
            return STATUS_CANT_DISABLE_MANDATORY;
        if (enable && group->attributes & SE_GROUP_USE_FOR_DENY_ONLY)
            return STATUS_CANT_ENABLE_DENY_ONLY;
        *attributes = (group->attributes & ~(DWORD)SE_GROUP_ENABLED) | enable;
    }
    return STATUS_SUCCESS;
}

/* The previous state: TOKEN_GROUPS with its SIDs behind it, pointing into the program's memory at `user`. */
static NTSTATUS put_previous(const struct token_group *groups, uint32_t count, char *user)
{
    char *at = user + 8 + count * sizeof(SID_AND_ATTRIBUTES);
    uint64_t head = count;
    if (!user_copy_out(user, &head, sizeof(head)))
        return STATUS_ACCESS_VIOLATION;
    for (uint32_t i = 0; i < count; i++) {
        SID_AND_ATTRIBUTES entry = { at, groups[i].attributes };
        size_t size = sid_size(&groups[i].sid.sid);
        if (!user_copy_out(user + 8 + i * sizeof(entry), &entry, sizeof(entry)) ||
            !user_copy_out(at, &groups[i].sid, size))
            return STATUS_ACCESS_VIOLATION;
        at += size;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtAdjustGroupsToken(HANDLE TokenHandle, BOOLEAN ResetToDefault, PVOID NewState, ULONG BufferLength,
                             PVOID PreviousState, ULONG *ReturnLength)
{
    struct token_group *wanted = NULL, *previous = NULL;
    uint32_t count = 0, found = 0, changed = 0;
    struct object *obj = NULL;
    if (!ResetToDefault && !NewState)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = ResetToDefault ? STATUS_SUCCESS : token_groups_in(NewState, &wanted, &count);
    if (!status)
        status = handle_lookup(TokenHandle, &token_type, TOKEN_ADJUST_GROUPS | (PreviousState ? TOKEN_QUERY : 0), &obj);
    if (status) {
        free(wanted);
        return status;
    }
    struct token *token = (struct token *)obj;
    size_t size;
    token_change_begin(token);
    do {
        size = 8;
        changed = found = 0;
        free(previous);
        previous = malloc((token->group_count + 1) * sizeof(*previous));
        status = previous ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        /* Counted first: nothing changes if one may not, or the previous state does not fit. */
        for (uint32_t i = 0; i < token->group_count && !status; i++) {
            DWORD attributes;
            status = wanted_attributes(&token->groups[i], wanted, count, ResetToDefault, &found, &attributes);
            if (!status && attributes != token->groups[i].attributes) {
                previous[changed++] = token->groups[i];
                size += sizeof(SID_AND_ATTRIBUTES) + sid_size(&token->groups[i].sid.sid);
            }
        }
        if (!status && PreviousState && size > BufferLength)
            status = STATUS_BUFFER_TOO_SMALL;
        for (uint32_t i = 0; i < token->group_count && !status; i++) {
            uint32_t again = 0;
            DWORD attributes;
            wanted_attributes(&token->groups[i], wanted, count, ResetToDefault, &again, &attributes);
            token->groups[i].attributes = attributes;
        }
        if (!status && changed)
            token->modified_id = luid_allocate();
    } while (token_change_again(token, !status && changed, &status));
    object_unref(obj);
    if (PreviousState && ReturnLength && (!status || status == STATUS_BUFFER_TOO_SMALL))
        *ReturnLength = (ULONG)size;
    if (!status && PreviousState)
        status = put_previous(previous, changed, PreviousState);
    free(previous);
    free(wanted);
    return !status && found < count ? STATUS_NOT_ALL_ASSIGNED : status;
}

/* --- checks --- */

#define PRIVILEGE_SET_ALL_NECESSARY 1

NTSTATUS NtPrivilegeCheck(HANDLE ClientToken, PVOID RequiredPrivileges, BOOLEAN *Result)
{
    /* PRIVILEGE_SET: count, control, then LUIDs with attributes; those that are used are marked */
    DWORD head[2];
    if (!user_copy_in(head, RequiredPrivileges, sizeof(head)))
        return STATUS_ACCESS_VIOLATION;
    struct object *obj;
    NTSTATUS status = handle_lookup(ClientToken, &token_type, TOKEN_QUERY, &obj);
    if (status)
        return status;
    struct token *token = (struct token *)obj;
    if (token->type == TokenImpersonation && token->level < SecurityIdentification)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    DWORD held = 0;
    for (DWORD i = 0; i < head[0] && !status; i++) {
        LUID_AND_ATTRIBUTES entry, *user = (LUID_AND_ATTRIBUTES *)((char *)RequiredPrivileges + 8) + i;
        if (!user_copy_in(&entry, user, sizeof(entry))) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        token_lock(token);
        const LUID_AND_ATTRIBUTES *privilege = find_privilege(token, entry.Luid);
        bool enabled = privilege && privilege->Attributes & SE_PRIVILEGE_ENABLED;
        token_unlock(token);
        if (!enabled)
            continue;
        held++;
        entry.Attributes |= 0x80000000u; /* SE_PRIVILEGE_USED_FOR_ACCESS */
        if (!user_copy_out(user, &entry, sizeof(entry)))
            status = STATUS_ACCESS_VIOLATION;
    }
    object_unref(obj);
    if (!status)
        *Result = head[1] & PRIVILEGE_SET_ALL_NECESSARY ? held == head[0] : held > 0 || !head[0];
    return status;
}

/* --- tokens from nothing: for who has SeCreateTokenPrivilege, which is nobody --- */

NTSTATUS NtCreateToken(HANDLE *TokenHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                       ULONG TokenType, LUID *AuthenticationId, LARGE_INTEGER *ExpirationTime, PVOID User, PVOID Groups,
                       PVOID Privileges, PVOID Owner, PVOID PrimaryGroup, PVOID DefaultDacl, PVOID TokenSource)
{
    (void)TokenHandle, (void)DesiredAccess, (void)ObjectAttributes, (void)TokenType, (void)AuthenticationId;
    (void)ExpirationTime, (void)User, (void)Groups, (void)Privileges, (void)Owner, (void)PrimaryGroup;
    (void)DefaultDacl, (void)TokenSource;
    return STATUS_PRIVILEGE_NOT_HELD;
}
