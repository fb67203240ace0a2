/* SPDX-License-Identifier: MIT */
/*
 * normalization_data.h: the layout of the data about decompositions that tools/mklocale writes and ntdll carries in its
 * read-only data. Offsets are in bytes from the start of the file; everything is little endian and naturally aligned.
 */
#ifndef TRANSOM_NORMALIZATION_DATA_H
#define TRANSOM_NORMALIZATION_DATA_H

#include <stdint.h>

struct nls_table {
    uint32_t offset;
    uint32_t count;
};

/* A canonical or compatibility decomposition: `length` code points at `offset` in the pool, compatibility if flagged. */
struct nls_decomposition {
    uint32_t codepoint;
    uint16_t offset;
    uint8_t length;
    uint8_t compatibility;
};

struct nls_composition {
    uint32_t first, second, composed;
};

struct nls_combining_class {
    uint32_t codepoint;
    uint32_t ccc;
};

struct nls_range {
    uint32_t first, last;
};

#define NLS_NORMALIZATION_MAGIC 0x3130464e /* "NF01" */

struct nls_normalization {
    uint32_t magic;
    uint32_t size;
    struct nls_table decompositions;     /* sorted by code point */
    struct nls_table decomposition_pool; /* uint32_t */
    struct nls_table compositions;       /* sorted by first, second */
    struct nls_table combining_classes;  /* sorted */
    struct nls_table unassigned;         /* ranges, sorted */
};

#endif
