/* SPDX-License-Identifier: MIT */
/*
 * shellapi_execute.c: ShellExecute: programs are started, documents opened by the command that the registry has for their
 * kind. Errors are told by message boxes on Windows; here by the result only.
 */
#include "shell32_private.h"
#include <stdio.h>

static BOOL is_program(const WCHAR *path)
{
    static const WCHAR *const kinds[] = { L".exe", L".com", L".bat", L".cmd" };
    const WCHAR *dot = wcsrchr(path, '.');

    for (SIZE_T i = 0; dot && i < ARRAY_SIZE(kinds); i++)
        if (!_wcsicmp(dot, kinds[i]))
            return TRUE;
    return FALSE;
}

/* A value's text; FALSE if there is none or it does not fit. */
static BOOL registry_text(HKEY root, const WCHAR *key, const WCHAR *value, WCHAR *text, DWORD characters)
{
    DWORD size = characters * sizeof(WCHAR);

    return RegGetValueW(root, key, value, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ, NULL, text, &size) == ERROR_SUCCESS &&
           *text;
}

/* The whole path of what is to be opened: as it is, in the folder, on the path, or registered below "App Paths". */
static BOOL find_file(const WCHAR *name, const WCHAR *directory, WCHAR *path, DWORD size)
{
    WCHAR key[MAX_PATH + 80], joined[MAX_PATH];
    const WCHAR *base = wcsrchr(name, '\\');
    DWORD n;

    if (directory && *directory && !wcschr(name, ':') && name[0] != '\\' &&
        _snwprintf(joined, ARRAY_SIZE(joined), L"%ls\\%ls", directory, name) > 0 &&
        (n = GetFullPathNameW(joined, size, path, NULL)) && n < size &&
        GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return TRUE;
    if ((n = SearchPathW(NULL, name, L".exe", size, path, NULL)) && n < size)
        return TRUE;
    if ((n = SearchPathW(NULL, name, NULL, size, path, NULL)) && n < size)
        return TRUE;
    base = base ? base + 1 : name;
    _snwprintf(key, ARRAY_SIZE(key), L"Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\%ls%ls", base,
               wcschr(base, '.') ? L"" : L".exe");
    return registry_text(HKEY_CURRENT_USER, key, NULL, path, size) ||
           registry_text(HKEY_LOCAL_MACHINE, key, NULL, path, size);
}

/* "http" of "http://host"; FALSE for paths. */
static BOOL url_scheme(const WCHAR *name, WCHAR *scheme, DWORD size)
{
    DWORD n = 0;

    while ((name[n] | 32) >= 'a' && (name[n] | 32) <= 'z' && n + 1 < size) {
        scheme[n] = name[n];
        n++;
    }
    scheme[n] = 0;
    return n > 1 && name[n] == ':';
}

/* The command of a kind (a ProgID or a URL scheme) for a verb. */
static BOOL command_of(const WCHAR *kind, const WCHAR *verb, WCHAR *command, DWORD size)
{
    WCHAR key[512];

    if (_snwprintf(key, ARRAY_SIZE(key), L"%ls\\shell\\%ls\\command", kind, verb) < 0)
        return FALSE;
    return registry_text(HKEY_CLASSES_ROOT, key, NULL, command, size);
}

/* Puts the file for "%1" (and %L, %*) in a command; appends it if the command has no place for it. */
static BOOL expand_command(const WCHAR *command, const WCHAR *file, const WCHAR *parameters, WCHAR *out, DWORD size)
{
    DWORD n = 0;
    BOOL placed = FALSE;

    for (const WCHAR *p = command; *p; p++) {
        const WCHAR *part = NULL;
        if (*p == '%' && (p[1] == '1' || p[1] == 'L' || p[1] == 'l' || p[1] == 'V' || p[1] == 'v')) {
            part = file;
            placed = TRUE;
        } else if (*p == '%' && p[1] == '*') {
            part = parameters ? parameters : L"";
        }
        if (part) {
            DWORD length = wcslen(part);
            if (n + length + 1 > size)
                return FALSE;
            memcpy(out + n, part, length * sizeof(WCHAR));
            n += length;
            p++;
        } else {
            if (n + 2 > size)
                return FALSE;
            out[n++] = *p;
        }
    }
    out[n] = 0;
    return placed || _snwprintf(out + n, size - n, L" \"%ls\"", file) > 0;
}

static DWORD start(SHELLEXECUTEINFOW *info, WCHAR *command, const WCHAR *program)
{
    STARTUPINFOW startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESHOWWINDOW, .wShowWindow = (WORD)info->nShow };
    PROCESS_INFORMATION process;
    DWORD flags = CREATE_UNICODE_ENVIRONMENT;

    if (!(info->fMask & SEE_MASK_NO_CONSOLE))
        flags |= CREATE_NEW_CONSOLE;
    if (!CreateProcessW(program, command, NULL, NULL, FALSE, flags, NULL,
                        info->lpDirectory && *info->lpDirectory ? info->lpDirectory : NULL, &startup, &process))
        return GetLastError();
    CloseHandle(process.hThread);
    if (info->fMask & SEE_MASK_NOCLOSEPROCESS)
        info->hProcess = process.hProcess;
    else
        CloseHandle(process.hProcess);
    return ERROR_SUCCESS;
}

/* A program with its parameters. */
static DWORD run_program(SHELLEXECUTEINFOW *info, const WCHAR *path)
{
    const WCHAR *parameters = info->lpParameters ? info->lpParameters : L"";
    SIZE_T size = wcslen(path) + wcslen(parameters) + 4;
    WCHAR *line = shell_alloc(size * sizeof(WCHAR));
    DWORD error;

    if (!line)
        return ERROR_NOT_ENOUGH_MEMORY;
    _snwprintf(line, size, *parameters ? L"\"%ls\" %ls" : L"\"%ls\"", path, parameters);
    error = start(info, line, path);
    shell_free(line);
    return error;
}

/* The command that the caller's class (a key, or its name) or the registered one has for the verb. */
static DWORD open_document(SHELLEXECUTEINFOW *info, const WCHAR *file, const WCHAR *kind, const WCHAR *verb)
{
    WCHAR command[2048], key[256], *line;
    SIZE_T size;
    DWORD error;
    BOOL found;

    if ((info->fMask & SEE_MASK_CLASSKEY) == SEE_MASK_CLASSKEY) {
        _snwprintf(key, ARRAY_SIZE(key), L"shell\\%ls\\command", verb);
        found = registry_text(info->hkeyClass, key, NULL, command, ARRAY_SIZE(command));
    } else {
        if (info->fMask & SEE_MASK_CLASSNAME && info->lpClass)
            kind = info->lpClass;
        found = command_of(kind, verb, command, ARRAY_SIZE(command));
    }
    if (!found)
        return ERROR_NO_ASSOCIATION;
    size = ARRAY_SIZE(command) + wcslen(file) + (info->lpParameters ? wcslen(info->lpParameters) : 0) + 8;
    if (!(line = shell_alloc(size * sizeof(WCHAR))))
        return ERROR_NOT_ENOUGH_MEMORY;
    error =
        expand_command(command, file, info->lpParameters, line, size) ? start(info, line, NULL) : ERROR_NO_ASSOCIATION;
    shell_free(line);
    return error;
}

static DWORD execute_file(SHELLEXECUTEINFOW *info, const WCHAR *file)
{
    WCHAR path[1024], kind[256];
    const WCHAR *verb = info->lpVerb && *info->lpVerb ? info->lpVerb : L"open", *dot;
    const BOOL has_class = info->fMask & SEE_MASK_CLASSNAME; /* SEE_MASK_CLASSKEY has that bit too */

    if (url_scheme(file, kind, ARRAY_SIZE(kind)))
        return open_document(info, file, kind, verb);
    if (!find_file(file, info->lpDirectory, path, ARRAY_SIZE(path)))
        return wcschr(file, '\\') && GetFileAttributesW(file) == INVALID_FILE_ATTRIBUTES &&
                       GetLastError() == ERROR_PATH_NOT_FOUND
                   ? ERROR_PATH_NOT_FOUND
                   : ERROR_FILE_NOT_FOUND;
    if (!has_class && is_program(path) && (!_wcsicmp(verb, L"open") || !_wcsicmp(verb, L"runas")))
        return run_program(info, path);
    if (!has_class &&
        (!(dot = wcsrchr(path, '.')) || !registry_text(HKEY_CLASSES_ROOT, dot, NULL, kind, ARRAY_SIZE(kind))))
        return ERROR_NO_ASSOCIATION;
    return open_document(info, path, kind, verb);
}

/* A copy of the text with environment variables expanded, if the caller asks for that, and without the quotation marks
 * around all of it; shell_free it. */
static WCHAR *prepared(const WCHAR *text, ULONG mask)
{
    DWORD size = mask & SEE_MASK_DOENVSUBST ? ExpandEnvironmentStringsW(text, NULL, 0) : wcslen(text) + 1;
    WCHAR *copy = size ? shell_alloc(size * sizeof(WCHAR)) : NULL;
    SIZE_T length;

    if (!copy)
        return NULL;
    if (mask & SEE_MASK_DOENVSUBST)
        ExpandEnvironmentStringsW(text, copy, size);
    else
        wcscpy(copy, text);
    length = wcslen(copy);
    if (length > 2 && *copy == '"' && wcschr(copy + 1, '"') == copy + length - 1) {
        memmove(copy, copy + 1, (length - 2) * sizeof(WCHAR));
        copy[length - 2] = 0;
    }
    return copy;
}

static DWORD execute(SHELLEXECUTEINFOW *info)
{
    const WCHAR *directory = info->lpDirectory;
    WCHAR *file, *folder = NULL;
    DWORD error;

    if (info->fMask & SEE_MASK_IDLIST)
        return ERROR_CALL_NOT_IMPLEMENTED;
    if (!info->lpFile || !*info->lpFile)
        return ERROR_FILE_NOT_FOUND;
    file = prepared(info->lpFile, info->fMask);
    if (directory && *directory)
        folder = prepared(directory, info->fMask);
    if (!file || (directory && *directory && !folder)) {
        error = ERROR_NOT_ENOUGH_MEMORY;
    } else {
        info->lpDirectory = folder;
        error = execute_file(info, file);
        info->lpDirectory = directory;
    }
    shell_free(file);
    shell_free(folder);
    return error;
}

/* hInstApp: more than 32 for success, else one of the SE_ERR_ numbers, which are old error numbers mostly. */
static INT_PTR old_result(DWORD error)
{
    switch (error) {
    case ERROR_SUCCESS:
        return 42;
    case ERROR_FILE_NOT_FOUND:
        return SE_ERR_FNF;
    case ERROR_PATH_NOT_FOUND:
        return SE_ERR_PNF;
    case ERROR_ACCESS_DENIED:
        return SE_ERR_ACCESSDENIED;
    case ERROR_NOT_ENOUGH_MEMORY:
        return SE_ERR_OOM;
    case ERROR_BAD_EXE_FORMAT:
        return ERROR_BAD_FORMAT;
    case ERROR_SHARING_VIOLATION:
        return SE_ERR_SHARE;
    default:
        return SE_ERR_NOASSOC;
    }
}

WINBOOL WINAPI ShellExecuteExW(SHELLEXECUTEINFOW *info)
{
    DWORD error;

    if (!info || info->cbSize != sizeof(*info)) {
        SetLastError(ERROR_ACCESS_DENIED); /* what Windows says to a structure of another size */
        return FALSE;
    }
    info->hProcess = NULL;
    error = execute(info);
    info->hInstApp = (HINSTANCE)old_result(error);
    SetLastError(error);
    return !error;
}

WINBOOL WINAPI ShellExecuteExA(SHELLEXECUTEINFOA *info)
{
    SHELLEXECUTEINFOW wide;
    WCHAR *texts[4];
    BOOL good;

    if (!info || info->cbSize != sizeof(*info)) {
        SetLastError(ERROR_ACCESS_DENIED);
        return FALSE;
    }
    memcpy(&wide, info, sizeof(wide)); /* the same layout */
    wide.lpVerb = texts[0] = shell_wide(info->lpVerb);
    wide.lpFile = texts[1] = shell_wide(info->lpFile);
    wide.lpParameters = texts[2] = shell_wide(info->lpParameters);
    wide.lpDirectory = texts[3] = shell_wide(info->lpDirectory);
    good = ShellExecuteExW(&wide);
    info->hInstApp = wide.hInstApp;
    info->hProcess = wide.hProcess;
    for (SIZE_T i = 0; i < ARRAY_SIZE(texts); i++)
        shell_free(texts[i]);
    return good;
}
NT_STATIC_ASSERT(sizeof(SHELLEXECUTEINFOA) == sizeof(SHELLEXECUTEINFOW));

HINSTANCE WINAPI ShellExecuteW(HWND window, LPCWSTR verb, LPCWSTR file, LPCWSTR parameters, LPCWSTR directory, INT show)
{
    SHELLEXECUTEINFOW info = { .cbSize = sizeof(info),
                               .fMask = SEE_MASK_FLAG_NO_UI,
                               .hwnd = window,
                               .lpVerb = verb,
                               .lpFile = file,
                               .lpParameters = parameters,
                               .lpDirectory = directory,
                               .nShow = show };

    ShellExecuteExW(&info);
    return info.hInstApp;
}

HINSTANCE WINAPI ShellExecuteA(HWND window, LPCSTR verb, LPCSTR file, LPCSTR parameters, LPCSTR directory, INT show)
{
    SHELLEXECUTEINFOA info = { .cbSize = sizeof(info),
                               .fMask = SEE_MASK_FLAG_NO_UI,
                               .hwnd = window,
                               .lpVerb = verb,
                               .lpFile = file,
                               .lpParameters = parameters,
                               .lpDirectory = directory,
                               .nShow = show };

    ShellExecuteExA(&info);
    return info.hInstApp;
}

/* The program that opens a document: it itself, if it is one. */
HINSTANCE WINAPI FindExecutableW(LPCWSTR file, LPCWSTR directory, LPWSTR result)
{
    WCHAR path[1024], kind[256], command[2048], *p, *end;
    const WCHAR *dot;

    *result = 0;
    if (!file || !find_file(file, directory, path, ARRAY_SIZE(path)))
        return (HINSTANCE)SE_ERR_FNF;
    if (is_program(path)) {
        lstrcpynW(result, path, MAX_PATH);
        return (HINSTANCE)42;
    }
    if (!(dot = wcsrchr(path, '.')) || !registry_text(HKEY_CLASSES_ROOT, dot, NULL, kind, ARRAY_SIZE(kind)) ||
        !command_of(kind, L"open", command, ARRAY_SIZE(command)))
        return (HINSTANCE)SE_ERR_NOASSOC;
    p = command;
    if (*p == '"') {
        end = wcschr(++p, '"');
    } else {
        end = wcschr(p, ' ');
    }
    if (end)
        *end = 0;
    lstrcpynW(result, p, MAX_PATH);
    return (HINSTANCE)42;
}
