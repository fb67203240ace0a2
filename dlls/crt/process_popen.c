/* SPDX-License-Identifier: MIT */
/* _popen and _pclose: a command with one end of a pipe as its standard input or output. */
#include "process_private.h"

/* The open ones; programs have a handful at most. */
struct child {
    struct child *next;
    FILE *file;
    HANDLE process;
};

static struct child *children;

static bool parse_mode(const wchar_t *mode, bool *writes, int *oflag)
{
    while (*mode == ' ')
        mode++;
    if (*mode != 'r' && *mode != 'w')
        return false;
    *writes = *mode == 'w';
    *oflag = _fmode & (_O_TEXT | _O_BINARY);
    for (mode++; *mode == ' '; mode++)
        ;
    if (*mode == 'b' || *mode == 't') {
        *oflag = *mode == 'b' ? _O_BINARY : _O_TEXT;
        for (mode++; *mode == ' '; mode++)
            ;
    }
    return !*mode;
}

static HANDLE run(const wchar_t *command, HANDLE pipe, bool writes)
{
    STARTUPINFOW si = { .cb = sizeof(si), .dwFlags = STARTF_USESTDHANDLES };
    PROCESS_INFORMATION pi = { .hProcess = NULL };
    wchar_t *interpreter = crt_command_interpreter();
    size_t size = interpreter ? wcslen(interpreter) + wcslen(command) + 8 : 0;
    wchar_t *line = interpreter ? malloc(size * sizeof(wchar_t)) : NULL;

    if (!line) {
        free(interpreter);
        return NULL;
    }
    wcscpy(line, interpreter);
    wcscat(line, L" /c ");
    wcscat(line, command);
    si.hStdInput = writes ? pipe : (HANDLE)_get_osfhandle(0);
    si.hStdOutput = writes ? (HANDLE)_get_osfhandle(1) : pipe;
    si.hStdError = (HANDLE)_get_osfhandle(2);
    if (CreateProcessW(interpreter, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        CloseHandle(pi.hThread);
    else
        crt_map_error(GetLastError());
    free(interpreter);
    free(line);
    return pi.hProcess;
}

FILE *__cdecl _wpopen(const wchar_t *command, const wchar_t *mode)
{
    bool writes;
    int oflag, fds[2];
    HANDLE theirs;

    CRT_VALIDATE(command && mode && parse_mode(mode, &writes, &oflag), EINVAL, NULL);
    if (_pipe(fds, 1024, oflag | _O_NOINHERIT) == -1)
        return NULL;
    int mine = writes ? fds[1] : fds[0], other = writes ? fds[0] : fds[1];
    struct child *child = malloc(sizeof(*child));
    wchar_t fmode[3] = { writes ? 'w' : 'r', oflag & _O_BINARY ? 'b' : 't' };
    /* Only the child's end is inherited, and only by it as far as possible: a copy that lives for this call. */
    BOOL copied = child && DuplicateHandle(GetCurrentProcess(), (HANDLE)_get_osfhandle(other), GetCurrentProcess(),
                                           &theirs, 0, TRUE, DUPLICATE_SAME_ACCESS);
    _close(other);
    child = copied ? child : (free(child), (struct child *)NULL);
    if (!child) {
        errno = ENOMEM;
        _close(mine);
        return NULL;
    }
    child->process = run(command, theirs, writes);
    CloseHandle(theirs);
    child->file = child->process ? _wfdopen(mine, fmode) : NULL;
    if (!child->file) {
        int saved = errno;
        if (child->process)
            CloseHandle(child->process);
        _close(mine);
        free(child);
        errno = saved;
        return NULL;
    }
    crt_lock(LOCK_POPEN);
    child->next = children;
    children = child;
    crt_unlock(LOCK_POPEN);
    return child->file;
}

FILE *__cdecl _popen(const char *command, const char *mode)
{
    CRT_VALIDATE(command && mode, EINVAL, NULL);
    wchar_t *wcommand = crt_widen_path(command), *wmode = crt_widen_path(mode);
    FILE *file = wcommand && wmode ? _wpopen(wcommand, wmode) : NULL;
    free(wcommand);
    free(wmode);
    return file;
}

int __cdecl _pclose(FILE *file)
{
    struct child **link, *child;
    int status = -1;

    CRT_VALIDATE(file, EINVAL, -1);
    crt_lock(LOCK_POPEN);
    for (link = &children; (child = *link) != NULL && child->file != file; link = &child->next)
        ;
    if (child)
        *link = child->next;
    crt_unlock(LOCK_POPEN);
    if (!child)
        return -1;
    fclose(file);
    int saved = errno;
    if (_cwait(&status, (intptr_t)child->process, 0) == -1 && errno != EINTR)
        status = -1;
    else
        errno = saved;
    free(child);
    return status;
}
