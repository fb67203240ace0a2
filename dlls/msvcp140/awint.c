/* SPDX-License-Identifier: MIT */
/*
 * awint.c: what Microsoft's STL calls for locales that are named in UTF-16 but whose text is in a code page: comparing and
 * mapping (toupper, collate). Names and arguments as in the STL's awint.h.
 */
#include <windows.h>

/* `length` characters in UTF-16, from the process heap; NULL: it could not be converted. */
static WCHAR *widen(int code_page, const char *text, int *length, BOOL fail_on_error)
{
    DWORD flags = fail_on_error ? MB_PRECOMPOSED | MB_ERR_INVALID_CHARS : MB_PRECOMPOSED;
    int n = MultiByteToWideChar(code_page, flags, text, *length, NULL, 0);
    WCHAR *wide = n ? HeapAlloc(GetProcessHeap(), 0, n * sizeof(WCHAR)) : NULL;
    if (wide)
        *length = MultiByteToWideChar(code_page, flags, text, *length, wide, n);
    return wide;
}

/* Counted text ends at a zero all the same. */
static int shorten(const char *text, int length)
{
    int n = 0;
    while (n < length && text[n])
        n++;
    return n < length ? n + 1 : length;
}

int __cdecl __crtLCMapStringW(const WCHAR *locale, DWORD flags, const WCHAR *src, int src_length, WCHAR *dest,
                              int dest_length)
{
    if (src_length > 0) {
        int n = 0;
        while (n < src_length && src[n])
            n++;
        src_length = n < src_length ? n + 1 : n;
    }
    return LCMapStringEx(locale, flags, src, src_length, dest, dest_length, NULL, NULL, 0);
}

/* Returns the length of the result in bytes; with `dest_length` 0 what it would be. 0 is an error. */
int __cdecl __crtLCMapStringA(const WCHAR *locale, DWORD flags, const char *src, int src_length, char *dest,
                              int dest_length, int code_page, BOOL fail_on_error)
{
    WCHAR *wide, *mapped = NULL;
    int result = 0, mapped_length;

    if (src_length > 0)
        src_length = shorten(src, src_length);
    wide = widen(code_page, src, &src_length, fail_on_error);
    if (!wide)
        return 0;
    if (flags & LCMAP_SORTKEY) { /* a sort key is bytes already */
        result = LCMapStringEx(locale, flags, wide, src_length, (WCHAR *)dest, dest_length, NULL, NULL, 0);
        goto done;
    }
    mapped_length = LCMapStringEx(locale, flags, wide, src_length, NULL, 0, NULL, NULL, 0);
    mapped = mapped_length ? HeapAlloc(GetProcessHeap(), 0, mapped_length * sizeof(WCHAR)) : NULL;
    if (!mapped || !LCMapStringEx(locale, flags, wide, src_length, mapped, mapped_length, NULL, NULL, 0))
        goto done;
    result =
        WideCharToMultiByte(code_page, 0, mapped, mapped_length, dest_length ? dest : NULL, dest_length, NULL, NULL);
done:
    HeapFree(GetProcessHeap(), 0, mapped);
    HeapFree(GetProcessHeap(), 0, wide);
    return result;
}

/* CSTR_LESS_THAN, CSTR_EQUAL, CSTR_GREATER_THAN; 0 is an error. */
int __cdecl __crtCompareStringW(const WCHAR *locale, DWORD flags, const WCHAR *a, int a_length, const WCHAR *b,
                                int b_length)
{
    return CompareStringEx(locale, flags, a, a_length, b, b_length, NULL, NULL, 0);
}

int __cdecl __crtCompareStringA(const WCHAR *locale, DWORD flags, const char *a, int a_length, const char *b,
                                int b_length, int code_page)
{
    WCHAR *wide_a = NULL, *wide_b = NULL;
    int result = 0;

    if (a_length > 0)
        a_length = shorten(a, a_length);
    if (b_length > 0)
        b_length = shorten(b, b_length);
    if (!a_length || !b_length)
        return a_length == b_length ? CSTR_EQUAL : a_length ? CSTR_GREATER_THAN : CSTR_LESS_THAN;
    wide_a = widen(code_page, a, &a_length, TRUE);
    wide_b = widen(code_page, b, &b_length, TRUE);
    if (wide_a && wide_b)
        result = CompareStringEx(locale, flags, wide_a, a_length, wide_b, b_length, NULL, NULL, 0);
    HeapFree(GetProcessHeap(), 0, wide_a);
    HeapFree(GetProcessHeap(), 0, wide_b);
    return result;
}
