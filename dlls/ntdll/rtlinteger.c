/* SPDX-License-Identifier: MIT */
/* rtlinteger.c: numbers and GUIDs as text. */
#include "ntdll_private.h"
#include "ntrtl.h"

static bool valid_base(ULONG base)
{
    return base == 2 || base == 8 || base == 10 || base == 16;
}

static ULONG digit_of(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 255;
}

/* What follows the sign and the prefix is taken up to the first character that is no digit; no digits at all give 0. */
NTSTATUS NTAPI RtlUnicodeStringToInteger(const UNICODE_STRING *str, ULONG base, ULONG *value)
{
    const WCHAR *s = str->Buffer, *end = s + str->Length / sizeof(WCHAR);
    ULONG result = 0;
    bool minus = false;

    while (s < end && *s <= ' ')
        s++;
    if (s < end && (*s == '-' || *s == '+'))
        minus = *s++ == '-';
    if (!base) {
        base = 10;
        if (end - s >= 2 && *s == '0') {
            base = s[1] == 'b' ? 2 : s[1] == 'o' ? 8 : s[1] == 'x' ? 16 : 10;
            s += base == 10 ? 0 : 2;
        }
    } else if (!valid_base(base)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!value)
        return STATUS_ACCESS_VIOLATION;
    for (; s < end && digit_of(*s) < base; s++)
        result = result * base + digit_of(*s);
    *value = minus ? 0 - result : result;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCharToInteger(const char *s, ULONG base, ULONG *value)
{
    ULONG result = 0;
    bool minus = false;

    while (*s && (UCHAR)*s <= ' ')
        s++;
    if (*s == '-' || *s == '+')
        minus = *s++ == '-';
    if (!base) {
        base = 10;
        if (*s == '0') {
            base = s[1] == 'b' ? 2 : s[1] == 'o' ? 8 : s[1] == 'x' ? 16 : 10;
            s += base == 10 ? 0 : 2;
        }
    } else if (!valid_base(base)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!value)
        return STATUS_ACCESS_VIOLATION;
    for (; digit_of((UCHAR)*s) < base; s++)
        result = result * base + digit_of((UCHAR)*s);
    *value = minus ? 0 - result : result;
    return STATUS_SUCCESS;
}

/* Writes the digits into the end of a buffer; returns where they begin. */
static char *digits(ULONGLONG value, ULONG base, char *end)
{
    do {
        *--end = "0123456789ABCDEF"[value % base];
        value /= base;
    } while (value);
    return end;
}

NTSTATUS NTAPI RtlLargeIntegerToChar(const ULARGE_INTEGER *value, ULONG base, LONG length, char *str)
{
    char buffer[65], *start;
    LONG size;

    if (!base)
        base = 10;
    if (!valid_base(base))
        return STATUS_INVALID_PARAMETER;
    start = digits(value->QuadPart, base, buffer + sizeof(buffer));
    size = (LONG)(buffer + sizeof(buffer) - start);
    /* A negative length asks for zeros on the left. */
    if (length < 0) {
        length = -length;
        if (size > length)
            return STATUS_BUFFER_OVERFLOW;
        memset(str, '0', (SIZE_T)(length - size));
        memcpy(str + length - size, start, (SIZE_T)size);
        return STATUS_SUCCESS;
    }
    if (size > length)
        return STATUS_BUFFER_OVERFLOW;
    if (!str)
        return STATUS_ACCESS_VIOLATION;
    memcpy(str, start, (SIZE_T)size);
    if (size < length)
        str[size] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToChar(ULONG value, ULONG base, LONG length, char *str)
{
    ULARGE_INTEGER large = { .QuadPart = value };

    return RtlLargeIntegerToChar(&large, base, length, str);
}

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG value, ULONG base, UNICODE_STRING *str)
{
    char buffer[65], *start;
    ULONG size;

    if (!base)
        base = 10;
    if (!valid_base(base))
        return STATUS_INVALID_PARAMETER;
    start = digits(value, base, buffer + sizeof(buffer));
    size = (ULONG)(buffer + sizeof(buffer) - start);
    str->Length = (USHORT)(size * sizeof(WCHAR)); /* if it does not fit, too */
    if (str->Length >= str->MaximumLength)        /* the zero has a place, as observed */
        return STATUS_BUFFER_OVERFLOW;
    for (ULONG i = 0; i < size; i++)
        str->Buffer[i] = (WCHAR)start[i];
    if (str->Length + sizeof(WCHAR) <= str->MaximumLength)
        str->Buffer[size] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG value, ULONG base, UNICODE_STRING *str)
{
    return RtlInt64ToUnicodeString(value, base, str);
}

/* --- GUIDs: {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx} --- */

#define GUID_CHARS 38

NTSTATUS NTAPI RtlGUIDFromString(const UNICODE_STRING *str, GUID *guid)
{
    static const char pattern[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    UCHAR nibbles[32];
    ULONG n = 0;

    if (str->Length < GUID_CHARS * sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < GUID_CHARS; i++) {
        WCHAR c = str->Buffer[i];

        if (pattern[i] != 'x') {
            if (c != pattern[i])
                return STATUS_INVALID_PARAMETER;
        } else if (digit_of(c) < 16) {
            nibbles[n++] = (UCHAR)digit_of(c);
        } else {
            return STATUS_INVALID_PARAMETER;
        }
    }
    guid->Data1 = 0;
    guid->Data2 = guid->Data3 = 0;
    for (ULONG i = 0; i < 8; i++)
        guid->Data1 = guid->Data1 << 4 | nibbles[i];
    for (ULONG i = 8; i < 12; i++) {
        guid->Data2 = (USHORT)(guid->Data2 << 4 | nibbles[i]);
        guid->Data3 = (USHORT)(guid->Data3 << 4 | nibbles[i + 4]);
    }
    for (ULONG i = 0; i < 8; i++)
        guid->Data4[i] = (UCHAR)(nibbles[16 + 2 * i] << 4 | nibbles[17 + 2 * i]);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlStringFromGUIDEx(const GUID *guid, UNICODE_STRING *str, BOOLEAN allocate);
NTSTATUS NTAPI RtlStringFromGUIDEx(const GUID *guid, UNICODE_STRING *str, BOOLEAN allocate)
{
    static const UCHAR order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    const UCHAR *bytes = (const UCHAR *)guid;
    WCHAR *s;

    if (allocate) {
        if (!(str->Buffer = heap_alloc((GUID_CHARS + 1) * sizeof(WCHAR))))
            return STATUS_NO_MEMORY;
        str->MaximumLength = (GUID_CHARS + 1) * sizeof(WCHAR);
    } else if (str->MaximumLength < (GUID_CHARS + 1) * sizeof(WCHAR)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    s = str->Buffer;
    *s++ = '{';
    for (ULONG i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *s++ = '-';
        *s++ = (WCHAR) "0123456789ABCDEF"[bytes[order[i]] >> 4];
        *s++ = (WCHAR) "0123456789ABCDEF"[bytes[order[i]] & 15];
    }
    *s++ = '}';
    *s = 0;
    str->Length = GUID_CHARS * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlStringFromGUID(const GUID *guid, UNICODE_STRING *str)
{
    return RtlStringFromGUIDEx(guid, str, TRUE);
}
