/* SPDX-License-Identifier: MIT */
/* change.c: sc's commands that change something, or start and control services. */
#include "sc.h"

/* --- create and config --- */

struct settings {
    DWORD type, start, error, tag;
    bool want_tag, delayed, has_start;
    const WCHAR *path, *group, *depend, *account, *display, *password;
};

static bool choose(const WCHAR *value, const WCHAR *const *names, const DWORD *values, DWORD *result)
{
    for (int i = 0; names[i]; i++) {
        if (!_wcsicmp(value, names[i])) {
            *result = values[i];
            return true;
        }
    }
    return false;
}

static bool parse_type(const WCHAR *value, struct settings *settings)
{
    static const WCHAR *const names[] = {
        L"own", L"share", L"interact", L"kernel", L"filesys", L"rec", L"adapt", NULL
    };
    static const DWORD types[] = { SERVICE_WIN32_OWN_PROCESS,
                                   SERVICE_WIN32_SHARE_PROCESS,
                                   SERVICE_INTERACTIVE_PROCESS,
                                   SERVICE_KERNEL_DRIVER,
                                   SERVICE_FILE_SYSTEM_DRIVER,
                                   SERVICE_RECOGNIZER_DRIVER,
                                   SERVICE_ADAPTER };
    DWORD type;

    if (!choose(value, names, types, &type))
        return false;
    settings->type = (settings->type == SERVICE_NO_CHANGE ? 0 : settings->type) | type; /* type= interact type= own */
    return true;
}

static bool parse_start(const WCHAR *value, struct settings *settings)
{
    static const WCHAR *const names[] = { L"boot", L"system", L"auto", L"demand", L"disabled", L"delayed-auto", NULL };
    static const DWORD starts[] = { SERVICE_BOOT_START,   SERVICE_SYSTEM_START, SERVICE_AUTO_START,
                                    SERVICE_DEMAND_START, SERVICE_DISABLED,     SERVICE_AUTO_START };

    settings->has_start = true;
    settings->delayed = !_wcsicmp(value, L"delayed-auto");
    return choose(value, names, starts, &settings->start);
}

static bool parse_error(const WCHAR *value, struct settings *settings)
{
    static const WCHAR *const names[] = { L"ignore", L"normal", L"severe", L"critical", NULL };
    static const DWORD errors[] = { SERVICE_ERROR_IGNORE, SERVICE_ERROR_NORMAL, SERVICE_ERROR_SEVERE,
                                    SERVICE_ERROR_CRITICAL };

    return choose(value, names, errors, &settings->error);
}

/* "a/b/c" as a list. */
static const WCHAR *parse_depend(const WCHAR *value)
{
    WCHAR *list = calloc(wcslen(value) + 2, sizeof(WCHAR));

    if (!list)
        return NULL;
    wcscpy(list, value);
    for (WCHAR *at = list; *at; at++)
        if (*at == '/')
            *at = 0;
    return list;
}

static bool parse_settings(struct settings *settings, int argc, WCHAR **argv)
{
    for (int i = 2; i < argc; i++) {
        const WCHAR *value;
        bool ok = true;
        if ((value = option(argv, &i, argc, L"type")))
            ok = parse_type(value, settings);
        else if ((value = option(argv, &i, argc, L"start")))
            ok = parse_start(value, settings);
        else if ((value = option(argv, &i, argc, L"error")))
            ok = parse_error(value, settings);
        else if ((value = option(argv, &i, argc, L"binPath")))
            settings->path = value;
        else if ((value = option(argv, &i, argc, L"group")))
            settings->group = value;
        else if ((value = option(argv, &i, argc, L"tag")))
            settings->want_tag = !_wcsicmp(value, L"yes");
        else if ((value = option(argv, &i, argc, L"depend")))
            settings->depend = parse_depend(value);
        else if ((value = option(argv, &i, argc, L"obj")))
            settings->account = value;
        else if ((value = option(argv, &i, argc, L"DisplayName")))
            settings->display = value;
        else if ((value = option(argv, &i, argc, L"password")))
            settings->password = value;
        else
            ok = false;
        if (!ok)
            return false;
    }
    return true;
}

static int set_delayed(SC_HANDLE service, const struct settings *settings)
{
    SERVICE_DELAYED_AUTO_START_INFO delayed = { settings->delayed };

    if (!settings->has_start || settings->start != SERVICE_AUTO_START ||
        ChangeServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed))
        return 0;
    return failed(L"ChangeServiceConfig2");
}

int command_create(int argc, WCHAR **argv)
{
    struct settings settings = { .type = SERVICE_NO_CHANGE,
                                 .start = SERVICE_DEMAND_START,
                                 .error = SERVICE_ERROR_NORMAL };
    SC_HANDLE manager, service;
    int result;

    if (!parse_settings(&settings, argc, argv) || !settings.path)
        return invalid_usage(L"Invalid Option");
    if (settings.type == SERVICE_NO_CHANGE)
        settings.type = SERVICE_WIN32_OWN_PROCESS;
    if (!(manager = open_manager(SC_MANAGER_CREATE_SERVICE)))
        return (int)GetLastError();
    service = CreateServiceW(manager, argv[1], settings.display, SERVICE_ALL_ACCESS, settings.type, settings.start,
                             settings.error, settings.path, settings.group, settings.want_tag ? &settings.tag : NULL,
                             settings.depend, settings.account, settings.password);
    if (service) {
        result = set_delayed(service, &settings);
        if (!result)
            succeeded(L"CreateService");
        CloseServiceHandle(service);
    } else {
        result = failed(L"CreateService");
    }
    CloseServiceHandle(manager);
    return result;
}

int command_config(int argc, WCHAR **argv)
{
    struct settings settings = { .type = SERVICE_NO_CHANGE, .start = SERVICE_NO_CHANGE, .error = SERVICE_NO_CHANGE };
    SC_HANDLE service;
    int result;

    if (!parse_settings(&settings, argc, argv))
        return invalid_usage(L"Invalid Option");
    if (!(service = open_service(argv[1], SERVICE_CHANGE_CONFIG, L"")))
        return (int)GetLastError();
    if (ChangeServiceConfigW(service, settings.type, settings.start, settings.error, settings.path, settings.group,
                             settings.want_tag ? &settings.tag : NULL, settings.depend, settings.account,
                             settings.password, settings.display)) {
        result = set_delayed(service, &settings);
        if (!result)
            succeeded(L"ChangeServiceConfig");
    } else {
        result = failed(L"ChangeServiceConfig");
    }
    CloseServiceHandle(service);
    return result;
}

/* --- optional configuration --- */

int change_level(const WCHAR *name, DWORD level, void *info, DWORD access)
{
    SC_HANDLE service = open_service(name, SERVICE_CHANGE_CONFIG | access, L"");
    int result;

    if (!service)
        return (int)GetLastError();
    result = ChangeServiceConfig2W(service, level, info) ? succeeded(L"ChangeServiceConfig2")
                                                         : failed(L"ChangeServiceConfig2");
    CloseServiceHandle(service);
    return result;
}

int command_description(int argc, WCHAR **argv)
{
    SERVICE_DESCRIPTIONW info = { argc > 2 ? argv[2] : (WCHAR *)L"" };

    return change_level(argv[1], SERVICE_CONFIG_DESCRIPTION, &info, 0);
}

/* "restart/5000/run/1000" */
static bool parse_actions(WCHAR *text, SERVICE_FAILURE_ACTIONSW *info)
{
    DWORD count = 1;

    for (WCHAR *at = text; *at; at++)
        count += *at == '/';
    if (!(info->lpsaActions = calloc(count, sizeof(SC_ACTION))))
        return false;
    while (*text) {
        WCHAR *kind = text, *delay = wcschr(text, L'/'), *end;
        SC_ACTION *action = &info->lpsaActions[info->cActions++];
        if (delay)
            *delay++ = 0;
        end = delay ? wcschr(delay, L'/') : NULL;
        text = end ? end + 1 : (WCHAR *)L"";
        action->Delay = delay ? wcstoul(delay, NULL, 10) : 0;
        if (!_wcsicmp(kind, L"restart"))
            action->Type = SC_ACTION_RESTART;
        else if (!_wcsicmp(kind, L"run"))
            action->Type = SC_ACTION_RUN_COMMAND;
        else if (!_wcsicmp(kind, L"reboot"))
            action->Type = SC_ACTION_REBOOT;
        else if (*kind)
            return false;
    }
    return true;
}

int command_failure(int argc, WCHAR **argv)
{
    SERVICE_FAILURE_ACTIONSW info = { 0 };
    bool reset = false;

    for (int i = 2; i < argc; i++) {
        const WCHAR *value;
        bool ok = true;
        if ((value = option(argv, &i, argc, L"reset"))) {
            info.dwResetPeriod = !_wcsicmp(value, L"INFINITE") ? INFINITE : wcstoul(value, NULL, 10);
            reset = true;
        } else if ((value = option(argv, &i, argc, L"reboot"))) {
            info.lpRebootMsg = (WCHAR *)value;
        } else if ((value = option(argv, &i, argc, L"command"))) {
            info.lpCommand = (WCHAR *)value;
        } else if ((value = option(argv, &i, argc, L"actions"))) {
            ok = parse_actions((WCHAR *)value, &info);
        } else {
            ok = false;
        }
        if (!ok)
            return invalid_usage(L"Invalid Option");
    }
    if (reset != (info.lpsaActions != NULL)) /* "The reset option simultaneously requires the actions option" */
        return invalid_usage(L"The reset and actions options must be set simultaneously");
    return change_level(argv[1], SERVICE_CONFIG_FAILURE_ACTIONS, &info, SERVICE_START);
}

int command_set_flag(int argc, WCHAR **argv)
{
    static const WCHAR *const names[] = { L"none", L"unrestricted", L"restricted", NULL };
    static const DWORD types[] = { SERVICE_SID_TYPE_NONE, SERVICE_SID_TYPE_UNRESTRICTED, SERVICE_SID_TYPE_RESTRICTED };
    DWORD value = 0;

    if (!_wcsicmp(argv[0], L"failureflag")) {
        value = argc > 2 ? wcstoul(argv[2], NULL, 10) : 0;
        return change_level(argv[1], SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &value, 0);
    }
    if (argc < 3 || !choose(argv[2], names, types, &value))
        return invalid_usage(L"Invalid Option");
    return change_level(argv[1], SERVICE_CONFIG_SERVICE_SID_INFO, &value, 0);
}

int command_preferrednode(int argc, WCHAR **argv)
{
    SERVICE_PREFERRED_NODE_INFO info = { (USHORT)wcstoul(argv[2], NULL, 10), !_wcsicmp(argv[2], L"-1") };

    (void)argc;
    return change_level(argv[1], SERVICE_CONFIG_PREFERRED_NODE, &info, 0);
}

int command_privs(int argc, WCHAR **argv)
{
    SERVICE_REQUIRED_PRIVILEGES_INFOW info = { (WCHAR *)parse_depend(argv[2]) };

    (void)argc;
    return change_level(argv[1], SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &info, 0);
}

int command_sdset(int argc, WCHAR **argv)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    SC_HANDLE service;
    int result;

    (void)argc;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(argv[2], SDDL_REVISION_1, &descriptor, NULL))
        return failed(L"ConvertStringSecurityDescriptorToSecurityDescriptor");
    if (!(service = open_service(argv[1], WRITE_DAC, L"")))
        return (int)GetLastError();
    result = SetServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, descriptor)
                 ? succeeded(L"SetServiceObjectSecurity")
                 : failed(L"SetServiceObjectSecurity");
    CloseServiceHandle(service);
    LocalFree(descriptor);
    return result;
}

/* --- deleting, starting, controlling --- */

int command_delete(int argc, WCHAR **argv)
{
    SC_HANDLE service = open_service(argv[1], DELETE, L"");
    int result;

    (void)argc;
    if (!service)
        return (int)GetLastError();
    result = DeleteService(service) ? succeeded(L"DeleteService") : failed(L"DeleteService");
    CloseServiceHandle(service);
    return result;
}

int command_start(int argc, WCHAR **argv)
{
    SC_HANDLE service = open_service(argv[1], SERVICE_START | SERVICE_QUERY_STATUS, L"StartService: ");
    SERVICE_STATUS_PROCESS status;
    DWORD needed;
    int result = 0;

    if (!service)
        return (int)GetLastError();
    if (!StartServiceW(service, argc - 2, (const WCHAR **)argv + 2))
        result = failed(L"StartService");
    else if (QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status), &needed))
        print_status(argv[1], NULL, &status, true);
    CloseServiceHandle(service);
    return result;
}

static DWORD control_code(int argc, WCHAR **argv, DWORD *access)
{
    static const WCHAR *const names[] = { L"paramchange",   L"netbindadd",     L"netbindremove",
                                          L"netbindenable", L"netbinddisable", NULL };
    static const DWORD codes[] = { SERVICE_CONTROL_PARAMCHANGE, SERVICE_CONTROL_NETBINDADD,
                                   SERVICE_CONTROL_NETBINDREMOVE, SERVICE_CONTROL_NETBINDENABLE,
                                   SERVICE_CONTROL_NETBINDDISABLE };
    DWORD code = 0;

    *access = SERVICE_PAUSE_CONTINUE;
    if (!_wcsicmp(argv[0], L"stop")) {
        *access = SERVICE_STOP;
        return SERVICE_CONTROL_STOP;
    }
    if (!_wcsicmp(argv[0], L"pause"))
        return SERVICE_CONTROL_PAUSE;
    if (!_wcsicmp(argv[0], L"continue"))
        return SERVICE_CONTROL_CONTINUE;
    if (!_wcsicmp(argv[0], L"interrogate")) {
        *access = SERVICE_INTERROGATE;
        return SERVICE_CONTROL_INTERROGATE;
    }
    if (argc > 2 && choose(argv[2], names, codes, &code))
        return code;
    *access = SERVICE_USER_DEFINED_CONTROL;
    return argc > 2 ? wcstoul(argv[2], NULL, 0) : 0;
}

int command_control(int argc, WCHAR **argv)
{
    DWORD access, code = control_code(argc, argv, &access);
    SC_HANDLE service = open_service(argv[1], access, L"");
    SERVICE_STATUS_PROCESS status = { 0 };
    int result = 0;

    if (!service)
        return (int)GetLastError();
    if (ControlService(service, code, (SERVICE_STATUS *)&status))
        print_status(argv[1], NULL, &status, false);
    else
        result = failed(L"ControlService");
    CloseServiceHandle(service);
    return result;
}
