/* SPDX-License-Identifier: MIT */
/* program.c: finds the command that a name means, and starts and awaits programs. */
#include "cmd.h"

/* --- which command --- */

static int compare_builtin(const void *key, const void *entry)
{
    return _wcsicmp(key, ((const struct builtin *)entry)->name);
}

/*
 * A built-in command's name ends at a delimiter or at one of + / [ ] . : \ ( and a quotation mark, which belong to its
 * arguments: cd.. and echo. are well known. A file of such a name comes first.
 */
const struct builtin *find_builtin(const WCHAR *text, const WCHAR **arguments)
{
    extern const size_t builtin_count;
    WCHAR name[16];
    size_t length = 0;
    text = skip_delimiters(text);
    while (iswalpha(text[length]) && length < COUNT(name) - 1) {
        name[length] = text[length];
        length++;
    }
    name[length] = 0;
    if (!length || (text[length] && !is_delimiter(text[length]) && !wcschr(L"+/[].:\\(\"<>|&", text[length])))
        return NULL;
    const struct builtin *found = bsearch(name, builtins, builtin_count, sizeof(*builtins), compare_builtin);
    if (found && !extensions &&
        (found->run == builtin_assoc || found->run == builtin_color || found->run == builtin_ftype))
        return NULL;
    if (found && text[length] == '.' && iswalpha(text[length + 1])) {
        struct program program = { 0 };
        const WCHAR *rest;
        free(command_name(text, &rest, &program));
        free(program.path);
        if (program.path)
            return NULL;
    }
    *arguments = text + length;
    return found;
}

static bool is_file(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static bool has_ending(const WCHAR *path, const WCHAR *ending)
{
    size_t length = wcslen(path), more = wcslen(ending);
    return length > more && !_wcsicmp(path + length - more, ending);
}

static bool accept_program(WCHAR *path, struct program *program)
{
    /* The name that opening it would take: "x.bat." and "x.bat " are batch files. */
    program->path = full_path(path);
    program->batch = has_ending(program->path, L".bat") || has_ending(program->path, L".cmd");
    free(path);
    return true;
}

/* folder + name as it is, if it has an extension, and with each extension of PATHEXT. */
static bool find_in_folder(const WCHAR *folder, size_t length, const WCHAR *name, const WCHAR *extensions_list,
                           struct program *program)
{
    WCHAR *path = join_path(folder, length, name);
    if (wcschr(name + folder_length(name), '.') && is_file(path))
        return accept_program(path, program);
    for (const WCHAR *p = extensions_list; *p;) {
        size_t size = wcscspn(p, L";");
        struct text with = { 0 };
        text_add(&with, path);
        text_add_n(&with, p, size);
        if (size && is_file(with.data)) {
            free(path);
            return accept_program(with.data, program);
        }
        free(with.data);
        p += size + (p[size] == ';');
    }
    free(path);
    return false;
}

/* A program or script of the system below, which CreateProcess starts too; those have no extension. */
static bool find_native(const WCHAR *folder, size_t length, const WCHAR *name, const WCHAR *unused,
                        struct program *program)
{
    char start[4] = { 0 };
    DWORD count = 0;
    WCHAR *path = join_path(folder, length, name);
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    (void)unused;
    if (file != INVALID_HANDLE_VALUE) {
        ReadFile(file, start, sizeof(start), &count, NULL);
        CloseHandle(file);
    }
    if (!memcmp(start, "\177ELF", 4) || !memcmp(start, "#!", 2))
        return accept_program(path, program);
    free(path);
    return false;
}

/* Where a command is looked for: as it is if it has a folder, else in the current folder and those of PATH. */
static bool search(const WCHAR *name, const WCHAR *endings, struct program *program,
                   bool (*look)(const WCHAR *, size_t, const WCHAR *, const WCHAR *, struct program *))
{
    if (wcspbrk(name, L"\\/:"))
        return look(L"", 0, name, endings, program);
    if (!*name)
        return false;
    WCHAR *no_current = get_variable(L"NoDefaultCurrentDirectoryInExePath", 34);
    bool found = !no_current && look(L".\\", 2, name, endings, program);
    free(no_current);
    WCHAR *path = found ? NULL : get_variable(L"PATH", 4);
    for (const WCHAR *p = path; !found && p && *p; p += *p == ';') {
        struct text folder = { 0 };
        bool quoted = false; /* quotes keep a semicolon from ending a folder's name, and are no part of it */
        for (; *p && (*p != ';' || quoted); p++) {
            if (*p == '"')
                quoted = !quoted;
            else
                text_char(&folder, *p);
        }
        if (folder.length)
            found = look(folder.data, folder.length, name, endings, program);
        free(folder.data);
    }
    free(path);
    return found;
}

bool find_program(const WCHAR *name, struct program *program)
{
    WCHAR *endings = get_variable(L"PATHEXT", 7);
    if (!endings)
        endings = xdup(L".COM;.EXE;.BAT;.CMD");
    bool found = search(name, endings, program, find_in_folder) || search(name, NULL, program, find_native);
    free(endings);
    return found;
}

/*
 * The name at the start of a command without its quotation marks (to be freed), and the program it means. Where none is found
 * by the whole word, the name ends at its first slash, as in ipconfig/all.
 */
WCHAR *command_name(const WCHAR *text, const WCHAR **rest, struct program *program)
{
    const WCHAR *start = skip_delimiters(text), *end = start, *slash = NULL;
    bool quoted = false;
    memset(program, 0, sizeof(*program));
    for (; *end && (quoted || !is_delimiter(*end)); end++) {
        quoted ^= *end == '"';
        if (*end == '/' && !quoted && !slash)
            slash = end;
    }
    WCHAR *name = strip_quotes(xdup_n(start, end - start));
    *rest = end;
    if (!find_program(name, program) && slash && slash > start) {
        free(name);
        name = strip_quotes(xdup_n(start, slash - start));
        *rest = slash;
        find_program(name, program);
    }
    return name;
}

/* --- processes --- */

/*
 * Opens a file that is no program by what its type is associated with; the program's process, if there is one. shell32 is
 * loaded for it only then.
 */
static HANDLE open_document(const WCHAR *path, const WCHAR *line, const WCHAR *folder)
{
    BOOL(WINAPI * execute)(SHELLEXECUTEINFOW *) = NULL;
    HMODULE shell = LoadLibraryW(L"shell32.dll");
    FARPROC function = shell ? GetProcAddress(shell, "ShellExecuteExW") : NULL;
    const WCHAR *rest = line;
    for (bool quoted = false; *rest && (quoted || !is_delimiter(*rest)); rest++)
        quoted ^= *rest == '"';
    SHELLEXECUTEINFOW info = {
        .cbSize = sizeof(info),
        .fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_FLAG_NO_UI | SEE_MASK_NO_CONSOLE,
        .lpFile = path,
        .lpParameters = skip_space(rest),
        .lpDirectory = folder,
        .nShow = SW_SHOWNORMAL,
    };
    memcpy(&execute, &function, sizeof(execute));
    if (execute && execute(&info)) {
        SetLastError(ERROR_SUCCESS);
        return info.hProcess;
    }
    DWORD error = execute ? GetLastError() : ERROR_NO_ASSOCIATION;
    err_system(error);
    SetLastError(error);
    return NULL;
}

/* The standard streams are inherited for the time of the start only: no program keeps another one's pipe open. */
HANDLE start_program(const WCHAR *path, WCHAR *line, const WCHAR *folder, DWORD flags, STARTUPINFOW *given)
{
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    DWORD before[3] = { 0 };
    InterlockedExchange(&told_by_child, 0);
    if (!given)
        given = &startup;
    given->dwFlags |= STARTF_USESTDHANDLES;
    given->hStdInput = streams[0];
    given->hStdOutput = streams[1];
    given->hStdError = streams[2];
    for (int i = 0; i < 3; i++)
        if (GetHandleInformation(streams[i], &before[i]) && !(before[i] & HANDLE_FLAG_INHERIT))
            SetHandleInformation(streams[i], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
        else
            before[i] = HANDLE_FLAG_INHERIT;
    BOOL started = CreateProcessW(path, line, NULL, NULL, TRUE, flags, NULL, folder, given, &info);
    DWORD error = GetLastError();
    for (int i = 0; i < 3; i++)
        if (!(before[i] & HANDLE_FLAG_INHERIT))
            SetHandleInformation(streams[i], HANDLE_FLAG_INHERIT, 0);
    if (!started) {
        if (error == ERROR_BAD_EXE_FORMAT && !has_ending(path, L".exe") && !has_ending(path, L".com"))
            return open_document(path, line, folder);
        if (error == ERROR_BAD_EXE_FORMAT || error == ERROR_EXE_MACHINE_TYPE_MISMATCH)
            errf(L"%ls is not a valid Win32 application.\r\n", path);
        else
            err_system(error);
        SetLastError(error);
        return NULL;
    }
    CloseHandle(info.hThread);
    return info.hProcess;
}

static HANDLE start_self(const WCHAR *switches, const WCHAR *command)
{
    struct text line = { 0 };
    WCHAR path[MAX_PATH];
    GetModuleFileNameW(NULL, path, COUNT(path));
    text_format(&line, L"%ls %ls%ls%ls", path, switches, command, switches[1] == 'S' ? L"\"" : L"");
    HANDLE process = start_program(path, line.data, NULL, 0, NULL);
    free(line.data);
    return process;
}

HANDLE start_interpreter(const WCHAR *command)
{
    return start_self(L"/S /D /c\" ", command);
}

int wait_program(HANDLE process)
{
    DWORD code = 1;
    WCHAR text[16];
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    if (code == (DWORD)STATUS_CONTROL_C_EXIT && !InterlockedExchange(&interrupted, 1))
        InterlockedExchange(&told_by_child, 1);
    _snwprintf(text, COUNT(text), L"%08lX", code);
    SetEnvironmentVariableW(L"=ExitCode", text);
    _snwprintf(text, COUNT(text), L"%lc", (WCHAR)code);
    SetEnvironmentVariableW(L"=ExitCodeAscii", code >= 32 && code <= 126 ? text : NULL);
    return (int)code;
}

int run_program(const WCHAR *path, WCHAR *line)
{
    HANDLE process = start_program(path, line, NULL, 0, NULL);
    if (!process)
        return errorlevel = (int)GetLastError();
    return errorlevel = wait_program(process);
}

/* What a command writes; FOR /F runs it as cmd /c would. */
WCHAR *capture(const WCHAR *command)
{
    HANDLE read, write, output = streams[1];
    char *bytes = NULL;
    size_t size = 0, capacity = 0;
    DWORD count;
    if (!CreatePipe(&read, &write, NULL, 0))
        return NULL;
    streams[1] = write;
    HANDLE process = start_self(L"/c ", command);
    streams[1] = output;
    CloseHandle(write);
    do {
        if (size == capacity)
            bytes = xrealloc(bytes, capacity = capacity ? capacity * 2 : 4096);
        count = 0;
        if (!ReadFile(read, bytes + size, (DWORD)(capacity - size), &count, NULL))
            break;
        size += count;
    } while (count);
    CloseHandle(read);
    if (process)
        wait_program(process);
    WCHAR *text = decode(bytes, size);
    free(bytes);
    return text;
}
