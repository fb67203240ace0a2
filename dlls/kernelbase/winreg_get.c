/* SPDX-License-Identifier: MIT */
/* winreg_get.c: RegGetValue, RegQueryMultipleValues, RegLoadMUIString (winreg.h). */
#include "winreg.h"

#define VIEW_FLAGS (RRF_SUBKEY_WOW6464KEY | RRF_SUBKEY_WOW6432KEY)
#ifndef RRF_WOW64_MASK
#define RRF_WOW64_MASK 0x00030000
#endif

/* --- RegGetValue --- */

static LSTATUS check_type(const KEY_VALUE_PARTIAL_INFORMATION *info, DWORD flags)
{
    static const DWORD allowed[] = {
        [REG_NONE] = RRF_RT_REG_NONE,     [REG_SZ] = RRF_RT_REG_SZ,       [REG_EXPAND_SZ] = RRF_RT_REG_EXPAND_SZ,
        [REG_BINARY] = RRF_RT_REG_BINARY, [REG_DWORD] = RRF_RT_REG_DWORD, [REG_MULTI_SZ] = RRF_RT_REG_MULTI_SZ,
        [REG_QWORD] = RRF_RT_REG_QWORD,
    };
    DWORD wanted = flags & RRF_RT_ANY, type = info->Type;

    if (wanted != RRF_RT_ANY) {
        DWORD kind = type < ARRAY_SIZE(allowed) ? allowed[type] : 0;
        /* A text to be expanded is a text then. */
        if (type == REG_EXPAND_SZ && !(flags & RRF_NOEXPAND))
            kind = RRF_RT_REG_SZ;
        if (!(kind & wanted))
            return ERROR_UNSUPPORTED_TYPE;
    }
    if (type == REG_BINARY) {
        if (wanted == RRF_RT_DWORD && info->DataLength != sizeof(DWORD))
            return ERROR_INVALID_DATA;
        if (wanted == RRF_RT_QWORD && info->DataLength != sizeof(DWORD64))
            return ERROR_INVALID_DATA;
    }
    return ERROR_SUCCESS;
}

/* The value's text with the zeros that it must have: *length in characters with them. The memory is the value's, or *memory. */
static LSTATUS complete_text(struct reg_value *value, DWORD flags, WCHAR **text, SIZE_T *length, DWORD *type,
                             WCHAR **memory)
{
    WCHAR *data = (WCHAR *)value->info->Data;
    SIZE_T n = (value->info->DataLength + 1) / sizeof(WCHAR); /* reg_value_read has put zeros behind it */

    *memory = NULL;
    *type = value->info->Type;
    if (*type == REG_MULTI_SZ) {
        if (!n || data[n - 1])
            n++;
        if (n < 2 || data[n - 2])
            n++;
    } else {
        if (!n || data[n - 1])
            n++;
        if (*type == REG_EXPAND_SZ && !(flags & RRF_NOEXPAND)) {
            DWORD needed = ExpandEnvironmentStringsW(data, NULL, 0);
            if (!(*memory = kb_alloc(needed * sizeof(WCHAR))))
                return ERROR_NOT_ENOUGH_MEMORY;
            ExpandEnvironmentStringsW(data, *memory, needed);
            data = *memory;
            n = wcslen(data) + 1;
            *type = REG_SZ;
        }
    }
    *text = data;
    *length = n;
    return ERROR_SUCCESS;
}

static LSTATUS get_value(HKEY key, const WCHAR *subkey, const WCHAR *name, DWORD flags, DWORD *type, void *data,
                         DWORD *size, BOOL ansi)
{
    HKEY handle = key;
    struct reg_key opened;
    struct reg_value value;
    WCHAR *text, *memory = NULL;
    SIZE_T length;
    DWORD kind, needed, capacity = data && size ? *size : 0;
    LSTATUS error;
    NTSTATUS status;

    if (data && !size)
        return ERROR_INVALID_PARAMETER;
    /* REG_EXPAND_SZ alone cannot be what comes out when texts are expanded. */
    if ((flags & RRF_RT_REG_EXPAND_SZ) && !(flags & RRF_NOEXPAND) && (flags & RRF_RT_ANY) != RRF_RT_ANY)
        return ERROR_INVALID_PARAMETER;
    if ((flags & VIEW_FLAGS) == VIEW_FLAGS)
        return ERROR_INVALID_PARAMETER;
    if (subkey && *subkey) {
        REGSAM view = flags & RRF_SUBKEY_WOW6464KEY   ? KEY_WOW64_64KEY
                      : flags & RRF_SUBKEY_WOW6432KEY ? KEY_WOW64_32KEY
                                                      : 0;
        if ((error = RegOpenKeyExW(key, subkey, 0, KEY_QUERY_VALUE | view, &handle)))
            return error;
    }
    if (!(status = reg_key(handle, &opened))) {
        status = reg_value_read(opened.handle, name, &value);
        reg_done(&opened);
    }
    if (handle != key)
        RegCloseKey(handle);
    if (status)
        return reg_error(status);

    kind = value.info->Type;
    needed = value.info->DataLength;
    error = check_type(value.info, flags);
    if (error) {
        if (type)
            *type = kind;
    } else {
        if (reg_is_text(kind))
            error = complete_text(&value, flags, &text, &length, &kind, &memory);
        if (!error && reg_is_text(kind)) {
            needed = ansi ? (DWORD)ansi_size(text, length) : (DWORD)(length * sizeof(WCHAR));
            if (data && capacity >= needed) {
                if (ansi)
                    ansi_copy(data, needed, text, length);
                else
                    memcpy(data, text, needed);
            }
        } else if (!error && data && capacity >= needed) {
            memcpy(data, value.info->Data, needed);
        }
        if (!error && data && capacity < needed)
            error = ERROR_MORE_DATA;
        if (type)
            *type = kind;
        if (size)
            *size = needed;
    }
    kb_free(memory);
    reg_value_free(&value);
    return error;
}

LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR subkey, LPCWSTR name, DWORD flags, LPDWORD type, PVOID data, LPDWORD size)
{
    DWORD capacity = data && size ? *size : 0;
    LSTATUS error = get_value(key, subkey, name, flags, type, data, size, FALSE);

    if (error && flags & RRF_ZEROONFAILURE && data)
        memset(data, 0, capacity);
    return error;
}

LSTATUS WINAPI RegGetValueA(HKEY key, LPCSTR subkey, LPCSTR name, DWORD flags, LPDWORD type, PVOID data, LPDWORD size)
{
    DWORD capacity = data && size ? *size : 0;
    struct wide_arg wide, wide_name;
    LSTATUS error;

    REG_WIDE_ARG(&wide, subkey);
    if (wide_arg(&wide_name, name)) {
        error = get_value(key, wide.str, wide_name.str, flags, type, data, size, TRUE);
        wide_arg_free(&wide_name);
    } else {
        error = GetLastError();
    }
    wide_arg_free(&wide);
    if (error && flags & RRF_ZEROONFAILURE && data)
        memset(data, 0, capacity);
    return error;
}

/* --- RegQueryMultipleValues --- */

static LSTATUS query_multiple(HKEY key, VALENTW *list, DWORD count, BYTE *buffer, DWORD *size, BOOL ansi)
{
    DWORD used = 0, capacity;
    LSTATUS error = ERROR_SUCCESS;

    if (!size || (count && !list))
        return ERROR_INVALID_PARAMETER;
    capacity = buffer ? *size : 0;
    for (DWORD i = 0; i < count; i++) {
        DWORD type, length = 0;
        LSTATUS one;

        used = (used + 3) & ~3u;
        if (ansi) {
            one = RegQueryValueExA(key, (char *)list[i].ve_valuename, NULL, &type, NULL, &length);
        } else {
            one = RegQueryValueExW(key, list[i].ve_valuename, NULL, &type, NULL, &length);
        }
        if (one)
            return one == ERROR_FILE_NOT_FOUND ? ERROR_CANTREAD : one;
        if (used + length <= capacity) {
            DWORD room = length;
            one = ansi ? RegQueryValueExA(key, (char *)list[i].ve_valuename, NULL, &type, buffer + used, &room)
                       : RegQueryValueExW(key, list[i].ve_valuename, NULL, &type, buffer + used, &room);
            if (one)
                return one;
            list[i].ve_valuelen = length;
            list[i].ve_valueptr = (DWORD_PTR)(buffer + used);
            list[i].ve_type = type;
        } else {
            error = ERROR_MORE_DATA;
        }
        used += length;
    }
    *size = used;
    return error;
}

LSTATUS WINAPI RegQueryMultipleValuesW(HKEY key, PVALENTW list, DWORD count, LPWSTR buffer, LPDWORD size)
{
    return query_multiple(key, list, count, (BYTE *)buffer, size, FALSE);
}

LSTATUS WINAPI RegQueryMultipleValuesA(HKEY key, PVALENTA list, DWORD count, LPSTR buffer, LPDWORD size)
{
    return query_multiple(key, (PVALENTW)list, count, (BYTE *)buffer, size, TRUE); /* VALENTA is laid out alike */
}

/* --- RegLoadMUIString --- */

/* "@[path\]dllname,-strID[;comment]" from the DLL's resources. */
static LSTATUS load_indirect(WCHAR *source, const WCHAR *directory, WCHAR **text, SIZE_T *length, HMODULE *module)
{
    WCHAR *comma = wcsrchr(source, ','), path[MAX_PATH], expanded[MAX_PATH];
    const WCHAR *file = expanded, *found;
    DWORD size;
    LONG id;
    int n;

    if (!comma || comma[1] != '-')
        return ERROR_INVALID_DATA;
    *comma = 0;
    id = wcstol(comma + 2, NULL, 10);
    size = ExpandEnvironmentStringsW(source + 1, expanded, ARRAY_SIZE(expanded));
    if (!size || size > ARRAY_SIZE(expanded))
        return ERROR_FILENAME_EXCED_RANGE;
    if (directory) {
        SIZE_T dir_length = wcslen(directory);
        if (dir_length + wcslen(file) + 2 > ARRAY_SIZE(path))
            return ERROR_FILENAME_EXCED_RANGE;
        wcscpy(path, directory);
        if (dir_length && path[dir_length - 1] != '\\')
            wcscat(path, L"\\");
        wcscat(path, file);
        file = path;
    }
    if (!(*module = LoadLibraryExW(file, NULL, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE)))
        return ERROR_FILE_NOT_FOUND;
    if (!(n = LoadStringW(*module, (UINT)id, (WCHAR *)&found, 0)))
        return ERROR_NOT_FOUND;
    *text = (WCHAR *)found;
    *length = n;
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegLoadMUIStringW(HKEY key, LPCWSTR name, LPWSTR out, DWORD size, LPDWORD needed, DWORD flags,
                                 LPCWSTR directory)
{
    WCHAR *source, *text;
    HMODULE module = NULL;
    DWORD type, bytes = 0;
    SIZE_T length, room;
    LSTATUS error;

    if ((flags & ~REG_MUI_STRING_TRUNCATE) || (!out && size) || (size & 1) ||
        (flags & REG_MUI_STRING_TRUNCATE && needed))
        return ERROR_INVALID_PARAMETER;
    if ((error = RegGetValueW(key, NULL, name, RRF_RT_REG_SZ, &type, NULL, &bytes)))
        return error == ERROR_UNSUPPORTED_TYPE ? ERROR_FILE_NOT_FOUND : error;
    if (!(source = kb_alloc(bytes)))
        return ERROR_NOT_ENOUGH_MEMORY;
    error = RegGetValueW(key, NULL, name, RRF_RT_REG_SZ, &type, source, &bytes);
    if (!error) {
        text = source;
        length = wcslen(source);
        if (*source == '@')
            error = load_indirect(source, directory, &text, &length, &module);
    }
    if (!error) {
        room = size / sizeof(WCHAR);
        if (needed)
            *needed = (DWORD)((length + 1) * sizeof(WCHAR));
        if (length + 1 > room && !(flags & REG_MUI_STRING_TRUNCATE && room)) {
            error = ERROR_MORE_DATA;
        } else {
            if (length + 1 > room)
                length = room - 1;
            memcpy(out, text, length * sizeof(WCHAR));
            out[length] = 0;
        }
    }
    if (module)
        FreeLibrary(module);
    kb_free(source);
    return error;
}

LSTATUS WINAPI RegLoadMUIStringA(HKEY key, LPCSTR name, LPSTR out, DWORD size, LPDWORD needed, DWORD flags,
                                 LPCSTR directory)
{
    (void)key, (void)name, (void)out, (void)size, (void)needed, (void)flags, (void)directory;
    return ERROR_CALL_NOT_IMPLEMENTED; /* on Windows too */
}
