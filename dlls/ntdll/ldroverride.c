/* SPDX-License-Identifier: MIT */
/*
 * ldroverride.c: TRANSOM_DLLOVERRIDES (or WINEDLLOVERRIDES, which means the same): where DLLs of some names come from.
 *
 *     NAME[,NAME...]=[n|b|n,b|b,n|d][;...]
 *
 * n (native) is a DLL of the program's or the prefix's, found in Windows' search order, KnownDLLs or not; b (builtin) the
 * installation's own; nothing, or d (disabled),
 * that there is none. What is not listed is found as on Windows. `*` stands for all names that
 * are not listed.
 */
#include "ldr_private.h"

static WCHAR *overrides; /* NULL: not looked at yet */
static WCHAR none[1];

static void read_variable(void)
{
    static const WCHAR *const names[] = { L"TRANSOM_DLLOVERRIDES", L"WINEDLLOVERRIDES" };

    overrides = none;
    for (ULONG i = 0; i < ARRAY_SIZE(names); i++) {
        SIZE_T length = 0, size = wcslen(names[i]);

        if (RtlQueryEnvironmentVariable(NULL, names[i], size, NULL, 0, &length) != STATUS_BUFFER_TOO_SMALL || !length)
            continue;
        WCHAR *text = heap_alloc((length + 1) * sizeof(*text));
        if (!text)
            return;
        if (!RtlQueryEnvironmentVariable(NULL, names[i], size, text, length + 1, &length)) {
            text[length] = 0;
            overrides = text;
            return;
        }
        heap_free(text);
    }
}

/* Is the DLL's name, which ends in ".dll" or not, in the list up to the "="? */
static bool is_listed(const WCHAR *list, const WCHAR *name, size_t length, bool *all)
{
    static const WCHAR dll[] = { '.', 'd', 'l', 'l' };

    if (length > 4 && ldr_name_equal(name + length - 4, dll, 4))
        length -= 4;
    while (*list && *list != '=' && *list != ';') {
        size_t n = 0;

        while (*list == ' ' || *list == ',')
            list++;
        while (list[n] && !wcschr(L",=; ", list[n]))
            n++;
        if (n == 1 && *list == '*')
            *all = true;
        else if (n && *list == '*') { /* Wine's mark for "in any folder" */
            list++;
            n--;
        }
        if (n > 4 && n - 4 == length && ldr_name_equal(list + n - 4, dll, 4) && ldr_name_equal(list, name, length))
            return true;
        if (n == length && ldr_name_equal(list, name, length))
            return true;
        list += n;
    }
    return false;
}

static bool is_word(const WCHAR *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return length == 1 || !word[length]; /* its first letter will do */
}

/* False: it says something else, and therefore nothing. */
static bool parse_places(const WCHAR *text, struct ldr_places *places)
{
    places->count = 0;
    for (;;) {
        size_t length = 0;

        while (*text == ' ' || *text == ',')
            text++;
        while (text[length] && !wcschr(L",; ", text[length]))
            length++;
        if (!length)
            return true;
        bool native = is_word(text, length, "native");
        if (!native && !is_word(text, length, "builtin") && !is_word(text, length, "disabled"))
            return false;
        if (!is_word(text, length, "disabled") && places->count < ARRAY_SIZE(places->from))
            places->from[places->count++] = native ? LDR_NATIVE : LDR_BUILTIN;
        text += length;
    }
}

/* Once; the DLL is then found as if there were no such rule. */
static void complain(const WCHAR *rule, const WCHAR *end)
{
    static LONG told;
    char text[100];
    size_t n = 0;

    for (; rule < end && n < sizeof(text) - 1; rule++)
        text[n++] = *rule < 0x7f ? (char)*rule : '?';
    text[n] = 0;
    if (!InterlockedExchange(&told, 1))
        ldr_message("TRANSOM_DLLOVERRIDES: %s: it is native (n), builtin (b), both, or disabled (d)", text);
}

bool ldr_override(const WCHAR *name, size_t length, struct ldr_places *places)
{
    bool found = false;

    if (!overrides)
        read_variable();
    for (const WCHAR *rule = overrides; *rule;) {
        const WCHAR *end = rule, *equals = NULL;
        struct ldr_places said;
        bool all = false;

        for (; *end && *end != ';'; end++) {
            if (*end == '=' && !equals)
                equals = end;
        }
        if (equals && (is_listed(rule, name, length, &all) || (all && !found))) {
            if (!parse_places(equals + 1, &said)) {
                complain(rule, end);
            } else {
                *places = said;
                if (!all)
                    return true;
                found = true;
            }
        }
        rule = *end ? end + 1 : end;
    }
    return found;
}
