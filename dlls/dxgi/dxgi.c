/* SPDX-License-Identifier: MIT */
/*
 * dxgi.c: the graphics infrastructure's entry points. There is no display adapter that Direct3D could use, and programs that look
 * for one (onnxruntime.dll does when it is loaded) are told so.
 */
#include "nt.h"
#include "ntdll.h"

static HRESULT no_factory(void **factory)
{
    if (!factory)
        return DXGI_ERROR_INVALID_CALL;
    *factory = NULL;
    return DXGI_ERROR_UNSUPPORTED;
}

HRESULT WINAPI CreateDXGIFactory(REFIID iid, void **factory)
{
    (void)iid;
    return no_factory(factory);
}

HRESULT WINAPI CreateDXGIFactory1(REFIID iid, void **factory)
{
    (void)iid;
    return no_factory(factory);
}

HRESULT WINAPI CreateDXGIFactory2(UINT flags, REFIID iid, void **factory)
{
    (void)flags, (void)iid;
    return no_factory(factory);
}

/* Documented: E_NOINTERFACE where the debug layer (dxgidebug.dll) is not installed. */
HRESULT WINAPI DXGIGetDebugInterface1(UINT flags, REFIID iid, void **debug)
{
    (void)flags, (void)iid;
    if (debug)
        *debug = NULL;
    return E_NOINTERFACE;
}

HRESULT WINAPI DXGIDeclareAdapterRemovalSupport(void)
{
    return S_OK; /* none will ever be removed */
}
