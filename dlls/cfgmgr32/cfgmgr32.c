/* SPDX-License-Identifier: MIT */
/* cfgmgr32.c: the device tree, which is empty: lists have no entries, and no device node can be located. */
#include "nt.h"
#include "ntdll.h"
#include <cfgmgr32.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

/* A list of texts that has none: its end alone. */
static CONFIGRET empty_size(ULONG *size)
{
    if (!size)
        return CR_INVALID_POINTER;
    *size = 1;
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_ID_List_SizeW(PULONG size, PCWSTR filter, ULONG flags)
{
    return empty_size(size);
}

CONFIGRET WINAPI CM_Get_Device_ID_List_SizeA(PULONG size, PCSTR filter, ULONG flags)
{
    return empty_size(size);
}

CONFIGRET WINAPI CM_Get_Device_ID_ListW(PCWSTR filter, PWCHAR buffer, ULONG size, ULONG flags)
{
    if (!buffer)
        return CR_INVALID_POINTER;
    if (!size)
        return CR_BUFFER_SMALL;
    *buffer = 0;
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_ID_ListA(PCSTR filter, PCHAR buffer, ULONG size, ULONG flags)
{
    if (!buffer)
        return CR_INVALID_POINTER;
    if (!size)
        return CR_BUFFER_SMALL;
    *buffer = 0;
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeW(PULONG size, LPGUID class, DEVINSTID_W device, ULONG flags)
{
    return empty_size(size);
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeA(PULONG size, LPGUID class, DEVINSTID_A device, ULONG flags)
{
    return empty_size(size);
}

CONFIGRET WINAPI CM_Get_Device_Interface_ListW(LPGUID class, DEVINSTID_W device, PWCHAR buffer, ULONG size, ULONG flags)
{
    return CM_Get_Device_ID_ListW(NULL, buffer, size, 0);
}

CONFIGRET WINAPI CM_Get_Device_Interface_ListA(LPGUID class, DEVINSTID_A device, PCHAR buffer, ULONG size, ULONG flags)
{
    return CM_Get_Device_ID_ListA(NULL, buffer, size, 0);
}

CONFIGRET WINAPI CM_Locate_DevNodeW(PDEVINST node, DEVINSTID_W id, ULONG flags)
{
    return CR_NO_SUCH_DEVNODE;
}

CONFIGRET WINAPI CM_Locate_DevNodeA(PDEVINST node, DEVINSTID_A id, ULONG flags)
{
    return CR_NO_SUCH_DEVNODE;
}

CONFIGRET WINAPI CM_Get_Child(PDEVINST child, DEVINST node, ULONG flags)
{
    return CR_NO_SUCH_DEVNODE;
}

CONFIGRET WINAPI CM_Get_Sibling(PDEVINST sibling, DEVINST node, ULONG flags)
{
    return CR_NO_SUCH_DEVNODE;
}

CONFIGRET WINAPI CM_Get_Parent(PDEVINST parent, DEVINST node, ULONG flags)
{
    return CR_NO_SUCH_DEVNODE;
}

CONFIGRET WINAPI CM_Get_DevNode_Status(PULONG status, PULONG problem, DEVINST node, ULONG flags)
{
    return CR_NO_SUCH_DEVNODE;
}
