/* SPDX-License-Identifier: MIT */
/* imagehlp_private.h: what the files of imagehlp share. */
#ifndef TRANSOM_IMAGEHLP_PRIVATE_H
#define TRANSOM_IMAGEHLP_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include <imagehlp.h>
#include <string.h>

/* The whole file in memory, and its headers, which are checked to lie in it. */
struct image_file {
    BYTE *data;
    SIZE_T size;
    IMAGE_NT_HEADERS *nt; /* NULL: it is no image */
    IMAGE_SECTION_HEADER *sections;
    WORD section_count;
    BOOL is64;
};

/* checksum.c */
DWORD image_checksum(const void *data, SIZE_T size, const DWORD *field); /* field: where the sum is kept, or NULL */
DWORD *checksum_field(const struct image_file *image);

/* mapping.c */
void image_describe(struct image_file *image, void *data, SIZE_T size);
BOOL image_map(HANDLE file, BOOL write, struct image_file *image);
void image_unmap(struct image_file *image);
IMAGE_DATA_DIRECTORY *image_directory(const struct image_file *image,
                                      ULONG number);                     /* NULL: it has none of that number */
void *image_rva(const struct image_file *image, DWORD rva, SIZE_T size); /* NULL: not in the file */

static inline BOOL img_fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

#endif
