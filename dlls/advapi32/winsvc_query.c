/* SPDX-License-Identifier: MIT */
/* winsvc_query.c: what services there are, their status, names and security. */
#include "winsvc_private.h"

/* --- status --- */

static BOOL query_status(SC_HANDLE value, SERVICE_STATUS_PROCESS *status)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 }, answer = { 0 };
    BOOL ok;

    if (!service)
        return FALSE;
    packet_put(&request, SERVICES_STATUS);
    ok = service_call(service, &request, &answer);
    if (ok)
        packet_get_struct(&answer, status, sizeof(*status));
    packet_free(&answer);
    return ok;
}

BOOL WINAPI QueryServiceStatusEx(SC_HANDLE service, SC_STATUS_TYPE level, LPBYTE buffer, DWORD size, LPDWORD needed)
{
    SERVICE_STATUS_PROCESS status;

    if (level != SC_STATUS_PROCESS_INFO)
        return fail(ERROR_INVALID_LEVEL);
    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    *needed = sizeof(status);
    if (size < sizeof(status))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!query_status(service, &status))
        return FALSE;
    memcpy(buffer, &status, sizeof(status));
    return TRUE;
}

BOOL WINAPI QueryServiceStatus(SC_HANDLE service, LPSERVICE_STATUS result)
{
    SERVICE_STATUS_PROCESS status;

    if (!query_status(service, &status))
        return FALSE;
    if (!result)
        return fail(ERROR_INVALID_ADDRESS);
    memcpy(result, &status, sizeof(*result)); /* SERVICE_STATUS_PROCESS begins as SERVICE_STATUS does */
    return TRUE;
}

/* --- the lock --- */

static BOOL query_lock(SC_HANDLE value, struct packet *answer)
{
    struct service_handle *manager = service_check(value, FALSE);
    struct packet request = { 0 };

    if (!manager)
        return FALSE;
    packet_put(&request, SERVICES_LOCK_STATUS);
    return service_call(manager, &request, answer);
}

BOOL WINAPI QueryServiceLockStatusW(SC_HANDLE manager, LPQUERY_SERVICE_LOCK_STATUSW status, DWORD size, LPDWORD needed)
{
    struct packet answer = { 0 };
    const WCHAR *owner;
    BOOL ok = FALSE;
    DWORD locked;

    if (!query_lock(manager, &answer)) {
        packet_free(&answer);
        return FALSE;
    }
    locked = packet_get(&answer);
    owner = packet_get_text(&answer);
    if (!owner)
        owner = L"";
    *needed = sizeof(*status) + (DWORD)(wcslen(owner) + 1) * sizeof(WCHAR);
    if (size < *needed) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
    } else {
        *status = (QUERY_SERVICE_LOCK_STATUSW){ locked, wcscpy((WCHAR *)(status + 1), owner), packet_get(&answer) };
        ok = TRUE;
    }
    packet_free(&answer);
    return ok;
}

BOOL WINAPI QueryServiceLockStatusA(SC_HANDLE manager, LPQUERY_SERVICE_LOCK_STATUSA status, DWORD size, LPDWORD needed)
{
    struct packet answer = { 0 };
    const WCHAR *owner;
    BOOL ok = FALSE;
    DWORD locked;
    SIZE_T total = sizeof(*status);
    char *at = NULL;

    if (!query_lock(manager, &answer)) {
        packet_free(&answer);
        return FALSE;
    }
    locked = packet_get(&answer);
    owner = packet_get_text(&answer);
    if (!owner)
        owner = L"";
    put_ansi(&at, &total, owner, FALSE);
    *needed = (DWORD)total;
    if (size < total) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
    } else {
        at = (char *)(status + 1);
        *status = (QUERY_SERVICE_LOCK_STATUSA){ locked, put_ansi(&at, &total, owner, FALSE), packet_get(&answer) };
        ok = TRUE;
    }
    packet_free(&answer);
    return ok;
}

/* --- enumeration --- */

/* The answer's entries into the buffer: structures from its start, texts from its end. `full`: those with the process. */
static BOOL put_entries(struct packet *answer, BYTE *buffer, DWORD size, DWORD *needed, DWORD *returned, DWORD *resume,
                        BOOL full)
{
    SIZE_T entry = full ? sizeof(ENUM_SERVICE_STATUS_PROCESSW) : sizeof(ENUM_SERVICE_STATUSW);
    DWORD count = packet_get(answer), first = resume ? *resume : 0;
    BYTE *at = buffer, *end = buffer + (size & ~1u);
    BOOL more = FALSE;

    *needed = *returned = 0;
    for (DWORD i = 0; i < count; i++) {
        const WCHAR *name = packet_get_text(answer), *display = packet_get_text(answer);
        SERVICE_STATUS_PROCESS status;
        packet_get_struct(answer, &status, sizeof(status));
        if (answer->bad)
            return fail(RPC_S_CALL_FAILED);
        if (i < first)
            continue;
        SIZE_T name_size = (wcslen(name) + 1) * sizeof(WCHAR), display_size = (wcslen(display) + 1) * sizeof(WCHAR);
        if (more || (SIZE_T)(end - at) < entry + name_size + display_size) {
            if (!more && resume)
                *resume = i;
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
    if (more)
        return fail(ERROR_MORE_DATA);
    if (resume)
        *resume = 0;
    return TRUE;
}

static BOOL enumerate(SC_HANDLE value, DWORD type, DWORD state, BYTE *buffer, DWORD size, DWORD *needed,
                      DWORD *returned, DWORD *resume, BOOL full, const WCHAR *group)
{
    struct service_handle *manager = service_check(value, FALSE);
    struct packet request = { 0 }, answer = { 0 };
    BOOL ok;

    if (!manager)
        return FALSE;
    if (!needed || !returned)
        return fail(ERROR_INVALID_ADDRESS);
    if (!state || state & ~(DWORD)SERVICE_STATE_ALL || !(type & (SERVICE_WIN32 | SERVICE_DRIVER)) ||
        type & ~(DWORD)SERVICE_TYPE_ALL)
        return fail(ERROR_INVALID_PARAMETER);
    packet_put(&request, SERVICES_ENUMERATE);
    packet_put(&request, type & (SERVICE_WIN32 | SERVICE_DRIVER));
    packet_put(&request, state);
    packet_put_text(&request, group);
    ok = service_call(manager, &request, &answer) && put_entries(&answer, buffer, size, needed, returned, resume, full);
    packet_free(&answer);
    return ok;
}

BOOL WINAPI EnumServicesStatusExW(SC_HANDLE manager, SC_ENUM_TYPE level, DWORD type, DWORD state, LPBYTE buffer,
                                  DWORD size, LPDWORD needed, LPDWORD returned, LPDWORD resume, LPCWSTR group)
{
    if (level != SC_ENUM_PROCESS_INFO)
        return fail(ERROR_INVALID_LEVEL);
    return enumerate(manager, type, state, buffer, size, needed, returned, resume, TRUE, group);
}

BOOL WINAPI EnumServicesStatusW(SC_HANDLE manager, DWORD type, DWORD state, LPENUM_SERVICE_STATUSW buffer, DWORD size,
                                LPDWORD needed, LPDWORD returned, LPDWORD resume)
{
    return enumerate(manager, type, state, (BYTE *)buffer, size, needed, returned, resume, FALSE, NULL);
}

BOOL WINAPI EnumDependentServicesW(SC_HANDLE value, DWORD state, LPENUM_SERVICE_STATUSW buffer, DWORD size,
                                   LPDWORD needed, LPDWORD returned)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 }, answer = { 0 };
    BOOL ok;

    if (!service)
        return FALSE;
    if (!needed || !returned)
        return fail(ERROR_INVALID_ADDRESS);
    if (!state || state & ~(DWORD)SERVICE_STATE_ALL)
        return fail(ERROR_INVALID_PARAMETER);
    packet_put(&request, SERVICES_DEPENDENTS);
    packet_put(&request, state);
    ok = service_call(service, &request, &answer) &&
         put_entries(&answer, (BYTE *)buffer, size, needed, returned, NULL, FALSE);
    packet_free(&answer);
    return ok;
}

/* --- names --- */

/* The display name of a service, or the name of that which is displayed so. */
static BOOL find_name(SC_HANDLE value, const WCHAR *wanted, BOOL by_display, WCHAR *buffer, DWORD *length)
{
    struct service_handle *manager = service_check(value, FALSE);
    struct packet request = { 0 }, answer = { 0 };
    const WCHAR *result = NULL;
    DWORD capacity;

    if (!manager)
        return FALSE;
    if (!wanted || !length)
        return fail(ERROR_INVALID_ADDRESS);
    capacity = buffer ? *length : 0;
    packet_put(&request, SERVICES_FIND_NAME);
    packet_put_text(&request, wanted);
    packet_put(&request, by_display);
    if (service_call(manager, &request, &answer))
        result = packet_get_text(&answer);
    if (!result) {
        if (capacity)
            *buffer = 0;
        packet_free(&answer);
        return FALSE;
    }
    *length = (DWORD)wcslen(result);
    if (*length < capacity)
        wcscpy(buffer, result);
    packet_free(&answer);
    return *length < capacity ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

BOOL WINAPI GetServiceDisplayNameW(SC_HANDLE manager, LPCWSTR name, LPWSTR buffer, LPDWORD length)
{
    return find_name(manager, name, FALSE, buffer, length);
}

BOOL WINAPI GetServiceKeyNameW(SC_HANDLE manager, LPCWSTR display, LPWSTR buffer, LPDWORD length)
{
    return find_name(manager, display, TRUE, buffer, length);
}

/* --- security --- */

/* The parts of the descriptor that are asked for. */
static BOOL copy_parts(PSECURITY_DESCRIPTOR from, SECURITY_INFORMATION information, PSECURITY_DESCRIPTOR to, DWORD size,
                       DWORD *needed)
{
    SECURITY_DESCRIPTOR parts;
    BOOL present, defaulted;
    PACL acl;
    PSID sid;

    InitializeSecurityDescriptor(&parts, SECURITY_DESCRIPTOR_REVISION);
    if (information & OWNER_SECURITY_INFORMATION && GetSecurityDescriptorOwner(from, &sid, &defaulted))
        SetSecurityDescriptorOwner(&parts, sid, defaulted);
    if (information & GROUP_SECURITY_INFORMATION && GetSecurityDescriptorGroup(from, &sid, &defaulted))
        SetSecurityDescriptorGroup(&parts, sid, defaulted);
    if (information & DACL_SECURITY_INFORMATION && GetSecurityDescriptorDacl(from, &present, &acl, &defaulted))
        SetSecurityDescriptorDacl(&parts, present, acl, defaulted);
    if (information & SACL_SECURITY_INFORMATION && GetSecurityDescriptorSacl(from, &present, &acl, &defaulted))
        SetSecurityDescriptorSacl(&parts, present, acl, defaulted);
    *needed = size;
    return MakeSelfRelativeSD(&parts, to, needed);
}

BOOL WINAPI QueryServiceObjectSecurity(SC_HANDLE value, SECURITY_INFORMATION information,
                                       PSECURITY_DESCRIPTOR descriptor, DWORD size, LPDWORD needed)
{
    struct service_handle *handle = service_check_any(value);
    struct packet request = { 0 }, answer = { 0 };
    PSECURITY_DESCRIPTOR all;
    DWORD all_size;
    BOOL ok;

    if (!handle)
        return FALSE;
    if (!needed)
        return fail(ERROR_INVALID_ADDRESS);
    if (!information || information & ~(SECURITY_INFORMATION)(OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                                              DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION))
        return fail(ERROR_INVALID_PARAMETER);
    packet_put(&request, SERVICES_GET_SECURITY);
    packet_put(&request, information);
    ok = service_call(handle, &request, &answer);
    if (ok) {
        all = (PSECURITY_DESCRIPTOR)packet_get_bytes(&answer, &all_size);
        ok = all && copy_parts(all, information, descriptor, size, needed);
    }
    packet_free(&answer);
    return ok;
}

BOOL WINAPI SetServiceObjectSecurity(SC_HANDLE value, SECURITY_INFORMATION information, PSECURITY_DESCRIPTOR descriptor)
{
    struct service_handle *handle = service_check_any(value);
    struct packet request = { 0 }, answer = { 0 };
    DWORD size = 0;
    BYTE *relative;
    BOOL ok;

    if (!handle)
        return FALSE;
    if (!information || !descriptor)
        return fail(ERROR_INVALID_PARAMETER);
    if (!IsValidSecurityDescriptor(descriptor))
        return fail(ERROR_INVALID_SECURITY_DESCR);
    size = GetSecurityDescriptorLength(descriptor);
    if (!(relative = heap_alloc(size)))
        return FALSE;
    copy_parts(descriptor, information, relative, size, &size);
    packet_put(&request, SERVICES_SET_SECURITY);
    packet_put(&request, information);
    packet_put_bytes(&request, relative, size);
    heap_free(relative);
    ok = service_call(handle, &request, &answer);
    packet_free(&answer);
    return ok;
}
