/* SPDX-License-Identifier: MIT */
/*
 * authz.c: the authorization library (authz.h): access checks without tokens, for clients of whom only the SIDs are known.
 * Nothing is audited and nothing cached; callbacks of the program decide about its own kinds of entries.
 */
#include "nt.h"
#include "ntdll.h"
#include <authz.h>
#include <stdbool.h>
#include <string.h>

struct manager {
    DWORD flags;
    PFN_AUTHZ_DYNAMIC_ACCESS_CHECK check;
    PFN_AUTHZ_COMPUTE_DYNAMIC_GROUPS groups;
    PFN_AUTHZ_FREE_DYNAMIC_GROUPS free_groups;
};

struct sid_entry {
    DWORD attributes;
    BYTE sid[SECURITY_MAX_SID_SIZE];
};

struct context {
    struct manager *manager;
    LUID id;
    struct sid_entry user;
    struct sid_entry *groups, *restricted;
    DWORD group_count, restricted_count;
    bool is_restricted;
};

static void *alloc(SIZE_T size)
{
    void *memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size ? size : 1);

    if (!memory)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

static void release(void *memory)
{
    if (memory)
        HeapFree(GetProcessHeap(), 0, memory);
}

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* --- resource managers --- */

BOOL WINAPI AuthzInitializeResourceManager(DWORD flags, PFN_AUTHZ_DYNAMIC_ACCESS_CHECK check,
                                           PFN_AUTHZ_COMPUTE_DYNAMIC_GROUPS groups,
                                           PFN_AUTHZ_FREE_DYNAMIC_GROUPS free_groups, PCWSTR name,
                                           PAUTHZ_RESOURCE_MANAGER_HANDLE handle)
{
    struct manager *manager;

    (void)name;
    if (!handle || (groups && !free_groups))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(manager = alloc(sizeof(*manager))))
        return FALSE;
    *manager = (struct manager){ flags, check, groups, free_groups };
    *handle = (AUTHZ_RESOURCE_MANAGER_HANDLE)manager;
    return TRUE;
}

BOOL WINAPI AuthzFreeResourceManager(AUTHZ_RESOURCE_MANAGER_HANDLE handle)
{
    if (!handle)
        return fail(ERROR_INVALID_PARAMETER);
    release(handle);
    return TRUE;
}

/* --- contexts --- */

BOOL WINAPI AuthzFreeContext(AUTHZ_CLIENT_CONTEXT_HANDLE handle)
{
    struct context *context = (struct context *)handle;

    if (!context)
        return fail(ERROR_INVALID_PARAMETER);
    release(context->groups);
    release(context->restricted);
    release(context);
    return TRUE;
}

static BOOL add_sids(struct sid_entry **list, DWORD *count, const SID_AND_ATTRIBUTES *sids, DWORD more)
{
    struct sid_entry *larger;

    if (!more)
        return TRUE;
    if (!(larger = alloc((*count + more) * sizeof(*larger))))
        return FALSE;
    if (*count)
        memcpy(larger, *list, *count * sizeof(*larger));
    for (DWORD i = 0; i < more; i++) {
        if (!IsValidSid(sids[i].Sid)) {
            release(larger);
            return fail(ERROR_INVALID_SID);
        }
        larger[*count + i].attributes = sids[i].Attributes;
        CopySid(SECURITY_MAX_SID_SIZE, larger[*count + i].sid, sids[i].Sid);
    }
    release(*list);
    *list = larger;
    *count += more;
    return TRUE;
}

static BOOL add_group(struct context *context, PSID sid)
{
    SID_AND_ATTRIBUTES entry = { sid, SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED };

    return add_sids(&context->groups, &context->group_count, &entry, 1);
}

/* The groups that only the program knows of. */
static BOOL add_dynamic_groups(struct context *context, PVOID args)
{
    PSID_AND_ATTRIBUTES sids = NULL, restricted = NULL;
    DWORD count = 0, restricted_count = 0;
    BOOL ok;

    if (!context->manager->groups)
        return TRUE;
    if (!context->manager->groups((AUTHZ_CLIENT_CONTEXT_HANDLE)context, args, &sids, &count, &restricted,
                                  &restricted_count))
        return FALSE;
    ok = add_sids(&context->groups, &context->group_count, sids, count) &&
         add_sids(&context->restricted, &context->restricted_count, restricted, restricted_count);
    context->is_restricted |= restricted_count != 0;
    if (sids)
        context->manager->free_groups(sids);
    if (restricted)
        context->manager->free_groups(restricted);
    return ok;
}

static void *token_info(HANDLE token, TOKEN_INFORMATION_CLASS class)
{
    DWORD size = 0;
    void *info;

    GetTokenInformation(token, class, NULL, 0, &size);
    if (!(info = alloc(size)))
        return NULL;
    if (GetTokenInformation(token, class, info, size, &size))
        return info;
    release(info);
    return NULL;
}

static BOOL fill_from_token(struct context *context, HANDLE token)
{
    TOKEN_USER *user = token_info(token, TokenUser);
    TOKEN_GROUPS *groups = token_info(token, TokenGroups), *restricted = token_info(token, TokenRestrictedSids);
    BOOL ok = user && groups && restricted &&
              add_sids(&context->groups, &context->group_count, groups->Groups, groups->GroupCount) &&
              add_sids(&context->restricted, &context->restricted_count, restricted->Groups, restricted->GroupCount);

    if (ok) {
        context->user.attributes = user->User.Attributes;
        CopySid(SECURITY_MAX_SID_SIZE, context->user.sid, user->User.Sid);
        context->is_restricted = restricted->GroupCount != 0;
    }
    release(user);
    release(groups);
    release(restricted);
    return ok;
}

static BOOL finish(struct context *context, BOOL ok, DWORD flags, PVOID args, PAUTHZ_CLIENT_CONTEXT_HANDLE handle)
{
    if (ok && !(flags & AUTHZ_SKIP_TOKEN_GROUPS))
        ok = add_dynamic_groups(context, args);
    if (ok)
        *handle = (AUTHZ_CLIENT_CONTEXT_HANDLE)context;
    else
        AuthzFreeContext((AUTHZ_CLIENT_CONTEXT_HANDLE)context);
    return ok;
}

BOOL WINAPI AuthzInitializeContextFromToken(DWORD flags, HANDLE token, AUTHZ_RESOURCE_MANAGER_HANDLE manager,
                                            PLARGE_INTEGER expires, LUID id, PVOID args,
                                            PAUTHZ_CLIENT_CONTEXT_HANDLE handle)
{
    struct context *context;

    (void)expires;
    if (!manager || !token || !handle)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(context = alloc(sizeof(*context))))
        return FALSE;
    context->manager = (struct manager *)manager;
    context->id = id;
    return finish(context, fill_from_token(context, token), flags, args, handle);
}

/* Of the process's own user all groups are known; of others that they are users of this computer. */
BOOL WINAPI AuthzInitializeContextFromSid(DWORD flags, PSID sid, AUTHZ_RESOURCE_MANAGER_HANDLE manager,
                                          PLARGE_INTEGER expires, LUID id, PVOID args,
                                          PAUTHZ_CLIENT_CONTEXT_HANDLE handle)
{
    static const WELL_KNOWN_SID_TYPE everybody[] = { WinWorldSid, WinAuthenticatedUserSid, WinBuiltinUsersSid };
    WCHAR name[257], domain[257];
    DWORD n = 257, m = 257, size;
    SID_NAME_USE use = SidTypeUnknown;
    struct context *context;
    TOKEN_USER *own;
    BOOL ok = TRUE;

    (void)expires;
    if (!manager || !sid || !handle)
        return fail(ERROR_INVALID_PARAMETER);
    if (!IsValidSid(sid))
        return fail(ERROR_INVALID_SID);
    if (!(context = alloc(sizeof(*context))))
        return FALSE;
    context->manager = (struct manager *)manager;
    context->id = id;
    CopySid(SECURITY_MAX_SID_SIZE, context->user.sid, sid);
    if (!(flags & AUTHZ_SKIP_TOKEN_GROUPS)) {
        HANDLE token = NULL;
        if (!LookupAccountSidW(NULL, sid, name, &n, domain, &m, &use))
            use = SidTypeUnknown;
        ok = OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
        own = ok ? token_info(token, TokenUser) : NULL;
        if (own && EqualSid(own->User.Sid, sid))
            ok = fill_from_token(context, token);
        else
            for (SIZE_T i = 0; ok && i < sizeof(everybody) / sizeof(everybody[0]) && (!i || use == SidTypeUser); i++) {
                BYTE group[SECURITY_MAX_SID_SIZE];
                size = sizeof(group);
                ok = CreateWellKnownSid(everybody[i], NULL, group, &size) && add_group(context, group);
            }
        release(own);
        if (token)
            CloseHandle(token);
    }
    return finish(context, ok, flags, args, handle);
}

static BOOL copy_context(struct context *to, const struct context *from)
{
    *to = *from;
    to->groups = alloc(from->group_count * sizeof(*to->groups));
    to->restricted = alloc(from->restricted_count * sizeof(*to->restricted));
    if (!to->groups || !to->restricted)
        return FALSE;
    memcpy(to->groups, from->groups, from->group_count * sizeof(*to->groups));
    memcpy(to->restricted, from->restricted, from->restricted_count * sizeof(*to->restricted));
    return TRUE;
}

BOOL WINAPI AuthzInitializeContextFromAuthzContext(DWORD flags, AUTHZ_CLIENT_CONTEXT_HANDLE from,
                                                   PLARGE_INTEGER expires, LUID id, PVOID args,
                                                   PAUTHZ_CLIENT_CONTEXT_HANDLE handle)
{
    struct context *context;

    (void)expires;
    if (!from || !handle)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(context = alloc(sizeof(*context))))
        return FALSE;
    if (!copy_context(context, (struct context *)from))
        return AuthzFreeContext((AUTHZ_CLIENT_CONTEXT_HANDLE)context), fail(ERROR_NOT_ENOUGH_MEMORY);
    context->id = id;
    return finish(context, TRUE, flags, args, handle);
}

BOOL WINAPI AuthzAddSidsToContext(AUTHZ_CLIENT_CONTEXT_HANDLE from, PSID_AND_ATTRIBUTES sids, DWORD count,
                                  PSID_AND_ATTRIBUTES restricted, DWORD restricted_count,
                                  PAUTHZ_CLIENT_CONTEXT_HANDLE handle)
{
    struct context *context;

    if (!from || !handle || (count && !sids) || (restricted_count && !restricted))
        return fail(ERROR_INVALID_PARAMETER);
    if (!(context = alloc(sizeof(*context))))
        return FALSE;
    if (!copy_context(context, (struct context *)from) ||
        !add_sids(&context->groups, &context->group_count, sids, count) ||
        !add_sids(&context->restricted, &context->restricted_count, restricted, restricted_count)) {
        DWORD error = GetLastError();
        AuthzFreeContext((AUTHZ_CLIENT_CONTEXT_HANDLE)context);
        return fail(error);
    }
    context->is_restricted |= restricted_count != 0;
    *handle = (AUTHZ_CLIENT_CONTEXT_HANDLE)context;
    return TRUE;
}

/* --- what a context says --- */

static BOOL put_groups(const struct sid_entry *list, DWORD count, DWORD size, DWORD *needed, void *buffer)
{
    TOKEN_GROUPS *out = buffer;
    BYTE *at = (BYTE *)buffer + offsetof(TOKEN_GROUPS, Groups) + count * sizeof(SID_AND_ATTRIBUTES);

    *needed = (DWORD)(offsetof(TOKEN_GROUPS, Groups) + count * sizeof(SID_AND_ATTRIBUTES));
    for (DWORD i = 0; i < count; i++)
        *needed += GetLengthSid((PSID)list[i].sid);
    if (!buffer || size < *needed)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    out->GroupCount = count;
    for (DWORD i = 0; i < count; i++) {
        DWORD length = GetLengthSid((PSID)list[i].sid);
        out->Groups[i].Sid = at;
        out->Groups[i].Attributes = list[i].attributes;
        memcpy(at, list[i].sid, length);
        at += length;
    }
    return TRUE;
}

BOOL WINAPI AuthzGetInformationFromContext(AUTHZ_CLIENT_CONTEXT_HANDLE handle, AUTHZ_CONTEXT_INFORMATION_CLASS class,
                                           DWORD size, PDWORD needed, PVOID buffer)
{
    struct context *context = (struct context *)handle;
    DWORD length;

    if (!context || !needed)
        return fail(ERROR_INVALID_PARAMETER);
    switch (class) {
    case AuthzContextInfoUserSid: {
        TOKEN_USER *user = buffer;
        length = GetLengthSid(context->user.sid);
        *needed = sizeof(*user) + length;
        if (!buffer || size < *needed)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        user->User.Sid = user + 1;
        user->User.Attributes = context->user.attributes;
        memcpy(user + 1, context->user.sid, length);
        return TRUE;
    }
    case AuthzContextInfoGroupsSids:
        return put_groups(context->groups, context->group_count, size, needed, buffer);
    case AuthzContextInfoRestrictedSids:
        return put_groups(context->restricted, context->restricted_count, size, needed, buffer);
    case AuthzContextInfoIdentifier:
        *needed = sizeof(LUID);
        if (!buffer || size < *needed)
            return fail(ERROR_INSUFFICIENT_BUFFER);
        memcpy(buffer, &context->id, sizeof(LUID));
        return TRUE;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
}

/* --- access checks --- */

static bool is_rid(const SID *sid, BYTE authority, DWORD rid)
{
    return sid->SubAuthorityCount == 1 && sid->IdentifierAuthority.Value[5] == authority && sid->SubAuthority[0] == rid;
}

static bool is_somebody(const struct context *context, PSID sid, bool deny, bool restricted)
{
    const struct sid_entry *list = restricted ? context->restricted : context->groups;
    DWORD count = restricted ? context->restricted_count : context->group_count;

    if (!restricted && EqualSid((PSID)context->user.sid, sid))
        return deny || !(context->user.attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    for (DWORD i = 0; i < count; i++)
        if (EqualSid((PSID)list[i].sid, sid))
            return list[i].attributes & SE_GROUP_ENABLED || restricted ||
                   (deny && list[i].attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    return false;
}

struct check {
    struct context *context;
    AUTHZ_ACCESS_REQUEST *request;
    PSID owner;
};

/* An entry's SID, its rights and the kind of objects it is about, if of those with one. */
static PSID entry_sid(ACE_HEADER *ace, const GUID **type, bool *deny, bool *callback)
{
    BYTE *at = (BYTE *)ace + 8;
    DWORD present;

    *type = NULL;
    *deny = *callback = false;
    switch (ace->AceType) {
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
        *callback = true; /* fall through */
    case ACCESS_DENIED_ACE_TYPE:
        *deny = true;
        return at;
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
        *callback = true; /* fall through */
    case ACCESS_ALLOWED_ACE_TYPE:
        return at;
    case ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
        *callback = true;
        break;
    case ACCESS_DENIED_OBJECT_ACE_TYPE:
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE:
        break;
    default:
        return NULL;
    }
    *deny = ace->AceType == ACCESS_DENIED_OBJECT_ACE_TYPE || ace->AceType == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE;
    memcpy(&present, at, sizeof(present));
    at += sizeof(present);
    if (present & ACE_OBJECT_TYPE_PRESENT) {
        *type = (const GUID *)at;
        at += sizeof(GUID);
    }
    return at + (present & ACE_INHERITED_OBJECT_TYPE_PRESENT ? sizeof(GUID) : 0);
}

/* Whether an entry is about the part of the object: about the part itself, or what the part is in. */
static bool covers(const AUTHZ_ACCESS_REQUEST *request, DWORD part, const GUID *type)
{
    if (!type)
        return true;
    for (DWORD level = ~0u, i = part + 1; i-- > 0 && request->ObjectTypeListLength;) {
        const OBJECT_TYPE_LIST *entry = &request->ObjectTypeList[i];
        if (entry->Level >= level)
            continue;
        level = entry->Level;
        if (!memcmp(entry->ObjectType, type, sizeof(GUID)))
            return true;
    }
    return false;
}

/* What one list gives for one part, by the groups or by the restricting SIDs. */
static BOOL grants(struct check *check, ACL *dacl, DWORD part, bool restricted, ACCESS_MASK *result)
{
    AUTHZ_ACCESS_REQUEST *request = check->request;
    ACCESS_MASK granted = 0, denied = 0;
    bool owner_rights = false;

    for (int pass = 0; pass < 2; pass++) {
        if (pass && !owner_rights && is_somebody(check->context, check->owner, false, restricted))
            granted |= READ_CONTROL | WRITE_DAC;
        for (DWORD i = 0; i < dacl->AceCount; i++) {
            ACE_HEADER *ace;
            const GUID *type;
            bool deny, callback;
            BOOL applies = TRUE;
            ACCESS_MASK mask;
            PSID sid;
            if (!GetAce(dacl, i, (void **)&ace) || ace->AceFlags & INHERIT_ONLY_ACE ||
                !(sid = entry_sid(ace, &type, &deny, &callback)) || !covers(request, part, type))
                continue;
            if (is_rid(sid, 3, 4)) {
                owner_rights = true;
                sid = check->owner;
            } else if (is_rid(sid, 5, 10)) {
                if (!request->PrincipalSelfSid)
                    continue;
                sid = request->PrincipalSelfSid;
            }
            if (!pass || !is_somebody(check->context, sid, deny, restricted))
                continue;
            if (callback && (!check->context->manager->check ||
                             !check->context->manager->check((AUTHZ_CLIENT_CONTEXT_HANDLE)check->context, ace,
                                                             request->OptionalArguments, &applies)))
                applies = deny; /* who cannot be asked does not allow */
            if (!applies)
                continue;
            memcpy(&mask, (BYTE *)ace + 4, sizeof(mask));
            if (deny)
                denied |= mask & ~granted;
            else
                granted |= mask & ~denied;
        }
    }
    *result = granted;
    return TRUE;
}

static DWORD decide(struct check *check, PSECURITY_DESCRIPTOR sd, DWORD part, ACCESS_MASK *granted)
{
    ACCESS_MASK desired = check->request->DesiredAccess, wanted = desired & ~MAXIMUM_ALLOWED, rights, second;
    BOOL present, defaulted;
    ACL *dacl;

    *granted = 0;
    if (wanted & ACCESS_SYSTEM_SECURITY)
        return ERROR_PRIVILEGE_NOT_HELD;
    if (!GetSecurityDescriptorDacl(sd, &present, &dacl, &defaulted))
        return GetLastError();
    if (!present || !dacl) {
        rights = desired & MAXIMUM_ALLOWED ? ~(ACCESS_MASK)(ACCESS_SYSTEM_SECURITY | MAXIMUM_ALLOWED) : wanted;
    } else {
        grants(check, dacl, part, false, &rights);
        if (check->context->is_restricted) {
            grants(check, dacl, part, true, &second);
            rights &= second;
        }
    }
    if ((rights & wanted) != wanted || !rights)
        return ERROR_ACCESS_DENIED;
    *granted = desired & MAXIMUM_ALLOWED ? rights : wanted;
    return *granted ? ERROR_SUCCESS : ERROR_ACCESS_DENIED;
}

BOOL WINAPI AuthzAccessCheck(DWORD flags, AUTHZ_CLIENT_CONTEXT_HANDLE handle, PAUTHZ_ACCESS_REQUEST request,
                             AUTHZ_AUDIT_EVENT_HANDLE audit, PSECURITY_DESCRIPTOR sd, PSECURITY_DESCRIPTOR *more,
                             DWORD more_count, PAUTHZ_ACCESS_REPLY reply, PAUTHZ_ACCESS_CHECK_RESULTS_HANDLE results)
{
    struct check check = { (struct context *)handle, request, NULL };
    DWORD parts = request && request->ObjectTypeListLength ? request->ObjectTypeListLength : 1;
    BOOL defaulted;

    (void)flags, (void)audit;
    if (!handle || !request || !sd || !reply || (reply->ResultListLength != 1 && reply->ResultListLength != parts) ||
        (more_count && !more))
        return fail(ERROR_INVALID_PARAMETER);
    if (!IsValidSecurityDescriptor(sd) || !GetSecurityDescriptorOwner(sd, &check.owner, &defaulted) || !check.owner)
        return fail(ERROR_INVALID_SECURITY_DESCR);
    for (DWORD i = 0; i < reply->ResultListLength; i++) {
        reply->Error[i] = decide(&check, sd, i, &reply->GrantedAccessMask[i]);
        /* "The first that allows or denies decides": further descriptors add rights, without owners of their own. */
        for (DWORD k = 0; k < more_count && reply->Error[i]; k++)
            reply->Error[i] = decide(&check, more[k], i, &reply->GrantedAccessMask[i]);
        if (reply->SaclEvaluationResults)
            reply->SaclEvaluationResults[i] = 0;
    }
    if (results)
        *results = NULL; /* nothing is cached */
    return TRUE;
}

BOOL WINAPI AuthzFreeHandle(AUTHZ_ACCESS_CHECK_RESULTS_HANDLE handle)
{
    return handle ? fail(ERROR_INVALID_PARAMETER) : TRUE;
}
