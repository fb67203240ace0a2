/* SPDX-License-Identifier: MIT */
/* links.c: symbolic links and junctions: MKLINK, and where they lead. */
#include "cmd.h"
#include <winioctl.h>

/* MS-FSCC 2.1.2.4 and 2.1.2.5; the SDK's headers have it for drivers only. */
struct reparse_data {
    DWORD tag;
    WORD length, reserved;
    WORD substitute_offset, substitute_length, print_offset, print_length;
    union {
        struct {
            ULONG flags;
            WCHAR names[1];
        } symbolic_link;
        WCHAR junction[1];
    };
};

/* What a symbolic link or junction leads to, as it was given; to be freed. NULL: it is neither, or cannot be read. */
WCHAR *link_target(const WCHAR *path)
{
    struct reparse_data *data = xalloc(MAXIMUM_REPARSE_DATA_BUFFER_SIZE);
    HANDLE link = CreateFileW(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
    DWORD size;
    WCHAR *target = NULL;
    if (link != INVALID_HANDLE_VALUE &&
        DeviceIoControl(link, FSCTL_GET_REPARSE_POINT, NULL, 0, data, MAXIMUM_REPARSE_DATA_BUFFER_SIZE, &size, NULL)) {
        const WCHAR *names = data->tag == IO_REPARSE_TAG_SYMLINK       ? data->symbolic_link.names
                             : data->tag == IO_REPARSE_TAG_MOUNT_POINT ? data->junction
                                                                       : NULL;
        if (names)
            target = xdup_n(names + data->print_offset / sizeof(WCHAR), data->print_length / sizeof(WCHAR));
    }
    if (link != INVALID_HANDLE_VALUE)
        CloseHandle(link);
    free(data);
    return target;
}

/* A folder that leads to another one by its full path. */
static DWORD make_junction(const WCHAR *link, const WCHAR *target)
{
    WCHAR *full = full_path(target);
    size_t length = wcslen(full) * sizeof(WCHAR), prefix = 4 * sizeof(WCHAR);
    size_t size = FIELD_OFFSET(struct reparse_data, junction) + prefix + 2 * (length + sizeof(WCHAR));
    struct reparse_data *data = xalloc(size);
    WCHAR *names = data->junction;
    DWORD error = ERROR_SUCCESS, returned;

    memset(data, 0, size);
    data->tag = IO_REPARSE_TAG_MOUNT_POINT;
    data->length = (WORD)(size - FIELD_OFFSET(struct reparse_data, substitute_offset));
    data->substitute_length = (WORD)(prefix + length);
    data->print_offset = (WORD)(prefix + length + sizeof(WCHAR));
    data->print_length = (WORD)length;
    memcpy(names, L"\\??\\", prefix);
    memcpy(names + 4, full, length);
    memcpy(names + 4 + length / sizeof(WCHAR) + 1, full, length);
    free(full);
    if (size > MAXIMUM_REPARSE_DATA_BUFFER_SIZE)
        error = ERROR_FILENAME_EXCED_RANGE;
    else if (!CreateDirectoryW(link, NULL))
        error = GetLastError();
    if (!error) {
        HANDLE folder = CreateFileW(link, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                    FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
        if (folder == INVALID_HANDLE_VALUE ||
            !DeviceIoControl(folder, FSCTL_SET_REPARSE_POINT, data, (DWORD)size, NULL, 0, &returned, NULL))
            error = GetLastError();
        if (folder != INVALID_HANDLE_VALUE)
            CloseHandle(folder);
        if (error)
            RemoveDirectoryW(link);
    }
    free(data);
    return error;
}

int builtin_mklink(const WCHAR *line)
{
    struct arguments arguments;
    int result = 0;
    parse_arguments(line, &arguments);
    bool folder = find_switch(&arguments, 'd') != NULL;
    if (arguments.names.count != 2 || !only_switches(&arguments, L"djh")) {
        free_arguments(&arguments);
        return fail_syntax();
    }
    const WCHAR *link = arguments.names.items[0], *target = arguments.names.items[1];
    if (find_switch(&arguments, 'h')) {
        if (!CreateHardLinkW(link, target, NULL))
            result = fail_system(GetLastError());
        else
            outf(L"Hardlink created for %ls <<===>> %ls\r\n", link, target);
    } else if (find_switch(&arguments, 'j')) {
        DWORD error = make_junction(link, target);
        if (error)
            result = fail_system(error);
        else
            outf(L"Junction created for %ls <<===>> %ls\r\n", link, target);
    } else {
        DWORD flags = (folder ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0) | SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE;
        if (!CreateSymbolicLinkW(link, target, flags))
            result = fail_system(GetLastError());
        else
            outf(L"symbolic link created for %ls <<===>> %ls\r\n", link, target);
    }
    free_arguments(&arguments);
    return result;
}
