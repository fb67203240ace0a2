/* SPDX-License-Identifier: MIT */
/* rtlcompress.c: the compression formats of [MS-XCA]: its examples, round trips, fragments, and damaged input. */
#include "../test.h"
#include "ntdll_functions.h"

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlGetCompressionWorkSpaceSize, USHORT, ULONG *, ULONG *)                                                  \
    X(LONG, RtlCompressBuffer, USHORT, const void *, ULONG, void *, ULONG, ULONG, ULONG *, void *)                     \
    X(LONG, RtlDecompressBuffer, USHORT, void *, ULONG, const void *, ULONG, ULONG *)                                  \
    X(LONG, RtlDecompressBufferEx, USHORT, void *, ULONG, const void *, ULONG, ULONG *, void *)                        \
    X(LONG, RtlDecompressFragment, USHORT, void *, ULONG, const void *, ULONG, ULONG, ULONG *, void *)
DECLARE_FUNCTIONS

enum { LZNT1 = 2, XPRESS = 3, HUFFMAN = 4, MAXIMUM = 0x100, HIBER = 0x200 };

static const struct {
    USHORT format;
    const char *name;
} formats[] = { { LZNT1, "LZNT1" },         { LZNT1 | MAXIMUM, "LZNT1 maximum" },
                { XPRESS, "XPRESS" },       { XPRESS | MAXIMUM, "XPRESS maximum" },
                { HUFFMAN, "XPRESS_HUFF" }, { HUFFMAN | MAXIMUM, "XPRESS_HUFF maximum" } };

static void *workspace(USHORT format)
{
    ULONG compress = 0, fragment = 0;

    ok_hex(RtlGetCompressionWorkSpaceSize(format, &compress, &fragment), 0);
    ok(compress && fragment, "%lu, %lu", compress, fragment);
    return malloc(compress > fragment ? compress : fragment);
}

/* "Examples" of [MS-XCA]: section 3.1 and 3.2 */
static void test_examples(void)
{
    static const UCHAR plain_alphabet[] = {
        0x3f, 0,   0,   0,   'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k',
        'l',  'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'
    };
    static const UCHAR plain_abc[] = { 0xff, 0xff, 0xff, 0x1f, 'a', 'b', 'c', 0x17, 0, 0x0f, 0xff, 0x26, 1 };
    static const UCHAR huffman_abc_tail[] = { 0xa8, 0xdc, 0, 0, 0xff, 0x26, 1 };
    UCHAR abc[300], out[1024], back[300], huffman_abc[256 + sizeof(huffman_abc_tail)] = { 0 };
    void *space = workspace(XPRESS), *huffman_space = workspace(HUFFMAN);
    ULONG size = 0;

    for (int i = 0; i < 300; i++)
        abc[i] = (UCHAR)("abc"[i % 3]);
    ok_hex(RtlCompressBuffer(XPRESS, "abcdefghijklmnopqrstuvwxyz", 26, out, sizeof(out), 4096, &size, space), 0);
    ok_int(size, sizeof(plain_alphabet));
    ok_mem(out, plain_alphabet, sizeof(plain_alphabet));
    ok_hex(RtlCompressBuffer(XPRESS, abc, 300, out, sizeof(out), 4096, &size, space), 0);
    ok_int(size, sizeof(plain_abc));
    ok_mem(out, plain_abc, sizeof(plain_abc));
    ok_hex(RtlDecompressBuffer(XPRESS, back, 300, plain_abc, sizeof(plain_abc), &size), 0);
    ok_int(size, 300);
    ok_mem(back, abc, 300);

    huffman_abc[0x30] = 0x30;
    huffman_abc[0x31] = 0x23;
    huffman_abc[0x80] = 0x02;
    huffman_abc[0x8f] = 0x20;
    memcpy(huffman_abc + 256, huffman_abc_tail, sizeof(huffman_abc_tail));
    ok_hex(RtlCompressBuffer(HUFFMAN, abc, 300, out, sizeof(out), 4096, &size, huffman_space), 0);
    ok_int(size, sizeof(huffman_abc));
    ok_mem(out, huffman_abc, sizeof(huffman_abc));
    memset(back, 0, sizeof(back));
    ok_hex(RtlDecompressBufferEx(HUFFMAN, back, 300, huffman_abc, sizeof(huffman_abc), &size, huffman_space), 0);
    ok_int(size, 300);
    ok_mem(back, abc, 300);
    free(space);
    free(huffman_space);
}

static ULONG seed = 1;
static ULONG random_number(void)
{
    seed = seed * 1103515245 + 12345;
    return seed >> 8;
}

/* kind 0: text; 1: noise; 2: long runs; 3: both in turn */
static void fill(UCHAR *data, ULONG size, int kind)
{
    for (ULONG i = 0; i < size;) {
        ULONG n = kind == 2 ? random_number() % 70000 : 1 + random_number() % 40;
        UCHAR byte = (UCHAR)random_number();
        bool noise = kind == 1 || (kind == 3 && random_number() & 1);

        for (; n && i < size; n--, i++)
            data[i] = noise       ? (UCHAR)random_number()
                      : kind == 0 ? (UCHAR)("etaoin shrdlu"[random_number() % 13])
                                  : byte;
    }
}

static void test_round_trips(void)
{
    static const ULONG sizes[] = { 1, 2, 3, 4, 31, 32, 33, 4095, 4096, 4097, 65535, 65536, 65537, 131072, 300000 };
    UCHAR *data = malloc(300000), *packed = malloc(700000), *back = malloc(300000);

    for (unsigned f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        void *space = workspace(formats[f].format);

        for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
            for (int kind = 0; kind < 4; kind++) {
                ULONG size = sizes[s], packed_size = 0, back_size = 0;
                LONG status;

                fill(data, size, kind);
                data[0] |= 1; /* or else it may be all zeros */
                status = RtlCompressBuffer(formats[f].format, data, size, packed, 700000, 4096, &packed_size, space);
                ok(!status, "%s, size %lu, kind %d: %lx", formats[f].name, size, kind, status);
                memset(back, 0x55, size);
                status =
                    RtlDecompressBufferEx(formats[f].format & 0xff, back, size, packed, packed_size, &back_size, space);
                ok(!status && back_size == size && !memcmp(data, back, size),
                   "%s, size %lu, kind %d: %lx, %lu of %lu back", formats[f].name, size, kind, status, back_size,
                   packed_size);
                if (kind == 2 && size >= 4096)
                    ok(packed_size < size / 8 + 300, "%s, size %lu: %lu", formats[f].name, size, packed_size);
                if (packed_size > 1) {
                    status = RtlCompressBuffer(formats[f].format, data, size, packed, packed_size - 1, 4096,
                                               &packed_size, space);
                    ok_hex(status, 0xc0000023); /* STATUS_BUFFER_TOO_SMALL */
                }
            }
        free(space);
    }
    free(data);
    free(packed);
    free(back);
}

/* No input makes it read or write outside the buffers, or loop. */
static void test_damage(void)
{
    UCHAR *data = malloc(70000), *packed = malloc(140000), *back = malloc(70000 + 64);

    for (unsigned f = 0; f < sizeof(formats) / sizeof(formats[0]); f += 2) {
        void *space = workspace(formats[f].format);

        for (int round = 0; round < 300; round++) {
            ULONG size = 1 + random_number() % 70000, packed_size = 0, back_size = 0, room;

            fill(data, size, round % 4);
            data[0] |= 1;
            RtlCompressBuffer(formats[f].format, data, size, packed, 140000, 4096, &packed_size, space);
            for (int i = 0; i < 4; i++)
                packed[random_number() % packed_size] = (UCHAR)random_number();
            if (round & 1)
                packed_size = random_number() % packed_size;
            room = round & 2 ? size : random_number() % size;
            memset(back + room, 0xaa, 64);
            RtlDecompressBufferEx(formats[f].format, back, room, packed, packed_size, &back_size, space);
            for (int i = 0; i < 64; i++)
                if (back[room + i] != 0xaa) {
                    ok(false, "%s wrote beyond the buffer", formats[f].name);
                    break;
                }
        }
        free(space);
    }
    free(data);
    free(packed);
    free(back);
}

/* The pages of RtlCompressBuffer, RtlDecompressBuffer, RtlDecompressFragment and RtlGetCompressionWorkSpaceSize */
static void test_errors(void)
{
    UCHAR data[64] = { 0 }, out[512], back[64];
    ULONG a, b, size = 0;
    void *space = workspace(LZNT1);

    ok_hex(RtlGetCompressionWorkSpaceSize(0, &a, &b), 0xc000000d);
    ok_hex(RtlGetCompressionWorkSpaceSize(1, &a, &b), 0xc000000d);
    ok_hex(RtlGetCompressionWorkSpaceSize(99, &a, &b), 0xc000025f);
    ok_hex(RtlGetCompressionWorkSpaceSize(LZNT1 | HIBER, &a, &b), 0xc00000bb);
    ok_hex(RtlCompressBuffer(LZNT1 | HIBER, data, 64, out, 512, 4096, &size, space), 0xc00000bb);
    ok_hex(RtlCompressBuffer(0, data, 64, out, 512, 4096, &size, space), 0xc000000d);
    ok_hex(RtlCompressBuffer(99, data, 64, out, 512, 4096, &size, space), 0xc000025f);
    /* STATUS_BUFFER_ALL_ZEROS is a success. */
    ok_hex(RtlCompressBuffer(LZNT1, data, 64, out, 512, 4096, &size, space), 0x117);
    ok_hex(RtlDecompressBuffer(LZNT1, back, 64, out, size, &a), 0);
    ok_int(a, 64);
    ok_hex(RtlDecompressBuffer(0, back, 64, out, size, &a), 0xc000000d);
    /* Only RtlDecompressBufferEx, which has a workspace, knows XPRESS_HUFF; fragments are LZNT1's. */
    ok_hex(RtlDecompressBuffer(HUFFMAN, back, 64, out, size, &a), 0xc000025f);
    ok_hex(RtlDecompressFragment(XPRESS, back, 64, out, size, 0, &a, space), 0xc000025f);
    free(space);
}

static void test_fragments(void)
{
    UCHAR *data = malloc(20000), *packed = malloc(30000), back[5000];
    void *space = workspace(LZNT1);
    ULONG packed_size = 0, size;

    fill(data, 20000, 0);
    ok_hex(RtlCompressBuffer(LZNT1, data, 20000, packed, 30000, 4096, &packed_size, space), 0);
    for (int i = 0; i < 50; i++) {
        ULONG offset = random_number() % 20000, wanted = random_number() % 5000;
        ULONG expected = wanted < 20000 - offset ? wanted : 20000 - offset;

        ok_hex(RtlDecompressFragment(LZNT1, back, wanted, packed, packed_size, offset, &size, space), 0);
        ok_int(size, expected);
        ok(!memcmp(back, data + offset, expected), "at %lu", offset);
    }
    free(data);
    free(packed);
    free(space);
}

TESTS
{
    if (!get_functions())
        return;
    test_examples();
    test_round_trips();
    test_fragments();
    test_errors();
    test_damage();
}
