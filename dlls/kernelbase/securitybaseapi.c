/* SPDX-License-Identifier: MIT */
/*
 * securitybaseapi.c: identifiers, access lists and security descriptors: ntdll's functions with Win32's results. Tokens
 * are in securitybaseapi_token.c, well-known identifiers in securitybaseapi_sid.c, objects' descriptors in
 * securitybaseapi_object.c.
 */
#include "kernelbase_private.h"
#include "ntrtl.h"

/* --- identifiers --- */

BOOL WINAPI IsValidSid(PSID sid)
{
    return RtlValidSid(sid) || fail(ERROR_INVALID_SID);
}

BOOL WINAPI EqualSid(PSID a, PSID b)
{
    SetLastError(ERROR_SUCCESS); /* so that a caller can tell unequal from invalid */
    return RtlEqualSid(a, b);
}

BOOL WINAPI EqualPrefixSid(PSID a, PSID b)
{
    return RtlEqualPrefixSid(a, b);
}

DWORD WINAPI GetSidLengthRequired(UCHAR count)
{
    return RtlLengthRequiredSid(count);
}

BOOL WINAPI AllocateAndInitializeSid(SID_IDENTIFIER_AUTHORITY *authority, BYTE count, DWORD s0, DWORD s1, DWORD s2,
                                     DWORD s3, DWORD s4, DWORD s5, DWORD s6, DWORD s7, PSID *sid)
{
    return set_ntstatus(RtlAllocateAndInitializeSid(authority, count, s0, s1, s2, s3, s4, s5, s6, s7, sid));
}

VOID *WINAPI FreeSid(PSID sid)
{
    return RtlFreeSid(sid);
}

BOOL WINAPI InitializeSid(PSID sid, SID_IDENTIFIER_AUTHORITY *authority, BYTE count)
{
    return set_ntstatus(RtlInitializeSid(sid, authority, count));
}

SID_IDENTIFIER_AUTHORITY *WINAPI GetSidIdentifierAuthority(PSID sid)
{
    SetLastError(ERROR_SUCCESS);
    return RtlIdentifierAuthoritySid(sid);
}

DWORD *WINAPI GetSidSubAuthority(PSID sid, DWORD index)
{
    SetLastError(ERROR_SUCCESS);
    return RtlSubAuthoritySid(sid, index);
}

UCHAR *WINAPI GetSidSubAuthorityCount(PSID sid)
{
    SetLastError(ERROR_SUCCESS);
    return RtlSubAuthorityCountSid(sid);
}

DWORD WINAPI GetLengthSid(PSID sid)
{
    SetLastError(ERROR_SUCCESS);
    return RtlLengthSid(sid);
}

BOOL WINAPI CopySid(DWORD size, PSID destination, PSID source)
{
    return set_ntstatus(RtlCopySid(size, destination, source));
}

/* --- access masks --- */

BOOL WINAPI AreAllAccessesGranted(DWORD granted, DWORD desired)
{
    return RtlAreAllAccessesGranted(granted, desired);
}

BOOL WINAPI AreAnyAccessesGranted(DWORD granted, DWORD desired)
{
    return RtlAreAnyAccessesGranted(granted, desired);
}

VOID WINAPI MapGenericMask(DWORD *mask, GENERIC_MAPPING *mapping)
{
    RtlMapGenericMask(mask, mapping);
}

/* The rights that reading or writing these parts of a descriptor takes. */
VOID WINAPI QuerySecurityAccessMask(SECURITY_INFORMATION info, DWORD *access)
{
    *access = 0;
    if (info & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |
                LABEL_SECURITY_INFORMATION | ATTRIBUTE_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION))
        *access |= READ_CONTROL;
    if (info & SACL_SECURITY_INFORMATION)
        *access |= ACCESS_SYSTEM_SECURITY;
}

VOID WINAPI SetSecurityAccessMask(SECURITY_INFORMATION info, DWORD *access)
{
    *access = 0;
    if (info & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION))
        *access |= WRITE_OWNER;
    if (info & (DACL_SECURITY_INFORMATION | ATTRIBUTE_SECURITY_INFORMATION))
        *access |= WRITE_DAC;
    if (info & (SACL_SECURITY_INFORMATION | SCOPE_SECURITY_INFORMATION))
        *access |= ACCESS_SYSTEM_SECURITY;
}

/* --- access lists --- */

BOOL WINAPI IsValidAcl(ACL *acl)
{
    return RtlValidAcl(acl) || fail(ERROR_INVALID_ACL);
}

BOOL WINAPI InitializeAcl(ACL *acl, DWORD size, DWORD revision)
{
    return set_ntstatus(RtlCreateAcl(acl, size, revision));
}

BOOL WINAPI GetAclInformation(ACL *acl, void *info, DWORD size, ACL_INFORMATION_CLASS class)
{
    return set_ntstatus(RtlQueryInformationAcl(acl, info, size, class));
}

BOOL WINAPI SetAclInformation(ACL *acl, void *info, DWORD size, ACL_INFORMATION_CLASS class)
{
    return set_ntstatus(RtlSetInformationAcl(acl, info, size, class));
}

BOOL WINAPI AddAce(ACL *acl, DWORD revision, DWORD index, void *list, DWORD size)
{
    return set_ntstatus(RtlAddAce(acl, revision, index, list, size));
}

BOOL WINAPI DeleteAce(ACL *acl, DWORD index)
{
    return set_ntstatus(RtlDeleteAce(acl, index));
}

BOOL WINAPI GetAce(ACL *acl, DWORD index, void **ace)
{
    return set_ntstatus(RtlGetAce(acl, index, ace));
}

BOOL WINAPI FindFirstFreeAce(ACL *acl, void **ace)
{
    return RtlFirstFreeAce(acl, ace) || fail(ERROR_INVALID_ACL);
}

BOOL WINAPI AddAccessAllowedAce(ACL *acl, DWORD revision, DWORD access, PSID sid)
{
    return set_ntstatus(RtlAddAccessAllowedAce(acl, revision, access, sid));
}

BOOL WINAPI AddAccessAllowedAceEx(ACL *acl, DWORD revision, DWORD flags, DWORD access, PSID sid)
{
    return set_ntstatus(RtlAddAccessAllowedAceEx(acl, revision, flags, access, sid));
}

BOOL WINAPI AddAccessAllowedObjectAce(ACL *acl, DWORD revision, DWORD flags, DWORD access, GUID *type, GUID *inherited,
                                      PSID sid)
{
    return set_ntstatus(RtlAddAccessAllowedObjectAce(acl, revision, flags, access, type, inherited, sid));
}

BOOL WINAPI AddAccessDeniedAce(ACL *acl, DWORD revision, DWORD access, PSID sid)
{
    return set_ntstatus(RtlAddAccessDeniedAce(acl, revision, access, sid));
}

BOOL WINAPI AddAccessDeniedAceEx(ACL *acl, DWORD revision, DWORD flags, DWORD access, PSID sid)
{
    return set_ntstatus(RtlAddAccessDeniedAceEx(acl, revision, flags, access, sid));
}

BOOL WINAPI AddAccessDeniedObjectAce(ACL *acl, DWORD revision, DWORD flags, DWORD access, GUID *type, GUID *inherited,
                                     PSID sid)
{
    return set_ntstatus(RtlAddAccessDeniedObjectAce(acl, revision, flags, access, type, inherited, sid));
}

BOOL WINAPI AddAuditAccessAce(ACL *acl, DWORD revision, DWORD access, PSID sid, BOOL success, BOOL failure)
{
    return set_ntstatus(RtlAddAuditAccessAce(acl, revision, access, sid, !!success, !!failure));
}

BOOL WINAPI AddAuditAccessAceEx(ACL *acl, DWORD revision, DWORD flags, DWORD access, PSID sid, BOOL success,
                                BOOL failure)
{
    return set_ntstatus(RtlAddAuditAccessAceEx(acl, revision, flags, access, sid, !!success, !!failure));
}

BOOL WINAPI AddAuditAccessObjectAce(ACL *acl, DWORD revision, DWORD flags, DWORD access, GUID *type, GUID *inherited,
                                    PSID sid, BOOL success, BOOL failure)
{
    return set_ntstatus(
        RtlAddAuditAccessObjectAce(acl, revision, flags, access, type, inherited, sid, !!success, !!failure));
}

BOOL WINAPI AddMandatoryAce(ACL *acl, DWORD revision, DWORD flags, DWORD policy, PSID label)
{
    return set_ntstatus(RtlAddMandatoryAce(acl, revision, flags, label, SYSTEM_MANDATORY_LABEL_ACE_TYPE, policy));
}

BOOL WINAPI AddScopedPolicyIDAce(ACL *acl, DWORD revision, DWORD flags, DWORD access, PSID sid)
{
    return set_ntstatus(RtlAddScopedPolicyIDAce(acl, revision, flags, access, sid));
}

BOOL WINAPI AddResourceAttributeAce(ACL *acl, DWORD revision, DWORD flags, DWORD access, PSID sid,
                                    CLAIM_SECURITY_ATTRIBUTES_INFORMATION *attributes, DWORD *used)
{
    return set_ntstatus(RtlAddResourceAttributeAce(acl, revision, flags, access, sid, attributes, used));
}

/* The next entry that allows something to an app container (S-1-15-2-...), from one on. */
BOOL APIENTRY GetAppContainerAce(ACL *acl, DWORD start, PVOID *found, DWORD *index)
{
    static const SID_IDENTIFIER_AUTHORITY package = { SECURITY_APP_PACKAGE_AUTHORITY };

    *found = NULL;
    if (index)
        *index = 0;
    if (!RtlValidAcl(acl))
        return fail(ERROR_INVALID_PARAMETER);
    for (DWORD i = start; i < acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;
        const SID *sid;
        if (RtlGetAce(acl, i, (void **)&ace) || ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE)
            continue;
        sid = (const SID *)&ace->SidStart;
        if (memcmp(&sid->IdentifierAuthority, &package, sizeof(package)) || !sid->SubAuthorityCount ||
            sid->SubAuthority[0] != SECURITY_APP_PACKAGE_BASE_RID)
            continue;
        *found = ace;
        if (index)
            *index = i;
        return TRUE;
    }
    return fail(ERROR_NOT_FOUND);
}

/* --- descriptors --- */

BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR sd, DWORD revision)
{
    return set_ntstatus(RtlCreateSecurityDescriptor(sd, revision));
}

BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd)
{
    return RtlValidSecurityDescriptor(sd) || fail(ERROR_INVALID_SECURITY_DESCR);
}

BOOL WINAPI IsValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG length, SECURITY_INFORMATION required)
{
    return RtlValidRelativeSecurityDescriptor(sd, length, required) || fail(ERROR_INVALID_SECURITY_DESCR);
}

DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR sd)
{
    return RtlLengthSecurityDescriptor(sd);
}

BOOL WINAPI GetSecurityDescriptorControl(PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL *control, DWORD *revision)
{
    return set_ntstatus(RtlGetControlSecurityDescriptor(sd, control, revision));
}

BOOL WINAPI SetSecurityDescriptorControl(PSECURITY_DESCRIPTOR sd, SECURITY_DESCRIPTOR_CONTROL mask,
                                         SECURITY_DESCRIPTOR_CONTROL bits)
{
    return set_ntstatus(RtlSetControlSecurityDescriptor(sd, mask, bits));
}

BOOL WINAPI GetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR sd, PSID *owner, BOOL *defaulted)
{
    BOOLEAN value = FALSE;
    NTSTATUS status = RtlGetOwnerSecurityDescriptor(sd, owner, &value);

    *defaulted = value;
    return set_ntstatus(status);
}

BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR sd, PSID owner, BOOL defaulted)
{
    return set_ntstatus(RtlSetOwnerSecurityDescriptor(sd, owner, !!defaulted));
}

BOOL WINAPI GetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR sd, PSID *group, BOOL *defaulted)
{
    BOOLEAN value = FALSE;
    NTSTATUS status = RtlGetGroupSecurityDescriptor(sd, group, &value);

    *defaulted = value;
    return set_ntstatus(status);
}

BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR sd, PSID group, BOOL defaulted)
{
    return set_ntstatus(RtlSetGroupSecurityDescriptor(sd, group, !!defaulted));
}

BOOL WINAPI GetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR sd, BOOL *present, ACL **dacl, BOOL *defaulted)
{
    BOOLEAN is_present = FALSE, is_defaulted = FALSE;
    NTSTATUS status = RtlGetDaclSecurityDescriptor(sd, &is_present, dacl, &is_defaulted);

    if (!status) {
        *present = is_present;
        if (is_present)
            *defaulted = is_defaulted;
    }
    return set_ntstatus(status);
}

BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR sd, BOOL present, ACL *dacl, BOOL defaulted)
{
    return set_ntstatus(RtlSetDaclSecurityDescriptor(sd, !!present, dacl, !!defaulted));
}

BOOL WINAPI GetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR sd, BOOL *present, ACL **sacl, BOOL *defaulted)
{
    BOOLEAN is_present = FALSE, is_defaulted = FALSE;
    NTSTATUS status = RtlGetSaclSecurityDescriptor(sd, &is_present, sacl, &is_defaulted);

    if (!status) {
        *present = is_present;
        if (is_present)
            *defaulted = is_defaulted;
    }
    return set_ntstatus(status);
}

BOOL WINAPI SetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR sd, BOOL present, ACL *sacl, BOOL defaulted)
{
    return set_ntstatus(RtlSetSaclSecurityDescriptor(sd, !!present, sacl, !!defaulted));
}

/* The resource manager's byte (GetSecurityDescriptorRMControl): a reserved one, valid if a control bit says so. */
DWORD WINAPI GetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor, UCHAR *control)
{
    const SECURITY_DESCRIPTOR *sd = descriptor;

    if (!(sd->Control & SE_RM_CONTROL_VALID)) {
        *control = 0;
        return ERROR_INVALID_DATA;
    }
    *control = sd->Sbz1;
    return ERROR_SUCCESS;
}

DWORD WINAPI SetSecurityDescriptorRMControl(PSECURITY_DESCRIPTOR descriptor, UCHAR *control)
{
    SECURITY_DESCRIPTOR *sd = descriptor;

    if (control) {
        sd->Control |= SE_RM_CONTROL_VALID;
        sd->Sbz1 = *control;
    } else {
        sd->Control &= (SECURITY_DESCRIPTOR_CONTROL)~SE_RM_CONTROL_VALID;
        sd->Sbz1 = 0;
    }
    return ERROR_SUCCESS;
}

BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative, DWORD *size)
{
    return set_ntstatus(RtlMakeSelfRelativeSD(absolute, relative, size));
}

BOOL WINAPI MakeAbsoluteSD(PSECURITY_DESCRIPTOR relative, PSECURITY_DESCRIPTOR absolute, DWORD *size, ACL *dacl,
                           DWORD *dacl_size, ACL *sacl, DWORD *sacl_size, PSID owner, DWORD *owner_size, PSID group,
                           DWORD *group_size)
{
    return set_ntstatus(RtlSelfRelativeToAbsoluteSD(relative, absolute, size, dacl, dacl_size, sacl, sacl_size, owner,
                                                    owner_size, group, group_size));
}
