/* SPDX-License-Identifier: MIT */
/* rtltext.c: RtlIsTextUnicode, which IsTextUnicode (winbase.h) is: a guess, from a number of tests. */
#include "ntdll_private.h"
#include "ntrtl.h"

#define MAX_CHARACTERS 256 /* what the tests look at */

static BOOLEAN is_control(WCHAR c)
{
    return c == '\r' || c == '\n' || c == ' ' || c == '\t' || c == 0x3000;
}

static WCHAR swap(WCHAR c)
{
    return (WCHAR)(c << 8 | c >> 8);
}

static ULONG distance(ULONG a, ULONG b)
{
    return a > b ? a - b : b - a;
}

ULONG NTAPI RtlIsTextUnicode(PVOID buffer, ULONG size, ULONG *result)
{
    const WCHAR *text = buffer;
    ULONG count = size / sizeof(WCHAR), tests = result ? *result : ~0u, found = 0, low = 0, high = 0;
    BOOLEAN ascii = TRUE, reverse_ascii = TRUE;

    if (!count) {
        if (result)
            *result = 0;
        return FALSE;
    }
    if (count > MAX_CHARACTERS)
        count = MAX_CHARACTERS;
    if (text[0] == 0xfeff)
        found |= IS_TEXT_UNICODE_SIGNATURE;
    if (text[0] == 0xfffe)
        found |= IS_TEXT_UNICODE_REVERSE_SIGNATURE;
    if (size & 1)
        found |= IS_TEXT_UNICODE_ODD_LENGTH;
    for (ULONG i = 0; i < count; i++) {
        WCHAR c = text[i];
        if (is_control(c))
            found |= IS_TEXT_UNICODE_CONTROLS;
        if (is_control(swap(c)))
            found |= IS_TEXT_UNICODE_REVERSE_CONTROLS;
        if (!(c & 0xff) || !(c >> 8))
            found |= IS_TEXT_UNICODE_NULL_BYTES;
        if (!c || c == 0xffff || c == 0x0a0d || (i && c == 0xfffe))
            found |= IS_TEXT_UNICODE_ILLEGAL_CHARS;
        if (i || (c != 0xfeff && c != 0xfffe)) {
            ascii = ascii && c < 0x80;
            reverse_ascii = reverse_ascii && swap(c) < 0x80;
        }
        if (i) {
            low += distance(c & 0xff, text[i - 1] & 0xff);
            high += distance(c >> 8, text[i - 1] >> 8);
        }
    }
    /* In text, the byte that chooses within a script changes much more often than the one that chooses the script. */
    if (count > 1 && low / 3 >= high && low)
        found |= IS_TEXT_UNICODE_STATISTICS;
    if (count > 1 && high / 3 >= low && high)
        found |= IS_TEXT_UNICODE_REVERSE_STATISTICS;
    if (ascii)
        found |= IS_TEXT_UNICODE_ASCII16;
    if (reverse_ascii)
        found |= IS_TEXT_UNICODE_REVERSE_ASCII16;
    found &= tests;
    if (result)
        *result = found;
    if (found & IS_TEXT_UNICODE_NOT_UNICODE_MASK)
        return FALSE;
    if (found & IS_TEXT_UNICODE_SIGNATURE)
        return TRUE;
    if (found & IS_TEXT_UNICODE_REVERSE_MASK)
        return FALSE;
    return (found & (IS_TEXT_UNICODE_STATISTICS | IS_TEXT_UNICODE_ASCII16 | IS_TEXT_UNICODE_CONTROLS |
                     IS_TEXT_UNICODE_NULL_BYTES)) != 0;
}
