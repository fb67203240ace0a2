/* SPDX-License-Identifier: MIT */
/* winbase_profile_file.c: reading, searching and changing initialisation files (profile.h). */
#include "profile.h"

#define MAXIMUM_SIZE 0x10000000

static BOOL is_blank(WCHAR c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0x1a;
}

const WCHAR *profile_trim(const WCHAR *str, SIZE_T *length)
{
    while (*length && is_blank(*str)) {
        str++;
        --*length;
    }
    while (*length && is_blank(str[*length - 1]))
        --*length;
    return str;
}

/* --- the file --- */

/* A bare name is in the Windows directory. */
static WCHAR *full_name(const WCHAR *name)
{
    static const WCHAR directory[] = L"C:\\windows\\";
    SIZE_T length;
    WCHAR *full;

    if (!name)
        name = L"win.ini";
    length = wcslen(name) + 1;
    if (!(full = kb_alloc((length + ARRAY_SIZE(directory)) * sizeof(WCHAR))))
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    *full = 0;
    if (!wcspbrk(name, L"\\/:"))
        wcscpy(full, directory);
    wcscat(full, name);
    return full;
}

static BOOL read_all(struct profile *profile)
{
    LARGE_INTEGER size;
    DWORD read = 0;

    if (!GetFileSizeEx(profile->file, &size))
        return FALSE;
    if (size.QuadPart > MAXIMUM_SIZE)
        return fail(ERROR_FILE_TOO_LARGE);
    if (!(profile->data = kb_alloc(size.QuadPart + sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    while (profile->size < (SIZE_T)size.QuadPart) {
        if (!ReadFile(profile->file, profile->data + profile->size, size.QuadPart - profile->size, &read, NULL))
            return FALSE;
        if (!read)
            break;
        profile->size += read;
    }
    if (profile->size >= 2 && profile->data[0] == 0xff && profile->data[1] == 0xfe) {
        profile->unicode = TRUE;
        profile->begin = 2;
        profile->size &= ~(SIZE_T)1;
    }
    return TRUE;
}

BOOL profile_open(struct profile *profile, const WCHAR *name, BOOL write)
{
    OVERLAPPED whole = { 0 };
    WCHAR *full;
    DWORD error;

    memset(profile, 0, sizeof(*profile));
    if (!(full = full_name(name)))
        return FALSE;
    profile->file = CreateFileW(full, write ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, write ? OPEN_ALWAYS : OPEN_EXISTING, 0, NULL);
    kb_free(full);
    if (profile->file == INVALID_HANDLE_VALUE)
        return FALSE;
    /* Programs that change a file at the same time do it one after the other. */
    if (LockFileEx(profile->file, write ? LOCKFILE_EXCLUSIVE_LOCK : 0, 0, MAXDWORD, MAXDWORD, &whole) &&
        read_all(profile))
        return TRUE;
    error = GetLastError();
    profile_close(profile);
    SetLastError(error);
    return FALSE;
}

void profile_close(struct profile *profile)
{
    NtClose(profile->file);
    kb_free(profile->data);
    kb_free(profile->text);
}

/* --- lines --- */

static WCHAR unit_at(const struct profile *profile, SIZE_T at)
{
    return profile->unicode ? *(const WCHAR *)(profile->data + at) : profile->data[at];
}

/* The line's text as UTF-16. */
static BOOL convert_line(struct profile *profile, struct profile_line *line)
{
    SIZE_T bytes = line->end - line->start, i;
    const BYTE *from = profile->data + line->start;
    ULONG used;

    if (profile->unicode) {
        line->text = (const WCHAR *)from;
        line->length = bytes / sizeof(WCHAR);
        return TRUE;
    }
    if (bytes > profile->text_capacity) {
        kb_free(profile->text);
        profile->text_capacity = max(bytes, 256);
        if (!(profile->text = kb_alloc(profile->text_capacity * sizeof(WCHAR)))) {
            profile->text_capacity = 0;
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        }
    }
    for (i = 0; i < bytes && from[i] < 0x80; i++)
        profile->text[i] = from[i];
    line->length = i;
    if (i < bytes && !RtlMultiByteToUnicodeN(profile->text + i, (bytes - i) * sizeof(WCHAR), &used,
                                             (const char *)from + i, bytes - i))
        line->length += used / sizeof(WCHAR);
    line->text = profile->text;
    return TRUE;
}

static const WCHAR *find_char(const WCHAR *str, WCHAR c, SIZE_T length)
{
    for (; length; str++, length--)
        if (*str == c)
            return str;
    return NULL;
}

/* What the line is: `[section]`, `key=value`, `;comment`. */
static void classify(struct profile_line *line)
{
    const WCHAR *p;

    line->name = line->value = NULL;
    line->is_section = FALSE;
    if (!line->length || *line->text == ';')
        return;
    if (*line->text == '[') {
        line->is_section = TRUE;
        line->name = line->text + 1;
        p = find_char(line->name, ']', line->length - 1);
        line->name_length = p ? (SIZE_T)(p - line->name) : line->length - 1;
        line->name = profile_trim(line->name, &line->name_length);
    } else if ((p = find_char(line->text, '=', line->length))) {
        line->name_length = p - line->text;
        line->name = profile_trim(line->text, &line->name_length);
        line->value_length = line->length - (p + 1 - line->text);
        line->value = profile_trim(p + 1, &line->value_length);
    }
}

BOOL profile_next(struct profile *profile, SIZE_T at, struct profile_line *line)
{
    SIZE_T step = profile->unicode ? sizeof(WCHAR) : 1;

    if (at < profile->begin)
        at = profile->begin;
    if (at >= profile->size)
        return FALSE;
    line->start = at;
    while (at < profile->size && unit_at(profile, at) != '\n' && unit_at(profile, at) != '\r')
        at += step;
    line->end = at;
    if (at < profile->size && unit_at(profile, at) == '\r')
        at += step;
    if (at < profile->size && unit_at(profile, at) == '\n')
        at += step;
    line->next = at;
    if (!convert_line(profile, line))
        return FALSE;
    line->text = profile_trim(line->text, &line->length);
    classify(line);
    return TRUE;
}

static BOOL same_name(const struct profile_line *line, const WCHAR *name, SIZE_T length)
{
    return line->name_length == length && !RtlCompareUnicodeStrings(line->name, length, name, length, TRUE);
}

BOOL profile_find_section(struct profile *profile, const WCHAR *section, struct profile_line *line)
{
    SIZE_T at = 0, length = wcslen(section);

    section = profile_trim(section, &length);
    for (; profile_next(profile, at, line); at = line->next)
        if (line->is_section && same_name(line, section, length))
            return TRUE;
    return FALSE;
}

BOOL profile_find_key(struct profile *profile, SIZE_T at, const WCHAR *key, struct profile_line *line)
{
    SIZE_T length = wcslen(key);

    key = profile_trim(key, &length);
    for (; profile_next(profile, at, line) && !line->is_section; at = line->next)
        if (line->name && same_name(line, key, length))
            return TRUE;
    return FALSE;
}

/* --- changes --- */

BOOL profile_replace(struct profile *profile, SIZE_T from, SIZE_T to, const WCHAR *text, SIZE_T length)
{
    SIZE_T bytes = profile->unicode ? length * sizeof(WCHAR) : ansi_size(text, length), tail = profile->size - to;
    LARGE_INTEGER position = { .QuadPart = from };
    DWORD written;
    BYTE *rest;
    BOOL result;

    if (!bytes && from == to)
        return TRUE;
    /* Only what is behind the change is written. */
    if (!(rest = kb_alloc(bytes + tail + 1)))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (profile->unicode)
        memcpy(rest, text, bytes);
    else
        ansi_copy((char *)rest, bytes, text, length);
    memcpy(rest + bytes, profile->data + to, tail);
    result = SetFilePointerEx(profile->file, position, NULL, FILE_BEGIN) &&
             WriteFile(profile->file, rest, bytes + tail, &written, NULL) &&
             (from + bytes + tail >= profile->size || SetEndOfFile(profile->file));
    kb_free(rest);
    return result;
}
