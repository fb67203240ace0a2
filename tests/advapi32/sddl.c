/* SPDX-License-Identifier: MIT */
/* sddl.c: SIDs and security descriptors as text (sddl.h). */
#include "../test.h"
#include <sddl.h>

#define ALL                                                                                                            \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION)

static void test_sids(void)
{
    static const struct {
        const char *text, *full;
    } names[] = {
        { "WD", "S-1-1-0" },        { "CO", "S-1-3-0" },          { "CG", "S-1-3-1" },
        { "OW", "S-1-3-4" },        { "NU", "S-1-5-2" },          { "IU", "S-1-5-4" },
        { "SU", "S-1-5-6" },        { "AN", "S-1-5-7" },          { "ED", "S-1-5-9" },
        { "PS", "S-1-5-10" },       { "AU", "S-1-5-11" },         { "RC", "S-1-5-12" },
        { "SY", "S-1-5-18" },       { "LS", "S-1-5-19" },         { "NS", "S-1-5-20" },
        { "BA", "S-1-5-32-544" },   { "BU", "S-1-5-32-545" },     { "BG", "S-1-5-32-546" },
        { "PU", "S-1-5-32-547" },   { "AO", "S-1-5-32-548" },     { "SO", "S-1-5-32-549" },
        { "PO", "S-1-5-32-550" },   { "BO", "S-1-5-32-551" },     { "RE", "S-1-5-32-552" },
        { "RU", "S-1-5-32-554" },   { "RD", "S-1-5-32-555" },     { "NO", "S-1-5-32-556" },
        { "MU", "S-1-5-32-558" },   { "LU", "S-1-5-32-559" },     { "LW", "S-1-16-4096" },
        { "ME", "S-1-16-8192" },    { "HI", "S-1-16-12288" },     { "SI", "S-1-16-16384" },
        { "s-1-5-18", "S-1-5-18" }, { "S-1-5-0x12", "S-1-5-18" }, { "S-1-0x123456789abc-1", "S-1-0x123456789abc-1" },
    };
    PSID sid;
    char *text;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!ok(ConvertStringSidToSidA(names[i].text, &sid), "%s: error %lu", names[i].text, GetLastError()))
            continue;
        ok(ConvertSidToStringSidA(sid, &text), "error %lu", GetLastError());
        ok_str(text, names[i].full);
        LocalFree(text);
        LocalFree(sid);
    }
    ok_err(ConvertStringSidToSidA("", &sid), ERROR_INVALID_SID);
    ok_err(ConvertStringSidToSidA("XX", &sid), ERROR_INVALID_SID);
    ok_err(ConvertStringSidToSidA("S-1-5-", &sid), ERROR_INVALID_SID);
    ok_err(ConvertStringSidToSidA("S-2-5-18", &sid), ERROR_INVALID_SID);
    ok_err(ConvertStringSidToSidA("S-1-5-18x", &sid), ERROR_INVALID_SID);
    ok_err(ConvertStringSidToSidA(NULL, &sid), ERROR_INVALID_PARAMETER);
    /* The machine's administrator: an account of the machine's own domain. */
    ok(ConvertStringSidToSidA("LA", &sid), "error %lu", GetLastError());
    ok_int(*GetSidSubAuthority(sid, 4), DOMAIN_USER_RID_ADMIN);
    LocalFree(sid);
}

/* There and back: the same text, or the second one. */
static void check(const char *text, const char *again)
{
    PSECURITY_DESCRIPTOR sd;
    char *result = NULL;
    ULONG size, length;

    if (!ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &sd, &size), "%s: error %lu",
            text, GetLastError()))
        return;
    ok(IsValidSecurityDescriptor(sd), "%s: invalid", text);
    ok_int(size, GetSecurityDescriptorLength(sd));
    ok(ConvertSecurityDescriptorToStringSecurityDescriptorA(sd, SDDL_REVISION_1, ALL, &result, &length),
       "%s: error %lu", text, GetLastError());
    if (result) {
        ok_str(result, again ? again : text);
        ok_int(length, strlen(result) + 1);
    }
    LocalFree(result);
    LocalFree(sd);
}

static void test_descriptors(void)
{
    check("O:BAG:SYD:(A;;FA;;;WD)", NULL);
    check("D:", NULL);
    check("", NULL);
    check("D:PAI(A;OICIIO;GA;;;CO)(A;OICIID;0x1301bf;;;AU)", NULL);
    check("D:P(D;;CCDC;;;BG)(A;;CCLCSWRPWPDTLOCRRC;;;SY)", NULL); /* a service's rights */
    check("D:(A;OICIIO;SDGXGWGR;;;AU)", NULL);
    check("D:(A;;KA;;;WD)(A;;KR;;;BU)(A;;KW;;;BA)", NULL);
    check("D:(A;;FR;;;WD)(A;;FW;;;BU)(A;;FX;;;BA)", NULL);
    check("D:(A;;0x1f01ff;;;S-1-1-0)", "D:(A;;FA;;;WD)");
    check("D:(A;;GRGW;;;WD)", "D:(A;;GWGR;;;WD)");
    check("D:(A;;0x120089;;;WD)", "D:(A;;FR;;;WD)");
    check("D:(A;;;;;WD)", NULL);
    check("S:(AU;SAFA;FA;;;WD)", NULL);
    check("S:(ML;;NWNR;;;LW)", NULL);
    check("S:AI(AU;OICISA;CCDC;;;WD)", NULL);
    check("D:NO_ACCESS_CONTROL", NULL);
    check("D:ARAI(A;;FA;;;WD)", NULL);
    check("D:(OA;CI;RPWP;bf967a0a-0de6-11d0-a285-00aa003049e2;;WD)", NULL);
    check("D:(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;bf967aba-0de6-11d0-a285-00aa003049e2;PS)", NULL);
    check("D:(OD;;CC;;;WD)", NULL);
    check("S:(OU;SA;WP;bf967a0a-0de6-11d0-a285-00aa003049e2;;WD)", NULL);
    check("O:LAG:LA", NULL);
}

static void test_conditions(void)
{
    PSECURITY_DESCRIPTOR sd;
    BOOL present, defaulted;
    ACL *dacl;
    ACCESS_ALLOWED_ACE *ace;
    char *text;
    /* [MS-DTYP] 2.4.4.17.9, of (XA;;FX;;;WD;(@User.Title=="PM" && (@User.Division=="Finance" || …))), in little */
    static const BYTE expected[] = { 'a', 'r', 't', 'x', 0xf9, 10, 0, 0, 0, 'T', 0, 'i', 0, 't', 0,
                                     'l', 0,   'e', 0,   0x10, 4,  0, 0, 0, 'P', 0, 'M', 0, 0x80 };

    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(XA;;FX;;;WD;(@User.Title==\"PM\"))", SDDL_REVISION_1,
                                                            &sd, NULL),
       "error %lu", GetLastError());
    GetSecurityDescriptorDacl(sd, &present, &dacl, &defaulted);
    GetAce(dacl, 0, (void **)&ace);
    ok_int(ace->Header.AceType, ACCESS_ALLOWED_CALLBACK_ACE_TYPE);
    ok_mem((BYTE *)&ace->SidStart + 12, expected, sizeof(expected));
    ok_int(ace->Header.AceSize & 3, 0);
    ok(ConvertSecurityDescriptorToStringSecurityDescriptorA(sd, SDDL_REVISION_1, ALL, &text, NULL), "error %lu",
       GetLastError());
    ok_str(text, "D:(XA;;FX;;;WD;(@User.Title == \"PM\"))");
    LocalFree(text);
    LocalFree(sd);
    ok_err(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(XA;;FX;;;WD;(@User.Title==))", SDDL_REVISION_1, &sd,
                                                                NULL),
           ERROR_INVALID_ACL);
    ok_err(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(XA;;FX;;;WD;(@User.Title==\"PM\")", SDDL_REVISION_1,
                                                                &sd, NULL),
           ERROR_INVALID_ACL);
}

/* What a condition says is honoured by access checks. */
static void test_condition_check(void)
{
    static const struct {
        const char *text;
        BOOL allowed;
    } checks[] = {
        { "O:SYG:SYD:(XA;;FR;;;WD;(Member_of {SID(WD)}))", TRUE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Member_of {SID(WD), SID(AN)}))", FALSE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Member_of_Any {SID(WD), SID(AN)}))", TRUE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Not_Member_of {SID(AN)}))", TRUE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(!(Member_of {SID(WD)})))", FALSE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Member_of {SID(AN)} || Member_of {SID(WD)}))", TRUE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Member_of {SID(AN)} && Member_of {SID(WD)}))", FALSE },
        /* An attribute that does not exist makes it unknown: allowed is nobody, denied everybody. */
        { "O:SYG:SYD:(XA;;FR;;;WD;(@User.Nothing == 1))", FALSE },
        { "O:SYG:SYD:(XD;;FR;;;WD;(@User.Nothing == 1))(A;;FR;;;WD)", FALSE },
        { "O:SYG:SYD:(XD;;FR;;;WD;(Member_of {SID(AN)}))(A;;FR;;;WD)", TRUE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Exists @User.Nothing))", FALSE },
        { "O:SYG:SYD:(XA;;FR;;;WD;(Not_Exists @User.Nothing))", TRUE },
    };
    GENERIC_MAPPING mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted;
    HANDLE token, copy;
    BOOL allowed;

    OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &token);
    DuplicateToken(token, SecurityImpersonation, &copy);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        PSECURITY_DESCRIPTOR sd;
        if (!ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(checks[i].text, SDDL_REVISION_1, &sd, NULL),
                "%s: error %lu", checks[i].text, GetLastError()))
            continue;
        ok(AccessCheck(sd, copy, FILE_READ_DATA, &mapping, &privileges, &size, &granted, &allowed), "error %lu",
           GetLastError());
        ok(!allowed == !checks[i].allowed, "%s: %d", checks[i].text, allowed);
        LocalFree(sd);
    }
    CloseHandle(copy);
    CloseHandle(token);
}

static void test_errors(void)
{
    static const struct {
        const char *text;
        DWORD error;
    } errors[] = {
        { "Q:", ERROR_INVALID_PARAMETER },       { "D", ERROR_INVALID_PARAMETER },
        { "D:(X;;FA;;;WD)", ERROR_INVALID_ACL }, { "D:(A;XX;FA;;;WD)", ERROR_INVALID_ACL },
        { "D:(A;;QQ;;;WD)", ERROR_INVALID_ACL }, { "D:(A;;FA;;;WD", ERROR_INVALID_ACL },
        { "D:(A;;FA;;WD)", ERROR_INVALID_ACL },  { "D:(OA;;FA;zzz;;WD)", ERROR_INVALID_ACL },
    };
    PSECURITY_DESCRIPTOR sd;

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        SetLastError(0);
        ok(!ConvertStringSecurityDescriptorToSecurityDescriptorA(errors[i].text, SDDL_REVISION_1, &sd, NULL), "%s",
           errors[i].text);
        ok(GetLastError() == errors[i].error, "%s: error %lu", errors[i].text, GetLastError());
    }
    ok_err(ConvertStringSecurityDescriptorToSecurityDescriptorA("D:", 2, &sd, NULL), ERROR_UNKNOWN_REVISION);
    ok_err(ConvertStringSecurityDescriptorToSecurityDescriptorA(NULL, 1, &sd, NULL), ERROR_INVALID_PARAMETER);
}

TESTS
{
    test_sids();
    test_descriptors();
    test_conditions();
    test_condition_check();
    test_errors();
}
