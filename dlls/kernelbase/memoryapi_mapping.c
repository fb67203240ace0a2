/* SPDX-License-Identifier: MIT */
/* memoryapi_mapping.c: file mappings and their views. */
#include "kernelbase_private.h"

/* What a mapping's page protection allows its handle to do. */
static ACCESS_MASK section_access(DWORD protect)
{
    ACCESS_MASK access = STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ;

    if (protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE))
        access |= SECTION_MAP_WRITE;
    if (protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY))
        access |= SECTION_MAP_EXECUTE;
    return access;
}

static HANDLE create_mapping(HANDLE file, SECURITY_ATTRIBUTES *security, ACCESS_MASK access, DWORD protect,
                             ULONG attributes, ULONGLONG size, const WCHAR *name, MEM_EXTENDED_PARAMETER *parameters,
                             ULONG count)
{
    LARGE_INTEGER maximum = { .QuadPart = size };
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (file == INVALID_HANDLE_VALUE) {
        if (!size)
            return fail_null(ERROR_INVALID_PARAMETER);
        file = NULL;
    }
    if (!attributes)
        attributes = SEC_COMMIT;
    status = object_name_arg(&arg, name, security, OBJ_OPENIF, &attr);
    if (!status && count)
        status = NtCreateSectionEx(&handle, access, attr, size ? &maximum : NULL, protect, attributes, file, parameters,
                                   count);
    else if (!status)
        status = NtCreateSection(&handle, access, attr, size ? &maximum : NULL, protect, attributes, file);
    if (status == STATUS_INVALID_FILE_FOR_SECTION)
        return fail_null(ERROR_BAD_EXE_FORMAT);
    if (!set_ntstatus(status))
        return NULL;
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : 0);
    return handle;
}

HANDLE WINAPI CreateFileMappingW(HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protect, DWORD high, DWORD low,
                                 const WCHAR *name)
{
    const DWORD sec_flags =
        SEC_FILE | SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE | SEC_WRITECOMBINE | SEC_LARGE_PAGES;
    DWORD page = protect & ~sec_flags;

    switch (page) {
    case PAGE_READONLY:
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        break;
    case 0: /* accepted, as PAGE_READONLY */
        page = PAGE_READONLY;
        break;
    default:
        return fail_null(ERROR_INVALID_PARAMETER);
    }
    return create_mapping(file, security, section_access(page), page, protect & sec_flags, (ULONGLONG)high << 32 | low,
                          name, NULL, 0);
}

HANDLE WINAPI CreateFileMappingA(HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protect, DWORD high, DWORD low,
                                 const char *name)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, name))
        return NULL;
    handle = CreateFileMappingW(file, security, protect, high, low, wide.str);
    wide_arg_free(&wide);
    return handle;
}

HANDLE WINAPI CreateFileMappingNumaW(HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protect, DWORD high, DWORD low,
                                     const WCHAR *name, DWORD node)
{
    (void)node;
    return CreateFileMappingW(file, security, protect, high, low, name);
}

HANDLE WINAPI CreateFileMappingNumaA(HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protect, DWORD high, DWORD low,
                                     const char *name, DWORD node)
{
    (void)node;
    return CreateFileMappingA(file, security, protect, high, low, name);
}

HANDLE WINAPI CreateFileMappingFromApp(HANDLE file, SECURITY_ATTRIBUTES *security, ULONG protect, ULONG64 size,
                                       const WCHAR *name)
{
    return CreateFileMappingW(file, security, protect, size >> 32, (DWORD)size, name);
}

HANDLE WINAPI CreateFileMapping2(HANDLE file, SECURITY_ATTRIBUTES *security, ULONG access, ULONG protect,
                                 ULONG attributes, ULONG64 size, const WCHAR *name, MEM_EXTENDED_PARAMETER *parameters,
                                 ULONG count)
{
    /* FILE_MAP_* are the section's rights. */
    return create_mapping(file, security, access, protect, attributes, size, name, parameters, count);
}

HANDLE WINAPI OpenFileMappingW(DWORD access, BOOL inherit, const WCHAR *name)
{
    SECURITY_ATTRIBUTES security = { sizeof(security), NULL, inherit };
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!name)
        return fail_null(ERROR_INVALID_PARAMETER);
    if (access == FILE_MAP_COPY)
        access = SECTION_MAP_READ;
    /* FILE_MAP_EXECUTE is a bit of its own: SECTION_MAP_EXECUTE_EXPLICIT. */
    if (access & FILE_MAP_EXECUTE)
        access = (access & ~FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
    status = object_name_arg(&arg, name, &security, 0, &attr);
    if (!status)
        status = NtOpenSection(&handle, access, attr);
    return set_ntstatus(status) ? handle : NULL;
}

HANDLE WINAPI OpenFileMappingA(DWORD access, BOOL inherit, const char *name)
{
    struct wide_arg wide;
    HANDLE handle;

    if (!wide_arg(&wide, name))
        return NULL;
    handle = OpenFileMappingW(access, inherit, wide.str);
    wide_arg_free(&wide);
    return handle;
}

HANDLE WINAPI OpenFileMappingFromApp(ULONG access, BOOL inherit, const WCHAR *name)
{
    return OpenFileMappingW(access, inherit, name);
}

/* --- views --- */

static DWORD view_protection(DWORD access)
{
    BOOL execute = !!(access & FILE_MAP_EXECUTE);

    /* FILE_MAP_ALL_ACCESS has the bit of FILE_MAP_COPY too: writing wins. */
    if (access & FILE_MAP_WRITE)
        return execute ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    if (access & FILE_MAP_COPY)
        return execute ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
    if (access & FILE_MAP_READ)
        return execute ? PAGE_EXECUTE_READ : PAGE_READONLY;
    return execute ? PAGE_EXECUTE : PAGE_NOACCESS;
}

static void *map_view(HANDLE mapping, HANDLE process, DWORD access, ULONGLONG offset, SIZE_T size, void *address)
{
    LARGE_INTEGER position = { .QuadPart = offset };
    NTSTATUS status;
    ULONG type = access & FILE_MAP_LARGE_PAGES ? MEM_LARGE_PAGES : 0;

    if (access & 0x80000000) /* FILE_MAP_RESERVE */
        type |= MEM_RESERVE;
    status = NtMapViewOfSection(mapping, process, &address, 0, 0, &position, &size, 1 /* ViewShare */, type,
                                view_protection(access));
    return set_ntstatus(status) ? address : NULL;
}

void *WINAPI MapViewOfFileEx(HANDLE mapping, DWORD access, DWORD high, DWORD low, SIZE_T size, void *address)
{
    return map_view(mapping, NT_CURRENT_PROCESS, access, (ULONGLONG)high << 32 | low, size, address);
}

void *WINAPI MapViewOfFile(HANDLE mapping, DWORD access, DWORD high, DWORD low, SIZE_T size)
{
    return MapViewOfFileEx(mapping, access, high, low, size, NULL);
}

void *WINAPI MapViewOfFileExNuma(HANDLE mapping, DWORD access, DWORD high, DWORD low, SIZE_T size, void *address,
                                 DWORD node)
{
    (void)node;
    return MapViewOfFileEx(mapping, access, high, low, size, address);
}

void *WINAPI MapViewOfFileFromApp(HANDLE mapping, ULONG access, ULONG64 offset, SIZE_T size)
{
    return map_view(mapping, NT_CURRENT_PROCESS, access, offset, size, NULL);
}

void *WINAPI MapViewOfFile3(HANDLE mapping, HANDLE process, void *address, ULONG64 offset, SIZE_T size, ULONG type,
                            ULONG protect, MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    LARGE_INTEGER position = { .QuadPart = offset };
    NTSTATUS status;

    if (!process)
        process = NT_CURRENT_PROCESS;
    status = NtMapViewOfSectionEx(mapping, process, &address, &position, &size, type, protect, parameters, count);
    return set_ntstatus(status) ? address : NULL;
}

void *WINAPI MapViewOfFile3FromApp(HANDLE mapping, HANDLE process, void *address, ULONG64 offset, SIZE_T size,
                                   ULONG type, ULONG protect, MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    return MapViewOfFile3(mapping, process, address, offset, size, type, protect, parameters, count);
}

void *WINAPI MapViewOfFileNuma2(HANDLE mapping, HANDLE process, ULONG64 offset, void *address, SIZE_T size, ULONG type,
                                ULONG protect, ULONG node)
{
    (void)node;
    return MapViewOfFile3(mapping, process, address, offset, size, type, protect, NULL, 0);
}

BOOL WINAPI UnmapViewOfFile(const void *address)
{
    return set_ntstatus(NtUnmapViewOfSection(NT_CURRENT_PROCESS, (void *)address));
}

BOOL WINAPI UnmapViewOfFileEx(void *address, ULONG flags)
{
    return set_ntstatus(NtUnmapViewOfSectionEx(NT_CURRENT_PROCESS, address, flags));
}

BOOL WINAPI UnmapViewOfFile2(HANDLE process, void *address, ULONG flags)
{
    return set_ntstatus(NtUnmapViewOfSectionEx(process ? process : NT_CURRENT_PROCESS, address, flags));
}

BOOL WINAPI FlushViewOfFile(const void *address, SIZE_T size)
{
    void *base = (void *)address;
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtFlushVirtualMemory(NT_CURRENT_PROCESS, &base, &size, &iosb);

    /* Memory of the page file needs no flushing. */
    if (status == STATUS_NOT_MAPPED_DATA)
        return TRUE;
    return set_ntstatus(status);
}
