/* SPDX-License-Identifier: MIT */
/* nls.h: what the national-language files of kernelbase share: code pages, characters, sort weights, locales. */
#ifndef TRANSOM_NLS_H
#define TRANSOM_NLS_H

#include "kernelbase_private.h"
#include <winnls.h>
#include "nlsdata.h"
#include "ntrtl.h"

extern const uint8_t nls_codepages_data[], nls_locale_data[];

/* --- code pages (nls_codepage.c) --- */

#define CP_GB18030 54936

/* CP_ACP, CP_OEMCP, ... as numbers; other numbers as they are. */
UINT nls_real_codepage(UINT codepage);
/* The table of a code page, or NULL: unknown, or one that is computed (CP_UTF7, CP_UTF8). */
const struct nls_codepage *nls_find_codepage(UINT codepage);

static inline const void *cp_at(const struct nls_codepage *cp, uint32_t offset)
{
    return (void)cp, nls_codepages_data + offset;
}

/* The lead byte's row of trail characters, or NULL if the byte leads nothing. */
static inline const WCHAR *cp_trail(const struct nls_codepage *cp, BYTE lead)
{
    const BYTE *leads;

    if (!cp->lead)
        return NULL;
    leads = cp_at(cp, cp->lead);
    return leads[lead] ? (const WCHAR *)cp_at(cp, cp->trail) + (leads[lead] - 1) * 256 : NULL;
}

static inline USHORT cp_from(const struct nls_codepage *cp, WCHAR c)
{
    const USHORT *index = cp_at(cp, cp->from_index), *blocks = cp_at(cp, cp->from);
    return blocks[index[c >> 8] * 256 + (c & 0xff)];
}

/*
 * Converters. Each returns the number of units the result has; it stops writing at `cap` and then returns a number larger
 * than `cap`. With cap 0 nothing is written. `*invalid` is set if the input had something that cannot be represented.
 */
SIZE_T utf8_decode(const char *src, SIZE_T len, WCHAR *dst, SIZE_T cap, BOOL *invalid);
SIZE_T utf8_encode(const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap, BOOL *invalid);
SIZE_T utf7_decode(const char *src, SIZE_T len, WCHAR *dst, SIZE_T cap);
SIZE_T utf7_encode(const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap);
SIZE_T gb18030_decode(const struct nls_codepage *cp, const char *src, SIZE_T len, WCHAR *dst, SIZE_T cap,
                      BOOL *invalid);
SIZE_T gb18030_encode(const struct nls_codepage *cp, const WCHAR *src, SIZE_T len, char *dst, SIZE_T cap,
                      BOOL *invalid);

/* --- characters (nls_characters.c) --- */

WCHAR nls_upper(WCHAR c);
WCHAR nls_lower(WCHAR c);
const struct nls_ctype *nls_ctype(WCHAR c);

static inline const struct nls_locale *nls_data(void)
{
    return (const struct nls_locale *)nls_locale_data;
}

static inline const void *nls_table(struct nls_table table)
{
    return nls_locale_data + table.offset;
}

/* --- sort weights (nls_collation.c) --- */

/* CompareString's comparison: negative, zero, positive. */
int nls_compare(DWORD flags, const WCHAR *a, SIZE_T alen, const WCHAR *b, SIZE_T blen);
/* The sort key; returns its size, writes as much as fits. */
SIZE_T nls_sort_key(DWORD flags, const WCHAR *src, SIZE_T len, BYTE *dst, SIZE_T cap);
/* Whether `value` is a prefix of `src` under the flags; *length is then what of src matched. */
BOOL nls_match_prefix(DWORD flags, const WCHAR *src, SIZE_T len, const WCHAR *value, SIZE_T value_len, SIZE_T *length);

/* A heap copy of an ANSI string as UTF-16; NULL with the last error set if there is no memory. */
static inline WCHAR *wide_dup_ansi(const char *str)
{
    SIZE_T len = strlen(str) + 1;
    WCHAR *wide = kb_alloc(len * sizeof(WCHAR));

    if (!wide)
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    MultiByteToWideChar(CP_ACP, 0, str, len, wide, len);
    return wide;
}

/* --- locales (nls_locales.c) --- */

struct locale;

/* NULL for unknown ones. Names may be NULL (user default), L"" (invariant) or L"!x-sys-default-locale". */
const struct locale *locale_from_name(const WCHAR *name);
const struct locale *locale_from_lcid(LCID lcid);
const struct locale *locale_user_default(void);

#endif
