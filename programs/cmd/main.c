/* SPDX-License-Identifier: MIT */
/* main.c: the switches of cmd.exe, the string of /c and /k, and the loop of lines. */
#include "cmd.h"

static bool quiet, keep, run_string, strip_always, no_autorun;

static BOOL WINAPI on_control(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    if (!InterlockedExchange(&told_by_child, 0))
        InterlockedExchange(&interrupted, 1);
    return TRUE;
}

/*
 * Documented: the quotation marks of the string stay only without /s, if there are exactly two, with no special character but
 * with white space between them, and the text between them is the name of a program. Otherwise, if the string begins with one,
 * it and the last one are removed.
 */
static bool keeps_quotes(const WCHAR *text)
{
    const WCHAR *first = wcschr(text, '"'), *last = wcsrchr(text, '"'), *p;
    bool space = false;
    if (strip_always || !first || first == last)
        return false;
    for (p = first + 1; p < last; p++) {
        if (*p == '"' || wcschr(L"&<>()@^|", *p))
            return false;
        space |= is_space(*p);
    }
    if (!space)
        return false;
    struct program program = { 0 };
    WCHAR *name = xdup_n(first + 1, last - first - 1);
    bool found = find_program(name, &program);
    free(program.path);
    free(name);
    return found;
}

static WCHAR *command_string(const WCHAR *text)
{
    text = skip_space(text);
    WCHAR *copy = xdup(text), *last;
    if (*copy == '"' && !keeps_quotes(copy)) {
        if ((last = wcsrchr(copy + 1, '"')))
            memmove(last, last + 1, (wcslen(last + 1) + 1) * sizeof(WCHAR));
        memmove(copy, copy + 1, (wcslen(copy + 1) + 1) * sizeof(WCHAR));
    }
    copy[wcscspn(copy, L"\r\n")] = 0; /* one line */
    return copy;
}

/* A switch may be behind a quote, whose other end is then in the command: cmd "/c exit 1". */
static const WCHAR *next_switch(const WCHAR *p)
{
    p = skip_delimiters(p);
    return *p == '"' && p[1] == '/' ? p + 1 : p;
}

/* The switches; returns what follows them. */
static const WCHAR *parse_command_line(const WCHAR *p)
{
    bool quoted = false;
    unsigned long colors;
    /* The interpreter's own name, which those leave out who give the program's path beside the command line. */
    bool named = *next_switch(p) != '/';
    for (; named && *p && (quoted || !is_space(*p)); p++)
        quoted ^= *p == '"';
    for (p = next_switch(p); *p == '/'; p = next_switch(p)) {
        bool off = !_wcsnicmp(p + 2, L":off", 4);
        switch (towlower(p[1])) {
        case 'c':
        case 'k':
            keep = towlower(p[1]) == 'k';
            run_string = true;
            return p + 2;
        case 's':
            strip_always = true;
            break;
        case 'd':
            no_autorun = true;
            break;
        case 'q':
            quiet = true;
            break;
        case 'u':
            unicode_output = true;
            break;
        case 'a':
            unicode_output = false;
            break;
        case 'v':
            delayed_expansion = !off;
            break;
        case 'e':
        case 'x':
            extensions = !off;
            break;
        case 'y':
            extensions = false;
            break;
        case 'f': /* the documented characters: Ctrl-F and Ctrl-D */
            complete_files = off ? 0 : 'F' & 0x1f;
            complete_folders = off ? 0 : 'D' & 0x1f;
            break;
        case 't': /* /t:BF, as COLOR has it */
            colors = p[2] == ':' ? wcstoul(p + 3, NULL, 16) : 0;
            if (colors && colors <= 0xff)
                SetConsoleTextAttribute(streams[1], (WORD)colors);
            break;
        case 'r': /* an old name of /c */
            run_string = true;
            return p + 2;
        }
        for (p += p[1] ? 2 : 1; *p && !is_delimiter(*p) && *p != '/'; p++)
            ;
    }
    return p;
}

static void set_default(const WCHAR *name, const WCHAR *value)
{
    if (!GetEnvironmentVariableW(name, NULL, 0) && GetLastError() == ERROR_ENVVAR_NOT_FOUND)
        SetEnvironmentVariableW(name, value);
}

static int finish(void)
{
    if (interrupted)
        return (int)STATUS_CONTROL_C_EXIT;
    /* What leaves ERRORLEVEL alone has failed all the same. */
    return errorlevel || unwind == UNWIND_EXIT ? errorlevel : last_result;
}

static int interactive_loop(void)
{
    WCHAR *line;
    interactive = true;
    for (;;) {
        InterlockedExchange(&interrupted, 0);
        unwind = UNWIND_NONE;
        if (echo_on) {
            out(L"\r\n");
            show_prompt();
        }
        if (!(line = read_command_line())) {
            if (interrupted)
                continue;
            break;
        }
        /* A Ctrl-C that was meant for the line before, whose handler's thread was late, is none of this one. */
        InterlockedExchange(&interrupted, 0);
        if (!is_console(streams[0]) && echo_on)
            outf(L"%ls\r\n", line);
        run_line(line);
        if (unwind == UNWIND_EXIT)
            break;
    }
    return errorlevel;
}

int main(void)
{
    WCHAR self[MAX_PATH], version[80];
    streams[0] = GetStdHandle(STD_INPUT_HANDLE);
    streams[1] = GetStdHandle(STD_OUTPUT_HANDLE);
    streams[2] = GetStdHandle(STD_ERROR_HANDLE);
    SetConsoleCtrlHandler(on_control, TRUE);
    srand(GetTickCount() ^ GetCurrentProcessId());
    GetModuleFileNameW(NULL, self, COUNT(self));
    set_default(L"COMSPEC", self);
    set_default(L"PATHEXT", L".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC");
    set_default(L"PROMPT", L"$P$G");
    read_defaults();
    const WCHAR *rest = parse_command_line(GetCommandLineW());
    echo_on = !quiet;
    if (!no_autorun)
        run_autorun();
    if (run_string) {
        WCHAR *command = command_string(rest);
        run_line(command);
        if (!keep || unwind == UNWIND_EXIT)
            return finish();
    } else {
        version_text(version, COUNT(version));
        outf(L"%ls\r\n", version);
    }
    return interactive_loop();
}
