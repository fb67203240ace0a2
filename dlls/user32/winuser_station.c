/* SPDX-License-Identifier: MIT */
/*
 * winuser_station.c: window stations and desktops, which are objects of the native half (dlls/ntdll/unix/station.c). A process begins in
 * those that STARTUPINFO's lpDesktop named, mostly WinSta0 and Default, which every session has.
 */
#include "winuser_private.h"
#include "unix_call.h"
#include "unix_station.h"

#define STATIONS       L"\\Sessions\\1\\Windows\\WindowStations\\"
#define FIRST_STATION  L"WinSta0"
#define FIRST_DESKTOP  L"Default"
#define NAME_MAX_CHAR  256
#define PATH_MAX_CHAR  (ARRAY_SIZE(STATIONS) + 2 * NAME_MAX_CHAR + 2)
#define SUPPRESS_INDEX 7 /* UOI_TIMERPROC_EXCEPTION_SUPPRESSION */
#define HEAP_INDEX     5 /* UOI_HEAPSIZE */

static HANDLE first_station, first_desktop; /* where the process begins */
static HANDLE station_now;                  /* the process's, if not that */

/* --- what a handle is --- */

enum kind { NEITHER, STATION, DESKTOP };

static enum kind kind_of(HANDLE handle)
{
    struct {
        OBJECT_TYPE_INFORMATION info;
        WCHAR text[64];
    } type;

    if (!handle || NtQueryObject(handle, ObjectTypeInformation, &type, sizeof(type), NULL))
        return NEITHER;
    if (!wcscmp(type.info.TypeName.Buffer, L"WindowStation"))
        return STATION;
    return wcscmp(type.info.TypeName.Buffer, L"Desktop") ? NEITHER : DESKTOP;
}

/* The last part of its name. */
static BOOL name_of(HANDLE handle, WCHAR name[NAME_MAX_CHAR + 1])
{
    struct {
        OBJECT_NAME_INFORMATION info;
        WCHAR text[PATH_MAX_CHAR];
    } full;
    const WCHAR *slash;
    NTSTATUS status = NtQueryObject(handle, ObjectNameInformation, &full, sizeof(full), NULL);

    if (status)
        return user_fail(RtlNtStatusToDosError(status));
    slash = full.info.Name.Buffer ? wcsrchr(full.info.Name.Buffer, '\\') : NULL;
    if (!slash || wcslen(slash + 1) > NAME_MAX_CHAR)
        return user_fail(ERROR_INVALID_HANDLE);
    wcscpy(name, slash + 1);
    return TRUE;
}

/* --- opening and making --- */

static HANDLE call_open(enum unix_station_function function, struct unix_station_open *open)
{
    NTSTATUS status = NtTransomUnixCall(UNIX_MODULE_STATIONS, function, open);

    if (status == STATUS_OBJECT_PATH_NOT_FOUND)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (NT_SUCCESS(status))
        return (HANDLE)(ULONG_PTR)open->handle;
    SetLastError(RtlNtStatusToDosError(status));
    return NULL;
}

static BOOL good_name(const WCHAR *name)
{
    if (name && name[0] && !wcschr(name, '\\') && wcslen(name) <= NAME_MAX_CHAR)
        return TRUE;
    return user_fail(name && name[0] ? ERROR_INVALID_NAME : ERROR_INVALID_PARAMETER);
}

static struct unix_station_open request(const WCHAR *name, ACCESS_MASK access, ULONG attributes,
                                        const SECURITY_ATTRIBUTES *security)
{
    return (struct unix_station_open){
        .name = (ULONG_PTR)name,
        .name_length = name ? (uint32_t)wcslen(name) : 0,
        .security = (ULONG_PTR)(security ? security->lpSecurityDescriptor : NULL),
        .attributes = OBJ_CASE_INSENSITIVE | attributes | (security && security->bInheritHandle ? OBJ_INHERIT : 0),
        .access = access,
    };
}

static HANDLE get_station(const WCHAR *name, BOOL create, ULONG attributes, ACCESS_MASK access,
                          const SECURITY_ATTRIBUTES *security)
{
    WCHAR path[PATH_MAX_CHAR];
    struct unix_station_open open;

    if (!good_name(name))
        return NULL;
    wcscpy(path, STATIONS);
    wcscat(path, name);
    open = request(path, access, attributes, security);
    return call_open(create ? UNIX_STATION_CREATE : UNIX_STATION_OPEN, &open);
}

static HANDLE get_desktop(HANDLE station, const WCHAR *name, ULONG attributes, ACCESS_MASK access)
{
    struct unix_station_open open = request(name, access, attributes, NULL);

    open.root = (ULONG_PTR)station;
    return good_name(name) ? call_open(UNIX_DESKTOP_OPEN, &open) : NULL;
}

/* --- where the process begins --- */

static void keep(HANDLE *place, HANDLE mine)
{
    if (InterlockedCompareExchangePointer(place, mine, NULL))
        NtClose(mine);
}

/* STATION\\DESKTOP, or DESKTOP; with nothing given those of the session. */
static BOOL join_named(void)
{
    const UNICODE_STRING *info = &nt_peb()->ProcessParameters->DesktopInfo;
    WCHAR text[2 * NAME_MAX_CHAR + 2] = L"", *slash;
    const WCHAR *station_name = FIRST_STATION, *desktop_name = FIRST_DESKTOP;
    HANDLE station, desktop;

    if (info->Length >= sizeof(text))
        return user_fail(ERROR_INVALID_NAME);
    if (info->Length)
        memcpy(text, info->Buffer, info->Length);
    if ((slash = wcschr(text, '\\'))) {
        *slash = 0;
        station_name = text;
        desktop_name = slash + 1;
    } else if (text[0]) {
        desktop_name = text;
    }
    if (!(station = get_station(station_name, FALSE, 0, MAXIMUM_ALLOWED, NULL)))
        return FALSE;
    if (!(desktop = get_desktop(station, desktop_name, 0, MAXIMUM_ALLOWED))) {
        DWORD error = GetLastError();
        NtClose(station);
        return user_fail(error);
    }
    keep(&first_station, station);
    keep(&first_desktop, desktop);
    return TRUE;
}

/* Those that are always there are opened when somebody asks. Where others are not there, the process does not begin
 * (STATUS_DLL_INIT_FAILED), as on Windows. */
BOOL station_start(void)
{
    const UNICODE_STRING *info = &nt_peb()->ProcessParameters->DesktopInfo;
    UNICODE_STRING usual;

    RtlInitUnicodeString(&usual, FIRST_STATION L"\\" FIRST_DESKTOP);
    return !info->Length || RtlEqualUnicodeString(info, &usual, TRUE) || join_named();
}

static HANDLE get_first(HANDLE *place)
{
    if (!*place)
        join_named();
    return *place;
}

/* --- window stations --- */

HWINSTA WINAPI GetProcessWindowStation(void)
{
    return station_now ? station_now : get_first(&first_station);
}

HWINSTA WINAPI OpenWindowStationW(LPCWSTR name, WINBOOL inherit, ACCESS_MASK access)
{
    return get_station(name, FALSE, inherit ? OBJ_INHERIT : 0, access, NULL);
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
    return get_station(name, TRUE, flags & CWF_CREATE_ONLY ? 0 : OBJ_OPENIF, access, security);
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
    if (kind_of(handle) != STATION)
        return user_fail(ERROR_INVALID_HANDLE);
    station_now = handle;
    return TRUE;
}

/* "The CloseWindowStation function will fail if the handle being closed is for the window station assigned to the calling
 * process." */
WINBOOL WINAPI CloseWindowStation(HWINSTA handle)
{
    if (kind_of(handle) != STATION)
        return user_fail(ERROR_INVALID_HANDLE);
    if (handle == GetProcessWindowStation())
        return user_fail(ERROR_BUSY);
    return handle == first_station || CloseHandle(handle);
}

/* --- desktops --- */

/* "If the thread has not called SetThreadDesktop": the one that the process began with. Of other processes' threads it is not known. */
HDESK WINAPI GetThreadDesktop(DWORD thread)
{
    struct queue *queue;
    HDESK chosen = NULL;
    HANDLE handle;

    user_enter();
    if ((queue = queue_of(thread)))
        chosen = queue->desktop;
    user_leave();
    if (chosen)
        return chosen;
    if (thread != GetCurrentThreadId()) {
        if (!(handle = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, thread))) {
            SetLastError(ERROR_INVALID_PARAMETER);
            return NULL;
        }
        CloseHandle(handle);
    }
    return get_first(&first_desktop);
}

HDESK WINAPI OpenDesktopW(LPCWSTR name, DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    if (flags & ~(DWORD)DF_ALLOWOTHERACCOUNTHOOK) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return get_desktop(GetProcessWindowStation(), name, inherit ? OBJ_INHERIT : 0, access);
}

HDESK WINAPI OpenDesktopA(LPCSTR name, DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    WCHAR *wide = user_wide(name);
    HDESK result = OpenDesktopW(wide, flags, inherit, access);

    user_free(wide);
    return result;
}

/* One that is there already is opened. */
HDESK WINAPI CreateDesktopExW(LPCWSTR name, LPCWSTR device, DEVMODEW *mode, DWORD flags, ACCESS_MASK access,
                              LPSECURITY_ATTRIBUTES security, ULONG heap, PVOID reserved)
{
    struct unix_station_open open;

    if (device || mode || reserved || flags & ~(DWORD)DF_ALLOWOTHERACCOUNTHOOK) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!good_name(name))
        return NULL;
    open = request(name, access, OBJ_OPENIF, security);
    open.root = (ULONG_PTR)GetProcessWindowStation();
    open.flags = flags;
    open.heap = heap;
    return call_open(UNIX_DESKTOP_CREATE, &open);
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

static BOOL ask(HANDLE desktop, HANDLE station, struct unix_desktop *answer)
{
    NTSTATUS status;

    *answer = (struct unix_desktop){ .handle = (ULONG_PTR)desktop, .station = (ULONG_PTR)station };
    status = NtTransomUnixCall(UNIX_MODULE_STATIONS, UNIX_DESKTOP_QUERY, answer);
    return NT_SUCCESS(status) || user_fail(RtlNtStatusToDosError(status));
}

/* "The window station associated with the calling process must be capable of receiving input", else "Incorrect function". */
HDESK WINAPI OpenInputDesktop(DWORD flags, WINBOOL inherit, ACCESS_MASK access)
{
    struct unix_station_open open = request(NULL, access, inherit ? OBJ_INHERIT : 0, NULL);
    WCHAR station[NAME_MAX_CHAR + 1];

    if (flags & ~(DWORD)DF_ALLOWOTHERACCOUNTHOOK) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!name_of(GetProcessWindowStation(), station) || _wcsicmp(station, FIRST_STATION)) {
        SetLastError(ERROR_INVALID_FUNCTION);
        return NULL;
    }
    return call_open(UNIX_DESKTOP_OPEN_INPUT, &open);
}

WINBOOL WINAPI SwitchDesktop(HDESK handle)
{
    struct unix_desktop desktop = { .handle = (ULONG_PTR)handle };
    NTSTATUS status = NtTransomUnixCall(UNIX_MODULE_STATIONS, UNIX_DESKTOP_SWITCH, &desktop);

    return NT_SUCCESS(status) || user_fail(RtlNtStatusToDosError(status));
}

/* "This desktop must be associated with the current window station for the process"; "will fail if the calling thread has any
 * windows ... on its current desktop (unless the hDesktop parameter is a handle to the current desktop)". */
WINBOOL WINAPI SetThreadDesktop(HDESK handle)
{
    struct unix_desktop desktop;
    struct queue *queue;
    BOOL busy;

    if (kind_of(handle) != DESKTOP)
        return user_fail(ERROR_INVALID_HANDLE);
    if (handle == GetThreadDesktop(GetCurrentThreadId()))
        return TRUE;
    if (!ask(handle, GetProcessWindowStation(), &desktop))
        return FALSE;
    if (!desktop.of_station)
        return user_fail(ERROR_ACCESS_DENIED);
    if (!(queue = own_queue()))
        return FALSE;
    user_enter();
    if (!(busy = queue->windows != 0))
        queue->desktop = handle;
    user_leave();
    return !busy || user_fail(ERROR_BUSY);
}

/* "This function will fail if any thread in the calling process is using the specified desktop handle or if the handle refers to
 * the initial desktop of the calling process." */
WINBOOL WINAPI CloseDesktop(HDESK handle)
{
    if (kind_of(handle) != DESKTOP)
        return user_fail(ERROR_INVALID_HANDLE);
    if (handle == first_desktop || desktop_is_used(handle))
        return user_fail(ERROR_BUSY);
    return CloseHandle(handle);
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

/* UOI_USER_SID: of the logon session, which whoever is in it belongs to. */
static BOOL give_logon_sid(PVOID buffer, DWORD room, LPDWORD needed)
{
    struct {
        TOKEN_GROUPS groups;
        BYTE sid[SECURITY_MAX_SID_SIZE];
    } logon;
    DWORD size;
    NTSTATUS status = NtQueryInformationToken(GetCurrentProcessToken(), TokenLogonSid, &logon, sizeof(logon), &size);

    if (status || !logon.groups.GroupCount) { /* "If no user is associated with the object, the value ... is zero" */
        if (needed)
            *needed = 0;
        return TRUE;
    }
    return give(logon.groups.Groups[0].Sid, RtlLengthSid(logon.groups.Groups[0].Sid), buffer, room, needed);
}

static BOOL give_flags(HANDLE handle, enum kind kind, PVOID buffer, DWORD room, LPDWORD needed)
{
    USEROBJECTFLAGS flags = { FALSE, FALSE, 0 };
    WCHAR name[NAME_MAX_CHAR + 1];
    struct unix_desktop desktop;
    DWORD inherited;

    flags.fInherit = GetHandleInformation(handle, &inherited) && inherited & HANDLE_FLAG_INHERIT;
    if (kind == STATION) {
        if (!name_of(handle, name))
            return FALSE;
        flags.dwFlags = _wcsicmp(name, FIRST_STATION) ? 0 : WSF_VISIBLE;
    } else {
        if (!ask(handle, NULL, &desktop))
            return FALSE;
        flags.dwFlags = desktop.flags;
    }
    return give(&flags, sizeof(flags), buffer, room, needed);
}

static BOOL give_text(const WCHAR *text, PVOID buffer, DWORD room, LPDWORD needed, BOOL wide)
{
    char *narrow;
    BOOL ok;

    if (wide)
        return give(text, (DWORD)((wcslen(text) + 1) * sizeof(WCHAR)), buffer, room, needed);
    if (!(narrow = user_narrow(text)))
        return user_fail(ERROR_NOT_ENOUGH_MEMORY);
    ok = give(narrow, (DWORD)strlen(narrow) + 1, buffer, room, needed);
    user_free(narrow);
    return ok;
}

static BOOL query(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed, BOOL wide)
{
    enum kind kind = kind_of(handle);
    struct unix_desktop desktop;
    WCHAR name[NAME_MAX_CHAR + 1];
    BOOL io;

    if (kind == NEITHER)
        return user_fail(ERROR_INVALID_HANDLE);
    switch (index) {
    case UOI_FLAGS:
        return give_flags(handle, kind, buffer, room, needed);
    case UOI_NAME:
        return name_of(handle, name) && give_text(name, buffer, room, needed, wide);
    case UOI_TYPE:
        return give_text(kind == STATION ? L"WindowStation" : L"Desktop", buffer, room, needed, wide);
    case UOI_USER_SID:
        return give_logon_sid(buffer, room, needed);
    case HEAP_INDEX: /* "The hObj parameter must be a handle to a desktop object. Otherwise, the function fails." */
    case UOI_IO:
        if (kind == STATION)
            return user_fail(ERROR_INVALID_PARAMETER);
        if (!ask(handle, NULL, &desktop))
            return FALSE;
        io = desktop.input != 0;
        return index == UOI_IO ? give(&io, sizeof(io), buffer, room, needed)
                               : give(&desktop.heap, sizeof(ULONG), buffer, room, needed);
    default:
        return user_fail(ERROR_INVALID_PARAMETER);
    }
}

WINBOOL WINAPI GetUserObjectInformationW(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed)
{
    return query(handle, index, buffer, room, needed, TRUE);
}

WINBOOL WINAPI GetUserObjectInformationA(HANDLE handle, int index, PVOID buffer, DWORD room, LPDWORD needed)
{
    return query(handle, index, buffer, room, needed, FALSE);
}

/* What a TimerProc raises is never suppressed, so it can only be asked for that it is not. */
static BOOL set_suppression(HANDLE process, const void *info, DWORD size)
{
    if (process != GetCurrentProcess())
        return user_fail(ERROR_INVALID_HANDLE);
    if (!info || size != sizeof(BOOL))
        return user_fail(ERROR_INVALID_PARAMETER);
    return !*(const BOOL *)info || user_fail(ERROR_NOT_SUPPORTED);
}

WINBOOL WINAPI SetUserObjectInformationW(HANDLE handle, int index, PVOID info, DWORD size)
{
    const USEROBJECTFLAGS *flags = info;
    struct unix_desktop desktop = { .handle = (ULONG_PTR)handle };
    enum kind kind;

    if (index == SUPPRESS_INDEX)
        return set_suppression(handle, info, size);
    if ((kind = kind_of(handle)) == NEITHER)
        return user_fail(ERROR_INVALID_HANDLE);
    if (index != UOI_FLAGS || size < sizeof(*flags) || !flags)
        return user_fail(ERROR_INVALID_PARAMETER);
    if (kind == DESKTOP) {
        if (flags->dwFlags & ~(DWORD)DF_ALLOWOTHERACCOUNTHOOK)
            return user_fail(ERROR_INVALID_PARAMETER);
        desktop.flags = flags->dwFlags;
        NtTransomUnixCall(UNIX_MODULE_STATIONS, UNIX_DESKTOP_SET_FLAGS, &desktop);
    }
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

/* "Enumerates only those ... for which the calling process has the ... ENUMERATE access right." */
static BOOL may_list(HANDLE station, const WCHAR *name)
{
    HANDLE handle = station ? get_desktop(station, name, 0, DESKTOP_ENUMERATE)
                            : get_station(name, FALSE, 0, WINSTA_ENUMERATE, NULL);

    return handle && !NtClose(handle);
}

/* What is in a directory, the stations' or a station (then `station` is the same). */
static BOOL list(const struct listing *listing, HANDLE directory, HANDLE station)
{
    struct {
        OBJECT_DIRECTORY_INFORMATION info;
        WCHAR text[NAME_MAX_CHAR + 64];
    } entry;
    ULONG context = 0;
    BOOL more = TRUE;
    NTSTATUS status;

    while (more && !(status = NtQueryDirectoryObject(directory, &entry, sizeof(entry), TRUE, FALSE, &context, NULL)))
        if (may_list(station, entry.info.Name.Buffer))
            more = tell(listing, entry.info.Name.Buffer);
    if (more && status != STATUS_NO_MORE_ENTRIES)
        return user_fail(RtlNtStatusToDosError(status));
    return more;
}

static BOOL list_desktops(HWINSTA handle, const struct listing *listing)
{
    if (!handle)
        handle = GetProcessWindowStation();
    if (kind_of(handle) != STATION)
        return user_fail(ERROR_INVALID_HANDLE);
    return list(listing, handle, handle);
}

static BOOL list_stations(const struct listing *listing)
{
    static const WCHAR path[] = STATIONS;
    UNICODE_STRING name = { sizeof(path) - 2 * sizeof(WCHAR), sizeof(path), (WCHAR *)path };
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE };
    HANDLE directory;
    NTSTATUS status = NtOpenDirectoryObject(&directory, DIRECTORY_QUERY, &attr);
    BOOL more;

    if (status)
        return user_fail(RtlNtStatusToDosError(status));
    more = list(listing, directory, NULL);
    NtClose(directory);
    return more;
}

WINBOOL WINAPI EnumWindowStationsW(WINSTAENUMPROCW callback, LPARAM data)
{
    return list_stations(&(struct listing){ callback, NULL, data });
}

WINBOOL WINAPI EnumWindowStationsA(WINSTAENUMPROCA callback, LPARAM data)
{
    return list_stations(&(struct listing){ NULL, callback, data });
}

WINBOOL WINAPI EnumDesktopsW(HWINSTA handle, DESKTOPENUMPROCW callback, LPARAM data)
{
    return list_desktops(handle, &(struct listing){ callback, NULL, data });
}

WINBOOL WINAPI EnumDesktopsA(HWINSTA handle, DESKTOPENUMPROCA callback, LPARAM data)
{
    return list_desktops(handle, &(struct listing){ NULL, callback, data });
}
