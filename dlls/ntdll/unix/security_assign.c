/* SPDX-License-Identifier: MIT */
/*
 * security_assign.c: the security descriptors that new objects get ("Security Descriptors for New Objects", "ACE
 * Inheritance Rules"). What nobody gave a descriptor has the default one, which costs nothing: it is the process's token's
 * owner, group and default list, made when somebody asks.
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

static GENERIC_MAPPING mapping_of(const struct object_type *type)
{
    return (GENERIC_MAPPING){ type->generic_mapping[0], type->generic_mapping[1], type->generic_mapping[2],
                              type->generic_mapping[3] };
}

/* --- lists --- */

struct list {
    ACL *acl;
    size_t cap;
};

static bool list_add(struct list *list, const void *ace, WORD size)
{
    size_t used = list->acl ? list->acl->AclSize : sizeof(ACL);
    if (used + size > 0xffff)
        return false;
    if (used + size > list->cap) {
        size_t cap = (used + size) * 2;
        ACL *grown = realloc(list->acl, cap);
        if (!grown)
            return false;
        if (!list->acl)
            *grown = (ACL){ 2, 0, sizeof(ACL), 0, 0 };
        list->acl = grown;
        list->cap = cap;
    }
    memcpy((char *)list->acl + used, ace, size);
    list->acl->AclSize = (WORD)(used + size);
    list->acl->AceCount++;
    return true;
}

/* Where an entry's SID is, or 0 if it is of a kind that has none where it is expected. */
static size_t sid_offset(const ACE_HEADER *ace)
{
    size_t at = 8;
    if (ace->AceType == ACCESS_ALLOWED_OBJECT_ACE_TYPE || ace->AceType == ACCESS_DENIED_OBJECT_ACE_TYPE ||
        ace->AceType == ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE ||
        ace->AceType == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE) {
        DWORD flags;
        if (ace->AceSize < 12)
            return 0;
        memcpy(&flags, (const char *)ace + 8, sizeof(flags));
        at = 12 + (flags & ACE_OBJECT_TYPE_PRESENT ? sizeof(GUID) : 0) +
             (flags & ACE_INHERITED_OBJECT_TYPE_PRESENT ? sizeof(GUID) : 0);
    }
    if (at + 8 > ace->AceSize || at + sid_size((const SID *)((const char *)ace + at)) > ace->AceSize)
        return 0;
    return at;
}

/* CREATOR OWNER and CREATOR GROUP, which inheritance replaces; else NULL. */
static const SID *creator(const SID *sid, const SID *owner, const SID *group)
{
    static const BYTE creator_authority[6] = { 0, 0, 0, 0, 0, 3 };
    if (sid->SubAuthorityCount != 1 || memcmp(sid->IdentifierAuthority, creator_authority, 6))
        return NULL;
    return sid->SubAuthority[0] == 0 ? owner : sid->SubAuthority[0] == 1 ? group : NULL;
}

/* The entry as it is in force on the new object: no generic rights, no creators. */
static bool add_effective(struct list *list, const ACE_HEADER *ace, BYTE flags, const SID *who,
                          const GENERIC_MAPPING *mapping)
{
    size_t at = sid_offset(ace), old_size = sid_size((const SID *)((const char *)ace + at)),
           new_size = who ? sid_size(who) : old_size, size = ace->AceSize - old_size + new_size;
    char *copy = size <= 0xffff ? malloc(size) : NULL;
    if (!copy)
        return false;
    memcpy(copy, ace, at);
    memcpy(copy + at, who ? (const char *)who : (const char *)ace + at, new_size);
    memcpy(copy + at + new_size, (const char *)ace + at + old_size, ace->AceSize - at - old_size);
    ACCESS_ALLOWED_ACE *head = (ACCESS_ALLOWED_ACE *)copy;
    head->Header.AceSize = (WORD)size;
    head->Header.AceFlags = flags;
    head->Mask = generic_map(head->Mask, mapping);
    bool added = list_add(list, copy, (WORD)size);
    free(copy);
    return added;
}

static bool add_inherit_only(struct list *list, const ACE_HEADER *ace, BYTE flags)
{
    ACE_HEADER *copy = malloc(ace->AceSize);
    if (!copy)
        return false;
    memcpy(copy, ace, ace->AceSize);
    copy->AceFlags = flags | INHERIT_ONLY_ACE;
    bool added = list_add(list, copy, copy->AceSize);
    free(copy);
    return added;
}

/* What a new object inherits of its container's list; *result stays NULL if that is nothing. */
static NTSTATUS inherit(const ACL *from, unsigned assign, const SID *owner, const SID *group,
                        const GENERIC_MAPPING *mapping, ACL **result)
{
    struct list list = { NULL, 0 };
    bool container = assign & ASSIGN_CONTAINER, ok = true;
    const char *at = (const char *)(from + 1);
    for (unsigned i = 0; i < from->AceCount && ok; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        const ACE_HEADER *ace = (const ACE_HEADER *)at;
        size_t offset = sid_offset(ace);
        if (!offset)
            continue;
        const SID *who = creator((const SID *)(at + offset), owner, group);
        bool objects = ace->AceFlags & OBJECT_INHERIT_ACE, containers = ace->AceFlags & CONTAINER_INHERIT_ACE;
        bool effective = container ? containers : objects;
        bool further = container && (objects || containers) && !(ace->AceFlags & NO_PROPAGATE_INHERIT_ACE);
        BYTE mark = assign & ASSIGN_AUTO_INHERIT ? INHERITED_ACE : 0;
        BYTE kept = (BYTE)(ace->AceFlags & ~(OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE | NO_PROPAGATE_INHERIT_ACE |
                                             INHERIT_ONLY_ACE | INHERITED_ACE)) |
                    mark;
        BYTE propagated = kept | (ace->AceFlags & (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE));
        ACCESS_MASK mask = ((const ACCESS_ALLOWED_ACE *)ace)->Mask;
        bool changes = who || generic_map(mask, mapping) != mask;
        /* One entry does for both, unless being in force changes it. */
        if (effective && further && !changes)
            ok = add_effective(&list, ace, propagated, NULL, mapping);
        else if (effective)
            ok = add_effective(&list, ace, kept, who, mapping);
        if (ok && further && (!effective || changes))
            ok = add_inherit_only(&list, ace, propagated);
    }
    if (!ok) {
        free(list.acl);
        return STATUS_NO_MEMORY;
    }
    *result = list.acl;
    return STATUS_SUCCESS;
}

bool security_inheritable(const void *descriptor)
{
    struct sd_parts parts = sd_parts_of(descriptor);
    const ACL *acls[2] = { parts.dacl, parts.sacl };
    for (int k = 0; k < 2; k++) {
        if (!acls[k])
            continue;
        const char *at = (const char *)(acls[k] + 1);
        for (unsigned i = 0; i < acls[k]->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
            if (((const ACE_HEADER *)at)->AceFlags & (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE))
                return true;
    }
    return false;
}

/* --- system lists --- */

/* Who may have this SACL: a label up to one's own level is free, what audits needs a privilege. The token is locked. */
static NTSTATUS check_sacl(const struct token *token, const ACL *sacl, bool privileged)
{
    uint32_t level;
    ACCESS_MASK policy;
    const char *at = (const char *)(sacl + 1);
    for (unsigned i = 0; i < sacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        if (((const ACE_HEADER *)at)->AceType != SYSTEM_MANDATORY_LABEL_ACE_TYPE && !privileged)
            return STATUS_PRIVILEGE_NOT_HELD;
    return acl_label(sacl, &level, &policy) && level > token->integrity ? STATUS_PRIVILEGE_NOT_HELD : STATUS_SUCCESS;
}

/* A token of low integrity makes objects of low integrity. */
static NTSTATUS add_label(const struct token *token, const ACL *sacl, ACL **result)
{
    struct list list = { NULL, 0 };
    struct {
        ACE_HEADER header;
        ACCESS_MASK mask;
        struct sid sid;
    } ace = { .header = { SYSTEM_MANDATORY_LABEL_ACE_TYPE, 0, 8 + 12 }, .mask = SYSTEM_MANDATORY_LABEL_NO_WRITE_UP };
    uint32_t level;
    ACCESS_MASK policy;

    if (token->integrity >= SECURITY_MANDATORY_MEDIUM_RID || (sacl && acl_label(sacl, &level, &policy)))
        return STATUS_SUCCESS;
    sid_make(&ace.sid, 16, 1, token->integrity);
    bool ok = list_add(&list, &ace, ace.header.AceSize);
    const char *at = sacl ? (const char *)(sacl + 1) : NULL;
    for (unsigned i = 0; sacl && ok && i < sacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        ok = list_add(&list, at, ((const ACE_HEADER *)at)->AceSize);
    *result = list.acl;
    return ok ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* --- the default descriptor --- */

static void *frozen;       /* made when first needed, never freed */
static bool token_changed; /* the process's token gives new objects other things since then */
static uint32_t frozen_lock;

const void *security_default(void)
{
    void *made = __atomic_load_n(&frozen, __ATOMIC_ACQUIRE);
    if (made)
        return made;
    struct token *token = (struct token *)token_process();
    native_lock(&frozen_lock);
    if (!frozen) {
        struct sd_parts parts = { 0 };
        ACL *label = NULL;
        parts.owner = &token->owner, parts.owner_size = sid_size(&token->owner.sid);
        parts.group = &token->primary_group, parts.group_size = sid_size(&token->primary_group.sid);
        if (token->default_dacl) {
            parts.control |= SE_DACL_PRESENT;
            parts.dacl = token->default_dacl, parts.dacl_size = token->default_dacl->AclSize;
        }
        if (!add_label(token, NULL, &label) && label) {
            parts.control |= SE_SACL_PRESENT;
            parts.sacl = label, parts.sacl_size = label->AclSize;
        }
        made = sd_parts_copy(&parts);
        if (!made)
            transom_fatal("out of memory");
        free(label);
        __atomic_store_n(&frozen, made, __ATOMIC_RELEASE);
    }
    native_unlock(&frozen_lock);
    return frozen;
}

void security_freeze_default(void)
{
    security_default();
    __atomic_store_n(&token_changed, true, __ATOMIC_RELEASE);
}

/* --- new objects --- */

NTSTATUS security_check_new(ACCESS_MASK desired)
{
    return desired & ACCESS_SYSTEM_SECURITY && !token_privileged(token_effective(), SE_SECURITY)
               ? STATUS_PRIVILEGE_NOT_HELD
               : STATUS_SUCCESS;
}

/* The token is locked. The lists that are made along the way are the caller's to free. */
static NTSTATUS assign(const struct token *token, const GENERIC_MAPPING *mapping, const void *given,
                       const void *container, unsigned flags, bool may_audit, bool may_restore, ACL *made_lists[3],
                       void **made)
{
    struct sd_parts parts = sd_parts_of(given), above = sd_parts_of(container);
    NTSTATUS status;
    if (parts.owner && !may_restore && !token_may_own(token, parts.owner))
        return STATUS_INVALID_OWNER;
    if (!parts.owner)
        parts.owner = &token->owner, parts.owner_size = sid_size(&token->owner.sid);
    if (!parts.group)
        parts.group = &token->primary_group, parts.group_size = sid_size(&token->primary_group.sid);
    parts.control &= SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_DACL_PROTECTED | SE_SACL_PRESENT | SE_SACL_DEFAULTED |
                     SE_SACL_PROTECTED | SE_DACL_AUTO_INHERITED | SE_SACL_AUTO_INHERITED;
    bool explicit_dacl = (parts.control & (SE_DACL_PRESENT | SE_DACL_DEFAULTED)) == SE_DACL_PRESENT;
    if (!explicit_dacl && above.dacl && !(parts.control & SE_DACL_PROTECTED)) {
        if ((status = inherit(above.dacl, flags, parts.owner, parts.group, mapping, &made_lists[0])))
            return status;
        if (made_lists[0]) {
            parts.dacl = made_lists[0], parts.dacl_size = made_lists[0]->AclSize;
            parts.control |= SE_DACL_PRESENT | (flags & ASSIGN_AUTO_INHERIT ? SE_DACL_AUTO_INHERITED : 0);
            parts.control &= (WORD)~SE_DACL_DEFAULTED;
        }
    }
    if (!(parts.control & SE_DACL_PRESENT) && token->default_dacl) {
        parts.control |= SE_DACL_PRESENT;
        parts.dacl = token->default_dacl, parts.dacl_size = token->default_dacl->AclSize;
    }
    if (parts.sacl && (status = check_sacl(token, parts.sacl, may_audit)))
        return status;
    if (!parts.sacl && above.sacl) {
        if ((status = inherit(above.sacl, flags, parts.owner, parts.group, mapping, &made_lists[1])))
            return status;
        if (made_lists[1])
            parts.sacl = made_lists[1], parts.sacl_size = made_lists[1]->AclSize, parts.control |= SE_SACL_PRESENT;
    }
    if ((status = add_label(token, parts.sacl, &made_lists[2])))
        return status;
    if (made_lists[2])
        parts.sacl = made_lists[2], parts.sacl_size = made_lists[2]->AclSize, parts.control |= SE_SACL_PRESENT;
    if (!(*made = sd_parts_copy(&parts)))
        return STATUS_NO_MEMORY;
    parts = sd_parts_of(*made);
    if (parts.dacl)
        acl_map_generic((ACL *)parts.dacl, mapping);
    return STATUS_SUCCESS;
}

NTSTATUS security_assign(const struct object_type *type, void *given, const void *container, unsigned flags,
                         void **made)
{
    *made = NULL;
    /* Before anybody asked for the token nothing about it can differ. */
    if (!given && !container && !token_process_known())
        return STATUS_SUCCESS;
    struct token *token = token_effective();
    if (!given && !container && &token->header == token_process() && !__atomic_load_n(&token_changed, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    GENERIC_MAPPING mapping = mapping_of(type);
    bool may_audit = token_privileged(token, SE_SECURITY), may_restore = token_privileged(token, SE_RESTORE);
    ACL *lists[3] = { NULL, NULL, NULL };
    native_lock(&token->lock);
    NTSTATUS status = assign(token, &mapping, given, container, flags, may_audit, may_restore, lists, made);
    native_unlock(&token->lock);
    for (int i = 0; i < 3; i++)
        free(lists[i]);
    free(given);
    return status;
}
