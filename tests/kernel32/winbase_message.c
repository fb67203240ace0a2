/* SPDX-License-Identifier: MIT */
/* winbase_message.c: FormatMessage and the message tables of the system's DLLs. */
#include "../test.h"

#define NO_INSERTS FORMAT_MESSAGE_IGNORE_INSERTS

static char text[4096];

static DWORD message(DWORD flags, const char *module, DWORD id)
{
    text[0] = 0;
    SetLastError(0xdeadbeef);
    return FormatMessageA(flags, module ? GetModuleHandleA(module) : NULL, id, 0, text, sizeof(text), NULL);
}

/* "System Error Codes" and "COM Error Codes" list these texts; each ends in a line break. */
static void test_system(void)
{
    static const struct {
        DWORD id;
        const char *text;
    } expected[] = {
        { 0, "The operation completed successfully.\r\n" },
        { ERROR_FILE_NOT_FOUND, "The system cannot find the file specified.\r\n" },
        { ERROR_ACCESS_DENIED, "Access is denied.\r\n" },
        { ERROR_BAD_EXE_FORMAT, "%1 is not a valid Win32 application.\r\n" },
        { 590, "{Unexpected Failure in DebugActiveProcess}\r\nAn unexpected failure occurred while processing a "
               "DebugActiveProcess API request. You may choose OK to terminate the process, or Cancel to ignore the "
               "error.\r\n" },
        { WSAECONNREFUSED, "No connection could be made because the target machine actively refused it.\r\n" },
        { 15841, "This API cannot be used in the context of the caller's application type.\r\n" },
        { (DWORD)E_FAIL, "Unspecified error\r\n" },
        { (DWORD)E_NOINTERFACE, "No such interface supported\r\n" },
        { (DWORD)REGDB_E_CLASSNOTREG, "Class not registered\r\n" },
        { (DWORD)CRYPT_E_NOT_FOUND, "Cannot find object or property.\r\n" },
        { (DWORD)CO_E_NOTINITIALIZED, "CoInitialize has not been called.\r\n" },
    };
    char *allocated = NULL;

    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        DWORD length = message(FORMAT_MESSAGE_FROM_SYSTEM | NO_INSERTS, NULL, expected[i].id);

        ok_str(text, expected[i].text);
        ok_int(length, strlen(expected[i].text));
    }
    /* An HRESULT of FACILITY_WIN32 has its error's text. */
    message(FORMAT_MESSAGE_FROM_SYSTEM | NO_INSERTS, NULL, (DWORD)E_ACCESSDENIED);
    ok_str(text, "Access is denied.\r\n");
    /* NTSTATUS values are not among the system's messages: they are in ntdll.dll. */
    ok_int(message(FORMAT_MESSAGE_FROM_SYSTEM | NO_INSERTS, NULL, (DWORD)STATUS_ACCESS_VIOLATION), 0);
    ok_int(GetLastError(), ERROR_MR_MID_NOT_FOUND);
    ok_int(message(FORMAT_MESSAGE_FROM_SYSTEM | NO_INSERTS, NULL, 0x12345678), 0);
    ok_int(GetLastError(), ERROR_MR_MID_NOT_FOUND);

    ok(FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | NO_INSERTS, NULL,
                      ERROR_ACCESS_DENIED, 0, (char *)&allocated, 0, NULL),
       "error %lu", GetLastError());
    ok_str(allocated, "Access is denied.\r\n");
    LocalFree(allocated);
    ok_int(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | NO_INSERTS, NULL, ERROR_ACCESS_DENIED, 0, text, 5, NULL), 0);
    ok_int(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

/* [MS-ERREF] 2.3.1 */
static void test_modules(void)
{
    const DWORD flags = FORMAT_MESSAGE_FROM_HMODULE | NO_INSERTS;

    ok(message(flags, "kernel32.dll", ERROR_FILE_NOT_FOUND) != 0, "error %lu", GetLastError());
    ok_str(text, "The system cannot find the file specified.\r\n");
    ok(message(flags, "ntdll.dll", 0xc0000001) != 0, "error %lu", GetLastError());
    ok_str(text, "{Operation Failed}\r\nThe requested operation was unsuccessful.\r\n");
    ok(message(flags, "ntdll.dll", (DWORD)STATUS_BREAKPOINT) != 0, "error %lu", GetLastError());
    ok_str(text, "{EXCEPTION}\r\nBreakpoint\r\nA breakpoint has been reached.\r\n");
    ok(message(flags, "ntdll.dll", 0xc0000034) != 0, "error %lu", GetLastError());
    ok_str(text, "Object Name not found.\r\n");
    ok(message(flags, "ntdll.dll", (DWORD)STATUS_ACCESS_VIOLATION) != 0, "error %lu", GetLastError());
    ok(!strncmp(text, "The instruction at 0x%", 22), "%s", text);
    ok_int(message(flags, "ntdll.dll", 0x12345678), 0);
    ok_int(GetLastError(), ERROR_MR_MID_NOT_FOUND);
    /* A module without messages; the system is asked next if that is wanted. */
    ok_int(message(flags, NULL, ERROR_FILE_NOT_FOUND), 0);
    ok_int(GetLastError(), ERROR_RESOURCE_DATA_NOT_FOUND);
    ok(message(flags | FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_FILE_NOT_FOUND) != 0, "error %lu", GetLastError());
    ok_str(text, "The system cannot find the file specified.\r\n");
}

static const char *format(DWORD flags, const char *source, ...)
{
    va_list args;
    DWORD length;

    text[0] = 0;
    va_start(args, source);
    length = FormatMessageA(FORMAT_MESSAGE_FROM_STRING | flags, source, 0, 0, text, sizeof(text), &args);
    va_end(args);
    if (!length && GetLastError())
        snprintf(text, sizeof(text), "error %lu", GetLastError());
    return text;
}

/* FormatMessage's page: "Remarks", and FORMAT_MESSAGE_IGNORE_INSERTS */
static void test_format(void)
{
    ok_str(format(0, "%1 %2!d! %3!x!", "one", 2, 0xabc), "one 2 abc");
    ok_str(format(0, "%1!*.*s! %4 %5!*s!", 4, 2, "Bill", "Bob", 6, "Bill"), "  Bi Bob   Bill");
    ok_str(format(0, "a%nb%%c%.d% e%!f"), "a\r\nb%c.d e!f");
    ok_str(format(0, "a\nb%0c"), "a\r\nb");
    ok_str(format(0, "a%"), "error 87");
    ok_str(format(NO_INSERTS, "%1 %2!d! %p %hs"), "%1 %2!d! %p %hs");
    ok_str(format(FORMAT_MESSAGE_MAX_WIDTH_MASK, "one\r\ntwo%nthree"), "one two\r\nthree");
    ok_str(format(10, "one two three four five"), "one two\r\nthree four\r\nfive");
}

TESTS
{
    test_system();
    test_modules();
    test_format();
}
