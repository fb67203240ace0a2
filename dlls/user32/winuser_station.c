/* SPDX-License-Identifier: MIT */
/*
 * winuser_station.c: window stations and desktops.
 *
 * A session has one interactive station, WinSta0, with one desktop, Default, in which every process begins: a handle to either is
 * that of an event, so that its number belongs to nothing else, and nobody is asked. Others are names below
 * \\Sessions\\1\\Windows\\WindowStations, kept by directories of the object namespace: seen by all processes, secured, inherited and
 * duplicated as all objects are.
 */
#include "user32_private.h"

#define STATIONS      L"\\Sessions\\1\\Windows\\WindowStations"
#define STATIONS_CHAR (ARRAY_SIZE(STATIONS) - 1)
#define NAME_MAX_CHAR 256

static HANDLE first_station, first_desktop;     /* WinSta0 and Default */
static HANDLE station_now;                      /* the process's, if not WinSta0 */
static DWORD desktop_slot = TLS_OUT_OF_INDEXES; /* a thread's, if not Default */

static HANDLE get_object(HANDLE *object)
{
    if (!*object) {
        HANDLE mine = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (mine && InterlockedCompareExchangePointer(object, mine, NULL))
            CloseHandle(mine);
    }
    return *object;
}

static DWORD get_slot(void)
{
    if (desktop_slot == TLS_OUT_OF_INDEXES) {
        DWORD mine = TlsAlloc();
        if (InterlockedCompareExchange((LONG *)&desktop_slot, (LONG)mine, (LONG)TLS_OUT_OF_INDEXES) !=
            (LONG)TLS_OUT_OF_INDEXES)
            TlsFree(mine);
    }
    return desktop_slot;
}

/* --- what a handle is --- */

enum kind { NEITHER, STATION, DESKTOP };

struct place {
    enum kind kind;
    WCHAR path[2 * NAME_MAX_CHAR + STATIONS_CHAR + 3];
    const WCHAR *name; /* the last part of it */
};

static enum kind place_of(HANDLE handle, struct place *place)
{
    struct {
        OBJECT_NAME_INFORMATION info;
        WCHAR text[2 * NAME_MAX_CHAR + STATIONS_CHAR + 3];
    } name;
    ULONG needed;
    const WCHAR *slash;

    place->kind = NEITHER;
    if (handle && handle == first_station) {
        wcscpy(place->path, STATIONS L"\\WinSta0");
    } else if (handle && handle == first_desktop) {
        wcscpy(place->path, STATIONS L"\\WinSta0\\Default");
    } else {
        if (NtQueryObject(handle, ObjectNameInformation, &name, sizeof(name), &needed) || !name.info.Name.Buffer ||
            name.info.Name.Length >= sizeof(place->path))
            return NEITHER;
        memcpy(place->path, name.info.Name.Buffer, name.info.Name.Length);
        place->path[name.info.Name.Length / sizeof(WCHAR)] = 0;
    }
    if (_wcsnicmp(place->path, STATIONS L"\\", STATIONS_CHAR + 1))
        return NEITHER;
    place->name = place->path + STATIONS_CHAR + 1;
    place->kind = STATION;
    slash = wcschr(place->name, '\\');
    if (slash) {
        place->name = slash + 1;
        place->kind = DESKTOP;
    }
    return place->kind;
}

/* Opens or makes the directory of that name below `parent`; `create` 0: it must be there. */
static HANDLE get_directory(const WCHAR *parent, const WCHAR *name, ULONG create, BOOL inherit, ACCESS_MASK access,
                            void *descriptor)
{
    WCHAR path[2 * NAME_MAX_CHAR + STATIONS_CHAR + 3];
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .SecurityDescriptor = descriptor };
    UNICODE_STRING text;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!name[0] || wcschr(name, '\\') || wcslen(name) > NAME_MAX_CHAR) {
        SetLastError(name[0] ? ERROR_INVALID_NAME : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    wcscpy(path, parent);
    wcscat(path, L"\\");
    wcscat(path, name);
    RtlInitUnicodeString(&text, path);
    attr.ObjectName = &text;
    attr.Attributes = OBJ_CASE_INSENSITIVE | create | (inherit ? OBJ_INHERIT : 0);
    if (access & (GENERIC_ALL | MAXIMUM_ALLOWED))
        access |= STANDARD_RIGHTS_REQUIRED;
    if (access & (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE))
        access |= READ_CONTROL;
    access = (access & (STANDARD_RIGHTS_ALL | ACCESS_SYSTEM_SECURITY)) | DIRECTORY_QUERY | DIRECTORY_TRAVERSE |
             DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY;
    status = create ? NtCreateDirectoryObject(&handle, access, &attr) : NtOpenDirectoryObject(&handle, access, &attr);
    if (status == STATUS_OBJECT_PATH_NOT_FOUND)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (NT_SUCCESS(status))
        return handle;
    SetLastError(RtlNtStatusToDosError(status));
    return NULL;
}

/* --- window stations --- */

HWINSTA WINAPI GetProcessWindowStation(void)
{
    return station_now ? station_now : get_object(&first_station);
}

HWINSTA WINAPI OpenWindowStationW(LPCWSTR name, WINBOOL inherit, ACCESS_MASK access)
{
    if (!name) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!_wcsicmp(name, L"WinSta0"))
        return get_object(&first_station);
    return get_directory(STATIONS, name, 0, inherit, access, NULL);
}

HWINSTA WINAPI OpenWindowStationA(LPCSTR name, WINBOOL inherit, ACCESS_MASK access)
{
    WCHAR *wide = user_wide(name);
    HWINSTA result = OpenWindowStationW(wide, inherit, access);

    user_free(wide);
    return result;
}

/* Without a name it is that of the logon session, of which there is one. */
HWINSTA WINAPI CreateWindowStationW(LPCWSTR name, DWORD flags, ACCESS_MASK access, LPSECURITY_ATTRIBUTES security)
{
    if (flags & ~(DWORD)CWF_CREATE_ONLY) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!name || !name[0])
        name = L"Service-0x0-3e7$";
    if (!_wcsicmp(name, L"WinSta0")) {
        if (!(flags & CWF_CREATE_ONLY))
            return get_object(&first_station);
        SetLastError(ERROR_ALREADY_EXISTS);
        return NULL;
    }
    return get_directory(STATIONS, name, flags & CWF_CREATE_ONLY ? OBJ_CASE_INSENSITIVE : OBJ_OPENIF,
                         security && security->bInheritHandle, access,
                         security ? security->lpSecurityDescriptor : NULL);
}

HWINSTA WINAPI CreateWindowStationA(LPCSTR name, DWORD flags, ACCESS_MASK access, LPSECURITY_ATTRIBUTES security)
{
    WCHAR *wide = user_wide(name);
    HWINSTA result = CreateWindowStationW(wide, flags, access, security);

    user_free(wide);
    return result;
}

WINBOOL WINAPI SetProcessWindowStation(HWINSTA handle)
{
    struct place place;

    if (place_of(handle, &place) != STATION)
        return user_fail(ERROR_INVALID_HANDLE);
    station_now = handle == first_station ? NULL : handle;
    return TRUE;
}

/* "The CloseWindowStation function will fail if the handle being closed is for the window station assigned to the calling
 * process." */
WINBOOL WINAPI CloseWindowStation(HWINSTA handle)
{
    struct place place;

    if (place_of(handle, &place) != STATION)
        return user_fail(ERROR_INVALID_HANDLE);
    if (handle == GetProcessWindowStation())
        return user_fail(ERROR_BUSY);
    return handle == first_station || CloseHandle(handle);
}

/* --- desktops --- */

static HDESK own_desktop(void)
{
    HDESK mine = desktop_slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(desktop_slot);

    return mine ? mine : get_object(&first_desktop);
}

/* Of this process's other threads it is not known whether they have chosen one. */
HDESK WINAPI GetThreadDesktop(DWORD thread)
{
    return thread == GetCurrentThreadId() ? own_desktop() : get_object(&first_desktop);
}

static BOOL is_default(const struct place *station, const WCHAR *name)
{
    return name && !_wcsicmp(station->name, L"WinSta0") && !_wcsicmp(name, L"Default");
}

HDESK WINAPI OpenDesktopW(LPCWSTR name, DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    struct place station;

    if (!name || flags & ~(DWORD)DF_ALLOWOTHERACCOUNTHOOK || place_of(GetProcessWindowStation(), &station) != STATION) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (is_default(&station, name))
        return get_object(&first_desktop);
    return get_directory(station.path, name, 0, inherit, access, NULL);
}

HDESK WINAPI OpenDesktopA(LPCSTR name, DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    WCHAR *wide = user_wide(name);
    HDESK result = OpenDesktopW(wide, flags, inherit, access);

    user_free(wide);
    return result;
}

/* One that is there already is opened. A station's directory comes to be with its first desktop. */
HDESK WINAPI CreateDesktopExW(LPCWSTR name, LPCWSTR device, DEVMODEW *mode, DWORD flags, ACCESS_MASK access,
                              LPSECURITY_ATTRIBUTES security, ULONG heap, PVOID reserved)
{
    struct place station;
    HANDLE holder, desktop;

    (void)heap; /* there is none */
    if (!name || device || mode || reserved || flags & ~(DWORD)DF_ALLOWOTHERACCOUNTHOOK ||
        place_of(GetProcessWindowStation(), &station) != STATION) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (is_default(&station, name))
        return get_object(&first_desktop);
    holder = get_directory(STATIONS, station.name, OBJ_OPENIF, FALSE, 0, NULL);
    if (!holder)
        return NULL;
    desktop = get_directory(station.path, name, OBJ_OPENIF, security && security->bInheritHandle, access,
                            security ? security->lpSecurityDescriptor : NULL);
    CloseHandle(holder); /* the desktop keeps it */
    return desktop;
}

HDESK WINAPI CreateDesktopW(LPCWSTR name, LPCWSTR device, DEVMODEW *mode, DWORD flags, ACCESS_MASK access,
                            LPSECURITY_ATTRIBUTES security)
{
    return CreateDesktopExW(name, device, mode, flags, access, security, 0, NULL);
}

HDESK WINAPI CreateDesktopExA(LPCSTR name, LPCSTR device, DEVMODEA *mode, DWORD flags, ACCESS_MASK access,
                              LPSECURITY_ATTRIBUTES security, ULONG heap, PVOID reserved)
{
    WCHAR *wide = user_wide(name);
    HDESK result = NULL;

    if (device || mode)
        SetLastError(ERROR_INVALID_PARAMETER);
    else
        result = CreateDesktopExW(wide, NULL, NULL, flags, access, security, heap, reserved);
    user_free(wide);
    return result;
}

HDESK WINAPI CreateDesktopA(LPCSTR name, LPCSTR device, DEVMODEA *mode, DWORD flags, ACCESS_MASK access,
                            LPSECURITY_ATTRIBUTES security)
{
    return CreateDesktopExA(name, device, mode, flags, access, security, 0, NULL);
}

HDESK WINAPI OpenInputDesktop(DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    (void)flags, (void)inherit, (void)access;
    return get_object(&first_desktop);
}

WINBOOL WINAPI SetThreadDesktop(HDESK handle)
{
    struct place place;
    DWORD slot;

    if (place_of(handle, &place) != DESKTOP)
        return user_fail(ERROR_INVALID_HANDLE);
    if (handle == first_desktop && desktop_slot == TLS_OUT_OF_INDEXES)
        return TRUE;
    slot = get_slot();
    return slot != TLS_OUT_OF_INDEXES && TlsSetValue(slot, handle == first_desktop ? NULL : handle);
}

WINBOOL WINAPI CloseDesktop(HDESK handle)
{
    struct place place;

    if (place_of(handle, &place) != DESKTOP)
        return user_fail(ERROR_INVALID_HANDLE);
    if (handle == own_desktop())
        return user_fail(ERROR_BUSY);
    return handle == first_desktop || CloseHandle(handle);
}

/* --- what is said of them --- */

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
    USEROBJECTFLAGS flags = { FALSE, FALSE, 0 };
    struct place place;
    const WCHAR *text;
    char *narrow;
    DWORD inherited;
    BOOL io, ok;

    if (place_of(handle, &place) == NEITHER)
        return user_fail(ERROR_INVALID_HANDLE);
    switch (index) {
    case UOI_FLAGS:
        flags.fInherit = GetHandleInformation(handle, &inherited) && inherited & HANDLE_FLAG_INHERIT;
        if (place.kind == STATION && !_wcsicmp(place.name, L"WinSta0"))
            flags.dwFlags = WSF_VISIBLE;
        return give(&flags, sizeof(flags), buffer, room, needed);
    case UOI_NAME:
        text = place.name;
        break;
    case UOI_TYPE:
        text = place.kind == STATION ? L"WindowStation" : L"Desktop";
        break;
    case UOI_USER_SID: /* of the user that is logged on; as if none were: a size of zero */
        if (needed)
            *needed = 0;
        return TRUE;
    case UOI_IO: /* whether it receives input */
        io = !_wcsicmp(place.path, STATIONS L"\\WinSta0\\Default");
        return place.kind == STATION ? user_fail(ERROR_INVALID_PARAMETER) : give(&io, sizeof(io), buffer, room, needed);
    default:
        return user_fail(ERROR_INVALID_PARAMETER);
    }
    if (wide)
        return give(text, (DWORD)((wcslen(text) + 1) * sizeof(WCHAR)), buffer, room, needed);
    narrow = user_narrow(text);
    if (!narrow)
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    ok = give(narrow, (DWORD)strlen(narrow) + 1, buffer, room, needed);
    user_free(narrow);
    return ok;
}

WINBOOL WINAPI GetUserObjectInformationW(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed)
{
    return query(handle, index, buffer, room, needed, TRUE);
}

WINBOOL WINAPI GetUserObjectInformationA(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed)
{
    return query(handle, index, buffer, room, needed, FALSE);
}

/* Only whether the handle is inherited can be set; hooks of other accounts there are none. */
WINBOOL WINAPI SetUserObjectInformationW(HANDLE handle, int index, PVOID info, DWORD size)
{
    const USEROBJECTFLAGS *flags = info;
    struct place place;

    if (place_of(handle, &place) == NEITHER)
        return user_fail(ERROR_INVALID_HANDLE);
    if (index != UOI_FLAGS || size < sizeof(*flags) || !flags)
        return user_fail(ERROR_INVALID_PARAMETER);
    return SetHandleInformation(handle, HANDLE_FLAG_INHERIT, flags->fInherit ? HANDLE_FLAG_INHERIT : 0);
}

WINBOOL WINAPI SetUserObjectInformationA(HANDLE handle, int index, PVOID info, DWORD size)
{
    return SetUserObjectInformationW(handle, index, info, size);
}

WINBOOL WINAPI GetUserObjectSecurity(HANDLE handle, PSECURITY_INFORMATION what, PSECURITY_DESCRIPTOR descriptor,
                                     DWORD size, LPDWORD needed)
{
    NTSTATUS status = NtQuerySecurityObject(handle, *what, descriptor, size, needed);

    return NT_SUCCESS(status) || user_fail(RtlNtStatusToDosError(status));
}

WINBOOL WINAPI SetUserObjectSecurity(HANDLE handle, PSECURITY_INFORMATION what, PSECURITY_DESCRIPTOR descriptor)
{
    NTSTATUS status = NtSetSecurityObject(handle, *what, descriptor);

    return NT_SUCCESS(status) || user_fail(RtlNtStatusToDosError(status));
}

/* --- lists --- */

struct listing {
    WINSTAENUMPROCW wide;
    WINSTAENUMPROCA narrow;
    LPARAM data;
};

static BOOL tell(const struct listing *listing, WCHAR *name)
{
    char *narrow;
    BOOL more;

    if (listing->wide)
        return listing->wide(name, listing->data);
    if (!(narrow = user_narrow(name)))
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    more = listing->narrow(narrow, listing->data);
    user_free(narrow);
    return more;
}

/* First the one that is always there, then what the directory has. */
static BOOL list(const struct listing *listing, const WCHAR *path, WCHAR *first)
{
    struct {
        OBJECT_DIRECTORY_INFORMATION info;
        WCHAR text[NAME_MAX_CHAR + 64];
    } entry;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE };
    ULONG context = 0;
    HANDLE directory;
    BOOL more = !first || tell(listing, first);

    RtlInitUnicodeString(&name, path);
    if (!more || NtOpenDirectoryObject(&directory, DIRECTORY_QUERY, &attr))
        return more;
    while (more &&
           NtQueryDirectoryObject(directory, &entry, sizeof(entry), TRUE, FALSE, &context, NULL) == STATUS_SUCCESS)
        if (!first || _wcsicmp(entry.info.Name.Buffer, first))
            more = tell(listing, entry.info.Name.Buffer);
    NtClose(directory);
    return more;
}

static BOOL list_desktops(HWINSTA handle, const struct listing *listing)
{
    struct place station;
    WCHAR first[] = L"Default";

    if (place_of(handle ? handle : GetProcessWindowStation(), &station) != STATION)
        return user_fail(ERROR_INVALID_HANDLE);
    return list(listing, station.path, _wcsicmp(station.name, L"WinSta0") ? NULL : first);
}

WINBOOL WINAPI EnumWindowStationsW(WINSTAENUMPROCW callback, LPARAM data)
{
    WCHAR first[] = L"WinSta0";

    return list(&(struct listing){ callback, NULL, data }, STATIONS, first);
}

WINBOOL WINAPI EnumWindowStationsA(WINSTAENUMPROCA callback, LPARAM data)
{
    WCHAR first[] = L"WinSta0";

    return list(&(struct listing){ NULL, callback, data }, STATIONS, first);
}

WINBOOL WINAPI EnumDesktopsW(HWINSTA handle, DESKTOPENUMPROCW callback, LPARAM data)
{
    return list_desktops(handle, &(struct listing){ callback, NULL, data });
}

WINBOOL WINAPI EnumDesktopsA(HWINSTA handle, DESKTOPENUMPROCA callback, LPARAM data)
{
    return list_desktops(handle, &(struct listing){ NULL, callback, data });
}
