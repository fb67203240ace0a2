/* SPDX-License-Identifier: MIT */
/* modifiers.c: the parts of a file's name that %~fdpnxsatz ask for. */
#include "cmd.h"

enum {
    PART_F = 1,
    PART_D = 2,
    PART_P = 4,
    PART_N = 8,
    PART_X = 16,
    PART_S = 32,
    PART_A = 64,
    PART_T = 128,
    PART_Z = 256
};

static WCHAR *find_in_variable(const WCHAR *name, const WCHAR *variable, size_t length)
{
    WCHAR *folders = get_variable(variable, length), *found = NULL;
    DWORD size = folders ? SearchPathW(folders, name, NULL, 0, NULL, NULL) : 0;
    if (size) {
        found = xalloc(size * sizeof(WCHAR));
        SearchPathW(folders, name, NULL, size, found, NULL);
    }
    free(folders);
    return found;
}

static void add_attributes(struct text *text, DWORD attributes)
{
    static const struct {
        DWORD bit;
        WCHAR letter;
    } list[] = { { FILE_ATTRIBUTE_DIRECTORY, 'd' },     { FILE_ATTRIBUTE_READONLY, 'r' },
                 { FILE_ATTRIBUTE_ARCHIVE, 'a' },       { FILE_ATTRIBUTE_HIDDEN, 'h' },
                 { FILE_ATTRIBUTE_SYSTEM, 's' },        { FILE_ATTRIBUTE_COMPRESSED, 'c' },
                 { FILE_ATTRIBUTE_OFFLINE, 'o' },       { FILE_ATTRIBUTE_TEMPORARY, 't' },
                 { FILE_ATTRIBUTE_REPARSE_POINT, 'l' }, { FILE_ATTRIBUTE_ENCRYPTED, 'e' },
                 { FILE_ATTRIBUTE_NORMAL, '-' } };
    for (size_t i = 0; i < COUNT(list); i++)
        text_char(text, attributes & list[i].bit ? list[i].letter : '-');
}

static void add_time(struct text *text, const FILETIME *time)
{
    FILETIME local;
    SYSTEMTIME st;
    if (FileTimeToLocalFileTime(time, &local) && FileTimeToSystemTime(&local, &st))
        text_format(text, L"%02d/%02d/%04d %02d:%02d %ls", st.wMonth, st.wDay, st.wYear, (st.wHour + 11) % 12 + 1,
                    st.wMinute, st.wHour < 12 ? L"AM" : L"PM");
}

static void add_file_facts(struct text *text, const WCHAR *path, unsigned parts)
{
    WIN32_FILE_ATTRIBUTE_DATA data;
    if (!(parts & (PART_A | PART_T | PART_Z)) || !GetFileAttributesExW(path, GetFileExInfoStandard, &data))
        return;
    if (parts & PART_A)
        add_attributes(text, data.dwFileAttributes);
    if (parts & PART_T) {
        if (text->length)
            text_char(text, ' ');
        add_time(text, &data.ftLastWriteTime);
    }
    if (parts & PART_Z) {
        if (text->length)
            text_char(text, ' ');
        text_format(text, L"%I64u", (unsigned long long)data.nFileSizeHigh << 32 | data.nFileSizeLow);
    }
}

static void add_name_parts(struct text *text, const WCHAR *path, unsigned parts)
{
    size_t drive = path[0] && path[1] == ':' ? 2 : 0, folder = folder_length(path);
    if (!drive && path[0] == '\\' && path[1] == '\\') { /* \\server\share counts as the drive */
        const WCHAR *end = wcschr(path + 2, '\\');
        end = end ? wcschr(end + 1, '\\') : NULL;
        drive = end ? (size_t)(end - path) : wcslen(path);
    }
    if (folder < drive)
        folder = drive;
    const WCHAR *dot = wcsrchr(path + folder, '.');
    size_t length = wcslen(path), name_end = dot ? (size_t)(dot - path) : length;
    if (text->length && parts & (PART_D | PART_P | PART_N | PART_X))
        text_char(text, ' ');
    if (parts & PART_D)
        text_add_n(text, path, drive);
    if (parts & PART_P)
        text_add_n(text, path + drive, folder - drive);
    if (parts & PART_N)
        text_add_n(text, path + folder, name_end - folder);
    if (parts & PART_X)
        text_add_n(text, path + name_end, length - name_end);
}

WCHAR *apply_modifiers(const WCHAR *value, const WCHAR *letters, size_t count, const WCHAR *search,
                       size_t search_length)
{
    static const WCHAR all[] = L"fdpnxsatz";
    struct text text = { 0 };
    unsigned parts = 0;
    size_t length = wcslen(value);
    WCHAR *name = length >= 1 && value[0] == '"'
                      ? xdup_n(value + 1, length - 1 - (length > 1 && value[length - 1] == '"'))
                      : xdup(value);
    for (size_t i = 0; i < count; i++)
        parts |= 1u << (wcschr(all, towlower(letters[i])) - all);
    if (search) {
        WCHAR *found = find_in_variable(name, search, search_length);
        free(name);
        if (!found)
            return xdup(L"");
        name = found;
        if (!parts)
            parts = PART_F;
    }
    if (!parts || !*name)
        return name;
    WCHAR *path = full_path(name);
    free(name);
    if (parts == PART_S || parts & PART_F)
        parts |= PART_D | PART_P | PART_N | PART_X;
    add_file_facts(&text, path, parts);
    add_name_parts(&text, path, parts);
    free(path);
    return text_take(&text);
}
