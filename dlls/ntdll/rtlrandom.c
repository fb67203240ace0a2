/* SPDX-License-Identifier: MIT */
/* rtlrandom.c: pseudo-random numbers and check sums. */
#include "rtl_private.h"

/*
 * Numbers are uniform over 0 to MAXLONG - 1: Lehmer's multiplicative method, which the documentation names, in the 32 bits of
 * the seed, as observed.
 */
ULONG NTAPI RtlUniform(ULONG *seed);
ULONG NTAPI RtlUniform(ULONG *seed)
{
    *seed = (*seed * 0x7fffffedu + 0x7fffffc3u) % MAXLONG;
    return *seed;
}

/* A shuffle table (MacLaren and Marsaglia) over that generator, as RtlRandom's documentation describes it. */
static ULONG shuffle(ULONG *seed, ULONG *table, ULONG count)
{
    ULONG value = RtlUniform(seed), index = RtlUniform(seed) % count, result;

    /* The table is shared by all threads; a lost exchange only makes it more random. */
    result = (ULONG)InterlockedExchange((LONG *)&table[index], (LONG)value);
    return result ? result : value;
}

ULONG NTAPI RtlRandom(ULONG *seed);
ULONG NTAPI RtlRandom(ULONG *seed)
{
    static ULONG table[128];

    return shuffle(seed, table, ARRAY_SIZE(table));
}

ULONG NTAPI RtlRandomEx(ULONG *seed);
ULONG NTAPI RtlRandomEx(ULONG *seed)
{
    static ULONG table[128];

    return shuffle(seed, table, ARRAY_SIZE(table));
}

/* --- CRC-32 of IEEE 802.3 (as zlib's), a nibble at a time --- */

ULONG NTAPI RtlComputeCrc32(ULONG initial, const UCHAR *data, ULONG length);
ULONG NTAPI RtlComputeCrc32(ULONG initial, const UCHAR *data, ULONG length)
{
    static const ULONG table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                     0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                     0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
    ULONG crc = ~initial;

    while (length--) {
        crc = (crc >> 4) ^ table[(crc ^ *data) & 15];
        crc = (crc >> 4) ^ table[(crc ^ (*data++ >> 4)) & 15];
    }
    return ~crc;
}

ULONG NTAPI RtlCrc32(const void *data, size_t size, ULONG initial)
{
    const UCHAR *at = data;

    for (; size > MAXLONG; size -= MAXLONG, at += MAXLONG)
        initial = RtlComputeCrc32(initial, at, MAXLONG);
    return RtlComputeCrc32(initial, at, (ULONG)size);
}
