/* SPDX-License-Identifier: MIT */
/* files.c: names, patterns and switches of the commands about files. */
#include "cmd.h"

void parse_arguments(const WCHAR *p, struct arguments *arguments)
{
    memset(arguments, 0, sizeof(*arguments));
    while (*(p = skip_delimiters(p))) {
        const WCHAR *start = p;
        bool quoted = false, is_switch = *p == '/';
        /* Switches may follow each other and a name without a space: del /s/q, dir foo/b. */
        for (p += is_switch; *p && (quoted || (!is_delimiter(*p) && *p != '/')); p++)
            quoted ^= *p == '"';
        WCHAR *word = strip_quotes(xdup_n(start + is_switch, p - start - is_switch));
        words_add(is_switch ? &arguments->switches : &arguments->names, word);
    }
}

const WCHAR *find_switch(const struct arguments *arguments, WCHAR letter)
{
    for (size_t i = arguments->switches.count; i; i--) /* the last one counts */
        if (towlower(arguments->switches.items[i - 1][0]) == letter)
            return arguments->switches.items[i - 1] + 1;
    return NULL;
}

bool only_switches(const struct arguments *arguments, const WCHAR *letters)
{
    for (size_t i = 0; i < arguments->switches.count; i++) {
        const WCHAR *given = arguments->switches.items[i];
        if (!*given || !wcschr(letters, towlower(*given))) {
            errf(L"Invalid switch - \"%ls\".\r\n", given);
            return false;
        }
    }
    return true;
}

void free_arguments(struct arguments *arguments)
{
    words_free(&arguments->names);
    words_free(&arguments->switches);
}

bool is_existing(const WCHAR *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

bool is_directory(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY;
}

bool has_wildcard(const WCHAR *path)
{
    return wcspbrk(path, L"*?") != NULL;
}

WCHAR *full_path(const WCHAR *path)
{
    DWORD size = GetFullPathNameW(path, 0, NULL, NULL);
    size_t length = wcslen(path);
    WCHAR *full = xalloc((size + 2) * sizeof(WCHAR));
    full[GetFullPathNameW(path, size, full, NULL)] = 0;
    if (!size) {
        free(full);
        return xdup(path);
    }
    if (length > 1 && path[length - 1] == '.' && wcschr(L"*?", path[length - 2])) /* "*.": what has no extension */
        wcscat(full, L".");
    return full;
}

WCHAR *join_path(const WCHAR *folder, size_t length, const WCHAR *name)
{
    struct text text = { 0 };
    text_add_n(&text, folder, length);
    if (length && folder[length - 1] != '\\' && folder[length - 1] != '/' && folder[length - 1] != ':')
        text_char(&text, '\\');
    text_add(&text, name);
    return text_take(&text);
}

size_t folder_length(const WCHAR *path)
{
    size_t length = 0;
    for (size_t i = 0; path[i]; i++)
        if (path[i] == '\\' || path[i] == '/' || (path[i] == ':' && i == 1))
            length = i + 1;
    return length;
}

static int compare_names(const void *a, const void *b)
{
    return _wcsicmp(*(const WCHAR *const *)a, *(const WCHAR *const *)b);
}

/* Sorted, as NTFS keeps its folders. */
struct words match_files(const WCHAR *pattern, bool directories, bool files)
{
    struct words found = { 0 };
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(pattern, &data);
    if (find == INVALID_HANDLE_VALUE)
        return found;
    do {
        bool directory = data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
        if (directory ? !directories : !files)
            continue;
        if (data.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN || !wcscmp(data.cFileName, L".") ||
            !wcscmp(data.cFileName, L".."))
            continue;
        words_add(&found, xdup(data.cFileName));
    } while (FindNextFileW(find, &data));
    FindClose(find);
    if (found.count)
        qsort(found.items, found.count, sizeof(*found.items), compare_names);
    return found;
}

/* A * takes the rest of the name's part, a ? one character of it; name and extension are parts of their own. */
static void rename_part(struct text *text, const WCHAR *name, size_t name_length, const WCHAR *pattern, size_t length)
{
    size_t i = 0;
    for (size_t j = 0; j < length; j++) {
        if (pattern[j] == '*') {
            if (i < name_length)
                text_add_n(text, name + i, name_length - i);
            return;
        }
        if (pattern[j] != '?')
            text_char(text, pattern[j]);
        else if (i < name_length)
            text_char(text, name[i]);
        i++;
    }
}

WCHAR *rename_by(const WCHAR *name, const WCHAR *pattern)
{
    struct text text = { 0 };
    if (!has_wildcard(pattern))
        return xdup(pattern);
    const WCHAR *name_dot = wcsrchr(name, '.'), *dot = wcsrchr(pattern, '.');
    size_t base = name_dot ? (size_t)(name_dot - name) : wcslen(name);
    if (!dot) {
        rename_part(&text, name, wcslen(name), pattern, wcslen(pattern));
        return text_take(&text);
    }
    rename_part(&text, name, base, pattern, dot - pattern);
    struct text extension = { 0 };
    rename_part(&extension, name_dot ? name_dot + 1 : L"", name_dot ? wcslen(name_dot + 1) : 0, dot + 1,
                wcslen(dot + 1));
    if (extension.length) {
        text_char(&text, '.');
        text_add_n(&text, extension.data, extension.length);
    }
    free(extension.data);
    return text_take(&text);
}
