/* SPDX-License-Identifier: MIT */
/*
 * rtlbitmapex.c: bitmaps of more than 2^32 bits (RTL_BITMAP_EX), copies of bitmaps,
 * counts in a range, and runs that are changed atomically.
 */
#include "rtl_private.h"
#include "rtltables.h"

#define WORD_BITS 64u
#define ALL       (~(ULONG64)0)
#define NOT_FOUND (~(ULONG64)0)

static ULONG64 low_bits(ULONG count)
{
    return count >= WORD_BITS ? ALL : ((ULONG64)1 << count) - 1;
}

static ULONG first_bit(ULONG64 word)
{
    return (ULONG)__builtin_ctzll(word);
}

VOID NTAPI RtlInitializeBitMapEx(RTL_BITMAP_EX *map, ULONG64 *buffer, ULONG64 size)
{
    map->SizeOfBitMap = size;
    map->Buffer = buffer;
}

static SIZE_T words_of(const RTL_BITMAP_EX *map)
{
    return (SIZE_T)((map->SizeOfBitMap + WORD_BITS - 1) / WORD_BITS);
}

VOID NTAPI RtlClearAllBitsEx(RTL_BITMAP_EX *map)
{
    memset(map->Buffer, 0, words_of(map) * sizeof(*map->Buffer));
}

VOID NTAPI RtlSetAllBitsEx(RTL_BITMAP_EX *map)
{
    memset(map->Buffer, 0xff, words_of(map) * sizeof(*map->Buffer));
}

static void fill(RTL_BITMAP_EX *map, ULONG64 start, ULONG64 count, bool set)
{
    if (start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return;
    while (count) {
        ULONG shift = (ULONG)(start % WORD_BITS), room = WORD_BITS - shift;
        ULONG n = count < room ? (ULONG)count : room;
        ULONG64 mask = low_bits(n) << shift, *word = &map->Buffer[start / WORD_BITS];

        *word = set ? *word | mask : *word & ~mask;
        start += n;
        count -= n;
    }
}

VOID NTAPI RtlSetBitsEx(RTL_BITMAP_EX *map, ULONG64 start, ULONG64 count)
{
    fill(map, start, count, true);
}

VOID NTAPI RtlClearBitsEx(RTL_BITMAP_EX *map, ULONG64 start, ULONG64 count)
{
    fill(map, start, count, false);
}

VOID NTAPI RtlSetBitEx(RTL_BITMAP_EX *map, ULONG64 bit)
{
    fill(map, bit, 1, true);
}

VOID NTAPI RtlClearBitEx(RTL_BITMAP_EX *map, ULONG64 bit)
{
    fill(map, bit, 1, false);
}

BOOLEAN NTAPI RtlTestBitEx(const RTL_BITMAP_EX *map, ULONG64 bit)
{
    return bit < map->SizeOfBitMap && (map->Buffer[bit / WORD_BITS] >> (bit % WORD_BITS) & 1);
}

/* The first bit from `start` on that is `set`; the size of the bitmap if there is none. */
static ULONG64 find_next(const RTL_BITMAP_EX *map, ULONG64 start, bool set)
{
    SIZE_T words = words_of(map), word = (SIZE_T)(start / WORD_BITS);
    ULONG64 bits;

    if (start >= map->SizeOfBitMap)
        return map->SizeOfBitMap;
    bits = (set ? map->Buffer[word] : ~map->Buffer[word]) & ~low_bits((ULONG)(start % WORD_BITS));
    while (!bits && ++word < words)
        bits = set ? map->Buffer[word] : ~map->Buffer[word];
    if (!bits)
        return map->SizeOfBitMap;
    start = (ULONG64)word * WORD_BITS + first_bit(bits);
    return start < map->SizeOfBitMap ? start : map->SizeOfBitMap;
}

BOOLEAN NTAPI RtlAreBitsClearEx(const RTL_BITMAP_EX *map, ULONG64 start, ULONG64 count)
{
    if (!count || start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return FALSE;
    return find_next(map, start, true) >= start + count;
}

static ULONG64 find_in(const RTL_BITMAP_EX *map, ULONG64 from, ULONG64 to, ULONG64 count, bool set)
{
    while (from < to) {
        ULONG64 start = find_next(map, from, set), end;

        if (start >= to)
            break;
        end = find_next(map, start, !set);
        if (end - start >= count)
            return start;
        from = end;
    }
    return NOT_FOUND;
}

static ULONG64 find_bits(const RTL_BITMAP_EX *map, ULONG64 count, ULONG64 hint, bool set)
{
    ULONG64 found;

    if (hint >= map->SizeOfBitMap)
        hint = 0;
    if (!count)
        return hint & ~7ull;
    found = find_in(map, hint, map->SizeOfBitMap, count, set);
    return found == NOT_FOUND && hint ? find_in(map, 0, hint, count, set) : found;
}

ULONG64 NTAPI RtlFindClearBitsEx(const RTL_BITMAP_EX *map, ULONG64 count, ULONG64 hint)
{
    return find_bits(map, count, hint, false);
}

ULONG64 NTAPI RtlFindSetBitsEx(const RTL_BITMAP_EX *map, ULONG64 count, ULONG64 hint)
{
    return find_bits(map, count, hint, true);
}

static ULONG64 find_and_flip(RTL_BITMAP_EX *map, ULONG64 count, ULONG64 hint, bool set)
{
    ULONG64 found = find_bits(map, count, hint, set);

    if (found != NOT_FOUND)
        fill(map, found, count, !set);
    return found;
}

ULONG64 NTAPI RtlFindClearBitsAndSetEx(RTL_BITMAP_EX *map, ULONG64 count, ULONG64 hint)
{
    return find_and_flip(map, count, hint, false);
}

ULONG64 NTAPI RtlFindSetBitsAndClearEx(RTL_BITMAP_EX *map, ULONG64 count, ULONG64 hint)
{
    return find_and_flip(map, count, hint, true);
}

ULONG64 NTAPI RtlNumberOfSetBitsEx(const RTL_BITMAP_EX *map)
{
    SIZE_T full = (SIZE_T)(map->SizeOfBitMap / WORD_BITS);
    ULONG rest = (ULONG)(map->SizeOfBitMap % WORD_BITS);
    ULONG64 count = 0;

    for (SIZE_T i = 0; i < full; i++)
        count += (ULONG)__builtin_popcountll(map->Buffer[i]);
    if (rest)
        count += (ULONG)__builtin_popcountll(map->Buffer[full] & low_bits(rest));
    return count;
}

ULONG64 NTAPI RtlNumberOfClearBitsEx(const RTL_BITMAP_EX *map)
{
    return map->SizeOfBitMap - RtlNumberOfSetBitsEx(map);
}

/* --- ordinary bitmaps --- */

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
