/* SPDX-License-Identifier: MIT */
/*
 * system_memory.c: memory and paging: /proc/meminfo, within the limits of the control group that the process is in, as in a
 * container; counters of /proc/vmstat and /proc/stat.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "query.h"
#include "system.h"

#define PAGE_KB (NT_PAGE_SIZE / 1024)

/* --- files of numbers --- */

/* A line of `text` that is `name`, then a number; 0 if there is none. */
static uint64_t field(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (!strncmp(line, name, length) && (line[length] == ' ' || line[length] == ':'))
            return strtoull(line + length + 1, NULL, 10);
    return 0;
}

/* A file that is read again and again. */
struct number_file {
    char *path;
    int fd;
};

static struct number_file number_file(const char *directory, const char *file)
{
    struct number_file out = { NULL, 0 };
    if (asprintf(&out.path, "%s/%s", directory, file) < 0)
        out.path = NULL;
    return out;
}

/* One number, or "max"; `none` if the file is not there or is no number. */
static uint64_t number_in(struct number_file *file, uint64_t none)
{
    char text[64], *end;
    if (!file->path || !read_kept_file(&file->fd, file->path, text, sizeof(text)))
        return none;
    uint64_t value = strtoull(text, &end, 10);
    return end == text ? none : value;
}

/* --- the control group --- */

/* A limit of the group and those of the groups that it is in: the least holds. */
struct limit {
    struct number_file *files;
    size_t count;
};

struct cgroup {
    char path[3072]; /* of its directory; empty: there is none with limits of memory */
    bool v2;
    struct limit memory, swap;
    struct number_file usage, stat, swap_usage;
};

static struct cgroup cgroup;
static pthread_once_t cgroup_once = PTHREAD_ONCE_INIT;

/* The path in the line "N:controllers:path" for these controllers. */
static const char *group_of(const char *text, const char *controllers, size_t *length)
{
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n'), *first = strchr(line, ':'),
                   *second = first ? strchr(first + 1, ':') : NULL;
        if (!end)
            end = line + strlen(line);
        if (second && second < end) {
            char list[256];
            snprintf(list, sizeof(list), ",%.*s,", (int)(second - first - 1), first + 1);
            char wanted[32];
            snprintf(wanted, sizeof(wanted), ",%s,", controllers);
            if (strstr(list, wanted)) {
                *length = (size_t)(end - second - 1);
                return second + 1;
            }
        }
        line = *end ? end + 1 : end;
    }
    return NULL;
}

static bool try_group(const char *root, const char *path, size_t length, const char *file)
{
    char name[4096];
    if (length == 1)
        length = 0; /* "/" */
    snprintf(cgroup.path, sizeof(cgroup.path), "%s%.*s", root, (int)length, path);
    snprintf(name, sizeof(name), "%s/%s", cgroup.path, file);
    if (!access(name, R_OK))
        return true;
    /* In a container, the mounted directory may be the group itself. */
    snprintf(cgroup.path, sizeof(cgroup.path), "%s", root);
    snprintf(name, sizeof(name), "%s/%s", cgroup.path, file);
    if (!access(name, R_OK))
        return true;
    cgroup.path[0] = 0;
    return false;
}

static void find_limit(struct limit *limit, const char *name)
{
    char path[sizeof(cgroup.path)], file[sizeof(path) + 64];
    memcpy(path, cgroup.path, sizeof(path));
    while (strlen(path) >= strlen("/sys/fs/cgroup")) {
        snprintf(file, sizeof(file), "%s/%s", path, name);
        if (!access(file, R_OK)) {
            struct number_file *files = realloc(limit->files, (limit->count + 1) * sizeof(*files));
            if (!files)
                return;
            limit->files = files;
            files[limit->count++] = number_file(path, name);
        }
        *strrchr(path, '/') = 0;
    }
}

static void find_cgroup(void)
{
    char text[8192];
    size_t length;
    const char *path;
    if (!read_small_file("/proc/self/cgroup", text, sizeof(text)))
        return;
    if (!((path = group_of(text, "memory", &length)) &&
          try_group("/sys/fs/cgroup/memory", path, length, "memory.limit_in_bytes"))) {
        cgroup.v2 =
            (path = group_of(text, "", &length)) && (try_group("/sys/fs/cgroup", path, length, "memory.max") ||
                                                     try_group("/sys/fs/cgroup/unified", path, length, "memory.max"));
        if (!cgroup.v2)
            return;
        find_limit(&cgroup.swap, "memory.swap.max");
        cgroup.swap_usage = number_file(cgroup.path, "memory.swap.current");
    }
    find_limit(&cgroup.memory, cgroup.v2 ? "memory.max" : "memory.limit_in_bytes");
    cgroup.usage = number_file(cgroup.path, cgroup.v2 ? "memory.current" : "memory.usage_in_bytes");
    cgroup.stat = number_file(cgroup.path, "memory.stat");
}

static uint64_t least(struct limit *limit)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < limit->count; i++) {
        uint64_t value = number_in(&limit->files[i], UINT64_MAX);
        if (value < least)
            least = value;
    }
    return least;
}

/* What is in use but can be dropped at once does not count. */
static uint64_t group_usage(void)
{
    char text[8192];
    uint64_t usage = number_in(&cgroup.usage, 0), file = 0;
    if (cgroup.stat.path && read_kept_file(&cgroup.stat.fd, cgroup.stat.path, text, sizeof(text)))
        file = field(text, cgroup.v2 ? "inactive_file" : "total_inactive_file");
    return usage > file ? usage - file : 0;
}

struct system_memory system_memory(void)
{
    struct system_memory memory = { 0 };
    static int meminfo;
    char text[8192];
    if (read_kept_file(&meminfo, "/proc/meminfo", text, sizeof(text))) {
        memory.total = field(text, "MemTotal") / PAGE_KB;
        memory.free = field(text, "MemFree") / PAGE_KB;
        memory.available = field(text, "MemAvailable") / PAGE_KB;
        memory.swap_total = field(text, "SwapTotal") / PAGE_KB;
        memory.swap_free = field(text, "SwapFree") / PAGE_KB;
        memory.cached = field(text, "Cached") / PAGE_KB;
        memory.dirty = field(text, "Dirty") / PAGE_KB;
        memory.reclaimable = field(text, "SReclaimable") / PAGE_KB;
        memory.unreclaimable = field(text, "SUnreclaim") / PAGE_KB;
    } else {
        memory.total = (uint64_t)get_phys_pages();
        memory.free = memory.available = (uint64_t)get_avphys_pages();
    }
    pthread_once(&cgroup_once, find_cgroup);
    if (!cgroup.path[0])
        return memory;
    uint64_t limit = least(&cgroup.memory);
    if (limit / NT_PAGE_SIZE < memory.total) {
        uint64_t usage = group_usage(), left = usage < limit ? (limit - usage) / NT_PAGE_SIZE : 0;
        memory.total = limit / NT_PAGE_SIZE;
        memory.available = left < memory.available ? left : memory.available;
        memory.free = memory.available < memory.free ? memory.available : memory.free;
        memory.cached = memory.cached < memory.total ? memory.cached : memory.total;
    }
    if (cgroup.v2) {
        uint64_t swap = least(&cgroup.swap) / NT_PAGE_SIZE;
        if (swap < memory.swap_total) {
            uint64_t used = number_in(&cgroup.swap_usage, 0) / NT_PAGE_SIZE;
            memory.swap_total = swap;
            memory.swap_free = used < swap ? swap - used : 0;
        }
    }
    return memory;
}

uint64_t system_memory_pages(void)
{
    static uint64_t pages;
    uint64_t known = __atomic_load_n(&pages, __ATOMIC_RELAXED);
    if (!known)
        __atomic_store_n(&pages, known = system_memory().total, __ATOMIC_RELAXED);
    return known;
}

/* --- answers --- */

static uint64_t committed(const struct system_memory *memory)
{
    return memory->total - memory->available + memory->swap_total - memory->swap_free;
}

NTSTATUS system_memory_usage(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_MEMORY_USAGE_INFORMATION out = { 0 };
    struct system_memory memory = system_memory();
    out.TotalPhysicalBytes = memory.total * NT_PAGE_SIZE;
    out.AvailableBytes = memory.available * NT_PAGE_SIZE;
    out.ResidentAvailableBytes = (LONGLONG)out.AvailableBytes;
    out.CommittedBytes = out.PeakCommitmentBytes = committed(&memory) * NT_PAGE_SIZE;
    out.CommitLimitBytes = (memory.total + memory.swap_total) * NT_PAGE_SIZE;
    return reply_at_least(info, length, needed, &out, sizeof(out));
}

NTSTATUS system_performance(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_PERFORMANCE_INFORMATION out = { 0 };
    struct system_memory memory = system_memory();
    char *text = malloc(0x10000);
    if (!text)
        return STATUS_NO_MEMORY;
    out.AvailablePages = (ULONG)memory.available;
    out.CommitLimit = (ULONG)(memory.total + memory.swap_total);
    out.CommittedPages = (ULONG)committed(&memory);
    out.PeakCommitment = out.CommittedPages;
    out.ResidentSystemCachePage = (ULONG)memory.cached;
    out.PagedPoolPages = (ULONG)memory.reclaimable;
    out.NonPagedPoolPages = (ULONG)memory.unreclaimable;
    out.FreeSystemPtes = 0x100000;
    if (read_small_file("/proc/uptime", text, 0x10000)) {
        const char *idle = strchr(text, ' ');
        out.IdleProcessTime.QuadPart = idle ? (LONGLONG)(strtod(idle, NULL) * 1e7) : 0;
    }
    if (read_small_file("/proc/vmstat", text, 0x10000)) {
        out.PageFaultCount = (ULONG)field(text, "pgfault");
        out.TransitionCount = (ULONG)(field(text, "pgfault") - field(text, "pgmajfault"));
        out.PageReadCount = (ULONG)(field(text, "pgpgin") / PAGE_KB);
        out.PageReadIoCount = (ULONG)field(text, "pgmajfault");
        out.DirtyPagesWriteCount = (ULONG)field(text, "pswpout");
        out.IoReadTransferCount.QuadPart = (LONGLONG)field(text, "pgpgin") * 1024;
        out.IoWriteTransferCount.QuadPart = (LONGLONG)field(text, "pgpgout") * 1024;
    }
    if (read_small_file("/proc/stat", text, 0x10000))
        out.ContextSwitches = (ULONG)field(text, "ctxt");
    free(text);
    *needed = sizeof(out) + 32; /* Windows 10 appends four fields; the shorter one is taken too */
    if (length < sizeof(out))
        return STATUS_INFO_LENGTH_MISMATCH;
    size_t size = length < *needed ? length : *needed;
    memset(info, 0, size);
    memcpy(info, &out, sizeof(out));
    *needed = (ULONG)size;
    return STATUS_SUCCESS;
}

NTSTATUS system_file_cache(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_FILECACHE_INFORMATION out = { 0 };
    struct system_memory memory = system_memory();
    out.CurrentSize = out.PeakSize = memory.cached * NT_PAGE_SIZE;
    out.CurrentSizeIncludingTransitionInPages = out.PeakSizeIncludingTransitionInPages = memory.cached;
    out.MaximumWorkingSet = memory.total;
    return reply_at_least(info, length, needed, &out, sizeof(out));
}

/* SYSTEM_MEMORY_LIST_INFORMATION: pages by state. What is cached is on the list of the usual priority, 5. */
NTSTATUS system_memory_lists(void *info, ULONG length, ULONG *needed)
{
    struct {
        SIZE_T zero, free, modified, modified_no_write, bad, by_priority[8], repurposed[8], modified_page_file;
    } out = { 0 };
    struct system_memory memory = system_memory();
    out.free = memory.free;
    out.modified = memory.dirty;
    out.by_priority[5] = memory.available > memory.free ? memory.available - memory.free : 0;
    return reply_at_least(info, length, needed, &out, sizeof(out));
}

/* SYSTEM_NUMA_INFORMATION with the free memory of each node. */
NTSTATUS system_numa_memory(void *info, ULONG length, ULONG *needed)
{
    struct {
        ULONG highest, reserved;
        ULONGLONG available[64];
    } out = { 0 };
    for (unsigned node = 0; node < 64; node++) {
        char path[64], text[4096];
        snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/meminfo", node);
        if (!read_small_file(path, text, sizeof(text)))
            continue;
        /* Lines are "Node 0 MemFree:  123 kB". */
        const char *names[] = { " MemFree:", " Inactive(file):", " SReclaimable:" };
        for (unsigned i = 0; i < 3; i++) {
            const char *at = strstr(text, names[i]);
            out.available[node] += at ? strtoull(at + strlen(names[i]), NULL, 10) * 1024 : 0;
        }
        out.highest = node;
    }
    uint64_t within = system_memory().available * NT_PAGE_SIZE;
    if (!out.highest && (!out.available[0] || out.available[0] > within))
        out.available[0] = within;
    return reply_at_least(info, length, needed, &out, 8 + (out.highest + 1) * sizeof(out.available[0]));
}
