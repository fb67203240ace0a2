/* SPDX-License-Identifier: MIT */
/*
 * rtlxstate.c: contexts with extended processor states ("Working with XState Context"): where what is in them, and copying
 * and capturing them. nt_xstate.h describes their layout.
 */
#include "ntdll_private.h"
#include "nt_xstate.h"

static inline const struct nt_xstate_configuration *configuration(void)
{
    return (const struct nt_xstate_configuration *)NT_XSTATE_CONFIGURATION_VA;
}

ULONG64 NTAPI RtlGetEnabledExtendedFeatures(ULONG64 mask)
{
    return configuration()->enabled_features & mask;
}

#ifdef _WIN64

#define CONTEXT_PARTS   0x5fu       /* of ContextFlags: what there may be in a context */
#define CONTEXT_REQUEST 0xf8000000u /* and how it was got: CONTEXT_EXCEPTION_REQUEST and the like */
#define STATES_ALIGN    64u
#define CONTEXT_EX_SIZE ((ULONG)sizeof(struct nt_context_ex))

static NTSTATUS check_flags(ULONG flags)
{
    if (!(flags & CONTEXT_AMD64) || (flags & ~(CONTEXT_AMD64 | CONTEXT_PARTS | CONTEXT_REQUEST)))
        return STATUS_INVALID_PARAMETER;
    if ((flags & NT_XSTATE_BIT) && !(configuration()->enabled_features & ~NT_XSTATE_LEGACY))
        return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetExtendedContextLength2(ULONG flags, ULONG *length, ULONG64 compaction_mask)
{
    NTSTATUS status = check_flags(flags);

    if (status)
        return status;
    *length = sizeof(CONTEXT) + CONTEXT_EX_SIZE + _Alignof(CONTEXT) - 1;
    if (flags & NT_XSTATE_BIT)
        *length += STATES_ALIGN - _Alignof(struct nt_context_ex) +
                   nt_xstate_size(configuration(), nt_xstate_compaction(configuration(), compaction_mask));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetExtendedContextLength(ULONG flags, ULONG *length)
{
    return RtlGetExtendedContextLength2(flags, length, ~0ull);
}

NTSTATUS NTAPI RtlInitializeExtendedContext2(void *buffer, ULONG flags, struct nt_context_ex **result,
                                             ULONG64 compaction_mask)
{
    NTSTATUS status = check_flags(flags);
    ULONG_PTR start = ((ULONG_PTR)buffer + _Alignof(CONTEXT) - 1) & ~(ULONG_PTR)(_Alignof(CONTEXT) - 1);
    CONTEXT *context = (CONTEXT *)start;
    struct nt_context_ex *ex = (struct nt_context_ex *)(context + 1);

    if (status)
        return status;
    context->ContextFlags = flags;
    ex->all.offset = ex->legacy.offset = -(LONG)sizeof(*context);
    ex->legacy.length = sizeof(*context);
    ex->xstate.offset = (LONG)CONTEXT_EX_SIZE;
    ex->xstate.length = 0;
    if (flags & NT_XSTATE_BIT) {
        ULONG64 compaction = nt_xstate_compaction(configuration(), compaction_mask);
        ULONG_PTR states = ((ULONG_PTR)(ex + 1) + STATES_ALIGN - 1) & ~(ULONG_PTR)(STATES_ALIGN - 1);
        struct nt_xstate_header *header = (struct nt_xstate_header *)states;

        memset(header, 0, sizeof(*header));
        header->compaction_mask = compaction;
        ex->xstate.offset = (LONG)(states - (ULONG_PTR)ex);
        ex->xstate.length = nt_xstate_size(configuration(), compaction);
    }
    ex->all.length = sizeof(*context) + (ULONG)ex->xstate.offset + ex->xstate.length;
    *result = ex;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeExtendedContext(void *buffer, ULONG flags, struct nt_context_ex **result)
{
    return RtlInitializeExtendedContext2(buffer, flags, result, ~0ull);
}

/* The states' header; NULL if the context has none. */
static struct nt_xstate_header *states_of(const struct nt_context_ex *ex)
{
    if (ex->xstate.length < sizeof(struct nt_xstate_header))
        return NULL;
    return (struct nt_xstate_header *)((char *)ex + ex->xstate.offset);
}

void *NTAPI RtlLocateLegacyContext(const struct nt_context_ex *ex, ULONG *length)
{
    if (length)
        *length = ex->legacy.length;
    return (char *)ex + ex->legacy.offset;
}

void *NTAPI RtlLocateExtendedFeature2(const struct nt_context_ex *ex, ULONG feature,
                                      const struct nt_xstate_configuration *config, ULONG *length)
{
    struct nt_xstate_header *header = states_of(ex);
    ULONG offset = header ? nt_xstate_offset(config, header->compaction_mask, feature) : 0;

    if (!offset || offset + config->all_features[feature] > ex->xstate.length)
        return NULL;
    if (length)
        *length = config->all_features[feature];
    return (char *)header + offset;
}

void *NTAPI RtlLocateExtendedFeature(const struct nt_context_ex *ex, ULONG feature, ULONG *length)
{
    return RtlLocateExtendedFeature2(ex, feature, configuration(), length);
}

ULONG64 NTAPI RtlGetExtendedFeaturesMask(const struct nt_context_ex *ex)
{
    const struct nt_xstate_header *header = states_of(ex);

    return header ? header->mask & ~NT_XSTATE_LEGACY : 0;
}

VOID NTAPI RtlSetExtendedFeaturesMask(struct nt_context_ex *ex, ULONG64 mask)
{
    struct nt_xstate_header *header = states_of(ex);

    if (header)
        header->mask = mask & configuration()->enabled_features & ~NT_XSTATE_LEGACY;
}

/* The features that the source has, as far as the destination has room for them: those without data become initial there too. */
static void copy_states(const struct nt_context_ex *to, const struct nt_context_ex *from)
{
    const struct nt_xstate_header *source = states_of(from);
    struct nt_xstate_header *target = states_of(to);
    ULONG64 mask = 0;

    if (!source || !target)
        return;
    for (ULONG feature = NT_XSTATE_FIRST; feature < NT_XSTATE_MAX_FEATURES - 1; feature++) {
        ULONG length;
        const void *data;
        void *place;

        if (!(source->mask >> feature & 1))
            continue;
        data = RtlLocateExtendedFeature(from, feature, &length);
        place = RtlLocateExtendedFeature(to, feature, NULL);
        if (data && place) {
            memcpy(place, data, length);
            mask |= 1ull << feature;
        }
    }
    target->mask = mask;
}

NTSTATUS NTAPI RtlCopyExtendedContext(struct nt_context_ex *destination, ULONG flags,
                                      const struct nt_context_ex *source)
{
    CONTEXT *to = RtlLocateLegacyContext(destination, NULL);
    const CONTEXT *from = RtlLocateLegacyContext(source, NULL);
    NTSTATUS status = check_flags(flags);

    if (status)
        return status;
    to->ContextFlags |= flags;
    if (flags & CONTEXT_CONTROL & CONTEXT_PARTS) {
        to->SegCs = from->SegCs;
        to->SegSs = from->SegSs;
        to->EFlags = from->EFlags;
        to->Rsp = from->Rsp;
        to->Rip = from->Rip;
    }
    if (flags & CONTEXT_INTEGER & CONTEXT_PARTS) {
        ULONG64 rsp = to->Rsp;

        memcpy(&to->Rax, &from->Rax, offsetof(CONTEXT, Rip) - offsetof(CONTEXT, Rax));
        to->Rsp = rsp; /* lies among them but belongs to the control registers */
    }
    if (flags & CONTEXT_SEGMENTS & CONTEXT_PARTS) {
        to->SegDs = from->SegDs;
        to->SegEs = from->SegEs;
        to->SegFs = from->SegFs;
        to->SegGs = from->SegGs;
    }
    if (flags & CONTEXT_FLOATING_POINT & CONTEXT_PARTS) {
        to->MxCsr = from->MxCsr;
        memcpy(&to->FltSave, &from->FltSave, sizeof(from->FltSave));
    }
    if (flags & CONTEXT_DEBUG_REGISTERS & CONTEXT_PARTS)
        memcpy(&to->Dr0, &from->Dr0, 6 * sizeof(from->Dr0));
    if (flags & NT_XSTATE_BIT)
        copy_states(destination, source);
    return STATUS_SUCCESS;
}

/* Copies what `flags` name of what the source has; the destination has room for it. */
NTSTATUS NTAPI RtlCopyContext(CONTEXT *destination, ULONG flags, const CONTEXT *source)
{
    NTSTATUS status = check_flags(flags);

    if (status)
        return status;
    if (flags & ~destination->ContextFlags & CONTEXT_PARTS)
        return STATUS_BUFFER_OVERFLOW;
    flags &= source->ContextFlags | ~CONTEXT_PARTS;
    return RtlCopyExtendedContext((struct nt_context_ex *)(destination + 1), flags,
                                  (const struct nt_context_ex *)(source + 1));
}

/* RtlCaptureContext2's second half: the states that are in use now go to the context, which has been initialised for them. */
void __attribute__((used)) rtl_capture_states(CONTEXT *context)
{
    struct {
        char data[NT_XSTATE_LEGACY_SIZE];
        struct nt_xstate_header header;
        char more[4096 - NT_XSTATE_LEGACY_SIZE - sizeof(struct nt_xstate_header)];
    } __attribute__((aligned(64))) area;
    const struct nt_xstate_configuration *config = configuration();
    struct nt_context_ex *ex = (struct nt_context_ex *)(context + 1);
    struct nt_xstate_header *target = states_of(ex);
    ULONG64 features = config->enabled_features & ~NT_XSTATE_LEGACY, mask = 0;

    if (!target || !features || config->size > sizeof(area))
        return;
    memset(&area.header, 0, sizeof(area.header));
    __asm__ volatile("xsave64 %0" : "+m"(area) : "a"((ULONG)features), "d"(0));
    for (ULONG feature = NT_XSTATE_FIRST; feature < NT_XSTATE_MAX_FEATURES - 1; feature++) {
        ULONG length;
        void *place = area.header.mask >> feature & 1 ? RtlLocateExtendedFeature(ex, feature, &length) : NULL;

        if (place) {
            memcpy(place, area.data + config->features[feature].offset, length);
            mask |= 1ull << feature;
        }
    }
    target->mask = mask;
}

#endif
