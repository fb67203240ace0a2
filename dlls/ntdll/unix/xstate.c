/* SPDX-License-Identifier: MIT */
/* xstate.c: extended processor states: which there are, and their way between signal frames, contexts and threads. */
#include <cpuid.h>
#include <string.h>
#include <sys/platform/x86.h>
#include "child.h"
#include "xstate.h"

#define AVX         2u
#define AVX512_MASK 5u
#define AVX512_HIGH 6u
#define AVX512_MORE 7u

#define AVX_OFFSET 576u /* the same on all processors */
#define AVX_SIZE   256u

uint32_t xstate_mask; /* the features, without the legacy ones; dispatch.S uses it too */

static const struct nt_xstate_configuration *config;

static void add_feature(struct nt_xstate_configuration *c, unsigned feature, unsigned offset, unsigned size)
{
    c->features[feature].offset = offset;
    c->features[feature].size = c->all_features[feature] = size;
    c->enabled_features |= 1ull << feature;
    if (offset + size > c->size)
        c->size = offset + size;
}

struct xstate_places xstate_places;

/*
 * CPUID costs microseconds under a hypervisor, so only what differs between
 * processors is asked, and a child is told by its parent.
 */
static void add_avx512(struct nt_xstate_configuration *c)
{
    struct xstate_places *p = &xstate_places;
    const struct child_start *start = child_own_start();
    unsigned unused;
    if (start && start->xstate.size[0])
        *p = start->xstate;
    for (unsigned i = 0; i < 3; i++) {
        if (!p->size[i])
            __cpuid_count(0xd, AVX512_MASK + i, p->size[i], p->offset[i], p->flags[i], unused);
        if (!p->size[i] || p->offset[i] + p->size[i] > XSTATE_AREA_SIZE)
            return;
        if (p->flags[i] & 2)
            c->aligned_features |= 1ull << (AVX512_MASK + i);
    }
    for (unsigned i = 0; i < 3; i++)
        add_feature(c, AVX512_MASK + i, p->offset[i], p->size[i]);
}

void xstate_init(struct nt_xstate_configuration *c)
{
    config = c;
    add_feature(c, 0, 0, 160);
    add_feature(c, 1, 160, 256);
    c->size = NT_XSTATE_LEGACY_SIZE + sizeof(struct nt_xstate_header);
    if (CPU_FEATURE_ACTIVE(AVX)) {
        add_feature(c, AVX, AVX_OFFSET, AVX_SIZE);
        if (CPU_FEATURE_ACTIVE(AVX512F))
            add_avx512(c);
        if (CPU_FEATURE_PRESENT(XSAVEOPT))
            c->control_flags |= NT_XSTATE_OPTIMIZED_SAVE;
        if (CPU_FEATURE_PRESENT(XSAVEC))
            c->control_flags |= NT_XSTATE_COMPACTION_ENABLED;
    }
    c->enabled_volatile_features = c->enabled_features;
    c->all_feature_size = c->size;
    xstate_mask = (uint32_t)(c->enabled_features & ~NT_XSTATE_LEGACY);
}

static struct nt_xstate_header *area_header(const uint8_t *area)
{
    return (struct nt_xstate_header *)(area + NT_XSTATE_LEGACY_SIZE);
}

size_t xstate_frame_size(void)
{
    static size_t size;
    if (!xstate_mask)
        return 0;
    if (!size)
        size = ROUND_UP((size_t)nt_xstate_size(config, nt_xstate_compaction(config, ~0ull)), (size_t)64);
    return size;
}

void xstate_fill_ex(struct nt_context_ex *ex, const void *states, size_t xstate)
{
    ex->all.offset = ex->legacy.offset = -(LONG)sizeof(CONTEXT);
    ex->legacy.length = sizeof(CONTEXT);
    ex->xstate.offset = xstate ? (LONG)((const char *)states - (const char *)ex) : (LONG)sizeof(*ex);
    ex->xstate.length = (ULONG)xstate;
    ex->all.length = (ULONG)((LONG)sizeof(CONTEXT) + ex->xstate.offset) + (ULONG)xstate;
}

static void copy_features(uint8_t *to, uint64_t compaction, const uint8_t *area, uint64_t features)
{
    for (; features; features &= features - 1) {
        unsigned feature = (unsigned)__builtin_ctzll(features);
        memcpy(to + nt_xstate_offset(config, compaction, feature), area + config->features[feature].offset,
               config->features[feature].size);
    }
}

void xstate_fill_frame(void *states, const uint8_t *area)
{
    struct nt_xstate_header *header = states;
    memset(header, 0, sizeof(*header));
    header->compaction_mask = nt_xstate_compaction(config, ~0ull);
    if (area)
        header->mask = area_header(area)->mask & xstate_mask;
    if (header->mask)
        copy_features(states, header->compaction_mask, area, header->mask);
}

bool xstate_chunk_in(struct xstate_chunk *chunk, const CONTEXT *user)
{
    struct nt_context_ex ex;
    const char *user_ex = (const char *)(user + 1);
    if (!user_copy_in(&ex, user_ex, sizeof(ex)) || ex.legacy.offset != -(LONG)sizeof(*user) ||
        ex.legacy.length != sizeof(*user) || ex.xstate.length < sizeof(chunk->header))
        return false;
    chunk->user = (void *)(user_ex + ex.xstate.offset);
    chunk->size = ex.xstate.length < sizeof(chunk->data) ? ex.xstate.length : sizeof(chunk->data);
    return user_copy_in(chunk->data, chunk->user, chunk->size);
}

/* The features that the chunk has room for. */
static uint64_t chunk_features(const struct xstate_chunk *chunk)
{
    uint64_t features = 0;
    for (uint64_t rest = xstate_mask; rest; rest &= rest - 1) {
        unsigned feature = (unsigned)__builtin_ctzll(rest);
        ULONG offset = nt_xstate_offset(config, chunk->header.compaction_mask, feature);
        if (offset && offset + config->features[feature].size <= chunk->size)
            features |= 1ull << feature;
    }
    return features;
}

void xstate_chunk_load(struct xstate_chunk *chunk, const uint8_t *area)
{
    uint64_t features = area ? area_header(area)->mask : 0;
    chunk->header.mask &= features & chunk_features(chunk);
    if (chunk->header.mask)
        copy_features(chunk->data, chunk->header.compaction_mask, area, chunk->header.mask);
}

bool xstate_chunk_out(const struct xstate_chunk *chunk)
{
    return user_copy_out(chunk->user, chunk->data, chunk->size);
}

void xstate_chunk_store(const struct xstate_chunk *chunk, uint8_t *area, bool all)
{
    uint64_t features = chunk_features(chunk), given = features & chunk->header.mask;
    struct nt_xstate_header *header = area_header(area);
    for (uint64_t rest = given; rest; rest &= rest - 1) {
        unsigned feature = (unsigned)__builtin_ctzll(rest);
        memcpy(area + config->features[feature].offset,
               chunk->data + nt_xstate_offset(config, chunk->header.compaction_mask, feature),
               config->features[feature].size);
    }
    header->mask |= given;
    if (all)
        header->mask &= ~(features & ~given);
}

void xstate_copy(uint8_t *to, const uint8_t *from)
{
    uint64_t mask = area_header(from)->mask & xstate_mask;
    area_header(to)->mask = (area_header(to)->mask & ~(uint64_t)xstate_mask) | mask;
    for (uint64_t rest = mask; rest; rest &= rest - 1) {
        unsigned feature = (unsigned)__builtin_ctzll(rest);
        memcpy(to + config->features[feature].offset, from + config->features[feature].offset,
               config->features[feature].size);
    }
}
