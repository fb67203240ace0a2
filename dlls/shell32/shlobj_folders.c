/* SPDX-License-Identifier: MIT */
/*
 * shlobj_folders.c: the known folders. A prefix holds only what programs made, so a folder that is asked for is made then:
 * on Windows they all exist.
 */
#include "nt.h"
#include "ntdll.h"
#include <objbase.h>
#include <shlobj.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* clang-format off */
#define GUID_OF(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) { 0x##a, 0x##b, 0x##c, { 0x##d0, 0x##d1, 0x##d2, 0x##d3, 0x##d4, 0x##d5, 0x##d6, 0x##d7 } }
/* clang-format on */

/* "KNOWNFOLDERID", "CSIDL": identifier, old number (-1: none), the variable that its place hangs on, and where below it. */
static const struct folder {
    GUID id;
    int csidl;
    const WCHAR *base, *other, *path;
} folders[] = {
    { GUID_OF(B4BFCC3A, DB2C, 424C, B0, 29, 7F, E9, 9A, 87, C6, 41), CSIDL_DESKTOPDIRECTORY, L"USERPROFILE", NULL,
      L"Desktop" },
    { GUID_OF(FDD39AD0, 238F, 46AF, AD, B4, 6C, 85, 48, 03, 69, C7), CSIDL_PERSONAL, L"USERPROFILE", NULL,
      L"Documents" },
    { GUID_OF(374DE290, 123F, 4565, 91, 64, 39, C4, 92, 5E, 46, 7B), -1, L"USERPROFILE", NULL, L"Downloads" },
    { GUID_OF(4BD8D571, 6D19, 48D3, BE, 97, 42, 22, 20, 08, 0E, 43), CSIDL_MYMUSIC, L"USERPROFILE", NULL, L"Music" },
    { GUID_OF(33E28130, 4E1E, 4676, 83, 5A, 98, 39, 5C, 3B, C3, BB), CSIDL_MYPICTURES, L"USERPROFILE", NULL,
      L"Pictures" },
    { GUID_OF(18989B1D, 99B5, 455B, 84, 1C, AB, 7C, 74, E4, DD, FC), CSIDL_MYVIDEO, L"USERPROFILE", NULL, L"Videos" },
    { GUID_OF(1777F761, 68AD, 4D8A, 87, BD, 30, B7, 59, FA, 33, DD), CSIDL_FAVORITES, L"USERPROFILE", NULL,
      L"Favorites" },
    { GUID_OF(4C5C32FF, BB9D, 43B0, B5, B4, 2D, 72, E5, 4E, AA, A4), -1, L"USERPROFILE", NULL, L"Saved Games" },
    { GUID_OF(5E6C858F, 0E22, 4760, 9A, FE, EA, 33, 17, B6, 71, 73), CSIDL_PROFILE, L"USERPROFILE", NULL, L"" },
    { GUID_OF(3EB685DB, 65F9, 4CF6, A0, 3A, E3, EF, 65, 72, 9F, 3D), CSIDL_APPDATA, L"APPDATA", NULL, L"" },
    { GUID_OF(F1B32785, 6FBA, 4FCF, 9D, 55, 7B, 8E, 7F, 15, 70, 91), CSIDL_LOCAL_APPDATA, L"LOCALAPPDATA", NULL, L"" },
    { GUID_OF(A520A1A4, 1780, 4FF6, BD, 18, 16, 73, 43, C5, AF, 16), -1, L"USERPROFILE", NULL, L"AppData\\LocalLow" },
    { GUID_OF(352481E8, 33BE, 4251, BA, 85, 60, 07, CA, ED, CF, 9D), CSIDL_INTERNET_CACHE, L"LOCALAPPDATA", NULL,
      L"Microsoft\\Windows\\INetCache" },
    { GUID_OF(2B0F765D, C0E9, 4171, 90, 8E, 08, A6, 11, B8, 4F, F6), CSIDL_COOKIES, L"LOCALAPPDATA", NULL,
      L"Microsoft\\Windows\\INetCookies" },
    { GUID_OF(D9DC8A3B, B784, 432E, A7, 81, 5A, 11, 30, A7, 59, 63), CSIDL_HISTORY, L"LOCALAPPDATA", NULL,
      L"Microsoft\\Windows\\History" },
    { GUID_OF(AE50C081, EBD2, 438A, 86, 55, 8A, 09, 2E, 34, 98, 7A), CSIDL_RECENT, L"APPDATA", NULL,
      L"Microsoft\\Windows\\Recent" },
    { GUID_OF(8983036C, 27C0, 404B, 8F, 08, 10, 2D, 10, DC, FD, 74), CSIDL_SENDTO, L"APPDATA", NULL,
      L"Microsoft\\Windows\\SendTo" },
    { GUID_OF(A63293E8, 664E, 48DB, A0, 79, DF, 75, 9E, 05, 09, F7), CSIDL_TEMPLATES, L"APPDATA", NULL,
      L"Microsoft\\Windows\\Templates" },
    { GUID_OF(625B53C3, AB48, 4EC1, BA, 1F, A1, EF, 41, 46, FC, 19), CSIDL_STARTMENU, L"APPDATA", NULL,
      L"Microsoft\\Windows\\Start Menu" },
    { GUID_OF(A77F5D77, 2E2B, 44C3, A6, A2, AB, A6, 01, 05, 4A, 51), CSIDL_PROGRAMS, L"APPDATA", NULL,
      L"Microsoft\\Windows\\Start Menu\\Programs" },
    { GUID_OF(B97D20BB, F46A, 4C97, BA, 10, 5E, 36, 08, 43, 08, 54), CSIDL_STARTUP, L"APPDATA", NULL,
      L"Microsoft\\Windows\\Start Menu\\Programs\\StartUp" },
    { GUID_OF(62AB5D82, FDC1, 4DC3, A9, DD, 07, 0D, 1D, 49, 5D, 97), CSIDL_COMMON_APPDATA, L"ProgramData",
      L"C:\\ProgramData", L"" },
    { GUID_OF(A4115719, D62E, 491D, AA, 7C, E7, 4B, 8B, E3, B0, 67), CSIDL_COMMON_STARTMENU, L"ProgramData",
      L"C:\\ProgramData", L"Microsoft\\Windows\\Start Menu" },
    { GUID_OF(0139D44E, 6AFE, 49F2, 86, 90, 3D, AF, CA, E6, FF, B8), CSIDL_COMMON_PROGRAMS, L"ProgramData",
      L"C:\\ProgramData", L"Microsoft\\Windows\\Start Menu\\Programs" },
    { GUID_OF(82A5EA35, D9CD, 47C5, 96, 29, E1, 5D, 2F, 71, 4E, 6E), CSIDL_COMMON_STARTUP, L"ProgramData",
      L"C:\\ProgramData", L"Microsoft\\Windows\\Start Menu\\Programs\\StartUp" },
    { GUID_OF(B94237E7, 57AC, 4347, 91, 51, B0, 8C, 6C, 32, D1, F7), CSIDL_COMMON_TEMPLATES, L"ProgramData",
      L"C:\\ProgramData", L"Microsoft\\Windows\\Templates" },
    { GUID_OF(DFDF76A2, C82A, 4D63, 90, 6A, 56, 44, AC, 45, 73, 85), -1, L"PUBLIC", L"C:\\users\\Public", L"" },
    { GUID_OF(C4AA340D, F20F, 4863, AF, EF, F8, 7E, F2, E6, BA, 25), CSIDL_COMMON_DESKTOPDIRECTORY, L"PUBLIC",
      L"C:\\users\\Public", L"Desktop" },
    { GUID_OF(ED4824AF, DCE4, 45A8, 81, E2, FC, 79, 65, 08, 36, 34), CSIDL_COMMON_DOCUMENTS, L"PUBLIC",
      L"C:\\users\\Public", L"Documents" },
    { GUID_OF(3214FAB5, 9757, 4298, BB, 61, 92, A9, DE, AA, 44, FF), CSIDL_COMMON_MUSIC, L"PUBLIC",
      L"C:\\users\\Public", L"Music" },
    { GUID_OF(B6EBFB86, 6907, 413C, 9A, F7, 4F, C2, AB, F0, 7C, C5), CSIDL_COMMON_PICTURES, L"PUBLIC",
      L"C:\\users\\Public", L"Pictures" },
    { GUID_OF(2400183A, 6185, 49FB, A2, D8, 4A, 39, 2A, 60, 2B, A3), CSIDL_COMMON_VIDEO, L"PUBLIC",
      L"C:\\users\\Public", L"Videos" },
    { GUID_OF(0762D272, C50A, 4BB0, A3, 82, 69, 7D, CD, 72, 9B, 80), -1, NULL, L"C:\\users", L"" },
    { GUID_OF(F38BF404, 1D43, 42F2, 93, 05, 67, DE, 0B, 28, FC, 23), CSIDL_WINDOWS, L"SystemRoot", L"C:\\windows",
      L"" },
    { GUID_OF(1AC14E77, 02E7, 4E5D, B7, 44, 2E, B1, AE, 51, 98, B7), CSIDL_SYSTEM, L"SystemRoot", L"C:\\windows",
      L"system32" },
    { GUID_OF(D65231B0, B2F1, 4857, A4, CE, A8, E7, C6, EA, 7D, 27), CSIDL_SYSTEMX86, L"SystemRoot", L"C:\\windows",
      L"SysWOW64" },
    { GUID_OF(FD228CB7, AE11, 4AE3, 86, 4C, 16, F3, 91, 0A, B8, FE), CSIDL_FONTS, L"SystemRoot", L"C:\\windows",
      L"Fonts" },
    { GUID_OF(905E63B6, C1BF, 494E, B2, 9C, 65, B7, 32, D3, D2, 1A), CSIDL_PROGRAM_FILES, L"ProgramFiles",
      L"C:\\Program Files", L"" },
    { GUID_OF(6D809377, 6AF0, 444B, 89, 57, A3, 77, 3F, 02, 20, 0E), -1, L"ProgramW6432", L"C:\\Program Files", L"" },
    { GUID_OF(7C5A40EF, A0FB, 4BFC, 87, 4A, C0, F2, E0, B9, FA, 8E), CSIDL_PROGRAM_FILESX86, L"ProgramFiles(x86)",
      L"C:\\Program Files (x86)", L"" },
    { GUID_OF(F7F1ED05, 9F6D, 47A2, AA, AE, 29, D3, 17, C6, F0, 66), CSIDL_PROGRAM_FILES_COMMON, L"CommonProgramFiles",
      L"C:\\Program Files\\Common Files", L"" },
    { GUID_OF(DE974D24, D9C6, 4D3E, BF, 91, F4, 45, 51, 20, B9, 17), CSIDL_PROGRAM_FILES_COMMONX86,
      L"CommonProgramFiles(x86)", L"C:\\Program Files (x86)\\Common Files", L"" },
    { GUID_OF(5CD7AEE2, 2219, 4A67, B8, 5D, 6C, 9C, E1, 56, 60, CB), -1, L"LOCALAPPDATA", NULL, L"Programs" },
};

static const struct folder *folder_of_csidl(int csidl)
{
    if (csidl == CSIDL_DESKTOP)
        csidl = CSIDL_DESKTOPDIRECTORY;
    for (UINT i = 0; i < ARRAY_SIZE(folders); i++) {
        if (folders[i].csidl == csidl)
            return &folders[i];
    }
    return NULL;
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

static HRESULT folder_path(const struct folder *folder, BOOL verify, WCHAR path[MAX_PATH])
{
    DWORD n = folder->base ? GetEnvironmentVariableW(folder->base, path, MAX_PATH) : 0;

    if (!n || n >= MAX_PATH) {
        if (!folder->other)
            return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
        wcscpy(path, folder->other);
        n = wcslen(path);
    }
    if (*folder->path) {
        if (n + 1 + wcslen(folder->path) >= MAX_PATH)
            return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
        path[n] = '\\';
        wcscpy(path + n + 1, folder->path);
    }
    if (verify) {
        DWORD error = make_directories(path);
        if (error)
            return HRESULT_FROM_WIN32(error);
    }
    return S_OK;
}

HRESULT WINAPI SHGetKnownFolderPath(REFKNOWNFOLDERID id, DWORD flags, HANDLE token, PWSTR *result)
{
    WCHAR path[MAX_PATH];
    SIZE_T size;
    HRESULT hr;

    (void)token;
    if (!result)
        return E_INVALIDARG;
    *result = NULL;
    for (UINT i = 0; i < ARRAY_SIZE(folders); i++) {
        if (!IsEqualGUID(&folders[i].id, id))
            continue;
        hr = folder_path(&folders[i], !(flags & KF_FLAG_DONT_VERIFY), path);
        if (FAILED(hr))
            return hr;
        size = (wcslen(path) + 1) * sizeof(WCHAR);
        if (!(*result = CoTaskMemAlloc(size)))
            return E_OUTOFMEMORY;
        memcpy(*result, path, size);
        return S_OK;
    }
    return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

HRESULT WINAPI SHGetFolderPathW(HWND hwnd, int csidl, HANDLE token, DWORD flags, LPWSTR path)
{
    const struct folder *folder = folder_of_csidl(csidl & ~CSIDL_FLAG_MASK);

    (void)hwnd, (void)token;
    if (!path)
        return E_INVALIDARG;
    path[0] = 0;
    if (flags != SHGFP_TYPE_CURRENT && flags != SHGFP_TYPE_DEFAULT)
        return E_INVALIDARG;
    if (!folder)
        return E_INVALIDARG;
    return folder_path(folder, !(csidl & CSIDL_FLAG_DONT_VERIFY), path);
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
