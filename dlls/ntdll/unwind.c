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

/*
 * An epilogue is a stack adjustment (or none), pops, and a return or a jump out of the function: nothing else may be in
 * it. Whether the instructions at `pc` are the rest of one decides if they can be executed instead of undoing the prologue.
 * Returns true with `context` unwound if so.
 */
static bool run_epilogue(CONTEXT *context, ULONG64 image_base, const RUNTIME_FUNCTION *function,
                         const struct unwind_info *info, KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    const UCHAR *start = (const UCHAR *)context->Rip, *p = start;
    ULONG64 rsp = context->Rsp, adjusted;

    /* add rsp,imm / lea rsp,[frame register + displacement] */
    if (p[0] == 0x48 && p[1] == 0x83 && p[2] == 0xc4) {
        rsp += (signed char)p[3];
        p += 4;
    } else if (p[0] == 0x48 && p[1] == 0x81 && p[2] == 0xc4) {
        rsp += *(const LONG *)(p + 3);
        p += 7;
    } else if ((p[0] & 0xfe) == 0x48 && p[1] == 0x8d && (p[2] & 0x38) == 0x20 && info->frame_register) {
        unsigned base = (p[2] & 7) | (p[0] & 1) << 3;

        if (base == info->frame_register && (p[2] & 0xc0) == 0x40) {
            rsp = *reg(context, base) + (signed char)p[3];
            p += 4;
        } else if (base == info->frame_register && (p[2] & 0xc0) == 0x80) {
            rsp = *reg(context, base) + *(const LONG *)(p + 3);
            p += 7;
        }
    }
    adjusted = rsp;

    /* Look before leaping: pops first, then what must follow. */
    const UCHAR *pops = p;

    for (;;) {
        if ((p[0] & 0xf8) == 0x58)
            p++;
        else if ((p[0] & 0xf0) == 0x40 && (p[1] & 0xf8) == 0x58)
            p += 2;
        else
            break;
    }
    if (p[0] == 0xf3 && p[1] == 0xc3) {        /* rep ret */
    } else if (p[0] == 0xc3 || p[0] == 0xc2) { /* ret, ret n */
    } else if (p[0] == 0xe9 || p[0] == 0xeb) {
        LONG64 target = (LONG64)(ULONG64)p - (LONG64)image_base;

        target += p[0] == 0xeb ? 2 + (signed char)p[1] : 5 + *(const LONG *)(p + 1);
        /* A jump within the function is no epilogue's; to its beginning it is a tail call of itself. */
        if (target > (LONG64)function->BeginAddress && target < (LONG64)function->EndAddress)
            return false;
        if (target == (LONG64)function->BeginAddress && (info->flags & UNW_FLAG_CHAININFO))
            return false;
    } else if (p[0] == 0xff && p[1] == 0x25) {                                   /* jmp [rip + x] */
    } else if ((p[0] & 0xf8) == 0x48 && p[1] == 0xff && (p[2] & 0x38) == 0x20) { /* rex.w jmp r/m */
    } else {
        return false;
    }

    for (p = pops;;) {
        unsigned number;

        if ((p[0] & 0xf8) == 0x58) {
            number = p[0] & 7;
            p++;
        } else if ((p[0] & 0xf0) == 0x40 && (p[1] & 0xf8) == 0x58) {
            number = (p[1] & 7) | (p[0] & 1) << 3;
            p += 2;
        } else {
            break;
        }
        restore_register(context, number, (ULONG64 *)adjusted, pointers);
        adjusted += 8;
    }
    context->Rip = *(ULONG64 *)adjusted;
    context->Rsp = adjusted + 8;
    if (p[0] == 0xc2)
        context->Rsp += *(const USHORT *)(p + 1);
    return true;
}

/* Undoes what the prologue has done up to `offset` (all, if ~0). Returns whether a machine frame was popped. */
static bool undo_prologue(CONTEXT *context, const struct unwind_info *info, ULONG offset, ULONG64 frame,
                          KNONVOLATILE_CONTEXT_POINTERS *pointers)
{
    bool machine_frame = false;

    for (unsigned i = 0; i < info->count; i += code_slots(info, info->codes[i])) {
        const union unwind_code *code = &info->codes[i];

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

static const RUNTIME_FUNCTION *chained_function(const struct unwind_info *info)
{
    return (const RUNTIME_FUNCTION *)&info->codes[(info->count + 1) & ~1u];
}

/*
 * What frame the function has made, which names it to handlers and is where saved registers are relative to: its frame
 * register, once the prologue has set it, or the stack pointer.
 */
static ULONG64 establisher_frame(CONTEXT *context, const struct unwind_info *info, ULONG offset)
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
    return *reg(context, info->frame_register) - info->frame_offset * 16;
}

PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(DWORD handler_type, DWORD64 image_base, DWORD64 pc,
                                          PRUNTIME_FUNCTION function, PCONTEXT context, PVOID *handler_data,
                                          PDWORD64 frame, PKNONVOLATILE_CONTEXT_POINTERS pointers)
{
    const struct unwind_info *info;
    ULONG offset;
    bool machine_frame;

    if (function->UnwindData & RUNTIME_FUNCTION_INDIRECT)
        function = (RUNTIME_FUNCTION *)(image_base + (function->UnwindData & ~3u));
    info = (const struct unwind_info *)(image_base + function->UnwindData);
    offset = (ULONG)(pc - image_base) - function->BeginAddress;
    *frame = establisher_frame(context, info, offset);
    *handler_data = NULL;

    if (offset >= info->prolog_size || (info->flags & UNW_FLAG_CHAININFO)) {
        bool epilogue = info->version < 2 || in_listed_epilogue(info, function, (ULONG)(pc - image_base));

        context->Rip = pc;
        if (epilogue && run_epilogue(context, image_base, function, info, pointers))
            return NULL;
        offset = ~0u;
    }

    machine_frame = undo_prologue(context, info, offset, *frame, pointers);
    while (info->flags & UNW_FLAG_CHAININFO) {
        const RUNTIME_FUNCTION *chained = chained_function(info);

        info = (const struct unwind_info *)(image_base + chained->UnwindData);
        machine_frame |= undo_prologue(context, info, ~0u, *frame, pointers);
    }
    if (!machine_frame) {
        context->Rip = *(ULONG64 *)context->Rsp;
        context->Rsp += 8;
    }
    if (offset == ~0u && (info->flags & handler_type & (UNW_FLAG_EHANDLER | UNW_FLAG_UHANDLER))) {
        const ULONG *tail = (const ULONG *)chained_function(info);

        *handler_data = (PVOID)(tail + 1);
        return (PEXCEPTION_ROUTINE)(image_base + *tail);
    }
    return NULL;
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
