/* SPDX-License-Identifier: MIT */
/* system_counters.c: times, cycles and events of the processors and of the system, from /proc; mitigations, from /sys. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>
#include "query.h"
#include "system.h"

#define STAT_MAX 0x40000

/* --- processors --- */

struct cpu_times {
    uint64_t idle, kernel, user, irq, softirq; /* 100 ns; kernel without idle and interrupts */
};

static uint64_t stat_total(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

/* The times of the processors that this process may use, in their order; the number of them. */
static size_t read_times(const char *text, struct cpu_times times[64])
{
    KAFFINITY active = process_affinity();
    uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    size_t count = 0;
    for (unsigned cpu = 0; cpu < 64; cpu++) {
        char name[16];
        unsigned long long user = 0, nice = 0, kernel = 0, idle = 0, iowait = 0, irq = 0, softirq = 0;
        if (!(active >> cpu & 1))
            continue;
        snprintf(name, sizeof(name), "\ncpu%u ", cpu);
        const char *line = strstr(text, name);
        if (line)
            sscanf(line + strlen(name), "%llu %llu %llu %llu %llu %llu %llu", &user, &nice, &kernel, &idle, &iowait,
                   &irq, &softirq);
        times[count++] = (struct cpu_times){ (idle + iowait) * tick, kernel * tick, (user + nice) * tick, irq * tick,
                                             softirq * tick };
    }
    return count;
}

/* As many processors as fit, but at least one. */
static NTSTATUS reply_array(void *info, ULONG length, ULONG *needed, const void *entries, size_t count, size_t size)
{
    *needed = (ULONG)(count * size);
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (length < *needed)
        *needed = (ULONG)(length / size * size);
    memcpy(info, entries, *needed);
    return STATUS_SUCCESS;
}

static NTSTATUS query_load(const char *text, void *info, ULONG length, ULONG *needed)
{
    SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION out[64];
    struct cpu_times times[64];
    size_t count = read_times(text, times);
    memset(out, 0, sizeof(out));
    uint64_t interrupts = stat_total(text, "\nintr ") / (count ? count : 1);
    for (size_t i = 0; i < count; i++) {
        const struct cpu_times *t = &times[i];
        out[i].IdleTime.QuadPart = (LONGLONG)t->idle;
        out[i].KernelTime.QuadPart =
            (LONGLONG)(t->idle + t->kernel + t->irq + t->softirq); /* that of the idle thread, too */
        out[i].UserTime.QuadPart = (LONGLONG)t->user;
        out[i].DpcTime.QuadPart = (LONGLONG)t->softirq;
        out[i].InterruptTime.QuadPart = (LONGLONG)t->irq;
        out[i].InterruptCount = (ULONG)interrupts; /* Linux counts them all together */
    }
    return reply_array(info, length, needed, out, count, sizeof(out[0]));
}

/* SYSTEM_PROCESSOR_IDLE_INFORMATION: all idle time is in the first sleep state, as far as Linux tells everybody. */
static NTSTATUS query_idle(const char *text, void *info, ULONG length, ULONG *needed)
{
    struct {
        ULONGLONG idle, c1, c2, c3;
        ULONG c1_transitions, c2_transitions, c3_transitions, padding;
    } out[64];
    struct cpu_times times[64];
    size_t count = read_times(text, times);
    memset(out, 0, sizeof(out));
    for (size_t i = 0; i < count; i++)
        out[i].idle = out[i].c1 = times[i].idle;
    return reply_array(info, length, needed, out, count, sizeof(out[0]));
}

/* Cycles of the idle threads, or of interrupts and what they defer. */
static NTSTATUS query_cycles(const char *text, bool idle, void *info, ULONG length, ULONG *needed)
{
    ULONGLONG out[64];
    struct cpu_times times[64];
    size_t count = read_times(text, times);
    for (size_t i = 0; i < count; i++)
        out[i] = system_cycles((idle ? times[i].idle : times[i].irq + times[i].softirq) * 100);
    *needed = (ULONG)(count * sizeof(out[0]));
    if (length < *needed)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(info, out, *needed);
    return STATUS_SUCCESS;
}

/* --- opaque structures, which the documentation offers as seeds of random numbers: counters, no two times the same --- */

static NTSTATUS query_interrupts(const char *text, void *info, ULONG length, ULONG *needed)
{
    struct {
        ULONG context_switches, dpc_count, dpc_rate, time_increment, dpc_bypass, apc_bypass;
    } out[64];
    size_t count = (size_t)__builtin_popcountll(process_affinity());
    uint64_t switches = stat_total(text, "\nctxt "), softirqs = stat_total(text, "\nsoftirq ");
    memset(out, 0, sizeof(out));
    for (size_t i = 0; i < count; i++) {
        out[i].context_switches = (ULONG)(switches / count);
        out[i].dpc_count = (ULONG)(softirqs / count);
        out[i].dpc_rate = (ULONG)(__rdtsc() & 0xff);
        out[i].time_increment = 156250;
    }
    return reply_array(info, length, needed, out, count, sizeof(out[0]));
}

static NTSTATUS query_exceptions(void *info, ULONG length, ULONG *needed)
{
    ULONG out[4] = { 0, (ULONG)(__rdtsc() >> 10), 0, 0 };
    return reply_at_least(info, length, needed, out, sizeof(out));
}

static NTSTATUS query_lookaside(void *info, ULONG length, ULONG *needed)
{
    struct {
        USHORT depth, max_depth;
        ULONG allocations, misses, frees, free_misses, type, tag, size;
    } out = { 4, 256, (ULONG)(__rdtsc() >> 6), 0, (ULONG)(__rdtsc() >> 7), 0, 512, 0x206d6f54, 64 };
    *needed = 0;
    if (length < sizeof(out)) /* as many as fit, which may be none */
        return STATUS_SUCCESS;
    memcpy(info, &out, sizeof(out));
    *needed = sizeof(out);
    return STATUS_SUCCESS;
}

static NTSTATUS query_switches(const char *text, void *info, ULONG length, ULONG *needed)
{
    ULONG out[12] = { (ULONG)stat_total(text, "\nctxt ") };
    return reply_at_least(info, length, needed, out, sizeof(out));
}

/* --- devices --- */

/* SYSTEM_DEVICE_INFORMATION: disks, floppy disks, CD-ROMs, tapes, serial and parallel ports. */
static NTSTATUS query_devices(void *info, ULONG length, ULONG *needed)
{
    ULONG out[6] = { 0 };
    DIR *dir = opendir("/sys/block");
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        if (!strncmp(name, "sr", 2))
            out[2]++;
        else if (!strncmp(name, "fd", 2))
            out[1]++;
        else if (!strncmp(name, "sd", 2) || !strncmp(name, "vd", 2) || !strncmp(name, "nvme", 4) ||
                 !strncmp(name, "mmcblk", 6) || !strncmp(name, "hd", 2))
            out[0]++;
    }
    if (dir)
        closedir(dir);
    return reply_at_least(info, length, needed, out, sizeof(out));
}

/* --- mitigations --- */

static bool vulnerability(const char *name, char text[256])
{
    char path[128];
    snprintf(path, sizeof(path), "/sys/devices/system/cpu/vulnerabilities/%s", name);
    return read_small_file(path, text, 256) != 0;
}

/* SYSTEM_KERNEL_VA_SHADOW_INFORMATION */
static NTSTATUS query_va_shadow(void *info, ULONG length, ULONG *needed)
{
    enum { ENABLED = 1, PCID = 4, REQUIRED = 0x10, REQUIRED_AVAILABLE = 0x20 };
    char text[256];
    ULONG flags = 0;
    if (vulnerability("meltdown", text)) {
        flags |= REQUIRED_AVAILABLE;
        if (strncmp(text, "Not affected", 12))
            flags |= REQUIRED;
        if (strstr(text, "PTI"))
            flags |= ENABLED | PCID;
    }
    return reply_exact(info, length, needed, &flags, sizeof(flags));
}

/* SYSTEM_SPECULATION_CONTROL_INFORMATION: what the names of its bits say and Linux tells. */
static NTSTATUS query_speculation(void *info, ULONG length, ULONG *needed)
{
    enum { BPB_ENABLED = 1, SSBD_AVAILABLE = 1 << 8, SSBD_SUPPORTED = 1 << 9, SSBD_REQUIRED = 1 << 11 };
    char text[256];
    ULONG flags[2] = { 0, 0 };
    if (vulnerability("spectre_v2", text) && !strncmp(text, "Mitigation", 10))
        flags[0] |= BPB_ENABLED;
    if (vulnerability("spec_store_bypass", text) && strncmp(text, "Not affected", 12)) {
        flags[0] |= SSBD_REQUIRED;
        if (!strncmp(text, "Mitigation", 10))
            flags[0] |= SSBD_AVAILABLE | SSBD_SUPPORTED;
    }
    *needed = sizeof(flags);
    if (length != sizeof(flags[0]) && length != sizeof(flags)) /* the second word came later */
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, flags, length);
    *needed = length;
    return STATUS_SUCCESS;
}

NTSTATUS system_counters(ULONG class, void *info, ULONG length, ULONG *needed)
{
    NTSTATUS status;
    char *text;
    switch (class) {
    case SystemDeviceInformation:
        return query_devices(info, length, needed);
    case SystemExceptionInformation:
        return query_exceptions(info, length, needed);
    case SystemLookasideInformation:
        return query_lookaside(info, length, needed);
    case SystemKernelVaShadowInformation:
        return query_va_shadow(info, length, needed);
    case SystemSpeculationControlInformation:
        return query_speculation(info, length, needed);
    case SystemProcessorPerformanceInformation:
    case SystemInterruptInformation:
    case SystemContextSwitchInformation:
    case SystemProcessorIdleInformation:
    case SystemProcessorIdleCycleTimeInformation:
    case SystemProcessorCycleTimeInformation:
        break;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    if (!(text = malloc(STAT_MAX)))
        return STATUS_NO_MEMORY;
    text[0] = '\n'; /* so that every line has one in front */
    if (!read_small_file("/proc/stat", text + 1, STAT_MAX - 1))
        text[1] = 0;
    switch (class) {
    case SystemProcessorPerformanceInformation:
        status = query_load(text, info, length, needed);
        break;
    case SystemInterruptInformation:
        status = query_interrupts(text, info, length, needed);
        break;
    case SystemContextSwitchInformation:
        status = query_switches(text, info, length, needed);
        break;
    case SystemProcessorIdleInformation:
        status = query_idle(text, info, length, needed);
        break;
    default:
        status = query_cycles(text, class == SystemProcessorIdleCycleTimeInformation, info, length, needed);
    }
    free(text);
    return status;
}
