/* SPDX-License-Identifier: MIT */
/* midles.c: types pickled into memory and back; a pickle of the other byte order. */
#include "../test.h"
#include "interface.h"
#include <midles.h>

#define DESC ((PMIDL_STUB_DESC)&client_desc)

static NODE second = { 2, NULL, L"two" }, first = { 1, &second, NULL };

static void check(handle_t handle)
{
    NODE *list = NULL;

    NdrMesTypeDecode2(handle, NULL, DESC, types + 36, &list);
    ok(list && list->value == 1 && !list->name && list->next, "first");
    if (!list || !list->next)
        return;
    ok_int(list->next->value, 2);
    ok_wstr(list->next->name, L"two");
    NdrMesTypeFree2(handle, NULL, DESC, types + 36, &list);
}

static char stream[4096];
static unsigned stream_size, stream_at;

static void __RPC_USER on_alloc(void *state, char **buffer, unsigned int *size)
{
    (void)state;
    *buffer = malloc(*size);
}

static void __RPC_USER on_write(void *state, char *buffer, unsigned int size)
{
    (void)state;
    memcpy(stream + stream_size, buffer, size);
    stream_size += size;
    free(buffer);
}

static void __RPC_USER on_read(void *state, char **buffer, unsigned int *size)
{
    (void)state;
    *buffer = stream + stream_at;
    stream_at += *size;
}

static void test_types(void)
{
    static char fixed[512] __attribute__((aligned(8)));
    NODE *list = &first;
    handle_t handle;
    char *buffer;
    ULONG size = 0;

    ok_int(MesEncodeDynBufferHandleCreate(&buffer, &size, &handle), RPC_S_OK);
    ok(NdrMesTypeAlignSize2(handle, NULL, DESC, types + 36, &list) >= 16 + 40, "size");
    NdrMesTypeEncode2(handle, NULL, DESC, types + 36, &list);
    ok(size > 40 && buffer && buffer[0] == 1 && buffer[1] == 0x10 && buffer[2] == 8, "%lu", size);
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesDecodeBufferHandleCreate(buffer, size, &handle), RPC_S_OK);
    check(handle);
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesDecodeBufferHandleCreate(buffer, size - 8, &handle), RPC_S_OK); /* cut off */
    ok_int(RPC_TRY(NdrMesTypeDecode2(handle, NULL, DESC, types + 36, &list)), RPC_X_BAD_STUB_DATA);
    ok_int(MesHandleFree(handle), RPC_S_OK);

    ok_int(MesEncodeFixedBufferHandleCreate(fixed, sizeof(fixed), &size, &handle), RPC_S_OK);
    NdrMesTypeEncode2(handle, NULL, DESC, types + 36, &list);
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesEncodeFixedBufferHandleCreate(fixed, 24, &size, &handle), RPC_S_OK);
    ok_int(RPC_TRY(NdrMesTypeEncode2(handle, NULL, DESC, types + 36, &list)), RPC_S_BUFFER_TOO_SMALL);
    ok_int(MesHandleFree(handle), RPC_S_OK);

    ok_int(MesEncodeIncrementalHandleCreate(NULL, on_alloc, on_write, &handle), RPC_S_OK);
    NdrMesTypeEncode2(handle, NULL, DESC, types + 36, &list);
    NdrMesTypeEncode2(handle, NULL, DESC, types + 36, &list);
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesDecodeIncrementalHandleCreate(NULL, on_read, &handle), RPC_S_OK);
    check(handle);
    check(handle);
    ok_int(stream_at, stream_size);
    ok_int(MesHandleFree(handle), RPC_S_OK);
}

/* { long value = 258; NODE *next = NULL; wchar_t *name = L"ab" } as a big-endian computer sends it */
static void test_big_endian(void)
{
    static char data[] __attribute__((aligned(8))) = {
        1, 0, 0, 8, 0xcc, 0xcc, 0xcc, 0xcc, 0, 0, 0, 40, 0, 0,   0, 0, /* headers */
        0, 2, 0, 0, 0,    0,    1,    2,    0, 0, 0, 0,  0, 2,   0, 4, /* the pointer, the structure */
        0, 0, 0, 3, 0,    0,    0,    0,    0, 0, 0, 3,  0, 'a', 0, 'b', 0, 0, 0, 0, 0, 0, 0, 0,
    };
    NODE *list = NULL;
    handle_t handle;

    ok_int(MesDecodeBufferHandleCreate(data, sizeof(data), &handle), RPC_S_OK);
    NdrMesTypeDecode2(handle, NULL, DESC, types + 36, &list);
    ok(list && !list->next, "no list");
    if (list) {
        ok_int(list->value, 258);
        ok_wstr(list->name, L"ab");
    }
    ok_int(MesHandleFree(handle), RPC_S_OK);
}

static void test_simple(void)
{
    int value = 1234567, back = 0;
    handle_t handle;
    char *buffer;
    ULONG size;

    ok_int(MesEncodeDynBufferHandleCreate(&buffer, &size, &handle), RPC_S_OK);
    NdrMesSimpleTypeEncode(handle, DESC, &value, sizeof(value));
    ok_int(size, 16);
    NdrMesSimpleTypeEncode(handle, DESC, &value, sizeof(value));
    ok_int(size, 24);
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesDecodeBufferHandleCreate(buffer, size, &handle), RPC_S_OK);
    NdrMesSimpleTypeDecode(handle, &back, sizeof(back));
    ok_int(back, value);
    back = 0;
    NdrMesSimpleTypeDecode(handle, &back, sizeof(back));
    ok_int(back, value);
    ok_int(RPC_TRY(NdrMesSimpleTypeDecode(handle, &back, sizeof(back))), RPC_X_BAD_STUB_DATA);
    ok_int(MesHandleFree(handle), RPC_S_OK);
    ok_int(MesHandleFree(NULL), RPC_S_INVALID_ARG);
}

TESTS
{
    test_types();
    test_big_endian();
    test_simple();
}
