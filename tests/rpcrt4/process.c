/* SPDX-License-Identifier: MIT */
/* process.c: calls between processes: the endpoint mapper, context handles of clients that die, servers that die. */
#include "../test.h"
#include "interface.h"

static HANDLE start_child(const char *mode, const WCHAR *name)
{
    char command[MAX_PATH * 2];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process = { 0 };

    snprintf(command, sizeof(command), "\"%s\" %s %ls", test_argv[0], mode, name);
    ok(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process), "error %lu",
       GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}

/* A server with a dynamic endpoint, which its clients find by the mapper. */
static void serve(const WCHAR *ready)
{
    RPC_BINDING_VECTOR *bindings;
    HANDLE event;

    ok_int(RpcServerUseProtseqW((RPC_WSTR)L"ncalrpc", 10, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIfEx(&server_interface, NULL, NULL, RPC_IF_AUTOLISTEN, 100, NULL), RPC_S_OK);
    ok_int(RpcServerInqBindings(&bindings), RPC_S_OK);
    ok_int(RpcEpRegisterW(&server_interface, bindings, NULL, (RPC_WSTR)L"a test"), RPC_S_OK);
    ok_int(RpcBindingVectorFree(&bindings), RPC_S_OK);
    ok_int(RpcServerListen(1, 10, TRUE), RPC_S_OK);
    event = OpenEventW(EVENT_MODIFY_STATE, FALSE, ready);
    SetEvent(event);
    ok_int(RpcMgmtWaitServerListen(), RPC_S_OK);
}

/* A client that has a context handle, and is killed with it. */
static void hold(const WCHAR *name)
{
    RPC_BINDING_HANDLE h = bind_to(L"ncalrpc", name);
    void *context = NULL;

    CALL(OPEN, h, &context, 77);
    ok_int(CALL_INT(USE, context), 77);
    Sleep(INFINITE);
}

static void test_rundown(void)
{
    HANDLE child;
    WCHAR name[64];

    swprintf(name, ARRAYSIZE(name), L"process-test-%lu", GetCurrentProcessId());
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncalrpc", 10, name, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIfEx(&server_interface, NULL, NULL, RPC_IF_AUTOLISTEN, 100, NULL), RPC_S_OK);
    last_context = 0;
    child = start_child("hold", name);
    for (int i = 0; i < 400 && last_context != 0x1000 + 77; i++)
        Sleep(10);
    ok_hex(last_context, 0x1000 + 77);
    ok_int(rundowns, 0);
    last_context = 0;
    ok(TerminateProcess(child, 9), "error %lu", GetLastError());
    for (int i = 0; i < 400 && !rundowns; i++)
        Sleep(10);
    ok_int(rundowns, 1);
    ok_hex(last_context, 0x1000 + 77);
    CloseHandle(child);
    ok_int(RpcServerUnregisterIf(&server_interface, NULL, TRUE), RPC_S_OK);
}

static HANDLE start_server(void)
{
    WCHAR ready[64];
    HANDLE event, child, both[2];

    swprintf(ready, ARRAYSIZE(ready), L"rpcrt4-process-%lu", GetCurrentProcessId());
    event = CreateEventW(NULL, FALSE, FALSE, ready);
    child = start_child("serve", ready);
    both[0] = event;
    both[1] = child;
    ok_int(WaitForMultipleObjects(2, both, FALSE, 10000), WAIT_OBJECT_0);
    CloseHandle(event);
    return child;
}

/* How many entries of the endpoint mapper an inquiry finds; the last one's binding. */
static int count_entries(ULONG type, USHORT major, USHORT minor, ULONG versions, RPC_BINDING_HANDLE *last)
{
    RPC_IF_ID wanted = { client_interface.InterfaceId.SyntaxGUID, major, minor }, found;
    RPC_EP_INQ_HANDLE inquiry;
    RPC_BINDING_HANDLE binding;
    RPC_WSTR annotation;
    RPC_STATUS status;
    UUID object;
    int count = 0;

    *last = NULL;
    ok_int(RpcMgmtEpEltInqBegin(NULL, type, &wanted, versions, NULL, &inquiry), RPC_S_OK);
    while (!(status = RpcMgmtEpEltInqNextW(inquiry, &found, &binding, &object, &annotation))) {
        if (memcmp(&found.Uuid, &wanted.Uuid, sizeof(UUID)) || *last) {
            RpcBindingFree(&binding);
        } else {
            ok_wstr(annotation, L"a test");
            ok(UuidIsNil(&object, &status), "an object");
            *last = binding;
            count++;
        }
        RpcStringFreeW(&annotation);
    }
    ok_int(status, RPC_X_NO_MORE_ENTRIES);
    ok_int(RpcMgmtEpEltInqDone(&inquiry), RPC_S_OK);
    ok(!inquiry, "the handle");
    return count;
}

static void test_inquiry(void)
{
    USHORT major = client_interface.InterfaceId.SyntaxVersion.MajorVersion,
           minor = client_interface.InterfaceId.SyntaxVersion.MinorVersion;
    RPC_BINDING_HANDLE h;
    RPC_EP_INQ_HANDLE inquiry;
    RPC_IF_ID id = { 0 };

    ok_int(count_entries(RPC_C_EP_ALL_ELTS, 0, 0, 0, &h), 1);
    ok_int(CALL_INT(ADD, h, 20, 3), 23); /* it leads to the server */
    ok_int(RpcBindingFree(&h), RPC_S_OK);
    ok_int(count_entries(RPC_C_EP_MATCH_BY_IF, major, minor, RPC_C_VERS_EXACT, &h), 1);
    ok_int(RpcBindingFree(&h), RPC_S_OK);
    ok_int(count_entries(RPC_C_EP_MATCH_BY_BOTH, major + 1, 0, RPC_C_VERS_UPTO, &h), 1);
    ok_int(RpcBindingFree(&h), RPC_S_OK);
    ok_int(count_entries(RPC_C_EP_MATCH_BY_IF, major, minor + 1, RPC_C_VERS_COMPATIBLE, &h), 0);
    ok_int(count_entries(RPC_C_EP_MATCH_BY_IF, major + 1, 0, RPC_C_VERS_MAJOR_ONLY, &h), 0);
    ok_int(RpcMgmtEpEltInqBegin(NULL, RPC_C_EP_MATCH_BY_IF, &id, 9, NULL, &inquiry), RPC_S_INVALID_VERS_OPTION);
}

static void test_server(void)
{
    RPC_BINDING_HANDLE h = bind_to(L"ncalrpc", NULL), copy;
    HANDLE child;
    void *context = NULL;
    RPC_WSTR text;
    DWORD exit_code;

    ok_int(RpcEpResolveBinding(h, &client_interface), EPT_S_NOT_REGISTERED);
    ok_int(RPC_TRY(CALL(ADD, h, 1, 2)), EPT_S_NOT_REGISTERED);
    child = start_server();
    ok_int(CALL_INT(ADD, h, 1, 2), 3);
    test_inquiry();
    ok_int(CALL_INT(PID, h), (int)GetCurrentProcessId());
    ok_int(RpcBindingToStringBindingW(h, &text), RPC_S_OK);
    ok(!wcsncmp(text, L"ncalrpc:[", 9) && wcslen(text) > 12, "%ls", text); /* it has an endpoint now */
    RpcStringFreeW(&text);
    CALL(OPEN, h, &context, 3);
    ok_int(CALL_INT(USE, context), 3);

    /* Killed: its entries are gone with it. */
    ok(TerminateProcess(child, 3), "error %lu", GetLastError());
    WaitForSingleObject(child, 5000);
    CloseHandle(child);
    long status = RPC_TRY(CALL(ADD, h, 1, 2));
    ok(status == RPC_S_SERVER_UNAVAILABLE || status == RPC_S_CALL_FAILED || status == RPC_S_CALL_FAILED_DNE,
       "status %ld", status);
    ok_int(RPC_TRY(CALL(ADD, h, 1, 2)), RPC_S_SERVER_UNAVAILABLE);
    ok_int(RpcBindingReset(h), RPC_S_OK);
    ok_int(RpcEpResolveBinding(h, &client_interface), EPT_S_NOT_REGISTERED);

    /* Another server: the old context handle is none of its. */
    child = start_server();
    ok_int(CALL_INT(ADD, h, 5, 2), 7);
    ok_int(RpcBindingCopy(h, &copy), RPC_S_OK);
    ok_int(CALL_INT(ADD, copy, 5, 3), 8);
    ok(RPC_TRY(CALL(USE, context)) != 0, "a context handle of a dead server");
    CALL(STOP, copy);
    ok_int(WaitForSingleObject(child, 5000), WAIT_OBJECT_0);
    GetExitCodeProcess(child, &exit_code);
    ok_int(exit_code, 0);
    CloseHandle(child);
    RpcSsDestroyClientContext(&context);
    ok_int(RpcBindingFree(&h), RPC_S_OK);
    ok_int(RpcBindingFree(&copy), RPC_S_OK);
}

TESTS
{
    WCHAR name[64];

    if (test_argc > 2) {
        MultiByteToWideChar(CP_ACP, 0, test_argv[2], -1, name, ARRAYSIZE(name));
        if (!strcmp(test_argv[1], "serve"))
            serve(name);
        else
            hold(name);
        return;
    }
    test_rundown();
    test_server();
}
