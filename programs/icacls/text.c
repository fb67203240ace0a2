/* SPDX-License-Identifier: MIT */
/* text.c: the common text functions; here instead of by `icacls_COMMON`, as this program takes its arguments by itself. */
#include "../common/text.c"
