/* SPDX-License-Identifier: MIT */
/* Dumps of this process and of a child: their streams are followed by address and compared with what they were made of. */
#include "../test.h"
#include <dbghelp.h>

#define MDMP 0x504d444d

static HMODULE dll;
static BOOL(WINAPI *write_dump)(HANDLE, DWORD, HANDLE, DWORD, void *, void *, void *);
static BOOL(WINAPI *read_stream)(void *, ULONG, MINIDUMP_DIRECTORY **, void **, ULONG *);
static char path[MAX_PATH];
static BYTE *dump;
static DWORD dump_size;
static volatile int marker = 0x12345678;

static BOOL make_dump(HANDLE process, DWORD pid, DWORD type, void *exception, void *streams, void *callback)
{
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    BOOL good = write_dump(process, pid, file, type, exception, streams, callback);
    DWORD error = GetLastError(), done;

    free(dump);
    dump_size = GetFileSize(file, NULL);
    dump = malloc(dump_size + 1);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ok(ReadFile(file, dump, dump_size, &done, NULL) && done == dump_size, "error %lu", GetLastError());
    CloseHandle(file);
    SetLastError(error);
    return good;
}

static void *stream(ULONG type, ULONG least)
{
    MINIDUMP_DIRECTORY *entry = NULL;
    void *data = NULL;
    ULONG size = 0;

    if (!ok(read_stream(dump, type, &entry, &data, &size), "stream %lu is not there", type))
        return NULL;
    ok(entry->StreamType == type && entry->Location.DataSize == size, "another entry");
    ok(size >= least, "stream %lu: %lu bytes", type, size);
    ok((BYTE *)data >= dump && (BYTE *)data + size <= dump + dump_size, "stream %lu is not in the file", type);
    return size >= least ? data : NULL;
}

/* What the dump has of an address. */
static const void *memory_at(ULONG64 address, ULONG size)
{
    MINIDUMP_MEMORY64_LIST *list64;
    MINIDUMP_MEMORY_LIST *list;
    ULONG64 rva;
    ULONG length;

    if (read_stream(dump, Memory64ListStream, NULL, (void **)&list64, &length)) {
        rva = list64->BaseRva;
        for (ULONG64 i = 0; i < list64->NumberOfMemoryRanges; rva += list64->MemoryRanges[i++].DataSize) {
            MINIDUMP_MEMORY_DESCRIPTOR64 *m = &list64->MemoryRanges[i];
            if (address >= m->StartOfMemoryRange && address + size <= m->StartOfMemoryRange + m->DataSize)
                return dump + rva + (address - m->StartOfMemoryRange);
        }
        return NULL;
    }
    if (!read_stream(dump, MemoryListStream, NULL, (void **)&list, &length))
        return NULL;
    for (ULONG i = 0; i < list->NumberOfMemoryRanges; i++) {
        MINIDUMP_MEMORY_DESCRIPTOR *m = &list->MemoryRanges[i];
        if (m->Memory.Rva + m->Memory.DataSize > dump_size) {
            ok(0, "range %lu lies behind the end", i);
            return NULL;
        }
        if (address >= m->StartOfMemoryRange && address + size <= m->StartOfMemoryRange + m->Memory.DataSize)
            return dump + m->Memory.Rva + (address - m->StartOfMemoryRange);
    }
    return NULL;
}

static const MINIDUMP_THREAD *thread_of(DWORD id)
{
    MINIDUMP_THREAD_LIST *list = stream(ThreadListStream, sizeof(*list));

    for (ULONG i = 0; list && i < list->NumberOfThreads; i++)
        if (list->Threads[i].ThreadId == id)
            return &list->Threads[i];
    return NULL;
}

static const MINIDUMP_MODULE *module_at(ULONG64 base)
{
    MINIDUMP_MODULE_LIST *list = stream(ModuleListStream, sizeof(*list));

    for (ULONG i = 0; list && i < list->NumberOfModules; i++)
        if (list->Modules[i].BaseOfImage == base)
            return &list->Modules[i];
    return NULL;
}

static void check_header(DWORD type)
{
    MINIDUMP_HEADER *header = (MINIDUMP_HEADER *)dump;

    ok_hex(header->Signature, MDMP);
    ok_hex(header->Version & 0xffff, MINIDUMP_VERSION);
    ok_hex(header->Flags, type);
    ok(header->NumberOfStreams >= 5, "%lu streams", (ULONG)header->NumberOfStreams);
    ok(header->StreamDirectoryRva + header->NumberOfStreams * sizeof(MINIDUMP_DIRECTORY) <= dump_size, "cut off");
}

static void check_system(DWORD pid)
{
    MINIDUMP_SYSTEM_INFO *info = stream(SystemInfoStream, sizeof(*info));
    MINIDUMP_MISC_INFO_2 *misc = stream(MiscInfoStream, sizeof(*misc));
    SYSTEM_INFO system;

    GetNativeSystemInfo(&system);
    ok_int(info->ProcessorArchitecture, system.wProcessorArchitecture);
    ok_int(info->NumberOfProcessors, system.dwNumberOfProcessors);
    ok_int(info->PlatformId, VER_PLATFORM_WIN32_NT);
    ok(info->MajorVersion >= 6, "Windows %lu", (ULONG)info->MajorVersion);
    ok(misc->Flags1 & MINIDUMP_MISC1_PROCESS_ID, "no process id");
    ok_int(misc->ProcessId, pid);
    ok(misc->ProcessCreateTime > 1500000000, "created at %lu", (ULONG)misc->ProcessCreateTime);
}

static void check_modules(void)
{
    HMODULE own = GetModuleHandleW(NULL), nt = GetModuleHandleW(L"ntdll.dll");
    const MINIDUMP_MODULE *module = module_at((ULONG_PTR)nt);
    MINIDUMP_STRING *name;
    IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)((BYTE *)nt + ((IMAGE_DOS_HEADER *)nt)->e_lfanew);

    ok(module_at((ULONG_PTR)own) != NULL, "the program is not there");
    if (!ok(module != NULL, "ntdll is not there"))
        return;
    ok_int(module->SizeOfImage, headers->OptionalHeader.SizeOfImage);
    ok_int(module->TimeDateStamp, headers->FileHeader.TimeDateStamp);
    ok_hex(module->VersionInfo.dwSignature, VS_FFI_SIGNATURE);
    ok_int(HIWORD(module->VersionInfo.dwFileVersionMS), 10);
    name = (MINIDUMP_STRING *)(dump + module->ModuleNameRva);
    ok(name->Length > 18 && !_wcsicmp(name->Buffer + name->Length / 2 - 9, L"ntdll.dll"), "another name");
    ok_int(name->Buffer[name->Length / 2], 0);
}

static DWORD WINAPI sleeper(void *event)
{
    volatile ULONG64 mark = 0x1122334455667788;

    SetEvent(event);
    Sleep(INFINITE);
    return mark != 0;
}

static void test_normal(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), thread;
    HRESULT(WINAPI * describe)
    (HANDLE, PCWSTR) = (void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "SetThreadDescription");
    const MINIDUMP_THREAD *entry;
    const CONTEXT *context;
    const MINIDUMP_THREAD_INFO_LIST *infos;
    const ULONG *names;
    DWORD id;
    const DWORD type = MiniDumpWithThreadInfo | MiniDumpWithUnloadedModules | MiniDumpWithProcessThreadData |
                       MiniDumpWithHandleData | MiniDumpWithFullMemoryInfo | MiniDumpWithModuleHeaders;
    MINIDUMP_HANDLE_DATA_STREAM *handles;
    MINIDUMP_MEMORY_INFO_LIST *memory;
    BOOL found = FALSE;

    thread = CreateThread(NULL, 0, sleeper, event, 0, &id);
    WaitForSingleObject(event, 5000);
    if (describe)
        describe(thread, L"sleeper's name");
    FreeLibrary(LoadLibraryW(L"winmm.dll"));
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), type, NULL, NULL, NULL), "error %#lx", GetLastError());
    ok_int(SuspendThread(thread), 0); /* it runs again */
    ResumeThread(thread);
    check_header(type);
    check_system(GetCurrentProcessId());
    check_modules();
    if (ok((entry = thread_of(id)) != NULL, "the thread is not there")) {
        ok_int(entry->SuspendCount, 0);
        ok_int(entry->ThreadContext.DataSize, sizeof(CONTEXT));
        context = (const CONTEXT *)(dump + entry->ThreadContext.Rva);
        ok(entry->Stack.Memory.DataSize > 64, "%lu bytes of stack", (ULONG)entry->Stack.Memory.DataSize);
        ok(context->Rsp - entry->Stack.StartOfMemoryRange < 64, "the stack does not begin at its pointer");
        ok(memory_at(context->Rsp, 32) ==
               dump + entry->Stack.Memory.Rva + (context->Rsp - entry->Stack.StartOfMemoryRange),
           "the stack is not in the list of memory");
        ok(memory_at(context->Rip - 16, 32) != NULL, "no instructions");
        for (ULONG i = 0; i + 8 <= entry->Stack.Memory.DataSize; i += 8)
            found |= *(ULONG64 *)(dump + entry->Stack.Memory.Rva + i) == 0x1122334455667788;
        ok(found, "what is on the stack is not in the dump");
    }
    entry = thread_of(GetCurrentThreadId());
    ok(entry && entry->Stack.Memory.DataSize > 64, "this thread is not there");
    infos = stream(ThreadInfoListStream, sizeof(*infos) + 2 * sizeof(MINIDUMP_THREAD_INFO));
    for (ULONG i = 0; infos && i < infos->NumberOfEntries; i++) {
        const MINIDUMP_THREAD_INFO *info = (const void *)((BYTE *)infos + infos->SizeOfHeader + i * infos->SizeOfEntry);
        if (info->ThreadId == id) {
            ok(info->StartAddress == (ULONG_PTR)sleeper, "another start address");
            ok_int(info->ExitStatus, STATUS_PENDING);
        } else if (info->ThreadId == GetCurrentThreadId()) {
            ok_hex(info->DumpFlags, MINIDUMP_THREAD_INFO_WRITING_THREAD);
        }
    }
    if (describe) {
        names = stream(ThreadNamesStream, 4 + 12);
        ok_int(names[0], 1);
        ok_int(names[1], id);
        ok_wstr(((MINIDUMP_STRING *)(dump + *(ULONG64 *)&names[2]))->Buffer, L"sleeper's name");
    }
    ok(stream(UnloadedModuleListStream, sizeof(MINIDUMP_UNLOADED_MODULE_LIST) + sizeof(MINIDUMP_UNLOADED_MODULE)) !=
           NULL,
       "nothing was unloaded");
    handles = stream(HandleDataStream, sizeof(*handles) + 2 * sizeof(MINIDUMP_HANDLE_DESCRIPTOR));
    found = FALSE;
    for (ULONG i = 0; i < handles->NumberOfDescriptors; i++) {
        MINIDUMP_HANDLE_DESCRIPTOR *h =
            (void *)((BYTE *)handles + handles->SizeOfHeader + i * handles->SizeOfDescriptor);
        if (h->Handle != (ULONG_PTR)event)
            continue;
        found = TRUE;
        ok(h->TypeNameRva != 0, "no type");
        if (h->TypeNameRva)
            ok_wstr(((MINIDUMP_STRING *)(dump + h->TypeNameRva))->Buffer, L"Event");
    }
    ok(found, "the event's handle is not there");
    memory = stream(MemoryInfoListStream, sizeof(*memory));
    ok_int(memory->SizeOfEntry, sizeof(MINIDUMP_MEMORY_INFO));
    found = FALSE;
    for (ULONG64 i = 0; i < memory->NumberOfEntries; i++) {
        MINIDUMP_MEMORY_INFO *m = (void *)((BYTE *)memory + memory->SizeOfHeader + i * memory->SizeOfEntry);
        if ((ULONG_PTR)&marker >= m->BaseAddress && (ULONG_PTR)&marker < m->BaseAddress + m->RegionSize)
            found = m->State == MEM_COMMIT && m->Type == MEM_IMAGE;
    }
    ok(found, "no information on a variable's memory");
    ok(memory_at((ULONG_PTR)GetModuleHandleW(NULL), 64) != NULL, "no headers of the program");
    TerminateThread(thread, 0);
    CloseHandle(thread);
    CloseHandle(event);
}

static void test_memory(void)
{
    volatile ULONG64 *volatile block = malloc(64);
    const int *value;

    *block = 0x8877665544332211;
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpNormal, NULL, NULL, NULL), "error %#lx",
       GetLastError());
    ok(!memory_at((ULONG_PTR)&marker, 4), "a small dump has variables");
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpWithDataSegs, NULL, NULL, NULL), "error %#lx",
       GetLastError());
    value = memory_at((ULONG_PTR)&marker, 4);
    ok(value && *value == marker, "the variable is not there");
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpWithFullMemory, NULL, NULL, NULL), "error %#lx",
       GetLastError());
    value = memory_at((ULONG_PTR)&marker, 4);
    ok(value && *value == marker, "the variable is not there");
    value = memory_at((ULONG_PTR)block, 8);
    ok(value && *(ULONG64 *)value == *block, "the heap is not there");
    ok(memory_at((ULONG_PTR)GetProcAddress(dll, "MiniDumpWriteDump"), 16) != NULL, "no code");
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(),
                 MiniDumpWithPrivateReadWriteMemory | MiniDumpIgnoreInaccessibleMemory, NULL, NULL, NULL),
       "error %#lx", GetLastError());
    value = memory_at((ULONG_PTR)block, 8);
    ok(value && *(ULONG64 *)value == *block, "the heap is not there");
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(),
                 MiniDumpWithIndirectlyReferencedMemory | MiniDumpScanMemory, NULL, NULL, NULL),
       "error %#lx", GetLastError());
    value = memory_at((ULONG_PTR)block, 8);
    ok(value && *(ULONG64 *)value == *block, "what the stack points to is not there");
    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpFilterMemory | MiniDumpFilterModulePaths, NULL,
                 NULL, NULL),
       "error %#lx", GetLastError());
    free((void *)block);
}

static int test_exception_filter(EXCEPTION_POINTERS *pointers)
{
    MINIDUMP_EXCEPTION_INFORMATION info = { GetCurrentThreadId(), pointers, FALSE };
    MINIDUMP_USER_STREAM user[] = { { CommentStreamA, 6, "hello" }, { 0x10001, 3, "abc" } };
    MINIDUMP_USER_STREAM_INFORMATION streams = { 2, user };
    MINIDUMP_EXCEPTION_STREAM *stream_data;
    CONTEXT *context;

    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpNormal, &info, &streams, NULL), "error %#lx",
       GetLastError());
    if ((stream_data = stream(ExceptionStream, sizeof(*stream_data)))) {
        ok_int(stream_data->ThreadId, GetCurrentThreadId());
        ok_hex(stream_data->ExceptionRecord.ExceptionCode, 0xe1234567);
        ok_int(stream_data->ExceptionRecord.NumberParameters, 1);
        ok_int(stream_data->ExceptionRecord.ExceptionInformation[0], 42);
        ok_int(stream_data->ThreadContext.DataSize, sizeof(CONTEXT));
        context = (CONTEXT *)(dump + stream_data->ThreadContext.Rva);
        ok(context->Rip == pointers->ContextRecord->Rip && context->Rsp == pointers->ContextRecord->Rsp,
           "another context");
        ok(memory_at(context->Rsp, 16) != NULL, "the stack is not there");
    }
    ok_str(stream(CommentStreamA, 6), "hello");
    ok_mem(stream(0x10001, 3), "abc", 3);
    info.ExceptionPointers = (void *)16;
    ok(!make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpNormal, &info, NULL, NULL), "a bad pointer");
    return EXCEPTION_CONTINUE_EXECUTION;
}

static LONG CALLBACK handler(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != 0xe1234567)
        return EXCEPTION_CONTINUE_SEARCH;
    return test_exception_filter(pointers);
}

static int seen[32];
static HANDLE written;

#include <pshpack4.h>
struct output { /* MINIDUMP_CALLBACK_OUTPUT as documented */
    union {
        ULONG flags;
        struct {
            ULONG64 base;
            ULONG size;
        } memory;
        struct {
            BOOL check, cancel;
        } cancel;
        HRESULT status;
    };
};
struct io {
    HANDLE handle;
    ULONG64 offset;
    void *buffer;
    ULONG size;
};
#include <poppack.h>

static BOOL own_io, cancel;

static BOOL WINAPI callback(void *context, MINIDUMP_CALLBACK_INPUT *input, struct output *output)
{
    struct io *io = (struct io *)&input->Thread;
    LARGE_INTEGER at;
    DWORD done;

    ok(context == &marker, "another parameter");
    ok_int(input->ProcessId, GetCurrentProcessId());
    seen[input->CallbackType & 31]++;
    switch (input->CallbackType) {
    case IncludeModuleCallback:
        return input->IncludeModule.BaseOfImage == (ULONG_PTR)GetModuleHandleW(NULL);
    case ModuleCallback:
        ok(input->Module.BaseOfImage == (ULONG_PTR)GetModuleHandleW(NULL), "a module that was refused");
        ok(output->flags & ModuleWriteModule, "flags %#lx", output->flags);
        return TRUE;
    case MemoryCallback:
        if (seen[MemoryCallback] > 1)
            return FALSE;
        output->memory.base = (ULONG_PTR)&marker;
        output->memory.size = sizeof(marker);
        return TRUE;
    case CancelCallback:
        output->cancel.check = cancel;
        output->cancel.cancel = cancel;
        return cancel;
    case IoStartCallback:
        if (own_io)
            output->status = S_FALSE;
        return TRUE;
    case IoWriteAllCallback:
        at.QuadPart = io->offset;
        SetFilePointerEx(written, at, NULL, FILE_BEGIN);
        output->status = WriteFile(written, io->buffer, io->size, &done, NULL) ? S_OK : E_FAIL;
        return TRUE;
    case IsProcessSnapshotCallback:
    case RemoveMemoryCallback:
        return FALSE;
    }
    return TRUE;
}

static void test_callbacks(void)
{
    MINIDUMP_CALLBACK_INFORMATION info = { (MINIDUMP_CALLBACK_ROUTINE)callback, (void *)&marker };
    MINIDUMP_MODULE_LIST *modules;
    const int *value;
    char name[MAX_PATH];

    ok(make_dump(GetCurrentProcess(), GetCurrentProcessId(), MiniDumpNormal, NULL, NULL, &info), "error %#lx",
       GetLastError());
    modules = stream(ModuleListStream, sizeof(*modules));
    ok_int(modules->NumberOfModules, 1);
    value = memory_at((ULONG_PTR)&marker, 4);
    ok(value && *value == marker, "memory that the callback asked for is not there");
    ok(seen[IncludeThreadCallback] == 1 && seen[ThreadCallback] == 1 && seen[IncludeModuleCallback] > 2 &&
           seen[ModuleCallback] == 1 && seen[MemoryCallback] == 2 && seen[CancelCallback] >= 1 &&
           seen[RemoveMemoryCallback] == 1 && seen[IoStartCallback] == 1 && seen[IsProcessSnapshotCallback] == 1,
       "calls: %d %d %d %d %d %d %d %d %d", seen[IncludeThreadCallback], seen[ThreadCallback],
       seen[IncludeModuleCallback], seen[ModuleCallback], seen[MemoryCallback], seen[CancelCallback],
       seen[RemoveMemoryCallback], seen[IoStartCallback], seen[IsProcessSnapshotCallback]);
    own_io = TRUE;
    sprintf(name, "%s.io", path);
    written = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok(write_dump(GetCurrentProcess(), GetCurrentProcessId(), NULL, MiniDumpNormal, NULL, NULL, &info), "error %#lx",
       GetLastError());
    ok(seen[IoWriteAllCallback] > 1 && seen[IoFinishCallback] == 1, "%d and %d calls", seen[IoWriteAllCallback],
       seen[IoFinishCallback]);
    ok(GetFileSize(written, NULL) > 1000, "nothing was written");
    CloseHandle(written);
    own_io = FALSE;
    cancel = TRUE;
    ok_err(write_dump(GetCurrentProcess(), GetCurrentProcessId(), NULL, MiniDumpNormal, NULL, NULL, &info),
           HRESULT_FROM_WIN32(ERROR_CANCELLED));
}

static void test_child(void)
{
    STARTUPINFOA start = { .cb = sizeof(start) };
    PROCESS_INFORMATION child;
    char command[MAX_PATH + 16], name[64];
    HANDLE event, process;
    EXCEPTION_RECORD record = { .ExceptionCode = 0x80001234 };
    MINIDUMP_EXCEPTION_INFORMATION info = { 0, NULL, TRUE };
    const MINIDUMP_THREAD *entry;
    struct {
        EXCEPTION_POINTERS pointers;
        EXCEPTION_RECORD record;
        CONTEXT context;
    } * remote, local;
    MINIDUMP_EXCEPTION_STREAM *exception;
    const int *value;
    DWORD exit_code;

    sprintf(name, "dump test %lu", GetCurrentProcessId());
    event = CreateEventA(NULL, FALSE, FALSE, name);
    sprintf(command, "\"%s\" \"%s\"", test_argv[0], name);
    if (!ok(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &child), "error %lu",
            GetLastError()))
        return;
    ok_int(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, child.dwProcessId);
    remote = VirtualAllocEx(process, NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    memset(&local, 0, sizeof(local));
    local.pointers.ExceptionRecord = &remote->record;
    local.pointers.ContextRecord = &remote->context;
    local.record = record;
    local.context.Rip = (ULONG_PTR)test_child;
    ok(WriteProcessMemory(process, remote, &local, sizeof(local), NULL), "error %lu", GetLastError());
    info.ThreadId = child.dwThreadId;
    info.ExceptionPointers = &remote->pointers;
    ok(make_dump(process, child.dwProcessId, MiniDumpWithDataSegs | MiniDumpWithHandleData | MiniDumpWithThreadInfo,
                 &info, NULL, NULL),
       "error %#lx", GetLastError());
    check_system(child.dwProcessId);
    check_modules();
    entry = thread_of(child.dwThreadId);
    ok(entry && entry->Stack.Memory.DataSize > 64 && entry->ThreadContext.DataSize == sizeof(CONTEXT),
       "thread: %d, %lu bytes of stack, %lu of context", entry != NULL, entry ? (ULONG)entry->Stack.Memory.DataSize : 0,
       entry ? (ULONG)entry->ThreadContext.DataSize : 0);
    value = memory_at((ULONG_PTR)&marker, 4);
    ok(value && *value == 0x13579, "the variable is not there");
    exception = stream(ExceptionStream, sizeof(*exception));
    ok(exception && exception->ExceptionRecord.ExceptionCode == 0x80001234, "no exception");
    ok(exception && ((CONTEXT *)(dump + exception->ThreadContext.Rva))->Rip == (ULONG_PTR)test_child,
       "another context");
    ok(make_dump(process, child.dwProcessId, MiniDumpWithFullMemory, NULL, NULL, NULL), "error %#lx", GetLastError());
    value = memory_at((ULONG_PTR)&marker, 4);
    ok(value && *value == 0x13579, "the variable is not there");
    /* it runs on */
    sprintf(command, "%s end", name);
    SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, command));
    ok_int(WaitForSingleObject(child.hProcess, 10000), WAIT_OBJECT_0);
    ok(GetExitCodeProcess(child.hProcess, &exit_code) && exit_code == 7, "exit code %lu", exit_code);
}

TESTS
{
    HANDLE file;

    if (test_argc > 1) { /* the child */
        char name[96];
        HANDLE end;
        marker = 0x13579;
        sprintf(name, "%s end", test_argv[1]);
        end = CreateEventA(NULL, FALSE, FALSE, name);
        SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, test_argv[1]));
        WaitForSingleObject(end, 20000);
        ExitProcess(7);
    }
    dll = LoadLibraryW(L"dbghelp.dll");
    write_dump = (void *)GetProcAddress(dll, "MiniDumpWriteDump");
    read_stream = (void *)GetProcAddress(dll, "MiniDumpReadDumpStream");
    GetTempPathA(sizeof(path) - 32, path);
    sprintf(path + strlen(path), "test%lu.dmp", GetCurrentProcessId());

    test_normal();
    test_memory();
    AddVectoredExceptionHandler(1, handler);
    RaiseException(0xe1234567, 0, 1, (ULONG_PTR[]){ 42 });
    test_callbacks();
    test_child();

    /* "the last-error code is an HRESULT" */
    ok(!write_dump((HANDLE)(ULONG_PTR)0x7774, 1, NULL, MiniDumpNormal, NULL, NULL, NULL), "of no process");
    ok_hex(GetLastError(), HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE));
    ok(!write_dump(GetCurrentProcess(), GetCurrentProcessId(), (HANDLE)(ULONG_PTR)0x7774, MiniDumpNormal, NULL, NULL,
                   NULL),
       "to no file");
    ok_hex(GetLastError(), HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE));
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ok(!write_dump(GetCurrentProcess(), GetCurrentProcessId(), file, MiniDumpNormal, NULL, NULL, NULL),
       "to a file for reading");
    ok_hex(GetLastError(), HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED));
    CloseHandle(file);
    if (test_is_transom()) { /* the full disk */
        file = CreateFileA("Z:\\dev\\full", GENERIC_WRITE, FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
        ok(!write_dump(GetCurrentProcess(), GetCurrentProcessId(), file, MiniDumpNormal, NULL, NULL, NULL),
           "to a full disk");
        ok_hex(GetLastError(), HRESULT_FROM_WIN32(ERROR_DISK_FULL));
        CloseHandle(file);
    }
    ok(!read_stream(dump, 0x7777, NULL, NULL, NULL), "a stream that is not there");
    DeleteFileA(path);
}
