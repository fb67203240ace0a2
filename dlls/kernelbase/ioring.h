/* SPDX-License-Identifier: MIT */
/*
 * ioring.h: an I/O ring. Requests are asynchronous ones of the files, whose ends come to a completion port of the ring's own; what
 * is done at once goes into the completion queue at once.
 */
#ifndef TRANSOM_IORING_H
#define TRANSOM_IORING_H

#include "kernelbase_private.h"
#undef NTDDI_VERSION
#define NTDDI_VERSION 0x0A00000B /* NTDDI_WIN10_CO: the header has nothing for older ones */
#include <ioringapi.h>

/* What came after the header (ioringapi.h's pages). */
#define RING_VERSION_3 300
enum ring_op { RING_OP_WRITE = 5, RING_OP_FLUSH };

#ifndef IORING_E_REQUIRED_FLAG_NOT_SUPPORTED
#define IORING_E_REQUIRED_FLAG_NOT_SUPPORTED ((HRESULT)0x80460001)
#define IORING_E_SUBMISSION_QUEUE_FULL       ((HRESULT)0x80460002)
#define IORING_E_VERSION_NOT_SUPPORTED       ((HRESULT)0x80460003)
#define IORING_E_SUBMISSION_QUEUE_TOO_BIG    ((HRESULT)0x80460004)
#define IORING_E_COMPLETION_QUEUE_TOO_BIG    ((HRESULT)0x80460005)
#define IORING_E_SUBMIT_IN_PROGRESS          ((HRESULT)0x80460006)
#define IORING_E_COMPLETION_QUEUE_TOO_FULL   ((HRESULT)0x80460008)
#endif
#define IORING_E_WAIT_TIMEOUT HRESULT_FROM_WIN32(ERROR_TIMEOUT)

#define RING_MOST_SUBMISSIONS 0x10000
#define RING_MOST_COMPLETIONS 0x20000

/* What was built and not yet submitted. */
struct ring_entry {
    int op; /* IORING_OP_CODE, enum ring_op */
    IORING_HANDLE_REF file;
    IORING_BUFFER_REF buffer;
    UINT32 length, flags; /* of registrations: the count; how to write, to flush */
    UINT64 offset;
    UINT_PTR user_data, cancel;
    const void *array; /* of registrations: the program's, until they are done */
};

/* A request under way. */
struct ring_request {
    IO_STATUS_BLOCK iosb;
    UINT_PTR user_data;
    HANDLE file;
    struct ring_request *next, **place; /* in its chain by user data, or free */
};

struct ring {
    ULONG magic;
    SRWLOCK lock;
    CONDITION_VARIABLE arrived; /* something came from the port, which the ring's thread reads */
    IORING_INFO info;
    HANDLE port, event, thread; /* the thread: once there is an event to signal */
    BOOL submitting, closing;
    struct ring_entry *entries;
    UINT32 entry_count;
    IORING_CQE *done; /* a circle of info.CompletionQueueSize */
    UINT32 done_first, done_count;
    struct ring_request *requests, *free, **chains; /* as many as completions fit; a power of two */
    UINT32 under_way;
    UINT64 finished; /* ever */
    HANDLE *files;
    UINT32 file_count;
    IORING_BUFFER_INFO *buffers;
    UINT32 buffer_count;
};

struct ring *ring_get(HIORING handle); /* NULL: it is none */

/* --- ioringapi_submit.c; the lock is held --- */
void ring_start(struct ring *ring, const struct ring_entry *entry);
void ring_push(struct ring *ring, UINT_PTR user_data, NTSTATUS status, ULONG_PTR information);
/* What the port has is put into the completion queue. `timeout`: how long to wait for the first, unlocked; FALSE: none came. */
BOOL ring_collect(struct ring *ring, const LARGE_INTEGER *timeout);
void ring_cancel_all(struct ring *ring);
void ring_forget_files(struct ring *ring);

#endif
