/* SPDX-License-Identifier: MIT */
/* taskschd_folder.c: ITaskFolder of the root folder, and the collections, all of which are empty. */
#include "taskschd_private.h"

BOOL task_path_is_root(const WCHAR *path)
{
    return !path || !*path || !wcscmp(path, L"\\");
}

/* --- collections: those of tasks, running tasks and folders have the same functions in their tables --- */

struct collection {
    IRegisteredTaskCollection header;
    LONG references;
    const IID *iid;
};

TASK_DISPATCH(IRegisteredTaskCollection, collection, ((struct collection *)self)->iid)

static HRESULT STDMETHODCALLTYPE collection_count(IRegisteredTaskCollection *self, LONG *count)
{
    (void)self;
    if (!count)
        return E_POINTER;
    *count = 0;
    return S_OK;
}

/* By its number, from 1 on, or its name. */
static HRESULT STDMETHODCALLTYPE collection_item(IRegisteredTaskCollection *self, VARIANT index, IRegisteredTask **item)
{
    (void)self;
    if (!item)
        return E_POINTER;
    *item = NULL;
    return V_VT(&index) == VT_BSTR ? HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE enum_query(IEnumVARIANT *self, REFIID iid, void **result)
{
    return task_object_query(self, iid, &IID_IEnumVARIANT, FALSE, result);
}

static ULONG STDMETHODCALLTYPE enum_add(IEnumVARIANT *self)
{
    return task_object_add(self);
}

static ULONG STDMETHODCALLTYPE enum_release(IEnumVARIANT *self)
{
    return task_object_release(self);
}

static HRESULT STDMETHODCALLTYPE enum_next(IEnumVARIANT *self, ULONG count, VARIANT *values, ULONG *fetched)
{
    (void)self, (void)values;
    if (fetched)
        *fetched = 0;
    return count ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_skip(IEnumVARIANT *self, ULONG count)
{
    (void)self;
    return count ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_reset(IEnumVARIANT *self)
{
    (void)self;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_clone(IEnumVARIANT *self, IEnumVARIANT **clone);

static const IEnumVARIANTVtbl enum_table = { enum_query, enum_add,   enum_release, enum_next,
                                             enum_skip,  enum_reset, enum_clone };

static HRESULT STDMETHODCALLTYPE enum_clone(IEnumVARIANT *self, IEnumVARIANT **clone)
{
    (void)self;
    if (!clone)
        return E_POINTER;
    *clone = task_object_new(&enum_table, sizeof(struct task_object));
    return *clone ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE collection_enum(IRegisteredTaskCollection *self, IUnknown **result)
{
    (void)self;
    return enum_clone(NULL, (IEnumVARIANT **)result);
}

static const IRegisteredTaskCollectionVtbl collection_table = { TASK_DISPATCH_TABLE(collection), collection_count,
                                                                collection_item, collection_enum };

HRESULT task_collection_create(REFIID iid, void **result)
{
    struct collection *collection = task_object_new(&collection_table, sizeof(*collection));
    *result = collection;
    if (!collection)
        return E_OUTOFMEMORY;
    collection->iid = iid;
    return S_OK;
}

/* --- the folder --- */

TASK_DISPATCH(ITaskFolder, folder, &IID_ITaskFolder)

static HRESULT STDMETHODCALLTYPE folder_name(ITaskFolder *self, BSTR *name)
{
    (void)self;
    return task_text(L"\\", name); /* "the root task folder is specified with a backslash", for both */
}

static HRESULT STDMETHODCALLTYPE folder_get_folder(ITaskFolder *self, BSTR path, ITaskFolder **folder)
{
    (void)self;
    if (!folder)
        return E_POINTER;
    *folder = NULL;
    return task_path_is_root(path) ? task_folder_create(folder) : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

static HRESULT STDMETHODCALLTYPE folder_get_folders(ITaskFolder *self, LONG flags, ITaskFolderCollection **folders)
{
    (void)self;
    if (!folders)
        return E_POINTER;
    *folders = NULL;
    if (flags) /* "must be set to 0" */
        return E_INVALIDARG;
    return task_collection_create(&IID_ITaskFolderCollection, (void **)folders);
}

static HRESULT STDMETHODCALLTYPE folder_create_folder(ITaskFolder *self, BSTR name, VARIANT sddl, ITaskFolder **folder)
{
    (void)self, (void)sddl;
    if (folder)
        *folder = NULL;
    return task_path_is_root(name) ? E_INVALIDARG : SCHED_E_SERVICE_NOT_RUNNING;
}

static HRESULT STDMETHODCALLTYPE folder_delete(ITaskFolder *self, BSTR name, LONG flags)
{
    (void)self;
    return !name || flags ? E_INVALIDARG : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
}

static HRESULT STDMETHODCALLTYPE folder_get_task(ITaskFolder *self, BSTR path, IRegisteredTask **task)
{
    (void)self;
    if (!task)
        return E_POINTER;
    *task = NULL;
    return path ? HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE folder_get_tasks(ITaskFolder *self, LONG flags, IRegisteredTaskCollection **tasks)
{
    (void)self;
    if (!tasks)
        return E_POINTER;
    *tasks = NULL;
    if (flags & ~TASK_ENUM_HIDDEN)
        return E_INVALIDARG;
    return task_collection_create(&IID_IRegisteredTaskCollection, (void **)tasks);
}

static HRESULT STDMETHODCALLTYPE folder_register(ITaskFolder *self, BSTR path, BSTR xml, LONG flags, VARIANT user,
                                                 VARIANT password, TASK_LOGON_TYPE logon, VARIANT sddl,
                                                 IRegisteredTask **task)
{
    (void)self, (void)path, (void)flags, (void)user, (void)password, (void)logon, (void)sddl;
    if (task)
        *task = NULL;
    return xml ? SCHED_E_SERVICE_NOT_RUNNING : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE folder_register_definition(ITaskFolder *self, BSTR path, ITaskDefinition *definition,
                                                            LONG flags, VARIANT user, VARIANT password,
                                                            TASK_LOGON_TYPE logon, VARIANT sddl, IRegisteredTask **task)
{
    (void)self, (void)path, (void)flags, (void)user, (void)password, (void)logon, (void)sddl;
    if (task)
        *task = NULL;
    return definition ? SCHED_E_SERVICE_NOT_RUNNING : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE folder_get_security(ITaskFolder *self, LONG info, BSTR *sddl)
{
    (void)self, (void)info;
    if (!sddl)
        return E_POINTER;
    *sddl = NULL;
    return SCHED_E_SERVICE_NOT_RUNNING;
}

static HRESULT STDMETHODCALLTYPE folder_set_security(ITaskFolder *self, BSTR sddl, LONG flags)
{
    (void)self, (void)sddl, (void)flags;
    return SCHED_E_SERVICE_NOT_RUNNING;
}

static const ITaskFolderVtbl folder_table = {
    TASK_DISPATCH_TABLE(folder),
    folder_name,
    folder_name,
    folder_get_folder,
    folder_get_folders,
    folder_create_folder,
    folder_delete,
    folder_get_task,
    folder_get_tasks,
    folder_delete,
    folder_register,
    folder_register_definition,
    folder_get_security,
    folder_set_security,
};

HRESULT task_folder_create(ITaskFolder **folder)
{
    *folder = task_object_new(&folder_table, sizeof(struct task_object));
    return *folder ? S_OK : E_OUTOFMEMORY;
}
