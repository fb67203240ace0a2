/* SPDX-License-Identifier: MIT */
/* lmapi.c: the LAN Manager functions, as a computer in a workgroup answers them that knows of its current user only. */
#include "nt.h"
#include "ntdll.h"
#include <lm.h>
#include <dsgetdc.h>
#include <string.h>
#include <wchar.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define WORKGROUP L"WORKGROUP"

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

static BOOL this_computer(LPCWSTR server)
{
    WCHAR name[256];
    DWORD size = 256;

    if (!server || !*server)
        return TRUE;
    while (*server == '\\')
        server++;
    return GetComputerNameExW(ComputerNameNetBIOS, name, &size) && !_wcsicmp(server, name);
}

NET_API_STATUS WINAPI NetUserGetInfo(LPCWSTR server, LPCWSTR user, DWORD level, LPBYTE *buffer)
{
    WCHAR own[257], home[MAX_PATH] = L"", *end;
    DWORD size = GetEnvironmentVariableW(L"USERNAME", own, 257);
    NET_API_STATUS error;

    if (!buffer || !user)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (!this_computer(server))
        return ERROR_BAD_NETPATH;
    if (!size || _wcsicmp(user, own))
        return NERR_UserNotFound;
    GetEnvironmentVariableW(L"USERPROFILE", home, MAX_PATH);
    if (level != 0 && level != 1 && level != 10 && level != 20)
        return ERROR_INVALID_LEVEL;
    if ((error = NetApiBufferAllocate(sizeof(USER_INFO_20) + sizeof(USER_INFO_1) + 2048, (void **)buffer)))
        return error;
    switch (level) {
    case 0:
        end = (WCHAR *)(*buffer + sizeof(USER_INFO_0));
        ((USER_INFO_0 *)*buffer)->usri0_name = place(&end, own);
        break;
    case 1: {
        USER_INFO_1 *info = (USER_INFO_1 *)*buffer;
        end = (WCHAR *)(info + 1);
        info->usri1_name = place(&end, own);
        info->usri1_password_age = 0;
        info->usri1_priv = USER_PRIV_USER;
        info->usri1_home_dir = place(&end, home);
        info->usri1_comment = place(&end, L"");
        info->usri1_flags = UF_SCRIPT | UF_NORMAL_ACCOUNT;
        info->usri1_script_path = place(&end, L"");
        break;
    }
    case 10: {
        USER_INFO_10 *info = (USER_INFO_10 *)*buffer;
        end = (WCHAR *)(info + 1);
        info->usri10_name = place(&end, own);
        info->usri10_comment = place(&end, L"");
        info->usri10_usr_comment = place(&end, L"");
        info->usri10_full_name = place(&end, own);
        break;
    }
    case 20: {
        USER_INFO_20 *info = (USER_INFO_20 *)*buffer;
        end = (WCHAR *)(info + 1);
        info->usri20_name = place(&end, own);
        info->usri20_full_name = place(&end, own);
        info->usri20_comment = place(&end, L"");
        info->usri20_flags = UF_SCRIPT | UF_NORMAL_ACCOUNT;
        info->usri20_user_id = 1000;
        break;
    }
    }
    return NERR_Success;
}

NET_API_STATUS WINAPI NetWkstaGetInfo(LPWSTR server, DWORD level, LPBYTE *buffer)
{
    WKSTA_INFO_100 *info;
    WCHAR name[256], *end;
    DWORD size = 256;
    NET_API_STATUS error;

    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    if (level != 100)
        return ERROR_INVALID_LEVEL;
    if (!GetComputerNameExW(ComputerNameNetBIOS, name, &size))
        return GetLastError();
    if ((error = NetApiBufferAllocate(sizeof(*info) + 600, (void **)buffer)))
        return error;
    info = (WKSTA_INFO_100 *)*buffer;
    end = (WCHAR *)(info + 1);
    info->wki100_platform_id = PLATFORM_ID_NT;
    info->wki100_computername = place(&end, name);
    info->wki100_langroup = place(&end, WORKGROUP);
    info->wki100_ver_major = NT_MAJOR_VERSION;
    info->wki100_ver_minor = NT_MINOR_VERSION;
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
