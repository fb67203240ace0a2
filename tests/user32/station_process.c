/* SPDX-License-Identifier: MIT */
/*
 * station_process.c: window stations and desktops as objects (types, rights, descriptors), and between processes: the desktop
 * that STARTUPINFO names, the one that receives input, handles that are inherited.
 */
#include "../test.h"
#include <wchar.h>
#include "../ntdll/ntdll_functions.h"

#define FUNCTIONS(X) X(LONG, NtQueryObject, HANDLE, ULONG, void *, ULONG, ULONG *)
DECLARE_FUNCTIONS

#define NAME L"transom desktop of a process"

static const WCHAR *name_of(HANDLE handle)
{
    static WCHAR name[100];
    DWORD needed;

    return GetUserObjectInformationW(handle, UOI_NAME, name, sizeof(name), &needed) ? name : L"?";
}

static bool type_is(HANDLE handle, const WCHAR *wanted)
{
    struct {
        nt_string name;
        BYTE room[300];
    } type;
    ULONG needed;

    return !NtQueryObject(handle, 2 /* ObjectTypeInformation */, &type, sizeof(type), &needed) &&
           !wcscmp(type.name.Buffer, wanted);
}

static DWORD child(const char *what, const WCHAR *desktop, HANDLE handle)
{
    STARTUPINFOW startup = { .cb = sizeof(startup), .lpDesktop = (WCHAR *)desktop };
    WCHAR line[MAX_PATH + 80];
    PROCESS_INFORMATION info;
    DWORD code = ~0u;

    swprintf(line, ARRAYSIZE(line), L"\"%hs\" %hs %llu", test_argv[0], what, (unsigned long long)(UINT_PTR)handle);
    if (!CreateProcessW(NULL, line, NULL, NULL, handle != NULL, 0, NULL, NULL, &startup, &info))
        return GetLastError();
    if (WaitForSingleObject(info.hProcess, 20000) == WAIT_OBJECT_0)
        GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    return code;
}

/* What children do; 0 is as wanted. */
static DWORD in_child(const char *what, HANDLE handle)
{
    BOOL io = FALSE;

    if (!strcmp(what, "in")) /* its thread's desktop is the named one, without its doing anything */
        return wcscmp(name_of(GetThreadDesktop(GetCurrentThreadId())), NAME) ||
               wcscmp(name_of(GetProcessWindowStation()), L"WinSta0");
    if (!strcmp(what, "default"))
        return wcscmp(name_of(GetThreadDesktop(GetCurrentThreadId())), L"Default") != 0;
    if (!strcmp(what, "inherited")) /* handles of the station or of its first desktop */
        return !(type_is(handle, L"Desktop") && !wcscmp(name_of(handle), L"Default") &&
                 GetUserObjectInformationW(handle, UOI_IO, &io, sizeof(io), NULL) && io);
    if (!strcmp(what, "input")) {
        HDESK input = OpenInputDesktop(0, FALSE, DESKTOP_READOBJECTS);
        return wcscmp(name_of(input), NAME) != 0;
    }
    if (!strcmp(what, "denied")) {
        if (OpenDesktopW(NAME, 0, FALSE, DESKTOP_CREATEWINDOW))
            return 1;
        if (GetLastError() != ERROR_ACCESS_DENIED)
            return 2;
        return OpenDesktopW(NAME, 0, FALSE, DESKTOP_READOBJECTS) ? 0 : 3;
    }
    return 99;
}

static void test_types(void)
{
    HWINSTA station = OpenWindowStationW(L"WinSta0", TRUE, READ_CONTROL | WINSTA_READATTRIBUTES);
    HDESK made = CreateDesktopW(NAME, NULL, NULL, 0, DESKTOP_READOBJECTS, NULL);
    HDESK first = OpenDesktopW(L"default", 0, FALSE, DESKTOP_READOBJECTS);
    HWINSTA before = GetProcessWindowStation();
    USEROBJECTFLAGS flags = { 0 };
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD needed = 0;
    BOOL io;

    ok(station && made && first, "error %lu", GetLastError());
    ok(station != before, "a handle of its own");
    ok(type_is(station, L"WindowStation") && type_is(before, L"WindowStation"), "types of stations");
    ok(type_is(made, L"Desktop") && type_is(first, L"Desktop"), "types of desktops");
    ok(GetUserObjectInformationW(station, UOI_FLAGS, &flags, sizeof(flags), NULL) && flags.fInherit &&
           flags.dwFlags & WSF_VISIBLE,
       "inherited, visible");
    ok(GetUserObjectInformationW(first, UOI_IO, &io, sizeof(io), NULL) && io, "it receives input");
    ok(GetUserObjectInformationW(made, UOI_IO, &io, sizeof(io), NULL) && !io, "it does not");
    ok(!GetUserObjectInformationW(station, UOI_IO, &io, sizeof(io), NULL), "a station is not asked that");
    ok(GetUserObjectInformationW(made, 5 /* UOI_HEAPSIZE */, &needed, sizeof(needed), NULL) && needed > 0, "its heap");
    /* UOI_USER_SID: of the logon session */
    ok(GetUserObjectInformationW(first, UOI_USER_SID, sid, sizeof(sid), &needed) && needed == GetLengthSid(sid) &&
           *GetSidSubAuthorityCount(sid) == 3 && *GetSidSubAuthority(sid, 0) == SECURITY_LOGON_IDS_RID,
       "its user");
    ok(!SetThreadDesktop((HDESK)station), "a station is no desktop");
    ok(!SetProcessWindowStation((HWINSTA)made), "a desktop is no station");
    ok(CloseDesktop(first), "error %lu", GetLastError());
    ok_err(CloseDesktop(first), ERROR_INVALID_HANDLE);
    ok(CloseWindowStation(station), "error %lu", GetLastError());

    /* Rights: what the handle was not opened for is denied. */
    ok_err(SwitchDesktop(made), ERROR_ACCESS_DENIED);
    station = OpenWindowStationW(L"WinSta0", FALSE, WINSTA_READATTRIBUTES);
    ok(SetProcessWindowStation(station), "error %lu", GetLastError());
    ok_err(CreateDesktopW(L"transom not to be made", NULL, NULL, 0, GENERIC_ALL, NULL) != NULL, ERROR_ACCESS_DENIED);
    ok_err(EnumDesktopsW(station, NULL, 0), ERROR_ACCESS_DENIED);
    ok(SetProcessWindowStation(before), "error %lu", GetLastError());
    ok(CloseWindowStation(station), "error %lu", GetLastError());
    ok(CloseDesktop(made), "error %lu", GetLastError());
}

static HANDLE chosen, done;

static DWORD WINAPI choose_and_stay(void *desktop)
{
    DWORD result = SetThreadDesktop(desktop) && GetThreadDesktop(GetCurrentThreadId()) == desktop;

    SetEvent(chosen);
    WaitForSingleObject(done, INFINITE);
    return result;
}

static void test_threads(void)
{
    HDESK desktop = CreateDesktopW(NAME, NULL, NULL, 0, GENERIC_ALL, NULL), first;
    DWORD id, code;
    HANDLE thread;
    HWND window;

    chosen = CreateEventW(NULL, FALSE, FALSE, NULL);
    done = CreateEventW(NULL, FALSE, FALSE, NULL);
    first = GetThreadDesktop(GetCurrentThreadId());
    thread = CreateThread(NULL, 0, choose_and_stay, desktop, 0, &id);
    WaitForSingleObject(chosen, INFINITE);
    ok(GetThreadDesktop(id) == desktop, "another thread's");
    ok(GetThreadDesktop(GetCurrentThreadId()) == first, "mine is another");
    /* "will fail if any thread in the calling process is using the specified desktop handle" */
    ok(!CloseDesktop(desktop), "it is used");
    SetEvent(done);
    WaitForSingleObject(thread, INFINITE);
    ok(GetExitCodeThread(thread, &code) && code == 1, "it has chosen");
    CloseHandle(thread);
    /* "will fail if the calling thread has any windows ... on its current desktop" */
    window = CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    if (window) {
        ok(!SetThreadDesktop(desktop), "with a window");
        ok(SetThreadDesktop(first), "the one that it has: error %lu", GetLastError());
        DestroyWindow(window);
    }
    ok(SetThreadDesktop(desktop), "error %lu", GetLastError());
    ok(SetThreadDesktop(first), "error %lu", GetLastError());
    /* "or if the handle refers to the initial desktop of the calling process" */
    ok(!CloseDesktop(first), "the first one");
    ok(CloseDesktop(desktop), "no thread uses it: error %lu", GetLastError());
    CloseHandle(chosen);
    CloseHandle(done);
}

static void test_children(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HDESK desktop = CreateDesktopW(NAME, NULL, NULL, 0, GENERIC_ALL, &inherit);
    HDESK first = OpenDesktopW(L"Default", 0, TRUE, GENERIC_READ);

    ok_int(child("default", NULL, NULL), 0);
    ok_int(child("in", NAME, NULL), 0);
    ok_int(child("in", L"WinSta0\\" NAME, NULL), 0);
    ok_int(child("default", L"", NULL), 0);
    /* A process whose desktop is not there does not begin (STATUS_DLL_INIT_FAILED, of user32). */
    ok_int(child("default", L"transom is not there", NULL), 0xc0000142);
    ok_int(child("default", L"transom no station\\Default", NULL), 0xc0000142);
    ok_int(child("inherited", NULL, first), 0);
    ok(CloseDesktop(first), "error %lu", GetLastError());
    ok(CloseDesktop(desktop), "error %lu", GetLastError());
}

static void test_input(void)
{
    HDESK desktop = CreateDesktopW(NAME, NULL, NULL, 0, GENERIC_ALL, NULL), input;
    HWINSTA before = GetProcessWindowStation(), hidden;
    BOOL io;

    input = OpenInputDesktop(0, FALSE, GENERIC_ALL);
    if (!input || wcscmp(name_of(input), L"Default")) {
        skip("nobody may switch desktops here");
        return;
    }
    ok(SwitchDesktop(desktop), "error %lu", GetLastError());
    ok(GetUserObjectInformationW(desktop, UOI_IO, &io, sizeof(io), NULL) && io, "it receives input");
    ok(GetUserObjectInformationW(input, UOI_IO, &io, sizeof(io), NULL) && !io, "Default does not");
    ok_int(child("input", NULL, NULL), 0);
    ok(SwitchDesktop(input), "error %lu", GetLastError());
    ok_int(child("input", NULL, NULL), 1);
    ok(SwitchDesktop(desktop), "error %lu", GetLastError());
    ok(CloseDesktop(desktop), "error %lu", GetLastError());
    ok(GetUserObjectInformationW(input, UOI_IO, &io, sizeof(io), NULL) && io, "it is Default again");
    CloseDesktop(input);

    hidden = CreateWindowStationW(L"transom hidden", 0, GENERIC_ALL, NULL);
    if (!hidden)
        return;
    ok(SetProcessWindowStation(hidden), "error %lu", GetLastError());
    desktop = CreateDesktopW(NAME, NULL, NULL, 0, GENERIC_ALL, NULL);
    ok(desktop != NULL, "error %lu", GetLastError());
    ok(!SwitchDesktop(desktop), "\"fails if the desktop belongs to an invisible window station\"");
    ok(!OpenInputDesktop(0, FALSE, GENERIC_READ), "\"must be capable of receiving input\"");
    ok(SetProcessWindowStation(before), "error %lu", GetLastError());
    ok(!SetThreadDesktop(desktop), "\"must be associated with the current window station\"");
    ok_int(child("in", L"transom hidden\\" NAME, NULL), 1); /* there, in a station of another name */
    ok(CloseDesktop(desktop), "error %lu", GetLastError());
    ok(CloseWindowStation(hidden), "error %lu", GetLastError());
}

static void test_security(void)
{
    /* The owner and everybody may look, nobody may create windows. */
    static BYTE room[sizeof(ACL) + 100];
    SID_IDENTIFIER_AUTHORITY world = SECURITY_WORLD_SID_AUTHORITY;
    SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION;
    HDESK desktop = CreateDesktopW(NAME, NULL, NULL, 0, GENERIC_ALL, NULL);
    SECURITY_DESCRIPTOR descriptor;
    PSID everyone;

    AllocateAndInitializeSid(&world, 1, SECURITY_WORLD_RID, 0, 0, 0, 0, 0, 0, 0, &everyone);
    InitializeAcl((ACL *)room, sizeof(room), ACL_REVISION);
    AddAccessAllowedAce((ACL *)room, ACL_REVISION, DESKTOP_READOBJECTS | READ_CONTROL, everyone);
    InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorDacl(&descriptor, TRUE, (ACL *)room, FALSE);
    ok(SetUserObjectSecurity(desktop, &what, &descriptor), "error %lu", GetLastError());
    ok_int(child("denied", NULL, NULL), 0);
    ok(CloseDesktop(desktop), "error %lu", GetLastError());
    FreeSid(everyone);
}

TESTS
{
    if (!get_functions())
        return;
    if (test_argc > 2)
        ExitProcess(in_child(test_argv[1], (HANDLE)(UINT_PTR)strtoull(test_argv[2], NULL, 10)));
    test_types();
    test_threads();
    test_children();
    test_input();
    test_security();
}
