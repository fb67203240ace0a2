/* SPDX-License-Identifier: MIT */
/*
 * rtlansi.c: strings in the system's code pages (ANSI 1252, OEM 437) and UTF-8 to Unicode and back. As on Windows, these
 * functions take as many characters as fit, and report nothing if that was not all of them.
 */
#include "rtlnls.h"

struct code_page {
    const USHORT *to;
    const UCHAR *index;
    const UCHAR (*blocks)[256];
};
static const struct code_page ansi = { nls_ansi_to, nls_ansi_index, nls_ansi_blocks };
static const struct code_page oem = { nls_oem_to, nls_oem_index, nls_oem_blocks };

static void to_unicode(const struct code_page *page, WCHAR *dst, ULONG dst_size, ULONG *result, const char *src,
                       ULONG src_size)
{
    ULONG n = dst_size / sizeof(WCHAR);

    if (n > src_size)
        n = src_size;
    for (ULONG i = 0; i < n; i++)
        dst[i] = page->to[(UCHAR)src[i]];
    if (result)
        *result = n * sizeof(WCHAR);
}

static void from_unicode(const struct code_page *page, char *dst, ULONG dst_size, ULONG *result, const WCHAR *src,
                         ULONG src_size, bool upcase)
{
    ULONG n = src_size / sizeof(WCHAR);

    if (n > dst_size)
        n = dst_size;
    for (ULONG i = 0; i < n; i++) {
        WCHAR c = src[i];
        UCHAR byte;

        if (upcase) {
            /* Through the code page, as what it cannot hold is replaced before the case is changed. */
            byte = page->blocks[page->index[c >> 8]][c & 0xff];
            c = nls_upper(byte ? page->to[byte] : c);
        }
        byte = page->blocks[page->index[c >> 8]][c & 0xff];
        dst[i] = byte || !c ? (char)byte : '?';
    }
    if (result)
        *result = n;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(WCHAR *dst, ULONG dst_size, ULONG *result, const char *src, ULONG src_size)
{
    to_unicode(&ansi, dst, dst_size, result, src, src_size);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlOemToUnicodeN(WCHAR *dst, ULONG dst_size, ULONG *result, const char *src, ULONG src_size)
{
    to_unicode(&oem, dst, dst_size, result, src, src_size);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlConsoleMultiByteToUnicodeN(WCHAR *dst, ULONG dst_size, ULONG *result, const char *src, ULONG src_size,
                                             ULONG *special)
{
    if (special)
        *special = 0;
    return RtlMultiByteToUnicodeN(dst, dst_size, result, src, src_size);
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size)
{
    from_unicode(&ansi, dst, dst_size, result, src, src_size, false);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size)
{
    from_unicode(&ansi, dst, dst_size, result, src, src_size, true);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToOemN(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size)
{
    from_unicode(&oem, dst, dst_size, result, src, src_size, false);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size)
{
    from_unicode(&oem, dst, dst_size, result, src, src_size, true);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(ULONG *result, const char *src, ULONG src_size)
{
    (void)src; /* the system's code pages have one byte for a character */
    *result = src_size * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(ULONG *result, const WCHAR *src, ULONG src_size)
{
    (void)src;
    *result = src_size / sizeof(WCHAR);
    return STATUS_SUCCESS;
}

WCHAR NTAPI RtlAnsiCharToUnicodeChar(char **src)
{
    return nls_ansi_to[(UCHAR) * (*src)++];
}

/* --- UTF-8 --- */

/*
 * One character from UTF-8; what is none gives U+FFFD, and takes the bytes that could have begun one (the practice that the
 * Unicode standard recommends, and that Windows follows).
 */
static ULONG decode_utf8(const UCHAR *src, ULONG size, ULONG *used, bool *bad)
{
    ULONG c = src[0], more, lowest, n = 1;
    UCHAR first_low = 0x80, first_high = 0xbf;

    *used = 1;
    if (c < 0x80)
        return c;
    if (c >= 0xc2 && c <= 0xdf) {
        more = 1;
        lowest = c & 0x1f;
    } else if (c >= 0xe0 && c <= 0xef) {
        more = 2;
        lowest = c & 0x0f;
        if (c == 0xe0)
            first_low = 0xa0;
        if (c == 0xed)
            first_high = 0x9f;
    } else if (c >= 0xf0 && c <= 0xf4) {
        more = 3;
        lowest = c & 0x07;
        if (c == 0xf0)
            first_low = 0x90;
        if (c == 0xf4)
            first_high = 0x8f;
    } else {
        *bad = true;
        return 0xfffd;
    }
    for (; more; more--, n++) {
        if (n >= size || src[n] < first_low || src[n] > first_high) {
            *used = n;
            *bad = true;
            return 0xfffd;
        }
        lowest = lowest << 6 | (src[n] & 0x3f);
        first_low = 0x80;
        first_high = 0xbf;
    }
    *used = n;
    return lowest;
}

NTSTATUS NTAPI RtlUTF8ToUnicodeN(WCHAR *dst, ULONG dst_size, ULONG *result, const char *src, ULONG src_size)
{
    const UCHAR *s = (const UCHAR *)src;
    ULONG room = dst_size / sizeof(WCHAR), n = 0, used;
    NTSTATUS status = STATUS_SUCCESS;
    bool bad = false;

    if (!src)
        return STATUS_INVALID_PARAMETER_4;
    if (!dst && !result)
        return STATUS_INVALID_PARAMETER;
    for (; src_size; s += used, src_size -= used) {
        ULONG c = decode_utf8(s, src_size, &used, &bad), units = c >= 0x10000 ? 2 : 1;

        if (dst) {
            if (n + units > room) {
                status = STATUS_BUFFER_TOO_SMALL;
                break;
            }
            if (units == 2) {
                dst[n] = (WCHAR)(0xd7c0 + (c >> 10));
                dst[n + 1] = (WCHAR)(0xdc00 | (c & 0x3ff));
            } else {
                dst[n] = (WCHAR)c;
            }
        }
        n += units;
    }
    if (result)
        *result = n * sizeof(WCHAR);
    return status ? status : bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToUTF8N(char *dst, ULONG dst_size, ULONG *result, const WCHAR *src, ULONG src_size)
{
    ULONG length = src_size / sizeof(WCHAR), n = 0;
    NTSTATUS status = STATUS_SUCCESS;
    bool bad = false;

    if (!src)
        return STATUS_INVALID_PARAMETER_4;
    if (!dst && !result)
        return STATUS_INVALID_PARAMETER;
    if (dst && src_size & 1)
        return STATUS_INVALID_PARAMETER_5;
    for (ULONG i = 0; i < length; i++) {
        ULONG c = src[i], size;
        UCHAR bytes[4];

        if (c >= 0xd800 && c <= 0xdbff && i + 1 < length && src[i + 1] >= 0xdc00 && src[i + 1] <= 0xdfff) {
            c = 0x10000 + ((c - 0xd800) << 10) + (src[++i] - 0xdc00u);
        } else if (c >= 0xd800 && c <= 0xdfff) {
            c = 0xfffd;
            bad = true;
        }
        if (c < 0x80) {
            bytes[0] = (UCHAR)c;
            size = 1;
        } else if (c < 0x800) {
            bytes[0] = (UCHAR)(0xc0 | c >> 6);
            bytes[1] = (UCHAR)(0x80 | (c & 0x3f));
            size = 2;
        } else if (c < 0x10000) {
            bytes[0] = (UCHAR)(0xe0 | c >> 12);
            bytes[1] = (UCHAR)(0x80 | (c >> 6 & 0x3f));
            bytes[2] = (UCHAR)(0x80 | (c & 0x3f));
            size = 3;
        } else {
            bytes[0] = (UCHAR)(0xf0 | c >> 18);
            bytes[1] = (UCHAR)(0x80 | (c >> 12 & 0x3f));
            bytes[2] = (UCHAR)(0x80 | (c >> 6 & 0x3f));
            bytes[3] = (UCHAR)(0x80 | (c & 0x3f));
            size = 4;
        }
        if (dst) {
            if (n + size > dst_size) {
                status = STATUS_BUFFER_TOO_SMALL;
                break;
            }
            memcpy(dst + n, bytes, size);
        }
        n += size;
    }
    if (result)
        *result = n;
    return status ? status : bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}

/* --- strings --- */

ULONG NTAPI RtlxAnsiStringToUnicodeSize(const STRING *src)
{
    return (src->Length + 1) * sizeof(WCHAR);
}
ULONG NTAPI RtlAnsiStringToUnicodeSize(const STRING *src)
{
    return RtlxAnsiStringToUnicodeSize(src);
}
ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *src)
{
    return RtlxAnsiStringToUnicodeSize(src);
}
ULONG NTAPI RtlOemStringToUnicodeSize(const STRING *src)
{
    return RtlxAnsiStringToUnicodeSize(src);
}
ULONG NTAPI RtlxUnicodeStringToAnsiSize(const UNICODE_STRING *src)
{
    return src->Length / sizeof(WCHAR) + 1;
}
ULONG NTAPI RtlUnicodeStringToAnsiSize(const UNICODE_STRING *src)
{
    return RtlxUnicodeStringToAnsiSize(src);
}
ULONG NTAPI RtlxUnicodeStringToOemSize(const UNICODE_STRING *src)
{
    return RtlxUnicodeStringToAnsiSize(src);
}
ULONG NTAPI RtlUnicodeStringToOemSize(const UNICODE_STRING *src)
{
    return RtlxUnicodeStringToAnsiSize(src);
}

typedef NTSTATUS(NTAPI *widen_function)(WCHAR *, ULONG, ULONG *, const char *, ULONG);
typedef NTSTATUS(NTAPI *narrow_function)(char *, ULONG, ULONG *, const WCHAR *, ULONG);

static NTSTATUS widen_string(UNICODE_STRING *dst, const STRING *src, BOOLEAN allocate, ULONG size,
                             widen_function convert)
{
    ULONG result = 0;

    if (size > 0xffff)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        if (!(dst->Buffer = heap_alloc(size)))
            return STATUS_NO_MEMORY;
        dst->MaximumLength = (USHORT)size;
    } else if (size > dst->MaximumLength) {
        dst->Length = (USHORT)(size - sizeof(WCHAR)); /* what it takes */
        return STATUS_BUFFER_OVERFLOW;
    }
    if (src->Length)
        convert(dst->Buffer, size - sizeof(WCHAR), &result, src->Buffer, src->Length);
    dst->Length = (USHORT)result;
    dst->Buffer[result / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

/* `zero`: 1 when the string gets a terminating zero, which "counted" strings have not. */
static NTSTATUS narrow_string(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate, ULONG length, ULONG zero,
                              narrow_function convert)
{
    ULONG result = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (length + zero > 0xffff)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        if (!(dst->Buffer = heap_alloc(length + 1)))
            return STATUS_NO_MEMORY;
        dst->MaximumLength = (USHORT)(length + zero);
    } else if (length + zero > dst->MaximumLength) {
        if (dst->MaximumLength < zero + (zero ? 0 : 1)) {
            dst->Length = (USHORT)length; /* what it takes */
            return STATUS_BUFFER_OVERFLOW;
        }
        length = dst->MaximumLength - zero;
        status = STATUS_BUFFER_OVERFLOW;
    }
    if (src->Length)
        convert(dst->Buffer, length, &result, src->Buffer, src->Length);
    dst->Length = (USHORT)result;
    if (zero)
        dst->Buffer[result] = 0;
    return status;
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(UNICODE_STRING *dst, const STRING *src, BOOLEAN allocate)
{
    return widen_string(dst, src, allocate, RtlxAnsiStringToUnicodeSize(src), RtlMultiByteToUnicodeN);
}

NTSTATUS NTAPI RtlOemStringToUnicodeString(UNICODE_STRING *dst, const STRING *src, BOOLEAN allocate)
{
    return widen_string(dst, src, allocate, RtlxOemStringToUnicodeSize(src), RtlOemToUnicodeN);
}

NTSTATUS NTAPI RtlUTF8StringToUnicodeString(UNICODE_STRING *dst, const STRING *src, BOOLEAN allocate)
{
    ULONG size = 0;

    if (src->Length)
        RtlUTF8ToUnicodeN(NULL, 0, &size, src->Buffer, src->Length);
    return widen_string(dst, src, allocate, size + sizeof(WCHAR), RtlUTF8ToUnicodeN);
}

BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(UNICODE_STRING *dst, const char *src)
{
    STRING str;

    return NT_SUCCESS(RtlInitStringEx(&str, src)) && NT_SUCCESS(RtlAnsiStringToUnicodeString(dst, &str, TRUE));
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, src->Length / sizeof(WCHAR), 1, RtlUnicodeToMultiByteN);
}

NTSTATUS NTAPI RtlUnicodeStringToOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, src->Length / sizeof(WCHAR), 1, RtlUnicodeToOemN);
}

NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, src->Length / sizeof(WCHAR), 0, RtlUnicodeToOemN);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, src->Length / sizeof(WCHAR), 1, RtlUpcaseUnicodeToMultiByteN);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, src->Length / sizeof(WCHAR), 1, RtlUpcaseUnicodeToOemN);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, src->Length / sizeof(WCHAR), 0, RtlUpcaseUnicodeToOemN);
}

NTSTATUS NTAPI RtlUnicodeStringToUTF8String(STRING *dst, const UNICODE_STRING *src, BOOLEAN allocate)
{
    ULONG size = 0;

    if (src->Length)
        RtlUnicodeToUTF8N(NULL, 0, &size, src->Buffer, src->Length);
    return narrow_string(dst, src, allocate, size, 1, RtlUnicodeToUTF8N);
}

VOID NTAPI RtlGetDefaultCodePage(USHORT *ansi_page, USHORT *oem_page)
{
    *ansi_page = NLS_ANSI_CODE_PAGE;
    *oem_page = NLS_OEM_CODE_PAGE;
}

/* Variables that ntdll exports. */
USHORT NlsAnsiCodePage = NLS_ANSI_CODE_PAGE;
BOOLEAN NlsMbCodePageTag = FALSE;
BOOLEAN NlsMbOemCodePageTag = FALSE;
