/* SPDX-License-Identifier: MIT */
/* tlhelp32_private.h: what the files of tlhelp32 share. */
#ifndef TRANSOM_TLHELP32_PRIVATE_H
#define TRANSOM_TLHELP32_PRIVATE_H

#include "kernelbase_private.h"

/* The heaps of a process, the process heap first; kb_free. NULL if they cannot be found out. */
HANDLE *heaps_of(HANDLE process, ULONG *count);

#endif
