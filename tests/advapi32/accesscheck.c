/* SPDX-License-Identifier: MIT */
/* accesscheck.c: access checks of all kinds (securitybaseapi.h), and the objects that they protect. */
#include "../test.h"
#include <sddl.h>

static GENERIC_MAPPING mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };

static HANDLE impersonation(SECURITY_IMPERSONATION_LEVEL level)
{
    HANDLE token, copy = NULL;

    OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &token);
    ok(DuplicateToken(token, level, &copy), "error %lu", GetLastError());
    CloseHandle(token);
    return copy;
}

static PSECURITY_DESCRIPTOR descriptor(const char *text)
{
    PSECURITY_DESCRIPTOR sd = NULL;

    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &sd, NULL), "%s: error %lu", text,
       GetLastError());
    return sd;
}

/* What a descriptor grants of what is desired: 0 if refused. */
static DWORD check(HANDLE token, const char *text, DWORD desired)
{
    PRIVILEGE_SET privileges;
    PSECURITY_DESCRIPTOR sd = descriptor(text);
    DWORD size = sizeof(privileges), granted = 0xdead;
    BOOL allowed = FALSE;

    ok(AccessCheck(sd, token, desired, &mapping, &privileges, &size, &granted, &allowed), "%s: error %lu", text,
       GetLastError());
    ok(allowed ? granted != 0 : granted == 0, "%s: allowed %d, granted %lx", text, allowed, granted);
    LocalFree(sd);
    return granted;
}

static const char *user_text(void)
{
    static char text[200];
    BYTE buffer[200];
    DWORD size;
    HANDLE token;
    char *sid;

    if (text[0])
        return text;
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    ConvertSidToStringSidA(((TOKEN_USER *)buffer)->User.Sid, &sid);
    strcpy(text, sid);
    LocalFree(sid);
    CloseHandle(token);
    return text;
}

static void test_dacl(void)
{
    HANDLE token = impersonation(SecurityImpersonation);
    char text[300];

    ok_hex(check(token, "O:SYG:SYD:(A;;FR;;;WD)", FILE_READ_DATA), FILE_READ_DATA);
    ok_hex(check(token, "O:SYG:SYD:(A;;FR;;;WD)", FILE_WRITE_DATA), 0);
    ok_hex(check(token, "O:SYG:SYD:(A;;FR;;;WD)", MAXIMUM_ALLOWED), FILE_GENERIC_READ);
    ok_hex(check(token, "O:SYG:SYD:(A;;FR;;;WD)", MAXIMUM_ALLOWED | FILE_WRITE_DATA), 0);
    /* The first entry that names a right decides. */
    ok_hex(check(token, "O:SYG:SYD:(D;;0x1;;;WD)(A;;FA;;;WD)", FILE_READ_DATA), 0);
    ok_hex(check(token, "O:SYG:SYD:(A;;FA;;;WD)(D;;0x1;;;WD)", FILE_READ_DATA), FILE_READ_DATA);
    ok_hex(check(token, "O:SYG:SYD:(D;;0x1;;;WD)(A;;FA;;;WD)", MAXIMUM_ALLOWED), FILE_ALL_ACCESS & ~FILE_READ_DATA);
    /* For somebody else; for those who inherit; generic rights. */
    ok_hex(check(token, "O:SYG:SYD:(A;;FA;;;AN)", FILE_READ_DATA), 0);
    ok_hex(check(token, "O:SYG:SYD:(A;OIIO;FA;;;WD)", FILE_READ_DATA), 0);
    ok_hex(check(token, "O:SYG:SYD:(A;;GR;;;WD)", FILE_READ_DATA), FILE_READ_DATA);
    ok_hex(check(token, "O:SYG:SYD:(A;;GA;;;WD)", MAXIMUM_ALLOWED), FILE_ALL_ACCESS);
    /* No list allows all, an empty one nothing. */
    ok_hex(check(token, "O:SYG:SY", MAXIMUM_ALLOWED), FILE_ALL_ACCESS);
    ok_hex(check(token, "O:SYG:SYD:NO_ACCESS_CONTROL", FILE_WRITE_DATA), FILE_WRITE_DATA);
    ok_hex(check(token, "O:SYG:SYD:", FILE_READ_DATA), 0);
    /* Owners may read and change the descriptor, unless entries for OWNER RIGHTS say otherwise ("Owner Rights"). */
    snprintf(text, sizeof(text), "O:%sG:SYD:(D;;WDRC;;;WD)", user_text());
    ok_hex(check(token, text, READ_CONTROL | WRITE_DAC), READ_CONTROL | WRITE_DAC);
    snprintf(text, sizeof(text), "O:%sG:SYD:(A;;RC;;;OW)", user_text());
    ok_hex(check(token, text, READ_CONTROL), READ_CONTROL);
    ok_hex(check(token, text, WRITE_DAC), 0);
    CloseHandle(token);
}

static void test_errors(void)
{
    HANDLE token = impersonation(SecurityImpersonation), primary, anonymous;
    PSECURITY_DESCRIPTOR sd = descriptor("O:SYG:SYD:(A;;FR;;;WD)"), no_owner = descriptor("D:(A;;FR;;;WD)");
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted;
    BOOL allowed;

    ok_err(AccessCheck(sd, token, GENERIC_READ, &mapping, &privileges, &size, &granted, &allowed),
           ERROR_GENERIC_NOT_MAPPED);
    ok_err(AccessCheck(no_owner, token, 1, &mapping, &privileges, &size, &granted, &allowed),
           ERROR_INVALID_SECURITY_DESCR);
    OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &primary);
    ok_err(AccessCheck(sd, primary, 1, &mapping, &privileges, &size, &granted, &allowed), ERROR_NO_IMPERSONATION_TOKEN);
    DuplicateToken(primary, SecurityAnonymous, &anonymous);
    ok_err(AccessCheck(sd, anonymous, 1, &mapping, &privileges, &size, &granted, &allowed),
           ERROR_BAD_IMPERSONATION_LEVEL);
    size = 0;
    ok_err(AccessCheck(sd, token, 1, &mapping, &privileges, &size, &granted, &allowed), ERROR_INSUFFICIENT_BUFFER);
    ok(size >= sizeof(privileges), "size %lu", size);
    ok_err(AccessCheck(sd, (HANDLE)0x12344, 1, &mapping, &privileges, &size, &granted, &allowed), ERROR_INVALID_HANDLE);
    CloseHandle(anonymous);
    CloseHandle(primary);
    CloseHandle(token);
    LocalFree(sd);
    LocalFree(no_owner);
}

/* A restricted token must be allowed twice ("Restricted Tokens"). */
static void test_restricted(void)
{
    HANDLE token, restricted, copy;
    SID_AND_ATTRIBUTES sids[1] = { { NULL, 0 } };
    BYTE everyone[SECURITY_MAX_SID_SIZE], users[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(everyone);
    char text[300];

    CreateWellKnownSid(WinWorldSid, NULL, everyone, &size);
    size = sizeof(users);
    CreateWellKnownSid(WinBuiltinUsersSid, NULL, users, &size);
    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token);

    sids[0].Sid = everyone;
    ok(CreateRestrictedToken(token, 0, 0, NULL, 0, NULL, 1, sids, &restricted), "error %lu", GetLastError());
    ok(IsTokenRestricted(restricted), "restricted");
    DuplicateToken(restricted, SecurityImpersonation, &copy);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FR;;;WD)", FILE_READ_DATA), FILE_READ_DATA);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FR;;;BU)", FILE_READ_DATA), 0);
    snprintf(text, sizeof(text), "O:SYG:SYD:(A;;FA;;;%s)(A;;FR;;;WD)", user_text());
    ok_hex(check(copy, text, MAXIMUM_ALLOWED), FILE_GENERIC_READ);
    CloseHandle(copy);
    CloseHandle(restricted);

    /* For writing only. */
    ok(CreateRestrictedToken(token, WRITE_RESTRICTED, 0, NULL, 0, NULL, 1, sids, &restricted), "error %lu",
       GetLastError());
    DuplicateToken(restricted, SecurityImpersonation, &copy);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FA;;;BU)", FILE_READ_DATA), FILE_READ_DATA);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FA;;;BU)", FILE_WRITE_DATA), 0);
    CloseHandle(copy);
    CloseHandle(restricted);

    /* Disabled groups count where they deny. */
    sids[0].Sid = users;
    ok(CreateRestrictedToken(token, 0, 1, sids, 0, NULL, 0, NULL, &restricted), "error %lu", GetLastError());
    ok(!IsTokenRestricted(restricted), "no restricting SIDs");
    DuplicateToken(restricted, SecurityImpersonation, &copy);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FR;;;BU)", FILE_READ_DATA), 0);
    ok_hex(check(copy, "O:SYG:SYD:(D;;FR;;;BU)(A;;FR;;;WD)", FILE_READ_DATA), 0);
    CloseHandle(copy);
    CloseHandle(restricted);

    /* "The Attributes member ... must be zero" for restricting SIDs. */
    sids[0].Attributes = SE_GROUP_ENABLED;
    ok_err(CreateRestrictedToken(token, 0, 0, NULL, 0, NULL, 1, sids, &restricted), ERROR_INVALID_PARAMETER);
    CloseHandle(token);
}

static void test_integrity(void)
{
    TOKEN_MANDATORY_LABEL label;
    BYTE low[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(low);
    HANDLE token, copy;

    CreateWellKnownSid(WinLowLabelSid, NULL, low, &size);
    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token);
    DuplicateTokenEx(token, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenImpersonation, &copy);
    label.Label.Sid = low;
    label.Label.Attributes = SE_GROUP_INTEGRITY;
    ok(SetTokenInformation(copy, TokenIntegrityLevel, &label, sizeof(label)), "error %lu", GetLastError());
    /* "Mandatory Integrity Control": what has no label is of medium integrity, and not to be written from below. */
    ok_hex(check(copy, "O:SYG:SYD:(A;;FA;;;WD)", FILE_READ_DATA), FILE_READ_DATA);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FA;;;WD)", FILE_WRITE_DATA), 0);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FA;;;WD)S:(ML;;NW;;;LW)", FILE_WRITE_DATA), FILE_WRITE_DATA);
    ok_hex(check(copy, "O:SYG:SYD:(A;;FA;;;WD)S:(ML;;NWNR;;;ME)", FILE_READ_DATA), 0);
    CreateWellKnownSid(WinSystemLabelSid, NULL, low, &size);
    ok_err(SetTokenInformation(copy, TokenIntegrityLevel, &label, sizeof(label)), ERROR_PRIVILEGE_NOT_HELD);
    CloseHandle(copy);
    CloseHandle(token);
}

static void test_privileges(void)
{
    HANDLE token = impersonation(SecurityImpersonation);
    PSECURITY_DESCRIPTOR sd = descriptor("O:SYG:SYD:(A;;FA;;;WD)");
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted;
    BOOL allowed;

    /* "SeSecurityPrivilege": enabled for nobody at the start. */
    ok(AccessCheck(sd, token, ACCESS_SYSTEM_SECURITY, &mapping, &privileges, &size, &granted, &allowed), "error %lu",
       GetLastError());
    ok(!allowed, "not allowed");
    ok_int(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
    LocalFree(sd);
    CloseHandle(token);
}

static const GUID whole = { 0x1a2b3c01, 1, 2, { 1, 2, 3, 4, 5, 6, 7, 8 } },
                  part = { 0x1a2b3c02, 1, 2, { 1, 2, 3, 4, 5, 6, 7, 8 } },
                  other = { 0x1a2b3c03, 1, 2, { 1, 2, 3, 4, 5, 6, 7, 8 } };

static void test_types(void)
{
    OBJECT_TYPE_LIST types[3] = { { 0, 0, (GUID *)&whole }, { 1, 0, (GUID *)&part }, { 1, 0, (GUID *)&other } };
    HANDLE token = impersonation(SecurityImpersonation);
    PSECURITY_DESCRIPTOR sd;
    PRIVILEGE_SET privileges;
    DWORD size = sizeof(privileges), granted[3], status[3];
    BOOL allowed;
    BYTE everyone[SECURITY_MAX_SID_SIZE], buffer[200];
    ACL *acl = (ACL *)buffer;
    SECURITY_DESCRIPTOR absolute;
    DWORD n = sizeof(everyone);

    CreateWellKnownSid(WinWorldSid, NULL, everyone, &n);
    InitializeAcl(acl, sizeof(buffer), ACL_REVISION_DS);
    ok(AddAccessAllowedObjectAce(acl, ACL_REVISION_DS, 0, FILE_READ_DATA, (GUID *)&part, NULL, everyone), "error %lu",
       GetLastError());
    InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorOwner(&absolute, everyone, FALSE);
    SetSecurityDescriptorGroup(&absolute, everyone, FALSE);
    SetSecurityDescriptorDacl(&absolute, TRUE, acl, FALSE);
    sd = &absolute;

    /* A part only is not the whole. */
    ok(AccessCheckByType(sd, NULL, token, FILE_READ_DATA, types, 3, &mapping, &privileges, &size, granted, &allowed),
       "error %lu", GetLastError());
    ok(!allowed, "granted %lx", granted[0]);
    ok(AccessCheckByTypeResultList(sd, NULL, token, FILE_READ_DATA, types, 3, &mapping, &privileges, &size, granted,
                                   status),
       "error %lu", GetLastError());
    ok_int(status[0], ERROR_ACCESS_DENIED);
    ok_int(status[1], ERROR_SUCCESS);
    ok_int(status[2], ERROR_ACCESS_DENIED);
    ok_hex(granted[1], FILE_READ_DATA);
    /* All parts are. */
    ok(AddAccessAllowedObjectAce(acl, ACL_REVISION_DS, 0, FILE_READ_DATA, (GUID *)&other, NULL, everyone), "error %lu",
       GetLastError());
    ok(AccessCheckByType(sd, NULL, token, FILE_READ_DATA, types, 3, &mapping, &privileges, &size, granted, &allowed),
       "error %lu", GetLastError());
    ok(allowed && granted[0] == FILE_READ_DATA, "granted %lx", granted[0]);
    /* A list with two wholes, or a step that is left out. */
    types[1].Level = 0;
    ok_err(
        AccessCheckByType(sd, NULL, token, FILE_READ_DATA, types, 3, &mapping, &privileges, &size, granted, &allowed),
        ERROR_INVALID_PARAMETER);
    types[1].Level = 2;
    ok_err(
        AccessCheckByType(sd, NULL, token, FILE_READ_DATA, types, 3, &mapping, &privileges, &size, granted, &allowed),
        ERROR_INVALID_PARAMETER);
    CloseHandle(token);
}

/* Named objects honour their descriptors. */
static void test_objects(void)
{
    SECURITY_ATTRIBUTES attributes = { sizeof(attributes), NULL, FALSE };
    HANDLE event, second;
    BYTE buffer[300];
    DWORD size;
    char text[300];
    ACCESS_ALLOWED_ACE *ace;
    BOOL present, defaulted;
    ACL *dacl;

    snprintf(text, sizeof(text), "D:(A;;0x120001;;;%s)", user_text());
    attributes.lpSecurityDescriptor = descriptor(text);
    event = CreateEventA(&attributes, TRUE, FALSE, "Local\\transom test of access");
    ok(event != NULL, "error %lu", GetLastError());
    /* The creator's handle has what it asked for, whatever the list says. */
    ok(SetEvent(event), "error %lu", GetLastError());
    second = OpenEventA(READ_CONTROL, FALSE, "Local\\transom test of access");
    ok(second != NULL, "error %lu", GetLastError());
    ok_err(SetEvent(second), ERROR_ACCESS_DENIED);
    ok_int(WaitForSingleObject(second, 0), WAIT_FAILED);
    ok_int(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(second);
    second = OpenEventA(EVENT_MODIFY_STATE, FALSE, "Local\\transom test of access");
    ok(!second && GetLastError() == ERROR_ACCESS_DENIED, "%p, error %lu", second, GetLastError());
    second = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Local\\transom test of access");
    ok(!second && GetLastError() == ERROR_ACCESS_DENIED, "%p, error %lu", second, GetLastError());
    second = OpenEventA(MAXIMUM_ALLOWED, FALSE, "Local\\transom test of access");
    ok(second != NULL, "error %lu", GetLastError());
    /* The owner may change the list. */
    ok(SetKernelObjectSecurity(second, DACL_SECURITY_INFORMATION, descriptor("D:(A;;GA;;;WD)")), "error %lu",
       GetLastError());
    CloseHandle(second);
    second = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Local\\transom test of access");
    ok(second != NULL, "error %lu", GetLastError());
    /* Generic rights in entries became the type's own. */
    ok(GetKernelObjectSecurity(second, DACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size), "error %lu",
       GetLastError());
    ok(GetSecurityDescriptorDacl(buffer, &present, &dacl, &defaulted) && present && GetAce(dacl, 0, (void **)&ace),
       "error %lu", GetLastError());
    ok_hex(ace->Mask, EVENT_ALL_ACCESS);
    /* CreateEvent opens what exists with all access (CreateEventEx: "dwDesiredAccess"). */
    ok(SetKernelObjectSecurity(second, DACL_SECURITY_INFORMATION, descriptor("D:(A;;0x1;;;WD)")), "error %lu",
       GetLastError());
    CloseHandle(second);
    second = CreateEventA(NULL, TRUE, FALSE, "Local\\transom test of access");
    ok(!second && GetLastError() == ERROR_ACCESS_DENIED, "%p, error %lu", second, GetLastError());
    LocalFree(attributes.lpSecurityDescriptor);

    /* An audit list is for who has the privilege. */
    attributes.lpSecurityDescriptor = descriptor("S:(AU;SA;GA;;;WD)");
    second = CreateEventA(&attributes, TRUE, FALSE, NULL);
    ok(!second && GetLastError() == ERROR_PRIVILEGE_NOT_HELD, "%p, error %lu", second, GetLastError());
    LocalFree(attributes.lpSecurityDescriptor);
    ok_err(GetKernelObjectSecurity(event, SACL_SECURITY_INFORMATION, buffer, sizeof(buffer), &size),
           ERROR_ACCESS_DENIED);
    /* Only an owner that the token may give: not somebody else. */
    ok(!SetKernelObjectSecurity(event, OWNER_SECURITY_INFORMATION, descriptor("O:SY")) &&
           GetLastError() == ERROR_INVALID_OWNER,
       "error %lu", GetLastError());
    CloseHandle(event);
}

static void test_audit(void)
{
    PSECURITY_DESCRIPTOR sd = descriptor("O:SYG:SYD:(A;;FR;;;WD)");
    DWORD granted;
    BOOL allowed, on_close;

    ok(ImpersonateSelf(SecurityImpersonation), "error %lu", GetLastError());
    ok_err(AccessCheckAndAuditAlarmA("test", NULL, (char *)"type", (char *)"name", sd, FILE_READ_DATA, &mapping, FALSE,
                                     &granted, &allowed, &on_close),
           ERROR_PRIVILEGE_NOT_HELD);
    RevertToSelf();
    LocalFree(sd);
}

static void test_impersonation(void)
{
    HANDLE token, thread, event = CreateEventA(NULL, TRUE, FALSE, "Local\\transom test of impersonation"), second;
    SECURITY_IMPERSONATION_LEVEL level;
    DWORD size;

    /* A thread that was only let to identify somebody opens nothing. */
    ok(ImpersonateSelf(SecurityIdentification), "error %lu", GetLastError());
    second = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Local\\transom test of impersonation");
    ok(!second && GetLastError() == ERROR_BAD_IMPERSONATION_LEVEL, "%p, error %lu", second, GetLastError());
    ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &thread), "error %lu", GetLastError());
    ok(GetTokenInformation(thread, TokenImpersonationLevel, &level, sizeof(level), &size), "error %lu", GetLastError());
    ok_int(level, SecurityIdentification);
    CloseHandle(thread);
    RevertToSelf();

    ok(ImpersonateAnonymousToken(GetCurrentThread()), "error %lu", GetLastError());
    second = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Local\\transom test of impersonation");
    ok(!second && GetLastError() == ERROR_ACCESS_DENIED, "%p, error %lu", second, GetLastError());
    ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &thread) || GetLastError() == ERROR_ACCESS_DENIED,
       "error %lu", GetLastError());
    RevertToSelf();

    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token);
    ok(ImpersonateLoggedOnUser(token), "error %lu", GetLastError());
    second = OpenEventA(EVENT_ALL_ACCESS, FALSE, "Local\\transom test of impersonation");
    ok(second != NULL, "error %lu", GetLastError());
    CloseHandle(second);
    RevertToSelf();
    ok_err(SetThreadToken(NULL, token), ERROR_BAD_TOKEN_TYPE);
    CloseHandle(token);
    CloseHandle(event);
}

static void test_pipe(void)
{
    HANDLE server = CreateNamedPipeA("\\\\.\\pipe\\transom test impersonation", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1,
                                     4096, 4096, 0, NULL);
    HANDLE client, thread;
    char text[4];
    DWORD n;

    ok(server != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    client = CreateFileA("\\\\.\\pipe\\transom test impersonation", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                         OPEN_EXISTING, 0, NULL);
    ok(client != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    WriteFile(client, "abc", 4, &n, NULL);
    ok(ReadFile(server, text, 4, &n, NULL) && n == 4, "error %lu", GetLastError());
    ok(ImpersonateNamedPipeClient(server), "error %lu", GetLastError());
    ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &thread), "error %lu", GetLastError());
    CloseHandle(thread);
    ok(RevertToSelf(), "error %lu", GetLastError());
    ok(!ImpersonateNamedPipeClient(client), "a client's end");
    CloseHandle(client);
    CloseHandle(server);
}

#define CHILD_EVENT "Local\\transom test of children"

/* What a child with that token (NULL: this process's) gets when it opens the event so: the error. */
static DWORD child_opens(HANDLE token, DWORD access)
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    char line[MAX_PATH + 40];
    DWORD code = ~0u;

    snprintf(line, sizeof(line), "\"%s\" %lx", test_argv[0], access);
    if (!ok(CreateProcessAsUserA(token, NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info), "error %lu",
            GetLastError()))
        return code;
    ok_int(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    return code;
}

/* Other processes see the same descriptor, as it is now, and with their own tokens. */
static void test_children(void)
{
    SECURITY_ATTRIBUTES attributes = { sizeof(attributes), NULL, FALSE };
    TOKEN_MANDATORY_LABEL label;
    BYTE low[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(low);
    HANDLE token, copy, event;

    attributes.lpSecurityDescriptor = descriptor("D:(A;;0x120001;;;WD)");
    event = CreateEventA(&attributes, TRUE, FALSE, CHILD_EVENT);
    ok_int(child_opens(NULL, SYNCHRONIZE), ERROR_SUCCESS);
    ok_int(child_opens(NULL, EVENT_MODIFY_STATE), ERROR_ACCESS_DENIED);
    ok(SetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, descriptor("D:(A;;GA;;;WD)")), "error %lu",
       GetLastError());
    ok_int(child_opens(NULL, EVENT_MODIFY_STATE), ERROR_SUCCESS);
    CreateWellKnownSid(WinLowLabelSid, NULL, low, &size);
    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS & ~TOKEN_ADJUST_SESSIONID, &token);
    DuplicateTokenEx(token, TOKEN_ALL_ACCESS & ~TOKEN_ADJUST_SESSIONID, NULL, SecurityAnonymous, TokenPrimary, &copy);
    label.Label.Sid = low;
    label.Label.Attributes = SE_GROUP_INTEGRITY;
    ok(SetTokenInformation(copy, TokenIntegrityLevel, &label, sizeof(label)), "error %lu", GetLastError());
    ok_int(child_opens(copy, SYNCHRONIZE), ERROR_SUCCESS);
    ok_int(child_opens(copy, EVENT_MODIFY_STATE), ERROR_ACCESS_DENIED);
    ok(SetKernelObjectSecurity(event, LABEL_SECURITY_INFORMATION, descriptor("S:(ML;;NW;;;LW)")), "error %lu",
       GetLastError());
    ok_int(child_opens(copy, EVENT_MODIFY_STATE), ERROR_SUCCESS);
    CloseHandle(copy);
    CloseHandle(token);
    CloseHandle(event);
    LocalFree(attributes.lpSecurityDescriptor);
}

TESTS
{
    if (test_argc > 1) {
        SetLastError(0);
        ExitProcess(OpenEventA(strtoul(test_argv[1], NULL, 16), FALSE, CHILD_EVENT) ? 0 : GetLastError());
    }
    test_dacl();
    test_errors();
    test_restricted();
    test_integrity();
    test_privileges();
    test_types();
    test_objects();
    test_audit();
    test_impersonation();
    test_pipe();
    test_children();
}
