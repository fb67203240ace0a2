/* SPDX-License-Identifier: MIT */
/* for.c: the loops. */
#include "cmd.h"

static int run_body(struct node *node)
{
    if (echo_on && !node->left->quiet) {
        struct text text = { 0 };
        format_node(&text, node->left);
        WCHAR *expanded = expand_for(text.data);
        out(L"\r\n");
        show_prompt();
        outf(L"%ls\r\n", expanded);
        free(expanded);
        free(text.data);
    }
    return run_node(node->left);
}

static bool stopped(void)
{
    return unwind || interrupted;
}

/* Runs the body with the variable set to a value, which is freed. */
static void run_with(struct node *node, WCHAR *value)
{
    struct for_variable variable = { for_variables, node->loop.variable, value };
    for_variables = &variable;
    for_depth++;
    run_body(node);
    for_depth--;
    for_variables = variable.outer;
    free(value);
}

static void run_matches(struct node *node, const WCHAR *pattern, bool directories)
{
    struct words found = match_files(pattern, directories, !directories);
    size_t folder = folder_length(pattern);
    for (size_t i = 0; i < found.count && !stopped(); i++) {
        struct text value = { 0 };
        text_add_n(&value, pattern, folder);
        text_add(&value, found.items[i]);
        run_with(node, text_take(&value));
    }
    words_free(&found);
}

/* Words as they are, patterns as the files they match. */
static void run_set(struct node *node, const WCHAR *set)
{
    WCHAR *word;
    while (!stopped() && (word = next_word(&set))) {
        if (!has_wildcard(word)) {
            run_with(node, word);
            continue;
        }
        strip_quotes(word);
        run_matches(node, word, node->loop.kind == FOR_DIRECTORIES);
        free(word);
    }
}

static void run_numbers(struct node *node, const WCHAR *set)
{
    long values[3] = { 0 };
    WCHAR *word;
    for (int i = 0; i < 3 && (word = next_word(&set)); i++) {
        values[i] = wcstol(word, NULL, 0);
        free(word);
    }
    for (long long i = values[0]; (values[1] >= 0 ? i <= values[2] : i >= values[2]) && !stopped(); i += values[1]) {
        struct text value = { 0 };
        text_format(&value, L"%ld", (long)i);
        run_with(node, text_take(&value));
    }
}

static void run_tree(struct node *node, const WCHAR *folder, const WCHAR *set)
{
    WCHAR *word;
    const WCHAR *p = set;
    while (!stopped() && (word = next_word(&p))) {
        bool quoted = *word == '"';
        WCHAR *path = join_path(folder, wcslen(folder), strip_quotes(word));
        free(word);
        if (has_wildcard(path)) {
            run_matches(node, path, node->loop.folders);
            free(path);
        } else if (quoted) {
            struct text value = { 0 };
            text_format(&value, L"\"%ls\"", path);
            free(path);
            run_with(node, text_take(&value));
        } else {
            run_with(node, path);
        }
    }
    WCHAR *all = join_path(folder, wcslen(folder), L"*");
    struct words folders = match_files(all, true, false);
    free(all);
    for (size_t i = 0; i < folders.count && !stopped(); i++) {
        WCHAR *path = join_path(folder, wcslen(folder), folders.items[i]);
        run_tree(node, path, set);
        free(path);
    }
    words_free(&folders);
}

static void run_recursive(struct node *node, const WCHAR *set)
{
    WCHAR *folder = node->loop.option ? expand_run(node->loop.option) : xdup(L".");
    WCHAR *path = full_path(strip_quotes(folder));
    if (is_directory(path))
        run_tree(node, path, set);
    free(path);
    free(folder);
}

/* --- /f --- */

#define MAX_TOKEN 31 /* documented: a line may have so many tokens */

struct line_options {
    WCHAR eol;
    long skip;
    WCHAR *delimiters;
    unsigned tokens; /* bit n: token n */
    bool rest;       /* * */
    bool back_quotes;
};

static bool parse_tokens(const WCHAR *p, size_t length, struct line_options *options)
{
    const WCHAR *end = p + length;
    options->tokens = 0;
    while (p < end) {
        if (*p == '*') {
            options->rest = true;
            return p + 1 == end;
        }
        WCHAR *after;
        long first = wcstol(p, &after, 10), last = first;
        if (after == p)
            return false;
        if (*after == '-') {
            p = after + 1;
            last = wcstol(p, &after, 10);
            if (after == p)
                return false;
        }
        if (first < 1 || last > MAX_TOKEN)
            return false;
        for (long i = first; i <= last; i++)
            options->tokens |= 1u << i;
        p = after;
        if (*p == ',')
            p++;
        else if (*p != '*' && p < end)
            return false;
    }
    return true;
}

static bool parse_options(const WCHAR *text, struct line_options *options)
{
    *options = (struct line_options){ .eol = ';', .tokens = 1u << 1 };
    WCHAR *copy = text ? xdup(text) : xdup(L""), *p = copy;
    size_t length = wcslen(copy);
    bool ok = true;
    if (length >= 2 && *p == '"' && p[length - 1] == '"') {
        p[length - 1] = 0;
        p++;
    }
    while (ok && *(p = skip_delimiters(p))) {
        if (!_wcsnicmp(p, L"usebackq", 8)) {
            options->back_quotes = true;
            p += 8;
        } else if (!_wcsnicmp(p, L"useback", 7)) {
            options->back_quotes = true;
            p += 7;
        } else if (!_wcsnicmp(p, L"eol=", 4)) {
            options->eol = p[4];
            p += p[4] ? 5 : 4;
        } else if (!_wcsnicmp(p, L"skip=", 5)) {
            options->skip = wcstol(p + 5, &p, 0);
            ok = options->skip > 0;
        } else if (!_wcsnicmp(p, L"tokens=", 7)) {
            size_t size = wcscspn(p + 7, L" \t");
            ok = parse_tokens(p + 7, size, options);
            p += 7 + size;
        } else if (!_wcsnicmp(p, L"delims=", 7)) {
            /* Up to a space, which counts itself where nothing follows. */
            size_t size = wcscspn(p + 7, L" ");
            if (!*skip_space(p + 7 + size))
                size = wcslen(p + 7);
            free(options->delimiters);
            options->delimiters = xdup_n(p + 7, size);
            p += 7 + size;
        } else {
            ok = false;
        }
    }
    if (!ok)
        errf(L"%ls was unexpected at this time.\r\n", text);
    if (!options->delimiters)
        options->delimiters = xdup(L" \t");
    free(copy);
    return ok;
}

/* One line: the tokens asked for go to the variable and those after it in the alphabet. */
static void run_file_line(struct node *node, const struct line_options *options, WCHAR *line)
{
    struct for_variable variables[MAX_TOKEN + 2], *outer = for_variables;
    struct words tokens = { 0 };
    WCHAR *p = line, name = node->loop.variable;
    size_t count = 0, used = 0;
    int highest = 0;
    for (int i = 1; i <= MAX_TOKEN; i++)
        if (options->tokens & 1u << i)
            highest = i;
    if (options->eol && *line == options->eol && options->eol != '\n')
        return;
    for (int i = 1; i <= highest + options->rest; i++) {
        while (*p && wcschr(options->delimiters, *p))
            p++;
        size_t length = i > highest ? wcslen(p) : wcscspn(p, options->delimiters);
        if (i > highest || options->tokens & 1u << i) {
            used += length != 0;
            words_add(&tokens, xdup_n(p, length));
        }
        p += length;
    }
    for (; count < tokens.count; count++) {
        variables[count] = (struct for_variable){ for_variables, name + count, tokens.items[count] };
        for_variables = &variables[count];
    }
    if (used) {
        for_depth++;
        run_body(node);
        for_depth--;
    }
    for_variables = outer;
    words_free(&tokens);
}

static void run_lines(struct node *node, const struct line_options *options, WCHAR *text)
{
    long number = 0;
    for (WCHAR *p = text; *p && !stopped();) {
        WCHAR *end = wcschr(p, '\n'), *next = end ? end + 1 : p + wcslen(p);
        if (!end)
            end = next;
        if (end > p && end[-1] == '\r')
            end--;
        *end = 0;
        if (number++ >= options->skip && *p)
            run_file_line(node, options, p);
        p = next;
    }
}

static WCHAR *read_whole_file(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    char *bytes = NULL;
    size_t size = 0, capacity = 0;
    DWORD count;
    do {
        if (size == capacity)
            bytes = xrealloc(bytes, capacity = capacity ? capacity * 2 : 65536);
        count = 0;
        if (!ReadFile(file, bytes + size, (DWORD)(capacity - size), &count, NULL))
            break;
        size += count;
    } while (count);
    CloseHandle(file);
    WCHAR *text = decode(bytes, size);
    free(bytes);
    return text;
}

static int run_files(struct node *node, const struct line_options *options, const WCHAR *set)
{
    WCHAR *word;
    while (!stopped() && (word = next_word(&set))) {
        WCHAR *text = read_whole_file(strip_quotes(word));
        if (!text) {
            errf(L"The system cannot find the file %ls.\r\n", word);
            free(word);
            return errorlevel = 1;
        }
        free(word);
        run_lines(node, options, text);
        free(text);
    }
    return last_result;
}

static int run_file_loop(struct node *node, WCHAR *set)
{
    struct line_options options;
    if (!parse_options(node->loop.option, &options)) {
        free(options.delimiters);
        return errorlevel = 1;
    }
    WCHAR *p = skip_delimiters(set), *end = p + wcslen(p);
    while (end > p && is_delimiter(end[-1]))
        end--;
    WCHAR string_mark = options.back_quotes ? '\'' : '"', command_mark = options.back_quotes ? '`' : '\'';
    if (end - p >= 2 && *p == end[-1] && (*p == string_mark || *p == command_mark)) {
        WCHAR *inner = xdup_n(p + 1, end - p - 2), *text = *p == string_mark ? xdup(inner) : capture(inner);
        if (text)
            run_lines(node, &options, text);
        free(text);
        free(inner);
    } else {
        run_files(node, &options, p);
    }
    free(options.delimiters);
    return last_result;
}

int run_for(struct node *node)
{
    WCHAR *set = expand_run(node->loop.set);
    last_result = 0;
    switch (node->loop.kind) {
    case FOR_SET:
    case FOR_DIRECTORIES:
        run_set(node, set);
        break;
    case FOR_NUMBERS:
        run_numbers(node, set);
        break;
    case FOR_RECURSIVE:
        run_recursive(node, set);
        break;
    case FOR_FILE:
        last_result = run_file_loop(node, set);
        break;
    }
    free(set);
    return last_result;
}
