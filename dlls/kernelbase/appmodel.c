/* SPDX-License-Identifier: MIT */
/* appmodel.c: packages of the Windows store. No program here is one: these are the documented answers for such processes. */
#include "kernelbase_private.h"

/* --- policies: those of a desktop program. The values are of the enumerations of appmodel.h --- */

#define POLICY(name, value)                                                                                            \
    LONG WINAPI AppPolicyGet##name(HANDLE token, int *policy)                                                          \
    {                                                                                                                  \
        (void)token;                                                                                                   \
        if (!policy)                                                                                                   \
            return ERROR_INVALID_PARAMETER;                                                                            \
        *policy = value;                                                                                               \
        return ERROR_SUCCESS;                                                                                          \
    }

POLICY(ClrCompat, 1)                   /* AppPolicyClrCompat_ClassicDesktop */
POLICY(CreateFileAccess, 0)            /* AppPolicyCreateFileAccess_Full */
POLICY(LifecycleManagement, 0)         /* AppPolicyLifecycleManagement_Unmanaged */
POLICY(MediaFoundationCodecLoading, 0) /* AppPolicyMediaFoundationCodecLoading_All */
POLICY(ProcessTerminationMethod, 0)    /* AppPolicyProcessTerminationMethod_ExitProcess */
POLICY(ShowDeveloperDiagnostic, 1)     /* AppPolicyShowDeveloperDiagnostic_ShowUI */
POLICY(ThreadInitializationType, 0)    /* AppPolicyThreadInitializationType_None */
POLICY(WindowingModel, 2)              /* AppPolicyWindowingModel_ClassicDesktop */

/* --- the package of the process --- */

LONG WINAPI GetCurrentPackageFullName(UINT32 *length, WCHAR *name)
{
    return length && (name || !*length) ? APPMODEL_ERROR_NO_PACKAGE : ERROR_INVALID_PARAMETER;
}

LONG WINAPI GetCurrentPackageFamilyName(UINT32 *length, WCHAR *name)
{
    return GetCurrentPackageFullName(length, name);
}

LONG WINAPI GetCurrentPackagePath(UINT32 *length, WCHAR *path)
{
    return GetCurrentPackageFullName(length, path);
}

LONG WINAPI GetCurrentPackageId(UINT32 *length, BYTE *buffer)
{
    return length && (buffer || !*length) ? APPMODEL_ERROR_NO_PACKAGE : ERROR_INVALID_PARAMETER;
}

LONG WINAPI GetCurrentPackageInfo(const UINT32 flags, UINT32 *length, BYTE *buffer, UINT32 *count)
{
    (void)flags, (void)count;
    return GetCurrentPackageId(length, buffer);
}

LONG WINAPI GetCurrentApplicationUserModelId(UINT32 *length, WCHAR *id)
{
    return length && (id || !*length) ? APPMODEL_ERROR_NO_APPLICATION : ERROR_INVALID_PARAMETER;
}

/* --- of another process, which has none either, if it is one --- */

static LONG other_process(HANDLE process, UINT32 *length, const void *buffer, LONG answer)
{
    PROCESS_BASIC_INFORMATION info;
    NTSTATUS status;

    if (!length || (!buffer && *length))
        return ERROR_INVALID_PARAMETER;
    status = NtQueryInformationProcess(process, ProcessBasicInformation, &info, sizeof(info), NULL);
    return status ? (LONG)RtlNtStatusToDosError(status) : answer;
}

LONG WINAPI GetPackageFullName(HANDLE process, UINT32 *length, WCHAR *name)
{
    return other_process(process, length, name, APPMODEL_ERROR_NO_PACKAGE);
}

LONG WINAPI GetPackageFamilyName(HANDLE process, UINT32 *length, WCHAR *name)
{
    return other_process(process, length, name, APPMODEL_ERROR_NO_PACKAGE);
}

LONG WINAPI GetPackageId(HANDLE process, UINT32 *length, BYTE *buffer)
{
    return other_process(process, length, buffer, APPMODEL_ERROR_NO_PACKAGE);
}

LONG WINAPI GetApplicationUserModelId(HANDLE process, UINT32 *length, WCHAR *id)
{
    return other_process(process, length, id, APPMODEL_ERROR_NO_APPLICATION);
}
