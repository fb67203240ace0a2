/* SPDX-License-Identifier: MIT */
/* winreg.c: keys: predefined ones, opening, creating, deleting (winreg.h). */
#include "winreg.h"

/* --- predefined keys --- */

/* By the low byte of their values, 0x80000000 to 0x80000007. */
static const WCHAR *const predefined_paths[] = {
    L"\\Registry\\Machine\\SOFTWARE\\Classes", /* HKEY_CLASSES_ROOT: merged with the user's */
    NULL,                                      /* HKEY_CURRENT_USER */
    L"\\Registry\\Machine",
    L"\\Registry\\User",
    NULL, /* HKEY_PERFORMANCE_DATA */
    L"\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current",
    NULL, /* HKEY_DYN_DATA */
    NULL, /* HKEY_CURRENT_USER_LOCAL_SETTINGS */
};
#define CLASSES_ROOT   0
#define CURRENT_USER   1
#define LOCAL_SETTINGS 7

static HANDLE predefined[ARRAY_SIZE(predefined_paths)]; /* opened when first used, or put by RegOverridePredefKey */
static BOOL cache_disabled[ARRAY_SIZE(predefined_paths)];

BOOL reg_is_predefined(HKEY key)
{
    LONG64 value = (LONG_PTR)key;

    /* 32-bit values are extended with zeros or with their sign. */
    return (value >> 32 == 0 || value >> 32 == -1) && ((ULONG)value & 0xffffff00u) == 0x80000000u;
}

NTSTATUS reg_open(HANDLE root, const WCHAR *name, DWORD options, REGSAM access, HANDLE *key)
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status = reg_name(&string, name ? name : L"");

    if (status)
        return status;
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, root, NULL);
    return NtOpenKeyEx(key, access, &attributes, options);
}

static NTSTATUS open_predefined(ULONG index, HANDLE *key)
{
    struct reg_key user;
    NTSTATUS status;

    switch (index) {
    case CURRENT_USER:
        return RtlOpenCurrentUser(MAXIMUM_ALLOWED, key);
    case LOCAL_SETTINGS: {
        UNICODE_STRING name = RTL_CONSTANT_STRING(L"Software\\Classes\\Local Settings");
        OBJECT_ATTRIBUTES attributes;

        if ((status = reg_key(HKEY_CURRENT_USER, &user)))
            return status;
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, user.handle, NULL);
        status = NtCreateKey(key, MAXIMUM_ALLOWED, &attributes, 0, NULL, 0, NULL);
        reg_done(&user);
        return status;
    }
    default:
        if (!predefined_paths[index])
            return STATUS_INVALID_HANDLE;
        return reg_open(NULL, predefined_paths[index], index == CLASSES_ROOT ? REG_OPTION_TRANSOM_CLASSES : 0,
                        MAXIMUM_ALLOWED, key);
    }
}

NTSTATUS reg_key(HKEY key, struct reg_key *result)
{
    ULONG index = (ULONG)(ULONG_PTR)key & 0xff;
    HANDLE opened, none = NULL;
    NTSTATUS status;

    result->close = FALSE;
    if (!reg_is_predefined(key)) {
        result->handle = key;
        return key ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    }
    if (index >= ARRAY_SIZE(predefined))
        return STATUS_INVALID_HANDLE;
    if ((result->handle = __atomic_load_n(&predefined[index], __ATOMIC_ACQUIRE)))
        return STATUS_SUCCESS;
    if ((status = open_predefined(index, &opened)))
        return status;
    result->handle = opened;
    if (cache_disabled[index]) {
        result->close = TRUE;
    } else if (!__atomic_compare_exchange_n(&predefined[index], &none, opened, FALSE, __ATOMIC_ACQ_REL,
                                            __ATOMIC_ACQUIRE)) {
        NtClose(opened);
        result->handle = none;
    }
    return STATUS_SUCCESS;
}

static void set_predefined(ULONG index, HANDLE handle)
{
    HANDLE old = __atomic_exchange_n(&predefined[index], handle, __ATOMIC_ACQ_REL);

    if (old)
        NtClose(old);
}

LSTATUS WINAPI RegOverridePredefKey(HKEY key, HKEY replacement)
{
    ULONG index = (ULONG)(ULONG_PTR)key & 0xff;
    struct reg_key source;
    HANDLE copy = NULL;
    NTSTATUS status;

    if (!reg_is_predefined(key) || index >= ARRAY_SIZE(predefined))
        return ERROR_INVALID_HANDLE;
    if (replacement) {
        if ((status = reg_key(replacement, &source)))
            return reg_error(status);
        status = reg_open(source.handle, NULL, 0, MAXIMUM_ALLOWED, &copy);
        reg_done(&source);
        if (status)
            return reg_error(status);
    }
    set_predefined(index, copy);
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegDisablePredefinedCache(void)
{
    cache_disabled[CURRENT_USER] = cache_disabled[LOCAL_SETTINGS] = TRUE;
    set_predefined(CURRENT_USER, NULL);
    set_predefined(LOCAL_SETTINGS, NULL);
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegDisablePredefinedCacheEx(void)
{
    for (ULONG i = 0; i < ARRAY_SIZE(predefined); i++) {
        cache_disabled[i] = TRUE;
        set_predefined(i, NULL);
    }
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegOpenCurrentUser(REGSAM access, PHKEY result)
{
    return reg_error(RtlOpenCurrentUser(access, (HANDLE *)result));
}

LSTATUS WINAPI RegOpenUserClassesRoot(HANDLE token, DWORD options, REGSAM access, PHKEY result)
{
    if (options || !token)
        return ERROR_INVALID_PARAMETER;
    return RegOpenKeyExW(HKEY_CLASSES_ROOT, L"", REG_OPTION_OPEN_LINK, access, result);
}

/* --- opening and closing --- */

LSTATUS WINAPI RegCloseKey(HKEY key)
{
    if (!key)
        return ERROR_INVALID_HANDLE;
    if (reg_is_predefined(key))
        return ERROR_SUCCESS;
    return reg_error(NtClose(key));
}

LSTATUS WINAPI RegOpenKeyExW(HKEY key, LPCWSTR name, DWORD options, REGSAM access, PHKEY result)
{
    struct reg_key root;
    NTSTATUS status;

    if (!result)
        return ERROR_INVALID_PARAMETER;
    /* "If lpSubKey is NULL or a pointer to an empty string, and if hKey is one of the predefined keys, phkResult receives
     * the same hKey handle"; classes get a handle of their own, as their page says elsewhere. */
    if (reg_is_predefined(key) && (!name || !*name) && !options && key != HKEY_CLASSES_ROOT) {
        if (!(status = reg_key(key, &root))) {
            reg_done(&root);
            *result = key;
        }
        return reg_error(status);
    }
    if ((status = reg_key(key, &root)))
        return reg_error(status);
    status = reg_open(root.handle, name, options, access, (HANDLE *)result);
    reg_done(&root);
    return reg_error(status);
}

LSTATUS WINAPI RegOpenKeyExA(HKEY key, LPCSTR name, DWORD options, REGSAM access, PHKEY result)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegOpenKeyExW(key, wide.str, options, access, result);
    wide_arg_free(&wide);
    return error;
}

LSTATUS WINAPI RegOpenKeyW(HKEY key, LPCWSTR name, PHKEY result)
{
    if (!result)
        return ERROR_INVALID_PARAMETER;
    if (!name || !*name) {
        *result = key;
        return ERROR_SUCCESS;
    }
    return RegOpenKeyExW(key, name, 0, MAXIMUM_ALLOWED, result);
}

LSTATUS WINAPI RegOpenKeyA(HKEY key, LPCSTR name, PHKEY result)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegOpenKeyW(key, wide.str, result);
    wide_arg_free(&wide);
    return error;
}

/* --- creating --- */

/* One call, or, when a key on the way is missing, one for each component. */
static NTSTATUS create(HANDLE root, UNICODE_STRING *path, UNICODE_STRING *class, DWORD options, REGSAM access,
                       const SECURITY_ATTRIBUTES *security, HANDLE *result, DWORD *disposition)
{
    OBJECT_ATTRIBUTES attributes;
    USHORT length = path->Length / sizeof(WCHAR), end = 0;
    UNICODE_STRING part = *path;
    HANDLE key, parent = root;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, path, OBJ_CASE_INSENSITIVE, root,
                               security ? security->lpSecurityDescriptor : NULL);
    if (security && security->bInheritHandle)
        attributes.Attributes |= OBJ_INHERIT;
    status = NtCreateKey(result, access, &attributes, 0, class, options, disposition);
    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        return status;
    while (length && path->Buffer[length - 1] == '\\')
        length--;
    for (;;) {
        USHORT start = end;
        BOOL last;

        while (start < length && path->Buffer[start] == '\\')
            start++;
        for (end = start; end < length && path->Buffer[end] != '\\';)
            end++;
        last = end >= length;
        part.Buffer = path->Buffer + start;
        part.Length = part.MaximumLength = (end - start) * sizeof(WCHAR);
        attributes.ObjectName = &part;
        attributes.RootDirectory = parent;
        if (last) {
            status = NtCreateKey(&key, access, &attributes, 0, class, options, disposition);
        } else {
            DWORD way_options = options & (REG_OPTION_VOLATILE | REG_OPTION_BACKUP_RESTORE);
            status =
                NtCreateKey(&key, MAXIMUM_ALLOWED | (access & KEY_WOW64_RES), &attributes, 0, NULL, way_options, NULL);
        }
        if (parent != root)
            NtClose(parent);
        if (status)
            return status;
        if (last) {
            *result = key;
            return STATUS_SUCCESS;
        }
        parent = key;
    }
}

LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR name, DWORD reserved, LPWSTR class, DWORD options, REGSAM access,
                               const LPSECURITY_ATTRIBUTES security, PHKEY result, LPDWORD disposition)
{
    UNICODE_STRING path, class_string;
    struct reg_key root;
    HANDLE made;
    NTSTATUS status;

    if (reserved || !name || !result)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_name(&path, name)) || (status = reg_name(&class_string, class)) || (status = reg_key(key, &root)))
        return reg_error(status);
    status = create(root.handle, &path, class ? &class_string : NULL, options, access, security, &made, disposition);
    reg_done(&root);
    if (!status)
        *result = made;
    return reg_error(status);
}

LSTATUS WINAPI RegCreateKeyExA(HKEY key, LPCSTR name, DWORD reserved, LPSTR class, DWORD options, REGSAM access,
                               const LPSECURITY_ATTRIBUTES security, PHKEY result, LPDWORD disposition)
{
    struct wide_arg wide, wide_class;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    if (!wide_arg(&wide_class, class)) {
        wide_arg_free(&wide);
        return GetLastError();
    }
    error = RegCreateKeyExW(key, wide.str, reserved, wide_class.str, options, access, security, result, disposition);
    wide_arg_free(&wide_class);
    wide_arg_free(&wide);
    return error;
}

LSTATUS WINAPI RegCreateKeyW(HKEY key, LPCWSTR name, PHKEY result)
{
    if (!result)
        return ERROR_INVALID_PARAMETER;
    if (!name || !*name) {
        *result = key;
        return ERROR_SUCCESS;
    }
    return RegCreateKeyExW(key, name, 0, NULL, REG_OPTION_NON_VOLATILE, MAXIMUM_ALLOWED, NULL, result, NULL);
}

LSTATUS WINAPI RegCreateKeyA(HKEY key, LPCSTR name, PHKEY result)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegCreateKeyW(key, wide.str, result);
    wide_arg_free(&wide);
    return error;
}

/* --- deleting and renaming --- */

LSTATUS WINAPI RegDeleteKeyExW(HKEY key, LPCWSTR name, REGSAM access, DWORD reserved)
{
    struct reg_key root;
    HANDLE handle;
    NTSTATUS status;

    if (reserved || !name)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &root)))
        return reg_error(status);
    /* A link is deleted itself, not what it leads to. */
    status = reg_open(root.handle, name, REG_OPTION_OPEN_LINK, DELETE | (access & KEY_WOW64_RES), &handle);
    reg_done(&root);
    if (!status) {
        status = NtDeleteKey(handle);
        NtClose(handle);
    }
    return reg_error(status);
}

LSTATUS WINAPI RegDeleteKeyExA(HKEY key, LPCSTR name, REGSAM access, DWORD reserved)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegDeleteKeyExW(key, wide.str, access, reserved);
    wide_arg_free(&wide);
    return error;
}

LSTATUS WINAPI RegDeleteKeyW(HKEY key, LPCWSTR name)
{
    return RegDeleteKeyExW(key, name, 0, 0);
}

LSTATUS WINAPI RegDeleteKeyA(HKEY key, LPCSTR name)
{
    return RegDeleteKeyExA(key, name, 0, 0);
}

LSTATUS WINAPI RegRenameKey(HKEY key, LPCWSTR name, LPCWSTR new_name)
{
    UNICODE_STRING string;
    struct reg_key root;
    HANDLE handle;
    NTSTATUS status;

    if (!new_name)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_name(&string, new_name)) || (status = reg_key(key, &root)))
        return reg_error(status);
    status = reg_open(root.handle, name, 0, KEY_WRITE, &handle);
    reg_done(&root);
    if (!status) {
        status = NtRenameKey(handle, &string);
        NtClose(handle);
    }
    return reg_error(status);
}

LSTATUS WINAPI RegFlushKey(HKEY key)
{
    struct reg_key handle;
    NTSTATUS status = reg_key(key, &handle);

    if (!status) {
        status = NtFlushKey(handle.handle);
        reg_done(&handle);
    }
    return reg_error(status);
}
