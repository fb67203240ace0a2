/* SPDX-License-Identifier: MIT */
/* builtin_file.c: DEL, REN, TYPE, MD, RD. */
#include "cmd.h"

/* Calls a function for each file that matches in a folder, and with `deep` in the folders below it. */
struct walk {
    DWORD required, forbidden; /* attributes */
    bool deep;
    bool (*visit)(const WCHAR *path, const WIN32_FIND_DATAW *data, void *context); /* false: stop */
    void *context;
    size_t count;
};

static bool walk(struct walk *w, const WCHAR *folder, size_t length, const WCHAR *pattern)
{
    WIN32_FIND_DATAW data;
    WCHAR *path = join_path(folder, length, pattern);
    HANDLE find = FindFirstFileW(path, &data);
    bool more = find != INVALID_HANDLE_VALUE, going = true;
    free(path);
    for (; going && more && !interrupted; more = FindNextFileW(find, &data)) {
        DWORD attributes = data.dwFileAttributes;
        if (attributes & FILE_ATTRIBUTE_DIRECTORY || attributes & w->forbidden ||
            (attributes & w->required) != w->required)
            continue;
        path = join_path(folder, length, data.cFileName);
        w->count++;
        going = w->visit(path, &data, w->context);
        free(path);
    }
    if (find != INVALID_HANDLE_VALUE)
        FindClose(find);
    if (!w->deep || !going)
        return going;
    WCHAR *all = join_path(folder, length, L"*");
    struct words folders = match_files(all, true, false);
    free(all);
    for (size_t i = 0; i < folders.count && going; i++) {
        path = join_path(folder, length, folders.items[i]);
        if (!(GetFileAttributesW(path) & FILE_ATTRIBUTE_REPARSE_POINT))
            going = walk(w, path, wcslen(path), pattern);
        free(path);
    }
    words_free(&folders);
    return going;
}

/* /a:rh-s -> attributes that must and must not be there. */
static bool parse_attributes(const WCHAR *letters, struct walk *w)
{
    bool absent = false;
    for (letters += *letters == ':'; *letters; letters++) {
        DWORD bit = 0;
        switch (towlower(*letters)) {
        case '-':
            absent = true;
            continue;
        case 'r':
            bit = FILE_ATTRIBUTE_READONLY;
            break;
        case 'h':
            bit = FILE_ATTRIBUTE_HIDDEN;
            break;
        case 's':
            bit = FILE_ATTRIBUTE_SYSTEM;
            break;
        case 'a':
            bit = FILE_ATTRIBUTE_ARCHIVE;
            break;
        case 'i':
            bit = FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;
            break;
        case 'l':
            bit = FILE_ATTRIBUTE_REPARSE_POINT;
            break;
        default:
            return false;
        }
        *(absent ? &w->forbidden : &w->required) |= bit;
        absent = false;
    }
    return true;
}

static bool delete_file(const WCHAR *path, const WIN32_FIND_DATAW *data, void *context)
{
    const struct arguments *arguments = context;
    if (find_switch(arguments, 'p')) {
        struct text question = { 0 };
        text_format(&question, L"%ls, Delete (Y/N)? ", path);
        bool yes = ask(question.data);
        free(question.data);
        if (!yes)
            return true;
    }
    if (find_switch(arguments, 'f') && data->dwFileAttributes & FILE_ATTRIBUTE_READONLY)
        SetFileAttributesW(path, data->dwFileAttributes & ~FILE_ATTRIBUTE_READONLY);
    if (!DeleteFileW(path)) {
        DWORD error = GetLastError();
        errf(L"%ls\r\n", path);
        err_system(error);
    } else if (find_switch(arguments, 's') && extensions) { /* also with /q, which is about questions only */
        outf(L"Deleted file - %ls\r\n", path);
    }
    return true;
}

static void delete_names(const struct arguments *arguments, const WCHAR *name, struct walk *w)
{
    size_t folder = folder_length(name);
    if (is_directory(name)) {
        struct text question = { 0 };
        WCHAR *full = full_path(name);
        text_format(&question, L"%ls\\*, Are you sure (Y/N)? ", full);
        if (find_switch(arguments, 'q') || find_switch(arguments, 'p') || ask(question.data))
            walk(w, name, wcslen(name), L"*");
        free(question.data);
        free(full);
        return;
    }
    if (!wcscmp(name + folder, L"*") || !wcscmp(name + folder, L"*.*")) {
        struct text question = { 0 };
        WCHAR *full = full_path(name);
        text_format(&question, L"%ls, Are you sure (Y/N)? ", full);
        bool yes = find_switch(arguments, 'q') || find_switch(arguments, 'p') || current_batch || ask(question.data);
        free(question.data);
        free(full);
        if (!yes)
            return;
    }
    walk(w, name, folder, name + folder);
    if (!w->count) {
        WCHAR *full = full_path(name);
        errf(L"Could Not Find %ls\r\n", full);
        free(full);
    }
}

int builtin_del(const WCHAR *line)
{
    struct arguments arguments;
    int result = 0;
    parse_arguments(line, &arguments);
    const WCHAR *attributes = find_switch(&arguments, 'a');
    if (!arguments.names.count)
        result = fail_syntax();
    else if (!only_switches(&arguments, L"pfsqa"))
        result = 1;
    for (size_t i = 0; i < arguments.names.count && !result; i++) {
        /* Hidden files, and without /f read-only ones, are left alone unless they are asked for. */
        struct walk w = { .forbidden = attributes ? 0 : FILE_ATTRIBUTE_HIDDEN,
                          .deep = find_switch(&arguments, 's') != NULL,
                          .visit = delete_file,
                          .context = &arguments };
        if (attributes && !parse_attributes(attributes, &w))
            result = fail_syntax();
        else
            delete_names(&arguments, arguments.names.items[i], &w);
    }
    free_arguments(&arguments);
    return result;
}

int builtin_ren(const WCHAR *line)
{
    struct arguments arguments;
    int result = 0;
    parse_arguments(line, &arguments);
    if (arguments.names.count != 2 || folder_length(arguments.names.items[1])) {
        free_arguments(&arguments);
        return fail_syntax();
    }
    const WCHAR *source = arguments.names.items[0], *pattern = arguments.names.items[1];
    size_t folder = folder_length(source);
    struct words names = { 0 };
    if (has_wildcard(source))
        names = match_files(source, false, true);
    else if (is_existing(source))
        words_add(&names, xdup(source + folder));
    if (!names.count)
        result = fail_system(ERROR_FILE_NOT_FOUND);
    for (size_t i = 0; i < names.count; i++) {
        WCHAR *name = rename_by(names.items[i], pattern);
        WCHAR *from = join_path(source, folder, names.items[i]), *to = join_path(source, folder, name);
        if (!MoveFileExW(from, to, 0)) {
            DWORD error = GetLastError();
            if (error == ERROR_ALREADY_EXISTS || error == ERROR_FILE_EXISTS || error == ERROR_FILE_NOT_FOUND)
                err(L"A duplicate file name exists, or the file\r\ncannot be found.\r\n");
            else
                err_system(error);
            result = 1;
        }
        free(name);
        free(from);
        free(to);
    }
    words_free(&names);
    free_arguments(&arguments);
    return result;
}

static HANDLE open_file(const WCHAR *path)
{
    return CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       0, NULL);
}

/* In the folders of DPATH. */
static HANDLE open_data_file(const WCHAR *name)
{
    HANDLE file = INVALID_HANDLE_VALUE;
    WCHAR *folders = wcspbrk(name, L"\\:") ? NULL : get_variable(L"DPATH", 5);
    for (const WCHAR *p = folders; p && *p && file == INVALID_HANDLE_VALUE;) {
        size_t length = wcscspn(p, L";");
        WCHAR *path = length ? join_path(p, length, name) : NULL;
        if (path)
            file = open_file(path);
        free(path);
        p += length + (p[length] == ';');
    }
    free(folders);
    return file;
}

static bool type_file(const WCHAR *path)
{
    char buffer[16384];
    DWORD count, written;
    HANDLE file = open_file(path);
    if (file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND) {
        file = open_data_file(path);
        SetLastError(ERROR_FILE_NOT_FOUND);
    }
    if (file == INVALID_HANDLE_VALUE) {
        err_system(is_directory(path) ? ERROR_ACCESS_DENIED : GetLastError());
        return false;
    }
    bool first = true, wide = false;
    while (ReadFile(file, buffer, sizeof(buffer), &count, NULL) && count) {
        if (first && count >= 2 && !memcmp(buffer, "\xff\xfe", 2))
            wide = true; /* UTF-16 is shown in the console's code page */
        if (wide)
            out_n((WCHAR *)buffer + first, count / sizeof(WCHAR) - first);
        else if (!WriteFile(streams[1], buffer, count, &written, NULL))
            break;
        first = false;
    }
    CloseHandle(file);
    return true;
}

int builtin_type(const WCHAR *line)
{
    struct arguments arguments;
    int result = 0;
    parse_arguments(line, &arguments);
    if (!arguments.names.count)
        result = fail_syntax();
    for (size_t i = 0; i < arguments.names.count; i++) {
        const WCHAR *name = arguments.names.items[i];
        if (!has_wildcard(name)) {
            if (arguments.names.count > 1)
                errf(L"\r\n%ls\r\n\r\n\r\n", name);
            result |= !type_file(name);
            continue;
        }
        struct words names = match_files(name, false, true);
        if (!names.count)
            result = fail_system(ERROR_FILE_NOT_FOUND);
        for (size_t j = 0; j < names.count; j++) {
            WCHAR *path = join_path(name, folder_length(name), names.items[j]);
            errf(L"\r\n%ls\r\n\r\n\r\n", path);
            result |= !type_file(path);
            free(path);
        }
        words_free(&names);
    }
    free_arguments(&arguments);
    return result;
}

/* --- folders --- */

/* With every folder above it that is missing. */
static DWORD make_folders(const WCHAR *path)
{
    WCHAR *full = full_path(path);
    DWORD error = ERROR_SUCCESS;
    size_t length = wcslen(full);
    while (length > 3 && full[length - 1] == '\\')
        full[--length] = 0;
    if (is_existing(full)) {
        error = ERROR_ALREADY_EXISTS;
    } else {
        for (size_t i = 3; i < length && !error; i++) {
            if (full[i] != '\\' || !extensions)
                continue;
            full[i] = 0;
            if (!is_directory(full) && !CreateDirectoryW(full, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
                error = GetLastError();
            full[i] = '\\';
        }
        if (!error && !CreateDirectoryW(full, NULL))
            error = GetLastError();
    }
    free(full);
    return error;
}

int builtin_md(const WCHAR *line)
{
    struct arguments arguments;
    int result = 0;
    parse_arguments(line, &arguments);
    if (!arguments.names.count || arguments.switches.count)
        result = fail_syntax();
    for (size_t i = 0; i < arguments.names.count && !arguments.switches.count; i++) {
        DWORD error = make_folders(arguments.names.items[i]);
        if (error == ERROR_ALREADY_EXISTS)
            errf(L"A subdirectory or file %ls already exists.\r\n", arguments.names.items[i]);
        else if (error)
            err_system(error);
        if (error)
            result = 1;
        if (error && arguments.names.count > 1)
            errf(L"Error occurred while processing: %ls.\r\n", arguments.names.items[i]);
    }
    free_arguments(&arguments);
    return result;
}

/* Everything in a folder and the folder; a link to a folder is removed, not followed. Returns the first error. */
static DWORD remove_tree(const WCHAR *path)
{
    WIN32_FIND_DATAW data;
    WCHAR *all = join_path(path, wcslen(path), L"*");
    HANDLE find = FindFirstFileW(all, &data);
    DWORD first = ERROR_SUCCESS;
    free(all);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            DWORD attributes = data.dwFileAttributes, error = ERROR_SUCCESS;
            if (!wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L".."))
                continue;
            WCHAR *item = join_path(path, wcslen(path), data.cFileName);
            if (attributes & FILE_ATTRIBUTE_READONLY)
                SetFileAttributesW(item, attributes & ~FILE_ATTRIBUTE_READONLY);
            if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
                error = DeleteFileW(item) ? 0 : GetLastError();
            else if (attributes & FILE_ATTRIBUTE_REPARSE_POINT)
                error = RemoveDirectoryW(item) ? 0 : GetLastError();
            else
                error = remove_tree(item);
            if (error && !first) {
                first = error;
                errf(L"%ls - ", item);
                err_system(error);
            }
            free(item);
        } while (FindNextFileW(find, &data) && !interrupted);
        FindClose(find);
    }
    if (!first && !RemoveDirectoryW(path))
        err_system(first = GetLastError());
    return first;
}

int builtin_rd(const WCHAR *line)
{
    struct arguments arguments;
    int result = 0;
    parse_arguments(line, &arguments);
    if (!arguments.names.count)
        result = fail_syntax();
    else if (!only_switches(&arguments, L"sq"))
        result = 1;
    bool deep = find_switch(&arguments, 's') != NULL, quiet = find_switch(&arguments, 'q') != NULL;
    for (size_t i = 0; i < arguments.names.count && !result; i++) {
        const WCHAR *name = arguments.names.items[i];
        DWORD attributes = GetFileAttributesW(name);
        if (attributes == INVALID_FILE_ATTRIBUTES) {
            result = fail_system(GetLastError()) * (int)ERROR_FILE_NOT_FOUND;
        } else if (!(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
            result = fail_system(ERROR_DIRECTORY);
        } else if (!deep || attributes & FILE_ATTRIBUTE_REPARSE_POINT) {
            if (!RemoveDirectoryW(name))
                result = fail_system(GetLastError());
        } else {
            struct text question = { 0 };
            text_format(&question, L"%ls, Are you sure (Y/N)? ", name);
            if (quiet || current_batch || ask(question.data))
                result = remove_tree(name) != 0;
            free(question.data);
        }
    }
    free_arguments(&arguments);
    return result;
}
