/* SPDX-License-Identifier: MIT */
/* Known folders: "KNOWNFOLDERID", "CSIDL", SHGetKnownFolderPath, SHGetFolderPath; the profile's, userenv. */
#define _WIN32_WINNT 0x0a00
#include <initguid.h>
#include "../test.h"
#include <knownfolders.h>
#include <shlobj.h>
#include <userenv.h>

static bool is_folder(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY;
}

static const WCHAR *below(const WCHAR *variable, const WCHAR *rest)
{
    static WCHAR path[MAX_PATH];
    GetEnvironmentVariableW(variable, path, MAX_PATH);
    wcscat(path, rest);
    return path;
}

static void check(int line, REFKNOWNFOLDERID id, int csidl, const WCHAR *expected)
{
    WCHAR *path = NULL, old[MAX_PATH];
    HRESULT hr = SHGetKnownFolderPath(id, 0, NULL, &path);

    ok(hr == S_OK && !_wcsicmp(path, expected), "line %d: %lx: %ls, not %ls", line, hr, path ? path : L"-", expected);
    ok(path && is_folder(path), "line %d: %ls is no folder", line, path ? path : L"-");
    CoTaskMemFree(path);
    if (csidl < 0)
        return;
    hr = SHGetFolderPathW(NULL, csidl | CSIDL_FLAG_CREATE, NULL, SHGFP_TYPE_CURRENT, old);
    ok(hr == S_OK && !_wcsicmp(old, expected), "line %d: %lx: %ls, not %ls", line, hr, old, expected);
    ok(SHGetSpecialFolderPathW(NULL, old, csidl, FALSE) && !_wcsicmp(old, expected), "line %d: %ls", line, old);
}
#define CHECK(id, csidl, variable, rest) check(__LINE__, &FOLDERID_##id, csidl, below(variable, rest))

static void test_places(void)
{
    CHECK(Profile, CSIDL_PROFILE, L"USERPROFILE", L"");
    CHECK(Desktop, CSIDL_DESKTOPDIRECTORY, L"USERPROFILE", L"\\Desktop");
    CHECK(Documents, CSIDL_PERSONAL, L"USERPROFILE", L"\\Documents");
    CHECK(Downloads, -1, L"USERPROFILE", L"\\Downloads");
    CHECK(Music, CSIDL_MYMUSIC, L"USERPROFILE", L"\\Music");
    CHECK(Pictures, CSIDL_MYPICTURES, L"USERPROFILE", L"\\Pictures");
    CHECK(Videos, CSIDL_MYVIDEO, L"USERPROFILE", L"\\Videos");
    CHECK(SavedGames, -1, L"USERPROFILE", L"\\Saved Games");
    CHECK(Contacts, -1, L"USERPROFILE", L"\\Contacts");
    CHECK(Links, -1, L"USERPROFILE", L"\\Links");
    CHECK(SavedSearches, -1, L"USERPROFILE", L"\\Searches");
    CHECK(RoamingAppData, CSIDL_APPDATA, L"APPDATA", L"");
    CHECK(LocalAppData, CSIDL_LOCAL_APPDATA, L"LOCALAPPDATA", L"");
    CHECK(LocalAppDataLow, -1, L"USERPROFILE", L"\\AppData\\LocalLow");
    CHECK(QuickLaunch, -1, L"APPDATA", L"\\Microsoft\\Internet Explorer\\Quick Launch");
    CHECK(StartMenu, CSIDL_STARTMENU, L"APPDATA", L"\\Microsoft\\Windows\\Start Menu");
    CHECK(Startup, CSIDL_STARTUP, L"APPDATA", L"\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp");
    CHECK(AdminTools, CSIDL_ADMINTOOLS, L"APPDATA",
          L"\\Microsoft\\Windows\\Start Menu\\Programs\\Administrative Tools");
    CHECK(NetHood, CSIDL_NETHOOD, L"APPDATA", L"\\Microsoft\\Windows\\Network Shortcuts");
    CHECK(CDBurning, CSIDL_CDBURN_AREA, L"LOCALAPPDATA", L"\\Microsoft\\Windows\\Burn\\Burn");
    CHECK(UserProgramFiles, -1, L"LOCALAPPDATA", L"\\Programs");
    CHECK(UserProgramFilesCommon, -1, L"LOCALAPPDATA", L"\\Programs\\Common");
    CHECK(ProgramData, CSIDL_COMMON_APPDATA, L"ProgramData", L"");
    CHECK(CommonStartMenu, CSIDL_COMMON_STARTMENU, L"ProgramData", L"\\Microsoft\\Windows\\Start Menu");
    CHECK(CommonTemplates, CSIDL_COMMON_TEMPLATES, L"ProgramData", L"\\Microsoft\\Windows\\Templates");
    CHECK(Public, -1, L"PUBLIC", L"");
    CHECK(PublicDocuments, CSIDL_COMMON_DOCUMENTS, L"PUBLIC", L"\\Documents");
    CHECK(PublicDownloads, -1, L"PUBLIC", L"\\Downloads");
    CHECK(Windows, CSIDL_WINDOWS, L"SystemRoot", L"");
    CHECK(System, CSIDL_SYSTEM, L"SystemRoot", L"\\System32");
    CHECK(Fonts, CSIDL_FONTS, L"SystemRoot", L"\\Fonts");
    CHECK(ResourceDir, CSIDL_RESOURCES, L"SystemRoot", L"\\Resources");
    CHECK(ProgramFiles, CSIDL_PROGRAM_FILES, L"ProgramFiles", L"");
    CHECK(ProgramFilesX86, CSIDL_PROGRAM_FILESX86, L"ProgramFiles(x86)", L"");
    CHECK(ProgramFilesCommon, CSIDL_PROGRAM_FILES_COMMON, L"CommonProgramFiles", L"");
    CHECK(UserProfiles, -1, L"SystemDrive", L"\\Users");
}

static void test_errors(void)
{
    static const GUID unknown = { 0x12345678, 1, 2, { 3 } };
    WCHAR path[MAX_PATH], *found = (WCHAR *)1;

    ok_hex(SHGetKnownFolderPath(&unknown, 0, NULL, &found), HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    ok(!found, "%p", found);
    /* "...references a KNOWNFOLDERID that does not have a path (such as a folder marked as KF_CATEGORY_VIRTUAL)" */
    ok_hex(SHGetKnownFolderPath(&FOLDERID_ComputerFolder, 0, NULL, &found), E_FAIL);
    ok_hex(SHGetFolderPathW(NULL, CSIDL_DRIVES, NULL, 0, path), E_FAIL);
    ok_hex(SHGetFolderPathW(NULL, 0xf0, NULL, 0, path), E_INVALIDARG);
    ok_hex(SHGetFolderPathW(NULL, CSIDL_PERSONAL, NULL, 7, path), E_INVALIDARG);
    ok(SHGetFolderPathAndSubDirW(NULL, CSIDL_LOCAL_APPDATA | CSIDL_FLAG_CREATE, NULL, 0, L"transom test\\deep", path) ==
               S_OK &&
           is_folder(path),
       "%ls", path);
    ok(RemoveDirectoryW(path), "error %lu", GetLastError());
    ok(SHGetFolderPathAndSubDirW(NULL, CSIDL_LOCAL_APPDATA, NULL, 0, L"transom test\\deep", path) != S_OK, "%ls", path);
    wcscpy(path, below(L"LOCALAPPDATA", L"\\transom test"));
    ok(RemoveDirectoryW(path), "error %lu", GetLastError());
}

/* "SHSetKnownFolderPath": a folder is redirected, and back. */
static void test_moved(void)
{
    WCHAR *was = NULL, *now = NULL, target[MAX_PATH], path[MAX_PATH];

    ok(SHGetKnownFolderPath(&FOLDERID_Music, 0, NULL, &was) == S_OK, "no folder of music");
    wcscpy(target, below(L"LOCALAPPDATA", L"\\transom-music"));
    CreateDirectoryW(target, NULL);
    ok_hex(SHSetKnownFolderPath(&FOLDERID_Music, 0, NULL, target), S_OK);
    ok(SHGetKnownFolderPath(&FOLDERID_Music, 0, NULL, &now) == S_OK && !_wcsicmp(now, target), "%ls", now);
    ok(SHGetFolderPathW(NULL, CSIDL_MYMUSIC, NULL, SHGFP_TYPE_CURRENT, path) == S_OK && !_wcsicmp(path, target), "%ls",
       path);
    ok(SHGetFolderPathW(NULL, CSIDL_MYMUSIC, NULL, SHGFP_TYPE_DEFAULT, path) == S_OK &&
           !_wcsicmp(path, below(L"USERPROFILE", L"\\Music")),
       "%ls", path);
    CoTaskMemFree(now);
    ok_hex(SHSetKnownFolderPath(&FOLDERID_Music, 0, NULL, was), S_OK);
    ok(SHGetKnownFolderPath(&FOLDERID_Music, 0, NULL, &now) == S_OK && !_wcsicmp(now, was), "%ls", now);
    ok(SHSetKnownFolderPath(&FOLDERID_Windows, 0, NULL, target) != S_OK, "C:\\windows was moved");
    CoTaskMemFree(now);
    CoTaskMemFree(was);
    wcscpy(target, below(L"LOCALAPPDATA", L"\\transom-music"));
    ok(RemoveDirectoryW(target), "error %lu", GetLastError());
}

static void test_profile(void)
{
    WCHAR path[MAX_PATH];
    DWORD size = MAX_PATH;
    HANDLE token;

    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token), "error %lu", GetLastError());
    ok(GetUserProfileDirectoryW(token, path, &size) && size == wcslen(path) + 1, "error %lu", GetLastError());
    ok_wstr(path, below(L"USERPROFILE", L""));
    size = 3;
    ok_err(GetUserProfileDirectoryW(token, path, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_int(size, wcslen(below(L"USERPROFILE", L"")) + 1);
    CloseHandle(token);
    size = MAX_PATH;
    ok(GetAllUsersProfileDirectoryW(path, &size) && !_wcsicmp(path, below(L"ProgramData", L"")), "%ls", path);
    size = MAX_PATH;
    ok(GetProfilesDirectoryW(path, &size) && !_wcsicmp(path, below(L"SystemDrive", L"\\Users")), "%ls", path);
    ok(GetTempPathW(MAX_PATH, path) && is_folder(path) && path[wcslen(path) - 1] == '\\', "%ls", path);
    static const WCHAR *const variables[] = {
        L"USERPROFILE",        L"APPDATA",           L"LOCALAPPDATA", L"PUBLIC",       L"ProgramData",
        L"SystemRoot",         L"ProgramFiles(x86)", L"ProgramFiles", L"TEMP",         L"TMP",
        L"CommonProgramFiles", L"ALLUSERSPROFILE",   L"windir",       L"ProgramW6432", L"DriverData"
    };
    for (unsigned i = 0; i < sizeof(variables) / sizeof(*variables); i++)
        ok(is_folder(below(variables[i], L"")), "%ls: %ls", variables[i], below(variables[i], L""));
    size = MAX_PATH;
    ok(GetDefaultUserProfileDirectoryW(path, &size) && is_folder(path), "%ls", path);
    ok(is_folder(below(L"SystemRoot", L"\\system32\\wbem")), "what PATH names is not there");
    ok(GetEnvironmentVariableW(L"USERDOMAIN_ROAMINGPROFILE", path, MAX_PATH), "error %lu", GetLastError());
    ok_wstr(path, below(L"USERDOMAIN", L""));
}

TESTS
{
    test_places();
    test_errors();
    test_moved();
    test_profile();
}
