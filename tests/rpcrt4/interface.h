/* SPDX-License-Identifier: MIT */
/*
 * interface.h: an RPC interface for the tests, its format strings written by hand after "RPC NDR Format Strings" (Microsoft's
 * documentation; MIDL would make them of an IDL file). With /robust: correlation descriptors have six bytes and are checked.
 */
#include <rpc.h>
#include <rpcndr.h>
#include <setjmp.h>

typedef struct node {
    int value;
    struct node *next;
    WCHAR *name;
} NODE;

typedef union number {
    int i;
    double d;
} NUMBER;

#define S(n) (unsigned char)((n)&0xff), (unsigned char)(((n) >> 8) & 0xff)
#define L(n) S(n), S((unsigned)(n) >> 16)

static const unsigned char types[] = {
    S(0),
    /* 2: long *, size_is(the argument at 8) */
    0x1b,
    3,
    S(4),
    0x28,
    0,
    S(8),
    1,
    0,
    0x08,
    0x5b,
    /* 14: NODE; its pointers: 28 NODE *, 32 [string] wchar_t * */
    0x1a,
    3,
    S(24),
    S(0),
    S(8),
    0x08,
    0x39,
    0x36,
    0x36,
    0x5c,
    0x5b,
    0x12,
    0,
    S(-16),
    0x12,
    8,
    0x25,
    0x5c,
    /* 36: [unique] NODE *; 40: [out] NODE ** */
    0x12,
    0,
    S(-24),
    0x11,
    0x14,
    S(-6),
    /* 44: [string] wchar_t *; 46: [string, size_is(the argument at 24, which comes later)] wchar_t * */
    0x25,
    0x5c,
    0x25,
    0x44,
    0x28,
    0,
    S(24),
    0,
    0,
    /* context handles; 54: out, 58: in, 62: in, out */
    0x30,
    0xa0,
    0,
    0,
    0x30,
    0x41,
    0,
    0,
    0x30,
    0xe0,
    0,
    0,
    /* 66: NUMBER, switch_is(the argument at 8): 1 a long, 2 a double */
    0x2b,
    0x08,
    0x28,
    0,
    S(8),
    1,
    0,
    S(2),
    S(8),
    S(2),
    L(1),
    S(0x8008),
    L(2),
    S(0x800c),
    S(0xffff),
};

#define PROC_SIZE 72
#define HEAD(number, stack, params, options)                                                                           \
    0, 0x48, L(0), S(number), S(stack), 0x32, 0, S(0), S(0), S(0), options, params, 10, 7, S(0), S(0), S(0), S(0)
#define CONTEXT_HEAD(number, stack, params, flags, options)                                                            \
    0, 0x48, L(0), S(number), S(stack), 0x30, flags, S(0), 0, 0, S(0), S(0), options, params, 10, 7, S(0), S(0), S(0), \
        S(0)
#define BASE(attributes, offset, type)    S(attributes), S(offset), type, 0
#define COMPLEX(attributes, offset, type) S(attributes), S(offset), S(type)
#define RESULT(offset, type)              BASE(0x70, offset, type)
#define PLAIN                             0x43
#define RETURNS                           0x47

enum { ADD, MIX, SUM, LIST, COPY, OPEN, USE, CLOSE, RAISE, STOP, PID, CHOOSE, SLEEP, PROCS };

static const unsigned char procs[PROCS][PROC_SIZE] = {
    { HEAD(ADD, 32, 3, RETURNS), BASE(0x48, 8, 0x08), BASE(0x48, 16, 0x08), RESULT(24, 0x08) },
    { HEAD(MIX, 48, 5, RETURNS), BASE(0x48, 8, 0x0a), BASE(0x48, 16, 0x0c), BASE(0x48, 24, 0x08), BASE(0x48, 32, 0x0c),
      RESULT(40, 0x0c) },
    { HEAD(SUM, 32, 3, RETURNS), BASE(0x48, 8, 0x08), COMPLEX(0x10b, 16, 2), RESULT(24, 0x08) },
    { HEAD(LIST, 24, 2, PLAIN), COMPLEX(0x0b, 8, 36), COMPLEX(0x2013, 16, 40) },
    { HEAD(COPY, 32, 3, PLAIN), COMPLEX(0x10b, 8, 44), COMPLEX(0x113, 16, 46), BASE(0x48, 24, 0x08) },
    { HEAD(OPEN, 24, 2, PLAIN), COMPLEX(0x110, 8, 54), BASE(0x48, 16, 0x08) },
    { CONTEXT_HEAD(USE, 16, 2, 0x41, RETURNS), COMPLEX(0x08, 0, 58), RESULT(8, 0x08) },
    { CONTEXT_HEAD(CLOSE, 8, 1, 0xe0, PLAIN), COMPLEX(0x118, 0, 62) },
    { HEAD(RAISE, 16, 1, PLAIN), BASE(0x48, 8, 0x08) },
    { HEAD(STOP, 8, 0, PLAIN) },
    { HEAD(PID, 16, 1, RETURNS), RESULT(8, 0x08) },
    { HEAD(CHOOSE, 32, 3, RETURNS), BASE(0x48, 8, 0x08), COMPLEX(0x8b, 16, 66), RESULT(24, 0x08) },
    { HEAD(SLEEP, 24, 2, RETURNS), BASE(0x48, 8, 0x08), RESULT(16, 0x08) },
};

#define P(n) (n) * PROC_SIZE
static const unsigned short offsets[PROCS] = { P(0), P(1), P(2), P(3),  P(4),  P(5), P(6),
                                               P(7), P(8), P(9), P(10), P(11), P(12) };

#define INTERFACE_ID                                                                                                   \
    {                                                                                                                  \
        { 0x6f1b2d80, 0x41c6, 0x4d0e, { 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x01 } },                            \
        {                                                                                                              \
            1, 0                                                                                                       \
        }                                                                                                              \
    }
#define NDR_SYNTAX                                                                                                     \
    {                                                                                                                  \
        { 0x8a885d04, 0x1ceb, 0x11c9, { 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60 } },                            \
        {                                                                                                              \
            2, 0                                                                                                       \
        }                                                                                                              \
    }

static void *__RPC_USER allocate(size_t size)
{
    return malloc(size);
}

static void __RPC_USER release(void *memory)
{
    free(memory);
}

/* --- the client --- */

static RPC_CLIENT_INTERFACE client_interface = {
    sizeof(client_interface), INTERFACE_ID, NDR_SYNTAX, NULL, 0, NULL, 0, NULL, 0
};

static const MIDL_STUB_DESC client_desc = {
    .RpcInterfaceInformation = &client_interface,
    .pfnAllocate = allocate,
    .pfnFree = release,
    .pFormatTypes = types,
    .fCheckBounds = 1,
    .Version = 0x60001,
    .MIDLVersion = 0x8010274,
    .mFlags = 1,
};

#define CALL(number, ...)     NdrClientCall2((PMIDL_STUB_DESC)&client_desc, procs[number], __VA_ARGS__)
#define CALL_INT(number, ...) ((int)CALL(number, __VA_ARGS__).Simple)

/* --- the server --- */

static LONG rundowns, last_context;

static int server_add(handle_t h, int a, int b)
{
    (void)h;
    return a + b;
}

static double server_mix(handle_t h, float a, double b, int c, double d)
{
    (void)h;
    return a + b * 10 + c * 100 + d * 1000;
}

static int server_sum(handle_t h, int n, int *v)
{
    int sum = 0;

    (void)h;
    while (n--)
        sum += v[n];
    return sum;
}

/* The list backwards, its names with an '!'. */
static void server_list(handle_t h, NODE *in, NODE **out)
{
    (void)h;
    *out = NULL;
    for (; in; in = in->next) {
        NODE *node = allocate(sizeof(*node));

        node->value = in->value + 1;
        node->next = *out;
        node->name = NULL;
        if (in->name) {
            node->name = allocate((wcslen(in->name) + 2) * sizeof(WCHAR));
            wcscpy(node->name, in->name);
            wcscat(node->name, L"!");
        }
        *out = node;
    }
}

static void server_copy(handle_t h, WCHAR *in, WCHAR *out, int n)
{
    (void)h;
    wcsncpy(out, in, n);
    out[n - 1] = 0;
}

static void server_open(handle_t h, void **context, int id)
{
    (void)h;
    *context = (void *)(ULONG_PTR)(0x1000 + id);
}

static int server_use(void *context)
{
    last_context = (LONG)(ULONG_PTR)context;
    return last_context - 0x1000;
}

static void server_close(void **context)
{
    *context = NULL;
}

static void server_raise(handle_t h, int code)
{
    (void)h;
    RaiseException((DWORD)code, 0, 0, NULL);
}

static void server_stop(handle_t h)
{
    (void)h;
    RpcMgmtStopServerListening(NULL);
}

static int server_pid(handle_t h)
{
    ULONG pid = 0;

    return I_RpcBindingInqLocalClientPID(h, &pid) ? -1 : (int)pid;
}

static int server_choose(handle_t h, int k, NUMBER number)
{
    (void)h;
    return k == 1 ? number.i : (int)(number.d * 100);
}

/* At most so long; 1: until the client had enough of it. */
static int server_sleep(handle_t h, int milliseconds)
{
    for (; milliseconds > 0; milliseconds -= 10) {
        if (!RpcServerTestCancel(h))
            return 1;
        Sleep(10);
    }
    return 0;
}

static void __RPC_USER rundown(void *context)
{
    last_context = (LONG)(ULONG_PTR)context;
    InterlockedIncrement(&rundowns);
}

static const SERVER_ROUTINE routines[PROCS] = {
    (SERVER_ROUTINE)(void *)server_add,   (SERVER_ROUTINE)(void *)server_mix,   (SERVER_ROUTINE)(void *)server_sum,
    (SERVER_ROUTINE)(void *)server_list,  (SERVER_ROUTINE)(void *)server_copy,  (SERVER_ROUTINE)(void *)server_open,
    (SERVER_ROUTINE)(void *)server_use,   (SERVER_ROUTINE)(void *)server_close, (SERVER_ROUTINE)(void *)server_raise,
    (SERVER_ROUTINE)(void *)server_stop,  (SERVER_ROUTINE)(void *)server_pid,   (SERVER_ROUTINE)(void *)server_choose,
    (SERVER_ROUTINE)(void *)server_sleep,
};
static const NDR_RUNDOWN rundown_routines[] = { rundown };
static RPC_DISPATCH_FUNCTION dispatch[] = {
    NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2,
    NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NdrServerCall2, NULL
};
static RPC_DISPATCH_TABLE dispatch_table = { PROCS, dispatch, 0 };
static const MIDL_SERVER_INFO server_info;
static RPC_SERVER_INTERFACE server_interface = {
    sizeof(server_interface), INTERFACE_ID, NDR_SYNTAX, &dispatch_table, 0, NULL, NULL, &server_info, 0x04000000
};
static const MIDL_STUB_DESC server_desc = {
    .RpcInterfaceInformation = &server_interface,
    .pfnAllocate = allocate,
    .pfnFree = release,
    .apfnNdrRundownRoutines = rundown_routines,
    .pFormatTypes = types,
    .fCheckBounds = 1,
    .Version = 0x60001,
    .MIDLVersion = 0x8010274,
    .mFlags = 1,
};
static const MIDL_SERVER_INFO server_info = {
    .pStubDesc = (PMIDL_STUB_DESC)&server_desc,
    .DispatchTable = routines,
    .ProcString = procs[0],
    .FmtStringOffset = offsets,
};

/* --- exceptions: RpcTryExcept for a compiler that has none. One thread at a time. --- */

static jmp_buf try_target;
static DWORD try_thread;
static DWORD try_code;

static LONG CALLBACK try_handler(EXCEPTION_POINTERS *pointers)
{
    DWORD code = pointers->ExceptionRecord->ExceptionCode;

    if (GetCurrentThreadId() != try_thread || code >> 30 == 1 || code == (DWORD)STATUS_LONGJUMP)
        return EXCEPTION_CONTINUE_SEARCH;
    try_code = code;
    try_thread = 0;
    longjmp(try_target, 1);
}

/* The exception's code, or 0. */
#define RPC_TRY(expression)                                                                                            \
    ({                                                                                                                 \
        static void *try_installed;                                                                                    \
        if (!try_installed)                                                                                            \
            try_installed = AddVectoredExceptionHandler(0, try_handler);                                               \
        try_code = 0;                                                                                                  \
        if (!setjmp(try_target)) {                                                                                     \
            try_thread = GetCurrentThreadId();                                                                         \
            (void)(expression);                                                                                        \
        }                                                                                                              \
        try_thread = 0;                                                                                                \
        RemoveVectoredExceptionHandler(try_installed);                                                                 \
        try_installed = NULL;                                                                                          \
        (long)try_code;                                                                                                \
    })

static RPC_BINDING_HANDLE bind_to(const WCHAR *protseq, const WCHAR *endpoint)
{
    RPC_BINDING_HANDLE handle = NULL;
    RPC_WSTR text;
    RPC_STATUS status;

    status = RpcStringBindingComposeW(NULL, (RPC_WSTR)protseq, NULL, (RPC_WSTR)endpoint, NULL, &text);
    if (!status) {
        status = RpcBindingFromStringBindingW(text, &handle);
        RpcStringFreeW(&text);
    }
    ok_int(status, RPC_S_OK);
    return handle;
}
