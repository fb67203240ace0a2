/* SPDX-License-Identifier: MIT */
/* rtl_private.h: what the files of the run-time library share among themselves. */
#ifndef TRANSOM_RTL_PRIVATE_H
#define TRANSOM_RTL_PRIVATE_H

#include "ntdll_private.h"
#include "ntrtl.h"
#include "unix_call.h"

/* The native clocks and random numbers (rtlinit.c). */
extern struct unix_core_table rtl_core;
void rtl_core_init(void);

void rtl_env_init(void);         /* rtlenv.c */
void rtl_heap_thread_exit(void); /* rtlheap_slab.c */

/* Time since the machine was started, sleep included, in 100 ns (rtltime.c). */
ULONGLONG rtl_now(void);

#endif
