/* SPDX-License-Identifier: MIT */
/*
 * ldrload.c: finding a DLL's file, mapping it, initialising it and what it needs. Everything here runs under the loader
 * lock.
 */
#include "ldr_private.h"
#include "ntrtl.h"

#define VIEW_SHARE 1 /* SECTION_INHERIT's ViewShare */

#ifdef _WIN64
#define NATIVE_MACHINE IMAGE_FILE_MACHINE_AMD64
#else
#define NATIVE_MACHINE IMAGE_FILE_MACHINE_I386
#endif

bool ldr_reporting;
void *ldr_static_reserved;
bool ldr_dont_resolve; /* DONT_RESOLVE_DLL_REFERENCES: the DLL being loaded is only mapped, neither bound nor called */

/* Whether the status of an open says "there is no such DLL here", so that the search goes on. */
static bool is_missing(NTSTATUS status)
{
    switch (status) {
    case STATUS_OBJECT_NAME_NOT_FOUND:
    case STATUS_OBJECT_PATH_NOT_FOUND:
    case STATUS_OBJECT_NAME_INVALID:
    case STATUS_OBJECT_PATH_SYNTAX_BAD:
    case STATUS_NO_SUCH_FILE:
    case STATUS_NOT_A_DIRECTORY:
    case STATUS_FILE_IS_A_DIRECTORY:
    case STATUS_BAD_NETWORK_PATH:
    case STATUS_BAD_NETWORK_NAME:
        return true;
    }
    return false;
}

/* Of a path in the system directory: what names the file that the prefix has there, or that the installation has. */
static size_t system_file(const WCHAR *path, size_t length, enum ldr_from from, WCHAR *name)
{
    WCHAR system[MAX_PATH + 16];
    size_t n = ldr_system_dir(system);

    if (length <= n || !ldr_name_equal(path, system, n) || path[n] != '\\')
        return 0;
    wcscpy(name, from == LDR_NATIVE ? L"\\Device\\Transom\\native" : L"\\Device\\Transom\\builtin");
    memcpy(name + wcslen(name), path + n, (length - n + 1) * sizeof(*name));
    return wcslen(name);
}

static NTSTATUS open_section(const WCHAR *path, size_t length, enum ldr_from from, HANDLE *section)
{
    static const WCHAR prefix[] = { '\\', '?', '?', '\\' };
    WCHAR buffer[MAX_PATH + 32];
    UNICODE_STRING nt_name = { 0 };
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    HANDLE file;
    NTSTATUS status;

    if (from != LDR_ANYWHERE && length <= MAX_PATH &&
        (nt_name.Length = (USHORT)(system_file(path, length, from, buffer) * sizeof(WCHAR)))) {
        nt_name.Buffer = buffer;
        nt_name.MaximumLength = nt_name.Length;
    } else if (length > 2 && path[1] == ':' && length <= MAX_PATH) { /* the common form needs no conversion */
        memcpy(buffer, prefix, sizeof(prefix));
        memcpy(buffer + ARRAY_SIZE(prefix), path, length * sizeof(WCHAR));
        nt_name.Buffer = buffer;
        nt_name.Length = nt_name.MaximumLength = (USHORT)(sizeof(prefix) + length * sizeof(WCHAR));
    } else {
        status = RtlDosPathNameToNtPathName_U_WithStatus(path, &nt_name, NULL, NULL);
        if (status)
            return status;
    }
    InitializeObjectAttributes(&attributes, &nt_name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&file, FILE_READ_DATA | FILE_EXECUTE | SYNCHRONIZE, &attributes, &io,
                        FILE_SHARE_READ | FILE_SHARE_DELETE, FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    if (nt_name.Buffer != buffer)
        RtlFreeUnicodeString(&nt_name);
    if (status)
        return status;
    status = NtCreateSection(section, SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_QUERY, NULL, NULL, PAGE_EXECUTE,
                             SEC_IMAGE, file);
    NtClose(file);
    return status;
}

/* What an image needs before its imports: addresses that are right, a random cookie, thread-local storage. */
static NTSTATUS prepare_image(void *context)
{
    struct ldr_module *module = context;
    LONG_PTR diff = (char *)module->entry.DllBase - (char *)module->nt->OptionalHeader.ImageBase;
    NTSTATUS status;

    if (module->nt->OptionalHeader.AddressOfEntryPoint >= module->entry.SizeOfImage)
        return STATUS_INVALID_IMAGE_FORMAT;
    if (diff) {
        module->entry.Flags |= LDRP_IMAGE_NOT_AT_BASE;
        status = ldr_relocate(module->entry.DllBase, module->nt, diff);
        if (status)
            return status;
    }
    ldr_set_security_cookie(module);
    return ldr_tls_add_module(module);
}

NTSTATUS ldr_prepare_image(struct ldr_module *module)
{
    return ldr_guard(prepare_image, module);
}

/* STATUS_DLL_NOT_FOUND of something that a DLL needs: the search for the DLL itself has ended. */
#define STATUS_NEEDED_DLL_NOT_FOUND ((NTSTATUS)0xe0000135)

/* Takes a module that could not be loaded completely out again. */
static void discard(struct ldr_module *module)
{
    void *base = module->entry.DllBase;

    ldr_tls_remove_module(module);
    ldr_module_remove(module);
    ldr_module_free(module);
    NtUnmapViewOfSection(NT_CURRENT_PROCESS, base);
}

/* Maps the DLL of a full path and binds it. */
static NTSTATUS map_dll(const WCHAR *path, size_t length, enum ldr_from from, struct ldr_module *importer,
                        struct ldr_module **result)
{
    UNICODE_STRING name = { (USHORT)(length * sizeof(WCHAR)), (USHORT)(length * sizeof(WCHAR)), (WCHAR *)path };
    struct ldr_module *module;
    HANDLE section;
    ULONG_PTR cookie = 0;
    void *base = NULL;
    SIZE_T size = 0;
    IMAGE_NT_HEADERS *nt;
    NTSTATUS status = open_section(path, length, from, &section);

    if (status)
        return is_missing(status) ? STATUS_DLL_NOT_FOUND : status;
    PVOID before = nt_teb()->Tib.ArbitraryUserPointer;
    nt_teb()->Tib.ArbitraryUserPointer = (PVOID)path; /* for a debugger, which is told of this pointer */
    status = NtMapViewOfSection(section, NT_CURRENT_PROCESS, &base, 0, 0, NULL, &size, VIEW_SHARE, 0,
                                PAGE_EXECUTE_WRITECOPY);
    nt_teb()->Tib.ArbitraryUserPointer = before;
    NtClose(section);
    if (!NT_SUCCESS(status))
        return status;
    nt = RtlImageNtHeader(base);
    /* ARM64's headers are as wide: without looking at the machine its code would be run. */
    if (!nt || nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC || nt->FileHeader.Machine != NATIVE_MACHINE) {
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, base);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    module = ldr_module_create(base, &name);
    if (!module) {
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, base);
        return STATUS_NO_MEMORY;
    }
    if (importer) {
        module->entry.ParentDllBase = importer->entry.DllBase;
        module->entry.Flags |= LDRP_STATIC_LINK;
    } else {
        module->entry.LoadReason = 4; /* LoadReasonDynamicLoad */
    }
    status = ldr_prepare_image(module);
    /* A program that is loaded as if it were a DLL has its imports left alone, as documented for LoadLibrary. */
    if (!status && (module->entry.Flags & LDRP_IMAGE_DLL) && !ldr_dont_resolve) {
        actctx_module_init(module);
        if (module->activation_context)
            RtlActivateActivationContext(0, module->activation_context, &cookie);
        status = ldr_bind_imports(module);
        if (status == STATUS_DLL_NOT_FOUND)
            status = STATUS_NEEDED_DLL_NOT_FOUND;
        if (cookie)
            RtlDeactivateActivationContext(0, cookie);
    }
    if (status) {
        discard(module);
        return status;
    }
    if (!(module->entry.Flags & LDRP_IMAGE_DLL)) {
        module->entry.EntryPoint = NULL;
        module->state = LDR_BOUND;
    }
    if (ldr_dont_resolve)
        module->state = LDR_READY;
    ldr_notify(module, LDR_DLL_NOTIFICATION_REASON_LOADED);
    *result = module;
    return STATUS_SUCCESS;
}

struct search_context {
    const WCHAR *name;
    size_t length;
    struct ldr_module *importer;
    struct ldr_module **result;
    enum ldr_from from;
};

static NTSTATUS load_full_path(const WCHAR *path, size_t length, enum ldr_from from, struct ldr_module *importer,
                               struct ldr_module **result)
{
    *result = ldr_find_path(path, length);
    return *result ? STATUS_SUCCESS : map_dll(path, length, from, importer, result);
}

/* Tries one directory of a search. */
static NTSTATUS try_dir(const WCHAR *dir, size_t length, void *arg)
{
    struct search_context *context = arg;
    size_t total = length + 1 + context->length;
    WCHAR buffer[MAX_PATH], *path = buffer;
    NTSTATUS status;

    if (total >= ARRAY_SIZE(buffer)) {
        path = heap_alloc((total + 1) * sizeof(*path));
        if (!path)
            return STATUS_NO_MEMORY;
    }
    memcpy(path, dir, length * sizeof(*path));
    if (length && path[length - 1] != '\\' && path[length - 1] != '/')
        path[length++] = '\\';
    memcpy(path + length, context->name, context->length * sizeof(*path));
    total = length + context->length;
    path[total] = 0;

    /* Directories come from PATH and from programs: make relative and oddly spelt ones what GetModuleFileName shows. */
    if (path[1] != ':' || path[2] != '\\' || wcschr(path, '/') || wcsstr(path, L".\\")) {
        ULONG bytes = RtlGetFullPathName_U(path, 0, NULL, NULL);
        WCHAR *full = bytes ? heap_alloc(bytes + sizeof(WCHAR)) : NULL;

        if (!full) {
            status = bytes ? STATUS_NO_MEMORY : STATUS_DLL_NOT_FOUND;
        } else {
            bytes = RtlGetFullPathName_U(path, bytes + sizeof(WCHAR), full, NULL);
            status = load_full_path(full, bytes / sizeof(WCHAR), context->from, context->importer, context->result);
            heap_free(full);
        }
    } else {
        status = load_full_path(path, total, context->from, context->importer, context->result);
    }
    if (path != buffer)
        heap_free(path);
    return status;
}

static bool has_path(const WCHAR *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] == '\\' || name[i] == '/' || name[i] == ':')
            return true;
    return false;
}

/* A name with ".dll" appended if its last part has no dot; a dot at the end means "no extension" and is dropped. */
static NTSTATUS complete_name(const WCHAR *name, size_t length, WCHAR **complete, size_t *complete_length)
{
    WCHAR *copy = heap_alloc((length + 5) * sizeof(*copy));
    bool dot = false;

    if (!copy)
        return STATUS_NO_MEMORY;
    memcpy(copy, name, length * sizeof(*copy));
    for (size_t i = length; i > 0 && copy[i - 1] != '\\' && copy[i - 1] != '/'; i--)
        dot |= copy[i - 1] == '.';
    if (!dot) {
        memcpy(copy + length, L".dll", 4 * sizeof(*copy));
        length += 4;
    } else if (copy[length - 1] == '.') {
        length--;
    }
    copy[length] = 0;
    *complete = copy;
    *complete_length = length;
    return STATUS_SUCCESS;
}

static NTSTATUS load_by_path(const WCHAR *name, const struct ldr_search *search, struct ldr_module *importer,
                             struct ldr_module **result)
{
    RTL_PATH_TYPE type = RtlDetermineDosPathNameType_U(name);
    struct ldr_search own = *search;
    struct search_context context = { .name = name, .length = wcslen(name), .importer = importer, .result = result };
    ULONG bytes;
    WCHAR *full;
    NTSTATUS status;

    /* A relative path is tried in every directory of the search. */
    if (type == RtlPathTypeRelative && !(search->flags & LOAD_WITH_ALTERED_SEARCH_PATH))
        return ldr_search_dirs(&own, try_dir, &context);
    bytes = RtlGetFullPathName_U(name, 0, NULL, NULL);
    full = bytes ? heap_alloc(bytes + sizeof(WCHAR)) : NULL;
    if (!full)
        return bytes ? STATUS_NO_MEMORY : STATUS_DLL_NOT_FOUND;
    bytes = RtlGetFullPathName_U(name, bytes + sizeof(WCHAR), full, NULL);
    status = load_full_path(full, bytes / sizeof(WCHAR), LDR_ANYWHERE, importer, result);
    heap_free(full);
    return status;
}

/*
 * What a DLL that was loaded with a search of its own imports is searched the same way: with
 * LOAD_WITH_ALTERED_SEARCH_PATH or LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR its directory counts for its dependencies too.
 */
static const struct ldr_search *outer_search;

static size_t directory_of(const WCHAR *path)
{
    size_t length = wcslen(path);

    while (length && path[length - 1] != '\\' && path[length - 1] != '/')
        length--;
    return length > 3 ? length - 1 : length;
}

/* The directories in their order, or the places that the user says. */
static NTSTATUS search_places(const struct ldr_search *search, struct search_context *context)
{
    WCHAR system[MAX_PATH + 16];
    struct ldr_places places;
    NTSTATUS status = STATUS_DLL_NOT_FOUND;

    if (ldr_override(context->name, context->length, &places)) {
        for (unsigned i = 0; i < places.count && status == STATUS_DLL_NOT_FOUND; i++) {
            context->from = places.from[i];
            status = context->from == LDR_BUILTIN ? try_dir(system, ldr_system_dir(system), context)
                                                  : ldr_search_dirs(search, try_dir, context);
        }
        return status;
    }
    if (ldr_is_known_dll(context->name, context->length))
        status = try_dir(system, ldr_system_dir(system), context);
    return status == STATUS_DLL_NOT_FOUND ? ldr_search_dirs(search, try_dir, context) : status;
}

static NTSTATUS find_or_load(const WCHAR *name, size_t length, const struct ldr_search *search,
                             struct ldr_module *importer, struct ldr_module **result)
{
    struct search_context context = { .importer = importer, .result = result };
    const struct ldr_search *saved = outer_search;
    struct ldr_search own;
    WCHAR system[MAX_PATH + 16], *complete;
    UNICODE_STRING redirected = { 0 };
    const char *host;
    NTSTATUS status;

    if (!length)
        return STATUS_DLL_NOT_FOUND;
    *result = ldr_find_name(name, length); /* nearly always: it is there */
    if (*result)
        return STATUS_SUCCESS;

    host = ldr_apiset_host(name, length);
    if (host) {
        WCHAR wide[64];

        for (length = 0; host[length]; length++)
            wide[length] = (unsigned char)host[length];
        *result = ldr_find_name(wide, length);
        if (*result)
            return STATUS_SUCCESS;
        context.name = wide;
        context.length = length;
        return try_dir(system, ldr_system_dir(system), &context);
    }

    status = complete_name(name, length, &complete, &length);
    if (status)
        return status;
    own = importer && outer_search ? *outer_search : *search;
    if (has_path(complete, length)) {
        if (own.flags & (LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR)) {
            own.dll_dir = complete;
            own.dll_dir_length = directory_of(complete);
        }
        if (!importer)
            outer_search = &own;
        status = load_by_path(complete, &own, importer, result);
    } else {
        *result = ldr_find_name(complete, length);
        context.name = complete;
        context.length = length;
        if (!importer)
            outer_search = &own;
        if (*result) {
            status = STATUS_SUCCESS;
        } else if (actctx_redirect_dll(complete, length, &redirected)) {
            status =
                load_full_path(redirected.Buffer, redirected.Length / sizeof(WCHAR), LDR_ANYWHERE, importer, result);
            RtlFreeUnicodeString(&redirected);
        } else {
            status = search_places(&own, &context);
        }
    }
    outer_search = saved;
    heap_free(complete);
    return status;
}

/*
 * Finds or loads a DLL by what a program or an import table calls it; the DLL and all it imports are then bound, but not
 * initialised, and no reference has been counted.
 */
NTSTATUS ldr_load(const WCHAR *name, size_t length, const struct ldr_search *search, struct ldr_module *importer,
                  struct ldr_module **result)
{
    NTSTATUS status = find_or_load(name, length, search, importer, result);

    return status == STATUS_NEEDED_DLL_NOT_FOUND ? STATUS_DLL_NOT_FOUND : status;
}

/* Whom the loader, whose lock is held, is calling: the thread, or NULL */
static HANDLE called_out;

NTSTATUS ldr_call_out(dll_entry routine, void *base, ULONG reason, void *reserved, ULONG *result)
{
    HANDLE outer = called_out; /* not NULL where a DllMain loads another DLL */
    NTSTATUS status = STATUS_SUCCESS;

    called_out = nt_teb()->ClientId.UniqueThread;
#ifdef _WIN64
    if (!ldr_static_reserved)
        status = ldr_guard_callout(routine, base, reason, reserved, result);
    else
#endif
        *result = (ULONG)routine(base, reason, reserved);
    called_out = outer;
    return status;
}

BOOLEAN NTAPI RtlIsThreadWithinLoaderCallout(VOID);
BOOLEAN NTAPI RtlIsThreadWithinLoaderCallout(VOID)
{
    HANDLE self = nt_teb()->ClientId.UniqueThread;

    return ldr_lock.OwningThread == self && called_out == self;
}

VOID NTAPI LdrFastFailInLoaderCallout(VOID);
VOID NTAPI LdrFastFailInLoaderCallout(VOID)
{
    if (RtlIsThreadWithinLoaderCallout())
        __asm__ volatile("int $0x29" ::"c"(FAST_FAIL_FATAL_APP_EXIT));
}

NTSTATUS ldr_call_entry(struct ldr_module *module, ULONG reason, void *reserved)
{
    dll_entry entry = (dll_entry)module->entry.EntryPoint;
    ULONG result = FALSE;
    NTSTATUS status;

    if (!entry || !(module->entry.Flags & LDRP_IMAGE_DLL))
        return STATUS_SUCCESS;
    status = ldr_call_out(entry, module->entry.DllBase, reason, reserved, &result);
    return !status && reason == DLL_PROCESS_ATTACH && !result ? STATUS_DLL_INIT_FAILED : status;
}

/* Depth first: what a module depends on comes before it; in a cycle, what was met first comes last. */
NTSTATUS ldr_initialize(struct ldr_module *module)
{
    ULONG_PTR cookie = 0;
    NTSTATUS status;

    if (module->state != LDR_BOUND)
        return STATUS_SUCCESS;
    module->state = LDR_INITIALIZING;
    for (ULONG i = 0; i < module->dependency_count; i++) {
        status = ldr_initialize(module->dependencies[i]);
        if (status) {
            module->state = LDR_BOUND;
            return status;
        }
    }
    if (module != ldr_exe) /* as on Windows */
        list_add_tail(&ldr_data.InInitializationOrderModuleList, &module->entry.InInitializationOrderLinks);
    module->entry.Flags |= LDRP_PROCESS_ATTACH_CALLED | LDRP_ENTRY_PROCESSED;
    if (module->activation_context)
        RtlActivateActivationContext(0, module->activation_context, &cookie);
    status = ldr_call_tls_callbacks(module, DLL_PROCESS_ATTACH);
    if (!status)
        status = ldr_call_entry(module, DLL_PROCESS_ATTACH, ldr_static_reserved);
    if (cookie)
        RtlDeactivateActivationContext(0, cookie);
    module->state = LDR_READY;
    if (status) {
        module->entry.Flags |= LDRP_PROCESS_ATTACH_FAILED;
        if (ldr_reporting)
            ldr_message("the initialisation of %ls failed", module->entry.FullDllName.Buffer);
    }
    return status;
}

/*
 * The calling thread ends, maybe inside of a DllMain: the loader lock does not end with it (on Windows it does, and nothing is
 * loaded from then on). A DLL that it was initialising stays as it is.
 */
void ldr_abandon_lock(void)
{
    LIST_ENTRY *head = &ldr_data.InLoadOrderModuleList;

    if (!RtlIsCriticalSectionLockedByThread(&ldr_lock))
        return;
    called_out = NULL;
    for (LIST_ENTRY *link = head->Flink; link != head; link = link->Flink) {
        struct ldr_module *module = ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks));

        if (module->state == LDR_INITIALIZING) {
            module->state = LDR_READY;
            module->entry.Flags |= LDRP_PROCESS_ATTACH_FAILED;
        }
    }
    while (RtlIsCriticalSectionLockedByThread(&ldr_lock))
        RtlLeaveCriticalSection(&ldr_lock);
}

static void mark(struct ldr_module *module, ULONG walk)
{
    if (module->mark == walk)
        return;
    module->mark = walk;
    for (ULONG i = 0; i < module->dependency_count; i++)
        mark(module->dependencies[i], walk);
}

/*
 * Counting references alone would keep cycles of DLLs for ever, so what is in use is found by walking the graph from the
 * modules that the program itself refers to.
 */
void ldr_release_unused(void)
{
    static bool running, again;
    static ULONG walk;
    LIST_ENTRY *load = &ldr_data.InLoadOrderModuleList, *init = &ldr_data.InInitializationOrderModuleList;
    LIST_ENTRY unused = { &unused, &unused };

    /* A DllMain that is told to detach may free other DLLs: they are looked at when this round is over. */
    if (running) {
        again = true;
        return;
    }
    running = true;
    do {
        again = false;
        walk++;
        for (LIST_ENTRY *link = load->Flink; link != load; link = link->Flink) {
            struct ldr_module *module = ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks));

            if (module->references || module->state == LDR_INITIALIZING || module->state == LDR_MAPPED)
                mark(module, walk);
        }
        /* All are notified, then all go: a DllMain may call into any other. */
        for (LIST_ENTRY *link = init->Blink, *previous; link != init; link = previous) {
            struct ldr_module *module =
                ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InInitializationOrderLinks));

            previous = link->Blink;
            if (module->mark == walk || module->state != LDR_READY)
                continue;
            module->state = LDR_UNLOADING;
            ldr_call_tls_callbacks(module, DLL_PROCESS_DETACH);
            ldr_call_entry(module, DLL_PROCESS_DETACH, NULL);
        }
        for (LIST_ENTRY *link = load->Flink, *next; link != load; link = next) {
            struct ldr_module *module = ldr_from_entry(CONTAINING_RECORD(link, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks));

            next = link->Flink;
            /* What was loaded meanwhile by a DllMain has a reference, or came after this walk. */
            if (module->mark == walk || module->references || module->state == LDR_MAPPED ||
                module->state == LDR_INITIALIZING)
                continue;
            ldr_notify(module, LDR_DLL_NOTIFICATION_REASON_UNLOADED);
            ldr_unload_trace(module);
            ldr_tls_remove_module(module);
            ldr_module_remove(module);
            list_add_tail(&unused, &module->entry.InLoadOrderLinks);
        }
    } while (again);
    running = false;

    while (!list_empty(&unused)) {
        struct ldr_module *module =
            ldr_from_entry(CONTAINING_RECORD(unused.Flink, LDR_DATA_TABLE_ENTRY, InLoadOrderLinks));
        void *base = module->entry.DllBase;

        list_remove(&module->entry.InLoadOrderLinks);
        ldr_module_free(module);
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, base);
    }
}
