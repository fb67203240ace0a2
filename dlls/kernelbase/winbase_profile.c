/* SPDX-License-Identifier: MIT */
/* winbase_profile.c: GetPrivateProfile* and GetProfile*: reading initialisation files. */
#include "profile.h"

/* --- results --- */

/* What a question gives: a string, or a list of strings that end in zero each. */
struct answer {
    WCHAR *text;
    SIZE_T length, capacity;
    BOOL list, failed;
};

static void append(struct answer *answer, const WCHAR *text, SIZE_T length, BOOL zero)
{
    SIZE_T needed = answer->length + length + 1;

    if (answer->failed)
        return;
    if (needed > answer->capacity) {
        SIZE_T capacity = max(needed, answer->capacity * 2 + 128);
        WCHAR *grown = kb_alloc(capacity * sizeof(WCHAR));

        if (!grown) {
            answer->failed = TRUE;
            return;
        }
        if (answer->text)
            memcpy(grown, answer->text, answer->length * sizeof(WCHAR));
        kb_free(answer->text);
        answer->text = grown;
        answer->capacity = capacity;
    }
    memcpy(answer->text + answer->length, text, length * sizeof(WCHAR));
    answer->length += length;
    if (zero)
        answer->text[answer->length++] = 0;
}

/* A list that is cut ends in two zeros, a string in one; the result does not count them: GetPrivateProfileString. */
static DWORD return_answer_w(struct answer *answer, WCHAR *buffer, DWORD size)
{
    DWORD length = 0;

    if (answer->failed)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    if (buffer && size && !answer->failed) {
        DWORD zeros = answer->list ? 2 : 1;

        length = answer->length;
        if (answer->list ? length >= size : length + 1 > size)
            length = size > zeros ? size - zeros : 0;
        memcpy(buffer, answer->text, length * sizeof(WCHAR));
        buffer[length] = 0;
        if (answer->list && length + 1 < size && (!length || length < answer->length))
            buffer[length + 1] = 0;
    }
    kb_free(answer->text);
    return length;
}

static DWORD return_answer_a(struct answer *answer, char *buffer, DWORD size)
{
    DWORD length = 0;

    if (answer->failed)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    if (buffer && size && !answer->failed) {
        DWORD zeros = answer->list ? 2 : 1;

        length = ansi_size(answer->text, answer->length);
        if (answer->list ? length >= size : length + 1 > size) {
            /* As many whole characters as fit. */
            SIZE_T room = size > zeros ? size - zeros : 0, n = 0;

            for (length = 0; n < answer->length; n++) {
                SIZE_T bytes = ansi_size(answer->text, n + 1);

                if (bytes > room)
                    break;
                length = bytes;
            }
            ansi_copy(buffer, length, answer->text, n);
            buffer[length] = 0;
            if (answer->list && length + 1 < size)
                buffer[length + 1] = 0;
        } else {
            ansi_copy(buffer, length, answer->text, answer->length);
            buffer[length] = 0;
            if (answer->list && !length && size > 1)
                buffer[1] = 0;
        }
    }
    kb_free(answer->text);
    return length;
}

/* --- questions --- */

static void answer_default(struct answer *answer, const WCHAR *text)
{
    SIZE_T length = text ? wcslen(text) : 0;

    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--; /* documented: trailing blanks of the default are not copied */
    append(answer, text ? text : L"", length, FALSE);
}

/* A value in a pair of quotation marks, of either kind, is given without them. */
static void answer_value(struct answer *answer, const WCHAR *value, SIZE_T length)
{
    if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
        value++;
        length -= 2;
    }
    append(answer, value, length, FALSE);
}

static void section_names(struct profile *profile, struct answer *answer)
{
    struct profile_line line;
    SIZE_T at = 0;

    answer->list = TRUE;
    for (; profile_next(profile, at, &line); at = line.next)
        if (line.is_section)
            append(answer, line.name, line.name_length, TRUE);
}

static void profile_string(const WCHAR *section, const WCHAR *key, const WCHAR *default_value, const WCHAR *file,
                           struct answer *answer)
{
    struct profile_line line;
    struct profile profile;

    memset(answer, 0, sizeof(*answer));
    if (!profile_open(&profile, file, FALSE)) {
        answer_default(answer, default_value);
        return;
    }
    if (!section)
        section_names(&profile, answer);
    else if (!profile_find_section(&profile, section, &line))
        answer_default(answer, default_value);
    else if (key) {
        if (profile_find_key(&profile, line.next, key, &line))
            answer_value(answer, line.value, line.value_length);
        else
            answer_default(answer, default_value);
    } else {
        SIZE_T at = line.next;

        answer->list = TRUE;
        for (; profile_next(&profile, at, &line) && !line.is_section; at = line.next)
            if (line.name)
                append(answer, line.name, line.name_length, TRUE);
    }
    profile_close(&profile);
}

/* All lines of a section but comments, without the blanks around the names and values. */
static void profile_section(const WCHAR *section, const WCHAR *file, struct answer *answer)
{
    struct profile_line line;
    struct profile profile;

    memset(answer, 0, sizeof(*answer));
    answer->list = TRUE;
    if (!section || !profile_open(&profile, file, FALSE))
        return;
    if (profile_find_section(&profile, section, &line)) {
        SIZE_T at = line.next;

        for (; profile_next(&profile, at, &line) && !line.is_section; at = line.next) {
            if (!line.length || *line.text == ';')
                continue;
            if (line.name) {
                append(answer, line.name, line.name_length, FALSE);
                append(answer, L"=", 1, FALSE);
                append(answer, line.value, line.value_length, TRUE);
            } else
                append(answer, line.text, line.length, TRUE);
        }
    }
    profile_close(&profile);
}

/* --- GetPrivateProfile* --- */

DWORD WINAPI GetPrivateProfileStringW(const WCHAR *section, const WCHAR *key, const WCHAR *default_value, WCHAR *buffer,
                                      DWORD size, const WCHAR *file)
{
    struct answer answer;

    profile_string(section, key, default_value, file, &answer);
    return return_answer_w(&answer, buffer, size);
}

DWORD WINAPI GetPrivateProfileStringA(const char *section, const char *key, const char *default_value, char *buffer,
                                      DWORD size, const char *file)
{
    struct wide_arg wide[4] = { 0 };
    struct answer answer = { 0 };

    if (wide_arg(&wide[0], section) && wide_arg(&wide[1], key) && wide_arg(&wide[2], default_value) &&
        wide_file_arg(&wide[3], file))
        profile_string(wide[0].str, wide[1].str, wide[2].str, wide[3].str, &answer);
    else
        answer.failed = TRUE;
    for (unsigned i = 0; i < ARRAY_SIZE(wide); i++)
        wide_arg_free(&wide[i]);
    return return_answer_a(&answer, buffer, size);
}

DWORD WINAPI GetPrivateProfileSectionW(const WCHAR *section, WCHAR *buffer, DWORD size, const WCHAR *file)
{
    struct answer answer;

    profile_section(section, file, &answer);
    return return_answer_w(&answer, buffer, size);
}

DWORD WINAPI GetPrivateProfileSectionA(const char *section, char *buffer, DWORD size, const char *file)
{
    struct wide_arg wide[2] = { 0 };
    struct answer answer = { 0 };

    if (wide_arg(&wide[0], section) && wide_file_arg(&wide[1], file))
        profile_section(wide[0].str, wide[1].str, &answer);
    else
        answer.failed = TRUE;
    wide_arg_free(&wide[0]);
    wide_arg_free(&wide[1]);
    return return_answer_a(&answer, buffer, size);
}

DWORD WINAPI GetPrivateProfileSectionNamesW(WCHAR *buffer, DWORD size, const WCHAR *file)
{
    return GetPrivateProfileStringW(NULL, NULL, NULL, buffer, size, file);
}

DWORD WINAPI GetPrivateProfileSectionNamesA(char *buffer, DWORD size, const char *file)
{
    return GetPrivateProfileStringA(NULL, NULL, NULL, buffer, size, file);
}

UINT WINAPI GetPrivateProfileIntW(const WCHAR *section, const WCHAR *key, INT default_value, const WCHAR *file)
{
    struct profile_line line;
    struct profile profile;
    UNICODE_STRING text;
    ULONG value = default_value;

    if (!section || !key)
        return default_value;
    if (!profile_open(&profile, file, FALSE))
        return default_value;
    if (profile_find_section(&profile, section, &line) && profile_find_key(&profile, line.next, key, &line) &&
        line.value_length) {
        text.Buffer = (WCHAR *)line.value;
        text.Length = text.MaximumLength = min(line.value_length, 0x7ffe) * sizeof(WCHAR);
        value = 0;
        RtlUnicodeStringToInteger(&text, 0, &value);
    }
    profile_close(&profile);
    return value;
}

UINT WINAPI GetPrivateProfileIntA(const char *section, const char *key, INT default_value, const char *file)
{
    struct wide_arg wide[3] = { 0 };
    UINT result = default_value;

    if (wide_arg(&wide[0], section) && wide_arg(&wide[1], key) && wide_file_arg(&wide[2], file))
        result = GetPrivateProfileIntW(wide[0].str, wide[1].str, default_value, wide[2].str);
    for (unsigned i = 0; i < ARRAY_SIZE(wide); i++)
        wide_arg_free(&wide[i]);
    return result;
}

static int hex_digit(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes as pairs of digits, and behind them their sum as one more byte. */
BOOL WINAPI GetPrivateProfileStructW(const WCHAR *section, const WCHAR *key, void *data, UINT size, const WCHAR *file)
{
    struct answer answer;
    BYTE sum = 0, *bytes = data;
    BOOL ok;
    SIZE_T i;

    if (!section || !key || !data)
        return fail(ERROR_INVALID_PARAMETER);
    profile_string(section, key, NULL, file, &answer);
    ok = !answer.failed && answer.length == ((SIZE_T)size + 1) * 2;
    for (i = 0; ok && i <= size; i++) {
        int high = hex_digit(answer.text[2 * i]), low = hex_digit(answer.text[2 * i + 1]);

        if (high < 0 || low < 0 || (i == size && sum != (high << 4 | low)))
            ok = FALSE;
        else
            sum += high << 4 | low;
    }
    for (i = 0; ok && i < size; i++)
        bytes[i] = hex_digit(answer.text[2 * i]) << 4 | hex_digit(answer.text[2 * i + 1]);
    kb_free(answer.text);
    return ok || fail(ERROR_BAD_LENGTH);
}

BOOL WINAPI GetPrivateProfileStructA(const char *section, const char *key, void *data, UINT size, const char *file)
{
    struct wide_arg wide[3] = { 0 };
    BOOL result = FALSE;

    if (wide_arg(&wide[0], section) && wide_arg(&wide[1], key) && wide_file_arg(&wide[2], file))
        result = GetPrivateProfileStructW(wide[0].str, wide[1].str, data, size, wide[2].str);
    for (unsigned i = 0; i < ARRAY_SIZE(wide); i++)
        wide_arg_free(&wide[i]);
    return result;
}

/* --- GetProfile*: win.ini --- */

DWORD WINAPI GetProfileStringW(const WCHAR *section, const WCHAR *key, const WCHAR *default_value, WCHAR *buffer,
                               DWORD size)
{
    return GetPrivateProfileStringW(section, key, default_value, buffer, size, NULL);
}

DWORD WINAPI GetProfileStringA(const char *section, const char *key, const char *default_value, char *buffer,
                               DWORD size)
{
    return GetPrivateProfileStringA(section, key, default_value, buffer, size, NULL);
}

DWORD WINAPI GetProfileSectionW(const WCHAR *section, WCHAR *buffer, DWORD size)
{
    return GetPrivateProfileSectionW(section, buffer, size, NULL);
}

DWORD WINAPI GetProfileSectionA(const char *section, char *buffer, DWORD size)
{
    return GetPrivateProfileSectionA(section, buffer, size, NULL);
}

UINT WINAPI GetProfileIntW(const WCHAR *section, const WCHAR *key, INT default_value)
{
    return GetPrivateProfileIntW(section, key, default_value, NULL);
}

UINT WINAPI GetProfileIntA(const char *section, const char *key, INT default_value)
{
    return GetPrivateProfileIntA(section, key, default_value, NULL);
}
