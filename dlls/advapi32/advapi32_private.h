/* SPDX-License-Identifier: MIT */
/* advapi32_private.h: what the files of advapi32 share. */
#ifndef TRANSOM_ADVAPI32_PRIVATE_H
#define TRANSOM_ADVAPI32_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include <sddl.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static inline void *heap_alloc(SIZE_T size)
{
    void *ptr = HeapAlloc(GetProcessHeap(), 0, size);
    if (!ptr)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return ptr;
}

static inline void heap_free(void *ptr)
{
    if (ptr)
        HeapFree(GetProcessHeap(), 0, ptr);
}

/* Heap copies between ANSI and UTF-16; NULL for NULL, or with the last error set. */
WCHAR *wide_dup(const char *str);
char *ansi_dup(const WCHAR *str);

/* The SID of the process's user: free with heap_free. NULL with the last error set. */
PSID user_sid(void);

/* A name of the kind "BA" or "S-1-5-32-544" as a SID in `buffer`; *end is what follows. */
#define SID_SIZE SECURITY_MAX_SID_SIZE
BOOL parse_sid(const WCHAR *str, const WCHAR **end, BYTE buffer[SID_SIZE]);

/* The identifier of a trustee (accctrl.h), into `buffer`; an error. */
struct _TRUSTEE_W;
DWORD trustee_sid(const struct _TRUSTEE_W *trustee, BYTE buffer[SID_SIZE]);

BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size);

#endif
