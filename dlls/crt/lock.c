/* SPDX-License-Identifier: MIT */
/* The runtime's own locks. _lock() and _unlock() take the numbers that compilers' start-up code knows (8: exit, ...). */
#include "crt_private.h"

static CRITICAL_SECTION locks[LOCK_COUNT];

void crt_locks_init(void)
{
    for (int i = 0; i < LOCK_COUNT; i++)
        InitializeCriticalSectionAndSpinCount(&locks[i], 4000);
}

void crt_lock(enum crt_lock which)
{
    EnterCriticalSection(&locks[which]);
}

void crt_unlock(enum crt_lock which)
{
    LeaveCriticalSection(&locks[which]);
}

void __cdecl _lock(int which)
{
    if ((unsigned)which < LOCK_COUNT)
        EnterCriticalSection(&locks[which]);
}

void __cdecl _unlock(int which)
{
    if ((unsigned)which < LOCK_COUNT)
        LeaveCriticalSection(&locks[which]);
}

void __cdecl _lock_locales(void)
{
    crt_lock(LOCK_LOCALE);
}

void __cdecl _unlock_locales(void)
{
    crt_unlock(LOCK_LOCALE);
}
