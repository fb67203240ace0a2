/* SPDX-License-Identifier: MIT */
/* winsvc.c: services, as a program without rights to them sees them; event log; local security authority. */
#include "../test.h"
#include <ntsecapi.h>

static void test_manager(void)
{
    SC_HANDLE manager, service;
    SERVICE_STATUS status;

    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    ok(manager != NULL, "error %lu", GetLastError());
    ok_err(OpenServiceW(manager, L"no such service", SERVICE_QUERY_STATUS), ERROR_SERVICE_DOES_NOT_EXIST);
    ok_err(OpenServiceA(manager, "", SERVICE_QUERY_STATUS), ERROR_INVALID_NAME);
    ok_err(OpenServiceA(manager, "a\\b", SERVICE_QUERY_STATUS), ERROR_INVALID_NAME);
    /* the handle has no right for it */
    ok_err(CreateServiceW(manager, L"x", L"x", SERVICE_QUERY_STATUS, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                          SERVICE_ERROR_NORMAL, L"C:\\x.exe", NULL, NULL, NULL, NULL, NULL),
           ERROR_ACCESS_DENIED);
    ok_err(QueryServiceStatus(manager, &status), ERROR_INVALID_HANDLE);
    ok(CloseServiceHandle(manager), "error %lu", GetLastError());
    ok_err(OpenSCManagerW(NULL, L"NoSuchDatabase", SC_MANAGER_CONNECT), ERROR_INVALID_NAME);
    service = NULL;
    ok_err(QueryServiceStatus(service, &status), ERROR_INVALID_HANDLE);
}

static void test_enumerate(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    DWORD needed = 0, count = 0, resume = 0;

    BOOL done = EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_STATE_ALL, NULL, 0, &needed,
                                      &count, &resume, NULL);
    ok(done || GetLastError() == ERROR_MORE_DATA, "error %lu", GetLastError());
    ok_int(count, 0);
    ok_err(
        EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, 0, NULL, 0, &needed, &count, &resume, NULL),
        ERROR_INVALID_PARAMETER);
    CloseServiceHandle(manager);
}

static void WINAPI main_of_service(DWORD count, WCHAR **arguments)
{
    (void)count, (void)arguments;
}

static void test_dispatcher(void)
{
    SERVICE_TABLE_ENTRYW table[] = { { (WCHAR *)L"x", main_of_service }, { NULL, NULL } };

    /* StartServiceCtrlDispatcher: "if the program is being run as a console application rather than as a service" */
    ok_err(StartServiceCtrlDispatcherW(table), ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
}

static void test_policy(void)
{
    LSA_OBJECT_ATTRIBUTES attributes = { sizeof(attributes), NULL, NULL, 0, NULL, NULL };
    POLICY_ACCOUNT_DOMAIN_INFO *domain;
    WCHAR computer[64];
    DWORD size = ARRAYSIZE(computer);
    LSA_HANDLE policy;

    ok_hex(LsaOpenPolicy(NULL, &attributes, POLICY_VIEW_LOCAL_INFORMATION, &policy), 0);
    ok_hex(LsaQueryInformationPolicy(policy, PolicyAccountDomainInformation, (void **)&domain), 0);
    GetComputerNameW(computer, &size);
    ok(domain->DomainName.Length == size * 2 && !wmemcmp(domain->DomainName.Buffer, computer, size), "%ls",
       domain->DomainName.Buffer);
    ok(IsValidSid(domain->DomainSid), "SID");
    LsaFreeMemory(domain);
    ok_hex(LsaClose(policy), 0);
    ok_int(LsaNtStatusToWinError((NTSTATUS)0xc0000022), ERROR_ACCESS_DENIED);
}

TESTS
{
    test_manager();
    test_enumerate();
    test_dispatcher();
    test_policy();
}
