/* SPDX-License-Identifier: MIT */
/*
 * combase_context.c: object contexts: one for the multithreaded apartment, one for each single-threaded one. What runs in them
 * only tells them apart, so that a call "in a context" is a plain call. And the spies that hear of CoInitialize.
 */
#include "combase_private.h"
#include <ctxtcall.h>

/* Not in mingw-w64's libuuid. */
static const IID iid_context_callback = { 0x000001da, 0, 0, { 0xc0, 0, 0, 0, 0, 0, 0, 0x46 } };

struct context {
    IContextCallback callback;
    IComThreadingInfo info;
    LONG refs;
    BOOL multithreaded;
};

static struct context *from_callback(IContextCallback *iface)
{
    return CONTAINING_RECORD(iface, struct context, callback);
}

static struct context *from_info(IComThreadingInfo *iface)
{
    return CONTAINING_RECORD(iface, struct context, info);
}

static HRESULT query(struct context *context, REFIID iid, void **result)
{
    if (!result)
        return E_POINTER;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &iid_context_callback))
        *result = &context->callback;
    else if (IsEqualIID(iid, &IID_IComThreadingInfo))
        *result = &context->info;
    else {
        *result = NULL;
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&context->refs);
    return S_OK;
}

static ULONG release(struct context *context)
{
    LONG refs = InterlockedDecrement(&context->refs);

    if (!refs && !context->multithreaded)
        HeapFree(GetProcessHeap(), 0, context);
    return refs;
}

static HRESULT WINAPI callback_query(IContextCallback *iface, REFIID iid, void **result)
{
    return query(from_callback(iface), iid, result);
}

static ULONG WINAPI callback_add_ref(IContextCallback *iface)
{
    return InterlockedIncrement(&from_callback(iface)->refs);
}

static ULONG WINAPI callback_release(IContextCallback *iface)
{
    return release(from_callback(iface));
}

static struct context *current_context(void);

static HRESULT WINAPI context_callback(IContextCallback *iface, PFNCONTEXTCALL function, ComCallData *data, REFIID iid,
                                       int method, IUnknown *reserved)
{
    (void)iid, (void)method, (void)reserved;
    if (!function)
        return E_INVALIDARG;
    if (from_callback(iface) != current_context())
        return RPC_E_WRONG_THREAD; /* entering another apartment is marshalling, which there is none of */
    return function(data);
}

static IContextCallbackVtbl callback_vtbl = { callback_query, callback_add_ref, callback_release, context_callback };

static HRESULT WINAPI info_query(IComThreadingInfo *iface, REFIID iid, void **result)
{
    return query(from_info(iface), iid, result);
}

static ULONG WINAPI info_add_ref(IComThreadingInfo *iface)
{
    return InterlockedIncrement(&from_info(iface)->refs);
}

static ULONG WINAPI info_release(IComThreadingInfo *iface)
{
    return release(from_info(iface));
}

static HRESULT WINAPI info_apartment(IComThreadingInfo *iface, APTTYPE *type)
{
    *type = from_info(iface)->multithreaded ? APTTYPE_MTA : APTTYPE_STA;
    return S_OK;
}

static HRESULT WINAPI info_thread(IComThreadingInfo *iface, THDTYPE *type)
{
    *type = from_info(iface)->multithreaded ? THDTYPE_BLOCKMESSAGES : THDTYPE_PROCESSMESSAGES;
    return S_OK;
}

static HRESULT WINAPI info_get_logical(IComThreadingInfo *iface, GUID *id)
{
    (void)iface;
    return CoGetCurrentLogicalThreadId(id);
}

static HRESULT WINAPI info_set_logical(IComThreadingInfo *iface, REFGUID id)
{
    struct ole_thread *thread = ole_thread(TRUE);

    (void)iface;
    if (!thread)
        return E_OUTOFMEMORY;
    thread->logical_id = *id;
    return S_OK;
}

static IComThreadingInfoVtbl info_vtbl = { info_query,  info_add_ref,     info_release,    info_apartment,
                                           info_thread, info_get_logical, info_set_logical };

static struct context multithreaded = { { &callback_vtbl }, { &info_vtbl }, 1, TRUE };

/* The calling thread's: of its own apartment, or of the multithreaded one that it belongs to without having asked. */
static struct context *current_context(void)
{
    struct ole_thread *thread = ole_thread(FALSE);
    struct context *context;

    if (!com_initialized())
        return NULL;
    if (!thread || !thread->inits || !(thread->model & COINIT_APARTMENTTHREADED))
        return &multithreaded;
    if (!thread->context && (context = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*context)))) {
        context->callback.lpVtbl = &callback_vtbl;
        context->info.lpVtbl = &info_vtbl;
        context->refs = 1;
        thread->context = &context->callback;
    }
    return thread->context ? from_callback(thread->context) : NULL;
}

void release_thread_context(struct ole_thread *thread)
{
    if (thread->context)
        callback_release(thread->context);
    thread->context = NULL;
}

/* The token is the context itself, uncounted. */
HRESULT WINAPI CoGetContextToken(ULONG_PTR *token)
{
    struct context *context = current_context();

    if (!context)
        return com_initialized() ? E_OUTOFMEMORY : CO_E_NOTINITIALIZED;
    if (!token)
        return E_POINTER;
    *token = (ULONG_PTR)&context->callback;
    return S_OK;
}

HRESULT WINAPI CoGetObjectContext(REFIID iid, LPVOID *result)
{
    struct context *context = current_context();

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!context)
        return com_initialized() ? E_OUTOFMEMORY : CO_E_NOTINITIALIZED;
    return query(context, iid, result);
}

HRESULT WINAPI CoGetCurrentLogicalThreadId(GUID *id)
{
    struct ole_thread *thread = ole_thread(TRUE);

    if (!id)
        return E_INVALIDARG;
    if (!thread)
        return E_OUTOFMEMORY;
    if (!thread->logical_id.Data1)
        ProcessPrng((BYTE *)&thread->logical_id, sizeof(thread->logical_id));
    *id = thread->logical_id;
    return S_OK;
}

/* --- spies --- */

struct spy {
    struct spy *next;
    IInitializeSpy *object;
    DWORD id;
};

HRESULT WINAPI CoRegisterInitializeSpy(IInitializeSpy *object, ULARGE_INTEGER *cookie)
{
    static LONG last;
    struct ole_thread *thread = ole_thread(TRUE);
    struct spy *spy;
    void *own;

    if (!object || !cookie)
        return E_INVALIDARG;
    if (!thread || !(spy = HeapAlloc(GetProcessHeap(), 0, sizeof(*spy))))
        return E_OUTOFMEMORY;
    if (FAILED(IInitializeSpy_QueryInterface(object, &IID_IInitializeSpy, &own))) {
        HeapFree(GetProcessHeap(), 0, spy);
        return E_NOINTERFACE;
    }
    spy->object = own;
    spy->id = InterlockedIncrement(&last);
    spy->next = thread->spies;
    thread->spies = spy;
    cookie->HighPart = GetCurrentThreadId(); /* revoked by the same thread only: documented */
    cookie->LowPart = spy->id;
    return S_OK;
}

HRESULT WINAPI CoRevokeInitializeSpy(ULARGE_INTEGER cookie)
{
    struct ole_thread *thread = ole_thread(FALSE);
    struct spy **link, *spy;

    if (!thread || cookie.HighPart != GetCurrentThreadId())
        return E_INVALIDARG;
    for (link = &thread->spies; (spy = *link) && spy->id != cookie.LowPart; link = &spy->next)
        ;
    if (!spy)
        return E_INVALIDARG;
    *link = spy->next;
    IInitializeSpy_Release(spy->object);
    HeapFree(GetProcessHeap(), 0, spy);
    return S_OK;
}

void spies_before_init(struct ole_thread *thread, DWORD model)
{
    for (struct spy *spy = thread->spies, *next; spy; spy = next) {
        next = spy->next;
        IInitializeSpy_PreInitialize(spy->object, model, thread->inits);
    }
}

/* Each may change the result that the next, and the caller, sees. */
HRESULT spies_after_init(struct ole_thread *thread, DWORD model, HRESULT hr)
{
    for (struct spy *spy = thread->spies, *next; spy; spy = next) {
        next = spy->next;
        hr = IInitializeSpy_PostInitialize(spy->object, hr, model, thread->inits);
    }
    return hr;
}

void spies_before_uninit(struct ole_thread *thread)
{
    for (struct spy *spy = thread->spies, *next; spy; spy = next) {
        next = spy->next;
        IInitializeSpy_PreUninitialize(spy->object, thread->inits);
    }
}

void spies_after_uninit(struct ole_thread *thread)
{
    for (struct spy *spy = thread->spies, *next; spy; spy = next) {
        next = spy->next;
        IInitializeSpy_PostUninitialize(spy->object, thread->inits);
    }
}

void free_spies(struct ole_thread *thread)
{
    while (thread->spies) {
        struct spy *next = thread->spies->next;
        IInitializeSpy_Release(thread->spies->object);
        HeapFree(GetProcessHeap(), 0, thread->spies);
        thread->spies = next;
    }
}
