/* SPDX-License-Identifier: MIT */
/*
 * namespace.c: the names of objects: directories, symbolic links, and inserting and finding by OBJECT_ATTRIBUTES.
 *
 * The tree that is there from the start (include/objecttree.h) is in every process, under one lock that is held for a walk of
 * a few components; it is made when the first name is used, so programs that name nothing pay nothing. Some of its
 * directories are shared: what programs create in them is the server's (shared.c), and so is what they create below.
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "namespace.h"
#include "objecttree.h"
#include "security.h"
#include "shared.h"

#define MAX_LINKS 32 /* substitutions in one look-up: more is a loop */

uint32_t namespace_lock;
static struct directory *root;
static struct object *fixed[OBJECT_TREE_NUMBERS]; /* those of the tree that the server has a number for */

/* --- directories; the lock is held --- */

static struct object_name *directory_find(struct directory *dir, const WCHAR *name, size_t length, bool ignore_case)
{
    struct name_entry *entry = name_find(&dir->names, name, length, ignore_case);
    return entry ? container_of(entry, struct object_name, entry) : NULL;
}

static NTSTATUS directory_insert(struct directory *dir, const WCHAR *name, size_t length, struct object *obj)
{
    struct object_name *entry = malloc(sizeof(*entry) + length * sizeof(WCHAR));
    if (!entry)
        return STATUS_NO_MEMORY;
    entry->object = obj;
    entry->parent = dir;
    entry->linked = true;
    entry->entry.length = (uint32_t)length;
    memcpy(entry->entry.text, name, length * sizeof(WCHAR));
    if (!name_add(&dir->names, &entry->entry)) {
        free(entry);
        return STATUS_NO_MEMORY;
    }
    object_ref(&dir->header);
    obj->name = entry;
    return STATUS_SUCCESS;
}

static void entry_unlink(struct object_name *entry)
{
    name_remove(&entry->parent->names, &entry->entry);
    entry->linked = false;
}

/* The last handle is closed: the name goes, unless somebody found the object meanwhile or it is permanent. */
void object_name_last_handle(struct object *obj)
{
    native_lock(&namespace_lock);
    if (obj->name && obj->name->linked && !(obj->flags & OBJECT_PERMANENT) &&
        !__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE))
        entry_unlink(obj->name);
    native_unlock(&namespace_lock);
}

void object_name_free(struct object *obj)
{
    struct object_name *entry = obj->name;
    native_lock(&namespace_lock);
    if (entry->linked)
        entry_unlink(entry);
    native_unlock(&namespace_lock);
    struct directory *parent = entry->parent;
    free(entry);
    obj->name = NULL;
    object_unref(&parent->header);
}

void object_set_permanent(struct object *obj, bool permanent)
{
    if (obj->shared_number)
        shared_set_permanent(obj, permanent);
    else if (permanent)
        __atomic_fetch_or(&obj->flags, OBJECT_PERMANENT, __ATOMIC_RELAXED);
    else if (__atomic_fetch_and(&obj->flags, ~OBJECT_PERMANENT, __ATOMIC_RELAXED) & OBJECT_PERMANENT)
        object_unref(obj); /* the name's own reference; the caller holds another */
}

uint32_t object_fixed_number(const struct object *obj)
{
    if (obj->type == &desktop_type)
        return ((const struct desktop *)obj)->number;
    return is_directory(obj) ? ((const struct directory *)obj)->number : 0;
}

struct object *object_fixed(uint32_t number)
{
    namespace_lock_tree();
    struct object *obj = number < OBJECT_TREE_NUMBERS ? fixed[number] : NULL;
    native_unlock(&namespace_lock);
    return obj;
}

WCHAR *object_full_name(struct object *obj, size_t *length)
{
    if (obj->shared_number && !obj->name) /* those of the fixed tree have it here */
        return shared_full_name(obj, length);
    native_lock(&namespace_lock);
    size_t total = 0;
    for (struct object *o = obj; o->name; o = &o->name->parent->header)
        total += 1 + o->name->entry.length;
    bool is_root = obj == &root->header;
    WCHAR *text = malloc((total + 2) * sizeof(WCHAR));
    if (text) {
        *length = is_root ? 1 : total;
        text[*length] = 0;
        if (is_root)
            text[0] = '\\';
        size_t at = total;
        for (struct object *o = obj; o->name; o = &o->name->parent->header) {
            at -= o->name->entry.length;
            memcpy(text + at, o->name->entry.text, o->name->entry.length * sizeof(WCHAR));
            text[--at] = '\\';
        }
    }
    native_unlock(&namespace_lock);
    return text;
}

/* --- the tree at start --- */

size_t namespace_widen(const char *text, WCHAR *out)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        out[i] = (WCHAR)(unsigned char)text[i];
    return length;
}

/* Puts an object of the fixed tree where its path says; the table lists directories before what is in them. */
static void plant(struct directory *top, const char *path, struct object *obj)
{
    WCHAR wide[64];
    if (!obj)
        transom_fatal("out of memory");
    obj->flags |= OBJECT_PERMANENT;
    const char *name = path + 1, *end;
    while ((end = strchr(name, '\\'))) {
        struct object_name *entry;
        char part[64];
        memcpy(part, name, (size_t)(end - name));
        part[end - name] = 0;
        entry = directory_find(top, wide, namespace_widen(part, wide), false);
        top = container_of(entry->object, struct directory, header);
        name = end + 1;
    }
    if (directory_insert(top, wide, namespace_widen(name, wide), obj))
        transom_fatal("out of memory");
}

static void make_tree(void)
{
#define DIRECTORY(number, path) { &directory_type, path, NULL, number },
#define STATION(number, path)   { &window_station_type, path, NULL, number },
#define DESKTOP(number, path)   { &desktop_type, path, NULL, number },
#define LINK(path, target)      { &symbolic_link_type, path, target, 0 },
    static const struct {
        const struct object_type *type;
        const char *path, *target;
        uint32_t number;
    } tree[] = { OBJECT_TREE };
#undef DIRECTORY
#undef STATION
#undef DESKTOP
#undef LINK
    struct directory *top = directory_new(&directory_type);
    if (!top)
        transom_fatal("out of memory");
    top->header.flags |= OBJECT_PERMANENT;
    for (size_t i = 0; i < sizeof(tree) / sizeof(*tree); i++) {
        struct object *obj;
        if (tree[i].target) {
            WCHAR wide[64];
            struct symbolic_link *link = link_new(wide, namespace_widen(tree[i].target, wide));
            obj = link ? &link->header : NULL;
        } else if (tree[i].type == &desktop_type) {
            struct desktop *desktop = desktop_new();
            if (desktop)
                desktop->number = tree[i].number;
            obj = desktop ? &desktop->header : NULL;
        } else {
            struct directory *dir = directory_new(tree[i].type);
            if (dir)
                dir->number = tree[i].number;
            obj = dir ? &dir->header : NULL;
        }
        plant(top, tree[i].path, obj);
        if (tree[i].number)
            fixed[tree[i].number] = obj;
    }
    __atomic_store_n(&root, top, __ATOMIC_RELEASE);
}

void namespace_init(void) {}

void namespace_lock_tree(void)
{
    native_lock(&namespace_lock);
    if (unlikely(!root))
        make_tree();
}

/* --- look-up --- */

struct lookup {
    struct directory *parent; /* where the last component is or would be; referenced */
    struct object *object;    /* what is there, referenced, or NULL */
    WCHAR *buffer;            /* holds the text that links were substituted in */
    const WCHAR *last;        /* the last component; with `shared`, all that is left */
    size_t last_length;
    uint32_t shared; /* the server's number of the directory where the walk has to go on */
    int links;
};

static void lookup_done(struct lookup *lookup)
{
    if (lookup->parent)
        object_unref(&lookup->parent->header);
    if (lookup->object)
        object_unref(lookup->object);
    free(lookup->buffer);
}

/* Puts a link's target in place of what led to it. */
static NTSTATUS substitute(struct lookup *lookup, const struct symbolic_link *link, const WCHAR **rest, size_t *length)
{
    WCHAR *text = malloc((link->length + 1 + *length + 1) * sizeof(WCHAR));
    if (!text)
        return STATUS_NO_MEMORY;
    memcpy(text, link->target, link->length * sizeof(WCHAR));
    size_t at = link->length;
    if (*length) {
        text[at++] = '\\';
        memcpy(text + at, *rest, *length * sizeof(WCHAR));
        at += *length;
    }
    free(lookup->buffer);
    lookup->buffer = text;
    *rest = text;
    *length = at;
    return STATUS_SUCCESS;
}

/*
 * Walks attr's name. The lock is held. STATUS_SUCCESS also if only the last component is missing (object NULL), or if the
 * rest of the way is in a shared directory (shared).
 */
static NTSTATUS walk(const struct object_attr *attr, struct lookup *lookup)
{
    const WCHAR *name = attr->name;
    size_t length = attr->name_len;
    bool ignore_case = attr->attributes & OBJ_CASE_INSENSITIVE;
    struct directory *dir = root;

    if (attr->root) {
        if (!is_directory(attr->root))
            return STATUS_OBJECT_TYPE_MISMATCH;
        if (length && name[0] == '\\')
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        dir = (struct directory *)attr->root;
    } else {
        if (!length || name[0] != '\\')
            return STATUS_OBJECT_PATH_SYNTAX_BAD;
        name++, length--;
    }
    if (!length) {
        lookup->object = object_ref(&dir->header);
        return STATUS_SUCCESS;
    }
    for (;;) {
        size_t part = 0;
        while (part < length && name[part] != '\\')
            part++;
        if (!part)
            return STATUS_OBJECT_NAME_INVALID;
        bool last = part == length;
        struct object_name *entry = directory_find(dir, name, part, ignore_case);
        struct object *obj = entry ? entry->object : NULL;
        if (!obj && (lookup->shared = directory_number(dir))) {
            lookup->last = name;
            lookup->last_length = length;
            if (last)
                object_ref(&(lookup->parent = dir)->header);
            return STATUS_SUCCESS;
        }
        if (obj && obj->type == &symbolic_link_type && !(last && attr->attributes & OBJ_OPENLINK)) {
            if (++lookup->links > MAX_LINKS)
                return STATUS_NAME_TOO_LONG;
            name += last ? part : part + 1;
            length -= last ? part : part + 1;
            if (!last && !length)
                return STATUS_OBJECT_NAME_INVALID;
            NTSTATUS status = substitute(lookup, (struct symbolic_link *)obj, &name, &length);
            if (status)
                return status;
            dir = root;
            if (length && name[0] == '\\')
                name++, length--;
            if (!length) {
                lookup->object = object_ref(&root->header);
                return STATUS_SUCCESS;
            }
            continue;
        }
        if (last) {
            lookup->parent = dir;
            object_ref(&dir->header);
            lookup->last = name;
            lookup->last_length = part;
            if (obj && object_try_ref(obj))
                lookup->object = obj;
            else if (obj)
                entry_unlink(entry); /* its last reference is just going: as good as gone */
            return STATUS_SUCCESS;
        }
        if (!obj)
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (!is_directory(obj))
            return STATUS_OBJECT_TYPE_MISMATCH;
        dir = (struct directory *)obj;
        name += part + 1;
        length -= part + 1;
    }
}

static NTSTATUS insert_local(struct object *obj, const struct object_attr *attr, struct lookup *lookup,
                             struct object **existing)
{
    if (lookup->shared && !lookup->parent)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (!lookup->object) {
        NTSTATUS status = directory_insert(lookup->parent, lookup->last, lookup->last_length, obj);
        if (!status && attr->attributes & OBJ_PERMANENT)
            object_ref(obj)->flags |= OBJECT_PERMANENT;
        return status;
    }
    if (!(attr->attributes & OBJ_OPENIF))
        return STATUS_OBJECT_NAME_COLLISION;
    if (lookup->object->type != obj->type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    *existing = object_ref(lookup->object);
    return STATUS_OBJECT_NAME_EXISTS;
}

/* What is left of a name, for the server. */
static struct shared_name shared_rest(const struct lookup *lookup, const struct object_attr *attr)
{
    return (struct shared_name){
        .directory = lookup->shared, .name = lookup->last, .length = lookup->last_length, .attributes = attr->attributes
    };
}

/* A link of the server's leads to `name->path`: the walk begins again there. */
static bool follow(struct object_attr *attr, struct shared_name *name, WCHAR **path, int *links)
{
    if (!name->path || ++*links > MAX_LINKS)
        return false;
    free(*path);
    attr->root = NULL;
    attr->name = *path = name->path;
    attr->name_len = name->path_length;
    return true;
}

/* Whether the directory's descriptor lets the caller make this in it. Those of the fixed tree let everybody, if nobody gave them one. */
static NTSTATUS may_create(struct object *parent, const struct object *obj)
{
    ACCESS_MASK granted, right = obj->type == &directory_type ? DIRECTORY_CREATE_SUBDIRECTORY : DIRECTORY_CREATE_OBJECT;
    if (parent->type != &directory_type || (parent->flags & OBJECT_PERMANENT && !parent->security))
        return STATUS_SUCCESS;
    return security_grant(parent, right, &granted);
}

/* The directory that is the last but one component of a name, if the server has that. */
static NTSTATUS open_parent(const struct shared_name *name, struct object **parent)
{
    struct shared_name above = *name;
    while (above.length && above.name[above.length - 1] != '\\')
        above.length--;
    *parent = NULL;
    if (!above.length)
        return STATUS_SUCCESS;
    above.length--;
    NTSTATUS status = shared_open(&above, NULL, parent);
    free(above.path);
    /* What is not there, or a link, insertion will find. */
    return status == STATUS_NO_MEMORY ? status : STATUS_SUCCESS;
}

/* As shared_insert, where the directory allows it: what is there already may be opened by those who may not create. */
static NTSTATUS insert_shared(struct object *obj, struct directory *known, struct shared_name *name,
                              struct object **existing)
{
    struct object *parent = known ? object_ref(&known->header) : NULL;
    NTSTATUS status = parent ? STATUS_SUCCESS : open_parent(name, &parent);
    if (!status && parent)
        status = may_create(parent, obj);
    if (parent)
        object_unref(parent);
    if (status != STATUS_ACCESS_DENIED)
        return status ? status : shared_insert(obj, name, existing);
    struct object *there;
    status = shared_open(name, NULL, &there);
    if (status)
        return status == STATUS_REPARSE ? status : STATUS_ACCESS_DENIED;
    if (!(name->attributes & OBJ_OPENIF))
        status = STATUS_OBJECT_NAME_COLLISION;
    else if (there->type != obj->type)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    if (status) {
        object_unref(there);
        return status;
    }
    *existing = there;
    return STATUS_OBJECT_NAME_EXISTS;
}

NTSTATUS object_insert(struct object *obj, const struct object_attr *user_attr, struct object **existing)
{
    struct object_attr attr = *user_attr;
    WCHAR *path = NULL;
    NTSTATUS status;
    int links = 0;
    *existing = NULL;
    if (!attr.name)
        return STATUS_SUCCESS;
    for (;;) {
        struct lookup lookup = { 0 };
        namespace_lock_tree();
        status = walk(&attr, &lookup);
        bool shared = !status && lookup.shared && shared_can(obj->type);
        if (!status && !shared)
            status = insert_local(obj, &attr, &lookup, existing);
        native_unlock(&namespace_lock);
        struct shared_name name = shared_rest(&lookup, &attr);
        if (shared)
            status = insert_shared(obj, lookup.parent, &name, existing);
        lookup_done(&lookup);
        if (status != STATUS_REPARSE)
            break;
        if (!follow(&attr, &name, &path, &links)) {
            free(name.path);
            status = STATUS_NAME_TOO_LONG;
            break;
        }
    }
    free(path);
    return status;
}

NTSTATUS object_open(const struct object_attr *user_attr, const struct object_type *type, struct object **obj)
{
    struct object_attr attr = *user_attr;
    WCHAR *path = NULL;
    NTSTATUS status;
    int links = 0;
    if (!attr.name && !attr.root)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    for (;;) {
        struct lookup lookup = { 0 };
        namespace_lock_tree();
        status = walk(&attr, &lookup);
        native_unlock(&namespace_lock);
        struct shared_name name = shared_rest(&lookup, &attr);
        if (!status && lookup.shared) {
            status = shared_open(&name, type, obj);
        } else {
            if (!status && !lookup.object)
                status = STATUS_OBJECT_NAME_NOT_FOUND;
            if (!status && type && lookup.object->type != type)
                status = STATUS_OBJECT_TYPE_MISMATCH;
            if (!status)
                *obj = object_ref(lookup.object);
        }
        lookup_done(&lookup);
        if (status != STATUS_REPARSE)
            break;
        if (!follow(&attr, &name, &path, &links)) {
            free(name.path);
            status = STATUS_NAME_TOO_LONG;
            break;
        }
    }
    free(path);
    return status;
}

/* --- OBJECT_ATTRIBUTES --- */

NTSTATUS object_attr_in(const OBJECT_ATTRIBUTES *user, struct object_attr *attr)
{
    memset(attr, 0, sizeof(*attr));
    if (!user)
        return STATUS_SUCCESS;
    OBJECT_ATTRIBUTES copy;
    if (!user_copy_in(&copy, user, sizeof(copy)))
        return STATUS_ACCESS_VIOLATION;
    if (copy.Length != sizeof(copy) || copy.Attributes & ~(OBJ_VALID_ATTRIBUTES | OBJ_PROTECT_CLOSE))
        return STATUS_INVALID_PARAMETER;
    attr->attributes = copy.Attributes;
    if (copy.ObjectName) {
        UNICODE_STRING name;
        if (!user_copy_in(&name, copy.ObjectName, sizeof(name)))
            return STATUS_ACCESS_VIOLATION;
        if (name.Length & 1)
            return STATUS_OBJECT_NAME_INVALID;
        if (name.Length || copy.RootDirectory) {
            NTSTATUS status = user_string_in(copy.ObjectName, &attr->name, &attr->name_len);
            if (status)
                return status;
        }
    }
    NTSTATUS status = STATUS_SUCCESS;
    if (copy.RootDirectory) {
        status = attr->name ? handle_lookup(copy.RootDirectory, NULL, 0, &attr->root) : STATUS_OBJECT_NAME_INVALID;
        if (attr->name && !attr->name_len && attr->root && is_directory(attr->root)) {
            /* An empty name below a directory: no name, for creating; the directory itself, for opening. */
            free(attr->name);
            attr->name = NULL;
        }
    }
    if (!status && copy.SecurityDescriptor)
        status = security_descriptor_in(copy.SecurityDescriptor, &attr->security);
    if (status)
        object_attr_free(attr);
    return status;
}

void object_attr_free(struct object_attr *attr)
{
    free(attr->name);
    free(attr->security);
    if (attr->root)
        object_unref(attr->root);
    memset(attr, 0, sizeof(*attr));
}

/* The descriptor of a new object, while nobody else sees it. */
static NTSTATUS assign_security(struct object *obj, ACCESS_MASK access, struct object_attr *attr)
{
    void *given = attr->security;
    attr->security = NULL;
    NTSTATUS status = access & ACCESS_SYSTEM_SECURITY ? security_check_new(access) : STATUS_SUCCESS;
    if (status) {
        free(given);
        return status;
    }
    const void *container = attr->root ? attr->root->security : NULL;
    if (container && !security_inheritable(container))
        container = NULL;
    return security_assign(obj->type, given, container, is_directory(obj) ? ASSIGN_CONTAINER : 0, &obj->security);
}

NTSTATUS object_create_handle(struct object *obj, ACCESS_MASK access, const OBJECT_ATTRIBUTES *user, HANDLE *handle)
{
    struct object_attr attr;
    struct object *existing = NULL;
    HANDLE value = NULL;
    NTSTATUS status = object_attr_in(user, &attr);
    if (status) {
        object_unref(obj);
        return status;
    }
    status = assign_security(obj, access, &attr);
    NTSTATUS inserted = status ? status : object_insert(obj, &attr, &existing);
    ACCESS_MASK granted = access;
    status = inserted;
    if (existing) /* which is opened, and as its own descriptor allows */
        status = security_grant(existing, access, &granted);
    if (NT_SUCCESS(status))
        status = handle_create(existing ? existing : obj, granted, attr.attributes, &value);
    if (!status)
        status = inserted;
    object_attr_free(&attr);
    if (existing)
        object_unref(existing);
    object_unref(obj);
    if (NT_SUCCESS(status))
        *handle = value;
    return status;
}

NTSTATUS object_open_handle(const struct object_type *type, ACCESS_MASK access, const OBJECT_ATTRIBUTES *user,
                            HANDLE *handle)
{
    struct object_attr attr;
    struct object *obj;
    HANDLE value;
    NTSTATUS status = object_attr_in(user, &attr);
    if (status)
        return status;
    status = object_open(&attr, type, &obj);
    if (!status) {
        ACCESS_MASK granted;
        if (object_fixed_number(obj)) /* found without asking anybody */
            shared_refresh_security(obj);
        status = security_grant(obj, access, &granted);
        if (!status)
            status = handle_create(obj, granted, attr.attributes, &value);
        object_unref(obj);
        if (!status)
            *handle = value;
    }
    object_attr_free(&attr);
    return status;
}
