/* SPDX-License-Identifier: MIT */
/* rtlsid.c: security identifiers, access masks, privileges. */
#include "ntdll_private.h"
#include "ntrtl.h"

#define SID_HEADER offsetof(SID, SubAuthority)

BOOLEAN NTAPI RtlValidSid(PSID sid)
{
    const SID *s = sid;

    return s && (s->Revision & 0x0f) == SID_REVISION && s->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthRequiredSid(ULONG count)
{
    return (ULONG)(SID_HEADER + count * sizeof(ULONG));
}

ULONG NTAPI RtlLengthSid(PSID sid)
{
    return RtlLengthRequiredSid(((const SID *)sid)->SubAuthorityCount);
}

BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b)
{
    const SID *x = a, *y = b;

    return x->Revision == y->Revision && x->SubAuthorityCount == y->SubAuthorityCount && !memcmp(x, y, RtlLengthSid(a));
}

/* All but the last subauthority, which is the relative identifier. */
BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b)
{
    const SID *x = a, *y = b;

    if (x->Revision != y->Revision || x->SubAuthorityCount != y->SubAuthorityCount)
        return FALSE;
    return !memcmp(x, y, RtlLengthRequiredSid(x->SubAuthorityCount ? x->SubAuthorityCount - 1u : 0));
}

NTSTATUS NTAPI RtlInitializeSid(PSID sid, SID_IDENTIFIER_AUTHORITY *authority, UCHAR count)
{
    SID *s = sid;

    if (count > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    s->Revision = SID_REVISION;
    s->SubAuthorityCount = count;
    s->IdentifierAuthority = *authority;
    return STATUS_SUCCESS;
}

NTSTATUS __cdecl RtlInitializeSidEx(PSID sid, SID_IDENTIFIER_AUTHORITY *authority, UCHAR count, ...)
{
    NTSTATUS status = RtlInitializeSid(sid, authority, count);
    va_list args;

    if (!NT_SUCCESS(status))
        return status;
    va_start(args, count);
    for (UCHAR i = 0; i < count; i++)
        ((SID *)sid)->SubAuthority[i] = va_arg(args, ULONG);
    va_end(args);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAllocateAndInitializeSid(SID_IDENTIFIER_AUTHORITY *authority, UCHAR count, ULONG s0, ULONG s1,
                                           ULONG s2, ULONG s3, ULONG s4, ULONG s5, ULONG s6, ULONG s7, PSID *result)
{
    const ULONG values[8] = { s0, s1, s2, s3, s4, s5, s6, s7 };
    SID *sid;

    if (count > 8)
        return STATUS_INVALID_SID;
    if (!(sid = heap_alloc(RtlLengthRequiredSid(count))))
        return STATUS_NO_MEMORY;
    RtlInitializeSid(sid, authority, count);
    memcpy(sid->SubAuthority, values, count * sizeof(ULONG));
    *result = sid;
    return STATUS_SUCCESS;
}

PVOID NTAPI RtlFreeSid(PSID sid)
{
    heap_free(sid);
    return NULL;
}

NTSTATUS NTAPI RtlCopySid(ULONG size, PSID dst, PSID src)
{
    ULONG length = RtlLengthSid(src);

    if (size < length)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(dst, src, length);
    return STATUS_SUCCESS;
}

SID_IDENTIFIER_AUTHORITY *NTAPI RtlIdentifierAuthoritySid(PSID sid)
{
    return &((SID *)sid)->IdentifierAuthority;
}

UCHAR *NTAPI RtlSubAuthorityCountSid(PSID sid)
{
    return &((SID *)sid)->SubAuthorityCount;
}

ULONG *NTAPI RtlSubAuthoritySid(PSID sid, ULONG index)
{
    return (ULONG *)&((SID *)sid)->SubAuthority[index];
}

static ULONG sid_text(const SID *sid, WCHAR *text, ULONG room)
{
    const UCHAR *a = sid->IdentifierAuthority.Value;
    int n;

    if (a[0] || a[1])
        n = _snwprintf(text, room, L"S-%u-0x%02x%02x%02x%02x%02x%02x", sid->Revision, a[0], a[1], a[2], a[3], a[4],
                       a[5]);
    else
        n = _snwprintf(text, room, L"S-%u-%u", sid->Revision,
                       (UINT)a[2] << 24 | (UINT)a[3] << 16 | (UINT)a[4] << 8 | a[5]);
    for (UCHAR i = 0; i < sid->SubAuthorityCount; i++)
        n += _snwprintf(text + n, room - (ULONG)n, L"-%lu", sid->SubAuthority[i]);
    return (ULONG)n;
}

#define SID_TEXT_MAX (20 + SID_MAX_SUB_AUTHORITIES * 11)

NTSTATUS NTAPI RtlConvertSidToUnicodeString(UNICODE_STRING *str, PSID sid, BOOLEAN allocate)
{
    WCHAR text[SID_TEXT_MAX];
    ULONG length;

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    length = sid_text(sid, text, SID_TEXT_MAX);
    if (allocate) {
        if (!(str->Buffer = heap_alloc((length + 1) * sizeof(WCHAR))))
            return STATUS_NO_MEMORY;
        str->MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR));
    } else if (length * sizeof(WCHAR) > str->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    memcpy(str->Buffer, text, length * sizeof(WCHAR));
    str->Length = (USHORT)(length * sizeof(WCHAR));
    if (str->Length < str->MaximumLength)
        str->Buffer[length] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlLengthSidAsUnicodeString(PSID sid, ULONG *length)
{
    WCHAR text[SID_TEXT_MAX];

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    *length = (sid_text(sid, text, SID_TEXT_MAX) + 1) * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* --- access masks --- */

VOID NTAPI RtlMapGenericMask(ACCESS_MASK *mask, const GENERIC_MAPPING *mapping)
{
    ACCESS_MASK result = *mask & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);

    if (*mask & GENERIC_READ)
        result |= mapping->GenericRead;
    if (*mask & GENERIC_WRITE)
        result |= mapping->GenericWrite;
    if (*mask & GENERIC_EXECUTE)
        result |= mapping->GenericExecute;
    if (*mask & GENERIC_ALL)
        result |= mapping->GenericAll;
    *mask = result;
}

BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired)
{
    return !(desired & ~granted);
}

BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired)
{
    return (granted & desired) != 0;
}

/* --- privileges --- */

NTSTATUS NTAPI RtlAdjustPrivilege(ULONG privilege, BOOLEAN enable, BOOLEAN thread, BOOLEAN *previous)
{
    TOKEN_PRIVILEGES new = { .PrivilegeCount = 1 }, old = { 0 };
    ULONG length = 0;
    HANDLE token;
    NTSTATUS status;

    status = thread ? NtOpenThreadToken(NT_CURRENT_THREAD, TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, FALSE, &token)
                    : NtOpenProcessToken(NT_CURRENT_PROCESS, TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token);
    if (!NT_SUCCESS(status))
        return status;
    new.Privileges[0].Luid.LowPart = privilege;
    new.Privileges[0].Attributes = enable ? SE_PRIVILEGE_ENABLED : 0;
    status = NtAdjustPrivilegesToken(token, FALSE, &new, sizeof(old), &old, &length);
    NtClose(token);
    if (status == STATUS_NOT_ALL_ASSIGNED)
        return STATUS_PRIVILEGE_NOT_HELD;
    if (!NT_SUCCESS(status))
        return status;
    /* What did not change is not in the list of what it was before. */
    if (previous)
        *previous = old.PrivilegeCount ? (old.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED) != 0 : enable;
    return STATUS_SUCCESS;
}

/* With `extra` rights to the token, the caller gets a handle to it. */
NTSTATUS NTAPI RtlImpersonateSelfEx(SECURITY_IMPERSONATION_LEVEL level, ACCESS_MASK extra, HANDLE *result)
{
    SECURITY_QUALITY_OF_SERVICE qos = { sizeof(qos), level, SECURITY_DYNAMIC_TRACKING, FALSE };
    OBJECT_ATTRIBUTES attr = { .Length = sizeof(attr), .SecurityQualityOfService = &qos };
    HANDLE process_token, token;
    NTSTATUS status;

    status = NtOpenProcessToken(NT_CURRENT_PROCESS, TOKEN_DUPLICATE, &process_token);
    if (!NT_SUCCESS(status))
        return status;
    status = NtDuplicateToken(process_token, TOKEN_IMPERSONATE | extra, &attr, FALSE, TokenImpersonation, &token);
    NtClose(process_token);
    if (!NT_SUCCESS(status))
        return status;
    status = NtSetInformationThread(NT_CURRENT_THREAD, 5 /* ThreadImpersonationToken */, &token, sizeof(token));
    if (result && !status)
        *result = token;
    else
        NtClose(token);
    return status;
}

NTSTATUS NTAPI RtlImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level)
{
    return RtlImpersonateSelfEx(level, 0, NULL);
}
