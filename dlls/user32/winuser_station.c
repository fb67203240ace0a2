/* SPDX-License-Identifier: MIT */
/*
 * winuser_station.c: window stations and desktops. A session has one interactive station, WinSta0, with one desktop,
 * Default; a handle to either is that of an event, so that its number belongs to nothing else.
 */
#include "user32_private.h"

static HANDLE station, desktop;

static HANDLE get_object(HANDLE *object)
{
    if (!*object) {
        HANDLE mine = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (mine && InterlockedCompareExchangePointer(object, mine, NULL))
            CloseHandle(mine);
    }
    return *object;
}

HWINSTA WINAPI GetProcessWindowStation(void)
{
    return get_object(&station);
}

HDESK WINAPI GetThreadDesktop(DWORD thread)
{
    (void)thread;
    return get_object(&desktop);
}

HWINSTA WINAPI OpenWindowStationW(LPCWSTR name, WINBOOL inherit, ACCESS_MASK access)
{
    (void)inherit, (void)access;
    if (name && !_wcsicmp(name, L"WinSta0"))
        return get_object(&station);
    SetLastError(ERROR_FILE_NOT_FOUND);
    return NULL;
}

HWINSTA WINAPI OpenWindowStationA(LPCSTR name, WINBOOL inherit, ACCESS_MASK access)
{
    WCHAR *wide = user_wide(name);
    HWINSTA result = OpenWindowStationW(wide, inherit, access);

    user_free(wide);
    return result;
}

HDESK WINAPI OpenDesktopW(LPCWSTR name, DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    (void)flags, (void)inherit, (void)access;
    if (name && !_wcsicmp(name, L"Default"))
        return get_object(&desktop);
    SetLastError(ERROR_FILE_NOT_FOUND);
    return NULL;
}

HDESK WINAPI OpenDesktopA(LPCSTR name, DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    WCHAR *wide = user_wide(name);
    HDESK result = OpenDesktopW(wide, flags, inherit, access);

    user_free(wide);
    return result;
}

HDESK WINAPI OpenInputDesktop(DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    (void)flags, (void)inherit, (void)access;
    return get_object(&desktop);
}

/* The one there is stays open, like the station and desktop that a process was started in. */
WINBOOL WINAPI CloseWindowStation(HWINSTA handle)
{
    return handle && handle == station ? TRUE : user_fail(ERROR_INVALID_HANDLE);
}

WINBOOL WINAPI CloseDesktop(HDESK handle)
{
    return handle && handle == desktop ? TRUE : user_fail(ERROR_INVALID_HANDLE);
}

WINBOOL WINAPI SetProcessWindowStation(HWINSTA handle)
{
    return handle && handle == station ? TRUE : user_fail(ERROR_INVALID_HANDLE);
}

WINBOOL WINAPI SetThreadDesktop(HDESK handle)
{
    return handle && handle == desktop ? TRUE : user_fail(ERROR_INVALID_HANDLE);
}

static BOOL give(const void *data, DWORD size, PVOID buffer, DWORD room, LPDWORD needed)
{
    if (needed)
        *needed = size;
    if (room < size)
        return user_fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(buffer, data, size);
    return TRUE;
}

static BOOL query(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed, BOOL wide)
{
    BOOL is_station = handle && handle == station;
    USEROBJECTFLAGS flags = { FALSE, FALSE, WSF_VISIBLE };
    const WCHAR *text;
    char narrow[32];
    BOOL io = TRUE;

    if (!is_station && (!handle || handle != desktop))
        return user_fail(ERROR_INVALID_HANDLE);
    switch (index) {
    case UOI_FLAGS:
        if (!is_station)
            flags.dwFlags = 0;
        return give(&flags, sizeof(flags), buffer, room, needed);
    case UOI_NAME:
        text = is_station ? L"WinSta0" : L"Default";
        break;
    case UOI_TYPE:
        text = is_station ? L"WindowStation" : L"Desktop";
        break;
    case UOI_USER_SID: /* of the user that is logged on; as if none were: a size of zero */
        if (needed)
            *needed = 0;
        return TRUE;
    case UOI_IO:
        return is_station ? user_fail(ERROR_INVALID_PARAMETER) : give(&io, sizeof(io), buffer, room, needed);
    default:
        return user_fail(ERROR_INVALID_PARAMETER);
    }
    if (wide)
        return give(text, (wcslen(text) + 1) * sizeof(WCHAR), buffer, room, needed);
    WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, sizeof(narrow), NULL, NULL);
    return give(narrow, strlen(narrow) + 1, buffer, room, needed);
}

WINBOOL WINAPI GetUserObjectInformationW(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed)
{
    return query(handle, index, buffer, room, needed, TRUE);
}

WINBOOL WINAPI GetUserObjectInformationA(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed)
{
    return query(handle, index, buffer, room, needed, FALSE);
}

WINBOOL WINAPI EnumWindowStationsW(WINSTAENUMPROCW callback, LPARAM data)
{
    return callback((WCHAR *)L"WinSta0", data);
}

WINBOOL WINAPI EnumWindowStationsA(WINSTAENUMPROCA callback, LPARAM data)
{
    return callback((char *)"WinSta0", data);
}

WINBOOL WINAPI EnumDesktopsW(HWINSTA handle, DESKTOPENUMPROCW callback, LPARAM data)
{
    if (handle && handle != station)
        return user_fail(ERROR_INVALID_HANDLE);
    return callback((WCHAR *)L"Default", data);
}

WINBOOL WINAPI EnumDesktopsA(HWINSTA handle, DESKTOPENUMPROCA callback, LPARAM data)
{
    if (handle && handle != station)
        return user_fail(ERROR_INVALID_HANDLE);
    return callback((char *)"Default", data);
}
