/* SPDX-License-Identifier: MIT */
/* interlockedapi.c: singly linked lists are ntdll's (forwarders); the Interlocked* functions are intrinsics of every
 * compiler, except that 32-bit programs import them. */
#include "kernelbase_private.h"

#ifndef _WIN64
#undef InterlockedIncrement
#undef InterlockedDecrement
#undef InterlockedExchange
#undef InterlockedExchangeAdd
#undef InterlockedCompareExchange
#undef InterlockedCompareExchange64

LONG WINAPI InterlockedIncrement(LONG volatile *target)
{
    return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);
}

LONG WINAPI InterlockedDecrement(LONG volatile *target)
{
    return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);
}

LONG WINAPI InterlockedExchange(LONG volatile *target, LONG value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

LONG WINAPI InterlockedExchangeAdd(LONG volatile *target, LONG value)
{
    return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}

LONG WINAPI InterlockedCompareExchange(LONG volatile *target, LONG value, LONG comparand)
{
    return __sync_val_compare_and_swap(target, comparand, value);
}

LONGLONG WINAPI InterlockedCompareExchange64(LONGLONG volatile *target, LONGLONG value, LONGLONG comparand)
{
    return __sync_val_compare_and_swap(target, comparand, value);
}
#endif
