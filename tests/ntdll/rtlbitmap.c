/* SPDX-License-Identifier: MIT */
/* rtlbitmap.c: bitmaps of both sizes against an array of bytes. */
#include "../test.h"
#include "ntdll_functions.h"

typedef struct {
    ULONG SizeOfBitMap;
    ULONG *Buffer;
} BITMAP_;
typedef struct {
    ULONG64 SizeOfBitMap;
    ULONG64 *Buffer;
} BITMAP_EX;
typedef struct {
    ULONG StartingIndex, NumberOfBits;
} RUN;

#define FUNCTIONS(X)                                                                                                   \
    X(void, RtlInitializeBitMap, BITMAP_ *, ULONG *, ULONG)                                                            \
    X(void, RtlClearAllBits, BITMAP_ *)                                                                                \
    X(void, RtlSetBits, BITMAP_ *, ULONG, ULONG)                                                                       \
    X(void, RtlClearBits, BITMAP_ *, ULONG, ULONG)                                                                     \
    X(BOOLEAN, RtlTestBit, BITMAP_ *, ULONG)                                                                           \
    X(BOOLEAN, RtlAreBitsSet, BITMAP_ *, ULONG, ULONG)                                                                 \
    X(BOOLEAN, RtlAreBitsClear, BITMAP_ *, ULONG, ULONG)                                                               \
    X(ULONG, RtlFindClearBits, BITMAP_ *, ULONG, ULONG)                                                                \
    X(ULONG, RtlFindSetBits, BITMAP_ *, ULONG, ULONG)                                                                  \
    X(ULONG, RtlNumberOfSetBits, BITMAP_ *)                                                                            \
    X(ULONG, RtlNumberOfClearBits, BITMAP_ *)                                                                          \
    X(ULONG, RtlFindNextForwardRunClear, BITMAP_ *, ULONG, ULONG *)                                                    \
    X(ULONG, RtlFindLastBackwardRunClear, BITMAP_ *, ULONG, ULONG *)                                                   \
    X(ULONG, RtlFindClearRuns, BITMAP_ *, RUN *, ULONG, BOOLEAN)                                                       \
    X(ULONG, RtlFindLongestRunClear, BITMAP_ *, ULONG *)                                                               \
    X(CCHAR, RtlFindMostSignificantBit, ULONGLONG)                                                                     \
    X(CCHAR, RtlFindLeastSignificantBit, ULONGLONG)                                                                    \
    X(ULONG, RtlNumberOfSetBitsInRange, BITMAP_ *, ULONG, ULONG)                                                       \
    X(void, RtlCopyBitMap, BITMAP_ *, BITMAP_ *, ULONG)                                                                \
    X(void, RtlExtractBitMap, BITMAP_ *, BITMAP_ *, ULONG, ULONG)                                                      \
    X(void, RtlInterlockedSetBitRun, BITMAP_ *, ULONG, ULONG)                                                          \
    X(void, RtlInitializeBitMapEx, BITMAP_EX *, ULONG64 *, ULONG64)                                                    \
    X(void, RtlClearAllBitsEx, BITMAP_EX *)                                                                            \
    X(void, RtlSetBitsEx, BITMAP_EX *, ULONG64, ULONG64)                                                               \
    X(void, RtlClearBitsEx, BITMAP_EX *, ULONG64, ULONG64)                                                             \
    X(BOOLEAN, RtlTestBitEx, BITMAP_EX *, ULONG64)                                                                     \
    X(ULONG64, RtlFindClearBitsEx, BITMAP_EX *, ULONG64, ULONG64)                                                      \
    X(ULONG64, RtlNumberOfSetBitsEx, BITMAP_EX *)
DECLARE_FUNCTIONS

#define SIZE 1000 /* not a multiple of a word's bits */

static UCHAR model[SIZE];
static ULONG seed = 7;

static ULONG random_number(ULONG below)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % below;
}

static ULONG model_count(ULONG from, ULONG to)
{
    ULONG n = 0;

    for (; from < to; from++)
        n += model[from];
    return n;
}

static ULONG model_find(ULONG count, ULONG hint, UCHAR value)
{
    for (int pass = 0; pass < 2; pass++)
        for (ULONG i = pass ? 0 : hint; i + count <= SIZE && (!pass || i < hint); i++) {
            ULONG n = 0;

            while (n < count && model[i + n] == value)
                n++;
            if (n == count)
                return i;
        }
    return ~0u;
}

static void test_random(void)
{
    ULONG buffer[(SIZE + 31) / 32], copied[64], extracted[64];
    ULONG64 large[(SIZE + 63) / 64];
    BITMAP_ map, copy, extract;
    BITMAP_EX map_ex;
    int wrong = 0;

    RtlInitializeBitMap(&map, buffer, SIZE);
    RtlInitializeBitMapEx(&map_ex, large, SIZE);
    memset(buffer, 0xff, sizeof(buffer)); /* what is beyond the size must not matter */
    memset(large, 0xff, sizeof(large));
    RtlClearAllBits(&map);
    RtlClearAllBitsEx(&map_ex);
    for (int round = 0; round < 2000; round++) {
        ULONG start = random_number(SIZE), count = 1 + random_number(SIZE - start < 100 ? SIZE - start : 100);
        ULONG hint = random_number(SIZE), wanted = 1 + random_number(40), at = 0, length;
        bool set = random_number(2);

        memset(model + start, set, count);
        if (set) {
            round & 1 ? RtlSetBits(&map, start, count) : RtlInterlockedSetBitRun(&map, start, count);
            RtlSetBitsEx(&map_ex, start, count);
        } else {
            RtlClearBits(&map, start, count);
            RtlClearBitsEx(&map_ex, start, count);
        }
        wrong += RtlTestBit(&map, hint) != model[hint] || RtlTestBitEx(&map_ex, hint) != model[hint];
        wrong += RtlNumberOfSetBits(&map) != model_count(0, SIZE);
        wrong += RtlNumberOfClearBits(&map) != SIZE - model_count(0, SIZE);
        wrong += RtlNumberOfSetBitsEx(&map_ex) != model_count(0, SIZE);
        wrong += RtlNumberOfSetBitsInRange(&map, start, count) != model_count(start, start + count);
        wrong += RtlFindClearBits(&map, wanted, hint) != model_find(wanted, hint, 0);
        wrong += RtlFindSetBits(&map, wanted, hint) != model_find(wanted, hint, 1);
        wrong += (ULONG)RtlFindClearBitsEx(&map_ex, wanted, hint) != model_find(wanted, hint, 0);
        wrong += !(set ? RtlAreBitsSet : RtlAreBitsClear)(&map, start, count);
        length = RtlFindNextForwardRunClear(&map, hint, &at);
        wrong += at < hint || model_count(at, at + length) || (length && model_count(hint, at) != at - hint) ||
                 (length && at + length < SIZE && !model[at + length]);
    }
    ok_int(wrong, 0);

    RtlInitializeBitMap(&copy, copied, 2000);
    RtlInitializeBitMap(&extract, extracted, 2000);
    RtlClearAllBits(&copy);
    RtlCopyBitMap(&map, &copy, 517);
    for (ULONG i = 0; i < 2000; i++)
        wrong += RtlTestBit(&copy, i) != (i >= 517 && i < 517 + SIZE && model[i - 517]);
    ok_int(wrong, 0);
    RtlClearAllBits(&extract);
    RtlExtractBitMap(&copy, &extract, 517, SIZE);
    for (ULONG i = 0; i < 2000; i++)
        wrong += RtlTestBit(&extract, i) != (i < SIZE && model[i]);
    ok_int(wrong, 0);
}

/* The pages of RtlFindClearBits, RtlFindClearRuns, RtlFindLastBackwardRunClear and RtlFindMostSignificantBit */
static void test_documented(void)
{
    ULONG buffer[2] = { 0xf00f0ff0, 0 }, at = 99;
    BITMAP_ map;
    RUN runs[4];

    RtlInitializeBitMap(&map, buffer, 40);
    ok_int((LONG)RtlFindClearBits(&map, 41, 0), -1);
    ok_int(RtlFindClearBits(&map, 0, 13), 8); /* the hint, as a multiple of 8 */
    ok_int(RtlFindClearBits(&map, 4, 100), 0);
    ok_int(RtlFindClearBits(&map, 5, 1), 20);
    ok_int(RtlFindClearRuns(&map, runs, 4, FALSE), 4);
    ok_int(runs[0].StartingIndex, 0);
    ok_int(runs[1].StartingIndex, 12);
    ok_int(runs[2].StartingIndex, 20);
    ok_int(runs[3].NumberOfBits, 8);
    ok_int(RtlFindClearRuns(&map, runs, 2, TRUE), 2);
    ok_int(runs[0].NumberOfBits, 8);
    ok_int(RtlFindLongestRunClear(&map, &at), 8);
    ok_int(RtlFindLastBackwardRunClear(&map, 14, &at), 3);
    ok_int(at, 12);
    ok_int(RtlAreBitsClear(&map, 0, 0), FALSE);
    ok_int(RtlAreBitsClear(&map, 0, 41), FALSE);
    ok_int(RtlFindMostSignificantBit(0), -1);
    ok_int(RtlFindMostSignificantBit(0x8000000000000001ull), 63);
    ok_int(RtlFindLeastSignificantBit(0), -1);
    ok_int(RtlFindLeastSignificantBit(0x8000000000000010ull), 4);
}

/* RtlFindLastBackwardRunClear and RtlFindNextForwardRunClear against a look at each bit. */
static void test_runs(void)
{
    ULONG buffer[8], wrong = 0;
    BITMAP_ map;

    for (ULONG round = 0; round < 4000; round++) {
        ULONG size = 1 + random_number(256), from = random_number(size), at = 0, expected = 0, start = 0;
        LONG i;

        RtlInitializeBitMap(&map, buffer, size);
        memset(buffer, round % 2 ? 0 : 0xff, sizeof(buffer));
        for (ULONG n = random_number(6); n; n--) {
            ULONG first = random_number(size), count = random_number(size - first + 1);

            (n % 2 ? RtlClearBits : RtlSetBits)(&map, first, count);
        }
        for (i = (LONG)from; i >= 0 && (buffer[i / 32] >> (i % 32) & 1); i--)
            ;
        for (; i >= 0 && !(buffer[i / 32] >> (i % 32) & 1); i--, expected++)
            start = (ULONG)i;
        wrong += RtlFindLastBackwardRunClear(&map, from, &at) != expected || (expected && at != start);
        for (i = (LONG)from; i < (LONG)size && (buffer[i / 32] >> (i % 32) & 1); i++)
            ;
        for (start = (ULONG)i, expected = 0; i < (LONG)size && !(buffer[i / 32] >> (i % 32) & 1); i++)
            expected++;
        wrong += RtlFindNextForwardRunClear(&map, from, &at) != expected || (expected && at != start);
    }
    ok_int(wrong, 0);
}

TESTS
{
    if (!get_functions())
        return;
    test_random();
    test_documented();
    test_runs();
}
