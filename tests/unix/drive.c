/* SPDX-License-Identifier: MIT */
/* drive: what the functions about drives say of Q: and R: (drive.sh). */
#include <windows.h>
#include <stdio.h>

static void final_path(const char *name, DWORD flags)
{
    char path[MAX_PATH];
    HANDLE file = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (!GetFinalPathNameByHandleA(file, path, sizeof(path), flags))
        sprintf(path, "error %lu", GetLastError());
    puts(path);
    CloseHandle(file);
}

int main(int argc, char **argv)
{
    char text[512], all[8192];
    if (argc > 1) { /* `types X:\\ ...` */
        for (int i = 2; i < argc; i++)
            printf("%u\n", GetDriveTypeA(argv[i]));
        return 0;
    }
    GetLogicalDriveStringsA(sizeof(text), text);
    for (const char *p = text; *p; p += strlen(p) + 1)
        printf("%s%s", p == text ? "" : " ", p);
    printf("\ntype %u\n", GetDriveTypeA("Q:\\"));
    if (!QueryDosDeviceA("q:", text, sizeof(text)))
        sprintf(text, "error %lu", GetLastError());
    puts(text);
    final_path("Q:\\sub\\file.TXT", 0);
    final_path("R:\\file.TXT", 0);
    final_path("R:\\file.TXT", VOLUME_NAME_NT);
    DWORD size = QueryDosDeviceA(NULL, all, sizeof(all)), found = 0;
    for (const char *p = all; size && *p; p += strlen(p) + 1)
        found += !strcmp(p, "Q:") || !strcmp(p, "R:") || !strcmp(p, "C:");
    if (found != 3)
        puts("QueryDosDevice does not list them");
    return 0;
}
