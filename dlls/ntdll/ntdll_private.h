/* SPDX-License-Identifier: MIT */
/*
 * ntdll_private.h: what the files of ntdll's PE half share. Exported functions are declared in include/ntldr.h (loader,
 * exceptions, activation contexts) or by <windows.h>; here is the rest.
 *
 * Ownership of per-thread fields: TEB.ThreadLocalStoragePointer and TEB.TlsLinks belong to ldrtls.c; TEB.FlsData,
 * TlsSlots and TlsExpansionSlots to the FLS/TLS functions.
 */
#ifndef TRANSOM_NTDLL_PRIVATE_H
#define TRANSOM_NTDLL_PRIVATE_H

/* This DLL defines what mingw-w64's headers declare as imported: include this header first. */
#ifndef _NTSYSTEM_
#define _NTSYSTEM_
#endif
#ifndef _NTDLLBUILD_
#define _NTDLLBUILD_
#endif

#include "list.h"
#include "ntdll.h"
#include "ntldr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <wchar.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#ifndef CONTAINING_RECORD
#define CONTAINING_RECORD(address, type, field) ((type *)((char *)(address)-offsetof(type, field)))
#endif

#define NT_CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)
#define NT_CURRENT_THREAD  ((HANDLE)(LONG_PTR)-2)

/* KUSER_SHARED_DATA.NtSystemRoot: "C:\windows". */
#define NT_SYSTEM_ROOT ((const WCHAR *)(KUSER_SHARED_DATA_VA + 0x30))

/* Unlocked, without debug information: for locks that exist before the heap does. */
#define RTL_CRITICAL_SECTION_STATIC_INIT                                                                               \
    {                                                                                                                  \
        (void *)(LONG_PTR)-1, -1, 0, 0, 0, 0                                                                           \
    }

static inline void *heap_alloc(size_t size)
{
    return RtlAllocateHeap(nt_peb()->ProcessHeap, 0, size);
}
static inline void *heap_alloc_zero(size_t size)
{
    return RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, size);
}
static inline void *heap_realloc(void *ptr, size_t size)
{
    return ptr ? RtlReAllocateHeap(nt_peb()->ProcessHeap, 0, ptr, size) : heap_alloc(size);
}
static inline void heap_free(void *ptr)
{
    if (ptr)
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, ptr);
}

/*
 * Hooks between the halves of ntdll. ldrinit.c calls, on the process's first thread, after the process heap exists and
 * before any other DLL is loaded, rtl_process_init() (the RTL side's file rtlinit.c defines it). At a thread's end it calls
 * RtlProcessFlsData(teb->FlsData, 1), then the DLLs' DLL_THREAD_DETACH, then RtlProcessFlsData(.., 2), as Windows does.
 */
void rtl_process_init(void);
void rtl_thread_exit(void);      /* the very last of a thread's end: gives its heap caches back */
extern NTSTATUS rtl_exit_status; /* RtlExitUserProcess's: for locks that no thread is left to release (rtlpark.c) */

/* One line on stderr, "transom: PROGRAM: ...", for what ends the program (ldrinit.c). */
void ldr_message(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

#endif
