/* SPDX-License-Identifier: MIT */
/* rtlbitmap.c: bitmaps. */
#include "rtl_private.h"

#define BITMAP       RTL_BITMAP
#define INDEX        ULONG
#define WORD         ULONG
#define EXPORT(name) name
#include "rtlbitmap_words.h"

BOOLEAN NTAPI RtlAreBitsSet(RTL_BITMAP *map, ULONG start, ULONG count)
{
    return all_are(map, start, count, true);
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

/* The bit after the last one before `end` that is `set`; 0 if there is none. */
static ULONG find_previous(const RTL_BITMAP *map, ULONG end, bool set)
{
    SIZE_T word = end / WORD_BITS;
    ULONG bits = end % WORD_BITS ? word_of(map, word, set) & low_bits(end % WORD_BITS) : 0;

    while (!bits && word)
        bits = word_of(map, --word, set);
    return bits ? (ULONG)word * WORD_BITS + 32 - (ULONG)__builtin_clz(bits) : 0;
}

static ULONG backward_run(const RTL_BITMAP *map, ULONG from, ULONG *start, bool set)
{
    ULONG end;

    if (from >= map->SizeOfBitMap || !(end = find_previous(map, from + 1, set)))
        return 0;
    *start = find_previous(map, end, !set);
    return end - *start;
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
