/* SPDX-License-Identifier: MIT */
/* taskschd_private.h: what the objects of the task scheduler's library share. */
#ifndef TRANSOM_TASKSCHD_PRIVATE_H
#define TRANSOM_TASKSCHD_PRIVATE_H

#define COBJMACROS
#include "nt.h"
#include "ntdll.h"
#include <ole2.h>
#include <taskschd.h>

#ifndef SCHED_E_SERVICE_NOT_RUNNING
#define SCHED_E_SERVICE_NOT_RUNNING ((HRESULT)0x80041315)
#endif

/* Every object begins so: its table of functions, and who uses it. */
struct task_object {
    const void *table;
    LONG references;
};

/* A new object of a size with this table, or NULL. It is counted for DllCanUnloadNow. */
void *task_object_new(const void *table, size_t size);
ULONG task_object_add(void *object);
ULONG task_object_release(void *object);
/* For QueryInterface: an object is IUnknown, and IDispatch if that is `dispatch`, and what `iid` says. */
HRESULT task_object_query(void *object, REFIID asked, const IID *iid, BOOL dispatch, void **result);

/* IDispatch: there is no type library, so nothing can be called by name. */
HRESULT task_type_info_count(UINT *count);
HRESULT task_no_type_info(ITypeInfo **info);
HRESULT task_no_names(DISPID *ids, UINT count);

HRESULT task_service_create(REFIID iid, void **result);
/* The root folder, which is all that there is. */
HRESULT task_folder_create(ITaskFolder **folder);
BOOL task_path_is_root(const WCHAR *path);
/* An empty collection: tasks, running tasks or folders as `iid` says. */
HRESULT task_collection_create(REFIID iid, void **collection);

HRESULT task_text(const WCHAR *text, BSTR *result);

/* The functions that all tables begin with, for an interface TYPE with the identifier IID. */
#define TASK_DISPATCH(TYPE, PREFIX, IID)                                                                               \
    static HRESULT STDMETHODCALLTYPE PREFIX##_query(TYPE *self, REFIID iid, void **result)                             \
    {                                                                                                                  \
        return task_object_query(self, iid, IID, TRUE, result);                                                        \
    }                                                                                                                  \
    static ULONG STDMETHODCALLTYPE PREFIX##_add(TYPE *self)                                                            \
    {                                                                                                                  \
        return task_object_add(self);                                                                                  \
    }                                                                                                                  \
    static ULONG STDMETHODCALLTYPE PREFIX##_release(TYPE *self)                                                        \
    {                                                                                                                  \
        return task_object_release(self);                                                                              \
    }                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE PREFIX##_type_info_count(TYPE *self, UINT *count)                                 \
    {                                                                                                                  \
        (void)self;                                                                                                    \
        return task_type_info_count(count);                                                                            \
    }                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE PREFIX##_type_info(TYPE *self, UINT index, LCID locale, ITypeInfo **info)         \
    {                                                                                                                  \
        (void)self, (void)index, (void)locale;                                                                         \
        return task_no_type_info(info);                                                                                \
    }                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE PREFIX##_names(TYPE *self, REFIID iid, LPOLESTR *names, UINT count, LCID locale,  \
                                                    DISPID *ids)                                                       \
    {                                                                                                                  \
        (void)self, (void)iid, (void)names, (void)locale;                                                              \
        return task_no_names(ids, count);                                                                              \
    }                                                                                                                  \
    static HRESULT STDMETHODCALLTYPE PREFIX##_invoke(TYPE *self, DISPID id, REFIID iid, LCID locale, WORD flags,       \
                                                     DISPPARAMS *parameters, VARIANT *result, EXCEPINFO *exception,    \
                                                     UINT *argument)                                                   \
    {                                                                                                                  \
        (void)self, (void)id, (void)iid, (void)locale, (void)flags, (void)parameters, (void)result, (void)exception,   \
            (void)argument;                                                                                            \
        return DISP_E_MEMBERNOTFOUND;                                                                                  \
    }

#define TASK_DISPATCH_TABLE(PREFIX)                                                                                    \
    PREFIX##_query, PREFIX##_add, PREFIX##_release, PREFIX##_type_info_count, PREFIX##_type_info, PREFIX##_names,      \
        PREFIX##_invoke

#endif
