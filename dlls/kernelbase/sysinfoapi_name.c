/* SPDX-License-Identifier: MIT */
/* sysinfoapi_name.c: the computer's names: Linux's host name, its domain being what follows the first dot. */
#include "kernelbase_private.h"
#include "unix_call.h"

/* The host name in UTF-16. */
static BOOL host_name(WCHAR name[256])
{
    struct unix_core_table table = { .size = sizeof(table) };
    char host[256] = "";
    ULONG bytes;

    if (!set_ntstatus(NtTransomUnixCall(UNIX_MODULE_CORE, 0, &table)))
        return FALSE;
    if (table.gethostname(host, sizeof(host) - 1))
        return fail(ERROR_INVALID_COMPUTERNAME);
    host[sizeof(host) - 1] = 0;
    return set_ntstatus(RtlUTF8ToUnicodeN(name, 256 * sizeof(WCHAR), &bytes, host, strlen(host) + 1));
}

/* The NetBIOS name: the host's name in upper case, 15 characters at most. */
static void netbios_name(WCHAR *name)
{
    SIZE_T i;

    for (i = 0; name[i] && name[i] != '.' && i < MAX_COMPUTERNAME_LENGTH; i++)
        name[i] = RtlUpcaseUnicodeChar(name[i]);
    name[i] = 0;
}

/* The size is in and out; what it counts on success leaves the zero out. */
static BOOL return_name_w(const WCHAR *name, WCHAR *buffer, DWORD *size, DWORD error)
{
    DWORD length = wcslen(name);

    if (!buffer || *size <= length) {
        *size = length + 1;
        return fail(error);
    }
    memcpy(buffer, name, (length + 1) * sizeof(WCHAR));
    *size = length;
    return TRUE;
}

static BOOL return_name_a(const WCHAR *name, char *buffer, DWORD *size, DWORD error)
{
    DWORD length = ansi_size(name, wcslen(name));

    if (!buffer || *size <= length) {
        *size = length + 1;
        return fail(error);
    }
    ansi_copy(buffer, *size, name, wcslen(name) + 1);
    *size = length;
    return TRUE;
}

static BOOL computer_name(COMPUTER_NAME_FORMAT format, WCHAR name[256])
{
    WCHAR *dot;

    if ((unsigned)format >= ComputerNameMax)
        return fail(ERROR_INVALID_PARAMETER);
    if (!host_name(name))
        return FALSE;
    switch (format) {
    case ComputerNameNetBIOS:
    case ComputerNamePhysicalNetBIOS:
        netbios_name(name);
        break;
    case ComputerNameDnsHostname:
    case ComputerNamePhysicalDnsHostname:
        if ((dot = wcschr(name, '.')))
            *dot = 0;
        break;
    case ComputerNameDnsDomain:
    case ComputerNamePhysicalDnsDomain:
        if ((dot = wcschr(name, '.')))
            memmove(name, dot + 1, (wcslen(dot + 1) + 1) * sizeof(WCHAR));
        else
            *name = 0;
        break;
    default:
        break;
    }
    return TRUE;
}

BOOL WINAPI GetComputerNameExW(COMPUTER_NAME_FORMAT format, WCHAR *buffer, DWORD *size)
{
    WCHAR name[256];

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    return computer_name(format, name) && return_name_w(name, buffer, size, ERROR_MORE_DATA);
}

BOOL WINAPI GetComputerNameExA(COMPUTER_NAME_FORMAT format, char *buffer, DWORD *size)
{
    WCHAR name[256];

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    return computer_name(format, name) && return_name_a(name, buffer, size, ERROR_MORE_DATA);
}

BOOL WINAPI GetComputerNameW(WCHAR *buffer, DWORD *size)
{
    WCHAR name[256];

    return computer_name(ComputerNameNetBIOS, name) && return_name_w(name, buffer, size, ERROR_BUFFER_OVERFLOW);
}

BOOL WINAPI GetComputerNameA(char *buffer, DWORD *size)
{
    WCHAR name[256];

    return computer_name(ComputerNameNetBIOS, name) && return_name_a(name, buffer, size, ERROR_BUFFER_OVERFLOW);
}

BOOL WINAPI DnsHostnameToComputerNameW(const WCHAR *host, WCHAR *buffer, DWORD *size)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 2];
    SIZE_T length;

    if (!host || !size)
        return fail(ERROR_INVALID_PARAMETER);
    length = min(wcslen(host), ARRAY_SIZE(name) - 1);
    memcpy(name, host, length * sizeof(WCHAR));
    name[length] = 0;
    netbios_name(name);
    return return_name_w(name, buffer, size, ERROR_MORE_DATA);
}

BOOL WINAPI DnsHostnameToComputerNameA(const char *host, char *buffer, DWORD *size)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 2];
    DWORD length = ARRAY_SIZE(name);
    struct wide_arg wide;
    BOOL result;

    if (!wide_arg(&wide, host))
        return FALSE;
    result = DnsHostnameToComputerNameW(wide.str, name, &length);
    wide_arg_free(&wide);
    return result && return_name_a(name, buffer, size, ERROR_MORE_DATA);
}
