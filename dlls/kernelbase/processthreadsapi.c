/* SPDX-License-Identifier: MIT */
/* processthreadsapi.c: processes. Threads are in processthreadsapi_thread.c, CreateProcess in processthreadsapi_create.c. */
#include "kernelbase_private.h"
#include "ntrtl.h"

/* --- the calling process and thread --- */

HANDLE WINAPI GetCurrentProcess(VOID)
{
    return NT_CURRENT_PROCESS;
}

DWORD WINAPI GetCurrentProcessId(VOID)
{
    return (DWORD)(ULONG_PTR)nt_teb()->ClientId.UniqueProcess;
}

HANDLE WINAPI GetCurrentThread(VOID)
{
    return NT_CURRENT_THREAD;
}

DWORD WINAPI GetCurrentThreadId(VOID)
{
    return (DWORD)(ULONG_PTR)nt_teb()->ClientId.UniqueThread;
}

VOID WINAPI ExitProcess(UINT code)
{
    RtlExitUserProcess(code);
}

BOOL WINAPI TerminateProcess(HANDLE process, UINT code)
{
    /* A null handle means this process to the system call, but not here. */
    if (!process)
        return fail(ERROR_INVALID_HANDLE);
    return set_ntstatus(NtTerminateProcess(process, code));
}

VOID WINAPI GetStartupInfoW(STARTUPINFOW *info)
{
    const RTL_USER_PROCESS_PARAMETERS *params = nt_peb()->ProcessParameters;

    info->cb = sizeof(*info);
    info->lpReserved = params->ShellInfo.Buffer;
    info->lpDesktop = params->DesktopInfo.Buffer;
    info->lpTitle = params->WindowTitle.Buffer;
    info->dwX = params->StartingX;
    info->dwY = params->StartingY;
    info->dwXSize = params->CountX;
    info->dwYSize = params->CountY;
    info->dwXCountChars = params->CountCharsX;
    info->dwYCountChars = params->CountCharsY;
    info->dwFillAttribute = params->FillAttribute;
    info->dwFlags = params->WindowFlags;
    info->wShowWindow = params->ShowWindowFlags;
    info->cbReserved2 = params->RuntimeData.Length;
    info->lpReserved2 = (BYTE *)params->RuntimeData.Buffer;
    if (info->dwFlags & STARTF_USESTDHANDLES) {
        info->hStdInput = params->StandardInput;
        info->hStdOutput = params->StandardOutput;
        info->hStdError = params->StandardError;
    } else {
        info->hStdInput = info->hStdOutput = info->hStdError = NULL;
    }
}

/* The strings of the A version live as long as the process: made once. */
static STARTUPINFOA startup_info_a;
static INIT_ONCE startup_info_once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK startup_info_init(INIT_ONCE *once, void *parameter, void **context)
{
    STARTUPINFOW wide;

    (void)once, (void)parameter, (void)context;
    GetStartupInfoW(&wide);
    memcpy(&startup_info_a, &wide, sizeof(wide));
    startup_info_a.lpReserved = ansi_dup(wide.lpReserved);
    startup_info_a.lpDesktop = ansi_dup(wide.lpDesktop);
    startup_info_a.lpTitle = ansi_dup(wide.lpTitle);
    return TRUE;
}

VOID WINAPI GetStartupInfoA(STARTUPINFOA *info)
{
    InitOnceExecuteOnce(&startup_info_once, startup_info_init, NULL, NULL);
    *info = startup_info_a;
}

/* --- other processes --- */

HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD id)
{
    CLIENT_ID client = { (HANDLE)(ULONG_PTR)id, NULL };
    OBJECT_ATTRIBUTES attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    InitializeObjectAttributes(&attr, NULL, inherit ? OBJ_INHERIT : 0, NULL, NULL);
    status = NtOpenProcess(&handle, access, &attr, &client);
    /* No such process: documented as ERROR_INVALID_PARAMETER. */
    return set_ntstatus(status) ? handle : NULL;
}

static BOOL basic_information(HANDLE process, PROCESS_BASIC_INFORMATION *info)
{
    return set_ntstatus(NtQueryInformationProcess(process, ProcessBasicInformation, info, sizeof(*info), NULL));
}

DWORD WINAPI GetProcessId(HANDLE process)
{
    PROCESS_BASIC_INFORMATION info;

    return basic_information(process, &info) ? info.UniqueProcessId : 0;
}

BOOL WINAPI GetExitCodeProcess(HANDLE process, DWORD *code)
{
    PROCESS_BASIC_INFORMATION info;

    if (!basic_information(process, &info))
        return FALSE;
    *code = info.ExitStatus;
    return TRUE;
}

DWORD WINAPI GetProcessVersion(DWORD id)
{
    IMAGE_NT_HEADERS *headers;

    if (id && id != GetCurrentProcessId()) {
        SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return 0;
    }
    headers = RtlImageNtHeader(nt_peb()->ImageBaseAddress);
    return MAKELONG(headers->OptionalHeader.MinorSubsystemVersion, headers->OptionalHeader.MajorSubsystemVersion);
}

#define SYSTEM_PROCESS_ID 4

BOOL WINAPI ProcessIdToSessionId(DWORD id, DWORD *session)
{
    HANDLE process;
    ULONG value;
    NTSTATUS status;

    if (id == GetCurrentProcessId()) {
        *session = nt_peb()->SessionId;
        return TRUE;
    }
    if (id == SYSTEM_PROCESS_ID) { /* which nobody can open */
        *session = 0;
        return TRUE;
    }
    if (!(process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id)))
        return FALSE;
    status = NtQueryInformationProcess(process, ProcessSessionInformation, &value, sizeof(value), NULL);
    NtClose(process);
    if (!status)
        *session = value;
    return set_ntstatus(status);
}

DWORD WINAPI WTSGetActiveConsoleSessionId(VOID)
{
    return nt_peb()->SessionId;
}

BOOL WINAPI GetProcessTimes(HANDLE process, FILETIME *creation, FILETIME *exit, FILETIME *kernel, FILETIME *user)
{
    KERNEL_USER_TIMES times;
    NTSTATUS status = NtQueryInformationProcess(process, ProcessTimes, &times, sizeof(times), NULL);

    if (!status) {
        memcpy(creation, &times.CreateTime, sizeof(*creation));
        memcpy(exit, &times.ExitTime, sizeof(*exit));
        memcpy(kernel, &times.KernelTime, sizeof(*kernel));
        memcpy(user, &times.UserTime, sizeof(*user));
    }
    return set_ntstatus(status);
}

BOOL WINAPI GetProcessIoCounters(HANDLE process, IO_COUNTERS *counters)
{
    return set_ntstatus(NtQueryInformationProcess(process, ProcessIoCounters, counters, sizeof(*counters), NULL));
}

BOOL WINAPI GetProcessHandleCount(HANDLE process, DWORD *count)
{
    return set_ntstatus(NtQueryInformationProcess(process, ProcessHandleCount, count, sizeof(*count), NULL));
}

BOOL WINAPI QueryProcessCycleTime(HANDLE process, ULONG64 *cycles)
{
    PROCESS_CYCLE_TIME_INFORMATION info;
    NTSTATUS status = NtQueryInformationProcess(process, ProcessCycleTime, &info, sizeof(info), NULL);

    if (!status)
        *cycles = info.AccumulatedCycles;
    return set_ntstatus(status);
}

/* --- priorities and affinity --- */

static const struct {
    DWORD win32;
    UCHAR nt;
} priority_classes[] = {
    { IDLE_PRIORITY_CLASS, NT_PRIORITY_CLASS_IDLE },
    { BELOW_NORMAL_PRIORITY_CLASS, NT_PRIORITY_CLASS_BELOW_NORMAL },
    { NORMAL_PRIORITY_CLASS, NT_PRIORITY_CLASS_NORMAL },
    { ABOVE_NORMAL_PRIORITY_CLASS, NT_PRIORITY_CLASS_ABOVE_NORMAL },
    { HIGH_PRIORITY_CLASS, NT_PRIORITY_CLASS_HIGH },
    { REALTIME_PRIORITY_CLASS, NT_PRIORITY_CLASS_REALTIME },
};

UCHAR nt_priority_class(DWORD flags)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(priority_classes); i++)
        if (flags & priority_classes[i].win32)
            return priority_classes[i].nt;
    return NT_PRIORITY_CLASS_UNKNOWN;
}

DWORD WINAPI GetPriorityClass(HANDLE process)
{
    PROCESS_PRIORITY_CLASS info;
    unsigned i;

    if (!set_ntstatus(NtQueryInformationProcess(process, ProcessPriorityClass, &info, sizeof(info), NULL)))
        return 0;
    for (i = 0; i < ARRAY_SIZE(priority_classes); i++)
        if (priority_classes[i].nt == info.PriorityClass)
            return priority_classes[i].win32;
    return NORMAL_PRIORITY_CLASS;
}

BOOL WINAPI SetPriorityClass(HANDLE process, DWORD class)
{
    PROCESS_PRIORITY_CLASS info = { FALSE, 0 };

    /* Background mode lowers I/O and memory priority, which Linux does not take from here: only the notion is kept. */
    if (class == PROCESS_MODE_BACKGROUND_BEGIN || class == PROCESS_MODE_BACKGROUND_END)
        return process == NT_CURRENT_PROCESS || fail(ERROR_INVALID_HANDLE);
    if (!(info.PriorityClass = nt_priority_class(class)) || (class & (class - 1)))
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtSetInformationProcess(process, ProcessPriorityClass, &info, sizeof(info)));
}

BOOL WINAPI GetProcessPriorityBoost(HANDLE process, BOOL *disabled)
{
    ULONG value;
    NTSTATUS status = NtQueryInformationProcess(process, ProcessPriorityBoost, &value, sizeof(value), NULL);

    if (!status)
        *disabled = value != 0;
    return set_ntstatus(status);
}

BOOL WINAPI SetProcessPriorityBoost(HANDLE process, BOOL disable)
{
    ULONG value = !!disable;

    return set_ntstatus(NtSetInformationProcess(process, ProcessPriorityBoost, &value, sizeof(value)));
}

BOOL WINAPI GetProcessAffinityMask(HANDLE process, DWORD_PTR *mask, DWORD_PTR *system_mask)
{
    PROCESS_BASIC_INFORMATION info;
    SYSTEM_BASIC_INFORMATION system;

    if (!basic_information(process, &info))
        return FALSE;
    if (!set_ntstatus(NtQuerySystemInformation(SystemBasicInformation, &system, sizeof(system), NULL)))
        return FALSE;
    *mask = info.AffinityMask;
    *system_mask = system.ActiveProcessorsAffinityMask;
    return TRUE;
}

BOOL WINAPI SetProcessAffinityMask(HANDLE process, DWORD_PTR mask)
{
    return set_ntstatus(NtSetInformationProcess(process, ProcessAffinityMask, &mask, sizeof(mask)));
}

BOOL WINAPI SetProcessAffinityUpdateMode(HANDLE process, DWORD flags)
{
    (void)process;
    return flags & ~1u ? fail(ERROR_INVALID_PARAMETER) : TRUE; /* one processor group: nothing is ever updated */
}

BOOL WINAPI QueryProcessAffinityUpdateMode(HANDLE process, DWORD *flags)
{
    (void)process;
    if (flags)
        *flags = 0;
    return TRUE;
}

BOOL WINAPI GetProcessGroupAffinity(HANDLE process, USHORT *count, USHORT *groups)
{
    PROCESS_BASIC_INFORMATION info;

    if (!basic_information(process, &info))
        return FALSE;
    if (!*count) {
        *count = 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *count = 1;
    groups[0] = 0;
    return TRUE;
}

BOOL WINAPI GetProcessWorkingSetSizeEx(HANDLE process, SIZE_T *minimum, SIZE_T *maximum, DWORD *flags)
{
    NT_QUOTA_LIMITS_EX limits = { 0 };
    NTSTATUS status = NtQueryInformationProcess(process, ProcessQuotaLimits, &limits, sizeof(limits), NULL);

    if (!status) {
        *minimum = limits.MinimumWorkingSetSize;
        *maximum = limits.MaximumWorkingSetSize;
        if (flags)
            *flags = limits.Flags;
    }
    return set_ntstatus(status);
}

BOOL WINAPI GetProcessWorkingSetSize(HANDLE process, SIZE_T *minimum, SIZE_T *maximum)
{
    return GetProcessWorkingSetSizeEx(process, minimum, maximum, NULL);
}

BOOL WINAPI SetProcessWorkingSetSizeEx(HANDLE process, SIZE_T minimum, SIZE_T maximum, DWORD flags)
{
    NT_QUOTA_LIMITS_EX limits = { 0 };

    limits.MinimumWorkingSetSize = minimum;
    limits.MaximumWorkingSetSize = maximum;
    limits.Flags = flags;
    return set_ntstatus(NtSetInformationProcess(process, ProcessQuotaLimits, &limits, sizeof(limits)));
}

BOOL WINAPI SetProcessWorkingSetSize(HANDLE process, SIZE_T minimum, SIZE_T maximum)
{
    return SetProcessWorkingSetSizeEx(process, minimum, maximum, 0);
}

static DWORD shutdown_level = 0x280, shutdown_flags;

BOOL WINAPI GetProcessShutdownParameters(DWORD *level, DWORD *flags)
{
    *level = shutdown_level;
    *flags = shutdown_flags;
    return TRUE;
}

BOOL WINAPI SetProcessShutdownParameters(DWORD level, DWORD flags)
{
    if (flags & ~SHUTDOWN_NORETRY)
        return fail(ERROR_INVALID_PARAMETER);
    shutdown_level = level;
    shutdown_flags = flags;
    return TRUE;
}

BOOL WINAPI IsProcessCritical(HANDLE process, BOOL *critical)
{
    ULONG value;
    NTSTATUS status = NtQueryInformationProcess(process, ProcessBreakOnTermination, &value, sizeof(value), NULL);

    if (!status)
        *critical = value != 0;
    return set_ntstatus(status);
}

/* Each class has a system information class of its own below the same name; the unknown ones (-1) are refused there. */
static int native_class(int class)
{
    switch (class) {
    case 0: /* ProcessMemoryPriority */
        return ProcessPagePriority;
    case 4: /* ProcessPowerThrottling */
        return ProcessPowerThrottlingState;
    }
    return -1;
}

BOOL WINAPI GetProcessInformation(HANDLE process, PROCESS_INFORMATION_CLASS class, void *info, DWORD size)
{
    return set_ntstatus(NtQueryInformationProcess(process, native_class((int)class), info, size, NULL));
}

BOOL WINAPI SetProcessInformation(HANDLE process, PROCESS_INFORMATION_CLASS class, void *info, DWORD size)
{
    return set_ntstatus(NtSetInformationProcess(process, native_class((int)class), info, size));
}

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature)
{
    /* KUSER_SHARED_DATA.ProcessorFeatures */
    const BOOLEAN *features = (const BOOLEAN *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x274);

    return feature < 64 && features[feature];
}

VOID WINAPI FlushProcessWriteBuffers(VOID)
{
    NtFlushProcessWriteBuffers();
}

BOOL WINAPI FlushInstructionCache(HANDLE process, const void *base, SIZE_T size)
{
    return set_ntstatus(NtFlushInstructionCache(process, (void *)base, size));
}
