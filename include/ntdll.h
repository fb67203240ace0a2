/* SPDX-License-Identifier: MIT */
/*
 * ntdll.h: prototypes of what ntdll exports for the DLLs above it and mingw-w64's <windows.h> does not declare. PE code
 * only. System calls are declared in nt_syscalls.h, which nt.h includes.
 */
#ifndef TRANSOM_NTDLL_H
#define TRANSOM_NTDLL_H

#include "nt.h"

/* Types of the run-time library. */

typedef struct _RTL_RELATIVE_NAME_U {
    UNICODE_STRING RelativeName;
    HANDLE ContainingDirectory;
    PVOID CurDirRef;
} RTL_RELATIVE_NAME_U, *PRTL_RELATIVE_NAME_U;

typedef enum _RTL_PATH_TYPE {
    RtlPathTypeUnknown,
    RtlPathTypeUncAbsolute,
    RtlPathTypeDriveAbsolute,
    RtlPathTypeDriveRelative,
    RtlPathTypeRooted,
    RtlPathTypeRelative,
    RtlPathTypeLocalDevice,
    RtlPathTypeRootLocalDevice
} RTL_PATH_TYPE;

typedef struct _RTL_BITMAP {
    ULONG SizeOfBitMap;
    ULONG *Buffer;
} RTL_BITMAP, *PRTL_BITMAP;

typedef struct _RTL_HEAP_WALK_ENTRY {
    PVOID DataAddress;
    SIZE_T DataSize;
    UCHAR OverheadBytes;
    UCHAR SegmentIndex;
    USHORT Flags;
    union {
        struct {
            SIZE_T Settable;
            USHORT TagIndex;
            USHORT AllocatorBackTraceIndex;
            ULONG Reserved[2];
        } Block;
        struct {
            ULONG CommittedSize;
            ULONG UnCommittedSize;
            PVOID FirstEntry;
            PVOID LastEntry;
        } Segment;
    };
} RTL_HEAP_WALK_ENTRY, *PRTL_HEAP_WALK_ENTRY;

typedef struct _LDR_RESOURCE_INFO {
    ULONG_PTR Type;
    ULONG_PTR Name;
    ULONG_PTR Language;
} LDR_RESOURCE_INFO, *PLDR_RESOURCE_INFO;

typedef struct _RTL_USER_PROCESS_INFORMATION {
    ULONG Length;
    HANDLE Process;
    HANDLE Thread;
    CLIENT_ID ClientId;
    /* SECTION_IMAGE_INFORMATION follows */
} RTL_USER_PROCESS_INFORMATION, *PRTL_USER_PROCESS_INFORMATION;

typedef VOID(NTAPI *PLDR_ENUM_CALLBACK)(LDR_DATA_TABLE_ENTRY *Module, PVOID Context, BOOLEAN *Stop);
typedef struct _RTL_ATOM_TABLE *PRTL_ATOM_TABLE;

/* Errors. */
NTSYSAPI ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);
NTSYSAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS Status);
NTSYSAPI ULONG NTAPI RtlGetLastWin32Error(VOID);
NTSYSAPI VOID NTAPI RtlSetLastWin32Error(LONG Error);
NTSYSAPI VOID NTAPI RtlRestoreLastWin32Error(LONG Error);
NTSYSAPI VOID NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS Status);
NTSYSAPI NTSTATUS NTAPI RtlGetLastNtStatus(VOID);
NTSYSAPI NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG Mode, ULONG *OldMode);
NTSYSAPI ULONG NTAPI RtlGetThreadErrorMode(VOID);
NTSYSAPI VOID NTAPI RtlRaiseStatus(NTSTATUS Status);
NTSYSAPI VOID NTAPI RtlRaiseException(EXCEPTION_RECORD *Record);
NTSYSAPI VOID NTAPI RtlSetUnhandledExceptionFilter(PVOID Filter);
NTSYSAPI PVOID NTAPI RtlEncodePointer(PVOID Pointer);
NTSYSAPI PVOID NTAPI RtlDecodePointer(PVOID Pointer);
NTSYSAPI PVOID NTAPI RtlEncodeSystemPointer(PVOID Pointer);
NTSYSAPI PVOID NTAPI RtlDecodeSystemPointer(PVOID Pointer);
NTSYSAPI PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID Handle);
NTSYSAPI PVOID NTAPI RtlAddVectoredContinueHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID Handle);

/* Strings. */
NTSYSAPI VOID NTAPI RtlInitUnicodeString(UNICODE_STRING *Destination, PCWSTR Source);
NTSYSAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(UNICODE_STRING *Destination, PCWSTR Source);
NTSYSAPI VOID NTAPI RtlInitAnsiString(ANSI_STRING *Destination, PCSTR Source);
NTSYSAPI NTSTATUS NTAPI RtlInitAnsiStringEx(ANSI_STRING *Destination, PCSTR Source);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeString(UNICODE_STRING *Destination, PCWSTR Source);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(UNICODE_STRING *Destination, PCSTR Source);
NTSYSAPI VOID NTAPI RtlFreeUnicodeString(UNICODE_STRING *String);
NTSYSAPI VOID NTAPI RtlFreeAnsiString(ANSI_STRING *String);
NTSYSAPI VOID NTAPI RtlFreeOemString(STRING *String);
NTSYSAPI NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG Flags, const UNICODE_STRING *Source,
                                                  UNICODE_STRING *Destination);
NTSYSAPI VOID NTAPI RtlCopyUnicodeString(UNICODE_STRING *Destination, const UNICODE_STRING *Source);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(UNICODE_STRING *Destination, PCWSTR Source);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(UNICODE_STRING *Destination, const UNICODE_STRING *Source);
NTSYSAPI LONG NTAPI RtlCompareUnicodeString(const UNICODE_STRING *String1, const UNICODE_STRING *String2,
                                            BOOLEAN CaseInSensitive);
NTSYSAPI LONG NTAPI RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2, SIZE_T String2Length,
                                             BOOLEAN CaseInSensitive);
NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(const UNICODE_STRING *String1, const UNICODE_STRING *String2,
                                             BOOLEAN CaseInSensitive);
NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(const UNICODE_STRING *String1, const UNICODE_STRING *String2,
                                              BOOLEAN CaseInSensitive);
NTSYSAPI NTSTATUS NTAPI RtlHashUnicodeString(const UNICODE_STRING *String, BOOLEAN CaseInSensitive, ULONG Algorithm,
                                             ULONG *Hash);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(UNICODE_STRING *Destination, const UNICODE_STRING *Source,
                                               BOOLEAN Allocate);
NTSYSAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(UNICODE_STRING *Destination, const UNICODE_STRING *Source,
                                                 BOOLEAN Allocate);
NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR Source);
NTSYSAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR Source);
NTSYSAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(UNICODE_STRING *Destination, const ANSI_STRING *Source,
                                                     BOOLEAN Allocate);
NTSYSAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(UNICODE_STRING *Destination, const STRING *Source,
                                                    BOOLEAN Allocate);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(ANSI_STRING *Destination, const UNICODE_STRING *Source,
                                                     BOOLEAN Allocate);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(STRING *Destination, const UNICODE_STRING *Source,
                                                    BOOLEAN Allocate);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(WCHAR *Destination, ULONG DestinationBytes, ULONG *ResultBytes,
                                               const CHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(ULONG *ResultBytes, const CHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(CHAR *Destination, ULONG DestinationBytes, ULONG *ResultBytes,
                                               const WCHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(ULONG *ResultBytes, const WCHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlOemToUnicodeN(WCHAR *Destination, ULONG DestinationBytes, ULONG *ResultBytes,
                                         const CHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToOemN(CHAR *Destination, ULONG DestinationBytes, ULONG *ResultBytes,
                                         const WCHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(WCHAR *Destination, ULONG DestinationBytes, ULONG *ResultBytes,
                                          const CHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(CHAR *Destination, ULONG DestinationBytes, ULONG *ResultBytes,
                                          const WCHAR *Source, ULONG SourceBytes);
NTSYSAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG Value, ULONG Base, UNICODE_STRING *String);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(const UNICODE_STRING *String, ULONG Base, ULONG *Value);
NTSYSAPI NTSTATUS NTAPI RtlGUIDFromString(const UNICODE_STRING *GuidString, GUID *Guid);
NTSYSAPI NTSTATUS NTAPI RtlStringFromGUID(const GUID *Guid, UNICODE_STRING *GuidString);
NTSYSAPI ULONG NTAPI RtlIsTextUnicode(PVOID Buffer, ULONG Size, ULONG *Result);

/* Memory. */
NTSYSAPI PVOID NTAPI RtlCreateHeap(ULONG Flags, PVOID HeapBase, SIZE_T ReserveSize, SIZE_T CommitSize, PVOID Lock,
                                   PVOID Parameters);
NTSYSAPI PVOID NTAPI RtlDestroyHeap(PVOID HeapHandle);
NTSYSAPI PVOID NTAPI RtlAllocateHeap(PVOID HeapHandle, ULONG Flags, SIZE_T Size);
NTSYSAPI PVOID NTAPI RtlReAllocateHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, SIZE_T Size);
NTSYSAPI ULONG NTAPI RtlFreeHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTSYSAPI SIZE_T NTAPI RtlSizeHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTSYSAPI BOOLEAN NTAPI RtlValidateHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTSYSAPI SIZE_T NTAPI RtlCompactHeap(PVOID HeapHandle, ULONG Flags);
NTSYSAPI BOOLEAN NTAPI RtlLockHeap(PVOID HeapHandle);
NTSYSAPI BOOLEAN NTAPI RtlUnlockHeap(PVOID HeapHandle);
NTSYSAPI NTSTATUS NTAPI RtlWalkHeap(PVOID HeapHandle, RTL_HEAP_WALK_ENTRY *Entry);
NTSYSAPI ULONG NTAPI RtlGetProcessHeaps(ULONG NumberOfHeaps, PVOID *ProcessHeaps);
NTSYSAPI BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, PVOID *UserValue,
                                          ULONG *UserFlags);
NTSYSAPI BOOLEAN NTAPI RtlSetUserValueHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, PVOID UserValue);

/* Synchronisation. */
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSection(RTL_CRITICAL_SECTION *CriticalSection);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(RTL_CRITICAL_SECTION *CriticalSection,
                                                                 ULONG SpinCount);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionEx(RTL_CRITICAL_SECTION *CriticalSection, ULONG SpinCount,
                                                       ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlDeleteCriticalSection(RTL_CRITICAL_SECTION *CriticalSection);
NTSYSAPI NTSTATUS NTAPI RtlEnterCriticalSection(RTL_CRITICAL_SECTION *CriticalSection);
NTSYSAPI NTSTATUS NTAPI RtlLeaveCriticalSection(RTL_CRITICAL_SECTION *CriticalSection);
NTSYSAPI ULONG NTAPI RtlTryEnterCriticalSection(RTL_CRITICAL_SECTION *CriticalSection);
NTSYSAPI ULONG NTAPI RtlSetCriticalSectionSpinCount(RTL_CRITICAL_SECTION *CriticalSection, ULONG SpinCount);
NTSYSAPI VOID NTAPI RtlInitializeSRWLock(RTL_SRWLOCK *Lock);
NTSYSAPI VOID NTAPI RtlAcquireSRWLockExclusive(RTL_SRWLOCK *Lock);
NTSYSAPI VOID NTAPI RtlAcquireSRWLockShared(RTL_SRWLOCK *Lock);
NTSYSAPI VOID NTAPI RtlReleaseSRWLockExclusive(RTL_SRWLOCK *Lock);
NTSYSAPI VOID NTAPI RtlReleaseSRWLockShared(RTL_SRWLOCK *Lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(RTL_SRWLOCK *Lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockShared(RTL_SRWLOCK *Lock);
NTSYSAPI VOID NTAPI RtlInitializeConditionVariable(RTL_CONDITION_VARIABLE *Variable);
NTSYSAPI VOID NTAPI RtlWakeConditionVariable(RTL_CONDITION_VARIABLE *Variable);
NTSYSAPI VOID NTAPI RtlWakeAllConditionVariable(RTL_CONDITION_VARIABLE *Variable);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableCS(RTL_CONDITION_VARIABLE *Variable,
                                                    RTL_CRITICAL_SECTION *CriticalSection,
                                                    const LARGE_INTEGER *Timeout);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableSRW(RTL_CONDITION_VARIABLE *Variable, RTL_SRWLOCK *Lock,
                                                     const LARGE_INTEGER *Timeout, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlWaitOnAddress(const volatile void *Address, const void *CompareAddress, SIZE_T AddressSize,
                                         const LARGE_INTEGER *Timeout);
NTSYSAPI VOID NTAPI RtlWakeAddressAll(const void *Address);
NTSYSAPI VOID NTAPI RtlWakeAddressSingle(const void *Address);
NTSYSAPI VOID NTAPI RtlRunOnceInitialize(RTL_RUN_ONCE *RunOnce);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(RTL_RUN_ONCE *RunOnce, ULONG Flags, PVOID *Context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceComplete(RTL_RUN_ONCE *RunOnce, ULONG Flags, PVOID Context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(RTL_RUN_ONCE *RunOnce, PRTL_RUN_ONCE_INIT_FN InitFn, PVOID Parameter,
                                              PVOID *Context);
NTSYSAPI NTSTATUS NTAPI RtlInitBarrier(RTL_BARRIER *Barrier, ULONG TotalThreads, ULONG SpinCount);
NTSYSAPI ULONG NTAPI RtlBarrier(RTL_BARRIER *Barrier, ULONG Flags);
NTSYSAPI ULONG NTAPI RtlDeleteBarrier(RTL_BARRIER *Barrier);
NTSYSAPI VOID NTAPI RtlInitializeBitMap(RTL_BITMAP *BitMap, ULONG *Buffer, ULONG Size);
NTSYSAPI ULONG NTAPI RtlFindClearBitsAndSet(RTL_BITMAP *BitMap, ULONG NumberToFind, ULONG HintIndex);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsSet(RTL_BITMAP *BitMap, ULONG StartingIndex, ULONG Length);
NTSYSAPI VOID NTAPI RtlSetBits(RTL_BITMAP *BitMap, ULONG StartingIndex, ULONG Length);
NTSYSAPI VOID NTAPI RtlClearBits(RTL_BITMAP *BitMap, ULONG StartingIndex, ULONG Length);
NTSYSAPI VOID NTAPI RtlAcquirePebLock(VOID);
NTSYSAPI VOID NTAPI RtlReleasePebLock(VOID);

/* Threads and processes. */
NTSYSAPI VOID NTAPI RtlExitUserThread(NTSTATUS Status) __attribute__((noreturn));
NTSYSAPI VOID NTAPI RtlExitUserProcess(NTSTATUS Status) __attribute__((noreturn));
NTSYSAPI VOID NTAPI RtlUserThreadStart(PVOID Function, PVOID Parameter);
NTSYSAPI NTSTATUS NTAPI RtlCreateUserThread(HANDLE Process, PSECURITY_DESCRIPTOR Security, BOOLEAN Suspended,
                                            ULONG ZeroBits, SIZE_T MaximumStackSize, SIZE_T CommittedStackSize,
                                            PVOID StartAddress, PVOID Parameter, HANDLE *Thread, CLIENT_ID *ClientId);
NTSYSAPI NTSTATUS NTAPI RtlCreateUserStack(SIZE_T CommittedStackSize, SIZE_T MaximumStackSize, ULONG_PTR ZeroBits,
                                           SIZE_T PageSize, ULONG_PTR ReserveAlignment, PVOID InitialTeb);
NTSYSAPI VOID NTAPI RtlFreeUserStack(PVOID AllocationBase);
NTSYSAPI NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION Callback, ULONG *Index);
NTSYSAPI NTSTATUS NTAPI RtlFlsFree(ULONG Index);
NTSYSAPI NTSTATUS NTAPI RtlFlsGetValue(ULONG Index, PVOID *Value);
NTSYSAPI NTSTATUS NTAPI RtlFlsSetValue(ULONG Index, PVOID Value);
NTSYSAPI VOID NTAPI RtlProcessFlsData(PVOID FlsData, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParametersEx(RTL_USER_PROCESS_PARAMETERS **Parameters,
                                                     const UNICODE_STRING *ImagePathName, const UNICODE_STRING *DllPath,
                                                     const UNICODE_STRING *CurrentDirectory,
                                                     const UNICODE_STRING *CommandLine, PVOID Environment,
                                                     const UNICODE_STRING *WindowTitle,
                                                     const UNICODE_STRING *DesktopInfo, const UNICODE_STRING *ShellInfo,
                                                     const UNICODE_STRING *RuntimeData, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *Parameters);
NTSYSAPI VOID NTAPI RtlSetCurrentTransaction(HANDLE Transaction);
NTSYSAPI NTSTATUS NTAPI RtlQueueWorkItem(PVOID Function, PVOID Context, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlRegisterWait(HANDLE *WaitHandle, HANDLE Object, WAITORTIMERCALLBACK Function, PVOID Context,
                                        ULONG Milliseconds, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWait(HANDLE WaitHandle);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE WaitHandle, HANDLE CompletionEvent);
NTSYSAPI NTSTATUS NTAPI RtlSetIoCompletionCallback(HANDLE FileHandle, PVOID Function, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimerQueue(HANDLE *TimerQueue);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimer(HANDLE TimerQueue, HANDLE *Timer, WAITORTIMERCALLBACK Function, PVOID Context,
                                       ULONG DueTime, ULONG Period, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlUpdateTimer(HANDLE TimerQueue, HANDLE Timer, ULONG DueTime, ULONG Period);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimer(HANDLE TimerQueue, HANDLE Timer, HANDLE CompletionEvent);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE TimerQueue, HANDLE CompletionEvent);

/* The thread pool. */
NTSYSAPI NTSTATUS NTAPI TpAllocPool(PTP_POOL *Pool, PVOID Reserved);
NTSYSAPI VOID NTAPI TpSetDefaultPoolMaxThreads(LONG Maximum);
NTSYSAPI NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL Pool, LONG Minimum);
NTSYSAPI NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL Pool, const TP_POOL_STACK_INFORMATION *Information);
NTSYSAPI NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL Pool, TP_POOL_STACK_INFORMATION *Information);
NTSYSAPI NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *Group);
NTSYSAPI NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK Callback, PVOID Context,
                                        const TP_CALLBACK_ENVIRON *Environment);
NTSYSAPI NTSTATUS NTAPI TpAllocWork(PTP_WORK *Work, PTP_WORK_CALLBACK Callback, PVOID Context,
                                    const TP_CALLBACK_ENVIRON *Environment);
NTSYSAPI NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *Timer, PTP_TIMER_CALLBACK Callback, PVOID Context,
                                     const TP_CALLBACK_ENVIRON *Environment);
NTSYSAPI NTSTATUS NTAPI TpAllocWait(PTP_WAIT *Wait, PTP_WAIT_CALLBACK Callback, PVOID Context,
                                    const TP_CALLBACK_ENVIRON *Environment);
NTSYSAPI NTSTATUS NTAPI TpAllocIoCompletion(PTP_IO *Io, HANDLE File, PVOID Callback, PVOID Context,
                                            const TP_CALLBACK_ENVIRON *Environment);
NTSYSAPI NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE Instance);
NTSYSAPI NTSTATUS NTAPI TransomTpAllocWin32Io(PTP_IO *Io, HANDLE File, PVOID Callback, PVOID Context,
                                              const TP_CALLBACK_ENVIRON *Environment);

NTSYSAPI BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG Feature);
NTSYSAPI ULONG NTAPI RtlGetCurrentProcessorNumber(VOID);
NTSYSAPI VOID NTAPI RtlGetCurrentProcessorNumberEx(PROCESSOR_NUMBER *Number);

/* The environment. */
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID Environment, PCWSTR Name, SIZE_T NameLength, PWSTR Value,
                                                    SIZE_T ValueLength, SIZE_T *ReturnLength);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID Environment, const UNICODE_STRING *Name,
                                                      UNICODE_STRING *Value);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *Environment, PCWSTR Name, SIZE_T NameLength, PCWSTR Value,
                                             SIZE_T ValueLength);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *Environment, const UNICODE_STRING *Name,
                                                  const UNICODE_STRING *Value);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID Environment, PCWSTR Source, SIZE_T SourceLength,
                                                    PWSTR Destination, SIZE_T DestinationLength, SIZE_T *ReturnLength);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID Environment, const UNICODE_STRING *Source,
                                                      UNICODE_STRING *Destination, ULONG *ReturnedLength);
NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN CloneCurrent, PVOID *Environment);
NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironmentEx(PVOID Source, PVOID *Environment, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlDestroyEnvironment(PVOID Environment);
NTSYSAPI VOID NTAPI RtlSetCurrentEnvironment(PVOID Environment, PVOID *PreviousEnvironment);

/* File names. */
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR DosName, UNICODE_STRING *NtName, PWSTR *FilePart,
                                                    RTL_RELATIVE_NAME_U *RelativeName);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(PCWSTR DosName, UNICODE_STRING *NtName, PWSTR *FilePart,
                                                                RTL_RELATIVE_NAME_U *RelativeName);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(PCWSTR DosName, UNICODE_STRING *NtName,
                                                                        PWSTR *FilePart,
                                                                        RTL_RELATIVE_NAME_U *RelativeName);
NTSYSAPI VOID NTAPI RtlReleaseRelativeName(RTL_RELATIVE_NAME_U *RelativeName);
NTSYSAPI ULONG NTAPI RtlGetFullPathName_U(PCWSTR FileName, ULONG BufferBytes, PWSTR Buffer, PWSTR *FilePart);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR FileName, ULONG BufferBytes, PWSTR Buffer, PWSTR *FilePart,
                                               ULONG *BytesRequired);
NTSYSAPI RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR DosName);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR DosName);
NTSYSAPI ULONG NTAPI RtlGetCurrentDirectory_U(ULONG BufferBytes, PWSTR Buffer);
NTSYSAPI NTSTATUS NTAPI RtlSetCurrentDirectory_U(const UNICODE_STRING *PathName);
NTSYSAPI ULONG NTAPI RtlDosSearchPath_U(PCWSTR Path, PCWSTR FileName, PCWSTR Extension, ULONG BufferBytes, PWSTR Buffer,
                                        PWSTR *FilePart);
NTSYSAPI BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR FileName);
NTSYSAPI NTSTATUS NTAPI RtlGetLengthWithoutLastFullDosOrNtPathElement(ULONG Flags, const UNICODE_STRING *Path,
                                                                      ULONG *Length);
NTSYSAPI BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(const UNICODE_STRING *Name, STRING *OemName, BOOLEAN *NameContainsSpaces);

/* Time and version. */
NTSYSAPI VOID NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *Time, TIME_FIELDS *Fields);
NTSYSAPI BOOLEAN NTAPI RtlTimeFieldsToTime(TIME_FIELDS *Fields, LARGE_INTEGER *Time);
NTSYSAPI NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *SystemTime, LARGE_INTEGER *LocalTime);
NTSYSAPI NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *LocalTime, LARGE_INTEGER *SystemTime);
NTSYSAPI NTSTATUS NTAPI RtlQueryTimeZoneInformation(PVOID Information);
NTSYSAPI NTSTATUS NTAPI RtlQueryDynamicTimeZoneInformation(PVOID Information);
NTSYSAPI LONGLONG NTAPI RtlGetSystemTimePrecise(VOID);
NTSYSAPI ULONG NTAPI RtlQueryPerformanceCounter(LARGE_INTEGER *Counter);
NTSYSAPI ULONG NTAPI RtlQueryPerformanceFrequency(LARGE_INTEGER *Frequency);
NTSYSAPI NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOW *Information);
NTSYSAPI NTSTATUS NTAPI RtlVerifyVersionInfo(RTL_OSVERSIONINFOEXW *Information, ULONG TypeMask,
                                             ULONGLONG ConditionMask);
NTSYSAPI BOOLEAN NTAPI RtlQueryUnbiasedInterruptTime(ULONGLONG *Time);

/* The loader. */
NTSYSAPI NTSTATUS NTAPI LdrLoadDll(PCWSTR SearchPath, ULONG *Characteristics, const UNICODE_STRING *Name,
                                   PVOID *Handle);
NTSYSAPI NTSTATUS NTAPI LdrUnloadDll(PVOID Handle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandle(PCWSTR SearchPath, ULONG *Characteristics, const UNICODE_STRING *Name,
                                        PVOID *Handle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandleEx(ULONG Flags, PCWSTR SearchPath, ULONG *Characteristics,
                                          const UNICODE_STRING *Name, PVOID *Handle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandleByMapping(PVOID BaseAddress, PVOID *Handle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllFullName(PVOID Handle, UNICODE_STRING *Name);
NTSYSAPI NTSTATUS NTAPI LdrGetProcedureAddress(PVOID Handle, const ANSI_STRING *Name, ULONG Ordinal, PVOID *Address);
NTSYSAPI NTSTATUS NTAPI LdrGetProcedureAddressForCaller(PVOID Handle, const ANSI_STRING *Name, ULONG Ordinal,
                                                        PVOID *Address, ULONG Flags, PVOID Caller);
NTSYSAPI NTSTATUS NTAPI LdrAddRefDll(ULONG Flags, PVOID Handle);
NTSYSAPI NTSTATUS NTAPI LdrLockLoaderLock(ULONG Flags, ULONG *Disposition, ULONG_PTR *Cookie);
NTSYSAPI NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG Flags, ULONG_PTR Cookie);
NTSYSAPI NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID Handle);
NTSYSAPI NTSTATUS NTAPI LdrFindEntryForAddress(PVOID Address, LDR_DATA_TABLE_ENTRY **Entry);
NTSYSAPI NTSTATUS NTAPI LdrEnumerateLoadedModules(ULONG Flags, PLDR_ENUM_CALLBACK Callback, PVOID Context);
NTSYSAPI NTSTATUS NTAPI LdrAddDllDirectory(const UNICODE_STRING *Directory, PVOID *Cookie);
NTSYSAPI NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID Cookie);
NTSYSAPI NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG Flags);
NTSYSAPI NTSTATUS NTAPI LdrSetDllDirectory(const UNICODE_STRING *Directory);
NTSYSAPI NTSTATUS NTAPI LdrGetDllDirectory(UNICODE_STRING *Directory);
NTSYSAPI NTSTATUS NTAPI LdrFindResource_U(PVOID Handle, LDR_RESOURCE_INFO *Info, ULONG Level,
                                          IMAGE_RESOURCE_DATA_ENTRY **Entry);
NTSYSAPI NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID Handle, LDR_RESOURCE_INFO *Info, ULONG Level,
                                                   IMAGE_RESOURCE_DIRECTORY **Directory);
NTSYSAPI NTSTATUS NTAPI LdrAccessResource(PVOID Handle, const IMAGE_RESOURCE_DATA_ENTRY *Entry, PVOID *Address,
                                          ULONG *Size);
NTSYSAPI VOID NTAPI LdrShutdownThread(VOID);
NTSYSAPI VOID NTAPI LdrShutdownProcess(VOID);
NTSYSAPI IMAGE_NT_HEADERS *NTAPI RtlImageNtHeader(PVOID Base);
NTSYSAPI NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG Flags, PVOID Base, ULONG64 Size, IMAGE_NT_HEADERS **Headers);
NTSYSAPI PVOID NTAPI RtlImageDirectoryEntryToData(PVOID Base, BOOLEAN MappedAsImage, USHORT Directory, ULONG *Size);
NTSYSAPI PVOID NTAPI RtlAddressInSectionTable(IMAGE_NT_HEADERS *Headers, PVOID Base, ULONG Rva);
NTSYSAPI PVOID NTAPI RtlImageRvaToVa(const IMAGE_NT_HEADERS *Headers, PVOID Base, ULONG Rva,
                                     IMAGE_SECTION_HEADER **Section);
NTSYSAPI NTSTATUS NTAPI RtlFindMessage(PVOID Handle, ULONG TableId, ULONG LanguageId, ULONG MessageId, PVOID *Entry);

/* Atoms. */
NTSYSAPI NTSTATUS NTAPI RtlCreateAtomTable(ULONG NumberOfBuckets, PRTL_ATOM_TABLE *Table);
NTSYSAPI NTSTATUS NTAPI RtlDestroyAtomTable(PRTL_ATOM_TABLE Table);
NTSYSAPI NTSTATUS NTAPI RtlAddAtomToAtomTable(PRTL_ATOM_TABLE Table, PCWSTR Name, RTL_ATOM *Atom);
NTSYSAPI NTSTATUS NTAPI RtlLookupAtomInAtomTable(PRTL_ATOM_TABLE Table, PCWSTR Name, RTL_ATOM *Atom);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PRTL_ATOM_TABLE Table, RTL_ATOM Atom);
NTSYSAPI NTSTATUS NTAPI RtlQueryAtomInAtomTable(PRTL_ATOM_TABLE Table, RTL_ATOM Atom, ULONG *References, ULONG *Flags,
                                                PWSTR Name, ULONG *NameLength);

/* Security. */
NTSYSAPI ULONG NTAPI RtlLengthSid(PSID Sid);
NTSYSAPI ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount);
NTSYSAPI BOOLEAN NTAPI RtlValidSid(PSID Sid);
NTSYSAPI BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2);
NTSYSAPI BOOLEAN NTAPI RtlEqualPrefixSid(PSID Sid1, PSID Sid2);
NTSYSAPI NTSTATUS NTAPI RtlCopySid(ULONG Length, PSID Destination, PSID Source);
NTSYSAPI NTSTATUS NTAPI RtlInitializeSid(PSID Sid, SID_IDENTIFIER_AUTHORITY *Authority, UCHAR SubAuthorityCount);
NTSYSAPI SID_IDENTIFIER_AUTHORITY *NTAPI RtlIdentifierAuthoritySid(PSID Sid);
NTSYSAPI ULONG *NTAPI RtlSubAuthoritySid(PSID Sid, ULONG Index);
NTSYSAPI UCHAR *NTAPI RtlSubAuthorityCountSid(PSID Sid);
NTSYSAPI NTSTATUS NTAPI RtlAllocateAndInitializeSid(SID_IDENTIFIER_AUTHORITY *Authority, UCHAR Count, ULONG S0,
                                                    ULONG S1, ULONG S2, ULONG S3, ULONG S4, ULONG S5, ULONG S6,
                                                    ULONG S7, PSID *Sid);
NTSYSAPI PVOID NTAPI RtlFreeSid(PSID Sid);
NTSYSAPI NTSTATUS NTAPI RtlConvertSidToUnicodeString(UNICODE_STRING *String, PSID Sid, BOOLEAN Allocate);
NTSYSAPI NTSTATUS NTAPI RtlCreateAcl(ACL *Acl, ULONG Length, ULONG Revision);
NTSYSAPI BOOLEAN NTAPI RtlValidAcl(ACL *Acl);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedAce(ACL *Acl, ULONG Revision, ACCESS_MASK Access, PSID Sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedAceEx(ACL *Acl, ULONG Revision, ULONG Flags, ACCESS_MASK Access, PSID Sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedAce(ACL *Acl, ULONG Revision, ACCESS_MASK Access, PSID Sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedAceEx(ACL *Acl, ULONG Revision, ULONG Flags, ACCESS_MASK Access, PSID Sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAuditAccessAce(ACL *Acl, ULONG Revision, ACCESS_MASK Access, PSID Sid, BOOLEAN Success,
                                             BOOLEAN Failure);
NTSYSAPI NTSTATUS NTAPI RtlAddAce(ACL *Acl, ULONG Revision, ULONG StartingIndex, PVOID AceList, ULONG AceListLength);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAce(ACL *Acl, ULONG Index);
NTSYSAPI NTSTATUS NTAPI RtlGetAce(ACL *Acl, ULONG Index, PVOID *Ace);
NTSYSAPI BOOLEAN NTAPI RtlFirstFreeAce(ACL *Acl, PVOID *Ace);
NTSYSAPI NTSTATUS NTAPI RtlQueryInformationAcl(ACL *Acl, PVOID Information, ULONG Length, ACL_INFORMATION_CLASS Class);
NTSYSAPI NTSTATUS NTAPI RtlSetInformationAcl(ACL *Acl, PVOID Information, ULONG Length, ACL_INFORMATION_CLASS Class);
NTSYSAPI NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, ULONG Revision);
NTSYSAPI BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor);
NTSYSAPI BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, ULONG Length,
                                                          SECURITY_INFORMATION Required);
NTSYSAPI ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor);
NTSYSAPI NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor,
                                                        SECURITY_DESCRIPTOR_CONTROL *Control, ULONG *Revision);
NTSYSAPI NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor,
                                                        SECURITY_DESCRIPTOR_CONTROL Mask,
                                                        SECURITY_DESCRIPTOR_CONTROL Bits);
NTSYSAPI NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, BOOLEAN *Present, ACL **Dacl,
                                                     BOOLEAN *Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, BOOLEAN Present, ACL *Dacl,
                                                     BOOLEAN Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, BOOLEAN *Present, ACL **Sacl,
                                                     BOOLEAN *Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, BOOLEAN Present, ACL *Sacl,
                                                     BOOLEAN Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, PSID *Owner, BOOLEAN *Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, PSID Owner, BOOLEAN Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, PSID *Group, BOOLEAN *Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR Descriptor, PSID Group, BOOLEAN Defaulted);
NTSYSAPI NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR Absolute, PSECURITY_DESCRIPTOR Relative,
                                                    ULONG *Length);
NTSYSAPI NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR Absolute, PSECURITY_DESCRIPTOR Relative,
                                              ULONG *Length);
NTSYSAPI NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR Relative, PSECURITY_DESCRIPTOR Absolute,
                                                    ULONG *AbsoluteSize, ACL *Dacl, ULONG *DaclSize, ACL *Sacl,
                                                    ULONG *SaclSize, PSID Owner, ULONG *OwnerSize, PSID Group,
                                                    ULONG *GroupSize);
NTSYSAPI VOID NTAPI RtlMapGenericMask(ACCESS_MASK *Access, const GENERIC_MAPPING *Mapping);
NTSYSAPI BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK Granted, ACCESS_MASK Desired);
NTSYSAPI BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK Granted, ACCESS_MASK Desired);
NTSYSAPI NTSTATUS NTAPI RtlImpersonateSelf(SECURITY_IMPERSONATION_LEVEL Level);
NTSYSAPI NTSTATUS NTAPI RtlAdjustPrivilege(ULONG Privilege, BOOLEAN Enable, BOOLEAN CurrentThread, BOOLEAN *WasEnabled);

/* Registry helpers. */
NTSYSAPI NTSTATUS NTAPI RtlOpenCurrentUser(ACCESS_MASK DesiredAccess, HANDLE *Key);
NTSYSAPI NTSTATUS NTAPI RtlFormatCurrentUserKeyPath(UNICODE_STRING *Path);

/* Debugging. */
NTSYSAPI VOID NTAPI DbgBreakPoint(VOID);
NTSYSAPI VOID NTAPI DbgUserBreakPoint(VOID);
NTSYSAPI ULONG __cdecl DbgPrint(PCSTR Format, ...);
NTSYSAPI HANDLE NTAPI DbgUiGetThreadDebugObject(VOID);
NTSYSAPI VOID NTAPI DbgUiSetThreadDebugObject(HANDLE DebugObject);
NTSYSAPI NTSTATUS NTAPI DbgUiConnectToDbg(VOID);
NTSYSAPI NTSTATUS NTAPI DbgUiWaitStateChange(DBGUI_WAIT_STATE_CHANGE *StateChange, LARGE_INTEGER *Timeout);
NTSYSAPI NTSTATUS NTAPI DbgUiContinue(CLIENT_ID *ClientId, NTSTATUS ContinueStatus);
NTSYSAPI NTSTATUS NTAPI DbgUiStopDebugging(HANDLE Process);
NTSYSAPI NTSTATUS NTAPI DbgUiDebugActiveProcess(HANDLE Process);
NTSYSAPI NTSTATUS NTAPI DbgUiIssueRemoteBreakin(HANDLE Process);
NTSYSAPI VOID NTAPI DbgUiRemoteBreakin(PVOID Context);
NTSYSAPI NTSTATUS NTAPI DbgUiConvertStateChangeStructure(DBGUI_WAIT_STATE_CHANGE *StateChange, DEBUG_EVENT *Event);
NTSYSAPI NTSTATUS NTAPI DbgUiConvertStateChangeStructureEx(DBGUI_WAIT_STATE_CHANGE *StateChange, DEBUG_EVENT *Event);

/* Private exports of our ntdll. */
NTSYSAPI VOID NTAPI TransomMissingFunction(const char *Dll, const char *Function) __attribute__((noreturn));

#endif
