/* SPDX-License-Identifier: MIT */
/* rpcproxy.c: the two ends of a COM interface's call, as far as they do not depend on who carries it: that is the channel's. */
#include "ndr_call.h"

/* --- proxies --- */

/* How a proxy DLL's objects begin: the interface pointer that clients have, and (behind it) the channel. */
struct standard_proxy {
    const void *vtbl;
    const IRpcProxyBufferVtbl *buffer_vtbl;
    LONG refs;
    IUnknown *outer;
    IRpcChannelBuffer *channel;
    IPSFactoryBuffer *factory;
    IID iid;
};

void RPC_ENTRY NdrProxyInitialize(void *this, RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc,
                                  unsigned int number)
{
    struct standard_proxy *proxy = this;

    NdrClientInitializeNew(rpc, msg, desc, number);
    msg->pRpcChannelBuffer = proxy->channel;
    if (!proxy->channel)
        ndr_raise(CO_E_OBJNOTCONNECTED);
    IRpcChannelBuffer_AddRef(proxy->channel);
    IRpcChannelBuffer_GetDestCtx(proxy->channel, &msg->dwDestContext, &msg->pvDestContext);
}

void RPC_ENTRY NdrProxyGetBuffer(void *this, MIDL_STUB_MESSAGE *msg)
{
    struct standard_proxy *proxy = this;
    HRESULT result;

    msg->RpcMsg->BufferLength = msg->BufferLength;
    result = IRpcChannelBuffer_GetBuffer(msg->pRpcChannelBuffer, (RPCOLEMESSAGE *)msg->RpcMsg, &proxy->iid);
    if (FAILED(result))
        ndr_raise(result);
    msg->Buffer = msg->BufferStart = msg->RpcMsg->Buffer;
    msg->BufferEnd = msg->BufferStart + msg->BufferLength;
    msg->fBufferValid = TRUE;
}

void RPC_ENTRY NdrProxySendReceive(void *this, MIDL_STUB_MESSAGE *msg)
{
    ULONG status = 0;
    HRESULT result;

    (void)this;
    if (!msg->pRpcChannelBuffer)
        ndr_raise(CO_E_OBJNOTCONNECTED);
    msg->RpcMsg->BufferLength = (unsigned)(msg->Buffer - (unsigned char *)msg->RpcMsg->Buffer);
    result = IRpcChannelBuffer_SendReceive(msg->pRpcChannelBuffer, (RPCOLEMESSAGE *)msg->RpcMsg, &status);
    if (FAILED(result)) {
        msg->fBufferValid = FALSE;
        ndr_raise(result == RPC_E_FAULT && status ? (RPC_STATUS)status : result);
    }
    msg->Buffer = msg->BufferStart = msg->RpcMsg->Buffer;
    msg->BufferEnd = msg->BufferStart + msg->RpcMsg->BufferLength;
}

void RPC_ENTRY NdrProxyFreeBuffer(void *this, MIDL_STUB_MESSAGE *msg)
{
    (void)this;
    if (!msg->pRpcChannelBuffer)
        return;
    if (msg->fBufferValid)
        IRpcChannelBuffer_FreeBuffer(msg->pRpcChannelBuffer, (RPCOLEMESSAGE *)msg->RpcMsg);
    msg->fBufferValid = FALSE;
    IRpcChannelBuffer_Release(msg->pRpcChannelBuffer);
    msg->pRpcChannelBuffer = NULL;
}

/* An exception as a method's result. */
HRESULT RPC_ENTRY NdrProxyErrorHandler(DWORD code)
{
    return FAILED((HRESULT)code) ? (HRESULT)code : HRESULT_FROM_WIN32(code);
}

HRESULT WINAPI IUnknown_QueryInterface_Proxy(IUnknown *this, REFIID iid, void **object)
{
    return IUnknown_QueryInterface(((struct standard_proxy *)this)->outer, iid, object);
}

ULONG WINAPI IUnknown_AddRef_Proxy(IUnknown *this)
{
    return IUnknown_AddRef(((struct standard_proxy *)this)->outer);
}

ULONG WINAPI IUnknown_Release_Proxy(IUnknown *this)
{
    return IUnknown_Release(((struct standard_proxy *)this)->outer);
}

/* --- stubs --- */

static CStdStubBuffer *stub_of(IRpcStubBuffer *this)
{
    return (CStdStubBuffer *)this;
}

static const CInterfaceStubVtbl *stub_vtbl(IRpcStubBuffer *this)
{
    return CONTAINING_RECORD(stub_of(this)->lpVtbl, CInterfaceStubVtbl, Vtbl);
}

HRESULT WINAPI CStdStubBuffer_QueryInterface(IRpcStubBuffer *this, REFIID iid, void **object)
{
    if (memcmp(iid, &IID_IUnknown, sizeof(IID)) && memcmp(iid, &IID_IRpcStubBuffer, sizeof(IID))) {
        *object = NULL;
        return E_NOINTERFACE;
    }
    IRpcStubBuffer_AddRef(this);
    *object = this;
    return S_OK;
}

ULONG WINAPI CStdStubBuffer_AddRef(IRpcStubBuffer *this)
{
    return (ULONG)InterlockedIncrement(&stub_of(this)->RefCount);
}

/* CStdStubBuffer_Release is the proxy DLL's own: it knows its factory. */
ULONG WINAPI NdrCStdStubBuffer_Release(IRpcStubBuffer *this, IPSFactoryBuffer *factory)
{
    ULONG refs = (ULONG)InterlockedDecrement(&stub_of(this)->RefCount);

    if (refs)
        return refs;
    IRpcStubBuffer_Disconnect(this);
    IPSFactoryBuffer_Release(factory);
    rpc_free(this);
    return 0;
}

HRESULT WINAPI CStdStubBuffer_Connect(IRpcStubBuffer *this, IUnknown *server)
{
    IUnknown *object;
    HRESULT result = IUnknown_QueryInterface(server, stub_vtbl(this)->header.piid, (void **)&object);

    if (FAILED(result))
        return result;
    object = InterlockedExchangePointer((void **)&stub_of(this)->pvServerObject, object);
    if (object)
        IUnknown_Release(object);
    return S_OK;
}

void WINAPI CStdStubBuffer_Disconnect(IRpcStubBuffer *this)
{
    IUnknown *object = InterlockedExchangePointer((void **)&stub_of(this)->pvServerObject, NULL);

    if (object)
        IUnknown_Release(object);
}

IRpcStubBuffer *WINAPI CStdStubBuffer_IsIIDSupported(IRpcStubBuffer *this, REFIID iid)
{
    return memcmp(iid, stub_vtbl(this)->header.piid, sizeof(IID)) ? NULL : this;
}

ULONG WINAPI CStdStubBuffer_CountRefs(IRpcStubBuffer *this)
{
    return stub_of(this)->pvServerObject != NULL;
}

HRESULT WINAPI CStdStubBuffer_DebugServerQueryInterface(IRpcStubBuffer *this, void **object)
{
    *object = stub_of(this)->pvServerObject;
    return *object ? S_OK : CO_E_OBJNOTCONNECTED;
}

void WINAPI CStdStubBuffer_DebugServerRelease(IRpcStubBuffer *this, void *object)
{
    (void)this;
    (void)object;
}

struct invocation {
    IRpcStubBuffer *stub;
    IRpcChannelBuffer *channel;
    RPC_MESSAGE *rpc;
    DWORD phase;
    PRPC_STUB_FUNCTION function;
};

static void invoke(void *context)
{
    struct invocation *i = context;

    i->function(i->stub, i->channel, i->rpc, &i->phase);
}

HRESULT WINAPI CStdStubBuffer_Invoke(IRpcStubBuffer *this, RPCOLEMESSAGE *msg, IRpcChannelBuffer *channel)
{
    const CInterfaceStubHeader *header = &stub_vtbl(this)->header;
    struct invocation i = { this, channel, (RPC_MESSAGE *)msg, STUB_UNMARSHAL, NULL };
    ULONG number = msg->iMethod & ~RPC_FLAGS_VALID_BIT, code;

    if (number >= header->DispatchTableCount || number < 3)
        return RPC_E_INVALIDMETHOD;
    if (!stub_of(this)->pvServerObject)
        return CO_E_OBJNOTCONNECTED;
    if (header->pDispatchTable)
        i.function = header->pDispatchTable[number];
    if (!header->pDispatchTable || !i.function)
        i.function = (PRPC_STUB_FUNCTION)(void *)NdrStubCall2;
    code = rpc_try(invoke, &i);
    return code ? NdrStubErrorHandler(code) : S_OK;
}

HRESULT RPC_ENTRY NdrStubErrorHandler(DWORD code)
{
    return NdrProxyErrorHandler(code);
}

void RPC_ENTRY NdrStubInitialize(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc,
                                 IRpcChannelBuffer *channel)
{
    NdrServerInitializeNew(rpc, msg, desc);
    msg->pRpcChannelBuffer = channel;
    IRpcChannelBuffer_GetDestCtx(channel, &msg->dwDestContext, &msg->pvDestContext);
}

void RPC_ENTRY NdrStubInitializePartial(RPC_MESSAGE *rpc, MIDL_STUB_MESSAGE *msg, PMIDL_STUB_DESC desc,
                                        IRpcChannelBuffer *channel, ULONG size)
{
    (void)size;
    NdrStubInitialize(rpc, msg, desc, channel);
}

void RPC_ENTRY NdrStubGetBuffer(IRpcStubBuffer *this, IRpcChannelBuffer *channel, MIDL_STUB_MESSAGE *msg)
{
    HRESULT result;

    msg->RpcMsg->BufferLength = msg->BufferLength;
    result = IRpcChannelBuffer_GetBuffer(channel, (RPCOLEMESSAGE *)msg->RpcMsg, stub_vtbl(this)->header.piid);
    if (FAILED(result))
        ndr_raise(result);
    msg->Buffer = msg->BufferStart = msg->RpcMsg->Buffer;
    msg->BufferEnd = msg->BufferStart + msg->BufferLength;
    msg->fBufferValid = TRUE;
}

/* A method that the stub's base interface (of another proxy DLL) carries out. */
void __RPC_STUB NdrStubForwardingFunction(IRpcStubBuffer *this, IRpcChannelBuffer *channel, RPC_MESSAGE *rpc,
                                          DWORD *phase)
{
    (void)phase;
    (void)this;
    (void)channel;
    (void)rpc;
    ndr_raise(RPC_E_INVALIDMETHOD); /* there is no base stub before combase makes one */
}

struct object_call {
    struct ndr_server *s;
    void *function;
    DWORD *phase;
};

static void run_object(void *context)
{
    struct object_call *call = context;

    ndr_server_unmarshal(call->s);
    *call->phase = STUB_CALL_SERVER;
    ndr_server_invoke(call->s, call->function);
    *call->phase = STUB_MARSHAL;
    ndr_server_marshal(call->s);
}

static void clean_object(void *context)
{
    ndr_server_delete(((struct object_call *)context)->s);
}

LONG RPC_ENTRY NdrStubCall2(IRpcStubBuffer *this, IRpcChannelBuffer *channel, RPC_MESSAGE *rpc, ULONG *phase)
{
    const MIDL_SERVER_INFO *info = stub_vtbl(this)->header.pServerInfo;
    ULONG number = rpc->ProcNum & ~RPC_FLAGS_VALID_BIT, unused;
    IUnknown *object = stub_of(this)->pvServerObject;
    struct object_call call;

    if (!object)
        ndr_raise(CO_E_OBJNOTCONNECTED);
    call.phase = phase ? phase : &unused;
    call.function = (*(void ***)object)[number];
    call.s = ndr_server_new(info, info->pStubDesc, info->ProcString + info->FmtStringOffset[number], rpc);
    call.s->stub = this;
    call.s->channel = channel;
    call.s->msg.pRpcChannelBuffer = channel;
    IRpcChannelBuffer_GetDestCtx(channel, &call.s->msg.dwDestContext, &call.s->msg.pvDestContext);
    rpc_finally(run_object, &call, clean_object);
    return S_OK;
}

/* --- the class object of a proxy DLL --- */

static bool find_interface(const ProxyFileInfo **files, REFIID iid, const ProxyFileInfo **file, int *index)
{
    for (; *files; files++) {
        if ((*files)->pIIDLookupRtn((IID *)iid, index)) {
            *file = *files;
            return true;
        }
    }
    return false;
}

static CStdPSFactoryBuffer *factory_of(IPSFactoryBuffer *this)
{
    return (CStdPSFactoryBuffer *)this;
}

static HRESULT WINAPI factory_query(IPSFactoryBuffer *this, REFIID iid, void **object)
{
    if (memcmp(iid, &IID_IUnknown, sizeof(IID)) && memcmp(iid, &IID_IPSFactoryBuffer, sizeof(IID))) {
        *object = NULL;
        return E_NOINTERFACE;
    }
    IPSFactoryBuffer_AddRef(this);
    *object = this;
    return S_OK;
}

static ULONG WINAPI factory_addref(IPSFactoryBuffer *this)
{
    return (ULONG)InterlockedIncrement(&factory_of(this)->RefCount);
}

static ULONG WINAPI factory_release(IPSFactoryBuffer *this)
{
    return (ULONG)InterlockedDecrement(&factory_of(this)->RefCount);
}

static HRESULT WINAPI proxy_query(IRpcProxyBuffer *this, REFIID iid, void **object)
{
    struct standard_proxy *proxy = CONTAINING_RECORD(this, struct standard_proxy, buffer_vtbl);

    *object = NULL;
    if (!memcmp(iid, &IID_IUnknown, sizeof(IID)) || !memcmp(iid, &IID_IRpcProxyBuffer, sizeof(IID)))
        *object = this;
    else if (!memcmp(iid, &proxy->iid, sizeof(IID)))
        *object = proxy;
    if (!*object)
        return E_NOINTERFACE;
    IRpcProxyBuffer_AddRef(this);
    return S_OK;
}

static ULONG WINAPI proxy_addref(IRpcProxyBuffer *this)
{
    return (ULONG)InterlockedIncrement(&CONTAINING_RECORD(this, struct standard_proxy, buffer_vtbl)->refs);
}

static void WINAPI proxy_disconnect(IRpcProxyBuffer *this)
{
    struct standard_proxy *proxy = CONTAINING_RECORD(this, struct standard_proxy, buffer_vtbl);
    IRpcChannelBuffer *channel = InterlockedExchangePointer((void **)&proxy->channel, NULL);

    if (channel)
        IRpcChannelBuffer_Release(channel);
}

static ULONG WINAPI proxy_release(IRpcProxyBuffer *this)
{
    struct standard_proxy *proxy = CONTAINING_RECORD(this, struct standard_proxy, buffer_vtbl);
    ULONG refs = (ULONG)InterlockedDecrement(&proxy->refs);

    if (refs)
        return refs;
    proxy_disconnect(this);
    IPSFactoryBuffer_Release(proxy->factory);
    rpc_free(proxy);
    return 0;
}

static HRESULT WINAPI proxy_connect(IRpcProxyBuffer *this, IRpcChannelBuffer *channel)
{
    IRpcChannelBuffer_AddRef(channel);
    proxy_disconnect(this);
    CONTAINING_RECORD(this, struct standard_proxy, buffer_vtbl)->channel = channel;
    return S_OK;
}

static const IRpcProxyBufferVtbl proxy_buffer_vtbl = { proxy_query, proxy_addref, proxy_release, proxy_connect,
                                                       proxy_disconnect };

static HRESULT WINAPI factory_proxy(IPSFactoryBuffer *this, IUnknown *outer, REFIID iid, IRpcProxyBuffer **result,
                                    void **object)
{
    const ProxyFileInfo *file;
    struct standard_proxy *proxy;
    int index;

    *result = NULL;
    *object = NULL;
    if (!find_interface(factory_of(this)->pProxyFileList, iid, &file, &index))
        return E_NOINTERFACE;
    proxy = rpc_alloc(sizeof(*proxy));
    if (!proxy)
        return E_OUTOFMEMORY;
    proxy->vtbl = file->pProxyVtblList[index]->Vtbl;
    proxy->buffer_vtbl = &proxy_buffer_vtbl;
    proxy->refs = 1;
    proxy->iid = *iid;
    proxy->outer = outer ? outer : (IUnknown *)&proxy->buffer_vtbl;
    proxy->factory = this;
    IPSFactoryBuffer_AddRef(this);
    *result = (IRpcProxyBuffer *)&proxy->buffer_vtbl;
    *object = proxy;
    IUnknown_AddRef(proxy->outer);
    return S_OK;
}

static HRESULT WINAPI factory_stub(IPSFactoryBuffer *this, REFIID iid, IUnknown *server, IRpcStubBuffer **result)
{
    const ProxyFileInfo *file;
    CStdStubBuffer *stub;
    HRESULT status = S_OK;
    int index;

    *result = NULL;
    if (!find_interface(factory_of(this)->pProxyFileList, iid, &file, &index))
        return E_NOINTERFACE;
    stub = rpc_alloc(sizeof(*stub));
    if (!stub)
        return E_OUTOFMEMORY;
    stub->lpVtbl = &file->pStubVtblList[index]->Vtbl;
    stub->RefCount = 1;
    stub->pPSFactory = this;
    IPSFactoryBuffer_AddRef(this);
    if (server)
        status = IRpcStubBuffer_Connect((IRpcStubBuffer *)stub, server);
    if (FAILED(status))
        IRpcStubBuffer_Release((IRpcStubBuffer *)stub);
    else
        *result = (IRpcStubBuffer *)stub;
    return status;
}

static const IPSFactoryBufferVtbl factory_vtbl = { factory_query, factory_addref, factory_release, factory_proxy,
                                                   factory_stub };

/* What a proxy DLL's description leaves to the run time: IUnknown's methods of proxies, all of stubs. */
static void complete_tables(const ProxyFileInfo **files)
{
    static const IRpcStubBufferVtbl standard = {
        CStdStubBuffer_QueryInterface,
        CStdStubBuffer_AddRef,
        NULL,
        CStdStubBuffer_Connect,
        CStdStubBuffer_Disconnect,
        CStdStubBuffer_Invoke,
        CStdStubBuffer_IsIIDSupported,
        CStdStubBuffer_CountRefs,
        CStdStubBuffer_DebugServerQueryInterface,
        CStdStubBuffer_DebugServerRelease,
    };

    for (; *files; files++) {
        for (unsigned i = 0; i < (*files)->TableSize && (*files)->pStubVtblList[i]; i++) {
            void **own = (void **)&((CInterfaceStubVtbl *)(*files)->pStubVtblList[i])->Vtbl,
                 *const *all = (void *const *)&standard;
            for (size_t j = 0; j < sizeof(standard) / sizeof(void *); j++)
                if (!own[j] && all[j])
                    own[j] = all[j];
        }
    }
}

HRESULT RPC_ENTRY NdrDllGetClassObject(REFCLSID clsid, REFIID iid, void **object, const ProxyFileInfo **files,
                                       const CLSID *own, CStdPSFactoryBuffer *factory)
{
    int index;
    const ProxyFileInfo *file;

    *object = NULL;
    if (!factory->lpVtbl) {
        complete_tables(files);
        factory->pProxyFileList = files;
        factory->lpVtbl = &factory_vtbl;
    }
    /* By the DLL's class, or by any of its interfaces. */
    if ((!own || memcmp(clsid, own, sizeof(CLSID))) && !find_interface(files, clsid, &file, &index))
        return CLASS_E_CLASSNOTAVAILABLE;
    return IPSFactoryBuffer_QueryInterface((IPSFactoryBuffer *)factory, iid, object);
}

HRESULT RPC_ENTRY NdrDllCanUnloadNow(CStdPSFactoryBuffer *factory)
{
    return factory->RefCount ? S_FALSE : S_OK;
}
