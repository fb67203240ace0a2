/* SPDX-License-Identifier: MIT */
/*
 * dbghelp_unwind.c: one step up an x64 stack that is not this process's own: the unwind information of the function
 * (learn.microsoft.com "x64 exception handling"), with all memory read through the routine that the caller of StackWalk64 gives. ntdll's
 * unwinder follows pointers, so it is for stacks of this process only.
 */
#include "dbghelp_private.h"
#include "dbghelp_stack.h"

#ifdef _WIN64

#define MAX_CHAIN 32

enum {
    PUSH_NONVOL,
    ALLOC_LARGE,
    ALLOC_SMALL,
    SET_FPREG,
    SAVE_NONVOL,
    SAVE_NONVOL_FAR,
    EPILOG,
    SPARE,
    SAVE_XMM128,
    SAVE_XMM128_FAR,
    PUSH_MACHFRAME,
};

struct unwind_info {
    BYTE version_flags, prolog, count, frame;
    USHORT codes[256 + 8]; /* and what may follow them */
};

/* In the order that machine code numbers them. */
static DWORD64 *register_of(CONTEXT *context, unsigned number)
{
    return &context->Rax + (number & 15);
}
NT_STATIC_ASSERT(offsetof(CONTEXT, R15) - offsetof(CONTEXT, Rax) == 15 * 8);

static BOOL pop(struct walker *w, CONTEXT *context, DWORD64 *value)
{
    if (!w->read(w, context->Rsp, value, sizeof(*value)))
        return FALSE;
    context->Rsp += 8;
    return TRUE;
}

/* An epilogue has no unwind codes; it is recognised by its instructions and run. */
static BOOL run_epilogue(struct walker *w, CONTEXT *context)
{
    BYTE code[64];
    CONTEXT *copy = &w->scratch;
    SIZE_T at = 0;

    if (!w->read(w, context->Rip, code, sizeof(code)))
        return FALSE;
    copy->Rsp = context->Rsp;
    memcpy(&copy->Rax, &context->Rax, 16 * 8);
    if (code[0] == 0x48 && code[1] == 0x83 && code[2] == 0xc4) { /* add rsp, n */
        copy->Rsp += (INT8)code[3];
        at = 4;
    } else if (code[0] == 0x48 && code[1] == 0x81 && code[2] == 0xc4) {
        copy->Rsp += *(const UNALIGNED LONG *)(code + 3);
        at = 7;
    } else if ((code[0] & 0xfe) == 0x48 && code[1] == 0x8d && (code[2] & 0x38) == 0x20 && (code[2] & 7) != 4) {
        unsigned base = (code[2] & 7) + (code[0] & 1) * 8; /* lea rsp, [register + n] */
        if ((code[2] & 0xc0) == 0x40) {
            copy->Rsp = *register_of(context, base) + (INT8)code[3];
            at = 4;
        } else if ((code[2] & 0xc0) == 0x80) {
            copy->Rsp = *register_of(context, base) + *(const UNALIGNED LONG *)(code + 3);
            at = 7;
        }
    }
    for (; at < 48; at++) {
        unsigned number = 0;
        DWORD64 value;
        if (code[at] == 0x41) {
            number = 8;
            at++;
        }
        if (code[at] < 0x58 || code[at] > 0x5f) {
            at -= number != 0;
            break;
        }
        number += code[at] - 0x58;
        if (!pop(w, copy, &value))
            return FALSE;
        *register_of(copy, number) = value;
    }
    if (code[at] == 0xf3)
        at++;
    if (code[at] != 0xc3 && code[at] != 0xc2)
        return FALSE; /* jumps out of a function look like others; the unwind codes will do for them mostly */
    memcpy(&context->Rax, &copy->Rax, 16 * 8);
    return pop(w, context, &context->Rip);
}

static unsigned slots_of(unsigned op, unsigned info)
{
    switch (op) {
    case ALLOC_LARGE:
        return info ? 3 : 2;
    case SAVE_NONVOL:
    case SAVE_XMM128:
    case EPILOG:
        return 2;
    case SAVE_NONVOL_FAR:
    case SAVE_XMM128_FAR:
    case SPARE:
        return 3;
    }
    return 1;
}

/* What the codes of one piece of unwind information undo. *machine: the frame was one of the processor's. */
static BOOL undo_codes(struct walker *w, const struct unwind_info *info, DWORD64 offset, CONTEXT *context,
                       BOOL *machine)
{
    DWORD64 frame = info->frame & 15 ? *register_of(context, info->frame & 15) - (info->frame >> 4) * 16 : context->Rsp;
    BOOL established = offset >= info->prolog;

    /* Saved registers lie relative to the frame once that is set. */
    for (unsigned i = 0; i < info->count; i += slots_of(info->codes[i] >> 8 & 15, info->codes[i] >> 12))
        if ((info->codes[i] >> 8 & 15) == SET_FPREG && (info->codes[i] & 0xff) <= offset)
            established = TRUE;
    if (!established || !(info->frame & 15))
        frame = context->Rsp;
    for (unsigned i = 0; i < info->count;) {
        unsigned op = info->codes[i] >> 8 & 15, more = info->codes[i] >> 12, slots = slots_of(op, more);
        const USHORT *extra = &info->codes[i + 1];
        DWORD64 value;

        i += slots;
        if ((info->codes[i - slots] & 0xff) > offset || i > info->count)
            continue;
        switch (op) {
        case PUSH_NONVOL:
            if (!pop(w, context, &value))
                return FALSE;
            *register_of(context, more) = value;
            break;
        case ALLOC_LARGE:
            context->Rsp += more ? extra[0] | (DWORD)extra[1] << 16 : extra[0] * 8u;
            break;
        case ALLOC_SMALL:
            context->Rsp += more * 8 + 8;
            break;
        case SET_FPREG:
            context->Rsp = *register_of(context, info->frame & 15) - (info->frame >> 4) * 16;
            break;
        case SAVE_NONVOL:
        case SAVE_NONVOL_FAR:
            if (!w->read(w, frame + (op == SAVE_NONVOL ? extra[0] * 8u : extra[0] | (DWORD)extra[1] << 16), &value, 8))
                return FALSE;
            *register_of(context, more) = value;
            break;
        case SAVE_XMM128:
        case SAVE_XMM128_FAR:
            if (!w->read(w, frame + (op == SAVE_XMM128 ? extra[0] * 16u : extra[0] | (DWORD)extra[1] << 16),
                         &context->Xmm0 + more, 16))
                return FALSE;
            break;
        case PUSH_MACHFRAME:
            context->Rsp += more ? 8 : 0; /* the error code */
            if (!w->read(w, context->Rsp, &context->Rip, 8) || !w->read(w, context->Rsp + 24, &context->Rsp, 8))
                return FALSE;
            *machine = TRUE;
            break;
        }
    }
    return TRUE;
}

BOOL remote_unwind(struct walker *w, DWORD64 base, const RUNTIME_FUNCTION *function, CONTEXT *context)
{
    RUNTIME_FUNCTION entry = *function;
    DWORD64 offset = context->Rip - (base + entry.BeginAddress);
    struct unwind_info info;
    BOOL machine = FALSE;

    for (int chain = 0; chain < MAX_CHAIN; chain++) {
        unsigned codes;
        if (!w->read(w, base + entry.UnwindData, &info, 4))
            return FALSE;
        codes = (info.count + 1u) & ~1u;
        /* The codes and, behind them, another entry; where there is none, that may lie behind the end of memory. */
        if (!w->read(w, base + entry.UnwindData + 4, info.codes, 2 * codes + 12) &&
            !w->read(w, base + entry.UnwindData + 4, info.codes, 2 * codes))
            return FALSE;
        if (!chain && offset >= info.prolog && run_epilogue(w, context))
            return TRUE;
        if (!undo_codes(w, &info, offset, context, &machine))
            return FALSE;
        if (!(info.version_flags >> 3 & UNW_FLAG_CHAININFO))
            return machine || pop(w, context, &context->Rip);
        memcpy(&entry, &info.codes[codes], sizeof(entry));
        offset = (DWORD64)-1; /* all of its prologue has run */
    }
    return FALSE;
}

#endif
