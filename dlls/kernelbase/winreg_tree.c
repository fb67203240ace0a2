/* SPDX-License-Identifier: MIT */
/* winreg_tree.c: whole trees, notification, security, other machines, hive files (winreg.h). */
#include "winreg.h"

/* --- trees --- */

static NTSTATUS delete_values(HANDLE key)
{
    union {
        KEY_VALUE_BASIC_INFORMATION info;
        BYTE room[offsetof(KEY_VALUE_BASIC_INFORMATION, Name) + REG_MAX_VALUE_NAME * sizeof(WCHAR)];
    } *value = kb_alloc(sizeof(*value));
    ULONG needed;
    NTSTATUS status;

    if (!value)
        return STATUS_NO_MEMORY;
    while (!(status = NtEnumerateValueKey(key, 0, KeyValueBasicInformation, value, sizeof(*value), &needed))) {
        UNICODE_STRING name = { value->info.NameLength, value->info.NameLength, value->info.Name };
        if ((status = NtDeleteValueKey(key, &name)))
            break;
    }
    kb_free(value);
    return status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : status;
}

/* Deletes what is below the key, from the last to the first, which does not move the others. */
static NTSTATUS delete_children(HANDLE key)
{
    struct {
        KEY_BASIC_INFORMATION info;
        WCHAR room[REG_MAX_KEY_NAME];
    } child;
    KEY_FULL_INFORMATION full;
    ULONG needed;
    NTSTATUS status = NtQueryKey(key, KeyFullInformation, &full, sizeof(full), &needed);

    if (status && status != STATUS_BUFFER_OVERFLOW)
        return status;
    for (ULONG i = full.SubKeys; i--;) {
        UNICODE_STRING name;
        OBJECT_ATTRIBUTES attributes;
        HANDLE handle;

        status = NtEnumerateKey(key, i, KeyBasicInformation, &child, sizeof(child), &needed);
        if (status == STATUS_NO_MORE_ENTRIES)
            continue;
        if (status)
            return status;
        name.Buffer = child.info.Name;
        name.Length = name.MaximumLength = child.info.NameLength;
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, key, NULL);
        status =
            NtOpenKeyEx(&handle, DELETE | KEY_ENUMERATE_SUB_KEYS | KEY_QUERY_VALUE, &attributes, REG_OPTION_OPEN_LINK);
        if (status)
            return status;
        status = delete_children(handle);
        if (!status)
            status = NtDeleteKey(handle);
        NtClose(handle);
        if (status)
            return status;
    }
    return STATUS_SUCCESS;
}

LSTATUS WINAPI RegDeleteTreeW(HKEY key, LPCWSTR name)
{
    struct reg_key root;
    HANDLE handle;
    NTSTATUS status = reg_key(key, &root);

    if (status)
        return reg_error(status);
    if (name && *name) {
        status = reg_open(root.handle, name, REG_OPTION_OPEN_LINK, DELETE | KEY_ENUMERATE_SUB_KEYS | KEY_QUERY_VALUE,
                          &handle);
        if (!status) {
            status = delete_children(handle);
            if (!status)
                status = NtDeleteKey(handle);
            NtClose(handle);
        }
    } else {
        status = delete_children(root.handle);
        if (!status)
            status = delete_values(root.handle);
    }
    reg_done(&root);
    return reg_error(status);
}

LSTATUS WINAPI RegDeleteTreeA(HKEY key, LPCSTR name)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegDeleteTreeW(key, wide.str);
    wide_arg_free(&wide);
    return error;
}

static NTSTATUS copy_values(HANDLE from, HANDLE to)
{
    KEY_VALUE_FULL_INFORMATION *value = NULL;
    ULONG size = 0, needed;
    NTSTATUS status;

    for (ULONG i = 0;; i++) {
        while ((status = NtEnumerateValueKey(from, i, KeyValueFullInformation, value, size, &needed)) ==
                   STATUS_BUFFER_OVERFLOW ||
               status == STATUS_BUFFER_TOO_SMALL) {
            kb_free(value);
            size = needed;
            if (!(value = kb_alloc(size)))
                return STATUS_NO_MEMORY;
        }
        if (!status) {
            UNICODE_STRING name = { value->NameLength, value->NameLength, value->Name };
            status = NtSetValueKey(to, &name, 0, value->Type, (BYTE *)value + value->DataOffset, value->DataLength);
        }
        if (status)
            break;
    }
    kb_free(value);
    return status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : status;
}

static NTSTATUS copy_tree(HANDLE from, HANDLE to)
{
    struct {
        KEY_BASIC_INFORMATION info;
        WCHAR room[REG_MAX_KEY_NAME];
    } child;
    ULONG needed;
    NTSTATUS status = copy_values(from, to);

    for (ULONG i = 0; !status; i++) {
        UNICODE_STRING name;
        OBJECT_ATTRIBUTES attributes;
        HANDLE source, target;

        status = NtEnumerateKey(from, i, KeyBasicInformation, &child, sizeof(child), &needed);
        if (status)
            break;
        name.Buffer = child.info.Name;
        name.Length = name.MaximumLength = child.info.NameLength;
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, from, NULL);
        if ((status = NtOpenKeyEx(&source, KEY_READ, &attributes, 0)))
            break;
        attributes.RootDirectory = to;
        status = NtCreateKey(&target, KEY_WRITE, &attributes, 0, NULL, 0, NULL);
        if (!status) {
            status = copy_tree(source, target);
            NtClose(target);
        }
        NtClose(source);
    }
    return status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : status;
}

LSTATUS WINAPI RegCopyTreeW(HKEY from, LPCWSTR name, HKEY to)
{
    struct reg_key root, target;
    HANDLE source;
    NTSTATUS status = reg_key(from, &root);

    if (status)
        return reg_error(status);
    if (!(status = reg_key(to, &target))) {
        status = reg_open(root.handle, name, 0, KEY_READ, &source);
        if (!status) {
            status = copy_tree(source, target.handle);
            NtClose(source);
        }
        reg_done(&target);
    }
    reg_done(&root);
    return reg_error(status);
}

LSTATUS WINAPI RegCopyTreeA(HKEY from, LPCSTR name, HKEY to)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegCopyTreeW(from, wide.str, to);
    wide_arg_free(&wide);
    return error;
}

/* --- notification --- */

LSTATUS WINAPI RegNotifyChangeKeyValue(HKEY key, BOOL subtree, DWORD filter, HANDLE event, BOOL asynchronous)
{
    IO_STATUS_BLOCK *iosb, local;
    struct reg_key handle;
    NTSTATUS status;

    if (asynchronous && !event)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &handle)))
        return reg_error(status);
    /* The status block of a pending request must live until the event is signalled: nobody looks at it, so all share one. */
    static IO_STATUS_BLOCK shared;
    iosb = asynchronous ? &shared : &local;
    status = NtNotifyChangeKey(handle.handle, asynchronous ? event : NULL, NULL, NULL, iosb, filter, subtree != 0, NULL,
                               0, asynchronous != 0);
    reg_done(&handle);
    return NT_SUCCESS(status) ? ERROR_SUCCESS : reg_error(status);
}

/* --- security --- */

LSTATUS WINAPI RegGetKeySecurity(HKEY key, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR descriptor, LPDWORD size)
{
    struct reg_key handle;
    ULONG needed = 0;
    NTSTATUS status;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &handle)))
        return reg_error(status);
    status = NtQuerySecurityObject(handle.handle, info, descriptor, *size, &needed);
    reg_done(&handle);
    *size = needed;
    return reg_error(status);
}

LSTATUS WINAPI RegSetKeySecurity(HKEY key, SECURITY_INFORMATION info, PSECURITY_DESCRIPTOR descriptor)
{
    struct reg_key handle;
    NTSTATUS status = reg_key(key, &handle);

    if (!status) {
        status = NtSetSecurityObject(handle.handle, info, descriptor);
        reg_done(&handle);
    }
    return reg_error(status);
}

/* --- other machines: only this one is reached --- */

static BOOL is_this_machine(const WCHAR *name)
{
    WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAY_SIZE(own);

    if (!name || !*name)
        return TRUE;
    if (name[0] == '\\' && name[1] == '\\')
        name += 2;
    return !_wcsicmp(name, L".") || !_wcsicmp(name, L"localhost") ||
           (GetComputerNameW(own, &size) && !_wcsicmp(name, own));
}

LSTATUS WINAPI RegConnectRegistryExW(LPCWSTR machine, HKEY key, ULONG flags, PHKEY result)
{
    (void)flags;
    if (!result)
        return ERROR_INVALID_PARAMETER;
    if (key != HKEY_LOCAL_MACHINE && key != HKEY_USERS && key != HKEY_PERFORMANCE_DATA)
        return ERROR_INVALID_HANDLE;
    if (!is_this_machine(machine))
        return ERROR_BAD_NETPATH;
    return RegOpenKeyExW(key, L"", REG_OPTION_OPEN_LINK, MAXIMUM_ALLOWED, result);
}

LSTATUS WINAPI RegConnectRegistryW(LPCWSTR machine, HKEY key, PHKEY result)
{
    return RegConnectRegistryExW(machine, key, 0, result);
}

LSTATUS WINAPI RegConnectRegistryExA(LPCSTR machine, HKEY key, ULONG flags, PHKEY result)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, machine);
    error = RegConnectRegistryExW(wide.str, key, flags, result);
    wide_arg_free(&wide);
    return error;
}

LSTATUS WINAPI RegConnectRegistryA(LPCSTR machine, HKEY key, PHKEY result)
{
    return RegConnectRegistryExA(machine, key, 0, result);
}

/* --- reflection: gone since Windows 7, "the function returns ERROR_SUCCESS" --- */

LONG WINAPI RegDisableReflectionKey(HKEY key)
{
    return key ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

LONG WINAPI RegEnableReflectionKey(HKEY key)
{
    return key ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

LONG WINAPI RegQueryReflectionKey(HKEY key, BOOL *disabled)
{
    if (!disabled)
        return ERROR_INVALID_PARAMETER;
    *disabled = TRUE;
    return key ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

/* --- hive files --- */

LSTATUS WINAPI RegLoadKeyW(HKEY key, LPCWSTR name, LPCWSTR file)
{
    UNICODE_STRING string, path;
    OBJECT_ATTRIBUTES target, source;
    struct reg_key root;
    NTSTATUS status;

    if (!name || !file)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_name(&string, name)) || (status = dos_to_nt_path(file, &path)))
        return reg_error(status);
    if (!(status = reg_key(key, &root))) {
        InitializeObjectAttributes(&target, &string, OBJ_CASE_INSENSITIVE, root.handle, NULL);
        InitializeObjectAttributes(&source, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
        status = NtLoadKey(&target, &source);
        reg_done(&root);
    }
    RtlFreeUnicodeString(&path);
    return reg_error(status);
}

LSTATUS WINAPI RegLoadKeyA(HKEY key, LPCSTR name, LPCSTR file)
{
    struct wide_arg wide, wide_file_name;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    if (wide_file_arg(&wide_file_name, file)) {
        error = RegLoadKeyW(key, wide.str, wide_file_name.str);
        wide_arg_free(&wide_file_name);
    } else {
        error = GetLastError();
    }
    wide_arg_free(&wide);
    return error;
}

LSTATUS WINAPI RegUnLoadKeyW(HKEY key, LPCWSTR name)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES target;
    struct reg_key root;
    NTSTATUS status = reg_name(&string, name ? name : L"");

    if (status || (status = reg_key(key, &root)))
        return reg_error(status);
    InitializeObjectAttributes(&target, &string, OBJ_CASE_INSENSITIVE, root.handle, NULL);
    status = NtUnloadKey(&target);
    reg_done(&root);
    return reg_error(status);
}

LSTATUS WINAPI RegUnLoadKeyA(HKEY key, LPCSTR name)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegUnLoadKeyW(key, wide.str);
    wide_arg_free(&wide);
    return error;
}

/* Writing hives: the privilege comes first, as on Windows. */
LSTATUS WINAPI RegSaveKeyExW(HKEY key, LPCWSTR file, const LPSECURITY_ATTRIBUTES security, DWORD flags)
{
    struct reg_key handle;
    NTSTATUS status;

    (void)security;
    if (!file || !flags || flags & ~(DWORD)(REG_STANDARD_FORMAT | REG_LATEST_FORMAT | REG_NO_COMPRESSION))
        return ERROR_INVALID_PARAMETER;
    if (!(status = reg_key(key, &handle))) {
        status = NtSaveKey(handle.handle, NULL);
        reg_done(&handle);
    }
    return reg_error(status);
}

LSTATUS WINAPI RegSaveKeyW(HKEY key, LPCWSTR file, const LPSECURITY_ATTRIBUTES security)
{
    return RegSaveKeyExW(key, file, security, REG_STANDARD_FORMAT);
}

LSTATUS WINAPI RegSaveKeyExA(HKEY key, LPCSTR file, const LPSECURITY_ATTRIBUTES security, DWORD flags)
{
    struct wide_arg wide;
    LSTATUS error;

    if (!wide_file_arg(&wide, file))
        return GetLastError();
    error = RegSaveKeyExW(key, wide.str, security, flags);
    wide_arg_free(&wide);
    return error;
}

LSTATUS WINAPI RegSaveKeyA(HKEY key, LPCSTR file, const LPSECURITY_ATTRIBUTES security)
{
    return RegSaveKeyExA(key, file, security, REG_STANDARD_FORMAT);
}
