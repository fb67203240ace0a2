/* SPDX-License-Identifier: MIT */
/* Starting programs: looking for the file, its command line, environment and inherited descriptors; _cwait and system. */
#include "process_private.h"

/* Arguments are joined by blanks; who wants quotes writes them, as documented. */
static wchar_t *command_line(const wchar_t *const *argv)
{
    size_t size = 1;

    for (size_t i = 0; argv[i]; i++)
        size += wcslen(argv[i]) + 1;
    wchar_t *line = malloc(size * sizeof(wchar_t)), *p = line;
    for (size_t i = 0; line && argv[i]; i++) {
        if (i)
            *p++ = ' ';
        wcscpy(p, argv[i]);
        p += wcslen(p);
    }
    if (line)
        *p = 0;
    else
        errno = ENOMEM;
    return line;
}

/*
 * A table as a block. The process's own entries "=C:=..." (current folders of drives) go along, and so does SystemRoot,
 * without which little works, when the table lacks it.
 */
static wchar_t *environment_block(const wchar_t *const *table)
{
    wchar_t *own = GetEnvironmentStringsW();
    const wchar_t *root = NULL;
    size_t units = 2;

    for (wchar_t *p = own; p && *p; p += wcslen(p) + 1) {
        if (*p == '=')
            units += wcslen(p) + 1;
        else if (!_wcsnicmp(p, L"SystemRoot=", 11))
            root = p;
    }
    for (size_t i = 0; table[i]; i++) {
        units += wcslen(table[i]) + 1;
        if (!_wcsnicmp(table[i], L"SystemRoot=", 11))
            root = NULL;
    }
    if (root)
        units += wcslen(root) + 1;
    wchar_t *block = malloc(units * sizeof(wchar_t)), *out = block;
    if (!block) {
        FreeEnvironmentStringsW(own);
        errno = ENOMEM;
        return NULL;
    }
    for (wchar_t *p = own; p && *p; p += wcslen(p) + 1)
        if (*p == '=') {
            wcscpy(out, p);
            out += wcslen(out) + 1;
        }
    for (size_t i = 0; table[i]; i++)
        if (*table[i]) {
            wcscpy(out, table[i]);
            out += wcslen(out) + 1;
        }
    if (root) {
        wcscpy(out, root);
        out += wcslen(out) + 1;
    }
    if (out == block)
        *out++ = 0;
    *out = 0;
    FreeEnvironmentStringsW(own);
    return block;
}

static intptr_t start(int mode, const wchar_t *file, const wchar_t *const *argv, const wchar_t *const *environment)
{
    STARTUPINFOW si = { .cb = sizeof(si) };
    PROCESS_INFORMATION pi;
    DWORD size = 0, flags = environment ? CREATE_UNICODE_ENVIRONMENT : 0, code;
    wchar_t *line = command_line(argv), *block = NULL;
    intptr_t result = -1;
    unsigned char *inherited = NULL;

    if (!line || (environment && !(block = environment_block(environment))))
        goto done;
    if (mode == _P_DETACH) {
        flags |= DETACHED_PROCESS;
    } else {
        inherited = crt_inherit_block(&size);
        if (!inherited) {
            errno = ENOMEM;
            goto done;
        }
        si.cbReserved2 = (WORD)size;
        si.lpReserved2 = inherited;
    }
    crt_thread()->doserr = 0;
    if (!CreateProcessW(file, line, NULL, NULL, TRUE, flags, block, NULL, &si, &pi)) {
        crt_map_error(GetLastError());
        goto done;
    }
    CloseHandle(pi.hThread);
    switch (mode) {
    case _P_OVERLAY:
        _exit(0); /* what "replaces" means on Windows: the new process lives on its own */
    case _P_WAIT:
        WaitForSingleObject(pi.hProcess, INFINITE);
        GetExitCodeProcess(pi.hProcess, &code);
        CloseHandle(pi.hProcess);
        result = (intptr_t)(int)code;
        break;
    case _P_DETACH:
        CloseHandle(pi.hProcess);
        result = 0;
        break;
    default:
        result = (intptr_t)pi.hProcess;
    }
done:
    free(line);
    free(block);
    free(inherited);
    return result;
}

/* A file as named, or with the extensions of programs if it has none. */
static intptr_t spawn_file(int mode, const wchar_t *file, const wchar_t *const *argv, const wchar_t *const *environment)
{
    static const wchar_t extensions[][5] = { L".com", L".exe", L".bat", L".cmd" };
    const wchar_t *base = file, *dot = NULL;
    int saved = errno;

    for (const wchar_t *p = file; *p; p++) {
        if (*p == '/' || *p == '\\' || *p == ':')
            base = p + 1, dot = NULL;
        else if (*p == '.')
            dot = p;
    }
    wchar_t *path = malloc((wcslen(file) + 8) * sizeof(wchar_t));
    if (!path) {
        errno = ENOMEM;
        return -1;
    }
    /* Without a folder it is in the current one; the search of CreateProcess is not wanted. */
    wcscpy(path, base == file ? L".\\" : L"");
    wcscat(path, file);
    intptr_t result = -1;
    if (dot) {
        if (!_waccess_s(path, 0))
            result = start(mode, path, argv, environment);
    } else {
        size_t length = wcslen(path);
        errno = ENOENT;
        for (unsigned i = 0; i < CRT_COUNTOF(extensions); i++) {
            wcscpy(path + length, extensions[i]);
            if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES) {
                errno = saved;
                result = start(mode, path, argv, environment);
                break;
            }
        }
    }
    free(path);
    return result;
}

intptr_t crt_spawn(int mode, const wchar_t *file, const wchar_t *const *argv, const wchar_t *const *environment,
                   bool search)
{
    CRT_VALIDATE(file && *file && argv && argv[0] && *argv[0], EINVAL, -1);
    CRT_VALIDATE(mode >= _P_WAIT && mode <= _P_DETACH, EINVAL, -1);
    intptr_t result = spawn_file(mode, file, argv, environment);
    if (result != -1 || errno != ENOENT || !search || wcspbrk(file, L"\\/") || file[1] == ':')
        return result;
    const wchar_t *list = _wgetenv(L"PATH");
    size_t room = list ? wcslen(list) + wcslen(file) + 2 : 0;
    wchar_t *candidate = list ? malloc(room * sizeof(wchar_t)) : NULL;
    while (candidate && (list = crt_next_folder(list, candidate, room - wcslen(file) - 1)) != NULL) {
        size_t n = wcslen(candidate);
        if (!n)
            continue;
        if (candidate[n - 1] != '\\' && candidate[n - 1] != '/')
            candidate[n++] = '\\';
        wcscpy(candidate + n, file);
        result = spawn_file(mode, candidate, argv, environment);
        if (result != -1 || errno != ENOENT)
            break;
    }
    free(candidate);
    return result;
}

/* ---- waiting ---- */

intptr_t __cdecl _cwait(int *status, intptr_t process, int action)
{
    DWORD code;

    (void)action;
    if (process == -1 || process == -2) {
        errno = ECHILD;
        return -1;
    }
    crt_thread()->doserr = 0;
    if (WaitForSingleObject((HANDLE)process, INFINITE) == WAIT_OBJECT_0 && GetExitCodeProcess((HANDLE)process, &code)) {
        DWORD id = GetProcessId((HANDLE)process);
        CloseHandle((HANDLE)process);
        if (status)
            *status = (int)code;
        (void)id;
        return process;
    }
    crt_map_error(GetLastError());
    if (GetLastError() == ERROR_INVALID_HANDLE)
        errno = ECHILD;
    if (status)
        *status = -1;
    return -1;
}

/* ---- system ---- */

wchar_t *crt_command_interpreter(void)
{
    const wchar_t *comspec = _wgetenv(L"COMSPEC");
    wchar_t path[_MAX_PATH];

    if (comspec && *comspec)
        return _wcsdup(comspec);
    UINT n = GetSystemDirectoryW(path, CRT_COUNTOF(path) - 12);
    if (!n || n >= CRT_COUNTOF(path) - 12)
        return NULL;
    wcscat(path, L"\\cmd.exe");
    if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES) {
        errno = ENOENT;
        return NULL;
    }
    return _wcsdup(path);
}

int __cdecl _wsystem(const wchar_t *command)
{
    wchar_t *interpreter = crt_command_interpreter();
    int saved = errno, result = -1;

    if (!command) {
        result = interpreter && !_waccess(interpreter, 0);
        if (interpreter && !result)
            errno = ENOENT;
    } else if (interpreter) {
        const wchar_t *argv[] = { interpreter, L"/c", command, NULL };
        result = (int)crt_spawn(_P_WAIT, interpreter, argv, NULL, true);
        if (result != -1)
            errno = saved;
    }
    free(interpreter);
    return result;
}

int __cdecl system(const char *command)
{
    if (!command)
        return _wsystem(NULL);
    wchar_t *wide = crt_widen_path(command);
    int result = wide ? _wsystem(wide) : -1;
    free(wide);
    return result;
}
