/* SPDX-License-Identifier: MIT */
/* net: start, stop, pause and continue services, by name or display name. What else Windows' net does concerns a network that is not there. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include <windows.h>
#include <winsvc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

/* NET HELPMSG's numbers (lmerr.h). */
enum {
    ALREADY_STARTED = 2182,
    INVALID_NAME = 2185,
    CANNOT_CONTROL = 2191,
    NO_ERROR_REPORTED = 3534,
    IS_NOT_STARTED = 3521,
    SPECIFIC_ERROR = 3547,
};

static bool yes;

static void say(DWORD handle, const WCHAR *format, ...)
{
    WCHAR text[2048];
    char bytes[3 * ARRAYSIZE(text)];
    HANDLE out = GetStdHandle(handle);
    DWORD written;
    va_list args;

    va_start(args, format);
    int length = _vsnwprintf(text, ARRAYSIZE(text), format, args);
    va_end(args);
    if (length < 0)
        length = ARRAYSIZE(text);
    if (WriteConsoleW(out, text, (DWORD)length, &written, NULL))
        return;
    length = WideCharToMultiByte(GetConsoleOutputCP(), 0, text, length, bytes, sizeof(bytes), NULL, NULL);
    WriteFile(out, bytes, (DWORD)length, &written, NULL);
}

#define print(...)    say(STD_OUTPUT_HANDLE, __VA_ARGS__)
#define complain(...) say(STD_ERROR_HANDLE, __VA_ARGS__)

static int fail_net(DWORD number, const WCHAR *format, ...)
{
    WCHAR text[1024];
    va_list args;

    va_start(args, format);
    _vsnwprintf(text, ARRAYSIZE(text) - 1, format, args);
    text[ARRAYSIZE(text) - 1] = 0;
    va_end(args);
    complain(L"%ls\r\n\r\nMore help is available by typing NET HELPMSG %lu.\r\n\r\n", text, number);
    return 2;
}

static int fail_system(DWORD error)
{
    WCHAR *text = NULL;

    FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                   error, 0, (WCHAR *)&text, 0, NULL);
    complain(L"System error %lu has occurred.\r\n\r\n%ls\r\n", error, text ? text : L"");
    LocalFree(text);
    return 2;
}

static int fail_error(DWORD error, const WCHAR *display)
{
    switch (error) {
    case ERROR_SERVICE_DOES_NOT_EXIST:
    case ERROR_INVALID_NAME:
        return fail_net(INVALID_NAME, L"The service name is invalid.");
    case ERROR_SERVICE_ALREADY_RUNNING:
        return fail_net(ALREADY_STARTED, L"The requested service has already been started.");
    case ERROR_SERVICE_NOT_ACTIVE:
        return fail_net(IS_NOT_STARTED, L"The %ls service is not started.", display);
    case ERROR_INVALID_SERVICE_CONTROL:
        return fail_net(CANNOT_CONTROL, L"The requested pause, continue, or stop is not valid for this service.");
    default:
        return fail_system(error);
    }
}

/* --- opening --- */

struct target {
    SC_HANDLE service;
    WCHAR name[257], display[257];
};

static int open_target(SC_HANDLE manager, const WCHAR *name, DWORD access, struct target *target)
{
    DWORD length = ARRAYSIZE(target->name);

    if (GetServiceKeyNameW(manager, name, target->name, &length))
        name = target->name;
    else
        lstrcpynW(target->name, name, ARRAYSIZE(target->name));
    length = ARRAYSIZE(target->display);
    if (!GetServiceDisplayNameW(manager, target->name, target->display, &length))
        return fail_error(GetLastError(), name);
    target->service = OpenServiceW(manager, target->name, access | SERVICE_QUERY_STATUS);
    return target->service ? 0 : fail_error(GetLastError(), target->display);
}

static SERVICE_STATUS_PROCESS status_of(SC_HANDLE service)
{
    SERVICE_STATUS_PROCESS status = { 0 };
    DWORD needed;

    QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status), &needed);
    return status;
}

static void CALLBACK changed(void *parameter)
{
    *(bool *)((SERVICE_NOTIFYW *)parameter)->pContext = true;
}

#define BIT(state) (1u << ((state)-SERVICE_STOPPED)) /* SERVICE_NOTIFY_STOPPED and so on */

/* Until the service is in one of the states, or nothing was heard of it for longer than its wait hint and half a minute. */
static SERVICE_STATUS_PROCESS wait_for(SC_HANDLE service, DWORD states)
{
    bool happened = false;
    SERVICE_NOTIFYW notify = { .dwVersion = SERVICE_NOTIFY_STATUS_CHANGE,
                               .pfnNotifyCallback = changed,
                               .pContext = &happened };
    SERVICE_STATUS_PROCESS status = status_of(service);
    DWORD checkpoint;

    if (states & BIT(status.dwCurrentState) || NotifyServiceStatusChangeW(service, states, &notify))
        return status;
    do {
        checkpoint = status.dwCheckPoint;
        SleepEx(max(status.dwWaitHint, 30000), TRUE);
        status = status_of(service);
    } while (!happened && status.dwCheckPoint != checkpoint);
    return status;
}

/* --- commands --- */

static int list_started(SC_HANDLE manager)
{
    DWORD size = 0, count = 0, resume = 0;
    BYTE *buffer;

    EnumServicesStatusW(manager, SERVICE_WIN32, SERVICE_ACTIVE, NULL, 0, &size, &count, &resume);
    size += 4096;
    resume = 0;
    if (!(buffer = malloc(size)) || !EnumServicesStatusW(manager, SERVICE_WIN32, SERVICE_ACTIVE,
                                                         (ENUM_SERVICE_STATUSW *)buffer, size, &size, &count, &resume))
        return fail_system(GetLastError());
    print(L"These Windows services are started:\r\n\r\n");
    for (DWORD i = 0; i < count; i++)
        print(L"   %ls\r\n", ((ENUM_SERVICE_STATUSW *)buffer)[i].lpDisplayName);
    print(L"\r\nThe command completed successfully.\r\n\r\n");
    return 0;
}

static int start(SC_HANDLE manager, const WCHAR *name, int count, WCHAR **arguments)
{
    SERVICE_STATUS_PROCESS status;
    struct target target;

    if (open_target(manager, name, SERVICE_START, &target))
        return 2;
    if (!StartServiceW(target.service, count, (const WCHAR **)arguments))
        return fail_error(GetLastError(), target.display);
    print(L"The %ls service is starting.\r\n", target.display);
    status = wait_for(target.service, 0x7f & ~BIT(SERVICE_START_PENDING));
    if (status.dwCurrentState == SERVICE_RUNNING) {
        print(L"The %ls service was started successfully.\r\n\r\n", target.display);
        return 0;
    }
    print(L"The %ls service could not be started.\r\n\r\n", target.display);
    if (status.dwWin32ExitCode == ERROR_SERVICE_SPECIFIC_ERROR)
        return fail_net(SPECIFIC_ERROR, L"A service specific error occurred: %lu.", status.dwServiceSpecificExitCode);
    if (status.dwWin32ExitCode)
        return fail_system(status.dwWin32ExitCode);
    return fail_net(NO_ERROR_REPORTED, L"The service did not report an error.");
}

static int stop_one(struct target *target)
{
    SERVICE_STATUS status;

    if (!ControlService(target->service, SERVICE_CONTROL_STOP, &status))
        return fail_error(GetLastError(), target->display);
    print(L"The %ls service is stopping.\r\n", target->display);
    if (wait_for(target->service, BIT(SERVICE_STOPPED)).dwCurrentState == SERVICE_STOPPED) {
        print(L"The %ls service was stopped successfully.\r\n\r\n", target->display);
        return 0;
    }
    complain(L"The %ls service could not be stopped.\r\n\r\n", target->display);
    return 2;
}

static bool agreed(void)
{
    WCHAR answer[16] = L"";

    print(L"\r\nDo you want to continue this operation? (Y/N) [N]: ");
    if (yes) {
        print(L"Y\r\n");
        return true;
    }
    return fgetws(answer, ARRAYSIZE(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* Those that depend on it and run are stopped before it. */
static int stop(SC_HANDLE manager, const WCHAR *name)
{
    ENUM_SERVICE_STATUSW *entries;
    struct target target;
    DWORD needed = 0, count = 0;

    if (open_target(manager, name, SERVICE_STOP | SERVICE_ENUMERATE_DEPENDENTS, &target))
        return 2;
    EnumDependentServicesW(target.service, SERVICE_ACTIVE, NULL, 0, &needed, &count);
    if (needed && (entries = malloc(needed)) &&
        EnumDependentServicesW(target.service, SERVICE_ACTIVE, entries, needed, &needed, &count) && count) {
        print(L"The following services are dependent on the %ls service.\r\n"
              L"Stopping the %ls service will also stop these services.\r\n\r\n",
              target.display, target.display);
        for (DWORD i = 0; i < count; i++)
            print(L"   %ls\r\n", entries[i].lpDisplayName);
        if (!agreed())
            return 2;
        for (DWORD i = 0; i < count; i++)
            if (stop(manager, entries[i].lpServiceName))
                return 2;
    }
    return stop_one(&target);
}

static int pause_or_continue(SC_HANDLE manager, const WCHAR *name, bool pause)
{
    struct target target;
    SERVICE_STATUS status;

    if (open_target(manager, name, SERVICE_PAUSE_CONTINUE, &target))
        return 2;
    if (!ControlService(target.service, pause ? SERVICE_CONTROL_PAUSE : SERVICE_CONTROL_CONTINUE, &status))
        return fail_error(GetLastError(), target.display);
    wait_for(target.service, BIT(SERVICE_STOPPED) | BIT(pause ? SERVICE_PAUSED : SERVICE_RUNNING));
    print(L"The %ls service was %ls successfully.\r\n\r\n", target.display, pause ? L"paused" : L"continued");
    return 0;
}

static int helpmsg(const WCHAR *number)
{
    DWORD error = wcstoul(number, NULL, 10);
    WCHAR *text = NULL;

    if (!FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                        NULL, error, 0, (WCHAR *)&text, 0, NULL)) {
        complain(L"%ls is not a valid Windows network message number.\r\n\r\n", number);
        return 2;
    }
    print(L"\r\n%ls\r\n", text);
    LocalFree(text);
    return 0;
}

static int usage(void)
{
    complain(L"The syntax of this command is:\r\n\r\nNET\r\n    [ CONTINUE | HELPMSG | PAUSE | START | STOP ]\r\n\r\n");
    return 1;
}

int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***environment, int wildcards, void *startup);

static int run(int argc, WCHAR **argv)
{
    static const WCHAR *const others[] = { L"accounts",   L"computer",   L"config", L"file",    L"group",
                                           L"help",       L"localgroup", L"print",  L"session", L"share",
                                           L"statistics", L"time",       L"use",    L"user",    L"view" };
    SC_HANDLE manager;

    for (size_t i = 0; i < ARRAYSIZE(others); i++) {
        if (!_wcsicmp(argv[1], others[i])) {
            complain(L"NET %ls is not there: Transom does not have Windows networking or its accounts.\r\n", argv[1]);
            return 2;
        }
    }
    if (!_wcsicmp(argv[1], L"helpmsg"))
        return argc > 2 ? helpmsg(argv[2]) : usage();
    if (!(manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE)))
        return fail_system(GetLastError());
    if (!_wcsicmp(argv[1], L"start"))
        return argc > 2 ? start(manager, argv[2], argc - 3, argv + 3) : list_started(manager);
    if (argc < 3)
        return usage();
    if (!_wcsicmp(argv[1], L"stop"))
        return stop(manager, argv[2]);
    if (!_wcsicmp(argv[1], L"pause") || !_wcsicmp(argv[1], L"continue"))
        return pause_or_continue(manager, argv[2], !_wcsicmp(argv[1], L"pause"));
    return usage();
}

int main(void)
{
    wchar_t **argv, **environment;
    int argc, startup = 0, count = 1;

    __wgetmainargs(&argc, &argv, &environment, 0, &startup);
    for (int i = 1; i < argc; i++) {
        if (!_wcsicmp(argv[i], L"/y") || !_wcsicmp(argv[i], L"/yes"))
            yes = true;
        else
            argv[count++] = argv[i];
    }
    argv[count] = NULL;
    return count > 1 ? run(count, argv) : usage();
}
