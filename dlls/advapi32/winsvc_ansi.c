/* SPDX-License-Identifier: MIT */
/* winsvc_ansi.c: the A functions of winsvc_query.c, and optional configuration. */
#include "winsvc_private.h"

/* Texts that follow a structure: each is converted behind the last; `at` may be NULL to count only. */
static char *put_ansi(char **at, SIZE_T *total, const WCHAR *text, BOOL list)
{
    SIZE_T length = wcslen(text) + 1;

    /* A list ends with an empty text; an empty one is nothing else. */
    if (list && *text) {
        while (text[length])
            length += wcslen(text + length) + 1;
        length++;
    }
    int bytes = WideCharToMultiByte(CP_ACP, 0, text, (int)length, NULL, 0, NULL, NULL);
    char *start = *at;
    *total += bytes;
    if (start) {
        WideCharToMultiByte(CP_ACP, 0, text, (int)length, start, bytes, NULL, NULL);
        *at += bytes;
    }
    return start;
}

/* --- configuration --- */

static QUERY_SERVICE_CONFIGW *read_config(SC_HANDLE service)
{
    QUERY_SERVICE_CONFIGW *config;
    DWORD size = 0;

    if (QueryServiceConfigW(service, NULL, 0, &size) || GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return NULL;
    if (!(config = heap_alloc(size)))
        return NULL;
    if (!QueryServiceConfigW(service, config, size, &size)) {
        heap_free(config);
        return NULL;
    }
    return config;
}

BOOL WINAPI QueryServiceConfigA(SC_HANDLE service, LPQUERY_SERVICE_CONFIGA result, DWORD size, LPDWORD needed)
{
    QUERY_SERVICE_CONFIGW *config;
    SIZE_T total = sizeof(*result);
    char *at = NULL;

    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    if (!(config = read_config(service)))
        return FALSE;
    for (int pass = 0; pass < 2; pass++) {
        QUERY_SERVICE_CONFIGA ansi = {
            .dwServiceType = config->dwServiceType,
            .dwStartType = config->dwStartType,
            .dwErrorControl = config->dwErrorControl,
            .lpBinaryPathName = put_ansi(&at, &total, config->lpBinaryPathName, FALSE),
            .lpLoadOrderGroup = put_ansi(&at, &total, config->lpLoadOrderGroup, FALSE),
            .dwTagId = config->dwTagId,
            .lpDependencies = put_ansi(&at, &total, config->lpDependencies, TRUE),
            .lpServiceStartName = put_ansi(&at, &total, config->lpServiceStartName, FALSE),
            .lpDisplayName = put_ansi(&at, &total, config->lpDisplayName, FALSE),
        };
        if (pass) {
            *result = ansi;
            break;
        }
        *needed = (DWORD)total;
        if (size < total) {
            heap_free(config);
            return fail(ERROR_INSUFFICIENT_BUFFER);
        }
        at = (char *)(result + 1);
    }
    heap_free(config);
    return TRUE;
}

/* The description is the registry's; nothing else has been configured. */
BOOL WINAPI QueryServiceConfig2W(SC_HANDLE service, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    struct service_handle *handle = service_check(service, TRUE, SERVICE_QUERY_CONFIG);
    SERVICE_DESCRIPTIONW *description = (SERVICE_DESCRIPTIONW *)buffer;
    DWORD text_size = 0;

    if (!handle)
        return FALSE;
    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    if (level != SERVICE_CONFIG_DESCRIPTION)
        return fail(ERROR_INVALID_LEVEL);
    if (RegGetValueW(handle->key, NULL, L"Description", RRF_RT_REG_SZ, NULL, NULL, &text_size))
        text_size = 0;
    *needed = sizeof(*description) + text_size;
    if (size < *needed)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    description->lpDescription = text_size ? (WCHAR *)(description + 1) : NULL;
    if (text_size)
        RegGetValueW(handle->key, NULL, L"Description", RRF_RT_REG_SZ, NULL, description + 1, &text_size);
    return TRUE;
}

BOOL WINAPI QueryServiceConfig2A(SC_HANDLE service, DWORD level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    SERVICE_DESCRIPTIONA *result = (SERVICE_DESCRIPTIONA *)buffer;
    SERVICE_DESCRIPTIONW *wide;
    SIZE_T total = sizeof(*result);
    DWORD wide_size = 0;
    char *at = NULL;
    BOOL ok = TRUE;

    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    QueryServiceConfig2W(service, level, NULL, 0, &wide_size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || !(wide = heap_alloc(wide_size)))
        return FALSE;
    if (!QueryServiceConfig2W(service, level, (BYTE *)wide, wide_size, &wide_size)) {
        heap_free(wide);
        return FALSE;
    }
    if (wide->lpDescription)
        put_ansi(&at, &total, wide->lpDescription, FALSE);
    *needed = (DWORD)total;
    if (size < total) {
        ok = fail(ERROR_INSUFFICIENT_BUFFER);
    } else {
        at = (char *)(result + 1);
        result->lpDescription = wide->lpDescription ? put_ansi(&at, &total, wide->lpDescription, FALSE) : NULL;
    }
    heap_free(wide);
    return ok;
}

/* --- names --- */

static BOOL name_ansi(BOOL(WINAPI *query)(SC_HANDLE, LPCWSTR, LPWSTR, LPDWORD), SC_HANDLE manager, LPCSTR name,
                      LPSTR buffer, LPDWORD length)
{
    WCHAR wide[257], *wide_name = wide_dup(name);
    DWORD wide_length = ARRAY_SIZE(wide), capacity;
    BOOL ok = length ? query(manager, wide_name, wide, &wide_length) : fail(ERROR_INVALID_ADDRESS);

    heap_free(wide_name);
    if (!ok)
        return FALSE;
    capacity = buffer ? *length : 0;
    *length = (DWORD)WideCharToMultiByte(CP_ACP, 0, wide, -1, NULL, 0, NULL, NULL) - 1;
    if (*length >= capacity)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    WideCharToMultiByte(CP_ACP, 0, wide, -1, buffer, (int)capacity, NULL, NULL);
    return TRUE;
}

BOOL WINAPI GetServiceDisplayNameA(SC_HANDLE manager, LPCSTR name, LPSTR buffer, LPDWORD length)
{
    return name_ansi(GetServiceDisplayNameW, manager, name, buffer, length);
}

BOOL WINAPI GetServiceKeyNameA(SC_HANDLE manager, LPCSTR display, LPSTR buffer, LPDWORD length)
{
    return name_ansi(GetServiceKeyNameW, manager, display, buffer, length);
}

/* --- enumeration: the texts become shorter or stay, so what fits in UTF-16 fits --- */

static BOOL convert(ENUM_SERVICE_STATUS_PROCESSW *entry)
{
    WCHAR *texts[] = { entry->lpServiceName, entry->lpDisplayName };

    for (SIZE_T i = 0; i < ARRAY_SIZE(texts); i++) {
        char *ansi = ansi_dup(texts[i]);
        if (!ansi)
            return FALSE;
        strcpy((char *)texts[i], ansi);
        heap_free(ansi);
    }
    return TRUE;
}

BOOL WINAPI EnumServicesStatusExA(SC_HANDLE manager, SC_ENUM_TYPE level, DWORD type, DWORD state, LPBYTE buffer,
                                  DWORD size, LPDWORD needed, LPDWORD returned, LPDWORD resume, LPCSTR group)
{
    WCHAR *wide_group = wide_dup(group);
    BOOL ok = EnumServicesStatusExW(manager, level, type, state, buffer, size, needed, returned, resume, wide_group);
    DWORD error = GetLastError();

    heap_free(wide_group);
    if (!ok && error != ERROR_MORE_DATA)
        return FALSE;
    for (DWORD i = 0; i < *returned; i++)
        if (!convert((ENUM_SERVICE_STATUS_PROCESSW *)buffer + i))
            return FALSE;
    SetLastError(error);
    return ok;
}

BOOL WINAPI EnumServicesStatusA(SC_HANDLE manager, DWORD type, DWORD state, LPENUM_SERVICE_STATUSA buffer, DWORD size,
                                LPDWORD needed, LPDWORD returned, LPDWORD resume)
{
    ENUM_SERVICE_STATUSW *wide = (ENUM_SERVICE_STATUSW *)buffer;
    BOOL ok = EnumServicesStatusW(manager, type, state, wide, size, needed, returned, resume);
    DWORD error = GetLastError();

    if (!ok && error != ERROR_MORE_DATA)
        return FALSE;
    for (DWORD i = 0; i < *returned; i++)
        if (!convert((ENUM_SERVICE_STATUS_PROCESSW *)&wide[i])) /* which begins with the same names */
            return FALSE;
    SetLastError(error);
    return ok;
}
