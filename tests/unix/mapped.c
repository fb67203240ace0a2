/* SPDX-License-Identifier: MIT */
/* mapped.c: a view of a file that a native program changes and truncates: for mapped.sh. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static DWORD code, status;
extern char after_touch[];

static LONG CALLBACK handler(EXCEPTION_POINTERS *info)
{
    const EXCEPTION_RECORD *record = info->ExceptionRecord;

    code = record->ExceptionCode;
    status = record->NumberParameters > 2 ? (DWORD)record->ExceptionInformation[2] : 0;
    info->ContextRecord->Rip = (ULONG_PTR)after_touch;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void __attribute__((noinline)) touch(volatile char *address)
{
    __asm__ volatile("movb (%0), %%al\n.globl after_touch\nafter_touch:" : : "r"(address) : "rax", "memory");
}

int main(int argc, char **argv)
{
    HANDLE file = CreateFileA(argv[1], GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    volatile char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    char line[16], buffer[16];
    DWORD n = 0;

    (void)argc;
    /* one and the same for both ways */
    SetFilePointer(file, 8192, NULL, FILE_BEGIN);
    WriteFile(file, "written", 7, &n, NULL);
    view[0] = 'V';
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ReadFile(file, buffer, 1, &n, NULL);
    printf("%.7s %c\n", (const char *)view + 8192, buffer[0]);
    fflush(stdout);
    fgets(line, sizeof line, stdin); /* the native program has written */
    printf("%.6s\n", (const char *)view + 4096);
    fflush(stdout);
    fgets(line, sizeof line, stdin); /* it has truncated */
    AddVectoredExceptionHandler(1, handler);
    touch(view + 8192);
    printf("%lx %lx\n", code, status);
    /* the kernel's own access: an error, no end */
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    printf("%d", ReadFile(file, (char *)view + 8192, 16, &n, NULL));
    printf(" %d\n", WriteFile(file, (char *)view + 8192, 16, &n, NULL));
    printf("%c\n", view[0]);
    return 0;
}
