/* SPDX-License-Identifier: MIT */
/* builtin_copy.c: COPY and MOVE. */
#include "cmd.h"

static bool same_file(const WCHAR *a, const WCHAR *b)
{
    WCHAR *x = full_path(a), *y = full_path(b);
    bool same = !_wcsicmp(x, y);
    free(x);
    free(y);
    return same;
}

/* Only at the prompt is a question asked before a file is replaced, as documented for COPYCMD. */
static bool may_replace(const struct arguments *arguments, const WCHAR *target, bool *all)
{
    struct text question = { 0 };
    bool always_ask = find_switch(arguments, '-') != NULL;
    if (*all || find_switch(arguments, 'y') || ((current_batch || !interactive) && !always_ask) || !is_existing(target))
        return true;
    text_format(&question, L"Overwrite %ls? (Yes/No/All): ", target);
    bool yes = ask(question.data);
    free(question.data);
    return yes;
}

/* The file that a source becomes: in the target folder, or by the target's pattern. */
static WCHAR *target_for(const WCHAR *target, bool folder, const WCHAR *name)
{
    if (folder)
        return join_path(target, wcslen(target), name);
    size_t length = folder_length(target);
    WCHAR *renamed = rename_by(name, target + length), *path = join_path(target, length, renamed);
    free(renamed);
    return path;
}

/* Bytes of a device or file to the end of another: for COPY a+b and COPY CON. */
static DWORD append_file(HANDLE to, const WCHAR *source, bool ascii)
{
    char buffer[16384];
    DWORD count, written;
    HANDLE from = !_wcsicmp(source, L"con") ? streams[0]
                                            : CreateFileW(source, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                                          NULL, OPEN_EXISTING, 0, NULL);
    if (from == INVALID_HANDLE_VALUE)
        return GetLastError();
    bool ended = false;
    while (!ended && ReadFile(from, buffer, sizeof(buffer), &count, NULL) && count) {
        char *end = ascii ? memchr(buffer, 0x1a, count) : NULL; /* Ctrl-Z ends a text */
        if ((ended = end != NULL))
            count = (DWORD)(end - buffer);
        if (!WriteFile(to, buffer, count, &written, NULL)) {
            DWORD error = GetLastError();
            if (from != streams[0])
                CloseHandle(from);
            return error;
        }
    }
    if (from != streams[0])
        CloseHandle(from);
    return ERROR_SUCCESS;
}

/* Of a text: before the Ctrl-Z that an earlier COPY has left. */
static void go_to_end(HANDLE file, bool ascii)
{
    char last = 0;
    DWORD count;
    if (ascii && SetFilePointer(file, -1, NULL, FILE_END) != INVALID_SET_FILE_POINTER &&
        ReadFile(file, &last, 1, &count, NULL) && count && last == 0x1a)
        SetFilePointer(file, -1, NULL, FILE_END);
    else
        SetFilePointer(file, 0, NULL, FILE_END);
}

/* All sources into one file. A text that is a file ends with Ctrl-Z (/a of copy's page, which is what joining files means). */
static int concatenate(const struct words *sources, const WCHAR *target, bool ascii)
{
    static const char end_of_text = 0x1a;
    DWORD written;
    DWORD error = ERROR_SUCCESS;
    bool console = !_wcsicmp(target, L"con");
    /* copy a+b means: b is added to a */
    bool append = same_file(sources->items[0], target);
    HANDLE to = console ? streams[1]
                        : CreateFileW(target, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                      append ? OPEN_EXISTING : CREATE_ALWAYS, 0, NULL);
    if (to == INVALID_HANDLE_VALUE)
        return fail_system(GetLastError());
    if (append)
        go_to_end(to, ascii);
    size_t copied = append;
    for (size_t i = append; i < sources->count; i++) {
        if (sources->count > 1)
            outf(L"%ls\r\n", sources->items[i]);
        if (!(error = append_file(to, sources->items[i], ascii)))
            copied++;
        else if (error != ERROR_FILE_NOT_FOUND)
            break;
    }
    if (ascii && copied && !console && !WriteFile(to, &end_of_text, 1, &written, NULL) && !error)
        error = GetLastError();
    if (!console)
        CloseHandle(to);
    if (error)
        err_system(error);
    outf(L"        %d file(s) copied.\r\n", copied != 0);
    return !copied || (error && error != ERROR_FILE_NOT_FOUND);
}

/* The files that one source means: itself, what its pattern matches, or everything in a folder. */
static struct words expand_source(const WCHAR *source, bool *pattern)
{
    struct words files = { 0 };
    WCHAR *all = is_directory(source) ? join_path(source, wcslen(source), L"*") : xdup(source);
    *pattern = has_wildcard(all);
    if (*pattern) {
        struct words names = match_files(all, false, true);
        for (size_t i = 0; i < names.count; i++)
            words_add(&files, join_path(all, folder_length(all), names.items[i]));
        words_free(&names);
        free(all);
    } else {
        words_add(&files, all);
    }
    return files;
}

static int copy_each(const struct arguments *arguments, const struct words *files, const WCHAR *target, bool listed)
{
    bool folder = is_directory(target), all = false;
    size_t copied = 0, length = wcslen(target);
    int result = 0;
    if (!folder && length && (target[length - 1] == '\\' || target[length - 1] == '/'))
        result = fail_system(ERROR_PATH_NOT_FOUND);
    for (size_t i = 0; i < files->count && !result && !interrupted; i++) {
        const WCHAR *file = files->items[i];
        WCHAR *to = target_for(target, folder, file + folder_length(file));
        if (listed)
            outf(L"%ls\r\n", file);
        if (!is_existing(file)) {
            result = fail_system(ERROR_FILE_NOT_FOUND);
        } else if (same_file(file, to)) {
            err(L"The file cannot be copied onto itself.\r\n");
            result = 1;
        } else if (may_replace(arguments, to, &all)) {
            if (CopyFileW(file, to, FALSE))
                copied++;
            else
                result = fail_system(GetLastError());
        }
        free(to);
    }
    outf(L"%9I64u file(s) copied.\r\n", (unsigned long long)copied);
    return result;
}

/* copy /b FILE+,, (documented): the present time and date become the file's. */
static int touch_each(const struct words *files)
{
    size_t touched = 0;
    int result = 0;
    for (size_t i = 0; i < files->count && !result; i++) {
        FILETIME now;
        HANDLE file = CreateFileW(files->items[i], FILE_WRITE_ATTRIBUTES,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
        GetSystemTimeAsFileTime(&now);
        if (file == INVALID_HANDLE_VALUE || !SetFileTime(file, NULL, NULL, &now))
            result = fail_system(GetLastError());
        else
            touched++;
        if (file != INVALID_HANDLE_VALUE)
            CloseHandle(file);
    }
    outf(L"%9I64u file(s) copied.\r\n", (unsigned long long)touched);
    return result;
}

/* copy a+b+c target: the names that a + joins, and the one that follows. `touch`: nothing follows the last +. */
static bool split_sources(const WCHAR *line, struct arguments *arguments, struct words *sources, WCHAR **target,
                          bool *joined, bool *touch)
{
    struct text spaced = { 0 };
    bool quoted = false;
    for (const WCHAR *p = line; *p; p++) {
        quoted ^= *p == '"';
        if (*p == '+' && !quoted)
            text_add(&spaced, L" + ");
        else
            text_char(&spaced, *p);
    }
    parse_arguments(spaced.data ? spaced.data : L"", arguments);
    free(spaced.data);
    size_t i = 0, count = arguments->names.count;
    WCHAR **names = arguments->names.items;
    *joined = *touch = false;
    while (i < count) {
        words_add(sources, xdup(names[i++]));
        if (i + 1 >= count || wcscmp(names[i], L"+"))
            break;
        *joined = true;
        i++;
    }
    if (i < count && !wcscmp(names[i], L"+")) {
        *touch = !*joined && i + 1 == count;
        i++;
    }
    *target = i < count ? xdup(names[i++]) : NULL;
    return sources->count && i == count;
}

int builtin_copy(const WCHAR *line)
{
    struct arguments arguments;
    struct words sources = { 0 }, files = { 0 };
    WCHAR *target = NULL;
    bool joined, touch, listed = false;
    int result;
    if (!split_sources(line, &arguments, &sources, &target, &joined, &touch)) {
        result = fail_syntax();
    } else if (!only_switches(&arguments, L"vnydzlab-")) {
        result = 1;
    } else {
        for (size_t i = 0; i < sources.count; i++) {
            bool pattern;
            struct words more = expand_source(sources.items[i], &pattern);
            for (size_t j = 0; j < more.count; j++)
                words_add(&files, more.items[j]);
            free(more.items);
            listed |= pattern;
            /* Several files into one file are joined too. */
            joined |= pattern && target && !has_wildcard(target) && !is_directory(target) &&
                      target[wcslen(target) - 1] != '\\';
        }
        bool device = !_wcsicmp(sources.items[0], L"con") || !_wcsicmp(sources.items[0], L"nul") ||
                      (target && !_wcsicmp(target, L"con"));
        if (!files.count) {
            errf(L"%ls\r\n", sources.items[0]);
            err(L"The system cannot find the file specified.\r\n");
            out(L"        0 file(s) copied.\r\n");
            result = 1;
        } else if (touch) {
            result = touch_each(&files);
        } else if (device || (joined && !(target && is_directory(target)))) {
            result = concatenate(&files, target ? target : files.items[0],
                                 joined ? !find_switch(&arguments, 'b') : find_switch(&arguments, 'a') != NULL);
        } else {
            result = copy_each(&arguments, &files, target ? target : L".", listed);
        }
    }
    free(target);
    words_free(&sources);
    words_free(&files);
    free_arguments(&arguments);
    return result;
}

int builtin_move(const WCHAR *line)
{
    struct arguments arguments;
    bool all = false, pattern;
    size_t moved = 0, folders = 0;
    int result = 0;
    parse_arguments(line, &arguments);
    if (!only_switches(&arguments, L"y-") || !arguments.names.count || arguments.names.count > 2) {
        result = arguments.names.count && arguments.names.count < 3 ? 1 : fail_syntax();
        free_arguments(&arguments);
        return result;
    }
    const WCHAR *source = arguments.names.items[0];
    const WCHAR *target = arguments.names.count > 1 ? arguments.names.items[1] : L".";
    bool folder = is_directory(target) && !same_file(source, target);
    struct words files = { 0 };
    if (!has_wildcard(source))
        words_add(&files, xdup(source));
    else
        files = expand_source(source, &pattern);
    if (!files.count)
        result = fail_system(ERROR_FILE_NOT_FOUND);
    for (size_t i = 0; i < files.count && !result && !interrupted; i++) {
        WCHAR *file = files.items[i];
        size_t length = wcslen(file);
        while (length > 1 && (file[length - 1] == '\\' || file[length - 1] == '/') && file[length - 2] != ':')
            file[--length] = 0;
        bool is_folder = is_directory(file);
        WCHAR *to = target_for(target, folder, file + folder_length(file));
        if (has_wildcard(source))
            outf(L"%ls\r\n", file);
        if (!is_existing(file))
            result = fail_system(ERROR_FILE_NOT_FOUND);
        else if (!may_replace(&arguments, to, &all))
            ;
        else if (!MoveFileExW(file, to, MOVEFILE_COPY_ALLOWED | (is_folder ? 0 : MOVEFILE_REPLACE_EXISTING)))
            result = fail_system(GetLastError());
        else if (is_folder)
            folders++;
        else
            moved++;
        free(to);
    }
    if (folders)
        outf(L"%9I64u dir(s) moved.\r\n", (unsigned long long)folders);
    if (moved || (!folders && files.count))
        outf(L"%9I64u file(s) moved.\r\n", (unsigned long long)moved);
    words_free(&files);
    free_arguments(&arguments);
    return result;
}
