/* SPDX-License-Identifier: MIT */
/* fibers.c: fibers (winbase.h). The switch itself is in fibers_x64.S; fiber-local storage in fibersapi.c. */
#include "kernelbase_private.h"
#include <stdbool.h>

/* The beginning is as on Windows, where stack walkers and garbage collectors look for a fiber's stack. */
struct fiber {
    void *data; /* GetFiberData() */
    void *exception_list;
    void *stack_base, *stack_limit, *deallocation_stack;
    void *rsp;
    void *fls;
    void *activation_stack;
    ULONG guaranteed_stack_bytes;
    ULONG flags;
    ULONG mxcsr;
    USHORT control_word;
    bool activation_stack_owned;
};
#ifdef _WIN64
NT_ASSERT_OFFSET(struct fiber, deallocation_stack, 0x20);
NT_ASSERT_OFFSET(struct fiber, rsp, 0x28);
NT_ASSERT_OFFSET(struct fiber, activation_stack, 0x38);
NT_ASSERT_OFFSET(struct fiber, flags, 0x44);
NT_ASSERT_OFFSET(struct fiber, control_word, 0x4c);
NT_ASSERT_OFFSET(TEB, ActivationContextStackPointer, 0x2c8);

/* What SwitchToFiber finds on the stack of a fiber that it switches to. */
struct switch_frame {
    char xmm[0xa8];
    ULONG_PTR r15, r14, r13, r12, rdi, rsi, rbx, rbp, rip;
    ULONG_PTR home[4];
};
_Static_assert(sizeof(struct switch_frame) % 16 == 0, "alignment of new stacks");
#endif

struct initial_teb {
    void *previous_base, *previous_limit, *base, *limit, *allocation;
};

#define TEB_SAME_HAS_FIBER_DATA 0x0004

VOID NTAPI RtlUserFiberStart(VOID);
NTSTATUS NTAPI RtlAllocateActivationContextStack(PACTIVATION_CONTEXT_STACK *stack);
VOID NTAPI RtlFreeActivationContextStack(PACTIVATION_CONTEXT_STACK stack);

BOOL WINAPI IsThreadAFiber(VOID)
{
    return (nt_teb()->SameTebFlags & TEB_SAME_HAS_FIBER_DATA) != 0;
}

void *WINAPI ConvertThreadToFiberEx(void *parameter, DWORD flags)
{
    TEB *teb = nt_teb();
    struct fiber *fiber;

    if (flags & ~FIBER_FLAG_FLOAT_SWITCH)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (IsThreadAFiber())
        return fail_null(ERROR_ALREADY_FIBER);
    if (!(fiber = kb_alloc_zeroed(sizeof(*fiber))))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    fiber->data = parameter;
    fiber->flags = flags;
    teb->Tib.FiberData = fiber;
    teb->SameTebFlags |= TEB_SAME_HAS_FIBER_DATA;
    return fiber;
}

void *WINAPI ConvertThreadToFiber(void *parameter)
{
    return ConvertThreadToFiberEx(parameter, 0);
}

/* The thread goes on where it is, with the current fiber's stack and values as its own. */
BOOL WINAPI ConvertFiberToThread(VOID)
{
    TEB *teb = nt_teb();

    if (!IsThreadAFiber())
        return fail(ERROR_ALREADY_THREAD);
    teb->SameTebFlags &= (USHORT)~TEB_SAME_HAS_FIBER_DATA;
    kb_free(teb->Tib.FiberData);
    teb->Tib.FiberData = NULL;
    return TRUE;
}

void *WINAPI CreateFiberEx(SIZE_T commit, SIZE_T reserve, DWORD flags, LPFIBER_START_ROUTINE start, void *parameter)
{
    struct initial_teb stack;
    struct fiber *fiber;
    NTSTATUS status;

    if (flags & ~FIBER_FLAG_FLOAT_SWITCH)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (!(fiber = kb_alloc_zeroed(sizeof(*fiber))))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    status = RtlAllocateActivationContextStack((PACTIVATION_CONTEXT_STACK *)&fiber->activation_stack);
    if (!status) {
        status = RtlCreateUserStack(commit, reserve, 0, NT_PAGE_SIZE, ALLOCATION_GRANULARITY, &stack);
        if (status)
            RtlFreeActivationContextStack(fiber->activation_stack);
    }
    if (!set_ntstatus(status)) {
        kb_free(fiber);
        return NULL;
    }
    fiber->data = parameter;
    fiber->flags = flags;
    fiber->activation_stack_owned = true;
    fiber->exception_list = (void *)(LONG_PTR)-1;
    fiber->stack_base = stack.base;
    fiber->stack_limit = stack.limit;
    fiber->deallocation_stack = stack.allocation;
    fiber->mxcsr = __builtin_ia32_stmxcsr();
    fiber->control_word = 0x27f;
#ifdef _WIN64
    struct switch_frame *frame = (struct switch_frame *)stack.base - 1;

    frame->rip = (ULONG_PTR)RtlUserFiberStart;
    frame->rbx = (ULONG_PTR)start;
    fiber->rsp = frame;
#else
    (void)start; /* fibers_x64.S has no 32-bit counterpart yet */
#endif
    return fiber;
}

void *WINAPI CreateFiber(SIZE_T size, LPFIBER_START_ROUTINE start, void *parameter)
{
    return CreateFiberEx(size, 0, 0, start, parameter);
}

/* The running fiber takes its thread with it. */
VOID WINAPI DeleteFiber(void *handle)
{
    struct fiber *fiber = handle;

    if (IsThreadAFiber() && nt_teb()->Tib.FiberData == fiber) {
        kb_free(fiber);
        RtlExitUserThread(1);
    }
    RtlProcessFlsData(fiber->fls, 1);
    RtlProcessFlsData(fiber->fls, 2);
    if (fiber->activation_stack_owned)
        RtlFreeActivationContextStack(fiber->activation_stack);
    RtlFreeUserStack(fiber->deallocation_stack);
    kb_free(fiber);
}
