/* SPDX-License-Identifier: MIT */
/* rtlnls.h: the tables made by tools/mknls.c: for each upper byte of a character the number of a block of 256 values. */
#ifndef TRANSOM_RTLNLS_H
#define TRANSOM_RTLNLS_H

#include "ntdll_private.h"
#include "ntrtl.h"

#define NLS_ANSI_CODE_PAGE 1252
#define NLS_OEM_CODE_PAGE  437

extern const UCHAR nls_upper_index[256], nls_lower_index[256], nls_ansi_index[256], nls_oem_index[256];
extern const USHORT nls_upper_blocks[][256], nls_lower_blocks[][256]; /* differences */
extern const UCHAR nls_ansi_blocks[][256], nls_oem_blocks[][256];     /* 0: not in the code page */
extern const USHORT nls_ansi_to[256], nls_oem_to[256];

static inline WCHAR nls_upper(WCHAR c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    return (WCHAR)(c + nls_upper_blocks[nls_upper_index[c >> 8]][c & 0xff]);
}
static inline WCHAR nls_lower(WCHAR c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return (WCHAR)(c + nls_lower_blocks[nls_lower_index[c >> 8]][c & 0xff]);
}

#endif
