/* SPDX-License-Identifier: MIT */
/* user32_private.h: what the files of user32 share. */
#ifndef TRANSOM_USER32_PRIVATE_H
#define TRANSOM_USER32_PRIVATE_H

#include "nt.h"
#include "ntdll.h"
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The screen of a session without a display: what Windows has in one that is disconnected. */
#define SCREEN_WIDTH  1024
#define SCREEN_HEIGHT 768
#define SCREEN_DEVICE "WinDisc"

static inline BOOL user_fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* Texts between the code pages; from HeapAlloc. NULL: no memory (or NULL given). */
WCHAR *user_wide(const char *text);
char *user_narrow(const WCHAR *text);

static inline void *user_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void user_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

#endif
