/* SPDX-License-Identifier: MIT */
/*
 * winbase_firmware.c: variables of the firmware: ERROR_INVALID_FUNCTION is what they give on a machine without UEFI
 * (GetFirmwareEnvironmentVariable), which is how programs find out.
 */
#include "kernelbase_private.h"

DWORD WINAPI GetFirmwareEnvironmentVariableExW(const WCHAR *name, const WCHAR *guid, void *value, DWORD size,
                                               DWORD *attributes)
{
    (void)name, (void)guid, (void)value, (void)size, (void)attributes;
    return fail(ERROR_INVALID_FUNCTION);
}

DWORD WINAPI GetFirmwareEnvironmentVariableExA(const char *name, const char *guid, void *value, DWORD size,
                                               DWORD *attributes)
{
    (void)name, (void)guid, (void)value, (void)size, (void)attributes;
    return fail(ERROR_INVALID_FUNCTION);
}

DWORD WINAPI GetFirmwareEnvironmentVariableW(const WCHAR *name, const WCHAR *guid, void *value, DWORD size)
{
    return GetFirmwareEnvironmentVariableExW(name, guid, value, size, NULL);
}

DWORD WINAPI GetFirmwareEnvironmentVariableA(const char *name, const char *guid, void *value, DWORD size)
{
    return GetFirmwareEnvironmentVariableExA(name, guid, value, size, NULL);
}

BOOL WINAPI SetFirmwareEnvironmentVariableExW(const WCHAR *name, const WCHAR *guid, void *value, DWORD size,
                                              DWORD attributes)
{
    (void)name, (void)guid, (void)value, (void)size, (void)attributes;
    return fail(ERROR_INVALID_FUNCTION);
}

BOOL WINAPI SetFirmwareEnvironmentVariableExA(const char *name, const char *guid, void *value, DWORD size,
                                              DWORD attributes)
{
    (void)name, (void)guid, (void)value, (void)size, (void)attributes;
    return fail(ERROR_INVALID_FUNCTION);
}

BOOL WINAPI SetFirmwareEnvironmentVariableW(const WCHAR *name, const WCHAR *guid, void *value, DWORD size)
{
    return SetFirmwareEnvironmentVariableExW(name, guid, value, size, 0);
}

BOOL WINAPI SetFirmwareEnvironmentVariableA(const char *name, const char *guid, void *value, DWORD size)
{
    return SetFirmwareEnvironmentVariableExA(name, guid, value, size, 0);
}
