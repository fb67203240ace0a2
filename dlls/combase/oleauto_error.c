/* SPDX-License-Identifier: MIT */
/*
 * oleauto_error.c: error objects (ICreateErrorInfo, IErrorInfo), and the one that a thread has. oleaut32 and ole32 export these
 * functions, too. Texts are BSTRs, laid out as oleaut32's are, which frees those that are handed out.
 */
#include "combase_private.h"
#include <oleauto.h>

struct error_info {
    ICreateErrorInfo create;
    IErrorInfo info;
    LONG refs;
    GUID guid;
    BSTR source, description, help_file;
    DWORD help_context;
};

/* The length in bytes stands before the text, whose block begins a pointer's size before it. */
static BSTR make_bstr(const OLECHAR *text)
{
    DWORD size = text ? wcslen(text) * sizeof(WCHAR) : 0;
    char *block = text ? CoTaskMemAlloc(sizeof(void *) + size + sizeof(WCHAR)) : NULL;
    BSTR copy;

    if (!block)
        return NULL;
    copy = (BSTR)(block + sizeof(void *));
    ((DWORD *)copy)[-1] = size;
    return memcpy(copy, text, size + sizeof(WCHAR));
}

static void free_bstr(BSTR text)
{
    if (text)
        CoTaskMemFree((char *)text - sizeof(void *));
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
        free_bstr(error->source);
        free_bstr(error->description);
        free_bstr(error->help_file);
        CoTaskMemFree(error);
    }
    return refs;
}

static HRESULT set_text(BSTR *text, const OLECHAR *value)
{
    free_bstr(*text);
    *text = make_bstr(value);
    return value && !*text ? E_OUTOFMEMORY : S_OK;
}

static HRESULT get_text(BSTR text, BSTR *result)
{
    if (!result)
        return E_INVALIDARG;
    *result = make_bstr(text);
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
    struct ole_thread *thread = ole_thread(FALSE);

    if (reserved || !result)
        return E_INVALIDARG;
    *result = thread ? thread->error : NULL;
    if (!*result)
        return S_FALSE;
    thread->error = NULL;
    return S_OK;
}

HRESULT WINAPI SetErrorInfo(ULONG reserved, IErrorInfo *error)
{
    struct ole_thread *thread = ole_thread(error != NULL);
    IErrorInfo *old;

    if (reserved)
        return E_INVALIDARG;
    if (!thread)
        return error ? E_OUTOFMEMORY : S_OK;
    old = thread->error;
    if (error)
        IErrorInfo_AddRef(error);
    thread->error = error;
    if (old)
        IErrorInfo_Release(old);
    return S_OK;
}
