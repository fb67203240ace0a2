/* SPDX-License-Identifier: MIT */
/*
 * namespace.c: the names of objects: directories, symbolic links, and inserting and finding by OBJECT_ATTRIBUTES.
 *
 * A directory is a hash of its entries by upper-cased name. All of it is under one lock, held for a walk of a few
 * components; the tree is made when the first name is used, so programs that name nothing pay nothing.
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"
#include "object_private.h"
#include "security.h"

struct object_name {
    struct object *object;
    struct directory *parent; /* referenced */
    struct object_name *next; /* in its bucket */
    uint32_t hash;
    bool linked;
    size_t length;
    WCHAR text[];
};

struct directory {
    struct object header;
    uint32_t count;
    uint32_t bucket_count;
    struct object_name **buckets;
};

struct symbolic_link {
    struct object header;
    size_t length;
    WCHAR target[];
};

#define MAX_LINKS 32 /* substitutions in one look-up: more is a loop */

static uint32_t lock;
static struct directory *root;

static void directory_destroy(struct object *obj)
{
    free(((struct directory *)obj)->buckets);
    free(obj);
}

const struct object_type directory_type = {
    .name = "Directory",
    .valid_access = DIRECTORY_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
                         STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
                         STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE, DIRECTORY_ALL_ACCESS },
    .destroy = directory_destroy,
};

static void link_destroy(struct object *obj)
{
    free(obj);
}

const struct object_type symbolic_link_type = {
    .name = "SymbolicLink",
    .valid_access = SYMBOLIC_LINK_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
                         STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS },
    .destroy = link_destroy,
};

/* --- directories; the lock is held --- */

static uint32_t hash_name(const WCHAR *name, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    return hash;
}

static bool names_equal(const WCHAR *a, const WCHAR *b, size_t length, bool ignore_case)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && (!ignore_case || unicode_upcase(a[i]) != unicode_upcase(b[i])))
            return false;
    return true;
}

static struct object_name *directory_find(struct directory *dir, const WCHAR *name, size_t length, bool ignore_case)
{
    if (!dir->bucket_count)
        return NULL;
    uint32_t hash = hash_name(name, length);
    struct object_name *entry = dir->buckets[hash & (dir->bucket_count - 1)];
    while (entry &&
           !(entry->hash == hash && entry->length == length && names_equal(entry->text, name, length, ignore_case)))
        entry = entry->next;
    return entry;
}

static bool directory_grow(struct directory *dir)
{
    uint32_t count = dir->bucket_count ? dir->bucket_count * 2 : 8;
    struct object_name **buckets = calloc(count, sizeof(*buckets));
    if (!buckets)
        return dir->bucket_count != 0; /* longer chains will do */
    for (uint32_t i = 0; i < dir->bucket_count; i++) {
        struct object_name *entry = dir->buckets[i];
        while (entry) {
            struct object_name *next = entry->next;
            entry->next = buckets[entry->hash & (count - 1)];
            buckets[entry->hash & (count - 1)] = entry;
            entry = next;
        }
    }
    free(dir->buckets);
    dir->buckets = buckets;
    dir->bucket_count = count;
    return true;
}

static NTSTATUS directory_insert(struct directory *dir, const WCHAR *name, size_t length, struct object *obj)
{
    if (dir->count >= dir->bucket_count && !directory_grow(dir))
        return STATUS_NO_MEMORY;
    struct object_name *entry = malloc(sizeof(*entry) + (length + 1) * sizeof(WCHAR));
    if (!entry)
        return STATUS_NO_MEMORY;
    entry->object = obj;
    entry->parent = dir;
    entry->hash = hash_name(name, length);
    entry->linked = true;
    entry->length = length;
    memcpy(entry->text, name, length * sizeof(WCHAR));
    entry->text[length] = 0;
    entry->next = dir->buckets[entry->hash & (dir->bucket_count - 1)];
    dir->buckets[entry->hash & (dir->bucket_count - 1)] = entry;
    dir->count++;
    object_ref(&dir->header);
    obj->name = entry;
    return STATUS_SUCCESS;
}

static void entry_unlink(struct object_name *entry)
{
    struct directory *dir = entry->parent;
    struct object_name **link = &dir->buckets[entry->hash & (dir->bucket_count - 1)];
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    dir->count--;
    entry->linked = false;
}

/* The last handle is closed: the name goes, unless somebody found the object meanwhile or it is permanent. */
void object_name_last_handle(struct object *obj)
{
    native_lock(&lock);
    if (obj->name && obj->name->linked && !(obj->flags & OBJECT_PERMANENT) &&
        !__atomic_load_n(&obj->handle_count, __ATOMIC_ACQUIRE))
        entry_unlink(obj->name);
    native_unlock(&lock);
}

void object_name_free(struct object *obj)
{
    struct object_name *entry = obj->name;
    native_lock(&lock);
    if (entry->linked)
        entry_unlink(entry);
    native_unlock(&lock);
    struct directory *parent = entry->parent;
    free(entry);
    obj->name = NULL;
    object_unref(&parent->header);
}

void object_set_permanent(struct object *obj, bool permanent)
{
    if (permanent)
        __atomic_fetch_or(&obj->flags, OBJECT_PERMANENT, __ATOMIC_RELAXED);
    else if (__atomic_fetch_and(&obj->flags, ~OBJECT_PERMANENT, __ATOMIC_RELAXED) & OBJECT_PERMANENT)
        object_unref(obj); /* the name's own reference; the caller holds another */
}

WCHAR *object_full_name(struct object *obj, size_t *length)
{
    native_lock(&lock);
    size_t total = 0;
    for (struct object *o = obj; o->name; o = &o->name->parent->header)
        total += 1 + o->name->length;
    bool is_root = obj == &root->header;
    WCHAR *text = malloc((total + 2) * sizeof(WCHAR));
    if (text) {
        *length = is_root ? 1 : total;
        text[*length] = 0;
        if (is_root)
            text[0] = '\\';
        size_t at = total;
        for (struct object *o = obj; o->name; o = &o->name->parent->header) {
            at -= o->name->length;
            memcpy(text + at, o->name->text, o->name->length * sizeof(WCHAR));
            text[--at] = '\\';
        }
    }
    native_unlock(&lock);
    return text;
}

/* --- the tree at start --- */

static struct directory *directory_new(void)
{
    struct directory *dir = calloc(1, sizeof(*dir));
    if (dir)
        object_init(&dir->header, &directory_type);
    return dir;
}

static struct symbolic_link *link_new(const WCHAR *target, size_t length)
{
    struct symbolic_link *link = malloc(sizeof(*link) + (length + 1) * sizeof(WCHAR));
    if (link) {
        object_init(&link->header, &symbolic_link_type);
        link->length = length;
        memcpy(link->target, target, length * sizeof(WCHAR));
        link->target[length] = 0;
    }
    return link;
}

static size_t widen(const char *text, WCHAR *out)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        out[i] = (WCHAR)(unsigned char)text[i];
    return length;
}

static void add(struct directory *dir, const char *name, struct object *obj)
{
    WCHAR wide[64];
    if (obj) {
        obj->flags |= OBJECT_PERMANENT;
        directory_insert(dir, wide, widen(name, wide), obj);
    }
}

static struct directory *add_directory(struct directory *dir, const char *name)
{
    struct directory *child = directory_new();
    if (!child)
        transom_fatal("out of memory");
    add(dir, name, &child->header);
    return child;
}

static void add_link(struct directory *dir, const char *name, const char *target)
{
    WCHAR wide[128];
    struct symbolic_link *link = link_new(wide, widen(target, wide));
    if (link) {
        widen(target, link->target);
        add(dir, name, &link->header);
    }
}

/* As on Windows, where programs look: session 1 is the user's; Global, Local and Session lead there by links. */
static void make_tree(void)
{
    struct directory *top = directory_new();
    if (!top)
        transom_fatal("out of memory");
    top->header.flags |= OBJECT_PERMANENT;
    struct directory *named = add_directory(top, "BaseNamedObjects");
    add_directory(named, "Restricted");
    add_link(named, "Global", "\\BaseNamedObjects");
    add_link(named, "Local", "\\BaseNamedObjects");
    struct directory *sessions = add_directory(top, "Sessions");
    struct directory *session = add_directory(sessions, "1");
    struct directory *session_named = add_directory(session, "BaseNamedObjects");
    add_directory(session_named, "Restricted");
    add_link(session_named, "Global", "\\BaseNamedObjects");
    add_link(session_named, "Local", "\\Sessions\\1\\BaseNamedObjects");
    add_link(session_named, "Session", "\\Sessions\\BNOLINKS");
    struct directory *windows = add_directory(session, "Windows");
    add_directory(windows, "WindowStations");
    add_directory(session, "DosDevices");
    struct directory *links = add_directory(sessions, "BNOLINKS");
    add_link(links, "0", "\\BaseNamedObjects");
    add_link(links, "1", "\\Sessions\\1\\BaseNamedObjects");
    add_directory(top, "Device");
    add_directory(top, "Driver");
    add_directory(top, "FileSystem");
    add_directory(top, "ObjectTypes");
    add_directory(top, "RPC Control");
    add_directory(top, "Security");
    add_directory(top, "Windows");
    struct directory *known = add_directory(top, "KnownDlls");
    add_link(known, "KnownDllPath", "C:\\Windows\\System32");
    struct directory *known32 = add_directory(top, "KnownDlls32");
    add_link(known32, "KnownDllPath", "C:\\Windows\\SysWOW64");
    add_directory(top, "KernelObjects");
    struct directory *global = add_directory(top, "GLOBAL??");
    add_link(top, "??", "\\GLOBAL??");
    add_link(top, "DosDevices", "\\??");
    add_link(top, "SystemRoot", "\\Device\\BootDevice\\Windows");
    add_link(global, "C:", "\\Device\\HarddiskVolume3");
    add_link(global, "Z:", "\\Device\\HarddiskVolume26");
    add_link(global, "CON", "\\Device\\ConDrv\\Console");
    add_link(global, "CONIN$", "\\Device\\ConDrv\\CurrentIn");
    add_link(global, "CONOUT$", "\\Device\\ConDrv\\CurrentOut");
    add_link(global, "NUL", "\\Device\\Null");
    add_link(global, "PIPE", "\\Device\\NamedPipe");
    add_link(global, "MAILSLOT", "\\Device\\MailSlot");
    add_link(global, "UNC", "\\Device\\Mup");
    add_link(global, "GLOBALROOT", "");
    __atomic_store_n(&root, top, __ATOMIC_RELEASE);
}

void namespace_init(void) {}

static void lock_tree(void)
{
    native_lock(&lock);
    if (unlikely(!root))
        make_tree();
}

/* --- look-up --- */

struct lookup {
    struct directory *parent; /* where the last component is or would be; referenced */
    struct object *object;    /* what is there, referenced, or NULL */
    WCHAR *buffer;            /* holds the text that links were substituted in */
    const WCHAR *last;        /* the last component */
    size_t last_length;
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

/* Walks attr's name. The lock is held. STATUS_SUCCESS also if only the last component is missing (object NULL). */
static NTSTATUS walk(const struct object_attr *attr, struct lookup *lookup)
{
    const WCHAR *name = attr->name;
    size_t length = attr->name_len;
    bool ignore_case = attr->attributes & OBJ_CASE_INSENSITIVE;
    struct directory *dir = root;
    int links = 0;

    if (attr->root) {
        if (attr->root->type != &directory_type)
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
        if (obj && obj->type == &symbolic_link_type && !(last && attr->attributes & OBJ_OPENLINK)) {
            if (++links > MAX_LINKS)
                return STATUS_NAME_TOO_LONG;
            name += last ? part : part + 1;
            length -= last ? part : part + 1;
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
        if (obj->type != &directory_type)
            return STATUS_OBJECT_TYPE_MISMATCH;
        dir = (struct directory *)obj;
        name += part + 1;
        length -= part + 1;
    }
}

NTSTATUS object_insert(struct object *obj, const struct object_attr *attr, struct object **existing)
{
    *existing = NULL;
    if (!attr->name)
        return STATUS_SUCCESS;
    struct lookup lookup = { 0 };
    lock_tree();
    NTSTATUS status = walk(attr, &lookup);
    if (!status) {
        if (!lookup.object) {
            status = directory_insert(lookup.parent, lookup.last, lookup.last_length, obj);
            if (!status && attr->attributes & OBJ_PERMANENT)
                object_ref(obj)->flags |= OBJECT_PERMANENT;
        } else if (!(attr->attributes & OBJ_OPENIF)) {
            status = STATUS_OBJECT_NAME_COLLISION;
        } else if (lookup.object->type != obj->type) {
            status = STATUS_OBJECT_TYPE_MISMATCH;
        } else {
            *existing = object_ref(lookup.object);
            status = STATUS_OBJECT_NAME_EXISTS;
        }
    }
    native_unlock(&lock);
    lookup_done(&lookup);
    return status;
}

NTSTATUS object_open(const struct object_attr *attr, const struct object_type *type, struct object **obj)
{
    if (!attr->name && !attr->root)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    struct lookup lookup = { 0 };
    lock_tree();
    NTSTATUS status = walk(attr, &lookup);
    native_unlock(&lock);
    if (!status && !lookup.object)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (!status && type && lookup.object->type != type)
        status = STATUS_OBJECT_TYPE_MISMATCH;
    if (!status)
        *obj = object_ref(lookup.object);
    lookup_done(&lookup);
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
        if (attr->name && !attr->name_len && attr->root && attr->root->type == &directory_type) {
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
    return security_assign(obj->type, given, container, obj->type == &directory_type ? ASSIGN_CONTAINER : 0,
                           &obj->security);
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

/* --- system calls --- */

NTSTATUS NtCreateDirectoryObject(HANDLE *DirectoryHandle, ACCESS_MASK DesiredAccess,
                                 OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct directory *dir = directory_new();
    if (!dir)
        return STATUS_NO_MEMORY;
    return object_create_handle(&dir->header, DesiredAccess, ObjectAttributes, DirectoryHandle);
}

NTSTATUS NtOpenDirectoryObject(HANDLE *DirectoryHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return object_open_handle(&directory_type, DesiredAccess, ObjectAttributes, DirectoryHandle);
}

/* Entries in a stable order: by bucket, and within one as they are. `index` counts them. */
static struct object_name *directory_entry(struct directory *dir, uint32_t index)
{
    for (uint32_t i = 0; i < dir->bucket_count; i++)
        for (struct object_name *entry = dir->buckets[i]; entry; entry = entry->next)
            if (!index--)
                return entry;
    return NULL;
}

static size_t directory_entry_size(const struct object_name *entry)
{
    return sizeof(OBJECT_DIRECTORY_INFORMATION) + (entry->length + 1 + strlen(entry->object->type->name) + 1) * 2;
}

/*
 * The answer is an array of entries ended by an empty one, then the texts. It is put together in memory of ours, as the
 * lock is held meanwhile, with pointers as they shall be in the program's buffer.
 */
static NTSTATUS fill_directory(struct directory *dir, char *user, ULONG size, bool single, ULONG *context, char **out,
                               ULONG *needed)
{
    uint32_t first = *context, count = 0;
    size_t total = sizeof(OBJECT_DIRECTORY_INFORMATION);
    struct object_name *entry;
    while ((entry = directory_entry(dir, first + count))) {
        if (total + directory_entry_size(entry) > size)
            break;
        total += directory_entry_size(entry);
        count++;
        if (single)
            break;
    }
    if (!count) {
        *needed = entry ? (ULONG)(total + directory_entry_size(entry)) : 0;
        return entry ? STATUS_BUFFER_TOO_SMALL : STATUS_NO_MORE_ENTRIES;
    }
    if (!(*out = calloc(1, total)))
        return STATUS_NO_MEMORY;
    OBJECT_DIRECTORY_INFORMATION *info = (OBJECT_DIRECTORY_INFORMATION *)*out;
    size_t at = (count + 1) * sizeof(*info);
    for (uint32_t i = 0; i < count; i++) {
        struct object_name *e = directory_entry(dir, first + i);
        size_t bytes = e->length * 2;
        memcpy(*out + at, e->text, bytes);
        info[i].Name = (UNICODE_STRING){ (USHORT)bytes, (USHORT)(bytes + 2), (WCHAR *)(user + at) };
        at += bytes + 2;
        bytes = widen(e->object->type->name, (WCHAR *)(*out + at)) * 2;
        info[i].TypeName = (UNICODE_STRING){ (USHORT)bytes, (USHORT)(bytes + 2), (WCHAR *)(user + at) };
        at += bytes + 2;
    }
    *context = first + count;
    *needed = (ULONG)total;
    return !single && directory_entry(dir, first + count) ? STATUS_MORE_ENTRIES : STATUS_SUCCESS;
}

NTSTATUS NtQueryDirectoryObject(HANDLE DirectoryHandle, PVOID Buffer, ULONG Length, BOOLEAN ReturnSingleEntry,
                                BOOLEAN RestartScan, ULONG *Context, ULONG *ReturnLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(DirectoryHandle, &directory_type, DIRECTORY_QUERY, &obj);
    if (status)
        return status;
    ULONG context = RestartScan ? 0 : *Context;
    ULONG needed = 0;
    char *out = NULL;
    lock_tree();
    status = fill_directory((struct directory *)obj, Buffer, Length, ReturnSingleEntry, &context, &out, &needed);
    native_unlock(&lock);
    object_unref(obj);
    if (out) {
        if (!user_copy_out(Buffer, out, needed))
            status = STATUS_ACCESS_VIOLATION;
        free(out);
    }
    if (NT_SUCCESS(status))
        *Context = context;
    if (ReturnLength)
        *ReturnLength = needed;
    return status;
}

NTSTATUS NtCreateSymbolicLinkObject(HANDLE *LinkHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                                    UNICODE_STRING *LinkTarget)
{
    WCHAR *target;
    size_t length;
    NTSTATUS status = user_string_in(LinkTarget, &target, &length);
    if (status)
        return status;
    if (!length) {
        free(target);
        return STATUS_INVALID_PARAMETER;
    }
    struct symbolic_link *link = link_new(target, length);
    free(target);
    if (!link)
        return STATUS_NO_MEMORY;
    return object_create_handle(&link->header, DesiredAccess, ObjectAttributes, LinkHandle);
}

NTSTATUS NtOpenSymbolicLinkObject(HANDLE *LinkHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct object_attr attr;
    struct object *obj;
    HANDLE value;
    NTSTATUS status = object_attr_in(ObjectAttributes, &attr);
    if (status)
        return status;
    attr.attributes |= OBJ_OPENLINK;
    status = object_open(&attr, &symbolic_link_type, &obj);
    if (!status) {
        ACCESS_MASK granted;
        status = security_grant(obj, DesiredAccess, &granted);
        if (!status)
            status = handle_create(obj, granted, attr.attributes, &value);
        object_unref(obj);
        if (!status)
            *LinkHandle = value;
    }
    object_attr_free(&attr);
    return status;
}

NTSTATUS NtQuerySymbolicLinkObject(HANDLE LinkHandle, UNICODE_STRING *LinkTarget, ULONG *ReturnedLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(LinkHandle, &symbolic_link_type, SYMBOLIC_LINK_QUERY, &obj);
    if (status)
        return status;
    const struct symbolic_link *link = (struct symbolic_link *)obj;
    size_t bytes = link->length * sizeof(WCHAR);
    UNICODE_STRING out = *LinkTarget;
    /* With ReturnedLength the terminating zero is wanted too. */
    size_t wanted = ReturnedLength ? bytes + sizeof(WCHAR) : bytes;
    if (out.MaximumLength < wanted) {
        status = STATUS_BUFFER_TOO_SMALL;
    } else if (!user_copy_out(out.Buffer, link->target, wanted)) {
        status = STATUS_ACCESS_VIOLATION;
    } else {
        LinkTarget->Length = (USHORT)bytes;
    }
    if (ReturnedLength)
        *ReturnedLength = (ULONG)wanted;
    object_unref(obj);
    return status;
}
