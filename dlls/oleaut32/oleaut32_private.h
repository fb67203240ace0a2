/* SPDX-License-Identifier: MIT */
/* oleaut32_private.h: what the files of oleaut32 share. */
#ifndef TRANSOM_OLEAUT32_PRIVATE_H
#define TRANSOM_OLEAUT32_PRIVATE_H

#define COBJMACROS
#include "nt.h"
#include "ntdll.h"
#include <objbase.h>
#include <oleauto.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes of a value of this type in a VARIANT or an array; 0 for what cannot be there. */
ULONG variant_type_size(VARTYPE vt);

#endif
