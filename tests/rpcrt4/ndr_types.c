/* SPDX-License-Identifier: MIT */
/*
 * ndr_types.c: the rarer types, pickled and read back, by format strings written by hand after "RPC NDR Format Strings": unions with
 * pointers, complex structures and arrays, several dimensions, varying arrays and strings, ranges, transmit_as, user_marshal.
 */
#include "../test.h"
#include "interface.h"
#include <midles.h>

#define CORRELATED(type, offset) type, 0, S(offset), S(1) /* a field of the structure, as far from here */
#define POINTER_TO               0x12, 0, S(2)            /* what follows */
#define NOT_CORRELATED           L(-1), S(0)

static LONG user_freed, xmit_freed;

/* transmit_as: a long that is sent as a short */
static void __RPC_USER to_xmit(PMIDL_STUB_MESSAGE msg)
{
    short *sent = malloc(sizeof(*sent));

    *sent = (short)*(int *)msg->pPresentedType;
    msg->pTransmitType = (unsigned char *)sent;
}

static void __RPC_USER from_xmit(PMIDL_STUB_MESSAGE msg)
{
    *(int *)msg->pPresentedType = *(short *)msg->pTransmitType;
}

static void __RPC_USER free_xmit(PMIDL_STUB_MESSAGE msg)
{
    free(msg->pTransmitType);
    xmit_freed++;
}

static void __RPC_USER free_inst(PMIDL_STUB_MESSAGE msg)
{
    (void)msg;
}

/* user_marshal: a pointer to a number that is sent as the number */
static ULONG __RPC_USER user_size(ULONG *flags, ULONG offset, void *memory)
{
    (void)flags, (void)memory;
    return offset + 4;
}

static unsigned char *__RPC_USER user_marshal(ULONG *flags, unsigned char *buffer, void *memory)
{
    (void)flags;
    *(int *)buffer = **(int **)memory;
    return buffer + 4;
}

static unsigned char *__RPC_USER user_unmarshal(ULONG *flags, unsigned char *buffer, void *memory)
{
    (void)flags;
    if (!*(int **)memory)
        *(int **)memory = malloc(sizeof(int));
    **(int **)memory = *(int *)buffer;
    return buffer + 4;
}

static void __RPC_USER user_free(ULONG *flags, void *memory)
{
    (void)flags;
    free(*(int **)memory);
    *(int **)memory = NULL;
    user_freed++;
}

static const XMIT_ROUTINE_QUINTUPLE xmit[] = { { to_xmit, from_xmit, free_xmit, free_inst } };
static const USER_MARSHAL_ROUTINE_QUADRUPLE user[] = { { user_size, user_marshal, user_unmarshal, user_free } };
static const MIDL_STUB_DESC desc = {
    .RpcInterfaceInformation = &client_interface,
    .pfnAllocate = allocate,
    .pfnFree = release,
    .aXmitQuintuple = xmit,
    .aUserMarshalQuadruple = user,
    .pFormatTypes = types,
    .fCheckBounds = 1,
    .Version = 0x60001,
    .MIDLVersion = 0x8010274,
    .mFlags = 1,
};
#define DESC ((PMIDL_STUB_DESC)&desc)

/* As MIDL writes it with -Oicf /robust. */
static const MIDL_TYPE_PICKLING_INFO pickling = { 0x33205054, 3, { 0, 0, 0 } };
#define INFO ((PMIDL_TYPE_PICKLING_INFO)&pickling)

static char *pickle;
static ULONG pickle_size;

static void encode(const unsigned char *type, const void *object)
{
    handle_t handle;

    ok_int(MesEncodeDynBufferHandleCreate(&pickle, &pickle_size, &handle), RPC_S_OK);
    ok_int(RPC_TRY(NdrMesTypeEncode2(handle, INFO, DESC, type, object)), RPC_S_OK);
    ok_int(MesHandleFree(handle), RPC_S_OK);
}

/* What decoding the pickle into the object raises. */
static long decode(const unsigned char *type, void *object)
{
    handle_t handle;
    long code;

    ok_int(MesDecodeBufferHandleCreate(pickle, pickle_size, &handle), RPC_S_OK);
    code = RPC_TRY(NdrMesTypeDecode2(handle, INFO, DESC, type, object));
    ok_int(MesHandleFree(handle), RPC_S_OK);
    return code;
}

static void forget(const unsigned char *type, void *object)
{
    handle_t handle;

    ok_int(MesDecodeBufferHandleCreate(pickle, pickle_size, &handle), RPC_S_OK);
    ok_int(RPC_TRY(NdrMesTypeFree2(handle, INFO, DESC, type, object)), RPC_S_OK);
    ok_int(MesHandleFree(handle), RPC_S_OK);
}

/* Whatever is cut off, it is noticed. */
static void cut(const unsigned char *type, size_t size)
{
    ULONG whole = pickle_size;

    for (pickle_size = 16; pickle_size + 8 < whole; pickle_size += 8) {
        void *object = calloc(1, size);
        ok(decode(type, object) != RPC_S_OK, "%lu of %lu bytes", pickle_size, whole);
        free(object);
    }
    pickle_size = whole;
}

/* The numbers of the pickle behind its headers. */
static void wire(const int *expected, size_t count)
{
    ok(pickle_size >= 16 + count * 4, "%lu bytes", pickle_size);
    for (size_t i = 0; i < count && 20 + i * 4 <= pickle_size; i++)
        ok(((int *)(pickle + 16))[i] == expected[i], "number %zu is %#x, not %#x", i, ((int *)(pickle + 16))[i],
           expected[i]);
}

static void test_encapsulated(void)
{
    static const unsigned char type[] = {
        0x2a, 0x86, S(8), S(3), L(1), S(0x8008), L(2), S(16), L(3), S(4), S(0), /* nothing for others */
        0x12, 8,    0x25, 0x5c,                                                 /* 26: [string] wchar_t * */
        0x5c, 0x5c, 0x12, 8,    0x08, 0x5c,                                     /* 32: long * */
    };
    struct {
        short kind;
        union {
            int number;
            int *pointer;
            WCHAR *text;
        } u;
    } value = { .kind = 1 }, back;
    int other = 4711;

    value.u.number = 99;
    encode(type, &value);
    memset(&back, 0, sizeof(back));
    ok_int(decode(type, &back), RPC_S_OK);
    ok(back.kind == 1 && back.u.number == 99, "%d %d", back.kind, back.u.number);

    value.kind = 2;
    value.u.pointer = &other;
    encode(type, &value);
    memset(&back, 0, sizeof(back));
    ok_int(decode(type, &back), RPC_S_OK);
    ok(back.kind == 2 && back.u.pointer && *back.u.pointer == 4711, "a pointer's arm");
    forget(type, &back);
    cut(type, sizeof(back));

    value.kind = 3;
    value.u.text = L"union";
    encode(type, &value);
    memset(&back, 0, sizeof(back));
    ok_int(decode(type, &back), RPC_S_OK);
    ok(back.kind == 3 && back.u.text && !wcscmp(back.u.text, L"union"), "a string's arm");
    forget(type, &back);
    value.u.text = NULL;
    encode(type, &value);
    memset(&back, 0xcc, sizeof(back));
    back.u.text = NULL;
    ok_int(decode(type, &back), RPC_S_OK);
    ok(!back.u.text, "none");

    value.kind = 7;
    encode(type, &value);
    memset(&back, 0, sizeof(back));
    ok_int(decode(type, &back), RPC_S_OK);
    ok_int(back.kind, 7);
}

/* An enum, a union whose switch that is, and items, as many as a field says, each with a string. */
static void test_record(void)
{
    static const unsigned char type[] = { POINTER_TO,
                                          /* 0 */ 0x1a,
                                          7,
                                          S(24),
                                          S(42),
                                          S(0),
                                          0x0d,
                                          0x39,
                                          0x4c,
                                          0,
                                          S(4),
                                          0x08,
                                          0x5b,
                                          /* 16: the union */ 0x2b,
                                          0x0d,
                                          CORRELATED(0x0d, -8),
                                          S(2),
                                          /* 26: its arms */ S(8),
                                          S(2),
                                          L(1),
                                          S(0x8008),
                                          L(2),
                                          S(42),
                                          S(0xffff),
                                          0x5c,
                                          0x5c,
                                          /* 46: the items */ 0x21,
                                          7,
                                          S(0),
                                          CORRELATED(0x08, -8),
                                          NOT_CORRELATED,
                                          0x4c,
                                          0,
                                          S(6),
                                          0x5c,
                                          0x5b,
                                          /* 68 */ 0x5c,
                                          0x5c,
                                          /* 70: an item */ 0x1a,
                                          7,
                                          S(16),
                                          S(0),
                                          S(6),
                                          0x36,
                                          0x08,
                                          0x40,
                                          0x5b,
                                          /* 82: [string] wchar_t * */ 0x12,
                                          8,
                                          0x25,
                                          0x5c };
    struct item {
        WCHAR *name;
        int value;
    };
    struct record {
        int kind;
        union {
            int number;
            WCHAR *text;
        } u;
        int count;
        struct item items[3];
    } value = { .kind = 2, .count = 3 }, *sent = &value, *back = NULL;

    value.u.text = L"arm";
    value.items[0] = (struct item){ L"one", 1 };
    value.items[1] = (struct item){ NULL, 2 };
    value.items[2] = (struct item){ L"three", 3 };
    encode(type, &sent);
    ok_int(decode(type, &back), RPC_S_OK);
    if (!back)
        return;
    ok(back->kind == 2 && back->count == 3 && back->u.text && !wcscmp(back->u.text, L"arm"), "%d %d", back->kind,
       back->count);
    ok(back->items[0].name && !wcscmp(back->items[0].name, L"one") && back->items[0].value == 1, "first");
    ok(!back->items[1].name && back->items[1].value == 2, "second");
    ok(back->items[2].name && !wcscmp(back->items[2].name, L"three") && back->items[2].value == 3, "third");
    forget(type, &back);
    cut(type, sizeof(back));

    value.kind = 5; /* no arm is for that */
    {
        handle_t handle;
        ok_int(MesEncodeDynBufferHandleCreate(&pickle, &pickle_size, &handle), RPC_S_OK);
        ok_int(RPC_TRY(NdrMesTypeEncode2(handle, INFO, DESC, type, &sent)), RPC_S_INVALID_TAG);
        ok_int(MesHandleFree(handle), RPC_S_OK);
    }
}

/* Rows of three numbers, as many as a field says: the conformance comes before all. */
static void test_dimensions(void)
{
    static const unsigned char type[] = { POINTER_TO,
                                          /* 0 */ 0x1a,
                                          3,
                                          S(4),
                                          S(6),
                                          S(0),
                                          0x08,
                                          0x5b,
                                          /* 10 */ 0x21,
                                          3,
                                          S(0),
                                          CORRELATED(0x08, -4),
                                          NOT_CORRELATED,
                                          0x4c,
                                          0,
                                          S(6),
                                          0x5c,
                                          0x5b,
                                          /* 32 */ 0x5c,
                                          0x5c,
                                          /* 34 */ 0x1d,
                                          3,
                                          S(12),
                                          0x08,
                                          0x5b };
    static const int expected[] = { 0x20000, 2, 2, 11, 12, 13, 21, 22, 23 };
    struct {
        int n, m[2][3];
    } value = { 2, { { 11, 12, 13 }, { 21, 22, 23 } } }, *sent = &value, *back = NULL;

    encode(type, &sent);
    wire(expected, ARRAYSIZE(expected));
    ok_int(decode(type, &back), RPC_S_OK);
    ok(back && !memcmp(&value, back, sizeof(value)), "the same");
    forget(type, &back);
    back = NULL;
    cut(type, sizeof(back));
    ((int *)(pickle + 16))[1] = 1; /* the array's size is not the field's */
    ok(decode(type, &back) != RPC_S_OK, "a wrong size");
}

static void test_varying(void)
{
    static const unsigned char sized[] = {
        POINTER_TO, 0x19, 3, S(4), S(4), 0x08, 0x5b, 0x25, 0x44, CORRELATED(0x08, -4)
    };
    static const unsigned char varying[] = { /* 0 */ 0x1a,  3,   S(20), S(0), S(0), 0x08,
                                             0x4c,          0,   S(4),  0x5c, 0x5b,
                                             /* 15 */ 0x1f, 1,   S(16), S(8), S(2), CORRELATED(0x08, -4),
                                             0x06,          0x5b };
    static const int sized_wire[] = { 0x20000, 8, 8, 0, 4, 'a' | 'b' << 16, 'c' };
    static const int varying_wire[] = { 3, 0, 3, 7 | 8 << 16 };
    struct {
        int n;
        WCHAR s[8];
    } text = { 8, L"abc" }, *sent = &text, *text_back = NULL;
    struct {
        int n;
        short v[8];
    } some = { 3, { 7, 8, 9, 10 } }, some_back = { 0 };

    encode(sized, &sent);
    wire(sized_wire, ARRAYSIZE(sized_wire));
    ok_int(decode(sized, &text_back), RPC_S_OK);
    ok(text_back && text_back->n == 8 && !wcscmp(text_back->s, L"abc"), "the same");
    forget(sized, &text_back);
    text_back = NULL;
    cut(sized, sizeof(text_back));
    ((int *)(pickle + 16))[4] = 0x7fffffff;
    ok(decode(sized, &text_back) != RPC_S_OK, "longer than there is");

    encode(varying, &some);
    wire(varying_wire, ARRAYSIZE(varying_wire));
    ok_int(decode(varying, &some_back), RPC_S_OK);
    ok(some_back.n == 3 && some_back.v[0] == 7 && some_back.v[2] == 9 && some_back.v[3] == 0, "what is sent");
    ((int *)(pickle + 16))[2] = 9; /* of eight */
    ok(decode(varying, &some_back) != RPC_S_OK, "longer than the array");
}

static void test_range(void)
{
    static const unsigned char type[] = { /* 0 */ 0x1a,  3,    S(4), S(0), S(0), 0x4c, 0, S(4), 0x5c, 0x5b,
                                          /* 14 */ 0xb7, 0x08, L(1), L(10) };
    int value = 10, back = 0;

    encode(type, &value);
    ok_int(decode(type, &back), RPC_S_OK);
    ok_int(back, 10);
    ((int *)(pickle + 16))[0] = 11;
    ok_int(decode(type, &back), RPC_X_INVALID_BOUND);
}

static void test_own_types(void)
{
    static const unsigned char both[] = {
        /* 0 */ 0x1a,
        7,
        S(16),
        S(0),
        S(0),
        0x4c,
        0,
        S(10),
        0x39,
        0x4c,
        0,
        S(19),
        0x5b,
        /* 18 */ 0x5c,
        0x5c,
        /* 20: a long as a short */ 0x2d,
        1,
        S(0),
        S(4),
        S(2),
        S(2),
        /* 30 */ 0x06,
        0x5c,
        /* 32 */ 0x5c,
        0x5c,
        /* 34: a pointer as a long */ 0xb4,
        3,
        S(0),
        S(8),
        S(4),
        S(2),
        /* 44 */ 0x08,
        0x5c,
    };
    struct {
        int sent_short;
        int *sent_value;
    } value, back = { 0 };
    int number = 77;

    value.sent_short = 0x1234;
    value.sent_value = &number;
    encode(both, &value);
    ok_int(*(short *)(pickle + 16), 0x1234);
    ok_int(*(int *)(pickle + 20), 77);
    ok(xmit_freed >= 1, "%ld", xmit_freed);
    ok_int(decode(both, &back), RPC_S_OK);
    ok_int(back.sent_short, 0x1234);
    ok(back.sent_value && *back.sent_value == 77, "a number");
    forget(both, &back);
    ok_int(user_freed, 1);
    ok(!back.sent_value, "freed");
}

TESTS
{
    test_encapsulated();
    test_record();
    test_dimensions();
    test_varying();
    test_range();
    test_own_types();
}
