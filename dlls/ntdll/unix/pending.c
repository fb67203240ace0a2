/* SPDX-License-Identifier: MIT */
/* pending.c: system calls whose implementation is being written. They fail honestly; each leaves this list with its file. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "unix.h"

__attribute__((weak)) NTSTATUS NtQueryInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass,
                                                        PVOID ThreadInformation, ULONG ThreadInformationLength,
                                                        ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass,
                                                      PVOID ThreadInformation, ULONG ThreadInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass,
                                                         PVOID ProcessInformation, ULONG ProcessInformationLength,
                                                         ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass,
                                                       PVOID ProcessInformation, ULONG ProcessInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

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

__attribute__((weak)) NTSTATUS NtCreateKey(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess,
                                           OBJECT_ATTRIBUTES *ObjectAttributes, ULONG TitleIndex, UNICODE_STRING *Class,
                                           ULONG CreateOptions, ULONG *Disposition)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtOpenKey(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess,
                                         OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtOpenKeyEx(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess,
                                           OBJECT_ATTRIBUTES *ObjectAttributes, ULONG OpenOptions)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtDeleteKey(HANDLE KeyHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtRenameKey(HANDLE KeyHandle, UNICODE_STRING *NewName)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtFlushKey(HANDLE KeyHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryKey(HANDLE KeyHandle, ULONG KeyInformationClass, PVOID KeyInformation,
                                          ULONG Length, ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetInformationKey(HANDLE KeyHandle, ULONG KeySetInformationClass,
                                                   PVOID KeySetInformation, ULONG KeySetInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtEnumerateKey(HANDLE KeyHandle, ULONG Index, ULONG KeyInformationClass,
                                              PVOID KeyInformation, ULONG Length, ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtEnumerateValueKey(HANDLE KeyHandle, ULONG Index, ULONG KeyValueInformationClass,
                                                   PVOID KeyValueInformation, ULONG Length, ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName,
                                               ULONG KeyValueInformationClass, PVOID KeyValueInformation, ULONG Length,
                                               ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryMultipleValueKey(HANDLE KeyHandle, PVOID ValueEntries, ULONG EntryCount,
                                                       PVOID ValueBuffer, ULONG *BufferLength,
                                                       ULONG *RequiredBufferLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName, ULONG TitleIndex, ULONG Type,
                                             PVOID Data, ULONG DataSize)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtDeleteValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtNotifyChangeKey(HANDLE KeyHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                                 PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                                                 ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer,
                                                 ULONG BufferSize, BOOLEAN Asynchronous)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtNotifyChangeMultipleKeys(HANDLE MasterKeyHandle, ULONG Count, PVOID SlaveObjects,
                                                          HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                                                          IO_STATUS_BLOCK *IoStatusBlock, ULONG CompletionFilter,
                                                          BOOLEAN WatchTree, PVOID Buffer, ULONG BufferSize,
                                                          BOOLEAN Asynchronous)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtLoadKey(OBJECT_ATTRIBUTES *TargetKey, OBJECT_ATTRIBUTES *SourceFile)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtUnloadKey(OBJECT_ATTRIBUTES *TargetKey)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSaveKey(HANDLE KeyHandle, HANDLE FileHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation,
                                                        ULONG SystemInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQuerySystemInformationEx(ULONG SystemInformationClass, PVOID InputBuffer,
                                                          ULONG InputBufferLength, PVOID SystemInformation,
                                                          ULONG SystemInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetSystemInformation(ULONG SystemInformationClass, PVOID SystemInformation,
                                                      ULONG SystemInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQuerySystemTime(LARGE_INTEGER *SystemTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetSystemTime(LARGE_INTEGER *SystemTime, LARGE_INTEGER *PreviousTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryPerformanceCounter(LARGE_INTEGER *PerformanceCounter,
                                                         LARGE_INTEGER *PerformanceFrequency)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtQueryTimerResolution(ULONG *MaximumTime, ULONG *MinimumTime, ULONG *CurrentTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

__attribute__((weak)) NTSTATUS NtSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution, ULONG *ActualTime)
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
