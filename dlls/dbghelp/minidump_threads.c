/* SPDX-License-Identifier: MIT */
/* minidump_threads.c: the threads of a dump: suspending them, what is known of them, and their streams. */
#include "minidump_private.h"

#define ACCESS (THREAD_QUERY_INFORMATION | THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT)
#define DEFAULT_FLAGS                                                                                                  \
    (ThreadWriteThread | ThreadWriteStack | ThreadWriteContext | ThreadWriteInstructionWindow | ThreadWriteThreadInfo)

static void read_name(struct dump *dump, struct dump_thread *thread)
{
    struct {
        THREAD_NAME_INFORMATION info;
        WCHAR text[512];
    } name;

    if (!NT_SUCCESS(NtQueryInformationThread(thread->handle, ThreadNameInformation, &name, sizeof(name), NULL)) ||
        !name.info.ThreadName.Length)
        return;
    thread->name = dump_alloc(dump, name.info.ThreadName.Length + sizeof(WCHAR));
    if (thread->name)
        memcpy(thread->name, name.info.ThreadName.Buffer, name.info.ThreadName.Length);
}

/* The part of the stack that is in use. */
static void find_stack(struct dump *dump, struct dump_thread *thread)
{
    ULONG64 pointer;
    NT_TIB tib;

    if (!thread->have_context)
        return;
#ifdef _WIN64
    pointer = thread->context->Rsp;
#else
    pointer = thread->context->Esp;
#endif
    if (dump_read(dump, thread->teb, &tib, sizeof(tib)) && pointer >= (ULONG_PTR)tib.StackLimit &&
        pointer < (ULONG_PTR)tib.StackBase) {
        thread->stack_end = (ULONG_PTR)tib.StackBase;
    } else { /* a fiber's, or one of the program's own making */
        MEMORY_BASIC_INFORMATION info;
        if (!VirtualQueryEx(dump->process, (void *)(ULONG_PTR)pointer, &info, sizeof(info)) ||
            info.State != MEM_COMMIT || (info.Protect & (PAGE_NOACCESS | PAGE_GUARD)))
            return;
        thread->stack_end = (ULONG_PTR)info.BaseAddress + info.RegionSize;
        /* What lies above may be no stack at all. */
        if (thread->stack_end - pointer > 0x100000)
            thread->stack_end = pointer + 0x100000;
    }
    thread->stack = pointer & ~(ULONG64)15;
}

/* A thread's description, before it may be suspended: nothing of that needs it to stand still. */
static void describe(struct dump *dump, struct dump_thread *thread, const THREAD_BASIC_INFORMATION *basic)
{
    void *start = NULL;

    thread->id = (ULONG_PTR)basic->ClientId.UniqueThread;
    thread->teb = (ULONG_PTR)basic->TebBaseAddress;
    thread->affinity = basic->AffinityMask;
    thread->exit_status = basic->ExitStatus;
    thread->priority = basic->BasePriority;
    thread->priority_class = GetPriorityClass(dump->process);
    thread->writer = dump->own && thread->id == GetCurrentThreadId();
    thread->flags = DEFAULT_FLAGS;
    NtQueryInformationThread(thread->handle, ThreadTimes, &thread->times, sizeof(thread->times), NULL);
    if (NT_SUCCESS(
            NtQueryInformationThread(thread->handle, ThreadQuerySetWin32StartAddress, &start, sizeof(start), NULL)))
        thread->start_address = (ULONG_PTR)start;
    read_name(dump, thread);
    thread->context = dump_alloc(dump, sizeof(CONTEXT));
}

static void stop(struct dump *dump, struct dump_thread *thread)
{
    ULONG before;

    if (!thread->context)
        return;
    if (thread->writer) {
        RtlCaptureContext(thread->context);
        thread->have_context = TRUE;
    } else if (NT_SUCCESS(NtSuspendThread(thread->handle, &before))) {
        thread->suspended = TRUE;
        thread->suspend_count = before;
        thread->context->ContextFlags = CONTEXT_ALL;
        thread->have_context = NT_SUCCESS(NtGetContextThread(thread->handle, thread->context));
    }
    find_stack(dump, thread);
}

static BOOL known(const struct dump *dump, DWORD id)
{
    const struct dump_thread *thread = dump->threads;

    while (thread && thread->id != id)
        thread = thread->next;
    return thread != NULL;
}

/* Takes a handle that belongs to the dump then. Whether it is of a thread that had not been seen. */
static BOOL add_thread(struct dump *dump, HANDLE handle)
{
    struct dump_thread **link = &dump->last_thread, *thread;
    THREAD_BASIC_INFORMATION basic;

    if (!NT_SUCCESS(NtQueryInformationThread(handle, ThreadBasicInformation, &basic, sizeof(basic), NULL)) ||
        known(dump, (ULONG_PTR)basic.ClientId.UniqueThread) || !(thread = dump_alloc(dump, sizeof(*thread)))) {
        NtClose(handle);
        return FALSE;
    }
    if (*link)
        (*link)->next = thread;
    else
        dump->threads = thread;
    *link = thread;
    dump->thread_count++;
    thread->handle = handle;
    describe(dump, thread, &basic);
    stop(dump, thread);
    return !thread->writer;
}

/* One round over the threads of this process: whether there were new ones. */
static BOOL stop_own_threads(struct dump *dump)
{
    HANDLE last = NULL, next, copy;
    BOOL more = FALSE;

    while (SUCCEEDED(dump->error) && NT_SUCCESS(NtGetNextThread(dump->process, last, ACCESS, 0, 0, &next))) {
        if (last)
            NtClose(last);
        last = next;
        if (NT_SUCCESS(
                NtDuplicateObject(GetCurrentProcess(), next, GetCurrentProcess(), &copy, 0, 0, DUPLICATE_SAME_ACCESS)))
            more |= add_thread(dump, copy);
    }
    if (last)
        NtClose(last);
    return more;
}

/* The same for another process, whose threads the system's list has. */
static BOOL stop_other_threads(struct dump *dump)
{
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    SYSTEM_PROCESS_INFORMATION *list = NULL, *process;
    ULONG size = 0x20000;
    NTSTATUS status;
    BOOL more = FALSE;
    HANDLE handle;

    do {
        if (list)
            HeapFree(dump->heap, 0, list);
        size *= 2;
        if (!(list = dump_alloc(dump, size)))
            return FALSE;
        status = NtQuerySystemInformation(SystemProcessInformation, list, size, NULL);
    } while (status == STATUS_INFO_LENGTH_MISMATCH && size < 0x10000000);
    for (process = NT_SUCCESS(status) ? list : NULL; process && (ULONG_PTR)process->UniqueProcessId != dump->pid;)
        process = process->NextEntryOffset ? (void *)((BYTE *)process + process->NextEntryOffset) : NULL;
    for (ULONG i = 0; process && i < process->NumberOfThreads; i++)
        if (!known(dump, (ULONG_PTR)process->Threads[i].ClientId.UniqueThread) &&
            NT_SUCCESS(NtOpenThread(&handle, ACCESS, &attributes, &process->Threads[i].ClientId)))
            more |= add_thread(dump, handle);
    HeapFree(dump->heap, 0, list);
    return more;
}

/* Threads that begin while others are being stopped are found in the next round. */
void dump_suspend_threads(struct dump *dump)
{
    while (SUCCEEDED(dump->error) && (dump->own ? stop_own_threads(dump) : stop_other_threads(dump)))
        ;
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next) {
        dump->input->IncludeThread.ThreadId = thread->id;
        dump->output.ThreadWriteFlags = DEFAULT_FLAGS;
        if (dump->callback && dump->callback->CallbackRoutine && !dump_call(dump, IncludeThreadCallback))
            thread->flags = 0;
    }
}

void dump_resume_threads(struct dump *dump)
{
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next) {
        if (thread->suspended)
            NtResumeThread(thread->handle, NULL);
        NtClose(thread->handle);
    }
}

static void call_for_thread(struct dump *dump, struct dump_thread *thread, ULONG type)
{
    struct callback_thread *info = &dump->input->Thread;

    memset(info, 0, sizeof(*info));
    info->ThreadId = thread->id;
    info->ThreadHandle = thread->handle;
    if (thread->have_context)
        memcpy(info->Context, thread->context, sizeof(CONTEXT));
    info->SizeOfContext = sizeof(CONTEXT);
    info->StackBase = thread->stack_end; /* the documentation's StackBase is where it begins: the highest address */
    info->StackEnd = thread->stack;
    dump->output.ThreadWriteFlags = thread->flags;
    if (dump_call(dump, type))
        thread->flags &= dump->output.ThreadWriteFlags;
    else if (dump->callback && dump->callback->CallbackRoutine)
        thread->flags = 0;
}

/* What the callbacks leave of the threads decides on memory too, so this is asked before memory is collected. */
static void thread_callbacks(struct dump *dump)
{
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next)
        if (thread->flags & ThreadWriteThread)
            call_for_thread(dump, thread, ThreadCallback);
}

void dump_collect_threads(struct dump *dump)
{
    thread_callbacks(dump);
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next) {
        ULONG64 pc = 0;

        if (!(thread->flags & ThreadWriteThread))
            continue;
        if ((thread->flags & ThreadWriteStack) && thread->stack_end > thread->stack)
            dump_add_range(dump, thread->stack, thread->stack_end - thread->stack);
#ifdef _WIN64
        if (thread->have_context)
            pc = thread->context->Rip;
#endif
        if ((thread->flags & ThreadWriteInstructionWindow) && pc && !(dump->type & MiniDumpWithoutOptionalData))
            dump_add_range(dump, pc - 128, 256);
        if (thread->teb && (thread->flags & ThreadWriteThread))
            dump_add_range(dump, thread->teb, sizeof(TEB));
    }
}

static void put_thread_list(struct dump *dump)
{
    ULONG32 count = 0;
    RVA list;

    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next)
        count += (thread->flags & ThreadWriteThread) != 0;
    list = dump->thread_list = dump_put(dump, &count, sizeof(count));
    dump_put(dump, NULL, count * sizeof(MINIDUMP_THREAD));
    dump_stream(dump, ThreadListStream, list, sizeof(count) + count * sizeof(MINIDUMP_THREAD));
    list += sizeof(count);
    for (struct dump_thread *thread = dump->threads; thread && SUCCEEDED(dump->error); thread = thread->next) {
        MINIDUMP_THREAD entry = { .ThreadId = thread->id,
                                  .SuspendCount = thread->suspend_count,
                                  .PriorityClass = thread->priority_class,
                                  .Priority = thread->priority,
                                  .Teb = thread->teb };
        if (!(thread->flags & ThreadWriteThread))
            continue;
        if (thread->have_context && (thread->flags & ThreadWriteContext)) {
            entry.ThreadContext.DataSize = sizeof(CONTEXT);
            entry.ThreadContext.Rva = dump_put(dump, thread->context, sizeof(CONTEXT));
        }
        if (SUCCEEDED(dump->error))
            memcpy(dump->meta + list, &entry, sizeof(entry));
        list += sizeof(entry);
    }
}

/* Where the stacks are in the file. */
void dump_thread_locations(struct dump *dump)
{
    RVA at = dump->thread_list + sizeof(ULONG32);

    for (struct dump_thread *thread = dump->threads; thread && SUCCEEDED(dump->error); thread = thread->next) {
        MINIDUMP_THREAD *entry = (MINIDUMP_THREAD *)(dump->meta + at);
        const struct dump_range *range;

        if (!(thread->flags & ThreadWriteThread))
            continue;
        at += sizeof(*entry);
        range = thread->stack_end > thread->stack ? dump_range_at(dump, thread->stack) : NULL;
        if (!range || range->start + range->size < thread->stack_end)
            continue;
        entry->Stack.StartOfMemoryRange = thread->stack;
        if (range->rva + (thread->stack - range->start) <= 0xffffffff) { /* else it is found by its address */
            entry->Stack.Memory.DataSize = thread->stack_end - thread->stack;
            entry->Stack.Memory.Rva = range->rva + (thread->stack - range->start);
        }
    }
}

static void put_thread_info(struct dump *dump)
{
    MINIDUMP_THREAD_INFO_LIST head = { sizeof(head), sizeof(MINIDUMP_THREAD_INFO), 0 };
    RVA list;

    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next)
        head.NumberOfEntries += (thread->flags & ThreadWriteThreadInfo) != 0;
    list = dump_put(dump, &head, sizeof(head));
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next) {
        MINIDUMP_THREAD_INFO info = { .ThreadId = thread->id,
                                      .ExitStatus = thread->exit_status,
                                      .CreateTime = thread->times.CreateTime.QuadPart,
                                      .ExitTime = thread->times.ExitTime.QuadPart,
                                      .KernelTime = thread->times.KernelTime.QuadPart,
                                      .UserTime = thread->times.UserTime.QuadPart,
                                      .StartAddress = thread->start_address,
                                      .Affinity = thread->affinity };
        if (!(thread->flags & ThreadWriteThreadInfo))
            continue;
        info.DumpFlags = thread->writer ? MINIDUMP_THREAD_INFO_WRITING_THREAD : 0;
        if (!thread->have_context)
            info.DumpFlags |= MINIDUMP_THREAD_INFO_INVALID_CONTEXT;
        if (!thread->teb)
            info.DumpFlags |= MINIDUMP_THREAD_INFO_INVALID_TEB;
        dump_put(dump, &info, sizeof(info));
    }
    dump_stream(dump, ThreadInfoListStream, list, sizeof(head) + head.NumberOfEntries * head.SizeOfEntry);
}

static void put_thread_names(struct dump *dump)
{
    ULONG count = 0;
    RVA list, at;

    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next)
        count += thread->name && (thread->flags & ThreadWriteThread);
    if (!count)
        return;
    list = dump_put(dump, &count, sizeof(count));
    dump_put(dump, NULL, count * sizeof(struct thread_name));
    dump_stream(dump, ThreadNamesStream, list, sizeof(count) + count * sizeof(struct thread_name));
    at = list + sizeof(count);
    for (struct dump_thread *thread = dump->threads; thread; thread = thread->next) {
        struct thread_name entry = { thread->id, 0 };
        if (!thread->name || !(thread->flags & ThreadWriteThread))
            continue;
        entry.RvaOfThreadName = dump_string(dump, thread->name);
        if (FAILED(dump->error))
            return;
        memcpy(dump->meta + at, &entry, sizeof(entry));
        at += sizeof(entry);
    }
}

void dump_thread_streams(struct dump *dump)
{
    put_thread_list(dump);
    if (dump->type & MiniDumpWithThreadInfo)
        put_thread_info(dump);
    put_thread_names(dump);
}
