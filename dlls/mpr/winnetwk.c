/* SPDX-License-Identifier: MIT */
/* winnetwk.c: network connections without a network provider. */
#include "nt.h"
#include "ntdll.h"
#include <winnetwk.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

DWORD WINAPI WNetGetConnectionW(LPCWSTR local, LPWSTR remote, LPDWORD size)
{
    return local && local[0] && local[1] == ':' && !local[2] ? ERROR_NOT_CONNECTED : ERROR_BAD_DEVICE;
}

DWORD WINAPI WNetGetConnectionA(LPCSTR local, LPSTR remote, LPDWORD size)
{
    return local && local[0] && local[1] == ':' && !local[2] ? ERROR_NOT_CONNECTED : ERROR_BAD_DEVICE;
}

DWORD WINAPI WNetGetUniversalNameW(LPCWSTR path, DWORD level, LPVOID buffer, LPDWORD size)
{
    return ERROR_NOT_CONNECTED;
}

DWORD WINAPI WNetGetUniversalNameA(LPCSTR path, DWORD level, LPVOID buffer, LPDWORD size)
{
    return ERROR_NOT_CONNECTED;
}

DWORD WINAPI WNetGetUserW(LPCWSTR name, LPWSTR user, LPDWORD size)
{
    DWORD room, need;
    WCHAR own[257];

    if (name)
        return ERROR_NOT_CONNECTED;
    need = GetEnvironmentVariableW(L"USERNAME", own, 257) + 1;
    room = *size;
    if (room < need) {
        *size = need;
        return ERROR_MORE_DATA;
    }
    lstrcpynW(user, own, need);
    return NO_ERROR;
}

DWORD WINAPI WNetOpenEnumW(DWORD scope, DWORD type, DWORD usage, LPNETRESOURCEW resource, LPHANDLE handle)
{
    return ERROR_NO_NETWORK;
}

DWORD WINAPI WNetOpenEnumA(DWORD scope, DWORD type, DWORD usage, LPNETRESOURCEA resource, LPHANDLE handle)
{
    return ERROR_NO_NETWORK;
}

DWORD WINAPI WNetEnumResourceW(HANDLE handle, LPDWORD count, LPVOID buffer, LPDWORD size)
{
    return ERROR_INVALID_HANDLE;
}

DWORD WINAPI WNetEnumResourceA(HANDLE handle, LPDWORD count, LPVOID buffer, LPDWORD size)
{
    return ERROR_INVALID_HANDLE;
}

DWORD WINAPI WNetCloseEnum(HANDLE handle)
{
    return ERROR_INVALID_HANDLE;
}

DWORD WINAPI WNetAddConnection2W(LPNETRESOURCEW resource, LPCWSTR password, LPCWSTR user, DWORD flags)
{
    return ERROR_NO_NETWORK;
}

DWORD WINAPI WNetAddConnection2A(LPNETRESOURCEA resource, LPCSTR password, LPCSTR user, DWORD flags)
{
    return ERROR_NO_NETWORK;
}

DWORD WINAPI WNetCancelConnection2W(LPCWSTR name, DWORD flags, WINBOOL force)
{
    return ERROR_NOT_CONNECTED;
}

DWORD WINAPI WNetCancelConnection2A(LPCSTR name, DWORD flags, WINBOOL force)
{
    return ERROR_NOT_CONNECTED;
}

DWORD WINAPI WNetGetResourceInformationA(LPNETRESOURCEA resource, LPVOID buffer, LPDWORD size, LPSTR *system)
{
    return ERROR_NO_NETWORK;
}

DWORD WINAPI WNetGetResourceInformationW(LPNETRESOURCEW resource, LPVOID buffer, LPDWORD size, LPWSTR *system)
{
    return ERROR_NO_NETWORK;
}
