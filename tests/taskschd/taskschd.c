/* SPDX-License-Identifier: MIT */
/* taskschd.c: the task scheduler as a program sees it that looks through what is scheduled. */
#define COBJMACROS
#define INITGUID
#include "../test.h"
#include <ole2.h>
#include <taskschd.h>

DEFINE_GUID(task_scheduler, 0x0f87369f, 0xa4e5, 0x4cfc, 0xbd, 0x3e, 0x73, 0xe6, 0x15, 0x45, 0x72, 0xdd);

static LONG tasks_in(ITaskFolder *folder)
{
    IRegisteredTaskCollection *tasks = NULL;
    LONG count = -1;

    ok_hex(ITaskFolder_GetTasks(folder, TASK_ENUM_HIDDEN, &tasks), S_OK);
    if (!tasks)
        return -1;
    ok_hex(IRegisteredTaskCollection_get_Count(tasks, &count), S_OK);
    for (LONG i = 1; i <= count; i++) {
        VARIANT index = { .vt = VT_I4, .lVal = i };
        IRegisteredTask *task = NULL;
        ok_hex(IRegisteredTaskCollection_get_Item(tasks, index, &task), S_OK);
        IRegisteredTask_Release(task);
    }
    ok(!IRegisteredTaskCollection_Release(tasks), "the last reference");
    return count;
}

static void test_folder(ITaskFolder *root)
{
    ITaskFolderCollection *folders = NULL;
    IRegisteredTask *task = (void *)1;
    IUnknown *unknown = NULL;
    IEnumVARIANT *list;
    BSTR text = NULL, name = SysAllocString(L"\\transom no such task");
    VARIANT value;
    ULONG got = 9;

    ok_hex(ITaskFolder_get_Path(root, &text), S_OK);
    ok(!wcscmp(text, L"\\"), "%ls", text);
    SysFreeString(text);
    ok(tasks_in(root) >= 0, "tasks");
    ok_hex(ITaskFolder_GetTask(root, name, &task), HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    ok(!task, "no task");
    ok_hex(ITaskFolder_DeleteTask(root, name, 0), HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    ok_hex(ITaskFolder_GetFolders(root, 0, &folders), S_OK);
    ok_hex(ITaskFolderCollection_get__NewEnum(folders, &unknown), S_OK);
    ok_hex(IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)&list), S_OK);
    IUnknown_Release(unknown);
    while (IEnumVARIANT_Next(list, 1, &value, &got) == S_OK) /* other systems have some */
        VariantClear(&value);
    ok_int(got, 0);
    IEnumVARIANT_Release(list);
    ITaskFolderCollection_Release(folders);
    SysFreeString(name);
}

TESTS
{
    ITaskService *service = NULL;
    ITaskFolder *root = NULL;
    IRunningTaskCollection *running = NULL;
    IDispatch *dispatch;
    VARIANT none = { .vt = VT_EMPTY };
    VARIANT_BOOL connected = VARIANT_TRUE;
    BSTR path = SysAllocString(L"\\");
    CLSID class;

    ok_hex(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    ok_hex(CLSIDFromProgID(L"Schedule.Service", &class), S_OK);
    ok(IsEqualGUID(&class, &task_scheduler), "the class");
    ok_hex(CoCreateInstance(&task_scheduler, NULL, CLSCTX_INPROC_SERVER, &IID_ITaskService, (void **)&service), S_OK);
    if (!service)
        return;
    ok_hex(ITaskService_QueryInterface(service, &IID_IDispatch, (void **)&dispatch), S_OK);
    IDispatch_Release(dispatch);
    ok_hex(ITaskService_QueryInterface(service, &IID_ITaskFolder, (void **)&dispatch), E_NOINTERFACE);
    ok_hex(ITaskService_get_Connected(service, &connected), S_OK);
    ok(!connected, "not yet");
    ok(FAILED(ITaskService_GetFolder(service, path, &root)) && !root, "nothing without a connection");
    ok_hex(ITaskService_Connect(service, none, none, none, none), S_OK);
    ok_hex(ITaskService_get_Connected(service, &connected), S_OK);
    ok(connected == VARIANT_TRUE, "connected");
    ok_hex(ITaskService_GetFolder(service, path, &root), S_OK);
    if (root) {
        test_folder(root);
        ITaskFolder_Release(root);
    }
    ok_hex(ITaskService_GetRunningTasks(service, TASK_ENUM_HIDDEN, &running), S_OK);
    if (running)
        IRunningTaskCollection_Release(running);
    ITaskService_Release(service);
    SysFreeString(path);
    CoUninitialize();
}
