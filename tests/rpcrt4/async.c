/* SPDX-License-Identifier: MIT */
/* async.c: calls that return before they are done, on both sides. */
#include "../test.h"
#include "interface.h"
#include <rpcasync.h>

#define ASYNC_HEAD(stack, params)                                                                                      \
    0, 0x48, L(0), S(0), S(stack), 0x32, 0, S(8), S(0), S(0), 0xc7, params, 10, 7, S(0), S(0), S(0), S(0)

/* int slow_add([async] RPC_ASYNC_STATE *, handle_t, int a, int b): a of 0 fails, of -1 waits until it is cancelled */
static const unsigned char async_proc[] = {
    ASYNC_HEAD(40, 3),
    BASE(0x48, 16, 0x08),
    BASE(0x48, 24, 0x08),
    RESULT(32, 0x08),
};
static const unsigned short async_offsets[] = { 0 };

#define ASYNC_ID                                                                                                       \
    {                                                                                                                  \
        { 0x6f1b2d80, 0x41c6, 0x4d0e, { 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x02 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }
static RPC_CLIENT_INTERFACE async_client = { sizeof(async_client), ASYNC_ID, NDR_SYNTAX, NULL, 0, NULL, 0, NULL, 0 };
static const MIDL_STUB_DESC async_desc = { .RpcInterfaceInformation = &async_client,
                                           .pfnAllocate = allocate,
                                           .pfnFree = release,
                                           .pFormatTypes = types,
                                           .Version = 0x60001,
                                           .mFlags = 1 };

static struct work {
    RPC_ASYNC_STATE *state;
    handle_t handle;
    int a, b;
} work;

static DWORD WINAPI worker(void *context)
{
    struct work w = work;
    int sum = w.a + w.b;

    (void)context;
    if (w.a == -1) {
        for (int i = 0; i < 500 && RpcServerTestCancel(w.handle); i++)
            Sleep(10);
        sum = RpcServerTestCancel(w.handle) ? 0 : 1111;
    }
    Sleep(50);
    if (w.a == -1) /* its client may be gone */
        RpcAsyncCompleteCall(w.state, &sum);
    else if (w.a)
        ok_int(RpcAsyncCompleteCall(w.state, &sum), RPC_S_OK);
    else
        ok_int(RpcAsyncAbortCall(w.state, 4321), RPC_S_OK);
    return 0;
}

static void slow_add(RPC_ASYNC_STATE *state, handle_t handle, int a, int b)
{
    HANDLE thread;
    int sum = a + b;

    ok_int(RpcAsyncGetCallStatus(state), RPC_S_ASYNC_CALL_PENDING);
    if (a == 5) { /* complete before it returns */
        ok_int(RpcAsyncCompleteCall(state, &sum), RPC_S_OK);
        return;
    }
    work = (struct work){ state, handle, a, b };
    thread = CreateThread(NULL, 0, worker, NULL, 0, NULL);
    CloseHandle(thread);
}

static const SERVER_ROUTINE async_routines[] = { (SERVER_ROUTINE)(void *)slow_add };
static RPC_DISPATCH_FUNCTION async_dispatch[] = { NdrAsyncServerCall, NULL };
static RPC_DISPATCH_TABLE async_table = { 1, async_dispatch, 0 };
static const MIDL_SERVER_INFO async_info;
static RPC_SERVER_INTERFACE async_server = { sizeof(async_server), ASYNC_ID,  NDR_SYNTAX, &async_table, 0, NULL, NULL,
                                             &async_info,          0x04000000 };
static const MIDL_STUB_DESC async_server_desc = { .RpcInterfaceInformation = &async_server,
                                                  .pfnAllocate = allocate,
                                                  .pfnFree = release,
                                                  .pFormatTypes = types,
                                                  .Version = 0x60001,
                                                  .mFlags = 1 };
static const MIDL_SERVER_INFO async_info = { .pStubDesc = (PMIDL_STUB_DESC)&async_server_desc,
                                             .DispatchTable = async_routines,
                                             .ProcString = async_proc,
                                             .FmtStringOffset = async_offsets };

static void begin(RPC_ASYNC_STATE *state, HANDLE event, RPC_BINDING_HANDLE h, int a, int b)
{
    ok_int(RpcAsyncInitializeHandle(state, sizeof(*state)), RPC_S_OK);
    state->NotificationType = RpcNotificationTypeEvent;
    state->u.hEvent = event;
    NdrAsyncClientCall((PMIDL_STUB_DESC)&async_desc, async_proc, state, h, a, b);
}

static LONG apcs, callbacks;

static void RPC_ENTRY on_apc(RPC_ASYNC_STATE *state, void *context, RPC_ASYNC_EVENT event)
{
    (void)state;
    (void)context;
    ok_int(event, RpcCallComplete);
    apcs++;
}

static void RPC_ENTRY on_callback(RPC_ASYNC_STATE *state, void *context, RPC_ASYNC_EVENT event)
{
    (void)context;
    (void)event;
    callbacks++;
    SetEvent(state->UserInfo);
}

TESTS
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    RPC_BINDING_HANDLE h;
    RPC_ASYNC_STATE state, second;
    WCHAR name[64];
    int reply = 0, other = 0;

    swprintf(name, ARRAYSIZE(name), L"async-test-%lu", GetCurrentProcessId());
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncalrpc", 10, name, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIfEx(&async_server, NULL, NULL, RPC_IF_AUTOLISTEN, 100, NULL), RPC_S_OK);
    h = bind_to(L"ncalrpc", name);

    memset(&state, 0, sizeof(state));
    ok_int(RpcAsyncGetCallStatus(&state), RPC_S_INVALID_ASYNC_HANDLE);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_INVALID_ASYNC_HANDLE);

    begin(&state, event, h, 20, 22);
    ok_int(RpcAsyncGetCallStatus(&state), RPC_S_ASYNC_CALL_PENDING);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_ASYNC_CALL_PENDING);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(RpcAsyncGetCallStatus(&state), RPC_S_OK);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
    ok_int(reply, 42);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_INVALID_ASYNC_CALL);

    for (int i = 0; i < 50; i++) { /* answered before the manager routine returns */
        begin(&state, event, h, 5, i);
        ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
        ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
        ok_int(reply, 5 + i);
    }

    begin(&state, event, h, 0, 1); /* RpcAsyncAbortCall */
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(RpcAsyncGetCallStatus(&state), 4321);
    ok_int(RpcAsyncCompleteCall(&state, &reply), 4321);

    begin(&state, event, h, -1, 1); /* the server is asked to come to an end */
    Sleep(50);
    ok_int(RpcAsyncCancelCall(&state, FALSE), RPC_S_OK);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
    ok_int(reply, 1111);

    begin(&state, event, h, -1, 1); /* nobody waits any longer */
    Sleep(50);
    ok_int(RpcAsyncCancelCall(&state, TRUE), RPC_S_OK);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_CALL_CANCELLED);
    Sleep(200);                   /* its manager is still there: `work` is */
    for (int i = 0; i < 4; i++) { /* "canceled immediately", before its answer is waited for too */
        begin(&state, event, h, -1, 1);
        ULONGLONG start = GetTickCount64();
        ok_int(RpcAsyncCancelCall(&state, TRUE), RPC_S_OK);
        ok(GetTickCount64() - start < 90, "%llu ms", GetTickCount64() - start);
        ok_int(RpcAsyncGetCallStatus(&state), RPC_S_CALL_CANCELLED);
        ok_int(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
        ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_CALL_CANCELLED);
        Sleep(50);
    }

    begin(&state, event, h, 5, 1); /* two at once */
    begin(&second, NULL, h, 5, 2);
    second.NotificationType = RpcNotificationTypeNone;
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    for (int i = 0; i < 500 && RpcAsyncGetCallStatus(&second) == RPC_S_ASYNC_CALL_PENDING; i++)
        Sleep(10);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
    ok_int(RpcAsyncCompleteCall(&second, &other), RPC_S_OK);
    ok_int(reply, 6);
    ok_int(other, 7);

    ok_int(RpcAsyncInitializeHandle(&state, sizeof(state)), RPC_S_OK);
    state.NotificationType = RpcNotificationTypeApc;
    state.u.APC.NotificationRoutine = on_apc;
    NdrAsyncClientCall((PMIDL_STUB_DESC)&async_desc, async_proc, &state, h, 5, 3);
    ok_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    ok_int(apcs, 1);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
    ok_int(reply, 8);

    ok_int(RpcAsyncInitializeHandle(&state, sizeof(state)), RPC_S_OK);
    state.NotificationType = RpcNotificationTypeCallback;
    state.u.NotificationRoutine = on_callback;
    state.UserInfo = event;
    NdrAsyncClientCall((PMIDL_STUB_DESC)&async_desc, async_proc, &state, h, 5, 4);
    ok_int(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    ok_int(callbacks, 1);
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
    ok_int(reply, 9);
    ok_int(RpcBindingFree(&h), RPC_S_OK);
}
