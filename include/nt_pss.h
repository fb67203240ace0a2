/* SPDX-License-Identifier: MIT */
/* nt_pss.h: process snapshots, as documented for processsnapshot.h, which mingw-w64 does not have. */
#ifndef TRANSOM_NT_PSS_H
#define TRANSOM_NT_PSS_H

#include <windows.h>

DECLARE_HANDLE(HPSS);
DECLARE_HANDLE(HPSSWALK);

typedef enum {
    PSS_HANDLE_NONE = 0,
    PSS_HANDLE_HAVE_TYPE = 1,
    PSS_HANDLE_HAVE_NAME = 2,
    PSS_HANDLE_HAVE_BASIC_INFORMATION = 4,
    PSS_HANDLE_HAVE_TYPE_SPECIFIC_INFORMATION = 8
} PSS_HANDLE_FLAGS;

typedef enum {
    PSS_OBJECT_TYPE_UNKNOWN,
    PSS_OBJECT_TYPE_PROCESS,
    PSS_OBJECT_TYPE_THREAD,
    PSS_OBJECT_TYPE_MUTANT,
    PSS_OBJECT_TYPE_EVENT,
    PSS_OBJECT_TYPE_SECTION,
    PSS_OBJECT_TYPE_SEMAPHORE
} PSS_OBJECT_TYPE;

/* The highest bit is PSS_CREATE_RELEASE_SECTION, so these are no enumerators here. */
typedef DWORD PSS_CAPTURE_FLAGS;
#define PSS_CAPTURE_NONE                             0x00000000u
#define PSS_CAPTURE_VA_CLONE                         0x00000001u
#define PSS_CAPTURE_HANDLES                          0x00000004u
#define PSS_CAPTURE_HANDLE_NAME_INFORMATION          0x00000008u
#define PSS_CAPTURE_HANDLE_BASIC_INFORMATION         0x00000010u
#define PSS_CAPTURE_HANDLE_TYPE_SPECIFIC_INFORMATION 0x00000020u
#define PSS_CAPTURE_HANDLE_TRACE                     0x00000040u
#define PSS_CAPTURE_THREADS                          0x00000080u
#define PSS_CAPTURE_THREAD_CONTEXT                   0x00000100u
#define PSS_CAPTURE_THREAD_CONTEXT_EXTENDED          0x00000200u
#define PSS_CAPTURE_VA_SPACE                         0x00000800u
#define PSS_CAPTURE_VA_SPACE_SECTION_INFORMATION     0x00001000u
#define PSS_CAPTURE_IPT_TRACE                        0x00002000u
#define PSS_CREATE_BREAKAWAY_OPTIONAL                0x04000000u
#define PSS_CREATE_BREAKAWAY                         0x08000000u
#define PSS_CREATE_FORCE_BREAKAWAY                   0x10000000u
#define PSS_CREATE_USE_VM_ALLOCATIONS                0x20000000u
#define PSS_CREATE_MEASURE_PERFORMANCE               0x40000000u
#define PSS_CREATE_RELEASE_SECTION                   0x80000000u

typedef enum {
    PSS_QUERY_PROCESS_INFORMATION,
    PSS_QUERY_VA_CLONE_INFORMATION,
    PSS_QUERY_AUXILIARY_PAGES_INFORMATION,
    PSS_QUERY_VA_SPACE_INFORMATION,
    PSS_QUERY_HANDLE_INFORMATION,
    PSS_QUERY_THREAD_INFORMATION,
    PSS_QUERY_HANDLE_TRACE_INFORMATION,
    PSS_QUERY_PERFORMANCE_COUNTERS
} PSS_QUERY_INFORMATION_CLASS;

typedef enum {
    PSS_WALK_AUXILIARY_PAGES,
    PSS_WALK_VA_SPACE,
    PSS_WALK_HANDLES,
    PSS_WALK_THREADS
} PSS_WALK_INFORMATION_CLASS;

typedef enum { PSS_DUPLICATE_NONE, PSS_DUPLICATE_CLOSE_SOURCE } PSS_DUPLICATE_FLAGS;

typedef enum {
    PSS_PROCESS_FLAGS_NONE = 0,
    PSS_PROCESS_FLAGS_PROTECTED = 1,
    PSS_PROCESS_FLAGS_WOW64 = 2,
    PSS_PROCESS_FLAGS_FROZEN = 0x10
} PSS_PROCESS_FLAGS;

typedef enum { PSS_THREAD_FLAGS_NONE, PSS_THREAD_FLAGS_TERMINATED } PSS_THREAD_FLAGS;

typedef struct {
    DWORD ExitStatus;
    void *PebBaseAddress;
    ULONG_PTR AffinityMask;
    LONG BasePriority;
    DWORD ProcessId;
    DWORD ParentProcessId;
    PSS_PROCESS_FLAGS Flags;
    FILETIME CreateTime;
    FILETIME ExitTime;
    FILETIME KernelTime;
    FILETIME UserTime;
    DWORD PriorityClass;
    ULONG_PTR PeakVirtualSize;
    ULONG_PTR VirtualSize;
    DWORD PageFaultCount;
    ULONG_PTR PeakWorkingSetSize;
    ULONG_PTR WorkingSetSize;
    ULONG_PTR QuotaPeakPagedPoolUsage;
    ULONG_PTR QuotaPagedPoolUsage;
    ULONG_PTR QuotaPeakNonPagedPoolUsage;
    ULONG_PTR QuotaNonPagedPoolUsage;
    ULONG_PTR PagefileUsage;
    ULONG_PTR PeakPagefileUsage;
    ULONG_PTR PrivateUsage;
    DWORD ExecuteFlags;
    WCHAR ImageFileName[MAX_PATH];
} PSS_PROCESS_INFORMATION;

typedef struct {
    DWORD AuxPagesCaptured;
} PSS_AUXILIARY_PAGES_INFORMATION;

typedef struct {
    DWORD RegionCount;
} PSS_VA_SPACE_INFORMATION;

typedef struct {
    DWORD HandlesCaptured;
} PSS_HANDLE_INFORMATION;

typedef struct {
    DWORD ThreadsCaptured;
    DWORD ContextLength;
} PSS_THREAD_INFORMATION;

typedef struct {
    UINT64 TotalCycleCount, TotalWallClockPeriod;
    UINT64 VaCloneCycleCount, VaCloneWallClockPeriod;
    UINT64 VaSpaceCycleCount, VaSpaceWallClockPeriod;
    UINT64 AuxPagesCycleCount, AuxPagesWallClockPeriod;
    UINT64 HandlesCycleCount, HandlesWallClockPeriod;
    UINT64 ThreadsCycleCount, ThreadsWallClockPeriod;
} PSS_PERFORMANCE_COUNTERS;

typedef struct {
    void *BaseAddress;
    void *AllocationBase;
    DWORD AllocationProtect;
    ULONG_PTR RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
    DWORD TimeDateStamp;
    DWORD SizeOfImage;
    void *ImageBase;
    DWORD CheckSum;
    WORD MappedFileNameLength;
    const WCHAR *MappedFileName;
} PSS_VA_SPACE_ENTRY;

typedef struct {
    HANDLE Handle;
    PSS_HANDLE_FLAGS Flags;
    PSS_OBJECT_TYPE ObjectType;
    FILETIME CaptureTime;
    DWORD Attributes;
    DWORD GrantedAccess;
    DWORD HandleCount;
    DWORD PointerCount;
    DWORD PagedPoolCharge;
    DWORD NonPagedPoolCharge;
    FILETIME CreationTime;
    WORD TypeNameLength;
    const WCHAR *TypeName;
    WORD ObjectNameLength;
    const WCHAR *ObjectName;
    union {
        struct {
            DWORD ExitStatus;
            void *PebBaseAddress;
            ULONG_PTR AffinityMask;
            LONG BasePriority;
            DWORD ProcessId;
            DWORD ParentProcessId;
            DWORD Flags;
        } Process;
        struct {
            DWORD ExitStatus;
            void *TebBaseAddress;
            DWORD ProcessId;
            DWORD ThreadId;
            ULONG_PTR AffinityMask;
            int Priority;
            int BasePriority;
            void *Win32StartAddress;
        } Thread;
        struct {
            LONG CurrentCount;
            BOOL Abandoned;
            DWORD OwnerProcessId;
            DWORD OwnerThreadId;
        } Mutant;
        struct {
            BOOL ManualReset;
            BOOL Signaled;
        } Event;
        struct {
            void *BaseAddress;
            DWORD AllocationAttributes;
            LARGE_INTEGER MaximumSize;
        } Section;
        struct {
            LONG CurrentCount;
            LONG MaximumCount;
        } Semaphore;
    } TypeSpecificInformation;
} PSS_HANDLE_ENTRY;

typedef struct {
    DWORD ExitStatus;
    void *TebBaseAddress;
    DWORD ProcessId;
    DWORD ThreadId;
    ULONG_PTR AffinityMask;
    int Priority;
    int BasePriority;
    void *LastSyscallFirstArgument;
    WORD LastSyscallNumber;
    FILETIME CreateTime;
    FILETIME ExitTime;
    FILETIME KernelTime;
    FILETIME UserTime;
    void *Win32StartAddress;
    FILETIME CaptureTime;
    PSS_THREAD_FLAGS Flags;
    WORD SuspendCount;
    WORD SizeOfContextRecord;
    CONTEXT *ContextRecord;
} PSS_THREAD_ENTRY;

typedef struct {
    void *Context;
    void *(WINAPI *AllocRoutine)(void *Context, DWORD Size);
    void(WINAPI *FreeRoutine)(void *Context, void *Address);
} PSS_ALLOCATOR;

DWORD WINAPI PssCaptureSnapshot(HANDLE process, PSS_CAPTURE_FLAGS flags, DWORD context_flags, HPSS *snapshot);
DWORD WINAPI PssDuplicateSnapshot(HANDLE source, HPSS snapshot, HANDLE target, HPSS *copy, PSS_DUPLICATE_FLAGS flags);
DWORD WINAPI PssFreeSnapshot(HANDLE process, HPSS snapshot);
DWORD WINAPI PssQuerySnapshot(HPSS snapshot, PSS_QUERY_INFORMATION_CLASS type, void *buffer, DWORD size);
DWORD WINAPI PssWalkMarkerCreate(const PSS_ALLOCATOR *allocator, HPSSWALK *marker);
DWORD WINAPI PssWalkMarkerFree(HPSSWALK marker);
DWORD WINAPI PssWalkMarkerGetPosition(HPSSWALK marker, ULONG_PTR *position);
DWORD WINAPI PssWalkMarkerSetPosition(HPSSWALK marker, ULONG_PTR position);
DWORD WINAPI PssWalkMarkerSeekToBeginning(HPSSWALK marker);
DWORD WINAPI PssWalkSnapshot(HPSS snapshot, PSS_WALK_INFORMATION_CLASS type, HPSSWALK marker, void *buffer, DWORD size);

#endif
