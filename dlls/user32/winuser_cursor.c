/* SPDX-License-Identifier: MIT */
/*
 * winuser_cursor.c: the predefined cursors and icons, as shared handles that name nothing to be seen: what registering a class
 * needs. Those of a module cannot be loaded yet.
 */
#include "user32_private.h"

#define SHARED_HANDLE(kind, id) ((void *)(ULONG_PTR)(0x70000000 | (kind) << 16 | (id)))

static LONG shown; /* as ShowCursor counts */

/* IDC_ARROW to IDC_HELP, IDI_APPLICATION to IDI_SHIELD. */
static void *predefined(HINSTANCE module, ULONG_PTR name, BOOL icon)
{
    if (module || name > 0xffff) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    if (icon ? name >= 32512 && name <= 32518 : (name >= 32512 && name <= 32516) || (name >= 32640 && name <= 32651))
        return SHARED_HANDLE(icon, name);
    SetLastError(ERROR_RESOURCE_NAME_NOT_FOUND);
    return NULL;
}

HCURSOR WINAPI LoadCursorW(HINSTANCE module, LPCWSTR name)
{
    return predefined(module, (ULONG_PTR)name, FALSE);
}

HCURSOR WINAPI LoadCursorA(HINSTANCE module, LPCSTR name)
{
    return predefined(module, (ULONG_PTR)name, FALSE);
}

HICON WINAPI LoadIconW(HINSTANCE module, LPCWSTR name)
{
    return predefined(module, (ULONG_PTR)name, TRUE);
}

HICON WINAPI LoadIconA(HINSTANCE module, LPCSTR name)
{
    return predefined(module, (ULONG_PTR)name, TRUE);
}

HANDLE WINAPI LoadImageW(HINSTANCE module, LPCWSTR name, UINT type, int width, int height, UINT flags)
{
    (void)width, (void)height;
    if ((type != IMAGE_CURSOR && type != IMAGE_ICON) || (flags & LR_LOADFROMFILE)) {
        SetLastError(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    return predefined(module, (ULONG_PTR)name, type == IMAGE_ICON);
}

HANDLE WINAPI LoadImageA(HINSTANCE module, LPCSTR name, UINT type, int width, int height, UINT flags)
{
    return LoadImageW(module, (LPCWSTR)name, type, width, height, flags);
}

/* Shared ones are not destroyed: documented to succeed for none but private ones. */
WINBOOL WINAPI DestroyIcon(HICON icon)
{
    (void)icon;
    return user_fail(ERROR_INVALID_CURSOR_HANDLE);
}

WINBOOL WINAPI DestroyCursor(HCURSOR cursor)
{
    (void)cursor;
    return user_fail(ERROR_INVALID_CURSOR_HANDLE);
}

HCURSOR WINAPI SetCursor(HCURSOR cursor)
{
    static HCURSOR current;

    return InterlockedExchangePointer((void **)&current, cursor);
}

/* Without a mouse the count begins below zero. */
int WINAPI ShowCursor(WINBOOL show)
{
    return (show ? InterlockedIncrement(&shown) : InterlockedDecrement(&shown)) - 1;
}
