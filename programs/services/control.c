/* SPDX-License-Identifier: MIT */
/* control.c: controls: who may be sent what, and when. */
#include "manager.h"

/* What a service must accept to be sent a control; 0: whatever it accepts; ~0: programs may not send it. */
static DWORD needed_acceptance(DWORD control)
{
    switch (control) {
    case SERVICE_CONTROL_STOP:
        return SERVICE_ACCEPT_STOP;
    case SERVICE_CONTROL_PAUSE:
    case SERVICE_CONTROL_CONTINUE:
        return SERVICE_ACCEPT_PAUSE_CONTINUE;
    case SERVICE_CONTROL_PARAMCHANGE:
        return SERVICE_ACCEPT_PARAMCHANGE;
    case SERVICE_CONTROL_NETBINDADD:
    case SERVICE_CONTROL_NETBINDREMOVE:
    case SERVICE_CONTROL_NETBINDENABLE:
    case SERVICE_CONTROL_NETBINDDISABLE:
        return SERVICE_ACCEPT_NETBINDCHANGE;
    case SERVICE_CONTROL_INTERROGATE:
        return 0;
    default:
        return control >= 128 && control <= 255 ? 0 : ~0u;
    }
}

static bool dependents_run(const struct service *service)
{
    struct service *other;

    for (size_t i = 0; (other = service_at(i)); i++) {
        if (other == service || other->status.dwCurrentState == SERVICE_STOPPED || !depends_on(other, service))
            continue;
        if (service_number(other, L"Type", 0) & SERVICE_WIN32)
            return true;
    }
    return false;
}

static bool send_control(struct service *service, DWORD control, struct connection *requester)
{
    struct packet packet = { 0 };

    packet_put(&packet, SERVICES_HANDLE);
    packet_put_text(&packet, service->name);
    packet_put(&packet, control);
    packet_put(&packet, 0);
    packet_put_bytes(&packet, NULL, 0);
    return process_request(service->process, service, control, &packet, requester);
}

/* ERROR_IO_PENDING: the requester will be answered. */
DWORD control_service(struct service *service, DWORD control, struct connection *requester)
{
    DWORD needed = needed_acceptance(control);

    if (needed == ~0u)
        return ERROR_INVALID_PARAMETER;
    switch (service->status.dwCurrentState) {
    case SERVICE_STOPPED:
        return ERROR_SERVICE_NOT_ACTIVE;
    case SERVICE_START_PENDING:
    case SERVICE_STOP_PENDING:
        /* "The requested control code cannot be sent to the service because [of its] state" */
        return control == SERVICE_CONTROL_INTERROGATE ? 0 : ERROR_SERVICE_CANNOT_ACCEPT_CTRL;
    }
    if ((service->status.dwControlsAccepted & needed) != needed)
        return ERROR_INVALID_SERVICE_CONTROL;
    if (control == SERVICE_CONTROL_STOP && dependents_run(service))
        return ERROR_DEPENDENT_SERVICES_RUNNING;
    if (!service->process) /* one of Windows' own, which only answers */
        return control == SERVICE_CONTROL_INTERROGATE ? 0 : ERROR_INVALID_SERVICE_CONTROL;
    if (!service->process->control)
        return ERROR_SERVICE_CANNOT_ACCEPT_CTRL;
    if (!send_control(service, control, requester))
        return ERROR_NOT_ENOUGH_MEMORY;
    return ERROR_IO_PENDING;
}

/* --- the manager is told to end --- */

enum { WAIT_TO_KILL = 5000 }; /* WaitToKillServiceTimeout */

static enum { NOT_YET, PRESHUTDOWN, SHUTDOWN } phase;
static struct timer phase_timer;

bool control_shutting_down(void)
{
    return phase != NOT_YET;
}

static void send_shutdown(void)
{
    struct service *service;

    phase = SHUTDOWN;
    for (size_t i = 0; (service = service_at(i)); i++) {
        DWORD accepted = service->status.dwControlsAccepted;
        if (!service->process || !service->process->control)
            continue;
        if (accepted & SERVICE_ACCEPT_SHUTDOWN)
            send_control(service, SERVICE_CONTROL_SHUTDOWN, NULL);
        else if (accepted & SERVICE_ACCEPT_STOP)
            send_control(service, SERVICE_CONTROL_STOP, NULL);
    }
    timer_set(&phase_timer, WAIT_TO_KILL);
}

static void phase_over(struct timer *timer)
{
    (void)timer;
    if (phase == PRESHUTDOWN)
        send_shutdown();
    else
        manager_quit();
}

/*
 * First those that want to know before the others are: "the service control manager waits until the service stops or the specified
 * pre-shutdown time-out value expires" (SERVICE_PRESHUTDOWN_INFO; the default is 10 seconds).
 */
void control_shutdown(void)
{
    struct service *service;
    DWORD longest = 0;

    if (phase != NOT_YET)
        return;
    phase = PRESHUTDOWN;
    timer_init(&phase_timer, phase_over);
    for (size_t i = 0; (service = service_at(i)); i++) {
        if (!service->process || !service->process->control ||
            !(service->status.dwControlsAccepted & SERVICE_ACCEPT_PRESHUTDOWN))
            continue;
        service->preshutdown = send_control(service, SERVICE_CONTROL_PRESHUTDOWN, NULL);
        longest = max(longest, service_number(service, L"PreshutdownTimeout", 10000));
    }
    timer_set(&phase_timer, longest);
}

/* A service has stopped: it may be the last that is waited for. */
void control_stopped(void)
{
    struct service *service;

    if (phase != PRESHUTDOWN)
        return;
    for (size_t i = 0; (service = service_at(i)); i++)
        if (service->preshutdown && service->status.dwCurrentState != SERVICE_STOPPED)
            return;
    timer_set(&phase_timer, 0);
}
