/* SPDX-License-Identifier: MIT */
/*
 * winsvc_run.c: services that run. This program installs itself, and is the service when it is started with "service" as its argument. What the
 * service does depends on its name and on the arguments that it is started with; what it was given it writes to a pipe.
 */
#include "../test.h"
#include <winsvc.h>

#define PIPE_NAME "\\\\.\\pipe\\transom-service-test"

/* --- the service's side --- */

static SERVICE_STATUS_HANDLE status_handle;
static SERVICE_STATUS status = { .dwServiceType = SERVICE_WIN32_OWN_PROCESS };
static HANDLE stop_event;

static void report(DWORD state, DWORD accepted)
{
    status.dwCurrentState = state;
    status.dwControlsAccepted = accepted;
    SetServiceStatus(status_handle, &status);
}

static void tell(const char *format, ...)
{
    char text[512];
    DWORD bytes;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    HANDLE pipe = CreateFileA(PIPE_NAME, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        return;
    WriteFile(pipe, text, (DWORD)length, &bytes, NULL);
    CloseHandle(pipe);
}

#define ACCEPTED (SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PAUSE_CONTINUE | SERVICE_ACCEPT_PARAMCHANGE)

static DWORD WINAPI handler(DWORD control, DWORD event, void *data, void *context)
{
    (void)event, (void)data;
    if (context != &status_handle)
        return ERROR_INVALID_DATA;
    switch (control) {
    case SERVICE_CONTROL_STOP:
        report(SERVICE_STOP_PENDING, 0);
        SetEvent(stop_event);
        return NO_ERROR;
    case SERVICE_CONTROL_PAUSE:
        report(SERVICE_PAUSED, ACCEPTED);
        return NO_ERROR;
    case SERVICE_CONTROL_CONTINUE:
        report(SERVICE_RUNNING, ACCEPTED);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
    case SERVICE_CONTROL_PARAMCHANGE:
        return NO_ERROR;
    case 200:
        status.dwCheckPoint++;
        report(SERVICE_RUNNING, ACCEPTED);
        return NO_ERROR;
    case 201:
        ExitProcess(3);
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI service_main(DWORD count, WCHAR **arguments)
{
    stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    status_handle = RegisterServiceCtrlHandlerExW(L"anything", handler, &status_handle);
    report(SERVICE_START_PENDING, 0);
    if (count > 1 && !wcscmp(arguments[1], L"fail")) {
        status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
        status.dwServiceSpecificExitCode = 42;
        report(SERVICE_STOPPED, 0);
        return;
    }
    if (count > 1 && !wcscmp(arguments[1], L"tell")) {
        DWORD size;
        char mode[2] = { 0 };
        mode[0] = GetStdHandle(STD_OUTPUT_HANDLE) ? 'h' : 'n';
        (void)size;
        tell("%lu %ls %ls %ls %s", count, arguments[0], arguments[1], count > 2 ? arguments[2] : L"-", mode);
    }
    report(SERVICE_RUNNING, ACCEPTED);
    WaitForSingleObject(stop_event, 20000);
    report(SERVICE_STOPPED, 0);
}

static void run_service(void)
{
    SERVICE_TABLE_ENTRYW table[] = { { (WCHAR *)L"", service_main }, { NULL, NULL } };
    exit(StartServiceCtrlDispatcherW(table) ? 0 : (int)GetLastError());
}

/* --- the tests' side --- */

static SC_HANDLE manager;
static WCHAR command[2 * MAX_PATH];

static SC_HANDLE create(const WCHAR *name, const WCHAR *dependencies)
{
    SC_HANDLE service =
        CreateServiceW(manager, name, NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                       SERVICE_ERROR_NORMAL, command, NULL, NULL, dependencies, NULL, NULL);
    ok(service != NULL, "CreateService %ls: error %lu", name, GetLastError());
    return service;
}

static DWORD state_of(SC_HANDLE service, SERVICE_STATUS_PROCESS *result)
{
    SERVICE_STATUS_PROCESS info = { 0 };
    DWORD needed;
    ok(QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&info, sizeof(info), &needed), "error %lu",
       GetLastError());
    if (result)
        *result = info;
    return info.dwCurrentState;
}

static void CALLBACK notified(void *parameter)
{
    SERVICE_NOTIFYW *notify = parameter;
    ++*(int *)notify->pContext;
}

/* Waits by notifications, as documented. */
static DWORD wait_state(SC_HANDLE service, DWORD state, SERVICE_STATUS_PROCESS *result)
{
    int times = 0;
    SERVICE_NOTIFYW notify = { .dwVersion = SERVICE_NOTIFY_STATUS_CHANGE,
                               .pfnNotifyCallback = notified,
                               .pContext = &times };
    ULONGLONG end = GetTickCount64() + 10000;
    while (state_of(service, result) != state && GetTickCount64() < end) {
        DWORD error = NotifyServiceStatusChangeW(service, 1u << (state - 1), &notify);
        if (error) {
            ok(0, "NotifyServiceStatusChange: error %lu", error);
            break;
        }
        while (!times && GetTickCount64() < end)
            SleepEx(10000, TRUE);
        ok_int(notify.dwNotificationStatus, 0);
        if (times)
            ok_int(notify.ServiceStatus.dwCurrentState, state);
        times = 0;
    }
    return state_of(service, result);
}

static void remove_service(SC_HANDLE service)
{
    SERVICE_STATUS ignored;
    ControlService(service, SERVICE_CONTROL_STOP, &ignored);
    wait_state(service, SERVICE_STOPPED, NULL);
    ok(DeleteService(service), "error %lu", GetLastError());
    CloseServiceHandle(service);
}

/* What a client writes, who may have connected already, and even be gone again: what it wrote stays (ConnectNamedPipe's page). */
static void read_once(HANDLE pipe, char *text, DWORD size)
{
    DWORD bytes = 0;

    if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_NO_DATA)
        ok_int(GetLastError(), ERROR_PIPE_CONNECTED);
    ReadFile(pipe, text, size - 1, &bytes, NULL);
    text[bytes] = 0;
}

static void test_life(void)
{
    SC_HANDLE service = create(L"TransomLife", NULL), other;
    const WCHAR *arguments[] = { L"tell", L"two words" };
    SERVICE_STATUS_PROCESS info;
    SERVICE_STATUS now;
    char text[256] = "";

    HANDLE pipe = CreateNamedPipeA(PIPE_NAME, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 512, 512, 0, NULL);
    ok_int(state_of(service, &info), SERVICE_STOPPED);
    ok_int(info.dwWin32ExitCode, ERROR_SERVICE_NEVER_STARTED);
    ok_int(info.dwProcessId, 0);
    ok_err(ControlService(service, SERVICE_CONTROL_STOP, &now), ERROR_SERVICE_NOT_ACTIVE);
    ok_int(now.dwCurrentState, SERVICE_STOPPED);
    ok(StartServiceW(service, 2, arguments), "error %lu", GetLastError());
    read_once(pipe, text, sizeof(text));
    ok_str(text, "3 TransomLife tell two words n");
    CloseHandle(pipe);
    ok_int(wait_state(service, SERVICE_RUNNING, &info), SERVICE_RUNNING);
    ok(info.dwProcessId != 0, "no process");
    ok_int(info.dwWin32ExitCode, 0);
    ok_int(info.dwControlsAccepted, ACCEPTED);
    ok_err(StartServiceW(service, 0, NULL), ERROR_SERVICE_ALREADY_RUNNING);
    ok(ControlService(service, SERVICE_CONTROL_PAUSE, &now), "error %lu", GetLastError());
    ok_int(now.dwCurrentState, SERVICE_PAUSED);
    ok(ControlService(service, SERVICE_CONTROL_CONTINUE, &now), "error %lu", GetLastError());
    ok_int(now.dwCurrentState, SERVICE_RUNNING);
    ok(ControlService(service, SERVICE_CONTROL_INTERROGATE, &now), "error %lu", GetLastError());
    ok(ControlService(service, SERVICE_CONTROL_PARAMCHANGE, &now), "error %lu", GetLastError());
    ok(ControlService(service, 200, &now), "error %lu", GetLastError());
    ok_int(now.dwCheckPoint, 1);
    /* the service does not accept it */
    ok_err(ControlService(service, SERVICE_CONTROL_NETBINDADD, &now), ERROR_INVALID_SERVICE_CONTROL);
    ok_err(ControlService(service, SERVICE_CONTROL_SHUTDOWN, &now), ERROR_INVALID_PARAMETER);
    ok_err(ControlService(service, 100, &now), ERROR_INVALID_PARAMETER);
    /* rights are the handle's */
    other = OpenServiceW(manager, L"TRANSOMLIFE", SERVICE_QUERY_STATUS);
    ok(other != NULL, "error %lu", GetLastError());
    ok_err(ControlService(other, SERVICE_CONTROL_STOP, &now), ERROR_ACCESS_DENIED);
    ok_err(StartServiceW(other, 0, NULL), ERROR_ACCESS_DENIED);
    ok_err(DeleteService(other), ERROR_ACCESS_DENIED);
    CloseServiceHandle(other);
    SERVICE_CONTROL_STATUS_REASON_PARAMSW reason = {
        SERVICE_STOP_REASON_FLAG_PLANNED | SERVICE_STOP_REASON_MAJOR_APPLICATION | SERVICE_STOP_REASON_MINOR_NONE,
        (WCHAR *)L"comment",
        { 0 },
    };
    ok(ControlServiceExW(service, SERVICE_CONTROL_STOP, SERVICE_CONTROL_STATUS_REASON_INFO, &reason), "error %lu",
       GetLastError());
    ok(reason.ServiceStatus.dwCurrentState == SERVICE_STOP_PENDING ||
           reason.ServiceStatus.dwCurrentState == SERVICE_STOPPED,
       "state %lu", reason.ServiceStatus.dwCurrentState);
    ok_int(wait_state(service, SERVICE_STOPPED, &info), SERVICE_STOPPED);
    ok_int(info.dwWin32ExitCode, 0);
    ok_int(info.dwProcessId, 0);

    /* marked for deletion until the last handle is closed */
    other = OpenServiceW(manager, L"TransomLife", SERVICE_QUERY_STATUS);
    ok(DeleteService(service), "error %lu", GetLastError());
    ok_err(DeleteService(service), ERROR_SERVICE_MARKED_FOR_DELETE);
    ok_err(StartServiceW(service, 0, NULL), ERROR_SERVICE_MARKED_FOR_DELETE);
    CloseServiceHandle(service);
    ok_err(CreateServiceW(manager, L"TransomLife", NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                          SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL),
           ERROR_SERVICE_MARKED_FOR_DELETE);
    CloseServiceHandle(other);
    ok_err(OpenServiceW(manager, L"TransomLife", SERVICE_QUERY_STATUS), ERROR_SERVICE_DOES_NOT_EXIST);
}

static void test_failures(void)
{
    SC_HANDLE service = create(L"TransomFails", NULL);
    const WCHAR *arguments[] = { L"fail" };
    SC_ACTION restart = { SC_ACTION_RESTART, 0 };
    SERVICE_FAILURE_ACTIONSW actions = { .dwResetPeriod = 3600, .cActions = 1, .lpsaActions = &restart };
    SERVICE_STATUS_PROCESS info;
    SERVICE_STATUS now;
    DWORD first;

    ok(StartServiceW(service, 1, arguments), "error %lu", GetLastError());
    ok_int(wait_state(service, SERVICE_STOPPED, &info), SERVICE_STOPPED);
    ok_int(info.dwWin32ExitCode, ERROR_SERVICE_SPECIFIC_ERROR);
    ok_int(info.dwServiceSpecificExitCode, 42);

    /* its process ends without a word */
    ok(StartServiceW(service, 0, NULL), "error %lu", GetLastError());
    ok_int(wait_state(service, SERVICE_RUNNING, NULL), SERVICE_RUNNING);
    ok(!ControlService(service, 201, &now), "handler that exits");
    ok_int(wait_state(service, SERVICE_STOPPED, &info), SERVICE_STOPPED);
    ok_int(info.dwWin32ExitCode, ERROR_PROCESS_ABORTED);

    /* "SC_ACTION_RESTART: Restart the service." */
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &actions), "error %lu", GetLastError());
    ok(StartServiceW(service, 0, NULL), "error %lu", GetLastError());
    ok_int(wait_state(service, SERVICE_RUNNING, &info), SERVICE_RUNNING);
    first = info.dwProcessId;
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, first);
    ok(TerminateProcess(process, 9), "error %lu", GetLastError());
    WaitForSingleObject(process, 5000);
    CloseHandle(process);
    for (int i = 0; i < 500 && (state_of(service, &info) != SERVICE_RUNNING || info.dwProcessId == first); i++)
        Sleep(10);
    ok_int(info.dwCurrentState, SERVICE_RUNNING);
    ok(info.dwProcessId != first, "the same process");
    remove_service(service);
}

static void test_not_a_service(void)
{
    SC_HANDLE service;

    /* a program that never connects: its end is the start's */
    service = CreateServiceW(manager, L"TransomNone", NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, L"C:\\windows\\system32\\hostname.exe", NULL,
                             NULL, NULL, NULL, NULL);
    ok(service != NULL, "error %lu", GetLastError());
    ok_err(StartServiceW(service, 0, NULL), ERROR_SERVICE_REQUEST_TIMEOUT);
    ok_int(state_of(service, NULL), SERVICE_STOPPED);
    ok(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                            L"C:\\no such program.exe", NULL, NULL, NULL, NULL, NULL, NULL),
       "error %lu", GetLastError());
    ok_err(StartServiceW(service, 0, NULL), ERROR_FILE_NOT_FOUND);
    ok(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DISABLED, SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL,
                            NULL, NULL, NULL),
       "error %lu", GetLastError());
    ok_err(StartServiceW(service, 0, NULL), ERROR_SERVICE_DISABLED);
    ok(DeleteService(service), "error %lu", GetLastError());
    CloseServiceHandle(service);
}

static void test_dependencies(void)
{
    SC_HANDLE a = create(L"TransomA", L"RpcSs\0"), b = create(L"TransomB", L"TransomA\0RPCSS\0"), c;
    ENUM_SERVICE_STATUSW entries[8];
    SERVICE_STATUS now;
    DWORD needed, count;

    ok_err(ChangeServiceConfigW(a, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, NULL, NULL, NULL,
                                L"TransomB\0", NULL, NULL, NULL),
           ERROR_CIRCULAR_DEPENDENCY);
    c = create(L"TransomC", L"no such service\0");
    ok_err(StartServiceW(c, 0, NULL), ERROR_SERVICE_DEPENDENCY_DELETED);
    ok(ChangeServiceConfigW(c, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, NULL, NULL, NULL, L"Spooler\0",
                            NULL, NULL, NULL),
       "error %lu", GetLastError());
    if (test_is_transom())
        ok_err(StartServiceW(c, 0, NULL), ERROR_SERVICE_DEPENDENCY_FAIL);
    ok(DeleteService(c), "error %lu", GetLastError());
    CloseServiceHandle(c);

    ok(StartServiceW(b, 0, NULL), "error %lu", GetLastError());
    ok_int(state_of(a, NULL), SERVICE_RUNNING);
    ok_int(wait_state(b, SERVICE_RUNNING, NULL), SERVICE_RUNNING);
    ok_err(ControlService(a, SERVICE_CONTROL_STOP, &now), ERROR_DEPENDENT_SERVICES_RUNNING);
    ok(EnumDependentServicesW(a, SERVICE_ACTIVE, entries, sizeof(entries), &needed, &count), "error %lu",
       GetLastError());
    ok_int(count, 1);
    ok_wstr(entries[0].lpServiceName, L"TransomB");
    ok(EnumDependentServicesW(a, SERVICE_INACTIVE, entries, sizeof(entries), &needed, &count), "error %lu",
       GetLastError());
    ok_int(count, 0);
    /* those that depend on it by way of others too, in an order to stop them */
    c = create(L"TransomAA", L"TransomB\0");
    ok(EnumDependentServicesW(a, SERVICE_STATE_ALL, entries, sizeof(entries), &needed, &count), "error %lu",
       GetLastError());
    ok_int(count, 2);
    ok_wstr(entries[0].lpServiceName, L"TransomAA");
    ok_wstr(entries[1].lpServiceName, L"TransomB");
    remove_service(c);
    remove_service(b);
    remove_service(a);
}

static BOOL set_start(SC_HANDLE service, DWORD start)
{
    return ChangeServiceConfigW(service, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL,
                                NULL, NULL);
}

static SC_HANDLE create_member(const WCHAR *name, DWORD start)
{
    SC_HANDLE service = CreateServiceW(manager, name, NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, start,
                                       SERVICE_ERROR_NORMAL, command, L"TransomGroup", NULL, NULL, NULL, NULL);
    ok(service != NULL, "CreateService %ls: error %lu", name, GetLastError());
    return service;
}

/* CreateService: "Dependency on a group means that this service can run if at least one member of the group is running after an attempt
 * to start all members of the group." */
static void test_groups(void)
{
    SC_HANDLE first = create_member(L"TransomG1", SERVICE_DISABLED), second;
    SC_HANDLE depending = create(L"TransomG3", L"+TransomGroup\0");
    SERVICE_STATUS now;

    second = create_member(L"TransomG2", SERVICE_DEMAND_START);
    ok_err(ChangeServiceConfigW(first, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, NULL, NULL, NULL,
                                L"TransomG3\0", NULL, NULL, NULL),
           ERROR_CIRCULAR_DEPENDENCY);
    ok(StartServiceW(depending, 0, NULL), "error %lu", GetLastError());
    ok_int(wait_state(depending, SERVICE_RUNNING, NULL), SERVICE_RUNNING);
    ok_int(state_of(first, NULL), SERVICE_STOPPED);
    ok_int(state_of(second, NULL), SERVICE_RUNNING);
    ok_err(ControlService(second, SERVICE_CONTROL_STOP, &now), ERROR_DEPENDENT_SERVICES_RUNNING);
    ok(ControlService(depending, SERVICE_CONTROL_STOP, &now), "error %lu", GetLastError());
    ok_int(wait_state(depending, SERVICE_STOPPED, NULL), SERVICE_STOPPED);
    ok(ControlService(second, SERVICE_CONTROL_STOP, &now), "error %lu", GetLastError());
    ok_int(wait_state(second, SERVICE_STOPPED, NULL), SERVICE_STOPPED);
    ok(set_start(second, SERVICE_DISABLED), "error %lu", GetLastError());
    ok_err(StartServiceW(depending, 0, NULL), ERROR_SERVICE_DEPENDENCY_FAIL);
    ok_int(state_of(depending, NULL), SERVICE_STOPPED);
    remove_service(depending);
    remove_service(second);
    remove_service(first);
}

/* SC_ACTION_RUN_COMMAND: "Run a command", here for the second crash and later ones. */
static void test_failure_command(void)
{
    SC_HANDLE service = create(L"TransomCommand", NULL);
    SC_ACTION run[] = { { SC_ACTION_NONE, 0 }, { SC_ACTION_RUN_COMMAND, 0 } };
    WCHAR path[MAX_PATH], line[2 * MAX_PATH];
    SERVICE_FAILURE_ACTIONSW actions = {
        .dwResetPeriod = INFINITE, .cActions = 2, .lpsaActions = run, .lpCommand = line
    };
    SERVICE_STATUS now;
    char text[64] = "";

    GetModuleFileNameW(NULL, path, MAX_PATH);
    _snwprintf(line, ARRAYSIZE(line), L"\"%ls\" failed", path);
    HANDLE pipe = CreateNamedPipeA(PIPE_NAME, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 512, 512, 0, NULL);
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &actions), "error %lu", GetLastError());
    for (int i = 0; i < 2; i++) { /* for the first failure nothing is done */
        ok(StartServiceW(service, 0, NULL), "error %lu", GetLastError());
        ok_int(wait_state(service, SERVICE_RUNNING, NULL), SERVICE_RUNNING);
        ok(!ControlService(service, 201, &now), "handler that exits");
        ok_int(wait_state(service, SERVICE_STOPPED, NULL), SERVICE_STOPPED);
    }
    read_once(pipe, text, sizeof(text));
    ok_str(text, "a command");
    CloseHandle(pipe);
    ok_int(state_of(service, NULL), SERVICE_STOPPED);
    remove_service(service);
}

static void test_shared(void)
{
    WCHAR shared[2 * MAX_PATH];
    SC_HANDLE services[2];
    SERVICE_STATUS_PROCESS info[2];
    SERVICE_STATUS now;

    _snwprintf(shared, ARRAYSIZE(shared), L"%ls shared", command);
    for (int i = 0; i < 2; i++) {
        services[i] = CreateServiceW(manager, i ? L"TransomS2" : L"TransomS1", NULL, SERVICE_ALL_ACCESS,
                                     SERVICE_WIN32_SHARE_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, shared,
                                     NULL, NULL, NULL, NULL, NULL);
        ok(services[i] != NULL, "error %lu", GetLastError());
        ok(StartServiceW(services[i], 0, NULL), "error %lu", GetLastError());
        ok_int(wait_state(services[i], SERVICE_RUNNING, &info[i]), SERVICE_RUNNING);
    }
    ok_int(info[0].dwProcessId, info[1].dwProcessId);
    ok(ControlService(services[0], SERVICE_CONTROL_STOP, &now), "error %lu", GetLastError());
    ok_int(wait_state(services[0], SERVICE_STOPPED, NULL), SERVICE_STOPPED);
    ok_int(state_of(services[1], NULL), SERVICE_RUNNING);
    ok(StartServiceW(services[0], 0, NULL), "error %lu", GetLastError());
    ok_int(wait_state(services[0], SERVICE_RUNNING, &info[0]), SERVICE_RUNNING);
    ok_int(info[0].dwProcessId, info[1].dwProcessId);
    remove_service(services[0]);
    remove_service(services[1]);
    /* a name that is not in the program's table */
    services[0] = CreateServiceW(manager, L"TransomS3", NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_SHARE_PROCESS,
                                 SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, shared, NULL, NULL, NULL, NULL, NULL);
    ok_err(StartServiceW(services[0], 0, NULL), ERROR_SERVICE_NOT_IN_EXE);
    ok(DeleteService(services[0]), "error %lu", GetLastError());
    CloseServiceHandle(services[0]);
}

struct shared_service {
    SERVICE_STATUS_HANDLE handle;
    HANDLE stop;
} shared_services[2];

static void WINAPI shared_handler(DWORD control, struct shared_service *service)
{
    if (control == SERVICE_CONTROL_STOP)
        SetEvent(service->stop);
}

static void WINAPI handler1(DWORD control)
{
    shared_handler(control, &shared_services[0]);
}

static void WINAPI handler2(DWORD control)
{
    shared_handler(control, &shared_services[1]);
}

/* By the A functions. */
static void WINAPI shared_main(DWORD count, char **arguments)
{
    int which = arguments[0][8] - '1';
    struct shared_service *service = &shared_services[which];
    SERVICE_STATUS state = { .dwServiceType = SERVICE_WIN32_SHARE_PROCESS,
                             .dwCurrentState = SERVICE_RUNNING,
                             .dwControlsAccepted = SERVICE_ACCEPT_STOP };
    (void)count;
    service->stop = CreateEventA(NULL, TRUE, FALSE, NULL);
    service->handle = RegisterServiceCtrlHandlerA(arguments[0], which ? handler2 : handler1);
    SetServiceStatus(service->handle, &state);
    WaitForSingleObject(service->stop, 20000);
    state.dwCurrentState = SERVICE_STOPPED;
    SetServiceStatus(service->handle, &state);
}

static void run_shared(void)
{
    SERVICE_TABLE_ENTRYA table[] = { { (char *)"TransomS1", shared_main },
                                     { (char *)"transoms2", shared_main },
                                     { NULL, NULL } };
    exit(StartServiceCtrlDispatcherA(table) ? 0 : (int)GetLastError());
}

TESTS
{
    WCHAR path[MAX_PATH];
    if (test_argc > 2 && !strcmp(test_argv[2], "shared"))
        run_shared();
    if (test_argc > 1 && !strcmp(test_argv[1], "failed")) {
        tell("a command");
        return;
    }
    if (test_argc > 1 && !strcmp(test_argv[1], "service"))
        run_service();
    GetModuleFileNameW(NULL, path, MAX_PATH);
    _snwprintf(command, ARRAYSIZE(command), L"\"%ls\" service", path);
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    if (!manager && GetLastError() == ERROR_ACCESS_DENIED) {
        skip("needs an administrator");
        return;
    }
    ok(manager != NULL, "error %lu", GetLastError());
    test_life();
    test_failures();
    test_not_a_service();
    test_dependencies();
    test_groups();
    test_failure_command();
    test_shared();
    CloseServiceHandle(manager);
}
