/* SPDX-License-Identifier: MIT */
/* winreg_value.c: reading and writing values (winreg.h). */
#include "winreg.h"

#define HEADER     ((ULONG)offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data))
#define PADDING    (3 * sizeof(WCHAR))
#define VALUE_SIZE ((ULONG)(sizeof(((struct reg_value *)0)->buffer) - PADDING))

NTSTATUS reg_value_read(HANDLE key, const WCHAR *name, struct reg_value *value)
{
    UNICODE_STRING string;
    ULONG size = VALUE_SIZE, needed;
    NTSTATUS status = reg_name(&string, name ? name : L"");

    value->info = (void *)value->buffer;
    if (status)
        return status;
    while ((status = NtQueryValueKey(key, &string, KeyValuePartialInformation, value->info, size, &needed)) ==
               STATUS_BUFFER_OVERFLOW ||
           status == STATUS_BUFFER_TOO_SMALL) {
        reg_value_free(value);
        size = needed;
        if (!(value->info = kb_alloc(size + PADDING))) {
            value->info = (void *)value->buffer;
            return STATUS_NO_MEMORY;
        }
    }
    if (status) {
        reg_value_free(value);
        value->info = (void *)value->buffer;
    } else {
        memset(value->info->Data + value->info->DataLength, 0, PADDING);
    }
    return status;
}

/* --- RegQueryValueEx --- */

LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data, LPDWORD size)
{
    struct reg_key handle;
    struct reg_value value;
    LSTATUS error = ERROR_SUCCESS;
    NTSTATUS status;

    if (reserved || (data && !size))
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_key(key, &handle)))
        return reg_error(status);
    status = reg_value_read(handle.handle, name, &value);
    reg_done(&handle);
    if (status)
        return reg_error(status);
    if (data) {
        ULONG length = value.info->DataLength;
        if (*size < length) {
            error = ERROR_MORE_DATA;
        } else {
            memcpy(data, value.info->Data, length);
            /* A text that was stored without its zero gets one where there is room. */
            if (reg_is_text(value.info->Type) && *size >= length + sizeof(WCHAR))
                memset(data + length, 0, sizeof(WCHAR));
        }
    }
    if (type)
        *type = value.info->Type;
    if (size)
        *size = value.info->DataLength;
    reg_value_free(&value);
    return error;
}

LSTATUS WINAPI RegQueryValueExA(HKEY key, LPCSTR name, LPDWORD reserved, LPDWORD type, LPBYTE data, LPDWORD size)
{
    struct wide_arg wide;
    struct reg_key handle;
    struct reg_value value;
    ULONG needed;
    BOOL text;
    LSTATUS error = ERROR_SUCCESS;
    NTSTATUS status;

    if (reserved || (data && !size))
        return ERROR_INVALID_PARAMETER;
    REG_WIDE_ARG(&wide, name);
    if (!(status = reg_key(key, &handle))) {
        status = reg_value_read(handle.handle, wide.str, &value);
        reg_done(&handle);
    }
    wide_arg_free(&wide);
    if (status)
        return reg_error(status);
    text = reg_is_text(value.info->Type);
    needed =
        text ? ansi_size((WCHAR *)value.info->Data, value.info->DataLength / sizeof(WCHAR)) : value.info->DataLength;
    if (data) {
        if (*size < needed) {
            error = ERROR_MORE_DATA;
        } else if (text) {
            ansi_copy((char *)data, *size, (WCHAR *)value.info->Data, value.info->DataLength / sizeof(WCHAR));
            if (*size > needed)
                data[needed] = 0;
        } else {
            memcpy(data, value.info->Data, needed);
        }
    }
    if (type)
        *type = value.info->Type;
    if (size)
        *size = needed;
    reg_value_free(&value);
    return error;
}

/* --- RegSetValueEx --- */

LSTATUS WINAPI RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data, DWORD size)
{
    UNICODE_STRING string;
    struct reg_key handle;
    NTSTATUS status;

    if (reserved)
        return ERROR_INVALID_PARAMETER;
    if ((status = reg_name(&string, name ? name : L"")) || (status = reg_key(key, &handle)))
        return reg_error(status);
    status = NtSetValueKey(handle.handle, &string, 0, type, (PVOID)data, size);
    reg_done(&handle);
    return reg_error(status);
}

LSTATUS WINAPI RegSetValueExA(HKEY key, LPCSTR name, DWORD reserved, DWORD type, const BYTE *data, DWORD size)
{
    struct wide_arg wide;
    WCHAR *text = NULL;
    ULONG bytes = 0;
    LSTATUS error;

    if (reg_is_text(type) && data && size) {
        /* No code page makes more UTF-16 units than it has bytes. */
        if (!(text = kb_alloc((SIZE_T)size * sizeof(WCHAR))))
            return ERROR_NOT_ENOUGH_MEMORY;
        RtlMultiByteToUnicodeN(text, size * sizeof(WCHAR), &bytes, (const char *)data, size);
        data = (const BYTE *)text;
        size = bytes;
    }
    if (wide_arg(&wide, name)) {
        error = RegSetValueExW(key, wide.str, reserved, type, data, size);
        wide_arg_free(&wide);
    } else {
        error = GetLastError();
    }
    kb_free(text);
    return error;
}

/* --- deleting --- */

LSTATUS WINAPI RegDeleteValueW(HKEY key, LPCWSTR name)
{
    UNICODE_STRING string;
    struct reg_key handle;
    NTSTATUS status = reg_name(&string, name ? name : L"");

    if (status || (status = reg_key(key, &handle)))
        return reg_error(status);
    status = NtDeleteValueKey(handle.handle, &string);
    reg_done(&handle);
    return reg_error(status);
}

LSTATUS WINAPI RegDeleteValueA(HKEY key, LPCSTR name)
{
    struct wide_arg wide;
    LSTATUS error;

    REG_WIDE_ARG(&wide, name);
    error = RegDeleteValueW(key, wide.str);
    wide_arg_free(&wide);
    return error;
}

/* --- with a subkey: RegSetKeyValue, RegDeleteKeyValue, and the functions of 16-bit Windows --- */

LSTATUS WINAPI RegSetKeyValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, DWORD type, LPCVOID data, DWORD size)
{
    HKEY handle = key;
    LSTATUS error;

    if (subkey && *subkey && (error = RegCreateKeyExW(key, subkey, 0, NULL, 0, KEY_SET_VALUE, NULL, &handle, NULL)))
        return error;
    error = RegSetValueExW(handle, name, 0, type, data, size);
    if (handle != key)
        RegCloseKey(handle);
    return error;
}

LSTATUS WINAPI RegSetKeyValueA(HKEY key, LPCSTR subkey, LPCSTR name, DWORD type, LPCVOID data, DWORD size)
{
    HKEY handle = key;
    LSTATUS error;

    if (subkey && *subkey && (error = RegCreateKeyExA(key, subkey, 0, NULL, 0, KEY_SET_VALUE, NULL, &handle, NULL)))
        return error;
    error = RegSetValueExA(handle, name, 0, type, data, size);
    if (handle != key)
        RegCloseKey(handle);
    return error;
}

LSTATUS WINAPI RegDeleteKeyValueW(HKEY key, LPCWSTR subkey, LPCWSTR name)
{
    HKEY handle = key;
    LSTATUS error;

    if (subkey && *subkey && (error = RegOpenKeyExW(key, subkey, 0, KEY_SET_VALUE, &handle)))
        return error;
    error = RegDeleteValueW(handle, name);
    if (handle != key)
        RegCloseKey(handle);
    return error;
}

LSTATUS WINAPI RegDeleteKeyValueA(HKEY key, LPCSTR subkey, LPCSTR name)
{
    struct wide_arg wide, wide_name;
    LSTATUS error;

    REG_WIDE_ARG(&wide, subkey);
    if (wide_arg(&wide_name, name)) {
        error = RegDeleteKeyValueW(key, wide.str, wide_name.str);
        wide_arg_free(&wide_name);
    } else {
        error = GetLastError();
    }
    wide_arg_free(&wide);
    return error;
}

/* The default value of a subkey; a key without one has an empty text. */
LSTATUS WINAPI RegQueryValueW(HKEY key, LPCWSTR subkey, LPWSTR data, PLONG size)
{
    HKEY handle = key;
    LSTATUS error;

    if (subkey && *subkey && (error = RegOpenKeyExW(key, subkey, 0, KEY_QUERY_VALUE, &handle)))
        return error;
    error = RegQueryValueExW(handle, NULL, NULL, NULL, (LPBYTE)data, (LPDWORD)size);
    if (error == ERROR_FILE_NOT_FOUND) {
        error = ERROR_SUCCESS;
        if (data && size && (DWORD)*size >= sizeof(WCHAR))
            *data = 0;
        if (size)
            *size = sizeof(WCHAR);
    }
    if (handle != key)
        RegCloseKey(handle);
    return error;
}

LSTATUS WINAPI RegQueryValueA(HKEY key, LPCSTR subkey, LPSTR data, PLONG size)
{
    HKEY handle = key;
    LSTATUS error;

    if (subkey && *subkey && (error = RegOpenKeyExA(key, subkey, 0, KEY_QUERY_VALUE, &handle)))
        return error;
    error = RegQueryValueExA(handle, NULL, NULL, NULL, (LPBYTE)data, (LPDWORD)size);
    if (error == ERROR_FILE_NOT_FOUND) {
        error = ERROR_SUCCESS;
        if (data && size && *size > 0)
            *data = 0;
        if (size)
            *size = 1;
    }
    if (handle != key)
        RegCloseKey(handle);
    return error;
}

/* "This parameter must be the REG_SZ type"; the size that is given is ignored. */
LSTATUS WINAPI RegSetValueW(HKEY key, LPCWSTR subkey, DWORD type, LPCWSTR data, DWORD size)
{
    (void)size;
    if (type != REG_SZ || !data)
        return ERROR_INVALID_PARAMETER;
    return RegSetKeyValueW(key, subkey, NULL, REG_SZ, data, (DWORD)((wcslen(data) + 1) * sizeof(WCHAR)));
}

LSTATUS WINAPI RegSetValueA(HKEY key, LPCSTR subkey, DWORD type, LPCSTR data, DWORD size)
{
    (void)size;
    if (type != REG_SZ || !data)
        return ERROR_INVALID_PARAMETER;
    return RegSetKeyValueA(key, subkey, NULL, REG_SZ, data, (DWORD)strlen(data) + 1);
}
