/* SPDX-License-Identifier: MIT */
/*
 * eh_typeinfo.c: std::type_info's functions. They are given what follows the virtual function table's pointer.
 */
#include "eh_private.h"
#include <string.h>

struct type_info_data {
    char *undecorated;
    char decorated[];
};

/* Names live until the module that holds the types is unloaded; it keeps them in a list. */
struct name_node {
    SLIST_ENTRY link;
    char name[];
};

char *__cdecl __unDName(char *buffer, const char *name, int length, void *(__cdecl *allocate)(size_t),
                        void(__cdecl *release)(void *), unsigned short flags);

int __cdecl __std_type_info_compare(const struct type_info_data *a, const struct type_info_data *b)
{
    return a == b ? 0 : strcmp(a->decorated + 1, b->decorated + 1);
}

size_t __cdecl __std_type_info_hash(const struct type_info_data *type)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

    for (const char *p = type->decorated + 1; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
#ifdef _WIN64
    return hash ^ hash >> 32;
#else
    return (size_t)hash;
#endif
}

const char *__cdecl __std_type_info_name(struct type_info_data *type, SLIST_HEADER *list)
{
    char *cached = __atomic_load_n(&type->undecorated, __ATOMIC_ACQUIRE), *name;
    struct name_node *node;
    size_t size;

    if (cached)
        return cached;
    name =
        __unDName(NULL, type->decorated + 1, 0, malloc, free, 0x2800); /* a type's name, without keywords of pointers */
    if (!name)
        return NULL;
    for (size = strlen(name); size && name[size - 1] == ' '; size--)
        name[size - 1] = 0;
    node = malloc(sizeof(*node) + size + 1);
    if (node) {
        memcpy(node->name, name, size + 1);
        if (__atomic_compare_exchange_n(&type->undecorated, &cached, node->name, false, __ATOMIC_RELEASE,
                                        __ATOMIC_ACQUIRE)) {
            RtlInterlockedPushEntrySList(list, &node->link);
            cached = node->name;
        } else {
            free(node);
        }
    }
    free(name);
    return cached;
}

void __cdecl __std_type_info_destroy_list(SLIST_HEADER *list)
{
    SLIST_ENTRY *entry = RtlInterlockedFlushSList(list);

    while (entry) {
        SLIST_ENTRY *next = entry->Next;

        free(entry);
        entry = next;
    }
}
