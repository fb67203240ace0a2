/* SPDX-License-Identifier: MIT */
/* winsvc_private.h: what the service functions' files share. */
#ifndef TRANSOM_ADVAPI32_WINSVC_PRIVATE_H
#define TRANSOM_ADVAPI32_WINSVC_PRIVATE_H

#include "advapi32_private.h"
#include <winsvc.h>

/* What an SC_HANDLE points to. */
struct service_handle {
    DWORD magic;
    DWORD access;
    HKEY key;     /* of a service: its key below HKLM\SYSTEM\CurrentControlSet\Services; NULL: the manager */
    WCHAR name[]; /* the service's */
};

/* The handle if it is one, is of that kind and was opened with the access; else NULL with the last error set. */
struct service_handle *service_check(SC_HANDLE handle, BOOL service, DWORD access);

#define SERVICES_PATH L"SYSTEM\\CurrentControlSet\\Services"

#endif
