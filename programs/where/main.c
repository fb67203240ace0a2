/* SPDX-License-Identifier: MIT */
/*
 * where: the files that a pattern matches: in the current folder and those of PATH, of another variable ($NAME:pattern), of a
 * list (FOLDERS:pattern), or in a tree (/r). A pattern without an extension is tried with those of PATHEXT too.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int _CRT_glob = 0; /* patterns are ours, not the run time's */

static struct {
    bool quiet, quoted, facts;
    const char *tree;
} options;

static char *join(const char *folder, size_t length, const char *name, const char *ending, size_t ending_length)
{
    char *path = malloc(length + strlen(name) + ending_length + 2);
    bool slash = length && folder[length - 1] != '\\' && folder[length - 1] != '/';
    if (!path)
        exit(2);
    sprintf(path, "%.*s%s%s%.*s", (int)length, folder, slash ? "\\" : "", name, (int)ending_length, ending);
    return path;
}

static void show(const char *path, const WIN32_FIND_DATAA *data)
{
    SYSTEMTIME st = { 0 };
    FILETIME local;
    if (options.quiet)
        return;
    if (options.facts) {
        if (FileTimeToLocalFileTime(&data->ftLastWriteTime, &local))
            FileTimeToSystemTime(&local, &st);
        printf("%10llu %4d/%02d/%02d %4d:%02d:%02d  ",
               (unsigned long long)data->nFileSizeHigh << 32 | data->nFileSizeLow, st.wMonth, st.wDay, st.wYear,
               st.wHour, st.wMinute, st.wSecond);
    }
    printf(options.quoted ? "\"%s\"\n" : "%s\n", path);
}

/* The files of one folder by one pattern. */
static bool match(const char *folder, size_t length, const char *pattern, const char *ending, size_t ending_length)
{
    char *path = join(folder, length, pattern, ending, ending_length), full[MAX_PATH * 4];
    WIN32_FIND_DATAA data;
    HANDLE find = FindFirstFileA(path, &data);
    bool found = false;
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return false;
    do {
        if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            continue;
        path = join(folder, length, data.cFileName, "", 0);
        if (GetFullPathNameA(path, sizeof(full), full, NULL))
            show(full, &data);
        free(path);
        found = true;
    } while (FindNextFileA(find, &data));
    FindClose(find);
    return found;
}

static bool match_endings(const char *folder, size_t length, const char *pattern)
{
    const char *endings = getenv("PATHEXT");
    bool found = match(folder, length, pattern, "", 0);
    if (strchr(pattern, '*')) /* it has met those with extensions already */
        return found;
    for (const char *p = endings ? endings : ".COM;.EXE;.BAT;.CMD"; *p;) {
        size_t size = strcspn(p, ";");
        found |= size && match(folder, length, pattern, p, size);
        p += size + (p[size] == ';');
    }
    return found;
}

static bool match_list(const char *folders, const char *pattern)
{
    bool found = false;
    while (folders && *folders) {
        size_t size = strcspn(folders, ";"), quoted = *folders == '"' && size > 1 && folders[size - 1] == '"';
        if (size)
            found |= match_endings(folders + quoted, size - 2 * quoted, pattern);
        folders += size + (folders[size] == ';');
    }
    return found;
}

static bool match_tree(const char *folder, const char *pattern)
{
    WIN32_FIND_DATAA data;
    bool found = match_endings(folder, strlen(folder), pattern);
    char *path = join(folder, strlen(folder), "*", "", 0);
    HANDLE find = FindFirstFileA(path, &data);
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return found;
    do {
        if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
            data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT || !strcmp(data.cFileName, ".") ||
            !strcmp(data.cFileName, ".."))
            continue;
        path = join(folder, strlen(folder), data.cFileName, "", 0);
        found |= match_tree(path, pattern);
        free(path);
    } while (FindNextFileA(find, &data));
    FindClose(find);
    return found;
}

static bool match_argument(char *argument)
{
    char *colon = strrchr(argument, ':');
    if (options.tree)
        return match_tree(options.tree, argument);
    if (colon) {
        *colon = 0;
        return match_list(*argument == '$' ? getenv(argument + 1) : argument, colon + 1);
    }
    bool found = match_endings(".", 1, argument);
    return match_list(getenv("PATH"), argument) || found;
}

int main(int argc, char **argv)
{
    bool found = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '/'; i++) {
        if (!_stricmp(argv[i], "/q"))
            options.quiet = true;
        else if (!_stricmp(argv[i], "/f"))
            options.quoted = true;
        else if (!_stricmp(argv[i], "/t"))
            options.facts = true;
        else if (!_stricmp(argv[i], "/r") && i + 1 < argc)
            options.tree = argv[++i];
        else {
            fprintf(stderr, "ERROR: Invalid argument or option - '%s'.\n", argv[i]);
            return 2;
        }
    }
    if (i == argc) {
        fputs("The syntax of this command is:\n\nWHERE [/R dir] [/Q] [/F] [/T] pattern...\n", stderr);
        return 2;
    }
    for (; i < argc; i++)
        found |= match_argument(argv[i]);
    if (!found && !options.quiet)
        fputs("INFO: Could not find files for the given pattern(s).\n", stderr);
    return !found;
}
