/* SPDX-License-Identifier: MIT */
/* Sizes and times for people; the expected texts are those of the documentation pages. wnsprintf; directories. */
#include "../test.h"
#include <shlwapi.h>

TESTS
{
    static const struct {
        LONGLONG size;
        const char *bytes, *kilobytes;
    } sizes[] = {
        { 0, "0 bytes", "0 KB" },      { 532, "532 bytes", "1 KB" },       { 1340, "1.30 KB", "2 KB" },
        { 23506, "22.9 KB", "23 KB" }, { 2400016, "2.28 MB", "2,344 KB" }, { 2400000000, "2.23 GB", "2,343,750 KB" },
    };
    static const struct {
        DWORD time;
        int digits;
        const char *text;
    } times[] = {
        { 34000, 3, " 34 sec" },       { 34000, 2, " 34 sec" },       { 34000, 1, " 30 sec" },
        { 74000, 3, " 1 min 14 sec" }, { 74000, 2, " 1 min 10 sec" }, { 74000, 1, " 1 min" },
    };
    char text[64], path[MAX_PATH];

    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ok_str(StrFormatByteSize64A(sizes[i].size, text, sizeof text), sizes[i].bytes);
        ok_str(StrFormatKBSizeA(sizes[i].size, text, sizeof text), sizes[i].kilobytes);
    }
    for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
        ok_int(StrFromTimeIntervalA(text, sizeof text, times[i].time, times[i].digits), (int)strlen(times[i].text));
        ok_str(text, times[i].text);
    }
    ok_int(wnsprintfA(text, sizeof text, "%s %d %c", "a", 42, 'x'), 6);
    ok_str(text, "a 42 x");
    ok(wnsprintfA(text, 4, "%s", "longer") < 0, "what is cut");
    ok_str(text, "lon");

    GetTempPathA(sizeof path, path);
    snprintf(path + strlen(path), 64, "transom-shlwapi-%lu", GetCurrentProcessId());
    ok(!PathIsDirectoryA(path) && !PathFileExistsA(path), "it is there already");
    CreateDirectoryA(path, NULL);
    ok_int(PathIsDirectoryA(path), FILE_ATTRIBUTE_DIRECTORY);
    ok(PathIsDirectoryEmptyA(path), "not empty");
    ok(PathFileExistsA(path), "not there");
    RemoveDirectoryA(path);
    ok_str(PathBuildRootA(path, 2), "C:\\");
    strcpy(path, "prog.exe  -x y");
    PathRemoveArgsA(path);
    ok_str(path, "prog.exe");
}
