/* SPDX-License-Identifier: MIT */
/* aclapi_tree.c: what directories and keys hand down: "Automatic Propagation of Inheritable ACEs", TreeSetNamedSecurityInfo. */
#include "../test.h"
#include <aclapi.h>
#include <sddl.h>

static char root[MAX_PATH], user[200];

static const char *path_of(const char *name)
{
    static char paths[4][MAX_PATH];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, MAX_PATH, "%s%s%s", root, *name ? "\\" : "", name);
    return path;
}

static void make_file(const char *name)
{
    HANDLE file = CreateFileA(path_of(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", name, GetLastError());
    CloseHandle(file);
}

static PACL acl_of(const char *format, PSECURITY_DESCRIPTOR *sd)
{
    char text[1000];
    BOOL present, defaulted;
    PACL acl = NULL;
    snprintf(text, sizeof(text), format, user, user, user);
    ok(ConvertStringSecurityDescriptorToSecurityDescriptorA(text, SDDL_REVISION_1, sd, NULL), "%s: error %lu", text,
       GetLastError());
    GetSecurityDescriptorDacl(*sd, &present, &acl, &defaulted);
    return acl;
}

static DWORD set(const char *name, const char *format, SECURITY_INFORMATION how)
{
    PSECURITY_DESCRIPTOR sd;
    PACL acl = acl_of(format, &sd);
    DWORD error = SetNamedSecurityInfoA((char *)path_of(name), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | how, NULL,
                                        NULL, acl, NULL);
    LocalFree(sd);
    return error;
}

static const char *dacl_of(const char *name)
{
    static char text[2000];
    PSECURITY_DESCRIPTOR sd;
    char *sddl;
    DWORD error =
        GetNamedSecurityInfoA(path_of(name), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &sd);
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

static void check_dacl(int line, const char *name, const char *format)
{
    char text[1000];
    snprintf(text, sizeof(text), format, user, user);
    ok(!strcmp(dacl_of(name), text), "line %d: %s has %s, not %s", line, name, dacl_of(name), text);
}
#define ok_dacl(name, text) check_dacl(__LINE__, name, text)

static void remove_all(void)
{
    DeleteFileA(path_of("sub\\inner\\deep"));
    RemoveDirectoryA(path_of("sub\\inner"));
    DeleteFileA(path_of("sub\\file"));
    RemoveDirectoryA(path_of("sub"));
    DeleteFileA(path_of("file"));
    ok(RemoveDirectoryA(root), "error %lu", GetLastError());
}

static void make_all(void)
{
    ok(CreateDirectoryA(root, NULL), "error %lu", GetLastError());
    make_file("file");
    CreateDirectoryA(path_of("sub"), NULL);
    make_file("sub\\file");
    CreateDirectoryA(path_of("sub\\inner"), NULL);
    make_file("sub\\inner\\deep");
}

/* SetNamedSecurityInfo hands down what can be inherited to what is there already. */
static void test_set(void)
{
    make_all();
    ok_int(set("", "D:(A;OICI;FA;;;%s)(A;OI;FR;;;WD)(A;;FX;;;BU)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_dacl("", "D:PAI(A;OICI;FA;;;%s)(A;OI;FR;;;WD)(A;;FX;;;BU)");
    ok_dacl("file", "D:AI(A;ID;FA;;;%s)(A;ID;FR;;;WD)");
    ok_dacl("sub", "D:AI(A;OICIID;FA;;;%s)(A;OIIOID;FR;;;WD)");
    ok_dacl("sub\\inner\\deep", "D:AI(A;ID;FA;;;%s)(A;ID;FR;;;WD)");
    /* An own entry stays, and precedes what is inherited. What is given as inherited is computed anew. */
    ok_int(set("sub", "D:(A;OI;FX;;;BU)(A;ID;FA;;;WD)", 0), 0);
    ok_dacl("sub", "D:AI(A;OI;FX;;;BU)(A;OICIID;FA;;;%s)(A;OIIOID;FR;;;WD)");
    ok_dacl("sub\\file", "D:AI(A;ID;FX;;;BU)(A;ID;FA;;;%s)(A;ID;FR;;;WD)");
    /* Who changes the root again replaces what was inherited, and that only. */
    ok_int(set("", "D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_dacl("sub", "D:AI(A;OI;FX;;;BU)(A;OICIID;FA;;;%s)");
    ok_dacl("sub\\inner\\deep", "D:AI(A;ID;FX;;;BU)(A;ID;FA;;;%s)");
    /* What is protected, and all below it, is left alone. */
    ok_int(set("sub", "D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_int(set("", "D:(A;OICI;FA;;;%s)(A;OICI;FR;;;WD)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_dacl("file", "D:AI(A;ID;FA;;;%s)(A;ID;FR;;;WD)");
    ok_dacl("sub", "D:PAI(A;OICI;FA;;;%s)");
    ok_dacl("sub\\file", "D:AI(A;ID;FA;;;%s)");
    /* Neither flag: it stays protected. UNPROTECTED_...: it inherits again. */
    ok_int(set("sub", "D:(A;OICI;FX;;;BU)(A;OICI;FA;;;%s)", 0), 0);
    ok_dacl("sub", "D:PAI(A;OICI;FX;;;BU)(A;OICI;FA;;;%s)");
    ok_int(set("sub", "D:(A;OICI;FX;;;BU)", UNPROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_dacl("sub", "D:AI(A;OICI;FX;;;BU)(A;OICIID;FA;;;%s)(A;OICIID;FR;;;WD)");
    /* A denial that is handed down is one. */
    ok_int(set("", "D:(D;OI;DCLCRPDTCR;;;%s)(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    HANDLE file = CreateFileA(path_of("file"), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED, "error %lu", GetLastError());
    remove_all();
}

/* By handle it is the same; what is not given as a list is not handed down. */
static void test_handle(void)
{
    PSECURITY_DESCRIPTOR sd;
    PACL acl;
    HANDLE dir;
    make_all();
    dir = CreateFileA(root, READ_CONTROL | WRITE_DAC, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    acl = acl_of("D:(A;OICI;FA;;;%s)", &sd);
    ok_int(SetSecurityInfo(dir, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL,
                           NULL, acl, NULL),
           0);
    LocalFree(sd);
    CloseHandle(dir);
    ok_dacl("sub\\inner\\deep", "D:AI(A;ID;FA;;;%s)");
    remove_all();
}

/* A right that is added to a directory's list leaves its owner what it had, in the files that are there and in new ones. */
static void test_added(void)
{
    EXPLICIT_ACCESSA entry = { .grfAccessPermissions = FILE_GENERIC_READ,
                               .grfAccessMode = GRANT_ACCESS,
                               .grfInheritance = SUB_CONTAINERS_AND_OBJECTS_INHERIT };
    PSECURITY_DESCRIPTOR sd;
    PACL old, made;
    HANDLE file;
    make_all();
    ok_int(GetNamedSecurityInfoA(root, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &old, NULL, &sd), 0);
    BuildTrusteeWithNameA(&entry.Trustee, (char *)"BUILTIN\\Guests");
    ok_int(SetEntriesInAclA(1, &entry, old, &made), 0);
    ok_int(SetNamedSecurityInfoA(root, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, made, NULL), 0);
    LocalFree(made);
    LocalFree(sd);
    make_file("sub\\new");
    ok(strstr(dacl_of("file"), ";ID;FR;;;BG)") != NULL, "%s", dacl_of("file"));
    ok(strstr(dacl_of("sub\\new"), ";ID;FR;;;BG)") != NULL, "%s", dacl_of("sub\\new"));
    static const char *const names[] = { "file", "sub\\file", "sub\\new", "sub\\inner\\deep" };
    for (int i = 0; i < 4; i++) {
        file = CreateFileA(path_of(names[i]), GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL, OPEN_EXISTING, 0, NULL);
        ok(file != INVALID_HANDLE_VALUE, "%s: error %lu", names[i], GetLastError());
        CloseHandle(file);
    }
    DeleteFileA(path_of("sub\\new"));
    remove_all();
}

static struct {
    int calls, failed, set;
    char last[MAX_PATH];
    PROG_INVOKE_SETTING then;
} seen;

static void progress(LPWSTR name, DWORD status, PPROG_INVOKE_SETTING setting, PVOID args, BOOL was_set)
{
    ok(args == &seen, "arguments");
    seen.calls++;
    seen.failed += status != 0;
    seen.set += was_set != 0;
    WideCharToMultiByte(CP_ACP, 0, name, -1, seen.last, sizeof(seen.last), NULL, NULL);
    if (seen.then)
        *setting = seen.then;
}

static DWORD tree(const char *format, SECURITY_INFORMATION how, DWORD action, PROG_INVOKE_SETTING setting)
{
    PSECURITY_DESCRIPTOR sd;
    PACL acl = acl_of(format, &sd);
    DWORD error;
    memset(&seen, 0, offsetof(typeof(seen), then));
    error = TreeSetNamedSecurityInfoA(root, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | how, NULL, NULL, acl, NULL,
                                      action, progress, setting, &seen);
    LocalFree(sd);
    return error;
}

static void test_tree(void)
{
    make_all();
    ok_int(set("sub", "D:(A;OICI;FX;;;BU)(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_int(set("file", "D:(A;;FX;;;BU)", 0), 0);
    ok_int(tree("D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION, TREE_SEC_INFO_RESET_KEEP_EXPLICIT,
                ProgressInvokeEveryObject),
           0);
    ok_dacl("file", "D:AI(A;;FX;;;BU)(A;ID;FA;;;%s)");
    ok(seen.calls >= 3 && !seen.failed, "%d calls, %d failed", seen.calls, seen.failed);
    /* "Any existing security information is removed from all objects on the tree." */
    ok_int(
        tree("D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION, TREE_SEC_INFO_RESET, ProgressInvokeEveryObject),
        0);
    ok_int(seen.calls, 6);
    ok_int(seen.set, 6);
    ok(!strncmp(seen.last, root, strlen(root)), "%s", seen.last);
    ok_dacl("file", "D:AI(A;ID;FA;;;%s)");
    ok_dacl("sub", "D:AI(A;OICIID;FA;;;%s)");
    ok_dacl("sub\\inner\\deep", "D:AI(A;ID;FA;;;%s)");
    ok_int(tree("D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION, TREE_SEC_INFO_SET, ProgressInvokeOnError),
           0);
    ok_int(seen.calls, 0);
    seen.then = ProgressCancelOperation;
    tree("D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION, TREE_SEC_INFO_SET, ProgressInvokeEveryObject);
    ok_int(seen.calls, 1);
    seen.then = 0;
    ok_int(TreeSetNamedSecurityInfoA(root, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL,
                                     TREE_SEC_INFO_SET, NULL, ProgressInvokeNever, NULL),
           ERROR_INVALID_PARAMETER);
    remove_all();
}

/* GetInheritanceSource: which directory an entry comes from. */
static void test_source(void)
{
    GENERIC_MAPPING mapping = { FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS };
    INHERITED_FROMA from[10];
    PSECURITY_DESCRIPTOR sd;
    PACL acl;
    make_all();
    ok_int(set("", "D:(A;OICI;FA;;;%s)", PROTECTED_DACL_SECURITY_INFORMATION), 0);
    ok_int(set("sub\\inner", "D:(A;OI;FX;;;BU)", 0), 0);
    ok_int(set("sub\\inner\\deep", "D:(A;;FR;;;WD)", 0), 0);
    ok_dacl("sub\\inner\\deep", "D:AI(A;;FR;;;WD)(A;ID;FX;;;BU)(A;ID;FA;;;%s)");
    ok_int(GetNamedSecurityInfoA(path_of("sub\\inner\\deep"), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL,
                                 &acl, NULL, &sd),
           0);
    ok_int(GetInheritanceSourceA((char *)path_of("sub\\inner\\deep"), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, FALSE,
                                 NULL, 0, acl, NULL, &mapping, from),
           0);
    ok_int(from[0].GenerationGap, 0);
    ok(!from[0].AncestorName, "an own entry");
    ok_int(from[1].GenerationGap, 1);
    ok_str(from[1].AncestorName, path_of("sub\\inner"));
    ok_int(from[2].GenerationGap, 3);
    ok_str(from[2].AncestorName, root);
    ok_int(FreeInheritedFromArray((INHERITED_FROMW *)from, acl->AceCount, NULL), 0);
    LocalFree(sd);
    remove_all();
}

static void test_keys(void)
{
    static const char *const path = "CURRENT_USER\\Software\\Transom Test\\tree";
    PSECURITY_DESCRIPTOR sd;
    PACL acl;
    HKEY key;
    char *text;
    RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\Transom Test\\tree\\a\\b", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key,
                    NULL);
    RegCloseKey(key);
    acl = acl_of("D:(A;CI;KA;;;%s)(A;CI;KR;;;WD)", &sd);
    ok_int(SetNamedSecurityInfoA((char *)path, SE_REGISTRY_KEY,
                                 DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL, NULL, acl,
                                 NULL),
           0);
    LocalFree(sd);
    ok_int(GetNamedSecurityInfoA("CURRENT_USER\\Software\\Transom Test\\tree\\a\\b", SE_REGISTRY_KEY,
                                 DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &sd),
           0);
    ConvertSecurityDescriptorToStringSecurityDescriptorA(sd, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, NULL);
    ok(strstr(text, "(A;CIID;KR;;;WD)") != NULL, "%s", text);
    LocalFree(text);
    LocalFree(sd);
    RegDeleteTreeA(HKEY_CURRENT_USER, "Software\\Transom Test\\tree");
}

TESTS
{
    char buffer[500], *text;
    HANDLE token;
    DWORD size;
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    ConvertSidToStringSidA(((TOKEN_USER *)buffer)->User.Sid, &text);
    strcpy(user, text);
    LocalFree(text);
    CloseHandle(token);
    GetTempPathA(sizeof(root), root);
    strcat(root, "aclapi_tree");
    test_set();
    test_handle();
    test_added();
    test_tree();
    test_source();
    test_keys();
}
