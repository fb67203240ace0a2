/* SPDX-License-Identifier: MIT */
/* setupapi_devices.c: device information sets, all of them empty: no devices are shown to programs. */
#include "nt.h"
#include "ntdll.h"
#include <setupapi.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define SIGNATURE 0x53657475

struct device_set {
    ULONG signature;
    GUID class;
};

static BOOL fail(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

static struct device_set *set_of(HDEVINFO handle)
{
    struct device_set *set = handle;

    if (set && handle != INVALID_HANDLE_VALUE && set->signature == SIGNATURE)
        return set;
    SetLastError(ERROR_INVALID_HANDLE);
    return NULL;
}

static HDEVINFO create(const GUID *class)
{
    struct device_set *set = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*set));

    if (!set) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    set->signature = SIGNATURE;
    if (class)
        set->class = *class;
    return set;
}

HDEVINFO WINAPI SetupDiCreateDeviceInfoList(const GUID *class, HWND window)
{
    return create(class);
}

HDEVINFO WINAPI SetupDiCreateDeviceInfoListExW(const GUID *class, HWND window, PCWSTR machine, PVOID reserved)
{
    return create(class);
}

HDEVINFO WINAPI SetupDiGetClassDevsExW(const GUID *class, PCWSTR enumerator, HWND window, DWORD flags, HDEVINFO set,
                                       PCWSTR machine, PVOID reserved)
{
    if (!class && !(flags & DIGCF_ALLCLASSES)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (set)
        return set_of(set) ? set : INVALID_HANDLE_VALUE;
    return create(class);
}

HDEVINFO WINAPI SetupDiGetClassDevsExA(const GUID *class, PCSTR enumerator, HWND window, DWORD flags, HDEVINFO set,
                                       PCSTR machine, PVOID reserved)
{
    return SetupDiGetClassDevsExW(class, NULL, window, flags, set, NULL, NULL);
}

HDEVINFO WINAPI SetupDiGetClassDevsW(const GUID *class, PCWSTR enumerator, HWND window, DWORD flags)
{
    return SetupDiGetClassDevsExW(class, enumerator, window, flags, NULL, NULL, NULL);
}

HDEVINFO WINAPI SetupDiGetClassDevsA(const GUID *class, PCSTR enumerator, HWND window, DWORD flags)
{
    return SetupDiGetClassDevsExW(class, NULL, window, flags, NULL, NULL, NULL);
}

WINBOOL WINAPI SetupDiDestroyDeviceInfoList(HDEVINFO handle)
{
    struct device_set *set = set_of(handle);

    if (!set)
        return FALSE;
    set->signature = 0;
    HeapFree(GetProcessHeap(), 0, set);
    return TRUE;
}

WINBOOL WINAPI SetupDiEnumDeviceInfo(HDEVINFO handle, DWORD index, PSP_DEVINFO_DATA data)
{
    if (!set_of(handle))
        return FALSE;
    if (!data || data->cbSize != sizeof(*data))
        return fail(ERROR_INVALID_USER_BUFFER);
    return fail(ERROR_NO_MORE_ITEMS);
}

WINBOOL WINAPI SetupDiEnumDeviceInterfaces(HDEVINFO handle, PSP_DEVINFO_DATA device, const GUID *class, DWORD index,
                                           PSP_DEVICE_INTERFACE_DATA data)
{
    if (!set_of(handle))
        return FALSE;
    if (!data || data->cbSize != sizeof(*data))
        return fail(ERROR_INVALID_USER_BUFFER);
    return fail(ERROR_NO_MORE_ITEMS);
}

/* Of a device that no set gave out. */
WINBOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO handle, PSP_DEVINFO_DATA device, DWORD property, PDWORD type,
                                                 PBYTE buffer, DWORD size, PDWORD required)
{
    return set_of(handle) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

WINBOOL WINAPI SetupDiGetDeviceRegistryPropertyA(HDEVINFO handle, PSP_DEVINFO_DATA device, DWORD property, PDWORD type,
                                                 PBYTE buffer, DWORD size, PDWORD required)
{
    return set_of(handle) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

WINBOOL WINAPI SetupDiGetDeviceInstanceIdW(HDEVINFO handle, PSP_DEVINFO_DATA device, PWSTR id, DWORD size,
                                           PDWORD required)
{
    return set_of(handle) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

WINBOOL WINAPI SetupDiGetDeviceInstanceIdA(HDEVINFO handle, PSP_DEVINFO_DATA device, PSTR id, DWORD size,
                                           PDWORD required)
{
    return set_of(handle) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

WINBOOL WINAPI SetupDiGetDeviceInterfaceDetailW(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA interface_data,
                                                PSP_DEVICE_INTERFACE_DETAIL_DATA_W detail, DWORD size, PDWORD required,
                                                PSP_DEVINFO_DATA device)
{
    return set_of(handle) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

WINBOOL WINAPI SetupDiGetDeviceInterfaceDetailA(HDEVINFO handle, PSP_DEVICE_INTERFACE_DATA interface_data,
                                                PSP_DEVICE_INTERFACE_DETAIL_DATA_A detail, DWORD size, PDWORD required,
                                                PSP_DEVINFO_DATA device)
{
    return set_of(handle) ? fail(ERROR_INVALID_PARAMETER) : FALSE;
}

HKEY WINAPI SetupDiOpenDevRegKey(HDEVINFO handle, PSP_DEVINFO_DATA device, DWORD scope, DWORD profile, DWORD type,
                                 REGSAM access)
{
    if (set_of(handle))
        SetLastError(ERROR_INVALID_PARAMETER);
    return INVALID_HANDLE_VALUE;
}
