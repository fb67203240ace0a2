/* SPDX-License-Identifier: MIT */
/*
 * rtlatom.c: atom tables: names (up to 255 characters, without case) and their numbers from 0xC000. Numbers below that are
 * integer atoms: they stand for themselves ("#123") and are in no table.
 */
#include "ntdll.h"
#include <string.h>
#include <wchar.h>

#define FIRST_ATOM       0xc000u
#define MAXIMUM_ATOMS    0x4000u
#define MAXIMUM_LENGTH   255
#define ATOM_FLAG_PINNED 1

struct atom {
    struct atom *next; /* in its bucket */
    ULONG hash, references;
    BOOLEAN pinned;
    USHORT number, length;
    WCHAR name[];
};

struct _RTL_ATOM_TABLE {
    RTL_SRWLOCK lock;
    ULONG count, used, capacity, bucket_count; /* used: slots that have been given out ever */
    struct atom **slots;                       /* by number - FIRST_ATOM */
    struct atom **buckets;
    ULONG free_hint; /* no slot before it is free */
};

static void *allocate(SIZE_T size)
{
    return RtlAllocateHeap(nt_peb()->ProcessHeap, HEAP_ZERO_MEMORY, size);
}

static void release(void *block)
{
    if (block)
        RtlFreeHeap(nt_peb()->ProcessHeap, 0, block);
}

/* An integer atom, or a name that is one; *atom 0 for a name that only looks like one ("#0", "#70000"). */
BOOLEAN NTAPI RtlGetIntegerAtom(PCWSTR name, RTL_ATOM *atom)
{
    ULONG value = 0;

    if ((ULONG_PTR)name < 0x10000) {
        value = (ULONG)(ULONG_PTR)name;
        if (atom)
            *atom = value < FIRST_ATOM ? value : 0;
        return TRUE;
    }
    if (*name++ != '#' || !*name)
        return FALSE;
    for (; *name; name++) {
        if (*name < '0' || *name > '9')
            return FALSE;
        if (value < 0x10000)
            value = value * 10 + (*name - '0');
    }
    if (atom)
        *atom = value && value < FIRST_ATOM ? value : 0;
    return TRUE;
}

static NTSTATUS check_name(PCWSTR name, USHORT *length, ULONG *hash)
{
    ULONG h = 2166136261u;
    SIZE_T i;

    for (i = 0; name[i]; i++) {
        if (i == MAXIMUM_LENGTH)
            return STATUS_INVALID_PARAMETER;
        h = (h ^ RtlUpcaseUnicodeChar(name[i])) * 16777619u;
    }
    *length = i;
    *hash = h;
    return i ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

static struct atom *find(PRTL_ATOM_TABLE table, PCWSTR name, USHORT length, ULONG hash)
{
    struct atom *atom = table->buckets[hash & (table->bucket_count - 1)];

    while (atom && !(atom->hash == hash && atom->length == length &&
                     !RtlCompareUnicodeStrings(atom->name, length, name, length, TRUE)))
        atom = atom->next;
    return atom;
}

static struct atom *by_number(PRTL_ATOM_TABLE table, RTL_ATOM number)
{
    ULONG slot = number - FIRST_ATOM;

    return number >= FIRST_ATOM && slot < table->used ? table->slots[slot] : NULL;
}

static void enter(struct atom **buckets, ULONG count, struct atom *atom)
{
    struct atom **bucket = &buckets[atom->hash & (count - 1)];

    atom->next = *bucket;
    *bucket = atom;
}

/* Twice the buckets when there are as many atoms. */
static void grow_buckets(PRTL_ATOM_TABLE table)
{
    ULONG count = table->bucket_count * 2;
    struct atom **buckets = allocate(count * sizeof(*buckets));

    if (!buckets)
        return; /* only slower */
    for (ULONG i = 0; i < table->used; i++)
        if (table->slots[i])
            enter(buckets, count, table->slots[i]);
    release(table->buckets);
    table->buckets = buckets;
    table->bucket_count = count;
}

static NTSTATUS free_slot(PRTL_ATOM_TABLE table, ULONG *slot)
{
    ULONG capacity;
    struct atom **slots;

    for (; table->free_hint < table->used; table->free_hint++)
        if (!table->slots[table->free_hint]) {
            *slot = table->free_hint;
            return STATUS_SUCCESS;
        }
    if (table->used == MAXIMUM_ATOMS)
        return STATUS_NO_MEMORY;
    if (table->used == table->capacity) {
        capacity = table->capacity ? table->capacity * 2 : 32;
        if (!(slots = allocate(capacity * sizeof(*slots))))
            return STATUS_NO_MEMORY;
        if (table->slots)
            memcpy(slots, table->slots, table->used * sizeof(*slots));
        release(table->slots);
        table->slots = slots;
        table->capacity = capacity;
    }
    *slot = table->used++;
    return STATUS_SUCCESS;
}

static void remove(PRTL_ATOM_TABLE table, struct atom *atom)
{
    struct atom **place = &table->buckets[atom->hash & (table->bucket_count - 1)];
    ULONG slot = atom->number - FIRST_ATOM;

    while (*place != atom)
        place = &(*place)->next;
    *place = atom->next;
    table->slots[slot] = NULL;
    if (slot < table->free_hint)
        table->free_hint = slot;
    table->count--;
    release(atom);
}

NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PRTL_ATOM_TABLE *result)
{
    PRTL_ATOM_TABLE table;
    ULONG count = 16;

    if (*result)
        return STATUS_SUCCESS; /* as documented by its callers: a table that is there stays */
    while (count < buckets && count < MAXIMUM_ATOMS)
        count *= 2;
    if (!(table = allocate(sizeof(*table))))
        return STATUS_NO_MEMORY;
    if (!(table->buckets = allocate(count * sizeof(*table->buckets)))) {
        release(table);
        return STATUS_NO_MEMORY;
    }
    RtlInitializeSRWLock(&table->lock);
    table->bucket_count = count;
    *result = table;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlEmptyAtomTable(PRTL_ATOM_TABLE table, BOOLEAN pinned)
{
    if (!table)
        return STATUS_INVALID_PARAMETER;
    RtlAcquireSRWLockExclusive(&table->lock);
    for (ULONG i = 0; i < table->used; i++)
        if (table->slots[i] && (pinned || !table->slots[i]->pinned))
            remove(table, table->slots[i]);
    RtlReleaseSRWLockExclusive(&table->lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDestroyAtomTable(PRTL_ATOM_TABLE table)
{
    NTSTATUS status = RtlEmptyAtomTable(table, TRUE);

    if (!status) {
        release(table->slots);
        release(table->buckets);
        release(table);
    }
    return status;
}

NTSTATUS NTAPI RtlAddAtomToAtomTable(PRTL_ATOM_TABLE table, PCWSTR name, RTL_ATOM *result)
{
    struct atom *atom;
    RTL_ATOM number;
    USHORT length;
    NTSTATUS status;
    ULONG hash, slot;

    if (!table)
        return STATUS_INVALID_PARAMETER;
    if (RtlGetIntegerAtom(name, &number)) {
        if (!number)
            return STATUS_INVALID_PARAMETER;
        if (result)
            *result = number;
        return STATUS_SUCCESS;
    }
    if ((status = check_name(name, &length, &hash)))
        return status;
    RtlAcquireSRWLockExclusive(&table->lock);
    if ((atom = find(table, name, length, hash))) {
        if (!atom->pinned)
            atom->references++;
    } else if (!(atom = allocate(sizeof(*atom) + (length + 1) * sizeof(WCHAR)))) {
        status = STATUS_NO_MEMORY;
    } else if ((status = free_slot(table, &slot))) {
        release(atom);
    } else {
        atom->hash = hash;
        atom->references = 1;
        atom->number = FIRST_ATOM + slot;
        atom->length = length;
        memcpy(atom->name, name, length * sizeof(WCHAR));
        table->slots[slot] = atom;
        enter(table->buckets, table->bucket_count, atom);
        if (++table->count > table->bucket_count)
            grow_buckets(table);
    }
    if (!status && result)
        *result = atom->number;
    RtlReleaseSRWLockExclusive(&table->lock);
    return status;
}

NTSTATUS NTAPI RtlLookupAtomInAtomTable(PRTL_ATOM_TABLE table, PCWSTR name, RTL_ATOM *result)
{
    struct atom *atom;
    RTL_ATOM number;
    USHORT length;
    NTSTATUS status;
    ULONG hash;

    if (!table)
        return STATUS_INVALID_PARAMETER;
    if (RtlGetIntegerAtom(name, &number)) {
        if (!number)
            return STATUS_INVALID_PARAMETER;
        if (result)
            *result = number;
        return STATUS_SUCCESS;
    }
    if ((status = check_name(name, &length, &hash)))
        return status;
    RtlAcquireSRWLockShared(&table->lock);
    atom = find(table, name, length, hash);
    if (atom && result)
        *result = atom->number;
    RtlReleaseSRWLockShared(&table->lock);
    return atom ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PRTL_ATOM_TABLE table, RTL_ATOM number)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct atom *atom;

    if (!table)
        return STATUS_INVALID_PARAMETER;
    if (number < FIRST_ATOM)
        return number ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    RtlAcquireSRWLockExclusive(&table->lock);
    if (!(atom = by_number(table, number)))
        status = STATUS_INVALID_HANDLE;
    else if (atom->pinned)
        status = STATUS_WAS_LOCKED;
    else if (!--atom->references)
        remove(table, atom);
    RtlReleaseSRWLockExclusive(&table->lock);
    return status;
}

NTSTATUS NTAPI RtlPinAtomInAtomTable(PRTL_ATOM_TABLE table, RTL_ATOM number)
{
    struct atom *atom;

    if (!table)
        return STATUS_INVALID_PARAMETER;
    if (number < FIRST_ATOM)
        return number ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    RtlAcquireSRWLockExclusive(&table->lock);
    if ((atom = by_number(table, number)))
        atom->pinned = TRUE;
    RtlReleaseSRWLockExclusive(&table->lock);
    return atom ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

/* *size is the buffer's, in bytes, and becomes the name's without its zero. */
static NTSTATUS give_name(PCWSTR name, ULONG length, PWSTR buffer, ULONG *size)
{
    ULONG bytes = length * sizeof(WCHAR), room;

    if (*size < sizeof(WCHAR)) {
        *size = bytes;
        return STATUS_BUFFER_TOO_SMALL;
    }
    room = *size - sizeof(WCHAR);
    if (bytes > room)
        bytes = room & ~1u;
    memcpy(buffer, name, bytes);
    buffer[bytes / sizeof(WCHAR)] = 0;
    *size = bytes;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryAtomInAtomTable(PRTL_ATOM_TABLE table, RTL_ATOM number, ULONG *references, ULONG *flags,
                                       PWSTR name, ULONG *name_size)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct atom *atom;
    WCHAR text[8];

    if (!table)
        return STATUS_INVALID_PARAMETER;
    if (number < FIRST_ATOM) {
        UNICODE_STRING digits = { 0, sizeof(text) - sizeof(WCHAR), text + 1 };

        if (!number)
            return STATUS_INVALID_PARAMETER;
        text[0] = '#';
        RtlIntegerToUnicodeString(number, 10, &digits);
        if (references)
            *references = 1;
        if (flags)
            *flags = ATOM_FLAG_PINNED;
        return name ? give_name(text, 1 + digits.Length / sizeof(WCHAR), name, name_size) : STATUS_SUCCESS;
    }
    RtlAcquireSRWLockShared(&table->lock);
    if ((atom = by_number(table, number))) {
        if (references)
            *references = atom->references;
        if (flags)
            *flags = atom->pinned ? ATOM_FLAG_PINNED : 0;
        if (name)
            status = give_name(atom->name, atom->length, name, name_size);
    } else
        status = STATUS_INVALID_HANDLE;
    RtlReleaseSRWLockShared(&table->lock);
    return status;
}
