/* SPDX-License-Identifier: MIT */
/*
 * batch.c: batch files. A file is read as a whole when it starts, so it may delete or replace itself. CALL :label runs the rest
 * of the same text with arguments of its own.
 */
#include "cmd.h"

struct batch_text {
    WCHAR *data;
    size_t length;
    unsigned users;
};

struct saved_state {
    struct saved_state *outer;
    WCHAR *environment, *folder;
    bool delayed_expansion, extensions;
};

struct batch *current_batch;

static struct batch_text *load(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    LARGE_INTEGER size;
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    if (!GetFileSizeEx(file, &size) || size.QuadPart > 1 << 30) {
        CloseHandle(file);
        return NULL;
    }
    char *bytes = xalloc(size.QuadPart);
    DWORD count = 0;
    BOOL ok = ReadFile(file, bytes, size.LowPart, &count, NULL);
    CloseHandle(file);
    struct batch_text *text = ok ? xalloc(sizeof(*text)) : NULL;
    if (ok) {
        char *end = memchr(bytes, 0x1a, count); /* Ctrl-Z ends a text file */
        text->data = decode(bytes, end ? (size_t)(end - bytes) : count);
        text->length = wcslen(text->data);
        text->users = 1;
    }
    free(bytes);
    return text;
}

static void release(struct batch_text *text)
{
    if (--text->users)
        return;
    free(text->data);
    free(text);
}

/* --- arguments --- */

static void set_arguments(struct batch *batch, const WCHAR *name, const WCHAR *tail)
{
    WCHAR *word;
    words_free(&batch->arguments);
    free(batch->tail);
    words_add(&batch->arguments, xdup(name));
    tail = skip_delimiters(tail);
    batch->tail = xdup(tail);
    for (size_t length = wcslen(tail); length && is_space(batch->tail[length - 1]);)
        batch->tail[--length] = 0;
    while ((word = next_word(&tail)))
        words_add(&batch->arguments, word);
}

const WCHAR *batch_argument(const struct batch *batch, int number)
{
    return (size_t)number < batch->arguments.count ? batch->arguments.items[number] : L"";
}

int builtin_shift(const WCHAR *arguments)
{
    if (!current_batch)
        return 0;
    arguments = skip_space(arguments);
    size_t from = arguments[0] == '/' && extensions ? wcstoul(arguments + 1, NULL, 10) : 0;
    if (from > 8) {
        err(L"Invalid parameter to SHIFT command\r\n");
        return 1;
    }
    if (from < current_batch->arguments.count) {
        struct words *words = &current_batch->arguments;
        free(words->items[from]);
        memmove(words->items + from, words->items + from + 1, (words->count - from - 1) * sizeof(*words->items));
        words->count--;
    }
    return 0;
}

/* --- SETLOCAL, ENDLOCAL --- */

static void restore_environment(const WCHAR *saved)
{
    WCHAR *now = GetEnvironmentStringsW();
    for (const WCHAR *p = now; *p; p += wcslen(p) + 1) {
        size_t length = wcscspn(p + 1, L"=") + 1;
        WCHAR *name = xdup_n(p, length);
        if (*name != '=')
            SetEnvironmentVariableW(name, NULL);
        free(name);
    }
    FreeEnvironmentStringsW(now);
    for (const WCHAR *p = saved; *p; p += wcslen(p) + 1) {
        size_t length = wcscspn(p + 1, L"=") + 1;
        WCHAR *name = xdup_n(p, length);
        if (*name != '=')
            SetEnvironmentVariableW(name, p + length + 1);
        free(name);
    }
}

int builtin_setlocal(const WCHAR *arguments)
{
    if (!current_batch)
        return 0;
    struct saved_state *state = xalloc(sizeof(*state));
    WCHAR *block = GetEnvironmentStringsW(), *end = block, *word;
    int result = 0;
    while (*end)
        end += wcslen(end) + 1;
    state->environment = xdup_n(block, end - block);
    FreeEnvironmentStringsW(block);
    state->folder = current_folder();
    state->delayed_expansion = delayed_expansion;
    state->extensions = extensions;
    state->outer = current_batch->saved;
    current_batch->saved = state;
    while ((word = next_word(&arguments))) {
        errorlevel = 0; /* documented with an argument: how scripts ask whether extensions can be had */
        if (!_wcsicmp(word, L"enabledelayedexpansion"))
            delayed_expansion = true;
        else if (!_wcsicmp(word, L"disabledelayedexpansion"))
            delayed_expansion = false;
        else if (!_wcsicmp(word, L"enableextensions"))
            extensions = true;
        else if (!_wcsicmp(word, L"disableextensions"))
            extensions = false;
        else
            result = 1;
        free(word);
    }
    return result;
}

static bool end_local(struct batch *batch)
{
    struct saved_state *state = batch->saved;
    if (!state)
        return false;
    batch->saved = state->outer;
    restore_environment(state->environment);
    SetCurrentDirectoryW(state->folder);
    delayed_expansion = state->delayed_expansion;
    extensions = state->extensions;
    free(state->environment);
    free(state->folder);
    free(state);
    return true;
}

int builtin_endlocal(const WCHAR *arguments)
{
    (void)arguments;
    if (current_batch)
        end_local(current_batch);
    return 0;
}

/* --- lines and labels --- */

static WCHAR *next_batch_line(struct source *source)
{
    struct batch *batch = source->context;
    const WCHAR *start = batch->file->data + batch->position, *end = wcschr(start, '\n');
    if (!*start)
        return NULL;
    size_t length = end ? (size_t)(end - start) : wcslen(start);
    batch->position += length + (end != NULL);
    while (length && start[length - 1] == '\r')
        length--;
    WCHAR *line = xdup_n(start, length), *expanded;
    if (*skip_delimiters(line) == ':') /* a label: nothing is expanded in it */
        return line;
    expanded = expand_percent(line, batch);
    free(line);
    return expanded;
}

static size_t label_length(const WCHAR *label)
{
    size_t length = 0;
    while (label[length] && !is_delimiter(label[length]) && !wcschr(L"+:&|<>\r\n", label[length]))
        length++;
    return length;
}

/* Finds a label from the place reached to the end, then from the start. */
static bool find_label(struct batch *batch, const WCHAR *label)
{
    size_t length = label_length(label);
    const WCHAR *data = batch->file->data;
    for (int round = 0; round < 2; round++) {
        const WCHAR *p = data + (round ? 0 : batch->position), *stop = round ? data + batch->position : NULL;
        while (*p && (!stop || p < stop)) {
            const WCHAR *line = skip_delimiters(p), *end = wcschr(p, '\n');
            const WCHAR *next = end ? end + 1 : p + wcslen(p);
            if (*line == ':') {
                line = skip_delimiters(line + 1);
                if (length && label_length(line) == length && !_wcsnicmp(line, label, length)) {
                    batch->position = next - data;
                    return true;
                }
            }
            p = next;
        }
    }
    return false;
}

bool go_to_label(const WCHAR *label)
{
    label = skip_delimiters(label);
    bool colon = *label == ':';
    if (colon)
        label = skip_delimiters(label + 1);
    if (colon && extensions && !_wcsnicmp(label, L"eof", 3) && label_length(label) == 3) {
        unwind = UNWIND_BATCH;
        return true;
    }
    if (!find_label(current_batch, label)) {
        /* The batch file ends, but what else is on the line is run: the command shims of npm live from that. */
        if (*label)
            errf(L"The system cannot find the batch label specified - %.*ls\r\n", (int)label_length(label), label);
        else
            err(L"No batch label specified to GOTO command.\r\n");
        while (end_local(current_batch))
            ;
        current_batch->position = current_batch->file->length;
        return false;
    }
    unwind = UNWIND_GOTO;
    return true;
}

/* --- running --- */

static void show_line(const struct node *node)
{
    struct text text = { 0 };
    format_node(&text, node);
    out(L"\r\n");
    show_prompt();
    outf(L"%ls\r\n", text.data);
    free(text.data);
}

static void handle_interrupt(void)
{
    if (!interrupted || interactive)
        return;
    if (is_console(streams[0])) {
        InterlockedExchange(&interrupted, 0);
        if (!ask(L"Terminate batch job (Y/N)? "))
            return;
    }
    errorlevel = (int)STATUS_CONTROL_C_EXIT;
    unwind = UNWIND_ABORT;
}

static void run_lines(struct batch *batch)
{
    struct source source = { next_batch_line, batch };
    enum parse_result status = PARSE_OK;
    while (!unwind && status != PARSE_END) {
        struct pool pool = { 0 };
        struct node *node;
        status = parse(&source, &pool, &node);
        if (status == PARSE_OK) {
            if (echo_on && !node->quiet)
                show_line(node);
            run_node(node);
        } else if (status == PARSE_ERROR) {
            errorlevel = last_result = 255; /* a syntax error ends batch files, callers too */
            unwind = UNWIND_ABORT;
        }
        pool_free(&pool);
        handle_interrupt();
        if (unwind == UNWIND_GOTO)
            unwind = UNWIND_NONE;
    }
    if (unwind == UNWIND_BATCH)
        unwind = UNWIND_NONE;
}

/* The batch file that replaces the current one: started from it without CALL. */
static struct {
    struct batch_text *file;
    WCHAR *path, *name, *tail;
} successor;

static void succeed(struct batch *batch)
{
    while (end_local(batch))
        ;
    release(batch->file);
    free(batch->path);
    batch->file = successor.file;
    batch->path = successor.path;
    batch->position = 0;
    set_arguments(batch, successor.name, successor.tail);
    free(successor.name);
    free(successor.tail);
    memset(&successor, 0, sizeof(successor));
}

static int run_frame(struct batch *batch)
{
    struct for_variable *variables = for_variables;
    int depth = for_depth;
    batch->caller = current_batch;
    current_batch = batch;
    for_depth = 0;
    run_lines(batch);
    while (successor.file) {
        succeed(batch);
        run_lines(batch);
    }
    while (end_local(batch))
        ;
    current_batch = batch->caller;
    for_variables = variables;
    for_depth = depth;
    release(batch->file);
    free(batch->path);
    free(batch->tail);
    words_free(&batch->arguments);
    return errorlevel;
}

int run_batch(const WCHAR *path, const WCHAR *name, const WCHAR *tail, bool called)
{
    struct batch_text *file = load(path);
    struct batch batch = { 0 };
    if (!file)
        return errorlevel = fail_system(GetLastError());
    if (current_batch && !called) {
        successor.file = file;
        successor.path = xdup(path);
        successor.name = xdup(name);
        successor.tail = xdup(tail);
        unwind = UNWIND_BATCH;
        return 0;
    }
    bool echo = echo_on;
    batch.file = file;
    batch.path = xdup(path);
    set_arguments(&batch, name, tail);
    run_frame(&batch);
    if (!current_batch)
        echo_on = echo; /* what a batch file did to it ends with it */
    return errorlevel;
}

int call_label(const WCHAR *label, const WCHAR *tail)
{
    struct batch batch = { .file = current_batch->file, .position = current_batch->position, .is_label = true };
    if (!_wcsicmp(label, L":eof"))
        return 0;
    if (!find_label(&batch, label + 1)) {
        errf(L"The system cannot find the batch label specified - %ls\r\n", label + 1);
        return errorlevel = 1;
    }
    batch.file->users++;
    batch.path = xdup(current_batch->path);
    set_arguments(&batch, label, tail);
    return run_frame(&batch);
}
