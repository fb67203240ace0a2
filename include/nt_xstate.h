/* SPDX-License-Identifier: MIT */
/*
 * nt_xstate.h: extended processor states (AVX, AVX-512) in contexts. A context with CONTEXT_XSTATE has a CONTEXT_EX behind it
 * that says where its states are: a header, then each feature's registers, at the offsets of the processor's XSAVE area (less
 * the legacy part) or, in compacted form, one after the other. The layout is in KUSER_SHARED_DATA (WDK: XSTATE_CONFIGURATION).
 */
#ifndef TRANSOM_NT_XSTATE_H
#define TRANSOM_NT_XSTATE_H

#include "nt.h"

#ifndef CONTEXT_XSTATE
#define CONTEXT_XSTATE 0x00100040
#endif
#define NT_XSTATE_BIT 0x40u /* of ContextFlags */

#define NT_XSTATE_LEGACY       3ull /* x87 and SSE, which every context has room for */
#define NT_XSTATE_COMPACTED    (1ull << 63)
#define NT_XSTATE_LEGACY_SIZE  512u
#define NT_XSTATE_FIRST        2u
#define NT_XSTATE_MAX_FEATURES 64u

struct nt_xstate_configuration {
    ULONG64 enabled_features;
    ULONG64 enabled_volatile_features;
    ULONG size; /* of a save area with all of them, not compacted */
    ULONG control_flags;
    struct {
        ULONG offset, size;
    } features[NT_XSTATE_MAX_FEATURES];
    ULONG64 enabled_supervisor_features;
    ULONG64 aligned_features; /* begin at multiples of 64 in compacted form */
    ULONG all_feature_size;
    ULONG all_features[NT_XSTATE_MAX_FEATURES]; /* sizes */
    ULONG64 enabled_user_visible_supervisor_features;
};
NT_STATIC_ASSERT(offsetof(struct nt_xstate_configuration, aligned_features) == 0x220);
#define NT_XSTATE_OPTIMIZED_SAVE     1u /* control_flags */
#define NT_XSTATE_COMPACTION_ENABLED 2u

#define NT_XSTATE_CONFIGURATION_VA (KUSER_SHARED_DATA_VA + 0x3d8)

struct nt_xstate_header {
    ULONG64 mask; /* features that are not in their initial state */
    ULONG64 compaction_mask;
    ULONG64 reserved[6];
};

/* winnt.h's CONTEXT_EX: offsets are relative to itself. */
struct nt_context_ex {
    struct {
        LONG offset;
        ULONG length;
    } all, legacy, xstate;
};
NT_STATIC_ASSERT(sizeof(struct nt_context_ex) == 0x18);

/* Where a feature's registers are, from the header; 0: an area of this form has no room for them. */
static inline ULONG nt_xstate_offset(const struct nt_xstate_configuration *config, ULONG64 compaction, ULONG feature)
{
    ULONG offset = sizeof(struct nt_xstate_header);

    if (feature < NT_XSTATE_FIRST || feature >= NT_XSTATE_MAX_FEATURES - 1 ||
        !(config->enabled_features >> feature & 1))
        return 0;
    if (!(compaction & NT_XSTATE_COMPACTED))
        return config->features[feature].offset - NT_XSTATE_LEGACY_SIZE;
    if (!(compaction >> feature & 1))
        return 0;
    for (ULONG i = NT_XSTATE_FIRST;; i++) {
        if (!(compaction >> i & 1))
            continue;
        if (config->aligned_features >> i & 1)
            offset = (offset + 63) & ~63u;
        if (i == feature)
            return offset;
        offset += config->all_features[i];
    }
}

/* The size of an area of this form, from the header on. */
static inline ULONG nt_xstate_size(const struct nt_xstate_configuration *config, ULONG64 compaction)
{
    ULONG size = sizeof(struct nt_xstate_header);

    for (ULONG i = NT_XSTATE_FIRST; i < NT_XSTATE_MAX_FEATURES - 1; i++) {
        ULONG offset = nt_xstate_offset(config, compaction, i);

        if (offset && offset + config->all_features[i] > size)
            size = offset + config->all_features[i];
    }
    return size;
}

/* The compaction mask of areas with all features: 0 if the system does not compact them. */
static inline ULONG64 nt_xstate_compaction(const struct nt_xstate_configuration *config, ULONG64 features)
{
    if (!(config->control_flags & NT_XSTATE_COMPACTION_ENABLED))
        return 0;
    return NT_XSTATE_COMPACTED | (config->enabled_features & (features | NT_XSTATE_LEGACY));
}

#endif
