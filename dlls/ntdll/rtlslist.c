/* SPDX-License-Identifier: MIT */
/*
 * rtlslist.c: interlocked singly linked lists. The header's two words are exchanged together (cmpxchg16b): HeaderX64 of
 * SLIST_HEADER in winnt.h, depth and sequence in the lower word, the first entry in the upper.
 */
#include "ntdll_private.h"

#ifdef _WIN64

typedef unsigned __int128 u128;

static inline ULONGLONG make_low(ULONGLONG low, USHORT depth)
{
    /* The sequence number, which every operation changes, is what makes a header that came back look different. */
    return ((low >> 16) + 1) << 16 | depth;
}

static inline PSLIST_ENTRY first_of(ULONGLONG high)
{
    return (PSLIST_ENTRY)(ULONG_PTR)(high & ~15ull);
}

static inline bool exchange(PSLIST_HEADER head, ULONGLONG *low, ULONGLONG *high, ULONGLONG new_low, ULONGLONG new_high)
{
    ULONGLONG *words = (ULONGLONG *)head;
    bool done;

    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(done), "+m"(*(u128 *)words), "+a"(*low), "+d"(*high)
                     : "b"(new_low), "c"(new_high)
                     : "memory");
    return done;
}

/* "If the list header is not properly aligned, this function raises STATUS_DATATYPE_MISALIGNMENT" on 64 bits. */
VOID NTAPI RtlInitializeSListHead(PSLIST_HEADER head)
{
    if ((ULONG_PTR)head & (MEMORY_ALLOCATION_ALIGNMENT - 1))
        RtlRaiseStatus(STATUS_DATATYPE_MISALIGNMENT);
    memset(head, 0, sizeof(*head));
}

PSLIST_ENTRY NTAPI RtlFirstEntrySList(const SLIST_HEADER *head)
{
    return first_of(__atomic_load_n((const ULONGLONG *)head + 1, __ATOMIC_ACQUIRE));
}

USHORT NTAPI RtlQueryDepthSList(PSLIST_HEADER head)
{
    return (USHORT)__atomic_load_n((const ULONGLONG *)head, __ATOMIC_RELAXED);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushListSListEx(PSLIST_HEADER head, PSLIST_ENTRY list, PSLIST_ENTRY last, DWORD count)
{
    ULONGLONG low = ((ULONGLONG *)head)[0], high = ((ULONGLONG *)head)[1];

    do {
        last->Next = first_of(high);
    } while (!exchange(head, &low, &high, make_low(low, (USHORT)(low + count)), (ULONGLONG)(ULONG_PTR)list));
    return first_of(high);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushListSList(PSLIST_HEADER head, PSLIST_ENTRY list, PSLIST_ENTRY last, DWORD count);
PSLIST_ENTRY NTAPI RtlInterlockedPushListSList(PSLIST_HEADER head, PSLIST_ENTRY list, PSLIST_ENTRY last, DWORD count)
{
    return RtlInterlockedPushListSListEx(head, list, last, count);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushEntrySList(PSLIST_HEADER head, PSLIST_ENTRY entry)
{
    return RtlInterlockedPushListSListEx(head, entry, entry, 1);
}

PSLIST_ENTRY NTAPI RtlInterlockedFlushSList(PSLIST_HEADER head)
{
    ULONGLONG low = ((ULONGLONG *)head)[0], high = ((ULONGLONG *)head)[1];

    do {
        if (!first_of(high))
            return NULL;
    } while (!exchange(head, &low, &high, make_low(low, 0), 0));
    return first_of(high);
}

/*
 * Pop reads the first entry's Next while another thread may have taken the entry and freed its memory. The value read is
 * not used then, as the exchange fails, but reading it must not crash: the instruction at ExpInterlockedPopEntrySListFault is
 * the one that may, and exception dispatching (slist_resume) goes on at ...Resume, as Windows' does.
 */
extern const char ExpInterlockedPopEntrySListFault[], ExpInterlockedPopEntrySListResume[];

bool slist_resume(const EXCEPTION_RECORD *record, CONTEXT *context)
{
    if (record->ExceptionCode != (DWORD)STATUS_ACCESS_VIOLATION ||
        context->Rip != (ULONG_PTR)ExpInterlockedPopEntrySListFault)
        return false;
    /* The first entry has not changed, so nobody took it: then its memory is gone for good, and the fault is the program's. */
    if (first_of(((volatile ULONGLONG *)context->R8)[1]) == (PSLIST_ENTRY)context->R9)
        return false;
    context->Rip = (ULONG_PTR)ExpInterlockedPopEntrySListResume;
    return true;
}

__asm__("    .text\n"
        "    .globl RtlInterlockedPopEntrySList\n"
        "    .globl ExpInterlockedPopEntrySListResume\n"
        "    .globl ExpInterlockedPopEntrySListFault\n"
        "    .globl ExpInterlockedPopEntrySListEnd\n"
        "    .p2align 4\n"
        "    .seh_proc RtlInterlockedPopEntrySList\n"
        "RtlInterlockedPopEntrySList:\n"
        "    pushq %rbx\n"
        "    .seh_pushreg %rbx\n"
        "    .seh_endprologue\n"
        "    movq %rcx,%r8\n"
        "ExpInterlockedPopEntrySListResume:\n"
        "    movq (%r8),%rax\n"
        "    movq 8(%r8),%rdx\n"
        "1:  movq %rdx,%r9\n"
        "    andq $-16,%r9\n"
        "    jz 2f\n"
        "    movzwl %ax,%ebx\n"
        "    decw %bx\n"
        "    movq %rax,%r10\n"
        "    shrq $16,%r10\n"
        "    incq %r10\n"
        "    shlq $16,%r10\n"
        "    orq %r10,%rbx\n"
        "ExpInterlockedPopEntrySListFault:\n"
        "    movq (%r9),%rcx\n"
        "ExpInterlockedPopEntrySListEnd:\n"
        "    lock cmpxchg16b (%r8)\n"
        "    jnz 1b\n"
        "    movq %r9,%rax\n"
        "    popq %rbx\n"
        "    ret\n"
        "2:  xorl %eax,%eax\n"
        "    popq %rbx\n"
        "    ret\n"
        "    .seh_endproc\n");

#endif
