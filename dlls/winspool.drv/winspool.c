/* SPDX-License-Identifier: MIT */
/* winspool.c: printers: there is none. */
#include "nt.h"
#include "ntdll.h"
#include <winspool.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

WINBOOL WINAPI EnumPrintersW(DWORD flags, LPWSTR name, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed,
                             LPDWORD count)
{
    if (!needed || !count)
        return fail(RPC_X_NULL_REF_POINTER);
    *needed = *count = 0;
    return TRUE;
}

WINBOOL WINAPI EnumPrintersA(DWORD flags, LPSTR name, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed,
                             LPDWORD count)
{
    return EnumPrintersW(flags, NULL, level, buffer, size, needed, count);
}

WINBOOL WINAPI GetDefaultPrinterW(LPWSTR name, LPDWORD size)
{
    return fail(ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI GetDefaultPrinterA(LPSTR name, LPDWORD size)
{
    return fail(ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI OpenPrinterW(LPWSTR name, LPHANDLE printer, LPPRINTER_DEFAULTSW defaults)
{
    return fail(ERROR_INVALID_PRINTER_NAME);
}

WINBOOL WINAPI OpenPrinterA(LPSTR name, LPHANDLE printer, LPPRINTER_DEFAULTSA defaults)
{
    return fail(ERROR_INVALID_PRINTER_NAME);
}

WINBOOL WINAPI ClosePrinter(HANDLE printer)
{
    return fail(ERROR_INVALID_HANDLE);
}

WINBOOL WINAPI GetPrinterW(HANDLE printer, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    return fail(ERROR_INVALID_HANDLE);
}

WINBOOL WINAPI GetPrinterA(HANDLE printer, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    return fail(ERROR_INVALID_HANDLE);
}

LONG WINAPI DocumentPropertiesW(HWND window, HANDLE printer, LPWSTR device, PDEVMODEW out, PDEVMODEW in, DWORD mode)
{
    SetLastError(ERROR_INVALID_HANDLE);
    return -1;
}

LONG WINAPI DocumentPropertiesA(HWND window, HANDLE printer, LPSTR device, PDEVMODEA out, PDEVMODEA in, DWORD mode)
{
    SetLastError(ERROR_INVALID_HANDLE);
    return -1;
}
