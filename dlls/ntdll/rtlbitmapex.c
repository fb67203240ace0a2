/* SPDX-License-Identifier: MIT */
/* rtlbitmapex.c: bitmaps of more than 2^32 bits (RTL_BITMAP_EX). */
#include "rtl_private.h"
#include "rtltables.h"

#define BITMAP       RTL_BITMAP_EX
#define INDEX        ULONG64
#define WORD         ULONG64
#define EXPORT(name) name##Ex
#include "rtlbitmap_words.h"
