/* SPDX-License-Identifier: MIT */
/*
 * whoami: who the process's token says the user is (domain\name in lower case), with /user its SID, /groups and /priv the groups
 * and privileges, /all all of them, /logonid the logon session; as a table, list or comma-separated values (/fo).
 */
#include "../common/table.h"
#define SECURITY_WIN32
#include <sddl.h>
#include <security.h>
#include <stdlib.h>
#include <wchar.h>

static struct {
    bool user, groups, privileges, logon_id, upn, fqdn, bare;
    enum table_format format;
} options;

static HANDLE token;

static void fail(void)
{
    err_system(GetLastError());
    ExitProcess(1);
}

static void *token_information(TOKEN_INFORMATION_CLASS class)
{
    DWORD size = 0;
    GetTokenInformation(token, class, NULL, 0, &size);
    void *information = xrealloc(NULL, size);
    if (!GetTokenInformation(token, class, information, size, &size))
        fail();
    return information;
}

static WCHAR *sid_text(PSID sid)
{
    WCHAR *text, *copy;
    if (!ConvertSidToStringSidW(sid, &text))
        fail();
    copy = xdup(text);
    LocalFree(text);
    return copy;
}

/* The account's name, "" if it has none. */
static WCHAR *account(PSID sid, SID_NAME_USE *use)
{
    WCHAR name[257], domain[257];
    DWORD name_size = 257, domain_size = 257;
    *use = SidTypeUnknown;
    if (!LookupAccountSidW(NULL, sid, name, &name_size, domain, &domain_size, use))
        return xdup(L"");
    return *domain ? xformat(L"%s\\%s", domain, name) : xdup(name);
}

static WCHAR *user_name(PSID *sid)
{
    static TOKEN_USER *user;
    SID_NAME_USE use;
    if (!user)
        user = token_information(TokenUser);
    if (sid)
        *sid = user->User.Sid;
    WCHAR *name = account(user->User.Sid, &use);
    return *name ? _wcslwr(name) : sid_text(user->User.Sid);
}

static void title(const WCHAR *text)
{
    if (options.format == FORMAT_CSV && options.bare)
        return;
    out(L"\r\n%s\r\n", text);
    for (size_t i = 0; text[i]; i++)
        out(L"-");
    out(options.format == FORMAT_TABLE && !options.bare ? L"\r\n\r\n" : L"\r\n");
}

static void show_user(void)
{
    static const struct column columns[] = { { .title = L"User Name", .fits = true, .width = 9 },
                                             { .title = L"SID", .fits = true, .width = 3 } };
    PSID sid;
    WCHAR *texts[2] = { user_name(&sid) };
    texts[1] = sid_text(sid);
    title(L"USER INFORMATION");
    table_print(columns, 2, (const WCHAR *const *)texts, 1, options.format, options.bare);
    free(texts[0]);
    free(texts[1]);
}

static const WCHAR *type_name(SID_NAME_USE use)
{
    switch (use) {
    case SidTypeUser:
        return L"User";
    case SidTypeGroup:
        return L"Group";
    case SidTypeAlias:
        return L"Alias";
    case SidTypeWellKnownGroup:
        return L"Well-known group";
    case SidTypeLabel:
        return L"Label";
    default:
        return L"Unknown SID type";
    }
}

static WCHAR *attribute_names(DWORD attributes)
{
    static const struct {
        DWORD flag;
        const WCHAR *name;
    } names[] = {
        { SE_GROUP_MANDATORY, L"Mandatory group" },
        { SE_GROUP_ENABLED_BY_DEFAULT, L"Enabled by default" },
        { SE_GROUP_ENABLED, L"Enabled group" },
        { SE_GROUP_OWNER, L"Group owner" },
        { SE_GROUP_USE_FOR_DENY_ONLY, L"Group used for deny only" },
    };
    WCHAR *text = NULL;
    for (size_t i = 0; i < ARRAYSIZE(names); i++) {
        if (!(attributes & names[i].flag))
            continue;
        WCHAR *longer = text ? xformat(L"%s, %s", text, names[i].name) : xdup(names[i].name);
        free(text);
        text = longer;
    }
    return text ? text : xdup(L"");
}

static void show_groups(void)
{
    static const struct column columns[] = { { .title = L"Group Name", .fits = true, .width = 10 },
                                             { .title = L"Type", .fits = true, .width = 4 },
                                             { .title = L"SID", .fits = true, .width = 3 },
                                             { .title = L"Attributes", .fits = true, .width = 10 } };
    TOKEN_GROUPS *groups = token_information(TokenGroups);
    WCHAR **texts = xrealloc(NULL, groups->GroupCount * 4 * sizeof(*texts));
    size_t count = 0;
    for (DWORD i = 0; i < groups->GroupCount; i++) {
        SID_AND_ATTRIBUTES *group = &groups->Groups[i];
        SID_NAME_USE use;
        if (group->Attributes & SE_GROUP_LOGON_ID & ~SE_GROUP_ENABLED) /* /logonid shows it */
            continue;
        WCHAR **row = texts + count++ * 4;
        row[0] = account(group->Sid, &use);
        row[1] = xdup(type_name(use));
        row[2] = sid_text(group->Sid);
        row[3] = attribute_names(group->Attributes);
    }
    title(L"GROUP INFORMATION");
    table_print(columns, 4, (const WCHAR *const *)texts, count, options.format, options.bare);
}

static void show_privileges(void)
{
    static const struct column columns[] = { { .title = L"Privilege Name", .fits = true, .width = 14 },
                                             { .title = L"Description", .fits = true, .width = 11 },
                                             { .title = L"State", .fits = true, .width = 8 } };
    TOKEN_PRIVILEGES *privileges = token_information(TokenPrivileges);
    WCHAR **texts = xrealloc(NULL, privileges->PrivilegeCount * 3 * sizeof(*texts));
    size_t count = 0;
    for (DWORD i = 0; i < privileges->PrivilegeCount; i++) {
        WCHAR name[64], description[256];
        DWORD name_size = ARRAYSIZE(name), description_size = ARRAYSIZE(description), language;
        if (!LookupPrivilegeNameW(NULL, &privileges->Privileges[i].Luid, name, &name_size))
            continue;
        if (!LookupPrivilegeDisplayNameW(NULL, name, description, &description_size, &language))
            *description = 0;
        WCHAR **row = texts + count++ * 3;
        row[0] = xdup(name);
        row[1] = xdup(description);
        row[2] = xdup(privileges->Privileges[i].Attributes & SE_PRIVILEGE_ENABLED ? L"Enabled" : L"Disabled");
    }
    title(L"PRIVILEGES INFORMATION");
    table_print(columns, 3, (const WCHAR *const *)texts, count, options.format, options.bare);
}

/* The SID of the logon session, S-1-5-5-X-Y. */
static void show_logon_id(void)
{
    TOKEN_GROUPS *groups = token_information(TokenGroups);
    for (DWORD i = 0; i < groups->GroupCount; i++) {
        if ((groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) != (DWORD)SE_GROUP_LOGON_ID)
            continue;
        out(L"%s\r\n", sid_text(groups->Groups[i].Sid));
        return;
    }
    SetLastError(ERROR_NOT_FOUND);
    fail();
}

static int show_name(EXTENDED_NAME_FORMAT format)
{
    WCHAR name[512];
    ULONG size = ARRAYSIZE(name);
    if (!GetUserNameExW(format, name, &size)) {
        err(L"ERROR: Unable to get %s as the current logged-on user is not a domain user.\r\n",
            format == NameUserPrincipal ? L"User Principal Name (UPN)" : L"Fully Qualified Distinguished Name (FQDN)");
        return 1;
    }
    out(L"%s\r\n", _wcslwr(name));
    return 0;
}

static int fail_syntax(const WCHAR *message, const WCHAR *text)
{
    err(message, text);
    err(L"Type \"WHOAMI /?\" for usage.\r\n");
    return 1;
}

static int parse(int argc, WCHAR **argv)
{
    static const struct {
        const WCHAR *name;
        bool *flag;
    } flags[] = {
        { L"user", &options.user },        { L"groups", &options.groups }, { L"priv", &options.privileges },
        { L"logonid", &options.logon_id }, { L"upn", &options.upn },       { L"fqdn", &options.fqdn },
        { L"nh", &options.bare },
    };
    for (int i = 1; i < argc; i++) {
        size_t j = 0;
        while (j < ARRAYSIZE(flags) && !is_option(argv[i], flags[j].name))
            j++;
        if (j < ARRAYSIZE(flags)) {
            *flags[j].flag = true;
        } else if (is_option(argv[i], L"all")) {
            options.user = options.groups = options.privileges = true;
        } else if (is_option(argv[i], L"fo")) {
            if (++i == argc || !table_format(argv[i], &options.format))
                return fail_syntax(L"ERROR: Invalid syntax. Value expected for '%s'.\r\n", L"/fo");
        } else {
            return fail_syntax(L"ERROR: Invalid argument/option - '%s'.\r\n", argv[i]);
        }
    }
    if (options.upn + options.fqdn + options.logon_id + (options.user || options.groups || options.privileges) > 1)
        return fail_syntax(L"ERROR: Invalid syntax.%s\r\n", L"");
    if (options.bare && options.format == FORMAT_LIST)
        return fail_syntax(L"ERROR: Invalid syntax. /NH option is not allowed with LIST format.%s\r\n", L"");
    return 0;
}

static int help(void)
{
    out(L"WHOAMI [/UPN | /FQDN | /LOGONID]\r\n"
        L"WHOAMI {[/USER] [/GROUPS] [/PRIV] | /ALL} [/FO {TABLE | LIST | CSV}] [/NH]\r\n\r\n"
        L"Shows the user, its identifier, groups and privileges, as a table, a list or comma-separated values;\r\n"
        L"/NH leaves the heads of the columns out.\r\n");
    return 0;
}

int wmain(int argc, WCHAR **argv)
{
    if (argc == 2 && !wcscmp(argv[1], L"/?"))
        return help();
    int code = parse(argc, argv);
    if (code)
        return code;
    if (options.upn || options.fqdn)
        return show_name(options.upn ? NameUserPrincipal : NameFullyQualifiedDN);
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        fail();
    if (options.user)
        show_user();
    if (options.groups)
        show_groups();
    if (options.privileges)
        show_privileges();
    if (options.logon_id)
        show_logon_id();
    else if (!options.user && !options.groups && !options.privileges)
        out(L"%s\r\n", user_name(NULL));
    return 0;
}
