/* SPDX-License-Identifier: MIT */
/* rtlmisc.c: small functions of the run-time library that belong nowhere else. */
#include "rtl_private.h"

NTSTATUS NTAPI RtlDelayExecution(BOOLEAN alertable, LARGE_INTEGER *interval);
NTSTATUS NTAPI RtlDelayExecution(BOOLEAN alertable, LARGE_INTEGER *interval)
{
    return NtDelayExecution(alertable, interval);
}

BOOLEAN NTAPI RtlIsZeroMemory(const void *buffer, SIZE_T length);
BOOLEAN NTAPI RtlIsZeroMemory(const void *buffer, SIZE_T length)
{
    const UCHAR *at = buffer, *end = at + length;

    while (at < end && !*at)
        at++;
    return at == end;
}

VOID NTAPI RtlFillMemoryNonTemporal(void *buffer, SIZE_T length, UCHAR value);
VOID NTAPI RtlFillMemoryNonTemporal(void *buffer, SIZE_T length, UCHAR value)
{
    memset(buffer, value, length);
}

VOID NTAPI RtlInitUTF8String(STRING *dst, const char *src);
VOID NTAPI RtlInitUTF8String(STRING *dst, const char *src)
{
    RtlInitString(dst, src);
}

NTSTATUS NTAPI RtlInitUTF8StringEx(STRING *dst, const char *src);
NTSTATUS NTAPI RtlInitUTF8StringEx(STRING *dst, const char *src)
{
    return RtlInitStringEx(dst, src);
}

/* --- frames: what threads note of their doings (TEB.ActiveFrame) --- */

typedef struct _TEB_ACTIVE_FRAME {
    ULONG Flags;
    struct _TEB_ACTIVE_FRAME *Previous;
    const void *Context;
} TEB_ACTIVE_FRAME;

VOID NTAPI RtlPushFrame(TEB_ACTIVE_FRAME *frame);
VOID NTAPI RtlPushFrame(TEB_ACTIVE_FRAME *frame)
{
    frame->Previous = nt_teb()->ActiveFrame;
    nt_teb()->ActiveFrame = frame;
}

VOID NTAPI RtlPopFrame(TEB_ACTIVE_FRAME *frame);
VOID NTAPI RtlPopFrame(TEB_ACTIVE_FRAME *frame)
{
    nt_teb()->ActiveFrame = frame->Previous;
}

TEB_ACTIVE_FRAME *NTAPI RtlGetFrame(VOID);
TEB_ACTIVE_FRAME *NTAPI RtlGetFrame(VOID)
{
    return nt_teb()->ActiveFrame;
}

/* --- locks --- */

/* Waits until whoever has the lock has left it. */
VOID NTAPI RtlAcquireReleaseSRWLockExclusive(RTL_SRWLOCK *lock);
VOID NTAPI RtlAcquireReleaseSRWLockExclusive(RTL_SRWLOCK *lock)
{
    RtlAcquireSRWLockExclusive(lock);
    RtlReleaseSRWLockExclusive(lock);
}

VOID NTAPI RtlWakeAddressAllNoFence(const void *address);
VOID NTAPI RtlWakeAddressAllNoFence(const void *address)
{
    RtlWakeAddressAll(address);
}

VOID NTAPI RtlWakeAddressSingleNoFence(const void *address);
VOID NTAPI RtlWakeAddressSingleNoFence(const void *address)
{
    RtlWakeAddressSingle(address);
}

BOOLEAN NTAPI RtlTryAcquirePebLock(VOID);
BOOLEAN NTAPI RtlTryAcquirePebLock(VOID)
{
    return RtlTryEnterCriticalSection(nt_peb()->FastPebLock) != 0;
}

ULONG NTAPI RtlGetCriticalSectionRecursionCount(RTL_CRITICAL_SECTION *section);
ULONG NTAPI RtlGetCriticalSectionRecursionCount(RTL_CRITICAL_SECTION *section)
{
    return section->OwningThread == nt_teb()->ClientId.UniqueThread ? (ULONG)section->RecursionCount : 0;
}

/* --- facts --- */

PCWSTR NTAPI RtlGetNtSystemRoot(VOID);
PCWSTR NTAPI RtlGetNtSystemRoot(VOID)
{
    return NT_SYSTEM_ROOT;
}

ULONG NTAPI RtlGetActiveConsoleId(VOID);
ULONG NTAPI RtlGetActiveConsoleId(VOID)
{
    return nt_peb()->SessionId;
}

ULONG NTAPI RtlGetSuiteMask(VOID);
ULONG NTAPI RtlGetSuiteMask(VOID)
{
    return *(const ULONG *)(ULONG_PTR)(KUSER_SHARED_DATA_VA + 0x2d0); /* KUSER_SHARED_DATA.SuiteMask */
}

/* Elevation is not asked for here: no flag of ELEVATION_* is set. */
NTSTATUS NTAPI RtlQueryElevationFlags(ULONG *flags);
NTSTATUS NTAPI RtlQueryElevationFlags(ULONG *flags)
{
    *flags = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetThreadIsCritical(BOOLEAN critical, BOOLEAN *previous, BOOLEAN check);
NTSTATUS NTAPI RtlSetThreadIsCritical(BOOLEAN critical, BOOLEAN *previous, BOOLEAN check)
{
    ULONG value = critical;

    (void)check;
    if (previous)
        *previous = FALSE;
    return NtSetInformationThread(NT_CURRENT_THREAD, ThreadBreakOnTermination, &value, sizeof(value));
}

NTSTATUS NTAPI RtlSetProcessIsCritical(BOOLEAN critical, BOOLEAN *previous, BOOLEAN check);
NTSTATUS NTAPI RtlSetProcessIsCritical(BOOLEAN critical, BOOLEAN *previous, BOOLEAN check)
{
    ULONG value = critical;

    (void)check;
    if (previous)
        *previous = FALSE;
    return NtSetInformationProcess(NT_CURRENT_PROCESS, ProcessBreakOnTermination, &value, sizeof(value));
}
