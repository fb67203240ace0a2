/* SPDX-License-Identifier: MIT */
/*
 * winsvc.c: services: handles, and everything that would change something. There is no service control manager: what the
 * registry describes as a service exists and is stopped, and rights to create, start or change are not given, so that
 * these calls fail as they do for a user without them.
 */
#include "winsvc_private.h"

#define HANDLE_MAGIC 0x53564353u

/* What everybody may do ("Service Security and Access Rights"). */
#define MANAGER_RIGHTS                                                                                                 \
    (SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE | SC_MANAGER_QUERY_LOCK_STATUS | STANDARD_RIGHTS_READ)
#define SERVICE_RIGHTS                                                                                                 \
    (SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_ENUMERATE_DEPENDENTS | SERVICE_INTERROGATE |                \
     SERVICE_USER_DEFINED_CONTROL | STANDARD_RIGHTS_READ)

/* --- handles --- */

struct service_handle *service_check(SC_HANDLE value, BOOL service, DWORD access)
{
    struct service_handle *handle = (struct service_handle *)value;

    if (!handle || (ULONG_PTR)handle & 7 || handle->magic != HANDLE_MAGIC || (handle->key != NULL) != service) {
        SetLastError(ERROR_INVALID_HANDLE);
        return NULL;
    }
    if ((handle->access & access) != access) {
        SetLastError(ERROR_ACCESS_DENIED);
        return NULL;
    }
    return handle;
}

static SC_HANDLE make_handle(const WCHAR *name, HKEY key, DWORD access)
{
    struct service_handle *handle = heap_alloc(sizeof(*handle) + (wcslen(name) + 1) * sizeof(WCHAR));

    if (handle) {
        handle->magic = HANDLE_MAGIC;
        handle->access = access;
        handle->key = key;
        wcscpy(handle->name, name);
    }
    return (SC_HANDLE)handle;
}

/* Generic rights and MAXIMUM_ALLOWED give what is allowed of them; asking for more is refused. */
static BOOL map_access(DWORD *access, DWORD read, DWORD execute, DWORD allowed)
{
    DWORD wanted = *access;

    if (wanted & GENERIC_READ)
        wanted |= read;
    if (wanted & GENERIC_EXECUTE)
        wanted |= execute;
    if (wanted & MAXIMUM_ALLOWED)
        wanted |= allowed;
    if (wanted & (GENERIC_WRITE | GENERIC_ALL))
        return FALSE;
    wanted &= ~(GENERIC_READ | GENERIC_EXECUTE | MAXIMUM_ALLOWED);
    *access = wanted;
    return !(wanted & ~allowed);
}

SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access)
{
    WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(own);

    if (machine && *machine) {
        if (machine[0] == '\\' && machine[1] == '\\')
            machine += 2;
        if (_wcsicmp(machine, L"localhost") && wcscmp(machine, L".") &&
            (!GetComputerNameW(own, &size) || _wcsicmp(machine, own))) {
            SetLastError(RPC_S_SERVER_UNAVAILABLE);
            return NULL;
        }
    }
    if (database && *database && _wcsicmp(database, SERVICES_ACTIVE_DATABASEW)) {
        SetLastError(_wcsicmp(database, SERVICES_FAILED_DATABASEW) ? ERROR_INVALID_NAME
                                                                   : ERROR_DATABASE_DOES_NOT_EXIST);
        return NULL;
    }
    /* "SC_MANAGER_CONNECT is implicitly specified by calling this function." */
    access |= SC_MANAGER_CONNECT;
    if (!map_access(&access, STANDARD_RIGHTS_READ | SC_MANAGER_ENUMERATE_SERVICE | SC_MANAGER_QUERY_LOCK_STATUS,
                    SC_MANAGER_CONNECT, MANAGER_RIGHTS)) {
        SetLastError(ERROR_ACCESS_DENIED);
        return NULL;
    }
    return make_handle(L"", NULL, access);
}

SC_HANDLE WINAPI OpenSCManagerA(LPCSTR machine, LPCSTR database, DWORD access)
{
    WCHAR *wide = wide_dup(machine), *wide_database = wide_dup(database);
    SC_HANDLE handle = OpenSCManagerW(wide, wide_database, access);

    heap_free(wide);
    heap_free(wide_database);
    return handle;
}

SC_HANDLE WINAPI OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access)
{
    WCHAR path[512] = SERVICES_PATH L"\\";
    SC_HANDLE handle;
    DWORD type;
    HKEY key;

    if (!service_check(manager, FALSE, SC_MANAGER_CONNECT))
        return NULL;
    if (!name) {
        SetLastError(ERROR_INVALID_ADDRESS);
        return NULL;
    }
    if (!*name || wcslen(name) > 256 || wcspbrk(name, L"\\/")) {
        SetLastError(ERROR_INVALID_NAME);
        return NULL;
    }
    wcscat(path, name);
    DWORD size = sizeof(type);
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &key)) {
        SetLastError(ERROR_SERVICE_DOES_NOT_EXIST);
        return NULL;
    }
    /* A key with parameters only is no service. */
    if (RegQueryValueExW(key, L"Type", NULL, NULL, (BYTE *)&type, &size)) {
        RegCloseKey(key);
        SetLastError(ERROR_SERVICE_DOES_NOT_EXIST);
        return NULL;
    }
    if (!map_access(&access,
                    STANDARD_RIGHTS_READ | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS | SERVICE_INTERROGATE |
                        SERVICE_ENUMERATE_DEPENDENTS,
                    SERVICE_USER_DEFINED_CONTROL, SERVICE_RIGHTS)) {
        RegCloseKey(key);
        SetLastError(ERROR_ACCESS_DENIED);
        return NULL;
    }
    handle = make_handle(name, key, access);
    if (!handle)
        RegCloseKey(key);
    return handle;
}

SC_HANDLE WINAPI OpenServiceA(SC_HANDLE manager, LPCSTR name, DWORD access)
{
    WCHAR *wide = wide_dup(name);
    SC_HANDLE handle = OpenServiceW(manager, wide, access);

    heap_free(wide);
    return handle;
}

BOOL WINAPI CloseServiceHandle(SC_HANDLE value)
{
    struct service_handle *handle = (struct service_handle *)value;

    if (!handle || (ULONG_PTR)handle & 7 || handle->magic != HANDLE_MAGIC)
        return fail(ERROR_INVALID_HANDLE);
    handle->magic = 0;
    if (handle->key)
        RegCloseKey(handle->key);
    heap_free(handle);
    return TRUE;
}

/* --- what needs rights that no handle has --- */

SC_HANDLE WINAPI CreateServiceW(SC_HANDLE manager, LPCWSTR name, LPCWSTR display, DWORD access, DWORD type, DWORD start,
                                DWORD error_control, LPCWSTR path, LPCWSTR group, LPDWORD tag, LPCWSTR dependencies,
                                LPCWSTR account, LPCWSTR password)
{
    (void)name, (void)display, (void)access, (void)type, (void)start, (void)error_control, (void)path, (void)group;
    (void)tag, (void)dependencies, (void)account, (void)password;
    service_check(manager, FALSE, SC_MANAGER_CREATE_SERVICE);
    return NULL;
}

SC_HANDLE WINAPI CreateServiceA(SC_HANDLE manager, LPCSTR name, LPCSTR display, DWORD access, DWORD type, DWORD start,
                                DWORD error_control, LPCSTR path, LPCSTR group, LPDWORD tag, LPCSTR dependencies,
                                LPCSTR account, LPCSTR password)
{
    (void)name, (void)display, (void)access, (void)type, (void)start, (void)error_control, (void)path, (void)group;
    (void)tag, (void)dependencies, (void)account, (void)password;
    service_check(manager, FALSE, SC_MANAGER_CREATE_SERVICE);
    return NULL;
}

BOOL WINAPI DeleteService(SC_HANDLE service)
{
    return service_check(service, TRUE, DELETE) != NULL;
}

BOOL WINAPI StartServiceW(SC_HANDLE service, DWORD count, LPCWSTR *arguments)
{
    (void)count, (void)arguments;
    return service_check(service, TRUE, SERVICE_START) != NULL;
}

BOOL WINAPI StartServiceA(SC_HANDLE service, DWORD count, LPCSTR *arguments)
{
    (void)count, (void)arguments;
    return service_check(service, TRUE, SERVICE_START) != NULL;
}

BOOL WINAPI ChangeServiceConfigW(SC_HANDLE service, DWORD type, DWORD start, DWORD error_control, LPCWSTR path,
                                 LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account, LPCWSTR password,
                                 LPCWSTR display)
{
    (void)type, (void)start, (void)error_control, (void)path, (void)group, (void)tag, (void)dependencies;
    (void)account, (void)password, (void)display;
    return service_check(service, TRUE, SERVICE_CHANGE_CONFIG) != NULL;
}

BOOL WINAPI ChangeServiceConfigA(SC_HANDLE service, DWORD type, DWORD start, DWORD error_control, LPCSTR path,
                                 LPCSTR group, LPDWORD tag, LPCSTR dependencies, LPCSTR account, LPCSTR password,
                                 LPCSTR display)
{
    (void)type, (void)start, (void)error_control, (void)path, (void)group, (void)tag, (void)dependencies;
    (void)account, (void)password, (void)display;
    return service_check(service, TRUE, SERVICE_CHANGE_CONFIG) != NULL;
}

BOOL WINAPI ChangeServiceConfig2W(SC_HANDLE service, DWORD level, LPVOID info)
{
    (void)level, (void)info;
    return service_check(service, TRUE, SERVICE_CHANGE_CONFIG) != NULL;
}

BOOL WINAPI ChangeServiceConfig2A(SC_HANDLE service, DWORD level, LPVOID info)
{
    (void)level, (void)info;
    return service_check(service, TRUE, SERVICE_CHANGE_CONFIG) != NULL;
}

/* "The requested control ... ERROR_SERVICE_NOT_ACTIVE: The service has not been started." */
BOOL WINAPI ControlService(SC_HANDLE service, DWORD control, LPSERVICE_STATUS status)
{
    DWORD access = SERVICE_USER_DEFINED_CONTROL;

    if (control == SERVICE_CONTROL_STOP)
        access = SERVICE_STOP;
    else if (control >= SERVICE_CONTROL_PAUSE && control <= SERVICE_CONTROL_CONTINUE)
        access = SERVICE_PAUSE_CONTINUE;
    else if (control == SERVICE_CONTROL_INTERROGATE)
        access = SERVICE_INTERROGATE;
    else if (control < 128 || control > 255)
        return fail(ERROR_INVALID_PARAMETER);
    if (!service_check(service, TRUE, access))
        return FALSE;
    QueryServiceStatus(service, status);
    return fail(ERROR_SERVICE_NOT_ACTIVE);
}

SC_LOCK WINAPI LockServiceDatabase(SC_HANDLE manager)
{
    service_check(manager, FALSE, SC_MANAGER_LOCK);
    return NULL;
}

BOOL WINAPI UnlockServiceDatabase(SC_LOCK lock)
{
    (void)lock;
    return fail(ERROR_INVALID_SERVICE_LOCK);
}

/* --- being a service: no process is started as one --- */

/* Documented: ERROR_FAILED_SERVICE_CONTROLLER_CONNECT if the program runs as a console application. */
BOOL WINAPI StartServiceCtrlDispatcherW(const SERVICE_TABLE_ENTRYW *table)
{
    if (!table)
        return fail(ERROR_INVALID_DATA);
    return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
}

BOOL WINAPI StartServiceCtrlDispatcherA(const SERVICE_TABLE_ENTRYA *table)
{
    if (!table)
        return fail(ERROR_INVALID_DATA);
    return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
}

/* "ERROR_SERVICE_NOT_IN_EXE: The service entry was specified incorrectly when the process called the
 * StartServiceCtrlDispatcher function." */
SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExW(LPCWSTR name, LPHANDLER_FUNCTION_EX handler, LPVOID context)
{
    (void)context;
    SetLastError(name && handler ? ERROR_SERVICE_NOT_IN_EXE : ERROR_INVALID_PARAMETER);
    return NULL;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExA(LPCSTR name, LPHANDLER_FUNCTION_EX handler, LPVOID context)
{
    (void)context;
    SetLastError(name && handler ? ERROR_SERVICE_NOT_IN_EXE : ERROR_INVALID_PARAMETER);
    return NULL;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerW(LPCWSTR name, LPHANDLER_FUNCTION handler)
{
    SetLastError(name && handler ? ERROR_SERVICE_NOT_IN_EXE : ERROR_INVALID_PARAMETER);
    return NULL;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerA(LPCSTR name, LPHANDLER_FUNCTION handler)
{
    SetLastError(name && handler ? ERROR_SERVICE_NOT_IN_EXE : ERROR_INVALID_PARAMETER);
    return NULL;
}

BOOL WINAPI SetServiceStatus(SERVICE_STATUS_HANDLE handle, LPSERVICE_STATUS status)
{
    (void)handle, (void)status;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI SetServiceBits(SERVICE_STATUS_HANDLE handle, DWORD bits, BOOL on, BOOL immediately)
{
    (void)handle, (void)bits, (void)on, (void)immediately;
    return fail(ERROR_INVALID_HANDLE);
}
