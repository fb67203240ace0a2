/* SPDX-License-Identifier: MIT */
/* oleauto_error.c: error objects (ICreateErrorInfo, IErrorInfo), and the one that a thread has. */
#include "oleaut32_private.h"

struct error_info {
    ICreateErrorInfo create;
    IErrorInfo info;
    LONG refs;
    GUID guid;
    BSTR source, description, help_file;
    DWORD help_context;
};

static DWORD error_slot = TLS_OUT_OF_INDEXES;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    if (reason == DLL_PROCESS_ATTACH) {
        error_slot = TlsAlloc();
    } else if (reason == DLL_THREAD_DETACH) {
        SetErrorInfo(0, NULL);
    } else if (reason == DLL_PROCESS_DETACH && !reserved) {
        SetErrorInfo(0, NULL);
        TlsFree(error_slot);
    }
    return TRUE;
}

static struct error_info *from_create(ICreateErrorInfo *iface)
{
    return CONTAINING_RECORD(iface, struct error_info, create);
}

static struct error_info *from_info(IErrorInfo *iface)
{
    return CONTAINING_RECORD(iface, struct error_info, info);
}

static HRESULT query(struct error_info *error, REFIID iid, void **result)
{
    if (!result)
        return E_POINTER;
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_ICreateErrorInfo))
        *result = &error->create;
    else if (IsEqualIID(iid, &IID_IErrorInfo))
        *result = &error->info;
    else {
        *result = NULL;
        return E_NOINTERFACE;
    }
    InterlockedIncrement(&error->refs);
    return S_OK;
}

static ULONG release(struct error_info *error)
{
    LONG refs = InterlockedDecrement(&error->refs);

    if (!refs) {
        SysFreeString(error->source);
        SysFreeString(error->description);
        SysFreeString(error->help_file);
        CoTaskMemFree(error);
    }
    return refs;
}

static HRESULT set_text(BSTR *text, const OLECHAR *value)
{
    SysFreeString(*text);
    *text = SysAllocString(value);
    return value && !*text ? E_OUTOFMEMORY : S_OK;
}

static HRESULT get_text(BSTR text, BSTR *result)
{
    if (!result)
        return E_INVALIDARG;
    *result = SysAllocString(text);
    return text && !*result ? E_OUTOFMEMORY : S_OK;
}

static HRESULT WINAPI create_query(ICreateErrorInfo *iface, REFIID iid, void **result)
{
    return query(from_create(iface), iid, result);
}

static ULONG WINAPI create_add_ref(ICreateErrorInfo *iface)
{
    return InterlockedIncrement(&from_create(iface)->refs);
}

static ULONG WINAPI create_release(ICreateErrorInfo *iface)
{
    return release(from_create(iface));
}

static HRESULT WINAPI set_guid(ICreateErrorInfo *iface, REFGUID guid)
{
    from_create(iface)->guid = *guid;
    return S_OK;
}

static HRESULT WINAPI set_source(ICreateErrorInfo *iface, OLECHAR *text)
{
    return set_text(&from_create(iface)->source, text);
}

static HRESULT WINAPI set_description(ICreateErrorInfo *iface, OLECHAR *text)
{
    return set_text(&from_create(iface)->description, text);
}

static HRESULT WINAPI set_help_file(ICreateErrorInfo *iface, OLECHAR *text)
{
    return set_text(&from_create(iface)->help_file, text);
}

static HRESULT WINAPI set_help_context(ICreateErrorInfo *iface, DWORD context)
{
    from_create(iface)->help_context = context;
    return S_OK;
}

static ICreateErrorInfoVtbl create_vtbl = { create_query, create_add_ref,  create_release, set_guid,
                                            set_source,   set_description, set_help_file,  set_help_context };

static HRESULT WINAPI info_query(IErrorInfo *iface, REFIID iid, void **result)
{
    return query(from_info(iface), iid, result);
}

static ULONG WINAPI info_add_ref(IErrorInfo *iface)
{
    return InterlockedIncrement(&from_info(iface)->refs);
}

static ULONG WINAPI info_release(IErrorInfo *iface)
{
    return release(from_info(iface));
}

static HRESULT WINAPI get_guid(IErrorInfo *iface, GUID *guid)
{
    if (!guid)
        return E_INVALIDARG;
    *guid = from_info(iface)->guid;
    return S_OK;
}

static HRESULT WINAPI get_source(IErrorInfo *iface, BSTR *text)
{
    return get_text(from_info(iface)->source, text);
}

static HRESULT WINAPI get_description(IErrorInfo *iface, BSTR *text)
{
    return get_text(from_info(iface)->description, text);
}

static HRESULT WINAPI get_help_file(IErrorInfo *iface, BSTR *text)
{
    return get_text(from_info(iface)->help_file, text);
}

static HRESULT WINAPI get_help_context(IErrorInfo *iface, DWORD *context)
{
    if (!context)
        return E_INVALIDARG;
    *context = from_info(iface)->help_context;
    return S_OK;
}

static IErrorInfoVtbl info_vtbl = { info_query, info_add_ref,    info_release,  get_guid,
                                    get_source, get_description, get_help_file, get_help_context };

HRESULT WINAPI CreateErrorInfo(ICreateErrorInfo **result)
{
    struct error_info *error;

    if (!result)
        return E_INVALIDARG;
    if (!(error = CoTaskMemAlloc(sizeof(*error))))
        return E_OUTOFMEMORY;
    memset(error, 0, sizeof(*error));
    error->create.lpVtbl = &create_vtbl;
    error->info.lpVtbl = &info_vtbl;
    error->refs = 1;
    *result = &error->create;
    return S_OK;
}

/* Takes the thread's error object out. */
HRESULT WINAPI GetErrorInfo(ULONG reserved, IErrorInfo **result)
{
    if (reserved || !result)
        return E_INVALIDARG;
    if (!(*result = TlsGetValue(error_slot)))
        return S_FALSE;
    TlsSetValue(error_slot, NULL);
    return S_OK;
}

HRESULT WINAPI SetErrorInfo(ULONG reserved, IErrorInfo *error)
{
    IErrorInfo *old;

    if (reserved)
        return E_INVALIDARG;
    old = TlsGetValue(error_slot);
    if (error)
        IErrorInfo_AddRef(error);
    TlsSetValue(error_slot, error);
    if (old)
        IErrorInfo_Release(old);
    return S_OK;
}
