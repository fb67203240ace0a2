/* SPDX-License-Identifier: MIT */
/* Versions, computer names, kinds of programs, packages: what the system says it is. */
#include "../test.h"

typedef LONG(NTAPI *rtl_get_version)(OSVERSIONINFOEXW *info);

static void test_version(void)
{
    rtl_get_version get_version = (rtl_get_version)(void *)GetProcAddress(GetModuleHandleA("ntdll"), "RtlGetVersion");
    OSVERSIONINFOEXW info = { .dwOSVersionInfoSize = sizeof info }, real = { .dwOSVersionInfoSize = sizeof real };
    OSVERSIONINFOA ansi = { .dwOSVersionInfoSize = sizeof ansi };
    ULONGLONG mask;
    DWORD version = GetVersion();

    ok(!get_version(&real) && real.dwMajorVersion >= 10, "%lu", real.dwMajorVersion);
    ok(GetVersionExW((OSVERSIONINFOW *)&info), "error %lu", GetLastError());
    /* This program has no manifest that names Windows 10: "will return the Windows 8 OS version value (6.2)". */
    ok(info.dwMajorVersion == 6 && info.dwMinorVersion == 2 && info.dwBuildNumber == 9200, "%lu.%lu.%lu",
       info.dwMajorVersion, info.dwMinorVersion, info.dwBuildNumber);
    ok_int(info.dwPlatformId, VER_PLATFORM_WIN32_NT);
    ok_int(info.wProductType, VER_NT_WORKSTATION);
    ok_int(LOBYTE(LOWORD(version)), 6);
    ok_int(HIBYTE(LOWORD(version)), 2);
    ok_int(HIWORD(version), 9200);
    ok(GetVersionExA(&ansi) && ansi.dwMajorVersion == 6, "%lu", ansi.dwMajorVersion);
    info.dwOSVersionInfoSize = 7;
    ok_err(GetVersionExW((OSVERSIONINFOW *)&info), ERROR_INSUFFICIENT_BUFFER);

    mask = VerSetConditionMask(VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL), VER_MINORVERSION,
                               VER_GREATER_EQUAL);
    info = (OSVERSIONINFOEXW){ .dwOSVersionInfoSize = sizeof info, .dwMajorVersion = 6, .dwMinorVersion = 1 };
    ok(VerifyVersionInfoW(&info, VER_MAJORVERSION | VER_MINORVERSION, mask), "not 6.1: error %lu", GetLastError());
    info.dwMajorVersion = 5;
    info.dwMinorVersion = 9; /* hierarchical: 6.2 is more than 5.9 */
    ok(VerifyVersionInfoW(&info, VER_MAJORVERSION | VER_MINORVERSION, mask), "not 5.9: error %lu", GetLastError());
    info.dwMajorVersion = 6;
    info.dwMinorVersion = 3;
    ok_err(VerifyVersionInfoW(&info, VER_MAJORVERSION | VER_MINORVERSION, mask), ERROR_OLD_WIN_VERSION);
    ok_err(VerifyVersionInfoW(&info, 0, mask), ERROR_BAD_ARGUMENTS);
}

static void test_names(void)
{
    char name[64], host[64], full[256];
    WCHAR wide[64];
    DWORD size = sizeof name;

    ok(GetComputerNameA(name, &size) && size == strlen(name) && size <= MAX_COMPUTERNAME_LENGTH, "%lu", size);
    size = 1;
    ok_err(GetComputerNameW(wide, &size), ERROR_BUFFER_OVERFLOW);
    ok_int(size, (int)strlen(name) + 1);
    size = sizeof host;
    ok(GetComputerNameExA(ComputerNameDnsHostname, host, &size) && size == strlen(host), "error %lu", GetLastError());
    size = 0;
    ok_err(GetComputerNameExW(ComputerNameDnsHostname, NULL, &size), ERROR_MORE_DATA);
    ok_int(size, (int)strlen(host) + 1);
    size = sizeof full;
    ok(GetComputerNameExA(ComputerNameDnsFullyQualified, full, &size) && !strncmp(full, host, strlen(host)), "%s",
       full);
    size = sizeof full;
    ok_err(GetComputerNameExA(ComputerNameMax, full, &size), ERROR_INVALID_PARAMETER);
    size = 64;
    ok(DnsHostnameToComputerNameW(L"a-very-long-host-name.example", wide, &size), "error %lu", GetLastError());
    ok_wstr(wide, L"A-VERY-LONG-HOS");
}

static void test_binary_type(void)
{
    char self[MAX_PATH], system[MAX_PATH];
    DWORD type = 99;

    GetModuleFileNameA(NULL, self, sizeof self);
    ok(GetBinaryTypeA(self, &type), "error %lu", GetLastError());
    ok_int(type, sizeof(void *) == 8 ? SCS_64BIT_BINARY : SCS_32BIT_BINARY);
    GetSystemDirectoryA(system, sizeof system);
    strcat(system, "\\kernel32.dll");
    ok_err(GetBinaryTypeA(system, &type), ERROR_BAD_EXE_FORMAT);
    ok_err(GetBinaryTypeA("no such file", &type), ERROR_FILE_NOT_FOUND);
}

/* The environment and the registry describe the processor alike. */
static void test_processor(void)
{
    char identifier[128] = "", vendor[64] = "", both[256], variable[256] = "", level[16];
    DWORD size = sizeof identifier;
    const char *key = "HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0";
    SYSTEM_INFO info;

    RegGetValueA(HKEY_LOCAL_MACHINE, key, "Identifier", RRF_RT_REG_SZ, NULL, identifier, &size);
    size = sizeof vendor;
    RegGetValueA(HKEY_LOCAL_MACHINE, key, "VendorIdentifier", RRF_RT_REG_SZ, NULL, vendor, &size);
    snprintf(both, sizeof both, "%s, %s", identifier, vendor);
    GetEnvironmentVariableA("PROCESSOR_IDENTIFIER", variable, sizeof variable);
    ok_str(variable, both);
    GetSystemInfo(&info);
    GetEnvironmentVariableA("PROCESSOR_LEVEL", variable, sizeof variable);
    snprintf(level, sizeof level, "%u", info.wProcessorLevel);
    ok_str(variable, level);
    GetEnvironmentVariableA("PROCESSOR_REVISION", variable, sizeof variable);
    ok_int(strtoul(variable, NULL, 16), info.wProcessorRevision);
}

TESTS
{
    test_processor();
    test_version();
    test_names();
    test_binary_type();
}
