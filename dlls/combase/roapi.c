/* SPDX-License-Identifier: MIT */
/* roapi.c: the Windows Runtime without classes: initialisation is COM's, and no class is registered. */
#include "combase_private.h"
#include <hstring.h>
#include <winstring.h>
#include <roapi.h>

HRESULT WINAPI RoInitialize(RO_INIT_TYPE type)
{
    switch (type) {
    case RO_INIT_SINGLETHREADED:
        return CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
    case RO_INIT_MULTITHREADED:
        return CoInitializeEx(NULL, COINIT_MULTITHREADED);
    default:
        return E_INVALIDARG;
    }
}

void WINAPI RoUninitialize(void)
{
    CoUninitialize();
}

HRESULT WINAPI RoGetActivationFactory(HSTRING class, REFIID iid, void **factory)
{
    (void)iid;
    if (!factory)
        return E_INVALIDARG;
    *factory = NULL;
    if (!com_initialized())
        return CO_E_NOTINITIALIZED;
    return WindowsIsStringEmpty(class) ? E_INVALIDARG : REGDB_E_CLASSNOTREG;
}

HRESULT WINAPI RoActivateInstance(HSTRING class, IInspectable **instance)
{
    return RoGetActivationFactory(class, &IID_IUnknown, (void **)instance);
}

struct IRestrictedErrorInfo;

/* Error information: the caller goes on with the HRESULT alone. */
WINBOOL WINAPI RoOriginateError(HRESULT error, HSTRING message)
{
    (void)message;
    return FAILED(error);
}

WINBOOL WINAPI RoOriginateErrorW(HRESULT error, UINT length, PCWSTR message)
{
    (void)length, (void)message;
    return FAILED(error);
}

HRESULT WINAPI GetRestrictedErrorInfo(struct IRestrictedErrorInfo **info)
{
    if (!info)
        return E_POINTER;
    *info = NULL;
    return S_FALSE;
}

HRESULT WINAPI CoWaitForMultipleHandles(DWORD flags, DWORD timeout, ULONG count, LPHANDLE handles, LPDWORD index)
{
    DWORD result;

    if (!index)
        return E_INVALIDARG;
    *index = 0;
    if (!handles || (flags & ~(COWAIT_WAITALL | COWAIT_ALERTABLE | COWAIT_INPUTAVAILABLE)))
        return E_INVALIDARG;
    if (!count)
        return RPC_E_NO_SYNC;
    /* Calls from other apartments, which a wait in a single-threaded one would serve, do not exist. */
    result = WaitForMultipleObjectsEx(count, handles, (flags & COWAIT_WAITALL) != 0, timeout,
                                      (flags & COWAIT_ALERTABLE) != 0);
    if (result == WAIT_TIMEOUT)
        return RPC_S_CALLPENDING;
    if (result == WAIT_FAILED)
        return HRESULT_FROM_WIN32(GetLastError());
    *index = result;
    return S_OK;
}
