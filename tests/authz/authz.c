/* SPDX-License-Identifier: MIT */
/* authz.c: access checks of the authorization library (authz.h). */
#include "../test.h"
#include <authz.h>
#include <sddl.h>

static AUTHZ_RESOURCE_MANAGER_HANDLE manager;

/* What is granted, or 0 with the error in *error. */
static ACCESS_MASK check(AUTHZ_CLIENT_CONTEXT_HANDLE context, const char *text, ACCESS_MASK desired, DWORD *error)
{
    AUTHZ_ACCESS_REQUEST request = { .DesiredAccess = desired };
    ACCESS_MASK granted = 0;
    AUTHZ_ACCESS_REPLY reply = { 1, &granted, NULL, error };
    PSECURITY_DESCRIPTOR sd;

    *error = ~0u;
    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &sd, NULL), "error %lu",
       GetLastError());
    ok(AuthzAccessCheck(0, context, &request, NULL, sd, NULL, 0, &reply, NULL), "error %lu", GetLastError());
    LocalFree(sd);
    return granted;
}

static void test_checks(AUTHZ_CLIENT_CONTEXT_HANDLE context)
{
    DWORD error;

    ok_hex(check(context, "O:SYG:SYD:(A;;0x7;;;WD)", 3, &error), 3);
    ok_int(error, ERROR_SUCCESS);
    ok_hex(check(context, "O:SYG:SYD:(A;;0x7;;;WD)", 8, &error), 0);
    ok_int(error, ERROR_ACCESS_DENIED);
    ok_hex(check(context, "O:SYG:SYD:(A;;0x7;;;WD)", MAXIMUM_ALLOWED, &error), 7);
    ok_hex(check(context, "O:SYG:SYD:(D;;0x2;;;WD)(A;;0x7;;;WD)", MAXIMUM_ALLOWED, &error), 5);
    ok_hex(check(context, "O:SYG:SYD:(A;;0x7;;;AN)", 1, &error), 0);
}

static void test_sid(void)
{
    BYTE sid[SECURITY_MAX_SID_SIZE], buffer[1000];
    AUTHZ_CLIENT_CONTEXT_HANDLE context, more;
    LUID none = { 0, 0 };
    SID_AND_ATTRIBUTES extra = { sid, SE_GROUP_ENABLED };
    DWORD size = sizeof(sid), error;

    CreateWellKnownSid(WinLocalServiceSid, NULL, sid, &size);
    ok(AuthzInitializeContextFromSid(AUTHZ_SKIP_TOKEN_GROUPS, sid, manager, NULL, none, NULL, &context), "error %lu",
       GetLastError());
    ok_hex(check(context, "O:SYG:SYD:(A;;0x7;;;LS)", 1, &error), 1);
    ok_hex(check(context, "O:LSG:SYD:(A;;0x1;;;LS)", READ_CONTROL | WRITE_DAC, &error), READ_CONTROL | WRITE_DAC);
    ok_hex(check(context, "O:SYG:SYD:(A;;0x7;;;BG)", 1, &error), 0);
    ok(AuthzGetInformationFromContext(context, AuthzContextInfoUserSid, sizeof(buffer), &size, buffer), "error %lu",
       GetLastError());
    ok(EqualSid(((TOKEN_USER *)buffer)->User.Sid, sid), "user");
    ok_err(AuthzGetInformationFromContext(context, AuthzContextInfoUserSid, 0, &size, NULL), ERROR_INSUFFICIENT_BUFFER);
    size = sizeof(sid);
    CreateWellKnownSid(WinBuiltinGuestsSid, NULL, sid, &size);
    ok(AuthzAddSidsToContext(context, &extra, 1, NULL, 0, &more), "error %lu", GetLastError());
    ok_hex(check(more, "O:SYG:SYD:(A;;0x7;;;BG)", 1, &error), 1);
    ok(AuthzFreeContext(more), "error %lu", GetLastError());
    ok(AuthzFreeContext(context), "error %lu", GetLastError());
}

TESTS
{
    AUTHZ_CLIENT_CONTEXT_HANDLE context;
    LUID none = { 0, 0 };
    HANDLE token;

    ok(AuthzInitializeResourceManager(AUTHZ_RM_FLAG_NO_AUDIT, NULL, NULL, NULL, NULL, &manager), "error %lu",
       GetLastError());
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    ok(AuthzInitializeContextFromToken(0, token, manager, NULL, none, NULL, &context), "error %lu", GetLastError());
    test_checks(context);
    ok(AuthzFreeContext(context), "error %lu", GetLastError());
    test_sid();
    ok(AuthzFreeResourceManager(manager), "error %lu", GetLastError());
}
