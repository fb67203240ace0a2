/* SPDX-License-Identifier: MIT */
/* rpcdce_binding.c: binding handles of clients. */
#include "rpcrt4_private.h"

struct binding *binding_from_handle(RPC_BINDING_HANDLE handle)
{
    struct binding *binding = handle;

    return binding && binding->magic == BINDING_MAGIC ? binding : NULL;
}

/* What a handle is good for: RPC_S_WRONG_KIND_OF_BINDING for the one that a manager routine gets. */
static RPC_STATUS client_binding(RPC_BINDING_HANDLE handle, struct binding **binding)
{
    *binding = binding_from_handle(handle);
    if (*binding)
        return RPC_S_OK;
    return handle && *(ULONG *)handle == SERVER_CALL_MAGIC ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_INVALID_BINDING;
}

void binding_addref(struct binding *binding)
{
    InterlockedIncrement(&binding->refs);
}

void binding_release(struct binding *binding)
{
    if (InterlockedDecrement(&binding->refs))
        return;
    binding->magic = 0;
    if (binding->association)
        association_release(binding->association);
    rpc_free(binding->address);
    rpc_free(binding->endpoint);
    rpc_free(binding->options);
    rpc_free(binding->auth.principal);
    rpc_free(binding);
}

/* This computer, by any of its names; "\\server" is how ncacn_np writes it. */
bool address_is_local(const WCHAR *address)
{
    WCHAR name[256];
    DWORD size = ARRAYSIZE(name);

    if (!address || !*address)
        return true;
    while (*address == '\\')
        address++;
    if (!wcscmp(address, L".") || !_wcsicmp(address, L"localhost") || !wcscmp(address, L"127.0.0.1"))
        return true;
    if (GetComputerNameW(name, &size) && !_wcsicmp(name, address))
        return true;
    size = ARRAYSIZE(name);
    return GetComputerNameExW(ComputerNameDnsHostname, name, &size) && !_wcsicmp(name, address);
}

RPC_STATUS binding_create(enum protseq protseq, const WCHAR *address, const WCHAR *endpoint, const UUID *object,
                          struct binding **result)
{
    struct binding *binding;

    if (protseq == PROTSEQ_LRPC && !address_is_local(address))
        return RPC_S_INVALID_NET_ADDR;
    if (protseq == PROTSEQ_NP && endpoint && *endpoint && _wcsnicmp(endpoint, L"\\pipe\\", 6))
        return RPC_S_INVALID_ENDPOINT_FORMAT;
    if (protseq == PROTSEQ_TCP && endpoint)
        for (const WCHAR *p = endpoint; *p; p++)
            if (*p < '0' || *p > '9')
                return RPC_S_INVALID_ENDPOINT_FORMAT;
    binding = rpc_alloc(sizeof(*binding));
    if (!binding)
        return RPC_S_OUT_OF_MEMORY;
    binding->magic = BINDING_MAGIC;
    binding->refs = 1;
    binding->protseq = protseq;
    binding->address = rpc_strdup(address && *address ? address : NULL);
    binding->endpoint = rpc_strdup(endpoint && *endpoint ? endpoint : NULL);
    binding->timeout = RPC_C_BINDING_DEFAULT_TIMEOUT;
    binding->auth.level = RPC_C_AUTHN_LEVEL_NONE;
    if (object)
        binding->object = *object;
    if ((address && *address && !binding->address) || (endpoint && *endpoint && !binding->endpoint)) {
        binding_release(binding);
        return RPC_S_OUT_OF_MEMORY;
    }
    *result = binding;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingFromStringBindingW(RPC_WSTR text, RPC_BINDING_HANDLE *result)
{
    WCHAR *object = NULL, *name = NULL, *address = NULL, *endpoint = NULL, *options = NULL;
    struct binding *binding;
    enum protseq protseq;
    RPC_STATUS status;
    UUID uuid = { 0 };

    *result = NULL;
    status = RpcStringBindingParseW(text, &object, &name, &address, &endpoint, &options);
    if (status)
        return status;
    if (*object)
        status = UuidFromStringW(object, &uuid);
    if (!status)
        status = protseq_check(name, &protseq);
    if (!status)
        status = binding_create(protseq, address, endpoint, &uuid, &binding);
    if (!status) {
        if (*options) {
            binding->options = options;
            options = NULL;
        }
        *result = binding;
    }
    rpc_free(object);
    rpc_free(name);
    rpc_free(address);
    rpc_free(endpoint);
    rpc_free(options);
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingFromStringBindingA(RPC_CSTR text, RPC_BINDING_HANDLE *result)
{
    WCHAR *wide;
    RPC_STATUS status = rpc_widen_checked(text, &wide);

    *result = NULL;
    if (!status)
        status = RpcBindingFromStringBindingW(wide, result);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingToStringBindingW(RPC_BINDING_HANDLE handle, RPC_WSTR *text)
{
    struct binding *binding = binding_from_handle(handle);
    struct server_call *call = binding ? NULL : server_call_from_handle(handle);
    static const UUID nil;
    WCHAR *object = NULL, computer[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAYSIZE(computer);
    RPC_STATUS status = RPC_S_OK;
    const UUID *uuid;

    *text = NULL;
    if (!binding && !call)
        return RPC_S_INVALID_BINDING;
    uuid = binding ? &binding->object : &call->object;
    if (memcmp(uuid, &nil, sizeof(nil)))
        status = UuidToStringW((UUID *)uuid, &object);
    if (status)
        return status;
    if (binding) {
        status = RpcStringBindingComposeW(object, (RPC_WSTR)rpc_protseq_names[binding->protseq], binding->address,
                                          binding->endpoint, binding->options, text);
    } else { /* a client: where it is, but no endpoint */
        if (!GetComputerNameW(computer, &size))
            *computer = 0;
        status = RpcStringBindingComposeW(object, (RPC_WSTR)rpc_protseq_names[call->connection->stream.protseq],
                                          computer, NULL, NULL, text);
    }
    rpc_free(object);
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingToStringBindingA(RPC_BINDING_HANDLE handle, RPC_CSTR *text)
{
    WCHAR *wide;
    RPC_STATUS status = RpcBindingToStringBindingW(handle, &wide);

    *text = NULL;
    if (status)
        return status;
    *text = (RPC_CSTR)rpc_narrow(wide);
    rpc_free(wide);
    return *text ? RPC_S_OK : RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS RPC_ENTRY RpcBindingFree(RPC_BINDING_HANDLE *handle)
{
    struct binding *binding;
    RPC_STATUS status;

    if (!handle)
        return RPC_S_INVALID_BINDING;
    status = client_binding(*handle, &binding);
    if (status)
        return status;
    *handle = NULL;
    binding_release(binding);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingCopy(RPC_BINDING_HANDLE source, RPC_BINDING_HANDLE *result)
{
    struct binding *binding, *copy;
    RPC_STATUS status = client_binding(source, &binding);

    *result = NULL;
    if (status)
        return status;
    AcquireSRWLockExclusive(&binding->lock);
    status = binding_create(binding->protseq, binding->address, binding->endpoint, &binding->object, &copy);
    if (!status) {
        copy->options = rpc_strdup(binding->options);
        copy->dynamic = binding->dynamic;
        copy->timeout = binding->timeout;
        copy->call_timeout = binding->call_timeout;
        copy->auth = binding->auth;
        copy->auth.principal = rpc_strdup(binding->auth.principal);
        memcpy(copy->option_values, binding->option_values, sizeof(copy->option_values));
        copy->association = binding->association;
        if (copy->association)
            association_addref(copy->association);
        *result = copy;
    }
    ReleaseSRWLockExclusive(&binding->lock);
    return status;
}

RPC_STATUS RPC_ENTRY I_RpcBindingCopy(RPC_BINDING_HANDLE source, RPC_BINDING_HANDLE *result)
{
    return RpcBindingCopy(source, result);
}

/* Without its endpoint: the next call asks the endpoint mapper again. */
RPC_STATUS RPC_ENTRY RpcBindingReset(RPC_BINDING_HANDLE handle)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (status)
        return status;
    AcquireSRWLockExclusive(&binding->lock);
    rpc_free(binding->endpoint);
    binding->endpoint = NULL;
    binding->dynamic = false;
    client_reset(binding);
    ReleaseSRWLockExclusive(&binding->lock);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingSetObject(RPC_BINDING_HANDLE handle, UUID *object)
{
    static const UUID nil;
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (!status)
        binding->object = object ? *object : nil;
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingInqObject(RPC_BINDING_HANDLE handle, UUID *object)
{
    struct binding *binding = binding_from_handle(handle);
    struct server_call *call = binding ? NULL : server_call_from_handle(handle);

    if (!binding && !call)
        return RPC_S_INVALID_BINDING;
    *object = binding ? binding->object : call->object;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingVectorFree(RPC_BINDING_VECTOR **vector)
{
    if (!vector || !*vector)
        return RPC_S_INVALID_ARG;
    for (unsigned i = 0; i < (*vector)->Count; i++)
        if ((*vector)->BindingH[i])
            RpcBindingFree(&(*vector)->BindingH[i]);
    rpc_free(*vector);
    *vector = NULL;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingSetOption(RPC_BINDING_HANDLE handle, ULONG option, ULONG_PTR value)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (status)
        return status;
    switch (option) {
    case RPC_C_OPT_CALL_TIMEOUT: /* milliseconds; 0: none */
        binding->call_timeout = (ULONG)value;
        break;
    case RPC_C_OPT_BINDING_NONCAUSAL:
    case RPC_C_OPT_UNIQUE_BINDING:
    case RPC_C_OPT_DONT_LINGER:
        break;
    default: /* those of message queues, HTTP and the security callback */
        return RPC_S_CANNOT_SUPPORT;
    }
    binding->option_values[option] = (ULONG)value;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingInqOption(RPC_BINDING_HANDLE handle, ULONG option, ULONG_PTR *value)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (status)
        return status;
    if (option >= RPC_C_OPT_MAX_OPTIONS)
        return RPC_S_INVALID_ARG;
    *value = binding->option_values[option];
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtSetComTimeout(RPC_BINDING_HANDLE handle, unsigned int timeout)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (status)
        return status;
    if (timeout > RPC_C_BINDING_INFINITE_TIMEOUT)
        return RPC_S_INVALID_TIMEOUT;
    binding->timeout = timeout;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtInqComTimeout(RPC_BINDING_HANDLE handle, unsigned int *timeout)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (!status)
        *timeout = binding->timeout;
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingServerFromClient(RPC_BINDING_HANDLE client, RPC_BINDING_HANDLE *result)
{
    struct server_call *call = server_call_from_handle(client);
    struct binding *binding;
    RPC_STATUS status;

    *result = NULL;
    if (!call)
        return client ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_NO_CALL_ACTIVE;
    status = binding_create(call->connection->stream.protseq, NULL, NULL, &call->object, &binding);
    if (!status)
        *result = binding;
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingCreateW(RPC_BINDING_HANDLE_TEMPLATE *template, RPC_BINDING_HANDLE_SECURITY *security,
                                       RPC_BINDING_HANDLE_OPTIONS *options, RPC_BINDING_HANDLE *result)
{
    /* RPC_PROTSEQ_TCP, _NMP, _LRPC, _HTTP: 1, 2, 3, 4 */
    static const enum protseq protseqs[] = { PROTSEQ_TCP, PROTSEQ_NP, PROTSEQ_LRPC };
    struct binding *binding;
    RPC_STATUS status;

    *result = NULL;
    if (template->Version != 1 || (security && security->Version != 1) || (options && options->Version != 1))
        return RPC_S_INVALID_ARG;
    if (template->ProtocolSequence - 1 >= ARRAYSIZE(protseqs))
        return template->ProtocolSequence == 4 ? RPC_S_PROTSEQ_NOT_SUPPORTED : RPC_S_INVALID_RPC_PROTSEQ;
    status = binding_create(protseqs[template->ProtocolSequence - 1], template->NetworkAddress,
                            template->StringEndpoint, template->Flags & 1 ? &template->ObjectUuid : NULL, &binding);
    if (status)
        return status;
    if (options) {
        binding->timeout = options->ComTimeout <= RPC_C_BINDING_INFINITE_TIMEOUT ? options->ComTimeout : 5;
        binding->call_timeout = options->CallTimeout;
    }
    if (security)
        status = RpcBindingSetAuthInfoExW(binding, security->ServerPrincName, security->AuthnLevel, security->AuthnSvc,
                                          security->AuthIdentity, 0, security->SecurityQos);
    if (status)
        binding_release(binding);
    else
        *result = binding;
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingCreateA(RPC_BINDING_HANDLE_TEMPLATE *template, RPC_BINDING_HANDLE_SECURITY *security,
                                       RPC_BINDING_HANDLE_OPTIONS *options, RPC_BINDING_HANDLE *result)
{
    RPC_BINDING_HANDLE_TEMPLATE wide = *template;
    RPC_BINDING_HANDLE_SECURITY wide_security;
    WCHAR *principal = NULL;
    RPC_STATUS status;

    wide.NetworkAddress = rpc_widen((const char *)template->NetworkAddress);
    wide.StringEndpoint = rpc_widen((const char *)template->StringEndpoint);
    if (security) {
        wide_security = *security;
        wide_security.ServerPrincName = principal = rpc_widen((const char *)security->ServerPrincName);
    }
    status = RpcBindingCreateW(&wide, security ? &wide_security : NULL, options, result);
    rpc_free(wide.NetworkAddress);
    rpc_free(wide.StringEndpoint);
    rpc_free(principal);
    return status;
}

/* Connects now what a call would connect. With an asynchronous handle: done when it returns, and told so by its caller's means. */
RPC_STATUS RPC_ENTRY RpcBindingBind(RPC_ASYNC_STATE *async, RPC_BINDING_HANDLE handle, RPC_IF_HANDLE spec)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (status)
        return status;
    if (async)
        return RPC_S_CANNOT_SUPPORT;
    return client_bind(binding, spec);
}

RPC_STATUS RPC_ENTRY RpcBindingUnbind(RPC_BINDING_HANDLE handle)
{
    struct binding *binding;
    RPC_STATUS status = client_binding(handle, &binding);

    if (status)
        return status;
    AcquireSRWLockExclusive(&binding->lock);
    client_reset(binding);
    ReleaseSRWLockExclusive(&binding->lock);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcIfInqId(RPC_IF_HANDLE spec, RPC_IF_ID *id)
{
    const RPC_CLIENT_INTERFACE *iface = spec;

    if (!iface || !id)
        return RPC_S_INVALID_ARG;
    id->Uuid = iface->InterfaceId.SyntaxGUID;
    id->VersMajor = iface->InterfaceId.SyntaxVersion.MajorVersion;
    id->VersMinor = iface->InterfaceId.SyntaxVersion.MinorVersion;
    return RPC_S_OK;
}

/* --- name services: no binding comes from one --- */

RPC_STATUS RPC_ENTRY RpcNsBindingInqEntryNameW(RPC_BINDING_HANDLE handle, ULONG syntax, RPC_WSTR *name)
{
    if (!binding_from_handle(handle))
        return RPC_S_INVALID_BINDING;
    if (syntax != RPC_C_NS_SYNTAX_DEFAULT && syntax != RPC_C_NS_SYNTAX_DCE)
        return RPC_S_UNSUPPORTED_NAME_SYNTAX;
    *name = rpc_strdup(L""); /* the page: "an empty string ... must be freed" */
    return *name ? RPC_S_NO_ENTRY_NAME : RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS RPC_ENTRY RpcNsBindingInqEntryNameA(RPC_BINDING_HANDLE handle, ULONG syntax, RPC_CSTR *name)
{
    WCHAR *wide = NULL;
    RPC_STATUS status = RpcNsBindingInqEntryNameW(handle, syntax, &wide);

    if (status != RPC_S_NO_ENTRY_NAME)
        return status;
    *name = (RPC_CSTR)rpc_narrow(wide);
    rpc_free(wide);
    return *name ? status : RPC_S_OUT_OF_MEMORY;
}
