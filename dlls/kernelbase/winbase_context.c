/* SPDX-License-Identifier: MIT */
/*
 * winbase_context.c: context records with and without extended processor state. Transom's contexts hold none yet, and none is
 * announced: programs then see a system of before AVX, for which these functions are documented too. What AVX registers hold
 * is kept all the same; it is only not shown in contexts.
 */
#include "kernelbase_private.h"

#ifdef _WIN64

#define CONTEXT_XSTATE_BIT 0x40u

DWORD64 WINAPI GetEnabledXStateFeatures(void)
{
    return XSTATE_MASK_LEGACY;
}

/* Bits that the system does not support are left out of ContextFlags. */
BOOL WINAPI InitializeContext(void *buffer, DWORD flags, CONTEXT **context, DWORD *length)
{
    const DWORD alignment = _Alignof(CONTEXT);
    DWORD needed = sizeof(CONTEXT) + alignment - 1;

    if ((flags & CONTEXT_AMD64) != CONTEXT_AMD64)
        return fail(ERROR_INVALID_PARAMETER);
    if (!buffer || *length < needed) {
        *length = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *context = (CONTEXT *)(((ULONG_PTR)buffer + alignment - 1) & ~(ULONG_PTR)(alignment - 1));
    (*context)->ContextFlags = flags & ~CONTEXT_XSTATE_BIT;
    return TRUE;
}

BOOL WINAPI InitializeContext2(void *buffer, DWORD flags, CONTEXT **context, DWORD *length, ULONG64 compaction_mask)
{
    (void)compaction_mask; /* of extended states */
    return InitializeContext(buffer, flags, context, length);
}

BOOL WINAPI CopyContext(CONTEXT *destination, DWORD flags, CONTEXT *source)
{
    if ((flags & CONTEXT_AMD64) != CONTEXT_AMD64 || (destination->ContextFlags & flags) != flags)
        return fail(ERROR_INVALID_PARAMETER);
    flags &= source->ContextFlags & 0x1f;
    if (flags & CONTEXT_CONTROL & 0x1f) {
        destination->SegCs = source->SegCs;
        destination->SegSs = source->SegSs;
        destination->EFlags = source->EFlags;
        destination->Rsp = source->Rsp;
        destination->Rip = source->Rip;
    }
    if (flags & CONTEXT_INTEGER & 0x1f) {
        ULONG64 rsp = destination->Rsp;
        memcpy(&destination->Rax, &source->Rax, (char *)&source->Rip - (char *)&source->Rax);
        destination->Rsp = rsp; /* lies among them but belongs to the control registers */
    }
    if (flags & CONTEXT_SEGMENTS & 0x1f) {
        destination->SegDs = source->SegDs;
        destination->SegEs = source->SegEs;
        destination->SegFs = source->SegFs;
        destination->SegGs = source->SegGs;
    }
    if (flags & CONTEXT_FLOATING_POINT & 0x1f) {
        destination->MxCsr = source->MxCsr;
        memcpy(&destination->FltSave, &source->FltSave, sizeof(source->FltSave));
    }
    if (flags & CONTEXT_DEBUG_REGISTERS & 0x1f)
        memcpy(&destination->Dr0, &source->Dr0, 6 * sizeof(source->Dr0));
    return TRUE;
}

/* A context without CONTEXT_XSTATE has none of these (winbase/nf-winbase-locatexstatefeature and its neighbours). */
void *WINAPI LocateXStateFeature(CONTEXT *context, DWORD feature, DWORD *length)
{
    static const DWORD lengths[] = { sizeof(((XMM_SAVE_AREA32 *)0)->FloatRegisters) + 32, sizeof(M128A) * 16 };

    if ((context->ContextFlags & CONTEXT_FLOATING_POINT) != CONTEXT_FLOATING_POINT || feature > XSTATE_LEGACY_SSE)
        return NULL;
    if (length)
        *length = lengths[feature];
    return feature == XSTATE_LEGACY_SSE ? (void *)&context->Xmm0 : (void *)&context->FltSave;
}

BOOL WINAPI GetXStateFeaturesMask(CONTEXT *context, DWORD64 *mask)
{
    *mask = (context->ContextFlags & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT ? XSTATE_MASK_LEGACY : 0;
    return TRUE;
}

BOOL WINAPI SetXStateFeaturesMask(CONTEXT *context, DWORD64 mask)
{
    (void)context;
    return mask & ~(DWORD64)XSTATE_MASK_LEGACY ? fail(ERROR_INVALID_PARAMETER) : TRUE;
}

#endif
