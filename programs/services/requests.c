/* SPDX-License-Identifier: MIT */
/* requests.c: what connections ask, and the answers. */
#include "manager.h"

/* Handles that were opened and whose connection has not come yet. They go with the connection that opened them. */
struct ticket {
    LIST_ENTRY link;
    DWORD number, client, access;
    struct service *service;
    struct connection *opener;
};

static LIST_ENTRY tickets = { &tickets, &tickets };
static struct connection *locker;
static ULONGLONG lock_time;

void fill_status(const struct service *service, SERVICE_STATUS_PROCESS *status)
{
    memset(status, 0, sizeof(*status));
    memcpy(status, &service->status, sizeof(service->status));
    if (service->process)
        status->dwProcessId = service->process->id;
    else if (service->status.dwCurrentState != SERVICE_STOPPED && !service_is_driver(service))
        status->dwProcessId = GetCurrentProcessId(); /* one of Windows' own */
}

struct connection *lock_owner(void)
{
    return locker;
}

static void release_service(struct service *service)
{
    service->handles--;
    service_release(service);
}

static void free_ticket(struct ticket *ticket)
{
    list_remove(&ticket->link);
    free(ticket);
}

void connection_closed(struct connection *connection)
{
    LIST_ENTRY *next;

    if (locker == connection)
        locker = NULL;
    for (LIST_ENTRY *at = tickets.Flink; at != &tickets; at = next) {
        struct ticket *ticket = LIST_OWNER(at, struct ticket, link);
        next = at->Flink;
        if (ticket->opener != connection)
            continue;
        struct service *service = ticket->service;
        free_ticket(ticket);
        release_service(service);
    }
    if (connection->kind == CONNECTION_SERVICE) {
        release_service(connection->service);
    } else if (connection->kind == CONNECTION_NOTIFY && connection->service) {
        service_release(connection->service);
    } else if (connection->kind == CONNECTION_PROCESS && connection->process &&
               connection->process->control == connection) {
        process_disconnected(connection->process);
    }
}

/* --- answers --- */

struct enumeration {
    struct packet packet;
    DWORD count, count_at, types, states;
};

static void begin_enumeration(struct enumeration *answer, DWORD types, DWORD states)
{
    *answer = (struct enumeration){ .types = types, .states = states };
    packet_put(&answer->packet, 0);
    answer->count_at = answer->packet.size;
    packet_put(&answer->packet, 0);
}

static void add_to_enumeration(struct enumeration *answer, struct service *service)
{
    DWORD state = service->status.dwCurrentState == SERVICE_STOPPED ? SERVICE_INACTIVE : SERVICE_ACTIVE;
    SERVICE_STATUS_PROCESS status;

    if (!(service_number(service, L"Type", 0) & answer->types) || !(state & answer->states))
        return;
    fill_status(service, &status);
    packet_put_text(&answer->packet, service->name);
    packet_put_text(&answer->packet, service_display(service));
    packet_put_bytes(&answer->packet, &status, sizeof(status));
    answer->count++;
}

static void send_enumeration(struct connection *connection, struct enumeration *answer)
{
    if (!answer->packet.bad)
        memcpy(answer->packet.data + answer->count_at, &answer->count, 4);
    connection_send(connection, &answer->packet);
}

/* EnumDependentServices' page: in reverse order of their starting, so that they can be stopped as they come. */
static void answer_dependents(struct connection *connection, DWORD states)
{
    struct enumeration answer;
    size_t count;
    struct service **list = service_dependents(connection->service, &count);

    if (!list) {
        connection_error(connection, ERROR_NOT_ENOUGH_MEMORY);
        return;
    }
    begin_enumeration(&answer, SERVICE_WIN32 | SERVICE_DRIVER, states);
    for (size_t i = 0; i < count; i++)
        add_to_enumeration(&answer, list[i]);
    free(list);
    send_enumeration(connection, &answer);
}

static void answer_handle(struct connection *connection, struct service *service, DWORD access, DWORD tag)
{
    static DWORD last_number;
    struct ticket *ticket = calloc(1, sizeof(*ticket));
    struct packet packet = { 0 };

    if (!ticket) {
        connection_error(connection, ERROR_NOT_ENOUGH_MEMORY);
        return;
    }
    *ticket = (struct ticket){ .number = ++last_number,
                               .client = connection->client,
                               .access = access,
                               .service = service,
                               .opener = connection };
    service->handles++;
    list_add(&tickets, &ticket->link);
    packet_put(&packet, 0);
    packet_put(&packet, ticket->number);
    packet_put(&packet, tag);
    connection_send(connection, &packet);
}

static bool group_exists(const WCHAR *group)
{
    struct service *service;

    for (size_t i = 0; (service = service_at(i)); i++)
        if (service_in_group(service, group))
            return true;
    return false;
}

static void answer_text(struct connection *connection, const WCHAR *text)
{
    struct packet packet = { 0 };

    packet_put(&packet, 0);
    packet_put_text(&packet, text);
    connection_send(connection, &packet);
}

/* --- of new connections --- */

static void attach(struct connection *connection, struct packet *request)
{
    DWORD number = packet_get(request);

    for (LIST_ENTRY *at = tickets.Flink; at != &tickets; at = at->Flink) {
        struct ticket *ticket = LIST_OWNER(at, struct ticket, link);
        if (ticket->number != number || ticket->client != connection->client)
            continue;
        connection->kind = CONNECTION_SERVICE;
        connection->service = ticket->service; /* with its count */
        connection->access = ticket->access;
        free_ticket(ticket);
        connection_error(connection, 0);
        return;
    }
    connection_error(connection, ERROR_INVALID_HANDLE);
}

static void hello(struct connection *connection)
{
    struct process *process = process_find(connection->client);

    if (!process || process->control || process->leaving) {
        connection_error(connection, process && process->control ? ERROR_SERVICE_ALREADY_RUNNING
                                                                 : ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
        return;
    }
    connection->kind = CONNECTION_PROCESS;
    connection->process = process;
    connection_error(connection, 0);
    process_connected(process, connection);
}

/* In a process of its own, a service may call itself as it likes. */
static void register_handler(struct connection *connection, struct packet *request)
{
    const WCHAR *name = packet_get_text(request);
    struct process *process = process_find(connection->client);

    if (!name || !process) {
        connection_error(connection, ERROR_SERVICE_NOT_IN_EXE);
        return;
    }
    for (LIST_ENTRY *at = process->services.Flink; at != &process->services; at = at->Flink) {
        struct service *service = LIST_OWNER(at, struct service, process_link);
        if (_wcsicmp(service->name, name) && !(service_number(service, L"Type", 0) & SERVICE_WIN32_OWN_PROCESS))
            continue;
        connection->kind = CONNECTION_STATUS;
        connection->service = service;
        list_add(&service->reporters, &connection->wait_link);
        answer_text(connection, service->name);
        return;
    }
    connection_error(connection, ERROR_SERVICE_NOT_IN_EXE);
}

static void request_new(struct connection *connection, DWORD code, struct packet *request)
{
    DWORD error;

    switch (code) {
    case SERVICES_OPEN_MANAGER:
        error = security_open(connection, NULL, packet_get(request) | SC_MANAGER_CONNECT, &connection->access);
        if (!error)
            connection->kind = CONNECTION_MANAGER;
        connection_error(connection, error);
        break;
    case SERVICES_ATTACH:
        attach(connection, request);
        break;
    case SERVICES_HELLO:
        hello(connection);
        break;
    case SERVICES_REGISTER:
        register_handler(connection, request);
        break;
    case SERVICES_NOTIFY:
        notify_register(connection, request);
        break;
    default:
        connection_close(connection);
        break;
    }
}

/* --- of the manager's handles --- */

static bool lacks(struct connection *connection, DWORD access)
{
    if ((connection->access & access) == access)
        return false;
    connection_error(connection, ERROR_ACCESS_DENIED);
    return true;
}

static void open_service(struct connection *connection, struct packet *request)
{
    const WCHAR *name = packet_get_text(request);
    DWORD access = packet_get(request), granted, error;
    struct service *service = name ? service_find(name) : NULL;

    if (!service) {
        connection_error(connection, ERROR_SERVICE_DOES_NOT_EXIST);
        return;
    }
    if ((error = security_open(connection, service, access, &granted)))
        connection_error(connection, error);
    else
        answer_handle(connection, service, granted, 0);
}

static void create_service(struct connection *connection, struct packet *request)
{
    const WCHAR *name = packet_get_text(request);
    DWORD access = packet_get(request), granted, tag = 0, error;
    bool want_tag = packet_get(request);
    struct service *service;

    if (lacks(connection, SC_MANAGER_CREATE_SERVICE))
        return;
    error = name ? config_create(request, want_tag, name, &service, &tag) : ERROR_INVALID_NAME;
    if (!error && (error = security_open(connection, service, access, &granted))) {
        service->deleted = true;
        service_release(service);
        database_save();
    }
    if (error)
        connection_error(connection, error);
    else
        answer_handle(connection, service, granted, tag);
}

static void find_name(struct connection *connection, struct packet *request)
{
    const WCHAR *name = packet_get_text(request);
    bool by_display = packet_get(request);
    struct service *service = !name ? NULL : by_display ? service_find_display(name) : service_find(name);

    if (service)
        answer_text(connection, by_display ? service->name : service_display(service));
    else
        connection_error(connection, ERROR_SERVICE_DOES_NOT_EXIST);
}

/* "As of Windows Vista, this function is provided for application compatibility and has no effect on the database": it is known who has the
 * lock, and starts go on. */
static void take_lock(struct connection *connection)
{
    if (lacks(connection, SC_MANAGER_LOCK))
        return;
    if (locker) {
        connection_error(connection, ERROR_SERVICE_DATABASE_LOCKED);
        return;
    }
    locker = connection;
    lock_time = GetTickCount64();
    connection_error(connection, 0);
}

static void answer_lock_status(struct connection *connection)
{
    struct packet packet = { 0 };
    WCHAR owner[256] = L"";
    DWORD size = ARRAYSIZE(owner);

    if (lacks(connection, SC_MANAGER_QUERY_LOCK_STATUS))
        return;
    if (locker) /* there is one user only */
        GetUserNameW(owner, &size);
    packet_put(&packet, 0);
    packet_put(&packet, locker != NULL);
    packet_put_text(&packet, owner);
    packet_put(&packet, locker ? (DWORD)((GetTickCount64() - lock_time) / 1000) : 0);
    connection_send(connection, &packet);
}

static void request_enumerate(struct connection *connection, struct packet *request)
{
    DWORD types = packet_get(request), states = packet_get(request);
    const WCHAR *group = packet_get_text(request);
    struct enumeration answer;
    struct service *service;

    if (lacks(connection, SC_MANAGER_ENUMERATE_SERVICE))
        return;
    if (group && *group && !group_exists(group)) {
        connection_error(connection, ERROR_SERVICE_DOES_NOT_EXIST);
        return;
    }
    begin_enumeration(&answer, types, states);
    for (size_t i = 0; (service = service_at(i)); i++)
        if (!group || service_in_group(service, group))
            add_to_enumeration(&answer, service);
    send_enumeration(connection, &answer);
}

/* --- security --- */

static void get_security(struct connection *connection, struct packet *request)
{
    SECURITY_INFORMATION information = packet_get(request);
    struct packet packet = { 0 };
    DWORD size, access = READ_CONTROL;
    PSECURITY_DESCRIPTOR descriptor;

    if (information & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    if (lacks(connection, access))
        return;
    descriptor = security_of(connection->service, &size);
    packet_put(&packet, 0);
    packet_put_bytes(&packet, descriptor, size);
    connection_send(connection, &packet);
}

static void set_security(struct connection *connection, struct packet *request)
{
    SECURITY_INFORMATION information = packet_get(request);
    DWORD size, access = 0;
    const void *descriptor = packet_get_bytes(request, &size);

    if (information & DACL_SECURITY_INFORMATION)
        access |= WRITE_DAC;
    if (information & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
        access |= WRITE_OWNER;
    if (information & SACL_SECURITY_INFORMATION)
        access |= ACCESS_SYSTEM_SECURITY;
    if (lacks(connection, access))
        return;
    connection_error(connection, descriptor ? security_set(connection->service, information, descriptor, size)
                                            : ERROR_INVALID_PARAMETER);
}

static void request_manager(struct connection *connection, DWORD code, struct packet *request)
{
    switch (code) {
    case SERVICES_OPEN:
        open_service(connection, request);
        break;
    case SERVICES_CREATE:
        create_service(connection, request);
        break;
    case SERVICES_ENUMERATE:
        request_enumerate(connection, request);
        break;
    case SERVICES_FIND_NAME:
        find_name(connection, request);
        break;
    case SERVICES_LOCK:
        take_lock(connection);
        break;
    case SERVICES_UNLOCK:
        connection_error(connection, locker == connection ? 0 : ERROR_INVALID_SERVICE_LOCK);
        if (locker == connection)
            locker = NULL;
        break;
    case SERVICES_LOCK_STATUS:
        answer_lock_status(connection);
        break;
    case SERVICES_GET_SECURITY:
        get_security(connection, request);
        break;
    case SERVICES_SET_SECURITY:
        set_security(connection, request);
        break;
    default:
        connection_close(connection);
        break;
    }
}

/* --- of services' handles --- */

static void delete_service(struct connection *connection)
{
    struct service *service = connection->service;

    if (lacks(connection, DELETE))
        return;
    if (service->deleted) {
        connection_error(connection, ERROR_SERVICE_MARKED_FOR_DELETE);
        return;
    }
    service->deleted = true;
    timer_cancel(&service->failure_timer);
    database_save();
    connection_error(connection, 0);
    notify_manager(service, SERVICE_NOTIFY_DELETE_PENDING);
}

static void request_start(struct connection *connection, struct packet *request)
{
    struct packet arguments = { 0 };
    DWORD count = packet_get(request), error;

    if (lacks(connection, SERVICE_START))
        return;
    packet_put(&arguments, count);
    for (DWORD i = 0; i < count && !request->bad; i++) {
        const WCHAR *text = packet_get_text(request);
        packet_put_text(&arguments, text ? text : L"");
    }
    if (request->bad || arguments.bad)
        error = ERROR_INVALID_PARAMETER;
    else
        error = start_service(connection->service, &arguments, SERVICE_START_REASON_DEMAND, connection);
    packet_free(&arguments);
    if (error != ERROR_IO_PENDING)
        connection_error(connection, error);
}

static void answer_status(struct connection *connection, DWORD error)
{
    struct packet packet = { 0 };
    SERVICE_STATUS_PROCESS status;

    fill_status(connection->service, &status);
    packet_put(&packet, error);
    packet_put_bytes(&packet, &status, sizeof(status));
    connection_send(connection, &packet);
}

static DWORD control_access(DWORD control)
{
    switch (control) {
    case SERVICE_CONTROL_STOP:
        return SERVICE_STOP;
    case SERVICE_CONTROL_PAUSE:
    case SERVICE_CONTROL_CONTINUE:
    case SERVICE_CONTROL_PARAMCHANGE:
    case SERVICE_CONTROL_NETBINDADD:
    case SERVICE_CONTROL_NETBINDREMOVE:
    case SERVICE_CONTROL_NETBINDENABLE:
    case SERVICE_CONTROL_NETBINDDISABLE:
        return SERVICE_PAUSE_CONTINUE;
    case SERVICE_CONTROL_INTERROGATE:
        return SERVICE_INTERROGATE;
    default:
        return SERVICE_USER_DEFINED_CONTROL;
    }
}

static void request_control(struct connection *connection, struct packet *request)
{
    DWORD control = packet_get(request), error;

    if (lacks(connection, control_access(control)))
        return;
    error = control_service(connection->service, control, connection);
    if (error != ERROR_IO_PENDING)
        answer_status(connection, error);
}

static void answer_values(struct connection *connection, struct packet *request)
{
    DWORD count = packet_get(request);
    struct packet packet = { 0 };

    if (lacks(connection, SERVICE_QUERY_CONFIG))
        return;
    packet_put(&packet, 0);
    while (count-- && !request->bad) {
        const WCHAR *name = packet_get_text(request);
        const struct value *value = name ? service_value(connection->service, name) : NULL;
        packet_put(&packet, value ? value->type : REG_NONE);
        packet_put_bytes(&packet, value ? value->data : NULL, value ? value->size : 0);
    }
    connection_send(connection, &packet);
}

static void request_change(struct connection *connection, struct packet *request)
{
    struct packet packet = { 0 };
    bool want_tag = packet_get(request);
    DWORD tag = 0;

    if (lacks(connection, SERVICE_CHANGE_CONFIG))
        return;
    packet_put(&packet, config_change(connection->service, request, want_tag, &tag));
    packet_put(&packet, tag);
    connection_send(connection, &packet);
}

static void request_service(struct connection *connection, DWORD code, struct packet *request)
{
    switch (code) {
    case SERVICES_DELETE:
        delete_service(connection);
        break;
    case SERVICES_START:
        request_start(connection, request);
        break;
    case SERVICES_CONTROL:
        request_control(connection, request);
        break;
    case SERVICES_STATUS:
        if (!lacks(connection, SERVICE_QUERY_STATUS))
            answer_status(connection, 0);
        break;
    case SERVICES_VALUES:
        answer_values(connection, request);
        break;
    case SERVICES_CHANGE:
        request_change(connection, request);
        break;
    case SERVICES_DEPENDENTS:
        if (!lacks(connection, SERVICE_ENUMERATE_DEPENDENTS))
            answer_dependents(connection, packet_get(request));
        break;
    case SERVICES_GET_SECURITY:
        get_security(connection, request);
        break;
    case SERVICES_SET_SECURITY:
        set_security(connection, request);
        break;
    case SERVICES_CLOSE: { /* so that it is closed when CloseServiceHandle returns */
        struct service *service = connection->service;
        connection->kind = CONNECTION_CLOSED;
        connection->service = NULL;
        release_service(service);
        connection_error(connection, 0);
        break;
    }
    default:
        connection_close(connection);
        break;
    }
}

/* --- from services --- */

static void set_status(struct connection *connection, struct packet *request)
{
    struct service *service = connection->service;
    SERVICE_STATUS status;

    packet_get_struct(request, &status, sizeof(status));
    if (request->bad || status.dwCurrentState < SERVICE_STOPPED || status.dwCurrentState > SERVICE_PAUSED) {
        connection_error(connection, ERROR_INVALID_DATA);
        return;
    }
    if (!service || !service->process || service->process->id != connection->client) { /* of an earlier run */
        connection_error(connection, ERROR_INVALID_HANDLE);
        return;
    }
    connection_error(connection, 0); /* before what follows from it */
    status_changed(service, &status, false);
}

static void request_status(struct connection *connection, DWORD code, struct packet *request)
{
    struct packet packet = { 0 };

    switch (code) {
    case SERVICES_SET_STATUS:
        set_status(connection, request);
        break;
    case SERVICES_START_REASON:
        packet_put(&packet, connection->service ? 0 : ERROR_INVALID_HANDLE);
        packet_put(&packet, connection->service ? connection->service->start_reason : 0);
        connection_send(connection, &packet);
        break;
    default:
        connection_close(connection);
        break;
    }
}

void connection_request(struct connection *connection)
{
    struct packet *request = &connection->in;

    if (connection->kind == CONNECTION_PROCESS) {
        process_answered(connection->process, request);
        return;
    }
    DWORD code = packet_get(request);
    switch (connection->kind) {
    case CONNECTION_NEW:
        request_new(connection, code, request);
        break;
    case CONNECTION_MANAGER:
        request_manager(connection, code, request);
        break;
    case CONNECTION_SERVICE:
        request_service(connection, code, request);
        break;
    case CONNECTION_STATUS:
        request_status(connection, code, request);
        break;
    default:
        connection_close(connection);
        break;
    }
}
