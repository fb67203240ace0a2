/* SPDX-License-Identifier: MIT */
/* shlwapi_files.c: path functions that ask the file system, and those that only shlwapi.dll has (shlwapi.h). */
#include "ntdll.h"
#include <shlwapi.h>
#include <string.h>
#include <wchar.h>

/* --- directories --- */

/* The result is FILE_ATTRIBUTE_DIRECTORY, not TRUE. */
BOOL WINAPI PathIsDirectoryW(const WCHAR *path)
{
    DWORD attributes = path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    return attributes == INVALID_FILE_ATTRIBUTES ? FALSE : attributes & FILE_ATTRIBUTE_DIRECTORY;
}

BOOL WINAPI PathIsDirectoryA(const char *path)
{
    DWORD attributes = path ? GetFileAttributesA(path) : INVALID_FILE_ATTRIBUTES;

    return attributes == INVALID_FILE_ATTRIBUTES ? FALSE : attributes & FILE_ATTRIBUTE_DIRECTORY;
}

BOOL WINAPI PathIsDirectoryEmptyW(const WCHAR *path)
{
    WCHAR pattern[MAX_PATH];
    WIN32_FIND_DATAW data;
    BOOL empty = TRUE;
    HANDLE find;

    if (!PathIsDirectoryW(path) || !PathCombineW(pattern, path, L"*"))
        return FALSE;
    find = FindFirstFileW(pattern, &data);
    if (find == INVALID_HANDLE_VALUE)
        return FALSE;
    do {
        if (wcscmp(data.cFileName, L".") && wcscmp(data.cFileName, L".."))
            empty = FALSE;
    } while (empty && FindNextFileW(find, &data));
    FindClose(find);
    return empty;
}

BOOL WINAPI PathIsDirectoryEmptyA(const char *path)
{
    WCHAR wide[MAX_PATH];

    return path && MultiByteToWideChar(CP_ACP, 0, path, -1, wide, MAX_PATH) && PathIsDirectoryEmptyW(wide);
}

BOOL WINAPI PathFileExistsAndAttributesW(const WCHAR *path, DWORD *attributes)
{
    DWORD found = path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    if (attributes)
        *attributes = found;
    return found != INVALID_FILE_ATTRIBUTES;
}

/* --- system folders: directories with the attribute that makes Explorer read their desktop.ini --- */

BOOL WINAPI PathIsSystemFolderW(const WCHAR *path, DWORD attributes)
{
    if (path && *path)
        attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY &&
           attributes & (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_SYSTEM);
}

BOOL WINAPI PathMakeSystemFolderW(const WCHAR *path)
{
    DWORD attributes = path && *path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY &&
           SetFileAttributesW(path, attributes | FILE_ATTRIBUTE_READONLY);
}

BOOL WINAPI PathUnmakeSystemFolderW(const WCHAR *path)
{
    DWORD attributes = path && *path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY &&
           SetFileAttributesW(path, attributes & ~(DWORD)(FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_SYSTEM));
}

/* --- searching --- */

/* In the directories given (a list that ends in NULL), then where programs are searched. */
BOOL WINAPI PathFindOnPathW(WCHAR *file, const WCHAR **directories)
{
    WCHAR found[MAX_PATH];
    DWORD length;

    if (!file || !PathIsFileSpecW(file))
        return FALSE;
    for (; directories && *directories; directories++)
        if (PathCombineW(found, *directories, file) && PathFileExistsW(found)) {
            wcscpy(file, found);
            return TRUE;
        }
    length = SearchPathW(NULL, file, NULL, MAX_PATH, found, NULL);
    if (!length || length >= MAX_PATH)
        return FALSE;
    wcscpy(file, found);
    return TRUE;
}

/* --- text --- */

WCHAR *WINAPI PathBuildRootW(WCHAR *root, int drive)
{
    if (root && drive >= 0 && drive < 26) {
        root[0] = 'A' + drive;
        root[1] = ':';
        root[2] = '\\';
        root[3] = 0;
    }
    return root;
}

char *WINAPI PathBuildRootA(char *root, int drive)
{
    if (root && drive >= 0 && drive < 26) {
        root[0] = 'A' + drive;
        root[1] = ':';
        root[2] = '\\';
        root[3] = 0;
    }
    return root;
}

/* The arguments go, and the blanks before them. */
void WINAPI PathRemoveArgsW(WCHAR *path)
{
    WCHAR *args;

    if (!path)
        return;
    args = PathGetArgsW(path);
    while (args > path && args[-1] == ' ')
        args--;
    *args = 0;
}

void WINAPI PathRemoveArgsA(char *path)
{
    char *args;

    if (!path)
        return;
    args = PathGetArgsA(path);
    while (args > path && args[-1] == ' ')
        args--;
    *args = 0;
}

/* A name in capitals only becomes small letters with one capital. */
BOOL WINAPI PathMakePrettyW(WCHAR *path)
{
    WCHAR *p;

    if (!path || !*path)
        return FALSE;
    for (p = path; *p; p++)
        if (IsCharLowerW(*p) || *p == ' ')
            return FALSE;
    for (p = path + 1; *p; p++)
        *p = RtlDowncaseUnicodeChar(*p);
    return TRUE;
}

/* `c:\long\path\file.txt` becomes `c:\lo...\file.txt`: the file's name is kept as far as there is room. */
BOOL WINAPI PathCompactPathExW(WCHAR *out, const WCHAR *path, UINT size, DWORD flags)
{
    const WCHAR *file;
    UINT length, name, room;

    (void)flags;
    if (!out || !path || !size)
        return FALSE;
    length = wcslen(path);
    if (length < size) {
        wcscpy(out, path);
        return TRUE;
    }
    room = size - 1; /* of characters */
    file = PathFindFileNameW(path);
    if (file > path)
        file--; /* with its backslash */
    name = wcslen(file);
    if (name + 3 <= room) {
        memcpy(out, path, (room - 3 - name) * sizeof(WCHAR));
        wcscpy(out + room - 3 - name, L"...");
        wcscpy(out + room - name, file);
    } else if (room > 7) {
        wcscpy(out, L"...");
        memcpy(out + 3, file, (room - 6) * sizeof(WCHAR));
        wcscpy(out + room - 3, L"...");
    } else {
        for (UINT i = 0; i < room; i++)
            out[i] = i == 3 && room > 3 ? '\\' : '.';
        out[room] = 0;
    }
    return TRUE;
}
