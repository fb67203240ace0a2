/* SPDX-License-Identifier: MIT */
/*
 * rtlsecurityobject.c: security descriptors of objects that programs protect themselves ("private objects"): made from a
 * container's, a creator's and a token ("[MS-DTYP] 2.5.3.4: Algorithm for Creating a Security Descriptor"), read in parts,
 * and changed. All are self-relative and in the process heap.
 */
#include "ntdll_private.h"
#include "ntrtl.h"
#include "acl_inherit.h"

#define ROUND4(n) (((n) + 3) & ~(SIZE_T)3)

struct parts {
    SECURITY_DESCRIPTOR_CONTROL control;
    PSID owner, group;
    ACL *sacl, *dacl;
};

static struct parts parts_of(PSECURITY_DESCRIPTOR sd)
{
    struct parts parts = { 0 };
    BOOLEAN present, defaulted;
    ULONG revision;

    if (!sd)
        return parts;
    RtlGetControlSecurityDescriptor(sd, &parts.control, &revision);
    RtlGetOwnerSecurityDescriptor(sd, &parts.owner, &defaulted);
    RtlGetGroupSecurityDescriptor(sd, &parts.group, &defaulted);
    if (RtlGetDaclSecurityDescriptor(sd, &present, &parts.dacl, &defaulted) || !present)
        parts.dacl = NULL;
    if (RtlGetSaclSecurityDescriptor(sd, &present, &parts.sacl, &defaulted) || !present)
        parts.sacl = NULL;
    return parts;
}

static char *put_part(SECURITY_DESCRIPTOR_RELATIVE *sd, DWORD *offset, char *at, const void *from, SIZE_T size)
{
    if (!from)
        return at;
    *offset = (DWORD)(at - (char *)sd);
    memcpy(at, from, size);
    return at + ROUND4(size);
}

static NTSTATUS build(const struct parts *parts, PSECURITY_DESCRIPTOR *result)
{
    SIZE_T owner = parts->owner ? RtlLengthSid(parts->owner) : 0, group = parts->group ? RtlLengthSid(parts->group) : 0;
    SIZE_T sacl = parts->sacl ? parts->sacl->AclSize : 0, dacl = parts->dacl ? parts->dacl->AclSize : 0;
    SECURITY_DESCRIPTOR_RELATIVE *sd =
        RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY,
                        sizeof(*sd) + ROUND4(owner) + ROUND4(group) + ROUND4(sacl) + ROUND4(dacl));
    char *at = (char *)(sd + 1);

    if (!sd)
        return STATUS_NO_MEMORY;
    sd->Revision = SECURITY_DESCRIPTOR_REVISION;
    sd->Control = parts->control | SE_SELF_RELATIVE;
    at = put_part(sd, &sd->Sacl, at, parts->sacl, sacl);
    at = put_part(sd, &sd->Dacl, at, parts->dacl, dacl);
    at = put_part(sd, &sd->Owner, at, parts->owner, owner);
    put_part(sd, &sd->Group, at, parts->group, group);
    *result = sd;
    return STATUS_SUCCESS;
}

/* --- what the token says --- */

struct token_facts {
    PVOID owner, group, dacl, user, groups; /* TOKEN_OWNER, TOKEN_PRIMARY_GROUP, TOKEN_DEFAULT_DACL, TOKEN_USER, … */
    HANDLE own;                             /* opened here */
};

static NTSTATUS query(HANDLE token, TOKEN_INFORMATION_CLASS class, PVOID *result)
{
    ULONG size = 0;
    NTSTATUS status = NtQueryInformationToken(token, class, NULL, 0, &size);

    if (status != STATUS_BUFFER_TOO_SMALL)
        return status;
    if (!(*result = RtlAllocateHeap(nt_peb()->ProcessHeap, 0, size)))
        return STATUS_NO_MEMORY;
    return NtQueryInformationToken(token, class, *result, size, &size);
}

static void free_facts(struct token_facts *facts)
{
    PVOID all[] = { facts->owner, facts->group, facts->dacl, facts->user, facts->groups };

    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, all[i]);
    if (facts->own)
        NtClose(facts->own);
}

/* Without a token it is that of the thread or the process. */
static NTSTATUS get_facts(HANDLE token, struct token_facts *facts)
{
    NTSTATUS status = STATUS_SUCCESS;

    memset(facts, 0, sizeof(*facts));
    if (!token) {
        status = NtOpenThreadToken(NT_CURRENT_THREAD, TOKEN_QUERY, TRUE, &facts->own);
        if (status == STATUS_NO_TOKEN)
            status = NtOpenProcessToken(NT_CURRENT_PROCESS, TOKEN_QUERY, &facts->own);
        token = facts->own;
    }
    if (!status)
        status = query(token, TokenOwner, &facts->owner);
    if (!status)
        status = query(token, TokenPrimaryGroup, &facts->group);
    if (!status)
        status = query(token, TokenDefaultDacl, &facts->dacl);
    if (!status)
        status = query(token, TokenUser, &facts->user);
    if (!status)
        status = query(token, TokenGroups, &facts->groups);
    if (status)
        free_facts(facts);
    return status;
}

static bool may_own(const struct token_facts *facts, PSID sid)
{
    const TOKEN_GROUPS *groups = facts->groups;

    if (RtlEqualSid(sid, ((TOKEN_USER *)facts->user)->User.Sid))
        return true;
    for (DWORD i = 0; i < groups->GroupCount; i++)
        if (groups->Groups[i].Attributes & SE_GROUP_OWNER && RtlEqualSid(sid, groups->Groups[i].Sid))
            return true;
    return false;
}

static bool privileged(HANDLE token, DWORD privilege)
{
    PRIVILEGE_SET set = { 1, PRIVILEGE_SET_ALL_NECESSARY, { { { privilege, 0 }, 0 } } };
    HANDLE own = NULL;
    BOOLEAN held = FALSE;

    if (!token && NtOpenThreadToken(NT_CURRENT_THREAD, TOKEN_QUERY, TRUE, &own) == STATUS_NO_TOKEN)
        NtOpenProcessToken(NT_CURRENT_PROCESS, TOKEN_QUERY, &own);
    if (NtPrivilegeCheck(token ? token : own, &set, &held))
        held = FALSE;
    if (own)
        NtClose(own);
    return held;
}

#define PRIVILEGE_SECURITY 8 /* SE_SECURITY_NAME */
#define PRIVILEGE_RESTORE  18

/* A SACL of labels only needs no privilege. */
static bool audits(const ACL *sacl)
{
    const char *at = (const char *)(sacl + 1);

    for (unsigned i = 0; i < sacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        if (((const ACE_HEADER *)at)->AceType != SYSTEM_MANDATORY_LABEL_ACE_TYPE)
            return true;
    return false;
}

/* --- lists --- */

static ACL *new_list(void)
{
    ACL *acl = RtlAllocateHeap(nt_peb()->ProcessHeap, 0, ACL_INHERIT_MAX);

    if (acl)
        *acl = (ACL){ ACL_REVISION, 0, sizeof(ACL), 0, 0 };
    return acl;
}

/* Appends `from` as it is in force: rights mapped, and, if so wanted, without what was inherited before. */
static bool copy_entries(ACL *out, const ACL *from, const struct acl_inherit *how, bool explicit_only)
{
    const char *at = (const char *)(from + 1);

    for (unsigned i = 0; i < from->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        const GUID *type;
        size_t sid = acl_sid_offset(ace, &type);
        BYTE inherit = ace->AceFlags & (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE);
        ACCESS_MASK mask;

        if (explicit_only && ace->AceFlags & INHERITED_ACE)
            continue;
        if (!sid) { /* of a kind without a SID where others have it: as it is */
            if (out->AclSize + ace->AceSize > ACL_INHERIT_MAX)
                return false;
            memcpy((char *)out + out->AclSize, ace, ace->AceSize);
            out->AclSize += ace->AceSize;
            out->AceCount++;
            continue;
        }
        const void *who = acl_creator(at + sid, how);
        memcpy(&mask, at + 4, sizeof(mask));
        bool changes = who || acl_generic_map(mask, &how->mapping) != mask;
        if (ace->AceFlags & INHERIT_ONLY_ACE || !changes) {
            if (!acl_append(out, ace, sid, ace->AceFlags, NULL, NULL))
                return false;
            continue;
        }
        BYTE rest = ace->AceFlags & (BYTE) ~(OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE | NO_PROPAGATE_INHERIT_ACE);
        if (!acl_append(out, ace, sid, rest, who, &how->mapping))
            return false;
        if (how->container && inherit && !acl_append(out, ace, sid, ace->AceFlags | INHERIT_ONLY_ACE, NULL, NULL))
            return false;
    }
    if (from->AclRevision > out->AclRevision)
        out->AclRevision = from->AclRevision;
    return true;
}

/* One of the two lists of a new object, by what its creator, its container and its token give. */
struct list_rules {
    bool present, null, defaulted, protected, auto_inherit;
    ACL *creator, *parent, *fallback;
};

static NTSTATUS compute(const struct list_rules *rules, const struct acl_inherit *how, ACL **result, bool *present,
                        bool *inherited)
{
    bool use_creator = rules->present && !rules->defaulted, ok = true;
    ACL *acl;

    *result = NULL;
    *inherited = false;
    *present = use_creator;
    if (use_creator && rules->null)
        return STATUS_SUCCESS;
    if (!(acl = new_list()))
        return STATUS_NO_MEMORY;
    if (use_creator)
        ok = copy_entries(acl, rules->creator, how, rules->auto_inherit && !rules->protected && rules->parent);
    /* "If the creator's is given and not automatic inheritance, the container's is ignored." */
    if (ok && rules->parent && !rules->protected && (!use_creator || rules->auto_inherit)) {
        unsigned before = acl->AceCount;
        ok = acl_inherit(acl, rules->parent, how);
        *inherited = acl->AceCount > before;
    }
    if (ok && !use_creator && !*inherited) {
        ACL *other = rules->present ? rules->creator : rules->fallback; /* a default that was given, or the token's */
        *present = rules->present || other;
        if (other)
            ok = copy_entries(acl, other, how, false);
        if (!other || !ok) {
            RtlFreeHeap(nt_peb()->ProcessHeap, 0, acl);
            return ok ? STATUS_SUCCESS : STATUS_BAD_INHERITANCE_ACL;
        }
    }
    if (!ok) {
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, acl);
        return STATUS_BAD_INHERITANCE_ACL;
    }
    *present |= *inherited;
    *result = acl;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlNewSecurityObjectWithMultipleInheritance(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                                           PSECURITY_DESCRIPTOR *result, GUID **types, ULONG type_count,
                                                           BOOLEAN is_container, ULONG flags, HANDLE token,
                                                           GENERIC_MAPPING *mapping)
{
    struct parts above = parts_of(parent), given = parts_of(creator), made = { 0 };
    struct token_facts facts;
    struct acl_inherit how = {
        .container = is_container, .mapping = *mapping, .types = (const GUID *const *)types, .type_count = type_count
    };
    bool present, inherited;
    NTSTATUS status = get_facts(token, &facts);

    *result = NULL;
    if (status)
        return status;
    made.owner = given.owner                                            ? given.owner
                 : flags & SEF_DEFAULT_OWNER_FROM_PARENT && above.owner ? above.owner
                                                                        : ((TOKEN_OWNER *)facts.owner)->Owner;
    made.group = given.group ? given.group
                 : flags & SEF_DEFAULT_GROUP_FROM_PARENT && above.group
                     ? above.group
                     : ((TOKEN_PRIMARY_GROUP *)facts.group)->PrimaryGroup;
    how.owner = made.owner;
    how.group = made.group;
    if (!(flags & SEF_AVOID_OWNER_CHECK) && given.owner && !may_own(&facts, given.owner) &&
        !privileged(token, PRIVILEGE_RESTORE))
        status = STATUS_INVALID_OWNER;
    if (!status && !(flags & SEF_AVOID_PRIVILEGE_CHECK) && given.sacl && audits(given.sacl) &&
        !privileged(token, PRIVILEGE_SECURITY))
        status = STATUS_PRIVILEGE_NOT_HELD;

    if (!status) {
        bool defaulted = given.control & SE_DACL_DEFAULTED || flags & SEF_DEFAULT_DESCRIPTOR_FOR_OBJECT;
        struct list_rules rules = { .present = given.control & SE_DACL_PRESENT,
                                    .null = !given.dacl,
                                    .defaulted = defaulted,
                                    .protected = given.control & SE_DACL_PROTECTED,
                                    .auto_inherit = flags & SEF_DACL_AUTO_INHERIT,
                                    .creator = given.dacl,
                                    .parent = above.dacl,
                                    .fallback = ((TOKEN_DEFAULT_DACL *)facts.dacl)->DefaultDacl };
        how.mark = rules.auto_inherit;
        status = compute(&rules, &how, &made.dacl, &present, &inherited);
        made.control |= present ? SE_DACL_PRESENT : 0;
        made.control |= given.control & SE_DACL_PROTECTED;
        if (rules.auto_inherit)
            made.control |= SE_DACL_AUTO_INHERITED;
    }
    if (!status) {
        struct list_rules rules = { .present = given.control & SE_SACL_PRESENT,
                                    .null = !given.sacl,
                                    .defaulted = given.control & SE_SACL_DEFAULTED,
                                    .protected = given.control & SE_SACL_PROTECTED,
                                    .auto_inherit = flags & SEF_SACL_AUTO_INHERIT,
                                    .creator = given.sacl,
                                    .parent = above.sacl };
        how.mark = rules.auto_inherit;
        status = compute(&rules, &how, &made.sacl, &present, &inherited);
        made.control |= present ? SE_SACL_PRESENT : 0;
        made.control |= given.control & SE_SACL_PROTECTED;
        if (rules.auto_inherit)
            made.control |= SE_SACL_AUTO_INHERITED;
    }
    if (!status)
        status = build(&made, result);
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, made.dacl);
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, made.sacl);
    free_facts(&facts);
    return status;
}

NTSTATUS NTAPI RtlNewSecurityObjectEx(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                      PSECURITY_DESCRIPTOR *result, GUID *type, BOOLEAN is_container, ULONG flags,
                                      HANDLE token, GENERIC_MAPPING *mapping)
{
    return RtlNewSecurityObjectWithMultipleInheritance(parent, creator, result, &type, type != NULL, is_container,
                                                       flags, token, mapping);
}

NTSTATUS NTAPI RtlNewSecurityObject(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR creator,
                                    PSECURITY_DESCRIPTOR *result, BOOLEAN is_container, HANDLE token,
                                    GENERIC_MAPPING *mapping)
{
    return RtlNewSecurityObjectEx(parent, creator, result, NULL, is_container, 0, token, mapping);
}

NTSTATUS NTAPI RtlDeleteSecurityObject(PSECURITY_DESCRIPTOR *object)
{
    if (!object)
        return STATUS_INVALID_PARAMETER;
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, *object);
    *object = NULL;
    return STATUS_SUCCESS;
}

/* --- reading and changing --- */

NTSTATUS NTAPI RtlQuerySecurityObject(PSECURITY_DESCRIPTOR object, SECURITY_INFORMATION info,
                                      PSECURITY_DESCRIPTOR result, ULONG length, ULONG *needed)
{
    const SECURITY_DESCRIPTOR_CONTROL dacl_control =
        SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_DACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED | SE_DACL_PROTECTED;
    const SECURITY_DESCRIPTOR_CONTROL sacl_control =
        SE_SACL_PRESENT | SE_SACL_DEFAULTED | SE_SACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERITED | SE_SACL_PROTECTED;
    struct parts parts = parts_of(object);
    PSECURITY_DESCRIPTOR made;
    NTSTATUS status;

    if (!(info & OWNER_SECURITY_INFORMATION))
        parts.owner = NULL, parts.control &= ~SE_OWNER_DEFAULTED;
    if (!(info & GROUP_SECURITY_INFORMATION))
        parts.group = NULL, parts.control &= ~SE_GROUP_DEFAULTED;
    if (!(info & DACL_SECURITY_INFORMATION))
        parts.dacl = NULL, parts.control &= ~dacl_control;
    if (!(info & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)))
        parts.sacl = NULL, parts.control &= ~sacl_control;
    if ((status = build(&parts, &made)))
        return status;
    *needed = RtlLengthSecurityDescriptor(made);
    if (*needed > length)
        status = STATUS_BUFFER_TOO_SMALL;
    else
        memcpy(result, made, *needed);
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, made);
    return status;
}

/*
 * The inherited entries of the old list stay behind the explicit ones of the new one, if inheritance is automatic and
 * neither is protected. A protected list is all explicit. (SetPrivateObjectSecurityEx, "Remarks")
 */
static NTSTATUS new_dacl(const struct parts *old, const struct parts *given, ULONG flags, const struct acl_inherit *how,
                         SECURITY_DESCRIPTOR_CONTROL *control, ACL **result)
{
    bool keep = flags & SEF_DACL_AUTO_INHERIT && !((given->control | old->control) & SE_DACL_PROTECTED);
    const ACL *lists[2] = { given->dacl, keep ? old->dacl : NULL };
    bool ok = true;
    ACL *acl;

    *control &= ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_DACL_AUTO_INHERITED | SE_DACL_PROTECTED);
    *control |= given->control & (SE_DACL_PRESENT | SE_DACL_PROTECTED);
    if (flags & SEF_DACL_AUTO_INHERIT || given->control & SE_DACL_AUTO_INHERIT_REQ)
        *control |= SE_DACL_AUTO_INHERITED;
    *result = NULL;
    if (!given->dacl)
        return STATUS_SUCCESS;
    if (!(acl = new_list()))
        return STATUS_NO_MEMORY;
    ok = copy_entries(acl, lists[0], how, keep);
    if (ok && lists[1]) {
        const char *at = (const char *)(lists[1] + 1);
        for (unsigned i = 0; i < lists[1]->AceCount && ok; i++, at += ((const ACE_HEADER *)at)->AceSize) {
            const GUID *type;
            size_t sid = acl_sid_offset((const ACE_HEADER *)at, &type);
            if (sid && ((const ACE_HEADER *)at)->AceFlags & INHERITED_ACE)
                ok = acl_append(acl, (const ACE_HEADER *)at, sid, ((const ACE_HEADER *)at)->AceFlags, NULL, NULL);
        }
    }
    if (ok && flags & SEF_DACL_AUTO_INHERIT && given->control & SE_DACL_PROTECTED) {
        char *at = (char *)(acl + 1);
        for (unsigned i = 0; i < acl->AceCount; i++, at += ((ACE_HEADER *)at)->AceSize)
            ((ACE_HEADER *)at)->AceFlags &= (BYTE)~INHERITED_ACE;
    }
    if (!ok) {
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, acl);
        return STATUS_BAD_INHERITANCE_ACL;
    }
    *result = acl;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetSecurityObjectEx(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR modification,
                                      PSECURITY_DESCRIPTOR *object, ULONG flags, GENERIC_MAPPING *mapping, HANDLE token)
{
    struct parts old = parts_of(*object), given = parts_of(modification), made = old;
    struct acl_inherit how = { .container = true, .mapping = *mapping };
    PSECURITY_DESCRIPTOR result;
    ACL *dacl = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (info & OWNER_SECURITY_INFORMATION) {
        struct token_facts facts;
        if (!given.owner)
            return STATUS_INVALID_OWNER;
        if (!(flags & SEF_AVOID_OWNER_CHECK)) {
            if ((status = get_facts(token, &facts)))
                return status;
            if (!may_own(&facts, given.owner) && !privileged(token, PRIVILEGE_RESTORE))
                status = STATUS_INVALID_OWNER;
            free_facts(&facts);
            if (status)
                return status;
        }
        made.owner = given.owner;
    }
    if (info & GROUP_SECURITY_INFORMATION) {
        if (!given.group)
            return STATUS_INVALID_PRIMARY_GROUP;
        made.group = given.group;
    }
    if (info & (SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION)) {
        if (!(flags & SEF_AVOID_PRIVILEGE_CHECK) && given.sacl && audits(given.sacl) &&
            !privileged(token, PRIVILEGE_SECURITY))
            return STATUS_PRIVILEGE_NOT_HELD;
        made.sacl = given.sacl;
        made.control &= ~(SE_SACL_PRESENT | SE_SACL_DEFAULTED | SE_SACL_AUTO_INHERITED | SE_SACL_PROTECTED);
        made.control |= given.control & (SE_SACL_PRESENT | SE_SACL_PROTECTED);
    }
    how.owner = made.owner;
    how.group = made.group;
    if (info & DACL_SECURITY_INFORMATION) {
        if ((status = new_dacl(&old, &given, flags, &how, &made.control, &dacl)))
            return status;
        made.dacl = dacl;
    }
    status = build(&made, &result);
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, dacl);
    if (!status) {
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, *object);
        *object = result;
    }
    return status;
}

NTSTATUS NTAPI RtlSetSecurityObject(SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR modification,
                                    PSECURITY_DESCRIPTOR *object, GENERIC_MAPPING *mapping, HANDLE token)
{
    return RtlSetSecurityObjectEx(info, modification, object, 0, mapping, token);
}

/* --- from before there was automatic inheritance --- */

static bool same_entry(const ACE_HEADER *a, const ACE_HEADER *b)
{
    return a->AceSize == b->AceSize && a->AceType == b->AceType &&
           !((a->AceFlags ^ b->AceFlags) & (BYTE)~INHERITED_ACE) && !memcmp(a + 1, b + 1, a->AceSize - sizeof(*a));
}

/* Marks as inherited what the container would give, and puts it last; the meaning stays. */
static NTSTATUS convert(const ACL *current, const ACL *parent, const struct acl_inherit *how, ACL **result)
{
    ACL *would = new_list(), *acl = new_list();
    NTSTATUS status = STATUS_NO_MEMORY;

    if (would && acl) {
        bool ok = acl_inherit(would, parent, how);
        for (int pass = 0; pass < 2 && ok; pass++) {
            const char *at = (const char *)(current + 1);
            for (unsigned i = 0; i < current->AceCount && ok; i++, at += ((const ACE_HEADER *)at)->AceSize) {
                const char *other = (const char *)(would + 1);
                const GUID *type;
                size_t sid = acl_sid_offset((const ACE_HEADER *)at, &type);
                unsigned n = 0;
                for (; n < would->AceCount && !same_entry((const ACE_HEADER *)at, (const ACE_HEADER *)other); n++)
                    other += ((const ACE_HEADER *)other)->AceSize;
                bool inherited = n < would->AceCount;
                if (sid && inherited == (pass == 1))
                    ok = acl_append(acl, (const ACE_HEADER *)at, sid,
                                    inherited ? ((const ACE_HEADER *)at)->AceFlags | INHERITED_ACE
                                              : ((const ACE_HEADER *)at)->AceFlags & (BYTE)~INHERITED_ACE,
                                    NULL, NULL);
            }
        }
        status = ok ? STATUS_SUCCESS : STATUS_BAD_INHERITANCE_ACL;
    }
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, would);
    if (status)
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, acl);
    else
        *result = acl;
    return status;
}

static bool any_inherited(const ACL *acl)
{
    const char *at = (const char *)(acl + 1);

    for (unsigned i = 0; i < acl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        if (((const ACE_HEADER *)at)->AceFlags & INHERITED_ACE)
            return true;
    return false;
}

NTSTATUS NTAPI RtlConvertToAutoInheritSecurityObject(PSECURITY_DESCRIPTOR parent, PSECURITY_DESCRIPTOR current,
                                                     PSECURITY_DESCRIPTOR *result, GUID *type, BOOLEAN is_container,
                                                     GENERIC_MAPPING *mapping)
{
    struct parts above = parts_of(parent), made = parts_of(current);
    const GUID *types[1] = { type };
    struct acl_inherit how = { .container = is_container,
                               .mark = true,
                               .owner = made.owner,
                               .group = made.group,
                               .mapping = *mapping,
                               .types = types,
                               .type_count = type != NULL };
    ACL *dacl = NULL, *sacl = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    *result = NULL;
    if (made.dacl && above.dacl && !(made.control & SE_DACL_PROTECTED))
        status = convert(made.dacl, above.dacl, &how, &dacl);
    if (!status && made.sacl && above.sacl && !(made.control & SE_SACL_PROTECTED))
        status = convert(made.sacl, above.sacl, &how, &sacl);
    if (!status) {
        made.dacl = dacl ? dacl : made.dacl;
        made.sacl = sacl ? sacl : made.sacl;
        made.control |= SE_DACL_AUTO_INHERITED | SE_SACL_AUTO_INHERITED;
        /* "If the original DACL does not have any inherited ACEs, the function sets the SE_DACL_PROTECTED flag." */
        made.control |= made.dacl && !any_inherited(made.dacl) ? SE_DACL_PROTECTED : 0;
        made.control |= made.sacl && !any_inherited(made.sacl) ? SE_SACL_PROTECTED : 0;
        status = build(&made, result);
    }
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, dacl);
    RtlFreeHeap(nt_peb()->ProcessHeap, 0, sacl);
    return status;
}
