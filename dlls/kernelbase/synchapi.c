/* SPDX-License-Identifier: MIT */
/* synchapi.c: events, mutexes, semaphores and waitable timers; waits. Locks that need no kernel object are ntdll's. */
#include "kernelbase_private.h"

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

/* Reports a creation's result as Win32 does: an existing object's handle, and ERROR_ALREADY_EXISTS. */
static HANDLE created(NTSTATUS status, HANDLE handle)
{
    if (!NT_SUCCESS(status)) {
        set_ntstatus(status);
        return NULL;
    }
    SetLastError(status == STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : 0);
    return handle;
}

/* --- events --- */

HANDLE WINAPI CreateEventExW(SECURITY_ATTRIBUTES *security, const WCHAR *name, DWORD flags, DWORD access)
{
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (flags & ~(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET))
        return fail_null(ERROR_INVALID_PARAMETER);
    status = object_name_arg(&arg, name, security, OBJ_OPENIF, &attr);
    if (!status)
        status = NtCreateEvent(&handle, access, attr,
                               flags & CREATE_EVENT_MANUAL_RESET ? NotificationEvent : SynchronizationEvent,
                               !!(flags & CREATE_EVENT_INITIAL_SET));
    return created(status, handle);
}

HANDLE WINAPI CreateEventW(SECURITY_ATTRIBUTES *security, BOOL manual, BOOL initial, const WCHAR *name)
{
    return CreateEventExW(security, name,
                          (manual ? CREATE_EVENT_MANUAL_RESET : 0) | (initial ? CREATE_EVENT_INITIAL_SET : 0),
                          EVENT_ALL_ACCESS);
}

/* The result of a call that takes a name's UTF-16 as wide.str. */
#define RETURN_WIDENED(call)                                                                                           \
    do {                                                                                                               \
        struct wide_arg wide;                                                                                          \
        HANDLE handle;                                                                                                 \
        if (!wide_arg(&wide, name))                                                                                    \
            return NULL;                                                                                               \
        handle = call;                                                                                                 \
        wide_arg_free(&wide);                                                                                          \
        return handle;                                                                                                 \
    } while (0)

HANDLE WINAPI CreateEventExA(SECURITY_ATTRIBUTES *security, const char *name, DWORD flags, DWORD access)
{
    RETURN_WIDENED(CreateEventExW(security, wide.str, flags, access));
}

HANDLE WINAPI CreateEventA(SECURITY_ATTRIBUTES *security, BOOL manual, BOOL initial, const char *name)
{
    return CreateEventExA(security, name,
                          (manual ? CREATE_EVENT_MANUAL_RESET : 0) | (initial ? CREATE_EVENT_INITIAL_SET : 0),
                          EVENT_ALL_ACCESS);
}

/* OpenXxx: the same but for the system call. A name is required. */
static HANDLE open_object(DWORD access, BOOL inherit, const WCHAR *name,
                          NTSTATUS (*open)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *))
{
    SECURITY_ATTRIBUTES security = { sizeof(security), NULL, inherit };
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!name)
        return fail_null(ERROR_INVALID_PARAMETER);
    status = object_name_arg(&arg, name, &security, 0, &attr);
    if (!status)
        status = open(&handle, access, attr);
    if (!set_ntstatus(status))
        return NULL;
    return handle;
}

static HANDLE open_object_a(DWORD access, BOOL inherit, const char *name,
                            NTSTATUS (*open)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *))
{
    RETURN_WIDENED(open_object(access, inherit, wide.str, open));
}

/* The generated prototypes differ in parameter names and qualifiers only; these make them one type. */
#define OPENER(what)                                                                                                   \
    static NTSTATUS open_##what(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attr)                           \
    {                                                                                                                  \
        return NtOpen##what(handle, access, attr);                                                                     \
    }
OPENER(Event)
OPENER(Mutant)
OPENER(Semaphore)
OPENER(Timer)

HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, const WCHAR *name)
{
    return open_object(access, inherit, name, open_Event);
}

HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, const char *name)
{
    return open_object_a(access, inherit, name, open_Event);
}

BOOL WINAPI SetEvent(HANDLE event)
{
    return set_ntstatus(NtSetEvent(event, NULL));
}

BOOL WINAPI ResetEvent(HANDLE event)
{
    return set_ntstatus(NtResetEvent(event, NULL));
}

BOOL WINAPI PulseEvent(HANDLE event)
{
    return set_ntstatus(NtPulseEvent(event, NULL));
}

/* --- mutexes --- */

HANDLE WINAPI CreateMutexExW(SECURITY_ATTRIBUTES *security, const WCHAR *name, DWORD flags, DWORD access)
{
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (flags & ~CREATE_MUTEX_INITIAL_OWNER)
        return fail_null(ERROR_INVALID_PARAMETER);
    status = object_name_arg(&arg, name, security, OBJ_OPENIF, &attr);
    if (!status)
        status = NtCreateMutant(&handle, access, attr, !!(flags & CREATE_MUTEX_INITIAL_OWNER));
    return created(status, handle);
}

HANDLE WINAPI CreateMutexW(SECURITY_ATTRIBUTES *security, BOOL owner, const WCHAR *name)
{
    return CreateMutexExW(security, name, owner ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

HANDLE WINAPI CreateMutexExA(SECURITY_ATTRIBUTES *security, const char *name, DWORD flags, DWORD access)
{
    RETURN_WIDENED(CreateMutexExW(security, wide.str, flags, access));
}

HANDLE WINAPI CreateMutexA(SECURITY_ATTRIBUTES *security, BOOL owner, const char *name)
{
    return CreateMutexExA(security, name, owner ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_ALL_ACCESS);
}

HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, const WCHAR *name)
{
    return open_object(access, inherit, name, open_Mutant);
}

HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, const char *name)
{
    return open_object_a(access, inherit, name, open_Mutant);
}

BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
    return set_ntstatus(NtReleaseMutant(mutex, NULL));
}

/* --- semaphores --- */

HANDLE WINAPI CreateSemaphoreExW(SECURITY_ATTRIBUTES *security, LONG initial, LONG maximum, const WCHAR *name,
                                 DWORD flags, DWORD access)
{
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (flags)
        return fail_null(ERROR_INVALID_PARAMETER);
    status = object_name_arg(&arg, name, security, OBJ_OPENIF, &attr);
    if (!status)
        status = NtCreateSemaphore(&handle, access, attr, initial, maximum);
    return created(status, handle);
}

HANDLE WINAPI CreateSemaphoreW(SECURITY_ATTRIBUTES *security, LONG initial, LONG maximum, const WCHAR *name)
{
    return CreateSemaphoreExW(security, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI CreateSemaphoreExA(SECURITY_ATTRIBUTES *security, LONG initial, LONG maximum, const char *name,
                                 DWORD flags, DWORD access)
{
    RETURN_WIDENED(CreateSemaphoreExW(security, initial, maximum, wide.str, flags, access));
}

HANDLE WINAPI CreateSemaphoreA(SECURITY_ATTRIBUTES *security, LONG initial, LONG maximum, const char *name)
{
    return CreateSemaphoreExA(security, initial, maximum, name, 0, SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, const WCHAR *name)
{
    return open_object(access, inherit, name, open_Semaphore);
}

HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, const char *name)
{
    return open_object_a(access, inherit, name, open_Semaphore);
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LONG *previous)
{
    return set_ntstatus(NtReleaseSemaphore(semaphore, count, previous));
}

/* --- waitable timers --- */

HANDLE WINAPI CreateWaitableTimerExW(SECURITY_ATTRIBUTES *security, const WCHAR *name, DWORD flags, DWORD access)
{
    struct object_name_arg arg;
    OBJECT_ATTRIBUTES *attr;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (flags & ~(CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION))
        return fail_null(ERROR_INVALID_PARAMETER);
    if ((flags & CREATE_WAITABLE_TIMER_HIGH_RESOLUTION) && name)
        return fail_null(ERROR_INVALID_PARAMETER);
    status = object_name_arg(&arg, name, security, OBJ_OPENIF, &attr);
    /* Every timer of ours has the resolution of Linux's: the flag needs nothing more. */
    if (!status)
        status = NtCreateTimer(&handle, access, attr,
                               flags & CREATE_WAITABLE_TIMER_MANUAL_RESET ? NotificationTimer : SynchronizationTimer);
    return created(status, handle);
}

HANDLE WINAPI CreateWaitableTimerW(SECURITY_ATTRIBUTES *security, BOOL manual, const WCHAR *name)
{
    return CreateWaitableTimerExW(security, name, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

HANDLE WINAPI CreateWaitableTimerExA(SECURITY_ATTRIBUTES *security, const char *name, DWORD flags, DWORD access)
{
    RETURN_WIDENED(CreateWaitableTimerExW(security, wide.str, flags, access));
}

HANDLE WINAPI CreateWaitableTimerA(SECURITY_ATTRIBUTES *security, BOOL manual, const char *name)
{
    return CreateWaitableTimerExA(security, name, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0, TIMER_ALL_ACCESS);
}

HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, const WCHAR *name)
{
    return open_object(access, inherit, name, open_Timer);
}

HANDLE WINAPI OpenWaitableTimerA(DWORD access, BOOL inherit, const char *name)
{
    return open_object_a(access, inherit, name, open_Timer);
}

BOOL WINAPI SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period, PTIMERAPCROUTINE routine,
                             void *context, BOOL resume)
{
    NTSTATUS status = NtSetTimer(timer, (LARGE_INTEGER *)due, routine, context, !!resume, period, NULL);

    if (status == STATUS_TIMER_RESUME_IGNORED) {
        SetLastError(ERROR_NOT_SUPPORTED); /* documented: the function still succeeds */
        return TRUE;
    }
    return set_ntstatus(status);
}

BOOL WINAPI SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER *due, LONG period, PTIMERAPCROUTINE routine,
                               void *context, REASON_CONTEXT *wake_context, ULONG tolerable_delay)
{
    TIMER_SET_COALESCABLE_TIMER_INFO info = { 0 };

    info.DueTime = *due;
    info.TimerApcRoutine = (PTIMER_APC_ROUTINE)routine;
    info.TimerContext = context;
    info.WakeContext = wake_context;
    info.Period = period;
    info.TolerableDelay = tolerable_delay;
    return set_ntstatus(NtSetTimerEx(timer, 0, &info, sizeof(info)));
}

BOOL WINAPI CancelWaitableTimer(HANDLE timer)
{
    return set_ntstatus(NtCancelTimer(timer, NULL));
}

/* --- waits --- */

static DWORD wait_result(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return status;
    set_ntstatus(status);
    return WAIT_FAILED;
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time, *timeout = relative_timeout(&time, milliseconds);
    NTSTATUS status;

    handle = std_handle_value(handle);
    /* An alert (not an APC) does not end a Win32 wait. */
    do
        status = NtWaitForSingleObject(handle, !!alertable, timeout);
    while (status == STATUS_ALERTED && alertable);
    return wait_result(status);
}

DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    return WaitForSingleObjectEx(handle, milliseconds, FALSE);
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time, *timeout = relative_timeout(&time, milliseconds);
    HANDLE copy[MAXIMUM_WAIT_OBJECTS];
    NTSTATUS status;
    DWORD i;

    if (count > MAXIMUM_WAIT_OBJECTS || !count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    for (i = 0; i < count; i++)
        copy[i] = std_handle_value(handles[i]);
    do
        status = NtWaitForMultipleObjects(count, copy, all ? WaitAll : WaitAny, !!alertable, timeout);
    while (status == STATUS_ALERTED && alertable);
    return wait_result(status);
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, handles, all, milliseconds, FALSE);
}

DWORD WINAPI SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time, *timeout = relative_timeout(&time, milliseconds);
    NTSTATUS status = NtSignalAndWaitForSingleObject(signal, wait, !!alertable, timeout);

    while (status == STATUS_ALERTED && alertable)
        status = NtWaitForSingleObject(wait, TRUE, timeout);
    return wait_result(status);
}

DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status;

    if (milliseconds == INFINITE)
        time.QuadPart = INT64_MIN;
    else
        time.QuadPart = (LONGLONG)milliseconds * -10000;
    do
        status = NtDelayExecution(!!alertable, &time);
    while (status == STATUS_ALERTED && alertable);
    return status == STATUS_USER_APC ? WAIT_IO_COMPLETION : 0;
}

VOID WINAPI Sleep(DWORD milliseconds)
{
    SleepEx(milliseconds, FALSE);
}

/* --- locks: where Win32's signature differs from ntdll's --- */

BOOL WINAPI InitializeCriticalSectionAndSpinCount(CRITICAL_SECTION *section, DWORD spins)
{
    return set_ntstatus(RtlInitializeCriticalSectionAndSpinCount(section, spins));
}

BOOL WINAPI InitializeCriticalSectionEx(CRITICAL_SECTION *section, DWORD spins, DWORD flags)
{
    return set_ntstatus(RtlInitializeCriticalSectionEx(section, spins, flags));
}

BOOL WINAPI SleepConditionVariableCS(CONDITION_VARIABLE *variable, CRITICAL_SECTION *section, DWORD milliseconds)
{
    LARGE_INTEGER time;
    NTSTATUS status = RtlSleepConditionVariableCS(variable, section, relative_timeout(&time, milliseconds));

    /* A timeout is a failure here, with ERROR_TIMEOUT. */
    return status == STATUS_TIMEOUT ? fail(ERROR_TIMEOUT) : set_ntstatus(status);
}

BOOL WINAPI SleepConditionVariableSRW(CONDITION_VARIABLE *variable, SRWLOCK *lock, DWORD milliseconds, ULONG flags)
{
    LARGE_INTEGER time;
    NTSTATUS status = RtlSleepConditionVariableSRW(variable, lock, relative_timeout(&time, milliseconds), flags);

    return status == STATUS_TIMEOUT ? fail(ERROR_TIMEOUT) : set_ntstatus(status);
}

BOOL WINAPI WaitOnAddress(volatile void *address, void *compare, SIZE_T size, DWORD milliseconds)
{
    LARGE_INTEGER time;
    NTSTATUS status = RtlWaitOnAddress(address, compare, size, relative_timeout(&time, milliseconds));

    return status == STATUS_TIMEOUT ? fail(ERROR_TIMEOUT) : set_ntstatus(status);
}

BOOL WINAPI InitOnceBeginInitialize(INIT_ONCE *once, DWORD flags, BOOL *pending, void **context)
{
    NTSTATUS status = RtlRunOnceBeginInitialize(once, flags, context);

    if (NT_SUCCESS(status))
        *pending = status == STATUS_PENDING;
    return set_ntstatus(status);
}

BOOL WINAPI InitOnceComplete(INIT_ONCE *once, DWORD flags, void *context)
{
    return set_ntstatus(RtlRunOnceComplete(once, flags, context));
}

BOOL WINAPI InitOnceExecuteOnce(INIT_ONCE *once, PINIT_ONCE_FN function, void *parameter, void **context)
{
    ULONG_PTR word = __atomic_load_n((ULONG_PTR *)&once->Ptr, __ATOMIC_ACQUIRE);

    /* Done, as it is nearly always: ntdll's rtlwait.c says what the bits mean. */
    if (__builtin_expect((word & 3) == 2, 1)) {
        if (context)
            *context = (void *)(word & ~(ULONG_PTR)3);
        return TRUE;
    }
    /* A function that fails leaves its own last error. */
    return !RtlRunOnceExecuteOnce(once, (PRTL_RUN_ONCE_INIT_FN)function, parameter, context);
}

BOOL WINAPI InitializeSynchronizationBarrier(SYNCHRONIZATION_BARRIER *barrier, LONG threads, LONG spins)
{
    return set_ntstatus(RtlInitBarrier((RTL_BARRIER *)barrier, threads, spins));
}

BOOL WINAPI EnterSynchronizationBarrier(SYNCHRONIZATION_BARRIER *barrier, DWORD flags)
{
    return RtlBarrier((RTL_BARRIER *)barrier, flags);
}

BOOL WINAPI DeleteSynchronizationBarrier(SYNCHRONIZATION_BARRIER *barrier)
{
    return !RtlDeleteBarrier((RTL_BARRIER *)barrier);
}
