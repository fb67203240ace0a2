/* SPDX-License-Identifier: MIT */
/* threadpoolapiset.c: the thread pool, which is ntdll's (tp*.c); what needs no conversion is forwarded there. */
#include "kernelbase_private.h"

PTP_POOL WINAPI CreateThreadpool(void *reserved)
{
    PTP_POOL pool;

    return set_ntstatus(TpAllocPool(&pool, reserved)) ? pool : NULL;
}

BOOL WINAPI SetThreadpoolThreadMinimum(PTP_POOL pool, DWORD minimum)
{
    return set_ntstatus(TpSetPoolMinThreads(pool, minimum));
}

BOOL WINAPI SetThreadpoolStackInformation(PTP_POOL pool, TP_POOL_STACK_INFORMATION *info)
{
    return set_ntstatus(TpSetPoolStackInformation(pool, info));
}

BOOL WINAPI QueryThreadpoolStackInformation(PTP_POOL pool, TP_POOL_STACK_INFORMATION *info)
{
    return set_ntstatus(TpQueryPoolStackInformation(pool, info));
}

PTP_CLEANUP_GROUP WINAPI CreateThreadpoolCleanupGroup(VOID)
{
    PTP_CLEANUP_GROUP group;

    return set_ntstatus(TpAllocCleanupGroup(&group)) ? group : NULL;
}

BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, void *context, PTP_CALLBACK_ENVIRON environment)
{
    return set_ntstatus(TpSimpleTryPost(callback, context, environment));
}

PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK callback, void *context, PTP_CALLBACK_ENVIRON environment)
{
    PTP_WORK work;

    return set_ntstatus(TpAllocWork(&work, callback, context, environment)) ? work : NULL;
}

PTP_TIMER WINAPI CreateThreadpoolTimer(PTP_TIMER_CALLBACK callback, void *context, PTP_CALLBACK_ENVIRON environment)
{
    PTP_TIMER timer;

    return set_ntstatus(TpAllocTimer(&timer, callback, context, environment)) ? timer : NULL;
}

PTP_WAIT WINAPI CreateThreadpoolWait(PTP_WAIT_CALLBACK callback, void *context, PTP_CALLBACK_ENVIRON environment)
{
    PTP_WAIT wait;

    return set_ntstatus(TpAllocWait(&wait, callback, context, environment)) ? wait : NULL;
}

PTP_IO WINAPI CreateThreadpoolIo(HANDLE file, PTP_WIN32_IO_CALLBACK callback, void *context,
                                 PTP_CALLBACK_ENVIRON environment)
{
    PTP_IO io;

    return set_ntstatus(TransomTpAllocWin32Io(&io, file, (void *)callback, context, environment)) ? io : NULL;
}

BOOL WINAPI CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance)
{
    return set_ntstatus(TpCallbackMayRunLong(instance));
}
