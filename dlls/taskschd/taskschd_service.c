/* SPDX-License-Identifier: MIT */
/* taskschd_service.c: ITaskService. */
#include "taskschd_private.h"

struct service {
    ITaskService header;
    LONG references;
    BOOL connected;
};

TASK_DISPATCH(ITaskService, service, &IID_ITaskService)

static HRESULT check_connected(ITaskService *self)
{
    return ((struct service *)self)->connected ? S_OK : HRESULT_FROM_WIN32(ERROR_ONLY_IF_CONNECTED);
}

/* Documented: without a path, or with \, the root folder. */
static HRESULT STDMETHODCALLTYPE service_get_folder(ITaskService *self, BSTR path, ITaskFolder **folder)
{
    HRESULT hr = check_connected(self);
    if (!folder)
        return E_POINTER;
    *folder = NULL;
    if (FAILED(hr))
        return hr;
    return task_path_is_root(path) ? task_folder_create(folder) : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

static HRESULT STDMETHODCALLTYPE service_get_running(ITaskService *self, LONG flags, IRunningTaskCollection **tasks)
{
    HRESULT hr = check_connected(self);
    if (!tasks)
        return E_POINTER;
    *tasks = NULL;
    if (flags & ~TASK_ENUM_HIDDEN)
        return E_INVALIDARG;
    return FAILED(hr) ? hr : task_collection_create(&IID_IRunningTaskCollection, (void **)tasks);
}

static HRESULT STDMETHODCALLTYPE service_new_task(ITaskService *self, DWORD flags, ITaskDefinition **definition)
{
    HRESULT hr = check_connected(self);
    if (!definition)
        return E_POINTER;
    *definition = NULL;
    if (flags) /* "must be set to 0" */
        return E_INVALIDARG;
    return FAILED(hr) ? hr : SCHED_E_SERVICE_NOT_RUNNING;
}

static BOOL is_given(const VARIANT *value)
{
    return V_VT(value) == VT_BSTR && V_BSTR(value) && *V_BSTR(value);
}

/* This computer by any of its names; nobody else than this user. */
static HRESULT STDMETHODCALLTYPE service_connect(ITaskService *self, VARIANT server, VARIANT user, VARIANT domain,
                                                 VARIANT password)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAYSIZE(name);
    (void)domain, (void)password;
    if (is_given(&server) && wcscmp(V_BSTR(&server), L".") && _wcsicmp(V_BSTR(&server), L"localhost") &&
        (!GetComputerNameExW(ComputerNameNetBIOS, name, &size) || _wcsicmp(V_BSTR(&server), name)))
        return HRESULT_FROM_WIN32(ERROR_BAD_NETPATH);
    if (is_given(&user)) /* "the user name [...] can only be specified when connecting to remote computers" */
        return E_INVALIDARG;
    ((struct service *)self)->connected = TRUE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE service_connected(ITaskService *self, VARIANT_BOOL *connected)
{
    if (!connected)
        return E_POINTER;
    *connected = ((struct service *)self)->connected ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE service_target(ITaskService *self, BSTR *server)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 1] = L"";
    DWORD size = ARRAYSIZE(name);
    HRESULT hr = check_connected(self);
    if (FAILED(hr))
        return hr;
    GetComputerNameExW(ComputerNameNetBIOS, name, &size);
    return task_text(name, server);
}

/* From the environment, as there is one user for all. */
static HRESULT text_of_variable(ITaskService *self, const WCHAR *variable, BSTR *text)
{
    WCHAR value[256] = L"";
    HRESULT hr = check_connected(self);
    if (FAILED(hr))
        return hr;
    if (GetEnvironmentVariableW(variable, value, ARRAYSIZE(value)) >= ARRAYSIZE(value))
        *value = 0;
    return task_text(value, text);
}

static HRESULT STDMETHODCALLTYPE service_user(ITaskService *self, BSTR *user)
{
    return text_of_variable(self, L"USERNAME", user);
}

static HRESULT STDMETHODCALLTYPE service_domain(ITaskService *self, BSTR *domain)
{
    return text_of_variable(self, L"USERDOMAIN", domain);
}

/* The version that Windows 10 has: 1.6. */
static HRESULT STDMETHODCALLTYPE service_version(ITaskService *self, DWORD *version)
{
    HRESULT hr = check_connected(self);
    if (!version)
        return E_POINTER;
    if (FAILED(hr))
        return hr;
    *version = 1 << 16 | 6;
    return S_OK;
}

static const ITaskServiceVtbl service_table = {
    TASK_DISPATCH_TABLE(service),
    service_get_folder,
    service_get_running,
    service_new_task,
    service_connect,
    service_connected,
    service_target,
    service_user,
    service_domain,
    service_version,
};

HRESULT task_service_create(REFIID iid, void **result)
{
    ITaskService *service = task_object_new(&service_table, sizeof(struct service));
    if (!service)
        return E_OUTOFMEMORY;
    HRESULT hr = service_query(service, iid, result);
    service_release(service);
    return hr;
}
