/* SPDX-License-Identifier: MIT */
/*
 * consoleapi_pseudo.c: pseudo-consoles: the side of the program that has the terminal. It is a native object
 * (dlls/ntdll/unix/console_pty.c); an HPCON is memory of ours that knows its handle, and an attribute of CreateProcess.
 */
#include "console.h"
#include "unix_call.h"
#include "unix_console.h"

#define PSEUDOCONSOLE_SIGNATURE 0x4e435048 /* "HPCN" */

struct pseudo_console {
    DWORD signature;
    HANDLE handle;
};

static HRESULT hresult_from_status(NTSTATUS status)
{
    return status ? HRESULT_FROM_WIN32(RtlNtStatusToDosError(status)) : S_OK;
}

static BOOL is_pseudo_console(const struct pseudo_console *console)
{
    return console && console->signature == PSEUDOCONSOLE_SIGNATURE;
}

HRESULT WINAPI CreatePseudoConsole(COORD size, HANDLE input, HANDLE output, DWORD flags, HPCON *result)
{
    struct unix_console_create create = { size.X, size.Y, flags, (ULONG_PTR)input, (ULONG_PTR)output, 0 };
    struct pseudo_console *console;
    NTSTATUS status;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (size.X <= 0 || size.Y <= 0)
        return E_INVALIDARG;
    if (!(console = kb_alloc_zeroed(sizeof(*console))))
        return E_OUTOFMEMORY;
    if ((status = NtTransomUnixCall(UNIX_MODULE_CONSOLE, UNIX_CONSOLE_CREATE_PSEUDO, &create))) {
        kb_free(console);
        return hresult_from_status(status);
    }
    console->signature = PSEUDOCONSOLE_SIGNATURE;
    console->handle = (HANDLE)(ULONG_PTR)create.handle;
    *result = console;
    return S_OK;
}

HRESULT WINAPI ResizePseudoConsole(HPCON handle, COORD size)
{
    struct pseudo_console *console = handle;

    if (!is_pseudo_console(console) || size.X <= 0 || size.Y <= 0)
        return E_INVALIDARG;
    return hresult_from_status(
        console_request(console->handle, IOCTL_NT_CONSOLE_RESIZE_PSEUDO, &size, sizeof(size), NULL, 0, NULL));
}

VOID WINAPI ClosePseudoConsole(HPCON handle)
{
    struct pseudo_console *console = handle;

    if (!is_pseudo_console(console))
        return;
    console->signature = 0;
    NtClose(console->handle);
    kb_free(console);
}

HANDLE pseudo_console_handle(void *attribute)
{
    struct pseudo_console *console = attribute;

    return is_pseudo_console(console) ? console->handle : NULL;
}
