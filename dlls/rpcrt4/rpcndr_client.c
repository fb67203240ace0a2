/* SPDX-License-Identifier: MIT */
/* rpcndr_client.c: the client's half of a call: inline stubs' helpers, and the interpreter NdrClientCall2. */
#include "ndr_call.h"

void RPC_ENTRY NdrClientInitializeNew(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc,
                                      unsigned int number)
{
    memset(rpc, 0, sizeof(*rpc));
    memset(msg, 0, sizeof(*msg));
    rpc->ProcNum = number | RPC_FLAGS_VALID_BIT;
    rpc->RpcInterfaceInformation = desc->RpcInterfaceInformation;
    rpc->DataRepresentation = NDR_LOCAL_DATA_REPRESENTATION;
    msg->RpcMsg = rpc;
    msg->IsClient = TRUE;
    msg->StubDesc = desc;
    msg->pfnAllocate = desc->pfnAllocate;
    msg->pfnFree = desc->pfnFree;
}

void RPC_ENTRY NdrClientInitialize(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc, unsigned int number)
{
    NdrClientInitializeNew(rpc, msg, desc, number);
}

unsigned char *RPC_ENTRY NdrGetBuffer(MIDL_STUB_MESSAGE *msg, ULONG length, RPC_BINDING_HANDLE handle)
{
    RPC_MESSAGE *rpc = msg->RpcMsg;
    RPC_STATUS status;

    if (msg->IsClient)
        rpc->Handle = msg->SavedHandle = handle;
    rpc->BufferLength = length;
    status = I_RpcGetBuffer(rpc);
    if (status)
        ndr_raise(status);
    msg->Buffer = msg->BufferStart = rpc->Buffer;
    msg->BufferEnd = msg->BufferStart + length;
    msg->fBufferValid = TRUE;
    return msg->Buffer;
}

unsigned char *RPC_ENTRY NdrNsGetBuffer(MIDL_STUB_MESSAGE *msg, ULONG length, RPC_BINDING_HANDLE handle)
{
    return NdrGetBuffer(msg, length, handle);
}

unsigned char *RPC_ENTRY NdrSendReceive(MIDL_STUB_MESSAGE *msg, unsigned char *end)
{
    RPC_MESSAGE *rpc = msg->RpcMsg;
    RPC_STATUS status;

    rpc->BufferLength = (unsigned)(end - (unsigned char *)rpc->Buffer);
    status = I_RpcSendReceive(rpc);
    if (status)
        ndr_raise(status);
    msg->Buffer = msg->BufferStart = rpc->Buffer;
    msg->BufferEnd = msg->BufferStart + rpc->BufferLength;
    return msg->Buffer;
}

unsigned char *RPC_ENTRY NdrNsSendReceive(MIDL_STUB_MESSAGE *msg, unsigned char *end, RPC_BINDING_HANDLE *handle)
{
    (void)handle;
    return NdrSendReceive(msg, end);
}

void RPC_ENTRY NdrFreeBuffer(MIDL_STUB_MESSAGE *msg)
{
    ndr_arena_free(msg);
    if (!msg->fBufferValid)
        return;
    msg->fBufferValid = FALSE;
    I_RpcFreeBuffer(msg->RpcMsg);
}

/* --- bindings --- */

static RPC_BINDING_HANDLE generic_bind(struct ndr_client *c, GENERIC_BINDING_ROUTINE_PAIR pair, void *object)
{
    c->unbind = pair.pfnUnbind;
    c->generic_object = object;
    return pair.pfnBind(object);
}

static RPC_BINDING_HANDLE explicit_handle(struct ndr_client *c)
{
    PFORMAT_STRING p = c->proc.explicit_handle;
    unsigned char *slot = c->stack + fc_ushort(p + 2);
    NDR_CCONTEXT context;
    void *object = NULL;

    switch (*p) {
    case FC_BIND_PRIMITIVE:
        return p[1] ? **(RPC_BINDING_HANDLE **)slot : *(RPC_BINDING_HANDLE *)slot;
    case FC_BIND_GENERIC:
        if (p[1] & HANDLE_PARAM_IS_VIA_PTR)
            slot = *(unsigned char **)slot;
        memcpy(&object, slot, min(p[1] & 15u, sizeof(object)));
        return generic_bind(c, c->desc->aGenericBindingRoutinePairs[p[4]], object);
    }
    context = *(NDR_CCONTEXT *)slot;
    if (p[1] & HANDLE_PARAM_IS_VIA_PTR) {
        if (!context)
            ndr_raise(RPC_X_NULL_REF_POINTER);
        context = *(NDR_CCONTEXT *)context;
    }
    if (!context)
        ndr_raise(RPC_X_SS_IN_NULL_CONTEXT);
    return NDRCContextBinding(context);
}

static RPC_BINDING_HANDLE find_handle(struct ndr_client *c)
{
    GENERIC_BINDING_INFO *info;

    switch (c->proc.handle_type) {
    case 0:
        return explicit_handle(c);
    case FC_BIND_PRIMITIVE:
        return *c->desc->IMPLICIT_HANDLE_INFO.pPrimitiveHandle;
    case FC_BIND_GENERIC:
        info = c->desc->IMPLICIT_HANDLE_INFO.pGenericBindingInfo;
        return generic_bind(c, (GENERIC_BINDING_ROUTINE_PAIR){ info->pfnBind, info->pfnUnbind }, info->pObj);
    case FC_AUTO_HANDLE:
        if (!*c->desc->IMPLICIT_HANDLE_INFO.pAutoHandle)
            ndr_raise(RPC_S_NO_MORE_BINDINGS); /* there is no name service to look for servers in */
        return *c->desc->IMPLICIT_HANDLE_INFO.pAutoHandle;
    }
    ndr_raise(RPC_S_INVALID_BINDING);
}

/* --- the interpreter --- */

/* A compiler passes a float among variable arguments as a double. */
static void demote_floats(struct ndr_client *c)
{
    for (unsigned i = 0; i < c->proc.param_count; i++) {
        struct ndr_param param;

        ndr_param(&c->proc, i, c->stack, &param);
        if (param.attributes & PARAM_IS_BASETYPE && *param.type == FC_FLOAT &&
            !(param.attributes & (PARAM_IS_SIMPLEREF | PARAM_IS_RETURN))) {
            float value = (float)*(double *)param.slot;
            memcpy(param.slot, &value, sizeof(value));
        }
    }
}

static bool is_object(const struct ndr_client *c)
{
    return c->proc.oi_flags & OI_OBJECT_PROC;
}

void ndr_client_marshal(struct ndr_client *c)
{
    struct ndr_param param;

    if (c->promoted)
        demote_floats(c);
    if (is_object(c))
        NdrProxyInitialize(*(void **)c->stack, &c->rpc, &c->msg, c->desc, c->proc.number);
    else
        NdrClientInitializeNew(&c->rpc, &c->msg, c->desc, c->proc.number);
    c->msg.StackTop = c->stack;
    c->msg.fHasNewCorrDesc = c->proc.options2 & OPT2_HAS_NEW_CORRELATION ? TRUE : FALSE;
    c->rpc.RpcFlags = c->proc.rpc_flags;
    if (c->proc.options & OPT_HAS_PIPES && (is_object(c) || c->rpc.RpcFlags & RPC_NCA_FLAGS_MAYBE || c->asynchronous))
        ndr_raise(RPC_S_CANNOT_SUPPORT);
    if (c->proc.oi_flags & OI_FULL_PTR_USED)
        c->msg.FullPtrXlatTables = NdrFullPointerXlatInit(0, XLAT_CLIENT);
    if (c->proc.oi_flags & OI_RPCSS_ALLOC_USED)
        NdrRpcSmSetClientToOsf(&c->msg);
    if (!is_object(c))
        c->handle = find_handle(c);
    for (unsigned i = 0; i < c->proc.param_count; i++) {
        ndr_param(&c->proc, i, c->stack, &param);
        c->msg.ParamNumber = i;
        if (param.attributes & PARAM_IS_IN)
            ndr_param_put(&c->msg, &param, true);
    }
    if (is_object(c))
        NdrProxyGetBuffer(*(void **)c->stack, &c->msg);
    else
        NdrGetBuffer(&c->msg, c->msg.BufferLength, c->handle);
    for (unsigned i = 0; i < c->proc.param_count; i++) {
        ndr_param(&c->proc, i, c->stack, &param);
        c->msg.ParamNumber = i;
        if (param.attributes & PARAM_IS_IN)
            ndr_param_put(&c->msg, &param, false);
    }
}

static void get_out_param(struct ndr_client *c, struct ndr_param *param)
{
    unsigned char *memory;

    if (param->attributes & PARAM_IS_BASETYPE) {
        memory = param->attributes & PARAM_IS_SIMPLEREF ? *(unsigned char **)param->slot : param->slot;
        if (!memory)
            ndr_raise(RPC_X_NULL_REF_POINTER);
        ndr_param_get_base(&c->msg, memory, *param->type);
    } else if (*param->type == FC_BIND_CONTEXT) {
        ndr_context_get(&c->msg, param->slot, param->type);
    } else if (param->attributes & PARAM_IS_BY_VALUE) {
        memory = param->slot;
        ndr_get(&c->msg, &memory, param->type, false);
    } else {
        /* A pointer of the caller's stays his: unmarshalling must not leave another one in his argument. */
        memory = *(unsigned char **)param->slot;
        if (!memory && !(param->attributes & PARAM_IS_RETURN))
            ndr_raise(RPC_X_NULL_REF_POINTER);
        ndr_get(&c->msg, &memory, param->type, false);
        if (param->attributes & PARAM_IS_RETURN)
            *(unsigned char **)param->slot = memory;
    }
}

void ndr_client_unmarshal(struct ndr_client *c)
{
    struct ndr_param param;

    ndr_convert_params(&c->msg, &c->proc, true);
    if (c->proc.options2 & OPT2_CLIENT_CORR_CHECK)
        NdrCorrelationInitialize(&c->msg, NULL, 0, 0);
    for (unsigned i = 0; i < c->proc.param_count; i++) {
        ndr_param(&c->proc, i, c->stack, &param);
        c->msg.ParamNumber = i;
        if (!(param.attributes & PARAM_IS_OUT))
            continue;
        if (param.attributes & PARAM_IS_RETURN)
            param.slot = (unsigned char *)&c->result;
        get_out_param(c, &param);
    }
    NdrCorrelationPass(&c->msg);
}

static void run(void *context)
{
    struct ndr_client *c = context;

    ndr_client_marshal(c);
    if (is_object(c))
        NdrProxySendReceive(*(void **)c->stack, &c->msg);
    else if (c->proc.options & OPT_HAS_PIPES)
        ndr_pipes_client(c);
    else
        NdrSendReceive(&c->msg, c->msg.Buffer);
    ndr_client_unmarshal(c);
}

void ndr_client_cleanup(void *context)
{
    struct ndr_client *c = context;

    NdrFullPointerXlatFree(c->msg.FullPtrXlatTables);
    c->msg.FullPtrXlatTables = NULL;
    ndr_pipes_client_free(c);
    if (is_object(c) && c->msg.pRpcChannelBuffer) {
        ndr_arena_free(&c->msg);
        NdrProxyFreeBuffer(*(void **)c->stack, &c->msg);
    } else if (c->msg.RpcMsg) {
        NdrFreeBuffer(&c->msg);
    }
    if (c->unbind)
        c->unbind(c->generic_object, c->handle);
    c->unbind = NULL;
}

static void run_clean(void *context)
{
    rpc_finally(run, context, ndr_client_cleanup);
}

/* [comm_status], [fault_status]: some errors are answers, in an argument or as the result. */
static bool map_status(struct ndr_client *c, RPC_STATUS status)
{
    const COMM_FAULT_OFFSETS *offsets = c->desc->CommFaultOffsets ? &c->desc->CommFaultOffsets[c->proc.number] : NULL;
    ULONG unused, *comm = &unused, *fault = &unused;
    bool has_comm, has_fault;

    if (!offsets)
        return false;
    has_comm = offsets->CommOffset != -2;
    has_fault = offsets->FaultOffset != -2;
    if (has_comm)
        comm = offsets->CommOffset == -1 ? (ULONG *)&c->result : *(ULONG **)(c->stack + offsets->CommOffset);
    if (has_fault)
        fault = offsets->FaultOffset == -1 ? (ULONG *)&c->result : *(ULONG **)(c->stack + offsets->FaultOffset);
    return !NdrMapCommAndFaultStatus(&c->msg, has_comm ? comm : NULL, has_fault ? fault : NULL, status);
}

static bool is_comm_status(RPC_STATUS status)
{
    static const RPC_STATUS list[] = {
        RPC_S_SERVER_UNAVAILABLE, RPC_S_SERVER_TOO_BUSY,       RPC_S_CALL_FAILED,     RPC_S_CALL_FAILED_DNE,
        RPC_S_COMM_FAILURE,       RPC_S_NO_BINDINGS,           RPC_S_UNKNOWN_IF,      RPC_S_PROTOCOL_ERROR,
        RPC_S_OUT_OF_RESOURCES,   RPC_S_UNSUPPORTED_TRANS_SYN, RPC_S_CALL_CANCELLED,  RPC_S_BINDING_INCOMPLETE,
        ERROR_INVALID_HANDLE,     RPC_S_NO_ENDPOINT_FOUND,     RPC_S_INVALID_BINDING, RPC_X_SS_HANDLES_MISMATCH,
        RPC_X_SS_CONTEXT_DAMAGED, RPC_S_OUT_OF_MEMORY
    };

    for (size_t i = 0; i < ARRAYSIZE(list); i++)
        if (list[i] == status)
            return true;
    return false;
}

/* Which of the two a status is; RPC_S_OK if somebody wanted to know, otherwise the status. */
RPC_STATUS RPC_ENTRY NdrMapCommAndFaultStatus(MIDL_STUB_MESSAGE *msg, ULONG *comm, ULONG *fault, RPC_STATUS status)
{
    ULONG *place = is_comm_status(status) ? comm : fault;

    (void)msg;
    if (!status)
        return RPC_S_OK;
    if (!place)
        return status;
    *place = (ULONG)status;
    return RPC_S_OK;
}

CLIENT_CALL_RETURN ndr_client_call(const MIDL_STUB_DESC *desc, PFORMAT_STRING format, unsigned char *stack,
                                   bool promoted)
{
    struct ndr_client c = { .desc = desc, .stack = stack, .promoted = promoted };
    CLIENT_CALL_RETURN result;
    RPC_STATUS status;

    ndr_procedure_parse(&c.proc, desc, format);
    if (is_object(&c)) {
        status = (RPC_STATUS)rpc_try(run_clean, &c);
        if (status) {
            ndr_client_clear_out(&c);
            c.result = (ULONG)NdrProxyErrorHandler((DWORD)status);
        }
    } else if (c.proc.oi_flags & OI_HAS_COMM_OR_FAULT) {
        status = (RPC_STATUS)rpc_try(run_clean, &c);
        if (status && !map_status(&c, status))
            ndr_raise(status);
    } else {
        run_clean(&c);
    }
    result.Simple = (LONG_PTR)c.result;
    return result;
}

/* An object's caller gets no garbage with an error: NULL pointers, zeros. */
void ndr_client_clear_out(struct ndr_client *c)
{
    for (unsigned i = 0; i < c->proc.param_count; i++) {
        struct ndr_param param;

        ndr_param(&c->proc, i, c->stack, &param);
        if (!(param.attributes & PARAM_IS_OUT) || param.attributes & (PARAM_IS_RETURN | PARAM_IS_IN))
            continue;
        if (param.attributes & PARAM_IS_BASETYPE) {
            if (*(void **)param.slot)
                memset(*(void **)param.slot, 0, ndr_simple_memory_size(*param.type));
        } else if (*(void **)param.slot) {
            NdrClearOutParameters(&c->msg, param.type, *(void **)param.slot);
        }
    }
}

void RPC_ENTRY NdrClearOutParameters(MIDL_STUB_MESSAGE *msg, PFORMAT_STRING format, void *memory)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    struct ndr n;

    ndr_begin(&n, msg, &queue);
    if (*format == FC_RP)
        format = format[1] & FC_POINTER_DEREF ? NULL : ndr_pointee(format);
    if (!format || fc_is_pointer(*format) || *format == FC_IP)
        memset(memory, 0, sizeof(void *));
    else if (!ndr_conformant_array(format))
        memset(memory, 0, ndr_memory_size(&n, format));
}

CLIENT_CALL_RETURN RPC_VAR_ENTRY NdrClientCall2(PMIDL_STUB_DESC desc, PFORMAT_STRING format, ...)
{
    CLIENT_CALL_RETURN result;
    va_list args;

    va_start(args, format);
    result = ndr_client_call(desc, format, (unsigned char *)args, true);
    va_end(args);
    return result;
}

CLIENT_CALL_RETURN RPC_VAR_ENTRY NdrpClientCall2(PMIDL_STUB_DESC desc, PFORMAT_STRING format, unsigned char *stack)
{
    return ndr_client_call(desc, format, stack, false);
}

/*
 * Stubs made for both transfer syntaxes. NDR64 is not offered when binding, as any peer knows NDR: what the stub says for that
 * is looked up.
 */
static CLIENT_CALL_RETURN call3(MIDL_STUBLESS_PROXY_INFO *info, ULONG number, void *result, unsigned char *stack)
{
    CLIENT_CALL_RETURN value;
    struct ndr_syntax ndr;
    PFORMAT_STRING format;

    ndr_syntax_of_client(&ndr, info);
    format = ndr.procedures + ndr.offsets[number];
    value = ndr_client_call(&ndr.desc, format, stack, true);
    if (result)
        memcpy(result, &value, ndr_return_size(&ndr.desc, format));
    return value;
}

ULONG ndr_return_size(const MIDL_STUB_DESC *desc, PFORMAT_STRING format)
{
    struct ndr_procedure proc;
    struct ndr_param param;

    ndr_procedure_parse(&proc, desc, format);
    if (!(proc.options & OPT_HAS_RETURN) || !proc.param_count)
        return 0;
    ndr_param(&proc, proc.param_count - 1, NULL, &param);
    return param.attributes & PARAM_IS_BASETYPE ? ndr_simple_memory_size(*param.type) : sizeof(void *);
}

CLIENT_CALL_RETURN RPC_VAR_ENTRY NdrClientCall3(MIDL_STUBLESS_PROXY_INFO *info, ULONG number, void *result, ...)
{
    CLIENT_CALL_RETURN value;
    va_list args;

    va_start(args, result);
    value = call3(info, number, result, (unsigned char *)args);
    va_end(args);
    return value;
}
