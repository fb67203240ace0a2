/* SPDX-License-Identifier: MIT */
/*
 * security_access.c: access checks, as "How AccessCheck Works" and [MS-DTYP] 2.5.3.2 describe them. Each right is decided
 * by the first entry of the list that names it and is for somebody the token is; a restricted token must be allowed a
 * second time, by its restricting SIDs alone.
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

bool token_has(const struct token *token, const SID *sid, bool deny)
{
    if (sid_equal(&token->user.sid, sid))
        return deny || !(token->user_attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    for (uint32_t i = 0; i < token->group_count; i++) {
        const struct token_group *group = &token->groups[i];
        if (sid_equal(&group->sid.sid, sid))
            return group->attributes & SE_GROUP_ENABLED || (deny && group->attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    }
    return false;
}

static bool restricting(const struct token *token, const SID *sid)
{
    for (uint32_t i = 0; i < token->restricted_count; i++)
        if (sid_equal(&token->restricted_sids[i].sid.sid, sid))
            return true;
    return false;
}

static bool privileged(const struct token *token, DWORD privilege)
{
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (token->privileges[i].Luid.LowPart == privilege && !token->privileges[i].Luid.HighPart)
            return token->privileges[i].Attributes & SE_PRIVILEGE_ENABLED;
    return false;
}

bool token_privileged(struct token *token, DWORD privilege)
{
    token_lock(token);
    bool result = privileged(token, privilege);
    token_unlock(token);
    return result;
}

bool token_may_own(const struct token *token, const SID *sid)
{
    if (sid_equal(sid, &token->user.sid))
        return !(token->user_attributes & SE_GROUP_USE_FOR_DENY_ONLY);
    for (uint32_t i = 0; i < token->group_count; i++)
        if (token->groups[i].attributes & SE_GROUP_OWNER && sid_equal(sid, &token->groups[i].sid.sid))
            return true;
    return false;
}

/* --- entries --- */

static bool is_simple_sid(const SID *sid, BYTE authority, DWORD rid)
{
    static const BYTE zero[5];
    return sid->SubAuthorityCount == 1 && sid->SubAuthority[0] == rid && sid->IdentifierAuthority[5] == authority &&
           !memcmp(sid->IdentifierAuthority, zero, sizeof(zero));
}

static bool is_owner_rights(const SID *sid)
{
    return is_simple_sid(sid, 3, 4);
}

/* Whether the token is the one that an entry is for; in pass 1 only its restricting SIDs are looked at. */
static bool is_for(const struct access_check *check, const SID *sid, bool deny, int pass)
{
    if (is_simple_sid(sid, 5, 10)) { /* PRINCIPAL_SELF */
        if (!check->self)
            return false;
        sid = check->self;
    } else if (is_owner_rights(sid)) {
        sid = check->sd.owner;
    }
    return pass ? restricting(check->token, sid) : token_has(check->token, sid, deny);
}

/* An entry of any of the eight kinds that a DACL has. */
struct entry {
    ACCESS_MASK mask;
    const SID *sid;
    const GUID *type; /* NULL: for the object itself */
    bool deny, callback;
    const void *condition;
    size_t condition_size;
};

static bool read_entry(const ACE_HEADER *header, struct entry *entry)
{
    const char *at = (const char *)header + 8, *end = (const char *)header + header->AceSize;
    bool object;

    *entry = (struct entry){ 0 };
    switch (header->AceType) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_DENIED_ACE_TYPE:
        object = false;
        break;
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_OBJECT_ACE_TYPE:
        object = true;
        break;
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
        entry->callback = true;
        object = false;
        break;
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE:
        entry->callback = true;
        object = true;
        break;
    default:
        return false;
    }
    entry->deny = header->AceType == ACCESS_DENIED_ACE_TYPE || header->AceType == ACCESS_DENIED_OBJECT_ACE_TYPE ||
                  header->AceType == ACCESS_DENIED_CALLBACK_ACE_TYPE ||
                  header->AceType == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE;
    if (header->AceFlags & INHERIT_ONLY_ACE || header->AceSize < 8)
        return false;
    memcpy(&entry->mask, (const char *)header + 4, sizeof(entry->mask));
    if (object) {
        DWORD flags;
        if (end - at < 4)
            return false;
        memcpy(&flags, at, sizeof(flags));
        at += 4;
        if (flags & ACE_OBJECT_TYPE_PRESENT) {
            entry->type = (const GUID *)at;
            at += sizeof(GUID);
        }
        if (flags & ACE_INHERITED_OBJECT_TYPE_PRESENT)
            at += sizeof(GUID);
    }
    entry->sid = (const SID *)at;
    if (end - at < 8 || end - at < (ptrdiff_t)sid_size(entry->sid))
        return false;
    entry->condition = at + sid_size(entry->sid);
    entry->condition_size = (size_t)(end - (const char *)entry->condition);
    return true;
}

/* "If the conditional expression evaluates to unknown", it denies, and does not allow. */
static bool condition_holds(const struct access_check *check, const struct entry *entry)
{
    if (!entry->callback)
        return true;
    enum truth truth = condition_evaluate(check->token, entry->condition, entry->condition_size);
    return entry->deny ? truth != TRUTH_FALSE : truth == TRUTH_TRUE;
}

/* --- the tree of an object's parts --- */

static unsigned subtree_end(const struct access_check *check, unsigned i)
{
    unsigned end = i + 1;
    while (end < check->count && check->nodes[end].level > check->nodes[i].level)
        end++;
    return end;
}

static void allow(struct access_check *check, unsigned i, ACCESS_MASK mask, int pass)
{
    unsigned end = subtree_end(check, i);
    for (unsigned n = i; n < end; n++)
        check->nodes[n].pass[pass].granted |= mask & ~check->nodes[n].pass[pass].denied;
    /* What is granted on all parts of something is granted on the whole. */
    for (int parent = check->nodes[i].parent; parent >= 0; parent = check->nodes[parent].parent) {
        ACCESS_MASK common = ~0u;
        end = subtree_end(check, (unsigned)parent);
        for (unsigned n = (unsigned)parent + 1; n < end; n++)
            if (check->nodes[n].parent == parent)
                common &= check->nodes[n].pass[pass].granted;
        check->nodes[parent].pass[pass].granted |= common & ~check->nodes[parent].pass[pass].denied;
    }
}

static void deny(struct access_check *check, unsigned i, ACCESS_MASK mask, int pass)
{
    unsigned end = subtree_end(check, i);
    for (unsigned n = i; n < end; n++)
        check->nodes[n].pass[pass].denied |= mask & ~check->nodes[n].pass[pass].granted;
    for (int parent = check->nodes[i].parent; parent >= 0; parent = check->nodes[parent].parent)
        check->nodes[parent].pass[pass].denied |= mask & ~check->nodes[parent].pass[pass].granted;
}

static void walk(struct access_check *check, int pass)
{
    const ACL *dacl = check->sd.dacl;
    bool owner_rights = false;
    struct entry entry;

    if (!dacl) {
        for (unsigned n = 0; n < check->count; n++)
            check->nodes[n].pass[pass].granted = check->mapping->GenericAll | (check->desired & ~MAXIMUM_ALLOWED);
        return;
    }
    const char *at = (const char *)(dacl + 1);
    for (unsigned i = 0; i < dacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize)
        owner_rights |= read_entry((const ACE_HEADER *)at, &entry) && is_owner_rights(entry.sid);
    /* The owner may read and change the descriptor, unless the list itself says what owners may. */
    if (!owner_rights &&
        (pass ? restricting(check->token, check->sd.owner) : token_has(check->token, check->sd.owner, false)))
        allow(check, 0, READ_CONTROL | WRITE_DAC, pass);
    at = (const char *)(dacl + 1);
    for (unsigned i = 0; i < dacl->AceCount; i++, at += ((const ACE_HEADER *)at)->AceSize) {
        unsigned node = 0;
        if (!read_entry((const ACE_HEADER *)at, &entry) || !is_for(check, entry.sid, entry.deny, pass) ||
            !condition_holds(check, &entry))
            continue;
        if (entry.type) {
            while (node < check->count && memcmp(&check->nodes[node].type, entry.type, sizeof(GUID)))
                node++;
            if (node == check->count)
                continue; /* of a part that was not asked about */
        }
        ACCESS_MASK mask = generic_map(entry.mask, check->mapping);
        if (entry.deny)
            deny(check, node, mask, pass);
        else
            allow(check, node, mask, pass);
    }
}

/* --- integrity --- */

/* The rights that the label leaves to a token of its integrity; an object without one is of medium integrity. */
static ACCESS_MASK mandatory_rights(const struct access_check *check)
{
    const GENERIC_MAPPING *map = check->mapping;
    uint32_t level = SECURITY_MANDATORY_MEDIUM_RID;
    ACCESS_MASK policy = SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, rights = 0;

    if (check->sd.sacl)
        acl_label(check->sd.sacl, &level, &policy);
    if (check->token->integrity >= level)
        return ~0u;
    if (!(policy & SYSTEM_MANDATORY_LABEL_NO_READ_UP))
        rights |= map->GenericRead;
    if (!(policy & SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP))
        rights |= map->GenericExecute;
    if (!(policy & SYSTEM_MANDATORY_LABEL_NO_WRITE_UP)) /* which is whatever is neither reading nor executing */
        rights |= map->GenericWrite | ~(map->GenericRead | map->GenericExecute);
    if (privileged(check->token, SE_RELABEL))
        rights |= WRITE_OWNER;
    return rights;
}

/* --- the check --- */

void access_check(struct access_check *check)
{
    struct token *token = check->token;
    ACCESS_MASK wanted = check->desired & ~MAXIMUM_ALLOWED, by_privilege = 0, mandatory;
    bool forbidden = false;

    token_lock(token);
    if (wanted & ACCESS_SYSTEM_SECURITY) {
        check->used_security = privileged(token, SE_SECURITY);
        forbidden = !check->used_security;
        by_privilege |= forbidden ? 0 : ACCESS_SYSTEM_SECURITY;
    }
    mandatory = mandatory_rights(check);
    walk(check, 0);
    if (token->flags & TOKEN_FLAG_RESTRICTED)
        walk(check, 1);
    for (unsigned n = 0; n < check->count; n++) {
        struct access_node *node = &check->nodes[n];
        ACCESS_MASK rights = node->pass[0].granted;
        if (token->flags & TOKEN_FLAG_WRITE_RESTRICTED) /* "only evaluated for write access" */
            rights &= node->pass[1].granted | check->mapping->GenericRead | check->mapping->GenericExecute;
        else if (token->flags & TOKEN_FLAG_RESTRICTED)
            rights &= node->pass[1].granted;
        rights = (rights & mandatory & ~(ACCESS_MASK)ACCESS_SYSTEM_SECURITY) | by_privilege;
        if (check->desired & (WRITE_OWNER | MAXIMUM_ALLOWED) && !(rights & WRITE_OWNER) &&
            privileged(token, SE_TAKE_OWNERSHIP)) {
            check->used_take_ownership = true;
            rights |= WRITE_OWNER;
        }
        if (!(check->desired & MAXIMUM_ALLOWED))
            rights = (rights & wanted) == wanted ? wanted : 0;
        else if ((rights & wanted) != wanted)
            rights = 0;
        if (forbidden)
            rights = 0;
        node->granted = rights;
        node->status = rights ? STATUS_SUCCESS : forbidden ? STATUS_PRIVILEGE_NOT_HELD : STATUS_ACCESS_DENIED;
    }
    token_unlock(token);
}
