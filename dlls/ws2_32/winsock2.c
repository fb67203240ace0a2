/* SPDX-License-Identifier: MIT */
/* winsock2.c: start and end, errors, byte order, event objects. */
#include "ws2_32_private.h"

static LONG startups;
static DWORD data_slot = TLS_OUT_OF_INDEXES;

static void free_thread_data(void)
{
    struct thread_data *data = data_slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(data_slot);

    if (data) {
        ws_free(data->host);
        ws_free(data->service);
        ws_free(data);
        TlsSetValue(data_slot, NULL);
    }
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    switch (reason) {
    case DLL_PROCESS_ATTACH:
        data_slot = TlsAlloc();
        break;
    case DLL_THREAD_DETACH:
        free_thread_data();
        break;
    case DLL_PROCESS_DETACH:
        if (!reserved) {
            free_thread_data();
            TlsFree(data_slot);
        }
        break;
    }
    return TRUE;
}

struct thread_data *thread_data(void)
{
    DWORD error = GetLastError(); /* which TlsGetValue clears */
    struct thread_data *data = data_slot == TLS_OUT_OF_INDEXES ? NULL : TlsGetValue(data_slot);

    if (!data) {
        data = ws_alloc(sizeof(*data));
        if (!data || !TlsSetValue(data_slot, data)) {
            ws_free(data);
            WSASetLastError(WSAENOBUFS);
            return NULL;
        }
    }
    SetLastError(error);
    return data;
}

BOOL winsock_started(void)
{
    if (startups > 0)
        return TRUE;
    WSASetLastError(WSANOTINITIALISED);
    return FALSE;
}

int WSAAPI WSAStartup(WORD version, LPWSADATA data)
{
    BYTE major = LOBYTE(version), minor = HIBYTE(version);

    if (!data)
        return WSAEFAULT;
    if (!major)
        return WSAVERNOTSUPPORTED;
    /* The highest version up to the one asked for that exists: 1.0, 1.1, 2.0 to 2.2. */
    if (major == 1)
        minor = minor > 1 ? 1 : minor;
    else if (major > 2 || minor > 2)
        minor = 2;
    memset(data, 0, sizeof(*data));
    data->wVersion = MAKEWORD(major > 2 ? 2 : major, minor);
    data->wHighVersion = MAKEWORD(2, 2);
    strcpy(data->szDescription, "WinSock 2.0");
    strcpy(data->szSystemStatus, "Running");
    if (major == 1) { /* of no meaning since version 2 */
        data->iMaxSockets = 32767;
        data->iMaxUdpDg = 65467;
    }
    InterlockedIncrement(&startups);
    return 0;
}

int WSAAPI WSACleanup(void)
{
    LONG old = startups;

    while (old > 0) {
        LONG seen = InterlockedCompareExchange(&startups, old - 1, old);
        if (seen == old)
            return 0;
        old = seen;
    }
    return ws_fail(WSANOTINITIALISED);
}

int WSAAPI WSAGetLastError(void)
{
    return (int)GetLastError();
}

void WSAAPI WSASetLastError(int error)
{
    SetLastError((DWORD)error);
}

/* Windows Sockets 1.1's blocking hooks: gone in version 2 but for their errors. */
int WSAAPI WSACancelBlockingCall(void)
{
    return winsock_started() ? ws_fail(WSAEOPNOTSUPP) : SOCKET_ERROR;
}

WINBOOL WSAAPI WSAIsBlocking(void)
{
    return FALSE;
}

FARPROC WSAAPI WSASetBlockingHook(FARPROC hook)
{
    (void)hook;
    if (winsock_started())
        WSASetLastError(WSAEOPNOTSUPP);
    return NULL;
}

int WSAAPI WSAUnhookBlockingHook(void)
{
    return winsock_started() ? ws_fail(WSAEOPNOTSUPP) : SOCKET_ERROR;
}

u_long WSAAPI htonl(u_long value)
{
    return __builtin_bswap32(value);
}

u_long WSAAPI ntohl(u_long value)
{
    return __builtin_bswap32(value);
}

u_short WSAAPI htons(u_short value)
{
    return __builtin_bswap16(value);
}

u_short WSAAPI ntohs(u_short value)
{
    return __builtin_bswap16(value);
}

WSAEVENT WSAAPI WSACreateEvent(void)
{
    return winsock_started() ? CreateEventW(NULL, TRUE, FALSE, NULL) : WSA_INVALID_EVENT;
}

static BOOL event_result(BOOL good)
{
    if (!good && GetLastError() == ERROR_INVALID_HANDLE)
        WSASetLastError(WSA_INVALID_HANDLE);
    return good;
}

WINBOOL WSAAPI WSACloseEvent(WSAEVENT event)
{
    return winsock_started() && event_result(CloseHandle(event));
}

WINBOOL WSAAPI WSASetEvent(WSAEVENT event)
{
    return winsock_started() && event_result(SetEvent(event));
}

WINBOOL WSAAPI WSAResetEvent(WSAEVENT event)
{
    return winsock_started() && event_result(ResetEvent(event));
}

DWORD WSAAPI WSAWaitForMultipleEvents(DWORD count, const WSAEVENT *events, WINBOOL all, DWORD timeout,
                                      WINBOOL alertable)
{
    return winsock_started() ? WaitForMultipleObjectsEx(count, events, all, timeout, alertable) : WSA_WAIT_FAILED;
}

/* Wide to another code page, and back. */
char *narrow_text(UINT code_page, const WCHAR *text)
{
    int size = WideCharToMultiByte(code_page, 0, text, -1, NULL, 0, NULL, NULL);
    char *copy = size > 0 ? ws_alloc(size) : NULL;

    if (copy)
        WideCharToMultiByte(code_page, 0, text, -1, copy, size, NULL, NULL);
    return copy;
}

WCHAR *wide_text(UINT code_page, const char *text)
{
    int size = MultiByteToWideChar(code_page, 0, text, -1, NULL, 0);
    WCHAR *copy = size > 0 ? ws_alloc(size * sizeof(WCHAR)) : NULL;

    if (copy)
        MultiByteToWideChar(code_page, 0, text, -1, copy, size);
    return copy;
}
