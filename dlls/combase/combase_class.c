/* SPDX-License-Identifier: MIT */
/* combase_class.c: class objects: those that the process registers, and those of in-process servers in the registry. */
#include "combase_private.h"
#include "list.h"

struct registration {
    LIST_ENTRY entry;
    CLSID clsid;
    IUnknown *object;
    DWORD context, flags, cookie;
};

/* A loaded in-process server. */
struct server {
    LIST_ENTRY entry;
    HMODULE module;
    WCHAR path[];
};

static SRWLOCK lock = SRWLOCK_INIT;
static LIST_ENTRY registrations = { &registrations, &registrations };
static LIST_ENTRY servers = { &servers, &servers };
static DWORD next_cookie;

HRESULT WINAPI CoRegisterClassObject(REFCLSID clsid, LPUNKNOWN object, DWORD context, DWORD flags, LPDWORD cookie)
{
    struct registration *reg;

    if (!cookie || !object)
        return E_INVALIDARG;
    if (!com_initialized())
        return CO_E_NOTINITIALIZED;
    if (!(reg = HeapAlloc(GetProcessHeap(), 0, sizeof(*reg))))
        return E_OUTOFMEMORY;
    reg->clsid = *clsid;
    reg->object = object;
    reg->context = context;
    reg->flags = flags;
    IUnknown_AddRef(object);
    AcquireSRWLockExclusive(&lock);
    *cookie = reg->cookie = ++next_cookie;
    list_add_head(&registrations, &reg->entry);
    ReleaseSRWLockExclusive(&lock);
    return S_OK;
}

HRESULT WINAPI CoRevokeClassObject(DWORD cookie)
{
    struct registration *reg = NULL;

    AcquireSRWLockExclusive(&lock);
    for (LIST_ENTRY *at = registrations.Flink; at != &registrations; at = at->Flink) {
        if (CONTAINING_RECORD(at, struct registration, entry)->cookie == cookie) {
            reg = CONTAINING_RECORD(at, struct registration, entry);
            list_remove(at);
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    if (!reg)
        return E_INVALIDARG;
    IUnknown_Release(reg->object);
    HeapFree(GetProcessHeap(), 0, reg);
    return S_OK;
}

static IUnknown *find_registered(REFCLSID clsid, DWORD context)
{
    IUnknown *object = NULL;

    AcquireSRWLockShared(&lock);
    for (LIST_ENTRY *at = registrations.Flink; at != &registrations; at = at->Flink) {
        struct registration *reg = CONTAINING_RECORD(at, struct registration, entry);
        if (IsEqualCLSID(&reg->clsid, clsid) && (reg->context & context)) {
            object = reg->object;
            IUnknown_AddRef(object);
            break;
        }
    }
    ReleaseSRWLockShared(&lock);
    return object;
}

/* The module of a server; each is loaded once and stays, as CoFreeUnusedLibraries finds nothing to do. */
static HMODULE load_server(const WCHAR *path)
{
    struct server *server;
    HMODULE module = NULL;

    AcquireSRWLockShared(&lock);
    for (LIST_ENTRY *at = servers.Flink; at != &servers && !module; at = at->Flink) {
        server = CONTAINING_RECORD(at, struct server, entry);
        if (CompareStringOrdinal(server->path, -1, path, -1, TRUE) == CSTR_EQUAL)
            module = server->module;
    }
    ReleaseSRWLockShared(&lock);
    if (module || !(module = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH)))
        return module;
    if ((server = HeapAlloc(GetProcessHeap(), 0, sizeof(*server) + (wcslen(path) + 1) * sizeof(WCHAR)))) {
        server->module = module;
        wcscpy(server->path, path);
        AcquireSRWLockExclusive(&lock);
        list_add_head(&servers, &server->entry);
        ReleaseSRWLockExclusive(&lock);
    }
    return module;
}

static HRESULT get_server_object(REFCLSID clsid, REFIID iid, void **object)
{
    HRESULT(WINAPI * get_class_object)(REFCLSID, REFIID, void **);
    WCHAR key[80], path[MAX_PATH];
    DWORD size = sizeof(path);
    HMODULE module;

    wcscpy(key, L"CLSID\\");
    StringFromGUID2(clsid, key + 6, 39);
    wcscat(key, L"\\InprocServer32");
    if (RegGetValueW(HKEY_CLASSES_ROOT, key, NULL, RRF_RT_REG_SZ, NULL, path, &size))
        return REGDB_E_CLASSNOTREG;
    if (!(module = load_server(path)))
        return HRESULT_FROM_WIN32(GetLastError());
    get_class_object = (void *)GetProcAddress(module, "DllGetClassObject");
    if (!get_class_object)
        return CO_E_ERRORINDLL;
    return get_class_object(clsid, iid, object);
}

HRESULT WINAPI CoGetClassObject(REFCLSID clsid, DWORD context, LPVOID server, REFIID iid, LPVOID *object)
{
    IUnknown *registered;
    HRESULT hr = REGDB_E_CLASSNOTREG;

    if (!object)
        return E_INVALIDARG;
    *object = NULL;
    if (!com_initialized())
        return CO_E_NOTINITIALIZED;
    if (server)
        return RPC_S_SERVER_UNAVAILABLE | 0x80070000;
    if ((registered = find_registered(clsid, context))) {
        hr = IUnknown_QueryInterface(registered, iid, object);
        IUnknown_Release(registered);
        return hr;
    }
    if (context & CLSCTX_INPROC_SERVER)
        hr = get_server_object(clsid, iid, object);
    return hr;
}

HRESULT WINAPI CoCreateInstance(REFCLSID clsid, LPUNKNOWN outer, DWORD context, REFIID iid, LPVOID *object)
{
    IClassFactory *factory;
    HRESULT hr;

    if (!object)
        return E_POINTER;
    *object = NULL;
    hr = CoGetClassObject(clsid, context, NULL, &IID_IClassFactory, (void **)&factory);
    if (FAILED(hr))
        return hr;
    hr = IClassFactory_CreateInstance(factory, outer, iid, object);
    IClassFactory_Release(factory);
    return hr;
}

HRESULT WINAPI CoCreateInstanceEx(REFCLSID clsid, LPUNKNOWN outer, DWORD context, COSERVERINFO *server, DWORD count,
                                  MULTI_QI *results)
{
    IUnknown *object;
    DWORD found = 0;
    HRESULT hr;

    if (!count || !results)
        return E_INVALIDARG;
    for (DWORD i = 0; i < count; i++) {
        results[i].pItf = NULL;
        results[i].hr = E_NOINTERFACE;
    }
    if (server && server->pwszName)
        return HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE);
    hr = CoCreateInstance(clsid, outer, context, &IID_IUnknown, (void **)&object);
    if (FAILED(hr))
        return hr;
    for (DWORD i = 0; i < count; i++) {
        results[i].hr = IUnknown_QueryInterface(object, results[i].pIID, (void **)&results[i].pItf);
        found += SUCCEEDED(results[i].hr);
    }
    IUnknown_Release(object);
    return found == count ? S_OK : found ? CO_S_NOTALLINTERFACES : E_NOINTERFACE;
}

void WINAPI CoFreeUnusedLibraries(void) {}

void WINAPI CoFreeUnusedLibrariesEx(DWORD delay, DWORD reserved)
{
    (void)delay, (void)reserved;
}

static LONG process_references;

ULONG WINAPI CoAddRefServerProcess(void)
{
    return InterlockedIncrement(&process_references);
}

ULONG WINAPI CoReleaseServerProcess(void)
{
    return InterlockedDecrement(&process_references);
}

HRESULT WINAPI CoResumeClassObjects(void)
{
    return S_OK;
}

HRESULT WINAPI CoSuspendClassObjects(void)
{
    return S_OK;
}
