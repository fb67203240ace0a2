/* SPDX-License-Identifier: MIT */
/* dbghelp_files.c: finding files: in paths and trees, images and their debug information; what a symbol store calls a file. */
#include "dbghelp_private.h"

#define ROOM      2048
#define MAX_DEPTH 64

/* SSRVOPT_*: how SymFindFileInPath's identifier is to be taken */
#define ID_KINDS (SSRVOPT_DWORD | SSRVOPT_DWORDPTR | SSRVOPT_GUIDPTR)

static void put_path(WCHAR *out, const WCHAR *path)
{
    lstrcpynW(out, path, MAX_PATH); /* the documented size of the buffers */
}

typedef BOOL take_file(void *context, const WCHAR *path);

/* The first folder of a path ("a;b") that has a file that is taken. */
static BOOL find_in_path(const WCHAR *path, const WCHAR *name, const WCHAR *store, take_file *take, void *context)
{
    WCHAR full[ROOM];

    while (*path) {
        const WCHAR *end = wcschr(path, ';');
        SIZE_T length = end ? (SIZE_T)(end - path) : wcslen(path);
        for (int i = 0; i < (store ? 2 : 1); i++) {
            SIZE_T at = length;
            if (!length || length + wcslen(name) + (store ? wcslen(store) : 0) + 2 > ROOM)
                break;
            memcpy(full, path, length * sizeof(WCHAR));
            if (full[at - 1] != '\\' && full[at - 1] != '/')
                full[at++] = '\\';
            wcscpy(full + at, i ? store : name);
            if (GetFileAttributesW(full) != INVALID_FILE_ATTRIBUTES && take(context, full))
                return TRUE;
        }
        path = end ? end + 1 : L"";
    }
    return sym_fail(ERROR_FILE_NOT_FOUND);
}

struct found_file {
    WCHAR *out;
    void *callback, *context;
    BOOL wide;
};

static BOOL take_found(void *context, const WCHAR *path)
{
    struct found_file *f = context;
    char *text;
    BOOL refused = FALSE;

    if (f->callback && f->wide) {
        refused = ((PFINDFILEINPATHCALLBACKW)f->callback)(path, f->context);
    } else if (f->callback && (text = narrow(path))) {
        refused = ((PFINDFILEINPATHCALLBACK)f->callback)(text, f->context);
        sym_free(text);
    }
    if (!refused) /* TRUE is "search on" */
        put_path(f->out, path);
    return !refused;
}

/* "name\IDENTIFIER\name", as symbol stores have it. */
static BOOL store_name(const WCHAR *name, void *id, DWORD two, DWORD three, DWORD flags, WCHAR *out)
{
    GUID guid;

    if (!id || wcslen(name) > 200)
        return FALSE;
    if (flags & SSRVOPT_GUIDPTR) {
        memcpy(&guid, id, sizeof(guid));
        _snwprintf(out, ROOM, L"%s\\%08lX%04X%04X%02X%02X%02X%02X%02X%02X%02X%02X%lX\\%s", name, guid.Data1, guid.Data2,
                   guid.Data3, guid.Data4[0], guid.Data4[1], guid.Data4[2], guid.Data4[3], guid.Data4[4], guid.Data4[5],
                   guid.Data4[6], guid.Data4[7], (ULONG)three, name);
    } else if (flags & (SSRVOPT_DWORDPTR | SSRVOPT_DWORD)) {
        DWORD one = flags & SSRVOPT_DWORDPTR ? *(DWORD *)id : (DWORD)(ULONG_PTR)id;
        _snwprintf(out, ROOM, L"%s\\%08lX%lx\\%s", name, (ULONG)one, (ULONG)two, name);
    } else {
        return FALSE;
    }
    return TRUE;
}

static BOOL find_file(HANDLE process, const WCHAR *path, const WCHAR *name, PVOID id, DWORD two, DWORD three,
                      DWORD flags, struct found_file *f)
{
    WCHAR own[ROOM], *store;
    BOOL good;

    if (!name || !f->out)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!path) {
        if (!SymGetSearchPathW(process, own, ARRAY_SIZE(own)))
            return FALSE;
        path = own;
    }
    name = base_name_w(name);
    if (!(store = sym_alloc(ROOM * sizeof(WCHAR))))
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    good = find_in_path(path, name, store_name(name, id, two, three, flags & ID_KINDS, store) ? store : NULL,
                        take_found, f);
    sym_free(store);
    return good;
}

/* (mingw-w64 declares the result as narrow.) */
WINBOOL WINAPI SymFindFileInPathW(HANDLE process, PCWSTR path, PCWSTR name, PVOID id, DWORD two, DWORD three,
                                  DWORD flags, LPSTR found, PFINDFILEINPATHCALLBACKW callback, PVOID context)
{
    struct found_file f = { (WCHAR *)found, callback, context, TRUE };

    return find_file(process, path, name, id, two, three, flags, &f);
}

WINBOOL WINAPI SymFindFileInPath(HANDLE process, PCSTR path, PCSTR name, PVOID id, DWORD two, DWORD three, DWORD flags,
                                 LPSTR found, PFINDFILEINPATHCALLBACK callback, PVOID context)
{
    WCHAR out[MAX_PATH], *wide_path = widen(path), *wide_name = widen(name);
    struct found_file f = { found ? out : NULL, callback, context, FALSE };
    BOOL good = find_file(process, wide_path, wide_name, id, two, three, flags, &f);
    DWORD error = GetLastError();

    if (good)
        WideCharToMultiByte(CP_ACP, 0, out, -1, found, MAX_PATH, NULL, NULL);
    sym_free(wide_path);
    sym_free(wide_name);
    SetLastError(error);
    return good;
}

WINBOOL WINAPI FindFileInPath(HANDLE process, PCSTR path, PCSTR name, PVOID id, DWORD two, DWORD three, DWORD flags,
                              PSTR found)
{
    return SymFindFileInPath(process, path, name, id, two, three, flags, found, NULL, NULL);
}

WINBOOL WINAPI FindFileInSearchPath(HANDLE process, PCSTR path, PCSTR name, DWORD one, DWORD two, DWORD three,
                                    PSTR found)
{
    return SymFindFileInPath(process, path, name, (PVOID)(ULONG_PTR)one, two, three, SSRVOPT_DWORD, found, NULL, NULL);
}

/* --- trees --- */

typedef BOOL(CALLBACK *tree_callback)(LPCWSTR path, PVOID context);

struct tree {
    const WCHAR *name;
    WCHAR *path; /* ROOM characters */
    WCHAR *out;
    void *callback, *context;
    BOOL wide;
    int depth;
};

static BOOL take_in_tree(struct tree *t)
{
    BOOL taken = TRUE;
    char *text;

    put_path(t->out, t->path);
    if (t->callback && t->wide) {
        taken = ((tree_callback)t->callback)(t->path, t->context);
    } else if (t->callback && (text = narrow(t->path))) {
        taken = ((PENUMDIRTREE_CALLBACK)t->callback)(text, t->context);
        sym_free(text);
    }
    return taken;
}

/* Files before folders, so that what is nearer is found first. `length` is that of the folder's path. */
static BOOL search_tree(struct tree *t, SIZE_T length)
{
    WIN32_FIND_DATAW *data = sym_alloc(sizeof(*data));
    HANDLE find;
    BOOL found = FALSE;

    if (!data || length + 3 >= ROOM || t->depth >= MAX_DEPTH) {
        sym_free(data);
        return FALSE;
    }
    if (length && t->path[length - 1] != '\\' && t->path[length - 1] != '/')
        t->path[length++] = '\\';
    for (int folders = 0; folders < 2 && !found; folders++) {
        if (length + wcslen(t->name) + 1 >= ROOM)
            break;
        wcscpy(t->path + length, folders ? L"*" : t->name);
        find = FindFirstFileW(t->path, data);
        if (find == INVALID_HANDLE_VALUE)
            continue;
        do {
            BOOL folder = (data->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
            SIZE_T more = wcslen(data->cFileName);
            if (length + more + 2 >= ROOM || folder != folders ||
                (folder && (data->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)) ||
                (folder && (!wcscmp(data->cFileName, L".") || !wcscmp(data->cFileName, L".."))))
                continue;
            wcscpy(t->path + length, data->cFileName);
            if (folder) {
                t->depth++;
                found = search_tree(t, length + more);
                t->depth--;
            } else {
                found = take_in_tree(t);
            }
        } while (!found && FindNextFileW(find, data));
        FindClose(find);
    }
    sym_free(data);
    return found;
}

static BOOL tree_search(const WCHAR *root, const WCHAR *name, WCHAR *out, void *callback, void *context, BOOL wide)
{
    struct tree t = { .name = name, .out = out, .callback = callback, .context = context, .wide = wide };
    BOOL found;

    if (!root || !name || !out)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!(t.path = sym_alloc(ROOM * sizeof(WCHAR))))
        return sym_fail(ERROR_NOT_ENOUGH_MEMORY);
    t.name = base_name_w(name); /* "path elements are ignored" */
    lstrcpynW(t.path, root, ROOM);
    found = search_tree(&t, wcslen(t.path));
    sym_free(t.path);
    return found || sym_fail(ERROR_FILE_NOT_FOUND);
}

WINBOOL WINAPI SearchTreeForFileW(PWSTR root, PWSTR name, PWSTR out)
{
    return tree_search(root, name, out, NULL, NULL, TRUE);
}

WINBOOL WINAPI EnumDirTreeW(HANDLE process, PCWSTR root, PCWSTR name, PWSTR out, tree_callback callback, PVOID context)
{
    WCHAR own[MAX_PATH];

    (void)process;
    return tree_search(root, name, out ? out : own, callback, context, TRUE);
}

static BOOL tree_search_narrow(const char *root, const char *name, char *out, void *callback, void *context)
{
    WCHAR found[MAX_PATH] = L"", *wide_root = widen(root), *wide_name = widen(name);
    BOOL good = tree_search(wide_root, wide_name, found, callback, context, FALSE);
    DWORD error = GetLastError();

    if (out && found[0])
        WideCharToMultiByte(CP_ACP, 0, found, -1, out, MAX_PATH, NULL, NULL);
    sym_free(wide_root);
    sym_free(wide_name);
    SetLastError(error);
    return good;
}

WINBOOL WINAPI SearchTreeForFile(PSTR root, PSTR name, PSTR out)
{
    return out ? tree_search_narrow(root, name, out, NULL, NULL) : sym_fail(ERROR_INVALID_PARAMETER);
}

WINBOOL WINAPI EnumDirTree(HANDLE process, PSTR root, PSTR name, PSTR out, PENUMDIRTREE_CALLBACK callback,
                           PVOID context)
{
    (void)process;
    return tree_search_narrow(root, name, out, callback, context);
}

/* --- images and their debug information --- */

struct open_file {
    WCHAR *out;
    void *callback, *context;
    BOOL wide;
    HANDLE handle;
};

static BOOL open_found(void *context, const WCHAR *path)
{
    struct open_file *f = context;
    BOOL taken = TRUE;
    char *text;

    f->handle = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, 0, NULL);
    if (f->handle == INVALID_HANDLE_VALUE)
        return FALSE;
    if (f->callback && f->wide) {
        taken = ((PFIND_EXE_FILE_CALLBACKW)f->callback)(f->handle, path, f->context);
    } else if (f->callback && (text = narrow(path))) {
        taken = ((PFIND_EXE_FILE_CALLBACK)f->callback)(f->handle, text, f->context);
        sym_free(text);
    }
    if (taken) {
        put_path(f->out, path);
        return TRUE;
    }
    CloseHandle(f->handle);
    f->handle = NULL;
    return FALSE;
}

static HANDLE open_in_path(const WCHAR *name, const WCHAR *path, struct open_file *f)
{
    if (!name || !f->out) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    f->out[0] = 0;
    if (base_name_w(name) != name && open_found(f, name)) /* where it says it is */
        return f->handle;
    f->handle = NULL;
    if (!find_in_path(path ? path : L".", base_name_w(name), NULL, open_found, f))
        return NULL;
    return f->handle;
}

HANDLE WINAPI FindExecutableImageExW(PCWSTR name, PCWSTR path, PWSTR out, PFIND_EXE_FILE_CALLBACKW callback,
                                     PVOID context)
{
    struct open_file f = { out, callback, context, TRUE, NULL };

    return open_in_path(name, path, &f);
}

static HANDLE open_narrow(const char *name, const char *path, char *out, void *callback, void *context)
{
    WCHAR found[MAX_PATH] = L"", *wide_name = widen(name), *wide_path = widen(path);
    struct open_file f = { out ? found : NULL, callback, context, FALSE, NULL };
    HANDLE handle = open_in_path(wide_name, wide_path, &f);
    DWORD error = GetLastError();

    if (handle)
        WideCharToMultiByte(CP_ACP, 0, found, -1, out, MAX_PATH, NULL, NULL);
    sym_free(wide_name);
    sym_free(wide_path);
    SetLastError(error);
    return handle;
}

HANDLE WINAPI FindExecutableImageEx(PCSTR name, PCSTR path, PSTR out, PFIND_EXE_FILE_CALLBACK callback, PVOID context)
{
    return open_narrow(name, path, out, callback, context);
}

HANDLE WINAPI FindExecutableImage(PCSTR name, PCSTR path, PSTR out)
{
    return open_narrow(name, path, out, NULL, NULL);
}

/* The file's own name with .dbg, in the path, below the extension, and beside the file. */
static HANDLE find_debug_file(const WCHAR *name, const WCHAR *path, struct open_file *f)
{
    const WCHAR *plain, *dot;
    WCHAR *file;
    HANDLE handle;

    if (!name || !f->out) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!(file = sym_alloc((wcslen(name) + 8) * sizeof(WCHAR)))) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    plain = base_name_w(name);
    dot = wcsrchr(plain, '.');
    wcscpy(file, name);
    if (!dot || _wcsicmp(dot, L".dbg"))
        wcscpy(dot ? file + (dot - name) : file + wcslen(file), L".dbg");
    handle = open_in_path(file, path, f);
    sym_free(file);
    return handle;
}

HANDLE WINAPI FindDebugInfoFileExW(PCWSTR name, PCWSTR path, PWSTR out, PFIND_DEBUG_FILE_CALLBACKW callback,
                                   PVOID context)
{
    struct open_file f = { out, callback, context, TRUE, NULL };

    return find_debug_file(name, path, &f);
}

HANDLE WINAPI FindDebugInfoFileEx(PCSTR name, PCSTR path, PSTR out, PFIND_DEBUG_FILE_CALLBACK callback, PVOID context)
{
    WCHAR found[MAX_PATH] = L"", *wide_name = widen(name), *wide_path = widen(path);
    struct open_file f = { out ? found : NULL, callback, context, FALSE, NULL };
    HANDLE handle = find_debug_file(wide_name, wide_path, &f);
    DWORD error = GetLastError();

    if (handle)
        WideCharToMultiByte(CP_ACP, 0, found, -1, out, MAX_PATH, NULL, NULL);
    sym_free(wide_name);
    sym_free(wide_path);
    SetLastError(error);
    return handle;
}

HANDLE WINAPI FindDebugInfoFile(PCSTR name, PCSTR path, PSTR out)
{
    return FindDebugInfoFileEx(name, path, out, NULL, NULL);
}

#define WITH_SESSION_PATH(call)                                                                                        \
    ({                                                                                                                 \
        WCHAR *path_ = sym_alloc(ROOM * sizeof(WCHAR));                                                                \
        HANDLE handle_ = NULL;                                                                                         \
        if (path_ && SymGetSearchPathW(process, path_, ROOM))                                                          \
            handle_ = call;                                                                                            \
        sym_free(path_);                                                                                               \
        handle_;                                                                                                       \
    })

HANDLE WINAPI SymFindExecutableImageW(HANDLE process, PCWSTR name, PWSTR out, PFIND_EXE_FILE_CALLBACKW callback,
                                      PVOID context)
{
    return WITH_SESSION_PATH(FindExecutableImageExW(name, path_, out, callback, context));
}

HANDLE WINAPI SymFindDebugInfoFileW(HANDLE process, PCWSTR name, PWSTR out, PFIND_DEBUG_FILE_CALLBACKW callback,
                                    PVOID context)
{
    return WITH_SESSION_PATH(FindDebugInfoFileExW(name, path_, out, callback, context));
}

HANDLE WINAPI SymFindExecutableImage(HANDLE process, PCSTR name, PSTR out, PFIND_EXE_FILE_CALLBACK callback,
                                     PVOID context)
{
    char path[ROOM];

    return SymGetSearchPath(process, path, ROOM) ? open_narrow(name, path, out, callback, context) : NULL;
}

HANDLE WINAPI SymFindDebugInfoFile(HANDLE process, PCSTR name, PSTR out, PFIND_DEBUG_FILE_CALLBACK callback,
                                   PVOID context)
{
    char path[ROOM];

    return SymGetSearchPath(process, path, ROOM) ? FindDebugInfoFileEx(name, path, out, callback, context) : NULL;
}

/* --- what a symbol store calls a file --- */

static BOOL index_info(const WCHAR *path, SYMSRV_INDEX_INFOW *info)
{
    struct mapped_file mapped;
    struct pe_image image;
    struct pe_codeview codeview;
    uint32_t age = 0, signature = 0;
    BOOL good = TRUE;

    if (!path || !info || info->sizeofstruct < sizeof(*info))
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!map_file(path, NULL, &mapped))
        return FALSE;
    memset((BYTE *)info + sizeof(DWORD), 0, sizeof(*info) - sizeof(DWORD));
    lstrcpynW(info->file, base_name_w(path), MAX_PATH);
    if (pe_image_open(&image, mapped.view, mapped.size, false)) {
        info->timestamp = image.timestamp;
        info->size = image.image_size;
        if (pe_image_codeview(&image, &codeview)) {
            MultiByteToWideChar(CP_UTF8, 0, codeview.path, -1, info->pdbfile, MAX_PATH);
            memcpy(&info->guid, codeview.guid, codeview.old ? 0 : 16);
            memcpy(&info->sig, codeview.guid, codeview.old ? 4 : 0);
            info->age = codeview.age;
        }
    } else if (pdb_identity(mapped.view, mapped.size, (uint8_t *)&info->guid, &age, &signature)) {
        lstrcpynW(info->pdbfile, base_name_w(path), MAX_PATH);
        info->age = age;
        info->sig = signature;
    } else {
        good = sym_fail(ERROR_BAD_FORMAT);
    }
    pe_image_close(&image);
    unmap_file(&mapped);
    return good;
}

WINBOOL WINAPI SymSrvGetFileIndexInfoW(PCWSTR path, PSYMSRV_INDEX_INFOW info, DWORD flags)
{
    return flags ? sym_fail(ERROR_INVALID_PARAMETER) : index_info(path, info);
}

WINBOOL WINAPI SymSrvGetFileIndexInfo(PCSTR path, PSYMSRV_INDEX_INFO info, DWORD flags)
{
    SYMSRV_INDEX_INFOW *wide = sym_alloc(sizeof(*wide));
    WCHAR *wide_path = widen(path);
    BOOL good = wide && info && info->sizeofstruct >= sizeof(*info) ? TRUE : sym_fail(ERROR_INVALID_PARAMETER);

    if (good) {
        wide->sizeofstruct = sizeof(*wide);
        good = SymSrvGetFileIndexInfoW(wide_path, wide, flags);
    }
    if (good) {
        DWORD size = info->sizeofstruct;
        memset(info, 0, sizeof(*info));
        info->sizeofstruct = size;
        WideCharToMultiByte(CP_ACP, 0, wide->file, -1, info->file, MAX_PATH, NULL, NULL);
        WideCharToMultiByte(CP_ACP, 0, wide->pdbfile, -1, info->pdbfile, MAX_PATH, NULL, NULL);
        info->timestamp = wide->timestamp;
        info->size = wide->size;
        info->guid = wide->guid;
        info->sig = wide->sig;
        info->age = wide->age;
    }
    sym_free(wide);
    sym_free(wide_path);
    return good;
}

WINBOOL WINAPI SymSrvGetFileIndexesW(PCWSTR path, GUID *id, DWORD *one, DWORD *two, DWORD flags)
{
    SYMSRV_INDEX_INFOW info = { .sizeofstruct = sizeof(info) };

    if (!id || !SymSrvGetFileIndexInfoW(path, &info, flags))
        return id ? FALSE : sym_fail(ERROR_INVALID_PARAMETER);
    memset(id, 0, sizeof(*id));
    if (info.size) { /* an image goes by its time and size */
        id->Data1 = info.timestamp;
        if (one)
            *one = info.size;
    } else {
        *id = info.guid;
        if (one)
            *one = 0;
    }
    if (two)
        *two = info.size ? 0 : info.age;
    return TRUE;
}

WINBOOL WINAPI SymSrvGetFileIndexes(PCTSTR path, GUID *id, DWORD *one, DWORD *two, DWORD flags)
{
    WCHAR *wide = widen(path);
    BOOL good = SymSrvGetFileIndexesW(wide, id, one, two, flags);

    sym_free(wide);
    return good;
}

WINBOOL WINAPI SymSrvGetFileIndexStringW(HANDLE process, PCWSTR store, PCWSTR path, PWSTR out, size_t size, DWORD flags)
{
    WCHAR *text;
    DWORD one, two;
    GUID id;
    BOOL good;

    (void)process, (void)store;
    if (!path || !out || !size)
        return sym_fail(ERROR_INVALID_PARAMETER);
    if (!SymSrvGetFileIndexesW(path, &id, &one, &two, flags) || !(text = sym_alloc(ROOM * sizeof(WCHAR))))
        return FALSE;
    good = store_name(base_name_w(path), &id, one, two, one ? SSRVOPT_DWORDPTR : SSRVOPT_GUIDPTR, text);
    if (good && wcslen(text) >= size)
        good = sym_fail(ERROR_INSUFFICIENT_BUFFER);
    if (good)
        wcscpy(out, text);
    sym_free(text);
    return good;
}

WINBOOL WINAPI SymSrvGetFileIndexString(HANDLE process, PCSTR store, PCSTR path, PSTR out, size_t size, DWORD flags)
{
    WCHAR text[MAX_PATH * 3], *wide = widen(path);
    BOOL good = SymSrvGetFileIndexStringW(process, NULL, wide, text, ARRAY_SIZE(text), flags);

    (void)store;
    if (good && !WideCharToMultiByte(CP_ACP, 0, text, -1, out, size, NULL, NULL))
        good = sym_fail(ERROR_INSUFFICIENT_BUFFER);
    sym_free(wide);
    return good;
}

/* A store has a file of that name in its root. */
WINBOOL WINAPI SymSrvIsStoreW(HANDLE process, PCWSTR path)
{
    WCHAR *name;
    BOOL is;

    (void)process;
    if (!path || !(name = sym_alloc((wcslen(path) + 16) * sizeof(WCHAR))))
        return sym_fail(ERROR_INVALID_PARAMETER);
    wcscpy(name, path);
    wcscat(name, L"\\pingme.txt");
    is = GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
    sym_free(name);
    return is;
}

WINBOOL WINAPI SymSrvIsStore(HANDLE process, PCSTR path)
{
    WCHAR *wide = widen(path);
    BOOL is = SymSrvIsStoreW(process, wide);

    sym_free(wide);
    return is;
}

/* The PDB that belongs to an image: beside it, or in the path. */
WINBOOL WINAPI SymGetSymbolFileW(HANDLE process, PCWSTR path, PCWSTR image, DWORD type, PWSTR symbol,
                                 size_t symbol_size, PWSTR debug, size_t debug_size)
{
    SYMSRV_INDEX_INFOW info = { .sizeofstruct = sizeof(info) };
    WCHAR own[ROOM], found[MAX_PATH];

    (void)type;
    if (!image || !symbol || !debug || !index_info(image, &info))
        return FALSE;
    if (!info.pdbfile[0])
        return sym_fail(ERROR_FILE_NOT_FOUND);
    lstrcpynW(symbol, info.pdbfile, symbol_size);
    own[0] = 0;
    if (base_name_w(image) != image)
        lstrcpynW(own, image, base_name_w(image) - image);
    if (path && wcslen(own) + wcslen(path) + 2 < ROOM) {
        wcscat(own, L";");
        wcscat(own, path);
    } else if (!path && process && wcslen(own) + 300 < ROOM) {
        wcscat(own, L";");
        SymGetSearchPathW(process, own + wcslen(own), ROOM - wcslen(own));
    }
    if (!SymFindFileInPathW(process, own, info.pdbfile, &info.guid, 0, info.age, SSRVOPT_GUIDPTR, (LPSTR)found, NULL,
                            NULL))
        return FALSE;
    lstrcpynW(debug, found, debug_size);
    return TRUE;
}

WINBOOL WINAPI SymGetSymbolFile(HANDLE process, PCSTR path, PCSTR image, DWORD type, PSTR symbol, size_t symbol_size,
                                PSTR debug, size_t debug_size)
{
    WCHAR out[2][MAX_PATH], *wide_path = widen(path), *wide_image = widen(image);
    BOOL good =
        symbol && debug && SymGetSymbolFileW(process, wide_path, wide_image, type, out[0], MAX_PATH, out[1], MAX_PATH);

    if (good) {
        WideCharToMultiByte(CP_ACP, 0, out[0], -1, symbol, symbol_size, NULL, NULL);
        WideCharToMultiByte(CP_ACP, 0, out[1], -1, debug, debug_size, NULL, NULL);
    }
    sym_free(wide_path);
    sym_free(wide_image);
    return good;
}
