/* SPDX-License-Identifier: MIT */
/* registry.c: the key object, and the system calls that open, create, delete and rename keys. */
#include <stdlib.h>
#include <string.h>
#include "object_private.h"
#include "query.h"
#include "registry.h"
#include "security.h"

#define SE_BACKUP_PRIVILEGE  17
#define SE_RESTORE_PRIVILEGE 18

static void key_object_destroy(struct object *obj)
{
    struct key_object *object = (struct key_object *)obj;
    native_lock(&registry_lock);
    key_unref(object->key);
    key_unref(object->machine);
    native_unlock(&registry_lock);
    free(object);
}

static void key_object_close(struct object *obj, HANDLE handle)
{
    (void)handle;
    if (__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE) == 1)
        key_stop_watching((struct key_object *)obj);
}

static NTSTATUS key_object_name(struct object *obj, WCHAR **name)
{
    const struct key_object *object = (struct key_object *)obj;
    NTSTATUS status = STATUS_KEY_DELETED;
    native_lock(&registry_lock);
    if (!object->key->deleted) {
        size_t length = key_path(object->key, NULL);
        *name = malloc((length + 1) * sizeof(WCHAR));
        status = *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        if (*name) {
            key_path(object->key, *name);
            (*name)[length] = 0;
        }
    }
    native_unlock(&registry_lock);
    return status;
}

static void **key_object_security(struct object *obj)
{
    return &((struct key_object *)obj)->key->security;
}

const struct object_type key_type = {
    .name = "Key",
    .index = OBJECT_TYPE_KEY,
    .valid_access = KEY_ALL_ACCESS,
    .generic_mapping = { KEY_READ, KEY_WRITE, KEY_EXECUTE | KEY_CREATE_LINK, KEY_ALL_ACCESS },
    .destroy = key_object_destroy,
    .close = key_object_close,
    .query_name = key_object_name,
    .security = key_object_security,
};

NTSTATUS key_object_lookup(HANDLE handle, ACCESS_MASK access, struct key_object **object)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(handle, &key_type, access, &obj);
    if (!status)
        *object = (struct key_object *)obj;
    return status;
}

/* --- opening and creating --- */

struct open_request {
    struct object_attr attr;
    ACCESS_MASK access;
    ULONG options;
    unsigned flags; /* LOOKUP_* */
    bool create;
    struct name class;
    bool created;
    struct key_notification *changes;
};

static NTSTATUS check_new_key(const struct key *parent, const struct open_request *request)
{
    if (parent->flags & REGISTRY_FIXED || parent->depth + 1 >= REG_MAX_DEPTH)
        return STATUS_INVALID_PARAMETER;
    if (parent->flags & REGISTRY_VOLATILE && !(request->options & REG_OPTION_VOLATILE))
        return STATUS_CHILD_MUST_BE_VOLATILE;
    return STATUS_SUCCESS;
}

/* Finds or makes the key of a path; the lock is held. */
static NTSTATUS find_or_create(struct open_request *request, struct key *start, bool create, struct key **found)
{
    struct name path = { request->attr.name, request->attr.name_len }, last;
    struct key *parent;
    WCHAR *memory;
    NTSTATUS status =
        key_lookup(start, path, request->flags | (create ? LOOKUP_CREATE : 0), found, &parent, &last, &memory);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && parent) {
        void *security = NULL;
        status = check_new_key(parent, request);
        if (!status) {
            const void *above = parent->security && security_inheritable(parent->security) ? parent->security : NULL;
            status = security_assign(&key_type, request->attr.security, above, ASSIGN_CONTAINER | ASSIGN_AUTO_INHERIT,
                                     &security);
            request->attr.security = NULL;
        }
        if (!status) {
            uint8_t flags = (request->options & REG_OPTION_VOLATILE ? REGISTRY_VOLATILE : 0) |
                            (request->options & REG_OPTION_CREATE_LINK ? REGISTRY_LINK : 0);
            *found = key_add(parent, last, flags);
            status = *found ? STATUS_SUCCESS : STATUS_NO_MEMORY;
            if (status)
                free(security);
        }
        if (!status) {
            (*found)->class = request->class;
            (*found)->security = security;
            request->class = (struct name){ NULL, 0 };
            request->created = true;
            parent->time = (*found)->time;
            if ((*found)->class.length * sizeof(WCHAR) > parent->max_class)
                parent->max_class = (ULONG)((*found)->class.length * sizeof(WCHAR));
            key_changed(parent, REG_NOTIFY_CHANGE_NAME, &request->changes);
        }
    } else if (!status && create && request->options & REG_OPTION_CREATE_LINK) {
        status = STATUS_OBJECT_NAME_COLLISION;
    }
    free(memory);
    return status;
}

static struct key *user_classes(void)
{
    static const WCHAR text[] = u"\\Registry\\User\\{sid}_Classes";
    ULONG size = sizeof(text) - sizeof(WCHAR);
    WCHAR *path = registry_expand(text, &size), *memory = NULL;
    struct key *key = NULL, *parent;
    struct name last;
    if (path) {
        key_lookup(NULL, (struct name){ path, size / sizeof(WCHAR) }, 0, &key, &parent, &last, &memory);
        free(memory);
        free(path);
    }
    return key;
}

/*
 * The two keys of a view that merges the user's classes with the machine's ("Merged View of HKEY_CLASSES_ROOT"): what exists
 * in either is found, the user's first; what is new is made in the machine's.
 */
static NTSTATUS find_merged(struct open_request *request, const struct key_object *root, struct key_pair *pair)
{
    struct key *user = NULL, *machine = NULL;
    NTSTATUS status;

    if (!root) { /* the machine's classes by name; the user's are known */
        status = find_or_create(request, NULL, false, &machine);
        user = user_classes();
    } else {
        status = find_or_create(request, root->key, false, &user);
        if (root->machine) {
            NTSTATUS other = find_or_create(request, root->machine, status && request->create, &machine);
            if (status)
                status = other;
        } else if (status && request->create) {
            status = find_or_create(request, root->key, true, &user);
        }
    }
    if (!user && !machine)
        return status;
    *pair = (struct key_pair){ user ? user : machine, user ? machine : NULL };
    return STATUS_SUCCESS;
}

static NTSTATUS make_object(const struct key_pair *pair, bool merged, struct key_object **object)
{
    struct key_object *made = calloc(1, sizeof(*made));
    if (!made)
        return STATUS_NO_MEMORY;
    object_init(&made->header, &key_type);
    made->key = key_ref(pair->key);
    made->machine = pair->machine ? key_ref(pair->machine) : NULL;
    made->merged = merged;
    *object = made;
    return STATUS_SUCCESS;
}

/*
 * Every right that is asked for is granted, below \Registry\Machine too: the registry is the user's own, as the prefix is,
 * and installers work without being administrators. What a handle may do is what it was opened for.
 */
static NTSTATUS open_or_create(struct open_request *request, const OBJECT_ATTRIBUTES *attributes, HANDLE *handle)
{
    NTSTATUS status = object_attr_in(attributes, &request->attr);
    if (status)
        return status;
    struct key_object *root = (struct key_object *)request->attr.root, *object = NULL;
    if (root && root->header.type != &key_type)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    else if (!root && !request->attr.name)
        status = STATUS_OBJECT_PATH_SYNTAX_BAD;
    if ((request->access & KEY_WOW64_RES) == KEY_WOW64_RES)
        status = STATUS_INVALID_PARAMETER;
    if (request->options & REG_OPTION_OPEN_LINK || request->attr.attributes & OBJ_OPENLINK)
        request->flags |= LOOKUP_OPEN_LINK;
    if (request->options & REG_OPTION_CREATE_LINK)
        request->flags |= LOOKUP_OPEN_LINK;
    if (request->access & KEY_WOW64_32KEY)
        request->flags |= LOOKUP_32BIT;

    HANDLE value = NULL;
    if (!status) {
        struct key_pair pair = { NULL, NULL };
        bool merged = request->options & REG_OPTION_TRANSOM_CLASSES || (root && root->merged);
        native_lock(&registry_lock);
        if (!registry_init())
            status = STATUS_NO_MEMORY;
        else if (merged)
            status = find_merged(request, root, &pair);
        else
            status = find_or_create(request, root ? root->key : NULL, request->create, &pair.key);
        if (!status)
            status = make_object(&pair, merged, &object);
        native_unlock(&registry_lock);
    }
    if (!status) {
        ACCESS_MASK granted = request->access & ~KEY_WOW64_RES;
        status = request->created ? security_check_new(granted)
                                  : security_grant(&object->header, request->access & ~KEY_WOW64_RES, &granted);
        if (!status)
            status = handle_create(&object->header, granted, request->attr.attributes, &value);
        object_unref(&object->header);
    }
    key_notify(request->changes);
    object_attr_free(&request->attr);
    if (!status)
        *handle = value;
    return status;
}

NTSTATUS NtCreateKey(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                     ULONG TitleIndex, UNICODE_STRING *Class, ULONG CreateOptions, ULONG *Disposition)
{
    struct open_request request = { .access = DesiredAccess, .options = CreateOptions, .create = true };
    (void)TitleIndex; /* "Device and intermediate drivers should set this parameter to zero": it means nothing */
    if (CreateOptions & ~(REG_OPTION_VOLATILE | REG_OPTION_CREATE_LINK | REG_OPTION_BACKUP_RESTORE |
                          REG_OPTION_OPEN_LINK | REG_OPTION_TRANSOM_CLASSES))
        return STATUS_INVALID_PARAMETER;
    if (Class) {
        WCHAR *text;
        NTSTATUS status = user_string_in(Class, &text, &request.class.length);
        if (status)
            return status;
        request.class.text = text;
    }
    NTSTATUS status = open_or_create(&request, ObjectAttributes, KeyHandle);
    free((void *)request.class.text);
    if (!status && Disposition)
        *Disposition = request.created ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
    return status;
}

NTSTATUS NtOpenKeyEx(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                     ULONG OpenOptions)
{
    struct open_request request = { .access = DesiredAccess, .options = OpenOptions };
    if (OpenOptions & ~(REG_OPTION_BACKUP_RESTORE | REG_OPTION_OPEN_LINK | REG_OPTION_TRANSOM_CLASSES))
        return STATUS_INVALID_PARAMETER;
    return open_or_create(&request, ObjectAttributes, KeyHandle);
}

NTSTATUS NtOpenKey(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return NtOpenKeyEx(KeyHandle, DesiredAccess, ObjectAttributes, 0);
}

/* --- changing --- */

NTSTATUS NtDeleteKey(HANDLE KeyHandle)
{
    struct key_object *object;
    struct key_notification *changes = NULL;
    NTSTATUS status = key_object_lookup(KeyHandle, DELETE, &object);
    if (status)
        return status;
    native_lock(&registry_lock);
    struct key *key = object->key, *parent = key->parent;
    if (key->deleted)
        status = STATUS_KEY_DELETED;
    else if (!key_load_children(key) || !parent || !key_load_children(parent))
        status = parent ? STATUS_NO_MEMORY : STATUS_CANNOT_DELETE;
    else if (key->children || parent->flags & REGISTRY_FIXED)
        status = STATUS_CANNOT_DELETE;
    if (!status) {
        key_ref(parent);
        key_changed(parent, REG_NOTIFY_CHANGE_NAME, &changes);
        key_gone(key, &changes);
        key_unlink(key);
        key_unref(parent);
    }
    native_unlock(&registry_lock);
    key_notify(changes);
    object_unref(&object->header);
    return status;
}

NTSTATUS NtRenameKey(HANDLE KeyHandle, UNICODE_STRING *NewName)
{
    struct key_object *object;
    struct key_notification *changes = NULL;
    struct name name;
    WCHAR *text;
    NTSTATUS status = user_string_in(NewName, &text, &name.length);
    if (status)
        return status;
    name.text = text;
    status = key_object_lookup(KeyHandle, KEY_WRITE, &object);
    for (size_t i = 0; i < name.length && !status; i++)
        if (text[i] == '\\')
            status = STATUS_INVALID_PARAMETER;
    if (!status) {
        native_lock(&registry_lock);
        struct key *key = object->key, *parent = key->parent;
        struct key *present;
        if (key->deleted)
            status = STATUS_KEY_DELETED;
        else if (!name.length || name.length > REG_MAX_KEY_NAME || !parent || parent->flags & REGISTRY_FIXED)
            status = STATUS_INVALID_PARAMETER;
        else if (!key_load_children(parent))
            status = STATUS_NO_MEMORY;
        else if ((present = key_child(parent, name)) && present != key)
            status = STATUS_CANNOT_DELETE; /* as documented for a name that is taken */
        else if (!key_rename(key, name))
            status = STATUS_NO_MEMORY;
        if (!status)
            key_changed(parent, REG_NOTIFY_CHANGE_NAME, &changes);
        native_unlock(&registry_lock);
        key_notify(changes);
        object_unref(&object->header);
    }
    free(text);
    return status;
}

/* There is nothing that is written later. */
NTSTATUS NtFlushKey(HANDLE KeyHandle)
{
    struct key_object *object;
    NTSTATUS status = key_object_lookup(KeyHandle, 0, &object);
    if (!status)
        object_unref(&object->header);
    return status;
}

/* --- hive files, which are not read or written yet --- */

static bool has_privilege(ULONG number)
{
    struct token *token = (struct token *)token_pseudo_object((HANDLE)(LONG_PTR)-6);
    bool enabled = false;
    if (!token)
        return false;
    token_lock(token);
    for (uint32_t i = 0; i < token->privilege_count; i++)
        if (token->privileges[i].Luid.LowPart == number && !token->privileges[i].Luid.HighPart)
            enabled = token->privileges[i].Attributes & SE_PRIVILEGE_ENABLED;
    token_unlock(token);
    return enabled;
}

NTSTATUS NtLoadKey(OBJECT_ATTRIBUTES *TargetKey, OBJECT_ATTRIBUTES *SourceFile)
{
    (void)TargetKey, (void)SourceFile;
    return has_privilege(SE_RESTORE_PRIVILEGE) ? STATUS_NOT_SUPPORTED : STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS NtUnloadKey(OBJECT_ATTRIBUTES *TargetKey)
{
    (void)TargetKey;
    /* No key is the root of a hive that was loaded. */
    return has_privilege(SE_RESTORE_PRIVILEGE) ? STATUS_INVALID_PARAMETER : STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS NtSaveKey(HANDLE KeyHandle, HANDLE FileHandle)
{
    (void)KeyHandle, (void)FileHandle;
    return has_privilege(SE_BACKUP_PRIVILEGE) ? STATUS_NOT_SUPPORTED : STATUS_PRIVILEGE_NOT_HELD;
}
