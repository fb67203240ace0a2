/* SPDX-License-Identifier: MIT */
/*
 * rtlexpression.c: file names that match a pattern (RtlIsNameInExpression). The pattern is a small automaton: a set of
 * positions in it is carried through the name, so that no pattern takes long.
 */
#include "rtl_private.h"

#define DOS_STAR L'<' /* any characters, but not beyond the last dot */
#define DOS_QM   L'>' /* one character, or none before a dot and at the end */
#define DOS_DOT  L'"' /* a dot, or nothing at the end */

BOOLEAN NTAPI RtlDoesNameContainWildCards(const UNICODE_STRING *name);
BOOLEAN NTAPI RtlDoesNameContainWildCards(const UNICODE_STRING *name)
{
    for (ULONG i = 0; i < name->Length / sizeof(WCHAR); i++)
        if (wcschr(L"*?<>\"", name->Buffer[i]) && name->Buffer[i])
            return TRUE;
    return FALSE;
}

/* Adds position i, and all that can be reached from it without taking a character. */
static void add(bool *set, const WCHAR *pattern, ULONG length, ULONG i, bool at_end, bool at_dot)
{
    for (;; i++) {
        set[i] = true;
        if (i == length)
            return;
        switch (pattern[i]) {
        case L'*':
        case DOS_STAR:
            continue;
        case DOS_QM:
            if (at_end || at_dot)
                continue;
            return;
        case DOS_DOT:
            if (at_end)
                continue;
            return;
        default:
            return;
        }
    }
}

static NTSTATUS match(const UNICODE_STRING *expression, const UNICODE_STRING *name, bool upcase_both, BOOLEAN ignore,
                      const WCHAR *table, BOOLEAN *result)
{
    const WCHAR *pattern = expression->Buffer, *text = name->Buffer;
    ULONG length = expression->Length / sizeof(WCHAR), chars = name->Length / sizeof(WCHAR), last_dot = MAXULONG;
    bool *set, *next, *swap;

    *result = !length && !chars;
    if (!length || !chars)
        return STATUS_SUCCESS;
    if (length == 1 && pattern[0] == L'*') {
        *result = TRUE;
        return STATUS_SUCCESS;
    }
    if (!(set = heap_alloc_zero(2 * (length + 1))))
        return STATUS_NO_MEMORY;
    next = set + length + 1;
    for (ULONG i = 0; i < chars; i++)
        if (text[i] == L'.')
            last_dot = i;
    add(set, pattern, length, 0, false, text[0] == L'.');
    for (ULONG at = 0; at < chars; at++) {
        bool end = at + 1 == chars, dot = !end && text[at + 1] == L'.';
        WCHAR c = text[at], upper = ignore ? (table ? table[c] : RtlUpcaseUnicodeChar(c)) : c;

        memset(next, 0, length + 1);
        for (ULONG i = 0; i < length; i++) {
            bool stay = false, move = false;
            WCHAR p = pattern[i];

            if (!set[i])
                continue;
            switch (p) {
            case L'*':
                stay = true;
                break;
            case DOS_STAR:
                stay = at != last_dot;
                move = at == last_dot;
                break;
            case L'?':
                move = true;
                break;
            case DOS_QM:
                move = c != L'.';
                break;
            case DOS_DOT:
                move = c == L'.';
                break;
            default:
                if (upcase_both && ignore)
                    p = table ? table[p] : RtlUpcaseUnicodeChar(p);
                move = p == upper;
            }
            if (stay)
                add(next, pattern, length, i, end, dot);
            if (move)
                add(next, pattern, length, i + 1, end, dot);
        }
        swap = set;
        set = next;
        next = swap;
    }
    *result = set[length];
    heap_free(set < next ? set : next);
    return STATUS_SUCCESS;
}

/* To ignore case, the expression must be upper case already. */
BOOLEAN NTAPI RtlIsNameInExpression(const UNICODE_STRING *expression, const UNICODE_STRING *name, BOOLEAN ignore_case,
                                    PWCH table);
BOOLEAN NTAPI RtlIsNameInExpression(const UNICODE_STRING *expression, const UNICODE_STRING *name, BOOLEAN ignore_case,
                                    PWCH table)
{
    BOOLEAN result;
    NTSTATUS status = match(expression, name, false, ignore_case, table, &result);

    if (status)
        RtlRaiseStatus(status);
    return result;
}

BOOLEAN NTAPI RtlIsNameInUnUpcasedExpression(const UNICODE_STRING *expression, const UNICODE_STRING *name,
                                             BOOLEAN ignore_case, PWCH table);
BOOLEAN NTAPI RtlIsNameInUnUpcasedExpression(const UNICODE_STRING *expression, const UNICODE_STRING *name,
                                             BOOLEAN ignore_case, PWCH table)
{
    BOOLEAN result;
    NTSTATUS status = match(expression, name, true, ignore_case, table, &result);

    if (status)
        RtlRaiseStatus(status);
    return result;
}
