/* SPDX-License-Identifier: MIT */
/*
 * rpcndr_context.c: context handles: 20 bytes on the wire (attributes and a UUID), a pointer to the client's program, a pointer of
 * the server's own choice to the manager routines. They belong to all connections of one client (struct client_group), and are
 * run down when the last of these is gone.
 */
#include "ndr.h"

/* --- the client's --- */

#define CCONTEXT_MAGIC 0x54585443

struct wire_context {
    ULONG attributes;
    UUID uuid;
};

struct client_context {
    ULONG magic;
    struct wire_context wire;
    RPC_BINDING_HANDLE binding;
};

static struct client_context *client_context(NDR_CCONTEXT handle)
{
    struct client_context *context = handle;

    if (!context || context->magic != CCONTEXT_MAGIC)
        ndr_raise(ERROR_INVALID_HANDLE); /* RPC_X_SS_CONTEXT_MISMATCH */
    return context;
}

RPC_BINDING_HANDLE RPC_ENTRY NDRCContextBinding(NDR_CCONTEXT handle)
{
    return client_context(handle)->binding;
}

void RPC_ENTRY NDRCContextMarshall(NDR_CCONTEXT handle, void *buffer)
{
    if (handle)
        memcpy(buffer, &client_context(handle)->wire, cbNDRContext);
    else
        memset(buffer, 0, cbNDRContext);
}

static void free_client_context(struct client_context *context)
{
    context->magic = 0;
    RpcBindingFree(&context->binding);
    rpc_free(context);
}

void RPC_ENTRY NDRCContextUnmarshall(NDR_CCONTEXT *handle, RPC_BINDING_HANDLE binding, void *buffer, ULONG drep)
{
    static const UUID nil;
    struct wire_context wire;
    struct client_context *context;
    RPC_STATUS status;

    (void)drep; /* converted before */
    memcpy(&wire, buffer, cbNDRContext);
    if (!memcmp(&wire.uuid, &nil, sizeof(nil))) {
        if (*handle)
            free_client_context(client_context(*handle));
        *handle = NULL;
        return;
    }
    if (*handle) {
        client_context(*handle)->wire = wire;
        return;
    }
    context = rpc_alloc(sizeof(*context));
    if (!context)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    status = RpcBindingCopy(binding, &context->binding);
    if (status) {
        rpc_free(context);
        ndr_raise(status);
    }
    context->magic = CCONTEXT_MAGIC;
    context->wire = wire;
    *handle = context;
}

/* Gives it up without telling the server (which will notice when the client ends). */
RPC_STATUS RPC_ENTRY RpcSmDestroyClientContext(void **handle)
{
    struct client_context *context = handle ? *handle : NULL;

    if (!context || context->magic != CCONTEXT_MAGIC)
        return ERROR_INVALID_HANDLE;
    free_client_context(context);
    *handle = NULL;
    return RPC_S_OK;
}

void RPC_ENTRY RpcSsDestroyClientContext(void **handle)
{
    RPC_STATUS status = RpcSmDestroyClientContext(handle);

    if (status)
        ndr_raise(status);
}

RPC_STATUS RPC_ENTRY RpcSsGetContextBinding(void *handle, RPC_BINDING_HANDLE *binding)
{
    struct client_context *context = handle;

    if (!context || context->magic != CCONTEXT_MAGIC)
        return ERROR_INVALID_HANDLE;
    *binding = context->binding;
    return RPC_S_OK;
}

/* --- the server's --- */

/* It begins as NDR_SCONTEXT does, which inline stubs look into. */
struct server_context {
    void *pad[2];
    void *user_context;
    LIST_ENTRY entry; /* of its client's contexts */
    struct wire_context wire;
    NDR_RUNDOWN rundown;
    void *guard;
    struct client_group *group;
    RPC_SERVER_INTERFACE *spec;
    SRWLOCK lock; /* who works with it; the default is one call at a time */
    LONG refs;
    bool listed;
};

C_ASSERT(offsetof(struct server_context, user_context) == offsetof(struct _NDR_SCONTEXT, userContext));

struct held {
    LIST_ENTRY entry;
    struct server_context *context;
    bool locked;
};

static void context_release(struct server_context *context)
{
    if (!InterlockedDecrement(&context->refs))
        rpc_free(context);
}

static struct server_call *calling(RPC_BINDING_HANDLE handle)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        ndr_raise(RPC_S_NO_CALL_ACTIVE);
    return call;
}

static void hold(struct server_call *call, struct server_context *context, bool serialize)
{
    struct held *held;

    for (LIST_ENTRY *e = call->contexts.Flink; e != &call->contexts; e = e->Flink)
        if (CONTAINING_RECORD(e, struct held, entry)->context == context)
            serialize = false; /* twice in one call */
    held = rpc_alloc(sizeof(*held));
    if (!held) {
        context_release(context);
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    }
    held->context = context;
    held->locked = serialize;
    list_add_tail(&call->contexts, &held->entry);
    if (serialize)
        AcquireSRWLockExclusive(&context->lock);
}

/* At the end of a call. */
void contexts_unlock(struct server_call *call)
{
    while (!list_empty(&call->contexts)) {
        struct held *held = CONTAINING_RECORD(list_remove_head(&call->contexts), struct held, entry);
        if (held->locked)
            ReleaseSRWLockExclusive(&held->context->lock);
        context_release(held->context);
        rpc_free(held);
    }
}

static NDR_SCONTEXT new_context(struct server_call *call)
{
    struct server_context *context = rpc_alloc(sizeof(*context));

    if (!context)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    context->refs = 1;
    context->group = call->connection->group;
    hold(call, context, false);
    return (NDR_SCONTEXT)context;
}

/* Its context by what the wire says. What does not belong to this client, or to another kind of handle, is none. */
NDR_SCONTEXT RPC_ENTRY NDRSContextUnmarshall2(RPC_BINDING_HANDLE handle, void *buffer, ULONG drep, void *guard,
                                              ULONG flags)
{
    struct server_call *call = calling(handle);
    struct client_group *group = call->connection->group;
    struct server_context *found = NULL;
    struct wire_context wire = { 0 };
    static const UUID nil;

    (void)drep;
    if (buffer)
        memcpy(&wire, buffer, cbNDRContext);
    if (!memcmp(&wire.uuid, &nil, sizeof(nil)))
        return new_context(call);
    AcquireSRWLockShared(&group->lock);
    for (LIST_ENTRY *e = group->contexts.Flink; e != &group->contexts; e = e->Flink) {
        struct server_context *context = CONTAINING_RECORD(e, struct server_context, entry);
        if (!memcmp(&context->wire.uuid, &wire.uuid, sizeof(wire.uuid))) {
            found = context;
            InterlockedIncrement(&found->refs);
            break;
        }
    }
    ReleaseSRWLockShared(&group->lock);
    if (!found)
        ndr_raise(ERROR_INVALID_HANDLE); /* RPC_X_SS_CONTEXT_MISMATCH */
    if (guard && found->guard != guard) {
        context_release(found);
        ndr_raise(ERROR_INVALID_HANDLE);
    }
    hold(call, found, !(flags & RPC_CONTEXT_HANDLE_DONT_SERIALIZE) && !rpc_thread()->dont_serialize);
    if (!found->listed) /* destroyed while we waited */
        ndr_raise(ERROR_INVALID_HANDLE);
    return (NDR_SCONTEXT)found;
}

static void unlist(struct server_context *context)
{
    AcquireSRWLockExclusive(&context->group->lock);
    if (context->listed) {
        list_remove(&context->entry);
        context->listed = false;
        context_release(context);
    }
    ReleaseSRWLockExclusive(&context->group->lock);
}

/* What the manager made of it: NULL ends it, a new one gets a name. */
void RPC_ENTRY NDRSContextMarshall2(RPC_BINDING_HANDLE handle, NDR_SCONTEXT scontext, void *buffer, NDR_RUNDOWN rundown,
                                    void *guard, ULONG flags)
{
    struct server_context *context = (struct server_context *)scontext;
    struct server_call *call = calling(handle);

    (void)flags;
    if (!context)
        ndr_raise(RPC_X_SS_CONTEXT_DAMAGED);
    memset(buffer, 0, cbNDRContext);
    if (!context->user_context) {
        unlist(context);
        return;
    }
    if (!context->listed) {
        UuidCreate(&context->wire.uuid);
        context->rundown = rundown;
        context->guard = guard;
        context->spec = call->message.RpcInterfaceInformation;
        InterlockedIncrement(&context->refs);
        AcquireSRWLockExclusive(&context->group->lock);
        list_add_head(&context->group->contexts, &context->entry);
        context->listed = true;
        ReleaseSRWLockExclusive(&context->group->lock);
    }
    memcpy(buffer, &context->wire, cbNDRContext);
}

static void rundown_protected(void *argument)
{
    struct server_context *context = argument;

    context->rundown(context->user_context);
}

static void run_down(struct server_context *context)
{
    if (context->rundown && context->user_context)
        rpc_try(rundown_protected, context);
    context->user_context = NULL;
    context_release(context);
}

void context_group_gone(struct client_group *group)
{
    while (!list_empty(&group->contexts)) {
        struct server_context *context =
            CONTAINING_RECORD(list_remove_head(&group->contexts), struct server_context, entry);
        context->listed = false;
        run_down(context);
    }
}

/* Those of one client that an interface made. */
static void context_group_rundown(struct client_group *group, void *spec)
{
    LIST_ENTRY gone, *e, *next;

    list_init(&gone);
    AcquireSRWLockExclusive(&group->lock);
    for (e = group->contexts.Flink; e != &group->contexts; e = next) {
        struct server_context *context = CONTAINING_RECORD(e, struct server_context, entry);

        next = e->Flink;
        if (context->spec == spec) {
            list_remove(e);
            context->listed = false;
            list_add_tail(&gone, e);
        }
    }
    ReleaseSRWLockExclusive(&group->lock);
    while (!list_empty(&gone))
        run_down(CONTAINING_RECORD(list_remove_head(&gone), struct server_context, entry));
}

void contexts_rundown_interface(RPC_SERVER_INTERFACE *spec)
{
    server_each_group(context_group_rundown, spec);
}

NDR_SCONTEXT RPC_ENTRY NDRSContextUnmarshall(void *buffer, ULONG drep)
{
    return NDRSContextUnmarshall2(NULL, buffer, drep, NULL, 0);
}

NDR_SCONTEXT RPC_ENTRY NDRSContextUnmarshallEx(RPC_BINDING_HANDLE handle, void *buffer, ULONG drep)
{
    return NDRSContextUnmarshall2(handle, buffer, drep, NULL, 0);
}

void RPC_ENTRY NDRSContextMarshall(NDR_SCONTEXT context, void *buffer, NDR_RUNDOWN rundown)
{
    NDRSContextMarshall2(NULL, context, buffer, rundown, NULL, 0);
}

void RPC_ENTRY NDRSContextMarshallEx(RPC_BINDING_HANDLE handle, NDR_SCONTEXT context, void *buffer, NDR_RUNDOWN rundown)
{
    NDRSContextMarshall2(handle, context, buffer, rundown, NULL, 0);
}

/* Calls of this thread do not wait for others that use the same handle. */
void RPC_ENTRY RpcSsDontSerializeContext(void)
{
    rpc_thread()->dont_serialize = true;
}

void RPC_ENTRY I_RpcSsDontSerializeContext(void)
{
    RpcSsDontSerializeContext();
}

static RPC_STATUS relock(RPC_BINDING_HANDLE handle, void *user_context, bool exclusive)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        return RPC_S_INVALID_BINDING;
    for (LIST_ENTRY *e = call->contexts.Flink; e != &call->contexts; e = e->Flink) {
        struct held *held = CONTAINING_RECORD(e, struct held, entry);
        if (held->context->user_context != user_context)
            continue;
        /* Serialized calls hold it exclusively already; sharing it would change who may be inside. */
        return held->locked && exclusive ? RPC_S_OK : RPC_S_CANNOT_SUPPORT;
    }
    return ERROR_INVALID_HANDLE;
}

RPC_STATUS RPC_ENTRY RpcSsContextLockExclusive(RPC_BINDING_HANDLE handle, void *user_context)
{
    return relock(handle, user_context, true);
}

RPC_STATUS RPC_ENTRY RpcSsContextLockShared(RPC_BINDING_HANDLE handle, void *user_context)
{
    return relock(handle, user_context, false);
}

/* --- in messages --- */

static unsigned char *place(MIDL_STUB_MESSAGE *msg)
{
    unsigned char *p;

    msg->Buffer = (unsigned char *)(((ULONG_PTR)msg->Buffer + 3) & ~(ULONG_PTR)3);
    p = msg->Buffer;
    if (p > msg->BufferEnd || (size_t)(msg->BufferEnd - p) < cbNDRContext)
        ndr_raise(RPC_X_BAD_STUB_DATA);
    msg->Buffer += cbNDRContext;
    return p;
}

static NDR_RUNDOWN rundown_of(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    return msg->StubDesc->apfnNdrRundownRoutines ? msg->StubDesc->apfnNdrRundownRoutines[format[2]] : NULL;
}

void RPC_ENTRY NdrClientContextMarshall(MIDL_STUB_MESSAGE *msg, NDR_CCONTEXT handle, int check)
{
    if (!handle && check)
        ndr_raise(RPC_X_SS_IN_NULL_CONTEXT);
    NDRCContextMarshall(handle, place(msg));
}

void RPC_ENTRY NdrClientContextUnmarshall(MIDL_STUB_MESSAGE *msg, NDR_CCONTEXT *handle, RPC_BINDING_HANDLE binding)
{
    NDRCContextUnmarshall(handle, binding, place(msg), NDR_LOCAL_DATA_REPRESENTATION);
}

NDR_SCONTEXT RPC_ENTRY NdrServerContextUnmarshall(MIDL_STUB_MESSAGE *msg)
{
    return NDRSContextUnmarshall2(msg->RpcMsg->Handle, place(msg), NDR_LOCAL_DATA_REPRESENTATION, NULL, 0);
}

static ULONG context_flags(PFORMAT_STRING format)
{
    return format[1] & 0x04 ? RPC_CONTEXT_HANDLE_DONT_SERIALIZE : 0;
}

static void *context_guard(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    return format[1] & 0x08 ? msg->StubDesc->RpcInterfaceInformation : NULL; /* NDR_STRICT_CONTEXT_HANDLE */
}

NDR_SCONTEXT RPC_ENTRY NdrServerContextNewUnmarshall(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    static const UUID nil;
    unsigned char *p = place(msg);

    if (format[1] & HANDLE_CANNOT_BE_NULL && !memcmp(p + 4, &nil, sizeof(nil)))
        ndr_raise(RPC_X_SS_IN_NULL_CONTEXT);
    return NDRSContextUnmarshall2(msg->RpcMsg->Handle, p, NDR_LOCAL_DATA_REPRESENTATION, context_guard(msg, format),
                                  context_flags(format));
}

NDR_SCONTEXT RPC_ENTRY NdrContextHandleInitialize(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format)
{
    return NDRSContextUnmarshall2(msg->RpcMsg->Handle, NULL, NDR_LOCAL_DATA_REPRESENTATION, NULL,
                                  context_flags(format));
}

void RPC_ENTRY NdrServerContextMarshall(MIDL_STUB_MESSAGE *msg, NDR_SCONTEXT context, NDR_RUNDOWN rundown)
{
    NDRSContextMarshall2(msg->RpcMsg->Handle, context, place(msg), rundown, NULL, 0);
}

void RPC_ENTRY NdrServerContextNewMarshall(MIDL_STUB_MESSAGE *msg, NDR_SCONTEXT context, NDR_RUNDOWN rundown,
                                           PFORMAT_STRING format)
{
    NDRSContextMarshall2(msg->RpcMsg->Handle, context, place(msg), rundown, context_guard(msg, format),
                         context_flags(format));
}

void RPC_ENTRY NdrContextHandleSize(MIDL_STUB_MESSAGE *msg, unsigned char *memory, PFORMAT_STRING format)
{
    (void)memory;
    (void)format;
    msg->BufferLength = ((msg->BufferLength + 3) & ~3u) + cbNDRContext;
}

/* An argument; `slot` is its place on the stack. */
void ndr_context_put(MIDL_STUB_MESSAGE *msg, unsigned char *slot, PFORMAT_STRING format, bool sizing)
{
    void *value;

    if (sizing) {
        NdrContextHandleSize(msg, slot, format);
        return;
    }
    if (!msg->IsClient) {
        NdrServerContextNewMarshall(msg, msg->SavedContextHandles[msg->ParamNumber], rundown_of(msg, format), format);
        return;
    }
    value = *(void **)slot;
    if (format[1] & HANDLE_PARAM_IS_VIA_PTR) {
        if (!value)
            ndr_raise(RPC_X_NULL_REF_POINTER);
        value = *(void **)value;
    }
    NdrClientContextMarshall(msg, value, format[1] & HANDLE_CANNOT_BE_NULL);
}

void ndr_context_get(MIDL_STUB_MESSAGE *msg, unsigned char *slot, PFORMAT_STRING format)
{
    NDR_SCONTEXT context;

    if (msg->IsClient) {
        NDR_CCONTEXT *handle = *(NDR_CCONTEXT **)slot;
        if (!handle)
            ndr_raise(RPC_X_NULL_REF_POINTER);
        NdrClientContextUnmarshall(msg, handle, msg->SavedHandle);
        return;
    }
    context = NdrServerContextNewUnmarshall(msg, format);
    msg->SavedContextHandles[msg->ParamNumber] = context;
    if (format[1] & HANDLE_PARAM_IS_VIA_PTR)
        *(void ***)slot = NDRSContextValue(context);
    else
        *(void **)slot = *NDRSContextValue(context);
}
