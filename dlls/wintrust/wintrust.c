/* SPDX-License-Identifier: MIT */
/* wintrust.c: verifying signatures, for which there is no provider: no file is ever said to be trusted. */
#include "nt.h"
#include "ntdll.h"
#include <wintrust.h>

LONG WINAPI WinVerifyTrust(HWND window, GUID *action, LPVOID data)
{
    const WINTRUST_DATA *trust = data;

    (void)window, (void)action;
    if (trust && trust->dwStateAction == WTD_STATEACTION_CLOSE)
        return ERROR_SUCCESS;
    SetLastError(TRUST_E_PROVIDER_UNKNOWN);
    return TRUST_E_PROVIDER_UNKNOWN;
}

LONG WINAPI WinVerifyTrustEx(HWND window, GUID *action, WINTRUST_DATA *data)
{
    return WinVerifyTrust(window, action, data);
}
