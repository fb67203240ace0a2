/* SPDX-License-Identifier: MIT */
/*
 * dbghelp_module.c: what is known of a module: its image, its PDB, DWARF in it or beside it, its COFF symbols, its exports. Found when
 * a symbol is first asked for, and put into one list by address.
 */
#include "dbghelp_private.h"
#include <stdlib.h>

#define MAX_IMAGE 0x20000000 /* copied from memory */
#define PATH_ROOM 1024

void *dbg_alloc(size_t size)
{
    return sym_alloc(size);
}

void dbg_free(void *p)
{
    sym_free(p);
}

/* A program's callback of SymRegisterCallback64. */
ULONG64 session_call(struct session *session, ULONG code, void *data)
{
    return session->callback
               ? (ULONG64)session->callback(session->process, code, (ULONG_PTR)data, session->callback_context)
               : 0;
}

/* --- files --- */

BOOL map_file(const WCHAR *path, HANDLE file, struct mapped_file *mapped)
{
    BOOL own = !file;
    HANDLE section;
    LARGE_INTEGER size;

    memset(mapped, 0, sizeof(*mapped));
    if (own)
        file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                           OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    section = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    if (section) {
        if (GetFileSizeEx(file, &size) && (ULONGLONG)size.QuadPart <= (SIZE_T)-1)
            mapped->view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
        if (mapped->view)
            mapped->size = size.QuadPart;
        CloseHandle(section);
    }
    if (own)
        CloseHandle(file);
    return mapped->view != NULL;
}

void unmap_file(struct mapped_file *mapped)
{
    if (mapped->view && mapped->copied)
        VirtualFree((void *)mapped->view, 0, MEM_RELEASE);
    else if (mapped->view)
        UnmapViewOfFile(mapped->view);
    memset(mapped, 0, sizeof(*mapped));
}

/* The image as it is in the process: for modules that have no file, or another one by now. */
static BOOL copy_image(struct session *session, struct module *module)
{
    BYTE *copy;
    BOOL any = FALSE;

    if (!module->size || module->size > MAX_IMAGE || (!session->live && !session->callback))
        return FALSE;
    if (!(copy = VirtualAlloc(NULL, module->size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)))
        return FALSE;
    for (DWORD at = 0, part; at < module->size; at += part) {
        part = min(module->size - at, NT_PAGE_SIZE);
        any |= read_memory(session, module->base + at, copy + at, part);
    }
    module->file_view.view = copy;
    module->file_view.size = module->size;
    module->file_view.copied = TRUE;
    if (any && pe_image_open(&module->image, copy, module->size, true))
        return TRUE;
    pe_image_close(&module->image);
    unmap_file(&module->file_view);
    return FALSE;
}

static BOOL open_image(struct session *session, struct module *module)
{
    if (map_file(module->path, module->file, &module->file_view)) {
        struct pe_image *image = &module->image;
        if (pe_image_open(image, module->file_view.view, module->file_view.size, false) &&
            (!module->timestamp || (image->timestamp == module->timestamp && image->image_size == module->size)))
            return TRUE;
        pe_image_close(image);
        unmap_file(&module->file_view);
    }
    return copy_image(session, module);
}

/* --- the PDB --- */

static BOOL try_pdb(struct module *module, const WCHAR *path, const struct pe_codeview *codeview)
{
    struct mapped_file file;

    if (!map_file(path, NULL, &file))
        return FALSE;
    module->debug = pdb_open(file.view, file.size, codeview->old ? NULL : codeview->guid, codeview->age);
    if (!module->debug && (sym_options & SYMOPT_LOAD_ANYTHING) &&
        (module->debug = pdb_open(file.view, file.size, NULL, 0)))
        module->pdb_unmatched = TRUE;
    if (!module->debug) {
        unmap_file(&file);
        return FALSE;
    }
    module->pdb_view = file;
    if ((module->pdb_path = sym_alloc((wcslen(path) + 1) * sizeof(WCHAR))))
        wcscpy(module->pdb_path, path);
    return TRUE;
}

static BOOL try_pdb_in(struct module *module, const WCHAR *folder, SIZE_T length, const WCHAR *between,
                       const WCHAR *name, const struct pe_codeview *codeview)
{
    WCHAR path[PATH_ROOM];

    if (length + wcslen(between) + wcslen(name) + 3 > PATH_ROOM)
        return FALSE;
    memcpy(path, folder, length * sizeof(WCHAR));
    if (length && path[length - 1] != '\\' && path[length - 1] != '/')
        path[length++] = '\\';
    wcscpy(path + length, between);
    wcscat(path, name);
    return try_pdb(module, path, codeview);
}

/* Folders of the search path: the file itself, below the extension, or in the tree of a symbol store. */
static BOOL search_pdb(struct session *session, struct module *module, const WCHAR *name,
                       const struct pe_codeview *codeview)
{
    const WCHAR *path = session->search_path, *end;
    WCHAR store[PATH_ROOM], extension[32] = L"", symbols[64];
    const WCHAR *dot = wcsrchr(base_name_w(module->path), '.');
    GUID guid;

    memcpy(&guid, codeview->guid, sizeof(guid));
    if (wcslen(name) > 256)
        return FALSE;
    _snwprintf(store, PATH_ROOM, L"%s\\%08lX%04X%04X%02X%02X%02X%02X%02X%02X%02X%02X%lX\\", name, guid.Data1,
               guid.Data2, guid.Data3, guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4],
               guid.Data4[5], guid.Data4[6], guid.Data4[7], (ULONG)codeview->age);
    if (dot && wcslen(dot) < 24)
        _snwprintf(extension, ARRAY_SIZE(extension), L"%s\\", dot + 1);
    _snwprintf(symbols, ARRAY_SIZE(symbols), L"symbols\\%s", extension);
    for (; path && *path; path = *end ? end + 1 : end) {
        const WCHAR *part = path;
        end = wcschr(path, ';');
        end = end ? end : path + wcslen(path);
        /* srv*DOWNSTREAM*SERVER, symsrv*symsrv.dll*..., cache*FOLDER: the folders among them */
        while (part < end) {
            const WCHAR *star = part;
            SIZE_T length;
            while (star < end && *star != '*')
                star++;
            length = star - part;
            if (length && !(length >= 4 && !_wcsnicmp(part, L"http", 4)) &&
                (try_pdb_in(module, part, length, L"", name, codeview) ||
                 try_pdb_in(module, part, length, extension, name, codeview) ||
                 try_pdb_in(module, part, length, symbols, name, codeview) ||
                 try_pdb_in(module, part, length, store, name, codeview)))
                return TRUE;
            part = star < end ? star + 1 : end;
        }
    }
    return FALSE;
}

static void open_pdb(struct session *session, struct module *module)
{
    struct pe_codeview codeview;
    const WCHAR *name;
    WCHAR *path;

    if (!pe_image_codeview(&module->image, &codeview) || !codeview.path[0])
        return;
    path = sym_alloc((strlen(codeview.path) + 1) * sizeof(WCHAR));
    if (!path)
        return;
    MultiByteToWideChar(CP_UTF8, 0, codeview.path, -1, path, strlen(codeview.path) + 1);
    name = base_name_w(path);
    /* Beside the image first: where it was built may be a folder of another meaning here. */
    if (!try_pdb_in(module, module->path, base_name_w(module->path) - module->path, L"", name, &codeview) &&
        !search_pdb(session, module, name, &codeview) && name != path)
        try_pdb(module, path, &codeview);
    sym_free(path);
}

/* --- DWARF --- */

/* .gnu_debuglink: the name of a file that has what was stripped off. */
static void open_debug_link(struct module *module)
{
    struct bytes link = pe_image_section(&module->image, ".gnu_debuglink");
    const char *name = link.bad ? "" : get_string(&link);
    SIZE_T folder = base_name_w(module->path) - module->path, length;
    WCHAR path[PATH_ROOM];

    if (!name[0] || link.bad || folder + strlen(name) + 2 > PATH_ROOM || base_name(name) != name)
        return;
    memcpy(path, module->path, folder * sizeof(WCHAR));
    length = MultiByteToWideChar(CP_UTF8, 0, name, -1, path + folder, PATH_ROOM - folder);
    if (!length || !map_file(path, NULL, &module->debug_view))
        return;
    if (pe_image_open(&module->debug_image, module->debug_view.view, module->debug_view.size, false) &&
        (module->debug = dwarf_open(&module->debug_image)))
        return;
    pe_image_close(&module->debug_image);
    unmap_file(&module->debug_view);
}

/* --- the list of symbols --- */

static int by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    if (x->absolute != y->absolute)
        return x->absolute ? 1 : -1;
    if (x->rva != y->rva)
        return x->rva < y->rva ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    if ((x->name[0] == '_') != (y->name[0] == '_')) /* what a linker marks places with begins so */
        return x->name[0] == '_' ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* What is said twice goes, and so do marks of the COFF table inside of functions that are known. */
static void tidy_symbols(struct module *module)
{
    struct symbol_list *list = &module->symbols;
    DWORD64 inside = 0;
    SIZE_T used = 0, group = 0;

    qsort(list->list, list->count, sizeof(*list->list), by_address);
    for (SIZE_T i = 0; i < list->count; i++) {
        struct symbol *symbol = &list->list[i];
        BOOL drop = FALSE;
        if (used && (list->list[group].rva != symbol->rva || list->list[group].absolute != symbol->absolute))
            group = used;
        for (SIZE_T k = used; k > group && k + 8 > used && !drop; k--)
            drop = !strcmp(list->list[k - 1].name, symbol->name);
        if (!symbol->absolute && symbol->rank == RANK_COFF && symbol->rva < inside)
            drop = TRUE;
        if (drop)
            continue;
        if (symbol->rank == RANK_DEBUG && symbol->tag == TAG_FUNCTION && symbol->size)
            inside = max(inside, (DWORD64)symbol->rva + symbol->size);
        list->list[used++] = *symbol;
    }
    list->count = used;
    while (used && list->list[used - 1].absolute)
        used--;
    module->addressed = used;
}

static void add_reader(struct module *module, struct reader *reader)
{
    if (reader)
        module->readers[module->reader_count++] = reader;
}

static void find_readers(struct session *session, struct module *module)
{
    if (!(module->have_image = open_image(session, module)))
        return;
    if (!module->timestamp) {
        module->timestamp = module->image.timestamp;
        module->checksum = module->image.checksum;
    }
    if (!module->size)
        module->size = module->image.image_size;
    open_pdb(session, module);
    if (module->debug) {
        add_reader(module, module->debug);
        return; /* its public symbols are all there are */
    }
    if (!(module->debug = dwarf_open(&module->image)))
        open_debug_link(module);
    add_reader(module, module->debug);
    add_reader(module, coff_open(module->debug_image.data ? &module->debug_image : &module->image));
    add_reader(module, exports_open(&module->image));
}

static void tell(struct session *session, struct module *module, ULONG code)
{
    IMAGEHLP_DEFERRED_SYMBOL_LOAD64 load = { .SizeOfStruct = sizeof(load),
                                             .BaseOfImage = module->base,
                                             .CheckSum = module->checksum,
                                             .TimeDateStamp = module->timestamp };

    if (!session->callback || session->callback_wide) /* whose structure mingw-w64 does not declare */
        return;
    WideCharToMultiByte(CP_ACP, 0, module->path, -1, load.FileName, sizeof(load.FileName), NULL, NULL);
    session_call(session, code, &load);
}

void load_symbols(struct session *session, struct module *module)
{
    if (module->loaded)
        return;
    module->loaded = TRUE;
    if (module->flags & SLMFLAG_VIRTUAL) {
        module->type = SymVirtual;
        return;
    }
    tell(session, module, CBA_DEFERRED_SYMBOL_LOAD_START);
    find_readers(session, module);
    for (int i = 0; i < module->reader_count; i++)
        module->readers[i]->ops->symbols(module->readers[i], &module->symbols);
    if (module->symbols.count)
        tidy_symbols(module);
    module->type = module->reader_count ? module->readers[0]->ops->sym_type : SymNone;
    tell(session, module, module->reader_count ? CBA_DEFERRED_SYMBOL_LOAD_COMPLETE : CBA_DEFERRED_SYMBOL_LOAD_FAILURE);
}

void unload_symbols(struct module *module)
{
    for (int i = 0; i < module->reader_count; i++)
        module->readers[i]->ops->close(module->readers[i]);
    sym_free(module->symbols.list);
    sym_free(module->added.list);
    sym_free(module->names);
    sym_free(module->pdb_path);
    arena_free(&module->arena);
    pe_image_close(&module->image);
    pe_image_close(&module->debug_image);
    unmap_file(&module->file_view);
    unmap_file(&module->pdb_view);
    unmap_file(&module->debug_view);
    if (module->file)
        CloseHandle(module->file);
}
