/* SPDX-License-Identifier: MIT */
/* string_args.c: between the A and the W functions, and from Win32 names to the names of system calls. */
#include "kernelbase_private.h"

/* SetFileApisToOEM is a setting of the process. */
static BOOL file_apis_oem;

BOOL WINAPI AreFileApisANSI(VOID)
{
    return !file_apis_oem;
}

VOID WINAPI SetFileApisToANSI(VOID)
{
    file_apis_oem = FALSE;
}

VOID WINAPI SetFileApisToOEM(VOID)
{
    file_apis_oem = TRUE;
}

static BOOL widen(struct wide_arg *arg, const char *str, SIZE_T size, BOOL oem)
{
    NTSTATUS status;
    ULONG bytes;

    arg->str = arg->buffer;
    if (size > ARRAY_SIZE(arg->buffer) && !(arg->str = kb_alloc(size * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    /* No code page makes more UTF-16 units than it has bytes. */
    if (oem)
        status = RtlOemToUnicodeN(arg->str, size * sizeof(WCHAR), &bytes, str, size);
    else
        status = RtlMultiByteToUnicodeN(arg->str, size * sizeof(WCHAR), &bytes, str, size);
    if (NT_SUCCESS(status))
        return TRUE;
    wide_arg_free(arg);
    return set_ntstatus(status);
}

BOOL wide_arg(struct wide_arg *arg, const char *str)
{
    arg->str = NULL;
    return str ? widen(arg, str, strlen(str) + 1, FALSE) : TRUE;
}

BOOL wide_file_arg(struct wide_arg *arg, const char *str)
{
    arg->str = NULL;
    return str ? widen(arg, str, strlen(str) + 1, file_apis_oem) : TRUE;
}

void wide_arg_free(struct wide_arg *arg)
{
    if (arg->str != arg->buffer)
        kb_free(arg->str);
    arg->str = NULL;
}

SIZE_T ansi_size(const WCHAR *str, SIZE_T length)
{
    ULONG bytes = 0;

    RtlUnicodeToMultiByteSize(&bytes, str, length * sizeof(WCHAR));
    return bytes;
}

SIZE_T ansi_copy(char *buffer, SIZE_T size, const WCHAR *str, SIZE_T length)
{
    ULONG bytes = 0;

    RtlUnicodeToMultiByteN(buffer, size, &bytes, str, length * sizeof(WCHAR));
    return bytes;
}

SIZE_T file_ansi_size(const WCHAR *str, SIZE_T length)
{
    STRING oem = { 0 };
    UNICODE_STRING source = { length * sizeof(WCHAR), length * sizeof(WCHAR), (WCHAR *)str };
    SIZE_T size;

    if (!file_apis_oem)
        return ansi_size(str, length);
    if (RtlUnicodeStringToOemString(&oem, &source, TRUE))
        return 0;
    size = oem.Length;
    RtlFreeOemString(&oem);
    return size;
}

SIZE_T file_ansi_copy(char *buffer, SIZE_T size, const WCHAR *str, SIZE_T length)
{
    ULONG bytes = 0;

    if (!file_apis_oem)
        return ansi_copy(buffer, size, str, length);
    RtlUnicodeToOemN(buffer, size, &bytes, str, length * sizeof(WCHAR));
    return bytes;
}

DWORD return_string_w(const WCHAR *str, SIZE_T length, WCHAR *buffer, DWORD size)
{
    if (length >= size)
        return length + 1;
    memcpy(buffer, str, length * sizeof(WCHAR));
    buffer[length] = 0;
    return length;
}

DWORD return_string_a(const WCHAR *str, SIZE_T length, char *buffer, DWORD size)
{
    SIZE_T needed = ansi_size(str, length);

    if (needed >= size)
        return needed + 1;
    buffer[ansi_copy(buffer, size - 1, str, length)] = 0;
    return needed;
}

DWORD return_file_string_a(const WCHAR *str, SIZE_T length, char *buffer, DWORD size)
{
    SIZE_T needed = file_ansi_size(str, length);

    if (needed >= size)
        return needed + 1;
    buffer[file_ansi_copy(buffer, size - 1, str, length)] = 0;
    return needed;
}

char *ansi_dup(const WCHAR *str)
{
    SIZE_T length, size;
    char *copy;

    if (!str)
        return NULL;
    length = wcslen(str) + 1;
    size = ansi_size(str, length);
    if (!(copy = kb_alloc(size)))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    ansi_copy(copy, size, str, length);
    return copy;
}

WCHAR *wide_dup(const WCHAR *str)
{
    SIZE_T size;
    WCHAR *copy;

    if (!str)
        return NULL;
    size = (wcslen(str) + 1) * sizeof(WCHAR);
    if (!(copy = kb_alloc(size)))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    return memcpy(copy, str, size);
}

NTSTATUS dos_to_nt_path(const WCHAR *dos, UNICODE_STRING *nt)
{
    nt->Buffer = NULL;
    if (!dos)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    return RtlDosPathNameToNtPathName_U_WithStatus(dos, nt, NULL, NULL);
}

NTSTATUS nt_name_error(const WCHAR *dos, NTSTATUS status)
{
    if (status == STATUS_NO_MEMORY || (status == STATUS_NAME_TOO_LONG && wcslen(dos) >= UNICODE_STRING_MAX_CHARS))
        return status;
    return STATUS_OBJECT_PATH_NOT_FOUND;
}

NTSTATUS nt_name_init(const WCHAR *dos, struct nt_name *name, OBJECT_ATTRIBUTES *attr)
{
    NTSTATUS status;

    if (!dos)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    status = RtlDosPathNameToRelativeNtPathName_U_WithStatus(dos, &name->full, NULL, &name->relative);
    if (!status)
        InitializeObjectAttributes(attr,
                                   name->relative.RelativeName.Length ? &name->relative.RelativeName : &name->full,
                                   OBJ_CASE_INSENSITIVE, name->relative.ContainingDirectory, NULL);
    return status;
}

void nt_name_free(struct nt_name *name)
{
    RtlReleaseRelativeName(&name->relative);
    RtlFreeUnicodeString(&name->full);
}

/* --- names of kernel objects --- */

/* The directories that names of kernel objects are looked up in: the session's own and the machine's. Opened at first use,
 * never closed. */
static HANDLE named_objects[2];

static NTSTATUS named_objects_directory(BOOL global, HANDLE *directory)
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING name;
    NTSTATUS status;
    WCHAR path[64];
    HANDLE handle;

    if ((*directory = __atomic_load_n(&named_objects[global], __ATOMIC_ACQUIRE)))
        return STATUS_SUCCESS;
    if (global || !nt_peb()->SessionId)
        RtlInitUnicodeString(&name, L"\\BaseNamedObjects");
    else {
        _snwprintf(path, ARRAY_SIZE(path), L"\\Sessions\\%lu\\BaseNamedObjects", nt_peb()->SessionId);
        RtlInitUnicodeString(&name, path);
    }
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    /* DIRECTORY_QUERY | TRAVERSE | CREATE_OBJECT | CREATE_SUBDIRECTORY */
    status = NtOpenDirectoryObject(&handle, 0xf, &attr);
    if (status)
        return status;
    if (InterlockedCompareExchangePointer(&named_objects[global], handle, NULL))
        NtClose(handle);
    *directory = named_objects[global];
    return STATUS_SUCCESS;
}

NTSTATUS object_name_arg(struct object_name_arg *arg, const WCHAR *name, const SECURITY_ATTRIBUTES *security,
                         ULONG attributes, OBJECT_ATTRIBUTES **result)
{
    HANDLE root = NULL;
    NTSTATUS status;
    BOOL global = FALSE;

    if (security && security->bInheritHandle)
        attributes |= OBJ_INHERIT;
    if (!name || !*name) {
        /* An empty name is no name. */
        InitializeObjectAttributes(&arg->attr, NULL, attributes, NULL,
                                   security ? security->lpSecurityDescriptor : NULL);
        *result = &arg->attr;
        return STATUS_SUCCESS;
    }
    /* "Kernel object namespaces": the prefixes are case-sensitive. */
    if (!wcsncmp(name, L"Global\\", 7)) {
        global = TRUE;
        name += 7;
    } else if (!wcsncmp(name, L"Local\\", 6))
        name += 6;
    else
        root = private_namespace(&name);
    if (!*name) /* nothing behind the prefix: a directory's name with a backslash at its end */
        return STATUS_OBJECT_NAME_INVALID;
    if (!root && (status = named_objects_directory(global, &root)))
        return status;
    if ((status = RtlInitUnicodeStringEx(&arg->name, name)))
        return status;
    InitializeObjectAttributes(&arg->attr, &arg->name, attributes, root,
                               security ? security->lpSecurityDescriptor : NULL);
    *result = &arg->attr;
    return STATUS_SUCCESS;
}
