/* SPDX-License-Identifier: MIT */
/* libloaderapi.c: modules. Resources are in libloaderapi_resource.c; the loader is ntdll's. */
#include "kernelbase_private.h"
#include "ntldr.h"

#define KNOWN_LOAD_FLAGS                                                                                               \
    (DONT_RESOLVE_DLL_REFERENCES | LOAD_LIBRARY_AS_DATAFILE | LOAD_WITH_ALTERED_SEARCH_PATH |                          \
     LOAD_IGNORE_CODE_AUTHZ_LEVEL | LOAD_LIBRARY_AS_IMAGE_RESOURCE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE |              \
     LOAD_LIBRARY_REQUIRE_SIGNED_TARGET | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_APPLICATION_DIR |     \
     LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS |                 \
     LOAD_LIBRARY_SAFE_CURRENT_DIRS | 0x00004000)
#define SEARCH_FLAGS                                                                                                   \
    (LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_APPLICATION_DIR |          \
     LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS |                 \
     LOAD_LIBRARY_SAFE_CURRENT_DIRS)

/* --- loading --- */

/* A file as data, or as an image without being a module: the handle's low bits say which (see ntldr.h). */
static NTSTATUS map_file(const WCHAR *path, DWORD flags, HMODULE *module)
{
    BOOL data = flags & (LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE), image;
    HANDLE file = INVALID_HANDLE_VALUE, section;
    IMAGE_NT_HEADERS *headers;
    IO_STATUS_BLOCK iosb;
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    void *base = NULL;
    SIZE_T size = 0;
    NTSTATUS status;

    image = flags & LOAD_LIBRARY_AS_IMAGE_RESOURCE || !data;
    if ((status = dos_to_nt_path(path, &name)))
        return status;
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&file, FILE_READ_DATA | (image ? FILE_EXECUTE : 0) | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | (flags & LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE ? 0 : FILE_SHARE_DELETE),
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    RtlFreeUnicodeString(&name);
    if (status)
        return status;
    status = NtCreateSection(&section, SECTION_MAP_READ | SECTION_QUERY | (image ? SECTION_MAP_EXECUTE : 0), NULL, NULL,
                             PAGE_READONLY, image ? SEC_IMAGE : SEC_COMMIT, file);
    NtClose(file);
    if (status)
        return status;
    status =
        NtMapViewOfSection(section, NT_CURRENT_PROCESS, &base, 0, 0, NULL, &size, 1 /* ViewShare */, 0, PAGE_READONLY);
    NtClose(section);
    if (status == STATUS_IMAGE_NOT_AT_BASE)
        status = STATUS_SUCCESS;
    if (status)
        return status;
    /* Any file may be asked for, a DOS program too: its header says nothing about where it would have a second one. */
    if (!image && RtlImageNtHeaderEx(0, base, size, &headers)) {
        NtUnmapViewOfSection(NT_CURRENT_PROCESS, base);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    *module = (HMODULE)((ULONG_PTR)base | (image ? 2 : 1));
    return STATUS_SUCCESS;
}

static NTSTATUS load_as_data(const WCHAR *name, DWORD flags, HMODULE *module)
{
    WCHAR *path, *search, *unknown;
    DWORD length;
    NTSTATUS status;

    status = LdrGetDllPath(flags & (LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) ? name : NULL,
                           flags & SEARCH_FLAGS, &search, &unknown);
    if (status)
        return status;
    status = STATUS_DLL_NOT_FOUND;
    length = SearchPathW(search, name, L".dll", 0, NULL, NULL);
    if (length && (path = kb_alloc(length * sizeof(WCHAR)))) {
        if (SearchPathW(search, name, L".dll", length, path, NULL) < length)
            status = map_file(path, flags, module);
        kb_free(path);
    }
    kb_free(search);
    return status;
}

HMODULE WINAPI LoadLibraryExW(const WCHAR *name, HANDLE reserved, DWORD flags)
{
    const DWORD data_flags =
        LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE | LOAD_LIBRARY_AS_IMAGE_RESOURCE;
    ULONG characteristics = flags & DONT_RESOLVE_DLL_REFERENCES ? IMAGE_FILE_EXECUTABLE_IMAGE : 0;
    UNICODE_STRING str;
    void *module = NULL;
    NTSTATUS status;

    if (!name || !*name || reserved || flags & ~KNOWN_LOAD_FLAGS)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (flags & LOAD_LIBRARY_AS_DATAFILE && flags & LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE)
        return fail_null(ERROR_INVALID_PARAMETER);
    /* Documented: with this one the name must be a full path; a relative one has no directory. */
    if (flags & LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR && RtlDetermineDosPathNameType_U(name) == RtlPathTypeRelative)
        return fail_null(ERROR_INVALID_PARAMETER);
    if ((status = RtlInitUnicodeStringEx(&str, name)))
        goto done;
    /* Trailing spaces are no part of a name. */
    while (str.Length && str.Buffer[str.Length / sizeof(WCHAR) - 1] == ' ')
        str.Length -= sizeof(WCHAR);
    if (!str.Length)
        return fail_null(ERROR_MOD_NOT_FOUND);
    if (flags & data_flags)
        status = load_as_data(name, flags, (HMODULE *)&module);
    else
        status = LdrLoadDll((const WCHAR *)(ULONG_PTR)((flags & SEARCH_FLAGS) | 1), &characteristics, &str, &module);
done:
    return set_ntstatus(status) ? module : NULL;
}

HMODULE WINAPI LoadLibraryExA(const char *name, HANDLE reserved, DWORD flags)
{
    struct wide_arg wide;
    HMODULE module;

    if (!wide_file_arg(&wide, name))
        return NULL;
    module = LoadLibraryExW(wide.str, reserved, flags);
    wide_arg_free(&wide);
    return module;
}

HMODULE WINAPI LoadLibraryW(const WCHAR *name)
{
    return LoadLibraryExW(name, NULL, 0);
}

HMODULE WINAPI LoadLibraryA(const char *name)
{
    return LoadLibraryExA(name, NULL, 0);
}

BOOL WINAPI FreeLibrary(HMODULE module)
{
    if (!module)
        return fail(ERROR_INVALID_HANDLE);
    if (LDR_IS_RESOURCE(module))
        return set_ntstatus(NtUnmapViewOfSection(NT_CURRENT_PROCESS, LDR_MAPPED_BASE(module)));
    return set_ntstatus(LdrUnloadDll(module));
}

VOID WINAPI FreeLibraryAndExitThread(HMODULE module, DWORD code)
{
    FreeLibrary(module);
    RtlExitUserThread(code);
}

BOOL WINAPI DisableThreadLibraryCalls(HMODULE module)
{
    return set_ntstatus(LdrDisableThreadCalloutsForDll(module));
}

/* --- finding --- */

BOOL WINAPI GetModuleHandleExW(DWORD flags, const WCHAR *name, HMODULE *module)
{
    const DWORD known = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT |
                        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    BOOL pin = flags & GET_MODULE_HANDLE_EX_FLAG_PIN;
    BOOL unchanged = flags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    LDR_DATA_TABLE_ENTRY *entry;
    UNICODE_STRING str;
    ULONG_PTR cookie;
    void *base = NULL;
    NTSTATUS status;

    if (!module)
        return fail(ERROR_INVALID_PARAMETER);
    *module = NULL;
    if (flags & ~known || (pin && unchanged) || (!name && flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS))
        return fail(ERROR_INVALID_PARAMETER);
    if (name && !(flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS)) {
        if (!(status = RtlInitUnicodeStringEx(&str, name)))
            status = LdrGetDllHandleEx(pin ? LDR_GET_DLL_HANDLE_EX_PIN
                                           : (unchanged ? LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT : 0),
                                       NULL, NULL, &str, &base);
        goto done;
    }
    /* The lock keeps the module loaded between finding it and taking the reference. */
    LdrLockLoaderLock(0, NULL, &cookie);
    if (name) {
        if (!(status = LdrFindEntryForAddress((void *)name, &entry)))
            base = entry->DllBase;
        else
            status = STATUS_DLL_NOT_FOUND;
    } else {
        base = nt_peb()->ImageBaseAddress;
        status = STATUS_SUCCESS;
    }
    if (!status && !unchanged)
        status = LdrAddRefDll(pin ? LDR_ADDREF_DLL_PIN : 0, base);
    LdrUnlockLoaderLock(0, cookie);
done:
    if (!set_ntstatus(status))
        return FALSE;
    *module = base;
    return TRUE;
}

BOOL WINAPI GetModuleHandleExA(DWORD flags, const char *name, HMODULE *module)
{
    struct wide_arg wide;
    BOOL result;

    if (!name || flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS)
        return GetModuleHandleExW(flags, (const WCHAR *)name, module);
    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = GetModuleHandleExW(flags, wide.str, module);
    wide_arg_free(&wide);
    return result;
}

HMODULE WINAPI GetModuleHandleW(const WCHAR *name)
{
    HMODULE module;

    if (!name)
        return nt_peb()->ImageBaseAddress;
    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, name, &module) ? module : NULL;
}

HMODULE WINAPI GetModuleHandleA(const char *name)
{
    HMODULE module;

    if (!name)
        return nt_peb()->ImageBaseAddress;
    return GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, name, &module) ? module : NULL;
}

/* The full name of a module in memory of the caller's to free (RtlFreeUnicodeString). */
static NTSTATUS module_full_name(HMODULE module, UNICODE_STRING *name)
{
    LDR_DATA_TABLE_ENTRY *entry;
    ULONG_PTR cookie;
    NTSTATUS status;

    LdrLockLoaderLock(0, NULL, &cookie);
    if (!module)
        module = nt_peb()->ImageBaseAddress;
    status = LdrFindEntryForAddress(module, &entry);
    if (!status && entry->DllBase == module)
        status = RtlDuplicateUnicodeString(1, &entry->FullDllName, name);
    else
        status = STATUS_DLL_NOT_FOUND;
    LdrUnlockLoaderLock(0, cookie);
    return status;
}

/*
 * Documented: what does not fit is truncated, with its zero; the result is then the buffer's size and the last error
 * ERROR_INSUFFICIENT_BUFFER.
 */
DWORD WINAPI GetModuleFileNameW(HMODULE module, WCHAR *buffer, DWORD size)
{
    UNICODE_STRING name;
    DWORD length;

    if (!set_ntstatus(module_full_name(module, &name)))
        return 0;
    length = name.Length / sizeof(WCHAR);
    if (length < size) {
        memcpy(buffer, name.Buffer, name.Length);
        buffer[length] = 0;
        SetLastError(ERROR_SUCCESS);
    } else {
        if (size) {
            memcpy(buffer, name.Buffer, (size - 1) * sizeof(WCHAR));
            buffer[size - 1] = 0;
        }
        length = size;
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
    }
    RtlFreeUnicodeString(&name);
    return length;
}

DWORD WINAPI GetModuleFileNameA(HMODULE module, char *buffer, DWORD size)
{
    UNICODE_STRING name;
    DWORD length;
    char *ansi;

    if (!set_ntstatus(module_full_name(module, &name)))
        return 0;
    length = file_ansi_size(name.Buffer, name.Length / sizeof(WCHAR));
    if ((ansi = kb_alloc(length + 1))) {
        file_ansi_copy(ansi, length, name.Buffer, name.Length / sizeof(WCHAR));
        ansi[length] = 0;
        if (length < size) {
            memcpy(buffer, ansi, length + 1);
            SetLastError(ERROR_SUCCESS);
        } else {
            if (size) {
                memcpy(buffer, ansi, size - 1);
                buffer[size - 1] = 0;
            }
            length = size;
            SetLastError(ERROR_INSUFFICIENT_BUFFER);
        }
        kb_free(ansi);
    } else {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        length = 0;
    }
    RtlFreeUnicodeString(&name);
    return length;
}

FARPROC WINAPI GetProcAddress(HMODULE module, const char *name)
{
    void *address = NULL;
    NTSTATUS status;
    ANSI_STRING str;

    if (LDR_IS_RESOURCE(module))
        return fail_null(ERROR_INVALID_HANDLE);
    if ((ULONG_PTR)name >> 16) {
        RtlInitAnsiString(&str, name);
        status = LdrGetProcedureAddress(module, &str, 0, &address);
    } else
        status = LdrGetProcedureAddress(module, NULL, LOWORD((ULONG_PTR)name), &address);
    return set_ntstatus(status) ? address : NULL;
}

/* --- search paths --- */

DLL_DIRECTORY_COOKIE WINAPI AddDllDirectory(const WCHAR *directory)
{
    UNICODE_STRING str;
    void *cookie = NULL;
    NTSTATUS status;

    if (!(status = RtlInitUnicodeStringEx(&str, directory)))
        status = LdrAddDllDirectory(&str, &cookie);
    return set_ntstatus(status) ? cookie : NULL;
}

BOOL WINAPI RemoveDllDirectory(DLL_DIRECTORY_COOKIE cookie)
{
    return set_ntstatus(LdrRemoveDllDirectory(cookie));
}

BOOL WINAPI SetDefaultDllDirectories(DWORD flags)
{
    return set_ntstatus(LdrSetDefaultDllDirectories(flags));
}

BOOL WINAPI SetDllDirectoryW(const WCHAR *directory)
{
    UNICODE_STRING str;
    NTSTATUS status;

    /* NULL restores the default search order; an empty string removes the current directory from it. */
    if (!(status = RtlInitUnicodeStringEx(&str, directory)))
        status = LdrSetDllDirectory(&str);
    return set_ntstatus(status);
}

BOOL WINAPI SetDllDirectoryA(const char *directory)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, directory))
        return FALSE;
    result = SetDllDirectoryW(wide.str);
    wide_arg_free(&wide);
    return result;
}

DWORD WINAPI GetDllDirectoryW(DWORD size, WCHAR *buffer)
{
    UNICODE_STRING str = { 0, min(size, 0x7fff) * sizeof(WCHAR), buffer };
    NTSTATUS status = LdrGetDllDirectory(&str);

    if (status == STATUS_BUFFER_TOO_SMALL)
        return str.Length / sizeof(WCHAR);
    return set_ntstatus(status) ? str.Length / sizeof(WCHAR) : 0;
}

DWORD WINAPI GetDllDirectoryA(DWORD size, char *buffer)
{
    DWORD length = GetDllDirectoryW(0, NULL), result = 0;
    WCHAR *text;

    if (!(text = kb_alloc((length + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    length = GetDllDirectoryW(length + 1, text);
    result = return_file_string_a(text, length, buffer, size);
    kb_free(text);
    return result;
}
