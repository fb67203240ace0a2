/* SPDX-License-Identifier: MIT */
/*
 * shlobj_folders.c: the known folders. A prefix holds only what programs made, so a folder that is asked for is made then:
 * on Windows they all exist.
 */
#include "shlobj_folders.h"
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The variable that says where a base is, where it is without that, and what follows. */
static const struct {
    const WCHAR *variable, *other, *path;
} bases[] = {
    [BASE_USERPROFILE] = { L"USERPROFILE", NULL, L"" },
    [BASE_APPDATA] = { L"USERPROFILE", NULL, L"\\AppData\\Roaming" },
    [BASE_LOCALAPPDATA] = { L"USERPROFILE", NULL, L"\\AppData\\Local" },
    [BASE_PROGRAMDATA] = { L"ProgramData", L"C:\\ProgramData", L"" },
    [BASE_PUBLIC] = { L"PUBLIC", L"C:\\users\\Public", L"" },
    [BASE_PROFILES] = { NULL, L"C:\\users", L"" },
    [BASE_WINDOWS] = { L"SystemRoot", L"C:\\windows", L"" },
    [BASE_PROGRAM_FILES] = { L"ProgramFiles", L"C:\\Program Files", L"" },
    [BASE_PROGRAM_FILES_X64] = { L"ProgramW6432", L"C:\\Program Files", L"" },
    [BASE_PROGRAM_FILES_X86] = { L"ProgramFiles(x86)", L"C:\\Program Files (x86)", L"" },
    [BASE_COMMON_FILES] = { L"CommonProgramFiles", L"C:\\Program Files\\Common Files", L"" },
    [BASE_COMMON_FILES_X64] = { L"CommonProgramW6432", L"C:\\Program Files\\Common Files", L"" },
    [BASE_COMMON_FILES_X86] = { L"CommonProgramFiles(x86)", L"C:\\Program Files (x86)\\Common Files", L"" },
};

#define USER_FOLDERS L"Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders"
#define DEFAULT_USER ((HANDLE)(LONG_PTR)-1) /* as a token: of who has no profile yet */

static const struct shell_folder *folder_of_csidl(int csidl)
{
    for (unsigned i = 0; csidl >= 0 && i < shell_folder_count; i++) {
        if (shell_folders[i].csidl[0] == csidl || shell_folders[i].csidl[1] == csidl)
            return &shell_folders[i];
    }
    return NULL;
}

static const struct shell_folder *folder_of_id(REFKNOWNFOLDERID id)
{
    for (unsigned i = 0; id && i < shell_folder_count; i++) {
        if (IsEqualGUID(&shell_folders[i].id, id))
            return &shell_folders[i];
    }
    return NULL;
}

static BOOL is_common(const struct shell_folder *folder)
{
    return folder->base == BASE_PROGRAMDATA || folder->base == BASE_PUBLIC;
}

/* Folders of the user, and those of all, can be somewhere else. The others are where they are. */
static BOOL can_move(const struct shell_folder *folder)
{
    return folder->base >= BASE_USERPROFILE && folder->base <= BASE_PUBLIC;
}

/* The name of its value below "User Shell Folders". */
static const WCHAR *value_name(const struct shell_folder *folder, WCHAR buffer[40])
{
    if (folder->name)
        return folder->name;
    StringFromGUID2(&folder->id, buffer, 40);
    return buffer;
}

/* Makes a directory and its parents. */
static DWORD make_directories(WCHAR *path)
{
    WCHAR *slash;
    DWORD error;

    if (CreateDirectoryW(path, NULL))
        return ERROR_SUCCESS;
    error = GetLastError();
    if (error == ERROR_ALREADY_EXISTS)
        return GetFileAttributesW(path) & FILE_ATTRIBUTE_DIRECTORY ? ERROR_SUCCESS : error;
    if (error != ERROR_PATH_NOT_FOUND || !(slash = wcsrchr(path, '\\')) || slash - path < 3)
        return error;
    *slash = 0;
    error = make_directories(path);
    *slash = '\\';
    if (!error && !CreateDirectoryW(path, NULL))
        error = GetLastError();
    return error;
}

/* Where the folder is on a system as it is installed. */
static HRESULT default_path(const struct shell_folder *folder, HANDLE token, WCHAR path[MAX_PATH])
{
    const WCHAR *variable = bases[folder->base].variable;
    BOOL per_user = folder->base <= BASE_LOCALAPPDATA;
    DWORD n = variable && !(per_user && token == DEFAULT_USER) ? GetEnvironmentVariableW(variable, path, MAX_PATH) : 0;

    if (!n || n >= MAX_PATH) {
        const WCHAR *other = per_user && token == DEFAULT_USER ? L"C:\\users\\Default" : bases[folder->base].other;
        if (!other)
            return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
        wcscpy(path, other);
        n = wcslen(path);
    }
    if (n + wcslen(bases[folder->base].path) + 1 + wcslen(folder->path) >= MAX_PATH)
        return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    wcscpy(path + n, bases[folder->base].path);
    if (*folder->path) {
        wcscat(path, L"\\");
        wcscat(path, folder->path);
    }
    return S_OK;
}

static HRESULT folder_path(const struct shell_folder *folder, HANDLE token, BOOL as_installed, BOOL make,
                           WCHAR path[MAX_PATH])
{
    WCHAR buffer[40];
    DWORD size = MAX_PATH * sizeof(WCHAR), error;
    HRESULT hr;

    if (folder->base == BASE_VIRTUAL)
        return E_FAIL;
    if (as_installed || !can_move(folder) || token == DEFAULT_USER ||
        RegGetValueW(is_common(folder) ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, USER_FOLDERS,
                     value_name(folder, buffer), RRF_RT_REG_SZ, NULL, path, &size) ||
        !*path) {
        hr = default_path(folder, token, path);
        if (FAILED(hr))
            return hr;
    }
    /* What ends in an extension is a file: a library. */
    if (make && !wcsstr(folder->path, L".library-ms") && (error = make_directories(path)))
        return HRESULT_FROM_WIN32(error);
    return S_OK;
}

HRESULT WINAPI SHGetKnownFolderPath(REFKNOWNFOLDERID id, DWORD flags, HANDLE token, PWSTR *result)
{
    const struct shell_folder *folder = folder_of_id(id);
    WCHAR path[MAX_PATH];
    SIZE_T size;
    HRESULT hr;

    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    if (!folder)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    hr = folder_path(folder, token, flags & KF_FLAG_DEFAULT_PATH, !(flags & KF_FLAG_DONT_VERIFY), path);
    if (FAILED(hr))
        return hr;
    size = (wcslen(path) + 1) * sizeof(WCHAR);
    if (!(*result = CoTaskMemAlloc(size)))
        return E_OUTOFMEMORY;
    memcpy(*result, path, size);
    return S_OK;
}

HRESULT WINAPI SHGetFolderPathEx(REFKNOWNFOLDERID id, DWORD flags, HANDLE token, LPWSTR path, UINT size);
HRESULT WINAPI SHGetFolderPathEx(REFKNOWNFOLDERID id, DWORD flags, HANDLE token, LPWSTR path, UINT size)
{
    WCHAR *found;
    HRESULT hr = SHGetKnownFolderPath(id, flags, token, &found);

    if (FAILED(hr))
        return hr;
    if (!path || wcslen(found) >= size)
        hr = HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    else
        wcscpy(path, found);
    CoTaskMemFree(found);
    return hr;
}

HRESULT WINAPI SHGetFolderPathW(HWND hwnd, int csidl, HANDLE token, DWORD flags, LPWSTR path)
{
    const struct shell_folder *folder = folder_of_csidl(csidl & ~CSIDL_FLAG_MASK);

    (void)hwnd;
    if (!path)
        return E_INVALIDARG;
    path[0] = 0;
    if ((flags != SHGFP_TYPE_CURRENT && flags != SHGFP_TYPE_DEFAULT) || !folder)
        return E_INVALIDARG;
    if (folder->base == BASE_VIRTUAL)
        return E_FAIL;
    return folder_path(folder, token, flags == SHGFP_TYPE_DEFAULT, !(csidl & CSIDL_FLAG_DONT_VERIFY), path);
}

HRESULT WINAPI SHGetFolderPathA(HWND hwnd, int csidl, HANDLE token, DWORD flags, LPSTR path)
{
    WCHAR wide[MAX_PATH];
    HRESULT hr = SHGetFolderPathW(hwnd, csidl, token, flags, wide);

    if (!path)
        return E_INVALIDARG;
    path[0] = 0;
    if (SUCCEEDED(hr) && !WideCharToMultiByte(CP_ACP, 0, wide, -1, path, MAX_PATH, NULL, NULL))
        return HRESULT_FROM_WIN32(GetLastError());
    return hr;
}

/* --- moving them --- */

static HRESULT move_folder(const struct shell_folder *folder, const WCHAR *path, BOOL unexpanded)
{
    WCHAR buffer[40];
    DWORD error;

    if (!folder)
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (!can_move(folder))
        return folder->base == BASE_VIRTUAL ? E_INVALIDARG : E_ACCESSDENIED;
    if (!path || !*path) /* where it was */
        error = RegDeleteKeyValueW(is_common(folder) ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, USER_FOLDERS,
                                   value_name(folder, buffer));
    else
        error = RegSetKeyValueW(is_common(folder) ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, USER_FOLDERS,
                                value_name(folder, buffer), unexpanded ? REG_EXPAND_SZ : REG_SZ, path,
                                (wcslen(path) + 1) * sizeof(WCHAR));
    return error == ERROR_FILE_NOT_FOUND && (!path || !*path) ? S_OK : HRESULT_FROM_WIN32(error);
}

HRESULT WINAPI SHSetKnownFolderPath(REFKNOWNFOLDERID id, DWORD flags, HANDLE token, PCWSTR path)
{
    (void)token;
    if (flags & ~(DWORD)KF_FLAG_DONT_UNEXPAND)
        return E_INVALIDARG;
    return move_folder(folder_of_id(id), path, !(flags & KF_FLAG_DONT_UNEXPAND));
}

HRESULT WINAPI SHSetFolderPathW(int csidl, HANDLE token, DWORD flags, LPCWSTR path)
{
    (void)token;
    if (flags || !path)
        return E_INVALIDARG;
    return move_folder(folder_of_csidl(csidl & ~CSIDL_FLAG_MASK), path, !(csidl & CSIDL_FLAG_DONT_UNEXPAND));
}

HRESULT WINAPI SHSetFolderPathA(int csidl, HANDLE token, DWORD flags, LPCSTR path)
{
    WCHAR wide[MAX_PATH];

    if (!path || !MultiByteToWideChar(CP_ACP, 0, path, -1, wide, MAX_PATH))
        return E_INVALIDARG;
    return SHSetFolderPathW(csidl, token, flags, wide);
}

/* --- more names of theirs --- */

HRESULT WINAPI SHGetFolderPathAndSubDirW(HWND hwnd, int csidl, HANDLE token, DWORD flags, LPCWSTR sub, LPWSTR path)
{
    HRESULT hr = SHGetFolderPathW(hwnd, csidl, token, flags, path);
    SIZE_T len;
    DWORD error;

    if (FAILED(hr) || !sub)
        return hr;
    len = wcslen(path);
    while (*sub == '\\')
        sub++;
    if (len + 1 + wcslen(sub) >= MAX_PATH)
        return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    path[len] = '\\';
    wcscpy(path + len + 1, sub);
    if (csidl & CSIDL_FLAG_CREATE) {
        error = make_directories(path);
        return HRESULT_FROM_WIN32(error);
    }
    if (!(csidl & CSIDL_FLAG_DONT_VERIFY) && GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
        return HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
    return S_OK;
}

HRESULT WINAPI SHGetFolderPathAndSubDirA(HWND hwnd, int csidl, HANDLE token, DWORD flags, LPCSTR sub, LPSTR path)
{
    WCHAR wide[MAX_PATH], wide_sub[MAX_PATH];
    HRESULT hr;

    if (!path || (sub && !MultiByteToWideChar(CP_ACP, 0, sub, -1, wide_sub, MAX_PATH)))
        return E_INVALIDARG;
    path[0] = 0;
    hr = SHGetFolderPathAndSubDirW(hwnd, csidl, token, flags, sub ? wide_sub : NULL, wide);
    if (SUCCEEDED(hr) && !WideCharToMultiByte(CP_ACP, 0, wide, -1, path, MAX_PATH, NULL, NULL))
        return HRESULT_FROM_WIN32(GetLastError());
    return hr;
}

BOOL WINAPI SHGetSpecialFolderPathW(HWND hwnd, LPWSTR path, int csidl, BOOL create)
{
    return SHGetFolderPathW(hwnd, csidl | (create ? CSIDL_FLAG_CREATE : 0), NULL, SHGFP_TYPE_CURRENT, path) == S_OK;
}

BOOL WINAPI SHGetSpecialFolderPathA(HWND hwnd, LPSTR path, int csidl, BOOL create)
{
    return SHGetFolderPathA(hwnd, csidl | (create ? CSIDL_FLAG_CREATE : 0), NULL, SHGFP_TYPE_CURRENT, path) == S_OK;
}

int WINAPI SHCreateDirectoryExW(HWND hwnd, LPCWSTR name, const SECURITY_ATTRIBUTES *security)
{
    WCHAR path[MAX_PATH];
    DWORD attributes;
    SIZE_T len = wcslen(name);

    (void)hwnd, (void)security;
    if (len >= MAX_PATH)
        return ERROR_FILENAME_EXCED_RANGE;
    /* Documented: a relative path is ERROR_BAD_PATHNAME. */
    if (!(name[0] && name[1] == ':' && name[2] == '\\') && !(name[0] == '\\' && name[1] == '\\'))
        return ERROR_BAD_PATHNAME;
    attributes = GetFileAttributesW(name);
    if (attributes != INVALID_FILE_ATTRIBUTES)
        return attributes & FILE_ATTRIBUTE_DIRECTORY ? ERROR_ALREADY_EXISTS : ERROR_FILE_EXISTS;
    wcscpy(path, name);
    if (len > 3 && path[len - 1] == '\\')
        path[len - 1] = 0;
    return make_directories(path);
}

int WINAPI SHCreateDirectory(HWND hwnd, LPCWSTR name)
{
    return SHCreateDirectoryExW(hwnd, name, NULL);
}

int WINAPI SHCreateDirectoryExA(HWND hwnd, LPCSTR name, const SECURITY_ATTRIBUTES *security)
{
    WCHAR wide[MAX_PATH];

    if (!MultiByteToWideChar(CP_ACP, 0, name, -1, wide, MAX_PATH))
        return ERROR_FILENAME_EXCED_RANGE;
    return SHCreateDirectoryExW(hwnd, wide, security);
}

HRESULT WINAPI SHGetMalloc(LPMALLOC *allocator)
{
    return CoGetMalloc(1 /* MEMCTX_TASK */, allocator);
}

BOOL WINAPI IsUserAnAdmin(void)
{
    SID_IDENTIFIER_AUTHORITY authority = { SECURITY_NT_AUTHORITY };
    BOOL member = FALSE;
    PSID sid;

    if (AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0,
                                 &sid)) {
        if (!CheckTokenMembership(NULL, sid, &member))
            member = FALSE;
        FreeSid(sid);
    }
    return member;
}
