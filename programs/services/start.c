/* SPDX-License-Identifier: MIT */
/* start.c: starting services: what they depend on first, then their process; those that start automatically. */
#include "manager.h"

/* --- dependencies --- */

bool service_in_group(const struct service *service, const WCHAR *group)
{
    return !_wcsicmp(service_text(service, L"Group"), group);
}

bool depends_on(const struct service *service, const struct service *other)
{
    for (const WCHAR *name = service_text(service, L"DependOnService"); *name; name += wcslen(name) + 1)
        if (!_wcsicmp(name, other->name))
            return true;
    for (const WCHAR *name = service_text(service, L"DependOnGroup"); *name; name += wcslen(name) + 1)
        if (service_in_group(other, name))
            return true;
    return false;
}

static void list_dependents(const struct service *service, struct service **list, size_t *count)
{
    struct service *other;

    for (size_t i = 0; (other = service_at(i)); i++) {
        if (other->listed || !depends_on(other, service))
            continue;
        other->listed = true;
        list_dependents(other, list, count);
        list[(*count)++] = other;
    }
}

struct service **service_dependents(const struct service *service, size_t *count)
{
    size_t all = 0;

    while (service_at(all))
        all++;
    struct service **list = malloc((all + 1) * sizeof(*list));
    *count = 0;
    if (list)
        list_dependents(service, list, count);
    for (size_t i = 0; i < *count; i++)
        list[i]->listed = false;
    return list;
}

static bool runs(const struct service *service)
{
    return service->status.dwCurrentState == SERVICE_RUNNING || service->status.dwCurrentState == SERVICE_PAUSED ||
           service->status.dwCurrentState == SERVICE_PAUSE_PENDING ||
           service->status.dwCurrentState == SERVICE_CONTINUE_PENDING;
}

static bool was_tried(const struct service *service, const struct service *other)
{
    for (size_t i = 0; i < service->tried_count; i++)
        if (service->tried[i] == other)
            return true;
    return false;
}

static void forget_start(struct service *service)
{
    service->start_state = NOT_STARTING;
    list_remove(&service->depending_link);
    free(service->tried);
    service->tried = NULL;
    service->tried_count = 0;
    packet_free(&service->arguments);
}

/* ERROR_IO_PENDING: `service` is on the other's list; 0: it runs. */
static DWORD need(struct service *service, struct service *other)
{
    if (runs(other))
        return 0;
    if (other->status.dwCurrentState == SERVICE_STOPPED && other->start_state == NOT_STARTING) {
        struct service **tried;
        if (was_tried(service, other))
            return ERROR_SERVICE_DEPENDENCY_FAIL;
        if (!(tried = realloc(service->tried, (service->tried_count + 1) * sizeof(*tried))))
            return ERROR_NOT_ENOUGH_MEMORY;
        service->tried = tried;
        tried[service->tried_count++] = other;
        DWORD error = start_service(other, NULL, service->start_reason, NULL);
        if (error && error != ERROR_IO_PENDING)
            return ERROR_SERVICE_DEPENDENCY_FAIL;
        if (runs(other))
            return 0;
    } else if (other->status.dwCurrentState == SERVICE_STOP_PENDING) {
        return ERROR_SERVICE_DEPENDENCY_FAIL;
    }
    list_remove(&service->depending_link);
    list_add(&other->depending, &service->depending_link);
    return ERROR_IO_PENDING;
}

/* A group: "at least one member of the group is running after an attempt to start all members of the group". */
static DWORD need_group(struct service *service, const WCHAR *group)
{
    struct service *other;
    bool one_runs = false;

    for (size_t i = 0; (other = service_at(i)); i++) {
        if (other == service || !service_in_group(other, group))
            continue;
        DWORD error = need(service, other);
        if (error == ERROR_IO_PENDING)
            return error;
        one_runs |= !error;
    }
    return one_runs ? 0 : ERROR_SERVICE_DEPENDENCY_FAIL;
}

static DWORD need_all(struct service *service)
{
    DWORD error = 0;

    for (const WCHAR *name = service_text(service, L"DependOnService"); *name && !error; name += wcslen(name) + 1) {
        struct service *other = service_find(name);
        error = other ? need(service, other) : ERROR_SERVICE_DEPENDENCY_DELETED;
    }
    for (const WCHAR *name = service_text(service, L"DependOnGroup"); *name && !error; name += wcslen(name) + 1)
        error = need_group(service, name);
    return error;
}

/* --- one service --- */

/* As far as it goes now: ERROR_IO_PENDING while it waits. */
static DWORD advance(struct service *service)
{
    DWORD error = need_all(service);

    return error ? error : process_launch(service);
}

static void wake_depending(struct service *service)
{
    LIST_ENTRY woken;

    /* Only those that wait now: what they do may put them back. */
    list_init(&woken);
    while (!list_empty(&service->depending)) {
        LIST_ENTRY *entry = service->depending.Flink;
        list_remove(entry);
        list_add(&woken, entry);
    }
    while (!list_empty(&woken)) {
        struct service *waiting = LIST_OWNER(woken.Flink, struct service, depending_link);
        list_remove(&waiting->depending_link);
        DWORD error = advance(waiting);
        if (error && error != ERROR_IO_PENDING)
            start_finished(waiting, error);
    }
}

static bool account_is_known(const WCHAR *account)
{
    static const WCHAR *const known[] = { L"",
                                          L"LocalSystem",
                                          L".\\LocalSystem",
                                          L"NT AUTHORITY\\SYSTEM",
                                          L"NT AUTHORITY\\LocalService",
                                          L"NT AUTHORITY\\Local Service",
                                          L"NT AUTHORITY\\NetworkService",
                                          L"NT AUTHORITY\\Network Service" };
    WCHAR user[256];
    DWORD size = ARRAYSIZE(user);
    const WCHAR *name = wcschr(account, L'\\');

    for (size_t i = 0; i < ARRAYSIZE(known); i++)
        if (!_wcsicmp(account, known[i]))
            return true;
    if (!_wcsnicmp(account, L"NT SERVICE\\", 11))
        return true;
    /* The prefix's user is who everything runs as. */
    return GetUserNameW(user, &size) && !_wcsicmp(name ? name + 1 : account, user);
}

static DWORD may_start(const struct service *service)
{
    DWORD type = service_number(service, L"Type", 0);

    if (control_shutting_down())
        return ERROR_SHUTDOWN_IN_PROGRESS;
    if (service->deleted)
        return ERROR_SERVICE_MARKED_FOR_DELETE;
    if (service->start_state != NOT_STARTING || service->status.dwCurrentState != SERVICE_STOPPED)
        return ERROR_SERVICE_ALREADY_RUNNING;
    if (service_number(service, L"Start", SERVICE_DEMAND_START) == SERVICE_DISABLED)
        return ERROR_SERVICE_DISABLED;
    if (type & SERVICE_DRIVER)
        return ERROR_DRIVER_BLOCKED; /* there is no kernel for it */
    if (!account_is_known(service_text(service, L"ObjectName")))
        return ERROR_SERVICE_LOGON_FAILED; /* nobody else can be logged on */
    return 0;
}

/* 0: its thread runs; ERROR_IO_PENDING: `waiter` will be answered. Takes the arguments over. */
DWORD start_service(struct service *service, struct packet *arguments, DWORD reason, struct connection *waiter)
{
    DWORD error = may_start(service);

    if (error)
        return error;
    timer_cancel(&service->failure_timer);
    service->start_state = DEPENDENCIES;
    service->start_reason = reason;
    packet_free(&service->arguments);
    if (arguments) {
        service->arguments = *arguments;
        *arguments = (struct packet){ 0 };
    } else {
        packet_put(&service->arguments, 0);
    }
    error = advance(service);
    if (error && error != ERROR_IO_PENDING) {
        forget_start(service);
        if (error != ERROR_SERVICE_DEPENDENCY_FAIL && error != ERROR_SERVICE_DEPENDENCY_DELETED)
            service->status.dwWin32ExitCode = error;
        return error;
    }
    if (waiter)
        list_add(&service->start_waiters, &waiter->wait_link);
    return ERROR_IO_PENDING;
}

void start_finished(struct service *service, DWORD error)
{
    bool launched = service->start_state == LAUNCHED;

    if (service->start_state == NOT_STARTING)
        return;
    forget_start(service);
    while (!list_empty(&service->start_waiters)) {
        struct connection *waiter = LIST_OWNER(service->start_waiters.Flink, struct connection, wait_link);
        list_remove(&waiter->wait_link);
        connection_error(waiter, error);
    }
    if (error) {
        SERVICE_STATUS status = { .dwServiceType = service->status.dwServiceType,
                                  .dwCurrentState = SERVICE_STOPPED,
                                  .dwWin32ExitCode = error };
        if (launched)
            status_changed(service, &status, false);
        wake_depending(service);
        service_release(service);
    } else {
        timer_set(&service->start_timer, max(service->status.dwWaitHint, manager_timeout));
        if (runs(service))
            wake_depending(service);
    }
}

/* --- automatic start: what was stopped --- */

/*
 * The manager comes and goes, but Windows starts such a service once after the system has: one that was stopped, or has finished, stays so until the
 * next start of the system. (One that ended with its manager, or crashed, does not.)
 */
#define STOPPED_SINCE L"TransomStoppedSince"

static LONGLONG boot_time(void)
{
    struct {
        LARGE_INTEGER boot, now, bias;
        ULONG zone, reserved;
    } time = { 0 };
    LONG(NTAPI * query)
    (ULONG, void *, ULONG, ULONG *) =
        (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");

    if (query)
        query(3 /* SystemTimeOfDayInformation */, &time, sizeof(time), NULL);
    return time.boot.QuadPart;
}

static bool was_stopped(const struct service *service)
{
    const struct value *value = service_value(service, STOPPED_SINCE);
    LONGLONG stopped;

    if (!value || value->size != sizeof(stopped))
        return false;
    memcpy(&stopped, value->data, sizeof(stopped));
    return llabs(stopped - boot_time()) < 60 * 10000000ll; /* clocks are set */
}

static void remember_stop(struct service *service)
{
    LONGLONG now = boot_time();

    if (service_number(service, L"Start", 0) != SERVICE_AUTO_START || service->deleted)
        return;
    service_set(service, STOPPED_SINCE, REG_BINARY, &now, sizeof(now));
    database_save();
}

static void forget_stop(struct service *service)
{
    if (!service_value(service, STOPPED_SINCE))
        return;
    service_set(service, STOPPED_SINCE, SERVICES_REMOVE, NULL, 0);
    database_save();
}

/* --- status --- */

/* Windows' own way of saying that a stop was orderly is no failure; with FailureActionsOnNonCrashFailures an error code is one. */
static bool is_failure(const struct service *service, const SERVICE_STATUS *status, bool crash)
{
    if (status->dwCurrentState != SERVICE_STOPPED)
        return false;
    return crash || (status->dwWin32ExitCode && service->start_state == NOT_STARTING &&
                     service_number(service, L"FailureActionsOnNonCrashFailures", 0));
}

void status_changed(struct service *service, const SERVICE_STATUS *status, bool crash)
{
    DWORD before = service->status.dwCurrentState;
    bool failed = is_failure(service, status, crash);

    service->status = *status;
    if (status->dwCurrentState == SERVICE_START_PENDING && service->start_state == NOT_STARTING)
        timer_set(&service->start_timer, max(status->dwWaitHint, manager_timeout));
    else
        timer_cancel(&service->start_timer);
    if (status->dwCurrentState == SERVICE_STOPPED) {
        service->status.dwControlsAccepted = 0;
        process_service_stopped(service);
        if (service->start_state == LAUNCHED && before != SERVICE_STOPPED)
            start_finished(service, 0); /* its thread did run */
        control_stopped();
    }
    if (before != status->dwCurrentState) {
        service->sequence++;
        if (service->start_state == NOT_STARTING && (runs(service) || status->dwCurrentState == SERVICE_STOPPED ||
                                                     status->dwCurrentState == SERVICE_STOP_PENDING))
            wake_depending(service);
        notify_state(service);
    }
    if (before != SERVICE_STOPPED && status->dwCurrentState == SERVICE_STOPPED && !crash && !control_shutting_down())
        remember_stop(service);
    else if (before != SERVICE_RUNNING && status->dwCurrentState == SERVICE_RUNNING)
        forget_stop(service);
    if (failed && before != SERVICE_STOPPED)
        failure_happened(service);
    manager_touch();
}

/* --- automatic start --- */

/* By name; what they depend on comes first. Delayed ones follow the others at once: nothing here is busy starting up. */
void start_automatic(void)
{
    for (int delayed = 0; delayed < 2; delayed++) {
        struct service *service;
        for (size_t i = 0; (service = service_at(i)); i++) {
            if (service->builtin || service_number(service, L"Start", 0) != SERVICE_AUTO_START ||
                !(service_number(service, L"Type", 0) & SERVICE_WIN32) ||
                (service_number(service, L"DelayedAutostart", 0) != 0) != delayed || was_stopped(service))
                continue;
            start_service(service, NULL, delayed ? SERVICE_START_REASON_DELAYEDAUTO : SERVICE_START_REASON_AUTO, NULL);
        }
    }
}
