/* SPDX-License-Identifier: MIT */
/* shellapi_info.c: what the shell knows of files, the process and the user's attention. */
#include "shell32_private.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

/* SHGFI_EXETYPE: the signature, and the version of Windows for graphical programs. */
static DWORD_PTR exe_type(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS nt;
    DWORD read;
    DWORD_PTR result = 0;

    if (file == INVALID_HANDLE_VALUE)
        return 0;
    if (ReadFile(file, &dos, sizeof(dos), &read, NULL) && read == sizeof(dos) && dos.e_magic == IMAGE_DOS_SIGNATURE) {
        result = IMAGE_DOS_SIGNATURE;
        if (SetFilePointer(file, dos.e_lfanew, NULL, FILE_BEGIN) != INVALID_SET_FILE_POINTER &&
            ReadFile(file, &nt, sizeof(nt), &read, NULL) && read == sizeof(nt) && nt.Signature == IMAGE_NT_SIGNATURE) {
            result = IMAGE_NT_SIGNATURE;
            if (nt.OptionalHeader.Subsystem == IMAGE_SUBSYSTEM_WINDOWS_GUI)
                result |= MAKELONG(
                    0, MAKEWORD(nt.OptionalHeader.MinorSubsystemVersion, nt.OptionalHeader.MajorSubsystemVersion));
        }
    }
    CloseHandle(file);
    return result;
}

static void type_name(const WCHAR *path, DWORD attributes, WCHAR *text, DWORD size)
{
    const WCHAR *dot = wcsrchr(path, '.');
    WCHAR kind[128];
    DWORD bytes = sizeof(kind), i;

    if (attributes & FILE_ATTRIBUTE_DIRECTORY) {
        lstrcpynW(text, L"File folder", size);
        return;
    }
    if (!dot || !dot[1] || wcschr(dot, '\\')) {
        lstrcpynW(text, L"File", size);
        return;
    }
    if (!RegGetValueW(HKEY_CLASSES_ROOT, dot, NULL, RRF_RT_REG_SZ, NULL, kind, &bytes)) {
        bytes = size * sizeof(WCHAR);
        if (!RegGetValueW(HKEY_CLASSES_ROOT, kind, NULL, RRF_RT_REG_SZ, NULL, text, &bytes) && *text)
            return;
    }
    for (i = 0; dot[1 + i] && i + 6 < size; i++) /* "TXT File" */
        text[i] = (WCHAR)(ULONG_PTR)CharUpperW((WCHAR *)(ULONG_PTR)dot[1 + i]);
    wcscpy(text + i, L" File");
}

DWORD_PTR WINAPI SHGetFileInfoW(LPCWSTR path, DWORD attributes, SHFILEINFOW *info, UINT size, UINT flags)
{
    const WCHAR *base;

    if (!path)
        return FALSE;
    if (flags & SHGFI_EXETYPE) /* alone only: documented */
        return flags == SHGFI_EXETYPE ? exe_type(path) : 0;
    if (!info || size < sizeof(*info) || (flags & SHGFI_PIDL))
        return FALSE;
    if (flags & (SHGFI_ICON | SHGFI_SYSICONINDEX | SHGFI_ICONLOCATION))
        return FALSE; /* there are no icons */
    memset(info, 0, sizeof(*info));
    if (!(flags & SHGFI_USEFILEATTRIBUTES) && (attributes = GetFileAttributesW(path)) == INVALID_FILE_ATTRIBUTES)
        return FALSE;
    base = wcsrchr(path, '\\') ? wcsrchr(path, '\\') + 1 : path;
    if (flags & SHGFI_DISPLAYNAME)
        lstrcpynW(info->szDisplayName, *base ? base : path, ARRAY_SIZE(info->szDisplayName));
    if (flags & SHGFI_TYPENAME)
        type_name(path, attributes, info->szTypeName, ARRAY_SIZE(info->szTypeName));
    if (flags & SHGFI_ATTRIBUTES) {
        info->dwAttributes = SFGAO_FILESYSTEM | SFGAO_CANCOPY | SFGAO_CANMOVE | SFGAO_CANLINK | SFGAO_CANRENAME |
                             SFGAO_CANDELETE | SFGAO_HASPROPSHEET;
        if (attributes & FILE_ATTRIBUTE_DIRECTORY)
            info->dwAttributes |= SFGAO_FOLDER | SFGAO_FILESYSANCESTOR | SFGAO_STORAGE;
        else
            info->dwAttributes |= SFGAO_STREAM;
        if (attributes & FILE_ATTRIBUTE_READONLY)
            info->dwAttributes |= SFGAO_READONLY;
        if (attributes & FILE_ATTRIBUTE_HIDDEN)
            info->dwAttributes |= SFGAO_HIDDEN;
    }
    return TRUE;
}

DWORD_PTR WINAPI SHGetFileInfoA(LPCSTR path, DWORD attributes, SHFILEINFOA *info, UINT size, UINT flags)
{
    SHFILEINFOW wide;
    WCHAR *wide_path = flags & SHGFI_PIDL ? NULL : shell_wide(path);
    DWORD_PTR result;

    if (!wide_path)
        return FALSE;
    result = SHGetFileInfoW(wide_path, attributes, info ? &wide : NULL,
                            info && size >= sizeof(*info) ? sizeof(wide) : 0, flags);
    if (result && info && !(flags & SHGFI_EXETYPE)) {
        memset(info, 0, sizeof(*info));
        info->dwAttributes = wide.dwAttributes;
        WideCharToMultiByte(CP_ACP, 0, wide.szDisplayName, -1, info->szDisplayName, sizeof(info->szDisplayName), NULL,
                            NULL);
        WideCharToMultiByte(CP_ACP, 0, wide.szTypeName, -1, info->szTypeName, sizeof(info->szTypeName), NULL, NULL);
    }
    shell_free(wide_path);
    return result;
}

/* Nobody listens: there is no desktop that shows files. */
void WINAPI SHChangeNotify(LONG event, UINT flags, LPCVOID item1, LPCVOID item2) {}

void WINAPI SHAddToRecentDocs(UINT flags, LPCVOID item) {}

/* There is no notification area. */
WINBOOL WINAPI Shell_NotifyIconW(DWORD message, PNOTIFYICONDATAW data)
{
    SetLastError(ERROR_TIMEOUT);
    return FALSE;
}

WINBOOL WINAPI Shell_NotifyIconA(DWORD message, PNOTIFYICONDATAA data)
{
    SetLastError(ERROR_TIMEOUT);
    return FALSE;
}

HRESULT WINAPI SHQueryUserNotificationState(QUERY_USER_NOTIFICATION_STATE *state)
{
    if (!state)
        return E_INVALIDARG;
    *state = QUNS_NOT_PRESENT;
    return S_OK;
}

UINT_PTR WINAPI SHAppBarMessage(DWORD message, PAPPBARDATA data)
{
    return FALSE;
}

static RTL_SRWLOCK app_id_lock;
static WCHAR *app_id;

HRESULT WINAPI SetCurrentProcessExplicitAppUserModelID(PCWSTR id)
{
    WCHAR *copy, *old;

    if (!id)
        return E_INVALIDARG;
    if (!(copy = shell_alloc((wcslen(id) + 1) * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    wcscpy(copy, id);
    RtlAcquireSRWLockExclusive(&app_id_lock);
    old = app_id;
    app_id = copy;
    RtlReleaseSRWLockExclusive(&app_id_lock);
    shell_free(old);
    return S_OK;
}

HRESULT WINAPI GetCurrentProcessExplicitAppUserModelID(PWSTR *id)
{
    HRESULT hr = E_FAIL;

    *id = NULL;
    RtlAcquireSRWLockShared(&app_id_lock);
    if (app_id) {
        if ((*id = CoTaskMemAlloc((wcslen(app_id) + 1) * sizeof(WCHAR)))) {
            wcscpy(*id, app_id);
            hr = S_OK;
        } else {
            hr = E_OUTOFMEMORY;
        }
    }
    RtlReleaseSRWLockShared(&app_id_lock);
    return hr;
}

void *WINAPI SHAlloc(SIZE_T size)
{
    return CoTaskMemAlloc(size);
}

void WINAPI SHFree(void *p)
{
    CoTaskMemFree(p);
}

/* Deleted files are gone: the recycle bin is empty. */
HRESULT WINAPI SHQueryRecycleBinW(LPCWSTR root, LPSHQUERYRBINFO info)
{
    if (!info || info->cbSize < sizeof(*info))
        return E_INVALIDARG;
    info->i64Size = info->i64NumItems = 0;
    return S_OK;
}

HRESULT WINAPI SHQueryRecycleBinA(LPCSTR root, LPSHQUERYRBINFO info)
{
    return SHQueryRecycleBinW(NULL, info);
}

HRESULT WINAPI SHEmptyRecycleBinW(HWND window, LPCWSTR root, DWORD flags)
{
    return E_UNEXPECTED; /* what emptying an empty one gives */
}

HRESULT WINAPI SHEmptyRecycleBinA(HWND window, LPCSTR root, DWORD flags)
{
    return E_UNEXPECTED;
}

WINBOOL WINAPI SHGetDiskFreeSpaceExW(LPCWSTR folder, ULARGE_INTEGER *available, ULARGE_INTEGER *total,
                                     ULARGE_INTEGER *free)
{
    return GetDiskFreeSpaceExW(folder, available, total, free);
}

WINBOOL WINAPI SHGetDiskFreeSpaceExA(LPCSTR folder, ULARGE_INTEGER *available, ULARGE_INTEGER *total,
                                     ULARGE_INTEGER *free)
{
    return GetDiskFreeSpaceExA(folder, available, total, free);
}

VOID WINAPI DragAcceptFiles(HWND window, WINBOOL accept) {}
