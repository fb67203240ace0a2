/* SPDX-License-Identifier: MIT */
/* winbase_message.c: FormatMessage. The system's own texts are in messages.tbl. */
#include "nls.h"

struct text {
    WCHAR *str;
    SIZE_T len, cap;
    BOOL failed;
};

static void append(struct text *text, const WCHAR *str, SIZE_T len)
{
    if (text->len + len + 1 > text->cap) {
        SIZE_T cap = (text->len + len + 1) * 2;
        WCHAR *larger = kb_alloc(cap * sizeof(WCHAR));
        if (!larger) {
            text->failed = TRUE;
            return;
        }
        if (text->len)
            memcpy(larger, text->str, text->len * sizeof(WCHAR));
        kb_free(text->str);
        text->str = larger;
        text->cap = cap;
    }
    memcpy(text->str + text->len, str, len * sizeof(WCHAR));
    text->len += len;
    text->str[text->len] = 0;
}

static void append_char(struct text *text, WCHAR c)
{
    append(text, &c, 1);
}

/* The arguments: 8-byte (4-byte) slots, whether they come as an array or as a va_list. */
struct arguments {
    const ULONG_PTR *slots;
    BOOL ansi; /* strings are char strings unless the format says otherwise */
};

static void append_padded(struct text *out, const WCHAR *str, SIZE_T len, int width, BOOL left)
{
    int padding = width > 0 && (SIZE_T)width > len ? width - (int)len : 0;

    for (int i = 0; !left && i < padding; i++)
        append_char(out, ' ');
    append(out, str, len);
    for (int i = 0; left && i < padding; i++)
        append_char(out, ' ');
}

static void append_ansi(struct text *out, const char *str, SIZE_T len, int width, BOOL left)
{
    WCHAR *wide = kb_alloc((len + 1) * sizeof(WCHAR));

    if (!wide) {
        out->failed = TRUE;
        return;
    }
    len = len ? MultiByteToWideChar(CP_ACP, 0, str, len, wide, len) : 0;
    append_padded(out, wide, len, width, left);
    kb_free(wide);
}

/* One insert: number, and the printf-like format between the exclamation marks. */
static BOOL append_insert(struct text *out, const struct arguments *args, UINT number, const WCHAR *spec,
                          SIZE_T spec_len)
{
    const WCHAR *p = spec, *end = spec + spec_len;
    WCHAR format[64], buffer[512];
    UINT f = 0;
    int width = 0, precision = -1, n;
    BOOL left = FALSE, wide_str = FALSE, narrow_str = FALSE, big = FALSE;
    ULONG_PTR value;
    WCHAR type = 's';

    if (!args->slots) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    format[f++] = '%';
    if (spec_len) {
        for (; p < end && (*p == '-' || *p == '+' || *p == ' ' || *p == '0' || *p == '#'); p++) {
            left |= *p == '-';
            if (f < 10)
                format[f++] = *p;
        }
        if (p < end && *p == '*') {
            width = (int)args->slots[number++];
            p++;
        } else {
            for (; p < end && *p >= '0' && *p <= '9'; p++)
                width = width * 10 + (*p - '0');
        }
        if (width < 0) {
            left = TRUE;
            width = -width;
        }
        if (p < end && *p == '.') {
            precision = 0;
            if (++p < end && *p == '*') {
                precision = (int)args->slots[number++];
                p++;
            }
            for (; p < end && *p >= '0' && *p <= '9'; p++)
                precision = precision * 10 + (*p - '0');
        }
        for (; p < end; p++) {
            if (*p == 'h') {
                narrow_str = TRUE;
            } else if (*p == 'l' || *p == 'w') {
                wide_str = TRUE;
            } else if (*p == 'I') {
                if (end - p > 2 && p[1] == '6' && p[2] == '4') {
                    big = TRUE;
                    p += 2;
                } else if (end - p > 2 && p[1] == '3' && p[2] == '2') {
                    p += 2;
                } else {
                    big = sizeof(void *) == 8;
                }
            } else {
                break;
            }
        }
        if (p < end)
            type = *p;
    }
    value = args->slots[number];

    switch (type) {
    case 's':
    case 'S': {
        BOOL narrow = narrow_str || (!wide_str && (type == 's') == args->ansi);
        SIZE_T len = 0;

        if (!value)
            return append_padded(out, L"(null)", 6, width, left), TRUE;
        if (narrow) {
            const char *str = (const char *)value;
            while ((precision < 0 || len < (SIZE_T)precision) && str[len])
                len++;
            append_ansi(out, str, len, width, left);
        } else {
            const WCHAR *str = (const WCHAR *)value;
            while ((precision < 0 || len < (SIZE_T)precision) && str[len])
                len++;
            append_padded(out, str, len, width, left);
        }
        return TRUE;
    }
    case 'c':
    case 'C': {
        BOOL narrow = narrow_str || (!wide_str && (type == 'c') == args->ansi);
        WCHAR c = value;
        char ch = value;

        if (narrow)
            append_ansi(out, &ch, 1, width, left);
        else
            append_padded(out, &c, 1, width, left);
        return TRUE;
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
    case 'p':
        if (width > 400 || precision > 400) {
            SetLastError(ERROR_INVALID_PARAMETER);
            return FALSE;
        }
        format[f++] = '*';
        if (precision >= 0) {
            format[f++] = '.';
            format[f++] = '*';
        }
        if (type == 'p') {
            big = sizeof(void *) == 8;
            type = 'X';
            width = precision = sizeof(void *) * 2;
            f = 1;
            format[f++] = '*';
            format[f++] = '.';
            format[f++] = '*';
        }
        if (big) {
            format[f++] = 'I';
            format[f++] = '6';
            format[f++] = '4';
        }
        format[f++] = type;
        format[f] = 0;
        if (precision >= 0 && big)
            n = _snwprintf(buffer, ARRAY_SIZE(buffer), format, width, precision, (ULONGLONG)value);
        else if (precision >= 0)
            n = _snwprintf(buffer, ARRAY_SIZE(buffer), format, width, precision, (UINT)value);
        else if (big)
            n = _snwprintf(buffer, ARRAY_SIZE(buffer), format, width, (ULONGLONG)value);
        else
            n = _snwprintf(buffer, ARRAY_SIZE(buffer), format, width, (UINT)value);
        if (n > 0)
            append(out, buffer, n);
        return TRUE;
    default:
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
}

/* Breaks the line at the last blank when it has become longer than `width`. */
static void wrap(struct text *out, SIZE_T *line, SIZE_T *blank, UINT width)
{
    SIZE_T tail;
    WCHAR *rest;

    if (out->failed || !width || width == FORMAT_MESSAGE_MAX_WIDTH_MASK || out->len - *line <= width || *blank <= *line)
        return;
    /* The blank becomes a line break, which is one character longer. */
    tail = out->len - *blank - 1;
    if (!(rest = kb_alloc((tail + 1) * sizeof(WCHAR)))) {
        out->failed = TRUE;
        return;
    }
    memcpy(rest, out->str + *blank + 1, tail * sizeof(WCHAR));
    out->len = *blank;
    append(out, L"\r\n", 2);
    *line = out->len;
    *blank = 0;
    append(out, rest, tail);
    kb_free(rest);
}

static BOOL format_text(struct text *out, DWORD flags, const WCHAR *src, const struct arguments *args)
{
    UINT width = flags & FORMAT_MESSAGE_MAX_WIDTH_MASK;
    SIZE_T line = 0, blank = 0;

    append(out, L"", 0);
    while (*src && !out->failed) {
        WCHAR c = *src++;

        if (c == '\r' || c == '\n') {
            if (c == '\r' && *src == '\n')
                src++;
            if (width) {
                blank = out->len;
                append_char(out, ' ');
            } else {
                append(out, L"\r\n", 2);
                line = out->len;
            }
            continue;
        }
        if (c != '%') {
            if (c == ' ')
                blank = out->len;
            append_char(out, c);
            if (c == ' ')
                continue;
            wrap(out, &line, &blank, width);
            continue;
        }
        c = *src;
        if (c >= '1' && c <= '9') {
            const WCHAR *start = src - 1, *spec = NULL;
            SIZE_T spec_len = 0;
            UINT number = *src++ - '0';

            if (*src >= '0' && *src <= '9')
                number = number * 10 + (*src++ - '0');
            if (*src == '!') {
                const WCHAR *close = wcschr(src + 1, '!');
                if (!close)
                    return fail(ERROR_INVALID_PARAMETER);
                spec = src + 1;
                spec_len = close - spec;
                src = close + 1;
            }
            if (flags & FORMAT_MESSAGE_IGNORE_INSERTS)
                append(out, start, src - start);
            else if (!append_insert(out, args, number - 1, spec, spec_len))
                return FALSE;
            wrap(out, &line, &blank, width);
            continue;
        }
        if (!c)
            return fail(ERROR_INVALID_PARAMETER);
        src++;
        switch (c) {
        case '0':
            return TRUE; /* ends the message without a line break */
        case 'n':
            append(out, L"\r\n", 2);
            line = out->len;
            break;
        case 'r':
            append_char(out, '\r');
            break;
        case 't':
            append_char(out, '\t');
            break;
        case 'b':
            append_char(out, ' ');
            break;
        default:
            if (flags & FORMAT_MESSAGE_IGNORE_INSERTS) /* NTSTATUS texts hold the likes of %p and %hs */
                append_char(out, '%');
            append_char(out, c);
            break;
        }
    }
    return TRUE;
}

/* --- where messages come from --- */

static const MESSAGE_RESOURCE_ENTRY *find_message(const void *module, DWORD id, DWORD language)
{
    void *entry;

    return set_ntstatus(RtlFindMessage((void *)module, (ULONG)(ULONG_PTR)RT_MESSAGETABLE, language, id, &entry)) ? entry
                                                                                                                 : NULL;
}

static const MESSAGE_RESOURCE_ENTRY *find_module_message(HMODULE module, DWORD id, DWORD language)
{
    return find_message(module ? module : nt_peb()->ImageBaseAddress, id, language);
}

/* The system's own table is a resource of this DLL. */
static const MESSAGE_RESOURCE_ENTRY *find_system_message(DWORD id, DWORD language)
{
    extern const IMAGE_DOS_HEADER __ImageBase;
    const MESSAGE_RESOURCE_ENTRY *entry;

    if (PRIMARYLANGID(language) != LANG_NEUTRAL && PRIMARYLANGID(language) != LANG_ENGLISH)
        return fail_null(ERROR_RESOURCE_LANG_NOT_FOUND);
    entry = find_message(&__ImageBase, id, LANG_NEUTRAL);
    if (!entry && (id & 0xffff0000) == 0x80070000)
        entry = find_message(&__ImageBase, id & 0xffff, LANG_NEUTRAL);
    return entry;
}

/* It should end with a zero, but need not. */
static WCHAR *message_text(const MESSAGE_RESOURCE_ENTRY *entry)
{
    SIZE_T size = entry->Length - offsetof(MESSAGE_RESOURCE_ENTRY, Text);
    WCHAR *copy = kb_alloc(size + sizeof(WCHAR)), *wide;

    if (!copy)
        return fail_null(ERROR_NOT_ENOUGH_MEMORY);
    memcpy(copy, entry->Text, size);
    memset((BYTE *)copy + size, 0, sizeof(WCHAR));
    if (entry->Flags & MESSAGE_RESOURCE_UNICODE)
        return copy;
    wide = wide_dup_ansi((const char *)copy);
    kb_free(copy);
    return wide;
}

/* The message's text, as a heap string. */
static WCHAR *get_source(DWORD flags, LPCVOID source, DWORD id, DWORD language, BOOL ansi)
{
    const MESSAGE_RESOURCE_ENTRY *entry = NULL;

    if (flags & FORMAT_MESSAGE_FROM_STRING) {
        if (!source)
            return fail_null(ERROR_INVALID_PARAMETER);
        return ansi ? wide_dup_ansi(source) : wide_dup(source);
    }
    if (!(flags & (FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM)))
        return fail_null(ERROR_INVALID_PARAMETER);
    if (flags & FORMAT_MESSAGE_FROM_HMODULE)
        entry = find_module_message((HMODULE)source, id, language);
    if (!entry && (flags & FORMAT_MESSAGE_FROM_SYSTEM))
        entry = find_system_message(id, language);
    if (!entry)
        return NULL;
    return message_text(entry);
}

static BOOL format_message(struct text *out, DWORD flags, LPCVOID source, DWORD id, DWORD language, va_list *args,
                           BOOL ansi)
{
    struct arguments arguments = { NULL, ansi };
    WCHAR *message;
    BOOL ok;

    memset(out, 0, sizeof(*out));
    if (!(message = get_source(flags, source, id, language, ansi)))
        return FALSE;
    if (args)
        arguments.slots = flags & FORMAT_MESSAGE_ARGUMENT_ARRAY ? (const ULONG_PTR *)args : *(const ULONG_PTR **)args;
    ok = format_text(out, flags, message, &arguments);
    if (ok && out->failed)
        ok = fail(ERROR_NOT_ENOUGH_MEMORY);
    kb_free(message);
    if (!ok)
        kb_free(out->str);
    return ok;
}

DWORD WINAPI FormatMessageW(DWORD flags, LPCVOID source, DWORD id, DWORD language, LPWSTR buffer, DWORD size,
                            va_list *args)
{
    struct text out;
    DWORD len;

    if (!buffer)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        *(WCHAR **)buffer = NULL;
    if (!format_message(&out, flags, source, id, language, args, FALSE))
        return 0;
    len = out.len;
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        SIZE_T chars = len + 1 > size ? len + 1 : size;
        WCHAR *block = len ? LocalAlloc(LMEM_FIXED | LMEM_ZEROINIT, chars * sizeof(WCHAR)) : NULL;
        if (block)
            memcpy(block, out.str, (len + 1) * sizeof(WCHAR));
        else if (len)
            len = fail(ERROR_NOT_ENOUGH_MEMORY);
        *(WCHAR **)buffer = block;
    } else if (len >= size) {
        len = fail(ERROR_INSUFFICIENT_BUFFER);
    } else {
        memcpy(buffer, out.str, (len + 1) * sizeof(WCHAR));
    }
    kb_free(out.str);
    return len;
}

DWORD WINAPI FormatMessageA(DWORD flags, LPCVOID source, DWORD id, DWORD language, LPSTR buffer, DWORD size,
                            va_list *args)
{
    struct text out;
    DWORD len;

    if (!buffer)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        *(char **)buffer = NULL;
    if (!format_message(&out, flags, source, id, language, args, TRUE))
        return 0;
    len = WideCharToMultiByte(CP_ACP, 0, out.str, out.len + 1, NULL, 0, NULL, NULL) - 1;
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        SIZE_T chars = len + 1 > size ? len + 1 : size;
        char *block = len ? LocalAlloc(LMEM_FIXED | LMEM_ZEROINIT, chars) : NULL;
        if (block)
            WideCharToMultiByte(CP_ACP, 0, out.str, out.len + 1, block, len + 1, NULL, NULL);
        else if (len)
            len = fail(ERROR_NOT_ENOUGH_MEMORY);
        *(char **)buffer = block;
    } else if (len >= size) {
        len = fail(ERROR_INSUFFICIENT_BUFFER);
    } else {
        WideCharToMultiByte(CP_ACP, 0, out.str, out.len + 1, buffer, size, NULL, NULL);
    }
    kb_free(out.str);
    return len;
}
