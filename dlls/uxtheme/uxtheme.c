/* SPDX-License-Identifier: MIT */
/* uxtheme.c: visual styles, which are off: controls have their classic look. */
#include "nt.h"
#include "ntdll.h"
#include <uxtheme.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

WINBOOL WINAPI IsThemeActive(void)
{
    return FALSE;
}

WINBOOL WINAPI IsAppThemed(void)
{
    return FALSE;
}

WINBOOL WINAPI IsCompositionActive(void)
{
    return FALSE;
}

DWORD WINAPI GetThemeAppProperties(void)
{
    return 0;
}

HTHEME WINAPI OpenThemeData(HWND window, LPCWSTR classes)
{
    SetLastError(ERROR_NOT_FOUND);
    return NULL;
}

HTHEME WINAPI OpenThemeDataEx(HWND window, LPCWSTR classes, DWORD flags)
{
    return OpenThemeData(window, classes);
}

HRESULT WINAPI CloseThemeData(HTHEME theme)
{
    return E_HANDLE;
}

HTHEME WINAPI GetWindowTheme(HWND window)
{
    return NULL;
}

HRESULT WINAPI GetCurrentThemeName(LPWSTR file, int file_size, LPWSTR color, int color_size, LPWSTR size, int size_size)
{
    return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}
