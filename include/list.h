/* SPDX-License-Identifier: MIT */
/* list.h: doubly linked lists of LIST_ENTRY, as Windows' headers for drivers have them. Whoever uses one locks it. */
#ifndef TRANSOM_LIST_H
#define TRANSOM_LIST_H

#include "nt.h"
#include <stdbool.h>

static inline void list_init(LIST_ENTRY *head)
{
    head->Flink = head->Blink = head;
}
static inline bool list_empty(const LIST_ENTRY *head)
{
    return head->Flink == head;
}
static inline void list_add_tail(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}
static inline void list_add_head(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    list_add_tail(head->Flink, entry);
}
static inline void list_remove(LIST_ENTRY *entry) /* once more does no harm */
{
    entry->Blink->Flink = entry->Flink;
    entry->Flink->Blink = entry->Blink;
    entry->Flink = entry->Blink = entry;
}
static inline LIST_ENTRY *list_remove_head(LIST_ENTRY *head)
{
    LIST_ENTRY *entry = head->Flink;

    list_remove(entry);
    return entry;
}

#endif
