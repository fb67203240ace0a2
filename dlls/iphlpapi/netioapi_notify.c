/* SPDX-License-Identifier: MIT */
/* netioapi_notify.c: telling of changes, which is not supported yet: registration fails and says so. */
#include "iphlpapi_private.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

NETIO_STATUS WINAPI NotifyIpInterfaceChange(ADDRESS_FAMILY family, PIPINTERFACE_CHANGE_CALLBACK callback, PVOID context,
                                            BOOLEAN initial, HANDLE *handle)
{
    if (!handle || !callback)
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS WINAPI NotifyUnicastIpAddressChange(ADDRESS_FAMILY family, PUNICAST_IPADDRESS_CHANGE_CALLBACK callback,
                                                 PVOID context, BOOLEAN initial, HANDLE *handle)
{
    if (!handle || !callback)
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS WINAPI NotifyRouteChange2(ADDRESS_FAMILY family, PIPFORWARD_CHANGE_CALLBACK callback, PVOID context,
                                       BOOLEAN initial, HANDLE *handle)
{
    if (!handle || !callback)
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS WINAPI CancelMibChangeNotify2(HANDLE handle)
{
    return ERROR_INVALID_PARAMETER;
}

DWORD WINAPI NotifyAddrChange(PHANDLE handle, LPOVERLAPPED overlapped)
{
    return ERROR_NOT_SUPPORTED;
}

WINBOOL WINAPI CancelIPChangeNotify(LPOVERLAPPED overlapped)
{
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
}
