/* SPDX-License-Identifier: MIT */
/*
 * hostile.c: what comes over the wire is anything. Damaged pickles end at a page that cannot be read, so that a look behind them is
 * seen; damaged packets go to a server, which must be there for its next client. The damage is the same in each run.
 */
#include "../test.h"
#include "interface.h"
#include <midles.h>

#define DESC ((PMIDL_STUB_DESC)&client_desc)

static ULONG seed = 1;

static ULONG any(ULONG limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % limit;
}

static void damage(BYTE *data, ULONG *size, ULONG keep)
{
    static const ULONG numbers[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x40000000, 0xfffffff0, 0x10000 };

    for (ULONG n = any(3) + 1; n; n--) {
        ULONG at = keep + any(*size - keep);

        switch (any(4)) {
        case 0:
            data[at] ^= (BYTE)(1 << any(8));
            break;
        case 1:
            data[at] = (BYTE)any(256);
            break;
        case 2:
            at = at & ~3u;
            if (at >= keep && at + 4 <= *size)
                memcpy(data + at, &numbers[any(ARRAYSIZE(numbers))], 4);
            break;
        case 3:
            *size = keep + 1 + any(*size - keep);
            break;
        }
    }
}

/* Types of which one can lead to others: a list with names, unions, and the arrays of any size. */
static void test_pickles(void)
{
    NODE third = { 3, NULL, L"three" }, second = { 2, &third, NULL }, first = { 1, &second, L"one" }, *list = &first;
    volatile ULONG accepted = 0, size;
    BYTE *page, *place;
    handle_t handle;
    char *pickle;
    ULONG length;
    DWORD old;

    ok_int(MesEncodeDynBufferHandleCreate(&pickle, &length, &handle), RPC_S_OK);
    NdrMesTypeEncode2(handle, NULL, DESC, types + 36, &list);
    MesHandleFree(handle);
    page = VirtualAlloc(NULL, 0x2000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    VirtualProtect(page + 0x1000, 0x1000, PAGE_NOACCESS, &old);
    for (volatile int i = 0; i < 6000; i++) {
        BYTE copy[1024];
        ULONG now = length;
        long status;

        memcpy(copy, pickle, length);
        if (i & 1)
            copy[1] = 0, copy[2] = 0, copy[3] = 8; /* the other byte order: nearly all counts are absurd */
        damage(copy, &now, 16);
        size = (now + 7) & ~7u;
        place = page + 0x1000 - size;
        memset(place, 0, size);
        memcpy(place, copy, now);
        if (MesDecodeBufferHandleCreate((char *)place, size, &handle))
            continue;
        list = NULL;
        if (copy[1]) /* the length that the header tells is true: the damage is in the type */
            ((ULONG *)place)[2] = size - 16;
        else
            place[8] = place[9] = 0, place[10] = (BYTE)((size - 16) >> 8), place[11] = (BYTE)(size - 16);
        status = RPC_TRY(NdrMesTypeDecode2(handle, NULL, DESC, types + 36, &list));
        if (!status) {
            accepted++;
            NdrMesTypeFree2(handle, NULL, DESC, types + 36, &list);
        } else if (status == (long)STATUS_ACCESS_VIOLATION ||
                   (status != RPC_X_BAD_STUB_DATA && status != RPC_S_INVALID_BOUND && status != RPC_S_OUT_OF_MEMORY)) {
            ok(false, "round %d: status %lx", i, status);
        }
        MesHandleFree(handle);
    }
    ok(accepted > 0, "nothing was right");
    VirtualFree(page, 0, MEM_RELEASE);
}

/* bind to the interface; a request of ADD and one of SUM */
static const BYTE bind_packet[] = {
    5,    0,    11,   3,    0x10, 0,    0,    0,    72,   0,    0,    0,    1,    0,    0,    0,    0xf8, 0x0f,
    0xf8, 0x0f, 0,    0,    0,    0,    1,    0,    0,    0,    0,    0,    1,    0,    0x80, 0x2d, 0x1b, 0x6f,
    0xc6, 0x41, 0x0e, 0x4d, 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x01, 1,    0,    0,    0,    0x04, 0x5d,
    0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2,    0,    0,    0,
};
static const BYTE sum_packet[] = {
    5,   0, 0, 3, 0x10, 0, 0, 0, 44, 0, 0, 0, 2, 0, 0, 0, 20, 0, 0, 0, 0, 0,
    SUM, 0, 3, 0, 0,    0, 3, 0, 0,  0, 7, 0, 0, 0, 8, 0, 0,  0, 9, 0, 0, 0,
};
/* The same from a big-endian computer. */
static const BYTE big_bind_packet[] = {
    5,    0,    11,   3,    0,    0,    0,    0,    0,    72,   0,    0,    0,    0,    0,    1,    0x0f, 0xf8,
    0x0f, 0xf8, 0,    0,    0,    0,    1,    0,    0,    0,    0,    0,    1,    0,    0x6f, 0x1b, 0x2d, 0x80,
    0x41, 0xc6, 0x4d, 0x0e, 0x9a, 0x11, 0x5e, 0x7d, 0x30, 0x22, 0x8c, 0x01, 0,    0,    0,    1,    0x8a, 0x88,
    0x5d, 0x04, 0x1c, 0xeb, 0x11, 0xc9, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 0,    0,    0,    2,
};
static const BYTE big_sum_packet[] = {
    5, 0,   0, 3, 0, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 2, 0, 0, 0, 20, 0, 0,
    0, SUM, 0, 0, 0, 3, 0, 0, 0, 3,  0, 0, 0, 7, 0, 0, 0, 8, 0, 0,  0, 9,
};

static HANDLE connect_to(const WCHAR *name)
{
    HANDLE pipe;

    for (;;) {
        pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (pipe != INVALID_HANDLE_VALUE || GetLastError() != ERROR_PIPE_BUSY)
            return pipe;
        WaitNamedPipeW(name, 1000);
    }
}

static DWORD exchange(HANDLE pipe, const void *data, DWORD size, BYTE *answer, DWORD room)
{
    DWORD count;

    if (!WriteFile(pipe, data, size, &count, NULL) || !ReadFile(pipe, answer, room, &count, NULL))
        return 0;
    return count;
}

static void test_packets(const WCHAR *name, RPC_BINDING_HANDLE h)
{
    BYTE answer[1024];
    HANDLE pipe = connect_to(name);

    /* The protocol as published: 12.6 of DCE 1.1 RPC. */
    ok(exchange(pipe, bind_packet, sizeof(bind_packet), answer, sizeof(answer)) > 60, "no answer to a bind");
    ok_int(answer[2], 12);
    ok_int(exchange(pipe, sum_packet, sizeof(sum_packet), answer, sizeof(answer)), 28);
    ok_int(answer[2], 2);
    ok_int(answer[24], 24);
    CloseHandle(pipe);
    pipe = connect_to(name);
    ok(exchange(pipe, big_bind_packet, sizeof(big_bind_packet), answer, sizeof(answer)) > 60,
       "no answer to a big-endian bind");
    ok_int(answer[2], 12);
    ok_int(exchange(pipe, big_sum_packet, sizeof(big_sum_packet), answer, sizeof(answer)), 28);
    ok_int(answer[24], 24);
    CloseHandle(pipe);

    for (int i = 0; i < 300; i++) {
        BYTE bind[sizeof(bind_packet)], sum[sizeof(sum_packet)];
        ULONG bind_size = sizeof(bind), sum_size = sizeof(sum);
        DWORD count;

        memcpy(bind, i & 2 ? big_bind_packet : bind_packet, sizeof(bind));
        memcpy(sum, i & 2 ? big_sum_packet : sum_packet, sizeof(sum));
        damage(i & 1 ? bind : sum, i & 1 ? &bind_size : &sum_size, 0);
        pipe = connect_to(name);
        if (WriteFile(pipe, bind, bind_size, &count, NULL))
            WriteFile(pipe, sum, sum_size, &count, NULL);
        CloseHandle(pipe);
        if (i % 50 == 0)
            ok_int(CALL_INT(ADD, h, i, 1), i + 1);
    }
    ok_int(CALL_INT(ADD, h, 1, 1), 2);
}

TESTS
{
    WCHAR endpoint[64], name[80];
    RPC_BINDING_HANDLE h;

    test_pickles();
    swprintf(endpoint, ARRAYSIZE(endpoint), L"\\pipe\\hostile-%lu", GetCurrentProcessId());
    swprintf(name, ARRAYSIZE(name), L"\\\\.%ls", endpoint);
    ok_int(RpcServerUseProtseqEpW((RPC_WSTR)L"ncacn_np", 10, endpoint, NULL), RPC_S_OK);
    ok_int(RpcServerRegisterIfEx(&server_interface, NULL, NULL, RPC_IF_AUTOLISTEN, 1000, NULL), RPC_S_OK);
    h = bind_to(L"ncacn_np", endpoint);
    ok_int(CALL_INT(ADD, h, 1, 1), 2);
    test_packets(name, h);
    RpcBindingFree(&h);
}
