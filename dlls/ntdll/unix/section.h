/* SPDX-License-Identifier: MIT */
/* section.h: section objects and PE images as section.c, image.c and the start-up code share them. */
#ifndef TRANSOM_SECTION_H
#define TRANSOM_SECTION_H

#include "unix.h"
#include "virtual.h"

struct image_section {
    uint32_t address, virtual_size; /* in the image; the size as loaded, not rounded */
    uint32_t raw_offset, raw_size;  /* in the file; size clipped to what the image takes */
    uint32_t characteristics;       /* IMAGE_SCN_* */
};

/* What the headers of a PE file say, checked: every offset lies in the file and in the image. */
struct image {
    uint16_t machine;
    bool is_64;
    bool is_dll;
    bool is_dotnet; /* has a COR20 header */
    bool relocs_stripped;
    bool flat; /* SectionAlignment below a page: the file is the image */
    uint64_t base;
    uint32_t size, headers_size, entry, checksum;
    uint32_t section_alignment, file_alignment;
    uint64_t file_size;
    SECTION_IMAGE_INFORMATION info;
    uint32_t section_count;
    struct image_section sections[]; /* in order of address */
};

struct section {
    struct object header;
    struct object *file; /* referenced; NULL: backed by memory */
    int fd;              /* the file's, or our memfd */
    uint64_t size;
    ULONG attributes; /* SEC_* */
    ULONG protect;
    struct image *image;             /* malloc'ed; SEC_IMAGE only */
    struct section_reserve *reserve; /* section_reserve.c; NULL until there is a view */
};
extern const struct object_type section_type;

#define IMAGE_FILE_MACHINE_I386  0x014c
#define IMAGE_FILE_MACHINE_AMD64 0x8664
#define IMAGE_FILE_MACHINE_ARM64 0xaa64

/* Makes the file long enough for a VIEW_GROWS view up to an address. With virtual_lock held. */
NTSTATUS section_view_grow(struct view *view, uint64_t end);

/*
 * section_reserve.c: what is committed of a SEC_RESERVE section. With virtual_lock held. mapped() is told of a new view, whose
 * pages are all reserved as yet, committed() of pages that have been committed in one.
 */
NTSTATUS section_reserve_mapped(struct section *section, struct view *view);
NTSTATUS section_reserve_committed(struct view *view, uint64_t start, uint64_t end);
void section_reserve_unmapped(struct view *view);
/* Learns what other processes have committed. */
void section_reserve_update(struct section_reserve *reserve);
/* How long the memory's file is, for a section of that size. */
uint64_t section_reserve_file_size(uint64_t size);
void section_reserve_free(struct section *section);

/* Reads and checks the headers. On failure the status is the one NtCreateSection(SEC_IMAGE) gives. *image is malloc'ed. */
NTSTATUS image_parse(int fd, struct image **image);
/* The sentence about what is no 64-bit Windows program, without its name; NULL: it is one. image: NULL unless parsed. */
const char *image_refusal(NTSTATUS status, const struct image *image);
/* Maps an image; STATUS_IMAGE_NOT_AT_BASE when not at its preferred address. *view is filled with virtual_lock dropped. */
NTSTATUS image_map(struct section *section, uint64_t *base, const struct placement *placement, uint64_t *size);
/* An image section of a file by its Unix path, without handles: for the start of a program. */
NTSTATUS section_from_image(const char *path, bool installed, struct section **section);

#endif
