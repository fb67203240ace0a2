/* SPDX-License-Identifier: MIT */
/* builtin_start.c: START. */
#include "cmd.h"

struct start_options {
    WCHAR *folder, *title;
    DWORD flags;
    WORD show;
    bool wait, same_console;
};

/* One switch at p, behind its slash. Returns what follows, NULL if it is none of START's. */
static const WCHAR *parse_switch(const WCHAR *p, struct start_options *options)
{
    static const struct {
        const WCHAR *name;
        DWORD flags;
    } flags[] = { { L"low", IDLE_PRIORITY_CLASS },
                  { L"normal", NORMAL_PRIORITY_CLASS },
                  { L"high", HIGH_PRIORITY_CLASS },
                  { L"realtime", REALTIME_PRIORITY_CLASS },
                  { L"abovenormal", ABOVE_NORMAL_PRIORITY_CLASS },
                  { L"belownormal", BELOW_NORMAL_PRIORITY_CLASS },
                  { L"separate", 0 },
                  { L"shared", 0 },
                  { L"i", 0 } };
    size_t length = 0;
    while (p[length] && !is_delimiter(p[length]) && p[length] != '/' && p[length] != '"')
        length++;
    WCHAR name[16] = L"";
    if (length < COUNT(name))
        wcsncpy(name, p, length);
    if (towlower(*p) == 'd' && (length == 1 || p[1] == '"')) {
        const WCHAR *rest = p + 1;
        WCHAR *word = next_word(&rest);
        free(options->folder);
        options->folder = word ? strip_quotes(word) : NULL;
        return rest;
    }
    if (towlower(*p) == 'd' && length > 1) { /* /dFOLDER */
        const WCHAR *rest = p + 1;
        options->folder = strip_quotes(next_word(&rest));
        return rest;
    }
    if (!_wcsicmp(name, L"w") || !_wcsicmp(name, L"wait"))
        options->wait = true;
    else if (!_wcsicmp(name, L"b"))
        options->same_console = true;
    else if (!_wcsicmp(name, L"min"))
        options->show = SW_SHOWMINNOACTIVE;
    else if (!_wcsicmp(name, L"max"))
        options->show = SW_SHOWMAXIMIZED;
    else if (!_wcsicmp(name, L"node") || !_wcsicmp(name, L"affinity")) {
        const WCHAR *rest = p + length;
        free(next_word(&rest)); /* where it runs is the host's choice */
        return rest;
    } else {
        size_t i = 0;
        while (i < COUNT(flags) && _wcsicmp(name, flags[i].name))
            i++;
        if (i == COUNT(flags))
            return NULL;
        options->flags |= flags[i].flags;
    }
    return p + length;
}

int builtin_start(const WCHAR *arguments)
{
    struct start_options options = { 0 };
    struct program program = { 0 };
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    struct text line = { 0 };
    const WCHAR *p = skip_delimiters(arguments), *rest;
    HANDLE process = NULL;
    int result = 0;
    for (;; p = skip_delimiters(p)) {
        if (*p == '"' && !options.title) { /* the first quoted word is the title */
            options.title = strip_quotes(next_word(&p));
            continue;
        }
        if (*p != '/')
            break;
        const WCHAR *after = parse_switch(p + 1, &options);
        if (!after) {
            size_t length = wcscspn(p + 1, L" \t");
            errf(L"Invalid switch - \"%.*ls\".\r\n", (int)length, p + 1);
            free(options.folder);
            free(options.title);
            return 1;
        }
        p = after;
    }
    /* The program is looked for from the folder that it is to begin in. */
    WCHAR *before = options.folder ? full_path(L".") : NULL;
    if (options.folder && !SetCurrentDirectoryW(options.folder)) {
        err(L"The current directory is invalid.\r\n");
        free(before);
        free(options.folder);
        free(options.title);
        return errorlevel = 1;
    }
    const struct builtin *builtin = find_builtin(p, &rest);
    WCHAR *name = command_name(p, &rest, &program);
    if (!options.same_console && !options.wait)
        options.flags |= CREATE_NEW_PROCESS_GROUP;
    if (options.show) {
        startup.dwFlags |= STARTF_USESHOWWINDOW;
        startup.wShowWindow = options.show;
    }
    startup.lpTitle = options.title;
    /* A command or batch file gets an interpreter that stays (documented: as with cmd /k); here without /b it would have no
     * window, and one that waits for lines of nobody helps no one: it ends. */
    if (builtin || program.batch || !*p) {
        WCHAR self[MAX_PATH];
        GetModuleFileNameW(NULL, self, COUNT(self));
        text_format(&line, *p ? L"%ls /c %ls" : L"%ls", self, p);
        process = start_program(self, line.data, NULL, options.flags, &startup);
    } else if (!program.path) {
        errf(L"The system cannot find the file %ls.\r\n", name);
    } else {
        text_add(&line, p);
        process = start_program(program.path, line.data, NULL, options.flags, &startup);
    }
    if (before)
        SetCurrentDirectoryW(before);
    free(before);
    if (!process)
        result = errorlevel = 9059;
    else if (options.wait)
        result = wait_program(process);
    else
        CloseHandle(process);
    free(line.data);
    free(name);
    free(program.path);
    free(options.folder);
    free(options.title);
    return result;
}
