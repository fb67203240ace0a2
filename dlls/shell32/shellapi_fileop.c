/* SPDX-License-Identifier: MIT */
/*
 * shellapi_fileop.c: SHFileOperation: copying, moving, deleting and renaming of files and folders, by lists of names and
 * wildcards. Without anybody to ask, questions are answered as FOF_NOCONFIRMATION says: yes.
 */
#include "shell32_private.h"
#include <stdio.h>

/* The error numbers of SHFileOperation that are none of Win32's (documented). */
#define DE_SAMEFILE      0x71
#define DE_MANYSRC1DEST  0x72
#define DE_INVALIDFILES  0x7c
#define DE_DESTSUBTREE   0x7d
#define DE_FLDDESTISFILE 0x7e
#define DE_FILEDESTISFLD 0x80

#define PATH_ROOM 1024

static BOOL is_folder(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static BOOL exists(const WCHAR *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static const WCHAR *base_name(const WCHAR *path)
{
    const WCHAR *base = path;

    for (; *path; path++)
        if ((*path == '\\' || *path == '/') && path[1])
            base = path + 1;
    return base;
}

static BOOL join(WCHAR out[PATH_ROOM], const WCHAR *folder, const WCHAR *name)
{
    SIZE_T length = wcslen(folder);
    BOOL slash = length && (folder[length - 1] == '\\' || folder[length - 1] == '/');

    if (length + wcslen(name) + 2 > PATH_ROOM)
        return FALSE;
    wcscpy(out, folder);
    if (!slash)
        wcscat(out, L"\\");
    wcscat(out, name);
    return TRUE;
}

static BOOL is_dots(const WCHAR *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Calls `each` for what is in a folder; stops at the first error. */
static DWORD for_contents(const WCHAR *folder,
                          DWORD (*each)(const WCHAR *path, const WIN32_FIND_DATAW *data, void *context), void *context)
{
    WCHAR *path = shell_alloc(PATH_ROOM * sizeof(WCHAR));
    WIN32_FIND_DATAW data;
    HANDLE find;
    DWORD error = ERROR_SUCCESS;

    if (!path)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!join(path, folder, L"*")) {
        shell_free(path);
        return ERROR_FILENAME_EXCED_RANGE;
    }
    find = FindFirstFileW(path, &data);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (is_dots(data.cFileName))
                continue;
            error = join(path, folder, data.cFileName) ? each(path, &data, context) : ERROR_FILENAME_EXCED_RANGE;
        } while (!error && FindNextFileW(find, &data));
        FindClose(find);
    }
    shell_free(path);
    return error;
}

static DWORD delete_tree(const WCHAR *path);

static DWORD delete_each(const WCHAR *path, const WIN32_FIND_DATAW *data, void *context)
{
    (void)data, (void)context;
    return delete_tree(path);
}

/* A link to a folder is removed, not what it leads to. */
static DWORD delete_tree(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path), error;

    if (attributes == INVALID_FILE_ATTRIBUTES)
        return GetLastError();
    if (attributes & FILE_ATTRIBUTE_READONLY)
        SetFileAttributesW(path, attributes & ~FILE_ATTRIBUTE_READONLY);
    if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
        return DeleteFileW(path) ? ERROR_SUCCESS : GetLastError();
    if (!(attributes & FILE_ATTRIBUTE_REPARSE_POINT) && (error = for_contents(path, delete_each, NULL)))
        return error;
    return RemoveDirectoryW(path) ? ERROR_SUCCESS : GetLastError();
}

struct copying {
    const WCHAR *to;
    WORD flags;
};

static DWORD copy_tree(const WCHAR *from, const WCHAR *to, WORD flags);

static DWORD copy_each(const WCHAR *path, const WIN32_FIND_DATAW *data, void *context)
{
    struct copying *copying = context;
    WCHAR *to;
    DWORD error;

    if ((data->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) && (copying->flags & FOF_NORECURSION))
        return ERROR_SUCCESS;
    if (!(to = shell_alloc(PATH_ROOM * sizeof(WCHAR))))
        return ERROR_NOT_ENOUGH_MEMORY;
    error = join(to, copying->to, data->cFileName) ? copy_tree(path, to, copying->flags) : ERROR_FILENAME_EXCED_RANGE;
    shell_free(to);
    return error;
}

static DWORD copy_tree(const WCHAR *from, const WCHAR *to, WORD flags)
{
    struct copying copying = { to, flags };

    if (!is_folder(from)) {
        if (is_folder(to))
            return DE_FILEDESTISFLD;
        return CopyFileW(from, to, FALSE) ? ERROR_SUCCESS : GetLastError();
    }
    if (exists(to) && !is_folder(to))
        return DE_FLDDESTISFILE;
    if (!CreateDirectoryW(to, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
        return GetLastError();
    return for_contents(from, copy_each, &copying);
}

static DWORD move_tree(const WCHAR *from, const WCHAR *to, WORD flags)
{
    DWORD error;

    if (MoveFileExW(from, to, is_folder(from) ? 0 : MOVEFILE_REPLACE_EXISTING | MOVEFILE_COPY_ALLOWED))
        return ERROR_SUCCESS;
    error = GetLastError();
    if (error != ERROR_NOT_SAME_DEVICE && error != ERROR_ALREADY_EXISTS)
        return error;
    if ((error = copy_tree(from, to, flags)))
        return error;
    return delete_tree(from);
}

/* Whether `path` lies in the folder `folder`, or is it. */
static BOOL inside(const WCHAR *path, const WCHAR *folder)
{
    SIZE_T length = wcslen(folder);

    return !_wcsnicmp(path, folder, length) && (!path[length] || path[length] == '\\' || path[length] == '/');
}

static DWORD one(UINT operation, const WCHAR *from, const WCHAR *to, WORD flags)
{
    switch (operation) {
    case FO_DELETE:
        return delete_tree(from);
    case FO_COPY:
        if (!_wcsicmp(from, to))
            return DE_SAMEFILE;
        if (is_folder(from) && inside(to, from))
            return DE_DESTSUBTREE;
        return copy_tree(from, to, flags);
    case FO_MOVE:
        if (is_folder(from) && inside(to, from))
            return _wcsicmp(from, to) ? DE_DESTSUBTREE : DE_SAMEFILE;
        return move_tree(from, to, flags);
    default:
        return MoveFileW(from, to) ? ERROR_SUCCESS : GetLastError();
    }
}

/* Makes the folders above a path, as copying and moving do. */
static DWORD make_parents(const WCHAR *path)
{
    WCHAR *folder = shell_alloc((wcslen(path) + 1) * sizeof(WCHAR));
    DWORD error = ERROR_SUCCESS;

    if (!folder)
        return ERROR_NOT_ENOUGH_MEMORY;
    wcscpy(folder, path);
    folder[base_name(path) - path] = 0;
    if (*folder && !exists(folder)) {
        error = SHCreateDirectoryExW(NULL, folder, NULL);
        if (error == ERROR_ALREADY_EXISTS || error == ERROR_FILE_EXISTS)
            error = ERROR_SUCCESS;
    }
    shell_free(folder);
    return error;
}

/* One name of the source list, with wildcards in its last part perhaps. */
static DWORD one_source(const SHFILEOPSTRUCTW *op, const WCHAR *from, const WCHAR *to, BOOL into)
{
    WCHAR *source = shell_alloc(2 * PATH_ROOM * sizeof(WCHAR)), *target = source + PATH_ROOM;
    const WCHAR *base = base_name(from);
    WIN32_FIND_DATAW data;
    HANDLE find;
    DWORD error = ERROR_SUCCESS;

    if (!source)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!wcspbrk(base, L"*?")) {
        if (!exists(from))
            error = op->wFunc == FO_DELETE ? ERROR_FILE_NOT_FOUND : DE_INVALIDFILES;
        else if (op->wFunc == FO_DELETE)
            error = one(op->wFunc, from, NULL, op->fFlags);
        else if (into && !join(target, to, base))
            error = ERROR_FILENAME_EXCED_RANGE;
        else if (op->wFunc == FO_RENAME || !(error = make_parents(into ? target : to)))
            error = one(op->wFunc, from, into ? target : to, op->fFlags);
        shell_free(source);
        return error;
    }
    find = FindFirstFileW(from, &data);
    if (find == INVALID_HANDLE_VALUE) {
        shell_free(source);
        return ERROR_FILE_NOT_FOUND;
    }
    do {
        SIZE_T folder = base - from;
        if (is_dots(data.cFileName) ||
            ((op->fFlags & FOF_FILESONLY) && (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)))
            continue;
        if (folder + wcslen(data.cFileName) >= PATH_ROOM || (to && !join(target, to, data.cFileName))) {
            error = ERROR_FILENAME_EXCED_RANGE;
            break;
        }
        memcpy(source, from, folder * sizeof(WCHAR));
        wcscpy(source + folder, data.cFileName);
        if (op->wFunc == FO_DELETE || !(error = make_parents(target)))
            error = one(op->wFunc, source, target, op->fFlags);
    } while (!error && FindNextFileW(find, &data));
    FindClose(find);
    shell_free(source);
    return error;
}

int WINAPI SHFileOperationW(LPSHFILEOPSTRUCTW op)
{
    const WCHAR *from, *to;
    DWORD error = ERROR_SUCCESS, sources = 0;
    BOOL into;

    if (!op || !op->pFrom || (op->wFunc != FO_DELETE && !op->pTo) || op->wFunc < FO_MOVE || op->wFunc > FO_RENAME)
        return ERROR_INVALID_PARAMETER;
    op->fAnyOperationsAborted = FALSE;
    op->hNameMappings = NULL;
    for (from = op->pFrom; *from; from += wcslen(from) + 1)
        sources++;
    if (op->wFunc == FO_RENAME && sources > 1)
        return DE_MANYSRC1DEST;
    to = op->pTo;
    into = op->wFunc != FO_DELETE && op->wFunc != FO_RENAME && !(op->fFlags & FOF_MULTIDESTFILES) &&
           (is_folder(to) || sources > 1);
    for (from = op->pFrom; *from && !error; from += wcslen(from) + 1) {
        if (op->wFunc == FO_DELETE) {
            error = one_source(op, from, NULL, FALSE);
        } else if (op->fFlags & FOF_MULTIDESTFILES) {
            if (!*to)
                return ERROR_INVALID_PARAMETER;
            error = one_source(op, from, to, is_folder(to) && !is_folder(from));
            to += wcslen(to) + 1;
        } else {
            error = one_source(op, from, to, into);
        }
    }
    if (error)
        op->fAnyOperationsAborted = (op->fFlags & FOF_NOERRORUI) != 0;
    return error;
}

/* A list of names that ends with an empty one, widened. */
static WCHAR *wide_list(const char *list)
{
    const char *end = list;
    WCHAR *wide;
    int size;

    if (!list)
        return NULL;
    while (*end)
        end += strlen(end) + 1;
    end++;
    size = MultiByteToWideChar(CP_ACP, 0, list, (int)(end - list), NULL, 0);
    if ((wide = shell_alloc((size + 1) * sizeof(WCHAR))))
        MultiByteToWideChar(CP_ACP, 0, list, (int)(end - list), wide, size);
    return wide;
}

int WINAPI SHFileOperationA(LPSHFILEOPSTRUCTA op)
{
    SHFILEOPSTRUCTW wide = { 0 };
    WCHAR *from, *to;
    int result;

    if (!op)
        return ERROR_INVALID_PARAMETER;
    wide.wFunc = op->wFunc;
    wide.fFlags = op->fFlags;
    wide.pFrom = from = wide_list(op->pFrom);
    wide.pTo = to = wide_list(op->pTo);
    result = SHFileOperationW(&wide);
    op->fAnyOperationsAborted = wide.fAnyOperationsAborted;
    op->hNameMappings = NULL;
    shell_free(from);
    shell_free(to);
    return result;
}

VOID WINAPI SHFreeNameMappings(HANDLE mappings)
{
    (void)mappings; /* none are ever made */
}
