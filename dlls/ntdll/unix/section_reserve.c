/* SPDX-License-Identifier: MIT */
/*
 * section_reserve.c: sections that are reserved first (SEC_RESERVE). Their pages belong to the section: committed in one view,
 * they are committed in all, those mapped later too ("Creating a File Mapping Object" and VirtualAlloc's page in
 * Microsoft's documentation). .NET's just-in-time compiler writes code through a second view of such a section.
 *
 * A process that got the section from another one starts with all of it reserved.
 */
#include <stdlib.h>
#include "section.h"

struct section_reserve {
    LIST_HEAD(, view) views;
    struct view extent; /* base 0, in no tree: which offsets are committed */
};

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Commits what of the section's [from, to) is in the view and still reserved there, as the view was mapped. */
static NTSTATUS catch_up(struct view *view, uint64_t from, uint64_t to)
{
    NTSTATUS status = STATUS_SUCCESS;
    uint64_t at = view->base + max64(from, view->offset) - view->offset;
    uint64_t end = view->base + min64(to, view->offset + view->size) - view->offset;

    if (from >= view->offset + view->size || to <= view->offset)
        return STATUS_SUCCESS;
    while (at < end && !status) {
        const struct range *r = range_find(view, at);
        uint64_t stop = min64(r->end, end);
        if (r->state == MEM_RESERVE)
            status = view_commit(view, at, stop, view->protect);
        at = stop;
    }
    return status;
}

NTSTATUS section_reserve_mapped(struct section *section, struct view *view)
{
    struct section_reserve *reserve = section->reserve;
    NTSTATUS status = STATUS_SUCCESS;

    if (!reserve) {
        reserve = calloc(1, sizeof(*reserve));
        if (!reserve)
            return STATUS_NO_MEMORY;
        reserve->extent.size = section->size;
        if (!view_ranges_init(&reserve->extent, MEM_RESERVE, 0)) {
            free(reserve);
            return STATUS_NO_MEMORY;
        }
        LIST_INIT(&reserve->views);
        section->reserve = reserve;
    }
    LIST_INSERT_HEAD(&reserve->views, view, of_section);
    for (struct range *r = range_find(&reserve->extent, view->offset);
         r && r->start < view->offset + view->size && !status; r = range_next(r))
        if (r->state == MEM_COMMIT)
            status = catch_up(view, r->start, r->end);
    return status;
}

NTSTATUS section_reserve_committed(struct view *view, uint64_t start, uint64_t end)
{
    struct section_reserve *reserve = view->section ? view->section->reserve : NULL;
    uint64_t from = start - view->base + view->offset, to = from + (end - start);
    NTSTATUS status = STATUS_SUCCESS;
    struct view *other;

    if (!reserve)
        return STATUS_SUCCESS;
    /* Pages committed again change the protection of this view alone. */
    const struct range *known = range_find(&reserve->extent, from);
    if (known->state == MEM_COMMIT && known->end >= to)
        return STATUS_SUCCESS;
    if (!view_set_range(&reserve->extent, from, min64(to, reserve->extent.size), MEM_COMMIT, 0))
        return STATUS_NO_MEMORY;
    LIST_FOREACH(other, &reserve->views, of_section)
    if (other != view && !status)
        status = catch_up(other, from, to);
    return status;
}

void section_reserve_unmapped(struct view *view)
{
    if (view->section && view->section->reserve)
        LIST_REMOVE(view, of_section);
}

void section_reserve_free(struct section *section)
{
    if (!section->reserve)
        return;
    view_ranges_free(&section->reserve->extent);
    free(section->reserve);
}
