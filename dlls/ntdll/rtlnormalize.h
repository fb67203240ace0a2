/* SPDX-License-Identifier: MIT */
/* rtlnormalize.h: what normalization and domain names share. */
#ifndef TRANSOM_RTLNORMALIZE_H
#define TRANSOM_RTLNORMALIZE_H

#include <winnls.h>
#include "ntdll_private.h"
#include "ntrtl.h"
#include "rtlnls.h"

#endif
