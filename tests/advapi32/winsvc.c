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

/* A service as an installer leaves it in the registry, where writing is allowed. */
static void test_config(void)
{
    static const WCHAR path[] = L"SYSTEM\\CurrentControlSet\\Services\\TransomTest";
    union {
        QUERY_SERVICE_CONFIGA a;
        QUERY_SERVICE_CONFIGW w;
        ENUM_SERVICE_STATUSA list[8];
        BYTE room[4096];
    } config;
    SERVICE_STATUS_PROCESS status;
    SC_HANDLE manager, service;
    DWORD number, needed, count, resume = 0, length;
    char name[64];

    if (!test_is_transom()) {
        skip("services are not registered in passing");
        return;
    }
    number = SERVICE_WIN32_OWN_PROCESS;
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, L"Type", REG_DWORD, &number, 4);
    number = SERVICE_AUTO_START;
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, L"Start", REG_DWORD, &number, 4);
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, L"ImagePath", REG_EXPAND_SZ, L"C:\\x.exe", 20);
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, L"DisplayName", REG_SZ, L"Test of Transom", 32);
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, L"DependOnService", REG_MULTI_SZ, L"a\0b\0", 10);
    manager = OpenSCManagerW(NULL, NULL, GENERIC_READ);
    service = OpenServiceW(manager, L"transomtest", GENERIC_READ);
    ok(service != NULL, "error %lu", GetLastError());
    ok(QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status), &needed), "error %lu",
       GetLastError());
    ok_int(status.dwCurrentState, SERVICE_STOPPED);
    ok_err(QueryServiceConfigW(service, NULL, 0, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok(QueryServiceConfigW(service, &config.w, sizeof(config), &needed), "error %lu", GetLastError());
    ok_wstr(config.w.lpBinaryPathName, L"C:\\x.exe");
    ok_wstr(config.w.lpDisplayName, L"Test of Transom");
    ok_int(config.w.dwStartType, SERVICE_AUTO_START);
    ok_mem(config.w.lpDependencies, L"a\0b\0", 10);
    ok(QueryServiceConfigA(service, &config.a, sizeof(config), &needed), "error %lu", GetLastError());
    ok_str(config.a.lpBinaryPathName, "C:\\x.exe");
    ok_str(config.a.lpDisplayName, "Test of Transom");
    ok_mem(config.a.lpDependencies, "a\0b\0", 5);
    ok_err(StartServiceW(service, 0, NULL), ERROR_ACCESS_DENIED);
    CloseServiceHandle(service);
    ok_err(OpenServiceW(manager, L"TransomTest", SERVICE_START), ERROR_ACCESS_DENIED);
    ok(EnumServicesStatusA(manager, SERVICE_WIN32, SERVICE_STATE_ALL, config.list, sizeof(config), &needed, &count,
                           &resume),
       "error %lu", GetLastError());
    ok_int(count, 1);
    ok_str(config.list[0].lpServiceName, "TransomTest");
    ok_str(config.list[0].lpDisplayName, "Test of Transom");
    length = sizeof(name);
    ok(GetServiceKeyNameA(manager, "Test of Transom", name, &length), "error %lu", GetLastError());
    ok_str(name, "TransomTest");
    CloseServiceHandle(manager);
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, path);
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
    test_config();
    test_dispatcher();
    test_policy();
}
