/* SPDX-License-Identifier: MIT */
/* rtlbitmap.c: bitmaps, a machine word at a time where it matters. */
#include "rtl_private.h"

/* Bits [start, ...) up to the next one that is `set`; the size of the bitmap if there is none. */
static ULONG find_next(const RTL_BITMAP *map, ULONG start, bool set)
{
    ULONG words = (map->SizeOfBitMap + 31) / 32, word = start / 32;
    ULONG bits;

    if (start >= map->SizeOfBitMap)
        return map->SizeOfBitMap;
    bits = (set ? map->Buffer[word] : ~map->Buffer[word]) >> (start % 32) << (start % 32);
    while (!bits && ++word < words)
        bits = set ? map->Buffer[word] : ~map->Buffer[word];
    if (!bits)
        return map->SizeOfBitMap;
    start = word * 32 + (ULONG)__builtin_ctz(bits);
    return start < map->SizeOfBitMap ? start : map->SizeOfBitMap;
}

VOID NTAPI RtlInitializeBitMap(RTL_BITMAP *map, ULONG *buffer, ULONG size)
{
    map->SizeOfBitMap = size;
    map->Buffer = buffer;
}

VOID NTAPI RtlClearAllBits(RTL_BITMAP *map)
{
    memset(map->Buffer, 0, (SIZE_T)(map->SizeOfBitMap + 31) / 32 * 4);
}

VOID NTAPI RtlSetAllBits(RTL_BITMAP *map)
{
    memset(map->Buffer, 0xff, (SIZE_T)(map->SizeOfBitMap + 31) / 32 * 4);
}

static void fill(RTL_BITMAP *map, ULONG start, ULONG count, bool set)
{
    if (start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return;
    while (count) {
        ULONG shift = start % 32, n = 32 - shift < count ? 32 - shift : count;
        ULONG mask = (n == 32 ? ~0u : (1u << n) - 1) << shift;

        if (set)
            map->Buffer[start / 32] |= mask;
        else
            map->Buffer[start / 32] &= ~mask;
        start += n;
        count -= n;
    }
}

VOID NTAPI RtlSetBits(RTL_BITMAP *map, ULONG start, ULONG count)
{
    fill(map, start, count, true);
}

VOID NTAPI RtlClearBits(RTL_BITMAP *map, ULONG start, ULONG count)
{
    fill(map, start, count, false);
}

VOID NTAPI RtlSetBit(RTL_BITMAP *map, ULONG bit)
{
    fill(map, bit, 1, true);
}

VOID NTAPI RtlClearBit(RTL_BITMAP *map, ULONG bit)
{
    fill(map, bit, 1, false);
}

BOOLEAN NTAPI RtlTestBit(const RTL_BITMAP *map, ULONG bit)
{
    return bit < map->SizeOfBitMap && map->Buffer[bit / 32] >> (bit % 32) & 1;
}

static BOOLEAN all_are(const RTL_BITMAP *map, ULONG start, ULONG count, bool set)
{
    if (!count || start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return FALSE;
    return find_next(map, start, !set) >= start + count;
}

BOOLEAN NTAPI RtlAreBitsSet(RTL_BITMAP *map, ULONG start, ULONG count)
{
    return all_are(map, start, count, true);
}

BOOLEAN NTAPI RtlAreBitsClear(const RTL_BITMAP *map, ULONG start, ULONG count)
{
    return all_are(map, start, count, false);
}

static ULONG find_in(const RTL_BITMAP *map, ULONG from, ULONG to, ULONG count, bool set)
{
    while (from < to) {
        ULONG start = find_next(map, from, set), end;

        if (start >= to)
            break;
        end = find_next(map, start, !set);
        if (end - start >= count)
            return start;
        from = end;
    }
    return (ULONG)-1;
}

static ULONG find_bits(const RTL_BITMAP *map, ULONG count, ULONG hint, bool set)
{
    ULONG found;

    if (hint >= map->SizeOfBitMap)
        hint = 0;
    if (!count)
        return hint & ~7u;
    found = find_in(map, hint, map->SizeOfBitMap, count, set);
    if (found == (ULONG)-1 && hint)
        found = find_in(map, 0, hint, count, set);
    return found;
}

ULONG NTAPI RtlFindClearBits(const RTL_BITMAP *map, ULONG count, ULONG hint)
{
    return find_bits(map, count, hint, false);
}

ULONG NTAPI RtlFindSetBits(const RTL_BITMAP *map, ULONG count, ULONG hint)
{
    return find_bits(map, count, hint, true);
}

ULONG NTAPI RtlFindClearBitsAndSet(RTL_BITMAP *map, ULONG count, ULONG hint)
{
    ULONG found = find_bits(map, count, hint, false);

    if (found != (ULONG)-1)
        fill(map, found, count, true);
    return found;
}

ULONG NTAPI RtlFindSetBitsAndClear(RTL_BITMAP *map, ULONG count, ULONG hint)
{
    ULONG found = find_bits(map, count, hint, true);

    if (found != (ULONG)-1)
        fill(map, found, count, false);
    return found;
}

ULONG NTAPI RtlNumberOfSetBits(const RTL_BITMAP *map)
{
    ULONG count = 0, full = map->SizeOfBitMap / 32, rest = map->SizeOfBitMap % 32;

    for (ULONG i = 0; i < full; i++)
        count += (ULONG)__builtin_popcount(map->Buffer[i]);
    if (rest)
        count += (ULONG)__builtin_popcount(map->Buffer[full] & ((1u << rest) - 1));
    return count;
}

ULONG NTAPI RtlNumberOfClearBits(const RTL_BITMAP *map)
{
    return map->SizeOfBitMap - RtlNumberOfSetBits(map);
}

ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR value);
ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR value)
{
    return (ULONG)__builtin_popcountll(value);
}

static ULONG forward_run(const RTL_BITMAP *map, ULONG from, ULONG *start, bool set)
{
    *start = find_next(map, from, set);
    if (*start >= map->SizeOfBitMap) {
        *start = from;
        return 0;
    }
    return find_next(map, *start, !set) - *start;
}

ULONG NTAPI RtlFindNextForwardRunClear(const RTL_BITMAP *map, ULONG from, ULONG *start)
{
    return forward_run(map, from, start, false);
}

ULONG NTAPI RtlFindNextForwardRunSet(const RTL_BITMAP *map, ULONG from, ULONG *start)
{
    return forward_run(map, from, start, true);
}

ULONG NTAPI RtlFindFirstRunClear(const RTL_BITMAP *map, ULONG *start)
{
    return forward_run(map, 0, start, false);
}

static bool test(const RTL_BITMAP *map, ULONG bit)
{
    return map->Buffer[bit / 32] >> (bit % 32) & 1;
}

static ULONG backward_run(const RTL_BITMAP *map, ULONG from, ULONG *start, bool set)
{
    ULONG end, i = from + 1;

    if (from >= map->SizeOfBitMap)
        return 0;
    while (i && test(map, i - 1) != set)
        i--;
    if (!i)
        return 0;
    end = i;
    while (i && test(map, i - 1) == set)
        i--;
    *start = i;
    return end - i;
}

ULONG NTAPI RtlFindLastBackwardRunClear(const RTL_BITMAP *map, ULONG from, ULONG *start)
{
    return backward_run(map, from, start, false);
}

ULONG NTAPI RtlFindLastBackwardRunSet(const RTL_BITMAP *map, ULONG from, ULONG *start)
{
    return backward_run(map, from, start, true);
}

/* Up to `count` runs: the first ones, or the longest, then by descending length. */
static ULONG find_runs(const RTL_BITMAP *map, RTL_BITMAP_RUN *runs, ULONG count, bool longest, bool set)
{
    ULONG found = 0, from = 0, start, length;

    while ((length = forward_run(map, from, &start, set))) {
        ULONG place = found;

        if (longest) {
            while (place && runs[place - 1].NumberOfBits < length)
                place--;
        }
        if (place < count) {
            ULONG last = found < count ? found++ : count - 1;

            memmove(&runs[place + 1], &runs[place], (last - place) * sizeof(*runs));
            runs[place].StartingIndex = start;
            runs[place].NumberOfBits = length;
        }
        if (!longest && found == count)
            break;
        from = start + length;
    }
    return found;
}

ULONG NTAPI RtlFindClearRuns(const RTL_BITMAP *map, RTL_BITMAP_RUN *runs, ULONG count, BOOLEAN longest)
{
    return find_runs(map, runs, count, longest, false);
}

ULONG NTAPI RtlFindSetRuns(const RTL_BITMAP *map, RTL_BITMAP_RUN *runs, ULONG count, BOOLEAN longest)
{
    return find_runs(map, runs, count, longest, true);
}

ULONG NTAPI RtlFindLongestRunClear(const RTL_BITMAP *map, ULONG *start)
{
    RTL_BITMAP_RUN run;

    if (!find_runs(map, &run, 1, true, false))
        return 0;
    *start = run.StartingIndex;
    return run.NumberOfBits;
}

ULONG NTAPI RtlFindLongestRunSet(const RTL_BITMAP *map, ULONG *start)
{
    RTL_BITMAP_RUN run;

    if (!find_runs(map, &run, 1, true, true))
        return 0;
    *start = run.StartingIndex;
    return run.NumberOfBits;
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG value)
{
    return value ? (CCHAR)(63 - __builtin_clzll(value)) : -1;
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG value)
{
    return value ? (CCHAR)__builtin_ctzll(value) : -1;
}
