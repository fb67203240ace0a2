/* SPDX-License-Identifier: MIT */
/* virtual.h: the address space's bookkeeping, for the files of the native half that make mappings. */
#ifndef TRANSOM_VIRTUAL_H
#define TRANSOM_VIRTUAL_H

#include <bsd/sys/tree.h>
#include <sys/queue.h>
#include "unix.h"

/* A stretch of a view with one state and protection. A view's ranges cover it without gaps. */
struct range {
    RB_ENTRY(range) entry;
    uint64_t start, end;
    ULONG state;   /* MEM_RESERVE or MEM_COMMIT */
    ULONG protect; /* PAGE_*, 0 while reserved */
};
RB_HEAD(range_tree, range);

#define VIEW_PLACEHOLDER   0x1 /* reserved as placeholder, not yet replaced */
#define VIEW_WRITE_WATCH   0x2
#define VIEW_COARSE        0x4  /* the kernel's map count ran out: uncommitted pages may be accessible */
#define VIEW_COARSE_CODE   0x20 /* … and executable */
#define VIEW_DEBUGGER_TOLD 0x40 /* the debugger knows of this image */
#define VIEW_SYSTEM        0x8  /* KUSER_SHARED_DATA, PEB…: never freed by the program */
#define VIEW_SHARED        0x10 /* a shared mapping of its section, so writes are seen by others */
#define VIEW_GROWS         0x80 /* goes beyond its file's end: what is committed there makes the file longer */

/* One allocation or mapping: what VirtualQuery calls the allocation. */
struct view {
    RB_ENTRY(view) entry;
    uint64_t base, size;
    ULONG type;    /* MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE */
    ULONG protect; /* AllocationProtect */
    ULONG flags;
    struct section *section; /* referenced, or NULL */
    uint64_t offset;         /* in the section */
    uint8_t *watch;          /* VIEW_WRITE_WATCH: one byte a page, non-zero = written */
    struct range_tree ranges;
    LIST_ENTRY(view) of_section; /* see section_reserve.c */
};

/* What restricts the place of a new view. Zero means no restriction. */
struct placement {
    uint64_t low, high; /* inclusive start, exclusive end */
    uint64_t alignment;
    bool top_down;
};

/* What a private mapping shows: a file from its beginning, or zeros. */
struct backing {
    int prot, flags, fd;
};

extern pthread_mutex_t virtual_lock;

/* All of these with virtual_lock held. */
struct view *view_find(uint64_t address);
struct view *view_create(uint64_t base, uint64_t size, ULONG type, ULONG protect, ULONG state);
void view_delete(struct view *view); /* bookkeeping only: the mapping is the caller's */
/* Commits reserved pages, or gives committed ones another protection. */
NTSTATUS view_commit(struct view *view, uint64_t start, uint64_t end, ULONG protect);
/* mprotect, made coarser where the kernel has no room for another mapping; the protection that a view's pages have with this one */
NTSTATUS view_protect_pages(struct view *view, uint64_t start, uint64_t end, int prot);
int view_protection(const struct view *view, ULONG protect);
/* The ranges alone, of a view that is in no tree of views. */
bool view_ranges_init(struct view *view, ULONG state, ULONG protect);
void view_ranges_free(struct view *view);
bool view_set_range(struct view *view, uint64_t start, uint64_t end, ULONG state, ULONG protect);
struct range *range_find(struct view *view, uint64_t address);
struct range *range_next(struct range *r);
struct view *view_at_or_after(uint64_t address); /* the first that ends above the address */
/* Reserves `size` bytes of address space (PROT_NONE); base 0 = anywhere within the placement. */
NTSTATUS address_reserve(uint64_t *base, uint64_t size, const struct placement *placement);
/* The same, mapped with what is there mostly; the rest is changed by the caller. */
NTSTATUS address_map(uint64_t *base, uint64_t size, const struct placement *placement, const struct backing *with);
void address_release(uint64_t base, uint64_t size);

int unix_protection(ULONG protect);
bool protection_valid(ULONG protect);
bool process_is_current(HANDLE process);
NTSTATUS placement_from(ULONG_PTR zero_bits, const MEM_EXTENDED_PARAMETER *params, ULONG count,
                        struct placement *placement);

/*
 * A fault at `address` in Windows code or on Windows memory. Returns STATUS_SUCCESS if the access can be repeated (stack
 * growth, write watch), else the exception: STATUS_ACCESS_VIOLATION, STATUS_GUARD_PAGE_VIOLATION, STATUS_STACK_OVERFLOW,
 * STATUS_IN_PAGE_ERROR.
 */
NTSTATUS virtual_fault(uint64_t address, bool write, bool bus_error);
NTSTATUS virtual_page_error(uint64_t address); /* why a page of a file could not be read */
/* Makes sure that the stack can be written from `address` up to `top`. False: it has no room. */
bool virtual_make_frame(uint64_t address, uint64_t top);
/* A view for the system's own data that the program may see (KUSER_SHARED_DATA, PEB, TEBs). */
NTSTATUS virtual_map_system(uint64_t base, uint64_t size, ULONG protect);
/* Where the PE image mapped at `address` begins and ends; false: none there. For crash reports. */
bool virtual_image_at(uint64_t address, uint64_t *base, uint64_t *size, struct section **section);

#endif
