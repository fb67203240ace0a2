/* SPDX-License-Identifier: MIT */
/*
 * ldroverride.c: TRANSOM_DLLOVERRIDES (or WINEDLLOVERRIDES, which means the same): where DLLs of some names come from.
 *
 *     NAME[,NAME...]=[n|b|n,b|b,n][;...]
 *
 * n (native) is a DLL of the program's or the prefix's, found in Windows' search order, KnownDLLs or not; b (builtin) the
 * installation's own; nothing that there is none. What is not listed is found as on Windows. `*` stands for all names that
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

static void parse_places(const WCHAR *text, struct ldr_places *places)
{
    places->count = 0;
    while (*text && *text != ';' && places->count < ARRAY_SIZE(places->from)) {
        if ((*text | 0x20) == 'n')
            places->from[places->count++] = LDR_NATIVE;
        else if ((*text | 0x20) == 'b')
            places->from[places->count++] = LDR_BUILTIN;
        while (*text && *text != ',' && *text != ';')
            text++;
        if (*text == ',')
            text++;
    }
}

bool ldr_override(const WCHAR *name, size_t length, struct ldr_places *places)
{
    bool found = false;

    if (!overrides)
        read_variable();
    for (const WCHAR *rule = overrides; *rule;) {
        const WCHAR *end = rule, *equals = NULL;
        bool all = false;

        for (; *end && *end != ';'; end++) {
            if (*end == '=' && !equals)
                equals = end;
        }
        if (equals && (is_listed(rule, name, length, &all) || (all && !found))) {
            parse_places(equals + 1, places);
            if (!all)
                return true;
            found = true;
        }
        rule = *end ? end + 1 : end;
    }
    return found;
}
