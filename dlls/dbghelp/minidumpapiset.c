/* SPDX-License-Identifier: MIT */
/*
 * minidumpapiset.c: MiniDumpWriteDump and MiniDumpReadDumpStream.
 *
 * A dump is made in four steps: suspend all other threads of the process and collect what there is; decide which memory goes in;
 * build everything but memory contents in one buffer; write that and then the contents, piece by piece from the process to
 * the file. Nothing after the first step allocates from the process's heap or takes the loader's lock, as suspended
 * threads of this process may hold them.
 */
#include "minidump_private.h"

void *dump_alloc(struct dump *dump, SIZE_T size)
{
    void *p = HeapAlloc(dump->heap, HEAP_ZERO_MEMORY, size);

    if (!p)
        dump_fail(dump, E_OUTOFMEMORY);
    return p;
}

BOOL dump_fail(struct dump *dump, HRESULT error)
{
    if (SUCCEEDED(dump->error))
        dump->error = error;
    return FALSE;
}

BOOL dump_read(struct dump *dump, ULONG64 address, void *buffer, SIZE_T size)
{
    SIZE_T done;

    return address + size >= address && (ULONG_PTR)address == address &&
           ReadProcessMemory(dump->process, (void *)(ULONG_PTR)address, buffer, size, &done) && done == size;
}

/* The callback with dump->input, whose union the caller has filled in, and dump->output. */
BOOL dump_call(struct dump *dump, ULONG type)
{
    if (!dump->callback || !dump->callback->CallbackRoutine)
        return FALSE;
    dump->input->ProcessId = dump->pid;
    dump->input->ProcessHandle = dump->process;
    dump->input->CallbackType = type;
    return dump->callback->CallbackRoutine(dump->callback->CallbackParam, (PMINIDUMP_CALLBACK_INPUT)dump->input,
                                           (PMINIDUMP_CALLBACK_OUTPUT)&dump->output);
}

/* What callbacks can say before anything is collected. */
static void first_callbacks(struct dump *dump)
{
    memset(&dump->output, 0, sizeof(dump->output));
    dump->input->Status = 0;
    dump->output.Status = S_FALSE; /* TRUE with S_OK: the handle is of a snapshot. There are none. */
    dump_call(dump, IsProcessSnapshotCallback);

    memset(&dump->output, 0, sizeof(dump->output));
    if (dump_call(dump, CancelCallback)) {
        dump->check_cancel = dump->output.CheckCancel;
        if (dump->output.CheckCancel && dump->output.Cancel)
            dump_fail(dump, HRESULT_FROM_WIN32(ERROR_CANCELLED));
    }
    dump->input->Io.Handle = dump->file;
    dump->input->Io.Offset = 0;
    dump->input->Io.Buffer = NULL;
    dump->input->Io.BufferBytes = 0;
    dump->output.Status = E_NOTIMPL;
    if (dump_call(dump, IoStartCallback))
        dump->custom_io = dump->output.Status == S_FALSE; /* the documented answer of who writes himself */
}

/* The exception, from this process or from the one that is dumped. */
static void take_exception(struct dump *dump, const MINIDUMP_EXCEPTION_INFORMATION *info)
{
    HANDLE from = info->ClientPointers ? dump->process : GetCurrentProcess();
    EXCEPTION_POINTERS pointers;
    SIZE_T done;

    dump->exception_thread = info->ThreadId;
    if (!info->ExceptionPointers) /* "ThreadId" only: the thread is what there is to say */
        return;
    dump->exception_context = dump_alloc(dump, sizeof(CONTEXT));
    if (!dump->exception_context)
        return;
    if (!ReadProcessMemory(from, info->ExceptionPointers, &pointers, sizeof(pointers), &done) ||
        !ReadProcessMemory(from, pointers.ExceptionRecord, &dump->exception, sizeof(dump->exception), &done) ||
        !ReadProcessMemory(from, pointers.ContextRecord, dump->exception_context, sizeof(CONTEXT), &done)) {
        dump_fail(dump, HRESULT_FROM_WIN32(ERROR_PARTIAL_COPY));
        return;
    }
    dump->have_exception = TRUE;
}

static void put_exception(struct dump *dump)
{
    MINIDUMP_EXCEPTION_STREAM stream = { .ThreadId = dump->exception_thread };
    const EXCEPTION_RECORD *record = &dump->exception;
    RVA rva;

    stream.ExceptionRecord.ExceptionCode = record->ExceptionCode;
    stream.ExceptionRecord.ExceptionFlags = record->ExceptionFlags;
    stream.ExceptionRecord.ExceptionRecord = (ULONG_PTR)record->ExceptionRecord;
    stream.ExceptionRecord.ExceptionAddress = (ULONG_PTR)record->ExceptionAddress;
    stream.ExceptionRecord.NumberParameters = min(record->NumberParameters, EXCEPTION_MAXIMUM_PARAMETERS);
    for (ULONG i = 0; i < stream.ExceptionRecord.NumberParameters; i++)
        stream.ExceptionRecord.ExceptionInformation[i] = record->ExceptionInformation[i];
    stream.ThreadContext.DataSize = sizeof(CONTEXT);
    stream.ThreadContext.Rva = dump_put(dump, dump->exception_context, sizeof(CONTEXT));
    rva = dump_put(dump, &stream, sizeof(stream));
    dump_stream(dump, ExceptionStream, rva, sizeof(stream));
}

static void put_user_streams(struct dump *dump)
{
    for (ULONG i = 0; dump->streams && i < dump->streams->UserStreamCount; i++) {
        const MINIDUMP_USER_STREAM *user = &dump->streams->UserStreamArray[i];
        void *copy = dump_alloc(dump, user->BufferSize + 1);
        SIZE_T done;

        if (!copy)
            return;
        if (user->BufferSize && !ReadProcessMemory(GetCurrentProcess(), user->Buffer, copy, user->BufferSize, &done)) {
            dump_fail(dump, HRESULT_FROM_WIN32(ERROR_INVALID_PARAMETER));
            return;
        }
        dump_stream(dump, user->Type, dump_put(dump, copy, user->BufferSize), user->BufferSize);
    }
}

static void write_dump(struct dump *dump)
{
    MINIDUMP_HEADER header = { .Signature = DUMP_SIGNATURE, .Version = MINIDUMP_VERSION, .Flags = dump->type };
    FILETIME now;
    ULONG seconds;

    GetSystemTimeAsFileTime(&now);
    RtlTimeToSecondsSince1970((LARGE_INTEGER *)&now, &seconds);
    header.TimeDateStamp = seconds;
    dump_put(dump, &header, sizeof(header));
    dump_system_streams(dump);
    dump_thread_streams(dump);
    dump_module_streams(dump);
    if (dump->have_exception)
        put_exception(dump);
    put_user_streams(dump);
    dump_memory_stream(dump);
    if (FAILED(dump->error))
        return;
    header.NumberOfStreams = dump->directory_count;
    header.StreamDirectoryRva = dump_put(dump, dump->directory, dump->directory_count * sizeof(*dump->directory));
    dump_locate_memory(dump);
    dump_thread_locations(dump);
    if (FAILED(dump->error))
        return;
    memcpy(dump->meta, &header, sizeof(header));
    dump_write_file(dump);
}

static void make_dump(struct dump *dump, const MINIDUMP_EXCEPTION_INFORMATION *exception)
{
    first_callbacks(dump);
    dump_prepare_system(dump);
    if (FAILED(dump->error))
        return;
    dump_suspend_threads(dump);
    if (exception)
        take_exception(dump, exception);
    if (SUCCEEDED(dump->error))
        dump_find_modules(dump);
    if (SUCCEEDED(dump->error))
        dump_collect_memory(dump);
    if (SUCCEEDED(dump->error))
        write_dump(dump);
    dump_resume_threads(dump);
}

/* Errors are HRESULTs, as documented. */
WINBOOL WINAPI MiniDumpWriteDump(HANDLE process, DWORD id, HANDLE file, MINIDUMP_TYPE type,
                                 const PMINIDUMP_EXCEPTION_INFORMATION exception,
                                 const PMINIDUMP_USER_STREAM_INFORMATION streams,
                                 const PMINIDUMP_CALLBACK_INFORMATION callback)
{
    struct dump dump = { .process = process, .file = file, .type = type, .streams = streams, .callback = callback };
    DWORD real = GetProcessId(process);

    if (!real)
        return sym_fail(HRESULT_FROM_WIN32(GetLastError()));
    if ((type & ~MiniDumpValidTypeFlags) || (id && id != real))
        return sym_fail(HRESULT_FROM_WIN32(ERROR_INVALID_PARAMETER));
    dump.pid = real;
    dump.own = real == GetCurrentProcessId();
    if (dump.own)
        dump.process = GetCurrentProcess();
    dump.heap = HeapCreate(HEAP_NO_SERIALIZE, 0, 0);
    if (!dump.heap)
        return sym_fail(E_OUTOFMEMORY);
    dump.input = dump_alloc(&dump, sizeof(*dump.input));
    if (dump.input)
        make_dump(&dump, exception);
    HeapDestroy(dump.heap);
    if (FAILED(dump.error))
        return sym_fail(dump.error);
    return TRUE;
}

/* The memory may be what a program read from anywhere; how much there is, nobody says. A directory that is none gives FALSE. */
WINBOOL WINAPI MiniDumpReadDumpStream(PVOID base, ULONG number, PMINIDUMP_DIRECTORY *directory, PVOID *stream,
                                      ULONG *size)
{
    const MINIDUMP_HEADER *header = base;
    MINIDUMP_DIRECTORY *entry;

    if (!base)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (header->Signature != DUMP_SIGNATURE || (header->Version & 0xffff) != MINIDUMP_VERSION)
        return sym_fail(ERROR_INVALID_DATA);
    entry = RVA_TO_ADDR(base, header->StreamDirectoryRva);
    for (ULONG i = 0; i < header->NumberOfStreams; i++, entry++) {
        if (entry->StreamType != number)
            continue;
        if (directory)
            *directory = entry;
        if (stream)
            *stream = RVA_TO_ADDR(base, entry->Location.Rva);
        if (size)
            *size = entry->Location.DataSize;
        return TRUE;
    }
    return sym_fail(ERROR_NOT_FOUND);
}
