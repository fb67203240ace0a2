/* SPDX-License-Identifier: MIT */
/* process_info.c: NtQueryInformationProcess and NtSetInformationProcess. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "cpu_set.h"
#include "cell.h"
#include "debug.h"
#include "handle_list.h"
#include "job.h"
#include "object_private.h"
#include "process.h"
#include "child.h"
#include "query.h"
#include "remote.h"

/* What programs may set of their own process and only read back: hints without an effect here. */
static struct {
    ULONG hard_error_mode;
    ULONG priority_boost_disabled;
    ULONG page_priority;
    ULONG io_priority;
    NT_POWER_THROTTLING_STATE throttling;
    SIZE_T minimum_working_set, maximum_working_set;
    ULONG working_set_flags;
} settings = { .hard_error_mode = 1,
               .page_priority = 5,
               .io_priority = 2,
               .throttling = { 1, 0, 0 },
               .minimum_working_set = 50 * 4096,
               .maximum_working_set = 345 * 4096 };

/* --- numbers from /proc --- */

size_t read_small_file(const char *path, char *buffer, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    size_t size = 0;
    ssize_t n;
    while (size < cap - 1 && (n = read(fd, buffer + size, cap - 1 - size)) > 0)
        size += (size_t)n;
    close(fd);
    buffer[size] = 0;
    return size;
}

size_t read_kept_file(int *kept, const char *path, char *buffer, size_t cap)
{
    int fd = __atomic_load_n(kept, __ATOMIC_ACQUIRE), none = 0;
    if (!fd) {
        fd = unix_fd_reserve(open(path, O_RDONLY | O_CLOEXEC));
        if (fd < 0)
            return read_small_file(path, buffer, cap);
        if (!__atomic_compare_exchange_n(kept, &none, fd, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            close(fd);
            fd = none;
        }
    }
    /* The kernel makes the text anew for each read, and all of it at once. */
    ssize_t n = pread(fd, buffer, cap - 1, 0);
    buffer[n > 0 ? n : 0] = 0;
    return n > 0 ? (size_t)n : 0;
}

/* A line "Name:  123 kB" of /proc/PID/status, in bytes. */
static uint64_t status_bytes(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

static void memory_numbers(const char *text, struct process_numbers *numbers)
{
    numbers->peak_virtual_size = status_bytes(text, "VmPeak:");
    numbers->virtual_size = status_bytes(text, "VmSize:");
    numbers->peak_working_set = status_bytes(text, "VmHWM:");
    numbers->working_set = status_bytes(text, "VmRSS:");
    numbers->private_size = status_bytes(text, "RssAnon:") + status_bytes(text, "VmSwap:");
}

bool process_numbers(ULONG id, struct process_numbers *numbers)
{
    char path[64], text[4096];
    memset(numbers, 0, sizeof(*numbers));
    snprintf(path, sizeof(path), "/proc/%u/stat", id);
    if (!read_small_file(path, text, sizeof(text)))
        return false;
    /* The name is in parentheses and may hold any character. */
    char *name = strchr(text, '('), *end = strrchr(text, ')');
    if (!name || !end || end < name)
        return false;
    *end = 0;
    snprintf(numbers->name, sizeof(numbers->name), "%s", name + 1);
    char state;
    unsigned long minor, major, user, kernel, threads;
    unsigned long long start;
    unsigned parent;
    if (sscanf(end + 1, " %c %u %*d %*d %*d %*d %*u %lu %*u %lu %*u %lu %lu %*d %*d %*d %*d %lu %*d %llu", &state,
               &parent, &minor, &major, &user, &kernel, &threads, &start) != 8)
        return false;
    uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    numbers->id = id;
    numbers->parent_id = parent;
    numbers->user_time = user * tick;
    numbers->kernel_time = kernel * tick;
    numbers->create_time = system_boot_time() + start * tick;
    numbers->page_faults = (uint32_t)(minor + major);
    numbers->threads = (uint32_t)threads;
    snprintf(path, sizeof(path), "/proc/%u/status", id);
    if (read_small_file(path, text, sizeof(text)))
        memory_numbers(text, numbers);
    return true;
}

/* --- answers --- */

NTSTATUS reply_string(void *info, ULONG length, ULONG *needed, const WCHAR *text, size_t chars)
{
    UNICODE_STRING out = { (USHORT)(chars * 2), (USHORT)(chars * 2 + 2), NULL };
    *needed = (ULONG)(sizeof(out) + (text ? chars * 2 + 2 : 0));
    if (length < *needed)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (text) {
        WCHAR *buffer = (WCHAR *)((char *)info + sizeof(out));
        memcpy(buffer, text, chars * 2);
        buffer[chars] = 0;
        out.Buffer = buffer;
    } else {
        out.MaximumLength = 0;
    }
    memcpy(info, &out, sizeof(out));
    return STATUS_SUCCESS;
}

static uint8_t priority_class_to_nt(ULONG win32)
{
    switch (win32) {
    case 0x40:
        return NT_PRIORITY_CLASS_IDLE;
    case 0x4000:
        return NT_PRIORITY_CLASS_BELOW_NORMAL;
    case 0x8000:
        return NT_PRIORITY_CLASS_ABOVE_NORMAL;
    case 0x80:
        return NT_PRIORITY_CLASS_HIGH;
    case 0x100:
        return NT_PRIORITY_CLASS_REALTIME;
    default:
        return NT_PRIORITY_CLASS_NORMAL;
    }
}

/* What parent and child both may set lies in the memory that they share. */
static ULONG *shared_priority(struct process_object *process)
{
    struct child_start *start = process == process_current ? child_own_start() : process_child_start(process);
    return start ? &start->priority_class : &process->priority_class;
}

static ULONG priority_class(struct process_object *process)
{
    return __atomic_load_n(shared_priority(process), __ATOMIC_RELAXED);
}

void process_put_priority(struct process_object *process, ULONG class)
{
    process->priority_class = class;
    __atomic_store_n(shared_priority(process), class, __ATOMIC_RELAXED);
}

KPRIORITY process_base_priority(struct process_object *process)
{
    static const KPRIORITY base[] = { 8, 4, 8, 13, 24, 6, 10 };
    return base[priority_class_to_nt(priority_class(process))];
}

/* Of a process that is not our child its agent is asked; a native one is as all are. */
static NTSTATUS query_priority(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    PROCESS_PRIORITY_CLASS out = { FALSE, priority_class_to_nt(priority_class(process)) };
    if (process != process_current && !process->is_child && !process->ended && length == sizeof(out) &&
        !remote_process_query(process, ProcessPriorityClass, info, length, needed))
        return STATUS_SUCCESS;
    return reply_exact(info, length, needed, &out, sizeof(out));
}

/* Asked once, as the parent may end and another process get its id. */
static ULONG parent_of(struct process_object *process)
{
    struct process_numbers numbers;
    ULONG group, parent = 0;
    if (process->parent_id || process->ended)
        return process->parent_id;
    if (!process_creation(process->id, &group, &parent) && process_numbers(process->id, &numbers))
        parent = numbers.parent_id;
    return process->parent_id = parent;
}

static NTSTATUS query_basic(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    PROCESS_BASIC_INFORMATION out = { 0 };
    bool own = process == process_current;
    process_update(process);
    out.ExitStatus = process->exit_status;
    out.PebBaseAddress = own ? process_peb : process_remote_peb(process);
    if (own)
        out.AffinityMask = cpu_process_mask();
    else /* the id of one that has ended may be another's */
        out.AffinityMask = process->ended ? process_affinity() : cpu_mask_of_pid((pid_t)process->id);
    out.BasePriority = process_base_priority(process);
    out.UniqueProcessId = process->id;
    out.InheritedFromUniqueProcessId = own ? child_parent_id() : parent_of(process);
    return reply_exact(info, length, needed, &out, sizeof(out));
}

uint64_t timeval_100ns(const struct timeval *time)
{
    return (uint64_t)time->tv_sec * 10000000 + (uint64_t)time->tv_usec * 10;
}

static NTSTATUS query_times(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    KERNEL_USER_TIMES out = { 0 };
    struct process_numbers numbers;
    out.CreateTime.QuadPart = (LONGLONG)process->create_time;
    out.ExitTime.QuadPart = (LONGLONG)process->exit_time;
    if (process == process_current) {
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        out.KernelTime.QuadPart = (LONGLONG)timeval_100ns(&usage.ru_stime);
        out.UserTime.QuadPart = (LONGLONG)timeval_100ns(&usage.ru_utime);
        return reply_exact(info, length, needed, &out, sizeof(out));
    }
    bool there = process_numbers(process->id, &numbers); /* true of it as long as the flag is not set afterwards */
    if (__atomic_load_n(&process->times_known, __ATOMIC_ACQUIRE)) {
        out.KernelTime.QuadPart = (LONGLONG)process->kernel_time;
        out.UserTime.QuadPart = (LONGLONG)process->user_time;
    } else if (there) {
        out.KernelTime.QuadPart = (LONGLONG)numbers.kernel_time;
        out.UserTime.QuadPart = (LONGLONG)numbers.user_time;
        if (!process->create_time)
            out.CreateTime.QuadPart = (LONGLONG)numbers.create_time;
    }
    return reply_exact(info, length, needed, &out, sizeof(out));
}

static NTSTATUS query_memory(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    struct process_numbers numbers = { 0 };
    static int own_status;
    char text[4096];
    struct rusage usage;
    if (process != process_current) {
        process_numbers(process->id, &numbers);
    } else if (read_kept_file(&own_status, "/proc/self/status", text, sizeof(text))) {
        memory_numbers(text, &numbers);
        if (getrusage(RUSAGE_SELF, &usage) == 0)
            numbers.page_faults = (uint32_t)(usage.ru_minflt + usage.ru_majflt);
    }
    VM_COUNTERS_EX out = { 0 };
    out.PeakVirtualSize = numbers.peak_virtual_size;
    out.VirtualSize = numbers.virtual_size;
    out.PageFaultCount = numbers.page_faults;
    out.PeakWorkingSetSize = numbers.peak_working_set;
    out.WorkingSetSize = numbers.working_set;
    out.PagefileUsage = out.PeakPagefileUsage = out.PrivateUsage = numbers.private_size;
    *needed = sizeof(out);
    if (length != sizeof(out) && length != offsetof(VM_COUNTERS_EX, PrivateUsage))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, &out, length);
    *needed = length;
    return STATUS_SUCCESS;
}

static NTSTATUS query_io(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    NT_IO_COUNTERS out = { 0 };
    char path[64], text[512];
    static const char *const names[] = { "syscr:", "syscw:", NULL, "rchar:", "wchar:" };
    ULONGLONG *fields = &out.ReadOperationCount;
    snprintf(path, sizeof(path), "/proc/%u/io", process->id);
    if (read_small_file(path, text, sizeof(text)))
        for (int i = 0; i < 5; i++) {
            const char *line = names[i] ? strstr(text, names[i]) : NULL;
            fields[i] = line ? strtoull(line + 6, NULL, 10) : 0;
        }
    return reply_exact(info, length, needed, &out, sizeof(out));
}

static NTSTATUS query_image_name(struct process_object *process, bool win32, void *info, ULONG length, ULONG *needed)
{
    char path[4096];
    if (!process_image_path(process->id, path, sizeof(path)))
        return STATUS_PROCESS_IS_TERMINATING; /* or a native program, which has no image */
    WCHAR *dos = unix_path_to_dos(path);
    if (!dos)
        return STATUS_NO_MEMORY;
    size_t chars = 0;
    while (dos[chars])
        chars++;
    NTSTATUS status;
    if (win32 || chars < 2 || dos[1] != ':') {
        status = reply_string(info, length, needed, dos, chars);
    } else {
        /* Volumes are numbered by their drive letters (file_get_nt_name). */
        char device[40];
        WCHAR *name = malloc((chars + sizeof(device)) * sizeof(WCHAR));
        unsigned letter = (unsigned)(dos[0] & ~0x20) - 'A' + 1;
        size_t n = (size_t)snprintf(device, sizeof(device), "\\Device\\HarddiskVolume%u", letter);
        if (name) {
            for (size_t i = 0; i < n; i++)
                name[i] = (WCHAR)device[i];
            memcpy(name + n, dos + 2, (chars - 2) * sizeof(WCHAR));
        }
        status = name ? reply_string(info, length, needed, name, n + chars - 2) : STATUS_NO_MEMORY;
        free(name);
    }
    free(dos);
    return status;
}

static NTSTATUS query_command_line(void *info, ULONG length, ULONG *needed)
{
    RTL_USER_PROCESS_PARAMETERS *params;
    WCHAR *text;
    size_t chars;
    if (!user_copy_in(&params, &process_peb->ProcessParameters, sizeof(params)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = user_string_in(&params->CommandLine, &text, &chars);
    if (status)
        return status;
    status = reply_string(info, length, needed, text, chars);
    free(text);
    return status;
}

static NTSTATUS query_quota(void *info, ULONG length, ULONG *needed)
{
    NT_QUOTA_LIMITS_EX out = { .PagedPoolLimit = SIZE_MAX,
                               .NonPagedPoolLimit = SIZE_MAX,
                               .MinimumWorkingSetSize = settings.minimum_working_set,
                               .MaximumWorkingSetSize = settings.maximum_working_set,
                               .PagefileLimit = SIZE_MAX,
                               .TimeLimit = { .QuadPart = -1 },
                               .Flags = settings.working_set_flags ? settings.working_set_flags : 0x0a };
    *needed = sizeof(out);
    if (length != sizeof(out) && length != offsetof(NT_QUOTA_LIMITS_EX, WorkingSetLimit))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(info, &out, length);
    *needed = length;
    return STATUS_SUCCESS;
}

/* C: and Z: always; further ones as the prefix has them (path.c): GetLogicalDrives asks the name space for those. */
static NTSTATUS query_device_map(void *info, ULONG length, ULONG *needed)
{
    PROCESS_DEVICEMAP_INFORMATION out = { .DriveMap = 1u << 2 | 1u << 25 };
    out.DriveType[2] = out.DriveType[25] = 3; /* DRIVE_FIXED */
    return reply_at_least(info, length, needed, &out, sizeof(out));
}

/* PROCESS_MITIGATION_POLICY_INFORMATION: which policy, then its flags. */
static NTSTATUS query_mitigation(ULONG *info, ULONG length, ULONG *needed)
{
    *needed = 8;
    if (length < 8)
        return STATUS_INFO_LENGTH_MISMATCH;
    ULONG policy = info[0];
    if (policy > 18)
        return STATUS_INVALID_PARAMETER;
    info[1] = 0;
    if (policy == 0) { /* DEP: on, and it stays so */
        info[1] = 1;
        if (length >= 12)
            *(BOOLEAN *)&info[2] = TRUE;
    } else if (policy == 1) {
        info[1] = 1 | 4; /* ASLR: bottom-up, high entropy */
    }
    return STATUS_SUCCESS;
}

static ULONG process_cookie(void)
{
    static ULONG cookie;
    ULONG value = __atomic_load_n(&cookie, __ATOMIC_RELAXED), none = 0;
    if (value)
        return value;
    if (getrandom(&value, sizeof(value), 0) != sizeof(value) || !value)
        value = 0x5a3c96b1 ^ (ULONG)getpid();
    return __atomic_compare_exchange_n(&cookie, &none, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ? value : none;
}

static NTSTATUS query_cycles(struct process_object *process, void *info, ULONG length, ULONG *needed)
{
    PROCESS_CYCLE_TIME_INFORMATION out = { 0, 0 };
    struct timespec time;
    clockid_t clock;
    if (clock_getcpuclockid(process == process_current ? 0 : (pid_t)process->id, &clock) == 0 &&
        clock_gettime(clock, &time) == 0)
        out.AccumulatedCycles = system_cycles((uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec);
    return reply_exact(info, length, needed, &out, sizeof(out));
}

/* Classes about the calling process alone. */
static NTSTATUS query_own(ULONG class, void *info, ULONG length, ULONG *needed)
{
    ULONG value;
    switch (class) {
    case ProcessQuotaLimits:
        return query_quota(info, length, needed);
    case ProcessDefaultHardErrorMode:
        return reply_exact(info, length, needed, &settings.hard_error_mode, sizeof(ULONG));
    case ProcessHandleCount:
        value = handle_table_count();
        return reply_at_least(info, length, needed, &value, sizeof(value));
    case ProcessCookie:
        value = process_cookie();
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ProcessImageInformation:
        return reply_exact(info, length, needed, process_image_information(), sizeof(SECTION_IMAGE_INFORMATION));
    case ProcessCommandLineInformation:
        return query_command_line(info, length, needed);
    case ProcessPriorityBoost:
        return reply_exact(info, length, needed, &settings.priority_boost_disabled, sizeof(ULONG));
    case ProcessPagePriority:
        return reply_exact(info, length, needed, &settings.page_priority, sizeof(ULONG));
    case ProcessIoPriority:
        return reply_exact(info, length, needed, &settings.io_priority, sizeof(ULONG));
    case ProcessPowerThrottlingState:
        return reply_exact(info, length, needed, &settings.throttling, sizeof(settings.throttling));
    case ProcessMitigationPolicy_:
        return query_mitigation(info, length, needed);
    case ProcessExecuteFlags:
        value = 0x09; /* MEM_EXECUTE_OPTION_DISABLE | _PERMANENT: data is never executable in 64-bit processes */
        return reply_exact(info, length, needed, &value, sizeof(value));
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

static NTSTATUS query(struct process_object *process, ULONG class, void *info, ULONG length, ULONG *needed)
{
    ULONG value;
    ULONG_PTR pointer = 0;
    bool children;
    switch (class) {
    case ProcessBasicInformation:
        return query_basic(process, info, length, needed);
    case ProcessDefaultCpuSetsInformation: {
        KAFFINITY sets = cpu_sets_chosen(NULL);
        if (process != process_current)
            return STATUS_NOT_SUPPORTED;
        return reply_at_least(info, length, needed, &sets, sizeof(sets));
    }
    case ProcessTimes:
        return query_times(process, info, length, needed);
    case ProcessVmCounters:
        return query_memory(process, info, length, needed);
    case ProcessIoCounters:
        return query_io(process, info, length, needed);
    case ProcessImageFileName:
    case ProcessImageFileNameWin32:
        return query_image_name(process, class == ProcessImageFileNameWin32, info, length, needed);
    case ProcessPriorityClass:
        return query_priority(process, info, length, needed);
    case ProcessSessionInformation:
        value = 1;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ProcessDebugPort:
        pointer = debug_object_of(process, &children) ? ~(ULONG_PTR)0 : 0;
        return reply_exact(info, length, needed, &pointer, sizeof(pointer));
    case ProcessWow64Information:
        return reply_exact(info, length, needed, &pointer, sizeof(pointer));
    case ProcessDebugObjectHandle:
        *needed = sizeof(HANDLE);
        return length == sizeof(HANDLE) ? debug_object_handle(process, info) : STATUS_INFO_LENGTH_MISMATCH;
    case ProcessDebugFlags: /* PROCESS_DEBUG_INHERIT: also when there is no debugger that could be inherited */
        value = !debug_object_of(process, &children) || children;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ProcessLUIDDeviceMapsEnabled:
        value = 1; /* each logon has its own drives */
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ProcessBreakOnTermination:
        value = 0;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ProcessProtectionInformation: {
        UCHAR none = 0;
        return reply_exact(info, length, needed, &none, sizeof(none));
    }
    case ProcessGroupInformation: {
        USHORT group = 0;
        return reply_at_least(info, length, needed, &group, sizeof(group));
    }
    case ProcessDeviceMap:
        return query_device_map(info, length, needed);
    case ProcessCycleTime:
        return query_cycles(process, info, length, needed);
    case ProcessHandleInformation:
        return handle_list_query_process(process, info, length, needed);
    default:
        if (process != process_current)
            return remote_process_query(process, class, info, length, needed);
        return query_own(class, info, length, needed);
    }
}

NTSTATUS NtQueryInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass, PVOID ProcessInformation,
                                   ULONG ProcessInformationLength, ULONG *ReturnLength)
{
    struct object *obj;
    ULONG needed = 0;
    NTSTATUS status = handle_lookup(ProcessHandle, &process_type, PROCESS_QUERY_LIMITED_INFORMATION, &obj);
    if (status)
        return status;
    status = query((struct process_object *)obj, ProcessInformationClass, ProcessInformation, ProcessInformationLength,
                   &needed);
    object_unref(obj);
    if (ReturnLength && needed)
        *ReturnLength = needed;
    return status;
}

/* --- setting --- */

static NTSTATUS set_affinity(struct process_object *process, KAFFINITY mask)
{
    if (!mask || mask & ~process_affinity())
        return STATUS_INVALID_PARAMETER;
    return process == process_current ? cpu_set_process_mask(mask) : cpu_set_mask_of_pid((pid_t)process->id, mask);
}

NTSTATUS process_priority_from_nt(UCHAR class, ULONG *win32)
{
    static const ULONG classes[] = { 0, 0x40, 0x20, 0x80, 0x100, 0x4000, 0x8000 };
    if (class == 0 || class > NT_PRIORITY_CLASS_ABOVE_NORMAL)
        return STATUS_INVALID_PARAMETER;
    if (class == NT_PRIORITY_CLASS_REALTIME)
        class = NT_PRIORITY_CLASS_HIGH; /* as without SeIncreaseBasePriorityPrivilege */
    *win32 = classes[class];
    return STATUS_SUCCESS;
}

/* "CreateProcess": normal, unless the creating process is of an idle or below normal class. */
ULONG process_child_priority(void)
{
    ULONG own = priority_class(process_current);
    return own == 0x40 || own == 0x4000 ? own : 0x20;
}

ULONG process_error_mode(void)
{
    return settings.hard_error_mode;
}

void process_set_error_mode(ULONG mode)
{
    settings.hard_error_mode = mode;
}

/* Not passed on to Linux: a user cannot raise again what was lowered there, so a program that lowers its priority for a
 * while would keep it. */
static NTSTATUS set_priority_class(struct process_object *process, uint8_t class)
{
    ULONG win32;
    NTSTATUS status = process_priority_from_nt(class, &win32);
    if (!status && !job_gives_priority(process)) /* "the calls succeed but are silently ignored" (docs: Job Objects) */
        process_put_priority(process, win32);
    return status;
}

static NTSTATUS set_ulong(ULONG *setting, const void *info, ULONG length, ULONG maximum)
{
    ULONG value;
    if (length != sizeof(value))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&value, info, sizeof(value));
    if (value > maximum)
        return STATUS_INVALID_PARAMETER;
    *setting = value;
    return STATUS_SUCCESS;
}

static NTSTATUS set(struct process_object *process, ULONG class, const void *info, ULONG length)
{
    switch (class) {
    case ProcessAffinityMask: {
        KAFFINITY mask;
        if (length != sizeof(mask))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&mask, info, sizeof(mask));
        return set_affinity(process, mask);
    }
    case ProcessDefaultCpuSetsInformation:
        return process == process_current ? cpu_sets_choose(NULL, info, length) : STATUS_NOT_SUPPORTED;
    case ProcessPriorityClass:
        if (length != sizeof(PROCESS_PRIORITY_CLASS))
            return STATUS_INFO_LENGTH_MISMATCH;
        if (process != process_current && !process->is_child)
            break;
        return set_priority_class(process, ((const PROCESS_PRIORITY_CLASS *)info)->PriorityClass);
    }
    if (process->ended)
        return STATUS_PROCESS_IS_TERMINATING;
    if (process != process_current)
        return remote_process_set(process, class, info, length);
    ULONG ignored;
    switch (class) {
    case ProcessDefaultHardErrorMode:
        return set_ulong(&settings.hard_error_mode, info, length, UINT32_MAX);
    case ProcessPriorityBoost:
        return set_ulong(&settings.priority_boost_disabled, info, length, UINT32_MAX);
    case ProcessPagePriority:
        return set_ulong(&settings.page_priority, info, length, 5);
    case ProcessIoPriority:
        return set_ulong(&settings.io_priority, info, length, 4);
    case ProcessBasePriority:
    case ProcessRaisePriority:
        return set_ulong(&ignored, info, length, UINT32_MAX); /* hints to the scheduler, like the priority class */
    case ProcessForegroundInformation:
        return length == 1 ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    case ProcessPowerThrottlingState: {
        NT_POWER_THROTTLING_STATE state;
        if (length != sizeof(state))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&state, info, sizeof(state));
        if (state.Version != 1 || state.StateMask & ~state.ControlMask)
            return STATUS_INVALID_PARAMETER;
        settings.throttling = state;
        return STATUS_SUCCESS;
    }
    case ProcessQuotaLimits: {
        NT_QUOTA_LIMITS_EX limits = { 0 };
        if (length != sizeof(limits) && length != offsetof(NT_QUOTA_LIMITS_EX, WorkingSetLimit))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&limits, info, length);
        if (limits.MinimumWorkingSetSize == SIZE_MAX && limits.MaximumWorkingSetSize == SIZE_MAX)
            return STATUS_SUCCESS; /* "trim the working set": Linux does so when it needs memory */
        if (!limits.MinimumWorkingSetSize || limits.MinimumWorkingSetSize >= limits.MaximumWorkingSetSize)
            return STATUS_BAD_WORKING_SET_LIMIT;
        settings.minimum_working_set = limits.MinimumWorkingSetSize;
        settings.maximum_working_set = limits.MaximumWorkingSetSize;
        settings.working_set_flags = limits.Flags;
        return STATUS_SUCCESS;
    }
    case ProcessBreakOnTermination:
        return STATUS_PRIVILEGE_NOT_HELD; /* SeDebugPrivilege */
    case ProcessAccessToken:
        return STATUS_PRIVILEGE_NOT_HELD; /* SeAssignPrimaryTokenPrivilege */
    case ProcessDebugFlags: { /* whether children have the same debugger: without one it makes no difference */
        bool children;
        if (debug_object_of(process, &children))
            return STATUS_NOT_SUPPORTED;
        return set_ulong(&ignored, info, length, 1);
    }
    case ProcessMitigationPolicy_:
        if (length < 8)
            return STATUS_INFO_LENGTH_MISMATCH;
        /* DEP and ASLR are on; of the others nothing can be promised. */
        return *(const ULONG *)info <= 1 ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    case ProcessExecuteFlags:
        return STATUS_ACCESS_DENIED; /* permanent */
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

/* As the Win32 functions that set them say. */
static ACCESS_MASK right_to_set(ULONG class)
{
    switch (class) {
    case ProcessQuotaLimits:
        return PROCESS_SET_QUOTA;
    case ProcessDefaultCpuSetsInformation:
        return PROCESS_SET_LIMITED_INFORMATION;
    default:
        return PROCESS_SET_INFORMATION;
    }
}

NTSTATUS NtSetInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass, PVOID ProcessInformation,
                                 ULONG ProcessInformationLength)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(ProcessHandle, &process_type, right_to_set(ProcessInformationClass), &obj);
    if (status)
        return status;
    status = set((struct process_object *)obj, ProcessInformationClass, ProcessInformation, ProcessInformationLength);
    object_unref(obj);
    return status;
}
