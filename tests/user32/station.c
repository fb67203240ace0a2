/* SPDX-License-Identifier: MIT */
/* station.c: window stations and desktops. */
#include "../test.h"
#include <wchar.h>

static bool seen;

static BOOL CALLBACK look_for(LPWSTR name, LPARAM wanted)
{
    if (!wcscmp(name, (const WCHAR *)wanted))
        seen = true;
    return TRUE;
}

static void test_first(void)
{
    HWINSTA station = GetProcessWindowStation();
    HDESK desktop = GetThreadDesktop(GetCurrentThreadId());
    USEROBJECTFLAGS flags = { 0 };
    WCHAR name[40];
    DWORD needed;

    ok(station && desktop, "both");
    ok(GetUserObjectInformationW(station, UOI_NAME, name, sizeof(name), &needed), "error %lu", GetLastError());
    ok(needed == (wcslen(name) + 1) * 2, "%lu", needed);
    ok(GetUserObjectInformationW(station, UOI_TYPE, name, sizeof(name), &needed) && !wcscmp(name, L"WindowStation"),
       "its type");
    ok(GetUserObjectInformationW(desktop, UOI_TYPE, name, sizeof(name), &needed) && !wcscmp(name, L"Desktop"),
       "its type");
    ok_err(GetUserObjectInformationW(station, UOI_NAME, name, 2, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok(GetUserObjectInformationW(station, UOI_FLAGS, &flags, sizeof(flags), NULL), "error %lu", GetLastError());
    ok_err(GetUserObjectInformationW(GetCurrentProcess(), UOI_NAME, name, sizeof(name), &needed), ERROR_INVALID_HANDLE);
    /* "will fail if the handle being closed is for the window station assigned to the calling process" */
    ok(!CloseWindowStation(station), "it is in use");
}

static void test_desktops(void)
{
    HDESK before = GetThreadDesktop(GetCurrentThreadId()), desktop, again;
    char name[40];
    DWORD needed;

    desktop = CreateDesktopA("transom test", NULL, NULL, 0, GENERIC_ALL, NULL);
    ok(desktop != NULL, "error %lu", GetLastError());
    again = CreateDesktopA("TRANSOM test", NULL, NULL, 0, GENERIC_ALL, NULL);
    ok(again != NULL, "opens what is there: error %lu", GetLastError());
    ok(CloseDesktop(again), "error %lu", GetLastError());
    ok_err(CreateDesktopA("with\\backslash", NULL, NULL, 0, GENERIC_ALL, NULL) != NULL, ERROR_INVALID_NAME);
    ok(GetUserObjectInformationA(desktop, UOI_NAME, name, sizeof(name), &needed) && !strcmp(name, "transom test"),
       "its name");
    ok_int(needed, 13);
    ok(EnumDesktopsW(GetProcessWindowStation(), look_for, (LPARAM)L"transom test") && seen, "in the list");
    ok(SetThreadDesktop(desktop), "error %lu", GetLastError());
    ok(GetThreadDesktop(GetCurrentThreadId()) == desktop, "the thread's");
    ok(!CloseDesktop(desktop), "it is in use");
    ok(SetThreadDesktop(before), "error %lu", GetLastError());
    ok(CloseDesktop(desktop), "error %lu", GetLastError());
    ok_err(OpenDesktopA("transom test", 0, FALSE, GENERIC_ALL) != NULL, ERROR_FILE_NOT_FOUND);
}

static void test_stations(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    HWINSTA before = GetProcessWindowStation(), station;
    SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION;
    PROCESS_INFORMATION info;
    USEROBJECTFLAGS flags = { 0 };
    BYTE descriptor[512];
    char line[MAX_PATH + 30];
    DWORD code, needed;
    HDESK desktop;

    station = CreateWindowStationW(L"transom station", 0, GENERIC_ALL, &inherit);
    if (!station && GetLastError() == ERROR_ACCESS_DENIED) {
        skip("only administrators may name a station");
        return;
    }
    ok(station != NULL, "error %lu", GetLastError());
    ok(!CreateWindowStationW(L"transom station", CWF_CREATE_ONLY, GENERIC_ALL, NULL), "it is there");
    seen = false;
    ok(EnumWindowStationsW(look_for, (LPARAM)L"transom station") && seen, "in the list");
    ok(GetUserObjectInformationW(station, UOI_FLAGS, &flags, sizeof(flags), NULL) && flags.fInherit, "inherited");
    ok(!(flags.dwFlags & WSF_VISIBLE), "not a visible one");
    flags.fInherit = FALSE;
    ok(SetUserObjectInformationW(station, UOI_FLAGS, &flags, sizeof(flags)), "error %lu", GetLastError());
    ok(GetUserObjectInformationW(station, UOI_FLAGS, &flags, sizeof(flags), NULL) && !flags.fInherit, "not any more");
    ok(GetUserObjectSecurity(station, &what, descriptor, sizeof(descriptor), &needed), "error %lu", GetLastError());
    ok(SetUserObjectSecurity(station, &what, descriptor), "error %lu", GetLastError());
    ok(SetProcessWindowStation(station), "error %lu", GetLastError());
    desktop = CreateDesktopW(L"inside", NULL, NULL, 0, GENERIC_ALL, NULL);
    ok(desktop != NULL, "error %lu", GetLastError());
    ok(SetProcessWindowStation(before), "error %lu", GetLastError());
    ok(!OpenDesktopW(L"inside", 0, FALSE, GENERIC_ALL), "it is in the other station");

    snprintf(line, sizeof(line), "\"%s\" child", test_argv[0]);
    ok(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info), "error %lu", GetLastError());
    ok_int(WaitForSingleObject(info.hProcess, 10000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(info.hProcess, &code) && code == 0, "the child sees both: %lu", code);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    ok(CloseDesktop(desktop), "error %lu", GetLastError());
    ok(CloseWindowStation(station), "error %lu", GetLastError());
    ok_err(OpenWindowStationW(L"transom station", FALSE, GENERIC_ALL) != NULL, ERROR_FILE_NOT_FOUND);
}

TESTS
{
    if (test_argc > 1) {
        HWINSTA station = OpenWindowStationW(L"transom station", FALSE, GENERIC_ALL);

        if (!station || !SetProcessWindowStation(station))
            ExitProcess(GetLastError());
        ExitProcess(OpenDesktopW(L"inside", 0, FALSE, GENERIC_ALL) ? 0 : GetLastError());
    }
    test_first();
    test_desktops();
    test_stations();
}
