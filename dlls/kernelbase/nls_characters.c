/* SPDX-License-Identifier: MIT */
/* nls_characters.c: case and types of single characters; GetStringType. */
#include "nls.h"

static inline USHORT trie16(struct nls_table index, struct nls_table blocks, WCHAR c)
{
    const USHORT *numbers = nls_table(index), *values = nls_table(blocks);
    return values[numbers[c >> 6] * 64 + (c & 63)];
}

WCHAR nls_upper(WCHAR c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    return c + trie16(nls_data()->upper_index, nls_data()->upper_blocks, c);
}

WCHAR nls_lower(WCHAR c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return c + trie16(nls_data()->lower_index, nls_data()->lower_blocks, c);
}

const struct nls_ctype *nls_ctype(WCHAR c)
{
    const USHORT *numbers = nls_table(nls_data()->ctype_index);
    const BYTE *blocks = nls_table(nls_data()->ctype_blocks);
    const struct nls_ctype *types = nls_table(nls_data()->ctypes);

    return &types[blocks[numbers[c >> 6] * 64 + (c & 63)]];
}

BOOL WINAPI GetStringTypeW(DWORD type, LPCWCH src, int len, LPWORD result)
{
    SIZE_T count;

    if (!src || !result || !len || (const void *)src == (const void *)result)
        return fail(ERROR_INVALID_PARAMETER);
    count = len < 0 ? wcslen(src) + 1 : (SIZE_T)len;
    switch (type) {
    case CT_CTYPE1:
        for (SIZE_T i = 0; i < count; i++)
            result[i] = nls_ctype(src[i])->type1;
        return TRUE;
    case CT_CTYPE2:
        for (SIZE_T i = 0; i < count; i++)
            result[i] = nls_ctype(src[i])->type2;
        return TRUE;
    case CT_CTYPE3:
        for (SIZE_T i = 0; i < count; i++) {
            result[i] = nls_ctype(src[i])->type3;
            if (src[i] >= 0xd800 && src[i] < 0xe000)
                result[i] |= src[i] < 0xdc00 ? C3_HIGHSURROGATE : C3_LOWSURROGATE;
        }
        return TRUE;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
}

BOOL WINAPI GetStringTypeExW(LCID locale, DWORD type, LPCWCH src, int len, LPWORD result)
{
    (void)locale; /* documented as ignored */
    return GetStringTypeW(type, src, len, result);
}

BOOL WINAPI GetStringTypeA(LCID locale, DWORD type, LPCSTR src, int len, LPWORD result)
{
    UINT codepage = CP_ACP;
    WCHAR *wide;
    BOOL ok;
    int n;

    if (!src || !result || !len)
        return fail(ERROR_INVALID_PARAMETER);
    GetLocaleInfoW(locale, LOCALE_IDEFAULTANSICODEPAGE | LOCALE_RETURN_NUMBER, (WCHAR *)&codepage, 2);
    if (!(n = MultiByteToWideChar(codepage, 0, src, len, NULL, 0)))
        return FALSE;
    if (!(wide = kb_alloc(n * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    MultiByteToWideChar(codepage, 0, src, len, wide, n);
    ok = GetStringTypeW(type, wide, n, result);
    kb_free(wide);
    return ok;
}

BOOL WINAPI GetStringTypeExA(LCID locale, DWORD type, LPCSTR src, int len, LPWORD result)
{
    return GetStringTypeA(locale, type, src, len, result);
}

/* --- IsChar* and Char* (user32 forwards here) --- */

BOOL WINAPI IsCharAlphaW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_ALPHA) != 0;
}

BOOL WINAPI IsCharAlphaNumericW(WCHAR c)
{
    return (nls_ctype(c)->type1 & (C1_ALPHA | C1_DIGIT)) != 0;
}

BOOL WINAPI IsCharUpperW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_UPPER) != 0;
}

BOOL WINAPI IsCharLowerW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_LOWER) != 0;
}

BOOL WINAPI IsCharDigitW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_DIGIT) != 0;
}

BOOL WINAPI IsCharXDigitW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_XDIGIT) != 0;
}

BOOL WINAPI IsCharSpaceW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_SPACE) != 0;
}

BOOL WINAPI IsCharPunctW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_PUNCT) != 0;
}

BOOL WINAPI IsCharCntrlW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_CNTRL) != 0;
}

BOOL WINAPI IsCharBlankW(WCHAR c)
{
    return (nls_ctype(c)->type1 & C1_BLANK) != 0;
}

static WCHAR ansi_char(CHAR c)
{
    WCHAR wide = 0;
    MultiByteToWideChar(CP_ACP, 0, &c, 1, &wide, 1);
    return wide;
}

BOOL WINAPI IsCharAlphaA(CHAR c)
{
    return IsCharAlphaW(ansi_char(c));
}

BOOL WINAPI IsCharAlphaNumericA(CHAR c)
{
    return IsCharAlphaNumericW(ansi_char(c));
}

BOOL WINAPI IsCharUpperA(CHAR c)
{
    return IsCharUpperW(ansi_char(c));
}

BOOL WINAPI IsCharLowerA(CHAR c)
{
    return IsCharLowerW(ansi_char(c));
}

BOOL WINAPI IsCharSpaceA(CHAR c)
{
    return IsCharSpaceW(ansi_char(c));
}

/* CharUpper and CharLower take a character instead of a pointer when the upper bits are zero. */
static inline BOOL is_char(const void *ptr)
{
    return !((ULONG_PTR)ptr >> 16);
}

DWORD WINAPI CharUpperBuffW(LPWSTR str, DWORD len)
{
    if (!str)
        return 0;
    for (DWORD i = 0; i < len; i++)
        str[i] = nls_upper(str[i]);
    return len;
}

DWORD WINAPI CharLowerBuffW(LPWSTR str, DWORD len)
{
    if (!str)
        return 0;
    for (DWORD i = 0; i < len; i++)
        str[i] = nls_lower(str[i]);
    return len;
}

LPWSTR WINAPI CharUpperW(LPWSTR str)
{
    if (is_char(str))
        return (LPWSTR)(ULONG_PTR)nls_upper((WCHAR)(ULONG_PTR)str);
    CharUpperBuffW(str, wcslen(str));
    return str;
}

LPWSTR WINAPI CharLowerW(LPWSTR str)
{
    if (is_char(str))
        return (LPWSTR)(ULONG_PTR)nls_lower((WCHAR)(ULONG_PTR)str);
    CharLowerBuffW(str, wcslen(str));
    return str;
}

/* Case mapping of ANSI text keeps its length: a character whose mapping needs another number of bytes stays. */
static DWORD map_ansi(LPSTR str, DWORD len, WCHAR (*map)(WCHAR))
{
    for (DWORD i = 0; i < len;) {
        int size = IsDBCSLeadByte(str[i]) && i + 1 < len ? 2 : 1;
        WCHAR c;
        char mapped[2];

        if (MultiByteToWideChar(CP_ACP, 0, str + i, size, &c, 1) == 1) {
            c = map(c);
            if (WideCharToMultiByte(CP_ACP, WC_NO_BEST_FIT_CHARS, &c, 1, mapped, 2, NULL, NULL) == size &&
                mapped[0] != '?')
                memcpy(str + i, mapped, size);
        }
        i += size;
    }
    return len;
}

DWORD WINAPI CharUpperBuffA(LPSTR str, DWORD len)
{
    return str ? map_ansi(str, len, nls_upper) : 0;
}

DWORD WINAPI CharLowerBuffA(LPSTR str, DWORD len)
{
    return str ? map_ansi(str, len, nls_lower) : 0;
}

LPSTR WINAPI CharUpperA(LPSTR str)
{
    if (is_char(str)) {
        char c = (char)(ULONG_PTR)str;
        map_ansi(&c, 1, nls_upper);
        return (LPSTR)(ULONG_PTR)(BYTE)c;
    }
    map_ansi(str, strlen(str), nls_upper);
    return str;
}

LPSTR WINAPI CharLowerA(LPSTR str)
{
    if (is_char(str)) {
        char c = (char)(ULONG_PTR)str;
        map_ansi(&c, 1, nls_lower);
        return (LPSTR)(ULONG_PTR)(BYTE)c;
    }
    map_ansi(str, strlen(str), nls_lower);
    return str;
}

LPWSTR WINAPI CharNextW(LPCWSTR at)
{
    return (LPWSTR)(*at ? at + 1 : at);
}

LPWSTR WINAPI CharPrevW(LPCWSTR start, LPCWSTR at)
{
    return (LPWSTR)(at > start ? at - 1 : start);
}

LPSTR WINAPI CharNextExA(WORD codepage, LPCSTR at, DWORD flags)
{
    (void)flags;
    if (!*at)
        return (LPSTR)at;
    return (LPSTR)(IsDBCSLeadByteEx(codepage, at[0]) && at[1] ? at + 2 : at + 1);
}

LPSTR WINAPI CharPrevExA(WORD codepage, LPCSTR start, LPCSTR at, DWORD flags)
{
    while (*start && start < at) {
        LPCSTR next = CharNextExA(codepage, start, flags);
        if (next >= at)
            break;
        start = next;
    }
    return (LPSTR)start;
}

LPSTR WINAPI CharNextA(LPCSTR at)
{
    return CharNextExA(CP_ACP, at, 0);
}

LPSTR WINAPI CharPrevA(LPCSTR start, LPCSTR at)
{
    return CharPrevExA(CP_ACP, start, at, 0);
}
