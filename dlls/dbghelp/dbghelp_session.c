/* SPDX-License-Identifier: MIT */
/* dbghelp_session.c: sessions, options, search paths, and the modules that a session knows. */
#include "dbghelp_private.h"

RTL_CRITICAL_SECTION dbghelp_lock;
static struct session *sessions;
static DWORD options = SYMOPT_UNDNAME;

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
    return options;
}

DWORD WINAPI SymSetOptions(DWORD value)
{
    return options = value;
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

BOOL read_memory(const struct session *session, DWORD64 address, void *buffer, SIZE_T size)
{
    SIZE_T done;

    return ReadProcessMemory(session->own ? GetCurrentProcess() : session->process, (void *)(ULONG_PTR)address, buffer,
                             size, &done) &&
           done == size;
}

struct module *find_module(struct session *session, DWORD64 address)
{
    struct module *module = session->modules;

    while (module && (address < module->base || address - module->base >= module->size))
        module = module->next;
    return module;
}

static void free_module(struct module *module)
{
    sym_free(module->path);
    sym_free(module->symbols);
    sym_free(module->names);
    sym_free(module);
}

/* "kernel32" of "C:\windows\system32\kernel32.dll" */
static void set_name(struct module *module, const WCHAR *path)
{
    const WCHAR *name = path, *p, *dot = NULL;
    DWORD length;

    for (p = path; *p; p++)
        if (*p == '\\' || *p == '/')
            name = p + 1;
    for (p = name; *p; p++)
        if (*p == '.')
            dot = p;
    length = dot ? (DWORD)(dot - name) : wcslen(name);
    length = WideCharToMultiByte(CP_ACP, 0, name, length, module->name, sizeof(module->name) - 1, NULL, NULL);
    module->name[length] = 0;
}

static struct module *add_module(struct session *session, DWORD64 base, DWORD size, const WCHAR *path)
{
    struct module *module, **link = &session->modules;
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS64 nt;

    for (; *link; link = &(*link)->next)
        if ((*link)->base == base)
            return *link;
    if (!(module = sym_alloc(sizeof(*module))) || !(module->path = sym_alloc((wcslen(path) + 1) * sizeof(WCHAR)))) {
        sym_free(module);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    wcscpy(module->path, path);
    set_name(module, path);
    module->base = base;
    module->size = size;
    /* The fields used are at the same place in 32-bit headers. */
    if (read_memory(session, base, &dos, sizeof(dos)) && dos.e_magic == IMAGE_DOS_SIGNATURE &&
        read_memory(session, base + dos.e_lfanew, &nt, sizeof(nt)) && nt.Signature == IMAGE_NT_SIGNATURE) {
        module->timestamp = nt.FileHeader.TimeDateStamp;
        module->checksum = nt.OptionalHeader.CheckSum;
        module->size = nt.OptionalHeader.SizeOfImage;
    }
    *link = module;
    return module;
}

static VOID NTAPI add_loaded(LDR_DATA_TABLE_ENTRY *entry, PVOID context, BOOLEAN *stop)
{
    *stop = FALSE;
    add_module(context, (ULONG_PTR)entry->DllBase, entry->SizeOfImage, entry->FullDllName.Buffer);
}

static BOOL add_process_modules(struct session *session)
{
    HMODULE *list = NULL;
    DWORD size = 64 * sizeof(*list), need = 0;
    WCHAR path[1024];

    if (session->own)
        return NT_SUCCESS(LdrEnumerateLoadedModules(0, add_loaded, session));
    do {
        sym_free(list);
        size = need > size ? need : size;
        if (!(list = sym_alloc(size)))
            return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
        if (!K32EnumProcessModules(session->process, list, size, &need)) {
            sym_free(list);
            return FALSE;
        }
    } while (need > size);
    for (DWORD i = 0; i < need / sizeof(*list); i++)
        if (K32GetModuleFileNameExW(session->process, list[i], path, ARRAY_SIZE(path)))
            add_module(session, (ULONG_PTR)list[i], 0, path);
    sym_free(list);
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
    while (session->modules) {
        struct module *next = session->modules->next;
        free_module(session->modules);
        session->modules = next;
    }
    sym_free(session->search_path);
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
        session->own = process == GetCurrentProcess() || GetProcessId(process) == GetCurrentProcessId() ||
                       (ULONG_PTR)process == GetCurrentProcessId();
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

static WCHAR *widen(const char *text)
{
    int size = text ? MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0) : 0;
    WCHAR *wide = size ? sym_alloc(size * sizeof(WCHAR)) : NULL;

    if (wide)
        MultiByteToWideChar(CP_ACP, 0, text, -1, wide, size);
    return wide;
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

DWORD64 WINAPI SymLoadModuleExW(HANDLE process, HANDLE file, PCWSTR image, PCWSTR name, DWORD64 base, DWORD size,
                                PMODLOAD_DATA data, DWORD flags)
{
    struct session *session;
    struct module *module = NULL;

    (void)file, (void)data, (void)flags;
    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process))) {
        DWORD64 result;
        if (!base || (!image && !name)) { /* where it is must be known: files are not looked at */
            SetLastError(ERROR_INVALID_PARAMETER);
        } else {
            BOOL known = find_module(session, base) != NULL;
            module = add_module(session, base, size, image ? image : name);
            if (known)
                SetLastError(ERROR_SUCCESS); /* zero and no error: it is loaded already (documented) */
            result = module && !known ? base : 0;
            RtlLeaveCriticalSection(&dbghelp_lock);
            return result;
        }
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return 0;
}

DWORD64 WINAPI SymLoadModuleEx(HANDLE process, HANDLE file, PCSTR image, PCSTR name, DWORD64 base, DWORD size,
                               PMODLOAD_DATA data, DWORD flags)
{
    WCHAR *wide_image = widen(image), *wide_name = widen(name);
    DWORD64 result = SymLoadModuleExW(process, file, wide_image, wide_name, base, size, data, flags);

    sym_free(wide_image);
    sym_free(wide_name);
    return result;
}

DWORD64 WINAPI SymLoadModule64(HANDLE process, HANDLE file, PCSTR image, PCSTR name, DWORD64 base, DWORD size)
{
    return SymLoadModuleEx(process, file, image, name, base, size, NULL, 0);
}

WINBOOL WINAPI SymUnloadModule64(HANDLE process, DWORD64 base)
{
    struct session *session;
    struct module **link, *module = NULL;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process))) {
        for (link = &session->modules; *link && (*link)->base != base; link = &(*link)->next)
            ;
        if ((module = *link)) {
            *link = module->next;
            free_module(module);
        } else {
            SetLastError(ERROR_MOD_NOT_FOUND);
        }
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return module != NULL;
}

/* Modules that were loaded since: a look-up that fails asks once more, as deferred loading does. */
static struct module *module_at(struct session *session, DWORD64 address)
{
    struct module *module = find_module(session, address);

    if (!module && session->own && session->modules && add_process_modules(session))
        module = find_module(session, address);
    return module;
}

DWORD64 WINAPI SymGetModuleBase64(HANDLE process, DWORD64 address)
{
    struct session *session;
    struct module *module = NULL;
    DWORD64 base = 0;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process)) && (module = module_at(session, address)))
        base = module->base;
    else if (session)
        SetLastError(ERROR_MOD_NOT_FOUND);
    RtlLeaveCriticalSection(&dbghelp_lock);
    return base;
}

WINBOOL WINAPI SymGetModuleInfoW64(HANDLE process, DWORD64 address, PIMAGEHLP_MODULEW64 info)
{
    struct session *session;
    struct module *module = NULL;
    DWORD size = info->SizeOfStruct;

    /* Older callers know less of the structure; the part up to LoadedImageName is there always. */
    if (size < offsetof(IMAGEHLP_MODULEW64, LoadedPdbName))
        return sym_fail(ERROR_INVALID_PARAMETER);
    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process)) && (module = module_at(session, address))) {
        memset(info, 0, size < sizeof(*info) ? size : sizeof(*info));
        info->SizeOfStruct = size;
        info->BaseOfImage = module->base;
        info->ImageSize = module->size;
        info->TimeDateStamp = module->timestamp;
        info->CheckSum = module->checksum;
        info->NumSyms = module->count;
        info->SymType = module->loaded ? SymExport : SymDeferred;
        MultiByteToWideChar(CP_ACP, 0, module->name, -1, info->ModuleName, ARRAY_SIZE(info->ModuleName) - 1);
        lstrcpynW(info->ImageName, module->path, ARRAY_SIZE(info->ImageName));
        lstrcpynW(info->LoadedImageName, module->path, ARRAY_SIZE(info->LoadedImageName));
    } else if (session) {
        SetLastError(ERROR_MOD_NOT_FOUND);
    }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return module != NULL;
}

WINBOOL WINAPI SymGetModuleInfo64(HANDLE process, DWORD64 address, PIMAGEHLP_MODULE64 info)
{
    IMAGEHLP_MODULEW64 wide = { .SizeOfStruct = sizeof(wide) };
    DWORD size = info->SizeOfStruct;

    if (size < offsetof(IMAGEHLP_MODULE64, LoadedPdbName))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!SymGetModuleInfoW64(process, address, &wide))
        return FALSE;
    memset(info, 0, size < sizeof(*info) ? size : sizeof(*info));
    info->SizeOfStruct = size;
    info->BaseOfImage = wide.BaseOfImage;
    info->ImageSize = wide.ImageSize;
    info->TimeDateStamp = wide.TimeDateStamp;
    info->CheckSum = wide.CheckSum;
    info->NumSyms = wide.NumSyms;
    info->SymType = wide.SymType;
    WideCharToMultiByte(CP_ACP, 0, wide.ModuleName, -1, info->ModuleName, sizeof(info->ModuleName), NULL, NULL);
    WideCharToMultiByte(CP_ACP, 0, wide.ImageName, -1, info->ImageName, sizeof(info->ImageName), NULL, NULL);
    WideCharToMultiByte(CP_ACP, 0, wide.ImageName, -1, info->LoadedImageName, sizeof(info->LoadedImageName), NULL,
                        NULL);
    return TRUE;
}

WINBOOL WINAPI SymEnumerateModulesW64(HANDLE process, PSYM_ENUMMODULES_CALLBACKW64 callback, PVOID context)
{
    struct session *session;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process)))
        for (struct module *module = session->modules, *next; module; module = next) {
            WCHAR name[64];
            next = module->next;
            MultiByteToWideChar(CP_ACP, 0, module->name, -1, name, ARRAY_SIZE(name));
            if (!callback(name, module->base, context))
                break;
        }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return session != NULL;
}

WINBOOL WINAPI SymEnumerateModules64(HANDLE process, PSYM_ENUMMODULES_CALLBACK64 callback, PVOID context)
{
    struct session *session;

    RtlEnterCriticalSection(&dbghelp_lock);
    if ((session = find_session(process)))
        for (struct module *module = session->modules, *next; module; module = next) {
            next = module->next;
            if (!callback(module->name, module->base, context))
                break;
        }
    RtlLeaveCriticalSection(&dbghelp_lock);
    return session != NULL;
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
    struct session session = { .process = process };

    session.own = process == GetCurrentProcess() || GetProcessId(process) == GetCurrentProcessId();
    if (session.own) {
        struct enumeration e = { callback, context };
        return NT_SUCCESS(LdrEnumerateLoadedModules(0, report_loaded, &e));
    }
    if (!add_process_modules(&session))
        return FALSE;
    for (struct module *module = session.modules; module; module = module->next)
        if (!callback(module->path, module->base, module->size, context))
            break;
    while (session.modules) {
        struct module *next = session.modules->next;
        free_module(session.modules);
        session.modules = next;
    }
    return TRUE;
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
