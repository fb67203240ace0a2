/* SPDX-License-Identifier: MIT */
/*
 * thread.c: NT threads. Each is a pthread whose own stack serves native code only; the Windows stack, the TEB, struct thread
 * and the signal stack are ours. TEB, struct thread and signal stack are one block of 64 KB.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "cpu_set.h"
#include "file.h"
#include "child.h"
#include "debug.h"
#include "job.h"
#include "list.h"
#include "process.h"
#include "remote.h"
#include "section.h"
#include "security.h"
#include "shared_data.h"
#include "virtual.h"

#define THREAD_BLOCK_SIZE   0x10000u
#define SIGNAL_STACK_OFFSET 0x6000u
#define UNIX_STACK_SIZE     (256u << 10)

_Static_assert(THREAD_FROM_TEB + sizeof(struct thread) <= SIGNAL_STACK_OFFSET, "struct thread has outgrown its place");

__thread struct thread *current_thread;
pthread_mutex_t thread_list_lock = PTHREAD_MUTEX_INITIALIZER;
LIST_ENTRY thread_list = { &thread_list, &thread_list };
static size_t running_threads;

/* Threads by id. Grows with their number. */
static struct thread **thread_hash;
static size_t thread_hash_size;

/* Blocks of ended threads, for the next ones. A block is pushed by the dying thread as the last thing it does with it. */
static void *free_blocks, *linked_blocks;

static void thread_object_destroy(struct object *obj)
{
    struct thread_object *object = container_of(obj, struct thread_object, header);
    if (object->process)
        object_unref((struct object *)object->process);
    free(object->description);
    free(object);
}

const struct object_type thread_type = {
    .name = "Thread",
    .index = OBJECT_TYPE_THREAD,
    .valid_access = THREAD_ALL_ACCESS,
    .generic_mapping = { STANDARD_RIGHTS_READ | 0x0048, STANDARD_RIGHTS_WRITE | 0x0437,
                         STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE | 0x1800, THREAD_ALL_ACCESS },
    .destroy = thread_object_destroy,
    .share = remote_thread_share,
    .adopt = remote_thread_adopt,
};

struct thread *thread_current(void)
{
    return current_thread;
}

static uint64_t now_100ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return ((uint64_t)ts.tv_sec + 11644473600ull) * 10000000 + (uint64_t)ts.tv_nsec / 100;
}

/* --- registration; all with thread_list_lock held --- */

static bool hash_insert(struct thread *thread)
{
    if (running_threads >= thread_hash_size) {
        size_t size = thread_hash_size ? thread_hash_size * 2 : 16;
        struct thread **table = calloc(size, sizeof(*table));
        if (!table)
            return false;
        for (size_t i = 0; i < thread_hash_size; i++)
            for (struct thread *t = thread_hash[i], *next; t; t = next) {
                next = t->hash_next;
                t->hash_next = table[t->object->id & (size - 1)];
                table[t->object->id & (size - 1)] = t;
            }
        free(thread_hash);
        thread_hash = table;
        thread_hash_size = size;
    }
    struct thread **slot = &thread_hash[thread->object->id & (thread_hash_size - 1)];
    thread->hash_next = *slot;
    *slot = thread;
    return true;
}

static void hash_remove(struct thread *thread)
{
    struct thread **slot = &thread_hash[thread->object->id & (thread_hash_size - 1)];
    while (*slot != thread)
        slot = &(*slot)->hash_next;
    *slot = thread->hash_next;
}

static bool thread_register(struct thread *thread)
{
    if (!hash_insert(thread))
        return false;
    list_add_tail(&thread_list, &thread->entry);
    thread->registered = true;
    running_threads++;
    debug_new_thread(thread);
    return true;
}

static void thread_unregister(struct thread *thread)
{
    hash_remove(thread);
    list_remove(&thread->entry);
    thread->registered = false;
    running_threads--;
}

struct thread_object *thread_find(ULONG id)
{
    struct thread_object *found = NULL;
    pthread_mutex_lock(&thread_list_lock);
    if (thread_hash_size)
        for (struct thread *t = thread_hash[id & (thread_hash_size - 1)]; t; t = t->hash_next)
            if (t->object->id == id)
                object_ref(&(found = t->object)->header);
    pthread_mutex_unlock(&thread_list_lock);
    return found;
}

size_t thread_count(void)
{
    return __atomic_load_n(&running_threads, __ATOMIC_RELAXED);
}

/* --- making a thread --- */

static void init_teb(TEB *teb)
{
    teb->Tib.Self = &teb->Tib;
    teb->Tib.ExceptionList = (PVOID) ~(uintptr_t)0;
    teb->Tib.FiberData = (PVOID)(uintptr_t)0x1e00;
    teb->Peb = process_peb;
    teb->WOW32Reserved = syscall_dispatcher;
    teb->StaticUnicodeString.Buffer = teb->StaticUnicodeBuffer;
    teb->StaticUnicodeString.MaximumLength = sizeof(teb->StaticUnicodeBuffer);
    teb->CurrentLocale = 0x409;
    teb->ActivationStack.FrameListCache.Flink = teb->ActivationStack.FrameListCache.Blink =
        &teb->ActivationStack.FrameListCache;
    teb->ActivationStack.NextCookieSequenceNumber = 1;
    teb->ActivationContextStackPointer = &teb->ActivationStack;
}

/* With virtual_lock held. */
static void collect_unlinked_blocks(void)
{
    for (void **link = &linked_blocks; *link;) {
        void *block = *link;
        if (__atomic_load_n(&((TEB *)block)->TlsLinks.Flink, __ATOMIC_ACQUIRE)) {
            link = block;
            continue;
        }
        *link = *(void **)block;
        *(void **)block = free_blocks;
        free_blocks = block;
    }
}

static struct thread *thread_alloc(void)
{
    uint64_t block = 0;
    pthread_mutex_lock(&virtual_lock);
    if (!free_blocks)
        collect_unlinked_blocks();
    if (free_blocks) {
        block = (uint64_t)free_blocks;
        free_blocks = *(void **)free_blocks;
    }
    pthread_mutex_unlock(&virtual_lock);
    if (block) {
        memset((void *)block, 0, THREAD_FROM_TEB + sizeof(struct thread));
    } else {
        static const struct backing memory = { PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_NORESERVE, -1 };
        pthread_mutex_lock(&virtual_lock);
        NTSTATUS status = address_map(&block, THREAD_BLOCK_SIZE, NULL, &memory);
        pthread_mutex_unlock(&virtual_lock);
        if (status)
            return NULL;
        if (virtual_map_system(block, THREAD_BLOCK_SIZE, PAGE_READWRITE))
            return NULL;
    }
    struct thread *thread = (struct thread *)(block + THREAD_FROM_TEB);
    thread->teb = (TEB *)block;
    thread->signal_stack = (char *)block + SIGNAL_STACK_OFFSET;
    thread->signal_stack_size = THREAD_BLOCK_SIZE - SIGNAL_STACK_OFFSET;
    init_teb(thread->teb);

    struct thread_object *object = calloc(1, sizeof(*object));
    if (!object)
        return NULL;
    object_init(&object->header, &thread_type);
    object_cell_alloc(&object->header, CELL_NOTIFICATION, 0, 0);
    object->thread = thread;
    object->exit_status = STATUS_PENDING;
    object->create_time = now_100ns();
    object->base_priority = 0;
    object->affinity = cpu_process_mask();
    thread->object = object;
    return thread;
}

struct object *thread_current_object(void)
{
    return &current_thread->object->header;
}

/*
 * A thread that was terminated has not taken its TEB out of ntdll's list (ldrtls.c), which finds out by the id that it is to be taken
 * out: the block is used again when that has been done.
 */
static void thread_free_block(struct thread *thread)
{
    TEB *teb = thread->teb;
    bool linked = __atomic_load_n(&teb->TlsLinks.Flink, __ATOMIC_ACQUIRE) != NULL;
    void **list = linked ? &linked_blocks : &free_blocks;
    pthread_mutex_lock(&virtual_lock);
    *(void **)teb = *list;
    *list = teb;
    __atomic_store_n(&teb->ClientId.UniqueThread, NULL, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&virtual_lock);
}

NTSTATUS thread_make_stack(TEB *teb, size_t reserve, size_t commit)
{
    const SECTION_IMAGE_INFORMATION *image = process_image_information();
    if (!reserve)
        reserve = image->MaximumStackSize;
    if (!commit)
        commit = image->CommittedStackSize;
    if (reserve > NT_USER_SPACE_LIMIT || commit > NT_USER_SPACE_LIMIT)
        return STATUS_NO_MEMORY;
    if (commit >= reserve)
        reserve = ROUND_UP(commit + 1, 0x100000ull); /* as CreateThread documents: rounded up to the next megabyte */
    if (reserve < ALLOCATION_GRANULARITY * 2)
        reserve = ALLOCATION_GRANULARITY * 2;
    reserve = ROUND_UP(reserve, ALLOCATION_GRANULARITY);
    commit = ROUND_UP(commit, NT_PAGE_SIZE);
    if (commit < 4 * NT_PAGE_SIZE)
        commit = 4 * NT_PAGE_SIZE;
    if (commit > reserve - 3 * NT_PAGE_SIZE)
        commit = reserve - 3 * NT_PAGE_SIZE;

    uint64_t base = 0;
    pthread_mutex_lock(&virtual_lock);
    NTSTATUS status = address_reserve(&base, reserve, NULL);
    if (!status) {
        uint64_t limit = base + reserve - commit;
        struct view *view = NULL;
        if (!mprotect((void *)limit, commit, PROT_READ | PROT_WRITE))
            view = view_create(base, reserve, MEM_PRIVATE, PAGE_READWRITE, MEM_RESERVE);
        if (view && view_set_range(view, limit, base + reserve, MEM_COMMIT, PAGE_READWRITE) &&
            view_set_range(view, limit - NT_PAGE_SIZE, limit, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD)) {
            teb->Tib.StackBase = (PVOID)(base + reserve);
            teb->Tib.StackLimit = (PVOID)limit;
            teb->DeallocationStack = (PVOID)base;
        } else {
            if (view)
                view_delete(view);
            address_release(base, reserve);
            status = STATUS_NO_MEMORY;
        }
    }
    pthread_mutex_unlock(&virtual_lock);
    return status;
}

static void set_gs_base(TEB *teb)
{
    syscall(SYS_arch_prctl, ARCH_SET_GS, teb);
}

/* The calling pthread becomes this thread. */
static bool thread_adopt(struct thread *thread)
{
    current_thread = thread;
    thread->tid = gettid();
    cpu_thread_begins(thread->object);
    thread->pthread = pthread_self();
    set_gs_base(thread->teb);
    signal_init_thread(thread);
    thread->object->id = (ULONG)thread->tid;
    thread->teb->ClientId.UniqueProcess = (HANDLE)(ULONG_PTR)process_id;
    thread->teb->ClientId.UniqueThread = (HANDLE)(ULONG_PTR)thread->tid;
    thread->teb->RealClientId = thread->teb->ClientId;
    return !thread_wait_attach(thread, (ULONG)thread->tid);
}

static void own_stack_bounds(struct thread *thread)
{
    char *here = __builtin_frame_address(0);
    if (thread->is_main) {
        struct rlimit limit;
        size_t size = getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY ? 8u << 20 : limit.rlim_cur;
        thread->unix_stack_high = here + (64 << 10);
        thread->unix_stack_low = here - size;
    } else {
        thread->unix_stack_high = here + (64 << 10) < here ? here : here + 4096;
        thread->unix_stack_low = here - UNIX_STACK_SIZE;
    }
}

struct thread *thread_init_main(void)
{
    struct thread *thread = thread_alloc();
    if (!thread)
        return NULL;
    thread->is_main = true;
    process_main_thread = thread;
    bool ok = thread_adopt(thread);
    own_stack_bounds(thread);
    pthread_mutex_lock(&thread_list_lock);
    ok = ok && thread_register(thread);
    pthread_mutex_unlock(&thread_list_lock);
    /* A sandbox may let the call succeed without effect (gVisor has): see for ourselves. */
    return ok && unix_teb() == thread->teb ? thread : NULL;
}

static uint32_t started; /* futex: the first thread is about to run */

void thread_wait_started(void)
{
    while (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
        syscall(SYS_futex, &started, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

/* In this order: who ends a suspended thread says so before it lets it go on (thread_terminate_other). */
static void park_if_wanted(struct thread *thread, CONTEXT *start)
{
    if (__atomic_load_n(&thread->suspend_request, __ATOMIC_ACQUIRE) ||
        __atomic_load_n(&thread->terminating, __ATOMIC_ACQUIRE))
        thread_park_with(thread, start);
}

void thread_run(struct thread *thread)
{
    TEB *teb = thread->teb;
    uint64_t top = ROUND_DOWN((uint64_t)teb->Tib.StackBase - sizeof(CONTEXT) - 0x100, 16ull);
    CONTEXT *start = (CONTEXT *)top;
    CONTEXT enter;

    memset(start, 0, sizeof(*start));
    start->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
    start->SegCs = 0x33;
    start->SegDs = start->SegEs = start->SegGs = start->SegSs = 0x2b;
    start->SegFs = 0x53;
    start->EFlags = 0x200;
    start->MxCsr = start->FltSave.MxCsr = MXCSR_DEFAULT;
    start->FltSave.ControlWord = 0x27f;
    start->Rip = (DWORD64)ntdll_entries.RtlUserThreadStart;
    start->Rcx = (DWORD64)thread->start_routine;
    start->Rdx = (DWORD64)thread->start_argument;
    start->Rsp = (uint64_t)teb->Tib.StackBase - 0x28;
    __atomic_store_n(&thread->start_context, start, __ATOMIC_SEQ_CST); /* from here on it can be suspended */

    enter = *start;
    enter.Rip = (DWORD64)ntdll_entries.LdrInitializeThunk;
    enter.Rcx = (DWORD64)start;
    enter.Rdx = (DWORD64)ntdll_entries.base;
    enter.Rsp = top - 0x28;
    if (thread->is_main) {
        __atomic_store_n(&started, 1, __ATOMIC_RELEASE);
        syscall(SYS_futex, &started, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
        child_wait_resume(thread, start);
    }
    park_if_wanted(thread, start);
    if (debug_active) {
        debug_thread_begins(thread);
        park_if_wanted(thread, start);
    }
    shared_clock_touch();
    enter_context(&enter);
}

static void *thread_main(void *argument)
{
    struct thread *thread = argument;
    jmp_buf jump;
    bool ok = thread_adopt(thread);
    own_stack_bounds(thread);
    thread->unix_jump = &jump;
    if (!setjmp(jump)) {
        pthread_mutex_lock(&thread_list_lock);
        ok = ok && thread_register(thread);
        pthread_mutex_unlock(&thread_list_lock);
        __atomic_store_n(&thread->object->start_state, ok ? 1 : 2, __ATOMIC_RELEASE);
        syscall(SYS_futex, &thread->object->start_state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
        if (!ok)
            return NULL;
        thread_run(thread);
    }
    /* thread_exit_now came back here. From now on the block may be used by another thread. */
    stack_t none = { .ss_flags = SS_DISABLE };
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    sigaltstack(&none, NULL);
    current_thread = NULL;
    thread_free_block(thread);
    return NULL;
}

static NTSTATUS thread_start(struct thread *thread)
{
    pthread_attr_t attr;
    pthread_t id;
    struct thread_object *object = thread->object;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, UNIX_STACK_SIZE);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (!current_thread) { /* made for another process: the agent's own blocks all signals */
        sigset_t none;
        sigemptyset(&none);
        pthread_attr_setsigmask_np(&attr, &none);
    }
    object_ref(&object->header);
    int error = pthread_create(&id, &attr, thread_main, thread);
    if (!error && !current_thread)
        pthread_setname_np(id, "transom"); /* not the agent's: it is a thread of the program's */
    pthread_attr_destroy(&attr);
    uint32_t state = 2;
    if (!error)
        while ((state = __atomic_load_n(&object->start_state, __ATOMIC_ACQUIRE)) == 0)
            syscall(SYS_futex, &object->start_state, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    object_unref(&object->header);
    return state == 1 ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static bool no_more;

void thread_no_more(void)
{
    __atomic_store_n(&no_more, true, __ATOMIC_RELEASE);
}

static NTSTATUS thread_create(void *start, void *argument, size_t commit, size_t reserve, ULONG flags,
                              struct thread_object **object, CLIENT_ID *id, TEB **teb)
{
    if (__atomic_load_n(&no_more, __ATOMIC_ACQUIRE))
        return STATUS_PROCESS_IS_TERMINATING;
    struct thread *thread = thread_alloc();
    if (!thread)
        return STATUS_NO_MEMORY;
    NTSTATUS status = thread_make_stack(thread->teb, reserve, commit);
    if (!status) {
        thread->start_routine = start;
        thread->start_argument = argument;
        thread->object->start_address = start;
        thread->skip_attach = flags & THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH;
        if (thread->skip_attach)
            thread->teb->SameTebFlags |= TEB_SAME_SKIP_ATTACH;
        if (flags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) {
            thread->object->suspend_count = 1;
            thread_request_park(thread);
        }
        object_ref(&thread->object->header);
        *object = thread->object;
        TEB *its_teb = thread->teb;
        status = thread_start(thread);
        if (!status) {
            id->UniqueProcess = (HANDLE)(ULONG_PTR)process_id;
            id->UniqueThread = (HANDLE)(ULONG_PTR)(*object)->id;
            *teb = its_teb;
            return STATUS_SUCCESS;
        }
        object_unref(&(*object)->header);
        thread_release_stack(thread);
    }
    object_unref(&thread->object->header);
    thread_free_block(thread);
    return status;
}

NTSTATUS thread_create_native(void *start, void *argument)
{
    struct thread_object *object;
    CLIENT_ID id;
    TEB *teb;
    NTSTATUS status = thread_create(start, argument, 0, 0, 0, &object, &id, &teb);
    if (!status)
        object_unref(&object->header);
    return status;
}

/* PS_ATTRIBUTE_LIST: total length, then the attributes. */
struct ps_attribute {
    ULONG_PTR attribute;
    SIZE_T size;
    PVOID value;
    SIZE_T *return_length;
};

static NTSTATUS put_attributes(PVOID list, const CLIENT_ID *id, TEB *teb)
{
    SIZE_T total;
    if (!list)
        return STATUS_SUCCESS;
    if (!user_copy_in(&total, list, sizeof(total)))
        return STATUS_ACCESS_VIOLATION;
    struct ps_attribute *at = (struct ps_attribute *)((char *)list + sizeof(total));
    for (SIZE_T used = sizeof(total); used + sizeof(*at) <= total; used += sizeof(*at), at++) {
        struct ps_attribute attribute;
        if (!user_copy_in(&attribute, at, sizeof(attribute)))
            return STATUS_ACCESS_VIOLATION;
        const void *data = attribute.attribute == PS_ATTRIBUTE_CLIENT_ID ? (const void *)id : (const void *)&teb;
        SIZE_T size = attribute.attribute == PS_ATTRIBUTE_CLIENT_ID ? sizeof(*id) : sizeof(teb);
        if (attribute.attribute != PS_ATTRIBUTE_CLIENT_ID && attribute.attribute != PS_ATTRIBUTE_TEB_ADDRESS)
            continue;
        if (attribute.size < size)
            size = attribute.size;
        if (!user_copy_out(attribute.value, data, size) ||
            (attribute.return_length && !user_copy_out(attribute.return_length, &size, sizeof(size))))
            return STATUS_ACCESS_VIOLATION;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtCreateThreadEx(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, HANDLE process,
                          PVOID start, PVOID argument, ULONG flags, SIZE_T zero_bits, SIZE_T commit, SIZE_T reserve,
                          PVOID list)
{
    struct thread_object *object;
    CLIENT_ID id;
    TEB *teb;
    (void)zero_bits;
    NTSTATUS status = process_is_current(process)
                          ? thread_create(start, argument, commit, reserve, flags, &object, &id, &teb)
                          : remote_thread_create(process, start, argument, flags, commit, reserve, &object, &id, &teb);
    if (process_is_current(process) && job_lends_after(status, commit + UNIX_STACK_SIZE + THREAD_BLOCK_SIZE))
        status = thread_create(start, argument, commit, reserve, flags, &object, &id, &teb);
    if (status)
        return status;
    if (flags & THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER)
        object->hidden_from_debugger = true;
    status = object_create_handle(&object->header, access, attributes, handle);
    return status ? status : put_attributes(list, &id, teb);
}

/* The process that a thread of the system belongs to, or 0. */
static ULONG thread_process_of(ULONG tid)
{
    char path[64], line[128];
    unsigned tgid = 0;
    snprintf(path, sizeof(path), "/proc/%u/status", tid);
    FILE *file = fopen(path, "re");
    while (file && !tgid && fgets(line, sizeof(line), file))
        sscanf(line, "Tgid: %u", &tgid);
    if (file)
        fclose(file);
    return tgid == process_id ? 0 : tgid;
}

NTSTATUS NtOpenThread(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes, CLIENT_ID *id)
{
    ULONG pid = (ULONG)(ULONG_PTR)id->UniqueProcess, tid = (ULONG)(ULONG_PTR)id->UniqueThread;
    struct thread_object *object = pid && pid != process_id ? NULL : thread_find(tid);
    if (!object) { /* another process's: the system says whose a thread is */
        NTSTATUS status = pid != process_id && (pid || (pid = thread_process_of(tid)))
                              ? remote_thread_open(pid, tid, &object)
                              : STATUS_INVALID_CID;
        if (status)
            return status;
    }
    ACCESS_MASK granted;
    NTSTATUS status = security_grant(&object->header, access, &granted);
    if (!status)
        status = handle_create(&object->header, access_map(&thread_type, granted), attributes->Attributes, handle);
    object_unref(&object->header);
    return status;
}

/* Of another process, by their numbers. */
static NTSTATUS next_thread_there(HANDLE process, ULONG id, ACCESS_MASK access, ULONG attributes, HANDLE *next)
{
    struct object *obj;
    NTSTATUS status = handle_lookup(process, &process_type, PROCESS_QUERY_INFORMATION, &obj);
    if (status)
        return status;
    ULONG pid = container_of(obj, struct process_object, header)->id;
    object_unref(obj);
    while ((id = process_next_thread(pid, id))) { /* one may end just now */
        OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .Attributes = attributes };
        CLIENT_ID client = { (HANDLE)(ULONG_PTR)pid, (HANDLE)(ULONG_PTR)id };
        status = NtOpenThread(next, access, &attr, &client);
        if (status != STATUS_INVALID_CID && status != STATUS_ACCESS_DENIED)
            return status;
    }
    return STATUS_NO_MORE_ENTRIES;
}

NTSTATUS NtGetNextThread(HANDLE process, HANDLE after, ACCESS_MASK access, ULONG attributes, ULONG flags, HANDLE *next)
{
    struct object *obj = NULL;
    struct thread_object *found = NULL;
    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (after) {
        NTSTATUS status = handle_lookup(after, &thread_type, 0, &obj);
        if (status)
            return status;
    }
    if (!process_is_current(process)) {
        ULONG id = obj ? container_of(obj, struct thread_object, header)->id : 0;
        if (obj)
            object_unref(obj);
        return next_thread_there(process, id, access, attributes, next);
    }
    struct thread_object *previous = obj ? container_of(obj, struct thread_object, header) : NULL;
    pthread_mutex_lock(&thread_list_lock);
    LIST_ENTRY *entry = thread_list.Flink;
    if (previous)
        entry = previous->thread && previous->thread->registered ? previous->thread->entry.Flink : &thread_list;
    if (entry != &thread_list) {
        found = container_of(entry, struct thread, entry)->object;
        object_ref(&found->header);
    }
    pthread_mutex_unlock(&thread_list_lock);
    if (obj)
        object_unref(obj);
    if (!found)
        return STATUS_NO_MORE_ENTRIES;
    NTSTATUS status = handle_create(&found->header, access_map(&thread_type, access), attributes, next);
    object_unref(&found->header);
    return status;
}

/* --- the end of a thread --- */

void thread_release_stack(struct thread *thread)
{
    PVOID base = thread->teb->DeallocationStack;
    SIZE_T size = 0;
    if (base)
        NtFreeVirtualMemory(NT_CURRENT_PROCESS, &base, &size, MEM_RELEASE);
}

static void final_times(struct thread_object *object)
{
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage))
        return;
    object->user_time = (uint64_t)usage.ru_utime.tv_sec * 10000000 + (uint64_t)usage.ru_utime.tv_usec * 10;
    object->kernel_time = (uint64_t)usage.ru_stime.tv_sec * 10000000 + (uint64_t)usage.ru_stime.tv_usec * 10;
}

void thread_exit_now(void)
{
    struct thread *thread = current_thread;
    struct thread_object *object = thread->object;

    /* A debugger debugs no more when its thread ends, if that is what it wants. */
    if (thread->teb->DbgSsReserved[1])
        handle_close(thread->teb->DbgSsReserved[1]);
    if (debug_active && thread->debugger_told && thread_count() > 1) {
        thread->debugger_told = false;
        debug_thread_ends(object->id, thread->exit_status);
    }
    pthread_mutex_lock(&thread_list_lock);
    bool last = running_threads == 1;
    if (!last)
        thread_unregister(thread);
    object->exit_status = thread->exit_status;
    object->exit_time = now_100ns();
    final_times(object);
    if (!last)
        object->thread = NULL;
    pthread_mutex_unlock(&thread_list_lock);
    if (object->header.shared_number)
        remote_thread_ended(object);
    if (last)
        process_exit(thread->exit_status);

    io_cancel_thread(object);
    thread_wait_detach(thread);
    debug_registers_release(thread);
    if (thread->is_main) {
        /* The first Unix thread must not end: /proc/self would lose its contents. It only steps out of Windows' sight. */
        thread_release_stack(thread);
        object_signal(&object->header);
        object_unref(&object->header);
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, NULL);
        for (;;)
            pause();
    }
    thread_release_stack(thread);
    object_signal(&object->header);
    object_unref(&object->header);
    longjmp(*(jmp_buf *)thread->unix_jump, 1);
}

void thread_exit(NTSTATUS status)
{
    current_thread->exit_status = status;
    thread_exit_now();
}

/* With thread_list_lock held. */
void thread_terminate_other(struct thread *thread, NTSTATUS status)
{
    if (thread->terminating)
        return;
    thread->exit_status = status;
    __atomic_store_n(&thread->terminating, true, __ATOMIC_RELEASE);
    __atomic_or_fetch(&thread->exit_work, EXIT_TERMINATE, __ATOMIC_ACQ_REL);
    if (thread->suspend_request)
        thread_unpark(thread);
    thread_interrupt(thread);
    thread_interrupt_wait(thread); /* where it sees that it shall end */
}

void thread_stop_others(void)
{
    pthread_mutex_lock(&thread_list_lock);
    for (LIST_ENTRY *e = thread_list.Flink; e != &thread_list; e = e->Flink) {
        struct thread *thread = container_of(e, struct thread, entry);
        if (thread != current_thread && !thread->suspend_request)
            thread_park(thread); /* nobody resumes it: the process is ending */
    }
    pthread_mutex_unlock(&thread_list_lock);
}

NTSTATUS NtTerminateThread(HANDLE handle, NTSTATUS exit_status)
{
    struct object *obj;
    if (!handle) { /* NULL means the calling thread, if it is not the last */
        if (thread_count() == 1)
            return STATUS_CANT_TERMINATE_SELF;
        thread_exit(exit_status);
    }
    NTSTATUS status = handle_lookup(handle, &thread_type, 0x0001, &obj);
    if (status)
        return status;
    struct thread_object *object = container_of(obj, struct thread_object, header);
    if (object->is_remote) {
        const ULONG_PTR arguments[4] = { (ULONG_PTR)exit_status };
        ULONG_PTR value;
        status = remote_thread_control(object, PROTOCOL_THREAD_TERMINATE, arguments, NULL, 0, NULL, 0, &value);
        object_unref(obj);
        return status;
    }
    if (object == current_thread->object) {
        object_unref(obj);
        thread_exit(exit_status);
    }
    pthread_mutex_lock(&thread_list_lock);
    if (object->thread)
        thread_terminate_other(object->thread, exit_status);
    else
        status = STATUS_THREAD_IS_TERMINATING;
    pthread_mutex_unlock(&thread_list_lock);
    object_unref(obj);
    return status;
}
