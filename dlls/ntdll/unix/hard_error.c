/* SPDX-License-Identifier: MIT */
/*
 * hard_error.c: what Windows would show in a box of its own while nobody may be there to close it: one line on standard error,
 * and the answer that goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "unix.h"

#define HARDERROR_OVERRIDE_ERRORMODE 0x10000000u
#define STATUS_SERVICE_NOTIFICATION_ 0x40000018
#define MAX_PARAMETERS               5

enum response {
    ResponseReturnToCaller,
    ResponseNotHandled,
    ResponseAbort,
    ResponseCancel,
    ResponseIgnore,
    ResponseNo,
    ResponseOk,
    ResponseRetry,
    ResponseYes,
    ResponseTryAgain,
    ResponseContinue
};

/* By OptionAbortRetryIgnore, Ok, OkCancel, RetryCancel, YesNo, YesNoCancel, ShutdownSystem, OkNoWait, CancelTryContinue. */
static const uint8_t answers[] = { ResponseAbort,  ResponseOk,         ResponseOk, ResponseCancel, ResponseNo,
                                   ResponseCancel, ResponseNotHandled, ResponseOk, ResponseCancel };

static char *text_of(const UNICODE_STRING *user)
{
    WCHAR *wide;
    size_t length;
    if (user_string_in(user, &wide, &length))
        return NULL;
    char *text = malloc(length * 3 + 1);
    if (text) {
        size_t bytes = utf16_to_utf8(wide, length, text, length * 3);
        text[bytes] = 0;
        for (size_t i = 0; i < bytes; i++)
            if ((unsigned char)text[i] < ' ')
                text[i] = ' ';
    }
    free(wide);
    return text;
}

static const char *reason(NTSTATUS status)
{
    switch (status) {
    case STATUS_DLL_NOT_FOUND:
        return "a DLL was not found";
    case STATUS_ENTRYPOINT_NOT_FOUND:
    case STATUS_ORDINAL_NOT_FOUND:
        return "a function was not found in a DLL";
    case STATUS_DLL_INIT_FAILED:
        return "a DLL failed to initialise";
    case STATUS_INVALID_IMAGE_FORMAT:
        return "not a valid image";
    case STATUS_UNHANDLED_EXCEPTION:
        return "an exception was not handled";
    case STATUS_NO_MEDIA_IN_DEVICE:
        return "there is no disk in the drive";
    case STATUS_SERVICE_NOTIFICATION_:
        return "message";
    }
    return "hard error";
}

NTSTATUS NtRaiseHardError(NTSTATUS ErrorStatus, ULONG NumberOfParameters, ULONG UnicodeStringParameterMask,
                          ULONG_PTR *Parameters, ULONG ValidResponseOptions, ULONG *Response)
{
    ULONG_PTR values[MAX_PARAMETERS] = { 0 };
    NTSTATUS status = (NTSTATUS)((ULONG)ErrorStatus & ~HARDERROR_OVERRIDE_ERRORMODE);

    if (NumberOfParameters > MAX_PARAMETERS)
        return STATUS_INVALID_PARAMETER_2;
    if (ValidResponseOptions >= sizeof(answers))
        return STATUS_INVALID_PARAMETER_5;
    if (ValidResponseOptions == 6) /* OptionShutdownSystem: a blue screen, for those who may */
        return STATUS_PRIVILEGE_NOT_HELD;
    if (NumberOfParameters && !user_copy_in(values, Parameters, NumberOfParameters * sizeof(*values)))
        return STATUS_ACCESS_VIOLATION;

    const char *program = strrchr(options.program, '/');
    char line[2048];
    size_t at = (size_t)snprintf(line, sizeof(line), "transom: %s: %s (%08x)", program ? program + 1 : options.program,
                                 reason(status), (unsigned)status);
    for (ULONG i = 0; i < NumberOfParameters && at < sizeof(line); i++) {
        char *text = NULL;
        if (UnicodeStringParameterMask & 1u << i)
            text = text_of((const UNICODE_STRING *)values[i]);
        else if (asprintf(&text, "%#llx", (unsigned long long)values[i]) < 0)
            text = NULL;
        if (text)
            at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", i ? ", " : ": ", text);
        free(text);
    }
    unix_error_line("%s", line);
    *Response = answers[ValidResponseOptions];
    return STATUS_SUCCESS;
}

/* Text for the screen of a starting system: only native programs that run before Windows does may write there. */
NTSTATUS NtDisplayString(UNICODE_STRING *String)
{
    (void)String;
    return STATUS_PRIVILEGE_NOT_HELD;
}
