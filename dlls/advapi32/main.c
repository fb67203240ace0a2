/* SPDX-License-Identifier: MIT */
/* main.c: what advapi32's files share; random numbers under their old names. */
#include "advapi32_private.h"

WCHAR *wide_dup(const char *str)
{
    WCHAR *wide = NULL;
    int n;

    if (!str)
        return NULL;
    n = MultiByteToWideChar(CP_ACP, 0, str, -1, NULL, 0);
    if (n && (wide = heap_alloc(n * sizeof(WCHAR))))
        MultiByteToWideChar(CP_ACP, 0, str, -1, wide, n);
    return wide;
}

char *ansi_dup(const WCHAR *str)
{
    char *ansi = NULL;
    int n;

    if (!str)
        return NULL;
    n = WideCharToMultiByte(CP_ACP, 0, str, -1, NULL, 0, NULL, NULL);
    if (n && (ansi = heap_alloc(n)))
        WideCharToMultiByte(CP_ACP, 0, str, -1, ansi, n, NULL, NULL);
    return ansi;
}

/* RtlGenRandom (ntsecapi.h). */
BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG size)
{
    return ProcessPrng(buffer, size);
}
