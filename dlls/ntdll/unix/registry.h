/* SPDX-License-Identifier: MIT */
/*
 * registry.h: the registry of a process. A tree of keys in memory, which begins as the base registry's image
 * (include/registry_image.h) and of which only what was looked into exists: a key's children and values are made from the
 * image when they are first wanted, and their data stay in the image until they are changed.
 *
 *   registry_tree.c     ordered trees that know positions: for names, and for the order of values
 *   registry_key.c      keys and values
 *   registry_fill.c     content that is computed: processors, time zone, the user
 *   registry_services.c what the service control manager keeps
 *   registry_path.c     from names to keys: symbolic links, the 32-bit view, the merged view of HKEY_CLASSES_ROOT
 *   registry.c          the key object, and the system calls on keys
 *   registry_query.c    NtQueryKey, NtEnumerateKey
 *   registry_value.c    the system calls on values
 *   registry_notify.c   change notification
 *
 * Everything is under one lock, which is held for a few microseconds at most and never while the program's memory is
 * touched other than by the guarded copies.
 */
#ifndef TRANSOM_REGISTRY_H
#define TRANSOM_REGISTRY_H

#include "cell.h"
#include "registry_image.h"

/* --- registry_tree.c --- */

struct tree_node {
    struct tree_node *left, *right;
    uint32_t size; /* nodes of the subtree */
};

/* Less than, equal to or greater than zero as `wanted` comes before, is or comes after `node`. */
typedef int tree_compare(const void *wanted, const struct tree_node *node);

static inline uint32_t tree_size(const struct tree_node *root)
{
    return root ? root->size : 0;
}
struct tree_node *tree_find(struct tree_node *root, const void *wanted, tree_compare *compare);
struct tree_node *tree_at(struct tree_node *root, uint32_t index);
/* How many nodes come before `wanted`. */
uint32_t tree_rank(struct tree_node *root, const void *wanted, tree_compare *compare);
/* The node must not be there yet, or must be there. */
void tree_insert(struct tree_node **root, struct tree_node *node, const void *wanted, tree_compare *compare);
void tree_remove(struct tree_node **root, const void *wanted, tree_compare *compare);

/* --- registry_key.c --- */

struct name {
    const WCHAR *text;
    size_t length; /* characters */
};

struct key {
    struct tree_node by_name; /* in the parent's children */
    struct key *parent;       /* referenced */
    uint32_t refs;            /* under the lock: one while it is linked, one for each child and each handle */
    uint32_t image;           /* index of its key in the image, or NO_IMAGE */
    uint16_t depth;
    uint8_t flags; /* REGISTRY_* */
    bool deleted, has_children, has_values, max_dirty;
    uint32_t wow64_flags, user_flags; /* KeySetInformationKey */
    struct name name;
    uint64_t time;
    struct tree_node *children;
    struct tree_node *values;   /* by name */
    struct tree_node *sequence; /* the same in the order in which they were made */
    uint64_t next_sequence;
    ULONG max_name, max_class, max_value_name, max_value_data; /* bytes; right unless max_dirty */
    struct name class;                                         /* malloc'ed */
    struct key_object *watchers;                               /* registry_notify.c */
    void *security;    /* self-relative descriptor that was given, malloc'ed, or NULL (security.c) */
    WCHAR *later_name; /* malloc'ed: the name after it was renamed */
    WCHAR own_name[];  /* of a key that is not the image's */
};
#define NO_IMAGE UINT32_MAX

struct key_value {
    struct tree_node by_name, by_sequence;
    uint64_t sequence;
    struct name name;
    ULONG type;
    ULONG size;
    const void *data; /* in the image, or malloc'ed */
    bool own_data;
    WCHAR own_name[];
};

extern uint32_t registry_lock;
extern struct key *registry_root; /* \Registry; registry_init() has made it */

#define KEY_OF(node)         container_of(node, struct key, by_name)
#define VALUE_OF(node)       container_of(node, struct key_value, by_name)
#define VALUE_IN_ORDER(node) container_of(node, struct key_value, by_sequence)

/* What follows wants the lock to be held. */
bool registry_init(void);
struct key *key_ref(struct key *key);
void key_unref(struct key *key);
/* Children: NULL if there is none of the name (or memory is short). key_load_children makes all that the image has. */
bool key_load_children(struct key *key);
struct key *key_child(struct key *key, struct name name);
struct key *key_child_at(struct key *key, uint32_t index);
struct key *key_add(struct key *parent, struct name name, uint8_t flags);
/* A child whose content is that of another key of the image. */
struct key *key_add_image(struct key *parent, struct name name, uint32_t image);
void key_unlink(struct key *key);
bool key_rename(struct key *key, struct name name);
bool key_load_values(struct key *key);
struct key_value *key_value(struct key *key, struct name name);
struct key_value *key_value_at(struct key *key, uint32_t index);
/* Takes `data`, which is malloc'ed. */
bool key_set_value(struct key *key, struct name name, ULONG type, void *data, ULONG size);
void key_remove_value(struct key *key, struct key_value *value);
void key_update_max(struct key *key);
/* \REGISTRY\MACHINE\...: characters, written to `out` unless that is NULL. */
size_t key_path(const struct key *key, WCHAR *out);
int key_name_compare(const void *wanted, const struct tree_node *node);
int value_name_compare(const void *wanted, const struct tree_node *node);

/* --- registry_fill.c; under the lock --- */
void registry_fill(struct key *key, uint8_t fill);
/* The text with its {words} replaced: malloc'ed, zero-terminated if `text` is; *size in bytes. */
void *registry_expand(const void *text, ULONG *size);
/* Values and keys by UTF-8 names; the data is copied. What there is no memory for is not there. */
void fill_data(struct key *key, const char *name, ULONG type, const void *data, size_t size);
void fill_text(struct key *key, const char *name, ULONG type, const char *text);
void fill_dword(struct key *key, const char *name, ULONG value);
struct key *fill_key(struct key *parent, const char *name, uint8_t flags);

/* --- registry_services.c; under the lock --- */
extern struct key *registry_services; /* the key of the services, once somebody has looked into it */
void registry_fill_services(struct key *key);
void registry_services_refresh(void); /* if the service control manager has changed something */

/* --- registry_path.c; under the lock --- */
struct key_pair {
    struct key *key;     /* the key; of a merged view the user's, if there is one */
    struct key *machine; /* the other key of a merged view, or NULL */
};
#define LOOKUP_OPEN_LINK 0x1 /* the last component itself, if it is a link */
#define LOOKUP_32BIT     0x2
#define LOOKUP_CREATE    0x4 /* the last component need not exist */
/*
 * Walks `path` from `start`, or from \Registry's parent if that is NULL. Found: the key. With LOOKUP_CREATE and only the last
 * component missing: STATUS_OBJECT_NAME_NOT_FOUND with *parent set and *last the component, in *memory, which the caller frees
 * in any case.
 */
NTSTATUS key_lookup(struct key *start, struct name path, unsigned flags, struct key **key, struct key **parent,
                    struct name *last, WCHAR **memory);

/* --- registry.c --- */
struct key_object {
    struct object header;
    struct key *key;     /* referenced, as is the other */
    struct key *machine; /* the second key of a merged view (HKEY_CLASSES_ROOT), or NULL */
    bool merged;         /* keys opened below it are merged views too */
    ULONG handle_tags;
    /* registry_notify.c: what the handle watches */
    struct key_object *next_watcher;
    bool watching, watch_tree, changed;
    ULONG watch_filter;
    struct key_notification *pending;
};
extern const struct object_type key_type;
/* A handle's object, referenced. STATUS_KEY_DELETED is the caller's to find out, under the lock. */
NTSTATUS key_object_lookup(HANDLE handle, ACCESS_MASK access, struct key_object **object);

/* --- registry_notify.c --- */
/* Something of `filter` (REG_NOTIFY_*) happened to the key: under the lock, remembers who is to be told in *list; telling them
 * is done without it. */
void key_changed(struct key *key, ULONG filter, struct key_notification **list);
/* The key is gone: those who watch it are told. */
void key_gone(struct key *key, struct key_notification **list);
void key_notify(struct key_notification *list);
/* The last handle of an object is being closed. */
void key_stop_watching(struct key_object *object);

#endif
