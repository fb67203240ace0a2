/* SPDX-License-Identifier: MIT */
/*
 * xcopy: files and trees. Exit codes as documented: 0 copied, 1 no files found, 4 a bad command line or not enough of
 * something, 5 an error while writing.
 */
#include <windows.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int _CRT_glob = 0;

enum { COPIED = 0, NOTHING_FOUND = 1, BAD_START = 4, WRITE_ERROR = 5 };

static struct {
    bool deep, empty, is_folder, quiet, full_names, list_only, hidden, over_read_only, go_on, newer, folders_only,
        existing;
    bool keep_attributes, ask;
} options;

static unsigned long long copied;
static bool stopped;

/* In the console's code page, as the run time's own wide output knows ASCII only. */
static void say(FILE *to, const wchar_t *format, ...)
{
    wchar_t wide[1024 + 2 * MAX_PATH];
    char text[sizeof(wide) * 2];
    va_list args;
    va_start(args, format);
    int length = _vsnwprintf(wide, sizeof(wide) / sizeof(*wide), format, args);
    va_end(args);
    if (length < 0) /* cut: a message, not a result */
        length = sizeof(wide) / sizeof(*wide);
    length = WideCharToMultiByte(GetConsoleOutputCP(), 0, wide, length, text, sizeof(text), NULL, NULL);
    fwrite(text, 1, length, to);
}

static wchar_t *join(const wchar_t *folder, const wchar_t *name)
{
    size_t length = wcslen(folder);
    bool slash = length && folder[length - 1] != '\\' && folder[length - 1] != '/' && folder[length - 1] != ':';
    wchar_t *path = malloc((length + wcslen(name) + 2) * sizeof(*path));
    if (!path)
        exit(BAD_START);
    wcscpy(path, folder);
    if (slash)
        wcscat(path, L"\\");
    wcscat(path, name);
    return path;
}

static bool is_folder(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY;
}

/* With the folders above it that are missing. */
static bool make_folder(wchar_t *path)
{
    if (is_folder(path) || CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS)
        return true;
    wchar_t *slash = wcsrchr(path, '\\');
    if (GetLastError() != ERROR_PATH_NOT_FOUND || !slash || slash == path || slash[-1] == ':')
        return false;
    *slash = 0;
    bool above = make_folder(path);
    *slash = '\\';
    return above && CreateDirectoryW(path, NULL);
}

/* A question in the console's words; the first letter of the answer. */
static int ask(const wchar_t *question, const wchar_t *name)
{
    char line[64];
    say(stdout, question, name);
    fflush(stdout);
    return fgets(line, sizeof(line), stdin) ? line[0] & ~0x20 : EOF;
}

static bool wanted(const WIN32_FIND_DATAW *source, const wchar_t *target)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    if (source->dwFileAttributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM) && !options.hidden)
        return false;
    if (!GetFileAttributesExW(target, GetFileExInfoStandard, &data))
        return !options.existing;
    if (options.newer && CompareFileTime(&source->ftLastWriteTime, &data.ftLastWriteTime) <= 0)
        return false;
    if (options.over_read_only && data.dwFileAttributes & FILE_ATTRIBUTE_READONLY)
        SetFileAttributesW(target, data.dwFileAttributes & ~FILE_ATTRIBUTE_READONLY);
    return !options.ask || ask(L"Overwrite %ls (Yes/No/All)? ", target) != 'N';
}

static int copy_file(const wchar_t *source, const wchar_t *target, const WIN32_FIND_DATAW *data)
{
    if (!wanted(data, target))
        return COPIED;
    if (!options.quiet)
        say(stdout, options.full_names ? L"%ls -> %ls\n" : L"%ls\n", source, target);
    if (!options.list_only && !CopyFileW(source, target, FALSE)) {
        DWORD error = GetLastError();
        say(stderr,
            error == ERROR_ACCESS_DENIED ? L"Access denied\nUnable to create file - %ls\n"
                                         : L"File creation error - %ls\n",
            target);
        stopped = !options.go_on;
        return options.go_on ? COPIED : WRITE_ERROR;
    }
    /* Without /k a copy is not read-only. */
    if (!options.list_only && !options.keep_attributes && data->dwFileAttributes & FILE_ATTRIBUTE_READONLY)
        SetFileAttributesW(target, data->dwFileAttributes & ~FILE_ATTRIBUTE_READONLY);
    copied++;
    return COPIED;
}

/* What matches in a folder; target is a folder, which is made when something goes into it. */
static int copy_folder(const wchar_t *source, const wchar_t *mask, wchar_t *target)
{
    WIN32_FIND_DATAW data;
    int result = COPIED;
    if (options.empty && !options.list_only && !make_folder(target))
        return BAD_START;
    wchar_t *pattern = join(source, mask);
    HANDLE find = options.folders_only ? INVALID_HANDLE_VALUE : FindFirstFileW(pattern, &data);
    free(pattern);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                continue;
            if (!options.list_only && !make_folder(target)) {
                say(stderr, L"Unable to create directory - %ls\n", target);
                result = BAD_START;
                break;
            }
            wchar_t *from = join(source, data.cFileName), *to = join(target, data.cFileName);
            result = copy_file(from, to, &data);
            free(from);
            free(to);
        } while (!result && !stopped && FindNextFileW(find, &data));
        FindClose(find);
    }
    if (!options.deep || result || stopped)
        return result;
    pattern = join(source, L"*");
    find = FindFirstFileW(pattern, &data);
    free(pattern);
    if (find == INVALID_HANDLE_VALUE)
        return result;
    wchar_t *own = _wcsdup(target);
    do {
        if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) || !wcscmp(data.cFileName, L".") ||
            !wcscmp(data.cFileName, L"..") || (data.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN && !options.hidden))
            continue;
        wchar_t *from = join(source, data.cFileName), *to = join(own, data.cFileName);
        if (options.folders_only && !options.list_only)
            make_folder(to);
        result = copy_folder(from, mask, to);
        free(from);
        free(to);
    } while (!result && !stopped && FindNextFileW(find, &data));
    free(own);
    FindClose(find);
    return result;
}

static bool parse_switch(const wchar_t *p)
{
    static const struct {
        const wchar_t *name;
        bool *value;
        bool set;
    } table[] = { { L"s", &options.deep, true },
                  { L"i", &options.is_folder, true },
                  { L"q", &options.quiet, true },
                  { L"f", &options.full_names, true },
                  { L"l", &options.list_only, true },
                  { L"h", &options.hidden, true },
                  { L"r", &options.over_read_only, true },
                  { L"c", &options.go_on, true },
                  { L"u", &options.existing, true },
                  { L"k", &options.keep_attributes, true },
                  { L"y", &options.ask, false },
                  { L"-y", &options.ask, true },
                  { L"d", &options.newer, true },
                  { L"t", &options.folders_only, true },
                  { L"v", NULL, true },
                  { L"z", NULL, true },
                  { L"g", NULL, true },
                  { L"j", NULL, true },
                  { L"n", NULL, true },
                  { L"e", &options.empty, true } };
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        if (_wcsicmp(p, table[i].name))
            continue;
        if (table[i].value)
            *table[i].value = table[i].set;
        return true;
    }
    return false;
}

/* Switches may follow each other without a space: /s/e/y. */
static bool parse_switches(wchar_t *text)
{
    for (wchar_t *next = text; next; text = next) {
        if ((next = wcschr(text + 1, '/')))
            *next = 0;
        if (!parse_switch(text + 1)) {
            say(stderr, L"Invalid switch - %ls\n", text);
            return false;
        }
        if (next)
            *next = '/';
    }
    return true;
}

/* Copies one argument to another. */
static int copy(wchar_t *source, wchar_t *target)
{
    wchar_t *full = _wfullpath(NULL, target, 0), *name = source + wcslen(source);
    size_t length = wcslen(target);
    WIN32_FIND_DATAW data;
    bool ends = length && (target[length - 1] == '\\' || target[length - 1] == '/');
    if (!full)
        return BAD_START;
    while (wcslen(full) > 3 && full[wcslen(full) - 1] == '\\')
        full[wcslen(full) - 1] = 0;
    if (is_folder(source))
        return copy_folder(source, L"*", full);
    while (name > source && !wcschr(L"\\/:", name[-1]))
        name--;
    wchar_t *mask = _wcsdup(name);
    *name = 0;
    wchar_t *folder = *source ? source : L".", *path = join(folder, mask);
    bool pattern = wcspbrk(mask, L"*?") != NULL;
    HANDLE find = FindFirstFileW(path, &data);
    if (find != INVALID_HANDLE_VALUE)
        FindClose(find);
    if (find == INVALID_HANDLE_VALUE && !options.deep) {
        say(stdout, L"File not found - %ls\n", mask);
        return BAD_START;
    }
    /* One file to a name that is not there: a file or a folder, the user must say. */
    if (!pattern && !ends && !is_folder(full) && !options.is_folder &&
        (GetFileAttributesW(full) != INVALID_FILE_ATTRIBUTES ||
         ask(L"Does %ls specify a file name\nor directory name on the target\n(F = file, D = directory)? ", full) ==
             'F'))
        return copy_file(*source ? path : mask, full, &data);
    return copy_folder(*source ? source : L"", mask, full);
}

int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***environment, int wildcards, void *startup);

int main(void)
{
    wchar_t **argv, **environment, *names[2] = { NULL, L"." };
    int argc, count = 0, startup = 0;
    __wgetmainargs(&argc, &argv, &environment, 0, &startup);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '/') {
            if (!parse_switches(argv[i]))
                return BAD_START;
        } else if (count == 2) {
            fputs("Invalid number of parameters\n", stderr);
            return BAD_START;
        } else {
            names[count++] = argv[i];
        }
    }
    if (!count) {
        fputs("Invalid number of parameters\n", stderr);
        return BAD_START;
    }
    options.deep |= options.empty || options.folders_only;
    int result = copy(names[0], names[1]);
    if (!options.folders_only)
        printf("%llu File(s)%s\n", copied, options.list_only ? "" : " copied");
    return result ? result : !copied && !options.folders_only && !options.newer ? NOTHING_FOUND : COPIED;
}
