/* SPDX-License-Identifier: MIT */
/* service.c: a service: `service install NAME` installs it, `service run` is how it is started; `service events` reports 100 events. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status = { SERVICE_WIN32_OWN_PROCESS, SERVICE_RUNNING, SERVICE_ACCEPT_STOP, 0, 0, 0, 0 };
static HANDLE stop;

static void WINAPI handler(DWORD control)
{
    if (control == SERVICE_CONTROL_STOP)
        SetEvent(stop);
}

static void WINAPI service_main(DWORD count, char **arguments)
{
    (void)count;
    stop = CreateEventA(NULL, TRUE, FALSE, NULL);
    handle = RegisterServiceCtrlHandlerA(arguments[0], handler);
    SetServiceStatus(handle, &status);
    WaitForSingleObject(stop, 60000);
    status.dwCurrentState = SERVICE_STOPPED;
    SetServiceStatus(handle, &status);
}

int main(int argc, char **argv)
{
    SERVICE_TABLE_ENTRYA table[] = { { (char *)"", service_main }, { NULL, NULL } };
    char path[MAX_PATH], command[MAX_PATH + 16];

    if (argc > 1 && !strcmp(argv[1], "events")) {
        HANDLE source = RegisterEventSourceA(NULL, "service");
        const char *text = "event";
        for (int i = 0; i < 100; i++)
            ReportEventA(source, EVENTLOG_INFORMATION_TYPE, 0, i, NULL, 1, 0, &text, NULL);
        return !DeregisterEventSource(source);
    }
    if (argc > 2 && !strcmp(argv[1], "install")) {
        SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CREATE_SERVICE), service;
        GetModuleFileNameA(NULL, path, MAX_PATH);
        snprintf(command, sizeof(command), "\"%s\" run", path);
        service = CreateServiceA(manager, argv[2], argv[2], SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                                 SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);
        return service ? 0 : (int)GetLastError();
    }
    return StartServiceCtrlDispatcherA(table) ? 0 : (int)GetLastError() & 0xff;
}
