/* SPDX-License-Identifier: MIT */
/*
 * process.c: service processes. One is started for a service, connects when it calls StartServiceCtrlDispatcher, and is then sent requests, one
 * after the other: "the control dispatcher" is one thread.
 */
#include "manager.h"

static LIST_ENTRY processes = { &processes, &processes };

static void CALLBACK ended(void *context, BOOLEAN timeout)
{
    (void)timeout;
    PostQueuedCompletionStatus(manager_port, 0, 2, context);
}

/* It did not connect, or does not answer, in time. */
static void too_long(struct timer *timer)
{
    struct process *process = LIST_OWNER(timer, struct process, timer);

    if (!process->control) {
        TerminateProcess(process->handle, ERROR_SERVICE_REQUEST_TIMEOUT);
        return; /* its end is what its services fail with */
    }
    if (process->busy) { /* the requester goes; the answer may come yet, and is what the next request waits for */
        struct request *request = LIST_OWNER(process->requests.Flink, struct request, link);
        if (!request->control)
            start_finished(request->service, ERROR_SERVICE_REQUEST_TIMEOUT);
        if (request->requester)
            connection_error(request->requester, ERROR_SERVICE_REQUEST_TIMEOUT);
        request->requester = NULL;
    }
}

static struct process *shared_process(const WCHAR *command)
{
    for (LIST_ENTRY *at = processes.Flink; at != &processes; at = at->Flink) {
        struct process *process = LIST_OWNER(at, struct process, link);
        if (!process->leaving && !_wcsicmp(process->command, command))
            return process;
    }
    return NULL;
}

static WCHAR *command_of(const struct service *service)
{
    const WCHAR *path = service_text(service, L"ImagePath");
    DWORD length = ExpandEnvironmentStringsW(path, NULL, 0);
    WCHAR *command = malloc(length * sizeof(WCHAR) + sizeof(WCHAR));

    if (command)
        ExpandEnvironmentStringsW(path, command, length);
    return command;
}

static struct process *create_process(WCHAR *command, DWORD *error)
{
    STARTUPINFOW startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    struct process *process = calloc(1, sizeof(*process));
    WCHAR *writable = _wcsdup(command), directory[MAX_PATH];
    PROCESS_INFORMATION info;

    *error = ERROR_NOT_ENOUGH_MEMORY;
    if (!process || !writable)
        goto failed;
    GetSystemDirectoryW(directory, MAX_PATH);
    if (!CreateProcessW(NULL, writable, NULL, NULL, FALSE,
                        DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT | CREATE_SUSPENDED,
                        NULL, directory, &startup, &info)) {
        *error = GetLastError();
        goto failed;
    }
    process->handle = info.hProcess;
    process->id = info.dwProcessId;
    process->command = command;
    list_init(&process->services);
    list_init(&process->requests);
    timer_init(&process->timer, too_long);
    list_add(&processes, &process->link);
    RegisterWaitForSingleObject(&process->wait, process->handle, ended, process, INFINITE, WT_EXECUTEONLYONCE);
    timer_set(&process->timer, manager_timeout);
    ResumeThread(info.hThread);
    CloseHandle(info.hThread);
    free(writable);
    return process;
failed:
    free(process);
    free(writable);
    return NULL;
}

static bool send_start(struct process *process, struct service *service)
{
    struct packet packet = { 0 };

    packet_put(&packet, SERVICES_RUN);
    packet_put_text(&packet, service->name);
    packet_put(&packet, service_number(service, L"Type", 0));
    packet_put_bytes(&packet, service->arguments.data, service->arguments.size);
    return process_request(process, service, 0, &packet, NULL);
}

/* Its process is started, or one that runs the same command for another service is taken. */
DWORD process_launch(struct service *service)
{
    bool share = service_number(service, L"Type", 0) & SERVICE_WIN32_SHARE_PROCESS;
    WCHAR *command = command_of(service);
    SERVICE_STATUS status = { .dwServiceType = service_number(service, L"Type", 0),
                              .dwCurrentState = SERVICE_START_PENDING,
                              .dwWaitHint = 2000 };
    struct process *process;
    DWORD error = 0;

    if (!command)
        return ERROR_NOT_ENOUGH_MEMORY;
    process = share ? shared_process(command) : NULL;
    if (process) {
        free(command);
    } else if (!(process = create_process(command, &error))) {
        free(command);
        return error;
    }
    service->process = process;
    list_add(&process->services, &service->process_link);
    service->start_state = LAUNCHED;
    status_changed(service, &status, false);
    if (process->control)
        send_start(process, service);
    return 0;
}

struct process *process_find(DWORD id)
{
    for (LIST_ENTRY *at = processes.Flink; at != &processes; at = at->Flink)
        if (LIST_OWNER(at, struct process, link)->id == id)
            return LIST_OWNER(at, struct process, link);
    return NULL;
}

/* --- requests --- */

static void send_next(struct process *process)
{
    struct request *request;
    struct packet copy = { 0 };

    if (process->busy || !process->control || list_empty(&process->requests))
        return;
    request = LIST_OWNER(process->requests.Flink, struct request, link);
    process->busy = true;
    timer_set(&process->timer, manager_timeout);
    copy = request->packet;
    request->packet = (struct packet){ 0 };
    connection_send(process->control, &copy);
}

static void free_request(struct request *request)
{
    list_remove(&request->link);
    packet_free(&request->packet);
    free(request);
}

bool process_request(struct process *process, struct service *service, DWORD control, struct packet *packet,
                     struct connection *requester)
{
    struct request *request = calloc(1, sizeof(*request));

    if (!request || packet->bad) {
        free(request);
        packet_free(packet);
        return false;
    }
    request->service = service;
    request->control = control;
    request->requester = requester;
    request->packet = *packet;
    *packet = (struct packet){ 0 };
    list_add(&process->requests, &request->link);
    send_next(process);
    return true;
}

void process_connected(struct process *process, struct connection *connection)
{
    process->control = connection;
    timer_cancel(&process->timer);
    for (LIST_ENTRY *at = process->services.Flink; at != &process->services; at = at->Flink) {
        struct service *service = LIST_OWNER(at, struct service, process_link);
        if (service->start_state == LAUNCHED)
            send_start(process, service);
    }
}

static void answer_requester(struct request *request, DWORD error)
{
    struct packet packet = { 0 };
    SERVICE_STATUS_PROCESS status;

    if (!request->requester)
        return;
    fill_status(request->service, &status);
    packet_put(&packet, error);
    packet_put_bytes(&packet, &status, sizeof(status));
    connection_send(request->requester, &packet);
}

void process_answered(struct process *process, struct packet *answer)
{
    DWORD error = packet_get(answer);
    struct request *request;

    if (!process->busy || list_empty(&process->requests)) {
        process->busy = false; /* SERVICES_EXIT */
        return;
    }
    request = LIST_OWNER(process->requests.Flink, struct request, link);
    process->busy = false;
    timer_cancel(&process->timer);
    if (request->control)
        answer_requester(request, answer->bad ? ERROR_INVALID_DATA : error);
    struct service *service = request->service;
    bool start = !request->control;
    free_request(request);
    if (start)
        start_finished(service, error);
    send_next(process);
}

/* Its end will follow, or it called the dispatcher's connection its own: nothing can be asked of it any more. */
void process_disconnected(struct process *process)
{
    process->control = NULL;
    process->leaving = true;
    process->busy = false;
    timer_cancel(&process->timer);
    while (!list_empty(&process->requests)) {
        struct request *request = LIST_OWNER(process->requests.Flink, struct request, link);
        /* Documented nowhere, but what programs see: "The pipe has been ended." Who was to stop, and says that it has, has obeyed. */
        bool obeyed =
            request->control == SERVICE_CONTROL_STOP && request->service->status.dwCurrentState == SERVICE_STOPPED;
        answer_requester(request, obeyed ? 0 : ERROR_BROKEN_PIPE);
        free_request(request);
    }
}

/* The last of a process's services: its dispatcher shall return. */
void process_service_stopped(struct service *service)
{
    struct process *process = service->process;
    struct packet packet = { 0 };

    if (!process)
        return;
    service->process = NULL;
    list_remove(&service->process_link);
    if (!list_empty(&process->services))
        return;
    process->leaving = true;
    if (!process->control)
        return;
    packet_put(&packet, SERVICES_EXIT);
    /* What it was asked before is answered first: the handler that reported the stop has not returned yet. */
    connection_send(process->control, &packet);
}

/* Its services that have not stopped have failed. */
void process_ended(struct process *process)
{
    DWORD code = 0;

    GetExitCodeProcess(process->handle, &code);
    if (process->control)
        connection_close(process->control); /* calls process_disconnected() */
    else
        process_disconnected(process);
    while (!list_empty(&process->services)) {
        struct service *service = LIST_OWNER(process->services.Flink, struct service, process_link);
        SERVICE_STATUS status = { .dwServiceType = service->status.dwServiceType,
                                  .dwCurrentState = SERVICE_STOPPED,
                                  .dwWin32ExitCode = ERROR_PROCESS_ABORTED };
        service->process = NULL;
        list_remove(&service->process_link);
        if (service->start_state == LAUNCHED)
            start_finished(service, ERROR_SERVICE_REQUEST_TIMEOUT);
        else
            status_changed(service, &status, true);
        service_release(service);
    }
    timer_cancel(&process->timer);
    UnregisterWait(process->wait);
    CloseHandle(process->handle);
    list_remove(&process->link);
    free(process->command);
    free(process);
    manager_touch();
}

bool processes_run(void)
{
    for (LIST_ENTRY *at = processes.Flink; at != &processes; at = at->Flink)
        if (!list_empty(&LIST_OWNER(at, struct process, link)->services))
            return true;
    return false;
}
