/* SPDX-License-Identifier: MIT */
/* handleapi.c: handles of any kind. */
#include "kernelbase_private.h"

BOOL WINAPI CloseHandle(HANDLE handle)
{
    handle = std_handle_value(handle);
    return set_ntstatus(NtClose(handle));
}

BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE *target, DWORD access,
                            BOOL inherit, DWORD options)
{
    return set_ntstatus(NtDuplicateObject(source_process, std_handle_value(source), target_process, target, access,
                                          inherit ? OBJ_INHERIT : 0, options));
}

BOOL WINAPI GetHandleInformation(HANDLE handle, DWORD *flags)
{
    OBJECT_HANDLE_FLAG_INFORMATION info;
    NTSTATUS status;

    status = NtQueryObject(std_handle_value(handle), ObjectHandleFlagInformation, &info, sizeof(info), NULL);
    if (!status)
        *flags =
            (info.Inherit ? HANDLE_FLAG_INHERIT : 0) | (info.ProtectFromClose ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0);
    return set_ntstatus(status);
}

BOOL WINAPI SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags)
{
    OBJECT_HANDLE_FLAG_INFORMATION info;
    NTSTATUS status;

    handle = std_handle_value(handle);
    status = NtQueryObject(handle, ObjectHandleFlagInformation, &info, sizeof(info), NULL);
    if (status)
        return set_ntstatus(status);
    if (mask & HANDLE_FLAG_INHERIT)
        info.Inherit = !!(flags & HANDLE_FLAG_INHERIT);
    if (mask & HANDLE_FLAG_PROTECT_FROM_CLOSE)
        info.ProtectFromClose = !!(flags & HANDLE_FLAG_PROTECT_FROM_CLOSE);
    return set_ntstatus(NtSetInformationObject(handle, ObjectHandleFlagInformation, &info, sizeof(info)));
}

BOOL WINAPI CompareObjectHandles(HANDLE first, HANDLE second)
{
    NTSTATUS status = NtCompareObjects(first, second);

    /* Not the same object is no error but an answer. */
    if (status == (NTSTATUS)0xc00001ac) /* STATUS_NOT_SAME_OBJECT */
        return FALSE;
    return set_ntstatus(status);
}

UINT WINAPI SetHandleCount(UINT count)
{
    return count; /* documented as obsolete and without effect */
}
