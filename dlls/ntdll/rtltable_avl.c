/* SPDX-License-Identifier: MIT */
/* rtltable_avl.c: generic tables made of AVL trees. */
#include "rtl_private.h"
#include "rtltables.h"

struct element {
    RTL_BALANCED_LINKS links;
    LONGLONG data[];
};

static struct element *element_of(void *links)
{
    return CONTAINING_RECORD(links, struct element, links);
}

static int side_of(const RTL_BALANCED_LINKS *node)
{
    return node->Parent->LeftChild == node ? -1 : 1;
}

/* The root is the right child of BalancedRoot, so that it needs no case of its own. */
static void replace(RTL_BALANCED_LINKS *from, RTL_BALANCED_LINKS *to)
{
    if (from->Parent->LeftChild == from)
        from->Parent->LeftChild = to;
    else
        from->Parent->RightChild = to;
    if (to)
        to->Parent = from->Parent;
}

/* Moves a node above its parent. */
static void rotate(RTL_BALANCED_LINKS *node)
{
    RTL_BALANCED_LINKS *parent = node->Parent, *moved;
    bool left = parent->LeftChild == node;

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

/* The side that `node` leans to has become one higher still. Returns whether the subtree is one lower afterwards. */
static bool rebalance(RTL_BALANCED_LINKS *node)
{
    CHAR side = node->Balance;
    RTL_BALANCED_LINKS *child = side < 0 ? node->LeftChild : node->RightChild, *grandchild;

    if (child->Balance == side) {
        rotate(child);
        node->Balance = child->Balance = 0;
        return true;
    }
    if (!child->Balance) { /* only after a deletion */
        rotate(child);
        node->Balance = side;
        child->Balance = (CHAR)-side;
        return false;
    }
    grandchild = side < 0 ? child->RightChild : child->LeftChild;
    rotate(grandchild);
    rotate(grandchild);
    node->Balance = grandchild->Balance == side ? (CHAR)-side : 0;
    child->Balance = grandchild->Balance == -side ? side : 0;
    grandchild->Balance = 0;
    return true;
}

static TABLE_SEARCH_RESULT find(RTL_AVL_TABLE *table, PVOID buffer, RTL_BALANCED_LINKS **place)
{
    RTL_BALANCED_LINKS *node = table->BalancedRoot.RightChild;

    *place = &table->BalancedRoot;
    if (!node)
        return TableEmptyTree;
    for (;;) {
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, element_of(node)->data);
        RTL_BALANCED_LINKS *next = order == GenericLessThan ? node->LeftChild : node->RightChild;

        *place = node;
        if (order == GenericEqual)
            return TableFoundNode;
        if (!next)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        node = next;
    }
}

VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE table, PRTL_AVL_COMPARE_ROUTINE compare,
                                        PRTL_AVL_ALLOCATE_ROUTINE allocate, PRTL_AVL_FREE_ROUTINE free, PVOID context)
{
    memset(table, 0, sizeof(*table));
    table->BalancedRoot.Parent = &table->BalancedRoot;
    table->CompareRoutine = compare;
    table->AllocateRoutine = allocate;
    table->FreeRoutine = free;
    table->TableContext = context;
}

PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE table, PVOID buffer, ULONG size, BOOLEAN *added,
                                                PVOID place, TABLE_SEARCH_RESULT result)
{
    RTL_BALANCED_LINKS *parent = place, *node;
    struct element *element;

    if (added)
        *added = FALSE;
    if (result == TableFoundNode)
        return element_of(parent)->data;
    if (!(element = table->AllocateRoutine(table, (ULONG)sizeof(*element) + size)))
        return NULL;
    memset(&element->links, 0, sizeof(element->links));
    memcpy(element->data, buffer, size);
    node = &element->links;
    if (result == TableEmptyTree)
        parent = &table->BalancedRoot;
    node->Parent = parent;
    if (result == TableInsertAsLeft)
        parent->LeftChild = node;
    else
        parent->RightChild = node;
    table->NumberGenericTableElements++;
    table->OrderedPointer = NULL;
    table->WhichOrderedElement = 0;
    for (; parent != &table->BalancedRoot; node = parent, parent = node->Parent) {
        CHAR side = (CHAR)side_of(node);

        if (!parent->Balance) {
            parent->Balance = side; /* one higher now, as seen from above */
            continue;
        }
        if (parent->Balance == side)
            rebalance(parent);
        else
            parent->Balance = 0;
        break;
    }
    if (parent == &table->BalancedRoot)
        table->DepthOfTree++;
    if (added)
        *added = TRUE;
    return element->data;
}

PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer, ULONG size, BOOLEAN *added)
{
    RTL_BALANCED_LINKS *place;
    TABLE_SEARCH_RESULT result = find(table, buffer, &place);

    return RtlInsertElementGenericTableFullAvl(table, buffer, size, added, place, result);
}

/* --- in order --- */

static RTL_BALANCED_LINKS *first_of(RTL_BALANCED_LINKS *node)
{
    while (node && node->LeftChild)
        node = node->LeftChild;
    return node;
}

static RTL_BALANCED_LINKS *next_of(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node)
{
    if (node->RightChild)
        return first_of(node->RightChild);
    while (node != &table->BalancedRoot && node->Parent->RightChild == node && node->Parent != node)
        node = node->Parent;
    return node == &table->BalancedRoot || node->Parent == &table->BalancedRoot ? NULL : node->Parent;
}

static RTL_BALANCED_LINKS *previous_of(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node)
{
    if (node->LeftChild) {
        for (node = node->LeftChild; node->RightChild; node = node->RightChild)
            ;
        return node;
    }
    while (node->Parent != &table->BalancedRoot && node->Parent->LeftChild == node)
        node = node->Parent;
    return node->Parent == &table->BalancedRoot ? NULL : node->Parent;
}

static void take_out(RTL_AVL_TABLE *table, RTL_BALANCED_LINKS *node)
{
    RTL_BALANCED_LINKS *parent, *child;
    int side;

    if (node->LeftChild && node->RightChild) {
        /* The next one, which has no left child, takes its place. */
        RTL_BALANCED_LINKS *next = first_of(node->RightChild);

        side = next->Parent == node ? 1 : -1;
        parent = next->Parent == node ? next : next->Parent;
        replace(next, next->RightChild);
        next->LeftChild = node->LeftChild;
        next->LeftChild->Parent = next;
        next->RightChild = node->RightChild;
        if (next->RightChild)
            next->RightChild->Parent = next;
        next->Balance = node->Balance;
        replace(node, next);
    } else {
        side = side_of(node);
        parent = node->Parent;
        child = node->LeftChild ? node->LeftChild : node->RightChild;
        replace(node, child);
    }
    /* The subtree on this side of `parent` is one lower now. */
    while (parent != &table->BalancedRoot) {
        RTL_BALANCED_LINKS *top = parent;

        if (!parent->Balance) {
            parent->Balance = (CHAR)-side;
            return;
        }
        if (parent->Balance == side) {
            parent->Balance = 0;
        } else {
            bool lower = rebalance(parent);

            top = parent->Parent;
            if (!lower)
                return;
        }
        side = side_of(top);
        parent = top->Parent;
    }
    table->DepthOfTree--;
}

VOID NTAPI RtlDeleteElementGenericTableAvlEx(PRTL_AVL_TABLE table, PVOID place)
{
    RTL_BALANCED_LINKS *node = place;

    /* An enumeration that stands there goes on from the one before. */
    if (table->RestartKey == node)
        table->RestartKey = previous_of(table, node);
    table->DeleteCount++;
    table->OrderedPointer = NULL;
    table->WhichOrderedElement = 0;
    take_out(table, node);
    table->NumberGenericTableElements--;
    table->FreeRoutine(table, element_of(node));
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer)
{
    RTL_BALANCED_LINKS *node;

    if (find(table, buffer, &node) != TableFoundNode)
        return FALSE;
    RtlDeleteElementGenericTableAvlEx(table, node);
    return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE table, PVOID buffer, PVOID *place,
                                                TABLE_SEARCH_RESULT *result)
{
    RTL_BALANCED_LINKS *node;

    *result = find(table, buffer, &node);
    *place = node;
    return *result == TableFoundNode ? element_of(node)->data : NULL;
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer)
{
    RTL_BALANCED_LINKS *node;

    return find(table, buffer, &node) == TableFoundNode ? element_of(node)->data : NULL;
}

/* The first of those that compare equal; *restart is where to go on with RtlEnumerateGenericTableWithoutSplayingAvl. */
PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer, PVOID *restart)
{
    RTL_BALANCED_LINKS *node, *previous;

    *restart = NULL;
    if (find(table, buffer, &node) != TableFoundNode)
        return NULL;
    while ((previous = previous_of(table, node)) &&
           table->CompareRoutine(table, buffer, element_of(previous)->data) == GenericEqual)
        node = previous;
    *restart = node;
    return element_of(node)->data;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE table, PVOID *restart)
{
    RTL_BALANCED_LINKS *node = *restart ? next_of(table, *restart) : first_of(table->BalancedRoot.RightChild);

    if (!node)
        return NULL;
    *restart = node;
    return element_of(node)->data;
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE table, BOOLEAN restart)
{
    if (restart)
        table->RestartKey = NULL;
    return RtlEnumerateGenericTableWithoutSplayingAvl(table, (PVOID *)&table->RestartKey);
}

/*
 * Goes on from *restart if nothing has been deleted since, else from the first element that is not below `buffer` (or, if
 * `next`, above it); gives the first one that matches.
 */
PVOID NTAPI RtlEnumerateGenericTableLikeADirectory(PRTL_AVL_TABLE table, PRTL_AVL_MATCH_FUNCTION match,
                                                   PVOID match_data, ULONG next, PVOID *restart, ULONG *delete_count,
                                                   PVOID buffer)
{
    RTL_BALANCED_LINKS *node;
    TABLE_SEARCH_RESULT result;

    if (*restart && *delete_count == table->DeleteCount) {
        node = *restart;
        if (next)
            node = next_of(table, node);
    } else {
        result = find(table, buffer, &node);
        if (result == TableEmptyTree)
            node = NULL;
        else if (result == TableInsertAsRight || (result == TableFoundNode && next))
            node = next_of(table, node);
    }
    *delete_count = table->DeleteCount;
    for (; node; node = next_of(table, node)) {
        NTSTATUS status = match ? match(table, element_of(node)->data, match_data) : STATUS_SUCCESS;

        if (status == STATUS_NO_MORE_MATCHES)
            return NULL;
        if (status == STATUS_SUCCESS) {
            *restart = node;
            return element_of(node)->data;
        }
    }
    return NULL;
}

PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE table, ULONG index)
{
    ULONG count = table->NumberGenericTableElements, wanted = index + 1, at = table->WhichOrderedElement;
    RTL_BALANCED_LINKS *node = table->OrderedPointer;

    if (index == MAXULONG || wanted > count)
        return NULL;
    if (!at || wanted < at / 2) {
        node = first_of(table->BalancedRoot.RightChild);
        at = 1;
    }
    for (; at < wanted; at++)
        node = next_of(table, node);
    for (; at > wanted; at--)
        node = previous_of(table, node);
    table->OrderedPointer = node;
    table->WhichOrderedElement = wanted;
    return element_of(node)->data;
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE table)
{
    return table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE table)
{
    return !table->NumberGenericTableElements;
}
