/* SPDX-License-Identifier: MIT */
/* rtlsha256.h: SHA-256 (FIPS 180-4) of a block of memory. */
#ifndef TRANSOM_RTLSHA256_H
#define TRANSOM_RTLSHA256_H

#include "ntdll_private.h"

void rtl_sha256(const void *data, SIZE_T size, UCHAR digest[32]);

#endif
