/* SPDX-License-Identifier: MIT */
/*
 * nlsdata.h: the layout of the two data files that tools/mkcodepages and tools/mklocale write and kernelbase carries in
 * its read-only data (nlsdata.S), where only the pages that a program touches are ever read. All offsets are in bytes
 * from the start of the file; everything is little endian and naturally aligned.
 */
#ifndef TRANSOM_NLSDATA_H
#define TRANSOM_NLSDATA_H

#include <stdint.h>
#include "../../include/normalization_data.h"

/* --- code pages --- */

#define NLS_CODEPAGES_MAGIC 0x31304350 /* "CP01" */

struct nls_codepages {
    uint32_t magic;
    uint32_t count; /* of the entries that follow, in ascending order of code page */
    struct {
        uint32_t codepage;
        uint32_t offset; /* of its struct nls_codepage */
    } entries[];
};

/*
 * One code page. Bytes to characters: `single` holds 256 characters, 0 (except for byte 0) being invalid; a lead byte has
 * a non-zero number in `lead`, and `trail[number - 1]` holds 256 characters. Characters to bytes: `from_index` holds for
 * each high byte the number of a 256-entry page in `from`; 0 (except for U+0000) is "no mapping". A mapping that does not
 * lead back to the same character is a best-fit mapping.
 */
struct nls_codepage {
    uint32_t codepage;
    uint32_t flags;
    uint16_t max_char_size;
    uint16_t default_char;    /* as GetCPInfo shows it: first byte low */
    uint16_t unicode_default; /* what invalid bytes become */
    uint8_t lead_ranges[12];
    uint16_t reserved;
    uint32_t single;     /* uint16_t[256] */
    uint32_t lead;       /* uint8_t[256], or 0 */
    uint32_t trail;      /* uint16_t[][256] */
    uint32_t from_index; /* uint16_t[256] */
    uint32_t from;       /* uint16_t[][256]: a byte, or lead << 8 | trail */
    uint32_t ranges;     /* GB 18030: struct nls_gb_range[range_count] */
    uint32_t range_count;
    char name[64];
};

/* Consecutive characters with consecutive four-byte codes. */
struct nls_gb_range {
    uint16_t first;
    uint16_t count;
    uint32_t linear;
};

/* --- characters, collation --- */

#define NLS_LOCALE_MAGIC 0x31304c4e /* "NL01" */

struct nls_ctype {
    uint16_t type1, type2, type3, reserved;
};

/* The weights of one character; see mklocale.c. */
struct nls_weight {
    uint16_t primary;
    uint8_t secondary;
    uint8_t tertiary;
};

#define NLS_TERTIARY_MASK  0x1f
#define NLS_WEIGHT_EXPANDS 0xffff /* primary: secondary << 8 | tertiary is an index into the expansions */
#define NLS_WEIGHT_MARK    0      /* primary, with a secondary weight: a combining mark */

struct nls_case_pair {
    uint32_t from, to;
};

/* Two-level tables of the BMP: index[c >> 6] is the number of a block of 64. */
struct nls_locale {
    uint32_t magic;
    uint32_t size;
    struct nls_table upper_index, upper_blocks; /* uint16_t: what to add */
    struct nls_table lower_index, lower_blocks;
    struct nls_table ctype_index, ctype_blocks; /* uint8_t: index into ctypes */
    struct nls_table ctypes;
    struct nls_table weight_index, weight_blocks; /* struct nls_weight */
    struct nls_table expansions;                  /* struct nls_weight; a run ends with an all-zero entry */
    struct nls_table case_folds;                  /* code points above the BMP, to lower case, sorted */
};

#endif
