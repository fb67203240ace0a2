/* SPDX-License-Identifier: MIT */
/*
 * protocols.c: stubs made for NDR and NDR64 ("midl /protocol all"): a table of transfer syntaxes on both sides, whose NDR entry is
 * used whatever the other one says; synchronous, asynchronous and pickled. A peer that offers NDR64 first gets an answer.
 */
#include "../test.h"
#include "interface.h"
#include <midles.h>
#include <rpcasync.h>

#define NDR64_SYNTAX                                                                                                   \
    {                                                                                                                  \
        { 0x71710533, 0xbeba, 0x4937, { 0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc, 0x36 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }

/* An interface of its own: ADD to LIST of the other one, and an asynchronous procedure. */
#define BOTH_ID                                                                                                        \
    {                                                                                                                  \
        { 0x6f1b2d80, 0x41c6, 0x4d0e, { 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x64 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }
enum { LATER = LIST + 1, BOTH_PROCS };

/* int later([async] RPC_ASYNC_STATE *, handle_t, [string] wchar_t *text) */
static const unsigned char later_proc[] = {
    0,
    0x48,
    L(0),
    S(LATER),
    S(32),
    0x32,
    0,
    S(8),
    S(0),
    S(0),
    0xc7,
    2,
    10,
    7,
    S(0),
    S(0),
    S(0),
    S(0),
    COMPLEX(0x10b, 16, 44),
    RESULT(24, 0x08),
};

static const RPC_SYNTAX_IDENTIFIER ndr64 = NDR64_SYNTAX;
static unsigned char both_procs[BOTH_PROCS][PROC_SIZE];
static const unsigned short both_offsets[] = { P(0), P(1), P(2), P(3), P(4) };
static const void *const ndr64_procs[BOTH_PROCS]; /* what is never looked at */

static const MIDL_STUBLESS_PROXY_INFO proxy_info;
static RPC_CLIENT_INTERFACE both_client = { sizeof(both_client), BOTH_ID,   NDR_SYNTAX, NULL, 0, NULL, 0,
                                            &proxy_info,         0x02000000 };
/* The format of types is each syntax's own: the description has that of the last, as if for NDR64. */
static const MIDL_STUB_DESC both_desc = { .RpcInterfaceInformation = &both_client,
                                          .pfnAllocate = allocate,
                                          .pfnFree = release,
                                          .fCheckBounds = 1,
                                          .Version = 0x60001,
                                          .MIDLVersion = 0x8010274,
                                          .mFlags = 0x2000001 };
static MIDL_SYNTAX_INFO client_syntaxes[2] = {
    { .TransferSyntax = NDR64_SYNTAX, .FmtStringOffset = (const unsigned short *)ndr64_procs },
    { .TransferSyntax = NDR_SYNTAX, .ProcString = both_procs[0], .FmtStringOffset = both_offsets, .TypeString = types },
};
static const MIDL_STUBLESS_PROXY_INFO proxy_info = {
    &both_desc, NULL, (const unsigned short *)ndr64_procs, (RPC_SYNTAX_IDENTIFIER *)&ndr64, 2, client_syntaxes
};
#define CALL3(number, result, ...) NdrClientCall3((MIDL_STUBLESS_PROXY_INFO *)&proxy_info, number, result, __VA_ARGS__)

static void server_later(RPC_ASYNC_STATE *state, handle_t h, WCHAR *text)
{
    int length = (int)wcslen(text);

    (void)h;
    ok_int(RpcAsyncCompleteCall(state, &length), RPC_S_OK);
}

static const SERVER_ROUTINE both_routines[] = {
    (SERVER_ROUTINE)(void *)server_add,  (SERVER_ROUTINE)(void *)server_mix,   (SERVER_ROUTINE)(void *)server_sum,
    (SERVER_ROUTINE)(void *)server_list, (SERVER_ROUTINE)(void *)server_later,
};
static RPC_DISPATCH_FUNCTION both_dispatch[] = { NdrServerCallAll, NdrServerCallAll,        NdrServerCallAll,
                                                 NdrServerCallAll, Ndr64AsyncServerCallAll, NULL };
static RPC_DISPATCH_TABLE both_table = { BOTH_PROCS, both_dispatch, 0 };
static const MIDL_SERVER_INFO both_info;
static RPC_SERVER_INTERFACE both_server = { sizeof(both_server), BOTH_ID,   NDR_SYNTAX, &both_table, 0, NULL, NULL,
                                            &both_info,          0x06000000 };
static const MIDL_STUB_DESC both_server_desc = { .RpcInterfaceInformation = &both_server,
                                                 .pfnAllocate = allocate,
                                                 .pfnFree = release,
                                                 .fCheckBounds = 1,
                                                 .Version = 0x60001,
                                                 .MIDLVersion = 0x8010274,
                                                 .mFlags = 0x2000001 };
static const MIDL_SERVER_INFO both_info = { .pStubDesc = (PMIDL_STUB_DESC)&both_server_desc,
                                            .DispatchTable = both_routines,
                                            .FmtStringOffset = (const unsigned short *)ndr64_procs,
                                            .pTransferSyntax = (RPC_SYNTAX_IDENTIFIER *)&ndr64,
                                            .nCount = 2,
                                            .pSyntaxInfo = client_syntaxes };

static void test_calls(RPC_BINDING_HANDLE h)
{
    NODE last = { 2, NULL, L"two" }, first = { 1, &last, NULL }, *out = NULL;
    int numbers[] = { 1, 2, 3, 4 }, sum = 0;
    double mixed = 0;

    ok_int(CALL3(ADD, NULL, h, 40, 2).Simple, 42);
    CALL3(SUM, &sum, h, 4, numbers);
    ok_int(sum, 10);
    CALL3(MIX, &mixed, h, 1.0, 2.0, 3, 4.0);
    ok(mixed == 4321, "%f", mixed);
    CALL3(LIST, NULL, h, &first, &out);
    if (ok(out && out->next, "no list")) {
        ok_int(out->value, 3);
        ok_wstr(out->name, L"two!");
        ok_int(out->next->value, 2);
    }
}

static void test_async(RPC_BINDING_HANDLE h)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    OVERLAPPED overlapped = { 0 }, *done = NULL;
    RPC_ASYNC_STATE state;
    ULONG_PTR key = 0;
    DWORD bytes = 0;
    int reply = 0;

    ok_int(RpcAsyncInitializeHandle(&state, sizeof(state)), RPC_S_OK);
    state.NotificationType = RpcNotificationTypeIoc;
    state.u.IOC.hIOPort = port;
    state.u.IOC.dwNumberOfBytesTransferred = 123;
    state.u.IOC.dwCompletionKey = 456;
    state.u.IOC.lpOverlapped = &overlapped;
    Ndr64AsyncClientCall((MIDL_STUBLESS_PROXY_INFO *)&proxy_info, LATER, NULL, &state, h, L"a text");
    ok(GetQueuedCompletionStatus(port, &bytes, &key, &done, 10000), "error %lu", GetLastError());
    ok_int(bytes, 123);
    ok_int(key, 456);
    ok(done == &overlapped, "another request");
    ok_int(RpcAsyncCompleteCall(&state, &reply), RPC_S_OK);
    ok_int(reply, 6);
    CloseHandle(port);
}

static void test_pickling(void)
{
    static const ULONG ndr64_types[] = { 0x12345 }, ndr_types[] = { 2, 36 };
    static const ULONG *offsets[] = { ndr64_types, ndr_types };
    static const MIDL_TYPE_PICKLING_INFO info = { .Version = 0x33205054, .Flags = 3 };
    MIDL_STUBLESS_PROXY_INFO *proxy = (MIDL_STUBLESS_PROXY_INFO *)&proxy_info;
    NODE node = { 7, NULL, L"seven" }, *in = &node, *out = NULL;
    handle_t handle;
    char *buffer = NULL;
    ULONG size = 0;
    int number = 77, again = 0;

    ok_int(MesEncodeDynBufferHandleCreate(&buffer, &size, &handle), RPC_S_OK);
    ok(NdrMesTypeAlignSize3(handle, &info, proxy, offsets, 1, &in) > 40, "size");
    NdrMesTypeEncode3(handle, &info, proxy, offsets, 1, &in);
    ok_int(NdrMesSimpleTypeAlignSizeAll(handle, proxy), 8);
    NdrMesSimpleTypeEncodeAll(handle, proxy, &number, sizeof(number));
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesDecodeBufferHandleCreate(buffer, size, &handle), RPC_S_OK);
    NdrMesTypeDecode3(handle, &info, proxy, offsets, 1, &out);
    NdrMesSimpleTypeDecodeAll(handle, proxy, &again, sizeof(again));
    ok_int(again, 77);
    if (ok(out != NULL, "nothing")) {
        ok_int(out->value, 7);
        ok_wstr(out->name, L"seven");
        NdrMesTypeFree3(handle, &info, proxy, offsets, 1, &out);
    }
    ok_int(MesHandleFree(handle), RPC_S_OK);
}

/*
 * A bind as Windows' own clients make it of such stubs: one context a syntax, and the negotiation of features ([MS-RPCE] 3.3.1.5.3).
 * NDR is accepted, NDR64 may be refused, the third is acknowledged.
 */
static void test_offer(const WCHAR *name)
{
    static const struct {
        UCHAR header[10];
        USHORT auth;
        ULONG call;
        USHORT send, receive;
        ULONG group;
        UCHAR count, reserved[3];
        struct {
            USHORT id;
            UCHAR syntaxes, reserved;
            RPC_SYNTAX_IDENTIFIER abstract, transfer;
        } contexts[3];
    } bind = {
        { 5, 0, 11, 3, 0x10, 0, 0, 0, 28 + 3 * 44, 0 },
        .call = 1,
        .send = 4280,
        .receive = 4280,
        .count = 3,
        .contexts = { { 0, 1, 0, BOTH_ID, NDR64_SYNTAX },
                      { 1, 1, 0, BOTH_ID, NDR_SYNTAX },
                      { 2, 1, 0, BOTH_ID, { { 0x6cb71c2c, 0x9812, 0x4540, { 3, 0, 0, 0, 0, 0, 0, 0 } }, { 1, 0 } } } },
    };
    UCHAR answer[512];
    USHORT results[3], at;
    HANDLE pipe;
    DWORD size;

    pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (!ok(pipe != INVALID_HANDLE_VALUE, "error %lu", GetLastError()))
        return;
    ok(WriteFile(pipe, &bind, sizeof(bind), &size, NULL), "error %lu", GetLastError());
    ok(ReadFile(pipe, answer, sizeof(answer), &size, NULL) && size > 60, "error %lu", GetLastError());
    ok_int(answer[2], 12);
    memcpy(&at, answer + 24, sizeof(at)); /* behind the secondary address: aligned to 4 */
    at = (26 + at + 3) & ~3;
    ok_int(answer[at], 3);
    for (int i = 0; i < 3; i++)
        memcpy(&results[i], answer + at + 4 + i * 24, sizeof(results[i]));
    ok(results[0] == 0 || results[0] == 2, "NDR64: %d", results[0]);
    ok(results[0] == 0 || results[1] == 0, "NDR: %d", results[1]);
    ok_int(results[2], 3); /* negotiate_ack */
    CloseHandle(pipe);
}

TESTS
{
    RPC_BINDING_HANDLE h;
    WCHAR name[64], path[80];

    for (int i = 0; i < LATER; i++)
        memcpy(both_procs[i], procs[i], PROC_SIZE);
    memcpy(both_procs[LATER], later_proc, sizeof(later_proc));
    swprintf(name, ARRAYSIZE(name), L"\\pipe\\protocols-test-%lu", GetCurrentProcessId());
    swprintf(path, ARRAYSIZE(path), L"\\\\.%ls", name);
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncacn_np", 10, name, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIfEx(&both_server, NULL, NULL, RPC_IF_AUTOLISTEN, 100, NULL), RPC_S_OK);
    h = bind_to(L"ncacn_np", name);
    test_calls(h);
    test_async(h);
    test_pickling();
    test_offer(path);
    ok_int(RpcBindingFree(&h), RPC_S_OK);
    ok_int(RpcServerUnregisterIf(&both_server, NULL, TRUE), RPC_S_OK);
}
