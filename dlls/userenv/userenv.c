/* SPDX-License-Identifier: MIT */
/* userenv.c: where users' profiles are, and environments for them. */
#include "nt.h"
#include "ntdll.h"
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* A directory's name; *size counts characters with the zero. */
static BOOL return_directory(const WCHAR *path, LPWSTR buffer, LPDWORD size)
{
    DWORD len = wcslen(path) + 1;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!buffer || *size < len) {
        *size = len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(buffer, path, len * sizeof(WCHAR));
    *size = len;
    return TRUE;
}

static BOOL return_directory_a(const WCHAR *path, LPSTR buffer, LPDWORD size)
{
    DWORD len = WideCharToMultiByte(CP_ACP, 0, path, -1, NULL, 0, NULL, NULL);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!buffer || *size < len) {
        *size = len;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *size = WideCharToMultiByte(CP_ACP, 0, path, -1, buffer, *size, NULL, NULL);
    return TRUE;
}

/* The value of a variable, else what it is on a fresh system. */
static const WCHAR *variable(const WCHAR *name, const WCHAR *other, WCHAR path[MAX_PATH])
{
    DWORD n = GetEnvironmentVariableW(name, path, MAX_PATH);

    if (!n || n >= MAX_PATH)
        wcscpy(path, other);
    return path;
}

static BOOL profile_directory(HANDLE token, WCHAR path[MAX_PATH])
{
    DWORD n;

    if (!token)
        return fail(ERROR_INVALID_PARAMETER);
    n = GetEnvironmentVariableW(L"USERPROFILE", path, MAX_PATH);
    return n && n < MAX_PATH ? TRUE : fail(ERROR_FILE_NOT_FOUND);
}

BOOL WINAPI GetUserProfileDirectoryW(HANDLE token, LPWSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH];

    return profile_directory(token, path) && return_directory(path, buffer, size);
}

BOOL WINAPI GetUserProfileDirectoryA(HANDLE token, LPSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH];

    return profile_directory(token, path) && return_directory_a(path, buffer, size);
}

/* The folder that the profiles are in. */
static const WCHAR *profiles_directory(WCHAR path[MAX_PATH])
{
    WCHAR *slash;

    variable(L"PUBLIC", L"C:\\users\\Public", path);
    if ((slash = wcsrchr(path, '\\')))
        *slash = 0;
    return path;
}

BOOL WINAPI GetProfilesDirectoryW(LPWSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH];

    return return_directory(profiles_directory(path), buffer, size);
}

BOOL WINAPI GetProfilesDirectoryA(LPSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH];

    return return_directory_a(profiles_directory(path), buffer, size);
}

BOOL WINAPI GetAllUsersProfileDirectoryW(LPWSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH];

    return return_directory(variable(L"ProgramData", L"C:\\ProgramData", path), buffer, size);
}

BOOL WINAPI GetAllUsersProfileDirectoryA(LPSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH];

    return return_directory_a(variable(L"ProgramData", L"C:\\ProgramData", path), buffer, size);
}

BOOL WINAPI GetDefaultUserProfileDirectoryW(LPWSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH + 16];

    profiles_directory(path);
    wcscat(path, L"\\Default");
    return return_directory(path, buffer, size);
}

BOOL WINAPI GetDefaultUserProfileDirectoryA(LPSTR buffer, LPDWORD size)
{
    WCHAR path[MAX_PATH + 16];

    profiles_directory(path);
    wcscat(path, L"\\Default");
    return return_directory_a(path, buffer, size);
}

/* The user's environment is the one that the process started with: there is one user. */
BOOL WINAPI CreateEnvironmentBlock(LPVOID *block, HANDLE token, BOOL inherit)
{
    NTSTATUS status;
    PVOID env;

    (void)token, (void)inherit;
    if (!block)
        return fail(ERROR_INVALID_PARAMETER);
    status = RtlCreateEnvironment(TRUE, &env);
    if (status)
        return fail(RtlNtStatusToDosError(status));
    *block = env;
    return TRUE;
}

BOOL WINAPI DestroyEnvironmentBlock(LPVOID block)
{
    if (!block)
        return fail(ERROR_INVALID_PARAMETER);
    RtlDestroyEnvironment(block);
    return TRUE;
}

BOOL WINAPI ExpandEnvironmentStringsForUserW(HANDLE token, LPCWSTR src, LPWSTR dst, DWORD size)
{
    DWORD n;

    (void)token;
    if (!src || !dst)
        return fail(ERROR_INVALID_PARAMETER);
    n = ExpandEnvironmentStringsW(src, dst, size);
    return n && n <= size ? TRUE : fail(n ? ERROR_INSUFFICIENT_BUFFER : GetLastError());
}

BOOL WINAPI ExpandEnvironmentStringsForUserA(HANDLE token, LPCSTR src, LPSTR dst, DWORD size)
{
    DWORD n;

    (void)token;
    if (!src || !dst)
        return fail(ERROR_INVALID_PARAMETER);
    n = ExpandEnvironmentStringsA(src, dst, size);
    return n && n <= size ? TRUE : fail(n ? ERROR_INSUFFICIENT_BUFFER : GetLastError());
}

BOOL WINAPI GetProfileType(DWORD *flags)
{
    if (!flags)
        return fail(ERROR_INVALID_PARAMETER);
    *flags = 0; /* a local profile */
    return TRUE;
}
