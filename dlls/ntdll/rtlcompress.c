/* SPDX-License-Identifier: MIT */
/*
 * rtlcompress.c: RtlCompressBuffer and its like. The XPRESS formats are in files of their own; here is LZNT1, as [MS-XCA] 2.5 specifies it: chunks of 4096 bytes, each after a header
 * with its length, either stored or as groups of eight literals or references behind a byte of flags. The split of a
 * reference between distance and length moves with the position in the chunk.
 */
#include "rtlcompress.h"

#define CHUNK      4096
#define COMPRESSED 0x8000
#define SIGNATURE  0x3000
#define HASHES     4096
#define NOWHERE    0xffff
#define CHAIN      16 /* how many earlier places are tried; the maximum engine tries them all */

struct workspace {
    USHORT last[HASHES]; /* the last place with a hash */
    USHORT before[CHUNK];
};

/* How many bits of a reference are its length, for the place `position` in the chunk. */
static ULONG length_bits(ULONG position)
{
    ULONG bits = 12;

    for (ULONG reach = 16; bits > 4 && position > reach; reach <<= 1)
        bits--;
    return bits;
}

#define FORMAT_OF(format) ((format)&0xff)
#define ENGINE_OF(format) ((format)&0xff00)

static NTSTATUS check(USHORT format)
{
    switch (FORMAT_OF(format)) {
    case COMPRESSION_FORMAT_NONE:
    case COMPRESSION_FORMAT_DEFAULT:
        return STATUS_INVALID_PARAMETER;
    case COMPRESSION_FORMAT_LZNT1:
    case COMPRESSION_FORMAT_XPRESS:
    case COMPRESSION_FORMAT_XPRESS_HUFF:
        return STATUS_SUCCESS;
    default:
        return STATUS_UNSUPPORTED_COMPRESSION;
    }
}

static NTSTATUS check_with_engine(USHORT format)
{
    NTSTATUS status = check(format);

    if (status)
        return status;
    if (ENGINE_OF(format) != COMPRESSION_ENGINE_STANDARD && ENGINE_OF(format) != COMPRESSION_ENGINE_MAXIMUM)
        return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(USHORT format, ULONG *compress, ULONG *fragment);
NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(USHORT format, ULONG *compress, ULONG *fragment)
{
    NTSTATUS status = check_with_engine(format);

    if (status)
        return status;
    switch (FORMAT_OF(format)) {
    case COMPRESSION_FORMAT_XPRESS:
        *compress = xpress_workspace();
        *fragment = CHUNK;
        break;
    case COMPRESSION_FORMAT_XPRESS_HUFF:
        *compress = *fragment = xpress_huffman_workspace(); /* for RtlDecompressBufferEx, too */
        break;
    default:
        *compress = sizeof(struct workspace);
        *fragment = CHUNK;
    }
    return STATUS_SUCCESS;
}

/* --- compression --- */

static ULONG hash(const UCHAR *at)
{
    return ((at[0] | (ULONG)at[1] << 8 | (ULONG)at[2] << 16) * 0x9e3779b1u) >> 20;
}

static ULONG common(const UCHAR *a, const UCHAR *b, ULONG limit)
{
    ULONG n = 0;

    while (n < limit && a[n] == b[n])
        n++;
    return n;
}

static void remember(struct workspace *work, const UCHAR *chunk, ULONG at, ULONG size)
{
    ULONG h;

    if (at + 3 > size)
        return;
    h = hash(chunk + at);
    work->before[at] = work->last[h];
    work->last[h] = (USHORT)at;
}

/* Returns the compressed size, or 0 if that is not smaller than `room`. */
static ULONG compress_chunk(const UCHAR *chunk, ULONG size, UCHAR *out, ULONG room, struct workspace *work, ULONG tries)
{
    ULONG at = 0, used = 0, flags_at = 0, item = 8;

    memset(work->last, 0xff, sizeof(work->last));
    while (at < size) {
        ULONG bits = length_bits(at), limit = (1u << bits) + 2, best = 0, best_at = 0, left = tries;

        if (limit > size - at)
            limit = size - at;
        if (limit >= 3)
            for (ULONG i = work->last[hash(chunk + at)]; i != NOWHERE && left; i = work->before[i], left--) {
                ULONG n = common(chunk + i, chunk + at, limit);

                if (n > best) {
                    best = n;
                    best_at = i;
                }
            }
        if (item == 8) {
            if (used >= room)
                return 0;
            flags_at = used++;
            out[flags_at] = 0;
            item = 0;
        }
        if (best >= 3) {
            USHORT token = (USHORT)((at - best_at - 1) << bits | (best - 3));

            if (used + 2 > room)
                return 0;
            out[used++] = (UCHAR)token;
            out[used++] = (UCHAR)(token >> 8);
            out[flags_at] |= (UCHAR)(1u << item);
        } else {
            if (used + 1 > room)
                return 0;
            out[used++] = chunk[at];
            best = 1;
        }
        item++;
        while (best--)
            remember(work, chunk, at++, size);
    }
    return used;
}

static NTSTATUS lznt1_compress(const UCHAR *in, ULONG in_size, UCHAR *out, ULONG out_size, ULONG *final_size,
                               PVOID workspace, ULONG tries)
{
    ULONG used = 0;

    for (ULONG at = 0; at < in_size; at += CHUNK) {
        ULONG size = in_size - at < CHUNK ? in_size - at : CHUNK, room, n;
        USHORT header;

        if (out_size - used < 2)
            return STATUS_BUFFER_TOO_SMALL;
        room = out_size - used - 2;
        /* A chunk is stored if it does not shrink. */
        n = compress_chunk(in + at, size, out + used + 2, room < size - 1 ? room : size - 1, workspace, tries);
        if (n) {
            header = (USHORT)(COMPRESSED | SIGNATURE | (n - 1));
        } else {
            if (room < size)
                return STATUS_BUFFER_TOO_SMALL;
            n = size;
            header = (USHORT)(SIGNATURE | (n - 1));
            memcpy(out + used + 2, in + at, n);
        }
        out[used] = (UCHAR)header;
        out[used + 1] = (UCHAR)(header >> 8);
        used += 2 + n;
    }
    /* An end mark where there is room, as the format allows it. */
    if (out_size - used >= 2)
        out[used] = out[used + 1] = 0;
    *final_size = used;
    return STATUS_SUCCESS;
}

static bool all_zeros(const UCHAR *data, ULONG size)
{
    return size && !data[0] && !memcmp(data, data + 1, size - 1);
}

/* The parts of `chunk_size` bytes in which it may be read are LZNT1's own and nothing to the other formats. */
NTSTATUS NTAPI RtlCompressBuffer(USHORT format, UCHAR *in, ULONG in_size, UCHAR *out, ULONG out_size, ULONG chunk_size,
                                 ULONG *final_size, PVOID workspace);
NTSTATUS NTAPI RtlCompressBuffer(USHORT format, UCHAR *in, ULONG in_size, UCHAR *out, ULONG out_size, ULONG chunk_size,
                                 ULONG *final_size, PVOID workspace)
{
    NTSTATUS status = check_with_engine(format);
    ULONG tries = ENGINE_OF(format) == COMPRESSION_ENGINE_MAXIMUM ? CHUNK : CHAIN;

    (void)chunk_size;
    if (status)
        return status;
    switch (FORMAT_OF(format)) {
    case COMPRESSION_FORMAT_XPRESS:
        status = xpress_compress(in, in_size, out, out_size, final_size, workspace, tries);
        break;
    case COMPRESSION_FORMAT_XPRESS_HUFF:
        status = xpress_huffman_compress(in, in_size, out, out_size, final_size, workspace, tries);
        break;
    default:
        status = lznt1_compress(in, in_size, out, out_size, final_size, workspace, tries);
    }
    return !status && all_zeros(in, in_size) ? STATUS_BUFFER_ALL_ZEROS : status;
}

/* --- decompression --- */

/* A compressed chunk into at most CHUNK bytes, of which `room` are kept. Returns false if it is damaged. */
static bool decompress_chunk(const UCHAR *in, ULONG in_size, UCHAR *out, ULONG room, ULONG *size)
{
    ULONG at = 0, done = 0;

    while (at < in_size) {
        UCHAR flags = in[at++];

        for (ULONG item = 0; item < 8 && at < in_size; item++, flags >>= 1) {
            ULONG token, bits, distance, length;

            if (!(flags & 1)) {
                if (done >= CHUNK)
                    return false;
                if (done >= room)
                    goto full;
                out[done++] = in[at++];
                continue;
            }
            if (in_size - at < 2)
                return false;
            token = in[at] | (ULONG)in[at + 1] << 8;
            at += 2;
            bits = length_bits(done);
            distance = (token >> bits) + 1;
            length = (token & ((1u << bits) - 1)) + 3;
            if (distance > done || length > CHUNK - done)
                return false;
            for (; length && done < room; length--, done++)
                out[done] = out[done - distance];
            if (length)
                goto full;
        }
    }
full:
    *size = done;
    return true;
}

/* Decompresses from `offset` of the original on. `scratch` takes the chunk that begins before it. */
static NTSTATUS decompress(UCHAR *out, ULONG out_size, const UCHAR *in, ULONG in_size, ULONG offset, ULONG *final_size,
                           UCHAR *scratch)
{
    ULONG at = 0, done = 0;

    while (in_size - at >= 2 && done < out_size) {
        USHORT header = (USHORT)(in[at] | in[at + 1] << 8);
        ULONG n = (header & 0xfff) + 1u, size, skip;

        if (!header)
            break;
        at += 2;
        if (n > in_size - at)
            return STATUS_BAD_COMPRESSION_BUFFER;
        if (offset >= CHUNK) { /* every chunk but the last holds that many bytes */
            offset -= CHUNK;
            at += n;
            continue;
        }
        skip = offset;
        offset = 0;
        if (!(header & COMPRESSED)) {
            size = n > skip ? n - skip : 0;
            if (size > out_size - done)
                size = out_size - done;
            memcpy(out + done, in + at + skip, size);
        } else if (skip) {
            if (!decompress_chunk(in + at, n, scratch, CHUNK, &size))
                return STATUS_BAD_COMPRESSION_BUFFER;
            size = size > skip ? size - skip : 0;
            if (size > out_size - done)
                size = out_size - done;
            memcpy(out + done, scratch + skip, size);
        } else if (!decompress_chunk(in + at, n, out + done, out_size - done, &size)) {
            return STATUS_BAD_COMPRESSION_BUFFER;
        }
        done += size;
        at += n;
        /* What a short chunk in the middle lacks is zero. */
        if (skip + size < CHUNK && in_size - at >= 2 && (in[at] || in[at + 1]) && done < out_size) {
            ULONG gap = CHUNK - skip - size;

            if (gap > out_size - done)
                gap = out_size - done;
            memset(out + done, 0, gap);
            done += gap;
        }
    }
    *final_size = done;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDecompressBuffer(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size,
                                   ULONG *final_size);
NTSTATUS NTAPI RtlDecompressBufferEx(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size,
                                     ULONG *final_size, PVOID workspace);
NTSTATUS NTAPI RtlDecompressBuffer(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size,
                                   ULONG *final_size)
{
    if (FORMAT_OF(format) == COMPRESSION_FORMAT_XPRESS_HUFF) /* which needs a workspace */
        return STATUS_UNSUPPORTED_COMPRESSION;
    return RtlDecompressBufferEx(format, out, out_size, in, in_size, final_size, NULL);
}

NTSTATUS NTAPI RtlDecompressBufferEx(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size,
                                     ULONG *final_size, PVOID workspace)
{
    NTSTATUS status = check(format);

    if (status)
        return status;
    switch (FORMAT_OF(format)) {
    case COMPRESSION_FORMAT_XPRESS:
        return xpress_decompress(out, out_size, in, in_size, final_size);
    case COMPRESSION_FORMAT_XPRESS_HUFF:
        return xpress_huffman_decompress(out, out_size, in, in_size, final_size, workspace);
    default:
        return decompress(out, out_size, in, in_size, 0, final_size, NULL);
    }
}

NTSTATUS NTAPI RtlDecompressFragment(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size, ULONG offset,
                                     ULONG *final_size, PVOID workspace);
NTSTATUS NTAPI RtlDecompressFragment(USHORT format, UCHAR *out, ULONG out_size, UCHAR *in, ULONG in_size, ULONG offset,
                                     ULONG *final_size, PVOID workspace)
{
    NTSTATUS status = check(format);

    if (status)
        return status;
    /* Only LZNT1 can be read from the middle. */
    if (FORMAT_OF(format) != COMPRESSION_FORMAT_LZNT1)
        return STATUS_UNSUPPORTED_COMPRESSION;
    return decompress(out, out_size, in, in_size, offset, final_size, workspace);
}
