/* SPDX-License-Identifier: MIT */
/* builtin_set.c: SET. */
#include "cmd.h"

static int compare_items(const void *a, const void *b)
{
    return _wcsicmp(*(const WCHAR *const *)a, *(const WCHAR *const *)b);
}

/* The variables whose names begin so, sorted. */
static int show(const WCHAR *prefix)
{
    WCHAR *block = GetEnvironmentStringsW();
    size_t length = wcslen(prefix);
    struct words list = { 0 };
    for (const WCHAR *p = block; *p; p += wcslen(p) + 1)
        if (*p != '=' && !_wcsnicmp(p, prefix, length))
            words_add(&list, xdup(p));
    FreeEnvironmentStringsW(block);
    if (list.count)
        qsort(list.items, list.count, sizeof(*list.items), compare_items);
    for (size_t i = 0; i < list.count; i++)
        outf(L"%ls\r\n", list.items[i]);
    bool found = list.count != 0;
    words_free(&list);
    if (!found)
        errf(L"Environment variable %ls not defined\r\n", prefix);
    return !found;
}

/* Documented with extensions: a quotation mark at the start ends at the last one, what follows that is ignored. */
static WCHAR *unquote(const WCHAR *text)
{
    bool quoted = *text == '"' && extensions;
    WCHAR *copy = xdup(quoted ? text + 1 : text), *last;
    if (quoted && (last = wcsrchr(copy, '"')))
        *last = 0;
    return copy;
}

static int ask_value(const WCHAR *arguments)
{
    WCHAR *text = unquote(skip_space(arguments)), *equal = wcschr(text, '=');
    if (!equal) {
        free(text);
        return fail_syntax();
    }
    *equal = 0;
    WCHAR *prompt = unquote(skip_space(equal + 1));
    out(prompt);
    free(prompt);
    WCHAR *line = read_line(streams[0]);
    int result = !line || !*line; /* the variable stays as it was */
    if (!result)
        set_variable(text, line);
    free(line);
    free(text);
    return result;
}

static int calculate(const WCHAR *arguments)
{
    WCHAR *expression = strip_quotes(xdup(skip_space(arguments)));
    int value = 0;
    int error = evaluate(expression, &value);
    free(expression);
    if (!error && !current_batch)
        outf(L"%d", value);
    return error;
}

int builtin_set(const WCHAR *arguments)
{
    const WCHAR *p = skip_delimiters(arguments);
    if (extensions && !_wcsnicmp(p, L"/a", 2))
        return calculate(p + 2);
    if (extensions && !_wcsnicmp(p, L"/p", 2))
        return ask_value(p + 2);
    if (!*p)
        return show(L"");
    WCHAR *text = unquote(p), *equal = wcschr(text, '=');
    int result = 0;
    if (equal == text) {
        result = fail_syntax();
    } else if (!equal) {
        for (size_t length = wcslen(text); length && is_space(text[length - 1]);)
            text[--length] = 0;
        result = show(text);
    } else {
        *equal = 0;
        if (!equal[1] && !GetEnvironmentVariableW(text, NULL, 0))
            result = 1; /* deleting what is not there fails, silently */
        set_variable(text, equal + 1);
    }
    free(text);
    return result;
}
