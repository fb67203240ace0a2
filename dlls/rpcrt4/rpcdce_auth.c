/* SPDX-License-Identifier: MIT */
/*
 * rpcdce_auth.c: who is calling. ncalrpc and ncacn_np are within one computer: the system knows who is at the other end of a pipe,
 * so that the authentication services that Windows has for local calls are answered without a packet of their own, as by its own
 * local transport. ncacn_ip_tcp knows RPC_C_AUTHN_NONE only.
 */
#include "rpcrt4_private.h"
#include "rpcdce_mgmt.h"

static bool service_is_local(ULONG service)
{
    return service == RPC_C_AUTHN_WINNT || service == RPC_C_AUTHN_GSS_NEGOTIATE ||
           service == RPC_C_AUTHN_GSS_KERBEROS || service == RPC_C_AUTHN_DEFAULT;
}

static RPC_STATUS check_service(enum protseq protseq, ULONG level, ULONG service)
{
    if (level > RPC_C_AUTHN_LEVEL_PKT_PRIVACY)
        return RPC_S_UNKNOWN_AUTHN_LEVEL;
    if (service == RPC_C_AUTHN_NONE)
        return level <= RPC_C_AUTHN_LEVEL_NONE ? RPC_S_OK : RPC_S_UNSUPPORTED_AUTHN_LEVEL;
    if (!service_is_local(service) || protseq == PROTSEQ_TCP)
        return RPC_S_UNKNOWN_AUTHN_SERVICE;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingSetAuthInfoExW(RPC_BINDING_HANDLE handle, RPC_WSTR principal, ULONG level, ULONG service,
                                              RPC_AUTH_IDENTITY_HANDLE identity, ULONG authz, RPC_SECURITY_QOS *qos)
{
    struct binding *binding = binding_from_handle(handle);
    WCHAR *name = NULL;
    RPC_STATUS status;

    if (!binding)
        return handle && *(ULONG *)handle == SERVER_CALL_MAGIC ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_INVALID_BINDING;
    if (qos && (qos->Version < 1 || qos->Version > 5))
        return RPC_S_INVALID_ARG;
    status = check_service(binding->protseq, level, service);
    if (status)
        return status;
    if (principal && !(name = rpc_strdup(principal)))
        return RPC_S_OUT_OF_MEMORY;
    AcquireSRWLockExclusive(&binding->lock);
    rpc_free(binding->auth.principal);
    binding->auth.principal = name;
    /* Local transports give the best protection whatever was asked for. */
    binding->auth.level = service == RPC_C_AUTHN_NONE || level == RPC_C_AUTHN_LEVEL_NONE
                              ? RPC_C_AUTHN_LEVEL_NONE
                              : RPC_C_AUTHN_LEVEL_PKT_PRIVACY;
    binding->auth.service = service == RPC_C_AUTHN_DEFAULT ? RPC_C_AUTHN_WINNT : service;
    binding->auth.authz = authz;
    binding->auth.identity = identity;
    binding->auth.qos =
        (RPC_SECURITY_QOS){ RPC_C_SECURITY_QOS_VERSION, 0, RPC_C_QOS_IDENTITY_STATIC, RPC_C_IMP_LEVEL_IMPERSONATE };
    if (qos)
        memcpy(&binding->auth.qos, qos, sizeof(binding->auth.qos));
    ReleaseSRWLockExclusive(&binding->lock);
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingSetAuthInfoExA(RPC_BINDING_HANDLE handle, RPC_CSTR principal, ULONG level, ULONG service,
                                              RPC_AUTH_IDENTITY_HANDLE identity, ULONG authz, RPC_SECURITY_QOS *qos)
{
    WCHAR *wide;
    RPC_STATUS status = rpc_widen_checked(principal, &wide);

    if (!status)
        status = RpcBindingSetAuthInfoExW(handle, wide, level, service, identity, authz, qos);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingSetAuthInfoW(RPC_BINDING_HANDLE handle, RPC_WSTR principal, ULONG level, ULONG service,
                                            RPC_AUTH_IDENTITY_HANDLE identity, ULONG authz)
{
    return RpcBindingSetAuthInfoExW(handle, principal, level, service, identity, authz, NULL);
}

RPC_STATUS RPC_ENTRY RpcBindingSetAuthInfoA(RPC_BINDING_HANDLE handle, RPC_CSTR principal, ULONG level, ULONG service,
                                            RPC_AUTH_IDENTITY_HANDLE identity, ULONG authz)
{
    return RpcBindingSetAuthInfoExA(handle, principal, level, service, identity, authz, NULL);
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthInfoExW(RPC_BINDING_HANDLE handle, RPC_WSTR *principal, ULONG *level,
                                              ULONG *service, RPC_AUTH_IDENTITY_HANDLE *identity, ULONG *authz,
                                              ULONG version, RPC_SECURITY_QOS *qos)
{
    struct binding *binding = binding_from_handle(handle);

    if (!binding)
        return handle && *(ULONG *)handle == SERVER_CALL_MAGIC ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_INVALID_BINDING;
    if (!binding->auth.service)
        return RPC_S_BINDING_HAS_NO_AUTH;
    if (principal)
        *principal = rpc_strdup(binding->auth.principal);
    if (level)
        *level = binding->auth.level;
    if (service)
        *service = binding->auth.service;
    if (identity)
        *identity = binding->auth.identity;
    if (authz)
        *authz = binding->auth.authz;
    if (qos && version == RPC_C_SECURITY_QOS_VERSION)
        *qos = binding->auth.qos;
    return RPC_S_OK;
}

/* An ANSI name in place of a wide one. */
static RPC_STATUS narrow_name(RPC_STATUS status, WCHAR *wide, RPC_CSTR *name)
{
    if (name)
        *name = status ? NULL : (RPC_CSTR)rpc_narrow(wide);
    rpc_free(wide);
    return status;
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthInfoExA(RPC_BINDING_HANDLE handle, RPC_CSTR *principal, ULONG *level,
                                              ULONG *service, RPC_AUTH_IDENTITY_HANDLE *identity, ULONG *authz,
                                              ULONG version, RPC_SECURITY_QOS *qos)
{
    WCHAR *wide = NULL;
    RPC_STATUS status =
        RpcBindingInqAuthInfoExW(handle, principal ? &wide : NULL, level, service, identity, authz, version, qos);

    return narrow_name(status, wide, principal);
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthInfoW(RPC_BINDING_HANDLE handle, RPC_WSTR *principal, ULONG *level,
                                            ULONG *service, RPC_AUTH_IDENTITY_HANDLE *identity, ULONG *authz)
{
    return RpcBindingInqAuthInfoExW(handle, principal, level, service, identity, authz, 0, NULL);
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthInfoA(RPC_BINDING_HANDLE handle, RPC_CSTR *principal, ULONG *level,
                                            ULONG *service, RPC_AUTH_IDENTITY_HANDLE *identity, ULONG *authz)
{
    return RpcBindingInqAuthInfoExA(handle, principal, level, service, identity, authz, 0, NULL);
}

/* --- servers --- */

RPC_STATUS RPC_ENTRY RpcServerRegisterAuthInfoW(RPC_WSTR principal, ULONG service, RPC_AUTH_KEY_RETRIEVAL_FN function,
                                                void *argument)
{
    (void)principal;
    (void)function;
    (void)argument;
    return service_is_local(service) ? RPC_S_OK : RPC_S_UNKNOWN_AUTHN_SERVICE;
}

RPC_STATUS RPC_ENTRY RpcServerRegisterAuthInfoA(RPC_CSTR principal, ULONG service, RPC_AUTH_KEY_RETRIEVAL_FN function,
                                                void *argument)
{
    (void)principal;
    return RpcServerRegisterAuthInfoW(NULL, service, function, argument);
}

static bool has_identity(struct server_call *call)
{
    return call->connection->stream.protseq != PROTSEQ_TCP;
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthClientExW(RPC_BINDING_HANDLE handle, RPC_AUTHZ_HANDLE *privileges,
                                                RPC_WSTR *principal, ULONG *level, ULONG *service, ULONG *authz,
                                                ULONG flags)
{
    struct server_call *call = server_call_from_handle(handle);

    (void)flags;
    if (!call)
        return handle ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_NO_CALL_ACTIVE;
    if (!has_identity(call))
        return RPC_S_BINDING_HAS_NO_AUTH;
    if (privileges)
        *privileges = NULL;
    if (principal)
        *principal = NULL;
    if (level)
        *level = RPC_C_AUTHN_LEVEL_PKT_PRIVACY;
    if (service)
        *service = RPC_C_AUTHN_WINNT;
    if (authz)
        *authz = RPC_C_AUTHZ_NONE;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthClientExA(RPC_BINDING_HANDLE handle, RPC_AUTHZ_HANDLE *privileges,
                                                RPC_CSTR *principal, ULONG *level, ULONG *service, ULONG *authz,
                                                ULONG flags)
{
    return RpcBindingInqAuthClientExW(handle, privileges, (RPC_WSTR *)principal, level, service, authz, flags);
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthClientW(RPC_BINDING_HANDLE handle, RPC_AUTHZ_HANDLE *privileges,
                                              RPC_WSTR *principal, ULONG *level, ULONG *service, ULONG *authz)
{
    return RpcBindingInqAuthClientExW(handle, privileges, principal, level, service, authz, 0);
}

RPC_STATUS RPC_ENTRY RpcBindingInqAuthClientA(RPC_BINDING_HANDLE handle, RPC_AUTHZ_HANDLE *privileges,
                                              RPC_CSTR *principal, ULONG *level, ULONG *service, ULONG *authz)
{
    return RpcBindingInqAuthClientExA(handle, privileges, principal, level, service, authz, 0);
}

RPC_STATUS RPC_ENTRY RpcImpersonateClient(RPC_BINDING_HANDLE handle)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        return handle ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_NO_CALL_ACTIVE;
    if (!has_identity(call))
        return RPC_S_NO_CONTEXT_AVAILABLE;
    if (!ImpersonateNamedPipeClient(call->connection->stream.pipe))
        return RPC_S_NO_CONTEXT_AVAILABLE;
    call->impersonating = true;
    return RPC_S_OK;
}

/* Whether an entry is about the caller, who is being impersonated; over ncacn_ip_tcp nobody knows who it is. */
static bool is_about_caller(struct server_call *call, PSID sid)
{
    static const SID everyone = { SID_REVISION, 1, { SECURITY_WORLD_SID_AUTHORITY }, { SECURITY_WORLD_RID } };
    static const SID anonymous = { SID_REVISION, 1, { SECURITY_NT_AUTHORITY }, { SECURITY_ANONYMOUS_LOGON_RID } };
    BOOL member = FALSE;

    if (!has_identity(call))
        return EqualSid(sid, (PSID)&everyone) || EqualSid(sid, (PSID)&anonymous);
    return CheckTokenMembership(NULL, sid, &member) && member;
}

static bool acl_grants(struct server_call *call, ACL *acl)
{
    void *entry;

    for (DWORD i = 0; GetAce(acl, i, &entry); i++) {
        const ACE_HEADER *header = entry;
        bool allow = header->AceType == ACCESS_ALLOWED_ACE_TYPE;

        if ((allow || header->AceType == ACCESS_DENIED_ACE_TYPE) && !(header->AceFlags & INHERIT_ONLY_ACE) &&
            is_about_caller(call, &((ACCESS_ALLOWED_ACE *)entry)->SidStart))
            return allow;
    }
    return false;
}

/*
 * Who may call an interface that has a security descriptor (RpcServerRegisterIf3). There is one thing to be allowed to do, and no
 * documented mask for it: the first entry about the caller decides.
 */
bool auth_allows(struct server_call *call, SECURITY_DESCRIPTOR *security)
{
    BOOL present, defaulted;
    bool granted;
    ACL *acl;

    if (!GetSecurityDescriptorDacl(security, &present, &acl, &defaulted))
        return false;
    if (!present || !acl)
        return true;
    if (has_identity(call) && !ImpersonateNamedPipeClient(call->connection->stream.pipe))
        return false;
    granted = acl_grants(call, acl);
    RevertToSelf();
    return granted;
}

RPC_STATUS RPC_ENTRY RpcRevertToSelfEx(RPC_BINDING_HANDLE handle)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        return handle ? RPC_S_WRONG_KIND_OF_BINDING : RPC_S_NO_CALL_ACTIVE;
    if (!call->impersonating)
        return RPC_S_NO_CONTEXT_AVAILABLE;
    RevertToSelf();
    call->impersonating = false;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcRevertToSelf(void)
{
    return RpcRevertToSelfEx(NULL);
}

/* --- what a server can ask about a call --- */

/* RPC_CALL_ATTRIBUTES_V2 and V3 begin as version 1 does. */
struct attributes {
    unsigned version;
    ULONG flags, server_length;
    void *server;
    ULONG client_length;
    void *client;
    ULONG level, service;
    BOOL null_session;
    BOOL kernel_mode; /* version 2 */
    ULONG protocol, client_local;
    HANDLE pid;
    ULONG status, type;
    void *address;
    USHORT opnum;
    UUID iface;
};

static RPC_STATUS call_attributes(RPC_BINDING_HANDLE handle, struct attributes *a)
{
    struct server_call *call = server_call_from_handle(handle);
    ULONG pid = 0;

    if (!call)
        return handle ? RPC_S_INVALID_BINDING : RPC_S_NO_CALL_ACTIVE;
    if (a->version < 1 || a->version > 3)
        return RPC_S_INVALID_ARG;
    a->level = has_identity(call) ? RPC_C_AUTHN_LEVEL_PKT_PRIVACY : RPC_C_AUTHN_LEVEL_NONE;
    a->service = has_identity(call) ? RPC_C_AUTHN_WINNT : RPC_C_AUTHN_NONE;
    a->null_session = !has_identity(call);
    if (a->flags & RPC_QUERY_SERVER_PRINCIPAL_NAME)
        a->server_length = 0;
    if (a->flags & RPC_QUERY_CLIENT_PRINCIPAL_NAME)
        a->client_length = 0;
    if (a->version == 1)
        return RPC_S_OK;
    I_RpcBindingInqLocalClientPID(call, &pid);
    if (a->flags & 0x10 && !pid) /* RPC_QUERY_CLIENT_PID */
        return RPC_S_CANNOT_SUPPORT;
    a->kernel_mode = FALSE;
    a->protocol = call->connection->stream.protseq == PROTSEQ_LRPC ? 3
                  : call->connection->stream.protseq == PROTSEQ_NP ? 2
                                                                   : 1;
    a->client_local = has_identity(call) ? rcclLocal : rcclClientUnknownLocality;
    a->pid = (HANDLE)(ULONG_PTR)pid;
    server_call_check_cancel(call);
    a->status = call->cancelled ? RPC_CALL_STATUS_CANCELLED : RPC_CALL_STATUS_IN_PROGRESS;
    a->type = rctNormal;
    if (a->flags & 0x20 && a->address) /* RPC_QUERY_CALL_LOCAL_ADDRESS */
        return RPC_S_CANNOT_SUPPORT;
    a->opnum = call->opnum;
    a->iface = ((RPC_SERVER_INTERFACE *)call->message.RpcInterfaceInformation)->InterfaceId.SyntaxGUID;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcServerInqCallAttributesW(RPC_BINDING_HANDLE handle, void *attributes)
{
    return call_attributes(handle, attributes);
}

RPC_STATUS RPC_ENTRY RpcServerInqCallAttributesA(RPC_BINDING_HANDLE handle, void *attributes)
{
    return call_attributes(handle, attributes);
}

RPC_STATUS RPC_ENTRY RpcServerTestCancel(RPC_BINDING_HANDLE handle)
{
    struct server_call *call = server_call_from_handle(handle);

    if (!call)
        return handle ? RPC_S_INVALID_BINDING : RPC_S_NO_CALL_ACTIVE;
    server_call_check_cancel(call);
    return call->cancelled ? RPC_S_OK : RPC_S_CALL_IN_PROGRESS;
}

RPC_STATUS RPC_ENTRY RpcTestCancel(void)
{
    struct rpc_thread *thread = rpc_thread();

    if (thread->call)
        return RpcServerTestCancel(thread->call);
    return InterlockedExchange(&thread->cancelled, FALSE) ? RPC_S_OK : RPC_S_CALL_IN_PROGRESS;
}

RPC_STATUS RPC_ENTRY RpcServerInqDefaultPrincNameW(ULONG service, RPC_WSTR *principal)
{
    WCHAR name[256 + 1];
    DWORD size = ARRAYSIZE(name);
    typedef BOOL WINAPI get_user_name(WCHAR *, DWORD *);
    get_user_name *function;

    *principal = NULL;
    if (!service_is_local(service))
        return RPC_S_UNKNOWN_AUTHN_SERVICE;
    function = (get_user_name *)(void *)GetProcAddress(LoadLibraryW(L"advapi32.dll"), "GetUserNameW");
    if (!function || !function(name, &size))
        return RPC_S_OUT_OF_RESOURCES;
    *principal = rpc_strdup(name);
    return *principal ? RPC_S_OK : RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS RPC_ENTRY RpcServerInqDefaultPrincNameA(ULONG service, RPC_CSTR *principal)
{
    WCHAR *wide = NULL;
    RPC_STATUS status = RpcServerInqDefaultPrincNameW(service, &wide);

    return narrow_name(status, wide, principal);
}

RPC_STATUS RPC_ENTRY RpcMgmtInqDefaultProtectLevel(ULONG service, ULONG *level)
{
    if (service && !service_is_local(service))
        return RPC_S_UNKNOWN_AUTHN_SERVICE;
    *level = service ? RPC_C_AUTHN_LEVEL_CONNECT : RPC_C_AUTHN_LEVEL_NONE;
    return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcMgmtInqServerPrincNameA(RPC_BINDING_HANDLE handle, ULONG service, RPC_CSTR *principal)
{
    RPC_STATUS status;

    if (!handle)
        return RpcServerInqDefaultPrincNameA(service, principal);
    *principal = (RPC_CSTR)mgmt_ask_principal(handle, service, &status);
    return status;
}

RPC_STATUS RPC_ENTRY RpcMgmtInqServerPrincNameW(RPC_BINDING_HANDLE handle, ULONG service, RPC_WSTR *principal)
{
    RPC_STATUS status;
    char *name;

    if (!handle)
        return RpcServerInqDefaultPrincNameW(service, principal);
    name = mgmt_ask_principal(handle, service, &status);
    *principal = name ? rpc_widen(name) : NULL;
    rpc_free(name);
    return status || *principal ? status : RPC_S_OUT_OF_MEMORY;
}
