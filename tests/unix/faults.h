/* SPDX-License-Identifier: MIT */
/* faults.h: what the programs of faults.sh share: folders whose names make calls fail (tests/stress/fault_rules.h), and files in them. */
#pragma once
#include "../test.h"
#include <winternl.h>

#define HELPER static __attribute__((unused)) /* not each program calls all */

#ifndef ERROR_DISK_QUOTA_EXCEEDED
#define ERROR_DISK_QUOTA_EXCEEDED 1295
#endif

static char block[300000];

HELPER const char *in(const char *folder, const char *name)
{
    static char names[4][MAX_PATH];
    static unsigned next;
    char *text = names[next++ % 4];

    CreateDirectoryA(folder, NULL);
    sprintf(text, "%s\\%s", folder, name);
    return text;
}

HELPER HANDLE open_file(const char *name, DWORD access, DWORD disposition)
{
    return CreateFileA(name, access, 7, NULL, disposition, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

HELPER bool exists(const char *name)
{
    WIN32_FIND_DATAA data;
    HANDLE find = FindFirstFileA(name, &data); /* the folder's rule may concern looking at the file */

    if (find == INVALID_HANDLE_VALUE)
        return false;
    FindClose(find);
    return true;
}

HELPER LONGLONG size_of(const char *name)
{
    WIN32_FILE_ATTRIBUTE_DATA data = { 0 };

    if (!GetFileAttributesExA(name, GetFileExInfoStandard, &data))
        return -1;
    return (LONGLONG)data.nFileSizeHigh << 32 | data.nFileSizeLow;
}

HELPER void make_file(const char *name, DWORD size)
{
    HANDLE file = open_file(name, GENERIC_WRITE, CREATE_ALWAYS);
    DWORD done = 0;

    ok(WriteFile(file, block, size, &done, NULL) && done == size, "%s: error %lu", name, GetLastError());
    CloseHandle(file);
}

static LONG in_page_error(EXCEPTION_POINTERS *e, ULONG_PTR *status)
{
    if (e->ExceptionRecord->ExceptionCode != EXCEPTION_IN_PAGE_ERROR)
        return EXCEPTION_CONTINUE_SEARCH;
    *status = e->ExceptionRecord->NumberParameters > 2 ? e->ExceptionRecord->ExceptionInformation[2] : 0;
    return EXCEPTION_EXECUTE_HANDLER;
}

static ULONG_PTR page_status;
static void *page_continue[5];

static LONG WINAPI page_handler(EXCEPTION_POINTERS *e)
{
    if (in_page_error(e, &page_status) != EXCEPTION_EXECUTE_HANDLER)
        return EXCEPTION_CONTINUE_SEARCH;
    __builtin_longjmp(page_continue, 1);
}

HELPER bool touch(const volatile char *at)
{
    PVOID handler = AddVectoredExceptionHandler(1, page_handler);
    volatile bool faulted = true;

    if (!__builtin_setjmp(page_continue)) {
        (void)*at;
        faulted = false;
    }
    RemoveVectoredExceptionHandler(handler);
    return faulted;
}

/* faults.sh does what the line says, then answers. */
HELPER void ask(const char *what)
{
    char answer[16];

    printf("%s\n", what);
    fflush(stdout);
    if (!fgets(answer, sizeof(answer), stdin))
        ok(false, "no answer");
}
