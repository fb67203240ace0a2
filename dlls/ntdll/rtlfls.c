/* SPDX-License-Identifier: MIT */
/*
 * rtlfls.c: fiber-local storage. TEB.FlsData points to the current fiber's values; kernelbase gives each fiber its own and
 * exchanges them when fibers are switched.
 */
#include "rtl_private.h"

#define FLS_MAXIMUM 4080 /* FLS_MAXIMUM_AVAILABLE of Windows 10 */

struct fls {
    LIST_ENTRY link; /* all fibers' */
    ULONG count;
    PVOID *values;
};

struct fls_index {
    BOOLEAN used;
    PFLS_CALLBACK_FUNCTION callback;
};

/* Recursive, as callbacks run under it and may allocate and free indexes themselves. */
static RTL_CRITICAL_SECTION lock = RTL_CRITICAL_SECTION_STATIC_INIT;
static LIST_ENTRY all = { &all, &all };
static struct fls_index *indexes;
static ULONG index_count;    /* allocated */
static ULONG first_free = 1; /* no lower one is free; 0 is never given, as some take it for "none" */

NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION callback, ULONG *index)
{
    NTSTATUS status = STATUS_NO_MEMORY;
    ULONG i;

    RtlEnterCriticalSection(&lock);
    for (i = first_free; i < index_count && indexes[i].used; i++)
        ;
    if (i >= index_count && i < FLS_MAXIMUM) {
        ULONG count = index_count ? index_count * 2 : 32;
        struct fls_index *bigger = heap_realloc(indexes, count * sizeof(*bigger));

        if (bigger) {
            memset(bigger + index_count, 0, (count - index_count) * sizeof(*bigger));
            indexes = bigger;
            index_count = count;
        }
    }
    if (i < index_count && i < FLS_MAXIMUM) {
        indexes[i].used = TRUE;
        indexes[i].callback = callback;
        first_free = i + 1;
        *index = i;
        status = STATUS_SUCCESS;
    }
    RtlLeaveCriticalSection(&lock);
    return status;
}

NTSTATUS NTAPI RtlFlsFree(ULONG index)
{
    RtlEnterCriticalSection(&lock);
    if (!index || index >= index_count || !indexes[index].used) {
        RtlLeaveCriticalSection(&lock);
        return STATUS_INVALID_PARAMETER;
    }
    /* The callback runs for every fiber that has a value (FlsFree). */
    for (LIST_ENTRY *e = all.Flink; e != &all; e = e->Flink) {
        struct fls *fls = CONTAINING_RECORD(e, struct fls, link);
        PVOID value = index < fls->count ? fls->values[index] : NULL;

        if (!value)
            continue;
        fls->values[index] = NULL;
        if (indexes[index].callback)
            indexes[index].callback(value);
    }
    indexes[index].used = FALSE;
    indexes[index].callback = NULL;
    if (index < first_free)
        first_free = index;
    RtlLeaveCriticalSection(&lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFlsGetValue(ULONG index, PVOID *value)
{
    struct fls *fls = nt_teb()->FlsData;

    if (!index || index >= FLS_MAXIMUM)
        return STATUS_INVALID_PARAMETER;
    *value = fls && index < fls->count ? fls->values[index] : NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFlsSetValue(ULONG index, PVOID value)
{
    struct fls *fls = nt_teb()->FlsData;

    if (!index || index >= FLS_MAXIMUM)
        return STATUS_INVALID_PARAMETER;
    if (fls && index < fls->count) {
        fls->values[index] = value;
        return STATUS_SUCCESS;
    }
    if (!fls) {
        if (!(fls = heap_alloc_zero(sizeof(*fls))))
            return STATUS_NO_MEMORY;
        RtlEnterCriticalSection(&lock);
        list_add_tail(&all, &fls->link);
        RtlLeaveCriticalSection(&lock);
        nt_teb()->FlsData = fls;
    }
    /* Grown under the lock: RtlFlsFree of another thread looks at it. */
    ULONG count = (index + 32) & ~31u;
    PVOID *values = heap_alloc_zero(count * sizeof(*values)), *old;

    if (!values)
        return STATUS_NO_MEMORY;
    RtlEnterCriticalSection(&lock);
    memcpy(values, fls->values, fls->count * sizeof(*values));
    old = fls->values;
    fls->values = values;
    fls->count = count;
    fls->values[index] = value;
    RtlLeaveCriticalSection(&lock);
    heap_free(old);
    return STATUS_SUCCESS;
}

/* Flags: 1 = run the callbacks, 2 = free the memory. */
VOID NTAPI RtlProcessFlsData(PVOID data, ULONG flags)
{
    struct fls *fls = data;

    if (!fls)
        return;
    if (flags & 1) {
        RtlEnterCriticalSection(&lock);
        for (ULONG i = 1; i < fls->count && i < index_count; i++) {
            PVOID value = fls->values[i];

            if (!value)
                continue;
            fls->values[i] = NULL;
            if (indexes[i].used && indexes[i].callback)
                indexes[i].callback(value);
        }
        RtlLeaveCriticalSection(&lock);
    }
    if (flags & 2) {
        RtlEnterCriticalSection(&lock);
        list_remove(&fls->link);
        RtlLeaveCriticalSection(&lock);
        if (nt_teb()->FlsData == fls)
            nt_teb()->FlsData = NULL;
        heap_free(fls->values);
        heap_free(fls);
    }
}

void rtl_thread_exit_callbacks(void)
{
    RtlProcessFlsData(nt_teb()->FlsData, 1);
}
