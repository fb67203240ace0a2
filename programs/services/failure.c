/* SPDX-License-Identifier: MIT */
/*
 * failure.c: what is done when a service's process ends without it having stopped (SERVICE_FAILURE_ACTIONS). The value FailureActions is
 * laid out as Windows has it in the registry: reset period, two unused, count, offset, then pairs of action and delay.
 */
#include "manager.h"
#include <stdio.h>

enum { HEADER = 5 };

/* Replaces "%1%" by the number of failures: "/fail=%1%" in a command says how many there were. */
static WCHAR *command_with_count(const WCHAR *command, DWORD failures)
{
    const WCHAR *mark = wcsstr(command, L"%1%");
    size_t length = wcslen(command) + 16;
    WCHAR *text = malloc(length * sizeof(WCHAR));

    if (!text)
        return NULL;
    if (mark)
        _snwprintf(text, length, L"%.*ls%lu%ls", (int)(mark - command), command, failures, mark + 3);
    else
        wcscpy(text, command);
    return text;
}

static void run_command(struct service *service)
{
    STARTUPINFOW startup = { .cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES };
    WCHAR *command = command_with_count(service_text(service, L"FailureCommand"), service->failures);
    PROCESS_INFORMATION info;

    if (command && *command &&
        CreateProcessW(NULL, command, NULL, NULL, FALSE, DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP, NULL, NULL,
                       &startup, &info)) {
        CloseHandle(info.hThread);
        CloseHandle(info.hProcess);
    }
    free(command);
}

void failure_act(struct service *service)
{
    switch (service->failure_action.Type) {
    case SC_ACTION_RESTART:
        start_service(service, NULL, SERVICE_START_REASON_RESTART_ON_FAILURE, NULL);
        break;
    case SC_ACTION_RUN_COMMAND:
        run_command(service);
        break;
    case SC_ACTION_REBOOT: /* nothing here can be rebooted */
    case SC_ACTION_NONE:
        break;
    }
    manager_touch();
}

void failure_happened(struct service *service)
{
    const struct value *value = service_value(service, L"FailureActions");
    ULONGLONG now = GetTickCount64();
    const DWORD *data;
    DWORD count, index;

    if (!value || value->size < HEADER * sizeof(DWORD) || service->deleted)
        return;
    data = (const DWORD *)value->data;
    count = min(data[3], (value->size / (DWORD)sizeof(DWORD) - HEADER) / 2);
    if (!count)
        return;
    if (data[0] != INFINITE && now - service->last_failure > data[0] * 1000ull)
        service->failures = 0;
    service->last_failure = now;
    /* "If the number of failures is greater than the number of actions, the last one is repeated." */
    index = min(service->failures, count - 1);
    service->failures++;
    service->failure_action = (SC_ACTION){ (SC_ACTION_TYPE)data[HEADER + index * 2], data[HEADER + index * 2 + 1] };
    if (service->failure_action.Type != SC_ACTION_NONE)
        timer_set(&service->failure_timer, service->failure_action.Delay);
}
