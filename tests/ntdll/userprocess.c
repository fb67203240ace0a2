/* SPDX-License-Identifier: MIT */
/* NtCreateUserProcess and RtlCreateUserProcess, as programs use them; CreateProcessWithToken and WithLogon. */
#include "../test.h"
#include <winternl.h>

typedef struct {
    ULONG_PTR Attribute;
    SIZE_T Size;
    void *Value;
    SIZE_T *ReturnLength;
} ATTRIBUTE;

typedef struct {
    SIZE_T Size;
    ULONG State;
    ULONG_PTR Rest[9];
} CREATE_INFO;

typedef struct {
    ULONG_PTR Entry;
    ULONG ZeroBits;
    ULONG_PTR MaximumStack, CommittedStack;
    ULONG SubSystem, Rest[7];
} IMAGE_INFORMATION;

typedef struct {
    ULONG Length;
    HANDLE Process, Thread;
    CLIENT_ID Id;
    IMAGE_INFORMATION Image;
} PROCESS_INFO;

#define ATTRIBUTE_CLIENT_ID  0x10003
#define ATTRIBUTE_IMAGE_NAME 0x20005
#define ATTRIBUTE_IMAGE_INFO 6
#define NORMALIZED           1

static NTSTATUS(NTAPI *create_parameters)(void **, UNICODE_STRING *, UNICODE_STRING *, UNICODE_STRING *,
                                          UNICODE_STRING *, void *, UNICODE_STRING *, UNICODE_STRING *,
                                          UNICODE_STRING *, UNICODE_STRING *, ULONG);
static NTSTATUS(NTAPI *destroy_parameters)(void *);
static NTSTATUS(NTAPI *create_process)(HANDLE *, HANDLE *, ACCESS_MASK, ACCESS_MASK, OBJECT_ATTRIBUTES *,
                                       OBJECT_ATTRIBUTES *, ULONG, ULONG, void *, CREATE_INFO *, void *);
static NTSTATUS(NTAPI *rtl_create)(UNICODE_STRING *, ULONG, void *, void *, void *, HANDLE, BOOLEAN, HANDLE, HANDLE,
                                   PROCESS_INFO *);
static BOOLEAN(NTAPI *to_nt_path)(const WCHAR *, UNICODE_STRING *, WCHAR **, void *);

static WCHAR self[MAX_PATH], line[MAX_PATH + 20];
static UNICODE_STRING nt_path, dos_path, command_line;
static void *params;

static void make_parameters(const WCHAR *arguments)
{
    NTSTATUS status;

    _snwprintf(line, sizeof(line) / sizeof(*line), L"\"%ls\" %ls", self, arguments);
    RtlInitUnicodeString(&command_line, line);
    status = create_parameters(&params, &dos_path, NULL, NULL, &command_line, NULL, NULL, NULL, NULL, NULL, NORMALIZED);
    ok_hex(status, 0);
}

static DWORD finish(HANDLE process, HANDLE thread)
{
    DWORD code = 0xdead;

    ok_int(WaitForSingleObject(process, 20000), WAIT_OBJECT_0);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    CloseHandle(thread);
    return code;
}

static void test_native(void)
{
    struct {
        SIZE_T total;
        ATTRIBUTE entries[3];
    } list = { sizeof(list), { { ATTRIBUTE_IMAGE_NAME, nt_path.Length, nt_path.Buffer, NULL } } };
    CREATE_INFO info = { .Size = 0x58 };
    IMAGE_INFORMATION image = { 0 };
    CLIENT_ID id = { 0 };
    SIZE_T length = 0;
    HANDLE process, thread;
    NTSTATUS status;

    ok_int(sizeof(info), 0x58);
    list.entries[1] = (ATTRIBUTE){ ATTRIBUTE_CLIENT_ID, sizeof(id), &id, &length };
    list.entries[2] = (ATTRIBUTE){ ATTRIBUTE_IMAGE_INFO, sizeof(image), &image, NULL };
    make_parameters(L"exit 17");
    status = create_process(&process, &thread, PROCESS_ALL_ACCESS, THREAD_ALL_ACCESS, NULL, NULL, 0, 0, params, &info,
                            &list);
    ok_hex(status, 0);
    if (!status) {
        ok_int((ULONG_PTR)id.UniqueProcess, GetProcessId(process));
        ok_int(length, sizeof(id));
        ok_int(info.State, 6);
        ok_int(image.SubSystem, IMAGE_SUBSYSTEM_WINDOWS_CUI);
        ok_int(finish(process, thread), 17);
    }
    /* With the least of attributes, as in many an example. */
    list.total = sizeof(list.total) + sizeof(ATTRIBUTE);
    info = (CREATE_INFO){ .Size = sizeof(info) };
    status = create_process(&process, &thread, PROCESS_ALL_ACCESS, THREAD_ALL_ACCESS, NULL, NULL, 0, 1 /* suspended */,
                            params, &info, &list);
    ok_hex(status, 0);
    if (!status) {
        ok_int(WaitForSingleObject(process, 30), WAIT_TIMEOUT);
        ok_int(ResumeThread(thread), 1);
        ok_int(finish(process, thread), 17);
    }

    list.entries[0].Attribute = 0x2003f;
    status = create_process(&process, &thread, PROCESS_ALL_ACCESS, THREAD_ALL_ACCESS, NULL, NULL, 0, 0, params, &info,
                            &list);
    ok_hex(status, (NTSTATUS)0xc000000d);
    list.entries[0] = (ATTRIBUTE){ ATTRIBUTE_IMAGE_NAME, 20, (void *)L"\\??\\C:\\nowhere.exe", NULL };
    list.entries[0].Size = wcslen(L"\\??\\C:\\nowhere.exe") * sizeof(WCHAR);
    status = create_process(&process, &thread, PROCESS_ALL_ACCESS, THREAD_ALL_ACCESS, NULL, NULL, 0, 0, params, &info,
                            &list);
    ok_hex(status, (NTSTATUS)0xc0000034);
    destroy_parameters(params);
}

static void test_rtl(void)
{
    PROCESS_INFO info;
    NTSTATUS status;

    make_parameters(L"exit 18");
    status = rtl_create(&nt_path, OBJ_CASE_INSENSITIVE, params, NULL, NULL, NULL, FALSE, NULL, NULL, &info);
    ok_hex(status, 0);
    if (!status) {
        ok_int(info.Length, sizeof(info));
        ok_int((ULONG_PTR)info.Id.UniqueProcess, GetProcessId(info.Process));
        ok_int(info.Image.SubSystem, IMAGE_SUBSYSTEM_WINDOWS_CUI);
        ok_int(WaitForSingleObject(info.Process, 30), WAIT_TIMEOUT); /* it is suspended */
        ok_int(ResumeThread(info.Thread), 1);
        ok_int(finish(info.Process, info.Thread), 18);
    }
    destroy_parameters(params);
}

static void test_with(void)
{
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION info;
    HANDLE token;

    ok(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token), "error %lu", GetLastError());
    _snwprintf(line, sizeof(line) / sizeof(*line), L"\"%ls\" exit 19", self);
    if (CreateProcessWithTokenW(token, 0, NULL, line, 0, NULL, NULL, &startup, &info))
        ok_int(finish(info.hProcess, info.hThread), 19);
    else
        ok(GetLastError() == ERROR_PRIVILEGE_NOT_HELD, "error %lu", GetLastError()); /* Windows wants SeImpersonate */
    ok_err(CreateProcessWithTokenW(token, 0x100, NULL, line, 0, NULL, NULL, &startup, &info), ERROR_INVALID_PARAMETER);
    ok_err(CreateProcessWithLogonW(L"no such user", L".", L"wrong", 0, NULL, line, 0, NULL, NULL, &startup, &info),
           ERROR_LOGON_FAILURE);
    CloseHandle(token);
}

TESTS
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    if (test_argc > 2 && !strcmp(test_argv[1], "exit"))
        ExitProcess((UINT)atoi(test_argv[2]));
    create_parameters = (void *)GetProcAddress(ntdll, "RtlCreateProcessParametersEx");
    destroy_parameters = (void *)GetProcAddress(ntdll, "RtlDestroyProcessParameters");
    create_process = (void *)GetProcAddress(ntdll, "NtCreateUserProcess");
    rtl_create = (void *)GetProcAddress(ntdll, "RtlCreateUserProcess");
    to_nt_path = (void *)GetProcAddress(ntdll, "RtlDosPathNameToNtPathName_U");
    GetModuleFileNameW(NULL, self, MAX_PATH);
    RtlInitUnicodeString(&dos_path, self);
    to_nt_path(self, &nt_path, NULL, NULL);
    test_native();
    test_rtl();
    test_with();
}
