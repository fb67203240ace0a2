/* SPDX-License-Identifier: MIT */
/* shared_data.h: KUSER_SHARED_DATA and its clock. */
#ifndef TRANSOM_SHARED_DATA_H
#define TRANSOM_SHARED_DATA_H

#include "unix.h"

#define IMAGE_NUMBER_AMD64 0x8664

/* Starts the thread that keeps the clocks in the page current. */
void shared_data_start_clock(void);
/* How often it does, in 100 ns: what timer resolution is to Windows. */
ULONG shared_data_tick_interval(void);
void shared_data_set_tick_interval(ULONG interval);

#endif
