/* SPDX-License-Identifier: MIT */
/* The DLL's own start and end, and small settings that compilers' start-up code makes. */
#include "crt_private.h"

int crt_app_type; /* _crt_unknown_app 0, _crt_console_app 1, _crt_gui_app 2 */
int crt_error_mode;
int _fmode = _O_TEXT;
int _commode;
int _fileinfo = -1; /* descriptors are not passed on through the environment */
unsigned int _osver, _winver, _winmajor, _winminor, _osplatform;

static void version_init(void)
{
    PEB *peb = nt_peb();

    _winmajor = peb->OSMajorVersion;
    _winminor = peb->OSMinorVersion;
    _osver = peb->OSBuildNumber & 0x7fff;
    _winver = (_winmajor << 8) + _winminor;
    _osplatform = VER_PLATFORM_WIN32_NT;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    switch (reason) {
    case DLL_PROCESS_ATTACH:
        crt_locks_init();
        version_init();
        crt_locale_init();
        if (!crt_thread_init())
            return FALSE;
        crt_args_init();
        if (!crt_lowio_init() || !crt_stdio_init())
            return FALSE;
        /* A program that uses msvcrt's _environ variable does not ask for it first. */
        if (!CRT_IS_UCRT && !crt_env_init_narrow())
            return FALSE;
        return TRUE;
    case DLL_PROCESS_DETACH:
        /* A program may leave by ExitProcess without exit(): what is buffered is written all the same. */
        if (!crt_quick_exit)
            crt_stdio_flush_at_exit();
        if (!reserved) { /* unloaded, not at the process's end: nobody may call into us any more */
            crt_signal_unload();
            crt_thread_unload();
        }
        return TRUE;
    }
    (void)instance;
    return TRUE;
}

void __cdecl _set_app_type(int type)
{
    crt_app_type = type;
}

void __cdecl __set_app_type(int type)
{
    crt_app_type = type;
}

int __cdecl _query_app_type(void)
{
    return crt_app_type;
}

int *__cdecl __p__fmode(void)
{
    return &_fmode;
}

int *__cdecl __p__commode(void)
{
    return &_commode;
}

unsigned int *__cdecl __p__osver(void)
{
    return &_osver;
}

unsigned int *__cdecl __p__winver(void)
{
    return &_winver;
}

unsigned int *__cdecl __p__winmajor(void)
{
    return &_winmajor;
}

unsigned int *__cdecl __p__winminor(void)
{
    return &_winminor;
}

int __cdecl _set_error_mode(int mode)
{
    int old = crt_error_mode;

    CRT_VALIDATE(mode >= _OUT_TO_DEFAULT && mode <= _REPORT_ERRMODE, EINVAL, -1);
    if (mode != _REPORT_ERRMODE)
        crt_error_mode = mode;
    return old;
}

void __cdecl _seterrormode(int mode)
{
    SetErrorMode((UINT)mode);
}

void __cdecl _sleep(unsigned long milliseconds)
{
    Sleep(milliseconds ? milliseconds : 1);
}

void __cdecl _beep(unsigned frequency, unsigned duration)
{
    Beep(frequency, duration);
}

/* Called by MSVC's code when a thing cannot be: a pure virtual function, a bad stack cookie. */
static void(__cdecl *purecall_handler)(void);

void(__cdecl *__cdecl _set_purecall_handler(void(__cdecl *handler)(void)))(void)
{
    return InterlockedExchangePointer((void *volatile *)&purecall_handler, (void *)handler);
}

void(__cdecl *__cdecl _get_purecall_handler(void))(void)
{
    return purecall_handler;
}

int __cdecl _purecall(void)
{
    if (purecall_handler)
        purecall_handler();
    abort();
}

void __cdecl __report_gsfailure(uintptr_t cookie)
{
    (void)cookie;
    __asm__ volatile("int $0x29" ::"c"(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE));
}

void __cdecl _crt_debugger_hook(int reserved)
{
    (void)reserved;
}

static int fma3 = 1;

int __cdecl _set_FMA3_enable(int enable)
{
    fma3 = enable != 0;
    return fma3;
}

int __cdecl _get_FMA3_enable(void)
{
    return fma3;
}

intptr_t __cdecl _loaddll(char *name)
{
    return (intptr_t)LoadLibraryA(name);
}

int __cdecl _unloaddll(intptr_t handle)
{
    return FreeLibrary((HMODULE)handle) ? 0 : (int)GetLastError();
}

void *__cdecl _getdllprocaddr(intptr_t handle, char *name, intptr_t ordinal)
{
    if (name)
        return ordinal == -1 ? (void *)GetProcAddress((HMODULE)handle, name) : NULL;
    return ordinal <= 65535 ? (void *)GetProcAddress((HMODULE)handle, MAKEINTRESOURCEA(ordinal)) : NULL;
}
