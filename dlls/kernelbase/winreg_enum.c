/* SPDX-License-Identifier: MIT */
/* winreg_enum.c: enumeration and RegQueryInfoKey (winreg.h). */
#include "winreg.h"

/* Information of a system call that may need more room than there is on the stack. */
struct info {
    void *data;
    ULONG size;
    ULONGLONG buffer[96];
};

static void info_init(struct info *info)
{
    info->data = info->buffer;
    info->size = sizeof(info->buffer);
}

static void info_free(struct info *info)
{
    if (info->data != info->buffer)
        kb_free(info->data);
}

/* Whether to call again, as the buffer was too small and is larger now. */
static BOOL info_grow(struct info *info, NTSTATUS *status, ULONG needed)
{
    if (*status != STATUS_BUFFER_OVERFLOW && *status != STATUS_BUFFER_TOO_SMALL)
        return FALSE;
    info_free(info);
    info->size = needed;
    if ((info->data = kb_alloc(needed)))
        return TRUE;
    info->data = info->buffer;
    *status = STATUS_NO_MEMORY;
    return FALSE;
}

/* Texts of a known length into buffers with a zero at the end: *size in characters, with the zero before, without it after. */
static LSTATUS give_text(WCHAR *out, DWORD *size, const WCHAR *text, ULONG bytes)
{
    ULONG length = bytes / sizeof(WCHAR);

    if (length >= *size)
        return ERROR_MORE_DATA;
    memcpy(out, text, bytes);
    out[length] = 0;
    *size = length;
    return ERROR_SUCCESS;
}

static LSTATUS give_ansi(char *out, DWORD *size, const WCHAR *text, ULONG bytes)
{
    ULONG length = (ULONG)ansi_size(text, bytes / sizeof(WCHAR));

    if (length >= *size)
        return ERROR_MORE_DATA;
    ansi_copy(out, length, text, bytes / sizeof(WCHAR));
    out[length] = 0;
    *size = length;
    return ERROR_SUCCESS;
}

/* --- subkeys --- */

static LSTATUS enum_key(HKEY key, DWORD index, void *name, DWORD *name_size, void *class, DWORD *class_size,
                        FILETIME *time, BOOL ansi)
{
    struct reg_key handle;
    struct info info;
    KEY_NODE_INFORMATION *node;
    ULONG needed;
    LSTATUS error;
    NTSTATUS status;

    if (!name || !name_size || (class && !class_size))
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &handle)))
        return reg_error(status);
    info_init(&info);
    do {
        status = NtEnumerateKey(handle.handle, index, KeyNodeInformation, info.data, info.size, &needed);
    } while (info_grow(&info, &status, needed));
    reg_done(&handle);
    if (status) {
        info_free(&info);
        return reg_error(status);
    }
    node = info.data;
    error = ansi ? give_ansi(name, name_size, node->Name, node->NameLength)
                 : give_text(name, name_size, node->Name, node->NameLength);
    if (class_size) {
        const WCHAR *text = (WCHAR *)((char *)node + (node->ClassLength ? node->ClassOffset : 0));
        LSTATUS class_error = ERROR_SUCCESS;
        if (!class)
            *class_size = node->ClassLength / sizeof(WCHAR);
        else
            class_error = ansi ? give_ansi(class, class_size, text, node->ClassLength)
                               : give_text(class, class_size, text, node->ClassLength);
        if (!error)
            error = class_error;
    }
    if (time)
        memcpy(time, &node->LastWriteTime, sizeof(*time));
    info_free(&info);
    return error;
}

LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD name_size, LPDWORD reserved, LPWSTR class,
                             LPDWORD class_size, PFILETIME time)
{
    return reserved ? ERROR_INVALID_PARAMETER : enum_key(key, index, name, name_size, class, class_size, time, FALSE);
}

LSTATUS WINAPI RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD name_size, LPDWORD reserved, LPSTR class,
                             LPDWORD class_size, PFILETIME time)
{
    return reserved ? ERROR_INVALID_PARAMETER : enum_key(key, index, name, name_size, class, class_size, time, TRUE);
}

LSTATUS WINAPI RegEnumKeyW(HKEY key, DWORD index, LPWSTR name, DWORD size)
{
    return enum_key(key, index, name, &size, NULL, NULL, NULL, FALSE);
}

LSTATUS WINAPI RegEnumKeyA(HKEY key, DWORD index, LPSTR name, DWORD size)
{
    return enum_key(key, index, name, &size, NULL, NULL, NULL, TRUE);
}

/* --- values --- */

static LSTATUS enum_value(HKEY key, DWORD index, void *name, DWORD *name_size, DWORD *type, BYTE *data, DWORD *size,
                          BOOL ansi)
{
    struct reg_key handle;
    struct info info;
    KEY_VALUE_FULL_INFORMATION *value;
    const BYTE *from;
    ULONG needed;
    BOOL text;
    LSTATUS error;
    NTSTATUS status;

    if (!name || !name_size || (data && !size))
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &handle)))
        return reg_error(status);
    info_init(&info);
    do {
        status = NtEnumerateValueKey(handle.handle, index, KeyValueFullInformation, info.data, info.size, &needed);
    } while (info_grow(&info, &status, needed));
    reg_done(&handle);
    if (status) {
        info_free(&info);
        return reg_error(status);
    }
    value = info.data;
    from = (BYTE *)value + value->DataOffset;
    text = ansi && reg_is_text(value->Type);
    needed = text ? (ULONG)ansi_size((const WCHAR *)from, value->DataLength / sizeof(WCHAR)) : value->DataLength;
    error = ansi ? give_ansi(name, name_size, value->Name, value->NameLength)
                 : give_text(name, name_size, value->Name, value->NameLength);
    if (data && *size < needed) {
        error = ERROR_MORE_DATA;
    } else if (data && text) {
        ansi_copy((char *)data, needed, (const WCHAR *)from, value->DataLength / sizeof(WCHAR));
    } else if (data) {
        memcpy(data, from, needed);
    }
    if (data && !error && reg_is_text(value->Type) && *size >= needed + (ansi ? 1 : sizeof(WCHAR)))
        memset(data + needed, 0, ansi ? 1 : sizeof(WCHAR));
    if (size)
        *size = needed;
    if (type)
        *type = value->Type;
    info_free(&info);
    return error;
}

LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, LPWSTR name, LPDWORD name_size, LPDWORD reserved, LPDWORD type,
                             LPBYTE data, LPDWORD size)
{
    return reserved ? ERROR_INVALID_PARAMETER : enum_value(key, index, name, name_size, type, data, size, FALSE);
}

LSTATUS WINAPI RegEnumValueA(HKEY key, DWORD index, LPSTR name, LPDWORD name_size, LPDWORD reserved, LPDWORD type,
                             LPBYTE data, LPDWORD size)
{
    return reserved ? ERROR_INVALID_PARAMETER : enum_value(key, index, name, name_size, type, data, size, TRUE);
}

/* --- RegQueryInfoKey --- */

static void give(DWORD *out, DWORD value)
{
    if (out)
        *out = value;
}

static LSTATUS query_info(HKEY key, void *class, DWORD *class_size, DWORD *subkeys, DWORD *max_subkey, DWORD *max_class,
                          DWORD *values, DWORD *max_name, DWORD *max_data, DWORD *security, FILETIME *time, BOOL ansi)
{
    struct reg_key handle;
    struct info info;
    KEY_FULL_INFORMATION *full;
    ULONG needed, descriptor = 0;
    LSTATUS error = ERROR_SUCCESS;
    NTSTATUS status;

    if (class && !class_size)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &handle)))
        return reg_error(status);
    info_init(&info);
    do {
        status = NtQueryKey(handle.handle, KeyFullInformation, info.data, info.size, &needed);
    } while (info_grow(&info, &status, needed));
    if (!status && security)
        NtQuerySecurityObject(handle.handle,
                              OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, NULL,
                              0, &descriptor);
    reg_done(&handle);
    if (status) {
        info_free(&info);
        return reg_error(status);
    }
    full = info.data;
    if (class) {
        const WCHAR *text = (WCHAR *)((char *)full + (full->ClassLength ? full->ClassOffset : 0));
        error = ansi ? give_ansi(class, class_size, text, full->ClassLength)
                     : give_text(class, class_size, text, full->ClassLength);
    }
    if (class_size && (!class || error))
        *class_size = full->ClassLength / sizeof(WCHAR);
    give(subkeys, full->SubKeys);
    give(max_subkey, full->MaxNameLen / sizeof(WCHAR));
    give(max_class, full->MaxClassLen / sizeof(WCHAR));
    give(values, full->Values);
    give(max_name, full->MaxValueNameLen / sizeof(WCHAR));
    give(max_data, full->MaxValueDataLen);
    give(security, descriptor);
    if (time)
        memcpy(time, &full->LastWriteTime, sizeof(*time));
    info_free(&info);
    return error;
}

LSTATUS WINAPI RegQueryInfoKeyW(HKEY key, LPWSTR class, LPDWORD class_size, LPDWORD reserved, LPDWORD subkeys,
                                LPDWORD max_subkey, LPDWORD max_class, LPDWORD values, LPDWORD max_name,
                                LPDWORD max_data, LPDWORD security, PFILETIME time)
{
    return reserved ? ERROR_INVALID_PARAMETER
                    : query_info(key, class, class_size, subkeys, max_subkey, max_class, values, max_name, max_data,
                                 security, time, FALSE);
}

LSTATUS WINAPI RegQueryInfoKeyA(HKEY key, LPSTR class, LPDWORD class_size, LPDWORD reserved, LPDWORD subkeys,
                                LPDWORD max_subkey, LPDWORD max_class, LPDWORD values, LPDWORD max_name,
                                LPDWORD max_data, LPDWORD security, PFILETIME time)
{
    return reserved ? ERROR_INVALID_PARAMETER
                    : query_info(key, class, class_size, subkeys, max_subkey, max_class, values, max_name, max_data,
                                 security, time, TRUE);
}
