/* SPDX-License-Identifier: MIT */
/*
 * rtlcompress_huffman.c: the LZ77+Huffman format of [MS-XCA] 2.1 and 2.2 (COMPRESSION_FORMAT_XPRESS_HUFF): blocks of 64 KB
 * of the original, each with the lengths of its 512 codes in front. Codes are written to words of 16 bits, most significant
 * bit first; the words stand among the bytes that hold longer lengths, where a reader that is two words ahead finds them.
 */
#include "rtlcompress.h"

#define BLOCK     65536
#define SYMBOLS   512
#define CODE_MAX  15
#define TABLE     (SYMBOLS / 2) /* bytes */
#define END       256 /* the symbol that ends the data; otherwise a reference to the byte before, of length 3 */
#define HASH_BITS 15
#define WINDOW    65536

struct workspace {
    ULONG last[1 << HASH_BITS];
    ULONG before[WINDOW];
    ULONG items[BLOCK + 1]; /* a literal, or (length - 3) << 16 | distance */
    ULONG counts[SYMBOLS];
};

ULONG xpress_huffman_workspace(void)
{
    return sizeof(struct workspace);
}

/* The decoder's: by the next 15 bits, symbol << 4 | length. */
struct decode_table {
    USHORT entries[1 << CODE_MAX];
};

_Static_assert(sizeof(struct decode_table) <= sizeof(struct workspace), "one workspace for both");

/* --- codes --- */

static int compare_leaves(const void *a, const void *b)
{
    ULONGLONG x = *(const ULONGLONG *)a, y = *(const ULONGLONG *)b;

    return x < y ? -1 : x > y;
}

/* Huffman's lengths for these counts; the longest of them is returned. */
static ULONG code_lengths(const ULONG *counts, UCHAR *lengths)
{
    ULONGLONG leaves[SYMBOLS]; /* count << 16 | symbol */
    ULONG weights[2 * SYMBOLS], longest = 0, leaf = 0, node, first, n = 0;
    USHORT parents[2 * SYMBOLS], depths[2 * SYMBOLS];

    for (ULONG i = 0; i < SYMBOLS; i++)
        if (counts[i])
            leaves[n++] = (ULONGLONG)counts[i] << 16 | i;
    memset(lengths, 0, SYMBOLS);
    qsort(leaves, n, sizeof(leaves[0]), compare_leaves);
    for (ULONG i = 0; i < n; i++)
        weights[i] = (ULONG)(leaves[i] >> 16);
    /* Nodes are made in the order of their weights, so both they and the leaves are queues. */
    for (node = first = n; node < 2 * n - 1; node++) {
        weights[node] = 0;
        for (int child = 0; child < 2; child++) {
            ULONG least = first < node && (leaf == n || weights[first] < weights[leaf]) ? first++ : leaf++;

            weights[node] += weights[least];
            parents[least] = (USHORT)node;
        }
    }
    depths[node - 1] = 0;
    for (ULONG i = node - 1; i--;) {
        depths[i] = (USHORT)(depths[parents[i]] + 1);
        if (i < n) {
            lengths[leaves[i] & 0xffff] = (UCHAR)depths[i];
            longest = depths[i] > longest ? depths[i] : longest;
        }
    }
    return longest;
}

/* The canonical codes: ascending with length, then with symbol. */
static void make_codes(const UCHAR *lengths, USHORT *codes)
{
    ULONG code = 0;

    for (ULONG length = 1; length <= CODE_MAX; length++, code <<= 1)
        for (ULONG i = 0; i < SYMBOLS; i++)
            if (lengths[i] == length)
                codes[i] = (USHORT)code++;
}

/* --- compression --- */

struct output {
    UCHAR *data;
    ULONG size, used;
    ULONG word_at[2]; /* where this word of bits goes, and the next */
    ULONG word, free; /* bits of this one */
    bool full;
};

static void put_byte(struct output *out, ULONG value)
{
    if (out->used == out->size)
        out->full = true;
    else
        out->data[out->used++] = (UCHAR)value;
}

static void store_word(struct output *out, ULONG at, ULONG value)
{
    if (out->full)
        return;
    out->data[at] = (UCHAR)value;
    out->data[at + 1] = (UCHAR)(value >> 8);
}

static ULONG reserve_word(struct output *out)
{
    ULONG at = out->used;

    put_byte(out, 0);
    put_byte(out, 0);
    return at;
}

static void put_bits(struct output *out, ULONG value, ULONG count)
{
    if (out->free >= count) {
        out->free -= count;
        out->word = out->word << count | value;
        return;
    }
    store_word(out, out->word_at[0], out->word << out->free | value >> (count - out->free));
    out->word_at[0] = out->word_at[1];
    out->word_at[1] = reserve_word(out);
    out->word = value;
    out->free += 16 - count;
}

static ULONG log2_of(ULONG value)
{
    return 31u - (ULONG)__builtin_clz(value);
}

static ULONG symbol_of(ULONG item)
{
    ULONG distance = item & 0xffff, rest = item >> 16;

    return 256 + (log2_of(distance) << 4 | (rest < 15 ? rest : 15));
}

#define IS_LITERAL 0x80000000u

/* One block's items; a length is at most BLOCK, so that (length - 3) << 16 keeps the flag of the literals free. */
static ULONG find_items(struct workspace *work, struct matcher *matcher, ULONG from, ULONG to)
{
    ULONG n = 0;

    for (ULONG at = from; at < to;) {
        ULONG distance = 0, length = matcher_find(matcher, at, to - at < 0x8000 ? to - at : 0x8000, &distance);

        /* What might be taken for the end is not used as a reference. */
        if (length && !(length == 3 && distance == 1)) {
            work->items[n] = (length - 3) << 16 | distance;
            work->counts[symbol_of(work->items[n])]++;
        } else {
            work->items[n] = IS_LITERAL | matcher->in[at];
            work->counts[matcher->in[at]]++;
            length = 1;
        }
        n++;
        while (length--)
            matcher_insert(matcher, at++);
    }
    return n;
}

static void write_block(struct output *out, const struct workspace *work, ULONG count, const UCHAR *lengths, bool last)
{
    USHORT codes[SYMBOLS];

    make_codes(lengths, codes);
    for (ULONG i = 0; i < SYMBOLS; i += 2)
        put_byte(out, (ULONG)(lengths[i] | lengths[i + 1] << 4));
    out->word_at[0] = reserve_word(out);
    out->word_at[1] = reserve_word(out);
    out->word = 0;
    out->free = 16;
    for (ULONG i = 0; i < count && !out->full; i++) {
        ULONG item = work->items[i], symbol = item & IS_LITERAL ? item & 0xff : symbol_of(item);

        put_bits(out, codes[symbol], lengths[symbol]);
        if (item & IS_LITERAL)
            continue;
        if (item >> 16 >= 15) {
            ULONG rest = (item >> 16) - 15;

            put_byte(out, rest < 255 ? rest : 255);
            if (rest >= 255) {
                put_byte(out, (rest + 15) & 0xff);
                put_byte(out, (rest + 15) >> 8);
            }
        }
        item &= 0xffff;
        put_bits(out, item - (1u << log2_of(item)), log2_of(item));
    }
    if (last)
        put_bits(out, codes[END], lengths[END]);
    store_word(out, out->word_at[0], out->word << out->free);
    store_word(out, out->word_at[1], 0);
}

NTSTATUS xpress_huffman_compress(const UCHAR *in, ULONG in_size, UCHAR *out_data, ULONG out_size, ULONG *final_size,
                                 void *workspace, ULONG tries)
{
    struct workspace *work = workspace;
    struct matcher matcher = { in, in_size, work->last, work->before, HASH_BITS, WINDOW, WINDOW - 1, tries };
    struct output out = { .data = out_data, .size = out_size };
    ULONG at = 0;

    memset(work->last, 0xff, sizeof(work->last));
    do {
        ULONG size = in_size - at < BLOCK ? in_size - at : BLOCK, count, used = 0;
        bool last = size == in_size - at;
        UCHAR lengths[SYMBOLS];

        memset(work->counts, 0, sizeof(work->counts));
        count = find_items(work, &matcher, at, at + size);
        work->counts[END] += last;
        for (ULONG i = 0; i < SYMBOLS; i++)
            used += work->counts[i] != 0;
        if (used == 1) /* a code needs two symbols to use up its bits */
            work->counts[work->counts[0] ? 1 : 0]++;
        while (code_lengths(work->counts, lengths) > CODE_MAX)
            for (ULONG i = 0; i < SYMBOLS; i++)
                work->counts[i] = (work->counts[i] + 1) / 2;
        write_block(&out, work, count, lengths, last);
        if (out.full)
            return STATUS_BUFFER_TOO_SMALL;
        at += size;
    } while (at < in_size);
    *final_size = out.used;
    return STATUS_SUCCESS;
}

/* --- decompression --- */

struct input {
    const UCHAR *data;
    ULONG size, at;
    ULONG bits; /* the next ones at the top */
    LONG extra; /* how many of them beyond 16 are there */
    bool ended;
};

static ULONG get_word(struct input *in)
{
    if (in->size - in->at < 2) {
        in->ended = true;
        return 0;
    }
    in->at += 2;
    return in->data[in->at - 2] | (ULONG)in->data[in->at - 1] << 8;
}

static ULONG get_byte(struct input *in)
{
    if (in->at == in->size) {
        in->ended = true;
        return 0;
    }
    return in->data[in->at++];
}

static void skip_bits(struct input *in, ULONG count)
{
    in->bits <<= count;
    in->extra -= (LONG)count;
    if (in->extra < 0) {
        in->bits |= get_word(in) << -in->extra;
        in->extra += 16;
    }
}

/* Returns false if the lengths do not use up all codes. */
static bool make_table(const UCHAR *packed, struct decode_table *table)
{
    ULONG next = 0;

    for (ULONG length = 1; length <= CODE_MAX; length++)
        for (ULONG i = 0; i < SYMBOLS; i++)
            if ((packed[i / 2] >> (i & 1 ? 4 : 0) & 15) == (UCHAR)length) {
                ULONG n = 1u << (CODE_MAX - length);

                if (n > (1u << CODE_MAX) - next)
                    return false;
                while (n--)
                    table->entries[next++] = (USHORT)(i << 4 | length);
            }
    return next == 1u << CODE_MAX;
}

/* A reference's length; `low` is the symbol's part of it. Returns false if it is damaged. */
static bool get_length(struct input *in, ULONG low, ULONG *length)
{
    ULONG rest = low;

    if (low == 15) {
        rest = get_byte(in);
        if (rest == 255) {
            rest = get_word(in);
            if (!rest) {
                rest = get_word(in);
                rest |= get_word(in) << 16;
            }
            if (rest < 15)
                return false;
            rest -= 15;
        }
        rest += 15;
    }
    *length = rest + MATCH_LEAST;
    return !in->ended && *length > rest;
}

NTSTATUS xpress_huffman_decompress(UCHAR *out, ULONG out_size, const UCHAR *data, ULONG in_size, ULONG *final_size,
                                   void *workspace)
{
    struct decode_table *table = workspace;
    struct input in = { .data = data, .size = in_size };
    ULONG done = 0;

    if (in_size < TABLE + 4)
        return STATUS_BAD_COMPRESSION_BUFFER;
    while (in_size - in.at >= TABLE + 4) {
        ULONG start = done;

        if (!make_table(data + in.at, table))
            return STATUS_BAD_COMPRESSION_BUFFER;
        in.at += TABLE;
        in.bits = get_word(&in) << 16;
        in.bits |= get_word(&in);
        in.extra = 16;
        while (done - start < BLOCK) {
            USHORT entry = table->entries[in.bits >> (32 - CODE_MAX)];
            ULONG symbol = entry >> 4, length, distance, distance_bits;

            skip_bits(&in, entry & 15);
            if (symbol < 256) {
                if (done == out_size || in.ended)
                    return STATUS_BAD_COMPRESSION_BUFFER;
                out[done++] = (UCHAR)symbol;
                continue;
            }
            /* After the end there are but zeros. */
            if (symbol == END && in.at == in_size && (done == out_size || !in.bits))
                goto finished;
            symbol -= 256;
            distance_bits = symbol >> 4;
            if (!get_length(&in, symbol & 15, &length))
                return STATUS_BAD_COMPRESSION_BUFFER;
            distance = 1u << distance_bits;
            if (distance_bits) {
                distance += in.bits >> (32 - distance_bits);
                skip_bits(&in, distance_bits);
            }
            if (in.ended || distance > done || length > out_size - done)
                return STATUS_BAD_COMPRESSION_BUFFER;
            for (; length; length--, done++)
                out[done] = out[done - distance];
        }
    }
finished:
    *final_size = done;
    return STATUS_SUCCESS;
}
