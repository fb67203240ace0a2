/* SPDX-License-Identifier: MIT */
/* crt_path.c: _splitpath, _makepath and their like, as ntdll exports them. */
#include <errno.h>
#include "ntdll_private.h"

#define CH         char
#define NAME(n, w) n
#include "crt_path_impl.h"
#undef CH
#undef NAME

#define CH         WCHAR
#define NAME(n, w) w
#include "crt_path_impl.h"
