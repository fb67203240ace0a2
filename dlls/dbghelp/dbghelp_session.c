/* SPDX-License-Identifier: MIT */
/* dbghelp_session.c: sessions, options, search paths, and the modules that a session knows. */
#include "dbghelp_private.h"

RTL_CRITICAL_SECTION dbghelp_lock;
static struct session *sessions;
DWORD sym_options = SYMOPT_UNDNAME;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        RtlInitializeCriticalSection(&dbghelp_lock);
    return TRUE;
}

LPAPI_VERSION WINAPI ImagehlpApiVersion(void)
{
    static API_VERSION version = { 4, 0, API_VERSION_NUMBER, 0 };

    return &version;
}

LPAPI_VERSION WINAPI ImagehlpApiVersionEx(LPAPI_VERSION wanted)
{
    (void)wanted;
    return ImagehlpApiVersion();
}

DWORD WINAPI SymGetOptions(void)
{
    return sym_options;
}

DWORD WINAPI SymSetOptions(DWORD value)
{
    return sym_options = value;
}

static struct session **link_of(HANDLE process)
{
    struct session **link = &sessions;

    while (*link && (*link)->process != process)
        link = &(*link)->next;
    return link;
}

struct session *find_session(HANDLE process)
{
    struct session *session = *link_of(process);

    if (!session)
        SetLastError(ERROR_INVALID_HANDLE);
    return session;
}

BOOL process_is_own(HANDLE process)
{
    return process == GetCurrentProcess() || (ULONG_PTR)process == GetCurrentProcessId() ||
           GetProcessId(process) == GetCurrentProcessId();
}

BOOL read_memory(const struct session *session, DWORD64 address, void *buffer, SIZE_T size)
{
    SIZE_T done;

    if ((ULONG_PTR)address != address)
        return FALSE;
    if (session->callback) { /* who debugs a dump answers for its memory */
        DWORD bytes = 0;
        IMAGEHLP_CBA_READ_MEMORY ask = { address, buffer, size, &bytes };
        if (session->callback(session->process, CBA_READ_MEMORY, (ULONG_PTR)&ask, session->callback_context))
            return bytes == size;
    }
    return (session->own || session->live) &&
           ReadProcessMemory(session->own ? GetCurrentProcess() : session->process, (void *)(ULONG_PTR)address, buffer,
                             size, &done) &&
           done == size;
}

/* The first module that begins behind an address. */
SIZE_T module_after(const struct session *session, DWORD64 address)
{
    SIZE_T low = 0, high = session->module_count;

    while (low < high) {
        SIZE_T middle = (low + high) / 2;
        if (session->modules[middle]->base <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct module *find_module(struct session *session, DWORD64 address)
{
    SIZE_T number = module_after(session, address);
    struct module *module = number ? session->modules[number - 1] : NULL;

    return module && address - module->base < max(module->size, 1) ? module : NULL;
}

struct module *module_named(struct session *session, const char *name, SIZE_T length)
{
    for (SIZE_T i = 0; i < session->module_count; i++) {
        const char *own = session->modules[i]->name;
        if (!_strnicmp(own, name, length) && !own[length])
            return session->modules[i];
    }
    SetLastError(ERROR_MOD_NOT_FOUND);
    return NULL;
}

void free_module(struct module *module)
{
    unload_symbols(module);
    sym_free(module->path);
    sym_free(module);
}

/* "kernel32" of "C:\windows\system32\kernel32.dll" */
static void set_name(struct module *module, const WCHAR *path)
{
    const WCHAR *name = base_name_w(path), *dot = wcsrchr(name, '.');
    DWORD length = dot ? (DWORD)(dot - name) : wcslen(name);

    length = WideCharToMultiByte(CP_ACP, 0, name, length, module->name, sizeof(module->name) - 1, NULL, NULL);
    module->name[length] = 0;
}

/* The fields used are at the same place in 32-bit headers. */
void read_headers(struct session *session, struct module *module)
{
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS64 nt;

    if (!read_memory(session, module->base, &dos, sizeof(dos)) || dos.e_magic != IMAGE_DOS_SIGNATURE ||
        !read_memory(session, module->base + dos.e_lfanew, &nt, sizeof(nt)) || nt.Signature != IMAGE_NT_SIGNATURE)
        return;
    module->timestamp = nt.FileHeader.TimeDateStamp;
    module->checksum = nt.OptionalHeader.CheckSum;
    module->size = nt.OptionalHeader.SizeOfImage;
}

struct module *insert_module(struct session *session, struct module *module)
{
    SIZE_T at = module_after(session, module->base);

    if (!ARRAY_ADD(session->modules, session->module_count, session->module_room)) {
        free_module(module);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    memmove(session->modules + at + 1, session->modules + at,
            (session->module_count - 1 - at) * sizeof(*session->modules));
    session->modules[at] = module;
    return module;
}

struct module *new_module(DWORD64 base, DWORD size, const WCHAR *path)
{
    struct module *module = sym_alloc(sizeof(*module));

    if (!module || !(module->path = sym_alloc((wcslen(path) + 1) * sizeof(WCHAR)))) {
        sym_free(module);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    wcscpy(module->path, path);
    set_name(module, path);
    module->base = base;
    module->size = size;
    module->type = SymDeferred;
    return module;
}

struct module *add_module(struct session *session, DWORD64 base, DWORD size, const WCHAR *path)
{
    SIZE_T at = module_after(session, base);
    struct module *module;

    if (at && session->modules[at - 1]->base == base)
        return session->modules[at - 1];
    if (!(module = new_module(base, size, path)))
        return NULL;
    read_headers(session, module);
    return insert_module(session, module);
}

static VOID NTAPI add_loaded(LDR_DATA_TABLE_ENTRY *entry, PVOID context, BOOLEAN *stop)
{
    *stop = FALSE;
    add_module(context, (ULONG_PTR)entry->DllBase, entry->SizeOfImage, entry->FullDllName.Buffer);
}

static BOOL peek(HANDLE process, const void *address, void *buffer, SIZE_T size)
{
    SIZE_T done;

    return ReadProcessMemory(process, address, buffer, size, &done) && done == size;
}

#define MAX_MODULES 100000 /* a list that is longer goes in circles */

/* Another process's are found in the list that its loader keeps. */
BOOL add_process_modules(struct session *session)
{
    PROCESS_BASIC_INFORMATION basic;
    LDR_DATA_TABLE_ENTRY entry;
    PEB_LDR_DATA *ldr;
    LIST_ENTRY *at;
    WCHAR *path;
    NTSTATUS status;

    if (session->own)
        return NT_SUCCESS(LdrEnumerateLoadedModules(0, add_loaded, session));
    status = NtQueryInformationProcess(session->process, ProcessBasicInformation, &basic, sizeof(basic), NULL);
    if (!NT_SUCCESS(status))
        return sym_fail(RtlNtStatusToDosError(status));
    if (!peek(session->process, &basic.PebBaseAddress->Ldr, &ldr, sizeof(ldr)) || !ldr ||
        !peek(session->process, &ldr->InLoadOrderModuleList.Flink, &at, sizeof(at)))
        return sym_fail(ERROR_PARTIAL_COPY); /* it has not begun yet */
    if (!(path = sym_alloc(0x10000 + sizeof(WCHAR))))
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    for (ULONG i = 0; i < MAX_MODULES && at && at != &ldr->InLoadOrderModuleList; i++) {
        if (!peek(session->process, at, &entry, sizeof(entry)) ||
            !peek(session->process, entry.FullDllName.Buffer, path, entry.FullDllName.Length))
            break;
        path[entry.FullDllName.Length / sizeof(WCHAR)] = 0;
        add_module(session, (ULONG_PTR)entry.DllBase, entry.SizeOfImage, path);
        at = entry.InLoadOrderLinks.Flink;
    }
    sym_free(path);
    return TRUE;
}

static BOOL set_search_path(struct session *session, const WCHAR *path)
{
    WCHAR text[2048], *copy;
    DWORD used;

    if (!path) { /* the default: the current folder and two variables */
        wcscpy(text, L".");
        used = 1;
        for (int i = 0; i < 2; i++) {
            DWORD n = GetEnvironmentVariableW(i ? L"_NT_ALT_SYMBOL_PATH" : L"_NT_SYMBOL_PATH", text + used + 1,
                                              ARRAY_SIZE(text) - used - 1);
            if (n && n < ARRAY_SIZE(text) - used - 1) {
                text[used] = ';';
                used += n + 1;
            }
            text[used] = 0;
        }
        path = text;
    }
    if (!(copy = sym_alloc((wcslen(path) + 1) * sizeof(WCHAR))))
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    wcscpy(copy, path);
    sym_free(session->search_path);
    session->search_path = copy;
    return TRUE;
}

static void free_session(struct session *session)
{
    for (SIZE_T i = 0; i < session->module_count; i++)
        free_module(session->modules[i]);
    sym_free(session->modules);
    sym_free(session->search_path);
    arena_free(&session->arena);
    sym_free(session);
}

WINBOOL WINAPI SymInitializeW(HANDLE process, PCWSTR path, WINBOOL invade)
{
    struct session *session;
    BOOL good = FALSE;

    if (!process)
        return sym_fail(ERROR_INVALID_PARAMETER);
    RtlEnterCriticalSection(&dbghelp_lock);
    if (*link_of(process)) {
        SetLastError(ERROR_INVALID_PARAMETER); /* once per process */
    } else if (!(session = sym_alloc(sizeof(*session)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    } else {
        session->process = process;
        session->own = process_is_own(process);
        session->live = session->own || GetProcessId(process);
        good = set_search_path(session, path) && (!invade || add_process_modules(session));
        if (good) {
            session->next = sessions;
            sessions = session;
        } else {
            free_session(session);
        }
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

WINBOOL WINAPI SymInitialize(HANDLE process, PCSTR path, WINBOOL invade)
{
    WCHAR *wide = widen(path);
    BOOL good = SymInitializeW(process, wide, invade);

    sym_free(wide);
    return good;
}

WINBOOL WINAPI SymCleanup(HANDLE process)
{
    struct session **link, *session;

    RtlEnterCriticalSection(&dbghelp_lock);
    link = link_of(process);
    if ((session = *link)) {
        *link = session->next;
        free_session(session);
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return session ? TRUE : sym_fail(ERROR_INVALID_HANDLE);
}

WINBOOL WINAPI SymRefreshModuleList(HANDLE process)
{
    struct session *session;
    BOOL good;

    RtlEnterCriticalSection(&dbghelp_lock);
    good = (session = find_session(process)) && add_process_modules(session);
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

WINBOOL WINAPI SymSetSearchPathW(HANDLE process, PCWSTR path)
{
    struct session *session;
    BOOL good;

    RtlEnterCriticalSection(&dbghelp_lock);
    good = (session = find_session(process)) && set_search_path(session, path);
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

WINBOOL WINAPI SymSetSearchPath(HANDLE process, PCSTR path)
{
    WCHAR *wide = widen(path);
    BOOL good = SymSetSearchPathW(process, wide);

    sym_free(wide);
    return good;
}

WINBOOL WINAPI SymGetSearchPathW(HANDLE process, PWSTR path, DWORD size)
{
    struct session *session;
    BOOL good = FALSE;

    if (!path || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process))) {
        lstrcpynW(path, session->search_path, size);
        good = TRUE;
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return good;
}

WINBOOL WINAPI SymGetSearchPath(HANDLE process, PSTR path, DWORD size)
{
    WCHAR wide[2048];

    if (!path || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!SymGetSearchPathW(process, wide, ARRAY_SIZE(wide)))
        return FALSE;
    path[0] = 0;
    return WideCharToMultiByte(CP_ACP, 0, wide, -1, path, size, NULL, NULL) != 0;
}

struct enumeration {
    PENUMLOADED_MODULES_CALLBACKW64 callback;
    PVOID context;
};

static VOID NTAPI report_loaded(LDR_DATA_TABLE_ENTRY *entry, PVOID context, BOOLEAN *stop)
{
    struct enumeration *e = context;

    *stop = !e->callback(entry->FullDllName.Buffer, (ULONG_PTR)entry->DllBase, entry->SizeOfImage, e->context);
}

WINBOOL WINAPI EnumerateLoadedModulesW64(HANDLE process, PENUMLOADED_MODULES_CALLBACKW64 callback, PVOID context)
{
    struct session session = { .process = process, .live = TRUE };
    BOOL good;

    if (!callback)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (process_is_own(process)) {
        struct enumeration e = { callback, context };
        return NT_SUCCESS(LdrEnumerateLoadedModules(0, report_loaded, &e));
    }
    good = add_process_modules(&session);
    for (SIZE_T i = 0; good && i < session.module_count; i++)
        if (!callback(session.modules[i]->path, session.modules[i]->base, session.modules[i]->size, context))
            break;
    for (SIZE_T i = 0; i < session.module_count; i++)
        free_module(session.modules[i]);
    sym_free(session.modules);
    return good;
}

struct narrow_enumeration {
    PENUMLOADED_MODULES_CALLBACK64 callback;
    PVOID context;
};

static WINBOOL CALLBACK report_narrow(PCWSTR name, DWORD64 base, ULONG size, PVOID context)
{
    struct narrow_enumeration *e = context;
    char text[MAX_PATH] = "";

    WideCharToMultiByte(CP_ACP, 0, name, -1, text, sizeof(text), NULL, NULL);
    return e->callback(text, base, size, e->context);
}

WINBOOL WINAPI EnumerateLoadedModules64(HANDLE process, PENUMLOADED_MODULES_CALLBACK64 callback, PVOID context)
{
    struct narrow_enumeration e = { callback, context };

    return EnumerateLoadedModulesW64(process, (PENUMLOADED_MODULES_CALLBACKW64)report_narrow, &e);
}

WINBOOL WINAPI EnumerateLoadedModulesEx(HANDLE process, PENUMLOADED_MODULES_CALLBACK64 callback, PVOID context)
{
    return EnumerateLoadedModules64(process, callback, context);
}

WINBOOL WINAPI EnumerateLoadedModulesExW(HANDLE process, PENUMLOADED_MODULES_CALLBACKW64 callback, PVOID context)
{
    return EnumerateLoadedModulesW64(process, callback, context);
}

typedef WINBOOL(CALLBACK *enum_processes)(HANDLE process, PVOID context);

WINBOOL WINAPI SymEnumProcesses(enum_processes callback, PVOID context)
{
    if (!callback)
        return sym_fail(ERROR_INVALID_PARAMETER);
    RtlEnterCriticalSection(&dbghelp_lock);
    for (struct session *session = sessions, *next; session; session = next) {
        next = session->next;
        if (!callback(session->process, context))
            break;
    }
    return unlock(TRUE);
}

WINBOOL WINAPI SymRegisterCallback64(HANDLE process, PSYMBOL_REGISTERED_CALLBACK64 callback, ULONG64 context)
{
    struct session *session = lock_session(process);

    if (!session)
        return FALSE;
    session->callback = callback;
    session->callback_context = context;
    session->callback_wide = FALSE;
    return unlock(TRUE);
}

WINBOOL WINAPI SymRegisterCallbackW64(HANDLE process, PSYMBOL_REGISTERED_CALLBACK64 callback, ULONG64 context)
{
    struct session *session = lock_session(process);

    if (!session)
        return FALSE;
    session->callback = callback;
    session->callback_context = context;
    session->callback_wide = TRUE;
    return unlock(TRUE);
}

WINBOOL WINAPI SymRegisterFunctionEntryCallback64(HANDLE process, PSYMBOL_FUNCENTRY_CALLBACK64 callback,
                                                  ULONG64 context)
{
    struct session *session = lock_session(process);

    if (!session)
        return FALSE;
    session->entry_callback = callback;
    session->entry_context = context;
    return unlock(TRUE);
}

/* No window of ours ever asks anything. */
WINBOOL WINAPI SymSetParentWindow(HWND window)
{
    (void)window;
    return TRUE;
}
