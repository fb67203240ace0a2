/* SPDX-License-Identifier: MIT */
/* The Path* functions of shlwapi.h and pathcch.h. Expected results are of their documentation pages. */
#include "../test.h"
#include <shlwapi.h>
#include <pathcch.h>

static void canonical(const char *path, const char *expected)
{
    char out[MAX_PATH];

    ok(PathCanonicalizeA(out, path), "%s: error %lu", path, GetLastError());
    ok_str(out, expected);
}

static void test_canonicalize(void)
{
    /* the examples of PathCanonicalize */
    canonical("A:\\name_1\\.\\name_2\\..\\name_3", "A:\\name_1\\name_3");
    canonical("A:\\name_1\\..\\name_2\\.\\name_3", "A:\\name_2\\name_3");
    canonical("A:\\name_1\\name_2\\.\\name_3\\..\\name_4", "A:\\name_1\\name_2\\name_4");
    canonical("A:\\name_1\\.\\name_2\\.\\name_3\\..\\name_4\\..", "A:\\name_1\\name_2");
    canonical("C:\\..", "C:\\");
    canonical("C:", "C:\\");
    canonical("", "\\");
}

static void test_parts(void)
{
    char path[MAX_PATH];

    /* the examples of PathRemoveFileSpec */
    static const struct {
        const char *path, *result;
        BOOL changed;
    } specs[] = {
        { "C:\\TEST\\sample.txt", "C:\\TEST", TRUE },
        { "C:\\TEST", "C:\\", TRUE },
        { "C:\\", "C:\\", FALSE },
        { "\\file", "\\", TRUE },
        { "file.txt", "", TRUE },
        { "", "", FALSE },
    };
    for (unsigned i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        strcpy(path, specs[i].path);
        ok_int(!!PathRemoveFileSpecA(path), specs[i].changed);
        ok_str(path, specs[i].result);
    }
    ok_str(PathFindFileNameA("c:\\path\\file"), "file");
    ok_str(PathFindFileNameA("c:\\path"), "path");
    ok_str(PathFindFileNameA("c:\\path\\"), "path\\");
    ok_str(PathFindExtensionA("c:\\a.b\\c.tar.gz"), ".gz");
    ok_str(PathFindExtensionA("c:\\a.b\\c"), "");
    ok_str(PathGetArgsA("\"a b.exe\" x y"), "x y");
    ok_str(PathSkipRootA("C:\\dir"), "dir");
    ok(PathIsRootA("C:\\") && PathIsRootA("\\") && PathIsRootA("\\\\server\\share") && !PathIsRootA("C:"),
       "PathIsRoot");
    ok(PathIsRelativeA("a\\b") && !PathIsRelativeA("\\a") && !PathIsRelativeA("C:a"), "PathIsRelative");
    ok(PathIsUNCA("\\\\path1\\path2") && PathIsUNCA("\\\\") && !PathIsUNCA("\\path1"), "PathIsUNC");
    ok_int(PathGetDriveNumberA("D:\\x"), 3);
    ok_int(PathGetDriveNumberA("x"), -1);
    strcpy(path, "a b");
    PathQuoteSpacesA(path);
    ok_str(path, "\"a b\"");
    PathUnquoteSpacesA(path);
    ok_str(path, "a b");
    strcpy(path, "C:\\x\\");
    PathRemoveBackslashA(path);
    ok_str(path, "C:\\x");
    ok(*PathAddBackslashA(path) == 0 && !strcmp(path, "C:\\x\\"), "%s", path);
    strcpy(path, "file.txt");
    ok(!PathAddExtensionA(path, ".exe") && PathRenameExtensionA(path, ".c"), "extension");
    ok_str(path, "file.c");
}

static void test_joining(void)
{
    char path[MAX_PATH];

    ok_str(PathCombineA(path, "C:\\dir", "..\\One\\file"), "C:\\One\\file");
    ok_str(PathCombineA(path, "C:\\dir", "D:\\x"), "D:\\x");
    ok_str(PathCombineA(path, "C:\\dir\\sub", "\\x"), "C:\\x");
    strcpy(path, "name_1\\name_2");
    ok(PathAppendA(path, "name_3"), "PathAppend");
    ok_str(path, "name_1\\name_2\\name_3");
    ok_int(PathCommonPrefixA("C:\\win\\desktop\\temp.txt", "c:\\win\\tray\\sample.txt", path), 6);
    ok_str(path, "C:\\win");
    ok(PathIsPrefixA("C:\\", "C:\\x") && PathIsPrefixA("C:\\x", "c:\\X\\y") && !PathIsPrefixA("C:\\x", "C:\\xy"),
       "PathIsPrefix");
    /* the example of PathRelativePathTo */
    ok(PathRelativePathToA(path, "c:\\a\\b\\path", FILE_ATTRIBUTE_DIRECTORY, "c:\\a\\x\\y\\file",
                           FILE_ATTRIBUTE_NORMAL),
       "PathRelativePathTo");
    ok_str(path, "..\\..\\x\\y\\file");
    ok(PathMatchSpecA("abc.txt", "*.doc;*.TXT") && PathMatchSpecA("a", "*.*") && !PathMatchSpecA("abc", "a?"),
       "PathMatchSpec");
}

static void test_cch(void)
{
    WCHAR path[MAX_PATH], *text;

    ok_hex(PathCchCombine(path, MAX_PATH, L"C:\\dir", L"..\\x\\.\\y"), S_OK);
    ok_wstr(path, L"C:\\x\\y");
    ok_hex(PathCchAppend(path, MAX_PATH, L"\\z"), S_OK);
    ok_wstr(path, L"C:\\x\\y\\z");
    ok(FAILED(PathCchAppend(path, 10, L"longer")), "what does not fit");
    ok_hex(PathCchRemoveFileSpec(path, MAX_PATH), S_OK);
    ok_wstr(path, L"C:\\x\\y");
    ok_hex(PathCchStripToRoot(path, MAX_PATH), S_OK);
    ok_wstr(path, L"C:\\");
    ok_hex(PathCchRemoveFileSpec(path, MAX_PATH), S_FALSE);
    ok(PathCchIsRoot(L"\\\\server\\share") && !PathCchIsRoot(L"C:"), "PathCchIsRoot");
    wcscpy(path, L"\\\\?\\UNC\\server\\share");
    ok_hex(PathCchStripPrefix(path, MAX_PATH), S_OK);
    ok_wstr(path, L"\\\\server\\share");
    wcscpy(path, L"a");
    ok_hex(PathCchAddExtension(path, MAX_PATH, L"txt"), S_OK);
    ok_wstr(path, L"a.txt");
    ok_hex(PathCchAddBackslash(path, 6), (HRESULT)0x8007007a);
    ok_hex(PathAllocCanonicalize(L"C:\\a\\..\\b", 0, &text), S_OK);
    ok_wstr(text, L"C:\\b");
    LocalFree(text);
}

static void test_strings(void)
{
    char text[] = " ;text; ";
    int value;

    ok_str(StrStrIA("Hello World", "WORLD"), "World");
    ok_str(StrRChrA("a.b.c", NULL, '.'), ".c");
    ok_str(StrRStrIA("aXbxc", NULL, "x"), "xc");
    ok_int(StrSpnA("aabbc", "ab"), 4);
    ok_int(StrCmpNIA("abC", "ABcd", 3), 0);
    ok(StrTrimA(text, " ;") && !strcmp(text, "text"), "%s", text);
    ok_int(StrToIntA("-12x"), -12);
    ok(StrToIntExA(" 0x1F", STIF_SUPPORT_HEX, &value) && value == 31, "%d", value);
    ok_int(StrCmpLogicalW(L"file2", L"file10"), -1);
    ok_int(StrCmpLogicalW(L"File2", L"file2"), 0);
}

TESTS
{
    test_canonicalize();
    test_parts();
    test_joining();
    test_cch();
    test_strings();
}
