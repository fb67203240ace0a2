/* SPDX-License-Identifier: MIT */
/*
 * rtlresource.c: RTL_RWLOCK, the readers-writer lock of before SRW locks. It may be taken more than once by its exclusive
 * owner. Who must wait is handed the lock by who releases it.
 */
#include "rtl_private.h"

VOID NTAPI RtlInitializeResource(RTL_RWLOCK *resource)
{
    memset(resource, 0, sizeof(*resource));
    if (RtlInitializeCriticalSection(&resource->Lock) ||
        NtCreateSemaphore(&resource->SharedSemaphore, SEMAPHORE_ALL_ACCESS, NULL, 0, MAXLONG) ||
        NtCreateSemaphore(&resource->ExclusiveSemaphore, SEMAPHORE_ALL_ACCESS, NULL, 0, MAXLONG))
        RtlRaiseStatus(STATUS_NO_MEMORY);
}

VOID NTAPI RtlDeleteResource(RTL_RWLOCK *resource)
{
    RtlDeleteCriticalSection(&resource->Lock);
    NtClose(resource->SharedSemaphore);
    NtClose(resource->ExclusiveSemaphore);
}

static bool owned(const RTL_RWLOCK *resource)
{
    return resource->NumberActive < 0 && resource->OwningThread == nt_teb()->ClientId.UniqueThread;
}

BOOLEAN NTAPI RtlAcquireResourceExclusive(RTL_RWLOCK *resource, BOOLEAN wait)
{
    BOOLEAN taken = TRUE;

    RtlEnterCriticalSection(&resource->Lock);
    if (!resource->NumberActive || owned(resource)) {
        resource->NumberActive--;
        resource->OwningThread = nt_teb()->ClientId.UniqueThread;
    } else if (wait) {
        resource->ExclusiveWaiters++;
        RtlLeaveCriticalSection(&resource->Lock);
        NtWaitForSingleObject(resource->ExclusiveSemaphore, FALSE, NULL);
        RtlEnterCriticalSection(&resource->Lock); /* the lock is ours already */
        resource->OwningThread = nt_teb()->ClientId.UniqueThread;
    } else {
        taken = FALSE;
    }
    RtlLeaveCriticalSection(&resource->Lock);
    return taken;
}

BOOLEAN NTAPI RtlAcquireResourceShared(RTL_RWLOCK *resource, BOOLEAN wait)
{
    BOOLEAN taken = TRUE;

    RtlEnterCriticalSection(&resource->Lock);
    if (owned(resource)) {
        resource->NumberActive--; /* the owner's counts as exclusive */
    } else if (resource->NumberActive >= 0 && !resource->ExclusiveWaiters) {
        resource->NumberActive++;
    } else if (wait) {
        resource->SharedWaiters++;
        RtlLeaveCriticalSection(&resource->Lock);
        NtWaitForSingleObject(resource->SharedSemaphore, FALSE, NULL);
        return TRUE;
    } else {
        taken = FALSE;
    }
    RtlLeaveCriticalSection(&resource->Lock);
    return taken;
}

/* Nobody has it: one that wants it exclusively, or else all that share, get it. Under the lock. */
static void hand_over(RTL_RWLOCK *resource)
{
    if (resource->ExclusiveWaiters) {
        resource->ExclusiveWaiters--;
        resource->NumberActive = -1;
        NtReleaseSemaphore(resource->ExclusiveSemaphore, 1, NULL);
    } else if (resource->SharedWaiters) {
        resource->NumberActive = (LONG)resource->SharedWaiters;
        NtReleaseSemaphore(resource->SharedSemaphore, (LONG)resource->SharedWaiters, NULL);
        resource->SharedWaiters = 0;
    }
}

VOID NTAPI RtlReleaseResource(RTL_RWLOCK *resource)
{
    RtlEnterCriticalSection(&resource->Lock);
    if (resource->NumberActive > 0)
        resource->NumberActive--;
    else if (resource->NumberActive < 0 && !++resource->NumberActive)
        resource->OwningThread = NULL;
    if (!resource->NumberActive)
        hand_over(resource);
    RtlLeaveCriticalSection(&resource->Lock);
}

VOID NTAPI RtlConvertExclusiveToShared(RTL_RWLOCK *resource)
{
    RtlEnterCriticalSection(&resource->Lock);
    if (resource->NumberActive == -1) {
        resource->OwningThread = NULL;
        resource->NumberActive = 1 + (LONG)resource->SharedWaiters;
        if (resource->SharedWaiters)
            NtReleaseSemaphore(resource->SharedSemaphore, (LONG)resource->SharedWaiters, NULL);
        resource->SharedWaiters = 0;
    }
    RtlLeaveCriticalSection(&resource->Lock);
}

/* Others may have it in between, unless nobody else shares it. */
VOID NTAPI RtlConvertSharedToExclusive(RTL_RWLOCK *resource)
{
    RtlEnterCriticalSection(&resource->Lock);
    if (resource->NumberActive == 1) {
        resource->NumberActive = -1;
        resource->OwningThread = nt_teb()->ClientId.UniqueThread;
        RtlLeaveCriticalSection(&resource->Lock);
        return;
    }
    RtlLeaveCriticalSection(&resource->Lock);
    RtlReleaseResource(resource);
    RtlAcquireResourceExclusive(resource, TRUE);
}
