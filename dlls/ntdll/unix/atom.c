/* SPDX-License-Identifier: MIT */
/*
 * atom.c: the atom table: strings of up to 255 characters and the numbers 0xc000 to 0xffff they get; numbers below stand for
 * themselves ("About Atom Tables"). Found by a hash of the upper-cased name, or by number.
 */
#include <stdlib.h>
#include <string.h>
#include "cell.h"

#define FIRST_ATOM 0xc000u
#define MAX_ATOMS  0x4000u
#define MAX_NAME   255

struct atom {
    struct atom *next; /* in its bucket */
    uint32_t hash;
    uint32_t uses;
    uint16_t id;
    uint16_t length;
    WCHAR name[];
};

static uint32_t lock;
static struct atom **buckets, *atoms[MAX_ATOMS];
static uint32_t bucket_count, atom_count, next_free;

static uint32_t hash_name(const WCHAR *name, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ unicode_upcase(name[i])) * 16777619u;
    return hash;
}

static struct atom *find(const WCHAR *name, size_t length, uint32_t hash)
{
    struct atom *atom = bucket_count ? buckets[hash & (bucket_count - 1)] : NULL;
    for (; atom; atom = atom->next) {
        if (atom->hash != hash || atom->length != length)
            continue;
        size_t i = 0;
        while (i < length && unicode_upcase(atom->name[i]) == unicode_upcase(name[i]))
            i++;
        if (i == length)
            break;
    }
    return atom;
}

static bool grow(void)
{
    uint32_t count = bucket_count ? bucket_count * 2 : 32;
    struct atom **larger = calloc(count, sizeof(*larger));
    if (!larger)
        return bucket_count != 0;
    free(buckets);
    buckets = larger;
    bucket_count = count;
    for (uint32_t i = 0; i < MAX_ATOMS; i++) {
        if (!atoms[i])
            continue;
        struct atom **bucket = &buckets[atoms[i]->hash & (count - 1)];
        atoms[i]->next = *bucket;
        *bucket = atoms[i];
    }
    return true;
}

static struct atom *add(const WCHAR *name, size_t length, uint32_t hash)
{
    struct atom *atom;
    if (atom_count == MAX_ATOMS || (atom_count >= bucket_count && !grow()) ||
        !(atom = malloc(sizeof(*atom) + length * sizeof(WCHAR))))
        return NULL;
    while (atoms[next_free])
        next_free = (next_free + 1) % MAX_ATOMS;
    *atom = (struct atom){ .next = buckets[hash & (bucket_count - 1)],
                           .hash = hash,
                           .id = (uint16_t)(FIRST_ATOM + next_free),
                           .length = (uint16_t)length };
    memcpy(atom->name, name, length * sizeof(WCHAR));
    buckets[hash & (bucket_count - 1)] = atom;
    atoms[next_free] = atom;
    next_free = (next_free + 1) % MAX_ATOMS;
    atom_count++;
    return atom;
}

static void drop(struct atom *atom)
{
    struct atom **link = &buckets[atom->hash & (bucket_count - 1)];
    while (*link != atom)
        link = &(*link)->next;
    *link = atom->next;
    atoms[atom->id - FIRST_ATOM] = NULL;
    atom_count--;
    free(atom);
}

/* "#123" is number 123, and so is a "pointer" that small; 0 if it is neither. */
static NTSTATUS integer_atom(const WCHAR *pointer, const WCHAR *name, size_t length, uint32_t *number)
{
    *number = 0;
    if ((uintptr_t)pointer < 0x10000) {
        *number = (uint32_t)(uintptr_t)pointer;
        return *number && *number < FIRST_ATOM ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    }
    if (!length || length > MAX_NAME)
        return length ? STATUS_INVALID_PARAMETER : STATUS_OBJECT_NAME_INVALID;
    if (name[0] != '#' || length < 2)
        return STATUS_SUCCESS;
    uint32_t value = 0;
    for (size_t i = 1; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return STATUS_SUCCESS;
        value = value * 10 + (uint32_t)(name[i] - '0');
        if (value >= 0x10000)
            value = 0x10000; /* too large; no overflow */
    }
    if (!value || value >= FIRST_ATOM)
        return STATUS_INVALID_PARAMETER;
    *number = value;
    return STATUS_SUCCESS;
}

static NTSTATUS name_in(const WCHAR *user, ULONG bytes, WCHAR name[MAX_NAME], size_t *length, uint32_t *number)
{
    *length = bytes / sizeof(WCHAR);
    if ((uintptr_t)user >= 0x10000 && *length <= MAX_NAME && !user_copy_in(name, user, *length * sizeof(WCHAR)))
        return STATUS_ACCESS_VIOLATION;
    if ((uintptr_t)user >= 0x10000 && *length && *length <= MAX_NAME && !name[*length - 1])
        --*length; /* some count the zero */
    return integer_atom(user, name, *length, number);
}

NTSTATUS NtAddAtom(PWSTR AtomName, ULONG Length, RTL_ATOM *Atom)
{
    WCHAR name[MAX_NAME];
    size_t length;
    uint32_t number;
    NTSTATUS status = name_in(AtomName, Length, name, &length, &number);
    if (!status && !number) {
        uint32_t hash = hash_name(name, length);
        native_lock(&lock);
        struct atom *atom = find(name, length, hash);
        if (!atom)
            atom = add(name, length, hash);
        if (atom) {
            atom->uses++;
            number = atom->id;
        } else {
            status = STATUS_NO_MEMORY;
        }
        native_unlock(&lock);
    }
    if (!status && Atom)
        *Atom = (RTL_ATOM)number;
    return status;
}

NTSTATUS NtFindAtom(PWSTR AtomName, ULONG Length, RTL_ATOM *Atom)
{
    WCHAR name[MAX_NAME];
    size_t length;
    uint32_t number;
    NTSTATUS status = name_in(AtomName, Length, name, &length, &number);
    if (!status && !number) {
        uint32_t hash = hash_name(name, length);
        native_lock(&lock);
        const struct atom *atom = find(name, length, hash);
        if (atom)
            number = atom->id;
        else
            status = STATUS_OBJECT_NAME_NOT_FOUND;
        native_unlock(&lock);
    }
    if (!status && Atom)
        *Atom = (RTL_ATOM)number;
    return status;
}

NTSTATUS NtDeleteAtom(RTL_ATOM Atom)
{
    NTSTATUS status = STATUS_SUCCESS;
    if (Atom < FIRST_ATOM)
        return Atom ? STATUS_SUCCESS : STATUS_INVALID_HANDLE; /* numbers have no count */
    native_lock(&lock);
    struct atom *atom = atoms[Atom - FIRST_ATOM];
    if (!atom)
        status = STATUS_INVALID_HANDLE;
    else if (!--atom->uses)
        drop(atom);
    native_unlock(&lock);
    return status;
}

/* ATOM_BASIC_INFORMATION: uses, flags, the name's length in bytes, the name with a zero at its end. */
static NTSTATUS query_atom(RTL_ATOM id, void *info, ULONG size, ULONG *needed)
{
    const ULONG header = 3 * sizeof(USHORT);
    WCHAR text[MAX_NAME + 1];
    USHORT head[3] = { 1, 1, 0 }; /* a number: used once, pinned */
    size_t length = 0;

    if (size < header) {
        *needed = header;
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (id < FIRST_ATOM) {
        char digits[8], *end = digits + sizeof(digits);
        unsigned number = id;
        if (!number)
            return STATUS_INVALID_PARAMETER;
        for (; number; number /= 10)
            *--end = (char)('0' + number % 10);
        *--end = '#';
        while (end < digits + sizeof(digits))
            text[length++] = (WCHAR)*end++;
    } else {
        native_lock(&lock);
        const struct atom *atom = atoms[id - FIRST_ATOM];
        if (atom) {
            length = atom->length;
            memcpy(text, atom->name, length * sizeof(WCHAR));
            head[0] = (USHORT)(atom->uses < 0xffff ? atom->uses : 0xffff);
            head[1] = 0;
        }
        native_unlock(&lock);
        if (!length)
            return STATUS_INVALID_HANDLE;
    }
    text[length] = 0;
    head[2] = (USHORT)(length * sizeof(WCHAR));
    *needed = header + head[2] + (ULONG)sizeof(WCHAR);
    if (size < *needed)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(info, head, header);
    memcpy((char *)info + header, text, head[2] + sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/* ATOM_TABLE_INFORMATION: how many, then their numbers. */
static NTSTATUS query_table(void *info, ULONG size, ULONG *needed)
{
    NTSTATUS status = STATUS_SUCCESS;
    USHORT *list = malloc(MAX_ATOMS * sizeof(*list));
    ULONG count = 0;
    if (!list)
        return STATUS_NO_MEMORY;
    native_lock(&lock);
    for (uint32_t i = 0; i < MAX_ATOMS; i++)
        if (atoms[i])
            list[count++] = atoms[i]->id;
    native_unlock(&lock);
    *needed = (ULONG)(sizeof(count) + count * sizeof(*list));
    if (size < *needed) {
        status = STATUS_INFO_LENGTH_MISMATCH;
    } else {
        memcpy(info, &count, sizeof(count));
        memcpy((char *)info + sizeof(count), list, count * sizeof(*list));
    }
    free(list);
    return status;
}

NTSTATUS NtQueryInformationAtom(RTL_ATOM Atom, ULONG AtomInformationClass, PVOID AtomInformation,
                                ULONG AtomInformationLength, ULONG *ReturnLength)
{
    NTSTATUS status = STATUS_INVALID_INFO_CLASS;
    ULONG needed = 0;
    if (AtomInformationClass == 0)
        status = query_atom(Atom, AtomInformation, AtomInformationLength, &needed);
    else if (AtomInformationClass == 1)
        status = query_table(AtomInformation, AtomInformationLength, &needed);
    if (ReturnLength)
        *ReturnLength = needed;
    return status;
}
