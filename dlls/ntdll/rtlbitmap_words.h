/* SPDX-License-Identifier: MIT */
/*
 * rtlbitmap_words.h: what bitmaps of both kinds can do, a word at a time. The including file says what they are made of:
 * BITMAP, a type; INDEX, of its bits' numbers; WORD, what it is an array of; and EXPORT(name), the names.
 */
#define WORD_BITS (8 * (ULONG)sizeof(WORD))
#define NOT_FOUND ((INDEX)-1)

static inline WORD low_bits(ULONG count)
{
    return count >= WORD_BITS ? (WORD)-1 : ((WORD)1 << count) - 1;
}

static SIZE_T words_of(const BITMAP *map)
{
    return (SIZE_T)(map->SizeOfBitMap / WORD_BITS) + (map->SizeOfBitMap % WORD_BITS != 0);
}

static WORD word_of(const BITMAP *map, SIZE_T word, bool set)
{
    return set ? map->Buffer[word] : ~map->Buffer[word];
}

/* The first bit from `start` on that is `set`; the size of the bitmap if there is none. */
static INDEX find_next(const BITMAP *map, INDEX start, bool set)
{
    SIZE_T words = words_of(map), word = (SIZE_T)(start / WORD_BITS);
    WORD bits;

    if (start >= map->SizeOfBitMap)
        return map->SizeOfBitMap;
    bits = word_of(map, word, set) & ~low_bits((ULONG)(start % WORD_BITS));
    while (!bits && ++word < words)
        bits = word_of(map, word, set);
    if (!bits)
        return map->SizeOfBitMap;
    start = (INDEX)word * WORD_BITS + (ULONG)__builtin_ctzll(bits);
    return start < map->SizeOfBitMap ? start : map->SizeOfBitMap;
}

static void fill(BITMAP *map, INDEX start, INDEX count, bool set)
{
    if (start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return;
    while (count) {
        ULONG shift = (ULONG)(start % WORD_BITS), room = WORD_BITS - shift, n = count < room ? (ULONG)count : room;
        WORD mask = low_bits(n) << shift, *word = &map->Buffer[start / WORD_BITS];

        *word = set ? *word | mask : *word & ~mask;
        start += n;
        count -= n;
    }
}

static BOOLEAN all_are(const BITMAP *map, INDEX start, INDEX count, bool set)
{
    if (!count || start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return FALSE;
    return find_next(map, start, !set) >= start + count;
}

/* A run of `count` bits that begins in [from, to). */
static INDEX find_in(const BITMAP *map, INDEX from, INDEX to, INDEX count, bool set)
{
    while (from < to) {
        INDEX start = find_next(map, from, set), end;

        if (start >= to)
            break;
        end = find_next(map, start, !set);
        if (end - start >= count)
            return start;
        from = end;
    }
    return NOT_FOUND;
}

static INDEX find_bits(const BITMAP *map, INDEX count, INDEX hint, bool set)
{
    INDEX found;

    if (hint >= map->SizeOfBitMap)
        hint = 0;
    if (!count)
        return hint & ~(INDEX)7;
    found = find_in(map, hint, map->SizeOfBitMap, count, set);
    return found == NOT_FOUND && hint ? find_in(map, 0, hint, count, set) : found;
}

static INDEX find_and_flip(BITMAP *map, INDEX count, INDEX hint, bool set)
{
    INDEX found = find_bits(map, count, hint, set);

    if (found != NOT_FOUND)
        fill(map, found, count, !set);
    return found;
}

/* --- what is exported --- */

VOID NTAPI EXPORT(RtlInitializeBitMap)(BITMAP *map, WORD *buffer, INDEX size)
{
    map->SizeOfBitMap = size;
    map->Buffer = buffer;
}

VOID NTAPI EXPORT(RtlClearAllBits)(BITMAP *map)
{
    memset(map->Buffer, 0, words_of(map) * sizeof(WORD));
}

VOID NTAPI EXPORT(RtlSetAllBits)(BITMAP *map)
{
    memset(map->Buffer, 0xff, words_of(map) * sizeof(WORD));
}

VOID NTAPI EXPORT(RtlSetBits)(BITMAP *map, INDEX start, INDEX count)
{
    fill(map, start, count, true);
}

VOID NTAPI EXPORT(RtlClearBits)(BITMAP *map, INDEX start, INDEX count)
{
    fill(map, start, count, false);
}

VOID NTAPI EXPORT(RtlSetBit)(BITMAP *map, INDEX bit)
{
    fill(map, bit, 1, true);
}

VOID NTAPI EXPORT(RtlClearBit)(BITMAP *map, INDEX bit)
{
    fill(map, bit, 1, false);
}

BOOLEAN NTAPI EXPORT(RtlTestBit)(const BITMAP *map, INDEX bit)
{
    return bit < map->SizeOfBitMap && (map->Buffer[bit / WORD_BITS] >> (bit % WORD_BITS) & 1);
}

BOOLEAN NTAPI EXPORT(RtlAreBitsClear)(const BITMAP *map, INDEX start, INDEX count)
{
    return all_are(map, start, count, false);
}

INDEX NTAPI EXPORT(RtlFindClearBits)(const BITMAP *map, INDEX count, INDEX hint)
{
    return find_bits(map, count, hint, false);
}

INDEX NTAPI EXPORT(RtlFindSetBits)(const BITMAP *map, INDEX count, INDEX hint)
{
    return find_bits(map, count, hint, true);
}

INDEX NTAPI EXPORT(RtlFindClearBitsAndSet)(BITMAP *map, INDEX count, INDEX hint)
{
    return find_and_flip(map, count, hint, false);
}

INDEX NTAPI EXPORT(RtlFindSetBitsAndClear)(BITMAP *map, INDEX count, INDEX hint)
{
    return find_and_flip(map, count, hint, true);
}

INDEX NTAPI EXPORT(RtlNumberOfSetBits)(const BITMAP *map)
{
    SIZE_T full = (SIZE_T)(map->SizeOfBitMap / WORD_BITS);
    ULONG rest = (ULONG)(map->SizeOfBitMap % WORD_BITS);
    INDEX count = 0;

    for (SIZE_T i = 0; i < full; i++)
        count += (ULONG)__builtin_popcountll(map->Buffer[i]);
    if (rest)
        count += (ULONG)__builtin_popcountll(map->Buffer[full] & low_bits(rest));
    return count;
}

INDEX NTAPI EXPORT(RtlNumberOfClearBits)(const BITMAP *map)
{
    return map->SizeOfBitMap - EXPORT(RtlNumberOfSetBits)(map);
}
