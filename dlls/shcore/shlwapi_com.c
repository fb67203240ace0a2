/* SPDX-License-Identifier: MIT */
/* shlwapi_com.c: small helpers for COM objects, strings between character sets, and IsOS (shlwapi.h). */
#include "nt.h"
#include <objbase.h>
#include <ocidl.h>
#include <servprov.h>
#include <shlwapi.h>
#include <wchar.h>

/* --- pointers to objects --- */

void WINAPI IUnknown_AtomicRelease(void **object)
{
    IUnknown *old;

    if (object && (old = InterlockedExchangePointer(object, NULL)))
        old->lpVtbl->Release(old);
}

void WINAPI IUnknown_Set(IUnknown **place, IUnknown *object)
{
    IUnknown *old = *place;

    if (object)
        object->lpVtbl->AddRef(object);
    *place = object;
    if (old)
        old->lpVtbl->Release(old);
}

HRESULT WINAPI IUnknown_QueryService(IUnknown *object, REFGUID service, REFIID iid, void **result)
{
    IServiceProvider *provider;
    HRESULT status;

    *result = NULL;
    if (!object)
        return E_FAIL;
    status = object->lpVtbl->QueryInterface(object, &IID_IServiceProvider, (void **)&provider);
    if (SUCCEEDED(status)) {
        status = provider->lpVtbl->QueryService(provider, service, iid, result);
        provider->lpVtbl->Release(provider);
    }
    return status;
}

HRESULT WINAPI IUnknown_GetSite(IUnknown *object, REFIID iid, void **result)
{
    IObjectWithSite *with_site;
    HRESULT status;

    *result = NULL;
    if (!object)
        return E_INVALIDARG;
    status = object->lpVtbl->QueryInterface(object, &IID_IObjectWithSite, (void **)&with_site);
    if (SUCCEEDED(status)) {
        status = with_site->lpVtbl->GetSite(with_site, iid, result);
        with_site->lpVtbl->Release(with_site);
    }
    return status;
}

HRESULT WINAPI IUnknown_SetSite(IUnknown *object, IUnknown *site)
{
    IObjectWithSite *with_site;
    HRESULT status;

    if (!object)
        return E_FAIL;
    status = object->lpVtbl->QueryInterface(object, &IID_IObjectWithSite, (void **)&with_site);
    if (SUCCEEDED(status)) {
        status = with_site->lpVtbl->SetSite(with_site, site);
        with_site->lpVtbl->Release(with_site);
    }
    return status;
}

/* --- strings: the result is the number of characters with the zero; 0 if it did not fit, with as much as does --- */

int WINAPI SHUnicodeToUnicode(const WCHAR *source, WCHAR *buffer, int size)
{
    if (!source || !buffer || size <= 0)
        return 0;
    lstrcpynW(buffer, source, size);
    return lstrlenW(source) < size ? lstrlenW(source) + 1 : 0;
}

int WINAPI SHAnsiToAnsi(const char *source, char *buffer, int size)
{
    if (!source || !buffer || size <= 0)
        return 0;
    lstrcpynA(buffer, source, size);
    return lstrlenA(source) < size ? lstrlenA(source) + 1 : 0;
}

int WINAPI SHAnsiToUnicode(const char *source, WCHAR *buffer, int size)
{
    int length;

    if (!buffer || size <= 0)
        return 0;
    *buffer = 0;
    if (!source)
        return 0;
    length = MultiByteToWideChar(CP_ACP, 0, source, -1, buffer, size);
    if (!length)
        buffer[size - 1] = 0;
    return length;
}

int WINAPI SHUnicodeToAnsi(const WCHAR *source, char *buffer, int size)
{
    int length;

    if (!buffer || size <= 0)
        return 0;
    *buffer = 0;
    if (!source)
        return 0;
    length = WideCharToMultiByte(CP_ACP, 0, source, -1, buffer, size, NULL, NULL);
    if (!length)
        buffer[size - 1] = 0;
    return length;
}

/* --- the system --- */

/* A workstation of the NT line, without any of the special editions. */
BOOL WINAPI IsOS(DWORD feature)
{
    switch (feature) {
    case OS_NT:
    case OS_WIN95ORGREATER:
    case OS_NT4ORGREATER:
    case OS_WIN98ORGREATER:
    case OS_WIN2000ORGREATER:
    case OS_XPORGREATER:
    case OS_WIN2000PRO:
    case OS_PROFESSIONAL:
        return TRUE;
    case OS_WOW6432: {
        BOOL wow64 = FALSE;

        return IsWow64Process(GetCurrentProcess(), &wow64) && wow64;
    }
    default:
        return FALSE;
    }
}
