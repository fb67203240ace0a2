/* SPDX-License-Identifier: MIT */
/* rtlpath_current.c: names in the NT namespace of DOS names, and the current directory that many of them are relative to. */
#include "rtlpath.h"

BOOLEAN NTAPI RtlAreLongPathsEnabled(VOID);

static NTSTATUS make_nt_name(UNICODE_STRING *nt_path, WCHAR **file_part, const WCHAR *prefix, const WCHAR *text,
                             SIZE_T length, SIZE_T file)
{
    SIZE_T prefix_length = wcslen(prefix), total = prefix_length + length;

    if (total > MAX_PATH_CHARS)
        return STATUS_NAME_TOO_LONG;
    if (!(nt_path->Buffer = heap_alloc((total + 1) * sizeof(WCHAR))))
        return STATUS_NO_MEMORY;
    memcpy(nt_path->Buffer, prefix, prefix_length * sizeof(WCHAR));
    memcpy(nt_path->Buffer + prefix_length, text, length * sizeof(WCHAR));
    nt_path->Buffer[total] = 0;
    nt_path->Length = (USHORT)(total * sizeof(WCHAR));
    nt_path->MaximumLength = (USHORT)((total + 1) * sizeof(WCHAR));
    if (file_part)
        *file_part = file ? nt_path->Buffer + prefix_length + file : NULL;
    return STATUS_SUCCESS;
}

/* The policy of that name, which is on unless the registry says otherwise. */
static bool long_paths_allowed(void)
{
    struct {
        ULONG index, type, length, value; /* KEY_VALUE_PARTIAL_INFORMATION */
    } info;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attr;
    HANDLE key;
    ULONG size;
    NTSTATUS status;

    RtlInitUnicodeString(&name, L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\FileSystem");
    InitializeObjectAttributes(&attr, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    if (!NT_SUCCESS(NtOpenKey(&key, KEY_QUERY_VALUE, &attr)))
        return true;
    RtlInitUnicodeString(&name, L"LongPathsEnabled");
    status = NtQueryValueKey(key, &name, 2 /* KeyValuePartialInformation */, &info, sizeof(info), &size);
    NtClose(key);
    return !NT_SUCCESS(status) || info.type != REG_DWORD || info.value;
}

#define PEB_LONG_PATH_AWARE 0x80 /* IsLongPathAwareProcess in PEB.BitField */

/*
 * Are paths of more than MAX_PATH characters for this program? ("Maximum Path Length Limitation") The answer is in the PEB, where
 * Windows puts it at the start; we look when first somebody asks. Go's run time has no manifest and sets the bit itself.
 */
static bool long_paths(void)
{
    static bool known;
    WCHAR text[8] = L"";
    SIZE_T written = 0;

    if (!known && !(nt_peb()->BitField & PEB_LONG_PATH_AWARE)) {
        bool aware = NT_SUCCESS(RtlQueryActivationContextApplicationSettings(0, NULL, NULL, L"longPathAware", text,
                                                                             ARRAY_SIZE(text), &written)) &&
                     (text[0] | 0x20) == 't';
        known = true;
        if (aware && long_paths_allowed())
            nt_peb()->BitField |= PEB_LONG_PATH_AWARE;
    }
    return nt_peb()->BitField & PEB_LONG_PATH_AWARE;
}

BOOLEAN NTAPI RtlAreLongPathsEnabled(VOID)
{
    return long_paths();
}

/* --- names relative to the current directory: a walk from there is shorter --- */

struct directory_ref {
    LONG refs; /* under the PEB lock */
    HANDLE handle;
};

static struct directory_ref *current_ref; /* under the PEB lock, as the rest */
static ULONG names_wanted;
#define NAMES_BEFORE_OPEN 4 /* a program that opens fewer files does not gain by it */

static void release_directory(struct directory_ref *ref)
{
    RtlAcquirePebLock();
    bool last = !--ref->refs;
    RtlReleasePebLock();
    if (last) {
        NtClose(ref->handle);
        heap_free(ref);
    }
}

static NTSTATUS open_directory(const WCHAR *path, SIZE_T length, HANDLE *handle);

/* A handle of the directory that the process was started in, once it is worth it. */
static void open_first_directory(void)
{
    CURDIR *current = path_current();
    struct directory_ref *ref;

    if (current->Handle || names_wanted++ != NAMES_BEFORE_OPEN || !(ref = heap_alloc(sizeof(*ref))))
        return;
    if (!NT_SUCCESS(open_directory(current->DosPath.Buffer, current->DosPath.Length / sizeof(WCHAR), &ref->handle))) {
        heap_free(ref);
        return;
    }
    ref->refs = 1;
    current->Handle = ref->handle;
    current_ref = ref;
}

/* The name's part below the current directory, if there is one. `text` is where the full path begins in the NT name. */
static void make_relative(const struct full_path *full, WCHAR *text, RTL_RELATIVE_NAME_U *relative)
{
    const UNICODE_STRING *base = &path_current()->DosPath;
    SIZE_T length = base->Length / sizeof(WCHAR);

    if (full->type != RtlPathTypeRelative || full->device)
        return;
    RtlAcquirePebLock();
    open_first_directory();
    /* Not below the root of a drive: there is no shorter way. */
    if (current_ref && current_ref->handle == path_current()->Handle && length > 3 && base->Buffer[1] == ':' &&
        full->length > length && !memcmp(full->text, base->Buffer, length * sizeof(WCHAR))) {
        relative->RelativeName.Buffer = text + length;
        relative->RelativeName.Length = relative->RelativeName.MaximumLength =
            (USHORT)((full->length - length) * sizeof(WCHAR));
        relative->ContainingDirectory = current_ref->handle;
        relative->CurDirRef = current_ref;
        current_ref->refs++;
    }
    RtlReleasePebLock();
}

VOID NTAPI RtlReleaseRelativeName(RTL_RELATIVE_NAME_U *relative)
{
    if (relative->CurDirRef)
        release_directory(relative->CurDirRef);
    memset(relative, 0, sizeof(*relative));
}

NTSTATUS path_dos_to_nt(const WCHAR *s, SIZE_T n, unsigned flags, UNICODE_STRING *nt_path, WCHAR **file_part,
                        RTL_RELATIVE_NAME_U *relative)
{
    struct full_path full;
    NTSTATUS status;

    if (relative)
        memset(relative, 0, sizeof(*relative));
    /* "\\?\" turns all parsing off; so does the NT prefix itself. */
    if (n >= 4 && s[0] == '\\' && (s[1] == '\\' || s[1] == '?') && s[2] == '?' && s[3] == '\\') {
        SIZE_T file = n - 4;

        while (file && s[4 + file - 1] != '\\')
            file--;
        return make_nt_name(nt_path, file_part, L"\\??\\", s + 4, n - 4, file < n - 4 ? file : 0);
    }
    status = path_full(s, n, &full);
    if (!NT_SUCCESS(status))
        return status;
    if (full.length >= MAX_PATH && !(flags & PATH_ANY_LENGTH) && !long_paths()) {
        path_full_free(&full);
        return STATUS_NAME_TOO_LONG;
    }
    switch (path_type(full.text, full.length)) {
    case RtlPathTypeUncAbsolute:
        status = make_nt_name(nt_path, file_part, L"\\??\\UNC\\", full.text + 2, full.length - 2,
                              full.file > 2 ? full.file - 2 : 0);
        break;
    case RtlPathTypeLocalDevice:
        status = make_nt_name(nt_path, file_part, L"\\??\\", full.text + 4, full.length - 4,
                              full.file > 4 && !full.device ? full.file - 4 : 0);
        break;
    default:
        status = make_nt_name(nt_path, file_part, L"\\??\\", full.text, full.length, full.file);
        if (!status && relative && (flags & PATH_RELATIVE))
            make_relative(&full, nt_path->Buffer + 4, relative);
        break;
    }
    path_full_free(&full);
    return status;
}

static NTSTATUS dos_to_nt(const WCHAR *path, unsigned flags, UNICODE_STRING *nt_path, WCHAR **file_part,
                          RTL_RELATIVE_NAME_U *relative)
{
    if (!path) {
        if (relative)
            memset(relative, 0, sizeof(*relative));
        return STATUS_OBJECT_NAME_INVALID;
    }
    return path_dos_to_nt(path, wcslen(path), flags, nt_path, file_part, relative);
}

NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(const WCHAR *path, UNICODE_STRING *nt_path, WCHAR **file_part,
                                                       RTL_RELATIVE_NAME_U *relative)
{
    return dos_to_nt(path, 0, nt_path, file_part, relative);
}

BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(const WCHAR *path, UNICODE_STRING *nt_path, WCHAR **file_part,
                                           RTL_RELATIVE_NAME_U *relative)
{
    return NT_SUCCESS(dos_to_nt(path, 0, nt_path, file_part, relative));
}

NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(const WCHAR *path, UNICODE_STRING *nt_path,
                                                               WCHAR **file_part, RTL_RELATIVE_NAME_U *relative)
{
    return dos_to_nt(path, PATH_RELATIVE, nt_path, file_part, relative);
}

BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(const WCHAR *path, UNICODE_STRING *nt_path, WCHAR **file_part,
                                                   RTL_RELATIVE_NAME_U *relative)
{
    return NT_SUCCESS(dos_to_nt(path, PATH_RELATIVE, nt_path, file_part, relative));
}

/* The variants for names of any length. */
NTSTATUS NTAPI RtlDosLongPathNameToNtPathName_U_WithStatus(const WCHAR *path, UNICODE_STRING *nt_path,
                                                           WCHAR **file_part, RTL_RELATIVE_NAME_U *relative);
NTSTATUS NTAPI RtlDosLongPathNameToNtPathName_U_WithStatus(const WCHAR *path, UNICODE_STRING *nt_path,
                                                           WCHAR **file_part, RTL_RELATIVE_NAME_U *relative)
{
    return dos_to_nt(path, PATH_ANY_LENGTH, nt_path, file_part, relative);
}

NTSTATUS NTAPI RtlDosLongPathNameToRelativeNtPathName_U_WithStatus(const WCHAR *path, UNICODE_STRING *nt_path,
                                                                   WCHAR **file_part, RTL_RELATIVE_NAME_U *relative);
NTSTATUS NTAPI RtlDosLongPathNameToRelativeNtPathName_U_WithStatus(const WCHAR *path, UNICODE_STRING *nt_path,
                                                                   WCHAR **file_part, RTL_RELATIVE_NAME_U *relative)
{
    return dos_to_nt(path, PATH_ANY_LENGTH | PATH_RELATIVE, nt_path, file_part, relative);
}

/* --- the current directory --- */

ULONG NTAPI RtlGetCurrentDirectory_U(ULONG size, WCHAR *buffer)
{
    const UNICODE_STRING *path;
    ULONG length;

    RtlAcquirePebLock();
    path = &path_current()->DosPath;
    length = path->Length;
    /* Kept with a backslash at its end, given without, unless it is the root. */
    if (length > 3 * sizeof(WCHAR) && path->Buffer[length / sizeof(WCHAR) - 1] == '\\')
        length -= sizeof(WCHAR);
    if (length + sizeof(WCHAR) <= size) {
        memcpy(buffer, path->Buffer, length);
        buffer[length / sizeof(WCHAR)] = 0;
    } else {
        length += sizeof(WCHAR);
    }
    RtlReleasePebLock();
    return length;
}

static NTSTATUS open_directory(const WCHAR *path, SIZE_T length, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .Attributes = OBJ_CASE_INSENSITIVE | OBJ_INHERIT };
    UNICODE_STRING nt_path;
    IO_STATUS_BLOCK io;
    NTSTATUS status = path_dos_to_nt(path, length, PATH_ANY_LENGTH, &nt_path, NULL, NULL);

    if (!NT_SUCCESS(status))
        return status;
    attr.ObjectName = &nt_path;
    /* FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT */
    status = NtOpenFile(handle, FILE_TRAVERSE | SYNCHRONIZE, &attr, &io,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, 0x1 | 0x20 | 0x4000);
    RtlFreeUnicodeString(&nt_path);
    return status;
}

NTSTATUS NTAPI RtlSetCurrentDirectory_U(const UNICODE_STRING *path)
{
    static bool from_heap; /* under the PEB lock: the buffer has been replaced */
    CURDIR *current = path_current();
    struct full_path full;
    struct directory_ref *ref, *old;
    HANDLE old_handle;
    NTSTATUS status;
    SIZE_T size;

    status = path_full(path->Buffer, path->Length / sizeof(WCHAR), &full);
    if (!NT_SUCCESS(status))
        return status;
    if (full.device) {
        path_full_free(&full);
        return STATUS_NOT_A_DIRECTORY;
    }
    if (full.length > MAX_PATH - 2 && !long_paths()) { /* documented: and room for a backslash */
        path_full_free(&full);
        return STATUS_NAME_TOO_LONG;
    }
    if (!(ref = heap_alloc(sizeof(*ref)))) {
        path_full_free(&full);
        return STATUS_NO_MEMORY;
    }
    ref->refs = 1;
    status = open_directory(full.text, full.length, &ref->handle);
    if (!NT_SUCCESS(status)) {
        heap_free(ref);
        path_full_free(&full);
        return status;
    }
    RtlAcquirePebLock();
    size = (full.length + 2) * sizeof(WCHAR);
    if (size > current->DosPath.MaximumLength) {
        WCHAR *buffer = size > 0xfffe ? NULL : heap_alloc(size);

        if (!buffer) {
            RtlReleasePebLock();
            release_directory(ref);
            path_full_free(&full);
            return size > 0xfffe ? STATUS_NAME_TOO_LONG : STATUS_NO_MEMORY;
        }
        if (from_heap)
            heap_free(current->DosPath.Buffer);
        from_heap = true;
        current->DosPath.Buffer = buffer;
        current->DosPath.MaximumLength = (USHORT)size;
    }
    memcpy(current->DosPath.Buffer, full.text, full.length * sizeof(WCHAR));
    if (current->DosPath.Buffer[full.length - 1] != '\\')
        current->DosPath.Buffer[full.length++] = '\\';
    current->DosPath.Buffer[full.length] = 0;
    current->DosPath.Length = (USHORT)(full.length * sizeof(WCHAR));
    old = current_ref;
    old_handle = current->Handle;
    current_ref = ref;
    current->Handle = ref->handle;
    RtlReleasePebLock();
    if (old)
        release_directory(old);
    else if (old_handle)
        NtClose(old_handle);
    path_full_free(&full);
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlGetLongestNtPathLength(void)
{
    return 269; /* MAX_PATH and "\??\UNC\", with its zero */
}
