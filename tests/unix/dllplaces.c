/* SPDX-License-Identifier: MIT */
/* dllplaces.c: what dlloverrides.sh runs: loads the DLLs that are named and says where each comes from; "other" marks one that is
 * really userenv.dll under another name. */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char path[MAX_PATH];
        HMODULE dll = LoadLibraryA(argv[i]);
        if (!dll) {
            printf("%s: %lu\n", argv[i], GetLastError());
            continue;
        }
        GetModuleFileNameA(dll, path, sizeof(path));
        CharLowerA(path);
        printf("%s: %s%s\n", argv[i], !strncmp(path, "c:\\windows\\system32\\", 20) ? "system" : "own",
               GetProcAddress(dll, "GetProfilesDirectoryW") ? " other" : "");
    }
    return 0;
}
