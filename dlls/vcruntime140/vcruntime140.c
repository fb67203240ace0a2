/* SPDX-License-Identifier: MIT */
/*
 * vcruntime140.c: what of vcruntime140.dll is neither exceptions (dlls/crt/eh) nor forwarded to ntdll.
 */
#include "../crt/eh/eh_private.h"

DECLSPEC_NORETURN void __cdecl abort(void);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    (void)instance;
    if (reason == DLL_PROCESS_DETACH && !reserved) /* at the process's end nobody asks for them any more */
        eh_thread_unload();
    return TRUE;
}

typedef void(__cdecl *purecall_handler)(void);
static purecall_handler pure_function_called;

purecall_handler __cdecl _set_purecall_handler(purecall_handler handler)
{
    return __atomic_exchange_n(&pure_function_called, handler, __ATOMIC_RELAXED);
}

purecall_handler __cdecl _get_purecall_handler(void)
{
    return __atomic_load_n(&pure_function_called, __ATOMIC_RELAXED);
}

int __cdecl _purecall(void)
{
    purecall_handler handler = _get_purecall_handler();

    if (handler)
        handler();
    abort();
}

DECLSPEC_NORETURN void __cdecl __report_gsfailure(uintptr_t cookie)
{
    (void)cookie;
    __asm__ volatile("int $0x29" ::"c"(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE));
    __builtin_unreachable();
}

#ifdef _WIN64
/* Destructors that fail after a __try in a noexcept function: the same handler, but nothing may come out. */
EXCEPTION_DISPOSITION __cdecl __C_specific_handler_noexcept(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                                            DISPATCHER_CONTEXT *dispatcher)
{
    EXCEPTION_DISPOSITION answer = __C_specific_handler(record, frame, context, dispatcher);

    if (!EH_IS_UNWIND(record->ExceptionFlags) && eh_is_cxx(record) && answer == ExceptionContinueSearch)
        terminate();
    return answer;
}
#endif

/* ---- what the other run-time DLLs reach the system by ---- */

DWORD __cdecl __vcrt_GetModuleFileNameW(HMODULE module, WCHAR *name, DWORD size)
{
    return GetModuleFileNameW(module, name, size);
}

HMODULE __cdecl __vcrt_GetModuleHandleW(const WCHAR *name)
{
    return GetModuleHandleW(name);
}

HMODULE __cdecl __vcrt_LoadLibraryExW(const WCHAR *name, HANDLE file, DWORD flags)
{
    return LoadLibraryExW(name, file, flags);
}

BOOL __cdecl __vcrt_InitializeCriticalSectionEx(CRITICAL_SECTION *section, DWORD spin_count, DWORD flags)
{
    return InitializeCriticalSectionEx(section, spin_count, flags);
}

/* Notification points for debuggers: nobody listens. */
void __cdecl __telemetry_main_invoke_trigger(void *module)
{
    (void)module;
}

void __cdecl __telemetry_main_return_trigger(void *module)
{
    (void)module;
}

void __cdecl __NLG_Return2(void) {}

void __cdecl __NLG_Dispatch2(void) {}

/* Error information of the Windows Runtime, for `throw ref new ...`. */
typedef void *(__stdcall *winrt_information)(void *);

void **__cdecl __GetPlatformExceptionInfo(void)
{
    static void *information;

    return &information;
}

static void *winrt_out_of_memory;

void *__cdecl _SetWinRTOutOfMemoryExceptionCallback(void *callback)
{
    return __atomic_exchange_n(&winrt_out_of_memory, callback, __ATOMIC_RELAXED);
}
