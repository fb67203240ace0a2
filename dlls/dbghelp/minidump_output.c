/* SPDX-License-Identifier: MIT */
/* minidump_output.c: the buffer that a dump is built in, its directory, and how it gets into the file. */
#include "minidump_private.h"

#define PIECE 0x100000 /* of memory, on its way to the file */

RVA dump_put(struct dump *dump, const void *data, SIZE_T size)
{
    SIZE_T at = (dump->meta_size + 3) & ~(SIZE_T)3;

    if (FAILED(dump->error))
        return 0;
    if (at + size < at || at + size > 0x7fffffff) { /* RVAs have 32 bits */
        dump_fail(dump, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE));
        return 0;
    }
    if (at + size > dump->meta_room) {
        SIZE_T room = max(at + size, 2 * dump->meta_room);
        BYTE *grown = dump->meta ? HeapReAlloc(dump->heap, HEAP_ZERO_MEMORY, dump->meta, room)
                                 : HeapAlloc(dump->heap, HEAP_ZERO_MEMORY, room);
        if (!grown) {
            dump_fail(dump, E_OUTOFMEMORY);
            return 0;
        }
        dump->meta = grown;
        dump->meta_room = room;
    }
    if (data)
        memcpy(dump->meta + at, data, size);
    else
        memset(dump->meta + at, 0, size);
    dump->meta_size = at + size;
    return at;
}

/* MINIDUMP_STRING: the length in bytes without the terminating zero, which is there. */
RVA dump_string(struct dump *dump, const WCHAR *text)
{
    ULONG32 length = wcslen(text) * sizeof(WCHAR);
    RVA rva = dump_put(dump, NULL, sizeof(length) + length + sizeof(WCHAR));

    if (rva) {
        memcpy(dump->meta + rva, &length, sizeof(length));
        memcpy(dump->meta + rva + sizeof(length), text, length);
    }
    return rva;
}

void dump_stream(struct dump *dump, ULONG type, RVA rva, ULONG size)
{
    if (dump->directory_count == dump->directory_room) {
        ULONG room = dump->directory_room ? 2 * dump->directory_room : 32;
        MINIDUMP_DIRECTORY *grown = dump_alloc(dump, room * sizeof(*grown));
        if (!grown)
            return;
        if (dump->directory)
            memcpy(grown, dump->directory, dump->directory_count * sizeof(*grown));
        dump->directory = grown;
        dump->directory_room = room;
    }
    dump->directory[dump->directory_count++] = (MINIDUMP_DIRECTORY){ type, { size, rva } };
}

static BOOL write_at(struct dump *dump, ULONG64 offset, const void *data, DWORD size)
{
    LARGE_INTEGER where = { .QuadPart = offset };
    DWORD done;

    if (dump->custom_io) {
        dump->input->Io.Handle = dump->file;
        dump->input->Io.Offset = offset;
        dump->input->Io.Buffer = (void *)data;
        dump->input->Io.BufferBytes = size;
        dump->output.Status = S_OK;
        if (!dump_call(dump, IoWriteAllCallback))
            return dump_fail(dump, HRESULT_FROM_WIN32(ERROR_CANCELLED));
        return SUCCEEDED(dump->output.Status) || dump_fail(dump, dump->output.Status);
    }
    while (size) {
        if (!SetFilePointerEx(dump->file, where, NULL, FILE_BEGIN) || !WriteFile(dump->file, data, size, &done, NULL))
            return dump_fail(dump, HRESULT_FROM_WIN32(GetLastError()));
        if (!done) /* a full disk may say so this way */
            return dump_fail(dump, HRESULT_FROM_WIN32(ERROR_DISK_FULL));
        data = (const BYTE *)data + done;
        size -= done;
        where.QuadPart += done;
    }
    return TRUE;
}

/* MiniDumpFilterMemory: nothing of a stack but what a stack trace needs, that is, pointers to code and to the stack itself. */
static void filter_stacks(struct dump *dump, ULONG64 address, BYTE *data, SIZE_T size)
{
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next) {
        ULONG64 at = max(address, thread->stack), end = min(address + size, thread->stack_end);

        for (at = (at + sizeof(ULONG_PTR) - 1) & ~(ULONG64)(sizeof(ULONG_PTR) - 1); at + sizeof(ULONG_PTR) <= end;
             at += sizeof(ULONG_PTR)) {
            ULONG_PTR value;
            memcpy(&value, data + (at - address), sizeof(value));
            if ((value < thread->stack || value >= thread->stack_end) && !dump_module_at(dump, value))
                memset(data + (at - address), 0, sizeof(value));
        }
    }
}

/* What cannot be read is zero in the file if it is to be ignored, or a callback says so; else there is no dump. */
static BOOL read_failed(struct dump *dump, ULONG64 address, BYTE *buffer, SIZE_T size)
{
    dump->input->ReadMemoryFailure.Offset = address;
    dump->input->ReadMemoryFailure.Bytes = size;
    dump->input->ReadMemoryFailure.FailureStatus = HRESULT_FROM_WIN32(ERROR_PARTIAL_COPY);
    dump->output.Status = HRESULT_FROM_WIN32(ERROR_PARTIAL_COPY);
    memset(buffer, 0, size);
    if (dump_call(dump, ReadMemoryFailureCallback))
        return dump->output.Status == S_OK || dump_fail(dump, dump->output.Status);
    if (dump->type & MiniDumpIgnoreInaccessibleMemory)
        return TRUE;
    return dump_fail(dump, HRESULT_FROM_WIN32(ERROR_PARTIAL_COPY));
}

static BOOL read_piece(struct dump *dump, ULONG64 address, BYTE *buffer, SIZE_T size)
{
    if (dump_read(dump, address, buffer, size))
        return TRUE;
    for (SIZE_T at = 0, part; at < size; at += part) { /* page by page: one bad page does not cost the others */
        part = min(size - at, NT_PAGE_SIZE - ((address + at) & (NT_PAGE_SIZE - 1)));
        if (!dump_read(dump, address + at, buffer + at, part) && !read_failed(dump, address + at, buffer + at, part))
            return FALSE;
    }
    return TRUE;
}

static BOOL write_range(struct dump *dump, const struct dump_range *range, BYTE *buffer)
{
    for (ULONG64 at = 0; at < range->size;) {
        SIZE_T size = min(range->size - at, PIECE);

        if (dump->check_cancel) {
            dump->output.CheckCancel = TRUE;
            dump->output.Cancel = FALSE;
            if (dump_call(dump, CancelCallback) && dump->output.Cancel)
                return dump_fail(dump, HRESULT_FROM_WIN32(ERROR_CANCELLED));
        }
        if (!read_piece(dump, range->start + at, buffer, size))
            return FALSE;
        if (dump->type & MiniDumpFilterMemory)
            filter_stacks(dump, range->start + at, buffer, size);
        if (!write_at(dump, range->rva + at, buffer, size))
            return FALSE;
        at += size;
    }
    return TRUE;
}

BOOL dump_write_file(struct dump *dump)
{
    BYTE *buffer = VirtualAlloc(NULL, PIECE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    BOOL good = buffer ? TRUE : dump_fail(dump, E_OUTOFMEMORY);

    good = good && write_at(dump, 0, dump->meta, dump->meta_size);
    for (SIZE_T i = 0; good && i < dump->memory.count; i++)
        good = write_range(dump, &dump->memory.list[i], buffer);
    if (buffer)
        VirtualFree(buffer, 0, MEM_RELEASE);
    if (dump->custom_io) {
        memset(&dump->input->Io, 0, sizeof(dump->input->Io));
        dump->input->Io.Handle = dump->file;
        dump->output.Status = S_OK;
        if (dump_call(dump, IoFinishCallback) && FAILED(dump->output.Status))
            return dump_fail(dump, dump->output.Status);
    }
    return good;
}
