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
#define REGION_BYTE  __builtin_offsetof(TEB, LockCount)
#define PUT_OFF_BYTE (REGION_BYTE + 3)

/* Whether TEB_PUT_OFF is set. Of that byte alone: a wider load would wait for the store of the count to be done. */
static inline bool region_is_put_off(void)
{
    int set;

    __asm__ volatile("cmpb $0, %%gs:%c1" : "=@ccs"(set) : "i"(PUT_OFF_BYTE) : "memory");
    return __builtin_expect(set, 0);
}
static inline void region_enter(void)
{
    __asm__ volatile("addb $1, %%gs:%c0" : : "i"(REGION_BYTE) : "memory", "cc");
}
static inline void region_leave(void)
{
    __asm__ volatile("subb $1, %%gs:%c0" : : "i"(REGION_BYTE) : "memory", "cc");
    if (region_is_put_off())
        region_put_off();
}
static inline void region_change(int by)
{
    __asm__ volatile("addl %0, %%gs:%c1" : : "i"(by), "i"(REGION_BYTE) : "memory", "cc");
}
static inline void region_change_back(int by)
{
    __asm__ volatile("subl %0, %%gs:%c1" : : "i"(by), "i"(REGION_BYTE) : "memory", "cc");
    if (region_is_put_off())
        region_put_off();
}
/*
 * The same for who is in no region yet: false if it is in one. Constants are stored, so that one region does not wait for the last
 * one's counting, and so on through the whole program.
 */
static inline bool region_enter_first(void)
{
    int inside;

    __asm__ volatile("cmpb $0, %%gs:%c1" : "=@ccne"(inside) : "i"(REGION_BYTE) : "memory");
    if (__builtin_expect(inside, 0))
        return false;
    __asm__ volatile("movb $1, %%gs:%c0" : : "i"(REGION_BYTE) : "memory");
    return true;
}
static inline void region_leave_last(void)
{
    __asm__ volatile("movb $0, %%gs:%c0" : : "i"(REGION_BYTE) : "memory");
    if (region_is_put_off())
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
static inline void region_enter(void)
{
    region_change(TEB_REGION);
}
static inline void region_leave(void)
{
    region_change_back(TEB_REGION);
}
static inline bool region_enter_first(void)
{
    region_enter();
    return true;
}
static inline void region_leave_last(void)
{
    region_leave();
}
#endif

#endif
