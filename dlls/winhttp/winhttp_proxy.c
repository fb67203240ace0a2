/* SPDX-License-Identifier: MIT */
/* winhttp_proxy.c: proxy settings: none are configured, and none can be detected. */
#include "nt.h"
#include "ntdll.h"
#include <winhttp.h>
#include <string.h>

WINBOOL WINAPI WinHttpGetIEProxyConfigForCurrentUser(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config)
{
    if (!config) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    memset(config, 0, sizeof(*config));
    return TRUE;
}

WINBOOL WINAPI WinHttpGetDefaultProxyConfiguration(WINHTTP_PROXY_INFO *info)
{
    if (!info) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    info->dwAccessType = WINHTTP_ACCESS_TYPE_NO_PROXY;
    info->lpszProxy = info->lpszProxyBypass = NULL;
    return TRUE;
}

WINBOOL WINAPI WinHttpDetectAutoProxyConfigUrl(DWORD flags, LPWSTR *url)
{
    if (!url || !flags || (flags & ~(WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A))) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    *url = NULL;
    SetLastError(ERROR_WINHTTP_AUTODETECTION_FAILED);
    return FALSE;
}
