/* SPDX-License-Identifier: MIT */
/* rtlstr.c: counted strings: making, copying, appending, comparing. */
#include "rtlnls.h"

/* --- making and freeing --- */

VOID NTAPI RtlInitString(STRING *dst, const char *src)
{
    SIZE_T length = src ? strlen(src) : 0;

    /* The longest that fits is described, as on Windows; the Ex variant reports it instead. */
    if (length > 0xfffe)
        length = 0xfffe;
    dst->Length = (USHORT)length;
    dst->MaximumLength = src ? (USHORT)(length + 1) : 0;
    dst->Buffer = (char *)src;
}

NTSTATUS NTAPI RtlInitStringEx(STRING *dst, const char *src)
{
    SIZE_T length = src ? strlen(src) : 0;

    if (length > 0xfffe) {
        memset(dst, 0, sizeof(*dst));
        return STATUS_NAME_TOO_LONG;
    }
    RtlInitString(dst, src);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlInitAnsiString(ANSI_STRING *dst, const char *src)
{
    RtlInitString(dst, src);
}

NTSTATUS NTAPI RtlInitAnsiStringEx(ANSI_STRING *dst, const char *src)
{
    return RtlInitStringEx(dst, src);
}

VOID NTAPI RtlInitUnicodeString(UNICODE_STRING *dst, const WCHAR *src)
{
    SIZE_T length = src ? wcslen(src) * sizeof(WCHAR) : 0;

    if (length > 0xfffc)
        length = 0xfffc;
    dst->Length = (USHORT)length;
    dst->MaximumLength = src ? (USHORT)(length + sizeof(WCHAR)) : 0;
    dst->Buffer = (WCHAR *)src;
}

NTSTATUS NTAPI RtlInitUnicodeStringEx(UNICODE_STRING *dst, const WCHAR *src)
{
    if (src && wcslen(src) * sizeof(WCHAR) > 0xfffc) {
        memset(dst, 0, sizeof(*dst));
        return STATUS_NAME_TOO_LONG;
    }
    RtlInitUnicodeString(dst, src);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlCreateUnicodeString(UNICODE_STRING *dst, const WCHAR *src)
{
    SIZE_T size = (wcslen(src) + 1) * sizeof(WCHAR);

    if (size > 0xfffe || !(dst->Buffer = heap_alloc(size)))
        return FALSE;
    memcpy(dst->Buffer, src, size);
    dst->Length = (USHORT)(size - sizeof(WCHAR));
    dst->MaximumLength = (USHORT)size;
    return TRUE;
}

VOID NTAPI RtlFreeUnicodeString(UNICODE_STRING *str)
{
    heap_free(str->Buffer);
    memset(str, 0, sizeof(*str));
}

VOID NTAPI RtlFreeAnsiString(ANSI_STRING *str)
{
    heap_free(str->Buffer);
    memset(str, 0, sizeof(*str));
}

VOID NTAPI RtlFreeOemString(STRING *str)
{
    heap_free(str->Buffer);
}

VOID NTAPI RtlFreeUTF8String(STRING *str)
{
    RtlFreeAnsiString(str);
}

VOID NTAPI RtlEraseUnicodeString(UNICODE_STRING *str)
{
    if (str->Buffer && str->MaximumLength)
        memset(str->Buffer, 0, str->MaximumLength);
    str->Length = 0;
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags, const UNICODE_STRING *str)
{
    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (!str)
        return STATUS_SUCCESS;
    if (str->Length & 1 || str->MaximumLength & 1 || str->Length > str->MaximumLength ||
        (!str->Buffer && (str->Length || str->MaximumLength)))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* Flags: 1 = terminate with a zero; 2 = allocate a zero even for an empty string. */
NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG flags, const UNICODE_STRING *src, UNICODE_STRING *dst)
{
    SIZE_T size;

    if (!src || !dst || flags & ~3u || flags == 2 || (src->Length && !src->Buffer))
        return STATUS_INVALID_PARAMETER;
    if (!src->Length && !(flags & 2)) {
        memset(dst, 0, sizeof(*dst));
        return STATUS_SUCCESS;
    }
    size = src->Length + (flags & 1 ? sizeof(WCHAR) : 0);
    if (size > 0xfffe)
        return STATUS_NAME_TOO_LONG;

    WCHAR *buffer = heap_alloc(size);

    if (!buffer)
        return STATUS_NO_MEMORY;
    memcpy(buffer, src->Buffer, src->Length);
    if (flags & 1)
        buffer[src->Length / sizeof(WCHAR)] = 0;
    dst->Length = src->Length;
    dst->MaximumLength = (USHORT)size;
    dst->Buffer = buffer;
    return STATUS_SUCCESS;
}

/* --- copying and appending --- */

VOID NTAPI RtlCopyString(STRING *dst, const STRING *src)
{
    USHORT length = src ? src->Length : 0;

    if (length > dst->MaximumLength)
        length = dst->MaximumLength;
    if (length)
        memmove(dst->Buffer, src->Buffer, length);
    dst->Length = length;
}

VOID NTAPI RtlCopyUnicodeString(UNICODE_STRING *dst, const UNICODE_STRING *src)
{
    USHORT length = src ? src->Length : 0;

    if (length > dst->MaximumLength)
        length = dst->MaximumLength;
    if (length)
        memmove(dst->Buffer, src->Buffer, length);
    dst->Length = length;
    if (length + sizeof(WCHAR) <= dst->MaximumLength)
        dst->Buffer[length / sizeof(WCHAR)] = 0;
}

NTSTATUS NTAPI RtlAppendStringToString(STRING *dst, const STRING *src)
{
    if (!src->Length)
        return STATUS_SUCCESS;
    if (src->Length + dst->Length > dst->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(dst->Buffer + dst->Length, src->Buffer, src->Length);
    dst->Length += src->Length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendAsciizToString(STRING *dst, const char *src)
{
    SIZE_T length = src ? strlen(src) : 0;

    if (!length)
        return STATUS_SUCCESS;
    if (length + dst->Length > dst->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(dst->Buffer + dst->Length, src, length);
    dst->Length += (USHORT)length;
    return STATUS_SUCCESS;
}

static NTSTATUS append_wide(UNICODE_STRING *dst, const WCHAR *src, SIZE_T size)
{
    if (!size)
        return STATUS_SUCCESS;
    if (size + dst->Length > dst->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove((char *)dst->Buffer + dst->Length, src, size);
    dst->Length += (USHORT)size;
    if (dst->Length + sizeof(WCHAR) <= dst->MaximumLength)
        dst->Buffer[dst->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeToString(UNICODE_STRING *dst, const WCHAR *src)
{
    return append_wide(dst, src, src ? wcslen(src) * sizeof(WCHAR) : 0);
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(UNICODE_STRING *dst, const UNICODE_STRING *src)
{
    return append_wide(dst, src->Buffer, src->Length);
}

/* --- case --- */

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c)
{
    return nls_upper(c);
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c)
{
    return nls_lower(c);
}

CHAR NTAPI RtlUpperChar(CHAR c)
{
    UCHAR byte = (UCHAR)c;
    WCHAR wide;

    if (byte < 0x80)
        return byte >= 'a' && byte <= 'z' ? (CHAR)(byte - 32) : c;
    wide = nls_upper(nls_ansi_to[byte]);
    byte = nls_ansi_blocks[nls_ansi_index[wide >> 8]][wide & 0xff];
    /* An upper-case letter that the code page lacks does not replace the letter. */
    return byte && nls_ansi_to[byte] == wide ? (CHAR)byte : c;
}

VOID NTAPI RtlUpperString(STRING *dst, const STRING *src)
{
    USHORT length = src->Length < dst->MaximumLength ? src->Length : dst->MaximumLength;

    for (USHORT i = 0; i < length; i++)
        dst->Buffer[i] = RtlUpperChar(src->Buffer[i]);
    dst->Length = length;
}

static NTSTATUS prepare(UNICODE_STRING *dst, USHORT length, BOOLEAN allocate)
{
    if (allocate) {
        if (!(dst->Buffer = heap_alloc(length ? length : sizeof(WCHAR))))
            return STATUS_NO_MEMORY;
        dst->MaximumLength = length;
    } else if (length > dst->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    dst->Length = length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(UNICODE_STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    NTSTATUS status = prepare(dst, src->Length, allocate);

    if (!NT_SUCCESS(status))
        return status;
    for (ULONG i = 0; i < src->Length / sizeof(WCHAR); i++)
        dst->Buffer[i] = nls_upper(src->Buffer[i]);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(UNICODE_STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    NTSTATUS status = prepare(dst, src->Length, allocate);

    if (!NT_SUCCESS(status))
        return status;
    for (ULONG i = 0; i < src->Length / sizeof(WCHAR); i++)
        dst->Buffer[i] = nls_lower(src->Buffer[i]);
    return STATUS_SUCCESS;
}

/* --- comparing --- */

LONG NTAPI RtlCompareUnicodeStrings(const WCHAR *a, SIZE_T a_len, const WCHAR *b, SIZE_T b_len, BOOLEAN ignore_case)
{
    SIZE_T n = a_len < b_len ? a_len : b_len;

    for (SIZE_T i = 0; i < n; i++) {
        WCHAR x = a[i], y = b[i];

        if (x == y)
            continue;
        if (ignore_case) {
            x = nls_upper(x);
            y = nls_upper(y);
        }
        if (x != y)
            return (LONG)x - (LONG)y;
    }
    return (LONG)a_len - (LONG)b_len;
}

LONG NTAPI RtlCompareUnicodeString(const UNICODE_STRING *a, const UNICODE_STRING *b, BOOLEAN ignore_case)
{
    return RtlCompareUnicodeStrings(a->Buffer, a->Length / sizeof(WCHAR), b->Buffer, b->Length / sizeof(WCHAR),
                                    ignore_case);
}

BOOLEAN NTAPI RtlEqualUnicodeString(const UNICODE_STRING *a, const UNICODE_STRING *b, BOOLEAN ignore_case)
{
    return a->Length == b->Length && !RtlCompareUnicodeString(a, b, ignore_case);
}

static LONG compare_bytes(const char *a, ULONG a_len, const char *b, ULONG b_len, BOOLEAN ignore_case)
{
    ULONG n = a_len < b_len ? a_len : b_len;

    for (ULONG i = 0; i < n; i++) {
        UCHAR x = (UCHAR)a[i], y = (UCHAR)b[i];

        if (x == y)
            continue;
        if (ignore_case) {
            x = (UCHAR)RtlUpperChar((CHAR)x);
            y = (UCHAR)RtlUpperChar((CHAR)y);
        }
        if (x != y)
            return (LONG)x - (LONG)y;
    }
    return (LONG)a_len - (LONG)b_len;
}

LONG NTAPI RtlCompareString(const STRING *a, const STRING *b, BOOLEAN ignore_case)
{
    return compare_bytes(a->Buffer, a->Length, b->Buffer, b->Length, ignore_case);
}

BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b, BOOLEAN ignore_case)
{
    return a->Length == b->Length && !RtlCompareString(a, b, ignore_case);
}

BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *str, BOOLEAN ignore_case)
{
    return prefix->Length <= str->Length &&
           !compare_bytes(prefix->Buffer, prefix->Length, str->Buffer, prefix->Length, ignore_case);
}

BOOLEAN NTAPI RtlPrefixUnicodeString(const UNICODE_STRING *prefix, const UNICODE_STRING *str, BOOLEAN ignore_case)
{
    SIZE_T n = prefix->Length / sizeof(WCHAR);

    return prefix->Length <= str->Length && !RtlCompareUnicodeStrings(prefix->Buffer, n, str->Buffer, n, ignore_case);
}

BOOLEAN NTAPI RtlSuffixUnicodeString(const UNICODE_STRING *suffix, const UNICODE_STRING *str, BOOLEAN ignore_case)
{
    SIZE_T n = suffix->Length / sizeof(WCHAR);

    return suffix->Length <= str->Length &&
           !RtlCompareUnicodeStrings(suffix->Buffer, n, str->Buffer + str->Length / sizeof(WCHAR) - n, n, ignore_case);
}

/* Algorithms (ntrtl.h of the WDK): 0 = default, 1 = x65599. */
NTSTATUS NTAPI RtlHashUnicodeString(const UNICODE_STRING *str, BOOLEAN ignore_case, ULONG algorithm, ULONG *hash)
{
    ULONG value = 0;

    if (!str || !hash || algorithm > 1)
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < str->Length / sizeof(WCHAR); i++)
        value = value * 65599 + (ignore_case ? nls_upper(str->Buffer[i]) : str->Buffer[i]);
    *hash = value;
    return STATUS_SUCCESS;
}

/* Flags: 1 = from the end, 2 = find what is not in `chars`, 4 = ignore case. The position is in bytes: behind the character
 * found when searching forwards, before it when backwards. */
NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags, const UNICODE_STRING *str, const UNICODE_STRING *chars,
                                          USHORT *position)
{
    ULONG length = str->Length / sizeof(WCHAR);

    *position = 0;
    if (flags & ~7u)
        return STATUS_INVALID_PARAMETER;
    for (ULONG n = 0; n < length; n++) {
        ULONG i = flags & 1 ? length - 1 - n : n;
        WCHAR c = flags & 4 ? nls_lower(str->Buffer[i]) : str->Buffer[i];
        bool found = false;

        for (ULONG k = 0; k < chars->Length / sizeof(WCHAR) && !found; k++)
            found = c == (flags & 4 ? nls_lower(chars->Buffer[k]) : chars->Buffer[k]);
        if (found != !!(flags & 2)) {
            *position = (USHORT)((flags & 1 ? i : i + 1) * sizeof(WCHAR));
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NOT_FOUND;
}
