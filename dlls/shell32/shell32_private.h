/* SPDX-License-Identifier: MIT */
/* shell32_private.h: what the files of shell32 share. */
#ifndef TRANSOM_SHELL32_PRIVATE_H
#define TRANSOM_SHELL32_PRIVATE_H

#define COBJMACROS
#include "nt.h"
#include "ntdll.h"
#include <shellapi.h>
#include <shlobj.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void *shell_alloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

static inline void shell_free(void *p)
{
    if (p)
        HeapFree(GetProcessHeap(), 0, p);
}

/* From the ANSI code page; NULL of NULL, or if there is no memory. */
static inline WCHAR *shell_wide(const char *text)
{
    int size = text ? MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0) : 0;
    WCHAR *wide = size ? shell_alloc(size * sizeof(WCHAR)) : NULL;

    if (wide)
        MultiByteToWideChar(CP_ACP, 0, text, -1, wide, size);
    return wide;
}

#endif
