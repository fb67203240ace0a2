/* SPDX-License-Identifier: MIT */
/*
 * rtlheap_debug.c: what happens when a heap is found to be damaged, and checked heaps: those made with
 * HEAP_TAIL_CHECKING_ENABLED and its like, or while NtGlobalFlag asks for it. Their blocks are filled as on Windows: what was
 * never written is 0xbaadf00d, what lies behind a block 0xab, what is free 0xfeeefeee.
 */
#include "exception_private.h"
#include "rtlheap.h"

#define FILL_NEW  0xbaadf00du
#define FILL_FREE 0xfeeefeeeu
#define FILL_TAIL 0xab

/* --- damage --- */

/* What the exception's parameter points to; the fields are Windows' HEAP_FAILURE_INFORMATION, for debuggers. */
static struct {
    ULONG version, size;
    ULONG type;
    PVOID heap, address, param1, param2, param3;
    PVOID previous, next;
    PVOID trace[32];
} heap_failure_information = { .version = 1, .size = sizeof(heap_failure_information) };

static const char *failure_text(ULONG failure)
{
    switch (failure) {
    case HEAP_FAILURE_BUFFER_OVERRUN:
        return "was written beyond its end";
    case HEAP_FAILURE_BLOCK_NOT_BUSY:
        return "is free already";
    case HEAP_FAILURE_INVALID_ARGUMENT:
        return "is no block of this heap";
    case HEAP_FAILURE_USAGE_AFTER_FREE:
        return "was written to after it had been freed";
    case HEAP_FAILURE_CROSS_HEAP:
        return "belongs to another heap";
    default:
        return "has been written over";
    }
}

/* The handler of heap_raise's frame: frames beyond it do not see the exception, vectored handlers have. */
EXCEPTION_DISPOSITION __attribute__((used))
heap_fatal(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher)
{
    (void)frame, (void)dispatcher;
    if (record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND))
        return ExceptionContinueSearch;
    ldr_message("heap %p is damaged: the block at %p %s", heap_failure_information.heap,
                heap_failure_information.address, failure_text(heap_failure_information.type));
    NtRaiseException(record, context, FALSE); /* which ends the process */
    NtTerminateProcess(NT_CURRENT_PROCESS, STATUS_HEAP_CORRUPTION);
    return ExceptionContinueSearch;
}

#ifdef _WIN64
void heap_raise(EXCEPTION_RECORD *record);
__asm__("    .text\n"
        "    .p2align 4\n"
        "    .seh_proc heap_raise\n"
        "heap_raise:\n"
        "    subq $40,%rsp\n"
        "    .seh_stackalloc 40\n"
        "    .seh_handler heap_fatal, @except\n"
        "    .seh_endprologue\n"
        "    call RtlRaiseException\n"
        "    nop\n"
        "    addq $40,%rsp\n"
        "    ret\n"
        "    .seh_endproc\n");
#else
#define heap_raise RtlRaiseException
#endif

#ifdef _WIN64
/*
 * The handler of RtlFreeHeap and its like (HEAP_FAULT_IS_DAMAGE): a header that cannot be read is that of a block whose memory
 * was given back, or of none; the check for it costs nothing this way. Faults elsewhere, also in what these call, are not its.
 */
EXCEPTION_DISPOSITION __attribute__((used))
heap_unreadable(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, DISPATCHER_CONTEXT *dispatcher)
{
    DWORD64 base;

    (void)frame, (void)context;
    if (record->ExceptionCode == (DWORD)STATUS_ACCESS_VIOLATION && record->NumberParameters == 2 &&
        (record->ExceptionInformation[1] & 15) == 8 &&
        RtlLookupFunctionEntry((ULONG_PTR)record->ExceptionAddress, &base, NULL) == dispatcher->FunctionEntry)
        heap_corrupted(NULL, (void *)(record->ExceptionInformation[1] + 8), HEAP_FAILURE_BLOCK_NOT_BUSY);
    return ExceptionContinueSearch;
}
#endif

void heap_corrupted(struct heap *heap, const void *block, enum heap_failure failure)
{
    EXCEPTION_RECORD record = { .ExceptionCode = (DWORD)STATUS_HEAP_CORRUPTION,
                                .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                .NumberParameters = 1,
                                .ExceptionInformation = { (ULONG_PTR)&heap_failure_information } };

    region_forget();
    heap_failure_information.type = failure;
    heap_failure_information.heap = heap;
    heap_failure_information.address = (PVOID)block;
    heap_raise(&record);
    for (;;)
        NtTerminateProcess(NT_CURRENT_PROCESS, STATUS_HEAP_CORRUPTION);
}

enum heap_failure heap_failure_of(struct heap *heap, const void *block)
{
    PVOID heaps[64];
    ULONG count;

    if ((ULONG_PTR)block & 15 || (ULONG_PTR)block < ALLOCATION_GRANULARITY)
        return HEAP_FAILURE_INVALID_ARGUMENT;
    if (block_intact(heap, block))
        return (header_state(*block_header(block)) & STATE_KIND) == STATE_SMALL_FREE ? HEAP_FAILURE_BLOCK_NOT_BUSY
                                                                                     : HEAP_FAILURE_ENTRY_CORRUPTION;
    count = RtlGetProcessHeaps(ARRAY_SIZE(heaps), heaps);
    for (ULONG i = 0; i < count && i < ARRAY_SIZE(heaps); i++) {
        if (heaps[i] != heap && block_intact(heaps[i], block))
            return HEAP_FAILURE_CROSS_HEAP;
    }
    return HEAP_FAILURE_ENTRY_CORRUPTION;
}

/* --- checked heaps --- */

/* NtGlobalFlag (gflags.exe's letters): what a program, or the registry, asks for all heaps. */
#define FLG_HEAP_ENABLE_TAIL_CHECK   0x00000010
#define FLG_HEAP_ENABLE_FREE_CHECK   0x00000020
#define FLG_HEAP_VALIDATE_PARAMETERS 0x00000040
#define FLG_HEAP_VALIDATE_ALL        0x00000080

ULONG heap_checked_flags(ULONG flags)
{
    ULONG global = nt_peb()->NtGlobalFlag;

    if (global & FLG_HEAP_ENABLE_TAIL_CHECK)
        flags |= HEAP_TAIL_CHECKING_ENABLED;
    if (global & FLG_HEAP_ENABLE_FREE_CHECK)
        flags |= HEAP_FREE_CHECKING_ENABLED;
    if (global & FLG_HEAP_VALIDATE_PARAMETERS)
        flags |= HEAP_VALIDATE_PARAMETERS;
    if (global & FLG_HEAP_VALIDATE_ALL)
        flags |= HEAP_VALIDATE_ALL;
    return flags;
}

/* At each call, with the block it is about or NULL. */
void heap_check_call(struct heap *heap, const void *block)
{
    bool valid = true;

    if (block) {
        RtlAcquireSRWLockShared(&heap->lock);
        valid = heap_valid_address(heap, block);
        RtlReleaseSRWLockShared(&heap->lock);
        if (!valid)
            heap_corrupted(heap, block, HEAP_FAILURE_INVALID_ARGUMENT);
    }
    if (heap->flags & HEAP_VALIDATE_ALL && !RtlValidateHeap(heap, 0, NULL))
        heap_corrupted(heap, block, HEAP_FAILURE_ENTRY_CORRUPTION);
}

static void fill(void *memory, ULONG value, SIZE_T size)
{
    UCHAR *bytes = memory;

    for (SIZE_T i = 0; i < size; i++)
        bytes[i] = (UCHAR)(value >> (i & 3) * 8);
}

void heap_set_tail(struct heap *heap, void *block, SIZE_T size)
{
    (void)heap;
    memset((char *)block + size, FILL_TAIL, TAIL_SIZE);
}

void heap_check_tail(struct heap *heap, const void *block)
{
    const UCHAR *tail = (const UCHAR *)block + heap_block_size(block, *block_header(block));

    for (ULONG i = 0; i < TAIL_SIZE; i++) {
        if (tail[i] != FILL_TAIL)
            heap_corrupted(heap, block, HEAP_FAILURE_BUFFER_OVERRUN);
    }
}

void heap_check_given(struct heap *heap, void *block, SIZE_T size, bool small, bool zero)
{
    if (heap->flags & HEAP_FREE_CHECKING_ENABLED && !zero && small)
        fill(block, FILL_NEW, size);
    if (heap->flags & HEAP_TAIL_CHECKING_ENABLED)
        heap_set_tail(heap, block, size);
}

/* A free block: the first eight bytes are its link. */
void heap_fill_free(void *block, SIZE_T room)
{
    fill((char *)block + 8, FILL_FREE, room - 8);
}

void heap_check_freed(struct heap *heap, void *block)
{
    SIZE_T room = class_stride(header_state(*block_header(block)) & STATE_CLASS) - 8;
    const ULONG *words = block;

    for (SIZE_T i = 2; i < room / 4; i++) {
        if (words[i] != FILL_FREE)
            heap_corrupted(heap, block, HEAP_FAILURE_USAGE_AFTER_FREE);
    }
}
