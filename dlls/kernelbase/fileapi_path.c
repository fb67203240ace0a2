/* SPDX-License-Identifier: MIT */
/* fileapi_path.c: file names: full, long, short and final ones, temporary ones, and the search for files. */
#include "kernelbase_private.h"

/* --- full names --- */

DWORD WINAPI GetFullPathNameW(const WCHAR *name, DWORD size, WCHAR *buffer, WCHAR **file_part)
{
    ULONG bytes;

    if (file_part)
        *file_part = NULL;
    if (!name || !*name)
        return fail(ERROR_INVALID_NAME);
    /* In bytes; what is needed when it does not fit counts the zero there too. */
    bytes = RtlGetFullPathName_U(name, min(size, 0x7fff) * sizeof(WCHAR), buffer, file_part);
    if (!bytes)
        SetLastError(ERROR_INVALID_NAME);
    return bytes / sizeof(WCHAR);
}

/* The full name in memory of the caller's to free. */
static WCHAR *full_path(const WCHAR *name, DWORD *length, WCHAR **file_part)
{
    DWORD size = GetFullPathNameW(name, 0, NULL, NULL);
    WCHAR *full;

    while (size) {
        DWORD capacity = size;

        if (!(full = kb_alloc(capacity * sizeof(WCHAR))))
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        size = GetFullPathNameW(name, capacity, full, file_part);
        if (size && size < capacity) {
            *length = size;
            return full;
        }
        kb_free(full); /* the current directory has changed meanwhile */
    }
    return NULL;
}

DWORD WINAPI GetFullPathNameA(const char *name, DWORD size, char *buffer, char **file_part)
{
    WCHAR *full, *wide_part;
    struct wide_arg wide;
    DWORD length, result = 0;

    if (file_part)
        *file_part = NULL;
    if (!wide_file_arg(&wide, name))
        return 0;
    if ((full = full_path(wide.str, &length, &wide_part))) {
        result = return_file_string_a(full, length, buffer, size);
        if (file_part && wide_part && result < size)
            *file_part = buffer + file_ansi_size(full, wide_part - full);
        kb_free(full);
    }
    wide_arg_free(&wide);
    return result;
}

/* --- long and short names: component by component as the directories have them --- */

/* Characters of the part that has no long or short form: "C:\", "\\server\share\", "\\?\C:\". */
static SIZE_T root_length(const WCHAR *path)
{
    const WCHAR *p = path;

    if (!wcsncmp(p, L"\\\\?\\", 4) || !wcsncmp(p, L"\\\\.\\", 4)) {
        p += 4;
        if (!_wcsnicmp(p, L"UNC\\", 4)) {
            p += 4;
            goto unc;
        }
    } else if ((p[0] == '\\' || p[0] == '/') && (p[1] == '\\' || p[1] == '/')) {
        p += 2;
        goto unc;
    }
    if (p[0] && p[1] == ':')
        p += 2;
    if (*p == '\\' || *p == '/')
        p++;
    return p - path;
unc:
    p += wcscspn(p, L"\\/");
    p += *p != 0;
    p += wcscspn(p, L"\\/");
    p += *p != 0;
    return p - path;
}

static DWORD convert_components(const WCHAR *path, WCHAR *buffer, DWORD size, BOOL shorten)
{
    SIZE_T length = 0, capacity, used, n, in_length;
    WIN32_FIND_DATAW data;
    WCHAR *result, *probe, *larger, saved;
    const WCHAR *p, *name;
    DWORD needed = 0;
    HANDLE find;

    if (!path) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (!*path) {
        SetLastError(ERROR_PATH_NOT_FOUND);
        return 0;
    }
    in_length = wcslen(path);
    capacity = in_length + MAX_PATH;
    result = kb_alloc(capacity * sizeof(WCHAR));
    probe = kb_alloc((in_length + 1) * sizeof(WCHAR));
    if (!result || !probe) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        goto done;
    }
    memcpy(probe, path, (in_length + 1) * sizeof(WCHAR));
    length = root_length(path);
    memcpy(result, path, length * sizeof(WCHAR));
    for (p = path + length; *p; p += used) {
        used = n = wcscspn(p, L"\\/");
        name = p;
        if (!n)
            used = n = 1; /* separators are kept as they are, as are "." and ".." */
        else if (!(n == 1 && p[0] == '.') && !(n == 2 && p[0] == '.' && p[1] == '.')) {
            saved = probe[p - path + n];
            probe[p - path + n] = 0;
            if (wcspbrk(probe + (p - path), L"*?")) {
                SetLastError(ERROR_INVALID_NAME);
                goto done;
            }
            find = FindFirstFileExW(probe, shorten ? FindExInfoStandard : FindExInfoBasic, &data, FindExSearchNameMatch,
                                    NULL, 0);
            probe[p - path + n] = saved;
            if (find == INVALID_HANDLE_VALUE)
                goto done;
            FindClose(find);
            if (!shorten)
                name = data.cFileName; /* as it is on disk */
            else if (data.cAlternateFileName[0])
                name = data.cAlternateFileName; /* what has no short name stays as given */
            if (name != p)
                n = wcslen(name);
        }
        if (length + n >= capacity) {
            capacity = capacity * 2 + n;
            if (!(larger = RtlReAllocateHeap(GetProcessHeap(), 0, result, capacity * sizeof(WCHAR)))) {
                SetLastError(ERROR_NOT_ENOUGH_MEMORY);
                goto done;
            }
            result = larger;
        }
        memcpy(result + length, name, n * sizeof(WCHAR));
        length += n;
    }
    needed = return_string_w(result, length, buffer, size);
done:
    kb_free(result);
    kb_free(probe);
    return needed;
}

DWORD WINAPI GetLongPathNameW(const WCHAR *path, WCHAR *buffer, DWORD size)
{
    return convert_components(path, buffer, size, FALSE);
}

DWORD WINAPI GetShortPathNameW(const WCHAR *path, WCHAR *buffer, DWORD size)
{
    return convert_components(path, buffer, size, TRUE);
}

static DWORD convert_components_a(const char *path, char *buffer, DWORD size, BOOL shorten)
{
    struct wide_arg wide;
    DWORD length, result = 0;
    WCHAR *text = NULL;

    if (!path)
        return fail(ERROR_INVALID_PARAMETER);
    if (!wide_file_arg(&wide, path))
        return 0;
    if ((length = convert_components(wide.str, NULL, 0, shorten)) && (text = kb_alloc(length * sizeof(WCHAR))) &&
        (length = convert_components(wide.str, text, length, shorten)))
        result = return_file_string_a(text, length, buffer, size);
    kb_free(text);
    wide_arg_free(&wide);
    return result;
}

DWORD WINAPI GetLongPathNameA(const char *path, char *buffer, DWORD size)
{
    return convert_components_a(path, buffer, size, FALSE);
}

DWORD WINAPI GetShortPathNameA(const char *path, char *buffer, DWORD size)
{
    return convert_components_a(path, buffer, size, TRUE);
}

/* --- final names --- */

DWORD WINAPI GetFinalPathNameByHandleW(HANDLE file, WCHAR *buffer, DWORD size, DWORD flags)
{
    static const WCHAR device[] = L"\\Device\\HarddiskVolume";
    const USHORT device_length = ARRAY_SIZE(device) - 1;
    OBJECT_NAME_INFORMATION *info = NULL;
    ULONG info_size = 1024, number = 0;
    WCHAR prefix[80];
    const WCHAR *name, *end;
    SIZE_T length, prefix_length;
    DWORD result = 0;
    NTSTATUS status;

    if (flags & ~(FILE_NAME_OPENED | VOLUME_NAME_GUID | VOLUME_NAME_NT | VOLUME_NAME_NONE) ||
        __builtin_popcount(flags & (VOLUME_NAME_GUID | VOLUME_NAME_NT | VOLUME_NAME_NONE)) > 1)
        return fail(ERROR_INVALID_PARAMETER);
    for (;;) {
        if (!(info = kb_alloc(info_size)))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        status = NtQueryObject(file, ObjectNameInformation, info, info_size, &info_size);
        if (status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL &&
            status != STATUS_INFO_LENGTH_MISMATCH)
            break;
        kb_free(info);
    }
    if (!set_ntstatus(status))
        goto done;
    name = info->Name.Buffer;
    end = name + info->Name.Length / sizeof(WCHAR);
    if (end - name < device_length || _wcsnicmp(name, device, device_length)) {
        /* No file of a volume. */
        if (flags & VOLUME_NAME_NT)
            result = return_string_w(name, end - name, buffer, size);
        else
            SetLastError(ERROR_INVALID_FUNCTION);
        goto done;
    }
    if (flags & VOLUME_NAME_NT) {
        result = return_string_w(name, end - name, buffer, size);
        goto done;
    }
    for (name += device_length; name < end && *name >= '0' && *name <= '9'; name++)
        number = number * 10 + *name - '0';
    if (flags & VOLUME_NAME_NONE)
        *prefix = 0;
    else if (flags & VOLUME_NAME_GUID)
        _snwprintf(prefix, ARRAY_SIZE(prefix), L"\\\\?\\Volume{7472616e-736f-6d00-0000-0000000000%02x}",
                   'A' + (unsigned)number - 1);
    else
        _snwprintf(prefix, ARRAY_SIZE(prefix), L"\\\\?\\%c:", 'A' + (unsigned)number - 1);
    prefix_length = wcslen(prefix);
    length = end - name;
    if (prefix_length + length >= size) {
        result = prefix_length + length + 1;
        goto done;
    }
    memcpy(buffer, prefix, prefix_length * sizeof(WCHAR));
    memcpy(buffer + prefix_length, name, length * sizeof(WCHAR));
    if (!length)
        buffer[prefix_length + length++] = '\\';
    buffer[prefix_length + length] = 0;
    result = prefix_length + length;
done:
    kb_free(info);
    return result;
}

DWORD WINAPI GetFinalPathNameByHandleA(HANDLE file, char *buffer, DWORD size, DWORD flags)
{
    DWORD length = GetFinalPathNameByHandleW(file, NULL, 0, flags), result = 0;
    WCHAR *text;

    if (!length)
        return 0;
    if (!(text = kb_alloc((length + 1) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if ((length = GetFinalPathNameByHandleW(file, text, length + 1, flags)))
        result = return_file_string_a(text, length, buffer, size);
    kb_free(text);
    return result;
}

/* --- temporary files --- */

DWORD WINAPI GetTempPathW(DWORD size, WCHAR *buffer)
{
    static const WCHAR *const variables[] = { L"TMP", L"TEMP", L"USERPROFILE" };
    WCHAR value[MAX_PATH + 1], path[MAX_PATH + 2];
    DWORD length = 0;
    BOOL found = FALSE;
    unsigned i;

    /* Documented: the first of these that exists, and be it empty; the Windows directory else. The path is not checked. */
    for (i = 0; i < ARRAY_SIZE(variables) && !found; i++) {
        SetLastError(0);
        length = GetEnvironmentVariableW(variables[i], value, ARRAY_SIZE(value));
        found = length < ARRAY_SIZE(value) && (length || GetLastError() != ERROR_ENVVAR_NOT_FOUND);
    }
    if (!found)
        length = GetWindowsDirectoryW(value, ARRAY_SIZE(value));
    if (length)
        length = GetFullPathNameW(value, MAX_PATH, path, NULL);
    if ((!length && (!found || *value)) || length >= MAX_PATH)
        return 0;
    if (!length || path[length - 1] != '\\') {
        path[length++] = '\\';
        path[length] = 0;
    }
    return return_string_w(path, length, buffer, size);
}

DWORD WINAPI GetTempPathA(DWORD size, char *buffer)
{
    WCHAR path[MAX_PATH + 2];
    DWORD length = GetTempPathW(ARRAY_SIZE(path), path);

    return length ? return_file_string_a(path, length, buffer, size) : 0;
}

/* Differs for processes of SYSTEM only. */
DWORD WINAPI GetTempPath2W(DWORD size, WCHAR *buffer)
{
    return GetTempPathW(size, buffer);
}

DWORD WINAPI GetTempPath2A(DWORD size, char *buffer)
{
    return GetTempPathA(size, buffer);
}

UINT WINAPI GetTempFileNameW(const WCHAR *path, const WCHAR *prefix, UINT unique, WCHAR *buffer)
{
    SIZE_T length = wcslen(path), prefix_length;
    DWORD attributes;
    UINT number, i;
    WCHAR *end;

    /* "The string cannot be longer than MAX_PATH-14 characters." */
    if (length > MAX_PATH - 14) {
        SetLastError(ERROR_BUFFER_OVERFLOW);
        return 0;
    }
    attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        SetLastError(ERROR_DIRECTORY);
        return 0;
    }
    memcpy(buffer, path, length * sizeof(WCHAR));
    end = buffer + length;
    if (length && end[-1] != '\\' && end[-1] != '/')
        *end++ = '\\';
    prefix_length = prefix ? wcsnlen(prefix, 3) : 0;
    memcpy(end, prefix, prefix_length * sizeof(WCHAR));
    end += prefix_length;
    if (unique & 0xffff) {
        /* The caller's number: no file is made. */
        _snwprintf(end, 9, L"%X.tmp", unique & 0xffff);
        return unique & 0xffff;
    }
    /* The start is different in each process and call, so that few names are tried. */
    number = GetTickCount() ^ (GetCurrentProcessId() << 4) ^ (UINT)(ULONG_PTR)buffer;
    for (i = 0; i < 0x10000; i++, number++) {
        HANDLE file;

        if (!(number & 0xffff))
            continue;
        _snwprintf(end, 9, L"%X.tmp", number & 0xffff);
        file = CreateFileW(buffer, GENERIC_READ, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (file != INVALID_HANDLE_VALUE) {
            NtClose(file);
            return number & 0xffff;
        }
        if (GetLastError() != ERROR_FILE_EXISTS && GetLastError() != ERROR_SHARING_VIOLATION)
            return 0;
    }
    SetLastError(ERROR_FILE_EXISTS);
    return 0;
}

UINT WINAPI GetTempFileNameA(const char *path, const char *prefix, UINT unique, char *buffer)
{
    struct wide_arg wide_path, wide_prefix;
    WCHAR name[MAX_PATH];
    UINT result;

    if (!wide_file_arg(&wide_path, path))
        return 0;
    if (!wide_file_arg(&wide_prefix, prefix)) {
        wide_arg_free(&wide_path);
        return 0;
    }
    result = GetTempFileNameW(wide_path.str, wide_prefix.str, unique, name);
    if (result)
        return_file_string_a(name, wcslen(name), buffer, MAX_PATH);
    wide_arg_free(&wide_path);
    wide_arg_free(&wide_prefix);
    return result;
}

/* --- the search for files --- */

static LONG safe_search_mode = -1; /* -1: not set, the registry's default: unsafe order */

BOOL WINAPI SetSearchPathMode(DWORD flags)
{
    switch (flags) {
    case BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE:
    case BASE_SEARCH_PATH_DISABLE_SAFE_SEARCHMODE:
        if (safe_search_mode == 2)
            return fail(ERROR_ACCESS_DENIED);
        safe_search_mode = flags == BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE;
        return TRUE;
    case BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE | BASE_SEARCH_PATH_PERMANENT:
        safe_search_mode = 2;
        return TRUE;
    }
    return fail(ERROR_INVALID_PARAMETER);
}

/*
 * The path that SearchPath and CreateProcess use: the application's directory, then current (unless safe mode moves it
 * behind), system, 16-bit system and Windows directory, PATH.
 */
WCHAR *default_search_path(void)
{
    static const WCHAR system[] = L"C:\\windows\\system32;C:\\windows\\system;C:\\windows";
    const UNICODE_STRING *image = &nt_peb()->ProcessParameters->ImagePathName;
    SIZE_T app_length = image->Length / sizeof(WCHAR), path_capacity, n;
    WCHAR *result, *p;

    while (app_length && image->Buffer[app_length - 1] != '\\')
        app_length--;
    if (app_length > 3)
        app_length--; /* "C:\app", but "C:\" */
    for (path_capacity = GetEnvironmentVariableW(L"PATH", NULL, 0);;) {
        if (!(result = kb_alloc((app_length + ARRAY_SIZE(system) + path_capacity + 8) * sizeof(WCHAR))))
            return fail_null(ERROR_NOT_ENOUGH_MEMORY);
        p = result;
        memcpy(p, image->Buffer, app_length * sizeof(WCHAR));
        p += app_length;
        *p++ = ';';
        if (safe_search_mode <= 0) {
            *p++ = '.';
            *p++ = ';';
        }
        memcpy(p, system, sizeof(system) - sizeof(WCHAR));
        p += ARRAY_SIZE(system) - 1;
        if (safe_search_mode > 0) {
            *p++ = ';';
            *p++ = '.';
        }
        *p++ = ';';
        *p = 0;
        n = GetEnvironmentVariableW(L"PATH", p, path_capacity);
        if (n < path_capacity || !path_capacity)
            return result;
        path_capacity = n;
        kb_free(result);
    }
}

DWORD WINAPI SearchPathW(const WCHAR *path, const WCHAR *name, const WCHAR *extension, DWORD size, WCHAR *buffer,
                         WCHAR **file_part)
{
    WCHAR *default_path = NULL;
    ULONG bytes;

    if (file_part)
        *file_part = NULL;
    if (!name || !*name)
        return fail(ERROR_INVALID_PARAMETER);
    if (!path && !(path = default_path = default_search_path()))
        return 0;
    bytes = RtlDosSearchPath_U(path, name, extension, min(size, 0x7fff) * sizeof(WCHAR), buffer, file_part);
    kb_free(default_path);
    if (!bytes)
        SetLastError(ERROR_FILE_NOT_FOUND);
    return bytes / sizeof(WCHAR);
}

DWORD WINAPI SearchPathA(const char *path, const char *name, const char *extension, DWORD size, char *buffer,
                         char **file_part)
{
    struct wide_arg wide_path, wide_name = { 0 }, wide_extension = { 0 };
    WCHAR *found, *wide_part;
    DWORD length, result = 0;

    if (file_part)
        *file_part = NULL;
    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    if (!wide_file_arg(&wide_path, path))
        return 0;
    if (!wide_file_arg(&wide_name, name) || !wide_file_arg(&wide_extension, extension))
        goto done;
    length = SearchPathW(wide_path.str, wide_name.str, wide_extension.str, 0, NULL, NULL);
    if (length && (found = kb_alloc(length * sizeof(WCHAR)))) {
        length = SearchPathW(wide_path.str, wide_name.str, wide_extension.str, length, found, &wide_part);
        if (length) {
            result = return_file_string_a(found, length, buffer, size);
            if (file_part && wide_part && result < size)
                *file_part = buffer + file_ansi_size(found, wide_part - found);
        }
        kb_free(found);
    }
done:
    wide_arg_free(&wide_path);
    if (wide_name.str)
        wide_arg_free(&wide_name);
    if (wide_extension.str)
        wide_arg_free(&wide_extension);
    return result;
}
