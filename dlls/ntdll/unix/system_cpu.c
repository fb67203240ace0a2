/* SPDX-License-Identifier: MIT */
/*
 * system_cpu.c: processors, cores, caches and nodes, from /sys. Processors are numbered as Linux numbers
 * them, up to 64 in one group; only those that this process may use count as active.
 */
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>
#include "cell.h"
#include "query.h"
#include "system.h"

/* LOGICAL_PROCESSOR_RELATIONSHIP (winnt.h) */
enum {
    RelationProcessorCore,
    RelationNumaNode,
    RelationCache,
    RelationProcessorPackage,
    RelationGroup,
    RelationProcessorDie,
    RelationNumaNodeEx,
    RelationProcessorModule
};
#define RelationAll 0xffff

struct relation {
    uint32_t kind;
    KAFFINITY mask;
    uint8_t smt;   /* core: has several threads */
    uint32_t node; /* node number */
    struct {       /* CACHE_DESCRIPTOR */
        uint8_t level, associativity;
        uint16_t line;
        uint32_t size, type;
    } cache;
};

struct relations {
    struct relation *list;
    size_t count, cap;
};

/* --- reading /sys --- */

static uint64_t read_number(const char *path)
{
    char text[64];
    return read_small_file(path, text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

/* A mask as "00000000,0000000f": groups of 32 bits, the highest first. */
static KAFFINITY read_mask(const char *path)
{
    char text[4096];
    if (!read_small_file(path, text, sizeof(text)))
        return 0;
    uint64_t mask = 0;
    for (char *p = text; *p && *p != '\n'; p++) {
        if (*p == ',')
            continue;
        unsigned digit = *p <= '9' ? (unsigned)(*p - '0') : (unsigned)((*p | 32) - 'a' + 10);
        mask = mask << 4 | (digit & 15);
    }
    return mask;
}

static void add(struct relations *relations, const struct relation *relation)
{
    if (!relation->mask)
        return;
    for (size_t i = 0; i < relations->count; i++) {
        const struct relation *r = &relations->list[i];
        if (r->kind == relation->kind && r->mask == relation->mask && r->cache.level == relation->cache.level &&
            r->cache.type == relation->cache.type)
            return;
    }
    if (relations->count == relations->cap) {
        size_t cap = relations->cap ? relations->cap * 2 : 64;
        struct relation *grown = realloc(relations->list, cap * sizeof(*grown));
        if (!grown)
            return;
        relations->list = grown;
        relations->cap = cap;
    }
    relations->list[relations->count++] = *relation;
}

static void add_caches(struct relations *relations, unsigned cpu, KAFFINITY active)
{
    for (unsigned index = 0; index < 8; index++) {
        char path[128], text[64];
        const char *base = "/sys/devices/system/cpu/cpu%u/cache/index%u/%s";
        struct relation r = { .kind = RelationCache };
        snprintf(path, sizeof(path), base, cpu, index, "type");
        if (!read_small_file(path, text, sizeof(text)))
            break;
        r.cache.type = text[0] == 'I' ? 1 : text[0] == 'D' ? 2 : 0; /* instruction, data, unified */
        snprintf(path, sizeof(path), base, cpu, index, "level");
        r.cache.level = (uint8_t)read_number(path);
        snprintf(path, sizeof(path), base, cpu, index, "size");
        if (read_small_file(path, text, sizeof(text)))
            r.cache.size = (uint32_t)(strtoul(text, NULL, 10) * (strchr(text, 'M')   ? 1u << 20
                                                                 : strchr(text, 'K') ? 1024u
                                                                                     : 1u));
        snprintf(path, sizeof(path), base, cpu, index, "coherency_line_size");
        r.cache.line = (uint16_t)read_number(path);
        snprintf(path, sizeof(path), base, cpu, index, "ways_of_associativity");
        r.cache.associativity = (uint8_t)read_number(path);
        snprintf(path, sizeof(path), base, cpu, index, "shared_cpu_map");
        r.mask = read_mask(path) & active;
        if (!r.mask)
            r.mask = 1ull << cpu;
        add(relations, &r);
    }
}

static struct relations read_relations(void)
{
    struct relations relations = { 0 };
    KAFFINITY active = process_affinity();
    char path[128];
    for (unsigned cpu = 0; cpu < 64; cpu++) {
        if (!(active >> cpu & 1))
            continue;
        struct relation core = { .kind = RelationProcessorCore };
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings", cpu);
        core.mask = read_mask(path) & active;
        if (!core.mask)
            core.mask = 1ull << cpu;
        core.smt = __builtin_popcountll(core.mask) > 1;
        add(&relations, &core);
        struct relation package = { .kind = RelationProcessorPackage };
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/core_siblings", cpu);
        package.mask = read_mask(path) & active;
        if (!package.mask)
            package.mask = active;
        add(&relations, &package);
        add_caches(&relations, cpu, active);
    }
    KAFFINITY in_nodes = 0;
    for (unsigned node = 0; node < 64; node++) {
        struct relation r = { .kind = RelationNumaNode, .node = node };
        snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpumap", node);
        r.mask = read_mask(path) & active;
        in_nodes |= r.mask;
        add(&relations, &r);
    }
    if (!in_nodes) {
        struct relation r = { .kind = RelationNumaNode, .mask = active };
        add(&relations, &r);
    }
    return relations;
}

static void add_parts(struct relations *relations, uint32_t kind, const char *name, KAFFINITY whole)
{
    KAFFINITY active = process_affinity();
    for (unsigned cpu = 0; cpu < 64; cpu++) {
        struct relation part = { .kind = kind };
        char path[128];
        if (!(active >> cpu & 1))
            continue;
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/%s", cpu, name);
        part.mask = read_mask(path) & active;
        if (!part.mask) /* an older Linux */
            part.mask = whole ? whole : 1ull << cpu;
        add(relations, &part);
    }
}

/* --- topology --- */

typedef struct _SYSTEM_LOGICAL_PROCESSOR_INFORMATION {
    ULONG_PTR ProcessorMask;
    ULONG Relationship;
    ULONG pad;
    union {
        UCHAR CoreFlags;
        ULONG NodeNumber;
        struct {
            UCHAR Level, Associativity;
            USHORT LineSize;
            ULONG Size, Type;
        } Cache;
        ULONGLONG Reserved[2];
    };
} SYSTEM_LOGICAL_PROCESSOR_INFORMATION;
NT_ASSERT_SIZE(SYSTEM_LOGICAL_PROCESSOR_INFORMATION, 32);

static NTSTATUS query_logical(void *info, ULONG length, ULONG *needed)
{
    struct relations relations = read_relations();
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION *out = info;
    *needed = (ULONG)(relations.count * sizeof(*out));
    for (size_t i = 0; i < relations.count && length >= *needed; i++) {
        const struct relation *r = &relations.list[i];
        memset(&out[i], 0, sizeof(out[i]));
        out[i].ProcessorMask = r->mask;
        out[i].Relationship = r->kind;
        if (r->kind == RelationProcessorCore) {
            out[i].CoreFlags = r->smt;
        } else if (r->kind == RelationNumaNode) {
            out[i].NodeNumber = r->node;
        } else if (r->kind == RelationCache) {
            out[i].Cache.Level = r->cache.level;
            out[i].Cache.Associativity = r->cache.associativity;
            out[i].Cache.LineSize = r->cache.line;
            out[i].Cache.Size = r->cache.size;
            out[i].Cache.Type = r->cache.type;
        }
    }
    free(relations.list);
    return length >= *needed ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

typedef struct _SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX {
    ULONG Relationship;
    ULONG Size;
    union {
        struct {
            UCHAR Flags, EfficiencyClass, Reserved[20];
            USHORT GroupCount;
            GROUP_AFFINITY GroupMask;
        } Processor;
        struct {
            ULONG NodeNumber;
            UCHAR Reserved[18];
            USHORT GroupCount;
            GROUP_AFFINITY GroupMask;
        } Node;
        struct {
            UCHAR Level, Associativity;
            USHORT LineSize;
            ULONG CacheSize, Type;
            UCHAR Reserved[18];
            USHORT GroupCount;
            GROUP_AFFINITY GroupMask;
        } Cache;
        struct {
            USHORT MaximumGroupCount, ActiveGroupCount;
            UCHAR Reserved[20];
            struct {
                UCHAR MaximumProcessorCount, ActiveProcessorCount, Reserved[38];
                KAFFINITY ActiveProcessorMask;
            } Info;
        } Group;
    };
} SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX;
NT_ASSERT_OFFSET(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.GroupMask, 32);
NT_ASSERT_OFFSET(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Node.GroupMask, 32);
NT_ASSERT_OFFSET(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Cache.GroupMask, 40);
NT_ASSERT_OFFSET(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Group.Info.ActiveProcessorMask, 72);

static ULONG fill_ex(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *out, const struct relation *r)
{
    memset(out, 0, sizeof(*out));
    out->Relationship = r->kind;
    switch (r->kind) {
    case RelationProcessorCore:
    case RelationProcessorPackage:
    case RelationProcessorDie:
    case RelationProcessorModule:
        out->Processor.Flags = r->smt;
        out->Processor.GroupCount = 1;
        out->Processor.GroupMask.Mask = r->mask;
        return out->Size = 48;
    case RelationNumaNode:
        out->Node.NodeNumber = r->node;
        out->Node.GroupCount = 1;
        out->Node.GroupMask.Mask = r->mask;
        return out->Size = 48;
    case RelationCache:
        out->Cache.Level = r->cache.level;
        out->Cache.Associativity = r->cache.associativity;
        out->Cache.LineSize = r->cache.line;
        out->Cache.CacheSize = r->cache.size;
        out->Cache.Type = r->cache.type;
        out->Cache.GroupCount = 1;
        out->Cache.GroupMask.Mask = r->mask;
        return out->Size = 56;
    default:
        out->Group.MaximumGroupCount = out->Group.ActiveGroupCount = 1;
        out->Group.Info.MaximumProcessorCount = out->Group.Info.ActiveProcessorCount =
            (UCHAR)__builtin_popcountll(r->mask);
        out->Group.Info.ActiveProcessorMask = r->mask;
        return out->Size = 80;
    }
}

static NTSTATUS query_logical_ex(const void *input, ULONG input_length, void *info, ULONG length, ULONG *needed)
{
    ULONG wanted;
    if (!input || input_length < sizeof(wanted))
        return STATUS_INVALID_PARAMETER;
    memcpy(&wanted, input, sizeof(wanted));
    if (wanted > RelationProcessorModule && wanted != RelationAll)
        return STATUS_INVALID_PARAMETER;
    if (wanted == RelationNumaNodeEx) /* a node has all its groups then, of which there is one */
        wanted = RelationNumaNode;
    struct relations relations = read_relations();
    struct relation group = { .kind = RelationGroup, .mask = process_affinity() };
    add(&relations, &group);
    if (wanted == RelationProcessorDie || wanted == RelationAll)
        add_parts(&relations, RelationProcessorDie, "die_cpus", group.mask);
    if (wanted == RelationProcessorModule)
        add_parts(&relations, RelationProcessorModule, "cluster_cpus", 0);
    size_t used = 0;
    for (size_t i = 0; i < relations.count; i++) {
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX entry;
        if (wanted != RelationAll && wanted != relations.list[i].kind)
            continue;
        ULONG size = fill_ex(&entry, &relations.list[i]);
        if (used + size <= length)
            memcpy((char *)info + used, &entry, size);
        used += size;
    }
    free(relations.list);
    *needed = (ULONG)used;
    return used <= length ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

static NTSTATUS query_numa_map(void *info, ULONG length, ULONG *needed)
{
    struct {
        ULONG highest, reserved;
        GROUP_AFFINITY masks[64];
    } out = { 0 };
    struct relations relations = read_relations();
    for (size_t i = 0; i < relations.count; i++)
        if (relations.list[i].kind == RelationNumaNode && relations.list[i].node < 64) {
            out.masks[relations.list[i].node].Mask = relations.list[i].mask;
            if (relations.list[i].node > out.highest)
                out.highest = relations.list[i].node;
        }
    free(relations.list);
    size_t least = 8 + (out.highest + 1) * sizeof(GROUP_AFFINITY);
    *needed = (ULONG)least;
    if (length < least)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, &out, length < sizeof(out) ? length : sizeof(out));
    return STATUS_SUCCESS;
}

static NTSTATUS query_cpu_sets(void *info, ULONG length, ULONG *needed)
{
    struct cpu_set {
        ULONG Size, Type, Id;
        USHORT Group;
        UCHAR LogicalProcessorIndex, CoreIndex, LastLevelCacheIndex, NumaNodeIndex, EfficiencyClass, AllFlags;
        ULONG Reserved;
        ULONGLONG AllocationTag;
    } *out = info;
    _Static_assert(sizeof(*out) == 32, "SYSTEM_CPU_SET_INFORMATION");
    KAFFINITY active = process_affinity();
    *needed = (ULONG)((size_t)__builtin_popcountll(active) * sizeof(*out));
    if (length < *needed)
        return STATUS_BUFFER_TOO_SMALL;
    struct relations relations = read_relations();
    for (unsigned cpu = 0, i = 0; cpu < 64; cpu++) {
        if (!(active >> cpu & 1))
            continue;
        struct cpu_set set = { .Size = sizeof(set), .Id = 0x100 + cpu, .LogicalProcessorIndex = (UCHAR)cpu };
        set.CoreIndex = (UCHAR)cpu;
        uint8_t level = 0;
        for (size_t r = 0; r < relations.count; r++) {
            const struct relation *relation = &relations.list[r];
            UCHAR lowest = (UCHAR)__builtin_ctzll(relation->mask);
            if (!(relation->mask >> cpu & 1))
                continue;
            if (relation->kind == RelationProcessorCore)
                set.CoreIndex = lowest;
            else if (relation->kind == RelationNumaNode)
                set.NumaNodeIndex = (UCHAR)relation->node;
            else if (relation->kind == RelationCache && relation->cache.level >= level)
                level = relation->cache.level, set.LastLevelCacheIndex = lowest;
        }
        out[i++] = set;
    }
    free(relations.list);
    return STATUS_SUCCESS;
}

/* --- identity --- */

static NTSTATUS query_processor(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_PROCESSOR_INFORMATION out = { 0 };
    unsigned a, b, c, d;
    out.ProcessorArchitecture = 9; /* PROCESSOR_ARCHITECTURE_AMD64 */
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        unsigned family = a >> 8 & 15, model = a >> 4 & 15;
        if (family == 6 || family == 15)
            model |= a >> 12 & 0xf0;
        if (family == 15)
            family += a >> 20 & 0xff;
        out.ProcessorLevel = (USHORT)family;
        out.ProcessorRevision = (USHORT)(model << 8 | (a & 15));
    }
    out.MaximumProcessors = (USHORT)__builtin_popcountll(process_affinity());
    return reply_at_least(info, length, needed, &out, sizeof(out));
}

void system_processor_brand(char brand[49])
{
    unsigned words[13] = { 0 };
    for (unsigned i = 0; i < 3; i++)
        __get_cpuid(0x80000002 + i, &words[i * 4], &words[i * 4 + 1], &words[i * 4 + 2], &words[i * 4 + 3]);
    memcpy(brand, words, 49);
}

static NTSTATUS query_brand(void *info, ULONG length, ULONG *needed)
{
    char brand[49];
    system_processor_brand(brand);
    *needed = 49;
    if (length < 49)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, brand, 49);
    return STATUS_SUCCESS;
}

static uint64_t tsc_frequency(void)
{
    static uint64_t frequency;
    uint64_t known = __atomic_load_n(&frequency, __ATOMIC_RELAXED);
    if (known)
        return known;
    unsigned a, b, c, d;
    if (__get_cpuid(0x15, &a, &b, &c, &d) && a && b && c) {
        known = (uint64_t)c * b / a;
    } else {
        char text[8192];
        const char *line = read_small_file("/proc/cpuinfo", text, sizeof(text)) ? strstr(text, "cpu MHz") : NULL;
        line = line ? strchr(line, ':') : NULL;
        known = line ? (uint64_t)(strtod(line + 1, NULL) * 1e6) : 0;
    }
    if (!known)
        known = 2000000000;
    __atomic_store_n(&frequency, known, __ATOMIC_RELAXED);
    return known;
}

uint64_t system_cycles(uint64_t nanoseconds)
{
    return (uint64_t)((unsigned __int128)nanoseconds * tsc_frequency() / 1000000000);
}

ULONG system_processor_mhz(void)
{
    return (ULONG)((tsc_frequency() + 500000) / 1000000);
}

NTSTATUS system_processors(ULONG class, const void *input, ULONG input_length, void *info, ULONG length, ULONG *needed)
{
    switch (class) {
    case SystemProcessorInformation:
    case SystemEmulationProcessorInformation:
        return query_processor(info, length, needed);
    case SystemLogicalProcessorInformation:
        return query_logical(info, length, needed);
    case SystemLogicalProcessorAndGroupInformation:
        return query_logical_ex(input, input_length, info, length, needed);
    case SystemNumaProcessorMap:
        return query_numa_map(info, length, needed);
    case SystemCpuSetInformation:
        return query_cpu_sets(info, length, needed);
    case SystemProcessorBrandString:
        return query_brand(info, length, needed);
    case SystemSupportedProcessorArchitectures: {
        /* { machine:16, kernel:1, user:1, native:1, process:1 }, ended by a zero */
        ULONG out[2] = { 0x8664 | 0xf << 16, 0 };
        return input ? reply_at_least(info, length, needed, out, sizeof(out)) : STATUS_INVALID_PARAMETER;
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtGetCurrentProcessorNumber(void)
{
    unsigned cpu;
    return __builtin_expect(getcpu(&cpu, NULL), 0) ? 0 : (NTSTATUS)(cpu & 63);
}
