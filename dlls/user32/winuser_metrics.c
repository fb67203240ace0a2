/* SPDX-License-Identifier: MIT */
/* winuser_metrics.c: sizes, colours and settings, as Windows 10 has them at 96 dots an inch before anyone changes them. */
#include "user32_private.h"

static const short metrics[] = {
    [SM_CXSCREEN] = SCREEN_WIDTH,
    [SM_CYSCREEN] = SCREEN_HEIGHT,
    [SM_CXVSCROLL] = 17,
    [SM_CYHSCROLL] = 17,
    [SM_CYCAPTION] = 23,
    [SM_CXBORDER] = 1,
    [SM_CYBORDER] = 1,
    [SM_CXFIXEDFRAME] = 3,
    [SM_CYFIXEDFRAME] = 3,
    [SM_CYVTHUMB] = 17,
    [SM_CXHTHUMB] = 17,
    [SM_CXICON] = 32,
    [SM_CYICON] = 32,
    [SM_CXCURSOR] = 32,
    [SM_CYCURSOR] = 32,
    [SM_CYMENU] = 20,
    [SM_CXFULLSCREEN] = SCREEN_WIDTH,
    [SM_CYFULLSCREEN] = SCREEN_HEIGHT - 23,
    [SM_CYVSCROLL] = 17,
    [SM_CXHSCROLL] = 17,
    [SM_CXMIN] = 136,
    [SM_CYMIN] = 39,
    [SM_CXSIZE] = 36,
    [SM_CYSIZE] = 22,
    [SM_CXSIZEFRAME] = 4,
    [SM_CYSIZEFRAME] = 4,
    [SM_CXMINTRACK] = 136,
    [SM_CYMINTRACK] = 39,
    [SM_CXDOUBLECLK] = 4,
    [SM_CYDOUBLECLK] = 4,
    [SM_CXICONSPACING] = 75,
    [SM_CYICONSPACING] = 75,
    [SM_CXEDGE] = 2,
    [SM_CYEDGE] = 2,
    [SM_CXMINSPACING] = 160,
    [SM_CYMINSPACING] = 28,
    [SM_CXSMICON] = 16,
    [SM_CYSMICON] = 16,
    [SM_CYSMCAPTION] = 23,
    [SM_CXSMSIZE] = 22,
    [SM_CYSMSIZE] = 22,
    [SM_CXMENUSIZE] = 19,
    [SM_CYMENUSIZE] = 19,
    [SM_ARRANGE] = ARW_HIDE,
    [SM_CXMINIMIZED] = 160,
    [SM_CYMINIMIZED] = 28,
    [SM_CXMAXTRACK] = SCREEN_WIDTH + 20,
    [SM_CYMAXTRACK] = SCREEN_HEIGHT + 20,
    [SM_CXMAXIMIZED] = SCREEN_WIDTH + 16,
    [SM_CYMAXIMIZED] = SCREEN_HEIGHT + 16,
    [SM_NETWORK] = 3,
    [SM_CXDRAG] = 4,
    [SM_CYDRAG] = 4,
    [SM_CXMENUCHECK] = 15,
    [SM_CYMENUCHECK] = 15,
    [SM_CXVIRTUALSCREEN] = SCREEN_WIDTH,
    [SM_CYVIRTUALSCREEN] = SCREEN_HEIGHT,
    [SM_CMONITORS] = 1,
    [SM_SAMEDISPLAYFORMAT] = 1,
    [SM_CXFOCUSBORDER] = 1,
    [SM_CYFOCUSBORDER] = 1,
    [SM_CXPADDEDBORDER] = 4,
};

int WINAPI GetSystemMetrics(int index)
{
    return index >= 0 && index < (int)ARRAY_SIZE(metrics) ? metrics[index] : 0;
}

UINT WINAPI GetDpiForSystem(void)
{
    return USER_DEFAULT_SCREEN_DPI;
}

int WINAPI GetSystemMetricsForDpi(int index, UINT dpi)
{
    return MulDiv(GetSystemMetrics(index), dpi, USER_DEFAULT_SCREEN_DPI);
}

/* The classic colours of the default theme, by COLOR_*. */
static const COLORREF colors[] = {
    RGB(200, 200, 200), RGB(0, 0, 0),       RGB(153, 180, 209), RGB(191, 205, 219), RGB(240, 240, 240),
    RGB(255, 255, 255), RGB(100, 100, 100), RGB(0, 0, 0),       RGB(0, 0, 0),       RGB(0, 0, 0),
    RGB(180, 180, 180), RGB(244, 247, 252), RGB(171, 171, 171), RGB(0, 120, 215),   RGB(255, 255, 255),
    RGB(240, 240, 240), RGB(160, 160, 160), RGB(109, 109, 109), RGB(0, 0, 0),       RGB(0, 0, 0),
    RGB(255, 255, 255), RGB(105, 105, 105), RGB(227, 227, 227), RGB(0, 0, 0),       RGB(255, 255, 225),
    RGB(0, 0, 0),       RGB(0, 102, 204),   RGB(185, 209, 234), RGB(215, 228, 242), RGB(0, 120, 215),
    RGB(240, 240, 240),
};

DWORD WINAPI GetSysColor(int index)
{
    return index >= 0 && index < (int)ARRAY_SIZE(colors) ? colors[index] : 0;
}

UINT WINAPI GetDoubleClickTime(void)
{
    return 500;
}

UINT WINAPI GetCaretBlinkTime(void)
{
    return 530;
}

/* The settings that programs without windows ask for; an unknown action fails as documented. */
WINBOOL WINAPI SystemParametersInfoW(UINT action, UINT size, PVOID data, UINT flags)
{
    (void)flags;
    switch (action) {
    case SPI_GETWORKAREA:
        if (!data)
            return user_fail(ERROR_NOACCESS);
        *(RECT *)data = (RECT){ 0, 0, SCREEN_WIDTH, SCREEN_HEIGHT };
        return TRUE;
    case SPI_GETBEEP:
    case SPI_GETKEYBOARDCUES:
    case SPI_GETFONTSMOOTHING:
    case SPI_GETDRAGFULLWINDOWS:
    case SPI_GETMENUDROPALIGNMENT:
    case SPI_GETSCREENREADER:
    case SPI_GETSCREENSAVEACTIVE:
    case SPI_GETSCREENSAVERRUNNING:
    case SPI_GETCLIENTAREAANIMATION:
    case SPI_GETFLATMENU:
        if (!data)
            return user_fail(ERROR_NOACCESS);
        *(BOOL *)data = action == SPI_GETBEEP || action == SPI_GETFONTSMOOTHING || action == SPI_GETDRAGFULLWINDOWS;
        return TRUE;
    case SPI_GETWHEELSCROLLLINES:
    case SPI_GETWHEELSCROLLCHARS:
        *(UINT *)data = 3;
        return TRUE;
    case SPI_GETKEYBOARDDELAY:
        *(int *)data = 1;
        return TRUE;
    case SPI_GETKEYBOARDSPEED:
        *(DWORD *)data = 31;
        return TRUE;
    case SPI_GETMOUSESPEED:
        *(int *)data = 10;
        return TRUE;
    case SPI_GETMOUSEHOVERTIME:
        *(UINT *)data = 400;
        return TRUE;
    case SPI_GETFOREGROUNDLOCKTIMEOUT:
        *(DWORD *)data = 200000;
        return TRUE;
    case SPI_GETHIGHCONTRAST: {
        HIGHCONTRASTW *contrast = data;
        if (!contrast || contrast->cbSize != sizeof(*contrast))
            return user_fail(ERROR_INVALID_PARAMETER);
        contrast->dwFlags = HCF_AVAILABLE | HCF_HOTKEYAVAILABLE | HCF_INDICATOR | HCF_HOTKEYSOUND | HCF_CONFIRMHOTKEY;
        contrast->lpszDefaultScheme = (WCHAR *)L"";
        return TRUE;
    }
    case SPI_GETDESKWALLPAPER:
        if (!data || !size)
            return user_fail(ERROR_INVALID_PARAMETER);
        *(WCHAR *)data = 0;
        return TRUE;
    default:
        return user_fail(ERROR_INVALID_SPI_VALUE);
    }
}

WINBOOL WINAPI SystemParametersInfoA(UINT action, UINT size, PVOID data, UINT flags)
{
    if (action == SPI_GETDESKWALLPAPER) {
        if (!data || !size)
            return user_fail(ERROR_INVALID_PARAMETER);
        *(char *)data = 0;
        return TRUE;
    }
    if (action == SPI_GETHIGHCONTRAST) {
        HIGHCONTRASTA *contrast = data;
        static HIGHCONTRASTW wide = { .cbSize = sizeof(wide) };
        if (!contrast || contrast->cbSize != sizeof(*contrast))
            return user_fail(ERROR_INVALID_PARAMETER);
        if (!SystemParametersInfoW(action, size, &wide, flags))
            return FALSE;
        contrast->dwFlags = wide.dwFlags;
        contrast->lpszDefaultScheme = (char *)"";
        return TRUE;
    }
    return SystemParametersInfoW(action, size, data, flags);
}

/* A keyboard of the usual kind, with the layout of the user's locale. */
int WINAPI GetKeyboardType(int type)
{
    switch (type) {
    case 0:
        return 4; /* enhanced, 101 or 102 keys */
    case 1:
        return 0;
    case 2:
        return 12; /* function keys */
    default:
        return 0;
    }
}

HKL WINAPI GetKeyboardLayout(DWORD thread)
{
    LANGID language = GetUserDefaultLangID();

    (void)thread;
    return (HKL)(ULONG_PTR)MAKELONG(language, language);
}

int WINAPI GetKeyboardLayoutList(int count, HKL *list)
{
    if (count > 0 && list)
        list[0] = GetKeyboardLayout(0);
    return 1;
}

/* No input ever came: the last one was when the system started. */
WINBOOL WINAPI GetLastInputInfo(PLASTINPUTINFO info)
{
    if (!info || info->cbSize != sizeof(*info))
        return user_fail(ERROR_INVALID_PARAMETER);
    info->dwTime = 0;
    return TRUE;
}

WINBOOL WINAPI SetProcessDPIAware(void)
{
    return TRUE;
}

WINBOOL WINAPI IsProcessDPIAware(void)
{
    return TRUE;
}

WINBOOL WINAPI GetProcessDefaultLayout(DWORD *layout)
{
    if (!layout)
        return user_fail(ERROR_NOACCESS);
    *layout = 0;
    return TRUE;
}

WINBOOL WINAPI MessageBeep(UINT type)
{
    (void)type; /* there is no sound device */
    return TRUE;
}
