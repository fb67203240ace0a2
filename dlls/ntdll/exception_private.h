/* SPDX-License-Identifier: MIT */
/*
 * exception_private.h: what exception*.c, unwind*.c and exception_x64.S share.
 */
#ifndef TRANSOM_EXCEPTION_PRIVATE_H
#define TRANSOM_EXCEPTION_PRIVATE_H

#include "ldr_private.h"

/* EXCEPTION_RECORD.ExceptionFlags beyond EXCEPTION_NONCONTINUABLE */
#define EH_UNWINDING        0x02
#define EH_EXIT_UNWIND      0x04
#define EH_STACK_INVALID    0x08
#define EH_NESTED_CALL      0x10
#define EH_TARGET_UNWIND    0x20
#define EH_COLLIDED_UNWIND  0x40
#define EH_IS_UNWIND(flags) ((flags) & (EH_UNWINDING | EH_EXIT_UNWIND))

#ifndef STATUS_LONGJUMP
#define STATUS_LONGJUMP ((NTSTATUS)0x80000026)
#endif
#ifndef STATUS_UNWIND_CONSOLIDATE
#define STATUS_UNWIND_CONSOLIDATE ((NTSTATUS)0x80000029)
#endif

#ifdef _WIN64
/* Unwind information, as "x64 exception handling" in Microsoft's C++ documentation describes it. */
enum unwind_operation {
    UWOP_PUSH_NONVOL,
    UWOP_ALLOC_LARGE,
    UWOP_ALLOC_SMALL,
    UWOP_SET_FPREG,
    UWOP_SAVE_NONVOL,
    UWOP_SAVE_NONVOL_FAR,
    UWOP_EPILOG, /* version 2; UWOP_SAVE_XMM before */
    UWOP_SPARE,
    UWOP_SAVE_XMM128,
    UWOP_SAVE_XMM128_FAR,
    UWOP_PUSH_MACHFRAME,
};

union unwind_code {
    struct {
        UCHAR offset;
        UCHAR operation : 4;
        UCHAR info : 4;
    };
    USHORT value;
};

struct unwind_info {
    UCHAR version : 3;
    UCHAR flags : 5;
    UCHAR prolog_size;
    UCHAR count;
    UCHAR frame_register : 4;
    UCHAR frame_offset : 4;
    union unwind_code codes[];
};

#ifndef UNW_FLAG_CHAININFO
#define UNW_FLAG_CHAININFO 4
#endif

/* What follows the codes, whose number is rounded up to an even one: the handler, or the function that this one is part of. */
static inline const void *unwind_info_tail(const struct unwind_info *info)
{
    return &info->codes[(info->count + 1) & ~1u];
}
/* The function that a part of it (chained unwind information) belongs to: its handlers are the parts' too. */
static inline const RUNTIME_FUNCTION *primary_function(ULONG64 image_base, const RUNTIME_FUNCTION *function,
                                                       const struct unwind_info **info)
{
    for (;;) {
        *info = (const struct unwind_info *)(image_base + function->UnwindData);
        if (!((*info)->flags & UNW_FLAG_CHAININFO))
            return function;
        function = unwind_info_tail(*info);
    }
}

/* A frame about to be unwound: RtlVirtualUnwind in two steps, so that frames of no interest need no copy of the context. */
struct unwind_frame {
    ULONG64 image_base, pc;
    const RUNTIME_FUNCTION *function;
    const struct unwind_info *info, *primary_info;
    ULONG64 establisher;
    ULONG offset, primary_offset; /* of pc in the function */
};
void unwind_begin(struct unwind_frame *frame, ULONG64 image_base, ULONG64 pc, const RUNTIME_FUNCTION *function,
                  const CONTEXT *context);
PEXCEPTION_ROUTINE unwind_finish(const struct unwind_frame *frame, ULONG handler_type, CONTEXT *context,
                                 PVOID *handler_data, KNONVOLATILE_CONTEXT_POINTERS *pointers);
/* Whether unwind_finish may return a handler. */
static inline bool unwind_may_handle(const struct unwind_frame *frame, ULONG handler_type)
{
    return (frame->primary_info->flags & handler_type) && frame->primary_offset >= frame->primary_info->prolog_size;
}

typedef LONG64 context_vector __attribute__((vector_size(16), may_alias));
static inline __attribute__((always_inline)) void copy_context_part(CONTEXT *to, const CONTEXT *from, size_t start,
                                                                    size_t end)
{
    for (size_t i = start; i < end; i += sizeof(context_vector))
        *(context_vector *)((char *)to + i) = *(const context_vector *)((const char *)from + i);
}
/* What unwinding changes of a context: the integer registers, and xmm6 to xmm15. */
static inline void copy_unwound(CONTEXT *to, const CONTEXT *from)
{
    copy_context_part(to, from, offsetof(CONTEXT, Rax) & ~(size_t)15, offsetof(CONTEXT, FltSave));
    copy_context_part(to, from, offsetof(CONTEXT, Xmm6), offsetof(CONTEXT, Xmm15) + sizeof(M128A));
}
/* All that CONTEXT_FULL and CONTEXT_SEGMENTS stand for. */
static inline void copy_full(CONTEXT *to, const CONTEXT *from)
{
    copy_context_part(to, from, 0, offsetof(CONTEXT, Xmm15) + sizeof(M128A));
}

/* exception_x64.S */
DECLSPEC_NORETURN void ki_restore_context(const CONTEXT *context);
DECLSPEC_NORETURN void ki_restore_unwound(const CONTEXT *context);
DECLSPEC_NORETURN void ki_consolidate(CONTEXT *context, EXCEPTION_RECORD *record);
extern char ki_unhandled_end[];
DECLSPEC_NORETURN void ki_longjmp(const void *buffer, int value);
EXCEPTION_DISPOSITION ki_call_exception_handler(EXCEPTION_RECORD *record, PVOID frame, CONTEXT *context,
                                                DISPATCHER_CONTEXT *dispatcher);
EXCEPTION_DISPOSITION ki_call_unwind_handler(EXCEPTION_RECORD *record, PVOID frame, CONTEXT *context,
                                             DISPATCHER_CONTEXT *dispatcher);

/* Where frames of the current stack may be. */
struct stack_limits {
    ULONG_PTR low, high;
};
static inline struct stack_limits stack_limits(void)
{
    const TEB *teb = nt_teb();
    struct stack_limits limits = { (ULONG_PTR)teb->Tib.StackLimit, (ULONG_PTR)teb->Tib.StackBase };

    /* Below the limit there may be pages that the guard has not been moved beyond. */
    if ((ULONG_PTR)teb->DeallocationStack < limits.low)
        limits.low = (ULONG_PTR)teb->DeallocationStack;
    return limits;
}
static inline bool in_stack(const struct stack_limits *limits, ULONG_PTR frame)
{
    return frame >= limits->low && frame <= limits->high - sizeof(ULONG_PTR) && !(frame & 7);
}

/* unwind.c: one frame up from a function without unwind information; false at the end of the stack */
bool unwind_leaf(CONTEXT *context, const struct stack_limits *limits);
#endif

/* exceptionvectored.c */
struct vectored_list;
extern struct vectored_list vectored_exception_handlers, vectored_continue_handlers;
LONG call_vectored_handlers(struct vectored_list *list, EXCEPTION_RECORD *record, CONTEXT *context);

/* A fault of RtlInterlockedPopEntrySList on an entry that another thread took: true, and `context` tries again (rtlslist.c). */
bool slist_resume(const EXCEPTION_RECORD *record, CONTEXT *context);

#endif
