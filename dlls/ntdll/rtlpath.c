/* SPDX-License-Identifier: MIT */
/*
 * rtlpath.c: DOS paths: what kind they are, their full form, and their names in the NT namespace ("Naming Files, Paths, and
 * Namespaces", "File path formats on Windows systems").
 */
#include "rtlnls.h"
#include "rtlpath.h"

RTL_PATH_TYPE path_type(const WCHAR *s, SIZE_T n)
{
    if (n && is_slash(s[0])) {
        if (n < 2 || !is_slash(s[1]))
            return RtlPathTypeRooted;
        if (n < 3 || (s[2] != '.' && s[2] != '?'))
            return RtlPathTypeUncAbsolute;
        if (n == 3)
            return RtlPathTypeRootLocalDevice;
        return is_slash(s[3]) ? RtlPathTypeLocalDevice : RtlPathTypeUncAbsolute;
    }
    if (n < 2 || s[1] != ':')
        return RtlPathTypeRelative;
    return n >= 3 && is_slash(s[2]) ? RtlPathTypeDriveAbsolute : RtlPathTypeDriveRelative;
}

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(const WCHAR *path)
{
    return path_type(path, wcsnlen(path, 4));
}

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_Ustr(const UNICODE_STRING *path);
RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_Ustr(const UNICODE_STRING *path)
{
    return path_type(path->Buffer, path->Length / sizeof(WCHAR));
}

/* --- device names --- */

static bool name_is(const WCHAR *s, SIZE_T n, const char *name)
{
    for (; n && *name; n--, s++, name++) {
        if (nls_upper(*s) != (UCHAR)*name)
            return false;
    }
    return !n && !*name;
}

static bool is_device(const WCHAR *s, SIZE_T n)
{
    if (n == 3)
        return name_is(s, n, "CON") || name_is(s, n, "PRN") || name_is(s, n, "AUX") || name_is(s, n, "NUL");
    if (n == 4) /* superscript digits count, as documented */
        return (name_is(s, 3, "COM") || name_is(s, 3, "LPT")) &&
               ((s[3] >= '1' && s[3] <= '9') || s[3] == 0xb9 || s[3] == 0xb2 || s[3] == 0xb3);
    return name_is(s, n, "CONIN$") || name_is(s, n, "CONOUT$");
}

/* The offset in the upper half, the length in the lower, both in bytes; 0 when the last component is no device. */
static ULONG device_name(const WCHAR *s, SIZE_T n)
{
    SIZE_T start, end;

    switch (path_type(s, n)) {
    case RtlPathTypeUnknown:
    case RtlPathTypeUncAbsolute:
    case RtlPathTypeRootLocalDevice:
        return 0;
    case RtlPathTypeLocalDevice:
        return n == 7 && name_is(s + 4, 3, "CON") ? 4 * 2 << 16 | 3 * 2 : 0;
    default:
        break;
    }
    if (n && s[n - 1] == ':')
        n--;
    while (n && (s[n - 1] == '.' || s[n - 1] == ' '))
        n--;
    for (start = n; start && !is_slash(s[start - 1]) && !(start == 2 && s[1] == ':'); start--)
        ;
    for (end = start; end < n && s[end] != '.' && s[end] != ':'; end++)
        ;
    while (end > start && s[end - 1] == ' ')
        end--;
    if (!is_device(s + start, end - start))
        return 0;
    return (ULONG)(start * sizeof(WCHAR)) << 16 | (ULONG)((end - start) * sizeof(WCHAR));
}

ULONG NTAPI RtlIsDosDeviceName_U(const WCHAR *path)
{
    SIZE_T n = path ? wcslen(path) : 0;

    return n > MAX_PATH_CHARS ? 0 : device_name(path, n);
}

ULONG NTAPI RtlIsDosDeviceName_Ustr(const UNICODE_STRING *path)
{
    return device_name(path->Buffer, path->Length / sizeof(WCHAR));
}

/* --- the full path --- */

void path_full_free(struct full_path *full)
{
    if (full->text != full->fixed)
        heap_free(full->text);
}

/* The length of "\\server\share\" in a UNC path, whether or not the last backslash is there. */
static SIZE_T unc_root(const WCHAR *s, SIZE_T n)
{
    SIZE_T i = 2;

    while (i < n && !is_slash(s[i]))
        i++;
    if (i < n)
        i++;
    while (i < n && !is_slash(s[i]))
        i++;
    return i < n ? i + 1 : i;
}

static void put(struct full_path *full, const WCHAR *s, SIZE_T n)
{
    for (SIZE_T i = 0; i < n; i++)
        full->text[full->length++] = s[i] == '/' ? '\\' : s[i];
}

static void put_slash(struct full_path *full)
{
    if (full->length && full->text[full->length - 1] != '\\')
        full->text[full->length++] = '\\';
}

/* Appends the components of `s`; `verbatim` keeps what Windows otherwise drops at the ends of names. */
static void put_components(struct full_path *full, const WCHAR *s, SIZE_T n, bool verbatim)
{
    SIZE_T i = 0;

    while (i < n) {
        SIZE_T start = i, end, length;
        bool last;

        while (i < n && !is_slash(s[i]))
            i++;
        end = i;
        last = i == n;
        while (i < n && is_slash(s[i]))
            i++;
        length = end - start;
        if (!length || (length == 1 && s[start] == '.'))
            continue;
        if (length == 2 && s[start] == '.' && s[start + 1] == '.') {
            if (full->length > full->root) {
                if (full->text[full->length - 1] == '\\')
                    full->length--;
                while (full->length > full->root && full->text[full->length - 1] != '\\')
                    full->length--;
            }
            continue;
        }
        if (!verbatim) {
            if (last) {
                while (length && (s[start + length - 1] == '.' || s[start + length - 1] == ' '))
                    length--;
            } else if (s[start + length - 1] == '.' && (length < 2 || s[start + length - 2] != '.')) {
                length--;
            }
        }
        if (length) {
            put_slash(full);
            put(full, s + start, length);
        }
        if (!last)
            put_slash(full);
    }
}

static SIZE_T drive_directory(WCHAR drive, WCHAR *buffer, SIZE_T room)
{
    WCHAR name[] = { '=', nls_upper(drive), ':' };
    SIZE_T length = 0;

    if (NT_SUCCESS(RtlQueryEnvironmentVariable(NULL, name, 3, buffer, room, &length)) && length >= 3 &&
        nls_upper(buffer[0]) == name[1] && buffer[1] == ':' && is_slash(buffer[2]))
        return length;
    buffer[0] = name[1];
    buffer[1] = ':';
    buffer[2] = '\\';
    return 3;
}

NTSTATUS path_full(const WCHAR *s, SIZE_T n, struct full_path *full)
{
    WCHAR drive_dir[MAX_PATH];
    const WCHAR *base = NULL;
    SIZE_T base_length = 0, device, capacity;
    bool verbatim;

    full->text = full->fixed;
    full->length = full->root = full->file = 0;
    full->device = false;
    while (n && s[n - 1] == ' ')
        n--;
    if (!n)
        return STATUS_OBJECT_NAME_INVALID;
    if (n > MAX_PATH_CHARS)
        return STATUS_NAME_TOO_LONG;
    full->type = path_type(s, n);

    device = device_name(s, n);
    if (device) {
        put(full, L"\\\\.\\", 4);
        put(full, s + (device >> 16) / sizeof(WCHAR), (device & 0xffff) / sizeof(WCHAR));
        full->device = true;
        return STATUS_SUCCESS;
    }

    RtlAcquirePebLock();
    switch (full->type) {
    case RtlPathTypeDriveRelative:
        base = path_current()->DosPath.Buffer;
        base_length = path_current()->DosPath.Length / sizeof(WCHAR);
        if (base_length < 2 || base[1] != ':' || nls_upper(base[0]) != nls_upper(s[0])) {
            base = drive_dir;
            base_length = drive_directory(s[0], drive_dir, ARRAY_SIZE(drive_dir));
        }
        s += 2;
        n -= 2;
        break;
    case RtlPathTypeRooted:
    case RtlPathTypeRelative:
        base = path_current()->DosPath.Buffer;
        base_length = path_current()->DosPath.Length / sizeof(WCHAR);
        break;
    default:
        break;
    }
    if (base && path_type(base, base_length) == RtlPathTypeUncAbsolute)
        full->root = unc_root(base, base_length);
    else if (base)
        full->root = base_length < 3 ? base_length : 3;
    if (full->type == RtlPathTypeRooted)
        base_length = full->root;

    capacity = base_length + n + 8;
    if (capacity > ARRAY_SIZE(full->fixed) && !(full->text = heap_alloc(capacity * sizeof(WCHAR)))) {
        RtlReleasePebLock();
        full->text = full->fixed;
        return STATUS_NO_MEMORY;
    }
    if (base)
        put(full, base, base_length);
    RtlReleasePebLock();

    verbatim = false;
    switch (full->type) {
    case RtlPathTypeDriveAbsolute:
        put(full, s, 3);
        full->root = 3;
        s += 3;
        n -= 3;
        break;
    case RtlPathTypeUncAbsolute:
        full->root = unc_root(s, n);
        put(full, s, full->root);
        s += full->root;
        n -= full->root;
        break;
    case RtlPathTypeLocalDevice:
        put(full, s, 4);
        verbatim = s[2] == '?';
        s += 4;
        n -= 4;
        full->root = 4;
        /* ".." does not leave the volume. */
        if (n >= 3 && s[1] == ':' && is_slash(s[2])) {
            put(full, s, 3);
            s += 3;
            n -= 3;
            full->root = 7;
        }
        break;
    case RtlPathTypeRootLocalDevice:
        put(full, L"\\\\.\\", 4);
        n = 0;
        full->root = 4;
        break;
    default:
        break;
    }
    /* Only a root and what was given with a backslash at its end have one: C:\a\. is C:\a. */
    put_components(full, s, n, verbatim);
    if (full->length > full->root && full->text[full->length - 1] == '\\' && (!n || !is_slash(s[n - 1])))
        full->length--;
    for (SIZE_T i = full->length; i > full->root; i--) {
        if (full->text[i - 1] == '\\') {
            full->file = i < full->length ? i : 0;
            break;
        }
    }
    if (!full->file && full->length > full->root && full->root && full->text[full->length - 1] != '\\')
        full->file = full->root;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetFullPathName_UEx(const WCHAR *path, ULONG size, WCHAR *buffer, WCHAR **file_part,
                                      ULONG *result_size)
{
    struct full_path full;
    NTSTATUS status = path ? path_full(path, wcslen(path), &full) : STATUS_OBJECT_NAME_INVALID;

    if (file_part)
        *file_part = NULL;
    if (result_size)
        *result_size = 0;
    if (!NT_SUCCESS(status))
        return status;
    if ((full.length + 1) * sizeof(WCHAR) > size) {
        if (result_size)
            *result_size = (ULONG)((full.length + 1) * sizeof(WCHAR));
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        memcpy(buffer, full.text, full.length * sizeof(WCHAR));
        buffer[full.length] = 0;
        if (file_part && full.file && !full.device)
            *file_part = buffer + full.file;
        if (result_size)
            *result_size = (ULONG)(full.length * sizeof(WCHAR));
    }
    path_full_free(&full);
    return status;
}

ULONG NTAPI RtlGetFullPathName_U(const WCHAR *path, ULONG size, WCHAR *buffer, WCHAR **file_part)
{
    ULONG result = 0;

    RtlGetFullPathName_UEx(path, size, buffer, file_part, &result);
    return result;
}

NTSTATUS NTAPI RtlGetFullPathName_UstrEx(const UNICODE_STRING *path, UNICODE_STRING *static_string,
                                         UNICODE_STRING *dynamic_string, UNICODE_STRING **used, SIZE_T *file_part,
                                         BOOLEAN *name_invalid, RTL_PATH_TYPE *type, SIZE_T *needed)
{
    struct full_path full;
    UNICODE_STRING *out = static_string;
    NTSTATUS status = path_full(path->Buffer, path->Length / sizeof(WCHAR), &full);
    SIZE_T size;

    if (name_invalid)
        *name_invalid = status == STATUS_OBJECT_NAME_INVALID;
    if (!NT_SUCCESS(status))
        return status;
    size = (full.length + 1) * sizeof(WCHAR);
    if (needed)
        *needed = size;
    if (type)
        *type = full.type;
    if (file_part)
        *file_part = full.file;
    if (!out || size > out->MaximumLength) {
        out = dynamic_string;
        if (!out) {
            status = STATUS_BUFFER_TOO_SMALL;
        } else if (size > 0xfffe) {
            status = STATUS_NAME_TOO_LONG;
        } else if (!(out->Buffer = heap_alloc(size))) {
            status = STATUS_NO_MEMORY;
        } else {
            out->MaximumLength = (USHORT)size;
        }
    }
    if (NT_SUCCESS(status)) {
        memcpy(out->Buffer, full.text, size - sizeof(WCHAR));
        out->Buffer[full.length] = 0;
        out->Length = (USHORT)(size - sizeof(WCHAR));
        if (used)
            *used = out;
    }
    path_full_free(&full);
    return status;
}

/* --- searching --- */

static BOOLEAN file_exists(const WCHAR *s, SIZE_T n)
{
    struct {
        LARGE_INTEGER times[4];
        ULONG attributes;
    } info; /* FILE_BASIC_INFORMATION */
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .Attributes = OBJ_CASE_INSENSITIVE };
    UNICODE_STRING nt_path;
    NTSTATUS status = path_dos_to_nt(s, n, PATH_ANY_LENGTH, &nt_path, NULL, NULL);

    if (!NT_SUCCESS(status))
        return FALSE;
    attr.ObjectName = &nt_path;
    status = NtQueryAttributesFile(&attr, &info);
    RtlFreeUnicodeString(&nt_path);
    return NT_SUCCESS(status) || status == STATUS_SHARING_VIOLATION || status == STATUS_ACCESS_DENIED;
}

BOOLEAN NTAPI RtlDoesFileExists_U(const WCHAR *path)
{
    return file_exists(path, wcslen(path));
}

ULONG NTAPI RtlDosSearchPath_U(const WCHAR *path, const WCHAR *name, const WCHAR *extension, ULONG size, WCHAR *buffer,
                               WCHAR **file_part)
{
    SIZE_T name_length = wcslen(name), extension_length = extension ? wcslen(extension) : 0;
    RTL_PATH_TYPE type = path_type(name, name_length);
    ULONG result = 0;
    WCHAR *candidate;

    /* A name with a dot in its last component has its extension already. */
    for (SIZE_T i = name_length; i && !is_slash(name[i - 1]); i--) {
        if (name[i - 1] == '.') {
            extension_length = 0;
            break;
        }
    }
    /* "./x" and "../x" are not searched for, either. */
    if (type != RtlPathTypeRelative ||
        (name_length > 1 && name[0] == '.' && (is_slash(name[1]) || (name[1] == '.' && is_slash(name[2])))))
        return file_exists(name, name_length) ? RtlGetFullPathName_U(name, size, buffer, file_part) : 0;

    candidate = heap_alloc((wcslen(path) + name_length + extension_length + 2) * sizeof(WCHAR));
    if (!candidate)
        return 0;
    while (*path && !result) {
        SIZE_T n = 0;

        for (; *path && *path != ';'; path++)
            candidate[n++] = *path;
        if (*path)
            path++;
        if (!n)
            continue;
        if (!is_slash(candidate[n - 1]))
            candidate[n++] = '\\';
        memcpy(candidate + n, name, name_length * sizeof(WCHAR));
        n += name_length;
        if (extension_length)
            memcpy(candidate + n, extension, extension_length * sizeof(WCHAR));
        n += extension_length;
        candidate[n] = 0;
        if (file_exists(candidate, n))
            result = RtlGetFullPathName_U(candidate, size, buffer, file_part);
    }
    heap_free(candidate);
    return result;
}

/* --- 8.3 names --- */

BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(const UNICODE_STRING *name, STRING *oem_name, BOOLEAN *spaces)
{
    static const char bad[] = "\"*+,/:;<=>?[\\]|";
    char buffer[12];
    STRING own = { 0, sizeof(buffer), buffer };
    SIZE_T dot = (SIZE_T)-1;
    bool has_space = false;

    if (!oem_name)
        oem_name = &own;
    if (name->Length > 12 * sizeof(WCHAR) ||
        !NT_SUCCESS(RtlUpcaseUnicodeStringToCountedOemString(oem_name, name, FALSE)) || oem_name->Length > 12)
        return FALSE;
    if (oem_name->Length <= 2 && oem_name->Length && oem_name->Buffer[0] == '.') {
        if (oem_name->Length == 2 && oem_name->Buffer[1] != '.')
            return FALSE;
        if (spaces)
            *spaces = FALSE;
        return TRUE;
    }
    for (SIZE_T i = 0; i < oem_name->Length; i++) {
        char c = oem_name->Buffer[i];

        if ((UCHAR)c < ' ' || strchr(bad, c))
            return FALSE;
        if (c == ' ') {
            /* Not at the start or the end of either part. */
            if (!i || i == oem_name->Length - 1u || oem_name->Buffer[i + 1] == '.' || oem_name->Buffer[i - 1] == '.')
                return FALSE;
            has_space = true;
        }
        if (c == '.') {
            if (dot != (SIZE_T)-1 || !i || i > 8 || i == oem_name->Length - 1u)
                return FALSE;
            dot = i;
        }
    }
    if (!oem_name->Length || (dot == (SIZE_T)-1 ? oem_name->Length > 8 : oem_name->Length - dot - 1 > 3))
        return FALSE;
    if (spaces)
        *spaces = has_space;
    return TRUE;
}

NTSTATUS NTAPI RtlGetLengthWithoutLastFullDosOrNtPathElement(ULONG flags, const UNICODE_STRING *path, ULONG *length)
{
    SIZE_T n, root;

    if (flags || !path || !length)
        return STATUS_INVALID_PARAMETER;
    *length = 0;
    n = path->Length / sizeof(WCHAR);
    switch (path_type(path->Buffer, n)) {
    case RtlPathTypeDriveAbsolute:
        root = 3;
        break;
    case RtlPathTypeUncAbsolute:
        root = unc_root(path->Buffer, n);
        break;
    case RtlPathTypeLocalDevice:
        root = 4;
        break;
    case RtlPathTypeRooted:
        root = 1;
        break;
    default:
        return STATUS_INVALID_PARAMETER;
    }
    while (n > root && is_slash(path->Buffer[n - 1]))
        n--;
    while (n > root && !is_slash(path->Buffer[n - 1]))
        n--;
    *length = (ULONG)(n > root ? n : n == path->Length / sizeof(WCHAR) ? 0 : n);
    return STATUS_SUCCESS;
}
