/* SPDX-License-Identifier: MIT */
/* ioringapi.c: I/O rings: making, asking, submitting, results (ioring.h). Windows 11 has them. */
#include "ioring.h"

#define RING_MAGIC 0x676e6952 /* "Ring" */

struct ring *ring_get(HIORING handle)
{
    struct ring *ring = (struct ring *)handle;

    return ring && handle != (HIORING)INVALID_HANDLE_VALUE && ring->magic == RING_MAGIC ? ring : NULL;
}

HRESULT WINAPI QueryIoRingCapabilities(IORING_CAPABILITIES *capabilities)
{
    if (!capabilities)
        return E_INVALIDARG;
    *capabilities = (IORING_CAPABILITIES){ (IORING_VERSION)RING_VERSION_3, RING_MOST_SUBMISSIONS, RING_MOST_COMPLETIONS,
                                           IORING_FEATURE_UM_EMULATION | IORING_FEATURE_SET_COMPLETION_EVENT };
    return S_OK;
}

WINBOOL WINAPI IsIoRingOpSupported(HIORING handle, IORING_OP_CODE op)
{
    struct ring *ring = ring_get(handle);
    unsigned last =
        ring && (int)ring->info.IoRingVersion >= RING_VERSION_3 ? RING_OP_FLUSH : (unsigned)IORING_OP_CANCEL;

    return ring && (unsigned)op <= last;
}

/* --- making --- */

static UINT32 power_of_two(UINT32 least)
{
    UINT32 size = 8;

    while (size < least)
        size *= 2;
    return size;
}

static void free_ring(struct ring *ring)
{
    ring->magic = 0;
    ring_forget_files(ring);
    if (ring->event)
        NtClose(ring->event);
    if (ring->port)
        NtClose(ring->port);
    kb_free(ring->buffers);
    kb_free(ring->entries);
    kb_free(ring->done);
    kb_free(ring->requests);
    kb_free(ring->chains);
    kb_free(ring);
}

static BOOL make_queues(struct ring *ring)
{
    UINT32 most = ring->info.CompletionQueueSize;

    ring->entries = kb_alloc((SIZE_T)ring->info.SubmissionQueueSize * sizeof(*ring->entries));
    ring->done = kb_alloc((SIZE_T)most * sizeof(*ring->done));
    ring->requests = kb_alloc((SIZE_T)most * sizeof(*ring->requests));
    ring->chains = kb_alloc_zeroed((SIZE_T)most * sizeof(struct ring_request *));
    if (!ring->entries || !ring->done || !ring->requests || !ring->chains)
        return FALSE;
    for (UINT32 i = 0; i < most; i++) {
        ring->requests[i].next = ring->free;
        ring->free = &ring->requests[i];
    }
    /* as many threads as there may be: nobody waits for anybody */
    return !NtCreateIoCompletion(&ring->port, IO_COMPLETION_ALL_ACCESS, NULL, MAXLONG);
}

HRESULT WINAPI CreateIoRing(IORING_VERSION version, IORING_CREATE_FLAGS flags, UINT32 submissions, UINT32 completions,
                            HIORING *handle)
{
    struct ring *ring;

    if (!handle)
        return E_POINTER;
    *handle = NULL;
    if ((int)version != IORING_VERSION_1 && (int)version != RING_VERSION_3)
        return IORING_E_VERSION_NOT_SUPPORTED;
    if (flags.Required)
        return IORING_E_REQUIRED_FLAG_NOT_SUPPORTED;
    if (submissions > RING_MOST_SUBMISSIONS)
        return IORING_E_SUBMISSION_QUEUE_TOO_BIG;
    if (completions > RING_MOST_COMPLETIONS)
        return IORING_E_COMPLETION_QUEUE_TOO_BIG;
    if (!(ring = kb_alloc_zeroed(sizeof(*ring))))
        return E_OUTOFMEMORY;
    ring->magic = RING_MAGIC;
    ring->info.IoRingVersion = version;
    ring->info.SubmissionQueueSize = power_of_two(submissions);
    ring->info.CompletionQueueSize = power_of_two(max(completions, 2 * ring->info.SubmissionQueueSize));
    if (!make_queues(ring)) {
        free_ring(ring);
        return E_OUTOFMEMORY;
    }
    *handle = (HIORING)ring;
    return S_OK;
}

HRESULT WINAPI GetIoRingInfo(HIORING handle, IORING_INFO *info)
{
    struct ring *ring = ring_get(handle);

    if (!ring || !info)
        return E_INVALIDARG;
    *info = ring->info;
    return S_OK;
}

/* Requests under way use the ring's memory: they are cancelled, and waited for. */
HRESULT WINAPI CloseIoRing(HIORING handle)
{
    struct ring *ring = ring_get(handle);
    const LARGE_INTEGER forever = { .QuadPart = MINLONGLONG };

    if (!ring)
        return E_INVALIDARG;
    RtlAcquireSRWLockExclusive(&ring->lock);
    ring->closing = TRUE;
    ring->done_count = 0;
    ring_cancel_all(ring);
    if (ring->thread) {
        HANDLE thread = ring->thread;

        RtlReleaseSRWLockExclusive(&ring->lock);
        NtSetIoCompletion(ring->port, NULL, NULL, STATUS_SUCCESS, 0);
        WaitForSingleObject(thread, INFINITE);
        NtClose(thread);
        RtlAcquireSRWLockExclusive(&ring->lock);
    }
    while (ring->under_way)
        ring_collect(ring, &forever);
    RtlReleaseSRWLockExclusive(&ring->lock);
    free_ring(ring);
    return S_OK;
}

/* --- the event --- */

/* Reads the port from when there is an event to signal: nobody else would as long as the program waits for that. */
static DWORD CALLBACK ring_thread(void *parameter)
{
    const LARGE_INTEGER forever = { .QuadPart = MINLONGLONG };
    struct ring *ring = parameter;

    RtlAcquireSRWLockExclusive(&ring->lock);
    while (!ring->closing || ring->under_way) {
        ring_collect(ring, &forever);
        RtlWakeAllConditionVariable(&ring->arrived);
    }
    RtlReleaseSRWLockExclusive(&ring->lock);
    return 0;
}

HRESULT WINAPI SetIoRingCompletionEvent(HIORING handle, HANDLE event)
{
    struct ring *ring = ring_get(handle);
    HANDLE own = NULL, old;
    NTSTATUS status;

    if (!ring)
        return E_INVALIDARG;
    if (event) {
        status = NtDuplicateObject(GetCurrentProcess(), event, GetCurrentProcess(), &own, EVENT_MODIFY_STATE, 0, 0);
        if (status)
            return HRESULT_FROM_WIN32(RtlNtStatusToDosError(status));
    }
    RtlAcquireSRWLockExclusive(&ring->lock);
    old = ring->event;
    ring->event = own;
    if (own && !ring->thread && !(ring->thread = CreateThread(NULL, 0, ring_thread, ring, 0, NULL))) {
        ring->event = old;
        old = own;
        own = NULL;
    }
    RtlReleaseSRWLockExclusive(&ring->lock);
    if (old)
        NtClose(old);
    return own || !event ? S_OK : E_OUTOFMEMORY;
}

/* --- submitting --- */

/* Until `finished` of them have come; FALSE: the time is over. */
static BOOL wait_for(struct ring *ring, UINT64 finished, DWORD milliseconds)
{
    ULONGLONG begin = GetTickCount64();

    while (ring->finished < finished) {
        ULONGLONG spent = GetTickCount64() - begin;
        LARGE_INTEGER timeout = { .QuadPart = MINLONGLONG };

        if (milliseconds != INFINITE) {
            if (spent >= milliseconds && spent)
                return FALSE;
            timeout.QuadPart = (LONGLONG)(milliseconds - spent) * -10000;
        }
        if (ring->thread) {
            if (!SleepConditionVariableSRW(&ring->arrived, &ring->lock,
                                           milliseconds == INFINITE ? INFINITE : (DWORD)(milliseconds - spent), 0))
                return ring->finished >= finished;
        } else if (!ring_collect(ring, &timeout)) {
            return FALSE;
        }
    }
    return TRUE;
}

HRESULT WINAPI SubmitIoRing(HIORING handle, UINT32 wait, UINT32 milliseconds, UINT32 *submitted)
{
    struct ring *ring = ring_get(handle);
    HRESULT result = S_OK;
    UINT64 finished;

    if (submitted)
        *submitted = 0;
    if (!ring)
        return E_INVALIDARG;
    RtlAcquireSRWLockExclusive(&ring->lock);
    if (ring->submitting)
        result = IORING_E_SUBMIT_IN_PROGRESS;
    else if (wait != IORING_SUBMIT_WAIT_ALL && wait > ring->entry_count + ring->under_way)
        result = E_INVALIDARG;
    else if (ring->done_count + ring->under_way + ring->entry_count > ring->info.CompletionQueueSize)
        result = IORING_E_COMPLETION_QUEUE_TOO_FULL;
    if (result) {
        RtlReleaseSRWLockExclusive(&ring->lock);
        return result;
    }
    ring->submitting = TRUE;
    finished = ring->finished + (wait == IORING_SUBMIT_WAIT_ALL ? ring->entry_count + ring->under_way : wait);
    for (UINT32 i = 0; i < ring->entry_count; i++)
        ring_start(ring, &ring->entries[i]);
    if (submitted)
        *submitted = ring->entry_count;
    ring->entry_count = 0;
    if (wait && !wait_for(ring, finished, milliseconds))
        result = IORING_E_WAIT_TIMEOUT;
    ring->submitting = FALSE;
    RtlReleaseSRWLockExclusive(&ring->lock);
    return result;
}

HRESULT WINAPI PopIoRingCompletion(HIORING handle, IORING_CQE *cqe)
{
    static const LARGE_INTEGER now = { .QuadPart = 0 };
    struct ring *ring = ring_get(handle);
    HRESULT result = S_FALSE;

    if (!ring || !cqe)
        return E_INVALIDARG;
    RtlAcquireSRWLockExclusive(&ring->lock);
    if (!ring->done_count && ring->under_way && !ring->thread)
        ring_collect(ring, &now);
    if (ring->done_count) {
        *cqe = ring->done[ring->done_first];
        ring->done_first = (ring->done_first + 1) & (ring->info.CompletionQueueSize - 1);
        ring->done_count--;
        result = S_OK;
    }
    RtlReleaseSRWLockExclusive(&ring->lock);
    return result;
}
