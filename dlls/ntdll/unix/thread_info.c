/* SPDX-License-Identifier: MIT */
/* thread_info.c: NtQueryInformationThread and NtSetInformationThread. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "cpu_set.h"
#include "cell.h"
#include "object_private.h"
#include "process.h"
#include "query.h"
#include "security.h"
#include "remote.h"

KPRIORITY process_base_priority(struct process_object *process);

#define THREAD_DESCRIPTION_MAX 0xfff0u

/* What is asked often comes with the calling thread: its lock-free half. */
static uint64_t cpu_time_ns(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) ? 0 : (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void thread_times(const struct thread_object *object, uint64_t *kernel, uint64_t *user)
{
    *kernel = object->kernel_time;
    *user = object->user_time;
    pthread_mutex_lock(&thread_list_lock);
    pid_t tid = object->thread ? object->thread->tid : 0;
    pthread_mutex_unlock(&thread_list_lock);
    if (!tid)
        return;
    if (tid == gettid()) {
        struct rusage usage;
        getrusage(RUSAGE_THREAD, &usage);
        *kernel = (uint64_t)usage.ru_stime.tv_sec * 10000000 + (uint64_t)usage.ru_stime.tv_usec * 10;
        *user = (uint64_t)usage.ru_utime.tv_sec * 10000000 + (uint64_t)usage.ru_utime.tv_usec * 10;
        return;
    }
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    unsigned long utime, stime;
    const char *end;
    if (read_small_file(path, text, sizeof(text)) && (end = strrchr(text, ')')) &&
        sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &utime, &stime) == 2) {
        uint64_t tick = 10000000u / (uint64_t)sysconf(_SC_CLK_TCK);
        *user = utime * tick;
        *kernel = stime * tick;
    }
}

static KPRIORITY current_priority(const struct thread_object *object)
{
    KPRIORITY base = process_base_priority(process_current), increment = object->base_priority;
    if (increment >= 15)
        return 15;
    if (increment <= -15)
        return 1;
    return base + increment > 15 ? 15 : base + increment < 1 ? 1 : base + increment;
}

static NTSTATUS query_basic(struct thread_object *object, void *info, ULONG length, ULONG *needed)
{
    THREAD_BASIC_INFORMATION out = { 0 };
    pthread_mutex_lock(&thread_list_lock);
    struct thread *thread = object->thread;
    out.ExitStatus = thread ? STATUS_PENDING : object->exit_status;
    out.TebBaseAddress = thread ? thread->teb : NULL;
    pthread_mutex_unlock(&thread_list_lock);
    out.ClientId = (CLIENT_ID){ (HANDLE)(ULONG_PTR)(object->process ? object->process->id : process_id),
                                (HANDLE)(ULONG_PTR)object->id };
    out.AffinityMask = object->affinity;
    out.Priority = current_priority(object);
    out.BasePriority = object->base_priority;
    return reply_exact(info, length, needed, &out, sizeof(out));
}

static NTSTATUS query_times(struct thread_object *object, void *info, ULONG length, ULONG *needed)
{
    KERNEL_USER_TIMES out = { 0 };
    uint64_t kernel, user;
    thread_times(object, &kernel, &user);
    out.CreateTime.QuadPart = (LONGLONG)object->create_time;
    out.ExitTime.QuadPart = (LONGLONG)object->exit_time;
    out.KernelTime.QuadPart = (LONGLONG)kernel;
    out.UserTime.QuadPart = (LONGLONG)user;
    return reply_exact(info, length, needed, &out, sizeof(out));
}

static NTSTATUS query_cycles(struct thread_object *object, void *info, ULONG length, ULONG *needed)
{
    THREAD_CYCLE_TIME_INFORMATION out = { 0, 0 };
    uint64_t ns = 0;
    clockid_t clock;
    if (object == (struct thread_object *)thread_current_object()) {
        ns = cpu_time_ns(CLOCK_THREAD_CPUTIME_ID);
    } else {
        pthread_mutex_lock(&thread_list_lock);
        if (object->thread && !pthread_getcpuclockid(object->thread->pthread, &clock))
            ns = cpu_time_ns(clock);
        else
            ns = (object->kernel_time + object->user_time) * 100;
        pthread_mutex_unlock(&thread_list_lock);
    }
    out.AccumulatedCycles = system_cycles(ns);
    return reply_exact(info, length, needed, &out, sizeof(out));
}

static NTSTATUS query_name(struct thread_object *object, void *info, ULONG length, ULONG *needed)
{
    pthread_mutex_lock(&thread_list_lock);
    size_t chars = object->description_len;
    WCHAR *copy = malloc((chars + 1) * sizeof(WCHAR));
    if (copy && chars)
        memcpy(copy, object->description, chars * sizeof(WCHAR));
    pthread_mutex_unlock(&thread_list_lock);
    if (!copy)
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_SUCCESS;
    UNICODE_STRING out = { (USHORT)(chars * 2), (USHORT)(chars * 2), (WCHAR *)((char *)info + sizeof(out)) };
    *needed = (ULONG)(sizeof(out) + chars * 2);
    if (length < *needed) {
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        memcpy(info, &out, sizeof(out));
        memcpy((char *)info + sizeof(out), copy, chars * 2);
    }
    free(copy);
    return status;
}

/* THREAD_TEB_INFORMATION: where to, offset in the TEB, how many bytes. */
static NTSTATUS query_teb(struct thread_object *object, const void *info, ULONG length, ULONG *needed)
{
    struct {
        PVOID to;
        ULONG offset;
        ULONG size;
    } request;
    char copy[sizeof(TEB)];
    *needed = sizeof(request);
    if (length != sizeof(request))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&request, info, sizeof(request));
    if (request.offset > sizeof(TEB) || request.size > sizeof(TEB) - request.offset)
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&thread_list_lock);
    bool alive = object->thread && user_copy_in(copy, (char *)object->thread->teb + request.offset, request.size);
    pthread_mutex_unlock(&thread_list_lock);
    if (!alive)
        return STATUS_THREAD_IS_TERMINATING;
    return user_copy_out(request.to, copy, request.size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static struct thread_settings get_settings(const struct thread_object *object)
{
    struct thread_settings settings = { 0 };
    pthread_mutex_lock(&thread_list_lock);
    if (object->thread)
        settings = object->thread->wait.settings;
    pthread_mutex_unlock(&thread_list_lock);
    return settings;
}

static NTSTATUS put_settings(const struct thread_object *object, const struct thread_settings *settings)
{
    NTSTATUS status = STATUS_THREAD_IS_TERMINATING;
    pthread_mutex_lock(&thread_list_lock);
    if (object->thread) {
        object->thread->wait.settings = *settings;
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&thread_list_lock);
    return status;
}

/* Until one is set: spread over the processors by thread id. */
static ULONG ideal_processor(const struct thread_object *object, const struct thread_settings *settings)
{
    if (settings->ideal_processor_set)
        return settings->ideal_processor;
    KAFFINITY mask = process_affinity();
    unsigned skip = object->id % (unsigned)__builtin_popcountll(mask);
    for (unsigned i = 0; i < 64; i++)
        if (mask >> i & 1 && !skip--)
            return i;
    return 0;
}

static NTSTATUS query(struct thread_object *object, ULONG class, void *info, ULONG length, ULONG *needed)
{
    ULONG value = 0;
    struct thread_settings settings = get_settings(object);
    switch (class) {
    case ThreadBasicInformation:
        return query_basic(object, info, length, needed);
    case ThreadTimes:
        return query_times(object, info, length, needed);
    case ThreadAffinityMask:
        return reply_exact(info, length, needed, &object->affinity, sizeof(object->affinity));
    case ThreadSelectedCpuSets: {
        KAFFINITY sets = cpu_sets_chosen(object);
        return reply_at_least(info, length, needed, &sets, sizeof(sets));
    }
    case ThreadQuerySetWin32StartAddress:
        return reply_exact(info, length, needed, &object->start_address, sizeof(object->start_address));
    case ThreadAmILastThread:
        value = thread_count() == 1;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadPriority:
        value = (ULONG)current_priority(object);
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadIsIoPending:
    case ThreadBreakOnTermination:
    case ThreadDynamicCodePolicyInfo:
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadPriorityBoost:
        value = settings.priority_boost_disabled;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadPagePriority:
        value = settings.page_priority ? settings.page_priority : 5;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadIoPriority:
        value = settings.io_priority_low ? 0 : 2;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadIsTerminated:
        pthread_mutex_lock(&thread_list_lock);
        value = object->thread == NULL;
        pthread_mutex_unlock(&thread_list_lock);
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadHideFromDebugger: {
        BOOLEAN hidden = object->hidden_from_debugger;
        return reply_exact(info, length, needed, &hidden, sizeof(hidden));
    }
    case ThreadPerformanceCount: {
        LARGE_INTEGER none = { .QuadPart = 0 };
        return reply_exact(info, length, needed, &none, sizeof(none));
    }
    case ThreadSuspendCount:
        value = (ULONG)object->suspend_count;
        return reply_exact(info, length, needed, &value, sizeof(value));
    case ThreadIdealProcessorEx: {
        struct {
            USHORT group;
            UCHAR number, reserved;
        } out = { 0, (UCHAR)ideal_processor(object, &settings), 0 };
        return reply_exact(info, length, needed, &out, sizeof(out));
    }
    case ThreadGroupInformation: {
        struct {
            KAFFINITY mask;
            USHORT group, reserved[3];
        } out = { object->affinity, 0, { 0 } };
        return reply_exact(info, length, needed, &out, sizeof(out));
    }
    case ThreadCycleTime:
        return query_cycles(object, info, length, needed);
    case ThreadNameInformation:
        return query_name(object, info, length, needed);
    case ThreadTebInformation:
        return query_teb(object, info, length, needed);
    case ThreadPowerThrottlingState: {
        NT_POWER_THROTTLING_STATE out = { 1, 0, 0 };
        return reply_exact(info, length, needed, &out, sizeof(out));
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtQueryInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass, PVOID ThreadInformation,
                                  ULONG ThreadInformationLength, ULONG *ReturnLength)
{
    struct object *obj;
    ULONG needed = 0;
    NTSTATUS status = handle_lookup(ThreadHandle, &thread_type, THREAD_QUERY_LIMITED_INFORMATION, &obj);
    if (status)
        return status;
    struct thread_object *object = container_of(obj, struct thread_object, header);
    status = STATUS_THREAD_IS_TERMINATING;
    if (object->is_remote)
        status =
            remote_thread_query(object, ThreadInformationClass, ThreadInformation, ThreadInformationLength, &needed);
    if (status == STATUS_THREAD_IS_TERMINATING) /* or of this process; what is known of it here */
        status = query(object, ThreadInformationClass, ThreadInformation, ThreadInformationLength, &needed);
    object_unref(obj);
    if (ReturnLength && needed)
        *ReturnLength = needed;
    return status;
}

/* --- setting --- */

static NTSTATUS set_affinity(struct thread_object *object, const void *info, ULONG length)
{
    KAFFINITY mask;
    if (length != sizeof(mask))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&mask, info, sizeof(mask));
    return cpu_set_thread_mask(object, mask);
}

static NTSTATUS set_name(struct thread_object *object, const void *info, ULONG length)
{
    WCHAR *text;
    size_t chars;
    if (length != sizeof(UNICODE_STRING))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = user_string_in(info, &text, &chars);
    if (status)
        return status;
    /* For ps, top and gdb as well; Linux keeps 15 bytes. */
    char name[64] = { 0 };
    utf16_to_utf8(text, chars < 15 ? chars : 15, name, sizeof(name) - 1);
    name[15] = 0;
    pthread_mutex_lock(&thread_list_lock);
    WCHAR *old = object->description;
    object->description = text;
    object->description_len = chars;
    if (object->thread && chars)
        pthread_setname_np(object->thread->pthread, name);
    pthread_mutex_unlock(&thread_list_lock);
    free(old);
    return STATUS_SUCCESS;
}

/* Zeroes a TLS slot in every thread: what TlsAlloc needs, as a freed slot may hold old values. */
static NTSTATUS zero_tls_cell(const void *info, ULONG length)
{
    ULONG index;
    PVOID zero = NULL;
    if (length != sizeof(index))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&index, info, sizeof(index));
    if (index >= 64 + 1024)
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&thread_list_lock);
    for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list; entry = entry->Flink) {
        TEB *teb = container_of(entry, struct thread, entry)->teb;
        PVOID *slots;
        if (index < 64)
            teb->TlsSlots[index] = NULL;
        else if (user_copy_in(&slots, &teb->TlsExpansionSlots, sizeof(slots)) && slots)
            user_copy_out(&slots[index - 64], &zero, sizeof(zero));
    }
    pthread_mutex_unlock(&thread_list_lock);
    return STATUS_SUCCESS;
}

static NTSTATUS set_token(struct thread_object *object, const void *info, ULONG length)
{
    HANDLE handle;
    struct object *token = NULL;
    if (length != sizeof(handle))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&handle, info, sizeof(handle));
    if (handle) {
        NTSTATUS status = handle_lookup(handle, &token_type, TOKEN_IMPERSONATE, &token);
        if (status)
            return status;
        if (((struct token *)token)->type != TokenImpersonation) {
            object_unref(token);
            return STATUS_BAD_TOKEN_TYPE;
        }
    }
    NTSTATUS status = object->thread ? token_set_thread(object->thread, token) : STATUS_THREAD_IS_TERMINATING;
    if (token)
        object_unref(token);
    return status;
}

static NTSTATUS set_base_priority(struct thread_object *object, const void *info, ULONG length)
{
    LONG value;
    if (length != sizeof(value))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&value, info, sizeof(value));
    bool saturated = value == 15 || value == 16 || value == -15 || value == -16;
    if (!saturated && (value < -2 || value > 2))
        return STATUS_INVALID_PARAMETER;
    /* Kept and reported, not passed on to Linux, for the reason given with the process's priority class. */
    object->base_priority = value == 15 ? 16 : value == -15 ? -16 : value;
    return STATUS_SUCCESS;
}

static NTSTATUS set(struct thread_object *object, ULONG class, void *info, ULONG length)
{
    ULONG value = 0;
    struct thread_settings settings = get_settings(object);
    if (length == sizeof(value))
        memcpy(&value, info, sizeof(value));
    switch (class) {
    case ThreadBasePriority:
        return set_base_priority(object, info, length);
    case ThreadAffinityMask:
        return set_affinity(object, info, length);
    case ThreadSelectedCpuSets:
        return cpu_sets_choose(object, info, length);
    case ThreadNameInformation:
        return set_name(object, info, length);
    case ThreadZeroTlsCell:
        return zero_tls_cell(info, length);
    case ThreadImpersonationToken:
        return set_token(object, info, length);
    case ThreadHideFromDebugger:
        if (length)
            return STATUS_INFO_LENGTH_MISMATCH;
        object->hidden_from_debugger = true;
        return STATUS_SUCCESS;
    case ThreadQuerySetWin32StartAddress:
        if (length != sizeof(PVOID))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(&object->start_address, info, sizeof(PVOID));
        return STATUS_SUCCESS;
    case ThreadIdealProcessorEx: {
        /* PROCESSOR_NUMBER: group, number, reserved; the previous one is given back in its place */
        UCHAR number[4];
        if (length != sizeof(number))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(number, info, sizeof(number));
        if (number[0] || number[1] || number[3] || number[2] >= 64 || !(process_affinity() >> number[2] & 1))
            return STATUS_INVALID_PARAMETER;
        UCHAR previous[4] = { 0, 0, (UCHAR)ideal_processor(object, &settings), 0 };
        settings.ideal_processor = number[2];
        settings.ideal_processor_set = true;
        NTSTATUS status = put_settings(object, &settings);
        return status || user_copy_out(info, previous, sizeof(previous)) ? status : STATUS_ACCESS_VIOLATION;
    }
    }
    if (length != sizeof(value))
        return STATUS_INFO_LENGTH_MISMATCH;
    switch (class) {
    case ThreadIdealProcessor: {
        ULONG previous = ideal_processor(object, &settings);
        if (value > 64) /* 64 = MAXIMUM_PROCESSORS: only ask */
            return STATUS_INVALID_PARAMETER;
        if (value < 64) {
            if (!(process_affinity() >> value & 1))
                return STATUS_INVALID_PARAMETER;
            settings.ideal_processor = (uint8_t)value;
            settings.ideal_processor_set = true;
            NTSTATUS status = put_settings(object, &settings);
            if (status)
                return status;
        }
        return (NTSTATUS)previous;
    }
    case ThreadPriorityBoost:
        settings.priority_boost_disabled = value != 0;
        return put_settings(object, &settings);
    case ThreadPriority:
        return value >= 1 && value <= 15 ? STATUS_SUCCESS
               : value <= 31             ? STATUS_PRIVILEGE_NOT_HELD
                                         : STATUS_INVALID_PARAMETER;
    case ThreadPagePriority:
        if (value < 1 || value > 5)
            return STATUS_INVALID_PARAMETER;
        settings.page_priority = (uint8_t)value;
        return put_settings(object, &settings);
    case ThreadIoPriority:
        if (value > 2)
            return value > 4 ? STATUS_INVALID_PARAMETER : STATUS_PRIVILEGE_NOT_HELD;
        settings.io_priority_low = value < 2;
        return put_settings(object, &settings);
    case ThreadBreakOnTermination:
        return STATUS_PRIVILEGE_NOT_HELD;
    case ThreadEnableAlignmentFaultFixup:
        return STATUS_SUCCESS; /* x64 has no alignment faults to fix up */
    case ThreadDynamicCodePolicyInfo:
        return value == 0 ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass, PVOID ThreadInformation,
                                ULONG ThreadInformationLength)
{
    struct object *obj;
    ACCESS_MASK access =
        ThreadInformationClass == ThreadImpersonationToken ? THREAD_SET_THREAD_TOKEN : THREAD_SET_LIMITED_INFORMATION;
    NTSTATUS status = handle_lookup(ThreadHandle, &thread_type, access, &obj);
    if (status)
        return status;
    if (ThreadInformationClass == ThreadPowerThrottlingState)
        status =
            ThreadInformationLength == sizeof(NT_POWER_THROTTLING_STATE) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    else
        status = set((struct thread_object *)obj, ThreadInformationClass, ThreadInformation, ThreadInformationLength);
    object_unref(obj);
    return status;
}
