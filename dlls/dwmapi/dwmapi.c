/* SPDX-License-Identifier: MIT */
/* dwmapi.c: the desktop's composition, which is off. */
#include "nt.h"
#include "ntdll.h"
#include <dwmapi.h>

#ifndef DWM_E_COMPOSITIONDISABLED
#define DWM_E_COMPOSITIONDISABLED ((HRESULT)0x80263001)
#endif

#pragma GCC diagnostic ignored "-Wunused-parameter"

HRESULT WINAPI DwmIsCompositionEnabled(WINBOOL *enabled)
{
    if (!enabled)
        return E_INVALIDARG;
    *enabled = FALSE;
    return S_OK;
}

HRESULT WINAPI DwmFlush(void)
{
    return DWM_E_COMPOSITIONDISABLED;
}

HRESULT WINAPI DwmGetColorizationColor(DWORD *color, WINBOOL *opaque)
{
    return DWM_E_COMPOSITIONDISABLED;
}

HRESULT WINAPI DwmGetWindowAttribute(HWND window, DWORD attribute, PVOID value, DWORD size)
{
    return DWM_E_COMPOSITIONDISABLED;
}

HRESULT WINAPI DwmSetWindowAttribute(HWND window, DWORD attribute, LPCVOID value, DWORD size)
{
    return DWM_E_COMPOSITIONDISABLED;
}

HRESULT WINAPI DwmExtendFrameIntoClientArea(HWND window, const MARGINS *margins)
{
    return DWM_E_COMPOSITIONDISABLED;
}

HRESULT WINAPI DwmEnableBlurBehindWindow(HWND window, const DWM_BLURBEHIND *blur)
{
    return DWM_E_COMPOSITIONDISABLED;
}

HRESULT WINAPI DwmGetCompositionTimingInfo(HWND window, DWM_TIMING_INFO *info)
{
    return DWM_E_COMPOSITIONDISABLED;
}

WINBOOL WINAPI DwmDefWindowProc(HWND window, UINT message, WPARAM wparam, LPARAM lparam, LRESULT *result)
{
    return FALSE;
}
