/* SPDX-License-Identifier: MIT */
/* rtlregion.h: regions in which a thread is neither suspended nor ended (see include/nt_region.h). */
#ifndef TRANSOM_RTLREGION_H
#define TRANSOM_RTLREGION_H

#include "ntdll_private.h"
#include "nt_region.h"

/* Lets happen what was put off, if it is time. */
void region_put_off(void);
/* Who was in a region is so no more, however that came. */
void region_forget(void);

/* The word is the thread's and its signal handler's: one instruction changes it, none has to be atomic. */
#if defined(_WIN32) && defined(_WIN64)
#define REGION_CHANGE(instruction, by, negative)                                                                       \
    __asm__ volatile(instruction " %1, %%gs:%c2"                                                                       \
                     : "=@ccs"(negative)                                                                               \
                     : "i"(by), "i"(__builtin_offsetof(TEB, LockCount))                                                \
                     : "memory")
static inline void region_change(int by)
{
    int negative;

    REGION_CHANGE("addl", by, negative);
    (void)negative;
}
static inline void region_change_back(int by)
{
    int negative;

    REGION_CHANGE("subl", by, negative);
    if (__builtin_expect(negative, 0))
        region_put_off();
}
#else
static inline void region_change(int by)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    nt_teb()->LockCount += (ULONG)by;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
static inline void region_change_back(int by)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    nt_teb()->LockCount -= (ULONG)by;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (__builtin_expect(nt_teb()->LockCount & TEB_PUT_OFF, 0))
        region_put_off();
}
#endif

static inline void region_enter(void)
{
    region_change(TEB_REGION);
}
static inline void region_leave(void)
{
    region_change_back(TEB_REGION);
}

#endif
