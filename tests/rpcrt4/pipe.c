/* SPDX-License-Identifier: MIT */
/*
 * pipe.c: [pipe] arguments: in, out, both, of numbers and of structures; that data goes while the call runs, and what comes of
 * pipes that are not processed as they should. (Pipes, https://learn.microsoft.com/windows/win32/rpc/pipes)
 */
#include "../test.h"
#include "interface.h"

typedef struct pipe_ints {
    void(__RPC_USER *pull)(char *state, int *buffer, ULONG elements, ULONG *count);
    void(__RPC_USER *push)(char *state, int *buffer, ULONG count);
    void(__RPC_USER *alloc)(char *state, ULONG bytes, int **buffer, ULONG *got);
    char *state;
} INTS;

typedef struct {
    double d;
    char c;
} ELEMENT;

typedef struct pipe_elements {
    void(__RPC_USER *pull)(char *state, ELEMENT *buffer, ULONG elements, ULONG *count);
    void(__RPC_USER *push)(char *state, ELEMENT *buffer, ULONG count);
    void(__RPC_USER *alloc)(char *state, ULONG bytes, ELEMENT **buffer, ULONG *got);
    char *state;
} ELEMENTS;

static const unsigned char pipe_types[] = { S(0),
                                            /* 2: long; 4: pipe of it */
                                            0x08, 0x5c, 0xb5, 3, S(-4), S(4), S(4),
                                            /* 12: ELEMENT; its members and padding; 24: pipe of it */
                                            0x1a, 7, S(16), S(0), S(0), 0x0c, 0x02, 0x43, 0x5b, 0xb5, 7, S(-14), S(16),
                                            S(16),
                                            /* 32: long *, size_is(the argument at 8) */
                                            0x1b, 3, S(4), 0x28, 0, S(8), 1, 0, 0x08, 0x5b };

enum { SEND, RECEIVE, BOTH, STRUCTURES, TOTAL, MISUSE, PIPE_PROCS };

#define PIPE_HEAD(number, stack, params, options)                                                                      \
    0, 0x48, L(0), S(number), S(stack), 0x32, 0, S(0), S(8), S(8), options, params, 10, 7, S(0), S(0), S(0), S(0)
#define IN_PIPE     0x8c
#define OUT_PIPE    0x114
#define IN_OUT_PIPE 0x11c

static const unsigned char pipe_procs[PIPE_PROCS][PROC_SIZE] = {
    { PIPE_HEAD(SEND, 32, 3, 0x4c), BASE(0x48, 8, 0x08), COMPLEX(IN_PIPE, 16, 4), RESULT(24, 0x08) },
    { PIPE_HEAD(RECEIVE, 32, 3, 0x48), BASE(0x48, 8, 0x08), COMPLEX(OUT_PIPE, 16, 4), BASE(0x2150, 24, 0x08) },
    { PIPE_HEAD(BOTH, 32, 3, 0x4c), COMPLEX(IN_OUT_PIPE, 8, 4), BASE(0x48, 16, 0x08), RESULT(24, 0x08) },
    { PIPE_HEAD(STRUCTURES, 32, 3, 0x4c), COMPLEX(IN_OUT_PIPE, 8, 24), BASE(0x48, 16, 0x06), RESULT(24, 0x0c) },
    { PIPE_HEAD(TOTAL, 32, 3, 0x47), BASE(0x48, 8, 0x08), COMPLEX(0x10b, 16, 32), RESULT(24, 0x08) },
    { PIPE_HEAD(MISUSE, 32, 3, 0x48), BASE(0x48, 8, 0x08), COMPLEX(IN_PIPE, 16, 4), COMPLEX(OUT_PIPE, 24, 4) },
};
static const unsigned short pipe_offsets[PIPE_PROCS] = { P(0), P(1), P(2), P(3), P(4), P(5) };

#define PIPE_INTERFACE_ID                                                                                              \
    {                                                                                                                  \
        { 0x6f1b2d80, 0x41c6, 0x4d0e, { 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x70 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }

#define PIPE_STUB_DESC(interface)                                                                                      \
    {                                                                                                                  \
        .RpcInterfaceInformation = &(interface), .pfnAllocate = allocate, .pfnFree = release,                          \
        .pFormatTypes = pipe_types, .fCheckBounds = 1, .Version = 0x60001, .MIDLVersion = 0x8010274, .mFlags = 1       \
    }

static RPC_CLIENT_INTERFACE pipe_client = {
    sizeof(pipe_client), PIPE_INTERFACE_ID, NDR_SYNTAX, NULL, 0, NULL, 0, NULL, 1
};
static const MIDL_STUB_DESC pipe_client_desc = PIPE_STUB_DESC(pipe_client);

#define PIPE_CALL(number, ...) NdrClientCall2((PMIDL_STUB_DESC)&pipe_client_desc, pipe_procs[number], __VA_ARGS__)

/* --- the server --- */

static HANDLE server_has, client_has;

static int server_send(handle_t h, int before, INTS pipe)
{
    int buffer[100], sum = before;
    ULONG count;

    (void)h;
    do {
        pipe.pull(pipe.state, buffer, 100, &count);
        for (ULONG i = 0; i < count; i++)
            sum += buffer[i];
        if (server_has)
            SetEvent(server_has);
    } while (count);
    return sum;
}

static void server_receive(handle_t h, int n, INTS *pipe, int *check)
{
    int buffer[1000];

    (void)h;
    *check = 0;
    for (int i = 0; i < n;) {
        ULONG count = 0;
        for (; count < ARRAYSIZE(buffer) && i < n; i++)
            *check += buffer[count++] = i * 3;
        pipe->push(pipe->state, buffer, count);
        if (client_has && i >= 40000 && WaitForSingleObject(client_has, 10000))
            RaiseException(ERROR_TIMEOUT, 0, 0, NULL);
    }
    pipe->push(pipe->state, NULL, 0);
}

static int server_both(handle_t h, INTS *pipe, int factor)
{
    int *all = NULL, total = 0;
    ULONG count;

    (void)h;
    do {
        all = realloc(all, (total + 500) * sizeof(*all));
        pipe->pull(pipe->state, all + total, 500, &count);
        total += (int)count;
    } while (count);
    for (int i = 0; i < total; i++)
        all[i] *= factor;
    if (total)
        pipe->push(pipe->state, all, total);
    pipe->push(pipe->state, all, 0);
    free(all);
    return total;
}

static double server_structures(handle_t h, ELEMENTS *pipe, short add)
{
    ELEMENT buffer[7];
    double sum = 0;
    ULONG count;

    (void)h;
    do {
        pipe->pull(pipe->state, buffer, 7, &count);
        for (ULONG i = 0; i < count; i++)
            sum += buffer[i].d + buffer[i].c;
    } while (count);
    for (int i = 0; i < 3; i++) {
        buffer[i].d = i + 0.5;
        buffer[i].c = (char)(i + add);
    }
    pipe->push(pipe->state, buffer, 1);
    pipe->push(pipe->state, buffer + 1, 2);
    pipe->push(pipe->state, buffer, 0);
    return sum;
}

static int server_total(handle_t h, int n, int *v)
{
    return server_sum(h, n, v);
}

static void server_misuse(handle_t h, int how, INTS in, INTS *out)
{
    int buffer[10] = { 0 };
    ULONG count;

    (void)h;
    if (how == 1) /* the input is not drained yet */
        out->push(out->state, buffer, 1);
    if (how == 2) {
        in.pull(in.state, buffer, 10, &count);
        return;
    }
    do
        in.pull(in.state, buffer, 10, &count);
    while (count);
    if (how == 3)
        in.pull(in.state, buffer, 10, &count);
    out->push(out->state, buffer, 2);
    if (how == 4)
        return; /* without its end */
    if (how == 5)
        RaiseException(0xe0000077, 0, 0, NULL);
    out->push(out->state, buffer, 0);
    if (how == 6)
        out->push(out->state, buffer, 1);
}

static const SERVER_ROUTINE pipe_routines[PIPE_PROCS] = {
    (SERVER_ROUTINE)(void *)server_send,  (SERVER_ROUTINE)(void *)server_receive,
    (SERVER_ROUTINE)(void *)server_both,  (SERVER_ROUTINE)(void *)server_structures,
    (SERVER_ROUTINE)(void *)server_total, (SERVER_ROUTINE)(void *)server_misuse,
};
static RPC_DISPATCH_FUNCTION pipe_dispatch[] = {
    NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NULL
};
static RPC_DISPATCH_TABLE pipe_table = { PIPE_PROCS, pipe_dispatch, 0 };
static const MIDL_SERVER_INFO pipe_info;
static RPC_SERVER_INTERFACE pipe_server = { sizeof(pipe_server),
                                            PIPE_INTERFACE_ID,
                                            NDR_SYNTAX,
                                            &pipe_table,
                                            0,
                                            NULL,
                                            NULL,
                                            &pipe_info,
                                            0x04000000 | RPC_INTERFACE_HAS_PIPES };
static const MIDL_STUB_DESC pipe_server_desc = PIPE_STUB_DESC(pipe_server);
static const MIDL_SERVER_INFO pipe_info = { .pStubDesc = (PMIDL_STUB_DESC)&pipe_server_desc,
                                            .DispatchTable = pipe_routines,
                                            .ProcString = pipe_procs[0],
                                            .FmtStringOffset = pipe_offsets };

/* --- the client --- */

struct source {
    int next, end; /* what pull gives: next, next + 1, ... */
    int buffer[600];
    HANDLE wait; /* after the first 40000 */
    bool fail;
    int received, sum, ends; /* what push got */
};

static void __RPC_USER pull(char *state, int *buffer, ULONG elements, ULONG *count)
{
    struct source *s = (struct source *)state;

    if (s->wait && s->next >= 40000 && WaitForSingleObject(s->wait, 10000))
        RaiseException(ERROR_TIMEOUT, 0, 0, NULL);
    if (s->fail && s->next >= 30000)
        RaiseException(0xe0000088, 0, 0, NULL);
    for (*count = 0; *count < elements && s->next < s->end; s->next++)
        buffer[(*count)++] = s->next;
}

static void __RPC_USER push(char *state, int *buffer, ULONG count)
{
    struct source *s = (struct source *)state;

    s->ends += !count;
    s->received += (int)count;
    for (ULONG i = 0; i < count; i++)
        s->sum += buffer[i];
    if (client_has)
        SetEvent(client_has);
}

static void __RPC_USER alloc(char *state, ULONG bytes, int **buffer, ULONG *got)
{
    struct source *s = (struct source *)state;

    *buffer = s->buffer;
    *got = bytes < sizeof(s->buffer) ? bytes : sizeof(s->buffer);
}

static INTS ints(struct source *source)
{
    return (INTS){ pull, push, alloc, (char *)source };
}

static ULONG element_next;
static ELEMENT elements_seen[8];

static void __RPC_USER pull_elements(char *state, ELEMENT *buffer, ULONG elements, ULONG *count)
{
    (void)state;
    *count = 0;
    for (; element_next < 1000 && *count < elements; element_next++)
        buffer[(*count)++] = (ELEMENT){ element_next * 2.0, 1 };
}

static void __RPC_USER push_elements(char *state, ELEMENT *buffer, ULONG count)
{
    for (ULONG i = 0; i < count && *(ULONG *)state < ARRAYSIZE(elements_seen); i++)
        elements_seen[(*(ULONG *)state)++] = buffer[i];
}

static void __RPC_USER alloc_elements(char *state, ULONG bytes, ELEMENT **buffer, ULONG *got)
{
    static ELEMENT room[50];

    (void)state, (void)bytes;
    *buffer = room;
    *got = sizeof(room);
}

static int total(int end)
{
    return (int)((long long)end * (end - 1) / 2);
}

static void test_in(RPC_BINDING_HANDLE h)
{
    static const int counts[] = { 0, 1, 7, 599, 1200, 200001 };

    for (unsigned i = 0; i < ARRAYSIZE(counts); i++) {
        struct source source = { .end = counts[i] };

        ok_int((int)PIPE_CALL(SEND, h, 5, ints(&source)).Simple, total(counts[i]) + 5);
    }
    /* the rest is given only after the server has got the beginning */
    struct source source = { .end = 100000, .wait = server_has = CreateEventA(NULL, TRUE, FALSE, NULL) };
    ok_int((int)PIPE_CALL(SEND, h, 0, ints(&source)).Simple, total(100000));
    CloseHandle(server_has);
    server_has = NULL;
}

static void test_out(RPC_BINDING_HANDLE h)
{
    static const int counts[] = { 0, 1, 3, 1000, 1001, 200001 };

    for (unsigned i = 0; i < ARRAYSIZE(counts); i++) {
        struct source source = { 0 };
        INTS pipe = ints(&source);
        int check = -1;

        PIPE_CALL(RECEIVE, h, counts[i], &pipe, &check);
        ok_int(source.received, counts[i]);
        ok_int(source.sum, total(counts[i]) * 3);
        ok_int(check, source.sum);
        ok_int(source.ends, 1);
    }
    client_has = CreateEventA(NULL, TRUE, FALSE, NULL);
    struct source source = { 0 };
    INTS pipe = ints(&source);
    int check;
    PIPE_CALL(RECEIVE, h, 100000, &pipe, &check);
    ok_int(source.received, 100000);
    CloseHandle(client_has);
    client_has = NULL;
}

static void test_both(RPC_BINDING_HANDLE h)
{
    struct source source = { .end = 30000 };
    INTS pipe = ints(&source);
    ELEMENTS elements = { pull_elements, push_elements, alloc_elements, NULL };
    ULONG seen = 0;
    double result;
    int many[50000], expected = 0;

    ok_int((int)PIPE_CALL(BOTH, h, &pipe, 2).Simple, 30000);
    ok_int(source.received, 30000);
    ok_int(source.sum, total(30000) * 2);
    elements.state = (char *)&seen;
    element_next = 0;
    CLIENT_CALL_RETURN value = PIPE_CALL(STRUCTURES, h, &elements, 10);
    memcpy(&result, &value, sizeof(result));
    ok(result == 1000.0 * 999 + 1000, "%f", result);
    ok_int(seen, 3);
    for (int i = 0; i < 3; i++)
        ok(elements_seen[i].d == i + 0.5 && elements_seen[i].c == i + 10, "element %d: %f %d", i, elements_seen[i].d,
           elements_seen[i].c);
    /* one without pipes, of several fragments, in the same interface */
    for (int i = 0; i < 50000; i++)
        expected += many[i] = i * 7;
    ok_int((int)PIPE_CALL(TOTAL, h, 50000, many).Simple, expected);
}

static void test_misuse(RPC_BINDING_HANDLE h)
{
    static const struct {
        int how;
        long error;
    } cases[] = {
        { 0, 0 },
        { 1, RPC_X_WRONG_PIPE_ORDER },
        { 2, RPC_X_PIPE_DISCIPLINE_ERROR }, /* "The RPC call completed before all pipes were processed." */
        { 3, RPC_X_PIPE_EMPTY },            /* "No more data is available from the RPC pipe." */
        { 4, RPC_X_PIPE_DISCIPLINE_ERROR },
        { 5, (long)0xe0000077 },
        { 6, RPC_X_PIPE_CLOSED }, /* "The RPC pipe object has already been closed." */
    };
    struct source source;
    INTS pipe = ints(&source);

    for (volatile unsigned i = 0; i < ARRAYSIZE(cases); i++) {
        source = (struct source){ .end = 50000 };
        long error = RPC_TRY(PIPE_CALL(MISUSE, h, cases[i].how, pipe, &pipe));
        ok(error == cases[i].error, "%d: error %#lx, not %#lx", cases[i].how, error, cases[i].error);
    }
    /* the program's own routine raises: the call is over, the next one works */
    source = (struct source){ .end = 50000, .fail = true };
    ok_hex(RPC_TRY(PIPE_CALL(SEND, h, 0, pipe)), 0xe0000088);
    pipe.alloc = NULL;
    source = (struct source){ .end = 100 };
    ok_int((int)PIPE_CALL(SEND, h, 0, ints(&source)).Simple, total(100));
}

TESTS
{
    static const struct {
        const WCHAR *protseq, *endpoint;
    } places[] = { { L"ncalrpc", L"transom-rpc-pipe" }, { L"ncacn_np", L"\\pipe\\transom-rpc-pipe" } };

    ok_int(RpcServerRegisterIf(&pipe_server, NULL, NULL), RPC_S_OK);
    for (unsigned i = 0; i < ARRAYSIZE(places); i++) {
        ok_int(RpcServerUseProtseqEpW((RPC_WSTR)places[i].protseq, 10, (RPC_WSTR)places[i].endpoint, NULL), RPC_S_OK);
        if (!i)
            ok_int(RpcServerListen(1, 10, TRUE), RPC_S_OK);
        RPC_BINDING_HANDLE h = bind_to(places[i].protseq, places[i].endpoint);
        test_in(h);
        test_out(h);
        test_both(h);
        test_misuse(h);
        RpcBindingFree(&h);
    }
    ok_int(RpcMgmtStopServerListening(NULL), RPC_S_OK);
    ok_int(RpcServerUnregisterIf(&pipe_server, NULL, TRUE), RPC_S_OK);
}
