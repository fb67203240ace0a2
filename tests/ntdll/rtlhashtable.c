/* SPDX-License-Identifier: MIT */
/* rtlhashtable.c: the dynamic hash tables of ntddk.h. */
#include "../test.h"
#include "ntdll_functions.h"

typedef struct {
    LIST_ENTRY Linkage;
    ULONG_PTR Signature;
} ENTRY;
typedef struct {
    LIST_ENTRY *ChainHead, *PrevLinkage;
    ULONG_PTR Signature;
} CONTEXT_;
typedef struct {
    ENTRY HashEntry;
    LIST_ENTRY *ChainHead;
    ULONG BucketIndex;
} ENUMERATOR;
typedef struct {
    ULONG Flags, Shift, TableSize, Pivot, DivisorMask, NumEntries, NonEmptyBuckets, NumEnumerators;
    void *Directory;
} TABLE;

#define FUNCTIONS(X)                                                                                                   \
    X(BOOLEAN, RtlCreateHashTable, TABLE **, ULONG, ULONG)                                                             \
    X(void, RtlDeleteHashTable, TABLE *)                                                                               \
    X(BOOLEAN, RtlInsertEntryHashTable, TABLE *, ENTRY *, ULONG_PTR, CONTEXT_ *)                                       \
    X(BOOLEAN, RtlRemoveEntryHashTable, TABLE *, ENTRY *, CONTEXT_ *)                                                  \
    X(ENTRY *, RtlLookupEntryHashTable, TABLE *, ULONG_PTR, CONTEXT_ *)                                                \
    X(ENTRY *, RtlGetNextEntryHashTable, TABLE *, CONTEXT_ *)                                                          \
    X(BOOLEAN, RtlInitEnumerationHashTable, TABLE *, ENUMERATOR *)                                                     \
    X(ENTRY *, RtlEnumerateEntryHashTable, TABLE *, ENUMERATOR *)                                                      \
    X(void, RtlEndEnumerationHashTable, TABLE *, ENUMERATOR *)                                                         \
    X(BOOLEAN, RtlExpandHashTable, TABLE *)                                                                            \
    X(BOOLEAN, RtlContractHashTable, TABLE *)
DECLARE_FUNCTIONS

#define COUNT 5000

struct item {
    ENTRY entry;
    int number, seen;
};
static struct item items[COUNT];

static bool find(TABLE *table, int number)
{
    CONTEXT_ context;
    ENTRY *entry = RtlLookupEntryHashTable(table, (ULONG_PTR)number / 2 * 8, &context);

    for (; entry; entry = RtlGetNextEntryHashTable(table, &context))
        if (((struct item *)entry)->number == number)
            return true;
    return false;
}

static unsigned enumerate(TABLE *table, bool remove_odd)
{
    ENUMERATOR enumerator;
    ENTRY *entry;
    unsigned n = 0;

    for (int i = 0; i < COUNT; i++)
        items[i].seen = 0;
    ok(RtlInitEnumerationHashTable(table, &enumerator), "enumeration");
    ok_int(table->NumEnumerators, 1);
    while ((entry = RtlEnumerateEntryHashTable(table, &enumerator))) {
        struct item *item = (struct item *)entry;

        n++;
        item->seen++;
        if (remove_odd && item->number % 2)
            RtlRemoveEntryHashTable(table, entry, NULL);
    }
    /* It keeps its size as long as somebody goes through it. */
    ok(!RtlExpandHashTable(table), "grew");
    RtlEndEnumerationHashTable(table, &enumerator);
    ok_int(table->NumEnumerators, 0);
    return n;
}

static void test_table(void)
{
    TABLE *table = NULL;
    int missing = 0, twice = 0;

    if (!ok(RtlCreateHashTable(&table, 3, 0), "no table"))
        return;
    ok_int(table->Flags, 1);
    ok_int(table->TableSize, 128);
    ok_int(table->NumEntries, 0);
    ok(!RtlLookupEntryHashTable(table, 8, NULL), "found");
    ok_int(enumerate(table, false), 0);
    for (int i = 0; i < COUNT; i++) {
        items[i].number = i; /* two with each signature */
        ok(RtlInsertEntryHashTable(table, &items[i].entry, (ULONG_PTR)i / 2 * 8, NULL), "%d", i);
        if (table->NumEntries > table->TableSize)
            ok(RtlExpandHashTable(table), "%d", i);
    }
    ok_int(table->NumEntries, COUNT);
    ok_int(table->TableSize, COUNT);
    ok(table->NonEmptyBuckets > COUNT / 4 && table->NonEmptyBuckets <= COUNT / 2, "%lu", table->NonEmptyBuckets);
    for (int i = 0; i < COUNT; i++)
        missing += !find(table, i);
    ok_int(missing, 0);
    ok_int(enumerate(table, true), COUNT);
    for (int i = 0; i < COUNT; i++)
        twice += items[i].seen != 1;
    ok_int(twice, 0);
    ok_int(table->NumEntries, COUNT / 2);
    ok_int(table->NonEmptyBuckets <= table->NumEntries, 1);
    for (int i = 0; i < COUNT; i++)
        missing += find(table, i) != !(i % 2);
    ok_int(missing, 0);
    while (RtlContractHashTable(table))
        ;
    ok_int(table->TableSize, 128);
    ok_int(table->NonEmptyBuckets, 128);
    for (int i = 0; i < COUNT; i += 2)
        missing += !find(table, i);
    ok_int(missing, 0);
    for (int i = 0; i < COUNT; i += 2)
        RtlRemoveEntryHashTable(table, &items[i].entry, NULL);
    ok_int(table->NumEntries, 0);
    ok_int(table->NonEmptyBuckets, 0);
    RtlDeleteHashTable(table);
}

/* A context of a look-up says where to insert. */
static void test_context(void)
{
    TABLE header, *table = &header;
    struct item a = { .number = 1 }, b = { .number = 2 }, c = { .number = 3 };
    CONTEXT_ context;
    ENTRY *entry;

    if (!ok(RtlCreateHashTable(&table, 0, 0), "no table"))
        return;
    ok_int(table->Flags, 0);
    ok(!RtlLookupEntryHashTable(table, 77, &context), "found");
    ok(RtlInsertEntryHashTable(table, &a.entry, 77, &context), "insert");
    entry = RtlLookupEntryHashTable(table, 77, &context);
    ok(entry == &a.entry, "%p", entry);
    ok(RtlInsertEntryHashTable(table, &b.entry, 77, &context), "insert");
    ok(RtlInsertEntryHashTable(table, &c.entry, 78, NULL), "insert");
    entry = RtlLookupEntryHashTable(table, 77, &context);
    ok(entry && RtlGetNextEntryHashTable(table, &context), "second");
    ok(!RtlGetNextEntryHashTable(table, &context), "third");
    RtlDeleteHashTable(table);
}

TESTS
{
    if (!get_functions())
        return;
    test_table();
    test_context();
}
