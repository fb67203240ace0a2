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

static DWORD execute(SHELLEXECUTEINFOW *info)
{
    WCHAR path[1024], kind[256], command[2048], *line;
    const WCHAR *verb = info->lpVerb && *info->lpVerb ? info->lpVerb : L"open", *file = info->lpFile;
    SIZE_T size;
    DWORD error;

    if (info->fMask & (SEE_MASK_IDLIST | SEE_MASK_CLASSKEY | SEE_MASK_CLASSNAME))
        return ERROR_CALL_NOT_IMPLEMENTED;
    if (!file || !*file)
        return ERROR_FILE_NOT_FOUND;
    if (!url_scheme(file, kind, ARRAY_SIZE(kind))) {
        const WCHAR *dot;
        if (!find_file(file, info->lpDirectory, path, ARRAY_SIZE(path)))
            return wcschr(file, '\\') && GetFileAttributesW(file) == INVALID_FILE_ATTRIBUTES &&
                           GetLastError() == ERROR_PATH_NOT_FOUND
                       ? ERROR_PATH_NOT_FOUND
                       : ERROR_FILE_NOT_FOUND;
        if (is_program(path) && (!_wcsicmp(verb, L"open") || !_wcsicmp(verb, L"runas"))) {
            size = wcslen(path) + (info->lpParameters ? wcslen(info->lpParameters) : 0) + 4;
            if (!(line = shell_alloc(size * sizeof(WCHAR))))
                return ERROR_NOT_ENOUGH_MEMORY;
            _snwprintf(line, size, info->lpParameters && *info->lpParameters ? L"\"%ls\" %ls" : L"\"%ls\"", path,
                       info->lpParameters);
            error = start(info, line, path);
            shell_free(line);
            return error;
        }
        if (!(dot = wcsrchr(path, '.')) || !registry_text(HKEY_CLASSES_ROOT, dot, NULL, kind, ARRAY_SIZE(kind)))
            return ERROR_NO_ASSOCIATION;
        file = path;
    }
    if (!command_of(kind, verb, command, ARRAY_SIZE(command)))
        return ERROR_NO_ASSOCIATION;
    size = ARRAY_SIZE(command) + wcslen(file) + (info->lpParameters ? wcslen(info->lpParameters) : 0) + 8;
    if (!(line = shell_alloc(size * sizeof(WCHAR))))
        return ERROR_NOT_ENOUGH_MEMORY;
    error =
        expand_command(command, file, info->lpParameters, line, size) ? start(info, line, NULL) : ERROR_NO_ASSOCIATION;
    shell_free(line);
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
