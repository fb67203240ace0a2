/* SPDX-License-Identifier: MIT */
/* lmapi.c: the LAN Manager functions, as a computer in a workgroup answers them. */
#include "lm_private.h"
#include <dsgetdc.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

NET_API_STATUS WINAPI NetApiBufferAllocate(DWORD size, LPVOID *buffer)
{
    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    *buffer = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
    return *buffer ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferFree(LPVOID buffer)
{
    if (buffer)
        HeapFree(GetProcessHeap(), 0, buffer);
    return NERR_Success;
}

NET_API_STATUS WINAPI NetApiBufferReallocate(LPVOID old, DWORD size, LPVOID *buffer)
{
    if (!old)
        return NetApiBufferAllocate(size, buffer);
    *buffer = HeapReAlloc(GetProcessHeap(), 0, old, size);
    return *buffer ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferSize(LPVOID buffer, LPDWORD size)
{
    if (!buffer || !size)
        return ERROR_INVALID_PARAMETER;
    *size = HeapSize(GetProcessHeap(), 0, buffer);
    return NERR_Success;
}

NET_API_STATUS WINAPI NetGetJoinInformation(LPCWSTR server, LPWSTR *name, PNETSETUP_JOIN_STATUS status)
{
    NET_API_STATUS error;

    if (!name || !status)
        return ERROR_INVALID_PARAMETER;
    if ((error = NetApiBufferAllocate(sizeof(WORKGROUP), (void **)name)))
        return error;
    wcscpy(*name, WORKGROUP);
    *status = NetSetupWorkgroupName;
    return NERR_Success;
}

/* Puts a text behind a structure in its block, and says where it is. */
static WCHAR *place(WCHAR **end, const WCHAR *text)
{
    WCHAR *at = *end;

    wcscpy(at, text);
    *end += wcslen(text) + 1;
    return at;
}

BOOL this_computer(LPCWSTR server)
{
    WCHAR name[256];
    DWORD size = 256;

    if (!server || !*server)
        return TRUE;
    while (*server == '\\')
        server++;
    return GetComputerNameExW(ComputerNameNetBIOS, name, &size) && !_wcsicmp(server, name);
}

/* Levels 100, 101 and 102 have each what the one before has and more. */
NET_API_STATUS WINAPI NetWkstaGetInfo(LPWSTR server, DWORD level, LPBYTE *buffer)
{
    WKSTA_INFO_102 *info;
    WCHAR name[256], *end;
    DWORD size = 256;
    NET_API_STATUS error;

    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    if (level < 100 || level > 102)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!GetComputerNameExW(ComputerNameNetBIOS, name, &size))
        return GetLastError();
    if ((error = NetApiBufferAllocate(sizeof(*info) + 600, (void **)buffer)))
        return error;
    info = (WKSTA_INFO_102 *)*buffer;
    end = (WCHAR *)(info + 1);
    info->wki102_platform_id = PLATFORM_ID_NT;
    info->wki102_computername = place(&end, name);
    info->wki102_langroup = place(&end, WORKGROUP);
    info->wki102_ver_major = NT_MAJOR_VERSION;
    info->wki102_ver_minor = NT_MINOR_VERSION;
    if (level > 100)
        info->wki102_lanroot = place(&end, L"");
    if (level > 101)
        info->wki102_logged_on_users = 1;
    return NERR_Success;
}

/* The user at the keyboard. */
NET_API_STATUS WINAPI NetWkstaUserGetInfo(LPWSTR reserved, DWORD level, LPBYTE *buffer)
{
    WCHAR name[257], computer[256], *end;
    DWORD size = 256;
    WKSTA_USER_INFO_1 *info;
    NET_API_STATUS error;

    if (!buffer || reserved)
        return ERROR_INVALID_PARAMETER;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    if (!GetEnvironmentVariableW(L"USERNAME", name, 257) || !GetComputerNameExW(ComputerNameNetBIOS, computer, &size))
        return NERR_NotLocalDomain;
    if ((error = NetApiBufferAllocate(sizeof(*info) + 2400, (void **)buffer)))
        return error;
    info = (WKSTA_USER_INFO_1 *)*buffer;
    end = (WCHAR *)(info + 1);
    info->wkui1_username = place(&end, name);
    if (level) {
        info->wkui1_logon_domain = place(&end, computer);
        info->wkui1_oth_domains = place(&end, L"");
        info->wkui1_logon_server = place(&end, computer);
    }
    return NERR_Success;
}

NET_API_STATUS WINAPI NetServerGetInfo(LMSTR server, DWORD level, LPBYTE *buffer)
{
    SERVER_INFO_101 *info;
    WCHAR name[256], *end;
    DWORD size = 256;
    NET_API_STATUS error;

    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    if (level != 100 && level != 101)
        return ERROR_INVALID_LEVEL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!GetComputerNameExW(ComputerNameNetBIOS, name, &size))
        return GetLastError();
    if ((error = NetApiBufferAllocate(sizeof(*info) + 600, (void **)buffer)))
        return error;
    info = (SERVER_INFO_101 *)*buffer;
    end = (WCHAR *)(info + 1);
    info->sv101_platform_id = PLATFORM_ID_NT;
    info->sv101_name = place(&end, name);
    if (level == 101) {
        info->sv101_version_major = NT_MAJOR_VERSION;
        info->sv101_version_minor = NT_MINOR_VERSION;
        info->sv101_type = SV_TYPE_WORKSTATION | SV_TYPE_NT;
        info->sv101_comment = place(&end, L"");
    }
    return NERR_Success;
}

/* There is no domain. */
DWORD WINAPI DsGetDcNameW(LPCWSTR computer, LPCWSTR domain, GUID *guid, LPCWSTR site, ULONG flags,
                          PDOMAIN_CONTROLLER_INFOW *info)
{
    return ERROR_NO_SUCH_DOMAIN;
}

DWORD WINAPI DsGetDcNameA(LPCSTR computer, LPCSTR domain, GUID *guid, LPCSTR site, ULONG flags,
                          PDOMAIN_CONTROLLER_INFOA *info)
{
    return ERROR_NO_SUCH_DOMAIN;
}

NET_API_STATUS WINAPI NetGetDCName(LPCWSTR server, LPCWSTR domain, LPBYTE *buffer)
{
    return NERR_DCNotFound;
}

NET_API_STATUS WINAPI NetGetAnyDCName(LPCWSTR server, LPCWSTR domain, LPBYTE *buffer)
{
    return ERROR_NO_SUCH_DOMAIN;
}
