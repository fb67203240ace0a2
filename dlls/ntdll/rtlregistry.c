/* SPDX-License-Identifier: MIT */
/* rtlregistry.c: the run-time library's registry helpers, as wdm.h documents them. */
#include "rtlregistry.h"

#define PATH_SIZE 512 /* bytes */

/* \REGISTRY\USER\S-1-5-21-...; free with RtlFreeUnicodeString. */
NTSTATUS NTAPI RtlFormatCurrentUserKeyPath(UNICODE_STRING *path)
{
    static const WCHAR prefix[] = L"\\REGISTRY\\USER\\";
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } token;
    WCHAR text[200];
    UNICODE_STRING sid = { 0, sizeof(text), text };
    ULONG length;
    NTSTATUS status;

    /* The effective token: that of the thread while it impersonates somebody. */
    status = NtQueryInformationToken((HANDLE)(LONG_PTR)-6, TokenUser, &token, sizeof(token), &length);
    if (!status)
        status = RtlConvertSidToUnicodeString(&sid, token.user.User.Sid, FALSE);
    if (status)
        return status;
    path->Length = 0;
    path->MaximumLength = (USHORT)(sizeof(prefix) + sid.Length);
    path->Buffer = RtlAllocateHeap(nt_peb()->ProcessHeap, 0, path->MaximumLength);
    if (!path->Buffer)
        return STATUS_NO_MEMORY;
    RtlAppendUnicodeToString(path, prefix);
    return RtlAppendUnicodeStringToString(path, &sid);
}

/* The user's key, or, where the user has none, that of the system's default user. */
NTSTATUS NTAPI RtlOpenCurrentUser(ACCESS_MASK access, HANDLE *key)
{
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attributes;
    NTSTATUS status = RtlFormatCurrentUserKeyPath(&path);

    if (!status) {
        InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
        status = NtOpenKey(key, access, &attributes);
        RtlFreeUnicodeString(&path);
        if (!status)
            return status;
    }
    RtlInitUnicodeString(&path, L"\\REGISTRY\\USER\\.DEFAULT");
    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return NtOpenKey(key, access, &attributes);
}

/* --- RelativeTo and Path --- */

static NTSTATUS open_relative(ULONG relative_to, PCWSTR path, ACCESS_MASK access, BOOLEAN create, HANDLE *key)
{
    static const PCWSTR roots[] = {
        L"",
        L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\",
        L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\",
        L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\",
        L"\\Registry\\Machine\\Hardware\\DeviceMap\\",
    };
    WCHAR buffer[PATH_SIZE / sizeof(WCHAR)];
    UNICODE_STRING name = { 0, sizeof(buffer), buffer };
    OBJECT_ATTRIBUTES attributes;
    HANDLE user = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    relative_to &= ~RTL_REGISTRY_OPTIONAL;
    if (relative_to == RTL_REGISTRY_USER)
        status = RtlOpenCurrentUser(MAXIMUM_ALLOWED, &user);
    else if (relative_to < sizeof(roots) / sizeof(roots[0]))
        status = RtlAppendUnicodeToString(&name, roots[relative_to]);
    else
        status = STATUS_INVALID_PARAMETER;
    if (!status)
        status = RtlAppendUnicodeToString(&name, path);
    if (!status) {
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, user, NULL);
        status = create ? NtCreateKey(key, access, &attributes, 0, NULL, 0, NULL) : NtOpenKey(key, access, &attributes);
    }
    if (user)
        NtClose(user);
    return status;
}

/* With RTL_REGISTRY_HANDLE, Path is a handle of the caller's. */
NTSTATUS rtl_registry_key(ULONG relative_to, PCWSTR path, ACCESS_MASK access, BOOLEAN create, HANDLE *key)
{
    if (relative_to & RTL_REGISTRY_HANDLE) {
        *key = (HANDLE)path;
        return STATUS_SUCCESS;
    }
    return open_relative(relative_to, path, access, create, key);
}

void rtl_registry_close(ULONG relative_to, HANDLE key)
{
    if (!(relative_to & RTL_REGISTRY_HANDLE))
        NtClose(key);
}

NTSTATUS NTAPI RtlCheckRegistryKey(ULONG relative_to, PWSTR path)
{
    HANDLE key;
    NTSTATUS status = rtl_registry_key(relative_to, path, KEY_READ, FALSE, &key);

    if (!status)
        rtl_registry_close(relative_to, key);
    return status;
}

NTSTATUS NTAPI RtlCreateRegistryKey(ULONG relative_to, PWSTR path)
{
    HANDLE key;
    NTSTATUS status = rtl_registry_key(relative_to, path, KEY_READ, TRUE, &key);

    if (!status)
        rtl_registry_close(relative_to, key);
    return status;
}

NTSTATUS NTAPI RtlWriteRegistryValue(ULONG relative_to, PCWSTR path, PCWSTR name, ULONG type, PVOID data, ULONG size)
{
    UNICODE_STRING string;
    HANDLE key;
    NTSTATUS status = RtlInitUnicodeStringEx(&string, name);

    if (status || (status = rtl_registry_key(relative_to, path, KEY_SET_VALUE, TRUE, &key)))
        return status;
    status = NtSetValueKey(key, &string, 0, type, data, size);
    rtl_registry_close(relative_to, key);
    return status;
}

NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG relative_to, PCWSTR path, PCWSTR name)
{
    UNICODE_STRING string;
    HANDLE key;
    NTSTATUS status = RtlInitUnicodeStringEx(&string, name);

    if (status || (status = rtl_registry_key(relative_to, path, KEY_SET_VALUE, FALSE, &key)))
        return status;
    status = NtDeleteValueKey(key, &string);
    rtl_registry_close(relative_to, key);
    return status;
}
