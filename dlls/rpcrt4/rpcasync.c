/* SPDX-License-Identifier: MIT */
/*
 * rpcasync.c: asynchronous calls. A client's request is sent by NdrAsyncClientCall; a thread of the pool waits for the answer and
 * tells the program as it wished. A server's manager routine returns at once; its arguments stay until RpcAsyncCompleteCall, on
 * whatever thread, sends the answer.
 */
#include "ndr_call.h"

#define ASYNC_SIGNATURE 0x43595341 /* ASYC */

enum side { CLIENT_SIDE = 1, SERVER_SIDE };

/* What RPC_ASYNC_STATE.StubInfo points to. */
struct async_call {
    enum side side;
    RPC_ASYNC_STATE *state;
    LONG refs;
    LONG claimed; /* somebody says how it ended: the answer's receiver, or who aborts it */
    LONG done;    /* the status is there */
    RPC_STATUS status;
    bool aborted, started;
    /* client */
    struct ndr_client c;
    struct ndr_syntax ndr; /* of stubs for several transfer syntaxes: outlives the call that begins it */
    void *memory;          /* the arguments' copy */
    DWORD thread_id;
    HANDLE thread; /* the receiver, once it waits */
    HANDLE apc_thread;
    /* server */
    struct ndr_server *s;
    struct server_call *call;
};

static struct async_call *async_of(RPC_ASYNC_STATE *state, RPC_STATUS *status)
{
    struct async_call *async;

    *status = RPC_S_INVALID_ASYNC_HANDLE;
    if (!state || state->Signature != ASYNC_SIGNATURE)
        return NULL;
    async = state->StubInfo;
    *status = async ? RPC_S_OK : RPC_S_INVALID_ASYNC_CALL;
    return async;
}

static void async_release(struct async_call *async)
{
    if (InterlockedDecrement(&async->refs))
        return;
    if (async->aborted) /* until now the receiver may have been at work on it */
        ndr_client_cleanup(&async->c);
    if (async->apc_thread)
        CloseHandle(async->apc_thread);
    if (async->thread)
        CloseHandle(async->thread);
    rpc_free(async->memory);
    rpc_free(async);
}

RPC_STATUS RPC_ENTRY RpcAsyncInitializeHandle(RPC_ASYNC_STATE *state, unsigned int size)
{
    if (!state || size < sizeof(*state))
        return RPC_S_INVALID_ARG;
    memset(state, 0, size);
    state->Size = sizeof(*state);
    state->Signature = ASYNC_SIGNATURE;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcAsyncRegisterInfo(RPC_ASYNC_STATE *state)
{
    return state && state->Signature == ASYNC_SIGNATURE ? RPC_S_OK : RPC_S_INVALID_ASYNC_HANDLE;
}

/* --- the client --- */

static void CALLBACK run_apc(ULONG_PTR context)
{
    RPC_ASYNC_STATE *state = (RPC_ASYNC_STATE *)context;

    state->u.APC.NotificationRoutine(state, NULL, state->Event);
}

static void notify(struct async_call *async)
{
    RPC_ASYNC_STATE *state = async->state;
    typedef BOOL WINAPI post_message(HWND, UINT, WPARAM, LPARAM);
    post_message *post;

    state->Event = RpcCallComplete;
    switch (state->NotificationType) {
    case RpcNotificationTypeEvent:
        SetEvent(state->u.hEvent);
        break;
    case RpcNotificationTypeApc:
        QueueUserAPC(run_apc, async->apc_thread, (ULONG_PTR)state);
        break;
    case RpcNotificationTypeIoc:
        PostQueuedCompletionStatus(state->u.IOC.hIOPort, state->u.IOC.dwNumberOfBytesTransferred,
                                   state->u.IOC.dwCompletionKey, state->u.IOC.lpOverlapped);
        break;
    case RpcNotificationTypeHwnd:
        post = (post_message *)(void *)GetProcAddress(LoadLibraryW(L"user32.dll"), "PostMessageW");
        if (post)
            post(state->u.HWND.hWnd, state->u.HWND.Msg, 0, (LPARAM)state);
        break;
    case RpcNotificationTypeCallback:
        state->u.NotificationRoutine(state, NULL, RpcCallComplete);
        break;
    case RpcNotificationTypeNone:
        break;
    }
}

/* The first to say how the call ended tells the program. */
static bool finish(struct async_call *async, RPC_STATUS status, bool aborted)
{
    if (InterlockedExchange(&async->claimed, TRUE))
        return false;
    async->status = status;
    async->aborted = aborted;
    __atomic_store_n(&async->done, TRUE, __ATOMIC_RELEASE);
    return true;
}

static void CALLBACK receive_reply(TP_CALLBACK_INSTANCE *instance, void *context)
{
    struct async_call *async = context;
    HANDLE thread = NULL;

    CallbackMayRunLong(instance);
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &thread, THREAD_ALL_ACCESS, FALSE, 0);
    __atomic_store_n(&async->thread, thread, __ATOMIC_RELEASE);
    if (finish(async, client_receive(&async->c.rpc), false))
        notify(async);
    async_release(async);
}

static void send_async(void *context)
{
    struct async_call *async = context;
    RPC_STATUS status;

    ndr_client_marshal(&async->c);
    async->c.rpc.BufferLength = (unsigned)(async->c.msg.Buffer - (unsigned char *)async->c.rpc.Buffer);
    status = client_send(&async->c.rpc);
    if (status)
        ndr_raise(status);
}

static void forget(void *context)
{
    struct async_call *async = context;

    if (async->started)
        return;
    ndr_client_cleanup(&async->c);
    async->state->StubInfo = NULL;
    async_release(async);
}

static void start_async(void *context)
{
    struct async_call *async = context;

    send_async(async);
    InterlockedIncrement(&async->refs);
    async->started = true;
    if (!TrySubmitThreadpoolCallback(receive_reply, async, NULL)) {
        async->started = false;
        InterlockedDecrement(&async->refs);
        ndr_raise(RPC_S_OUT_OF_THREADS);
    }
}

/* The first argument but the handle is the RPC_ASYNC_STATE; which one it is, its description does not say: it is found by looking. */
static RPC_ASYNC_STATE *state_of(const struct ndr_procedure *proc, unsigned char *stack)
{
    unsigned offset = 0;

    if (proc->explicit_handle && fc_ushort(proc->explicit_handle + 2) == 0)
        offset = sizeof(void *);
    /* MIDL: the asynchronous handle comes first, whatever comes behind it. */
    if (offset) {
        RPC_ASYNC_STATE *first = *(RPC_ASYNC_STATE **)stack;
        if (first && first->Signature == ASYNC_SIGNATURE)
            return first;
        return *(RPC_ASYNC_STATE **)(stack + offset);
    }
    return *(RPC_ASYNC_STATE **)stack;
}

/* `ndr`: of stubs for several transfer syntaxes, or NULL. */
static CLIENT_CALL_RETURN async_client_call(const MIDL_STUB_DESC *desc, PFORMAT_STRING format,
                                            const struct ndr_syntax *ndr, unsigned char *stack)
{
    CLIENT_CALL_RETURN result = { 0 };
    struct ndr_procedure proc;
    RPC_ASYNC_STATE *state;
    struct async_call *async;

    ndr_procedure_parse(&proc, desc, format);
    state = state_of(&proc, stack);
    if (!state || state->Signature != ASYNC_SIGNATURE)
        ndr_raise(RPC_S_INVALID_ASYNC_HANDLE);
    async = rpc_alloc(sizeof(*async));
    if (!async)
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    async->refs = 1;
    async->side = CLIENT_SIDE;
    async->state = state;
    async->memory = rpc_alloc(proc.stack_size + sizeof(void *));
    if (!async->memory) {
        async_release(async);
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    }
    memcpy(async->memory, stack, proc.stack_size);
    if (ndr)
        async->ndr = *ndr;
    async->c.proc = proc;
    async->c.desc = async->c.proc.desc = ndr ? &async->ndr.desc : desc;
    async->c.stack = async->memory;
    async->c.promoted = true;
    async->c.asynchronous = true;
    if (state->NotificationType == RpcNotificationTypeApc) {
        HANDLE thread = state->u.APC.hThread ? state->u.APC.hThread : GetCurrentThread();
        DuplicateHandle(GetCurrentProcess(), thread, GetCurrentProcess(), &async->apc_thread, THREAD_ALL_ACCESS, FALSE,
                        0);
    }
    state->StubInfo = async;
    state->RuntimeInfo = async;
    rpc_finally(start_async, async, forget);
    return result;
}

CLIENT_CALL_RETURN RPC_VAR_ENTRY NdrAsyncClientCall(PMIDL_STUB_DESC desc, PFORMAT_STRING format, ...)
{
    CLIENT_CALL_RETURN result;
    va_list args;

    va_start(args, format);
    result = async_client_call(desc, format, NULL, (unsigned char *)args);
    va_end(args);
    return result;
}

/* Of stubs for several transfer syntaxes; as in NdrClientCall3, NDR is the one that is taken. */
CLIENT_CALL_RETURN RPC_VAR_ENTRY Ndr64AsyncClientCall(MIDL_STUBLESS_PROXY_INFO *info, ULONG number, void *result, ...)
{
    CLIENT_CALL_RETURN value;
    struct ndr_syntax ndr;
    va_list args;

    ndr_syntax_of_client(&ndr, info);
    va_start(args, result);
    value = async_client_call(&ndr.desc, ndr.procedures + ndr.offsets[number], &ndr, (unsigned char *)args);
    va_end(args);
    return value;
}

struct completion {
    struct async_call *async;
    void *reply;
};

static void unmarshal_reply(void *context)
{
    struct completion *completion = context;
    struct ndr_client *c = &completion->async->c;

    c->msg.Buffer = c->msg.BufferStart = c->rpc.Buffer;
    c->msg.BufferEnd = c->msg.BufferStart + c->rpc.BufferLength;
    ndr_client_unmarshal(c);
    if (completion->reply && c->proc.options & OPT_HAS_RETURN) {
        struct ndr_param param;
        ndr_param(&c->proc, c->proc.param_count - 1, c->stack, &param);
        memcpy(completion->reply, &c->result,
               param.attributes & PARAM_IS_BASETYPE ? ndr_simple_memory_size(*param.type) : sizeof(void *));
    }
}

static RPC_STATUS complete_client(struct async_call *async, void *reply)
{
    struct completion completion = { async, reply };
    RPC_STATUS status;

    if (!__atomic_load_n(&async->done, __ATOMIC_ACQUIRE))
        return RPC_S_ASYNC_CALL_PENDING;
    status = async->status;
    if (!status)
        status = (RPC_STATUS)rpc_try(unmarshal_reply, &completion);
    async->state->StubInfo = NULL;
    if (!async->aborted)
        ndr_client_cleanup(&async->c);
    async_release(async);
    return status;
}

/* --- the server --- */

static void marshal_reply(void *context)
{
    struct completion *completion = context;
    struct ndr_server *s = completion->async->s;

    if (s->proc.options & OPT_HAS_RETURN && completion->reply) {
        struct ndr_param param;
        ndr_param(&s->proc, s->proc.param_count - 1, s->stack, &param);
        memcpy(&s->result, completion->reply,
               param.attributes & PARAM_IS_BASETYPE ? ndr_simple_memory_size(*param.type) : sizeof(void *));
    }
    ndr_server_marshal(s);
}

static void delete_server(void *context)
{
    ndr_server_delete(context);
}

static RPC_STATUS finish_server(struct async_call *async, void *reply, RPC_STATUS fault)
{
    struct completion completion = { async, reply };
    struct server_call *call = async->call;
    RPC_STATUS status = fault, sent;

    if (!status)
        status = (RPC_STATUS)rpc_try(marshal_reply, &completion);
    sent = server_reply(call, async->s->rpc, status);
    rpc_try(delete_server, async->s);
    async->state->StubInfo = NULL;
    async_release(async);
    server_async_done(call);
    return fault ? sent : status ? status : sent;
}

struct async_run {
    struct async_call *async;
    void *function;
};

static void run_server(void *context)
{
    struct async_run *r = context;
    struct server_call *call = r->async->call;
    struct ndr_server *s = r->async->s;
    size_t size = s->proc.stack_size - (s->proc.options & OPT_HAS_RETURN ? sizeof(void *) : 0);

    s->async = r->async->state;
    ndr_server_unmarshal(s);
    /* The state goes where the procedure has it: before or behind the binding handle. */
    *(void **)(s->stack + (s->proc.explicit_handle && !fc_ushort(s->proc.explicit_handle + 2) ? sizeof(void *) : 0)) =
        r->async->state;
    call->asynchronous = call->pending = true;
    /* All of this may be gone when it returns: the call may be complete. */
    rpc_invoke(r->function, s->stack, size, NULL);
}

/* The state itself lives behind the call's description. */
static void async_server_call(RPC_MESSAGE *rpc, const MIDL_SERVER_INFO *info, const struct ndr_syntax *ndr)
{
    ULONG number = rpc->ProcNum & ~RPC_FLAGS_VALID_BIT, code;
    struct async_call *async = rpc_alloc(sizeof(*async));
    struct async_run r = { .async = async };
    const SERVER_ROUTINE *table = rpc->ManagerEpv ? rpc->ManagerEpv : info->DispatchTable;

    if (!async || !(async->memory = rpc_alloc(sizeof(RPC_ASYNC_STATE)))) {
        rpc_free(async);
        ndr_raise(RPC_S_OUT_OF_MEMORY);
    }
    async->refs = 1;
    async->side = SERVER_SIDE;
    async->call = server_call_from_handle(rpc->Handle);
    async->state = async->memory;
    RpcAsyncInitializeHandle(async->state, sizeof(*async->state));
    async->state->StubInfo = async;
    async->state->RuntimeInfo = rpc->Handle;
    async->ndr = *ndr;
    async->s = ndr_server_new(info, &async->ndr.desc, async->ndr.procedures + async->ndr.offsets[number], rpc);
    r.function = (void *)table[number];
    code = rpc_try(run_server, &r);
    if (!code)
        return; /* it may be complete by now, or much later */
    async->call->asynchronous = async->call->pending = false;
    rpc_try(delete_server, async->s);
    async_release(async);
    ndr_raise((RPC_STATUS)code);
}

void RPC_ENTRY NdrAsyncServerCall(RPC_MESSAGE *rpc)
{
    const MIDL_SERVER_INFO *info = ((const RPC_SERVER_INTERFACE *)rpc->RpcInterfaceInformation)->InterpreterInfo;
    struct ndr_syntax ndr = { *info->pStubDesc, info->ProcString, info->FmtStringOffset, 0 };

    async_server_call(rpc, info, &ndr);
}

void RPC_ENTRY Ndr64AsyncServerCallAll(RPC_MESSAGE *rpc)
{
    const MIDL_SERVER_INFO *info = ((const RPC_SERVER_INTERFACE *)rpc->RpcInterfaceInformation)->InterpreterInfo;
    struct ndr_syntax ndr;

    ndr_syntax_of_server(&ndr, info);
    async_server_call(rpc, info, &ndr);
}

/* --- both --- */

RPC_STATUS RPC_ENTRY RpcAsyncCompleteCall(RPC_ASYNC_STATE *state, void *reply)
{
    RPC_STATUS status;
    struct async_call *async = async_of(state, &status);

    if (!async)
        return status;
    return async->side == CLIENT_SIDE ? complete_client(async, reply) : finish_server(async, reply, RPC_S_OK);
}

RPC_STATUS RPC_ENTRY RpcAsyncGetCallStatus(RPC_ASYNC_STATE *state)
{
    RPC_STATUS status;
    struct async_call *async = async_of(state, &status);

    if (!async)
        return status;
    if (async->side == SERVER_SIDE)
        return RPC_S_ASYNC_CALL_PENDING;
    return __atomic_load_n(&async->done, __ATOMIC_ACQUIRE) ? async->status : RPC_S_ASYNC_CALL_PENDING;
}

/*
 * `abort`: the client waits no longer, as "the asynchronous call is canceled immediately"; otherwise the server is asked to come to
 * an end. The receiver is woken if it waits; one that was about to goes on until the server answers, which nobody hears of.
 */
RPC_STATUS RPC_ENTRY RpcAsyncCancelCall(RPC_ASYNC_STATE *state, BOOL abort)
{
    RPC_STATUS status;
    struct async_call *async = async_of(state, &status);

    if (!async)
        return status;
    if (async->side == SERVER_SIDE)
        return RPC_S_INVALID_ASYNC_CALL;
    if (__atomic_load_n(&async->done, __ATOMIC_ACQUIRE))
        return RPC_S_OK;
    InterlockedIncrement(&async->refs); /* who is told may complete the call at once */
    client_cancel(async->c.rpc.ReservedForRuntime, abort);
    if (abort && finish(async, RPC_S_CALL_CANCELLED, true)) {
        HANDLE thread = __atomic_load_n(&async->thread, __ATOMIC_ACQUIRE);
        if (thread)
            RpcCancelThread(thread);
        notify(async);
    }
    async_release(async);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcAsyncAbortCall(RPC_ASYNC_STATE *state, ULONG code)
{
    RPC_STATUS status;
    struct async_call *async = async_of(state, &status);

    if (!async)
        return status;
    if (async->side == CLIENT_SIDE)
        return RPC_S_INVALID_ASYNC_CALL;
    return finish_server(async, NULL, code ? (RPC_STATUS)code : RPC_S_CALL_FAILED);
}

RPC_STATUS RPC_ENTRY I_RpcAsyncAbortCall(RPC_ASYNC_STATE *state, ULONG code)
{
    return RpcAsyncAbortCall(state, code);
}

RPC_STATUS RPC_ENTRY I_RpcAsyncSetHandle(RPC_MESSAGE *msg, RPC_ASYNC_STATE *state)
{
    (void)msg;
    return state && state->Signature == ASYNC_SIGNATURE ? RPC_S_OK : RPC_S_INVALID_ASYNC_HANDLE;
}
