/* SPDX-License-Identifier: MIT */
/* dbghelp_loaded.c: SymLoadModule and its family, and what is known of a loaded module. */
#include "dbghelp_private.h"

#define NO_SYMBOLS 0x4 /* SLMFLAG_NO_SYMBOLS */
#define ALT_INDEX  0x2 /* SLMFLAG_ALT_INDEX */

/* "The structures grew": callers of older versions of the documentation have shorter ones. */
#define LEAST_NARROW offsetof(IMAGEHLP_MODULE64, LoadedPdbName)
#define LEAST_WIDE   offsetof(IMAGEHLP_MODULEW64, LoadedPdbName)

/* A module that no process has: base and size are the file's, unless they are given. */
static struct module *load_file(struct session *session, HANDLE file, const WCHAR *path, DWORD64 base, DWORD size,
                                DWORD flags)
{
    struct mapped_file mapped = { 0 };
    struct pe_image image = { 0 };
    struct module *module;
    WCHAR found[MAX_PATH];

    if (flags & SLMFLAG_VIRTUAL) {
        if (!base || !size)
            return sym_fail(ERROR_INVALID_PARAMETER), NULL;
    } else if (map_file(path, file, &mapped) || (session->search_path && base_name_w(path) == path &&
                                                 SearchPathW(session->search_path, path, NULL, MAX_PATH, found, NULL) &&
                                                 map_file(path = found, NULL, &mapped))) {
        if (!pe_image_open(&image, mapped.view, mapped.size, false)) {
            pe_image_close(&image);
            unmap_file(&mapped);
            return sym_fail(ERROR_BAD_EXE_FORMAT), NULL;
        }
    } else if (!base) {
        return NULL; /* with the error of the file */
    }
    base = base ? base : image.base;
    if (find_module(session, base) &&
        find_module(session, base)->base == base) { /* zero and no error: it is loaded already (documented) */
        SetLastError(ERROR_SUCCESS);
        module = NULL;
    } else if ((module = new_module(base, size ? size : image.image_size, path))) {
        read_headers(session, module);
        if (!module->timestamp && mapped.view) {
            module->timestamp = image.timestamp;
            module->checksum = image.checksum;
        }
        if (!module->size)
            module->size = image.image_size;
        module->flags = flags;
        if (file && file != INVALID_HANDLE_VALUE &&
            !DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &module->file, 0, FALSE,
                             DUPLICATE_SAME_ACCESS))
            module->file = NULL;
        if ((flags & NO_SYMBOLS)) {
            module->loaded = TRUE;
            module->type = SymNone;
        }
        module = insert_module(session, module);
    }
    pe_image_close(&image);
    unmap_file(&mapped);
    return module;
}

DWORD64 WINAPI SymLoadModuleExW(HANDLE process, HANDLE file, PCWSTR image, PCWSTR name, DWORD64 base, DWORD size,
                                PMODLOAD_DATA data, DWORD flags)
{
    struct session *session;
    struct module *module;
    DWORD64 result;
    char *narrowed;

    (void)data; /* what it can say is found in the image */
    if (flags & ~(SLMFLAG_VIRTUAL | ALT_INDEX | NO_SYMBOLS))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(session = lock_session(process)))
        return 0;
    if (!image && !name && !file)
        return unlock(sym_fail(ERROR_INVALID_PARAMETER));
    module = load_file(session, file, image ? image : name ? name : L"", base, size, flags);
    result = module ? module->base : 0;
    if (module && name && (narrowed = narrow(name))) {
        lstrcpynA(module->name, narrowed, sizeof(module->name));
        sym_free(narrowed);
    }
    if (module && !(sym_options & SYMOPT_DEFERRED_LOADS))
        load_symbols(session, module);
    if (module)
        SetLastError(ERROR_SUCCESS);
    RtlLeaveCriticalSection(&dbghelp_lock);
    return result;
}

DWORD64 WINAPI SymLoadModuleEx(HANDLE process, HANDLE file, PCSTR image, PCSTR name, DWORD64 base, DWORD size,
                               PMODLOAD_DATA data, DWORD flags)
{
    WCHAR *wide_image = widen(image), *wide_name = widen(name);
    DWORD64 result = SymLoadModuleExW(process, file, wide_image, wide_name, base, size, data, flags);
    DWORD error = GetLastError();

    sym_free(wide_image);
    sym_free(wide_name);
    SetLastError(error);
    return result;
}

DWORD64 WINAPI SymLoadModule64(HANDLE process, HANDLE file, PCSTR image, PCSTR name, DWORD64 base, DWORD size)
{
    return SymLoadModuleEx(process, file, image, name, base, size, NULL, 0);
}

WINBOOL WINAPI SymUnloadModule64(HANDLE process, DWORD64 base)
{
    struct session *session = lock_session(process);
    struct module *module;
    SIZE_T at;

    if (!session)
        return FALSE;
    at = module_after(session, base);
    if (!at || session->modules[at - 1]->base != base)
        return unlock(sym_fail(ERROR_MOD_NOT_FOUND));
    module = session->modules[at - 1];
    session->module_count--;
    memmove(session->modules + at - 1, session->modules + at, (session->module_count + 1 - at) * sizeof(module));
    session_call(session, CBA_SYMBOLS_UNLOADED, NULL);
    free_module(module);
    return unlock(TRUE);
}

/* Modules that were loaded since: a look-up that fails asks once more, as deferred loading does. */
struct module *module_at(struct session *session, DWORD64 address)
{
    struct module *module = find_module(session, address);

    if (!module && session->own && session->module_count && add_process_modules(session))
        module = find_module(session, address);
    if (!module)
        SetLastError(ERROR_MOD_NOT_FOUND);
    return module;
}

DWORD64 WINAPI SymGetModuleBase64(HANDLE process, DWORD64 address)
{
    struct session *session = lock_session(process);
    struct module *module;
    DWORD64 base;

    if (!session)
        return 0;
    module = module_at(session, address);
    base = module ? module->base : 0;
    RtlLeaveCriticalSection(&dbghelp_lock);
    return base;
}

/* What a CodeView record says, and what came of it. */
static void describe_pdb(const struct module *module, IMAGEHLP_MODULEW64 *info)
{
    struct pe_codeview codeview;

    if (module->pdb_path)
        lstrcpynW(info->LoadedPdbName, module->pdb_path, ARRAY_SIZE(info->LoadedPdbName));
    if (!module->have_image || !pe_image_codeview(&module->image, &codeview))
        return;
    info->CVSig = codeview.old ? 0x3031424e : 0x53445352 /* "NB10", "RSDS" */;
    MultiByteToWideChar(CP_UTF8, 0, codeview.path, -1, info->CVData, ARRAY_SIZE(info->CVData));
    info->CVData[ARRAY_SIZE(info->CVData) - 1] = 0;
    if (codeview.old)
        memcpy(&info->PdbSig, codeview.guid, 4);
    else
        memcpy(&info->PdbSig70, codeview.guid, 16);
    info->PdbAge = codeview.age;
}

static void describe_module(struct session *session, struct module *module, IMAGEHLP_MODULEW64 *info)
{
    if (!(sym_options & SYMOPT_DEFERRED_LOADS))
        load_symbols(session, module);
    info->BaseOfImage = module->base;
    info->ImageSize = module->size;
    info->TimeDateStamp = module->timestamp;
    info->CheckSum = module->checksum;
    info->NumSyms = module->symbols.count;
    info->SymType = module->type;
    MultiByteToWideChar(CP_ACP, 0, module->name, -1, info->ModuleName, ARRAY_SIZE(info->ModuleName) - 1);
    lstrcpynW(info->ImageName, module->path, ARRAY_SIZE(info->ImageName));
    if (module->loaded || session->live)
        lstrcpynW(info->LoadedImageName, module->path, ARRAY_SIZE(info->LoadedImageName));
    describe_pdb(module, info);
    info->PdbUnmatched = module->pdb_unmatched;
    info->LineNumbers = info->GlobalSymbols = info->TypeInfo = module->debug != NULL;
    info->Publics = module->symbols.count != 0;
    info->MachineType = module->have_image ? module->image.machine : 0;
}

static BOOL module_info(HANDLE process, DWORD64 address, IMAGEHLP_MODULEW64 *info)
{
    struct session *session = lock_session(process);
    struct module *module;

    if (!session)
        return FALSE;
    if ((module = module_at(session, address)))
        describe_module(session, module, info);
    return unlock(module != NULL);
}

WINBOOL WINAPI SymGetModuleInfoW64(HANDLE process, DWORD64 address, PIMAGEHLP_MODULEW64 info)
{
    DWORD size = info->SizeOfStruct;
    IMAGEHLP_MODULEW64 *whole;
    BOOL good;

    if (size < LEAST_WIDE)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(whole = sym_alloc(sizeof(*whole))))
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    if ((good = module_info(process, address, whole))) {
        whole->SizeOfStruct = size;
        memset(info, 0, size);
        memcpy(info, whole, min(size, sizeof(*whole)));
    }
    sym_free(whole);
    return good;
}

static void narrow_to(const WCHAR *from, char *to, int size)
{
    if (!WideCharToMultiByte(CP_ACP, 0, from, -1, to, size, NULL, NULL))
        to[size - 1] = 0;
}

WINBOOL WINAPI SymGetModuleInfo64(HANDLE process, DWORD64 address, PIMAGEHLP_MODULE64 info)
{
    DWORD size = info->SizeOfStruct;
    struct {
        IMAGEHLP_MODULEW64 wide;
        IMAGEHLP_MODULE64 narrow;
    } * both;
    BOOL good;

    if (size < LEAST_NARROW)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(both = sym_alloc(sizeof(*both))))
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    if ((good = module_info(process, address, &both->wide))) {
        IMAGEHLP_MODULE64 *n = &both->narrow;
        const IMAGEHLP_MODULEW64 *w = &both->wide;
        n->SizeOfStruct = size;
        n->BaseOfImage = w->BaseOfImage;
        n->ImageSize = w->ImageSize;
        n->TimeDateStamp = w->TimeDateStamp;
        n->CheckSum = w->CheckSum;
        n->NumSyms = w->NumSyms;
        n->SymType = w->SymType;
        narrow_to(w->ModuleName, n->ModuleName, sizeof(n->ModuleName));
        narrow_to(w->ImageName, n->ImageName, sizeof(n->ImageName));
        narrow_to(w->LoadedImageName, n->LoadedImageName, sizeof(n->LoadedImageName));
        narrow_to(w->LoadedPdbName, n->LoadedPdbName, sizeof(n->LoadedPdbName));
        n->CVSig = w->CVSig;
        narrow_to(w->CVData, n->CVData, sizeof(n->CVData));
        /* the rest is the same in both */
        memcpy(&n->PdbSig, &w->PdbSig,
               sizeof(n->PdbSig) + offsetof(IMAGEHLP_MODULE64, Reserved) - offsetof(IMAGEHLP_MODULE64, PdbSig));
        memset(info, 0, size);
        memcpy(info, n, min(size, sizeof(*n)));
    }
    sym_free(both);
    return good;
}
NT_STATIC_ASSERT(offsetof(IMAGEHLP_MODULE64, Reserved) - offsetof(IMAGEHLP_MODULE64, PdbSig) ==
                 offsetof(IMAGEHLP_MODULEW64, Reserved) - offsetof(IMAGEHLP_MODULEW64, PdbSig));

WINBOOL WINAPI SymEnumerateModulesW64(HANDLE process, PSYM_ENUMMODULES_CALLBACKW64 callback, PVOID context)
{
    struct session *session = callback ? lock_session(process) : NULL;

    if (!session)
        return callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    for (SIZE_T i = 0; i < session->module_count; i++) {
        WCHAR name[64];
        MultiByteToWideChar(CP_ACP, 0, session->modules[i]->name, -1, name, ARRAY_SIZE(name));
        if (!callback(name, session->modules[i]->base, context))
            break;
    }
    return unlock(TRUE);
}

WINBOOL WINAPI SymEnumerateModules64(HANDLE process, PSYM_ENUMMODULES_CALLBACK64 callback, PVOID context)
{
    struct session *session = callback ? lock_session(process) : NULL;

    if (!session)
        return callback ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    for (SIZE_T i = 0; i < session->module_count; i++)
        if (!callback(session->modules[i]->name, session->modules[i]->base, context))
            break;
    return unlock(TRUE);
}
