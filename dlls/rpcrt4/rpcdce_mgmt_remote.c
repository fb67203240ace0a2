/* SPDX-License-Identifier: MIT */
/*
 * rpcdce_mgmt_remote.c: the management interface (DCE 1.1 RPC, "Remote Management Interface"), which every server has without
 * registering it: who asks about another server calls this. Its five procedures are so simple that what goes over the wire is written
 * here by hand, for both sides.
 */
#include "rpcrt4_private.h"
#include "rpcdce_mgmt.h"

enum { INQ_IF_IDS, INQ_STATS, IS_LISTENING, STOP_LISTENING, INQ_PRINCIPAL, MGMT_PROCEDURES };

#define MGMT_ID                                                                                                        \
    {                                                                                                                  \
        { 0xafa8bd80, 0x7d8a, 0x11c9, { 0xbe, 0xf4, 0x08, 0x00, 0x2b, 0x10, 0x29, 0x89 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }
#define MAX_PRINCIPAL 4096

static RPC_MGMT_AUTHORIZATION_FN authorization;

/* --- the data of calls: everything is made of 32-bit numbers but the UUIDs and the name --- */

static ULONG get_long(const RPC_MESSAGE *msg, ULONG offset)
{
    const BYTE *p = (const BYTE *)msg->Buffer + offset;

    if (offset > msg->BufferLength || msg->BufferLength - offset < 4)
        RpcRaiseException(RPC_X_BAD_STUB_DATA);
    if (msg->DataRepresentation & 0x10)
        return p[0] | p[1] << 8 | p[2] << 16 | (ULONG)p[3] << 24;
    return p[3] | p[2] << 8 | p[1] << 16 | (ULONG)p[0] << 24;
}

static USHORT get_short(const RPC_MESSAGE *msg, const BYTE *p)
{
    return msg->DataRepresentation & 0x10 ? p[0] | p[1] << 8 : p[1] | p[0] << 8;
}

static BYTE *put_long(BYTE *p, ULONG value)
{
    memcpy(p, &value, sizeof(value));
    return p + sizeof(value);
}

/* --- the server --- */

/* "By default all may ask, and nobody may stop the server" (RpcMgmtSetAuthorizationFn). */
static RPC_STATUS authorize(RPC_MESSAGE *msg, ULONG operation)
{
    RPC_MGMT_AUTHORIZATION_FN function = __atomic_load_n(&authorization, __ATOMIC_ACQUIRE);
    RPC_STATUS status = RPC_S_OK;

    if (!function)
        return operation == RPC_C_MGMT_STOP_SERVER_LISTEN ? RPC_S_ACCESS_DENIED : RPC_S_OK;
    if (function(msg->Handle, operation, &status))
        return RPC_S_OK;
    return status ? status : RPC_S_ACCESS_DENIED;
}

static BYTE *reply_buffer(RPC_MESSAGE *msg, ULONG size)
{
    RPC_STATUS status;

    msg->BufferLength = size;
    status = server_get_buffer(msg);
    if (status)
        RpcRaiseException(status);
    return msg->Buffer;
}

/* [out] a pointer to { count; pointers to ids }, [out] status */
static void __RPC_STUB serve_if_ids(RPC_MESSAGE *msg)
{
    RPC_STATUS status = authorize(msg, RPC_C_MGMT_INQ_IF_IDS);
    RPC_IF_ID_VECTOR *vector = NULL;
    ULONG count;
    BYTE *p;

    if (!status)
        status = RpcMgmtInqIfIds(NULL, &vector);
    count = vector ? vector->Count : 0;
    p = reply_buffer(msg, (vector ? 12 + count * (4 + sizeof(RPC_IF_ID)) : 0) + 8);
    p = put_long(p, vector ? 0x20000 : 0);
    if (vector) {
        p = put_long(p, count);
        p = put_long(p, count);
        for (ULONG i = 0; i < count; i++)
            p = put_long(p, 0x20004 + i * 4);
        for (ULONG i = 0; i < count; i++, p += sizeof(RPC_IF_ID))
            memcpy(p, vector->IfId[i], sizeof(RPC_IF_ID));
        RpcIfIdVectorFree(&vector);
    }
    put_long(p, status);
}

/* [in, out] count, [out, size_is(count)] numbers, [out] status */
static void __RPC_STUB serve_stats(RPC_MESSAGE *msg)
{
    RPC_STATUS status = authorize(msg, RPC_C_MGMT_INQ_STATS);
    ULONG wanted = get_long(msg, 0), count = min(wanted, ARRAYSIZE(server_stats));
    BYTE *p;

    if (status)
        count = 0;
    p = reply_buffer(msg, 12 + count * 4);
    p = put_long(p, count);
    p = put_long(p, count);
    memcpy(p, server_stats, count * 4);
    put_long(p + count * 4, status);
}

/* [out] status, and whether it listens */
static void __RPC_STUB serve_listening(RPC_MESSAGE *msg)
{
    RPC_STATUS status = authorize(msg, RPC_C_MGMT_IS_SERVER_LISTEN);
    BYTE *p = reply_buffer(msg, 8);

    p = put_long(p, status);
    put_long(p, !status && server_takes_calls());
}

/* [out] status */
static void __RPC_STUB serve_stop(RPC_MESSAGE *msg)
{
    RPC_STATUS status = authorize(msg, RPC_C_MGMT_STOP_SERVER_LISTEN);

    if (!status)
        status = RpcMgmtStopServerListening(NULL);
    put_long(reply_buffer(msg, 4), status);
}

/* [in] service, size; [out, string, size_is(size)] char *, [out] status */
static void __RPC_STUB serve_principal(RPC_MESSAGE *msg)
{
    RPC_STATUS status = authorize(msg, RPC_C_MGMT_INQ_PRINC_NAME);
    ULONG service = get_long(msg, 0), size = get_long(msg, 4), length;
    RPC_CSTR name = NULL;
    BYTE *p;

    if (!status)
        status = RpcServerInqDefaultPrincNameA(service, &name);
    if (!status && strlen((char *)name) + 1 > size)
        status = RPC_S_STRING_TOO_LONG;
    length = status ? 1 : strlen((char *)name) + 1;
    p = reply_buffer(msg, 12 + ((length + 3) & ~3u) + 4);
    p = put_long(p, size);
    p = put_long(p, 0);
    p = put_long(p, length);
    memset(p, 0, (length + 3) & ~3u);
    if (!status)
        memcpy(p, name, length);
    put_long(p + ((length + 3) & ~3u), status);
    if (name)
        RpcStringFreeA(&name);
}

static RPC_DISPATCH_FUNCTION functions[] = { serve_if_ids, serve_stats,     serve_listening,
                                             serve_stop,   serve_principal, NULL };
static RPC_DISPATCH_TABLE table = { MGMT_PROCEDURES, functions, 0 };
static RPC_SERVER_INTERFACE server_spec = { .Length = sizeof(server_spec),
                                            .InterfaceId = MGMT_ID,
                                            .DispatchTable = &table };

static struct server_interface server_side;
static struct server_manager manager = { .entry = { &server_side.managers, &server_side.managers } };
static struct server_interface server_side = {
    .spec = &server_spec,
    .managers = { &manager.entry, &manager.entry },
    .flags = RPC_IF_AUTOLISTEN,
    .max_calls = MAXUINT,
    .max_size = 1024,
    .refs = 1, /* for good */
    .registered = true,
};

struct server_interface *management_interface(const RPC_SYNTAX_IDENTIFIER *id)
{
    return memcmp(id, &server_spec.InterfaceId, sizeof(*id)) ? NULL : &server_side;
}

RPC_STATUS RPC_ENTRY RpcMgmtSetAuthorizationFn(RPC_MGMT_AUTHORIZATION_FN function)
{
    __atomic_store_n(&authorization, function, __ATOMIC_RELEASE);
    return RPC_S_OK;
}

/* --- the client --- */

static const RPC_CLIENT_INTERFACE client_spec = { .Length = sizeof(client_spec), .InterfaceId = MGMT_ID };

struct mgmt_call {
    RPC_MESSAGE msg;
    const ULONG *in;
    ULONG in_count;
    void (*read)(struct mgmt_call *call); /* may raise an exception: the answer is what others sent */
    RPC_STATUS status;                    /* of the procedure */
    void *result;
};

static void read_answer(void *context)
{
    struct mgmt_call *call = context;

    call->read(call);
}

static RPC_STATUS ask(RPC_BINDING_HANDLE handle, unsigned procedure, struct mgmt_call *call)
{
    RPC_MESSAGE *msg = &call->msg;
    RPC_STATUS status;

    if (!binding_from_handle(handle))
        return server_call_from_handle(handle) ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_INVALID_BINDING;
    msg->Handle = handle;
    msg->ProcNum = procedure;
    msg->RpcInterfaceInformation = (void *)&client_spec;
    msg->BufferLength = call->in_count * sizeof(ULONG);
    status = client_get_buffer(msg, NULL);
    if (status)
        return status;
    if (call->in_count)
        memcpy(msg->Buffer, call->in, call->in_count * sizeof(ULONG));
    status = client_send_receive(msg);
    if (!status)
        status = (RPC_STATUS)rpc_try(read_answer, call);
    client_free_buffer(msg);
    return status ? status : call->status;
}

static void read_if_ids(struct mgmt_call *call)
{
    ULONG at = 4, count, size = 0;
    RPC_IF_ID_VECTOR *vector;

    if (!get_long(&call->msg, 0)) {
        call->status = (RPC_STATUS)get_long(&call->msg, at);
        return;
    }
    count = get_long(&call->msg, at);
    size = call->msg.BufferLength;
    if (get_long(&call->msg, at + 4) != count || count > size / (4 + sizeof(RPC_IF_ID)) ||
        size - count * (4 + sizeof(RPC_IF_ID)) < 16)
        RpcRaiseException(RPC_X_BAD_STUB_DATA);
    at += 8 + count * 4;
    call->status = (RPC_STATUS)get_long(&call->msg, at + count * sizeof(RPC_IF_ID));
    if (call->status)
        return;
    vector = rpc_alloc(sizeof(*vector) + count * sizeof(void *));
    for (ULONG i = 0; vector && i < count; i++, at += sizeof(RPC_IF_ID)) {
        const BYTE *p = (BYTE *)call->msg.Buffer + at;
        RPC_IF_ID *id = rpc_alloc(sizeof(*id));

        if (!id) {
            RpcIfIdVectorFree(&vector);
            break;
        }
        memcpy(id, p, sizeof(*id));
        id->Uuid.Data1 = get_long(&call->msg, at);
        id->Uuid.Data2 = get_short(&call->msg, p + 4);
        id->Uuid.Data3 = get_short(&call->msg, p + 6);
        id->VersMajor = get_short(&call->msg, p + 16);
        id->VersMinor = get_short(&call->msg, p + 18);
        vector->IfId[vector->Count++] = id;
    }
    call->result = vector;
    if (!vector)
        call->status = RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS mgmt_ask_if_ids(RPC_BINDING_HANDLE handle, RPC_IF_ID_VECTOR **vector)
{
    struct mgmt_call call = { .read = read_if_ids };
    RPC_STATUS status = ask(handle, INQ_IF_IDS, &call);

    *vector = status ? NULL : call.result;
    return status;
}

static void read_stats(struct mgmt_call *call)
{
    RPC_STATS_VECTOR *vector = call->result;
    ULONG count = get_long(&call->msg, 0);

    if (get_long(&call->msg, 4) < count || count > RPC_C_STATS_PKTS_OUT + 1)
        RpcRaiseException(RPC_X_BAD_STUB_DATA);
    call->status = (RPC_STATUS)get_long(&call->msg, 8 + get_long(&call->msg, 4) * 4);
    for (ULONG i = 0; i < count; i++)
        vector->Stats[i] = get_long(&call->msg, 8 + i * 4);
    vector->Count = count;
}

RPC_STATUS mgmt_ask_stats(RPC_BINDING_HANDLE handle, RPC_STATS_VECTOR *vector)
{
    static const ULONG count = RPC_C_STATS_PKTS_OUT + 1;
    struct mgmt_call call = { .in = &count, .in_count = 1, .read = read_stats, .result = vector };

    return ask(handle, INQ_STATS, &call);
}

static void read_listening(struct mgmt_call *call)
{
    call->status = (RPC_STATUS)get_long(&call->msg, 0);
    if (!call->status && !get_long(&call->msg, 4))
        call->status = RPC_S_NOT_LISTENING;
}

RPC_STATUS mgmt_ask_listening(RPC_BINDING_HANDLE handle)
{
    struct mgmt_call call = { .read = read_listening };
    RPC_STATUS status = ask(handle, IS_LISTENING, &call);

    return status == RPC_S_SERVER_UNAVAILABLE ? RPC_S_NOT_LISTENING : status;
}

static void read_status(struct mgmt_call *call)
{
    call->status = (RPC_STATUS)get_long(&call->msg, 0);
}

RPC_STATUS mgmt_ask_to_stop(RPC_BINDING_HANDLE handle)
{
    struct mgmt_call call = { .read = read_status };

    return ask(handle, STOP_LISTENING, &call);
}

static void read_principal(struct mgmt_call *call)
{
    ULONG length = get_long(&call->msg, 8), padded;
    char *name;

    if (get_long(&call->msg, 4) || !length || length > MAX_PRINCIPAL)
        RpcRaiseException(RPC_X_BAD_STUB_DATA);
    padded = (length + 3) & ~3u;
    call->status = (RPC_STATUS)get_long(&call->msg, 12 + padded);
    if (call->status)
        return;
    name = rpc_alloc(length + 1); /* ends in 0, whatever came */
    if (name)
        memcpy(name, (BYTE *)call->msg.Buffer + 12, length);
    else
        call->status = RPC_S_OUT_OF_MEMORY;
    call->result = name;
}

/* NULL: `status` says why. The caller frees it with rpc_free. */
char *mgmt_ask_principal(RPC_BINDING_HANDLE handle, ULONG service, RPC_STATUS *status)
{
    ULONG in[2] = { service, MAX_PRINCIPAL };
    struct mgmt_call call = { .in = in, .in_count = 2, .read = read_principal };

    *status = ask(handle, INQ_PRINCIPAL, &call);
    return *status ? NULL : call.result;
}
