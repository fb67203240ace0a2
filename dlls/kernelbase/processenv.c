/* SPDX-License-Identifier: MIT */
/* processenv.c: command line, environment, standard handles, current directory, and searching for programs. */
#include "kernelbase_private.h"
#include "ntrtl.h"

/* --- command line --- */

static STRING ansi_command_line;

/* At start: the ANSI form is made once, as programs keep the pointer. */
void processenv_init(void)
{
    RtlUnicodeStringToAnsiString(&ansi_command_line, &nt_peb()->ProcessParameters->CommandLine, TRUE);
}

WCHAR *WINAPI GetCommandLineW(VOID)
{
    return nt_peb()->ProcessParameters->CommandLine.Buffer;
}

char *WINAPI GetCommandLineA(VOID)
{
    return ansi_command_line.Buffer;
}

/* --- environment --- */

/* Characters of a block: all its strings and the last zero. */
static SIZE_T block_length(const WCHAR *block)
{
    const WCHAR *p = block;

    while (*p)
        p += wcslen(p) + 1;
    return p - block + 1;
}

WCHAR *WINAPI GetEnvironmentStringsW(VOID)
{
    SIZE_T size;
    WCHAR *copy;

    RtlAcquirePebLock();
    size = block_length(nt_peb()->ProcessParameters->Environment) * sizeof(WCHAR);
    if ((copy = kb_alloc(size)))
        memcpy(copy, nt_peb()->ProcessParameters->Environment, size);
    RtlReleasePebLock();
    if (!copy)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return copy;
}

/* "The ANSI version of this function returns OEM characters." */
#undef GetEnvironmentStrings
#undef GetEnvironmentStringsA
char *WINAPI GetEnvironmentStringsA(VOID)
{
    WCHAR *wide = GetEnvironmentStringsW();
    ULONG size, length;
    char *copy;

    if (!wide)
        return NULL;
    length = block_length(wide) * sizeof(WCHAR);
    /* No code page needs more than four bytes for a UTF-16 unit. */
    if ((copy = kb_alloc(length * 2)))
        RtlUnicodeToOemN(copy, length * 2, &size, wide, length);
    else
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    kb_free(wide);
    return copy;
}

char *WINAPI GetEnvironmentStrings(VOID)
{
    return GetEnvironmentStringsA();
}

BOOL WINAPI FreeEnvironmentStringsW(WCHAR *block)
{
    kb_free(block);
    return TRUE;
}

BOOL WINAPI FreeEnvironmentStringsA(char *block)
{
    kb_free(block);
    return TRUE;
}

BOOL WINAPI SetEnvironmentStringsW(WCHAR *block)
{
    const WCHAR *p;

    for (p = block; *p; p += wcslen(p) + 1)
        if (!wcschr(p + 1, '='))
            return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(RtlSetEnvironmentStrings(block, block_length(block) * sizeof(WCHAR)));
}

DWORD WINAPI GetEnvironmentVariableW(const WCHAR *name, WCHAR *value, DWORD size)
{
    SIZE_T length = 0;
    NTSTATUS status;

    if (!name) {
        SetLastError(ERROR_ENVVAR_NOT_FOUND);
        return 0;
    }
    status = RtlQueryEnvironmentVariable(NULL, name, wcslen(name), value, size, &length);
    if (status == STATUS_BUFFER_TOO_SMALL || (!status && length == size))
        return length == size && !status ? length + 1 : length;
    if (!set_ntstatus(status))
        return 0;
    if (!length)
        SetLastError(ERROR_SUCCESS); /* how a caller tells an empty value from a missing variable */
    return length;
}

DWORD WINAPI GetEnvironmentVariableA(const char *name, char *value, DWORD size)
{
    struct wide_arg wide;
    WCHAR buffer[256], *text = buffer;
    DWORD capacity = ARRAY_SIZE(buffer), length, result = 0;

    if (!wide_arg(&wide, name))
        return 0;
    /* The value may grow between the calls. */
    while ((length = GetEnvironmentVariableW(wide.str, text, capacity)) >= capacity) {
        if (text != buffer)
            kb_free(text);
        capacity = length;
        if (!(text = kb_alloc(capacity * sizeof(WCHAR)))) {
            wide_arg_free(&wide);
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return 0;
        }
    }
    if (length)
        result = return_string_a(text, length, value, size);
    else if (GetLastError() == ERROR_SUCCESS && size)
        *value = 0;
    if (text != buffer)
        kb_free(text);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI SetEnvironmentVariableW(const WCHAR *name, const WCHAR *value)
{
    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(RtlSetEnvironmentVar(NULL, name, wcslen(name), value, value ? wcslen(value) : 0));
}

BOOL WINAPI SetEnvironmentVariableA(const char *name, const char *value)
{
    struct wide_arg wide_name, wide_value;
    BOOL result;

    if (!wide_arg(&wide_name, name))
        return FALSE;
    if (!wide_arg(&wide_value, value)) {
        wide_arg_free(&wide_name);
        return FALSE;
    }
    result = SetEnvironmentVariableW(wide_name.str, wide_value.str);
    wide_arg_free(&wide_name);
    wide_arg_free(&wide_value);
    return result;
}

DWORD WINAPI ExpandEnvironmentStringsW(const WCHAR *source, WCHAR *destination, DWORD size)
{
    SIZE_T needed = 0;
    NTSTATUS status = RtlExpandEnvironmentStrings(NULL, source, wcslen(source), destination, size, &needed);

    if (status == STATUS_BUFFER_TOO_SMALL || !status)
        return needed;
    set_ntstatus(status);
    return 0;
}

DWORD WINAPI ExpandEnvironmentStringsA(const char *source, char *destination, DWORD size)
{
    DWORD capacity, result = 0;
    struct wide_arg wide;
    WCHAR *text;

    if (!wide_arg(&wide, source))
        return 0;
    if ((capacity = ExpandEnvironmentStringsW(wide.str, NULL, 0)) && (text = kb_alloc(capacity * sizeof(WCHAR)))) {
        if (ExpandEnvironmentStringsW(wide.str, text, capacity) <= capacity) {
            SIZE_T length = wcslen(text);

            /* The result counts the zero whether it fits or not. */
            result = ansi_size(text, length) + 1;
            if (result <= size)
                return_string_a(text, length, destination, size);
            else if (size)
                *destination = 0;
        }
        kb_free(text);
    }
    wide_arg_free(&wide);
    return result;
}

/* --- standard handles --- */

static HANDLE *std_handle(DWORD which)
{
    RTL_USER_PROCESS_PARAMETERS *params = nt_peb()->ProcessParameters;

    switch (which) {
    case STD_INPUT_HANDLE:
        return &params->StandardInput;
    case STD_OUTPUT_HANDLE:
        return &params->StandardOutput;
    case STD_ERROR_HANDLE:
        return &params->StandardError;
    }
    return NULL;
}

HANDLE WINAPI GetStdHandle(DWORD which)
{
    HANDLE *handle = std_handle(which);

    if (handle)
        return *handle;
    SetLastError(ERROR_INVALID_HANDLE);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI SetStdHandle(DWORD which, HANDLE handle)
{
    HANDLE *slot = std_handle(which);

    if (!slot)
        return fail(ERROR_INVALID_HANDLE);
    *slot = handle;
    return TRUE;
}

BOOL WINAPI SetStdHandleEx(DWORD which, HANDLE handle, HANDLE *previous)
{
    HANDLE *slot = std_handle(which);

    if (!slot)
        return fail(ERROR_INVALID_HANDLE);
    if (previous)
        *previous = *slot;
    *slot = handle;
    return TRUE;
}

HANDLE std_handle_value(HANDLE handle)
{
    HANDLE *slot;

    /* -10 to -12 as a handle: file functions accept STD_*_HANDLE itself. */
    if ((ULONG_PTR)handle < (ULONG_PTR)-12 || !(slot = std_handle((DWORD)(ULONG_PTR)handle)))
        return handle;
    return *slot;
}

/* --- current directory --- */

DWORD WINAPI GetCurrentDirectoryW(DWORD size, WCHAR *buffer)
{
    return RtlGetCurrentDirectory_U(min(size, 0x7fff) * sizeof(WCHAR), buffer) / sizeof(WCHAR);
}

/* The current directory in memory of the caller's to free. */
static WCHAR *current_directory(DWORD *length)
{
    DWORD capacity = RtlGetCurrentDirectory_U(0, NULL) / sizeof(WCHAR);
    WCHAR *text = NULL;

    for (;;) {
        kb_free(text);
        if (!(text = kb_alloc(capacity * sizeof(WCHAR))))
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        *length = RtlGetCurrentDirectory_U(capacity * sizeof(WCHAR), text) / sizeof(WCHAR);
        if (*length < capacity)
            return text;
        capacity = *length; /* changed meanwhile */
    }
}

DWORD WINAPI GetCurrentDirectoryA(DWORD size, char *buffer)
{
    DWORD length, result;
    WCHAR *text = current_directory(&length);

    if (!text)
        return 0;
    result = return_file_string_a(text, length, buffer, size);
    kb_free(text);
    return result;
}

BOOL WINAPI SetCurrentDirectoryW(const WCHAR *path)
{
    UNICODE_STRING name;
    NTSTATUS status;

    if (!path)
        return fail(ERROR_INVALID_NAME);
    if (!(status = RtlInitUnicodeStringEx(&name, path)))
        status = RtlSetCurrentDirectory_U(&name);
    return set_ntstatus(status);
}

BOOL WINAPI SetCurrentDirectoryA(const char *path)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, path))
        return FALSE;
    result = SetCurrentDirectoryW(wide.str);
    wide_arg_free(&wide);
    return result;
}

/* --- where programs are searched --- */

BOOL WINAPI NeedCurrentDirectoryForExePathW(const WCHAR *name)
{
    WCHAR value[2];

    /* A name with a path is found there in any case. */
    if (wcschr(name, '\\'))
        return TRUE;
    return !GetEnvironmentVariableW(L"NoDefaultCurrentDirectoryInExePath", value, ARRAY_SIZE(value)) &&
           GetLastError() == ERROR_ENVVAR_NOT_FOUND;
}

BOOL WINAPI NeedCurrentDirectoryForExePathA(const char *name)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = NeedCurrentDirectoryForExePathW(wide.str);
    wide_arg_free(&wide);
    return result;
}
