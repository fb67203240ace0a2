/* SPDX-License-Identifier: MIT */
/* processprng.c: the process's random numbers: the kernel's. */
#include "nt.h"
#include "ntdll.h"
#include "unix_call.h"

static int64_t(UNIX_ABI *kernel_random)(void *buffer, uint64_t size, unsigned flags);

/* Documented to succeed always. */
BOOL WINAPI ProcessPrng(BYTE *data, SIZE_T size)
{
    if (!kernel_random) {
        struct unix_core_table table = { .size = sizeof(table) };
        if (NtTransomUnixCall(UNIX_MODULE_CORE, 0, &table) || !table.getrandom)
            RtlRaiseStatus(STATUS_DLL_INIT_FAILED);
        kernel_random = table.getrandom;
    }
    while (size) {
        int64_t n = kernel_random(data, size, 0);
        if (n <= 0)
            continue; /* interrupted by a signal: nothing was given */
        data += n;
        size -= n;
    }
    return TRUE;
}

BOOL WINAPI SystemPrng(BYTE *data, SIZE_T size)
{
    return ProcessPrng(data, size);
}
