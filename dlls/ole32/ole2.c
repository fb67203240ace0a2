/* SPDX-License-Identifier: MIT */
/* ole2.c: what ole32 adds to combase: initialisation under the old names, streams that persist objects. */
#define COBJMACROS
#include "nt.h"
#include "ntdll.h"
#include <objbase.h>
#include <ole2.h>
#include <string.h>

HRESULT WINAPI CoInitialize(LPVOID reserved)
{
    return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

HRESULT WINAPI OleInitialize(LPVOID reserved)
{
    HRESULT hr = CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);

    return hr == RPC_E_CHANGED_MODE ? RPC_E_CHANGED_MODE : hr;
}

void WINAPI OleUninitialize(void)
{
    CoUninitialize();
}

DWORD WINAPI CoBuildVersion(void)
{
    return 23 << 16 | 700;
}

HRESULT WINAPI WriteClassStm(LPSTREAM stream, REFCLSID clsid)
{
    if (!stream || !clsid)
        return E_INVALIDARG;
    return IStream_Write(stream, clsid, sizeof(*clsid), NULL);
}

HRESULT WINAPI ReadClassStm(LPSTREAM stream, CLSID *clsid)
{
    ULONG n;
    HRESULT hr;

    if (!stream || !clsid)
        return E_INVALIDARG;
    memset(clsid, 0, sizeof(*clsid));
    hr = IStream_Read(stream, clsid, sizeof(*clsid), &n);
    return FAILED(hr) ? hr : n == sizeof(*clsid) ? S_OK : STG_E_READFAULT;
}

HRESULT WINAPI OleSaveToStream(LPPERSISTSTREAM object, LPSTREAM stream)
{
    CLSID clsid;
    HRESULT hr;

    if (!object)
        return E_INVALIDARG;
    hr = IPersistStream_GetClassID(object, &clsid);
    if (SUCCEEDED(hr))
        hr = WriteClassStm(stream, &clsid);
    return SUCCEEDED(hr) ? IPersistStream_Save(object, stream, FALSE) : hr;
}

HRESULT WINAPI OleLoadFromStream(LPSTREAM stream, REFIID iid, void **object)
{
    IPersistStream *persist;
    IUnknown *unknown;
    CLSID clsid;
    HRESULT hr;

    *object = NULL;
    if (FAILED(hr = ReadClassStm(stream, &clsid)))
        return hr;
    if (FAILED(hr = CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER, iid, (void **)&unknown)))
        return hr;
    hr = IUnknown_QueryInterface(unknown, &IID_IPersistStream, (void **)&persist);
    if (SUCCEEDED(hr)) {
        hr = IPersistStream_Load(persist, stream);
        IPersistStream_Release(persist);
    }
    if (FAILED(hr))
        IUnknown_Release(unknown);
    else
        *object = unknown;
    return hr;
}
