/* SPDX-License-Identifier: MIT */
/*
 * service.c: a service: `service install NAME` installs it, `service run` is how it is started; `service events` reports 100 events.
 * Started with a file and "early" or "late", it notes in that file how it is told of a shutdown; an early one wants to know before the others.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status = { SERVICE_WIN32_OWN_PROCESS, SERVICE_RUNNING, SERVICE_ACCEPT_STOP, 0, 0, 0, 0 };
static HANDLE stop;

static char order_file[MAX_PATH];

static void note(const char *text)
{
    FILE *file = fopen(order_file, "a");

    if (!file)
        return;
    fprintf(file, "%s\n", text);
    fclose(file);
}

static void WINAPI handler(DWORD control)
{
    if (order_file[0])
        note(control == SERVICE_CONTROL_PRESHUTDOWN ? "preshutdown"
             : control == SERVICE_CONTROL_SHUTDOWN  ? "shutdown"
                                                    : "other");
    if (control == SERVICE_CONTROL_STOP || control == SERVICE_CONTROL_SHUTDOWN ||
        control == SERVICE_CONTROL_PRESHUTDOWN)
        SetEvent(stop);
}

static void WINAPI service_main(DWORD count, char **arguments)
{
    if (count > 2) {
        strcpy(order_file, arguments[1]);
        status.dwControlsAccepted = !strcmp(arguments[2], "early")
                                        ? SERVICE_ACCEPT_PRESHUTDOWN | SERVICE_ACCEPT_SHUTDOWN
                                        : SERVICE_ACCEPT_SHUTDOWN;
    }
    stop = CreateEventA(NULL, TRUE, FALSE, NULL);
    handle = RegisterServiceCtrlHandlerA(arguments[0], handler);
    SetServiceStatus(handle, &status);
    WaitForSingleObject(stop, 60000);
    if (count > 2 && !strcmp(arguments[2], "early"))
        Sleep(300); /* the others hear of it when this one has stopped */
    if (order_file[0])
        note("stopped");
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
