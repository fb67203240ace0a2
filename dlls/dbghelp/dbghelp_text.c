/* SPDX-License-Identifier: MIT */
/* dbghelp_text.c: texts in both widths, and patterns. */
#include "dbghelp_private.h"

WCHAR *widen(const char *text)
{
    int size = text ? MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0) : 0;
    WCHAR *wide = size ? sym_alloc(size * sizeof(WCHAR)) : NULL;

    if (wide)
        MultiByteToWideChar(CP_ACP, 0, text, -1, wide, size);
    return wide;
}

char *narrow(const WCHAR *text)
{
    int size = text ? WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL) : 0;
    char *out = size ? sym_alloc(size) : NULL;

    if (out)
        WideCharToMultiByte(CP_ACP, 0, text, -1, out, size, NULL, NULL);
    return out;
}

WCHAR *session_text(struct session *session, const char *text)
{
    int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    WCHAR *wide = arena_alloc(&session->arena, (size + 1) * sizeof(WCHAR));

    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size);
    return wide;
}

const char *base_name(const char *path)
{
    const char *name = path;

    for (; *path; path++)
        if (*path == '\\' || *path == '/')
            name = path + 1;
    return name;
}

const WCHAR *base_name_w(const WCHAR *path)
{
    const WCHAR *name = path;

    for (; *path; path++)
        if (*path == '\\' || *path == '/')
            name = path + 1;
    return name;
}

static char folded(char c, BOOL exact_case)
{
    return !exact_case && c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* One character against what a mask has at *mask, which is advanced behind it. */
static BOOL match_one(char c, const char **mask, BOOL exact_case)
{
    const char *m = *mask;
    BOOL found = FALSE;

    if (*m == '\\' && m[1]) {
        *mask = m + 2;
        return folded(m[1], exact_case) == folded(c, exact_case);
    }
    if (*m != '[' || !strchr(m, ']')) {
        *mask = m + 1;
        return *m == '?' || folded(*m, exact_case) == folded(c, exact_case);
    }
    c = folded(c, exact_case);
    for (m++; *m && *m != ']'; m++) {
        if (m[1] == '-' && m[2] && m[2] != ']') {
            found |= c >= folded(m[0], exact_case) && c <= folded(m[2], exact_case);
            m += 2;
        } else {
            found |= c == folded(*m, exact_case);
        }
    }
    *mask = *m ? m + 1 : m;
    return found;
}

/*
 * Masks as "Symbol Server and ..., SymMatchString" have them: * and ?, [characters], # for any number of the character before, + for at
 * least one of it, \ before a character that means itself. One place to go back to, for a *, makes this linear in practice and
 * quadratic at worst.
 */
BOOL match_text(const char *text, const char *mask, BOOL exact_case)
{
    const char *star = NULL, *retry = NULL;

    for (;;) {
        const char *next = mask;
        BOOL one;
        if (*mask == '*') {
            star = ++mask;
            retry = text;
            continue;
        }
        if (!*mask && !*text)
            return TRUE;
        one = *mask && *text && match_one(*text, &next, exact_case);
        if (*mask && !*text)
            match_one(1, &next, exact_case); /* to know where it ends */
        if (*mask && (*next == '#' || *next == '+')) {
            SIZE_T count = 0;
            const char *again = mask;
            while (text[count] && match_one(text[count], &again, exact_case)) {
                count++;
                again = mask;
            }
            if (*next == '#' || count) {
                text += count;
                mask = next + 1;
                continue;
            }
            one = FALSE;
        }
        if (one) {
            text++;
            mask = next;
            continue;
        }
        if (!star || !*retry)
            return FALSE;
        mask = star;
        text = ++retry;
    }
}

WINBOOL WINAPI SymMatchString(PCSTR string, PCSTR expression, WINBOOL exact_case)
{
    if (!string || !expression)
        return sym_fail(ERROR_INVALID_PARAMETER);
    return match_text(string, expression, exact_case);
}

WINBOOL WINAPI SymMatchStringW(PCWSTR string, PCWSTR expression, WINBOOL exact_case)
{
    char *text = narrow(string), *mask = narrow(expression);
    BOOL matches = text && mask && match_text(text, mask, exact_case);

    if (!text || !mask)
        SetLastError(ERROR_INVALID_PARAMETER);
    sym_free(text);
    sym_free(mask);
    return matches;
}

static BOOL same_in_path(WCHAR a, WCHAR b)
{
    if (a == '/')
        a = '\\';
    if (b == '/')
        b = '\\';
    return RtlUpcaseUnicodeChar(a) == RtlUpcaseUnicodeChar(b);
}

/* Compares from the end, as the documentation of SymMatchFileName has it, and says where each stopped. */
WINBOOL WINAPI SymMatchFileNameW(PCWSTR file, PCWSTR match, PWSTR *file_stop, PWSTR *match_stop)
{
    const WCHAR *f = file + wcslen(file), *m = match + wcslen(match);

    while (f > file && m > match && same_in_path(f[-1], m[-1]))
        f--, m--;
    if (file_stop)
        *file_stop = (WCHAR *)(f > file ? f - 1 : f);
    if (match_stop)
        *match_stop = (WCHAR *)(m > match ? m - 1 : m);
    return m == match;
}

WINBOOL WINAPI SymMatchFileName(PCSTR file, PCSTR match, PSTR *file_stop, PSTR *match_stop)
{
    const char *f = file + strlen(file), *m = match + strlen(match);

    while (f > file && m > match && same_in_path((BYTE)f[-1], (BYTE)m[-1]))
        f--, m--;
    if (file_stop)
        *file_stop = (char *)(f > file ? f - 1 : f);
    if (match_stop)
        *match_stop = (char *)(m > match ? m - 1 : m);
    return m == match;
}
