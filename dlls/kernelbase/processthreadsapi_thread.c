/* SPDX-License-Identifier: MIT */
/* processthreadsapi_thread.c: threads, their contexts and priorities, and thread-local storage. */
#include "kernelbase_private.h"
#include "ntldr.h"
#include "ntrtl.h"

/* --- creation and end --- */

/* A thread begins with the activation context that is active where it is made. It has been created suspended for that. */
static NTSTATUS inherit_activation_context(HANDLE thread, HANDLE context, BOOL resume)
{
    THREAD_BASIC_INFORMATION info;
    ULONG_PTR cookie;
    NTSTATUS status = NtQueryInformationThread(thread, ThreadBasicInformation, &info, sizeof(info), NULL);

    if (!status)
        status = RtlActivateActivationContextEx(0, info.TebBaseAddress, context, &cookie);
    if (!status && resume)
        status = NtResumeThread(thread, NULL);
    if (status) {
        NtTerminateThread(thread, status);
        NtClose(thread);
    }
    return status;
}

HANDLE WINAPI CreateRemoteThreadEx(HANDLE process, SECURITY_ATTRIBUTES *security, SIZE_T stack,
                                   LPTHREAD_START_ROUTINE start, void *parameter, DWORD flags,
                                   LPPROC_THREAD_ATTRIBUTE_LIST attributes, DWORD *id)
{
    SIZE_T reserve = 0, commit = 0;
    PS_ATTRIBUTE_LIST list = { 0 };
    OBJECT_ATTRIBUTES attr;
    CLIENT_ID client;
    HANDLE handle, context = NULL;
    NTSTATUS status;

    (void)attributes; /* group affinity and the like, which one processor group makes void */
    if (flags & ~(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION | 0x00000002))
        return fail_null(ERROR_INVALID_PARAMETER);
    if (flags & STACK_SIZE_PARAM_IS_A_RESERVATION)
        reserve = stack;
    else
        commit = stack;
    InitializeObjectAttributes(&attr, NULL, security && security->bInheritHandle ? OBJ_INHERIT : 0, NULL,
                               security ? security->lpSecurityDescriptor : NULL);
    list.TotalLength = sizeof(list);
    list.Attributes[0].Attribute = PS_ATTRIBUTE_CLIENT_ID;
    list.Attributes[0].Size = sizeof(client);
    list.Attributes[0].ValuePtr = &client;
    if (process == NT_CURRENT_PROCESS)
        RtlGetActiveActivationContext(&context);
    status = NtCreateThreadEx(&handle, THREAD_ALL_ACCESS, &attr, process, (void *)start, parameter,
                              flags & CREATE_SUSPENDED || context ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0, 0, commit,
                              reserve, &list);
    if (context) {
        if (!status)
            status = inherit_activation_context(handle, context, !(flags & CREATE_SUSPENDED));
        RtlReleaseActivationContext(context);
    }
    if (!set_ntstatus(status))
        return NULL;
    if (id)
        *id = (DWORD)(ULONG_PTR)client.UniqueThread;
    return handle;
}

HANDLE WINAPI CreateRemoteThread(HANDLE process, SECURITY_ATTRIBUTES *security, SIZE_T stack,
                                 LPTHREAD_START_ROUTINE start, void *parameter, DWORD flags, DWORD *id)
{
    return CreateRemoteThreadEx(process, security, stack, start, parameter, flags, NULL, id);
}

HANDLE WINAPI CreateThread(SECURITY_ATTRIBUTES *security, SIZE_T stack, LPTHREAD_START_ROUTINE start, void *parameter,
                           DWORD flags, DWORD *id)
{
    return CreateRemoteThreadEx(NT_CURRENT_PROCESS, security, stack, start, parameter, flags, NULL, id);
}

BOOL WINAPI TerminateThread(HANDLE thread, DWORD code)
{
    if (!thread)
        return fail(ERROR_INVALID_HANDLE);
    return set_ntstatus(NtTerminateThread(thread, code));
}

HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id)
{
    CLIENT_ID client = { NULL, (HANDLE)(ULONG_PTR)id };
    OBJECT_ATTRIBUTES attr;
    HANDLE handle;
    NTSTATUS status;

    InitializeObjectAttributes(&attr, NULL, inherit ? OBJ_INHERIT : 0, NULL, NULL);
    status = NtOpenThread(&handle, access, &attr, &client);
    return set_ntstatus(status) ? handle : NULL;
}

/* --- running --- */

DWORD WINAPI SuspendThread(HANDLE thread)
{
    ULONG count;

    return set_ntstatus(NtSuspendThread(thread, &count)) ? count : (DWORD)-1;
}

DWORD WINAPI ResumeThread(HANDLE thread)
{
    ULONG count;

    return set_ntstatus(NtResumeThread(thread, &count)) ? count : (DWORD)-1;
}

BOOL WINAPI SwitchToThread(VOID)
{
    return NtYieldExecution() != STATUS_NO_YIELD_PERFORMED;
}

/* The routine of QueueUserAPC takes one argument, the system's three. */
static void NTAPI user_apc(ULONG_PTR routine, ULONG_PTR argument, ULONG_PTR unused)
{
    (void)unused;
    ((PAPCFUNC)routine)(argument);
}

DWORD WINAPI QueueUserAPC(PAPCFUNC routine, HANDLE thread, ULONG_PTR argument)
{
    return set_ntstatus(NtQueueApcThread(thread, user_apc, (ULONG_PTR)routine, argument, 0));
}

/* "QUEUE_USER_APC_FLAGS": what the routine is given instead of its argument. What it changes in the context is gone on with. */
#define QUEUE_USER_APC_CALLBACK_DATA_CONTEXT 0x10000
typedef struct {
    ULONG_PTR Parameter;
    CONTEXT *ContextRecord;
    ULONG_PTR Reserved0, Reserved1;
} APC_CALLBACK_DATA;

static void NTAPI user_apc_with_data(ULONG_PTR routine, ULONG_PTR argument, ULONG_PTR unused, CONTEXT *context)
{
    APC_CALLBACK_DATA data = { argument, context, 0, 0 };

    (void)unused;
    ((PAPCFUNC)routine)((ULONG_PTR)&data);
}

BOOL WINAPI QueueUserAPC2(PAPCFUNC routine, HANDLE thread, ULONG_PTR argument, QUEUE_USER_APC_FLAGS flags)
{
    HANDLE kind = flags & QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC ? QUEUE_USER_APC_SPECIAL_USER_APC : NULL;
    /* The system gives every routine the context as its fourth argument. */
    PNTAPCFUNC call = flags & QUEUE_USER_APC_CALLBACK_DATA_CONTEXT ? (PNTAPCFUNC)(void *)user_apc_with_data : user_apc;

    if ((DWORD)flags & ~(DWORD)(QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC | QUEUE_USER_APC_CALLBACK_DATA_CONTEXT))
        return set_ntstatus(STATUS_INVALID_PARAMETER);
    return set_ntstatus(NtQueueApcThreadEx(thread, kind, call, (ULONG_PTR)routine, argument, 0));
}

BOOL WINAPI GetThreadContext(HANDLE thread, CONTEXT *context)
{
    return set_ntstatus(NtGetContextThread(thread, context));
}

BOOL WINAPI SetThreadContext(HANDLE thread, const CONTEXT *context)
{
    return set_ntstatus(NtSetContextThread(thread, (CONTEXT *)context));
}

/* --- what is known of a thread --- */

static BOOL basic_information(HANDLE thread, THREAD_BASIC_INFORMATION *info)
{
    return set_ntstatus(NtQueryInformationThread(thread, ThreadBasicInformation, info, sizeof(*info), NULL));
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, DWORD *code)
{
    THREAD_BASIC_INFORMATION info;

    if (!basic_information(thread, &info))
        return FALSE;
    *code = info.ExitStatus;
    return TRUE;
}

DWORD WINAPI GetThreadId(HANDLE thread)
{
    THREAD_BASIC_INFORMATION info;

    return basic_information(thread, &info) ? (DWORD)(ULONG_PTR)info.ClientId.UniqueThread : 0;
}

DWORD WINAPI GetProcessIdOfThread(HANDLE thread)
{
    THREAD_BASIC_INFORMATION info;

    return basic_information(thread, &info) ? (DWORD)(ULONG_PTR)info.ClientId.UniqueProcess : 0;
}

BOOL WINAPI GetThreadTimes(HANDLE thread, FILETIME *creation, FILETIME *exit, FILETIME *kernel, FILETIME *user)
{
    KERNEL_USER_TIMES times;
    NTSTATUS status = NtQueryInformationThread(thread, ThreadTimes, &times, sizeof(times), NULL);

    if (!status) {
        memcpy(creation, &times.CreateTime, sizeof(*creation));
        memcpy(exit, &times.ExitTime, sizeof(*exit));
        memcpy(kernel, &times.KernelTime, sizeof(*kernel));
        memcpy(user, &times.UserTime, sizeof(*user));
    }
    return set_ntstatus(status);
}

BOOL WINAPI QueryThreadCycleTime(HANDLE thread, ULONG64 *cycles)
{
    THREAD_CYCLE_TIME_INFORMATION info;
    NTSTATUS status = NtQueryInformationThread(thread, ThreadCycleTime, &info, sizeof(info), NULL);

    if (!status)
        *cycles = info.AccumulatedCycles;
    return set_ntstatus(status);
}

BOOL WINAPI GetThreadIOPendingFlag(HANDLE thread, BOOL *pending)
{
    ULONG value;
    NTSTATUS status = NtQueryInformationThread(thread, ThreadIsIoPending, &value, sizeof(value), NULL);

    if (!status)
        *pending = value != 0;
    return set_ntstatus(status);
}

HRESULT WINAPI SetThreadDescription(HANDLE thread, const WCHAR *description)
{
    THREAD_NAME_INFORMATION info;
    NTSTATUS status;

    if (!(status = RtlInitUnicodeStringEx(&info.ThreadName, description)))
        status = NtSetInformationThread(thread, ThreadNameInformation, &info, sizeof(info));
    return HRESULT_FROM_NT(status);
}

HRESULT WINAPI GetThreadDescription(HANDLE thread, WCHAR **description)
{
    THREAD_NAME_INFORMATION *info;
    ULONG size = 256;
    NTSTATUS status;

    *description = NULL;
    for (;;) {
        if (!(info = LocalAlloc(LMEM_FIXED, size)))
            return HRESULT_FROM_NT(STATUS_NO_MEMORY);
        status = NtQueryInformationThread(thread, ThreadNameInformation, info, size, &size);
        if (status != STATUS_BUFFER_TOO_SMALL && status != STATUS_INFO_LENGTH_MISMATCH &&
            status != STATUS_BUFFER_OVERFLOW)
            break;
        LocalFree(info);
    }
    if (!NT_SUCCESS(status)) {
        LocalFree(info);
        return HRESULT_FROM_NT(status);
    }
    /* The caller frees with LocalFree what it gets: the text moves to the block's beginning. */
    size = info->ThreadName.Length;
    memmove(info, info->ThreadName.Buffer, size);
    ((WCHAR *)info)[size / sizeof(WCHAR)] = 0;
    *description = (WCHAR *)info;
    return S_OK;
}

/* --- priorities and processors --- */

int WINAPI GetThreadPriority(HANDLE thread)
{
    THREAD_BASIC_INFORMATION info;

    if (!basic_information(thread, &info))
        return THREAD_PRIORITY_ERROR_RETURN;
    /* The saturated values are THREAD_PRIORITY_TIME_CRITICAL and THREAD_PRIORITY_IDLE. */
    if (info.BasePriority >= 16)
        return THREAD_PRIORITY_TIME_CRITICAL;
    if (info.BasePriority <= -16)
        return THREAD_PRIORITY_IDLE;
    return info.BasePriority;
}

BOOL WINAPI SetThreadPriority(HANDLE thread, int priority)
{
    LONG value = priority;

    if (priority == THREAD_MODE_BACKGROUND_BEGIN || priority == THREAD_MODE_BACKGROUND_END) {
        ULONG io = priority == THREAD_MODE_BACKGROUND_BEGIN ? 0 : 2;

        return set_ntstatus(NtSetInformationThread(thread, ThreadIoPriority, &io, sizeof(io)));
    }
    if (value == THREAD_PRIORITY_TIME_CRITICAL)
        value = 16;
    else if (value == THREAD_PRIORITY_IDLE)
        value = -16;
    return set_ntstatus(NtSetInformationThread(thread, ThreadBasePriority, &value, sizeof(value)));
}

BOOL WINAPI GetThreadPriorityBoost(HANDLE thread, BOOL *disabled)
{
    ULONG value;
    NTSTATUS status = NtQueryInformationThread(thread, ThreadPriorityBoost, &value, sizeof(value), NULL);

    if (!status)
        *disabled = value != 0;
    return set_ntstatus(status);
}

BOOL WINAPI SetThreadPriorityBoost(HANDLE thread, BOOL disable)
{
    ULONG value = !!disable;

    return set_ntstatus(NtSetInformationThread(thread, ThreadPriorityBoost, &value, sizeof(value)));
}

DWORD_PTR WINAPI SetThreadAffinityMask(HANDLE thread, DWORD_PTR mask)
{
    THREAD_BASIC_INFORMATION info;

    if (!basic_information(thread, &info))
        return 0;
    if (!set_ntstatus(NtSetInformationThread(thread, ThreadAffinityMask, &mask, sizeof(mask))))
        return 0;
    return info.AffinityMask;
}

BOOL WINAPI GetThreadGroupAffinity(HANDLE thread, GROUP_AFFINITY *affinity)
{
    THREAD_BASIC_INFORMATION info;

    if (!basic_information(thread, &info))
        return FALSE;
    memset(affinity, 0, sizeof(*affinity));
    affinity->Mask = info.AffinityMask;
    return TRUE;
}

BOOL WINAPI SetThreadGroupAffinity(HANDLE thread, const GROUP_AFFINITY *affinity, GROUP_AFFINITY *previous)
{
    if (affinity->Group || affinity->Reserved[0] || affinity->Reserved[1] || affinity->Reserved[2])
        return fail(ERROR_INVALID_PARAMETER);
    if (previous && !GetThreadGroupAffinity(thread, previous))
        return FALSE;
    return set_ntstatus(
        NtSetInformationThread(thread, ThreadAffinityMask, (void *)&affinity->Mask, sizeof(affinity->Mask)));
}

DWORD WINAPI SetThreadIdealProcessor(HANDLE thread, DWORD processor)
{
    NTSTATUS status = NtSetInformationThread(thread, ThreadIdealProcessor, &processor, sizeof(processor));

    /* The status of success is the previous processor. */
    return set_ntstatus(status) ? (DWORD)status : (DWORD)-1;
}

BOOL WINAPI GetThreadIdealProcessorEx(HANDLE thread, PROCESSOR_NUMBER *number)
{
    return set_ntstatus(NtQueryInformationThread(thread, ThreadIdealProcessorEx, number, sizeof(*number), NULL));
}

BOOL WINAPI SetThreadIdealProcessorEx(HANDLE thread, PROCESSOR_NUMBER *number, PROCESSOR_NUMBER *previous)
{
    PROCESSOR_NUMBER value = *number;
    NTSTATUS status = NtSetInformationThread(thread, ThreadIdealProcessorEx, &value, sizeof(value));

    if (!status && previous)
        *previous = value;
    return set_ntstatus(status);
}

/* The system's information class; -1, which it refuses: there is none. */
static int native_class(int class)
{
    switch (class) {
    case 0: /* ThreadMemoryPriority */
        return ThreadPagePriority;
    case 1: /* ThreadAbsoluteCpuPriority */
        return ThreadPriority;
    case 2: /* ThreadDynamicCodePolicy */
        return ThreadDynamicCodePolicyInfo;
    case 3: /* ThreadPowerThrottling */
        return ThreadPowerThrottlingState;
    }
    return -1;
}

BOOL WINAPI GetThreadInformation(HANDLE thread, THREAD_INFORMATION_CLASS class, void *info, DWORD size)
{
    return set_ntstatus(NtQueryInformationThread(thread, native_class((int)class), info, size, NULL));
}

BOOL WINAPI SetThreadInformation(HANDLE thread, THREAD_INFORMATION_CLASS class, void *info, DWORD size)
{
    /* ThreadAbsoluteCpuPriority can only be read. */
    if ((int)class == 1)
        return fail(ERROR_INVALID_PARAMETER);
    return set_ntstatus(NtSetInformationThread(thread, native_class((int)class), info, size));
}

/* The stack that stays available to a handler of EXCEPTION_STACK_OVERFLOW. */
BOOL WINAPI SetThreadStackGuarantee(ULONG *size)
{
    TEB *teb = nt_teb();
    ULONG previous = teb->GuaranteedStackBytes, wanted = (*size + 0xfff) & ~0xfffu;

    if (wanted >= (ULONG_PTR)teb->Tib.StackBase - (ULONG_PTR)teb->DeallocationStack)
        return fail(ERROR_INVALID_PARAMETER);
    if (wanted > previous)
        teb->GuaranteedStackBytes = wanted;
    *size = previous;
    return TRUE;
}

VOID WINAPI GetCurrentThreadStackLimits(ULONG_PTR *low, ULONG_PTR *high)
{
    *low = (ULONG_PTR)nt_teb()->DeallocationStack;
    *high = (ULONG_PTR)nt_teb()->Tib.StackBase;
}

/* --- thread-local storage: 64 slots in the TEB, 1024 more in a block allocated at first use --- */

#define TLS_EXPANSION_SLOTS 1024

DWORD WINAPI TlsAlloc(VOID)
{
    TEB *teb = nt_teb();
    PEB *peb = teb->Peb;
    void **slots;
    ULONG index;

    RtlAcquirePebLock();
    index = RtlFindClearBitsAndSet(peb->TlsBitmap, 1, 1); /* 0 is never given out */
    if (index != ~0u) {
        teb->TlsSlots[index] = NULL;
        goto done;
    }
    if (!teb->TlsExpansionSlots) {
        if (!(slots = kb_alloc_zeroed(TLS_EXPANSION_SLOTS * sizeof(*slots)))) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            goto done;
        }
        teb->TlsExpansionSlots = slots;
    }
    index = RtlFindClearBitsAndSet(peb->TlsExpansionBitmap, 1, 0);
    if (index == ~0u) {
        SetLastError(ERROR_NO_MORE_ITEMS);
        goto done;
    }
    teb->TlsExpansionSlots[index] = NULL;
    index += ARRAY_SIZE(teb->TlsSlots);
done:
    RtlReleasePebLock();
    return index;
}

BOOL WINAPI TlsFree(DWORD index)
{
    RTL_BITMAP *bitmap;
    ULONG bit = index;
    BOOL allocated;

    if (index < ARRAY_SIZE(nt_teb()->TlsSlots))
        bitmap = nt_peb()->TlsBitmap;
    else {
        bitmap = nt_peb()->TlsExpansionBitmap;
        bit -= ARRAY_SIZE(nt_teb()->TlsSlots);
        if (bit >= TLS_EXPANSION_SLOTS)
            return fail(ERROR_INVALID_PARAMETER);
    }
    RtlAcquirePebLock();
    if ((allocated = RtlAreBitsSet(bitmap, bit, 1))) {
        /* A later owner of the slot must find NULL in every thread: the system call clears it in all TEBs. */
        NtSetInformationThread(NT_CURRENT_THREAD, ThreadZeroTlsCell, &index, sizeof(index));
        RtlClearBits(bitmap, bit, 1);
    }
    RtlReleasePebLock();
    return allocated || fail(ERROR_INVALID_PARAMETER);
}

void *WINAPI TlsGetValue(DWORD index)
{
    TEB *teb = nt_teb();

    if (index < ARRAY_SIZE(teb->TlsSlots)) {
        teb->LastErrorValue = ERROR_SUCCESS; /* how a stored NULL is told from a failure */
        return teb->TlsSlots[index];
    }
    index -= ARRAY_SIZE(teb->TlsSlots);
    if (index >= TLS_EXPANSION_SLOTS)
        return fail_null(ERROR_INVALID_PARAMETER);
    teb->LastErrorValue = ERROR_SUCCESS;
    return teb->TlsExpansionSlots ? teb->TlsExpansionSlots[index] : NULL;
}

BOOL WINAPI TlsSetValue(DWORD index, void *value)
{
    TEB *teb = nt_teb();

    if (index < ARRAY_SIZE(teb->TlsSlots)) {
        teb->TlsSlots[index] = value;
        return TRUE;
    }
    index -= ARRAY_SIZE(teb->TlsSlots);
    if (index >= TLS_EXPANSION_SLOTS)
        return fail(ERROR_INVALID_PARAMETER);
    if (!teb->TlsExpansionSlots &&
        !(teb->TlsExpansionSlots = kb_alloc_zeroed(TLS_EXPANSION_SLOTS * sizeof(*teb->TlsExpansionSlots))))
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    teb->TlsExpansionSlots[index] = value;
    return TRUE;
}
