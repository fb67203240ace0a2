/* SPDX-License-Identifier: MIT */
/*
 * rtlcompress_xpress.c: the plain LZ77 format of [MS-XCA] 2.3 and 2.4 (COMPRESSION_FORMAT_XPRESS): 32 flags, then as many
 * literals or references. A reference's length that does not fit its three bits goes on in half a byte, which two
 * references share, in a byte, in 16 and in 32 bits.
 */
#include "rtlcompress.h"

#define WINDOW    8192
#define HASH_BITS 13

struct workspace {
    ULONG last[1 << HASH_BITS];
    ULONG before[WINDOW];
};

ULONG xpress_workspace(void)
{
    return sizeof(struct workspace);
}

/* --- compression --- */

struct output {
    UCHAR *data;
    ULONG size, used;
    ULONG flags_at, flags, flag_count;
    ULONG half_byte_at; /* where the first half of a shared byte is, if the second one is free; else 0 */
    bool full;
};

static void put(struct output *out, ULONG value, ULONG bytes)
{
    if (out->size - out->used < bytes) {
        out->full = true;
        return;
    }
    for (; bytes; bytes--, value >>= 8)
        out->data[out->used++] = (UCHAR)value;
}

static void store_flags(struct output *out)
{
    ULONG flags = out->flags;

    for (ULONG i = 0; i < 4; i++, flags >>= 8)
        out->data[out->flags_at + i] = (UCHAR)flags;
}

static void open_flags(struct output *out)
{
    out->flags_at = out->used;
    out->flags = out->flag_count = 0;
    put(out, 0, 4);
}

static void add_flag(struct output *out, ULONG flag)
{
    out->flags = out->flags << 1 | flag;
    if (++out->flag_count < 32 || out->full)
        return;
    store_flags(out);
    open_flags(out);
}

static void put_reference(struct output *out, ULONG distance, ULONG length)
{
    ULONG rest = length - MATCH_LEAST, half;

    put(out, (distance - 1) << 3 | (rest < 7 ? rest : 7), 2);
    if (rest < 7)
        return;
    half = rest - 7 < 15 ? rest - 7 : 15;
    if (out->half_byte_at) {
        out->data[out->half_byte_at] |= (UCHAR)(half << 4);
        out->half_byte_at = 0;
    } else {
        out->half_byte_at = out->used;
        put(out, half, 1);
    }
    if (half < 15)
        return;
    if (rest - 7 - 15 < 255) {
        put(out, rest - 7 - 15, 1);
        return;
    }
    put(out, 255, 1);
    if (rest <= 0xffff) {
        put(out, rest, 2);
    } else {
        put(out, 0, 2);
        put(out, rest, 4);
    }
}

NTSTATUS xpress_compress(const UCHAR *in, ULONG in_size, UCHAR *out_data, ULONG out_size, ULONG *final_size,
                         void *workspace, ULONG tries)
{
    struct workspace *work = workspace;
    struct matcher matcher = { in, in_size, work->last, work->before, HASH_BITS, WINDOW, WINDOW, tries };
    struct output out = { .data = out_data, .size = out_size };
    ULONG at = 0, rest;

    memset(work->last, 0xff, sizeof(work->last));
    open_flags(&out);
    while (at < in_size && !out.full) {
        ULONG distance = 0, length = matcher_find(&matcher, at, in_size - at, &distance);

        if (length) {
            put_reference(&out, distance, length);
        } else {
            put(&out, in[at], 1);
            length = 1;
        }
        add_flag(&out, length > 1);
        while (length--)
            matcher_insert(&matcher, at++);
    }
    if (out.full)
        return STATUS_BUFFER_TOO_SMALL;
    /* What follows the last item looks like a reference, which the input ends before. */
    rest = 32 - out.flag_count;
    out.flags = rest == 32 ? ~0u : out.flags << rest | ((1u << rest) - 1);
    store_flags(&out);
    *final_size = out.used;
    return STATUS_SUCCESS;
}

/* --- decompression --- */

struct input {
    const UCHAR *data;
    ULONG size, at;
    ULONG half_byte_at;
    bool ended;
};

static ULONG get(struct input *in, ULONG bytes)
{
    ULONG value = 0;

    if (in->size - in->at < bytes) {
        in->ended = true;
        return 0;
    }
    for (ULONG i = 0; i < bytes; i++)
        value |= (ULONG)in->data[in->at++] << (8 * i);
    return value;
}

/* The length of a reference whose three bits are all set. Returns false if it is damaged. */
static bool get_length(struct input *in, ULONG *length)
{
    ULONG rest;

    if (in->half_byte_at) {
        rest = in->data[in->half_byte_at] >> 4;
        in->half_byte_at = 0;
    } else {
        in->half_byte_at = in->at;
        rest = get(in, 1) & 15;
    }
    if (rest == 15) {
        rest = get(in, 1);
        if (rest == 255) {
            rest = get(in, 2);
            if (!rest)
                rest = get(in, 4);
            if (rest < 15 + 7)
                return false;
            rest -= 15 + 7;
        }
        rest += 15;
    }
    *length = rest + 7 + MATCH_LEAST;
    return !in->ended && *length > rest;
}

NTSTATUS xpress_decompress(UCHAR *out, ULONG out_size, const UCHAR *in_data, ULONG in_size, ULONG *final_size)
{
    struct input in = { .data = in_data, .size = in_size };
    ULONG done = 0, flags = 0, flag_count = 0;

    while (in.at < in_size) {
        ULONG token, distance, length;

        if (!flag_count) {
            flags = get(&in, 4);
            if (in.ended)
                return STATUS_BAD_COMPRESSION_BUFFER;
            flag_count = 32;
            if (in.at == in_size)
                break;
        }
        if (!(flags >> --flag_count & 1)) {
            if (done == out_size)
                return STATUS_BAD_COMPRESSION_BUFFER;
            out[done++] = in_data[in.at++];
            continue;
        }
        token = get(&in, 2);
        distance = (token >> 3) + 1;
        length = (token & 7) + MATCH_LEAST;
        if (in.ended || (length == 7 + MATCH_LEAST && !get_length(&in, &length)) || distance > done ||
            length > out_size - done)
            return STATUS_BAD_COMPRESSION_BUFFER;
        for (; length; length--, done++)
            out[done] = out[done - distance];
    }
    *final_size = done;
    return STATUS_SUCCESS;
}
