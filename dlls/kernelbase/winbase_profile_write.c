/* SPDX-License-Identifier: MIT */
/* winbase_profile_write.c: WritePrivateProfile* and WriteProfile*: changing initialisation files. */
#include "profile.h"

/* Text that is put together before it goes into the file; the caller knows an upper bound of its length. */
struct text {
    WCHAR *buffer;
    SIZE_T length;
};

static BOOL text_begin(struct text *text, SIZE_T capacity)
{
    text->length = 0;
    text->buffer = kb_alloc((capacity + 1) * sizeof(WCHAR));
    return text->buffer || fail(ERROR_NOT_ENOUGH_MEMORY);
}

static void text_add(struct text *text, const WCHAR *str, SIZE_T length)
{
    memcpy(text->buffer + text->length, str, length * sizeof(WCHAR));
    text->length += length;
}

static void text_add_name(struct text *text, const WCHAR *str)
{
    SIZE_T length = wcslen(str);

    str = profile_trim(str, &length);
    text_add(text, str, length);
}

/* Where a section that begins at `at` ends: behind its last line that is not blank, and where the next one begins. */
static SIZE_T section_end(struct profile *profile, SIZE_T at, SIZE_T *next)
{
    struct profile_line line;
    SIZE_T end = at;

    for (*next = at; profile_next(profile, *next, &line) && !line.is_section; *next = line.next)
        if (line.length)
            end = line.next;
    return end;
}

/* Does the byte before `at` end a line? */
static BOOL at_line_start(const struct profile *profile, SIZE_T at)
{
    SIZE_T step = profile->unicode ? 2 : 1;

    return at <= profile->begin || profile->data[at - step] == '\n' || profile->data[at - step] == '\r';
}

static BOOL write_key(struct profile *profile, const WCHAR *section, const WCHAR *key, const WCHAR *value)
{
    struct profile_line line;
    struct text text;
    SIZE_T from, to, next;
    BOOL found, result;

    found = profile_find_section(profile, section, &line);
    if (!text_begin(&text, wcslen(section) + wcslen(key) + wcslen(value) + 16))
        return FALSE;
    if (found) {
        SIZE_T body = line.next;

        if (profile_find_key(profile, body, key, &line)) {
            from = line.start;
            to = line.end; /* the line's end stays */
            text_add_name(&text, key);
            text_add(&text, L"=", 1);
            text_add(&text, value, wcslen(value));
        } else {
            from = to = section_end(profile, body, &next);
            if (!at_line_start(profile, from))
                text_add(&text, L"\r\n", 2);
            text_add_name(&text, key);
            text_add(&text, L"=", 1);
            text_add(&text, value, wcslen(value));
            text_add(&text, L"\r\n", 2);
        }
    } else {
        from = to = profile->size;
        if (!at_line_start(profile, from))
            text_add(&text, L"\r\n", 2);
        text_add(&text, L"[", 1);
        text_add_name(&text, section);
        text_add(&text, L"]\r\n", 3);
        text_add_name(&text, key);
        text_add(&text, L"=", 1);
        text_add(&text, value, wcslen(value));
        text_add(&text, L"\r\n", 2);
    }
    result = profile_replace(profile, from, to, text.buffer, text.length);
    kb_free(text.buffer);
    return result;
}

static BOOL delete_key(struct profile *profile, const WCHAR *section, const WCHAR *key)
{
    struct profile_line line;

    return !profile_find_section(profile, section, &line) || !profile_find_key(profile, line.next, key, &line) ||
           profile_replace(profile, line.start, line.next, NULL, 0);
}

static BOOL delete_section(struct profile *profile, const WCHAR *section)
{
    struct profile_line line;
    SIZE_T start, next;

    if (!profile_find_section(profile, section, &line))
        return TRUE;
    start = line.start;
    section_end(profile, line.next, &next);
    return profile_replace(profile, start, next, NULL, 0);
}

BOOL WINAPI WritePrivateProfileStringW(const WCHAR *section, const WCHAR *key, const WCHAR *value, const WCHAR *file)
{
    struct profile profile;
    BOOL result;

    if (!section)
        return !key && !value ? FALSE : fail(ERROR_FILE_NOT_FOUND); /* flushes: nothing is kept back here */
    if (!profile_open(&profile, file, TRUE))
        return FALSE;
    if (!key)
        result = delete_section(&profile, section);
    else if (!value)
        result = delete_key(&profile, section, key);
    else
        result = write_key(&profile, section, key, value);
    profile_close(&profile);
    return result;
}

BOOL WINAPI WritePrivateProfileStringA(const char *section, const char *key, const char *value, const char *file)
{
    struct wide_arg wide[4] = { 0 };
    BOOL result = FALSE;

    if (wide_arg(&wide[0], section) && wide_arg(&wide[1], key) && wide_arg(&wide[2], value) &&
        wide_file_arg(&wide[3], file))
        result = WritePrivateProfileStringW(wide[0].str, wide[1].str, wide[2].str, wide[3].str);
    for (unsigned i = 0; i < ARRAY_SIZE(wide); i++)
        wide_arg_free(&wide[i]);
    return result;
}

/* --- whole sections --- */

/* `lines` end in zero each, and the list in one more: they become what the section contains. NULL deletes it. */
static BOOL write_section(const WCHAR *section, const WCHAR *lines, SIZE_T length, const WCHAR *file)
{
    struct profile_line line;
    struct profile profile;
    struct text text;
    SIZE_T from, to, i;
    BOOL result, found;

    if (!profile_open(&profile, file, TRUE))
        return FALSE;
    if (!lines) {
        result = delete_section(&profile, section);
        profile_close(&profile);
        return result;
    }
    if (!text_begin(&text, wcslen(section) + 2 * length + 16)) {
        profile_close(&profile);
        return FALSE;
    }
    found = profile_find_section(&profile, section, &line);
    if (found) {
        SIZE_T next;

        from = line.next;
        to = section_end(&profile, from, &next);
    } else
        from = to = profile.size;
    if (!at_line_start(&profile, from))
        text_add(&text, L"\r\n", 2);
    if (!found) {
        text_add(&text, L"[", 1);
        text_add_name(&text, section);
        text_add(&text, L"]\r\n", 3);
    }
    for (i = 0; i < length && lines[i]; i++) {
        SIZE_T n = wcslen(lines + i);

        text_add(&text, lines + i, n);
        text_add(&text, L"\r\n", 2);
        i += n;
    }
    result = profile_replace(&profile, from, to, text.buffer, text.length);
    kb_free(text.buffer);
    profile_close(&profile);
    return result;
}

/* Length of a list with the zeros of its strings, without the last. */
static SIZE_T list_length_w(const WCHAR *list)
{
    const WCHAR *p = list;

    while (*p)
        p += wcslen(p) + 1;
    return p - list;
}

BOOL WINAPI WritePrivateProfileSectionW(const WCHAR *section, const WCHAR *lines, const WCHAR *file)
{
    if (!section)
        return !lines ? FALSE : fail(ERROR_FILE_NOT_FOUND);
    return write_section(section, lines, lines ? list_length_w(lines) : 0, file);
}

BOOL WINAPI WritePrivateProfileSectionA(const char *section, const char *lines, const char *file)
{
    struct wide_arg wide[2] = { 0 };
    WCHAR *wide_lines = NULL;
    const char *p = lines;
    BOOL result = FALSE;
    ULONG bytes = 0;

    while (p && *p)
        p += strlen(p) + 1;
    if (lines) {
        SIZE_T size = p - lines + 1;

        if (!(wide_lines = kb_alloc(size * sizeof(WCHAR))))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        if (!set_ntstatus(RtlMultiByteToUnicodeN(wide_lines, size * sizeof(WCHAR), &bytes, lines, size))) {
            kb_free(wide_lines);
            return FALSE;
        }
    }
    if (wide_arg(&wide[0], section) && wide_file_arg(&wide[1], file))
        result = WritePrivateProfileSectionW(wide[0].str, wide_lines, wide[1].str);
    wide_arg_free(&wide[0]);
    wide_arg_free(&wide[1]);
    kb_free(wide_lines);
    return result;
}

/* --- structures --- */

BOOL WINAPI WritePrivateProfileStructW(const WCHAR *section, const WCHAR *key, void *data, UINT size, const WCHAR *file)
{
    static const WCHAR digits[] = L"0123456789ABCDEF";
    const BYTE *bytes = data;
    WCHAR *text, *p;
    BYTE sum = 0;
    BOOL result;
    UINT i;

    if (!section && !key && !data)
        return WritePrivateProfileStringW(NULL, NULL, NULL, file);
    if (!data)
        return WritePrivateProfileStringW(section, key, NULL, file);
    if (!(p = text = kb_alloc(((SIZE_T)size * 2 + 3) * sizeof(WCHAR))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (i = 0; i <= size; i++) {
        BYTE b = i < size ? bytes[i] : sum;

        *p++ = digits[b >> 4];
        *p++ = digits[b & 15];
        sum += b;
    }
    *p = 0;
    result = WritePrivateProfileStringW(section, key, text, file);
    kb_free(text);
    return result;
}

BOOL WINAPI WritePrivateProfileStructA(const char *section, const char *key, void *data, UINT size, const char *file)
{
    struct wide_arg wide[3] = { 0 };
    BOOL result = FALSE;

    if (wide_arg(&wide[0], section) && wide_arg(&wide[1], key) && wide_file_arg(&wide[2], file))
        result = WritePrivateProfileStructW(wide[0].str, wide[1].str, data, size, wide[2].str);
    for (unsigned i = 0; i < ARRAY_SIZE(wide); i++)
        wide_arg_free(&wide[i]);
    return result;
}

/* --- win.ini --- */

BOOL WINAPI WriteProfileStringW(const WCHAR *section, const WCHAR *key, const WCHAR *value)
{
    return WritePrivateProfileStringW(section, key, value, NULL);
}

BOOL WINAPI WriteProfileStringA(const char *section, const char *key, const char *value)
{
    return WritePrivateProfileStringA(section, key, value, NULL);
}

BOOL WINAPI WriteProfileSectionW(const WCHAR *section, const WCHAR *lines)
{
    return WritePrivateProfileSectionW(section, lines, NULL);
}

BOOL WINAPI WriteProfileSectionA(const char *section, const char *lines)
{
    return WritePrivateProfileSectionA(section, lines, NULL);
}
