/* SPDX-License-Identifier: MIT */
/* pending.c: system calls whose implementation is being written. They fail honestly; each leaves this list with its file. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "unix.h"

__attribute__((weak)) NTSTATUS NtCreateJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess,
                                                 OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtOpenJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess,
                                               OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtIsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass,
                                                           PVOID JobInformation, ULONG JobInformationLength,
                                                           ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass,
                                                         PVOID JobInformation, ULONG JobInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtRaiseHardError(NTSTATUS ErrorStatus, ULONG NumberOfParameters,
                                                ULONG UnicodeStringParameterMask, ULONG_PTR *Parameters,
                                                ULONG ValidResponseOptions, ULONG *Response)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtShutdownSystem(ULONG Action)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtPowerInformation(ULONG InformationLevel, PVOID InputBuffer, ULONG InputBufferLength,
                                                  PVOID OutputBuffer, ULONG OutputBufferLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetThreadExecutionState(EXECUTION_STATE NewFlags, EXECUTION_STATE *PreviousFlags)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtInitiatePowerAction(ULONG SystemAction, ULONG LightestSystemState, ULONG Flags,
                                                     BOOLEAN Asynchronous)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtDisplayString(UNICODE_STRING *String)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtAddAtom(PWSTR AtomName, ULONG Length, RTL_ATOM *Atom)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtFindAtom(PWSTR AtomName, ULONG Length, RTL_ATOM *Atom)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtDeleteAtom(RTL_ATOM Atom)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryInformationAtom(RTL_ATOM Atom, ULONG AtomInformationClass, PVOID AtomInformation,
                                                      ULONG AtomInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryDefaultLocale(BOOLEAN UserProfile, LCID *DefaultLocaleId)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetDefaultLocale(BOOLEAN UserProfile, LCID DefaultLocaleId)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryInstallUILanguage(USHORT *InstallUILanguageId)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryDefaultUILanguage(USHORT *DefaultUILanguageId)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryLicenseValue(UNICODE_STRING *ValueName, ULONG *Type, PVOID Data, ULONG DataSize,
                                                   ULONG *ResultDataSize)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryDebugFilterState(ULONG ComponentId, ULONG Level)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSystemDebugControl(ULONG Command, PVOID InputBuffer, ULONG InputBufferLength,
                                                    PVOID OutputBuffer, ULONG OutputBufferLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtTraceControl(ULONG FunctionCode, PVOID InBuffer, ULONG InBufferLen, PVOID OutBuffer,
                                              ULONG OutBufferLen, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}
