/* SPDX-License-Identifier: MIT */
/* account.c: names of users, groups and privileges (winbase.h), and the local security authority (ntsecapi.h). */
#include "../test.h"
#include <ntsecapi.h>
#include <ntstatus.h>
#include <sddl.h>

static void check_known(WELL_KNOWN_SID_TYPE type, const char *domain, const char *name, SID_NAME_USE use)
{
    BYTE sid[SECURITY_MAX_SID_SIZE], again[SECURITY_MAX_SID_SIZE];
    char found[100], found_domain[100], full[200];
    DWORD size = sizeof(sid), n = sizeof(found), m = sizeof(found_domain);
    SID_NAME_USE found_use;

    CreateWellKnownSid(type, NULL, sid, &size);
    if (!ok(LookupAccountSidA(NULL, sid, found, &n, found_domain, &m, &found_use), "%s: error %lu", name,
            GetLastError()))
        return;
    ok_str(found, name);
    ok_str(found_domain, domain);
    ok_int(n, strlen(name));
    ok_int(found_use, use);
    size = sizeof(again);
    m = sizeof(found_domain);
    ok(LookupAccountNameA(NULL, name, again, &size, found_domain, &m, &found_use), "%s: error %lu", name,
       GetLastError());
    ok(EqualSid(sid, again), "%s: another SID", name);
    if (*domain) {
        snprintf(full, sizeof(full), "%s\\%s", domain, name);
        size = sizeof(again);
        m = sizeof(found_domain);
        ok(LookupAccountNameA(NULL, full, again, &size, found_domain, &m, &found_use) && EqualSid(sid, again),
           "%s: error %lu", full, GetLastError());
    }
}

static void test_known(void)
{
    check_known(WinWorldSid, "", "Everyone", SidTypeWellKnownGroup);
    check_known(WinLocalSystemSid, "NT AUTHORITY", "SYSTEM", SidTypeWellKnownGroup);
    check_known(WinLocalServiceSid, "NT AUTHORITY", "LOCAL SERVICE", SidTypeWellKnownGroup);
    check_known(WinNetworkServiceSid, "NT AUTHORITY", "NETWORK SERVICE", SidTypeWellKnownGroup);
    check_known(WinAuthenticatedUserSid, "NT AUTHORITY", "Authenticated Users", SidTypeWellKnownGroup);
    check_known(WinInteractiveSid, "NT AUTHORITY", "INTERACTIVE", SidTypeWellKnownGroup);
    check_known(WinCreatorOwnerSid, "", "CREATOR OWNER", SidTypeWellKnownGroup);
    check_known(WinBuiltinAdministratorsSid, "BUILTIN", "Administrators", SidTypeAlias);
    check_known(WinBuiltinUsersSid, "BUILTIN", "Users", SidTypeAlias);
    check_known(WinBuiltinGuestsSid, "BUILTIN", "Guests", SidTypeAlias);
    check_known(WinHighLabelSid, "Mandatory Label", "High Mandatory Level", SidTypeLabel);
}

static void test_user(void)
{
    char name[257], computer[MAX_COMPUTERNAME_LENGTH + 1], found[257], domain[257], full[600];
    BYTE buffer[200], sid[SECURITY_MAX_SID_SIZE], machine[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(name), n, m;
    TOKEN_USER *user = (TOKEN_USER *)buffer;
    SID_NAME_USE use;
    HANDLE token;

    ok(GetUserNameA(name, &size), "error %lu", GetLastError());
    ok_int(size, strlen(name) + 1);
    size = 0;
    ok_err(GetUserNameA(NULL, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_int(size, strlen(name) + 1);
    size = sizeof(computer);
    GetComputerNameA(computer, &size);
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    ok(GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &n), "error %lu", GetLastError());
    CloseHandle(token);

    n = sizeof(found), m = sizeof(domain);
    ok(LookupAccountSidA(NULL, user->User.Sid, found, &n, domain, &m, &use), "error %lu", GetLastError());
    ok_str(found, name);
    ok_str(domain, computer);
    ok_int(use, SidTypeUser);
    n = m = 0;
    ok_err(LookupAccountSidA(NULL, user->User.Sid, NULL, &n, NULL, &m, &use), ERROR_INSUFFICIENT_BUFFER);
    ok_int(n, strlen(name) + 1);
    ok_int(m, strlen(computer) + 1);
    snprintf(full, sizeof(full), "%s\\%s", computer, name);
    n = sizeof(sid), m = sizeof(domain);
    ok(LookupAccountNameA(NULL, full, sid, &n, domain, &m, &use) && EqualSid(sid, user->User.Sid), "error %lu",
       GetLastError());
    n = sizeof(sid), m = sizeof(domain);
    ok(LookupAccountNameA(NULL, computer, sid, &n, domain, &m, &use), "error %lu", GetLastError());
    ok_int(use, SidTypeDomain);
    n = sizeof(machine);
    ok(GetWindowsAccountDomainSid(user->User.Sid, machine, &n) && EqualSid(sid, machine), "the machine's domain");
    ok_err(LookupAccountNameA(NULL, "no such account anywhere", sid, &n, domain, &m, &use), ERROR_NONE_MAPPED);
    ok_err(LookupAccountNameA(NULL, NULL, sid, &n, domain, &m, &use), ERROR_INVALID_PARAMETER);
}

static void test_privileges(void)
{
    char text[200];
    DWORD size, language;
    LUID luid;

    ok(LookupPrivilegeValueA(NULL, "sedebugprivilege", &luid), "error %lu", GetLastError());
    ok_int(luid.LowPart, 20);
    size = sizeof(text);
    ok(LookupPrivilegeNameA(NULL, &luid, text, &size), "error %lu", GetLastError());
    ok_str(text, "SeDebugPrivilege");
    ok_int(size, strlen(text));
    size = 3;
    ok_err(LookupPrivilegeNameA(NULL, &luid, text, &size), ERROR_INSUFFICIENT_BUFFER);
    ok_int(size, strlen("SeDebugPrivilege") + 1);
    size = sizeof(text);
    ok(LookupPrivilegeDisplayNameA(NULL, "SeDebugPrivilege", text, &size, &language), "error %lu", GetLastError());
    ok(*text, "a text");
    ok_err(LookupPrivilegeValueA(NULL, "SeNothingPrivilege", &luid), ERROR_NO_SUCH_PRIVILEGE);
    luid.LowPart = 1000;
    ok_err(LookupPrivilegeNameA(NULL, &luid, text, &size), ERROR_NO_SUCH_PRIVILEGE);
}

static void init_string(LSA_UNICODE_STRING *string, WCHAR *text)
{
    string->Buffer = text;
    string->Length = (USHORT)(wcslen(text) * sizeof(WCHAR));
    string->MaximumLength = string->Length + sizeof(WCHAR);
}

static void test_lsa(void)
{
    LSA_OBJECT_ATTRIBUTES attributes = { sizeof(attributes), NULL, NULL, 0, NULL, NULL };
    LSA_UNICODE_STRING names[2];
    LSA_REFERENCED_DOMAIN_LIST *domains;
    LSA_TRANSLATED_SID2 *sids;
    LSA_TRANSLATED_NAME *translated;
    BYTE admins[SECURITY_MAX_SID_SIZE], odd[SECURITY_MAX_SID_SIZE];
    PSID list[2] = { admins, odd };
    DWORD size = sizeof(admins);
    LSA_HANDLE policy;

    ok_hex(LsaOpenPolicy(NULL, &attributes, POLICY_LOOKUP_NAMES, &policy), STATUS_SUCCESS);
    init_string(&names[0], L"Administrators");
    init_string(&names[1], L"no such account anywhere");
    ok_hex(LsaLookupNames2(policy, 0, 2, names, &domains, &sids), STATUS_SOME_NOT_MAPPED);
    CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins, &size);
    ok_int(sids[0].Use, SidTypeAlias);
    ok(EqualSid(sids[0].Sid, admins), "administrators");
    ok_int(sids[0].DomainIndex, 0);
    ok_int(sids[1].Use, SidTypeUnknown);
    ok_int(sids[1].DomainIndex, -1);
    ok_int(domains->Entries, 1);
    ok(!wcsncmp(domains->Domains[0].Name.Buffer, L"BUILTIN", 7), "domain");
    LsaFreeMemory(domains);
    LsaFreeMemory(sids);
    ok_hex(LsaLookupNames2(policy, 0, 1, &names[1], &domains, &sids), STATUS_NONE_MAPPED);

    ok(ConvertStringSidToSidA("S-1-5-99-1-2-3", (PSID *)&list[1]), "error %lu", GetLastError());
    ok_hex(LsaLookupSids(policy, 2, list, &domains, &translated), STATUS_SOME_NOT_MAPPED);
    ok_int(translated[0].Use, SidTypeAlias);
    ok_int(translated[0].Name.Length, 14 * sizeof(WCHAR));
    ok(!wcsncmp(translated[0].Name.Buffer, L"Administrators", 14), "name");
    ok_int(translated[1].Use, SidTypeUnknown);
    LsaFreeMemory(domains);
    LsaFreeMemory(translated);
    LocalFree(list[1]);
    ok_hex(LsaClose(policy), STATUS_SUCCESS);
}

TESTS
{
    test_known();
    test_user();
    test_privileges();
    test_lsa();
}
