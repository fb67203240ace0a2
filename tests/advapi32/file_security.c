/* SPDX-License-Identifier: MIT */
/*
 * The security of files: "File Security and Access Rights", "ACE Inheritance Rules", "Standard access rights"; by name, by handle, at
 * creation, and what it means for opening. Descriptors are given as text (SDDL).
 */
#include "../test.h"
#include <aclapi.h>
#include <sddl.h>

static char dir[MAX_PATH], name[MAX_PATH];
static char user[200]; /* the user's SID as text */

static PSECURITY_DESCRIPTOR from_text(const char *format)
{
    static PSECURITY_DESCRIPTOR last;
    char text[1000];
    LocalFree(last);
    last = NULL;
    snprintf(text, sizeof(text), format, user, user, user);
    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, &last, NULL), "%s: error %lu", text,
       GetLastError());
    return last;
}

static const char *dacl_of(const char *file)
{
    static char text[2000];
    PSECURITY_DESCRIPTOR sd;
    char *sddl;
    DWORD error = GetNamedSecurityInfoA(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &sd);
    if (error) {
        snprintf(text, sizeof(text), "error %lu", error);
        return text;
    }
    ConvertSecurityDescriptorToStringSecurityDescriptorA(sd, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &sddl, NULL);
    snprintf(text, sizeof(text), "%s", sddl);
    LocalFree(sddl);
    LocalFree(sd);
    return text;
}

static DWORD try_open(DWORD access, DWORD flags)
{
    HANDLE file = CreateFileA(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                              flags, NULL);
    DWORD error = GetLastError();
    if (file == INVALID_HANDLE_VALUE)
        return error;
    CloseHandle(file);
    return 0;
}

static void make(const char *text)
{
    SECURITY_ATTRIBUTES attributes = { sizeof(attributes), text ? from_text(text) : NULL, FALSE };
    HANDLE file = CreateFileA(name, GENERIC_WRITE, 0, text ? &attributes : NULL, CREATE_NEW, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
}

static ACCESS_MASK effective(const char *file)
{
    PSECURITY_DESCRIPTOR sd;
    TRUSTEEA trustee;
    ACCESS_MASK mask = 0;
    PACL dacl;
    PSID sid;
    ConvertStringSidToSidA(user, &sid);
    ok_int(GetNamedSecurityInfoA(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &dacl, NULL, &sd), 0);
    BuildTrusteeWithSidA(&trustee, sid);
    ok_int(GetEffectiveRightsFromAclA(dacl, &trustee, &mask), 0);
    LocalFree(sd);
    LocalFree(sid);
    return mask;
}

/* What nobody gave anything: the user owns it and may do all, and AccessCheck says so. */
static void test_plain(void)
{
    GENERIC_MAPPING mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };
    char buffer[2000], *text;
    PRIVILEGE_SET set;
    DWORD size, granted = 0, set_size = sizeof(set);
    HANDLE token;
    BOOL status = FALSE, defaulted;
    PSID owner;
    make(NULL);
    ok(GetFileSecurityA(name, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                        buffer, sizeof(buffer), &size),
       "error %lu", GetLastError());
    ok(GetSecurityDescriptorOwner(buffer, &owner, &defaulted) && owner, "error %lu", GetLastError());
    ok(ConvertSidToStringSidA(owner, &text), "error %lu", GetLastError());
    ok(!strcmp(text, user) || !strcmp(text, "S-1-5-32-544"), "owner %s", text);
    LocalFree(text);
    ImpersonateSelf(SecurityImpersonation);
    ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token), "error %lu", GetLastError());
    RevertToSelf();
    ok(AccessCheck(buffer, token, FILE_ALL_ACCESS, &mapping, &set, &set_size, &granted, &status) && status, "error %lu",
       GetLastError());
    ok_hex(granted, FILE_ALL_ACCESS);
    CloseHandle(token);
    ok((effective(name) & (FILE_GENERIC_READ | FILE_GENERIC_WRITE | DELETE)) ==
           (FILE_GENERIC_READ | FILE_GENERIC_WRITE | DELETE),
       "%lx", (long)effective(name));
    ok(DeleteFileA(name), "error %lu", GetLastError());
}

/*
 * A list that allows nobody anything: the owner still reads and changes it ("an object's owner is implicitly granted READ_CONTROL and
 * WRITE_DAC"), and who may delete what the folder holds may delete the file ("DeleteFile").
 */
static void test_empty(void)
{
    PSECURITY_DESCRIPTOR sd = NULL;
    PACL dacl;

    make("D:P");
    ok_int(try_open(GENERIC_READ, 0), ERROR_ACCESS_DENIED);
    ok_int(GetNamedSecurityInfoA(name, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &dacl, NULL, &sd), 0);
    LocalFree(sd);
    ok_int(SetNamedSecurityInfoA(name, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL), 0);
    ok_int(try_open(GENERIC_READ, 0), 0);
    ok(DeleteFileA(name), "error %lu", GetLastError());
    make("D:P");
    ok(DeleteFileA(name), "error %lu", GetLastError());
}

static void enable_security(BOOL on)
{
    TOKEN_PRIVILEGES privileges = { 1, { { { 0, 0 }, on ? SE_PRIVILEGE_ENABLED : 0 } } };
    HANDLE token;

    LookupPrivilegeValueA(NULL, SE_SECURITY_NAME, &privileges.Privileges[0].Luid);
    OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token);
    AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL);
    CloseHandle(token);
}

/* What is audited is seen by privilege only ("SACL Access Right"), of files that nobody gave a descriptor, too. */
static void test_audit(void)
{
    PSECURITY_DESCRIPTOR sd = NULL;
    PACL sacl;
    DWORD error;

    make(NULL);
    enable_security(FALSE);
    ok_int(try_open(ACCESS_SYSTEM_SECURITY, 0), ERROR_PRIVILEGE_NOT_HELD);
    ok_int(GetNamedSecurityInfoA(name, SE_FILE_OBJECT, SACL_SECURITY_INFORMATION, NULL, NULL, NULL, &sacl, &sd),
           ERROR_PRIVILEGE_NOT_HELD);
    enable_security(TRUE);
    error = try_open(ACCESS_SYSTEM_SECURITY, 0);
    ok(!error || error == ERROR_PRIVILEGE_NOT_HELD, "error %lu", error); /* an ordinary user has not got it */
    enable_security(FALSE);
    ok(DeleteFileA(name), "error %lu", GetLastError());
}

/* A list counts: denied is denied, what is not named is not allowed; the owner may always read and change the list. */
static void test_denied(void)
{
    HANDLE file;
    PSECURITY_DESCRIPTOR sd;
    make("D:P(D;;0x116;;;%s)(A;;FA;;;%s)");
    ok_str(strchr(dacl_of(name), '(') ? "list" : "", "list");
    ok_int(try_open(GENERIC_READ, 0), 0);
    ok_int(try_open(GENERIC_WRITE, 0), ERROR_ACCESS_DENIED);
    ok_int(try_open(GENERIC_READ | GENERIC_WRITE, 0), ERROR_ACCESS_DENIED);
    ok_int(try_open(WRITE_DAC, 0), 0);
    file = CreateFileA(name, MAXIMUM_ALLOWED, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    ok(!WriteFile(file, "x", 1, &(DWORD){ 0 }, NULL) && GetLastError() == ERROR_ACCESS_DENIED, "error %lu",
       GetLastError());
    CloseHandle(file);
    sd = from_text("D:P(A;;FR;;;%s)");
    ok(SetFileSecurityA(name, DACL_SECURITY_INFORMATION, sd), "error %lu", GetLastError());
    ok_int(try_open(GENERIC_READ, 0), 0);
    ok_int(try_open(FILE_WRITE_DATA, 0), ERROR_ACCESS_DENIED);
    ok_int(try_open(FILE_EXECUTE, 0), ERROR_ACCESS_DENIED);
    ok_int(try_open(DELETE, 0), 0); /* the directory's FILE_DELETE_CHILD */
    ok((effective(name) & FILE_ALL_ACCESS) == FILE_GENERIC_READ, "%lx", (long)effective(name));
    /* Nothing for anybody */
    ok(SetFileSecurityA(name, DACL_SECURITY_INFORMATION, from_text("D:P")), "error %lu", GetLastError());
    ok_int(try_open(GENERIC_READ, 0), ERROR_ACCESS_DENIED);
    /* All for everybody */
    ok(SetFileSecurityA(name, DACL_SECURITY_INFORMATION, from_text("D:NO_ACCESS_CONTROL")), "error %lu",
       GetLastError());
    ok_int(try_open(GENERIC_ALL, 0), 0);
    ok(DeleteFileA(name), "error %lu", GetLastError());
}

/* What a directory hands down, also if its name is given in full; and what it forbids to be made. */
static void test_inheritance(void)
{
    char sub[MAX_PATH], inner[MAX_PATH];
    const char *text;
    HANDLE file;
    ok(SetFileSecurityA(dir, DACL_SECURITY_INFORMATION,
                        from_text("D:P(A;OICI;FA;;;%s)(A;OIIO;FR;;;WD)(A;CI;0x1200a9;;;BU)")),
       "error %lu", GetLastError());
    make(NULL);
    text = dacl_of(name);
    ok(strstr(text, "(A;ID;FA;;;") && strstr(text, "(A;ID;FR;;;WD)") && !strstr(text, ";BU)"), "%s", text);
    ok(DeleteFileA(name), "error %lu", GetLastError());
    snprintf(sub, sizeof(sub), "%s\\sub", dir);
    ok(CreateDirectoryA(sub, NULL), "error %lu", GetLastError());
    text = dacl_of(sub);
    ok(strstr(text, "(A;OICIID;FA;;;") && strstr(text, "(A;OIIOID;FR;;;WD)") && strstr(text, "(A;CIID;0x1200a9;;;BU)"),
       "%s", text);
    snprintf(inner, sizeof(inner), "%s\\file", sub);
    file = CreateFileA(inner, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
    CloseHandle(file);
    text = dacl_of(inner);
    ok(strstr(text, "(A;ID;FA;;;") && strstr(text, "(A;ID;FR;;;WD)"), "%s", text);
    DeleteFileA(inner);
    ok(SetFileSecurityA(sub, DACL_SECURITY_INFORMATION, from_text("D:P(D;;CCDC;;;%s)(A;;FA;;;%s)")), "error %lu",
       GetLastError()); /* FILE_LIST_DIRECTORY and FILE_ADD_FILE */
    file = CreateFileA(inner, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    ok(RemoveDirectoryA(sub), "error %lu", GetLastError());
    /* What is given explicitly is not mixed with what could be inherited. */
    make("D:P(A;;FA;;;%s)");
    text = dacl_of(name);
    ok(!strstr(text, ";WD)") && !strstr(text, ";ID;"), "%s", text);
    ok(DeleteFileA(name), "error %lu", GetLastError());
}

static void test_handle(void)
{
    PSECURITY_DESCRIPTOR sd;
    EXPLICIT_ACCESSA entry = { .grfAccessPermissions = FILE_GENERIC_READ, .grfAccessMode = GRANT_ACCESS };
    HANDLE file;
    PACL old, new;
    make(NULL);
    file = CreateFileA(name, READ_CONTROL | WRITE_DAC, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok_int(GetSecurityInfo(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &old, NULL, &sd), 0);
    BuildTrusteeWithNameA(&entry.Trustee, (char *)"Everyone");
    ok_int(SetEntriesInAclA(1, &entry, old, &new), 0);
    ok_int(SetSecurityInfo(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, new, NULL), 0);
    CloseHandle(file);
    LocalFree(sd);
    LocalFree(new);
    ok(strstr(dacl_of(name), "(A;;FR;;;WD)") != NULL, "%s", dacl_of(name));
    ok_int(try_open(GENERIC_READ | GENERIC_WRITE, 0), 0);
    file = CreateFileA(name, READ_CONTROL, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok_int(SetSecurityInfo(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL),
           ERROR_ACCESS_DENIED);
    CloseHandle(file);
    ok(DeleteFileA(name), "error %lu", GetLastError());
}

TESTS
{
    TOKEN_USER *token_user;
    char buffer[500], *text;
    HANDLE token;
    DWORD size;
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    token_user = (TOKEN_USER *)buffer;
    ConvertSidToStringSidA(token_user->User.Sid, &text);
    strcpy(user, text);
    LocalFree(text);
    CloseHandle(token);
    GetTempPathA(sizeof(dir), dir);
    strcat(dir, "file_security");
    CreateDirectoryA(dir, NULL);
    snprintf(name, sizeof(name), "%s\\file", dir);
    test_plain();
    test_empty();
    test_audit();
    test_denied();
    test_inheritance();
    test_handle();
    ok(RemoveDirectoryA(dir), "error %lu", GetLastError());
}
