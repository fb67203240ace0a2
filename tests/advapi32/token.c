/* SPDX-License-Identifier: MIT */
/* token.c: what access tokens say and how they are changed (securitybaseapi.h, "TOKEN_INFORMATION_CLASS"). */
#include "../test.h"
#include <sddl.h>

static HANDLE process_token(void)
{
    HANDLE token = NULL;

    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS & ~TOKEN_ADJUST_SESSIONID, &token), "error %lu",
       GetLastError());
    return token;
}

/* Every class: its size if that is fixed, its error if it has none. */
static void test_classes(void)
{
    static const struct {
        TOKEN_INFORMATION_CLASS class;
        DWORD size; /* 0: varies */
        DWORD error;
    } classes[] = {
        { TokenUser, 0, 0 },
        { TokenGroups, 0, 0 },
        { TokenPrivileges, 0, 0 },
        { TokenOwner, 0, 0 },
        { TokenPrimaryGroup, 0, 0 },
        { TokenDefaultDacl, 0, 0 },
        { TokenSource, sizeof(TOKEN_SOURCE), 0 },
        { TokenType, sizeof(TOKEN_TYPE), 0 },
        { TokenImpersonationLevel, 0,
          ERROR_INVALID_PARAMETER }, /* "If the access token is not an impersonation token" */
        { TokenStatistics, sizeof(TOKEN_STATISTICS), 0 },
        { TokenSessionId, sizeof(DWORD), 0 },
        { TokenGroupsAndPrivileges, 0, 0 },
        { TokenSessionReference, 0, ERROR_INVALID_PARAMETER }, /* "Reserved" */
        { TokenSandBoxInert, sizeof(DWORD), 0 },
        { TokenOrigin, sizeof(TOKEN_ORIGIN), 0 },
        { TokenElevationType, sizeof(TOKEN_ELEVATION_TYPE), 0 },
        { TokenElevation, sizeof(TOKEN_ELEVATION), 0 },
        { TokenHasRestrictions, sizeof(DWORD), 0 },
        { TokenAccessInformation, 0, 0 },
        { TokenVirtualizationAllowed, sizeof(DWORD), 0 },
        { TokenVirtualizationEnabled, sizeof(DWORD), 0 },
        { TokenIntegrityLevel, 0, 0 },
        { TokenUIAccess, sizeof(DWORD), 0 },
        { TokenMandatoryPolicy, sizeof(TOKEN_MANDATORY_POLICY), 0 },
        { TokenLogonSid, 0, 0 },
        { TokenIsAppContainer, sizeof(DWORD), 0 },
        { TokenCapabilities, 0, 0 },
        { TokenAppContainerSid, 0, 0 },
        { TokenAppContainerNumber, sizeof(DWORD), 0 },
        { TokenUserClaimAttributes, 0, 0 },
        { TokenDeviceClaimAttributes, 0, 0 },
        { TokenDeviceGroups, 0, 0 },
        { TokenSecurityAttributes, 0, 0 },
        { TokenIsRestricted, sizeof(DWORD), 0 },
        { TokenRestrictedSids, 0, 0 },
        { TokenAuditPolicy, 0, ERROR_PRIVILEGE_NOT_HELD }, /* SeSecurityPrivilege */
        { TokenRestrictedUserClaimAttributes, 0, 0 },
        { TokenRestrictedDeviceClaimAttributes, 0, 0 },
        { TokenRestrictedDeviceGroups, 0, 0 },
        { (TOKEN_INFORMATION_CLASS)41, 0, 0 },             /* TokenProcessTrustLevel */
        { (TOKEN_INFORMATION_CLASS)42, sizeof(DWORD), 0 }, /* TokenPrivateNameSpace */
        { (TOKEN_INFORMATION_CLASS)43, 0, 0 },             /* TokenSingletonAttributes */
        { (TOKEN_INFORMATION_CLASS)44, 0, 0 },             /* TokenBnoIsolation */
        { (TOKEN_INFORMATION_CLASS)45, sizeof(DWORD), 0 }, /* TokenChildProcessFlags */
        { (TOKEN_INFORMATION_CLASS)46, sizeof(DWORD), 0 }, /* TokenIsLessPrivilegedAppContainer */
        { (TOKEN_INFORMATION_CLASS)47, sizeof(DWORD), 0 }, /* TokenIsSandboxed */
        { (TOKEN_INFORMATION_CLASS)0, 0, ERROR_INVALID_PARAMETER },
        { (TOKEN_INFORMATION_CLASS)1000, 0, ERROR_INVALID_PARAMETER },
    };
    static BYTE buffer[65536] __attribute__((aligned(8)));
    HANDLE token = process_token();
    DWORD size, again;
    BOOL done;

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        SetLastError(0);
        size = 0xdead;
        done = GetTokenInformation(token, classes[i].class, buffer, sizeof(buffer), &size);
        if (classes[i].error) {
            ok(!done && GetLastError() == classes[i].error, "class %d: %d, error %lu", classes[i].class, done,
               GetLastError());
            continue;
        }
        if (!ok(done, "class %d: error %lu", classes[i].class, GetLastError()))
            continue;
        ok(!classes[i].size || size == classes[i].size, "class %d: %lu bytes", classes[i].class, size);
        /* Too little room is said, with what is needed. */
        ok(!GetTokenInformation(token, classes[i].class, buffer, size - 1, &again), "class %d", classes[i].class);
        ok(GetLastError() == ERROR_INSUFFICIENT_BUFFER || GetLastError() == ERROR_BAD_LENGTH, "class %d: error %lu",
           classes[i].class, GetLastError());
        ok_int(again, size);
    }
    /* A token that was not split in two has no other half. */
    TOKEN_ELEVATION_TYPE elevation = 0;
    TOKEN_LINKED_TOKEN linked;
    GetTokenInformation(token, TokenElevationType, &elevation, sizeof(elevation), &size);
    done = GetTokenInformation(token, TokenLinkedToken, &linked, sizeof(linked), &size);
    if (elevation == TokenElevationTypeDefault)
        ok(!done && GetLastError() == ERROR_NO_SUCH_LOGON_SESSION, "%d, error %lu", done, GetLastError());
    else if (ok(done, "error %lu", GetLastError()))
        CloseHandle(linked.LinkedToken);
    /* Without TOKEN_QUERY nothing is told, and the source takes a right of its own. */
    HANDLE weak;
    ok(DuplicateHandle(GetCurrentProcess(), token, GetCurrentProcess(), &weak, TOKEN_QUERY, FALSE, 0), "error %lu",
       GetLastError());
    ok_err(GetTokenInformation(weak, TokenSource, buffer, sizeof(buffer), &size), ERROR_ACCESS_DENIED);
    ok(GetTokenInformation(weak, TokenUser, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    CloseHandle(weak);
    ok(DuplicateHandle(GetCurrentProcess(), token, GetCurrentProcess(), &weak, TOKEN_QUERY_SOURCE, FALSE, 0),
       "error %lu", GetLastError());
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (!classes[i].error && classes[i].class != TokenSource)
            ok(!GetTokenInformation(weak, classes[i].class, buffer, sizeof(buffer), &size) &&
                   GetLastError() == ERROR_ACCESS_DENIED,
               "class %d without access: error %lu", classes[i].class, GetLastError());
    CloseHandle(weak);
    CloseHandle(token);
}

static void test_contents(void)
{
    BYTE buffer[8192] __attribute__((aligned(8)));
    TOKEN_GROUPS *groups = (TOKEN_GROUPS *)buffer;
    TOKEN_STATISTICS statistics;
    HANDLE token = process_token(), copy;
    DWORD size, labels = 0, i;
    TOKEN_MANDATORY_LABEL *label = (TOKEN_MANDATORY_LABEL *)buffer;
    SECURITY_IMPERSONATION_LEVEL level;
    BYTE everyone[SECURITY_MAX_SID_SIZE];
    BOOL found = FALSE;

    size = sizeof(everyone);
    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    ok(GetTokenInformation(token, TokenGroups, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    for (i = 0; i < groups->GroupCount; i++) {
        ok(IsValidSid(groups->Groups[i].Sid), "group %lu", i);
        found |= EqualSid(groups->Groups[i].Sid, everyone);
        labels += (groups->Groups[i].Attributes & SE_GROUP_INTEGRITY) != 0;
    }
    ok(found, "everyone");
    ok_int(labels, 1);
    ok(GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &size), "error %lu",
       GetLastError());
    ok_int(statistics.GroupCount, groups->GroupCount);
    ok_int(statistics.TokenType, TokenPrimary);
    ok(GetTokenInformation(token, TokenIntegrityLevel, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    ok(*GetSidSubAuthority(label->Label.Sid, 0) >= SECURITY_MANDATORY_MEDIUM_RID, "level");
    ok(label->Label.Attributes & SE_GROUP_INTEGRITY, "attributes");

    ok(DuplicateTokenEx(token, 0, NULL, SecurityDelegation, TokenImpersonation, &copy), "error %lu", GetLastError());
    ok(GetTokenInformation(copy, TokenImpersonationLevel, &level, sizeof(level), &size), "error %lu", GetLastError());
    ok_int(level, SecurityDelegation);
    CloseHandle(copy);
    /* From a level one comes down only. */
    ok(DuplicateTokenEx(token, 0, NULL, SecurityIdentification, TokenImpersonation, &copy), "error %lu",
       GetLastError());
    HANDLE higher;
    ok_err(DuplicateTokenEx(copy, 0, NULL, SecurityImpersonation, TokenImpersonation, &higher),
           ERROR_BAD_IMPERSONATION_LEVEL);
    ok_err(DuplicateTokenEx(copy, 0, NULL, SecurityImpersonation, TokenPrimary, &higher),
           ERROR_BAD_IMPERSONATION_LEVEL);
    CloseHandle(copy);
    CloseHandle(token);
}

static void test_access(void)
{
    BYTE buffer[2000];
    HANDLE token, copy;
    DWORD size;

    /* Each function needs its right. */
    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token), "error %lu", GetLastError());
    ok_err(GetTokenInformation(token, TokenSource, buffer, sizeof(buffer), &size), ERROR_ACCESS_DENIED);
    ok_err(DuplicateToken(token, SecurityImpersonation, &copy), ERROR_ACCESS_DENIED);
    ok_err(AdjustTokenPrivileges(token, TRUE, NULL, 0, NULL, NULL), ERROR_ACCESS_DENIED);
    ok_err(ImpersonateLoggedOnUser(token), ERROR_ACCESS_DENIED);
    CloseHandle(token);
    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &token), "error %lu", GetLastError());
    ok_err(GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size), ERROR_ACCESS_DENIED);
    CloseHandle(token);
    ok_err(OpenProcessToken(GetCurrentProcess(), ACCESS_SYSTEM_SECURITY, &token), ERROR_PRIVILEGE_NOT_HELD);
    ok_err(GetTokenInformation(GetCurrentProcess(), TokenUser, buffer, sizeof(buffer), &size), ERROR_INVALID_HANDLE);
    /* The pseudo-handles of Windows 8. */
    ok(GetTokenInformation(GetCurrentProcessToken(), TokenUser, buffer, sizeof(buffer), &size), "error %lu",
       GetLastError());
}

static void test_groups(void)
{
    BYTE buffer[4096] __attribute__((aligned(8))), everyone[SECURITY_MAX_SID_SIZE];
    TOKEN_GROUPS wanted = { 1, { { everyone, 0 } } };
    HANDLE token = process_token();
    DWORD size = sizeof(everyone);

    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    ok_err(AdjustTokenGroups(token, FALSE, &wanted, 0, NULL, NULL), ERROR_CANT_DISABLE_MANDATORY);
    wanted.Groups[0].Attributes = SE_GROUP_ENABLED;
    ok(AdjustTokenGroups(token, FALSE, &wanted, sizeof(buffer), (TOKEN_GROUPS *)buffer, &size), "error %lu",
       GetLastError());
    ok_int(((TOKEN_GROUPS *)buffer)->GroupCount, 0);
    ok(AdjustTokenGroups(token, TRUE, NULL, 0, NULL, NULL), "error %lu", GetLastError());
    size = sizeof(everyone);
    CreateWellKnownSid(WinBuiltinReplicatorSid, NULL, everyone, &size);
    ok(AdjustTokenGroups(token, FALSE, &wanted, 0, NULL, NULL), "error %lu", GetLastError());
    ok_int(GetLastError(), ERROR_NOT_ALL_ASSIGNED);
    CloseHandle(token);
}

static void test_filter(void)
{
    HANDLE token = process_token(), filtered;
    BYTE buffer[4096] __attribute__((aligned(8)));
    TOKEN_PRIVILEGES *privileges = (TOKEN_PRIVILEGES *)buffer;
    LUID change_notify;
    DWORD size, value;

    LookupPrivilegeValueA(NULL, "SeChangeNotifyPrivilege", &change_notify);
    ok(CreateRestrictedToken(token, DISABLE_MAX_PRIVILEGE | SANDBOX_INERT, 0, NULL, 0, NULL, 0, NULL, &filtered),
       "error %lu", GetLastError());
    ok(GetTokenInformation(filtered, TokenPrivileges, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    ok_int(privileges->PrivilegeCount, 1);
    ok(!memcmp(&privileges->Privileges[0].Luid, &change_notify, sizeof(LUID)), "SeChangeNotifyPrivilege stays");
    ok(GetTokenInformation(filtered, TokenSandBoxInert, &value, sizeof(value), &size) && value, "inert");
    ok(GetTokenInformation(filtered, TokenHasRestrictions, &value, sizeof(value), &size) && value, "filtered");
    CloseHandle(filtered);
    /* As User Account Control makes them. */
    ok(CreateRestrictedToken(token, LUA_TOKEN, 0, NULL, 0, NULL, 0, NULL, &filtered), "error %lu", GetLastError());
    ok(GetTokenInformation(filtered, TokenElevation, &value, sizeof(value), &size) && !value, "not elevated");
    ok(GetTokenInformation(filtered, TokenIntegrityLevel, buffer, sizeof(buffer), &size), "error %lu", GetLastError());
    ok_int(*GetSidSubAuthority(((TOKEN_MANDATORY_LABEL *)buffer)->Label.Sid, 0), SECURITY_MANDATORY_MEDIUM_RID);
    CloseHandle(filtered);
    ok_err(CreateRestrictedToken(token, 0x100, 0, NULL, 0, NULL, 0, NULL, &filtered), ERROR_INVALID_PARAMETER);
    CloseHandle(token);
}

static void test_privileges(void)
{
    HANDLE token = process_token(), copy;
    BYTE buffer[2048];
    TOKEN_PRIVILEGES wanted = { 1, { { { 0, 0 }, SE_PRIVILEGE_REMOVED } } };
    PRIVILEGE_SET set = { 1, PRIVILEGE_SET_ALL_NECESSARY, { { { 0, 0 }, 0 } } };
    DWORD size;
    BOOL held;

    LookupPrivilegeValueA(NULL, "SeChangeNotifyPrivilege", &wanted.Privileges[0].Luid);
    set.Privilege[0].Luid = wanted.Privileges[0].Luid;
    DuplicateTokenEx(token, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenImpersonation, &copy);
    ok(PrivilegeCheck(copy, &set, &held) && held, "error %lu", GetLastError());
    ok(set.Privilege[0].Attributes & SE_PRIVILEGE_USED_FOR_ACCESS, "used");
    /* The previous state must fit, else nothing changes. */
    ok_err(AdjustTokenPrivileges(copy, FALSE, &wanted, 4, (TOKEN_PRIVILEGES *)buffer, &size),
           ERROR_INSUFFICIENT_BUFFER);
    ok(PrivilegeCheck(copy, &set, &held) && held, "still there");
    ok(AdjustTokenPrivileges(copy, FALSE, &wanted, sizeof(buffer), (TOKEN_PRIVILEGES *)buffer, &size), "error %lu",
       GetLastError());
    ok(PrivilegeCheck(copy, &set, &held) && !held, "removed for good");
    CloseHandle(copy);
    CloseHandle(token);
}

/* What new objects get follows from the token. */
static void test_default_dacl(void)
{
    HANDLE token = process_token(), before = CreateEventA(NULL, 0, 0, NULL), after;
    BYTE buffer[1000], old[1000];
    PSECURITY_DESCRIPTOR sd;
    TOKEN_DEFAULT_DACL dacl;
    BOOL present, defaulted;
    ACL *acl;
    DWORD size;

    ok(GetTokenInformation(token, TokenDefaultDacl, old, sizeof(old), &size), "error %lu", GetLastError());
    ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;GA;;;WD)", SDDL_REVISION_1, &sd, NULL);
    GetSecurityDescriptorDacl(sd, &present, &dacl.DefaultDacl, &defaulted);
    ok(SetTokenInformation(token, TokenDefaultDacl, &dacl, sizeof(dacl)), "error %lu", GetLastError());
    after = CreateEventA(NULL, 0, 0, NULL);
    ok(GetKernelObjectSecurity(after, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size), "error %lu",
       GetLastError());
    GetSecurityDescriptorDacl(buffer, &present, &acl, &defaulted);
    ok(present && acl && acl->AceCount == 1, "the new list");
    ok(GetKernelObjectSecurity(before, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size), "error %lu",
       GetLastError());
    GetSecurityDescriptorDacl(buffer, &present, &acl, &defaulted);
    ok(present && acl && acl->AceCount > 1, "the old list");
    ok(SetTokenInformation(token, TokenDefaultDacl, old, sizeof(dacl)), "error %lu", GetLastError());
    LocalFree(sd);
    CloseHandle(before);
    CloseHandle(after);
    CloseHandle(token);
}

static void test_setting(void)
{
    HANDLE token = process_token();
    BYTE sid[SECURITY_MAX_SID_SIZE];
    TOKEN_OWNER owner = { sid };
    DWORD size = sizeof(sid), value = 1;

    CreateWellKnownSid(WinLocalSystemSid, NULL, sid, &size);
    ok_err(SetTokenInformation(token, TokenOwner, &owner, sizeof(owner)), ERROR_INVALID_OWNER);
    ok_err(SetTokenInformation(token, TokenPrimaryGroup, &owner, sizeof(owner)), ERROR_INVALID_PRIMARY_GROUP);
    ok_err(SetTokenInformation(token, TokenOwner, &owner, 1), ERROR_BAD_LENGTH);
    ok_err(SetTokenInformation(token, TokenUIAccess, &value, sizeof(value)), ERROR_PRIVILEGE_NOT_HELD);
    ok_err(SetTokenInformation(token, TokenUser, &owner, sizeof(owner)), ERROR_INVALID_PARAMETER);
    CloseHandle(token);
}

TESTS
{
    test_classes();
    test_contents();
    test_access();
    test_groups();
    test_filter();
    test_privileges();
    test_default_dacl();
    test_setting();
}
