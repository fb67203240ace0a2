/* SPDX-License-Identifier: MIT */
/* shellscalingapi.c: resolutions: everything has 96 dots an inch. */
#include "nt.h"
#include "ntdll.h"
#include <shellscalingapi.h>

static LONG awareness = PROCESS_DPI_UNAWARE, is_set;

HRESULT WINAPI SetProcessDpiAwareness(PROCESS_DPI_AWARENESS value)
{
    if (value > PROCESS_PER_MONITOR_DPI_AWARE)
        return E_INVALIDARG;
    if (InterlockedExchange(&is_set, TRUE)) /* once */
        return E_ACCESSDENIED;
    awareness = value;
    return S_OK;
}

HRESULT WINAPI GetProcessDpiAwareness(HANDLE process, PROCESS_DPI_AWARENESS *value)
{
    (void)process;
    if (!value)
        return E_INVALIDARG;
    *value = awareness;
    return S_OK;
}

HRESULT WINAPI GetDpiForMonitor(HMONITOR monitor, MONITOR_DPI_TYPE type, UINT *x, UINT *y)
{
    if (!monitor || type > MDT_RAW_DPI || !x || !y)
        return E_INVALIDARG;
    *x = *y = 96;
    return S_OK;
}
