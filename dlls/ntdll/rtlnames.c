/* SPDX-License-Identifier: MIT */
/* rtlnames.c: names of computers and domains, hardware addresses, short file names, substrings. */
#include <stdio.h>
#include "rtlnls.h"

/* --- parts of strings --- */

/* Where the one string is in the other, or NULL. */
WCHAR *NTAPI RtlFindUnicodeSubstring(const UNICODE_STRING *string, const UNICODE_STRING *wanted, BOOLEAN ignore_case)
{
    UNICODE_STRING part = { wanted->Length, wanted->Length, NULL };

    for (ULONG at = 0; at + wanted->Length <= string->Length; at += sizeof(WCHAR)) {
        part.Buffer = string->Buffer + at / sizeof(WCHAR);
        if (RtlEqualUnicodeString(&part, wanted, ignore_case))
            return part.Buffer;
    }
    return NULL;
}

/* --- computers --- */

#define COMPUTER_NAME_LENGTH 15 /* MAX_COMPUTERNAME_LENGTH */

/* DnsHostnameToComputerName: the first label in upper case; 15 characters of it, which must be in the OEM code page. */
NTSTATUS NTAPI RtlDnsHostNameToComputerName(UNICODE_STRING *computer, const UNICODE_STRING *host, BOOLEAN allocate)
{
    ULONG length = 0, count = host->Length / sizeof(WCHAR);
    WCHAR name[COMPUTER_NAME_LENGTH];

    while (length < count && length < COMPUTER_NAME_LENGTH && host->Buffer[length] != '.') {
        WCHAR c = nls_upper(host->Buffer[length]);

        if (c >= 0x80 && !nls_oem_blocks[nls_oem_index[c >> 8]][c & 0xff])
            return STATUS_INVALID_COMPUTER_NAME;
        name[length++] = c;
    }
    if (!length)
        return STATUS_INVALID_COMPUTER_NAME;
    if (allocate) {
        if (!(computer->Buffer = heap_alloc((length + 1) * sizeof(WCHAR))))
            return STATUS_NO_MEMORY;
        computer->MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR));
    } else if (computer->MaximumLength < length * sizeof(WCHAR)) {
        return STATUS_BUFFER_OVERFLOW;
    }
    memcpy(computer->Buffer, name, length * sizeof(WCHAR));
    computer->Length = (USHORT)(length * sizeof(WCHAR));
    if (computer->Length < computer->MaximumLength)
        computer->Buffer[length] = 0;
    return STATUS_SUCCESS;
}

/* They compare as the network compares them: in the OEM code page, in upper case. */
BOOLEAN NTAPI RtlEqualComputerName(const UNICODE_STRING *a, const UNICODE_STRING *b)
{
    STRING x, y;
    BOOLEAN equal = FALSE;

    if (RtlUpcaseUnicodeStringToOemString(&x, a, TRUE))
        return FALSE;
    if (!RtlUpcaseUnicodeStringToOemString(&y, b, TRUE)) {
        equal = RtlEqualString(&x, &y, FALSE);
        RtlFreeOemString(&y);
    }
    RtlFreeOemString(&x);
    return equal;
}

BOOLEAN NTAPI RtlEqualDomainName(const UNICODE_STRING *a, const UNICODE_STRING *b)
{
    return RtlEqualComputerName(a, b);
}

/* --- hardware addresses (ip2string.h): "00-11-22-AA-BB-CC" --- */

#define ETHERNET_BYTES 6

CHAR *NTAPI RtlEthernetAddressToStringA(const UCHAR *address, CHAR *text)
{
    return text + _snprintf(text, 18, "%02X-%02X-%02X-%02X-%02X-%02X", address[0], address[1], address[2], address[3],
                            address[4], address[5]);
}

WCHAR *NTAPI RtlEthernetAddressToStringW(const UCHAR *address, WCHAR *text)
{
    return text + _snwprintf(text, 18, L"%02X-%02X-%02X-%02X-%02X-%02X", address[0], address[1], address[2], address[3],
                             address[4], address[5]);
}

static int hex_digit(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One or two digits each, separated by hyphens or by colons. How many characters were read, or where it went wrong. */
static bool parse_ethernet(const WCHAR *text, ULONG *used, UCHAR address[ETHERNET_BYTES])
{
    WCHAR separator = 0;
    ULONG at = 0;

    for (int i = 0; i < ETHERNET_BYTES; i++) {
        int high = hex_digit(text[at]), low;

        *used = at;
        if (high < 0)
            return false;
        low = hex_digit(text[++at]);
        address[i] = (UCHAR)(low < 0 ? high : high << 4 | low);
        at += low >= 0;
        *used = at;
        if (i == ETHERNET_BYTES - 1)
            return true;
        if (text[at] != '-' && text[at] != ':')
            return false;
        if (separator && text[at] != separator)
            return false;
        separator = text[at++];
    }
    return true;
}

NTSTATUS NTAPI RtlEthernetStringToAddressW(const WCHAR *text, const WCHAR **terminator, UCHAR *address)
{
    UCHAR bytes[ETHERNET_BYTES];
    ULONG used = 0;
    bool valid = parse_ethernet(text, &used, bytes);

    *terminator = text + used;
    if (!valid)
        return STATUS_INVALID_PARAMETER;
    memcpy(address, bytes, sizeof(bytes));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlEthernetStringToAddressA(const CHAR *text, const CHAR **terminator, UCHAR *address)
{
    WCHAR wide[3 * ETHERNET_BYTES + 1] = { 0 };
    const WCHAR *end;
    NTSTATUS status;

    for (ULONG i = 0; i < ARRAY_SIZE(wide) - 1 && text[i]; i++)
        wide[i] = (UCHAR)text[i];
    status = RtlEthernetStringToAddressW(wide, &end, address);
    *terminator = text + (end - wide);
    return status;
}

/* --- short names --- */

typedef struct _GENERATE_NAME_CONTEXT {
    USHORT Checksum;
    BOOLEAN ChecksumInserted;
    UCHAR NameLength;
    WCHAR NameBuffer[8];
    ULONG ExtensionLength;
    WCHAR ExtensionBuffer[4];
    ULONG LastIndexValue;
} GENERATE_NAME_CONTEXT;

/* As it is in a short name: 0 if it has no place there. */
static WCHAR short_character(WCHAR c, BOOLEAN extended)
{
    if (c <= ' ' || c == '.' || c == 0x7f || wcschr(L"\"*/<>?\\|", c))
        return 0;
    if (wcschr(L":;,+=[]", c))
        return '_';
    c = nls_upper(c);
    if (c >= 0x80 && (!extended || !nls_oem_blocks[nls_oem_index[c >> 8]][c & 0xff]))
        return 0;
    return c;
}

static void start_name(const UNICODE_STRING *name, BOOLEAN extended, GENERATE_NAME_CONTEXT *context)
{
    ULONG count = name->Length / sizeof(WCHAR), begin = 0, dot;

    while (begin < count && name->Buffer[begin] == '.')
        begin++;
    for (dot = count; dot > begin && name->Buffer[dot - 1] != '.'; dot--)
        ;
    dot = dot > begin ? dot - 1 : count;
    for (ULONG i = 0; i < count; i++)
        context->Checksum = (USHORT)(context->Checksum * 37 + name->Buffer[i]);
    for (ULONG i = begin; i < dot && context->NameLength < 6; i++) {
        WCHAR c = short_character(name->Buffer[i], extended);

        if (c)
            context->NameBuffer[context->NameLength++] = c;
    }
    if (!context->NameLength)
        context->NameBuffer[context->NameLength++] = '_';
    for (ULONG i = dot + 1; i < count && context->ExtensionLength < 3; i++) {
        WCHAR c = short_character(name->Buffer[i], extended);

        if (c)
            context->ExtensionBuffer[context->ExtensionLength++] = c;
    }
}

/* NAME~1.EXT to NAME~4.EXT, then with the name's check sum in hexadecimal digits in it. */
NTSTATUS NTAPI RtlGenerate8dot3Name(const UNICODE_STRING *name, BOOLEAN extended, GENERATE_NAME_CONTEXT *context,
                                    UNICODE_STRING *result)
{
    WCHAR digits[12], *out = result->Buffer;
    ULONG digit_count, room;

    if (!context->LastIndexValue)
        start_name(name, extended, context);
    if (context->LastIndexValue >= 999999)
        return STATUS_FILE_SYSTEM_LIMITATION;
    context->LastIndexValue++;
    if (context->LastIndexValue > 4 && !context->ChecksumInserted) {
        ULONG keep = context->NameLength < 2 ? context->NameLength : 2;

        for (ULONG i = 0; i < 4; i++)
            context->NameBuffer[keep + i] = L"0123456789ABCDEF"[context->Checksum >> (12 - 4 * i) & 15];
        context->NameLength = (UCHAR)(keep + 4);
        context->ChecksumInserted = TRUE;
        context->LastIndexValue = 1;
    }
    digit_count = (ULONG)_snwprintf(digits, ARRAY_SIZE(digits), L"%lu", context->LastIndexValue);
    room = 7 - digit_count;
    for (ULONG i = 0; i < context->NameLength && i < room; i++)
        *out++ = context->NameBuffer[i];
    *out++ = '~';
    for (ULONG i = 0; i < digit_count; i++)
        *out++ = digits[i];
    if (context->ExtensionLength) {
        *out++ = '.';
        for (ULONG i = 0; i < context->ExtensionLength; i++)
            *out++ = context->ExtensionBuffer[i];
    }
    result->Length = (USHORT)((char *)out - (char *)result->Buffer);
    return STATUS_SUCCESS;
}
