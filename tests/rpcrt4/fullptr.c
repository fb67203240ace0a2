/* SPDX-License-Identifier: MIT */
/*
 * fullptr.c: full pointers ([ptr]): two that are the same on one side are so on the other, cycles end, and what comes back is put where
 * it was. ("Full Pointers", https://learn.microsoft.com/windows/win32/rpc/full-pointers)
 */
#include "../test.h"
#include "interface.h"

typedef struct graph {
    int value;
    struct graph *left, *right;
} GRAPH;

static const unsigned char full_types[] = { S(0),
                                            /* 2: [ptr] long * */
                                            0x14, 0x08, 0x08, 0x5c,
                                            /* 6: GRAPH; its pointers, 20 and 24 */
                                            0x1a, 3, S(24), S(0), S(8), 0x08, 0x39, 0x36, 0x36, 0x5c, 0x5b, 0x14, 0,
                                            S(-16), 0x14, 0, S(-20),
                                            /* 28: [ptr] GRAPH * */
                                            0x14, 0, S(-24) };

enum { SAME, CYCLE, CHANGE, FULL_PROCS };

#define FULL_HEAD(number, stack, params, options)                                                                      \
    0, 0x49, L(0), S(number), S(stack), 0x32, 0, S(0), S(0), S(8), options, params, 10, 7, S(0), S(0), S(0), S(0)

static const unsigned char full_procs[FULL_PROCS][PROC_SIZE] = {
    /* int same(handle_t, [in, ptr] long *, [in, ptr] long *) */
    { FULL_HEAD(SAME, 32, 3, 0x47), COMPLEX(0x0b, 8, 2), COMPLEX(0x0b, 16, 2), RESULT(24, 0x08) },
    /* int cycle(handle_t, [in, ptr] GRAPH *) */
    { FULL_HEAD(CYCLE, 24, 2, 0x47), COMPLEX(0x0b, 8, 28), RESULT(16, 0x08) },
    /* void change(handle_t, [in, out, ptr] GRAPH *, [in, out, ptr] GRAPH *) */
    { FULL_HEAD(CHANGE, 24, 2, 0x43), COMPLEX(0x1b, 8, 28), COMPLEX(0x1b, 16, 28) },
};
static const unsigned short full_offsets[FULL_PROCS] = { P(0), P(1), P(2) };

#define FULL_ID                                                                                                        \
    {                                                                                                                  \
        { 0x6f1b2d80, 0x41c6, 0x4d0e, { 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x80 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }
#define FULL_DESC(interface)                                                                                           \
    {                                                                                                                  \
        .RpcInterfaceInformation = &(interface), .pfnAllocate = counted_allocate, .pfnFree = counted_release,          \
        .pFormatTypes = full_types, .fCheckBounds = 1, .Version = 0x60001, .MIDLVersion = 0x8010274, .mFlags = 1       \
    }

static LONG allocations;

static void *__RPC_USER counted_allocate(size_t size)
{
    InterlockedIncrement(&allocations);
    return malloc(size);
}

static void __RPC_USER counted_release(void *memory)
{
    InterlockedDecrement(&allocations);
    free(memory);
}

static RPC_CLIENT_INTERFACE full_client = { sizeof(full_client), FULL_ID, NDR_SYNTAX, NULL, 0, NULL, 0, NULL, 0 };
static const MIDL_STUB_DESC full_client_desc = FULL_DESC(full_client);

#define FULL_CALL(number, ...) NdrClientCall2((PMIDL_STUB_DESC)&full_client_desc, full_procs[number], __VA_ARGS__)

/* --- the server --- */

static int server_same(handle_t h, LONG *a, LONG *b)
{
    (void)h;
    if (!a || !b)
        return !a && !b ? 2 : 3;
    return a == b ? 100 + *a : *a - *b;
}

static int server_cycle(handle_t h, GRAPH *graph)
{
    GRAPH *at = graph;
    int sum = 0, steps = 0;

    (void)h;
    do {
        sum += at->value;
        at = at->left;
    } while (at && at != graph && ++steps < 1000);
    return at == graph && graph->right == graph ? sum : -1;
}

/* The second comes behind the first, a new one behind both; what was behind the first goes. */
static void server_change(handle_t h, GRAPH *first, GRAPH *second)
{
    GRAPH *more = counted_allocate(sizeof(*more));

    (void)h;
    first->value++;
    second->value *= 2;
    *more = (GRAPH){ 77, first, NULL };
    first->left = second;
    counted_release(first->right); /* nobody else can reach it */
    first->right = NULL;
    second->left = more;
}

static const SERVER_ROUTINE full_routines[] = { (SERVER_ROUTINE)(void *)server_same,
                                                (SERVER_ROUTINE)(void *)server_cycle,
                                                (SERVER_ROUTINE)(void *)server_change };
static RPC_DISPATCH_FUNCTION full_dispatch[] = { NdrServerCall2, NdrServerCall2, NdrServerCall2, NULL };
static RPC_DISPATCH_TABLE full_table = { FULL_PROCS, full_dispatch, 0 };
static const MIDL_SERVER_INFO full_info;
static RPC_SERVER_INTERFACE full_server = { sizeof(full_server), FULL_ID,   NDR_SYNTAX, &full_table, 0, NULL, NULL,
                                            &full_info,          0x04000000 };
static const MIDL_STUB_DESC full_server_desc = FULL_DESC(full_server);
static const MIDL_SERVER_INFO full_info = { .pStubDesc = (PMIDL_STUB_DESC)&full_server_desc,
                                            .DispatchTable = full_routines,
                                            .ProcString = full_procs[0],
                                            .FmtStringOffset = full_offsets };

TESTS
{
    LONG one = 11, two = 4;
    GRAPH ring[3], first, *second, other;
    RPC_BINDING_HANDLE h;
    WCHAR name[64];

    swprintf(name, ARRAYSIZE(name), L"fullptr-test-%lu", GetCurrentProcessId());
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncalrpc", 10, name, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIfEx(&full_server, NULL, NULL, RPC_IF_AUTOLISTEN, 100, NULL), RPC_S_OK);
    h = bind_to(L"ncalrpc", name);

    ok_int((int)FULL_CALL(SAME, h, &one, &one).Simple, 111);
    ok_int((int)FULL_CALL(SAME, h, &one, &two).Simple, 7);
    ok_int((int)FULL_CALL(SAME, h, NULL, NULL).Simple, 2);
    ok_int((int)FULL_CALL(SAME, h, NULL, &two).Simple, 3);
    ok_int(allocations, 0);

    for (int i = 0; i < 3; i++)
        ring[i] = (GRAPH){ i + 1, &ring[(i + 1) % 3], &ring[0] };
    ok_int((int)FULL_CALL(CYCLE, h, &ring[0]).Simple, 6);
    ring[2].left = NULL;
    ok_int((int)FULL_CALL(CYCLE, h, &ring[0]).Simple, -1);
    ok_int(allocations, 0);

    first = (GRAPH){ 1, NULL, &other };
    other = (GRAPH){ 5, NULL, NULL };
    second = counted_allocate(sizeof(*second));
    *second = (GRAPH){ 2, NULL, NULL };
    FULL_CALL(CHANGE, h, &first, second);
    ok_int(first.value, 2);
    ok(first.left == second && !first.right, "%p, %p", (void *)first.left, (void *)first.right);
    ok_int(second->value, 4);
    if (ok(second->left && second->left != &first, "nothing new")) {
        ok_int(second->left->value, 77);
        ok(second->left->left == &first, "a copy");
        counted_release(second->left);
    }
    counted_release(second);
    ok_int(allocations, 0);
    ok_int(RpcBindingFree(&h), RPC_S_OK);
}
