/* SPDX-License-Identifier: MIT */
/*
 * ldrpath.c: in which directories DLLs are looked for ("Dynamic-link library search order" in Microsoft's documentation).
 */
#include "ldr_private.h"

#ifndef LOAD_LIBRARY_SEARCH_DEFAULT_DIRS
#error "_WIN32_WINNT is too low"
#endif
#define SEARCH_FLAGS                                                                                                   \
    (LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_USER_DIRS |          \
     LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)

struct user_dir {
    LIST_ENTRY link;
    size_t length;
    WCHAR name[];
};

static LIST_ENTRY user_dirs = { &user_dirs, &user_dirs };
static ULONG default_flags;  /* LdrSetDefaultDllDirectories */
static WCHAR *dll_directory; /* LdrSetDllDirectory; NULL: not set; "": the current directory is not searched */

/* Windows maps these from sections made at boot, so no other directory is ever looked into. Sorted. */
static const char known_dlls[][24] = {
    "advapi32",  "bcrypt",     "bcryptprimitives",
    "cfgmgr32",  "clbcatq",    "combase",
    "comdlg32",  "coml2",      "crypt32",
    "difxapi",   "gdi32",      "gdi32full",
    "gdiplus",   "imagehlp",   "imm32",
    "kernel32",  "kernelbase", "msctf",
    "msvcp_win", "msvcrt",     "normaliz",
    "nsi",       "ntdll",      "ole32",
    "oleaut32",  "psapi",      "rpcrt4",
    "sechost",   "setupapi",   "shcore",
    "shell32",   "shlwapi",    "ucrtbase",
    "user32",    "win32u",     "wintrust",
    "wldap32",   "ws2_32",
};

bool ldr_is_known_dll(const WCHAR *name, size_t length)
{
    static const WCHAR dll[] = { '.', 'D', 'L', 'L' };
    size_t low = 0, high = ARRAY_SIZE(known_dlls);

    if (length < 5 || !ldr_name_equal(name + length - 4, dll, 4))
        return false;
    length -= 4;
    while (low < high) {
        size_t middle = (low + high) / 2, i = 0;
        const char *known = known_dlls[middle];
        int order = 0;

        for (; i < length && !order; i++) {
            WCHAR c = name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i];

            order = (int)c - known[i];
            if (!known[i])
                break;
        }
        if (!order && known[i])
            order = -1;
        if (!order)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

size_t ldr_system_dir(WCHAR *buffer)
{
    static const WCHAR system32[] = L"\\system32";
    const WCHAR *root = NT_SYSTEM_ROOT;
    size_t length = 0;

    for (; root[length]; length++)
        buffer[length] = root[length];
    memcpy(buffer + length, system32, sizeof(system32));
    return length + ARRAY_SIZE(system32) - 1;
}

/* Length of the directory in a full path, without the backslash (with it for a drive's root). */
static size_t directory_length(const WCHAR *path, size_t length)
{
    while (length && path[length - 1] != '\\' && path[length - 1] != '/')
        length--;
    return length > 3 ? length - 1 : length;
}

typedef NTSTATUS (*try_dir_function)(const WCHAR *dir, size_t length, void *context);

/* Each directory of a ";"-separated list; quotes are dropped as Windows does. */
static NTSTATUS search_list(const WCHAR *list, size_t length, try_dir_function try_dir, void *context)
{
    const WCHAR *end = list + length;

    while (list < end) {
        const WCHAR *next = list;
        bool quoted = *list == '"';
        NTSTATUS status;

        if (quoted)
            next = ++list;
        while (next < end && *next != (quoted ? '"' : ';'))
            next++;
        if (next > list) {
            status = try_dir(list, next - list, context);
            if (status != STATUS_DLL_NOT_FOUND)
                return status;
        }
        while (next < end && *next != ';')
            next++;
        list = next + 1;
    }
    return STATUS_DLL_NOT_FOUND;
}

static NTSTATUS search_current_dir(try_dir_function try_dir, void *context)
{
    WCHAR buffer[MAX_PATH], *dir = buffer;
    ULONG bytes = RtlGetCurrentDirectory_U(sizeof(buffer), buffer);
    NTSTATUS status;

    if (bytes >= sizeof(buffer)) {
        dir = heap_alloc(bytes);
        if (!dir)
            return STATUS_NO_MEMORY;
        bytes = RtlGetCurrentDirectory_U(bytes, dir);
    }
    status = bytes ? try_dir(dir, bytes / sizeof(WCHAR), context) : STATUS_DLL_NOT_FOUND;
    if (dir != buffer)
        heap_free(dir);
    return status;
}

static NTSTATUS search_path_variable(try_dir_function try_dir, void *context)
{
    NTSTATUS status;
    SIZE_T length = 0;
    WCHAR *path;

    status = RtlQueryEnvironmentVariable(NULL, L"PATH", 4, NULL, 0, &length);
    if (status != STATUS_BUFFER_TOO_SMALL || !length)
        return STATUS_DLL_NOT_FOUND;
    path = heap_alloc((length + 1) * sizeof(WCHAR));
    if (!path)
        return STATUS_NO_MEMORY;
    status = RtlQueryEnvironmentVariable(NULL, L"PATH", 4, path, length + 1, &length);
    status = status ? STATUS_DLL_NOT_FOUND : search_list(path, length, try_dir, context);
    heap_free(path);
    return status;
}

#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        NTSTATUS try_status = (expression);                                                                            \
        if (try_status != STATUS_DLL_NOT_FOUND)                                                                        \
            return try_status;                                                                                         \
    } while (0)

static NTSTATUS search_by_flags(const struct ldr_search *search, ULONG flags, try_dir_function try_dir, void *context)
{
    const UNICODE_STRING *exe = &ldr_exe->entry.FullDllName;
    WCHAR system[MAX_PATH + 16];

    if (flags & LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)
        flags |= LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32;
    if ((flags & LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) && search->dll_dir)
        TRY(try_dir(search->dll_dir, search->dll_dir_length, context));
    if (flags & LOAD_LIBRARY_SEARCH_APPLICATION_DIR)
        TRY(try_dir(exe->Buffer, directory_length(exe->Buffer, exe->Length / sizeof(WCHAR)), context));
    if (flags & LOAD_LIBRARY_SEARCH_USER_DIRS) {
        if (dll_directory && *dll_directory)
            TRY(try_dir(dll_directory, wcslen(dll_directory), context));
        for (LIST_ENTRY *link = user_dirs.Flink; link != &user_dirs; link = link->Flink) {
            struct user_dir *dir = CONTAINING_RECORD(link, struct user_dir, link);

            TRY(try_dir(dir->name, dir->length, context));
        }
    }
    if (flags & LOAD_LIBRARY_SEARCH_SYSTEM32)
        TRY(try_dir(system, ldr_system_dir(system), context));
    return STATUS_DLL_NOT_FOUND;
}

NTSTATUS ldr_search_dirs(const struct ldr_search *search, try_dir_function try_dir, void *context)
{
    const UNICODE_STRING *exe = &ldr_exe->entry.FullDllName;
    const WCHAR *root = NT_SYSTEM_ROOT;
    WCHAR system[MAX_PATH + 16];
    size_t length;

    if (search->flags & SEARCH_FLAGS)
        return search_by_flags(search, search->flags, try_dir, context);
    if (search->path)
        return search_list(search->path, wcslen(search->path), try_dir, context);
    if ((search->flags & LOAD_WITH_ALTERED_SEARCH_PATH) && search->dll_dir)
        TRY(try_dir(search->dll_dir, search->dll_dir_length, context));
    else
        TRY(try_dir(exe->Buffer, directory_length(exe->Buffer, exe->Length / sizeof(WCHAR)), context));
    if (dll_directory && *dll_directory)
        TRY(search_list(dll_directory, wcslen(dll_directory), try_dir, context));
    length = ldr_system_dir(system);
    TRY(try_dir(system, length, context));
    TRY(try_dir(system, length - 2, context)); /* the 16-bit system directory */
    TRY(try_dir(root, wcslen(root), context));
    if (!dll_directory)
        TRY(search_current_dir(try_dir, context));
    return search_path_variable(try_dir, context);
}

/* The first argument of LdrLoadDll and its like. */
NTSTATUS ldr_search_from_argument(const WCHAR *path_or_flags, struct ldr_search *search)
{
    memset(search, 0, sizeof(*search));
    if (LDR_PATH_IS_FLAGS(path_or_flags)) {
        search->flags = (ULONG)(ULONG_PTR)path_or_flags & ~1u;
        if ((search->flags & LOAD_WITH_ALTERED_SEARCH_PATH) && (search->flags & SEARCH_FLAGS))
            return STATUS_INVALID_PARAMETER;
    } else {
        search->path = path_or_flags;
    }
    if (!search->path && !(search->flags & (SEARCH_FLAGS | LOAD_WITH_ALTERED_SEARCH_PATH)))
        search->flags |= default_flags;
    return STATUS_SUCCESS;
}

/* --- Exported --- */

NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG flags)
{
    if (!flags || (flags & ~(LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_USER_DIRS |
                             LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)))
        return STATUS_INVALID_PARAMETER;
    default_flags = flags;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrSetDllDirectory(const UNICODE_STRING *directory)
{
    WCHAR *copy = NULL, *old;

    if (directory && directory->Buffer) {
        copy = heap_alloc(directory->Length + sizeof(WCHAR));
        if (!copy)
            return STATUS_NO_MEMORY;
        memcpy(copy, directory->Buffer, directory->Length);
        copy[directory->Length / sizeof(WCHAR)] = 0;
    }
    RtlEnterCriticalSection(&ldr_lock);
    old = dll_directory;
    dll_directory = copy;
    RtlLeaveCriticalSection(&ldr_lock);
    heap_free(old);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrGetDllDirectory(UNICODE_STRING *directory)
{
    NTSTATUS status = STATUS_SUCCESS;
    USHORT bytes;

    RtlEnterCriticalSection(&ldr_lock);
    bytes = dll_directory ? (USHORT)(wcslen(dll_directory) * sizeof(WCHAR)) : 0;
    if (directory->MaximumLength < bytes + sizeof(WCHAR)) {
        directory->Length = bytes + sizeof(WCHAR);
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        memcpy(directory->Buffer, dll_directory, bytes);
        directory->Buffer[bytes / sizeof(WCHAR)] = 0;
        directory->Length = bytes;
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrAddDllDirectory(const UNICODE_STRING *directory, PVOID *cookie)
{
    struct user_dir *dir;
    UNICODE_STRING nt_name;
    OBJECT_ATTRIBUTES attributes;
    FILE_BASIC_INFORMATION info;
    RTL_PATH_TYPE type = RtlDetermineDosPathNameType_U(directory->Buffer);
    NTSTATUS status;

    if (type != RtlPathTypeDriveAbsolute && type != RtlPathTypeUncAbsolute && type != RtlPathTypeLocalDevice)
        return STATUS_INVALID_PARAMETER;
    status = RtlDosPathNameToNtPathName_U_WithStatus(directory->Buffer, &nt_name, NULL, NULL);
    if (status)
        return status;
    InitializeObjectAttributes(&attributes, &nt_name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtQueryAttributesFile(&attributes, &info);
    RtlFreeUnicodeString(&nt_name);
    if (status)
        return status;

    dir = heap_alloc(sizeof(*dir) + directory->Length + sizeof(WCHAR));
    if (!dir)
        return STATUS_NO_MEMORY;
    dir->length = directory->Length / sizeof(WCHAR);
    memcpy(dir->name, directory->Buffer, directory->Length);
    dir->name[dir->length] = 0;
    RtlEnterCriticalSection(&ldr_lock);
    list_add_head(&user_dirs, &dir->link);
    RtlLeaveCriticalSection(&ldr_lock);
    *cookie = dir;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID cookie)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    RtlEnterCriticalSection(&ldr_lock);
    for (LIST_ENTRY *link = user_dirs.Flink; link != &user_dirs; link = link->Flink) {
        if (CONTAINING_RECORD(link, struct user_dir, link) == cookie) {
            list_remove(link);
            heap_free(cookie);
            status = STATUS_SUCCESS;
            break;
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

struct path_builder {
    WCHAR *text;
    size_t length, capacity;
};

static NTSTATUS append_dir(const WCHAR *dir, size_t length, void *context)
{
    struct path_builder *path = context;

    if (path->length + length + 2 > path->capacity) {
        size_t capacity = 2 * path->capacity + length + 64;
        WCHAR *larger = heap_realloc(path->text, capacity * sizeof(WCHAR));

        if (!larger)
            return STATUS_NO_MEMORY;
        path->text = larger;
        path->capacity = capacity;
    }
    if (path->length)
        path->text[path->length++] = ';';
    memcpy(path->text + path->length, dir, length * sizeof(WCHAR));
    path->length += length;
    path->text[path->length] = 0;
    return STATUS_DLL_NOT_FOUND; /* go on */
}

/* The directories as one string, which the caller frees with RtlReleasePath. */
NTSTATUS NTAPI LdrGetDllPath(PCWSTR module, ULONG flags, PWSTR *path, PWSTR *unknown)
{
    struct path_builder builder = { 0 };
    struct ldr_search search;
    NTSTATUS status = ldr_search_from_argument((PCWSTR)((ULONG_PTR)flags | 1), &search);

    if (unknown)
        *unknown = NULL;
    if (status)
        return status;
    if (module && (flags & (LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR))) {
        if (RtlDetermineDosPathNameType_U(module) == RtlPathTypeRelative)
            return STATUS_INVALID_PARAMETER;
        search.dll_dir = module;
        search.dll_dir_length = directory_length(module, wcslen(module));
    }
    RtlEnterCriticalSection(&ldr_lock);
    status = ldr_search_dirs(&search, append_dir, &builder);
    RtlLeaveCriticalSection(&ldr_lock);
    if (status != STATUS_DLL_NOT_FOUND) {
        heap_free(builder.text);
        return status;
    }
    *path = builder.text;
    return STATUS_SUCCESS;
}

VOID NTAPI RtlReleasePath(PWSTR path)
{
    heap_free(path);
}
