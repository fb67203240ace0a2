/* SPDX-License-Identifier: MIT */
/* registry_path.c: from names to keys: components, symbolic links, and the view that 32-bit programs have. */
#include <stdlib.h>
#include <string.h>
#include "registry.h"

#define MAX_LINKS 64 /* substitutions in one look-up: more is a loop */

static const WCHAR wow64_text[] = u"Wow6432Node";
static const struct name wow64_node = { wow64_text, 11 };
static const WCHAR link_text[] = u"" REG_LINK_VALUE_NAME;
static const struct name link_value = { link_text, sizeof(link_text) / sizeof(WCHAR) - 1 };

static bool is_wow64_node(struct name name)
{
    for (size_t i = 0; i < wow64_node.length; i++)
        if (i >= name.length || unicode_upcase(name.text[i]) != unicode_upcase(wow64_text[i]))
            return false;
    return name.length == wow64_node.length;
}

static bool is_below_wow64_node(const struct key *key)
{
    while (key && !is_wow64_node(key->name))
        key = key->parent;
    return key != NULL;
}

/* Whether 32-bit programs find the child `name` below the key's Wow6432Node ("Registry Keys Affected by WOW64"). */
static bool is_redirected(struct key *key, struct name name)
{
    if (is_wow64_node(name))
        return false;
    struct key *child = key_child(key, name);
    if (key->flags & REGISTRY_REDIRECT)
        return !child || !(child->flags & REGISTRY_SHARED);
    return child && child->flags & REGISTRY_REDIRECTED;
}

/* The rest of the path behind the target of a link: the new path in *memory. */
static NTSTATUS follow_link(struct key *link, struct name rest, struct name *path, WCHAR **memory)
{
    struct key_value *value = key_value(link, link_value);
    if (!value || value->type != REG_LINK || value->size < 2 * sizeof(WCHAR))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    size_t length = value->size / sizeof(WCHAR);
    WCHAR *text = malloc((length + 1 + rest.length) * sizeof(WCHAR));
    if (!text)
        return STATUS_NO_MEMORY;
    memcpy(text, value->data, length * sizeof(WCHAR));
    while (length && !text[length - 1]) /* programs often store the zero at the end */
        length--;
    if (rest.length) {
        text[length++] = '\\';
        memcpy(text + length, rest.text, rest.length * sizeof(WCHAR));
    }
    free(*memory);
    *memory = text;
    *path = (struct name){ text, length + rest.length };
    return STATUS_SUCCESS;
}

static void skip_separators(struct name *path)
{
    while (path->length && *path->text == '\\')
        path->text++, path->length--;
}

static struct name take_component(struct name *path)
{
    struct name component = { path->text, 0 };
    while (component.length < path->length && component.text[component.length] != '\\')
        component.length++;
    path->text += component.length;
    path->length -= component.length;
    skip_separators(path);
    return component;
}

/* An absolute path: the rest after \Registry, or false. */
static bool enter_root(struct name *path)
{
    if (!path->length || *path->text != '\\')
        return false;
    skip_separators(path);
    struct name first = take_component(path);
    struct name root = registry_root->name;
    if (first.length != root.length)
        return false;
    for (size_t i = 0; i < root.length; i++)
        if (unicode_upcase(first.text[i]) != root.text[i])
            return false;
    return true;
}

NTSTATUS key_lookup(struct key *start, struct name path, unsigned flags, struct key **key, struct key **parent,
                    struct name *last, WCHAR **memory)
{
    unsigned links = 0;
    NTSTATUS status;

    *key = *parent = NULL;
    *memory = NULL;
    if (!start) {
        if (!enter_root(&path))
            return STATUS_OBJECT_PATH_NOT_FOUND;
        start = registry_root;
    } else if (path.length && *path.text == '\\') {
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    }
    if (start->deleted)
        return STATUS_KEY_DELETED;
    for (struct key *at = start;;) {
        /* `at` itself may be a link: always when there is more to come, and at the end unless it is what is wanted. */
        if (at->flags & REGISTRY_LINK && at != start && (path.length || !(flags & LOOKUP_OPEN_LINK))) {
            if (++links > MAX_LINKS)
                return STATUS_NAME_TOO_LONG;
            status = follow_link(at, path, &path, memory);
            if (status)
                return status;
            if (!enter_root(&path))
                return STATUS_OBJECT_NAME_NOT_FOUND;
            /* Links out of a Wow6432Node lead to keys that both views share. */
            if (is_below_wow64_node(at))
                flags &= ~(unsigned)LOOKUP_32BIT;
            at = start = registry_root;
            continue;
        }
        if (!path.length) {
            *key = at;
            return STATUS_SUCCESS;
        }
        struct name component = take_component(&path);
        if (component.length > REG_MAX_KEY_NAME)
            return STATUS_OBJECT_NAME_INVALID;
        if (flags & LOOKUP_32BIT && is_redirected(at, component)) {
            struct key *node = key_child(at, wow64_node);
            if (!node && flags & LOOKUP_CREATE)
                node = key_add(at, wow64_node, at->flags & REGISTRY_VOLATILE);
            if (!node)
                return STATUS_OBJECT_NAME_NOT_FOUND;
            at = node;
        }
        struct key *child = key_child(at, component);
        if (!child) {
            if (!path.length && flags & LOOKUP_CREATE) {
                *parent = at;
                *last = component;
            }
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        at = child;
    }
}
