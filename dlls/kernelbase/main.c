/* SPDX-License-Identifier: MIT */
/* main.c: what kernelbase does when it is loaded. */
#include "kernelbase_private.h"
#include "ntldr.h"

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, void *reserved)
{
    (void)reserved;
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    LdrDisableThreadCalloutsForDll(module);
    RtlSetUnhandledExceptionFilter(kernelbase_unhandled);
    processenv_init();
    return TRUE;
}
