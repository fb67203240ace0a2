/* SPDX-License-Identifier: MIT */
/* token_query.c: NtQueryInformationToken and NtSetInformationToken. */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

/* TOKEN_INFORMATION_CLASS (winnt.h) */
enum {
    TokenUser = 1,
    TokenGroups,
    TokenPrivileges,
    TokenOwner,
    TokenPrimaryGroup,
    TokenDefaultDacl,
    TokenSource,
    TokenType,
    TokenImpersonationLevel,
    TokenStatistics,
    TokenRestrictedSids,
    TokenSessionId,
    TokenGroupsAndPrivileges,
    TokenSessionReference,
    TokenSandBoxInert,
    TokenAuditPolicy,
    TokenOrigin,
    TokenElevationType,
    TokenLinkedToken,
    TokenElevation,
    TokenHasRestrictions,
    TokenAccessInformation,
    TokenVirtualizationAllowed,
    TokenVirtualizationEnabled,
    TokenIntegrityLevel,
    TokenUIAccess,
    TokenMandatoryPolicy,
    TokenLogonSid,
    TokenIsAppContainer,
    TokenCapabilities,
    TokenAppContainerSid,
    TokenAppContainerNumber,
    TokenUserClaimAttributes,
    TokenDeviceClaimAttributes,
    TokenRestrictedUserClaimAttributes,
    TokenRestrictedDeviceClaimAttributes,
    TokenDeviceGroups,
    TokenRestrictedDeviceGroups,
    TokenSecurityAttributes,
    TokenIsRestricted,
    TokenProcessTrustLevel,
    TokenPrivateNameSpace,
    TokenSingletonAttributes,
    TokenBnoIsolation,
    TokenChildProcessFlags,
    TokenIsLessPrivilegedAppContainer,
    TokenIsSandboxed,
};

#define TOKEN_MANDATORY_POLICY_NO_WRITE_UP     1
#define TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN 2
#define MANDATORY_POLICY                       (TOKEN_MANDATORY_POLICY_NO_WRITE_UP | TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN)

typedef struct _TOKEN_SOURCE {
    CHAR SourceName[8];
    LUID SourceIdentifier;
} TOKEN_SOURCE;

typedef struct _TOKEN_STATISTICS {
    LUID TokenId;
    LUID AuthenticationId;
    LARGE_INTEGER ExpirationTime;
    DWORD TokenType;
    DWORD ImpersonationLevel;
    DWORD DynamicCharged;
    DWORD DynamicAvailable;
    DWORD GroupCount;
    DWORD PrivilegeCount;
    LUID ModifiedId;
} TOKEN_STATISTICS;
NT_ASSERT_SIZE(TOKEN_STATISTICS, 56);

typedef struct _TOKEN_GROUPS_AND_PRIVILEGES {
    DWORD SidCount;
    DWORD SidLength;
    PVOID Sids;
    DWORD RestrictedSidCount;
    DWORD RestrictedSidLength;
    PVOID RestrictedSids;
    DWORD PrivilegeCount;
    DWORD PrivilegeLength;
    PVOID Privileges;
    LUID AuthenticationId;
} TOKEN_GROUPS_AND_PRIVILEGES;

typedef struct _SID_AND_ATTRIBUTES_HASH {
    DWORD SidCount;
    PVOID SidAttr;
    ULONG_PTR Hash[32];
} SID_AND_ATTRIBUTES_HASH;

typedef struct _TOKEN_ACCESS_INFORMATION {
    PVOID SidHash;
    PVOID RestrictedSidHash;
    PVOID Privileges;
    LUID AuthenticationId;
    DWORD TokenType;
    DWORD ImpersonationLevel;
    DWORD MandatoryPolicy;
    DWORD Flags;
    DWORD AppContainerNumber;
    PVOID PackageSid;
    PVOID CapabilitiesHash;
    PVOID TrustLevelSid;
    PVOID SecurityAttributes;
} TOKEN_ACCESS_INFORMATION;
NT_ASSERT_SIZE(TOKEN_ACCESS_INFORMATION, 88);

/* CLAIM_SECURITY_ATTRIBUTES_INFORMATION, and TOKEN_SECURITY_ATTRIBUTES_INFORMATION */
struct attributes_information {
    WORD version, reserved;
    DWORD count;
    PVOID attributes;
};

/* An answer that is put together here, with pointers as they shall be at `user`, and copied out when complete. */
struct answer {
    char *user;
    char *data;
    size_t size, cap;
};

static bool answer_reserve(struct answer *answer, size_t size)
{
    if (answer->size + size > answer->cap) {
        size_t cap = (answer->size + size) * 2 + 256;
        char *grown = realloc(answer->data, cap);
        if (!grown)
            return false;
        answer->data = grown;
        answer->cap = cap;
    }
    return true;
}

static NTSTATUS put(struct answer *answer, const void *data, size_t size)
{
    if (!answer_reserve(answer, size))
        return STATUS_NO_MEMORY;
    memcpy(answer->data + answer->size, data, size);
    answer->size += size;
    return STATUS_SUCCESS;
}

static NTSTATUS put_u32(struct answer *answer, uint32_t value)
{
    return put(answer, &value, sizeof(value));
}

/* One pointer (and attributes, if `pair`), then the SID that it points to. */
static NTSTATUS put_sid(struct answer *answer, const struct sid *sid, DWORD attributes, bool pair)
{
    size_t head = pair ? sizeof(SID_AND_ATTRIBUTES) : sizeof(PVOID);
    SID_AND_ATTRIBUTES entry = { answer->user + answer->size + head, attributes };
    NTSTATUS status = put(answer, &entry, head);
    return status ? status : put(answer, sid, sid_size(&sid->sid));
}

static size_t sids_size(const struct token_group *groups, uint32_t count)
{
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++)
        size += ROUND_UP(sid_size(&groups[i].sid.sid), (size_t)4);
    return size;
}

/* Pairs, then the SIDs. */
static NTSTATUS put_pairs(struct answer *answer, const struct token_group *groups, uint32_t count)
{
    NTSTATUS status = STATUS_SUCCESS;
    char *at = answer->user + answer->size + count * sizeof(SID_AND_ATTRIBUTES);
    for (uint32_t i = 0; i < count && !status; i++) {
        SID_AND_ATTRIBUTES entry = { at, groups[i].attributes };
        status = put(answer, &entry, sizeof(entry));
        at += sid_size(&groups[i].sid.sid);
    }
    for (uint32_t i = 0; i < count && !status; i++)
        status = put(answer, &groups[i].sid, sid_size(&groups[i].sid.sid));
    return status;
}

static NTSTATUS put_groups(struct answer *answer, const struct token_group *groups, uint32_t count)
{
    uint64_t head = count; /* the pairs are aligned to pointers */
    NTSTATUS status = put(answer, &head, sizeof(head));
    return status ? status : put_pairs(answer, groups, count);
}

static NTSTATUS put_all(struct answer *answer, const struct token *token)
{
    TOKEN_GROUPS_AND_PRIVILEGES out = { 0 };
    size_t pairs = token->group_count * sizeof(SID_AND_ATTRIBUTES), sids = sids_size(token->groups, token->group_count);
    size_t r_pairs = token->restricted_count * sizeof(SID_AND_ATTRIBUTES),
           r_sids = sids_size(token->restricted_sids, token->restricted_count);
    char *at = answer->user + sizeof(out);
    out.SidCount = token->group_count;
    out.SidLength = (DWORD)(pairs + sids);
    out.Sids = at;
    at += ROUND_UP(pairs + sids, (size_t)8);
    out.RestrictedSidCount = token->restricted_count;
    out.RestrictedSidLength = (DWORD)(r_pairs + r_sids);
    out.RestrictedSids = token->restricted_count ? at : NULL;
    at += ROUND_UP(r_pairs + r_sids, (size_t)8);
    out.PrivilegeCount = token->privilege_count;
    out.PrivilegeLength = (DWORD)(token->privilege_count * sizeof(LUID_AND_ATTRIBUTES));
    out.Privileges = at;
    out.AuthenticationId = token->authentication_id;
    static const char zero[8];
    NTSTATUS status = put(answer, &out, sizeof(out));
    if (!status)
        status = put_pairs(answer, token->groups, token->group_count);
    if (!status)
        status = put(answer, zero, -answer->size & 7);
    if (!status)
        status = put_pairs(answer, token->restricted_sids, token->restricted_count);
    if (!status)
        status = put(answer, zero, -answer->size & 7);
    if (!status)
        status = put(answer, token->privileges, out.PrivilegeLength);
    return status;
}

/* The SIDs and the hash by which RtlSidHashLookup finds one: by the low and the high half of its last byte. */
static NTSTATUS put_hash(struct answer *answer, const struct token_group *groups, uint32_t count)
{
    SID_AND_ATTRIBUTES_HASH hash = { count, count ? answer->user + answer->size + sizeof(hash) : NULL, { 0 } };
    for (uint32_t i = 0; i < count && i < 64; i++) {
        const SID *sid = &groups[i].sid.sid;
        BYTE last = (BYTE)(sid->SubAuthorityCount ? sid->SubAuthority[sid->SubAuthorityCount - 1] : 0);
        hash.Hash[last & 15] |= (ULONG_PTR)1 << i;
        hash.Hash[16 + (last >> 4)] |= (ULONG_PTR)1 << i;
    }
    static const char zero[8];
    NTSTATUS status = put(answer, &hash, sizeof(hash));
    if (!status)
        status = put_pairs(answer, groups, count);
    return status ? status : put(answer, zero, -answer->size & 7);
}

#define TOKEN_HAS_TRAVERSE_PRIVILEGE 0x01
#define TOKEN_HAS_RESTRICTIONS       0x10
#define TOKEN_IS_RESTRICTED          0x20

/* For "Authz": with the user as the first of the SIDs. */
static NTSTATUS put_access(struct answer *answer, const struct token *token)
{
    TOKEN_ACCESS_INFORMATION out = { .AuthenticationId = token->authentication_id,
                                     .TokenType = token->type,
                                     .ImpersonationLevel = token->level,
                                     .MandatoryPolicy = MANDATORY_POLICY };
    struct token_group *sids = malloc((token->group_count + 1) * sizeof(*sids));
    if (!sids)
        return STATUS_NO_MEMORY;
    sids[0] = (struct token_group){ token->user, token->user_attributes, token->user_attributes };
    memcpy(sids + 1, token->groups, token->group_count * sizeof(*sids));
    out.Flags = (token->flags & TOKEN_FLAG_FILTERED ? TOKEN_HAS_RESTRICTIONS : 0) |
                (token->flags & TOKEN_FLAG_RESTRICTED ? TOKEN_IS_RESTRICTED : 0);
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (token->privileges[i].Luid.LowPart == SE_CHANGE_NOTIFY &&
            token->privileges[i].Attributes & SE_PRIVILEGE_ENABLED)
            out.Flags |= TOKEN_HAS_TRAVERSE_PRIVILEGE;
    /* First as it will be, to learn where the parts are. */
    NTSTATUS status = put(answer, &out, sizeof(out));
    out.SidHash = answer->user + answer->size;
    if (!status)
        status = put_hash(answer, sids, token->group_count + 1);
    out.RestrictedSidHash = answer->user + answer->size;
    if (!status)
        status = put_hash(answer, token->restricted_sids, token->restricted_count);
    out.CapabilitiesHash = answer->user + answer->size;
    if (!status)
        status = put_hash(answer, NULL, 0);
    out.Privileges = answer->user + answer->size;
    if (!status)
        status = put_u32(answer, token->privilege_count);
    if (!status)
        status = put(answer, token->privileges, token->privilege_count * sizeof(*token->privileges));
    if (!status)
        memcpy(answer->data, &out, sizeof(out));
    free(sids);
    return status;
}

/* Claims and attributes: tokens have none. */
static NTSTATUS put_no_attributes(struct answer *answer)
{
    struct attributes_information none = { .version = 1 };
    return put(answer, &none, sizeof(none));
}

static NTSTATUS put_statistics(struct answer *answer, const struct token *token)
{
    TOKEN_STATISTICS out = { 0 };
    out.TokenId = token->id;
    out.AuthenticationId = token->authentication_id;
    out.ExpirationTime.QuadPart = INT64_MAX;
    out.TokenType = token->type;
    out.ImpersonationLevel = token->level;
    out.DynamicCharged = 4096;
    out.DynamicAvailable = 4096 - (token->default_dacl ? token->default_dacl->AclSize : 0);
    out.GroupCount = token->group_count;
    out.PrivilegeCount = token->privilege_count;
    out.ModifiedId = token->modified_id;
    return put(answer, &out, sizeof(out));
}

/* The token's lock is held. */
static NTSTATUS compose(struct answer *answer, const struct token *token, ULONG class)
{
    NTSTATUS status;
    switch (class) {
    case TokenUser:
        return put_sid(answer, &token->user, token->user_attributes, true);
    case TokenGroups:
        return put_groups(answer, token->groups, token->group_count);
    case TokenRestrictedSids:
        return put_groups(answer, token->restricted_sids, token->restricted_count);
    case TokenPrivileges:
        status = put_u32(answer, token->privilege_count);
        return status ? status : put(answer, token->privileges, token->privilege_count * sizeof(LUID_AND_ATTRIBUTES));
    case TokenOwner:
        return put_sid(answer, &token->owner, 0, false);
    case TokenPrimaryGroup:
        return put_sid(answer, &token->primary_group, 0, false);
    case TokenDefaultDacl: {
        PVOID pointer = token->default_dacl ? answer->user + sizeof(PVOID) : NULL;
        status = put(answer, &pointer, sizeof(pointer));
        return status || !pointer ? status : put(answer, token->default_dacl, token->default_dacl->AclSize);
    }
    case TokenSource: {
        TOKEN_SOURCE source = { "User32 ", { 0x2a3b0, 0 } };
        source.SourceName[7] = ' ';
        return put(answer, &source, sizeof(source));
    }
    case TokenType:
        return put_u32(answer, token->type);
    case TokenImpersonationLevel:
        return token->type == TokenImpersonation ? put_u32(answer, token->level) : STATUS_INVALID_INFO_CLASS;
    case TokenStatistics:
        return put_statistics(answer, token);
    case TokenSessionId:
        return put_u32(answer, token->session_id);
    case TokenGroupsAndPrivileges:
        return put_all(answer, token);
    case TokenOrigin: {
        LUID origin = { 0x3e7, 0 }; /* logged on by the system */
        return put(answer, &origin, sizeof(origin));
    }
    case TokenElevationType:
        return put_u32(answer, 1); /* TokenElevationTypeDefault: there is no split token */
    case TokenElevation:
        return put_u32(answer, token->elevated);
    case TokenHasRestrictions:
        return put_u32(answer, !!(token->flags & TOKEN_FLAG_FILTERED));
    case TokenIsRestricted:
        return put_u32(answer, !!(token->flags & TOKEN_FLAG_RESTRICTED));
    case TokenAccessInformation:
        return put_access(answer, token);
    case TokenIntegrityLevel: {
        struct sid sid;
        sid_make(&sid, 16, 1, token->integrity);
        return put_sid(answer, &sid, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED, true);
    }
    case TokenMandatoryPolicy:
        return put_u32(answer, MANDATORY_POLICY);
    case TokenLogonSid:
        for (uint32_t i = 0; i < token->group_count; i++)
            if ((token->groups[i].attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID)
                return put_groups(answer, &token->groups[i], 1);
        return STATUS_NOT_FOUND;
    case TokenCapabilities:
        return put_groups(answer, NULL, 0);
    case TokenAppContainerSid: {
        PVOID none = NULL;
        return put(answer, &none, sizeof(none));
    }
    case TokenSandBoxInert:
        return put_u32(answer, !!(token->flags & TOKEN_FLAG_SANDBOX_INERT));
    case TokenVirtualizationAllowed:
        return put_u32(answer, !!(token->flags & TOKEN_FLAG_VIRTUALIZE_ALLOW));
    case TokenVirtualizationEnabled:
        return put_u32(answer, !!(token->flags & TOKEN_FLAG_VIRTUALIZE));
    case TokenUIAccess:
    case TokenIsAppContainer:
    case TokenAppContainerNumber:
    case TokenPrivateNameSpace:
    case TokenChildProcessFlags:
    case TokenIsLessPrivilegedAppContainer:
    case TokenIsSandboxed:
        return put_u32(answer, 0);
    case TokenUserClaimAttributes:
    case TokenDeviceClaimAttributes:
    case TokenRestrictedUserClaimAttributes:
    case TokenRestrictedDeviceClaimAttributes:
    case TokenSecurityAttributes:
    case TokenSingletonAttributes:
        return put_no_attributes(answer);
    case TokenDeviceGroups:
    case TokenRestrictedDeviceGroups:
        return put_groups(answer, NULL, 0);
    case TokenProcessTrustLevel: {
        PVOID none = NULL;
        return put(answer, &none, sizeof(none));
    }
    case TokenBnoIsolation: {
        const struct {
            PVOID prefix;
            BOOLEAN enabled;
        } none = { NULL, 0 };
        return put(answer, &none, sizeof(none));
    }
    case TokenAuditPolicy: /* only who may see the audit settings; which are: nothing */
        return STATUS_PRIVILEGE_NOT_HELD;
    case TokenLinkedToken:
        return STATUS_NO_SUCH_LOGON_SESSION; /* as for a token that is not split */
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtQueryInformationToken(HANDLE TokenHandle, ULONG TokenInformationClass, PVOID TokenInformation,
                                 ULONG TokenInformationLength, ULONG *ReturnLength)
{
    struct object *obj;
    ACCESS_MASK access = TokenInformationClass == TokenSource ? TOKEN_QUERY_SOURCE : TOKEN_QUERY;
    NTSTATUS status = handle_lookup(TokenHandle, &token_type, access, &obj);
    if (status)
        return status;
    struct token *token = (struct token *)obj;
    struct answer answer = { .user = TokenInformation };
    token_lock(token);
    status = compose(&answer, token, TokenInformationClass);
    token_unlock(token);
    object_unref(obj);
    if (!status) {
        *ReturnLength = (ULONG)answer.size;
        if (answer.size > TokenInformationLength)
            status = STATUS_BUFFER_TOO_SMALL;
        else if (!user_copy_out(TokenInformation, answer.data, answer.size))
            status = STATUS_ACCESS_VIOLATION;
    }
    free(answer.data);
    return status;
}

static NTSTATUS set_owner(struct token *token, const struct sid *sid)
{
    bool allowed = sid_equal(&sid->sid, &token->user.sid);
    for (uint32_t i = 0; i < token->group_count && !allowed; i++)
        allowed = token->groups[i].attributes & SE_GROUP_OWNER && sid_equal(&sid->sid, &token->groups[i].sid.sid);
    if (!allowed)
        return STATUS_INVALID_OWNER;
    token->owner = *sid;
    return STATUS_SUCCESS;
}

static NTSTATUS set_primary_group(struct token *token, const struct sid *sid)
{
    for (uint32_t i = 0; i < token->group_count; i++)
        if (sid_equal(&sid->sid, &token->groups[i].sid.sid)) {
            token->primary_group = *sid;
            return STATUS_SUCCESS;
        }
    return STATUS_INVALID_PRIMARY_GROUP;
}

/* A label: up to the token's own level, "the integrity level of a token can only be lowered". */
static NTSTATUS set_integrity(struct token *token, const struct sid *sid)
{
    static const BYTE label_authority[6] = { 0, 0, 0, 0, 0, 16 };
    if (sid->sid.SubAuthorityCount != 1 || memcmp(sid->sid.IdentifierAuthority, label_authority, 6))
        return STATUS_INVALID_PARAMETER;
    if (sid->sid.SubAuthority[0] > token->integrity)
        return STATUS_PRIVILEGE_NOT_HELD; /* SeTcbPrivilege */
    token_set_integrity(token, sid->sid.SubAuthority[0]);
    return STATUS_SUCCESS;
}

static NTSTATUS set_default_dacl(struct token *token, const ACL *dacl)
{
    ACL *copy = dacl ? malloc(dacl->AclSize) : NULL;
    if (dacl && !copy)
        return STATUS_NO_MEMORY;
    if (dacl)
        memcpy(copy, dacl, dacl->AclSize);
    free(token->default_dacl);
    token->default_dacl = copy;
    return STATUS_SUCCESS;
}

static NTSTATUS set_virtualization(struct token *token, DWORD enable)
{
    if (!(token->flags & TOKEN_FLAG_VIRTUALIZE_ALLOW))
        return STATUS_ELEVATION_REQUIRED;
    token->flags = (token->flags & ~(uint32_t)TOKEN_FLAG_VIRTUALIZE) | (enable ? TOKEN_FLAG_VIRTUALIZE : 0);
    return STATUS_SUCCESS;
}

static ULONG length_to_set(ULONG class)
{
    switch (class) {
    case TokenOwner:
    case TokenPrimaryGroup:
    case TokenDefaultDacl:
        return sizeof(PVOID);
    case TokenIntegrityLevel:
        return sizeof(SID_AND_ATTRIBUTES);
    case TokenOrigin:
        return sizeof(LUID);
    case TokenLinkedToken:
        return sizeof(HANDLE);
    case TokenSessionId:
    case TokenSessionReference:
    case TokenVirtualizationAllowed:
    case TokenVirtualizationEnabled:
    case TokenUIAccess:
    case TokenMandatoryPolicy:
        return sizeof(DWORD);
    default:
        return 0;
    }
}

static NTSTATUS set(struct token *token, ULONG class, const struct sid *sid, DWORD value, const ACL *dacl)
{
    switch (class) {
    case TokenOwner:
        return set_owner(token, sid);
    case TokenPrimaryGroup:
        return set_primary_group(token, sid);
    case TokenIntegrityLevel:
        return set_integrity(token, sid);
    case TokenDefaultDacl:
        return set_default_dacl(token, dacl);
    case TokenVirtualizationEnabled:
        return set_virtualization(token, value);
    default: /* for who acts as part of the operating system, which is nobody */
        return STATUS_PRIVILEGE_NOT_HELD;
    }
}

NTSTATUS NtSetInformationToken(HANDLE TokenHandle, ULONG TokenInformationClass, PVOID TokenInformation,
                               ULONG TokenInformationLength)
{
    ACCESS_MASK access = TOKEN_ADJUST_DEFAULT | (TokenInformationClass == TokenSessionId ? TOKEN_ADJUST_SESSIONID : 0);
    ULONG length = length_to_set(TokenInformationClass);
    struct object *obj;
    struct sid sid;
    ACL *dacl = NULL;
    PVOID pointer = NULL;
    DWORD value = 0;
    NTSTATUS status;
    if (!length && TokenInformationClass != TokenAuditPolicy)
        return STATUS_INVALID_INFO_CLASS;
    if (TokenInformationLength < length)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (length >= sizeof(pointer))
        memcpy(&pointer, TokenInformation, sizeof(pointer));
    else if (length)
        memcpy(&value, TokenInformation, sizeof(value));
    switch (TokenInformationClass) {
    case TokenOwner:
    case TokenPrimaryGroup:
    case TokenIntegrityLevel:
        if (!sid_in(&sid, pointer))
            return STATUS_ACCESS_VIOLATION;
        break;
    case TokenDefaultDacl:
        if (pointer && (status = acl_in(pointer, &dacl)))
            return status;
        break;
    }
    status = handle_lookup(TokenHandle, &token_type, access, &obj);
    if (status) {
        free(dacl);
        return status;
    }
    struct token *token = (struct token *)obj;
    if (obj == token_process())
        security_freeze_default();
    token_change_begin(token);
    do {
        status = set(token, TokenInformationClass, &sid, value, dacl);
        if (!status)
            token->modified_id = luid_allocate();
    } while (token_change_again(token, !status, &status));
    free(dacl);
    object_unref(obj);
    return status;
}

NTSTATUS NtQuerySecurityAttributesToken(HANDLE TokenHandle, PVOID Attributes, ULONG NumberOfAttributes, PVOID Buffer,
                                        ULONG Length, ULONG *ReturnLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(TokenHandle, &token_type, TOKEN_QUERY, &obj);
    (void)Attributes;
    if (status)
        return status;
    object_unref(obj);
    *ReturnLength = sizeof(struct attributes_information);
    if (NumberOfAttributes)
        return STATUS_NOT_FOUND;
    if (Length < *ReturnLength)
        return STATUS_BUFFER_TOO_SMALL;
    struct attributes_information none = { .version = 1 };
    return user_copy_out(Buffer, &none, sizeof(none)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}
