/* SPDX-License-Identifier: MIT */
/*
 * rpc_server.c: connections of clients, and their calls. Each connection has a thread that reads a request, carries it out and
 * answers, and waits for the next in a blocking read: one wake-up each way, which is what a round trip costs. A client has as many
 * connections as it has calls at the same time, so calls run beside each other.
 */
#include "rpcrt4_private.h"
#include "rpcdce_mgmt.h"

#define SERVER_STACK 0x10000 /* committed; what is reserved is the program's own choice */

SRWLOCK server_lock = SRWLOCK_INIT;
LIST_ENTRY server_interfaces = { &server_interfaces, &server_interfaces };
LIST_ENTRY server_endpoints = { &server_endpoints, &server_endpoints };
bool server_listening;
LONG server_active_calls;
HANDLE server_quiet;
ULONG server_stats[4];

static SRWLOCK groups_lock = SRWLOCK_INIT;
static LIST_ENTRY groups = { &groups, &groups };

struct server_call *server_call_from_handle(RPC_BINDING_HANDLE handle)
{
    struct server_call *call = handle ? handle : rpc_thread()->call;

    return call && call->magic == SERVER_CALL_MAGIC ? call : NULL;
}

/* --- interfaces --- */

void interface_release(struct server_interface *iface)
{
    if (InterlockedDecrement(&iface->refs))
        return;
    while (!list_empty(&iface->managers))
        rpc_free(CONTAINING_RECORD(list_remove_head(&iface->managers), struct server_manager, entry));
    rpc_free(iface->security);
    rpc_free(iface);
}

/* The same major version, and at least the minor one that the client was made for. Under server_lock. */
struct server_interface *server_find_interface(const RPC_SYNTAX_IDENTIFIER *id, bool exact_only)
{
    for (LIST_ENTRY *e = server_interfaces.Flink; e != &server_interfaces; e = e->Flink) {
        struct server_interface *iface = CONTAINING_RECORD(e, struct server_interface, entry);
        const RPC_SYNTAX_IDENTIFIER *own = &iface->spec->InterfaceId;

        if (memcmp(&own->SyntaxGUID, &id->SyntaxGUID, sizeof(UUID)) ||
            own->SyntaxVersion.MajorVersion != id->SyntaxVersion.MajorVersion)
            continue;
        if (exact_only ? own->SyntaxVersion.MinorVersion == id->SyntaxVersion.MinorVersion
                       : own->SyntaxVersion.MinorVersion >= id->SyntaxVersion.MinorVersion)
            return iface;
    }
    return NULL;
}

/* --- groups of connections --- */

static struct client_group *join_group(ULONG id)
{
    static ULONG last;
    struct client_group *group = NULL;

    AcquireSRWLockExclusive(&groups_lock);
    for (LIST_ENTRY *e = groups.Flink; id && e != &groups; e = e->Flink) {
        struct client_group *other = CONTAINING_RECORD(e, struct client_group, entry);
        if (other->id == id) {
            group = other;
            break;
        }
    }
    if (!group) {
        group = rpc_alloc(sizeof(*group));
        if (group) {
            group->id = ++last ? last : ++last;
            list_init(&group->contexts);
            list_add_tail(&groups, &group->entry);
        }
    }
    if (group)
        group->connections++;
    ReleaseSRWLockExclusive(&groups_lock);
    return group;
}

/* With a client's last connection go its context handles. */
static void leave_group(struct client_group *group)
{
    bool last;

    AcquireSRWLockExclusive(&groups_lock);
    last = !--group->connections;
    if (last)
        list_remove(&group->entry);
    ReleaseSRWLockExclusive(&groups_lock);
    if (!last)
        return;
    context_group_gone(group);
    rpc_free(group);
}

void server_each_group(void (*each)(struct client_group *group, void *context), void *context)
{
    AcquireSRWLockExclusive(&groups_lock);
    for (LIST_ENTRY *e = groups.Flink; e != &groups; e = e->Flink)
        each(CONTAINING_RECORD(e, struct client_group, entry), context);
    ReleaseSRWLockExclusive(&groups_lock);
}

/* --- writing --- */

static bool send_packet(struct server_connection *connection, const void *data, ULONG size)
{
    bool sent;

    AcquireSRWLockExclusive(&connection->write_lock);
    sent = stream_write(&connection->stream, data, size);
    ReleaseSRWLockExclusive(&connection->write_lock);
    return sent;
}

static bool send_fault(struct server_connection *connection, ULONG call_id, USHORT context, ULONG status, BYTE flags)
{
    struct pdu_fault fault = { .response.context = context, .status = status };

    pdu_start(&fault.response.header, PDU_FAULT, PFC_FIRST_FRAG | PFC_LAST_FRAG | flags, sizeof(fault), call_id);
    return send_packet(connection, &fault, sizeof(fault));
}

/* A part of the answer: all but the last are multiples of eight bytes. */
static bool send_response(struct server_call *call, BYTE *data, ULONG left, bool last)
{
    struct server_connection *connection = call->connection;
    ULONG most = (connection->max_fragment - sizeof(struct pdu_response)) & ~7u;
    BYTE flags = call->replied ? 0 : PFC_FIRST_FRAG;

    call->replied = true;

    do {
        ULONG part = min(left, most);
        struct pdu_response header;

        if (part == left && last)
            flags |= PFC_LAST_FRAG;
        pdu_start(&header.header, PDU_RESPONSE, flags, (USHORT)(sizeof(header) + part), call->call_id);
        header.alloc_hint = left;
        header.context = call->context;
        header.cancels = header.reserved = 0;
        memcpy(data - sizeof(header), &header, sizeof(header));
        if (!send_packet(connection, data - sizeof(header), sizeof(header) + part))
            return false;
        data += part;
        left -= part;
        flags = 0;
    } while (left);
    return true;
}

bool server_send_part(struct server_call *call, BYTE *data, ULONG size)
{
    return call->maybe || send_response(call, data, size, false);
}

/* --- buffers that stubs ask for --- */

RPC_STATUS server_get_buffer(RPC_MESSAGE *msg)
{
    struct server_call *call = server_call_from_handle(msg->Handle);
    BYTE *memory;

    if (!call)
        return RPC_S_INVALID_BINDING;
    memory = HeapAlloc(GetProcessHeap(), 0, PDU_HEADROOM + (size_t)msg->BufferLength);
    if (!memory)
        return RPC_S_OUT_OF_MEMORY;
    rpc_free(call->reply);
    call->reply = memory;
    msg->Buffer = memory + PDU_HEADROOM;
    msg->DataRepresentation = 0x10;
    return RPC_S_OK;
}

void server_free_buffer(RPC_MESSAGE *msg)
{
    struct server_call *call = server_call_from_handle(msg->Handle);

    if (!call)
        return;
    rpc_free(call->reply);
    call->reply = NULL;
}

/* The answer, or a fault. */
RPC_STATUS server_reply(struct server_call *call, RPC_MESSAGE *msg, RPC_STATUS fault)
{
    bool sent = true;

    if (call->maybe)
        return RPC_S_OK;
    if (!fault && call->reply && msg->Buffer == call->reply + PDU_HEADROOM) {
        sent = send_response(call, msg->Buffer, msg->BufferLength, true);
    } else if (!fault) {
        BYTE empty[PDU_HEADROOM];
        sent = send_response(call, empty + sizeof(empty), 0, true);
    } else {
        sent = send_fault(call->connection, call->call_id, call->context, pdu_status_to_fault(fault), 0);
    }
    server_stats[RPC_C_STATS_PKTS_OUT]++;
    return sent ? RPC_S_OK : RPC_S_CALL_FAILED;
}

/* --- calls --- */

static struct server_manager *find_manager(struct server_interface *iface, const UUID *object, bool has_object)
{
    static const UUID nil;
    const UUID *wanted = &nil;
    UUID type;

    if (has_object && object_type(object, &type))
        wanted = &type;
    for (LIST_ENTRY *e = iface->managers.Flink; e != &iface->managers; e = e->Flink) {
        struct server_manager *manager = CONTAINING_RECORD(e, struct server_manager, entry);
        if (!memcmp(&manager->type, wanted, sizeof(UUID)))
            return manager;
    }
    return NULL;
}

static void dispatch(void *context)
{
    struct server_call *call = context;
    RPC_DISPATCH_TABLE *table = call->iface->spec->DispatchTable;

    table->DispatchTable[call->opnum](&call->message);
}

static RPC_STATUS security_check(struct server_call *call, bool *secured)
{
    struct server_interface *iface = call->iface;
    RPC_IF_ID id;

    if (iface->flags & RPC_IF_ALLOW_LOCAL_ONLY && call->connection->stream.protseq == PROTSEQ_TCP)
        return RPC_S_ACCESS_DENIED;
    if (iface->flags & RPC_IF_ALLOW_SECURE_ONLY && call->connection->stream.protseq == PROTSEQ_TCP)
        return RPC_S_ACCESS_DENIED;
    if (*secured && !(iface->flags & RPC_IF_SEC_NO_CACHE))
        return RPC_S_OK;
    if (iface->security && !auth_allows(call, iface->security))
        return RPC_S_ACCESS_DENIED;
    if (!iface->callback)
        return RPC_S_OK;
    RpcIfInqId(iface->spec, &id);
    if (iface->callback(&id, call))
        return RPC_S_ACCESS_DENIED;
    *secured = true;
    return RPC_S_OK;
}

static void finish_call(struct server_call *call)
{
    if (call->impersonating)
        RevertToSelf();
    call->impersonating = false;
    contexts_unlock(call);
    if (!InterlockedDecrement(&call->iface->active))
        WakeByAddressAll(&call->iface->active);
    if (!InterlockedDecrement(&server_active_calls))
        WakeByAddressAll(&server_active_calls);
    interface_release(call->iface);
    call->iface = NULL;
    rpc_free(call->request);
    rpc_free(call->reply);
    call->request = call->reply = NULL;
}

static void call_release(struct server_call *call)
{
    if (InterlockedDecrement(&call->refs))
        return;
    call->magic = 0;
    rpc_free(call);
}

/* An asynchronous call has been answered (or given up): its connection may read on. */
void server_async_done(struct server_call *call)
{
    HANDLE idle = call->connection->idle;

    finish_call(call);
    call->pending = false;
    SetEvent(idle);
}

struct attempt {
    struct server_call *call;
    bool *secured;
    RPC_STATUS status;
};

static void run_security(void *context)
{
    struct attempt *attempt = context;

    attempt->status = security_check(attempt->call, attempt->secured);
}

/* Carries a complete request out. False: the connection is of no more use. */
static bool run_call(struct server_connection *connection, unsigned index, struct server_call *call, BYTE *data,
                     ULONG size)
{
    struct server_interface *iface = connection->contexts[index].iface;
    struct attempt attempt = { call, &connection->contexts[index].secured, RPC_S_OK };
    RPC_DISPATCH_TABLE *table = iface->spec->DispatchTable;
    struct server_manager *manager = NULL;
    struct rpc_thread *thread = rpc_thread();
    RPC_MESSAGE *msg = &call->message;
    RPC_STATUS status = RPC_S_OK;
    ULONG code;

    AcquireSRWLockShared(&server_lock);
    if (!iface->registered)
        status = RPC_S_UNKNOWN_IF;
    else if (!server_listening && !(iface->flags & (RPC_IF_AUTOLISTEN | RPC_IF_OLE)))
        status = RPC_S_SERVER_TOO_BUSY;
    else if (!table || call->opnum >= table->DispatchTableCount)
        status = RPC_S_PROCNUM_OUT_OF_RANGE;
    else if (size > iface->max_size)
        status = RPC_S_ACCESS_DENIED;
    else if ((ULONG)iface->active >= iface->max_calls && iface->flags & RPC_IF_AUTOLISTEN)
        status = RPC_S_SERVER_TOO_BUSY;
    else if (!(manager = find_manager(iface, &call->object, call->has_object)))
        status = RPC_S_UNSUPPORTED_TYPE;
    if (!status) {
        InterlockedIncrement(&iface->refs);
        InterlockedIncrement(&iface->active);
        InterlockedIncrement(&server_active_calls);
        call->iface = iface;
        msg->ManagerEpv = manager->epv ? manager->epv : iface->spec->DefaultManagerEpv;
    }
    ReleaseSRWLockShared(&server_lock);
    if (status)
        return send_fault(connection, call->call_id, call->context, pdu_status_to_fault(status), PFC_DID_NOT_EXECUTE);

    server_stats[RPC_C_STATS_CALLS_IN]++;
    msg->Handle = call;
    msg->Buffer = data;
    msg->BufferLength = size;
    msg->ProcNum = call->opnum;
    msg->TransferSyntax = (RPC_SYNTAX_IDENTIFIER *)&pdu_ndr_syntax;
    msg->RpcInterfaceInformation = iface->spec;
    msg->ReservedForRuntime = call;
    thread->call = call;
    code = rpc_try(run_security, &attempt);
    status = code ? RPC_S_ACCESS_DENIED : attempt.status;
    if (!status)
        status = (RPC_STATUS)rpc_try(dispatch, call);
    if (call->asynchronous && !status) { /* the program will complete it, on whatever thread */
        thread->call = NULL;
        WaitForSingleObject(connection->idle, INFINITE);
        return true;
    }
    thread->call = call;
    server_reply(call, msg, status);
    finish_call(call);
    thread->call = NULL;
    return true;
}

/* --- what comes on a connection --- */

static USHORT add_context(struct server_connection *connection, const struct pdu_context *context,
                          struct pdu_result *result)
{
    struct server_interface *iface;
    unsigned i;
    void *more;

    memset(result, 0, sizeof(*result));
    result->result = PDU_RESULT_PROVIDER_REJECTION;
    for (i = 0; i < context->syntaxes; i++) {
        RPC_SYNTAX_IDENTIFIER syntax;

        pdu_transfer_syntax(context, i, &syntax);
        if (!memcmp(&syntax, &pdu_ndr_syntax, sizeof(syntax)))
            break;
    }
    if (i == context->syntaxes) {
        static const BYTE negotiate[8] = { 0x2c, 0x1c, 0xb7, 0x6c, 0x12, 0x98, 0x40, 0x45 }; /* [MS-RPCE] 3.3.1.5.3 */
        result->reason = PDU_REASON_TRANSFER_NOT_SUPPORTED;
        if (context->syntaxes && !memcmp(context->transfer, negotiate, sizeof(negotiate))) {
            result->result = PDU_RESULT_NEGOTIATE_ACK;
            result->reason = 0;
        }
        return 0;
    }
    AcquireSRWLockExclusive(&server_lock);
    iface = server_find_interface(&context->abstract, false);
    if (!iface)
        iface = management_interface(&context->abstract);
    if (iface)
        InterlockedIncrement(&iface->refs);
    ReleaseSRWLockExclusive(&server_lock);
    result->reason = PDU_REASON_ABSTRACT_NOT_SUPPORTED;
    if (!iface)
        return 0;
    more = rpc_alloc((connection->context_count + 1) * sizeof(*connection->contexts));
    if (!more || connection->context_count == 1024) {
        rpc_free(more);
        interface_release(iface);
        result->reason = 3; /* local limit exceeded */
        return 0;
    }
    if (connection->context_count)
        memcpy(more, connection->contexts, connection->context_count * sizeof(*connection->contexts));
    rpc_free(connection->contexts);
    connection->contexts = more;
    connection->contexts[connection->context_count].id = context->id;
    connection->contexts[connection->context_count].abstract = context->abstract;
    connection->contexts[connection->context_count++].iface = iface;
    result->result = PDU_RESULT_ACCEPTED;
    result->reason = 0;
    result->transfer = pdu_ndr_syntax;
    return 0;
}

static bool handle_bind(struct server_connection *connection, BYTE *data, ULONG size)
{
    BYTE type = data[2] == PDU_BIND ? PDU_BIND_ACK : PDU_ALTER_CONTEXT_RESP, packet[28 + 300 + 24 * 32];
    struct pdu_result results[32];
    struct pdu_header header;
    USHORT max_send, max_receive;
    ULONG group, count, offset;
    struct pdu_context context;
    char address[270] = "";

    memcpy(&header, data, sizeof(header));
    if (!pdu_decode_bind(data, size, &max_send, &max_receive, &group, &count, &offset) || count > ARRAYSIZE(results))
        return false;
    if (data[2] == PDU_BIND) {
        if (connection->group)
            return false;
        connection->group = join_group(group);
        if (!connection->group)
            return false;
        connection->max_fragment = max(min(min(max_receive, max_send), PDU_MAX_FRAGMENT), PDU_MIN_FRAGMENT) & ~7u;
        WideCharToMultiByte(CP_UTF8, 0, connection->listener->endpoint, -1, address, sizeof(address) - 1, NULL, NULL);
    } else if (!connection->group) {
        return false;
    }
    for (ULONG i = 0; i < count; i++) {
        if (!pdu_next_context(data, size, &offset, &context))
            return false;
        add_context(connection, &context, &results[i]);
    }
    size = pdu_encode_ack(packet, sizeof(packet), type, header.call_id, (USHORT)connection->max_fragment,
                          connection->group->id, address, results, count);
    return size && send_packet(connection, packet, size);
}

static struct server_call *new_call(struct server_connection *connection, const struct pdu_request *request,
                                    const UUID *object, bool has_object)
{
    struct server_call *call = rpc_alloc(sizeof(*call));

    if (!call)
        return NULL;
    call->magic = SERVER_CALL_MAGIC;
    call->refs = 1;
    call->connection = connection;
    call->call_id = request->header.call_id;
    call->context = request->context;
    call->opnum = request->opnum;
    call->maybe = request->header.flags & PFC_MAYBE;
    call->has_object = has_object;
    if (has_object)
        call->object = *object;
    call->message.DataRepresentation = request->header.drep[0] | request->header.drep[1] << 8;
    list_init(&call->contexts);
    return call;
}

/* The data of a request's next fragment; valid until the connection is read again. */
bool server_read_part(struct server_call *call, const BYTE **part, ULONG *part_size)
{
    struct server_connection *connection = call->connection;

    for (;;) {
        struct pdu_request request;
        ULONG size, stub;
        bool has_object;
        UUID object;
        BYTE *data;

        if (stream_read_pdu(&connection->stream, &data, &size))
            return false;
        if (data[2] == PDU_CO_CANCEL) {
            call->cancelled = true;
            continue;
        }
        if (data[2] != PDU_REQUEST ||
            !pdu_decode_request(data, size, &request, &object, &has_object, &stub, part_size) ||
            request.header.call_id != call->call_id || request.header.flags & PFC_FIRST_FRAG)
            return false;
        *part = data + stub;
        call->more = !(request.header.flags & PFC_LAST_FRAG);
        return true;
    }
}

/* The fragments after a request's first, gathered behind it, until so many bytes are there. */
static bool gather(struct server_call *call, ULONG wanted, ULONG limit, ULONG *length)
{
    ULONG capacity = *length;

    while (call->more && *length < wanted) {
        const BYTE *part;
        ULONG size;

        if (!server_read_part(call, &part, &size))
            return false;
        if (size > limit - *length) {
            call->too_large = true;
            return false;
        }
        if (*length + size > capacity) {
            BYTE *more;

            capacity = max(*length + size, *length < limit / 2 ? *length * 2 : limit);
            more = HeapReAlloc(GetProcessHeap(), 0, call->request, capacity);
            if (!more)
                return false;
            call->request = more;
        }
        memcpy(call->request + *length, part, size);
        *length += size;
    }
    return true;
}

static ULONG request_limit(const struct server_interface *iface)
{
    return min(iface->max_size, 0x7fff0000u);
}

/* What is still to come of a request: all of it for a stub that does not read it in parts. */
bool server_gather(struct server_call *call, ULONG wanted)
{
    ULONG length = call->message.BufferLength;

    if (!call->more)
        return true;
    if (!gather(call, wanted, request_limit(call->iface), &length))
        return false;
    call->message.Buffer = call->request;
    call->message.BufferLength = length;
    return true;
}

/* The answer is there before all of the request was wanted: the rest is in front of the next one. */
static bool drain(struct server_call *call)
{
    const BYTE *part;
    ULONG size;

    while (call->more)
        if (!server_read_part(call, &part, &size))
            return false;
    return true;
}

/* An interface may have been unregistered, and registered again, since the client has bound to it. */
static void renew_interface(struct server_connection *connection, unsigned index)
{
    struct server_interface *old = connection->contexts[index].iface, *now;

    AcquireSRWLockShared(&server_lock);
    now = old->registered ? NULL : server_find_interface(&connection->contexts[index].abstract, false);
    if (now)
        InterlockedIncrement(&now->refs);
    ReleaseSRWLockShared(&server_lock);
    if (!now)
        return;
    connection->contexts[index].iface = now;
    connection->contexts[index].secured = false;
    interface_release(old);
}

static bool handle_request(struct server_connection *connection, BYTE *data, ULONG size)
{
    struct pdu_request request;
    struct server_call *call;
    ULONG stub, length;
    bool has_object, ok = true;
    unsigned index;
    UUID object;

    if (!pdu_decode_request(data, size, &request, &object, &has_object, &stub, &length))
        return false;
    if (!(request.header.flags & PFC_FIRST_FRAG) || request.header.auth_length)
        return false;
    for (index = connection->context_count; index-- > 0;)
        if (connection->contexts[index].id == request.context)
            break;
    if (index == (unsigned)-1)
        return send_fault(connection, request.header.call_id, request.context, NCA_S_UNK_IF, PFC_DID_NOT_EXECUTE) &&
               request.header.flags & PFC_LAST_FRAG;
    renew_interface(connection, index);
    call = new_call(connection, &request, &object, has_object);
    if (!call)
        return false;
    server_stats[RPC_C_STATS_PKTS_IN]++;
    data += stub;
    /* Stubs need their data aligned, and it must outlast the next read when the call is asynchronous. */
    if (!(request.header.flags & PFC_LAST_FRAG) || (ULONG_PTR)data & 7) {
        call->request = HeapAlloc(GetProcessHeap(), 0, length ? length : 1);
        ok = call->request;
        if (ok)
            memcpy(call->request, data, length);
        call->more = !(request.header.flags & PFC_LAST_FRAG);
        /* Where procedures have pipes, stubs read the rest when it is its turn. */
        if (ok && !(connection->contexts[index].iface->spec->Flags & RPC_INTERFACE_HAS_PIPES))
            ok = gather(call, MAXDWORD, request_limit(connection->contexts[index].iface), &length);
        data = call->request;
    }
    if (call->too_large) /* "rejects the call and sends an RPC_S_ACCESS_DENIED error" (RpcServerRegisterIf2) */
        ok = drain(call) && send_fault(connection, call->call_id, call->context,
                                       pdu_status_to_fault(RPC_S_ACCESS_DENIED), PFC_DID_NOT_EXECUTE);
    else if (ok)
        ok = run_call(connection, index, call, data, length) && drain(call);
    rpc_free(call->request);
    call->request = NULL;
    call_release(call);
    return ok;
}

static void connection_close(struct server_connection *connection)
{
    struct client_group *group = connection->group;

    stream_close(&connection->stream);
    for (unsigned i = 0; i < connection->context_count; i++)
        interface_release(connection->contexts[i].iface);
    rpc_free(connection->contexts);
    if (connection->idle)
        CloseHandle(connection->idle);
    rpc_free(connection);
    if (group)
        leave_group(group);
}

static DWORD WINAPI connection_thread(void *context)
{
    struct server_connection *connection = context;
    bool open = true;

    while (open) {
        BYTE *data;
        ULONG size;

        if (stream_read_pdu(&connection->stream, &data, &size))
            break;
        switch (data[2]) {
        case PDU_BIND:
        case PDU_ALTER_CONTEXT:
            open = handle_bind(connection, data, size);
            break;
        case PDU_REQUEST:
            open = handle_request(connection, data, size);
            break;
        case PDU_CO_CANCEL: /* the call it is for is over */
        case PDU_ORPHANED:
        case PDU_AUTH3:
            break;
        default:
            open = false;
        }
    }
    connection_close(connection);
    return 0;
}

/*
 * A client sends nothing on a connection while its call runs, but that it cancels it. So that something is there says all; it
 * is read when the call is over.
 */
void server_call_check_cancel(struct server_call *call)
{
    bool gone;

    if (stream_has_data(&call->connection->stream, &gone) || gone)
        call->cancelled = true;
}

/* --- endpoints --- */

static DWORD WINAPI endpoint_thread(void *context)
{
    struct server_endpoint *endpoint = context;
    struct rpc_stream stream;

    while (listener_accept(&endpoint->listener, &stream)) {
        struct server_connection *connection = rpc_alloc(sizeof(*connection));
        HANDLE thread;

        if (!connection) {
            stream_close(&stream);
            continue;
        }
        connection->stream = stream;
        connection->listener = &endpoint->listener;
        connection->max_fragment = PDU_MIN_FRAGMENT;
        connection->idle = CreateEventW(NULL, FALSE, FALSE, NULL);
        thread = CreateThread(NULL, SERVER_STACK, connection_thread, connection, 0, NULL);
        if (thread)
            CloseHandle(thread);
        else
            connection_close(connection);
    }
    return 0;
}

static bool same_endpoint(const struct server_endpoint *endpoint, enum protseq protseq, const WCHAR *name)
{
    return endpoint->listener.protseq == protseq && !_wcsicmp(endpoint->listener.endpoint, name);
}

RPC_STATUS server_use_endpoint(enum protseq protseq, const WCHAR *name, ULONG backlog, void *security)
{
    struct server_endpoint *endpoint;
    RPC_STATUS status;
    HANDLE thread;

    if (security && !IsValidSecurityDescriptor(security))
        return RPC_S_INVALID_SECURITY_DESC;
    AcquireSRWLockExclusive(&server_lock);
    for (LIST_ENTRY *e = server_endpoints.Flink; e != &server_endpoints; e = e->Flink) {
        endpoint = CONTAINING_RECORD(e, struct server_endpoint, entry);
        /* Again is no error (RpcServerUseProtseqEp: RPC_S_DUPLICATE_ENDPOINT is for others' endpoints); a dynamic one serves on. */
        if (name ? same_endpoint(endpoint, protseq, name)
                 : endpoint->dynamic && endpoint->listener.protseq == protseq) {
            ReleaseSRWLockExclusive(&server_lock);
            return name ? RPC_S_DUPLICATE_ENDPOINT : RPC_S_OK;
        }
    }
    ReleaseSRWLockExclusive(&server_lock);
    endpoint = rpc_alloc(sizeof(*endpoint));
    if (!endpoint)
        return RPC_S_OUT_OF_MEMORY;
    endpoint->dynamic = !name;
    endpoint->listener.protseq = protseq;
    endpoint->listener.security = security;
    endpoint->listener.backlog = backlog;
    if (name) {
        endpoint->listener.endpoint = rpc_strdup(name);
    } else if (protseq == PROTSEQ_TCP) {
        endpoint->listener.endpoint = rpc_strdup(L"0");
    } else {
        WCHAR text[64];
        UUID uuid;

        UuidCreate(&uuid);
        _snwprintf(text, ARRAYSIZE(text), protseq == PROTSEQ_LRPC ? L"LRPC-%08lx%04x%04x" : L"\\pipe\\%08lx.%04x%04x",
                   uuid.Data1, uuid.Data2, uuid.Data3);
        endpoint->listener.endpoint = rpc_strdup(text);
    }
    status = endpoint->listener.endpoint ? listener_open(&endpoint->listener) : RPC_S_OUT_OF_MEMORY;
    if (status) {
        rpc_free(endpoint->listener.endpoint);
        rpc_free(endpoint);
        return status;
    }
    AcquireSRWLockExclusive(&server_lock);
    list_add_tail(&server_endpoints, &endpoint->entry);
    ReleaseSRWLockExclusive(&server_lock);
    thread = CreateThread(NULL, SERVER_STACK, endpoint_thread, endpoint, 0, NULL);
    if (!thread)
        return RPC_S_OUT_OF_THREADS;
    CloseHandle(thread);
    return RPC_S_OK;
}
