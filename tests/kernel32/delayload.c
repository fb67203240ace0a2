/* SPDX-License-Identifier: MIT */
/* ResolveDelayLoadedAPI, with tables as a linker makes them: in the program's image, here filled at run time. */
#include "../test.h"

#define THUNKS 4

struct by_name {
    WORD hint;
    char name[30];
};

/* DELAYLOAD_INFO (delayloadhandler.h), which mingw-w64 lacks */
struct info {
    ULONG size;
    const IMAGE_DELAYLOAD_DESCRIPTOR *descriptor;
    void *thunk;
    const char *dll;
    ULONG by_name;
    const char *function;
    void *module, *unused;
    ULONG error;
};

typedef void *(WINAPI *resolve_function)(void *, const IMAGE_DELAYLOAD_DESCRIPTOR *, void *, void *, void *, ULONG);

static char dll_name[] = "kernel32.dll", missing_name[] = "transom-no-such.dll";
static HMODULE module_slot, missing_slot;
static struct by_name names[THUNKS] = {
    { 0, "GetCurrentProcessId" }, { 0, "GetCurrentThreadId" }, { 0, "HeapAlloc" }, { 0, "TransomNoSuchFunction" }
};
static ULONGLONG name_table[THUNKS + 1];
static ULONGLONG thunks[512] __attribute__((aligned(4096))); /* a page of its own, which gets read-only */
static IMAGE_DELAYLOAD_DESCRIPTOR descriptor, missing;
static resolve_function resolve;
static ULONG hook_reason;
static struct info hook_info;
static volatile DWORD raised;

static DWORD rva(const void *data)
{
    return (DWORD)((const char *)data - (const char *)GetModuleHandleW(NULL));
}

static int substitute(void)
{
    return 4711;
}

static void *WINAPI failure_hook(ULONG reason, struct info *info)
{
    hook_reason = reason;
    hook_info = *info;
    return (void *)substitute;
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception)
{
    if (exception->ExceptionRecord->ExceptionCode >> 16 != 0xc06d)
        return EXCEPTION_CONTINUE_SEARCH;
    raised = exception->ExceptionRecord->ExceptionCode;
    ok_int(exception->ExceptionRecord->NumberParameters, 1);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void fill(void)
{
    for (int i = 0; i < THUNKS; i++)
        name_table[i] = rva(&names[i]);
    descriptor.Attributes.AllAttributes = missing.Attributes.AllAttributes = 1; /* RvaBased */
    descriptor.DllNameRVA = rva(dll_name);
    descriptor.ModuleHandleRVA = rva(&module_slot);
    descriptor.ImportAddressTableRVA = rva(thunks);
    descriptor.ImportNameTableRVA = rva(name_table);
    missing = descriptor;
    missing.DllNameRVA = rva(missing_name);
    missing.ModuleHandleRVA = rva(&missing_slot);
}

static void test_found(void)
{
    HMODULE self = GetModuleHandleW(NULL), kernel = GetModuleHandleW(L"kernel32");
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    ok(VirtualProtect(thunks, sizeof thunks, PAGE_READONLY, &old), "error %lu", GetLastError());
    for (int i = 0; i < 3; i++) {
        void *address = resolve(self, &descriptor, NULL, NULL, &thunks[i], 0);

        ok_ptr(address, GetProcAddress(kernel, names[i].name));
        ok_ptr(thunks[i], address);
    }
    ok_ptr(module_slot, kernel);
    VirtualQuery(thunks, &info, sizeof info);
    ok_hex(info.Protect, PAGE_READONLY); /* as it was */
}

static void test_not_found(void)
{
    HMODULE self = GetModuleHandleW(NULL);
    void *handler, *address = resolve(self, &descriptor, failure_hook, NULL, &thunks[3], 0);

    ok_ptr(address, substitute);
    ok_ptr(thunks[3], substitute);
    ok_int(hook_reason, 4); /* DELAYLOAD_GPA_FAILURE */
    ok_int(hook_info.size, sizeof hook_info);
    ok_ptr(hook_info.descriptor, &descriptor);
    ok_ptr(hook_info.thunk, &thunks[3]);
    ok_str(hook_info.dll, dll_name);
    ok_int(hook_info.by_name, 1);
    ok_str(hook_info.function, names[3].name);
    ok_ptr(hook_info.module, module_slot);
    ok_int(hook_info.error, ERROR_PROC_NOT_FOUND);

    ok_ptr(resolve(self, &missing, failure_hook, NULL, &thunks[0], 0), substitute);
    ok_str(hook_info.dll, missing_name);
    ok_ptr(hook_info.module, NULL);
    ok_int(hook_info.error, ERROR_MOD_NOT_FOUND);
    ok_ptr(missing_slot, NULL);

    /* without a hook: the exceptions of the Visual C++ helper */
    handler = AddVectoredExceptionHandler(1, on_exception);
    resolve(self, &missing, NULL, NULL, &thunks[0], 0);
    ok_hex(raised, 0xc06d007e);
    resolve(self, &descriptor, NULL, NULL, &thunks[3], 0);
    ok_hex(raised, 0xc06d007f);
    RemoveVectoredExceptionHandler(handler);
}

TESTS
{
    resolve = (resolve_function)(void *)GetProcAddress(GetModuleHandleW(L"kernel32"), "ResolveDelayLoadedAPI");
    ok(resolve != NULL, "not exported");
    if (!resolve)
        return;
    fill();
    test_found();
    test_not_found();
}
