/* SPDX-License-Identifier: MIT */
/* sc: asks and changes the service control manager. Exit codes are Windows' error codes. */
#include "sc.h"
#include <stdarg.h>

const WCHAR *sc_machine;

/* As the console's code page has it, or UTF-8 where there is no console. */
void say(const WCHAR *format, ...)
{
    WCHAR text[8192];
    char bytes[3 * sizeof(text) / sizeof(*text)];
    DWORD written;
    va_list args;

    va_start(args, format);
    int length = _vsnwprintf(text, ARRAYSIZE(text), format, args);
    va_end(args);
    if (length < 0)
        length = ARRAYSIZE(text);
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    if (WriteConsoleW(out, text, (DWORD)length, &written, NULL))
        return;
    length = WideCharToMultiByte(GetConsoleOutputCP(), 0, text, length, bytes, sizeof(bytes), NULL, NULL);
    WriteFile(out, bytes, (DWORD)length, &written, NULL);
}

int failed(const WCHAR *what)
{
    DWORD error = GetLastError();
    WCHAR *text = NULL;

    FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                   error, 0, (WCHAR *)&text, 0, NULL);
    say(L"[SC] %ls FAILED %lu:\r\n\r\n%ls\r\n", what, error, text ? text : L"\r\n");
    LocalFree(text);
    SetLastError(error);
    return (int)error;
}

int succeeded(const WCHAR *what)
{
    say(L"[SC] %ls SUCCESS\r\n", what);
    return 0;
}

int invalid_usage(const WCHAR *problem)
{
    say(L"\r\nERROR:  %ls\r\n\r\n"
        L"DESCRIPTION:\r\n"
        L"        SC is a command line program used for communicating with the\r\n"
        L"        Service Control Manager and services.\r\n"
        L"USAGE:\r\n"
        L"        sc <server> [command] [service name] <option1> <option2>...\r\n\r\n"
        L"        Commands: query, queryex, start, pause, interrogate, continue, stop, control,\r\n"
        L"        config, description, failure, failureflag, sidtype, privs, qc, qdescription,\r\n"
        L"        qfailure, qfailureflag, qsidtype, qprivs, triggerinfo, qtriggerinfo,\r\n"
        L"        preferrednode, qpreferrednode, qprotection, delete, create, sdshow, sdset,\r\n"
        L"        showsid, GetDisplayName, GetKeyName, EnumDepend, QueryLock\r\n",
        problem);
    return ERROR_INVALID_COMMAND_LINE;
}

SC_HANDLE open_manager(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(sc_machine, NULL, access);

    if (!manager)
        failed(L"OpenSCManager");
    return manager;
}

SC_HANDLE open_service(const WCHAR *name, DWORD access, const WCHAR *context)
{
    SC_HANDLE manager = open_manager(SC_MANAGER_CONNECT), service;
    WCHAR what[128];
    DWORD error;

    if (!manager)
        return NULL;
    if (!(service = OpenServiceW(manager, name, access))) {
        _snwprintf(what, ARRAYSIZE(what), L"%lsOpenService", context);
        failed(what);
    }
    error = GetLastError();
    CloseServiceHandle(manager);
    SetLastError(error);
    return service;
}

const WCHAR *option(WCHAR **argv, int *i, int argc, const WCHAR *name)
{
    size_t length = wcslen(name);

    if (_wcsnicmp(argv[*i], name, length) || argv[*i][length] != '=')
        return NULL;
    if (argv[*i][length + 1])
        return argv[*i] + length + 1;
    return *i + 1 < argc ? argv[++*i] : L"";
}

static const struct {
    const WCHAR *name;
    int (*run)(int argc, WCHAR **argv);
    int arguments; /* at least so many */
} commands[] = {
    { L"query", command_query, 0 },
    { L"queryex", command_query, 0 },
    { L"qc", command_qc, 1 },
    { L"qdescription", command_qdescription, 1 },
    { L"qfailure", command_qfailure, 1 },
    { L"qfailureflag", command_query_flag, 1 },
    { L"qsidtype", command_query_flag, 1 },
    { L"qprivs", command_qprivs, 1 },
    { L"qtriggerinfo", command_qtriggerinfo, 1 },
    { L"qpreferrednode", command_qpreferrednode, 1 },
    { L"qprotection", command_qprotection, 1 },
    { L"EnumDepend", command_enumdepend, 1 },
    { L"GetDisplayName", command_name, 1 },
    { L"GetKeyName", command_name, 1 },
    { L"QueryLock", command_querylock, 0 },
    { L"sdshow", command_sdshow, 1 },
    { L"showsid", command_showsid, 1 },
    { L"create", command_create, 1 },
    { L"config", command_config, 1 },
    { L"description", command_description, 1 },
    { L"failure", command_failure, 1 },
    { L"failureflag", command_set_flag, 1 },
    { L"sidtype", command_set_flag, 1 },
    { L"privs", command_privs, 2 },
    { L"triggerinfo", command_triggerinfo, 2 },
    { L"preferrednode", command_preferrednode, 2 },
    { L"sdset", command_sdset, 2 },
    { L"delete", command_delete, 1 },
    { L"start", command_start, 1 },
    { L"stop", command_control, 1 },
    { L"pause", command_control, 1 },
    { L"continue", command_control, 1 },
    { L"interrogate", command_control, 1 },
    { L"control", command_control, 2 },
};

int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***environment, int wildcards, void *startup);

int main(void)
{
    wchar_t **argv, **environment;
    int argc, startup = 0, first = 1;

    __wgetmainargs(&argc, &argv, &environment, 0, &startup);
    if (first < argc && !wcsncmp(argv[first], L"\\\\", 2))
        sc_machine = argv[first++];
    if (first >= argc)
        return invalid_usage(L"No command was given");
    for (size_t i = 0; i < ARRAYSIZE(commands); i++) {
        if (_wcsicmp(argv[first], commands[i].name))
            continue;
        if (argc - first - 1 < commands[i].arguments)
            return invalid_usage(L"A required parameter is missing");
        return commands[i].run(argc - first, argv + first);
    }
    return invalid_usage(L"Unrecognized command");
}
