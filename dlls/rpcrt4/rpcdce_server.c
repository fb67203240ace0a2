/* SPDX-License-Identifier: MIT */
/* rpcdce_server.c: what a server says of itself: endpoints, interfaces, listening. */
#include "rpcrt4_private.h"
#include "rpcdce_mgmt.h"

/* --- endpoints --- */

RPC_STATUS RPC_ENTRY RpcServerUseProtseqEpExW(RPC_WSTR name, unsigned int max_calls, RPC_WSTR endpoint, void *security,
                                              RPC_POLICY *policy)
{
    enum protseq protseq;
    RPC_STATUS status = protseq_check(name, &protseq);

    (void)policy; /* which network cards, which range of ports: those there are */
    if (status)
        return status;
    if (!endpoint || !*endpoint || (protseq == PROTSEQ_NP && (_wcsnicmp(endpoint, L"\\pipe\\", 6) || !endpoint[6])))
        return RPC_S_INVALID_ENDPOINT_FORMAT;
    return server_use_endpoint(protseq, endpoint, protseq == PROTSEQ_TCP ? max_calls : 0, security);
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqEpExA(RPC_CSTR name, unsigned int max_calls, RPC_CSTR endpoint, void *security,
                                              RPC_POLICY *policy)
{
    WCHAR *wide = NULL, *wide_endpoint = NULL;
    RPC_STATUS status = rpc_widen_checked(name, &wide);

    if (!status)
        status = rpc_widen_checked(endpoint, &wide_endpoint);
    if (!status)
        status = RpcServerUseProtseqEpExW(wide, max_calls, wide_endpoint, security, policy);
    rpc_free(wide);
    rpc_free(wide_endpoint);
    return status;
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqEpW(RPC_WSTR name, unsigned int max_calls, RPC_WSTR endpoint, void *security)
{
    return RpcServerUseProtseqEpExW(name, max_calls, endpoint, security, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqEpA(RPC_CSTR name, unsigned int max_calls, RPC_CSTR endpoint, void *security)
{
    return RpcServerUseProtseqEpExA(name, max_calls, endpoint, security, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqExW(RPC_WSTR name, unsigned int max_calls, void *security, RPC_POLICY *policy)
{
    enum protseq protseq;
    RPC_STATUS status = protseq_check(name, &protseq);

    (void)policy;
    return status ? status : server_use_endpoint(protseq, NULL, protseq == PROTSEQ_TCP ? max_calls : 0, security);
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqExA(RPC_CSTR name, unsigned int max_calls, void *security, RPC_POLICY *policy)
{
    WCHAR *wide;
    RPC_STATUS status = rpc_widen_checked(name, &wide);

    if (!status)
        status = RpcServerUseProtseqExW(wide, max_calls, security, policy);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqW(RPC_WSTR name, unsigned int max_calls, void *security)
{
    return RpcServerUseProtseqExW(name, max_calls, security, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqA(RPC_CSTR name, unsigned int max_calls, void *security)
{
    return RpcServerUseProtseqExA(name, max_calls, security, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerUseAllProtseqsEx(unsigned int max_calls, void *security, RPC_POLICY *policy)
{
    (void)policy;
    for (int i = 0; i < PROTSEQ_COUNT; i++) {
        RPC_STATUS status = server_use_endpoint(i, NULL, i == PROTSEQ_TCP ? max_calls : 0, security);
        if (status)
            return status;
    }
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcServerUseAllProtseqs(unsigned int max_calls, void *security)
{
    return RpcServerUseAllProtseqsEx(max_calls, security, NULL);
}

/* The endpoints that the interface's own description names; of one protocol sequence, or (NULL) of all that we carry. */
static RPC_STATUS use_interface(const WCHAR *name, unsigned int max_calls, const RPC_SERVER_INTERFACE *spec,
                                void *security)
{
    enum protseq wanted = PROTSEQ_LRPC;
    RPC_STATUS status = name ? protseq_check(name, &wanted) : RPC_S_OK;
    bool found = false;

    if (status)
        return status;
    for (unsigned i = 0; i < spec->RpcProtseqEndpointCount; i++) {
        WCHAR *sequence = rpc_widen((const char *)spec->RpcProtseqEndpoint[i].RpcProtocolSequence);
        WCHAR *endpoint = rpc_widen((const char *)spec->RpcProtseqEndpoint[i].Endpoint);
        enum protseq protseq;

        if (sequence && endpoint && protseq_parse(sequence, &protseq) && (!name || protseq == wanted)) {
            found = true;
            status = RpcServerUseProtseqEpExW(sequence, max_calls, endpoint, security, NULL);
        }
        rpc_free(sequence);
        rpc_free(endpoint);
        if (status)
            return status;
    }
    return found ? RPC_S_OK : RPC_S_PROTSEQ_NOT_FOUND;
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqIfExW(RPC_WSTR name, unsigned int max_calls, RPC_IF_HANDLE spec, void *security,
                                              RPC_POLICY *policy)
{
    (void)policy;
    return name ? use_interface(name, max_calls, spec, security) : RPC_S_INVALID_RPC_PROTSEQ;
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqIfW(RPC_WSTR name, unsigned int max_calls, RPC_IF_HANDLE spec, void *security)
{
    return RpcServerUseProtseqIfExW(name, max_calls, spec, security, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqIfExA(RPC_CSTR name, unsigned int max_calls, RPC_IF_HANDLE spec, void *security,
                                              RPC_POLICY *policy)
{
    WCHAR *wide;
    RPC_STATUS status = rpc_widen_checked(name, &wide);

    if (!status)
        status = RpcServerUseProtseqIfExW(wide, max_calls, spec, security, policy);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcServerUseProtseqIfA(RPC_CSTR name, unsigned int max_calls, RPC_IF_HANDLE spec, void *security)
{
    return RpcServerUseProtseqIfExA(name, max_calls, spec, security, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerUseAllProtseqsIfEx(unsigned int max_calls, RPC_IF_HANDLE spec, void *security,
                                                 RPC_POLICY *policy)
{
    (void)policy;
    return use_interface(NULL, max_calls, spec, security);
}

RPC_STATUS RPC_ENTRY RpcServerUseAllProtseqsIf(unsigned int max_calls, RPC_IF_HANDLE spec, void *security)
{
    return use_interface(NULL, max_calls, spec, security);
}

/* Bindings to this process, one an endpoint. */
RPC_STATUS RPC_ENTRY RpcServerInqBindings(RPC_BINDING_VECTOR **result)
{
    RPC_BINDING_VECTOR *vector;
    unsigned count = 0;
    RPC_STATUS status = RPC_S_OK;

    *result = NULL;
    AcquireSRWLockShared(&server_lock);
    for (LIST_ENTRY *e = server_endpoints.Flink; e != &server_endpoints; e = e->Flink)
        count++;
    vector = rpc_alloc(sizeof(*vector) + count * sizeof(RPC_BINDING_HANDLE));
    if (!vector)
        status = RPC_S_OUT_OF_MEMORY;
    for (LIST_ENTRY *e = server_endpoints.Flink; !status && e != &server_endpoints; e = e->Flink) {
        struct server_endpoint *endpoint = CONTAINING_RECORD(e, struct server_endpoint, entry);
        WCHAR address[MAX_COMPUTERNAME_LENGTH + 3] = L"\\\\";
        DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
        struct binding *binding;

        GetComputerNameW(address + 2, &size);
        status = binding_create(endpoint->listener.protseq,
                                endpoint->listener.protseq == PROTSEQ_TCP  ? L"127.0.0.1"
                                : endpoint->listener.protseq == PROTSEQ_NP ? address
                                                                           : address + 2,
                                endpoint->listener.endpoint, NULL, &binding);
        if (!status)
            vector->BindingH[vector->Count++] = binding;
    }
    ReleaseSRWLockShared(&server_lock);
    if (!status && !count)
        status = RPC_S_NO_BINDINGS;
    if (status && vector)
        RpcBindingVectorFree(&vector);
    else
        *result = vector;
    return status;
}

/* --- interfaces --- */

static struct server_manager *manager_of_type(struct server_interface *iface, const UUID *type)
{
    for (LIST_ENTRY *e = iface->managers.Flink; e != &iface->managers; e = e->Flink) {
        struct server_manager *manager = CONTAINING_RECORD(e, struct server_manager, entry);
        if (!memcmp(&manager->type, type, sizeof(*type)))
            return manager;
    }
    return NULL;
}

static SECURITY_DESCRIPTOR *copy_descriptor(SECURITY_DESCRIPTOR *security)
{
    DWORD size = GetSecurityDescriptorLength(security);
    SECURITY_DESCRIPTOR *copy = rpc_alloc(size);

    if (copy && MakeSelfRelativeSD(security, copy, &size))
        return copy;
    if (copy && GetLastError() == ERROR_BAD_DESCRIPTOR_FORMAT) /* it is self-relative */
        return memcpy(copy, security, size);
    rpc_free(copy);
    return NULL;
}

static RPC_STATUS register_interface(RPC_SERVER_INTERFACE *spec, UUID *type, RPC_MGR_EPV *epv, unsigned flags,
                                     unsigned max_calls, unsigned max_size, RPC_IF_CALLBACK_FN *callback,
                                     void *security)
{
    static const UUID nil;
    SECURITY_DESCRIPTOR *copy = NULL;
    struct server_manager *manager;
    struct server_interface *iface;
    RPC_STATUS status = RPC_S_OK;

    if (!spec)
        return RPC_S_INVALID_ARG;
    if (security && !IsValidSecurityDescriptor(security))
        return RPC_S_INVALID_SECURITY_DESC;
    if (!type)
        type = (UUID *)&nil;
    manager = rpc_alloc(sizeof(*manager));
    if (security)
        copy = copy_descriptor(security);
    if (!manager || (security && !copy)) {
        rpc_free(manager);
        rpc_free(copy);
        return RPC_S_OUT_OF_MEMORY;
    }
    manager->type = *type;
    manager->epv = epv;
    AcquireSRWLockExclusive(&server_lock);
    iface = server_find_interface(&spec->InterfaceId, true);
    if (iface && manager_of_type(iface, type)) {
        status = RPC_S_TYPE_ALREADY_REGISTERED;
    } else if (!iface && (iface = rpc_alloc(sizeof(*iface)))) {
        iface->spec = spec;
        iface->refs = 1;
        iface->registered = true;
        list_init(&iface->managers);
        list_add_tail(&server_interfaces, &iface->entry);
    }
    if (!iface)
        status = RPC_S_OUT_OF_MEMORY;
    if (!status) {
        iface->flags = flags;
        iface->max_calls = max_calls ? max_calls : RPC_C_LISTEN_MAX_CALLS_DEFAULT;
        iface->max_size = max_size;
        iface->callback = callback;
        if (!iface->security) {
            iface->security = copy;
            copy = NULL;
        } /* else a call may be looking at it; it is the interface's, whatever manager comes */
        list_add_tail(&iface->managers, &manager->entry);
    }
    ReleaseSRWLockExclusive(&server_lock);
    if (status)
        rpc_free(manager);
    rpc_free(copy);
    return status;
}

RPC_STATUS RPC_ENTRY RpcServerRegisterIf3(RPC_IF_HANDLE spec, UUID *type, RPC_MGR_EPV *epv, unsigned int flags,
                                          unsigned int max_calls, unsigned int max_size, RPC_IF_CALLBACK_FN *callback,
                                          void *security)
{
    return register_interface(spec, type, epv, flags, max_calls, max_size, callback, security);
}

RPC_STATUS RPC_ENTRY RpcServerRegisterIf2(RPC_IF_HANDLE spec, UUID *type, RPC_MGR_EPV *epv, unsigned int flags,
                                          unsigned int max_calls, unsigned int max_size, RPC_IF_CALLBACK_FN *callback)
{
    return register_interface(spec, type, epv, flags, max_calls, max_size, callback, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerRegisterIfEx(RPC_IF_HANDLE spec, UUID *type, RPC_MGR_EPV *epv, unsigned int flags,
                                           unsigned int max_calls, RPC_IF_CALLBACK_FN *callback)
{
    return register_interface(spec, type, epv, flags, max_calls, MAXUINT, callback, NULL);
}

RPC_STATUS RPC_ENTRY RpcServerRegisterIf(RPC_IF_HANDLE spec, UUID *type, RPC_MGR_EPV *epv)
{
    return register_interface(spec, type, epv, 0, 0, MAXUINT, NULL, NULL);
}

static void wait_quiet(LONG *active)
{
    LONG now;

    while ((now = __atomic_load_n(active, __ATOMIC_ACQUIRE)))
        WaitOnAddress(active, &now, sizeof(now), INFINITE);
}

static void drop_interface(struct server_interface *iface)
{
    list_remove(&iface->entry);
    iface->registered = false;
}

/* Under the lock, which is left while waiting for calls. NULL type: all managers. */
static void unregister(struct server_interface *iface, const UUID *type, bool wait)
{
    struct server_manager *manager = type ? manager_of_type(iface, type) : NULL;
    bool dropped;

    if (manager) {
        list_remove(&manager->entry);
        rpc_free(manager);
    }
    dropped = !type || list_empty(&iface->managers);
    if (dropped)
        drop_interface(iface);
    InterlockedIncrement(&iface->refs);
    ReleaseSRWLockExclusive(&server_lock);
    if (wait)
        wait_quiet(&iface->active);
    if (dropped)
        interface_release(iface);
    interface_release(iface);
    AcquireSRWLockExclusive(&server_lock);
}

static RPC_STATUS unregister_if(RPC_SERVER_INTERFACE *spec, UUID *type, bool wait)
{
    struct server_interface *iface;
    RPC_STATUS status = RPC_S_OK;

    AcquireSRWLockExclusive(&server_lock);
    if (!spec) {
        LIST_ENTRY *e = server_interfaces.Flink;
        while (e != &server_interfaces) {
            iface = CONTAINING_RECORD(e, struct server_interface, entry);
            unregister(iface, NULL, wait);
            e = server_interfaces.Flink;
        }
    } else if (!(iface = server_find_interface(&spec->InterfaceId, true))) {
        status = RPC_S_UNKNOWN_IF;
    } else if (type && !manager_of_type(iface, type)) {
        status = RPC_S_UNKNOWN_MGR_TYPE;
    } else {
        unregister(iface, type, wait);
    }
    ReleaseSRWLockExclusive(&server_lock);
    return status;
}

RPC_STATUS RPC_ENTRY RpcServerUnregisterIf(RPC_IF_HANDLE spec, UUID *type, unsigned int wait)
{
    return unregister_if(spec, type, wait);
}

RPC_STATUS RPC_ENTRY RpcServerUnregisterIfEx(RPC_IF_HANDLE spec, UUID *type, int rundown)
{
    if (rundown && spec)
        contexts_rundown_interface(spec);
    return unregister_if(spec, type, true);
}

RPC_STATUS RPC_ENTRY RpcServerInqIf(RPC_IF_HANDLE spec, UUID *type, RPC_MGR_EPV **epv)
{
    static const UUID nil;
    struct server_interface *iface;
    struct server_manager *manager;
    RPC_STATUS status = RPC_S_OK;

    AcquireSRWLockShared(&server_lock);
    iface = spec ? server_find_interface(&((RPC_SERVER_INTERFACE *)spec)->InterfaceId, true) : NULL;
    manager = iface ? manager_of_type(iface, type ? type : &nil) : NULL;
    if (!iface)
        status = RPC_S_UNKNOWN_IF;
    else if (!manager)
        status = RPC_S_UNKNOWN_MGR_TYPE;
    else
        *epv = manager->epv ? manager->epv : iface->spec->DefaultManagerEpv;
    ReleaseSRWLockShared(&server_lock);
    return status;
}

/* --- listening --- */

bool server_takes_calls(void)
{
    bool found;

    AcquireSRWLockShared(&server_lock);
    found = server_listening;
    for (LIST_ENTRY *e = server_interfaces.Flink; !found && e != &server_interfaces; e = e->Flink)
        found = CONTAINING_RECORD(e, struct server_interface, entry)->flags & (RPC_IF_AUTOLISTEN | RPC_IF_OLE);
    ReleaseSRWLockShared(&server_lock);
    return found;
}

static LONG stopping, waiting;

RPC_STATUS RPC_ENTRY RpcMgmtWaitServerListen(void)
{
    LONG running = 0;

    AcquireSRWLockExclusive(&server_lock);
    if (!server_listening && !stopping) {
        ReleaseSRWLockExclusive(&server_lock);
        return RPC_S_NOT_LISTENING;
    }
    if (waiting) {
        ReleaseSRWLockExclusive(&server_lock);
        return RPC_S_ALREADY_LISTENING;
    }
    waiting = TRUE;
    ReleaseSRWLockExclusive(&server_lock);
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE))
        WaitOnAddress(&stopping, &running, sizeof(running), INFINITE);
    wait_quiet(&server_active_calls);
    AcquireSRWLockExclusive(&server_lock);
    waiting = stopping = FALSE;
    ReleaseSRWLockExclusive(&server_lock);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcServerListen(unsigned int minimum_threads, unsigned int max_calls, unsigned int dont_wait)
{
    (void)minimum_threads;
    if (!max_calls)
        return RPC_S_MAX_CALLS_TOO_SMALL;
    AcquireSRWLockExclusive(&server_lock);
    if (server_listening) {
        ReleaseSRWLockExclusive(&server_lock);
        return RPC_S_ALREADY_LISTENING;
    }
    if (list_empty(&server_endpoints)) {
        ReleaseSRWLockExclusive(&server_lock);
        return RPC_S_NO_PROTSEQS_REGISTERED;
    }
    server_listening = true;
    stopping = FALSE;
    ReleaseSRWLockExclusive(&server_lock);
    return dont_wait ? RPC_S_OK : RpcMgmtWaitServerListen();
}

RPC_STATUS RPC_ENTRY RpcMgmtStopServerListening(RPC_BINDING_HANDLE binding)
{
    RPC_STATUS status = RPC_S_OK;

    if (binding)
        return mgmt_ask_to_stop(binding);
    AcquireSRWLockExclusive(&server_lock);
    if (server_listening) {
        server_listening = false;
        __atomic_store_n(&stopping, TRUE, __ATOMIC_RELEASE);
        WakeByAddressAll(&stopping);
    } else {
        status = RPC_S_NOT_LISTENING;
    }
    ReleaseSRWLockExclusive(&server_lock);
    return status;
}

RPC_STATUS RPC_ENTRY RpcMgmtSetServerStackSize(ULONG size)
{
    (void)size; /* threads reserve what the program's header says */
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtEnableIdleCleanup(void)
{
    return RPC_S_OK; /* connections without a binding are closed at once, anyway */
}

void RPC_ENTRY RpcServerYield(void)
{
    Sleep(0);
}
