/* SPDX-License-Identifier: MIT */
/*
 * winsvc_dispatcher.c: being a service: the control dispatcher, handlers, and reporting a status. The dispatcher's connection brings
 * requests, one after the other; each status handle is a connection of its own.
 *
 * If the manager dies, nobody could control its services any more: they are told to stop, as at a shutdown.
 */
#include "winsvc_private.h"

#define STATUS_MAGIC  0x53545348u
#define SHUTDOWN_TIME 30000

struct status_handle {
    DWORD magic;
    struct status_handle *next;
    HANDLE pipe;
    SRWLOCK lock;
    LPHANDLER_FUNCTION handler;
    LPHANDLER_FUNCTION_EX handler_ex;
    void *context;
    SERVICE_STATUS last;
    WCHAR name[]; /* as the manager has it */
};

/* What a service's thread is given: W or A, and the arguments as one block of pointers and texts. */
struct service_thread {
    LPSERVICE_MAIN_FUNCTIONW main;
    LPSERVICE_MAIN_FUNCTIONA main_ansi;
    DWORD count;
    void *arguments[];
};

struct entry {
    const void *name;
    const void *main;
};

static SRWLOCK handles_lock = SRWLOCK_INIT;
static struct status_handle *handles; /* the latest first */
static CONDITION_VARIABLE stopped = CONDITION_VARIABLE_INIT;
static LONG dispatching;

/* --- reporting --- */

static BOOL report(struct status_handle *handle)
{
    struct packet request = { 0 }, answer = { 0 };
    DWORD error;

    packet_put(&request, SERVICES_SET_STATUS);
    packet_put_bytes(&request, &handle->last, sizeof(handle->last));
    error = services_exchange(handle->pipe, &request, &answer);
    packet_free(&request);
    packet_free(&answer);
    return error ? fail(error) : TRUE;
}

static struct status_handle *check_status(SERVICE_STATUS_HANDLE value)
{
    struct status_handle *handle = (struct status_handle *)value;

    if (handle && !((ULONG_PTR)handle & 7) && handle->magic == STATUS_MAGIC)
        return handle;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

BOOL WINAPI SetServiceStatus(SERVICE_STATUS_HANDLE value, LPSERVICE_STATUS status)
{
    struct status_handle *handle = check_status(value);
    BOOL ok;

    if (!handle)
        return FALSE;
    if (!status)
        return fail(ERROR_INVALID_ADDRESS);
    if (status->dwCurrentState < SERVICE_STOPPED || status->dwCurrentState > SERVICE_PAUSED)
        return fail(ERROR_INVALID_DATA);
    AcquireSRWLockExclusive(&handle->lock);
    handle->last = *status;
    ok = report(handle);
    ReleaseSRWLockExclusive(&handle->lock);
    if (status->dwCurrentState == SERVICE_STOPPED) {
        DWORD error = GetLastError();
        AcquireSRWLockExclusive(&handles_lock); /* so that no waiter misses it */
        ReleaseSRWLockExclusive(&handles_lock);
        WakeAllConditionVariable(&stopped);
        SetLastError(error);
    }
    return ok;
}

/* "SetServiceBits ... registers a service type with the service control manager and the Server service", which is not there. */
BOOL WINAPI SetServiceBits(SERVICE_STATUS_HANDLE value, DWORD bits, BOOL on, BOOL immediately)
{
    (void)bits, (void)on, (void)immediately;
    return check_status(value) ? fail(ERROR_SERVICE_NOT_ACTIVE) : FALSE;
}

BOOL WINAPI QueryServiceDynamicInformation(SERVICE_STATUS_HANDLE value, DWORD level, PVOID *info)
{
    struct status_handle *handle = check_status(value);
    struct packet request = { 0 }, answer = { 0 };
    SERVICE_START_REASON *reason;
    DWORD error;

    if (!handle)
        return FALSE;
    if (level != SERVICE_DYNAMIC_INFORMATION_LEVEL_START_REASON)
        return fail(ERROR_INVALID_LEVEL);
    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!(reason = LocalAlloc(LMEM_FIXED, sizeof(*reason)))) /* the caller frees it with LocalFree */
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    packet_put(&request, SERVICES_START_REASON);
    AcquireSRWLockExclusive(&handle->lock);
    error = services_exchange(handle->pipe, &request, &answer);
    ReleaseSRWLockExclusive(&handle->lock);
    reason->dwReason = error ? 0 : packet_get(&answer);
    packet_free(&request);
    packet_free(&answer);
    if (error) {
        LocalFree(reason);
        return fail(error);
    }
    *info = reason;
    return TRUE;
}

/* --- handlers --- */

static SERVICE_STATUS_HANDLE register_handler(LPCWSTR name, LPHANDLER_FUNCTION handler,
                                              LPHANDLER_FUNCTION_EX handler_ex, LPVOID context)
{
    struct packet request = { 0 }, answer = { 0 };
    struct status_handle *handle = NULL;
    const WCHAR *real = NULL;
    DWORD error;
    HANDLE pipe;

    if (!name || (!handler && !handler_ex)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!dispatching || !(pipe = services_connect(FALSE, 0))) {
        SetLastError(ERROR_SERVICE_NOT_IN_EXE);
        return NULL;
    }
    packet_put(&request, SERVICES_REGISTER);
    packet_put_text(&request, name);
    error = services_exchange(pipe, &request, &answer);
    if (!error && !(real = packet_get_text(&answer)))
        error = ERROR_SERVICE_NOT_IN_EXE;
    if (!error && !(handle = heap_alloc(sizeof(*handle) + (wcslen(real) + 1) * sizeof(WCHAR))))
        error = ERROR_NOT_ENOUGH_MEMORY;
    if (!error) {
        *handle = (struct status_handle){ .magic = STATUS_MAGIC,
                                          .pipe = pipe,
                                          .handler = handler,
                                          .handler_ex = handler_ex,
                                          .context = context,
                                          .last = { .dwCurrentState = SERVICE_START_PENDING } };
        wcscpy(handle->name, real);
        AcquireSRWLockExclusive(&handles_lock);
        handle->next = handles;
        handles = handle;
        ReleaseSRWLockExclusive(&handles_lock);
    } else {
        CloseHandle(pipe);
        SetLastError(error);
    }
    packet_free(&request);
    packet_free(&answer);
    return (SERVICE_STATUS_HANDLE)handle;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExW(LPCWSTR name, LPHANDLER_FUNCTION_EX handler, LPVOID context)
{
    return register_handler(name, NULL, handler, context);
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerW(LPCWSTR name, LPHANDLER_FUNCTION handler)
{
    return register_handler(name, handler, NULL, NULL);
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExA(LPCSTR name, LPHANDLER_FUNCTION_EX handler, LPVOID context)
{
    WCHAR *wide = wide_dup(name);
    SERVICE_STATUS_HANDLE handle = register_handler(wide, NULL, handler, context);

    heap_free(wide);
    return handle;
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerA(LPCSTR name, LPHANDLER_FUNCTION handler)
{
    WCHAR *wide = wide_dup(name);
    SERVICE_STATUS_HANDLE handle = register_handler(wide, handler, NULL, NULL);

    heap_free(wide);
    return handle;
}

static DWORD call_handler(struct status_handle *handle, DWORD control, DWORD event, void *data)
{
    if (handle->handler_ex)
        return handle->handler_ex(control, event, data, handle->context);
    handle->handler(control);
    return NO_ERROR;
}

static struct status_handle *find_handle(const WCHAR *name)
{
    struct status_handle *handle;

    AcquireSRWLockShared(&handles_lock);
    for (handle = handles; handle && _wcsicmp(handle->name, name);)
        handle = handle->next;
    ReleaseSRWLockShared(&handles_lock);
    return handle; /* they are never freed */
}

static DWORD handle_control(struct packet *request)
{
    const WCHAR *name = packet_get_text(request);
    DWORD control = packet_get(request), event = packet_get(request), size;
    const void *data = packet_get_bytes(request, &size);
    struct status_handle *handle = name ? find_handle(name) : NULL;

    if (!handle || request->bad)
        return ERROR_SERVICE_CANNOT_ACCEPT_CTRL;
    return call_handler(handle, control, event, size ? (void *)data : NULL);
}

/* --- services' threads --- */

static DWORD WINAPI service_thread(void *parameter)
{
    struct service_thread *thread = parameter;

    if (thread->main)
        thread->main(thread->count, (WCHAR **)thread->arguments);
    else
        thread->main_ansi(thread->count, (char **)thread->arguments);
    heap_free(thread);
    return 0;
}

/* The entry's name matters only if the process has several services ("ignored" for SERVICE_WIN32_OWN_PROCESS). */
static const struct entry *find_entry(const struct entry *table, BOOL wide, const WCHAR *name, BOOL own)
{
    for (; table->name && table->main; table++) {
        BOOL same;
        if (own)
            return table;
        if (wide) {
            same = !_wcsicmp(table->name, name);
        } else {
            WCHAR *copy = wide_dup(table->name);
            same = copy && !_wcsicmp(copy, name);
            heap_free(copy);
        }
        if (same)
            return table;
    }
    return NULL;
}

/* Behind the pointers; *at is moved on. */
static void *put_argument(const WCHAR *text, BOOL wide, BYTE **at)
{
    SIZE_T length = wcslen(text) + 1;
    void *start = *at;

    if (wide) {
        memcpy(*at, text, length * sizeof(WCHAR));
        *at += length * sizeof(WCHAR);
    } else {
        *at += WideCharToMultiByte(CP_ACP, 0, text, (int)length, (char *)*at, (int)length * 4, NULL, NULL);
    }
    return start;
}

static DWORD start_thread(const struct entry *entry, BOOL wide, const WCHAR *name, struct packet *arguments)
{
    DWORD count = packet_get(arguments);
    struct service_thread *thread;
    HANDLE handle;
    BYTE *at;

    if (arguments->bad || count > arguments->size)
        return ERROR_INVALID_DATA;
    /* the packet's texts and the name, at most twice as large in any code page */
    thread = heap_alloc(sizeof(*thread) + (count + 2) * sizeof(void *) +
                        2 * (arguments->size + (wcslen(name) + 2) * sizeof(WCHAR)));
    if (!thread)
        return ERROR_NOT_ENOUGH_MEMORY;
    thread->main = wide ? (LPSERVICE_MAIN_FUNCTIONW)entry->main : NULL;
    thread->main_ansi = wide ? NULL : (LPSERVICE_MAIN_FUNCTIONA)entry->main;
    at = (BYTE *)&thread->arguments[count + 2];
    thread->arguments[0] = put_argument(name, wide, &at);
    thread->count = 1;
    for (DWORD i = 0; i < count; i++) {
        const WCHAR *text = packet_get_text(arguments);
        thread->arguments[thread->count++] = put_argument(text ? text : L"", wide, &at);
    }
    thread->arguments[thread->count] = NULL;
    handle = CreateThread(NULL, 0, service_thread, thread, 0, NULL);
    if (!handle) {
        heap_free(thread);
        return ERROR_SERVICE_NO_THREAD;
    }
    CloseHandle(handle);
    return NO_ERROR;
}

static DWORD run_service(const struct entry *table, BOOL wide, struct packet *request)
{
    const WCHAR *name = packet_get_text(request);
    DWORD type = packet_get(request), size;
    const void *bytes = packet_get_bytes(request, &size);
    struct packet arguments = { .data = (BYTE *)bytes, .size = size };
    const struct entry *entry;

    if (request->bad || !name)
        return ERROR_INVALID_DATA;
    entry = find_entry(table, wide, name, type & SERVICE_WIN32_OWN_PROCESS);
    return entry ? start_thread(entry, wide, name, &arguments) : ERROR_SERVICE_NOT_IN_EXE;
}

/* --- the dispatcher --- */

static BOOL all_stopped(void)
{
    for (struct status_handle *handle = handles; handle; handle = handle->next)
        if (handle->last.dwCurrentState != SERVICE_STOPPED)
            return FALSE;
    return TRUE;
}

static void manager_lost(void)
{
    ULONGLONG end = GetTickCount64() + SHUTDOWN_TIME;
    struct status_handle *handle;

    AcquireSRWLockShared(&handles_lock);
    handle = handles;
    ReleaseSRWLockShared(&handles_lock);
    for (; handle; handle = handle->next) {
        if (handle->last.dwControlsAccepted & SERVICE_ACCEPT_STOP)
            call_handler(handle, SERVICE_CONTROL_STOP, 0, NULL);
        else if (handle->last.dwControlsAccepted & SERVICE_ACCEPT_SHUTDOWN)
            call_handler(handle, SERVICE_CONTROL_SHUTDOWN, 0, NULL);
    }
    AcquireSRWLockShared(&handles_lock);
    for (ULONGLONG now = GetTickCount64(); !all_stopped() && now < end; now = GetTickCount64())
        SleepConditionVariableSRW(&stopped, &handles_lock, (DWORD)(end - now), CONDITION_VARIABLE_LOCKMODE_SHARED);
    ReleaseSRWLockShared(&handles_lock);
}

static void dispatch(HANDLE pipe, const struct entry *table, BOOL wide)
{
    struct packet request = { 0 }, answer = { 0 };

    while (!services_receive(pipe, &request)) {
        DWORD code = packet_get(&request), error = ERROR_INVALID_FUNCTION, bytes;
        if (code == SERVICES_EXIT) {
            packet_free(&request);
            return;
        }
        if (code == SERVICES_RUN)
            error = run_service(table, wide, &request);
        else if (code == SERVICES_HANDLE)
            error = handle_control(&request);
        packet_put(&answer, error);
        if (answer.bad || !WriteFile(pipe, answer.data, answer.size, &bytes, NULL))
            break;
        answer.size = 0;
    }
    packet_free(&request);
    packet_free(&answer);
    manager_lost();
}

static BOOL start_dispatcher(const struct entry *table, BOOL wide)
{
    struct packet request = { 0 }, answer = { 0 };
    DWORD error;
    HANDLE pipe;

    if (!table || !table->name || !table->main)
        return fail(ERROR_INVALID_DATA);
    if (InterlockedExchange(&dispatching, TRUE))
        return fail(ERROR_SERVICE_ALREADY_RUNNING);
    /* Whose process the manager did not start is no service: "if the program is being run as a console application". */
    if (!(pipe = services_connect(FALSE, 0))) {
        dispatching = FALSE;
        return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
    }
    packet_put(&request, SERVICES_HELLO);
    error = services_exchange(pipe, &request, &answer);
    packet_free(&request);
    packet_free(&answer);
    if (!error)
        dispatch(pipe, table, wide);
    else
        dispatching = FALSE;
    CloseHandle(pipe);
    return error ? fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) : TRUE;
}

NT_STATIC_ASSERT(sizeof(struct entry) == sizeof(SERVICE_TABLE_ENTRYW));

BOOL WINAPI StartServiceCtrlDispatcherW(const SERVICE_TABLE_ENTRYW *table)
{
    return start_dispatcher((const struct entry *)table, TRUE);
}

BOOL WINAPI StartServiceCtrlDispatcherA(const SERVICE_TABLE_ENTRYA *table)
{
    return start_dispatcher((const struct entry *)table, FALSE);
}
