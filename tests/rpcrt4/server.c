/* SPDX-License-Identifier: MIT */
/*
 * server.c: what servers are asked and told: the management interface, interfaces in several versions, security callbacks, the caller's
 * attributes and identity, calls beside each other on one binding, limits.
 */
#include "../test.h"
#include "interface.h"
#include <sddl.h>

#define CALL_ATTRIBUTES_VERSION 2
#define RPC_QUERY_CLIENT_PID    0x10 /* rpcasync.h of the SDK */
#define RPC_QUERY_CALL_LOCAL    0x20
#define RPC_PROTSEQ_NMP         2
#define RPC_PROTSEQ_LRPC        3

RPC_STATUS RPC_ENTRY RpcServerRegisterIf3(RPC_IF_HANDLE spec, UUID *type, RPC_MGR_EPV *epv, unsigned int flags,
                                          unsigned int max_calls, unsigned int max_size, RPC_IF_CALLBACK_FN *callback,
                                          void *security);

static WCHAR local_name[64], pipe_name[64];
static RPC_SERVER_INTERFACE versions[3];

/* --- manager routines instead of interface.h's --- */

static RPC_CALL_ATTRIBUTES_V2_W attributes;
static RPC_STATUS attributes_status, impersonate_status, client_status;
static WCHAR impersonated[64];
static LONG inside, most_inside, answer;

static int server_look(handle_t h)
{
    DWORD size = ARRAYSIZE(impersonated);
    RPC_AUTHZ_HANDLE privileges = NULL;
    ULONG level, service;
    HANDLE token = NULL;

    attributes.Version = CALL_ATTRIBUTES_VERSION;
    attributes.Flags = RPC_QUERY_CLIENT_PID | RPC_QUERY_CALL_LOCAL;
    attributes_status = RpcServerInqCallAttributesW(h, &attributes);
    client_status = RpcBindingInqAuthClientW(h, &privileges, NULL, &level, &service, NULL);
    impersonate_status = RpcImpersonateClient(NULL);
    if (!impersonate_status) {
        ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token), "error %lu", GetLastError());
        CloseHandle(token);
        GetUserNameW(impersonated, &size);
        ok_int(RpcRevertToSelf(), RPC_S_OK);
    }
    ok(!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token), "still impersonating");
    return (int)answer;
}

/* Returns when so many are here at once. */
static int server_together(handle_t h, int count)
{
    LONG now = InterlockedIncrement(&inside);

    (void)h;
    for (int i = 0; i < 1000 && inside < count; i++)
        Sleep(10);
    now = inside;
    if (now > most_inside)
        most_inside = now;
    return now;
}

static SERVER_ROUTINE other_routines[PROCS];

static void register_version(int i, USHORT major, USHORT minor, unsigned flags, RPC_IF_CALLBACK_FN *callback)
{
    versions[i] = server_interface;
    versions[i].InterfaceId.SyntaxVersion.MajorVersion = major;
    versions[i].InterfaceId.SyntaxVersion.MinorVersion = minor;
    ok_int(RpcServerRegisterIf3(&versions[i], NULL, (RPC_MGR_EPV *)other_routines, flags, 100, 0x10000, callback, NULL),
           RPC_S_OK);
}

/* --- a client of any version --- */

static RPC_CLIENT_INTERFACE of_version;
static MIDL_STUB_DESC desc_of_version;

static long add_in_version(RPC_BINDING_HANDLE h, USHORT major, USHORT minor)
{
    of_version = client_interface;
    of_version.InterfaceId.SyntaxVersion.MajorVersion = major;
    of_version.InterfaceId.SyntaxVersion.MinorVersion = minor;
    desc_of_version = client_desc;
    desc_of_version.RpcInterfaceInformation = &of_version;
    return RPC_TRY(NdrClientCall2(&desc_of_version, procs[ADD], h, 1, 2));
}

static void test_versions(RPC_BINDING_HANDLE h)
{
    RPC_IF_ID_VECTOR *ids;
    RPC_IF_ID id;

    ok_int(RpcMgmtInqIfIds(NULL, &ids), RPC_S_NO_INTERFACES);
    register_version(0, 1, 2, RPC_IF_AUTOLISTEN, NULL);
    register_version(1, 3, 0, RPC_IF_AUTOLISTEN, NULL);
    ok_int(add_in_version(h, 1, 0), 0); /* minor versions up to the server's */
    ok_int(add_in_version(h, 1, 2), 0);
    ok_int(add_in_version(h, 1, 3), RPC_S_UNKNOWN_IF);
    ok_int(add_in_version(h, 2, 0), RPC_S_UNKNOWN_IF);
    ok_int(add_in_version(h, 3, 0), 0);
    ok_int(add_in_version(h, 3, 1), RPC_S_UNKNOWN_IF);
    ok_int(RpcIfInqId(&versions[1], &id), RPC_S_OK);
    ok_int(id.VersMajor, 3);
    ok_int(RpcMgmtInqIfIds(NULL, &ids), RPC_S_OK);
    ok_int(ids->Count, 2);
    ok_int(RpcIfIdVectorFree(&ids), RPC_S_OK);
    ok_int(RpcServerUnregisterIf(&versions[1], NULL, TRUE), RPC_S_OK);
    ok_int(add_in_version(h, 3, 0), RPC_S_UNKNOWN_IF);
    ok_int(add_in_version(h, 1, 2), 0);
}

/* --- the management interface --- */

static ULONG asked, allowed;

static int __RPC_API authorize(RPC_BINDING_HANDLE h, ULONG operation, RPC_STATUS *status)
{
    ok(h != NULL, "no binding");
    asked |= 1u << operation;
    *status = operation == RPC_C_MGMT_INQ_STATS ? RPC_S_CALL_IN_PROGRESS : RPC_S_OK;
    return (allowed >> operation) & 1;
}

static void test_management(RPC_BINDING_HANDLE h)
{
    RPC_BINDING_HANDLE nobody = bind_to(L"ncalrpc", L"nobody-is-there");
    RPC_IF_ID_VECTOR *ids = NULL;
    RPC_STATS_VECTOR *stats = NULL;
    RPC_WSTR principal = NULL;
    WCHAR user[64];
    DWORD size = ARRAYSIZE(user);
    BOOL found = FALSE;

    asked = allowed = 0;
    ok_int(RpcMgmtInqIfIds(h, &ids), RPC_S_OK);
    for (ULONG i = 0; ids && i < ids->Count; i++)
        found |= !memcmp(&ids->IfId[i]->Uuid, &client_interface.InterfaceId.SyntaxGUID, sizeof(UUID)) &&
                 ids->IfId[i]->VersMajor == 1 && ids->IfId[i]->VersMinor == 2;
    ok(found, "the interface is not listed");
    ok_int(RpcIfIdVectorFree(&ids), RPC_S_OK);
    ok_int(RpcMgmtInqStats(h, &stats), RPC_S_OK);
    if (ok(stats && stats->Count == 4, "statistics"))
        ok(stats->Stats[RPC_C_STATS_CALLS_IN] > 0 && stats->Stats[RPC_C_STATS_PKTS_IN] > 0, "no calls");
    ok_int(RpcMgmtStatsVectorFree(&stats), RPC_S_OK);
    ok_int(RpcMgmtInqServerPrincNameW(h, RPC_C_AUTHN_WINNT, &principal), RPC_S_OK);
    GetUserNameW(user, &size);
    ok(principal && wcsstr(principal, user), "%ls", principal);
    RpcStringFreeW(&principal);
    ok_int(RpcMgmtInqServerPrincNameW(h, 99, &principal), RPC_S_UNKNOWN_AUTHN_SERVICE);

    ok_int(RpcMgmtIsServerListening(nobody), RPC_S_NOT_LISTENING);
    ok_int(RpcMgmtInqIfIds(nobody, &ids), RPC_S_SERVER_UNAVAILABLE);
    ok_int(RpcServerListen(1, 10, TRUE), RPC_S_OK);
    ok_int(RpcMgmtIsServerListening(h), RPC_S_OK);
    /* "if no authorization function is there, nobody may stop the server remotely" */
    ok_int(RpcMgmtStopServerListening(h), RPC_S_ACCESS_DENIED);
    ok_int(RpcMgmtSetAuthorizationFn(authorize), RPC_S_OK);
    ok_int(RpcMgmtStopServerListening(h), RPC_S_ACCESS_DENIED);
    ok_int(RpcMgmtIsServerListening(h), RPC_S_ACCESS_DENIED);
    ok_int(RpcMgmtInqStats(h, &stats), RPC_S_CALL_IN_PROGRESS);
    ok(!stats, "statistics");
    ok_int(RpcMgmtInqIfIds(h, &ids), RPC_S_ACCESS_DENIED);
    allowed = 1u << RPC_C_MGMT_STOP_SERVER_LISTEN;
    ok_int(RpcMgmtStopServerListening(h), RPC_S_OK);
    ok_int(RpcMgmtStopServerListening(h), RPC_S_NOT_LISTENING);
    ok_int(RpcMgmtWaitServerListen(), RPC_S_OK);
    ok_hex(asked, 1u << RPC_C_MGMT_INQ_IF_IDS | 1u << RPC_C_MGMT_INQ_STATS | 1u << RPC_C_MGMT_IS_SERVER_LISTEN |
                      1u << RPC_C_MGMT_STOP_SERVER_LISTEN);
    ok_int(RpcMgmtSetAuthorizationFn(NULL), RPC_S_OK);
    ok_int(RpcBindingFree(&nobody), RPC_S_OK);
}

/* Requests to the management interface that are not as they should be. */
static void test_bad_management(RPC_BINDING_HANDLE h)
{
    static RPC_CLIENT_INTERFACE spec = {
        sizeof(spec),
        { { 0xafa8bd80, 0x7d8a, 0x11c9, { 0xbe, 0xf4, 0x08, 0x00, 0x2b, 0x10, 0x29, 0x89 } }, { 1, 0 } },
        NDR_SYNTAX,
        NULL,
        0,
        NULL,
        0,
        NULL,
        0
    };
    static const struct {
        ULONG procedure, size;
        long status;
    } requests[] = { { 0, 0, 0 },
                     { 1, 0, RPC_X_BAD_STUB_DATA },
                     { 1, 3, RPC_X_BAD_STUB_DATA },
                     { 1, 4, 0 },
                     { 4, 4, RPC_X_BAD_STUB_DATA },
                     { 4, 8, 0 },
                     { 5, 0, RPC_S_PROCNUM_OUT_OF_RANGE },
                     { 2, 2000, RPC_S_ACCESS_DENIED } };

    for (size_t i = 0; i < ARRAYSIZE(requests); i++) {
        RPC_MESSAGE msg = { .Handle = h,
                            .BufferLength = requests[i].size,
                            .ProcNum = requests[i].procedure,
                            .RpcInterfaceInformation = &spec };

        ok_int(I_RpcGetBuffer(&msg), RPC_S_OK);
        memset(msg.Buffer, 0xff, requests[i].size);
        ok_int(I_RpcSendReceive(&msg), requests[i].status);
        I_RpcFreeBuffer(&msg);
    }
    ok_int(RpcMgmtIsServerListening(h), RPC_S_OK);
}

/* --- who calls --- */

static LONG callbacks;
static RPC_STATUS callback_answer;

static RPC_STATUS RPC_ENTRY security(RPC_IF_HANDLE id, void *context)
{
    RPC_CALL_ATTRIBUTES_V2_W about = { .Version = CALL_ATTRIBUTES_VERSION };

    ok_int(((RPC_IF_ID *)id)->VersMajor, 4);
    ok_int(RpcServerInqCallAttributesW(context, &about), RPC_S_OK);
    ok_int(about.OpNum, PID);
    InterlockedIncrement(&callbacks);
    return callback_answer;
}

static int look(RPC_BINDING_HANDLE h)
{
    return (int)NdrClientCall2(&desc_of_version, procs[PID], h).Simple;
}

static void test_attributes(RPC_BINDING_HANDLE h, BOOL authenticated)
{
    memset(&attributes, 0, sizeof(attributes));
    answer = 5;
    ok_int(look(h), 5);
    ok_int(attributes_status, RPC_S_OK);
    ok_int(attributes.OpNum, PID);
    ok_int(attributes.IsClientLocal, rcclLocal);
    ok(attributes.ClientPID == (HANDLE)(ULONG_PTR)GetCurrentProcessId(), "process %p", attributes.ClientPID);
    ok(!memcmp(&attributes.InterfaceUuid, &client_interface.InterfaceId.SyntaxGUID, sizeof(UUID)), "an interface");
    if (authenticated)
        ok_int(attributes.AuthenticationLevel, RPC_C_AUTHN_LEVEL_PKT_PRIVACY);
}

static void test_security(RPC_BINDING_HANDLE h, DWORD protocol)
{
    WCHAR user[64];
    DWORD size = ARRAYSIZE(user);

    of_version = client_interface;
    of_version.InterfaceId.SyntaxVersion.MajorVersion = 4;
    register_version(2, 4, 0, RPC_IF_AUTOLISTEN, security);
    callbacks = 0;
    callback_answer = RPC_S_ACCESS_DENIED;
    ok_int(RPC_TRY(look(h)), RPC_S_ACCESS_DENIED);
    ok_int(RPC_TRY(look(h)), RPC_S_ACCESS_DENIED);
    ok_int(callbacks, 2);
    callback_answer = RPC_S_OK;
    test_attributes(h, FALSE);
    ok_int(attributes.ProtocolSequence, protocol);
    ok_int(callbacks, 3);
    look(h); /* "the results of the callback are cached" */
    ok_int(callbacks, 3);
    GetUserNameW(user, &size);
    ok_int(impersonate_status, RPC_S_OK);
    ok_wstr(impersonated, user);

    ok_int(RpcBindingSetAuthInfoW(h, NULL, RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_AUTHN_WINNT, NULL, 0), RPC_S_OK);
    test_attributes(h, TRUE);
    ok_int(client_status, RPC_S_OK);
    ok_int(RpcServerUnregisterIf(&versions[2], NULL, TRUE), RPC_S_OK);
}

/* The descriptor is the interface's own: it is copied. */
static void test_descriptor(RPC_BINDING_HANDLE h, const WCHAR *text, long expected)
{
    SECURITY_DESCRIPTOR *security;

    ok(ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, (void **)&security, NULL),
       "error %lu", GetLastError());
    versions[2] = server_interface;
    versions[2].InterfaceId.SyntaxVersion.MajorVersion = 5;
    ok_int(RpcServerRegisterIf3(&versions[2], NULL, NULL, RPC_IF_AUTOLISTEN, 100, 0x10000, NULL, security), RPC_S_OK);
    memset(security, 0xff, GetSecurityDescriptorLength(security));
    LocalFree(security);
    ok_int(add_in_version(h, 5, 0), expected);
    ok_int(add_in_version(h, 5, 0), expected);
    ok_int(RpcServerUnregisterIf(&versions[2], NULL, TRUE), RPC_S_OK);
}

static void test_descriptors(RPC_BINDING_HANDLE h)
{
    char bad[sizeof(SECURITY_DESCRIPTOR)] = { 9 };

    test_descriptor(h, L"D:(A;;GA;;;WD)", RPC_S_OK);
    test_descriptor(h, L"D:", RPC_S_ACCESS_DENIED);
    test_descriptor(h, L"D:(D;;GA;;;WD)(A;;GA;;;WD)", RPC_S_ACCESS_DENIED);
    test_descriptor(h, L"D:(A;;GA;;;BG)", RPC_S_ACCESS_DENIED); /* guests */
    test_descriptor(h, L"D:(D;;GA;;;BG)(A;;GA;;;AU)", RPC_S_OK);
    ok_int(RpcServerRegisterIf3(&versions[2], NULL, NULL, RPC_IF_AUTOLISTEN, 100, 0x10000, NULL, bad),
           RPC_S_INVALID_SECURITY_DESC);
}

/* --- many calls on one binding --- */

static DWORD WINAPI caller(void *h)
{
    return (DWORD)NdrClientCall2((PMIDL_STUB_DESC)&client_desc, procs[SLEEP], h, 8).Simple;
}

static void test_concurrent(RPC_BINDING_HANDLE h)
{
    HANDLE threads[8];
    DWORD seen;

    for (int i = 0; i < 8; i++)
        threads[i] = CreateThread(NULL, 0, caller, h, 0, NULL);
    for (int i = 0; i < 8; i++) {
        ok_int(WaitForSingleObject(threads[i], 20000), WAIT_OBJECT_0);
        ok(GetExitCodeThread(threads[i], &seen) && seen == 8, "%lu at once", seen);
        CloseHandle(threads[i]);
    }
    ok_int(most_inside, 8);
}

/* "MaxRpcSize": a larger request is refused, in one fragment or in many. */
static void test_limits(RPC_BINDING_HANDLE h)
{
    int *many = calloc(0x8000, sizeof(int));

    ok_int(CALL_INT(SUM, h, 0x1000, many), 0);
    ok_int(RPC_TRY(CALL(SUM, h, 0x4100, many)), RPC_S_ACCESS_DENIED);
    ok_int(RPC_TRY(CALL(SUM, h, 0x8000, many)), RPC_S_ACCESS_DENIED);
    ok_int(CALL_INT(ADD, h, 1, 1), 2);
    free(many);
}

TESTS
{
    RPC_BINDING_HANDLE local, pipe;

    memcpy(other_routines, routines, sizeof(routines));
    other_routines[PID] = (SERVER_ROUTINE)(void *)server_look;
    other_routines[SLEEP] = (SERVER_ROUTINE)(void *)server_together;
    swprintf(local_name, ARRAYSIZE(local_name), L"server-test-%lu", GetCurrentProcessId());
    swprintf(pipe_name, ARRAYSIZE(pipe_name), L"\\pipe\\server-test-%lu", GetCurrentProcessId());
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncalrpc", 10, local_name, NULL), RPC_S_OK);
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncacn_np", 10, pipe_name, NULL), RPC_S_OK);
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncacn_np", 10, pipe_name, NULL), RPC_S_DUPLICATE_ENDPOINT);
    local = bind_to(L"ncalrpc", local_name);
    pipe = bind_to(L"ncacn_np", pipe_name);
    test_versions(local);
    test_management(local);
    test_management(pipe);
    test_bad_management(pipe);
    test_security(local, RPC_PROTSEQ_LRPC);
    test_security(pipe, RPC_PROTSEQ_NMP);
    test_descriptors(local);
    test_descriptors(pipe);
    test_concurrent(local);
    test_limits(pipe);
    ok_int(RpcBindingFree(&local), RPC_S_OK);
    ok_int(RpcBindingFree(&pipe), RPC_S_OK);
}
