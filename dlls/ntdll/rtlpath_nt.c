/* SPDX-License-Identifier: MIT */
/* rtlpath_nt.c: RtlNtPathNameToDosPathName: from NT names back to DOS names. */
#include "ntdll_private.h"
#include "ntrtl.h"

typedef struct _RTL_BUFFER {
    UCHAR *Buffer, *StaticBuffer;
    SIZE_T Size, StaticSize, ReservedForAllocatedSize;
    PVOID ReservedForIMalloc;
} RTL_BUFFER;

typedef struct _RTL_UNICODE_STRING_BUFFER {
    UNICODE_STRING String;
    RTL_BUFFER ByteBuffer;
    UCHAR MinimumStaticBufferForTerminalNul[sizeof(WCHAR)];
} RTL_UNICODE_STRING_BUFFER;

enum { AMBIGUOUS = 1, UNC = 2, DRIVE = 3, ALREADY_DOS = 4 };

static bool begins_with(const UNICODE_STRING *string, const WCHAR *prefix)
{
    UNICODE_STRING begin;

    RtlInitUnicodeString(&begin, prefix);
    return RtlPrefixUnicodeString(&begin, string, TRUE);
}

/* What is left is never longer, so it stays in its buffer. */
static void drop(UNICODE_STRING *string, ULONG characters)
{
    memmove(string->Buffer, string->Buffer + characters, string->Length - characters * sizeof(WCHAR));
    string->Length = (USHORT)(string->Length - characters * sizeof(WCHAR));
}

NTSTATUS NTAPI RtlNtPathNameToDosPathName(ULONG flags, RTL_UNICODE_STRING_BUFFER *path, ULONG *disposition,
                                          WCHAR **file_part)
{
    UNICODE_STRING *string = &path->String;
    ULONG kind = AMBIGUOUS, count = string->Length / sizeof(WCHAR);
    WCHAR *text = string->Buffer;

    if (disposition)
        *disposition = 0;
    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (begins_with(string, L"\\??\\UNC\\")) {
        drop(string, 6); /* "\\??\\UN", so that two backslashes can stand in front */
        text[0] = '\\';
        kind = UNC;
    } else if (begins_with(string, L"\\??\\") && count >= 6 && text[5] == ':') {
        drop(string, 4);
        kind = DRIVE;
    } else if ((count >= 2 && text[1] == ':') || begins_with(string, L"\\\\")) {
        kind = ALREADY_DOS;
    }
    if (string->Length + sizeof(WCHAR) <= string->MaximumLength)
        text[string->Length / sizeof(WCHAR)] = 0;
    if (disposition)
        *disposition = kind;
    if (file_part) {
        WCHAR *end = text + string->Length / sizeof(WCHAR), *part = end;

        while (part > text && part[-1] != '\\')
            part--;
        *file_part = kind == AMBIGUOUS || part == end ? NULL : part;
    }
    return STATUS_SUCCESS;
}
