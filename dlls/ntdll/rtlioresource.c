/* SPDX-License-Identifier: MIT */
/* rtlioresource.c: ranges of memory and of ports in the descriptors of hardware resources (wdm.h). */
#include "ntdll_private.h"
#include "ntrtl.h"

enum { TYPE_PORT = 1, TYPE_MEMORY = 3, TYPE_MEMORY_LARGE = 7 }; /* CmResourceType... */

#define MEMORY_LARGE 0x0e00 /* 0x200, 0x400, 0x800: CM_RESOURCE_MEMORY_LARGE_40, _48, _64 */

#pragma pack(push, 4)
typedef struct {
    UCHAR Type, ShareDisposition;
    USHORT Flags;
    ULONGLONG Start;
    ULONG Length; /* of a large range without its lowest 8, 16 or 32 bits */
    ULONG Unused;
} CM_DESCRIPTOR;
#pragma pack(pop)

typedef struct {
    UCHAR Option, Type, ShareDisposition, Spare1;
    USHORT Flags, Spare2;
    ULONG Length, Alignment;
    ULONGLONG MinimumAddress, MaximumAddress;
} IO_DESCRIPTOR;

static const struct {
    USHORT flag;
    unsigned shift;
} scales[] = { { 0, 0 }, { 0x200, 8 }, { 0x400, 16 }, { 0x800, 32 } };

/* How many bits a descriptor drops; 64: its type is another. */
static unsigned shift_of(UCHAR type, USHORT flags)
{
    if (type == TYPE_PORT || type == TYPE_MEMORY)
        return 0;
    if (type == TYPE_MEMORY_LARGE)
        for (unsigned i = 1; i < ARRAY_SIZE(scales); i++)
            if (flags & scales[i].flag)
                return scales[i].shift;
    return 64;
}

/* Finds the first scale that drops no set bit of `length` and `alignment`; larger ones are for memory alone. */
static NTSTATUS choose(UCHAR *type, USHORT *flags, unsigned *shift, ULONGLONG length, ULONGLONG alignment)
{
    bool memory = *type != TYPE_PORT;

    if (*type != TYPE_PORT && *type != TYPE_MEMORY && *type != TYPE_MEMORY_LARGE)
        return STATUS_INVALID_PARAMETER;
    for (unsigned i = 0; i < (memory ? ARRAY_SIZE(scales) : 1); i++) {
        *shift = scales[i].shift;
        if ((length | alignment) & ((1ull << *shift) - 1) || length >> *shift > MAXULONG ||
            alignment >> *shift > MAXULONG)
            continue;
        if (memory) {
            *type = i ? TYPE_MEMORY_LARGE : TYPE_MEMORY;
            *flags = (USHORT)((*flags & ~MEMORY_LARGE) | scales[i].flag);
        }
        return STATUS_SUCCESS;
    }
    return STATUS_UNSUCCESSFUL;
}

ULONGLONG NTAPI RtlCmDecodeMemIoResource(const CM_DESCRIPTOR *descriptor, ULONGLONG *start)
{
    unsigned shift = shift_of(descriptor->Type, descriptor->Flags);

    if (start)
        *start = shift < 64 ? descriptor->Start : 0;
    return shift < 64 ? (ULONGLONG)descriptor->Length << shift : 0;
}

NTSTATUS NTAPI RtlCmEncodeMemIoResource(CM_DESCRIPTOR *descriptor, UCHAR type, ULONGLONG length, ULONGLONG start)
{
    USHORT flags = descriptor->Flags;
    unsigned shift;
    NTSTATUS status = choose(&type, &flags, &shift, length, 0);

    if (status)
        return status;
    descriptor->Type = type;
    descriptor->Flags = flags;
    descriptor->Start = start;
    descriptor->Length = (ULONG)(length >> shift);
    return STATUS_SUCCESS;
}

ULONGLONG NTAPI RtlIoDecodeMemIoResource(const IO_DESCRIPTOR *descriptor, ULONGLONG *alignment, ULONGLONG *minimum,
                                         ULONGLONG *maximum)
{
    unsigned shift = shift_of(descriptor->Type, descriptor->Flags);
    bool known = shift < 64;

    if (alignment)
        *alignment = known ? (ULONGLONG)descriptor->Alignment << shift : 0;
    if (minimum)
        *minimum = known ? descriptor->MinimumAddress : 0;
    if (maximum)
        *maximum = known ? descriptor->MaximumAddress : 0;
    return known ? (ULONGLONG)descriptor->Length << shift : 0;
}

NTSTATUS NTAPI RtlIoEncodeMemIoResource(IO_DESCRIPTOR *descriptor, UCHAR type, ULONGLONG length, ULONGLONG alignment,
                                        ULONGLONG minimum, ULONGLONG maximum)
{
    USHORT flags = descriptor->Flags;
    unsigned shift;
    NTSTATUS status = choose(&type, &flags, &shift, length, alignment);

    if (status)
        return status;
    descriptor->Type = type;
    descriptor->Flags = flags;
    descriptor->Length = (ULONG)(length >> shift);
    descriptor->Alignment = (ULONG)(alignment >> shift);
    descriptor->MinimumAddress = minimum;
    descriptor->MaximumAddress = maximum;
    return STATUS_SUCCESS;
}
