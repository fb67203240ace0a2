/* SPDX-License-Identifier: MIT */
/* console.h: shared by the files of console functions. */
#ifndef TRANSOM_KERNELBASE_CONSOLE_H
#define TRANSOM_KERNELBASE_CONSOLE_H

#include "kernelbase_private.h"
#include "nt_console.h"

/* One request to a console handle (consoleapi.c); STATUS_INVALID_HANDLE if it is none. */
NTSTATUS console_request(HANDLE handle, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size,
                         ULONG *returned);

/* A request that concerns the console as such: through the first standard handle that is one, or CONOUT$. */
NTSTATUS any_console_request(ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size, ULONG *returned);

/* The native handle of what CreateProcess was given as a pseudo-console, or NULL (consoleapi_pseudo.c). */
HANDLE pseudo_console_handle(void *attribute);

#endif
