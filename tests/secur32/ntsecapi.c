/* SPDX-License-Identifier: MIT */
/* ntsecapi.c: logon sessions and names of the user (ntsecapi.h, secext.h). */
#define SECURITY_WIN32
#include "../test.h"
#include <ntsecapi.h>
#include <ntstatus.h>
#include <security.h>

static void test_sessions(void)
{
    SECURITY_LOGON_SESSION_DATA *data;
    TOKEN_STATISTICS statistics;
    char name[257];
    WCHAR wide[257];
    LUID *list, none = { 0x12345678, 0x7fff };
    ULONG count, i;
    DWORD size;
    HANDLE token;

    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    ok(GetTokenInformation(token, TokenStatistics, &statistics, sizeof(statistics), &size), "error %lu",
       GetLastError());
    CloseHandle(token);
    ok_hex(LsaEnumerateLogonSessions(&count, &list), STATUS_SUCCESS);
    for (i = 0; i < count; i++)
        if (!memcmp(&list[i], &statistics.AuthenticationId, sizeof(LUID)))
            break;
    ok(i < count, "the process's session is one of %lu", count);
    LsaFreeReturnBuffer(list);

    ok_hex(LsaGetLogonSessionData(&statistics.AuthenticationId, &data), STATUS_SUCCESS);
    size = 257;
    GetUserNameW(wide, &size);
    ok_wstr(data->UserName.Buffer, wide);
    ok_int(data->LogonType, Interactive);
    ok(IsValidSid(data->Sid), "SID");
    LsaFreeReturnBuffer(data);
    ok_hex(LsaGetLogonSessionData(&none, &data), STATUS_NO_SUCH_LOGON_SESSION);
    (void)name;
}

static void test_names(void)
{
    char name[600], user[257], computer[MAX_COMPUTERNAME_LENGTH + 1], expected[600];
    ULONG size = sizeof(name);
    DWORD n = sizeof(user);

    GetUserNameA(user, &n);
    n = sizeof(computer);
    GetComputerNameA(computer, &n);
    snprintf(expected, sizeof(expected), "%s\\%s", computer, user);
    ok(GetUserNameExA(NameSamCompatible, name, &size), "error %lu", GetLastError());
    ok_str(name, expected);
    ok_int(size, strlen(name));
    size = 1;
    ok_err(GetUserNameExA(NameSamCompatible, name, &size), ERROR_MORE_DATA);
    ok_int(size, strlen(expected) + 1);
    size = sizeof(name);
    ok(GetUserNameExA(NameDisplay, name, &size), "error %lu", GetLastError());
    ok(*name, "a name");
    ok_err(GetUserNameExA(NameFullyQualifiedDN, name, &size), ERROR_NONE_MAPPED);
}

static void test_packages(void)
{
    LSA_STRING name = { 4, 5, (char *)"none" };
    ULONG package;
    HANDLE lsa;

    ok_hex(LsaConnectUntrusted(&lsa), STATUS_SUCCESS);
    ok_hex(LsaLookupAuthenticationPackage(lsa, &name, &package), STATUS_NO_SUCH_PACKAGE);
    ok_hex(LsaDeregisterLogonProcess(lsa), STATUS_SUCCESS);
}

TESTS
{
    test_sessions();
    test_names();
    test_packages();
}
