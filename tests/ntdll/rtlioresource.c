/* SPDX-License-Identifier: MIT */
/* rtlioresource.c: descriptors of hardware resources: what is put in comes out, where it can be expressed. */
#include "../test.h"
#include "ntdll_functions.h"

enum { TYPE_PORT = 1, TYPE_INTERRUPT = 2, TYPE_MEMORY = 3, TYPE_MEMORY_LARGE = 7 };

#pragma pack(push, 4)
typedef struct {
    UCHAR type, share;
    USHORT flags;
    ULONGLONG start;
    ULONG length, unused;
} cm_descriptor;
#pragma pack(pop)
typedef struct {
    UCHAR option, type, share, spare1;
    USHORT flags, spare2;
    ULONG length, alignment;
    ULONGLONG minimum, maximum;
} io_descriptor;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlCmEncodeMemIoResource, cm_descriptor *, UCHAR, ULONGLONG, ULONGLONG)                                    \
    X(ULONGLONG, RtlCmDecodeMemIoResource, const cm_descriptor *, ULONGLONG *)                                         \
    X(LONG, RtlIoEncodeMemIoResource, io_descriptor *, UCHAR, ULONGLONG, ULONGLONG, ULONGLONG, ULONGLONG)              \
    X(ULONGLONG, RtlIoDecodeMemIoResource, const io_descriptor *, ULONGLONG *, ULONGLONG *, ULONGLONG *)
DECLARE_FUNCTIONS

#define UNSUCCESSFUL ((LONG)0xc0000001)
#define INVALID      ((LONG)0xc000000d)

static void test_assigned(void)
{
    static const struct {
        ULONGLONG length;
        LONG status;
        UCHAR type;
        USHORT flags;
    } cases[] = {
        { 0x1000, 0, TYPE_MEMORY, 4 },
        { 0x1234567800, 0, TYPE_MEMORY_LARGE, 0x204 },
        { 0x123456780000, 0, TYPE_MEMORY_LARGE, 0x404 },
        { 0x1234567800000000, 0, TYPE_MEMORY_LARGE, 0x804 },
        { 0x1234567801, UNSUCCESSFUL, 0, 0 },
    };
    cm_descriptor d;
    ULONGLONG start = 0;

    for (unsigned i = 0; i < ARRAYSIZE(cases); i++) {
        memset(&d, 0, sizeof(d));
        d.flags = 4 /* CM_RESOURCE_MEMORY_PREFETCHABLE */;
        ok_hex(RtlCmEncodeMemIoResource(&d, TYPE_MEMORY_LARGE, cases[i].length, 0xfedcba9876543210), cases[i].status);
        if (cases[i].status)
            continue;
        ok_int(d.type, cases[i].type);
        ok_hex(d.flags, cases[i].flags);
        ok(RtlCmDecodeMemIoResource(&d, &start) == cases[i].length, "case %u: %llx", i,
           RtlCmDecodeMemIoResource(&d, NULL));
        ok(start == 0xfedcba9876543210, "%llx", start);
    }
    ok_hex(RtlCmEncodeMemIoResource(&d, TYPE_PORT, 8, 0x3f8), 0);
    ok_int(d.type, TYPE_PORT);
    ok(RtlCmDecodeMemIoResource(&d, &start) == 8 && start == 0x3f8, "%llx", start);
    ok_hex(RtlCmEncodeMemIoResource(&d, TYPE_PORT, 0x100000000, 0), UNSUCCESSFUL);
    ok_hex(RtlCmEncodeMemIoResource(&d, TYPE_INTERRUPT, 8, 0), INVALID);
}

static void test_wanted(void)
{
    ULONGLONG alignment = 0, minimum = 0, maximum = 0;
    io_descriptor d = { 0 };

    ok_hex(RtlIoEncodeMemIoResource(&d, TYPE_MEMORY, 0x20000, 0x1000, 0x100000, 0xffffffff), 0);
    ok_int(d.type, TYPE_MEMORY);
    ok(RtlIoDecodeMemIoResource(&d, &alignment, &minimum, &maximum) == 0x20000, "length");
    ok(alignment == 0x1000 && minimum == 0x100000 && maximum == 0xffffffff, "%llx %llx %llx", alignment, minimum,
       maximum);
    ok_hex(RtlIoEncodeMemIoResource(&d, TYPE_MEMORY_LARGE, 0x8000000000, 0x8000000000, 0, ~0ull), 0);
    ok_int(d.type, TYPE_MEMORY_LARGE);
    ok_hex(d.flags, 0x200);
    ok(RtlIoDecodeMemIoResource(&d, &alignment, NULL, &maximum) == 0x8000000000, "length");
    ok(alignment == 0x8000000000 && maximum == ~0ull, "%llx %llx", alignment, maximum);
    /* A small alignment does not go with a length that only large units express. */
    ok_hex(RtlIoEncodeMemIoResource(&d, TYPE_MEMORY_LARGE, 0x8000000000, 0x10, 0, ~0ull), UNSUCCESSFUL);
}

TESTS
{
    if (!get_functions()) {
        skip("not in this version");
        return;
    }
    test_assigned();
    test_wanted();
}
