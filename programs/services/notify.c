/* SPDX-License-Identifier: MIT */
/*
 * notify.c: NotifyServiceStatusChange and WaitServiceState: a connection that is answered once, when what it waits for happens. A service that is
 * in a wanted state already is an answer at once, unless the client has been told of just that.
 */
#include "manager.h"

static LIST_ENTRY manager_watchers = { &manager_watchers, &manager_watchers };

static void answer(struct connection *connection, struct service *service, DWORD what)
{
    struct packet packet = { 0 };
    SERVICE_STATUS_PROCESS status;

    list_remove(&connection->wait_link);
    connection->service = NULL;
    fill_status(service, &status);
    packet_put(&packet, 0);
    packet_put(&packet, what);
    packet_put_bytes(&packet, &status, sizeof(status));
    packet_put(&packet, service->sequence);
    packet_put_text(&packet, service->name);
    connection_send(connection, &packet);
}

static void tell(LIST_ENTRY *watchers, struct service *service, DWORD what)
{
    LIST_ENTRY *next;

    for (LIST_ENTRY *at = watchers->Flink; at != watchers; at = next) {
        struct connection *connection = LIST_OWNER(at, struct connection, wait_link);
        next = at->Flink;
        if (connection->mask & what)
            answer(connection, service, what);
    }
}

static DWORD state_bit(const struct service *service)
{
    return 1u << (service->status.dwCurrentState - SERVICE_STOPPED); /* SERVICE_NOTIFY_STOPPED and so on */
}

void notify_state(struct service *service)
{
    tell(&service->watchers, service, state_bit(service));
}

void notify_manager(struct service *service, DWORD what)
{
    if (what != SERVICE_NOTIFY_CREATED)
        tell(&service->watchers, service, SERVICE_NOTIFY_DELETE_PENDING);
    if (what != SERVICE_NOTIFY_DELETE_PENDING)
        tell(&manager_watchers, service, what);
}

/* False if it was answered with an error. */
bool notify_register(struct connection *connection, struct packet *request)
{
    bool manager = packet_get(request);
    const WCHAR *name = packet_get_text(request);
    DWORD mask = packet_get(request), seen = packet_get(request), granted, error;
    struct service *service = name ? service_find(name) : NULL;

    if (request->bad || (!manager && !service)) {
        connection_error(connection, request->bad ? ERROR_INVALID_DATA : ERROR_SERVICE_DOES_NOT_EXIST);
        return false;
    }
    error = security_open(connection, manager ? NULL : service,
                          manager ? SC_MANAGER_ENUMERATE_SERVICE : SERVICE_QUERY_STATUS, &granted);
    if (error) {
        connection_error(connection, error);
        return false;
    }
    connection_error(connection, 0);
    if (connection->closed)
        return true;
    connection->kind = CONNECTION_NOTIFY;
    connection->mask = mask;
    list_add(manager ? &manager_watchers : &service->watchers, &connection->wait_link);
    if (manager)
        return true;
    connection->service = service;
    if (service->deleted && mask & SERVICE_NOTIFY_DELETE_PENDING)
        answer(connection, service, SERVICE_NOTIFY_DELETE_PENDING);
    else if (mask & state_bit(service) && seen != service->sequence)
        answer(connection, service, state_bit(service));
    return true;
}
