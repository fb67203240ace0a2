/* SPDX-License-Identifier: MIT */
/*
 * Data of each thread (of each fiber, in fact: it hangs on an FLS slot, as errno does on Windows), and the functions of
 * process.h that start and end threads.
 */
#include "crt_private.h"
#include "eh/eh_private.h"
#include <process.h>

static DWORD slot = FLS_OUT_OF_INDEXES;

static void free_data(struct thread_data *td)
{
    free(td->strerror_buffer);
    free(td->wcserror_buffer);
    free(td->tmpnam_buffer);
    free(td->wtmpnam_buffer);
    free(td->cvt_buffer);
    if (td->locale.locinfo)
        crt_locinfo_release(td->locale.locinfo);
    if (td->locale.mbcinfo)
        crt_mbcinfo_release(td->locale.mbcinfo);
    if (td->thread_module)
        FreeLibrary(td->thread_module);
    HeapFree(GetProcessHeap(), 0, td);
}

static void WINAPI slot_destroyed(void *data)
{
    if (data)
        free_data(data);
}

bool crt_thread_init(void)
{
    slot = FlsAlloc(slot_destroyed);
    return slot != FLS_OUT_OF_INDEXES && crt_thread();
}

void crt_thread_unload(void)
{
    FlsFree(slot); /* frees the data of all threads */
    eh_thread_unload();
}

struct thread_data *crt_thread_alloc(void)
{
    struct thread_data *td = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*td));
    if (td)
        td->rand_state = 1;
    return td;
}

void crt_thread_attach(struct thread_data *td)
{
    FlsSetValue(slot, td);
}

struct thread_data *crt_thread(void)
{
    /* FlsGetValue clears the last error, and errno is read between a call and GetLastError(). */
    DWORD error = nt_teb()->LastErrorValue;
    struct thread_data *td = FlsGetValue(slot);
    if (__builtin_expect(!td, 0)) {
        td = crt_thread_alloc();
        if (!td || !FlsSetValue(slot, td))
            RaiseFailFastException(NULL, NULL, 0); /* nowhere to keep errno: nothing can be reported either */
    }
    nt_teb()->LastErrorValue = error;
    return td;
}

void crt_thread_exit(struct thread_data *td)
{
    FlsSetValue(slot, NULL);
    free_data(td);
}

static DWORD WINAPI thread_main(void *parameter)
{
    struct thread_data *td = parameter;

    crt_thread_attach(td);
    if (td->thread_ex)
        _endthreadex(((unsigned(__stdcall *)(void *))td->thread_start)(td->thread_argument));
    ((void(__cdecl *)(void *))td->thread_start)(td->thread_argument);
    _endthread();
}

/* The module of the thread's function stays loaded while the thread runs. */
static HMODULE module_of(void *start)
{
    HMODULE module = NULL;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, start, &module);
    return module;
}

uintptr_t __cdecl _beginthreadex(void *security, unsigned stack_size, unsigned(__stdcall *start)(void *),
                                 void *argument, unsigned flags, unsigned *id)
{
    CRT_VALIDATE(start, EINVAL, 0);
    struct thread_data *td = crt_thread_alloc();
    DWORD unused;
    if (!td) {
        errno = ENOMEM;
        return 0;
    }
    td->thread_start = (void *)start;
    td->thread_argument = argument;
    td->thread_ex = 1;
    td->thread_module = module_of((void *)start);
    HANDLE thread = CreateThread(security, stack_size, thread_main, td, flags, id ? (DWORD *)id : &unused);
    if (!thread) {
        crt_map_error(GetLastError());
        free_data(td);
    }
    return (uintptr_t)thread;
}

uintptr_t __cdecl _beginthread(void(__cdecl *start)(void *), unsigned stack_size, void *argument)
{
    CRT_VALIDATE(start, EINVAL, (uintptr_t)-1);
    struct thread_data *td = crt_thread_alloc();
    DWORD id;
    if (!td) {
        errno = ENOMEM;
        return (uintptr_t)-1;
    }
    td->thread_start = (void *)start;
    td->thread_argument = argument;
    td->thread_module = module_of((void *)start);
    HANDLE thread = CreateThread(NULL, stack_size, thread_main, td, CREATE_SUSPENDED, &id);
    if (!thread) {
        crt_map_error(GetLastError());
        free_data(td);
        return (uintptr_t)-1;
    }
    td->thread_handle = thread; /* _endthread closes it; hence the suspended start */
    ResumeThread(thread);
    return (uintptr_t)thread;
}

static DECLSPEC_NORETURN void end_thread(DWORD code, bool close)
{
    struct thread_data *td = crt_thread();
    HMODULE module = td->thread_module;

    td->thread_module = NULL;
    if (close && td->thread_handle)
        CloseHandle(td->thread_handle);
    crt_thread_exit(td);
    if (module)
        FreeLibraryAndExitThread(module, code);
    ExitThread(code);
}

void __cdecl _endthread(void)
{
    end_thread(0, true);
}

void __cdecl _endthreadex(unsigned code)
{
    end_thread(code, false);
}

uintptr_t __cdecl __threadhandle(void)
{
    return (uintptr_t)GetCurrentThread();
}

unsigned long __cdecl __threadid(void)
{
    return GetCurrentThreadId();
}

int __cdecl _getpid(void)
{
    return (int)GetCurrentProcessId();
}
