/* SPDX-License-Identifier: MIT */
/* unwind_virtual2.c: RtlVirtualUnwind2 and its limits; the list of dynamic function tables that debuggers read. */
#include "../test.h"
#include "ntdll_functions.h"

typedef struct {
    LIST_ENTRY link;
    RUNTIME_FUNCTION *functions;
    LARGE_INTEGER reserved1;
    ULONG64 minimum, maximum, base;
    void *reserved2[2];
    WCHAR *dll;
    ULONG type, count;
} dynamic_table;

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlVirtualUnwind2, ULONG, DWORD64, DWORD64, RUNTIME_FUNCTION *, CONTEXT *, BOOLEAN *, void **, DWORD64 *,  \
      void *, DWORD64 *, DWORD64 *, void **, ULONG)                                                                    \
    X(LIST_ENTRY *, RtlGetFunctionTableListHead, void)
DECLARE_FUNCTIONS

#define BAD_STACK ((LONG)0xc0000028)

static void __attribute__((noinline)) test_unwind(void)
{
    CONTEXT context, plain, second;
    DWORD64 base, frame = 0, plain_frame = 0, low, high;
    void *data, *plain_data, *handler = (void *)1, *plain_handler;
    BOOLEAN machine = 2;

    RtlCaptureContext(&context);
    RUNTIME_FUNCTION *function = RtlLookupFunctionEntry(context.Rip, &base, NULL);

    plain = second = context;
    plain_handler =
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, function, &plain, &plain_data, &plain_frame, NULL);
    ok_hex(RtlVirtualUnwind2(UNW_FLAG_NHANDLER, base, context.Rip, function, &second, &machine, &data, &frame, NULL,
                             NULL, NULL, &handler, 0),
           0);
    ok(second.Rip == plain.Rip && second.Rsp == plain.Rsp && second.Rbx == plain.Rbx && second.Rbp == plain.Rbp,
       "other than RtlVirtualUnwind");
    ok(frame == plain_frame && handler == plain_handler, "frame %llx, %llx", frame, plain_frame);
    ok_int(machine, FALSE);

    GetCurrentThreadStackLimits((ULONG_PTR *)&low, (ULONG_PTR *)&high);
    second = context;
    ok_hex(RtlVirtualUnwind2(UNW_FLAG_NHANDLER, base, context.Rip, function, &second, NULL, &data, &frame, NULL, &low,
                             &high, NULL, 0),
           0);
    ok(second.Rip == plain.Rip, "other than without limits");
    high = context.Rsp + 8;
    second = context;
    ok_hex(RtlVirtualUnwind2(UNW_FLAG_NHANDLER, base, context.Rip, function, &second, NULL, &data, &frame, NULL, &low,
                             &high, NULL, 0),
           BAD_STACK);
    low = context.Rsp + 0x1000;
    high = low + 0x1000;
    second = context;
    ok_hex(RtlVirtualUnwind2(UNW_FLAG_NHANDLER, base, context.Rip, function, &second, NULL, &data, &frame, NULL, &low,
                             &high, NULL, 0),
           BAD_STACK);

    /* Without an entry: a leaf, which only returns */
    ULONG64 stack[2] = { 0x1234, 0 };
    second = context;
    second.Rsp = (ULONG64)stack;
    ok_hex(RtlVirtualUnwind2(UNW_FLAG_NHANDLER, 0, context.Rip, NULL, &second, &machine, &data, &frame, NULL, NULL,
                             NULL, NULL, 0),
           0);
    ok(second.Rip == 0x1234 && second.Rsp == (ULONG64)&stack[1], "%llx, %llx", second.Rip, second.Rsp);
}

static const dynamic_table *find_table(ULONG64 base)
{
    LIST_ENTRY *head = RtlGetFunctionTableListHead();

    for (LIST_ENTRY *link = head->Flink; link != head; link = link->Flink)
        if (CONTAINING_RECORD(link, dynamic_table, link)->base == base)
            return CONTAINING_RECORD(link, dynamic_table, link);
    return NULL;
}

static RUNTIME_FUNCTION *CALLBACK no_function(DWORD64 pc, void *context)
{
    (void)pc, (void)context;
    return NULL;
}

static void test_list(void)
{
    static RUNTIME_FUNCTION functions[2] = { { 0x10, 0x20, 0x1000 }, { 0x40, 0x60, 0x1000 } };
    char *code = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    DWORD64 base = (DWORD64)code;

    ok(RtlAddFunctionTable(functions, 2, base), "not added");
    const dynamic_table *table = find_table(base);
    ok(table != NULL, "not in the list");
    if (table) {
        ok(table->functions == functions && table->count == 2, "%lu entries", table->count);
        ok(table->minimum == base + 0x10 && table->maximum == base + 0x60, "%llx to %llx", table->minimum,
           table->maximum);
        ok_int(table->type, 0); /* RF_SORTED */
    }
    ok(RtlDeleteFunctionTable(functions), "not deleted");
    ok(!find_table(base), "still in the list");

    ok(RtlInstallFunctionTableCallback(base | 3, base, 0x10000, no_function, NULL, L"C:\\none.dll"), "not installed");
    table = find_table(base);
    ok(table != NULL, "not in the list");
    if (table) {
        ok_int(table->type, 2); /* RF_CALLBACK */
        ok(table->minimum == base && table->maximum == base + 0x10000, "%llx to %llx", table->minimum, table->maximum);
        ok_wstr(table->dll, L"C:\\none.dll");
    }
    ok(RtlDeleteFunctionTable((RUNTIME_FUNCTION *)(base | 3)), "not deleted");
    ok(!find_table(base), "still in the list");
    VirtualFree(code, 0, MEM_RELEASE);
}

TESTS
{
    if (!get_functions()) {
        skip("not in this version");
        return;
    }
    test_unwind();
    test_list();
}
