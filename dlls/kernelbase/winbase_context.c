/* SPDX-License-Identifier: MIT */
/* winbase_context.c: context records with and without extended processor states. ntdll's rtlxstate.c knows their layout. */
#include "kernelbase_private.h"
#include "ntrtl.h"
#include "nt_xstate.h"

DWORD64 WINAPI GetEnabledXStateFeatures(void)
{
    return RtlGetEnabledExtendedFeatures(~0ull);
}

#ifdef _WIN64

/* Bits that the system does not support are left out of ContextFlags. */
static DWORD supported_flags(DWORD flags)
{
    if (!(GetEnabledXStateFeatures() & ~NT_XSTATE_LEGACY))
        flags &= ~NT_XSTATE_BIT;
    return flags;
}

static BOOL has_states(const CONTEXT *context)
{
    return (context->ContextFlags & CONTEXT_XSTATE) == CONTEXT_XSTATE;
}

static struct nt_context_ex *extension(const CONTEXT *context)
{
    return (struct nt_context_ex *)(context + 1);
}

BOOL WINAPI InitializeContext2(void *buffer, DWORD flags, CONTEXT **context, DWORD *length, ULONG64 compaction_mask)
{
    struct nt_context_ex *ex;
    NTSTATUS status;
    ULONG needed;

    flags = supported_flags(flags);
    status = RtlGetExtendedContextLength2(flags, &needed, compaction_mask);
    if (status)
        return set_ntstatus(status);
    if (!buffer || *length < needed) {
        *length = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    status = RtlInitializeExtendedContext2(buffer, flags, &ex, compaction_mask);
    if (status)
        return set_ntstatus(status);
    *context = RtlLocateLegacyContext(ex, NULL);
    return TRUE;
}

BOOL WINAPI InitializeContext(void *buffer, DWORD flags, CONTEXT **context, DWORD *length)
{
    return InitializeContext2(buffer, flags, context, length, ~0ull);
}

BOOL WINAPI CopyContext(CONTEXT *destination, DWORD flags, CONTEXT *source)
{
    NTSTATUS status = RtlCopyContext(destination, supported_flags(flags), source);

    if (status == STATUS_BUFFER_OVERFLOW) /* it has not been initialised for that much */
        return fail(ERROR_MORE_DATA);
    return set_ntstatus(status);
}

void *WINAPI LocateXStateFeature(CONTEXT *context, DWORD feature, DWORD *length)
{
    if (!has_states(context))
        return NULL;
    switch (feature) {
    case XSTATE_LEGACY_FLOATING_POINT:
        if (length)
            *length = offsetof(XMM_SAVE_AREA32, XmmRegisters);
        return &context->FltSave;
    case XSTATE_LEGACY_SSE:
        if (length)
            *length = sizeof(context->FltSave.XmmRegisters);
        return context->FltSave.XmmRegisters;
    default:
        return RtlLocateExtendedFeature(extension(context), feature, length);
    }
}

BOOL WINAPI GetXStateFeaturesMask(CONTEXT *context, DWORD64 *mask)
{
    *mask = 0;
    if ((context->ContextFlags & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT)
        *mask |= NT_XSTATE_LEGACY;
    if (has_states(context))
        *mask |= RtlGetExtendedFeaturesMask(extension(context));
    return TRUE;
}

BOOL WINAPI SetXStateFeaturesMask(CONTEXT *context, DWORD64 mask)
{
    if (mask & NT_XSTATE_LEGACY)
        context->ContextFlags |= CONTEXT_FLOATING_POINT;
    if (has_states(context))
        RtlSetExtendedFeaturesMask(extension(context), mask);
    else if (mask & ~NT_XSTATE_LEGACY)
        return fail(ERROR_INVALID_PARAMETER);
    return TRUE;
}

/* The first form of these functions, of the beta versions of Windows 7 SP1, which kernel32 still exports */
ULONG64 WINAPI GetEnabledExtendedFeatures(ULONG64 mask)
{
    return RtlGetEnabledExtendedFeatures(mask);
}

BOOL WINAPI GetExtendedContextLength(DWORD flags, DWORD *length)
{
    NTSTATUS status = RtlGetExtendedContextLength(flags, length);

    return set_ntstatus(status);
}

BOOL WINAPI InitializeExtendedContext(void *buffer, DWORD flags, struct nt_context_ex **ex)
{
    NTSTATUS status = RtlInitializeExtendedContext(buffer, flags, ex);

    return set_ntstatus(status);
}

ULONG64 WINAPI GetExtendedFeaturesMask(const struct nt_context_ex *ex)
{
    return RtlGetExtendedFeaturesMask(ex);
}

VOID WINAPI SetExtendedFeaturesMask(struct nt_context_ex *ex, ULONG64 mask)
{
    RtlSetExtendedFeaturesMask(ex, mask);
}

CONTEXT *WINAPI LocateLegacyContext(const struct nt_context_ex *ex, DWORD *length)
{
    return RtlLocateLegacyContext(ex, length);
}

void *WINAPI LocateExtendedFeature(const struct nt_context_ex *ex, DWORD feature, DWORD *length)
{
    return RtlLocateExtendedFeature(ex, feature, length);
}

BOOL WINAPI CopyExtendedContext(struct nt_context_ex *destination, DWORD flags, struct nt_context_ex *source)
{
    NTSTATUS status = RtlCopyExtendedContext(destination, flags, source);

    return set_ntstatus(status);
}

#endif
