/* SPDX-License-Identifier: MIT */
/* crt_strtod.c: decimal numbers to floating point, for crt_scanf.c: the C runtime's text. */
#define CRT_MSVCRT
#include "../crt/strtod.c"
