/* SPDX-License-Identifier: MIT */
/* rtlsdnormalize.c: RtlNormalizeSecurityDescriptor; which API sets there are. */
#define WIN32_NO_STATUS
#include "../test.h"
#include <winternl.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <sddl.h>

static BOOLEAN(NTAPI *normalize)(PSECURITY_DESCRIPTOR *sd, ULONG length, PSECURITY_DESCRIPTOR *new_sd,
                                 ULONG *new_length, BOOLEAN check_only);
static NTSTATUS(NTAPI *presence)(const UNICODE_STRING *name, BOOLEAN *present);

/* What a text becomes; NULL if nothing is changed. */
static char *normalized(const char *text)
{
    PSECURITY_DESCRIPTOR sd = NULL, made = NULL;
    ULONG length = 0, new_length = 0;
    char *result = NULL;

    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &sd, &length), "error %lu",
       GetLastError());
    /* What the conversion makes may have parts in another order: from here on they are in this one. */
    if (normalize(&sd, length, &made, &new_length, FALSE)) {
        SECURITY_DESCRIPTOR_RELATIVE *rel = made;
        PSECURITY_DESCRIPTOR again = NULL;

        ok(normalize(&sd, length, NULL, NULL, TRUE), "check only");
        ok(new_length <= length && GetSecurityDescriptorLength(made) == new_length, "%lu bytes of %lu", new_length,
           length);
        ok(!rel->Sacl || rel->Sacl == sizeof(*rel), "the SACL comes first");
        ok(!rel->Dacl || rel->Dacl < rel->Owner, "the DACL comes before the owner");
        ok(!rel->Owner || rel->Owner < rel->Group, "the owner comes before the group");
        ok(!normalize(&made, new_length, &again, NULL, FALSE) && !again, "a second time");
        ok(!normalize(&made, new_length, NULL, NULL, TRUE), "a second time");
    } else {
        made = NULL;
    }
    ConvertSecurityDescriptorToStringSecurityDescriptorA(made ? made : sd, SDDL_REVISION_1,
                                                         OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                                             DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION,
                                                         &result, NULL);
    if (made)
        RtlFreeHeap(GetProcessHeap(), 0, made);
    LocalFree(sd);
    return result;
}

static void check(const char *text, const char *expected)
{
    char *result = normalized(text);

    ok(result && !strcmp(result, expected), "%s became %s", text, result);
    LocalFree(result);
}

static void test_normalize(void)
{
    char buffer[200] = { 0 };
    PSECURITY_DESCRIPTOR sd, bad = buffer;

    check("O:BAG:SYD:(A;;GA;;;WD)", "O:BAG:SYD:(A;;GA;;;WD)");
    check("O:BAG:SYD:(A;;GA;;;WD)(A;;GR;;;BA)(A;;GA;;;WD)", "O:BAG:SYD:(A;;GA;;;WD)(A;;GR;;;BA)");
    check("O:BAG:SYD:(D;;GW;;;WD)(D;;GW;;;WD)(A;CI;GA;;;WD)(A;;GA;;;WD)",
          "O:BAG:SYD:(D;;GW;;;WD)(D;;GW;;;WD)(A;CI;GA;;;WD)(A;;GA;;;WD)");
    check("O:BAG:SYD:P(A;;GA;;;WD)S:(AU;SA;GA;;;WD)", "O:BAG:SYD:P(A;;GA;;;WD)S:(AU;SA;GA;;;WD)");
    check("O:BAG:SYD:S:", "O:BAG:SYD:");
    check("D:(A;;GA;;;WD)", "D:(A;;GA;;;WD)");

    ok(!normalize(&bad, sizeof(buffer), NULL, NULL, FALSE), "what is no descriptor");

    /* In place: the old one is freed. */
    ULONG length;
    ConvertStringSecurityDescriptorToSecurityDescriptorA("O:BAD:(A;;GA;;;WD)(A;;GA;;;WD)", SDDL_REVISION_1, &sd,
                                                         &length);
    bad = RtlAllocateHeap(GetProcessHeap(), 0, length);
    memcpy(bad, sd, length);
    ok(normalize(&bad, length, NULL, &length, FALSE), "in place");
    ok(GetSecurityDescriptorLength(bad) == length, "%lu bytes", length);
    RtlFreeHeap(GetProcessHeap(), 0, bad);
    LocalFree(sd);
}

static BOOLEAN is_present(const WCHAR *name)
{
    UNICODE_STRING string;
    BOOLEAN present = 99;

    RtlInitUnicodeString(&string, name);
    ok_hex((DWORD)presence(&string, &present), STATUS_SUCCESS);
    return present;
}

static void test_presence(void)
{
    UNICODE_STRING string;
    BOOLEAN present;

    ok_int(is_present(L"api-ms-win-core-synch-l1-2-0"), TRUE);
    ok_int(is_present(L"API-MS-WIN-CORE-FILE-L1-1-0"), TRUE);
    ok_int(is_present(L"api-ms-win-core-nosuchthing-l1-1-0"), FALSE);
    ok_int(is_present(L"ext-ms-win-nosuchthing-l1-1-0"), FALSE);
    RtlInitUnicodeString(&string, L"kernel32.dll");
    ok_hex((DWORD)presence(&string, &present), (DWORD)STATUS_INVALID_PARAMETER);
}

TESTS
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    normalize = (void *)GetProcAddress(ntdll, "RtlNormalizeSecurityDescriptor");
    presence = (void *)GetProcAddress(ntdll, "ApiSetQueryApiSetPresence");
    if (!normalize || !presence) {
        skip("not there");
        return;
    }
    test_normalize();
    test_presence();
}
