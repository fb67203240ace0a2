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
#include "acl_inherit.h"

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

/* What a new object inherits of its container's list; *result stays NULL if that is nothing. */
static NTSTATUS inherit(const ACL *from, unsigned assign, const SID *owner, const SID *group,
                        const GENERIC_MAPPING *mapping, ACL **result)
{
    struct acl_inherit how = { .container = assign & ASSIGN_CONTAINER,
                               .mark = assign & ASSIGN_AUTO_INHERIT,
                               .owner = owner,
                               .group = group,
                               .mapping = *mapping };
    ACL *acl = malloc(ACL_INHERIT_MAX);
    if (!acl)
        return STATUS_NO_MEMORY;
    *acl = (ACL){ 2, 0, sizeof(ACL), 0, 0 };
    NTSTATUS status = acl_inherit(acl, from, &how) ? STATUS_SUCCESS : STATUS_BAD_INHERITANCE_ACL;
    if (status || !acl->AceCount) {
        free(acl);
        return status;
    }
    *result = acl;
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
    token_refresh(token); /* should another process have changed it */
    if (!given && !container && &token->header == token_process() && !__atomic_load_n(&token_changed, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    GENERIC_MAPPING mapping = mapping_of(type);
    bool may_audit = token_privileged(token, SE_SECURITY), may_restore = token_privileged(token, SE_RESTORE);
    ACL *lists[3] = { NULL, NULL, NULL };
    token_lock(token);
    NTSTATUS status = assign(token, &mapping, given, container, flags, may_audit, may_restore, lists, made);
    token_unlock(token);
    for (int i = 0; i < 3; i++)
        free(lists[i]);
    free(given);
    return status;
}
