/* SPDX-License-Identifier: MIT */
/* winbase_volume.c: labels of volumes, short names. Where volumes are mounted: fileapi_mount.c. */
#include "kernelbase_private.h"

BOOL WINAPI SetVolumeLabelW(const WCHAR *root, const WCHAR *label)
{
    FILE_FS_LABEL_INFORMATION *info;
    SIZE_T length = label ? wcslen(label) * sizeof(WCHAR) : 0, size;
    OBJECT_ATTRIBUTES attr;
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    HANDLE volume;
    NTSTATUS status;

    if (dos_to_nt_path(root ? root : L"\\", &nt))
        return fail(ERROR_INVALID_NAME);
    if (length > 32 * sizeof(WCHAR)) {
        RtlFreeUnicodeString(&nt);
        return fail(ERROR_LABEL_TOO_LONG);
    }
    InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL, NULL);
    status = NtOpenFile(&volume, FILE_WRITE_DATA | SYNCHRONIZE, &attr, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&nt);
    if (status)
        return set_ntstatus(status);
    size = max(offsetof(FILE_FS_LABEL_INFORMATION, VolumeLabel) + length, sizeof(*info));
    if ((info = kb_alloc_zeroed(size))) {
        info->VolumeLabelLength = length;
        memcpy(info->VolumeLabel, label, length);
        status = NtSetVolumeInformationFile(volume, &iosb, info, size, FileFsLabelInformation);
        kb_free(info);
    } else
        status = STATUS_NO_MEMORY;
    NtClose(volume);
    return set_ntstatus(status);
}

BOOL WINAPI SetVolumeLabelA(const char *root, const char *label)
{
    struct wide_arg wide_root, wide_label;
    BOOL result;

    if (!wide_file_arg(&wide_root, root))
        return FALSE;
    if (!wide_file_arg(&wide_label, label)) {
        wide_arg_free(&wide_root);
        return FALSE;
    }
    result = SetVolumeLabelW(wide_root.str, wide_label.str);
    wide_arg_free(&wide_root);
    wide_arg_free(&wide_label);
    return result;
}

/* --- short names --- */

BOOL WINAPI CheckNameLegalDOS8Dot3W(const WCHAR *name, char *oem, DWORD oem_size, BOOL *spaces, BOOL *legal)
{
    OEM_STRING result = { 0, 0, oem };
    BOOLEAN contains_spaces = FALSE;
    UNICODE_STRING text;

    if (!name || !legal || (oem_size && !oem))
        return fail(ERROR_INVALID_PARAMETER);
    RtlInitUnicodeString(&text, name);
    result.MaximumLength = min(oem_size, 0xffff);
    *legal = RtlIsNameLegalDOS8Dot3(&text, oem ? &result : NULL, &contains_spaces);
    if (*legal) {
        if (spaces)
            *spaces = contains_spaces;
        if (oem && result.Length < oem_size)
            oem[result.Length] = 0;
    }
    return TRUE;
}

BOOL WINAPI CheckNameLegalDOS8Dot3A(const char *name, char *oem, DWORD oem_size, BOOL *spaces, BOOL *legal)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, name))
        return FALSE;
    result = CheckNameLegalDOS8Dot3W(wide.str, oem, oem_size, spaces, legal);
    wide_arg_free(&wide);
    return result;
}
