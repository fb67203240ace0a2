/* SPDX-License-Identifier: MIT */
/* winsvc.c: services: handles, configuration, security; local security authority. */
#include "../test.h"
#include <ntsecapi.h>
#include <sddl.h>

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

/* A service of this test's own, which is never started. */
static SC_HANDLE create(SC_HANDLE manager, const WCHAR *name, const WCHAR *display, DWORD type, DWORD start,
                        const WCHAR *path, const WCHAR *dependencies)
{
    return CreateServiceW(manager, name, display, SERVICE_ALL_ACCESS, type, start, SERVICE_ERROR_NORMAL, path, NULL,
                          NULL, dependencies, NULL, NULL);
}

static void test_create(SC_HANDLE manager)
{
    static const WCHAR path[] = L"C:\\x.exe";
    WCHAR longest[258];

    for (int i = 0; i < 257; i++)
        longest[i] = 'x';
    longest[257] = 0;
    ok_err(create(manager, L"a/b", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, path, NULL),
           ERROR_INVALID_NAME);
    ok_err(create(manager, L"", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, path, NULL), ERROR_INVALID_NAME);
    ok_err(create(manager, longest, NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, path, NULL),
           ERROR_INVALID_NAME);
    ok_err(create(manager, L"TransomX", NULL, SERVICE_WIN32_OWN_PROCESS | SERVICE_WIN32_SHARE_PROCESS,
                  SERVICE_DEMAND_START, path, NULL),
           ERROR_INVALID_PARAMETER);
    ok_err(create(manager, L"TransomX", NULL, SERVICE_WIN32_OWN_PROCESS, 7, path, NULL), ERROR_INVALID_PARAMETER);
    /* SERVICE_BOOT_START: "valid only for driver services" */
    ok_err(create(manager, L"TransomX", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_BOOT_START, path, NULL),
           ERROR_INVALID_PARAMETER);
    ok_err(create(manager, L"rpcss", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, path, NULL),
           ERROR_SERVICE_EXISTS);
    ok_err(create(manager, L"TransomX", L"RpcSs", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, path, NULL),
           ERROR_DUPLICATE_SERVICE_NAME);
    ok_err(create(manager, L"TransomX", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, path, L"a\0TransomX\0"),
           ERROR_CIRCULAR_DEPENDENCY);
    ok_err(CreateServiceW(manager, L"TransomX", NULL, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                          SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, path, NULL, NULL, NULL, L".\\nobody_of_this_name",
                          NULL),
           ERROR_INVALID_SERVICE_ACCOUNT);
}

static void test_config(SC_HANDLE manager)
{
    union {
        QUERY_SERVICE_CONFIGA a;
        QUERY_SERVICE_CONFIGW w;
        BYTE room[4096];
    } config;
    SC_HANDLE service;
    DWORD needed, length, tag = 0;
    char name[64];

    service = CreateServiceA(manager, "TransomTest", "Test of Transom", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_AUTO_START, SERVICE_ERROR_IGNORE, "C:\\x.exe -a", "TransomGroup", &tag,
                             "a\0+G\0b\0", NULL, NULL);
    ok(service != NULL, "error %lu", GetLastError());
    ok(tag != 0, "no tag");
    ok_err(QueryServiceConfigW(service, NULL, 0, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok(QueryServiceConfigW(service, &config.w, needed, &needed), "error %lu", GetLastError());
    ok_wstr(config.w.lpBinaryPathName, L"C:\\x.exe -a");
    ok_wstr(config.w.lpDisplayName, L"Test of Transom");
    ok_wstr(config.w.lpServiceStartName, L"LocalSystem");
    ok_wstr(config.w.lpLoadOrderGroup, L"TransomGroup");
    ok_int(config.w.dwServiceType, SERVICE_WIN32_OWN_PROCESS);
    ok_int(config.w.dwStartType, SERVICE_AUTO_START);
    ok_int(config.w.dwErrorControl, SERVICE_ERROR_IGNORE);
    ok_int(config.w.dwTagId, tag);
    ok_mem(config.w.lpDependencies, L"a\0b\0+G\0", 16);
    ok(QueryServiceConfigA(service, &config.a, sizeof(config), &needed), "error %lu", GetLastError());
    ok_str(config.a.lpBinaryPathName, "C:\\x.exe -a");
    ok_str(config.a.lpDisplayName, "Test of Transom");
    ok_mem(config.a.lpDependencies, "a\0b\0+G\0", 8);
    length = sizeof(name);
    ok(GetServiceKeyNameA(manager, "test of TRANSOM", name, &length), "error %lu", GetLastError());
    ok_str(name, "TransomTest");
    ok_int(length, 11);
    length = 3;
    ok_err(GetServiceDisplayNameA(manager, "transomtest", name, &length), ERROR_INSUFFICIENT_BUFFER);
    ok_int(length, 15);
    ok(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DEMAND_START, SERVICE_NO_CHANGE, NULL, NULL, NULL, L"",
                            NULL, NULL, L"Other"),
       "error %lu", GetLastError());
    ok(QueryServiceConfigW(service, &config.w, sizeof(config), &needed), "error %lu", GetLastError());
    ok_int(config.w.dwStartType, SERVICE_DEMAND_START);
    ok_wstr(config.w.lpDisplayName, L"Other");
    ok_wstr(config.w.lpDependencies, L"");
    ok_wstr(config.w.lpBinaryPathName, L"C:\\x.exe -a");
    ok(DeleteService(service), "error %lu", GetLastError());
    CloseServiceHandle(service);
}

/* What CreateService's page says is stored: a value of the service's key. -1: there is none. */
static int registry_value(const WCHAR *service, const WCHAR *name, void *data, DWORD size)
{
    WCHAR path[200];
    DWORD type;

    swprintf(path, 200, L"SYSTEM\\CurrentControlSet\\Services\\%ls", service);
    LONG error = RegGetValueW(HKEY_LOCAL_MACHINE, path, name, RRF_RT_ANY | RRF_NOEXPAND, &type, data, &size);
    return error ? -1 : (int)type;
}

/* "The CreateService function creates ... a key under HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services." */
static void test_registry(SC_HANDLE manager)
{
    SERVICE_DESCRIPTIONW description = { (WCHAR *)L"of \"the\" service\\" };
    WCHAR text[200];
    DWORD number;
    HKEY key;

    ok_int(registry_value(L"RpcSs", L"ImagePath", text, sizeof(text)), REG_EXPAND_SZ);
    ok_int(registry_value(L"RpcSs", L"Type", &number, sizeof(number)), REG_DWORD);
    ok_int(registry_value(L"TransomTest", L"Type", &number, sizeof(number)), -1);
    SC_HANDLE service = create(manager, L"TransomTest", L"Test", SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                               L"C:\\x y\\z.exe", L"RpcSs\0");
    ok_int(registry_value(L"TransomTest", L"ImagePath", text, sizeof(text)), REG_EXPAND_SZ);
    ok_wstr(text, L"C:\\x y\\z.exe");
    ok_int(registry_value(L"TransomTest", L"Start", &number, sizeof(number)), REG_DWORD);
    ok_int(number, SERVICE_DEMAND_START);
    ok_int(registry_value(L"TransomTest", L"DependOnService", text, sizeof(text)), REG_MULTI_SZ);
    ok_mem(text, L"RpcSs\0", 14);
    ok_int(registry_value(L"TransomTest", L"Description", text, sizeof(text)), -1);
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description), "error %lu", GetLastError());
    ok_int(registry_value(L"TransomTest", L"Description", text, sizeof(text)), REG_SZ);
    ok_wstr(text, L"of \"the\" service\\");
    ok(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DISABLED, SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL,
                            NULL, NULL, NULL),
       "error %lu", GetLastError());
    ok_int(registry_value(L"TransomTest", L"Start", &number, sizeof(number)), REG_DWORD);
    ok_int(number, SERVICE_DISABLED);
    description.lpDescription = (WCHAR *)L"";
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description), "error %lu", GetLastError());
    ok_int(registry_value(L"TransomTest", L"Description", text, sizeof(text)), -1);
    /* a program's own values are left alone */
    ok_int(RegOpenKeyW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\TransomTest", &key), 0);
    ok_int(RegSetValueExW(key, L"Own", 0, REG_SZ, (const BYTE *)L"x", 4), 0);
    RegCloseKey(key);
    ok(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_DEMAND_START, SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL,
                            NULL, NULL, L"Other"),
       "error %lu", GetLastError());
    ok_int(registry_value(L"TransomTest", L"DisplayName", text, sizeof(text)), REG_SZ);
    ok_wstr(text, L"Other");
    ok_int(registry_value(L"TransomTest", L"Own", text, sizeof(text)), REG_SZ);
    ok(DeleteService(service), "error %lu", GetLastError());
    CloseServiceHandle(service);
    ok_int(registry_value(L"TransomTest", L"Start", &number, sizeof(number)), -1);
}

static void test_config2(SC_HANDLE manager)
{
    SC_HANDLE service =
        create(manager, L"TransomTest", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, L"C:\\x.exe", NULL);
    union {
        SERVICE_DESCRIPTIONW description;
        SERVICE_DESCRIPTIONA description_ansi;
        SERVICE_FAILURE_ACTIONSW failure;
        SERVICE_DELAYED_AUTO_START_INFO delayed;
        SERVICE_SID_INFO sid;
        SERVICE_REQUIRED_PRIVILEGES_INFOW privileges;
        SERVICE_PRESHUTDOWN_INFO preshutdown;
        BYTE room[4096];
    } info;
    SERVICE_DESCRIPTIONW description = { (WCHAR *)L"What it is" };
    SC_ACTION actions[2] = { { SC_ACTION_RESTART, 1000 }, { SC_ACTION_RUN_COMMAND, 5 } };
    SERVICE_FAILURE_ACTIONSW failure = { 86400, NULL, (WCHAR *)L"cmd /c x", 2, actions };
    SERVICE_DELAYED_AUTO_START_INFO delayed = { TRUE };
    SERVICE_SID_INFO sid = { SERVICE_SID_TYPE_UNRESTRICTED };
    SERVICE_REQUIRED_PRIVILEGES_INFOW privileges = { (WCHAR *)L"SeA\0SeB\0" };
    SERVICE_PRESHUTDOWN_INFO preshutdown = { 1234 };
    DWORD needed;

    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, info.room, sizeof(info), &needed), "error %lu",
       GetLastError());
    ok(!info.description.lpDescription, "a description");
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, &description), "error %lu", GetLastError());
    ok_err(QueryServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, NULL, 0, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_DESCRIPTION, info.room, needed, &needed), "error %lu",
       GetLastError());
    ok_wstr(info.description.lpDescription, L"What it is");
    ok(QueryServiceConfig2A(service, SERVICE_CONFIG_DESCRIPTION, info.room, sizeof(info), &needed), "error %lu",
       GetLastError());
    ok_str(info.description_ansi.lpDescription, "What it is");

    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure), "error %lu", GetLastError());
    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_FAILURE_ACTIONS, info.room, sizeof(info), &needed), "error %lu",
       GetLastError());
    ok_int(info.failure.dwResetPeriod, 86400);
    ok_int(info.failure.cActions, 2);
    ok_wstr(info.failure.lpCommand, L"cmd /c x");
    ok_mem(info.failure.lpsaActions, actions, sizeof(actions));

    /* "can be set only on auto-start services" */
    ok_err(ChangeServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed), ERROR_INVALID_PARAMETER);
    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, info.room, sizeof(info.delayed), &needed),
       "error %lu", GetLastError());
    ok_int(info.delayed.fDelayedAutostart, 0);
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_SERVICE_SID_INFO, &sid), "error %lu", GetLastError());
    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_SERVICE_SID_INFO, info.room, sizeof(info), &needed), "error %lu",
       GetLastError());
    ok_int(info.sid.dwServiceSidType, SERVICE_SID_TYPE_UNRESTRICTED);
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &privileges), "error %lu",
       GetLastError());
    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, info.room, sizeof(info), &needed),
       "error %lu", GetLastError());
    ok_mem(info.privileges.pmszRequiredPrivileges, L"SeA\0SeB\0", 18);
    ok(ChangeServiceConfig2W(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &preshutdown), "error %lu", GetLastError());
    ok(QueryServiceConfig2W(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, info.room, sizeof(info), &needed), "error %lu",
       GetLastError());
    ok_int(info.preshutdown.dwPreshutdownTimeout, 1234);
    ok_err(QueryServiceConfig2W(service, 99, info.room, sizeof(info), &needed), ERROR_INVALID_LEVEL);
    ok_err(ChangeServiceConfig2W(service, 99, &sid), ERROR_INVALID_LEVEL);
    ok(DeleteService(service), "error %lu", GetLastError());
    CloseServiceHandle(service);
}

static void test_security(SC_HANDLE manager)
{
    SC_HANDLE service = create(manager, L"TransomTest", NULL, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                               L"C:\\x.exe", NULL),
              other;
    PSECURITY_DESCRIPTOR descriptor;
    BYTE room[1024];
    DWORD needed;

    ok_err(QueryServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, NULL, 0, &needed), ERROR_INSUFFICIENT_BUFFER);
    ok(QueryServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, room, needed, &needed), "error %lu",
       GetLastError());
    ok(IsValidSecurityDescriptor(room), "descriptor");
    /* everybody may read, nobody may start */
    ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:(A;;GRSDWD;;;WD)", SDDL_REVISION_1, &descriptor, NULL);
    ok(SetServiceObjectSecurity(service, DACL_SECURITY_INFORMATION, descriptor), "error %lu", GetLastError());
    LocalFree(descriptor);
    ok_err(OpenServiceW(manager, L"TransomTest", SERVICE_START), ERROR_ACCESS_DENIED);
    other = OpenServiceW(manager, L"TransomTest", DELETE);
    ok(other != NULL, "error %lu", GetLastError());
    ok_err(QueryServiceObjectSecurity(other, DACL_SECURITY_INFORMATION, room, sizeof(room), &needed),
           ERROR_ACCESS_DENIED);
    ok(DeleteService(other), "error %lu", GetLastError());
    CloseServiceHandle(other);
    CloseServiceHandle(service);
}

static void test_lock(SC_HANDLE manager)
{
    SC_HANDLE other = OpenSCManagerW(NULL, NULL, SC_MANAGER_LOCK | SC_MANAGER_QUERY_LOCK_STATUS);
    BYTE room[512];
    QUERY_SERVICE_LOCK_STATUSW *status = (void *)room;
    DWORD needed;
    SC_LOCK lock;

    /* LockServiceDatabase: "this function has no effect as of Windows Vista", except its errors on older ones */
    lock = LockServiceDatabase(manager);
    ok(lock != NULL, "error %lu", GetLastError());
    if (test_is_transom())
        ok_err(LockServiceDatabase(other), ERROR_SERVICE_DATABASE_LOCKED);
    ok(QueryServiceLockStatusW(other, status, sizeof(room), &needed), "error %lu", GetLastError());
    if (test_is_transom())
        ok_int(status->fIsLocked, 1);
    ok(UnlockServiceDatabase(lock), "error %lu", GetLastError());
    ok(QueryServiceLockStatusW(other, status, sizeof(room), &needed), "error %lu", GetLastError());
    ok_int(status->fIsLocked, 0);
    CloseServiceHandle(other);
}

/* What programs look for is there. */
static void test_builtin(SC_HANDLE manager)
{
    SC_HANDLE service = OpenServiceW(manager, L"EVENTLOG", GENERIC_READ);
    SERVICE_STATUS status;
    WCHAR name[64];
    DWORD size = ARRAYSIZE(name);

    ok(QueryServiceStatus(service, &status), "error %lu", GetLastError());
    ok_int(status.dwCurrentState, SERVICE_RUNNING);
    CloseServiceHandle(service);
    ok(GetServiceDisplayNameW(manager, L"wuauserv", name, &size), "error %lu", GetLastError());
    ok_wstr(name, L"Windows Update");
}

static void test_administration(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);

    if (!manager && GetLastError() == ERROR_ACCESS_DENIED) {
        skip("needs an administrator");
        return;
    }
    ok(manager != NULL, "error %lu", GetLastError());
    test_create(manager);
    test_config(manager);
    test_registry(manager);
    test_config2(manager);
    test_security(manager);
    test_lock(manager);
    test_builtin(manager);
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
    test_administration();
    test_dispatcher();
    test_policy();
}
