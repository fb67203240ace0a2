/* SPDX-License-Identifier: MIT */
/*
 * icacls: shows and changes the access control lists of files ("icacls" in Windows' commands): /grant, /deny, /remove, /setowner,
 * /inheritance, /reset, /setintegritylevel, /save, /restore, /findsid, /verify; /t for what is below, /c to go on after errors,
 * /l for links themselves, /q for no messages.
 */
#include "icacls.h"

int _CRT_glob = 0; /* patterns are ours, not the run time's */

struct options options;

static unsigned processed, failed;
static DWORD last_error;

void say_error(const WCHAR *path, DWORD error)
{
    WCHAR *text = NULL;

    if (FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                       NULL, error, 0, (WCHAR *)&text, 0, NULL))
        err(L"%s: %s", path, text);
    else
        err(L"%s: %lu\r\n", path, error);
    LocalFree(text);
}

static int invalid(const WCHAR *text)
{
    err(L"Invalid parameter \"%s\"\r\n", text);
    return ERROR_INVALID_PARAMETER;
}

/* --- options --- */

static int add_change(enum change_kind kind, WCHAR *text)
{
    bool removes = kind > CHANGE_DENY;
    WCHAR *colon = removes ? NULL : wcschr(text, ':');
    struct change change = { .kind = kind };

    if (!removes && (!colon || !rights_parse(colon + 1, kind == CHANGE_DENY, &change.mask, &change.flags)))
        return invalid(text);
    if (colon)
        *colon = 0;
    if (!(change.sid = sid_parse(text))) {
        int error = GetLastError();
        say_error(text, error);
        return error;
    }
    options.changes = xrealloc(options.changes, (options.change_count + 1) * sizeof(change));
    options.changes[options.change_count++] = change;
    return 0;
}

static int parse_level(const WCHAR *text)
{
    static const struct {
        const WCHAR *name, *letter, *sddl;
    } levels[] = { { L"Low", L"L", L"LW" }, { L"Medium", L"M", L"ME" }, { L"High", L"H", L"HI" } };
    WCHAR flags[5] = L"";

    for (; *text == '('; text += 4) {
        if (_wcsnicmp(text, L"(OI)", 4) && _wcsnicmp(text, L"(CI)", 4))
            return invalid(text);
        if (wcslen(flags) < 4)
            wcsncat(flags, text + 1, 2);
    }
    for (size_t i = 0; i < ARRAYSIZE(levels); i++) {
        if (!_wcsicmp(text, levels[i].name) || !_wcsicmp(text, levels[i].letter)) {
            options.level = xformat(L"S:(ML;%s;NW;;;%s)", _wcsupr(flags), levels[i].sddl);
            return 0;
        }
    }
    return invalid(text);
}

static const struct {
    const WCHAR *name;
    enum change_kind kind;
} change_options[] = {
    { L"/grant", CHANGE_GRANT },
    { L"/grant:r", CHANGE_SET },
    { L"/deny", CHANGE_DENY },
    { L"/remove", CHANGE_REMOVE },
    { L"/remove:g", CHANGE_REMOVE_GRANTED },
    { L"/remove:d", CHANGE_REMOVE_DENIED },
};

static const struct {
    const WCHAR *name;
    bool *set;
} switches[] = {
    { L"/t", &options.tree }, { L"/c", &options.go_on },       { L"/q", &options.quiet },
    { L"/l", &options.link }, { L"/verify", &options.verify }, { L"/reset", &options.reset },
};

static int parse_sid(const WCHAR *text, PSID *sid)
{
    if ((*sid = sid_parse(text)))
        return 0;
    int error = GetLastError();
    say_error(text, error);
    return error;
}

/* An option at *at, with its arguments; 0 or the exit code. */
static int parse_option(int argc, WCHAR **argv, int *at)
{
    const WCHAR *text = argv[*at], *next = *at + 1 < argc ? argv[*at + 1] : NULL;
    int error;

    for (size_t i = 0; i < ARRAYSIZE(switches); i++) {
        if (!_wcsicmp(text, switches[i].name)) {
            *switches[i].set = true;
            return 0;
        }
    }
    for (size_t i = 0; i < ARRAYSIZE(change_options); i++) {
        if (_wcsicmp(text, change_options[i].name))
            continue;
        if (!next || *next == '/')
            return invalid(text);
        while (*at + 1 < argc && argv[*at + 1][0] != '/')
            if ((error = add_change(change_options[i].kind, argv[++*at])))
                return error;
        return 0;
    }
    if (!_wcsicmp(text, L"/inheritance:e"))
        options.inheritance = INHERITANCE_ENABLED;
    else if (!_wcsicmp(text, L"/inheritance:d"))
        options.inheritance = INHERITANCE_COPIED;
    else if (!_wcsicmp(text, L"/inheritance:r"))
        options.inheritance = INHERITANCE_REMOVED;
    else if (!next)
        return invalid(text);
    else if (++*at, !_wcsicmp(text, L"/setowner"))
        return parse_sid(next, &options.owner);
    else if (!_wcsicmp(text, L"/findsid"))
        return parse_sid(next, &options.find);
    else if (!_wcsicmp(text, L"/setintegritylevel"))
        return parse_level(next);
    else if (!_wcsicmp(text, L"/save"))
        options.save = next;
    else if (!_wcsicmp(text, L"/restore"))
        options.restore = next;
    else
        return invalid(text);
    return 0;
}

/* --- files --- */

static bool changes_anything(void)
{
    return options.change_count || options.owner || options.reset || options.level ||
           options.inheritance != INHERITANCE_KEPT;
}

/* One file; `name` is how /save calls it. False: there was an error, and no more are to be looked at. */
static bool process(const WCHAR *path, const WCHAR *name)
{
    bool changes = changes_anything();
    DWORD error = options.save     ? save_file(path, name)
                  : options.verify ? verify_file(path)
                  : options.find   ? find_in_file(path)
                  : changes        ? change_file(path)
                                   : show_file(path, path);

    if (options.find && error == ERROR_NOT_FOUND)
        error = 0;
    if (error) {
        say_error(path, error);
        failed++;
        last_error = error;
        return options.go_on;
    }
    if ((changes || options.save) && !options.quiet)
        out(L"processed file: %s\r\n", path);
    processed++;
    return true;
}

static bool is_real_folder(const WIN32_FIND_DATAW *data)
{
    return (data->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) &&
           !(data->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) && wcscmp(data->cFileName, L".") &&
           wcscmp(data->cFileName, L"..");
}

/* What a pattern matches in a folder (whose path ends in a backslash, or is empty), and with /t below it. */
static bool process_pattern(const WCHAR *folder, const WCHAR *below, const WCHAR *pattern, bool *any)
{
    WCHAR *path = xformat(L"%s%s", folder, pattern), *name;
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(path, &data);
    bool more = true;

    free(path);
    for (BOOL found = find != INVALID_HANDLE_VALUE; found && more; found = FindNextFileW(find, &data)) {
        if (!wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L".."))
            continue;
        path = xformat(L"%s%s", folder, data.cFileName);
        name = xformat(L"%s%s", below, data.cFileName);
        *any = true;
        more = process(path, name);
        free(path);
        free(name);
    }
    if (find != INVALID_HANDLE_VALUE)
        FindClose(find);
    if (!options.tree || !more)
        return more;
    path = xformat(L"%s*", folder);
    find = FindFirstFileW(path, &data);
    free(path);
    for (BOOL found = find != INVALID_HANDLE_VALUE; found && more; found = FindNextFileW(find, &data)) {
        if (!is_real_folder(&data))
            continue;
        path = xformat(L"%s%s\\", folder, data.cFileName);
        name = xformat(L"%s%s\\", below, data.cFileName);
        more = process_pattern(path, name, pattern, any);
        free(path);
        free(name);
    }
    if (find != INVALID_HANDLE_VALUE)
        FindClose(find);
    return more;
}

/* The path of what a name is in, with its backslash; the rest is the name itself. */
static WCHAR *folder_of(const WCHAR *path, const WCHAR **name)
{
    *name = path;
    for (const WCHAR *p = path; *p; p++)
        if (*p == '\\' || *p == '/' || *p == ':')
            *name = p + 1;
    return xformat(L"%.*s", (int)(*name - path), path);
}

static void process_name(WCHAR *path)
{
    const WCHAR *name;
    WCHAR *folder, *inner, *below;
    DWORD attributes;
    bool any = false;

    for (size_t n = wcslen(path); n > 1 && path[n - 1] == '\\' && path[n - 2] != ':'; n--)
        path[n - 1] = 0;
    folder = folder_of(path, &name);
    if (wcspbrk(name, L"*?")) {
        process_pattern(folder, L"", name, &any);
        if (!any) {
            say_error(path, last_error = ERROR_FILE_NOT_FOUND);
            failed++;
        }
    } else if ((attributes = GetFileAttributesW(path)) == INVALID_FILE_ATTRIBUTES) {
        say_error(path, last_error = GetLastError());
        failed++;
    } else if (process(path, name) && options.tree && (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        bool root = path[wcslen(path) - 1] == '\\';
        inner = xformat(root ? L"%s" : L"%s\\", path);
        below = xformat(*name ? L"%s\\" : L"%s", name);
        process_pattern(inner, below, L"*", &any);
        free(inner);
        free(below);
    }
    free(folder);
}

static void help(void)
{
    out(L"ICACLS name /save aclfile [/T] [/C] [/L] [/Q]\r\n"
        L"ICACLS directory /restore aclfile [/C] [/L] [/Q]\r\n"
        L"ICACLS name /setowner user [/T] [/C] [/L] [/Q]\r\n"
        L"ICACLS name /findsid Sid [/T] [/C] [/L] [/Q]\r\n"
        L"ICACLS name /verify [/T] [/C] [/L] [/Q]\r\n"
        L"ICACLS name /reset [/T] [/C] [/L] [/Q]\r\n"
        L"ICACLS name [/grant[:r] Sid:perm[...]]\r\n"
        L"       [/deny Sid:perm [...]]\r\n"
        L"       [/remove[:g|:d]] Sid[...]] [/T] [/C] [/L] [/Q]\r\n"
        L"       [/setintegritylevel Level[...]]\r\n"
        L"       [/inheritance:e|d|r]\r\n");
}

int wmain(int argc, WCHAR **argv)
{
    int error;

    if (argc < 2 || !wcscmp(argv[1], L"/?")) {
        help();
        return 0;
    }
    for (int i = 2; i < argc; i++)
        if ((error = parse_option(argc, argv, &i)))
            return error;
    if (options.save && (error = save_begin(options.save))) {
        say_error(options.save, error);
        return error;
    }
    if (options.restore) {
        error = restore_files(argv[1], options.restore, &processed, &failed);
        if (error && !failed)
            say_error(options.restore, error);
        last_error = error;
    } else {
        process_name(argv[1]);
    }
    if (options.save)
        save_end();
    if (options.find && !options.found && !options.quiet)
        out(L"No files with a matching SID was found.\r\n");
    out(L"Successfully processed %u files; Failed processing %u files\r\n", processed, failed);
    return last_error;
}
