/* SPDX-License-Identifier: MIT */
/*
 * unwind.c: unwinding x64 frames by their unwind information ("x64 exception handling" in Microsoft's C++ documentation).
 */
#include "exception_private.h"

#ifdef _WIN64

enum { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI };

/* The sixteen registers are in CONTEXT in the order of their numbers. */
static inline ULONG64 *reg(CONTEXT *context, unsigned number)
{
    return &context->Rax + number;
}

static void restore_register(CONTEXT *context, unsigned number, ULONG64 *from, KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    *reg(context, number) = *from;
    if (pointers)
        pointers->IntegerContext[number] = from;
}

static void restore_xmm(CONTEXT *context, unsigned number, M128A *from, KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    (&context->Xmm0)[number] = *from;
    if (pointers)
        pointers->FloatingContext[number] = from;
}

/* How many slots of the code array an operation takes. */
static unsigned code_slots(const struct unwind_info *info, union unwind_code code)
{
    switch (code.operation) {
    case UWOP_ALLOC_LARGE:
        return code.info ? 3 : 2;
    case UWOP_SAVE_NONVOL:
    case UWOP_SAVE_XMM128:
        return 2;
    case UWOP_EPILOG:
        return info->version >= 2 ? 1 : 2;
    case UWOP_SAVE_NONVOL_FAR:
    case UWOP_SAVE_XMM128_FAR:
    case UWOP_SPARE:
        return 3;
    default:
        return 1;
    }
}

static inline ULONG code_ulong(const union unwind_code *code)
{
    return code[1].value | (ULONG)code[2].value << 16;
}

/*
 * Version 2 lists the epilogues, so no instruction needs to be guessed at. The first code has their size (and, in bit 0 of
 * its information, whether one is at the function's very end), each further one the distance of one from the end.
 */
static bool in_listed_epilogue(const struct unwind_info *info, const RUNTIME_FUNCTION *function, ULONG rva)
{
    ULONG size = 0;

    for (unsigned i = 0; i < info->count; i += code_slots(info, info->codes[i])) {
        union unwind_code code = info->codes[i];
        ULONG distance;

        if (code.operation != UWOP_EPILOG)
            break;
        if (!i) {
            size = code.offset;
            if ((code.info & 1) && rva >= function->EndAddress - size)
                return true;
            continue;
        }
        distance = code.offset | (ULONG)code.info << 8;
        if (distance && rva >= function->EndAddress - distance && rva < function->EndAddress - distance + size)
            return true;
    }
    return false;
}

/* Whether the address is in the function or in another part of the same. */
static bool same_function(ULONG64 image_base, const RUNTIME_FUNCTION *function, ULONG rva)
{
    const struct unwind_info *info;
    const RUNTIME_FUNCTION *primary = primary_function(image_base, function, &info), *other;
    ULONG64 base;

    if (rva >= primary->BeginAddress && rva < primary->EndAddress)
        return true;
    other = RtlLookupFunctionEntry(image_base + rva, &base, NULL);
    return other && base == image_base && primary_function(base, other, &info)->BeginAddress == primary->BeginAddress;
}

/* Whether a jump from `function` to `target` leaves it, as the end of an epilogue does. To its beginning: a tail call. */
static bool jump_leaves(const struct unwind_frame *frame, LONG64 target)
{
    const RUNTIME_FUNCTION *function = frame->function;

    if (target == (LONG64)function->BeginAddress)
        return !(frame->info->flags & UNW_FLAG_CHAININFO);
    if (target > (LONG64)function->BeginAddress && target < (LONG64)function->EndAddress)
        return false;
    return target < 0 || target > MAXDWORD || !same_function(frame->image_base, function, (ULONG)target);
}

/* A register's number if `*p` is at a pop, which it is moved beyond; else -1. */
static inline int pop_at(const UCHAR **p)
{
    const UCHAR *code = *p;

    if ((code[0] & 0xf8) == 0x58) {
        *p += 1;
        return code[0] & 7;
    }
    if ((code[0] & 0xf0) == 0x40 && (code[1] & 0xf8) == 0x58) {
        *p += 2;
        return (code[1] & 7) | (code[0] & 1) << 3;
    }
    return -1;
}

/* lea rsp,[frame register + displacement]: false if the instruction is not that. */
static bool lea_at(const UCHAR **p, const struct unwind_info *info, CONTEXT *context, ULONG64 *rsp)
{
    const UCHAR *code = *p;
    unsigned base = (code[2] & 7) | (code[0] & 1) << 3, mode = code[2] >> 6;

    if ((code[0] & 0xfe) != 0x48 || code[1] != 0x8d || (code[2] & 0x38) != 0x20 || !info->frame_register ||
        base != info->frame_register)
        return false;
    code += 3;
    if ((base & 7) == 4 && *code++ != 0x24) /* r12: takes a SIB byte, without an index */
        return false;
    switch (mode) {
    case 0:
        if ((base & 7) == 5)
            return false; /* relative to rip */
        *rsp = *reg(context, base);
        break;
    case 1:
        *rsp = *reg(context, base) + (signed char)*code;
        code += 1;
        break;
    case 2:
        *rsp = *reg(context, base) + *(const UNALIGNED LONG *)code;
        code += 4;
        break;
    default:
        return false;
    }
    *p = code;
    return true;
}

/*
 * An epilogue is a stack adjustment (or none), pops, and a return or a jump out of the function: nothing else may be in
 * it. Whether the instructions at `pc` are the rest of one decides if they can be executed instead of undoing the prologue.
 * Returns true with `context` unwound if so.
 */
static bool run_epilogue(CONTEXT *context, const struct unwind_frame *frame, KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    const UCHAR *p = (const UCHAR *)frame->pc, *pops;
    ULONG64 rsp = context->Rsp;
    LONG64 here;
    int number;

    if (p[0] == 0x48 && p[1] == 0x83 && p[2] == 0xc4) { /* add rsp,imm */
        rsp += (signed char)p[3];
        p += 4;
    } else if (p[0] == 0x48 && p[1] == 0x81 && p[2] == 0xc4) {
        rsp += *(const UNALIGNED LONG *)(p + 3);
        p += 7;
    } else {
        lea_at(&p, frame->info, context, &rsp);
    }

    /* Look before leaping: pops first, then what must follow. */
    pops = p;
    while (pop_at(&p) >= 0)
        ;
    if (p[0] == 0xf2) /* bnd */
        p++;
    here = (LONG64)(ULONG64)p - (LONG64)frame->image_base;
    switch (p[0]) {
    case 0xc3: /* ret */
    case 0xc2: /* ret n */
        break;
    case 0xf3: /* rep ret */
        if (p[1] != 0xc3)
            return false;
        break;
    case 0xeb:
        if (!jump_leaves(frame, here + 2 + (signed char)p[1]))
            return false;
        break;
    case 0xe9:
        if (!jump_leaves(frame, here + 5 + *(const UNALIGNED LONG *)(p + 1)))
            return false;
        break;
    case 0xff: /* jmp [rip + x] */
        if (p[1] != 0x25)
            return false;
        break;
    default: /* jmp r/m with REX.W, which tells it from a jump through a table */
        if ((p[0] & 0xf8) != 0x48 || p[1] != 0xff || (p[2] & 0x38) != 0x20)
            return false;
    }

    for (p = pops; (number = pop_at(&p)) >= 0; rsp += 8)
        restore_register(context, (unsigned)number, (ULONG64 *)rsp, pointers);
    context->Rip = *(ULONG64 *)rsp;
    context->Rsp = rsp + 8;
    if (p[0] == 0xc2)
        context->Rsp += *(const UNALIGNED USHORT *)(p + 1);
    return true;
}

/* Undoes what the prologue has done up to `offset` in the function. Returns whether a machine frame was popped. */
static bool undo_prologue(CONTEXT *context, const struct unwind_info *info, ULONG offset, ULONG64 frame,
                          KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    bool machine_frame = false;

    for (unsigned i = 0, count = info->count; i < count; i += code_slots(info, info->codes[i])) {
        const union unwind_code *code = &info->codes[i];

        /* Nearly all that most prologues do, without the jump through a table, which is hard to predict. */
        if (!pointers) {
            ULONG64 rsp = context->Rsp;

            for (; i < count && code->offset <= offset; i++, code++) {
                if (code->operation == UWOP_PUSH_NONVOL) {
                    *reg(context, code->info) = *(ULONG64 *)rsp;
                    rsp += 8;
                } else if (code->operation == UWOP_ALLOC_SMALL) {
                    rsp += code->info * 8 + 8;
                } else {
                    break;
                }
            }
            context->Rsp = rsp;
            if (i >= count)
                break;
        }
        if (code->operation == UWOP_EPILOG && info->version >= 2)
            continue;
        if (code->offset > offset)
            continue;
        switch (code->operation) {
        case UWOP_PUSH_NONVOL:
            restore_register(context, code->info, (ULONG64 *)context->Rsp, pointers);
            context->Rsp += 8;
            break;
        case UWOP_ALLOC_LARGE:
            context->Rsp += code->info ? code_ulong(code) : code[1].value * 8u;
            break;
        case UWOP_ALLOC_SMALL:
            context->Rsp += code->info * 8 + 8;
            break;
        case UWOP_SET_FPREG:
            context->Rsp = *reg(context, info->frame_register) - info->frame_offset * 16;
            break;
        case UWOP_SAVE_NONVOL:
            restore_register(context, code->info, (ULONG64 *)(frame + code[1].value * 8u), pointers);
            break;
        case UWOP_SAVE_NONVOL_FAR:
            restore_register(context, code->info, (ULONG64 *)(frame + code_ulong(code)), pointers);
            break;
        case UWOP_SAVE_XMM128:
            restore_xmm(context, code->info, (M128A *)(frame + code[1].value * 16u), pointers);
            break;
        case UWOP_SAVE_XMM128_FAR:
            restore_xmm(context, code->info, (M128A *)(frame + code_ulong(code)), pointers);
            break;
        case UWOP_PUSH_MACHFRAME: {
            const ULONG64 *machine = (const ULONG64 *)(context->Rsp + (code->info ? 8 : 0));

            context->Rip = machine[0];
            context->Rsp = machine[3];
            machine_frame = true;
            break;
        }
        }
    }
    return machine_frame;
}

/*
 * What frame the function has made, which names it to handlers and is where saved registers are relative to: its frame
 * register, once the prologue has set it, or the stack pointer.
 */
static ULONG64 establisher_frame(const CONTEXT *context, const struct unwind_info *info, ULONG offset)
{
    if (!info->frame_register)
        return context->Rsp;
    if (offset < info->prolog_size && !(info->flags & UNW_FLAG_CHAININFO)) {
        unsigned i = 0;

        while (i < info->count && info->codes[i].operation != UWOP_SET_FPREG)
            i += code_slots(info, info->codes[i]);
        if (i >= info->count || info->codes[i].offset > offset)
            return context->Rsp;
    }
    return *reg((CONTEXT *)context, info->frame_register) - info->frame_offset * 16;
}

void unwind_begin(struct unwind_frame *frame, ULONG64 image_base, ULONG64 pc, const RUNTIME_FUNCTION *function,
                  const CONTEXT *context)
{
    if (function->UnwindData & RUNTIME_FUNCTION_INDIRECT)
        function = (const RUNTIME_FUNCTION *)(image_base + (function->UnwindData & ~3u));
    frame->image_base = image_base;
    frame->pc = pc;
    frame->function = function;
    frame->info = (const struct unwind_info *)(image_base + function->UnwindData);
    frame->offset = (ULONG)(pc - image_base) - function->BeginAddress;
    frame->establisher = establisher_frame(context, frame->info, frame->offset);
    frame->primary_info = frame->info;
    frame->primary_offset = frame->offset;
    if (frame->info->flags & UNW_FLAG_CHAININFO) {
        function = primary_function(image_base, function, &frame->primary_info);
        frame->primary_offset = (ULONG)(pc - image_base) - function->BeginAddress;
    }
}

static PEXCEPTION_ROUTINE finish(const struct unwind_frame *frame, ULONG handler_type, CONTEXT *context,
                                 PVOID *handler_data, KNONVOLATILE_CONTEXT_POINTERS *pointers,
                                 BOOLEAN *machine_frame_unwound)
{
    const struct unwind_info *info = frame->info;
    bool machine_frame;

    *handler_data = NULL;
    if (frame->offset >= info->prolog_size || (info->flags & UNW_FLAG_CHAININFO)) {
        bool epilogue =
            info->version < 2 || in_listed_epilogue(info, frame->function, (ULONG)(frame->pc - frame->image_base));

        if (epilogue && run_epilogue(context, frame, pointers))
            return NULL;
    }

    machine_frame = undo_prologue(context, info, frame->offset, frame->establisher, pointers);
    while (info->flags & UNW_FLAG_CHAININFO) {
        const RUNTIME_FUNCTION *chained = unwind_info_tail(info);

        info = (const struct unwind_info *)(frame->image_base + chained->UnwindData);
        machine_frame |= undo_prologue(context, info, (ULONG)(frame->pc - frame->image_base) - chained->BeginAddress,
                                       frame->establisher, pointers);
    }
    *machine_frame_unwound = machine_frame;
    if (!machine_frame) {
        context->Rip = *(ULONG64 *)context->Rsp;
        context->Rsp += 8;
    }
    if (unwind_may_handle(frame, handler_type & (UNW_FLAG_EHANDLER | UNW_FLAG_UHANDLER))) {
        const ULONG *tail = unwind_info_tail(frame->primary_info);

        *handler_data = (PVOID)(tail + 1);
        return (PEXCEPTION_ROUTINE)(frame->image_base + *tail);
    }
    return NULL;
}

PEXCEPTION_ROUTINE unwind_finish(const struct unwind_frame *frame, ULONG handler_type, CONTEXT *context,
                                 PVOID *handler_data, KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    BOOLEAN machine_frame;

    return finish(frame, handler_type, context, handler_data, pointers, &machine_frame);
}

PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(DWORD handler_type, DWORD64 image_base, DWORD64 pc,
                                          PRUNTIME_FUNCTION function, PCONTEXT context, PVOID *handler_data,
                                          PDWORD64 establisher, PKNONVOLATILE_CONTEXT_POINTERS pointers)
{
    struct unwind_frame frame;

    unwind_begin(&frame, image_base, pc, function, context);
    *establisher = frame.establisher;
    return unwind_finish(&frame, handler_type, context, handler_data, pointers);
}

/* The same with limits of the stack, for functions without a table entry too; fails before anything is changed. */
NTSTATUS NTAPI RtlVirtualUnwind2(ULONG handler_type, DWORD64 image_base, DWORD64 pc, PRUNTIME_FUNCTION function,
                                 PCONTEXT context, BOOLEAN *machine_frame_unwound, PVOID *handler_data,
                                 PDWORD64 establisher, PKNONVOLATILE_CONTEXT_POINTERS pointers, PDWORD64 low_limit,
                                 PDWORD64 high_limit, PEXCEPTION_ROUTINE *handler, ULONG flags)
{
    struct stack_limits limits = { low_limit ? *low_limit : 0, high_limit ? *high_limit : ~(ULONG_PTR)7 };
    CONTEXT caller = *context;
    PEXCEPTION_ROUTINE routine = NULL;
    struct unwind_frame frame;
    BOOLEAN machine_frame = FALSE;
    PVOID data = NULL;

    (void)flags; /* signed return addresses are for other processors */
    if (!in_stack(&limits, context->Rsp))
        return STATUS_BAD_STACK;
    frame.establisher = context->Rsp;
    if (function) {
        unwind_begin(&frame, image_base, pc, function, context);
        routine = finish(&frame, handler_type, &caller, &data, pointers, &machine_frame);
    } else {
        caller.Rip = *(ULONG64 *)context->Rsp;
        caller.Rsp += 8;
    }
    /* An exception may have come from another stack. */
    if (!machine_frame && (caller.Rsp < limits.low || caller.Rsp > limits.high))
        return STATUS_BAD_STACK;
    *context = caller;
    *handler_data = data;
    *establisher = frame.establisher;
    if (machine_frame_unwound)
        *machine_frame_unwound = machine_frame;
    if (handler)
        *handler = routine;
    return STATUS_SUCCESS;
}

bool unwind_leaf(CONTEXT *context, const struct stack_limits *limits)
{
    ULONG64 pc = context->Rip;

    if (!in_stack(limits, context->Rsp))
        return false;
    context->Rip = *(ULONG64 *)context->Rsp;
    context->Rsp += 8;
    return context->Rip && context->Rip != pc;
}

#endif
