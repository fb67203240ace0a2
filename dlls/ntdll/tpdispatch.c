/* SPDX-License-Identifier: MIT */
/*
 * tpdispatch.c: the dispatcher, one thread that waits for the thread pool's timers (a binary heap of moments) and, in a
 * completion port, for its waits and I/O. It starts when it is needed first.
 */
#include "completion_wait.h"
#include "rtl_private.h"
#include "tp.h"

RTL_SRWLOCK tp_dispatch_lock = RTL_SRWLOCK_INIT;

/* Under the lock: */
static struct tp_moment **heap; /* from index 1; the parent of i is i / 2, and due no later */
static ULONG heap_count, heap_size;
static HANDLE port, thread;
static LIST_ENTRY run_list = { &run_list, &run_list }; /* objects with in_dispatcher set that are due, by queue_link */
static bool blocking; /* the dispatcher waits until the first moment: who sets an earlier one wakes it */

enum { KEY_WORKER = 1 }; /* wakes a worker; other packets' key is their object */

/* --- moments --- */

static void place(ULONG index, struct tp_moment *moment)
{
    heap[index] = moment;
    moment->place = index;
}

static void sift_up(ULONG index, struct tp_moment *moment)
{
    for (; index > 1 && heap[index / 2]->due > moment->due; index /= 2)
        place(index, heap[index / 2]);
    place(index, moment);
}

static void sift_down(ULONG index, struct tp_moment *moment)
{
    for (;;) {
        ULONG child = index * 2;

        if (child > heap_count)
            break;
        if (child < heap_count && heap[child + 1]->due < heap[child]->due)
            child++;
        if (heap[child]->due >= moment->due)
            break;
        place(index, heap[child]);
        index = child;
    }
    place(index, moment);
}

void tp_moment_clear(struct tp_moment *moment)
{
    ULONG index = moment->place;
    struct tp_moment *last;

    if (!index)
        return;
    moment->place = 0;
    last = heap[heap_count--];
    if (last == moment)
        return;
    if (index > 1 && heap[index / 2]->due > last->due)
        sift_up(index, last);
    else
        sift_down(index, last);
}

static void wake(void)
{
    if (blocking) {
        blocking = false;
        NtAlertThread(thread); /* a packet would go to an idle worker */
    }
}

void tp_moment_set(struct tp_moment *moment, LONGLONG due)
{
    tp_moment_clear(moment);
    if (heap_count + 1 >= heap_size) {
        ULONG size = heap_size ? heap_size * 2 : 64;
        struct tp_moment **bigger = heap_realloc(heap, size * sizeof(*heap));

        if (!bigger)
            RtlRaiseStatus(STATUS_NO_MEMORY); /* as Windows does where SetThreadpoolTimer runs out of memory */
        heap = bigger;
        heap_size = size;
    }
    moment->due = due;
    sift_up(++heap_count, moment);
    if (moment->place == 1)
        wake();
}

LONGLONG tp_moment_of(const LARGE_INTEGER *time)
{
    LONGLONG now = (LONGLONG)rtl_now(), due;

    /* An absolute time is taken as the clock is now; setting the clock does not move what is set already. */
    due = time->QuadPart < 0 ? now - time->QuadPart : now + (time->QuadPart - RtlGetSystemTimePrecise());
    if (time->QuadPart < 0 && due < now)
        return INT64_MAX;
    return due;
}

void tp_dispatch_run(struct tp_object *object)
{
    if (list_empty(&object->queue_link))
        list_add_tail(&run_list, &object->queue_link);
    wake();
}

/* --- packets --- */

bool tp_wake_in_port(void)
{
    return !NtSetIoCompletion(port, (PVOID)KEY_WORKER, NULL, STATUS_SUCCESS, 0);
}

bool tp_is_worker_packet(const FILE_IO_COMPLETION_INFORMATION *packet)
{
    return packet->KeyContext == (PVOID)KEY_WORKER;
}

void tp_packet(const FILE_IO_COMPLETION_INFORMATION *packet, const struct tp_pool *mine)
{
    struct tp_object *object = packet->KeyContext;

    if (object->type == TP_WAIT_OBJECT || object->type == TP_LEGACY_WAIT)
        tp_wait_signalled(object, packet->IoStatusBlock.Information, mine);
    else
        tp_io_completed(object, packet->ApcContext, &packet->IoStatusBlock, mine);
}

/* --- the thread --- */

/* Callbacks that asked for this thread. They keep their object alive by their pending reference. */
static void run_here(void)
{
    for (;;) {
        struct tp_object *object = NULL;

        RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
        if (!list_empty(&run_list)) {
            object = CONTAINING_RECORD(run_list.Flink, struct tp_object, queue_link);
            list_remove(&object->queue_link);
            tp_object_ref(object);
        }
        RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
        if (!object)
            return;
        tp_run_one(object);
        tp_object_unref(object);
    }
}

static DWORD NTAPI dispatcher(PVOID parameter)
{
    FILE_IO_COMPLETION_INFORMATION packets[16];
    LARGE_INTEGER timeout, *wait;
    ULONG count;

    (void)parameter;
    for (;;) {
        LONGLONG now = (LONGLONG)rtl_now();

        RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
        while (heap_count && heap[1]->due <= now) {
            struct tp_moment *moment = heap[1];

            tp_moment_clear(moment);
            moment->expire(moment, now);
        }
        wait = NULL;
        if (heap_count) {
            timeout.QuadPart = -(heap[1]->due - now);
            wait = &timeout;
        }
        if (!list_empty(&run_list)) { /* which may take long: then look at the time again */
            RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
            run_here();
            continue;
        }
        blocking = true;
        RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
        count = 0;
        NtRemoveIoCompletionEx(port, packets, ARRAY_SIZE(packets), &count, wait, TRUE | IO_COMPLETION_LAST_RESORT);
        RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
        blocking = false;
        RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
        for (ULONG i = 0; i < count; i++)
            if (tp_is_worker_packet(&packets[i]))
                tp_worker_missed();
            else
                tp_packet(&packets[i], NULL);
        run_here();
    }
    return 0;
}

NTSTATUS tp_dispatch_start(void)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (__atomic_load_n(&port, __ATOMIC_ACQUIRE))
        return STATUS_SUCCESS;
    RtlAcquireSRWLockExclusive(&tp_dispatch_lock);
    if (!port) {
        HANDLE new_port;

        status = NtCreateIoCompletion(&new_port, IO_COMPLETION_ALL_ACCESS, NULL, MAXLONG); /* the pool knows how many */
        if (!status) {
            __atomic_store_n(&port, new_port, __ATOMIC_RELEASE);
            status =
                RtlCreateUserThread(NT_CURRENT_PROCESS, NULL, FALSE, 0, 0, 0, (PVOID)dispatcher, NULL, &thread, NULL);
            if (status) {
                __atomic_store_n(&port, NULL, __ATOMIC_RELEASE);
                NtClose(new_port);
            }
        }
    }
    RtlReleaseSRWLockExclusive(&tp_dispatch_lock);
    return status;
}

HANDLE tp_dispatch_port(void)
{
    return __atomic_load_n(&port, __ATOMIC_ACQUIRE);
}
