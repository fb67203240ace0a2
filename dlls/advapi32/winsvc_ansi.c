/* SPDX-License-Identifier: MIT */
/* winsvc_ansi.c: the A functions of winsvc.c and winsvc_query.c. */
#include "winsvc_private.h"

/* --- creating, changing, starting --- */

struct texts {
    WCHAR *name, *display, *path, *group, *dependencies, *account;
};

/* Each NULL for NULL; FALSE if there is no memory. */
static BOOL widen(struct texts *texts, LPCSTR name, LPCSTR display, LPCSTR path, LPCSTR group, LPCSTR dependencies,
                  LPCSTR account)
{
    BOOL failed = FALSE;

    *texts = (struct texts){
        wide_dup(name),   wide_dup(display), wide_dup(path), wide_dup(group), wide_list_dup(dependencies, &failed),
        wide_dup(account)
    };
    return !failed && (!name == !texts->name) && (!display == !texts->display) && (!path == !texts->path) &&
           (!group == !texts->group) && (!account == !texts->account);
}

static void free_texts(struct texts *texts)
{
    heap_free(texts->name);
    heap_free(texts->display);
    heap_free(texts->path);
    heap_free(texts->group);
    heap_free(texts->dependencies);
    heap_free(texts->account);
}

SC_HANDLE WINAPI CreateServiceA(SC_HANDLE manager, LPCSTR name, LPCSTR display, DWORD access, DWORD type, DWORD start,
                                DWORD error_control, LPCSTR path, LPCSTR group, LPDWORD tag, LPCSTR dependencies,
                                LPCSTR account, LPCSTR password)
{
    SC_HANDLE handle = NULL;
    struct texts texts;

    (void)password;
    if (widen(&texts, name, display, path, group, dependencies, account))
        handle = CreateServiceW(manager, texts.name, texts.display, access, type, start, error_control, texts.path,
                                texts.group, tag, texts.dependencies, texts.account, NULL);
    free_texts(&texts);
    return handle;
}

BOOL WINAPI ChangeServiceConfigA(SC_HANDLE service, DWORD type, DWORD start, DWORD error_control, LPCSTR path,
                                 LPCSTR group, LPDWORD tag, LPCSTR dependencies, LPCSTR account, LPCSTR password,
                                 LPCSTR display)
{
    struct texts texts;
    BOOL ok = FALSE;

    (void)password;
    if (widen(&texts, NULL, display, path, group, dependencies, account))
        ok = ChangeServiceConfigW(service, type, start, error_control, texts.path, texts.group, tag, texts.dependencies,
                                  texts.account, NULL, texts.display);
    free_texts(&texts);
    return ok;
}

BOOL WINAPI StartServiceA(SC_HANDLE service, DWORD count, LPCSTR *arguments)
{
    WCHAR **wide = NULL;
    BOOL ok = TRUE;

    if (arguments && count) {
        if (count > 0x10000 || !(wide = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, count * sizeof(*wide))))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        for (DWORD i = 0; i < count && ok; i++)
            ok = (wide[i] = wide_dup(arguments[i] ? arguments[i] : "")) != NULL;
    }
    ok = ok && StartServiceW(service, wide ? count : 0, (const WCHAR **)wide);
    for (DWORD i = 0; wide && i < count; i++)
        heap_free(wide[i]);
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

BOOL WINAPI EnumDependentServicesA(SC_HANDLE service, DWORD state, LPENUM_SERVICE_STATUSA buffer, DWORD size,
                                   LPDWORD needed, LPDWORD returned)
{
    ENUM_SERVICE_STATUSW *wide = (ENUM_SERVICE_STATUSW *)buffer;
    BOOL ok = EnumDependentServicesW(service, state, wide, size, needed, returned);
    DWORD error = GetLastError();

    if (!ok && error != ERROR_MORE_DATA)
        return FALSE;
    for (DWORD i = 0; i < *returned; i++)
        if (!convert((ENUM_SERVICE_STATUS_PROCESSW *)&wide[i]))
            return FALSE;
    SetLastError(error);
    return ok;
}
