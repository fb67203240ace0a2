/* SPDX-License-Identifier: MIT */
/* aclapi.c: access lists made of trustees' rights, and objects' security by name and handle. */
#include "../test.h"
#include <aclapi.h>
#include <sddl.h>

static PSID everyone, users;

static EXPLICIT_ACCESSW entry(PSID sid, ACCESS_MODE mode, DWORD mask)
{
    EXPLICIT_ACCESSW access = { .grfAccessPermissions = mask, .grfAccessMode = mode };
    BuildTrusteeWithSidW(&access.Trustee, sid);
    return access;
}

static ACCESS_ALLOWED_ACE *ace_at(PACL acl, DWORD index)
{
    void *ace = NULL;
    GetAce(acl, index, &ace);
    return ace;
}

static void test_entries(void)
{
    EXPLICIT_ACCESSW list[2], *read;
    PACL acl, more;
    ULONG count;

    ok_int(SetEntriesInAclW(0, NULL, NULL, &acl), ERROR_SUCCESS);
    ok(!acl, "no list of nothing");
    list[0] = entry(everyone, GRANT_ACCESS, 1);
    list[1] = entry(users, DENY_ACCESS, 2);
    ok_int(SetEntriesInAclW(2, list, NULL, &acl), ERROR_SUCCESS);
    ok(IsValidAcl(acl), "valid");
    ok_int(acl->AceCount, 2);
    /* "Order of ACEs in a DACL": what is denied comes first */
    ok_int(ace_at(acl, 0)->Header.AceType, ACCESS_DENIED_ACE_TYPE);
    ok(EqualSid(&ace_at(acl, 0)->SidStart, users), "users");
    ok_int(ace_at(acl, 1)->Mask, 1);

    /* GRANT_ACCESS: "combines the specified rights with any existing allowed" */
    list[0] = entry(everyone, GRANT_ACCESS, 4);
    ok_int(SetEntriesInAclW(1, list, acl, &more), ERROR_SUCCESS);
    ok_int(more->AceCount, 2);
    ok_int(ace_at(more, 1)->Mask, 5);
    LocalFree(more);
    /* SET_ACCESS: "discards any existing access control information for the trustee" */
    list[0] = entry(everyone, SET_ACCESS, 8);
    ok_int(SetEntriesInAclW(1, list, acl, &more), ERROR_SUCCESS);
    ok_int(more->AceCount, 2);
    ok_int(ace_at(more, 1)->Mask, 8);
    LocalFree(more);
    /* REVOKE_ACCESS: "removes all existing ACCESS_ALLOWED_ACE or SYSTEM_AUDIT_ACE types of ACEs" */
    list[0] = entry(everyone, REVOKE_ACCESS, 0);
    ok_int(SetEntriesInAclW(1, list, acl, &more), ERROR_SUCCESS);
    ok_int(more->AceCount, 1);
    LocalFree(more);
    ok_int(GetExplicitEntriesFromAclW(acl, &count, &read), ERROR_SUCCESS);
    ok_int(count, 2);
    ok_int(read[0].grfAccessMode, DENY_ACCESS);
    ok_int(read[1].grfAccessPermissions, 1);
    LocalFree(read);
    LocalFree(acl);
}

static void test_objects(void)
{
    PSECURITY_DESCRIPTOR descriptor;
    EXPLICIT_ACCESSW list[1] = { entry(everyone, GRANT_ACCESS, KEY_ALL_ACCESS) };
    PSID owner = NULL;
    PACL dacl, acl;
    HKEY a, b;

    RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\Transom Test\\aclapi", 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS,
                    NULL, &a, NULL);
    ok_int(GetSecurityInfo(a, SE_REGISTRY_KEY, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner, NULL,
                           &dacl, NULL, &descriptor),
           ERROR_SUCCESS);
    ok(owner && IsValidSid(owner), "owner");
    ok(dacl != NULL, "list");
    LocalFree(descriptor);
    /* all handles of a key see one descriptor */
    SetEntriesInAclW(1, list, NULL, &acl);
    ok_int(SetSecurityInfo(a, SE_REGISTRY_KEY, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL,
                           NULL, acl, NULL),
           ERROR_SUCCESS);
    LocalFree(acl);
    RegOpenKeyExW(HKEY_CURRENT_USER, L"Software\\Transom Test\\aclapi", 0, KEY_READ, &b);
    ok_int(GetSecurityInfo(b, SE_REGISTRY_KEY, DACL_SECURITY_INFORMATION, NULL, NULL, &dacl, NULL, &descriptor), 0);
    ok_int(dacl->AceCount, 1);
    ok(EqualSid(&ace_at(dacl, 0)->SidStart, everyone), "everyone");
    LocalFree(descriptor);
    RegCloseKey(b);
    RegCloseKey(a);
    ok_int(GetNamedSecurityInfoW(L"CURRENT_USER\\Software\\Transom Test\\aclapi", SE_REGISTRY_KEY,
                                 DACL_SECURITY_INFORMATION, NULL, NULL, &dacl, NULL, &descriptor),
           ERROR_SUCCESS);
    ok_int(dacl->AceCount, 1);
    LocalFree(descriptor);
    ok_int(GetNamedSecurityInfoW(L"C:\\no such file", SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &dacl,
                                 NULL, &descriptor),
           ERROR_FILE_NOT_FOUND);
    WCHAR windows[MAX_PATH];
    GetWindowsDirectoryW(windows, MAX_PATH);
    ok_int(GetNamedSecurityInfoW(windows, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL,
                                 &descriptor),
           ERROR_SUCCESS);
    ok(IsValidSid(owner), "owner of the Windows folder");
    LocalFree(descriptor);
    RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\Transom Test\\aclapi");
}

/* GetEffectiveRightsFromAcl: a user's groups count, an entry for inheriting does not. */
static void test_rights(void)
{
    BYTE buffer[300];
    DWORD size;
    ACCESS_MASK rights;
    HANDLE token;
    TRUSTEEW trustee;
    PSECURITY_DESCRIPTOR sd, built;
    ACL *dacl;
    BOOL present, defaulted;
    ULONG length, count;
    EXPLICIT_ACCESSW access, *entries;
    TRUSTEEW *owner;

    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    CloseHandle(token);
    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA("O:BAG:BAD:(D;;0x2;;;WD)(A;;0x7;;;WD)(A;OICIIO;0x10;;;WD)",
                                                            SDDL_REVISION_1, &sd, NULL),
       "error %lu", GetLastError());
    GetSecurityDescriptorDacl(sd, &present, &dacl, &defaulted);
    BuildTrusteeWithSidW(&trustee, ((TOKEN_USER *)buffer)->User.Sid);
    ok_int(GetEffectiveRightsFromAclW(dacl, &trustee, &rights), ERROR_SUCCESS);
    ok_hex(rights, 5);
    BuildTrusteeWithSidW(&trustee, everyone);
    ok_int(GetEffectiveRightsFromAclW(dacl, &trustee, &rights), ERROR_SUCCESS);
    ok_hex(rights, 5);

    access = entry(users, GRANT_ACCESS, 0x20);
    BuildTrusteeWithNameW(&trustee, (WCHAR *)L"Everyone");
    ok_int(BuildSecurityDescriptorW(&trustee, NULL, 1, &access, 0, NULL, sd, &length, &built), ERROR_SUCCESS);
    ok_int(length, GetSecurityDescriptorLength(built));
    ok_int(LookupSecurityDescriptorPartsW(&owner, NULL, &count, &entries, NULL, NULL, built), ERROR_SUCCESS);
    ok_int(owner->TrusteeForm, TRUSTEE_IS_NAME);
    ok_wstr(owner->ptstrName, L"Everyone");
    ok_int(count, 4);
    LocalFree(owner);
    LocalFree(entries);
    LocalFree(built);
    LocalFree(sd);
}

/* "BuildTrusteeWithObjectsAndSid" */
static void test_trustees(void)
{
    static const GUID type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };
    OBJECTS_AND_SID objects;
    TRUSTEEW trustee, impersonated;

    BuildTrusteeWithObjectsAndSidW(&trustee, &objects, (GUID *)&type, NULL, everyone);
    ok_int(GetTrusteeFormW(&trustee), TRUSTEE_IS_OBJECTS_AND_SID);
    ok_int(objects.ObjectsPresent, ACE_OBJECT_TYPE_PRESENT);
    ok_mem(&objects.ObjectTypeGuid, &type, sizeof(type));
    ok(objects.pSid == everyone, "SID");
    ok((void *)trustee.ptstrName == &objects, "the structure");
    BuildImpersonateTrusteeW(&trustee, &impersonated);
    ok(GetMultipleTrusteeW(&trustee) == &impersonated, "impersonated");
    ok_int(GetMultipleTrusteeOperationW(&trustee), TRUSTEE_IS_IMPERSONATE);
}

TESTS
{
    ConvertStringSidToSidW(L"S-1-1-0", &everyone);
    ConvertStringSidToSidW(L"S-1-5-32-545", &users);
    test_entries();
    test_objects();
    test_rights();
    test_trustees();
}
