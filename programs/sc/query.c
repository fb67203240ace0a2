/* SPDX-License-Identifier: MIT */
/* query.c: sc's commands that ask. */
#include "sc.h"

/* --- status --- */

void print_type(DWORD type)
{
    static const struct {
        DWORD type;
        const WCHAR *name;
    } names[] = {
        { SERVICE_KERNEL_DRIVER, L"KERNEL_DRIVER" },
        { SERVICE_FILE_SYSTEM_DRIVER, L"FILE_SYSTEM_DRIVER" },
        { SERVICE_WIN32_OWN_PROCESS, L"WIN32_OWN_PROCESS" },
        { SERVICE_WIN32_SHARE_PROCESS, L"WIN32_SHARE_PROCESS" },
        { SERVICE_WIN32, L"WIN32" },
    };
    const WCHAR *name = L"";

    for (size_t i = 0; i < ARRAYSIZE(names); i++)
        if ((type & ~(DWORD)SERVICE_INTERACTIVE_PROCESS) == names[i].type)
            name = names[i].name;
    say(L"        TYPE               : %lx  %ls %ls\r\n", type, name,
        type & SERVICE_INTERACTIVE_PROCESS ? L"(interactive)" : L"");
}

static const WCHAR *state_name(DWORD state)
{
    static const WCHAR *const names[] = { L"",        L"STOPPED",          L"START_PENDING", L"STOP_PENDING",
                                          L"RUNNING", L"CONTINUE_PENDING", L"PAUSE_PENDING", L"PAUSED" };

    return state < ARRAYSIZE(names) ? names[state] : L"";
}

void print_status(const WCHAR *name, const WCHAR *display, const SERVICE_STATUS_PROCESS *status, bool with_process)
{
    DWORD accepted = status->dwControlsAccepted;

    say(L"\r\nSERVICE_NAME: %ls \r\n", name);
    if (display)
        say(L"DISPLAY_NAME: %ls\r\n", display);
    print_type(status->dwServiceType);
    say(L"        STATE              : %lu  %ls \r\n", status->dwCurrentState, state_name(status->dwCurrentState));
    if (status->dwCurrentState != SERVICE_STOPPED)
        say(L"                                (%ls, %ls, %ls)\r\n",
            accepted & SERVICE_ACCEPT_STOP ? L"STOPPABLE" : L"NOT_STOPPABLE",
            accepted & SERVICE_ACCEPT_PAUSE_CONTINUE ? L"PAUSABLE" : L"NOT_PAUSABLE",
            accepted & SERVICE_ACCEPT_PRESHUTDOWN ? L"ACCEPTS_PRESHUTDOWN"
            : accepted & SERVICE_ACCEPT_SHUTDOWN  ? L"ACCEPTS_SHUTDOWN"
                                                  : L"IGNORES_SHUTDOWN");
    say(L"        WIN32_EXIT_CODE    : %lu  (0x%lx)\r\n", status->dwWin32ExitCode, status->dwWin32ExitCode);
    say(L"        SERVICE_EXIT_CODE  : %lu  (0x%lx)\r\n", status->dwServiceSpecificExitCode,
        status->dwServiceSpecificExitCode);
    say(L"        CHECKPOINT         : 0x%lx\r\n", status->dwCheckPoint);
    say(L"        WAIT_HINT          : 0x%lx\r\n", status->dwWaitHint);
    if (with_process)
        say(L"        PID                : %lu\r\n        FLAGS              : %ls\r\n", status->dwProcessId,
            status->dwServiceFlags & SERVICE_RUNS_IN_SYSTEM_PROCESS ? L"RUNS_IN_SYSTEM_PROCESS" : L"");
}

static int query_one(const WCHAR *name, bool extended)
{
    SC_HANDLE service = open_service(name, SERVICE_QUERY_STATUS, L"EnumQueryServicesStatus:");
    SERVICE_STATUS_PROCESS status;
    DWORD needed;
    int result = 0;

    if (!service)
        return (int)GetLastError();
    if (QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status), &needed))
        print_status(name, NULL, &status, extended);
    else
        result = failed(L"QueryServiceStatusEx");
    CloseServiceHandle(service);
    return result;
}

struct selection {
    DWORD type, state, size, resume;
    const WCHAR *group;
};

/* false: not an option */
static bool parse_selection(struct selection *selection, WCHAR **argv, int *i, int argc)
{
    const WCHAR *value;

    if ((value = option(argv, i, argc, L"type"))) {
        if (!_wcsicmp(value, L"driver"))
            selection->type = SERVICE_DRIVER;
        else if (!_wcsicmp(value, L"all"))
            selection->type = SERVICE_WIN32 | SERVICE_DRIVER;
        else if (!_wcsicmp(value, L"own"))
            selection->type = SERVICE_WIN32_OWN_PROCESS;
        else if (!_wcsicmp(value, L"share"))
            selection->type = SERVICE_WIN32_SHARE_PROCESS;
        else if (!_wcsicmp(value, L"kernel"))
            selection->type = SERVICE_KERNEL_DRIVER;
        else if (!_wcsicmp(value, L"filesys"))
            selection->type = SERVICE_FILE_SYSTEM_DRIVER;
        else
            return !_wcsicmp(value, L"service");
    } else if ((value = option(argv, i, argc, L"state"))) {
        if (!_wcsicmp(value, L"all"))
            selection->state = SERVICE_STATE_ALL;
        else if (!_wcsicmp(value, L"inactive"))
            selection->state = SERVICE_INACTIVE;
        else
            return !_wcsicmp(value, L"active");
    } else if ((value = option(argv, i, argc, L"bufsize"))) {
        selection->size = wcstoul(value, NULL, 0);
    } else if ((value = option(argv, i, argc, L"ri"))) {
        selection->resume = wcstoul(value, NULL, 0);
    } else if ((value = option(argv, i, argc, L"group"))) {
        selection->group = value;
    } else {
        return false;
    }
    return true;
}

static int query_many(struct selection *selection, bool extended)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_ENUMERATE_SERVICE);
    DWORD needed, count, error;
    int result = 0;
    BYTE *buffer;
    BOOL ok;

    if (!manager)
        return (int)GetLastError();
    /* What does not fit comes next, unless a size was asked for. */
    do {
        DWORD size = selection->size ? selection->size : 0x10000;
        if (!(buffer = malloc(size)))
            break;
        ok = EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, selection->type, selection->state, buffer, size,
                                   &needed, &count, &selection->resume, selection->group);
        error = ok ? 0 : GetLastError();
        if (error && error != ERROR_MORE_DATA) {
            result = failed(L"EnumServicesStatus");
        } else {
            ENUM_SERVICE_STATUS_PROCESSW *entries = (void *)buffer;
            for (DWORD i = 0; i < count; i++)
                print_status(entries[i].lpServiceName, entries[i].lpDisplayName, &entries[i].ServiceStatusProcess,
                             extended);
        }
        free(buffer);
        if (error == ERROR_MORE_DATA && selection->size) {
            say(L"\r\nEnum: more data, need %lu bytes start resume at index %lu\r\n", needed, selection->resume);
            break;
        }
    } while (error == ERROR_MORE_DATA && count);
    CloseServiceHandle(manager);
    return result;
}

int command_query(int argc, WCHAR **argv)
{
    bool extended = !_wcsicmp(argv[0], L"queryex");
    struct selection selection = { SERVICE_WIN32, SERVICE_ACTIVE, 0, 0, NULL };

    for (int i = 1; i < argc; i++) {
        if (!wcschr(argv[i], L'='))
            return query_one(argv[i], extended);
        if (!parse_selection(&selection, argv, &i, argc))
            return invalid_usage(L"Invalid Option");
    }
    return query_many(&selection, extended);
}

/* --- configuration --- */

void *query_level(SC_HANDLE service, DWORD level)
{
    DWORD needed = 0;
    void *buffer;

    QueryServiceConfig2W(service, level, NULL, 0, &needed);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || !(buffer = malloc(needed)))
        return NULL;
    if (QueryServiceConfig2W(service, level, buffer, needed, &needed))
        return buffer;
    free(buffer);
    return NULL;
}

static void print_config(const WCHAR *name, const QUERY_SERVICE_CONFIGW *config, bool delayed)
{
    static const WCHAR *const starts[] = { L"BOOT_START", L"SYSTEM_START", L"AUTO_START", L"DEMAND_START",
                                           L"DISABLED" };
    static const WCHAR *const errors[] = { L"IGNORE", L"NORMAL", L"SEVERE", L"CRITICAL" };
    const WCHAR *at = config->lpDependencies;

    say(L"\r\nSERVICE_NAME: %ls\r\n", name);
    print_type(config->dwServiceType);
    say(L"        START_TYPE         : %lu   %ls%ls\r\n", config->dwStartType,
        config->dwStartType < ARRAYSIZE(starts) ? starts[config->dwStartType] : L"", delayed ? L"  (DELAYED)" : L"");
    say(L"        ERROR_CONTROL      : %lu   %ls\r\n", config->dwErrorControl,
        config->dwErrorControl < ARRAYSIZE(errors) ? errors[config->dwErrorControl] : L"");
    say(L"        BINARY_PATH_NAME   : %ls\r\n", config->lpBinaryPathName);
    say(L"        LOAD_ORDER_GROUP   : %ls\r\n", config->lpLoadOrderGroup);
    say(L"        TAG                : %lu\r\n", config->dwTagId);
    say(L"        DISPLAY_NAME       : %ls\r\n", config->lpDisplayName);
    say(L"        DEPENDENCIES       : %ls\r\n", at);
    while (*at && *(at += wcslen(at) + 1))
        say(L"                           : %ls\r\n", at);
    say(L"        SERVICE_START_NAME : %ls\r\n", config->lpServiceStartName);
}

int command_qc(int argc, WCHAR **argv)
{
    SC_HANDLE service = open_service(argv[1], SERVICE_QUERY_CONFIG, L"");
    SERVICE_DELAYED_AUTO_START_INFO *delayed;
    QUERY_SERVICE_CONFIGW *config;
    DWORD needed = 0;
    int result = 0;

    (void)argc;
    if (!service)
        return (int)GetLastError();
    QueryServiceConfigW(service, NULL, 0, &needed);
    config = malloc(needed);
    if (config && QueryServiceConfigW(service, config, needed, &needed)) {
        delayed = query_level(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO);
        succeeded(L"QueryServiceConfig");
        print_config(argv[1], config, delayed && delayed->fDelayedAutostart);
        free(delayed);
    } else {
        result = failed(L"QueryServiceConfig");
    }
    free(config);
    CloseServiceHandle(service);
    return result;
}

/* The level of a service's configuration; NULL if it was reported. */
static void *level_of(const WCHAR *name, DWORD level)
{
    SC_HANDLE service = open_service(name, SERVICE_QUERY_CONFIG, L"");
    void *info;

    if (!service)
        return NULL;
    if (!(info = query_level(service, level)))
        failed(L"QueryServiceConfig2");
    CloseServiceHandle(service);
    if (info) {
        succeeded(L"QueryServiceConfig2");
        say(L"\r\nSERVICE_NAME: %ls\r\n", name);
    }
    return info;
}

int command_qdescription(int argc, WCHAR **argv)
{
    SERVICE_DESCRIPTIONW *info = level_of(argv[1], SERVICE_CONFIG_DESCRIPTION);

    (void)argc;
    if (!info)
        return (int)GetLastError();
    say(L"DESCRIPTION:  %ls\r\n", info->lpDescription ? info->lpDescription : L"");
    free(info);
    return 0;
}

int command_qfailure(int argc, WCHAR **argv)
{
    static const WCHAR *const kinds[] = { L"NONE", L"RESTART", L"REBOOT", L"RUN PROCESS" };
    SERVICE_FAILURE_ACTIONSW *info = level_of(argv[1], SERVICE_CONFIG_FAILURE_ACTIONS);

    (void)argc;
    if (!info)
        return (int)GetLastError();
    if (info->dwResetPeriod == INFINITE)
        say(L"        RESET_PERIOD (in seconds)    : INFINITE\r\n");
    else
        say(L"        RESET_PERIOD (in seconds)    : %lu\r\n", info->dwResetPeriod);
    say(L"        REBOOT_MESSAGE               : %ls\r\n", info->lpRebootMsg ? info->lpRebootMsg : L"");
    say(L"        COMMAND_LINE                 : %ls\r\n", info->lpCommand ? info->lpCommand : L"");
    for (DWORD i = 0; i < info->cActions; i++)
        say(L"        %-29ls%ls%ls -- Delay = %lu milliseconds.\r\n", i ? L"" : L"FAILURE_ACTIONS", i ? L"  " : L": ",
            (unsigned)info->lpsaActions[i].Type < 4 ? kinds[info->lpsaActions[i].Type] : L"",
            info->lpsaActions[i].Delay);
    free(info);
    return 0;
}

int command_query_flag(int argc, WCHAR **argv)
{
    static const WCHAR *const types[] = { L"NONE", L"UNRESTRICTED", L"", L"RESTRICTED" };
    bool failure = !_wcsicmp(argv[0], L"qfailureflag");
    DWORD *info = level_of(argv[1], failure ? SERVICE_CONFIG_FAILURE_ACTIONS_FLAG : SERVICE_CONFIG_SERVICE_SID_INFO);

    (void)argc;
    if (!info)
        return (int)GetLastError();
    if (failure)
        say(L"FAILURE_ACTIONS_ON_NONCRASH_FAILURES: %ls\r\n", *info ? L"TRUE" : L"FALSE");
    else
        say(L"SERVICE_SID_TYPE:  %ls\r\n", *info < 4 ? types[*info] : L"");
    free(info);
    return 0;
}

int command_qprivs(int argc, WCHAR **argv)
{
    SERVICE_REQUIRED_PRIVILEGES_INFOW *info = level_of(argv[1], SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO);
    const WCHAR *at;

    (void)argc;
    if (!info)
        return (int)GetLastError();
    at = info->pmszRequiredPrivileges ? info->pmszRequiredPrivileges : L"";
    say(L"        PRIVILEGES       : %ls\r\n", at);
    while (*at && *(at += wcslen(at) + 1))
        say(L"                         : %ls\r\n", at);
    free(info);
    return 0;
}

int command_qpreferrednode(int argc, WCHAR **argv)
{
    SERVICE_PREFERRED_NODE_INFO *info = level_of(argv[1], SERVICE_CONFIG_PREFERRED_NODE);

    (void)argc;
    if (!info)
        return (int)GetLastError();
    say(L"        PREFERRED_NODE   : %u\r\n", info->usPreferredNode);
    free(info);
    return 0;
}

int command_qprotection(int argc, WCHAR **argv)
{
    static const WCHAR *const names[] = { L"NONE", L"WINDOWS", L"WINDOWS LIGHT", L"ANTIMALWARE LIGHT" };
    SERVICE_LAUNCH_PROTECTED_INFO *info = level_of(argv[1], SERVICE_CONFIG_LAUNCH_PROTECTED);

    (void)argc;
    if (!info)
        return (int)GetLastError();
    say(L"SERVICE %ls PROTECTION LEVEL: %ls.\r\n", argv[1],
        info->dwLaunchProtected < ARRAYSIZE(names) ? names[info->dwLaunchProtected] : L"UNKNOWN");
    free(info);
    return 0;
}

/* --- others --- */

int command_enumdepend(int argc, WCHAR **argv)
{
    SC_HANDLE service = open_service(argv[1], SERVICE_ENUMERATE_DEPENDENTS, L"EnumDependentServices:");
    DWORD size = argc > 2 ? wcstoul(argv[2], NULL, 0) : 0x10000, needed, count;
    ENUM_SERVICE_STATUSW *entries = malloc(size);
    int result = 0;

    if (!service || !entries)
        return (int)GetLastError();
    if (EnumDependentServicesW(service, SERVICE_STATE_ALL, entries, size, &needed, &count)) {
        say(L"[SC] EnumDependentServices: entriesread = %lu\r\n", count);
        for (DWORD i = 0; i < count; i++) {
            SERVICE_STATUS_PROCESS status = { 0 };
            memcpy(&status, &entries[i].ServiceStatus, sizeof(SERVICE_STATUS));
            print_status(entries[i].lpServiceName, entries[i].lpDisplayName, &status, false);
        }
    } else if ((result = (int)GetLastError()) == ERROR_MORE_DATA) {
        say(L"[SC] EnumDependentServices: more data, need %lu bytes\r\n", needed);
    } else {
        result = failed(L"EnumDependentServices");
    }
    free(entries);
    CloseServiceHandle(service);
    return result;
}

int command_name(int argc, WCHAR **argv)
{
    bool display = !_wcsicmp(argv[0], L"GetDisplayName");
    const WCHAR *what = display ? L"GetServiceDisplayName" : L"GetServiceKeyName";
    SC_HANDLE manager = open_manager(SC_MANAGER_CONNECT);
    WCHAR name[512];
    DWORD length = ARRAYSIZE(name);
    int result = 0;

    (void)argc;
    if (!manager)
        return (int)GetLastError();
    if (display ? GetServiceDisplayNameW(manager, argv[1], name, &length)
                : GetServiceKeyNameW(manager, argv[1], name, &length)) {
        succeeded(what);
        say(L"Name = %ls\r\n", name);
    } else {
        result = failed(what);
    }
    CloseServiceHandle(manager);
    return result;
}

int command_querylock(int argc, WCHAR **argv)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_QUERY_LOCK_STATUS);
    union {
        QUERY_SERVICE_LOCK_STATUSW status;
        BYTE room[2048];
    } lock;
    DWORD needed;
    int result = 0;

    (void)argc, (void)argv;
    if (!manager)
        return (int)GetLastError();
    if (QueryServiceLockStatusW(manager, &lock.status, sizeof(lock), &needed))
        say(L"[SC] QueryServiceLockStatus - Success\r\n        IS_LOCKED : %ls\r\n        LOCK_OWNER : %ls\r\n"
            L"        LOCK_DURATION : %lu (seconds since acquired)\r\n",
            lock.status.fIsLocked ? L"TRUE" : L"FALSE", lock.status.lpLockOwner, lock.status.dwLockDuration);
    else
        result = failed(L"QueryServiceLockStatus");
    CloseServiceHandle(manager);
    return result;
}

int command_sdshow(int argc, WCHAR **argv)
{
    SC_HANDLE service = open_service(argv[1], READ_CONTROL, L"");
    BYTE room[4096];
    WCHAR *text = NULL;
    DWORD needed;
    int result = 0;

    (void)argc;
    if (!service)
        return (int)GetLastError();
    if (!QueryServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, room, sizeof(room), &needed))
        result = failed(L"QueryServiceObjectSecurity");
    else if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(room, SDDL_REVISION_1, DACL_SECURITY_INFORMATION,
                                                                   &text, NULL))
        result = failed(L"ConvertSecurityDescriptorToStringSecurityDescriptor");
    else
        say(L"\r\n%ls\r\n", text);
    LocalFree(text);
    CloseServiceHandle(service);
    return result;
}

NTSTATUS NTAPI RtlCreateServiceSid(void *name, PSID sid, ULONG *size);

int command_showsid(int argc, WCHAR **argv)
{
    struct {
        USHORT Length, MaximumLength;
        WCHAR *Buffer;
    } name = { (USHORT)(wcslen(argv[1]) * 2), (USHORT)(wcslen(argv[1]) * 2), argv[1] };
    NTSTATUS(NTAPI * create)
    (void *, PSID, ULONG *) = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlCreateServiceSid");
    BYTE sid[SECURITY_MAX_SID_SIZE];
    ULONG size = sizeof(sid);
    SC_HANDLE manager, service;
    WCHAR *text = NULL;

    (void)argc;
    SetLastError(ERROR_INVALID_NAME);
    if (!create || create(&name, sid, &size) || !ConvertSidToStringSidW(sid, &text))
        return failed(L"RtlCreateServiceSid");
    manager = OpenSCManagerW(sc_machine, NULL, SC_MANAGER_CONNECT);
    service = manager ? OpenServiceW(manager, argv[1], SERVICE_QUERY_STATUS) : NULL;
    say(L"\r\nNAME: %ls\r\nSERVICE SID: %ls\r\nSTATUS: %ls\r\n", argv[1], text, service ? L"Active" : L"Inactive");
    LocalFree(text);
    if (service)
        CloseServiceHandle(service);
    if (manager)
        CloseServiceHandle(manager);
    return 0;
}
