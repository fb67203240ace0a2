/* SPDX-License-Identifier: MIT */
/* rtlvolume.c: the folder of a volume that is the system's own. */
#include "rtl_private.h"
#include "rtlsecurity.h"

/* Full control for the system account alone, inherited by all that is made in the folder */
struct system_security {
    SECURITY_DESCRIPTOR descriptor;
    SID sid;
    struct {
        ACL acl;
        ACCESS_ALLOWED_ACE ace; /* its SID takes the place of SidStart, and no more */
        ULONG rest[2];
    } dacl;
};

static NTSTATUS make_security(struct system_security *security)
{
    static const SID_IDENTIFIER_AUTHORITY authority = { SECURITY_NT_AUTHORITY };
    NTSTATUS status;

    RtlInitializeSid(&security->sid, (SID_IDENTIFIER_AUTHORITY *)&authority, 1);
    *RtlSubAuthoritySid(&security->sid, 0) = SECURITY_LOCAL_SYSTEM_RID;
    RtlCreateSecurityDescriptor(&security->descriptor, SECURITY_DESCRIPTOR_REVISION);
    status = RtlCreateAcl(&security->dacl.acl, sizeof(security->dacl), ACL_REVISION);
    if (!status)
        status = RtlAddAccessAllowedAceEx(&security->dacl.acl, ACL_REVISION, OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE,
                                          FILE_ALL_ACCESS, &security->sid);
    if (!status)
        status = RtlSetDaclSecurityDescriptor(&security->descriptor, TRUE, &security->dacl.acl, FALSE);
    return status;
}

/* Whether the system's entry is there already, and inherited */
static bool has_system_entry(PSECURITY_DESCRIPTOR descriptor, PSID system)
{
    BOOLEAN present, defaulted;
    ACCESS_ALLOWED_ACE *ace;
    ACL *dacl;

    if (RtlGetDaclSecurityDescriptor(descriptor, &present, &dacl, &defaulted) || !present)
        return false;
    if (!dacl)
        return true; /* everybody may do everything */
    for (ULONG i = 0; !RtlGetAce(dacl, i, (PVOID *)&ace); i++)
        if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && RtlEqualSid(&ace->SidStart, system) &&
            (ace->Mask & FILE_ALL_ACCESS) == FILE_ALL_ACCESS &&
            (ace->Header.AceFlags & (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE | INHERIT_ONLY_ACE)) ==
                (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE))
            return true;
    return false;
}

static NTSTATUS check_security(HANDLE folder, struct system_security *security)
{
    ULONG size = 0;
    NTSTATUS status = NtQuerySecurityObject(folder, DACL_SECURITY_INFORMATION, NULL, 0, &size);
    PSECURITY_DESCRIPTOR descriptor;

    if (status != STATUS_BUFFER_TOO_SMALL)
        return status;
    descriptor = heap_alloc(size);
    if (!descriptor)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = NtQuerySecurityObject(folder, DACL_SECURITY_INFORMATION, descriptor, size, &size);
    if (!status && !has_system_entry(descriptor, &security->sid))
        status = NtSetSecurityObject(folder, DACL_SECURITY_INFORMATION, &security->descriptor);
    heap_free(descriptor);
    return status;
}

NTSTATUS NTAPI RtlCreateSystemVolumeInformationFolder(const UNICODE_STRING *root)
{
    static const WCHAR folder_name[] = L"System Volume Information";
    struct system_security security;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    IO_STATUS_BLOCK io;
    HANDLE folder;
    NTSTATUS status;
    size_t length;

    if (!root || !root->Length || root->Length > MAXUSHORT - sizeof(WCHAR) - sizeof(folder_name))
        return STATUS_INVALID_PARAMETER;
    status = make_security(&security);
    if (status)
        return status;
    name.MaximumLength = (USHORT)(root->Length + sizeof(WCHAR) + sizeof(folder_name));
    name.Buffer = heap_alloc(name.MaximumLength);
    if (!name.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    length = root->Length / sizeof(WCHAR);
    memcpy(name.Buffer, root->Buffer, root->Length);
    if (name.Buffer[length - 1] != '\\')
        name.Buffer[length++] = '\\';
    memcpy(name.Buffer + length, folder_name, sizeof(folder_name));
    name.Length = (USHORT)(length * sizeof(WCHAR) + sizeof(folder_name) - sizeof(WCHAR));
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, &security.descriptor);
    status = NtCreateFile(&folder, READ_CONTROL | WRITE_DAC | SYNCHRONIZE, &attributes, &io, NULL,
                          FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM, FILE_SHARE_READ | FILE_SHARE_WRITE,
                          FILE_OPEN_IF, FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    heap_free(name.Buffer);
    if (status)
        return status;
    if (io.Information == FILE_OPENED)
        status = check_security(folder, &security);
    NtClose(folder);
    return status;
}
