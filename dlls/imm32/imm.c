/* SPDX-License-Identifier: MIT */
/* imm.c: input methods: none is installed, so that no window has an input context. */
#include "nt.h"
#include "ntdll.h"
#include <imm.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

HIMC WINAPI ImmGetContext(HWND window)
{
    return NULL;
}

WINBOOL WINAPI ImmReleaseContext(HWND window, HIMC context)
{
    return TRUE;
}

HIMC WINAPI ImmAssociateContext(HWND window, HIMC context)
{
    return NULL;
}

WINBOOL WINAPI ImmAssociateContextEx(HWND window, HIMC context, DWORD flags)
{
    return TRUE;
}

WINBOOL WINAPI ImmDisableIME(DWORD thread)
{
    return TRUE;
}

WINBOOL WINAPI ImmIsIME(HKL layout)
{
    return FALSE;
}

LONG WINAPI ImmGetCompositionStringW(HIMC context, DWORD index, LPVOID buffer, DWORD size)
{
    return 0;
}

LONG WINAPI ImmGetCompositionStringA(HIMC context, DWORD index, LPVOID buffer, DWORD size)
{
    return 0;
}

WINBOOL WINAPI ImmSetCompositionStringW(HIMC context, DWORD index, LPVOID text, DWORD size, LPVOID reading,
                                        DWORD reading_size)
{
    return FALSE;
}

WINBOOL WINAPI ImmNotifyIME(HIMC context, DWORD action, DWORD index, DWORD value)
{
    return FALSE;
}

WINBOOL WINAPI ImmSetCompositionWindow(HIMC context, LPCOMPOSITIONFORM form)
{
    return FALSE;
}

WINBOOL WINAPI ImmSetCandidateWindow(HIMC context, LPCANDIDATEFORM form)
{
    return FALSE;
}

DWORD WINAPI ImmGetCandidateListW(HIMC context, DWORD index, LPCANDIDATELIST list, DWORD size)
{
    return 0;
}

UINT WINAPI ImmGetIMEFileNameA(HKL layout, LPSTR name, UINT size)
{
    return 0;
}

UINT WINAPI ImmGetIMEFileNameW(HKL layout, LPWSTR name, UINT size)
{
    return 0;
}

HWND WINAPI ImmGetDefaultIMEWnd(HWND window)
{
    return NULL;
}

WINBOOL WINAPI ImmGetOpenStatus(HIMC context)
{
    return FALSE;
}
