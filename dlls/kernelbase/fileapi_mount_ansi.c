/* SPDX-License-Identifier: MIT */
/* fileapi_mount_ansi.c: the functions of fileapi_mount.c with ANSI names. */
#include "kernelbase_private.h"

#define VOLUME_ROOM 64 /* a volume's name */

BOOL WINAPI SetVolumeMountPointA(const char *path, const char *name)
{
    struct wide_arg wide_path, wide_name;
    BOOL result;

    if (!wide_file_arg(&wide_path, path))
        return FALSE;
    if (!wide_file_arg(&wide_name, name)) {
        wide_arg_free(&wide_path);
        return FALSE;
    }
    result = SetVolumeMountPointW(wide_path.str, wide_name.str);
    wide_arg_free(&wide_path);
    wide_arg_free(&wide_name);
    return result;
}

BOOL WINAPI DeleteVolumeMountPointA(const char *path)
{
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, path))
        return FALSE;
    result = DeleteVolumeMountPointW(wide.str);
    wide_arg_free(&wide);
    return result;
}

BOOL WINAPI GetVolumeNameForVolumeMountPointA(const char *path, char *volume, DWORD size)
{
    WCHAR name[VOLUME_ROOM];
    struct wide_arg wide;
    BOOL result;

    if (!wide_file_arg(&wide, path))
        return FALSE;
    result = GetVolumeNameForVolumeMountPointW(wide.str, name, ARRAY_SIZE(name));
    wide_arg_free(&wide);
    if (result && return_string_a(name, wcslen(name), volume, size) >= size)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    return result;
}

/* The list with its texts and the last zero, as long as it is; kb_free. */
static WCHAR *path_names(const WCHAR *volume, DWORD *length)
{
    WCHAR *names = NULL;
    DWORD size = 64;

    for (;;) {
        kb_free(names);
        if (!(names = kb_alloc(size * sizeof(WCHAR)))) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return NULL;
        }
        if (GetVolumePathNamesForVolumeNameW(volume, names, size, length))
            return names;
        if (GetLastError() != ERROR_MORE_DATA) {
            kb_free(names);
            return NULL;
        }
        size = *length;
    }
}

BOOL WINAPI GetVolumePathNamesForVolumeNameA(const char *volume, char *paths, DWORD size, DWORD *needed)
{
    struct wide_arg wide;
    DWORD length = 0, bytes;
    WCHAR *names;

    if (!wide_file_arg(&wide, volume))
        return FALSE;
    names = path_names(wide.str, &length);
    wide_arg_free(&wide);
    if (!names)
        return FALSE;
    bytes = ansi_size(names, length);
    if (needed)
        *needed = bytes;
    if (bytes <= size)
        ansi_copy(paths, size, names, length);
    kb_free(names);
    return bytes <= size || fail(ERROR_MORE_DATA);
}

BOOL WINAPI GetVolumePathNameA(const char *path, char *volume, DWORD size)
{
    WCHAR *wide_volume;
    struct wide_arg wide;
    BOOL result = FALSE;

    if (!wide_file_arg(&wide, path))
        return FALSE;
    if (!(wide_volume = kb_alloc(((SIZE_T)size + 1) * sizeof(WCHAR))))
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    else if ((result = GetVolumePathNameW(wide.str, wide_volume, size)) &&
             return_file_string_a(wide_volume, wcslen(wide_volume), volume, size) >= size)
        result = fail(ERROR_FILENAME_EXCED_RANGE);
    kb_free(wide_volume);
    wide_arg_free(&wide);
    return result;
}

/* --- searching --- */

static BOOL give_name(const WCHAR *name, char *buffer, DWORD size)
{
    return return_file_string_a(name, wcslen(name), buffer, size) < size || fail(ERROR_FILENAME_EXCED_RANGE);
}

HANDLE WINAPI FindFirstVolumeA(char *buffer, DWORD size)
{
    WCHAR name[VOLUME_ROOM];
    HANDLE find = FindFirstVolumeW(name, ARRAY_SIZE(name));

    if (find == INVALID_HANDLE_VALUE || give_name(name, buffer, size))
        return find;
    FindVolumeClose(find);
    SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextVolumeA(HANDLE find, char *buffer, DWORD size)
{
    WCHAR name[VOLUME_ROOM];

    return FindNextVolumeW(find, name, ARRAY_SIZE(name)) && give_name(name, buffer, size);
}

HANDLE WINAPI FindFirstVolumeMountPointA(const char *volume, char *buffer, DWORD size)
{
    WCHAR name[MAX_PATH];
    struct wide_arg wide;
    HANDLE find;

    if (!wide_file_arg(&wide, volume))
        return INVALID_HANDLE_VALUE;
    find = FindFirstVolumeMountPointW(wide.str, name, ARRAY_SIZE(name));
    wide_arg_free(&wide);
    if (find == INVALID_HANDLE_VALUE || give_name(name, buffer, size))
        return find;
    FindVolumeMountPointClose(find);
    SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextVolumeMountPointA(HANDLE find, char *buffer, DWORD size)
{
    WCHAR name[MAX_PATH];

    return FindNextVolumeMountPointW(find, name, ARRAY_SIZE(name)) && give_name(name, buffer, size);
}
