/* SPDX-License-Identifier: MIT */
/* rtlbitmap_range.c: copies of ranges of bitmaps, counts in them, and runs that are changed atomically. */
#include "rtl_private.h"
#include "rtltables.h"

static ULONG low_bits32(ULONG count)
{
    return count >= 32 ? ~0u : (1u << count) - 1;
}

/* Up to 32 bits from `bit` on. */
static ULONG get_bits(const RTL_BITMAP *map, ULONG bit, ULONG count)
{
    ULONG shift = bit % 32, word = bit / 32;
    ULONGLONG bits = map->Buffer[word];

    if (shift + count > 32)
        bits |= (ULONGLONG)map->Buffer[word + 1] << 32;
    return (ULONG)(bits >> shift) & low_bits32(count);
}

static void set_bits(const RTL_BITMAP *map, ULONG bit, ULONG count, ULONG bits)
{
    while (count) {
        ULONG shift = bit % 32, n = count < 32 - shift ? count : 32 - shift, mask = low_bits32(n) << shift;

        map->Buffer[bit / 32] = (map->Buffer[bit / 32] & ~mask) | (bits << shift & mask);
        bits = n < 32 ? bits >> n : 0;
        bit += n;
        count -= n;
    }
}

/* All of the source's bits, or as many as there is room for, to the destination from `target` on. */
VOID NTAPI RtlCopyBitMap(const RTL_BITMAP *source, RTL_BITMAP *destination, ULONG target)
{
    ULONG count = source->SizeOfBitMap;

    if (target >= destination->SizeOfBitMap)
        return;
    if (count > destination->SizeOfBitMap - target)
        count = destination->SizeOfBitMap - target;
    for (ULONG at = 0; at < count; at += 32) {
        ULONG n = count - at < 32 ? count - at : 32;

        set_bits(destination, target + at, n, get_bits(source, at, n));
    }
}

/* `count` of the source's bits from `from` on to the destination's beginning. */
VOID NTAPI RtlExtractBitMap(const RTL_BITMAP *source, RTL_BITMAP *destination, ULONG from, ULONG count)
{
    if (from >= source->SizeOfBitMap)
        return;
    if (count > source->SizeOfBitMap - from)
        count = source->SizeOfBitMap - from;
    if (count > destination->SizeOfBitMap)
        count = destination->SizeOfBitMap;
    for (ULONG at = 0; at < count; at += 32) {
        ULONG n = count - at < 32 ? count - at : 32;

        set_bits(destination, at, n, get_bits(source, from + at, n));
    }
}

ULONG NTAPI RtlNumberOfSetBitsInRange(const RTL_BITMAP *map, ULONG start, ULONG length)
{
    ULONG count = 0;

    if (start >= map->SizeOfBitMap)
        return 0;
    if (length > map->SizeOfBitMap - start)
        length = map->SizeOfBitMap - start;
    for (ULONG at = 0; at < length; at += 32)
        count += (ULONG)__builtin_popcount(get_bits(map, start + at, length - at < 32 ? length - at : 32));
    return count;
}

ULONG NTAPI RtlNumberOfClearBitsInRange(const RTL_BITMAP *map, ULONG start, ULONG length)
{
    if (start >= map->SizeOfBitMap)
        return 0;
    if (length > map->SizeOfBitMap - start)
        length = map->SizeOfBitMap - start;
    return length - RtlNumberOfSetBitsInRange(map, start, length);
}

static void change_run(RTL_BITMAP *map, ULONG start, ULONG length, bool set)
{
    while (length) {
        ULONG shift = start % 32, n = length < 32 - shift ? length : 32 - shift, mask = low_bits32(n) << shift;
        ULONG *word = &map->Buffer[start / 32];

        if (set)
            __atomic_fetch_or(word, mask, __ATOMIC_SEQ_CST);
        else
            __atomic_fetch_and(word, ~mask, __ATOMIC_SEQ_CST);
        start += n;
        length -= n;
    }
}

/* Each word of the bitmap is changed atomically, not the run as a whole. */
VOID NTAPI RtlInterlockedSetBitRun(RTL_BITMAP *map, ULONG start, ULONG length)
{
    change_run(map, start, length, true);
}

VOID NTAPI RtlInterlockedClearBitRun(RTL_BITMAP *map, ULONG start, ULONG length)
{
    change_run(map, start, length, false);
}
