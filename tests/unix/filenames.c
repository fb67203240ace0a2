/* SPDX-License-Identifier: MIT */
/*
 * filenames.c: what filenames.sh runs: `walk FOLDER` opens, renames there and back, deletes and makes anew every file in the
 * folder by the name that the listing gives; `enter FOLDER` makes each folder in it the current one and makes a file there;
 * `cases FOLDER COUNT` opens files in another case while a native program changes the folder.
 */
#define _WIN32_WINNT 0x0a00
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

static WCHAR folder[1024];
static int failures;

static void check(BOOL ok, const char *what, const WCHAR *name)
{
    if (ok)
        return;
    printf("%s: error %lu:", what, GetLastError());
    for (; *name; name++)
        printf(*name > 0x20 && *name < 0x7f ? "%c" : "[%04x]", *name);
    printf("\n");
    failures++;
}

static const WCHAR *path_of(const WCHAR *name)
{
    static WCHAR path[2][2048];
    static int turn;
    turn = !turn;
    swprintf(path[turn], 2048, L"\\\\?\\%ls\\%ls", folder, name);
    return path[turn];
}

static HANDLE open_name(const WCHAR *name, DWORD access, DWORD disposition)
{
    return CreateFileW(path_of(name), access, 7, NULL, disposition, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static void walk_one(const WCHAR *name)
{
    WCHAR final[2048];
    HANDLE file = open_name(name, GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);
    check(file != INVALID_HANDLE_VALUE, "open", name);
    if (file == INVALID_HANDLE_VALUE)
        return;
    check(GetFinalPathNameByHandleW(file, final, 2048, 0) && !wcscmp(final, path_of(name)), "final name", name);
    CloseHandle(file);
    check(GetFileAttributesW(path_of(name)) != INVALID_FILE_ATTRIBUTES, "attributes", name);
    check(MoveFileW(path_of(name), path_of(L"renamed")), "rename", name);
    check(MoveFileW(path_of(L"renamed"), path_of(name)), "rename back", name);
    check(DeleteFileW(path_of(name)), "delete", name);
    file = open_name(name, GENERIC_WRITE, CREATE_NEW);
    check(file != INVALID_HANDLE_VALUE, "create", name);
    CloseHandle(file);
}

static void enter(const WCHAR *name)
{
    WCHAR path[2048];
    swprintf(path, 2048, L"%ls\\%ls", folder, name);
    check(SetCurrentDirectoryW(path), "enter", name);
    CloseHandle(CreateFileW(L"inside", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL));
    check(GetCurrentDirectoryW(2048, path) && !wcscmp(path + wcslen(folder) + 1, name), "current folder", name);
    SetCurrentDirectoryW(folder);
}

static int walk(void (*one)(const WCHAR *name))
{
    static WCHAR names[200][300];
    int count = 0;
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(path_of(L"*"), &data);

    do {
        if (wcscmp(data.cFileName, L".") && wcscmp(data.cFileName, L"..") && count < 200)
            wcscpy(names[count++], data.cFileName);
    } while (FindNextFileW(find, &data));
    FindClose(find);
    for (int i = 0; i < count; i++)
        one(names[i]);
    return count;
}

static void wait_for(const WCHAR *name, BOOL there)
{
    while ((GetFileAttributesW(path_of(name)) != INVALID_FILE_ATTRIBUTES) != there)
        Sleep(1);
}

/* The native side makes, renames and deletes `Native-N`; a line on standard output asks for each. */
static void cases(int count)
{
    char line[64];

    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 0; i < count; i++) {
        WCHAR name[64];
        swprintf(name, 64, L"ENTRY-%05d", i * 7 % 1000);
        HANDLE file = open_name(name, GENERIC_READ, OPEN_EXISTING);
        check(file != INVALID_HANDLE_VALUE, "another case", name);
        CloseHandle(file);
        swprintf(name, 64, L"nATIVE-%d", i);
        printf("make %d\n", i);
        if (!fgets(line, sizeof(line), stdin))
            return;
        check(GetFileAttributesW(path_of(name)) != INVALID_FILE_ATTRIBUTES, "made natively", name);
        swprintf(name, 64, L"OWN-%d", i);
        file = open_name(name, GENERIC_WRITE, CREATE_NEW);
        check(file != INVALID_HANDLE_VALUE, "create", name);
        CloseHandle(file);
        swprintf(name, 64, L"own-%d", i);
        check(GetFileAttributesW(path_of(name)) != INVALID_FILE_ATTRIBUTES, "own", name);
        printf("rename %d\n", i);
        if (!fgets(line, sizeof(line), stdin))
            return;
        swprintf(name, 64, L"nATIVE-%d", i);
        check(GetFileAttributesW(path_of(name)) == INVALID_FILE_ATTRIBUTES, "renamed natively", name);
        swprintf(name, 64, L"rENAMED-%d", i);
        check(GetFileAttributesW(path_of(name)) != INVALID_FILE_ATTRIBUTES, "new name", name);
        check(DeleteFileW(path_of(name)), "delete", name);
        wait_for(name, FALSE);
    }
    printf("end\n");
}

static BOOL is_there(const WCHAR *name)
{
    HANDLE file = open_name(name, GENERIC_READ, OPEN_EXISTING);
    BOOL there = GetFileAttributesW(path_of(name)) != INVALID_FILE_ATTRIBUTES;

    check((file != INVALID_HANDLE_VALUE) == there, "open as asked", name);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return there;
}

/* A folder that is searched for what is not there, again and again; then it is, made or moved there by the native side. */
static void search(int count)
{
    static const char *const ways[] = { "make", "remove", "replace", "restore" };
    char line[64];

    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 0; i < count; i++) {
        WCHAR name[64], other[64];
        swprintf(name, 64, L"Native-%d", i);
        swprintf(other, 64, L"nATIVE-%d", i);
        for (int way = 0; way < 4; way++) {
            Sleep(way & 1 ? 0 : 30); /* so that the time of the last change is old enough to rely on */
            for (int k = 0; k < 12; k++)
                check(is_there(k % 4 == 3 ? L"NEITHER" : name) == ((way & 1) && k % 4 != 3), "before", name);
            printf("%s %d\n", ways[way], i);
            if (!fgets(line, sizeof(line), stdin))
                return;
            check(is_there(name) == !(way & 1), ways[way], name);
            check(is_there(other) == !(way & 1), ways[way], other);
        }
    }
    printf("end\n");
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    GetFullPathNameA(argv[2], 0, NULL, NULL);
    MultiByteToWideChar(CP_UTF8, 0, argv[2], -1, folder, 1024);
    WCHAR full[1024];
    GetFullPathNameW(folder, 1024, full, NULL);
    wcscpy(folder, full);
    if (!strcmp(argv[1], "walk"))
        printf("%d names\n", walk(walk_one));
    else if (!strcmp(argv[1], "enter"))
        printf("%d names\n", walk(enter));
    else if (!strcmp(argv[1], "search"))
        search(argc > 3 ? atoi(argv[3]) : 0);
    else
        cases(argc > 3 ? atoi(argv[3]) : 0);
    return failures != 0;
}
