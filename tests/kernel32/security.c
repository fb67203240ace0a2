/* SPDX-License-Identifier: MIT */
/* security.c: identifiers, access lists, descriptors, tokens and access checks (securitybaseapi.h). */
#include "../test.h"
#include <aclapi.h>
#include <sddl.h>

static SID_IDENTIFIER_AUTHORITY nt_authority = { SECURITY_NT_AUTHORITY };

static void test_sids(void)
{
    BYTE buffer[SECURITY_MAX_SID_SIZE], domain[SECURITY_MAX_SID_SIZE];
    DWORD size = 0, domain_size;
    PSID admins, account;
    BOOL equal;

    ok(AllocateAndInitializeSid(&nt_authority, 2, SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0,
                                0, &admins),
       "error %lu", GetLastError());
    ok(IsValidSid(admins), "valid");
    ok_int(GetLengthSid(admins), 16);
    ok_int(*GetSidSubAuthorityCount(admins), 2);
    ok_int(*GetSidSubAuthority(admins, 1), 544);
    ok_int(GetSidIdentifierAuthority(admins)->Value[5], 5);
    ok(IsWellKnownSid(admins, WinBuiltinAdministratorsSid), "the administrators");
    ok(!IsWellKnownSid(admins, WinBuiltinUsersSid), "not the users");

    ok_err(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_int(size, 16);
    size = sizeof(buffer);
    ok(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, buffer, &size), "error %lu", GetLastError());
    ok_int(size, 16);
    ok(EqualSid(admins, buffer), "the same");
    ok(!CopySid(8, buffer, admins) && GetLastError() == ERROR_INSUFFICIENT_BUFFER, "error %lu", GetLastError());
    size = sizeof(buffer);
    ok_err(CreateWellKnownSid(WinAccountDomainAdminsSid, NULL, buffer, &size), ERROR_INVALID_PARAMETER);

    ok(ConvertStringSidToSidA("S-1-5-21-1-2-3-1001", &account), "error %lu", GetLastError());
    domain_size = sizeof(domain);
    ok(GetWindowsAccountDomainSid(account, domain, &domain_size), "error %lu", GetLastError());
    ok_int(domain_size, 24);
    size = sizeof(buffer);
    ok(CreateWellKnownSid(WinAccountDomainAdminsSid, domain, buffer, &size), "error %lu", GetLastError());
    ok_int(*GetSidSubAuthority(buffer, 4), 512);
    ok(EqualDomainSid(account, buffer, &equal) && equal, "one domain");
    ok_err(GetWindowsAccountDomainSid(admins, domain, &domain_size), ERROR_NON_ACCOUNT_SID);
    LocalFree(account);
    ok(!FreeSid(admins), "FreeSid returns NULL");
}

static void test_descriptor(void)
{
    SECURITY_DESCRIPTOR sd;
    BYTE relative[256], acl_buffer[128], everyone[SECURITY_MAX_SID_SIZE];
    ACL *acl = (ACL *)acl_buffer, *dacl;
    ACL_SIZE_INFORMATION info;
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD size = sizeof(everyone), revision;
    BOOL present, defaulted;
    PSID owner;
    void *ace;

    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    ok(InitializeAcl(acl, sizeof(acl_buffer), ACL_REVISION), "error %lu", GetLastError());
    ok(AddAccessAllowedAce(acl, ACL_REVISION, FILE_ALL_ACCESS, everyone), "error %lu", GetLastError());
    ok(AddAccessDeniedAceEx(acl, ACL_REVISION, INHERIT_ONLY_ACE, FILE_WRITE_DATA, everyone), "error %lu",
       GetLastError());
    ok(GetAclInformation(acl, &info, sizeof(info), AclSizeInformation), "error %lu", GetLastError());
    ok_int(info.AceCount, 2);
    ok_int(info.AclBytesInUse, 8 + 2 * 20);
    ok(GetAce(acl, 1, &ace), "error %lu", GetLastError());
    ok_int(((ACE_HEADER *)ace)->AceType, ACCESS_DENIED_ACE_TYPE);
    ok_err(GetAce(acl, 2, &ace), ERROR_INVALID_PARAMETER);
    ok(DeleteAce(acl, 1), "error %lu", GetLastError());

    ok(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION), "error %lu", GetLastError());
    ok(SetSecurityDescriptorDacl(&sd, TRUE, acl, FALSE), "error %lu", GetLastError());
    ok(SetSecurityDescriptorOwner(&sd, everyone, FALSE), "error %lu", GetLastError());
    ok(IsValidSecurityDescriptor(&sd), "valid");
    ok(GetSecurityDescriptorControl(&sd, &control, &revision), "error %lu", GetLastError());
    ok_hex(control, SE_DACL_PRESENT);
    size = 0;
    ok_err(MakeSelfRelativeSD(&sd, NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    size = sizeof(relative);
    ok(MakeSelfRelativeSD(&sd, relative, &size), "error %lu", GetLastError());
    ok(GetSecurityDescriptorDacl(relative, &present, &dacl, &defaulted) && present && dacl, "error %lu",
       GetLastError());
    ok_int(dacl->AceCount, 1);
    ok(GetSecurityDescriptorOwner(relative, &owner, &defaulted) && EqualSid(owner, everyone), "owner");
}

static void test_token(void)
{
    BYTE buffer[1024], admins[SECURITY_MAX_SID_SIZE];
    TOKEN_USER *user = (TOKEN_USER *)buffer;
    TOKEN_PRIVILEGES wanted, previous;
    HANDLE token, copy, thread;
    DWORD size = 0, value;
    BOOL member;
    TOKEN_TYPE type;

    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token), "error %lu", GetLastError());
    ok_err(GetTokenInformation(token, TokenUser, NULL, 0, &size), ERROR_INSUFFICIENT_BUFFER);
    ok(size > sizeof(TOKEN_USER), "size %lu", size);
    ok(GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    ok(IsValidSid(user->User.Sid), "user");
    ok(GetTokenInformation(token, TokenElevation, &value, sizeof(value), &size), "error %lu", GetLastError());

    wanted.PrivilegeCount = 1;
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    ok(LookupPrivilegeValueA(NULL, "SeChangeNotifyPrivilege", &wanted.Privileges[0].Luid), "error %lu", GetLastError());
    SetLastError(1234);
    size = 0;
    ok(AdjustTokenPrivileges(token, FALSE, &wanted, sizeof(previous), &previous, &size), "error %lu", GetLastError());
    ok_int(GetLastError(), ERROR_SUCCESS);
    ok_int(previous.PrivilegeCount, 0);
    /* One that nobody has. */
    ok(LookupPrivilegeValueA(NULL, "SeTrustedCredManAccessPrivilege", &wanted.Privileges[0].Luid), "error %lu",
       GetLastError());
    ok(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL), "error %lu", GetLastError());
    ok_int(GetLastError(), ERROR_NOT_ALL_ASSIGNED);

    ok_err(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &thread), ERROR_NO_TOKEN);
    ok(ImpersonateSelf(SecurityImpersonation), "error %lu", GetLastError());
    ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &thread), "error %lu", GetLastError());
    ok(GetTokenInformation(thread, TokenType, &type, sizeof(type), &size), "error %lu", GetLastError());
    ok_int(type, TokenImpersonation);
    CloseHandle(thread);
    ok(RevertToSelf(), "error %lu", GetLastError());
    ok_err(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &thread), ERROR_NO_TOKEN);

    ok(DuplicateTokenEx(token, 0, NULL, SecurityIdentification, TokenImpersonation, &copy), "error %lu",
       GetLastError());
    ok(CheckTokenMembership(copy, user->User.Sid, &member) && member, "the user is the user; error %lu",
       GetLastError());
    ok(CheckTokenMembership(NULL, user->User.Sid, &member) && member, "the same without a token; error %lu",
       GetLastError());
    ok_err(CheckTokenMembership(token, user->User.Sid, &member), ERROR_NO_IMPERSONATION_TOKEN);
    size = sizeof(admins);
    CreateWellKnownSid(WinBuiltinReplicatorSid, NULL, admins, &size);
    ok(CheckTokenMembership(NULL, admins, &member) && !member, "no replicator; error %lu", GetLastError());

    ok(!IsTokenRestricted(token), "not restricted");
    CloseHandle(copy);
    ok(CreateRestrictedToken(token, DISABLE_MAX_PRIVILEGE, 0, NULL, 0, NULL, 1, &user->User, &copy), "error %lu",
       GetLastError());
    ok(IsTokenRestricted(copy), "restricted");
    CloseHandle(copy);
    CloseHandle(token);
}

static void test_access_check(void)
{
    GENERIC_MAPPING mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted, access = GENERIC_READ;
    PSECURITY_DESCRIPTOR sd;
    HANDLE token, copy;
    BOOL allowed;

    OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &token);
    ok(DuplicateToken(token, SecurityImpersonation, &copy), "error %lu", GetLastError());
    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA("O:SYG:SYD:(A;;FR;;;WD)", SDDL_REVISION_1, &sd, NULL),
       "error %lu", GetLastError());
    MapGenericMask(&access, &mapping);
    ok_hex(access, FILE_GENERIC_READ);
    ok(AccessCheck(sd, copy, access, &mapping, &privileges, &size, &granted, &allowed), "error %lu", GetLastError());
    ok(allowed && granted == FILE_GENERIC_READ, "allowed %d, granted %lx", allowed, granted);
    ok(AccessCheck(sd, copy, FILE_WRITE_DATA, &mapping, &privileges, &size, &granted, &allowed), "error %lu",
       GetLastError());
    ok(!allowed && !granted && GetLastError() == ERROR_ACCESS_DENIED, "allowed %d, granted %lx", allowed, granted);
    ok_err(AccessCheck(sd, copy, GENERIC_READ, &mapping, &privileges, &size, &granted, &allowed),
           ERROR_GENERIC_NOT_MAPPED);
    LocalFree(sd);
    CloseHandle(copy);
    CloseHandle(token);
}

static void test_objects(void)
{
    BYTE buffer[512];
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    char path[MAX_PATH], folder[MAX_PATH];
    PSECURITY_DESCRIPTOR sd;
    DWORD size;
    BOOL present, defaulted;
    ACL *dacl;

    ok_err(GetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, NULL, 0, &size), ERROR_INSUFFICIENT_BUFFER);
    ok(GetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION, buffer, sizeof(buffer),
                               &size),
       "error %lu", GetLastError());
    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;GA;;;WD)", SDDL_REVISION_1, &sd, NULL), "error %lu",
       GetLastError());
    ok(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, sd), "error %lu", GetLastError());
    ok(GetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size), "error %lu",
       GetLastError());
    ok(GetSecurityDescriptorDacl(buffer, &present, &dacl, &defaulted) && present && dacl && dacl->AceCount == 1,
       "one entry");
    CloseHandle(event);

    GetTempPathA(sizeof(folder), folder);
    GetTempFileNameA(folder, "sec", 0, path);
    ok(GetFileSecurityA(path, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION, buffer, sizeof(buffer), &size),
       "error %lu", GetLastError());
    ok(SetFileSecurityA(path, DACL_SECURITY_INFORMATION, sd), "error %lu", GetLastError());
    ok(GetFileSecurityA(path, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    ok(GetSecurityDescriptorDacl(buffer, &present, &dacl, &defaulted) && present && dacl && dacl->AceCount == 1,
       "the file keeps it");
    DeleteFileA(path);
    ok_err(GetFileSecurityA(path, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size), ERROR_FILE_NOT_FOUND);
    LocalFree(sd);
}

static void test_entries(void)
{
    EXPLICIT_ACCESS_A access[2];
    EXPLICIT_ACCESS_W *entries;
    ACL *acl, *second;
    ACCESS_ALLOWED_ACE *ace;
    BYTE everyone[SECURITY_MAX_SID_SIZE], users[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(everyone);
    ULONG count;
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    PSECURITY_DESCRIPTOR sd;
    PSID owner;

    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    size = sizeof(users);
    CreateWellKnownSid(WinBuiltinUsersSid, NULL, users, &size);
    memset(access, 0, sizeof(access));
    access[0].grfAccessPermissions = EVENT_MODIFY_STATE;
    access[0].grfAccessMode = GRANT_ACCESS;
    BuildTrusteeWithSidA(&access[0].Trustee, everyone);
    access[1].grfAccessPermissions = DELETE;
    access[1].grfAccessMode = DENY_ACCESS;
    BuildTrusteeWithSidA(&access[1].Trustee, users);
    ok_int(SetEntriesInAclA(2, access, NULL, &acl), ERROR_SUCCESS);
    ok_int(acl->AceCount, 2);
    GetAce(acl, 0, (void **)&ace);
    ok_int(ace->Header.AceType, ACCESS_DENIED_ACE_TYPE); /* first, whatever the order given */
    ok_hex(ace->Mask, DELETE);

    /* Granted in addition. */
    access[0].grfAccessPermissions = SYNCHRONIZE;
    ok_int(SetEntriesInAclA(1, access, acl, &second), ERROR_SUCCESS);
    ok_int(second->AceCount, 2);
    GetAce(second, 1, (void **)&ace);
    ok_hex(ace->Mask, SYNCHRONIZE | EVENT_MODIFY_STATE);
    LocalFree(second);
    access[0].grfAccessMode = REVOKE_ACCESS;
    ok_int(SetEntriesInAclA(1, access, acl, &second), ERROR_SUCCESS);
    ok_int(second->AceCount, 1);
    LocalFree(second);

    ok_int(SetSecurityInfo(event, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, acl, NULL), ERROR_SUCCESS);
    LocalFree(acl);
    ok_int(GetSecurityInfo(event, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION, &owner,
                           NULL, &acl, NULL, &sd),
           ERROR_SUCCESS);
    ok(IsValidSid(owner) && acl && acl->AceCount == 2, "%d entries", acl ? acl->AceCount : -1);
    ok_int(GetExplicitEntriesFromAclW(acl, &count, &entries), ERROR_SUCCESS);
    ok_int(count, 2);
    ok_int(entries[0].grfAccessMode, DENY_ACCESS);
    LocalFree(entries);
    LocalFree(sd);
    CloseHandle(event);
    ok_int(
        GetNamedSecurityInfoA("C:\\windows", SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL, NULL, &sd),
        ERROR_SUCCESS);
    ok(IsValidSid(owner), "an owner");
    LocalFree(sd);
    ok_int(GetNamedSecurityInfoA("C:\\no such file", SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, NULL, NULL,
                                 NULL, &sd),
           ERROR_FILE_NOT_FOUND);
}

/* A child runs with the token that it is started with. */
static void test_child(void)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 20];
    HANDLE token, restricted;
    SID_AND_ATTRIBUTES disable = { NULL, 0 };
    BYTE users[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(users), code;
    int i;

    CreateWellKnownSid(WinBuiltinUsersSid, NULL, users, &size);
    disable.Sid = users;
    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token);
    ok(CreateRestrictedToken(token, 0, 1, &disable, 0, NULL, 0, NULL, &restricted), "error %lu", GetLastError());
    for (i = 0; i < 2; i++) {
        snprintf(line, sizeof(line), "\"%s\" member", test_argv[0]);
        if (!ok(CreateProcessAsUserA(i ? restricted : NULL, NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup,
                                     &info),
                "error %lu", GetLastError()))
            break;
        ok_int(WaitForSingleObject(info.hProcess, 5000), WAIT_OBJECT_0);
        GetExitCodeProcess(info.hProcess, &code);
        ok_int(code, i ? 10 : 11);
        CloseHandle(info.hProcess);
        CloseHandle(info.hThread);
    }
    CloseHandle(restricted);
    CloseHandle(token);
}

TESTS
{
    if (test_argc > 1) {
        BYTE users[SECURITY_MAX_SID_SIZE];
        DWORD size = sizeof(users);
        BOOL member = FALSE;

        CreateWellKnownSid(WinBuiltinUsersSid, NULL, users, &size);
        CheckTokenMembership(NULL, users, &member);
        ExitProcess(10 + (member != 0));
    }
    test_sids();
    test_descriptor();
    test_token();
    test_access_check();
    test_objects();
    test_entries();
    test_child();
}
