/* SPDX-License-Identifier: MIT */
/* rpcndr_server.c: the server's half of a call: inline stubs' helpers, and the interpreter NdrServerCall2. */
#include "ndr_call.h"

static void server_message(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc)
{
    memset(msg, 0, sizeof(*msg));
    msg->RpcMsg = rpc;
    msg->StubDesc = desc;
    msg->pfnAllocate = desc->pfnAllocate;
    msg->pfnFree = desc->pfnFree;
    msg->Buffer = msg->BufferStart = rpc->Buffer;
    msg->BufferEnd = msg->BufferStart + rpc->BufferLength;
}

/* The server hands a request on before all of it has come where procedures of the interface have pipes. */
static void have_request(RPC_MESSAGE *rpc, ULONG size)
{
    struct server_call *call = server_call_from_handle(NULL);

    if (call && &call->message == rpc && !server_gather(call, size))
        ndr_raise(RPC_S_CALL_FAILED);
}

unsigned char *RPC_ENTRY NdrServerInitializeNew(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc)
{
    have_request(rpc, MAXDWORD);
    server_message(rpc, msg, desc);
    return NULL;
}

unsigned char *RPC_ENTRY NdrServerInitialize(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc)
{
    return NdrServerInitializeNew(rpc, msg, desc);
}

void RPC_ENTRY NdrServerInitializePartial(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc, ULONG size)
{
    (void)size;
    NdrServerInitializeNew(rpc, msg, desc);
}

unsigned char *RPC_ENTRY NdrServerInitializeUnmarshall(MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc, RPC_MESSAGE *rpc)
{
    return NdrServerInitializeNew(rpc, msg, desc);
}

void RPC_ENTRY NdrServerInitializeMarshall(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg)
{
    (void)rpc;
    msg->BufferLength = 0;
}

struct ndr_server *ndr_server_new(const MIDL_SERVER_INFO *info, const MIDL_STUB_DESC *desc, PFORMAT_STRING format,
                                  RPC_MESSAGE *rpc)
{
    struct ndr_procedure proc;
    struct ndr_server *s;
    size_t stack, count;

    ndr_procedure_parse(&proc, desc, format);
    stack = (proc.stack_size + 15u) & ~15u;
    count = proc.param_count + 1u;
    s = rpc_alloc(sizeof(*s) + stack + 16 + count * (sizeof(NDR_SCONTEXT) + sizeof(bool)));
    if (!s)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    s->info = info;
    s->desc = desc;
    s->proc = proc;
    s->rpc = rpc;
    s->stack = (unsigned char *)(s + 1);
    s->contexts = (NDR_SCONTEXT *)(s->stack + stack);
    s->stub_memory = (bool *)(s->contexts + count);
    /* Pipes' data is read when the program wants it, behind the other arguments, whose size is constant. */
    have_request(rpc,
                 proc.options & OPT_HAS_PIPES && !(proc.options & OPT_CLIENT_MUST_SIZE) ? proc.client_size : MAXDWORD);
    server_message(rpc, &s->msg, (PMIDL_STUB_DESC)desc);
    s->msg.StackTop = s->stack;
    s->msg.SavedContextHandles = s->contexts;
    s->msg.fHasNewCorrDesc = proc.options2 & OPT2_HAS_NEW_CORRELATION ? TRUE : FALSE;
    return s;
}

/* --- arguments --- */

/* Memory that goes with the call. */
static unsigned char *cell(struct ndr_server *s, size_t size)
{
    unsigned char *memory = ndr_arena(&s->msg, size ? size : 1);

    memset(memory, 0, size);
    return memory;
}

static void get_in_param(struct ndr_server *s, unsigned index, struct ndr_param *param)
{
    unsigned char **slot = (unsigned char **)param->slot, *memory;

    if (param->attributes & PARAM_IS_BASETYPE) {
        if (param->attributes & PARAM_IS_SIMPLEREF) {
            *slot = cell(s, 8);
            s->stub_memory[index] = true;
        }
        memory = param->attributes & PARAM_IS_SIMPLEREF ? *slot : param->slot;
        ndr_param_get_base(&s->msg, memory, *param->type);
    } else if (*param->type == FC_BIND_CONTEXT) {
        ndr_context_get(&s->msg, param->slot, param->type);
    } else if (param->attributes & PARAM_IS_BY_VALUE) {
        memory = param->slot;
        ndr_get(&s->msg, &memory, param->type, false);
    } else {
        if (*param->type == FC_RP && param->type[1] & FC_ALLOCED_ON_STACK) {
            *slot = cell(s, 16);
            s->stub_memory[index] = true;
        }
        ndr_get(&s->msg, slot, param->type, false);
    }
}

/* How much room an [out] argument needs that nothing was sent for. */
static size_t out_size(struct ndr_server *s, PFORMAT_STRING type)
{
    struct NDR_POINTER_QUEUE_STATE queue;
    PFORMAT_STRING array;
    ULONGLONG size, count;
    ULONG stride;
    bool block;
    struct ndr n;

    ndr_begin(&n, &s->msg, &queue);
    size = ndr_memory_size(&n, type);
    array = ndr_conformant_array(type);
    if (!array)
        return (size_t)size;
    if (array != type)
        ndr_raise(RPC_X_BAD_STUB_DATA); /* the count would be in the structure, which is not there yet */
    if (ndr_is_string(*array)) {
        PFORMAT_STRING sized = array + (*array == FC_C_SSTRING ? 2 : 1);
        if (*sized != FC_STRING_SIZED)
            ndr_raise(RPC_X_BAD_STUB_DATA);
        count = (ULONG)ndr_correlation(&n, array + (*array == FC_C_SSTRING ? 4 : 2), NULL, false);
        stride = ndr_string_stride(array);
    } else {
        count = (ULONG)ndr_correlation(&n, array + 4, NULL, false);
        ndr_array_element(&n, array, &stride, &block);
    }
    if (count * stride > MAXLONG)
        ndr_raise(RPC_X_INVALID_BOUND);
    return (size_t)(count * stride);
}

static void init_out_param(struct ndr_server *s, unsigned index, struct ndr_param *param)
{
    unsigned char **slot = (unsigned char **)param->slot;
    PFORMAT_STRING type = param->type;

    if (!(param->attributes & PARAM_IS_BASETYPE) && *type == FC_BIND_CONTEXT) {
        NDR_SCONTEXT context = NdrContextHandleInitialize(&s->msg, type);
        s->contexts[index] = context;
        *(void ***)slot = NDRSContextValue(context);
        return;
    }
    s->stub_memory[index] = true;
    if (param->attributes & PARAM_IS_BASETYPE) {
        *slot = cell(s, 8);
    } else if (fc_is_pointer(*type) && !(param->attributes & PARAM_IS_SIMPLEREF)) {
        PFORMAT_STRING pointee = ndr_pointee(type);
        *slot = cell(s, fc_is_pointer(*pointee) || *pointee == FC_IP ? sizeof(void *) : out_size(s, pointee));
    } else {
        *slot = cell(s, out_size(s, type));
    }
}

void ndr_server_unmarshal(struct ndr_server *s)
{
    struct ndr_param param;

    if (s->proc.options & OPT_HAS_PIPES && (s->stub || s->async))
        ndr_raise(RPC_S_CANNOT_SUPPORT);
    ULONG drep = s->rpc->DataRepresentation;
    if (s->proc.oi_flags & OI_FULL_PTR_USED)
        s->msg.FullPtrXlatTables = NdrFullPointerXlatInit(0, XLAT_SERVER);
    if (s->proc.oi_flags & OI_RPCSS_ALLOC_USED)
        NdrRpcSsEnableAllocate(&s->msg);
    ndr_convert_params(&s->msg, &s->proc, false);
    if (s->msg.FullPtrXlatTables && s->msg.FullPtrXlatTables->RefIdToPointer.StateTable)
        memset(s->msg.FullPtrXlatTables->RefIdToPointer.StateTable, 0,
               s->msg.FullPtrXlatTables->RefIdToPointer.NumberOfEntries);
    if (s->proc.options2 & OPT2_SERVER_CORR_CHECK)
        NdrCorrelationInitialize(&s->msg, NULL, 0, 0);
    if (s->proc.explicit_handle && *s->proc.explicit_handle == FC_BIND_PRIMITIVE)
        *(RPC_BINDING_HANDLE *)(s->stack + fc_ushort(s->proc.explicit_handle + 2)) = s->rpc->Handle;
    if (s->stub)
        *(void **)s->stack = ((CStdStubBuffer *)s->stub)->pvServerObject;
    for (unsigned i = 0; i < s->proc.param_count; i++) {
        ndr_param(&s->proc, i, s->stack, &param);
        s->msg.ParamNumber = i;
        if (param.attributes & PARAM_IS_IN)
            get_in_param(s, i, &param);
    }
    NdrCorrelationPass(&s->msg);
    for (unsigned i = 0; i < s->proc.param_count; i++) {
        ndr_param(&s->proc, i, s->stack, &param);
        s->msg.ParamNumber = i;
        if ((param.attributes & (PARAM_IS_IN | PARAM_IS_OUT | PARAM_IS_RETURN)) == PARAM_IS_OUT)
            init_out_param(s, i, &param);
    }
    if (s->proc.options & OPT_HAS_PIPES)
        ndr_pipes_server_begin(s, drep);
    ndr_forget_allocations(&s->msg);
    s->complete = true;
}

void ndr_server_invoke(struct ndr_server *s, void *function)
{
    size_t size = s->proc.stack_size;
    double real = 0;
    ULONG_PTR value;

    if (s->proc.options & OPT_HAS_RETURN && size >= sizeof(void *))
        size -= sizeof(void *); /* the result's place is behind the arguments */
#ifdef _WIN64
    value = rpc_invoke(function, s->stack, size, &real);
#else
    value = rpc_invoke(function, s->stack, size, NULL);
#endif
    s->result = value;
    if (s->proc.options & OPT_HAS_RETURN) {
        struct ndr_param param;

        ndr_param(&s->proc, s->proc.param_count - 1, s->stack, &param);
        if (param.attributes & PARAM_IS_BASETYPE && (*param.type == FC_FLOAT || *param.type == FC_DOUBLE))
            memcpy(&s->result, &real, sizeof(real));
    }
}

void ndr_server_marshal(struct ndr_server *s)
{
    struct ndr_param param;
    unsigned char before[8]; /* what did not fill a fragment of the pipes' data */
    ULONG start = s->pipes ? ndr_pipes_server_end(s, before) : 0;

    s->msg.BufferLength = start;
    for (int sizing = 1; sizing >= 0; sizing--) {
        if (!sizing && s->channel)
            NdrStubGetBuffer(s->stub, s->channel, &s->msg);
        else if (!sizing)
            NdrGetBuffer(&s->msg, s->msg.BufferLength, s->rpc->Handle);
        if (!sizing) {
            memcpy(s->msg.Buffer, before, start);
            s->msg.Buffer += start;
        }
        for (unsigned i = 0; i < s->proc.param_count; i++) {
            ndr_param(&s->proc, i, s->stack, &param);
            s->msg.ParamNumber = i;
            if (!(param.attributes & PARAM_IS_OUT))
                continue;
            if (param.attributes & PARAM_IS_RETURN) {
                param.slot = (unsigned char *)&s->result;
                if (!(param.attributes & PARAM_IS_BASETYPE) && *param.type == FC_BIND_CONTEXT) {
                    if (!s->contexts[i])
                        s->contexts[i] = NdrContextHandleInitialize(&s->msg, param.type);
                    *NDRSContextValue(s->contexts[i]) = (void *)(ULONG_PTR)s->result;
                }
            }
            ndr_param_put(&s->msg, &param, sizing);
        }
    }
    s->rpc->BufferLength = (unsigned)(s->msg.Buffer - (unsigned char *)s->rpc->Buffer);
}

static void free_param(struct ndr_server *s, unsigned index, struct ndr_param *param)
{
    unsigned char *memory = *(unsigned char **)param->slot;

    if (param->attributes & PARAM_IS_BASETYPE || *param->type == FC_BIND_CONTEXT)
        return;
    if (param->attributes & PARAM_IS_RETURN)
        return; /* a result's memory: the manager's convention is that of its allocator, as for [out] pointers */
    s->msg.fDontCallFreeInst = param->attributes & PARAM_DONT_FREE ? TRUE : FALSE;
    if (param->attributes & PARAM_IS_BY_VALUE) {
        ndr_free(&s->msg, param->slot, param->type);
    } else if (fc_is_pointer(*param->type) && !(param->attributes & PARAM_IS_SIMPLEREF)) {
        if (memory && s->stub_memory[index]) {
            PFORMAT_STRING type = ndr_pointee(param->type);
            if (!(param->type[1] & FC_POINTER_DEREF))
                ndr_free(&s->msg, memory, type);
            else if (*(unsigned char **)memory && fc_is_pointer(*type))
                ndr_free_pointer(&s->msg, *(unsigned char **)memory, type);
            else if (*type == FC_IP)
                ndr_free(&s->msg, memory, type);
        } else if (memory) {
            ndr_free_pointer(&s->msg, memory, param->type);
        }
    } else if (*param->type == FC_IP) {
        ndr_free(&s->msg, param->slot, param->type);
    } else if (memory) {
        ndr_free(&s->msg, memory, param->type);
        if (!s->stub_memory[index])
            s->msg.pfnFree(memory);
    }
}

static void free_params(void *context)
{
    struct ndr_server *s = context;

    /* The buffer that is there now is the answer's: nothing of the arguments is in it. */
    s->msg.BufferStart = s->msg.BufferEnd = NULL;
    if (!s->complete) {
        ndr_free_allocations(&s->msg);
        return;
    }
    for (unsigned i = 0; i < s->proc.param_count; i++) {
        struct ndr_param param;

        ndr_param(&s->proc, i, s->stack, &param);
        s->msg.ParamNumber = i;
        if (param.attributes)
            free_param(s, i, &param);
    }
}

static void free_rest(void *context)
{
    struct ndr_server *s = context;

    if (s->proc.oi_flags & OI_RPCSS_ALLOC_USED)
        NdrRpcSsDisableAllocate(&s->msg);
    NdrFullPointerXlatFree(s->msg.FullPtrXlatTables);
    ndr_pipes_server_free(s);
    ndr_arena_free(&s->msg);
    rpc_free(s);
}

void ndr_server_delete(struct ndr_server *s)
{
    rpc_finally(free_params, s, free_rest);
}

/* --- NdrServerCall2 --- */

struct server_run {
    struct ndr_server *s;
    void *function;
};

static void run(void *context)
{
    struct server_run *r = context;

    ndr_server_unmarshal(r->s);
    ndr_server_invoke(r->s, r->function);
    ndr_server_marshal(r->s);
}

static void cleanup(void *context)
{
    struct server_run *r = context;

    ndr_server_delete(r->s);
}

static void *manager_function(const MIDL_SERVER_INFO *info, RPC_MESSAGE *rpc, ULONG number)
{
    const SERVER_ROUTINE *table = rpc->ManagerEpv ? rpc->ManagerEpv : info->DispatchTable;

    if (info->ThunkTable && info->ThunkTable[number])
        ndr_raise(RPC_S_CANNOT_SUPPORT);
    return (void *)table[number];
}

void RPC_ENTRY NdrServerCall2(RPC_MESSAGE *rpc)
{
    const RPC_SERVER_INTERFACE *spec = rpc->RpcInterfaceInformation;
    const MIDL_SERVER_INFO *info = spec->InterpreterInfo;
    ULONG number = rpc->ProcNum & ~RPC_FLAGS_VALID_BIT;
    struct server_run r;

    r.function = manager_function(info, rpc, number);
    r.s = ndr_server_new(info, info->pStubDesc, info->ProcString + info->FmtStringOffset[number], rpc);
    rpc_finally(run, &r, cleanup);
}

void RPC_ENTRY NdrServerCall(RPC_MESSAGE *rpc)
{
    NdrServerCall2(rpc);
}

/* Stubs made for several transfer syntaxes: NDR is the one that is negotiated. */
void RPC_ENTRY NdrServerCallAll(RPC_MESSAGE *rpc)
{
    const RPC_SERVER_INTERFACE *spec = rpc->RpcInterfaceInformation;
    const MIDL_SERVER_INFO *info = spec->InterpreterInfo;
    ULONG number = rpc->ProcNum & ~RPC_FLAGS_VALID_BIT;
    struct ndr_syntax ndr;
    struct server_run r;

    ndr_syntax_of_server(&ndr, info);
    r.function = manager_function(info, rpc, number);
    r.s = ndr_server_new(info, &ndr.desc, ndr.procedures + ndr.offsets[number], rpc);
    rpc_finally(run, &r, cleanup);
}
