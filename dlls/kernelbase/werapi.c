/* SPDX-License-Identifier: MIT */
/* werapi.c: error reporting. Nothing is ever sent anywhere; the flags are kept for the program to read back. */
#include "kernelbase_private.h"

/* WER_FAULT_REPORTING_FLAG_NOHEAP, _QUEUE, _DISABLE_THREAD_SUSPENSION, _QUEUE_UPLOAD, WER_FAULT_REPORTING_ALWAYS_SHOW_UI,
 * _NO_UI, _FLAG_NO_HEAP_ON_QUEUE, _DISABLE_SNAPSHOT_CRASH, _DISABLE_SNAPSHOT_HANG, _CRITICAL, _DURABLE: bits 0 to 10. */
#define VALID_FLAGS 0x7ffu

static DWORD reporting_flags;

HRESULT WINAPI WerSetFlags(DWORD flags)
{
    if (flags & ~VALID_FLAGS)
        return E_INVALIDARG;
    __atomic_store_n(&reporting_flags, flags, __ATOMIC_RELAXED);
    return S_OK;
}

/* Only the flags of the calling process are known: those of another live in that process. */
HRESULT WINAPI WerGetFlags(HANDLE process, DWORD *flags)
{
    if (!flags)
        return E_INVALIDARG;
    if (process != GetCurrentProcess() && GetProcessId(process) != GetCurrentProcessId())
        return GetProcessId(process) ? HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED)
                                     : HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE);
    *flags = __atomic_load_n(&reporting_flags, __ATOMIC_RELAXED);
    return S_OK;
}
