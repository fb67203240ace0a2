/* SPDX-License-Identifier: MIT */
/*
 * winsvc.c: services (winsvc.h): the manager's connection and handles. The service control manager is a program of its own (programs/services),
 * started by the first who opens it; include/services.h says how they talk. A handle is a connection: rights are kept and
 * checked on the other side, and it is closed there when this process dies.
 */
#include "winsvc_private.h"

#define HANDLE_MAGIC 0x53564353u

/* --- the connection --- */

/* It gets nothing of this process: no console, no standard handles, no job. It sets the event once it can be reached, or ends because
 * another one can. */
static BOOL start_manager(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    HANDLE ready = CreateEventW(&inherit, TRUE, FALSE, NULL);
    WCHAR directory[MAX_PATH], path[MAX_PATH + 16], command[MAX_PATH + 40];
    DWORD flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT;
    STARTUPINFOEXW startup = { .StartupInfo = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES } };
    PROCESS_INFORMATION info;
    SIZE_T size = 0;
    BOOL ok = FALSE;

    if (!ready)
        return FALSE;
    GetSystemDirectoryW(directory, ARRAY_SIZE(directory));
    wcscpy(path, directory);
    wcscat(path, L"\\services.exe");
    _snwprintf(command, ARRAY_SIZE(command), L"%s %lx", path, (ULONG)(ULONG_PTR)ready);
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = heap_alloc(size);
    if (startup.lpAttributeList && InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size)) {
        UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &ready, sizeof(ready),
                                  NULL, NULL);
        ok = CreateProcessW(path, command, NULL, NULL, TRUE, flags | CREATE_BREAKAWAY_FROM_JOB, NULL, directory,
                            &startup.StartupInfo, &info);
        if (!ok && GetLastError() == ERROR_ACCESS_DENIED) /* a job that none may leave */
            ok = CreateProcessW(path, command, NULL, NULL, TRUE, flags, NULL, directory, &startup.StartupInfo, &info);
        DeleteProcThreadAttributeList(startup.lpAttributeList);
    }
    if (ok) {
        HANDLE either[] = { ready, info.hProcess };
        WaitForMultipleObjects(2, either, FALSE, INFINITE);
        CloseHandle(info.hProcess);
        CloseHandle(info.hThread);
    }
    heap_free(startup.lpAttributeList);
    CloseHandle(ready);
    return ok;
}

HANDLE services_connect(BOOL start, DWORD flags)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    for (int tries = 0; tries < 100;) {
        HANDLE pipe = CreateFileW(SERVICES_PIPE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
        if (pipe != INVALID_HANDLE_VALUE) {
            if (SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
                return pipe;
            CloseHandle(pipe); /* it has just ended */
            tries++;
        } else if (GetLastError() == ERROR_PIPE_BUSY) {
            WaitNamedPipeW(SERVICES_PIPE, 30000);
            tries++;
        } else if (GetLastError() == ERROR_FILE_NOT_FOUND && start) {
            if (!start_manager())
                return NULL;
            tries += 10;
        } else {
            return NULL;
        }
    }
    SetLastError(RPC_S_SERVER_UNAVAILABLE);
    return NULL;
}

/* One message, however long. */
DWORD services_receive(HANDLE pipe, struct packet *packet)
{
    DWORD bytes, error;

    packet->size = packet->at = 0;
    for (;;) {
        if (!packet_reserve(packet, 512))
            return ERROR_NOT_ENOUGH_MEMORY;
        if (ReadFile(pipe, packet->data + packet->size, packet->capacity - packet->size, &bytes, NULL)) {
            packet->size += bytes;
            return ERROR_SUCCESS;
        }
        if ((error = GetLastError()) != ERROR_MORE_DATA)
            return error;
        packet->size += bytes;
        if (!packet_reserve(packet, packet->size)) /* twice as much */
            return ERROR_NOT_ENOUGH_MEMORY;
    }
}

DWORD services_exchange(HANDLE pipe, struct packet *request, struct packet *answer)
{
    DWORD bytes, error;

    if (request->bad)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!WriteFile(pipe, request->data, request->size, &bytes, NULL) || (error = services_receive(pipe, answer))) {
        error = GetLastError();
        /* as when the manager's process is gone */
        return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED
                   ? RPC_S_CALL_FAILED
                   : error;
    }
    return packet_get(answer);
}

BOOL service_call(struct service_handle *handle, struct packet *request, struct packet *answer)
{
    DWORD error;

    AcquireSRWLockExclusive(&handle->lock);
    error = services_exchange(handle->pipe, request, answer);
    ReleaseSRWLockExclusive(&handle->lock);
    packet_free(request);
    if (!error && answer->bad)
        error = RPC_S_CALL_FAILED;
    return error ? fail(error) : TRUE;
}

/* A call whose answer is an error only. */
static BOOL simple_call(struct service_handle *handle, struct packet *request)
{
    struct packet answer = { 0 };
    BOOL ok = service_call(handle, request, &answer);

    packet_free(&answer);
    return ok;
}

/* --- handles --- */

struct service_handle *service_check_any(SC_HANDLE value)
{
    struct service_handle *handle = (struct service_handle *)value;

    if (handle && !((ULONG_PTR)handle & 7) && handle->magic == HANDLE_MAGIC)
        return handle;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

struct service_handle *service_check(SC_HANDLE value, BOOL service)
{
    struct service_handle *handle = service_check_any(value);

    if (!handle || handle->service == service)
        return handle;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

/* Takes the pipe over. */
static SC_HANDLE make_handle(const WCHAR *name, HANDLE pipe, BOOL service)
{
    struct service_handle *handle = heap_alloc(sizeof(*handle) + (wcslen(name) + 1) * sizeof(WCHAR));

    if (!handle) {
        CloseHandle(pipe);
        return NULL;
    }
    *handle = (struct service_handle){ .magic = HANDLE_MAGIC, .service = service, .pipe = pipe };
    wcscpy(handle->name, name);
    return (SC_HANDLE)handle;
}

BOOL WINAPI CloseServiceHandle(SC_HANDLE value)
{
    struct service_handle *handle = service_check_any(value);
    struct packet request = { 0 };

    if (!handle)
        return FALSE;
    notification_cancel(handle);
    if (handle->service) { /* a service that is to be deleted is so when its last handle is closed */
        packet_put(&request, SERVICES_CLOSE);
        simple_call(handle, &request);
    }
    handle->magic = 0;
    CloseHandle(handle->pipe);
    heap_free(handle);
    return TRUE;
}

static BOOL is_this_machine(const WCHAR *machine)
{
    WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(own);

    if (!machine || !*machine)
        return TRUE;
    if (machine[0] == '\\' && machine[1] == '\\')
        machine += 2;
    return !_wcsicmp(machine, L"localhost") || !wcscmp(machine, L".") || !wcscmp(machine, L"127.0.0.1") ||
           (GetComputerNameW(own, &size) && !_wcsicmp(machine, own));
}

SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access)
{
    struct packet answer = { 0 };
    DWORD error = RPC_S_CALL_FAILED;

    if (!is_this_machine(machine)) {
        SetLastError(RPC_S_SERVER_UNAVAILABLE);
        return NULL;
    }
    if (database && *database && _wcsicmp(database, SERVICES_ACTIVE_DATABASEW)) {
        SetLastError(_wcsicmp(database, SERVICES_FAILED_DATABASEW) ? ERROR_INVALID_NAME
                                                                   : ERROR_DATABASE_DOES_NOT_EXIST);
        return NULL;
    }
    /* One that is just ending lets go of who connects. */
    for (int tries = 0; tries < 10 && error == RPC_S_CALL_FAILED; tries++) {
        struct packet request = { 0 };
        HANDLE pipe = services_connect(TRUE, 0);
        if (!pipe)
            return NULL;
        packet_put(&request, SERVICES_OPEN_MANAGER);
        packet_put(&request, access);
        error = services_exchange(pipe, &request, &answer);
        packet_free(&request);
        packet_free(&answer);
        if (!error)
            return make_handle(L"", pipe, FALSE);
        CloseHandle(pipe);
    }
    SetLastError(error);
    return NULL;
}

SC_HANDLE WINAPI OpenSCManagerA(LPCSTR machine, LPCSTR database, DWORD access)
{
    WCHAR *wide = wide_dup(machine), *wide_database = wide_dup(database);
    SC_HANDLE handle = OpenSCManagerW(wide, wide_database, access);

    heap_free(wide);
    heap_free(wide_database);
    return handle;
}

/* The manager's answer to OPEN or CREATE gives a number, by which a connection of its own becomes the handle. */
static SC_HANDLE open_given(struct service_handle *manager, const WCHAR *name, struct packet *request, DWORD *tag)
{
    struct packet answer = { 0 }, attach = { 0 };
    DWORD number, error;
    HANDLE pipe;

    if (!service_call(manager, request, &answer)) {
        packet_free(&answer);
        return NULL;
    }
    number = packet_get(&answer);
    if (tag)
        *tag = packet_get(&answer);
    packet_free(&answer);
    if (!(pipe = services_connect(FALSE, 0)))
        return NULL;
    packet_put(&attach, SERVICES_ATTACH);
    packet_put(&attach, number);
    error = services_exchange(pipe, &attach, &answer);
    packet_free(&attach);
    packet_free(&answer);
    if (!error)
        return make_handle(name, pipe, TRUE);
    CloseHandle(pipe);
    SetLastError(error);
    return NULL;
}

SC_HANDLE WINAPI OpenServiceW(SC_HANDLE value, LPCWSTR name, DWORD access)
{
    struct service_handle *manager = service_check(value, FALSE);
    struct packet request = { 0 };

    if (!manager)
        return NULL;
    if (!name) {
        SetLastError(ERROR_INVALID_ADDRESS);
        return NULL;
    }
    if (!*name || wcslen(name) > SERVICE_NAME_MAX || wcspbrk(name, L"\\/")) {
        SetLastError(ERROR_INVALID_NAME);
        return NULL;
    }
    packet_put(&request, SERVICES_OPEN);
    packet_put_text(&request, name);
    packet_put(&request, access);
    return open_given(manager, name, &request, NULL);
}

SC_HANDLE WINAPI OpenServiceA(SC_HANDLE manager, LPCSTR name, DWORD access)
{
    WCHAR *wide = wide_dup(name);
    SC_HANDLE handle = OpenServiceW(manager, wide, access);

    heap_free(wide);
    return handle;
}

/* --- creating and changing --- */

struct config {
    DWORD type, start, error_control;
    const WCHAR *path, *group, *dependencies, *account, *display;
};

static void put_number(struct packet *packet, const WCHAR *name, DWORD value)
{
    packet_put_text(packet, name);
    packet_put(packet, REG_DWORD);
    packet_put_bytes(packet, &value, sizeof(value));
}

static void put_text(struct packet *packet, const WCHAR *name, DWORD type, const WCHAR *text)
{
    packet_put_text(packet, name);
    packet_put(packet, type);
    packet_put_text(packet, text);
}

/* Groups are marked with a "+" among the dependencies (SC_GROUP_IDENTIFIER). Both lists, as values of their own. */
static BOOL put_dependencies(struct packet *packet, const WCHAR *list)
{
    for (int groups = 0; groups < 2; groups++) {
        WCHAR *part = heap_alloc((list_length(list) + 2) * sizeof(WCHAR)), *at = part;
        if (!part)
            return FALSE;
        for (const WCHAR *name = list; *name; name += wcslen(name) + 1) {
            if ((*name == SC_GROUP_IDENTIFIERW) != groups)
                continue;
            wcscpy(at, name + groups);
            at += wcslen(at) + 1;
        }
        *at++ = 0;
        packet_put_text(packet, groups ? L"DependOnGroup" : L"DependOnService");
        packet_put(packet, REG_MULTI_SZ);
        packet_put_bytes(packet, part, (DWORD)((BYTE *)at - (BYTE *)part));
        heap_free(part);
    }
    return TRUE;
}

static BOOL put_config(struct packet *packet, const struct config *config)
{
    DWORD count = (config->type != SERVICE_NO_CHANGE) + (config->start != SERVICE_NO_CHANGE) +
                  (config->error_control != SERVICE_NO_CHANGE) + (config->path != NULL) + (config->group != NULL) +
                  2 * (config->dependencies != NULL) + (config->account != NULL) + (config->display != NULL);

    packet_put(packet, count);
    if (config->type != SERVICE_NO_CHANGE)
        put_number(packet, L"Type", config->type);
    if (config->start != SERVICE_NO_CHANGE)
        put_number(packet, L"Start", config->start);
    if (config->error_control != SERVICE_NO_CHANGE)
        put_number(packet, L"ErrorControl", config->error_control);
    if (config->path)
        put_text(packet, L"ImagePath", REG_EXPAND_SZ, config->path);
    if (config->group)
        put_text(packet, L"Group", REG_SZ, config->group);
    if (config->account)
        put_text(packet, L"ObjectName", REG_SZ, config->account);
    if (config->display)
        put_text(packet, L"DisplayName", REG_SZ, config->display);
    return !config->dependencies || put_dependencies(packet, config->dependencies);
}

SC_HANDLE WINAPI CreateServiceW(SC_HANDLE value, LPCWSTR name, LPCWSTR display, DWORD access, DWORD type, DWORD start,
                                DWORD error_control, LPCWSTR path, LPCWSTR group, LPDWORD tag, LPCWSTR dependencies,
                                LPCWSTR account, LPCWSTR password)
{
    struct service_handle *manager = service_check(value, FALSE);
    BOOL driver = type & SERVICE_DRIVER;
    struct config config = {
        type, start, error_control, path, group, dependencies, account || driver ? account : L"LocalSystem", display
    };
    struct packet request = { 0 };

    (void)password; /* nobody else can be logged on anyway */
    if (!manager)
        return NULL;
    if (!name || !path) {
        SetLastError(ERROR_INVALID_ADDRESS);
        return NULL;
    }
    /* SERVICE_NO_CHANGE means nothing here */
    if (type == SERVICE_NO_CHANGE || start == SERVICE_NO_CHANGE || error_control == SERVICE_NO_CHANGE) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    packet_put(&request, SERVICES_CREATE);
    packet_put_text(&request, name);
    packet_put(&request, access);
    packet_put(&request, tag != NULL);
    if (!put_config(&request, &config)) {
        packet_free(&request);
        return NULL;
    }
    return open_given(manager, name, &request, tag);
}

BOOL WINAPI ChangeServiceConfigW(SC_HANDLE value, DWORD type, DWORD start, DWORD error_control, LPCWSTR path,
                                 LPCWSTR group, LPDWORD tag, LPCWSTR dependencies, LPCWSTR account, LPCWSTR password,
                                 LPCWSTR display)
{
    struct service_handle *service = service_check(value, TRUE);
    struct config config = { type, start, error_control, path, group, dependencies, account, display };
    struct packet request = { 0 }, answer = { 0 };
    BOOL ok;

    (void)password;
    if (!service)
        return FALSE;
    packet_put(&request, SERVICES_CHANGE);
    packet_put(&request, tag != NULL);
    if (!put_config(&request, &config)) {
        packet_free(&request);
        return FALSE;
    }
    ok = service_call(service, &request, &answer);
    if (ok && tag)
        *tag = packet_get(&answer);
    packet_free(&answer);
    return ok;
}

BOOL WINAPI DeleteService(SC_HANDLE value)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 };

    if (!service)
        return FALSE;
    packet_put(&request, SERVICES_DELETE);
    return simple_call(service, &request);
}

/* --- running --- */

BOOL WINAPI StartServiceW(SC_HANDLE value, DWORD count, LPCWSTR *arguments)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 };

    if (!service)
        return FALSE;
    packet_put(&request, SERVICES_START);
    packet_put(&request, arguments ? count : 0);
    for (DWORD i = 0; arguments && i < count; i++)
        packet_put_text(&request, arguments[i]);
    return simple_call(service, &request);
}

/* The status is given with these errors too ("ControlService"). */
static BOOL has_status(DWORD error)
{
    return !error || error == ERROR_INVALID_SERVICE_CONTROL || error == ERROR_SERVICE_CANNOT_ACCEPT_CTRL ||
           error == ERROR_SERVICE_NOT_ACTIVE;
}

static BOOL control(SC_HANDLE value, DWORD code, SERVICE_STATUS_PROCESS *status, BOOL *filled)
{
    struct service_handle *service = service_check(value, TRUE);
    struct packet request = { 0 }, answer = { 0 };
    BOOL ok;

    *filled = FALSE;
    if (!service)
        return FALSE;
    packet_put(&request, SERVICES_CONTROL);
    packet_put(&request, code);
    ok = service_call(service, &request, &answer);
    if (has_status(ok ? 0 : GetLastError())) {
        packet_get_struct(&answer, status, sizeof(*status));
        *filled = !answer.bad;
    }
    packet_free(&answer);
    return ok;
}

BOOL WINAPI ControlService(SC_HANDLE service, DWORD code, LPSERVICE_STATUS result)
{
    SERVICE_STATUS_PROCESS status;
    BOOL filled, ok;

    if (!result)
        return fail(ERROR_INVALID_ADDRESS);
    ok = control(service, code, &status, &filled);
    if (filled)
        memcpy(result, &status, sizeof(*result)); /* SERVICE_STATUS_PROCESS begins as SERVICE_STATUS does */
    return ok;
}

/* "dwReason ... must be set to 0 if the control is not SERVICE_CONTROL_STOP", and one flag, one major and one minor reason if it is. */
static BOOL reason_is_valid(DWORD code, DWORD reason)
{
    DWORD flag = reason & 0xff000000u, major = reason & 0x00ff0000, minor = reason & 0xffff;

    if (code != SERVICE_CONTROL_STOP)
        return !reason;
    if (!reason)
        return TRUE;
    if (flag != SERVICE_STOP_REASON_FLAG_PLANNED && flag != SERVICE_STOP_REASON_FLAG_UNPLANNED &&
        flag != SERVICE_STOP_REASON_FLAG_CUSTOM)
        return FALSE;
    if ((!major || major >= SERVICE_STOP_REASON_MAJOR_MAX) && major < SERVICE_STOP_REASON_MAJOR_MIN_CUSTOM)
        return FALSE;
    return (minor && minor < SERVICE_STOP_REASON_MINOR_MAX) || minor >= SERVICE_STOP_REASON_MINOR_MIN_CUSTOM;
}

/* Reasons and comments are for the event log. */
BOOL WINAPI ControlServiceExW(SC_HANDLE service, DWORD code, DWORD level, PVOID parameters)
{
    SERVICE_CONTROL_STATUS_REASON_PARAMSW *reason = parameters;
    SERVICE_STATUS_PROCESS status;
    BOOL filled, ok;

    if (level != SERVICE_CONTROL_STATUS_REASON_INFO)
        return fail(ERROR_INVALID_LEVEL);
    if (!reason || !reason_is_valid(code, reason->dwReason))
        return fail(ERROR_INVALID_PARAMETER);
    if (reason->pszComment && wcslen(reason->pszComment) > 127)
        return fail(ERROR_INVALID_PARAMETER);
    ok = control(service, code, &status, &filled);
    if (filled)
        reason->ServiceStatus = status;
    return ok;
}

BOOL WINAPI ControlServiceExA(SC_HANDLE service, DWORD code, DWORD level, PVOID parameters)
{
    SERVICE_CONTROL_STATUS_REASON_PARAMSA *reason = parameters;
    SERVICE_CONTROL_STATUS_REASON_PARAMSW wide = { 0 };
    BOOL ok;

    if (level != SERVICE_CONTROL_STATUS_REASON_INFO)
        return fail(ERROR_INVALID_LEVEL);
    if (!reason)
        return fail(ERROR_INVALID_PARAMETER);
    wide.dwReason = reason->dwReason;
    wide.pszComment = wide_dup(reason->pszComment);
    wide.ServiceStatus = reason->ServiceStatus;
    ok = ControlServiceExW(service, code, level, &wide);
    heap_free(wide.pszComment);
    reason->ServiceStatus = wide.ServiceStatus;
    return ok;
}

/* --- the database's lock --- */

SC_LOCK WINAPI LockServiceDatabase(SC_HANDLE value)
{
    struct service_handle *manager = service_check(value, FALSE);
    struct packet request = { 0 };

    if (!manager)
        return NULL;
    packet_put(&request, SERVICES_LOCK);
    return simple_call(manager, &request) ? (SC_LOCK)manager : NULL;
}

BOOL WINAPI UnlockServiceDatabase(SC_LOCK lock)
{
    struct service_handle *manager = service_check((SC_HANDLE)lock, FALSE);
    struct packet request = { 0 };

    if (!manager)
        return fail(ERROR_INVALID_SERVICE_LOCK);
    packet_put(&request, SERVICES_UNLOCK);
    return simple_call(manager, &request);
}
