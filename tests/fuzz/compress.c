/* SPDX-License-Identifier: MIT */
/*
 * compress.c: a fuzz target on ntdll's compression (dlls/ntdll/rtlcompress*.c). The input is read as a format, the size of the buffer that it
 * is decompressed to, an offset, and compressed data; then it is compressed itself, and must come back. Buffers are of exactly the
 * sizes that are told, so that a look or a store behind them is seen.
 */
#include "compress.h"
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition)
        abort();
}

static UCHAR *copy_of(const uint8_t *data, ULONG size)
{
    UCHAR *copy = malloc(size ? size : 1);

    if (size)
        memcpy(copy, data, size);
    return copy;
}

static void decompress(USHORT format, const uint8_t *data, ULONG size, ULONG out_size, ULONG offset, void *workspace)
{
    UCHAR *in = copy_of(data, size), *out = malloc(out_size ? out_size : 1);
    ULONG final_size = 0;

    if (!RtlDecompressBufferEx(format, out, out_size, in, size, &final_size, workspace))
        check(final_size <= out_size);
    if (!RtlDecompressFragment(format, out, out_size, in, size, offset, &final_size, workspace))
        check(final_size <= out_size);
    free(in);
    free(out);
}

static void there_and_back(USHORT format, const uint8_t *data, ULONG size, void *workspace)
{
    ULONG room = size + size / 8 + 1024, used = 0, back_size = 0;
    UCHAR *in = copy_of(data, size), *out = malloc(room), *back = malloc(size ? size : 1), *exact;
    NTSTATUS status = RtlCompressBuffer(format, in, size, out, room, 4096, &used, workspace);

    check(status >= 0 && used <= room);
    exact = copy_of(out, used);
    check(!RtlDecompressBufferEx(format, back, size, exact, used, &back_size, workspace));
    check(back_size == size && !memcmp(back, data, size));
    /* Into what is too small for it, it does not fit, whatever is tried. */
    if (used > 1) {
        UCHAR *small = malloc(used / 2);
        ULONG n = 0;

        status = RtlCompressBuffer(format, in, size, small, used / 2, 4096, &n, workspace);
        check(status < 0 || n <= used / 2);
        free(small);
    }
    free(in);
    free(out);
    free(back);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    USHORT format;
    ULONG compress, fragment, out_size, offset;
    void *workspace;

    if (size < 5)
        return 0;
    format = (USHORT)(COMPRESSION_FORMAT_LZNT1 + data[0] % 3) | (data[0] & 0x80 ? COMPRESSION_ENGINE_MAXIMUM : 0);
    out_size = (data[1] | (ULONG)data[2] << 8) << (data[0] >> 4 & 3);
    offset = data[3] | (ULONG)data[4] << 8;
    check(!RtlGetCompressionWorkSpaceSize(format, &compress, &fragment));
    workspace = malloc(compress > fragment ? compress : fragment);
    decompress(format, data + 5, (ULONG)size - 5, out_size, offset, workspace);
    there_and_back(format, data + 5, (ULONG)size - 5, workspace);
    free(workspace);
    return 0;
}

#define VARIANTS 5000
#include "standalone.h"
