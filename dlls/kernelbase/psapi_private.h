/* SPDX-License-Identifier: MIT */
/* psapi_private.h: what psapi.c, psapi_system.c and tlhelp32.c share. */
#ifndef TRANSOM_PSAPI_PRIVATE_H
#define TRANSOM_PSAPI_PRIVATE_H

#include "kernelbase_private.h"
#include "ntldr.h"
#include "nt_system.h"
#define PSAPI_VERSION 1 /* declares the functions without K32; the types are the same */
#include <psapi.h>

/* The whole answer to a query of which the size is not known before; kb_free. NULL with the last error set. */
void *query_system(ULONG class);
const SYSTEM_PROCESS_INFORMATION *next_process(const SYSTEM_PROCESS_INFORMATION *process);
BOOL is_own_process(HANDLE process);
/* psapi_modules.c: FALSE with the last error set if the process cannot be asked. */
BOOL for_each_module(HANDLE process, PLDR_ENUM_CALLBACK callback, void *context);

#endif
