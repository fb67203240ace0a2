/* SPDX-License-Identifier: MIT */
/* rtltable.c: splay trees and the generic tables made of them. */
#include "rtl_private.h"
#include "rtltables.h"

/* --- splay trees --- */

static bool is_root(const RTL_SPLAY_LINKS *node)
{
    return node->Parent == node;
}

static bool is_left(const RTL_SPLAY_LINKS *node)
{
    return node->Parent->LeftChild == node;
}

/* Puts `to` (may be NULL) where `from` is. */
static void replace(RTL_SPLAY_LINKS *from, RTL_SPLAY_LINKS *to)
{
    if (is_root(from)) {
        if (to)
            to->Parent = to;
        return;
    }
    if (is_left(from))
        from->Parent->LeftChild = to;
    else
        from->Parent->RightChild = to;
    if (to)
        to->Parent = from->Parent;
}

/* Moves a node above its parent. */
static void rotate(RTL_SPLAY_LINKS *node)
{
    RTL_SPLAY_LINKS *parent = node->Parent, *moved;
    bool left = is_left(node);

    moved = left ? node->RightChild : node->LeftChild;
    replace(parent, node);
    if (left) {
        parent->LeftChild = moved;
        node->RightChild = parent;
    } else {
        parent->RightChild = moved;
        node->LeftChild = parent;
    }
    parent->Parent = node;
    if (moved)
        moved->Parent = parent;
}

PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS node)
{
    while (!is_root(node)) {
        RTL_SPLAY_LINKS *parent = node->Parent;

        if (is_root(parent)) {
            rotate(node);
        } else if (is_left(node) == is_left(parent)) {
            rotate(parent);
            rotate(node);
        } else {
            rotate(node);
            rotate(node);
        }
    }
    return node;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS node)
{
    for (node = node->RightChild; node && node->LeftChild; node = node->LeftChild)
        ;
    return node;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS node)
{
    for (node = node->LeftChild; node && node->RightChild; node = node->RightChild)
        ;
    return node;
}

PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS node)
{
    RTL_SPLAY_LINKS *below = RtlSubtreeSuccessor(node);

    if (below)
        return below;
    while (!is_root(node) && !is_left(node))
        node = node->Parent;
    return is_root(node) ? NULL : node->Parent;
}

PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS node)
{
    RTL_SPLAY_LINKS *below = RtlSubtreePredecessor(node);

    if (below)
        return below;
    while (!is_root(node) && is_left(node))
        node = node->Parent;
    return is_root(node) ? NULL : node->Parent;
}

/* Takes a node out; returns the lowest node whose subtree has changed, or the only one left, or NULL. */
static RTL_SPLAY_LINKS *take_out(RTL_SPLAY_LINKS *node)
{
    RTL_SPLAY_LINKS *changed, *only;

    if (node->LeftChild && node->RightChild) {
        /* The predecessor, which has no right child, takes its place. */
        RTL_SPLAY_LINKS *other = RtlSubtreePredecessor(node);

        changed = other->Parent == node ? other : other->Parent;
        replace(other, other->LeftChild);
        other->LeftChild = node->LeftChild;
        other->RightChild = node->RightChild;
        if (other->LeftChild)
            other->LeftChild->Parent = other;
        other->RightChild->Parent = other;
        replace(node, other);
        return changed;
    }
    only = node->LeftChild ? node->LeftChild : node->RightChild;
    changed = is_root(node) ? only : node->Parent;
    replace(node, only);
    return changed;
}

PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS node)
{
    RTL_SPLAY_LINKS *changed = take_out(node);

    return changed ? RtlSplay(changed) : NULL;
}

VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS node, PRTL_SPLAY_LINKS *root)
{
    RTL_SPLAY_LINKS *top = take_out(node);

    if (*root != node)
        return;
    while (top && !is_root(top))
        top = top->Parent;
    *root = top;
}

/* --- generic tables --- */

struct element {
    RTL_SPLAY_LINKS links;
    LIST_ENTRY order; /* in which they were inserted */
    LONGLONG data[];
};

static struct element *element_of(void *links)
{
    return CONTAINING_RECORD(links, struct element, links);
}

VOID NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE table, PRTL_GENERIC_COMPARE_ROUTINE compare,
                                     PRTL_GENERIC_ALLOCATE_ROUTINE allocate, PRTL_GENERIC_FREE_ROUTINE free,
                                     PVOID context)
{
    memset(table, 0, sizeof(*table));
    list_init(&table->InsertOrderList);
    table->OrderedPointer = &table->InsertOrderList;
    table->CompareRoutine = compare;
    table->AllocateRoutine = allocate;
    table->FreeRoutine = free;
    table->TableContext = context;
}

static TABLE_SEARCH_RESULT find(RTL_GENERIC_TABLE *table, PVOID buffer, RTL_SPLAY_LINKS **place)
{
    RTL_SPLAY_LINKS *node = table->TableRoot;

    *place = NULL;
    if (!node)
        return TableEmptyTree;
    for (;;) {
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, element_of(node)->data);
        RTL_SPLAY_LINKS *next = order == GenericLessThan ? node->LeftChild : node->RightChild;

        *place = node;
        if (order == GenericEqual)
            return TableFoundNode;
        if (!next)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        node = next;
    }
}

PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE table, PVOID buffer, ULONG size, BOOLEAN *added,
                                             PVOID place, TABLE_SEARCH_RESULT result)
{
    RTL_SPLAY_LINKS *parent = place;
    struct element *element;

    if (added)
        *added = result != TableFoundNode;
    if (result == TableFoundNode) {
        element = element_of(parent);
    } else {
        element = table->AllocateRoutine(table, (ULONG)sizeof(*element) + size);
        if (!element) {
            if (added)
                *added = FALSE;
            return NULL;
        }
        element->links.LeftChild = element->links.RightChild = NULL;
        element->links.Parent = result == TableEmptyTree ? &element->links : parent;
        if (result == TableInsertAsLeft)
            parent->LeftChild = &element->links;
        else if (result == TableInsertAsRight)
            parent->RightChild = &element->links;
        list_add_tail(&table->InsertOrderList, &element->order);
        table->NumberGenericTableElements++;
        memcpy(element->data, buffer, size);
    }
    table->TableRoot = RtlSplay(&element->links);
    return element->data;
}

PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE table, PVOID buffer, ULONG size, BOOLEAN *added)
{
    RTL_SPLAY_LINKS *place;
    TABLE_SEARCH_RESULT result = find(table, buffer, &place);

    return RtlInsertElementGenericTableFull(table, buffer, size, added, place, result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE table, PVOID buffer)
{
    RTL_SPLAY_LINKS *node;
    struct element *element;

    if (find(table, buffer, &node) != TableFoundNode)
        return FALSE;
    element = element_of(node);
    table->TableRoot = RtlDelete(node);
    list_remove(&element->order);
    table->NumberGenericTableElements--;
    table->WhichOrderedElement = 0;
    table->OrderedPointer = &table->InsertOrderList;
    table->FreeRoutine(table, element);
    return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE table, PVOID buffer, PVOID *place,
                                             TABLE_SEARCH_RESULT *result)
{
    RTL_SPLAY_LINKS *node;

    *result = find(table, buffer, &node);
    *place = node;
    if (*result != TableFoundNode)
        return NULL;
    table->TableRoot = RtlSplay(node);
    return element_of(node)->data;
}

PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE table, PVOID buffer)
{
    TABLE_SEARCH_RESULT result;
    PVOID place;

    return RtlLookupElementGenericTableFull(table, buffer, &place, &result);
}

static RTL_SPLAY_LINKS *first_of(RTL_SPLAY_LINKS *node)
{
    while (node && node->LeftChild)
        node = node->LeftChild;
    return node;
}

/* The tree itself remembers how far the enumeration is: the last one is the root. */
PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE table, BOOLEAN restart)
{
    RTL_SPLAY_LINKS *node;

    if (!table->TableRoot)
        return NULL;
    node = restart ? first_of(table->TableRoot) : RtlRealSuccessor(table->TableRoot);
    if (!node)
        return NULL;
    table->TableRoot = RtlSplay(node);
    return element_of(node)->data;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE table, PVOID *restart)
{
    RTL_SPLAY_LINKS *node = *restart ? RtlRealSuccessor(*restart) : first_of(table->TableRoot);

    if (!node)
        return NULL;
    *restart = node;
    return element_of(node)->data;
}

/* In the order of insertion. The way is taken from the last one, the beginning or the end, whichever is nearest. */
PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE table, ULONG index)
{
    ULONG count = table->NumberGenericTableElements, wanted = index + 1, at = table->WhichOrderedElement;
    LIST_ENTRY *entry = table->OrderedPointer;

    if (index == MAXULONG || wanted > count)
        return NULL;
    if (wanted < (at > wanted ? at - wanted : wanted - at) || !at) {
        entry = &table->InsertOrderList;
        at = 0;
    }
    if (count + 1 - wanted < (at > wanted ? at - wanted : wanted - at)) {
        entry = &table->InsertOrderList;
        at = count + 1;
    }
    for (; at < wanted; at++)
        entry = entry->Flink;
    for (; at > wanted; at--)
        entry = entry->Blink;
    table->OrderedPointer = entry;
    table->WhichOrderedElement = wanted;
    return CONTAINING_RECORD(entry, struct element, order)->data;
}

ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE table)
{
    return table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE table)
{
    return !table->TableRoot;
}
