/* SPDX-License-Identifier: MIT */
/*
 * account.c: which accounts there are: the well-known ones ("Well-known SIDs"), the machine's users (those of Unix, whose
 * numbers are their last sub-authority less 1000), and Unix groups (S-1-22-2-gid).
 */
#include "account_private.h"
#include "unix_account.h"
#include "unix_call.h"

static const struct known {
    const WCHAR *sid, *domain, *name;
    SID_NAME_USE use;
} known_accounts[] = {
    { L"S-1-0-0", L"", L"NULL SID", SidTypeWellKnownGroup },
    { L"S-1-1-0", L"", L"Everyone", SidTypeWellKnownGroup },
    { L"S-1-2-0", L"", L"LOCAL", SidTypeWellKnownGroup },
    { L"S-1-2-1", L"", L"CONSOLE LOGON", SidTypeWellKnownGroup },
    { L"S-1-3-0", L"", L"CREATOR OWNER", SidTypeWellKnownGroup },
    { L"S-1-3-1", L"", L"CREATOR GROUP", SidTypeWellKnownGroup },
    { L"S-1-3-2", L"", L"CREATOR OWNER SERVER", SidTypeWellKnownGroup },
    { L"S-1-3-3", L"", L"CREATOR GROUP SERVER", SidTypeWellKnownGroup },
    { L"S-1-3-4", L"", L"OWNER RIGHTS", SidTypeWellKnownGroup },
    { L"S-1-5", L"NT AUTHORITY", L"NT AUTHORITY", SidTypeDomain },
    { L"S-1-5-1", L"NT AUTHORITY", L"DIALUP", SidTypeWellKnownGroup },
    { L"S-1-5-2", L"NT AUTHORITY", L"NETWORK", SidTypeWellKnownGroup },
    { L"S-1-5-3", L"NT AUTHORITY", L"BATCH", SidTypeWellKnownGroup },
    { L"S-1-5-4", L"NT AUTHORITY", L"INTERACTIVE", SidTypeWellKnownGroup },
    { L"S-1-5-6", L"NT AUTHORITY", L"SERVICE", SidTypeWellKnownGroup },
    { L"S-1-5-7", L"NT AUTHORITY", L"ANONYMOUS LOGON", SidTypeWellKnownGroup },
    { L"S-1-5-8", L"NT AUTHORITY", L"PROXY", SidTypeWellKnownGroup },
    { L"S-1-5-9", L"NT AUTHORITY", L"ENTERPRISE DOMAIN CONTROLLERS", SidTypeWellKnownGroup },
    { L"S-1-5-10", L"NT AUTHORITY", L"SELF", SidTypeWellKnownGroup },
    { L"S-1-5-11", L"NT AUTHORITY", L"Authenticated Users", SidTypeWellKnownGroup },
    { L"S-1-5-12", L"NT AUTHORITY", L"RESTRICTED", SidTypeWellKnownGroup },
    { L"S-1-5-13", L"NT AUTHORITY", L"TERMINAL SERVER USER", SidTypeWellKnownGroup },
    { L"S-1-5-14", L"NT AUTHORITY", L"REMOTE INTERACTIVE LOGON", SidTypeWellKnownGroup },
    { L"S-1-5-15", L"NT AUTHORITY", L"This Organization", SidTypeWellKnownGroup },
    { L"S-1-5-17", L"NT AUTHORITY", L"IUSR", SidTypeWellKnownGroup },
    { L"S-1-5-18", L"NT AUTHORITY", L"SYSTEM", SidTypeWellKnownGroup },
    { L"S-1-5-19", L"NT AUTHORITY", L"LOCAL SERVICE", SidTypeWellKnownGroup },
    { L"S-1-5-20", L"NT AUTHORITY", L"NETWORK SERVICE", SidTypeWellKnownGroup },
    { L"S-1-5-22", L"NT AUTHORITY", L"ENTERPRISE READ-ONLY DOMAIN CONTROLLERS BETA", SidTypeWellKnownGroup },
    { L"S-1-5-33", L"NT AUTHORITY", L"WRITE RESTRICTED", SidTypeWellKnownGroup },
    { L"S-1-5-64-10", L"NT AUTHORITY", L"NTLM Authentication", SidTypeWellKnownGroup },
    { L"S-1-5-64-14", L"NT AUTHORITY", L"SChannel Authentication", SidTypeWellKnownGroup },
    { L"S-1-5-64-21", L"NT AUTHORITY", L"Digest Authentication", SidTypeWellKnownGroup },
    { L"S-1-5-65-1", L"NT AUTHORITY", L"This Organization Certificate", SidTypeWellKnownGroup },
    { L"S-1-5-80-0", L"NT SERVICE", L"ALL SERVICES", SidTypeWellKnownGroup },
    { L"S-1-5-83-0", L"NT VIRTUAL MACHINE", L"Virtual Machines", SidTypeWellKnownGroup },
    { L"S-1-5-84-0-0-0-0-0", L"NT AUTHORITY", L"USER MODE DRIVERS", SidTypeWellKnownGroup },
    { L"S-1-5-113", L"NT AUTHORITY", L"Local account", SidTypeWellKnownGroup },
    { L"S-1-5-114", L"NT AUTHORITY", L"Local account and member of Administrators group", SidTypeWellKnownGroup },
    { L"S-1-5-1000", L"NT AUTHORITY", L"Other Organization", SidTypeWellKnownGroup },
    { L"S-1-5-32", L"BUILTIN", L"BUILTIN", SidTypeDomain },
    { L"S-1-5-32-544", L"BUILTIN", L"Administrators", SidTypeAlias },
    { L"S-1-5-32-545", L"BUILTIN", L"Users", SidTypeAlias },
    { L"S-1-5-32-546", L"BUILTIN", L"Guests", SidTypeAlias },
    { L"S-1-5-32-547", L"BUILTIN", L"Power Users", SidTypeAlias },
    { L"S-1-5-32-551", L"BUILTIN", L"Backup Operators", SidTypeAlias },
    { L"S-1-5-32-552", L"BUILTIN", L"Replicator", SidTypeAlias },
    { L"S-1-5-32-555", L"BUILTIN", L"Remote Desktop Users", SidTypeAlias },
    { L"S-1-5-32-556", L"BUILTIN", L"Network Configuration Operators", SidTypeAlias },
    { L"S-1-5-32-558", L"BUILTIN", L"Performance Monitor Users", SidTypeAlias },
    { L"S-1-5-32-559", L"BUILTIN", L"Performance Log Users", SidTypeAlias },
    { L"S-1-5-32-562", L"BUILTIN", L"Distributed COM Users", SidTypeAlias },
    { L"S-1-5-32-568", L"BUILTIN", L"IIS_IUSRS", SidTypeAlias },
    { L"S-1-5-32-569", L"BUILTIN", L"Cryptographic Operators", SidTypeAlias },
    { L"S-1-5-32-573", L"BUILTIN", L"Event Log Readers", SidTypeAlias },
    { L"S-1-5-32-578", L"BUILTIN", L"Hyper-V Administrators", SidTypeAlias },
    { L"S-1-5-32-579", L"BUILTIN", L"Access Control Assistance Operators", SidTypeAlias },
    { L"S-1-5-32-580", L"BUILTIN", L"Remote Management Users", SidTypeAlias },
    { L"S-1-5-32-581", L"BUILTIN", L"System Managed Accounts Group", SidTypeAlias },
    { L"S-1-15-2-1", L"APPLICATION PACKAGE AUTHORITY", L"ALL APPLICATION PACKAGES", SidTypeWellKnownGroup },
    { L"S-1-15-2-2", L"APPLICATION PACKAGE AUTHORITY", L"ALL RESTRICTED APPLICATION PACKAGES", SidTypeWellKnownGroup },
    { L"S-1-15-3-1", L"APPLICATION PACKAGE AUTHORITY", L"Your Internet connection", SidTypeWellKnownGroup },
    { L"S-1-15-3-2", L"APPLICATION PACKAGE AUTHORITY",
      L"Your Internet connection, including incoming connections from the Internet", SidTypeWellKnownGroup },
    { L"S-1-15-3-3", L"APPLICATION PACKAGE AUTHORITY", L"Your home or work networks", SidTypeWellKnownGroup },
    { L"S-1-16-0", L"Mandatory Label", L"Untrusted Mandatory Level", SidTypeLabel },
    { L"S-1-16-4096", L"Mandatory Label", L"Low Mandatory Level", SidTypeLabel },
    { L"S-1-16-8192", L"Mandatory Label", L"Medium Mandatory Level", SidTypeLabel },
    { L"S-1-16-8448", L"Mandatory Label", L"Medium Plus Mandatory Level", SidTypeLabel },
    { L"S-1-16-12288", L"Mandatory Label", L"High Mandatory Level", SidTypeLabel },
    { L"S-1-16-16384", L"Mandatory Label", L"System Mandatory Level", SidTypeLabel },
    { L"S-1-16-20480", L"Mandatory Label", L"Protected Process Mandatory Level", SidTypeLabel },
    { L"S-1-18-1", L"", L"Authentication authority asserted identity", SidTypeWellKnownGroup },
    { L"S-1-18-2", L"", L"Service asserted identity", SidTypeWellKnownGroup },
};

/* Accounts that every machine has in its own domain. */
static const struct {
    DWORD rid;
    const WCHAR *name;
    SID_NAME_USE use;
} machine_accounts[] = {
    { DOMAIN_USER_RID_ADMIN, L"Administrator", SidTypeUser },
    { DOMAIN_USER_RID_GUEST, L"Guest", SidTypeUser },
    { 503, L"DefaultAccount", SidTypeUser },
    { DOMAIN_GROUP_RID_USERS, L"None", SidTypeGroup },
};

static const WCHAR unix_users[] = L"Unix User", unix_groups[] = L"Unix Group"; /* their domains, as Samba calls them */

static BOOL equal(const WCHAR *a, int a_length, const WCHAR *b)
{
    return CompareStringOrdinal(a, a_length, b, -1, TRUE) == CSTR_EQUAL;
}

/* --- the machine's domain --- */

static void computer_name(WCHAR buffer[MAX_COMPUTERNAME_LENGTH + 1])
{
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;

    if (!GetComputerNameW(buffer, &size))
        buffer[0] = 0;
}

/* The process's user's SID is the domain's and one number. */
static BOOL machine_domain(BYTE sid[SID_SIZE])
{
    PSID user = user_sid();

    if (!user)
        return FALSE;
    CopySid(SID_SIZE, sid, user);
    heap_free(user);
    --*GetSidSubAuthorityCount(sid);
    return TRUE;
}

static void append_rid(const BYTE domain[SID_SIZE], DWORD rid, BYTE sid[SID_SIZE])
{
    CopySid(SID_SIZE, sid, (PSID)domain);
    ++*GetSidSubAuthorityCount(sid);
    *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1) = rid;
}

/* --- Unix --- */

static BOOL unix_get(struct unix_account *account)
{
    return !NtTransomUnixCall(UNIX_MODULE_ACCOUNTS, UNIX_ACCOUNT_GET, account) && account->found;
}

static BOOL unix_by_id(struct unix_account *account, DWORD kind, DWORD id)
{
    memset(account, 0, sizeof(*account));
    account->kind = kind;
    account->id = id;
    return unix_get(account);
}

static BOOL unix_by_name(struct unix_account *account, DWORD kind, const WCHAR *name)
{
    memset(account, 0, sizeof(*account));
    account->kind = kind;
    account->by_name = 1;
    if (!WideCharToMultiByte(CP_UTF8, 0, name, -1, account->name, sizeof(account->name), NULL, NULL))
        return FALSE;
    if (unix_get(account))
        return TRUE;
    /* Names are the same in any case on Windows, and mostly in lower case here. */
    memset(account->name, 0, sizeof(account->name));
    WideCharToMultiByte(CP_UTF8, 0, name, -1, account->name, sizeof(account->name), NULL, NULL);
    for (char *c = account->name; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c |= 0x20;
    return unix_get(account);
}

static void unix_sid(DWORD kind, DWORD id, BYTE sid[SID_SIZE])
{
    SID_IDENTIFIER_AUTHORITY authority = { { 0, 0, 0, 0, 0, UNIX_GROUP_AUTHORITY } };

    InitializeSid(sid, &authority, 2);
    *GetSidSubAuthority(sid, 0) = kind == UNIX_ACCOUNT_USER ? 1 : UNIX_GROUP_GROUPS;
    *GetSidSubAuthority(sid, 1) = id;
}

static DWORD fill_unix(struct account *account, const struct unix_account *found, const BYTE domain[SID_SIZE])
{
    MultiByteToWideChar(CP_UTF8, 0, found->name, -1, account->name, ARRAY_SIZE(account->name));
    if (found->kind == UNIX_ACCOUNT_USER) {
        append_rid(domain, found->id + UNIX_ACCOUNT_USER_RID, account->sid);
        CopySid(SID_SIZE, account->domain_sid, (PSID)domain);
        computer_name(account->domain);
        account->use = SidTypeUser;
    } else {
        unix_sid(UNIX_ACCOUNT_GROUP, found->id, account->sid);
        CopySid(SID_SIZE, account->domain_sid, account->sid);
        --*GetSidSubAuthorityCount(account->domain_sid);
        wcscpy(account->domain, unix_groups);
        account->use = SidTypeAlias;
    }
    return ERROR_SUCCESS;
}

/* --- by SID --- */

static DWORD fill_known(struct account *account, const struct known *known)
{
    const WCHAR *end;

    parse_sid(known->sid, &end, account->sid);
    CopySid(SID_SIZE, account->domain_sid, account->sid);
    if (known->use != SidTypeDomain && *GetSidSubAuthorityCount(account->domain_sid) > 1)
        --*GetSidSubAuthorityCount(account->domain_sid);
    wcscpy(account->name, known->name);
    wcscpy(account->domain, known->domain);
    account->use = known->use;
    return ERROR_SUCCESS;
}

static DWORD fill_machine(struct account *account, const BYTE domain[SID_SIZE], UINT i)
{
    append_rid(domain, machine_accounts[i].rid, account->sid);
    CopySid(SID_SIZE, account->domain_sid, (PSID)domain);
    wcscpy(account->name, machine_accounts[i].name);
    computer_name(account->domain);
    account->use = machine_accounts[i].use;
    return ERROR_SUCCESS;
}

static DWORD fill_domain(struct account *account, const BYTE domain[SID_SIZE])
{
    CopySid(SID_SIZE, account->sid, (PSID)domain);
    CopySid(SID_SIZE, account->domain_sid, (PSID)domain);
    computer_name(account->domain);
    wcscpy(account->name, account->domain);
    account->use = SidTypeDomain;
    return ERROR_SUCCESS;
}

static DWORD logon_session(PSID sid, struct account *account)
{
    CopySid(SID_SIZE, account->sid, sid);
    CopySid(SID_SIZE, account->domain_sid, sid);
    *GetSidSubAuthorityCount(account->domain_sid) = 1;
    _snwprintf(account->name, ARRAY_SIZE(account->name), L"LogonSessionId_%u_%u", (UINT)*GetSidSubAuthority(sid, 1),
               (UINT)*GetSidSubAuthority(sid, 2));
    wcscpy(account->domain, L"NT AUTHORITY");
    account->use = SidTypeLogonSession;
    return ERROR_SUCCESS;
}

DWORD account_by_sid(PSID sid, struct account *account)
{
    BYTE domain[SID_SIZE], prefix[SID_SIZE], known[SID_SIZE];
    UCHAR count = *GetSidSubAuthorityCount(sid);
    BYTE authority = GetSidIdentifierAuthority(sid)->Value[5];
    struct unix_account found;
    const WCHAR *end;
    DWORD rid;

    for (UINT i = 0; i < ARRAY_SIZE(known_accounts); i++)
        if (parse_sid(known_accounts[i].sid, &end, known) && EqualSid(sid, known))
            return fill_known(account, &known_accounts[i]);
    if (authority == 5 && count == SECURITY_LOGON_IDS_RID_COUNT &&
        *GetSidSubAuthority(sid, 0) == SECURITY_LOGON_IDS_RID)
        return logon_session(sid, account);
    if (!machine_domain(domain))
        return GetLastError();
    if (EqualSid(sid, domain))
        return fill_domain(account, domain);
    rid = count ? *GetSidSubAuthority(sid, count - 1) : 0;
    if (authority == UNIX_GROUP_AUTHORITY && count == 2) {
        BOOL group = *GetSidSubAuthority(sid, 0) == UNIX_GROUP_GROUPS;
        if (!group && *GetSidSubAuthority(sid, 0) != 1)
            return ERROR_NONE_MAPPED;
        if (!unix_by_id(&found, group ? UNIX_ACCOUNT_GROUP : UNIX_ACCOUNT_USER, rid))
            return ERROR_NONE_MAPPED;
        fill_unix(account, &found, domain);
        if (!group) {
            CopySid(SID_SIZE, account->sid, sid);
            wcscpy(account->domain, unix_users);
        }
        return ERROR_SUCCESS;
    }
    CopySid(SID_SIZE, prefix, sid);
    if (!count || (--*GetSidSubAuthorityCount(prefix), !EqualSid(prefix, domain)))
        return ERROR_NONE_MAPPED;
    for (UINT i = 0; i < ARRAY_SIZE(machine_accounts); i++)
        if (rid == machine_accounts[i].rid)
            return fill_machine(account, domain, i);
    if (rid >= UNIX_ACCOUNT_USER_RID && unix_by_id(&found, UNIX_ACCOUNT_USER, rid - UNIX_ACCOUNT_USER_RID))
        return fill_unix(account, &found, domain);
    /* A user without an entry (in a container, say) still has the name that the environment gives. */
    PSID own = user_sid();
    BOOL is_own = own && EqualSid(own, sid);
    heap_free(own);
    if (!is_own)
        return ERROR_NONE_MAPPED;
    CopySid(SID_SIZE, account->sid, sid);
    CopySid(SID_SIZE, account->domain_sid, domain);
    if (!GetEnvironmentVariableW(L"USERNAME", account->name, ARRAY_SIZE(account->name)))
        wcscpy(account->name, L"user");
    computer_name(account->domain);
    account->use = SidTypeUser;
    return ERROR_SUCCESS;
}

/* --- by name --- */

static DWORD by_qualified_name(const WCHAR *qualifier, int qualifier_length, const WCHAR *name, struct account *account)
{
    WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1];
    BOOL local, any = !qualifier;
    BYTE domain[SID_SIZE];
    struct unix_account found;

    for (UINT i = 0; i < ARRAY_SIZE(known_accounts); i++)
        if (equal(name, -1, known_accounts[i].name) &&
            (any || equal(qualifier, qualifier_length, known_accounts[i].domain)))
            return fill_known(account, &known_accounts[i]);
    if (!machine_domain(domain))
        return GetLastError();
    computer_name(computer);
    local = any || (qualifier_length == 1 && *qualifier == '.') || equal(qualifier, qualifier_length, computer);
    if (any && equal(name, -1, computer))
        return fill_domain(account, domain);
    for (UINT i = 0; local && i < ARRAY_SIZE(machine_accounts); i++)
        if (equal(name, -1, machine_accounts[i].name))
            return fill_machine(account, domain, i);
    if ((local || equal(qualifier, qualifier_length, unix_users)) && unix_by_name(&found, UNIX_ACCOUNT_USER, name))
        return fill_unix(account, &found, domain);
    if ((local || equal(qualifier, qualifier_length, unix_groups)) && unix_by_name(&found, UNIX_ACCOUNT_GROUP, name))
        return fill_unix(account, &found, domain);
    if (local) { /* the user without an entry */
        PSID own = user_sid();
        DWORD error = own ? account_by_sid(own, account) : GetLastError();
        heap_free(own);
        if (error || equal(name, -1, account->name))
            return error;
    }
    return ERROR_NONE_MAPPED;
}

DWORD account_by_name(const WCHAR *name, struct account *account)
{
    const WCHAR *split = wcschr(name, '\\');
    WCHAR plain[257];

    if (split && split[1])
        return by_qualified_name(name, (int)(split - name), split + 1, account);
    if (split)
        return ERROR_NONE_MAPPED;
    split = wcschr(name, '@');
    if (split && split - name < 257) {
        memcpy(plain, name, (SIZE_T)(split - name) * sizeof(WCHAR));
        plain[split - name] = 0;
        return by_qualified_name(split + 1, (int)wcslen(split + 1), plain, account);
    }
    return *name ? by_qualified_name(NULL, 0, name, account) : ERROR_NONE_MAPPED;
}
