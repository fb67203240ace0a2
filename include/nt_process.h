/* SPDX-License-Identifier: MIT */
/* nt_process.h: structures, classes and constants of the process and thread system calls that mingw-w64's public headers do not
 * declare for PE code, or that native code needs. Included by nt.h on both sides. */
#ifndef TRANSOM_NT_PROCESS_H
#define TRANSOM_NT_PROCESS_H

/* NtQueryInformationProcess, NtSetInformationProcess */
enum nt_process_information_class {
    ProcessBasicInformation = 0,
    ProcessQuotaLimits = 1,
    ProcessIoCounters = 2,
    ProcessVmCounters = 3,
    ProcessTimes = 4,
    ProcessBasePriority = 5,
    ProcessRaisePriority = 6,
    ProcessDebugPort = 7,
    ProcessAccessToken = 9,
    ProcessDefaultHardErrorMode = 12,
    ProcessWorkingSetWatch = 15,
    ProcessPriorityClass = 18,
    ProcessWx86Information = 19,
    ProcessHandleCount = 20,
    ProcessAffinityMask = 21,
    ProcessPriorityBoost = 22,
    ProcessDeviceMap = 23,
    ProcessSessionInformation = 24,
    ProcessForegroundInformation = 25,
    ProcessWow64Information = 26,
    ProcessImageFileName = 27,
    ProcessLUIDDeviceMapsEnabled = 28,
    ProcessBreakOnTermination = 29,
    ProcessDebugObjectHandle = 30,
    ProcessDebugFlags = 31,
    ProcessHandleTracing = 32,
    ProcessIoPriority = 33,
    ProcessExecuteFlags = 34,
    ProcessTlsInformation = 35,
    ProcessCookie = 36,
    ProcessImageInformation = 37,
    ProcessCycleTime = 38,
    ProcessPagePriority = 39,
    ProcessInstrumentationCallback = 40,
    ProcessImageFileNameWin32 = 43,
    ProcessGroupInformation = 47,
    ProcessHandleInformation = 51,
    ProcessMitigationPolicy_ = 52,
    ProcessDynamicFunctionTableInformation = 53,
    ProcessKeepAliveCount = 55,
    ProcessCommandLineInformation = 60,
    ProcessProtectionInformation = 61,
    ProcessMemoryExhaustion = 62,
    ProcessTelemetryIdInformation = 64,
    ProcessDefaultCpuSetsInformation = 66,
    ProcessAllowedCpuSetsInformation = 67,
    ProcessJobMemoryInformation = 69,
    ProcessPowerThrottlingState = 77,
};

typedef struct _PROCESS_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PEB *PebBaseAddress;
    ULONG_PTR AffinityMask;
    LONG BasePriority;
    ULONG_PTR UniqueProcessId;
    ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION, *PPROCESS_BASIC_INFORMATION;

typedef struct _KERNEL_USER_TIMES {
    LARGE_INTEGER CreateTime;
    LARGE_INTEGER ExitTime;
    LARGE_INTEGER KernelTime;
    LARGE_INTEGER UserTime;
} KERNEL_USER_TIMES, *PKERNEL_USER_TIMES;

typedef struct _VM_COUNTERS_EX {
    SIZE_T PeakVirtualSize;
    SIZE_T VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivateUsage;
} VM_COUNTERS_EX, *PVM_COUNTERS_EX;

/* ProcessQuotaLimits: QUOTA_LIMITS_EX's beginning */
typedef struct _NT_QUOTA_LIMITS_EX {
    SIZE_T PagedPoolLimit;
    SIZE_T NonPagedPoolLimit;
    SIZE_T MinimumWorkingSetSize;
    SIZE_T MaximumWorkingSetSize;
    SIZE_T PagefileLimit;
    LARGE_INTEGER TimeLimit;
    SIZE_T WorkingSetLimit;
    SIZE_T Reserved2;
    SIZE_T Reserved3;
    SIZE_T Reserved4;
    ULONG Flags;
    ULONG CpuRateLimit;
} NT_QUOTA_LIMITS_EX;

typedef struct _PROCESS_PRIORITY_CLASS {
    BOOLEAN Foreground;
    UCHAR PriorityClass;
} PROCESS_PRIORITY_CLASS;
enum {
    NT_PRIORITY_CLASS_UNKNOWN,
    NT_PRIORITY_CLASS_IDLE,
    NT_PRIORITY_CLASS_NORMAL,
    NT_PRIORITY_CLASS_HIGH,
    NT_PRIORITY_CLASS_REALTIME,
    NT_PRIORITY_CLASS_BELOW_NORMAL,
    NT_PRIORITY_CLASS_ABOVE_NORMAL
};

typedef struct _PROCESS_CYCLE_TIME_INFORMATION {
    ULONGLONG AccumulatedCycles;
    ULONGLONG CurrentCycleCount;
} PROCESS_CYCLE_TIME_INFORMATION;

/* ProcessIoCounters, unless winnt.h has it */
typedef struct _NT_IO_COUNTERS {
    ULONGLONG ReadOperationCount;
    ULONGLONG WriteOperationCount;
    ULONGLONG OtherOperationCount;
    ULONGLONG ReadTransferCount;
    ULONGLONG WriteTransferCount;
    ULONGLONG OtherTransferCount;
} NT_IO_COUNTERS;

/* ProcessDeviceMap */
typedef struct _PROCESS_DEVICEMAP_INFORMATION {
    ULONG DriveMap;
    UCHAR DriveType[32];
} PROCESS_DEVICEMAP_INFORMATION;

/* ProcessHandleInformation */
typedef struct _PROCESS_HANDLE_TABLE_ENTRY_INFO {
    HANDLE HandleValue;
    ULONG_PTR HandleCount;
    ULONG_PTR PointerCount;
    ULONG GrantedAccess;
    ULONG ObjectTypeIndex;
    ULONG HandleAttributes;
    ULONG Reserved;
} PROCESS_HANDLE_TABLE_ENTRY_INFO;

typedef struct _PROCESS_HANDLE_SNAPSHOT_INFORMATION {
    ULONG_PTR NumberOfHandles;
    ULONG_PTR Reserved;
    PROCESS_HANDLE_TABLE_ENTRY_INFO Handles[1];
} PROCESS_HANDLE_SNAPSHOT_INFORMATION;

/* ProcessPowerThrottlingState, ThreadPowerThrottlingState */
typedef struct _NT_POWER_THROTTLING_STATE {
    ULONG Version;
    ULONG ControlMask;
    ULONG StateMask;
} NT_POWER_THROTTLING_STATE;

/* NtQueryInformationThread, NtSetInformationThread */
enum nt_thread_information_class {
    ThreadBasicInformation = 0,
    ThreadTimes = 1,
    ThreadPriority = 2,
    ThreadBasePriority = 3,
    ThreadAffinityMask = 4,
    ThreadImpersonationToken = 5,
    ThreadEnableAlignmentFaultFixup = 7,
    ThreadQuerySetWin32StartAddress = 9,
    ThreadZeroTlsCell = 10,
    ThreadPerformanceCount = 11,
    ThreadAmILastThread = 12,
    ThreadIdealProcessor = 13,
    ThreadPriorityBoost = 14,
    ThreadSetTlsArrayAddress = 15,
    ThreadIsIoPending = 16,
    ThreadHideFromDebugger = 17,
    ThreadBreakOnTermination = 18,
    ThreadIsTerminated = 20,
    ThreadIoPriority = 22,
    ThreadCycleTime = 23,
    ThreadPagePriority = 24,
    ThreadTebInformation = 26,
    ThreadWow64Context = 29,
    ThreadGroupInformation = 30,
    ThreadCounterProfiling = 32,
    ThreadIdealProcessorEx = 33,
    ThreadSuspendCount = 35,
    ThreadNameInformation = 38,
    ThreadSelectedCpuSets = 39,
    ThreadDynamicCodePolicyInfo = 42,
    ThreadPowerThrottlingState = 49,
};

typedef struct _THREAD_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PVOID TebBaseAddress;
    CLIENT_ID ClientId;
    ULONG_PTR AffinityMask;
    LONG Priority;
    LONG BasePriority;
} THREAD_BASIC_INFORMATION, *PTHREAD_BASIC_INFORMATION;

typedef struct _THREAD_NAME_INFORMATION {
    UNICODE_STRING ThreadName;
} THREAD_NAME_INFORMATION;

typedef struct _THREAD_CYCLE_TIME_INFORMATION {
    ULONGLONG AccumulatedCycles;
    ULONGLONG CurrentCycleCount;
} THREAD_CYCLE_TIME_INFORMATION;

/* NtCreateThreadEx's CreateFlags */
#define THREAD_CREATE_FLAGS_CREATE_SUSPENDED   0x00000001
#define THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH 0x00000002
#define THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER 0x00000004

/* NtCreateUserProcess's ProcessFlags and ThreadFlags */
#define PROCESS_CREATE_FLAGS_BREAKAWAY        0x00000001
#define PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT 0x00000002
#define PROCESS_CREATE_FLAGS_INHERIT_HANDLES  0x00000004
#define PROCESS_CREATE_FLAGS_SUSPENDED        0x00000200

/* Attribute lists of NtCreateThreadEx and NtCreateUserProcess */
typedef struct _PS_ATTRIBUTE {
    ULONG_PTR Attribute;
    SIZE_T Size;
    union {
        ULONG_PTR Value;
        PVOID ValuePtr;
    };
    SIZE_T *ReturnLength;
} PS_ATTRIBUTE, *PPS_ATTRIBUTE;

typedef struct _PS_ATTRIBUTE_LIST {
    SIZE_T TotalLength;
    PS_ATTRIBUTE Attributes[1];
} PS_ATTRIBUTE_LIST, *PPS_ATTRIBUTE_LIST;

#define PS_ATTRIBUTE_PARENT_PROCESS     0x00060000 /* in, additive: HANDLE */
#define PS_ATTRIBUTE_DEBUG_OBJECT       0x00060001
#define PS_ATTRIBUTE_TOKEN              0x00060002
#define PS_ATTRIBUTE_CLIENT_ID          0x00010003 /* out, thread: CLIENT_ID */
#define PS_ATTRIBUTE_TEB_ADDRESS        0x00010004
#define PS_ATTRIBUTE_IMAGE_NAME         0x00020005 /* in: NT path, Size in bytes */
#define PS_ATTRIBUTE_IMAGE_INFO         0x00000006 /* out: SECTION_IMAGE_INFORMATION */
#define PS_ATTRIBUTE_MEMORY_RESERVE     0x00020007
#define PS_ATTRIBUTE_PRIORITY_CLASS     0x00020008 /* in: UCHAR */
#define PS_ATTRIBUTE_ERROR_MODE         0x00020009
#define PS_ATTRIBUTE_STD_HANDLE_INFO    0x0002000a
#define PS_ATTRIBUTE_HANDLE_LIST        0x0002000b /* in: HANDLE[] */
#define PS_ATTRIBUTE_GROUP_AFFINITY     0x0003000c
#define PS_ATTRIBUTE_PREFERRED_NODE     0x0002000d
#define PS_ATTRIBUTE_IDEAL_PROCESSOR    0x0003000e
#define PS_ATTRIBUTE_MITIGATION_OPTIONS 0x00020010
#define PS_ATTRIBUTE_JOB_LIST           0x00020013

/* NtCreateUserProcess's CreateInfo */
typedef struct _PS_CREATE_INFO {
    SIZE_T Size;
    ULONG State;
    union {
        struct {
            ULONG InitFlags;
            ACCESS_MASK AdditionalFileAccess;
        } InitState;
        struct {
            HANDLE FileHandle;
        } FailSection;
        struct {
            USHORT DllCharacteristics;
        } ExeFormat;
        struct {
            HANDLE IFEOKey;
        } ExeName;
        struct {
            ULONG OutputFlags;
            HANDLE FileHandle;
            HANDLE SectionHandle;
            ULONGLONG UserProcessParametersNative;
            ULONG UserProcessParametersWow64;
            ULONG CurrentParameterFlags;
            ULONGLONG PebAddressNative;
            ULONG PebAddressWow64;
            ULONGLONG ManifestAddress;
            ULONG ManifestSize;
        } SuccessState;
    };
} PS_CREATE_INFO;
NT_ASSERT_SIZE(PS_CREATE_INFO, 0x58);

/* RTL_USER_PROCESS_PARAMETERS.ConsoleHandle: no console yet */
#define NT_CONSOLE_HANDLE_ALLOC           ((HANDLE)(LONG_PTR)-1) /* CREATE_NEW_CONSOLE */
#define NT_CONSOLE_HANDLE_DETACHED        ((HANDLE)(LONG_PTR)-2) /* DETACHED_PROCESS */
#define NT_CONSOLE_HANDLE_ALLOC_NO_WINDOW ((HANDLE)(LONG_PTR)-3) /* CREATE_NO_WINDOW */

/* NtQueryInformationJobObject, NtSetInformationJobObject: the classes that are answered, as winnt.h numbers them */
#ifndef _WIN32
enum {
    JobObjectBasicAccountingInformation = 1,
    JobObjectBasicLimitInformation = 2,
    JobObjectBasicProcessIdList = 3,
    JobObjectBasicUIRestrictions = 4,
    JobObjectEndOfJobTimeInformation = 6,
    JobObjectAssociateCompletionPortInformation = 7,
    JobObjectBasicAndIoAccountingInformation = 8,
    JobObjectExtendedLimitInformation = 9,
    JobObjectJobSetInformation = 10,
    JobObjectGroupInformation = 11,
    JobObjectNotificationLimitInformation = 12,
    JobObjectLimitViolationInformation = 13,
    JobObjectGroupInformationEx = 14,
    JobObjectCpuRateControlInformation = 15,
    JobObjectNetRateControlInformation = 32,
    JobObjectNotificationLimitInformation2 = 33,
    JobObjectLimitViolationInformation2 = 34,
};

typedef struct _JOBOBJECT_BASIC_ACCOUNTING_INFORMATION {
    LARGE_INTEGER TotalUserTime;
    LARGE_INTEGER TotalKernelTime;
    LARGE_INTEGER ThisPeriodTotalUserTime;
    LARGE_INTEGER ThisPeriodTotalKernelTime;
    DWORD TotalPageFaultCount;
    DWORD TotalProcesses;
    DWORD ActiveProcesses;
    DWORD TotalTerminatedProcesses;
} JOBOBJECT_BASIC_ACCOUNTING_INFORMATION;

typedef struct _JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION BasicInfo;
    NT_IO_COUNTERS IoInfo;
} JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION;

typedef struct _JOBOBJECT_BASIC_LIMIT_INFORMATION {
    LARGE_INTEGER PerProcessUserTimeLimit;
    LARGE_INTEGER PerJobUserTimeLimit;
    DWORD LimitFlags;
    SIZE_T MinimumWorkingSetSize;
    SIZE_T MaximumWorkingSetSize;
    DWORD ActiveProcessLimit;
    ULONG_PTR Affinity;
    DWORD PriorityClass;
    DWORD SchedulingClass;
} JOBOBJECT_BASIC_LIMIT_INFORMATION;
NT_ASSERT_SIZE(JOBOBJECT_BASIC_LIMIT_INFORMATION, 64);

typedef struct _JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
    JOBOBJECT_BASIC_LIMIT_INFORMATION BasicLimitInformation;
    NT_IO_COUNTERS IoInfo;
    SIZE_T ProcessMemoryLimit;
    SIZE_T JobMemoryLimit;
    SIZE_T PeakProcessMemoryUsed;
    SIZE_T PeakJobMemoryUsed;
} JOBOBJECT_EXTENDED_LIMIT_INFORMATION;
NT_ASSERT_SIZE(JOBOBJECT_EXTENDED_LIMIT_INFORMATION, 144);

typedef struct _JOBOBJECT_BASIC_PROCESS_ID_LIST {
    DWORD NumberOfAssignedProcesses;
    DWORD NumberOfProcessIdsInList;
    ULONG_PTR ProcessIdList[1];
} JOBOBJECT_BASIC_PROCESS_ID_LIST;

typedef struct _GROUP_AFFINITY {
    ULONG_PTR Mask;
    WORD Group, Reserved[3];
} GROUP_AFFINITY;

typedef struct _JOBOBJECT_ASSOCIATE_COMPLETION_PORT {
    PVOID CompletionKey;
    HANDLE CompletionPort;
} JOBOBJECT_ASSOCIATE_COMPLETION_PORT;

#define JOB_OBJECT_UILIMIT_ALL             0xffu
#define JOB_OBJECT_LIMIT_SCHEDULING_CLASS  0x00000080
#define JOB_OBJECT_TERMINATE_AT_END_OF_JOB 0
#define JOB_OBJECT_POST_AT_END_OF_JOB      1

#define JOB_OBJECT_MSG_END_OF_JOB_TIME       1
#define JOB_OBJECT_MSG_END_OF_PROCESS_TIME   2
#define JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT  3
#define JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO   4
#define JOB_OBJECT_MSG_NEW_PROCESS           6
#define JOB_OBJECT_MSG_EXIT_PROCESS          7
#define JOB_OBJECT_MSG_ABNORMAL_EXIT_PROCESS 8
#define JOB_OBJECT_MSG_PROCESS_MEMORY_LIMIT  9
#define JOB_OBJECT_MSG_JOB_MEMORY_LIMIT      10

#define JOB_OBJECT_LIMIT_WORKINGSET           0x00000001
#define JOB_OBJECT_LIMIT_PROCESS_TIME         0x00000002
#define JOB_OBJECT_LIMIT_JOB_TIME             0x00000004
#define JOB_OBJECT_LIMIT_ACTIVE_PROCESS       0x00000008
#define JOB_OBJECT_LIMIT_AFFINITY             0x00000010
#define JOB_OBJECT_LIMIT_PRIORITY_CLASS       0x00000020
#define JOB_OBJECT_LIMIT_PRESERVE_JOB_TIME    0x00000040
#define JOB_OBJECT_LIMIT_PROCESS_MEMORY       0x00000100
#define JOB_OBJECT_LIMIT_JOB_MEMORY           0x00000200
#define JOB_OBJECT_LIMIT_BREAKAWAY_OK         0x00000800
#define JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK  0x00001000
#define JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE    0x00002000
#define JOB_OBJECT_BASIC_LIMIT_VALID_FLAGS    0x000000ff
#define JOB_OBJECT_EXTENDED_LIMIT_VALID_FLAGS 0x00007fff
#endif

#endif
