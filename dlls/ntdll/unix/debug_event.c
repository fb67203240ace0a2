/* SPDX-License-Identifier: MIT */
/*
 * debug_event.c: what a debugged process tells its debugger. A thread that has something to tell stops all others, sends the event
 * to the server and is answered when the debugger has continued it; one at a time.
 *
 * When a debugger attaches, the agent stops all threads and sends events for what there is; the server says when those
 * have been continued.
 */
#include <stdlib.h>
#include <string.h>
#include "child.h"
#include "client.h"
#include "debug.h"
#include "process.h"
#include "section.h"
#include "shared_data.h"
#include "virtual.h"

bool debug_active, debug_children;

/* --- one event at a time --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool busy;       /* an event is under way, or those of an attaching debugger are */
static bool presenting; /* it is those */
static bool process_frozen;

static void begin(void)
{
    pthread_mutex_lock(&lock);
    while (busy)
        pthread_cond_wait(&changed, &lock);
    busy = true;
    pthread_mutex_unlock(&lock);
}

static void end(void)
{
    pthread_mutex_lock(&lock);
    busy = false;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

/* Stops all threads but the calling one. Those that are stopped for good (the process is ending) stay out of it. */
static void freeze(void)
{
    pthread_mutex_lock(&thread_list_lock);
    process_frozen = true;
    for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list; entry = entry->Flink) {
        struct thread *thread = container_of(entry, struct thread, entry);
        bool held = thread->suspend_request, suspended = thread->object->suspend_count > 0;
        if (thread == current_thread || thread->frozen || (held && !suspended))
            continue;
        thread->frozen = true;
        if (!held)
            thread_park(thread);
    }
    pthread_mutex_unlock(&thread_list_lock);
}

static void thaw(void)
{
    pthread_mutex_lock(&thread_list_lock);
    process_frozen = false;
    for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list; entry = entry->Flink) {
        struct thread *thread = container_of(entry, struct thread, entry);
        if (!thread->frozen)
            continue;
        thread->frozen = false;
        if (!thread->object->suspend_count)
            thread_unpark(thread);
    }
    pthread_mutex_unlock(&thread_list_lock);
}

void debug_new_thread(struct thread *thread)
{
    if (!process_frozen || thread->suspend_request)
        return;
    thread->frozen = true;
    thread_request_park(thread);
}

/* --- sending --- */

static void set_active(bool active)
{
    __atomic_store_n(&debug_active, active, __ATOMIC_RELEASE);
    if (process_peb)
        process_peb->BeingDebugged = active;
    struct child_start *start = child_own_start();
    if (start)
        __atomic_store_n(&start->debugged, active, __ATOMIC_RELEASE);
}

static NTSTATUS send_event(const DBGUI_WAIT_STATE_CHANGE *event, ULONG thread, uint32_t kind, int fd, NTSTATUS *reply)
{
    struct protocol_debug_event_in in = { .thread = thread, .kind = kind };
    struct protocol_debug_event_out out = { 0 };
    struct client_request request = CLIENT_REQUEST(debug_event, .in = &in, .out = &out);
    request.parts[0] = (struct message_part){ event, sizeof(*event) };
    request.fd = fd;
    NTSTATUS status = client_request(&request);
    *reply = (NTSTATUS)out.status;
    return status;
}

static bool hidden(void)
{
    return current_thread && current_thread->object->hidden_from_debugger;
}

/* Where the thread could be suspended in its event, if the debugger wants to see it again later. */
static void wait_while_suspended(void)
{
    struct thread *thread = current_thread;
    if (!thread || !__atomic_load_n(&thread->suspend_request, __ATOMIC_ACQUIRE))
        return;
    if (thread->exit_work & EXIT_CONTEXT)
        thread_park_with(thread, &thread->context);
    else
        thread_check_suspend();
}

/* Of the calling thread, or of another one. The debugger's answer; STATUS_DEBUGGER_INACTIVE if there is none any more. */
static NTSTATUS report(const DBGUI_WAIT_STATE_CHANGE *event, ULONG thread, uint32_t kind, int fd)
{
    NTSTATUS reply = STATUS_DEBUGGER_INACTIVE;
    do {
        begin();
        freeze();
        NTSTATUS status = debug_active ? send_event(event, thread, kind, fd, &reply) : STATUS_PORT_NOT_SET;
        if (status)
            reply = STATUS_DEBUGGER_INACTIVE;
        thaw();
        end();
        if (reply == (NTSTATUS)DBG_REPLY_LATER)
            wait_while_suspended();
    } while (reply == (NTSTATUS)DBG_REPLY_LATER);
    shared_clock_touch();
    if (reply == (NTSTATUS)DBG_TERMINATE_PROCESS && kind != PROTOCOL_DEBUG_EVENT_EXITING)
        process_exit(reply);
    if (reply == (NTSTATUS)DBG_TERMINATE_THREAD && current_thread && event->NewState != DbgExitThreadStateChange) {
        pthread_mutex_lock(&thread_list_lock);
        current_thread->exit_status = reply;
        current_thread->terminating = true;
        __atomic_or_fetch(&current_thread->exit_work, EXIT_TERMINATE, __ATOMIC_ACQ_REL);
        pthread_mutex_unlock(&thread_list_lock);
    }
    return reply;
}

static ULONG own_id(void)
{
    return current_thread ? current_thread->object->id : process_id;
}

/* --- threads and the process --- */

/* Where COFF symbols are in an image's file, as its headers say. */
static void debug_info(uint64_t base, ULONG *offset, ULONG *count)
{
    uint32_t header, symbols[2]; /* e_lfanew; PointerToSymbolTable, NumberOfSymbols */
    *offset = *count = 0;
    if (user_copy_in(&header, (void *)(base + 0x3c), sizeof(header)) &&
        user_copy_in(symbols, (void *)(base + header + 12), sizeof(symbols))) {
        *offset = symbols[0];
        *count = symbols[1];
    }
}

/* The file of the image at an address, for as long as it is mapped; -1: none. Marks it as told of; *told: it was before. */
static int image_file(uint64_t base, bool *told)
{
    int fd = -1;
    pthread_mutex_lock(&virtual_lock);
    struct view *view = view_find(base);
    *told = !view || view->type != MEM_IMAGE || view->flags & VIEW_DEBUGGER_TOLD;
    if (view && view->type == MEM_IMAGE) {
        view->flags |= VIEW_DEBUGGER_TOLD;
        fd = view->section->fd;
    }
    pthread_mutex_unlock(&virtual_lock);
    return fd;
}

static void send_process(uint32_t kind, struct thread *thread)
{
    DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgCreateProcessStateChange };
    DBGKM_CREATE_PROCESS *process = &event.StateInfo.CreateProcessInfo.NewProcess;
    uint64_t base = (uint64_t)process_peb->ImageBaseAddress;
    NTSTATUS reply;
    bool told;
    int fd = image_file(base, &told);
    process->BaseOfImage = (PVOID)base;
    process->InitialThread.StartAddress = thread ? thread->start_routine : NULL;
    debug_info(base, &process->DebugInfoFileOffset, &process->DebugInfoSize);
    if (kind == PROTOCOL_DEBUG_EVENT_PRESENT)
        send_event(&event, thread ? thread->object->id : process_id, kind, fd, &reply);
    else
        report(&event, own_id(), kind, fd);
}

static void load_event(DBGUI_WAIT_STATE_CHANGE *event, uint64_t base, PVOID name)
{
    *event = (DBGUI_WAIT_STATE_CHANGE){ .NewState = DbgLoadDllStateChange };
    DBGKM_LOAD_DLL *dll = &event->StateInfo.LoadDll;
    dll->BaseOfDll = (PVOID)base;
    dll->NamePointer = name;
    debug_info(base, &dll->DebugInfoFileOffset, &dll->DebugInfoSize);
}

static PVOID ntdll_name(TEB *teb)
{
    static const WCHAR name[] = u"ntdll.dll"; /* as a kernel that maps it says, there being no loader yet */
    memcpy(teb->StaticUnicodeBuffer, name, sizeof(name));
    teb->StaticUnicodeString.Length = sizeof(name) - sizeof(WCHAR);
    return &teb->StaticUnicodeString.Buffer;
}

void debug_started(uint32_t debugged)
{
    debug_children = debugged & PROTOCOL_DEBUG_CHILDREN;
    set_active(debugged & PROTOCOL_DEBUGGED);
}

void debug_thread_begins(struct thread *thread)
{
    DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgCreateThreadStateChange };
    pthread_mutex_lock(&thread_list_lock);
    bool told = thread->debugger_told || hidden();
    thread->debugger_told = true;
    pthread_mutex_unlock(&thread_list_lock);
    if (told)
        return;
    if (!thread->is_main) {
        event.StateInfo.CreateThread.NewThread.StartAddress = thread->start_routine;
        report(&event, own_id(), PROTOCOL_DEBUG_EVENT_PLAIN, -1);
        return;
    }
    send_process(PROTOCOL_DEBUG_EVENT_PLAIN, thread);
    int fd = image_file((uint64_t)ntdll_entries.base, &told);
    load_event(&event, (uint64_t)ntdll_entries.base, ntdll_name(thread->teb));
    if (!told)
        report(&event, own_id(), PROTOCOL_DEBUG_EVENT_PLAIN, fd);
}

void debug_thread_ends(ULONG id, NTSTATUS status)
{
    DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgExitThreadStateChange };
    event.StateInfo.ExitThread.ExitStatus = status;
    if (!hidden())
        report(&event, id, PROTOCOL_DEBUG_EVENT_PLAIN, -1);
}

void debug_others_end(void)
{
    size_t count = 0, capacity = thread_count() + 16;
    struct {
        ULONG id;
        NTSTATUS status;
    } *ended = calloc(capacity, sizeof(*ended));
    if (!ended)
        return;
    pthread_mutex_lock(&thread_list_lock);
    for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list && count < capacity; entry = entry->Flink) {
        struct thread *thread = container_of(entry, struct thread, entry);
        if (thread == current_thread || !thread->debugger_told || thread->object->hidden_from_debugger)
            continue;
        thread->debugger_told = false; /* it is told of once only */
        ended[count].id = thread->object->id;
        ended[count++].status = thread->exit_status;
    }
    pthread_mutex_unlock(&thread_list_lock);
    for (size_t i = 0; i < count; i++)
        debug_thread_ends(ended[i].id, ended[i].status);
    free(ended);
}

void debug_process_ends(NTSTATUS status)
{
    DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgExitProcessStateChange };
    event.StateInfo.ExitProcess.ExitStatus = status;
    report(&event, own_id(), PROTOCOL_DEBUG_EVENT_EXITING, -1);
}

/* --- images --- */

void debug_image_mapped(uint64_t base)
{
    DBGUI_WAIT_STATE_CHANGE event;
    bool told;
    if (!current_thread) /* by another process */
        return;
    int fd = image_file(base, &told);
    if (told || hidden())
        return;
    load_event(&event, base, &current_thread->teb->Tib.ArbitraryUserPointer);
    report(&event, own_id(), PROTOCOL_DEBUG_EVENT_PLAIN, fd);
}

void debug_image_unmapped(uint64_t base)
{
    DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgUnloadDllStateChange };
    event.StateInfo.UnloadDll.BaseAddress = (PVOID)base;
    if (current_thread && !hidden())
        report(&event, own_id(), PROTOCOL_DEBUG_EVENT_PLAIN, -1);
}

/* --- exceptions --- */

bool debug_exception(const EXCEPTION_RECORD *record, bool first_chance)
{
    DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgExceptionStateChange };
    if (hidden())
        return false;
    if (record->ExceptionCode == (DWORD)STATUS_BREAKPOINT)
        event.NewState = DbgBreakpointStateChange;
    else if (record->ExceptionCode == (DWORD)STATUS_SINGLE_STEP)
        event.NewState = DbgSingleStepStateChange;
    event.StateInfo.Exception.ExceptionRecord = *record;
    event.StateInfo.Exception.FirstChance = first_chance;
    NTSTATUS reply = report(&event, own_id(), PROTOCOL_DEBUG_EVENT_PLAIN, -1);
    return NT_SUCCESS(reply) && reply != (NTSTATUS)DBG_EXCEPTION_NOT_HANDLED;
}

void debug_unhandled(const EXCEPTION_RECORD *record, const CONTEXT *context)
{
    if (!debug_active || hidden())
        process_crash(record, context);
    process_exit((NTSTATUS)record->ExceptionCode); /* the debugger has had its say: no report */
}

uint64_t debug_fault(const uint64_t *unused)
{
    struct thread *thread = current_thread;
    EXCEPTION_RECORD record = thread->record;
    bool first_chance = thread->record_first_chance;
    uint64_t rip = thread->context.Rip;
    (void)unused;
    if (debug_exception(&record, first_chance))
        return STATUS_SUCCESS;
    if (!first_chance)
        debug_unhandled(&record, &thread->context);
    /* To the debugger the instruction pointer is behind a breakpoint, to the program's own handlers at it. */
    if (record.ExceptionCode == (DWORD)STATUS_BREAKPOINT && thread->context.Rip == rip)
        thread->context.Rip = (DWORD64)record.ExceptionAddress;
    exception_deliver(&record);
    return STATUS_SUCCESS;
}

/* --- a debugger attaches, and goes --- */

/* Where the loader's list has the names of modules, by address. */
struct module_name {
    uint64_t base;
    PVOID name; /* the address of a pointer to it */
};

static int compare_names(const void *a, const void *b)
{
    uint64_t left = ((const struct module_name *)a)->base, right = ((const struct module_name *)b)->base;
    return left < right ? -1 : left > right;
}

/* The list may be in the middle of a change: what cannot be read ends it. */
static struct module_name *module_names(size_t *count)
{
    PEB_LDR_DATA *ldr = process_peb->Ldr;
    LIST_ENTRY *head = ldr ? &ldr->InLoadOrderModuleList : NULL, *at = NULL;
    struct module_name *names = NULL;
    size_t capacity = 0;
    LDR_DATA_TABLE_ENTRY entry;
    *count = 0;
    if (!head || !user_copy_in(&at, &head->Flink, sizeof(at)))
        return NULL;
    for (; at && at != head && *count < 0x10000; at = entry.InLoadOrderLinks.Flink) {
        if (!user_copy_in(&entry, at, sizeof(entry)))
            break;
        if (*count == capacity) {
            struct module_name *larger = realloc(names, (capacity * 2 + 32) * sizeof(*names));
            if (!larger)
                break;
            names = larger;
            capacity = capacity * 2 + 32;
        }
        names[(*count)++] = (struct module_name){ (uint64_t)entry.DllBase,
                                                  (char *)at + offsetof(LDR_DATA_TABLE_ENTRY, FullDllName.Buffer) };
    }
    if (names)
        qsort(names, *count, sizeof(*names), compare_names);
    return names;
}

static bool next_image(uint64_t *address, uint64_t *base, int *fd)
{
    bool found = false;
    pthread_mutex_lock(&virtual_lock);
    for (struct view *view; !found && (view = view_at_or_after(*address)); *address = view->base + view->size) {
        if (view->type != MEM_IMAGE || !view->section)
            continue;
        found = true;
        view->flags |= VIEW_DEBUGGER_TOLD;
        *base = view->base;
        *fd = view->section->fd;
    }
    pthread_mutex_unlock(&virtual_lock);
    return found;
}

static void present_images(void)
{
    size_t count;
    struct module_name *names = module_names(&count);
    uint64_t address = 0, base;
    NTSTATUS reply;
    int fd;
    while (next_image(&address, &base, &fd)) {
        DBGUI_WAIT_STATE_CHANGE event;
        struct module_name key = { .base = base };
        struct module_name *named = count ? bsearch(&key, names, count, sizeof(*names), compare_names) : NULL;
        PVOID name = named ? named->name : NULL;
        if (base == (uint64_t)process_peb->ImageBaseAddress)
            continue;
        if (!name && base == (uint64_t)ntdll_entries.base && process_main_thread->registered)
            name = ntdll_name(process_main_thread->teb);
        load_event(&event, base, name);
        send_event(&event, process_id, PROTOCOL_DEBUG_EVENT_PRESENT, fd, &reply);
    }
    free(names);
}

/* The process by its first thread, then the others. All are stopped, so that none of them ends meanwhile. */
static void present_threads(void)
{
    size_t count = 0, capacity = thread_count() + 16;
    struct {
        ULONG id;
        void *start;
    } *found = calloc(capacity, sizeof(*found));
    struct thread *first = NULL;
    NTSTATUS reply;
    pthread_mutex_lock(&thread_list_lock);
    for (LIST_ENTRY *entry = thread_list.Flink; entry != &thread_list && found && count < capacity;
         entry = entry->Flink) {
        struct thread *thread = container_of(entry, struct thread, entry);
        thread->debugger_told = true;
        if (thread->object->hidden_from_debugger)
            continue;
        if (!first || thread->is_main)
            first = thread;
        found[count].id = thread->object->id;
        found[count++].start = thread->object->start_address;
    }
    ULONG first_id = first ? first->object->id : 0;
    pthread_mutex_unlock(&thread_list_lock);
    send_process(PROTOCOL_DEBUG_EVENT_PRESENT, first);
    for (size_t i = 0; i < count; i++) {
        DBGUI_WAIT_STATE_CHANGE event = { .NewState = DbgCreateThreadStateChange };
        event.StateInfo.CreateThread.NewThread.StartAddress = found[i].start;
        if (found[i].id != first_id)
            send_event(&event, found[i].id, PROTOCOL_DEBUG_EVENT_PRESENT, -1, &reply);
    }
    free(found);
}

uint32_t agent_debug_attached(struct message *message, const struct protocol_debug_attached_in *in,
                              struct protocol_debug_attached_out *out)
{
    (void)message, (void)in, (void)out;
    begin();
    freeze();
    presenting = true;
    debug_children = false;
    set_active(true);
    present_threads();
    present_images();
    return STATUS_SUCCESS;
}

static void present_done(void)
{
    if (!presenting)
        return;
    presenting = false;
    thaw();
    end();
}

uint32_t agent_debug_resumed(struct message *message, const struct protocol_debug_resumed_in *in,
                             struct protocol_debug_resumed_out *out)
{
    (void)message, (void)in, (void)out;
    present_done();
    return STATUS_SUCCESS;
}

uint32_t agent_debug_detached(struct message *message, const struct protocol_debug_detached_in *in,
                              struct protocol_debug_detached_out *out)
{
    (void)message, (void)in, (void)out;
    debug_lost();
    return STATUS_SUCCESS;
}

void debug_lost(void)
{
    if (debug_active)
        set_active(false);
    debug_children = false;
    present_done();
}
