/* SPDX-License-Identifier: MIT */
/*
 * rtlhashtable.c: hash tables that grow and shrink by one bucket at a time (linear hashing), as ntddk.h declares them: their
 * users say when, and bring the entries and the locks. The first `Pivot` buckets of the current round are split already.
 *
 * An enumeration hangs an entry of its own, without signature, into the chain before what comes next; so entries may be
 * added and removed meanwhile, but the table keeps its size. Strong enumerations leave the table as it is: they may run at the
 * same time under a shared lock.
 */
#include "rtl_private.h"
#include "rtltables.h"

#define FIRST_BUCKETS 128u /* the least size, and that of the first segment; each other one doubles the table */
#define SEGMENTS      20
#define MAX_BUCKETS   (FIRST_BUCKETS << (SEGMENTS - 1))

struct directory {
    LIST_ENTRY *segments[SEGMENTS];
};

static ULONG segment_of(ULONG bucket)
{
    return bucket < FIRST_BUCKETS ? 0 : 25u - (ULONG)__builtin_clz(bucket);
}

static ULONG segment_start(ULONG segment)
{
    return segment ? FIRST_BUCKETS << (segment - 1) : 0;
}

static ULONG segment_size(ULONG segment)
{
    return segment ? FIRST_BUCKETS << (segment - 1) : FIRST_BUCKETS;
}

static LIST_ENTRY *bucket_at(const RTL_DYNAMIC_HASH_TABLE *table, ULONG bucket)
{
    const struct directory *directory = table->Directory;
    ULONG segment = segment_of(bucket);

    return &directory->segments[segment][bucket - segment_start(segment)];
}

/* Makes the bucket exist. */
static bool add_bucket(RTL_DYNAMIC_HASH_TABLE *table, ULONG bucket)
{
    struct directory *directory = table->Directory;
    ULONG segment = segment_of(bucket);

    if (!directory->segments[segment]) {
        directory->segments[segment] = heap_alloc(segment_size(segment) * sizeof(LIST_ENTRY));
        if (!directory->segments[segment])
            return false;
    }
    list_init(bucket_at(table, bucket));
    return true;
}

static void remove_bucket(RTL_DYNAMIC_HASH_TABLE *table, ULONG bucket)
{
    struct directory *directory = table->Directory;
    ULONG segment = segment_of(bucket);

    if (!segment || bucket != segment_start(segment))
        return;
    heap_free(directory->segments[segment]);
    directory->segments[segment] = NULL;
}

static ULONG bucket_of(const RTL_DYNAMIC_HASH_TABLE *table, ULONG_PTR signature)
{
    ULONGLONG mixed = (ULONGLONG)(signature >> table->Shift) * 0x9e3779b97f4a7c15ull;
    ULONG hash = (ULONG)(mixed >> 32) ^ (ULONG)mixed, bucket = hash & table->DivisorMask;

    return bucket < table->Pivot ? hash & (table->DivisorMask << 1 | 1) : bucket;
}

static RTL_DYNAMIC_HASH_TABLE_ENTRY *entry_of(LIST_ENTRY *link)
{
    return CONTAINING_RECORD(link, RTL_DYNAMIC_HASH_TABLE_ENTRY, Linkage);
}

/* Zero is the mark of the enumerations' entries. */
static ULONG_PTR usable(ULONG_PTR signature)
{
    return signature == RTL_HASH_RESERVED_SIGNATURE ? (ULONG_PTR)1 << (sizeof(signature) * 8 - 1) : signature;
}

VOID NTAPI RtlDeleteHashTable(RTL_DYNAMIC_HASH_TABLE *table)
{
    struct directory *directory = table->Directory;

    if (directory)
        for (ULONG i = 0; i < SEGMENTS; i++)
            heap_free(directory->segments[i]);
    heap_free(directory);
    table->Directory = NULL;
    if (table->Flags & RTL_HASH_ALLOCATED_HEADER)
        heap_free(table);
}

BOOLEAN NTAPI RtlCreateHashTableEx(RTL_DYNAMIC_HASH_TABLE **result, ULONG size, ULONG shift, ULONG flags)
{
    RTL_DYNAMIC_HASH_TABLE *table = *result;

    if (flags || (size && (size & (size - 1) || size < FIRST_BUCKETS || size > MAX_BUCKETS)))
        return FALSE;
    if (!size)
        size = FIRST_BUCKETS;
    if (!table && !(table = heap_alloc(sizeof(*table))))
        return FALSE;
    memset(table, 0, sizeof(*table));
    table->Flags = *result ? 0 : RTL_HASH_ALLOCATED_HEADER;
    table->Shift = shift;
    table->DivisorMask = size - 1;
    table->Directory = heap_alloc_zero(sizeof(struct directory));
    if (!table->Directory) {
        RtlDeleteHashTable(table);
        return FALSE;
    }
    for (; table->TableSize < size; table->TableSize++)
        if (!add_bucket(table, table->TableSize)) {
            RtlDeleteHashTable(table);
            return FALSE;
        }
    *result = table;
    return TRUE;
}

BOOLEAN NTAPI RtlCreateHashTable(RTL_DYNAMIC_HASH_TABLE **result, ULONG shift, ULONG flags)
{
    return RtlCreateHashTableEx(result, 0, shift, flags);
}

/* --- entries --- */

/* The context is then where the first entry with the signature is, or would be. */
static void find(const RTL_DYNAMIC_HASH_TABLE *table, ULONG_PTR signature, RTL_DYNAMIC_HASH_TABLE_CONTEXT *context)
{
    LIST_ENTRY *head = bucket_at(table, bucket_of(table, signature)), *before = head;

    /* Those with equal signatures stand together. */
    while (before->Flink != head && entry_of(before->Flink)->Signature != signature)
        before = before->Flink;
    context->ChainHead = head;
    context->PrevLinkage = before;
    context->Signature = signature;
}

RTL_DYNAMIC_HASH_TABLE_ENTRY *NTAPI RtlLookupEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table, ULONG_PTR signature,
                                                            RTL_DYNAMIC_HASH_TABLE_CONTEXT *context)
{
    RTL_DYNAMIC_HASH_TABLE_CONTEXT local;
    LIST_ENTRY *found;

    if (!context)
        context = &local;
    find(table, usable(signature), context);
    found = context->PrevLinkage->Flink;
    return found == context->ChainHead ? NULL : entry_of(found);
}

/* The next with the same signature; enumerations' entries may be in between. */
RTL_DYNAMIC_HASH_TABLE_ENTRY *NTAPI RtlGetNextEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                                             RTL_DYNAMIC_HASH_TABLE_CONTEXT *context)
{
    LIST_ENTRY *current = context->PrevLinkage->Flink, *next;

    (void)table;
    if (current == context->ChainHead)
        return NULL;
    next = current->Flink;
    while (next != context->ChainHead && entry_of(next)->Signature == RTL_HASH_RESERVED_SIGNATURE) {
        current = next;
        next = next->Flink;
    }
    if (next == context->ChainHead || entry_of(next)->Signature != context->Signature)
        return NULL;
    context->PrevLinkage = current;
    return entry_of(next);
}

BOOLEAN NTAPI RtlInsertEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table, RTL_DYNAMIC_HASH_TABLE_ENTRY *entry,
                                      ULONG_PTR signature, RTL_DYNAMIC_HASH_TABLE_CONTEXT *context)
{
    RTL_DYNAMIC_HASH_TABLE_CONTEXT local = { 0 };

    entry->Signature = usable(signature);
    if (!context)
        context = &local;
    if (!context->ChainHead)
        find(table, entry->Signature, context);
    if (list_empty(context->ChainHead))
        table->NonEmptyBuckets++;
    list_add_head(context->PrevLinkage, &entry->Linkage);
    table->NumEntries++;
    return TRUE;
}

static void unlink_entry(RTL_DYNAMIC_HASH_TABLE *table, LIST_ENTRY *link)
{
    LIST_ENTRY *before = link->Blink;

    list_remove(link);
    if (list_empty(before)) /* then it is the chain's head */
        table->NonEmptyBuckets--;
}

BOOLEAN NTAPI RtlRemoveEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table, RTL_DYNAMIC_HASH_TABLE_ENTRY *entry,
                                      RTL_DYNAMIC_HASH_TABLE_CONTEXT *context)
{
    ULONG_PTR signature = entry->Signature;

    unlink_entry(table, &entry->Linkage);
    table->NumEntries--;
    if (context && !context->ChainHead)
        find(table, signature, context);
    return TRUE;
}

/* --- size --- */

/* Moves what belongs into bucket `to` out of bucket `from`. */
static void split(RTL_DYNAMIC_HASH_TABLE *table, ULONG from, ULONG to)
{
    LIST_ENTRY *source = bucket_at(table, from), *target = bucket_at(table, to), *link, *next;

    if (list_empty(source))
        return;
    for (link = source->Flink; link != source; link = next) {
        next = link->Flink;
        if (bucket_of(table, entry_of(link)->Signature) == to) {
            list_remove(link);
            list_add_tail(target, link);
        }
    }
    table->NonEmptyBuckets += !list_empty(target);
    table->NonEmptyBuckets -= list_empty(source);
}

BOOLEAN NTAPI RtlExpandHashTable(RTL_DYNAMIC_HASH_TABLE *table)
{
    ULONG from = table->Pivot, to = table->TableSize;

    if (table->NumEnumerators || table->TableSize == MAX_BUCKETS || !add_bucket(table, to))
        return FALSE;
    table->TableSize++;
    table->Pivot++;
    split(table, from, to);
    if (table->Pivot > table->DivisorMask) {
        table->DivisorMask = table->DivisorMask << 1 | 1;
        table->Pivot = 0;
    }
    return TRUE;
}

BOOLEAN NTAPI RtlContractHashTable(RTL_DYNAMIC_HASH_TABLE *table)
{
    LIST_ENTRY *source, *target;

    if (table->NumEnumerators || table->TableSize == FIRST_BUCKETS)
        return FALSE;
    if (!table->Pivot) {
        table->DivisorMask >>= 1;
        table->Pivot = table->DivisorMask + 1;
    }
    table->Pivot--;
    table->TableSize--;
    source = bucket_at(table, table->TableSize);
    target = bucket_at(table, table->Pivot);
    if (!list_empty(source)) {
        table->NonEmptyBuckets -= !list_empty(target);
        while (!list_empty(source)) {
            LIST_ENTRY *link = source->Flink;

            list_remove(link);
            list_add_tail(target, link);
        }
    }
    remove_bucket(table, table->TableSize);
    return TRUE;
}

/* --- enumerations --- */

BOOLEAN NTAPI RtlInitEnumerationHashTable(RTL_DYNAMIC_HASH_TABLE *table, RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    memset(enumerator, 0, sizeof(*enumerator));
    list_init(&enumerator->HashEntry.Linkage);
    table->NumEnumerators++;
    return TRUE;
}

RTL_DYNAMIC_HASH_TABLE_ENTRY *NTAPI RtlEnumerateEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                                               RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    LIST_ENTRY *own = &enumerator->HashEntry.Linkage;

    for (; enumerator->BucketIndex < table->TableSize; enumerator->BucketIndex++, enumerator->ChainHead = NULL) {
        LIST_ENTRY *link;

        if (!enumerator->ChainHead)
            enumerator->ChainHead = bucket_at(table, enumerator->BucketIndex);
        link = list_empty(own) ? enumerator->ChainHead->Flink : own->Flink;
        while (link != enumerator->ChainHead && entry_of(link)->Signature == RTL_HASH_RESERVED_SIGNATURE)
            link = link->Flink;
        if (!list_empty(own)) { /* the chain stays counted if it goes back into it */
            list_remove(own);
            if (link == enumerator->ChainHead && list_empty(enumerator->ChainHead))
                table->NonEmptyBuckets--;
        }
        if (link != enumerator->ChainHead) {
            list_add_head(link, own);
            return entry_of(link);
        }
    }
    return NULL;
}

VOID NTAPI RtlEndEnumerationHashTable(RTL_DYNAMIC_HASH_TABLE *table, RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    if (!list_empty(&enumerator->HashEntry.Linkage))
        unlink_entry(table, &enumerator->HashEntry.Linkage);
    enumerator->ChainHead = NULL;
    table->NumEnumerators--;
}

BOOLEAN NTAPI RtlInitWeakEnumerationHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                              RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    return RtlInitEnumerationHashTable(table, enumerator);
}

RTL_DYNAMIC_HASH_TABLE_ENTRY *NTAPI RtlWeaklyEnumerateEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                                                     RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    return RtlEnumerateEntryHashTable(table, enumerator);
}

VOID NTAPI RtlEndWeakEnumerationHashTable(RTL_DYNAMIC_HASH_TABLE *table, RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    RtlEndEnumerationHashTable(table, enumerator);
}

BOOLEAN NTAPI RtlInitStrongEnumerationHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                                RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    memset(enumerator, 0, sizeof(*enumerator));
    enumerator->ChainHead = bucket_at(table, 0);
    enumerator->CurEntry = enumerator->ChainHead;
    return TRUE;
}

RTL_DYNAMIC_HASH_TABLE_ENTRY *NTAPI RtlStronglyEnumerateEntryHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                                                       RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    while (enumerator->BucketIndex < table->TableSize) {
        enumerator->CurEntry = enumerator->CurEntry->Flink;
        if (enumerator->CurEntry == enumerator->ChainHead) {
            if (++enumerator->BucketIndex == table->TableSize)
                break;
            enumerator->CurEntry = enumerator->ChainHead = bucket_at(table, enumerator->BucketIndex);
        } else if (entry_of(enumerator->CurEntry)->Signature != RTL_HASH_RESERVED_SIGNATURE) {
            return entry_of(enumerator->CurEntry);
        }
    }
    return NULL;
}

VOID NTAPI RtlEndStrongEnumerationHashTable(RTL_DYNAMIC_HASH_TABLE *table,
                                            RTL_DYNAMIC_HASH_TABLE_ENUMERATOR *enumerator)
{
    (void)table;
    enumerator->ChainHead = NULL;
}
