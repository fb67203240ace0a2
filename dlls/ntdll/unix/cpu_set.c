/* SPDX-License-Identifier: MIT */
/*
 * cpu_set.c: which processors threads run on. A thread's affinity mask is a limit; CPU sets, its own or else its process's, are a wish:
 * it runs on them as far as the affinity allows it, else as if there were none ("CPU Sets"). Linux knows one mask.
 */
#include "cpu_set.h"
#include <sched.h>
#include <string.h>
#include "process.h"

static KAFFINITY process_mask; /* 0: what the process began with; atomic */
static KAFFINITY default_sets; /* under thread_list_lock */
static bool changed;           /* any mask or set: new threads inherit Linux' mask of the creating one; atomic */

static void to_linux(KAFFINITY mask, cpu_set_t *set)
{
    CPU_ZERO(set);
    for (unsigned i = 0; i < 64; i++)
        if (mask >> i & 1)
            CPU_SET(i, set);
}

static bool apply(const struct thread_object *object, KAFFINITY affinity, pid_t tid)
{
    KAFFINITY sets = object->cpu_sets ? object->cpu_sets : default_sets;
    cpu_set_t set;
    to_linux(sets & affinity ? sets & affinity : affinity, &set);
    __atomic_store_n(&changed, true, __ATOMIC_RELEASE);
    return !sched_setaffinity(tid, sizeof(set), &set);
}

KAFFINITY cpu_process_mask(void)
{
    KAFFINITY mask = __atomic_load_n(&process_mask, __ATOMIC_ACQUIRE);
    return mask ? mask : process_affinity();
}

KAFFINITY cpu_mask_of_pid(pid_t pid)
{
    cpu_set_t set;
    KAFFINITY mask = 0;
    if (!sched_getaffinity(pid, sizeof(set), &set))
        for (unsigned i = 0; i < 64; i++)
            mask |= CPU_ISSET(i, &set) ? (KAFFINITY)1 << i : 0;
    return mask ? mask : process_affinity();
}

NTSTATUS cpu_set_mask_of_pid(pid_t pid, KAFFINITY mask)
{
    cpu_set_t set;
    to_linux(mask, &set);
    return sched_setaffinity(pid, sizeof(set), &set) ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
}

/* Threads that had another mask get this one too: it may not lie within. */
NTSTATUS cpu_set_process_mask(KAFFINITY mask)
{
    if (!mask || mask & ~process_affinity())
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&thread_list_lock);
    __atomic_store_n(&process_mask, mask, __ATOMIC_RELEASE);
    for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list; entry = entry->Flink) {
        struct thread *thread = container_of(entry, struct thread, entry);
        thread->object->affinity = mask;
        if (thread->tid) /* else it is about to begin */
            apply(thread->object, mask, thread->tid);
    }
    pthread_mutex_unlock(&thread_list_lock);
    return STATUS_SUCCESS;
}

/* "A thread affinity mask must be a subset of the process affinity mask" (SetThreadAffinityMask). */
NTSTATUS cpu_set_thread_mask(struct thread_object *object, KAFFINITY mask)
{
    NTSTATUS status = STATUS_SUCCESS;
    if (!mask || mask & ~cpu_process_mask())
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&thread_list_lock);
    if (!object->thread)
        status = STATUS_THREAD_IS_TERMINATING;
    else if (!apply(object, mask, object->thread->tid))
        status = STATUS_INVALID_PARAMETER;
    else
        object->affinity = mask;
    pthread_mutex_unlock(&thread_list_lock);
    return status;
}

/* Masks of groups, of which we have one; none of them: as if nothing had been chosen. */
NTSTATUS cpu_sets_choose(struct thread_object *object, const void *info, ULONG length)
{
    KAFFINITY sets = 0;
    if (length % sizeof(sets))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (length)
        memcpy(&sets, info, sizeof(sets));
    for (ULONG i = sizeof(sets); i < length; i++)
        if (((const char *)info)[i])
            return STATUS_INVALID_PARAMETER;
    if (sets & ~process_affinity())
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = STATUS_SUCCESS;
    pthread_mutex_lock(&thread_list_lock);
    if (!object) {
        default_sets = sets;
        for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list; entry = entry->Flink) {
            struct thread *thread = container_of(entry, struct thread, entry);
            if (thread->tid)
                apply(thread->object, thread->object->affinity, thread->tid);
        }
    } else if (!object->thread) {
        status = STATUS_THREAD_IS_TERMINATING;
    } else {
        object->cpu_sets = sets;
        apply(object, object->affinity, object->thread->tid);
    }
    pthread_mutex_unlock(&thread_list_lock);
    return status;
}

KAFFINITY cpu_sets_chosen(const struct thread_object *object)
{
    pthread_mutex_lock(&thread_list_lock);
    KAFFINITY sets = object ? object->cpu_sets : default_sets;
    pthread_mutex_unlock(&thread_list_lock);
    return sets;
}

void cpu_thread_begins(struct thread_object *object)
{
    if (!__atomic_load_n(&changed, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&thread_list_lock);
    object->affinity = cpu_process_mask();
    apply(object, object->affinity, object->thread->tid);
    pthread_mutex_unlock(&thread_list_lock);
}
