/* SPDX-License-Identifier: MIT */
/* winuser_display.c: monitors and display modes of a session without a display: the one stand-in that Windows has there. */
#include "user32_private.h"

#define THE_MONITOR ((HMONITOR)(ULONG_PTR)0x10001)

static const RECT screen = { 0, 0, SCREEN_WIDTH, SCREEN_HEIGHT };

WINBOOL WINAPI EnumDisplayMonitors(HDC dc, LPCRECT clip, MONITORENUMPROC callback, LPARAM data)
{
    RECT visible = screen;

    if (dc)
        return user_fail(ERROR_INVALID_HANDLE);
    if (clip && !IntersectRect(&visible, &screen, clip))
        return TRUE;
    return callback(THE_MONITOR, NULL, &visible, data);
}

HMONITOR WINAPI MonitorFromRect(LPCRECT rect, DWORD flags)
{
    RECT common;

    return IntersectRect(&common, rect, &screen) || (flags & (MONITOR_DEFAULTTOPRIMARY | MONITOR_DEFAULTTONEAREST))
               ? THE_MONITOR
               : NULL;
}

HMONITOR WINAPI MonitorFromPoint(POINT point, DWORD flags)
{
    return PtInRect(&screen, point) || (flags & (MONITOR_DEFAULTTOPRIMARY | MONITOR_DEFAULTTONEAREST)) ? THE_MONITOR
                                                                                                       : NULL;
}

static BOOL monitor_info(HMONITOR monitor, MONITORINFO *info)
{
    if (monitor != THE_MONITOR)
        return user_fail(ERROR_INVALID_MONITOR_HANDLE);
    info->rcMonitor = info->rcWork = screen;
    info->dwFlags = MONITORINFOF_PRIMARY;
    return TRUE;
}

WINBOOL WINAPI GetMonitorInfoW(HMONITOR monitor, LPMONITORINFO info)
{
    if (!info || (info->cbSize != sizeof(MONITORINFO) && info->cbSize != sizeof(MONITORINFOEXW)))
        return user_fail(ERROR_INVALID_PARAMETER);
    if (!monitor_info(monitor, info))
        return FALSE;
    if (info->cbSize == sizeof(MONITORINFOEXW))
        wcscpy(((MONITORINFOEXW *)info)->szDevice, L"" SCREEN_DEVICE);
    return TRUE;
}

WINBOOL WINAPI GetMonitorInfoA(HMONITOR monitor, LPMONITORINFO info)
{
    if (!info || (info->cbSize != sizeof(MONITORINFO) && info->cbSize != sizeof(MONITORINFOEXA)))
        return user_fail(ERROR_INVALID_PARAMETER);
    if (!monitor_info(monitor, info))
        return FALSE;
    if (info->cbSize == sizeof(MONITORINFOEXA))
        strcpy(((MONITORINFOEXA *)info)->szDevice, SCREEN_DEVICE);
    return TRUE;
}

/* There is no display adapter. */
WINBOOL WINAPI EnumDisplayDevicesW(LPCWSTR device, DWORD index, PDISPLAY_DEVICEW info, DWORD flags)
{
    (void)device, (void)index, (void)flags;
    return info ? FALSE : user_fail(ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI EnumDisplayDevicesA(LPCSTR device, DWORD index, PDISPLAY_DEVICEA info, DWORD flags)
{
    (void)device, (void)index, (void)flags;
    return info ? FALSE : user_fail(ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI EnumDisplaySettingsExW(LPCWSTR device, DWORD mode, LPDEVMODEW settings, DWORD flags)
{
    (void)device, (void)mode, (void)flags;
    return settings ? FALSE : user_fail(ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI EnumDisplaySettingsExA(LPCSTR device, DWORD mode, LPDEVMODEA settings, DWORD flags)
{
    (void)device, (void)mode, (void)flags;
    return settings ? FALSE : user_fail(ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI EnumDisplaySettingsW(LPCWSTR device, DWORD mode, LPDEVMODEW settings)
{
    return EnumDisplaySettingsExW(device, mode, settings, 0);
}

WINBOOL WINAPI EnumDisplaySettingsA(LPCSTR device, DWORD mode, LPDEVMODEA settings)
{
    return EnumDisplaySettingsExA(device, mode, settings, 0);
}

LONG WINAPI ChangeDisplaySettingsExW(LPCWSTR device, LPDEVMODEW mode, HWND window, DWORD flags, LPVOID data)
{
    (void)device, (void)mode, (void)window, (void)flags, (void)data;
    return DISP_CHANGE_FAILED;
}

LONG WINAPI ChangeDisplaySettingsExA(LPCSTR device, LPDEVMODEA mode, HWND window, DWORD flags, LPVOID data)
{
    (void)device, (void)mode, (void)window, (void)flags, (void)data;
    return DISP_CHANGE_FAILED;
}
