/* SPDX-License-Identifier: MIT */
/* combaseapi.c: initialisation, task memory, GUIDs. */
#include "combase_private.h"
#include <oleauto.h>

static LONG mta_threads; /* threads (and CoIncrementMTAUsage callers) in the multithreaded apartment */

struct ole_thread *ole_thread(BOOL create)
{
    TEB *teb = nt_teb();

    if (!teb->ReservedForOle && create)
        teb->ReservedForOle = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(struct ole_thread));
    return teb->ReservedForOle;
}

BOOL com_initialized(void)
{
    struct ole_thread *thread = ole_thread(FALSE);
    return (thread && thread->inits) || mta_threads > 0;
}

static HRESULT initialize(struct ole_thread *thread, DWORD flags)
{
    if (thread->inits) {
        if ((thread->model ^ flags) & COINIT_APARTMENTTHREADED)
            return RPC_E_CHANGED_MODE;
        thread->inits++;
        return S_FALSE;
    }
    thread->inits = 1;
    thread->model = flags;
    if (!(flags & COINIT_APARTMENTTHREADED))
        InterlockedIncrement(&mta_threads);
    return S_OK;
}

HRESULT WINAPI CoInitializeEx(LPVOID reserved, DWORD flags)
{
    struct ole_thread *thread;

    if (reserved || (flags & ~(COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE | COINIT_SPEED_OVER_MEMORY)))
        return E_INVALIDARG;
    if (!(thread = ole_thread(TRUE)))
        return E_OUTOFMEMORY;
    spies_before_init(thread, flags);
    return spies_after_init(thread, flags, initialize(thread, flags));
}

void WINAPI CoUninitialize(void)
{
    struct ole_thread *thread = ole_thread(FALSE);

    if (!thread || !thread->inits)
        return;
    spies_before_uninit(thread);
    if (!--thread->inits) {
        if (!(thread->model & COINIT_APARTMENTTHREADED))
            InterlockedDecrement(&mta_threads);
        release_thread_context(thread);
    }
    spies_after_uninit(thread);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)reserved;
    if (reason == DLL_THREAD_DETACH && nt_teb()->ReservedForOle) {
        struct ole_thread *thread = ole_thread(FALSE);
        if (thread->inits && !(thread->model & COINIT_APARTMENTTHREADED))
            InterlockedDecrement(&mta_threads);
        release_thread_context(thread);
        SetErrorInfo(0, NULL);
        free_spies(thread);
        HeapFree(GetProcessHeap(), 0, thread);
        nt_teb()->ReservedForOle = NULL;
    }
    (void)instance;
    return TRUE;
}

HRESULT WINAPI CoIncrementMTAUsage(CO_MTA_USAGE_COOKIE *cookie)
{
    InterlockedIncrement(&mta_threads);
    *cookie = (CO_MTA_USAGE_COOKIE)(ULONG_PTR)1;
    return S_OK;
}

HRESULT WINAPI CoDecrementMTAUsage(CO_MTA_USAGE_COOKIE cookie)
{
    if (!cookie)
        return E_INVALIDARG;
    InterlockedDecrement(&mta_threads);
    return S_OK;
}

HRESULT WINAPI CoGetApartmentType(APTTYPE *type, APTTYPEQUALIFIER *qualifier)
{
    struct ole_thread *thread = ole_thread(FALSE);

    if (!type || !qualifier)
        return E_INVALIDARG;
    *qualifier = APTTYPEQUALIFIER_NONE;
    if (thread && thread->inits) {
        /* The first single-threaded apartment is the main one; which that is, nobody asks for here. */
        *type = thread->model & COINIT_APARTMENTTHREADED ? APTTYPE_MAINSTA : APTTYPE_MTA;
        return S_OK;
    }
    if (mta_threads > 0) {
        *type = APTTYPE_MTA;
        *qualifier = APTTYPEQUALIFIER_IMPLICIT_MTA;
        return S_OK;
    }
    *type = APTTYPE_CURRENT;
    return CO_E_NOTINITIALIZED;
}

HRESULT WINAPI CoInitializeSecurity(PSECURITY_DESCRIPTOR sd, LONG count, SOLE_AUTHENTICATION_SERVICE *services,
                                    void *reserved1, DWORD authn, DWORD imp, void *list, DWORD capabilities,
                                    void *reserved3)
{
    (void)sd, (void)count, (void)services, (void)authn, (void)imp, (void)list, (void)capabilities;
    if (reserved1 || reserved3)
        return E_INVALIDARG;
    /* Settings of calls between processes, which there are none of. */
    return com_initialized() ? S_OK : CO_E_NOTINITIALIZED;
}

/* --- memory --- */

LPVOID WINAPI CoTaskMemAlloc(SIZE_T size)
{
    return HeapAlloc(GetProcessHeap(), 0, size);
}

void WINAPI CoTaskMemFree(LPVOID ptr)
{
    if (ptr)
        HeapFree(GetProcessHeap(), 0, ptr);
}

LPVOID WINAPI CoTaskMemRealloc(LPVOID ptr, SIZE_T size)
{
    if (!ptr)
        return CoTaskMemAlloc(size);
    if (!size) {
        CoTaskMemFree(ptr);
        return NULL;
    }
    return HeapReAlloc(GetProcessHeap(), 0, ptr, size);
}

static HRESULT STDMETHODCALLTYPE malloc_query_interface(IMalloc *self, REFIID iid, void **object)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMalloc)) {
        *object = NULL;
        return E_NOINTERFACE;
    }
    *object = self;
    return S_OK;
}

/* There is one allocator and it always exists. */
static ULONG STDMETHODCALLTYPE malloc_count(IMalloc *self)
{
    (void)self;
    return 1;
}

static void *STDMETHODCALLTYPE malloc_alloc(IMalloc *self, SIZE_T size)
{
    (void)self;
    return CoTaskMemAlloc(size);
}

static void *STDMETHODCALLTYPE malloc_realloc(IMalloc *self, void *ptr, SIZE_T size)
{
    (void)self;
    return CoTaskMemRealloc(ptr, size);
}

static void STDMETHODCALLTYPE malloc_free(IMalloc *self, void *ptr)
{
    (void)self;
    CoTaskMemFree(ptr);
}

static SIZE_T STDMETHODCALLTYPE malloc_size(IMalloc *self, void *ptr)
{
    (void)self;
    return ptr ? HeapSize(GetProcessHeap(), 0, ptr) : (SIZE_T)-1;
}

static int STDMETHODCALLTYPE malloc_did_alloc(IMalloc *self, void *ptr)
{
    (void)self;
    return ptr ? HeapValidate(GetProcessHeap(), 0, ptr) : -1;
}

static void STDMETHODCALLTYPE malloc_minimize(IMalloc *self)
{
    (void)self;
    HeapCompact(GetProcessHeap(), 0);
}

static IMallocVtbl malloc_vtbl = {
    malloc_query_interface, malloc_count,    malloc_count, malloc_alloc, malloc_realloc, malloc_free, malloc_size,
    malloc_did_alloc,       malloc_minimize,
};
static IMalloc task_allocator = { &malloc_vtbl };

HRESULT WINAPI CoGetMalloc(DWORD context, LPMALLOC *allocator)
{
    if (context != 1 /* MEMCTX_TASK */) {
        *allocator = NULL;
        return E_INVALIDARG;
    }
    *allocator = &task_allocator;
    return S_OK;
}

/* --- GUIDs --- */

HRESULT WINAPI CoCreateGuid(GUID *guid)
{
    if (!guid)
        return E_INVALIDARG;
    ProcessPrng((BYTE *)guid, sizeof(*guid));
    /* RFC 4122: version 4, variant 1 */
    guid->Data3 = (guid->Data3 & 0x0fff) | 0x4000;
    guid->Data4[0] = (guid->Data4[0] & 0x3f) | 0x80;
    return S_OK;
}

int WINAPI StringFromGUID2(REFGUID guid, LPOLESTR buffer, int size)
{
    if (!guid || !buffer || size < 39)
        return 0;
    _snwprintf(buffer, 39, L"{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", (UINT)guid->Data1, guid->Data2,
               guid->Data3, guid->Data4[0], guid->Data4[1], guid->Data4[2], guid->Data4[3], guid->Data4[4],
               guid->Data4[5], guid->Data4[6], guid->Data4[7]);
    buffer[38] = 0;
    return 39;
}

HRESULT WINAPI StringFromCLSID(REFCLSID clsid, LPOLESTR *str)
{
    if (!(*str = CoTaskMemAlloc(39 * sizeof(WCHAR))))
        return E_OUTOFMEMORY;
    StringFromGUID2(clsid, *str, 39);
    return S_OK;
}

HRESULT WINAPI StringFromIID(REFIID iid, LPOLESTR *str)
{
    return StringFromCLSID(iid, str);
}

static BOOL parse_hex(const WCHAR **at, UINT digits, UINT *value)
{
    *value = 0;
    for (; digits; digits--, ++*at) {
        WCHAR c = **at;
        if (c >= '0' && c <= '9')
            *value = *value << 4 | (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            *value = *value << 4 | ((c | 0x20) - 'a' + 10);
        else
            return FALSE;
    }
    return TRUE;
}

static BOOL parse_guid(const WCHAR *str, GUID *guid)
{
    UINT value;

    memset(guid, 0, sizeof(*guid));
    if (*str++ != '{' || !parse_hex(&str, 8, &value))
        return FALSE;
    guid->Data1 = value;
    if (*str++ != '-' || !parse_hex(&str, 4, &value))
        return FALSE;
    guid->Data2 = value;
    if (*str++ != '-' || !parse_hex(&str, 4, &value))
        return FALSE;
    guid->Data3 = value;
    if (*str++ != '-')
        return FALSE;
    for (int i = 0; i < 8; i++) {
        if ((i == 2 && *str++ != '-') || !parse_hex(&str, 2, &value))
            return FALSE;
        guid->Data4[i] = value;
    }
    return *str++ == '}' && !*str;
}

HRESULT WINAPI IIDFromString(LPCOLESTR str, LPIID iid)
{
    if (!str) {
        memset(iid, 0, sizeof(*iid));
        return S_OK;
    }
    if (wcslen(str) != 38)
        return E_INVALIDARG;
    return parse_guid(str, iid) ? S_OK : CO_E_IIDSTRING;
}

HRESULT WINAPI CLSIDFromProgID(LPCOLESTR progid, LPCLSID clsid)
{
    WCHAR path[320], text[40];
    DWORD size = sizeof(text);

    if (!progid || !clsid)
        return E_INVALIDARG;
    memset(clsid, 0, sizeof(*clsid));
    if (wcslen(progid) > 255)
        return CO_E_CLASSSTRING;
    _snwprintf(path, ARRAY_SIZE(path), L"%s\\CLSID", progid);
    if (RegGetValueW(HKEY_CLASSES_ROOT, path, NULL, RRF_RT_REG_SZ, NULL, text, &size))
        return CO_E_CLASSSTRING;
    return parse_guid(text, clsid) ? S_OK : CO_E_CLASSSTRING;
}

HRESULT WINAPI CLSIDFromString(LPCOLESTR str, LPCLSID clsid)
{
    if (!clsid)
        return E_INVALIDARG;
    if (!str) {
        memset(clsid, 0, sizeof(*clsid));
        return S_OK;
    }
    if (*str == '{')
        return parse_guid(str, clsid) ? S_OK : CO_E_CLASSSTRING;
    return CLSIDFromProgID(str, clsid);
}

HRESULT WINAPI ProgIDFromCLSID(REFCLSID clsid, LPOLESTR *progid)
{
    WCHAR path[80], text[256];
    DWORD size = sizeof(text);

    if (!progid)
        return E_INVALIDARG;
    *progid = NULL;
    wcscpy(path, L"CLSID\\");
    StringFromGUID2(clsid, path + 6, 39);
    wcscat(path, L"\\ProgID");
    if (RegGetValueW(HKEY_CLASSES_ROOT, path, NULL, RRF_RT_REG_SZ, NULL, text, &size))
        return REGDB_E_CLASSNOTREG;
    if (!(*progid = CoTaskMemAlloc(size)))
        return E_OUTOFMEMORY;
    memcpy(*progid, text, size);
    return S_OK;
}
