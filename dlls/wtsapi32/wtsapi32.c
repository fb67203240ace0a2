/* SPDX-License-Identifier: MIT */
/* wtsapi32.c: sessions: there is this one. */
#include "nt.h"
#include "ntdll.h"
#include <wtsapi32.h>
#include <string.h>
#include <wchar.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static void *copy_of(const void *data, SIZE_T size)
{
    void *copy = HeapAlloc(GetProcessHeap(), 0, size ? size : 1);

    return copy ? memcpy(copy, data, size) : NULL;
}

static DWORD own_session(void)
{
    DWORD session = 1;

    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    return session;
}

VOID WINAPI WTSFreeMemory(PVOID memory)
{
    if (memory)
        HeapFree(GetProcessHeap(), 0, memory);
}

HANDLE WINAPI WTSOpenServerW(LPWSTR name)
{
    return WTS_CURRENT_SERVER_HANDLE;
}

VOID WINAPI WTSCloseServer(HANDLE server) {}

/* Text, or a number, of the session. */
static BOOL query(DWORD session, WTS_INFO_CLASS class, WCHAR text[300], const void **data, DWORD *size)
{
    static ULONG id;
    static USHORT protocol;
    static int state = WTSActive;
    DWORD length = 256;

    if (session != WTS_CURRENT_SESSION && session != own_session())
        return fail(ERROR_FILE_NOT_FOUND);
    text[0] = 0;
    *data = NULL;
    switch (class) {
    case WTSUserName:
        GetEnvironmentVariableW(L"USERNAME", text, 256);
        break;
    case WTSDomainName:
        GetComputerNameExW(ComputerNameNetBIOS, text, &length);
        break;
    case WTSWinStationName:
        wcscpy(text, L"Console");
        break;
    case WTSClientName:
    case WTSInitialProgram:
    case WTSWorkingDirectory:
        break;
    case WTSSessionId:
        id = own_session();
        *data = &id;
        *size = sizeof(id);
        return TRUE;
    case WTSConnectState:
        *data = &state;
        *size = sizeof(state);
        return TRUE;
    case WTSClientProtocolType: /* the console */
        *data = &protocol;
        *size = sizeof(protocol);
        return TRUE;
    default:
        return fail(ERROR_NOT_SUPPORTED);
    }
    return TRUE;
}

WINBOOL WINAPI WTSQuerySessionInformationW(HANDLE server, DWORD session, WTS_INFO_CLASS class, LPWSTR *buffer,
                                           DWORD *size)
{
    WCHAR text[300];
    const void *data;

    if (!buffer || !size)
        return fail(ERROR_INVALID_USER_BUFFER);
    if (!query(session, class, text, &data, size))
        return FALSE;
    if (!data) {
        data = text;
        *size = (wcslen(text) + 1) * sizeof(WCHAR);
    }
    return (*buffer = copy_of(data, *size)) ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

WINBOOL WINAPI WTSQuerySessionInformationA(HANDLE server, DWORD session, WTS_INFO_CLASS class, LPSTR *buffer,
                                           DWORD *size)
{
    WCHAR text[300];
    char narrow[600];
    const void *data;

    if (!buffer || !size)
        return fail(ERROR_INVALID_USER_BUFFER);
    if (!query(session, class, text, &data, size))
        return FALSE;
    if (!data) {
        data = narrow;
        *size = WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, sizeof(narrow), NULL, NULL);
    }
    return (*buffer = copy_of(data, *size)) ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

WINBOOL WINAPI WTSEnumerateSessionsW(HANDLE server, DWORD reserved, DWORD version, PWTS_SESSION_INFOW *list,
                                     DWORD *count)
{
    struct {
        WTS_SESSION_INFOW info;
        WCHAR name[8];
    } * block;

    if (reserved || version != 1 || !list || !count)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(block = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*block))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    wcscpy(block->name, L"Console");
    block->info.SessionId = own_session();
    block->info.pWinStationName = block->name;
    block->info.State = WTSActive;
    *list = &block->info;
    *count = 1;
    return TRUE;
}

/* Changes of sessions do not happen. */
WINBOOL WINAPI WTSRegisterSessionNotification(HWND window, DWORD flags)
{
    return fail(ERROR_NOT_SUPPORTED);
}

WINBOOL WINAPI WTSUnRegisterSessionNotification(HWND window)
{
    return fail(ERROR_NOT_SUPPORTED);
}

WINBOOL WINAPI WTSQueryUserToken(ULONG session, PHANDLE token)
{
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}
