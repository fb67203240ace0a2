/* SPDX-License-Identifier: MIT */
/* builtin_dir.c: DIR. */
#include "cmd.h"

struct listing {
    DWORD required, forbidden;
    bool bare, deep, wide, by_column, lower, plain_numbers, owners, streams, short_names;
    const WCHAR *order;
    WCHAR time; /* c, a or w */
    unsigned long long files, bytes, folders;
    bool found;
    WCHAR drive;    /* whose banner was shown last */
    WCHAR *summary; /* the folder whose drive's free space is still to be told */
};

static struct listing *sorting; /* qsort has no context */

static const FILETIME *item_time(const WIN32_FIND_DATAW *data, WCHAR which)
{
    return which == 'c' ? &data->ftCreationTime : which == 'a' ? &data->ftLastAccessTime : &data->ftLastWriteTime;
}

static unsigned long long item_size(const WIN32_FIND_DATAW *data)
{
    return (unsigned long long)data->nFileSizeHigh << 32 | data->nFileSizeLow;
}

static int compare_items(const void *left, const void *right)
{
    const WIN32_FIND_DATAW *a = left, *b = right;
    bool reverse = false;
    for (const WCHAR *p = sorting->order; *p; p++) {
        int order = 0;
        const WCHAR *x = wcsrchr(a->cFileName, '.'), *y = wcsrchr(b->cFileName, '.');
        bool dir_a = a->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY,
             dir_b = b->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
        switch (towlower(*p)) {
        case '-':
            reverse = true;
            continue;
        case 'n':
            order = _wcsicmp(a->cFileName, b->cFileName);
            break;
        case 'e':
            order = _wcsicmp(x ? x : L"", y ? y : L"");
            break;
        case 's':
            order = item_size(a) < item_size(b) ? -1 : item_size(a) > item_size(b);
            break;
        case 'd':
            order = CompareFileTime(item_time(a, sorting->time), item_time(b, sorting->time));
            break;
        case 'g':
            order = dir_b - dir_a;
            break;
        }
        if (order)
            return reverse ? -order : order;
        reverse = false;
    }
    return _wcsicmp(a->cFileName, b->cFileName);
}

static const WCHAR *number(const struct listing *l, unsigned long long value, WCHAR *buffer)
{
    WCHAR digits[24], *to = buffer;
    int length = _snwprintf(digits, COUNT(digits), L"%I64u", value);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0 && !l->plain_numbers)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return buffer;
}

/* advapi32 is loaded for this only. */
static void show_owner(const WCHAR *folder, const WCHAR *name)
{
    static BOOL(WINAPI * get_security)(const WCHAR *, SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, DWORD, DWORD *);
    static BOOL(WINAPI * get_owner)(PSECURITY_DESCRIPTOR, PSID *, BOOL *);
    static BOOL(WINAPI * look_up)(const WCHAR *, PSID, WCHAR *, DWORD *, WCHAR *, DWORD *, SID_NAME_USE *);
    static const struct {
        void *pointer;
        const char *name;
    } functions[] = { { &get_security, "GetFileSecurityW" },
                      { &get_owner, "GetSecurityDescriptorOwner" },
                      { &look_up, "LookupAccountSidW" } };
    HMODULE module = look_up ? NULL : LoadLibraryW(L"advapi32.dll");
    for (size_t i = 0; i < COUNT(functions) && module; i++) {
        FARPROC function = GetProcAddress(module, functions[i].name);
        memcpy(functions[i].pointer, &function, sizeof(function));
    }
    WCHAR *path = join_path(folder, wcslen(folder), name), user[257], domain[257];
    BYTE descriptor[1024];
    DWORD size, user_size = COUNT(user), domain_size = COUNT(domain);
    BOOL defaulted;
    PSID sid;
    SID_NAME_USE use;
    struct text owner = { 0 };
    if (get_security && get_owner && look_up &&
        get_security(path, OWNER_SECURITY_INFORMATION, descriptor, sizeof(descriptor), &size) &&
        get_owner(descriptor, &sid, &defaulted) && look_up(NULL, sid, user, &user_size, domain, &domain_size, &use))
        text_format(&owner, L"%ls\\%ls", domain, user);
    outf(L"%-22ls ", owner.data ? owner.data : L"...");
    free(owner.data);
    free(path);
}

static void show_streams(const struct listing *l, const WCHAR *folder, const WCHAR *name)
{
    WIN32_FIND_STREAM_DATA stream;
    WCHAR *path = join_path(folder, wcslen(folder), name), digits[32];
    HANDLE find = FindFirstStreamW(path, FindStreamInfoStandard, &stream, 0);
    free(path);
    if (find == INVALID_HANDLE_VALUE)
        return;
    do {
        if (wcscmp(stream.cStreamName, L"::$DATA"))
            outf(L"%39ls %ls%ls\r\n", number(l, stream.StreamSize.QuadPart, digits), name, stream.cStreamName);
    } while (FindNextStreamW(find, &stream));
    FindClose(find);
}

/* What stands in the place of a size, or NULL. */
static const WCHAR *item_kind(const WIN32_FIND_DATAW *item)
{
    bool folder = item->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
    if (item->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
        if (item->dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT)
            return L"<JUNCTION>";
        if (item->dwReserved0 == IO_REPARSE_TAG_SYMLINK)
            return folder ? L"<SYMLINKD>" : L"<SYMLINK>";
    }
    return folder ? L"<DIR>" : NULL;
}

static void show_item(struct listing *l, const WCHAR *folder, WIN32_FIND_DATAW *item)
{
    WCHAR digits[32];
    bool is_folder = item->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
    bool dots = !wcscmp(item->cFileName, L".") || !wcscmp(item->cFileName, L"..");
    SYSTEMTIME st = { 0 };
    FILETIME local;
    l->found |= !l->bare || !dots;
    if (is_folder)
        l->folders++;
    else
        l->files++, l->bytes += item_size(item);
    if (l->lower)
        _wcslwr(item->cFileName);
    if (l->bare) {
        if (dots)
            return;
        if (l->deep) {
            WCHAR *path = join_path(folder, wcslen(folder), item->cFileName);
            outf(L"%ls\r\n", path);
            free(path);
        } else {
            outf(L"%ls\r\n", item->cFileName);
        }
        return;
    }
    if (FileTimeToLocalFileTime(item_time(item, l->time), &local))
        FileTimeToSystemTime(&local, &st);
    outf(L"%02d/%02d/%04d  %02d:%02d %ls ", st.wMonth, st.wDay, st.wYear, (st.wHour + 11) % 12 + 1, st.wMinute,
         st.wHour < 12 ? L"AM" : L"PM");
    const WCHAR *kind = item_kind(item);
    if (kind)
        outf(L"   %-14ls ", kind);
    else
        outf(L"%17ls ", number(l, item_size(item), digits));
    if (l->short_names)
        outf(L"%-12ls ", item->cAlternateFileName);
    if (l->owners)
        show_owner(folder, item->cFileName);
    out(item->cFileName);
    if (item->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT && kind) {
        WCHAR *path = join_path(folder, wcslen(folder), item->cFileName), *target = link_target(path);
        if (target)
            outf(L" [%ls]", target);
        free(target);
        free(path);
    }
    out(L"\r\n");
    if (l->streams)
        show_streams(l, folder, item->cFileName);
}

/* The names alone, in as many columns as the screen has room for, row by row or (/d) column by column. */
static void show_wide(struct listing *l, WIN32_FIND_DATAW *items, size_t count)
{
    CONSOLE_SCREEN_BUFFER_INFO screen;
    size_t widest = 0, width = GetConsoleScreenBufferInfo(streams[1], &screen) ? screen.dwSize.X : 80;
    for (size_t i = 0; i < count; i++) {
        bool is_folder = items[i].dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
        size_t length = wcslen(items[i].cFileName) + 2 * is_folder;
        if (length > widest)
            widest = length;
        if (l->lower)
            _wcslwr(items[i].cFileName);
        if (is_folder)
            l->folders++;
        else
            l->files++, l->bytes += item_size(&items[i]);
    }
    size_t columns = width / (widest + 1) ? width / (widest + 1) : 1, rows = (count + columns - 1) / columns;
    for (size_t row = 0; row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            size_t i = l->by_column ? column * rows + row : row * columns + column;
            if (i >= count)
                break;
            const WCHAR *format = items[i].dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? L"[%ls]" : L"%ls";
            struct text name = { 0 };
            text_format(&name, format, items[i].cFileName);
            outf(L"%-*ls%ls", column + 1 < columns ? (int)widest : 0, name.data, column + 1 < columns ? L" " : L"");
            free(name.data);
        }
        out(L"\r\n");
    }
    l->found |= count != 0;
}

/* What matches in one folder; with its banner and its sum unless /b. */
static void list_folder(struct listing *l, const WCHAR *folder, const WCHAR *pattern)
{
    WIN32_FIND_DATAW *items = NULL, data;
    size_t count = 0, capacity = 0;
    WCHAR *path = join_path(folder, wcslen(folder), pattern), digits[32];
    unsigned long long files = l->files, bytes = l->bytes;
    HANDLE find = FindFirstFileW(path, &data);
    free(path);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (data.dwFileAttributes & l->forbidden || (data.dwFileAttributes & l->required) != l->required)
                continue;
            if (count == capacity)
                items = xrealloc(items, (capacity = capacity ? capacity * 2 : 64) * sizeof(*items));
            items[count++] = data;
        } while (FindNextFileW(find, &data));
        FindClose(find);
    }
    if (count) {
        sorting = l;
        qsort(items, count, sizeof(*items), compare_items);
        if (!l->bare)
            outf(l->deep && l->found ? L"\r\n Directory of %ls\r\n\r\n" : L" Directory of %ls\r\n\r\n", folder);
    }
    if (l->wide && !l->bare)
        show_wide(l, items, count);
    for (size_t i = 0; i < count && !interrupted && (!l->wide || l->bare); i++)
        show_item(l, folder, &items[i]);
    free(items);
    if (count && !l->bare) {
        outf(L"%16I64u File(s) ", l->files - files);
        outf(L"%14ls bytes\r\n", number(l, l->bytes - bytes, digits));
    }
    if (!l->deep)
        return;
    WCHAR *all = join_path(folder, wcslen(folder), L"*");
    struct words folders = match_files(all, true, false);
    free(all);
    for (size_t i = 0; i < folders.count && !interrupted; i++) {
        path = join_path(folder, wcslen(folder), folders.items[i]);
        if (!(GetFileAttributesW(path) & FILE_ATTRIBUTE_REPARSE_POINT))
            list_folder(l, path, pattern);
        free(path);
    }
    words_free(&folders);
}

static bool parse_dir_attributes(struct listing *l, const WCHAR *p)
{
    static const struct {
        WCHAR letter;
        DWORD bit;
    } letters[] = { { 'd', FILE_ATTRIBUTE_DIRECTORY },    { 'r', FILE_ATTRIBUTE_READONLY },
                    { 'h', FILE_ATTRIBUTE_HIDDEN },       { 's', FILE_ATTRIBUTE_SYSTEM },
                    { 'a', FILE_ATTRIBUTE_ARCHIVE },      { 'i', FILE_ATTRIBUTE_NOT_CONTENT_INDEXED },
                    { 'l', FILE_ATTRIBUTE_REPARSE_POINT } };
    bool absent = false;
    l->required = l->forbidden = 0;
    for (p += *p == ':'; *p; p++) {
        size_t i = 0;
        if (*p == '-') {
            absent = true;
            continue;
        }
        while (i < COUNT(letters) && letters[i].letter != towlower(*p))
            i++;
        if (i == COUNT(letters))
            return false;
        *(absent ? &l->forbidden : &l->required) |= letters[i].bit;
        absent = false;
    }
    return true;
}

static bool parse_switches(struct listing *l, const struct arguments *arguments)
{
    if (!only_switches(arguments, L"aoblswpntxqcdr4-"))
        return false;
    const WCHAR *attributes = find_switch(arguments, 'a'), *order = find_switch(arguments, 'o');
    const WCHAR *time = find_switch(arguments, 't'), *off = find_switch(arguments, '-');
    l->forbidden = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
    if (attributes && !parse_dir_attributes(l, attributes)) {
        errf(L"Parameter format not correct - \"%ls\".\r\n", attributes);
        return false;
    }
    l->order = order ? order + (*order == ':') : L"n";
    if (!*l->order)
        l->order = L"gn";
    l->time = time ? towlower(time[*time == ':']) : 'w';
    l->bare = find_switch(arguments, 'b') != NULL;
    l->deep = find_switch(arguments, 's') != NULL;
    l->by_column = find_switch(arguments, 'd') != NULL;
    l->wide = find_switch(arguments, 'w') || l->by_column;
    l->owners = find_switch(arguments, 'q') != NULL;
    l->streams = find_switch(arguments, 'r') != NULL;
    l->short_names = find_switch(arguments, 'x') != NULL;
    l->lower = find_switch(arguments, 'l') != NULL;
    l->plain_numbers = off && towlower(*off) == 'c';
    return true;
}

/* Once for all that was listed of a drive. */
static void show_free(struct listing *l)
{
    WCHAR digits[32];
    ULARGE_INTEGER available = { 0 };
    if (!l->summary)
        return;
    if (l->deep) {
        out(L"\r\n     Total Files Listed:\r\n");
        outf(L"%16I64u File(s) ", l->files);
        outf(L"%14ls bytes\r\n", number(l, l->bytes, digits));
    }
    GetDiskFreeSpaceExW(l->summary, &available, NULL, NULL);
    outf(L"%16I64u Dir(s) %15ls bytes free\r\n", l->folders, number(l, available.QuadPart, digits));
    free(l->summary);
    l->summary = NULL;
    l->files = l->bytes = l->folders = 0;
}

/* Whose drive a folder is on, unless it is the one that was listed last. */
static void show_banner(struct listing *l, const WCHAR *folder)
{
    WCHAR drive = folder[1] == ':' ? towupper(folder[0]) : '\\';
    if (l->drive == drive) {
        out(L"\r\n");
        return;
    }
    show_free(l);
    if (l->drive)
        out(L"\r\n");
    builtin_vol(folder[1] == ':' ? folder : L"");
    out(L"\r\n");
    l->drive = drive;
}

static int list_name(struct listing *l, const WCHAR *name)
{
    WCHAR *full = full_path(name);
    size_t length = wcslen(full), folder = folder_length(full);
    bool whole = !has_wildcard(full) && (is_directory(full) || full[length - 1] == '\\');
    WCHAR *path = xdup_n(full, whole ? length : folder), *pattern = whole ? L"*" : full + folder;
    int result = 0;
    size_t end = wcslen(path);
    if (end > 3 && path[end - 1] == '\\')
        path[end - 1] = 0;
    l->found = false;
    if (!l->bare)
        show_banner(l, path);
    if (!is_directory(path)) {
        result = fail_system(ERROR_PATH_NOT_FOUND);
    } else {
        list_folder(l, path, *pattern ? pattern : L"*");
        if (!l->found) {
            if (!l->bare)
                outf(L" Directory of %ls\r\n\r\n", path);
            err(L"File Not Found\r\n");
            result = 1;
        } else if (!l->bare) {
            free(l->summary);
            l->summary = xdup(path);
        }
    }
    free(path);
    free(full);
    return result;
}

int builtin_dir(const WCHAR *line)
{
    struct arguments arguments;
    struct listing listing = { 0 };
    struct text all = { 0 };
    WCHAR *defaults = get_variable(L"DIRCMD", 6);
    int result = 0;
    text_format(&all, L"%ls %ls", defaults ? defaults : L"", line);
    free(defaults);
    parse_arguments(all.data, &arguments);
    free(all.data);
    if (!parse_switches(&listing, &arguments))
        result = 1;
    else if (!arguments.names.count)
        result = list_name(&listing, L".");
    for (size_t i = 0; i < arguments.names.count && !result; i++)
        result = list_name(&listing, arguments.names.items[i]);
    show_free(&listing);
    free_arguments(&arguments);
    return result;
}
