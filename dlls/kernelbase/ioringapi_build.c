/* SPDX-License-Identifier: MIT */
/* ioringapi_build.c: entries of an I/O ring's submission queue. What they say is looked at when they are submitted. */
#include "ioring.h"

static HRESULT add(HIORING handle, const struct ring_entry *entry)
{
    struct ring *ring = ring_get(handle);
    HRESULT result = S_OK;

    if (!ring || (entry->op > IORING_OP_CANCEL && (int)ring->info.IoRingVersion < RING_VERSION_3))
        return E_INVALIDARG;
    RtlAcquireSRWLockExclusive(&ring->lock);
    if (ring->submitting)
        result = IORING_E_SUBMIT_IN_PROGRESS;
    else if (ring->entry_count == ring->info.SubmissionQueueSize)
        result = IORING_E_SUBMISSION_QUEUE_FULL;
    else
        ring->entries[ring->entry_count++] = *entry;
    RtlReleaseSRWLockExclusive(&ring->lock);
    return result;
}

HRESULT WINAPI BuildIoRingReadFile(HIORING ring, IORING_HANDLE_REF file, IORING_BUFFER_REF buffer, UINT32 length,
                                   UINT64 offset, UINT_PTR user_data, IORING_SQE_FLAGS flags)
{
    struct ring_entry entry = {
        .op = IORING_OP_READ, .file = file, .buffer = buffer, .length = length, .offset = offset, .user_data = user_data
    };

    return flags ? E_INVALIDARG : add(ring, &entry);
}

HRESULT WINAPI BuildIoRingWriteFile(HIORING ring, IORING_HANDLE_REF file, IORING_BUFFER_REF buffer, UINT32 length,
                                    UINT64 offset, UINT32 write_flags, UINT_PTR user_data, IORING_SQE_FLAGS flags)
{
    struct ring_entry entry = { .op = RING_OP_WRITE,
                                .file = file,
                                .buffer = buffer,
                                .length = length,
                                .flags = write_flags,
                                .offset = offset,
                                .user_data = user_data };

    return flags || write_flags & ~1u ? E_INVALIDARG : add(ring, &entry);
}

HRESULT WINAPI BuildIoRingFlushFile(HIORING ring, IORING_HANDLE_REF file, UINT32 mode, UINT_PTR user_data,
                                    IORING_SQE_FLAGS flags)
{
    struct ring_entry entry = { .op = RING_OP_FLUSH, .file = file, .flags = mode, .user_data = user_data };

    return flags || mode > 3 ? E_INVALIDARG : add(ring, &entry);
}

HRESULT WINAPI BuildIoRingRegisterFileHandles(HIORING ring, UINT32 count, HANDLE const handles[], UINT_PTR user_data)
{
    struct ring_entry entry = {
        .op = IORING_OP_REGISTER_FILES, .length = count, .user_data = user_data, .array = handles
    };

    return count && !handles ? E_INVALIDARG : add(ring, &entry);
}

HRESULT WINAPI BuildIoRingRegisterBuffers(HIORING ring, UINT32 count, IORING_BUFFER_INFO const buffers[],
                                          UINT_PTR user_data)
{
    struct ring_entry entry = {
        .op = IORING_OP_REGISTER_BUFFERS, .length = count, .user_data = user_data, .array = buffers
    };

    return count && !buffers ? E_INVALIDARG : add(ring, &entry);
}

HRESULT WINAPI BuildIoRingCancelRequest(HIORING ring, IORING_HANDLE_REF file, UINT_PTR operation, UINT_PTR user_data)
{
    struct ring_entry entry = { .op = IORING_OP_CANCEL, .file = file, .cancel = operation, .user_data = user_data };

    return add(ring, &entry);
}
