/* SPDX-License-Identifier: MIT */
/*
 * ldrinit.c: start and end of processes and threads. LdrInitializeThunk (exception_x64.S) comes here on every thread's
 * first instruction.
 */
#include "ldr_private.h"

static RTL_CRITICAL_SECTION peb_lock = RTL_CRITICAL_SECTION_STATIC_INIT;
static RTL_BITMAP tls_bitmap, tls_expansion_bitmap;

typedef void(NTAPI *thread_start_routine)(ULONG reason, PVOID start, PVOID argument);
static thread_start_routine base_thread_init; /* kernel32!BaseThreadInitThunk, which backtraces are expected to show */

/* --- Messages --- */

static size_t put_ascii(char *buffer, size_t size, size_t length, const char *text)
{
    while (*text && length < size)
        buffer[length++] = *text++;
    return length;
}

static size_t put_wide(char *buffer, size_t size, size_t length, const WCHAR *text)
{
    ULONG used = 0;

    if (NT_SUCCESS(RtlUnicodeToUTF8N(buffer + length, (ULONG)(size - length), &used, text,
                                     (ULONG)(wcslen(text) * sizeof(WCHAR)))))
        length += used;
    return length;
}

static size_t put_number(char *buffer, size_t size, size_t length, ULONGLONG value, unsigned base)
{
    char digits[24], *p = digits + sizeof(digits);

    *--p = 0;
    do
        *--p = "0123456789abcdef"[value % base];
    while ((value /= base));
    return put_ascii(buffer, size, length, p);
}

/* Understands %s, %ls (zero-terminated UTF-16), %u, %x (with 0x) and %p; works before anything else does. */
void ldr_message(const char *format, ...)
{
    char buffer[1024];
    size_t size = sizeof(buffer) - 1, length = put_ascii(buffer, size, 0, "transom: ");
    va_list args;

    if (ldr_exe) {
        length = put_wide(buffer, size, length, ldr_exe->entry.BaseDllName.Buffer);
        length = put_ascii(buffer, size, length, ": ");
    }
    va_start(args, format);
    for (; *format && length < size; format++) {
        if (*format != '%') {
            buffer[length++] = *format;
            continue;
        }
        switch (*++format) {
        case 's':
            length = put_ascii(buffer, size, length, va_arg(args, const char *));
            break;
        case 'l':
            format++;
            length = put_wide(buffer, size, length, va_arg(args, const WCHAR *));
            break;
        case 'u':
            length = put_number(buffer, size, length, va_arg(args, unsigned), 10);
            break;
        case 'x':
            length = put_ascii(buffer, size, length, "0x");
            length = put_number(buffer, size, length, va_arg(args, unsigned), 16);
            break;
        case 'p':
            length = put_ascii(buffer, size, length, "0x");
            length = put_number(buffer, size, length, (ULONG_PTR)va_arg(args, void *), 16);
            break;
        }
    }
    va_end(args);
    buffer[length++] = '\n';
    NtTransomDebugPrint(buffer, (ULONG)length);
}

VOID NTAPI TransomMissingFunction(const char *dll, const char *function)
{
    ldr_message("%s.%s is not implemented", dll, function);
    NtTerminateProcess(NT_CURRENT_PROCESS, STATUS_ENTRYPOINT_NOT_FOUND);
    __builtin_unreachable();
}

/* --- Start --- */

/* A program that a debugger has started gets checked heaps, unless _NO_DEBUG_HEAP is 1. */
#define FLG_DEBUGGED 0x70 /* FLG_HEAP_ENABLE_TAIL_CHECK, _FREE_CHECK, FLG_HEAP_VALIDATE_PARAMETERS */

static bool debug_heap_unwanted(void)
{
    WCHAR buffer[2];
    UNICODE_STRING name = { 28, 30, (WCHAR *)L"_NO_DEBUG_HEAP" }, value = { 0, sizeof(buffer), buffer };

    return NT_SUCCESS(RtlQueryEnvironmentVariable_U(NULL, &name, &value)) && value.Length == sizeof(WCHAR) &&
           buffer[0] == '1';
}

static void init_peb(PEB *peb)
{
    list_init(&ldr_data.InLoadOrderModuleList);
    list_init(&ldr_data.InMemoryOrderModuleList);
    list_init(&ldr_data.InInitializationOrderModuleList);
    peb->Ldr = &ldr_data;
    peb->LoaderLock = &ldr_lock;
    peb->FastPebLock = &peb_lock;
    tls_bitmap = (RTL_BITMAP){ 64, peb->TlsBitmapBits };
    tls_expansion_bitmap = (RTL_BITMAP){ 1024, peb->TlsExpansionBitmapBits };
    peb->TlsBitmapBits[0] |= 1; /* index 0 is never given to programs: some take it for "none" */
    peb->TlsBitmap = &tls_bitmap;
    peb->TlsExpansionBitmap = &tls_expansion_bitmap;
    peb->OSMajorVersion = NT_MAJOR_VERSION;
    peb->OSMinorVersion = NT_MINOR_VERSION;
    peb->OSBuildNumber = NT_BUILD_NUMBER;
    peb->OSPlatformId = VER_PLATFORM_WIN32_NT;
    if (peb->BeingDebugged && !debug_heap_unwanted())
        peb->NtGlobalFlag |= FLG_DEBUGGED;
}

static NTSTATUS create_heap(PEB *peb, const IMAGE_NT_HEADERS *nt)
{
    peb->ProcessHeap = RtlCreateHeap(HEAP_GROWABLE, NULL, nt->OptionalHeader.SizeOfHeapReserve,
                                     nt->OptionalHeader.SizeOfHeapCommit, NULL, NULL);
    return peb->ProcessHeap ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* ntdll's own code is found by the unwinder from the first instruction on, before there is a heap. */
static void add_early_range(void *base)
{
    struct ldr_range range;

    ldr_range_init(&range, base, RtlImageNtHeader(base)->OptionalHeader.SizeOfImage, NULL);
    ldr_range_add(&range);
}

static NTSTATUS add_first_modules(PEB *peb, void *ntdll_base)
{
    WCHAR buffer[MAX_PATH + 32];
    UNICODE_STRING name = { 0, sizeof(buffer), buffer };
    size_t length;

    ldr_exe = ldr_module_create(peb->ImageBaseAddress, &peb->ProcessParameters->ImagePathName);
    if (!ldr_exe)
        return STATUS_NO_MEMORY;
    ldr_exe->references = LDR_PINNED;
    ldr_exe->entry.ObsoleteLoadCount = 0xffff;

    length = ldr_system_dir(buffer);
    memcpy(buffer + length, L"\\ntdll.dll", 10 * sizeof(WCHAR));
    name.Length = (USHORT)((length + 10) * sizeof(WCHAR));
    ldr_range_remove((ULONG_PTR)ntdll_base);
    ldr_ntdll = ldr_module_create(ntdll_base, &name);
    if (!ldr_ntdll)
        return STATUS_NO_MEMORY;
    ldr_ntdll->references = LDR_PINNED;
    ldr_ntdll->entry.ObsoleteLoadCount = 0xffff;
    ldr_ntdll->state = LDR_READY;
    ldr_ntdll->entry.Flags |= LDRP_DONT_CALL_FOR_THREADS | LDRP_PROCESS_ATTACH_CALLED;
    list_add_tail(&ldr_data.InInitializationOrderModuleList, &ldr_ntdll->entry.InInitializationOrderLinks);
    return STATUS_SUCCESS;
}

static NTSTATUS load_kernel32(void)
{
    static const WCHAR name[] = L"kernel32.dll";
    struct ldr_search search = { 0 };
    ANSI_STRING function = { 19, 20, (char *)"BaseThreadInitThunk" };
    NTSTATUS status = ldr_load(name, ARRAY_SIZE(name) - 1, &search, ldr_exe, &ldr_kernel32);

    if (status) {
        if (ldr_reporting)
            ldr_message("kernel32.dll cannot be loaded (%x)", (unsigned)status);
        ldr_reporting = false;
        return status;
    }
    LdrGetProcedureAddress(ldr_kernel32->entry.DllBase, &function, 0, (PVOID *)&base_thread_init);
    return ldr_add_dependency(ldr_exe, ldr_kernel32) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* What has been loaded with the program stays. */
static void pin_all(void)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;

    for (LIST_ENTRY *link = head->Flink; link != head; link = link->Flink) {
        struct ldr_module *module = ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks));

        if (module->entry.Flags & LDRP_STATIC_LINK) {
            module->references = LDR_PINNED;
            module->entry.ObsoleteLoadCount = 0xffff;
            module->entry.Flags |= LDRP_PROCESS_STATIC_IMPORT;
        }
    }
}

static NTSTATUS init_process(PEB *peb, void *ntdll_base, CONTEXT *context)
{
    IMAGE_NT_HEADERS *nt = RtlImageNtHeader(peb->ImageBaseAddress);
    NTSTATUS status;

    init_peb(peb);
    add_early_range(ntdll_base);
    status = create_heap(peb, nt);
    if (status)
        return status;
    rtl_process_init();
    RtlEnterCriticalSection(&ldr_lock);
    ldr_reporting = true;
    ldr_trace_init();
    status = add_first_modules(peb, ntdll_base);
    if (!status)
        status = ldr_prepare_image(ldr_exe);
    if (!status)
        status = actctx_process_init(ldr_exe);
    if (!status)
        status = load_kernel32();
    if (!status)
        status = ldr_bind_imports(ldr_exe);
    if (!status)
        status = ldr_tls_init_thread();
    if (!status) {
        ldr_data.Initialized = TRUE;
        ldr_static_reserved = context;
        if (peb->PostProcessInitRoutine)
            ((void(NTAPI *)(void))peb->PostProcessInitRoutine)();
        if (peb->BeingDebugged)
            ldr_debugger_break();
        status = ldr_initialize(ldr_exe);
        pin_all();
        ldr_static_reserved = NULL;
    }
    if (status == STATUS_INVALID_IMAGE_FORMAT && ldr_reporting)
        ldr_message("is damaged: its tables lead to nowhere (%x)", (unsigned)status);
    else if (status && ldr_reporting)
        ldr_message("cannot start (%x)", (unsigned)status);
    ldr_reporting = false;
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

/* Of a thread's start and end: in the order of initialisation, and backwards. */
static void notify_thread(ULONG reason)
{
    LIST_ENTRY *head = &ldr_data.InInitializationOrderModuleList;
    bool attach = reason == DLL_THREAD_ATTACH;

    if (!attach)
        ldr_call_tls_callbacks(ldr_exe, reason);
    for (LIST_ENTRY *link = attach ? head->Flink : head->Blink, *next; link != head; link = next) {
        struct ldr_module *module =
            ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks));

        next = attach ? link->Flink : link->Blink;
        if ((module->entry.Flags & LDRP_DONT_CALL_FOR_THREADS) || module->state != LDR_READY ||
            (module->entry.Flags & LDRP_PROCESS_ATTACH_FAILED))
            continue;
        ldr_call_tls_callbacks(module, reason);
        ldr_call_entry(module, reason, NULL);
    }
    if (attach)
        ldr_call_tls_callbacks(ldr_exe, reason);
}

static NTSTATUS init_thread(void)
{
    NTSTATUS status = ldr_tls_init_thread();

    if (status || (nt_teb()->SameTebFlags & TEB_SAME_SKIP_ATTACH))
        return status;
    RtlEnterCriticalSection(&ldr_lock);
    if (!ldr_data.ShutdownInProgress)
        notify_thread(DLL_THREAD_ATTACH);
    RtlLeaveCriticalSection(&ldr_lock);
    return STATUS_SUCCESS;
}

/* Called by LdrInitializeThunk, on the thread's stack below its initial context. */
void ldr_initialize_thread(CONTEXT *context, void *ntdll_base)
{
    PEB *peb = nt_peb();
    NTSTATUS status = peb->Ldr ? init_thread() : init_process(peb, ntdll_base, context);

    if (!status)
        status = NtContinue(context, TRUE);
    NtTerminateProcess(NT_CURRENT_PROCESS, status);
}

/* Called by RtlUserThreadStart, which has the exception handler of last resort. */
void ldr_run_thread(PVOID start, PVOID argument)
{
    if (base_thread_init)
        base_thread_init(0, start, argument);
    RtlExitUserThread(((DWORD(NTAPI *)(PVOID))start)(argument));
}

/* --- End --- */

static HANDLE detaching_thread; /* under the loader lock */

VOID NTAPI LdrShutdownThread(void)
{
    TEB *teb = nt_teb();

    if (ldr_data.ShutdownInProgress)
        return;
    RtlProcessFlsData(teb->FlsData, 1);
    RtlEnterCriticalSection(&ldr_lock);
    /* A DllMain that ends the thread which it is told to be ending has its way, and is not told again. */
    if (!ldr_data.ShutdownInProgress && !(teb->SameTebFlags & TEB_SAME_SKIP_ATTACH) &&
        detaching_thread != teb->ClientId.UniqueThread) {
        detaching_thread = teb->ClientId.UniqueThread;
        notify_thread(DLL_THREAD_DETACH);
        detaching_thread = NULL;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    ldr_abandon_lock();
    ldr_tls_free_thread();
    RtlProcessFlsData(teb->FlsData, 2);
    if (teb->TlsExpansionSlots) {
        heap_free(teb->TlsExpansionSlots);
        teb->TlsExpansionSlots = NULL;
    }
    RtlFreeThreadActivationContextStack();
    rtl_thread_exit(); /* last: returns the thread's heap caches */
}

/* The other threads are gone; DLLs learn from a non-NULL third argument that the process ends. */
VOID NTAPI LdrShutdownProcess(void)
{
    LIST_ENTRY *head = &ldr_data.InInitializationOrderModuleList;

    if (ldr_data.ShutdownInProgress)
        return;
    ldr_data.ShutdownInProgress = TRUE;
    ldr_data.ShutdownThreadId = nt_teb()->ClientId.UniqueThread;
    if (!ldr_data.Initialized)
        return;
    RtlProcessFlsData(nt_teb()->FlsData, 1);
    RtlEnterCriticalSection(&ldr_lock);
    ldr_call_tls_callbacks(ldr_exe, DLL_PROCESS_DETACH);
    for (LIST_ENTRY *link = head->Blink; link != head; link = link->Blink) {
        struct ldr_module *module =
            ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks));

        if (module->state != LDR_READY || (module->entry.Flags & LDRP_PROCESS_ATTACH_FAILED))
            continue;
        ldr_call_tls_callbacks(module, DLL_PROCESS_DETACH);
        ldr_call_entry(module, DLL_PROCESS_DETACH, (PVOID)1);
    }
    RtlLeaveCriticalSection(&ldr_lock);
}

BOOLEAN NTAPI RtlDllShutdownInProgress(void)
{
    return ldr_data.ShutdownInProgress;
}

static bool is_running(HANDLE thread)
{
    CLIENT_ID id = { nt_teb()->ClientId.UniqueProcess, thread };
    OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
    HANDLE handle;

    if (NtOpenThread(&handle, SYNCHRONIZE, &attributes, &id) == STATUS_INVALID_CID)
        return false;
    NtClose(handle);
    return true;
}

/* A lock whose owner was terminated is inherited by who ends the process: it would wait for ever. */
static void enter_at_end(RTL_CRITICAL_SECTION *section)
{
    HANDLE owner;

    if (RtlTryEnterCriticalSection(section))
        return;
    owner = __atomic_load_n(&section->OwningThread, __ATOMIC_RELAXED);
    if (!owner || is_running(owner)) {
        RtlEnterCriticalSection(section);
        return;
    }
    section->OwningThread = nt_teb()->ClientId.UniqueThread;
    section->RecursionCount = 1;
}

VOID NTAPI RtlExitUserProcess(NTSTATUS status)
{
    PVOID heap = nt_peb()->ProcessHeap;

    rtl_exit_status = status;
    /* No thread may be killed while it holds what the DLLs' farewell needs. */
    enter_at_end(&ldr_lock);
    enter_at_end(&peb_lock);
    RtlLockHeap(heap);
    NtTerminateProcess(NULL, status);
    RtlUnlockHeap(heap);
    RtlLeaveCriticalSection(&peb_lock);
    RtlLeaveCriticalSection(&ldr_lock);
    LdrShutdownProcess();
    for (;;)
        NtTerminateProcess(NT_CURRENT_PROCESS, status);
}

#define THREAD_AM_I_LAST_THREAD 12

VOID NTAPI RtlExitUserThread(NTSTATUS status)
{
    ULONG last = FALSE;

    NtQueryInformationThread(NT_CURRENT_THREAD, THREAD_AM_I_LAST_THREAD, &last, sizeof(last), NULL);
    if (last)
        RtlExitUserProcess(status);
    LdrShutdownThread();
    for (;;)
        NtTerminateThread(NT_CURRENT_THREAD, status);
}
