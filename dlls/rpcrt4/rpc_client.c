/* SPDX-License-Identifier: MIT */
/*
 * rpc_client.c: a client's calls. Bindings to the same endpoint share an association: idle connections, and a group id that tells
 * the server that they are one client's. A call has a connection to itself; it waits for its answer in the calling thread.
 */
#include "rpcrt4_private.h"

#define MAX_REPLY 0x7fff0000u

struct association {
    LIST_ENTRY entry;
    enum protseq protseq;
    WCHAR *address, *endpoint;
    LONG refs, generation;
    ULONG group;
    SRWLOCK lock;
    LIST_ENTRY idle;
};

struct bound_context {
    RPC_SYNTAX_IDENTIFIER abstract;
};

struct connection {
    LIST_ENTRY entry;
    struct association *association;
    struct rpc_stream stream;
    struct bound_context *contexts; /* a context's id is its index */
    unsigned count;
    ULONG next_call, max_fragment;
    LONG generation;
    bool fresh;
};

static SRWLOCK associations_lock = SRWLOCK_INIT;
static LIST_ENTRY associations = { &associations, &associations };
static SRWLOCK threads_lock = SRWLOCK_INIT;
static SRWLOCK cancel_lock; /* a call that is cancelled has its connection as long as this is held */
static LIST_ENTRY threads = { &threads, &threads };

/* --- connections --- */

static void connection_free(struct connection *connection)
{
    stream_close(&connection->stream);
    rpc_free(connection->contexts);
    rpc_free(connection);
}

static void close_idle(struct association *association)
{
    while (!list_empty(&association->idle)) {
        struct connection *connection =
            CONTAINING_RECORD(list_remove_head(&association->idle), struct connection, entry);
        connection_free(connection);
    }
}

void association_addref(struct association *association)
{
    InterlockedIncrement(&association->refs);
}

void association_release(struct association *association)
{
    AcquireSRWLockExclusive(&associations_lock);
    if (InterlockedDecrement(&association->refs)) {
        ReleaseSRWLockExclusive(&associations_lock);
        return;
    }
    list_remove(&association->entry);
    ReleaseSRWLockExclusive(&associations_lock);
    close_idle(association);
    rpc_free(association->address);
    rpc_free(association->endpoint);
    rpc_free(association);
}

static bool same_text(const WCHAR *a, const WCHAR *b)
{
    return !_wcsicmp(a ? a : L"", b ? b : L"");
}

static struct association *find_association(struct binding *binding)
{
    struct association *association;

    AcquireSRWLockExclusive(&associations_lock);
    for (LIST_ENTRY *e = associations.Flink; e != &associations; e = e->Flink) {
        association = CONTAINING_RECORD(e, struct association, entry);
        if (association->protseq == binding->protseq && !binding->option_values[RPC_C_OPT_UNIQUE_BINDING] &&
            same_text(association->endpoint, binding->endpoint) && same_text(association->address, binding->address)) {
            association_addref(association);
            ReleaseSRWLockExclusive(&associations_lock);
            return association;
        }
    }
    association = rpc_alloc(sizeof(*association));
    if (association) {
        association->protseq = binding->protseq;
        association->address = rpc_strdup(binding->address);
        association->endpoint = rpc_strdup(binding->endpoint);
        association->refs = 1;
        list_init(&association->idle);
        list_add_tail(&associations, &association->entry);
    }
    ReleaseSRWLockExclusive(&associations_lock);
    return association;
}

/* The binding's association; its endpoint is found first. Under the binding's lock. */
static RPC_STATUS associate(struct binding *binding, const RPC_CLIENT_INTERFACE *spec)
{
    RPC_STATUS status;

    if (binding->association)
        return RPC_S_OK;
    for (unsigned i = 0; !binding->endpoint && spec && i < spec->RpcProtseqEndpointCount; i++) {
        WCHAR *name = rpc_widen((const char *)spec->RpcProtseqEndpoint[i].RpcProtocolSequence);
        enum protseq protseq;

        if (name && protseq_parse(name, &protseq) && protseq == binding->protseq)
            binding->endpoint = rpc_widen((const char *)spec->RpcProtseqEndpoint[i].Endpoint);
        rpc_free(name);
    }
    if (!binding->endpoint) {
        if (!spec)
            return RPC_S_NO_ENDPOINT_FOUND;
        status = endpoint_resolve(binding->protseq, &spec->InterfaceId, &binding->object, &binding->endpoint);
        if (status)
            return status;
        binding->dynamic = true;
    }
    if (binding->protseq == PROTSEQ_NP && !address_is_local(binding->address))
        return RPC_S_SERVER_UNAVAILABLE; /* pipes of other computers are not carried */
    binding->association = find_association(binding);
    return binding->association ? RPC_S_OK : RPC_S_OUT_OF_MEMORY;
}

void client_reset(struct binding *binding)
{
    if (binding->association)
        association_release(binding->association);
    binding->association = NULL;
}

static RPC_STATUS bind_context(struct connection *connection, const RPC_SYNTAX_IDENTIFIER *abstract)
{
    BYTE packet[128], *reply;
    struct pdu_result result = { 0 };
    struct bound_context *contexts;
    RPC_STATUS status = RPC_S_CALL_FAILED_DNE;
    ULONG size, count = 0, group;
    USHORT max_send;
    bool first = !connection->count;

    contexts = rpc_alloc((connection->count + 1) * sizeof(*contexts));
    if (!contexts)
        return RPC_S_OUT_OF_MEMORY;
    if (connection->count)
        memcpy(contexts, connection->contexts, connection->count * sizeof(*contexts));
    rpc_free(connection->contexts);
    connection->contexts = contexts;
    contexts[connection->count].abstract = *abstract;
    size = pdu_encode_bind(packet, first ? PDU_BIND : PDU_ALTER_CONTEXT, connection->next_call++,
                           connection->association->group, (USHORT)connection->count, abstract);
    if (!stream_write(&connection->stream, packet, size) || stream_read_pdu(&connection->stream, &reply, &size))
        return first ? RPC_S_SERVER_UNAVAILABLE : RPC_S_CALL_FAILED_DNE;
    switch (reply[2]) {
    case PDU_BIND_ACK:
    case PDU_ALTER_CONTEXT_RESP:
        if (!pdu_decode_ack(reply, size, &max_send, &group, &result, 1, &count) || !count)
            return RPC_S_PROTOCOL_ERROR;
        break;
    case PDU_FAULT: {
        ULONG fault, stub, stub_size;
        if (!pdu_decode_response(reply, size, &fault, &stub, &stub_size))
            return RPC_S_PROTOCOL_ERROR;
        return pdu_fault_to_status(fault);
    }
    case PDU_BIND_NAK:
        return RPC_S_SERVER_UNAVAILABLE;
    default:
        return RPC_S_PROTOCOL_ERROR;
    }
    if (result.result == PDU_RESULT_ACCEPTED) {
        connection->count++;
        connection->max_fragment = max(min(max_send, PDU_MAX_FRAGMENT), PDU_MIN_FRAGMENT) & ~7u;
        connection->association->group = group;
        return RPC_S_OK;
    }
    if (result.reason == PDU_REASON_ABSTRACT_NOT_SUPPORTED)
        status = RPC_S_UNKNOWN_IF;
    else if (result.reason == PDU_REASON_TRANSFER_NOT_SUPPORTED)
        status = RPC_S_UNSUPPORTED_TRANS_SYN;
    return status;
}

/* A connection of our own on which the interface is bound; *context: as what. */
static RPC_STATUS acquire(struct binding *binding, const RPC_CLIENT_INTERFACE *spec, bool fresh,
                          struct connection **result, USHORT *context)
{
    const RPC_SYNTAX_IDENTIFIER *abstract = &spec->InterfaceId;
    struct association *association;
    struct connection *connection = NULL;
    RPC_STATUS status;

    AcquireSRWLockExclusive(&binding->lock);
    status = associate(binding, spec);
    association = binding->association;
    if (!status)
        association_addref(association);
    ReleaseSRWLockExclusive(&binding->lock);
    if (status)
        return status;
    AcquireSRWLockExclusive(&association->lock);
    if (fresh)
        close_idle(association);
    if (!list_empty(&association->idle))
        connection = CONTAINING_RECORD(list_remove_head(&association->idle), struct connection, entry);
    ReleaseSRWLockExclusive(&association->lock);
    if (connection) {
        connection->fresh = false;
    } else {
        /* RpcMgmtSetComTimeout: relative; about three seconds each. */
        ULONG timeout =
            binding->timeout == RPC_C_BINDING_INFINITE_TIMEOUT ? NMPWAIT_WAIT_FOREVER : (binding->timeout + 1) * 3000;

        connection = rpc_alloc(sizeof(*connection));
        status = connection ? stream_connect(&connection->stream, association->protseq, association->address,
                                             association->endpoint, timeout)
                            : RPC_S_OUT_OF_MEMORY;
        if (status) {
            rpc_free(connection);
            association_release(association);
            return status;
        }
        connection->fresh = true;
        connection->next_call = 1;
        connection->max_fragment = PDU_MIN_FRAGMENT;
    }
    connection->association = association;
    for (*context = 0; *context < connection->count; (*context)++)
        if (!memcmp(&connection->contexts[*context].abstract, abstract, sizeof(*abstract)))
            break;
    if (*context == connection->count)
        status = bind_context(connection, abstract);
    if (status) {
        bool retry = !connection->fresh && (status == RPC_S_CALL_FAILED_DNE || status == RPC_S_SERVER_UNAVAILABLE);
        connection_free(connection);
        association_release(association);
        return retry ? acquire(binding, spec, true, result, context) : status;
    }
    *result = connection;
    return RPC_S_OK;
}

static void release(struct connection *connection, bool usable)
{
    struct association *association = connection->association;

    if (usable) {
        AcquireSRWLockExclusive(&association->lock);
        list_add_head(&association->idle, &connection->entry);
        ReleaseSRWLockExclusive(&association->lock);
    } else {
        connection_free(connection);
    }
    association_release(association);
}

RPC_STATUS client_bind(struct binding *binding, const RPC_CLIENT_INTERFACE *spec)
{
    struct connection *connection;
    USHORT context;
    RPC_STATUS status = acquire(binding, spec, false, &connection, &context);

    if (!status)
        release(connection, true);
    return status;
}

/* --- calls --- */

RPC_STATUS client_get_buffer(RPC_MESSAGE *msg, const UUID *object)
{
    struct client_call *call = msg->ReservedForRuntime;
    struct binding *binding = binding_from_handle(msg->Handle);

    if (!binding)
        return RPC_S_INVALID_BINDING;
    if (!call) {
        call = rpc_alloc(sizeof(*call));
        if (!call)
            return RPC_S_OUT_OF_MEMORY;
        binding_addref(binding);
        call->binding = binding;
        msg->ReservedForRuntime = call;
    }
    (void)object;
    if (msg->BufferLength > MAX_REPLY)
        return RPC_S_OUT_OF_MEMORY;
    if (!call->memory || call->capacity < msg->BufferLength) {
        rpc_free(call->memory);
        call->capacity = msg->BufferLength;
        call->memory = HeapAlloc(GetProcessHeap(), 0, PDU_HEADROOM + (size_t)msg->BufferLength);
        if (!call->memory)
            return RPC_S_OUT_OF_MEMORY;
    }
    msg->Buffer = call->memory + PDU_HEADROOM;
    msg->DataRepresentation = 0x10;
    return RPC_S_OK;
}

void client_free_buffer(RPC_MESSAGE *msg)
{
    struct client_call *call = msg->ReservedForRuntime;

    if (!call)
        return;
    msg->ReservedForRuntime = NULL;
    msg->Buffer = NULL;
    if (call->connection)
        release(call->connection, false);
    binding_release(call->binding);
    rpc_free(call->memory);
    rpc_free(call);
}

/* The header of a fragment goes right in front of its data: for the first there is room, for others over what has been sent. */
static bool send_request(struct client_call *call, const RPC_MESSAGE *msg, BYTE *data, ULONG left, bool last)
{
    static const UUID nil;
    struct connection *connection = call->connection;
    bool object = memcmp(&call->binding->object, &nil, sizeof(nil)), maybe = msg->RpcFlags & RPC_NCA_FLAGS_MAYBE;
    ULONG header_size = sizeof(struct pdu_request) + (object ? sizeof(UUID) : 0);
    ULONG most = (connection->max_fragment - header_size) & ~7u;
    BYTE flags = call->begun ? 0 : PFC_FIRST_FRAG;

    do {
        ULONG part = min(left, most);
        struct pdu_request header;

        if (part == left && last)
            flags |= PFC_LAST_FRAG;
        pdu_start(&header.header, PDU_REQUEST, flags | (object ? PFC_OBJECT_UUID : 0) | (maybe ? PFC_MAYBE : 0),
                  (USHORT)(header_size + part), call->call_id);
        header.alloc_hint = left;
        header.context = call->context;
        header.opnum = msg->ProcNum & ~RPC_FLAGS_VALID_BIT;
        memcpy(data - header_size, &header, sizeof(header));
        if (object)
            memcpy(data - sizeof(UUID), &call->binding->object, sizeof(UUID));
        if (!stream_write(&connection->stream, data - header_size, header_size + part))
            return false;
        data += part;
        left -= part;
        flags = 0;
    } while (left);
    return true;
}

/* A part of the request: all but the last are multiples of eight bytes. There is room for a header in front of the data. */
RPC_STATUS client_send_part(RPC_MESSAGE *msg, BYTE *data, ULONG size, bool last)
{
    struct client_call *call = msg->ReservedForRuntime;
    bool again = false;

    if (!call)
        return RPC_S_INVALID_BINDING;
    if (call->connection && call->begun)
        return send_request(call, msg, data, size, last) ? RPC_S_OK : RPC_S_CALL_FAILED;
    for (;;) {
        RPC_STATUS status =
            acquire(call->binding, msg->RpcInterfaceInformation, again, &call->connection, &call->context);

        if (status)
            return status;
        call->call_id = call->connection->next_call++;
        call->begun = call->answered = false;
        if (send_request(call, msg, data, size, last)) {
            call->begun = true;
            return RPC_S_OK;
        }
        /* An idle connection whose server has gone meanwhile: nothing was carried out, another server may be there. */
        again = !call->connection->fresh;
        release(call->connection, false);
        call->connection = NULL;
        if (!again)
            return RPC_S_CALL_FAILED_DNE;
        /* The first fragment's data is as it was; later ones were overwritten by headers. */
        if (size > PDU_MIN_FRAGMENT)
            return RPC_S_CALL_FAILED_DNE;
    }
}

RPC_STATUS client_send(RPC_MESSAGE *msg)
{
    struct client_call *call = msg->ReservedForRuntime;

    if (call)
        call->begun = false;
    return client_send_part(msg, msg->Buffer, msg->BufferLength, true);
}

static void enter_receive(struct rpc_thread *thread)
{
    AcquireSRWLockExclusive(&threads_lock);
    thread->receiving = true;
    list_add_tail(&threads, &thread->entry);
    ReleaseSRWLockExclusive(&threads_lock);
}

static bool leave_receive(struct rpc_thread *thread)
{
    bool cancelled;

    AcquireSRWLockExclusive(&threads_lock);
    list_remove(&thread->entry);
    thread->receiving = false;
    cancelled = thread->cancelled;
    thread->cancelled = false;
    ReleaseSRWLockExclusive(&threads_lock);
    return cancelled;
}

static RPC_STATUS append(struct client_call *call, RPC_MESSAGE *msg, const BYTE *data, ULONG size, ULONG hint)
{
    ULONG length = msg->BufferLength;

    if (size > MAX_REPLY - length)
        return RPC_S_OUT_OF_MEMORY;
    if (length + size > call->capacity) {
        ULONG capacity = max(length + size, min(hint, 0x100000u));
        BYTE *memory;

        if (length)
            capacity = max(capacity, length < MAX_REPLY / 2 ? length * 2 : MAX_REPLY);
        memory = HeapAlloc(GetProcessHeap(), 0, PDU_HEADROOM + (size_t)capacity);
        if (!memory)
            return RPC_S_OUT_OF_MEMORY;
        memcpy(memory + PDU_HEADROOM, call->memory + PDU_HEADROOM, length);
        rpc_free(call->memory);
        call->memory = memory;
        call->capacity = capacity;
    }
    memcpy(call->memory + PDU_HEADROOM + length, data, size);
    msg->BufferLength = length + size;
    return RPC_S_OK;
}

/* What comes of an answer. */
struct reception {
    bool whole;           /* all fragments, or the next one */
    bool last;            /* nothing more is to come */
    bool usable, aborted; /* the connection may carry another call; the wait was given up */
};

/* The next fragment of the answer, behind what the call's buffer holds. */
static RPC_STATUS receive_fragment(struct client_call *call, RPC_MESSAGE *msg, struct reception *r)
{
    for (;;) {
        ULONG size, fault, stub, stub_size;
        struct pdu_header header;
        RPC_STATUS status;
        BYTE *data;
        DWORD error = stream_read_pdu(&call->connection->stream, &data, &size);

        if (error) {
            r->aborted = error == ERROR_OPERATION_ABORTED;
            return error == ERROR_INVALID_DATA ? RPC_S_PROTOCOL_ERROR : RPC_S_CALL_FAILED;
        }
        memcpy(&header, data, sizeof(header));
        if (header.type == PDU_SHUTDOWN || header.call_id != call->call_id)
            continue; /* of a call that was given up */
        if ((header.type != PDU_RESPONSE && header.type != PDU_FAULT) ||
            !pdu_decode_response(data, size, &fault, &stub, &stub_size))
            return RPC_S_PROTOCOL_ERROR;
        if (header.type == PDU_FAULT) {
            r->usable = true;
            return pdu_fault_to_status(fault);
        }
        if (call->answered != !(header.flags & PFC_FIRST_FRAG))
            return RPC_S_PROTOCOL_ERROR;
        status = append(call, msg, data + stub, stub_size, stub_size);
        if (status)
            return status;
        if (!call->answered)
            msg->DataRepresentation = header.drep[0] | header.drep[1] << 8;
        call->answered = true;
        r->last = r->usable = header.flags & PFC_LAST_FRAG;
        return RPC_S_OK;
    }
}

static RPC_STATUS receive_reply(struct client_call *call, RPC_MESSAGE *msg, struct reception *r)
{
    RPC_STATUS status;

    msg->BufferLength = 0;
    do
        status = receive_fragment(call, msg, r);
    while (!status && r->whole && !r->last);
    msg->Buffer = call->memory + PDU_HEADROOM;
    return status;
}

static void CALLBACK call_timed_out(void *context, BOOLEAN fired)
{
    struct rpc_thread *thread = context;
    HANDLE handle;

    (void)fired;
    AcquireSRWLockExclusive(&threads_lock);
    if (thread->receiving) {
        handle = OpenThread(THREAD_TERMINATE, FALSE, thread->id);
        if (handle) {
            CancelSynchronousIo(handle);
            CloseHandle(handle);
        }
    }
    ReleaseSRWLockExclusive(&threads_lock);
}

static RPC_STATUS receive(RPC_MESSAGE *msg, struct reception *r)
{
    struct client_call *call = msg->ReservedForRuntime;
    struct rpc_thread *thread = rpc_thread();
    HANDLE timer = NULL;
    RPC_STATUS status;
    bool cancelled;

    enter_receive(thread);
    if (call->binding->call_timeout)
        CreateTimerQueueTimer(&timer, NULL, call_timed_out, thread, call->binding->call_timeout, 0,
                              WT_EXECUTEINTIMERTHREAD | WT_EXECUTEONLYONCE);
    status = receive_reply(call, msg, r);
    if (timer)
        DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE);
    cancelled = leave_receive(thread);
    if (status && r->aborted)
        status = cancelled || timer ? RPC_S_CALL_CANCELLED : RPC_S_CALL_FAILED;
    if (!status && !r->last)
        return status;
    AcquireSRWLockExclusive(&cancel_lock);
    struct connection *connection = call->connection;
    call->connection = NULL;
    ReleaseSRWLockExclusive(&cancel_lock);
    release(connection, r->usable);
    return status;
}

RPC_STATUS client_receive(RPC_MESSAGE *msg)
{
    return receive(msg, &(struct reception){ .whole = true });
}

/* The next fragment of the answer, instead of what the buffer had. */
RPC_STATUS client_receive_part(RPC_MESSAGE *msg, bool *last)
{
    struct reception r = { .whole = false };
    RPC_STATUS status = receive(msg, &r);

    *last = r.last;
    return status;
}

RPC_STATUS client_send_receive(RPC_MESSAGE *msg)
{
    RPC_STATUS status = client_send(msg);
    struct client_call *call = msg->ReservedForRuntime;

    if (status)
        return status;
    if (msg->RpcFlags & RPC_NCA_FLAGS_MAYBE) { /* nobody answers */
        release(call->connection, true);
        call->connection = NULL;
        msg->BufferLength = 0;
        return RPC_S_OK;
    }
    return client_receive(msg);
}

/* --- cancelling --- */

/* A server is told; the client waits no longer if `abort`. */
RPC_STATUS client_cancel(struct client_call *call, bool abort)
{
    struct pdu_header header;
    bool ok = true;

    AcquireSRWLockExclusive(&cancel_lock);
    if (call->connection) {
        pdu_start(&header, abort ? PDU_ORPHANED : PDU_CO_CANCEL, PFC_FIRST_FRAG | PFC_LAST_FRAG, sizeof(header),
                  call->call_id);
        ok = stream_write(&call->connection->stream, &header, sizeof(header));
    }
    ReleaseSRWLockExclusive(&cancel_lock);
    return ok ? RPC_S_OK : RPC_S_CALL_FAILED;
}

static RPC_STATUS cancel_thread(HANDLE handle)
{
    DWORD id = GetThreadId(handle);

    if (!id)
        return GetLastError() == ERROR_ACCESS_DENIED ? RPC_S_ACCESS_DENIED : RPC_S_INVALID_ARG;
    AcquireSRWLockExclusive(&threads_lock);
    for (LIST_ENTRY *e = threads.Flink; e != &threads; e = e->Flink) {
        struct rpc_thread *thread = CONTAINING_RECORD(e, struct rpc_thread, entry);
        if (thread->id == id) {
            thread->cancelled = true;
            CancelSynchronousIo(handle);
        }
    }
    ReleaseSRWLockExclusive(&threads_lock);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcCancelThread(void *thread)
{
    return cancel_thread(thread);
}

RPC_STATUS RPC_ENTRY RpcCancelThreadEx(void *thread, LONG timeout)
{
    (void)timeout; /* the call is given up at once, which no timeout forbids */
    return cancel_thread(thread);
}

RPC_STATUS RPC_ENTRY RpcMgmtSetCancelTimeout(LONG seconds)
{
    rpc_thread()->cancel_timeout = (ULONG)seconds;
    return RPC_S_OK;
}
