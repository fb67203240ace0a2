/* SPDX-License-Identifier: MIT */
/* cold.c FILE: an overlapped read of what is not in the cache; says whether the call came back before it was done. */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv)
{
    HANDLE file = CreateFileA(argv[argc - 1], GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    static char buffer[4 << 20];
    OVERLAPPED ov = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
    BOOL done = ReadFile(file, buffer, sizeof buffer, NULL, &ov);
    const char *how = done ? "done" : GetLastError() == ERROR_IO_PENDING ? "pending" : "failed";
    DWORD n = 0;

    GetOverlappedResult(file, &ov, &n, TRUE);
    printf("%s %lu %c\n", how, n, buffer[n - 1]);
    return 0;
}
