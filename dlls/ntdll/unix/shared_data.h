/* SPDX-License-Identifier: MIT */
/* shared_data.h: KUSER_SHARED_DATA and its clock. */
#ifndef TRANSOM_SHARED_DATA_H
#define TRANSOM_SHARED_DATA_H

#include "unix.h"

#define IMAGE_NUMBER_AMD64 0x8664

/* Writes what the clocks are now into the page: the clock's business. */
void shared_data_update_times(void);

/* The time zone's bias as it is now, and until when it need not be asked for again. */
void shared_data_update_bias(void);
/* The same as a process tells it its children, who need not ask the C library what that takes from a file. */
struct shared_bias {
    int64_t bias, start, end;
};
struct shared_bias shared_data_bias(void);

/* shared_clock.c: starts what keeps the clocks in the page current. */
void shared_clock_start(void);
/* How often it does, in 100 ns: what timer resolution is to Windows. */
ULONG shared_clock_interval(void);
void shared_clock_set_interval(ULONG interval);

/*
 * To be called before a thread goes (back) to Windows code after it may have been blocked; dispatch.S does for calls.
 */
extern volatile uint32_t shared_clock_state;
void shared_clock_wake(void);
static inline void shared_clock_touch(void)
{
    if (__builtin_expect(shared_clock_state != 0, 0))
        shared_clock_wake();
}

#endif
