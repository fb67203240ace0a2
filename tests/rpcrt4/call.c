/* SPDX-License-Identifier: MIT */
/* call.c: calls between threads of a process, by each protocol sequence: what the arguments are on the other side, faults. */
#include "../test.h"
#include "interface.h"
#include <math.h>

static void test_simple(RPC_BINDING_HANDLE h)
{
    double result;
    CLIENT_CALL_RETURN value;
    NUMBER number;
    int many[3] = { 7, 8, 9 };

    ok_int(CALL_INT(ADD, h, 40, 2), 42);
    ok_int(CALL_INT(ADD, h, -1, -5), -6);
    value = CALL(MIX, h, 1.5f, 2.25, 3, 4.0);
    memcpy(&result, &value, sizeof(result));
    ok(fabs(result - (1.5 + 22.5 + 300 + 4000)) < 1e-9, "%f", result);
    ok_int(CALL_INT(SUM, h, 3, many), 24);
    ok_int(CALL_INT(SUM, h, 0, many), 0);
    number.i = 77;
    ok_int(CALL_INT(CHOOSE, h, 1, number), 77);
    number.d = 1.5;
    ok_int(CALL_INT(CHOOSE, h, 2, number), 150);
}

static void test_large(RPC_BINDING_HANDLE h)
{
    int n = 300000, expected = 0, *v = malloc(n * sizeof(*v));

    for (int i = 0; i < n; i++)
        expected += v[i] = i * 7;
    ok_int(CALL_INT(SUM, h, n, v), expected); /* many fragments */
    free(v);
}

static void test_list(RPC_BINDING_HANDLE h)
{
    NODE c = { 3, NULL, L"c" }, b = { 2, &c, NULL }, a = { 1, &b, L"a" }, *out = (NODE *)1, *p;
    NODE *many;
    int count = 0, n = 50000;

    out = NULL;
    CALL(LIST, h, &a, &out);
    ok(out && out->value == 4 && !wcscmp(out->name, L"c!"), "first");
    ok(out->next && out->next->value == 3 && !out->next->name, "second");
    ok(out->next->next && out->next->next->value == 2 && !out->next->next->next, "third");
    ok_wstr(out->next->next->name, L"a!");
    out = NULL;
    CALL(LIST, h, NULL, &out);
    ok(!out, "an empty list");

    /* A list is followed, not recursed into. */
    many = calloc(n, sizeof(*many));
    for (int i = 0; i < n; i++)
        many[i] = (NODE){ i, i + 1 < n ? &many[i + 1] : NULL, NULL };
    out = NULL;
    CALL(LIST, h, many, &out);
    for (p = out; p; p = p->next)
        count++;
    ok_int(count, n);
    free(many);
}

static void test_strings(RPC_BINDING_HANDLE h)
{
    WCHAR out[8];

    CALL(COPY, h, L"hello", out, 8);
    ok_wstr(out, L"hello");
    CALL(COPY, h, L"a longer text", out, 8);
    ok_wstr(out, L"a longe");
}

static void test_context(RPC_BINDING_HANDLE h)
{
    void *context = NULL, *other = NULL, *kept;
    LONG before = rundowns;

    CALL(OPEN, h, &context, 5);
    ok(context != NULL, "no context handle");
    ok_int(CALL_INT(USE, context), 5);
    CALL(OPEN, h, &other, 6);
    ok_int(CALL_INT(USE, other), 6);
    ok_int(CALL_INT(USE, context), 5);
    CALL(CLOSE, &context);
    ok(!context, "still there");
    ok_int(CALL_INT(USE, other), 6);
    ok_int(RPC_TRY(CALL(USE, NULL)), RPC_X_SS_IN_NULL_CONTEXT);
    kept = other;
    RpcSsDestroyClientContext(&other);
    ok(!other && kept, "destroyed");
    ok_int(rundowns, before); /* the binding is still there: so is the association */
}

static void test_faults(RPC_BINDING_HANDLE h)
{
    RPC_BINDING_HANDLE nobody = bind_to(L"ncalrpc", L"nobody-there");
    NUMBER number = { 0 };

    ok_int(RPC_TRY(CALL(RAISE, h, 12345)), 12345);
    ok_int(RPC_TRY(CALL(RAISE, h, RPC_S_INVALID_BOUND)), RPC_S_INVALID_BOUND);
    ok_int(RPC_TRY(CALL(RAISE, h, RPC_X_BAD_STUB_DATA)), RPC_X_BAD_STUB_DATA);
    ok_int(CALL_INT(ADD, h, 1, 1), 2); /* and it goes on */
    ok_int(RPC_TRY(CALL(CHOOSE, h, 3, number)), RPC_S_INVALID_TAG);
    ok_int(RPC_TRY(CALL(SUM, h, 3, NULL)), RPC_X_NULL_REF_POINTER);
    ok_int(RPC_TRY(CALL(ADD, nobody, 1, 1)), RPC_S_SERVER_UNAVAILABLE);
    ok_int(RPC_TRY(CALL(ADD, NULL, 1, 1)), RPC_S_INVALID_BINDING);
    RpcBindingFree(&nobody);
}

/* A request as a hostile client would make it: the array's own count is not what the other argument says. */
static void test_bad_data(RPC_BINDING_HANDLE h)
{
    static const ULONG data[][4] = {
        { 3, 4, 1, 2 },                   /* counts differ */
        { 3, 3, 1, 2 },                   /* one element too few */
        { 0xffffffff, 0xffffffff, 1, 2 }, /* absurd */
        { 0x40000001, 0x40000001, 1, 2 }, /* 4 bytes each overflow 32 bits */
    };

    for (volatile size_t i = 0; i < ARRAYSIZE(data); i++) {
        RPC_MESSAGE msg;
        MIDL_STUB_MESSAGE stub;

        NdrClientInitializeNew(&msg, &stub, (PMIDL_STUB_DESC)&client_desc, SUM);
        NdrGetBuffer(&stub, sizeof(data[i]), h);
        memcpy(stub.Buffer, data[i], sizeof(data[i]));
        ok_int(RPC_TRY(NdrSendReceive(&stub, stub.Buffer + sizeof(data[i]))), RPC_X_BAD_STUB_DATA);
        NdrFreeBuffer(&stub);
    }
    ok_int(CALL_INT(ADD, h, 1, 1), 2);
}

static DWORD WINAPI caller(void *context)
{
    int wrong = 0;

    for (int i = 0; i < 300; i++)
        wrong += CALL_INT(ADD, context, i, 1) != i + 1;
    return wrong;
}

static void test_threads(RPC_BINDING_HANDLE h)
{
    HANDLE threads[4];
    DWORD wrong;

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, caller, h, 0, NULL);
    for (int i = 0; i < 4; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        GetExitCodeThread(threads[i], &wrong);
        ok_int(wrong, 0);
        CloseHandle(threads[i]);
    }
}

static struct {
    RPC_BINDING_HANDLE binding;
    RPC_STATUS status;
} sleeping;

static DWORD WINAPI sleeper(void *context)
{
    (void)context;
    sleeping.status = RPC_TRY(CALL(SLEEP, sleeping.binding, 20000));
    return 0;
}

/* RpcCancelThread: the call is given up; its server notices. */
static void test_cancel(RPC_BINDING_HANDLE h)
{
    HANDLE thread;

    sleeping.binding = h;
    sleeping.status = -1;
    thread = CreateThread(NULL, 0, sleeper, NULL, 0, NULL);
    Sleep(100);
    ok_int(RpcCancelThread(thread), RPC_S_OK);
    ok_int(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    ok_int(sleeping.status, RPC_S_CALL_CANCELLED);
    CloseHandle(thread);
    ok_int(CALL_INT(ADD, h, 1, 1), 2);
}

static void test_all(const WCHAR *protseq, const WCHAR *endpoint)
{
    RPC_BINDING_HANDLE h;

    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)protseq, RPC_C_PROTSEQ_MAX_REQS_DEFAULT, (RPC_WSTR)endpoint, NULL),
           RPC_S_OK);
    h = bind_to(protseq, endpoint);
    test_simple(h);
    test_large(h);
    test_list(h);
    test_strings(h);
    test_context(h);
    test_faults(h);
    test_bad_data(h);
    test_threads(h);
    if (wcscmp(protseq, L"ncacn_ip_tcp")) {
        ok_int(CALL_INT(PID, h), (int)GetCurrentProcessId());
        test_cancel(h);
    }
    ok_int(RpcBindingFree(&h), RPC_S_OK);
}

TESTS
{
    WCHAR name[64];

    ok_int(RpcServerListen(1, 10, TRUE), RPC_S_NO_PROTSEQS_REGISTERED);
    ok_int(RpcMgmtStopServerListening(NULL), RPC_S_NOT_LISTENING);
    ok_int(RpcMgmtWaitServerListen(), RPC_S_NOT_LISTENING);
    ok_int(RpcServerRegisterIf(&server_interface, NULL, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIf(&server_interface, NULL, NULL), RPC_S_TYPE_ALREADY_REGISTERED);
    swprintf(name, ARRAYSIZE(name), L"call-test-%lu", GetCurrentProcessId());
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncalrpc", 10, name, NULL), RPC_S_OK);
    ok_int(RpcServerListen(1, 10, TRUE), RPC_S_OK);
    ok_int(RpcServerListen(1, 10, TRUE), RPC_S_ALREADY_LISTENING);
    ok_int(RpcMgmtIsServerListening(NULL), RPC_S_OK);
    swprintf(name, ARRAYSIZE(name), L"call-test2-%lu", GetCurrentProcessId());
    test_all(L"ncalrpc", name);
    swprintf(name, ARRAYSIZE(name), L"\\pipe\\call-test-%lu", GetCurrentProcessId());
    test_all(L"ncacn_np", name);
    swprintf(name, ARRAYSIZE(name), L"%lu", 20000 + GetCurrentProcessId() % 12000);
    test_all(L"ncacn_ip_tcp", name);
    ok_int(RpcMgmtStopServerListening(NULL), RPC_S_OK);
    ok_int(RpcMgmtWaitServerListen(), RPC_S_OK);
    ok_int(RpcServerUnregisterIf(&server_interface, NULL, TRUE), RPC_S_OK);
    ok_int(RpcServerUnregisterIf(&server_interface, NULL, TRUE), RPC_S_UNKNOWN_IF);
}
