/* SPDX-License-Identifier: MIT */
/*
 * shared_tokens.c: a token is one object, whichever processes have handles to it: what one changes the others see. The program
 * starts itself; a child is told what to do by its arguments and says how it went by its exit code.
 *
 * Documentation: "Access Tokens" ("... a handle ... to an access token object"), OpenProcessToken, AdjustTokenPrivileges,
 * SetTokenInformation, DuplicateHandle, AllocateLocallyUniqueId.
 */
#include "../test.h"

static char self[MAX_PATH];

static PROCESS_INFORMATION start(const char *what, ULONGLONG argument, ULONGLONG argument2, BOOL inherit)
{
    char line[MAX_PATH + 100];
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info = { 0 };
    sprintf(line, "\"%s\" %s %llx %llx", self, what, argument, argument2);
    BOOL done = CreateProcessA(NULL, line, NULL, NULL, inherit, 0, NULL, NULL, &startup, &info);
    ok(done, "CreateProcess: %lu", GetLastError());
    return info;
}

static DWORD finish(PROCESS_INFORMATION info)
{
    DWORD code = ~0u;
    ok(WaitForSingleObject(info.hProcess, 20000) == WAIT_OBJECT_0, "the child does not end");
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    return code;
}

static LUID privilege_luid(const char *name)
{
    LUID luid = { 0, 0 };
    LookupPrivilegeValueA(NULL, name, &luid);
    return luid;
}

static BOOL set_privilege(HANDLE token, const char *name, BOOL enable)
{
    TOKEN_PRIVILEGES wanted = { 1, { { privilege_luid(name), enable ? SE_PRIVILEGE_ENABLED : 0 } } };
    return AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL) && GetLastError() == ERROR_SUCCESS;
}

/* 1: enabled, 0: not, -1: the token does not have it. */
static int has_privilege(HANDLE token, const char *name)
{
    union {
        TOKEN_PRIVILEGES list;
        char space[4096];
    } info;
    DWORD size;
    LUID luid = privilege_luid(name);
    if (!GetTokenInformation(token, TokenPrivileges, &info, sizeof(info), &size))
        return -2;
    for (DWORD i = 0; i < info.list.PrivilegeCount; i++)
        if (info.list.Privileges[i].Luid.LowPart == luid.LowPart)
            return !!(info.list.Privileges[i].Attributes & SE_PRIVILEGE_ENABLED);
    return -1;
}

static TOKEN_STATISTICS statistics(HANDLE token)
{
    TOKEN_STATISTICS result = { 0 };
    DWORD size;
    GetTokenInformation(token, TokenStatistics, &result, sizeof(result), &size);
    return result;
}

static HANDLE token_of(DWORD process_id, DWORD access)
{
    HANDLE token = NULL, process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id);
    if (!process || !OpenProcessToken(process, access, &token))
        token = NULL;
    CloseHandle(process);
    return token;
}

#define ACCESS (TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES | TOKEN_ADJUST_DEFAULT | TOKEN_ADJUST_GROUPS)

static DWORD child(const char *what, ULONGLONG argument, ULONGLONG argument2)
{
    HANDLE handle = (HANDLE)(ULONG_PTR)argument;
    if (!strcmp(what, "enable-parent")) { /* of the process `argument`, whose token's number is argument2 */
        HANDLE token = token_of((DWORD)argument, ACCESS);
        if (!token)
            return 1;
        if (statistics(token).TokenId.LowPart != (DWORD)argument2)
            return 2;
        if (has_privilege(token, "SeShutdownPrivilege") != 0)
            return 3;
        return set_privilege(token, "SeShutdownPrivilege", TRUE) && has_privilege(token, "SeShutdownPrivilege") == 1
                   ? 0
                   : 4;
    }
    if (!strcmp(what, "no-dacl")) {
        TOKEN_DEFAULT_DACL none = { NULL };
        return SetTokenInformation(handle, TokenDefaultDacl, &none, sizeof(none)) ? 0 : 1;
    }
    if (!strcmp(what, "see")) /* argument2: what SeUndockPrivilege is */
        return has_privilege(handle, "SeUndockPrivilege") == (int)argument2 ? 0 : 1;
    if (!strcmp(what, "toggle")) {
        static const char *const names[] = { "SeShutdownPrivilege", "SeUndockPrivilege", "SeTimeZonePrivilege",
                                             "SeIncreaseWorkingSetPrivilege" };
        for (int i = 0; i < 200; i++)
            if (!set_privilege(handle, names[argument2], i & 1) || has_privilege(handle, names[argument2]) != (i & 1))
                return 1;
        return 0;
    }
    if (!strcmp(what, "toggle-for-ever"))
        for (int i = 0;; i++)
            set_privilege(handle, "SeTimeZonePrivilege", i & 1);
    if (!strcmp(what, "luid")) {
        LUID luid;
        AllocateLocallyUniqueId(&luid);
        return luid.LowPart;
    }
    return 99;
}

static void test_process_token(void)
{
    HANDLE token;
    ok(OpenProcessToken(GetCurrentProcess(), ACCESS, &token), "OpenProcessToken: %lu", GetLastError());
    set_privilege(token, "SeShutdownPrivilege", FALSE);
    TOKEN_STATISTICS before = statistics(token);
    ok_int(finish(start("enable-parent", GetCurrentProcessId(), before.TokenId.LowPart, FALSE)), 0);
    ok_int(has_privilege(token, "SeShutdownPrivilege"), 1);
    TOKEN_STATISTICS after = statistics(token);
    ok(before.TokenId.LowPart == after.TokenId.LowPart, "the token has another number");
    ok(before.ModifiedId.LowPart != after.ModifiedId.LowPart, "\"changes each time the token is modified\"");
    /* and back, which only this process does */
    ok(set_privilege(token, "SeShutdownPrivilege", FALSE), "%lu", GetLastError());
    ok_int(has_privilege(token, "SeShutdownPrivilege"), 0);
    CloseHandle(token);
}

static void test_default_dacl(void)
{
    HANDLE token, event;
    DWORD size;
    union {
        SECURITY_DESCRIPTOR sd;
        char space[1024];
    } security;
    BOOL present, defaulted;
    PACL dacl;
    union {
        TOKEN_DEFAULT_DACL info;
        char space[1024];
    } old;
    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token), "OpenProcessToken: %lu", GetLastError());
    ok(GetTokenInformation(token, TokenDefaultDacl, &old, sizeof(old), &size), "%lu", GetLastError());
    HANDLE inherited;
    DuplicateHandle(GetCurrentProcess(), token, GetCurrentProcess(), &inherited, 0, TRUE, DUPLICATE_SAME_ACCESS);
    ok_int(finish(start("no-dacl", (ULONG_PTR)inherited, 0, TRUE)), 0);
    /* What this process makes from now on gets the new default. */
    event = CreateEventA(NULL, FALSE, FALSE, NULL);
    ok(GetKernelObjectSecurity(event, DACL_SECURITY_INFORMATION, &security, sizeof(security), &size), "%lu",
       GetLastError());
    ok(GetSecurityDescriptorDacl(&security, &present, &dacl, &defaulted) && (!present || !dacl),
       "the event has a list: %d %p", present, dacl);
    CloseHandle(event);
    ok(SetTokenInformation(token, TokenDefaultDacl, &old, sizeof(old.info)), "%lu", GetLastError());
    CloseHandle(inherited);
    CloseHandle(token);
}

/* A token that is no process's: inherited by one child, and changed here and there. */
static void test_duplicate(void)
{
    HANDLE process_token, token;
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &process_token), "%lu", GetLastError());
    ok(DuplicateTokenEx(process_token, TOKEN_ALL_ACCESS, &inherit, SecurityImpersonation, TokenImpersonation, &token),
       "%lu", GetLastError());
    ok(set_privilege(token, "SeUndockPrivilege", FALSE), "%lu", GetLastError());
    ok_int(finish(start("see", (ULONG_PTR)token, 0, TRUE)), 0);
    ok(set_privilege(token, "SeUndockPrivilege", TRUE), "%lu", GetLastError());
    ok_int(finish(start("see", (ULONG_PTR)token, 1, TRUE)), 0);
    CloseHandle(token);
    CloseHandle(process_token);
}

/* Several processes change it at once: none of it is lost. One of them is killed in the middle, without harm. */
static void test_at_once(void)
{
    HANDLE process_token, token;
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    PROCESS_INFORMATION info[3], victim;
    OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &process_token);
    ok(DuplicateTokenEx(process_token, TOKEN_ALL_ACCESS, &inherit, SecurityImpersonation, TokenPrimary, &token), "%lu",
       GetLastError());
    victim = start("toggle-for-ever", (ULONG_PTR)token, 0, TRUE);
    for (unsigned i = 0; i < 3; i++)
        info[i] = start("toggle", (ULONG_PTR)token, i == 2 ? 3 : i, TRUE);
    Sleep(50);
    TerminateProcess(victim.hProcess, 5);
    ok_int(finish(victim), 5);
    for (unsigned i = 0; i < 3; i++)
        ok_int(finish(info[i]), 0);
    ok_int(has_privilege(token, "SeShutdownPrivilege"), 1);
    ok_int(has_privilege(token, "SeUndockPrivilege"), 1);
    ok_int(has_privilege(token, "SeIncreaseWorkingSetPrivilege"), 1);
    CloseHandle(token);
    CloseHandle(process_token);
}

static void test_luids(void)
{
    LUID luid;
    DWORD first = finish(start("luid", 0, 0, FALSE)), second = finish(start("luid", 0, 0, FALSE));
    AllocateLocallyUniqueId(&luid);
    ok(first != second && first != luid.LowPart && second != luid.LowPart, "%lx %lx %lx", first, second, luid.LowPart);
}

TESTS
{
    if (test_argc > 3)
        ExitProcess(child(test_argv[1], strtoull(test_argv[2], NULL, 16), strtoull(test_argv[3], NULL, 16)));
    GetModuleFileNameA(NULL, self, sizeof(self));
    test_process_token();
    test_default_dacl();
    test_duplicate();
    test_at_once();
    test_luids();
}
