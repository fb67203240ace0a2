/* SPDX-License-Identifier: MIT */
/*
 * where: the files that a pattern matches: in the current folder and those of PATH, of another variable ($NAME:pattern), of a
 * list (FOLDERS:pattern), or in a tree (/r). A pattern without an extension is tried with those of PATHEXT too.
 */
#include <stdlib.h>
#include <wchar.h>
#include "../common/text.h"

int _CRT_glob = 0; /* patterns are ours, not the run time's */

static struct {
    bool quiet, quoted, facts;
    const WCHAR *tree;
} options;

static WCHAR *join(const WCHAR *folder, size_t length, const WCHAR *name, const WCHAR *ending, size_t ending_length)
{
    bool slash = length && folder[length - 1] != '\\' && folder[length - 1] != '/';
    return xformat(L"%.*s%s%s%.*s", (int)length, folder, slash ? L"\\" : L"", name, (int)ending_length, ending);
}

static void show(const WCHAR *path, const WIN32_FIND_DATAW *data)
{
    SYSTEMTIME st = { 0 };
    FILETIME local;
    if (options.quiet)
        return;
    if (options.facts) {
        if (FileTimeToLocalFileTime(&data->ftLastWriteTime, &local))
            FileTimeToSystemTime(&local, &st);
        out(L"%10I64u %4d/%02d/%02d %4d:%02d:%02d  ",
            (unsigned long long)data->nFileSizeHigh << 32 | data->nFileSizeLow, st.wMonth, st.wDay, st.wYear, st.wHour,
            st.wMinute, st.wSecond);
    }
    out(options.quoted ? L"\"%s\"\r\n" : L"%s\r\n", path);
}

/* The files of one folder by one pattern. */
static bool match(const WCHAR *folder, size_t length, const WCHAR *pattern, const WCHAR *ending, size_t ending_length)
{
    WCHAR *path = join(folder, length, pattern, ending, ending_length), full[32768];
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(path, &data);
    bool found = false;
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return false;
    do {
        if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            continue;
        path = join(folder, length, data.cFileName, L"", 0);
        if (GetFullPathNameW(path, ARRAYSIZE(full), full, NULL))
            show(full, &data);
        free(path);
        found = true;
    } while (FindNextFileW(find, &data));
    FindClose(find);
    return found;
}

static bool match_endings(const WCHAR *folder, size_t length, const WCHAR *pattern)
{
    const WCHAR *endings = _wgetenv(L"PATHEXT");
    bool found = match(folder, length, pattern, L"", 0);
    if (wcschr(pattern, '*')) /* it has met those with extensions already */
        return found;
    for (const WCHAR *p = endings ? endings : L".COM;.EXE;.BAT;.CMD"; *p;) {
        size_t size = wcscspn(p, L";");
        found |= size && match(folder, length, pattern, p, size);
        p += size + (p[size] == ';');
    }
    return found;
}

static bool match_list(const WCHAR *folders, const WCHAR *pattern)
{
    bool found = false;
    while (folders && *folders) {
        size_t size = wcscspn(folders, L";"), quoted = *folders == '"' && size > 1 && folders[size - 1] == '"';
        if (size)
            found |= match_endings(folders + quoted, size - 2 * quoted, pattern);
        folders += size + (folders[size] == ';');
    }
    return found;
}

static bool match_tree(const WCHAR *folder, const WCHAR *pattern)
{
    WIN32_FIND_DATAW data;
    bool found = match_endings(folder, wcslen(folder), pattern);
    WCHAR *path = join(folder, wcslen(folder), L"*", L"", 0);
    HANDLE find = FindFirstFileW(path, &data);
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return found;
    do {
        if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
            data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT || !wcscmp(data.cFileName, L".") ||
            !wcscmp(data.cFileName, L".."))
            continue;
        path = join(folder, wcslen(folder), data.cFileName, L"", 0);
        found |= match_tree(path, pattern);
        free(path);
    } while (FindNextFileW(find, &data));
    FindClose(find);
    return found;
}

static bool match_argument(WCHAR *argument)
{
    WCHAR *colon = wcsrchr(argument, ':');
    if (options.tree)
        return match_tree(options.tree, argument);
    if (colon) {
        *colon = 0;
        return match_list(*argument == '$' ? _wgetenv(argument + 1) : argument, colon + 1);
    }
    bool found = match_endings(L".", 1, argument);
    return match_list(_wgetenv(L"PATH"), argument) || found;
}

static int help(void)
{
    out(L"WHERE [/R folder] [/Q] [/F] [/T] pattern...\r\n\r\n"
        L"Shows where files are that match the patterns: in the current folder and in PATH, below a folder (/R),\r\n"
        L"in the folders of a variable ($VARIABLE:pattern) or in those named (folder;folder:pattern).\r\n\r\n"
        L"  /R folder  below this folder\r\n"
        L"  /Q         the exit code only: 0 found, 1 not found, 2 an error\r\n"
        L"  /F         names in quotation marks\r\n"
        L"  /T         with size, date and time\r\n");
    return 0;
}

int wmain(int argc, WCHAR **argv)
{
    bool found = false;
    int i = 1;
    if (argc == 2 && !wcscmp(argv[1], L"/?"))
        return help();
    for (; i < argc && argv[i][0] == '/'; i++) {
        if (!_wcsicmp(argv[i], L"/q"))
            options.quiet = true;
        else if (!_wcsicmp(argv[i], L"/f"))
            options.quoted = true;
        else if (!_wcsicmp(argv[i], L"/t"))
            options.facts = true;
        else if (!_wcsicmp(argv[i], L"/r") && i + 1 < argc)
            options.tree = argv[++i];
        else {
            err(L"ERROR: Invalid argument or option - '%s'.\r\n", argv[i]);
            return 2;
        }
    }
    if (i == argc) {
        err(L"The syntax of this command is:\n\nWHERE [/R dir] [/Q] [/F] [/T] pattern...\r\n");
        return 2;
    }
    for (; i < argc; i++)
        found |= match_argument(argv[i]);
    if (!found && !options.quiet)
        err(L"INFO: Could not find files for the given pattern(s).\r\n");
    return !found;
}
