/* SPDX-License-Identifier: MIT */
/*
 * taskschd.c: the task scheduler's in-process server: its class object, and what all of its objects do. There is no scheduler; who
 * asks finds a store that is empty, and who wants to add to it is told that the service does not run.
 */
#define INITGUID
#include "taskschd_private.h"

DEFINE_GUID(task_scheduler_class, 0x0f87369f, 0xa4e5, 0x4cfc, 0xbd, 0x3e, 0x73, 0xe6, 0x15, 0x45, 0x72, 0xdd);

static LONG objects;

void *task_object_new(const void *table, size_t size)
{
    struct task_object *object = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
    if (!object)
        return NULL;
    object->table = table;
    object->references = 1;
    InterlockedIncrement(&objects);
    return object;
}

ULONG task_object_add(void *object)
{
    return (ULONG)InterlockedIncrement(&((struct task_object *)object)->references);
}

ULONG task_object_release(void *object)
{
    LONG left = InterlockedDecrement(&((struct task_object *)object)->references);
    if (!left) {
        HeapFree(GetProcessHeap(), 0, object);
        InterlockedDecrement(&objects);
    }
    return (ULONG)left;
}

HRESULT task_object_query(void *object, REFIID asked, const IID *iid, BOOL dispatch, void **result)
{
    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!IsEqualIID(asked, &IID_IUnknown) && !IsEqualIID(asked, iid) &&
        !(dispatch && IsEqualIID(asked, &IID_IDispatch)))
        return E_NOINTERFACE;
    task_object_add(object);
    *result = object;
    return S_OK;
}

HRESULT task_type_info_count(UINT *count)
{
    if (!count)
        return E_POINTER;
    *count = 0;
    return S_OK;
}

HRESULT task_no_type_info(ITypeInfo **info)
{
    if (info)
        *info = NULL;
    return DISP_E_BADINDEX;
}

HRESULT task_no_names(DISPID *ids, UINT count)
{
    for (UINT i = 0; ids && i < count; i++)
        ids[i] = DISPID_UNKNOWN;
    return DISP_E_UNKNOWNNAME;
}

HRESULT task_text(const WCHAR *text, BSTR *result)
{
    if (!result)
        return E_POINTER;
    *result = SysAllocString(text);
    return *result ? S_OK : E_OUTOFMEMORY;
}

/* --- the class object: one, which is always there --- */

static HRESULT STDMETHODCALLTYPE factory_query(IClassFactory *self, REFIID iid, void **result)
{
    if (!result)
        return E_POINTER;
    *result = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IClassFactory) ? self : NULL;
    return *result ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE factory_count(IClassFactory *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_create(IClassFactory *self, IUnknown *outer, REFIID iid, void **result)
{
    (void)self;
    if (!result)
        return E_POINTER;
    *result = NULL;
    return outer ? CLASS_E_NOAGGREGATION : task_service_create(iid, result);
}

static HRESULT STDMETHODCALLTYPE factory_lock(IClassFactory *self, BOOL lock)
{
    (void)self;
    if (lock)
        InterlockedIncrement(&objects);
    else
        InterlockedDecrement(&objects);
    return S_OK;
}

static const IClassFactoryVtbl factory_table = { factory_query, factory_count, factory_count, factory_create,
                                                 factory_lock };
static IClassFactory factory = { (IClassFactoryVtbl *)&factory_table };

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualCLSID(clsid, &task_scheduler_class))
        return CLASS_E_CLASSNOTAVAILABLE;
    return IClassFactory_QueryInterface(&factory, iid, object);
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    return objects ? S_FALSE : S_OK;
}

/* The class is in the base registry. */
HRESULT WINAPI DllRegisterServer(void)
{
    return S_OK;
}

HRESULT WINAPI DllUnregisterServer(void)
{
    return S_OK;
}
