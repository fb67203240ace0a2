/* SPDX-License-Identifier: MIT */
/* builtin.c: the table of built-in commands, and those about the interpreter itself. */
#include "cmd.h"

/* Sorted by name. */
const struct builtin builtins[] = {
    { L"assoc", builtin_assoc, LEVEL_FAILURE },  { L"break", builtin_nothing, LEVEL_KEEP },
    { L"call", builtin_call, LEVEL_KEEP },       { L"cd", builtin_cd, LEVEL_ALWAYS },
    { L"chdir", builtin_cd, LEVEL_ALWAYS },      { L"cls", builtin_cls, LEVEL_KEEP },
    { L"color", builtin_color, LEVEL_ALWAYS },   { L"copy", builtin_copy, LEVEL_ALWAYS },
    { L"date", builtin_date, LEVEL_ALWAYS },     { L"del", builtin_del, LEVEL_ALWAYS },
    { L"dir", builtin_dir, LEVEL_ALWAYS },       { L"dpath", builtin_dpath, LEVEL_FAILURE },
    { L"echo", builtin_echo, LEVEL_KEEP },       { L"endlocal", builtin_endlocal, LEVEL_KEEP },
    { L"erase", builtin_del, LEVEL_ALWAYS },     { L"exit", builtin_exit, LEVEL_KEEP },
    { L"ftype", builtin_ftype, LEVEL_FAILURE },  { L"goto", builtin_goto, LEVEL_FAILURE },
    { L"md", builtin_md, LEVEL_ALWAYS },         { L"mkdir", builtin_md, LEVEL_ALWAYS },
    { L"mklink", builtin_mklink, LEVEL_ALWAYS }, { L"move", builtin_move, LEVEL_ALWAYS },
    { L"path", builtin_path, LEVEL_FAILURE },    { L"pause", builtin_pause, LEVEL_KEEP },
    { L"popd", builtin_popd, LEVEL_FAILURE },    { L"prompt", builtin_prompt, LEVEL_FAILURE },
    { L"pushd", builtin_pushd, LEVEL_ALWAYS },   { L"rd", builtin_rd, LEVEL_KEEP },
    { L"rem", builtin_nothing, LEVEL_KEEP },     { L"ren", builtin_ren, LEVEL_ALWAYS },
    { L"rename", builtin_ren, LEVEL_ALWAYS },    { L"rmdir", builtin_rd, LEVEL_KEEP },
    { L"set", builtin_set, LEVEL_FAILURE },      { L"setlocal", builtin_setlocal, LEVEL_FAILURE },
    { L"shift", builtin_shift, LEVEL_FAILURE },  { L"start", builtin_start, LEVEL_ALWAYS },
    { L"time", builtin_time, LEVEL_ALWAYS },     { L"title", builtin_title, LEVEL_KEEP },
    { L"type", builtin_type, LEVEL_ALWAYS },     { L"ver", builtin_ver, LEVEL_ALWAYS },
    { L"verify", builtin_verify, LEVEL_ALWAYS }, { L"vol", builtin_vol, LEVEL_ALWAYS },
};
const size_t builtin_count = COUNT(builtins);

bool echo_on = true, delayed_expansion, extensions = true, interactive, unicode_output;

int builtin_nothing(const WCHAR *arguments)
{
    (void)arguments;
    return 0;
}

static bool is_word(const WCHAR *text, const WCHAR *word)
{
    size_t length = wcslen(word);
    text = skip_space(text);
    return !_wcsnicmp(text, word, length) && !*skip_space(text + length);
}

int builtin_echo(const WCHAR *arguments)
{
    bool plain = !*arguments || is_space(*arguments);
    if (plain && !*skip_space(arguments)) {
        outf(L"ECHO is %ls.\r\n", echo_on ? L"on" : L"off");
        return 0;
    }
    if (plain && (is_word(arguments, L"on") || is_word(arguments, L"off"))) {
        echo_on = is_word(arguments, L"on");
        return 0;
    }
    /* The character after the name is no part of the text; echo"x" is not meant by that. */
    struct text line = { 0 };
    text_add(&line, arguments + (*arguments != '"'));
    text_add(&line, L"\r\n");
    out_n(line.data, line.length);
    free(line.data);
    return 0;
}

/* --- folders --- */

WCHAR *current_folder(void)
{
    DWORD size = GetCurrentDirectoryW(0, NULL);
    WCHAR *folder = xalloc((size + 1) * sizeof(WCHAR));
    folder[GetCurrentDirectoryW(size, folder)] = 0;
    return folder;
}

/* Documented for CD: the folder is named as it is spelled on disk, whatever case was typed. Frees path. */
static WCHAR *spelled_path(WCHAR *path)
{
    DWORD size = GetLongPathNameW(path, NULL, 0);
    if (!size)
        return path;
    WCHAR *spelled = xalloc(size * sizeof(WCHAR));
    size = GetLongPathNameW(path, spelled, size);
    free(size ? path : spelled);
    return size ? spelled : path;
}

/* Changes the folder; the drive's folder is remembered as Windows does, in =X:. */
static int change_folder(const WCHAR *path, bool drive_too)
{
    WCHAR *full = spelled_path(full_path(path)), *now = current_folder();
    bool same_drive = towupper(full[0]) == towupper(now[0]) && full[1] == ':';
    int result = 0;
    if (full[1] == ':')
        full[0] = towupper(full[0]);
    if (!is_existing(full))
        result = fail_system(wcspbrk(path, L"<>|\"") ? ERROR_INVALID_NAME : ERROR_PATH_NOT_FOUND);
    else if (!is_directory(full))
        result = fail_system(ERROR_DIRECTORY);
    if (!result && (drive_too || same_drive) && !SetCurrentDirectoryW(full))
        result = fail_system(GetLastError());
    if (!result && full[1] == ':') {
        WCHAR variable[] = { '=', towupper(full[0]), ':', 0 };
        SetEnvironmentVariableW(variable, full);
    }
    free(full);
    free(now);
    return result;
}

int builtin_cd(const WCHAR *arguments)
{
    bool drive_too = false;
    const WCHAR *p = skip_delimiters(arguments);
    if (extensions && !_wcsnicmp(p, L"/d", 2) && (!p[2] || is_delimiter(p[2]) || p[2] == '"')) {
        drive_too = true;
        p = skip_delimiters(p + 2);
    }
    /* With extensions, the rest is one name whether it has spaces or not. */
    WCHAR *path = strip_quotes(xdup(p));
    for (size_t length = wcslen(path); length && is_space(path[length - 1]);)
        path[--length] = 0;
    int result = 0;
    if (!*path || (path[0] && path[1] == ':' && !path[2])) {
        WCHAR *folder = *path && !drive_too ? full_path(path) : current_folder();
        outf(L"%ls\r\n", folder);
        free(folder);
    } else {
        result = change_folder(path, drive_too);
    }
    free(path);
    return result;
}

static struct words folder_stack;

int builtin_pushd(const WCHAR *arguments)
{
    const WCHAR *p = skip_delimiters(arguments);
    if (!*p) {
        for (size_t i = folder_stack.count; i; i--)
            outf(L"%ls\r\n", folder_stack.items[i - 1]);
        return 0;
    }
    WCHAR *path = strip_quotes(xdup(p)), *before = current_folder();
    for (size_t length = wcslen(path); length && is_space(path[length - 1]);)
        path[--length] = 0;
    int result = change_folder(path, true);
    if (result)
        free(before);
    else
        words_add(&folder_stack, before);
    free(path);
    return result;
}

int builtin_popd(const WCHAR *arguments)
{
    (void)arguments;
    if (!folder_stack.count)
        return 1;
    WCHAR *folder = folder_stack.items[--folder_stack.count];
    int result = change_folder(folder, true);
    free(folder);
    return result;
}

/* --- control --- */

int builtin_goto(const WCHAR *arguments)
{
    if (!current_batch)
        return 0; /* on the command line it is ignored */
    return !go_to_label(arguments);
}

/* Known of CALL: it doubles every ^, and those outside of quotation marks are halved again when the line is read anew. */
static WCHAR *double_carets(WCHAR *line)
{
    struct text text = { 0 };
    bool quoted = false;
    text_add(&text, L"");
    for (const WCHAR *p = line; *p; p++) {
        quoted ^= *p == '"';
        text_char(&text, *p);
        if (*p == '^' && quoted)
            text_char(&text, *p);
    }
    free(line);
    return text_take(&text);
}

int builtin_call(const WCHAR *arguments)
{
    WCHAR *text = double_carets(expand_percent(skip_delimiters(arguments), current_batch));
    const WCHAR *rest = text;
    int result;
    if (!*text) {
        result = errorlevel = !*arguments; /* known: (call) sets ERRORLEVEL to 1, (call ) to 0 */
    } else if (*text != ':' || !extensions) {
        result = run_text(text, true);
    } else if (!current_batch) {
        err(L"Invalid attempt to call batch label outside of batch script.\r\n");
        result = errorlevel = 1;
    } else {
        while (*rest && !is_delimiter(*rest))
            rest++;
        WCHAR *label = xdup_n(text, rest - text);
        result = call_label(label, rest);
        free(label);
    }
    free(text);
    return result;
}

int builtin_exit(const WCHAR *arguments)
{
    const WCHAR *p = skip_delimiters(arguments);
    bool batch_only = !_wcsnicmp(p, L"/b", 2);
    if (batch_only)
        p = skip_delimiters(p + 2);
    if (*p)
        errorlevel = (int)wcstoll(p, NULL, 10);
    unwind = batch_only && current_batch ? UNWIND_BATCH : UNWIND_EXIT;
    return errorlevel;
}

int builtin_pause(const WCHAR *arguments)
{
    (void)arguments;
    out(L"Press any key to continue . . . ");
    wait_key();
    out(L"\r\n");
    return 0;
}

/* --- small things --- */

int builtin_cls(const WCHAR *arguments)
{
    (void)arguments;
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(streams[1], &info)) {
        out(L"\f");
        return 0;
    }
    COORD home = { 0, 0 };
    DWORD count;
    FillConsoleOutputCharacterW(streams[1], ' ', (DWORD)info.dwSize.X * info.dwSize.Y, home, &count);
    FillConsoleOutputAttribute(streams[1], info.wAttributes, (DWORD)info.dwSize.X * info.dwSize.Y, home, &count);
    SetConsoleCursorPosition(streams[1], home);
    return 0;
}

int builtin_color(const WCHAR *arguments)
{
    const WCHAR *p = skip_delimiters(arguments);
    WCHAR *end;
    unsigned long color = *p ? wcstoul(p, &end, 16) : 7;
    if (*p && (*skip_space(end) || color > 0xff || color >> 4 == (color & 15)))
        return 1;
    SetConsoleTextAttribute(streams[1], (WORD)color);
    return 0;
}

int builtin_title(const WCHAR *arguments)
{
    SetConsoleTitleW(*arguments ? arguments + 1 : L"");
    return 0;
}

void version_text(WCHAR *buffer, size_t capacity)
{
    OSVERSIONINFOW version = { .dwOSVersionInfoSize = sizeof(version) };
    LONG(WINAPI * get_version)
    (OSVERSIONINFOW *) = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
    if (get_version)
        get_version(&version);
    _snwprintf(buffer, capacity, L"Microsoft Windows [Version %lu.%lu.%lu.3803]", version.dwMajorVersion,
               version.dwMinorVersion, version.dwBuildNumber);
}

int builtin_ver(const WCHAR *arguments)
{
    WCHAR text[80];
    (void)arguments;
    version_text(text, COUNT(text));
    outf(L"\r\n%ls\r\n", text);
    return 0;
}

int builtin_verify(const WCHAR *arguments)
{
    static bool verify;
    if (!*skip_delimiters(arguments))
        outf(L"VERIFY is %ls.\r\n", verify ? L"on" : L"off");
    else if (is_word(arguments, L"on") || is_word(arguments, L"off"))
        verify = is_word(arguments, L"on"); /* kept, without effect, as documented for every present system */
    else
        return fail_syntax();
    return 0;
}

int builtin_vol(const WCHAR *arguments)
{
    WCHAR *folder = current_folder(), name[MAX_PATH + 1];
    const WCHAR *p = skip_delimiters(arguments);
    WCHAR drive = towupper(*p && p[1] == ':' ? *p : folder[0]), root[] = { drive, ':', '\\', 0 };
    DWORD serial;
    free(folder);
    if (!GetVolumeInformationW(root, name, COUNT(name), &serial, NULL, NULL, NULL, 0))
        return fail_system(GetLastError());
    if (*name)
        outf(L" Volume in drive %lc is %ls\r\n", drive, name);
    else
        outf(L" Volume in drive %lc has no label.\r\n", drive);
    outf(L" Volume Serial Number is %04lX-%04lX\r\n", serial >> 16, serial & 0xffff);
    return 0;
}
