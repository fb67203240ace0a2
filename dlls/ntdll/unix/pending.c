/* SPDX-License-Identifier: MIT */
/* pending.c: system calls whose implementation is being written. They fail honestly; each leaves this list with its file. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "unix.h"

NTSTATUS NtQueryInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass, PVOID ThreadInformation,
                                  ULONG ThreadInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetInformationThread(HANDLE ThreadHandle, ULONG ThreadInformationClass, PVOID ThreadInformation,
                                ULONG ThreadInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass, PVOID ProcessInformation,
                                   ULONG ProcessInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass, PVOID ProcessInformation,
                                 ULONG ProcessInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtCreateJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtOpenJobObject(HANDLE *JobHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtAssignProcessToJobObject(HANDLE JobHandle, HANDLE ProcessHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtIsProcessInJob(HANDLE ProcessHandle, HANDLE JobHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtTerminateJobObject(HANDLE JobHandle, NTSTATUS ExitStatus)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass, PVOID JobInformation,
                                     ULONG JobInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetInformationJobObject(HANDLE JobHandle, ULONG JobInformationClass, PVOID JobInformation,
                                   ULONG JobInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtCreateKey(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                     ULONG TitleIndex, UNICODE_STRING *Class, ULONG CreateOptions, ULONG *Disposition)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtOpenKey(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtOpenKeyEx(HANDLE *KeyHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                     ULONG OpenOptions)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtDeleteKey(HANDLE KeyHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtRenameKey(HANDLE KeyHandle, UNICODE_STRING *NewName)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtFlushKey(HANDLE KeyHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryKey(HANDLE KeyHandle, ULONG KeyInformationClass, PVOID KeyInformation, ULONG Length,
                    ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetInformationKey(HANDLE KeyHandle, ULONG KeySetInformationClass, PVOID KeySetInformation,
                             ULONG KeySetInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtEnumerateKey(HANDLE KeyHandle, ULONG Index, ULONG KeyInformationClass, PVOID KeyInformation, ULONG Length,
                        ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtEnumerateValueKey(HANDLE KeyHandle, ULONG Index, ULONG KeyValueInformationClass, PVOID KeyValueInformation,
                             ULONG Length, ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName, ULONG KeyValueInformationClass,
                         PVOID KeyValueInformation, ULONG Length, ULONG *ResultLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryMultipleValueKey(HANDLE KeyHandle, PVOID ValueEntries, ULONG EntryCount, PVOID ValueBuffer,
                                 ULONG *BufferLength, ULONG *RequiredBufferLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName, ULONG TitleIndex, ULONG Type, PVOID Data,
                       ULONG DataSize)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtDeleteValueKey(HANDLE KeyHandle, UNICODE_STRING *ValueName)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtNotifyChangeKey(HANDLE KeyHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
                           IO_STATUS_BLOCK *IoStatusBlock, ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer,
                           ULONG BufferSize, BOOLEAN Asynchronous)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtNotifyChangeMultipleKeys(HANDLE MasterKeyHandle, ULONG Count, PVOID SlaveObjects, HANDLE Event,
                                    PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                                    ULONG CompletionFilter, BOOLEAN WatchTree, PVOID Buffer, ULONG BufferSize,
                                    BOOLEAN Asynchronous)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtLoadKey(OBJECT_ATTRIBUTES *TargetKey, OBJECT_ATTRIBUTES *SourceFile)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtUnloadKey(OBJECT_ATTRIBUTES *TargetKey)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSaveKey(HANDLE KeyHandle, HANDLE FileHandle)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation, ULONG SystemInformationLength,
                                  ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQuerySystemInformationEx(ULONG SystemInformationClass, PVOID InputBuffer, ULONG InputBufferLength,
                                    PVOID SystemInformation, ULONG SystemInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetSystemInformation(ULONG SystemInformationClass, PVOID SystemInformation, ULONG SystemInformationLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQuerySystemTime(LARGE_INTEGER *SystemTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetSystemTime(LARGE_INTEGER *SystemTime, LARGE_INTEGER *PreviousTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryPerformanceCounter(LARGE_INTEGER *PerformanceCounter, LARGE_INTEGER *PerformanceFrequency)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryTimerResolution(ULONG *MaximumTime, ULONG *MinimumTime, ULONG *CurrentTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution, ULONG *ActualTime)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtRaiseHardError(NTSTATUS ErrorStatus, ULONG NumberOfParameters, ULONG UnicodeStringParameterMask,
                          ULONG_PTR *Parameters, ULONG ValidResponseOptions, ULONG *Response)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtShutdownSystem(ULONG Action)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtPowerInformation(ULONG InformationLevel, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                            ULONG OutputBufferLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetThreadExecutionState(EXECUTION_STATE NewFlags, EXECUTION_STATE *PreviousFlags)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtInitiatePowerAction(ULONG SystemAction, ULONG LightestSystemState, ULONG Flags, BOOLEAN Asynchronous)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtDisplayString(UNICODE_STRING *String)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtAddAtom(PWSTR AtomName, ULONG Length, RTL_ATOM *Atom)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtFindAtom(PWSTR AtomName, ULONG Length, RTL_ATOM *Atom)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtDeleteAtom(RTL_ATOM Atom)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryInformationAtom(RTL_ATOM Atom, ULONG AtomInformationClass, PVOID AtomInformation,
                                ULONG AtomInformationLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryDefaultLocale(BOOLEAN UserProfile, LCID *DefaultLocaleId)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetDefaultLocale(BOOLEAN UserProfile, LCID DefaultLocaleId)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryInstallUILanguage(USHORT *InstallUILanguageId)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryDefaultUILanguage(USHORT *DefaultUILanguageId)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryLicenseValue(UNICODE_STRING *ValueName, ULONG *Type, PVOID Data, ULONG DataSize, ULONG *ResultDataSize)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtQueryDebugFilterState(ULONG ComponentId, ULONG Level)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtSystemDebugControl(ULONG Command, PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                              ULONG OutputBufferLength, ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS NtTraceControl(ULONG FunctionCode, PVOID InBuffer, ULONG InBufferLen, PVOID OutBuffer, ULONG OutBufferLen,
                        ULONG *ReturnLength)
{
    return STATUS_NOT_IMPLEMENTED;
}
