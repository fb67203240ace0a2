/* SPDX-License-Identifier: MIT */
/* winsvc_query.c: what services there are, and how the registry configures them. None runs. */
#include "winsvc_private.h"

/* --- status --- */

static DWORD read_dword(HKEY key, const WCHAR *name, DWORD fallback)
{
    DWORD value, size = sizeof(value), type;

    return RegQueryValueExW(key, name, NULL, &type, (BYTE *)&value, &size) || type != REG_DWORD ? fallback : value;
}

static void fill_status(HKEY key, SERVICE_STATUS_PROCESS *status)
{
    *status = (SERVICE_STATUS_PROCESS){ .dwServiceType = read_dword(key, L"Type", SERVICE_WIN32_OWN_PROCESS),
                                        .dwCurrentState = SERVICE_STOPPED,
                                        .dwWin32ExitCode = ERROR_SERVICE_NEVER_STARTED };
}

BOOL WINAPI QueryServiceStatusEx(SC_HANDLE service, SC_STATUS_TYPE level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    struct service_handle *handle = service_check(service, TRUE, SERVICE_QUERY_STATUS);
    SERVICE_STATUS_PROCESS status;

    if (!handle)
        return FALSE;
    if (level != SC_STATUS_PROCESS_INFO)
        return fail(ERROR_INVALID_LEVEL);
    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    *needed = sizeof(status);
    if (size < sizeof(status))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    fill_status(handle->key, &status);
    memcpy(buffer, &status, sizeof(status));
    return TRUE;
}

BOOL WINAPI QueryServiceStatus(SC_HANDLE service, LPSERVICE_STATUS result)
{
    struct service_handle *handle = service_check(service, TRUE, SERVICE_QUERY_STATUS);
    SERVICE_STATUS_PROCESS status;

    if (!handle)
        return FALSE;
    if (!result)
        return fail(ERROR_INVALID_ADDRESS);
    fill_status(handle->key, &status);
    memcpy(result, &status, sizeof(*result)); /* SERVICE_STATUS_PROCESS begins as SERVICE_STATUS does */
    return TRUE;
}

BOOL WINAPI QueryServiceLockStatusW(SC_HANDLE manager, LPQUERY_SERVICE_LOCK_STATUSW status, DWORD size, LPDWORD needed)
{
    static WCHAR nobody[] = L"";

    if (!service_check(manager, FALSE, SC_MANAGER_QUERY_LOCK_STATUS))
        return FALSE;
    *needed = sizeof(*status);
    if (size < sizeof(*status))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    *status = (QUERY_SERVICE_LOCK_STATUSW){ 0, nobody, 0 };
    return TRUE;
}

BOOL WINAPI QueryServiceLockStatusA(SC_HANDLE manager, LPQUERY_SERVICE_LOCK_STATUSA status, DWORD size, LPDWORD needed)
{
    static char nobody[] = "";

    if (!service_check(manager, FALSE, SC_MANAGER_QUERY_LOCK_STATUS))
        return FALSE;
    *needed = sizeof(*status);
    if (size < sizeof(*status))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    *status = (QUERY_SERVICE_LOCK_STATUSA){ 0, nobody, 0 };
    return TRUE;
}

/* --- configuration --- */

/* A value's text or list on the heap; an empty one if it is not there. *size in bytes. */
static WCHAR *read_text(HKEY key, const WCHAR *name, DWORD *size)
{
    DWORD flags = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_RT_REG_MULTI_SZ | RRF_NOEXPAND;
    WCHAR *text = NULL;

    *size = 0;
    if (!RegGetValueW(key, NULL, name, flags, NULL, NULL, size)) {
        if (!(text = heap_alloc(*size)))
            return NULL;
        if (!RegGetValueW(key, NULL, name, flags, NULL, text, size))
            return text;
        heap_free(text);
    }
    *size = 2 * sizeof(WCHAR); /* ends a list too */
    text = heap_alloc(*size);
    if (text)
        memset(text, 0, *size);
    return text;
}

enum { PATH, GROUP, DEPENDENCIES, ACCOUNT, DISPLAY, TEXTS };

BOOL WINAPI QueryServiceConfigW(SC_HANDLE service, LPQUERY_SERVICE_CONFIGW config, DWORD size, LPDWORD needed)
{
    static const WCHAR *const names[TEXTS] = { L"ImagePath", L"Group", L"DependOnService", L"ObjectName",
                                               L"DisplayName" };
    struct service_handle *handle = service_check(service, TRUE, SERVICE_QUERY_CONFIG);
    WCHAR *texts[TEXTS] = { 0 }, *copies[TEXTS];
    DWORD sizes[TEXTS], total = sizeof(*config);
    BOOL ok = TRUE;

    if (!handle)
        return FALSE;
    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    for (int i = 0; i < TEXTS && ok; i++) {
        ok = (texts[i] = read_text(handle->key, names[i], &sizes[i])) != NULL;
        total += ok ? sizes[i] : 0;
    }
    if (ok) {
        *needed = total;
        if (size < total) {
            ok = fail(ERROR_INSUFFICIENT_BUFFER);
        } else {
            BYTE *at = (BYTE *)(config + 1);
            for (int i = 0; i < TEXTS; i++) {
                copies[i] = memcpy(at, texts[i], sizes[i]);
                at += sizes[i];
            }
            *config = (QUERY_SERVICE_CONFIGW){
                .dwServiceType = read_dword(handle->key, L"Type", SERVICE_WIN32_OWN_PROCESS),
                .dwStartType = read_dword(handle->key, L"Start", SERVICE_DEMAND_START),
                .dwErrorControl = read_dword(handle->key, L"ErrorControl", SERVICE_ERROR_NORMAL),
                .lpBinaryPathName = copies[PATH],
                .lpLoadOrderGroup = copies[GROUP],
                .dwTagId = read_dword(handle->key, L"Tag", 0),
                .lpDependencies = copies[DEPENDENCIES],
                .lpServiceStartName = copies[ACCOUNT],
                .lpDisplayName = copies[DISPLAY],
            };
        }
    }
    for (int i = 0; i < TEXTS; i++)
        heap_free(texts[i]);
    return ok;
}

/* --- enumeration --- */

/* One service's name and display name; the key when it is one. */
static LSTATUS service_at(HKEY services, DWORD index, DWORD wanted, WCHAR name[257], WCHAR display[257],
                          SERVICE_STATUS_PROCESS *status, BOOL *is_service)
{
    DWORD length = 257, size = 257 * sizeof(WCHAR);
    HKEY key;
    LSTATUS error = RegEnumKeyExW(services, index, name, &length, NULL, NULL, NULL, NULL);

    *is_service = FALSE;
    if (error || RegOpenKeyExW(services, name, 0, KEY_READ, &key))
        return error;
    if (read_dword(key, L"Type", 0) & wanted) {
        *is_service = TRUE;
        fill_status(key, status);
        if (RegGetValueW(key, NULL, L"DisplayName", RRF_RT_REG_SZ, NULL, display, &size) || !*display)
            wcscpy(display, name);
    }
    RegCloseKey(key);
    return ERROR_SUCCESS;
}

/* With status structures of either kind: `full` is the one with the process. */
static BOOL enumerate(SC_HANDLE manager, DWORD type, DWORD state, BYTE *buffer, DWORD size, DWORD *needed,
                      DWORD *returned, DWORD *resume, BOOL full)
{
    SIZE_T entry = full ? sizeof(ENUM_SERVICE_STATUS_PROCESSW) : sizeof(ENUM_SERVICE_STATUSW);
    WCHAR name[257], display[257];
    SERVICE_STATUS_PROCESS status;
    BYTE *end = buffer + size, *at = buffer;
    DWORD index = resume ? *resume : 0;
    BOOL is_service, more = FALSE;
    HKEY services;

    if (!service_check(manager, FALSE, SC_MANAGER_ENUMERATE_SERVICE))
        return FALSE;
    if (!needed || !returned)
        return fail(ERROR_INVALID_ADDRESS);
    if (!state || state & ~(DWORD)SERVICE_STATE_ALL || !type)
        return fail(ERROR_INVALID_PARAMETER);
    *needed = *returned = 0;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICES_PATH, 0, KEY_READ, &services))
        return fail(ERROR_DATABASE_DOES_NOT_EXIST);
    /* All of them are stopped. */
    for (; state & SERVICE_INACTIVE && !service_at(services, index, type, name, display, &status, &is_service);
         index++) {
        SIZE_T name_size = (wcslen(name) + 1) * sizeof(WCHAR), display_size = (wcslen(display) + 1) * sizeof(WCHAR);
        if (!is_service)
            continue;
        if (more || (SIZE_T)(end - at) < entry + name_size + display_size) {
            if (!more && resume)
                *resume = index;
            more = TRUE;
            *needed += entry + name_size + display_size;
            continue;
        }
        ENUM_SERVICE_STATUS_PROCESSW *out = (void *)at;
        out->lpDisplayName = memcpy(end -= display_size, display, display_size);
        out->lpServiceName = memcpy(end -= name_size, name, name_size);
        memcpy(&out->ServiceStatusProcess, &status, full ? sizeof(status) : sizeof(SERVICE_STATUS));
        at += entry;
        ++*returned;
    }
    RegCloseKey(services);
    if (more)
        return fail(ERROR_MORE_DATA);
    if (resume)
        *resume = 0;
    return TRUE;
}

BOOL WINAPI EnumServicesStatusExW(SC_HANDLE manager, SC_ENUM_TYPE level, DWORD type, DWORD state, LPBYTE buffer,
                                  DWORD size, LPDWORD needed, LPDWORD returned, LPDWORD resume, LPCWSTR group)
{
    if (level != SC_ENUM_PROCESS_INFO)
        return fail(ERROR_INVALID_LEVEL);
    if (group && *group)
        return fail(ERROR_SERVICE_DOES_NOT_EXIST); /* "The specified group does not exist" */
    return enumerate(manager, type, state, buffer, size, needed, returned, resume, TRUE);
}

BOOL WINAPI EnumServicesStatusW(SC_HANDLE manager, DWORD type, DWORD state, LPENUM_SERVICE_STATUSW buffer, DWORD size,
                                LPDWORD needed, LPDWORD returned, LPDWORD resume)
{
    return enumerate(manager, type, state, (BYTE *)buffer, size, needed, returned, resume, FALSE);
}

BOOL WINAPI EnumDependentServicesW(SC_HANDLE service, DWORD state, LPENUM_SERVICE_STATUSW buffer, DWORD size,
                                   LPDWORD needed, LPDWORD returned)
{
    (void)buffer, (void)size;
    if (!service_check(service, TRUE, SERVICE_ENUMERATE_DEPENDENTS))
        return FALSE;
    if (!state || state & ~(DWORD)SERVICE_STATE_ALL)
        return fail(ERROR_INVALID_PARAMETER);
    if (state & SERVICE_INACTIVE)
        return fail(ERROR_CALL_NOT_IMPLEMENTED);
    *needed = *returned = 0; /* none that runs */
    return TRUE;
}

/* --- names --- */

/* The display name of a service, or the name of that which is displayed so. */
static BOOL find_name(SC_HANDLE manager, const WCHAR *wanted, BOOL by_display, WCHAR *buffer, DWORD *length)
{
    WCHAR name[257], display[257];
    SERVICE_STATUS_PROCESS status;
    BOOL is_service, found = FALSE;
    HKEY services;

    if (!service_check(manager, FALSE, SC_MANAGER_CONNECT))
        return FALSE;
    if (!wanted || !length)
        return fail(ERROR_INVALID_ADDRESS);
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICES_PATH, 0, KEY_READ, &services))
        return fail(ERROR_SERVICE_DOES_NOT_EXIST);
    for (DWORD i = 0; !found && !service_at(services, i, ~0u, name, display, &status, &is_service); i++)
        found = is_service && !_wcsicmp(by_display ? display : name, wanted);
    RegCloseKey(services);
    if (!found) {
        if (buffer && *length)
            *buffer = 0;
        return fail(ERROR_SERVICE_DOES_NOT_EXIST);
    }
    const WCHAR *result = by_display ? name : display;
    DWORD capacity = buffer ? *length : 0;
    *length = (DWORD)wcslen(result);
    if (*length >= capacity)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    wcscpy(buffer, result);
    return TRUE;
}

BOOL WINAPI GetServiceDisplayNameW(SC_HANDLE manager, LPCWSTR name, LPWSTR buffer, LPDWORD length)
{
    return find_name(manager, name, FALSE, buffer, length);
}

BOOL WINAPI GetServiceKeyNameW(SC_HANDLE manager, LPCWSTR display, LPWSTR buffer, LPDWORD length)
{
    return find_name(manager, display, TRUE, buffer, length);
}
