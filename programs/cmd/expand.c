/* SPDX-License-Identifier: MIT */
/*
 * expand.c: variables. %VAR% and the arguments of a batch file before a line is parsed, FOR variables and !VAR! when a command
 * is run.
 */
#include "cmd.h"
#include <stdio.h>

struct for_variable *for_variables;
int for_depth;

static WCHAR *computed_variable(const WCHAR *name)
{
    struct text text = { 0 };
    if (!extensions)
        return NULL;
    if (!_wcsicmp(name, L"cd"))
        return current_folder();
    if (!_wcsicmp(name, L"date"))
        return date_text();
    if (!_wcsicmp(name, L"time"))
        return time_text();
    if (!_wcsicmp(name, L"random"))
        text_format(&text, L"%d", rand() & 0x7fff);
    else if (!_wcsicmp(name, L"errorlevel"))
        text_format(&text, L"%d", errorlevel);
    else if (!_wcsicmp(name, L"cmdextversion"))
        text_add(&text, L"2");
    else if (!_wcsicmp(name, L"cmdcmdline"))
        text_add(&text, GetCommandLineW());
    else if (!_wcsicmp(name, L"highestnumanodenumber"))
        text_add(&text, L"0");
    else if (!_wcsicmp(name, L"__cd__")) {
        WCHAR *folder = current_folder();
        text_add(&text, folder);
        if (text.length && text.data[text.length - 1] != '\\')
            text_char(&text, '\\');
        free(folder);
    }
    return text.data;
}

static WCHAR *get_environment(const WCHAR *name)
{
    WCHAR small[256], *value;
    SetLastError(ERROR_SUCCESS);
    DWORD size = GetEnvironmentVariableW(name, small, COUNT(small));
    if (!size && GetLastError() == ERROR_ENVVAR_NOT_FOUND)
        return NULL;
    if (size < COUNT(small))
        return xdup_n(small, size);
    value = xalloc(size * sizeof(WCHAR));
    GetEnvironmentVariableW(name, value, size);
    return value;
}

/* The value, to be freed, or NULL: of the environment first, as SET may hide what is computed. */
WCHAR *get_variable(const WCHAR *text, size_t length)
{
    WCHAR *name = xdup_n(text, length), *value = length ? get_environment(name) : NULL;
    if (!value && length)
        value = computed_variable(name);
    free(name);
    return value;
}

void set_variable(const WCHAR *name, const WCHAR *value)
{
    SetEnvironmentVariableW(name, value && *value ? value : NULL);
}

/* --- %VAR:~n,m% and %VAR:a=b% --- */

static void add_substring(struct text *text, const WCHAR *value, const WCHAR *spec)
{
    long length = (long)wcslen(value), start, end = length;
    WCHAR *after;
    start = wcstol(spec, &after, 0);
    if (start < 0)
        start = start + length < 0 ? 0 : start + length;
    if (start > length)
        start = length;
    if (*skip_space(after) == ',') {
        long count = wcstol(skip_space(after) + 1, NULL, 0);
        end = count < 0 ? length + count : count > length - start ? length : start + count;
    }
    if (end > start)
        text_add_n(text, value + start, end - start);
}

static void add_replaced(struct text *text, const WCHAR *value, const WCHAR *what, size_t what_length,
                         const WCHAR *with, size_t with_length)
{
    bool up_to = what_length > 1 && *what == '*';
    if (up_to) {
        what++;
        what_length--;
    }
    for (const WCHAR *p = value; *p;) {
        if (_wcsnicmp(p, what, what_length)) {
            if (!up_to) {
                text_char(text, *p++);
                continue;
            }
            const WCHAR *found = p;
            while (*found && _wcsnicmp(found, what, what_length))
                found++;
            if (!*found) {
                text_add(text, p);
                return;
            }
            p = found;
        }
        text_add_n(text, with, with_length);
        p += what_length;
        if (up_to) {
            text_add(text, p);
            return;
        }
    }
}

/*
 * A reference to a variable at p (on its % or !). Returns what follows it, or NULL if there is none. Of a variable that is not
 * set nothing remains, but on the command line (literal) the reference itself does.
 */
static const WCHAR *add_reference(struct text *text, const WCHAR *p, bool literal)
{
    WCHAR mark = *p;
    const WCHAR *name = p + 1, *end = name;
    while (*end && *end != mark && (*end != ':' || !extensions))
        end++;
    if (!*end || end == name)
        return NULL;
    if (*end == ':' && end[1] == mark) /* %VAR:% */
        end++;
    WCHAR *value = get_variable(name, end - name);
    if (*end == mark) {
        if (value)
            text_add(text, value);
        bool found = value != NULL;
        free(value);
        return found || !literal ? end + 1 : NULL;
    }
    const WCHAR *spec = end + 1, *close = wcschr(spec, mark), *equal;
    if (!value || !close) {
        free(value);
        /* Known: of %UNSET:~0,3% remains ~0,3 in a batch file. */
        return mark == '%' && !literal && close ? spec : close && mark == '!' ? close + 1 : NULL;
    }
    WCHAR *copy = xdup_n(spec, close - spec);
    if (*copy == '~')
        add_substring(text, value, copy + 1);
    else if ((equal = wcschr(copy + (*copy == '='), '=')))
        add_replaced(text, value, copy, equal - copy, equal + 1, wcslen(equal + 1));
    else
        close = NULL; /* neither: not a reference */
    free(copy);
    free(value);
    return close ? close + 1 : NULL;
}

/* --- %~dpnx1 and %~dpnxI --- */

/*
 * What follows %~ up to the variable's name: `is_name` says whether a character names one. Letters of parts may be names too;
 * the longest run of letters that leaves a name counts. Returns the name's place, or NULL.
 */
static const WCHAR *scan_modifiers(const WCHAR *p, const WCHAR **letters, const WCHAR **search, size_t *search_length,
                                   bool (*is_name)(WCHAR c))
{
    *letters = p;
    *search = NULL;
    *search_length = 0;
    const WCHAR *name = NULL;
    for (;; p++) {
        if (is_name(*p))
            name = p;
        if (*p == '$') {
            const WCHAR *end = wcschr(p, ':');
            if (!end)
                return name;
            if (is_name(end[1])) {
                *search = p + 1;
                *search_length = end - p - 1;
                return end + 1;
            }
            return name;
        }
        if (!*p || !wcschr(L"fdpnxsatz", towlower(*p)))
            return name;
    }
}

static bool is_argument_name(WCHAR c)
{
    return c >= '0' && c <= '9';
}

static bool is_for_name(WCHAR c)
{
    return c && find_for_variable(c);
}

struct for_variable *find_for_variable(WCHAR name)
{
    struct for_variable *variable = for_variables;
    while (variable && variable->name != name)
        variable = variable->outer;
    return variable;
}

static const WCHAR *add_modified(struct text *text, const WCHAR *p, struct batch *batch)
{
    const WCHAR *letters, *search, *name, *value;
    size_t search_length;
    if (!(name = scan_modifiers(p, &letters, &search, &search_length, batch ? is_argument_name : is_for_name)))
        return NULL;
    size_t count = (search ? search - 1 : name) - letters;
    if (batch)
        value = *name == '0' && count ? batch->path : batch_argument(batch, *name - '0');
    else
        value = find_for_variable(*name)->value;
    WCHAR *modified = apply_modifiers(value, letters, count, search, search_length);
    text_add(text, modified);
    free(modified);
    return name + 1;
}

/* --- the passes --- */

WCHAR *expand_percent(const WCHAR *line, struct batch *batch)
{
    struct text text = { 0 };
    for (const WCHAR *p = line; *p;) {
        const WCHAR *after = NULL;
        if (*p != '%') {
            const WCHAR *end = wcschr(p, '%');
            size_t length = end ? (size_t)(end - p) : wcslen(p);
            text_add_n(&text, p, length);
            p += length;
            continue;
        }
        if (batch && p[1] == '%') {
            text_char(&text, '%');
            after = p + 2;
        } else if (batch && p[1] == '*' && extensions) {
            text_add(&text, batch->tail);
            after = p + 2;
        } else if (batch && is_argument_name(p[1])) {
            text_add(&text, batch_argument(batch, p[1] - '0'));
            after = p + 2;
        } else if (batch && p[1] == '~' && extensions) {
            after = add_modified(&text, p + 2, batch);
        }
        if (!after)
            after = add_reference(&text, p, !batch);
        if (!after) {
            if (!batch)
                text_char(&text, '%');
            after = p + 1;
        }
        p = after;
    }
    return text_take(&text);
}

WCHAR *expand_for(const WCHAR *source)
{
    struct text text = { 0 };
    if (!for_depth)
        return xdup(source);
    for (const WCHAR *p = source; *p;) {
        const WCHAR *after = NULL;
        struct for_variable *variable;
        if (*p == '%' && p[1] && (variable = find_for_variable(p[1])) && p[1] != '~') {
            text_add(&text, variable->value);
            after = p + 2;
        } else if (*p == '%' && p[1] == '~' && extensions) {
            after = add_modified(&text, p + 2, NULL);
        }
        if (!after) {
            text_char(&text, *p);
            after = p + 1;
        }
        p = after;
    }
    return text_take(&text);
}

static WCHAR *expand_delayed(WCHAR *source)
{
    struct text text = { 0 };
    if (!delayed_expansion || !wcschr(source, '!'))
        return source;
    for (const WCHAR *p = source; *p;) {
        if (*p == '^') {
            if (p[1])
                text_char(&text, p[1]);
            p += p[1] ? 2 : 1;
        } else if (*p == '!') {
            const WCHAR *after = add_reference(&text, p, false);
            p = after ? after : p + 1;
        } else {
            text_char(&text, *p++);
        }
    }
    free(source);
    return text_take(&text);
}

WCHAR *expand_run(const WCHAR *text)
{
    return expand_delayed(expand_for(text));
}
