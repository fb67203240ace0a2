/* SPDX-License-Identifier: MIT */
/* werapi.c: error reporting. Nothing is ever sent anywhere; the flags are kept for the program to read back. */
#include "kernelbase_private.h"
#include <werapi.h>

#define VALID_FLAGS                                                                                                       \
    (WER_FAULT_REPORTING_FLAG_NOHEAP | WER_FAULT_REPORTING_FLAG_QUEUE | WER_FAULT_REPORTING_FLAG_DISABLE_THREAD_SUSPENSION | \
     WER_FAULT_REPORTING_FLAG_QUEUE_UPLOAD | 0x10 /* WER_FAULT_REPORTING_ALWAYS_SHOW_UI */ |                              \
     0x20 /* WER_FAULT_REPORTING_NO_UI */ | 0x40 /* ..._FLAG_NO_HEAP_ON_QUEUE */ | 0x80 /* ..._DISABLE_SNAPSHOT_CRASH */)

static DWORD reporting_flags;

HRESULT WINAPI WerSetFlags(DWORD flags)
{
    if (flags & ~(DWORD)VALID_FLAGS)
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
        return GetProcessId(process) ? HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED) : HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE);
    *flags = __atomic_load_n(&reporting_flags, __ATOMIC_RELAXED);
    return S_OK;
}
