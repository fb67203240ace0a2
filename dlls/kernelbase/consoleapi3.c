/* SPDX-License-Identifier: MIT */
/* consoleapi3.c: command history and aliases, of the programs of a console (dlls/ntdll/unix/console_history.c). */
#include "console.h"

/* --- requests with texts --- */

struct texts {
    const WCHAR *program, *source, *target;
};

/* One request; what comes back is how many bytes of UTF-16 there are, `status` whether they fitted. */
static ULONG text_request(ULONG code, ULONG value, const struct texts *texts, WCHAR *out, ULONG out_size,
                          NTSTATUS *status)
{
    struct nt_console_text *request;
    ULONG lengths[3], total, bytes = 0;
    WCHAR *to;

    lengths[0] = texts->program ? wcslen(texts->program) : 0;
    lengths[1] = texts->source ? wcslen(texts->source) : 0;
    lengths[2] = texts->target ? wcslen(texts->target) : 0;
    total = lengths[0] + lengths[1] + lengths[2];
    if (!(request = kb_alloc(sizeof(*request) + total * sizeof(WCHAR)))) {
        *status = STATUS_NO_MEMORY;
        return 0;
    }
    request->value = value;
    request->program = lengths[0];
    request->source = lengths[1];
    request->target = lengths[2];
    to = (WCHAR *)(request + 1);
    if (lengths[0])
        memcpy(to, texts->program, lengths[0] * sizeof(WCHAR));
    if (lengths[1])
        memcpy(to + lengths[0], texts->source, lengths[1] * sizeof(WCHAR));
    if (lengths[2])
        memcpy(to + lengths[0] + lengths[1], texts->target, lengths[2] * sizeof(WCHAR));
    *status = any_console_request(code, request, sizeof(*request) + total * sizeof(WCHAR), out, out_size, &bytes);
    kb_free(request);
    return bytes;
}

static NTSTATUS plain_request(ULONG code, ULONG value, const struct texts *texts)
{
    NTSTATUS status;

    text_request(code, value, texts, NULL, 0, &status);
    return status;
}

/* All of an answer, in memory of ours (kb_free); NULL with the last error set. */
static WCHAR *text_answer(ULONG code, const struct texts *texts, ULONG *bytes)
{
    ULONG room = 4096;
    NTSTATUS status;
    WCHAR *out;

    for (;;) {
        if (!(out = kb_alloc(room + sizeof(WCHAR))))
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        *bytes = text_request(code, 0, texts, out, room, &status);
        if (status != STATUS_BUFFER_OVERFLOW)
            break;
        kb_free(out);
        room = *bytes + 256; /* there may be more by now */
    }
    if (NT_SUCCESS(status))
        return out;
    kb_free(out);
    set_ntstatus(status);
    return NULL;
}

/* An answer in the caller's buffer: the bytes that it has. `none` is the last error where there is nothing. */
static DWORD give_wide(ULONG code, const struct texts *texts, WCHAR *buffer, DWORD size)
{
    ULONG bytes;
    WCHAR *answer = text_answer(code, texts, &bytes);

    if (!answer)
        return 0;
    if (bytes > size)
        SetLastError(ERROR_MORE_DATA);
    else
        memcpy(buffer, answer, bytes);
    kb_free(answer);
    return bytes > size ? 0 : bytes;
}

static DWORD wide_length(ULONG code, const struct texts *texts)
{
    ULONG bytes;
    WCHAR *answer = text_answer(code, texts, &bytes);

    kb_free(answer);
    return answer ? bytes : 0;
}

static DWORD give_ansi(ULONG code, const struct texts *texts, char *buffer, DWORD size, BOOL length_only)
{
    ULONG bytes;
    WCHAR *answer = text_answer(code, texts, &bytes);
    UINT cp = GetConsoleCP();
    DWORD needed;

    if (!answer)
        return 0;
    needed = bytes ? WideCharToMultiByte(cp, 0, answer, bytes / sizeof(WCHAR), NULL, 0, NULL, NULL) : 0;
    if (!length_only && needed > size) {
        SetLastError(ERROR_MORE_DATA);
        needed = 0;
    } else if (!length_only && needed) {
        WideCharToMultiByte(cp, 0, answer, bytes / sizeof(WCHAR), buffer, size, NULL, NULL);
    }
    kb_free(answer);
    return needed;
}

/* --- history --- */

BOOL WINAPI GetConsoleHistoryInfo(CONSOLE_HISTORY_INFO *info)
{
    struct nt_console_text request = { 0 };
    ULONG values[3];
    NTSTATUS status;

    if (info->cbSize != sizeof(*info))
        return fail(ERROR_INVALID_PARAMETER);
    status =
        any_console_request(IOCTL_NT_CONSOLE_GET_HISTORY_INFO, &request, sizeof(request), values, sizeof(values), NULL);
    if (!set_ntstatus(status))
        return FALSE;
    info->HistoryBufferSize = values[0];
    info->NumberOfHistoryBuffers = values[1];
    info->dwFlags = values[2];
    return TRUE;
}

BOOL WINAPI SetConsoleHistoryInfo(CONSOLE_HISTORY_INFO *info)
{
    ULONG values[3];

    if (info->cbSize != sizeof(*info))
        return fail(ERROR_INVALID_PARAMETER);
    values[0] = info->HistoryBufferSize;
    values[1] = info->NumberOfHistoryBuffers;
    values[2] = info->dwFlags;
    return set_ntstatus(any_console_request(IOCTL_NT_CONSOLE_SET_HISTORY_INFO, values, sizeof(values), NULL, 0, NULL));
}

DWORD WINAPI GetConsoleCommandHistoryW(WCHAR *buffer, DWORD size, WCHAR *program)
{
    struct texts texts = { .program = program };

    return give_wide(IOCTL_NT_CONSOLE_GET_HISTORY, &texts, buffer, size);
}

DWORD WINAPI GetConsoleCommandHistoryLengthW(WCHAR *program)
{
    struct texts texts = { .program = program };

    return wide_length(IOCTL_NT_CONSOLE_GET_HISTORY, &texts);
}

VOID WINAPI ExpungeConsoleCommandHistoryW(WCHAR *program)
{
    struct texts texts = { .program = program };

    plain_request(IOCTL_NT_CONSOLE_CLEAR_HISTORY, 0, &texts);
}

BOOL WINAPI SetConsoleNumberOfCommandsW(DWORD number, WCHAR *program)
{
    struct texts texts = { .program = program };

    return set_ntstatus(plain_request(IOCTL_NT_CONSOLE_SIZE_HISTORY, number, &texts));
}

DWORD WINAPI GetConsoleCommandHistoryA(char *buffer, DWORD size, char *program)
{
    struct wide_arg wide;
    struct texts texts;
    DWORD result;

    if (!wide_arg(&wide, program))
        return 0;
    texts = (struct texts){ .program = wide.str };
    result = give_ansi(IOCTL_NT_CONSOLE_GET_HISTORY, &texts, buffer, size, FALSE);
    wide_arg_free(&wide);
    return result;
}

DWORD WINAPI GetConsoleCommandHistoryLengthA(char *program)
{
    struct wide_arg wide;
    struct texts texts;
    DWORD result;

    if (!wide_arg(&wide, program))
        return 0;
    texts = (struct texts){ .program = wide.str };
    result = give_ansi(IOCTL_NT_CONSOLE_GET_HISTORY, &texts, NULL, 0, TRUE);
    wide_arg_free(&wide);
    return result;
}

VOID WINAPI ExpungeConsoleCommandHistoryA(char *program)
{
    struct wide_arg wide;

    if (!wide_arg(&wide, program))
        return;
    ExpungeConsoleCommandHistoryW(wide.str);
    wide_arg_free(&wide);
}

BOOL WINAPI SetConsoleNumberOfCommandsA(DWORD number, char *program)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_arg(&wide, program))
        return FALSE;
    result = SetConsoleNumberOfCommandsW(number, wide.str);
    wide_arg_free(&wide);
    return result;
}

/* --- aliases --- */

BOOL WINAPI AddConsoleAliasW(WCHAR *source, WCHAR *target, WCHAR *program)
{
    struct texts texts = { program, source, target };

    return set_ntstatus(plain_request(IOCTL_NT_CONSOLE_ADD_ALIAS, 0, &texts));
}

DWORD WINAPI GetConsoleAliasW(WCHAR *source, WCHAR *buffer, DWORD size, WCHAR *program)
{
    struct texts texts = { program, source, NULL };

    return give_wide(IOCTL_NT_CONSOLE_GET_ALIAS, &texts, buffer, size);
}

DWORD WINAPI GetConsoleAliasesW(WCHAR *buffer, DWORD size, WCHAR *program)
{
    struct texts texts = { .program = program };

    return give_wide(IOCTL_NT_CONSOLE_GET_ALIASES, &texts, buffer, size);
}

DWORD WINAPI GetConsoleAliasesLengthW(WCHAR *program)
{
    struct texts texts = { .program = program };

    return wide_length(IOCTL_NT_CONSOLE_GET_ALIASES, &texts);
}

DWORD WINAPI GetConsoleAliasExesW(WCHAR *buffer, DWORD size)
{
    struct texts texts = { NULL, NULL, NULL };

    return give_wide(IOCTL_NT_CONSOLE_GET_ALIAS_EXES, &texts, buffer, size);
}

DWORD WINAPI GetConsoleAliasExesLengthW(VOID)
{
    struct texts texts = { NULL, NULL, NULL };

    return wide_length(IOCTL_NT_CONSOLE_GET_ALIAS_EXES, &texts);
}

BOOL WINAPI AddConsoleAliasA(char *source, char *target, char *program)
{
    struct wide_arg wide[3];
    BOOL result = FALSE;

    if (!wide_arg(&wide[0], source))
        return FALSE;
    if (wide_arg(&wide[1], target)) {
        if (wide_arg(&wide[2], program)) {
            result = AddConsoleAliasW(wide[0].str, wide[1].str, wide[2].str);
            wide_arg_free(&wide[2]);
        }
        wide_arg_free(&wide[1]);
    }
    wide_arg_free(&wide[0]);
    return result;
}

DWORD WINAPI GetConsoleAliasA(char *source, char *buffer, DWORD size, char *program)
{
    struct wide_arg wide[2];
    struct texts texts;
    DWORD result = 0;

    if (!wide_arg(&wide[0], source))
        return 0;
    if (wide_arg(&wide[1], program)) {
        texts = (struct texts){ wide[1].str, wide[0].str, NULL };
        result = give_ansi(IOCTL_NT_CONSOLE_GET_ALIAS, &texts, buffer, size, FALSE);
        wide_arg_free(&wide[1]);
    }
    wide_arg_free(&wide[0]);
    return result;
}

static DWORD aliases_ansi(char *buffer, DWORD size, char *program, BOOL length_only)
{
    struct wide_arg wide;
    struct texts texts;
    DWORD result;

    if (!wide_arg(&wide, program))
        return 0;
    texts = (struct texts){ .program = wide.str };
    result = give_ansi(IOCTL_NT_CONSOLE_GET_ALIASES, &texts, buffer, size, length_only);
    wide_arg_free(&wide);
    return result;
}

DWORD WINAPI GetConsoleAliasesA(char *buffer, DWORD size, char *program)
{
    return aliases_ansi(buffer, size, program, FALSE);
}

DWORD WINAPI GetConsoleAliasesLengthA(char *program)
{
    return aliases_ansi(NULL, 0, program, TRUE);
}

DWORD WINAPI GetConsoleAliasExesA(char *buffer, DWORD size)
{
    struct texts texts = { NULL, NULL, NULL };

    return give_ansi(IOCTL_NT_CONSOLE_GET_ALIAS_EXES, &texts, buffer, size, FALSE);
}

DWORD WINAPI GetConsoleAliasExesLengthA(VOID)
{
    struct texts texts = { NULL, NULL, NULL };

    return give_ansi(IOCTL_NT_CONSOLE_GET_ALIAS_EXES, &texts, NULL, 0, TRUE);
}
