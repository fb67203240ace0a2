/* SPDX-License-Identifier: MIT */
/*
 * runtime.cpp: what the compiler expects of a module, the DLL's entry, memory, locks.
 */
#include "streams.h"

extern "C" {
__declspec(dllimport) void __stdcall InitializeCriticalSectionAndSpinCount(void *section, unsigned long spins);
__declspec(dllimport) void __stdcall EnterCriticalSection(void *section);
__declspec(dllimport) void __stdcall LeaveCriticalSection(void *section);
__declspec(dllimport) int __stdcall DisableThreadLibraryCalls(void *module);
int _callnewh(size_t size);

int _fltused;

/* Nothing is destroyed before the process is. */
int atexit(void (*)())
{
    return 0;
}

int _purecall()
{
    abort();
}

typedef void (*initializer)();
__attribute__((section(".CRT$XCA"), used)) static initializer first_initializer[] = { nullptr };
__attribute__((section(".CRT$XCZ"), used)) static initializer last_initializer[] = { nullptr };
}

/* ---- memory ---- */

static void (*new_handler)();

void *operator new(size_t size)
{
    for (;;) {
        void *memory = malloc(size ? size : 1);

        if (memory)
            return memory;
        if (new_handler)
            new_handler();
        else if (!_callnewh(size))
            std::_Xbad_alloc();
    }
}
void *operator new[](size_t size)
{
    return operator new(size);
}
void operator delete(void *memory) noexcept
{
    free(memory);
}
void operator delete(void *memory, size_t) noexcept
{
    free(memory);
}
void operator delete[](void *memory) noexcept
{
    free(memory);
}

namespace std
{

void (*set_new_handler(void (*handler)()))()
{
    return __atomic_exchange_n(&new_handler, handler, __ATOMIC_RELAXED);
}

void (*get_new_handler())()
{
    return __atomic_load_n(&new_handler, __ATOMIC_RELAXED);
}

/* ---- locks: recursive ---- */

struct critical_section {
    void *words[5];
};
static critical_section locks[lock_count];

void _Lockit::_Lockit_ctor(int kind)
{
    EnterCriticalSection(&locks[kind % lock_count]);
}
void _Lockit::_Lockit_dtor(int kind)
{
    LeaveCriticalSection(&locks[kind % lock_count]);
}
void _Lockit::_Lockit_ctor(_Lockit *lock)
{
    _Lockit_ctor(lock, _LOCK_LOCALE);
}
void _Lockit::_Lockit_ctor(_Lockit *lock, int kind)
{
    lock->_Locktype = kind;
    _Lockit_ctor(kind);
}
void _Lockit::_Lockit_dtor(_Lockit *lock)
{
    _Lockit_dtor(lock->_Locktype);
}
_Lockit::_Lockit()
{
    _Lockit_ctor(this);
}
_Lockit::_Lockit(int kind)
{
    _Lockit_ctor(this, kind);
}
_Lockit::~_Lockit() noexcept
{
    _Lockit_dtor(this);
}

_Init_locks::_Init_locks()
{
    _Init_locks_ctor(this);
}
_Init_locks::~_Init_locks() noexcept
{
    _Init_locks_dtor(this);
}
void _Init_locks::_Init_locks_ctor(_Init_locks *)
{
    /* DllMain has done it. */
}
void _Init_locks::_Init_locks_dtor(_Init_locks *) {}

} // namespace std

/* ---- functions to call at the end ---- */

struct at_end {
    at_end *next;
    void (*function)();
};
static at_end *at_end_functions;

void _Atexit(void (*function)())
{
    std::_Lockit lock(std::_LOCK_MALLOC);

    at_end_functions = new at_end{ at_end_functions, function };
}

extern "C" int DllMain(void *module, unsigned long reason, void *)
{
    if (reason == 1) { /* process attach */
        DisableThreadLibraryCalls(module);
        for (auto &lock : std::locks)
            InitializeCriticalSectionAndSpinCount(&lock, 4000);
        for (initializer *i = first_initializer + 1; i < last_initializer; i++)
            if (*i)
                (*i)();
    } else if (reason == 0) { /* process detach */
        while (at_end_functions) {
            at_end *entry = at_end_functions;

            at_end_functions = entry->next;
            entry->function();
            delete entry;
        }
    }
    return 1;
}
