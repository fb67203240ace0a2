/* SPDX-License-Identifier: MIT */
/*
 * files: what files.sh needs of a Windows program.
 *
 *   dacl FILE              its list, as text
 *   set FILE TEXT          gives it a list
 *   hold close FILE        opens it to be deleted on close; hold pending FILE marks it. Says "held", and waits to be killed
 *   open FILE              opens it for reading: the error
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

static int hold(const char *how, const char *name)
{
    FILE_DISPOSITION_INFO info = { TRUE };
    HANDLE file = CreateFileA(name, GENERIC_READ | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                              strcmp(how, "close") ? 0 : FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE ||
        (strcmp(how, "close") && !SetFileInformationByHandle(file, FileDispositionInfo, &info, sizeof(info))))
        return printf("error %lu\n", GetLastError());
    puts("held");
    fflush(stdout);
    Sleep(60000);
    return 0;
}

int main(int argc, char **argv)
{
    PSECURITY_DESCRIPTOR sd;
    HANDLE file;
    char *text;
    if (argc == 3 && !strcmp(argv[1], "dacl")) {
        if (GetNamedSecurityInfoA(argv[2], SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, NULL, NULL, &sd) ||
            !ConvertSecurityDescriptorToStringSecurityDescriptorA(sd, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text,
                                                                  NULL))
            return printf("error %lu\n", GetLastError());
        puts(text);
    } else if (argc == 4 && !strcmp(argv[1], "set")) {
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(argv[3], SDDL_REVISION_1, &sd, NULL) ||
            !SetFileSecurityA(argv[2], DACL_SECURITY_INFORMATION, sd))
            return printf("error %lu\n", GetLastError());
        puts("done");
    } else if (argc == 4 && !strcmp(argv[1], "hold")) {
        return hold(argv[2], argv[3]);
    } else {
        file = CreateFileA(argv[argc - 1], GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                           OPEN_EXISTING, 0, NULL);
        printf("%lu\n", file == INVALID_HANDLE_VALUE ? GetLastError() : 0);
    }
    return 0;
}
