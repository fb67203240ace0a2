/* SPDX-License-Identifier: MIT */
/*
 * rtlsecurity.c: SIDs, lists and descriptors as data: the descriptors of private objects (CreatePrivateObjectSecurityEx,
 * SetPrivateObjectSecurityEx, "ACE Inheritance Rules"), SIDs of capabilities, integrity levels.
 */
#include "../test.h"
#include "ntdll_functions.h"
#include <sddl.h>

#define FUNCTIONS(X)                                                                                                   \
    X(LONG, RtlNewSecurityObjectEx, void *, void *, void **, GUID *, BOOLEAN, ULONG, HANDLE, GENERIC_MAPPING *)        \
    X(LONG, RtlNewSecurityObject, void *, void *, void **, BOOLEAN, HANDLE, GENERIC_MAPPING *)                         \
    X(LONG, RtlDeleteSecurityObject, void **)                                                                          \
    X(LONG, RtlQuerySecurityObject, void *, ULONG, void *, ULONG, ULONG *)                                             \
    X(LONG, RtlSetSecurityObjectEx, ULONG, void *, void **, ULONG, GENERIC_MAPPING *, HANDLE)                          \
    X(LONG, RtlConvertToAutoInheritSecurityObject, void *, void *, void **, GUID *, BOOLEAN, GENERIC_MAPPING *)        \
    X(LONG, RtlDeriveCapabilitySidsFromName, nt_string *, void *, void *)                                              \
    X(LONG, RtlCreateServiceSid, nt_string *, void *, ULONG *)                                                         \
    X(LONG, RtlSidDominates, void *, void *, BOOLEAN *)                                                                \
    X(LONG, RtlSidHashInitialize, SID_AND_ATTRIBUTES *, ULONG, SID_AND_ATTRIBUTES_HASH *)                              \
    X(SID_AND_ATTRIBUTES *, RtlSidHashLookup, SID_AND_ATTRIBUTES_HASH *, void *)                                       \
    X(LONG, RtlSelfRelativeToAbsoluteSD2, void *, ULONG *)                                                             \
    X(LONG, RtlReplaceSidInSd, void *, void *, void *, ULONG *)                                                        \
    X(BOOLEAN, RtlOwnerAcesPresent, ACL *)                                                                             \
    X(void *, RtlFindAceByType, ACL *, UCHAR, ULONG *)
DECLARE_FUNCTIONS

/* A file's, so that generic rights show as FA, FR, FX. */
static GENERIC_MAPPING mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };

static void *from_text(const char *text)
{
    void *sd = NULL;

    if (text)
        ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &sd, NULL), "%s: error %lu",
           text, GetLastError());
    return sd;
}

static const char *to_text(void *sd)
{
    static char text[2000];
    char *made = NULL;

    if (!ConvertSecurityDescriptorToStringSecurityDescriptorA(
            sd, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &made, NULL))
        return "?";
    snprintf(text, sizeof(text), "%s", made);
    LocalFree(made);
    return text;
}

static void new_object(int line, const char *parent, const char *creator, bool container, ULONG flags,
                       const char *expected)
{
    void *above = from_text(parent), *given = from_text(creator), *made = NULL;
    LONG status =
        RtlNewSecurityObjectEx(above, given, &made, NULL, container, flags | SEF_AVOID_OWNER_CHECK, NULL, &mapping);

    ok(!status, "line %d: %lx", line, status);
    if (!status) {
        ok(!strcmp(to_text(made), expected), "line %d: %s, not %s", line, to_text(made), expected);
        RtlDeleteSecurityObject(&made);
        ok(!made, "still there");
    }
    LocalFree(above);
    LocalFree(given);
}
#define NEW(parent, creator, container, flags, expected)                                                               \
    new_object(__LINE__, parent, creator, container, flags, expected)

static void test_inheritance(void)
{
    /* Explicit lists are mapped, and inherit nothing without automatic inheritance. */
    NEW("D:(A;OICI;GA;;;BA)", "O:SYG:BAD:(A;;GR;;;WD)", false, 0, "O:SYG:BAD:(A;;FR;;;WD)");
    NEW("D:(A;OICI;GA;;;BA)", "O:SYG:BAD:(A;;GR;;;WD)", false, SEF_DACL_AUTO_INHERIT,
        "O:SYG:BAD:AI(A;;FR;;;WD)(A;ID;FA;;;BA)");
    /* Without a list of its own, what the parent gives. */
    NEW("D:(A;OICI;FA;;;BA)(A;;FR;;;WD)", "O:SYG:BA", false, 0, "O:SYG:BAD:(A;;FA;;;BA)");
    NEW("D:(A;OICI;FA;;;BA)(A;;FR;;;WD)", "O:SYG:BA", true, 0, "O:SYG:BAD:(A;OICI;FA;;;BA)");
    NEW("D:(A;CI;FA;;;BA)(A;OI;FR;;;WD)", "O:SYG:BA", false, SEF_DACL_AUTO_INHERIT, "O:SYG:BAD:AI(A;ID;FR;;;WD)");
    /* For files below only: inherit-only on a folder. */
    NEW("D:(A;CI;FA;;;BA)(A;OI;FR;;;WD)", "O:SYG:BA", true, 0, "O:SYG:BAD:(A;CI;FA;;;BA)(A;OIIO;FR;;;WD)");
    /* One level only */
    NEW("D:(A;OICINP;FA;;;BA)", "O:SYG:BA", true, 0, "O:SYG:BAD:(A;;FA;;;BA)");
    /* CREATOR OWNER and generic rights: one entry in force, one for what is below. */
    NEW("D:(A;OICI;GA;;;CO)", "O:SYG:BA", true, 0, "O:SYG:BAD:(A;;FA;;;SY)(A;OICIIO;GA;;;CO)");
    NEW("D:(A;OICIIO;GA;;;CG)", "O:SYG:BA", false, 0, "O:SYG:BAD:(A;;FA;;;BA)");
    NEW("D:(A;OICI;GR;;;WD)", "O:SYG:BA", true, SEF_DACL_AUTO_INHERIT,
        "O:SYG:BAD:AI(A;ID;FR;;;WD)(A;OICIIOID;GR;;;WD)");
    /* Protected from the parent */
    NEW("D:(A;OICI;FA;;;BA)", "O:SYG:BAD:P(A;;FR;;;WD)", false, SEF_DACL_AUTO_INHERIT, "O:SYG:BAD:PAI(A;;FR;;;WD)");
    /* An explicit list with inherited entries gets the parent's instead of those. */
    NEW("D:(A;OICI;FA;;;BA)", "O:SYG:BAD:(A;;FR;;;WD)(A;ID;FA;;;SY)", false, SEF_DACL_AUTO_INHERIT,
        "O:SYG:BAD:AI(A;;FR;;;WD)(A;ID;FA;;;BA)");
    /* A default descriptor gives way to the parent's. */
    NEW("D:(A;OICI;FA;;;BA)", "O:SYG:BAD:(A;;FR;;;WD)", false, SEF_DEFAULT_DESCRIPTOR_FOR_OBJECT,
        "O:SYG:BAD:(A;;FA;;;BA)");
    NEW(NULL, "O:SYG:BAD:(A;;FR;;;WD)", false, SEF_DEFAULT_DESCRIPTOR_FOR_OBJECT, "O:SYG:BAD:(A;;FR;;;WD)");
    NEW("O:BAG:SYD:(A;OICI;FA;;;BA)", NULL, false, SEF_DEFAULT_OWNER_FROM_PARENT | SEF_DEFAULT_GROUP_FROM_PARENT,
        "O:BAG:SYD:(A;;FA;;;BA)");
}

static void test_defaults(void)
{
    void *made = NULL;
    ACL *acl = NULL;
    PSID owner = NULL;
    BOOL present, defaulted;

    ok_hex(RtlNewSecurityObject(NULL, NULL, &made, FALSE, NULL, &mapping), 0);
    if (!made)
        return;
    ok(GetSecurityDescriptorOwner(made, &owner, &defaulted) && owner && IsValidSid(owner), "no owner");
    ok(GetSecurityDescriptorDacl(made, &present, &acl, &defaulted) && present && acl && acl->AceCount, "no list");
    RtlDeleteSecurityObject(&made);
}

static void test_query_and_set(void)
{
    void *sd = from_text("O:SYG:BAD:(A;;FR;;;WD)(A;ID;FA;;;BA)"),
         *change = from_text("O:BAG:SYD:(A;;GW;;;WD)(A;ID;GR;;;SY)");
    void *object = NULL;
    BYTE buffer[300];
    ULONG needed = 0;

    ok_hex(RtlNewSecurityObjectEx(NULL, sd, &object, NULL, FALSE, SEF_AVOID_OWNER_CHECK, NULL, &mapping), 0);
    ok_hex(RtlQuerySecurityObject(object, OWNER_SECURITY_INFORMATION, buffer, 10, &needed), 0xc0000023);
    ok_int(needed, 20 + 12);
    ok_hex(RtlQuerySecurityObject(object, OWNER_SECURITY_INFORMATION, buffer, sizeof(buffer), &needed), 0);
    ok_str(to_text(buffer), "O:SY");
    ok_hex(RtlQuerySecurityObject(object, DACL_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION, buffer,
                                  sizeof(buffer), &needed),
           0);
    ok_str(to_text(buffer), "G:BAD:(A;;FR;;;WD)(A;ID;FA;;;BA)");
    ok_hex(RtlSetSecurityObjectEx(DACL_SECURITY_INFORMATION, change, &object, SEF_DACL_AUTO_INHERIT, &mapping, NULL),
           0);
    ok_str(to_text(object), "O:SYG:BAD:AI(A;;FW;;;WD)(A;ID;FA;;;BA)");
    ok_hex(RtlSetSecurityObjectEx(GROUP_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION, change, &object,
                                  SEF_AVOID_OWNER_CHECK, &mapping, NULL),
           0);
    ok_str(to_text(object), "O:BAG:SYD:AI(A;;FW;;;WD)(A;ID;FA;;;BA)");
    RtlDeleteSecurityObject(&object);
    LocalFree(sd);
    LocalFree(change);
}

/* ConvertToAutoInheritPrivateObjectSecurity */
static void test_convert(void)
{
    void *parent = from_text("D:(A;OICI;FA;;;BA)"), *same = from_text("O:SYG:BAD:(A;;FR;;;WD)(A;;FA;;;BA)");
    void *other = from_text("O:SYG:BAD:(A;;FR;;;WD)"), *made = NULL;

    ok_hex(RtlConvertToAutoInheritSecurityObject(parent, same, &made, NULL, FALSE, &mapping), 0);
    ok_str(to_text(made), "O:SYG:BAD:AI(A;;FR;;;WD)(A;ID;FA;;;BA)");
    RtlDeleteSecurityObject(&made);
    ok_hex(RtlConvertToAutoInheritSecurityObject(parent, other, &made, NULL, FALSE, &mapping), 0);
    ok_str(to_text(made), "O:SYG:BAD:PAI(A;;FR;;;WD)");
    RtlDeleteSecurityObject(&made);
    LocalFree(parent);
    LocalFree(same);
    LocalFree(other);
}

static const char *sid_text(void *sid)
{
    static char text[300];
    char *made = NULL;

    if (!ConvertSidToStringSidA(sid, &made))
        return "?";
    snprintf(text, sizeof(text), "%s", made);
    LocalFree(made);
    return text;
}

static void test_sids(void)
{
    nt_string internet = nt_string_of(L"internetClient"), service = nt_string_of(L"TrustedInstaller");
    BYTE group[SECURITY_MAX_SID_SIZE], capability[SECURITY_MAX_SID_SIZE], sid[SECURITY_MAX_SID_SIZE];
    SID_AND_ATTRIBUTES_HASH hash;
    SID_AND_ATTRIBUTES sids[100];
    BOOLEAN dominates = 9;
    ULONG size = sizeof(sid);
    PSID low, high;
    int wrong = 0;

    /* The hash of "INTERNETCLIENT" in UTF-16; both end in it. */
    ok_hex(RtlDeriveCapabilitySidsFromName(&internet, group, capability), 0);
    ok(!strncmp(sid_text(group), "S-1-5-32-", 9), "%s", sid_text(group));
    ok(!strncmp(sid_text(capability), "S-1-15-3-1024-", 14), "%s", sid_text(capability));
    ok(!memcmp(group + 12, capability + 16, 32), "hashes");
    /* Well known: NT SERVICE\TrustedInstaller */
    ok_hex(RtlCreateServiceSid(&service, sid, &size), 0);
    ok_str(sid_text(sid), "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");

    ConvertStringSidToSidA("S-1-16-4096", &low);
    ConvertStringSidToSidA("S-1-16-12288", &high);
    ok_hex(RtlSidDominates(high, low, &dominates), 0);
    ok_int(dominates, TRUE);
    ok_hex(RtlSidDominates(low, high, &dominates), 0);
    ok_int(dominates, FALSE);
    ok_hex(RtlSidDominates(low, sid, &dominates), 0xc0000078);

    for (int i = 0; i < 100; i++) {
        char text[64];

        snprintf(text, sizeof(text), "S-1-5-21-1-2-3-%d", 1000 + i * 7);
        ConvertStringSidToSidA(text, &sids[i].Sid);
        sids[i].Attributes = (DWORD)i;
    }
    ok_hex(RtlSidHashInitialize(sids, 100, &hash), 0);
    for (int i = 0; i < 100; i++)
        wrong += RtlSidHashLookup(&hash, sids[i].Sid) != &sids[i];
    ok_int(wrong, 0);
    ok(!RtlSidHashLookup(&hash, low), "found");
    for (int i = 0; i < 100; i++)
        LocalFree(sids[i].Sid);
    LocalFree(low);
    LocalFree(high);
}

static void test_lists(void)
{
    void *sd = from_text("O:SYG:SYD:(D;;FR;;;WD)(A;;FA;;;SY)(A;;FX;;;S-1-3-4)"), *system_sid, *world;
    ACL *acl = NULL;
    BOOL present, defaulted;
    ULONG index = 0, changes = 0, size = GetSecurityDescriptorLength(sd);
    BYTE copy[400];

    GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted);
    ok(RtlOwnerAcesPresent(acl), "owner rights");
    ok(RtlFindAceByType(acl, ACCESS_ALLOWED_ACE_TYPE, &index) != NULL, "none");
    ok_int(index, 1);
    index++;
    ok(RtlFindAceByType(acl, ACCESS_ALLOWED_ACE_TYPE, &index) != NULL, "none");
    ok_int(index, 2);
    ok(!RtlFindAceByType(acl, SYSTEM_AUDIT_ACE_TYPE, NULL), "found");
    ConvertStringSidToSidA("S-1-5-18", &system_sid);
    ConvertStringSidToSidA("S-1-1-0", &world);
    ok_hex(RtlReplaceSidInSd(sd, system_sid, world, &changes), 0);
    ok_int(changes, 3);
    ok_str(to_text(sd), "O:WDG:WDD:(D;;FR;;;WD)(A;;FA;;;WD)(A;;FX;;;OW)");

    memcpy(copy, sd, size);
    changes = size;
    ok_hex(RtlSelfRelativeToAbsoluteSD2(copy, &changes), sizeof(void *) == 8 ? 0xc0000023 : 0);
    ok_hex(RtlSelfRelativeToAbsoluteSD2(copy, &changes), sizeof(void *) == 8 ? 0 : 0xc00000e7);
    ok_str(to_text(copy), "O:WDG:WDD:(D;;FR;;;WD)(A;;FA;;;WD)(A;;FX;;;OW)");
    LocalFree(sd);
    LocalFree(system_sid);
    LocalFree(world);
}

TESTS
{
    if (!get_functions())
        return;
    test_inheritance();
    test_defaults();
    test_query_and_set();
    test_convert();
    test_sids();
    test_lists();
}
