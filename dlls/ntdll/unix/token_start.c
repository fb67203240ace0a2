/* SPDX-License-Identifier: MIT */
/*
 * token_start.c: the token that a process starts with: its creator's (as that is then), or the one that CreateProcessAsUser
 * was given. It comes as bytes with what else the creator tells (child.c).
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "child.h"
#include "object_private.h"
#include "security.h"

struct token_image {
    uint32_t type, level; /* TOKEN_TYPE, SECURITY_IMPERSONATION_LEVEL */
    LUID id, parent_id, modified_id, authentication_id;
    DWORD user_attributes;
    uint32_t integrity;
    uint8_t elevated, anonymous;
    uint32_t flags;
    ULONG session_id;
    uint32_t group_count, privilege_count, restricted_count, dacl_size;
    struct sid user, owner, primary_group;
    /* then the groups, the restricting SIDs, the privileges and the default list */
};

static size_t image_size(const struct token_image *image)
{
    return sizeof(*image) + ((size_t)image->group_count + image->restricted_count) * sizeof(struct token_group) +
           (size_t)image->privilege_count * sizeof(LUID_AND_ATTRIBUTES) + image->dacl_size;
}

static char *put(char *at, const void *from, size_t size)
{
    if (size)
        memcpy(at, from, size);
    return at + size;
}

void *token_save(const struct token *token, size_t *size)
{
    struct token_image image = { .type = token->type,
                                 .level = token->level,
                                 .id = token->id,
                                 .parent_id = token->parent_id,
                                 .modified_id = token->modified_id,
                                 .authentication_id = token->authentication_id,
                                 .user_attributes = token->user_attributes,
                                 .integrity = token->integrity,
                                 .elevated = token->elevated,
                                 .anonymous = token->anonymous,
                                 .flags = token->flags,
                                 .session_id = token->session_id,
                                 .group_count = token->group_count,
                                 .privilege_count = token->privilege_count,
                                 .restricted_count = token->restricted_count,
                                 .dacl_size = token->default_dacl ? token->default_dacl->AclSize : 0,
                                 .user = token->user,
                                 .owner = token->owner,
                                 .primary_group = token->primary_group };
    char *data = malloc(image_size(&image));
    if (data) {
        char *at = put(data, &image, sizeof(image));
        at = put(at, token->groups, image.group_count * sizeof(*token->groups));
        at = put(at, token->restricted_sids, image.restricted_count * sizeof(*token->restricted_sids));
        at = put(at, token->privileges, image.privilege_count * sizeof(*token->privileges));
        put(at, token->default_dacl, image.dacl_size);
        *size = image_size(&image);
    }
    return data;
}

static bool sid_valid(const struct sid *sid)
{
    return sid->sid.Revision == 1 && sid->sid.SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

static bool groups_valid(const struct token_group *groups, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!sid_valid(&groups[i].sid))
            return false;
    return true;
}

static void *take(const char **at, size_t size)
{
    void *copy = malloc(size + 1);
    if (copy)
        memcpy(copy, *at, size);
    *at += size;
    return copy;
}

struct token *token_load_same(const void *data, size_t size)
{
    struct token_image image;
    if (size < sizeof(image))
        return NULL;
    memcpy(&image, data, sizeof(image));
    if (image.group_count > 0x20000 || image.restricted_count > 0x20000 || image.privilege_count > 4096 ||
        size != image_size(&image) || !sid_valid(&image.user) || !sid_valid(&image.owner) ||
        !sid_valid(&image.primary_group))
        return NULL;
    struct token *token = calloc(1, sizeof(*token));
    if (!token)
        return NULL;
    object_init(&token->header, &token_type);
    token->type = image.type == TokenImpersonation ? TokenImpersonation : TokenPrimary;
    token->level = image.level <= SecurityDelegation ? image.level : SecurityAnonymous;
    token->id = image.id;
    token->parent_id = image.parent_id;
    token->modified_id = image.modified_id;
    token->authentication_id = image.authentication_id;
    token->user_attributes = image.user_attributes;
    token->integrity = image.integrity;
    token->elevated = image.elevated;
    token->anonymous = image.anonymous;
    token->flags = image.flags;
    token->session_id = image.session_id;
    token->user = image.user;
    token->owner = image.owner;
    token->primary_group = image.primary_group;
    const char *at = (const char *)data + sizeof(image);
    token->groups = take(&at, image.group_count * sizeof(*token->groups));
    token->restricted_sids = take(&at, image.restricted_count * sizeof(*token->restricted_sids));
    token->privileges = take(&at, image.privilege_count * sizeof(*token->privileges));
    token->default_dacl = image.dacl_size ? take(&at, image.dacl_size) : NULL;
    token->group_count = image.group_count;
    token->restricted_count = image.restricted_count;
    token->privilege_count = image.privilege_count;
    if (!token->groups || !token->restricted_sids || !token->privileges || (image.dacl_size && !token->default_dacl) ||
        (token->default_dacl && (image.dacl_size < sizeof(ACL) || token->default_dacl->AclSize != image.dacl_size ||
                                 !acl_valid(token->default_dacl))) ||
        !groups_valid(token->groups, token->group_count) ||
        !groups_valid(token->restricted_sids, token->restricted_count)) {
        object_unref(&token->header);
        return NULL;
    }
    return token;
}

struct token *token_load(const void *data, size_t size)
{
    struct token *token = token_load_same(data, size);
    if (token) {
        token->parent_id = token->id;
        token->id = luid_allocate();
        token->modified_id = luid_allocate();
    }
    return token;
}
