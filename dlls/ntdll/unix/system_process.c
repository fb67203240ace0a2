/* SPDX-License-Identifier: MIT */
/*
 * system_process.c: the list of processes. It has the Windows programs that run on this machine, whatever their prefix:
 * the processes whose executable is ours. Linux's own are not Windows's to see.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "cell.h"
#include "object_private.h"
#include "process.h"
#include "query.h"
#include "system.h"

KPRIORITY process_base_priority(struct process_object *process);

static bool is_ours(ULONG id)
{
    static struct stat own;
    struct stat other;
    char path[64];
    if (id == process_id)
        return true;
    if (!own.st_ino && stat("/proc/self/exe", &own))
        return false;
    snprintf(path, sizeof(path), "/proc/%u/exe", id);
    return !stat(path, &other) && other.st_ino == own.st_ino && other.st_dev == own.st_dev;
}

ULONG process_next_id(ULONG id)
{
    ULONG least = 0;
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    /* Processes are listed by their ids, at positions some hundreds above: so a look from there is as far as a step. */
    if (dir && id)
        seekdir(dir, (long)id);
    while (dir && !least && (entry = readdir(dir))) {
        ULONG other = (ULONG)strtoul(entry->d_name, NULL, 10);
        if (other > id && is_ours(other))
            least = other;
    }
    if (dir)
        closedir(dir);
    return least;
}

/*
 * The command line of a process of ours. Whoever starts one goes on (vfork) as soon as it has its new address space,
 * which is a moment before that has its arguments: until then it reads as empty, as that of one which has ended does,
 * but the latter has no executable any more. There is nothing to wait for; Linux is in the middle of execve, which
 * takes microseconds unless it is preempted, so the limit (0.1 s at the least) is for what cannot be.
 */
static size_t command_line(ULONG id, char *text, size_t cap)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%u/cmdline", id);
    for (int i = 0; i < 2000; i++) {
        size_t size = read_small_file(path, text, cap);
        if (size || !is_ours(id))
            return size;
        clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = 50000 }, NULL);
    }
    return 0;
}

/* The program: the first argument that follows our own name and options. `text` takes the whole command line. */
static const char *program_argument(ULONG id, char *text, size_t cap)
{
    size_t size = command_line(id, text, cap);
    for (const char *arg = text; arg < text + size; arg += strlen(arg) + 1) {
        size_t length = strlen(arg);
        const char *ending = length > 4 ? arg + length - 4 : "";
        if (!strcasecmp(ending, ".exe"))
            return arg;
        if (!strcasecmp(ending, ".bat") || !strcasecmp(ending, ".cmd")) { /* which the interpreter runs */
            snprintf(text, cap, "%s/cmd.exe", options.system_dir);
            return text;
        }
    }
    return size ? text : NULL;
}

bool process_image_path(ULONG id, char *path, size_t cap)
{
    char text[4096], link[64], folder[2048];
    if (id == process_id)
        return snprintf(path, cap, "%s", options.program) < (int)cap;
    const char *program = is_ours(id) ? program_argument(id, text, sizeof(text)) : NULL;
    if (!program)
        return false;
    if (*program == '/')
        return snprintf(path, cap, "%s", program) < (int)cap;
    /* As typed: relative to where the process is, unless it has gone elsewhere. */
    snprintf(link, sizeof(link), "/proc/%u/cwd", id);
    ssize_t n = readlink(link, folder, sizeof(folder) - 1);
    if (n <= 0)
        return false;
    folder[n] = 0;
    return snprintf(path, cap, "%s/%s", folder, program) < (int)cap && !access(path, F_OK);
}

bool process_creation(ULONG id, ULONG *group, ULONG *parent)
{
    char text[128];
    size_t size = command_line(id, text, sizeof(text));
    /* transom\0--start\0FD,GROUP,PARENT\0 ... ; the path may be longer than what was read, and then it is none of ours */
    const char *option = size ? memchr(text, 0, size) : NULL;
    if (!option || option + sizeof("--start") >= text + size || strcmp(option + 1, "--start"))
        return false;
    return sscanf(option + 1 + sizeof("--start"), "%*d,%u,%u", group, parent) == 2;
}

static size_t program_of(ULONG id, WCHAR *name, size_t cap)
{
    char text[4096];
    const char *found = id == process_id ? program_name : program_argument(id, text, sizeof(text));
    if (!found)
        found = "?";
    for (const char *p = found; *p; p++)
        if ((*p == '/' || *p == '\\') && p[1])
            found = p + 1;
    return utf8_to_utf16(found, strlen(found), name, cap);
}

struct output {
    char *info;
    size_t length, used;
    ULONG *link; /* NextEntryOffset of the entry before */
    size_t last;
};

/* Whether a thread is one of Windows', and none that we need (called transom/..., as no program can be) or that Linux does (io_uring). */
static bool is_windows_thread(ULONG process, ULONG id)
{
    char path[64], name[32];
    if (process == process_id) {
        struct thread_object *object = thread_find(id);
        if (object)
            object_unref(&object->header);
        return object != NULL;
    }
    snprintf(path, sizeof(path), "/proc/%u/task/%u/comm", process, id);
    return !read_small_file(path, name, sizeof(name)) || (strncmp(name, "transom/", 8) && strncmp(name, "iou-", 4));
}

static size_t thread_ids(ULONG id, ULONG **ids)
{
    char path[64];
    size_t count = 0, cap = 0;
    *ids = NULL;
    snprintf(path, sizeof(path), "/proc/%u/task", id);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        ULONG tid = (ULONG)strtoul(entry->d_name, NULL, 10);
        if (!tid || !is_windows_thread(id, tid))
            continue;
        if (count == cap) {
            ULONG *grown = realloc(*ids, (cap = cap ? cap * 2 : 16) * sizeof(**ids));
            if (!grown)
                break;
            *ids = grown;
        }
        (*ids)[count++] = tid;
    }
    if (dir)
        closedir(dir);
    return count;
}

ULONG process_next_thread(ULONG process, ULONG after)
{
    char path[64];
    ULONG next;
    snprintf(path, sizeof(path), "/proc/%u/task", process);
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    do {
        struct dirent *entry;
        next = 0;
        rewinddir(dir);
        while ((entry = readdir(dir))) {
            ULONG id = (ULONG)strtoul(entry->d_name, NULL, 10);
            if (id > after && (!next || id < next))
                next = id;
        }
        after = next;
    } while (next && !is_windows_thread(process, next));
    closedir(dir);
    return next;
}

/* From /proc: whether it runs, and its times. */
static void fill_thread_times(SYSTEM_THREAD_INFORMATION *out, ULONG process, ULONG id)
{
    enum { RUNNING = 2, WAITING = 5, USER_REQUEST = 6 };
    char path[64], text[1024], state = 'S';
    unsigned long long user = 0, kernel = 0;
    uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", process, id);
    const char *rest = read_small_file(path, text, sizeof(text)) ? strrchr(text, ')') : NULL;
    if (rest)
        sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &state, &user, &kernel);
    out->UserTime.QuadPart = (LONGLONG)(user * tick);
    out->KernelTime.QuadPart = (LONGLONG)(kernel * tick);
    out->ThreadState = state == 'R' ? RUNNING : WAITING;
    out->WaitReason = state == 'R' ? 0 : USER_REQUEST;
}

static void fill_thread(SYSTEM_THREAD_INFORMATION *out, ULONG process, ULONG id, uint64_t create_time)
{
    memset(out, 0, sizeof(*out));
    out->CreateTime.QuadPart = (LONGLONG)create_time;
    out->ClientId = (CLIENT_ID){ (HANDLE)(ULONG_PTR)process, (HANDLE)(ULONG_PTR)id };
    out->Priority = out->BasePriority = 8;
    fill_thread_times(out, process, id);
    if (process != process_id)
        return;
    struct thread_object *object = thread_find(id);
    if (object) {
        out->StartAddress = object->start_address;
        out->CreateTime.QuadPart = (LONGLONG)object->create_time;
        object_unref(&object->header);
    }
}

#define SYSTEM_PROCESS 4

/* One of the idle process's, which share its time, or the only one of the system process. */
static void fill_system_thread(SYSTEM_THREAD_INFORMATION *out, const struct process_numbers *numbers, size_t threads)
{
    out->ClientId.UniqueProcess = (HANDLE)(ULONG_PTR)numbers->id;
    out->ClientId.UniqueThread = (HANDLE)(ULONG_PTR)(numbers->id ? 8 : 0);
    out->KernelTime.QuadPart = (LONGLONG)(numbers->kernel_time / threads);
    out->ThreadState = numbers->id ? 5 /* waiting */ : 2 /* running */;
}

/* SYSTEM_EXTENDED_THREAD_INFORMATION is longer by stack and TEB addresses, which only a debugger needs. */
#define EXTENDED_THREAD_SIZE 0x88

static void add_process(struct output *out, const struct process_numbers *numbers, bool extended)
{
    WCHAR name[256];
    size_t chars = 0;
    ULONG *ids = NULL;
    size_t threads = 0;
    ULONG group, parent = numbers->parent_id;
    if (numbers->id == SYSTEM_PROCESS) {
        memcpy(name, u"System", 12);
        chars = 6;
        threads = 1;
    } else if (!numbers->id) { /* the idle process has a thread for each processor */
        threads = (size_t)__builtin_popcountll(process_affinity());
    } else {
        chars = program_of(numbers->id, name, 255);
        threads = thread_ids(numbers->id, &ids);
        process_creation(numbers->id, &group, &parent);
    }
    size_t thread_size = extended ? EXTENDED_THREAD_SIZE : sizeof(SYSTEM_THREAD_INFORMATION);
    size_t start = ROUND_UP(out->used, (size_t)8);
    size_t text = start + offsetof(SYSTEM_PROCESS_INFORMATION, Threads) + threads * thread_size;
    size_t end = text + (chars ? (chars + 1) * sizeof(WCHAR) : 0);
    if (end <= out->length) {
        SYSTEM_PROCESS_INFORMATION *info = (SYSTEM_PROCESS_INFORMATION *)(out->info + start);
        memset(info, 0, offsetof(SYSTEM_PROCESS_INFORMATION, Threads));
        info->NumberOfThreads = (ULONG)threads;
        info->CreateTime.QuadPart = (LONGLONG)numbers->create_time;
        info->UserTime.QuadPart = (LONGLONG)numbers->user_time;
        info->KernelTime.QuadPart = (LONGLONG)numbers->kernel_time;
        info->BasePriority = numbers->id == process_id ? process_base_priority(process_current) : 8;
        info->UniqueProcessId = (HANDLE)(ULONG_PTR)numbers->id;
        info->InheritedFromUniqueProcessId = (HANDLE)(ULONG_PTR)parent;
        info->HandleCount = numbers->id == process_id ? handle_table_count() : 0;
        info->SessionId = numbers->id > 4;
        info->PeakVirtualSize = numbers->peak_virtual_size;
        info->VirtualSize = numbers->virtual_size;
        info->PageFaultCount = numbers->page_faults;
        info->PeakWorkingSetSize = numbers->peak_working_set;
        info->WorkingSetSize = numbers->working_set;
        info->PagefileUsage = info->PeakPagefileUsage = info->PrivatePageCount = numbers->private_size;
        info->WorkingSetPrivateSize.QuadPart = (LONGLONG)numbers->private_size;
        for (size_t i = 0; i < threads; i++) {
            char *at = (char *)info->Threads + i * thread_size;
            memset(at, 0, thread_size);
            if (ids)
                fill_thread((SYSTEM_THREAD_INFORMATION *)at, numbers->id, ids[i], numbers->create_time);
            else
                fill_system_thread((SYSTEM_THREAD_INFORMATION *)at, numbers, threads);
        }
        if (chars) {
            WCHAR *buffer = (WCHAR *)(out->info + text);
            memcpy(buffer, name, chars * sizeof(WCHAR));
            buffer[chars] = 0;
            info->ImageName = (UNICODE_STRING){ (USHORT)(chars * 2), (USHORT)(chars * 2 + 2), buffer };
        }
        if (out->link)
            *out->link = (ULONG)(start - out->last);
        out->link = &info->NextEntryOffset;
        out->last = start;
    }
    out->used = end;
    free(ids);
}

NTSTATUS system_processes(void *info, ULONG length, ULONG *needed, bool extended)
{
    struct output out = { info, length, 0, NULL, 0 };
    struct process_numbers numbers = { 0 };
    char text[128];
    const char *idle = read_small_file("/proc/uptime", text, sizeof(text)) ? strchr(text, ' ') : NULL;
    numbers.kernel_time = idle ? (uint64_t)(strtod(idle, NULL) * 1e7) : 0;
    add_process(&out, &numbers, extended); /* the idle process */
    numbers = (struct process_numbers){ .id = SYSTEM_PROCESS };
    add_process(&out, &numbers, extended);
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        ULONG id = (ULONG)strtoul(entry->d_name, NULL, 10);
        if (id && is_ours(id) && process_numbers(id, &numbers))
            add_process(&out, &numbers, extended);
    }
    if (dir)
        closedir(dir);
    *needed = (ULONG)out.used;
    return out.used <= length ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

NTSTATUS system_process_name(void *info, ULONG length, ULONG *needed)
{
    SYSTEM_PROCESS_ID_INFORMATION request;
    WCHAR name[256];
    *needed = sizeof(request);
    if (length != sizeof(request))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&request, info, sizeof(request));
    ULONG id = (ULONG)(ULONG_PTR)request.ProcessId;
    if (request.ImageName.Length)
        return STATUS_INVALID_PARAMETER;
    if (!is_ours(id))
        return STATUS_INVALID_CID;
    size_t chars = program_of(id, name, 255);
    USHORT bytes = (USHORT)(chars * sizeof(WCHAR));
    USHORT room = request.ImageName.MaximumLength;
    request.ImageName.MaximumLength = (USHORT)(bytes + 2);
    name[chars] = 0;
    NTSTATUS status = STATUS_SUCCESS;
    if (room < bytes + 2)
        status = STATUS_INFO_LENGTH_MISMATCH;
    else if (!user_copy_out(request.ImageName.Buffer, name, bytes + 2u))
        status = STATUS_ACCESS_VIOLATION;
    else
        request.ImageName.Length = bytes;
    memcpy(info, &request, sizeof(request));
    return status;
}
