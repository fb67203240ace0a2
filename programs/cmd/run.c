/* SPDX-License-Identifier: MIT */
/* run.c: runs a tree: operators, redirections, pipes, IF; and finds which command is meant. */
#include "cmd.h"

enum unwind unwind;
int errorlevel, last_result;
volatile LONG interrupted, told_by_child;

/* --- redirections --- */

struct redirected {
    HANDLE before[STREAMS];
    HANDLE *opened;
    size_t count;
};

static void undo_redirects(struct redirected *state)
{
    for (size_t i = 0; i < state->count; i++)
        CloseHandle(state->opened[i]);
    free(state->opened);
    memcpy(streams, state->before, sizeof(streams));
}

static HANDLE open_target(const WCHAR *target, enum redirect_kind kind)
{
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    HANDLE file;
    if (kind == REDIRECT_IN)
        return CreateFileW(target, GENERIC_READ, share, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    file = CreateFileW(target, GENERIC_WRITE | (kind == REDIRECT_APPEND ? GENERIC_READ : 0), share, NULL,
                       kind == REDIRECT_APPEND ? OPEN_ALWAYS : CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file != INVALID_HANDLE_VALUE && kind == REDIRECT_APPEND)
        SetFilePointer(file, 0, NULL, FILE_END);
    return file;
}

static bool apply_redirects(const struct redirect *redirect, struct redirected *state)
{
    size_t count = 0;
    for (const struct redirect *r = redirect; r; r = r->next)
        count++;
    memcpy(state->before, streams, sizeof(streams));
    state->opened = xalloc(count * sizeof(HANDLE));
    state->count = 0;
    for (; redirect; redirect = redirect->next) {
        if (redirect->kind == REDIRECT_DUPLICATE) {
            streams[redirect->stream] = streams[redirect->target[0] - '0'];
            continue;
        }
        WCHAR *target = strip_quotes(expand_run(redirect->target));
        HANDLE file = open_target(target, redirect->kind);
        DWORD error = GetLastError();
        free(target);
        if (file == INVALID_HANDLE_VALUE) {
            undo_redirects(state);
            err_system(error);
            return false;
        }
        state->opened[state->count++] = file;
        streams[redirect->stream] = file;
    }
    return true;
}

/* --- pipes --- */

static void say_unknown(const WCHAR *name)
{
    errf(L"'%ls' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n", name);
}

/* Starts one side: programs directly, everything else by an interpreter of its own. Returns the process or NULL. */
static HANDLE start_side(const struct node *node)
{
    struct redirected state;
    struct program program = { 0 };
    HANDLE process = NULL;
    const WCHAR *rest;
    if (!apply_redirects(node->redirects, &state))
        return NULL;
    if (node->kind == NODE_COMMAND) {
        WCHAR *text = expand_run(node->text), *name;
        if (!find_builtin(text, &rest) && (name = command_name(text, &rest, &program)) && !program.batch) {
            if (program.path)
                process = start_program(program.path, text, NULL, 0, NULL);
            else
                say_unknown(name);
            free(name);
        } else {
            process = start_interpreter(text);
        }
        free(text);
    } else {
        struct text text = { 0 };
        struct node bare = *node;
        bare.redirects = NULL;
        format_node(&text, &bare);
        WCHAR *expanded = expand_for(text.data);
        process = start_interpreter(expanded);
        free(expanded);
        free(text.data);
    }
    free(program.path);
    undo_redirects(&state);
    return process;
}

static int run_pipe(struct node *node)
{
    HANDLE input = streams[0], output = streams[1], read = NULL;
    HANDLE *processes = NULL;
    size_t count = 0;
    int result = 255;
    for (bool last = false; !last; node = node->right) {
        last = node->kind != NODE_PIPE;
        HANDLE next = NULL, write = NULL;
        if (!last && !CreatePipe(&next, &write, NULL, 0)) {
            err_system(GetLastError());
            break;
        }
        streams[0] = read ? read : input;
        streams[1] = write ? write : output;
        processes = xrealloc(processes, (count + 1) * sizeof(HANDLE));
        processes[count++] = start_side(last ? node : node->left);
        /* The sides alone hold the ends of their pipes, or nobody would notice that one has ended. */
        if (read)
            CloseHandle(read);
        if (write)
            CloseHandle(write);
        read = next;
        streams[0] = input;
        streams[1] = output;
        if (last)
            break;
    }
    if (read)
        CloseHandle(read);
    for (size_t i = 0; i < count; i++)
        if (processes[i])
            result = wait_program(processes[i]);
        else
            result = 255;
    free(processes);
    return errorlevel = result;
}

/* --- IF --- */

static bool exists(const WCHAR *pattern)
{
    WIN32_FIND_DATAW data;
    size_t length = wcslen(pattern);
    if (!has_wildcard(pattern)) {
        if (length && (pattern[length - 1] == '\\' || pattern[length - 1] == '/'))
            return is_directory(pattern);
        return is_existing(pattern);
    }
    HANDLE find = FindFirstFileW(pattern, &data);
    if (find == INVALID_HANDLE_VALUE)
        return false;
    FindClose(find);
    return true;
}

static bool as_number(const WCHAR *text, long *number)
{
    WCHAR *end;
    *number = wcstol(text, &end, 0);
    return end != text && !*end;
}

static bool compare(const WCHAR *a, const WCHAR *op, const WCHAR *b, bool ignore_case)
{
    long x, y, order;
    if (op[0] != '=' && as_number(a, &x) && as_number(b, &y))
        order = x < y ? -1 : x > y;
    else
        order = ignore_case ? _wcsicmp(a, b) : wcscmp(a, b);
    if (op[0] == '=' || !_wcsicmp(op, L"EQU"))
        return !order;
    if (!_wcsicmp(op, L"NEQ"))
        return order;
    if (!_wcsicmp(op, L"LSS"))
        return order < 0;
    if (!_wcsicmp(op, L"LEQ"))
        return order <= 0;
    return !_wcsicmp(op, L"GTR") ? order > 0 : order >= 0;
}

static bool test(const struct node *node)
{
    WCHAR *a = expand_run(node->test.a), *b = node->test.b ? expand_run(node->test.b) : NULL, *value;
    bool result = false;
    switch (node->test.kind) {
    case IF_COMPARE:
        result = compare(a, node->test.op, b, node->test.ignore_case);
        break;
    case IF_EXIST:
        result = exists(strip_quotes(a));
        break;
    case IF_DEFINED:
        value = get_variable(strip_quotes(a), wcslen(a));
        result = value != NULL;
        free(value);
        break;
    case IF_ERRORLEVEL:
        result = errorlevel >= wcstol(a, NULL, 10);
        break;
    case IF_CMDEXTVERSION:
        result = 2 >= wcstol(a, NULL, 10);
        break;
    }
    free(a);
    free(b);
    return result != node->test.negate;
}

/* --- commands --- */

static int run_builtin(const struct builtin *builtin, const WCHAR *arguments)
{
    int result = builtin->run(arguments);
    if ((result && builtin->level >= LEVEL_FAILURE) || builtin->level == LEVEL_ALWAYS)
        errorlevel = result;
    return result;
}

static int change_drive(WCHAR letter)
{
    WCHAR variable[] = { '=', towupper(letter), ':', 0 }, root[] = { towupper(letter), ':', '\\', 0 };
    WCHAR *folder = get_variable(variable, 3);
    int result = 0;
    if (!SetCurrentDirectoryW(folder ? folder : root) && !SetCurrentDirectoryW(root)) {
        err(L"The system cannot find the drive specified.\r\n");
        result = errorlevel = 1;
    }
    free(folder);
    return result;
}

int run_text(const WCHAR *text, bool called)
{
    const WCHAR *rest;
    const struct builtin *builtin;
    struct program program = { 0 };
    int result;
    text = skip_delimiters(text);
    if (!*text || (*text == ':' && !called))
        return 0;
    if (text[1] == ':' && iswalpha(text[0]) && (!text[2] || is_delimiter(text[2])))
        return change_drive(text[0]);
    if ((builtin = find_builtin(text, &rest)))
        return run_builtin(builtin, rest);
    WCHAR *name = command_name(text, &rest, &program);
    if (!program.path) {
        say_unknown(name);
        result = errorlevel = !called && (current_batch || interactive) ? 9009 : 1;
    } else if (program.batch) {
        WCHAR *typed = xdup_n(text, rest - text);
        result = run_batch(program.path, typed, rest, called);
        free(typed);
    } else {
        WCHAR *line = xdup(text);
        result = run_program(program.path, line);
        free(line);
    }
    free(program.path);
    free(name);
    return result;
}

static int run_command(struct node *node)
{
    WCHAR *text = expand_run(node->text);
    int result = run_text(text, false);
    free(text);
    return result;
}

static int run_redirected(struct node *node)
{
    struct redirected state;
    if (!node->redirects)
        return node->kind == NODE_COMMAND ? run_command(node) : run_node(node->left);
    if (!apply_redirects(node->redirects, &state))
        return errorlevel = 1;
    int result = node->kind == NODE_COMMAND ? run_command(node) : run_node(node->left);
    undo_redirects(&state);
    return result;
}

int run_node(struct node *node)
{
    while (!unwind && !interrupted) {
        switch (node->kind) {
        case NODE_COMMAND:
        case NODE_BLOCK:
            return last_result = run_redirected(node);
        case NODE_REM:
            return last_result = 0;
        case NODE_PIPE:
            return last_result = run_pipe(node);
        case NODE_FOR:
            return run_for(node);
        case NODE_SEQUENCE:
            run_node(node->left);
            node = node->right;
            continue;
        case NODE_AND:
            if (run_node(node->left))
                return last_result;
            node = node->right;
            continue;
        case NODE_OR:
            if (!run_node(node->left))
                return last_result;
            /* What left ERRORLEVEL alone, such as RD, sets it where a command waits for its failure. */
            if (!errorlevel)
                errorlevel = last_result;
            node = node->right;
            continue;
        case NODE_IF:
            if (test(node))
                node = node->left;
            else if (node->right)
                node = node->right;
            else
                return last_result = 0;
            continue;
        }
    }
    return last_result;
}

/* --- a line of the user's or of /c --- */

struct typed_line {
    struct source source;
    WCHAR *line;
};

static WCHAR *next_typed_line(struct source *source)
{
    struct typed_line *typed = (struct typed_line *)source;
    WCHAR *line = typed->line;
    if (!line) {
        if (!interactive)
            return NULL;
        out(L"More? ");
        if (!(line = read_command_line()))
            return NULL;
    }
    typed->line = NULL;
    WCHAR *expanded = expand_percent(line, NULL);
    free(line);
    return expanded;
}

/* Runs a line of text, and frees it. */
int run_line(WCHAR *line)
{
    struct typed_line typed = { { next_typed_line, NULL }, line };
    struct pool pool = { 0 };
    struct node *node;
    last_result = 0;
    switch (parse(&typed.source, &pool, &node)) {
    case PARSE_OK:
        run_node(node);
        break;
    case PARSE_ERROR:
        last_result = errorlevel = interactive ? 255 : 1;
        break;
    case PARSE_EMPTY:
    case PARSE_END:
        break;
    }
    pool_free(&pool);
    return last_result;
}
